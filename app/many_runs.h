/* Many runs by chance, one for each seed, on all cores: what failed, with its seed.
 */
#ifndef APP_MANY_RUNS_H
#define APP_MANY_RUNS_H

#include "app/random_run.h"

#define MANY_FAILED_MAX 20 /* that are told */

struct many_runs {
    struct random_run run; /* but for its seed */
    uint64_t from, to;

    /* What came of it. */
    uint64_t runs, messages, delivered;
    uint64_t slowest_ms, slowest_seed; /* of those that converged: see random_run() */
    double seconds;
    uint64_t failed_count;
    struct many_failed {
        uint64_t seed;
        const char *how;       /* desync, halted; violated: in sync at the end, but not all the way */
    } failed[MANY_FAILED_MAX]; /* the lowest seeds */
};

/* Runs them all, or until search_interrupted(). False: out of memory. */
bool many_runs(struct many_runs *);

#endif
