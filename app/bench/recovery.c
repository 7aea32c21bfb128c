/* See recovery.h. Members report with the time, on one clock, what they see; the parent knows when it struck.
 *
 *     strike .. detect    the first survivor knows that something is wrong
 *            .. agree     the first one has the next view: it is decided
 *            .. flush     the last one has it
 *            .. resume    the last one was delivered a change that was multicast in it
 *
 * All times are from the strike. Meanwhile it is checked that all who go from one view to the next were
 * delivered the same in the first one, and that nobody is dropped who is alive.
 */
#include "app/bench/recovery.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#include "net/zmq/clock.h"

#define GO_ON_MAX_MS 3000
#define JOIN_MAX_MS  10000
#define SETTLE_MS    50
#define STEPS_MAX    16 /* from view to view, lately */

struct step { /* what all who took it were delivered in the view before */
    uint32_t from, to, who;
    uint64_t count, hash;
};

static struct recovery {
    struct crew *crew;
    gms_time struck; /* GMS_NEVER: nothing yet */
    uint32_t victim; /* UINT32_MAX: nobody */
    uint32_t wanted; /* members of the view that is waited for */
    uint32_t newcomer;
    gms_time detect, agree, flush, resume, joined;
    gms_time blocked_at[CREW_MAX], blocked; /* the longest time that a running member was blocked */
    uint32_t leader;
    struct step step[STEPS_MAX];
    uint32_t step_count;
} recovery;

enum { SAW_VIEW = 1, SAW_CHANGE = 2 };

/* -- What members see --------------------------------------------------------------------------------------
 */

static bool has(const struct bench_observation *seen, uint32_t who) {
    for (uint32_t i = 0; i < seen->member_count && i < GMS_MEMBERS_MAX; i++) {
        if (seen->members[i] == who)
            return true;
    }
    return false;
}

static gms_time earlier(gms_time a, gms_time b) {
    return a < b ? a : b;
}

static gms_time later(gms_time a, gms_time b) {
    return a > b ? a : b;
}

/* Virtual synchrony: who goes the same step was delivered the same before it. */
static bool same_step(struct crew *c, const struct crew_member *m, const struct bench_observation *seen) {
    if (seen->view_before == 0)
        return true;
    for (uint32_t i = 0; i < STEPS_MAX; i++) {
        const struct step *s = &recovery.step[i];
        if (s->from != seen->view_before || s->to != seen->view)
            continue;
        return (s->count == seen->count_before && s->hash == seen->hash_before) ||
               crew_fail(c, BENCH_LOST,
                         "w%" PRIu32 " was delivered %" PRIu64 " in view %" PRIu32 ", w%" PRIu32 " %" PRIu64
                         " and not the same",
                         s->who + 1, s->count, s->from, m->who + 1, seen->count_before);
    }
    recovery.step[recovery.step_count++ % STEPS_MAX] =
        (struct step){seen->view_before, seen->view, m->who, seen->count_before, seen->hash_before};
    return true;
}

static bool nobody_dropped(struct crew *c, const struct crew_member *m,
                           const struct bench_observation *seen) {
    for (uint32_t i = 0; i < c->count; i++) {
        const struct crew_member *other = &c->member[i];
        if (other->alive && other->ready && other->who != recovery.victim && !has(seen, other->who))
            return crew_fail(c, BENCH_LOST, "w%" PRIu32 " went on without w%" PRIu32 ", which is alive",
                             m->who + 1, other->who + 1);
    }
    return true;
}

static bool on_view(struct crew *c, struct crew_member *m, const struct bench_observation *seen) {
    m->ready = true;
    if (!same_step(c, m, seen) || !nobody_dropped(c, m, seen))
        return false;
    m->seen = 0;
    recovery.leader = seen->members[0];
    if (seen->member_count != recovery.wanted || has(seen, recovery.victim))
        return true;
    m->seen = SAW_VIEW;
    if (seen->time < recovery.struck)
        return true;
    recovery.agree = earlier(recovery.agree, seen->time);
    recovery.flush = later(recovery.flush, seen->time);
    if (m->who == recovery.newcomer)
        recovery.joined = seen->time;
    return true;
}

static bool on_sight(struct crew *c, struct crew_member *m, const struct bench_observation *seen) {
    gms_time *blocked_at = &recovery.blocked_at[m - c->member];
    const bool counts = seen->time >= recovery.struck;
    if (counts)
        recovery.detect = earlier(recovery.detect, seen->time);
    switch (seen->sight) {
    case BENCH_SEES_DOWN:
        if (*blocked_at == 0)
            *blocked_at = seen->time;
        return true;
    case BENCH_SEES_GO_ON:
        if (counts && *blocked_at > 0)
            recovery.blocked = later(recovery.blocked, seen->time - *blocked_at);
        *blocked_at = 0;
        return true;
    case BENCH_SEES_VIEW: return on_view(c, m, seen);
    case BENCH_SEES_CHANGE:
        if (m->seen & SAW_VIEW)
            m->seen |= SAW_CHANGE;
        if (counts && (m->seen & SAW_CHANGE))
            recovery.resume = later(recovery.resume, seen->time);
        return true;
    }
    return true;
}

static bool goes_on(const struct crew_member *m) {
    return m->seen == (SAW_VIEW | SAW_CHANGE);
}

static bool has_a_view(const struct crew_member *m) {
    return m->ready;
}

/* -- Steps --------------------------------------------------------------------------------------------- */

static struct crew_member *member_of(struct crew *c, uint32_t who) {
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->member[i].alive && c->member[i].who == who)
            return &c->member[i];
    }
    return NULL;
}

/* From now on what is seen is an answer to what is done next. */
static void expect(struct crew *c, uint32_t victim, uint32_t newcomer, uint32_t wanted) {
    recovery.victim = victim;
    recovery.newcomer = newcomer;
    recovery.wanted = wanted;
    recovery.detect = recovery.agree = GMS_NEVER;
    recovery.flush = recovery.resume = recovery.joined = recovery.blocked = 0;
    memset(recovery.blocked_at, 0, sizeof recovery.blocked_at);
    for (uint32_t i = 0; i < c->count; i++)
        c->member[i].seen = 0;
    recovery.struck = clock_now();
}

static double ms_since_strike(gms_time t) {
    return t == GMS_NEVER || t < recovery.struck ? NAN : (double)(t - recovery.struck) / 1e6;
}

/* A newcomer's process is there already: what counts is from when it asks. */
static bool join(struct crew *c, struct bench_sample *sample) {
    struct crew_member *leader = member_of(c, recovery.leader), *m = crew_add(c);
    uint32_t alive = 0;
    if (!m)
        return false;
    if (!leader)
        return crew_fail(c, BENCH_NOT_RUN, "the leader is none of the members");
    for (uint32_t i = 0; i < c->count; i++)
        alive += c->member[i].alive;
    char endpoint[NET_ENDPOINT_SIZE];
    memcpy(endpoint, leader->endpoint, sizeof endpoint);
    expect(c, UINT32_MAX, m->who, alive);
    if (!crew_contact(c, m, endpoint) ||
        !crew_wait(c, goes_on, JOIN_MAX_MS, BENCH_LOST, "did not see the newcomer's view through"))
        return false;
    if (!sample)
        return true;
    bench_sample_clear(sample);
    sample->value[BENCH_JOIN_MS] = ms_since_strike(recovery.joined);
    sample->value[BENCH_FLUSH_MS] = ms_since_strike(recovery.flush);
    sample->value[BENCH_BLOCKED_MS] = (double)recovery.blocked / 1e6;
    return true;
}

static bool lose(struct crew *c, uint32_t victim, enum bench_event_kind how, struct bench_sample *sample) {
    struct crew_member *m = member_of(c, victim);
    uint32_t alive = 0;
    if (!m)
        return crew_fail(c, BENCH_NOT_RUN, "w%" PRIu32 " is not there", victim + 1);
    for (uint32_t i = 0; i < c->count; i++)
        alive += c->member[i].alive;
    expect(c, victim, UINT32_MAX, alive - 1);
    m->alive = false; /* nobody waits for it */
    switch (how) {
    case BENCH_KILL: kill(m->process.pid, SIGKILL); break;
    case BENCH_HANG: kill(m->process.pid, SIGSTOP); break;
    case BENCH_JOIN: /* and leave again, so that the next one finds as many */
    case BENCH_NOTHING: post_send(m->process.in, POST_LEAVE, NULL, 0); break;
    }
    const bool fine = crew_wait(c, goes_on, GO_ON_MAX_MS, BENCH_LOST, "did not go on without the other");
    crew_kill(c, m);
    if (!fine || !sample)
        return fine;
    bench_sample_clear(sample);
    sample->value[BENCH_DETECT_MS] = ms_since_strike(recovery.detect);
    sample->value[BENCH_AGREE_MS] = ms_since_strike(recovery.agree);
    sample->value[BENCH_FLUSH_MS] = ms_since_strike(recovery.flush);
    sample->value[BENCH_RESUME_MS] = ms_since_strike(recovery.resume);
    return true;
}

/* -- The run ------------------------------------------------------------------------------------------- */

static bool found(struct crew *c) {
    struct crew_member *m = crew_add(c);
    recovery.struck = GMS_NEVER;
    recovery.wanted = 1;
    return m && crew_contact(c, m, "") &&
           crew_wait(c, has_a_view, JOIN_MAX_MS, BENCH_NOT_RUN, "did not found a group");
}

bool recovery_run(struct crew *c, const struct bench_setup *setup, enum bench_event_kind what, uint32_t times,
                  struct bench_samples *samples) {
    memset(&recovery, 0, sizeof recovery);
    recovery.victim = recovery.newcomer = UINT32_MAX;
    crew_init(c, setup);
    c->setup.watched = true;
    c->sight = on_sight;
    if (!found(c))
        return false;
    for (uint32_t i = 1; i < setup->members; i++) {
        if (!join(c, NULL))
            return false;
    }
    for (uint32_t i = 0; i < times; i++) {
        struct bench_sample *sample = &samples->item[samples->count];
        if (!crew_pause(c, SETTLE_MS))
            return false;
        const bool fine = what == BENCH_JOIN ? join(c, sample) && crew_pause(c, SETTLE_MS) &&
                                                   lose(c, recovery.newcomer, what, NULL)
                                             : lose(c, recovery.leader, what, sample) && join(c, NULL);
        if (!fine)
            return false;
        samples->count++;
    }
    return true;
}
