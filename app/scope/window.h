/* The scope's window: shows a live group or recorded traces until it is closed. */
#ifndef APP_SCOPE_WINDOW_H
#define APP_SCOPE_WINDOW_H

#include "app/scope/text.h"
#include "app/ui/theme.h"

#include <stdbool.h>
#include <stddef.h>

struct scope_window_config {
    struct scope_target target;
    const char *assets; /* the folder with fonts, icon and scenarios */
    const char *out;    /* where pictures go; NULL: here */
    bool managed;       /* started by a demo: below its workers, and until the standard input ends */
    bool fullscreen, reduced_motion;
    enum theme theme;
};

/* Returns when the window is closed, or a signal says so; SIGINT, SIGTERM and SIGHUP do. False and one line
 * in `error`: no display, no font, nothing to show. */
bool scope_window_run(const struct scope_window_config *, char *error, size_t error_size);

#endif
