/* One process that publishes, as a scope hears it: a SUB socket, the frames that wait to be told, and the
 * next record of them.
 *
 * What comes is not to be trusted. A frame that is none, a line that can't be read, another process's record
 * are refused and counted; what comes too fast, or waits too long, is dropped as a whole, and the publisher
 * is asked again how it stands. Memory and work for one publisher are bounded.
 */
#ifndef APP_SCOPE_LISTENER_H
#define APP_SCOPE_LISTENER_H

#include "app/trace_file.h"

#define LISTENER_QUEUE_MAX  (4 * 1024 * 1024) /* bytes of frames that wait */
#define LISTENER_RATE_MAX   50000             /* records a second that are listened to, */
#define LISTENER_BURST_MAX  100000            /* and at once */
#define LISTENER_FRAMES_MAX 64                /* taken by one listener_read() */

struct listener_header {
    char who[NET_NAME_SIZE], run[64], rung[16];
    gms_id id;
    bool agreed, last_man_standing, elsewhere; /* on another machine: its clock is another, too */
};

enum listener_head {
    LISTENER_NOTHING,
    LISTENER_HEADER, /* it says who it is, and how it stands follows */
    LISTENER_RECORD,
    LISTENER_REFERS, /* somebody else publishes at `referred` */
    LISTENER_LOST,   /* some records are missing, up to the next header */
};

struct listener_frame;

struct listener {
    char endpoint[NET_ENDPOINT_SIZE];
    char name[NET_NAME_SIZE]; /* as the registry has it, until it says itself */
    gms_id expected_id;       /* GMS_NOBODY: anybody may be there */
    void *socket, *monitor;
    gms_time disconnected_at; /* 0: it is connected */

    /* As it comes. */
    bool hearing;    /* each number must follow from the one before */
    bool heard;      /* at least once: then `number` is the next one that was not missed */
    uint64_t number; /* of the next record */
    uint64_t header_hash;
    struct listener_frame *first, *last;
    size_t queued;
    uint64_t tokens; /* so many more records are listened to now */
    gms_time tokens_at, asked_at;

    /* As it is told. */
    struct listener_header header;
    bool has_header, accepted;
    enum listener_head head;
    struct trace_line line; /* the head, if it is a record */
    gms_time key;           /* when the head happened, on this machine's clock */
    uint64_t missed;        /* before the head, if it is a header */
    char referred[NET_ENDPOINT_SIZE], referred_name[NET_NAME_SIZE];
    gms_time last_t;
    int64_t offset; /* of its clock, if it is elsewhere; INT64_MAX: not known yet */

    uint64_t refused, refused_told;
    gms_time told_at;
    char why[160];

    /* Its owner's. */
    bool listed, exited, crashed, silent;
    bool unsure; /* it went while nobody looked: the last that it said may be missing */
    gms_time gone_at;
};

/* Connects. NULL: the endpoint can't be one, or out of memory or sockets. */
struct listener *listener_open(void *context, const char *endpoint, gms_time now);
void listener_close(struct listener **);

/* Takes what has come, LISTENER_FRAMES_MAX frames at most. False: there may be more. */
bool listener_read(struct listener *, gms_time now);

/* The next thing that can be told, with its time in `key`; it stays until listener_take(). */
enum listener_head listener_head(struct listener *);
void listener_take(struct listener *);

void listener_forget(struct listener *);            /* all that waits */
void listener_ask(struct listener *, gms_time now); /* again how it stands; not more often than it helps */
void listener_refuse(struct listener *, const char *why);
const char *listener_name(const struct listener *);

#endif
