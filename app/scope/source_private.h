/* What the two kinds of sources share, for source*.c alone. */
#ifndef APP_SCOPE_SOURCE_PRIVATE_H
#define APP_SCOPE_SOURCE_PRIVATE_H

#include "app/scope/source.h"

struct source_live;

/* -- source.c ------------------------------------------------------------------------------------------ */

#define SOURCE_NAMES 1024

struct source_names { /* ids whose names were told: most of them, it is no matter to tell one twice */
    gms_id id[SOURCE_NAMES];
};

void source_name(const struct source_handler *, struct source_names *, gms_id, const char *name);

/* One record, with the names that it brings; a note goes where captions go. */
void source_tell(const struct source_handler *, struct source_names *, const struct trace_line *);

/* -- source_live.c ------------------------------------------------------------------------------------- */

struct source_live *source_live_group(const char *group, const struct source_handler *, char *error,
                                      size_t error_size);
struct source_live *source_live_member(const char *endpoint, const struct source_handler *, char *error,
                                       size_t error_size);
void source_live_close(struct source_live **);
void source_live_read(struct source_live *, gms_time until);
bool source_live_has_more(const struct source_live *);
bool source_live_deserted(const struct source_live *);

#endif
