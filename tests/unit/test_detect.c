/* The detector reports a crash once, when it is both known and of interest, in whatever order these come.
 * Silence is suspected after exactly the timeout, as often as it lasts, and never of those nobody must hear.
 */
#include "net/detect.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void a_watched_member_that_crashes_is_reported(void **state) {
    struct detector d = {0};
    (void)state;
    detect_watch(&d, 1);
    assert_int_equal(detect_report(&d), GMS_NOBODY);
    assert_false(detect_is_down(&d, 1));
    detect_down(&d, 1);
    assert_int_equal(detect_report(&d), 1);
    assert_true(detect_is_down(&d, 1));
}

static void a_crash_that_nobody_watches_for_is_kept_until_somebody_does(void **state) {
    struct detector d = {0};
    (void)state;
    detect_down(&d, 1);
    assert_int_equal(detect_report(&d), GMS_NOBODY);
    detect_watch(&d, 1);
    assert_int_equal(detect_report(&d), 1);
}

static void a_crash_is_reported_once(void **state) {
    struct detector d = {0};
    (void)state;
    detect_watch(&d, 1);
    detect_down(&d, 1);
    assert_int_equal(detect_report(&d), 1);
    detect_down(&d, 1);
    detect_watch(&d, 1);
    assert_int_equal(detect_report(&d), GMS_NOBODY);
}

static void members_do_not_get_in_each_others_way(void **state) {
    struct detector d = {0};
    (void)state;
    detect_watch(&d, 1);
    detect_down(&d, 2);
    assert_int_equal(detect_report(&d), GMS_NOBODY);
    assert_false(detect_is_down(&d, 1));
    assert_true(detect_is_down(&d, 2));
    detect_down(&d, 1);
    detect_watch(&d, 2);
    assert_int_equal(detect_report(&d), 2);
    assert_int_equal(detect_report(&d), 1);
    assert_int_equal(detect_report(&d), GMS_NOBODY);
}

static struct silence listening_to(gms_time now, gms_time timeout, uint32_t count) {
    static const gms_id ids[] = {1, 2, 3};
    struct silence s = {.timeout = timeout};
    silence_expect(&s, now, ids, count);
    return s;
}

static void who_is_silent_for_the_timeout_is_suspected_and_not_before(void **state) {
    (void)state;
    struct silence s = listening_to(1000, 400, 2);
    assert_int_equal(silence_due(&s), 1400);
    assert_int_equal(silence_take(&s, 1399), GMS_NOBODY);
    silence_heard(&s, 1200, 2);
    assert_int_equal(silence_take(&s, 1400), 1);
    assert_int_equal(silence_take(&s, 1400), GMS_NOBODY);
    assert_int_equal(silence_due(&s), 1600);
    assert_true(silence_suspects(&s, 1));
    assert_false(silence_suspects(&s, 2));
}

static void who_stays_silent_is_suspected_once_in_a_timeout(void **state) {
    int suspicions = 0;
    (void)state;
    struct silence s = listening_to(0, 400, 1);
    for (gms_time now = 0; now <= 2000; now++)
        suspicions += silence_take(&s, now) != GMS_NOBODY;
    assert_int_equal(suspicions, 5);
}

static void who_is_heard_again_is_suspected_no_more_and_may_be_again(void **state) {
    (void)state;
    struct silence s = listening_to(0, 400, 1);
    assert_int_equal(silence_take(&s, 400), 1);
    silence_heard(&s, 450, 1);
    assert_false(silence_suspects(&s, 1));
    assert_int_equal(silence_take(&s, 849), GMS_NOBODY);
    assert_int_equal(silence_take(&s, 850), 1);
}

static void who_need_not_be_heard_is_never_suspected(void **state) {
    const gms_id others[] = {2, 4};
    (void)state;
    struct silence s = listening_to(0, 400, 3);
    silence_heard(&s, 100, 2);
    silence_expect(&s, 300, others, 2); /* the clock of 2 goes on, that of 4 begins */
    assert_int_equal(silence_take(&s, 499), GMS_NOBODY);
    assert_int_equal(silence_take(&s, 500), 2);
    assert_int_equal(silence_take(&s, 699), GMS_NOBODY);
    assert_int_equal(silence_take(&s, 700), 4);
    assert_false(silence_suspects(&s, 1));
    silence_heard(&s, 700, 1); /* of no interest */
    assert_int_equal(s.count, 2);
}

static void after_forgiving_everybody_has_the_whole_timeout_again(void **state) {
    (void)state;
    struct silence s = listening_to(0, 400, 3);
    assert_int_equal(silence_take(&s, 5000), 1);
    silence_forgive(&s, 5000);
    assert_false(silence_suspects(&s, 1));
    assert_int_equal(silence_take(&s, 5399), GMS_NOBODY);
    assert_int_equal(silence_due(&s), 5400);
}

static void without_a_timeout_nobody_is_suspected(void **state) {
    (void)state;
    struct silence s = listening_to(0, 0, 3);
    assert_int_equal(silence_due(&s), GMS_NEVER);
    assert_int_equal(silence_take(&s, 1000000), GMS_NOBODY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watched_member_that_crashes_is_reported),
        cmocka_unit_test(a_crash_that_nobody_watches_for_is_kept_until_somebody_does),
        cmocka_unit_test(a_crash_is_reported_once),
        cmocka_unit_test(members_do_not_get_in_each_others_way),
        cmocka_unit_test(who_is_silent_for_the_timeout_is_suspected_and_not_before),
        cmocka_unit_test(who_stays_silent_is_suspected_once_in_a_timeout),
        cmocka_unit_test(who_is_heard_again_is_suspected_no_more_and_may_be_again),
        cmocka_unit_test(who_need_not_be_heard_is_never_suspected),
        cmocka_unit_test(after_forgiving_everybody_has_the_whole_timeout_again),
        cmocka_unit_test(without_a_timeout_nobody_is_suspected),
    };
    return cmocka_run_group_tests_name("detect", tests, NULL, NULL);
}
