/* gms4-nack: the leader does not wait; whoever misses something asks for it. What that heals, and what breaks
 * it.
 *
 * A group of three has had three views, numbers 1 to 3 of the series; the next message is #4. What was asked
 * for and has not come is asked for again after 50 ms. Heartbeats go out when the test says so.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RESEND_MS 50

static struct cluster *group(int members) {
    return cluster_of(GMS_RUNG_4_NACK, members);
}

static bool nobody_says_anything(const struct cluster *c, int members) {
    for (int from = 1; from <= members; from++) {
        for (int to = 1; to <= members; to++) {
            if (on_the_way(c, from, to) > 0)
                return false;
        }
    }
    return true;
}

/* -- Gaps ------------------------------------------------------------------------------------------------ */

static void gms4_nack_does_not_wait_for_anybody(void **state) {
    struct cluster *c = group(3);
    (void)state;
    with_sends(c);
    multicast(c, 1, 7);
    multicast(c, 1, 5);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 sends to w2  MSG w1#1 (+7) #4\n"
                     "w1 sends to w3  MSG w1#1 (+7) #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 multicasts w1#2 (+5)\n"
                     "w1 sends to w2  MSG w1#2 (+5) #5\n"
                     "w1 sends to w3  MSG w1#2 (+5) #5\n"
                     "w1 delivers w1#2 (+5) -> #000705\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w1#2 (+5) #5\n"
                     "w2 delivers w1#2 (+5) -> #000705\n"
                     "w1 -> w3  MSG w1#2 (+5) #5\n"
                     "w3 delivers w1#2 (+5) -> #000705\n");
    assert_int_equal(gms_deadline(&node_of(c, 1)->gms), GMS_NEVER); /* idle again */
    assert_int_equal(gms_deadline(&node_of(c, 2)->gms), GMS_NEVER);
    cluster_free(&c);
}

static void gms4_nack_delivers_nothing_beyond_a_gap_and_asks_for_what_is_missing(void **state) {
    struct cluster *c = group(3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    multicast(c, 1, 5);
    multicast(c, 1, 3);
    deliver_link(c, 1, 2);
    cluster_story(c, "fault at w1: lose 1 to w2\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 -> w2  lost: MSG w1#1 #4\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 multicasts w1#2 (+5)\n"
                     "w1 delivers w1#2 (+5) -> #000705\n"
                     "w1 multicasts w1#3 (+3)\n"
                     "w1 delivers w1#3 (+3) -> #070503\n"
                     "w1 -> w2  MSG w1#2 (+5) #5\n"
                     "w1 -> w2  MSG w1#3 (+3) #6\n");
    assert_string_equal(color_of(c, 2), "#000000");
    deliver_link(c, 2, 1);
    deliver_link(c, 1, 2);
    cluster_story(c, "w2 -> w1  NACK #4 to #4\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 delivers w1#2 (+5) -> #000705\n"
                     "w2 delivers w1#3 (+3) -> #070503\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_asks_for_each_gap_once_when_it_shows(void **state) {
    struct cluster *c = group(3);
    (void)state;
    with_sends(c);
    for (int i = 1; i <= 6; i++) { /* #4 to #9, of which #4, #6 and #7 are lost */
        multicast(c, 1, i);
        if (i == 1 || i == 3 || i == 4)
            lose_one(c, 1, 2);
        else
            deliver_one(c, 1, 2);
        cluster_skip(c);
    }
    assert_int_equal(on_the_way(c, 2, 1), 2);
    heartbeat(c, 1, 2);
    lose_one(c, 1, 2); /* an old one would say less */
    inject(c, 1, 2, &(struct gms_message){.type = GMS_HEARTBEAT, .view = 3, .seq = 5});
    heartbeat(c, 1, 2);
    deliver_link(c, 1, 2);
    cluster_skip(c);
    assert_int_equal(on_the_way(c, 2, 1), 2);
    deliver_link(c, 2, 1);
    cluster_story(c, "w2 -> w1  NACK #4 to #4\n"
                     "w1 sends to w2  MSG w1#1 (+1) #4\n"
                     "w2 -> w1  NACK #6 to #7\n"
                     "w1 sends to w2  MSG w1#3 (+3) #6\n"
                     "w1 sends to w2  MSG w1#4 (+4) #7\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_a_lost_nack_is_repeated_and_so_is_one_whose_answer_is_lost(void **state) {
    struct cluster *c = group(3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    multicast(c, 1, 5);
    lose_next(c, 2, 1);
    deliver_all(c);
    cluster_skip(c);
    lose_next(c, 1, 2); /* the next answer */
    pass_ms(c, RESEND_MS);
    settle(c);
    pass_ms(c, RESEND_MS);
    settle(c);
    cluster_story(c, "fault at w1: lose 1 to w2\n"
                     "50 ms pass\n"
                     "w2 -> w1  NACK #4 to #4\n"
                     "w1 -> w2  lost: MSG w1#1 #4\n"
                     "50 ms pass\n"
                     "w2 -> w1  NACK #4 to #4\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 delivers w1#2 (+5) -> #000705\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_what_came_early_twice_is_a_duplicate(void **state) {
    const uint8_t change[] = {'C', 9};
    const struct gms_message early = {
        .type = GMS_MSG, .view = 3, .seq = 6, .origin = 1, .n = 3, .body = change, .body_size = 2};
    struct cluster *c = group(3);
    (void)state;
    inject(c, 1, 2, &early);
    inject(c, 1, 2, &early);
    cluster_story(c, "w1 -> w2  MSG w1#3 (+9) #6\n"
                     "w1 -> w2  MSG w1#3 (+9) #6\n"
                     "w2 drops MSG w1#3 #6: duplicate\n");
    assert_int_equal(on_the_way(c, 2, 1), 1);
    cluster_free(&c);
}

static void gms4_nack_what_is_too_early_for_the_history_is_dropped_and_asked_for_later(void **state) {
    const uint8_t change[] = {'C', 9};
    const struct gms_message far = {.type = GMS_MSG,
                                    .view = 3,
                                    .seq = 4 + GMS_HISTORY_MAX,
                                    .origin = 1,
                                    .n = 1 + GMS_HISTORY_MAX,
                                    .body = change,
                                    .body_size = 2};
    struct cluster *c = group(3);
    (void)state;
    inject(c, 1, 2, &far);
    deliver_one(c, 2, 1);
    cluster_story(c, "w1 -> w2  MSG w1#16385 (+9) #16388\n"
                     "w2 drops MSG w1#16385 #16388: gap before it\n"
                     "w2 -> w1  NACK #4 to #16387\n");
    cluster_free(&c);
}

/* -- The last message ------------------------------------------------------------------------------------ */

static void gms4_nack_notices_the_loss_of_the_very_last_message_by_the_heartbeat(void **state) {
    struct cluster *c = group(3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    run_ms(c, 60000);
    assert_string_equal(color_of(c, 2), "#000000"); /* the core alone does not */
    cluster_skip(c);
    heartbeat(c, 1, 2);
    settle(c);
    cluster_story(c, "w1 -> w2  HEARTBEAT in 3 #4\n"
                     "w2 -> w1  NACK #4 to #4\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n");
    heartbeat(c, 1, 2);
    heartbeat(c, 2, 1);
    heartbeat(c, 1, 3);
    settle(c);
    cluster_story(c, "w1 -> w2  HEARTBEAT in 3 #4\n"
                     "w1 -> w3  HEARTBEAT in 3 #4\n"
                     "w2 -> w1  HEARTBEAT in 3 #4\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_a_heartbeat_of_somebody_else_says_nothing(void **state) {
    const struct gms_message beat = {.type = GMS_HEARTBEAT, .view = 3, .seq = 99};
    struct cluster *c = group(3);
    (void)state;
    inject(c, 3, 2, &beat);
    inject(c, 3, 1, &beat);
    assert_true(nobody_says_anything(c, 3));
    assert_int_equal(gms_deadline(&node_of(c, 2)->gms), GMS_NEVER);
    cluster_free(&c);
}

/* -- Views ----------------------------------------------------------------------------------------------- */

static void gms4_nack_a_followers_lost_view_is_sent_again_like_any_message(void **state) {
    struct cluster *c = group(3);
    (void)state;
    lose_next(c, 1, 2);
    join(c, 1);
    settle(c);
    cluster_skip(c);
    heartbeat(c, 1, 2);
    settle(c);
    cluster_story(c, "w1 -> w2  HEARTBEAT in 4 #4\n"
                     "w2 -> w1  NACK #4 to #4\n"
                     "w1 -> w2  VIEW 4 [w1 w2 w3 w4] #4\n"
                     "w2 installs view 4 [w1 w2 w3 w4]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_a_newcomer_whose_view_is_lost_asks_again_and_begins_with_the_next_one(void **state) {
    struct cluster *c = group(2);
    (void)state;
    lose_next(c, 1, 3);
    join(c, 1);
    settle(c);
    cluster_skip(c);
    multicast(c, 1, 7);
    settle(c);
    heartbeat(c, 1, 3);
    settle(c);
    pass_ms(c, RESEND_MS);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w1#1 (+7) #4\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 holds it back\n"
                     "w1 -> w3  HEARTBEAT in 3 #4\n"
                     "50 ms pass\n"
                     "w3 -> w1  JOIN w3\n"
                     "w1 installs view 4 [w1 w2 w3]\n"
                     "w1 -> w2  VIEW 4 [w1 w2 w3] #5\n"
                     "w2 installs view 4 [w1 w2 w3]\n"
                     "w1 -> w3  VIEW 4 [w1 w2 w3] #5\n"
                     "w3 installs view 4 [w1 w2 w3]\n"
                     "w3 drops MSG w1#1 #4: duplicate\n");
    assert_int_equal(gms_expected(&node_of(c, 3)->gms), 6);
    cluster_free(&c);
}

static void gms4_nack_a_crashed_follower_leaves_the_view(void **state) {
    struct cluster *c = group(3);
    (void)state;
    crash(c, 2);
    settle(c);
    cluster_story(c, "w2 crashes\n"
                     "w1 learns that w2 is down\n"
                     "w1 installs view 4 [w1 w3]\n"
                     "w3 learns that w2 is down\n"
                     "w1 -> w3  VIEW 4 [w1 w3] #4\n"
                     "w3 installs view 4 [w1 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_a_leavers_lost_view_does_not_keep_it(void **state) {
    struct cluster *c = group(3);
    (void)state;
    leave(c, 3);
    lose_next(c, 1, 3);
    settle(c);
    assert_int_equal(gms_current_view(&node_of(c, 2)->gms)->count, 2);
    pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
    assert_int_equal(gms_phase(&node_of(c, 3)->gms), GMS_LEFT);
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- The history ----------------------------------------------------------------------------------------- */

static void make_w2_miss(struct cluster *c, int changes) {
    cut(c, 1, 2);
    for (int i = 0; i < changes; i++) {
        multicast(c, 1, 1);
        settle(c);
        cluster_skip(c);
    }
    heal(c);
    heartbeat(c, 1, 2);
}

static void gms4_nack_sends_a_whole_history_again(void **state) {
    struct cluster *c = group(3);
    (void)state;
    make_w2_miss(c, GMS_HISTORY_MAX);
    deliver_one(c, 1, 2);
    deliver_one(c, 2, 1);
    assert_int_equal(on_the_way(c, 1, 2), GMS_HISTORY_MAX);
    for (int i = 0; i < GMS_HISTORY_MAX; i++) {
        deliver_one(c, 1, 2);
        cluster_skip(c);
    }
    assert_int_equal(worker_of(c, 2).state.count, GMS_HISTORY_MAX);
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_who_misses_what_has_left_the_history_is_excluded(void **state) {
    struct cluster *c = group(3);
    (void)state;
    make_w2_miss(c, GMS_HISTORY_MAX + 1);
    settle(c);
    cluster_story(c, "fault at w1: heal to w2\n"
                     "w1 -> w2  HEARTBEAT in 3 #16388\n"
                     "w2 -> w1  NACK #4 to #16387\n"
                     "w1 -> w2  TOO_OLD in 3 #5\n"
                     "w2 is excluded: misses what nobody keeps any more\n"
                     "w1 learns that w2 is down\n"
                     "w1 installs view 4 [w1 w3]\n"
                     "w3 learns that w2 is down\n"
                     "w1 -> w3  VIEW 4 [w1 w3] #16389\n"
                     "w3 installs view 4 [w1 w3]\n");
    assert_int_equal(gms_phase(&node_of(c, 2)->gms), GMS_OUT);
    assert_string_equal(cluster_outcome(c), "sync"); /* those who are left */
    cluster_free(&c);
}

static void
gms4_nack_too_old_means_something_from_the_leader_only_and_only_if_it_still_misses_it(void **state) {
    const struct gms_message too_old = {.type = GMS_TOO_OLD, .view = 3, .seq = 9};
    const struct gms_message known = {.type = GMS_TOO_OLD, .view = 3, .seq = 4};
    struct cluster *c = group(3);
    (void)state;
    inject(c, 3, 2, &too_old);
    inject(c, 2, 1, &too_old);
    inject(c, 1, 2, &known);
    cluster_story(c, "w3 -> w2  TOO_OLD in 3 #9\n"
                     "w2 drops TOO_OLD 3 #9: stale leader\n"
                     "w2 -> w1  TOO_OLD in 3 #9\n"
                     "w1 drops TOO_OLD 3 #9: stale leader\n"
                     "w1 -> w2  TOO_OLD in 3 #4\n"
                     "w2 drops TOO_OLD 3 #4: duplicate\n");
    inject(c, 1, 2, &too_old);
    assert_int_equal(gms_phase(&node_of(c, 2)->gms), GMS_OUT);
    cluster_free(&c);
}

static void gms4_nack_a_new_leader_goes_on_serving_from_its_own_history(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 1, 1);
    multicast(c, 1, 2);
    multicast(c, 1, 3);
    lose_one(c, 1, 3); /* +1 and +2; the re-send of the last one is not enough */
    lose_one(c, 1, 3);
    deliver_link(c, 1, 2);
    deliver_link(c, 1, 3);
    lose_one(c, 3, 1);
    crash(c, 1);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  MSG w1#3 (+3) #6\n"
                     "w3 -> w2  NACK #4 to #5\n"
                     "w2 -> w3  VIEW 4 [w2 w3] #7\n"
                     "w2 -> w3  MSG w1#1 (+1) #4\n"
                     "w3 delivers w1#1 (+1) -> #000001\n"
                     "w2 -> w3  MSG w1#2 (+2) #5\n"
                     "w3 delivers w1#2 (+2) -> #000102\n"
                     "w3 delivers w1#3 (+3) -> #010203\n"
                     "w3 installs view 4 [w2 w3]\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms4_nack_only_a_leader_serves_and_only_members(void **state) {
    const struct gms_message nack = {.type = GMS_NACK, .view = 3, .seq = 2, .last = 3};
    struct cluster *c = group(3);
    (void)state;
    leave(c, 3);
    settle(c);
    cluster_skip(c);
    inject(c, 1, 2, &nack);
    inject(c, 3, 1, &nack);
    cluster_story(c, "w1 -> w2  NACK #2 to #3\n"
                     "w2 drops NACK 3 #2: not the leader\n"
                     "w3 -> w1  NACK #2 to #3\n"
                     "w1 drops NACK 3 #2: not from a member\n");
    assert_true(nobody_says_anything(c, 3));
    cluster_free(&c);
}

static void gms4_nack_asked_for_what_does_not_exist_yet_it_sends_what_there_is(void **state) {
    const struct gms_message nack = {.type = GMS_NACK, .view = 3, .seq = 3, .last = UINT64_MAX / 8};
    struct cluster *c = group(3);
    (void)state;
    inject(c, 2, 1, &nack);
    assert_int_equal(on_the_way(c, 1, 2), 1);
    cluster_free(&c);
}

/* -- Elections ------------------------------------------------------------------------------------------- */

static void gms4_nack_survives_a_crash_in_the_middle_of_a_broadcast_like_gms3(void **state) {
    struct cluster *c = group(3);
    (void)state;
    arm_crash(c, 1, 1);
    multicast(c, 1, 7);
    settle(c);
    assert_string_equal(color_of(c, 2), "#000007");
    assert_string_equal(color_of(c, 3), "#000007");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* What came early from the dead leader may get another number from the next one. */
static void gms4_nack_what_came_early_is_forgotten_with_its_leader(void **state) {
    struct cluster *c = group(4);
    (void)state;
    multicast(c, 1, 1);
    multicast(c, 1, 2);
    lose_one(c, 1, 3);
    lose_one(c, 1, 4);
    deliver_one(c, 1, 3); /* #6, early at w3 and w4; nobody has #5 */
    deliver_one(c, 1, 4);
    lose_one(c, 1, 2);
    lose_one(c, 1, 2);
    lose_one(c, 3, 1);
    lose_one(c, 4, 1);
    crash(c, 1);
    settle(c);
    multicast(c, 2, 5);
    multicast(c, 2, 3);
    settle(c);
    for (int who = 2; who <= 4; who++)
        assert_string_equal(color_of(c, who), "#000503");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- What breaks it ----------------------------------------------------------------------------------------
 */

static void gms4_nack_parts_when_a_message_is_lost_and_the_leader_crashes(void **state) {
    struct cluster *c = group(3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    deliver_all(c);
    crash(c, 1);
    settle(c);
    multicast(c, 2, 5);
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
                     "w3 drops VIEW 4 #4: duplicate\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #000005\n"
                     "w2 -> w3  MSG w2#1 (+5) #5\n"
                     "w3 delivers w2#1 (+5) -> #000705\n");
    assert_string_equal(cluster_outcome(c), "desync");
    cluster_free(&c);
}

/* The witness of the ladder's page: a REQUEST that the old leader had taken, and the next one has not. */
static void
gms4_nack_delivers_a_change_twice_when_the_crashed_leader_had_told_one_follower_only(void **state) {
    struct cluster *c = group(3);
    (void)state;
    multicast(c, 2, 7);
    deliver_one(c, 2, 1);
    keep_only(c, 1, 2, 0); /* asynchronous: this link keeps less than the other */
    crash(c, 1);
    settle(c);
    assert_string_equal(color_of(c, 2), "#000007");
    assert_string_equal(color_of(c, 3), "#000707"); /* twice */
    assert_string_equal(cluster_outcome(c), "desync");
    cluster_free(&c);
}

static void gms4_nack_parts_when_a_live_leader_is_suspected(void **state) {
    struct cluster *c = group(3);
    (void)state;
    suspect(c, 1, 2);
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
        cmocka_unit_test(gms4_nack_does_not_wait_for_anybody),
        cmocka_unit_test(gms4_nack_delivers_nothing_beyond_a_gap_and_asks_for_what_is_missing),
        cmocka_unit_test(gms4_nack_asks_for_each_gap_once_when_it_shows),
        cmocka_unit_test(gms4_nack_a_lost_nack_is_repeated_and_so_is_one_whose_answer_is_lost),
        cmocka_unit_test(gms4_nack_what_came_early_twice_is_a_duplicate),
        cmocka_unit_test(gms4_nack_what_is_too_early_for_the_history_is_dropped_and_asked_for_later),
        cmocka_unit_test(gms4_nack_notices_the_loss_of_the_very_last_message_by_the_heartbeat),
        cmocka_unit_test(gms4_nack_a_heartbeat_of_somebody_else_says_nothing),
        cmocka_unit_test(gms4_nack_a_followers_lost_view_is_sent_again_like_any_message),
        cmocka_unit_test(gms4_nack_a_newcomer_whose_view_is_lost_asks_again_and_begins_with_the_next_one),
        cmocka_unit_test(gms4_nack_a_crashed_follower_leaves_the_view),
        cmocka_unit_test(gms4_nack_a_leavers_lost_view_does_not_keep_it),
        cmocka_unit_test(gms4_nack_sends_a_whole_history_again),
        cmocka_unit_test(gms4_nack_who_misses_what_has_left_the_history_is_excluded),
        cmocka_unit_test(
            gms4_nack_too_old_means_something_from_the_leader_only_and_only_if_it_still_misses_it),
        cmocka_unit_test(gms4_nack_a_new_leader_goes_on_serving_from_its_own_history),
        cmocka_unit_test(gms4_nack_only_a_leader_serves_and_only_members),
        cmocka_unit_test(gms4_nack_asked_for_what_does_not_exist_yet_it_sends_what_there_is),
        cmocka_unit_test(gms4_nack_survives_a_crash_in_the_middle_of_a_broadcast_like_gms3),
        cmocka_unit_test(gms4_nack_what_came_early_is_forgotten_with_its_leader),
        cmocka_unit_test(gms4_nack_parts_when_a_message_is_lost_and_the_leader_crashes),
        cmocka_unit_test(
            gms4_nack_delivers_a_change_twice_when_the_crashed_leader_had_told_one_follower_only),
        cmocka_unit_test(gms4_nack_parts_when_a_live_leader_is_suspected),
    };
    return cmocka_run_group_tests_name("ladder: gms4-nack", tests, NULL, NULL);
}
