/* The yardstick: total order over bare libzmq, as fast as one can make it. One leader with a ROUTER, a DEALER
 * at every follower; the leader gives the numbers and sends to all, itself included. No membership, no
 * faults, nothing of gms or net. The roles are in ceiling_leader.c and ceiling_follower.c.
 *
 * The sockets have no high-water mark. What bounds the memory is that a sender has `window` of its own under
 * way, and that the leader runs ahead of the slowest follower by so much and no more (credit).
 */
#include "app/bench/ceiling.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "app/bench/post.h"

static struct ceiling ceiling;

static void *run_leader(void *arg) {
    ceiling_lead(arg);
    return NULL;
}

static void *run_follower(void *arg) {
    ceiling_follow(arg);
    return NULL;
}

static bool start_thread(void *(*run)(void *)) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, run, &ceiling) != 0)
        return false;
    pthread_detach(thread);
    return true;
}

static bool open_ceiling(struct load *load, char endpoint[NET_ENDPOINT_SIZE], char *error,
                         size_t error_size) {
    const int unlimited = 0;
    const bool leads = load->setup.who == 0;
    const uint8_t identity[CEILING_IDENTITY_SIZE] = CEILING_IDENTITY(load->setup.who);
    size_t size = NET_ENDPOINT_SIZE;
    ceiling.load = load;
    ceiling.record_size = CEILING_RECORD_HEADER_SIZE + load->setup.size_bytes;
    ceiling.context = zmq_ctx_new();
    ceiling.socket = ceiling.context ? zmq_socket(ceiling.context, leads ? ZMQ_ROUTER : ZMQ_DEALER) : NULL;
    if (!ceiling.socket)
        goto fail;
    ceiling.bell = load_start_pacer(load, ceiling.context);
    zmq_setsockopt(ceiling.socket, ZMQ_SNDHWM, &unlimited, sizeof unlimited);
    zmq_setsockopt(ceiling.socket, ZMQ_RCVHWM, &unlimited, sizeof unlimited);
    if (!leads)
        return zmq_setsockopt(ceiling.socket, ZMQ_ROUTING_ID, identity, sizeof identity) == 0;
    if (zmq_bind(ceiling.socket, "tcp://127.0.0.1:*") == 0 &&
        zmq_getsockopt(ceiling.socket, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0 && start_thread(run_leader))
        return true;
fail:
    snprintf(error, error_size, "can't open a socket: %s", zmq_strerror(zmq_errno()));
    return false;
}

static void start_ceiling(const char *contact) {
    if (ceiling.load->setup.who == 0)
        return;
    if (zmq_connect(ceiling.socket, contact) != 0 || !start_thread(run_follower))
        bench_tell_failure(ceiling.load->to_parent, "can't connect to %s", contact);
}

static void leave_ceiling(void) {
    bench_tell_failure(ceiling.load->to_parent, "knows no membership"); /* nobody asks for it */
}

const struct bench_carrier bench_ceiling = {open_ceiling, start_ceiling, leave_ceiling};

/* -- What both roles do ---------------------------------------------------------------------------------- */

void ceiling_wait(const struct ceiling *c, gms_time until) {
    zmq_pollitem_t items[2] = {{.socket = c->socket, .events = ZMQ_POLLIN},
                               {.socket = c->bell, .events = ZMQ_POLLIN}};
    const long left_ms = until > c->load->now ? (long)((until - c->load->now) / 1000000u) + 1 : 0;
    char nothing;
    if (zmq_poll(items, c->bell ? 2 : 1, left_ms) <= 0 || !c->bell || !items[1].revents)
        return;
    while (zmq_recv(c->bell, &nothing, 1, ZMQ_DONTWAIT) >= 0) {
    }
}

void ceiling_ready(const struct ceiling *c) {
    post_send(c->load->to_parent, POST_READY, NULL, 0);
}

size_t ceiling_put_own(struct ceiling *c, uint8_t *at) {
    struct load *l = c->load;
    const struct ceiling_record record = {l->setup.size_bytes, l->setup.who, l->sent + 1};
    memcpy(at, &record, sizeof record);
    memcpy(at + sizeof record, load_body(l), l->setup.size_bytes);
    load_sent(l);
    return c->record_size;
}

uint32_t ceiling_deliver(struct ceiling *c, const uint8_t *bytes, size_t size) {
    uint32_t count = 0;
    for (; size >= c->record_size; size -= c->record_size, bytes += c->record_size, count++)
        load_deliver(c->load, bytes + CEILING_RECORD_HEADER_SIZE, c->load->setup.size_bytes);
    return count;
}
