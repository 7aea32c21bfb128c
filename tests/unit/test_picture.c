/* What the scope draws of messages and lifelines, judged on the list of drawing calls: no display is needed.
 * Each test's name is the claim.
 */
#include "tests/lib/picture_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* -- Messages ---------------------------------------- */

static void a_message_that_arrived_reaches_the_edge_of_the_other_lifeline(void **state) {
    (void)state;
    case_begin(3);
    case_receive(1, 3, "MSG", 1, case_send(1, 3, "MSG", 1));
    const struct picture_frame *f = case_frame();
    const struct picture_arrow a = case_arrow(1);
    assert_int_equal(a.end, END_DELIVERED);
    assert_float_equal(a.from.y, picture_edge(f, 0, true, 1), 0.1);
    assert_float_equal(a.to.y, picture_edge(f, 2, false, -1), 0.1);
    assert_true(a.to.x > a.from.x);
    case_has_not(case_draw(), "note lost\n");
    case_has_not(case_draw(), "note in flight\n");
}

static void a_message_in_flight_grows_and_has_not_arrived(void **state) {
    (void)state;
    case_begin(3);
    const uint64_t x = case_send(1, 3, "MSG", 1);
    case_has(case_draw(), "note in flight\n");
    const struct picture_arrow young = case_arrow(1);
    case_feed(2, (struct trace_record){.ev = TRACE_SUSPECT, .peer = 1});
    case_look.now = (float)history_end(case_history, HISTORY_STEPS) + 3;
    const struct picture_arrow old = case_arrow(1);
    const float edge = picture_edge(case_frame(), 2, false, -1);
    assert_int_equal(young.end, END_FLYING);
    assert_true(young.to.y > young.from.y && old.to.y > young.to.y && old.to.y < edge);
    case_look.now = -1;
    case_receive(1, 3, "MSG", 1, x);
    assert_int_equal(case_arrow(1).end, END_DELIVERED);
    case_look.until = history_event_count(case_history) - 1; /* before it arrived, it had not */
    assert_int_equal(case_arrow(1).end, END_FLYING);
}

static void a_lost_message_is_dashed_and_ends_short_of_its_target(void **state) {
    (void)state;
    case_begin(3);
    case_feed(1, case_message(TRACE_LOSE, 1, 3, "MSG", 1));
    case_has(case_draw(), "note lost\n");
    const struct picture_frame *f = case_frame();
    const struct picture_arrow a = case_arrow(1);
    assert_int_equal(a.end, END_LOST);
    assert_true(a.to.y < picture_edge(f, 2, false, -1) - 3 && a.to.y > picture_edge(f, 1, false, 1) + 3);
}

static void what_a_cut_stops_ends_at_the_cut(void **state) {
    (void)state;
    case_begin(3);
    case_feed(1, (struct trace_record){.ev = TRACE_FAULT, .what = "cut", .peer = 2});
    case_feed(1, (struct trace_record){.ev = TRACE_FAULT, .what = "cut", .peer = 3});
    case_now += CASE_MS;
    case_feed(1, case_message(TRACE_LOSE, 1, 3, "MSG", 1));
    case_now += CASE_MS;
    case_feed(2, (struct trace_record){.ev = TRACE_SUSPECT, .peer = 1});
    const char *drawn = case_draw();
    case_has(drawn, "note cut\n");
    case_has(drawn, " cut: w1 \u2192 w2\n");
    const struct picture_frame *f = case_frame();
    assert_float_equal(case_arrow(1).to.y, picture_wall_y(f, 0), 1);
}

static void a_duplicate_has_a_hollow_head_and_a_refused_one_a_bar(void **state) {
    (void)state;
    case_begin(2);
    const uint64_t x = case_send(1, 2, "MSG", 1);
    struct trace_record r = case_message(TRACE_DROP, 1, 2, "MSG", x);
    r.m_origin = 1;
    r.m_n = 1;
    case_receive(1, 2, "MSG", 1, x);
    r.why = "duplicate";
    case_feed(2, r);
    assert_int_equal(case_arrow(1).end, END_DUPLICATE);
    case_has(case_draw(), "note duplicate\n");
    const uint64_t second = case_send(1, 2, "MSG", 2);
    case_receive(1, 2, "MSG", 2, second);
    r = case_message(TRACE_DROP, 1, 2, "MSG", second);
    r.m_origin = 1;
    r.m_n = 2;
    r.why = "stale leader";
    case_feed(2, r);
    assert_int_equal(case_arrow(2).end, END_REFUSED);
    case_has(case_draw(), "note refused\n");
}

static void what_is_sent_again_is_thin(void **state) {
    (void)state;
    case_begin(2);
    case_receive(1, 2, "MSG", 1, case_send(1, 2, "MSG", 1));
    case_receive(1, 2, "MSG", 1, case_send(1, 2, "MSG", 1));
    assert_false(case_arrow(1).is_thin);
    assert_true(case_arrow(2).is_thin);
}

static void what_a_message_is_for_is_told_by_a_mark_as_well_as_by_its_colour(void **state) {
    (void)state;
    static const char *const types[] = {"MSG", "REQUEST", "PREPARE", "JOIN", "NACK"};
    static char drawn[5][65536];
    for (int i = 0; i < 5; i++) {
        case_begin(2);
        canvas_list_clear(&case_list);
        struct picture_frame *f = case_frame();
        enum gms_type type = GMS_MSG;
        for (int t = GMS_JOIN; t < GMS_TYPES; t++)
            if (strcmp(gms_type_name((enum gms_type)t), types[i]) == 0)
                type = (enum gms_type)t;
        picture_tail(f, (struct canvas_point){100, 100}, picture_kind_of(type),
                     (struct canvas_color){0, 0, 0, 255});
        snprintf(drawn[i], sizeof drawn[i], "%s", case_list.text);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(drawn[i], drawn[k]);
    }
}

static void a_message_has_its_name_where_there_is_room(void **state) {
    (void)state;
    case_begin(2);
    case_receive(1, 2, "MSG", 9, case_send(1, 2, "MSG", 9));
    case_receive(2, 1, "PREPARE", 0, case_send(2, 1, "PREPARE", 0));
    case_has(case_draw(), " w1#9\n");
    case_has(case_draw(), " PREPARE\n");
}

static void quiet_messages_are_hidden_and_counted_in_words(void **state) {
    (void)state;
    case_begin(2);
    case_broadcast(2, 1);
    for (int i = 0; i < 1204; i++)
        case_receive(1, 2, "HEARTBEAT", 0, case_send(1, 2, "HEARTBEAT", 0));
    case_broadcast(2, 2);
    case_has(case_draw(), "1,204 heartbeats hidden\n");
    history_show_quiet(case_history, true);
    case_look.shows_quiet = true;
    case_look.left = (double)history_end(case_history, HISTORY_STEPS) - 40;
    const char *drawn = case_draw();
    history_show_quiet(case_history, false);
    case_has_not(drawn, "hidden\n");
    case_has(drawn, " HEARTBEAT\n");
}

static void too_many_messages_are_a_band_and_a_number(void **state) {
    (void)state;
    case_begin(3);
    for (unsigned n = 1; n <= 2000; n++)
        case_broadcast(3, n);
    case_look.unit = 0.1;
    const char *drawn = case_draw();
    case_has(drawn, "note density\n");
    case_has(drawn, "4,000 messages: zoom in to see them");
    assert_true(case_list.size_bytes < 2000000);
    case_look.unit = 26;
    case_has_not(case_draw(), "zoom in");
}

static void one_message_that_never_arrives_does_not_hide_those_in_sight(void **state) {
    (void)state;
    case_begin(3);
    const gms_time start = case_now;
    case_send(1, 3, "MSG", 1);
    for (unsigned n = 2; n <= 12000; n++) { /* it may still arrive */
        case_now = start + n * CASE_MS;
        case_broadcast(2, n);
    }
    assert_true(history_event_count(case_history) > 60000 - 100);
    const double end = (double)history_end(case_history, HISTORY_STEPS);
    for (int i = 1; i <= 4; i++) {
        case_look.left = end * i / 4 - 50;
        const struct picture_frame *f = case_frame();
        assert_in_range(f->messages, 5, 40);
        assert_false(f->crowded);
        assert_float_equal(f->slim, 1, 0.01);
        assert_true(i < 4 || f->last - f->first > 50000); /* so that is no use */
        case_has_not(case_draw(), "zoom in");
    }
    case_look.left = 0;
    case_look.unit = 1000 / end;
    assert_in_range(case_frame()->messages, 11900, 12000);
    case_has(case_draw(), "zoom in");
}

static void a_loss_is_seen_at_any_zoom(void **state) {
    (void)state;
    case_begin(3);
    for (unsigned n = 1; n <= 2000; n++)
        case_broadcast(3, n);
    case_look.unit = 0.1;
    case_draw();
    const size_t before = case_list.size_bytes;
    case_feed(2, case_message(TRACE_LOSE, 2, 3, "MSG", 1));
    case_draw();
    assert_true(case_list.size_bytes > before);
}

static void the_message_pointed_at_is_marked_wherever_it_is(void **state) {
    (void)state;
    case_begin(4);
    case_broadcast(4, 1);
    case_broadcast(4, 2);
    case_has_not(case_draw(), "note focus\n");
    const struct picture_frame *f = case_frame();
    for (uint32_t i = f->first; i < f->last; i++)
        if (history_event(case_history, i)->ev == TRACE_SEND) {
            case_look.hovered = i;
            break;
        }
    const char *drawn = case_draw();
    int marks = 0;
    for (const char *at = drawn; (at = strstr(at, "note focus\n")) != NULL; at++)
        marks++;
    assert_int_equal(marks, 5); /* the multicast, and four deliveries */
}

/* -- Lifelines ---------------------------------------- */

static void a_crash_is_a_cross_and_a_word_and_what_it_had_stays(void **state) {
    (void)state;
    case_begin(3);
    case_broadcast(3, 5);
    case_feed(0, (struct trace_record){.ev = TRACE_CRASH, .peer = 3});
    case_now += CASE_MS;
    case_broadcast(2, 6);
    const char *drawn = case_draw();
    case_has(drawn, "note crash\n");
    case_has(drawn, " crashed\n");
    case_has(drawn, " 5 \u00b7 ");
}

static void a_hang_is_a_grey_bar_and_a_word(void **state) {
    (void)state;
    case_begin(3);
    case_has_not(case_draw(), "#808080ff");
    case_feed(0, (struct trace_record){.ev = TRACE_HANG, .peer = 2});
    case_now += CASE_MS;
    case_broadcast(1, 1);
    case_broadcast(1, 2);
    case_has(case_draw(), "#808080ff");
    case_has(case_draw(), " hung\n");
}

static void what_stops_a_worker_has_a_sign_and_words(void **state) {
    (void)state;
    static const struct {
        enum trace_ev ev;
        const char *sign, *words;
    } rows[] = {{TRACE_FREEZE, "note sign frozen\n", " FROZEN\n"},
                {TRACE_NO_QUORUM, "note sign no quorum\n", " NO QUORUM\n"},
                {TRACE_EXCLUDED, "note sign excluded\n", " EXCLUDED\n"},
                {TRACE_BLOCK, "note sign changing\n", " view change\u2026\n"}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++) {
        case_begin(3);
        case_feed(2, (struct trace_record){.ev = rows[k].ev, .view = 1, .expected = 1, .got = 2});
        case_now += CASE_MS;
        case_broadcast(1, 1);
        for (size_t i = 0; i < CASE_SIZES; i++) {
            case_size(i);
            case_has(case_draw(), rows[k].sign);
            case_has(case_draw(), rows[k].words);
        }
    }
}

static void the_leader_is_thicker_and_has_a_crown(void **state) {
    (void)state;
    case_begin(3);
    const struct picture_frame *f = case_frame();
    assert_true(picture_leads_at(f, 0, 1) && !picture_leads_at(f, 1, 1));
    assert_true(picture_edge(f, 0, true, 1) > picture_edge(f, 0, false, 1) + 2);
    case_has(case_draw(), "note crown\n");
    case_has(case_draw(), " leader");
}

static int crowns_of_names(void) {
    const char *at = strstr(case_draw(), "note names\n"), *end = strstr(at, "note lifeline\n");
    int crowns = 0;
    for (; (at = strstr(at, "note crown\n")) != NULL && at < end; at++)
        crowns++;
    return crowns;
}

static void a_leader_that_hangs_has_its_crown_until_it_is_replaced(void **state) {
    (void)state;
    static const gms_id others[2] = {2, 3};
    case_begin(3);
    assert_int_equal(crowns_of_names(), 1);
    case_feed(0, (struct trace_record){.ev = TRACE_HANG, .peer = 1});
    case_now += CASE_MS;
    assert_int_equal(crowns_of_names(), 1);
    for (unsigned who = 2; who <= 3; who++)
        case_feed(who,
                  (struct trace_record){
                      .ev = TRACE_VIEW, .view = 2, .primary = true, .members = others, .member_count = 2});
    case_now += CASE_MS;
    assert_int_equal(crowns_of_names(), 1);
}

static void a_view_is_a_band_across_its_members_only(void **state) {
    (void)state;
    case_begin(3);
    const gms_id two[2] = {1, 3};
    const struct trace_record view = {
        .ev = TRACE_VIEW, .view = 2, .primary = true, .members = two, .member_count = 2};
    case_feed(1, view);
    case_feed(3, view);
    const char *drawn = case_draw();
    case_has(drawn, " view 2 (2)\n");
    const struct picture_frame *f = case_frame();
    const float top = picture_edge(f, 1, false, -1), bottom = picture_edge(f, 1, false, 1);
    const char *at = strstr(drawn, "note view 2\n"), *end = strstr(at + 5, "note ");
    int links = 0;
    for (; (at = strstr(at, "polygon ")) != NULL && at < end; at++, links++) {
        float y[4];
        assert_int_equal(sscanf(at, "polygon %*s %*f,%f %*f,%f %*f,%f %*f,%f", &y[0], &y[1], &y[2], &y[3]),
                         4);
        for (int i = 0; i < 4; i++)
            assert_true(y[i] <= top || y[i] >= bottom); /* it is not on the lifeline of w2 */
    }
    assert_int_equal(links, 2);
}

static void names_are_large_with_five_workers(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    case_begin(5);
    const int count = case_texts(case_draw(), texts);
    int found = 0;
    for (int i = 0; i < count; i++)
        if (texts[i].words[0] == 'w' && texts[i].words[2] == '\0' && texts[i].left < 300) {
            assert_true(texts[i].size >= 32);
            found++;
        }
    assert_int_equal(found, 5);
}

static void thirty_two_rows_fit_a_full_screen_and_scroll_in_a_small_window(void **state) {
    (void)state;
    case_begin(32);
    assert_int_equal(picture_rows_that_fit(&case_look, 32), 32);
    case_look.width = 900;
    case_look.height = 500;
    const int fit = picture_rows_that_fit(&case_look, 32);
    char words[64];
    assert_true(fit >= 8 && fit < 32);
    snprintf(words, sizeof words, "rows 1 to %d of 32", fit);
    case_has(case_draw(), words);
    case_look.row_offset = 100; /* no further than to the last */
    snprintf(words, sizeof words, "rows %d to 32 of 32", 33 - fit);
    case_has(case_draw(), words);
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_that_arrived_reaches_the_edge_of_the_other_lifeline),
        cmocka_unit_test(a_message_in_flight_grows_and_has_not_arrived),
        cmocka_unit_test(a_lost_message_is_dashed_and_ends_short_of_its_target),
        cmocka_unit_test(what_a_cut_stops_ends_at_the_cut),
        cmocka_unit_test(a_duplicate_has_a_hollow_head_and_a_refused_one_a_bar),
        cmocka_unit_test(what_is_sent_again_is_thin),
        cmocka_unit_test(what_a_message_is_for_is_told_by_a_mark_as_well_as_by_its_colour),
        cmocka_unit_test(a_message_has_its_name_where_there_is_room),
        cmocka_unit_test(quiet_messages_are_hidden_and_counted_in_words),
        cmocka_unit_test(too_many_messages_are_a_band_and_a_number),
        cmocka_unit_test(one_message_that_never_arrives_does_not_hide_those_in_sight),
        cmocka_unit_test(a_loss_is_seen_at_any_zoom),
        cmocka_unit_test(the_message_pointed_at_is_marked_wherever_it_is),
        cmocka_unit_test(a_crash_is_a_cross_and_a_word_and_what_it_had_stays),
        cmocka_unit_test(a_hang_is_a_grey_bar_and_a_word),
        cmocka_unit_test(what_stops_a_worker_has_a_sign_and_words),
        cmocka_unit_test(the_leader_is_thicker_and_has_a_crown),
        cmocka_unit_test(a_leader_that_hangs_has_its_crown_until_it_is_replaced),
        cmocka_unit_test(a_view_is_a_band_across_its_members_only),
        cmocka_unit_test(names_are_large_with_five_workers),
        cmocka_unit_test(thirty_two_rows_fit_a_full_screen_and_scroll_in_a_small_window),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return case_run(run);
}
