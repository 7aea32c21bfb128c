/* gms5, life in a view: order, safe and agreed delivery, what is lost and asked for again, flow control. How
 * views change is in test_gms5_change.c and test_gms5_cut.c, who may go on in test_gms5_quorum.c, who comes
 * and goes in test_gms5_join.c and test_gms5_leave.c.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct cluster *agreed_of(int members) {
    return cluster_with(&(struct cluster_settings){.rung = GMS_RUNG_5, .delivery = GMS_AGREED}, members);
}

/* -- When it is delivered ------------------------------------------------------------------------------- */

static void gms5_delivers_a_change_once_a_quorum_has_it(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 2, 7);
    settle(c);
    cluster_story(c, "w2 multicasts w2#1 (+7)\n"
                     "w2 -> w1  REQUEST w2#1 (+7)\n"
                     "w1 -> w2  MSG w2#1 (+7) #4\n"
                     "w1 -> w3  MSG w2#1 (+7) #4\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w1 delivers w2#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 -> w2  COMMIT in 3 committed #4 #4\n"
                     "w2 delivers w2#1 (+7) -> #000007\n"
                     "w1 -> w3  COMMIT in 3 committed #4 #4\n"
                     "w3 delivers w2#1 (+7) -> #000007\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_waits_for_the_quorum_however_long_it_takes(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    multicast(c, 1, 7);
    deliver_link(c, 1, 2);
    deliver_link(c, 2, 1); /* two of five */
    assert_string_equal(color_of(c, 1), "#000000");
    deliver_link(c, 1, 3);
    assert_string_equal(color_of(c, 1), "#000000"); /* w3 has it, and w1 does not know */
    deliver_link(c, 3, 1);
    assert_string_equal(color_of(c, 1), "#000007");
    assert_string_equal(color_of(c, 2), "#000000"); /* nor does w2 know that it is committed */
    cluster_free(&c);
}

static void gms5_agreed_delivery_does_not_wait(void **state) {
    struct cluster *c = agreed_of(3);
    (void)state;
    multicast(c, 2, 7);
    settle(c);
    cluster_story(c, "w2 multicasts w2#1 (+7)\n"
                     "w2 -> w1  REQUEST w2#1 (+7)\n"
                     "w1 delivers w2#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w2#1 (+7) #4\n"
                     "w2 delivers w2#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w2#1 (+7) #4\n"
                     "w3 delivers w2#1 (+7) -> #000007\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w3 -> w1  ACK in 3 #4\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w1 shows the change, and dies before anybody else has it. */
static void gms5_what_only_the_dead_had_delivered_is_lost_under_agreed_delivery(void **state) {
    struct cluster *c = agreed_of(3);
    (void)state;
    without_messages(c);
    multicast(c, 1, 7);
    keep_only(c, 1, 2, 0);
    keep_only(c, 1, 3, 0);
    crash(c, 1);
    settle(c);
    multicast(c, 3, 5);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w3 is blocked\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w3 multicasts w3#1 (+5)\n"
                     "w2 delivers w3#1 (+5) -> #000005\n"
                     "w3 delivers w3#1 (+5) -> #000005\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* As soon as w1 shows it, w2 has it, who alone does; w3 gets it in the old view. */
static void gms5_what_only_the_dead_had_delivered_is_kept_under_safe_delivery(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    multicast(c, 1, 7);
    deliver_link(c, 1, 2);
    deliver_link(c, 2, 1);
    keep_only(c, 1, 2, 0);
    keep_only(c, 1, 3, 0);
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w3 is blocked\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_a_message_taken_only_by_the_crashed_leader_is_forgotten_and_nobody_saw_it(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    multicast(c, 1, 7);
    keep_only(c, 1, 2, 0);
    keep_only(c, 1, 3, 0);
    crash(c, 1);
    settle(c);
    multicast(c, 2, 5);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w3 is blocked\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #000005\n"
                     "w3 delivers w2#1 (+5) -> #000005\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- What is lost --------------------------------------------------------------------------------------- */

static void gms5_a_gap_is_asked_for_and_nothing_beyond_it_delivered(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    multicast(c, 1, 5);
    deliver_link(c, 1, 3);
    deliver_link(c, 3, 1);
    cluster_skip(c);
    deliver_link(c, 1, 2);
    deliver_one(c, 2, 1);
    deliver_link(c, 2, 1);
    deliver_link(c, 1, 2);
    cluster_story(c, "w1 -> w2  MSG w1#2 (+5) #5\n"
                     "w1 -> w2  COMMIT in 3 committed #4 #5\n"
                     "w1 -> w2  COMMIT in 3 committed #5 #5\n"
                     "w2 -> w1  ACK in 3 #3\n"
                     "w2 -> w1  NACK #4 to #4\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 delivers w1#2 (+5) -> #000705\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_the_loss_of_the_very_last_message_is_noticed(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    settle(c);
    cluster_skip(c);
    run_ms(c, 50);
    cluster_story(c, "w1 -> w2  HEARTBEAT in 3 committed #4 #4\n"
                     "w2 -> w1  NACK #4 to #4\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w1  ACK in 3 #3\n"
                     "w2 -> w1  ACK in 3 #4\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_a_commit_that_is_lost_is_asked_for(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 1, 7);
    deliver_link(c, 1, 2);
    deliver_link(c, 1, 3);
    deliver_link(c, 2, 1);
    lose_one(c, 1, 3); /* the COMMIT */
    settle(c);
    assert_string_equal(color_of(c, 3), "#000000");
    cluster_skip(c);
    run_ms(c, 50);
    cluster_story(c, "w3 -> w1  HEARTBEAT in 3 committed #3 #4\n"
                     "w1 -> w3  HEARTBEAT in 3 committed #4 #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n");
    cluster_free(&c);
}

static void gms5_a_request_that_is_lost_is_made_again_in_order(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    lose_next(c, 2, 1);
    multicast(c, 2, 7);
    multicast(c, 2, 5);
    settle(c);
    cluster_story(c, "fault at w2: lose 1 to w1\n"
                     "w2 multicasts w2#1 (+7)\n"
                     "w2 -> w1  lost: REQUEST w2#1\n"
                     "w2 multicasts w2#2 (+5)\n"
                     "w2 -> w1  REQUEST w2#2 (+5)\n"
                     "w1 drops REQUEST w2#2: gap before it\n");
    without_messages(c);
    run_ms(c, 50);
    cluster_story(c, "w1 delivers w2#1 (+7) -> #000007\n"
                     "w1 delivers w2#2 (+5) -> #000705\n"
                     "w2 delivers w2#1 (+7) -> #000007\n"
                     "w3 delivers w2#1 (+7) -> #000007\n"
                     "w3 delivers w2#2 (+5) -> #000705\n"
                     "w2 delivers w2#2 (+5) -> #000705\n");
    cluster_free(&c);
}

static void gms5_a_request_made_twice_is_ordered_once(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 2, 7);
    pass_ms(c, 50);
    cluster_skip(c);
    deliver_link(c, 2, 1);
    cluster_story(c, "w2 -> w1  REQUEST w2#1 (+7)\n"
                     "w2 -> w1  REQUEST w2#1 (+7)\n"
                     "w1 drops REQUEST w2#1: duplicate\n"
                     "w2 -> w1  HEARTBEAT in 3 committed #3 #3\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* w3 asks twice; the second one is still on its way to w1 when w2 has changed the view. */
static void gms5_a_request_that_comes_again_after_a_view_change_is_a_duplicate(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 3, 7);
    deliver_one(c, 3, 1);
    deliver_link(c, 1, 3);
    pass_ms(c, 50);
    suspect(c, 1, 2);
    for (int phases = 0; phases < 3; phases++) { /* PREPARE, ACCEPT, INSTALL */
        deliver_link(c, 2, 1);
        deliver_link(c, 1, 2);
        deliver_link(c, 2, 3);
        deliver_link(c, 3, 2);
    }
    assert_int_equal(gms_current_view(&node_of(c, 1)->gms)->number, 4);
    cluster_skip(c);
    deliver_link(c, 3, 1);
    cluster_story(c, "w3 -> w1  ACK in 3 #4\n"
                     "w1 drops ACK 3 #4: of an old view\n"
                     "w3 -> w1  REQUEST w3#1 (+7)\n"
                     "w1 drops REQUEST w3#1: duplicate\n"
                     "w3 -> w1  HEARTBEAT in 3 committed #3 #4\n"
                     "w1 drops HEARTBEAT 3 #4: of an old view\n"
                     "w3 -> w1  ACK in 4 #5\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_int_equal(worker_of(c, 2).state.count, 1 + 3);
    cluster_free(&c);
}

/* Of w3's three changes w1 ordered one, which w2 has, and died; the others died with it. */
static void
gms5_what_is_not_delivered_at_the_cut_is_asked_of_the_next_leader_once_and_in_order(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    multicast(c, 3, 7);
    multicast(c, 3, 5);
    deliver_link(c, 3, 1);
    multicast(c, 3, 3);
    keep_only(c, 1, 2, 1);
    keep_only(c, 1, 3, 0);
    crash(c, 1);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w3 is blocked\n"
                     "w2 delivers w3#1 (+7) -> #000007\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 delivers w3#1 (+7) -> #000007\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w2 delivers w3#2 (+5) -> #000705\n"
                     "w2 delivers w3#3 (+3) -> #070503\n"
                     "w3 delivers w3#2 (+5) -> #000705\n"
                     "w3 delivers w3#3 (+3) -> #070503\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* -- Flow control --------------------------------------------------------------------------------------- */

static void gms5_who_has_too_many_of_its_own_not_delivered_would_block(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    for (int i = 0; i < GMS_PENDING_MAX; i++)
        multicast(c, 2, 1);
    cluster_skip(c);
    multicast(c, 2, 1);
    cluster_story(c, "w2 can't multicast: too many of one's own not delivered yet\n");
    settle(c);
    assert_int_equal(worker_of(c, 3).state.count, GMS_PENDING_MAX);
    cluster_skip(c);
    multicast(c, 2, 1);
    settle(c);
    assert_int_equal(worker_of(c, 3).state.count, GMS_PENDING_MAX + 1);
    cluster_free(&c);
}

/* w5 hears nothing: nothing becomes stable, and everybody else waits for it, as long as it is a member. */
static void gms5_each_member_has_its_part_of_the_window_that_is_not_stable_and_no_more(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 6);
    const int equal = GMS_WINDOW_MAX / 6,
              part = 4 * equal + (2 * equal + 2) / 3; /* the leader's is smaller */
    (void)state;
    without_messages(c);
    cut(c, 1, 5);
    for (int who = 1; who <= 6; who++) {
        for (int i = 0; i < GMS_PENDING_MAX && who != 5; i++) {
            multicast(c, who, 1);
            cluster_skip(c);
        }
        for (int turns = 0; turns < 2 * GMS_PENDING_MAX; turns++) {
            settle(c);
            cluster_skip(c);
        }
    }
    assert_int_equal(gms_expected(&node_of(c, 1)->gms) - 1 - node_of(c, 1)->gms.gms5.stable, part);
    assert_int_equal(worker_of(c, 2).state.count, part);
    heal(c);
    for (int tenths = 0; tenths < 10; tenths++) {
        cluster_skip(c);
        run_ms(c, 100);
    }
    assert_int_equal(worker_of(c, 5).state.count, 5 * GMS_PENDING_MAX);
    cluster_skip(c);
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_who_stops_acknowledging_is_suspected_and_leaves_the_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    hang(c, 3);
    multicast(c, 1, 7);
    run_ms(c, 1000);
    cluster_story(c, "w3 hangs\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 suspects w3\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w1 installs view 4 [w1 w2]\n"
                     "w1 goes on\n"
                     "w2 installs view 4 [w1 w2]\n"
                     "w2 goes on\n");
    resume(c, 3);
    run_ms(c, 1000);
    cluster_story(c, "w3 wakes up\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 is blocked\n"
                     "w3 is excluded\n"
                     "w1 learns that w3 is down\n"
                     "w2 learns that w3 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_delivers_a_change_once_a_quorum_has_it),
        cmocka_unit_test(gms5_waits_for_the_quorum_however_long_it_takes),
        cmocka_unit_test(gms5_agreed_delivery_does_not_wait),
        cmocka_unit_test(gms5_what_only_the_dead_had_delivered_is_lost_under_agreed_delivery),
        cmocka_unit_test(gms5_what_only_the_dead_had_delivered_is_kept_under_safe_delivery),
        cmocka_unit_test(gms5_a_message_taken_only_by_the_crashed_leader_is_forgotten_and_nobody_saw_it),
        cmocka_unit_test(gms5_a_gap_is_asked_for_and_nothing_beyond_it_delivered),
        cmocka_unit_test(gms5_the_loss_of_the_very_last_message_is_noticed),
        cmocka_unit_test(gms5_a_commit_that_is_lost_is_asked_for),
        cmocka_unit_test(gms5_a_request_that_is_lost_is_made_again_in_order),
        cmocka_unit_test(gms5_a_request_made_twice_is_ordered_once),
        cmocka_unit_test(gms5_a_request_that_comes_again_after_a_view_change_is_a_duplicate),
        cmocka_unit_test(gms5_what_is_not_delivered_at_the_cut_is_asked_of_the_next_leader_once_and_in_order),
        cmocka_unit_test(gms5_who_has_too_many_of_its_own_not_delivered_would_block),
        cmocka_unit_test(gms5_each_member_has_its_part_of_the_window_that_is_not_stable_and_no_more),
        cmocka_unit_test(gms5_who_stops_acknowledging_is_suspected_and_leaves_the_view),
    };
    return cmocka_run_group_tests_name("ladder: gms5", tests, NULL, NULL);
}
