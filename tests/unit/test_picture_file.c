/* What is drawn on paper is what is drawn on screen: measured alike, as text that stays text, and saved
 * without touching any file that is there already.
 */
#include "app/picture_file.h"
#include "app/ui/canvas_cairo.h"
#include "app/ui/canvas_sdl.h"
#include "app/ui/canvas_svg.h"
#include "app/ui/tile.h"

#include <SDL.h>
#include <cairo.h>
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SHEET_WIDTH  1600
#define SHEET_HEIGHT 120

static struct fonts *fonts;
static char folder[] = "/tmp/groupy-picture-XXXXXX";

static const char *const strings[] = {"w3",
                                      "WWWWWWWWWWWWWWWW",
                                      "iiiiiiiiiiiiiiii",
                                      "OUT OF SYNC since #17",
                                      "w4 never delivered w2#9, because w1 crashed",
                                      "AVAVAVA To. Ty. LT",
                                      "128 changes \u00b7 history 9f3a",
                                      "view change\u2026",
                                      "\u2260 since #17 \u2192 \u2713",
                                      "\u00e4\u00f6\u00fc\u00df\u00c5\u0160\u017c",
                                      "0123456789abcdef",
                                      "no member answered at tcp://127.0.0.1:5670 within 3 s"};
#define STRINGS (sizeof strings / sizeof strings[0])

/* -- reading back -----------------------------------------------------------------------------------------
 */

static char *read_all(FILE *file, size_t *size) {
    rewind(file);
    char *bytes = calloc(1, 1 << 20);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (1 << 20) - 1, file);
    return bytes;
}

static char *svg_of(void (*draw)(struct canvas *), bool *ok) {
    FILE *file = tmpfile();
    struct canvas_svg svg;
    size_t size;
    canvas_svg_begin(&svg, file, 640, 480, fonts);
    draw(&svg.canvas);
    *ok = canvas_svg_end(&svg);
    char *text = read_all(file, &size);
    fclose(file);
    return text;
}

/* Columns of a picture in which something is darker than the white of the paper: first and last. */
static void extent(const uint8_t *pixels, int stride, int *first, int *last) {
    *first = SHEET_WIDTH, *last = -1;
    for (int y = 0; y < SHEET_HEIGHT; y++)
        for (int x = 0; x < SHEET_WIDTH; x++)
            if (pixels[y * stride + 4 * x] < 128) {
                *first = x < *first ? x : *first;
                *last = x > *last ? x : *last;
            }
}

/* -- measured alike ----------------------------------------------------------------------------------------
 */

static void every_back_end_measures_texts_alike(void **state) {
    (void)state;
    char error[256];
    FILE *file = tmpfile();
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, 8, 8, 32, SDL_PIXELFORMAT_RGB888);
    struct canvas_sdl screen;
    struct canvas_svg svg;
    canvas_sdl_init(&screen, surface, fonts);
    canvas_svg_begin(&svg, file, 8, 8, fonts);
    struct canvas_cairo *pdf = canvas_cairo_open(CANVAS_CAIRO_PDF, file, 8, 8, 1, fonts, error, sizeof error);
    assert_non_null(pdf);
    for (size_t i = 0; i < STRINGS; i++)
        for (float size = 7; size < 300; size *= 1.3f)
            for (int w = 0; w < 2; w++) {
                const enum canvas_weight weight = (enum canvas_weight)w;
                const float wide = canvas_text_width(&screen.canvas, strings[i], size, weight);
                assert_true(wide > 0);
                assert_true(wide == canvas_text_width(&svg.canvas, strings[i], size, weight));
                assert_true(wide == canvas_text_width(canvas_cairo_canvas(pdf), strings[i], size, weight));
            }
    canvas_cairo_close(&pdf);
    SDL_FreeSurface(surface);
    fclose(file);
}

static cairo_status_t read_bytes(void *file, unsigned char *bytes, unsigned count) {
    return fread(bytes, 1, count, file) == count ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_READ_ERROR;
}

static cairo_surface_t *png_of(float width, float height, float scale,
                               void (*draw)(struct canvas *, const void *), const void *arg) {
    char error[256];
    FILE *file = tmpfile();
    struct canvas_cairo *png =
        canvas_cairo_open(CANVAS_CAIRO_PNG, file, width, height, scale, fonts, error, sizeof error);
    assert_non_null(png);
    draw(canvas_cairo_canvas(png), arg);
    assert_true(canvas_cairo_close(&png));
    assert_null(png);
    rewind(file);
    cairo_surface_t *picture = cairo_image_surface_create_from_png_stream(read_bytes, file);
    assert_int_equal(cairo_surface_status(picture), CAIRO_STATUS_SUCCESS);
    fclose(file);
    return picture;
}

struct words {
    struct canvas_style style;
    const char *text;
};

static void draw_words(struct canvas *c, const void *arg) {
    const struct words *words = arg;
    const struct canvas_color white = {255, 255, 255, 255};
    canvas_rect(c, (struct canvas_rect){0, 0, SHEET_WIDTH, SHEET_HEIGHT}, white);
    canvas_text(c, 100, 80, &words->style, words->text);
}

/* From the left edge of the first letter to the right edge of the last. */
static void texts_are_as_wide_on_paper_as_on_screen(void **state) {
    (void)state;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, SHEET_WIDTH, SHEET_HEIGHT, 32, SDL_PIXELFORMAT_RGB888);
    struct canvas_sdl screen;
    canvas_sdl_init(&screen, surface, fonts);
    for (size_t i = 0; i < STRINGS; i++)
        for (int k = 0; k < 6; k++) {
            const struct words words = {
                {(float)(20 + 10 * (k / 2)), (enum canvas_weight)(k % 2), CANVAS_LEFT, {0, 0, 0, 255}},
                strings[i]};
            int left, right, paper_left, paper_right;
            draw_words(&screen.canvas, &words);
            extent(surface->pixels, surface->pitch, &left, &right);
            cairo_surface_t *paper = png_of(SHEET_WIDTH, SHEET_HEIGHT, 1, draw_words, &words);
            extent(cairo_image_surface_get_data(paper), cairo_image_surface_get_stride(paper), &paper_left,
                   &paper_right);
            cairo_surface_destroy(paper);
            const int difference = abs(right - left - (paper_right - paper_left));
            /* The screen puts glyphs on whole pixels, and so errs by a part of one for each. */
            if (difference > 2 && difference * 100 > 2 * (right - left))
                fail_msg("'%s' at %g is %d wide on screen, %d on paper", strings[i], (double)words.style.size,
                         right - left, paper_right - paper_left);
        }
    SDL_FreeSurface(surface);
}

/* -- drawn alike -------------------------------------------------------------------------------------------
 */

static void draw_shapes(struct canvas *c, const void *arg) {
    (void)arg;
    const struct canvas_color white = {255, 255, 255, 255}, ink = {20, 40, 200, 255}, half = {200, 0, 0, 128};
    const struct canvas_pen pen = {.width = 3, .color = ink, .dash = 8, .gap = 5};
    canvas_rect(c, (struct canvas_rect){0, 0, SHEET_WIDTH, SHEET_HEIGHT}, white);
    canvas_ring(c, (struct canvas_point){60, 60}, 40, 9, ink);
    canvas_rect(c, (struct canvas_rect){30.4f, 20.4f, 90.3f, 50}, half);
    canvas_clip(c, &(struct canvas_rect){200, 20, 100, 60});
    canvas_disc(c, (struct canvas_point){200, 50}, 60, ink);
    canvas_clip(c, NULL);
    canvas_arrow(c, (struct canvas_point){320, 20}, (struct canvas_point){600, 100}, &pen, CANVAS_HEAD_HOLLOW,
                 20);
    canvas_cross(c, (struct canvas_point){700, 60}, 30, 8, half);
}

static void shapes_are_the_same_pixels_on_paper_as_on_screen(void **state) {
    (void)state;
    SDL_Surface *surface =
        SDL_CreateRGBSurfaceWithFormat(0, SHEET_WIDTH, SHEET_HEIGHT, 32, SDL_PIXELFORMAT_RGB888);
    struct canvas_sdl screen;
    canvas_sdl_init(&screen, surface, fonts);
    draw_shapes(&screen.canvas, NULL);
    cairo_surface_t *paper = png_of(SHEET_WIDTH, SHEET_HEIGHT, 1, draw_shapes, NULL);
    const uint8_t *drawn = cairo_image_surface_get_data(paper);
    const int stride = cairo_image_surface_get_stride(paper);
    for (int y = 0; y < SHEET_HEIGHT; y++)
        for (int x = 0; x < SHEET_WIDTH; x++)
            for (int k = 0; k < 3; k++) {
                const int a = ((const uint8_t *)surface->pixels)[y * surface->pitch + 4 * x + k];
                const int b = drawn[y * stride + 4 * x + k];
                if (abs(a - b) > 24) /* cairo's own smoothing has fewer shades */
                    fail_msg("pixel %d,%d: %d on screen, %d on paper", x, y, a, b);
            }
    cairo_surface_destroy(paper);
    SDL_FreeSurface(surface);
}

static void a_scale_of_two_has_twice_the_pixels(void **state) {
    (void)state;
    cairo_surface_t *paper = png_of(100, 50, 2, draw_shapes, NULL);
    assert_int_equal(cairo_image_surface_get_width(paper), 200);
    assert_int_equal(cairo_image_surface_get_height(paper), 100);
    cairo_surface_destroy(paper);
}

/* -- text stays text ---------------------------------------------------------------------------------------
 */

static void draw_names(struct canvas *c) {
    const struct canvas_style style = {20, CANVAS_REGULAR, CANVAS_CENTER, {1, 2, 3, 255}};
    canvas_text(c, 200, 50, &style, "w3 never delivered w2#9");
    canvas_text(c, 200, 80, &style, "<script>&\x01\xff\xc3");
    canvas_clip(c, &(struct canvas_rect){0, 0, 10, 10});
    canvas_disc(c, (struct canvas_point){NAN, 5}, 4, style.color);
}

static void an_svg_has_its_texts_as_text_and_its_font_inside(void **state) {
    (void)state;
    bool ok;
    char *svg = svg_of(draw_names, &ok);
    assert_true(ok);
    assert_non_null(strstr(svg, ">w3 never delivered w2#9</text>"));
    assert_non_null(strstr(svg, "font-weight:400;src:url(data:font/otf;base64,T1RUTw")); /* OTTO */
    assert_null(strstr(svg, "font-weight:700"));                                         /* not used */
    assert_non_null(strstr(svg, "</g>\n<style>"));
    assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
    free(svg);
}

static void what_a_name_holds_can_not_break_an_svg(void **state) {
    (void)state;
    bool ok;
    char *svg = svg_of(draw_names, &ok);
    assert_non_null(strstr(svg, ">&#60;script&#62;&#38;??"
                                "?</text>"));
    assert_null(strstr(svg, "nan"));
    free(svg);
}

static void a_pdf_has_its_texts_as_text_and_its_font_inside(void **state) {
    (void)state;
    char error[256];
    size_t size;
    FILE *file = tmpfile();
    struct canvas_cairo *pdf =
        canvas_cairo_open(CANVAS_CAIRO_PDF, file, 640, 480, 1, fonts, error, sizeof error);
    draw_names(canvas_cairo_canvas(pdf));
    assert_true(canvas_cairo_close(&pdf));
    char *bytes = read_all(file, &size);
    fclose(file);
    bool has_font = false, has_text = false;
    assert_memory_equal(bytes, "%PDF", 4);
    for (size_t i = 0; i + 12 < size; i++) {
        has_font |= memcmp(bytes + i, "/FontFile3", 10) == 0;
        has_text |= memcmp(bytes + i, "/ToUnicode", 10) == 0;
    }
    assert_true(has_font && has_text);
    free(bytes);
}

static void what_can_not_be_written_is_told(void **state) {
    (void)state;
    char error[256];
    FILE *full = fopen("/dev/full", "wb");
    if (full == NULL)
        skip();
    struct canvas_svg svg;
    canvas_svg_begin(&svg, full, 640, 480, fonts);
    draw_names(&svg.canvas);
    assert_false(canvas_svg_end(&svg));
    fclose(full);
    for (int kind = CANVAS_CAIRO_PDF; kind <= CANVAS_CAIRO_PNG; kind++) {
        full = fopen("/dev/full", "wb");
        struct canvas_cairo *paper =
            canvas_cairo_open((enum canvas_cairo_kind)kind, full, 640, 480, 1, fonts, error, sizeof error);
        draw_names(canvas_cairo_canvas(paper));
        assert_false(canvas_cairo_close(&paper));
        fclose(full);
    }
    FILE *file = tmpfile();
    assert_null(canvas_cairo_open(CANVAS_CAIRO_PNG, file, 1e6f, 1e6f, 1, fonts, error, sizeof error));
    assert_string_equal(error, "a picture of 1000000 x 1000000 does not fit in memory");
    fclose(file);
}

/* -- saved --------------------------------------------------------------------------------------------------
 */

static void draw_tile(struct canvas *c, void *arg) {
    struct tile_model *m = arg;
    const struct tile_look look = {.width = 640, .height = 540, .scale = 1};
    tile_draw(c, m, &look);
}

static struct picture_file picture_in(const char *in, struct tile_model *m) {
    *m = (struct tile_model){.name = "w3", .rung = "gms5", .state = TILE_LEADING, .color = {63, 162, 200}};
    return (struct picture_file){.folder = in,
                                 .what = "gms5-w3",
                                 .width = 640,
                                 .height = 540,
                                 .scale = 1,
                                 .fonts = fonts,
                                 .draw = draw_tile,
                                 .arg = m};
}

static bool exists(const char *name) {
    char path[512];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &info) == 0 && info.st_size > 0;
}

/* The line names the folder as well. */
static void assert_saved(const char *said, const char *svg) {
    char expected[600];
    snprintf(expected, sizeof expected, "saved %s/%s, .png", folder, svg);
    assert_string_equal(said, expected);
}

static const time_t moment = 1795280581; /* 2026-11-21 17:03:01 UTC */

static void a_picture_is_named_by_its_window_and_the_time(void **state) {
    (void)state;
    char said[256];
    struct tile_model m;
    const struct picture_file p = picture_in(folder, &m);
    assert_true(picture_file_save(&p, moment, said, sizeof said));
    assert_saved(said, "groupy-gms5-w3-20261121-170301.svg");
    assert_true(exists("groupy-gms5-w3-20261121-170301.svg"));
    assert_true(exists("groupy-gms5-w3-20261121-170301.png"));
}

static void no_file_is_ever_written_over(void **state) {
    (void)state;
    char said[256], path[512];
    struct tile_model m;
    struct picture_file p = picture_in(folder, &m);
    p.what = "again";
    assert_true(picture_file_save(&p, moment, said, sizeof said));
    assert_true(picture_file_save(&p, moment, said, sizeof said));
    assert_saved(said, "groupy-again-20261121-170301-2.svg");
    snprintf(path, sizeof path, "%s/groupy-again-20261121-170301-3.png", folder);
    FILE *other = fopen(path, "w"); /* only one of the two is there */
    fputs("mine", other);
    fclose(other);
    assert_true(picture_file_save(&p, moment, said, sizeof said));
    assert_saved(said, "groupy-again-20261121-170301-4.svg");
    assert_false(exists("groupy-again-20261121-170301-3.svg"));
}

static void a_name_can_not_lead_out_of_the_folder(void **state) {
    (void)state;
    char said[256];
    struct tile_model m;
    struct picture_file p = picture_in(folder, &m);
    p.what = "gms5-../../w 1\n";
    assert_true(picture_file_save(&p, moment, said, sizeof said));
    assert_saved(said, "groupy-gms5-------w-1--20261121-170301.svg");
}

static void a_folder_whose_name_is_too_long_for_a_small_window_is_left_out(void **state) {
    (void)state;
    char said[256], path[512];
    struct tile_model m;
    snprintf(path, sizeof path, "%s/a-folder-with-a-name-that-no-small-window-can-show-in-full", folder);
    assert_true(picture_file_folder(path, said, sizeof said));
    const struct picture_file p = picture_in(path, &m);
    assert_true(picture_file_save(&p, moment, said, sizeof said));
    assert_string_equal(said, "saved groupy-gms5-w3-20261121-170301.svg, .png");
    static const char *const endings[] = {"svg", "png"};
    for (int i = 0; i < 2; i++) {
        char file[600];
        snprintf(file, sizeof file, "%s/groupy-gms5-w3-20261121-170301.%s", path, endings[i]);
        assert_int_equal(unlink(file), 0);
    }
    assert_int_equal(rmdir(path), 0);
}

static void a_folder_for_pictures_is_made_or_it_is_said_why_not(void **state) {
    (void)state;
    char said[600], path[512];
    snprintf(path, sizeof path, "%s/new", folder);
    assert_true(picture_file_folder(path, said, sizeof said));
    assert_true(picture_file_folder(path, said, sizeof said)); /* as it is there */
    assert_int_equal(rmdir(path), 0);
    snprintf(path, sizeof path, "%s/file", folder);
    fclose(fopen(path, "w"));
    assert_false(picture_file_folder(path, said, sizeof said));
    assert_non_null(strstr(said, path));
    assert_non_null(strstr(said, "not a folder"));
    assert_false(picture_file_folder("/nowhere/at/all", said, sizeof said));
    assert_string_equal(said, "no files can be made in /nowhere/at/all: No such file or directory");
}

static void the_name_of_a_video_is_taken_by_nobody_else(void **state) {
    (void)state;
    char said[256], first[512], second[512];
    assert_true(picture_file_reserve(folder, "gms2", moment, ".mp4", first, sizeof first, said, sizeof said));
    assert_true(
        picture_file_reserve(folder, "gms2", moment, ".mp4", second, sizeof second, said, sizeof said));
    assert_non_null(strstr(first, "/groupy-gms2-20261121-170301.mp4"));
    assert_non_null(strstr(second, "/groupy-gms2-20261121-170301-2.mp4"));
    assert_false(
        picture_file_reserve("/nowhere", "gms2", moment, ".mp4", first, sizeof first, said, sizeof said));
    assert_non_null(strstr(said, "/nowhere/groupy-gms2-20261121-170301.mp4"));
}

static void a_folder_that_can_not_be_written_to_is_named(void **state) {
    (void)state;
    char said[256];
    struct tile_model m;
    const struct picture_file p = picture_in("/nowhere/at/all", &m);
    assert_false(picture_file_save(&p, moment, said, sizeof said));
    assert_string_equal(said,
                        "not saved: no file can be made in /nowhere/at/all (No such file or directory)");
}

static void a_picture_that_fails_leaves_no_file(void **state) {
    (void)state;
    char said[256];
    struct tile_model m;
    struct picture_file p = picture_in(folder, &m);
    p.what = "huge";
    p.scale = 1e4f;
    assert_false(picture_file_save(&p, moment, said, sizeof said));
    assert_string_equal(said, "not saved: a picture of 6400000 x 5400000 does not fit in memory");
    assert_false(exists("groupy-huge-20261121-170301.svg"));
    assert_false(exists("groupy-huge-20261121-170301.png"));
}

static int make_folder(void **state) {
    (void)state;
    setenv("TZ", "UTC", 1);
    tzset();
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir != NULL && (entry = readdir(dir)) != NULL;) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (dir != NULL)
        closedir(dir);
    return rmdir(folder);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_back_end_measures_texts_alike),
        cmocka_unit_test(texts_are_as_wide_on_paper_as_on_screen),
        cmocka_unit_test(shapes_are_the_same_pixels_on_paper_as_on_screen),
        cmocka_unit_test(a_scale_of_two_has_twice_the_pixels),
        cmocka_unit_test(an_svg_has_its_texts_as_text_and_its_font_inside),
        cmocka_unit_test(what_a_name_holds_can_not_break_an_svg),
        cmocka_unit_test(a_pdf_has_its_texts_as_text_and_its_font_inside),
        cmocka_unit_test(what_can_not_be_written_is_told),
        cmocka_unit_test(a_picture_is_named_by_its_window_and_the_time),
        cmocka_unit_test(no_file_is_ever_written_over),
        cmocka_unit_test(a_name_can_not_lead_out_of_the_folder),
        cmocka_unit_test(a_folder_whose_name_is_too_long_for_a_small_window_is_left_out),
        cmocka_unit_test(a_folder_for_pictures_is_made_or_it_is_said_why_not),
        cmocka_unit_test(the_name_of_a_video_is_taken_by_nobody_else),
        cmocka_unit_test(a_folder_that_can_not_be_written_to_is_named),
        cmocka_unit_test(a_picture_that_fails_leaves_no_file),
    };
    char error[256];
    fonts = fonts_open("assets/fonts", error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    fonts_close(&fonts);
    return failed;
}
