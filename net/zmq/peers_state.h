/* The inside of a member's links, for peers.c, peers_wait.c and greet.c alone. */
#ifndef NET_ZMQ_PEERS_STATE_H
#define NET_ZMQ_PEERS_STATE_H

#include "gms/view.h"
#include "net/zmq/batch.h"
#include "net/zmq/link.h"
#include "net/zmq/peers.h"

#define PEERS_MAX       (GMS_MEMBERS_MAX + 64)
#define FRAMES_PER_TURN 64 /* of one link, so that no link starves the others or the timers */

struct peers_t {
    peers_config_t config;
    void *context;
    void *router;
    void *router_monitor;
    link_t *list[PEERS_MAX];
    size_t count;
    struct gms_ids gone;
    batch_t batch;                 /* what goes to several alike, in this turn */
    bool batch_is_for_all;         /* none of those that it is for must still be waited for */
    struct wire_message *greeting; /* scratch: too large for a stack */
    bool busy;                     /* something came in the last turn */
    gms_time polled_at;
    int router_descriptor, router_monitor_descriptor;
    bool router_ready, router_monitor_ready; /* there may be something to read: see peers_wait.c */
    gms_time delay;                          /* of links yet to come */
};

/* -- peers.c ----------------------------------------------------------------------------------------- */

link_t *peers_find(const peers_t *self, gms_id id);
size_t peers_hello(const peers_t *self, uint8_t *bytes, size_t capacity); /* one frame; its size */

/* -- greet.c: whoever knocks at our ROUTER ----------------------------------------------------------- */

void greet_read(peers_t *self);         /* HELLOs, and garbage */
void greet_read_monitor(peers_t *self); /* what was not even ZeroMQ */

#endif
