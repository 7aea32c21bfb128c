/* Local states, messages and links of the search, each told apart once and then called by its index.
 *
 * A member is a pure function: (local state, event) determines the next local state and what is sent. So the
 * core takes each such step once; from then on it is looked up.
 */
#ifndef NET_SIM_EXPLORE_LOCAL_H
#define NET_SIM_EXPLORE_LOCAL_H

#include "net/node.h"
#include "net/sim/app.h"
#include "net/sim/explore.h"
#include "net/sim/explore_table.h"

/* A local state as a number: of a running member, from LOCAL_FIRST, which of those kept; of one that has
 * ended, LOCAL_ENDED with how, and at gms5, where not even the dead may contradict the living, what it had
 * delivered by then. */
enum { LOCAL_UNBORN = 0, LOCAL_FIRST = 1 };
#define LOCAL_ENDED ((uint32_t)1 << 31)

enum local_end { LOCAL_CRASHED = 1, LOCAL_LEFT, LOCAL_FAILED, LOCAL_EXCLUDED };

enum local_event {
    LOCAL_START = 1,
    LOCAL_MESSAGE,
    LOCAL_DOWN,
    LOCAL_SUSPECT,
    LOCAL_CHANGE,
    LOCAL_LEAVE,
    LOCAL_TIMER,
    LOCAL_HEARTBEAT
};

/* What the search must know of a local state at every turn. */
struct local_info {
    uint8_t phase;   /* enum gms_phase */
    uint8_t leader;  /* whom it follows, 0 before a view */
    uint8_t contact; /* through whom it joined, 0: it founded the group */
    bool viewed, has_state, timer, leaving;
    bool heads;      /* leads, or coordinates a view change */
    bool blocked;    /* by a view change, or for want of a quorum */
    uint8_t count;   /* changes applied */
    uint8_t members; /* of the view, bits by number */
    uint32_t view;   /* the last one installed */
    uint32_t legacy; /* what it has delivered, as it says when it ends */
};

struct local_outcome {
    uint32_t next; /* local state */
    uint32_t sends_at;
    uint32_t send_count;
    bool led; /* it took the lead in this step, or acted as the coordinator of a view change */
};

struct local_send {
    uint8_t to;
    uint32_t message;
    uint32_t legacy; /* what it had delivered by then, if it dies of this send */
};

/* A link's content as a list: the oldest message and the rest. Index 0 is the empty link. */
struct queue {
    uint32_t head, rest, length;
};

struct space {
    const struct sim_app *app;
    enum gms_rung_id rung;
    int slots;
    struct intern messages; /* their bytes, without marks and clocks */
    struct intern locals;   /* packed; index + LOCAL_FIRST is the local state */
    struct intern legacies; /* count and hash of those that have ended */
    struct local_info *info;
    uint32_t info_capacity;
    struct map outcome_of; /* (local, event) to an index of outcomes */
    struct local_outcome *outcomes;
    uint32_t outcome_count, outcome_capacity;
    struct local_send *sends;
    uint32_t send_count, send_capacity;
    struct map pushed; /* (link, message) to a link */
    struct queue *queues;
    uint32_t queue_count, queue_capacity;

    /* The one that takes a step now. */
    struct node *node[EXPLORE_MEMBERS_MAX + 1];
    uint8_t *bytes; /* a local state being made, and the same packed */
    uint64_t *packed;
    size_t bytes_size;
    enum node_end end;
    bool ended, led;
};

#define SPACE_GROUP 1

struct node *space_make_node(struct space *, int who);                             /* explore_driver.c */
void space_note_send(struct space *, int to, const uint8_t *message, size_t size); /* in this step */

struct space *space_new(const struct sim_app *, enum gms_rung_id, int slots);
void space_free(struct space **);
size_t space_memory(const struct space *);

/* `arg`: START: the contact, 0 to found; MESSAGE: from << 24 | message; DOWN, SUSPECT: whom. HEARTBEAT
 * changes nothing: its sends are what it would say now, and to whom. What is returned lives until the next
 * call. */
const struct local_outcome *space_step(struct space *, int who, uint32_t local, enum local_event,
                                       uint32_t arg);
const struct local_info *space_info(const struct space *, uint32_t local);

/* The application's hash after `count` changes; false: not remembered, or it has not got so far. Of one that
 * has ended only what it delivered last is known. */
bool space_history(const struct space *, uint32_t local, uint64_t count, uint64_t *hash);
uint64_t space_count(const struct space *, uint32_t local); /* changes applied, also of one that has ended */

uint32_t space_push(struct space *, uint32_t queue, uint32_t message);
uint32_t space_prefix(struct space *, uint32_t queue, uint32_t length); /* its oldest messages */

static inline bool local_runs(uint32_t local) {
    return local != LOCAL_UNBORN && !(local & LOCAL_ENDED);
}

static inline bool local_ended(uint32_t local, enum local_end how) {
    return (local & LOCAL_ENDED) != 0 && (local >> 28 & 7) == (uint32_t)how;
}

static inline uint32_t local_end(enum local_end how, uint32_t legacy) {
    return LOCAL_ENDED | (uint32_t)how << 28 | legacy;
}

#endif
