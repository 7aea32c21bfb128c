/* See link.h. */
#include "net/zmq/link.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#define CREDIT_SIZE     (32 * 1024)             /* bytes taken that are told at once */
#define CREDIT_SIZE_MIN (4 * 1024)              /* fewer are not worth telling */
#define CREDIT_TIME     ((gms_time)1 * 1000000) /* ... and those between, after so long */

/* -- Sockets ------------------------------------------------------------------------------------------- */

void link_set_int(void *socket, int option, int value) {
    const int rc = zmq_setsockopt(socket, option, &value, sizeof value);
    assert(rc == 0);
    (void)rc;
}

int link_descriptor(void *socket) {
    int descriptor = -1;
    size_t size = sizeof descriptor;
    zmq_getsockopt(socket, ZMQ_FD, &descriptor, &size);
    return descriptor;
}

void link_set_common(void *socket) {
    const int64_t size_max = NET_FRAME_SIZE_MAX;
    link_set_int(socket, ZMQ_SNDHWM, 0);
    link_set_int(socket, ZMQ_RCVHWM, 0);
    link_set_int(socket, ZMQ_LINGER, 0);
    link_set_int(socket, ZMQ_RECONNECT_IVL, 20);
    zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &size_max, sizeof size_max);
}

/* A PAIR that reports `events` of the socket. */
void *link_monitor(void *context, void *socket, int events) {
    char name[64];
    snprintf(name, sizeof name, "inproc://monitor-%p", socket);
    if (zmq_socket_monitor(socket, name, events) != 0)
        return NULL;
    void *pair = zmq_socket(context, ZMQ_PAIR);
    if (pair)
        link_set_int(pair, ZMQ_LINGER, 0);
    if (pair && zmq_connect(pair, name) != 0) {
        zmq_close(pair);
        pair = NULL;
    }
    return pair;
}

void link_routing_id(gms_id id, uint8_t bytes[LINK_ROUTING_ID_SIZE]) {
    bytes[0] = 'G';
    for (int i = 0; i < 8; i++)
        bytes[1 + i] = (uint8_t)(id >> (56 - 8 * i));
}

/* The next event of a monitor, 0 if there is none. */
int link_monitor_event(void *pair) {
    zmq_msg_t msg;
    uint16_t event = 0;
    zmq_msg_init(&msg);
    if (zmq_msg_recv(&msg, pair, ZMQ_DONTWAIT) >= 2)
        memcpy(&event, zmq_msg_data(&msg), sizeof event);
    while (zmq_msg_more(&msg))
        zmq_msg_recv(&msg, pair, ZMQ_DONTWAIT);
    zmq_msg_close(&msg);
    return event;
}

/* -- Life ------------------------------------------------------------------------------------------------ */

void link_destroy(link_t **self_p) {
    link_t *self = *self_p;
    if (!self)
        return;
    if (self->dealer) {
        zmq_socket_monitor(self->dealer, NULL, 0);
        zmq_close(self->dealer);
    }
    if (self->monitor)
        zmq_close(self->monitor);
    delay_clear(&self->delay);
    free(self->outbox);
    free(self);
    *self_p = NULL;
}

link_t *link_new(void *context, gms_id owner, gms_id id, const char *endpoint) {
    uint8_t identity[LINK_ROUTING_ID_SIZE];
    if (strlen(endpoint) >= NET_ENDPOINT_SIZE)
        return NULL;
    link_t *self = calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->id = id;
    self->probe_at = GMS_NEVER;
    strcpy(self->endpoint, endpoint);
    self->dealer = zmq_socket(context, ZMQ_DEALER);
    if (!self->dealer)
        goto fail;
    link_set_common(self->dealer);
    link_routing_id(owner, identity);
    zmq_setsockopt(self->dealer, ZMQ_ROUTING_ID, identity, sizeof identity);
    self->monitor =
        link_monitor(context, self->dealer,
                     ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CONNECT_RETRIED);
    if (!self->monitor || zmq_connect(self->dealer, endpoint) != 0)
        goto fail;
    self->dealer_descriptor = link_descriptor(self->dealer);
    self->monitor_descriptor = link_descriptor(self->monitor);
    self->ready = self->monitor_ready = true;
    return self;
fail:
    link_destroy(&self);
    return NULL;
}

/* -- Sending --------------------------------------------------------------------------------------------- */

static void ensure(link_t *self, size_t more) {
    if (self->outbox_size + more <= self->outbox_capacity)
        return;
    size_t capacity = self->outbox_capacity ? self->outbox_capacity : 4096;
    while (capacity < self->outbox_size + more)
        capacity *= 2;
    uint8_t *bytes = realloc(self->outbox, capacity);
    if (!bytes)
        abort(); /* out of memory: a crash is what a group survives */
    self->outbox = bytes;
    self->outbox_capacity = capacity;
}

static bool address_to(void *router, gms_id to) {
    uint8_t identity[LINK_ROUTING_ID_SIZE];
    link_routing_id(to, identity);
    return zmq_send(router, identity, sizeof identity, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0;
}

static bool transmit_bytes(link_t *self, void *router, const uint8_t *bytes, size_t size) {
    if (!address_to(router, self->id) || zmq_send(router, bytes, size, ZMQ_DONTWAIT) < 0)
        return false;
    self->sent += size;
    return true;
}

/* How many bytes of the outbox fit one frame; messages stay whole. */
static size_t first_frame_size(const link_t *self) {
    size_t size = WIRE_FRAME_HEADER_SIZE;
    while (size < self->outbox_size) {
        const uint8_t *message = self->outbox + size;
        const size_t message_size = 3 + ((size_t)message[1] << 8 | message[2]);
        if (size + message_size > NET_FRAME_SIZE_MAX)
            break;
        size += message_size;
    }
    return size;
}

void link_transmit(link_t *self, void *router) {
    while (self->outbox_size > 0) {
        const size_t size =
            self->outbox_size <= NET_FRAME_SIZE_MAX ? self->outbox_size : first_frame_size(self);
        if (!transmit_bytes(self, router, self->outbox, size)) {
            self->routable = false; /* its connection is gone; what is here waits for the next HELLO */
            return;
        }
        if (size == self->outbox_size) {
            self->outbox_size = 0;
        } else { /* what waited for a HELLO outgrew one frame: keep the header, send the rest */
            memmove(self->outbox + WIRE_FRAME_HEADER_SIZE, self->outbox + size, self->outbox_size - size);
            self->outbox_size -= size - WIRE_FRAME_HEADER_SIZE;
        }
    }
}

void link_transmit_frame(link_t *self, void *router, zmq_msg_t *frame) {
    const size_t size = zmq_msg_size(frame);
    zmq_msg_t copy;
    assert(self->outbox_size == 0);
    self->shares = false;
    zmq_msg_init(&copy);
    zmq_msg_copy(&copy, frame);
    if (address_to(router, self->id) && zmq_msg_send(&copy, router, ZMQ_DONTWAIT) >= 0) {
        self->sent += size;
        return;
    }
    zmq_msg_close(&copy);
    self->routable = false; /* its connection is gone; this waits for the next HELLO */
    ensure(self, size);
    memcpy(self->outbox, zmq_msg_data(frame), size);
    self->outbox_size = size;
}

void link_append(link_t *self, void *router, uint32_t group, gms_id sender, const uint8_t *message,
                 size_t size) {
    if (self->outbox_size + size > NET_OUTBOX_SIZE_MAX && !self->routable)
        return; /* it never connected back; a limit, as everything has one */
    if (self->outbox_size + size > NET_FRAME_SIZE_MAX && self->routable)
        link_transmit(self, router);
    ensure(self, WIRE_FRAME_HEADER_SIZE + size);
    struct wire_out out = {self->outbox, self->outbox_size, self->outbox_capacity};
    if (out.size == 0)
        wire_put_frame_header(&out, group, sender);
    memcpy(out.bytes + out.size, message, size);
    self->outbox_size = out.size + size;
}

void link_say(link_t *self, const uint8_t *bytes, size_t size) {
    zmq_send(self->dealer, bytes, size, ZMQ_DONTWAIT);
    self->ready = true; /* meanwhile it may have taken notice of what came */
}

/* -- Credit ---------------------------------------------------------------------------------------------- */

void link_credit(link_t *self, uint64_t consumed) {
    if (consumed > self->consumed)
        self->consumed = consumed < self->sent ? consumed : self->sent;
}

size_t link_lag(const link_t *self) {
    return self->routable ? (size_t)(self->sent - self->consumed) : 0;
}

gms_time link_tell_credit(link_t *self, uint32_t group, gms_id sender, gms_time now) {
    const uint64_t untold = self->taken - self->taken_told;
    if (untold < CREDIT_SIZE_MIN || !self->reached || self->lost)
        return GMS_NEVER;
    if (self->taken_since == 0)
        self->taken_since = now;
    if (untold < CREDIT_SIZE && now - self->taken_since < CREDIT_TIME)
        return self->taken_since + CREDIT_TIME;
    uint8_t bytes[64];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    wire_put_frame_header(&out, group, sender);
    wire_put_credit(&out, self->taken);
    link_say(self, bytes, out.size);
    self->taken_told = self->taken;
    self->taken_since = 0;
    return GMS_NEVER;
}
