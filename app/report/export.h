/* A recorded run for other tools: their formats, made from the traces that the checker reads.
 *
 * The traces are read twice, in the scope's order: first whole, to learn who takes part and that all of it
 * can be read, then to write. Nothing grows with their length, so a run of a million records needs no more
 * memory than a short one. */
#ifndef APP_REPORT_EXPORT_H
#define APP_REPORT_EXPORT_H

#include <signal.h>

#include "app/trace_merge.h"

struct export_format;

struct export_wish {
    const char *const *paths;
    int path_count;
    const struct export_format *format;
    const char *out;   /* a path; "-": the standard output */
    bool all;          /* heartbeats and acknowledgements, too, where the format leaves them out */
    gms_time from, to; /* of the run, from its first record; to GMS_NEVER: its end */
};

const struct export_format *export_find(const char *name); /* NULL: there is none of that name */
const char *export_names(void);                            /* "shiviz, perfetto, otlp, mermaid or csv" */

/* Writes the file. False and one line in `error`, and no file. `told`: what was written, and what is not in
 * it, for people; lines with their ends. `stop` is looked at between records: then it gives up. */
bool export_run(const struct export_wish *, const volatile sig_atomic_t *stop, char *told, size_t told_size,
                char *error, size_t error_size);

#endif
