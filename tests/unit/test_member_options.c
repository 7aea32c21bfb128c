/* The options of a member's protocol: what makes no sense is refused, and what a demo was told its workers
 * hear.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/member_options.h"

#include <string.h>

static void the_defaults_make_sense(void **state) {
    (void)state;
    assert_int_equal(member_options_check(&member_options_default, "test"), STATUS_FINE);
    assert_int_equal(member_options_delivery(&member_options_default), GMS_SAFE);
    /* A hung member is suspected within half a second of its last heartbeat. */
    assert_true(member_options_default.suspect_ms + member_options_default.heartbeat_ms <= 500);
}

static void a_suspicion_needs_two_heartbeats_that_did_not_come(void **state) {
    struct member_options o = member_options_default;
    (void)state;
    o.suspect_ms = 2 * o.heartbeat_ms;
    assert_int_equal(member_options_check(&o, "test"), STATUS_FINE);
    o.suspect_ms--;
    assert_int_equal(member_options_check(&o, "test"), STATUS_USAGE);
    o.heartbeat_ms = 0;
    assert_int_equal(member_options_check(&o, "test"), STATUS_USAGE);
    o.suspect_ms = 0;
    assert_int_equal(member_options_check(&o, "test"), STATUS_FINE);
}

static void delivery_is_safe_or_agreed(void **state) {
    struct member_options o = member_options_default;
    (void)state;
    o.delivery = "agreed";
    assert_int_equal(member_options_check(&o, "test"), STATUS_FINE);
    assert_int_equal(member_options_delivery(&o), GMS_AGREED);
    o.delivery = "sure";
    assert_int_equal(member_options_check(&o, "test"), STATUS_USAGE);
}

static void what_is_spelled_is_read_back(void **state) {
    const struct member_options told = {.heartbeat_ms = 7,
                                        .suspect_ms = 90000,
                                        .resend_ms = 60000,
                                        .join_timeout_ms = 123456,
                                        .delivery = "agreed",
                                        .last_man_standing = true};
    struct member_options heard = member_options_default;
    const struct option rows[] = {MEMBER_OPTION_ROWS(&heard), {.name = NULL}};
    const struct command command = {.name = "test", .options = rows};
    struct member_options_words words;
    char *argv[20] = {"test"};
    int argc = 1, status;
    (void)state;
    member_options_spell(&told, &words);
    for (const char *const *word = words.word; *word; word++)
        argv[argc++] = (char *)*word;
    assert_true(options_read(&command, argc, argv, NULL, NULL, &status));
    assert_int_equal(heard.heartbeat_ms, told.heartbeat_ms);
    assert_int_equal(heard.suspect_ms, told.suspect_ms);
    assert_int_equal(heard.resend_ms, told.resend_ms);
    assert_int_equal(heard.join_timeout_ms, told.join_timeout_ms);
    assert_string_equal(heard.delivery, told.delivery);
    assert_true(heard.last_man_standing);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_defaults_make_sense),
        cmocka_unit_test(a_suspicion_needs_two_heartbeats_that_did_not_come),
        cmocka_unit_test(delivery_is_safe_or_agreed),
        cmocka_unit_test(what_is_spelled_is_read_back),
    };
    return cmocka_run_group_tests_name("member options", tests, NULL, NULL);
}
