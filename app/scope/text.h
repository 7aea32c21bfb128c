/* A scope without a window: the sentence on how the run stands, printed whenever it becomes another one.
 */
#ifndef APP_SCOPE_TEXT_H
#define APP_SCOPE_TEXT_H

#include "app/scope/source.h"

/* What is to be watched: traces, or else a member, or else a group. */
struct scope_target {
    const char *const *paths;
    int path_count;
    const char *join; /* NULL: none */
    const char *group;
};

/* NULL and one line in `error`. */
struct source *scope_open(const struct scope_target *, const struct source_handler *, char *error,
                          size_t error_size);

/* To the end of the traces, or until the live group has ended or a signal says so. Returns a status of the
 * contract: whether all holds, so far. */
int scope_text_run(const struct scope_target *, char *error, size_t error_size);

#endif
