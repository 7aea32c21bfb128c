/* How a newcomer gets the group's state at gms1 to gms3: by a question that is multicast, so that it has a
 * position in the order, and an answer that is the state as of that position.
 *
 * Reading aid: a change +N turns the colour (R,G,B) into (G, B, R+N); "after 2" is the count of changes.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct cluster *group(enum gms_rung_id rung) {
    struct cluster *c = cluster_of(rung, 1);
    with_state_transfer(c);
    without_numbers(c);
    multicast(c, 1, 7);
    cluster_skip(c);
    return c;
}

static void a_newcomer_asks_after_its_first_view_and_adopts_the_answer(void **state) {
    struct cluster *c = group(GMS_RUNG_1);
    (void)state;
    join(c, 1);
    settle(c);
    cluster_story(c, "w2 -> w1  JOIN w2\n"
                     "w1 installs view 2 [w1 w2]\n"
                     "w1 -> w2  VIEW 2 [w1 w2]\n"
                     "w2 installs view 2 [w1 w2]\n"
                     "w2 multicasts w2#1\n" /* the question ... */
                     "w2 -> w1  REQUEST w2#1 (what is the state?)\n"
                     "w1 delivers w2#1\n" /* has a position */
                     "w1 multicasts w1#2\n"
                     "w1 delivers w1#2\n"
                     "w1 -> w2  MSG w2#1 (what is the state?)\n"
                     "w2 delivers w2#1\n"
                     "w1 -> w2  MSG w1#2 (the state at w2#1)\n"
                     "w2 adopts #000007 after 1\n" /* and an answer */
                     "w2 delivers w1#2\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void a_newcomer_ignores_changes_before_its_question(void **state) {
    struct cluster *c = group(GMS_RUNG_1);
    (void)state;
    join(c, 1);
    deliver_one(c, 2, 1);
    multicast(c, 1, 5); /* behind the view, before the question */
    deliver_link(c, 1, 2);
    settle(c);
    cluster_story(c, "w2 -> w1  JOIN w2\n"
                     "w1 installs view 2 [w1 w2]\n"
                     "w1 multicasts w1#2 (+5)\n"
                     "w1 delivers w1#2 (+5) -> #000705\n"
                     "w1 -> w2  VIEW 2 [w1 w2]\n"
                     "w2 installs view 2 [w1 w2]\n"
                     "w2 multicasts w2#1\n"
                     "w1 -> w2  MSG w1#2 (+5)\n"
                     "w2 delivers w1#2 (+5) -> #000000\n" /* not yet */
                     "w2 -> w1  REQUEST w2#1 (what is the state?)\n"
                     "w1 delivers w2#1\n"
                     "w1 multicasts w1#3\n"
                     "w1 delivers w1#3\n"
                     "w1 -> w2  MSG w2#1 (what is the state?)\n"
                     "w2 delivers w2#1\n"
                     "w1 -> w2  MSG w1#3 (the state at w2#1)\n"
                     "w2 adopts #000705 after 2\n"
                     "w2 delivers w1#3\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* w1 founded and is gone, w2 leads without state (its questions were lost), w3 has state: so w3 answers. */
static struct cluster *leader_without_state(void) {
    struct cluster *c = group(GMS_RUNG_2);
    join(c, 1);
    deliver_one(c, 2, 1);
    deliver_one(c, 1, 2);
    keep_only(c, 2, 1, 0);
    join(c, 1);
    deliver_one(c, 3, 1);
    deliver_one(c, 1, 2);
    keep_only(c, 2, 1, 0);
    settle(c);
    assert_false(worker_of(c, 2).has_state);
    assert_true(worker_of(c, 3).has_state);
    crash(c, 1);
    tell_down(c, 1, 3);
    cluster_skip(c);
    return c;
}

static void a_newcomer_applies_on_top_what_came_between_question_and_answer(void **state) {
    struct cluster *c = leader_without_state();
    (void)state;
    tell_down(c, 1, 2);
    multicast(c, 2, 5); /* behind the question, before the answer */
    deliver_link(c, 2, 3);
    settle(c);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 multicasts w2#3\n"
                     "w2 delivers w2#3\n" /* the question */
                     "w2 multicasts w2#4 (+5)\n"
                     "w2 delivers w2#4 (+5) -> #000000\n" /* queued */
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w2 -> w3  MSG w2#3 (what is the state?)\n"
                     "w3 delivers w2#3\n" /* as of here: #000007 */
                     "w3 multicasts w3#2\n"
                     "w2 -> w3  MSG w2#4 (+5)\n"
                     "w3 delivers w2#4 (+5) -> #000705\n"
                     "w3 -> w2  REQUEST w3#2 (the state at w2#3)\n"
                     "w2 adopts #000705 after 2\n" /* and +5 on top */
                     "w2 delivers w3#2\n"
                     "w2 -> w3  MSG w3#2 (the state at w2#3)\n"
                     "w3 delivers w3#2\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void the_most_senior_worker_that_has_state_answers_and_nobody_else(void **state) {
    struct cluster *c = group(GMS_RUNG_1);
    (void)state;
    join(c, 1);
    settle(c);
    join(c, 1);
    settle(c);
    cluster_skip(c);
    join(c, 1); /* w1, w2 and w3 have state */
    settle(c);
    assert_true(worker_of(c, 4).has_state);
    assert_int_equal(gms_mcast_count(&node_of(c, 1)->gms), 4); /* a change and three answers */
    assert_int_equal(gms_mcast_count(&node_of(c, 2)->gms), 1); /* its own question */
    assert_int_equal(gms_mcast_count(&node_of(c, 3)->gms), 1);
    cluster_free(&c);
}

static void a_newcomer_asks_again_when_nobody_answers(void **state) {
    struct cluster *c = group(GMS_RUNG_1);
    (void)state;
    join(c, 1);
    deliver_one(c, 2, 1);
    deliver_one(c, 1, 2);
    keep_only(c, 2, 1, 0); /* the question is lost */
    cluster_skip(c);
    pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
    settle(c);
    cluster_story(c, "1000 ms pass\n"
                     "w2 multicasts w2#2\n"
                     "w2 -> w1  REQUEST w2#2 (what is the state?)\n"
                     "w1 delivers w2#2\n"
                     "w1 multicasts w1#2\n"
                     "w1 delivers w1#2\n"
                     "w1 -> w2  MSG w2#2 (what is the state?)\n"
                     "w2 delivers w2#2\n"
                     "w1 -> w2  MSG w1#2 (the state at w2#2)\n"
                     "w2 adopts #000007 after 1\n"
                     "w2 delivers w1#2\n");
    pass_ms(c, 10 * CLUSTER_JOIN_TIMEOUT_MS);
    cluster_story(c, "10000 ms pass\n"); /* and no more, once it has the state */
    cluster_free(&c);
}

static void a_newcomer_asks_again_when_the_view_changes_and_the_next_senior_answers(void **state) {
    struct cluster *c = group(GMS_RUNG_3);
    (void)state;
    join(c, 1);
    settle(c);
    join(c, 1);
    deliver_one(c, 3, 1);
    deliver_link(c, 1, 2);
    deliver_link(c, 1, 3);
    deliver_one(c, 3, 1);
    keep_only(c, 1, 2, 1); /* the question reaches everybody, the answer dies with w1 */
    keep_only(c, 1, 3, 1);
    cluster_skip(c);
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w1 -> w2  MSG w3#1 (what is the state?)\n"
                     "w2 delivers w3#1\n"
                     "w1 -> w3  MSG w3#1 (what is the state?)\n"
                     "w3 delivers w3#1\n"
                     "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  MSG w3#1 (what is the state?)\n"
                     "w3 drops MSG w3#1: duplicate\n"
                     "w2 -> w3  VIEW 4 [w2 w3]\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 multicasts w3#2\n" /* once more */
                     "w3 -> w2  REQUEST w3#2 (what is the state?)\n"
                     "w2 delivers w3#2\n"
                     "w2 multicasts w2#2\n"
                     "w2 delivers w2#2\n"
                     "w2 -> w3  MSG w3#2 (what is the state?)\n"
                     "w3 delivers w3#2\n"
                     "w2 -> w3  MSG w2#2 (the state at w3#2)\n"
                     "w3 adopts #000007 after 1\n"
                     "w3 delivers w2#2\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void a_state_is_matched_to_the_position_of_its_very_question(void **state) {
    struct cluster *c = group(GMS_RUNG_1);
    (void)state;
    join(c, 1);
    deliver_one(c, 2, 1);
    deliver_one(c, 1, 2);
    deliver_one(c, 2, 1);
    deliver_one(c, 1, 2);
    keep_only(c, 1, 2, 0); /* the first answer is lost */
    multicast(c, 1, 5);
    deliver_one(c, 1, 2);
    cluster_skip(c);
    pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
    settle(c);
    /* The change +5 came behind the first question and before the second: it is in the second answer, once.
     */
    cluster_story(c, "1000 ms pass\n"
                     "w2 multicasts w2#2\n"
                     "w2 -> w1  REQUEST w2#2 (what is the state?)\n"
                     "w1 delivers w2#2\n"
                     "w1 multicasts w1#4\n"
                     "w1 delivers w1#4\n"
                     "w1 -> w2  MSG w2#2 (what is the state?)\n"
                     "w2 delivers w2#2\n"
                     "w1 -> w2  MSG w1#4 (the state at w2#2)\n"
                     "w2 adopts #000705 after 2\n"
                     "w2 delivers w1#4\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void the_answer_to_a_second_question_changes_nothing_any_more(void **state) {
    struct cluster *c = group(GMS_RUNG_1);
    (void)state;
    join(c, 1);
    deliver_one(c, 2, 1);
    deliver_one(c, 1, 2);
    pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS); /* it asks twice before anybody hears it */
    deliver_one(c, 2, 1);
    multicast(c, 1, 5); /* between the questions */
    deliver_one(c, 2, 1);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w1 -> w2  MSG w2#1 (what is the state?)\n"
                     "w2 delivers w2#1\n"
                     "w1 -> w2  MSG w1#2 (the state at w2#1)\n"
                     "w2 adopts #000007 after 1\n"
                     "w2 delivers w1#2\n"
                     "w1 -> w2  MSG w1#3 (+5)\n"
                     "w2 delivers w1#3 (+5) -> #000705\n"
                     "w1 -> w2  MSG w2#2 (what is the state?)\n"
                     "w2 delivers w2#2\n"
                     "w1 -> w2  MSG w1#4 (the state at w2#2)\n"
                     "w2 delivers w1#4\n"); /* not adopted twice */
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void state_lost_starts_the_group_afresh(void **state) {
    struct cluster *c = group(GMS_RUNG_2);
    (void)state;
    join(c, 1);
    deliver_one(c, 2, 1);
    deliver_one(c, 1, 2);
    join(c, 1);
    deliver_one(c, 3, 1);
    deliver_one(c, 1, 2);
    deliver_one(c, 1, 3);
    crash(c, 1); /* the only one that had state */
    keep_only(c, 1, 2, 0);
    keep_only(c, 1, 3, 0);
    tell_down(c, 1, 3);
    cluster_skip(c);
    tell_down(c, 1, 2);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 multicasts w2#3\n"
                     "w2 delivers w2#3\n"   /* what is the state? */
                     "w2 multicasts w2#4\n" /* the leader's worker knows nobody that could tell: it is lost */
                     "w2 starts afresh from #000000 after 0\n"
                     "w2 delivers w2#4\n");
    deliver_link(c, 3, 2); /* w3 had asked before it knew */
    cluster_skip(c);
    deliver_link(c, 2, 3);
    assert_true(worker_of(c, 3).has_state);
    assert_int_equal(worker_of(c, 3).state.count, 0);
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* RUN_SEED=127 of the random runs, where the simulator once took it for a founder. */
static void a_newcomer_that_is_left_alone_starts_afresh_and_says_so(void **state) {
    struct cluster *c = group(GMS_RUNG_2);
    (void)state;
    join(c, 1);
    deliver_one(c, 2, 1);
    deliver_one(c, 1, 2);
    crash(c, 1);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 leads\n"
                     "w2 installs view 3 [w2]\n"
                     "w2 multicasts w2#2\n"
                     "w2 delivers w2#2\n" /* what is the state? */
                     "w2 multicasts w2#3\n"
                     "w2 starts afresh from #000000 after 0\n"
                     "w2 delivers w2#3\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void many_newcomers_at_once_all_get_the_state(void **state) {
    (void)state;
    for (enum gms_rung_id rung = GMS_RUNG_1; rung < GMS_RUNGS; rung++) {
        struct cluster *c = group(rung);
        for (int i = 0; i < 5; i++)
            join(c, 1);
        deliver_all(c);
        multicast(c, 1, 5);
        settle(c);
        for (int who = 2; who <= 6; who++)
            assert_string_equal(color_of(c, who), "#000705");
        assert_string_equal(cluster_outcome(c), "sync");
        assert_string_equal(cluster_verdict(c), "sync");
        cluster_free(&c);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_newcomer_asks_after_its_first_view_and_adopts_the_answer),
        cmocka_unit_test(a_newcomer_ignores_changes_before_its_question),
        cmocka_unit_test(a_newcomer_applies_on_top_what_came_between_question_and_answer),
        cmocka_unit_test(the_most_senior_worker_that_has_state_answers_and_nobody_else),
        cmocka_unit_test(a_newcomer_asks_again_when_nobody_answers),
        cmocka_unit_test(a_newcomer_asks_again_when_the_view_changes_and_the_next_senior_answers),
        cmocka_unit_test(a_state_is_matched_to_the_position_of_its_very_question),
        cmocka_unit_test(the_answer_to_a_second_question_changes_nothing_any_more),
        cmocka_unit_test(state_lost_starts_the_group_afresh),
        cmocka_unit_test(a_newcomer_that_is_left_alone_starts_afresh_and_says_so),
        cmocka_unit_test(many_newcomers_at_once_all_get_the_state),
    };
    return cmocka_run_group_tests_name("ladder: state transfer", tests, NULL, NULL);
}
