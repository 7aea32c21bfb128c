/* The worker: the application above a member, which owns a colour. Pure: no clock, socket or chance.
 *
 * A change is a number N in 1..20; delivering it turns (R,G,B) into (G,B,(R+N) mod 256). Order matters, so
 * two workers that delivered different sequences show different colours and, always, different hashes.
 *
 * A newcomer asks the group for its state by a multicast, so the question has a position in the total order:
 * the most senior worker that has state answers with the state as of that position, and the newcomer applies
 * on top what was delivered in between.
 */
#ifndef APP_WORKER_H
#define APP_WORKER_H

#include "gms/color.h"
#include "gms/view.h"

#define WORKER_BODY_SIZE_MAX 48
#define WORKER_CHANGE_MAX    20
#ifdef GMS_PROFILE_SMALL
#define WORKER_QUEUE_MAX   8
#define WORKER_ASKED_MAX   3
#define WORKER_HEARD_MAX   3
#define WORKER_OUTBOX_MAX  4
#define WORKER_HISTORY_MAX 12
#else
#define WORKER_QUEUE_MAX   4096 /* changes between a newcomer's question and its answer */
#define WORKER_ASKED_MAX   8    /* questions of one newcomer on their way at once */
#define WORKER_HEARD_MAX   64   /* questions of anybody that a newcomer remembers */
#define WORKER_OUTBOX_MAX  32
#define WORKER_HISTORY_MAX 1024 /* positions whose hash is remembered */
#endif

struct worker_body {
    size_t size;
    uint8_t bytes[WORKER_BODY_SIZE_MAX];
};

struct worker_change {
    gms_id origin;
    uint64_t m_n;
    int n;
};

struct worker_ref { /* which question */
    gms_id origin;
    uint64_t m_n;
};

struct worker {
    gms_id me;
    gms_time retry; /* how long a question waits for its answer */
    bool has_state;
    struct trace_state state;
    struct gms_view view;
    struct gms_ids holders; /* members known to have state */

    gms_time ask_at; /* GMS_NEVER when nothing is to be asked */
    uint32_t asked_count;
    struct {
        uint64_t m_n;
        uint32_t position; /* in the queue, when it was delivered */
    } asked[WORKER_ASKED_MAX];
    uint32_t heard_count; /* while it has no state: the last questions of all, its own included */
    struct worker_ref heard[WORKER_HEARD_MAX];
    uint32_t queue_count;
    struct worker_change queue[WORKER_QUEUE_MAX];

    uint32_t outbox_count;
    struct worker_body outbox[WORKER_OUTBOX_MAX];

    uint64_t history[WORKER_HISTORY_MAX]; /* hash after change `count`, at count modulo its size */
    uint64_t history_from;                /* the first count that is there */
};

/* What a delivery did. */
enum worker_effect {
    WORKER_NOTHING,
    WORKER_CHANGED,    /* the state */
    WORKER_ADOPTED,    /* the group's state: this newcomer is up to date */
    WORKER_STATE_LOST, /* nobody had state: the group starts afresh */
    WORKER_REFUSED,    /* not a body that a worker makes */
};

void worker_init(struct worker *, gms_id me, gms_time retry);

/* This worker founded the group: it has the first state. */
void worker_found(struct worker *);

/* The state as bytes, as it travels with a view to its newcomers (gms5). Returns their number. */
size_t worker_snapshot(const struct worker *, uint8_t bytes[WORKER_BODY_SIZE_MAX]);

/* Takes the group's state over from such bytes; false: they are not a state. */
bool worker_adopt(struct worker *, const uint8_t *bytes, size_t size);

void worker_view(struct worker *, gms_time now, uint32_t number, const gms_id *members, uint32_t count);
enum worker_effect worker_deliver(struct worker *, gms_id origin, uint64_t m_n, const uint8_t *body,
                                  size_t size);

/* Asks again when it is time to. Returns when it wants to be called again. */
gms_time worker_tick(struct worker *, gms_time now);

/* Takes the next body that the worker wants multicast; false if there is none. */
bool worker_take(struct worker *, struct worker_body *);

struct worker_body worker_change_body(int n);           /* 1 <= n <= WORKER_CHANGE_MAX */
int worker_change_of(const uint8_t *body, size_t size); /* its n, 0 if it is not a change */

/* The hash after change `count`; false if it is not remembered. */
bool worker_history(const struct worker *, uint64_t count, uint64_t *hash);

#endif
