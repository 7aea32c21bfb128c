/* See ceiling.h: gives the numbers. What has come in a turn goes to all in as few frames as it takes, each
 * of them once in memory and shared by reference. Its own messages are under way until every follower has
 * them: without that it would have 90% of the group's to itself. */
#include "app/bench/ceiling.h"

#include <stdlib.h>
#include <string.h>

#define CREDIT_WINDOWS 4 /* so many windows of all members may the slowest follower be behind */

struct batch {
    uint8_t *bytes;
    size_t size;
};

struct leader {
    struct ceiling *c;
    uint32_t count; /* members */
    size_t capacity;
    uint64_t credit;
    uint64_t numbered;
    uint64_t delivered[GMS_MEMBERS_MAX]; /* as each has told */
    bool here[GMS_MEMBERS_MAX];
    uint32_t here_count;
    struct batch *queue; /* filled and not yet numbered: a ring */
    size_t queue_size, first, used;
    uint64_t *own; /* numbers of its own that not all have: a ring of `window` */
    uint64_t own_numbered, own_done;
};

/* -- What waits to be numbered --------------------------------------------------------------------------- */

/* Where the next record goes. The senders' windows bound the ring. */
static uint8_t *room(struct leader *l) {
    struct batch *last = &l->queue[(l->first + l->used - 1) % l->queue_size];
    if (l->used == 0 || last->size + l->c->record_size > l->capacity) {
        if (l->used == l->queue_size)
            abort();
        last = &l->queue[(l->first + l->used++) % l->queue_size];
        *last = (struct batch){malloc(l->capacity), CEILING_HEADER_SIZE};
        if (!last->bytes)
            abort();
    }
    last->size += l->c->record_size;
    return last->bytes + last->size - l->c->record_size;
}

/* -- Sending --------------------------------------------------------------------------------------------- */

static void release(void *bytes, void *hint) {
    (void)hint;
    free(bytes);
}

static void broadcast(struct leader *l, const struct batch *b) {
    zmq_msg_t msg, copy;
    if (zmq_msg_init_data(&msg, b->bytes, b->size, release, NULL) != 0)
        abort();
    for (uint32_t i = 1; i < l->count; i++) {
        const uint8_t identity[CEILING_IDENTITY_SIZE] = CEILING_IDENTITY(i);
        zmq_msg_init(&copy);
        zmq_msg_copy(&copy, &msg);
        zmq_send(l->c->socket, identity, sizeof identity, ZMQ_SNDMORE);
        zmq_msg_send(&copy, l->c->socket, 0);
    }
    ceiling_deliver(l->c, b->bytes + CEILING_HEADER_SIZE, b->size - CEILING_HEADER_SIZE);
    zmq_msg_close(&msg);
}

static void number(struct leader *l, struct batch *b) {
    const uint32_t window = l->c->load->setup.window;
    const uint64_t first = l->numbered + 1;
    memcpy(b->bytes, &first, sizeof first);
    for (size_t at = CEILING_HEADER_SIZE; at < b->size; at += l->c->record_size) {
        struct ceiling_record record;
        memcpy(&record, b->bytes + at, sizeof record);
        l->numbered++;
        if (record.who == 0)
            l->own[l->own_numbered++ % window] = l->numbered;
    }
}

static uint64_t slowest(const struct leader *l) {
    uint64_t least = l->numbered;
    for (uint32_t i = 1; i < l->count; i++)
        least = l->delivered[i] < least ? l->delivered[i] : least;
    return least;
}

static void send_pending(struct leader *l) {
    const uint64_t all_have = slowest(l);
    while (l->own_done < l->own_numbered && l->own[l->own_done % l->c->load->setup.window] <= all_have)
        l->own_done++;
    for (; l->used > 0 && l->numbered - all_have < l->credit; l->used--) {
        struct batch *b = &l->queue[l->first];
        number(l, b);
        broadcast(l, b);
        l->first = (l->first + 1) % l->queue_size;
    }
}

static void put_own(struct leader *l) {
    struct load *load = l->c->load;
    while (load_wants(load) && load->sent - l->own_done < load->setup.window)
        ceiling_put_own(l->c, room(l));
}

/* -- Receiving ------------------------------------------------------------------------------------------- */

static void welcome_all(struct leader *l) {
    struct batch nothing = {malloc(CEILING_HEADER_SIZE), CEILING_HEADER_SIZE};
    if (!nothing.bytes)
        abort();
    number(l, &nothing);
    broadcast(l, &nothing);
    ceiling_ready(l->c);
}

static void take_request(struct leader *l, uint32_t who, const uint8_t *bytes, size_t size) {
    memcpy(&l->delivered[who], bytes, sizeof l->delivered[who]);
    for (size_t at = CEILING_HEADER_SIZE; at + l->c->record_size <= size; at += l->c->record_size)
        memcpy(room(l), bytes + at, l->c->record_size);
    if (l->here[who])
        return;
    l->here[who] = true;
    if (++l->here_count == l->count - 1)
        welcome_all(l);
}

static uint32_t read_requests(struct leader *l) {
    zmq_msg_t identity, request;
    uint32_t frames = 0;
    zmq_msg_init(&identity);
    zmq_msg_init(&request);
    while (frames < CEILING_FRAMES_PER_TURN && zmq_msg_recv(&identity, l->c->socket, ZMQ_DONTWAIT) >= 0) {
        const uint8_t *id = zmq_msg_data(&identity);
        const uint32_t who = zmq_msg_size(&identity) == CEILING_IDENTITY_SIZE ? id[1] * 256u + id[2] : 0;
        if (zmq_msg_recv(&request, l->c->socket, 0) < 0)
            break;
        frames++;
        if (who > 0 && who < l->count && zmq_msg_size(&request) >= CEILING_HEADER_SIZE)
            take_request(l, who, zmq_msg_data(&request), zmq_msg_size(&request));
    }
    zmq_msg_close(&identity);
    zmq_msg_close(&request);
    return frames;
}

void ceiling_lead(struct ceiling *c) {
    static struct leader l;
    const struct bench_setup *setup = &c->load->setup;
    const bool packs = setup->subject.batching != BENCH_BATCHING_NONE;
    const size_t alone = CEILING_HEADER_SIZE + c->record_size;
    l.c = c;
    l.count = setup->members;
    l.capacity = packs && alone < CEILING_FRAME_SIZE_MAX ? CEILING_FRAME_SIZE_MAX : alone;
    l.credit = (uint64_t)CREDIT_WINDOWS * setup->window * setup->members;
    l.queue_size = (size_t)setup->window * setup->members + 1;
    l.queue = calloc(l.queue_size, sizeof *l.queue);
    l.own = calloc(setup->window, sizeof *l.own);
    if (!l.queue || !l.own)
        abort();
    for (;;) {
        const uint32_t frames = read_requests(&l);
        const gms_time next = load_turn(c->load);
        put_own(&l);
        send_pending(&l);
        if (frames == 0)
            ceiling_wait(c, next);
    }
}
