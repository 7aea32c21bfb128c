/* Each picture has a table of its own: what is in it, and no more. See plot_grid.h for what is drawn against
 * what.
 */
#include "app/report/plot_bench.h"

#include "app/report/plot.h"
#include "app/report/plot_grid.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE   4096
#define PREFIX      "groupy bench: " /* of what is not as it should be */
#define LINEAR_MOST 8                /* from least to most: beyond, an axis is logarithmic */

struct drawing {
    const char *dir, *again;
    FILE *told;
    bool ok, lacks_gnuplot;
    struct plot_grid grid;
};

struct labels {
    int count, left_out;
    char text[PLOT_SERIES_MAX][PLOT_LABEL_SIZE];
};

static void add_label(struct labels *l, const char *text) {
    for (int i = 0; i < l->count; i++)
        if (strcmp(l->text[i], text) == 0)
            return;
    if (l->count == PLOT_SERIES_MAX)
        l->left_out++;
    else
        snprintf(l->text[l->count++], PLOT_LABEL_SIZE, "%s", text);
}

static void point_to_labels(struct plot *p, const struct labels *l) {
    for (int i = 0; i < l->count; i++)
        p->series[i] = l->text[i];
}

/* -- Tables ---------------------------------------------------------------------------------------------- */

static FILE *open_table(struct drawing *d, const char *stem, const char *columns) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s.csv", d->dir, stem);
    FILE *table = fopen(path, "w");
    if (table == NULL) {
        fprintf(d->told, PREFIX "no plot: %s can't be written (%s)\n", path, strerror(errno));
        d->ok = false;
        return NULL;
    }
    errno = 0;
    fprintf(table, "series,subject,members,size_bytes,loss_percent,%s\n", columns);
    return table;
}

/* What all rows begin with. */
static void begin_row(FILE *table, const struct bench_cell *c, const char *series) {
    char subject[PLOT_LABEL_SIZE];
    bench_subject_text(&c->subject, subject, sizeof subject);
    fprintf(table, "%s,%s,%" PRIu32 ",%" PRIu32 ",%" PRIu32, series, subject, c->members, c->size_bytes,
            c->loss_percent);
}

/* Closes the table and draws it. */
static void finish(struct drawing *d, FILE *table, const struct plot *p, int left_out) {
    char said[PATH_SIZE + 512];
    const bool written = fflush(table) == 0 && !ferror(table);
    if (fclose(table) != 0 || !written) {
        fprintf(d->told, PREFIX "no plot: %s/%s.csv can't be written (%s)\n", d->dir, p->stem,
                strerror(errno));
        d->ok = false;
        return;
    }
    const enum plot_end end = plot_draw(d->dir, p, said, sizeof said);
    if (end != PLOT_NO_GNUPLOT || !d->lacks_gnuplot)
        fprintf(d->told, "%s%s\n", end == PLOT_DRAWN ? "" : PREFIX, said);
    if (left_out > 0)
        fprintf(d->told, PREFIX "%s: no more than %d lines are drawn; the table has the others, too\n",
                p->stem, PLOT_SERIES_MAX);
    d->lacks_gnuplot |= end == PLOT_NO_GNUPLOT;
    d->ok &= end == PLOT_DRAWN;
}

/* -- One figure: against the axis if there is one, else a bar for each subject --------------------------- */

struct value_look {
    const char *stem, *what, *label;
    const char *format, *fine_format; /* of the axis: for whole decades, and in between */
    enum bench_metric metric;
    double unit;
    enum bench_metric high; /* BENCH_METRICS: the least and the most of all repetitions are its spread */
    const char *spread;
    bool at_rate; /* not at full load */
};

static void write_values_at(FILE *table, const struct drawing *d, const struct value_look *v, unsigned value,
                            struct labels *l) {
    for (size_t i = 0; i < d->grid.report->count; i++) {
        const struct bench_cell *c = plot_grid_at(&d->grid, i, v->metric);
        char name[PLOT_LABEL_SIZE];
        if (c == NULL || !plot_grid_is_at(&d->grid, c, value))
            continue;
        const struct bench_figure *f = &c->figure[v->metric];
        const bool spans = v->high != BENCH_METRICS;
        plot_grid_name(&d->grid, c, name);
        add_label(l, name);
        begin_row(table, c, name);
        fprintf(table, ",%s,%.3f,%.3f,%.3f\n", name, f->median, spans ? f->median : f->min,
                spans ? c->figure[v->high].median : f->max);
    }
}

/* Along the axis: a line goes from one row to the next. */
static void write_values(FILE *table, const struct drawing *d, const struct value_look *v, struct labels *l) {
    unsigned values[PLOT_TICS_MAX] = {0};
    const int count = d->grid.axis == PLOT_DIMENSIONS ? 1 : plot_grid_values(&d->grid, values);
    for (int i = 0; i < count; i++)
        write_values_at(table, d, v, values[i], l);
}

static void set_axis(const struct drawing *d, struct plot *p) {
    p->x = plot_dimension_looks[d->grid.axis].column;
    p->x_label = plot_dimension_looks[d->grid.axis].label;
    p->tic_count = plot_grid_values(&d->grid, p->tics);
    p->x_log = p->tics[0] > 0 && p->tics[p->tic_count - 1] / p->tics[0] > LINEAR_MOST;
}

static void draw_value(struct drawing *d, const struct value_look *v) {
    struct labels labels = {.count = 0};
    char stem[64], title[PLOT_TITLE_SIZE], columns[64];
    const bool has_axis = d->grid.axis != PLOT_DIMENSIONS;
    snprintf(stem, sizeof stem, "%s%s%s", v->stem, has_axis ? "-" : "",
             has_axis ? plot_dimension_looks[d->grid.axis].word : "");
    snprintf(columns, sizeof columns, "bar,%s,low,high", bench_metric_looks[v->metric].name);
    FILE *table = open_table(d, stem, columns);
    if (table == NULL)
        return;
    write_values(table, d, v, &labels);
    plot_grid_title(&d->grid, v->what, v->at_rate, v->spread, title);
    struct plot p = {.stem = stem,
                     .title = title,
                     .again = d->again,
                     .shape = has_axis ? PLOT_LINES : PLOT_BARS,
                     .y = bench_metric_looks[v->metric].name,
                     .y_low = "low",
                     .y_high = "high",
                     .y_label = v->label,
                     .y_unit = v->unit,
                     .y_format = has_axis ? v->format : v->fine_format,
                     .y_log = has_axis,
                     .parts = {bench_metric_looks[v->metric].name},
                     .bars = labels.count + labels.left_out};
    if (has_axis) {
        set_axis(d, &p);
        point_to_labels(&p, &labels);
    }
    finish(d, table, &p, labels.left_out);
}

/* -- A distribution -------------------------------------------------------------------------------------- */

static void write_percentiles(FILE *table, const struct bench_cell *c, const char *series) {
    static const struct {
        double percent;
        enum bench_metric metric;
    } points[] = {{10, BENCH_P10_US}, {25, BENCH_P25_US},    {50, BENCH_P50_US},
                  {75, BENCH_P75_US}, {90, BENCH_P90_US},    {95, BENCH_P95_US},
                  {99, BENCH_P99_US}, {99.9, BENCH_P999_US}, {99.99, BENCH_P9999_US}};
    for (size_t k = 0; k < sizeof points / sizeof points[0]; k++) {
        const struct bench_figure *f = &c->figure[points[k].metric];
        if (!f->known)
            continue;
        begin_row(table, c, series);
        fprintf(table, ",%g,%.3f,%.3f,%.3f\n", points[k].percent, f->median, f->min, f->max);
    }
}

static void draw_percentiles(struct drawing *d, const char *stem) {
    struct labels labels = {.count = 0};
    char title[PLOT_TITLE_SIZE];
    FILE *table = open_table(d, stem, "percent,latency_us,low,high");
    if (table == NULL)
        return;
    for (size_t i = 0; i < d->grid.report->count; i++) {
        const struct bench_cell *c = plot_grid_at(&d->grid, i, BENCH_P50_US);
        char name[PLOT_LABEL_SIZE];
        if (c == NULL)
            continue;
        plot_grid_name(&d->grid, c, name);
        add_label(&labels, name);
        write_percentiles(table, c, name);
    }
    plot_grid_title(&d->grid, "From when a message is due until a member has it", true, "medians", title);
    struct plot p = {.stem = stem,
                     .title = title,
                     .again = d->again,
                     .shape = PLOT_PERCENTILES,
                     .y = "latency_us",
                     .y_label = "latency",
                     .y_unit = 1e-6,
                     .y_format = "%.0s %cs",
                     .y_log = true};
    point_to_labels(&p, &labels);
    finish(d, table, &p, labels.left_out);
}

/* One picture for each value on the axis: a legend with all of them could not be read. */
static void draw_distributions(struct drawing *d) {
    const struct plot_grid whole = d->grid;
    unsigned values[PLOT_TICS_MAX];
    char stem[64];
    if (whole.axis == PLOT_DIMENSIONS) {
        draw_percentiles(d, "latency");
        return;
    }
    const int count = plot_grid_values(&whole, values);
    for (int i = 0; i < count; i++) {
        d->grid = plot_grid_slice(&whole, values[i]);
        snprintf(stem, sizeof stem, "latency-%u-%s", values[i], plot_dimension_looks[whole.axis].word);
        draw_percentiles(d, stem);
    }
    d->grid = whole;
}

/* -- The parts of a recovery ----------------------------------------------------------------------------- */

/* Two bars beside one another: when each part was over in half of all, and in 99% of them. */
static void write_recovery(FILE *table, const struct drawing *d, const struct bench_cell *c) {
    static const enum bench_metric ends[] = {BENCH_DETECT_MS, BENCH_AGREE_MS, BENCH_FLUSH_MS,
                                             BENCH_RESUME_MS};
    static const enum bench_metric ends_p99[] = {BENCH_DETECT_P99_MS, BENCH_AGREE_P99_MS, BENCH_FLUSH_P99_MS,
                                                 BENCH_RESUME_P99_MS};
    char name[PLOT_LABEL_SIZE], subject[PLOT_LABEL_SIZE], detail[PLOT_LABEL_SIZE];
    char note[32] = "";
    const double broken = c->verdict == BENCH_FINE ? 0 : c->figure[BENCH_BROKEN].median;
    plot_grid_name(&d->grid, c, name);
    plot_grid_detail(&d->grid, c, detail);
    if (broken > 0)
        snprintf(note, sizeof note, "%.0f of %" PRIu32 " failed", broken, c->repeats);
    bench_subject_text(&c->subject, subject, sizeof subject);
    for (int bar = 0; bar < 2; bar++) {
        double end = 0;
        begin_row(table, c, name);
        fprintf(table, ",%s,%s,%s,%s", bar == 0 ? "p50" : "p99", subject, detail, bar == 0 ? "" : note);
        for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
            const struct bench_figure *f = &c->figure[bar == 0 ? ends[k] : ends_p99[k]];
            end = f->known && f->median > end ? f->median : end; /* what was not seen took no time */
            fprintf(table, ",%.3f", end);
        }
        fputc('\n', table);
    }
}

static void draw_recovery(struct drawing *d, const char *stem, const char *what) {
    char title[PLOT_TITLE_SIZE];
    FILE *table = open_table(d, stem, "bar,group,below,note,detect_ms,agree_ms,flush_ms,resume_ms");
    if (table == NULL)
        return;
    struct plot p = {.stem = stem,
                     .title = title,
                     .again = d->again,
                     .shape = PLOT_BARS,
                     .y_label = "ms",
                     .y_unit = 1,
                     .y_format = "%g",
                     .parts = {"detect_ms", "agree_ms", "flush_ms", "resume_ms"},
                     .pairs = true};
    d->grid.axis = PLOT_DIMENSIONS; /* all that varies is said below the bars */
    for (size_t i = 0; i < d->grid.report->count; i++) {
        const struct bench_cell *c = plot_grid_at(&d->grid, i, BENCH_RESUME_MS);
        if (c == NULL)
            continue;
        write_recovery(table, d, c);
        p.bars += 2;
    }
    plot_grid_title(&d->grid, what, true, "p50 and p99", title);
    finish(d, table, &p, 0);
}

/* -- What is drawn --------------------------------------------------------------------------------------- */

#define COUNTED  .format = "%.0s %c", .fine_format = "%.1s %c"
#define AT_RATE  .at_rate = true
#define TIMED    .format = "%.0s %cs", .fine_format = "%.1s %cs"
#define EXTREMES .high = BENCH_METRICS, .spread = "median, least to most"

static const struct value_look throughput = {.stem = "throughput",
                                             .what = "Delivered at each member, all sending",
                                             .label = "messages/s",
                                             .metric = BENCH_DELIVERED_PER_S,
                                             .unit = 1,
                                             COUNTED,
                                             EXTREMES};
static const struct value_look cost = {.stem = "cost",
                                       .what = "Processor time of all members for one message",
                                       .label = "processor time",
                                       .metric = BENCH_CPU_US,
                                       .unit = 1e-6,
                                       TIMED,
                                       EXTREMES};
static const struct value_look memory = {.stem = "memory",
                                         .what = "Memory of the largest member",
                                         .label = "bytes",
                                         .metric = BENCH_MEMORY_MB,
                                         .unit = 1e6,
                                         COUNTED,
                                         EXTREMES};
static const struct value_look latency = {.stem = "latency",
                                          .what = "From when a message is due until a member has it",
                                          .label = "p50, whiskers to p99",
                                          .metric = BENCH_P50_US,
                                          .unit = 1e-6,
                                          .high = BENCH_P99_US,
                                          .spread = "medians",
                                          AT_RATE,
                                          TIMED};
static const struct value_look resume = {.stem = "recovery",
                                         .what = "From SIGKILL of the leader until all go on",
                                         .label = "p50, whiskers to p99",
                                         .metric = BENCH_RESUME_MS,
                                         .unit = 1e-3,
                                         .high = BENCH_RESUME_P99_MS,
                                         .spread = "p50 and p99",
                                         AT_RATE,
                                         TIMED};
static const struct value_look join = {.stem = "join",
                                       .what = "From when a newcomer asks until it has its state",
                                       .label = "p50, whiskers to p99",
                                       .metric = BENCH_JOIN_MS,
                                       .unit = 1e-3,
                                       .high = BENCH_JOIN_P99_MS,
                                       .spread = "p50 and p99",
                                       AT_RATE,
                                       TIMED};
static const struct value_look blocked = {.stem = "blocked",
                                          .what = "So long a running member is blocked by a join",
                                          .label = "p50, whiskers to p99",
                                          .metric = BENCH_BLOCKED_MS,
                                          .unit = 1e-3,
                                          .high = BENCH_BLOCKED_P99_MS,
                                          .spread = "p50 and p99",
                                          AT_RATE,
                                          TIMED};

static const struct {
    enum bench_kind kind;
    enum bench_event_kind event;
    const struct value_look *values[6];
} pictures[] = {
    {BENCH_THROUGHPUT, BENCH_NOTHING, {&throughput, &cost}},
    {BENCH_LATENCY, BENCH_NOTHING, {&latency}},
    {BENCH_RECOVERY, BENCH_JOIN, {&join, &blocked}},
    {BENCH_SCALE, BENCH_NOTHING, {&throughput, &cost, &memory, &latency, &resume, &join}},
};

bool plot_bench(const struct bench_report *report, const char *dir, const char *again, FILE *told) {
    struct drawing d = {.dir = dir, .again = again, .told = told, .ok = true};
    for (size_t i = 0; i < sizeof pictures / sizeof pictures[0]; i++) {
        if (!plot_grid_look(&d.grid, report, pictures[i].kind, pictures[i].event))
            continue;
        const bool is_distributed = pictures[i].kind == BENCH_LATENCY;
        if (is_distributed)
            draw_distributions(&d);
        for (int k = 0; k < 6 && pictures[i].values[k] != NULL; k++)
            if (!is_distributed || d.grid.axis != PLOT_DIMENSIONS)
                draw_value(&d, pictures[i].values[k]);
    }
    if (plot_grid_look(&d.grid, report, BENCH_RECOVERY, BENCH_KILL))
        draw_recovery(&d, "recovery", "From SIGKILL of the leader until all survivors go on");
    if (plot_grid_look(&d.grid, report, BENCH_RECOVERY, BENCH_HANG))
        draw_recovery(&d, "recovery-hang", "From when the leader hangs until all others go on");
    return d.ok;
}

bool plot_bench_folder(const char *dir, char *error, size_t error_size) {
    char path[PATH_SIZE];
    if (mkdir(dir, 0777) != 0 && errno != EEXIST) {
        snprintf(error, error_size, "the folder %s can't be made (%s): name another one", dir,
                 strerror(errno));
        return false;
    }
    snprintf(path, sizeof path, "%s/.groupy-plot-XXXXXX", dir);
    const int file = mkstemp(path);
    if (file < 0) {
        snprintf(error, error_size, "no file can be made in %s (%s): name another folder", dir,
                 strerror(errno));
        return false;
    }
    close(file);
    unlink(path);
    return true;
}
