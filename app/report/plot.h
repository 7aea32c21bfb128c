/* Measurements as pictures, drawn by gnuplot. Beside a picture lie its numbers (STEM.csv) and how it is drawn
 * (STEM.gnuplot), so that it can be drawn again in another style without any of us: gnuplot STEM.gnuplot
 *
 * A table has a column `series` (the rung, or the ceiling; and what else tells it from the others in
 * parentheses), except for bars; whatever else a shape takes is a column named here. The script finds columns
 * by their names. A rung has one colour, dash and marker in all pictures.
 */
#ifndef APP_REPORT_PLOT_H
#define APP_REPORT_PLOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define PLOT_SERIES_MAX 12
#define PLOT_PARTS_MAX  6
#define PLOT_TICS_MAX   16

enum plot_shape {
    PLOT_LINES,       /* a line for each series: `y` against `x` */
    PLOT_PERCENTILES, /* a line for each series: `y` that `percent` of all do not exceed */
    PLOT_BARS,        /* a bar for each row, named by `bar`: parts one upon another */
};

struct plot {
    const char *stem;  /* of its files: throughput */
    const char *title; /* what is shown and, behind a line break, under which conditions */
    const char *again; /* the command that measures it */
    enum plot_shape shape;
    const char *series[PLOT_SERIES_MAX]; /* of lines and percentiles; ends with NULL if there are fewer */
    const char *x, *x_label;             /* PLOT_LINES */
    const char *y, *y_label;
    const char *y_low, *y_high; /* its spread; NULL: none */
    double y_unit;              /* what 1 is in the unit of the axis: 1e-6 for us on an axis of seconds */
    const char *y_format;       /* of the numbers on it, as gnuplot has it: "%.0s %cs" */
    bool x_log, y_log;
    unsigned tics[PLOT_TICS_MAX]; /* PLOT_LINES: the values of `x` */
    int tic_count;
    const char *parts[PLOT_PARTS_MAX]; /* PLOT_BARS: columns with where a part ends, from the bottom up */
    int bars;                          /* PLOT_BARS: rows of the table, and ... */
    bool pairs;                        /* ... whether two and two stand together, over
                                          their `group` and what is `below`, under a `note` */
};

/* The script alone. */
void plot_script(FILE *, const struct plot *);

enum plot_end {
    PLOT_DRAWN,
    PLOT_NO_GNUPLOT, /* table and script are there all the same */
    PLOT_FAILED,     /* ... if they could be written */
};

/* Writes DIR/STEM.gnuplot, next to DIR/STEM.csv that is there, and has STEM.svg, .pdf and .png drawn. One
 * line in `said`: which pictures these are; or what is wrong, and what to do about it. */
enum plot_end plot_draw(const char *dir, const struct plot *, char *said, size_t said_size);

#endif
