/* A report as a table for people, as JSON and as CSV. See bench.h. */
#include "app/bench/bench.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <jansson.h>

/* -- The table ------------------------------------------------------------------------------------------- */

struct column {
    enum bench_metric metric;
    bool spread; /* with (min to max) */
    bool wanted_only_if_known;
};

static const struct column throughput_columns[] = {
    {BENCH_DELIVERED_PER_S, true, false}, {BENCH_RATIO, true, true},      {BENCH_SHARE_MIN, false, false},
    {BENCH_SHARE_MAX, false, false},      {BENCH_CPU_US, false, false},   {BENCH_P50_US, false, false},
    {BENCH_P99_US, false, false},         {BENCH_MEMORY_MB, false, false}};
static const struct column latency_columns[] = {
    {BENCH_P50_US, true, false},       {BENCH_P90_US, false, false},  {BENCH_P99_US, true, false},
    {BENCH_P999_US, false, false},     {BENCH_MAX_US, false, false},  {BENCH_LATE_P50_US, false, false},
    {BENCH_LATE_P99_US, false, false}, {BENCH_RATIO_P50, true, true}, {BENCH_RATIO_P99, true, true}};

static const struct column recovery_columns[] = {
    {BENCH_DETECT_MS, false, true}, {BENCH_DETECT_P99_MS, false, true},
    {BENCH_AGREE_MS, false, true},  {BENCH_AGREE_P99_MS, false, true},
    {BENCH_JOIN_MS, true, true},    {BENCH_JOIN_P99_MS, false, true},
    {BENCH_FLUSH_MS, false, true},  {BENCH_FLUSH_P99_MS, false, true},
    {BENCH_RESUME_MS, true, true},  {BENCH_RESUME_P99_MS, false, true},
    {BENCH_BLOCKED_MS, true, true}, {BENCH_BLOCKED_P99_MS, false, true},
    {BENCH_BROKEN, false, false}};
static const struct column scale_columns[] = {
    {BENCH_DELIVERED_PER_S, false, false}, {BENCH_CPU_US, false, false},  {BENCH_MEMORY_MB, false, false},
    {BENCH_P50_US, false, false},          {BENCH_P99_US, false, false},  {BENCH_RESUME_MS, false, false},
    {BENCH_RESUME_P99_MS, false, false},   {BENCH_JOIN_MS, false, false}, {BENCH_JOIN_P99_MS, false, false},
    {BENCH_BLOCKED_MS, false, false}};

static size_t columns_of(enum bench_kind kind, const struct column **columns) {
    switch (kind) {
    case BENCH_RECOVERY:
        *columns = recovery_columns;
        return sizeof recovery_columns / sizeof *recovery_columns;
    case BENCH_SCALE: *columns = scale_columns; return sizeof scale_columns / sizeof *scale_columns;
    case BENCH_LATENCY: *columns = latency_columns; return sizeof latency_columns / sizeof *latency_columns;
    case BENCH_THROUGHPUT:
    case BENCH_CEILING:
    case BENCH_KINDS: break;
    }
    *columns = throughput_columns;
    return sizeof throughput_columns / sizeof *throughput_columns;
}

/* "1,234,567", or with decimals. */
static int number(char *text, size_t size, double value, int decimals) {
    char plain[64];
    const int length = snprintf(plain, sizeof plain, "%.*f", decimals, value);
    const int whole = decimals > 0 ? length - decimals - 1 : length;
    size_t used = 0;
    for (int i = 0; i < length && used + 2 < size; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0 && plain[i - 1] != '-')
            text[used++] = ',';
        text[used++] = plain[i];
    }
    text[used] = '\0';
    return (int)used;
}

static void figure_text(const struct bench_figure *f, const struct column *column, char *text, size_t size) {
    const int decimals = bench_metric_looks[column->metric].decimals;
    if (!f->known) {
        snprintf(text, size, "-");
        return;
    }
    char median[40], min[40], max[40];
    number(median, sizeof median, f->median, decimals);
    number(min, sizeof min, f->min, decimals);
    number(max, sizeof max, f->max, decimals);
    if (column->spread)
        snprintf(text, size, "%s (%s..%s)", median, min, max);
    else
        snprintf(text, size, "%s", median);
}

static bool shown(const struct bench_report *report, const struct column *column) {
    bool known = !column->wanted_only_if_known;
    for (size_t i = 0; i < report->count; i++)
        known = known || report->cell[i].figure[column->metric].known;
    return known;
}

static size_t width_of(const struct bench_report *report, const struct column *column) {
    size_t width = strlen(bench_metric_looks[column->metric].heading);
    for (size_t i = 0; i < report->count; i++) {
        char text[160];
        figure_text(&report->cell[i].figure[column->metric], column, text, sizeof text);
        width = strlen(text) > width ? strlen(text) : width;
    }
    return width;
}

static void print_row(const struct bench_report *report, const struct bench_cell *cell, FILE *out) {
    const struct column *columns;
    const size_t count = columns_of(report->cell[0].kind, &columns);
    char subject[64], text[160];
    bench_subject_text(&cell->subject, subject, sizeof subject);
    fprintf(out, "%-15s %7" PRIu32 " %6" PRIu32 " %4" PRIu32 "%%", subject, cell->members, cell->size_bytes,
            cell->loss_percent);
    bool any = false;
    for (size_t i = 0; i < count; i++)
        any = any || cell->figure[columns[i].metric].known;
    for (size_t i = 0; i < count && any; i++) {
        figure_text(&cell->figure[columns[i].metric], &columns[i], text, sizeof text);
        if (shown(report, &columns[i]))
            fprintf(out, "  %*s", (int)width_of(report, &columns[i]), text);
    }
    if (cell->verdict != BENCH_FINE)
        fprintf(out, "  FAILED%s%s", any ? "" : ": ", any ? "" : cell->text);
    fprintf(out, "\n");
}

/* What the figures mean. */
static void print_note(const struct bench_cell *cell, FILE *out) {
    char load[100];
    if (cell->rate > 0)
        snprintf(load, sizeof load, "%" PRIu32 " multicasts a second in the whole group", cell->rate);
    else
        snprintf(load, sizeof load, "%" PRIu32 " own multicasts under way at each member", cell->window);
    fprintf(out, "Medians (least..most) of %" PRIu32 " repetitions", cell->repeats);
    switch (cell->kind) {
    case BENCH_THROUGHPUT:
    case BENCH_CEILING:
    case BENCH_KINDS:
        fprintf(out, " of %g s; %s; a share of 1 is an equal one.\n", cell->seconds, load);
        return;
    case BENCH_LATENCY:
        fprintf(out, " of %g s, from when a message was due to each delivery; %s.\n", cell->seconds, load);
        return;
    case BENCH_RECOVERY:
        fprintf(out, "; %s.\n", load);
        if (cell->event != BENCH_JOIN)
            fprintf(out,
                    "From %s of the leader until the first survivor knows (detect), the first one has the "
                    "next view (agree),\nthe last one has it (flush), the last one has a change that was "
                    "multicast in it (resume).\n",
                    cell->event == BENCH_HANG ? "SIGSTOP" : "SIGKILL");
        else
            fprintf(out,
                    "From when a newcomer asks until it has its view and state (join), all have that view "
                    "(flush); blocked: a running member.\n");
        return;
    case BENCH_SCALE:
        fprintf(out,
                " of %g s. CPU: of all members for one multicast at full load; p50, p99: %s;\nresume: after "
                "SIGKILL of the leader; join: until a newcomer has its state; blocked: meanwhile.\n",
                cell->seconds, load);
        return;
    }
}

void bench_print_table(const struct bench_report *report, FILE *out) {
    const struct column *columns;
    if (report->count == 0)
        return;
    const struct bench_cell *first = &report->cell[0];
    const size_t count = columns_of(first->kind, &columns);
    fprintf(out, "%-15s %7s %6s %5s", "", "members", "bytes", "loss");
    for (size_t i = 0; i < count; i++) {
        if (shown(report, &columns[i]))
            fprintf(out, "  %*s", (int)width_of(report, &columns[i]),
                    bench_metric_looks[columns[i].metric].heading);
    }
    fprintf(out, "\n");
    for (size_t i = 0; i < report->count; i++)
        print_row(report, &report->cell[i], out);
    if (first->repeats > 0)
        print_note(first, out);
}

/* -- JSON ------------------------------------------------------------------------------------------------ */

static double rounded(double value) {
    return round(value * 1000) / 1000;
}

static json_t *cell_json(const struct bench_cell *cell) {
    char subject[64];
    bench_subject_text(&cell->subject, subject, sizeof subject);
    json_t *o = json_pack("{s:s s:s s:i s:i s:i s:i s:i s:f s:i s:b}", "kind", bench_kind_name(cell->kind),
                          "subject", subject, "members", (int)cell->members, "size_bytes",
                          (int)cell->size_bytes, "window", (int)cell->window, "rate_per_s", (int)cell->rate,
                          "loss_percent", (int)cell->loss_percent, "seconds", cell->seconds, "repeats",
                          (int)cell->repeats, "fine", cell->verdict == BENCH_FINE);
    if (cell->subject.ceiling)
        json_object_set_new(o, "batching", json_string(bench_batching_name(cell->subject.batching)));
    else
        json_object_set_new(o, "rung", json_string(gms_rung_name(cell->subject.rung)));
    if (bench_delivery_name(&cell->subject)[0] != '\0')
        json_object_set_new(o, "delivery", json_string(bench_delivery_name(&cell->subject)));
    if (cell->event != BENCH_NOTHING)
        json_object_set_new(o, "event", json_string(bench_event_name(cell->event)));
    if (cell->verdict != BENCH_FINE)
        json_object_set_new(o, "error", json_string(cell->text));
    for (int i = 0; i < BENCH_METRICS; i++) {
        const struct bench_figure *f = &cell->figure[i];
        char name[64];
        if (!f->known)
            continue;
        json_object_set_new(o, bench_metric_looks[i].name, json_real(rounded(f->median)));
        snprintf(name, sizeof name, "%s_min", bench_metric_looks[i].name);
        json_object_set_new(o, name, json_real(rounded(f->min)));
        snprintf(name, sizeof name, "%s_max", bench_metric_looks[i].name);
        json_object_set_new(o, name, json_real(rounded(f->max)));
    }
    return o;
}

void bench_print_json(const struct bench_report *report, FILE *out) {
    json_t *cells = json_array();
    for (size_t i = 0; i < report->count; i++)
        json_array_append_new(cells, cell_json(&report->cell[i]));
    json_t *root = json_pack("{s:s s:o}", "bench", bench_kind_name(report->kind), "cells", cells);
    json_dumpf(root, out, JSON_COMPACT | JSON_REAL_PRECISION(12));
    fputc('\n', out);
    json_decref(root);
}

/* -- CSV ------------------------------------------------------------------------------------------------- */

void bench_print_csv(const struct bench_report *report, FILE *out) {
    fprintf(out, "kind,event,subject,members,size_bytes,window,rate_per_s,loss_percent,seconds,repeats,fine");
    for (int i = 0; i < BENCH_METRICS; i++)
        fprintf(out, ",%s,%s_min,%s_max", bench_metric_looks[i].name, bench_metric_looks[i].name,
                bench_metric_looks[i].name);
    fprintf(out, "\n");
    for (size_t i = 0; i < report->count; i++) {
        const struct bench_cell *c = &report->cell[i];
        char subject[64];
        bench_subject_text(&c->subject, subject, sizeof subject);
        fprintf(out, "%s,%s,%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%g,%" PRIu32 ",%d",
                bench_kind_name(c->kind), bench_event_name(c->event), subject, c->members, c->size_bytes,
                c->window, c->rate, c->loss_percent, c->seconds, c->repeats, c->verdict == BENCH_FINE);
        for (int k = 0; k < BENCH_METRICS; k++) {
            const struct bench_figure *f = &c->figure[k];
            if (f->known)
                fprintf(out, ",%.3f,%.3f,%.3f", f->median, f->min, f->max);
            else
                fprintf(out, ",,,");
        }
        fprintf(out, "\n");
    }
}
