/* Cell by cell, repetition by repetition; every repetition has processes of its own. See bench.h. */
#include "app/bench/bench.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/bench/recovery.h"
#include "app/options.h"

#define WARM_UP_MAX_S 0.5

static struct crew crew; /* large */

/* -- Progress, where somebody watches -------------------------------------------------------------------- */

static void progress(const struct bench_cell *cell, uint32_t repeat, size_t index, size_t count) {
    char subject[64];
    if (!isatty(STDERR_FILENO))
        return;
    bench_subject_text(&cell->subject, subject, sizeof subject);
    fprintf(stderr, "\r\033[K%zu of %zu: %s of %s, %" PRIu32 " members, repetition %" PRIu32 " of %" PRIu32,
            index + 1, count, bench_kind_name(cell->kind), subject, cell->members, repeat + 1, cell->repeats);
}

static void progress_end(void) {
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
}

/* -- One repetition -------------------------------------------------------------------------------------- */

static struct bench_setup setup_of(const struct bench_plan *plan, const struct bench_cell *cell) {
    return (struct bench_setup){.members = cell->members,
                                .subject = cell->subject,
                                .size_bytes = cell->size_bytes,
                                .window = cell->window,
                                .rate = cell->rate,
                                .loss_percent = cell->loss_percent,
                                .heartbeat_ms = plan->heartbeat_ms,
                                .suspect_ms = plan->suspect_ms};
}

static void note_verdict(struct bench_cell *cell) {
    if (cell->verdict != BENCH_FINE)
        return;
    cell->verdict = crew.verdict;
    snprintf(cell->text, sizeof cell->text, "%s", crew.text);
}

/* Not all of what was to be measured was: why, and how much. */
static void stop_short(struct bench_cell *cell, uint32_t measured) {
    if (measured >= cell->repeats)
        return;
    if (cell->verdict == BENCH_FINE) { /* it was another cell that failed */
        cell->verdict = BENCH_NOT_RUN;
        snprintf(cell->text, sizeof cell->text, "%s", crew.text);
    }
    const size_t used = strlen(cell->text);
    snprintf(cell->text + used, sizeof cell->text - used, ", after %" PRIu32 " of %" PRIu32 " repetitions",
             measured, cell->repeats);
    cell->repeats = measured;
}

static bool measure(const struct bench_plan *plan, struct bench_cell *cell, struct bench_sample *sample) {
    const struct bench_setup setup = setup_of(plan, cell);
    bool fine =
        crew_start(&crew, &setup) && crew_measure(&crew, fmin(WARM_UP_MAX_S, cell->seconds), cell->seconds);
    if (fine)
        bench_sample_read(sample, &crew, cell->seconds);
    if (fine && sample->value[BENCH_DELIVERED_PER_S] <= 0)
        fine = crew_fail(&crew, BENCH_NOT_RUN, "nothing was delivered within %g s: a longer --for is needed",
                         cell->seconds);
    note_verdict(cell);
    crew_end(&crew);
    return fine;
}

/* -- Cells ----------------------------------------------------------------------------------------------- */

static struct bench_samples own, ceilings; /* large */

static struct bench_cell *add_cell(struct bench_report *report, const struct bench_cell *cell) {
    report->cell[report->count] = *cell;
    return &report->cell[report->count++];
}

/* Throughput or latency; with it the ceiling's, one by one. */
static void run_load(const struct bench_plan *plan, struct bench_report *report,
                     const struct bench_cell *what) {
    struct bench_cell *cell = add_cell(report, what), *beside = NULL;
    own.count = ceilings.count = 0;
    if (plan->with_ceiling && !what->subject.ceiling) {
        beside = add_cell(report, what);
        beside->subject = (struct bench_subject){.ceiling = true, .batching = plan->batching};
        beside->loss_percent = 0;
    }
    for (uint32_t i = 0; i < plan->repeats; i++) {
        progress(cell, i, report->count - (beside ? 2 : 1), report->capacity);
        if (!measure(plan, cell, &own.item[own.count]))
            break;
        own.count++;
        if (beside && !measure(plan, beside, &ceilings.item[ceilings.count]))
            break;
        ceilings.count++;
    }
    bench_figures(cell, &own);
    stop_short(cell, own.count);
    if (!beside)
        return;
    stop_short(beside, ceilings.count);
    bench_figures(beside, &ceilings);
    bench_ratios(cell, &own, beside, &ceilings);
}

static void note_broken(struct bench_cell *cell, uint32_t broken, const char *first) {
    const double count = broken;
    cell->figure[BENCH_BROKEN] = (struct bench_figure){true, count, count, count};
    if (broken == 0 || cell->verdict != BENCH_FINE)
        return;
    cell->verdict = BENCH_LOST;
    snprintf(cell->text, sizeof cell->text,
             "%" PRIu32 " of %" PRIu32 " times the group did not survive: %.300s", broken, cell->repeats,
             first);
}

/* All repetitions happen to one group, as long as it survives them. Where a rung promises less, the figures
 * are of those that it did survive. */
static void strike(const struct bench_plan *plan, struct bench_cell *cell, enum bench_event_kind event) {
    const struct bench_setup setup = setup_of(plan, cell);
    char first[sizeof crew.text] = "";
    uint32_t broken = 0;
    own.count = 0;
    while (own.count + broken < cell->repeats) {
        const bool fine = recovery_run(&crew, &setup, event, cell->repeats - own.count - broken, &own);
        crew_end(&crew);
        if (!fine && crew.verdict != BENCH_LOST) {
            note_verdict(cell);
            break;
        }
        if (!fine && broken++ == 0)
            memcpy(first, crew.text, sizeof first);
    }
    bench_figures(cell, &own);
    stop_short(cell, own.count + broken);
    note_broken(cell, broken, first);
}

static void run_recovery(const struct bench_plan *plan, struct bench_report *report,
                         const struct bench_cell *what) {
    struct bench_cell *cell = add_cell(report, what);
    progress(cell, cell->repeats - 1, report->count - 1, report->capacity);
    strike(plan, cell, cell->event);
}

/* Everything that may depend on the number of members, in one row. */
static void run_scale(const struct bench_plan *plan, struct bench_report *report,
                      const struct bench_cell *what) {
    static const enum bench_metric of_load[] = {BENCH_DELIVERED_PER_S, BENCH_SHARE_MIN, BENCH_SHARE_MAX,
                                                BENCH_CPU_US, BENCH_MEMORY_MB};
    struct bench_cell *cell = add_cell(report, what);
    const uint32_t rate = cell->rate;
    own.count = ceilings.count = 0;
    for (uint32_t i = 0; i < plan->repeats && cell->verdict == BENCH_FINE; i++) {
        progress(cell, i, report->count - 1, report->capacity);
        cell->rate = 0;
        own.count += measure(plan, cell, &own.item[i]);
        cell->rate = rate;
        if (cell->verdict == BENCH_FINE)
            ceilings.count += measure(plan, cell, &ceilings.item[i]); /* of the same, at a fixed rate */
        for (size_t k = 0; k < sizeof of_load / sizeof of_load[0]; k++)
            ceilings.item[i].value[of_load[k]] = NAN;
    }
    bench_figures(cell, &own);
    bench_figures(cell, &ceilings);
    stop_short(cell, ceilings.count);
    if (cell->verdict == BENCH_FINE)
        strike(plan, cell, BENCH_KILL);
    const struct bench_figure flush[] = {cell->figure[BENCH_FLUSH_MS], cell->figure[BENCH_FLUSH_P99_MS]};
    if (cell->verdict == BENCH_FINE)
        strike(plan, cell, BENCH_JOIN);
    cell->figure[BENCH_FLUSH_MS] = flush[0]; /* that of the crash */
    cell->figure[BENCH_FLUSH_P99_MS] = flush[1];
}

static void run_cell(const struct bench_plan *plan, struct bench_report *report, struct bench_cell *cell) {
    switch (plan->kind) {
    case BENCH_THROUGHPUT: run_load(plan, report, cell); return;
    case BENCH_LATENCY: run_load(plan, report, cell); return;
    case BENCH_CEILING:
        cell->kind = plan->latency ? BENCH_LATENCY : BENCH_THROUGHPUT;
        run_load(plan, report, cell);
        return;
    case BENCH_RECOVERY: run_recovery(plan, report, cell); return;
    case BENCH_SCALE: run_scale(plan, report, cell); return;
    case BENCH_KINDS: return;
    }
}

bool bench_run(const struct bench_plan *plan, struct bench_report *report) {
    const bool at_rate = plan->kind == BENCH_LATENCY || plan->kind == BENCH_SCALE ||
                         (plan->kind == BENCH_CEILING && plan->latency) ||
                         (plan->kind == BENCH_RECOVERY && !plan->full_load);
    *report = (struct bench_report){.kind = plan->kind};
    report->capacity = (size_t)plan->subject_count * plan->members.count * plan->size_bytes.count *
                       plan->loss_percent.count * (plan->with_ceiling ? 2 : 1);
    report->cell = calloc(report->capacity, sizeof *report->cell);
    if (!report->cell)
        return false;
    for (uint32_t i = 0; i < report->capacity / (plan->with_ceiling ? 2 : 1) && !crew_interrupted(); i++) {
        uint32_t left = i; /* the last list goes round first */
        struct bench_cell cell = {.kind = plan->kind,
                                  .event = plan->event,
                                  .window = plan->window,
                                  .rate = at_rate ? plan->rate : 0,
                                  .seconds = plan->seconds,
                                  .repeats = plan->repeats};
        cell.loss_percent = plan->loss_percent.value[left % plan->loss_percent.count];
        left /= plan->loss_percent.count;
        cell.size_bytes = plan->size_bytes.value[left % plan->size_bytes.count];
        left /= plan->size_bytes.count;
        cell.members = plan->members.value[left % plan->members.count];
        cell.subject = plan->subject[left / plan->members.count];
        run_cell(plan, report, &cell);
    }
    progress_end();
    return true;
}

int bench_status(const struct bench_report *report) {
    int status = STATUS_FINE;
    for (size_t i = 0; i < report->count; i++) {
        if (report->cell[i].verdict == BENCH_LOST)
            return STATUS_VIOLATED;
        if (report->cell[i].verdict == BENCH_NOT_RUN)
            status = STATUS_CANT_RUN;
    }
    return status;
}

void bench_report_free(struct bench_report *report) {
    free(report->cell);
    report->cell = NULL;
}
