/* The pictures of a measurement: what `groupy bench ... --plot DIR` leaves in DIR. */
#ifndef APP_REPORT_PLOT_BENCH_H
#define APP_REPORT_PLOT_BENCH_H

#include "app/bench/bench.h"

#include <stdbool.h>
#include <stdio.h>

/* Before anything is measured: makes the folder if there is none, and tries whether files can be made in it.
 * False and one line in `error` if not. */
bool plot_bench_folder(const char *dir, char *error, size_t error_size);

/* Draws what there is to see in the report; `again` is the command that measured it. A line on `told` for
 * each picture, and for each that could not be drawn: then false. Cells that failed are left out. */
bool plot_bench(const struct bench_report *, const char *dir, const char *again, FILE *told);

#endif
