/* The inside of the launcher, for launcher*.c and stage.c alone. */
#ifndef APP_LAUNCHER_STATE_H
#define APP_LAUNCHER_STATE_H

#include <czmq.h>

#include "app/child.h"
#include "app/launcher.h"
#include "app/publisher.h"
#include "app/registry.h"
#include "app/report.h"

#define CHILDREN_MAX 512

enum launcher_phase { RUNNING, SETTLING, ENDING };

struct stage;

struct launcher_video { /* the recording */
    bool runs, ends;    /* its process is there; it was told to finish */
    bool failed;        /* one of this demo's did */
    struct spawned process;
    char path[4096], said[4600]; /* said: its words on what came of it */
    size_t said_size;
};

struct launcher {
    const struct launcher_config *plain;  /* what was asked for, without a scenario */
    const struct launcher_config *config; /* of this run: &now */
    struct launcher_config now, next;
    bool again; /* another run follows: `next` */
    int run_count;
    struct scenario *scenario, *next_scenario; /* owned: those that came while the group ran */
    char trace_dir[4096];                      /* of a later run */
    struct registry registry;
    zsock_t *control;
    struct child children[CHILDREN_MAX];
    int child_count;
    int tiles; /* the grid is for so many */
    struct check *check;
    struct report_names *names;
    struct trace_file director;
    struct publisher *publisher; /* the director's records, for scopes */
    uint64_t director_lc;
    char run[17];
    enum launcher_phase phase;
    gms_time opened, started, phase_since, last_delivery; /* opened: the demo; started: this run */
    bool told_no_display, printing;
    bool paused; /* a newcomer is told what the others were told: this, and what follows */
    uint64_t mean_ms, loss_percent, delay_ms;
    bool has_scope; /* a window for all of it, beside theirs */
    struct spawned scope;
    struct launcher_video video;
    struct stage *stage; /* a scenario's; NULL: none */
    bool played;         /* it is over, and the group stays */
};

/* -- launcher_start.c -------------------------------------------------------------------------------- */

/* Starts one more. False and one line in `error`. */
bool launcher_start_worker(struct launcher *, char *error, size_t error_size);

void launcher_place_all(struct launcher *); /* tells each where its window belongs */

/* Lets the next one go, if it is its turn: the founder first, the others through members that are there. */
void launcher_let_go(struct launcher *);

/* -- launcher_control.c ------------------------------------------------------------------------------ */

void launcher_read_control(struct launcher *);
void launcher_hang(struct launcher *, struct child *, uint64_t ms); /* stops it; it goes on by itself */
void launcher_wake(struct launcher *, gms_time now);                /* those whose time is over */

/* -- launcher_director.c --------------------------------------------------------------------------------- */

/* Its publisher, once, and its trace for each run. False and one line in `error`. */
bool launcher_open_director(struct launcher *, char *error, size_t error_size);
bool launcher_begin_trace(struct launcher *, char *error, size_t error_size);
void launcher_meet_listeners(struct launcher *); /* there may be new ones */

/* What the launcher itself does or sees goes to its trace, to those who watch, and to the checker. */
void launcher_record(struct launcher *, enum trace_ev, gms_id whom);

void launcher_note(struct launcher *, const char *text); /* a caption, for those who watch */

/* -- launcher_listen.c -------------------------------------------------------------------------------- */

void launcher_take_line(void *launcher, struct child *, const char *text, size_t size);
void launcher_reap(struct launcher *, struct child *);
void launcher_print_columns(const struct launcher *);
void launcher_show(const struct launcher *, const struct child *,
                   const struct trace_record *); /* prints it */

double launcher_seconds(const struct launcher *, gms_time now); /* since the start */

/* -- launcher_scope.c ---------------------------------------------------------------------------------- */

void launcher_open_scope(struct launcher *);
void launcher_watch_scope(struct launcher *); /* it may have ended */
void launcher_close_scope(struct launcher *);
void launcher_tell_scope(struct launcher *, const char *text);

/* -- launcher_video.c ---------------------------------------------------------------------------------- */

/* To that file; "": to one that is named after rung and time. False and one line in `error`. */
bool launcher_start_video(struct launcher *, const char *path, char *error, size_t error_size);

/* Starts or ends it. The reply of the control socket goes to `said`; false: it is an error. */
bool launcher_toggle_video(struct launcher *, const char *path, char *said, size_t said_size);
void launcher_watch_video(struct launcher *); /* it may have ended */
void launcher_close_video(struct launcher *, bool (*hurries)(void));

/* -- launcher_run.c ----------------------------------------------------------------------------------- */

/* Starts the workers of `config`. False and one line in `error`; some may run by then. */
bool launcher_begin_run(struct launcher *, char *error, size_t error_size);
int launcher_end_run(struct launcher *); /* when all are gone: the verdict, and a status of the contract */

/* Another run is to follow: this one ends in good order. False and one line in `error`. */
bool launcher_want_rung(struct launcher *, const char *rung, char *error, size_t error_size);
bool launcher_want_scenario(struct launcher *, const char *path, char *error, size_t error_size);
void launcher_turn_to_next(struct launcher *); /* it becomes `config` */

/* -- launcher.c -------------------------------------------------------------------------------------- */

void launcher_tell_all(struct launcher *, const char *text);
void launcher_enter(struct launcher *, enum launcher_phase); /* never back, within a run */
void launcher_quit(struct launcher *);                       /* this run is the last */
bool launcher_register(struct launcher *, char *error, size_t error_size);

#endif
