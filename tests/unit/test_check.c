/* The checker, on traces made here record by record: what the workers' state must show, who counts and who
 * does not, and the witness. The same for all properties, by breaking sound traces, is
 * test_check_mutations.c. */
#include "gms/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct check check; /* large */
static gms_time now;
static bool multicast_already[16][256];

static int begin(void **state) {
    (void)state;
    check_init(&check, &(struct check_settings){.rung = GMS_RUNG_3});
    memset(multicast_already, 0, sizeof multicast_already);
    now = 0;
    return 0;
}

static void feed(struct trace_record r) {
    r.t = ++now;
    check_feed(&check, &r);
}

/* All are in one view from the start. */
static void view(gms_id id) {
    static const gms_id members[] = {1, 2, 3};
    feed((struct trace_record){.ev = TRACE_VIEW, .id = id, .view = 1, .members = members, .member_count = 3});
}

static struct trace_state founder(gms_id id) {
    struct trace_state s;
    trace_state_init(&s);
    view(id);
    return s;
}

static void newcomer(gms_id id, struct trace_state adopted) {
    feed((struct trace_record){.ev = TRACE_JOIN, .id = id, .to = "w1"});
    view(id);
    feed((struct trace_record){.ev = TRACE_STATE, .id = id, .peer = 1, .state = adopted});
}

static void mcast_change(gms_id id, uint64_t n, int change) {
    if (!multicast_already[id][n])
        feed((struct trace_record){.ev = TRACE_MCAST, .id = id, .m_origin = id, .m_n = n, .n = change});
    multicast_already[id][n] = true;
}

static void mcast(gms_id id, uint64_t n) {
    mcast_change(id, n, 1);
}

static void deliver(gms_id id, struct trace_state *s, gms_id origin, uint64_t m_n, int n) {
    mcast_change(origin, m_n, n);
    trace_state_apply(s, origin, m_n, n);
    feed((struct trace_record){
        .ev = TRACE_DELIVER, .id = id, .m_origin = origin, .m_n = m_n, .n = n, .state = *s});
}

static void event(enum trace_ev ev, gms_id id) {
    feed((struct trace_record){.ev = ev, .id = id, .expected = 4, .got = 5});
}

static void crash(gms_id whom) {
    feed((struct trace_record){.ev = TRACE_CRASH, .peer = whom}); /* the director's record */
}

static void expect_violated(uint32_t broken, enum check_verdict overall) {
    check_end(&check);
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const bool violated = check_property(&check, (enum check_property)p) == CHECK_VIOLATED;
        if (violated != (broken >> p & 1))
            fail_msg("%d %s is%s violated", p, check_property_name((enum check_property)p),
                     violated ? "" : " not");
    }
    assert_int_equal(check_overall(&check), overall);
}

static void expect_only(enum check_property broken, enum check_verdict overall) {
    expect_violated(CHECK_BIT(broken), overall);
}

#define NOTHING ((enum check_property)0)
/* One lacks what another has, to the end. */
#define LACKING (CHECK_BIT(CHECK_AGREEMENT) | CHECK_BIT(CHECK_CONVERGENCE) | CHECK_BIT(CHECK_PROGRESS))

/* -- Clean runs ---------------------------------------------------------------------------------------- */

static void an_empty_trace_holds(void **state) {
    (void)state;
    expect_only(NOTHING, CHECK_HOLDS);
}

static void a_group_that_delivers_alike_holds(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    newcomer(2, b);
    for (uint64_t n = 1; n <= 100; n++) {
        deliver(1, &a, 1 + n % 2, n, 1 + (int)n % 20);
        deliver(2, &b, 1 + n % 2, n, 1 + (int)n % 20);
    }
    expect_only(NOTHING, CHECK_HOLDS);
    assert_int_equal(check.delivered, 100);
    assert_int_equal(check.member_count, 3); /* one is only listed */
}

static void the_records_of_different_processes_may_come_one_file_after_the_other(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    for (uint64_t n = 1; n <= 50; n++)
        deliver(1, &a, 1, n, 7);
    newcomer(2, b);
    for (uint64_t n = 1; n <= 50; n++)
        deliver(2, &b, 1, n, 7);
    expect_only(NOTHING, CHECK_HOLDS);
}

static void a_newcomer_that_ignores_changes_until_it_has_the_state_holds(void **state) {
    (void)state;
    struct trace_state a = founder(1), none;
    trace_state_init(&none);
    feed((struct trace_record){.ev = TRACE_JOIN, .id = 2, .to = "w1"});
    view(2);
    deliver(1, &a, 1, 1, 7);
    feed((struct trace_record){.ev = TRACE_DELIVER, .id = 2, .m_origin = 1, .m_n = 1, .n = 7, .state = none});
    feed((struct trace_record){.ev = TRACE_STATE, .id = 2, .peer = 1, .state = a});
    struct trace_state b = a;
    deliver(1, &a, 1, 2, 5);
    deliver(2, &b, 1, 2, 5);
    expect_only(NOTHING, CHECK_HOLDS);
}

static void what_the_workers_say_among_themselves_changes_no_colour(void **state) {
    (void)state;
    struct trace_state a = founder(1);
    deliver(1, &a, 1, 1, 7);
    mcast_change(1, 2, 0);
    feed((struct trace_record){.ev = TRACE_DELIVER, .id = 1, .m_origin = 1, .m_n = 2, .state = a});
    expect_only(NOTHING, CHECK_HOLDS);
}

static void whoever_crashed_or_left_need_not_converge(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a, c = a;
    newcomer(2, b);
    newcomer(3, c);
    crash(2);
    event(TRACE_LEAVE, 3);
    deliver(1, &a, 1, 1, 7);
    expect_only(NOTHING, CHECK_HOLDS);
}

/* -- Broken runs --------------------------------------------------------------------------------------- */

static void two_orders_violate_total_order(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    newcomer(2, b);
    deliver(1, &a, 1, 1, 7);
    deliver(2, &b, 1, 1, 7);
    deliver(1, &a, 1, 2, 5);
    deliver(2, &b, 2, 1, 5); /* here they part */
    deliver(1, &a, 2, 1, 5);
    deliver(2, &b, 1, 2, 5);
    check_end(&check);
    assert_int_equal(check_property(&check, CHECK_TOTAL_ORDER), CHECK_VIOLATED);
    assert_int_equal(check_property(&check, CHECK_COLOR), CHECK_HOLDS);
    assert_int_equal(check_overall(&check), CHECK_VIOLATED);
    const struct check_witness *w = &check.witness[CHECK_TOTAL_ORDER]; /* the first difference */
    assert_int_equal(w->a, 1);
    assert_int_equal(w->b, 2);
    assert_int_equal(w->count, 2);
    assert_int_equal(w->a_origin, 1);
    assert_int_equal(w->a_n, 2);
    assert_int_equal(w->b_origin, 2);
    assert_int_equal(w->b_n, 1);
}

/* 1 led, and told 2 alone; both crashed. 3 asked the next leader, itself; 4 had left before that. */
static void what_only_the_crashed_delivered_may_come_again_in_a_later_view(void **state) {
    static const gms_id four[] = {1, 2, 3, 4}, two[] = {3, 4};
    struct trace_state s, s2;
    (void)state;
    check_init(&check, &(struct check_settings){.rung = GMS_RUNG_4_ACK});
    trace_state_init(&s);
    s2 = s;
    for (gms_id id = 1; id <= 4; id++) {
        feed(
            (struct trace_record){.ev = TRACE_VIEW, .id = id, .view = 1, .members = four, .member_count = 4});
        feed((struct trace_record){.ev = TRACE_STATE, .id = id, .peer = 1, .state = s});
    }
    deliver(2, &s2, 3, 1, 7);
    crash(2);
    crash(1);
    for (gms_id id = 4; id >= 3; id--)
        feed((struct trace_record){.ev = TRACE_VIEW, .id = id, .view = 2, .members = two, .member_count = 2});
    event(TRACE_LEAVE, 4);
    event(TRACE_EXIT, 4);
    feed((struct trace_record){.ev = TRACE_VIEW, .id = 3, .view = 3, .members = two, .member_count = 1});
    deliver(3, &s, 3, 1, 7);
    expect_only(NOTHING, CHECK_HOLDS);
}

static void what_only_a_crashed_member_delivered_is_not_the_survivors_disorder(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    newcomer(2, b);
    deliver(1, &a, 1, 1, 7);
    crash(1);
    deliver(2, &b, 2, 1, 7);
    expect_only(NOTHING, CHECK_HOLDS);
}

static void one_history_with_another_change_in_it_violates_total_order(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    newcomer(2, b);
    deliver(1, &a, 1, 1, 7);
    deliver(2, &b, 1, 1, 8); /* the same multicast, another content */
    check_end(&check);
    assert_int_equal(check_property(&check, CHECK_TOTAL_ORDER), CHECK_VIOLATED);
}

static void a_colour_that_does_not_follow_violates_colour(void **state) {
    (void)state;
    struct trace_state a = founder(1);
    deliver(1, &a, 1, 1, 7);
    a.color[0] ^= 1;
    deliver(1, &a, 1, 2, 7);
    expect_only(CHECK_COLOR, CHECK_VIOLATED);
    assert_int_equal(check.witness[CHECK_COLOR].a, 1);
    assert_int_equal(check.witness[CHECK_COLOR].b, GMS_NOBODY);
    assert_int_equal(check.witness[CHECK_COLOR].count, 2);
}

static void a_hash_or_a_count_that_does_not_follow_violates_colour(void **state) {
    (void)state;
    struct trace_state a = founder(1);
    a.hash ^= 1;
    deliver(1, &a, 1, 1, 7);
    expect_only(CHECK_COLOR, CHECK_VIOLATED);
    begin(state);
    a = founder(1);
    a.count++; /* one was skipped */
    deliver(1, &a, 1, 1, 7);
    expect_only(CHECK_COLOR, CHECK_VIOLATED);
}

static void a_colour_that_moves_by_itself_violates_colour(void **state) {
    (void)state;
    struct trace_state a = founder(1);
    a.color[2] = 9;
    mcast_change(1, 1, 0);
    feed((struct trace_record){
        .ev = TRACE_DELIVER, .id = 1, .m_origin = 1, .m_n = 1, .state = a}); /* no change */
    expect_only(CHECK_COLOR, CHECK_VIOLATED);
}

static void a_state_that_nobody_had_violates_state_transfer(void **state) {
    (void)state;
    struct trace_state a = founder(1);
    deliver(1, &a, 1, 1, 7);
    struct trace_state wrong;
    trace_state_init(&wrong);
    trace_state_apply(&wrong, 9, 9, 9);
    newcomer(2, wrong);
    crash(2);
    expect_only(CHECK_STATE_TRANSFER, CHECK_VIOLATED);
    assert_int_equal(check.witness[CHECK_STATE_TRANSFER].a, 2);
    assert_int_equal(check.witness[CHECK_STATE_TRANSFER].b, 1);
    assert_int_equal(check.witness[CHECK_STATE_TRANSFER].count, 1);
}

static void a_state_is_judged_even_if_its_count_is_delivered_by_others_later_only(void **state) {
    (void)state;
    struct trace_state a = founder(1), wrong;
    trace_state_init(&wrong);
    trace_state_apply(&wrong, 9, 9, 9);
    newcomer(2, wrong); /* at count 1, which the founder's file has further down */
    deliver(1, &a, 1, 1, 7);
    deliver(1, &a, 1, 2, 7);
    crash(2);
    check_end(&check);
    assert_int_equal(check_property(&check, CHECK_STATE_TRANSFER), CHECK_VIOLATED);
}

static void survivors_that_end_at_different_counts_violate_convergence(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    newcomer(2, b);
    deliver(1, &a, 1, 1, 7);
    expect_violated(LACKING, CHECK_VIOLATED);
    assert_int_equal(check.witness[CHECK_CONVERGENCE].a, 1);
    assert_int_equal(check.witness[CHECK_CONVERGENCE].b, 2);
}

static void a_change_that_its_own_member_never_delivers_violates_progress(void **state) {
    (void)state;
    founder(1);
    mcast(1, 1);
    expect_only(CHECK_PROGRESS, CHECK_HALTED);
    assert_int_equal(check.witness[CHECK_PROGRESS].a, 1);
    assert_int_equal(check.witness[CHECK_PROGRESS].a_n, 1);
}

static void a_change_from_before_the_last_fault_may_be_lost(void **state) {
    (void)state;
    struct trace_state a = founder(1);
    newcomer(2, a);
    mcast(1, 1);
    crash(2);
    expect_only(NOTHING, CHECK_HOLDS);
}

static void a_change_of_one_that_crashed_may_be_lost(void **state) {
    (void)state;
    founder(1);
    mcast(1, 1);
    crash(1);
    expect_only(NOTHING, CHECK_HOLDS);
}

static void a_frozen_member_halts_but_does_not_have_to_converge(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    newcomer(2, b);
    event(TRACE_FREEZE, 2);
    deliver(1, &a, 1, 1, 7);
    expect_only(NOTHING, CHECK_HALTED);
}

static void a_frozen_member_that_crashed_halts_nobody(void **state) {
    (void)state;
    struct trace_state a = founder(1);
    newcomer(2, a);
    event(TRACE_FREEZE, 2);
    crash(2);
    expect_only(NOTHING, CHECK_HOLDS);
}

static void a_violation_comes_before_a_halt(void **state) {
    (void)state;
    struct trace_state a = founder(1), b = a;
    newcomer(2, b);
    newcomer(3, b);
    event(TRACE_FREEZE, 3);
    deliver(1, &a, 1, 1, 7);
    expect_violated(LACKING, CHECK_VIOLATED);
}

/* -- State lost ---------------------------------------------------------------------------------------- */

static void lost(gms_id id) {
    struct trace_state first;
    trace_state_init(&first);
    feed((struct trace_record){.ev = TRACE_STATE, .id = id, .peer = 2, .state = first, .why = "state lost"});
}

static void joins_without_state(gms_id id) {
    feed((struct trace_record){.ev = TRACE_JOIN, .id = id, .to = "w1"});
    view(id);
}

static void a_group_that_starts_afresh_is_not_compared_with_what_was_lost(void **state) {
    (void)state;
    struct trace_state a = founder(1), b;
    trace_state_init(&b);
    deliver(1, &a, 1, 1, 7);
    joins_without_state(2);
    crash(1);
    lost(2);
    deliver(2, &b, 2, 1, 3);
    expect_only(NOTHING, CHECK_HOLDS);
}

/* The same run, the files read in the other order: "those of different processes may come in any". */
static void a_group_that_starts_afresh_holds_in_whatever_order_its_files_come(void **state) {
    (void)state;
    struct trace_state a, b;
    trace_state_init(&b);
    joins_without_state(2);
    lost(2);
    deliver(2, &b, 2, 1, 3);
    a = founder(1);
    deliver(1, &a, 1, 1, 7);
    crash(1);
    expect_only(NOTHING, CHECK_HOLDS);
}

/* Both start afresh with one LOST, and then order differently. One leaves, so that convergence can't tell. */
static void those_who_start_afresh_together_are_compared_with_each_other(void **state) {
    (void)state;
    struct trace_state b, c;
    trace_state_init(&b);
    c = b;
    joins_without_state(2);
    joins_without_state(3);
    lost(2);
    deliver(2, &b, 2, 1, 3);
    lost(3);
    deliver(3, &c, 3, 1, 4);
    event(TRACE_LEAVE, 3);
    expect_violated(CHECK_BIT(CHECK_TOTAL_ORDER) | CHECK_BIT(CHECK_AGREEMENT), CHECK_VIOLATED);
}

/* -- The colour itself --------------------------------------------------------------------------------- */

static void the_colour_moves_as_the_ladder_says(void **state) {
    (void)state;
    struct trace_state s;
    trace_state_init(&s);
    assert_true(s.hash == 0xcbf29ce484222325u);
    trace_state_apply(&s, 1, 1, 20);
    trace_state_apply(&s, 1, 2, 3);
    trace_state_apply(&s, 1, 3, 5);
    assert_memory_equal(s.color, ((const uint8_t[]){20, 3, 5}), 3);
    s.color[0] = 250;
    trace_state_apply(&s, 1, 4, 10);
    assert_memory_equal(s.color, ((const uint8_t[]){3, 5, 4}), 3); /* modulo 256 */
    assert_int_equal(s.count, 4);
}

/* FNV-1a 64 over the text, by an independent loop. */
static void the_hash_is_fnv1a_over_the_text_of_the_change(void **state) {
    const char *text = "00000000000000ab#12=7\nffffffffffffffff#18446744073709551615=20\n";
    uint64_t hash = 14695981039346656037u;
    struct trace_state s;
    (void)state;
    for (const char *c = text; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    trace_state_init(&s);
    trace_state_apply(&s, 0xab, 12, 7);
    trace_state_apply(&s, UINT64_MAX, UINT64_MAX, 20);
    assert_true(s.hash == hash);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_trace_holds, begin),
        cmocka_unit_test_setup(a_group_that_delivers_alike_holds, begin),
        cmocka_unit_test_setup(the_records_of_different_processes_may_come_one_file_after_the_other, begin),
        cmocka_unit_test_setup(a_newcomer_that_ignores_changes_until_it_has_the_state_holds, begin),
        cmocka_unit_test_setup(what_the_workers_say_among_themselves_changes_no_colour, begin),
        cmocka_unit_test_setup(whoever_crashed_or_left_need_not_converge, begin),
        cmocka_unit_test_setup(two_orders_violate_total_order, begin),
        cmocka_unit_test_setup(what_only_the_crashed_delivered_may_come_again_in_a_later_view, begin),
        cmocka_unit_test_setup(what_only_a_crashed_member_delivered_is_not_the_survivors_disorder, begin),
        cmocka_unit_test_setup(one_history_with_another_change_in_it_violates_total_order, begin),
        cmocka_unit_test_setup(a_colour_that_does_not_follow_violates_colour, begin),
        cmocka_unit_test_setup(a_hash_or_a_count_that_does_not_follow_violates_colour, begin),
        cmocka_unit_test_setup(a_colour_that_moves_by_itself_violates_colour, begin),
        cmocka_unit_test_setup(a_state_that_nobody_had_violates_state_transfer, begin),
        cmocka_unit_test_setup(a_state_is_judged_even_if_its_count_is_delivered_by_others_later_only, begin),
        cmocka_unit_test_setup(survivors_that_end_at_different_counts_violate_convergence, begin),
        cmocka_unit_test_setup(a_change_that_its_own_member_never_delivers_violates_progress, begin),
        cmocka_unit_test_setup(a_change_from_before_the_last_fault_may_be_lost, begin),
        cmocka_unit_test_setup(a_change_of_one_that_crashed_may_be_lost, begin),
        cmocka_unit_test_setup(a_frozen_member_halts_but_does_not_have_to_converge, begin),
        cmocka_unit_test_setup(a_frozen_member_that_crashed_halts_nobody, begin),
        cmocka_unit_test_setup(a_violation_comes_before_a_halt, begin),
        cmocka_unit_test_setup(a_group_that_starts_afresh_is_not_compared_with_what_was_lost, begin),
        cmocka_unit_test_setup(a_group_that_starts_afresh_holds_in_whatever_order_its_files_come, begin),
        cmocka_unit_test_setup(those_who_start_afresh_together_are_compared_with_each_other, begin),
        cmocka_unit_test(the_colour_moves_as_the_ladder_says),
        cmocka_unit_test(the_hash_is_fnv1a_over_the_text_of_the_change),
    };
    return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
