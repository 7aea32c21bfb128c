/* The inside of the launcher, for launcher*.c and stage.c alone. */
#ifndef APP_LAUNCHER_STATE_H
#define APP_LAUNCHER_STATE_H

#include <czmq.h>

#include "app/child.h"
#include "app/launcher.h"
#include "app/registry.h"
#include "app/report.h"

#define CHILDREN_MAX 512

enum launcher_phase { RUNNING, SETTLING, ENDING };

struct stage;

struct launcher {
    const struct launcher_config *config;
    struct registry registry;
    zsock_t *control;
    struct child children[CHILDREN_MAX];
    int child_count;
    int tiles; /* the grid is for so many */
    struct check *check;
    struct report_names *names;
    struct trace_file director;
    uint64_t director_lc;
    char run[17];
    enum launcher_phase phase;
    gms_time started, phase_since, last_delivery;
    bool told_no_display, printing;
    bool paused; /* a newcomer is told what the others were told: this, and what follows */
    uint64_t mean_ms, loss_percent, delay_ms;
    struct stage *stage; /* a scenario's; NULL: none */
};

/* -- launcher_start.c -------------------------------------------------------------------------------- */

/* Starts one more. False and one line in `error`. */
bool launcher_start_worker(struct launcher *, char *error, size_t error_size);

/* Lets the next one go, if it is its turn: the founder first, the others through members that are there. */
void launcher_let_go(struct launcher *);

/* -- launcher_control.c ------------------------------------------------------------------------------ */

void launcher_read_control(struct launcher *);
void launcher_hang(struct launcher *, struct child *, uint64_t ms); /* stops it; it goes on by itself */
void launcher_wake(struct launcher *, gms_time now);                /* those whose time is over */

/* -- launcher.c -------------------------------------------------------------------------------------- */

void launcher_tell_all(struct launcher *, const char *text);
void launcher_enter(struct launcher *, enum launcher_phase); /* never back */

/* What the launcher itself does or sees goes to its trace and to the checker. */
void launcher_record(struct launcher *, enum trace_ev, gms_id whom);

void launcher_show(const struct launcher *, const struct child *,
                   const struct trace_record *); /* prints it */

double launcher_seconds(const struct launcher *, gms_time now); /* since the start */

#endif
