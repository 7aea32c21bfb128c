/* See ceiling.h: takes batches, sends requests. Natural batching: while it works off what has come, what it
 * may send next adds up. */
#include "app/bench/ceiling.h"

#include <stdlib.h>
#include <string.h>

static void release(void *bytes, void *hint) {
    (void)hint;
    free(bytes);
}

struct follower {
    struct ceiling *c;
    size_t capacity;    /* of a frame */
    uint64_t delivered; /* and of these so many are known to the leader */
    uint64_t told;
    bool welcome;
};

static uint32_t read_batches(struct follower *f) {
    zmq_msg_t msg;
    uint32_t frames = 0;
    zmq_msg_init(&msg);
    while (frames < CEILING_FRAMES_PER_TURN && zmq_msg_recv(&msg, f->c->socket, ZMQ_DONTWAIT) >= 0) {
        const uint8_t *bytes = zmq_msg_data(&msg);
        frames++;
        f->delivered +=
            ceiling_deliver(f->c, bytes + CEILING_HEADER_SIZE, zmq_msg_size(&msg) - CEILING_HEADER_SIZE);
    }
    zmq_msg_close(&msg);
    if (frames > 0 && !f->welcome)
        ceiling_ready(f->c);
    f->welcome = f->welcome || frames > 0;
    return frames;
}

static void send_frame(struct follower *f, uint8_t *bytes, size_t size) {
    zmq_msg_t msg;
    memcpy(bytes, &f->delivered, sizeof f->delivered);
    f->told = f->delivered;
    if (zmq_msg_init_data(&msg, bytes, size, release, NULL) != 0)
        abort();
    zmq_msg_send(&msg, f->c->socket, 0);
}

static uint8_t *new_frame(const struct follower *f) {
    uint8_t *bytes = malloc(f->capacity);
    if (!bytes)
        abort();
    return bytes;
}

static void send_requests(struct follower *f) {
    while (load_wants(f->c->load)) {
        uint8_t *bytes = new_frame(f);
        size_t size = CEILING_HEADER_SIZE;
        while (size + f->c->record_size <= f->capacity && load_wants(f->c->load))
            size += ceiling_put_own(f->c, bytes + size);
        send_frame(f, bytes, size);
    }
    if (f->delivered - f->told >= f->c->load->setup.window / 4 + 1)
        send_frame(f, new_frame(f), CEILING_HEADER_SIZE);
}

void ceiling_follow(struct ceiling *c) {
    struct follower f = {.c = c, .capacity = CEILING_HEADER_SIZE + c->record_size};
    if (c->load->setup.subject.batching == BENCH_BATCHING_BOTH && f.capacity < CEILING_FRAME_SIZE_MAX)
        f.capacity = CEILING_FRAME_SIZE_MAX;
    send_frame(&f, new_frame(&f), CEILING_HEADER_SIZE);
    for (;;) {
        const uint32_t frames = read_batches(&f);
        const gms_time next = load_turn(c->load);
        send_requests(&f);
        if (frames == 0)
            ceiling_wait(c, next);
    }
}
