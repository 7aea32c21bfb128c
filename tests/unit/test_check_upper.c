/* What the checker makes of the upper rungs: members that are excluded and come back, views that are decided
 * without somebody, states that come with a view.
 */
#include "tests/lib/tape.h"

static struct check check; /* large */
static struct tape tape;

static const struct check_settings gms5 = {.rung = GMS_RUNG_5};
static const struct check_settings gms4_ack = {.rung = GMS_RUNG_4_ACK};

static void holds_in_any_order(const struct check_settings *settings) {
    for (int order = 0; order < ORDERS; order++) {
        assert_int_equal(judge(&check, &tape, order, settings), 0);
        assert_int_equal(check_overall(&check), CHECK_HOLDS);
        assert_int_equal(check_outcome(&check), CHECK_SYNC);
    }
}

static void exits(const char *who) {
    for (; *who; who++)
        event(&tape, *who - '0', TRACE_EXIT);
}

/* w4 hangs; the others go on; it wakes, hears that it is out, and comes back as w5: the same name, another
 * id, and the state before its first view. */
static void excluded_and_back(struct tape *t) {
    views(t);
    mcast(t, 1, 1, 7);
    deliver(t, "1234", 1, 1, 7);
    mcast(t, 4, 1, 3);
    deliver(t, "123", 4, 1, 3);
    for (int who = 1; who <= 3; who++)
        event(t, who, TRACE_BLOCK);
    for (const char *who = "123"; *who; who++) {
        install(t, (const char[]){*who, '\0'}, 3, "123");
        event(t, *who - '0', TRACE_UNBLOCK);
    }
    mcast(t, 1, 2, 5);
    deliver(t, "123", 1, 2, 5);
    event(t, 4, TRACE_BLOCK);
    event(t, 4, TRACE_NO_QUORUM);
    event(t, 4, TRACE_EXCLUDED);
    event(t, 4, TRACE_EXIT);
    joins(t, 5);
    install(t, "123", 4, "1235");
    adopt(t, 5, 1);
    install(t, "5", 4, "1235");
    mcast(t, 5, 1, 9);
    deliver(t, "1235", 5, 1, 9);
}

static void who_was_excluded_and_came_back_is_in_sync(void **state) {
    (void)state;
    excluded_and_back(&tape);
    exits("1235");
    number(&tape);
    holds_in_any_order(&gms5);
}

static void who_was_excluded_owes_nothing_to_the_view_it_was_in(void **state) {
    (void)state;
    excluded_and_back(&tape); /* w4 never delivered its own w4#1, which the others have */
    erase(&tape, find(&tape, TRACE_BLOCK, 4, 0));
    erase(&tape, find(&tape, TRACE_NO_QUORUM, 4, 0));
    number(&tape);
    holds_in_any_order(&gms5);
}

static void who_was_excluded_and_did_not_exit_halts(void **state) {
    (void)state;
    excluded_and_back(&tape);
    erase(&tape, find(&tape, TRACE_EXIT, 4, 0));
    number(&tape);
    assert_int_equal(judge(&check, &tape, 0, &gms5), 0);
    assert_int_equal(check_overall(&check), CHECK_HALTED);
}

static void what_the_excluded_had_delivered_binds_the_others_at_gms5(void **state) {
    (void)state;
    excluded_and_back(&tape);
    const int at = find(&tape, TRACE_BLOCK, 4, 0);
    put_at(&tape, at, (struct trace_record){.ev = TRACE_MCAST, .id = 4, .m_origin = 4, .m_n = 2});
    put_at(&tape, at + 1,
           (struct trace_record){.ev = TRACE_DELIVER,
                                 .id = 4,
                                 .m_origin = 4,
                                 .m_n = 2,
                                 .view = 2,
                                 .state = tape.r[delivery(&tape, 4, 1, 1)].state});
    for (int order = 0; order < ORDERS; order++)
        assert_true(judge(&check, &tape, order, &gms5) & P(UNIFORM_AGREEMENT));
    const struct check_settings agreed = {.rung = GMS_RUNG_5, .agreed = true};
    assert_false(judge(&check, &tape, 0, &agreed) & P(UNIFORM_AGREEMENT));
}

/* w1 leads the others, who hear nothing of it, and delivers alone: w4's before w3's. When it has crashed they
 * go on, the other way round, and have many of w3's before w4's: by what w1 delivered that makes a circle. */
static void a_cut_leader_delivers_alone(uint64_t later) {
    views(&tape);
    mcast(&tape, 4, 1, 0);
    mcast(&tape, 4, 2, 0);
    for (uint64_t n = 1; n <= later; n++)
        mcast(&tape, 3, n, 0);
    deliver(&tape, "1", 4, 1, 0);
    deliver(&tape, "1", 4, 2, 0);
    deliver(&tape, "1", 3, 1, 0);
    crash(&tape, 1);
    install(&tape, "234", 3, "234");
    for (uint64_t n = 1; n <= later; n++)
        deliver(&tape, "234", 3, n, 0);
    for (const char *who = "234"; *who; who++) {
        deliver(&tape, (const char[]){*who, '\0'}, 4, 1, 0);
        deliver(&tape, (const char[]){*who, '\0'}, 4, 2, 0);
    }
    exits("234");
}

static void who_delivered_alone_and_crashed_binds_nobody_at_gms5_agreed(void **state) {
    const struct check_settings agreed = {.rung = GMS_RUNG_5, .agreed = true};
    (void)state;
    for (uint64_t later = 1; later <= 12; later++) {
        a_cut_leader_delivers_alone(later);
        holds_in_any_order(&agreed);
        assert_true(judge(&check, &tape, 0, &gms5) & P(TOTAL_ORDER));
    }
}

static void a_wrong_state_that_came_with_a_view_is_found(void **state) {
    (void)state;
    excluded_and_back(&tape);
    tape.r[find(&tape, TRACE_STATE, 5, 0)].state.hash ^= 1;
    number(&tape);
    assert_true(judge(&check, &tape, 0, &gms5) & P(STATE_TRANSFER));
}

/* -- Quorum -------------------------------------------------------------------------------------------- */

static void two_of_four(const char *who) {
    views(&tape);
    install(&tape, who, 3, who);
    exits(who);
    for (const char *other = "1234"; *other; other++) {
        if (!strchr(who, *other)) {
            event(&tape, *other - '0', TRACE_EXCLUDED);
            event(&tape, *other - '0', TRACE_EXIT);
        }
    }
    number(&tape);
}

static void half_is_a_quorum_with_the_most_senior_member_only(void **state) {
    (void)state;
    two_of_four("13");
    holds_in_any_order(&gms5);
    two_of_four("24");
    for (int order = 0; order < ORDERS; order++)
        assert_int_equal(judge(&check, &tape, order, &gms5), P(QUORUM));
}

static void who_left_in_good_order_counts_as_present(void **state) {
    (void)state;
    views(&tape);
    crash(&tape, 3);
    event(&tape, 1, TRACE_LEAVE); /* with w2 and w4 it was a quorum */
    event(&tape, 1, TRACE_EXIT);
    install(&tape, "24", 3, "24");
    exits("24");
    number(&tape);
    holds_in_any_order(&gms5);
}

/* -- gms4: among those who survive ------------------------------------------------------------------------
 */

static void only_the_dead_delivered_it_in_the_view_before(struct tape *t) {
    views(t);
    mcast(t, 3, 1, 0);
    deliver(t, "1", 3, 1, 0);
    crash(t, 1);
    install(t, "234", 3, "234");
    deliver(t, "234", 3, 1, 0); /* asked for again, of the next leader */
    exits("234");
    number(t);
}

static void another_view_of_a_delivery_by_the_dead_counts_at_gms5_only(void **state) {
    (void)state;
    only_the_dead_delivered_it_in_the_view_before(&tape);
    holds_in_any_order(&gms4_ack);
    assert_true(judge(&check, &tape, 0, &gms5) & P(SAME_VIEW_DELIVERY));
}

/* A leader of gms4-ack installs its own view last; here it dies before, and a newcomer is left. */
static void a_view_whose_leader_died_of_it_breaks_the_chain_at_gms5_only(void **state) {
    (void)state;
    begin(&tape);
    install(&tape, "1", 1, "1");
    joins(&tape, 2);
    install(&tape, "2", 2, "12");
    crash(&tape, 1);
    put(&tape, (struct trace_record){.ev = TRACE_LEAD, .id = 2, .view = 3});
    install(&tape, "2", 3, "2");
    exits("2");
    number(&tape);
    assert_false(judge(&check, &tape, 0, &gms4_ack) & P(ONE_CHAIN));
    assert_true(judge(&check, &tape, 0, &gms5) & P(ONE_CHAIN));
}

/* Each side has a last view: not to be in the other one's is no excuse for another colour. */
static void a_group_of_gms4_that_parted_is_out_of_sync(void **state) {
    (void)state;
    views(&tape);
    install(&tape, "12", 3, "12");
    install(&tape, "34", 3, "34");
    mcast(&tape, 1, 1, 7);
    deliver(&tape, "12", 1, 1, 7);
    exits("1234");
    number(&tape);
    for (int order = 0; order < ORDERS; order++) {
        assert_true(judge(&check, &tape, order, &gms4_ack) & P(CONVERGENCE));
        assert_int_equal(check_outcome(&check), CHECK_DESYNC);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_was_excluded_and_came_back_is_in_sync),
        cmocka_unit_test(who_was_excluded_owes_nothing_to_the_view_it_was_in),
        cmocka_unit_test(who_was_excluded_and_did_not_exit_halts),
        cmocka_unit_test(what_the_excluded_had_delivered_binds_the_others_at_gms5),
        cmocka_unit_test(who_delivered_alone_and_crashed_binds_nobody_at_gms5_agreed),
        cmocka_unit_test(a_wrong_state_that_came_with_a_view_is_found),
        cmocka_unit_test(half_is_a_quorum_with_the_most_senior_member_only),
        cmocka_unit_test(who_left_in_good_order_counts_as_present),
        cmocka_unit_test(another_view_of_a_delivery_by_the_dead_counts_at_gms5_only),
        cmocka_unit_test(a_view_whose_leader_died_of_it_breaks_the_chain_at_gms5_only),
        cmocka_unit_test(a_group_of_gms4_that_parted_is_out_of_sync),
    };
    return cmocka_run_group_tests_name("check: the upper rungs", tests, NULL, NULL);
}
