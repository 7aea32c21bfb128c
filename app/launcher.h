/* The launcher: starts a group's worker processes, watches them, tells what happens, and judges the run.
 *
 * Workers join one after the other, in the order of their names, so that w1 leads and the class sees the same
 * group each time. Every worker reports its trace through a pipe; the launcher feeds the checker with it.
 */
#ifndef APP_LAUNCHER_H
#define APP_LAUNCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "app/member_options.h"
#include "app/scenario.h"

#define LAUNCHER_MEMBERS_MAX 64 /* to start with; each is a process */

struct launcher_config {
    const char *program; /* to start workers with */
    const char *group;
    enum gms_rung_id rung;
    uint64_t members;
    uint64_t mean_ms;
    uint64_t risk, loss_percent;
    uint64_t seed;
    uint64_t for_ms; /* 0: until told to end */
    struct member_options member;
    const char *trace_dir;           /* NULL: none */
    const char *record;              /* a video of it; NULL: none, until somebody asks for one */
    int record_width, record_height; /* px, of any video */
    const char *out;                 /* where pictures and videos go that are not named; NULL: here */
    const struct scenario *scenario; /* NULL: none; its rung and members may have been overridden above */
    bool headless, json, no_scope, dark, reduced_motion;
};

/* Runs the group to its end, and again for as long as somebody wants another rung or scenario; then it is as
 * `plain` says, which has no scenario. Returns the status of the last run. No process is left behind. */
int launcher_run(const struct launcher_config *first, const struct launcher_config *plain);

#endif
