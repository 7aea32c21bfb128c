/* One repetition of a cell, and the figure that many make. */
#ifndef APP_BENCH_SAMPLE_H
#define APP_BENCH_SAMPLE_H

#include "app/bench/bench.h"

#define BENCH_REPEATS_MAX 1000

struct bench_sample { /* NAN: not measured */
    double value[BENCH_METRICS];
};

struct bench_samples { /* of one cell */
    uint32_t count;
    struct bench_sample item[BENCH_REPEATS_MAX];
};

void bench_sample_clear(struct bench_sample *);

/* What a crew that has measured tells. */
void bench_sample_read(struct bench_sample *, const struct crew *, double seconds);

/* Medians and spread of all that is known, into the cell. */
void bench_figures(struct bench_cell *, const struct bench_samples *);

/* The ratios of a cell to the ceiling's: of the medians, with the spread of the pairs. */
void bench_ratios(struct bench_cell *, const struct bench_samples *own, const struct bench_cell *ceiling,
                  const struct bench_samples *ceilings);

#endif
