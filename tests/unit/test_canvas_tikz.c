/* A picture in TikZ is LaTeX that can't be wrong: what is drawn decides what it shows, never whether it
 * compiles. The deep run compiles it (tests/live/test_latex.sh); here its form is judged.
 *
 *     test_canvas_tikz FILE      writes the picture of all characters, for that run
 */
#include "app/ui/canvas_tikz.h"
#include "app/ui/tex_text.h"

#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LAST_ACCENTED 0x17f

static struct fonts *fonts;

/* -- what is drawn -----------------------------------------------------------------------------------------
 */

static const struct canvas_color ink = {20, 40, 200, 255}, half = {200, 0, 0, 128};

static void draw_all_operations(struct canvas *c) {
    const struct canvas_pen pen = {.width = 3, .color = ink, .dash = 8, .gap = 5};
    const struct canvas_style style = {20, CANVAS_BOLD, CANVAS_CENTER, half};
    canvas_note(c, "shapes\nand }more");
    canvas_ring(c, (struct canvas_point){60, 60}, 40, 9, ink);
    canvas_rect(c, (struct canvas_rect){30.4f, 20.4f, 90.3f, 50}, half);
    canvas_clip(c, &(struct canvas_rect){200, 20, 100, 60});
    canvas_disc(c, (struct canvas_point){200, 50}, 60, (struct canvas_color){1, 2, 3, 255});
    canvas_clip(c, &(struct canvas_rect){200, 20, -5, 60});
    canvas_arrow(c, (struct canvas_point){320, 20}, (struct canvas_point){600, 100}, &pen, CANVAS_HEAD_HOLLOW,
                 20);
    canvas_clip(c, NULL);
    canvas_disc(c, (struct canvas_point){30, 50}, 60, (struct canvas_color){1, 2, 3, 255});
    canvas_text(c, 200, 50, &style, "w3 }never \\delivered{ w2#9 %");
    canvas_disc(c, (struct canvas_point){NAN, INFINITY}, 4, ink);
    canvas_rect(c, (struct canvas_rect){-1e30f, 0, 3e30f, 1e9f}, ink);
    canvas_clip(c, &(struct canvas_rect){0, 0, 10, 10});
}

static size_t encode(uint32_t character, char *utf8) {
    if (character < 0x80) {
        utf8[0] = (char)character;
        return 1;
    }
    if (character < 0x800) {
        utf8[0] = (char)(0xc0 | character >> 6);
        utf8[1] = (char)(0x80 | (character & 0x3f));
        return 2;
    }
    utf8[0] = (char)(0xe0 | character >> 12);
    utf8[1] = (char)(0x80 | (character >> 6 & 0x3f));
    utf8[2] = (char)(0x80 | (character & 0x3f));
    return 3;
}

static void draw_all_characters(struct canvas *c) {
    const struct canvas_style style = {10, CANVAS_REGULAR, CANVAS_LEFT, {0, 0, 0, 255}};
    char line[CANVAS_TEXT_MAX] = "";
    size_t length = 0;
    float y = 20;
    for (uint32_t ch = ' '; ch <= 0x2800; ch++) {
        if (ch == 0x7f)
            ch = 0xa0;
        if (ch == LAST_ACCENTED + 1)
            ch = 0x2000;
        length += encode(ch, line + length);
        if (ch % 32 != 31)
            continue;
        line[length] = '\0';
        length = 0;
        canvas_text(c, 20, y += 14, &style, line);
    }
}

static char *tikz_of(void (*draw)(struct canvas *), float scale) {
    FILE *file = tmpfile();
    struct canvas_tikz tikz;
    canvas_tikz_begin(&tikz, file, 640, 480, scale, fonts);
    draw(&tikz.canvas);
    assert_true(canvas_tikz_end(&tikz));
    rewind(file);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    assert_true(fread(text, 1, (1 << 20) - 1, file) > 0);
    fclose(file);
    return text;
}

static const char *tex_of(const char *text) {
    static char tex[1024];
    FILE *file = tmpfile();
    tex_text_write(file, text);
    rewind(file);
    tex[fread(tex, 1, sizeof tex - 1, file)] = '\0';
    fclose(file);
    return tex;
}

static int count(const char *text, const char *what) {
    int found = 0;
    for (; (text = strstr(text, what)) != NULL; text += strlen(what))
        found++;
    return found;
}

/* -- the claims --------------------------------------------------------------------------------------------
 */

static void braces_and_environments_are_balanced(void **state) {
    (void)state;
    void (*const draws[])(struct canvas *) = {draw_all_operations, draw_all_characters};
    for (int i = 0; i < 2; i++) {
        char *tex = tikz_of(draws[i], 0.75f);
        int depth = 0;
        for (const char *c = tex; *c != '\0'; c++) {
            const bool is_plain = c == tex || c[-1] != '\\';
            if (*c == '%' && is_plain)
                c += strcspn(c, "\n");
            else if (is_plain)
                depth += *c == '{' ? 1 : *c == '}' ? -1 : 0;
            assert_true(depth >= 0);
        }
        assert_int_equal(depth, 0);
        assert_int_equal(count(tex, "\\begin{scope}"), count(tex, "\\end{scope}"));
        assert_int_equal(count(tex, "\\begin{tikzpicture}"), 1);
        assert_int_equal(count(tex, "\\end{tikzpicture}"), 1);
        assert_null(strstr(tex, "nan"));
        assert_null(strstr(tex, "inf,"));
        assert_null(strstr(tex, "inf)"));
        free(tex);
    }
}

static void no_length_is_beyond_what_tex_can_hold(void **state) {
    (void)state;
    char *tex = tikz_of(draw_all_operations, 1);
    for (const char *c = tex; *c != '\0'; c++)
        if (isdigit((unsigned char)*c) && c > tex && !isalnum((unsigned char)c[-1]) && c[-1] != '.')
            assert_true(strtof(c, NULL) < 16383);
    free(tex);
}

static void the_same_picture_is_the_same_bytes(void **state) {
    (void)state;
    char *one = tikz_of(draw_all_operations, 0.5f), *two = tikz_of(draw_all_operations, 0.5f);
    assert_string_equal(one, two);
    free(one);
    free(two);
}

/* LaTeX forgets at the end of a scope what was defined in it. */
static void a_colour_that_was_defined_inside_a_clip_is_defined_again_behind_it(void **state) {
    (void)state;
    char *tex = tikz_of(draw_all_operations, 1);
    assert_int_equal(count(tex, "\\definecolor{g010203}{HTML}{010203}"), 2);
    assert_int_equal(count(tex, "\\definecolor{gC80000}"), 1);
    assert_int_equal(count(tex, "\\fill[gC80000,fill opacity=0.5] "), 1);
    free(tex);
}

static void nothing_in_a_text_is_a_command(void **state) {
    (void)state;
    assert_string_equal(tex_of("a_b #1 $x 5% {&} ~^"),
                        "a\\_b \\#1 {\\char36}x 5\\% \\{\\&\\} {\\textasciitilde}{\\textasciicircum}");
    assert_string_equal(tex_of("\\end{document}"), "{\\textbackslash}end\\{document\\}");
    assert_string_equal(tex_of("--seed <w1>"), "-{}-{}seed \\ensuremath{<}w1\\ensuremath{>}");
    assert_string_equal(tex_of("w1\nw2\x7f\x01"), "w1?{}w2?{}?{}");
}

static void spaces_are_kept(void **state) {
    (void)state;
    assert_string_equal(tex_of(" a  b "), "\\ a\\  b\\ ");
}

static void signs_are_spelled_out_and_accents_kept(void **state) {
    (void)state;
    assert_string_equal(tex_of("\u2260 since #17 \u2192 \u2026"),
                        "\\ensuremath{\\neq} since \\#17 \\ensuremath{\\rightarrow} .{}.{}.");
    assert_string_equal(tex_of("\u00e4\u0160\u0119\u4e00"), "\u00e4\u0160e?{}");
    assert_string_equal(tex_of("a\xc3"), "a?{}");
    assert_string_equal(tex_of("a\xff\xe2\x89"), "a?{}?{}");
}

static void what_can_not_be_written_is_told(void **state) {
    (void)state;
    FILE *full = fopen("/dev/full", "wb");
    if (full == NULL)
        skip();
    struct canvas_tikz tikz;
    canvas_tikz_begin(&tikz, full, 640, 480, 1, fonts);
    draw_all_operations(&tikz.canvas);
    assert_false(canvas_tikz_end(&tikz));
    fclose(full);
}

static int write_characters(const char *path) {
    struct canvas_tikz tikz;
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return 3;
    canvas_tikz_begin(&tikz, file, 640, 960, 0.75f, fonts);
    draw_all_characters(&tikz.canvas);
    const bool ok = canvas_tikz_end(&tikz);
    fclose(file);
    return ok ? 0 : 3;
}

int main(int argc, char **argv) {
    char error[256];
    fonts = fonts_open("assets/fonts", error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "%s\n", error);
        return 3;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(braces_and_environments_are_balanced),
        cmocka_unit_test(no_length_is_beyond_what_tex_can_hold),
        cmocka_unit_test(the_same_picture_is_the_same_bytes),
        cmocka_unit_test(a_colour_that_was_defined_inside_a_clip_is_defined_again_behind_it),
        cmocka_unit_test(nothing_in_a_text_is_a_command),
        cmocka_unit_test(spaces_are_kept),
        cmocka_unit_test(signs_are_spelled_out_and_accents_kept),
        cmocka_unit_test(what_can_not_be_written_is_told),
    };
    const int failed = argc > 1 ? write_characters(argv[1]) : cmocka_run_group_tests(tests, NULL, NULL);
    fonts_close(&fonts);
    return failed;
}
