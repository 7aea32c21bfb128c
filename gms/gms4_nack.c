/* gms4-nack: the leader sends without waiting, and whoever misses something asks for it.
 *
 * Every member keeps the messages that it took, the last few hundred. A follower that sees a gap in the
 * numbers delivers nothing beyond it, keeps what came early, and sends NACK for what is missing; the leader
 * sends that again from its history, and so does the next leader from its own. The leader's heartbeat tells
 * its last number, so that the loss of the very last message is noticed, too; a follower says now and then
 * how far it is, so that the leader does not run away from it. Each gap is asked for once when it shows, and
 * again by the timer until it is filled. What has left the leader's history is lost to those who ask for it
 * (TOO_OLD): they are out of the group and come back as newcomers.
 *
 * Breaks: a loss or an asynchronous crash together with a crash of the leader. The next leader may have less
 * than another follower, and then gives the same numbers to other messages: that follower takes them for
 * duplicates, and the colours part.
 *
 * Source: negative acknowledgements as in S. Floyd, V. Jacobson et al., "A Reliable Multicast Framework for
 * Light-weight Sessions and Application Level Framing" (1995), here to one leader that orders everything.
 */
#include "gms/rung.h"

/* -- The follower: gaps ------------------------------------------------------------------------------- */

/* For what is missing from `first` to `last`, gap by gap. */
static void ask_for(struct gms *g, uint64_t first, uint64_t last, struct gms_actions *out) {
    const struct gms_history *history = &g->gms4_nack.history;
    struct gms_message m = {.type = GMS_NACK, .view = g->gms1.view.number};
    for (uint64_t seq = first; seq <= last; seq++) {
        if (gms_history_have(history, seq))
            continue;
        m.seq = m.seq > 0 ? m.seq : seq;
        m.last = seq;
        if (seq < last && !gms_history_have(history, seq + 1))
            continue;
        gms_do_send(out, gms_leader(g), &m);
        m.seq = 0;
    }
}

/* All up to this number exists; asks for what is missing and was not asked for before. */
static void learn_of(struct gms *g, uint64_t last, struct gms_actions *out) {
    struct gms4_nack_state *s = &g->gms4_nack;
    const uint64_t expected = g->gms3.expected;
    const uint64_t to = last < expected + GMS_HISTORY_MAX ? last : expected + GMS_HISTORY_MAX - 1;
    if (to < expected || to <= s->nacked)
        return;
    ask_for(g, s->nacked < expected ? expected : s->nacked + 1, to, out);
    s->nacked = to;
}

static enum gms_drop keep_early(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    struct gms_history *history = &g->gms4_nack.history;
    if (gms_history_have(history, m->seq))
        return GMS_DROP_DUPLICATE;
    const bool fits = m->seq - g->gms3.expected < GMS_HISTORY_MAX;
    if (fits)
        gms_history_put(history, m);
    learn_of(g, m->seq, out);
    return fits ? GMS_HELD : GMS_DROP_GAP;
}

static void tell_progress(struct gms *g, uint64_t seq, struct gms_actions *out) {
    const struct gms_message m = {.type = GMS_HEARTBEAT, .view = g->gms1.view.number, .seq = seq};
    gms_do_send(out, gms_leader(g), &m);
}

static enum gms_drop nack_take(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    const bool first = g->gms1.phase == GMS_JOINING;
    if (!first && m->seq > g->gms3.expected)
        return keep_early(g, m, out);
    if (first || m->seq == g->gms3.expected)
        gms_history_put(&g->gms4_nack.history, m);
    if (!first && m->seq == g->gms3.expected && m->seq % GMS_PROGRESS_STEP == 0)
        tell_progress(g, m->seq, out);
    return gms4_take(g, m, out);
}

/* The leader crashed: the next one may give the numbers beyond the gap to other messages. */
static void forget_early(struct gms *g) {
    struct gms_history *history = &g->gms4_nack.history;
    gms_history_forget_after(history, g->gms3.expected - 1);
    g->gms4_nack.nacked = 0;
}

/* Its share of half a history: what all have under way together must not run ahead of who takes it. */
static uint32_t share(const struct gms *g) {
    const uint32_t members = g->gms1.view.count;
    return members > 0 && members < GMS_HISTORY_MAX / 2 ? GMS_HISTORY_MAX / 2 / members : 1;
}

static void nack_end_step(struct gms *g, struct gms_actions *out) {
    struct gms4_nack_state *s = &g->gms4_nack;
    struct gms_message early;
    bool more;
    while (
        (more = g->gms1.phase == GMS_FOLLOWING && gms_history_get(&s->history, g->gms3.expected, &early)) &&
        gms4_room(out)) {
        const struct gms_message m = gms_lend(out, &early);
        gms4_take(g, &m, out);
    }
    if (s->nacked < g->gms3.expected)
        s->nacked = 0; /* no gap */
    gms4_ask(g, share(g), out);
    gms4_set_timer(g, s->nacked > 0 || more);
    if (more && !g->gms1.leaving)
        g->gms1.deadline = g->gms1.now; /* a long list: the rest at once, in the next step */
}

/* -- The leader ----------------------------------------------------------------------------------------- */

/* How far the followers are, in steps: whoever comes begins with its first view. */
static void note_progress(struct gms *g, gms_id from, uint64_t seq) {
    struct gms_counts *progress = &g->gms4_nack.progress;
    const uint64_t steps = seq / GMS_PROGRESS_STEP;
    if (steps > gms_counts_get(progress, from) && gms_view_has(&g->gms1.view, from))
        gms_counts_set(progress, from, steps);
}

static void begin_progress(struct gms *g, uint64_t seq) {
    struct gms_counts *progress = &g->gms4_nack.progress;
    const struct gms_counts before = *progress;
    if (seq < GMS_PROGRESS_STEP)
        return;
    gms_counts_keep(progress, &g->gms1.view);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        if (gms_counts_get(&before, g->gms1.view.members[i]) == 0)
            gms_counts_set(progress, g->gms1.view.members[i], seq / GMS_PROGRESS_STEP);
    }
}

static uint64_t nack_lag(const struct gms *g) {
    const uint64_t last = g->gms3.expected - 1;
    uint64_t least = last / GMS_PROGRESS_STEP;
    for (uint32_t i = 1; g->gms1.phase == GMS_LEADING && i < g->gms1.view.count; i++) {
        const uint64_t steps = gms_counts_get(&g->gms4_nack.progress, g->gms1.view.members[i]);
        least = steps < least ? steps : least;
    }
    return g->gms1.phase == GMS_LEADING ? last - least * GMS_PROGRESS_STEP : 0;
}

static void nack_broadcast(struct gms *g, struct gms_message *m, gms_id also, struct gms_actions *out) {
    gms4_count(g, m, out);
    m->seq = g->gms3.expected++;
    if (m->type == GMS_VIEW)
        begin_progress(g, m->seq);
    gms_history_put(&g->gms4_nack.history, m);
    gms4_note(g, m, out);
    gms1_broadcast(g, m, also, out);
}

/* The oldest that it has, all after it being there, too. */
static uint64_t oldest(const struct gms *g) {
    const uint64_t next = g->gms3.expected;
    uint64_t seq = next > GMS_HISTORY_MAX ? next - GMS_HISTORY_MAX : 1;
    while (seq < next && !gms_history_have(&g->gms4_nack.history, seq))
        seq++;
    return seq;
}

static enum gms_drop on_nack(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    if (g->gms1.phase != GMS_LEADING)
        return GMS_DROP_NOT_LEADER;
    if (!gms_view_has(&g->gms1.view, e->from))
        return GMS_DROP_NOT_MEMBER;
    const struct gms_message too_old = {.type = GMS_TOO_OLD, .view = g->gms1.view.number, .seq = oldest(g)};
    if (m->seq < too_old.seq) {
        gms_do_send(out, e->from, &too_old);
        return GMS_USED;
    }
    struct gms_message again;
    for (uint64_t seq = m->seq; seq <= m->last && gms_history_get(&g->gms4_nack.history, seq, &again); seq++)
        gms_do_send(out, e->from, &again);
    return GMS_USED;
}

static enum gms_drop nack_upper_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    const bool from_leader = g->gms1.phase == GMS_FOLLOWING && e->from == gms_leader(g);
    if (m->type == GMS_NACK)
        return on_nack(g, e, out);
    if (m->type == GMS_HEARTBEAT && from_leader)
        learn_of(g, m->seq, out);
    if (m->type == GMS_HEARTBEAT && g->gms1.phase == GMS_LEADING)
        note_progress(g, e->from, m->seq);
    if (m->type != GMS_TOO_OLD)
        return gms_no_upper_message(g, e, out);
    if (!from_leader)
        return GMS_DROP_STALE_LEADER;
    if (m->seq <= g->gms3.expected)
        return GMS_DROP_DUPLICATE; /* it has come meanwhile */
    become_out(g, GMS_DROP_TOO_OLD, out);
    return GMS_USED;
}

/* -- Crashes and time -------------------------------------------------------------------------------------
 */

static enum gms_drop nack_down(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms1_state *s = &g->gms1;
    if (s->phase == GMS_FOLLOWING && e->from == gms_leader(g))
        forget_early(g);
    gms2_down(g, e, out);
    if (s->phase == GMS_LEADING && gms_view_remove(&s->view, e->from)) {
        gms_ids_add(&s->departed, e->from);
        gms1_announce(g, GMS_NOBODY, out);
    }
    return GMS_USED;
}

static enum gms_drop nack_timer(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const bool due = e->now >= g->gms1.deadline && g->gms1.phase == GMS_FOLLOWING;
    if (due && g->gms4_nack.nacked > 0)
        ask_for(g, g->gms3.expected, g->gms4_nack.nacked, out);
    return gms4_timer(g, e, out);
}

const struct gms_rung gms4_nack = {
    .name = "gms4-nack",
    .adds = "keeps a history, and asks the leader for what is missing",
    .breaks = "a loss and a crash of the leader: the next one has less than others, and the colours part",
    .below = &gms3,

    .on_start = gms4_start,
    .on_timer = nack_timer,
    .on_down = nack_down,
    .on_suspect = nack_down,
    .on_mcast = gms4_mcast,
    .on_leave = gms4_leave,

    .on_join_message = gms1_join_message,
    .on_request_message = gms4_request_message,
    .on_leave_message = gms1_leave_message,
    .on_ordered_message = gms4_ordered_message,
    .on_upper_message = nack_upper_message,
    .on_snapshot = gms_no_snapshot,
    .beacons = GMS_BEACONS_WITH_LEADER,
    .blocked = gms4_blocked,
    .lag = nack_lag,

    .take = nack_take,
    .broadcast = nack_broadcast,
    .elect = gms2_elect,
    .lead = gms3_lead,
    .end_step = nack_end_step,
};
