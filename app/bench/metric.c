/* The words for what is measured. See bench.h. */
#include "app/bench/bench.h"

#include <string.h>

const struct bench_metric_look bench_metric_looks[BENCH_METRICS] = {
    [BENCH_DELIVERED_PER_S] = {"delivered_per_s", "delivered/s", 0},
    [BENCH_RATIO] = {"ratio", "of ceiling", 2},
    [BENCH_SHARE_MIN] = {"share_min", "least share", 2},
    [BENCH_SHARE_MAX] = {"share_max", "most", 2},
    [BENCH_CPU_US] = {"cpu_us", "CPU us", 2},
    [BENCH_P50_US] = {"p50_us", "p50 us", 0},
    [BENCH_P90_US] = {"p90_us", "p90 us", 0},
    [BENCH_P99_US] = {"p99_us", "p99 us", 0},
    [BENCH_P999_US] = {"p999_us", "p99.9 us", 0},
    [BENCH_P9999_US] = {"p9999_us", "p99.99 us", 0},
    [BENCH_MAX_US] = {"max_us", "max us", 0},
    [BENCH_P10_US] = {"p10_us", "p10 us", 0},
    [BENCH_P25_US] = {"p25_us", "p25 us", 0},
    [BENCH_P75_US] = {"p75_us", "p75 us", 0},
    [BENCH_P95_US] = {"p95_us", "p95 us", 0},
    [BENCH_RATIO_P50] = {"ratio_p50", "p50 of ceiling", 2},
    [BENCH_RATIO_P99] = {"ratio_p99", "p99 of ceiling", 2},
    [BENCH_LATE_P50_US] = {"late_p50_us", "sent late p50", 0},
    [BENCH_LATE_P99_US] = {"late_p99_us", "p99", 0},
    [BENCH_MEMORY_MB] = {"memory_mb", "MB", 0},
    [BENCH_DETECT_MS] = {"detect_ms", "detect ms", 2},
    [BENCH_DETECT_P99_MS] = {"detect_p99_ms", "p99", 2},
    [BENCH_AGREE_MS] = {"agree_ms", "agree ms", 2},
    [BENCH_AGREE_P99_MS] = {"agree_p99_ms", "p99", 2},
    [BENCH_FLUSH_MS] = {"flush_ms", "flush ms", 2},
    [BENCH_FLUSH_P99_MS] = {"flush_p99_ms", "p99", 2},
    [BENCH_RESUME_MS] = {"resume_ms", "resume ms", 2},
    [BENCH_RESUME_P99_MS] = {"resume_p99_ms", "p99", 2},
    [BENCH_JOIN_MS] = {"join_ms", "join ms", 2},
    [BENCH_JOIN_P99_MS] = {"join_p99_ms", "p99", 2},
    [BENCH_BLOCKED_MS] = {"blocked_ms", "blocked ms", 2},
    [BENCH_BLOCKED_P99_MS] = {"blocked_p99_ms", "p99", 2},
    [BENCH_BROKEN] = {"broken", "broken", 0},
};

static const char *const kinds[BENCH_KINDS] = {"throughput", "latency", "recovery", "scale", "ceiling"};
static const char *const batchings[BENCH_BATCHINGS] = {"none", "leader", "both"};

const char *bench_kind_name(enum bench_kind kind) {
    return kinds[kind];
}

bool bench_kind_find(const char *name, enum bench_kind *found) {
    for (int i = 0; i < BENCH_KINDS; i++) {
        if (strcmp(name, kinds[i]) != 0)
            continue;
        *found = (enum bench_kind)i;
        return true;
    }
    return false;
}

const char *bench_batching_name(enum bench_batching batching) {
    return batchings[batching];
}

const char *bench_event_name(enum bench_event_kind event) {
    switch (event) {
    case BENCH_NOTHING: return "";
    case BENCH_KILL: return "kill";
    case BENCH_HANG: return "hang";
    case BENCH_JOIN: return "join";
    }
    return "";
}

const char *bench_delivery_name(const struct bench_subject *s) {
    if (s->ceiling || s->rung != GMS_RUNG_5)
        return "";
    return s->delivery == GMS_SAFE ? "safe" : "agreed";
}

void bench_subject_text(const struct bench_subject *s, char *text, size_t size) {
    if (s->ceiling)
        snprintf(text, size, "ceiling %s", batchings[s->batching]);
    else if (s->rung == GMS_RUNG_5)
        snprintf(text, size, "%s %s", gms_rung_name(s->rung), bench_delivery_name(s));
    else
        snprintf(text, size, "%s", gms_rung_name(s->rung));
}
