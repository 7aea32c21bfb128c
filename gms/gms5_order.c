/* gms5 in a view: the leader gives numbers, followers take and acknowledge, what a quorum has is delivered.
 */
#include "gms/gms5.h"

#include <assert.h>

#define STRIKES_MORE                                                                                         \
    5 /* so many questions more than the time for an answer may a member leave unanswered                    \
       */

#define REPEATED_MAX    32 /* of its own, the oldest, are asked for again at a time */
#define STABLE_TOLD_MIN 16

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

static struct gms_message progress(const struct gms *g, enum gms_type type) {
    return (struct gms_message){.type = type,
                                .view = g->gms1.view.number,
                                .seq = acknowledged(g),
                                .committed = g->gms5.committed,
                                .stable = g->gms5.stable};
}

void gms5_tell(struct gms *g, gms_id to, enum gms_type type, struct gms_actions *out) {
    const struct gms_message m = progress(g, type);
    gms_do_send(out, to, &m);
}

void gms5_ask_for_missing(struct gms *g, gms_id from, uint64_t last, struct gms_actions *out) {
    const struct gms_message nack = {
        .type = GMS_NACK, .view = g->gms1.view.number, .seq = g->gms3.expected, .last = last};
    if (last >= g->gms3.expected)
        gms_do_send(out, from, &nack);
}

static void tell_followers(struct gms *g, enum gms_type type, struct gms_actions *out) {
    const struct gms_message m = progress(g, type);
    gms_do_send_all(out, g->gms1.view.members + 1, g->gms1.view.count - 1, &m);
}

/* -- Taking and delivering ------------------------------------------------------------------------------- */

static enum gms_drop store(struct gms *g, const struct gms_message *m) {
    if (m->seq < g->gms3.expected || gms_history_have(&g->gms5.history, m->seq))
        return GMS_DROP_DUPLICATE;
    if (m->seq >= g->gms3.expected + GMS_WINDOW_MAX || m->seq > g->gms5.delivered + GMS_HISTORY_MAX)
        return GMS_DROP_WINDOW_FULL; /* and what is not delivered yet keeps its place */
    gms_history_put(&g->gms5.history, m);
    while (gms_history_have(&g->gms5.history, g->gms3.expected))
        g->gms3.expected++;
    return GMS_USED;
}

/* A member's part of the window: so many of its own may be under way that are not stable yet. If all keep to
 * it, the leader refuses none, for that would cost the time until it is asked again. The leader's own save a
 * hop of three: with as much less under way it has no more of them than the others. */
static uint32_t part(const struct gms *g) {
    const uint32_t count = g->gms1.view.count;
    const uint32_t equal = count < GMS_WINDOW_MAX ? GMS_WINDOW_MAX / count : 1;
    return gms5_leads(g) && count > 1 ? (2 * equal + 2) / 3 : equal;
}

/* Whether one more may go, when so many that are not delivered yet have gone. */
static bool may_go(const struct gms *g, uint32_t gone) {
    return gone + g->gms5.own_unstable < part(g);
}

static void learn_stable(struct gms *g, uint64_t stable) {
    struct gms5_state *s = &g->gms5;
    const uint64_t from = s->stable, to = stable < s->delivered ? stable : s->delivered;
    struct gms_message m;
    if (stable <= from)
        return;
    s->stable = stable;
    for (uint64_t seq = from + 1; seq <= to && s->own_unstable > 0; seq++)
        s->own_unstable -= gms_history_get(&s->history, seq, &m) && m.origin == g->gms1.config.me;
}

void gms5_deliver(struct gms *g, uint64_t last, struct gms_actions *out) {
    struct gms_message m;
    while (g->gms5.delivered < last && gms_history_get(&g->gms5.history, g->gms5.delivered + 1, &m)) {
        g->gms5.delivered++;
        gms_counts_set(&g->gms4.taken, m.origin, m.n);
        if (m.origin == g->gms1.config.me) {
            gms4_own_delivered(g, m.n);
            g->gms5.own_unstable += m.seq > g->gms5.stable;
        }
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
    learn_stable(g, m->stable);
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

/* Shell's sort, the highest first: the marks of a view are nearly alike. */
static void sort(uint64_t *marks, uint32_t count) {
    for (uint32_t gap = count / 2; gap > 0; gap /= 2) {
        for (uint32_t i = gap; i < count; i++) {
            const uint64_t mark = marks[i];
            uint32_t j = i;
            for (; j >= gap && marks[j - gap] < mark; j -= gap)
                marks[j] = marks[j - gap];
            marks[j] = mark;
        }
    }
}

/* The highest number up to which a quorum (or everybody) has all: those members that have got that far count.
 */
static void commit(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const uint32_t count = g->gms1.view.count;
    const uint64_t committed = s->committed, stable = s->stable, first = s->peer[0].received;
    uint64_t marks[GMS_MEMBERS_MAX];
    assert(count > 0);
    s->owes_commit = false;
    for (uint32_t i = 0; i < count; i++)
        marks[i] = s->peer[i].received;
    sort(marks, count);
    uint32_t have = 1;
    while (have < count && !gms5_enough(g, have, first >= marks[have - 1]))
        have++;
    const uint64_t quorum = marks[have - 1], all = marks[count - 1];
    s->committed = quorum > s->committed ? quorum : s->committed;
    learn_stable(g, all);
    deliver_more(g, out);
    const bool commits = s->committed > committed && g->gms1.config.delivery == GMS_SAFE;
    /* The next message says it, too; but when all have used up their parts there is none. */
    const uint64_t now_and_then = part(g) > 2 * STABLE_TOLD_MIN ? part(g) / 2 : STABLE_TOLD_MIN;
    if (commits || s->stable / now_and_then > stable / now_and_then)
        tell_followers(g, GMS_COMMIT, out);
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
    gms_do_send_all(out, g->gms1.view.members + 1, g->gms1.view.count - 1, &m);
}

static bool window_open(const struct gms *g) {
    return gms5_received(g) - g->gms5.stable < GMS_WINDOW_MAX;
}

static void commit_soon(struct gms *g, struct gms_actions *out) {
    if (g->gms1.more)
        g->gms5.owes_commit = true;
    else
        commit(g, out);
}

/* Own multicasts go the way of the others', and have their part of the window and no more. */
void gms5_order_own(struct gms *g, struct gms_actions *out) {
    const struct gms_pending *pending = &g->gms4.pending;
    const uint64_t last = gms_counts_get(&g->gms5.ordered, g->gms1.config.me);
    uint32_t i = pending->count > 0 && pending->first <= last ? (uint32_t)(last - pending->first) + 1 : 0;
    bool any = false;
    for (; i < pending->count && may_go(g, i) && window_open(g) &&
           gms_actions_room(out, 4 * GMS_MEMBERS_MAX + GMS_HISTORY_MAX);
         i++) {
        const struct gms_message m = gms_pending_at(pending, i);
        order(g, &m, out);
        any = true;
    }
    if (any || g->gms1.view.count == 1) /* alone: whatever it has is stable */
        commit_soon(g, out);
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
    commit_soon(g, out);
    return GMS_USED;
}

/* A member says how far it is; a late one is told how far we are. */
static void on_progress(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_peer *peer = gms5_peer(g, e->from);
    if (e->message.seq > peer->received && e->message.seq <= gms5_received(g)) {
        peer->received = e->message.seq;
        peer->strikes = 0;
        commit_soon(g, out);
        if (!g->gms1.more)
            gms5_order_own(g, out);
    }
    if (e->message.type == GMS_HEARTBEAT &&
        (e->message.seq < gms5_received(g) || e->message.committed < g->gms5.committed))
        gms5_tell(g, e->from, GMS_HEARTBEAT, out);
}

/* -- The follower ---------------------------------------------------------------------------------------- */

static void ask_for(struct gms *g, uint32_t i, struct gms_actions *out) {
    const struct gms_message kept = gms_pending_at(&g->gms4.pending, i);
    const struct gms_message m = gms_lend(out, &kept); /* it may be delivered in this very step */
    gms_do_send(out, gms_leader(g), &m);
}

void gms5_ask_to_order(struct gms *g, bool again, struct gms_actions *out) {
    struct gms4_state *s = &g->gms4;
    const uint32_t repeated = !again ? 0 : s->asked < REPEATED_MAX ? s->asked : REPEATED_MAX;
    for (uint32_t i = 0; i < repeated && gms4_room(out); i++)
        ask_for(g, i, out);
    while (s->asked < s->pending.count && may_go(g, s->asked) && gms4_room(out))
        ask_for(g, s->asked++, out);
}

void gms5_settle(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const bool leads = gms5_leads(g);
    if (s->owes_ack && !leads && !s->blocked)
        gms5_tell(g, gms_leader(g), GMS_ACK, out);
    s->owes_ack = false;
    if (s->owes_commit && leads && !s->blocked) {
        commit(g, out);
        gms5_order_own(g, out);
    }
    s->owes_commit = false;
    if (!leads && !s->blocked && !s->going)
        gms5_ask_to_order(g, false, out); /* some of those that it asked for have come: the next ones */
}

/* Numbers bind in the view they were given in, whoever passes them on; only what comes from the leader
 * itself, before any promise, is acknowledged. */
enum gms_drop gms5_on_msg(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    const uint64_t expected = g->gms3.expected;
    if (gms5_rank(g, m->origin) == GMS5_NO_RANK)
        return GMS_DROP_MALFORMED; /* a number is given to a member's multicast alone */
    if (gms5_leads(g))
        return GMS_DROP_DUPLICATE; /* it has given all of them itself */
    const enum gms_drop result = store(g, m);
    if (g->gms5.blocked)
        return result;
    if (e->from == gms_leader(g)) {
        if (g->gms1.more)
            g->gms5.owes_ack = true;
        else
            gms5_tell(g, e->from, GMS_ACK, out);
        /* The first sign of a gap; the timer asks again. */
        if (m->seq > expected && !gms_history_have(&g->gms5.history, m->seq - 1))
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
    gms5_ask_to_order(g, true, out);
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
