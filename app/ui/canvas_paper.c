/* Grey is by the luminance of WCAG 2.1, which is that of sRGB: two colours that a colour-blind reader takes
 * for one another are as near here as they are on a black-and-white printer.
 */
#include "app/ui/canvas_paper.h"

#include <math.h>

static const struct canvas_paper *paper(const struct canvas *canvas) {
    return (const struct canvas_paper *)canvas;
}

static float linear(uint8_t value) {
    const float v = (float)value / 255;
    return v <= 0.04045f ? v / 12.92f : powf((v + 0.055f) / 1.055f, 2.4f);
}

struct canvas_color canvas_paper_grey(struct canvas_color c) {
    const float y = 0.2126f * linear(c.r) + 0.7152f * linear(c.g) + 0.0722f * linear(c.b);
    const float v = y <= 0.0031308f ? 12.92f * y : 1.055f * powf(y, 1 / 2.4f) - 0.055f;
    const uint8_t grey = (uint8_t)lroundf(255 * fminf(fmaxf(v, 0), 1));
    return (struct canvas_color){grey, grey, grey, c.a};
}

static struct canvas_color ink(const struct canvas_paper *self, struct canvas_color color) {
    return self->grey ? canvas_paper_grey(color) : color;
}

static void paper_rect(struct canvas *canvas, struct canvas_rect r, struct canvas_color color) {
    const struct canvas_paper *self = paper(canvas);
    canvas_rect(self->behind, r, ink(self, color));
}

static void paper_polygon(struct canvas *canvas, const struct canvas_point *points, const int *counts,
                          int contours, struct canvas_color color) {
    const struct canvas_paper *self = paper(canvas);
    canvas_contours(self->behind, points, counts, contours, ink(self, color));
}

static void paper_text(struct canvas *canvas, float x, float baseline, const struct canvas_style *style,
                       const char *text) {
    const struct canvas_paper *self = paper(canvas);
    struct canvas_style inked = *style;
    inked.color = ink(self, style->color);
    canvas_text(self->behind, x, baseline, &inked, text);
}

static float paper_text_width(struct canvas *canvas, const char *text, float size,
                              enum canvas_weight weight) {
    return canvas_text_width(paper(canvas)->behind, text, size, weight);
}

static void paper_clip(struct canvas *canvas, const struct canvas_rect *r) {
    canvas_clip(paper(canvas)->behind, r);
}

static void paper_note(struct canvas *canvas, const char *text) {
    canvas_note(paper(canvas)->behind, text);
}

static const struct canvas_ops paper_ops = {.rect = paper_rect,
                                            .polygon = paper_polygon,
                                            .text = paper_text,
                                            .text_width = paper_text_width,
                                            .clip = paper_clip,
                                            .note = paper_note};

void canvas_paper_init(struct canvas_paper *self, struct canvas *behind, bool grey) {
    *self = (struct canvas_paper){.canvas.ops = &paper_ops, .behind = behind, .grey = grey};
}
