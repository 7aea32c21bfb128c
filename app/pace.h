/* The pace of changes: the mean time between two of a worker, and what + and - make of it. */
#ifndef APP_PACE_H
#define APP_PACE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "gms/rng.h"

#define PACE_LONGEST_MS 3600000

/* From no changes at all a worker starts slowly; a key alone makes no flood. */
static inline uint64_t pace_step(uint64_t mean_ms, bool faster) {
    const uint64_t base = mean_ms == 0 ? 4000 : mean_ms;
    const uint64_t next = faster ? base * 2 / 3 : base * 3 / 2 + 1;
    return next < 20 ? 20 : next > PACE_LONGEST_MS ? PACE_LONGEST_MS : next;
}

/* A wait, exponentially distributed, so that the moments of all workers together are random, too. */
static inline double pace_draw_ms(struct gms_rng *rng, double mean_ms) {
    const double u = ((double)(gms_rng_next(rng) >> 11) + 1.0) / 9007199254740993.0;
    return -log(u) * mean_ms;
}

#endif
