/* One turn: wait, read everything that is there (bounded for each link), serve the timers, write the trace,
 * let the messages go. The timers are looked at every turn, so traffic can't starve them. */
#include "net/zmq/actor_state.h"

#include <assert.h>
#include <inttypes.h>
#include <signal.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "net/zmq/clock.h"
#include "net/zmq/handover.h"

#define WAIT_MAX_MS      500 /* never wait without a bound */
#define COMMAND_SIZE_MAX 2048
#define REPLY_SIZE_MAX   (64 * 1024)
#define PUT_OFF_PER_TURN 256
#define MEMORY_KEPT      (16 * 1024 * 1024) /* bytes */

/* -- What the links report -------------------------------------------------------------------------- */

static void on_frame(void *arg, gms_id from, const uint8_t *bytes, size_t size) {
    actor_t *self = arg;
    node_receive(self->node, actor_clock(self), from, bytes, size);
}

void actor_on_down(void *arg, gms_id whom, const char *why) {
    actor_t *self = arg;
    if (gms_ids_have(&self->node->fault.cut, whom)) {
        gms_ids_add(&self->unproved, whom);
        return;
    }
    node_down(self->node, actor_clock(self), whom, why);
    const member_event_t event = {.type = MEMBER_DOWN, .from = whom, .reason = why};
    actor_tell_app(self, &event);
}

static void on_refuse(void *arg, gms_id from, const char *type, const char *why) {
    actor_t *self = arg;
    node_refuse(self->node, actor_clock(self), from, type, why);
}

/* -- The pipe and the control socket ---------------------------------------------------------------- */

/* The faults that hold from the first moment: what it was told to start with, or what goes on. */
static void begin_faults(actor_t *self, gms_time now) {
    if (!self->late) {
        node_set_loss(self->node, now, self->config.loss_percent);
        return;
    }
    node_inherit(self->node, now, self->late);
    if (self->delay > 0)
        actor_delay(self, GMS_NOBODY, self->delay);
    free(self->late);
    self->late = NULL;
}

static gms_id contact_of(actor_t *self, gms_time now, const struct address *contact) {
    if (contact->id == GMS_NOBODY)
        return peers_contact(self->peers, contact->endpoint);
    node_know(self->node, now, contact);
    peers_meet(self->peers, contact);
    return contact->id;
}

/* The frames of the message are addresses. */
static uint32_t take_contacts(actor_t *self, gms_time now, zmsg_t *msg, gms_id contacts[GMS_CONTACTS_MAX]) {
    uint32_t count = 0;
    self->contacts[0] = '\0';
    for (zframe_t *frame = zmsg_pop(msg); frame; frame = zmsg_pop(msg)) {
        struct address contact;
        memcpy(&contact, zframe_data(frame), sizeof contact);
        const gms_id id = count < GMS_CONTACTS_MAX ? contact_of(self, now, &contact) : GMS_NOBODY;
        const size_t used = strlen(self->contacts);
        if (used + 2 + strlen(contact.endpoint) < sizeof self->contacts)
            sprintf(self->contacts + used, "%s%s", used ? ", " : "", contact.endpoint);
        if (id != GMS_NOBODY)
            contacts[count++] = id;
        zframe_destroy(&frame);
    }
    return count;
}

static void look_around(actor_t *self, zmsg_t *msg) {
    gms_id contacts[GMS_CONTACTS_MAX];
    const gms_time now = actor_clock(self);
    const uint32_t count = take_contacts(self, now, msg, contacts);
    node_contacts(self->node, now, contacts, count, self->contacts);
}

static void start(actor_t *self, zmsg_t *msg) {
    gms_id contacts[GMS_CONTACTS_MAX];
    const gms_time now = actor_clock(self);
    begin_faults(self, now);
    const uint32_t count = take_contacts(self, now, msg, contacts);
    if (count == 0 && self->contacts[0] != '\0') {
        snprintf(self->refusal, sizeof self->refusal, "not an address");
        actor_on_end(self, NODE_FAILED);
        return;
    }
    node_start(self->node, now, contacts, count, self->contacts);
}

static void command(actor_t *self, const char *text, char *reply, size_t reply_size) {
    snprintf(reply, reply_size, "error this member takes no commands");
    if (self->config.app.command)
        self->config.app.command(self->config.app.self, self, text, reply, reply_size);
}

/* A member has so many multicasts under way and no more; the others wait for their turn here. */
static void multicast_waiting(actor_t *self) {
    zframe_t *body;
    while ((body = zlist_first(self->waiting)) &&
           actor_multicast(self, zframe_data(body), zframe_size(body)) != GMS_DROP_WOULD_BLOCK) {
        zlist_pop(self->waiting);
        zframe_destroy(&body);
        atomic_fetch_sub(&self->posted, 1);
    }
}

static void multicast(actor_t *self, zframe_t *body) {
    zlist_append(self->waiting, body);
    if (zlist_size(self->waiting) == 1)
        multicast_waiting(self);
}

static void read_pipe(actor_t *self) {
    while (zsock_events(self->pipe) & ZMQ_POLLIN) {
        zmsg_t *msg = zmsg_recv(self->pipe);
        char *verb = msg ? zmsg_popstr(msg) : NULL;
        if (!verb || streq(verb, "$TERM")) {
            self->terminated = true;
        } else if (streq(verb, "START")) {
            start(self, msg);
        } else if (streq(verb, "LOOK")) {
            look_around(self, msg);
        } else if (streq(verb, "MULTICAST")) {
            multicast(self, zmsg_pop(msg));
        } else if (streq(verb, "LEAVE")) {
            actor_leave(self);
        } else if (streq(verb, "COMMAND")) {
            char *text = zmsg_popstr(msg);
            command(self, text, self->reply, REPLY_SIZE_MAX);
            freen(text);
        }
        freen(verb);
        zmsg_destroy(&msg);
    }
}

/* A request is [identity][text], from a DEALER or a REQ ([identity][][text]). Anything else is garbage. */
static void read_control(actor_t *self) {
    while (zsock_events(self->control) & ZMQ_POLLIN) {
        zmsg_t *msg = zmsg_recv(self->control);
        zframe_t *text = msg ? zmsg_last(msg) : NULL;
        char line[COMMAND_SIZE_MAX + 1];
        if (msg && zmsg_size(msg) >= 2 && zmsg_size(msg) <= 3 && zframe_size(text) <= COMMAND_SIZE_MAX) {
            memcpy(line, zframe_data(text), zframe_size(text));
            line[zframe_size(text)] = '\0';
            command(self, line, self->reply, REPLY_SIZE_MAX);
            zframe_reset(text, self->reply, strlen(self->reply));
            zmsg_send(&msg, self->control);
        } else {
            node_refuse(self->node, actor_clock(self), GMS_NOBODY, "control", "malformed: not a command");
        }
        zmsg_destroy(&msg);
    }
}

/* While the slowest member lags too far behind, what the leader was asked for waits here. */
static void take_put_off(actor_t *self) {
    for (int i = 0; i < PUT_OFF_PER_TURN && self->put_off.first && !self->flow.held; i++) {
        size_t size;
        delay_frame_t *frame = delay_take(&self->put_off);
        const uint8_t *bytes = delay_bytes(frame, &size);
        node_receive(self->node, self->now, GMS_NOBODY, bytes, size);
        delay_free(frame);
    }
}

/* -- The turn -------------------------------------------------------------------------------------------- */

/* What queued up while this process stood still is not news: that it did comes first. */
static void wake(actor_t *self) {
    const gms_time now = self->now = actor_clock(self);
    if (node_slept(self->node, now))
        node_timer(self->node, now);
}

/* Whoever plays a trace again must know which records are of one turn: in their times the last bit tells. */
static void end_turn(actor_t *self) {
    if (!self->node->owes)
        return;
    node_turn_end(self->node, self->node->now);
    self->turn ^= 1;
}

static gms_time tick(actor_t *self) {
    const gms_time now = self->now = actor_clock(self);
    if (node_deadline(self->node) <= now) {
        end_turn(self); /* what a heartbeat says does not depend on how the traffic came */
        node_timer(self->node, actor_clock(self));
    }
    take_put_off(self);
    multicast_waiting(self);
    gms_time next = peers_tend(self->peers, now);
    if (self->config.app.tick) {
        const gms_time wanted = self->config.app.tick(self->config.app.self, self, now);
        next = wanted < next ? wanted : next;
    }
    end_turn(self);
    if (self->put_off.first && !self->flow.held)
        return now;
    const gms_time deadline = node_deadline(self->node);
    return deadline < next ? deadline : next;
}

static long wait_ms(gms_time next) {
    const gms_time now = clock_now();
    if (next <= now)
        return 0;
    const gms_time ms = (next - now + CLOCK_MS - 1) / CLOCK_MS;
    return ms < WAIT_MAX_MS ? (long)ms : WAIT_MAX_MS;
}

/* Signals are for the application's own threads: none interrupts a call to a socket here. */
static void block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGABRT); /* and those that this thread itself gives rise to */
    sigdelset(&all, SIGSEGV);
    sigdelset(&all, SIGBUS);
    sigdelset(&all, SIGFPE);
    sigdelset(&all, SIGILL);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
}

static void run(zsock_t *pipe, void *args) {
    actor_t *self = args;
    block_signals();
    self->pipe = pipe;
    zsock_signal(pipe, 0);
    gms_time next = 0;
    while (!self->terminated) {
        zmq_pollitem_t items[3] = {{.socket = zsock_resolve(pipe), .events = ZMQ_POLLIN}};
        size_t count = 1;
        if (self->config.app.wakes)
            items[count++] = (zmq_pollitem_t){.socket = self->config.app.wakes, .events = ZMQ_POLLIN};
        if (self->control)
            items[count++] = (zmq_pollitem_t){.socket = zsock_resolve(self->control), .events = ZMQ_POLLIN};
        peers_poll(self->peers, items, count, wait_ms(next));
        if (self->config.app.wakes && items[1].revents)
            self->config.app.woken(self->config.app.self);
        wake(self);
        peers_read(self->peers);
        if (items[0].revents)
            read_pipe(self);
        if (self->control && items[count - 1].revents)
            read_control(self);
        next = tick(self);
        actor_flush_trace(self);
        peers_flush(self->peers);
        flow_turn_end(&self->flow, self->node, self->peers);
        self->node->puts_off = self->flow.held || self->put_off.first;
        if (self->config.app.turn_end)
            self->config.app.turn_end(self->config.app.self);
    }
    zsock_destroy(&self->control);
    peers_destroy(&self->peers, LINGER_MS);
    actor_flush_trace(self);
    HANDOVER_GIVE(self);
}

/* -- Life ------------------------------------------------------------------------------------------------ */

static gms_id new_id(void) {
    gms_id id = GMS_NOBODY;
    zuuid_t *uuid = zuuid_new();
    while (uuid && id == GMS_NOBODY) {
        memcpy(&id, zuuid_data(uuid), sizeof id); /* 64 of its random bits */
        if (id == GMS_NOBODY) {
            zuuid_destroy(&uuid);
            uuid = zuuid_new();
        }
    }
    zuuid_destroy(&uuid);
    return id;
}

static bool open_control(actor_t *self, char *error, size_t error_size) {
    if (!self->config.control)
        return true;
    self->control = zsock_new(ZMQ_ROUTER);
    if (self->control)
        zsock_set_maxmsgsize(self->control, 64 * 1024);
    if (!self->control || zsock_bind(self->control, "%s", self->config.control) < 0) {
        snprintf(error, error_size, "can't listen for commands on %s: %s", self->config.control,
                 zmq_strerror(zmq_errno()));
        return false;
    }
    zsock_set_linger(self->control, 100);
    snprintf(self->control_endpoint, sizeof self->control_endpoint, "%s", zsock_endpoint(self->control));
    return true;
}

actor_t *actor_new(const actor_config_t *config, char *error, size_t error_size) {
    actor_t *self = calloc(1, sizeof *self);
    if (!self)
        goto no_memory;
    self->config = *config;
    self->node = calloc(1, sizeof *self->node); /* untouched, most of it is never there */
    self->view = calloc(GMS_MEMBERS_MAX, sizeof *self->view);
    self->reply = malloc(REPLY_SIZE_MAX);
    self->waiting = zlist_new();
    self->id = new_id();
    if (!self->node || !self->view || !self->reply || !self->waiting || self->id == GMS_NOBODY)
        goto no_memory;

    peers_config_t links = {.listen = config->listen,
                            .self = {.id = self->id},
                            .rung = config->rung,
                            .group = wire_group_tag(config->group),
                            .handler = {self, on_frame, actor_on_down, on_refuse}};
    memcpy(links.self.name, config->name, sizeof links.self.name);
    self->peers = peers_new(&links, error, error_size);
    if (!self->peers || !open_control(self, error, error_size))
        goto fail;

    struct node_config node = {.gms = {.rung = config->rung,
                                       .me = self->id,
                                       .join_timeout = config->join_timeout,
                                       .resend_timeout = config->resend_timeout,
                                       .answer_timeout = ACTOR_ANSWER_TIMEOUT_MS * CLOCK_MS,
                                       .seed = self->id,
                                       .delivery = config->delivery,
                                       .last_man_standing = config->last_man_standing},
                               .self = links.self,
                               .group = links.group,
                               .seed = config->seed,
                               .heartbeat_period = config->heartbeat_period,
                               .suspect_timeout = config->suspect_timeout,
                               .turns = true};
    snprintf(self->endpoint, sizeof self->endpoint, "%s", peers_endpoint(self->peers));
    memcpy(node.self.endpoint, self->endpoint, sizeof node.self.endpoint);
    const struct node_driver driver = actor_driver(self);
    node_reset(self->node, &node, &driver);
    self->node->fault.risk = config->risk;
    return self;
no_memory:
    snprintf(error, error_size, "out of memory");
fail:
    actor_destroy(&self);
    return NULL;
}

/* Frames come and go by the megabyte: memory that is given back to the system after each burst is cleared
 * again for the next one. What other systems do without being told is not known to be worse. */
static void keep_memory(void) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, MEMORY_KEPT / 4);
    mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT);
#endif
}

void actor_run(actor_t *self) {
    keep_memory();
    self->thread = zactor_new(run, self);
    if (!self->thread)
        abort(); /* no thread to be had: nothing can go on */
}

void actor_stop(actor_t *self) {
    if (self->thread) {
        zactor_destroy(&self->thread); /* run() closes the sockets */
        HANDOVER_TAKE(self);
    }
    zsock_destroy(&self->control);
    peers_destroy(&self->peers, 0);
}

void actor_inherit(actor_t *self, actor_t **late_p) {
    assert(!self->thread && !(*late_p)->thread);
    self->late = (*late_p)->node;
    self->delay = (*late_p)->delay;
    (*late_p)->node = NULL;
    actor_destroy(late_p);
}

void actor_destroy(actor_t **self_p) {
    actor_t *self = *self_p;
    if (!self)
        return;
    actor_stop(self);
    for (zframe_t *body; self->waiting && (body = zlist_pop(self->waiting));)
        zframe_destroy(&body);
    zlist_destroy(&self->waiting);
    delay_clear(&self->put_off);
    free(self->node);
    free(self->late);
    free(self->view);
    free(self->reply);
    free(self);
    *self_p = NULL;
}
