/* See sample.h. */
#include "app/bench/sample.h"

#include <math.h>
#include <stdlib.h>

void bench_sample_clear(struct bench_sample *s) {
    for (int i = 0; i < BENCH_METRICS; i++)
        s->value[i] = NAN;
}

static void read_latency(struct bench_sample *s, const struct crew *c) {
    static const struct {
        enum bench_metric metric;
        double part;
    } parts[] = {{BENCH_P10_US, 0.1},  {BENCH_P25_US, 0.25},   {BENCH_P50_US, 0.5},
                 {BENCH_P75_US, 0.75}, {BENCH_P90_US, 0.9},    {BENCH_P95_US, 0.95},
                 {BENCH_P99_US, 0.99}, {BENCH_P999_US, 0.999}, {BENCH_P9999_US, 0.9999}};
    if (c->latency.count == 0)
        return;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        s->value[parts[i].metric] = histogram_quantile(&c->latency, parts[i].part) / 1000;
    s->value[BENCH_MAX_US] = (double)c->latency.max / 1000;
    if (c->lateness.count == 0)
        return;
    s->value[BENCH_LATE_P50_US] = histogram_quantile(&c->lateness, 0.5) / 1000;
    s->value[BENCH_LATE_P99_US] = histogram_quantile(&c->lateness, 0.99) / 1000;
}

void bench_sample_read(struct bench_sample *s, const struct crew *c, double seconds) {
    double delivered = 0, cpu_ns = 0, memory_kb = 0;
    bench_sample_clear(s);
    for (uint32_t i = 0; i < c->count; i++) {
        delivered += (double)c->member[i].delivered / c->count;
        cpu_ns += (double)c->member[i].cpu_ns;
        memory_kb = fmax(memory_kb, (double)c->member[i].memory_kb);
    }
    read_latency(s, c);
    s->value[BENCH_DELIVERED_PER_S] = delivered / seconds;
    s->value[BENCH_MEMORY_MB] = memory_kb / 1024;
    if (delivered < 1)
        return;
    s->value[BENCH_CPU_US] = cpu_ns / 1000 / delivered;
    s->value[BENCH_SHARE_MIN] = INFINITY;
    s->value[BENCH_SHARE_MAX] = 0;
    for (uint32_t i = 0; i < c->count; i++) {
        const double share = (double)c->member[i].delivered_own * c->count / delivered;
        s->value[BENCH_SHARE_MIN] = fmin(s->value[BENCH_SHARE_MIN], share);
        s->value[BENCH_SHARE_MAX] = fmax(s->value[BENCH_SHARE_MAX], share);
    }
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct bench_figure figure_of(double *values, uint32_t count) {
    if (count == 0)
        return (struct bench_figure){.known = false};
    qsort(values, count, sizeof *values, by_value);
    return (struct bench_figure){.known = true,
                                 .median = (values[(count - 1) / 2] + values[count / 2]) / 2,
                                 .min = values[0],
                                 .max = values[count - 1]};
}

/* The 99th of a hundred events; of fewer the longest. */
static struct bench_figure p99_of(const double *sorted, uint32_t count) {
    const uint32_t index = count > 0 ? (uint32_t)ceil(0.99 * count) - 1 : 0;
    const double value = count > 0 ? sorted[index] : 0;
    return (struct bench_figure){count > 0, value, value, value};
}

void bench_figures(struct bench_cell *cell, const struct bench_samples *samples) {
    double values[BENCH_REPEATS_MAX];
    for (int metric = 0; metric < BENCH_METRICS; metric++) {
        uint32_t count = 0;
        for (uint32_t i = 0; i < samples->count; i++) {
            if (!isnan(samples->item[i].value[metric]))
                values[count++] = samples->item[i].value[metric];
        }
        if (count > 0)
            cell->figure[metric] = figure_of(values, count);
        if (metric >= BENCH_DETECT_MS && metric <= BENCH_BLOCKED_MS && metric % 2 == BENCH_DETECT_MS % 2 &&
            count > 0)
            cell->figure[metric + 1] = p99_of(values, count);
    }
}

void bench_ratios(struct bench_cell *cell, const struct bench_samples *own, const struct bench_cell *ceiling,
                  const struct bench_samples *ceilings) {
    static const enum bench_metric of[][2] = {{BENCH_RATIO, BENCH_DELIVERED_PER_S},
                                              {BENCH_RATIO_P50, BENCH_P50_US},
                                              {BENCH_RATIO_P99, BENCH_P99_US}};
    for (size_t k = 0; k < sizeof of / sizeof of[0]; k++) {
        const struct bench_figure *a = &cell->figure[of[k][1]], *b = &ceiling->figure[of[k][1]];
        double values[BENCH_REPEATS_MAX];
        uint32_t count = 0;
        const bool at_rate = cell->kind == BENCH_LATENCY;
        if (at_rate == (k == 0) || !a->known || !b->known || b->median <= 0)
            continue;
        for (uint32_t i = 0; i < own->count && i < ceilings->count; i++)
            values[count++] = own->item[i].value[of[k][1]] / ceilings->item[i].value[of[k][1]];
        cell->figure[of[k][0]] = figure_of(values, count);
        cell->figure[of[k][0]].median = a->median / b->median;
    }
}
