/* The application's state machine, without a group below it: deliveries in, bodies out. */
#include "app/worker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define RETRY ((gms_time)100)

static struct worker w, senior; /* large */

static const gms_id members[] = {1, 2, 3};

static int newcomer(void **state) {
    (void)state;
    worker_init(&w, 2, RETRY);
    worker_init(&senior, 1, RETRY);
    worker_found(&senior);
    worker_view(&senior, 0, 3, members, 3);
    return 0;
}

static enum worker_effect change(struct worker *who, gms_id origin, uint64_t m_n, int n) {
    const struct worker_body body = worker_change_body(n);
    return worker_deliver(who, origin, m_n, body.bytes, body.size);
}

static struct worker_body taken(struct worker *who) {
    struct worker_body body;
    assert_true(worker_take(who, &body));
    return body;
}

static void says_nothing(struct worker *who) {
    struct worker_body body;
    assert_false(worker_take(who, &body));
}

static enum worker_effect hear(struct worker *who, gms_id origin, uint64_t m_n,
                               const struct worker_body *body) {
    return worker_deliver(who, origin, m_n, body->bytes, body->size);
}

static struct worker_body question(gms_time now) {
    worker_tick(&w, now);
    return taken(&w);
}

static void assert_color(const struct worker *who, uint8_t r, uint8_t g, uint8_t b) {
    const uint8_t color[] = {r, g, b};
    assert_memory_equal(who->state.color, color, 3);
}

static void a_founder_begins_black_with_nothing_applied(void **state) {
    (void)state;
    assert_true(senior.has_state);
    assert_int_equal(senior.state.count, 0);
    assert_color(&senior, 0, 0, 0);
    assert_int_equal(worker_tick(&senior, 5), GMS_NEVER);
    says_nothing(&senior);
}

static void a_change_moves_the_colour(void **state) {
    (void)state;
    assert_int_equal(change(&senior, 1, 1, 7), WORKER_CHANGED);
    assert_int_equal(change(&senior, 1, 2, 20), WORKER_CHANGED);
    assert_color(&senior, 0, 7, 20);
    assert_int_equal(senior.state.count, 2);
}

static void only_one_to_twenty_is_a_change(void **state) {
    const uint8_t wrong[][3] = {{'C', 0}, {'C', 21}, {'C', 255}, {'c', 5}, {0, 5}};
    (void)state;
    for (int n = 1; n <= WORKER_CHANGE_MAX; n++) {
        const struct worker_body body = worker_change_body(n);
        assert_int_equal(worker_change_of(body.bytes, body.size), n);
        assert_int_equal(worker_change_of(body.bytes, body.size - 1), 0);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(worker_change_of(wrong[i], 2), 0);
    assert_int_equal(worker_change_of((const uint8_t[]){'C', 5, 0}, 3), 0);
    assert_int_equal(worker_change_of(NULL, 0), 0);
}

static void a_body_that_no_worker_makes_is_refused_and_changes_nothing(void **state) {
    const struct trace_state before = senior.state;
    uint8_t bytes[WORKER_BODY_SIZE_MAX] = {0};
    (void)state;
    assert_int_equal(worker_deliver(&senior, 2, 1, NULL, 0), WORKER_REFUSED);
    for (int kind = 0; kind < 256; kind++) {
        for (size_t size = 1; size < sizeof bytes; size++) {
            bytes[0] = (uint8_t)kind;
            const bool real = (kind == 'C' && size == 2) || (kind == 'Q' && size == 1) ||
                              (kind == 'X' && size == 17) || (kind == 'S' && size == 36);
            bytes[1] = 0; /* not even a change: 0 is none */
            if (!real || kind == 'C')
                assert_int_equal(worker_deliver(&senior, 2, 1, bytes, size), WORKER_REFUSED);
        }
    }
    assert_memory_equal(&senior.state, &before, sizeof before);
    says_nothing(&senior);
}

static void a_newcomer_asks_at_its_first_view_and_after_the_retry_time(void **state) {
    (void)state;
    assert_int_equal(worker_tick(&w, 5), GMS_NEVER); /* no view yet */
    worker_view(&w, 10, 3, members, 3);
    assert_int_equal(worker_tick(&w, 10), 10 + RETRY);
    assert_int_equal(taken(&w).bytes[0], 'Q');
    assert_int_equal(worker_tick(&w, 10 + RETRY - 1), 10 + RETRY);
    says_nothing(&w);
    assert_int_equal(worker_tick(&w, 10 + RETRY), 10 + 2 * RETRY);
    assert_int_equal(taken(&w).bytes[0], 'Q');
    says_nothing(&w);
}

static void the_answer_is_the_state_as_of_the_question(void **state) {
    (void)state;
    worker_view(&w, 10, 3, members, 3);
    const struct worker_body q = question(10);
    change(&senior, 1, 1, 7);
    change(&w, 1, 1, 7);
    hear(&senior, 2, 1, &q);
    hear(&w, 2, 1, &q);
    const struct worker_body answer = taken(&senior);
    change(&senior, 1, 2, 5); /* after the question: not in the answer, but on top of it */
    assert_int_equal(change(&w, 1, 2, 5), WORKER_NOTHING);
    hear(&senior, 1, 3, &answer);
    assert_int_equal(hear(&w, 1, 3, &answer), WORKER_ADOPTED);
    assert_true(trace_state_equal(&w.state, &senior.state));
    assert_int_equal(w.state.count, 2);
    assert_int_equal(worker_tick(&w, 1000), GMS_NEVER);
    assert_int_equal(change(&w, 1, 4, 3), WORKER_CHANGED);
}

static void an_answer_is_matched_to_its_own_question(void **state) {
    (void)state;
    worker_view(&w, 10, 3, members, 3);
    const struct worker_body q = question(10);
    hear(&senior, 2, 1, &q);
    hear(&w, 2, 1, &q);
    const struct worker_body first = taken(&senior);
    change(&senior, 1, 1, 7);
    change(&w, 1, 1, 7);
    hear(&senior, 2, 2, &q);
    hear(&w, 2, 2, &q);
    const struct worker_body second = taken(&senior);
    change(&senior, 1, 2, 5);
    change(&w, 1, 2, 5);
    assert_int_equal(hear(&w, 1, 3, &second), WORKER_ADOPTED);
    assert_true(trace_state_equal(&w.state, &senior.state));
    assert_int_equal(hear(&w, 1, 4, &first), WORKER_NOTHING); /* late, and not needed any more */
    assert_true(trace_state_equal(&w.state, &senior.state));
}

static void the_answer_to_another_newcomer_is_not_ours(void **state) {
    static const uint8_t ask = 'Q';
    (void)state;
    worker_view(&w, 10, 3, members, 3);
    worker_deliver(&senior, 3, 1, &ask, 1);
    worker_deliver(&w, 3, 1, &ask, 1);
    const struct worker_body answer = taken(&senior);
    assert_int_equal(hear(&w, 1, 1, &answer), WORKER_NOTHING);
    assert_false(w.has_state);
    says_nothing(&w);
}

static void only_the_most_senior_that_has_state_answers(void **state) {
    static const uint8_t ask = 'Q';
    (void)state;
    worker_view(&w, 10, 3, members, 3);
    const struct worker_body q = question(10);
    hear(&senior, 2, 1, &q);
    hear(&w, 2, 1, &q);
    const struct worker_body answer = taken(&senior);
    hear(&senior, 1, 1, &answer);
    hear(&w, 1, 1, &answer);
    worker_deliver(&senior, 3, 1, &ask, 1);
    worker_deliver(&w, 3, 1, &ask, 1);
    assert_int_equal(taken(&senior).bytes[0], 'S');
    says_nothing(&w); /* has state, but is not the most senior */
    worker_view(&w, 20, 4, members + 1, 2);
    worker_deliver(&w, 3, 2, &ask, 1);
    assert_int_equal(taken(&w).bytes[0], 'S'); /* now it is */
}

static void the_leader_says_that_the_state_is_lost_when_nobody_has_it(void **state) {
    (void)state;
    worker_view(&w, 10, 4, members + 1, 2); /* it leads, and has no state */
    const struct worker_body q = question(10);
    hear(&w, 2, 1, &q);
    const struct worker_body x = taken(&w);
    assert_int_equal(x.bytes[0], 'X');
    change(&w, 3, 1, 9); /* before the word of the leader: gone with the rest */
    assert_int_equal(hear(&w, 2, 2, &x), WORKER_STATE_LOST);
    assert_true(w.has_state);
    assert_int_equal(w.state.count, 0);
    assert_int_equal(hear(&w, 2, 3, &x), WORKER_NOTHING); /* said twice */
    assert_int_equal(change(&w, 3, 2, 5), WORKER_CHANGED);
    assert_color(&w, 0, 0, 5);
}

static void whoever_has_state_keeps_it_when_others_start_afresh(void **state) {
    static const uint8_t lost[17] = {'X'};
    (void)state;
    change(&senior, 1, 1, 7);
    assert_int_equal(worker_deliver(&senior, 2, 1, lost, sizeof lost), WORKER_NOTHING);
    assert_color(&senior, 0, 0, 7);
}

/* The leader was asked twice before it heard itself; a newcomer that came in between must not start at the
 * second time what the others started at the first. */
static void who_comes_after_the_group_has_started_afresh_gets_the_state(void **state) {
    static const uint8_t ask = 'Q';
    struct worker *late = calloc(1, sizeof *late);
    (void)state;
    assert_non_null(late);
    worker_view(&w, 10, 4, members + 1, 2); /* it leads, and has no state */
    hear(&w, 2, 1, &(struct worker_body){1, {'Q'}});
    worker_deliver(&w, 3, 1, &ask, 1);
    const struct worker_body first = taken(&w), second = taken(&w);
    hear(&w, 2, 2, &first);
    change(&w, 2, 3, 5);
    worker_init(late, 4, 100);
    worker_view(late, 20, 5, (const gms_id[]){2, 3, 4}, 3);
    worker_view(&w, 20, 5, (const gms_id[]){2, 3, 4}, 3);
    assert_int_equal(hear(&w, 2, 4, &second), WORKER_NOTHING);
    assert_int_equal(hear(late, 2, 4, &second), WORKER_NOTHING);
    assert_false(late->has_state);
    worker_deliver(&w, 4, 1, &ask, 1);
    worker_deliver(late, 4, 1, &ask, 1);
    const struct worker_body answer = taken(&w);
    says_nothing(late); /* it knows that the leader has state */
    assert_int_equal(hear(late, 2, 5, &answer), WORKER_ADOPTED);
    assert_true(trace_state_equal(&w.state, &late->state));
    free(late);
}

static void a_newcomer_that_waits_too_long_asks_anew(void **state) {
    (void)state;
    worker_view(&w, 10, 3, members, 3);
    const struct worker_body q = question(10);
    hear(&senior, 2, 1, &q);
    hear(&w, 2, 1, &q);
    const struct worker_body late = taken(&senior);
    for (uint64_t n = 1; n <= WORKER_QUEUE_MAX; n++)
        change(&w, 1, n, 1);
    assert_int_equal(w.queue_count, WORKER_QUEUE_MAX);
    change(&w, 1, WORKER_QUEUE_MAX + 1, 1); /* more than it can queue */
    assert_int_equal(hear(&w, 1, 1, &late), WORKER_NOTHING);
    assert_false(w.has_state);
    worker_tick(&w, 11);
    assert_int_equal(taken(&w).bytes[0], 'Q');
}

static void the_history_reaches_back_to_its_limit(void **state) {
    uint64_t hash = 0, first = 0;
    (void)state;
    assert_false(worker_history(&w, 0, &hash)); /* has no state */
    assert_true(worker_history(&senior, 0, &first));
    assert_true(first == 0xcbf29ce484222325u);
    for (uint64_t n = 1; n <= WORKER_HISTORY_MAX; n++)
        change(&senior, 1, n, 1);
    assert_false(worker_history(&senior, 0, &hash));
    assert_true(worker_history(&senior, 1, &hash));
    assert_true(worker_history(&senior, WORKER_HISTORY_MAX, &hash));
    assert_true(hash == senior.state.hash);
    assert_false(worker_history(&senior, WORKER_HISTORY_MAX + 1, &hash));
}

static void the_history_of_a_newcomer_begins_with_what_it_adopted(void **state) {
    uint64_t hash;
    (void)state;
    change(&senior, 1, 1, 7);
    change(&senior, 1, 2, 7);
    worker_view(&w, 10, 3, members, 3);
    const struct worker_body q = question(10);
    hear(&senior, 2, 1, &q);
    hear(&w, 2, 1, &q);
    const struct worker_body answer = taken(&senior);
    change(&w, 1, 3, 5);
    hear(&w, 1, 4, &answer);
    assert_false(worker_history(&w, 1, &hash));
    assert_true(worker_history(&w, 2, &hash));
    assert_true(hash == senior.state.hash);
    assert_true(worker_history(&w, 3, &hash));
    assert_true(hash == w.state.hash);
}

static void many_unanswered_questions_keep_the_newest(void **state) {
    (void)state;
    worker_view(&w, 10, 3, members, 3);
    const struct worker_body q = question(10);
    struct worker_body answer = {0};
    for (uint64_t n = 1; n <= 3 * WORKER_ASKED_MAX; n++) {
        hear(&senior, 2, n, &q);
        hear(&w, 2, n, &q);
        answer = taken(&senior);
        change(&senior, 1, n, 1);
        change(&w, 1, n, 1);
    }
    assert_int_equal(hear(&w, 1, 99, &answer), WORKER_ADOPTED);
    assert_true(trace_state_equal(&w.state, &senior.state));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_founder_begins_black_with_nothing_applied, newcomer),
        cmocka_unit_test_setup(a_change_moves_the_colour, newcomer),
        cmocka_unit_test_setup(only_one_to_twenty_is_a_change, newcomer),
        cmocka_unit_test_setup(a_body_that_no_worker_makes_is_refused_and_changes_nothing, newcomer),
        cmocka_unit_test_setup(a_newcomer_asks_at_its_first_view_and_after_the_retry_time, newcomer),
        cmocka_unit_test_setup(the_answer_is_the_state_as_of_the_question, newcomer),
        cmocka_unit_test_setup(an_answer_is_matched_to_its_own_question, newcomer),
        cmocka_unit_test_setup(the_answer_to_another_newcomer_is_not_ours, newcomer),
        cmocka_unit_test_setup(only_the_most_senior_that_has_state_answers, newcomer),
        cmocka_unit_test_setup(the_leader_says_that_the_state_is_lost_when_nobody_has_it, newcomer),
        cmocka_unit_test_setup(whoever_has_state_keeps_it_when_others_start_afresh, newcomer),
        cmocka_unit_test_setup(who_comes_after_the_group_has_started_afresh_gets_the_state, newcomer),
        cmocka_unit_test_setup(a_newcomer_that_waits_too_long_asks_anew, newcomer),
        cmocka_unit_test_setup(the_history_reaches_back_to_its_limit, newcomer),
        cmocka_unit_test_setup(the_history_of_a_newcomer_begins_with_what_it_adopted, newcomer),
        cmocka_unit_test_setup(many_unanswered_questions_keep_the_newest, newcomer),
    };
    return cmocka_run_group_tests_name("worker", tests, NULL, NULL);
}
