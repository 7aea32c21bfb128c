/* A worker process as its launcher sees it: two pipes, and how far it has come. */
#ifndef APP_CHILD_H
#define APP_CHILD_H

#include "app/spawn.h"
#include "net/address.h"

enum child_state {
    CHILD_STARTING,  /* no word yet */
    CHILD_READY,     /* listens, waits to be told to go */
    CHILD_GOING,     /* told to found or to join */
    CHILD_MEMBER,    /* has a view */
    CHILD_RETURNING, /* was excluded, and asks to be let in again */
    CHILD_GONE,
};

struct child {
    enum child_state state;
    struct spawned process;
    char name[NET_NAME_SIZE];
    char endpoint[NET_ENDPOINT_SIZE];
    gms_id id;
    gms_time hung_until; /* it is stopped until then; 0: it is not */
    bool exited;         /* its trace has ended in good order */
    int slot;            /* its tile; -1 when it is gone */
    char *line;          /* what has been read of the next line */
    size_t line_size, line_capacity;
};

/* One line; it is lost if the process hangs for long or is gone. */
void child_tell(struct child *, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Calls `take` for each whole line that is there. False at the end: the process is gone, or soon will be;
 * what it had begun to say is cut short, which is normal for a crash. */
bool child_read(struct child *, void (*take)(void *arg, struct child *, const char *line, size_t size),
                void *arg);

void child_hush(struct child *); /* closes its input: it may go */
void child_bury(struct child *); /* after its end: waits for the process, frees what it had */

#endif
