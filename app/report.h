/* What a run prints: a line per event with a column per worker, and the verdict at the end. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include <jansson.h>

#include "app/trace_file.h"
#include "gms/check.h"

#define REPORT_NAMES_MAX CHECK_MEMBERS_MAX

/* Names of incarnations, for people. */
struct report_names {
    uint32_t count;
    gms_id id[REPORT_NAMES_MAX];
    char name[REPORT_NAMES_MAX][NET_NAME_SIZE];
};

void report_name(struct report_names *, gms_id, const char *name);
const char *report_name_of(const struct report_names *, gms_id); /* "?" if unknown */

/* Prints the event as one line; `column` of `columns` says whose. Events of no interest print nothing. */
void report_event(const struct report_names *, const struct trace_record *, double seconds, const char *who,
                  int column, int columns);
void report_columns(const char (*names)[NET_NAME_SIZE], int columns);

/* One or two lines: "verdict: in sync ..." */
void report_verdict(const struct check *, const struct report_names *);

/* The `check` object of the contract; the caller owns it. */
json_t *report_check(const struct check *, const struct report_names *);

int report_status(const struct check *); /* STATUS_FINE or STATUS_VIOLATED */

#endif
