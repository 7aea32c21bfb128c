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

/* Local states that are not those of a running member. */
enum { LOCAL_UNBORN = 0, LOCAL_CRASHED = 1, LOCAL_LEFT = 2, LOCAL_FAILED = 3, LOCAL_FIRST = 4 };

enum local_event { LOCAL_START = 1, LOCAL_MESSAGE, LOCAL_DOWN, LOCAL_CHANGE, LOCAL_LEAVE, LOCAL_TIMER };

/* What the search must know of a local state at every turn. */
struct local_info {
    uint8_t phase;  /* enum gms_phase */
    uint8_t leader; /* whom it follows, 0 before a view */
    bool viewed, has_state, timer, leaving;
    uint8_t count; /* changes applied */
};

struct local_outcome {
    uint32_t next; /* local state */
    uint32_t sends_at;
    uint32_t send_count;
    bool led; /* it took the lead in this step */
};

struct local_send {
    uint8_t to;
    uint32_t message;
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
    struct intern locals;   /* index + LOCAL_FIRST is the local state */
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
    uint8_t *bytes; /* a local state being made */
    size_t bytes_size;
    enum node_end end;
    bool ended, led;
};

struct space *space_new(const struct sim_app *, enum gms_rung_id, int slots);
void space_free(struct space **);
size_t space_memory(const struct space *);

/* `arg`: START: the contact, 0 to found; MESSAGE: from << 24 | message; DOWN: whom. */
const struct local_outcome *space_step(struct space *, int who, uint32_t local, enum local_event,
                                       uint32_t arg);
const struct local_info *space_info(const struct space *, uint32_t local);
const void *space_app_state(const struct space *, uint32_t local);

uint32_t space_push(struct space *, uint32_t queue, uint32_t message);
uint32_t space_prefix(struct space *, uint32_t queue, uint32_t length); /* its oldest messages */

static inline bool local_runs(uint32_t local) {
    return local >= LOCAL_FIRST;
}

#endif
