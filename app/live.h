/* A worker on a live member: the worker's state machine, its pace, its digests and its trace, as an
 * application in the actor's thread; and a snapshot of all that for a window in another thread.
 */
#ifndef APP_LIVE_H
#define APP_LIVE_H

#include "app/member_options.h"
#include "app/trace_file.h"
#include "app/ui/placing.h"
#include "app/ui/tile.h"
#include "net/zmq/actor.h"

struct live_config {
    const char *name;
    const char *group;
    enum gms_rung_id rung;
    const char *listen;
    const char *control;
    const char *telemetry; /* where it publishes what it does; NULL: nowhere */
    struct member_options member;
    uint64_t mean_ms; /* between two changes of this worker; 0: only on demand */
    uint64_t seed;
    uint32_t risk;
    uint32_t loss_percent;
    const char *run;         /* the id of the run, for the trace */
    const char *trace_dir;   /* NULL: no file */
    int report_fd;           /* where a launcher reads the trace; -1: nobody does */
    void (*changed)(void *); /* the snapshot is new; from the actor's thread; may be NULL */
    void *changed_arg;
};

enum live_end {
    LIVE_RUNNING,
    LIVE_LEFT,   /* in good order */
    LIVE_QUIT,   /* told to */
    LIVE_FAILED, /* could not join; live_reason() says why */
    LIVE_OUT,    /* excluded, or not let in again after that: live_return() when it is time */
};

struct live;

#define LIVE_KEY_SIZE 16 /* of a key's name */

/* The strings of the config must live as long as it. */
struct live *live_new(const struct live_config *, char *error, size_t error_size);
void live_destroy(struct live **);

void live_start(struct live *, const char *const *contacts, size_t contact_count); /* none: found the group */
void live_command(struct live *,
                  const char *text); /* a line of the control socket; the answer goes nowhere */

/* It has no quorum, and may need to be told who else is there now and then. */
bool live_without_quorum(struct live *);
void live_look_around(struct live *, const struct address *others, size_t other_count);

/* Whether keys that `groupy ctl press` sends are taken: there is a window. */
void live_show(struct live *);
bool live_take_press(struct live *, char key[LIVE_KEY_SIZE]); /* the next one; false: none */

gms_id live_id(const struct live *);
const char *live_endpoint(const struct live *);
const char *live_control_endpoint(const struct live *);
const char *live_telemetry_endpoint(const struct live *); /* "" if there is none */

uint32_t live_listeners(struct live *); /* so many came to hear what it publishes */

enum live_end live_end(struct live *);
void live_reason(struct live *, char *reason, size_t reason_size);
int live_end_fd(const struct live *); /* readable when it has ended */

/* After LIVE_OUT: the same worker as another incarnation, with other sockets and without its state; it keeps
 * its pace, its place on the screen and its faults. It joins through those of its last view and through
 * `others`. False and one line in `error`: it can't, and has ended for good. */
bool live_return(struct live *, const char *listen, const char *control, const char *telemetry,
                 const struct address *others, size_t other_count, char *error, size_t error_size);

/* How long to wait before live_return(): longer each time until it has been a member for a while. */
int live_return_in_ms(const struct live *);

/* What a window shows, and the place that it has been given (of == 0: none yet). */
void live_snapshot(struct live *, struct tile_model *, struct place *);

#endif
