/* See peers.h. A link's life:  connecting -> (handshake: HELLO out, HELLO back) -> up -> lost -> gone,
 * where `lost` means that the connection closed and the proof of a crash is not in yet. */
#include "net/zmq/peers_state.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/zmq/clock.h"
#include "net/zmq/probe.h"

#define PROBE_FIRST   (1 * CLOCK_MS)
#define PROBE_LONGEST (200 * CLOCK_MS)

/* -- Peers --------------------------------------------------------------------------------------------- */

/* From *at on, round and round: those of a view stand here in its order, as a rule. */
static link_t *find_next(const peers_t *self, gms_id id, size_t *at) {
    for (size_t i = 0; i < self->count && id != GMS_NOBODY; i++) {
        link_t *peer = self->list[(*at + i) % self->count];
        if (peer->id != id && peer->contact != id)
            continue;
        *at += i + 1;
        return peer;
    }
    return NULL;
}

link_t *peers_find(const peers_t *self, gms_id id) {
    size_t at = 0;
    return find_next(self, id, &at);
}

static link_t *find_endpoint(const peers_t *self, const char *endpoint) {
    for (size_t i = 0; i < self->count; i++) {
        if (strcmp(self->list[i]->endpoint, endpoint) == 0)
            return self->list[i];
    }
    return NULL;
}

static void forget(peers_t *self, link_t *peer) {
    for (size_t i = 0; i < self->count; i++) {
        if (self->list[i] != peer)
            continue;
        link_destroy(&self->list[i]);
        self->list[i] = self->list[--self->count];
        return;
    }
}

static link_t *add(peers_t *self, gms_id id, const char *endpoint) {
    link_t *link =
        self->count < PEERS_MAX ? link_new(self->context, self->config.self.id, id, endpoint) : NULL;
    if (!link)
        return NULL;
    link->delay.each = self->delay;
    self->list[self->count++] = link;
    return link;
}

void peers_meet(peers_t *self, const struct address *address) {
    if (address->id == self->config.self.id || address->endpoint[0] == '\0')
        return;
    if (peers_find(self, address->id) || gms_ids_have(&self->gone, address->id))
        return;
    link_t *contact = find_endpoint(self, address->endpoint);
    if (contact && contact->id == GMS_NOBODY)
        contact->id = address->id;
    else
        add(self, address->id, address->endpoint);
}

gms_id peers_contact_id(const char *endpoint) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = endpoint; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 0x100000001b3u;
    return hash ? hash : 1;
}

gms_id peers_contact(peers_t *self, const char *endpoint) {
    link_t *peer = find_endpoint(self, endpoint);
    if (!peer)
        peer = add(self, GMS_NOBODY, endpoint);
    if (!peer)
        return GMS_NOBODY;
    peer->contact = peers_contact_id(endpoint);
    return peer->contact;
}

gms_id peers_alias(const peers_t *self, gms_id id) {
    const link_t *peer = peers_find(self, id);
    return peer ? peer->contact : GMS_NOBODY;
}

/* -- Sending ------------------------------------------------------------------------------------------- */

static void transmit_batch(peers_t *self) {
    zmq_msg_t frame;
    if (self->batch.size == 0)
        return;
    batch_take(&self->batch, &frame);
    for (size_t i = 0; i < self->count; i++) {
        if (self->list[i]->shares)
            link_transmit_frame(self->list[i], self->router, &frame);
    }
    zmq_msg_close(&frame);
}

void peers_flush(peers_t *self) {
    transmit_batch(self);
    for (size_t i = 0; i < self->count; i++) {
        if (self->list[i]->outbox_size > 0 && self->list[i]->routable)
            link_transmit(self->list[i], self->router);
    }
}

static void append(peers_t *self, link_t *peer, const uint8_t *message, size_t size) {
    if (peer->shares)
        transmit_batch(self); /* what it is to get comes before this */
    link_append(peer, self->router, self->config.group, self->config.self.id, message, size);
}

void peers_send(peers_t *self, gms_id to, const uint8_t *message, size_t size) {
    link_t *peer = peers_find(self, to);
    if (peer && !peer->lost)
        append(self, peer, message, size);
}

/* Those that can be reached share the batch; for the others each message waits in their own. */
static void begin_batch(peers_t *self, const gms_id *to, uint32_t to_count) {
    transmit_batch(self);
    batch_begin(&self->batch, self->config.group, self->config.self.id, to, to_count);
    self->batch_is_for_all = true;
    size_t at = 0;
    for (uint32_t i = 0; i < to_count; i++) {
        link_t *peer = find_next(self, to[i], &at);
        if (peer && !peer->lost && peer->routable)
            link_transmit(peer, self->router);
        if (peer && !peer->lost && peer->routable)
            peer->shares = true;
        else if (peer && !peer->lost)
            self->batch_is_for_all = false;
    }
}

void peers_send_each(peers_t *self, const gms_id *to, uint32_t to_count, const uint8_t *message,
                     size_t size) {
    if (!batch_takes(&self->batch, to, to_count, size))
        begin_batch(self, to, to_count);
    batch_append(&self->batch, message, size);
    size_t at = 0;
    for (uint32_t i = 0; i < to_count && !self->batch_is_for_all; i++) {
        link_t *peer = find_next(self, to[i], &at);
        if (peer && !peer->lost && !peer->shares)
            append(self, peer, message, size);
    }
}

peers_progress_t peers_progress(const peers_t *self, const gms_id *ids, uint32_t count) {
    peers_progress_t p = {0};
    size_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const link_t *peer = find_next(self, ids[i], &at);
        if (!peer || peer->lost)
            continue;
        const uint64_t lag = peer->routable ? link_lag(peer) : peer->outbox_size;
        p.lag = lag > p.lag ? lag : p.lag;
        if (!peer->routable)
            continue;
        p.sent += peer->sent;
        p.taken += peer->consumed;
        p.who += peer->id ^ peer->greeted << 32;
    }
    return p;
}

void peers_send_all(peers_t *self, const uint8_t *message, size_t size) {
    for (size_t i = 0; i < self->count; i++) {
        if (!self->list[i]->lost && self->list[i]->routable)
            append(self, self->list[i], message, size);
    }
}

size_t peers_hello(const peers_t *self, uint8_t *bytes, size_t capacity) {
    struct wire_out out = {.bytes = bytes, .capacity = capacity};
    wire_put_frame_header(&out, self->config.group, self->config.self.id);
    wire_put_hello(&out, self->config.rung, &self->config.self);
    return out.size;
}

/* -- Receiving ----------------------------------------------------------------------------------------- */

/* Everything that it sent comes first. */
static void report_down(peers_t *self, link_t *peer, const char *why) {
    const gms_id id = peer->id;
    if (peer->delay.first) {
        peer->down_why = why;
        peer->probe_at = GMS_NEVER;
        return;
    }
    forget(self, peer);
    if (id == GMS_NOBODY)
        return;
    gms_ids_add(&self->gone, id);
    self->config.handler.down(self->config.handler.self, id, why);
}

/* The first frame on a DEALER is the other's HELLO. False: the link is not to whom it was meant, and is
 * gone. */
static bool take_hello(peers_t *self, link_t *peer, const uint8_t *bytes, size_t size) {
    struct wire_in in;
    if (wire_open_frame(&in, bytes, size) != NULL)
        return true;
    if (peer->id == GMS_NOBODY && in.sender != self->config.self.id && !peers_find(self, in.sender))
        peer->id = in.sender;
    if (peer->id == GMS_NOBODY || in.sender == peer->id)
        return true;
    report_down(self, peer, "another process listens where it did");
    return false;
}

static bool is_hello(const uint8_t *bytes, size_t size) {
    return size > WIRE_FRAME_HEADER_SIZE && bytes[WIRE_FRAME_HEADER_SIZE] == WIRE_HELLO;
}

static void take_frame(peers_t *self, link_t *peer, const uint8_t *bytes, size_t size) {
    if (!delay_wanted(&peer->delay) || !delay_put(&peer->delay, clock_now(), bytes, size))
        self->config.handler.frame(self->config.handler.self, peer->id, bytes, size);
}

/* What was held back long enough; and then, if it is so, that no more will come. */
static void take_delayed(peers_t *self, link_t *peer, gms_time now) {
    while (delay_due(&peer->delay) <= now) {
        size_t size;
        delay_frame_t *frame = delay_take(&peer->delay);
        const uint8_t *bytes = delay_bytes(frame, &size);
        self->config.handler.frame(self->config.handler.self, peer->id, bytes, size);
        delay_free(frame);
    }
    if (peer->down_why && !peer->delay.first)
        report_down(self, peer, peer->down_why);
}

bool peers_delay(peers_t *self, gms_id from, gms_time delay) {
    link_t *peer = peers_find(self, from);
    if (from != GMS_NOBODY && !peer)
        return false;
    if (peer) {
        peer->delay.each = delay;
        return true;
    }
    self->delay = delay;
    for (size_t i = 0; i < self->count; i++)
        self->list[i]->delay.each = delay;
    return true;
}

/* Reads up to FRAMES_PER_TURN frames and returns how many there were; -1 if the peer is gone afterwards. */
static int read_dealer(peers_t *self, link_t *peer) {
    zmq_msg_t msg;
    int frames = 0;
    zmq_msg_init(&msg);
    while (frames >= 0 && frames < FRAMES_PER_TURN && zmq_msg_recv(&msg, peer->dealer, ZMQ_DONTWAIT) >= 0) {
        const uint8_t *bytes = zmq_msg_data(&msg);
        const size_t size = zmq_msg_size(&msg);
        frames++;
        peer->taken += size;
        if (!is_hello(bytes, size))
            take_frame(self, peer, bytes, size);
        else if (!take_hello(self, peer, bytes, size))
            frames = -1;
    }
    if (frames >= 0)
        peer->ready = frames == FRAMES_PER_TURN || zmq_errno() != EAGAIN;
    zmq_msg_close(&msg);
    return frames;
}

/* A connection closed or was refused: is the process gone? */
static void seek_proof(peers_t *self, link_t *peer, gms_time now) {
    if (peer->id != GMS_NOBODY && probe(peer->endpoint) == PROBE_REFUSED) {
        int frames;
        while ((frames = read_dealer(self, peer)) == FRAMES_PER_TURN) {
        }
        if (frames >= 0)
            report_down(self, peer,
                        peer->reached ? "connection closed, a new one refused" : "connection refused");
        return;
    }
    peer->probe_delay = peer->probe_delay == 0 ? PROBE_FIRST : peer->probe_delay * 2;
    if (peer->probe_delay > PROBE_LONGEST)
        peer->probe_delay = PROBE_LONGEST;
    peer->probe_at = now + peer->probe_delay;
}

static void read_monitor(peers_t *self, link_t *peer) {
    uint8_t bytes[256 + WIRE_FRAME_HEADER_SIZE];
    int event;
    bool proof_wanted = false;
    peer->monitor_ready = false;
    while ((event = link_monitor_event(peer->monitor)) != 0) {
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            peer->lost = proof_wanted = false;
            peer->reached = true;
            peer->probe_at = GMS_NEVER;
            peer->probe_delay = 0;
            peer->taken = peer->taken_told = 0;
            link_say(peer, bytes, peers_hello(self, bytes, sizeof bytes));
        } else if (event == ZMQ_EVENT_DISCONNECTED) {
            peer->lost = proof_wanted = true;
        } else if (event == ZMQ_EVENT_CONNECT_RETRIED && !peer->reached) {
            proof_wanted = true;
        }
    }
    if (proof_wanted && !peer->down_why)
        seek_proof(self, peer, clock_now());
}

/* -- The turn ------------------------------------------------------------------------------------------ */

void peers_read(peers_t *self) {
    /* A handler may add or remove links: remember who was ready. */
    link_t *readable[PEERS_MAX], *monitored[PEERS_MAX];
    size_t readable_count = 0, monitored_count = 0;
    for (size_t i = 0; i < self->count; i++) {
        if (self->list[i]->ready)
            readable[readable_count++] = self->list[i];
        if (self->list[i]->monitor_ready)
            monitored[monitored_count++] = self->list[i];
    }
    self->busy = false;
    for (size_t i = 0; i < readable_count; i++) {
        const link_t *peer = readable[i];
        const int frames = read_dealer(self, readable[i]);
        self->busy = self->busy || frames > 0;
        if (frames >= 0)
            readable[i]->warm = frames > 0;
        if (frames < 0) {
            for (size_t j = 0; j < monitored_count; j++)
                monitored[j] = monitored[j] == peer ? NULL : monitored[j];
        }
    }
    for (size_t i = 0; i < monitored_count; i++) {
        if (monitored[i])
            read_monitor(self, monitored[i]);
    }
    if (self->router_ready)
        greet_read(self);
    if (self->router_monitor_ready)
        greet_read_monitor(self);
    self->router_monitor_ready = false;
}

gms_time peers_tend(peers_t *self, gms_time now) {
    gms_time next = GMS_NEVER;
    for (size_t i = self->count; i-- > 0;) {
        if (self->list[i]->probe_at <= now)
            seek_proof(self, self->list[i], now);
    }
    for (size_t i = self->count; i-- > 0;)
        take_delayed(self, self->list[i], now);
    for (size_t i = 0; i < self->count; i++) {
        const gms_time due = delay_due(&self->list[i]->delay);
        const gms_time told = link_tell_credit(self->list[i], self->config.group, self->config.self.id, now);
        next = told < next ? told : next;
        next = self->list[i]->probe_at < next ? self->list[i]->probe_at : next;
        next = due < next ? due : next;
    }
    return next;
}

/* -- Life ---------------------------------------------------------------------------------------------- */

const char *peers_endpoint(const peers_t *self) {
    return self->config.self.endpoint;
}

peers_t *peers_new(const peers_config_t *config, char *error, size_t error_size) {
    peers_t *self = calloc(1, sizeof *self);
    size_t endpoint_size = sizeof self->config.self.endpoint;
    if (!self)
        goto fail;
    self->config = *config;
    self->greeting = malloc(sizeof *self->greeting);
    self->context = zmq_ctx_new();
    if (!self->greeting || !self->context)
        goto fail;
    zmq_ctx_set(self->context, ZMQ_MAX_SOCKETS, 4 * PEERS_MAX);
    self->router = zmq_socket(self->context, ZMQ_ROUTER);
    if (!self->router)
        goto fail;
    link_set_common(self->router);
    link_set_int(self->router, ZMQ_ROUTER_MANDATORY, 1);
    link_set_int(self->router, ZMQ_ROUTER_HANDOVER, 1);
    self->router_monitor = link_monitor(self->context, self->router, ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL);
    if (!self->router_monitor)
        goto fail;
    self->router_descriptor = link_descriptor(self->router);
    self->router_monitor_descriptor = link_descriptor(self->router_monitor);
    self->router_monitor_ready = true;
    if (zmq_bind(self->router, config->listen) != 0 ||
        zmq_getsockopt(self->router, ZMQ_LAST_ENDPOINT, self->config.self.endpoint, &endpoint_size) != 0) {
        const int why = zmq_errno();
        snprintf(error, error_size, "can't listen on %s: %s", config->listen,
                 why == EADDRINUSE ? "the port is taken, choose another" : zmq_strerror(why));
        peers_destroy(&self, 0);
        return NULL;
    }
    return self;
fail:
    snprintf(error, error_size, "can't open sockets: %s", zmq_strerror(zmq_errno()));
    peers_destroy(&self, 0);
    return NULL;
}

void peers_destroy(peers_t **self_p, int linger_ms) {
    peers_t *self = *self_p;
    if (!self)
        return;
    while (self->count > 0)
        link_destroy(&self->list[--self->count]);
    if (self->router) {
        link_set_int(self->router, ZMQ_LINGER, linger_ms);
        zmq_socket_monitor(self->router, NULL, 0);
        zmq_close(self->router);
    }
    if (self->router_monitor)
        zmq_close(self->router_monitor);
    if (self->context)
        zmq_ctx_term(self->context);
    batch_clear(&self->batch);
    free(self->greeting);
    free(self);
    *self_p = NULL;
}
