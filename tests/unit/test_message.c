/* What a peer may say: each way in which a message can be wrong has its reason. */
#include "gms/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static enum gms_drop check(const struct gms_message m) {
    return gms_message_check(&m);
}

static void well_formed_messages_are_taken(void **state) {
    const gms_id members[] = {3, 1, 2};
    (void)state;
    assert_int_equal(check((struct gms_message){.type = GMS_JOIN, .origin = 1}), GMS_USED);
    assert_int_equal(check((struct gms_message){.type = GMS_LEAVE, .origin = 1}), GMS_USED);
    assert_int_equal(check((struct gms_message){.type = GMS_REQUEST, .origin = 1, .n = 1}), GMS_USED);
    assert_int_equal(check((struct gms_message){.type = GMS_MSG, .origin = 1, .n = 1}), GMS_USED);
    assert_int_equal(
        check((struct gms_message){.type = GMS_VIEW, .view = 1, .members = members, .member_count = 3}),
        GMS_USED);
}

static void a_message_about_nobody_is_malformed(void **state) {
    (void)state;
    assert_int_equal(check((struct gms_message){.type = GMS_JOIN}), GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = GMS_LEAVE}), GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = GMS_REQUEST, .n = 1}), GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = GMS_MSG, .n = 1}), GMS_DROP_MALFORMED);
}

static void a_multicast_counts_from_one(void **state) {
    (void)state;
    assert_int_equal(check((struct gms_message){.type = GMS_REQUEST, .origin = 1}), GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = GMS_MSG, .origin = 1}), GMS_DROP_MALFORMED);
}

static void a_view_lists_somebody_nobody_twice_and_has_a_number(void **state) {
    const gms_id good[] = {1, 2}, twice[] = {1, 2, 1}, nobody[] = {1, GMS_NOBODY};
    (void)state;
    assert_int_equal(check((struct gms_message){.type = GMS_VIEW, .view = 1, .members = good}),
                     GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = GMS_VIEW, .members = good, .member_count = 2}),
                     GMS_DROP_MALFORMED);
    assert_int_equal(
        check((struct gms_message){.type = GMS_VIEW, .view = 1, .members = twice, .member_count = 3}),
        GMS_DROP_MALFORMED);
    assert_int_equal(
        check((struct gms_message){.type = GMS_VIEW, .view = 1, .members = nobody, .member_count = 2}),
        GMS_DROP_MALFORMED);
}

static void what_is_larger_than_the_limits_is_too_large(void **state) {
    static gms_id members[GMS_MEMBERS_MAX + 1];
    static uint8_t body[GMS_BODY_SIZE_MAX + 1];
    (void)state;
    for (uint32_t i = 0; i <= GMS_MEMBERS_MAX; i++)
        members[i] = i + 1;
    struct gms_message view = {
        .type = GMS_VIEW, .view = 1, .members = members, .member_count = GMS_MEMBERS_MAX};
    struct gms_message msg = {
        .type = GMS_MSG, .origin = 1, .n = 1, .body = body, .body_size = GMS_BODY_SIZE_MAX};
    assert_int_equal(check(view), GMS_USED);
    assert_int_equal(check(msg), GMS_USED);
    view.member_count++;
    msg.body_size++;
    assert_int_equal(check(view), GMS_DROP_TOO_LARGE);
    assert_int_equal(check(msg), GMS_DROP_TOO_LARGE);
    msg.type = GMS_REQUEST;
    assert_int_equal(check(msg), GMS_DROP_TOO_LARGE);
}

static void what_gms4_says_is_taken_and_a_gap_has_a_beginning_before_its_end(void **state) {
    (void)state;
    assert_int_equal(check((struct gms_message){.type = GMS_ACK, .view = 3, .seq = 4}), GMS_USED);
    assert_int_equal(check((struct gms_message){.type = GMS_TOO_OLD, .view = 3, .seq = 4}), GMS_USED);
    assert_int_equal(check((struct gms_message){.type = GMS_HEARTBEAT, .view = 3, .seq = 4}), GMS_USED);
    assert_int_equal(check((struct gms_message){.type = GMS_NACK, .view = 3, .seq = 4, .last = 4}), GMS_USED);
    assert_int_equal(check((struct gms_message){.type = GMS_NACK, .view = 3, .seq = 5, .last = 4}),
                     GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = GMS_NACK, .view = 3, .last = 4}), GMS_DROP_MALFORMED);
}

static void an_unknown_type_is_malformed(void **state) {
    (void)state;
    assert_int_equal(check((struct gms_message){.origin = 1, .n = 1}), GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = GMS_TYPES, .origin = 1}), GMS_DROP_MALFORMED);
    assert_int_equal(check((struct gms_message){.type = (enum gms_type)200, .origin = 1}),
                     GMS_DROP_MALFORMED);
}

static void every_type_reason_phase_and_rung_has_a_name(void **state) {
    (void)state;
    for (int i = GMS_JOIN; i < GMS_TYPES; i++)
        assert_string_not_equal(gms_type_name((enum gms_type)i), "?");
    for (int i = 0; i < GMS_DROPS; i++)
        assert_string_not_equal(gms_drop_text((enum gms_drop)i), "?");
    for (int i = GMS_IDLE; i <= GMS_OUT; i++)
        assert_string_not_equal(gms_phase_name((enum gms_phase)i), "?");
    for (int i = 0; i < GMS_RUNGS; i++) {
        enum gms_rung_id found = GMS_RUNGS;
        assert_true(gms_rung_find(gms_rung_name((enum gms_rung_id)i), &found));
        assert_int_equal(found, i);
        assert_true(strlen(gms_rung_adds(found)) > 10);
        assert_true(strlen(gms_rung_breaks(found)) > 10);
    }
    assert_string_equal(gms_type_name((enum gms_type)0), "?");
    assert_string_equal(gms_type_name(GMS_TYPES), "?");
    assert_string_equal(gms_drop_text(GMS_DROPS), "?");
    assert_string_equal(gms_rung_name(GMS_RUNGS), "?");
    enum gms_rung_id none;
    assert_false(gms_rung_find("gms9", &none));
    assert_false(gms_rung_find("", &none));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(well_formed_messages_are_taken),
        cmocka_unit_test(a_message_about_nobody_is_malformed),
        cmocka_unit_test(a_multicast_counts_from_one),
        cmocka_unit_test(a_view_lists_somebody_nobody_twice_and_has_a_number),
        cmocka_unit_test(what_is_larger_than_the_limits_is_too_large),
        cmocka_unit_test(what_gms4_says_is_taken_and_a_gap_has_a_beginning_before_its_end),
        cmocka_unit_test(an_unknown_type_is_malformed),
        cmocka_unit_test(every_type_reason_phase_and_rung_has_a_name),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
