/* All is drawn on a surface in memory but the texts: those are only remembered. */
#include "tests/lib/looks.h"

#include "app/ui/canvas_sdl.h"
#include "app/ui/theme.h"

#include <SDL.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TEXTS_MAX   2048
#define PIXELS_MAX  (4u << 20) /* behind all texts together */
#define LEAST       4.5f
#define SMALL_PART  0.10f /* a thin line may pass */
#define COVERED_MAX 0.02f

struct text {
    SDL_Rect box; /* of its capitals */
    struct canvas_color color;
    size_t behind; /* its first pixel in `behind` */
    char words[64];
};

static struct {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    struct canvas_sdl inner;
    SDL_Surface *surface;
    struct fonts *fonts;
    struct text texts[TEXTS_MAX];
    int count;
    uint32_t *behind;
    size_t behind_count;
} looks;

static uint32_t *pixel_at(int x, int y) {
    return (uint32_t *)looks.surface->pixels + y * looks.surface->pitch / 4 + x;
}

static void looks_rect(struct canvas *c, struct canvas_rect r, struct canvas_color color) {
    (void)c;
    canvas_rect(&looks.inner.canvas, r, color);
}

static void looks_polygon(struct canvas *c, const struct canvas_point *points, const int *counts,
                          int contours, struct canvas_color color) {
    (void)c;
    canvas_contours(&looks.inner.canvas, points, counts, contours, color);
}

static float looks_width(struct canvas *c, const char *text, float size, enum canvas_weight weight) {
    (void)c;
    return fonts_width(looks.fonts, text, size, weight);
}

static void looks_text(struct canvas *c, float x, float baseline, const struct canvas_style *s,
                       const char *words) {
    const float wide = looks_width(c, words, s->size, s->weight), high = CANVAS_CAP_HEIGHT * s->size;
    const float left = s->anchor == CANVAS_LEFT ? x : s->anchor == CANVAS_CENTER ? x - wide / 2 : x - wide;
    SDL_Rect box = {(int)floorf(left), (int)floorf(baseline - high), (int)ceilf(wide), (int)ceilf(high)};
    if (!SDL_IntersectRect(&box, &looks.surface->clip_rect, &box))
        return;
    assert_in_range(looks.count, 0, TEXTS_MAX - 1);
    assert_true(looks.behind_count + (size_t)(box.w * box.h) <= PIXELS_MAX);
    struct text *t = &looks.texts[looks.count++];
    *t = (struct text){.box = box, .color = s->color, .behind = looks.behind_count};
    snprintf(t->words, sizeof t->words, "%s", words);
    for (int y = 0; y < box.h; y++, looks.behind_count += (size_t)box.w)
        memcpy(looks.behind + looks.behind_count, pixel_at(box.x, box.y + y), (size_t)box.w * 4);
}

static void looks_clip(struct canvas *c, const struct canvas_rect *r) {
    (void)c;
    canvas_clip(&looks.inner.canvas, r);
}

static const struct canvas_ops ops = {.rect = looks_rect,
                                      .polygon = looks_polygon,
                                      .text = looks_text,
                                      .text_width = looks_width,
                                      .clip = looks_clip,
                                      .note = NULL};

struct canvas *looks_begin(int width, int height, struct fonts *fonts) {
    if (looks.surface == NULL || looks.surface->w != width || looks.surface->h != height) {
        SDL_FreeSurface(looks.surface);
        looks.surface = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_RGB888);
        assert_non_null(looks.surface);
    }
    if (looks.behind == NULL)
        looks.behind = calloc(PIXELS_MAX, sizeof *looks.behind);
    assert_non_null(looks.behind);
    looks.canvas.ops = &ops;
    looks.fonts = fonts;
    looks.count = 0;
    looks.behind_count = 0;
    SDL_SetClipRect(looks.surface, NULL);
    canvas_sdl_init(&looks.inner, looks.surface, fonts);
    return &looks.canvas;
}

static struct canvas_color color_of(uint32_t pixel) {
    return (struct canvas_color){(uint8_t)(pixel >> 16), (uint8_t)(pixel >> 8), (uint8_t)pixel, 255};
}

static void judge(const struct text *t, bool is_overlaid, const char *where) {
    const size_t count = (size_t)(t->box.w * t->box.h);
    const uint32_t *behind = looks.behind + t->behind;
    size_t poor = 0, covered = 0;
    uint32_t last = ~behind[0], worst = 0;
    bool is_poor = false;
    assert_int_equal(t->color.a, 255);
    for (size_t i = 0; i < count; i++) {
        if (behind[i] != last) {
            last = behind[i];
            is_poor = theme_contrast(t->color, color_of(last)) < LEAST;
            worst = is_poor ? last : worst;
        }
        poor += is_poor;
        covered += behind[i] != *pixel_at(t->box.x + (int)i % t->box.w, t->box.y + (int)i / t->box.w);
    }
    if ((float)poor > SMALL_PART * (float)count)
        fail_msg("%s: '%s', #%02x%02x%02x, can't be read on #%06x, %.0f%% of what is behind it: %.2f", where,
                 t->words, t->color.r, t->color.g, t->color.b, worst & 0xffffff,
                 100.0 * (double)poor / (double)count, (double)theme_contrast(t->color, color_of(worst)));
    if (!is_overlaid && (float)covered > COVERED_MAX * (float)count)
        fail_msg("%s: something is drawn over '%s'", where, t->words);
}

int looks_judge(bool is_overlaid, const char *where) {
    for (int i = 0; i < looks.count; i++)
        judge(&looks.texts[i], is_overlaid, where);
    return looks.count;
}

void looks_free(void) {
    SDL_FreeSurface(looks.surface);
    free(looks.behind);
    looks.surface = NULL;
    looks.behind = NULL;
}
