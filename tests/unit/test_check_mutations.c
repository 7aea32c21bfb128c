/* A checker is worth what it catches: sound traces, and each broken in one place, for every property at least
 * once. Each must be judged the same however the records of its processes are interleaved.
 */
#include "tests/lib/tape.h"

static struct check check; /* large */
static struct tape tape;

/* -- How each is broken -------------------------------------------------------------------------------- */

typedef void breaker(struct tape *);

static void sound(struct tape *t) {
    story(t);
}

static void sound_and_numbered(struct tape *t) {
    story(t);
    number(t);
}

static void sound_views(struct tape *t) {
    views(t);
    crash(t, 1);
    install(t, "234", 3, "234");
    event(t, 4, TRACE_LEAVE);
    install(t, "23", 4, "23"); /* w4 left in good order: it counts as present */
    crash(t, 3);
    install(t, "2", 5, "2"); /* half, with the most senior: a tie is broken for it */
}

static void not_in_its_own_view(struct tape *t) {
    views(t);
    crash(t, 4);
    install(t, "1234", 3, "123"); /* its trace goes on, as the file of a process that crashed later */
}

static void the_same_view_twice(struct tape *t) {
    story(t);
    install_at(t, find(t, TRACE_VIEW, 3, 6) + 1, 3, 6, "23");
}

static void a_view_with_a_lower_number(struct tape *t) {
    views(t);
    crash(t, 4);
    install(t, "123", 5, "123");
    install(t, "3", 4, "123");
    crash(t, 3);
    install(t, "12", 6, "12");
}

static void a_multicast_before_the_first_view(struct tape *t) {
    story(t);
    const struct trace_record r = t->r[find_m(t, TRACE_MCAST, 3, 3, 1)];
    erase(t, find_m(t, TRACE_MCAST, 3, 3, 1));
    put_at(t, find(t, TRACE_VIEW, 3, 3), r);
}

static void a_delivery_before_the_first_view(struct tape *t) {
    views(t);
    joins(t, 5);
    put(t,
        (struct trace_record){.ev = TRACE_DELIVER, .id = 5, .m_origin = 1, .m_n = 1, .state = t->state[5]});
    mcast(t, 1, 1, 0);
    deliver(t, "1234", 1, 1, 0);
    crash(t, 5);
}

static void a_view_with_its_members_in_another_order(struct tape *t) {
    views(t);
    crash(t, 1);
    install(t, "23", 3, "234");
    install(t, "4", 3, "243");
    crash(t, 4);
    install(t, "23", 4, "23");
}

static void a_view_that_nobody_came_to_from_the_one_before(struct tape *t) {
    views(t);
    crash(t, 3);
    install(t, "4", 3, "124"); /* alone goes there, and no further */
    crash(t, 4);
    install(t, "12", 4, "12");
}

static void two_lead_one_view(struct tape *t) {
    story(t);
    put_at(t, find(t, TRACE_VIEW, 2, 4) + 1, (struct trace_record){.ev = TRACE_LEAD, .id = 2, .view = 4});
}

static void a_view_without_a_quorum(struct tape *t) {
    views(t);
    install(t, "4", 3, "4");
    crash(t, 1);
    crash(t, 2);
    crash(t, 3);
}

static void half_a_view_without_its_most_senior(struct tape *t) {
    views(t);
    install(t, "34", 3, "34");
    crash(t, 1);
    crash(t, 2);
}

static void one_passes_by_a_view_that_it_is_in(struct tape *t) {
    views(t);
    crash(t, 1);
    install(t, "24", 3, "234");
    install(t, "234", 4, "234");
}

static void another_content_than_was_multicast(struct tape *t) {
    story(t);
    t->r[find_m(t, TRACE_MCAST, 2, 2, 1)].n = 6;
}

static void what_nobody_multicast(struct tape *t) {
    story(t);
    erase(t, find_m(t, TRACE_MCAST, 4, 4, 2));
}

static void its_own_before_it_multicast_it(struct tape *t) {
    story(t);
    swap(t, find_m(t, TRACE_MCAST, 4, 4, 2), delivery(t, 4, 4, 2));
}

static void delivered_twice(struct tape *t) {
    story(t);
    const int at = delivery(t, 3, 2, 3);
    put_at(t, at + 1, t->r[at]);
}

static void delivered_again_when_it_is_stable(struct tape *t) {
    story(t);
    const struct trace_record again = t->r[delivery(t, 3, 2, 2)];
    struct trace_record *r = put_at(t, delivery(t, 3, 3, 4), again);
    r->state = t->state[3];
    r->view = 6;
}

static void from_one_that_is_no_member_yet(struct tape *t) {
    begin(t);
    install(t, "1", 1, "1");
    joins(t, 2);
    install(t, "12", 2, "12");
    adopt(t, 2, 1);
    deliver(t, "12", 3, 1, 0);
    joins(t, 3);
    install(t, "123", 3, "123");
    mcast(t, 3, 1, 0);
    event(t, 3, TRACE_LEAVE);
    install(t, "12", 4, "12");
}

static void never_delivers_its_own(struct tape *t) {
    story(t);
    put_at(t, find(t, TRACE_BLOCK, 3, 4),
           (struct trace_record){.ev = TRACE_MCAST, .id = 2, .m_origin = 2, .m_n = 4});
    for (int i = 0; i < t->count; i++) { /* the next one of w2 is its fifth */
        if (t->r[i].m_origin == 2 && t->r[i].m_n == 4 && t->r[i].n == 11)
            t->r[i].m_n = 5;
    }
    for (int who = 2; who <= 3; who++) {
        struct trace_record *r = &t->r[delivery(t, who, 2, 5)];
        r->state = t->r[delivery(t, who, 3, 3)].state;
        trace_state_apply(&r->state, 2, 5, 11);
        t->r[delivery(t, who, 3, 4)].state = r->state;
    }
}

static void delivered_in_another_view(struct tape *t) {
    story(t);
    t->r[delivery(t, 4, 4, 2)].view = 4;
}

static void one_goes_on_without_a_message(struct tape *t) {
    story(t);
    erase(t, delivery(t, 3, 2, 2));
}

static void one_never_gets_a_message(struct tape *t) {
    story(t);
    erase(t, delivery(t, 2, 3, 4));
    fault(t);
    erase(t, find_m(t, TRACE_MCAST, 3, 3, 4));
    put(t, (struct trace_record){.ev = TRACE_MCAST, .id = 3, .m_origin = 3, .m_n = 4});
    swap(t, t->count - 1, find(t, TRACE_EXIT, 3, 0)); /* multicast anywhere: only the set counts */
    swap(t, find_m(t, TRACE_MCAST, 3, 3, 4), delivery(t, 3, 3, 4));
}

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

static void a_delivery_while_blocked(struct tape *t) {
    story(t);
    put_at(t, delivery(t, 4, 3, 2) + 1,
           (struct trace_record){.ev = TRACE_RECV, .id = 4, .peer = 2, .type = "INSTALL"});
}

static void all_deliver_an_origins_messages_the_other_way_round(struct tape *t) {
    story(t);
    for (int who = 1; who <= 4; who++)
        swap(t, delivery(t, who, 2, 2), delivery(t, who, 2, 3));
}

static void one_delivers_an_origins_messages_the_other_way_round(struct tape *t) {
    story(t);
    swap(t, delivery(t, 3, 2, 2), delivery(t, 3, 2, 3));
}

/* w1 says it after w2#3, and never delivers it itself; the others have it before w2#3. */
static void an_effect_before_its_cause(struct tape *t) {
    story(t);
    put_at(t, delivery(t, 1, 2, 3) + 1,
           (struct trace_record){.ev = TRACE_MCAST, .id = 1, .m_origin = 1, .m_n = 3});
    for (int who = 2; who <= 4; who++) {
        const int at = delivery(t, who, 2, 3);
        struct trace_record r = t->r[at];
        r.m_origin = 1;
        put_at(t, at, r);
    }
}

static void two_without_counts_in_another_order(struct tape *t) {
    story(t);
    put_at(t, find_m(t, TRACE_MCAST, 2, 2, 2),
           (struct trace_record){.ev = TRACE_MCAST, .id = 1, .m_origin = 1, .m_n = 3});
    for (int who = 1; who <= 4; who++) {
        const int at = delivery(t, who, 2, 2);
        struct trace_record r = t->r[at];
        r.m_origin = 1;
        r.m_n = 3;
        put_at(t, who == 3 ? at : at + 1, r);
    }
}

/* w3 and w4 of a cycle that no two members show alone: 1 before 2, 2 before 3, 3 before 1. */
static void three_orders_that_make_a_circle(struct tape *t) {
    views(t);
    for (int who = 1; who <= 3; who++)
        mcast(t, who, 1, 0);
    deliver(t, "1", 1, 1, 0);
    deliver(t, "1", 2, 1, 0);
    deliver(t, "2", 2, 1, 0);
    deliver(t, "2", 3, 1, 0);
    deliver(t, "3", 3, 1, 0);
    deliver(t, "3", 1, 1, 0);
    crash(t, 1);
    crash(t, 2);
    crash(t, 3);
    install(t, "4", 3, "4");
}

static void two_changes_in_another_order(struct tape *t) {
    views(t);
    mcast(t, 1, 1, 3);
    mcast(t, 2, 1, 5);
    deliver(t, "124", 1, 1, 3);
    deliver(t, "124", 2, 1, 5);
    deliver(t, "3", 2, 1, 5);
    deliver(t, "3", 1, 1, 3);
}

static void a_number_is_missing(struct tape *t) {
    sound_and_numbered(t);
    for (int i = delivery(t, 3, 2, 2); i < t->count; i++) {
        if (t->r[i].id == 3 && t->r[i].seq > 0)
            t->r[i].seq++;
    }
}

static void a_number_comes_twice(struct tape *t) {
    sound_and_numbered(t);
    t->r[delivery(t, 3, 2, 3)].seq--;
    t->r[find(t, TRACE_VIEW, 3, 5)].seq--;
}

static void a_delivery_without_its_number(struct tape *t) {
    sound_and_numbered(t);
    t->r[delivery(t, 3, 2, 3)].seq = 0;
}

static void a_colour_that_does_not_follow(struct tape *t) {
    story(t);
    t->r[delivery(t, 3, 4, 1)].state.color[1] ^= 1;
}

static void a_state_that_is_not_the_groups(struct tape *t) {
    story(t);
    t->r[find(t, TRACE_STATE, 4, 0)].state.color[0] ^= 1;
}

static void a_first_state_that_is_none(struct tape *t) {
    views(t);
    t->r[find(t, TRACE_STATE, 4, 0)].state.hash ^= 1;
    crash(t, 4);
    install(t, "123", 3, "123");
}

static void a_newcomer_without_the_state_to_the_end(struct tape *t) {
    views(t);
    mcast(t, 1, 1, 3);
    deliver(t, "1234", 1, 1, 3);
    joins(t, 5);
    install(t, "12345", 3, "1234");
    t->count -= 5; /* five in a view are one too many for a tape: w4 never gets its state instead */
    erase(t, find(t, TRACE_STATE, 4, 0));
    trace_state_init(&t->r[delivery(t, 4, 1, 1)].state);
}

static void one_that_crashed_is_in_the_last_view(struct tape *t) {
    views(t);
    crash(t, 3);
}

static void one_that_left_is_in_the_last_view(struct tape *t) {
    views(t);
    event(t, 3, TRACE_LEAVE);
    event(t, 3, TRACE_EXIT);
}

static void one_did_not_install_the_last_view(struct tape *t) {
    views(t);
    crash(t, 4);
    install(t, "12", 3, "123");
}

static void a_change_that_nobody_delivers(struct tape *t) {
    story(t);
    const int at = find(t, TRACE_EXIT, 2, 0);
    put_at(t, at, (struct trace_record){.ev = TRACE_MCAST, .id = 2, .m_origin = 2, .m_n = 5, .n = 4});
}

/* -- The suite ----------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    breaker *make;
    uint32_t violated; /* exactly these */
} suite[] = {
    {"sound", sound, 0},
    {"sound, with numbers", sound_and_numbered, 0},
    {"sound views", sound_views, 0},
    {"1 not in its own view", not_in_its_own_view, P(SELF_INCLUSION)},
    {"2 the same view twice", the_same_view_twice, P(LOCAL_MONOTONICITY)},
    {"2 a view with a lower number", a_view_with_a_lower_number, P(LOCAL_MONOTONICITY) | P(ONE_CHAIN)},
    {"3 a multicast before the first view", a_multicast_before_the_first_view, P(INITIAL_VIEW)},
    {"3 a delivery before the first view", a_delivery_before_the_first_view, P(INITIAL_VIEW)},
    {"4 members in another order", a_view_with_its_members_in_another_order, P(VIEW_AGREEMENT)},
    {"5 nobody came from the one before", a_view_that_nobody_came_to_from_the_one_before, P(ONE_CHAIN)},
    {"6 two lead one view", two_lead_one_view, P(ONE_LEADER)},
    {"7 no quorum", a_view_without_a_quorum, P(QUORUM)},
    {"7 half without the most senior", half_a_view_without_its_most_senior, P(QUORUM)},
    {"8 passes by a view that it is in", one_passes_by_a_view_that_it_is_in, P(SUCCESSORS)},
    {"9 another content", another_content_than_was_multicast, P(INTEGRITY)},
    {"9 nobody multicast it", what_nobody_multicast, P(INTEGRITY)},
    {"9 its own before it multicast it", its_own_before_it_multicast_it, P(INTEGRITY)},
    {"10 delivered twice", delivered_twice, P(NO_DUPLICATION)},
    {"10 delivered again when it is stable", delivered_again_when_it_is_stable, P(NO_DUPLICATION)},
    {"11 no member yet", from_one_that_is_no_member_yet, P(SENDER_MEMBERSHIP)},
    {"12 never delivers its own", never_delivers_its_own, P(SELF_DELIVERY)},
    {"13 in another view", delivered_in_another_view, P(SAME_VIEW_DELIVERY)},
    {"14 goes on without a message", one_goes_on_without_a_message,
     P(VIRTUAL_SYNCHRONY) | P(AGREEMENT) | P(UNIFORM_AGREEMENT)},
    {"15 never gets a message", one_never_gets_a_message, P(AGREEMENT)},
    {"16 only the dead had it", only_the_dead_had_delivered_it, P(UNIFORM_AGREEMENT)},
    {"17 delivers while blocked", a_delivery_while_blocked, P(BLOCKED)},
    {"18 all the other way round", all_deliver_an_origins_messages_the_other_way_round, P(FIFO)},
    {"18 one the other way round", one_delivers_an_origins_messages_the_other_way_round,
     P(FIFO) | P(TOTAL_ORDER)},
    {"19 an effect before its cause", an_effect_before_its_cause, P(CAUSAL)},
    {"20 two without counts", two_without_counts_in_another_order, P(TOTAL_ORDER)},
    {"20 three in a circle", three_orders_that_make_a_circle,
     P(TOTAL_ORDER) | P(QUORUM) | P(UNIFORM_AGREEMENT)},
    {"20 two changes", two_changes_in_another_order, P(TOTAL_ORDER) | P(CONVERGENCE)},
    {"21 a number is missing", a_number_is_missing, P(GAP_FREE)},
    {"21 a number comes twice", a_number_comes_twice, P(GAP_FREE)},
    {"21 a number is not there", a_delivery_without_its_number, P(GAP_FREE)},
    {"22 a colour that does not follow", a_colour_that_does_not_follow, P(COLOR)},
    {"23 not the group's", a_state_that_is_not_the_groups, P(STATE_TRANSFER) | P(COLOR)},
    {"23 no first state", a_first_state_that_is_none, P(STATE_TRANSFER)},
    {"24 without the state", a_newcomer_without_the_state_to_the_end, P(CONVERGENCE)},
    {"25 crashed, in the last view", one_that_crashed_is_in_the_last_view, P(MEMBERSHIP_PRECISION)},
    {"25 left, in the last view", one_that_left_is_in_the_last_view, P(MEMBERSHIP_PRECISION)},
    {"25 not in the last view", one_did_not_install_the_last_view, P(MEMBERSHIP_PRECISION)},
    {"26 nobody delivers it", a_change_that_nobody_delivers, P(PROGRESS) | P(SELF_DELIVERY)},
};
enum { SUITE = sizeof suite / sizeof suite[0] };

static void print_set(uint32_t set) {
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        if (set >> p & 1)
            print_error(" %d", p);
    }
}

static void each_broken_trace_is_found_and_named_however_its_files_come(void **state) {
    int wrong = 0;
    (void)state;
    for (int i = 0; i < SUITE; i++) {
        suite[i].make(&tape);
        for (int order = 0; order < ORDERS; order++) {
            const uint32_t violated = judge(&check, &tape, order, &everything);
            if (violated == suite[i].violated)
                continue;
            print_error("%s, order %d:", suite[i].name, order);
            print_set(violated);
            print_error(", not");
            print_set(suite[i].violated);
            print_error("\n");
            wrong++;
            break;
        }
    }
    assert_int_equal(wrong, 0);
}

static void every_property_has_a_broken_trace(void **state) {
    uint32_t broken = 0;
    (void)state;
    for (int i = 0; i < SUITE; i++)
        broken |= suite[i].violated;
    assert_int_equal(broken, CHECK_ALL);
}

static void a_sound_trace_is_compared_to_the_last_record(void **state) {
    (void)state;
    for (int order = 0; order < ORDERS; order++) {
        story(&tape);
        assert_int_equal(judge(&check, &tape, order, &everything), 0);
        assert_int_equal(check_overall(&check), CHECK_HOLDS);
        assert_int_equal(check.uncompared, 0);
        assert_int_equal(check.message_oldest, 0); /* all were stable in the end, and are forgotten */
    }
}

static void a_witness_is_the_first_and_says_where(void **state) {
    (void)state;
    delivered_twice(&tape);
    judge(&check, &tape, 0, &everything);
    const struct check_witness *w = &check.witness[CHECK_NO_DUPLICATION];
    assert_int_equal(w->a, 3);
    assert_int_equal(w->a_origin, 2);
    assert_int_equal(w->a_n, 3);
    assert_int_equal(w->view, 4);
    assert_int_equal(w->a_at.line, delivery(&tape, 3, 2, 3) + 2);
    one_goes_on_without_a_message(&tape);
    judge(&check, &tape, 0, &everything);
    w = &check.witness[CHECK_VIRTUAL_SYNCHRONY];
    assert_int_equal(w->a, 2);
    assert_int_equal(w->b, 3);
    assert_int_equal(w->a_origin, 2);
    assert_int_equal(w->a_n, 2);
    assert_int_equal(w->view, 4);
}

/* A run after another in the same memory must not see what the one before it left. */
static void a_checker_is_as_new_after_init(void **state) {
    (void)state;
    for (int round = 0; round < 50; round++) {
        for (int i = 0; i < SUITE; i += 1 + round % 3) {
            suite[i].make(&tape);
            assert_int_equal(judge(&check, &tape, round % ORDERS, &everything), suite[i].violated);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_broken_trace_is_found_and_named_however_its_files_come),
        cmocka_unit_test(every_property_has_a_broken_trace),
        cmocka_unit_test(a_sound_trace_is_compared_to_the_last_record),
        cmocka_unit_test(a_witness_is_the_first_and_says_where),
        cmocka_unit_test(a_checker_is_as_new_after_init),
    };
    return cmocka_run_group_tests_name("check: mutations", tests, NULL, NULL);
}
