/* The words of the scope: the sentence, the properties, captions; and that all text can be read. Each test's
 * name is the claim.
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

/* -- Words ---------------------------------------- */

static void no_text_is_outside_the_window_or_over_another_or_too_small(void **state) {
    (void)state;
    static const unsigned members[] = {1, 2, 3, 5, 8, 16, 32};
    for (size_t n = 0; n < sizeof members / sizeof members[0]; n++) {
        case_busy(members[n]);
        for (size_t i = 0; i < CASE_SIZES; i++)
            for (int axis = 0; axis < HISTORY_AXES; axis++)
                for (int zoom = 0; zoom < 4; zoom++) {
                    static const double units[HISTORY_AXES][4] = {{3, 12, 26, 90}, {0.002, 0.05, 0.2, 2}};
                    case_size(i);
                    case_look.axis = (enum history_axis)axis;
                    case_look.unit = units[axis][zoom];
                    case_look.left = 2;
                    case_look.is_live = zoom % 2 == 0;
                    case_look.is_recorded = zoom < 2;
                    case_look.has_no_tools = zoom == 3;
                    case_apart(case_look.width, case_look.height);
                }
    }
}

static void at_twice_the_density_all_text_is_twice_as_large_and_apart(void **state) {
    (void)state;
    for (unsigned members = 1; members <= 8; members++)
        for (size_t i = 2; i < CASE_SIZES; i++) {
            case_busy(members);
            case_size(i);
            case_look.scale = 2;
            case_apart(case_look.width, case_look.height);
        }
}

static void the_matrix_of_links_has_room_for_its_words(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    for (unsigned members = 2; members <= 32; members *= 2)
        for (size_t i = 0; i < CASE_SIZES; i++) {
            case_busy(members);
            case_size(i);
            struct picture_frame *f = case_frame();
            canvas_list_clear(&case_list);
            picture_draw_links(f);
            const struct canvas_rect p = picture_links_box(f).panel;
            const int count = case_texts(case_list.text, texts);
            assert_true(count >= 2);
            for (int a = 0; a < count; a++) {
                const struct case_text *t = &texts[a];
                if (t->left < p.x || t->right > p.x + p.w || t->top < p.y || t->bottom > p.y + p.h)
                    fail_msg("%u members, %gx%g: outside: %s", members, (double)case_look.width,
                             (double)case_look.height, t->words);
                for (int b = 0; b < a; b++)
                    if (t->left < texts[b].right && texts[b].left < t->right && t->top < texts[b].bottom &&
                        texts[b].top < t->bottom)
                        fail_msg("%u members, %gx%g: '%s' is over '%s'", members, (double)case_look.width,
                                 (double)case_look.height, t->words, texts[b].words);
            }
        }
}

static void a_group_without_anybody_is_a_picture_too(void **state) {
    (void)state;
    case_begin(0);
    case_story.sign = STORY_EMPTY;
    snprintf(case_story.head, sizeof case_story.head, "NOBODY IS THERE YET");
    for (size_t i = 0; i < CASE_SIZES; i++) {
        case_size(i);
        case_apart(case_look.width, case_look.height);
        case_look.shows_links = true;
        case_draw();
        case_look.shows_links = false;
    }
}

static void each_sign_of_the_sentence_is_a_shape_of_its_own(void **state) {
    (void)state;
    static const char *const notes[STORY_SIGNS] = {
        [STORY_IN_SYNC] = "note check mark\n",        [STORY_NO_QUORUM] = "note sign no quorum\n",
        [STORY_FROZEN] = "note sign frozen\n",        [STORY_HALTED] = "note sign halted\n",
        [STORY_OUT_OF_SYNC] = "note hazard border\n", [STORY_VIEW_CHANGE] = "note sign changing\n"};
    for (int s = 0; s < STORY_SIGNS; s++) {
        case_begin(3);
        for (int p = 0; p < CHECK_PROPERTIES; p++)
            case_story.property[p] = CHECK_NOT_APPLICABLE;
        case_story.sign = (enum story_sign)s;
        const char *drawn = case_draw();
        if (notes[s] != NULL)
            case_has(drawn, notes[s]);
        assert_int_equal(strstr(drawn, "note hazard border\n") != NULL, s == STORY_OUT_OF_SYNC);
        assert_int_equal(strstr(drawn, "note check mark\n") != NULL, s == STORY_IN_SYNC);
    }
}

static void the_sentence_is_large(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    case_begin(5);
    case_story.sign = STORY_OUT_OF_SYNC;
    snprintf(case_story.head, sizeof case_story.head, "OUT OF SYNC since #17");
    snprintf(case_story.sentence, sizeof case_story.sentence,
             "w4 never delivered w2#9, because w1 crashed after sending it to w2 and w3");
    const int count = case_texts(case_draw(), texts);
    int lines = 0;
    for (int i = 0; i < count; i++)
        if (strstr(texts[i].words, "OUT OF") != NULL || strstr(texts[i].words, "w4 never") != NULL ||
            strstr(texts[i].words, "sending it") != NULL) {
            assert_true(texts[i].size >= 40);
            lines++;
        }
    assert_int_equal(lines, 3);
}

static void a_caption_leaves_the_lifelines_in_sight(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    case_begin(5);
    case_look.caption = "The leader crashes in the middle of a broadcast";
    const int count = case_texts(case_draw(), texts);
    const float last = picture_edge(case_frame(), 4, true, 1);
    for (int i = 0; i < count; i++)
        if (strcmp(texts[i].words, case_look.caption) == 0) {
            assert_true(texts[i].size >= 40 && texts[i].top > last);
            return;
        }
    fail_msg("there is no caption");
}

static void a_long_caption_is_smaller_rather_than_two_lines_and_two_lines_are_alike(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    case_begin(5);
    case_look.caption = "w1 crashes in the middle of a broadcast: only w2 received it";
    int count = case_texts(case_draw(), texts), lines = 0;
    for (int i = 0; i < count; i++)
        if (strcmp(texts[i].words, case_look.caption) == 0) {
            assert_true(texts[i].size >= 32 && texts[i].size < 46);
            lines++;
        }
    assert_int_equal(lines, 1);
    case_look.caption =
        "Nobody may install a view without a majority: the two that are left wait until the link is "
        "healed, then they join";
    const char *at = strstr(case_draw(), "note caption\n");
    assert_non_null(at);
    count = case_texts(at, texts);
    assert_int_equal(count, 2);
    const float first = texts[0].right - texts[0].left, second = texts[1].right - texts[1].left;
    assert_true(texts[0].size >= 32 && first < 1.3f * second && second < 1.3f * first);
}

static void no_name_is_smaller_than_the_line_below_it(void **state) {
    (void)state;
    static struct case_text texts[CASE_TEXTS_MAX];
    case_busy(6);
    for (size_t size = 0; size < CASE_SIZES; size++) {
        case_size(size);
        const struct picture_frame *f = case_frame();
        const int count = case_texts(case_draw(), texts);
        for (int i = 0; i + 1 < count; i++)
            if (texts[i].left < f->names.w && strncmp(texts[i].words, "workstation", 11) == 0 &&
                texts[i].top > f->names.y && texts[i].bottom < f->names.y + f->names.h)
                for (int k = i + 1; k < count && texts[k].left < f->names.w &&
                                    strncmp(texts[k].words, "workstation", 11) != 0 &&
                                    texts[k].bottom < f->names.y + f->names.h;
                     k++)
                    assert_true(texts[k].size <= texts[i].size);
    }
}

static void each_property_has_its_mark_and_a_violated_one_a_plate(void **state) {
    (void)state;
    case_begin(2);
    for (size_t i = 0; i < CASE_SIZES; i++) {
        case_size(i);
        for (int p = 0; p < CHECK_PROPERTIES; p++)
            case_story.property[p] = CHECK_NOT_APPLICABLE;
        case_has_not(case_draw(), "note sign failed\n");
        case_story.property[CHECK_AGREEMENT] = CHECK_VIOLATED;
        case_has(case_draw(), "note sign failed\n");
        case_story.property[CHECK_AGREEMENT] = CHECK_HALTED;
        case_has(case_draw(), "note sign halted\n");
    }
}

/* Follows the opaque rectangles that lie behind a text, the last one drawn counts. */
static void assert_contrast(const char *drawn) {
    static struct {
        float x, y, w, h;
        struct canvas_color color;
    } rects[8192];
    static char line[16384];
    int count = 0;
    while (case_line(&drawn, line, sizeof line)) {
        unsigned r, g, b, a;
        float x, y, w, h;
        struct case_text t;
        if (sscanf(line, "rect %f %f %f %f #%2x%2x%2x%2x", &x, &y, &w, &h, &r, &g, &b, &a) == 8 && a == 255 &&
            count < 8192) {
            rects[count].x = x, rects[count].y = y, rects[count].w = w, rects[count].h = h;
            rects[count++].color = (struct canvas_color){(uint8_t)r, (uint8_t)g, (uint8_t)b, 255};
        }
        if (strncmp(line, "text ", 5) != 0 || !case_text(line, &t))
            continue;
        sscanf(line, "text %*f %*f %*f %*f %*s #%2x%2x%2x%2x", &r, &g, &b, &a);
        assert_int_equal(a, 255);
        const float cx = (t.left + t.right) / 2, cy = (t.top + t.bottom) / 2;
        for (int i = count - 1; i >= 0; i--)
            if (cx >= rects[i].x && cx < rects[i].x + rects[i].w && cy >= rects[i].y &&
                cy < rects[i].y + rects[i].h) {
                const struct canvas_color ink = {(uint8_t)r, (uint8_t)g, (uint8_t)b, 255};
                if (theme_contrast(ink, rects[i].color) < 4.5f)
                    fail_msg("the contrast of '%s' is %.2f", t.words,
                             (double)theme_contrast(ink, rects[i].color));
                break;
            }
    }
}

static void every_text_has_a_contrast_of_at_least_4_5_in_both_themes(void **state) {
    (void)state;
    for (int theme = 0; theme < 2; theme++)
        for (int sign = 0; sign < STORY_SIGNS; sign++) {
            case_busy(5);
            case_look.theme = (enum theme)theme;
            case_look.shows_links = sign == 1;
            case_look.caption = "caption";
            case_story.sign = (enum story_sign)sign;
            assert_contrast(case_draw());
        }
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_is_outside_the_window_or_over_another_or_too_small),
        cmocka_unit_test(at_twice_the_density_all_text_is_twice_as_large_and_apart),
        cmocka_unit_test(the_matrix_of_links_has_room_for_its_words),
        cmocka_unit_test(a_group_without_anybody_is_a_picture_too),
        cmocka_unit_test(each_sign_of_the_sentence_is_a_shape_of_its_own),
        cmocka_unit_test(the_sentence_is_large),
        cmocka_unit_test(a_caption_leaves_the_lifelines_in_sight),
        cmocka_unit_test(a_long_caption_is_smaller_rather_than_two_lines_and_two_lines_are_alike),
        cmocka_unit_test(no_name_is_smaller_than_the_line_below_it),
        cmocka_unit_test(each_property_has_its_mark_and_a_violated_one_a_plate),
        cmocka_unit_test(every_text_has_a_contrast_of_at_least_4_5_in_both_themes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void) {
    return case_run(run);
}
