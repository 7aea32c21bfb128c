/* The shapes that are built from polygons, drawn into memory and looked at pixel by pixel. */
#include "app/ui/canvas_list.h"
#include "app/ui/canvas_sdl.h"

#include <SDL.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SIDE 400

static const struct canvas_color white = {255, 255, 255, 255};
static SDL_Surface *surface;
static struct canvas_sdl screen;
static struct canvas_list list;

static struct canvas *blank(void) {
    SDL_FillRect(surface, NULL, 0);
    return &screen.canvas;
}

static struct canvas *blank_list(void) {
    canvas_list_clear(&list);
    return &list.canvas;
}

static float shade(float x, float y) {
    const uint32_t *row = (const uint32_t *)surface->pixels + (int)y * surface->pitch / 4;
    return (float)(row[(int)x] & 0xff) / 255;
}

/* How many pixels are covered. */
static float area(void) {
    float sum = 0;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++)
            sum += shade((float)x, (float)y);
    return sum;
}

static void assert_near(float is, float should, float error) {
    if (fabsf(is - should) > error)
        fail_msg("%g is not %g", (double)is, (double)should);
}

static int polygons(const char *drawn) {
    int count = 0;
    for (; (drawn = strstr(drawn, "polygon")) != NULL; drawn++)
        count++;
    return count;
}

static int points_in(const char *drawn) {
    int count = 0;
    for (; *drawn != '\0'; drawn++)
        count += *drawn == ',';
    return count;
}

/* -- paths ------------------------------------------------------------------------------------------------
 */

static void a_path_covers_its_length_times_its_width(void **state) {
    (void)state;
    const struct canvas_point p[] = {{30, 30}, {300, 60}, {300, 60}, {320, 200}, {60, 350}};
    const struct canvas_pen pen = {.width = 5, .color = white};
    float length = 0;
    for (int i = 0; i < 4; i++)
        length += hypotf(p[i + 1].x - p[i].x, p[i + 1].y - p[i].y);
    canvas_polyline(blank(), p, 5, &pen);
    assert_near(area(), 5 * length, 0.01f * 5 * length);
}

static void a_corner_however_sharp_is_filled_and_does_not_stick_out(void **state) {
    (void)state;
    for (int degrees = 0; degrees < 180; degrees += 5) {
        const float angle = (float)degrees * 3.14159265f / 180;
        const struct canvas_point p[3] = {
            {200, 200}, {300, 200}, {300 - 100 * cosf(angle), 200 + 100 * sinf(angle)}};
        const struct canvas_pen pen = {.width = 8, .color = white};
        canvas_polyline(blank(), p, 3, &pen);
        for (float s = 0.1f; s < 0.9f; s += 0.01f) {
            assert_true(shade(p[0].x + 100 * s, 200) > 0.99f);
            assert_true(shade(p[1].x + (p[2].x - p[1].x) * s, p[1].y + (p[2].y - p[1].y) * s) > 0.99f);
        }
        if (degrees < 90)
            assert_near(shade(312, 200), 0, 0.01f);
    }
}

static void a_path_of_a_thousand_points_is_drawn_in_pieces_without_a_seam(void **state) {
    (void)state;
    static struct canvas_point p[1000];
    for (int i = 0; i < 1000; i++)
        p[i] = (struct canvas_point){10 + 0.38f * (float)i, 200};
    const struct canvas_pen pen = {.width = 4, .color = white};
    canvas_polyline(blank(), p, 1000, &pen);
    for (float x = 11; x < 389; x++)
        assert_near(shade(x, 200), 1, 0.02f);
}

static void dashes_cover_their_share_of_the_path(void **state) {
    (void)state;
    const struct canvas_point p[] = {{50, 50}, {350, 50}, {350, 350}};
    const struct canvas_pen pen = {.width = 4, .color = white, .dash = 9, .gap = 3};
    canvas_polyline(blank(), p, 3, &pen);
    assert_near(area(), 4 * 600 * 0.75f, 20);
    assert_near(shade(55, 50), 1, 0.01f);
    assert_near(shade(60, 50), 0, 0.01f);
    assert_near(shade(63, 50), 1, 0.01f);
}

static void dots_are_round_and_evenly_spaced(void **state) {
    (void)state;
    const struct canvas_point p[] = {{50.5f, 50.5f}, {150.5f, 50.5f}};
    const struct canvas_pen pen = {.width = 4, .color = white, .gap = 10};
    canvas_polyline(blank(), p, 2, &pen);
    for (int i = 0; i < 10; i++) {
        assert_near(shade(50 + 10 * (float)i, 50), 1, 0.01f);
        assert_near(shade(55 + 10 * (float)i, 50), 0, 0.01f);
    }
    assert_near(area() / 10.5f, 3.1416f * 4, 1.5f);
}

static void a_hundred_dashes_are_one_polygon(void **state) {
    (void)state;
    const struct canvas_point p[] = {{0, 0}, {1000, 500}};
    const struct canvas_pen pen = {.width = 2, .color = white, .dash = 6, .gap = 6};
    canvas_polyline(blank_list(), p, 2, &pen);
    assert_int_equal(polygons(list.text), 1);
}

static void the_dashes_of_a_path_without_end_are_limited(void **state) {
    (void)state;
    const struct canvas_point p[] = {{0, 0}, {1e8f, 0}}, odd[] = {{0, 0}, {INFINITY, 0}, {NAN, 3}};
    const struct canvas_pen pen = {.width = 2, .color = white, .dash = 6, .gap = 6};
    canvas_polyline(blank_list(), p, 2, &pen);
    assert_in_range(points_in(list.text), 4, 4 * 2002);
    canvas_polyline(blank_list(), odd, 3, &pen);
    assert_int_equal(polygons(list.text), 0);
}

static void nothing_is_drawn_of_a_path_without_length(void **state) {
    (void)state;
    const struct canvas_point p[] = {{9, 9}, {9, 9}};
    const struct canvas_pen pen = {.width = 2, .color = white};
    canvas_polyline(blank_list(), p, 1, &pen);
    canvas_polyline(blank_list(), p, 0, &pen);
    canvas_arrow(blank_list(), p[0], p[1], &pen, CANVAS_HEAD_SOLID, 10);
    assert_int_equal(polygons(list.text), 0);
    canvas_polyline(blank(), p, 2, &pen);
    assert_near(area(), 0, 0);
}

static void a_curve_takes_few_points_and_is_smooth(void **state) {
    (void)state;
    /* A quarter of a circle, by the usual constant. */
    const float k = 0.5522847f * 200;
    const struct canvas_point p[4] = {{300, 100}, {300, 100 + k}, {100 + k, 300}, {100, 300}};
    const struct canvas_pen pen = {.width = 6, .color = white};
    canvas_cubic(blank(), p, &pen);
    for (float angle = 0.05f; angle < 1.5f; angle += 0.01f) {
        assert_true(shade(100 + 198.5f * cosf(angle), 100 + 198.5f * sinf(angle)) > 0.99f);
        assert_true(shade(100 + 201.5f * cosf(angle), 100 + 201.5f * sinf(angle)) > 0.99f);
        assert_near(shade(100 + 206 * cosf(angle), 100 + 206 * sinf(angle)), 0, 0.01f);
    }
    canvas_cubic(blank_list(), p, &pen);
    assert_in_range(points_in(list.text), 20, 80);
}

static void a_straight_curve_is_a_line(void **state) {
    (void)state;
    const struct canvas_point p[3] = {{10, 10}, {100, 100}, {190, 190}};
    const struct canvas_pen pen = {.width = 2, .color = white};
    canvas_quadratic(blank_list(), p, &pen);
    assert_int_equal(points_in(list.text), 4);
}

/* -- arrows ------------------------------------------------------------------------------------------------
 */

static void an_arrow_ends_at_its_tip(void **state) {
    (void)state;
    const struct canvas_pen solid = {.width = 3, .color = white};
    const struct canvas_pen dashed = {.width = 3, .color = white, .dash = 5, .gap = 5};
    for (int head = CANVAS_HEAD_NONE; head <= CANVAS_HEAD_OPEN; head++)
        for (int k = 0; k < 2; k++) {
            canvas_arrow(blank(), (struct canvas_point){50, 200}, (struct canvas_point){300, 200},
                         k == 0 ? &solid : &dashed, (enum canvas_head)head, 20);
            for (int y = 0; y < SIDE; y++)
                for (int x = 0; x < SIDE; x++)
                    if (x < 49 || x > 303 || y < 188 || y > 212)
                        assert_near(shade((float)x, (float)y), 0, 0.01f);
        }
}

static void a_solid_head_is_filled_and_a_hollow_one_shows_what_is_behind(void **state) {
    (void)state;
    const struct canvas_pen pen = {.width = 2, .color = white};
    const struct canvas_point from = {50, 200}, to = {300, 200};
    canvas_arrow(blank(), from, to, &pen, CANVAS_HEAD_SOLID, 24);
    assert_near(shade(284, 200), 1, 0.01f);
    canvas_arrow(blank(), from, to, &pen, CANVAS_HEAD_HOLLOW, 24);
    assert_near(shade(284, 200), 0, 0.01f);
    assert_near(shade(276.5f, 200), 1, 0.01f); /* the base of the triangle */
    assert_near(shade(200, 200), 1, 0.01f);
}

static void a_head_is_no_longer_than_its_arrow(void **state) {
    (void)state;
    const struct canvas_pen pen = {.width = 2, .color = white};
    canvas_arrow(blank(), (struct canvas_point){200, 200}, (struct canvas_point){206, 200}, &pen,
                 CANVAS_HEAD_SOLID, 24);
    assert_near(shade(199, 200), 0, 0.01f);
    assert_near(shade(207, 200), 0, 0.01f);
}

static void an_arrow_is_one_polygon_of_seven_points(void **state) {
    (void)state;
    const struct canvas_pen pen = {.width = 2, .color = white};
    canvas_arrow(blank_list(), (struct canvas_point){0, 0}, (struct canvas_point){90, 40}, &pen,
                 CANVAS_HEAD_SOLID, 10);
    assert_int_equal(polygons(list.text), 1);
    assert_int_equal(points_in(list.text), 7);
}

/* -- other shapes -----------------------------------------------------------------------------------------
 */

static void a_disc_of_any_size_has_its_area(void **state) {
    (void)state;
    for (float radius = 0.5f; radius < 190; radius *= 1.5f) {
        canvas_disc(blank(), (struct canvas_point){200.3f, 199.8f}, radius, white);
        const float exact = 3.14159265f * radius * radius;
        assert_near(area(), exact, 0.7f * radius + 0.1f); /* a tenth of a pixel all around */
    }
}

static void a_rounded_rectangle_lacks_its_corners_only(void **state) {
    (void)state;
    canvas_rounded(blank(), (struct canvas_rect){100, 100, 200, 120}, 20, white);
    assert_near(area(), 200 * 120 - (4 - 3.14159265f) * 400, 15);
    assert_near(shade(101, 101), 0, 0.01f);
    assert_near(shade(100, 160), 1, 0.01f);
    canvas_rounded_frame(blank(), (struct canvas_rect){100, 100, 200, 120}, 20, 3, white);
    assert_near(shade(200, 102), 1, 0.01f);
    assert_near(shade(200, 104), 0, 0.01f);
    canvas_rounded(blank(), (struct canvas_rect){100, 100, 30, 20}, 99, white); /* no more than round */
    assert_near(area(), 10 * 20 + 3.14159265f * 100, 8);
}

static void a_cross_covers_its_centre_once(void **state) {
    (void)state;
    const struct canvas_color half = {255, 255, 255, 128};
    canvas_cross(blank(), (struct canvas_point){200.5f, 200.5f}, 20, 6, half);
    assert_near(shade(200, 200), 0.5f, 0.01f);
    assert_near(shade(208, 208), 0.5f, 0.01f);
    assert_near(shade(208, 200), 0, 0.01f);
}

/* -- texts --------------------------------------------------------------------------------------------------
 */

static void a_word_that_is_too_long_for_a_line_is_broken_and_nothing_is_lost(void **state) {
    (void)state;
    static const char text[] = "saved groupy-gms5-workstation-0012-20261121-170301.svg, .png";
    struct canvas_line_text lines[20];
    char joined[256];
    for (float width = 60; width < 700; width += 7) {
        const int count = canvas_wrap(&list.canvas, text, 16, CANVAS_REGULAR, width, lines, 20);
        size_t used = 0;
        for (int i = 0; i < count; i++) {
            assert_true(canvas_text_width(&list.canvas, lines[i].text, 16, CANVAS_REGULAR) <= width);
            for (const char *s = lines[i].text; *s != '\0'; s++)
                if (*s != ' ')
                    joined[used++] = *s;
        }
        joined[used] = '\0';
        assert_string_equal(joined, "savedgroupy-gms5-workstation-0012-20261121-170301.svg,.png");
    }
}

static void a_line_has_a_character_however_narrow_it_is(void **state) {
    (void)state;
    struct canvas_line_text lines[3];
    assert_int_equal(canvas_wrap(&list.canvas, "\u00e4\u00f6", 16, CANVAS_BOLD, 1, lines, 3), 2);
}

static void a_name_is_shortened_in_its_middle(void **state) {
    (void)state;
    for (float width = 300; width > 20; width -= 3) {
        char name[32] = "workstation-0012";
        canvas_shorten(&list.canvas, name, sizeof name, 16, CANVAS_BOLD, width);
        const size_t length = strlen(name);
        assert_true(canvas_text_width(&list.canvas, name, 16, CANVAS_BOLD) <= width || length <= 4);
        if (length > 6)
            assert_true(name[0] == 'w' && name[length - 1] == '2');
    }
    char wide[16] = "\u00e4\u00e4\u00e4\u00e4"; /* never half a character */
    canvas_shorten(&list.canvas, wide, sizeof wide, 16, CANVAS_BOLD, 35);
    assert_string_equal(wide, "\u00e4\u2026\u00e4");
}

static void what_is_no_text_is_drawn_as_question_marks(void **state) {
    (void)state;
    const struct canvas_style style = {16, CANVAS_REGULAR, CANVAS_LEFT, {0, 0, 0, 255}};
    canvas_text(blank_list(), 0, 20, &style, "a\xff\xc3z\x1b[2J\n\xe2\x82\xac\xed\xa0\x80");
    assert_non_null(strstr(list.text, " a??z?[2J?\u20ac???\n"));
    assert_true(canvas_text_width(&list.canvas, "\xff", 16, CANVAS_REGULAR) ==
                canvas_text_width(&list.canvas, "?", 16, CANVAS_REGULAR));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_covers_its_length_times_its_width),
        cmocka_unit_test(a_corner_however_sharp_is_filled_and_does_not_stick_out),
        cmocka_unit_test(a_path_of_a_thousand_points_is_drawn_in_pieces_without_a_seam),
        cmocka_unit_test(dashes_cover_their_share_of_the_path),
        cmocka_unit_test(dots_are_round_and_evenly_spaced),
        cmocka_unit_test(a_hundred_dashes_are_one_polygon),
        cmocka_unit_test(the_dashes_of_a_path_without_end_are_limited),
        cmocka_unit_test(nothing_is_drawn_of_a_path_without_length),
        cmocka_unit_test(a_curve_takes_few_points_and_is_smooth),
        cmocka_unit_test(a_straight_curve_is_a_line),
        cmocka_unit_test(an_arrow_ends_at_its_tip),
        cmocka_unit_test(a_solid_head_is_filled_and_a_hollow_one_shows_what_is_behind),
        cmocka_unit_test(a_head_is_no_longer_than_its_arrow),
        cmocka_unit_test(an_arrow_is_one_polygon_of_seven_points),
        cmocka_unit_test(a_disc_of_any_size_has_its_area),
        cmocka_unit_test(a_rounded_rectangle_lacks_its_corners_only),
        cmocka_unit_test(a_cross_covers_its_centre_once),
        cmocka_unit_test(a_word_that_is_too_long_for_a_line_is_broken_and_nothing_is_lost),
        cmocka_unit_test(a_line_has_a_character_however_narrow_it_is),
        cmocka_unit_test(a_name_is_shortened_in_its_middle),
        cmocka_unit_test(what_is_no_text_is_drawn_as_question_marks),
    };
    surface = SDL_CreateRGBSurfaceWithFormat(0, SIDE, SIDE, 32, SDL_PIXELFORMAT_RGB888);
    canvas_sdl_init(&screen, surface, NULL);
    char error[256];
    struct fonts *fonts = fonts_open("assets/fonts", error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    canvas_list_init(&list, fonts);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    canvas_list_free(&list);
    fonts_close(&fonts);
    SDL_FreeSurface(surface);
    return failed;
}
