/* What time does to a group where nothing is on its way: timers and heartbeats take their turns, each with
 * all that follows from it, until nothing changes any more. */
#include <string.h>

#include "net/sim/explore_state.h"

#define ROUNDS_MAX 40   /* of everybody's timer and heartbeats */
#define SETTLE_MAX 4096 /* steps until nothing is on its way */

static void take(const struct search *x, struct state *s, struct explore_step step, struct state_path path) {
    state_take(x, s, &step);
    if (path.steps && *path.count < EXPLORE_STEPS_MAX)
        path.steps[(*path.count)++] = step;
}

static bool report_any(const struct search *x, struct state *s, struct state_path path) {
    for (int whom = 1; whom <= x->slots; whom++) {
        for (int to = 1; to <= x->slots; to++) {
            if (!state_is_to_be_told(x, s, whom, to))
                continue;
            take(x, s, (struct explore_step){.act = EXPLORE_TELL_DOWN, .a = whom, .b = to}, path);
            return true;
        }
    }
    return false;
}

static bool deliver_any(const struct search *x, struct state *s, struct state_path path) {
    for (int from = 1; from <= x->slots; from++) {
        for (int to = 1; to <= x->slots; to++) {
            if (*state_queue(x, s, from, to) == 0)
                continue;
            take(x, s, (struct explore_step){.act = EXPLORE_DELIVER, .a = from, .b = to}, path);
            return true;
        }
    }
    return false;
}

/* False: there is no end of it. */
static bool settle(const struct search *x, struct state *s, struct state_path path) {
    for (int i = 0; i < SETTLE_MAX; i++) {
        if (!deliver_any(x, s, path) && !report_any(x, s, path))
            return true;
    }
    return false;
}

static bool pass_time(const struct search *x, struct state *s, struct state_path path) {
    for (int who = 1; who <= x->slots; who++) {
        if (!state_runs(s, who) || !state_info(x, s, who)->timer)
            continue;
        take(x, s, (struct explore_step){.act = EXPLORE_TIMEOUT, .a = who}, path);
        if (!settle(x, s, path))
            return false;
    }
    for (int a = 1; a <= x->slots; a++) {
        for (int b = 1; b <= x->slots; b++) {
            if (!state_heartbeat_matters(x, s, a, b))
                continue;
            take(x, s, (struct explore_step){.act = EXPLORE_HEARTBEAT, .a = a, .b = b}, path);
            if (!settle(x, s, path))
                return false;
        }
    }
    return true;
}

bool state_rest(const struct search *x, struct state *s, struct state_path path) {
    state_spend_all(x, s);
    if (!settle(x, s, path))
        return false;
    for (int round = 0; round < ROUNDS_MAX && x->resends; round++) {
        const struct state before = *s;
        if (!pass_time(x, s, path))
            return false;
        if (memcmp(before.word, s->word, x->words * sizeof s->word[0]) == 0)
            return true;
    }
    return !x->resends;
}

bool state_change_once_more(const struct search *x, struct state *s, uint32_t whose, struct state_path path) {
    for (int who = 1; who <= x->slots; who++) {
        if (whose >> who & 1)
            take(x, s, (struct explore_step){.act = EXPLORE_CHANGE, .a = who}, path);
    }
    return state_rest(x, s, path);
}
