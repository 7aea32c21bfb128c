/* The detector reports a crash once, when it is both known and of interest, in whatever order these come. */
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_watched_member_that_crashes_is_reported),
        cmocka_unit_test(a_crash_that_nobody_watches_for_is_kept_until_somebody_does),
        cmocka_unit_test(a_crash_is_reported_once),
        cmocka_unit_test(members_do_not_get_in_each_others_way),
    };
    return cmocka_run_group_tests_name("detect", tests, NULL, NULL);
}
