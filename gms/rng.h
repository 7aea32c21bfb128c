/* The seeded generator: the only source of chance in gms and net, so that a run can be repeated. */
#ifndef GMS_RNG_H
#define GMS_RNG_H

#include <stdint.h>

struct gms_rng {
    uint64_t state;
};

void gms_rng_seed(struct gms_rng *, uint64_t seed);
uint64_t gms_rng_next(struct gms_rng *);
uint64_t gms_rng_below(struct gms_rng *, uint64_t bound); /* 0 <= x < bound; bound > 0 */

#endif
