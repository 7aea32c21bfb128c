/* Faults on demand, pure and seeded: what a link does to a message, and when a member dies of it.
 *
 * They act on the protocol's messages only, where these leave the member; gossip and control pass.
 */
#ifndef NET_FAULT_H
#define NET_FAULT_H

#include "gms/rng.h"
#include "gms/view.h"
#include "net/limits.h"

struct fault {
    struct gms_rng rng;
    uint32_t lose_count;
    struct {
        gms_id to; /* GMS_NOBODY: whoever it is */
        uint32_t left;
    } lose[NET_LOSE_MAX];
    uint32_t loss_percent;
    uint32_t risk;        /* a leader dies in one of so many sends, 0: never (gms2p5) */
    bool crash_armed;     /* die in the next broadcast of a change ... */
    uint32_t crash_after; /* ... when so many followers have been sent it */
    uint32_t broadcast_sends;
    bool crash_async;        /* die when the next broadcast of a change is complete ... */
    struct gms_ids keeps;    /* ... of which only the links to these keep what they were given */
    struct gms_ids vanished; /* ... and what was sent to these is gone */
    struct gms_ids cut;      /* nothing passes to these */
};

enum fault_verdict {
    FAULT_PASS,
    FAULT_LOSE,
    FAULT_VANISH, /* it is sent, and dies with this process: an asynchronous crash */
    FAULT_CRASH,  /* die now, before this send */
};

void fault_init(struct fault *, uint64_t seed);

bool fault_is_idle(const struct fault *); /* whatever is sent now passes */

/* Lose the next `count` messages to `to`. False: too many such orders are pending. */
bool fault_lose(struct fault *, gms_id to, uint32_t count);

/* Cuts the link to `to`, or mends it. False: it is so already. */
bool fault_cut(struct fault *, gms_id to, bool cut);

/* An asynchronous crash at the end of the next broadcast: what was sent reaches the `keeps` only. If it does
 * not come to its end (gms4-ack waits for each follower), then when it is repeated to one whom it did not
 * reach. */
void fault_arm_async(struct fault *, const gms_id *keeps, uint32_t count);

/* Before each send; `*why` is set with FAULT_LOSE. */
enum fault_verdict fault_on_send(struct fault *, gms_id to, enum gms_type, const char **why);

/* Before each delivery, which ends a broadcast: FAULT_PASS or FAULT_CRASH. */
enum fault_verdict fault_on_deliver(struct fault *);

#endif
