/* Rectangles are snapped to whole pixels, so that edges are sharp; polygons are anti-aliased by
 * raster.c; text is blitted from the fonts' cache.
 */
#include "app/ui/canvas_sdl.h"
#include "app/ui/raster.h"

#include <SDL.h>
#include <assert.h>
#include <math.h>

static struct raster_target target(const SDL_Surface *s) {
    return (struct raster_target){.pixels = s->pixels,
                                  .stride = s->pitch / 4,
                                  .left = s->clip_rect.x,
                                  .top = s->clip_rect.y,
                                  .right = s->clip_rect.x + s->clip_rect.w,
                                  .bottom = s->clip_rect.y + s->clip_rect.h};
}

static SDL_Rect snapped(struct canvas_rect r) {
    int left = (int)lroundf(r.x), top = (int)lroundf(r.y);
    return (SDL_Rect){left, top, (int)lroundf(r.x + r.w) - left, (int)lroundf(r.y + r.h) - top};
}

/* Not SDL_FillRect(): it writes past the caches, and what is drawn next on the same pixels waits for them. */
static void sdl_rect(struct canvas *canvas, struct canvas_rect rect, struct canvas_color color) {
    struct canvas_sdl *self = (struct canvas_sdl *)canvas;
    const SDL_Rect r = snapped(rect);
    const struct raster_target t = target(self->surface);
    raster_rect(&t, r.x, r.y, r.x + r.w, r.y + r.h,
                SDL_MapRGB(self->surface->format, color.r, color.g, color.b), color.a);
}

static void sdl_polygon(struct canvas *canvas, const struct canvas_point *points, const int *counts,
                        int contours, struct canvas_color color) {
    struct canvas_sdl *self = (struct canvas_sdl *)canvas;
    struct raster_target t = target(self->surface);
    raster_polygon(&t, points, counts, contours, SDL_MapRGB(self->surface->format, color.r, color.g, color.b),
                   color.a);
}

static void sdl_text(struct canvas *canvas, float x, float baseline, const struct canvas_style *style,
                     const char *text) {
    struct canvas_sdl *self = (struct canvas_sdl *)canvas;
    int ascent = 0;
    SDL_Surface *rendered =
        fonts_render(self->fonts, text, style->size, style->weight, style->color, &ascent);
    if (rendered == NULL)
        return;
    float wide = (float)rendered->w;
    float left = style->anchor == CANVAS_LEFT ? x : style->anchor == CANVAS_CENTER ? x - wide / 2 : x - wide;
    SDL_Rect at = {(int)lroundf(left), (int)lroundf(baseline) - ascent, rendered->w, rendered->h};
    SDL_BlitSurface(rendered, NULL, self->surface, &at);
}

static float sdl_text_width(struct canvas *canvas, const char *text, float size, enum canvas_weight weight) {
    return fonts_width(((struct canvas_sdl *)canvas)->fonts, text, size, weight);
}

static void sdl_clip(struct canvas *canvas, const struct canvas_rect *rect) {
    struct canvas_sdl *self = (struct canvas_sdl *)canvas;
    SDL_Rect r = rect == NULL ? (SDL_Rect){0, 0, 0, 0} : snapped(*rect);
    SDL_SetClipRect(self->surface, rect == NULL ? NULL : &r);
}

static const struct canvas_ops sdl_ops = {.rect = sdl_rect,
                                          .polygon = sdl_polygon,
                                          .text = sdl_text,
                                          .text_width = sdl_text_width,
                                          .clip = sdl_clip,
                                          .note = NULL};

void canvas_sdl_init(struct canvas_sdl *self, SDL_Surface *surface, struct fonts *fonts) {
    assert(surface->format->BytesPerPixel == 4 && !SDL_MUSTLOCK(surface));
    self->canvas.ops = &sdl_ops;
    self->surface = surface;
    self->fonts = fonts;
}
