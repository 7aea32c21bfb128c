/* The pace of changes: the mean time between two of a worker, and what + and - make of it. */
#ifndef APP_PACE_H
#define APP_PACE_H

#include <stdbool.h>
#include <stdint.h>

#define PACE_LONGEST_MS 3600000

/* From no changes at all a worker starts slowly; a key alone makes no flood. */
static inline uint64_t pace_step(uint64_t mean_ms, bool faster) {
    const uint64_t base = mean_ms == 0 ? 4000 : mean_ms;
    const uint64_t next = faster ? base * 2 / 3 : base * 3 / 2 + 1;
    return next < 20 ? 20 : next > PACE_LONGEST_MS ? PACE_LONGEST_MS : next;
}

#endif
