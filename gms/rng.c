/* SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", 2014). */
#include "gms/rng.h"

#include <assert.h>

void gms_rng_seed(struct gms_rng *rng, uint64_t seed) {
    rng->state = seed;
}

uint64_t gms_rng_next(struct gms_rng *rng) {
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

uint64_t gms_rng_below(struct gms_rng *rng, uint64_t bound) {
    assert(bound > 0);
    return gms_rng_next(rng) % bound; /* the bias is far below anything that a demo could show */
}
