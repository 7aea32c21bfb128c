/* Digests: a window learns from them that it is out of sync, and since when; behind is not out of sync. */
#include "app/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct worker a, b; /* large */

static int two_workers(void **state) {
    (void)state;
    worker_init(&a, 1, 1);
    worker_found(&a);
    worker_init(&b, 2, 1);
    worker_found(&b);
    return 0;
}

static void change(struct worker *w, uint64_t m_n, int n) {
    const struct worker_body body = worker_change_body(n);
    worker_deliver(w, 1, m_n, body.bytes, body.size);
}

static void both(uint64_t from, uint64_t to) {
    for (uint64_t n = from; n <= to; n++) {
        change(&a, n, 1);
        change(&b, n, 1);
    }
}

/* What b makes of a digest of a that has travelled. */
static uint64_t compared(uint64_t since) {
    uint8_t bytes[DIGEST_SIZE_MAX];
    struct digest d, got;
    digest_of(&d, &a);
    const size_t size = digest_put(&d, bytes);
    assert_true(size <= sizeof bytes);
    assert_true(digest_get(&got, bytes, size));
    assert_memory_equal(&d, &got, sizeof d);
    return digest_compare(&b, &got, since);
}

static void workers_in_sync_do_not_differ(void **state) {
    (void)state;
    assert_int_equal(compared(0), 0);
    both(1, 100);
    assert_int_equal(compared(0), 0);
}

static void one_that_is_behind_or_ahead_does_not_differ(void **state) {
    (void)state;
    both(1, 10);
    change(&a, 11, 1);
    assert_int_equal(compared(0), 0);
    change(&b, 11, 1);
    change(&b, 12, 1);
    change(&b, 13, 1);
    assert_int_equal(compared(0), 0);
}

static void one_that_is_too_far_behind_to_compare_keeps_what_it_knew(void **state) {
    (void)state;
    for (uint64_t n = 1; n <= DIGEST_TAIL_MAX + 5; n++)
        change(&a, n, 1);
    assert_int_equal(compared(0), 0);
    assert_int_equal(compared(3), 3);
}

static void the_first_difference_in_sight_is_named(void **state) {
    (void)state;
    both(1, 10);
    change(&a, 11, 1);
    change(&b, 11, 2);
    both(12, 15);
    assert_int_equal(compared(0), 11);
    assert_int_equal(compared(11), 11);
}

static void a_difference_out_of_sight_is_remembered(void **state) {
    (void)state;
    change(&a, 1, 1);
    change(&b, 1, 2);
    const uint64_t since = compared(0);
    assert_int_equal(since, 1);
    both(2, 2 * DIGEST_TAIL_MAX);
    assert_int_equal(compared(since), 1);
}

static void whoever_is_in_sync_again_differs_no_more(void **state) {
    (void)state;
    both(1, 5);
    assert_int_equal(compared(3), 0); /* it adopted the group's state meanwhile */
}

static void the_colour_and_the_count_are_in_it(void **state) {
    struct digest d;
    (void)state;
    both(1, 3);
    digest_of(&d, &a);
    assert_true(d.has_state);
    assert_int_equal(d.count, 3);
    assert_memory_equal(d.color, a.state.color, 3);
    assert_int_equal(d.tail_count, 4); /* counts 0 to 3 */
    assert_true(d.tail[3] == a.state.hash);
}

static void one_without_state_says_so(void **state) {
    struct digest d, got;
    uint8_t bytes[DIGEST_SIZE_MAX];
    (void)state;
    worker_init(&a, 1, 1);
    digest_of(&d, &a);
    assert_true(digest_get(&got, bytes, digest_put(&d, bytes)));
    assert_false(got.has_state);
    assert_int_equal(got.tail_count, 0);
    assert_int_equal(digest_compare(&b, &got, 0), 0);
}

static void what_is_no_digest_is_refused(void **state) {
    uint8_t bytes[DIGEST_SIZE_MAX + 1] = {0};
    struct digest d;
    (void)state;
    both(1, 5);
    digest_of(&d, &a);
    const size_t size = digest_put(&d, bytes);
    for (size_t cut = 0; cut < size; cut++) {
        uint8_t *exact = malloc(cut > 0 ? cut : 1); /* ends where the memory ends */
        assert_non_null(exact);
        memcpy(exact, bytes, cut);
        assert_false(digest_get(&d, exact, cut));
        free(exact);
    }
    assert_false(digest_get(&d, bytes, size + 1));
    bytes[0] = 2;
    assert_false(digest_get(&d, bytes, size));
    bytes[0] = 1;
    bytes[12] = DIGEST_TAIL_MAX + 1;
    assert_false(digest_get(&d, bytes, 13 + 8 * (DIGEST_TAIL_MAX + 1)));
    memset(bytes, 0, sizeof bytes);
    bytes[12] = 2; /* two hashes, but only count 0 */
    assert_false(digest_get(&d, bytes, 13 + 16));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(workers_in_sync_do_not_differ, two_workers),
        cmocka_unit_test_setup(one_that_is_behind_or_ahead_does_not_differ, two_workers),
        cmocka_unit_test_setup(one_that_is_too_far_behind_to_compare_keeps_what_it_knew, two_workers),
        cmocka_unit_test_setup(the_first_difference_in_sight_is_named, two_workers),
        cmocka_unit_test_setup(a_difference_out_of_sight_is_remembered, two_workers),
        cmocka_unit_test_setup(whoever_is_in_sync_again_differs_no_more, two_workers),
        cmocka_unit_test_setup(the_colour_and_the_count_are_in_it, two_workers),
        cmocka_unit_test_setup(one_without_state_says_so, two_workers),
        cmocka_unit_test_setup(what_is_no_digest_is_refused, two_workers),
    };
    return cmocka_run_group_tests_name("digest", tests, NULL, NULL);
}
