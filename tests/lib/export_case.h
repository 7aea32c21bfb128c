/* What tests of exports share: a folder of their own, traces in it, and the command. */
#ifndef TESTS_LIB_EXPORT_CASE_H
#define TESTS_LIB_EXPORT_CASE_H

#include "app/options.h"

int export_case_begin(void **state); /* makes the folder */
int export_case_end(void **state);   /* and all that is in it is gone */

const char *export_case_path_of(const char *name); /* in the folder; of the last four calls */
char *export_case_read_file(const char *path);     /* the caller frees it */
void export_case_write_file(const char *name, const char *text);

/* Runs a built-in scenario in the simulator. */
void export_case_simulate(const char *scenario, const char *trace);

/* The command, with words up to NULL. Returns its status; what it says is in export_case_said. */
int export_case(const char *word, ...);
extern char export_case_said[4096];

/* What the trace is in that format; the caller frees it. */
char *export_case_out(const char *trace, const char *format);

#endif
