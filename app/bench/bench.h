/* Measurements: what is to be measured, and what came out. A cell is one row of the table, one object of the
 * JSON document, one line of the CSV file and one point of a plot; all of them read this structure alone.
 */
#ifndef APP_BENCH_BENCH_H
#define APP_BENCH_BENCH_H

#include <stdio.h>

#include "app/bench/crew.h"
#include "app/bench/setup.h"

#define BENCH_LIST_MAX 16 /* values of one option */

enum bench_kind { BENCH_THROUGHPUT, BENCH_LATENCY, BENCH_RECOVERY, BENCH_SCALE, BENCH_CEILING, BENCH_KINDS };

/* What a figure says. Names, units and number formats are in the table in metric.c. */
enum bench_metric {
    BENCH_DELIVERED_PER_S, /* at each member */
    BENCH_RATIO,           /* of delivered_per_s to the ceiling's */
    BENCH_SHARE_MIN,       /* the sender with the least: its part of all, where an equal part is 1 */
    BENCH_SHARE_MAX,       /* ... with the most */
    BENCH_CPU_US,          /* processor time of all members for one multicast */
    BENCH_P50_US,          /* from when it was due (at full load: multicast) to each delivery */
    BENCH_P90_US,
    BENCH_P99_US,
    BENCH_P999_US,
    BENCH_P9999_US,
    BENCH_MAX_US,
    BENCH_P10_US, /* these for the picture of a distribution only */
    BENCH_P25_US,
    BENCH_P75_US,
    BENCH_P95_US,
    BENCH_RATIO_P50, /* of p50_us to the ceiling's */
    BENCH_RATIO_P99,
    BENCH_LATE_P50_US, /* from when it was due until it was multicast: part of the above */
    BENCH_LATE_P99_US,
    BENCH_MEMORY_MB, /* the largest member */
    BENCH_DETECT_MS, /* from the end of the leader until the first survivor knows, ... */
    BENCH_DETECT_P99_MS,
    BENCH_AGREE_MS, /* ... until the first one has the next view, ... */
    BENCH_AGREE_P99_MS,
    BENCH_FLUSH_MS, /* ... until the last one has it (a join: from when it is asked for), ... */
    BENCH_FLUSH_P99_MS,
    BENCH_RESUME_MS, /* ... until the last one has a change that was multicast in it */
    BENCH_RESUME_P99_MS,
    BENCH_JOIN_MS, /* from when a newcomer asks until it has its view and state */
    BENCH_JOIN_P99_MS,
    BENCH_BLOCKED_MS, /* so long was a running member blocked by a join */
    BENCH_BLOCKED_P99_MS,
    BENCH_BROKEN, /* so many times a survivor did not go on, or not with the same: no figure of these */
    BENCH_METRICS
};

struct bench_figure {
    bool known;
    double median, min, max; /* of the repetitions */
};

struct bench_cell {
    enum bench_kind kind;        /* throughput or latency for the ceiling's, too */
    enum bench_event_kind event; /* recovery */
    struct bench_subject subject;
    uint32_t members, size_bytes, window, rate, loss_percent;
    double seconds;
    uint32_t repeats;
    enum bench_verdict verdict;
    char text[512]; /* why it is not fine */
    struct bench_figure figure[BENCH_METRICS];
};

struct bench_list {
    uint32_t count;
    uint32_t value[BENCH_LIST_MAX];
};

struct bench_plan {
    enum bench_kind kind;
    uint32_t subject_count;
    struct bench_subject subject[BENCH_LIST_MAX];
    struct bench_list members, size_bytes, loss_percent;
    uint32_t window, rate, repeats;
    bool with_ceiling; /* the ceiling's cell beside each, repetition by repetition */
    enum bench_batching batching;
    enum bench_event_kind event; /* recovery */
    bool full_load;              /* recovery: all multicast as much as they can */
    bool latency;                /* ceiling: its latency instead of its throughput */
    double seconds;
    uint32_t heartbeat_ms, suspect_ms;
};

struct bench_report {
    enum bench_kind kind;
    size_t count, capacity;
    struct bench_cell *cell;
};

/* Runs all cells; each is told about on stderr while it runs if that is a terminal. Where it is interrupted
 * (crew_interrupted()) the report ends. False: out of memory. */
bool bench_run(const struct bench_plan *, struct bench_report *);
int bench_status(const struct bench_report *); /* of the contract; the worst cell's */
void bench_report_free(struct bench_report *);

/* -- metric.c ---------------------------------------------------------------------------------------- */

const char *bench_kind_name(enum bench_kind);
bool bench_kind_find(const char *name, enum bench_kind *found);
const char *bench_batching_name(enum bench_batching);
const char *bench_event_name(enum bench_event_kind);           /* "kill" */
const char *bench_delivery_name(const struct bench_subject *); /* "" where there is no choice */
void bench_subject_text(const struct bench_subject *, char *text, size_t size); /* "gms5 safe" */

struct bench_metric_look {
    const char *name, *heading;
    int decimals;
};
extern const struct bench_metric_look bench_metric_looks[BENCH_METRICS];

/* -- What to do with a report ------------------------------------------------------------------------ */

void bench_print_table(const struct bench_report *, FILE *out);
void bench_print_json(const struct bench_report *, FILE *out);
void bench_print_csv(const struct bench_report *, FILE *out);

#endif
