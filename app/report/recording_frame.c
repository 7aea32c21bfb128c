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
#define BAND        44    /* for the notes of a scenario, where there are any; times the scale */
#define BAND_TEXT   26    /* at most */
#define BAND_LEAST  17    /* of text: two lines of it fit */
#define SHARE       3     /* drawing the scope takes at most one part in so many of the time */

struct recording_frame {
    enum video_kind kind;
    int width, height;
    int split, band; /* the rows where the scope begins, and the notes: without any it is the height */
    float scale;
    SDL_Surface *surface;
    struct fonts *fonts;
    uint8_t *bytes;
    bool drawn, pulsing;
    char caption[128];          /* as drawn */
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
    f->height = f->band = height;
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

/* Once there is a note there is room for notes, and all is drawn anew. */
void recording_frame_fit(struct recording_frame *f, struct scope *s) {
    s->look.has_no_tools = s->has_no_caption = true;
    if (f->band == f->height && history_note_count(s->history) > 0) {
        f->band = f->height - 2 * (int)lroundf(BAND * f->scale / 2);
        f->split -= f->height - f->band; /* windows have more to spare than the scope */
        f->drawn = false;
    }
    scope_resize(s, (float)f->width, (float)(f->band - f->split), f->scale);
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
    const struct canvas_rect box = {0, (float)f->split, (float)f->width, (float)(f->band - f->split)};
    scope_draw(s, canvas_part_begin(&part, &canvas.canvas, box));
    canvas_part_end(&part);
    convert(f, f->split, f->band);
    f->cost_ms = SDL_GetTicks64() - start;
    f->scope_ms = now_ms;
    return true;
}

/* -- The notes ------------------------------------------------------------------------------------------- */

static bool draw_caption(struct recording_frame *f, const struct scope *s) {
    if (f->band == f->height || (f->drawn && strcmp(f->caption, s->caption) == 0))
        return false;
    struct canvas_sdl sdl;
    struct canvas *c = &sdl.canvas;
    struct canvas_line_text lines[2];
    canvas_sdl_init(&sdl, f->surface, f->fonts);
    const struct theme_colors *paint = theme_colors(s->look.theme);
    const struct canvas_rect box = {0, (float)f->band, (float)f->width, (float)(f->height - f->band)};
    const bool is_empty = s->caption[0] == '\0';
    canvas_rect(c, box, is_empty ? paint->back : paint->ink);
    const float room = box.w - BAND_TEXT * f->scale, least = BAND_LEAST * f->scale;
    const float size = canvas_fit_size(c, s->caption, CANVAS_BOLD, BAND_TEXT * f->scale, least, room);
    const int count = is_empty ? 0 : canvas_wrap(c, s->caption, size, CANVAS_BOLD, room, lines, 2);
    const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_CENTER, paint->back};
    const float high = box.h / (float)(count > 0 ? count : 1);
    for (int i = 0; i < count; i++)
        canvas_text(c, box.x + box.w / 2, box.y + ((float)i + 0.5f) * high + CANVAS_CAP_HEIGHT * size / 2,
                    &style, lines[i].text);
    convert(f, f->band, f->height);
    snprintf(f->caption, sizeof f->caption, "%s", s->caption);
    return true;
}

bool recording_frame_draw(struct recording_frame *f, struct scope *s, uint64_t now_ms) {
    recording_frame_fit(f, s);
    const bool windows = draw_windows(f, s), scope = draw_scope(f, s, now_ms), caption = draw_caption(f, s);
    f->drawn = true;
    return windows || scope || caption;
}
