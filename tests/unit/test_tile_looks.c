/* A worker's window in all its states, at every size, density and theme, on a grid of colours, and as
 * colour-blind people see it: no text leaves the window or lies over another, all of it is readable, and what
 * tells the states apart is no colour.
 */
#include "app/ui/fonts.h"
#include "app/ui/theme.h"
#include "app/ui/tile.h"
#include "tests/lib/vision.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ITEMS_MAX 4096
#define NOTES_MAX 64
#define STATES    ((int)TILE_CRASHED + 1)

/* -- a canvas that remembers what was drawn where ---------------------------------------------------------
 */

enum kind { RECT, POLYGON, HATCH, TEXT };

struct item {
    enum kind kind;
    struct canvas_rect box; /* of a text: its capitals */
    struct canvas_color color;
    char words[48];
};

struct record {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    struct item items[ITEMS_MAX];
    int count;
    char notes[NOTES_MAX][32];
    int note_count;
    const struct canvas_rect *clip;
    struct canvas_rect clip_box;
};

static struct record record;
static struct fonts *fonts;

static struct item *add(enum kind kind, struct canvas_rect box, struct canvas_color color) {
    assert_in_range(record.count, 0, ITEMS_MAX - 1);
    record.items[record.count] = (struct item){.kind = kind, .box = box, .color = color};
    return &record.items[record.count++];
}

static struct canvas_rect common(struct canvas_rect a, struct canvas_rect b) {
    const float x = fmaxf(a.x, b.x), y = fmaxf(a.y, b.y);
    return (struct canvas_rect){x, y, fminf(a.x + a.w, b.x + b.w) - x, fminf(a.y + a.h, b.y + b.h) - y};
}

static void record_rect(struct canvas *c, struct canvas_rect r, struct canvas_color color) {
    (void)c;
    if (color.a == 255)
        add(RECT, r, color);
}

static bool was_noted(const char *what) {
    for (int i = 0; i < record.note_count; i++)
        if (strcmp(record.notes[i], what) == 0)
            return true;
    return false;
}

static void record_polygon(struct canvas *c, const struct canvas_point *p, const int *counts, int contours,
                           struct canvas_color color) {
    (void)c;
    const bool is_hatch =
        record.note_count > 0 && strcmp(record.notes[record.note_count - 1], "hatched") == 0;
    struct canvas_rect box = {p[0].x, p[0].y, 0, 0};
    for (int i = 0, k = 0; k < contours; i += counts[k], k++)
        for (int j = i; j < i + counts[k]; j++) {
            const float right = fmaxf(box.x + box.w, p[j].x), bottom = fmaxf(box.y + box.h, p[j].y);
            box.x = fminf(box.x, p[j].x);
            box.y = fminf(box.y, p[j].y);
            box.w = right - box.x;
            box.h = bottom - box.y;
        }
    add(is_hatch ? HATCH : POLYGON, record.clip != NULL ? common(box, record.clip_box) : box, color);
}

static float record_width(struct canvas *c, const char *text, float size, enum canvas_weight weight) {
    (void)c;
    return fonts_width(fonts, text, size, weight);
}

static void record_text(struct canvas *c, float x, float baseline, const struct canvas_style *s,
                        const char *text) {
    const float wide = record_width(c, text, s->size, s->weight), high = CANVAS_CAP_HEIGHT * s->size;
    const float left = s->anchor == CANVAS_LEFT ? x : s->anchor == CANVAS_CENTER ? x - wide / 2 : x - wide;
    struct item *item = add(TEXT, (struct canvas_rect){left, baseline - high, wide, high}, s->color);
    snprintf(item->words, sizeof item->words, "%s", text);
}

static void record_clip(struct canvas *c, const struct canvas_rect *r) {
    (void)c;
    record.clip = r == NULL ? NULL : &record.clip_box;
    if (r != NULL)
        record.clip_box = *r;
}

static void record_note(struct canvas *c, const char *what) {
    (void)c;
    if (record.note_count < NOTES_MAX)
        snprintf(record.notes[record.note_count++], sizeof record.notes[0], "%s", what);
}

static const struct canvas_ops ops = {.rect = record_rect,
                                      .polygon = record_polygon,
                                      .text = record_text,
                                      .text_width = record_width,
                                      .clip = record_clip,
                                      .note = record_note};

/* -- the states ---------------------------------------------------------------------------------------------
 */

enum { DIFFERS = 1, CUT = 2, PAUSED = 4, NOTICE = 8, SILENT = 16, RECORDED = 32, ALL = 63 };

static const char *const reasons[] = {
    [TILE_JOINING] = "",
    [TILE_ADOPTING] = "",
    [TILE_LEADING] = "",
    [TILE_FOLLOWING] = "",
    [TILE_FROZEN] = "message #128 never arrived, and gms3 has no way to ask for it again",
    [TILE_HALTED] = "the leader WWWWWWWWWWWWWWWW is gone, and gms1 has nobody to take its place",
    [TILE_BLOCKED] = "",
    [TILE_UNANSWERED] = "w1 does not answer; it is asked again and again",
    [TILE_NO_QUORUM] = "too few of view 7 answer; it goes on when they are back",
    [TILE_EXCLUDED] = "the others went on; it joins again\u2026",
    [TILE_LEAVING] = "",
    [TILE_FAILED] = "no member answered at tcp://127.0.0.1:5670 within 3 s",
    [TILE_HUNG] = "nothing is heard of it",
    [TILE_CRASHED] = "",
};

static struct tile_model model_of(enum tile_state state, unsigned what, const char *name, uint32_t members) {
    struct tile_model m = {.rung = "gms4-nack",
                           .group = "demo",
                           .state = state,
                           .color = {0x3f, 0xa2, 0xc8},
                           .count = 128,
                           .hash = 0x123456789abc9f3a,
                           .view = 7,
                           .member_count = members,
                           .expected = 129,
                           .mean_ms = 2000,
                           .differs_since = what & DIFFERS ? 1234 : 0,
                           .cut_off = (what & CUT) != 0,
                           .paused = (what & PAUSED) != 0,
                           .is_recorded = (what & RECORDED) != 0};
    snprintf(m.name, sizeof m.name, "%s", name);
    snprintf(m.reason, sizeof m.reason, "%s", reasons[state]);
    if (what & NOTICE)
        snprintf(m.notice, sizeof m.notice, "saved groupy-gms5-%s-20261121-170301.svg, .png", name);
    for (uint32_t i = 0; i < members && i < TILE_MEMBERS_MAX; i++) {
        struct tile_member *member = &m.members[i];
        if (strlen(name) > 2)
            snprintf(member->name, sizeof member->name, "%s", name);
        else
            snprintf(member->name, sizeof member->name, "w%u", i + 1);
        memcpy(member->color, m.color, 3);
        member->known = i % 7 != 3;
        member->self = i == 2;
        member->suspected = what & SILENT && i == 1;
        member->down = what & SILENT && i == 4;
    }
    return m;
}

static void draw(const struct tile_model *m, float width, float height, float scale, enum theme theme) {
    const struct tile_look look = {.width = width, .height = height, .scale = scale, .theme = theme};
    record.canvas.ops = &ops;
    record.count = record.note_count = 0;
    record.clip = NULL;
    tile_draw(&record.canvas, m, &look);
}

/* -- judging
 * ------------------------------------------------------------------------------------------------- */

static bool meet(struct canvas_rect a, struct canvas_rect b) {
    const struct canvas_rect both = common(a, b);
    return both.w > 0.6f && both.h > 0.6f; /* touching is not overlapping, and edges are smooth */
}

static bool holds(struct canvas_rect outer, struct canvas_rect inner) {
    return inner.x >= outer.x && inner.y >= outer.y && inner.x + inner.w <= outer.x + outer.w &&
           inner.y + inner.h <= outer.y + outer.h;
}

static void assert_in_place(const struct item *t, int at, float width, float height, const char *where) {
    const float below = (CANVAS_DESCENT - 0.05f) / CANVAS_CAP_HEIGHT * t->box.h; /* of a p or a g */
    if (t->box.x < 0 || t->box.y < 0 || t->box.x + t->box.w > width + 0.1f ||
        t->box.y + t->box.h + below > height)
        fail_msg("%s: '%s' leaves the window", where, t->words);
    for (int i = 0; i < record.count; i++) {
        const struct item *other = &record.items[i];
        if (i != at && meet(t->box, other->box) &&
            (other->kind == TEXT || other->kind == POLYGON || (i > at && other->kind == RECT)))
            fail_msg("%s: '%s' meets %s", where, t->words, other->kind == TEXT ? other->words : "a shape");
    }
}

/* Against whatever is behind any part of it. */
static void assert_readable(const struct item *t, int at, const char *where) {
    for (int i = at - 1; i >= 0; i--) {
        const struct item *behind = &record.items[i];
        if (behind->kind == TEXT || !meet(t->box, behind->box))
            continue;
        if (theme_contrast(t->color, behind->color) < 4.5f)
            fail_msg("%s: '%s' (%.1f %.1f %.1f %.1f) has a contrast of %.2f only to %.1f %.1f %.1f %.1f",
                     where, t->words, (double)t->box.x, (double)t->box.y, (double)t->box.w, (double)t->box.h,
                     (double)theme_contrast(t->color, behind->color), (double)behind->box.x,
                     (double)behind->box.y, (double)behind->box.w, (double)behind->box.h);
        if (behind->kind == RECT && holds(behind->box, t->box))
            return;
    }
    fail_msg("%s: nothing is behind '%s'", where, t->words);
}

static const float sizes[][2] = {{200, 200}, {320, 240},  {640, 540}, {1920, 1080},
                                 {200, 900}, {1920, 200}, {480, 270}, {1280, 720}};
static const unsigned marks[] = {0, DIFFERS, CUT, PAUSED, NOTICE, SILENT, CUT | PAUSED | NOTICE, ALL};
static const char *const names[] = {"w3", "WWWWWWWWWWWWWWWW"};
static const uint32_t members[] = {0, 5, 32, 200};
#define COUNT(array) (int)(sizeof(array) / sizeof(array)[0])

static void judge_all(enum tile_state state, int size, float scale, unsigned mark) {
    const float width = sizes[size][0] * scale, height = sizes[size][1] * scale;
    for (int n = 0; n < COUNT(names); n++)
        for (int k = 0; k < COUNT(members); k++) {
            const struct tile_model m = model_of(state, mark, names[n], members[k]);
            const enum theme theme = (n + k) % 2 == 0 ? THEME_LIGHT : THEME_DARK;
            char where[80];
            snprintf(where, sizeof where, "%s+%u, %gx%g by %g, %u members", tile_state_words(state), mark,
                     (double)width, (double)height, (double)scale, members[k]);
            draw(&m, width, height, scale, theme);
            for (int i = 0; i < record.count; i++)
                if (record.items[i].kind == TEXT) {
                    assert_in_place(&record.items[i], i, width, height, where);
                    assert_readable(&record.items[i], i, where);
                    if (record.items[i].box.h < CANVAS_CAP_HEIGHT * 11.9f * scale)
                        fail_msg("%s: '%s' is too small", where, record.items[i].words);
                }
        }
}

static void in_every_state_and_size_all_text_is_inside_apart_legible_and_readable(void **state) {
    (void)state;
    for (int s = 0; s < STATES; s++)
        for (int i = 0; i < COUNT(sizes); i++)
            for (int k = 0; k < COUNT(marks); k++) {
                judge_all((enum tile_state)s, i, 1, marks[k]);
                judge_all((enum tile_state)s, i, 2, marks[k]);
            }
}

static struct canvas_color grid(int n, int steps) {
    return (struct canvas_color){(uint8_t)(n % steps * 255 / (steps - 1)),
                                 (uint8_t)(n / steps % steps * 255 / (steps - 1)),
                                 (uint8_t)(n / steps / steps * 255 / (steps - 1)), 255};
}

static void on_every_colour_all_text_has_a_contrast_of_4_5_over_hatching_and_swatches_too(void **state) {
    (void)state;
    static const enum tile_state seen[] = {TILE_LEADING, TILE_FROZEN, TILE_NO_QUORUM};
    for (int n = 0; n < 17 * 17 * 17; n++) {
        const struct canvas_color color = grid(n, 17);
        struct tile_model m = model_of(seen[n % 3], n % 2 == 0 ? ALL & ~(unsigned)NOTICE : SILENT, "w3", 5);
        char where[16];
        snprintf(where, sizeof where, "#%02x%02x%02x", color.r, color.g, color.b);
        m.color[0] = color.r, m.color[1] = color.g, m.color[2] = color.b;
        for (int i = 0; i < 5; i += 2)
            memcpy(m.members[i].color, m.color, 3);
        draw(&m, 640, 540, 1, THEME_LIGHT);
        for (int i = 0; i < record.count; i++)
            if (record.items[i].kind == TEXT)
                assert_readable(&record.items[i], i, where);
    }
}

/* -- without colour vision
 * ----------------------------------------------------------------------------------- */

/* What tells a state apart: its sign and its words, in the order drawn. */
static void cues_of(enum tile_state state, char *out, size_t size) {
    const struct tile_model m = model_of(state, 0, "w3", 5);
    size_t used = 0;
    draw(&m, 200, 200, 1, THEME_LIGHT);
    out[0] = '\0';
    for (int i = 0; i < record.note_count && used < size; i++)
        if (strncmp(record.notes[i], "sign ", 5) == 0 || strcmp(record.notes[i], "crown") == 0)
            used += (size_t)snprintf(out + used, size - used, "%s;", record.notes[i]);
}

static bool has_words(const char *words) {
    for (int i = 0; i < record.count; i++)
        if (record.items[i].kind == TEXT && strstr(record.items[i].words, words) != NULL)
            return true;
    return false;
}

static void every_state_has_a_sign_and_words_of_its_own_even_in_the_smallest_window(void **state) {
    (void)state;
    char cues[STATES][128];
    for (int s = 0; s < STATES; s++) {
        cues_of((enum tile_state)s, cues[s], sizeof cues[s]);
        if (!has_words(tile_state_words((enum tile_state)s)))
            fail_msg("no '%s'", tile_state_words((enum tile_state)s));
        for (int other = 0; other < s; other++) {
            if (strcmp(cues[s], cues[other]) == 0)
                fail_msg("'%s' and '%s' have the same sign", tile_state_words((enum tile_state)s),
                         tile_state_words((enum tile_state)other));
            assert_string_not_equal(tile_state_words((enum tile_state)s),
                                    tile_state_words((enum tile_state)other));
        }
    }
}

static void what_is_no_state_has_a_sign_and_words_as_well(void **state) {
    (void)state;
    static const struct {
        unsigned mark;
        const char *note, *words;
    } rows[] = {{DIFFERS, "sign differs", "since #1234"},
                {DIFFERS, "hazard border", "since #1234"},
                {CUT, "sign cut", "cut off"},
                {PAUSED, "sign paused", "paused"},
                {SILENT, "sign silent", "w2"},
                {SILENT, "sign failed", "w5"}};
    for (int i = 0; i < COUNT(rows); i++) {
        const struct tile_model m = model_of(TILE_FOLLOWING, rows[i].mark, "w3", 5);
        draw(&m, 200, 200, 1, THEME_LIGHT);
        assert_true(was_noted(rows[i].note));
        assert_true(has_words(rows[i].words));
    }
}

/* Hatching, plates and the marks of swatches are told from what is behind them by their lightness. */
static void the_fills_that_tell_states_apart_differ_in_lightness_for_everybody(void **state) {
    (void)state;
    for (int v = 0; v < VISIONS; v++)
        for (int n = 0; n < 17 * 17 * 17; n++) {
            const enum vision vision = (enum vision)v;
            const struct canvas_color on = grid(n, 17);
            const struct canvas_color back = vision_seen(on, vision);
            const struct canvas_color hatch = vision_seen(theme_hatch(on), vision);
            const struct canvas_color plate = vision_seen(theme_ink(on), vision);
            if (theme_contrast(back, hatch) < 1.1f)
                fail_msg("%s: hatching on #%02x%02x%02x has %.2f", vision_name(vision), on.r, on.g, on.b,
                         (double)theme_contrast(back, hatch));
            if (theme_contrast(back, plate) < 2.9f) /* and its text is 21 to 1 */
                fail_msg("%s: a plate on #%02x%02x%02x has %.2f", vision_name(vision), on.r, on.g, on.b,
                         (double)theme_contrast(back, plate));
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_every_state_and_size_all_text_is_inside_apart_legible_and_readable),
        cmocka_unit_test(on_every_colour_all_text_has_a_contrast_of_4_5_over_hatching_and_swatches_too),
        cmocka_unit_test(every_state_has_a_sign_and_words_of_its_own_even_in_the_smallest_window),
        cmocka_unit_test(what_is_no_state_has_a_sign_and_words_as_well),
        cmocka_unit_test(the_fills_that_tell_states_apart_differ_in_lightness_for_everybody),
    };
    char error[256];
    fonts = fonts_open("assets/fonts", error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    fonts_close(&fonts);
    return failed;
}
