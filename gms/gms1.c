/* gms1: a leader orders, nobody fails.
 *
 * The first member founds the group and leads. A member that wants to multicast asks the leader; the leader
 * sends to the followers one after the other, in view order, and then delivers it itself. There is one
 * orderer, so there is one order. When the leader crashes the group halts: nobody is there to notice.
 *
 * Source: J. Montelius, "Groupy: a group membership service", gms1.
 */
#include "gms/rung.h"

#include <assert.h>
#include <string.h>

/* -- Joining ---------------------------------------------------------------------------------------- */

void gms1_send_join(const struct gms *g, gms_id contact, struct gms_actions *out) {
    const struct gms_message join = {.type = GMS_JOIN, .origin = g->gms1.config.me};
    gms_do_send(out, contact, &join);
}

void gms1_take_contacts(struct gms *g, const struct gms_event *e) {
    struct gms1_state *s = &g->gms1;
    const uint32_t count = e->contact_count < GMS_CONTACTS_MAX ? e->contact_count : GMS_CONTACTS_MAX;
    memset(s->contacts, 0, sizeof s->contacts);
    memcpy(s->contacts, e->contacts, count * sizeof s->contacts[0]);
    s->contact_count = count;
}

static void ask_next_contact(struct gms *g, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (s->contact_next == s->contact_count) {
        become_failed(g, out);
        return;
    }
    gms1_send_join(g, s->contacts[s->contact_next++], out);
    s->deadline = s->now + s->config.join_timeout;
}

enum gms_drop gms1_start(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (s->phase != GMS_IDLE)
        return GMS_DROP_OUT_OF_PLACE;
    if (e->contact_count == 0) {
        gms_view_append(&s->view, s->config.me);
        become_leading(g, g->gms1.view.number + 1, out);
        gms1_announce(g, GMS_NOBODY, out);
        return GMS_USED;
    }
    gms1_take_contacts(g, e);
    become_joining(g);
    ask_next_contact(g, out);
    return GMS_USED;
}

enum gms_drop gms1_join_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    const gms_id newcomer = e->message.origin;
    if (s->phase == GMS_JOINING)
        return GMS_DROP_NOT_JOINED;
    if (gms_ids_have(&s->departed, newcomer))
        return GMS_DROP_DEPARTED;
    if (s->phase != GMS_LEADING) {
        gms_do_send(out, gms_leader(g), &e->message);
        return GMS_USED;
    }
    if (!gms_view_has(&s->view, newcomer)) {
        if (s->view.count == GMS_MEMBERS_MAX)
            return GMS_DROP_GROUP_FULL;
        gms_view_append(&s->view, newcomer);
    }
    gms1_announce(g, GMS_NOBODY, out); /* listed already: its view was lost or is late, so once more */
    return GMS_USED;
}

enum gms_drop gms1_newcomer(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    const struct gms_message *m = &e->message;
    bool listed = false;
    for (uint32_t i = 0; m->type == GMS_VIEW && i < m->member_count; i++)
        listed = listed || m->members[i] == s->config.me;
    if (!listed)
        return gms_hold_put(&s->hold, e->from, m) ? GMS_HELD : GMS_DROP_HOLD_FULL;
    return gms_rung_of(g)->take(g, m, out);
}

/* -- Ordering --------------------------------------------------------------------------------------- */

void gms1_broadcast(struct gms *g, struct gms_message *m, gms_id also, struct gms_actions *out) {
    const struct gms_view *view = &g->gms1.view;
    assert(view->members[0] == g->gms1.config.me);
    gms_do_send_all(out, view->members + 1, view->count - 1, m);
    if (also != GMS_NOBODY)
        gms_do_send(out, also, m);
    if (m->type == GMS_VIEW)
        gms_do_install(out, m);
    else
        gms_do_deliver(out, m);
}

void gms1_announce(struct gms *g, gms_id also, struct gms_actions *out) {
    struct gms_view *view = &g->gms1.view;
    view->number++;
    const struct gms_message own = {
        .type = GMS_VIEW, .view = view->number, .members = view->members, .member_count = view->count};
    struct gms_message m = gms_lend(out, &own);
    gms_rung_of(g)->broadcast(g, &m, also, out);
}

static void order(struct gms *g, gms_id origin, uint64_t n, const struct gms_message *with_body,
                  struct gms_actions *out) {
    struct gms_message m = {.type = GMS_MSG,
                            .view = g->gms1.view.number,
                            .origin = origin,
                            .n = n,
                            .body = with_body->body,
                            .body_size = with_body->body_size};
    gms_rung_of(g)->broadcast(g, &m, GMS_NOBODY, out);
}

enum gms_drop gms1_mcast(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (s->phase == GMS_JOINING)
        return GMS_DROP_NOT_JOINED;
    if (s->leaving)
        return GMS_DROP_LEAVING;
    s->mcast_count++;
    if (s->phase == GMS_LEADING) {
        order(g, s->config.me, s->mcast_count, &e->message, out);
        return GMS_USED;
    }
    const struct gms_message request = {.type = GMS_REQUEST,
                                        .origin = s->config.me,
                                        .n = s->mcast_count,
                                        .body = e->message.body,
                                        .body_size = e->message.body_size};
    gms_do_send(out, gms_leader(g), &request);
    return GMS_USED;
}

enum gms_drop gms1_request_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    if (g->gms1.phase != GMS_LEADING)
        return GMS_DROP_NOT_LEADER;
    if (e->message.origin != e->from)
        return GMS_DROP_NOT_ORIGIN;
    if (!gms_view_has(&g->gms1.view, e->from))
        return GMS_DROP_NOT_MEMBER;
    order(g, e->message.origin, e->message.n, &e->message, out);
    return GMS_USED;
}

/* -- Following -------------------------------------------------------------------------------------- */

void gms1_send_leave(const struct gms *g, struct gms_actions *out) {
    const struct gms_message leave = {.type = GMS_LEAVE, .origin = g->gms1.config.me};
    gms_do_send(out, gms_leader(g), &leave);
}

static void install(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    struct gms_view next;
    gms_view_set(&next, m->view, m->members, m->member_count);
    for (uint32_t i = 0, kept = 0; i < s->view.count; i++) {
        const gms_id id = s->view.members[i];
        if (kept < next.count && next.members[kept] == id)
            kept++; /* those who stay keep their order */
        else if (!gms_view_has(&next, id))
            gms_ids_add(&s->departed, id);
    }
    s->view = next;
    if (!gms_view_has(&s->view, s->config.me)) {
        become_left(g, out);
        return;
    }
    s->deadline = s->leaving ? s->deadline : GMS_NEVER;
    become_following(g);
    const struct gms_message lent = gms_lend(out, m);
    gms_do_install(out, &lent);
    gms_rung_of(g)->elect(g, out);
    if (s->leaving && s->phase == GMS_FOLLOWING)
        gms1_send_leave(g, out); /* the one before may have died with the last leader */
}

enum gms_drop gms1_take(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    if (m->type == GMS_VIEW)
        install(g, m, out);
    else
        gms_do_deliver(out, m);
    return GMS_USED;
}

enum gms_drop gms1_ordered_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    if (g->gms1.phase == GMS_JOINING)
        return gms1_newcomer(g, e, out);
    if (e->from != gms_leader(g) || g->gms1.phase == GMS_LEADING)
        return GMS_DROP_NOT_LEADER;
    return gms_rung_of(g)->take(g, &e->message, out);
}

void gms1_release(struct gms *g, struct gms_actions *out) {
    struct gms_copy copy;
    while (g->gms1.phase == GMS_FOLLOWING && gms_hold_take(&g->gms1.hold, gms_leader(g), &copy)) {
        const gms_id from = gms_leader(g);
        const struct gms_message kept = gms_kept(&copy);
        const struct gms_message m = gms_lend(out, &kept);
        const enum gms_drop why = gms_rung_of(g)->take(g, &m, out);
        if (why != GMS_USED)
            gms_do_drop(out, from, &m, why);
    }
}

void gms1_elect(struct gms *g, struct gms_actions *out) {
    gms1_release(g, out); /* the leader is who it was; only a newcomer has anything to release */
}

void gms1_lead(struct gms *g, struct gms_actions *out) {
    (void)g; /* only the founder leads, from the start */
    (void)out;
}

/* -- Leaving, time and crashes ---------------------------------------------------------------------- */

enum gms_drop gms1_leave(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    (void)e;
    struct gms1_state *s = &g->gms1;
    if (s->leaving)
        return GMS_DROP_LEAVING;
    s->leaving = true;
    if (s->phase != GMS_FOLLOWING) {
        become_left(g, out); /* a leader has finished its broadcast; the others take it for a crash */
        return GMS_USED;
    }
    gms1_send_leave(g, out);
    s->deadline = s->now + s->config.join_timeout;
    return GMS_USED;
}

enum gms_drop gms1_leave_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (s->phase != GMS_LEADING)
        return GMS_DROP_NOT_LEADER;
    if (e->message.origin != e->from)
        return GMS_DROP_NOT_ORIGIN;
    if (e->from == s->config.me || !gms_view_remove(&s->view, e->from))
        return GMS_DROP_NOT_MEMBER;
    gms_ids_add(&s->departed, e->from);
    gms1_announce(g, e->from, out);
    return GMS_USED;
}

enum gms_drop gms1_timer(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (e->now < s->deadline)
        return GMS_USED;
    s->deadline = GMS_NEVER;
    if (s->phase == GMS_JOINING)
        ask_next_contact(g, out);
    else if (s->leaving)
        become_left(g, out); /* nobody confirmed it; going all the same */
    return GMS_USED;
}

enum gms_drop gms1_down(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    (void)g, (void)e, (void)out;
    return GMS_DROP_OUT_OF_PLACE; /* nobody fails at gms1, so nobody is watched */
}

const struct gms_rung gms1 = {
    .name = "gms1",
    .adds = "a leader orders all changes",
    .breaks = "the leader crashes: the group halts",
    .below = NULL,

    .on_start = gms1_start,
    .on_timer = gms1_timer,
    .on_down = gms1_down,
    .on_suspect = gms1_down,
    .on_mcast = gms1_mcast,
    .on_leave = gms1_leave,

    .on_join_message = gms1_join_message,
    .on_request_message = gms1_request_message,
    .on_leave_message = gms1_leave_message,
    .on_ordered_message = gms1_ordered_message,
    .on_upper_message = gms_no_upper_message,
    .on_snapshot = gms_no_snapshot,
    .beacons = GMS_BEACONS_NONE,

    .take = gms1_take,
    .broadcast = gms1_broadcast,
    .elect = gms1_elect,
    .lead = gms1_lead,
};
