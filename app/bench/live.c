/* A member of a group as an application has one: net/zmq/actor.h, the application in the actor's thread. */
#include "app/bench/live.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/bench/post.h"
#include "net/zmq/clock.h"

#define JOIN_TIMEOUT (LIVE_JOIN_TIMEOUT_MS * CLOCK_MS)

static struct live {
    struct load *load;
    actor_t *actor;
    void *bell; /* the pacer's, NULL: none */
    uint32_t in_view;
    _Atomic bool founded;
    bool ready, lossy, failed;
} live;

static void fail(const char *what, const char *why) {
    if (!live.failed)
        bench_tell_failure(live.load->to_parent, "%s: %s", what, why);
    live.failed = true;
}

static void on_event(void *self, actor_t *actor, const member_event_t *event) {
    (void)self, (void)actor;
    switch (event->type) {
    case MEMBER_DELIVER: load_deliver(live.load, event->body, event->size); break;
    case MEMBER_VIEW:
        live.in_view = event->member_count;
        live.founded = true;
        if (live.ready) /* nobody crashed and nobody joined */
            fail("the group changed", "somebody was suspected who is alive");
        break;
    case MEMBER_FROZEN: fail("frozen", event->reason); break;
    case MEMBER_FAILED: fail("could not join", event->reason); break;
    case MEMBER_EXCLUDED: fail("excluded", event->reason); break;
    case MEMBER_LEFT: fail("left", event->reason); break;
    case MEMBER_DOWN: fail("a member went down", event->reason); break;
    case MEMBER_GOSSIP:
    case MEMBER_BLOCKED:
    case MEMBER_UNBLOCKED: break;
    }
}

static void multicast_all(struct load *l, actor_t *actor) {
    for (uint32_t i = 0; i < l->setup.window && load_wants(l); i++) {
        const enum gms_drop why = actor_multicast(actor, load_body(l), l->setup.size_bytes);
        if (why == GMS_DROP_WOULD_BLOCK)
            return; /* every turn it is tried again */
        if (why != GMS_USED && why != GMS_HELD) {
            fail("can't multicast", gms_drop_text(why));
            return;
        }
        load_sent(l);
    }
}

static gms_time tick(void *self, actor_t *actor, gms_time now) {
    struct load *l = live.load;
    (void)self, (void)now;
    const gms_time next = load_turn(l);
    if (!live.ready && live.in_view == l->setup.members) {
        live.ready = true;
        post_send(l->to_parent, POST_READY, NULL, 0);
    }
    const bool lossy = l->phase == LOAD_RUNS && l->setup.loss_percent > 0;
    if (lossy != live.lossy) /* at the end what is still under way arrives sooner without */
        actor_set_loss(actor, lossy ? l->setup.loss_percent : 0);
    live.lossy = lossy;
    if (!live.failed)
        multicast_all(l, actor);
    return next;
}

static void woken(void *self) {
    char nothing;
    (void)self;
    while (zmq_recv(live.bell, &nothing, 1, ZMQ_DONTWAIT) >= 0) {
    }
}

/* Nobody must knock before the group is there: they would wait for an answer in vain. */
static bool found(char *error, size_t error_size) {
    const gms_time end = clock_now() + JOIN_TIMEOUT;
    actor_start(live.actor, NULL, 0);
    while (!live.founded && clock_now() < end)
        zclock_sleep(1);
    snprintf(error, error_size, "could not found a group");
    return live.founded;
}

static bool open_live(struct load *load, char endpoint[NET_ENDPOINT_SIZE], char *error, size_t error_size) {
    const struct bench_setup *setup = &load->setup;
    zsys_handler_set(NULL);
    live.load = load;
    if (!setup->watched)
        live.bell = load_start_pacer(load, zsys_init());
    actor_config_t config = {.group = "bench",
                             .rung = setup->subject.rung,
                             .listen = "tcp://127.0.0.1:*",
                             .join_timeout = JOIN_TIMEOUT,
                             .resend_timeout = ACTOR_RESEND_TIMEOUT_MS * CLOCK_MS,
                             .heartbeat_period = setup->heartbeat_ms * CLOCK_MS,
                             .suspect_timeout = setup->suspect_ms * CLOCK_MS,
                             .delivery = setup->subject.delivery,
                             .seed = setup->who + 1,
                             .app = {.event = on_event, .tick = tick, .wakes = live.bell, .woken = woken}};
    if (setup->watched)
        watch_init(setup, load->to_parent, &config);
    snprintf(config.name, sizeof config.name, "w%u", (unsigned)setup->who + 1);
    live.actor = actor_new(&config, error, error_size);
    if (!live.actor)
        return false;
    actor_run(live.actor);
    if (setup->who == 0 && !setup->watched && !found(error, error_size))
        return false;
    snprintf(endpoint, NET_ENDPOINT_SIZE, "%s", actor_endpoint(live.actor));
    return true;
}

static void start_live(const char *contact) {
    const struct bench_setup *setup = &live.load->setup;
    if (setup->who > 0 || setup->watched)
        actor_start(live.actor, &contact, setup->who > 0 ? 1 : 0);
}

static void leave_live(void) {
    actor_post_leave(live.actor);
}

const struct bench_carrier bench_live = {open_live, start_live, leave_live};
