/* A peer can never abort us: whatever well-formed messages arrive, from whomever, in whatever phase, a step
 * ends with its invariants in force. Each run is a process of its own, for an assert would end this one. */
#include "gms/rng.h"
#include "gms/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ME    3
#define IDS   5
#define RUNS  150
#define STEPS 150

static struct gms member;
static struct gms_actions actions; /* large */

static gms_id some_id(struct gms_rng *rng) {
    return 1 + gms_rng_below(rng, IDS);
}

/* Any message that the codec lets through; lists of members in any order, with us or without. */
static struct gms_message any_message(struct gms_rng *rng, gms_id members[IDS]) {
    static const uint8_t body[] = {'C', 7};
    struct gms_message m = {.type = (enum gms_type)(GMS_JOIN + gms_rng_below(rng, GMS_TYPES - GMS_JOIN)),
                            .view = 1 + (uint32_t)gms_rng_below(rng, 4),
                            .seq = gms_rng_below(rng, 8),
                            .origin = some_id(rng),
                            .n = 1 + gms_rng_below(rng, 3)};
    if (m.type == GMS_REQUEST || m.type == GMS_MSG) {
        m.body = body;
        m.body_size = sizeof body;
    }
    if (m.type == GMS_VIEW) {
        const uint64_t first = gms_rng_below(rng, IDS);
        m.members = members;
        m.member_count = 1 + (uint32_t)gms_rng_below(rng, IDS);
        for (uint64_t i = 0; i < IDS; i++)
            members[i] = 1 + (first + i) % IDS;
    }
    return m;
}

static struct gms_event any_event(struct gms_rng *rng, gms_id members[IDS]) {
    static const uint8_t body[] = {'C', 9};
    struct gms_event e = {.type = GMS_EVENT_RECEIVE, .from = some_id(rng)};
    switch (gms_rng_below(rng, 40)) {
    case 0: e.type = GMS_EVENT_MCAST; break;
    case 1: e.type = GMS_EVENT_DOWN; break;
    case 2: e.type = GMS_EVENT_TIMER; break;
    case 3: e.type = gms_rng_below(rng, 5) == 0 ? GMS_EVENT_LEAVE : GMS_EVENT_MCAST; break;
    default: break;
    }
    e.message = any_message(rng, members);
    if (e.type == GMS_EVENT_MCAST)
        e.message = (struct gms_message){.body = body, .body_size = sizeof body};
    return e;
}

static void run(enum gms_rung_id rung, uint64_t seed) {
    struct gms_rng rng;
    gms_id members[IDS];
    const gms_id contacts[] = {1, 2};
    const struct gms_config config = {.rung = rung, .me = ME, .join_timeout = 20};
    gms_rng_seed(&rng, seed);
    gms_init(&member, &config);
    const struct gms_event start = {
        .type = GMS_EVENT_START, .contacts = contacts, .contact_count = (uint32_t)gms_rng_below(&rng, 3)};
    gms_step(&member, &start, &actions);
    for (gms_time now = 1; now <= STEPS; now++) {
        struct gms_event e = any_event(&rng, members);
        e.now = now;
        gms_step(&member, &e, &actions);
    }
}

/* Runs every seed of a rung in a child; reports the seed that ended it. */
static void survive(enum gms_rung_id rung) {
    int seeds[2], status;
    uint64_t seed = 0;
    assert_int_equal(pipe(seeds), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(seeds[0]);
        for (seed = 1; seed <= RUNS; seed++) {
            if (write(seeds[1], &seed, sizeof seed) != sizeof seed)
                _exit(2);
            run(rung, seed);
        }
        _exit(0);
    }
    close(seeds[1]);
    while (read(seeds[0], &seed, sizeof seed) == sizeof seed)
        continue;
    close(seeds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s: a message from a peer ended the process, seed %u", gms_rung_name(rung), (unsigned)seed);
}

static void no_message_from_a_peer_aborts_a_member_at_gms1(void **state) {
    (void)state;
    survive(GMS_RUNG_1);
}

static void no_message_from_a_peer_aborts_a_member_at_gms2(void **state) {
    (void)state;
    survive(GMS_RUNG_2);
}

static void no_message_from_a_peer_aborts_a_member_at_gms3(void **state) {
    (void)state;
    survive(GMS_RUNG_3);
}

/* Limits: full of what can be held back, then an election that sets it all free at once. */
static void the_longest_step_fits_its_actions(void **state) {
    const struct gms_config config = {.rung = GMS_RUNG_3, .me = ME};
    const gms_id contact = 1;
    gms_id members[GMS_MEMBERS_MAX] = {1, 2, ME};
    (void)state;
    for (gms_id i = 3; i < GMS_MEMBERS_MAX; i++)
        members[i] = i + 1;
    gms_init(&member, &config);
    const struct gms_event start = {.type = GMS_EVENT_START, .contacts = &contact, .contact_count = 1};
    gms_step(&member, &start, &actions);
    struct gms_event view = {
        .type = GMS_EVENT_RECEIVE,
        .from = 1,
        .message = {
            .type = GMS_VIEW, .view = 1, .seq = 1, .members = members, .member_count = GMS_MEMBERS_MAX}};
    assert_int_equal(gms_step(&member, &view, &actions), GMS_USED);
    const struct gms_event leave = {.type = GMS_EVENT_LEAVE}; /* then each view installed repeats the LEAVE */
    assert_int_equal(gms_step(&member, &leave, &actions), GMS_USED);
    view.from = 2;
    view.message.members = members + 1;
    view.message.member_count = GMS_MEMBERS_MAX - 1;
    for (uint32_t i = 0; i < GMS_HOLD_MAX; i++) {
        view.message.view = 2 + i;
        view.message.seq = 2 + i;
        assert_int_equal(gms_step(&member, &view, &actions), GMS_HELD);
    }
    assert_int_equal(gms_step(&member, &view, &actions), GMS_DROP_HOLD_FULL);
    const struct gms_event down = {.type = GMS_EVENT_DOWN, .from = 1};
    assert_int_equal(gms_step(&member, &down, &actions), GMS_USED);
    assert_int_equal(gms_current_view(&member)->number, 1 + GMS_HOLD_MAX);
    assert_int_equal(gms_leader(&member), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms1),
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms2),
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms3),
        cmocka_unit_test(the_longest_step_fits_its_actions),
    };
    return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
