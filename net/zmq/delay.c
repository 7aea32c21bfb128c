/* See delay.h. */
#include "net/zmq/delay.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct delay_frame_t {
    delay_frame_t *next;
    gms_time due;
    size_t size;
    uint8_t bytes[];
};

bool delay_wanted(const delay_t *self) {
    return self->each > 0 || self->first;
}

bool delay_put(delay_t *self, gms_time now, const uint8_t *bytes, size_t size) {
    delay_frame_t *frame = malloc(sizeof *frame + size);
    if (!frame)
        return false;
    frame->next = NULL;
    frame->due = now + self->each;
    frame->size = size;
    memcpy(frame->bytes, bytes, size);
    if (self->last)
        self->last->next = frame;
    else
        self->first = frame;
    self->last = frame;
    self->bytes += size;
    return true;
}

gms_time delay_due(const delay_t *self) {
    if (!self->first)
        return GMS_NEVER;
    return self->bytes > NET_OUTBOX_SIZE_MAX ? 0 : self->first->due;
}

delay_frame_t *delay_take(delay_t *self) {
    delay_frame_t *frame = self->first;
    assert(frame);
    self->first = frame->next;
    if (!self->first)
        self->last = NULL;
    self->bytes -= frame->size;
    return frame;
}

const uint8_t *delay_bytes(const delay_frame_t *frame, size_t *size) {
    *size = frame->size;
    return frame->bytes;
}

void delay_free(delay_frame_t *frame) {
    free(frame);
}

void delay_clear(delay_t *self) {
    while (self->first)
        delay_free(delay_take(self));
}
