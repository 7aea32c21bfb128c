/* Whoever knocks at a member's ROUTER says HELLO first: the answer is a HELLO, by which it knows that it can
 * be heard, or why it is not welcome. Later it says only how much it has taken (CREDIT). Anything else is
 * garbage, refused with its reason and counted. */
#include "net/zmq/peers_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Why whoever says HELLO is not welcome, or NULL. */
static const char *unwelcome(const peers_t *self, const struct wire_in *in, const struct wire_message *m,
                             char *text, size_t text_size) {
    if (in->group != self->config.group)
        return "it belongs to another group";
    if (m->rung != self->config.rung) {
        snprintf(text, text_size, "%s runs %s: use --rung %s", self->config.self.name,
                 gms_rung_name((enum gms_rung_id)self->config.rung),
                 gms_rung_name((enum gms_rung_id)self->config.rung));
        return text;
    }
    if (gms_ids_have(&self->gone, m->addresses[0].id))
        return "this member was known to be gone";
    return NULL;
}

static void greet(peers_t *self, const uint8_t *identity, size_t identity_size, const struct wire_in *in,
                  const struct wire_message *m) {
    char text[NET_TEXT_SIZE];
    uint8_t bytes[512];
    const struct address *who = &m->addresses[0];
    const char *no = unwelcome(self, in, m, text, sizeof text);
    zmq_send(self->router, identity, identity_size, ZMQ_SNDMORE | ZMQ_DONTWAIT);
    if (no) {
        struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
        wire_put_frame_header(&out, in->group, self->config.self.id);
        wire_put_bytes(&out, WIRE_REFUSED, no, strlen(no));
        zmq_send(self->router, bytes, out.size, ZMQ_DONTWAIT);
        return;
    }
    zmq_send(self->router, bytes, peers_hello(self, bytes, sizeof bytes), ZMQ_DONTWAIT);
    peers_meet(self, who);
    link_t *peer = peers_find(self, who->id);
    if (peer) {
        peer->routable = true;
        peer->greeted++;
        peer->sent = peer->consumed = 0;
        if (peer->outbox_size > 0)
            link_transmit(peer, self->router);
    }
}

static bool is_identity_of(gms_id id, const uint8_t *identity, size_t identity_size) {
    uint8_t expected[LINK_ROUTING_ID_SIZE];
    link_routing_id(id, expected);
    return identity_size == sizeof expected && memcmp(identity, expected, sizeof expected) == 0;
}

static void take_greeting(peers_t *self, const uint8_t *identity, size_t identity_size, const uint8_t *bytes,
                          size_t size) {
    struct wire_in in;
    struct wire_message *m = self->greeting;
    const char *type = "?";
    const char *error = wire_open_frame(&in, bytes, size);
    if (!error && !wire_next(&in, m, &error) && !error)
        error = "malformed: empty";
    if (!error) {
        type = wire_type_name(m->type);
        if (m->type != WIRE_HELLO && m->type != WIRE_CREDIT)
            error = "malformed: only HELLO and CREDIT are expected here";
        else if (!is_identity_of(in.sender, identity, identity_size) ||
                 (m->type == WIRE_HELLO && m->addresses[0].id != in.sender))
            error = "malformed: not who it says";
    }
    link_t *peer = error ? NULL : peers_find(self, in.sender);
    if (error)
        self->config.handler.refuse(self->config.handler.self, GMS_NOBODY, type, error);
    else if (m->type == WIRE_HELLO)
        greet(self, identity, identity_size, &in, m);
    else if (peer && peer->routable)
        link_credit(peer, m->credit);
}

void greet_read(peers_t *self) {
    for (int i = 0; i < FRAMES_PER_TURN; i++) {
        zmq_msg_t identity, content;
        zmq_msg_init(&identity);
        zmq_msg_init(&content);
        const bool came = zmq_msg_recv(&identity, self->router, ZMQ_DONTWAIT) >= 0;
        bool whole = false;
        if (came && zmq_msg_more(&identity)) {
            whole = zmq_msg_recv(&content, self->router, ZMQ_DONTWAIT) >= 0;
            if (whole && !zmq_msg_more(&content))
                take_greeting(self, zmq_msg_data(&identity), zmq_msg_size(&identity), zmq_msg_data(&content),
                              zmq_msg_size(&content));
            else if (whole)
                self->config.handler.refuse(self->config.handler.self, GMS_NOBODY, "?",
                                            "malformed: more than one part");
            while (whole && zmq_msg_more(&content))
                whole = zmq_msg_recv(&content, self->router, ZMQ_DONTWAIT) >= 0;
        }
        zmq_msg_close(&identity);
        zmq_msg_close(&content);
        if (!came)
            return;
    }
}

void greet_read_monitor(peers_t *self) {
    int event;
    while ((event = link_monitor_event(self->router_monitor)) != 0)
        self->config.handler.refuse(self->config.handler.self, GMS_NOBODY, "?",
                                    "malformed: not a ZeroMQ connection");
}
