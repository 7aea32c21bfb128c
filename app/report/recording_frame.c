/* Only what has changed is drawn and converted: a group that stands still costs next to nothing. */
#include "app/report/recording_frame.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ui/canvas_part.h"
#include "app/ui/canvas_sdl.h"

#define UPPER_SHARE 0.45f /* of the height: the windows, as on a screen */
#define SHARE       3     /* drawing the scope takes at most one part in so many of the time */

struct recording_frame {
    enum video_kind kind;
    int width, height, split; /* the scope begins at row `split` */
    float scale;
    SDL_Surface *surface;
    struct fonts *fonts;
    uint8_t *bytes;
    bool drawn, pulsing;
    uint64_t scope_ms, cost_ms; /* when the scope was drawn last, and how long it took */
    struct montage now, shown;
};

struct recording_frame *recording_frame_new(const char *assets, enum video_kind kind, int width, int height,
                                            char *error, size_t error_size) {
    char dir[4096 + 16];
    struct recording_frame *f = calloc(1, sizeof *f);
    if (f == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    snprintf(dir, sizeof dir, "%s/fonts", assets);
    f->kind = kind;
    f->width = width;
    f->height = height;
    f->split = 2 * (int)lroundf(UPPER_SHARE * (float)height / 2);
    f->scale = fmaxf(0.5f, (float)height / 720);
    f->fonts = fonts_open(dir, error, error_size);
    if (f->fonts == NULL) {
        recording_frame_destroy(&f);
        return NULL;
    }
    f->surface = SDL_CreateRGBSurfaceWithFormat(0, width, height, 32, SDL_PIXELFORMAT_RGB888);
    f->bytes = malloc(video_frame_size(kind, width, height));
    if (f->surface == NULL || f->bytes == NULL) {
        snprintf(error, error_size, "a picture of %d x %d does not fit in memory", width, height);
        recording_frame_destroy(&f);
    }
    return f;
}

void recording_frame_destroy(struct recording_frame **self) {
    struct recording_frame *f = *self;
    if (f == NULL)
        return;
    SDL_FreeSurface(f->surface);
    fonts_close(&f->fonts);
    free(f->bytes);
    free(f);
    *self = NULL;
}

const uint8_t *recording_frame_bytes(const struct recording_frame *f) {
    return f->bytes;
}

void recording_frame_fit(const struct recording_frame *f, struct scope *s) {
    s->look.has_no_tools = true;
    scope_resize(s, (float)f->width, (float)(f->height - f->split), f->scale);
}

static void convert(struct recording_frame *f, int top, int bottom) {
    video_convert(f->kind, f->bytes, f->surface->pixels, f->surface->pitch / 4, f->width, f->height, top,
                  bottom);
}

/* -- The windows ----------------------------------------------------------------------------------------- */

static gms_time run_now(const struct scope *s) {
    if (s->look.until == HISTORY_NONE)
        return s->look.is_live ? history_now(s->history) : 0;
    return history_time_at(s->history, s->look.axis, (uint32_t)fmax(0, s->cursor));
}

static bool is_pulsing(const struct montage *m, gms_time now) {
    for (uint32_t i = 0; i < m->count; i++) {
        if (m->tiles[i].changed > 0 && now < m->tiles[i].changed + MONTAGE_PULSE)
            return true;
    }
    return false;
}

/* Bytes are compared: a montage is read over zeros. */
static bool same(const struct montage *a, const struct montage *b) {
    return a->count == b->count && memcmp(a->tiles, b->tiles, a->count * sizeof a->tiles[0]) == 0;
}

static bool draw_windows(struct recording_frame *f, const struct scope *s) {
    const gms_time now = run_now(s);
    const struct montage_moment moment = {
        .rung = s->settings.rung, .group = "", .until = s->look.until, .now = now};
    montage_read(&f->now, s->history, &moment);
    const bool pulses = !s->look.reduced_motion && is_pulsing(&f->now, now);
    if (f->drawn && !pulses && !f->pulsing && same(&f->now, &f->shown))
        return false;
    struct canvas_sdl canvas;
    canvas_sdl_init(&canvas, f->surface, f->fonts);
    const struct montage_look look = {
        .scale = f->scale, .theme = s->look.theme, .now = s->look.reduced_motion ? 0 : now};
    montage_draw(&canvas.canvas, (struct canvas_rect){0, 0, (float)f->width, (float)f->split}, &f->now,
                 &look);
    convert(f, 0, f->split);
    memcpy(&f->shown, &f->now, sizeof f->shown);
    f->pulsing = pulses;
    return true;
}

/* -- The scope ------------------------------------------------------------------------------------------- */

static bool draw_scope(struct recording_frame *f, struct scope *s, uint64_t now_ms) {
    if (f->drawn && (!s->dirty || (s->look.is_live && now_ms < f->scope_ms + SHARE * f->cost_ms)))
        return false;
    struct canvas_sdl canvas;
    struct canvas_part part;
    const uint64_t start = SDL_GetTicks64();
    canvas_sdl_init(&canvas, f->surface, f->fonts);
    const struct canvas_rect box = {0, (float)f->split, (float)f->width, (float)(f->height - f->split)};
    scope_draw(s, canvas_part_begin(&part, &canvas.canvas, box));
    canvas_part_end(&part);
    convert(f, f->split, f->height);
    f->cost_ms = SDL_GetTicks64() - start;
    f->scope_ms = now_ms;
    return true;
}

bool recording_frame_draw(struct recording_frame *f, struct scope *s, uint64_t now_ms) {
    const bool windows = draw_windows(f, s), scope = draw_scope(f, s, now_ms);
    f->drawn = true;
    return windows || scope;
}
