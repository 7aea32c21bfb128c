/* The traces of one run, file by file, as one sequence of records in the order of their Lamport clocks.
 *
 * Each file is read line by line with a bounded buffer, so memory does not grow with the traces. A last line
 * cut short, as a crash leaves it, is skipped and counted; anything else that is wrong ends the reading with
 * one line that names file and line.
 */
#ifndef APP_TRACE_MERGE_H
#define APP_TRACE_MERGE_H

#include "app/trace_file.h"

struct trace_merge;

enum trace_merge_next { TRACE_MERGE_RECORD, TRACE_MERGE_END, TRACE_MERGE_ERROR };

/* Opens files, and all *.jsonl in folders. NULL and one line in `error` if anything is wrong with them, that
 * they are not of one run and one rung included. */
struct trace_merge *trace_merge_open(const char *const *paths, int count, char *error, size_t error_size);
void trace_merge_close(struct trace_merge **);

/* In the order of the clock, for people, who want to see at the same time what happened then: parts of a
 * group that do not hear of one another count differently. To be called before the first record. False: they
 * are of different machines, whose clocks have nothing in common, and the order stays what it was. */
bool trace_merge_by_clock(struct trace_merge *);

/* Whether traces are there already, of a run before. */
bool trace_folder_is_used(const char *path);

/* The next record with its `file` and `line`; both it and `*line` live until the next call. A process of a
 * live run whose file ends without `exit` crashed at its last line: that comes as a record of its own. */
enum trace_merge_next trace_merge_next(struct trace_merge *, const struct trace_line **line, char *error,
                                       size_t error_size);

enum gms_rung_id trace_merge_rung(const struct trace_merge *);
bool trace_merge_agreed(const struct trace_merge *); /* by the headers, as the next one */
bool trace_merge_last_man_standing(const struct trace_merge *);
bool trace_merge_live(const struct trace_merge *);
uint64_t trace_merge_seed(const struct trace_merge *);      /* the first file's; 0: it names none */
const char *trace_merge_source(const struct trace_merge *); /* live, sim or explore */
const char *trace_merge_run(const struct trace_merge *);
const char *trace_merge_start(const struct trace_merge *, uint32_t file); /* as its header says it; or "" */
uint64_t trace_merge_cut(const struct trace_merge *);                     /* lines cut short so far */

float trace_merge_progress(const struct trace_merge *); /* from 0 to 1, by bytes */

/* The paths of the files, by the records' `file`; they live until trace_merge_close(). */
const char *const *trace_merge_files(const struct trace_merge *, uint32_t *count);

#endif
