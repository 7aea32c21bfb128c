/* gms5, from one view to the next: a decision is installed, by those whom it names, and seen installed by the
 * others, by those who leave by it. Newcomers get the application's state as of the very cut.
 */
#include <string.h>

#include "gms/gms5.h"

#define GOING_TICKS 7 /* beyond the time for an answer does whoever leaves look after the others */

/* -- The decision ---------------------------------------------------------------------------------------- */

bool gms5_proposes(const struct gms5_proposal *p, gms_id id) {
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->members[i] == id)
            return true;
    }
    return false;
}

bool gms5_may_follow(const struct gms *g, const struct gms_message *m, uint64_t last) {
    uint32_t rank = 0;
    for (uint32_t i = 0; i < m->member_count; i++) {
        const uint32_t stays = gms5_rank(g, m->members[i]);
        if (m->members[i] == g->gms1.config.me && last < g->gms5.delivered)
            return false;
        if (stays == GMS5_NO_RANK)
            rank = GMS_MEMBERS_MAX; /* from here on newcomers only */
        else if (stays < rank)
            return false;
        else
            rank = stays;
    }
    return true;
}

void gms5_take_proposal(struct gms5_proposal *p, const struct gms_message *m, uint64_t last) {
    memset(p, 0, sizeof *p);
    p->last = last;
    p->count = m->member_count;
    memcpy(p->members, m->members, m->member_count * sizeof(gms_id));
}

/* The view as whoever has to install it must be told; lent, so that one copy serves all of them. */
static struct gms_message install_message(struct gms *g, bool with_state, struct gms_actions *out) {
    const struct gms5_state *s = &g->gms5;
    const struct gms_message m = {.type = GMS_INSTALL,
                                  .view = g->gms1.view.number,
                                  .seq = s->cut,
                                  .members = g->gms1.view.members,
                                  .member_count = g->gms1.view.count,
                                  .counts = s->cut_taken.n,
                                  .body = with_state ? s->snapshot : NULL,
                                  .body_size = with_state ? s->snapshot_size : 0};
    return gms_lend(out, &m);
}

void gms5_send_install(struct gms *g, gms_id to, struct gms_actions *out) {
    const uint32_t rank = gms5_rank(g, to);
    const bool newcomer = rank != GMS5_NO_RANK && g->gms5.peer[rank].newcomer;
    if (newcomer && !g->gms5.has_snapshot)
        return; /* a newcomer itself can't bring up another one */
    const struct gms_message m = install_message(g, newcomer, out);
    gms_do_send(out, to, &m);
}

void gms5_send_installs(struct gms *g, gms5_counts *to_whom, struct gms_actions *out) {
    struct gms_message m[2] = {{.type = GMS_TYPES}, {.type = GMS_TYPES}}; /* without and with the state */
    const uint32_t me = gms5_my_rank(g);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const bool newcomer = g->gms5.peer[i].newcomer;
        if (i == me || !to_whom(g, i) || (newcomer && !g->gms5.has_snapshot))
            continue;
        if (m[newcomer].type == GMS_TYPES)
            m[newcomer] = install_message(g, newcomer, out);
        gms_do_send(out, g->gms1.view.members[i], &m[newcomer]);
    }
}

static bool leaves_some_out(const struct gms *g, const struct gms5_proposal *decided) {
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const gms_id id = g->gms1.view.members[i];
        if (!gms5_proposes(decided, id) && !g->gms5.peer[i].leaving && !gms5_is_down(g, id))
            return true;
    }
    return false;
}

/* Everything of the view that is over: what the change was about, and messages that came too late for it. */
static void forget_view(struct gms *g, uint64_t last) {
    struct gms5_state *s = &g->gms5;
    gms_history_forget_after(&s->history, last);
    memset(s->peer, 0, sizeof s->peer);
    memset(&s->proposal, 0, sizeof s->proposal);
    memset(&s->best, 0, sizeof s->best);
    memset(&s->ordered, 0, sizeof s->ordered);
    memset(s->snapshot, 0, sizeof s->snapshot);
    s->snapshot_size = 0;
    s->promised = s->accepted = s->ballot = s->ballot_seen = s->best_ballot = 0;
    s->coordinates = GMS5_NONE;
    s->patience = 0;
    s->blocked_at = 0;
    s->blocked = s->no_quorum = s->has_snapshot = false;
}

static void enter_view(struct gms *g, const struct gms_view *next, uint64_t cut, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const struct gms_view before = g->gms1.view;
    for (uint32_t i = 0; i < before.count; i++) {
        if (!gms_view_has(next, before.members[i]))
            gms_ids_add(&g->gms1.departed, before.members[i]);
    }
    g->gms1.view = *next;
    g->gms3.expected = cut + 1;
    s->cut = s->delivered = s->committed = cut;
    s->stable = s->stable < cut ? s->stable : cut;
    gms_counts_keep(&g->gms4.taken, next);
    s->cut_taken = g->gms4.taken;
    for (uint32_t i = 0; i < next->count; i++) {
        const gms_id id = next->members[i];
        s->peer[i].newcomer = before.count > 0 && !gms_view_has(&before, id);
        s->peer[i].suspected = gms5_is_down(g, id);
        s->snapshot_wanted = s->snapshot_wanted || s->peer[i].newcomer;
        gms_view_remove(&s->joining, id);
    }
    const struct gms_message view = {.type = GMS_VIEW,
                                     .view = next->number,
                                     .seq = cut,
                                     .members = next->members,
                                     .member_count = next->count};
    const struct gms_message lent = gms_lend(out, &view);
    gms_do_install(out, &lent);
    for (uint32_t i = 0; i < next->count; i++) {
        if (next->members[i] != g->gms1.config.me)
            gms_do_watch(out, next->members[i]);
    }
}

/* All up to its last message is here. `tell`: the members of the old view are told by us. */
void gms5_install(struct gms *g, const struct gms5_proposal *decided, bool tell, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const struct gms_view before = g->gms1.view;
    const bool was_blocked = s->blocked;
    struct gms_view next;
    gms_view_set(&next, before.number + 1, decided->members, decided->count);
    const uint64_t last = decided->last; /* before it is forgotten */
    gms5_deliver(g, last, out);
    s->some_may_return = next.count == 1 && leaves_some_out(g, decided); /* else it does not matter */
    forget_view(g, last);
    enter_view(g, &next, last + 1, out);
    if (was_blocked)
        gms_do_member(out, GMS_DO_UNBLOCK, GMS_NOBODY);
    gms5_announce_quorum(g, out);
    if (gms_leader(g) == g->gms1.config.me && g->gms1.phase != GMS_LEADING)
        become_leading(g, next.number, out);
    if (tell) {
        const struct gms_message m = install_message(g, false, out);
        for (uint32_t i = 0; i < before.count; i++) {
            if (before.members[i] != g->gms1.config.me && !gms5_is_down(g, before.members[i]))
                gms_do_send(out, before.members[i], &m);
        }
    }
    if (s->snapshot_wanted)
        gms_do_member(out, GMS_DO_SNAPSHOT, GMS_NOBODY);
    else
        gms5_go_on(g, out);
}

enum gms_drop gms5_snapshot(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (!s->snapshot_wanted || e->message.body_size > GMS_BODY_SIZE_MAX)
        return GMS_DROP_OUT_OF_PLACE;
    s->snapshot_wanted = false;
    s->has_snapshot = true;
    s->snapshot_size = e->message.body_size;
    memcpy(s->snapshot, e->message.body, e->message.body_size);
    gms5_go_on(g, out);
    return GMS_USED;
}

/* Out by a decision that others may not know yet: whoever leaves stays until they do, for it may take them
 * a quorum to find out. */
static void spread(struct gms *g, struct gms_actions *out) {
    static const uint64_t no_counts[GMS_MEMBERS_MAX]; /* old members have their own */
    const struct gms5_proposal *p = &g->gms5.proposal;
    const struct gms_message own = {.type = GMS_INSTALL,
                                    .view = g->gms1.view.number + 1,
                                    .seq = p->last + 1,
                                    .members = p->members,
                                    .member_count = p->count,
                                    .counts = no_counts};
    const struct gms_message m = gms_lend(out, &own);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const gms_id id = g->gms1.view.members[i];
        if (gms5_proposes(p, id) && !g->gms5.peer[i].answered && !gms5_is_down(g, id))
            gms_do_send(out, id, &m);
    }
}

void gms5_be_going(struct gms *g, const struct gms5_proposal *decided, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    s->proposal = *decided;
    s->coordinates = GMS5_NONE;
    s->going = true;
    s->patience = 0;
    for (uint32_t i = 0; i < g->gms1.view.count; i++)
        s->peer[i].answered = false;
    gms5_become_blocked(g, out);
}

void gms5_installed_by(struct gms *g, gms_id whom, struct gms_actions *out) {
    struct gms5_peer *peer = gms5_peer(g, whom);
    if (peer)
        peer->answered = true;
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const gms_id id = g->gms1.view.members[i];
        if (gms5_proposes(&g->gms5.proposal, id) && !g->gms5.peer[i].answered && !gms5_is_down(g, id))
            return;
    }
    gms5_be_out(g, out);
}

void gms5_going_tick(struct gms *g, struct gms_actions *out) {
    if (g->gms5.patience > GOING_TICKS + gms5_answer_ticks(g))
        gms5_be_out(g, out);
    else
        spread(g, out);
}

/* -- Learning -------------------------------------------------------------------------------------------- */

static enum gms_drop be_admitted(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    struct gms_view view;
    gms_view_set(&view, m->view, m->members, m->member_count);
    if (!gms_view_has(&view, g->gms1.config.me))
        return GMS_DROP_NOT_JOINED;
    if (view.members[0] == g->gms1.config.me)
        return GMS_DROP_MALFORMED; /* nobody leads the first view that it sees, but for founders */
    for (uint32_t i = 0; i < m->member_count; i++)
        gms_counts_set(&g->gms4.taken, m->members[i], m->counts[i]);
    struct gms_message state = *m;
    state.origin = e->from;
    if (m->body_size > 0)
        gms_do_adopt(out, &state);
    g->gms5.stable = m->seq;
    become_following(g);
    g->gms1.deadline = GMS_NEVER;
    enter_view(g, &view, m->seq, out);
    gms5_tell(g, gms_leader(g), GMS_ACK, out);
    return GMS_USED;
}

/* The decision about our view: install it, once all that ends this one is here, or be out. */
static enum gms_drop hear_decision(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_proposal decided;
    if (!gms5_may_follow(g, &e->message, e->message.seq - 1))
        return GMS_DROP_MALFORMED;
    gms5_take_proposal(&decided, &e->message, e->message.seq - 1);
    if (!gms5_proposes(&decided, g->gms1.config.me)) {
        if (!g->gms1.leaving)
            gms5_be_out(g, out);
        else if (!g->gms5.going)
            gms5_be_going(g, &decided, out);
        return GMS_USED;
    }
    if (g->gms5.going)
        return GMS_DROP_MALFORMED; /* there are no two decisions */
    if (decided.last > gms5_received(g)) {
        gms5_ask_for_missing(g, e->from, decided.last, out);
        return GMS_DROP_GAP;
    }
    gms5_install(g, &decided, false, out);
    return GMS_USED;
}

enum gms_drop gms5_install_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const uint32_t view = e->message.view, mine = g->gms1.view.number;
    enum gms_drop result = view < mine ? GMS_DROP_OLD_VIEW : GMS_DROP_DUPLICATE;
    if (g->gms1.phase == GMS_JOINING)
        result = be_admitted(g, e, out);
    else if (view == mine + 1)
        result = hear_decision(g, e, out);
    else if (view > mine)
        return GMS_DROP_LATER_VIEW;
    /* Whoever tells it wants to know that it is installed; a new view's leader has been told just now. */
    if (g->gms1.view.number >= view && !(result == GMS_USED && e->from == gms_leader(g)))
        gms5_tell(g, e->from, GMS_ACK, out);
    return result;
}

/* -- Out ------------------------------------------------------------------------------------------------- */

void gms5_be_out(struct gms *g, struct gms_actions *out) {
    if (g->gms1.leaving)
        become_left(g, out);
    else
        become_out(g, GMS_DROP_EXCLUDED, out);
}
