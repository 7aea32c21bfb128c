/* The records of a run as they came, so that a checker can be told them once more: up to the place that
 * somebody looks at.
 *
 * There is a limit. A run that is longer is judged as a whole only, and the scope says so. */
#ifndef APP_SCOPE_RECORDS_H
#define APP_SCOPE_RECORDS_H

#include "gms/trace.h"

#define RECORDS_MAX       200000
#define RECORDS_TEXTS_MAX 1024 /* different ones; later ones are empty, which only a cause can miss */

struct records;

struct records *records_new(void); /* NULL: out of memory */
void records_destroy(struct records **);
void records_clear(struct records *);

/* `mark` rises from record to record: what the scope knows it by. */
void records_add(struct records *, uint32_t mark, const struct trace_record *);
bool records_complete(const struct records *); /* false: there were more than can be kept */
uint32_t records_count(const struct records *);

/* Borrowed until records_clear(). */
uint32_t records_mark(const struct records *, uint32_t index);
void records_get(const struct records *, uint32_t index, struct trace_record *);

#endif
