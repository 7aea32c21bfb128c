/* The inside of a live worker, for the files live*.c alone: its state, and what its commands do to it. */
#ifndef APP_LIVE_STATE_H
#define APP_LIVE_STATE_H

#include <pthread.h>

#include "app/digest.h"
#include "app/live.h"
#include "app/publisher.h"
#include "app/worker.h"

struct known { /* what is known of another member */
    gms_id id;
    struct digest digest;
    char telemetry[NET_ENDPOINT_SIZE]; /* where it publishes what it does; "": not known */
};

struct live {
    struct live_config config;
    actor_t *actor;
    uint32_t incarnation; /* 0: the first */
    gms_time member_since;
    uint32_t return_ms;
    size_t contact_count; /* through whom it joined last, when it came back */
    struct address contacts[GMS_CONTACTS_MAX];
    bool blocked, quorum;   /* by a view change; and whether it can come through */
    gms_time blocked_since; /* GMS_NEVER: it is not */
    struct worker worker;
    struct gms_rng rng;
    bool paused, change_due;
    uint64_t mean_ms;
    gms_time next_change;
    gms_time digest_at, digest_repeat_at, address_at, notice_until;
    bool digest_due, dirty;
    uint64_t differs_since;
    uint32_t known_count;
    struct known known[GMS_MEMBERS_MAX];
    struct trace_file trace, report;
    struct publisher *publisher; /* NULL: none */

    pthread_mutex_t lock; /* of what follows */
    struct tile_model model;
    struct place place;
    uint32_t listeners; /* that came to the publisher, all in all */
    bool recorded;      /* somebody films the windows */
    enum live_end end;
    bool shown;
    char pressed[LIVE_KEY_SIZE]; /* "": none */
    char reason[3 * NET_TEXT_SIZE];
    int end_pipe[2];
};

void live_change(struct live *, int n);            /* multicasts a change, n == 0: any */
void live_notice(struct live *, const char *text); /* shown for a moment */
void live_finish(struct live *, enum live_end, const char *reason);
bool live_in_group(const struct live *);
actor_app_t live_app(struct live *); /* what the actor calls */

/* -- live_tell.c: telemetry -------------------------------------------------------------------------- */

/* Members tell each other where they publish, out of band. False: that is no such message. */
bool live_hear_address(struct live *, struct known *, const uint8_t *body, size_t size);
void live_tell_address(struct live *);

void live_meet_listeners(
    void *live); /* there may be new ones: they are told how it stands with this member */

/* -- live_model.c: the snapshot --------------------------------------------------------------------- */

#define LIVE_BLOCK_SHOWN (50 * CLOCK_MS) /* a view change that is through before is not shown */

void live_fill_model(struct live *); /* under the lock */

/* A line of the control socket or of the window: acts, and answers into `reply`. */
void live_obey(void *live, actor_t *actor, const char *text, char *reply, size_t reply_size);

#endif
