/* A worker process: its member with its worker, its window, its place in the registry, and its launcher.
 */
#ifndef APP_SESSION_H
#define APP_SESSION_H

#include "app/live.h"
#include "app/options.h"
#include "app/registry.h"
#include "app/ui/window.h"

struct worker_options {
    const char *program; /* as it was called, for its assets */
    const char *name, *group, *listen, *rung, *run, *trace, *tile;
    struct texts join;
    struct member_options member;
    uint64_t mean_ms, seed, risk, loss;
    const char *out;                /* where its pictures go; NULL: here */
    uint64_t await_ms, await_count; /* for so many to listen, before it begins */
    bool headless, insecure, managed, fullscreen, dark, reduced_motion;
};

struct session {
    struct worker_options o;
    enum gms_rung_id rung;
    struct registry registry;
    struct live *live;
    struct window *window;
    char input[4096]; /* of a managed one: the line in the making */
    size_t input_size;
    struct place place;
    bool went; /* a managed one was told to go */
    bool closing;
    int64_t look_at;   /* zclock_mono() ms: not before that does it look around again */
    int64_t return_at; /* zclock_mono() ms: out of the group until then; 0: it is not */
};

/* -- session.c: the loop ------------------------------------------------------------------------------ */

void session_handle_signals(bool managed);
void session_run(struct session *);

/* A managed worker that was told to quit has stopped; it stays until its launcher lets it go, so that no
 * other takes its end for a crash. */
void session_wait_for_release(void);

/* -- session_start.c: how it gets into a group ------------------------------------------------------ */

void session_open_window(struct session *); /* goes on without one where there is no display */

/* Finds the group, or founds it; between two workers that start together a lock decides. False and one line
 * in `error`: neither can be done. */
bool session_begin(struct session *, char *error, size_t error_size);

/* Without a quorum: who is there on this machine, or where it was told to join, from time to time. */
void session_look_around(struct session *);

/* Back into the group as another incarnation, through whoever is there on this machine, or was when it was in
 * the group last. */
bool session_come_back(struct session *, char *error, size_t error_size);

#endif
