/* What gms4-ack and gms4-nack share: a wish is repeated until its effect is seen, and done once. Each story
 * is told on both and must be the same; whether a message is acknowledged or asked for is told elsewhere.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define RESEND_MS  50
#define BOTH(rung) for (enum gms_rung_id rung = GMS_RUNG_4_ACK; rung <= GMS_RUNG_4_NACK; rung++)

static uint64_t taken_of(const struct cluster *c, int who, int origin) {
    return gms_counts_get(&node_of(c, who)->gms.gms4.taken, (gms_id)origin);
}

static uint32_t pending_of(const struct cluster *c, int who) {
    return node_of(c, who)->gms.gms4.pending.count;
}

/* Settles without a story, which would be long. No time passes. */
static void settle_quietly(struct cluster *c, int members) {
    bool moved = true;
    while (moved) {
        moved = false;
        for (int link = 0; link < members * members; link++) {
            const int from = 1 + link / members, to = 1 + link % members;
            if (on_the_way(c, from, to) == 0)
                continue;
            deliver_one(c, from, to);
            cluster_skip(c);
            moved = true;
        }
    }
}

/* -- REQUEST --------------------------------------------------------------------------------------------- */

static void gms4_a_lost_request_is_repeated_until_it_is_delivered(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 3);
        lose_next(c, 2, 1);
        multicast(c, 2, 7);
        settle(c);
        assert_int_equal(pending_of(c, 2), 1);
        lose_next(c, 2, 1);
        run_ms(c, RESEND_MS);
        assert_string_equal(color_of(c, 2), "#000000");
        run_ms(c, RESEND_MS);
        assert_string_equal(color_of(c, 2), "#000007");
        assert_int_equal(pending_of(c, 2), 0);
        assert_int_equal(gms_deadline(&node_of(c, 2)->gms), GMS_NEVER); /* and no longer */
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_a_request_that_comes_twice_is_taken_once(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 3);
        multicast(c, 2, 7);
        pass_ms(c, RESEND_MS); /* the leader is slow */
        pass_ms(c, RESEND_MS);
        assert_int_equal(on_the_way(c, 2, 1), 3);
        settle(c);
        assert_string_equal(color_of(c, 1), "#000007");
        assert_int_equal(taken_of(c, 3, 2), 1);
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_a_request_beyond_a_gap_is_refused_and_repeated_in_order(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        lose_next(c, 2, 1);
        multicast(c, 2, 1);
        multicast(c, 2, 2);
        multicast(c, 2, 3);
        cluster_skip(c);
        settle(c);
        cluster_story(c, "w2 -> w1  REQUEST w2#2 (+2)\n"
                         "w1 drops REQUEST w2#2: gap before it\n"
                         "w2 -> w1  REQUEST w2#3 (+3)\n"
                         "w1 drops REQUEST w2#3: gap before it\n");
        run_ms(c, RESEND_MS);
        assert_string_equal(color_of(c, 1), "#010203");
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_a_request_is_repeated_to_the_new_leader_as_soon_as_that_speaks(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 3);
        multicast(c, 3, 7);
        keep_only(c, 3, 1, 0); /* w1 never has it */
        crash(c, 1);
        settle(c);
        assert_string_equal(color_of(c, 2), "#000007"); /* and no time has passed */
        assert_string_equal(color_of(c, 3), "#000007");
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

/* The old leader had taken it, and told everybody; the origin is the last to hear of it. */
static void gms4_a_request_that_the_old_leader_had_taken_is_a_duplicate_to_the_next_one(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 3);
        multicast(c, 3, 7);
        deliver_one(c, 3, 1);
        deliver_one(c, 1, 2); /* w2 has it; w3 does not know */
        crash(c, 1);
        keep_only(c, 1, 3, 0);
        tell_down(c, 1, 2);
        tell_down(c, 1, 3);
        pass_ms(c, RESEND_MS); /* w3 asks w2 */
        deliver_one(c, 3, 2);
        settle(c);
        assert_string_equal(color_of(c, 2), "#000007");
        assert_string_equal(color_of(c, 3), "#000007");
        assert_int_equal(pending_of(c, 3), 0);
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

/* A change that only the crashed leader had taken, and one of the same origin after it: neither is lost, and
 * the order holds. */
static void gms4_what_died_with_the_leader_is_not_overtaken_by_what_came_after_it(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 3);
        multicast(c, 3, 1);
        deliver_one(c, 3, 1);
        multicast(c, 3, 2);
        keep_only(c, 1, 2, 0);
        keep_only(c, 1, 3, 0);
        crash(c, 1);
        settle(c);
        assert_string_equal(color_of(c, 2), "#000102");
        assert_string_equal(color_of(c, 3), "#000102");
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_who_is_elected_orders_its_own_that_were_not_ordered_yet(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 3);
        multicast(c, 2, 1);
        multicast(c, 2, 2);
        keep_only(c, 2, 1, 0);
        crash(c, 1);
        settle(c);
        assert_string_equal(color_of(c, 2), "#000102");
        assert_string_equal(color_of(c, 3), "#000102");
        assert_int_equal(pending_of(c, 2), 0);
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_newcomers_learn_from_their_view_how_far_each_member_has_got(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        multicast(c, 2, 1);
        multicast(c, 2, 2);
        multicast(c, 1, 3);
        settle(c);
        join(c, 1);
        settle(c);
        assert_int_equal(taken_of(c, 3, 1), 1);
        assert_int_equal(taken_of(c, 3, 2), 2);
        crash(c, 1);
        settle(c);
        crash(c, 2);
        settle(c); /* w3 leads */
        join(c, 3);
        settle(c);
        multicast(c, 4, 5);
        settle(c);
        assert_int_equal(taken_of(c, 3, 4), 1);
        assert_int_equal(taken_of(c, 4, 4), 1);
        cluster_free(&c);
    }
}

/* -- Flow ------------------------------------------------------------------------------------------------ */

static void gms4_a_full_list_of_own_multicasts_refuses_the_next_one(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        for (int i = 0; i < GMS_PENDING_MAX; i++)
            multicast(c, 2, 1);
        cluster_skip(c);
        assert_false(gms_may_mcast(&node_of(c, 2)->gms));
        multicast(c, 2, 9);
        cluster_story(c,
                      "w2 can't multicast: too many of one's own not delivered yet\n"); /* nor is it traced */
        assert_int_equal(gms_mcast_count(&node_of(c, 2)->gms), GMS_PENDING_MAX);
        settle_quietly(c, 2);
        assert_true(gms_may_mcast(&node_of(c, 2)->gms));
        multicast(c, 2, 9);
        settle_quietly(c, 2);
        assert_int_equal(worker_of(c, 1).state.count, GMS_PENDING_MAX + 1);
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_ack_a_member_asks_for_no_more_at_a_time_than_its_share_of_the_leaders_queue(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_4_ACK, 4);
    (void)state;
    for (int i = 0; i < GMS_PENDING_MAX; i++) {
        multicast(c, 2, 1);
        multicast(c, 3, 2);
        cluster_skip(c);
    }
    assert_int_equal(on_the_way(c, 2, 1), GMS_HOLD_MAX / 4);
    assert_int_equal(on_the_way(c, 3, 1), GMS_HOLD_MAX / 4);
    settle_quietly(c, 4);
    assert_int_equal(worker_of(c, 4).state.count, 2 * GMS_PENDING_MAX);
    assert_int_equal(node_of(c, 1)->dropped, 0); /* nothing was refused */
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- JOIN ------------------------------------------------------------------------------------------------ */

static void gms4_a_lost_join_is_repeated(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        join(c, 2);
        lose_one(c, 3, 2);
        run_ms(c, RESEND_MS);
        assert_int_equal(gms_current_view(&node_of(c, 3)->gms)->count, 3);
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_a_join_that_a_follower_passed_on_and_lost_is_repeated_too(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        join(c, 2);
        deliver_one(c, 3, 2);
        lose_one(c, 2, 1);
        run_ms(c, RESEND_MS);
        assert_int_equal(gms_current_view(&node_of(c, 3)->gms)->count, 3);
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_a_newcomer_asks_each_contact_for_the_join_timeout_then_fails_with_no_reply(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        join_through(c, 2, 1);
        pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS - 1);
        assert_int_equal(on_the_way(c, 3, 2), CLUSTER_JOIN_TIMEOUT_MS / RESEND_MS);
        assert_int_equal(on_the_way(c, 3, 1), 0);
        pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
        assert_int_equal(on_the_way(c, 3, 2), CLUSTER_JOIN_TIMEOUT_MS / RESEND_MS);
        assert_int_equal(on_the_way(c, 3, 1), CLUSTER_JOIN_TIMEOUT_MS / RESEND_MS);
        assert_int_equal(gms_phase(&node_of(c, 3)->gms), GMS_JOINING);
        pass_ms(c, 1);
        assert_int_equal(gms_phase(&node_of(c, 3)->gms), GMS_FAILED);
        cluster_free(&c);
    }
}

/* -- Who does not answer --------------------------------------------------------------------------------- */

static void gms4_who_asks_in_vain_says_that_it_is_blocked_and_when_it_goes_on(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        cut(c, 2, 1);
        multicast(c, 2, 7);
        run_ms(c, GMS_TRIES_MAX * RESEND_MS - 1);
        assert_false(gms_blocked(&node_of(c, 2)->gms));
        run_ms(c, 1);
        assert_true(gms_blocked(&node_of(c, 2)->gms));
        heal(c);
        run_ms(c, RESEND_MS);
        assert_false(gms_blocked(&node_of(c, 2)->gms));
        assert_string_equal(color_of(c, 2), "#000007");
        assert_string_equal(cluster_outcome(c), "sync");
        assert_string_equal(cluster_verdict(c), "sync");
        cluster_free(&c);
    }
}

static void gms4_who_hears_of_others_changes_is_not_blocked(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        multicast(c, 2, 7);
        lose_one(c, 2, 1);
        for (int i = 0; i < 2 * GMS_TRIES_MAX; i++) {
            lose_next(c, 2, 1);
            pass_ms(c, RESEND_MS);
            multicast(c, 1, 1);
            settle(c);
            assert_false(gms_blocked(&node_of(c, 2)->gms));
            cluster_skip(c);
        }
        cluster_free(&c);
    }
}

/* -- Leaving --------------------------------------------------------------------------------------------- */

static void gms4_a_leaver_first_asks_for_all_that_it_has(void **state) {
    (void)state;
    BOTH(rung) {
        struct cluster *c = cluster_of(rung, 2);
        for (int i = 0; i < GMS_HOLD_MAX / 2 + 3; i++) { /* more than its share */
            multicast(c, 2, 1);
            cluster_skip(c);
        }
        leave(c, 2);
        settle_quietly(c, 2);
        assert_int_equal(gms_phase(&node_of(c, 2)->gms), GMS_LEFT);
        assert_int_equal(worker_of(c, 1).state.count, GMS_HOLD_MAX / 2 + 3);
        cluster_free(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms4_a_lost_request_is_repeated_until_it_is_delivered),
        cmocka_unit_test(gms4_a_request_that_comes_twice_is_taken_once),
        cmocka_unit_test(gms4_a_request_beyond_a_gap_is_refused_and_repeated_in_order),
        cmocka_unit_test(gms4_a_request_is_repeated_to_the_new_leader_as_soon_as_that_speaks),
        cmocka_unit_test(gms4_a_request_that_the_old_leader_had_taken_is_a_duplicate_to_the_next_one),
        cmocka_unit_test(gms4_what_died_with_the_leader_is_not_overtaken_by_what_came_after_it),
        cmocka_unit_test(gms4_who_is_elected_orders_its_own_that_were_not_ordered_yet),
        cmocka_unit_test(gms4_newcomers_learn_from_their_view_how_far_each_member_has_got),
        cmocka_unit_test(gms4_a_full_list_of_own_multicasts_refuses_the_next_one),
        cmocka_unit_test(gms4_ack_a_member_asks_for_no_more_at_a_time_than_its_share_of_the_leaders_queue),
        cmocka_unit_test(gms4_a_lost_join_is_repeated),
        cmocka_unit_test(gms4_a_join_that_a_follower_passed_on_and_lost_is_repeated_too),
        cmocka_unit_test(gms4_a_newcomer_asks_each_contact_for_the_join_timeout_then_fails_with_no_reply),
        cmocka_unit_test(gms4_who_asks_in_vain_says_that_it_is_blocked_and_when_it_goes_on),
        cmocka_unit_test(gms4_who_hears_of_others_changes_is_not_blocked),
        cmocka_unit_test(gms4_a_leaver_first_asks_for_all_that_it_has),
    };
    return cmocka_run_group_tests_name("ladder: gms4", tests, NULL, NULL);
}
