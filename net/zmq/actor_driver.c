/* What a node asks of its driver, done with real links: sent, delivered to the application, traced. All of it
 * happens in the actor's thread, inside a step of the node. */
#include "net/zmq/actor_state.h"

#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

void actor_tell_app(actor_t *self, const member_event_t *event) {
    if (self->config.app.event)
        self->config.app.event(self->config.app.self, self, event);
}

static void on_send(void *arg, gms_id to, const uint8_t *message, size_t size) {
    actor_t *self = arg;
    peers_send(self->peers, to, message, size);
}

static void on_send_all(void *arg, const gms_id *to, uint32_t to_count, const uint8_t *message, size_t size) {
    actor_t *self = arg;
    peers_send_each(self->peers, to, to_count, message, size);
}

/* A frame of its own, as it would have come. */
static void on_put_off(void *arg, gms_id from, const uint8_t *message, size_t size) {
    uint8_t bytes[WIRE_FRAME_HEADER_SIZE + NET_MESSAGE_SIZE_MAX];
    actor_t *self = arg;
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    const uint64_t members = gms_current_view(&self->node->gms)->count;
    if (self->put_off.bytes > members * FLOW_WINDOW * (GMS_BODY_SIZE_MAX + 64)) {
        node_refuse(self->node, self->now, from, "REQUEST", "more than a member may have under way");
        return;
    }
    wire_put_frame_header(&out, self->node->group, from);
    memcpy(bytes + out.size, message, size);
    if (!delay_put(&self->put_off, self->now, bytes, out.size + size))
        abort(); /* out of memory: a crash is what a group survives */
}

void actor_flush_trace(actor_t *self) {
    if (self->config.app.trace_flush)
        self->config.app.trace_flush(self->config.app.self);
}

static void on_flush(void *arg) {
    (void)arg; /* the turn's end flushes: that is the natural batch */
}

static void on_meet(void *arg, const struct address *address) {
    actor_t *self = arg;
    peers_meet(self->peers, address);
}

static void on_deliver(void *arg, const struct gms_message *m, struct trace_state *after) {
    actor_t *self = arg;
    const member_event_t event = {.type = MEMBER_DELIVER,
                                  .from = m->origin,
                                  .n = m->n,
                                  .seq = m->seq,
                                  .body = m->body,
                                  .size = m->body_size};
    if (m->origin == self->id)
        flow_delivered(&self->flow, m->n, self->node->now);
    actor_tell_app(self, &event);
    if (self->config.app.state)
        self->config.app.state(self->config.app.self, after);
}

static void on_install(void *arg, const struct gms_message *view) {
    actor_t *self = arg;
    for (uint32_t i = 0; i < view->member_count; i++) {
        const struct address *known = address_book_find(&self->node->book, view->members[i]);
        self->view[i] = known ? *known : (struct address){.id = view->members[i], .name = "?"};
    }
    const member_event_t event = {.type = MEMBER_VIEW,
                                  .view = view->view,
                                  .members = self->view,
                                  .member_count = view->member_count,
                                  .leading = gms_phase(&self->node->gms) == GMS_LEADING};
    actor_tell_app(self, &event);
}

static void on_freeze(void *arg, uint64_t expected, uint64_t got) {
    char reason[NET_TEXT_SIZE];
    actor_t *self = arg;
    snprintf(reason, sizeof reason,
             "message %" PRIu64 " never came, %" PRIu64 " did; this rung can't ask for it", expected, got);
    const member_event_t event = {.type = MEMBER_FROZEN, .expected = expected, .seq = got, .reason = reason};
    actor_tell_app(self, &event);
}

static void on_block(void *arg, bool blocked, bool has_quorum) {
    actor_t *self = arg;
    const member_event_t event = {.type = blocked || !has_quorum ? MEMBER_BLOCKED : MEMBER_UNBLOCKED,
                                  .quorum = has_quorum,
                                  .reason = has_quorum ? "a view change" : "no quorum"};
    actor_tell_app(self, &event);
}

static size_t on_snapshot(void *arg, uint8_t state[GMS_BODY_SIZE_MAX]) {
    actor_t *self = arg;
    return self->config.app.snapshot ? self->config.app.snapshot(self->config.app.self, state) : 0;
}

static void on_adopt(void *arg, const uint8_t *state, size_t size, struct trace_state *after) {
    actor_t *self = arg;
    if (self->config.app.adopt)
        self->config.app.adopt(self->config.app.self, state, size);
    if (self->config.app.state)
        self->config.app.state(self->config.app.self, after);
}

static void on_gossip(void *arg, gms_id from, const uint8_t *bytes, size_t size) {
    actor_t *self = arg;
    const member_event_t event = {.type = MEMBER_GOSSIP, .from = from, .body = bytes, .size = size};
    actor_tell_app(self, &event);
}

static void on_refused(void *arg, gms_id from, const uint8_t *text, size_t size) {
    actor_t *self = arg;
    (void)from;
    if (size >= sizeof self->refusal)
        size = sizeof self->refusal - 1;
    for (size_t i = 0; i < size; i++)
        self->refusal[i] = text[i] >= ' ' && text[i] <= '~' ? (char)text[i] : '?';
    self->refusal[size] = '\0';
}

void actor_on_end(void *arg, enum node_end how) {
    char reason[CONTACTS_SIZE + 2 * NET_TEXT_SIZE];
    actor_t *self = arg;
    self->ended = true;
    if (self->refusal[0])
        snprintf(reason, sizeof reason, "%s refused: %s", self->contacts, self->refusal);
    else
        snprintf(reason, sizeof reason, "no reply from leader through %s", self->contacts);
    member_event_t event = {.reason = reason};
    switch (how) {
    case NODE_LEFT:
        event.type = MEMBER_LEFT;
        event.reason = "left in good order";
        break;
    case NODE_FAILED: event.type = MEMBER_FAILED; break;
    case NODE_EXCLUDED:
        event.type = MEMBER_EXCLUDED;
        event.reason = "the others go on without it";
        break;
    }
    actor_tell_app(self, &event);
}

/* A fault kills this process. What was sent before must leave it, as in the lecture; what comes after must
 * not happen. */
static void on_crash(void *arg) {
    actor_t *self = arg;
    actor_flush_trace(self);
    peers_flush(self->peers);
    peers_destroy(&self->peers, LINGER_MS);
    if (self->config.app.last_words)
        self->config.app.last_words(self->config.app.self);
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static int on_change_of(void *arg, const uint8_t *body, size_t size) {
    actor_t *self = arg;
    return self->config.app.change_of ? self->config.app.change_of(self->config.app.self, body, size) : 0;
}

static void on_trace(void *arg, const struct trace_record *record) {
    actor_t *self = arg;
    self->config.app.trace(self->config.app.self, &self->node->book, record);
}

struct node_driver actor_driver(actor_t *self) {
    return (struct node_driver){.self = self,
                                .send = on_send,
                                .send_all = on_send_all,
                                .put_off = on_put_off,
                                .flush = on_flush,
                                .meet = on_meet,
                                .deliver = on_deliver,
                                .install = on_install,
                                .freeze = on_freeze,
                                .block = on_block,
                                .snapshot = on_snapshot,
                                .adopt = on_adopt,
                                .gossip = on_gossip,
                                .refused = on_refused,
                                .end = actor_on_end,
                                .crash = on_crash,
                                .change_of = on_change_of,
                                .trace = self->config.app.trace ? on_trace : NULL};
}
