/* gms4-ack: stop and wait. One message at a time, one follower at a time, the leader's own copy last. What
 * that heals, and what breaks it.
 *
 * A group of three has had three views, numbers 1 to 3 of the series; the next message is #4. What seems to
 * be lost is sent again after 50 ms.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RESEND_MS 50

static struct cluster *group(int members) {
    return cluster_of(GMS_RUNG_4_ACK, members);
}

/* -- Stop and wait --------------------------------------------------------------------------------------- */

static void gms4_ack_sends_to_one_follower_after_the_other_and_takes_its_own_copy_last(void **state) {
    struct cluster *c = group(3);
    (void)state;
    with_sends(c);
    multicast(c, 2, 7);
    settle(c);
    cluster_story(c, "w2 multicasts w2#1 (+7)\n"
                     "w2 sends to w1  REQUEST w2#1 (+7)\n"
                     "w2 -> w1  REQUEST w2#1 (+7)\n"
                     "w1 sends to w2  MSG w2#1 (+7) #4\n"
                     "w1 -> w2  MSG w2#1 (+7) #4\n"
                     "w2 delivers w2#1 (+7) -> #000007\n"
                     "w2 sends to w1  ACK in 3 #4\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w1 sends to w3  MSG w2#1 (+7) #4\n"
                     "w1 -> w3  MSG w2#1 (+7) #4\n"
                     "w3 delivers w2#1 (+7) -> #000007\n"
                     "w3 sends to w1  ACK in 3 #4\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 delivers w2#1 (+7) -> #000007\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_gives_the_newcomer_its_view_last(void **state) {
    struct cluster *c = group(2);
    (void)state;
    join(c, 2);
    settle(c);
    cluster_story(c, "w3 -> w2  JOIN w3\n"
                     "w2 -> w1  JOIN w3\n"
                     "w1 -> w2  VIEW 3 [w1 w2 w3] #3\n"
                     "w2 installs view 3 [w1 w2 w3]\n"
                     "w2 -> w1  ACK in 3 #3\n"
                     "w1 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 installs view 3 [w1 w2 w3]\n"
                     "w3 -> w1  ACK in 3 #3\n"
                     "w1 installs view 3 [w1 w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_what_comes_meanwhile_waits_in_the_order_in_which_it_came(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 1); /* on its way at once */
    multicast(c, 3, 2);
    multicast(c, 2, 4);
    deliver_link(c, 3, 1);
    multicast(c, 1, 3);
    deliver_link(c, 2, 1);
    assert_int_equal(node_of(c, 1)->gms.gms1.hold.count, 3);
    settle(c);
    assert_string_equal(color_of(c, 1), "#020305"); /* +1 +2 +3 +4 */
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_queues_nothing_twice_and_nothing_that_would_overtake(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 1); /* on its way */
    multicast(c, 2, 2);
    lose_one(c, 2, 1);
    multicast(c, 2, 3);
    pass_ms(c, RESEND_MS); /* both again */
    pass_ms(c, RESEND_MS); /* and again */
    cluster_skip(c);
    deliver_link(c, 2, 1);
    cluster_story(c, "w2 -> w1  REQUEST w2#2 (+3)\n"
                     "w1 drops REQUEST w2#2: gap before it\n"
                     "w2 -> w1  REQUEST w2#1 (+2)\n"
                     "w1 holds it back\n"
                     "w2 -> w1  REQUEST w2#2 (+3)\n"
                     "w1 holds it back\n"
                     "w2 -> w1  REQUEST w2#1 (+2)\n"
                     "w1 drops REQUEST w2#1: duplicate\n"
                     "w2 -> w1  REQUEST w2#2 (+3)\n"
                     "w1 drops REQUEST w2#2: duplicate\n");
    settle(c);
    assert_string_equal(color_of(c, 1), "#010203");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_tells_a_leaver_its_view_once_and_does_not_wait_for_it(void **state) {
    struct cluster *c = group(3);
    (void)state;
    with_sends(c);
    leave(c, 2);
    settle(c);
    cluster_story(c, "w2 wants to leave\n"
                     "w2 sends to w1  LEAVE w2\n"
                     "w2 -> w1  LEAVE w2\n"
                     "w1 sends to w3  VIEW 4 [w1 w3] #4\n"
                     "w1 sends to w2  VIEW 4 [w1 w3] #4\n"
                     "w1 -> w2  VIEW 4 [w1 w3] #4\n"
                     "w2 has left\n"
                     "w1 -> w3  VIEW 4 [w1 w3] #4\n"
                     "w3 installs view 4 [w1 w3]\n"
                     "w3 sends to w1  ACK in 4 #4\n"
                     "w3 -> w1  ACK in 4 #4\n"
                     "w1 installs view 4 [w1 w3]\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- What is lost ---------------------------------------------------------------------------------------- */

static void gms4_ack_a_lost_message_is_sent_again(void **state) {
    struct cluster *c = group(3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    pass_ms(c, RESEND_MS);
    settle(c);
    cluster_story(c, "fault at w1: lose 1 to w2\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 -> w2  lost: MSG w1#1 #4\n"
                     "50 ms pass\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_a_lost_acknowledgement_is_given_again_for_the_duplicate(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 7);
    deliver_one(c, 1, 2);
    lose_one(c, 2, 1);
    pass_ms(c, RESEND_MS);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w1  lost: ACK 3 #4\n"
                     "50 ms pass\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 drops MSG w1#1 #4: duplicate\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_a_lost_view_is_sent_again_before_anything_else(void **state) {
    struct cluster *c = group(2);
    (void)state;
    lose_next(c, 1, 3);
    join(c, 1);
    deliver_one(c, 3, 1);
    multicast(c, 1, 7);
    settle(c);
    cluster_skip(c);
    pass_ms(c, RESEND_MS);
    settle(c);
    cluster_story(c, "50 ms pass\n"
                     "w1 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 installs view 3 [w1 w2 w3]\n"
                     "w3 -> w1  JOIN w3\n"
                     "w1 holds it back\n"
                     "w3 -> w1  ACK in 3 #3\n"
                     "w1 installs view 3 [w1 w2 w3]\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 drops JOIN: duplicate\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- Crashes --------------------------------------------------------------------------------------------- */

static void gms4_ack_passes_over_a_crashed_follower_which_then_leaves_the_view(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 7);
    crash(c, 2);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w2 crashes\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  VIEW 4 [w1 w3] #5\n"
                     "w3 installs view 4 [w1 w3]\n"
                     "w3 -> w1  ACK in 4 #5\n"
                     "w1 installs view 4 [w1 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_several_crashed_followers_make_one_view(void **state) {
    struct cluster *c = group(5);
    (void)state;
    multicast(c, 1, 7);
    crash(c, 3);
    crash(c, 4);
    crash(c, 5);
    tell_down(c, 5, 1);
    tell_down(c, 4, 1);
    tell_down(c, 3, 1);
    settle(c);
    assert_int_equal(gms_current_view(&node_of(c, 2)->gms)->number, 6);
    assert_int_equal(gms_current_view(&node_of(c, 2)->gms)->count, 2);
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* The very crash that breaks gms3: what the first follower has not, nobody has. */
static void
gms4_ack_stays_in_sync_when_an_asynchronous_crash_leaves_the_first_follower_with_less(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 7);
    assert_int_equal(on_the_way(c, 1, 3), 0);
    keep_only(c, 1, 2, 0);
    crash(c, 1);
    settle(c);
    multicast(c, 2, 5);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 drops VIEW 3 #3: duplicate\n"
                     "w3 -> w2  ACK in 3 #3\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #4\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 -> w2  ACK in 4 #4\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 -> w3  MSG w2#1 (+5) #5\n"
                     "w3 delivers w2#1 (+5) -> #000005\n"
                     "w3 -> w2  ACK in 4 #5\n"
                     "w2 delivers w2#1 (+5) -> #000005\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_a_new_leader_passes_on_the_last_message_before_its_view(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 7);
    deliver_one(c, 1, 2);
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w2  ACK in 3 #4\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #5\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 -> w2  ACK in 4 #5\n"
                     "w2 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_survives_a_lost_message_and_a_leader_crash(void **state) {
    struct cluster *c = group(3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    settle(c);
    assert_string_equal(color_of(c, 1), "#000000"); /* it has not even shown it */
    crash(c, 1);
    settle(c);
    multicast(c, 2, 5);
    settle(c);
    assert_string_equal(color_of(c, 2), "#000005");
    assert_string_equal(color_of(c, 3), "#000005");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_survives_two_crashes_the_second_in_the_election(void **state) {
    struct cluster *c = group(4);
    (void)state;
    multicast(c, 1, 7);
    deliver_one(c, 1, 2);
    crash(c, 1); /* w2 alone has the change ... */
    tell_down(c, 1, 2);
    deliver_one(c, 2, 3);
    crash(c, 2); /* ... and passed it on to w3 alone */
    settle(c);
    assert_string_equal(color_of(c, 3), "#000007");
    assert_string_equal(color_of(c, 4), "#000007");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* The search found it: nobody had told the leader to watch a member that it had to wait for. */
static void gms4_ack_a_new_leader_does_not_wait_for_a_newcomer_that_has_given_up(void **state) {
    struct cluster *c = group(3);
    (void)state;
    join(c, 1);
    deliver_one(c, 4, 1);
    deliver_one(c, 1, 2); /* the view with w4: w2 alone has it */
    crash(c, 1);
    tell_down(c, 1, 2);
    lose_one(c, 2, 3);
    pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS); /* w4 has no contact left */
    assert_int_equal(gms_phase(&node_of(c, 4)->gms), GMS_FAILED);
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- Leaving --------------------------------------------------------------------------------------------- */

static void gms4_ack_a_leader_that_leaves_finishes_its_broadcast(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 7);
    leave(c, 1);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 wants to leave\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 has left\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 drops MSG w1#1 #4: duplicate\n"
                     "w3 -> w2  ACK in 3 #4\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #5\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 -> w2  ACK in 4 #5\n"
                     "w2 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_a_leader_that_leaves_gives_its_broadcast_up_when_nobody_answers(void **state) {
    struct cluster *c = group(2);
    (void)state;
    multicast(c, 1, 7);
    leave(c, 1);
    cut(c, 2, 1);
    run_ms(c, GMS_TRIES_MAX * RESEND_MS - 1);
    assert_int_equal(gms_phase(&node_of(c, 1)->gms), GMS_LEADING);
    cluster_skip(c);
    run_ms(c, 1);
    cluster_story(c, "w1 is blocked\n"
                     "w1 has left\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 3 [w2]\n");
    cluster_free(&c);
}

/* The simulator found these two: what only the leaver had delivered was lost with it. */
static void gms4_ack_a_leader_that_leaves_sends_again_what_is_lost(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 7);
    leave(c, 1);
    deliver_one(c, 1, 2);
    lose_next(c, 1, 3);
    run_ms(c, 2 * RESEND_MS);
    assert_int_equal(gms_phase(&node_of(c, 1)->gms), GMS_LEFT);
    assert_string_equal(color_of(c, 3), "#000007");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_who_is_elected_while_it_leaves_first_passes_on_what_it_has(void **state) {
    struct cluster *c = group(4);
    (void)state;
    multicast(c, 1, 7);
    deliver_one(c, 1, 2); /* w2 alone has it */
    leave(c, 2);
    crash(c, 1);
    tell_down(c, 1, 2);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w2 -> w3  MSG w1#1 (+7) #5\n"
                     "w3 holds it back\n"
                     "w3 learns that w1 is down\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w4 learns that w1 is down\n"
                     "w3 -> w2  ACK in 4 #5\n"
                     "w2 -> w4  MSG w1#1 (+7) #5\n"
                     "w4 delivers w1#1 (+7) -> #000007\n"
                     "w4 -> w2  ACK in 4 #5\n"
                     "w2 has left\n"
                     "w3 learns that w2 is down\n"
                     "w3 leads\n"
                     "w4 learns that w2 is down\n"
                     "w3 -> w4  MSG w1#1 (+7) #5\n"
                     "w4 drops MSG w1#1 #5: duplicate\n"
                     "w4 -> w3  ACK in 4 #5\n"
                     "w3 -> w4  VIEW 5 [w3 w4] #6\n"
                     "w4 installs view 5 [w3 w4]\n"
                     "w4 -> w3  ACK in 5 #6\n"
                     "w3 installs view 5 [w3 w4]\n");
    assert_string_equal(color_of(c, 4), "#000007");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- Whom nobody may acknowledge ---------------------------------------------------------------------------
 */

static void gms4_ack_a_stale_leader_is_never_acknowledged(void **state) {
    struct cluster *c = group(3);
    (void)state;
    with_sends(c);
    suspect(c, 1, 2); /* wrongly */
    settle(c);
    cluster_skip(c);
    multicast(c, 1, 7);
    settle(c);
    pass_ms(c, RESEND_MS);
    deliver_link(c, 1, 2);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 sends to w2  MSG w1#1 (+7) #4\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 drops MSG w1#1 #4: stale leader\n"
                     "50 ms pass\n"
                     "w2 sends to w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w1 sends to w2  MSG w1#1 (+7) #4\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 drops MSG w1#1 #4: stale leader\n");
    cluster_free(&c);
}

static void gms4_ack_of_what_is_held_back_a_repetition_is_a_duplicate(void **state) {
    struct cluster *c = group(3);
    (void)state;
    suspect(c, 1, 2);
    for (int i = 0; i < 3; i++) {
        deliver_link(c, 2, 3);
        pass_ms(c, RESEND_MS);
    }
    cluster_story(c, "w2 suspects w1\n"
                     "w2 leads\n"
                     "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 holds it back\n"
                     "50 ms pass\n"
                     "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 drops VIEW 3 #3: duplicate\n"
                     "50 ms pass\n"
                     "w2 -> w3  VIEW 3 [w1 w2 w3] #3\n"
                     "w3 drops VIEW 3 #3: duplicate\n"
                     "50 ms pass\n");
    assert_int_equal(node_of(c, 3)->gms.gms1.hold.count, 1);
    cluster_free(&c);
}

static void
gms4_ack_an_acknowledgement_of_another_message_or_by_another_follower_counts_for_nothing(void **state) {
    const struct gms_message old = {.type = GMS_ACK, .view = 3, .seq = 3};
    const struct gms_message new = {.type = GMS_ACK, .view = 3, .seq = 4};
    (void)state;
    struct cluster *c = group(3);
    inject(c, 2, 1, &new); /* nothing is on its way */
    multicast(c, 1, 7);
    inject(c, 2, 1, &old);
    inject(c, 3, 1, &new);
    inject(c, 3, 2, &new);
    cluster_story(c, "w2 -> w1  ACK in 3 #4\n"
                     "w1 drops ACK 3 #4: duplicate\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w2 -> w1  ACK in 3 #3\n"
                     "w1 drops ACK 3 #3: duplicate\n"
                     "w3 -> w1  ACK in 3 #4\n"
                     "w1 drops ACK 3 #4: duplicate\n"
                     "w3 -> w2  ACK in 3 #4\n"
                     "w2 drops ACK 3 #4: duplicate\n");
    assert_int_equal(on_the_way(c, 1, 3), 0);
    settle(c);
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- What breaks it ----------------------------------------------------------------------------------------
 */

static void gms4_ack_halts_when_a_live_leader_is_suspected_and_says_so(void **state) {
    struct cluster *c = group(3);
    (void)state;
    suspect(c, 1, 3); /* wrongly: w3 listens to w2 from now on, which does not lead */
    multicast(c, 1, 7);
    settle(c);
    cluster_story(c, "w3 suspects w1\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 -> w1  ACK in 3 #4\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 drops MSG w1#1 #4: stale leader\n");
    run_ms(c, 9 * RESEND_MS);
    assert_false(gms_blocked(&node_of(c, 1)->gms));
    cluster_skip(c);
    run_ms(c, RESEND_MS);
    cluster_story(c, "w1 is blocked\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 drops MSG w1#1 #4: stale leader\n");
    assert_string_equal(cluster_outcome(c), "halt");
    assert_string_equal(color_of(c, 1), "#000000");
    cluster_free(&c);
}

static void gms4_ack_whoever_was_blocked_goes_on_as_soon_as_it_is_answered(void **state) {
    struct cluster *c = group(2);
    (void)state;
    cut(c, 2, 1); /* the acknowledgements */
    multicast(c, 1, 7);
    run_ms(c, 10 * RESEND_MS);
    assert_true(gms_blocked(&node_of(c, 1)->gms));
    heal(c);
    cluster_skip(c);
    run_ms(c, RESEND_MS);
    cluster_story(c, "w1 -> w2  MSG w1#1 (+7) #3\n"
                     "w2 drops MSG w1#1 #3: duplicate\n"
                     "w2 -> w1  ACK in 2 #3\n"
                     "w1 goes on\n"
                     "w1 delivers w1#1 (+7) -> #000007\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_ack_parts_when_both_sides_suspect(void **state) {
    struct cluster *c = group(3);
    (void)state;
    suspect(c, 1, 2);
    suspect(c, 1, 3);
    suspect(c, 2, 1);
    suspect(c, 3, 1);
    multicast(c, 1, 7);
    multicast(c, 2, 5);
    settle(c);
    assert_string_equal(color_of(c, 1), "#000007");
    assert_string_equal(color_of(c, 2), "#000005");
    assert_string_equal(cluster_outcome(c), "desync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms4_ack_sends_to_one_follower_after_the_other_and_takes_its_own_copy_last),
        cmocka_unit_test(gms4_ack_gives_the_newcomer_its_view_last),
        cmocka_unit_test(gms4_ack_what_comes_meanwhile_waits_in_the_order_in_which_it_came),
        cmocka_unit_test(gms4_ack_queues_nothing_twice_and_nothing_that_would_overtake),
        cmocka_unit_test(gms4_ack_tells_a_leaver_its_view_once_and_does_not_wait_for_it),
        cmocka_unit_test(gms4_ack_a_lost_message_is_sent_again),
        cmocka_unit_test(gms4_ack_a_lost_acknowledgement_is_given_again_for_the_duplicate),
        cmocka_unit_test(gms4_ack_a_lost_view_is_sent_again_before_anything_else),
        cmocka_unit_test(gms4_ack_passes_over_a_crashed_follower_which_then_leaves_the_view),
        cmocka_unit_test(gms4_ack_several_crashed_followers_make_one_view),
        cmocka_unit_test(
            gms4_ack_stays_in_sync_when_an_asynchronous_crash_leaves_the_first_follower_with_less),
        cmocka_unit_test(gms4_ack_a_new_leader_passes_on_the_last_message_before_its_view),
        cmocka_unit_test(gms4_ack_survives_a_lost_message_and_a_leader_crash),
        cmocka_unit_test(gms4_ack_survives_two_crashes_the_second_in_the_election),
        cmocka_unit_test(gms4_ack_a_new_leader_does_not_wait_for_a_newcomer_that_has_given_up),
        cmocka_unit_test(gms4_ack_a_leader_that_leaves_finishes_its_broadcast),
        cmocka_unit_test(gms4_ack_a_leader_that_leaves_gives_its_broadcast_up_when_nobody_answers),
        cmocka_unit_test(gms4_ack_a_leader_that_leaves_sends_again_what_is_lost),
        cmocka_unit_test(gms4_ack_who_is_elected_while_it_leaves_first_passes_on_what_it_has),
        cmocka_unit_test(gms4_ack_a_stale_leader_is_never_acknowledged),
        cmocka_unit_test(gms4_ack_of_what_is_held_back_a_repetition_is_a_duplicate),
        cmocka_unit_test(
            gms4_ack_an_acknowledgement_of_another_message_or_by_another_follower_counts_for_nothing),
        cmocka_unit_test(gms4_ack_halts_when_a_live_leader_is_suspected_and_says_so),
        cmocka_unit_test(gms4_ack_whoever_was_blocked_goes_on_as_soon_as_it_is_answered),
        cmocka_unit_test(gms4_ack_parts_when_both_sides_suspect),
    };
    return cmocka_run_group_tests_name("ladder: gms4-ack", tests, NULL, NULL);
}
