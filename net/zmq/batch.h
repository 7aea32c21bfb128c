/* What goes to several members alike: one frame, filled message by message, and shared between their links
 * without a copy.
 *
 * For peers.c alone.
 */
#ifndef NET_ZMQ_BATCH_H
#define NET_ZMQ_BATCH_H

#include <zmq.h>

#include "net/wire.h"

#define BATCH_SIZE_MAX (64 * 1024) /* then it leaves, however much there is still to say in this turn */

typedef struct {
    uint8_t *bytes; /* BATCH_SIZE_MAX, or NULL */
    size_t size;    /* 0: nothing is in it; else a frame's header at least */
    uint32_t to_count;
    gms_id to[GMS_MEMBERS_MAX];
} batch_t;

/* Whether this message can go with what is in it: it is for the same members, and there is room. */
bool batch_takes(const batch_t *self, const gms_id *to, uint32_t to_count, size_t size);

/* Of an empty one: for whom it is from now on. */
void batch_begin(batch_t *self, uint32_t group, gms_id sender, const gms_id *to, uint32_t to_count);
void batch_append(batch_t *self, const uint8_t *message, size_t size);

/* Empties it into `frame`, which the caller copies for each receiver, and closes. */
void batch_take(batch_t *self, zmq_msg_t *frame);
void batch_clear(batch_t *self);

#endif
