/* An actor whose application queues events for another thread. */
#include "net/zmq/member.h"

#include <errno.h>
#include <pthread.h>

#include "net/zmq/clock.h"
#include "net/zmq/handover.h"

#define BACKLOG_MAX 65536

struct member_t {
    actor_t *actor;
    zpoller_t *poller;
    zlist_t *backlog; /* events that the pipe has no room for; the actor's thread only */
    bool overflowed;
    pthread_mutex_t lock; /* of what follows */
    bool closed;          /* nothing more goes into the pipe: it is being emptied for the last time */
};

/* One block: the event, its members, its body, its reason. */
static member_event_t *copy_event(const member_event_t *event) {
    const size_t members_size = event->member_count * sizeof *event->members;
    const size_t reason_size = event->reason ? strlen(event->reason) + 1 : 0;
    member_event_t *copy = malloc(sizeof *copy + members_size + event->size + reason_size);
    if (!copy)
        abort(); /* out of memory: a crash is what a group survives */
    struct address *members = (struct address *)(copy + 1);
    uint8_t *body = (uint8_t *)members + members_size;
    *copy = *event;
    if (members_size > 0)
        memcpy(members, event->members, members_size);
    if (event->size > 0)
        memcpy(body, event->body, event->size);
    if (reason_size > 0)
        memcpy(body + event->size, event->reason, reason_size);
    copy->members = members;
    copy->body = body;
    copy->reason = reason_size > 0 ? (char *)body + event->size : NULL;
    return copy;
}

static void hand_over(void *arg) {
    member_t *self = arg;
    member_event_t *event;
    pthread_mutex_lock(&self->lock);
    while (!self->closed && (event = zlist_first(self->backlog)) && actor_tell(self->actor, event))
        zlist_pop(self->backlog);
    pthread_mutex_unlock(&self->lock);
}

static void on_event(void *arg, actor_t *actor, const member_event_t *event) {
    member_t *self = arg;
    (void)actor;
    if (self->overflowed || event->type == MEMBER_GOSSIP || event->type == MEMBER_DOWN)
        return;
    if (zlist_size(self->backlog) < BACKLOG_MAX) {
        zlist_append(self->backlog, copy_event(event));
        return;
    }
    self->overflowed = true;
    const member_event_t last = {.type = MEMBER_FAILED, .reason = "the application does not read its events"};
    zlist_append(self->backlog, copy_event(&last));
}

member_t *member_new(const member_config_t *config, char *error, size_t error_size) {
    const char *bad_name = address_name_error(config->name);
    if (bad_name) {
        snprintf(error, error_size, "the name '%s' can't be used: %s", config->name, bad_name);
        return NULL;
    }
    member_t *self = calloc(1, sizeof *self);
    if (!self) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    pthread_mutex_init(&self->lock, NULL);
    if (!(self->backlog = zlist_new())) {
        snprintf(error, error_size, "out of memory");
        goto fail;
    }
    actor_config_t actor = {
        .group = config->group ? config->group : "groupy",
        .rung = config->rung,
        .listen = config->listen ? config->listen : "tcp://127.0.0.1:*",
        .join_timeout = (gms_time)(config->join_timeout_ms ? config->join_timeout_ms : 1000) * CLOCK_MS,
        .resend_timeout = ACTOR_RESEND_TIMEOUT_MS * CLOCK_MS,
        .heartbeat_period = ACTOR_HEARTBEAT_PERIOD_MS * CLOCK_MS,
        .suspect_timeout =
            (gms_time)(config->suspect_after_ms ? config->suspect_after_ms : ACTOR_SUSPECT_TIMEOUT_MS) *
            CLOCK_MS,
        .app = {.self = self, .event = on_event, .turn_end = hand_over}};
    snprintf(actor.name, sizeof actor.name, "%s", config->name);
    self->actor = actor_new(&actor, error, error_size);
    if (!self->actor)
        goto fail;
    actor_run(self->actor);
    self->poller = zpoller_new(actor_pipe(self->actor), NULL);
    if (self->poller)
        return self;
    snprintf(error, error_size, "out of memory");
fail:
    member_destroy(&self);
    return NULL;
}

void member_destroy(member_t **self_p) {
    member_t *self = *self_p;
    if (!self)
        return;
    member_event_t *event;
    zpoller_destroy(&self->poller);
    pthread_mutex_lock(&self->lock);
    self->closed = true;
    pthread_mutex_unlock(&self->lock);
    while (self->actor && (zsock_events(actor_pipe(self->actor)) & ZMQ_POLLIN)) {
        if (zsock_recv(actor_pipe(self->actor), "p", &event) == 0) {
            HANDOVER_TAKE(event);
            member_event_destroy(&event);
        }
    }
    actor_destroy(&self->actor);
    while (self->backlog && (event = zlist_pop(self->backlog)))
        member_event_destroy(&event);
    zlist_destroy(&self->backlog);
    pthread_mutex_destroy(&self->lock);
    free(self);
    *self_p = NULL;
}

const char *member_endpoint(const member_t *self) {
    return actor_endpoint(self->actor);
}

void member_start(member_t *self) {
    actor_start(self->actor, NULL, 0);
}

void member_join(member_t *self, const char *endpoint) {
    actor_start(self->actor, &endpoint, 1);
}

void member_leave(member_t *self) {
    actor_post_leave(self->actor);
}

int member_multicast(member_t *self, const void *body, size_t size) {
    errno = size > GMS_BODY_SIZE_MAX ? EMSGSIZE : EAGAIN;
    return size <= GMS_BODY_SIZE_MAX && actor_post_multicast(self->actor, body, size) ? 0 : -1;
}

member_event_t *member_recv(member_t *self, int timeout_ms) {
    void *event = NULL;
    if (zpoller_wait(self->poller, timeout_ms))
        zsock_recv(actor_pipe(self->actor), "p", &event);
    if (event)
        HANDOVER_TAKE(event);
    return event;
}

void member_event_destroy(member_event_t **self_p) {
    free(*self_p);
    *self_p = NULL;
}
