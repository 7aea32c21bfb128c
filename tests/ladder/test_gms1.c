/* gms1: a leader orders, nobody fails. Each test is a sentence of the lecture; its story is the proof.
 *
 * Reading aid: a change +N turns the colour (R,G,B) into (G, B, R+N).
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void gms1_the_first_member_founds_the_group_and_leads(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 1);
    (void)state;
    assert_int_equal(gms_phase(&node_of(c, 1)->gms), GMS_LEADING);
    assert_int_equal(gms_current_view(&node_of(c, 1)->gms)->number, 1);
    multicast(c, 1, 7);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n");
    cluster_free(&c);
}

static void gms1_a_newcomer_is_appended_at_the_end_and_gets_the_view_last(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 2);
    (void)state;
    with_sends(c);
    join(c, 2);
    settle(c);
    cluster_story(c, "w3 sends to w2  JOIN w3\n" /* to any member ... */
                     "w3 -> w2  JOIN w3\n"
                     "w2 sends to w1  JOIN w3\n" /* ... a follower forwards it */
                     "w2 -> w1  JOIN w3\n"
                     "w1 sends to w2  VIEW 3 [w1 w2 w3]\n"
                     "w1 sends to w3  VIEW 3 [w1 w2 w3]\n" /* the newcomer last */
                     "w1 installs view 3 [w1 w2 w3]\n"
                     "w1 -> w2  VIEW 3 [w1 w2 w3]\n"
                     "w2 installs view 3 [w1 w2 w3]\n"
                     "w1 -> w3  VIEW 3 [w1 w2 w3]\n"
                     "w3 installs view 3 [w1 w2 w3]\n");
    cluster_free(&c);
}

static void gms1_concurrent_joins_become_one_chain_of_views(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 1);
    (void)state;
    join(c, 1);
    join(c, 1);
    deliver_one(c, 3, 1);
    deliver_one(c, 2, 1);
    settle(c);
    cluster_story(c, "w3 -> w1  JOIN w3\n"
                     "w1 installs view 2 [w1 w3]\n"
                     "w2 -> w1  JOIN w2\n"
                     "w1 installs view 3 [w1 w3 w2]\n" /* seniority is the order of arrival at the leader */
                     "w1 -> w2  VIEW 3 [w1 w3 w2]\n"
                     "w2 installs view 3 [w1 w3 w2]\n"
                     "w1 -> w3  VIEW 2 [w1 w3]\n"
                     "w3 installs view 2 [w1 w3]\n"
                     "w1 -> w3  VIEW 3 [w1 w3 w2]\n"
                     "w3 installs view 3 [w1 w3 w2]\n");
    cluster_free(&c);
}

static void gms1_the_leader_orders_concurrent_changes(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 3);
    (void)state;
    multicast(c, 2, 5);
    multicast(c, 3, 3);
    multicast(c, 1, 7);
    deliver_one(c, 3, 1);
    deliver_one(c, 2, 1);
    settle(c);
    cluster_story(c, "w2 multicasts w2#1 (+5)\n"
                     "w3 multicasts w3#1 (+3)\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  REQUEST w3#1 (+3)\n"
                     "w1 delivers w3#1 (+3) -> #000703\n"
                     "w2 -> w1  REQUEST w2#1 (+5)\n"
                     "w1 delivers w2#1 (+5) -> #070305\n" /* and so for everybody: */
                     "w1 -> w2  MSG w1#1 (+7)\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w1#1 (+7)\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w3#1 (+3)\n"
                     "w2 delivers w3#1 (+3) -> #000703\n"
                     "w1 -> w3  MSG w3#1 (+3)\n"
                     "w3 delivers w3#1 (+3) -> #000703\n"
                     "w1 -> w2  MSG w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #070305\n"
                     "w1 -> w3  MSG w2#1 (+5)\n"
                     "w3 delivers w2#1 (+5) -> #070305\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms1_the_leader_sends_in_view_order_and_delivers_last(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 4);
    (void)state;
    with_sends(c);
    multicast(c, 1, 7);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 sends to w2  MSG w1#1 (+7)\n"
                     "w1 sends to w3  MSG w1#1 (+7)\n"
                     "w1 sends to w4  MSG w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n");
    cluster_free(&c);
}

static void gms1_a_follower_does_not_deliver_its_own_change_before_the_leader_says_so(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 2);
    (void)state;
    multicast(c, 2, 5);
    assert_string_equal(color_of(c, 2), "#000000");
    deliver_all(c);
    assert_string_equal(color_of(c, 2), "#000005");
    cluster_free(&c);
}

static void gms1_a_follower_listens_to_its_leader_only(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 3);
    const uint8_t change[] = {'C', 9};
    const struct gms_message msg = {
        .type = GMS_MSG, .view = 3, .origin = 2, .n = 1, .body = change, .body_size = sizeof change};
    (void)state;
    inject(c, 2, 3, &msg);
    inject(c, 2, 1, &msg);
    cluster_story(c, "w2 -> w3  MSG w2#1 (+9)\n"
                     "w3 drops MSG w2#1: not the leader\n"
                     "w2 -> w1  MSG w2#1 (+9)\n"
                     "w1 drops MSG w2#1: not the leader\n");
    cluster_free(&c);
}

static void gms1_halts_when_the_leader_crashes(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 3);
    (void)state;
    crash(c, 1);
    settle(c);
    multicast(c, 2, 5);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w2 learns that w1 is down\n" /* the detector knows; at gms1 nobody asked it */
                     "w3 learns that w1 is down\n"
                     "w2 multicasts w2#1 (+5)\n"); /* and that is the last that anybody hears of it */
    assert_string_equal(cluster_outcome(c), "halt");
    cluster_free(&c);
}

static void gms1_halts_when_the_leader_leaves(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 3);
    (void)state;
    leave(c, 1);
    settle(c);
    cluster_story(c, "w1 wants to leave\n"
                     "w1 has left\n"
                     "w2 learns that w1 is down\n"
                     "w3 learns that w1 is down\n");
    assert_string_equal(cluster_outcome(c), "halt");
    cluster_free(&c);
}

static void gms1_goes_on_when_a_follower_crashes(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 3);
    (void)state;
    crash(c, 2);
    multicast(c, 3, 3);
    settle(c);
    cluster_story(c, "w2 crashes\n"
                     "w3 multicasts w3#1 (+3)\n"
                     "w3 -> w1  REQUEST w3#1 (+3)\n"
                     "w1 delivers w3#1 (+3) -> #000003\n"
                     "w1 -> w3  MSG w3#1 (+3)\n"
                     "w3 delivers w3#1 (+3) -> #000003\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n");
    assert_int_equal(gms_current_view(&node_of(c, 1)->gms)->count, 3); /* it stays in the view */
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms1_the_first_member_founds_the_group_and_leads),
        cmocka_unit_test(gms1_a_newcomer_is_appended_at_the_end_and_gets_the_view_last),
        cmocka_unit_test(gms1_concurrent_joins_become_one_chain_of_views),
        cmocka_unit_test(gms1_the_leader_orders_concurrent_changes),
        cmocka_unit_test(gms1_the_leader_sends_in_view_order_and_delivers_last),
        cmocka_unit_test(gms1_a_follower_does_not_deliver_its_own_change_before_the_leader_says_so),
        cmocka_unit_test(gms1_a_follower_listens_to_its_leader_only),
        cmocka_unit_test(gms1_halts_when_the_leader_crashes),
        cmocka_unit_test(gms1_halts_when_the_leader_leaves),
        cmocka_unit_test(gms1_goes_on_when_a_follower_crashes),
    };
    return cmocka_run_group_tests_name("ladder: gms1", tests, NULL, NULL);
}
