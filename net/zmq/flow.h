/* Flow control: a member that is faster than its group is told to wait, and nothing is lost.
 *
 * From gms4 on a rung keeps a member's own multicasts until they are delivered, so it knows when they are too
 * many. Below, and for a leader whose rung does not wait for acknowledgements (it delivers its own at once,
 * and would leave no turn to the others), this counts: a follower's own until it has them delivered, a
 * leader's own until the followers have taken them. And whoever the slowest member lags behind too far
 * multicasts nothing at all; a leader puts off what it is asked for. That is bounded, for who asks has so
 * many under way and no more.
 */
#ifndef NET_ZMQ_FLOW_H
#define NET_ZMQ_FLOW_H

#include "net/node.h"
#include "net/zmq/peers.h"

#define FLOW_WINDOW    GMS_PENDING_MAX
#define FLOW_TURNS_MAX 1024

typedef struct {
    bool held;          /* the slowest member lags too far behind */
    uint64_t delivered; /* a follower's own: the n of the last one that was delivered, or given up */
    gms_time since;     /* when that one was */
    uint64_t ordered;   /* a leader's own: up to this n they have been sent ... */
    uint64_t under_way; /* ... and so many of them not taken by all */
    uint64_t who;       /* must take what follows */
    uint32_t first, count;
    struct { /* a turn in which the leader multicast, the oldest first */
        uint64_t sent, own;
    } turn[FLOW_TURNS_MAX];
} flow_t;

/* Whether the member must wait before it multicasts. */
bool flow_blocks(flow_t *self, const struct node *node, gms_time now);

void flow_delivered(flow_t *self, uint64_t n, gms_time now); /* one of its own was */

/* At the end of a turn, all being sent: what was taken meanwhile? */
void flow_turn_end(flow_t *self, const struct node *node, const peers_t *peers);

#endif
