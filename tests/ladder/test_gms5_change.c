/* gms5, the change of a view by consensus: one decision whoever dies, proposals that are never blended,
 * ballots that bind, and the messages that end a view.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* -- A change ------------------------------------------------------------------------------------------- */

static void gms5_asks_for_promises_then_proposes_then_installs_what_a_quorum_accepted(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  PREPARE in 3 ballot 1.1 #3\n"
                     "w3 is blocked\n"
                     "w3 -> w2  PROMISE in 3 ballot 1.1 #3\n"
                     "w2 -> w3  ACCEPT in 3 ballot 1.1 [w2 w3] to #3\n"
                     "w3 -> w2  ACCEPTED in 3 ballot 1.1\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w2 -> w3  INSTALL in 4 [w2 w3] #4\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w3 -> w2  ACK in 4 #4\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_a_crash_a_suspicion_a_leave_and_joins_at_once_make_one_change(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 6);
    (void)state;
    without_messages(c);
    hang(c, 5);
    crash(c, 6);
    leave(c, 4);
    join(c, 2);
    join(c, 1);
    suspect(c, 5, 1);
    run_ms(c, 200);
    cluster_story(c, "w5 hangs\n"
                     "w6 crashes\n"
                     "w4 wants to leave\n"
                     "w1 suspects w5\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w1 learns that w6 is down\n"
                     "w2 learns that w6 is down\n"
                     "w3 learns that w6 is down\n"
                     "w4 learns that w6 is down\n"
                     "w7 learns that w6 is down\n"
                     "w8 learns that w6 is down\n"
                     "w1 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w1 goes on\n"
                     "w2 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w2 goes on\n"
                     "w3 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w3 goes on\n"
                     "w7 adopts #000000 after 0\n"
                     "w7 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w8 adopts #000000 after 0\n"
                     "w8 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w4 has left\n"
                     "w1 learns that w4 is down\n"
                     "w2 learns that w4 is down\n"
                     "w3 learns that w4 is down\n"
                     "w7 learns that w4 is down\n"
                     "w8 learns that w4 is down\n");
    cluster_free(&c);
}

static void gms5_a_suspicion_is_forgotten_with_the_view_and_a_proof_is_not(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    suspect(c, 3, 1); /* wrongly */
    exchange(c, 1, "234");
    crash(c, 4); /* after its promise: it is in the next view */
    tell_down(c, 4, 2);
    settle(c);
    cluster_story(c, "w1 suspects w3\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w4 crashes\n"
                     "w2 learns that w4 is down\n"
                     "w1 installs view 5 [w1 w2 w3 w4]\n"
                     "w1 goes on\n"
                     "w2 installs view 5 [w1 w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w3 installs view 5 [w1 w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w1 learns that w4 is down\n"
                     "w1 is blocked\n"
                     "w3 learns that w4 is down\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w1 installs view 6 [w1 w2 w3]\n"
                     "w1 goes on\n"
                     "w2 installs view 6 [w1 w2 w3]\n"
                     "w2 goes on\n"
                     "w3 installs view 6 [w1 w2 w3]\n"
                     "w3 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_who_crashed_after_its_promise_is_not_proposed(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    suspect(c, 3, 1); /* wrongly: to have a change */
    exchange(c, 1, "4");
    crash(c, 4);
    tell_down(c, 4, 1);
    cluster_skip(c);
    exchange(c, 1, "32");
    deliver_link(c, 1, 2);
    cluster_story(c, "w1 -> w3  PREPARE in 4 ballot 1.0 #4\n"
                     "w3 is blocked\n"
                     "w3 -> w1  PROMISE in 4 ballot 1.0 #4\n"
                     "w1 -> w2  PREPARE in 4 ballot 1.0 #4\n"
                     "w2 is blocked\n"
                     "w2 -> w1  PROMISE in 4 ballot 1.0 #4\n"
                     "w1 -> w2  ACCEPT in 4 ballot 1.0 [w1 w2 w3] to #4\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* Else the next view could be of two of whom one is dead, and the other no quorum. */
static void gms5_who_crashed_after_its_promise_makes_no_quorum(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    suspect(c, 3, 2);
    suspect(c, 4, 2);
    crash(c, 1);
    tell_down(c, 1, 2);
    deliver_link(c, 2, 3);
    deliver_link(c, 3, 2); /* two of four, and one more is needed */
    crash(c, 3);
    tell_down(c, 3, 2);
    cluster_skip(c);
    exchange(c, 2, "4");
    run_ms(c, 1000);
    cluster_story(c, "w4 is blocked\n"
                     "w4 learns that w1 is down\n"
                     "w4 learns that w3 is down\n"
                     "w4 has no quorum\n");
    assert_string_equal(cluster_outcome(c), "halt");
    cluster_free(&c);
}

/* -- One decision, whoever dies ------------------------------------------------------------------------- */

static void gms5_a_coordinator_that_dies_after_some_installs_has_decided_for_all(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    without_messages(c);
    crash(c, 1);
    for (int who = 2; who <= 5; who++)
        tell_down(c, 1, who);
    exchange(c, 2, "345"); /* PREPARE */
    exchange(c, 2, "34");  /* ACCEPT */
    deliver_link(c, 2, 3);
    lose_links(c, 2, "45");
    crash(c, 2);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "w3 learns that w2 is down\n"
                     "w3 is blocked\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n"
                     "w4 installs view 6 [w2 w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 installs view 6 [w2 w3 w4 w5]\n"
                     "w5 goes on\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w3 installs view 7 [w3 w4 w5]\n"
                     "w3 goes on\n"
                     "w3 leads\n"
                     "w4 installs view 7 [w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 installs view 7 [w3 w4 w5]\n"
                     "w5 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w1 and w2 have installed [w1 .. w6], and die. w7 is alive, but not in the view that was decided. */
static void gms5_a_decision_that_only_the_dead_had_installed_is_found_again(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 7);
    (void)state;
    without_messages(c);
    suspect(c, 7, 1);
    exchange(c, 1, "23456"); /* PREPARE */
    exchange(c, 1, "234");   /* ACCEPT */
    deliver_link(c, 1, 2);
    lose_links(c, 1, "34567");
    lose_links(c, 2, "34567");
    crash(c, 1);
    crash(c, 2);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w5 learns that w1 is down\n"
                     "w6 learns that w1 is down\n"
                     "w7 learns that w1 is down\n"
                     "w3 learns that w2 is down\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n"
                     "w6 learns that w2 is down\n"
                     "w7 learns that w2 is down\n"
                     "w7 is blocked\n"
                     "w3 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w3 goes on\n"
                     "w3 is blocked\n"
                     "w4 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w4 goes on\n"
                     "w5 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w5 goes on\n"
                     "w6 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w6 goes on\n"
                     "w7 is excluded\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w6 is blocked\n"
                     "w3 installs view 9 [w3 w4 w5 w6]\n"
                     "w3 goes on\n"
                     "w3 leads\n"
                     "w4 installs view 9 [w3 w4 w5 w6]\n"
                     "w4 goes on\n"
                     "w5 installs view 9 [w3 w4 w5 w6]\n"
                     "w5 goes on\n"
                     "w6 installs view 9 [w3 w4 w5 w6]\n"
                     "w6 goes on\n"
                     "w3 learns that w7 is down\n"
                     "w4 learns that w7 is down\n"
                     "w5 learns that w7 is down\n"
                     "w6 learns that w7 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w2 accepted [w1 w2 w3 w4]; w1, who proposed it, is dead, and w5, who is not in it, promises. */
static void gms5_a_proposal_that_was_accepted_is_not_blended_with_what_is_known_since(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    suspect(c, 5, 1);
    exchange(c, 1, "234");
    deliver_until(c, 1, 2, GMS_ACCEPT);
    lose_links(c, 1, "2345");
    lose_links(c, 2, "1345");
    crash(c, 1);
    cluster_skip(c);
    tell_down(c, 1, 2);
    exchange(c, 2, "345");
    deliver_link(c, 2, 3);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 -> w3  PREPARE in 5 ballot 2.1 #5\n"
                     "w3 -> w2  PROMISE in 5 ballot 2.1 #5\n"
                     "w2 -> w4  PREPARE in 5 ballot 2.1 #5\n"
                     "w4 -> w2  PROMISE in 5 ballot 2.1 #5\n"
                     "w2 -> w5  PREPARE in 5 ballot 2.1 #5\n"
                     "w5 is blocked\n"
                     "w5 -> w2  PROMISE in 5 ballot 2.1 #5\n"
                     "w2 -> w3  ACCEPT in 5 ballot 2.1 [w1 w2 w3 w4] to #5\n");
    without_messages(c);
    settle(c);
    cluster_story(c, "w2 installs view 6 [w1 w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w2 is blocked\n"
                     "w3 installs view 6 [w1 w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 6 [w1 w2 w3 w4]\n"
                     "w4 goes on\n"
                     "w5 is excluded\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w2 installs view 7 [w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 7 [w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 7 [w2 w3 w4]\n"
                     "w4 goes on\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w2 learns that w5 is down\n"
                     "w3 learns that w5 is down\n"
                     "w4 learns that w5 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w2 and w3 installed [w2 w3 w4], which ends the view before w1's change; w2 is dead, and w3 hangs. */
static void gms5_an_accepted_proposal_ends_the_view_where_it_says_whatever_more_is_known(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    without_messages(c);
    for (int who = 2; who <= 4; who++)
        cut(c, 1, who);
    multicast(c, 1, 7);
    deliver_link(c, 1, 5);
    suspect(c, 1, 2);
    suspect(c, 5, 2);
    exchange(c, 2, "34"); /* PREPARE */
    exchange(c, 2, "34"); /* ACCEPT */
    deliver_link(c, 2, 3);
    lose_links(c, 2, "145");
    crash(c, 2);
    hang(c, 3);
    heal(c);
    tell_down(c, 2, 1);
    cluster_skip(c);
    exchange(c, 1, "45");
    run_ms(c, 700);
    cluster_story(c, "w5 is blocked\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n"
                     "w4 installs view 6 [w2 w3 w4]\n"
                     "w4 goes on\n"
                     "w5 is excluded\n"
                     "w1 learns that w5 is down\n"
                     "w4 learns that w5 is down\n");
    resume(c, 3);
    run_ms(c, 1000);
    cluster_story(c, "w3 wakes up\n"
                     "w1 is excluded\n" /* it stayed until all had the view that it decided */
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w3 learns that w2 is down\n"
                     "w3 is blocked\n"
                     "w3 learns that w5 is down\n"
                     "w4 is blocked\n"
                     "w3 installs view 7 [w3 w4]\n"
                     "w3 goes on\n"
                     "w3 leads\n"
                     "w4 installs view 7 [w3 w4]\n"
                     "w4 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_asks_for_promises_then_proposes_then_installs_what_a_quorum_accepted),
        cmocka_unit_test(gms5_a_crash_a_suspicion_a_leave_and_joins_at_once_make_one_change),
        cmocka_unit_test(gms5_a_suspicion_is_forgotten_with_the_view_and_a_proof_is_not),
        cmocka_unit_test(gms5_who_crashed_after_its_promise_is_not_proposed),
        cmocka_unit_test(gms5_who_crashed_after_its_promise_makes_no_quorum),
        cmocka_unit_test(gms5_a_coordinator_that_dies_after_some_installs_has_decided_for_all),
        cmocka_unit_test(gms5_a_decision_that_only_the_dead_had_installed_is_found_again),
        cmocka_unit_test(gms5_a_proposal_that_was_accepted_is_not_blended_with_what_is_known_since),
        cmocka_unit_test(gms5_an_accepted_proposal_ends_the_view_where_it_says_whatever_more_is_known),
    };
    return cmocka_run_group_tests_name("ladder: gms5, change", tests, NULL, NULL);
}
