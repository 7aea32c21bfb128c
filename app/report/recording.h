/* A recording: the workers' windows with the scope below, as a video. Drawn into memory, by a process of its
 * own that listens to the group as a scope does: it needs no display, and the group does not feel it.
 */
#ifndef APP_REPORT_RECORDING_H
#define APP_REPORT_RECORDING_H

#include "app/scope/text.h"
#include "app/ui/theme.h"

struct recording_config {
    struct scope_target target; /* a live group, or traces: these are played at their own pace */
    const char *path;           /* of the video */
    int width, height;
    const char *assets;
    enum theme theme;
    bool reduced_motion;
    bool managed; /* started by a demo: it ends with the standard input */
};

/* Records a live group until SIGINT, SIGTERM or SIGHUP or, if managed, the end of the standard input; traces
 * to their end. `said` becomes one line: what was recorded, or, and false, what went wrong. */
bool recording_run(const struct recording_config *, char *said, size_t said_size);

#endif
