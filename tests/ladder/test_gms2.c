/* gms2: followers watch the leader, and elect the next in the list. What it survives, and what it does not.
 *
 * Reading aid: a change +N turns the colour (R,G,B) into (G, B, R+N).
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void gms2_elects_the_next_in_the_list(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n" /* the first that is left: me */
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n" /* the first that is left: w2 */
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n");
    multicast(c, 3, 3);
    settle(c);
    cluster_story(c, "w3 multicasts w3#1 (+3)\n"
                     "w3 -> w2  REQUEST w3#1 (+3)\n"
                     "w2 delivers w3#1 (+3) -> #000003\n"
                     "w2 -> w3  MSG w3#1 (+3)\n"
                     "w3 delivers w3#1 (+3) -> #000003\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_what_the_leader_sent_before_it_crashed_is_delivered_before_the_election(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    multicast(c, 1, 7);
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w1 -> w2  MSG w1#1 (+7)\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w1#1 (+7)\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_holds_back_what_a_future_leader_sends_until_the_election_reaches_it(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    multicast(c, 1, 7);
    deliver_one(c, 1, 2);
    crash(c, 1);
    tell_down(c, 1, 2);
    multicast(c, 2, 5);
    deliver_link(c, 2, 3); /* faster than the last word of w1 */
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w1#1 (+7)\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #000705\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 holds it back\n"
                     "w2 -> w3  MSG w2#1 (+5)\n"
                     "w3 holds it back\n");
    settle(c);
    cluster_story(c, "w1 -> w3  MSG w1#1 (+7)\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 learns that w1 is down\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 delivers w2#1 (+5) -> #000705\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_holds_back_a_bounded_number_of_messages(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    crash(c, 1);
    tell_down(c, 1, 2); /* its VIEW is one message */
    for (int i = 1; i < GMS_HOLD_MAX; i++)
        multicast(c, 2, 1);
    deliver_link(c, 2, 3);
    cluster_skip(c);
    multicast(c, 2, 5);
    deliver_link(c, 2, 3);
    cluster_story(c, "w2 multicasts w2#64 (+5)\n"
                     "w2 delivers w2#64 (+5) -> #15151a\n"
                     "w2 -> w3  MSG w2#64 (+5)\n"
                     "w3 drops MSG w2#64: too many messages held back\n");
    cluster_free(&c);
}

static void gms2_drops_what_a_stale_leader_says(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    multicast(c, 1, 7);
    suspect(c, 1, 2); /* wrongly: w1 is alive. A perfect detector would not say so before the drain */
    suspect(c, 1, 3);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w2 suspects w1\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 suspects w1\n"
                     "w1 -> w2  MSG w1#1 (+7)\n"
                     "w2 drops MSG w1#1: stale leader\n"
                     "w1 -> w3  MSG w1#1 (+7)\n"
                     "w3 drops MSG w1#1: stale leader\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n");
    cluster_free(&c);
}

static void gms2_what_was_held_back_from_a_member_that_is_out_now_is_dropped_with_the_reason(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    const gms_id without_w2[] = {1, 3};
    const struct gms_message view = {.type = GMS_VIEW, .view = 4, .members = without_w2, .member_count = 2};
    (void)state;
    suspect(c, 1, 2); /* wrongly: w2 leads beside w1 */
    deliver_one(c, 2, 3);
    inject(c, 1, 3, &view);
    cluster_story(c, "w2 suspects w1\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 holds it back\n" /* it still follows w1 ... */
                     "w1 -> w3  VIEW 4 [w1 w3]\n"
                     "w3 installs view 4 [w1 w3]\n" /* ... who has put w2 out */
                     "w3 drops VIEW 4: stale leader\n");
    cluster_free(&c);
}

static void gms2_a_crashed_follower_stays_in_the_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    crash(c, 2);
    settle(c);
    join(c, 1);
    settle(c);
    cluster_story(c, "w2 crashes\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n" /* nobody watches it */
                     "w4 -> w1  JOIN w4\n"
                     "w1 installs view 4 [w1 w2 w3 w4]\n"
                     "w1 -> w3  VIEW 4 [w1 w2 w3 w4]\n"
                     "w3 installs view 4 [w1 w2 w3 w4]\n"
                     "w1 -> w4  VIEW 4 [w1 w2 w3 w4]\n"
                     "w4 installs view 4 [w1 w2 w3 w4]\n"
                     "w4 learns that w2 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_watching_a_dead_member_reports_it_at_once(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    crash(c, 2);
    settle(c);
    cluster_skip(c);
    crash(c, 1);
    settle(c);
    /* The list says that w2 is next; w3 watches it, hears at once that it is dead, and leads. */
    cluster_story(c, "w1 crashes\n"
                     "w3 learns that w1 is down\n"
                     "w3 leads\n"
                     "w3 installs view 4 [w3]\n");
    cluster_free(&c);
}

static void gms2_a_newcomer_whose_first_view_names_a_dead_leader_follows_the_next(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 2);
    (void)state;
    join(c, 1);
    deliver_one(c, 3, 1);
    crash(c, 1);
    deliver_one(c, 1, 2);
    tell_down(c, 1, 2);
    cluster_story(c, "w3 -> w1  JOIN w3\n"
                     "w1 installs view 3 [w1 w2 w3]\n"
                     "w1 crashes\n"
                     "w1 -> w2  VIEW 3 [w1 w2 w3]\n"
                     "w2 installs view 3 [w1 w2 w3]\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n");
    deliver_one(c, 1, 3);
    cluster_story(c, "w1 -> w3  VIEW 3 [w1 w2 w3]\n"
                     "w3 installs view 3 [w1 w2 w3]\n");
    settle(c);
    cluster_story(c, "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 holds it back\n"
                     "w3 learns that w1 is down\n"
                     "w3 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_a_newcomer_may_hear_of_the_dead_leader_from_the_next_one_only(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 2);
    (void)state;
    join(c, 1);
    deliver_one(c, 3, 1);
    crash(c, 1);
    deliver_one(c, 1, 2);
    tell_down(c, 1, 2);
    cluster_skip(c);
    deliver_one(c, 2, 3); /* before what w1 had sent */
    settle(c);
    cluster_story(c, "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w1 -> w3  VIEW 3 [w1 w2 w3]\n"
                     "w3 drops VIEW 3: stale leader\n"
                     "w3 learns that w1 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_drains_what_a_dead_leader_had_sent_before_it_passes_on(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 4);
    (void)state;
    crash(c, 1);
    tell_down(c, 1, 2);
    multicast(c, 2, 5);
    crash(c, 2);
    deliver_link(c, 2, 4);
    tell_down(c, 2, 4); /* known to be dead before the election reaches it */
    cluster_skip(c);
    tell_down(c, 1, 4);
    cluster_story(c, "w4 learns that w1 is down\n"
                     "w4 installs view 5 [w2 w3 w4]\n"
                     "w4 delivers w2#1 (+5) -> #000005\n");
    assert_int_equal(gms_leader(&node_of(c, 4)->gms), 3);
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_a_request_to_one_that_does_not_lead_yet_is_lost(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    crash(c, 1);
    tell_down(c, 1, 3); /* w3 knows before w2 does */
    multicast(c, 3, 3);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w3 learns that w1 is down\n"
                     "w3 multicasts w3#1 (+3)\n"
                     "w3 -> w2  REQUEST w3#1 (+3)\n"
                     "w2 drops REQUEST w3#1: not the leader\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync"); /* lost, but in sync */
    cluster_free(&c);
}

static void gms2_the_leader_leaves_and_the_next_one_leads(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    multicast(c, 1, 7);
    leave(c, 1);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 wants to leave\n"
                     "w1 has left\n"
                     "w1 -> w2  MSG w1#1 (+7)\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w1#1 (+7)\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms2_a_leave_that_died_with_the_leader_is_said_again_to_the_next(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    crash(c, 1);
    leave(c, 3);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w3 wants to leave\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 -> w2  LEAVE w3\n"
                     "w2 installs view 5 [w2]\n"
                     "w2 -> w3  VIEW 5 [w2]\n"
                     "w3 has left\n"
                     "w2 learns that w3 is down\n");
    cluster_free(&c);
}

/* The lecture's story: some delivered the change, some never will. */
static void gms2_parts_when_the_leader_crashes_in_the_middle_of_a_broadcast(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    arm_crash(c, 1, 1);
    multicast(c, 1, 7);
    settle(c);
    multicast(c, 2, 5);
    settle(c);
    cluster_story(c, "fault at w1: crash mid-broadcast after 1\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "fault at w1: crash mid-broadcast\n"
                     "w1 crashes\n"
                     "w1 -> w2  MSG w1#1 (+7)\n"
                     "w2 delivers w1#1 (+7) -> #000007\n" /* w3 never hears of it */
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #000705\n"
                     "w2 -> w3  MSG w2#1 (+5)\n"
                     "w3 delivers w2#1 (+5) -> #000005\n");
    assert_string_equal(cluster_outcome(c), "desync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms2_elects_the_next_in_the_list),
        cmocka_unit_test(gms2_what_the_leader_sent_before_it_crashed_is_delivered_before_the_election),
        cmocka_unit_test(gms2_holds_back_what_a_future_leader_sends_until_the_election_reaches_it),
        cmocka_unit_test(gms2_holds_back_a_bounded_number_of_messages),
        cmocka_unit_test(gms2_drops_what_a_stale_leader_says),
        cmocka_unit_test(gms2_what_was_held_back_from_a_member_that_is_out_now_is_dropped_with_the_reason),
        cmocka_unit_test(gms2_a_crashed_follower_stays_in_the_view),
        cmocka_unit_test(gms2_watching_a_dead_member_reports_it_at_once),
        cmocka_unit_test(gms2_a_newcomer_whose_first_view_names_a_dead_leader_follows_the_next),
        cmocka_unit_test(gms2_a_newcomer_may_hear_of_the_dead_leader_from_the_next_one_only),
        cmocka_unit_test(gms2_drains_what_a_dead_leader_had_sent_before_it_passes_on),
        cmocka_unit_test(gms2_a_request_to_one_that_does_not_lead_yet_is_lost),
        cmocka_unit_test(gms2_the_leader_leaves_and_the_next_one_leads),
        cmocka_unit_test(gms2_a_leave_that_died_with_the_leader_is_said_again_to_the_next),
        cmocka_unit_test(gms2_parts_when_the_leader_crashes_in_the_middle_of_a_broadcast),
    };
    return cmocka_run_group_tests_name("ladder: gms2", tests, NULL, NULL);
}
