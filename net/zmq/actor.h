/* The live driver: one zactor owns every socket and the node, and runs both until it is told to end.
 *
 * An application lives in the actor's thread as a set of callbacks; it must not block there. Whoever prefers
 * a stream of events in a thread of its own uses member.h, which is an application of this kind.
 */
#ifndef NET_ZMQ_ACTOR_H
#define NET_ZMQ_ACTOR_H

#include <czmq.h>

#include "net/node.h"

typedef struct actor_t actor_t;

typedef enum {
    MEMBER_VIEW,      /* a view was installed: view, members, leading */
    MEMBER_DELIVER,   /* a multicast: from, n, seq, body, size */
    MEMBER_GOSSIP,    /* an out-of-band message of another member: from, body, size */
    MEMBER_DOWN,      /* a member crashed: from */
    MEMBER_FROZEN,    /* misses message `expected`, got `seq` instead, and can't ask: delivers no more */
    MEMBER_BLOCKED,   /* a view change has begun: no delivery until it is through; `quorum`: will it be? */
    MEMBER_UNBLOCKED, /* it is through */
    MEMBER_LEFT,      /* out of the group in good order; the last event */
    MEMBER_FAILED,    /* could not join: reason; the last event */
    MEMBER_EXCLUDED,  /* the others go on without it: reason; the last event */
} member_event_type_t;

/* Pointers are borrowed: in a callback for its time, from member_recv() until member_event_destroy(). */
typedef struct {
    member_event_type_t type;
    gms_id from;
    uint64_t n;
    uint64_t seq;
    uint64_t expected;
    uint32_t view;
    uint32_t member_count;
    const struct address *members; /* in order of seniority; the first one leads */
    bool leading;
    bool quorum; /* false: those who can be reached are too few to go on */
    const uint8_t *body;
    size_t size;
    const char *reason;
} member_event_t;

/* Any of them may be NULL. All run in the actor's thread. */
typedef struct {
    void *self;
    void (*event)(void *self, actor_t *actor, const member_event_t *event);
    void (*state)(void *self, struct trace_state *now); /* after MEMBER_DELIVER, for the trace */
    /* gms5: the application's state, for newcomers, as of what was delivered so far; its size. */
    size_t (*snapshot)(void *self, uint8_t state[GMS_BODY_SIZE_MAX]);
    void (*adopt)(void *self, const uint8_t *state,
                  size_t size); /* gms5: such a state, before the first view */
    int (*change_of)(void *self, const uint8_t *body, size_t size);
    void (*trace)(void *self, const struct address_book *book, const struct trace_record *record);
    void (*trace_flush)(void *self); /* before anything leaves the process: what is traced must survive it */
    void (*last_words)(void *self);  /* a fault is about to kill this process: what was told must be heard */
    /* A ZeroMQ socket of the application's (none that is thread-safe), NULL: none; `woken` is called when it
     * can be read. */
    void *wakes;
    void (*woken)(void *self);
    /* A line of text from the control socket or actor_command(): act, and answer into `reply`. */
    void (*command)(void *self, actor_t *actor, const char *text, char *reply, size_t reply_size);
    gms_time (*tick)(void *self, actor_t *actor,
                     gms_time now); /* every turn; returns when to be called again */
    void (*turn_end)(void *self);   /* everything that was pending is done */
} actor_app_t;

typedef struct {
    char name[NET_NAME_SIZE];
    const char *group;
    enum gms_rung_id rung;
    const char *listen;  /* for the protocol; see peers.h */
    const char *control; /* for commands, NULL: none */
    gms_time join_timeout;
    gms_time resend_timeout;   /* see gms_config */
    gms_time heartbeat_period; /* 0: none are sent */
    gms_time suspect_timeout;  /* 0: nobody is suspected for being silent */
    enum gms_delivery delivery;
    bool last_man_standing;
    uint64_t seed; /* of the faults */
    uint32_t risk; /* see fault.h */
    uint32_t loss_percent;
    actor_app_t app;
} actor_config_t;

/* What these are where nobody says otherwise: a hung member is suspected within half a second. */
#define ACTOR_POSTED_MAX          4096
#define ACTOR_RESEND_TIMEOUT_MS   50
#define ACTOR_ANSWER_TIMEOUT_MS   1200 /* a round trip of a second is borne */
#define ACTOR_HEARTBEAT_PERIOD_MS 100
#define ACTOR_SUSPECT_TIMEOUT_MS  400

/* Binds. NULL and one line in `error` if it can't. The strings of the config must live until the return only.
 */
actor_t *actor_new(const actor_config_t *config, char *error, size_t error_size);

/* Starts the thread; from now on the application's callbacks are called. No message is sent before
 * actor_start(). */
void actor_run(actor_t *self);

/* Ends the thread and closes every socket; what was sent gets half a second to leave. */
void actor_stop(actor_t *self);
void actor_destroy(actor_t **self_p); /* the same, and frees it. Takes NULL, nulls. */

/* `self`, which does not run yet, is the next incarnation of the process of `late`, which was stopped: the
 * faults of the one go on in the other. Destroys `late`. */
void actor_inherit(actor_t *self, actor_t **late_p);

gms_id actor_id(const actor_t *self);
const char *actor_endpoint(const actor_t *self);
const char *actor_control_endpoint(const actor_t *self); /* "" if there is none */

/* -- From the application's thread: asynchronous, in order, safe from one thread -------------------- */

void actor_start(actor_t *self, const char *const *contacts,
                 size_t contact_count); /* none: found the group */
/* Joins through members; where an id or a name is not known it is 0 or "". */
void actor_join(actor_t *self, const struct address *contacts, size_t contact_count);
/* Whom else a member without a quorum can ask, when all that it knew may be gone; see node_contacts(). */
void actor_look_around(actor_t *self, const struct address *contacts, size_t contact_count);
/* False, and nothing is done, while ACTOR_POSTED_MAX wait for the group: it is slower than the caller. */
bool actor_post_multicast(actor_t *self, const void *body, size_t size);
void actor_post_leave(actor_t *self);
void actor_post_command(actor_t *self, const char *text); /* the answer goes nowhere */
zsock_t *actor_pipe(actor_t *self); /* the application's end: what actor_tell() sent can be received here */

/* -- From callbacks --------------------------------------------------------------------------------- */

/* These make the node take a step, so they may be called from `command` and `tick`, never from `event`. */
enum gms_drop actor_multicast(actor_t *self, const void *body, size_t size);
void actor_leave(actor_t *self);
void actor_suspect(actor_t *self, gms_id whom); /* falsely, it may be: a fault to be shown */

/* These may be called from every callback. */
void actor_gossip(actor_t *self, const void *body, size_t size); /* to all members, out of band */
void actor_record(actor_t *self, struct trace_record *record);
bool actor_lose(actor_t *self, gms_id to, uint32_t count);
void actor_set_loss(actor_t *self, uint32_t percent);
void actor_arm_crash(actor_t *self, uint32_t after);
void actor_arm_async_crash(actor_t *self, const gms_id *keeps, uint32_t count);
bool actor_cut(actor_t *self, gms_id to);                     /* false: it is so already */
bool actor_mend(actor_t *self, gms_id to);                    /* false: it is not cut */
bool actor_delay(actor_t *self, gms_id from, gms_time delay); /* see peers_delay() */
void actor_heal(actor_t *self);                               /* no link is cut or delayed any more */
const struct node *actor_node(const actor_t *self);
bool actor_tell(actor_t *self, void *pointer); /* to the application's end of the pipe; false: it is full */

#endif
