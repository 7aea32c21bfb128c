/* How often each duration occurred, within a bounded error: 128 buckets to every power of two, so that what
 * is read is within 0.4% of what was put, from 128 ns up (below, it is exact). After Gil Tene's HdrHistogram.
 */
#ifndef APP_BENCH_HISTOGRAM_H
#define APP_BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SPLIT_BITS 7
#define HISTOGRAM_VALUE_BITS 38 /* 2^38 ns are 4.6 minutes; whatever is longer counts as that */
#define HISTOGRAM_BUCKETS    ((HISTOGRAM_VALUE_BITS - HISTOGRAM_SPLIT_BITS + 1) << HISTOGRAM_SPLIT_BITS)

struct histogram { /* all zero: empty */
    uint64_t count;
    uint64_t max; /* exact */
    uint32_t bucket[HISTOGRAM_BUCKETS];
};

void histogram_put(struct histogram *, uint64_t value);
void histogram_merge(struct histogram *, const struct histogram *other);

/* The value that `part` of all (0 to 1) do not exceed; 0 when there are none. */
double histogram_quantile(const struct histogram *, double part);

#endif
