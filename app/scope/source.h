/* Where a scope's records come from: traces, or the workers of a live group that publish what they do.
 *
 * Telemetry is out of band and not to be trusted: it may stop, stutter, flood or be garbage. Whatever comes
 * is bounded, counted and told; nothing of it stops the reader.
 */
#ifndef APP_SCOPE_SOURCE_H
#define APP_SCOPE_SOURCE_H

#include "app/trace_file.h"
#include "gms/check.h"

struct source;

/* A live process is heard from some moment on, and where it is then comes as records marked `here`. Where
 * records of it are lost a FAULT `here` says so, and after that, again, where it is.
 *
 * Called by source_read(), in the caller's thread, in the order of the run as well as it can be known.
 * Strings and records are borrowed for the time of the call. */
struct source_handler {
    void *self;
    void (*begin)(void *self, const struct check_settings *,
                  bool live); /* a run begins: forget the one before */
    void (*name)(void *self, gms_id, const char *name);
    void (*record)(void *self, const char *who, const struct trace_record *);
    void (*caption)(void *self, gms_time, const char *text);       /* of a scenario */
    void (*missed)(void *self, const char *who, uint64_t records); /* so many were; it says where it is now */
    void (*silent)(void *self, const char *who, gms_time); /* its publisher is gone, and no record says why */
    void (*trouble)(void *self, const char *text);         /* one line: what was refused, and how often */
};

/* Files, and all *.jsonl in folders; the whole run is read by source_read(), some at a time. NULL and one
 * line in `error`. */
struct source *source_open_traces(const char *const *paths, int count, const struct source_handler *,
                                  char *error, size_t error_size);

/* The workers of the group on this machine, those that come later included, from now on. */
struct source *source_open_group(const char *group, const struct source_handler *, char *error,
                                 size_t error_size);

/* The workers that the one that listens there knows; no file is shared with them. */
struct source *source_open_member(const char *endpoint, const struct source_handler *, char *error,
                                  size_t error_size);
void source_close(struct source **);

/* Hands over what there is, for about `budget_ms` at most. False: it is the end, nothing will follow. */
bool source_read(struct source *, int budget_ms);
bool source_has_more(const struct source *); /* the budget did not suffice: call again soon */

/* Traces: the run was cut off, its end is not to be judged (check.unfinished). A live group: there was one,
 * and nobody publishes any more; it may begin again. */
bool source_unfinished(const struct source *);
bool source_deserted(const struct source *);

/* From 0 to 1: how much of the traces was read. */
float source_progress(const struct source *);

#endif
