/* A slow link, for demonstrations: frames that arrived wait here for their time, in order.
 *
 * The receiver's end holds them back, so what is under way survives its sender, as on a real network. The
 * queue is bounded: beyond that the oldest go early, and none is lost.
 */
#ifndef NET_ZMQ_DELAY_H
#define NET_ZMQ_DELAY_H

#include "gms/gms.h"
#include "net/limits.h"

typedef struct delay_frame_t delay_frame_t;

typedef struct {
    gms_time each; /* how long a frame waits; 0: nothing new has to wait */
    delay_frame_t *first, *last;
    size_t bytes;
} delay_t;

/* Whether a frame that arrives now must wait: those behind others always do. */
bool delay_wanted(const delay_t *self);

/* Keeps a copy. False: out of memory, nothing is kept. */
bool delay_put(delay_t *self, gms_time now, const uint8_t *bytes, size_t size);

/* When the next one is due, GMS_NEVER if none waits. 0 when there are too many. */
gms_time delay_due(const delay_t *self);

/* Takes the oldest; free it with delay_free(). */
delay_frame_t *delay_take(delay_t *self);
const uint8_t *delay_bytes(const delay_frame_t *frame, size_t *size);
void delay_free(delay_frame_t *frame);

void delay_clear(delay_t *self); /* forgets all that wait */

#endif
