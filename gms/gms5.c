/* gms5: virtual synchrony. This file has the table, and who comes and goes; how messages are ordered in a
 * view is in gms5_order.c, how views change in gms5_change.c and gms5_install.c.
 *
 * The idea: a group agrees on each of its views by consensus, and on which messages end the one before. So
 * nobody can be left with a message that the others lack, whatever crashes, hangs, is lost or cut off, and
 * those who can't take part are out of the group and come back as newcomers.
 *
 * In view k the leader gives numbers, as at gms3. Followers take messages in order, ask for what they miss
 * (as at gms4-nack), and acknowledge. What a quorum has is committed: any later quorum has a member that
 * knows it, so it can't be lost, and it may be delivered (`safe`). What everybody has is stable and may be
 * forgotten. `agreed` delivery does not wait for the commit: two hops less, and what only the dead had
 * delivered is lost.
 *
 * Sources: K. Birman and T. Joseph, "Exploiting Virtual Synchrony in Distributed Systems" (1987); A. Schiper
 * and A. Sandoz, "Uniform Reliable Multicast in a Virtually Synchronous Environment" (1993); L. Lamport, "The
 * Part-Time Parliament" (1998); R. Guerraoui and A. Schiper, "The Generic Consensus Service" (2001);
 * G. Chockler, I. Keidar and R. Vitenberg, "Group Communication Specifications" (2001).
 */
#include "gms/gms5.h"

#define JOIN_PERIOD     4 /* resend timeouts between two JOINs */
#define JOIN_TRIES      5 /* of each contact */
#define LEAVE_TICKS_MAX 40

/* -- Messages: from whom, of which view ------------------------------------------------------------------ */

/* The sender is not in our view as it believes. What we answer; never to what can come in floods. */
static enum gms_drop out_of_step(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    const uint32_t mine = g->gms1.view.number;
    const bool member = gms5_rank(g, e->from) != GMS5_NO_RANK;
    if (m->type == GMS_MSG || m->type == GMS_COMMIT)
        return m->view > mine ? GMS_DROP_LATER_VIEW : GMS_DROP_OLD_VIEW;
    if (g->gms5.going) {
        if (m->view > mine && member)
            gms5_installed_by(g, e->from, out);
        return GMS_DROP_LEAVING;
    }
    if (m->view > mine) { /* somebody went on without us, or we missed something: it will say which */
        gms5_tell(g, e->from, GMS_ACK, out);
        return GMS_DROP_LATER_VIEW;
    }
    if (!member) {
        gms5_tell(g, e->from, GMS_EXCLUDED, out);
        return GMS_DROP_NOT_MEMBER;
    }
    if (m->view + 1 == mine) {
        if (m->type == GMS_NACK)
            gms5_send_again(g, e->from, m->seq, m->last < g->gms5.cut ? m->last : g->gms5.cut - 1, out);
        gms5_send_install(g, e->from, out);
    }
    return GMS_DROP_OLD_VIEW;
}

static enum gms_drop of_this_view(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    switch (e->message.type) {
    case GMS_MSG: return gms5_on_msg(g, e, out);
    case GMS_NACK: return gms5_on_nack(g, e, out);
    case GMS_ACK:
    case GMS_HEARTBEAT:
    case GMS_COMMIT: return gms5_on_leaders_word(g, e, out);
    case GMS_SUSPECT: return GMS_USED; /* a question: whoever knows a later view answers it */
    case GMS_PREPARE:
    case GMS_PROMISE:
    case GMS_ACCEPT:
    case GMS_ACCEPTED: return gms5_change_message(g, e, out);
    case GMS_JOIN:
    case GMS_VIEW:
    case GMS_REQUEST:
    case GMS_LEAVE:
    case GMS_TOO_OLD:
    case GMS_INSTALL:
    case GMS_EXCLUDED:
    case GMS_TYPES: break;
    }
    return GMS_DROP_OUT_OF_PLACE;
}

/* Whoever speaks is not dead. */
static void heard(struct gms *g, gms_id from) {
    struct gms5_peer *peer = gms5_peer(g, from);
    if (peer && !gms5_is_down(g, from))
        peer->suspected = false;
}

static enum gms_drop on_excluded(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    if (g->gms5.going)
        return GMS_DROP_LEAVING; /* and it knows */
    if (g->gms1.phase != GMS_JOINING && e->message.view <= g->gms1.view.number)
        return GMS_DROP_OLD_VIEW;
    gms5_be_out(g, out);
    return GMS_USED;
}

/* At the end of every step: does something remain to be asked for again? */
static bool outstanding(struct gms *g) {
    const struct gms5_state *s = &g->gms5;
    bool suspects = false;
    if (g->gms1.phase == GMS_JOINING || s->blocked || s->going || g->gms1.leaving ||
        g->gms4.pending.count > 0)
        return true;
    for (uint32_t i = 0; i < g->gms1.view.count; i++)
        suspects = suspects || s->peer[i].suspected;
    if (suspects || s->joining.count > 0)
        return true;
    return gms5_leads(g) ? s->stable < gms5_received(g) : s->delivered < gms5_received(g);
}

static void gms5_end_step(struct gms *g, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    uint32_t number;
    if (s->more)
        return; /* once for all of the turn */
    if (gms_in_group(g))
        gms5_settle(g, out);
    do { /* a view may call for the next one at once */
        number = s->view.number;
        if (gms_in_group(g) && !g->gms5.snapshot_wanted)
            gms5_consider(g, out);
    } while (s->view.number != number);
    if (!gms_in_group(g) && s->phase != GMS_JOINING)
        return;
    if (!outstanding(g))
        s->deadline = GMS_NEVER;
    else if (s->deadline == GMS_NEVER)
        s->deadline = s->now + s->config.resend_timeout;
}

static enum gms_drop gms5_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    if (m->type == GMS_EXCLUDED)
        return on_excluded(g, e, out);
    if (m->type == GMS_INSTALL)
        return gms5_install_message(g, e, out);
    if (g->gms1.phase == GMS_JOINING) {
        if (m->type == GMS_HEARTBEAT)
            gms1_send_join(g, e->from, out); /* it may be a member already, without knowing */
        return GMS_DROP_NOT_JOINED;
    }
    if (gms5_rank(g, e->from) == GMS5_NO_RANK || m->view != g->gms1.view.number)
        return out_of_step(g, e, out);
    heard(g, e->from);
    return of_this_view(g, e, out);
}

static enum gms_drop gms5_request_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    if (g->gms1.phase == GMS_JOINING)
        return GMS_DROP_NOT_JOINED;
    if (gms5_rank(g, e->from) == GMS5_NO_RANK) {
        gms5_tell(g, e->from, GMS_EXCLUDED, out);
        return GMS_DROP_NOT_MEMBER;
    }
    heard(g, e->from);
    return gms5_on_request(g, e, out);
}

uint32_t gms5_answer_ticks(const struct gms *g) {
    const gms_time ticks = g->gms1.config.answer_timeout / g->gms1.config.resend_timeout;
    if (ticks < GMS5_ANSWER_TICKS_MIN)
        return GMS5_ANSWER_TICKS_MIN;
    return ticks < GMS5_ANSWER_TICKS_MAX ? (uint32_t)ticks : GMS5_ANSWER_TICKS_MAX;
}

/* -- Coming and going ------------------------------------------------------------------------------------ */

static enum gms_drop gms5_start(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (gms_in_group(
            g)) { /* whom else it could ask what became of the group: those it knew may all be gone */
        gms1_take_contacts(g, e);
        return GMS_USED;
    }
    const enum gms_drop result = gms3_start(g, e, out);
    if (g->gms1.phase == GMS_LEADING) {
        s->cut = s->delivered = s->committed = s->stable = s->peer[0].received = gms5_received(g);
        gms_counts_keep(&s->cut_taken, &g->gms1.view);
    }
    if (g->gms1.phase == GMS_JOINING)
        g->gms1.deadline = g->gms1.now + JOIN_PERIOD * g->gms1.config.resend_timeout;
    return result;
}

static void join_tick(struct gms *g, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (s->contact_next == JOIN_TRIES * s->contact_count) {
        become_failed(g, out);
        return;
    }
    gms1_send_join(g, s->contacts[s->contact_next++ % s->contact_count], out);
    s->deadline = s->now + JOIN_PERIOD * s->config.resend_timeout;
}

static enum gms_drop gms5_join_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const gms_id newcomer = e->message.origin;
    if (g->gms1.phase == GMS_JOINING)
        return GMS_DROP_NOT_JOINED;
    if (gms_ids_have(&g->gms1.departed, newcomer)) {
        gms5_tell(g, newcomer, GMS_EXCLUDED, out);
        return GMS_DROP_DEPARTED;
    }
    if (gms5_rank(g, newcomer) != GMS5_NO_RANK) {
        if (!s->has_snapshot)
            return GMS_DROP_DUPLICATE;
        gms5_send_install(g, newcomer, out);
        return GMS_USED;
    }
    if (!gms5_leads(g)) {
        if (e->from == newcomer) /* passed on once: a leader that leads no more does not send it round */
            gms_do_send(out, gms_leader(g), &e->message);
        return e->from == newcomer ? GMS_USED : GMS_DROP_NOT_LEADER;
    }
    if (gms_view_has(&s->joining, newcomer))
        return GMS_DROP_DUPLICATE;
    if (g->gms1.view.count + s->joining.count >= GMS_MEMBERS_MAX)
        return GMS_DROP_GROUP_FULL;
    gms_view_append(&s->joining, newcomer);
    return GMS_USED;
}

static void ask_to_leave(struct gms *g, struct gms_actions *out) {
    if (gms5_leads(g))
        g->gms5.peer[0].leaving = true;
    else
        gms1_send_leave(g, out);
}

/* It wants to leave and nobody is with it: it goes, unless those that are left out may come back soon; then
 * it waits a while for them, for the group would end with it. */
static void leave_alone(struct gms *g, struct gms_actions *out) {
    if (!g->gms5.some_may_return)
        become_left(g, out);
}

static enum gms_drop gms5_leave(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    (void)e;
    if (s->leaving)
        return GMS_DROP_LEAVING;
    s->leaving = true;
    if (s->view.count < 2)
        leave_alone(g, out); /* not yet a member, or the only one */
    else
        ask_to_leave(g, out);
    return GMS_USED;
}

static enum gms_drop gms5_leave_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_peer *peer = gms5_peer(g, e->from);
    if (g->gms1.phase == GMS_JOINING)
        return GMS_DROP_NOT_JOINED;
    if (e->message.origin != e->from)
        return GMS_DROP_NOT_ORIGIN;
    if (!peer) {
        gms5_tell(g, e->from, GMS_EXCLUDED, out);
        return GMS_DROP_NOT_MEMBER;
    }
    if (!gms5_leads(g))
        return GMS_DROP_NOT_LEADER;
    heard(g, e->from);
    peer->leaving = true;
    return GMS_USED;
}

static bool is_newcomer(const struct gms *g, uint32_t rank) {
    return g->gms5.peer[rank].newcomer;
}

void gms5_go_on(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (g->gms1.leaving && g->gms1.view.count == 1) {
        leave_alone(g, out);
        return;
    }
    if (g->gms1.leaving)
        ask_to_leave(g, out);
    if (!gms5_leads(g)) {
        gms5_tell(g, gms_leader(g), GMS_ACK, out);
        g->gms4.asked = 0; /* of another leader, it may be */
        gms5_ask_to_order(g, false, out);
        return;
    }
    s->ordered = g->gms4.taken;
    s->peer[0].received = gms5_received(g);
    if (s->has_snapshot)
        gms5_send_installs(g, is_newcomer, out);
    gms5_order_own(g, out);
}

/* -- Multicast, time, crashes ---------------------------------------------------------------------------- */

static enum gms_drop gms5_mcast(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const enum gms_drop result = gms4_mcast(g, e, out);
    if (result != GMS_USED || g->gms5.blocked)
        return result;
    if (gms5_leads(g))
        gms5_order_own(g, out);
    else
        gms5_ask_to_order(g, false, out);
    return GMS_USED;
}

static enum gms_drop gms5_timer(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (e->now < s->deadline)
        return GMS_USED;
    s->deadline = GMS_NEVER;
    if (s->phase == GMS_JOINING) {
        join_tick(g, out);
        return GMS_USED;
    }
    if (s->leaving && ++g->gms5.leave_ticks > LEAVE_TICKS_MAX) {
        become_left(g, out); /* nobody is there to let it go */
        return GMS_USED;
    }
    if (g->gms5.blocked || g->gms5.going)
        gms5_change_tick(g, out);
    else
        gms5_order_tick(g, out);
    return GMS_USED;
}

static enum gms_drop gms5_suspect(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_peer *peer = gms5_peer(g, e->from);
    (void)out; /* what follows from it is decided at the end of the step */
    if (!peer || e->from == g->gms1.config.me)
        return GMS_DROP_NOT_MEMBER;
    peer->suspected = true;
    return GMS_USED;
}

static enum gms_drop gms5_down(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    gms_ids_add(&g->gms2.down, e->from);
    gms_view_remove(&g->gms5.joining, e->from);
    return g->gms1.phase == GMS_JOINING ? GMS_USED : gms5_suspect(g, e, out);
}

const struct gms_rung gms5 = {
    .name = "gms5",
    .adds = "decides each view, and what ends the one before, by consensus",
    .breaks = "no fault of this list; a member that lies",
    .below = &gms4_nack,

    .on_start = gms5_start,
    .on_timer = gms5_timer,
    .on_down = gms5_down,
    .on_suspect = gms5_suspect,
    .on_mcast = gms5_mcast,
    .on_leave = gms5_leave,

    .on_join_message = gms5_join_message,
    .on_request_message = gms5_request_message,
    .on_leave_message = gms5_leave_message,
    .on_ordered_message = gms5_message,
    .on_upper_message = gms5_message,
    .on_snapshot = gms5_snapshot,
    .beacons = GMS_BEACONS_ALL,
    .fill_heartbeat = gms5_heartbeat,
    .blocked = gms5_blocked,
    .has_quorum = gms5_has_quorum,

    .take = gms1_take,
    .broadcast = gms3_broadcast,
    .elect = gms1_elect,
    .lead = gms1_lead,
    .end_step = gms5_end_step,
};
