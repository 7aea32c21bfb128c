/* What is where in the scope's picture, the matrix of links, and large runs. Each test's name is the claim.
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

/* -- What is where ---------------------------------------- */

static struct picture_hit hit(float x, float y) {
    return picture_hit(&case_list.canvas, case_history, &case_story, &case_look, x, y);
}

static void a_click_finds_what_is_drawn_there(void **state) {
    (void)state;
    case_begin(3);
    case_broadcast(3, 1);
    for (size_t i = 0; i < CASE_SIZES; i++) {
        case_size(i);
        const struct picture_frame *f = case_frame();
        const struct picture_arrow a = case_arrow(1);
        struct picture_hit h = hit((a.from.x + a.to.x) / 2, (a.from.y + a.to.y) / 2);
        assert_int_equal(h.part, PICTURE_EVENT);
        assert_int_equal(h.event, a.event);
        h = hit(f->names.x + 5, picture_row_y(f, 1));
        assert_int_equal(h.part, PICTURE_ROW);
        assert_int_equal(h.row, 1);
        assert_int_equal(hit(f->banner.w / 2, f->banner.h / 2).part, PICTURE_SENTENCE);
        h = hit(f->diagram.x + f->diagram.w - 20, picture_row_y(f, 0));
        assert_int_equal(h.part, PICTURE_DIAGRAM);
        assert_float_equal((float)h.place, (float)(f->left + (double)(f->diagram.w - 20) / f->unit), 0.01f);
        h = hit(f->overview.x + f->overview.w / 2, f->overview.y + 3);
        assert_int_equal(h.part, PICTURE_OVERVIEW);
        assert_float_equal((float)h.place, (float)history_end(case_history, HISTORY_STEPS) / 2, 0.1f);
        struct picture_tool_sizes tools;
        picture_tool_sizes(f, &tools);
        for (int t = 0; t < PICTURE_TOOLS; t++) {
            const struct canvas_rect b = picture_tool_box(f, &tools, t);
            assert_int_equal(hit(b.x + b.w / 2, b.y + b.h / 2).tool, t);
            assert_true(b.w > 20 && b.h > 20);
        }
        for (int p = 1; p < CHECK_PROPERTIES && f->side.w > 0; p++) {
            const struct canvas_rect b = picture_property_box(f, p);
            assert_int_equal(hit(b.x + b.w / 2, b.y + b.h / 2).property, p);
        }
    }
}

static void a_cell_of_the_matrix_is_a_link_and_its_diagonal_is_none(void **state) {
    (void)state;
    case_begin(4);
    case_look.shows_links = true;
    for (size_t i = 0; i < CASE_SIZES; i++) {
        case_size(i);
        const struct picture_links_box box = picture_links_box(case_frame());
        const struct picture_hit h = hit(box.cells.x + 2.5f * box.cell, box.cells.y + 0.5f * box.cell);
        assert_int_equal(h.part, PICTURE_LINK);
        assert_int_equal(h.row, 0);
        assert_int_equal(h.to_row, 2);
        assert_int_equal(hit(box.cells.x + 1.5f * box.cell, box.cells.y + 1.5f * box.cell).part,
                         PICTURE_NOWHERE);
    }
}

static void a_faulty_link_is_marked_by_a_shape(void **state) {
    (void)state;
    static struct picture_link links[9];
    case_begin(3);
    memset(links, 0, sizeof links);
    links[1].cut = true;
    links[2].lose = 3;
    links[3].delay_ms = 200;
    case_look.shows_links = true;
    case_has_not(case_draw(), "note link cut\n");
    case_look.links = links;
    const char *drawn = case_draw();
    case_has(drawn, "note link cut\n");
    case_has(drawn, "note link loses\n");
    case_has(drawn, "note link delays\n");
    case_has(drawn, " 200 ms\n");
    case_has(drawn, "Shift");
}

/* -- Large runs ---------------------------------------- */

static void an_index_that_is_kept_draws_the_same_as_one_that_is_new(void **state) {
    (void)state;
    case_begin(3);
    struct picture_index *index = picture_index_new();
    for (unsigned n = 1; n <= 300; n++) {
        case_broadcast(3, n);
        if (n % 50 == 0) {
            case_look.index = NULL;
            case_look.unit = 0.5;
            case_draw();
            char *fresh = strdup(case_list.text);
            case_look.index = index;
            assert_string_equal(case_draw(), fresh);
            free(fresh);
        }
    }
    case_look.index = NULL;
    picture_index_destroy(&index);
    assert_null(index);
}

static uint32_t chance(uint32_t of) {
    static uint64_t seed = 1;
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % of;
}

/* As telemetry comes: of each process in its own order, in batches, so that many a message is received before
 * it is sent. */
static void feed_as_live(unsigned members, unsigned messages) {
    static struct trace_record held[8][32];
    static unsigned counts[8];
    static uint64_t x;
    for (unsigned n = 0; n < messages; n++) {
        const unsigned from = 1 + chance(members), to = 1 + (from + chance(members - 1)) % members;
        const char *type = chance(3) > 0 ? "HEARTBEAT" : "MSG";
        const struct trace_record ends[2] = {case_message(TRACE_SEND, from, to, type, ++x),
                                             case_message(TRACE_RECV, from, to, type, x)};
        for (int i = 0; i < 2; i++) {
            const unsigned who = i == 0 ? from : to;
            held[who][counts[who]] = ends[i];
            held[who][counts[who]++].t = case_now + (unsigned)i * CASE_MS;
        }
        case_now += chance(20) * CASE_MS;
        for (unsigned who = 1; who <= members; who++) {
            if (counts[who] < 30 && chance(20) > 0)
                continue;
            const gms_time now = case_now;
            for (unsigned i = 0; i < counts[who]; i++) {
                case_now = held[who][i].t;
                case_feed(who, held[who][i]);
            }
            case_now = now;
            counts[who] = 0;
        }
    }
}

static void same_sums(const struct picture_index *kept) {
    struct picture_index *fresh = picture_index_new();
    picture_index_update(fresh, case_history, case_look.shows_quiet);
    for (int axis = 0; axis < HISTORY_AXES; axis++) {
        const struct picture_summary a = picture_summary(kept, (enum history_axis)axis);
        const struct picture_summary b = picture_summary(fresh, (enum history_axis)axis);
        assert_int_equal(a.count, b.count);
        assert_int_equal(a.most, b.most);
        assert_memory_equal(a.buckets, b.buckets, (size_t)a.count * sizeof a.buckets[0]);
    }
    picture_index_destroy(&fresh);
}

static uint32_t end_when_shown(struct picture_index *index, bool shows_quiet) {
    case_look.shows_quiet = shows_quiet;
    history_show_quiet(case_history, shows_quiet);
    case_draw();
    same_sums(index);
    return history_end(case_history, HISTORY_STEPS);
}

static void the_strip_shows_all_of_a_live_run_whether_or_not_quiet_messages_were_shown(void **state) {
    (void)state;
    case_begin(5);
    struct picture_index *index = picture_index_new();
    case_look.index = index;
    for (int i = 0; i < 40; i++) {
        feed_as_live(5, 100);
        case_draw();
        same_sums(index);
        if (i % 10 != 9)
            continue;
        const uint32_t before = history_end(case_history, HISTORY_STEPS);
        assert_true(end_when_shown(index, true) > before);
        assert_in_range(end_when_shown(index, false), 1, before + before / 20); /* there is no hole */
    }
    case_look.index = NULL;
    picture_index_destroy(&index);
}

static void showing_quiet_messages_and_hiding_them_leaves_the_picture_as_it_was(void **state) {
    (void)state;
    case_begin(3);
    for (unsigned n = 1; n <= 5; n++) {
        case_broadcast(3, n);
        case_receive(1, 2, "HEARTBEAT", 0, case_send(1, 2, "HEARTBEAT", 0));
    }
    char *before = strdup(case_draw());
    history_show_quiet(case_history, true);
    assert_true(history_end(case_history, HISTORY_STEPS) > 0);
    history_show_quiet(case_history, false);
    assert_string_equal(case_draw(), before);
    free(before);
}

static void what_will_be_lost_or_late_is_marked_in_the_picture_itself(void **state) {
    (void)state;
    static struct picture_link links[9];
    case_begin(3);
    memset(links, 0, sizeof links);
    case_look.links = links;
    case_has_not(case_draw(), "note faulty link\n");
    links[2].lose = 3;
    links[3].delay_ms = 200;
    const char *drawn = case_draw();
    case_has(drawn, "note faulty link\n");
    case_has(drawn, "note link loses\n");
    case_has(drawn, "note link delays\n");
}

static void any_look_at_any_run_can_be_drawn_and_asked(void **state) {
    (void)state;
    static struct picture_link links[16 * 16];
    for (int i = 0; i < 400; i++) {
        if (i % 20 == 0)
            case_busy(1 + chance(16));
        struct picture_look *l = &case_look;
        const uint32_t events = history_event_count(case_history);
        l->width = (float)(chance(8) == 0 ? chance(60) : 100 + chance(4000));
        l->height = (float)(chance(8) == 0 ? chance(60) : 100 + chance(2200));
        l->scale = (float)(1 + chance(12)) / 4;
        l->theme = (enum theme)chance(2);
        l->axis = (enum history_axis)chance(HISTORY_AXES);
        l->left = chance(5) == 0 ? -1e6 : chance(5) == 0 ? 1e12 : chance(100000);
        l->unit = chance(6) == 0 ? 0 : chance(6) == 0 ? 1e7 : 1.0 / (1 + chance(5000)) + chance(40);
        l->until = chance(3) == 0 ? HISTORY_NONE : chance(events + 2);
        l->now = chance(3) == 0 ? -1 : (float)chance(3000);
        l->row_offset = (float)chance(40) - 10;
        l->selected_row = (int)chance(40) - 2;
        l->hovered = chance(2) == 0 ? HISTORY_NONE : chance(events + 2);
        l->hovered_property = (int)chance(30);
        l->hovered_tool = (int)chance(20) - 3;
        l->shows_links = chance(3) == 0;
        l->links = chance(2) == 0 ? links : NULL;
        l->caption = chance(2) == 0 ? NULL : "a caption";
        l->explanation =
            chance(2) == 0 ? NULL : "an explanation that is longer than one line in a small window";
        case_draw();
        for (int k = 0; k < 10; k++) {
            const struct picture_hit h = hit((float)chance(4000) - 50, (float)chance(2200) - 50);
            assert_true(h.part == PICTURE_EVENT ? h.event < events : h.event == HISTORY_NONE);
        }
    }
}

static void the_diagram_alone_stays_in_its_box(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    case_busy(5);
    const struct canvas_rect box = {100, 50, 1200, 600};
    canvas_list_clear(&case_list);
    picture_diagram(&case_list.canvas, box, case_history, &case_look);
    const int count = case_texts(case_list.text, texts);
    assert_true(count > 10);
    for (int i = 0; i < count; i++)
        if (texts[i].left < box.x || texts[i].right > box.x + box.w || texts[i].top < box.y ||
            texts[i].bottom > box.y + box.h)
            fail_msg("outside its box: %s", texts[i].words);
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_click_finds_what_is_drawn_there),
        cmocka_unit_test(a_cell_of_the_matrix_is_a_link_and_its_diagonal_is_none),
        cmocka_unit_test(a_faulty_link_is_marked_by_a_shape),
        cmocka_unit_test(an_index_that_is_kept_draws_the_same_as_one_that_is_new),
        cmocka_unit_test(the_strip_shows_all_of_a_live_run_whether_or_not_quiet_messages_were_shown),
        cmocka_unit_test(showing_quiet_messages_and_hiding_them_leaves_the_picture_as_it_was),
        cmocka_unit_test(what_will_be_lost_or_late_is_marked_in_the_picture_itself),
        cmocka_unit_test(any_look_at_any_run_can_be_drawn_and_asked),
        cmocka_unit_test(the_diagram_alone_stays_in_its_box),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return case_run(run);
}
