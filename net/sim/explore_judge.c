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
    return state_runs(s, who) && state_info(x, s, who)->viewed && !state_info(x, s, who)->leaving;
}

static bool correct(const struct search *x, struct state *s, int who) {
    return survives(x, s, who) && state_info(x, s, who)->phase != GMS_FROZEN &&
           state_info(x, s, who)->has_state;
}

/* -- Desync ------------------------------------------------------------------------------------------ */

/* Whether two histories differ at the last position that both have. */
static bool parted(const struct search *x, struct state *s, int a, int b) {
    const uint32_t a_local = *state_local(s, a), b_local = *state_local(s, b);
    const uint64_t a_count = space_count(x->space, a_local), b_count = space_count(x->space, b_local);
    const uint64_t count = a_count < b_count ? a_count : b_count;
    uint64_t a_hash, b_hash;
    return space_history(x->space, a_local, count, &a_hash) &&
           space_history(x->space, b_local, count, &b_hash) && a_hash != b_hash;
}

/* At gms5 not even what a member showed before it ended may be contradicted. */
static bool counts(const struct search *x, struct state *s, int who) {
    return correct(x, s, who) || (x->space->rung == GMS_RUNG_5 && (*state_local(s, who) & LOCAL_ENDED) != 0);
}

static bool any_parted(const struct search *x, struct state *s) {
    for (int a = 1; a <= x->slots; a++) {
        for (int b = a + 1; b <= x->slots && counts(x, s, a); b++) {
            if (counts(x, s, b) && parted(x, s, a, b))
                return true;
        }
    }
    return false;
}

/* Who knows that it can't go on counts as halted, not as wrong. */
static bool any_behind(const struct search *x, struct state *s) {
    int first = 0;
    for (int who = 1; who <= x->slots; who++) {
        if (!correct(x, s, who) || state_info(x, s, who)->blocked)
            continue;
        if (first > 0 && state_info(x, s, who)->count != state_info(x, s, first)->count)
            return true;
        first = who;
    }
    return false;
}

/* -- Halt -------------------------------------------------------------------------------------------- */

static uint32_t survivors(const struct search *x, struct state *s) {
    uint32_t who_bits = 0;
    for (int who = 1; who <= x->slots; who++)
        who_bits |= survives(x, s, who) ? 1u << who : 0;
    return who_bits;
}

static bool majority_lives(const struct search *x, struct state *s) {
    int living = 0, all = 0;
    for (int who = 1; who <= x->slots; who++) {
        living += survives(x, s, who);
        all += survives(x, s, who) || local_ended(*state_local(s, who), LOCAL_CRASHED);
    }
    return 2 * living > all;
}

/* gms5: of the last view that anybody installed enough are alive, by the ladder's rule. */
static bool quorum_lives(const struct search *x, struct state *s) {
    const struct local_info *last = NULL;
    for (int who = 1; who <= x->slots; who++) {
        const struct local_info *i = state_info(x, s, who);
        if (i->viewed && (!last || i->view > last->view))
            last = i;
    }
    int living = 0, all = 0;
    for (int who = 1; who <= x->slots && last; who++) {
        if (!(last->members >> who & 1))
            continue;
        all++;
        living += state_info(x, s, who)->viewed;
    }
    return 2 * living > all || (2 * living == all && last && state_info(x, s, last->leader)->viewed);
}

static bool must_go_on(const struct search *x, struct state *s) {
    return x->space->rung == GMS_RUNG_5 ? quorum_lives(x, s) : majority_lives(x, s);
}

/* Nobody told this newcomer anything, although the one that it asked is there and things are sent again. */
static bool ignored(const struct search *x, struct state *s, int who) {
    const struct local_info *i = state_info(x, s, who);
    return x->resends && state_runs(s, who) && !i->viewed && i->contact > 0 && survives(x, s, i->contact);
}

/* Some survivor took nothing, although each of those asked multicast one. */
static bool stuck(const struct search *x, struct state *before, struct state *after) {
    for (int who = 1; who <= x->slots; who++) {
        const struct local_info *i = state_info(x, before, who);
        const bool counted = i->has_state || i->phase == GMS_FROZEN || x->resends;
        if (ignored(x, after, who))
            return true;
        if (survives(x, before, who) && survives(x, after, who) && counted &&
            state_info(x, after, who)->count == i->count)
            return true;
    }
    return false;
}

/* Not one of them is in the group any more, and they did not even crash. */
static bool all_excluded(const struct search *x, struct state *s) {
    int excluded = 0, crashed = 0;
    for (int who = 1; who <= x->slots; who++) {
        excluded += local_ended(*state_local(s, who), LOCAL_EXCLUDED);
        crashed += local_ended(*state_local(s, who), LOCAL_CRASHED);
    }
    return survivors(x, s) == 0 && excluded > crashed;
}

/* -- The verdict ------------------------------------------------------------------------------------- */

/* `rested`: after state_rest(). */
static enum explore_verdict judge_rested(const struct search *x, const struct state *rested, uint32_t whose,
                                         struct state_path path) {
    struct state before = *rested, s = *rested;
    const bool rests = state_change_once_more(x, &s, whose, path);
    if (any_parted(x, &s) || any_behind(x, &s))
        return EXPLORE_DESYNC;
    if (all_excluded(x, &s))
        return EXPLORE_HALT;
    return (stuck(x, &before, &s) || !rests) && must_go_on(x, &s) ? EXPLORE_HALT : EXPLORE_SYNC;
}

enum explore_verdict state_judge(const struct search *x, const struct state *quiet,
                                 struct explore_step *steps, uint32_t *step_count) {
    struct state s = *quiet;
    const struct state_path nowhere = {NULL, NULL}, path = {steps, step_count};
    if (any_parted(x, &s))
        return EXPLORE_DESYNC; /* nothing more is needed to see it */
    state_rest(x, &s, steps ? path : nowhere);
    const uint32_t all = survivors(x, &s);
    const enum explore_verdict verdict = judge_rested(x, &s, all, nowhere);
    if (verdict == EXPLORE_SYNC || !steps)
        return verdict;
    /* The witness: one change may do where all were asked. */
    const uint32_t at = *step_count;
    for (int who = 1; who <= x->slots; who++) {
        if ((all >> who & 1) && judge_rested(x, &s, 1u << who, path) == verdict)
            return verdict;
        *step_count = at;
    }
    return judge_rested(x, &s, all, path);
}

void state_close(const struct search *x, const struct state *quiet, struct explore_step *steps,
                 uint32_t *step_count) {
    struct state s = *quiet;
    const struct state_path path = {steps, step_count};
    state_rest(x, &s, path);
    state_change_once_more(x, &s, survivors(x, &s), path);
}
