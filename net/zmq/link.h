/* One link: the DEALER to a member, the monitor that sees it close, and what waits to go to that member.
 *
 * For peers.c alone: the fields are its to read and to set.
 */
#ifndef NET_ZMQ_LINK_H
#define NET_ZMQ_LINK_H

#include <zmq.h>

#include "net/wire.h"
#include "net/zmq/delay.h"

#define LINK_ROUTING_ID_SIZE 9 /* 'G' and the id: a routing id must not start with a zero byte */

typedef struct {
    gms_id id;      /* GMS_NOBODY until it has said who it is */
    gms_id contact; /* the id by which the caller knows a contact, else GMS_NOBODY */
    char endpoint[NET_ENDPOINT_SIZE];
    void *dealer;
    void *monitor;
    int dealer_descriptor, monitor_descriptor;
    bool ready, monitor_ready; /* there may be something to read: see peers_wait.c */
    bool routable;             /* its DEALER has said HELLO to our ROUTER */
    bool lost;                 /* the connection closed */
    bool reached;              /* it was connected at least once */
    gms_time probe_at;
    gms_time probe_delay;
    delay_t delay;        /* what it sent and we have not looked at yet */
    const char *down_why; /* proved crashed: to be reported when `delay` is empty; else NULL */
    uint8_t *outbox;      /* a frame in the making: its header is there when size > 0 */
    size_t outbox_size;
    size_t outbox_capacity;
    bool warm;            /* something came from it in the last turn */
    bool shares;          /* the batch that is being filled goes to it, too; then its outbox is empty */
    uint64_t greeted;     /* how often it said HELLO */
    uint64_t sent;        /* bytes of frames since it said HELLO ... */
    uint64_t consumed;    /* ... of which it has told us that it took these: the rest waits somewhere */
    uint64_t taken;       /* the other way: bytes of its frames that we took since we said HELLO ... */
    uint64_t taken_told;  /* ... and told it so */
    gms_time taken_since; /* when the oldest of those that we did not tell came */
} link_t;

/* Connects a DEALER of `owner` to whoever listens there. NULL if the endpoint can't be one. */
link_t *link_new(void *context, gms_id owner, gms_id id, const char *endpoint);
void link_destroy(link_t **self_p); /* takes NULL, nulls */

/* Adds one encoded message to the frame in the making, under the sender's header. */
void link_append(link_t *self, void *router, uint32_t group, gms_id sender, const uint8_t *message,
                 size_t size);
/* Hands it to the ROUTER; where the other is not connected it stays, for the next HELLO. */
void link_transmit(link_t *self, void *router);
/* The same with a frame made elsewhere, which is the caller's: a copy of it goes. */
void link_transmit_frame(link_t *self, void *router, zmq_msg_t *frame);

/* The other way, by the DEALER: HELLO and CREDIT. */
void link_say(link_t *self, const uint8_t *bytes, size_t size);

/* The other has taken so many bytes of ours; and ours to tell, if it is time. */
void link_credit(link_t *self, uint64_t consumed);
gms_time link_tell_credit(link_t *self, uint32_t group, gms_id sender, gms_time now);
size_t link_lag(const link_t *self); /* bytes that it has not taken yet */

/* -- Sockets of links and of their ROUTER ----------------------------------------------------------- */

void link_set_int(void *socket, int option, int value);
int link_descriptor(void *socket);  /* readable when there is news for the socket */
void link_set_common(void *socket); /* no high-water mark, no linger, a bound on what a peer may send */
void *link_monitor(void *context, void *socket,
                   int events);     /* a PAIR that reports them, NULL if out of sockets */
int link_monitor_event(void *pair); /* the next one, 0 if there is none */
void link_routing_id(gms_id id, uint8_t bytes[LINK_ROUTING_ID_SIZE]);

#endif
