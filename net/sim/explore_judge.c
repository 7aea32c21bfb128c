/* Judging a run where nothing is on its way, in the words of the ladder:
 *
 * desync: two correct members have different messages at a position that both have, or still differ in length
 * after one more change from every survivor. halt: not desync, but some member never progresses although a
 * majority is alive and connected.
 */
#include <string.h>

#include "net/sim/explore_state.h"

/* Whoever asked to leave is on its way out, even if nobody is left to confirm it: then its timer lets it go.
 */
static bool survives(const struct search *x, struct state *s, int who) {
    return local_runs(*state_local(s, who)) && state_info(x, s, who)->viewed &&
           !state_info(x, s, who)->leaving;
}

static bool correct(const struct search *x, struct state *s, int who) {
    return survives(x, s, who) && state_info(x, s, who)->phase != GMS_FROZEN &&
           state_info(x, s, who)->has_state;
}

/* Whether two histories differ at the last position that both have. */
static bool parted(const struct search *x, struct state *s, int a, int b) {
    const uint32_t a_local = *state_local(s, a), b_local = *state_local(s, b);
    const uint64_t count = state_info(x, s, a)->count < state_info(x, s, b)->count
                               ? state_info(x, s, a)->count
                               : state_info(x, s, b)->count;
    uint64_t a_hash, b_hash;
    return x->space->app->history(space_app_state(x->space, a_local), count, &a_hash) &&
           x->space->app->history(space_app_state(x->space, b_local), count, &b_hash) && a_hash != b_hash;
}

static bool any_parted(const struct search *x, struct state *s, bool in_length) {
    for (int a = 1; a <= x->slots; a++) {
        for (int b = a + 1; b <= x->slots; b++) {
            if (!correct(x, s, a) || !correct(x, s, b))
                continue;
            if (parted(x, s, a, b) || (in_length && state_info(x, s, a)->count != state_info(x, s, b)->count))
                return true;
        }
    }
    return false;
}

static void note(struct explore_step *steps, uint32_t *count, const struct explore_step *step) {
    if (steps && *count < EXPLORE_STEPS_MAX)
        steps[(*count)++] = *step;
}

static void take(const struct search *x, struct state *s, struct explore_step step,
                 struct explore_step *steps, uint32_t *count) {
    state_take(x, s, &step);
    note(steps, count, &step);
}

static bool report_any(const struct search *x, struct state *s, struct explore_step *steps, uint32_t *count) {
    for (int whom = 1; whom <= x->slots; whom++) {
        for (int to = 1; to <= x->slots; to++) {
            if (!state_is_to_be_told(x, s, whom, to))
                continue;
            take(x, s, (struct explore_step){.act = EXPLORE_TELL_DOWN, .a = whom, .b = to}, steps, count);
            return true;
        }
    }
    return false;
}

static bool deliver_any(const struct search *x, struct state *s, struct explore_step *steps,
                        uint32_t *count) {
    for (int from = 1; from <= x->slots; from++) {
        for (int to = 1; to <= x->slots; to++) {
            if (*state_queue(x, s, from, to) == 0)
                continue;
            take(x, s, (struct explore_step){.act = EXPLORE_DELIVER, .a = from, .b = to}, steps, count);
            return true;
        }
    }
    return false;
}

/* One more change of each of these, and all that follows from it. */
static void close_run(const struct search *x, struct state *s, uint32_t whose, struct explore_step *steps,
                      uint32_t *count) {
    for (int who = 1; who <= x->slots; who++) {
        if (whose >> who & 1)
            take(x, s, (struct explore_step){.act = EXPLORE_CHANGE, .a = who}, steps, count);
    }
    while (deliver_any(x, s, steps, count) || report_any(x, s, steps, count)) {
    }
}

static uint32_t survivors(const struct search *x, struct state *s) {
    uint32_t who_bits = 0;
    for (int who = 1; who <= x->slots; who++)
        who_bits |= survives(x, s, who) ? 1u << who : 0;
    return who_bits;
}

static bool majority_lives(const struct search *x, struct state *s) {
    int living = 0, all = 0;
    for (int who = 1; who <= x->slots; who++) {
        const uint32_t local = *state_local(s, who);
        living += survives(x, s, who);
        all += survives(x, s, who) || local == LOCAL_CRASHED;
    }
    return 2 * living > all;
}

/* Some survivor took nothing, although each of `whose` multicast one. */
static bool stuck(const struct search *x, struct state *before, struct state *after) {
    for (int who = 1; who <= x->slots; who++) {
        const struct local_info *i = state_info(x, before, who);
        if (survives(x, before, who) && (i->has_state || i->phase == GMS_FROZEN) &&
            state_info(x, after, who)->count == i->count)
            return true;
    }
    return false;
}

static enum explore_verdict judge_closed(const struct search *x, const struct state *quiet, uint32_t whose,
                                         struct explore_step *steps, uint32_t *count) {
    struct state before = *quiet, s = *quiet;
    close_run(x, &s, whose, steps, count);
    if (any_parted(x, &s, true))
        return EXPLORE_DESYNC;
    return stuck(x, &before, &s) && majority_lives(x, &before) ? EXPLORE_HALT : EXPLORE_SYNC;
}

enum explore_verdict state_judge(const struct search *x, const struct state *quiet,
                                 struct explore_step *steps, uint32_t *step_count) {
    struct state s = *quiet;
    const uint32_t all = survivors(x, &s);
    if (any_parted(x, &s, false))
        return EXPLORE_DESYNC; /* nothing more is needed to see it */
    const enum explore_verdict verdict = judge_closed(x, quiet, all, NULL, NULL);
    if (verdict == EXPLORE_SYNC || !steps)
        return verdict;
    /* The witness: one change may do where all were asked. */
    const uint32_t at = *step_count;
    for (int who = 1; who <= x->slots; who++) {
        if ((all >> who & 1) && judge_closed(x, quiet, 1u << who, steps, step_count) == verdict)
            return verdict;
        *step_count = at;
    }
    return judge_closed(x, quiet, all, steps, step_count);
}

void state_close(const struct search *x, const struct state *quiet, struct explore_step *steps,
                 uint32_t *step_count) {
    struct state s = *quiet;
    close_run(x, &s, survivors(x, &s), steps, step_count);
}
