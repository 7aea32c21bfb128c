/* The registry: how the members of one group on one machine find each other with no argument.
 *
 * $XDG_RUNTIME_DIR/groupy/GROUP (else /tmp/groupy-UID/GROUP), for this user only, holds one file a process.
 * The file is locked by its process for as long as it lives, so a lock that can be taken proves that the
 * process is gone, whatever killed it; whoever finds such a file removes it and its sockets.
 */
#ifndef APP_REGISTRY_H
#define APP_REGISTRY_H

#include <stdbool.h>
#include <sys/types.h>

#include "net/address.h"

#define REGISTRY_ENTRIES_MAX 512
#define REGISTRY_GROUP_SIZE  25 /* 24 characters and the end */
#define REGISTRY_PATH_SIZE   256

enum registry_role { REGISTRY_WORKER, REGISTRY_LAUNCHER };

struct registry_entry {
    enum registry_role role;
    struct address address; /* the protocol's; a launcher has no id and no endpoint there */
    pid_t pid;
    char rung[16];
    char control[NET_ENDPOINT_SIZE];
    char telemetry[NET_ENDPOINT_SIZE]; /* where it publishes what it does; "": nowhere */
    double started;                    /* seconds since 1970: the order in which they came */
};

struct registry {
    char group[REGISTRY_GROUP_SIZE];
    char dir[REGISTRY_PATH_SIZE];
    char ticket[32];      /* names this process' own file and sockets */
    int own_fd;           /* its lock; -1: not published */
    char late_ticket[32]; /* what it had before registry_renew(); "": nothing */
    int late_fd;
};

/* NULL if the name can be a group's, else what is wrong with it. */
const char *registry_group_error(const char *group);

/* Makes the folder. False and one line in `error`. */
bool registry_open(struct registry *, const char *group, char *error, size_t error_size);
void registry_close(struct registry *); /* removes what this process published, and its sockets */

/* "ipc://..." for this process: `use` is a short word. Falls back to loopback TCP where paths are too long.
 */
void registry_endpoint(const struct registry *, const char *use, char endpoint[NET_ENDPOINT_SIZE]);

/* Only one process of a group is between these two: so that only one founds it. -1 if not within timeout. */
int registry_lock(const struct registry *, int timeout_ms);
void registry_unlock(int lock);

/* For the next incarnation of this process: other endpoints, and an entry that takes the place of the one
 * there is as soon as it is published. */
void registry_renew(struct registry *);

bool registry_publish(struct registry *, const struct registry_entry *, char *error, size_t error_size);

/* The live processes of the group, oldest first, this one included. Returns how many. */
size_t registry_list(const struct registry *, struct registry_entry *entries, size_t entries_max);

/* Removes what processes that are gone left behind; registry_list() does that, too. */
void registry_sweep(const struct registry *);

#endif
