/* The inside of the actor, for actor*.c alone. */
#ifndef NET_ZMQ_ACTOR_STATE_H
#define NET_ZMQ_ACTOR_STATE_H

#include <stdatomic.h>

#include "net/zmq/actor.h"
#include "net/zmq/clock.h"
#include "net/zmq/delay.h"
#include "net/zmq/flow.h"
#include "net/zmq/peers.h"

#define LINGER_MS     500
#define CONTACTS_SIZE 480

struct actor_t {
    actor_config_t config;
    char group[64];
    zactor_t *thread;
    zsock_t *pipe; /* the actor's end */
    zsock_t *control;
    char endpoint[NET_ENDPOINT_SIZE];
    char control_endpoint[NET_ENDPOINT_SIZE];
    peers_t *peers;
    flow_t flow;
    delay_t put_off; /* what it was asked for while it could not be ordered, in frames */
    gms_time now;    /* of this turn */
    gms_time turn;   /* 0, 1, 0 ... from one turn to the next, if something happened in it */
    struct node *node;
    struct node *late; /* of the incarnation before, until the start; else NULL */
    gms_time delay;    /* of all links, those yet to come included */
    gms_id id;
    struct gms_ids unproved; /* crashed behind a cut: whoever is parted can't know before it heals */
    bool ended;              /* left, or failed to join */
    bool terminated;
    char refusal[NET_TEXT_SIZE];  /* why a contact would not have us */
    char contacts[CONTACTS_SIZE]; /* their endpoints; those that there is no room for are left out */
    struct address *view;         /* scratch for events, GMS_MEMBERS_MAX */
    char *reply;
    zlist_t *waiting;   /* bodies posted that the core has no room for yet */
    atomic_uint posted; /* those, and those that are still in the pipe */
};

/* The time for a record of this turn. */
static inline gms_time actor_clock(const actor_t *self) {
    return (clock_now() & ~(gms_time)1) | self->turn;
}

/* -- actor_driver.c ---------------------------------------------------------------------------------- */

struct node_driver
actor_driver(actor_t *self); /* what the node asks for goes to the links and to the application */
void actor_tell_app(actor_t *self, const member_event_t *event);
void actor_flush_trace(actor_t *self);
void actor_on_down(void *self, gms_id whom, const char *why);
void actor_on_end(void *self, enum node_end how);

#endif
