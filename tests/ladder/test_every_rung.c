/* The rules for every rung: each story is told on each of them and must be the same. Where gms4-ack sends to
 * one follower after the other, and gms5 decides a view before it sends it, their stories are told elsewhere;
 * and so are those of the upper rungs where these repeat what seems to be lost. */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define EACH_RUNG(rung)                    for (enum gms_rung_id rung = GMS_RUNG_1; rung < GMS_RUNGS; rung++)
#define EACH_LOWER_RUNG(rung)              for (enum gms_rung_id rung = GMS_RUNG_1; rung <= GMS_RUNG_3; rung++)
#define EACH_RUNG_THAT_SENDS_AT_ONCE(rung) EACH_RUNG(rung) if (rung != GMS_RUNG_4_ACK && rung != GMS_RUNG_5)

static struct cluster *group(enum gms_rung_id rung, int members) {
    struct cluster *c = cluster_of(rung, members);
    without_numbers(c);
    return c;
}

/* -- Joining ------------------------------------------------------------------------------------------- */

static void newcomer_is_appended_at_the_end_and_gets_the_view_last(void **state) {
    (void)state;
    EACH_RUNG_THAT_SENDS_AT_ONCE(rung) {
        struct cluster *c = group(rung, 2);
        with_sends(c);
        join(c, 1);
        deliver_one(c, 3, 1);
        cluster_story(c, "w3 sends to w1  JOIN w3\n"
                         "w3 -> w1  JOIN w3\n"
                         "w1 sends to w2  VIEW 3 [w1 w2 w3]\n"
                         "w1 sends to w3  VIEW 3 [w1 w2 w3]\n"
                         "w1 installs view 3 [w1 w2 w3]\n");
        cluster_free(&c);
    }
}

/* The first view of w3 is lost; a change reaches it before the second one does. */
static struct cluster *newcomer_without_its_view(enum gms_rung_id rung) {
    struct cluster *c = group(rung, 2);
    with_state_transfer(c);
    lose_next(c, 1, 3);
    join_through(c, 1, 2);
    settle(c);
    cluster_skip(c);
    multicast(c, 1, 7);
    settle(c);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w2  MSG w1#1 (+7)\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  MSG w1#1 (+7)\n"
                     "w3 holds it back\n");
    return c;
}

static void newcomer_holds_back_until_its_first_view(void **state) {
    (void)state;
    EACH_LOWER_RUNG(rung) {
        struct cluster *c = newcomer_without_its_view(rung);
        pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS); /* it asks its next contact */
        settle(c);
        assert_string_equal(color_of(c, 3), "#000007"); /* once: held back, and then part of the state */
        assert_string_equal(cluster_outcome(c), "sync");
        assert_string_equal(cluster_verdict(c), "sync");
        cluster_free(&c);
    }
}

static void join_from_a_listed_member_repeats_the_view_and_appends_nobody(void **state) {
    (void)state;
    EACH_LOWER_RUNG(rung) {
        struct cluster *c = newcomer_without_its_view(rung);
        pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
        deliver_one(c, 3, 2);
        deliver_one(c, 2, 1);
        deliver_one(c, 1, 2);
        cluster_story(c, "1000 ms pass\n"
                         "w3 -> w2  JOIN w3\n"
                         "w2 -> w1  JOIN w3\n"
                         "w1 installs view 4 [w1 w2 w3]\n"
                         "w1 -> w2  VIEW 4 [w1 w2 w3]\n"
                         "w2 installs view 4 [w1 w2 w3]\n");
        cluster_free(&c);
    }
}

static void join_of_a_departed_id_is_refused(void **state) {
    const struct gms_message join_again = {.type = GMS_JOIN, .origin = 3};
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 3);
        leave(c, 3);
        settle(c);
        cluster_skip(c);
        inject(c, 3, 1, &join_again);
        inject(c, 3, 2, &join_again); /* a follower knows it, too */
        cluster_story(c, "w3 -> w1  JOIN w3\n"
                         "w1 drops JOIN: this id has left before\n"
                         "w3 -> w2  JOIN w3\n"
                         "w2 drops JOIN: this id has left before\n");
        cluster_free(&c);
    }
}

static void join_tries_the_next_contact_then_fails_with_no_reply(void **state) {
    (void)state;
    EACH_LOWER_RUNG(rung) {
        struct cluster *c = group(rung, 2);
        with_sends(c);
        join_through(c, 2, 1);
        keep_only(c, 3, 2, 0);
        pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
        keep_only(c, 3, 1, 0);
        pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS - 1);
        assert_int_equal(gms_phase(&node_of(c, 3)->gms), GMS_JOINING);
        pass_ms(c, 1);
        cluster_story(c, "w3 sends to w2  JOIN w3\n"
                         "1000 ms pass\n"
                         "w3 sends to w1  JOIN w3\n"
                         "999 ms pass\n"
                         "1 ms pass\n"
                         "w3 fails: no reply from leader\n");
        assert_int_equal(gms_phase(&node_of(c, 3)->gms), GMS_FAILED);
        cluster_free(&c);
    }
}

static void join_through_one_that_is_joining_itself_is_dropped_with_the_reason(void **state) {
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 1);
        join(c, 1);
        join(c, 2);
        deliver_one(c, 3, 2);
        cluster_story(c, "w3 -> w2  JOIN w3\n"
                         "w2 drops JOIN: not a member yet\n");
        cluster_free(&c);
    }
}

static void concurrent_joins_give_everybody_the_same_list(void **state) {
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 1);
        for (int i = 0; i < 5; i++)
            join(c, 1);
        settle(c);
        const struct gms_view *first = gms_current_view(&node_of(c, 1)->gms);
        assert_int_equal(first->count, 6);
        for (int who = 2; who <= 6; who++)
            assert_memory_equal(gms_current_view(&node_of(c, who)->gms), first, sizeof *first);
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

/* -- Multicast ----------------------------------------------------------------------------------------- */

static void request_to_a_non_leader_is_dropped_with_the_reason(void **state) {
    const uint8_t change[] = {'C', 9};
    const struct gms_message request = {
        .type = GMS_REQUEST, .origin = 3, .n = 1, .body = change, .body_size = sizeof change};
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 3);
        inject(c, 3, 2, &request);
        cluster_story(c, "w3 -> w2  REQUEST w3#1 (+9)\n"
                         "w2 drops REQUEST w3#1: not the leader\n");
        cluster_free(&c);
    }
}

static void request_in_the_name_of_another_is_dropped_with_the_reason(void **state) {
    const uint8_t change[] = {'C', 9};
    const struct gms_message request = {
        .type = GMS_REQUEST, .origin = 3, .n = 1, .body = change, .body_size = sizeof change};
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 3);
        inject(c, 2, 1, &request);
        cluster_story(c, "w2 -> w1  REQUEST w3#1 (+9)\n"
                         "w1 drops REQUEST w3#1: not from its origin\n");
        cluster_free(&c);
    }
}

static void request_of_one_that_has_left_is_dropped_with_the_reason(void **state) {
    const uint8_t change[] = {'C', 9};
    const struct gms_message request = {
        .type = GMS_REQUEST, .origin = 3, .n = 1, .body = change, .body_size = sizeof change};
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 3);
        leave(c, 3);
        settle(c);
        cluster_skip(c);
        inject(c, 3, 1, &request);
        cluster_story(c, "w3 -> w1  REQUEST w3#1 (+9)\n"
                         "w1 drops REQUEST w3#1: not from a member\n");
        cluster_free(&c);
    }
}

static void nobody_multicasts_before_its_first_view_or_after_it_wants_to_leave(void **state) {
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 2);
        join(c, 1);
        multicast(c, 3, 9);
        leave(c, 2);
        multicast(c, 2, 9);
        cluster_story(c, "w3 can't multicast: not a member yet\n"
                         "w2 wants to leave\n"
                         "w2 can't multicast: leaving\n");
        cluster_free(&c);
    }
}

static void changes_of_one_member_keep_their_order(void **state) {
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 3);
        multicast(c, 3, 1);
        multicast(c, 3, 2);
        multicast(c, 3, 3);
        settle(c);
        assert_string_equal(color_of(c, 1), "#010203");
        assert_string_equal(color_of(c, 2), "#010203");
        assert_string_equal(color_of(c, 3), "#010203");
        cluster_free(&c);
    }
}

/* -- Leaving ------------------------------------------------------------------------------------------- */

static void a_follower_leaves_with_a_view_without_it_from_the_leader(void **state) {
    (void)state;
    EACH_RUNG_THAT_SENDS_AT_ONCE(rung) {
        struct cluster *c = group(rung, 3);
        with_sends(c);
        leave(c, 2);
        settle(c);
        cluster_story(c, "w2 wants to leave\n"
                         "w2 sends to w1  LEAVE w2\n"
                         "w2 -> w1  LEAVE w2\n"
                         "w1 sends to w3  VIEW 4 [w1 w3]\n"
                         "w1 sends to w2  VIEW 4 [w1 w3]\n"
                         "w1 installs view 4 [w1 w3]\n"
                         "w1 -> w2  VIEW 4 [w1 w3]\n"
                         "w2 has left\n"
                         "w1 -> w3  VIEW 4 [w1 w3]\n"
                         "w3 installs view 4 [w1 w3]\n"
                         "w1 learns that w2 is down\n"
                         "w3 learns that w2 is down\n");
        assert_string_equal(cluster_outcome(c), "sync");
        cluster_free(&c);
    }
}

static void a_leaving_follower_goes_all_the_same_when_nobody_confirms_it(void **state) {
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 2);
        leave(c, 2);
        keep_only(c, 2, 1, 0);
        cluster_skip(c);
        pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
        if (rung == GMS_RUNG_5) { /* a quorum may take longer to be there again */
            cluster_story(c, "1000 ms pass\n");
            pass_ms(c, 2 * CLUSTER_JOIN_TIMEOUT_MS);
        }
        cluster_story(c, rung == GMS_RUNG_5 ? "2000 ms pass\n"
                                              "w2 has left\n"
                                            : "1000 ms pass\n"
                                              "w2 has left\n");
        cluster_free(&c);
    }
}

static void a_leader_that_leaves_alone_just_goes(void **state) {
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 1);
        leave(c, 1);
        cluster_story(c, "w1 wants to leave\n"
                         "w1 has left\n");
        assert_int_equal(gms_phase(&node_of(c, 1)->gms), GMS_LEFT);
        cluster_free(&c);
    }
}

static void a_newcomer_that_has_no_view_yet_may_leave(void **state) {
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 1);
        join(c, 1);
        leave(c, 2);
        cluster_story(c, "w2 wants to leave\n"
                         "w2 has left\n");
        cluster_free(&c);
    }
}

static void a_leave_in_the_name_of_another_is_dropped_with_the_reason(void **state) {
    const struct gms_message leave_w3 = {.type = GMS_LEAVE, .origin = 3};
    (void)state;
    EACH_RUNG(rung) {
        struct cluster *c = group(rung, 3);
        inject(c, 2, 1, &leave_w3);
        inject(c, 3, 2, &leave_w3);
        cluster_story(c, "w2 -> w1  LEAVE w3\n"
                         "w1 drops LEAVE: not from its origin\n"
                         "w3 -> w2  LEAVE w3\n"
                         "w2 drops LEAVE: not the leader\n");
        cluster_free(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newcomer_is_appended_at_the_end_and_gets_the_view_last),
        cmocka_unit_test(newcomer_holds_back_until_its_first_view),
        cmocka_unit_test(join_from_a_listed_member_repeats_the_view_and_appends_nobody),
        cmocka_unit_test(join_of_a_departed_id_is_refused),
        cmocka_unit_test(join_tries_the_next_contact_then_fails_with_no_reply),
        cmocka_unit_test(join_through_one_that_is_joining_itself_is_dropped_with_the_reason),
        cmocka_unit_test(concurrent_joins_give_everybody_the_same_list),
        cmocka_unit_test(request_to_a_non_leader_is_dropped_with_the_reason),
        cmocka_unit_test(request_in_the_name_of_another_is_dropped_with_the_reason),
        cmocka_unit_test(request_of_one_that_has_left_is_dropped_with_the_reason),
        cmocka_unit_test(nobody_multicasts_before_its_first_view_or_after_it_wants_to_leave),
        cmocka_unit_test(changes_of_one_member_keep_their_order),
        cmocka_unit_test(a_follower_leaves_with_a_view_without_it_from_the_leader),
        cmocka_unit_test(a_leaving_follower_goes_all_the_same_when_nobody_confirms_it),
        cmocka_unit_test(a_leader_that_leaves_alone_just_goes),
        cmocka_unit_test(a_newcomer_that_has_no_view_yet_may_leave),
        cmocka_unit_test(a_leave_in_the_name_of_another_is_dropped_with_the_reason),
    };
    return cmocka_run_group_tests_name("ladder: every rung", tests, NULL, NULL);
}
