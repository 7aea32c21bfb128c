/* What a run prints: a line per event with a column per worker, and the verdict at the end. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include <jansson.h>

#include "app/trace_file.h"
#include "gms/check.h"

#define REPORT_NAMES_MAX CHECK_MEMBERS_MAX

/* How a run of real processes is judged. From gms4 on the crashed leave the view, but not before they are
 * noticed: a hung one is within half a second, and what happens at the very end has no time for it. */
struct check_settings report_live_settings(enum gms_rung_id, bool agreed, bool last_man_standing);

/* How the run is judged that these traces are of. */
struct trace_merge;
struct check_settings report_settings_of(const struct trace_merge *);

/* Names of incarnations, for people, and of the files that witnesses are in. */
struct report_names {
    uint32_t count;
    gms_id id[REPORT_NAMES_MAX];
    char name[REPORT_NAMES_MAX][NET_NAME_SIZE];
    const char *const *files; /* NULL: the records were not read from files */
    uint32_t file_count;
};

void report_name(struct report_names *, gms_id, const char *name);
const char *report_name_of(const struct report_names *, gms_id); /* "?" if unknown */

/* Prints the event as one line; `column` of `columns` says whose. Events of no interest print nothing. */
void report_event(const struct report_names *, const struct trace_record *, double seconds, const char *who,
                  int column, int columns);
void report_columns(const char (*names)[NET_NAME_SIZE], int columns);

/* -- The verdict (report_verdict.c) ---------------------------------------------------------------------- */

/* "verdict: in sync ...", what is violated and why, who halted. */
void report_verdict(const struct check *, const struct report_names *);

/* "in sync: 5 members at the end, 59 changes". */
void report_overall(const struct check *, char *text, size_t size);

/* The same with a line for each property. */
void report_properties(const struct check *, const struct report_names *);

/* The `check` object of the contract; the caller owns it. */
json_t *report_check(const struct check *, const struct report_names *);

int report_status(const struct check *); /* STATUS_FINE or STATUS_VIOLATED */

/* The witness of a violated property as a sentence, without its end (no text if it is not violated); and what
 * caused it, as in "because w1 crashed after sending it to w2 and w3". False, and no text, if the trace does
 * not tell. */
void report_witness(const struct check *, const struct report_names *, enum check_property, char *text,
                    size_t size);
bool report_cause(const struct check *, const struct report_names *, enum check_property, char *text,
                  size_t size);

#endif
