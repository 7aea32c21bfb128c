/* A node: the core with its detector, its faults and its codec, as one pure step.
 *
 * Both drivers run this: net/zmq with sockets, net/sim with virtual time. It does no I/O and reads no clock;
 * what must happen outside goes through `struct node_driver`, in order, before the call returns.
 */
#ifndef NET_NODE_H
#define NET_NODE_H

#include "gms/state.h"
#include "gms/trace.h"
#include "net/detect.h"
#include "net/fault.h"
#include "net/wire.h"

enum node_end {
    NODE_LEFT,     /* out of the group in good order */
    NODE_FAILED,   /* could not join */
    NODE_EXCLUDED, /* the others go on without it: join again as another incarnation */
};

/* Of the functions only `send` must be there; one that is NULL does nothing. None may call the node again.
 * Pointers are borrowed for the time of the call. */
struct node_driver {
    void *self;
    void (*send)(void *self, gms_id to, const uint8_t *message,
                 size_t size); /* first in, first out per link */
    /* Or NULL. The same bytes to each of them, in order with what is sent to one: a broadcast that nobody
     * traces and no fault breaks. */
    void (*send_all)(void *self, const gms_id *to, uint32_t count, const uint8_t *message, size_t size);
    /* With `puts_off`: somebody's wish, to come again later as a frame. What is put off keeps its order. */
    void (*put_off)(void *self, gms_id from, const uint8_t *message, size_t size);
    void (*flush)(void *self);                        /* a batch is complete: a broadcast, or a step */
    void (*meet)(void *self, const struct address *); /* a member to be connected with */
    void (*deliver)(void *self, const struct gms_message *, struct trace_state *after);
    void (*install)(void *self, const struct gms_message *view);
    void (*freeze)(void *self, uint64_t expected, uint64_t got);
    void (*block)(void *self, bool blocked, bool has_quorum);         /* what holds from now on */
    size_t (*snapshot)(void *self, uint8_t state[GMS_BODY_SIZE_MAX]); /* the application's; its size */
    /* The application's state comes with the view that is about to be installed. */
    void (*adopt)(void *self, const uint8_t *state, size_t size, struct trace_state *after);
    void (*gossip)(void *self, gms_id from, const uint8_t *bytes, size_t size);
    void (*refused)(void *self, gms_id from, const uint8_t *text, size_t size); /* told why not welcome */
    void (*end)(void *self, enum node_end);
    void (*crash)(void *self); /* a fault kills this process, now: live, it does not return */
    int (*change_of)(void *self, const uint8_t *body, size_t size); /* the n of a change; 0: not one */
    void (*trace)(void *self, const struct trace_record *);
};

struct node_config {
    struct gms_config gms;
    struct address self;
    uint32_t group;
    uint64_t seed;             /* of the faults */
    gms_time heartbeat_period; /* 0: none are sent */
    gms_time suspect_timeout;  /* 0: nobody is suspected for being silent */
    bool turns; /* what arrives comes in turns, each ended by node_turn_end(): one acknowledgement for all */
};

struct node {
    struct gms gms;
    struct detector detector;
    struct silence silence;
    gms_time beat_period, suspect_timeout; /* as configured; see node_heed() for a large group */
    gms_time beat_at;                      /* GMS_NEVER while there is nobody to beat for */
    struct {                               /* what the list of those to be heard was made from */
        enum gms_phase phase;
        gms_id leader;
        uint32_t number, count, down_count;
    } heeded;
    struct fault fault;
    struct address_book book;
    struct node_driver driver;
    gms_id me;
    uint32_t group;
    uint64_t lc;
    uint64_t x;
    uint64_t dropped; /* messages refused, malformed ones included */
    bool turns;
    bool puts_off; /* set by the driver: as the leader, it orders nothing for now */
    bool owes;     /* something came in this turn */
    bool crashed;  /* a fault has killed it: every later call does nothing */
    gms_time now;
    uint32_t view; /* the last one installed */
    struct gms_actions actions;
    struct wire_message incoming;
    uint8_t outgoing[NET_MESSAGE_SIZE_MAX];
};

void node_init(struct node *, const struct node_config *, const struct node_driver *);

/* The same for memory that is all zero or has been a node before, at less cost. */
void node_reset(struct node *, const struct node_config *, const struct node_driver *);

/* Founds the group (no contacts) or joins it. `to` names the contacts for the trace. */
void node_start(struct node *, gms_time now, const gms_id *contacts, uint32_t count, const char *to);

/* What is known of a member from elsewhere. A cut holds for a name: whoever comes back under another id stays
 * cut off. */
void node_know(struct node *, gms_time now, const struct address *);

/* The faults of a process outlive its incarnations: takes over those of `late`, the one before. */
void node_inherit(struct node *, gms_time now, const struct node *late);

#define NODE_LOOKS_AROUND "no quorum" /* why, in its JOIN record */

/* A member that has no quorum may find all that it knew gone: whom else it can ask what became of the group.
 * `to` names them, for the trace. Does nothing if these are those that it has. */
void node_contacts(struct node *, gms_time now, const gms_id *contacts, uint32_t count, const char *to);

/* A frame that arrived from `from`'s link; GMS_NOBODY where the link says nothing about the sender. */
void node_receive(struct node *, gms_time now, gms_id from, const uint8_t *frame, size_t size);

/* Something that could not even be taken for a frame: counted and traced. */
void node_refuse(struct node *, gms_time now, gms_id from, const char *type, const char *why);

void node_down(struct node *, gms_time now, gms_id whom, const char *why); /* see detect_down() */

/* The detector is wrong, or can't know: `whom` may be alive. Up to gms4 a suspicion counts as a crash. */
void node_suspect(struct node *, gms_time now, gms_id whom, const char *why);

/* When node_timer() is to be called, GMS_NEVER if not at all: the core's deadline, the next heartbeat, or the
 * moment when somebody will have been silent for too long, whichever comes first. */
gms_time node_deadline(const struct node *);

/* Does what is due; called too early or needlessly it does nothing. Called late by more than half the suspect
 * timeout it takes that for a pause of its own process: it suspects nobody for what it slept through. */
/* Its timer is so late that the process must have stood still itself: call node_timer() before anything else,
 * so that it notices. */
bool node_slept(const struct node *, gms_time now);
void node_timer(struct node *, gms_time now);
bool node_suspects(const struct node *, gms_id whom); /* it has been silent for too long, and still is */

/* Says once to `to` that it lives and how far it is, if `to` is one that listens for it; false if not. */
bool node_heartbeat(struct node *, gms_time now, gms_id to);

/* Nothing more is there to be received for now: what could wait for that is said. Only with `turns`. */
void node_turn_end(struct node *, gms_time now);

void node_leave(struct node *, gms_time now);
enum gms_drop node_mcast(struct node *, gms_time now, const uint8_t *body, size_t size);

/* Faults, each traced as `what`. */
bool node_lose(struct node *, gms_time now, gms_id to, uint32_t count);
void node_set_loss(struct node *, gms_time now, uint32_t percent); /* of all that it sends, from now on */
void node_arm_crash(struct node *, gms_time now, uint32_t after);
void node_arm_async_crash(struct node *, gms_time now, const gms_id *keeps, uint32_t count);
bool node_cut(struct node *, gms_time now, gms_id to, bool cut); /* false: it is so already */

/* Records what the application does with the same clocks as everything else; fills in t, lc and id. */
void node_record(struct node *, gms_time now, struct trace_record *);

/* A message that this member had sent was lost on its way, which only its driver can know. */
void node_record_lost(struct node *, gms_time now, gms_id to, const struct gms_message *, const char *why);

#endif
