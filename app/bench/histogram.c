/* See histogram.h. */
#include "app/bench/histogram.h"

#include <math.h>

#define SPLIT ((uint64_t)1 << HISTOGRAM_SPLIT_BITS)

/* Values below 2^7 have a bucket each; above, a power of two is cut into 2^7 of equal width. */
static uint32_t index_of(uint64_t value) {
    uint32_t power = 0;
    if (value >= (uint64_t)1 << HISTOGRAM_VALUE_BITS)
        return HISTOGRAM_BUCKETS - 1;
    while (value >> power >= 2 * SPLIT)
        power++;
    return value < SPLIT ? (uint32_t)value : (uint32_t)((power << HISTOGRAM_SPLIT_BITS) + (value >> power));
}

static double middle_of(uint32_t index) {
    if (index < 2 * SPLIT)
        return (double)index;
    const uint32_t power = (index >> HISTOGRAM_SPLIT_BITS) - 1;
    const uint64_t low = (SPLIT + (index & (SPLIT - 1))) << power;
    return (double)low + (double)((uint64_t)1 << power) / 2;
}

void histogram_put(struct histogram *h, uint64_t value) {
    h->count++;
    h->max = value > h->max ? value : h->max;
    h->bucket[index_of(value)]++;
}

void histogram_merge(struct histogram *h, const struct histogram *other) {
    h->count += other->count;
    h->max = other->max > h->max ? other->max : h->max;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        h->bucket[i] += other->bucket[i];
}

double histogram_quantile(const struct histogram *h, double part) {
    const double wanted = fmax(1, ceil(part * (double)h->count));
    uint64_t sum = 0;
    for (uint32_t i = 0; i < HISTOGRAM_BUCKETS; i++) {
        sum += h->bucket[i];
        if (sum > 0 && (double)sum >= wanted)
            return fmin(middle_of(i), (double)h->max);
    }
    return 0;
}
