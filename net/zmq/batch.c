/* See batch.h. */
#include "net/zmq/batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define COPIED_SIZE_MAX 4096 /* up to here a copy costs less than a buffer */

static void ensure(batch_t *self) {
    if (!self->bytes && !(self->bytes = malloc(BATCH_SIZE_MAX)))
        abort(); /* out of memory: a crash is what a group survives */
}

bool batch_takes(const batch_t *self, const gms_id *to, uint32_t to_count, size_t size) {
    return self->size > 0 && self->size + size <= BATCH_SIZE_MAX && self->to_count == to_count &&
           memcmp(self->to, to, to_count * sizeof *to) == 0;
}

void batch_begin(batch_t *self, uint32_t group, gms_id sender, const gms_id *to, uint32_t to_count) {
    assert(self->size == 0 && to_count <= GMS_MEMBERS_MAX);
    ensure(self);
    struct wire_out out = {.bytes = self->bytes, .capacity = BATCH_SIZE_MAX};
    wire_put_frame_header(&out, group, sender);
    self->size = out.size;
    memcpy(self->to, to, to_count * sizeof *to);
    self->to_count = to_count;
}

void batch_append(batch_t *self, const uint8_t *message, size_t size) {
    assert(self->size + size <= BATCH_SIZE_MAX);
    memcpy(self->bytes + self->size, message, size);
    self->size += size;
}

static void release(void *bytes, void *hint) {
    (void)hint;
    free(bytes);
}

void batch_take(batch_t *self, zmq_msg_t *frame) {
    const bool copied = self->size <= COPIED_SIZE_MAX;
    const int rc = copied ? zmq_msg_init_size(frame, self->size)
                          : zmq_msg_init_data(frame, self->bytes, self->size, release, NULL);
    if (rc != 0)
        abort();
    if (copied)
        memcpy(zmq_msg_data(frame), self->bytes, self->size);
    else
        self->bytes = NULL; /* it is the frame's, and freed with its last copy */
    self->size = 0;
}

void batch_clear(batch_t *self) {
    free(self->bytes);
    memset(self, 0, sizeof *self);
}
