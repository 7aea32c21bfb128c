/* A member that is watched while the leader dies, hangs, or somebody joins: under a steady load it tells the
 * parent, with the time, what it sees. In every new view it multicasts at once, so that the first change of
 * that view shows when the group goes on. */
#include "app/bench/live.h"

#include <string.h>

#include "app/bench/post.h"
#include "net/zmq/clock.h"

#define BEHIND_MAX (100 * CLOCK_MS) /* what was due longer ago is not made up for */
#define WHO_MAX    4096             /* members of one run, one after the other */
#define BUSY_TURN  (1 * CLOCK_MS)

struct watch_body {
    uint32_t who, n, view, unused;
};

static struct watch {
    struct bench_setup setup;
    int to_parent;
    uint32_t view;
    struct order order; /* in this view */
    uint32_t last[WHO_MAX];
    uint32_t sent, own_delivered;
    gms_time period, next_due;
    bool announced; /* it has multicast in this view */
    bool change_seen;
    bool failed;
    uint32_t adopted_bytes;
    uint8_t body[GMS_BODY_SIZE_MAX];
} watch;

static void tell(enum bench_sight sight) {
    const struct bench_observation seen = {.sight = sight, .time = clock_now(), .view = watch.view};
    post_send(watch.to_parent, POST_SIGHT, &seen, sizeof seen);
}

static void fail(const char *what, const char *why) {
    if (!watch.failed)
        bench_tell_failure(watch.to_parent, "%s: %s", what, why);
    watch.failed = true;
}

/* "w17" is 16. */
static uint32_t who_of(const char *name) {
    uint32_t number = 0;
    for (const char *c = name + 1; *c >= '0' && *c <= '9'; c++)
        number = number * 10 + (uint32_t)(*c - '0');
    return number > 0 ? number - 1 : 0;
}

static void on_view(const member_event_t *event) {
    struct bench_observation seen = {.sight = BENCH_SEES_VIEW,
                                     .time = clock_now(),
                                     .view = event->view,
                                     .adopted_bytes = watch.adopted_bytes,
                                     .view_before = watch.view,
                                     .count_before = watch.order.sum.count,
                                     .hash_before = watch.order.sum.hash,
                                     .member_count = event->member_count};
    for (uint32_t i = 0; i < event->member_count; i++)
        seen.members[i] = who_of(event->members[i].name);
    post_send(watch.to_parent, POST_SIGHT, &seen, sizeof seen);
    watch.view = event->view;
    watch.announced = watch.change_seen = false;
    order_init(&watch.order, 0);
    if (watch.setup.subject.rung <= GMS_RUNG_3)
        watch.own_delivered = watch.sent; /* what the old leader had of it may be lost with it */
}

/* Up to gms3 a crash of the leader may lose a request; nothing ever comes twice. */
static void on_deliver(const member_event_t *event) {
    struct watch_body body = {.who = WHO_MAX};
    if (event->size >= sizeof body)
        memcpy(&body, event->body, sizeof body);
    if (body.who >= WHO_MAX) {
        fail("delivered", "something that nobody multicast");
        return;
    }
    const uint32_t last = watch.last[body.who];
    const bool gap = watch.setup.subject.rung > GMS_RUNG_3 && last > 0 && body.n > last + 1;
    if (body.n <= last || gap)
        fail("delivered", gap ? "a change without the one before it" : "a change again");
    watch.last[body.who] = body.n;
    watch.own_delivered += body.who == watch.setup.who;
    order_take(&watch.order, body.who, body.n);
    if (body.view != watch.view || watch.change_seen)
        return;
    watch.change_seen = true;
    tell(BENCH_SEES_CHANGE);
}

static void on_event(void *self, actor_t *actor, const member_event_t *event) {
    (void)self, (void)actor;
    switch (event->type) {
    case MEMBER_DELIVER: on_deliver(event); break;
    case MEMBER_VIEW: on_view(event); break;
    case MEMBER_DOWN:
    case MEMBER_BLOCKED: tell(BENCH_SEES_DOWN); break;
    case MEMBER_UNBLOCKED: tell(BENCH_SEES_GO_ON); break;
    case MEMBER_FROZEN: fail("frozen", event->reason); break;
    case MEMBER_FAILED: fail("could not join", event->reason); break;
    case MEMBER_EXCLUDED: fail("excluded", event->reason); break;
    case MEMBER_LEFT: /* it was told to */
    case MEMBER_GOSSIP: break;
    }
}

static bool multicast(actor_t *actor) {
    const struct watch_body body = {watch.setup.who, watch.sent + 1, watch.view, 0};
    memcpy(watch.body, &body, sizeof body);
    const enum gms_drop why = actor_multicast(actor, watch.body, watch.setup.size_bytes);
    const bool taken = why == GMS_USED || why == GMS_HELD;
    watch.sent += taken;
    watch.announced = watch.announced || taken;
    return taken;
}

static gms_time tick(void *self, actor_t *actor, gms_time now) {
    (void)self;
    if (watch.view == 0)
        return now + 10 * CLOCK_MS;
    if (!watch.announced)
        multicast(actor);
    if (watch.period == 0) {
        for (uint32_t i = 0; i < watch.setup.window && watch.sent - watch.own_delivered < watch.setup.window;
             i++) {
            if (!multicast(actor))
                break;
        }
        return now + BUSY_TURN;
    }
    if (watch.next_due + BEHIND_MAX < now)
        watch.next_due = now;
    for (; watch.next_due <= now; watch.next_due += watch.period) {
        if (!multicast(actor))
            return now + BUSY_TURN;
    }
    return watch.next_due;
}

static size_t snapshot(void *self, uint8_t state[GMS_BODY_SIZE_MAX]) {
    (void)self;
    memset(state, 1, watch.setup.size_bytes);
    return watch.setup.size_bytes;
}

static void adopt(void *self, const uint8_t *state, size_t size) {
    (void)self, (void)state;
    watch.adopted_bytes = (uint32_t)size;
}

void watch_init(const struct bench_setup *setup, int to_parent, actor_config_t *config) {
    watch.setup = *setup;
    watch.to_parent = to_parent;
    order_init(&watch.order, 0);
    if (watch.setup.size_bytes < sizeof(struct watch_body))
        watch.setup.size_bytes = sizeof(struct watch_body);
    if (setup->rate > 0)
        watch.period = (gms_time)1000 * CLOCK_MS * setup->members / setup->rate;
    config->app = (actor_app_t){.event = on_event, .tick = tick, .snapshot = snapshot, .adopt = adopt};
}
