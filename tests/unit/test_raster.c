/* The rasteriser against the area of each pixel that a polygon covers, which is computed here by clipping the
 * polygon to the pixel.
 */
#include "app/ui/raster.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH   64
#define HEIGHT  48
#define BORDER  2   /* around what may be written */
#define MARGIN  1.6 /* shades: the rounding of the share and of the mixture */
#define CORNERS 64

static uint32_t pixels[HEIGHT * WIDTH];
static const struct raster_target whole = {pixels, WIDTH, BORDER, BORDER, WIDTH - BORDER, HEIGHT - BORDER};

struct corner {
    double x, y;
};

/* The part of the polygon where x (or y) is greater (or less) than `limit`. */
static int clip(const struct corner *in, int count, struct corner *out, bool along_y, bool greater,
                double limit) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        const struct corner a = in[i], b = in[(i + 1) % count];
        const double da = ((along_y ? a.y : a.x) - limit) * (greater ? 1 : -1);
        const double db = ((along_y ? b.y : b.x) - limit) * (greater ? 1 : -1);
        if (da >= 0)
            out[kept++] = a;
        if ((da >= 0) != (db >= 0)) {
            const double share = da / (da - db);
            out[kept++] = (struct corner){a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
        }
    }
    return kept;
}

/* Of a polygon whose edges do not cross. */
static double area_in_pixel(const struct canvas_point *points, int count, int x, int y) {
    struct corner a[CORNERS], b[CORNERS];
    for (int i = 0; i < count; i++)
        a[i] = (struct corner){(double)points[i].x, (double)points[i].y};
    count = clip(a, count, b, false, true, x);
    count = clip(b, count, a, false, false, x + 1);
    count = clip(a, count, b, true, true, y);
    count = clip(b, count, a, true, false, y + 1);
    double twice = 0;
    for (int i = 0; i < count; i++) {
        const struct corner p = a[i], q = a[(i + 1) % count];
        twice += (p.x - x) * (q.y - y) - (q.x - x) * (p.y - y);
    }
    return fabs(twice) / 2;
}

static int shade(int x, int y) {
    return (int)(pixels[y * WIDTH + x] & 0xff);
}

static void draw(const struct canvas_point *points, const int *counts, int contours) {
    memset(pixels, 0, sizeof pixels);
    raster_polygon(&whole, points, counts, contours, 0xffffff, 255);
}

static bool inside(int x, int y) {
    return x >= whole.left && x < whole.right && y >= whole.top && y < whole.bottom;
}

/* The contours lie apart, or each inside the one before. */
static void assert_exact(const struct canvas_point *points, const int *counts, int contours, bool nested) {
    draw(points, counts, contours);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            double area = 0;
            const struct canvas_point *contour = points;
            for (int k = 0; k < contours; contour += counts[k], k++)
                area += area_in_pixel(contour, counts[k], x, y) * (nested && k % 2 == 1 ? -1 : 1);
            if (!inside(x, y))
                area = 0;
            if (fabs(shade(x, y) - 255 * area) > MARGIN)
                fail_msg("pixel %d,%d is %d, not %.1f", x, y, shade(x, y), 255 * area);
        }
}

static float between(float low, float high) {
    return low + (high - low) * (float)rand() / (float)RAND_MAX;
}

static void every_pixel_of_a_triangle_is_shaded_by_the_area_covered(void **state) {
    (void)state;
    srand(1);
    for (int n = 0; n < 300; n++) {
        struct canvas_point p[3];
        for (int i = 0; i < 3; i++)
            p[i] = (struct canvas_point){between(-20, WIDTH + 20), between(-20, HEIGHT + 20)};
        assert_exact(p, (const int[]){3}, 1, false);
    }
}

static void a_long_thin_line_is_exact_at_every_angle_and_far_outside(void **state) {
    (void)state;
    srand(2);
    for (int n = 0; n < 300; n++) {
        const float angle = between(0, 6.3f), reach = n % 2 == 0 ? 40 : 3000, half = between(0.2f, 2);
        const struct canvas_point along = {cosf(angle), sinf(angle)},
                                  center = {between(10, 50), between(10, 40)};
        const struct canvas_point p[4] = {
            {center.x + reach * along.x - half * along.y, center.y + reach * along.y + half * along.x},
            {center.x + reach * along.x + half * along.y, center.y + reach * along.y - half * along.x},
            {center.x - reach * along.x + half * along.y, center.y - reach * along.y - half * along.x},
            {center.x - reach * along.x - half * along.y, center.y - reach * along.y + half * along.x}};
        assert_exact(p, (const int[]){4}, 1, false);
    }
}

static void a_contour_inside_another_is_a_hole_whichever_way_it_runs(void **state) {
    (void)state;
    for (int turn = -1; turn <= 1; turn += 2) {
        struct canvas_point p[40];
        for (int i = 0; i < 20; i++) {
            const float angle = 6.2831853f * (float)i / 20;
            p[i] = (struct canvas_point){32.3f + 19.7f * cosf(angle), 23.6f + 19.7f * sinf(angle)};
            p[20 + i] = (struct canvas_point){32.3f + 11.2f * cosf((float)turn * angle),
                                              23.6f + 11.2f * sinf((float)turn * angle)};
        }
        assert_exact(p, (const int[]){20, 20}, 2, true);
        assert_int_equal(shade(32, 23), 0);
    }
}

static void contours_beside_one_another_are_all_filled(void **state) {
    (void)state;
    struct canvas_point p[CORNERS];
    int counts[16];
    for (int k = 0; k < 16; k++) {
        const float x = 3.3f + 3.7f * (float)k;
        counts[k] = 4;
        p[4 * k] = (struct canvas_point){x, 10.5f};
        p[4 * k + 1] = (struct canvas_point){x + 2.1f, 10.5f};
        p[4 * k + 2] = (struct canvas_point){x + 3.1f, 12.25f};
        p[4 * k + 3] = (struct canvas_point){x + 1, 12.25f};
    }
    assert_exact(p, counts, 16, false);
}

static void nothing_is_written_outside_the_target(void **state) {
    (void)state;
    const struct canvas_point p[4] = {{-1e9f, -1e9f}, {1e9f, -1e9f}, {1e9f, 1e9f}, {-1e9f, 1e9f}};
    draw(p, (const int[]){4}, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            assert_int_equal(shade(x, y), inside(x, y) ? 255 : 0);
}

static void a_point_that_is_no_number_breaks_nothing(void **state) {
    (void)state;
    static const float odd[] = {NAN, INFINITY, -INFINITY, 3.4e38f, -3.4e38f};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        for (int at = 0; at < 6; at++) {
            struct canvas_point p[3] = {{5, 5}, {40, 9}, {20, 33}};
            if (at % 2 == 0)
                p[at / 2].x = odd[i];
            else
                p[at / 2].y = odd[i];
            draw(p, (const int[]){3}, 1);
            assert_int_equal(shade(0, 0), 0);
        }
    const struct canvas_point good[3] = {{5, 5}, {40, 9}, {20, 33}};
    assert_exact(good, (const int[]){3}, 1, false); /* and nothing is left over */
}

static void half_of_alpha_is_half_of_the_colour(void **state) {
    (void)state;
    const struct canvas_point p[4] = {{10, 10}, {20, 10}, {20, 20}, {10, 20}};
    memset(pixels, 0, sizeof pixels);
    raster_polygon(&whole, p, (const int[]){4}, 1, 0xffffff, 128);
    assert_in_range(shade(15, 15), 127, 129);
}

static void a_rectangle_fills_what_of_it_is_in_the_target(void **state) {
    (void)state;
    static const int boxes[][4] = {{10, 10, 20, 20}, {-9, -9, 5, 5},   {50, 40, 999, 999}, {20, 20, 20, 30},
                                   {30, 9, 20, 40},  {-5, -5, 99, 99}, {62, 0, 63, 48}};
    for (int alpha = 127; alpha <= 255; alpha += 128)
        for (size_t i = 0; i < sizeof boxes / sizeof boxes[0]; i++) {
            const int *b = boxes[i];
            memset(pixels, 0, sizeof pixels);
            raster_rect(&whole, b[0], b[1], b[2], b[3], 0xffffff, (uint8_t)alpha);
            for (int y = 0; y < HEIGHT; y++)
                for (int x = 0; x < WIDTH; x++) {
                    const bool filled = inside(x, y) && x >= b[0] && x < b[2] && y >= b[1] && y < b[3];
                    assert_in_range(shade(x, y), filled ? alpha - 1 : 0, filled ? alpha : 0);
                }
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pixel_of_a_triangle_is_shaded_by_the_area_covered),
        cmocka_unit_test(a_long_thin_line_is_exact_at_every_angle_and_far_outside),
        cmocka_unit_test(a_contour_inside_another_is_a_hole_whichever_way_it_runs),
        cmocka_unit_test(contours_beside_one_another_are_all_filled),
        cmocka_unit_test(nothing_is_written_outside_the_target),
        cmocka_unit_test(a_point_that_is_no_number_breaks_nothing),
        cmocka_unit_test(half_of_alpha_is_half_of_the_colour),
        cmocka_unit_test(a_rectangle_fills_what_of_it_is_in_the_target),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
