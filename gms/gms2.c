/* gms2: followers watch the leader.
 *
 * When the leader crashes, each follower drops it from its list, and the first member left leads: all lists
 * are equal, so all choose the same. It says so with a VIEW. A follower listens to whom it follows only;
 * what another member sends is held back until the election reaches that member.
 *
 * Breaks: the leader crashes in the middle of a broadcast. Some delivered the change, some never will.
 * With a risk of crash on every send (net/fault) this is the gms2p5 of the reports.
 *
 * Source: J. Montelius, "Groupy: a group membership service", gms2.
 */
#include "gms/rung.h"

enum gms_drop gms2_ordered_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (s->phase == GMS_JOINING)
        return gms1_newcomer(g, e, out);
    if (s->phase == GMS_FOLLOWING && e->from == gms_leader(g))
        return gms_rung_of(g)->take(g, &e->message, out);
    if (s->phase == GMS_LEADING || !gms_view_has(&s->view, e->from))
        return GMS_DROP_STALE_LEADER;
    return gms_hold_put(&s->hold, e->from, &e->message) ? GMS_HELD : GMS_DROP_HOLD_FULL;
}

enum gms_drop gms2_down(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    gms_ids_add(&g->gms2.down, e->from);
    if (g->gms1.phase == GMS_FOLLOWING && e->from == gms_leader(g))
        gms_rung_of(g)->elect(g, out);
    return GMS_USED;
}

/* What was held back from those who are out of the list now will never have its turn. */
static void refuse_stale(struct gms *g, struct gms_actions *out) {
    struct gms_hold *hold = &g->gms1.hold;
    struct gms_copy copy;
    for (uint32_t i = 0; i < hold->count;) {
        const gms_id from = hold->from[i];
        if (g->gms1.phase == GMS_FOLLOWING && gms_view_has(&g->gms1.view, from)) {
            i++;
            continue;
        }
        gms_hold_take(hold, from, &copy); /* the oldest of `from` is at i: those before i stay */
        const struct gms_message kept = gms_kept(&copy);
        const struct gms_message m = gms_lend(out, &kept);
        gms_do_drop(out, from, &m, GMS_DROP_STALE_LEADER);
    }
}

void gms2_elect(struct gms *g, struct gms_actions *out) {
    struct gms_view *view = &g->gms1.view;
    for (uint32_t i = view->count; i-- > 0;) {
        const gms_id id = view->members[i];
        if (id != g->gms1.config.me && gms_ids_have(&g->gms2.down, id)) {
            gms_ids_add(&g->gms1.departed, id);
            gms_view_remove(view, id);
        }
    }
    if (gms_leader(g) == g->gms1.config.me) {
        refuse_stale(g, out);
        gms_rung_of(g)->lead(g, out);
        return;
    }
    gms_do_watch(out, gms_leader(g));
    gms1_release(g, out);
    refuse_stale(g, out);
}

void gms2_lead(struct gms *g, struct gms_actions *out) {
    become_leading(g, g->gms1.view.number + 1, out);
    gms1_announce(g, GMS_NOBODY, out);
    if (g->gms1.leaving)
        become_left(g, out); /* like any leader that leaves: now that it has passed on what it has */
}

const struct gms_rung gms2 = {
    .name = "gms2",
    .adds = "followers watch the leader and elect the next",
    .breaks = "the leader crashes in the middle of a broadcast: the colours part",
    .below = &gms1,

    .on_start = gms1_start,
    .on_timer = gms1_timer,
    .on_down = gms2_down,
    .on_suspect = gms2_down,
    .on_mcast = gms1_mcast,
    .on_leave = gms1_leave,

    .on_join_message = gms1_join_message,
    .on_request_message = gms1_request_message,
    .on_leave_message = gms1_leave_message,
    .on_ordered_message = gms2_ordered_message,
    .on_upper_message = gms_no_upper_message,
    .on_snapshot = gms_no_snapshot,
    .beacons = GMS_BEACONS_FROM_LEADER,

    .take = gms1_take,
    .broadcast = gms1_broadcast,
    .elect = gms2_elect,
    .lead = gms2_lead,
};
