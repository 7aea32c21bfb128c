/* gms4-ack: the leader sends a message to the first follower and waits until it is acknowledged, then to the
 * second, and so on: stop and wait. It takes its own copy last. Only then does the next message begin; what
 * comes meanwhile waits in a queue.
 *
 * It costs a round trip for each follower and message. What it buys: whatever is lost is sent again, and what
 * anybody has, the first follower has, for the second one was not sent it before. So the re-send of gms3's
 * new leader is enough under asynchronous crashes and losses, too, and under both together.
 *
 * Breaks: a false suspicion. The leader waits for the ACK of someone who no longer listens; nobody
 * acknowledges what a stale leader says. Suspected from both sides, the group parts.
 *
 * Source: K. Bartlett, R. Scantlebury and P. Wilkinson, "A Note on Reliable Full-duplex Transmission over
 * Half-duplex Links" (1969), for stop and wait.
 */
#include <assert.h>

#include "gms/rung.h"

/* The message on its way is `gms3.last`: like the last one that a follower took, it is the one that may have
 * to be sent again. */
static bool is_busy(const struct gms *g) {
    return g->gms4_ack.awaited != GMS_NOBODY;
}

/* -- The follower ------------------------------------------------------------------------------------- */

static void acknowledge(struct gms *g, gms_id leader, const struct gms_message *m, struct gms_actions *out) {
    const struct gms_message ack = {.type = GMS_ACK, .view = g->gms1.view.number, .seq = m->seq};
    gms_do_send(out, leader, &ack);
}

/* Only from whom we follow now. A duplicate, too: its acknowledgement may have been lost. */
static enum gms_drop ack_take(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    const gms_id leader = gms_leader(g);
    const enum gms_drop result = gms4_take(g, m, out);
    if (leader != GMS_NOBODY && g->gms1.phase == GMS_FOLLOWING)
        acknowledge(g, leader, m, out);
    return result;
}

/* A newcomer's first view may be re-sent by another than the leader that it names. */
static enum gms_drop ack_ordered_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const bool newcomer = g->gms1.phase == GMS_JOINING;
    const enum gms_drop result = gms4_ordered_message(g, e, out);
    if (newcomer && g->gms1.phase == GMS_FOLLOWING)
        acknowledge(g, e->from, &e->message, out);
    return result;
}

/* -- The leader: one message, one follower at a time ---------------------------------------------------- */

/* All followers have it. The leader's turn, unless it is its predecessor's: that one it has. */
static void finish(struct gms *g, struct gms_actions *out) {
    const struct gms_message kept = gms_kept(&g->gms3.last);
    const struct gms_message m = gms_lend(out, &kept);
    g->gms4_ack.awaited = GMS_NOBODY;
    gms_forget(&g->gms3.last);
    g->gms1.deadline = GMS_NEVER;
    if (m.seq < g->gms3.expected)
        return;
    g->gms3.expected++;
    gms4_note(g, &m, out);
    if (m.type == GMS_VIEW)
        gms_do_install(out, &m);
    else
        gms_do_deliver(out, &m);
}

/* To the follower of this rank, or if it is down, to the next one. */
static void send_to(struct gms *g, uint32_t rank, struct gms_actions *out) {
    const struct gms_view *view = &g->gms1.view;
    while (rank < view->count && gms_ids_have(&g->gms2.down, view->members[rank]))
        rank++;
    if (rank == view->count) {
        finish(g, out);
        return;
    }
    const struct gms_message kept = gms_kept(&g->gms3.last);
    const struct gms_message m = gms_lend(out, &kept);
    g->gms4_ack.awaited = view->members[rank];
    gms_do_send(out, view->members[rank], &m);
    g->gms1.deadline = g->gms1.now + g->gms1.config.resend_timeout;
}

static uint32_t rank_of_awaited(const struct gms *g) {
    const struct gms_view *view = &g->gms1.view;
    uint32_t rank = 1;
    while (rank < view->count && view->members[rank] != g->gms4_ack.awaited)
        rank++;
    assert(rank < view->count); /* the view does not change while a message is on its way */
    return rank;
}

static void ack_broadcast(struct gms *g, struct gms_message *m, gms_id also, struct gms_actions *out) {
    assert(!is_busy(g));
    m->seq = g->gms3.expected;
    gms4_count(g, m, out);
    gms_forget(&g->gms3.last);
    gms_keep(&g->gms3.last, m);
    send_to(g, 1, out);
    if (also != GMS_NOBODY)
        gms_do_send(out, also, m); /* it leaves: once will do, for it goes in any case */
}

static enum gms_drop ack_upper_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    if (e->message.type != GMS_ACK)
        return gms_no_upper_message(g, e, out);
    if (!is_busy(g) || e->from != g->gms4_ack.awaited || e->message.seq != g->gms3.last.message.seq)
        return GMS_DROP_DUPLICATE;
    gms4_go_on(g, out);
    send_to(g, rank_of_awaited(g) + 1, out);
    return GMS_USED;
}

/* The last message of the old leader first, as at gms3; the view when that is through. Whoever may have to be
 * waited for is watched. */
static void ack_lead(struct gms *g, struct gms_actions *out) {
    become_leading(g, g->gms1.view.number + 1, out);
    gms4_watch(g, out);
    send_to(g, 1, out);
}

/* -- The leader: what comes next ------------------------------------------------------------------------ */

static enum gms_drop take_turn(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    if (m->type == GMS_REQUEST)
        return gms4_request_message(g, e, out);
    if (m->type == GMS_LEAVE)
        return gms1_leave_message(g, e, out);
    if (m->type != GMS_JOIN)
        return GMS_DROP_STALE_LEADER; /* held back before the election */
    if (g->gms1.phase == GMS_LEADING && gms_view_has(&g->gms1.view, m->origin))
        return GMS_DROP_DUPLICATE; /* it has acknowledged the view that it asks for */
    return gms1_join_message(g, e, out);
}

/* REQUEST, JOIN and LEAVE. A leader queues them in `gms1.hold`; it holds nothing else back. */
static enum gms_drop ack_wish_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms_hold *hold = &g->gms1.hold;
    const bool request = e->message.type == GMS_REQUEST;
    uint64_t last = request ? gms_counts_get(&g->gms4.taken, e->from) : 0;
    bool queued = false;
    if (g->gms1.phase != GMS_LEADING)
        return take_turn(g, e, out);
    for (uint32_t i = 0; i < hold->count; i++) {
        const struct gms_message *m = &hold->copy[i].message;
        if (m->type != e->message.type || m->origin != e->message.origin)
            continue;
        queued = true;
        last = m->n;
    }
    if (request ? e->message.n <= last : queued)
        return GMS_DROP_DUPLICATE;
    if (request && e->message.n > last + 1)
        return GMS_DROP_GAP;
    return gms_hold_put(hold, e->from, &e->message) ? GMS_HELD : GMS_DROP_WINDOW_FULL;
}

static bool remove_the_dead(struct gms *g) {
    struct gms_view *view = &g->gms1.view;
    const uint32_t before = view->count;
    for (uint32_t i = view->count; i-- > 1;) {
        const gms_id id = view->members[i];
        if (gms_ids_have(&g->gms2.down, id)) {
            gms_ids_add(&g->gms1.departed, id);
            gms_view_remove(view, id);
        }
    }
    return view->count < before;
}

/* A view, if one is due; else what has waited longest. False: there is nothing, or it has to wait. */
static bool start_next(struct gms *g, struct gms_actions *out) {
    struct gms_hold *hold = &g->gms1.hold;
    struct gms_copy copy;
    if (g->gms1.phase != GMS_LEADING || g->gms1.leaving || is_busy(g) || !gms4_room(out))
        return false;
    if (remove_the_dead(g) || g->gms4.leader != g->gms1.config.me) {
        gms1_announce(g, GMS_NOBODY, out);
        return true;
    }
    if (hold->count == 0)
        return false;
    struct gms_event e = {.type = GMS_EVENT_RECEIVE, .now = g->gms1.now, .from = hold->from[0]};
    gms_hold_take(hold, e.from, &copy);
    const struct gms_message kept = gms_kept(&copy);
    e.message = gms_lend(out, &kept);
    const enum gms_drop why = take_turn(g, &e, out);
    if (why != GMS_USED)
        gms_do_drop(out, e.from, &e.message, why);
    return true;
}

/* Its share of a leader's queue. */
static uint32_t share(const struct gms *g) {
    const uint32_t members = g->gms1.view.count;
    return members > 0 && members < GMS_HOLD_MAX ? GMS_HOLD_MAX / members : 1;
}

static void ack_end_step(struct gms *g, struct gms_actions *out) {
    do
        gms4_ask(g, share(g), out);
    while (start_next(g, out));
    const bool leads = g->gms1.phase == GMS_LEADING;
    if (leads && g->gms1.leaving && !is_busy(g))
        become_left(g, out);
    gms4_set_timer(g, is_busy(g) || (leads && g->gms1.hold.count > 0));
}

/* -- Crashes, time, leaving ----------------------------------------------------------------------------- */

static enum gms_drop ack_down(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const bool in_its_way = is_busy(g) && e->from == g->gms4_ack.awaited;
    gms2_down(g, e, out);
    if (in_its_way) {
        gms4_go_on(g, out);
        send_to(g, rank_of_awaited(g), out); /* passes over it */
    }
    return GMS_USED;
}

static enum gms_drop ack_timer(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const bool due = e->now >= g->gms1.deadline && is_busy(g);
    const enum gms_drop result = gms4_timer(g, e, out);
    if (due && g->gms1.leaving && gms4_blocked(g))
        become_left(g, out); /* nobody answers */
    else if (due)
        send_to(g, rank_of_awaited(g), out);
    return result;
}

/* A leader that leaves finishes its broadcast first; so does who is elected while it leaves. */
static enum gms_drop ack_leave(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    if (!is_busy(g) || g->gms1.leaving)
        return gms4_leave(g, e, out);
    g->gms1.leaving = true;
    return GMS_USED;
}

const struct gms_rung gms4_ack = {
    .name = "gms4-ack",
    .adds = "sends to one follower after the other, each when the one before has acknowledged",
    .breaks = "a live leader is suspected: it waits for ever for those who no longer listen",
    .below = &gms3,

    .on_start = gms4_start,
    .on_timer = ack_timer,
    .on_down = ack_down,
    .on_suspect = ack_down,
    .on_mcast = gms4_mcast,
    .on_leave = ack_leave,

    .on_join_message = ack_wish_message,
    .on_request_message = ack_wish_message,
    .on_leave_message = ack_wish_message,
    .on_ordered_message = ack_ordered_message,
    .on_upper_message = ack_upper_message,
    .on_snapshot = gms_no_snapshot,
    .beacons = GMS_BEACONS_WITH_LEADER,
    .blocked = gms4_blocked,

    .take = ack_take,
    .broadcast = ack_broadcast,
    .elect = gms2_elect,
    .lead = ack_lead,
    .end_step = ack_end_step,
};
