/* gms5, going: leavers stay until the others can do without them. */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_sound(struct cluster *c) {
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
}

static void gms5_a_leaver_stays_until_all_others_have_installed_the_view_without_it(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    leave(c, 2);
    deliver_link(c, 2, 1);
    for (int who = 2; who <= 4; who++) { /* PREPARE */
        deliver_link(c, 1, who);
        deliver_link(c, who, 1);
    }
    for (int who = 2; who <= 3; who++) { /* ACCEPT */
        deliver_link(c, 1, who);
        deliver_link(c, who, 1);
    }
    cut(c, 1, 4); /* nobody but w2 can tell w4 */
    cut(c, 3, 4);
    keep_only(c, 1, 4, 0);
    deliver_link(c, 1, 2);
    deliver_link(c, 1, 3);
    cluster_story(c, "w2 wants to leave\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w1 installs view 5 [w1 w3 w4]\n"
                     "w1 goes on\n"
                     "w3 installs view 5 [w1 w3 w4]\n"
                     "w3 goes on\n"
                     "fault at w1: cut to w4\n"
                     "fault at w3: cut to w4\n");
    assert_int_equal(gms_phase(&node_of(c, 2)->gms), GMS_FOLLOWING);
    run_ms(c, 100);
    cluster_story(c, "w4 installs view 5 [w1 w3 w4]\n"
                     "w4 goes on\n"
                     "w2 has left\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n"
                     "w4 learns that w2 is down\n");
    heal(c);
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_two_may_leave_at_once(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    without_messages(c);
    multicast(c, 5, 7);
    leave(c, 2);
    leave(c, 5);
    run_ms(c, 500);
    cluster_story(c, "w5 multicasts w5#1 (+7)\n"
                     "w2 wants to leave\n"
                     "w5 wants to leave\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w1 installs view 6 [w1 w3 w4]\n"
                     "w1 goes on\n"
                     "w3 installs view 6 [w1 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 6 [w1 w3 w4]\n"
                     "w4 goes on\n"
                     "w5 has left\n"
                     "w1 learns that w5 is down\n"
                     "w2 learns that w5 is down\n"
                     "w3 learns that w5 is down\n"
                     "w4 learns that w5 is down\n"
                     "w2 has left\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n"
                     "w4 learns that w2 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_all_may_leave_at_once(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    leave(c, 1);
    leave(c, 2);
    leave(c, 3);
    run_ms(c, 3000);
    cluster_story(c, "w1 wants to leave\n"
                     "w1 is blocked\n"
                     "w2 wants to leave\n"
                     "w3 wants to leave\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w1 installs view 4 [w1]\n"
                     "w1 goes on\n"
                     "w1 has left\n"
                     "w2 learns that w1 is down\n"
                     "w3 learns that w1 is down\n"
                     "w2 has left\n"
                     "w3 learns that w2 is down\n"
                     "w3 has no quorum\n"
                     "w3 has left\n");
    cluster_free(&c);
}

static void gms5_the_leader_of_two_may_leave(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 2);
    (void)state;
    without_messages(c);
    multicast(c, 1, 7);
    multicast(c, 2, 5);
    leave(c, 1);
    run_ms(c, 500);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w1 wants to leave\n"
                     "w1 is blocked\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 is blocked\n"
                     "w2 installs view 3 [w2]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w2 delivers w2#1 (+5) -> #000705\n"
                     "w1 has left\n"
                     "w2 learns that w1 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_the_last_member_leaves_at_once(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 1);
    (void)state;
    leave(c, 1);
    cluster_story(c, "w1 wants to leave\n"
                     "w1 has left\n");
    cluster_free(&c);
}

static void gms5_the_leader_may_leave_while_a_view_change_runs(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    join(c, 1);
    deliver_link(c, 5, 1); /* PREPARE is on its way */
    multicast(c, 3, 7);
    leave(c, 1);
    run_ms(c, 500);
    cluster_story(c, "w1 is blocked\n"
                     "w3 multicasts w3#1 (+7)\n"
                     "w1 wants to leave\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w2 installs view 5 [w2 w3 w4 w5]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 5 [w2 w3 w4 w5]\n"
                     "w3 goes on\n"
                     "w4 installs view 5 [w2 w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 adopts #000000 after 0\n"
                     "w5 installs view 5 [w2 w3 w4 w5]\n"
                     "w1 has left\n"
                     "w2 delivers w3#1 (+7) -> #000007\n"
                     "w3 delivers w3#1 (+7) -> #000007\n"
                     "w4 delivers w3#1 (+7) -> #000007\n"
                     "w5 delivers w3#1 (+7) -> #000007\n"
                     "w2 learns that w1 is down\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w5 learns that w1 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_the_leader_may_leave_while_it_is_suspected(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    suspect(c, 1, 2);
    leave(c, 1);
    run_ms(c, 1000);
    cluster_story(c, "w2 suspects w1\n"
                     "w2 is blocked\n"
                     "w1 wants to leave\n"
                     "w1 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w2 installs view 5 [w1 w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w3 installs view 5 [w1 w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 5 [w1 w2 w3 w4]\n"
                     "w4 goes on\n"
                     "w1 installs view 5 [w1 w2 w3 w4]\n"
                     "w1 goes on\n"
                     "w1 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w2 is blocked\n"
                     "w2 installs view 6 [w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 6 [w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 6 [w2 w3 w4]\n"
                     "w4 goes on\n"
                     "w1 has left\n"
                     "w2 learns that w1 is down\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

/* One of four is no quorum: w3 and w4 might be alive, and w2's vote is needed to go on without them. */
static void gms5_a_leave_waits_for_the_next_change_if_those_who_stay_are_no_quorum(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    hang(c, 3);
    hang(c, 4);
    suspect(c, 3, 1);
    suspect(c, 4, 1);
    leave(c, 2);
    run_ms(c, 400);
    cluster_story(c, "w3 hangs\n"
                     "w4 hangs\n"
                     "w1 suspects w3\n"
                     "w1 is blocked\n"
                     "w1 suspects w4\n"
                     "w2 wants to leave\n"
                     "w2 is blocked\n"
                     "w1 installs view 5 [w1 w2]\n"
                     "w1 goes on\n"
                     "w2 installs view 5 [w1 w2]\n"
                     "w2 goes on\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w1 installs view 6 [w1]\n"
                     "w1 goes on\n"
                     "w2 has left\n"
                     "w1 learns that w2 is down\n");
    resume(c, 3);
    resume(c, 4);
    run_ms(c, 1000);
    cluster_story(c, "w3 wakes up\n"
                     "w4 wakes up\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w3 is excluded\n"
                     "w4 is excluded\n"
                     "w1 learns that w3 is down\n"
                     "w1 learns that w4 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_who_leaves_delivers_and_multicasts_nothing_of_the_next_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 3, 7);
    leave(c, 3);
    without_messages(c);
    settle(c);
    cluster_skip(c);
    multicast(c, 3, 5);
    multicast(c, 1, 3);
    run_ms(c, 500);
    cluster_story(c, "w3 can't multicast: leaving\n"
                     "w1 multicasts w1#1 (+3)\n"
                     "w1 delivers w1#1 (+3) -> #000703\n"
                     "w2 delivers w1#1 (+3) -> #000703\n"
                     "w3 has left\n"
                     "w1 learns that w3 is down\n"
                     "w2 learns that w3 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_a_leave_that_is_lost_is_said_again(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    lose_next(c, 3, 1);
    leave(c, 3);
    run_ms(c, 200);
    cluster_story(c, "fault at w3: lose 1 to w1\n"
                     "w3 wants to leave\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w1 installs view 4 [w1 w2]\n"
                     "w1 goes on\n"
                     "w2 installs view 4 [w1 w2]\n"
                     "w2 goes on\n"
                     "w3 has left\n"
                     "w1 learns that w3 is down\n"
                     "w2 learns that w3 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_who_leaves_a_group_that_is_gone_goes_in_the_end(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    crash(c, 1);
    crash(c, 2);
    leave(c, 3);
    run_ms(c, 3000);
    cluster_story(c, "w1 crashes\n"
                     "w2 crashes\n"
                     "w3 wants to leave\n"
                     "w3 learns that w1 is down\n"
                     "w3 learns that w2 is down\n"
                     "w3 has no quorum\n"
                     "w3 is blocked\n"
                     "w3 has left\n");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_a_leaver_stays_until_all_others_have_installed_the_view_without_it),
        cmocka_unit_test(gms5_two_may_leave_at_once),
        cmocka_unit_test(gms5_all_may_leave_at_once),
        cmocka_unit_test(gms5_the_leader_of_two_may_leave),
        cmocka_unit_test(gms5_the_last_member_leaves_at_once),
        cmocka_unit_test(gms5_the_leader_may_leave_while_a_view_change_runs),
        cmocka_unit_test(gms5_the_leader_may_leave_while_it_is_suspected),
        cmocka_unit_test(gms5_a_leave_waits_for_the_next_change_if_those_who_stay_are_no_quorum),
        cmocka_unit_test(gms5_who_leaves_delivers_and_multicasts_nothing_of_the_next_view),
        cmocka_unit_test(gms5_a_leave_that_is_lost_is_said_again),
        cmocka_unit_test(gms5_who_leaves_a_group_that_is_gone_goes_in_the_end),
    };
    return cmocka_run_group_tests_name("ladder: gms5, leave", tests, NULL, NULL);
}
