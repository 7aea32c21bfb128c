/* Each call of the canvas is printed as a line into one growing string. */
#include "app/ui/canvas_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 512 /* no single print below is longer */

__attribute__((format(printf, 2, 3))) static void add(struct canvas *canvas, const char *format, ...) {
    struct canvas_list *self = (struct canvas_list *)canvas;
    if (self->capacity_bytes - self->size_bytes < LINE_MAX_BYTES) {
        self->capacity_bytes = 2 * self->capacity_bytes + LINE_MAX_BYTES;
        self->text = realloc(self->text, self->capacity_bytes);
        if (self->text == NULL)
            abort();
    }
    va_list arguments;
    va_start(arguments, format);
    int bytes = vsnprintf(self->text + self->size_bytes, LINE_MAX_BYTES, format, arguments);
    va_end(arguments);
    self->size_bytes += bytes < LINE_MAX_BYTES ? (size_t)bytes : LINE_MAX_BYTES - 1;
}

static void list_rect(struct canvas *canvas, struct canvas_rect r, struct canvas_color c) {
    add(canvas, "rect %.1f %.1f %.1f %.1f #%02x%02x%02x%02x\n", (double)r.x, (double)r.y, (double)r.w,
        (double)r.h, c.r, c.g, c.b, c.a);
}

static void list_polygon(struct canvas *canvas, const struct canvas_point *points, const int *counts,
                         int contours, struct canvas_color c) {
    add(canvas, "polygon #%02x%02x%02x%02x", c.r, c.g, c.b, c.a);
    for (int k = 0; k < contours; points += counts[k], k++) {
        for (int i = 0; i < counts[k]; i++)
            add(canvas, " %.1f,%.1f", (double)points[i].x, (double)points[i].y);
        add(canvas, " ;");
    }
    add(canvas, "\n");
}

static float list_text_width(struct canvas *canvas, const char *text, float size, enum canvas_weight weight) {
    return fonts_width(((struct canvas_list *)canvas)->fonts, text, size, weight);
}

static void list_text(struct canvas *canvas, float x, float baseline, const struct canvas_style *style,
                      const char *text) {
    float wide = list_text_width(canvas, text, style->size, style->weight);
    float left = style->anchor == CANVAS_LEFT ? x : style->anchor == CANVAS_CENTER ? x - wide / 2 : x - wide;
    struct canvas_color c = style->color;
    add(canvas, "text %.1f %.1f %.1f %.1f %s #%02x%02x%02x%02x %s\n", (double)left, (double)baseline,
        (double)wide, (double)style->size, style->weight == CANVAS_BOLD ? "bold" : "regular", c.r, c.g, c.b,
        c.a, text);
}

static void list_clip(struct canvas *canvas, const struct canvas_rect *r) {
    if (r == NULL)
        add(canvas, "clip none\n");
    else
        add(canvas, "clip %.1f %.1f %.1f %.1f\n", (double)r->x, (double)r->y, (double)r->w, (double)r->h);
}

static void list_note(struct canvas *canvas, const char *what) {
    add(canvas, "note %s\n", what);
}

static const struct canvas_ops list_ops = {.rect = list_rect,
                                           .polygon = list_polygon,
                                           .text = list_text,
                                           .text_width = list_text_width,
                                           .clip = list_clip,
                                           .note = list_note};

void canvas_list_init(struct canvas_list *self, struct fonts *fonts) {
    memset(self, 0, sizeof *self);
    self->canvas.ops = &list_ops;
    self->fonts = fonts;
    add(&self->canvas, "%s", "");
}

void canvas_list_clear(struct canvas_list *self) {
    self->size_bytes = 0;
    self->text[0] = '\0';
}

void canvas_list_free(struct canvas_list *self) {
    free(self->text);
    self->text = NULL;
}
