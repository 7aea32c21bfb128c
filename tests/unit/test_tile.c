/* What a worker's window promises to the last row of the class, judged on the list of drawing calls: no
 * display is needed. Each test's name is the claim.
 */
#include "app/ui/canvas_list.h"
#include "app/ui/keys.h"
#include "app/ui/tile.h"
#include "app/ui/placing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#ifndef GROUPY_ASSETS_SOURCE
#define GROUPY_ASSETS_SOURCE "assets"
#endif

#define TEXTS_MAX 128

static struct canvas_list list;

struct text {
    float left, top, right, bottom; /* capitals only, which is what collides */
    char words[CANVAS_TEXT_MAX];
};

static const float sizes[][2] = {{200, 200}, {200, 1080}, {240, 320},  {320, 200},   {320, 270}, {480, 540},
                                 {640, 540}, {960, 540},  {1920, 200}, {1920, 1080}, {800, 600}, {333, 777}};
#define SIZES (sizeof sizes / sizeof sizes[0])

static struct tile_model model_of(enum tile_state state, const char *name, uint32_t members) {
    struct tile_model m = {.rung = "gms3",
                           .group = "demo",
                           .state = state,
                           .color = {0x3f, 0xa2, 0xc8},
                           .count = 128,
                           .hash = 0x123456789abc9f3a,
                           .view = 7,
                           .member_count = members,
                           .mean_ms = 2000};
    snprintf(m.name, sizeof m.name, "%s", name);
    for (uint32_t i = 0; i < members && i < TILE_MEMBERS_MAX; i++) {
        struct tile_member *member = &m.members[i];
        snprintf(member->name, sizeof member->name, "workstation-%04u", (unsigned)(i % 10000));
        member->color[i % 3] = (uint8_t)(255 - 7 * i);
        member->known = i % 7 != 3;
        member->down = i == 4;
        member->self = i == 2;
    }
    return m;
}

/* A model that has something to say on every line. */
static struct tile_model full_model(enum tile_state state, uint32_t members) {
    struct tile_model m = model_of(state, "workstation-0012", members);
    snprintf(m.reason, sizeof m.reason,
             "message #128 never arrived, and gms3 has no way to ask for it again");
    snprintf(m.notice, sizeof m.notice, "the next message to workstation-0012 will be lost");
    m.differs_since = 1234;
    m.expected = 129;
    m.paused = m.cut_off = m.is_recorded = true;
    m.members[1].suspected = members > 1;
    return m;
}

static const char *draw(const struct tile_model *m, float width, float height, bool help) {
    struct tile_look look = {.width = width, .height = height, .scale = 1};
    canvas_list_clear(&list);
    if (help)
        help_draw(&list.canvas, &keys_help,
                  &(struct help_look){.width = width, .height = height, .scale = 1});
    else
        tile_draw(&list.canvas, m, &look);
    return list.text;
}

static bool next_line(const char **at, char *line, size_t size) {
    const char *end = strchr(*at, '\n');
    if (end == NULL)
        return false;
    snprintf(line, size, "%.*s", (int)(end - *at), *at);
    *at = end + 1;
    return true;
}

static bool read_text(const char *line, struct text *t) {
    float baseline, width, size;
    if (sscanf(line, "text %f %f %f %f %*s %*s %191[^\n]", &t->left, &baseline, &width, &size, t->words) != 5)
        return false;
    t->right = t->left + width;
    t->top = baseline - CANVAS_CAP_HEIGHT * size;
    t->bottom = baseline;
    return true;
}

static int texts_of(const char *drawn, struct text *texts) {
    char line[512];
    int count = 0;
    while (next_line(&drawn, line, sizeof line))
        if (strncmp(line, "text ", 5) == 0) {
            assert_in_range(count, 0, TEXTS_MAX - 1);
            assert_true(read_text(line, &texts[count++]));
        }
    return count;
}

static void assert_has(const char *drawn, const char *what) {
    if (strstr(drawn, what) == NULL)
        fail_msg("'%s' is not in:\n%s", what, drawn);
}

/* --- the claims --- */

static void the_leader_has_a_crown_a_ring_and_the_word(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct tile_model m = model_of(TILE_LEADING, "w1", 5);
        const char *drawn = draw(&m, sizes[i][0], sizes[i][1], false);
        assert_has(drawn, "note crown\n");
        assert_has(drawn, "note ring\n");
        assert_has(drawn, " leader\n");
    }
}

static void a_follower_has_no_crown(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_FOLLOWING, "w2", 5);
    const char *drawn = draw(&m, 640, 540, false);
    assert_null(strstr(drawn, "note crown"));
    assert_has(drawn, "follower");
}

static void a_window_that_differs_shows_the_sign_the_count_and_the_border_at_every_size(void **state) {
    (void)state;
    for (int s = TILE_JOINING; s <= TILE_CRASHED; s++)
        for (size_t i = 0; i < SIZES; i++) {
            struct tile_model m = full_model((enum tile_state)s, 32);
            m.differs_since = 17;
            const char *drawn = draw(&m, sizes[i][0], sizes[i][1], false);
            assert_has(drawn, "note sign differs\n");
            assert_has(drawn, " since #17\n");
            assert_has(drawn, "note hazard border\n");
        }
}

static void name_colour_count_and_hash_are_shown_at_every_size(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct tile_model m = model_of(TILE_FOLLOWING, "workstation-0012", 32);
        const char *drawn = draw(&m, sizes[i][0], sizes[i][1], false);
        assert_has(drawn, " workstation-0012\n");
        assert_has(drawn, " #3fa2c8\n");
        assert_has(drawn, "128 changes");
        assert_has(drawn, "9f3a\n");
    }
}

static void frozen_halted_and_failed_each_have_a_sign_and_a_word(void **state) {
    (void)state;
    static const struct {
        enum tile_state state;
        const char *sign, *word;
    } rows[] = {{TILE_FROZEN, "note sign frozen\n", " FROZEN\n"},
                {TILE_HALTED, "note sign halted\n", " HALTED\n"},
                {TILE_FAILED, "note sign failed\n", " FAILED\n"}};
    for (size_t k = 0; k < 3; k++)
        for (size_t i = 0; i < SIZES; i++) {
            struct tile_model m = full_model(rows[k].state, 32);
            const char *drawn = draw(&m, sizes[i][0], sizes[i][1], false);
            assert_has(drawn, rows[k].sign);
            assert_has(drawn, rows[k].word);
        }
}

static void whoever_is_recorded_says_so_in_the_window_and_its_title(void **state) {
    (void)state;
    char title[160];
    struct tile_model m = model_of(TILE_LEADING, "w1", 5);
    for (size_t i = 0; i < SIZES; i++)
        assert_null(strstr(draw(&m, sizes[i][0], sizes[i][1], false), "sign recording"));
    m.is_recorded = true;
    for (size_t i = 0; i < SIZES; i++) {
        const bool is_small = sizes[i][0] < 240 || sizes[i][1] < 240; /* there the title must do */
        const char *drawn = draw(&m, sizes[i][0], sizes[i][1], false);
        if (!is_small) {
            assert_has(drawn, "note sign recording\n");
            assert_has(drawn, " REC\n");
        }
    }
    tile_title(&m, title, sizeof title);
    assert_non_null(strstr(title, " REC"));
}

static void what_a_view_change_does_to_a_worker_has_a_sign_and_words_at_every_size(void **state) {
    (void)state;
    static const struct {
        enum tile_state state;
        bool hatched;
        const char *sign, *word;
    } rows[] = {{TILE_BLOCKED, true, "note sign changing\n", " view change\u2026\n"},
                {TILE_UNANSWERED, true, "note sign asking\n", " no answer\u2026\n"},
                {TILE_NO_QUORUM, true, "note sign no quorum\n", " NO QUORUM\n"},
                {TILE_EXCLUDED, false, "note sign excluded\n", " EXCLUDED\n"}};
    for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
        for (size_t i = 0; i < SIZES; i++) {
            struct tile_model m = full_model(rows[k].state, 32);
            const char *drawn = draw(&m, sizes[i][0], sizes[i][1], false);
            assert_has(drawn, rows[k].sign);
            assert_has(drawn, rows[k].word);
            assert_int_equal(strstr(drawn, "note hatched\n") != NULL, rows[k].hatched);
        }
}

static void an_excluded_worker_has_dropped_its_colour(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_EXCLUDED, "w3", 0);
    assert_null(strstr(draw(&m, 640, 540, false), "3fa2c8"));
}

static void a_member_that_is_not_heard_is_grey_and_has_a_sign(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_FOLLOWING, "w3", 5);
    assert_null(strstr(draw(&m, 640, 540, false), "note sign silent\n"));
    m.members[1].suspected = true;
    const char *drawn = draw(&m, 640, 540, false);
    assert_has(drawn, "note sign silent\n");
    assert_null(strstr(drawn, "#00f800")); /* its own colour */
    assert_has(draw(&m, 200, 200, false), "note sign silent\n");
}

static void a_worker_that_is_cut_off_says_so(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_FOLLOWING, "w3", 5);
    m.cut_links = 2;
    assert_has(draw(&m, 640, 540, false), " cut from 2\n");
    m.cut_off = true;
    assert_has(draw(&m, 640, 540, false), " cut off\n");
    assert_has(draw(&m, 200, 200, false), "note sign cut\n");
}

static void hatching_is_seen_and_leaves_its_contrast_to_the_text(void **state) {
    (void)state;
    for (unsigned rgb = 0; rgb < 1u << 24; rgb += 251) {
        struct canvas_color on = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb, 255};
        assert_true(theme_contrast(theme_hatch(on), theme_ink(on)) >= 4.5f);
        assert_true(theme_contrast(theme_hatch(on), on) >= 1.15f);
    }
}

static void a_worker_without_the_groups_colour_shows_none(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_JOINING, "w6", 0);
    assert_null(strstr(draw(&m, 640, 540, false), "3fa2c8"));
}

static void no_text_is_drawn_outside_the_window_or_over_another(void **state) {
    (void)state;
    static struct text texts[TEXTS_MAX];
    static const uint32_t members[] = {0, 1, 5, 8, 32, 64, 200};
    for (int s = TILE_JOINING; s <= TILE_CRASHED; s++)
        for (size_t n = 0; n < sizeof members / sizeof members[0]; n++)
            for (size_t i = 0; i < SIZES; i++) {
                struct tile_model m = full_model((enum tile_state)s, members[n]);
                int count = texts_of(draw(&m, sizes[i][0], sizes[i][1], false), texts);
                for (int a = 0; a < count; a++) {
                    const struct text *t = &texts[a];
                    if (t->left < 0 || t->top < 0 || t->right > sizes[i][0] || t->bottom > sizes[i][1])
                        fail_msg("outside %gx%g: %s", (double)sizes[i][0], (double)sizes[i][1], t->words);
                    for (int b = 0; b < a; b++)
                        if (t->left < texts[b].right && texts[b].left < t->right &&
                            t->top < texts[b].bottom && texts[b].top < t->bottom)
                            fail_msg("state %d, %gx%g: '%s' is over '%s'", s, (double)sizes[i][0],
                                     (double)sizes[i][1], t->words, texts[b].words);
                }
            }
}

static void help_stays_inside_the_window(void **state) {
    (void)state;
    static struct text texts[TEXTS_MAX];
    struct tile_model m = model_of(TILE_FOLLOWING, "w1", 5);
    for (size_t i = 0; i < SIZES; i++) {
        int count = texts_of(draw(&m, sizes[i][0], sizes[i][1], true), texts);
        assert_true(count > 4);
        for (int a = 0; a < count; a++)
            if (texts[a].left < 0 || texts[a].right > sizes[i][0] || texts[a].bottom > sizes[i][1])
                fail_msg("outside %gx%g: %s", (double)sizes[i][0], (double)sizes[i][1], texts[a].words);
    }
}

/* Follows the opaque rectangles that lie behind a text, the last one drawn counts. */
static void assert_contrast(const char *drawn) {
    struct {
        float x, y, w, h;
        struct canvas_color color;
    } rects[512];
    char line[512];
    int count = 0;
    while (next_line(&drawn, line, sizeof line)) {
        unsigned r, g, b, a;
        float x, y, w, h;
        struct text t;
        if (sscanf(line, "rect %f %f %f %f #%2x%2x%2x%2x", &x, &y, &w, &h, &r, &g, &b, &a) == 8 && a == 255 &&
            count < 512) {
            rects[count].x = x, rects[count].y = y, rects[count].w = w, rects[count].h = h;
            rects[count++].color = (struct canvas_color){(uint8_t)r, (uint8_t)g, (uint8_t)b, 255};
        }
        if (strncmp(line, "text ", 5) != 0 || !read_text(line, &t))
            continue;
        sscanf(line, "text %*f %*f %*f %*f %*s #%2x%2x%2x%2x", &r, &g, &b, &a);
        assert_int_equal(a, 255);
        float cx = (t.left + t.right) / 2, cy = (t.top + t.bottom) / 2;
        for (int i = count - 1; i >= 0; i--)
            if (cx >= rects[i].x && cx < rects[i].x + rects[i].w && cy >= rects[i].y &&
                cy < rects[i].y + rects[i].h) {
                struct canvas_color ink = {(uint8_t)r, (uint8_t)g, (uint8_t)b, 255};
                if (theme_contrast(ink, rects[i].color) < 4.5f)
                    fail_msg("contrast of '%s' is below 4.5", t.words);
                break;
            }
    }
}

static void every_text_has_a_contrast_of_at_least_4_5_on_any_colour(void **state) {
    (void)state;
    for (unsigned rgb = 0; rgb < 9 * 9 * 9; rgb++) {
        struct tile_model m = full_model(rgb % 3 == 0   ? TILE_FROZEN
                                         : rgb % 3 == 1 ? TILE_LEADING
                                                        : TILE_NO_QUORUM,
                                         8);
        const unsigned steps[3] = {rgb % 9, rgb / 9 % 9, rgb / 81};
        for (int i = 0; i < 3; i++)
            m.color[i] = (uint8_t)(steps[i] * 255 / 8);
        memcpy(m.members[1].color, m.color, 3);
        assert_contrast(draw(&m, 640, 540, false));
    }
}

static void black_or_white_always_contrasts_by_4_5(void **state) {
    (void)state;
    for (unsigned rgb = 0; rgb < 1u << 24; rgb += 251) { /* a prime: all channels are sampled */
        struct canvas_color on = {(uint8_t)(rgb >> 16), (uint8_t)(rgb >> 8), (uint8_t)rgb, 255};
        assert_true(theme_contrast(theme_ink(on), on) >= 4.5f);
    }
}

static void members_that_do_not_fit_are_counted(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_FOLLOWING, "w3", 32);
    assert_null(strstr(draw(&m, 200, 200, false), " +"));
    m = model_of(TILE_FOLLOWING, "w3", 64);
    assert_has(draw(&m, 200, 200, false), " +");
    m = model_of(TILE_FOLLOWING, "w3", 200);
    assert_has(draw(&m, 1920, 1080, false), " +136\n");
}

static void a_member_that_is_down_is_crossed_out(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_FOLLOWING, "w3", 5);
    assert_has(draw(&m, 640, 540, false), "note sign failed\n");
}

static void the_title_has_name_rung_view_and_role(void **state) {
    (void)state;
    char title[128];
    struct tile_model m = model_of(TILE_LEADING, "w3", 5);
    tile_title(&m, title, sizeof title);
    assert_string_equal(title, "w3 \u00b7 gms3 \u00b7 view 7 (5) \u00b7 leader");
}

#define FRAME_WIDTH  2 /* as some window managers draw it */
#define FRAME_HEIGHT 24
#define LEAST_WIDTH  (PLACING_SMALLEST + FRAME_WIDTH)
#define LEAST_HEIGHT (PLACING_SMALLEST + FRAME_HEIGHT)

static int columns(int of, int width, int height) {
    return placing_columns(of, width, height, LEAST_WIDTH, LEAST_HEIGHT);
}

static void five_windows_make_a_grid_of_three_by_two(void **state) {
    (void)state;
    assert_int_equal(columns(1, 1920, 1080), 1);
    assert_int_equal(columns(4, 1920, 1080), 2);
    assert_int_equal(columns(5, 1920, 1080), 3);
    assert_int_equal(columns(6, 1920, 1080), 3);
    assert_int_equal(columns(5, 1080, 1920), 1);
}

static void five_windows_above_a_scope_stand_side_by_side(void **state) {
    (void)state;
    assert_int_equal(columns(3, 1920, 486), 3);
    assert_int_equal(columns(5, 1920, 486), 5);
    assert_int_equal(columns(5, 1280, 324), 5);
    assert_int_equal(columns(8, 1920, 486), 4);
}

static bool fits(int of, int columns, int width, int height) {
    const int rows = (of + columns - 1) / columns;
    return width / columns >= LEAST_WIDTH && height / rows >= LEAST_HEIGHT;
}

static void no_window_covers_another_where_any_grid_has_room_for_all(void **state) {
    (void)state;
    static const int areas[][2] = {{1920, 1080}, {1920, 486}, {1280, 720}, {1280, 324}, {1366, 345}};
    for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
        const int width = areas[i][0], height = areas[i][1];
        for (int of = 1; of <= 40; of++) {
            bool any = false;
            for (int c = 1; c <= of; c++)
                any = any || fits(of, c, width, height);
            assert_true(!any || fits(of, columns(of, width, height), width, height));
        }
    }
    assert_int_equal(columns(16, 1920, 486), 8);
}

static void where_no_grid_has_room_for_all_the_windows_shrink_and_none_is_a_ribbon(void **state) {
    (void)state;
    assert_int_equal(columns(8, 1280, 324), 8); /* 160x324 */
    assert_int_equal(columns(32, 1280, 324), 16);
    for (int of = 17; of <= 32; of++) {
        const int c = columns(of, 1920, 486), rows = (of + c - 1) / c;
        assert_true(1920 / c - FRAME_WIDTH >= PLACING_LEAST && 486 / rows - FRAME_HEIGHT >= PLACING_LEAST);
    }
}

static void one_change_is_one_change(void **state) {
    (void)state;
    struct tile_model m = model_of(TILE_FOLLOWING, "w2", 5);
    m.count = 1;
    assert_has(draw(&m, 640, 540, false), " 1 change \u00b7 history");
}

static void a_place_that_is_told_to_another_process_comes_back(void **state) {
    const struct place places[] = {{PLACING_WHOLE, 0, 1}, {PLACING_UPPER, 2, 5}, {PLACING_LOWER, 0, 1}};
    const char *const none[] = {"", "1", "1/", "5/5", "-1/5", "0/0", "1/5/middle", "1/5000"};
    char text[PLACE_TEXT_SIZE];
    struct place back;
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        place_spell(&places[i], text);
        assert_true(place_parse(text, &back) && place_same(&back, &places[i]));
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(place_parse(none[i], &back));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_leader_has_a_crown_a_ring_and_the_word),
        cmocka_unit_test(a_follower_has_no_crown),
        cmocka_unit_test(a_window_that_differs_shows_the_sign_the_count_and_the_border_at_every_size),
        cmocka_unit_test(name_colour_count_and_hash_are_shown_at_every_size),
        cmocka_unit_test(frozen_halted_and_failed_each_have_a_sign_and_a_word),
        cmocka_unit_test(whoever_is_recorded_says_so_in_the_window_and_its_title),
        cmocka_unit_test(what_a_view_change_does_to_a_worker_has_a_sign_and_words_at_every_size),
        cmocka_unit_test(an_excluded_worker_has_dropped_its_colour),
        cmocka_unit_test(a_member_that_is_not_heard_is_grey_and_has_a_sign),
        cmocka_unit_test(a_worker_that_is_cut_off_says_so),
        cmocka_unit_test(hatching_is_seen_and_leaves_its_contrast_to_the_text),
        cmocka_unit_test(a_worker_without_the_groups_colour_shows_none),
        cmocka_unit_test(no_text_is_drawn_outside_the_window_or_over_another),
        cmocka_unit_test(help_stays_inside_the_window),
        cmocka_unit_test(every_text_has_a_contrast_of_at_least_4_5_on_any_colour),
        cmocka_unit_test(black_or_white_always_contrasts_by_4_5),
        cmocka_unit_test(members_that_do_not_fit_are_counted),
        cmocka_unit_test(a_member_that_is_down_is_crossed_out),
        cmocka_unit_test(the_title_has_name_rung_view_and_role),
        cmocka_unit_test(five_windows_make_a_grid_of_three_by_two),
        cmocka_unit_test(no_window_covers_another_where_any_grid_has_room_for_all),
        cmocka_unit_test(where_no_grid_has_room_for_all_the_windows_shrink_and_none_is_a_ribbon),
        cmocka_unit_test(one_change_is_one_change),
        cmocka_unit_test(five_windows_above_a_scope_stand_side_by_side),
        cmocka_unit_test(a_place_that_is_told_to_another_process_comes_back),
    };
    char error[256];
    struct fonts *fonts = fonts_open(GROUPY_ASSETS_SOURCE "/fonts", error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    canvas_list_init(&list, fonts);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    canvas_list_free(&list);
    fonts_close(&fonts);
    return failed;
}
