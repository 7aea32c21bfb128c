/* gms3: the messages are numbered, and a new leader re-sends the last one. What that heals, and what breaks
 * it.
 *
 * A group of three has had three views, numbers 1 to 3 of the series; the next message is #4.
 * Reading aid: a change +N turns the colour (R,G,B) into (G, B, R+N).
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void gms3_numbers_views_and_changes_in_one_series(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 2);
    (void)state;
    multicast(c, 1, 7);
    join(c, 1);
    settle(c);
    multicast(c, 1, 5);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w1#1 (+7) #3\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  JOIN w3\n"
                     "w1 installs view 3 [w1 w2 w3]\n"
                     "w1 -> w2  VIEW 3 [w1 w2 w3] #4\n"
                     "w2 installs view 3 [w1 w2 w3]\n"
                     "w1 -> w3  VIEW 3 [w1 w2 w3] #4\n"
                     "w3 installs view 3 [w1 w2 w3]\n"
                     "w1 multicasts w1#2 (+5)\n"
                     "w1 delivers w1#2 (+5) -> #000705\n"
                     "w1 -> w2  MSG w1#2 (+5) #5\n"
                     "w2 delivers w1#2 (+5) -> #000705\n"
                     "w1 -> w3  MSG w1#2 (+5) #5\n"
                     "w3 delivers w1#2 (+5) -> #000005\n"); /* no state transfer in this story */
    for (int who = 1; who <= 3; who++)
        assert_int_equal(gms_expected(&node_of(c, who)->gms), 6);
    cluster_free(&c);
}

/* The script that parts gms2, word for word. */
static void gms3_stays_in_sync_when_the_leader_crashes_in_the_middle_of_a_broadcast(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
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
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n" /* not to w3 ... */
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n" /* ... but from w2 */
                     "w2 -> w3  VIEW 4 [w2 w3] #5\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #000705\n"
                     "w2 -> w3  MSG w2#1 (+5) #6\n"
                     "w3 delivers w2#1 (+5) -> #000705\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void
gms3_a_new_leader_first_resends_its_last_message_then_says_the_view_with_the_next_number(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 4);
    (void)state;
    multicast(c, 1, 7);
    settle(c);
    cluster_skip(c);
    with_sends(c);
    crash(c, 1);
    tell_down(c, 1, 2);
    cluster_story(c, "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 sends to w3  MSG w1#1 (+7) #5\n"
                     "w2 sends to w4  MSG w1#1 (+7) #5\n"
                     "w2 leads\n"
                     "w2 sends to w3  VIEW 5 [w2 w3 w4] #6\n"
                     "w2 sends to w4  VIEW 5 [w2 w3 w4] #6\n"
                     "w2 installs view 5 [w2 w3 w4]\n");
    cluster_free(&c);
}

static void gms3_a_lower_number_is_a_duplicate_and_ignored(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    multicast(c, 1, 7);
    settle(c);
    cluster_skip(c);
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 drops MSG w1#1 #4: duplicate\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #5\n"
                     "w3 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms3_the_last_message_may_be_a_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    join(c, 1);
    deliver_one(c, 4, 1);
    deliver_one(c, 1, 2);
    keep_only(c, 1, 3, 0); /* w1 died before it could tell w3 and w4 */
    keep_only(c, 1, 4, 0);
    crash(c, 1);
    settle(c);
    cluster_story(c, "w4 -> w1  JOIN w4\n"
                     "w1 installs view 4 [w1 w2 w3 w4]\n"
                     "w1 -> w2  VIEW 4 [w1 w2 w3 w4] #4\n"
                     "w2 installs view 4 [w1 w2 w3 w4]\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 5 [w2 w3 w4]\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w2 -> w3  VIEW 4 [w1 w2 w3 w4] #4\n"
                     "w3 installs view 4 [w1 w2 w3 w4]\n" /* and drops w1: known to be down */
                     "w2 -> w4  VIEW 4 [w1 w2 w3 w4] #4\n"
                     "w4 installs view 4 [w1 w2 w3 w4]\n"
                     "w2 -> w3  VIEW 5 [w2 w3 w4] #5\n"
                     "w3 installs view 5 [w2 w3 w4]\n"
                     "w2 -> w4  VIEW 5 [w2 w3 w4] #5\n"
                     "w4 installs view 5 [w2 w3 w4]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms3_survives_two_crashes_the_second_in_the_election(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 4);
    (void)state;
    arm_crash(c, 1, 1); /* w2 alone gets the change ... */
    arm_crash(c, 2, 1); /* ... and passes it on to w3 alone */
    multicast(c, 1, 7);
    settle(c);
    cluster_story(c, "fault at w1: crash mid-broadcast after 1\n"
                     "fault at w2: crash mid-broadcast after 1\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "fault at w1: crash mid-broadcast\n"
                     "w1 crashes\n"
                     "w1 -> w2  MSG w1#1 (+7) #5\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 learns that w1 is down\n"
                     "fault at w2: crash mid-broadcast\n"
                     "w2 crashes\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w4 learns that w2 is down\n" /* w4 had it from no one */
                     "w2 -> w3  MSG w1#1 (+7) #5\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 learns that w2 is down\n"
                     "w3 leads\n"
                     "w3 installs view 5 [w3 w4]\n"
                     "w3 -> w4  MSG w1#1 (+7) #5\n"
                     "w4 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w4  VIEW 5 [w3 w4] #6\n"
                     "w4 installs view 5 [w3 w4]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms3_on_installing_a_view_those_known_to_be_down_are_dropped(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 4);
    (void)state;
    crash(c, 1);
    tell_down(c, 1, 2);
    keep_only(c, 2, 4, 1); /* w2 died between its VIEW to w3 and the one to w4 */
    crash(c, 2);
    deliver_link(c, 2, 4);
    tell_down(c, 1, 4);
    tell_down(c, 2, 4);
    cluster_skip(c);
    assert_int_equal(gms_leader(&node_of(c, 4)->gms), 3);
    settle(c);
    /* The VIEW that w3 re-sends to w4 names w2 as its leader; w4 knows better and stays with w3. */
    cluster_story(c, "w2 -> w3  VIEW 4 [w1 w2 w3 w4] #4\n"
                     "w3 holds it back\n"
                     "w2 -> w3  VIEW 5 [w2 w3 w4] #5\n"
                     "w3 holds it back\n"
                     "w3 learns that w1 is down\n"
                     "w3 drops VIEW 4 #4: duplicate\n"
                     "w3 installs view 5 [w2 w3 w4]\n"
                     "w3 learns that w2 is down\n"
                     "w3 leads\n"
                     "w3 installs view 6 [w3 w4]\n"
                     "w3 -> w4  VIEW 5 [w2 w3 w4] #5\n"
                     "w4 installs view 5 [w2 w3 w4]\n"
                     "w3 -> w4  VIEW 6 [w3 w4] #6\n"
                     "w4 installs view 6 [w3 w4]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms3_freezes_on_a_gap(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    multicast(c, 1, 5);
    multicast(c, 1, 3);
    settle(c);
    cluster_story(c, "fault at w1: lose 1 to w2\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 -> w2  lost: MSG w1#1 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 multicasts w1#2 (+5)\n"
                     "w1 delivers w1#2 (+5) -> #000705\n"
                     "w1 multicasts w1#3 (+3)\n"
                     "w1 delivers w1#3 (+3) -> #070503\n"
                     "w1 -> w2  MSG w1#2 (+5) #5\n"
                     "w2 freezes: expected 4, got 5\n" /* it misses something and can't ask */
                     "w2 drops MSG w1#2 #5: gap before it\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w1#3 (+3) #6\n"
                     "w2 drops MSG w1#3 #6: frozen\n"
                     "w1 -> w3  MSG w1#2 (+5) #5\n"
                     "w3 delivers w1#2 (+5) -> #000705\n"
                     "w1 -> w3  MSG w1#3 (+3) #6\n"
                     "w3 delivers w1#3 (+3) -> #070503\n");
    multicast(c, 2, 1);
    cluster_story(c, "w2 can't multicast: frozen\n");
    assert_string_equal(cluster_outcome(c), "halt");
    assert_string_equal(color_of(c, 2), "#000000"); /* it never showed anything wrong */
    cluster_free(&c);
}

static void gms3_a_frozen_member_may_still_leave(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 2);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    multicast(c, 1, 5);
    settle(c);
    cluster_skip(c);
    leave(c, 2);
    cluster_story(c, "w2 wants to leave\n"
                     "w2 has left\n");
    cluster_free(&c);
}

static void gms3_does_not_notice_the_loss_of_the_very_last_message(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    settle(c);
    pass_ms(c, 60000);
    assert_string_equal(color_of(c, 1), "#000007");
    assert_string_equal(color_of(c, 2), "#000000");
    assert_int_equal(gms_phase(&node_of(c, 2)->gms), GMS_FOLLOWING);
    cluster_free(&c);
}

/* A real crash: every link keeps its own prefix of what was sent. w3 has what the first follower has not. */
static void gms3_parts_when_an_asynchronous_crash_leaves_the_first_follower_with_less(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    multicast(c, 1, 7);
    keep_only(c, 1, 2, 0);
    crash(c, 1);
    settle(c);
    multicast(c, 2, 5);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n" /* w3 alone */
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 drops VIEW 3 #3: duplicate\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #4\n"
                     "w3 drops VIEW 4 #4: duplicate\n" /* another #4 than its own */
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #000005\n"
                     "w2 -> w3  MSG w2#1 (+5) #5\n"
                     "w3 delivers w2#1 (+5) -> #000705\n");
    assert_string_equal(cluster_outcome(c), "desync");
    cluster_free(&c);
}

static void gms3_parts_when_a_message_is_lost_and_the_leader_crashes(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    settle(c);
    crash(c, 1);
    settle(c);
    cluster_story(c, "fault at w1: lose 1 to w2\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 -> w2  lost: MSG w1#1 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 drops VIEW 3 #3: duplicate\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #4\n"
                     "w3 drops VIEW 4 #4: duplicate\n");
    assert_string_equal(cluster_outcome(c), "desync");
    cluster_free(&c);
}

static void gms3_parts_when_a_live_leader_is_suspected(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    suspect(c, 1, 2); /* wrongly: now there are two leaders */
    multicast(c, 1, 7);
    settle(c);
    cluster_story(c, "w2 suspects w1\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 drops MSG w1#1 #4: stale leader\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 holds it back\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #4\n"
                     "w3 holds it back\n");
    assert_string_equal(cluster_outcome(c), "desync");
    cluster_free(&c);
}

static void gms3_a_newcomer_begins_with_the_number_of_its_first_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    multicast(c, 1, 7);
    multicast(c, 1, 5);
    settle(c);
    join(c, 3);
    settle(c);
    cluster_skip(c);
    assert_int_equal(gms_expected(&node_of(c, 4)->gms), 7);
    multicast(c, 1, 3);
    deliver_link(c, 1, 4);
    cluster_story(c, "w1 multicasts w1#3 (+3)\n"
                     "w1 delivers w1#3 (+3) -> #070503\n"
                     "w1 -> w4  MSG w1#3 (+3) #7\n"
                     "w4 delivers w1#3 (+3) -> #000003\n");
    cluster_free(&c);
}

static void gms3_a_newcomer_whose_first_view_is_re_sent_follows_who_re_sent_it(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 2);
    (void)state;
    join(c, 1);
    deliver_one(c, 3, 1);
    deliver_one(c, 1, 2);
    keep_only(c, 1, 3, 0); /* the view never reached the newcomer */
    crash(c, 1);
    tell_down(c, 1, 3); /* it knows of the crash before it knows of the group */
    tell_down(c, 1, 2);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 installs view 3 [w1 w2 w3]\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #4\n"
                     "w3 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* It alone has the crashed leader's last change. */
static void gms3_who_is_elected_while_it_leaves_first_passes_on_what_it_has(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    leave(c, 2);
    arm_crash(c, 1, 1);
    multicast(c, 1, 7);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 has left\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #5\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 learns that w2 is down\n"
                     "w3 leads\n"
                     "w3 installs view 5 [w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms3_numbers_views_and_changes_in_one_series),
        cmocka_unit_test(gms3_stays_in_sync_when_the_leader_crashes_in_the_middle_of_a_broadcast),
        cmocka_unit_test(
            gms3_a_new_leader_first_resends_its_last_message_then_says_the_view_with_the_next_number),
        cmocka_unit_test(gms3_a_lower_number_is_a_duplicate_and_ignored),
        cmocka_unit_test(gms3_the_last_message_may_be_a_view),
        cmocka_unit_test(gms3_survives_two_crashes_the_second_in_the_election),
        cmocka_unit_test(gms3_on_installing_a_view_those_known_to_be_down_are_dropped),
        cmocka_unit_test(gms3_freezes_on_a_gap),
        cmocka_unit_test(gms3_a_frozen_member_may_still_leave),
        cmocka_unit_test(gms3_does_not_notice_the_loss_of_the_very_last_message),
        cmocka_unit_test(gms3_parts_when_an_asynchronous_crash_leaves_the_first_follower_with_less),
        cmocka_unit_test(gms3_parts_when_a_message_is_lost_and_the_leader_crashes),
        cmocka_unit_test(gms3_parts_when_a_live_leader_is_suspected),
        cmocka_unit_test(gms3_a_newcomer_begins_with_the_number_of_its_first_view),
        cmocka_unit_test(gms3_a_newcomer_whose_first_view_is_re_sent_follows_who_re_sent_it),
        cmocka_unit_test(gms3_who_is_elected_while_it_leaves_first_passes_on_what_it_has),
    };
    return cmocka_run_group_tests_name("ladder: gms3", tests, NULL, NULL);
}
