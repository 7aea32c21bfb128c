/* A report of measurements is a grid of cells: some of loss, members and size have several values, the others
 * are conditions and stand above the picture. What varies first is the axis, what varies besides tells the
 * lines apart.
 */
#ifndef APP_REPORT_PLOT_GRID_H
#define APP_REPORT_PLOT_GRID_H

#include "app/bench/bench.h"
#include "app/report/plot.h"

#define PLOT_LABEL_SIZE 96
#define PLOT_TITLE_SIZE 256

enum plot_dimension { PLOT_BY_LOSS, PLOT_BY_MEMBERS, PLOT_BY_SIZE, PLOT_DIMENSIONS };

struct plot_dimension_look {
    const char *column, *label, *word;
    const char *unit; /* behind a number, among the conditions and in the legend */
};
extern const struct plot_dimension_look plot_dimension_looks[PLOT_DIMENSIONS];

struct plot_grid { /* of those cells of a report that a picture is of */
    const struct bench_report *report;
    enum bench_kind kind;
    enum bench_event_kind event;
    enum plot_dimension only; /* PLOT_DIMENSIONS: all, else those where this one has the `value` */
    uint32_t value;
    const struct bench_cell *first;
    bool varies[PLOT_DIMENSIONS];
    enum plot_dimension axis; /* PLOT_DIMENSIONS: nothing varies */
};

/* Those of a kind that could be measured. False: there are none. */
bool plot_grid_look(struct plot_grid *, const struct bench_report *, enum bench_kind, enum bench_event_kind);

/* Of them those that have this value on the axis, which is no axis then. */
struct plot_grid plot_grid_slice(const struct plot_grid *, uint32_t value);

/* The i-th cell of the report if it has a place in the picture of this figure, else NULL. */
const struct bench_cell *plot_grid_at(const struct plot_grid *, size_t i, enum bench_metric);

/* Whether the cell is at this value on the axis; where nothing varies, all are at 0. */
bool plot_grid_is_at(const struct plot_grid *, const struct bench_cell *, unsigned value);

/* The values on the axis, rising; returns how many. */
int plot_grid_values(const struct plot_grid *, unsigned values[PLOT_TICS_MAX]);

/* "5 members; 64-byte bodies": what tells it from others of its subject; the axis does not. */
void plot_grid_detail(const struct plot_grid *, const struct bench_cell *, char detail[PLOT_LABEL_SIZE]);

/* "gms5 safe (64-byte bodies)". Without a comma: gnuplot does not find its way through quotes. */
void plot_grid_name(const struct plot_grid *, const struct bench_cell *, char name[PLOT_LABEL_SIZE]);

/* WHAT, and in a second line "5 members, 64-byte bodies, 1000 messages/s; SPREAD of 5"; the rate if it is the
 * picture's. */
void plot_grid_title(const struct plot_grid *, const char *what, bool at_rate, const char *spread,
                     char title[PLOT_TITLE_SIZE]);

#endif
