/* The windows side by side tell what the run tells, at any moment of it. Each test's name is the claim. */
#include "app/report/montage.h"
#include "tests/lib/picture_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct montage montage;

static void read_until(enum gms_rung_id rung, uint32_t until) {
    const struct montage_moment moment = {.rung = rung, .group = "", .until = until};
    montage_read(&montage, case_history, &moment);
}

static const struct tile_model *tile(const char *name) {
    for (uint32_t i = 0; i < montage.count; i++)
        if (strcmp(montage.tiles[i].model.name, name) == 0)
            return &montage.tiles[i].model;
    return NULL;
}

static void deliver_other(unsigned who, unsigned n) {
    struct trace_record r = {.ev = TRACE_DELIVER, .m_origin = 2, .m_n = n, .n = 9, .view = 1};
    r.state = (struct trace_state){n, n * 0x517cc1b727220a95u, {1, 2, 3}};
    case_feed(who, r);
    case_now += CASE_MS;
}

/* -- What they show -------------------------------------------------------------------------------------- */

static void each_member_has_a_window_with_its_colour_count_and_view(void **state) {
    (void)state;
    case_begin(3);
    case_broadcast(3, 1);
    case_broadcast(3, 2);
    read_until(GMS_RUNG_2, HISTORY_NONE);
    assert_int_equal(montage.count, 3);
    assert_int_equal(tile("w1")->state, TILE_LEADING);
    assert_int_equal(tile("w2")->state, TILE_FOLLOWING);
    assert_int_equal(tile("w3")->count, 2);
    assert_int_equal(tile("w3")->color[0], 80);
    assert_int_equal(tile("w3")->view, 1);
    assert_int_equal(tile("w3")->member_count, 3);
    assert_true(tile("w3")->members[2].self);
    assert_string_equal(tile("w3")->rung, "gms2");
    assert_int_equal(tile("w3")->differs_since, 0);
}

static void who_was_there_before_anybody_listened_has_its_view_and_its_members(void **state) {
    (void)state;
    static const gms_id members[] = {1, 2, 3};
    case_begin(0);
    for (unsigned who = 1; who <= 3; who++) {
        case_feed(who, (struct trace_record){.ev = TRACE_VIEW,
                                             .view = 5,
                                             .primary = true,
                                             .here = true,
                                             .members = members,
                                             .member_count = 3});
        case_feed(who, (struct trace_record){
                           .ev = TRACE_STATE, .peer = who, .here = true, .state = {7, 77, {1, 2, 3}}});
    }
    read_until(GMS_RUNG_2, HISTORY_NONE);
    assert_int_equal(montage.count, 3);
    assert_int_equal(tile("w1")->state, TILE_LEADING);
    for (unsigned i = 0; i < montage.count; i++) {
        assert_int_equal(montage.tiles[i].model.view, 5);
        assert_int_equal(montage.tiles[i].model.member_count, 3);
        assert_int_equal(montage.tiles[i].model.count, 7);
        for (unsigned j = 0; j < 3; j++)
            assert_true(montage.tiles[i].model.members[j].known);
    }
}

static void at_an_earlier_moment_they_show_what_they_showed_then(void **state) {
    (void)state;
    case_begin(3);
    case_broadcast(3, 1);
    const uint32_t then = history_event_count(case_history);
    case_broadcast(3, 2);
    case_feed(0, (struct trace_record){.ev = TRACE_CRASH, .peer = 1});
    read_until(GMS_RUNG_2, then);
    assert_int_equal(tile("w1")->state, TILE_LEADING);
    assert_int_equal(tile("w1")->count, 1);
    read_until(GMS_RUNG_2, HISTORY_NONE);
    assert_int_equal(tile("w1")->state, TILE_CRASHED);
    assert_int_equal(tile("w1")->count, 2);
    assert_true(tile("w2")->members[0].down);
}

static void one_that_misses_a_change_differs_from_the_most_senior_since_that_one(void **state) {
    (void)state;
    case_begin(4);
    case_broadcast(4, 1);
    case_deliver(2, 1, 2); /* w1 dies in the middle of the broadcast, and w2 leads */
    case_feed(0, (struct trace_record){.ev = TRACE_CRASH, .peer = 1});
    static const gms_id left[] = {2, 3, 4};
    for (unsigned who = 2; who <= 4; who++)
        case_feed(who, (struct trace_record){
                           .ev = TRACE_VIEW, .view = 2, .primary = true, .members = left, .member_count = 3});
    case_deliver(2, 2, 3);
    deliver_other(3, 2);
    deliver_other(4, 2);
    read_until(GMS_RUNG_2, HISTORY_NONE);
    assert_int_equal(tile("w2")->state, TILE_LEADING);
    assert_int_equal(tile("w2")->differs_since, 0);
    assert_int_equal(tile("w3")->differs_since, 2);
    assert_int_equal(tile("w4")->differs_since, 2);
}

static void who_is_behind_but_on_the_same_way_does_not_differ(void **state) {
    (void)state;
    case_begin(3);
    case_broadcast(3, 1);
    case_deliver(1, 1, 2);
    case_deliver(1, 1, 3);
    read_until(GMS_RUNG_2, HISTORY_NONE);
    assert_int_equal(tile("w3")->count, 1);
    assert_int_equal(tile("w3")->differs_since, 0);
}

static void every_plight_has_its_own_state(void **state) {
    (void)state;
    case_begin(6);
    case_broadcast(6, 1);
    case_feed(3, (struct trace_record){.ev = TRACE_FREEZE, .view = 1, .expected = 9, .got = 10});
    case_feed(4, (struct trace_record){.ev = TRACE_NO_QUORUM, .view = 1});
    case_feed(0, (struct trace_record){.ev = TRACE_HANG, .peer = 5});
    case_feed(6, (struct trace_record){.ev = TRACE_LEAVE});
    case_feed(2, (struct trace_record){.ev = TRACE_BLOCK, .view = 1});
    case_now += 100 * CASE_MS;
    case_feed(1, (struct trace_record){.ev = TRACE_SUSPECT, .peer = 5});
    read_until(GMS_RUNG_5, HISTORY_NONE);
    assert_int_equal(montage.count, 5);
    assert_int_equal(tile("w2")->state, TILE_BLOCKED);
    assert_int_equal(tile("w3")->state, TILE_FROZEN);
    assert_non_null(strstr(tile("w3")->reason, "9"));
    assert_int_equal(tile("w4")->state, TILE_NO_QUORUM);
    assert_int_equal(tile("w5")->state, TILE_HUNG);
    assert_null(tile("w6"));
    read_until(GMS_RUNG_4_ACK, HISTORY_NONE);
    assert_int_equal(tile("w2")->state, TILE_UNANSWERED);
}

static void a_cut_is_shown_where_it_parts_members_of_one_view(void **state) {
    (void)state;
    static const gms_id left[] = {1, 2};
    case_begin(3);
    case_broadcast(3, 1);
    for (unsigned who = 1; who <= 2; who++) {
        case_feed(who, (struct trace_record){.ev = TRACE_FAULT, .what = "cut", .peer = 3});
        case_feed(3, (struct trace_record){.ev = TRACE_FAULT, .what = "cut", .peer = who});
    }
    case_now += CASE_MS;
    case_feed(1, (struct trace_record){.ev = TRACE_SUSPECT, .peer = 3});
    read_until(GMS_RUNG_5, HISTORY_NONE);
    assert_int_equal(tile("w1")->cut_links, 1);
    assert_false(tile("w1")->cut_off);
    assert_true(tile("w3")->cut_off);
    for (unsigned who = 1; who <= 2; who++)
        case_feed(who, (struct trace_record){
                           .ev = TRACE_VIEW, .view = 2, .primary = true, .members = left, .member_count = 2});
    read_until(GMS_RUNG_5, HISTORY_NONE);
    assert_int_equal(tile("w1")->cut_links, 0);
    assert_true(tile("w3")->cut_off);
}

static void who_leads_a_view_that_nobody_has_yet_is_in_the_one_before(void **state) {
    (void)state;
    case_begin(3);
    case_broadcast(3, 1);
    case_feed(2, (struct trace_record){.ev = TRACE_LEAD, .view = 2});
    read_until(GMS_RUNG_4_ACK, HISTORY_NONE);
    assert_int_equal(tile("w2")->state, TILE_LEADING);
    assert_int_equal(tile("w2")->view, 1);
    assert_int_equal(tile("w2")->member_count, 3);
}

static void at_gms1_all_halt_when_the_leader_is_gone(void **state) {
    (void)state;
    case_begin(3);
    case_broadcast(3, 1);
    case_feed(0, (struct trace_record){.ev = TRACE_CRASH, .peer = 1});
    read_until(GMS_RUNG_1, HISTORY_NONE);
    assert_int_equal(tile("w2")->state, TILE_HALTED);
    assert_non_null(strstr(tile("w2")->reason, "w1"));
}

static void the_end_of_a_run_changes_no_window(void **state) {
    (void)state;
    case_begin(2);
    case_broadcast(2, 1);
    case_feed(1, (struct trace_record){.ev = TRACE_EXIT});
    case_feed(2, (struct trace_record){.ev = TRACE_EXIT});
    read_until(GMS_RUNG_2, HISTORY_NONE);
    assert_int_equal(tile("w1")->state, TILE_LEADING);
    assert_int_equal(tile("w2")->state, TILE_FOLLOWING);
}

static void a_run_without_anybody_is_a_picture_too(void **state) {
    (void)state;
    case_begin(0);
    read_until(GMS_RUNG_2, HISTORY_NONE);
    assert_int_equal(montage.count, 0);
    canvas_list_clear(&case_list);
    montage_draw(&case_list.canvas, (struct canvas_rect){0, 0, 640, 360}, &montage,
                 &(struct montage_look){.scale = 1});
    assert_non_null(strstr(case_list.text, "rect "));
}

/* -- Where they are -------------------------------------------------------------------------------------- */

static void each_draws_in_a_place_of_its_own_and_not_outside(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    for (unsigned members = 1; members <= 12; members++) {
        case_busy(members);
        read_until(GMS_RUNG_5, HISTORY_NONE);
        canvas_list_clear(&case_list);
        montage_draw(&case_list.canvas, (struct canvas_rect){10, 20, 1260, 400}, &montage,
                     &(struct montage_look){.scale = 1});
        const int count = case_texts(case_list.text, texts);
        assert_true(count > 0);
        for (int a = 0; a < count; a++) {
            const struct case_text *t = &texts[a];
            if (t->left < 10 || t->top < 20 || t->right > 1270.5f || t->bottom > 420)
                fail_msg("%u members: outside: %s", members, t->words);
            for (int b = 0; b < a; b++)
                if (t->left < texts[b].right - 0.5f && texts[b].left < t->right - 0.5f &&
                    t->top < texts[b].bottom && texts[b].top < t->bottom)
                    fail_msg("%u members: '%s' is over '%s'", members, t->words, texts[b].words);
        }
    }
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_member_has_a_window_with_its_colour_count_and_view),
        cmocka_unit_test(who_was_there_before_anybody_listened_has_its_view_and_its_members),
        cmocka_unit_test(at_an_earlier_moment_they_show_what_they_showed_then),
        cmocka_unit_test(one_that_misses_a_change_differs_from_the_most_senior_since_that_one),
        cmocka_unit_test(who_is_behind_but_on_the_same_way_does_not_differ),
        cmocka_unit_test(every_plight_has_its_own_state),
        cmocka_unit_test(a_cut_is_shown_where_it_parts_members_of_one_view),
        cmocka_unit_test(who_leads_a_view_that_nobody_has_yet_is_in_the_one_before),
        cmocka_unit_test(at_gms1_all_halt_when_the_leader_is_gone),
        cmocka_unit_test(the_end_of_a_run_changes_no_window),
        cmocka_unit_test(a_run_without_anybody_is_a_picture_too),
        cmocka_unit_test(each_draws_in_a_place_of_its_own_and_not_outside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return case_run(run);
}
