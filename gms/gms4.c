/* gms4: what is lost is sent again. This half is what both ways of it share: a wish of a member (its JOIN,
 * its REQUESTs) is repeated until its effect is seen, and done once all the same.
 *
 * A member keeps its multicasts until it has them delivered, and asks for them again after a while, and when
 * there is a new leader. So the same REQUEST may come twice, to one leader or to two. Everybody remembers
 * how far each origin has got, and a leader takes only the very next one: a lower n is a duplicate, a higher
 * one comes too early and will be repeated, in order, from the gap on (go-back-N). "Any n not seen before"
 * would not do: what died with the old leader could then be overtaken. VIEW carries these numbers, for its
 * newcomers. And the leader watches its followers, as they do the leader: who crashed leaves the view.
 * Whoever asks again and again, and nothing at all happens, says that it is blocked: no silent hang.
 *
 * How the leader's own messages are made good is in gms4_ack.c and gms4_nack.c, and so is what breaks them.
 *
 * Sources: A. Birrell and B. Nelson, "Implementing Remote Procedure Calls" (1984), for what is done once
 * though it was asked for twice; A. Tanenbaum, "Computer Networks", for go-back-N.
 */
#include "gms/rung.h"

bool gms4_room(const struct gms_actions *out) {
    return gms_actions_room(out, GMS_ELECTION_ACTIONS_MAX) &&
           out->arena_used_bytes + GMS_ELECTION_ARENA_SIZE_MAX <= sizeof out->arena;
}

/* -- What was taken --------------------------------------------------------------------------------- */

bool gms4_blocked(const struct gms *g) {
    return gms_in_group(g) && g->gms4.tries == GMS_TRIES_MAX;
}

void gms4_go_on(struct gms *g, struct gms_actions *out) {
    if (gms4_blocked(g))
        gms_do_member(out, GMS_DO_UNBLOCK, GMS_NOBODY);
    g->gms4.tries = 0;
}

bool gms4_own_delivered(struct gms *g, uint64_t n) {
    struct gms4_state *s = &g->gms4;
    const uint32_t before = s->pending.count;
    gms_pending_done(&s->pending, n);
    const uint32_t done = before - s->pending.count;
    s->asked -= done < s->asked ? done : s->asked;
    return done > 0;
}

static void own_are_delivered(struct gms *g, uint64_t n) {
    if (gms4_own_delivered(g, n) && !g->gms1.leaving)
        g->gms1.deadline = GMS_NEVER; /* it goes on: those that are left get the full time again */
}

void gms4_note(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    struct gms4_state *s = &g->gms4;
    gms4_go_on(g, out);
    if (m->type == GMS_MSG) {
        if (gms_view_has(&g->gms1.view, m->origin))
            gms_counts_set(&s->taken, m->origin, m->n);
        if (m->origin == g->gms1.config.me)
            own_are_delivered(g, m->n);
        return;
    }
    struct gms_view view;
    gms_view_set(&view, m->view, m->members, m->member_count);
    gms_counts_keep(&s->taken, &view);
    for (uint32_t i = 0; m->counts && i < m->member_count; i++)
        gms_counts_set(&s->taken, m->members[i], m->counts[i]);
    if (s->leader != m->members[0])
        s->asked = 0; /* the last leader may have taken with it what it was asked for */
    s->leader = m->members[0];
}

enum gms_drop gms4_take(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    if (g->gms1.phase == GMS_JOINING || m->seq == g->gms3.expected)
        gms4_note(g, m, out); /* first, for a view may call for an election */
    return gms3_take(g, m, out);
}

enum gms_drop gms4_ordered_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_hold *hold = &g->gms1.hold;
    const uint64_t seq = e->message.seq;
    if (seq == 0)
        return GMS_DROP_MALFORMED;
    for (uint32_t i = 0; i < hold->count; i++) {
        if (hold->from[i] == e->from && hold->copy[i].message.seq == seq)
            return GMS_DROP_DUPLICATE; /* sent again, and held back already */
    }
    return gms2_ordered_message(g, e, out);
}

/* -- The leader ------------------------------------------------------------------------------------- */

void gms4_watch(const struct gms *g, struct gms_actions *out) {
    for (uint32_t i = 1; i < g->gms1.view.count; i++)
        gms_do_watch(out, g->gms1.view.members[i]);
}

void gms4_count(struct gms *g, struct gms_message *m, struct gms_actions *out) {
    const struct gms_view *view = &g->gms1.view;
    struct gms_counts *taken = &g->gms4.taken;
    if (m->type == GMS_MSG) {
        gms_counts_set(taken, m->origin, m->n);
        return;
    }
    gms_counts_keep(taken, view);
    const struct gms_message numbers = {.counts = taken->n, .member_count = view->count};
    m->counts = gms_lend(out, &numbers).counts;
    gms4_watch(g, out);
}

enum gms_drop gms4_request_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const uint64_t n = e->message.n, last = gms_counts_get(&g->gms4.taken, e->from);
    if (g->gms1.phase == GMS_LEADING && gms_view_has(&g->gms1.view, e->from) && n != last + 1)
        return n <= last ? GMS_DROP_DUPLICATE : GMS_DROP_GAP;
    return gms1_request_message(g, e, out);
}

/* -- Asking ----------------------------------------------------------------------------------------- */

enum gms_drop gms4_mcast(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    (void)out; /* it is asked for at the end of the step */
    if (s->phase == GMS_JOINING)
        return GMS_DROP_NOT_JOINED;
    if (s->leaving)
        return GMS_DROP_LEAVING;
    const struct gms_message request = {.type = GMS_REQUEST,
                                        .origin = s->config.me,
                                        .n = s->mcast_count + 1,
                                        .body = e->message.body,
                                        .body_size = e->message.body_size};
    if (!gms_pending_put(&g->gms4.pending, &request))
        return GMS_DROP_WOULD_BLOCK;
    s->mcast_count++;
    return GMS_USED;
}

/* For the oldest of its own, as far as they were not asked for yet and so many at a time. */
static void ask(struct gms *g, uint32_t at_a_time, struct gms_actions *out) {
    struct gms4_state *s = &g->gms4;
    while (gms_in_group(g) && s->asked < s->pending.count && s->asked < at_a_time && gms4_room(out)) {
        const struct gms_message kept = gms_pending_at(&s->pending, s->asked++);
        if (g->gms1.phase == GMS_FOLLOWING) {
            gms_do_send(out, gms_leader(g), &kept);
            continue;
        }
        const struct gms_message request = gms_lend(out, &kept); /* it will be delivered and forgotten */
        const struct gms_event to_itself = {
            .type = GMS_EVENT_RECEIVE, .now = g->gms1.now, .from = g->gms1.config.me, .message = request};
        if (gms_rung_of(g)->on_request_message(g, &to_itself, out) == GMS_DROP_WINDOW_FULL) {
            s->asked--; /* for nothing was delivered */
            return;
        }
    }
}

void gms4_ask(struct gms *g, uint32_t at_a_time, struct gms_actions *out) {
    if (!g->gms1.leaving)
        ask(g, at_a_time, out);
}

void gms4_set_timer(struct gms *g, bool waits) {
    struct gms1_state *s = &g->gms1;
    if (!gms_in_group(g) || s->leaving)
        return;
    if (!waits && g->gms4.pending.count == 0)
        s->deadline = GMS_NEVER;
    else if (s->deadline == GMS_NEVER)
        s->deadline = s->now + s->config.resend_timeout;
}

/* -- Joining, leaving, time ------------------------------------------------------------------------- */

enum gms_drop gms4_start(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const enum gms_drop result = gms3_start(g, e, out);
    if (g->gms1.phase == GMS_JOINING)
        g->gms1.deadline = g->gms1.now + g->gms1.config.resend_timeout;
    return result;
}

/* The same contact as long as gms1 waits for its answer, then the next one. */
static void join_again(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (++g->gms4.tries * s->config.resend_timeout < s->config.join_timeout) {
        gms1_send_join(g, s->contacts[s->contact_next - 1], out);
    } else {
        g->gms4.tries = 0;
        gms1_timer(g, e, out);
    }
    if (s->phase == GMS_JOINING)
        s->deadline = s->now + s->config.resend_timeout;
}

enum gms_drop gms4_timer(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (e->now < s->deadline)
        return GMS_USED;
    if (s->leaving && s->phase != GMS_LEADING)
        return gms1_timer(g, e, out);
    if (s->phase == GMS_JOINING) {
        join_again(g, e, out);
        return GMS_USED;
    }
    s->deadline = GMS_NEVER;
    if (s->phase == GMS_FOLLOWING)
        g->gms4.asked = 0; /* all of them again, at the end of the step; a leader's own way loses nothing */
    if (g->gms4.tries < GMS_TRIES_MAX && ++g->gms4.tries == GMS_TRIES_MAX)
        gms_do_member(out, GMS_DO_BLOCK, GMS_NOBODY);
    return GMS_USED;
}

enum gms_drop gms4_leave(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    if (g->gms1.phase == GMS_FOLLOWING && !g->gms1.leaving)
        ask(g, GMS_PENDING_MAX, out); /* what still waited for its turn goes before it */
    return gms1_leave(g, e, out);
}
