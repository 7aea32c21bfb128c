/* Who may be taken away for ever at gms5 without taking the group's quorum with it. The runs are about what a
 * group survives; one that has lost its quorum stops, and must.
 *
 * What counts is not only the view that is installed: a change of views may have been decided, or may still
 * be, on a proposal that was made while others were alive.
 */
#include "app/random_play.h"

static const struct gms5_state *state_of(const struct play *p, int who) {
    return &sim_node(p->sim, who)->gms.gms5;
}

/* It has been in a view, and will be there. */
static bool stays(const struct play *p, gms_id id, int without) {
    const int who = (int)id;
    return who != without && random_in_group(p, who) && !sim_node(p->sim, who)->gms.gms1.leaving;
}

static bool quorum_stays(const struct play *p, const gms_id *members, uint32_t count, int without) {
    uint32_t there = 0;
    for (uint32_t i = 0; i < count; i++)
        there += stays(p, members[i], without);
    return 2 * there > count || (2 * there == count && stays(p, members[0], without));
}

/* `by` counts promises. Those of the dead count as well, and whoever it does not know to be dead can become a
 * member of the next view; there must be enough others in it, however small it gets. */
static bool may_propose(const struct play *p, int by, int without) {
    const struct gms_view *view = gms_current_view(&sim_node(p->sim, by)->gms);
    const uint64_t ballot = state_of(p, by)->ballot;
    uint32_t dead = 0;
    if (by == without || !sim_alive(p->sim, by) || state_of(p, by)->coordinates != GMS5_PREPARING)
        return true;
    for (uint32_t i = 0; i < view->count; i++) {
        const int who = (int)view->members[i];
        const bool counted = state_of(p, by)->peer[i].answered || state_of(p, who)->promised == ballot;
        dead += !stays(p, view->members[i], without) && counted;
    }
    return 2 * dead < (view->count + 1) / 2; /* half of them may do, with the most senior one */
}

/* In this view, and in what may come of a change of it. */
static bool view_stays(const struct play *p, uint32_t number, int without) {
    for (int who = 1; who <= sim_count(p->sim); who++) {
        const struct node *node = sim_node(p->sim, who);
        const struct gms5_state *s = &node->gms.gms5;
        const struct gms_view *view = gms_current_view(&node->gms);
        if (node->view != number || view->number != number)
            continue;
        if (!quorum_stays(p, view->members, view->count, without) || !may_propose(p, who, without))
            return false;
        if ((s->accepted > 0 || s->coordinates == GMS5_PROPOSING) &&
            !quorum_stays(p, s->proposal.members, s->proposal.count, without))
            return false;
    }
    return true;
}

bool random_can_spare(const struct play *p, int without) {
    uint32_t last = 0, last_there = 0; /* of all, and of those who could tell */
    for (int who = 1; who <= sim_count(p->sim); who++) {
        const uint32_t number = sim_node(p->sim, who)->view;
        last = number > last ? number : last;
        last_there = number > last_there && stays(p, (gms_id)who, without) ? number : last_there;
    }
    return view_stays(p, last, without) && (last_there == last || view_stays(p, last_there, without));
}
