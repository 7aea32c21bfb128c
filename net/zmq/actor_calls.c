/* What applications ask of an actor: posted from their own threads, or done at once in its callbacks. */
#include "net/zmq/actor_state.h"

#include <inttypes.h>

#include "net/zmq/clock.h"
#include "net/zmq/handover.h"

/* -- From the application's thread ------------------------------------------------------------------ */

gms_id actor_id(const actor_t *self) {
    return self->id;
}

const char *actor_endpoint(const actor_t *self) {
    return self->endpoint;
}

const char *actor_control_endpoint(const actor_t *self) {
    return self->control_endpoint;
}

static void post_contacts(actor_t *self, const char *verb, const struct address *contacts, size_t count) {
    zmsg_t *msg = zmsg_new();
    zmsg_addstr(msg, verb);
    for (size_t i = 0; i < count; i++)
        zmsg_addmem(msg, &contacts[i], sizeof contacts[i]);
    zmsg_send(&msg, self->thread);
}

void actor_join(actor_t *self, const struct address *contacts, size_t contact_count) {
    post_contacts(self, "START", contacts, contact_count);
}

void actor_look_around(actor_t *self, const struct address *contacts, size_t contact_count) {
    post_contacts(self, "LOOK", contacts, contact_count);
}

void actor_start(actor_t *self, const char *const *contacts, size_t contact_count) {
    struct address by_endpoint[GMS_CONTACTS_MAX] = {0};
    size_t count = 0;
    for (; count < contact_count && count < GMS_CONTACTS_MAX; count++)
        snprintf(by_endpoint[count].endpoint, sizeof by_endpoint[count].endpoint, "%s", contacts[count]);
    actor_join(self, by_endpoint, count);
}

bool actor_post_multicast(actor_t *self, const void *body, size_t size) {
    if (atomic_load(&self->posted) >= ACTOR_POSTED_MAX)
        return false;
    atomic_fetch_add(&self->posted, 1);
    zsock_send(self->thread, "sb", "MULTICAST", body, size);
    return true;
}

void actor_post_leave(actor_t *self) {
    zstr_send(self->thread, "LEAVE");
}

void actor_post_command(actor_t *self, const char *text) {
    zsock_send(self->thread, "ss", "COMMAND", text);
}

zsock_t *actor_pipe(actor_t *self) {
    return zactor_sock(self->thread);
}

/* -- From callbacks --------------------------------------------------------------------------------- */

enum gms_drop actor_multicast(actor_t *self, const void *body, size_t size) {
    if (flow_blocks(&self->flow, self->node, self->now))
        return GMS_DROP_WOULD_BLOCK;
    return node_mcast(self->node, self->now, body, size);
}

void actor_leave(actor_t *self) {
    if (self->ended)
        return;
    const enum gms_phase phase = gms_phase(&self->node->gms);
    if (phase == GMS_IDLE)
        actor_on_end(self, NODE_LEFT);
    else
        node_leave(self->node, actor_clock(self));
}

void actor_gossip(actor_t *self, const void *body, size_t size) {
    uint8_t bytes[NET_GOSSIP_SIZE_MAX + 64];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    if (size > NET_GOSSIP_SIZE_MAX)
        return;
    wire_put_bytes(&out, WIRE_GOSSIP, body, size);
    peers_send_all(self->peers, bytes, out.size);
}

void actor_record(actor_t *self, struct trace_record *record) {
    node_record(self->node, actor_clock(self), record);
}

bool actor_lose(actor_t *self, gms_id to, uint32_t count) {
    return node_lose(self->node, actor_clock(self), to, count);
}

void actor_set_loss(actor_t *self, uint32_t percent) {
    node_set_loss(self->node, actor_clock(self), percent);
}

void actor_arm_crash(actor_t *self, uint32_t after) {
    node_arm_crash(self->node, actor_clock(self), after);
}

void actor_suspect(actor_t *self, gms_id whom) {
    node_suspect(self->node, actor_clock(self), whom, "suspected on demand");
}

void actor_arm_async_crash(actor_t *self, const gms_id *keeps, uint32_t count) {
    node_arm_async_crash(self->node, actor_clock(self), keeps, count);
}

bool actor_cut(actor_t *self, gms_id to) {
    const gms_id alias = peers_alias(self->peers, to);
    if (alias != GMS_NOBODY)
        node_cut(self->node, actor_clock(self), alias, true);
    return node_cut(self->node, actor_clock(self), to, true);
}

bool actor_mend(actor_t *self, gms_id to) {
    const gms_id alias = peers_alias(self->peers, to);
    if (alias != GMS_NOBODY)
        node_cut(self->node, actor_clock(self), alias, false);
    return node_cut(self->node, actor_clock(self), to, false);
}

bool actor_delay(actor_t *self, gms_id from, gms_time delay) {
    char what[64];
    if (!peers_delay(self->peers, from, delay))
        return false;
    if (from == GMS_NOBODY)
        self->delay = delay;
    snprintf(what, sizeof what, "delay %" PRIu64 "ms", delay / CLOCK_MS);
    struct trace_record r = {.ev = TRACE_FAULT, .what = what, .peer = from};
    node_record(self->node, actor_clock(self), &r);
    return true;
}

void actor_heal(actor_t *self) {
    struct trace_record r = {.ev = TRACE_FAULT, .what = "heal"};
    node_record(self->node, actor_clock(self), &r);
    while (self->node->fault.cut.count > 0)
        node_cut(self->node, actor_clock(self), self->node->fault.cut.id[0], false);
    while (self->unproved.count > 0) {
        const gms_id whom = self->unproved.id[0];
        gms_ids_remove(&self->unproved, whom);
        actor_on_down(self, whom, "it crashed while the link was cut");
    }
    peers_delay(self->peers, GMS_NOBODY, 0);
    self->delay = 0;
}

const struct node *actor_node(const actor_t *self) {
    return self->node;
}

bool actor_tell(actor_t *self, void *pointer) {
    HANDOVER_GIVE(pointer);
    return (zsock_events(self->pipe) & ZMQ_POLLOUT) && zsock_send(self->pipe, "p", pointer) == 0;
}
