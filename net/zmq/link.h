/* One link: the DEALER to a member, the monitor that sees it close, and what waits to go to that member.
 *
 * For peers.c alone: the fields are its to read and to set.
 */
#ifndef NET_ZMQ_LINK_H
#define NET_ZMQ_LINK_H

#include "net/wire.h"
#include "net/zmq/delay.h"

#define LINK_ROUTING_ID_SIZE 9 /* 'G' and the id: a routing id must not start with a zero byte */

typedef struct {
    gms_id id;      /* GMS_NOBODY until it has said who it is */
    gms_id contact; /* the id by which the caller knows a contact, else GMS_NOBODY */
    char endpoint[NET_ENDPOINT_SIZE];
    void *dealer;
    void *monitor;
    bool routable; /* its DEALER has said HELLO to our ROUTER */
    bool lost;     /* the connection closed */
    bool reached;  /* it was connected at least once */
    gms_time probe_at;
    gms_time probe_delay;
    delay_t delay;        /* what it sent and we have not looked at yet */
    const char *down_why; /* proved crashed: to be reported when `delay` is empty; else NULL */
    uint8_t *outbox;      /* a frame in the making: its header is there when size > 0 */
    size_t outbox_size;
    size_t outbox_capacity;
} link_t;

/* Connects a DEALER of `owner` to whoever listens there. NULL if the endpoint can't be one. */
link_t *link_new(void *context, gms_id owner, gms_id id, const char *endpoint);
void link_destroy(link_t **self_p); /* takes NULL, nulls */

/* Adds one encoded message to the frame in the making, under the sender's header. */
void link_append(link_t *self, void *router, uint32_t group, gms_id sender, const uint8_t *message,
                 size_t size);
/* Hands it to the ROUTER; where the other is not connected it stays, for the next HELLO. */
void link_transmit(link_t *self, void *router);

/* -- Sockets of links and of their ROUTER ----------------------------------------------------------- */

void link_set_int(void *socket, int option, int value);
void link_set_common(void *socket); /* no high-water mark, no linger, a bound on what a peer may send */
void *link_monitor(void *context, void *socket,
                   int events);     /* a PAIR that reports them, NULL if out of sockets */
int link_monitor_event(void *pair); /* the next one, 0 if there is none */
void link_routing_id(gms_id id, uint8_t bytes[LINK_ROUTING_ID_SIZE]);

#endif
