/* What the verdict makes of what is violated: the rung's promises, the settings, who halted, and the end of a
 * run.
 */
#include "app/report.h"
#include "tests/lib/tape.h"

static struct check check; /* large */
static struct tape tape;

static void only_the_dead_had_delivered_it(struct tape *t) {
    story(t);
    int at = find(t, TRACE_CRASH, 0, 0);
    put_at(t, at, (struct trace_record){.ev = TRACE_MCAST, .id = 1, .m_origin = 1, .m_n = 3});
    put_at(t, at + 1,
           (struct trace_record){.ev = TRACE_DELIVER,
                                 .id = 1,
                                 .m_origin = 1,
                                 .m_n = 3,
                                 .view = 4,
                                 .state = t->r[delivery(t, 1, 2, 3)].state});
}

static void a_view_without_a_quorum(struct tape *t) {
    views(t);
    install(t, "4", 3, "4");
    crash(t, 1);
    crash(t, 2);
    crash(t, 3);
}

static void a_change_that_nobody_delivers(struct tape *t) {
    story(t);
    const int at = find(t, TRACE_EXIT, 2, 0);
    put_at(t, at, (struct trace_record){.ev = TRACE_MCAST, .id = 2, .m_origin = 2, .m_n = 5, .n = 4});
}

static void one_that_crashed_is_in_the_last_view(struct tape *t) {
    views(t);
    crash(t, 3);
}

static void what_a_rung_does_not_promise_is_not_applicable(void **state) {
    (void)state;
    only_the_dead_had_delivered_it(&tape);
    assert_int_equal(judge(&check, &tape, 0, &(struct check_settings){.rung = GMS_RUNG_3}), 0);
    assert_int_equal(check_property(&check, CHECK_UNIFORM_AGREEMENT), CHECK_NOT_APPLICABLE);
    assert_int_equal(check_property(&check, CHECK_GAP_FREE), CHECK_HOLDS);
    assert_int_equal(check_overall(&check), CHECK_HOLDS);
    judge(&check, &tape, 0, &(struct check_settings){.rung = GMS_RUNG_2});
    assert_int_equal(check_property(&check, CHECK_GAP_FREE), CHECK_NOT_APPLICABLE);
    judge(&check, &tape, 0,
          &(struct check_settings){.rung = GMS_RUNG_3, .promises = CHECK_ALL, .agreed = true});
    assert_int_equal(check_property(&check, CHECK_UNIFORM_AGREEMENT), CHECK_NOT_APPLICABLE);
}

static void the_last_one_standing_is_a_quorum_if_that_is_the_rule(void **state) {
    (void)state;
    const struct check_settings last = {.promises = CHECK_ALL, .last_man_standing = true};
    a_view_without_a_quorum(&tape); /* all others crashed */
    assert_int_equal(judge(&check, &tape, 0, &last), 0);
    views(&tape);
    install(&tape, "34", 3, "34"); /* w1 and w2 did not crash: they left the traces, and that is all */
    event(&tape, 1, TRACE_NO_QUORUM);
    event(&tape, 2, TRACE_NO_QUORUM);
    assert_int_equal(judge(&check, &tape, 0, &last), P(QUORUM));
    assert_int_equal(check_overall(&check), CHECK_VIOLATED);
}

static void who_is_blocked_or_without_a_quorum_at_the_end_halts(void **state) {
    static const enum trace_ev announced[] = {TRACE_BLOCK, TRACE_NO_QUORUM, TRACE_EXCLUDED};
    (void)state;
    for (int i = 0; i < 3; i++) {
        views(&tape);
        event(&tape, 4, announced[i]);
        assert_int_equal(judge(&check, &tape, 0, &everything), 0);
        assert_int_equal(check_overall(&check), CHECK_HALTED);
    }
    views(&tape);
    event(&tape, 4, TRACE_NO_QUORUM);
    event(&tape, 4, TRACE_QUORUM);
    event(&tape, 4, TRACE_BLOCK);
    event(&tape, 4, TRACE_UNBLOCK);
    assert_int_equal(judge(&check, &tape, 0, &everything), 0);
    assert_int_equal(check_overall(&check), CHECK_HOLDS);
}

static void progress_alone_is_a_halt(void **state) {
    (void)state;
    a_change_that_nobody_delivers(&tape);
    assert_int_equal(judge(&check, &tape, 0, &(struct check_settings){.rung = GMS_RUNG_3}), P(PROGRESS));
    assert_int_equal(check_overall(&check), CHECK_HALTED);
}

static void the_end_of_a_run_that_was_cut_off_or_still_settles_is_not_judged(void **state) {
    (void)state;
    one_that_crashed_is_in_the_last_view(&tape);
    const struct check_settings settles = {.promises = CHECK_ALL, .settle = 1};
    assert_int_equal(judge(&check, &tape, 0, &settles), 0); /* the crash is the last record */
    a_change_that_nobody_delivers(&tape);
    check_init(&check, &everything);
    feed_in_order(&check, &tape, 0);
    check.unfinished = true;
    check_end(&check);
    assert_int_equal(check_overall(&check), CHECK_HOLDS);
}

/* 1 before 2, 2 before 3, 3 before 1: no two members alone show it, and no two are said to. */
static void a_circle_of_three_orders_is_told_as_what_it_is(void **state) {
    static struct report_names names;
    char text[256];
    (void)state;
    views(&tape);
    for (int who = 1; who <= 3; who++)
        mcast(&tape, who, 1, 0);
    for (int who = 1; who <= 3; who++) {
        deliver(&tape, (const char[]){(char)('0' + who), '\0'}, who, 1, 0);
        deliver(&tape, (const char[]){(char)('0' + who), '\0'}, who % 3 + 1, 1, 0);
    }
    assert_true(judge(&check, &tape, 0, &everything) & P(TOTAL_ORDER));
    report_name(&names, 1, "w1");
    report_name(&names, 2, "w2");
    report_name(&names, 3, "w3");
    report_witness(&check, &names, CHECK_TOTAL_ORDER, text, sizeof text);
    assert_string_equal(text,
                        "w3 delivered w3#1 before w1#1, which comes first by what others delivered, each a "
                        "part of the way");
}

static void a_note_is_for_people_and_settles_nothing(void **state) {
    (void)state;
    story(&tape);
    judge(&check, &tape, 0, &everything);
    const uint64_t records = check.records;
    const gms_time last = check.last_t, disturbed = check.disturbed_t;
    check_feed(&check, &(struct trace_record){.ev = TRACE_NOTE, .t = last + 1000000, .what = "look at w4"});
    assert_int_equal(check.records, records);
    assert_true(check.last_t == last && check.disturbed_t == disturbed);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_for_people_and_settles_nothing),
        cmocka_unit_test(a_circle_of_three_orders_is_told_as_what_it_is),
        cmocka_unit_test(what_a_rung_does_not_promise_is_not_applicable),
        cmocka_unit_test(the_last_one_standing_is_a_quorum_if_that_is_the_rule),
        cmocka_unit_test(who_is_blocked_or_without_a_quorum_at_the_end_halts),
        cmocka_unit_test(progress_alone_is_a_halt),
        cmocka_unit_test(the_end_of_a_run_that_was_cut_off_or_still_settles_is_not_judged),
    };
    return cmocka_run_group_tests_name("check: verdict", tests, NULL, NULL);
}
