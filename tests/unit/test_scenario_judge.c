/* What a scenario expects, judged from records alone: each word holds when it should, and not before. */
#include "app/scenario_judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct check check; /* large, both */
static struct scenario_watch watch;
static const gms_id ids[] = {11, 12, 13, 14};
static struct scenario_scene scene = {.check = &check, .watch = &watch, .ids = ids, .id_count = 4};
static struct trace_state states[4];
static char seen[256];

static void feed(struct trace_record r) {
    check_feed(&check, &r);
    scenario_watch_feed(&watch, &r);
}

static void view(int who, uint32_t number, uint32_t count, const gms_id *members) {
    feed((struct trace_record){
        .ev = TRACE_VIEW, .id = ids[who - 1], .view = number, .members = members, .member_count = count});
}

static void event(enum trace_ev ev, int who) {
    feed((struct trace_record){.ev = ev, .id = ids[who - 1], .view = 1});
}

static void crash(int who) {
    feed((struct trace_record){.ev = TRACE_CRASH, .peer = ids[who - 1]});
}

/* `who` delivers change n of w1; m_n tells changes apart. */
static void deliver(int who, uint64_t m_n) {
    trace_state_apply(&states[who - 1], ids[0], m_n, 7);
    feed((struct trace_record){.ev = TRACE_DELIVER,
                               .id = ids[who - 1],
                               .m_origin = ids[0],
                               .m_n = m_n,
                               .n = 7,
                               .state = states[who - 1]});
}

/* Four members of one view, all with state, led by w1. */
static int four(void **state) {
    (void)state;
    check_init(&check, &(struct check_settings){.rung = GMS_RUNG_3});
    memset(&watch, 0, sizeof watch);
    scene.rung = GMS_RUNG_2;
    for (int who = 1; who <= 4; who++) {
        trace_state_init(&states[who - 1]);
        if (who > 1)
            event(TRACE_JOIN, who);
        view(who, 1, 4, ids);
        if (who > 1)
            feed((struct trace_record){
                .ev = TRACE_STATE, .id = ids[who - 1], .peer = ids[0], .state = states[who - 1]});
    }
    return 0;
}

static bool holds(enum scenario_outcome outcome, bool last) {
    const struct scenario_step step = {.verb = SCENARIO_EXPECT, .outcome = outcome};
    return scenario_expectation_holds(&step, &scene, last, seen, sizeof seen);
}

static bool led_by(int who) {
    const struct scenario_step step = {.verb = SCENARIO_EXPECT, .outcome = SCENARIO_LED_BY, .who = who};
    return scenario_expectation_holds(&step, &scene, true, seen, sizeof seen);
}

static bool members_are(uint32_t number) {
    const struct scenario_step step = {
        .verb = SCENARIO_EXPECT, .outcome = SCENARIO_MEMBERS_ARE, .number = number};
    return scenario_expectation_holds(&step, &scene, true, seen, sizeof seen);
}

static void all_alike_are_in_sync(void **state) {
    (void)state;
    assert_true(holds(SCENARIO_SYNC, false));
    assert_false(holds(SCENARIO_DESYNC, true));
    assert_false(holds(SCENARIO_HALT, true));
    assert_false(holds(SCENARIO_BLOCKED, true));
    for (int who = 1; who <= 4; who++)
        deliver(who, 1);
    assert_true(holds(SCENARIO_SYNC, false));
    assert_non_null(strstr(seen, "w1 #1 "));
}

static void a_message_under_way_is_neither_sync_nor_desync_until_time_is_over(void **state) {
    (void)state;
    deliver(1, 1);
    deliver(2, 1);
    assert_false(holds(SCENARIO_SYNC, true));
    assert_false(holds(SCENARIO_DESYNC, false));
    assert_true(holds(SCENARIO_DESYNC, true));
    deliver(3, 1);
    deliver(4, 1);
    assert_true(holds(SCENARIO_SYNC, false));
    assert_false(holds(SCENARIO_DESYNC, true));
}

static void different_histories_of_one_length_are_desync_at_once(void **state) {
    (void)state;
    deliver(2, 1);
    deliver(3, 2);
    assert_true(holds(SCENARIO_DESYNC, false));
    assert_false(holds(SCENARIO_HALT, true));
    crash(3); /* what the dead had does not count */
    assert_false(holds(SCENARIO_DESYNC, false));
}

static void a_newcomer_without_state_keeps_sync_waiting(void **state) {
    (void)state;
    crash(4);
    assert_true(holds(SCENARIO_SYNC, false));
    check.members[2].has_state = false;
    assert_false(holds(SCENARIO_SYNC, false));
    assert_false(scenario_all_in(&scene, 3));
    assert_true(scenario_all_in(&scene, 2));
    assert_non_null(strstr(seen, "w3 without state"));
}

static void who_freezes_halts_and_is_not_desync(void **state) {
    (void)state;
    deliver(1, 1);
    deliver(2, 1);
    deliver(3, 1);
    event(TRACE_FREEZE, 4);
    assert_true(holds(SCENARIO_HALT, false));
    assert_false(holds(SCENARIO_DESYNC, true));
    assert_false(holds(SCENARIO_SYNC, true));
    assert_non_null(strstr(seen, "w4 frozen at #0"));
    assert_true(members_are(4)); /* it is still there */
}

static void a_group_that_nobody_leads_halts_when_time_is_over(void **state) {
    (void)state;
    crash(1);
    assert_false(holds(SCENARIO_HALT, false)); /* somebody may take over */
    assert_true(holds(SCENARIO_HALT, true));
    assert_false(holds(SCENARIO_SYNC, true));
    assert_true(members_are(3));
    const gms_id left[] = {12, 13, 14};
    for (int who = 2; who <= 4; who++)
        view(who, 2, 3, left);
    assert_false(holds(SCENARIO_HALT, true));
    assert_true(holds(SCENARIO_SYNC, false));
}

static void the_leader_is_whom_all_follow(void **state) {
    (void)state;
    const gms_id left[] = {12, 13, 14};
    assert_true(led_by(1));
    assert_false(led_by(2));
    assert_int_equal(scenario_leader(&scene), 11);
    crash(1);
    assert_false(led_by(1));
    assert_false(led_by(2));
    assert_int_equal(scenario_leader(&scene), 12); /* about to lead */
    scene.rung = GMS_RUNG_1;
    assert_int_equal(scenario_leader(&scene), GMS_NOBODY); /* nobody takes over there */
    scene.rung = GMS_RUNG_2;
    view(2, 2, 3, left);
    view(3, 2, 3, left);
    assert_true(led_by(2)); /* w4 follows a dead one: it is halted, and can't follow another */
    view(4, 2, 3, left);
    assert_true(led_by(2));
    view(3, 3, 2, left + 1);
    assert_false(led_by(2));
    assert_non_null(strstr(seen, "w3 follows w3"));
}

static void who_left_or_is_excluded_is_not_there(void **state) {
    (void)state;
    event(TRACE_LEAVE, 2);
    assert_true(members_are(3));
    event(TRACE_EXCLUDED, 3);
    assert_true(members_are(2));
    assert_false(members_are(3));
    assert_string_equal(seen, "2 members");
}

static void blocked_holds_while_somebody_is(void **state) {
    (void)state;
    event(TRACE_BLOCK, 2);
    assert_true(holds(SCENARIO_BLOCKED, false));
    assert_false(holds(SCENARIO_SYNC, true));
    assert_false(holds(SCENARIO_HALT, false));
    assert_true(holds(SCENARIO_HALT, true));
    view(2, 2, 4, ids);
    assert_false(holds(SCENARIO_BLOCKED, true));
    event(TRACE_NO_QUORUM, 2);
    assert_true(holds(SCENARIO_BLOCKED, true));
    event(TRACE_QUORUM, 2);
    assert_false(holds(SCENARIO_BLOCKED, true));
}

static bool are_blocked(int first, int second) {
    const struct scenario_step step = {.verb = SCENARIO_EXPECT,
                                       .outcome = SCENARIO_BLOCKED,
                                       .name_count = 2,
                                       .names = {{.who = first}, {.who = second}}};
    return scenario_expectation_holds(&step, &scene, true, seen, sizeof seen);
}

static void blocked_with_names_holds_when_all_of_them_are(void **state) {
    (void)state;
    event(TRACE_BLOCK, 3);
    assert_false(are_blocked(3, 4));
    event(TRACE_NO_QUORUM, 4);
    assert_true(are_blocked(3, 4));
    assert_non_null(strstr(seen, "w3 blocked at #0, w4 without quorum at #0"));
    event(TRACE_BLOCK, 4);
    event(TRACE_QUORUM, 4); /* it goes on only when it has a view */
    assert_true(are_blocked(3, 4));
    event(TRACE_UNBLOCK, 3);
    assert_false(are_blocked(3, 4));
    crash(4);
    assert_false(are_blocked(4, 4));
}

static bool views_have(uint32_t number) {
    const struct scenario_step step = {
        .verb = SCENARIO_EXPECT, .outcome = SCENARIO_VIEWS_HAVE, .number = number};
    return scenario_expectation_holds(&step, &scene, true, seen, sizeof seen);
}

static void a_crashed_member_may_be_in_the_views_of_the_others_still(void **state) {
    (void)state;
    const gms_id left[] = {11, 12, 13};
    crash(4);
    assert_true(members_are(3));
    assert_true(views_have(4));
    assert_false(views_have(3));
    for (int who = 1; who <= 2; who++)
        view(who, 2, 3, left);
    assert_false(views_have(3));
    assert_string_equal(seen, "w1 follows w1 of 3, w2 follows w1 of 3, w3 follows w1 of 4");
    event(TRACE_BLOCK, 3); /* halted: it can't have the view of the others */
    assert_true(views_have(3));
    event(TRACE_UNBLOCK, 3);
    view(3, 2, 3, left);
    assert_true(views_have(3));
}

static void who_hangs_is_halted_until_it_goes_on(void **state) {
    (void)state;
    const gms_id left[] = {12, 13, 14};
    feed((struct trace_record){.ev = TRACE_HANG, .peer = ids[0]});
    assert_false(holds(SCENARIO_SYNC, true));
    assert_true(holds(SCENARIO_HALT, true));
    assert_non_null(strstr(seen, "w1 hung at #0"));
    for (int who = 2; who <= 4; who++)
        view(who, 2, 3, left);
    assert_true(led_by(2)); /* whatever w1 believes */
    assert_true(views_have(3));
    deliver(2, 1);
    deliver(3, 1);
    deliver(4, 1);
    assert_false(holds(SCENARIO_DESYNC, true)); /* it may still hear of it */
    feed((struct trace_record){.ev = TRACE_RESUME, .id = ids[0], .peer = ids[0]}); /* its own word is none */
    assert_true(led_by(2));
    feed((struct trace_record){.ev = TRACE_RESUME, .peer = ids[0]});
    assert_false(led_by(2));
    assert_true(holds(SCENARIO_DESYNC, true));
}

static void when_nobody_is_left_nothing_holds_but_that(void **state) {
    (void)state;
    for (int who = 1; who <= 4; who++)
        crash(who);
    assert_false(holds(SCENARIO_SYNC, true));
    assert_false(holds(SCENARIO_DESYNC, true));
    assert_false(led_by(1));
    assert_true(members_are(0));
    assert_int_equal(scenario_leader(&scene), GMS_NOBODY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_alike_are_in_sync, four),
        cmocka_unit_test_setup(a_message_under_way_is_neither_sync_nor_desync_until_time_is_over, four),
        cmocka_unit_test_setup(different_histories_of_one_length_are_desync_at_once, four),
        cmocka_unit_test_setup(a_newcomer_without_state_keeps_sync_waiting, four),
        cmocka_unit_test_setup(who_freezes_halts_and_is_not_desync, four),
        cmocka_unit_test_setup(a_group_that_nobody_leads_halts_when_time_is_over, four),
        cmocka_unit_test_setup(the_leader_is_whom_all_follow, four),
        cmocka_unit_test_setup(who_left_or_is_excluded_is_not_there, four),
        cmocka_unit_test_setup(blocked_holds_while_somebody_is, four),
        cmocka_unit_test_setup(blocked_with_names_holds_when_all_of_them_are, four),
        cmocka_unit_test_setup(a_crashed_member_may_be_in_the_views_of_the_others_still, four),
        cmocka_unit_test_setup(who_hangs_is_halted_until_it_goes_on, four),
        cmocka_unit_test_setup(when_nobody_is_left_nothing_holds_but_that, four),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
