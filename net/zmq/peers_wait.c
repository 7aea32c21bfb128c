/* Which sockets have something to read? zmq_poll() asks each of them, twice, with a system call each time:
 * for 64 members that is most of what an idle process does. We ask the system alone, once for all.
 *
 * That a socket's descriptor is readable says only that there is news for it since it last took notice. It
 * does so in each call, and afterwards it is silent about what it has. So a socket must have been read until
 * there was no more, with no other call after that, before we may sleep: else it is `ready`, and tried first.
 */
#include "net/zmq/peers_state.h"

#include <assert.h>
#include <poll.h>

#include "net/zmq/clock.h"

#define POLL_PERIOD (CLOCK_MS / 2) /* however busy it is, all sockets are looked at so often */
#define FOREIGN_MAX 8
#define OURS        2 /* the ROUTER and its monitor */
#define SOCKETS_MAX (FOREIGN_MAX + OURS + 2 * PEERS_MAX)

/* Whoever has just said something goes on, as a rule: to try costs less than to ask. */
static bool look_at_the_warm(peers_t *self) {
    const gms_time now = clock_now();
    if (!self->busy || now - self->polled_at >= POLL_PERIOD) {
        self->polled_at = now;
        return false;
    }
    self->router_ready = true;
    for (size_t i = 0; i < self->count; i++)
        self->list[i]->ready = self->list[i]->ready || self->list[i]->warm;
    return true;
}

static bool has_input(void *socket) {
    int events = 0;
    size_t size = sizeof events;
    return zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) == 0 && (events & ZMQ_POLLIN);
}

/* The caller's, and the ROUTER, of which we don't know what else was done with them. */
static bool ask(peers_t *self, zmq_pollitem_t *items, size_t item_count) {
    bool any = self->router_ready = has_input(self->router);
    for (size_t i = 0; i < item_count; i++) {
        items[i].revents = has_input(items[i].socket) ? ZMQ_POLLIN : 0;
        any = any || items[i].revents;
    }
    return any;
}

static bool any_ready(const peers_t *self) {
    bool any = self->router_monitor_ready;
    for (size_t i = 0; i < self->count && !any; i++)
        any = self->list[i]->ready || self->list[i]->monitor_ready;
    return any;
}

/* -- News: first the caller's, then ours, then of each link ---------------------------------------------- */

static void expect(struct pollfd **at, int descriptor) {
    *(*at)++ = (struct pollfd){.fd = descriptor, .events = POLLIN};
}

static size_t list_news(const peers_t *self, const zmq_pollitem_t *items, size_t item_count,
                        struct pollfd *news) {
    struct pollfd *at = news;
    for (size_t i = 0; i < item_count; i++)
        expect(&at, link_descriptor(items[i].socket));
    expect(&at, self->router_descriptor);
    expect(&at, self->router_monitor_descriptor);
    for (size_t i = 0; i < self->count; i++) {
        expect(&at, self->list[i]->dealer_descriptor);
        expect(&at, self->list[i]->monitor_descriptor);
    }
    return (size_t)(at - news);
}

static void take_news(peers_t *self, zmq_pollitem_t *items, size_t item_count, const struct pollfd *news) {
    for (size_t i = 0; i < item_count; i++, news++) {
        if (news->revents && has_input(items[i].socket))
            items[i].revents = ZMQ_POLLIN;
    }
    self->router_ready = news++->revents || self->router_ready;
    self->router_monitor_ready = news++->revents || self->router_monitor_ready;
    for (size_t i = 0; i < self->count; i++) {
        self->list[i]->ready = news++->revents || self->list[i]->ready;
        self->list[i]->monitor_ready = news++->revents || self->list[i]->monitor_ready;
    }
}

void peers_poll(peers_t *self, zmq_pollitem_t *items, size_t item_count, long timeout_ms) {
    struct pollfd news[SOCKETS_MAX];
    assert(item_count <= FOREIGN_MAX);
    for (size_t i = 0; i < item_count; i++)
        items[i].revents = 0;
    if (look_at_the_warm(self))
        return;
    if (ask(self, items, item_count) || any_ready(self))
        timeout_ms = 0;
    const size_t count = list_news(self, items, item_count, news);
    if (poll(news, (nfds_t)count, (int)timeout_ms) > 0)
        take_news(self, items, item_count, news);
}
