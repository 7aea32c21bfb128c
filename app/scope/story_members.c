/* Who is there, how each stands, and whether they show the same: deliveries may be under way. */
#include "app/scope/story_private.h"

#include <inttypes.h>
#include <string.h>

#define PATIENCE ((gms_time)1000000000) /* so long they may be */

/* -- Who is there ---------------------------------------------------------------------------------------- */

static enum history_condition condition_of(const struct story_telling *t, gms_id id) {
    const struct history_span *span = story_last_span(&t->past, id);
    return span ? (enum history_condition)span->condition : HISTORY_ABSENT;
}

static enum story_standing standing_of(const struct story_telling *t, const struct check_member *m) {
    if (!m->viewed || m->crashed || m->left || m->excluded)
        return STORY_GONE;
    const enum history_condition condition = condition_of(t, m->id);
    if (condition == HISTORY_UNHEARD)
        return STORY_UNHEARD;
    if (!m->has_state)
        return STORY_NEWCOMER;
    if (m->frozen)
        return STORY_IS_FROZEN;
    if (m->no_quorum)
        return STORY_LACKS_QUORUM;
    if (condition == HISTORY_HUNG)
        return STORY_HUNG;
    return m->blocked ? STORY_BLOCKED : STORY_RUNS;
}

/* The leader of the latest view, or else somebody of it; of two sides, who comes first. */
static bool is_more_senior(const struct story_telling *t, const struct check_member *a,
                           const struct check_member *b) {
    if (!b)
        return true;
    const bool runs_a = t->standing[a - t->c->members] == STORY_RUNS,
               runs_b = t->standing[b - t->c->members] == STORY_RUNS;
    if (runs_a != runs_b)
        return runs_a;
    if (a->view != b->view)
        return a->view > b->view;
    return a->leader == a->id && b->leader != b->id;
}

void story_look_around(struct story_telling *t) {
    for (uint32_t i = 0; i < t->c->member_count; i++) {
        const struct check_member *m = &t->c->members[i];
        const enum story_standing standing = standing_of(t, m);
        t->standing[i] = (uint8_t)standing;
        t->count[standing]++;
        if (standing >= STORY_IS_FROZEN && is_more_senior(t, m, t->senior))
            t->senior = m;
    }
    t->s->members = t->count[STORY_IS_FROZEN] + t->count[STORY_LACKS_QUORUM] + t->count[STORY_BLOCKED] +
                    t->count[STORY_HUNG] + t->count[STORY_RUNS];
}

void story_count_alike(struct story_telling *t) {
    t->s->together = 0;
    for (uint32_t i = 0; i < t->c->member_count && t->senior; i++)
        t->s->together += t->standing[i] >= STORY_IS_FROZEN &&
                          trace_state_equal(&t->c->members[i].state, &t->senior->state);
}

const struct check_member *story_first(const struct story_telling *t, enum story_standing standing) {
    for (uint32_t i = 0; i < t->c->member_count; i++) {
        if (t->standing[i] == standing)
            return &t->c->members[i];
    }
    return NULL;
}

/* -- Who shows what -------------------------------------------------------------------------------------- */

/* Whether `m` has what `other` had at that count, as far as it is known. */
static bool on_the_way(const struct story_telling *t, const struct check_member *m,
                       const struct check_member *other) {
    const struct history_span *span = story_span_of_count(&t->past, other->id, m->state.count);
    return !span || span->hash == m->state.hash;
}

/* Since when `other` is ahead of `m`. */
static gms_time behind_since(const struct story_telling *t, const struct check_member *m,
                             const struct check_member *other) {
    const struct history_span *span = story_span_beyond(&t->past, other->id, m->state.count);
    return span ? span->t : t->past.now;
}

static void compare(struct story_telling *t, const struct check_member *m) {
    const struct check_member *senior = t->senior;
    const bool runs = t->standing[m - t->c->members] == STORY_RUNS;
    if (trace_state_equal(&m->state, &senior->state)) {
        t->s->together++;
        return;
    }
    if (m->epoch != senior->epoch)
        return; /* one of them has not heard yet that the state was lost */
    const bool later = m->state.count > senior->state.count;
    const struct check_member *less = later ? senior : m, *more = later ? m : senior;
    if (m->state.count == senior->state.count || !on_the_way(t, less, more)) {
        t->differs = t->differs ? t->differs : m;
        return;
    }
    if (t->standing[less - t->c->members] != STORY_HUNG &&
        t->past.now < behind_since(t, less, more) + PATIENCE)
        t->s->together++;
    else if (runs || later)
        t->behind = t->behind ? t->behind : less;
}

void story_compare(struct story_telling *t) {
    for (uint32_t i = 0; i < t->c->member_count && t->senior; i++) {
        if (t->standing[i] >= STORY_IS_FROZEN)
            compare(t, &t->c->members[i]);
    }
}

/* -- Who is behind --------------------------------------------------------------------------------------- */

/* What the network lost of the change that it lacks. */
static void say_loss(struct story_telling *t, const struct check_member *m,
                     const struct check_member *other) {
    const struct history_span *span = story_span_beyond(&t->past, other->id, m->state.count);
    const struct history_event *e = span ? history_event(t->h, span->event) : NULL;
    const struct history_line *origin = e && e->ev == TRACE_DELIVER ? history_line(t->h, e->m_origin) : NULL;
    if (!origin)
        return;
    struct check_cause cause = {
        .kind = CHECK_CAUSE_LOST, .whom = m->id, .origin = origin->id, .n = e->m_n, .by = t->senior->id};
    const uint32_t lost = story_cause_event(t, &cause);
    if (lost == HISTORY_NONE)
        return;
    t->s->event = lost;
    story_say(t->s, "; the network lost %s#%u on its way from %s to it", story_name(t, origin->id), e->m_n,
              story_name(t, cause.by));
}

bool story_tell_behind(struct story_telling *t) {
    const struct check_member *m = t->behind, *most = t->senior;
    for (uint32_t i = 0; i < t->c->member_count && m; i++) {
        if (t->standing[i] >= STORY_IS_FROZEN && t->c->members[i].state.count > most->state.count)
            most = &t->c->members[i];
    }
    if (!m)
        return false;
    const uint64_t lacks = most->state.count - m->state.count;
    const struct history_span *span = story_span_beyond(&t->past, most->id, m->state.count);
    story_head(t->s, STORY_CATCHING_UP, "CATCHING UP %u/%u", t->s->together, t->s->members);
    t->s->event = span ? span->event : HISTORY_NONE;
    t->s->since = m->state.count + 1;
    story_say(t->s, "%s is %" PRIu64 " %s behind", story_name(t, m->id), lacks,
              lacks == 1 ? "change" : "changes");
    say_loss(t, m, most);
    return true;
}
