/* A member that does not take what it is sent: the others wait for it, nobody's memory grows without a bound,
 * and nothing is lost. Three members in one process; the application of the third blocks its actor's thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdatomic.h>

#include <cmocka.h>

#include <czmq.h>

#include "net/zmq/actor.h"
#include "net/zmq/flow.h"
#include "net/zmq/peers.h"

#define MEMBERS     3
#define BODY_SIZE   2000
#define PATIENCE_MS 20000

struct member {
    actor_t *actor;
    gms_id id;
    atomic_uint in_view;
    atomic_uint_fast64_t sent, delivered;
    atomic_bool floods, stuck, blocked;
    uint64_t next[MEMBERS]; /* of each origin, in its own thread */
    atomic_bool out_of_order;
};

static struct member member[MEMBERS];

static void on_event(void *self, actor_t *actor, const member_event_t *event) {
    struct member *m = self;
    (void)actor;
    if (event->type == MEMBER_VIEW)
        atomic_store(&m->in_view, event->member_count);
    if (event->type != MEMBER_DELIVER)
        return;
    for (int i = 0; i < MEMBERS; i++) {
        if (event->from == member[i].id && event->n != ++m->next[i])
            atomic_store(&m->out_of_order, true);
    }
    atomic_fetch_add(&m->delivered, 1);
    while (atomic_load(&m->stuck))
        zclock_sleep(1);
}

static gms_time tick(void *self, actor_t *actor, gms_time now) {
    static const uint8_t body[BODY_SIZE];
    struct member *m = self;
    for (int i = 0; i < 100 && atomic_load(&m->floods); i++) {
        const bool full = actor_multicast(actor, body, sizeof body) == GMS_DROP_WOULD_BLOCK;
        atomic_store(&m->blocked, full);
        if (full)
            break;
        atomic_fetch_add(&m->sent, 1);
    }
    return now + 1000000;
}

static void start(enum gms_rung_id rung) {
    char error[200];
    for (int i = 0; i < MEMBERS; i++) {
        struct member *m = &member[i];
        memset(m, 0, sizeof *m);
        actor_config_t config = {.group = "flow",
                                 .rung = rung,
                                 .listen = "tcp://127.0.0.1:*",
                                 .join_timeout = 5000000000u,
                                 .resend_timeout = 50000000u,
                                 .app = {.self = m, .event = on_event, .tick = tick}};
        snprintf(config.name, sizeof config.name, "w%d", i + 1);
        m->actor = actor_new(&config, error, sizeof error);
        if (!m->actor)
            fail_msg("%s", error);
        m->id = actor_id(m->actor);
        const char *first = actor_endpoint(member[0].actor);
        actor_run(m->actor);
        actor_start(m->actor, &first, i > 0);
        for (int ms = 0; ms < PATIENCE_MS && atomic_load(&m->in_view) != (unsigned)i + 1; ms++)
            zclock_sleep(1);
        assert_int_equal(atomic_load(&m->in_view), i + 1);
    }
}

static void flood(bool on) {
    for (int i = 0; i < MEMBERS; i++)
        atomic_store(&member[i].floods, on && i < 2);
}

static void stop(void) {
    flood(false);
    for (int i = 0; i < MEMBERS; i++)
        actor_destroy(&member[i].actor);
}

static uint64_t sent_by_all(void) {
    uint64_t all = 0;
    for (int i = 0; i < MEMBERS; i++)
        all += atomic_load(&member[i].sent);
    return all;
}

/* What all have multicast, once that stands still. */
static uint64_t settled_count(void) {
    uint64_t before = UINT64_MAX, now = 0;
    for (int rounds = 0; rounds < PATIENCE_MS / 200 && now != before; rounds++) {
        before = now;
        zclock_sleep(200);
        now = sent_by_all();
    }
    assert_int_equal(now, before);
    return now;
}

static void a_member_that_takes_nothing_holds_all_up(enum gms_rung_id rung) {
    start(rung);
    atomic_store(&member[2].stuck, true);
    flood(true);
    const uint64_t sent = settled_count();
    /* What may wait for it: its lag, a turn's worth more, and each member's own window. */
    assert_true(sent * BODY_SIZE < 2 * PEERS_LAG_MAX + 2 * FLOW_WINDOW * BODY_SIZE);
    assert_true(sent >= GMS_PENDING_MAX / 2); /* it is a limit, not a standstill */
    assert_true(atomic_load(&member[0].blocked) && atomic_load(&member[1].blocked));
    flood(false);
    atomic_store(&member[2].stuck, false);
    const uint64_t all = settled_count();
    for (int i = 0; i < MEMBERS; i++) {
        for (int ms = 0; ms < PATIENCE_MS && atomic_load(&member[i].delivered) < all; ms++)
            zclock_sleep(1);
        assert_int_equal(atomic_load(&member[i].delivered), all); /* nothing was lost */
        assert_false(atomic_load(&member[i].out_of_order));
    }
    flood(true); /* and on it goes */
    for (int ms = 0; ms < PATIENCE_MS && atomic_load(&member[2].delivered) < all + 3000; ms++)
        zclock_sleep(1);
    assert_true(atomic_load(&member[2].delivered) >= all + 3000);
    stop();
}

static void at_gms3_who_takes_nothing_holds_all_up_and_nothing_is_lost(void **state) {
    (void)state;
    a_member_that_takes_nothing_holds_all_up(GMS_RUNG_3);
}

static void at_gms4_nack_too(void **state) {
    (void)state;
    a_member_that_takes_nothing_holds_all_up(GMS_RUNG_4_NACK);
}

/* At gms3 a crashed follower stays in the view; what it did not take is nothing to wait for. */
static void a_leader_goes_on_when_a_follower_crashes_in_the_midst_of_it(void **state) {
    (void)state;
    start(GMS_RUNG_3);
    flood(true);
    zclock_sleep(300);
    actor_destroy(&member[2].actor);
    zclock_sleep(500);
    const uint64_t before = atomic_load(&member[0].sent);
    for (int ms = 0; ms < PATIENCE_MS && atomic_load(&member[0].sent) < before + 5000; ms++)
        zclock_sleep(1);
    assert_true(atomic_load(&member[0].sent) >= before + 5000);
    stop();
}

static void the_leader_leaves_the_others_their_turn(void **state) {
    (void)state;
    start(GMS_RUNG_3);
    for (int i = 0; i < MEMBERS; i++)
        atomic_store(&member[i].floods, true);
    for (int ms = 0; ms < PATIENCE_MS && sent_by_all() < 30 * FLOW_WINDOW; ms++)
        zclock_sleep(1);
    flood(false);
    const uint64_t all = sent_by_all();
    assert_true(all >= 30 * FLOW_WINDOW);
    for (int i = 0; i < MEMBERS; i++)
        assert_in_range(atomic_load(&member[i].sent), all / MEMBERS / 8, all / MEMBERS * 2);
    stop();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_gms3_who_takes_nothing_holds_all_up_and_nothing_is_lost),
        cmocka_unit_test(at_gms4_nack_too),
        cmocka_unit_test(a_leader_goes_on_when_a_follower_crashes_in_the_midst_of_it),
        cmocka_unit_test(the_leader_leaves_the_others_their_turn),
    };
    zsys_handler_set(NULL);
    const int failed = cmocka_run_group_tests_name("flow control", tests, NULL, NULL);
    zsys_shutdown();
    return failed;
}
