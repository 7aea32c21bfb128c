/* gms5 in a view: the leader gives numbers, followers take and acknowledge, what a quorum has is delivered.
 */
#include "gms/gms5.h"

#define STRIKES_MORE                                                                                         \
    5 /* so many questions more than the time for an answer may a member leave unanswered                    \
       */

/* -- Who is who ------------------------------------------------------------------------------------------ */

uint32_t gms5_rank(const struct gms *g, gms_id id) {
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        if (g->gms1.view.members[i] == id)
            return i;
    }
    return GMS5_NO_RANK;
}

uint32_t gms5_my_rank(const struct gms *g) {
    return gms5_rank(g, g->gms1.config.me);
}

struct gms5_peer *gms5_peer(struct gms *g, gms_id id) {
    const uint32_t rank = gms5_rank(g, id);
    return rank == GMS5_NO_RANK ? NULL : &g->gms5.peer[rank];
}

bool gms5_is_down(const struct gms *g, gms_id id) {
    return gms_ids_have(&g->gms2.down, id);
}

bool gms5_blocked(const struct gms *g) {
    return g->gms5.blocked;
}

bool gms5_has_quorum(const struct gms *g) {
    return !g->gms5.no_quorum;
}

/* -- Saying how far we are ------------------------------------------------------------------------------- */

/* What a blocked member took after its promise does not count in this view: the promise did not speak of it.
 */
static uint64_t acknowledged(const struct gms *g) {
    return g->gms5.blocked && !gms5_leads(g) ? g->gms5.blocked_at : gms5_received(g);
}

void gms5_heartbeat(const struct gms *g, struct gms_message *m) {
    m->seq = acknowledged(g);
    m->committed = g->gms5.committed;
    m->stable = g->gms5.stable;
}

void gms5_tell(struct gms *g, gms_id to, enum gms_type type, struct gms_actions *out) {
    const struct gms_message m = {.type = type,
                                  .view = g->gms1.view.number,
                                  .seq = acknowledged(g),
                                  .committed = g->gms5.committed,
                                  .stable = g->gms5.stable};
    gms_do_send(out, to, &m);
}

void gms5_ask_for_missing(struct gms *g, gms_id from, uint64_t last, struct gms_actions *out) {
    const struct gms_message nack = {
        .type = GMS_NACK, .view = g->gms1.view.number, .seq = g->gms3.expected, .last = last};
    if (last >= g->gms3.expected)
        gms_do_send(out, from, &nack);
}

static void tell_all(struct gms *g, enum gms_type type, struct gms_actions *out) {
    for (uint32_t i = 1; i < g->gms1.view.count; i++)
        gms5_tell(g, g->gms1.view.members[i], type, out);
}

/* -- Taking and delivering ------------------------------------------------------------------------------- */

static enum gms_drop store(struct gms *g, const struct gms_message *m) {
    struct gms_message there;
    if (m->seq < g->gms3.expected || gms_history_get(&g->gms5.history, m->seq, &there))
        return GMS_DROP_DUPLICATE;
    if (m->seq >= g->gms3.expected + GMS_WINDOW_MAX || m->seq > g->gms5.delivered + GMS_HISTORY_MAX)
        return GMS_DROP_WINDOW_FULL; /* and what is not delivered yet keeps its place */
    gms_history_put(&g->gms5.history, m);
    while (gms_history_get(&g->gms5.history, g->gms3.expected, &there))
        g->gms3.expected++;
    return GMS_USED;
}

void gms5_deliver(struct gms *g, uint64_t last, struct gms_actions *out) {
    struct gms_message m;
    while (g->gms5.delivered < last && gms_history_get(&g->gms5.history, g->gms5.delivered + 1, &m)) {
        g->gms5.delivered++;
        gms_counts_set(&g->gms4.taken, m.origin, m.n);
        if (m.origin == g->gms1.config.me)
            gms_pending_done(&g->gms4.pending, m.n);
        gms_do_deliver(out, &m);
    }
}

/* As far as the delivery that was chosen allows. */
static void deliver_more(struct gms *g, struct gms_actions *out) {
    const bool agreed = g->gms1.config.delivery == GMS_AGREED;
    const uint64_t known =
        agreed || g->gms5.committed > gms5_received(g) ? gms5_received(g) : g->gms5.committed;
    if (!g->gms5.blocked)
        gms5_deliver(g, known, out);
}

static void learn(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    s->committed = m->committed > s->committed ? m->committed : s->committed;
    s->stable = m->stable > s->stable ? m->stable : s->stable;
    deliver_more(g, out);
}

void gms5_send_again(struct gms *g, gms_id to, uint64_t first, uint64_t last, struct gms_actions *out) {
    struct gms_message m;
    const uint64_t end = last < gms5_received(g) ? last : gms5_received(g);
    const uint64_t oldest = end > GMS_HISTORY_MAX ? end - GMS_HISTORY_MAX : 0; /* whatever was asked for */
    for (uint64_t seq = first > oldest ? first : oldest; seq <= end; seq++) {
        if (gms_actions_room(out, 4 * GMS_MEMBERS_MAX) && gms_history_get(&g->gms5.history, seq, &m))
            gms_do_send(out, to, &m);
    }
}

/* -- The leader: numbers, commits ------------------------------------------------------------------------ */

/* The highest number up to which a quorum (or everybody) has all: those members that have got that far count.
 */
static void commit(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const uint32_t count = g->gms1.view.count;
    const uint64_t before = s->committed;
    uint64_t all = UINT64_MAX;
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t mark = s->peer[i].received;
        uint32_t have = 0;
        for (uint32_t j = 0; j < count; j++)
            have += s->peer[j].received >= mark;
        if (mark > s->committed && gms5_enough(g, have, s->peer[0].received >= mark))
            s->committed = mark;
        all = mark < all ? mark : all;
    }
    s->stable = all > s->stable ? all : s->stable;
    deliver_more(g, out);
    if (s->committed > before && g->gms1.config.delivery == GMS_SAFE)
        tell_all(g, GMS_COMMIT, out);
}

static void order(struct gms *g, const struct gms_message *request, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const struct gms_message numbered = {.type = GMS_MSG,
                                         .view = g->gms1.view.number,
                                         .seq = g->gms3.expected,
                                         .origin = request->origin,
                                         .n = request->n,
                                         .committed = s->committed,
                                         .stable = s->stable,
                                         .body = request->body,
                                         .body_size = request->body_size};
    struct gms_message m;
    gms_history_put(&s->history, &numbered);
    gms_history_get(&s->history, g->gms3.expected++, &m);
    gms_counts_set(&s->ordered, m.origin, m.n);
    s->peer[0].received = gms5_received(g);
    for (uint32_t i = 1; i < g->gms1.view.count; i++)
        gms_do_send(out, g->gms1.view.members[i], &m);
}

static bool window_open(const struct gms *g) {
    return gms5_received(g) - g->gms5.stable < GMS_WINDOW_MAX;
}

/* Own multicasts go the way of the others': as long as the window is open. */
void gms5_order_own(struct gms *g, struct gms_actions *out) {
    const struct gms_pending *pending = &g->gms4.pending;
    const gms_id me = g->gms1.config.me;
    bool any = false;
    for (uint32_t i = 0; i < pending->count && window_open(g); i++) {
        const struct gms_message m = gms_kept(&pending->copy[i]);
        if (m.n != gms_counts_get(&g->gms5.ordered, me) + 1 ||
            !gms_actions_room(out, 4 * GMS_MEMBERS_MAX + GMS_HISTORY_MAX))
            continue;
        order(g, &m, out);
        any = true;
    }
    if (any || g->gms1.view.count == 1) /* alone: whatever it has is stable */
        commit(g, out);
}

enum gms_drop gms5_on_request(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    const uint64_t last = gms_counts_get(&g->gms5.ordered, e->from);
    if (!gms5_leads(g))
        return GMS_DROP_NOT_LEADER;
    if (m->origin != e->from)
        return GMS_DROP_NOT_ORIGIN;
    if (g->gms5.blocked)
        return GMS_DROP_BLOCKED;
    if (m->n != last + 1)
        return m->n <= last ? GMS_DROP_DUPLICATE : GMS_DROP_GAP; /* what is missing is sent again, in order */
    if (!window_open(g))
        return GMS_DROP_WINDOW_FULL;
    order(g, m, out);
    commit(g, out);
    return GMS_USED;
}

/* A member says how far it is; a late one is told how far we are. */
static void on_progress(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_peer *peer = gms5_peer(g, e->from);
    if (e->message.seq > peer->received && e->message.seq <= gms5_received(g)) {
        peer->received = e->message.seq;
        peer->strikes = 0;
        commit(g, out);
        gms5_order_own(g, out);
    }
    if (e->message.type == GMS_HEARTBEAT &&
        (e->message.seq < gms5_received(g) || e->message.committed < g->gms5.committed))
        gms5_tell(g, e->from, GMS_HEARTBEAT, out);
}

/* -- The follower ---------------------------------------------------------------------------------------- */

void gms5_ask_to_order(struct gms *g, struct gms_actions *out) {
    const struct gms_pending *pending = &g->gms4.pending;
    for (uint32_t i = 0; i < pending->count; i++) {
        const struct gms_message m = gms_kept(&pending->copy[i]);
        gms_do_send(out, gms_leader(g), &m);
    }
}

/* Numbers bind in the view they were given in, whoever passes them on; only what comes from the leader
 * itself, before any promise, is acknowledged. */
enum gms_drop gms5_on_msg(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    const uint64_t expected = g->gms3.expected;
    struct gms_message before;
    if (gms5_rank(g, m->origin) == GMS5_NO_RANK)
        return GMS_DROP_MALFORMED; /* a number is given to a member's multicast alone */
    if (gms5_leads(g))
        return GMS_DROP_DUPLICATE; /* it has given all of them itself */
    const enum gms_drop result = store(g, m);
    if (g->gms5.blocked)
        return result;
    if (e->from == gms_leader(g)) {
        gms5_tell(g, e->from, GMS_ACK, out);
        /* The first sign of a gap; the timer asks again. */
        if (m->seq > expected && !gms_history_get(&g->gms5.history, m->seq - 1, &before))
            gms5_ask_for_missing(g, e->from, m->seq - 1, out);
    }
    learn(g, m, out);
    return result;
}

enum gms_drop gms5_on_leaders_word(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    if (gms5_leads(g)) {
        if (m->type == GMS_COMMIT)
            return GMS_DROP_OUT_OF_PLACE;
        if (g->gms5.blocked)
            return GMS_DROP_BLOCKED;
        on_progress(g, e, out);
        return GMS_USED;
    }
    if (e->from != gms_leader(g))
        return m->type == GMS_HEARTBEAT ? GMS_USED : GMS_DROP_NOT_LEADER;
    if (g->gms5.blocked)
        return GMS_DROP_BLOCKED;
    learn(g, m, out);
    if (m->type == GMS_HEARTBEAT) {
        gms5_ask_for_missing(g, e->from, m->seq, out);
        if (m->stable < m->seq)
            gms5_tell(g, e->from, GMS_ACK, out);
    }
    return GMS_USED;
}

enum gms_drop gms5_on_nack(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    gms5_send_again(g, e->from, m->seq, m->last, out);
    return GMS_USED;
}

/* -- Time ------------------------------------------------------------------------------------------------ */

static bool is_late_to_install(const struct gms *g, uint32_t rank) {
    return g->gms5.peer[rank].received == 0;
}

/* A leader asks those who are behind where they are, and gives up whoever does not say. */
static void leader_tick(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    gms5_send_installs(g, is_late_to_install, out);
    for (uint32_t i = 1; i < g->gms1.view.count; i++) {
        const gms_id id = g->gms1.view.members[i];
        struct gms5_peer *peer = &s->peer[i];
        if (peer->received == gms5_received(g) || peer->suspected)
            continue;
        if (!is_late_to_install(g, i))
            gms5_tell(g, id, GMS_HEARTBEAT, out);
        if (++peer->strikes < gms5_answer_ticks(g) + STRIKES_MORE)
            continue;
        peer->suspected = true;
        gms_do_member(out, GMS_DO_SUSPECT, id);
    }
    gms5_order_own(g, out);
}

static void follower_tick(struct gms *g, struct gms_actions *out) {
    gms5_ask_to_order(g, out);
    gms5_ask_coordinator(g, out);
    if (g->gms5.delivered < gms5_received(g) || g->gms4.pending.count > 0)
        gms5_tell(g, gms_leader(g), GMS_HEARTBEAT, out);
    if (g->gms1.leaving)
        gms1_send_leave(g, out);
}

void gms5_order_tick(struct gms *g, struct gms_actions *out) {
    if (gms5_leads(g))
        leader_tick(g, out);
    else
        follower_tick(g, out);
}
