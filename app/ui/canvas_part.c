/* See canvas_part.h. */
#include "app/ui/canvas_part.h"

#include <math.h>

static struct canvas_rect moved(const struct canvas_part *p, struct canvas_rect r) {
    return (struct canvas_rect){r.x + p->box.x, r.y + p->box.y, r.w, r.h};
}

static void part_rect(struct canvas *canvas, struct canvas_rect r, struct canvas_color color) {
    const struct canvas_part *p = (struct canvas_part *)canvas;
    p->whole->ops->rect(p->whole, moved(p, r), color);
}

static void part_polygon(struct canvas *canvas, const struct canvas_point *points, const int *counts,
                         int contours, struct canvas_color color) {
    const struct canvas_part *p = (struct canvas_part *)canvas;
    struct canvas_point there[CANVAS_POINTS_MAX];
    int count = 0;
    for (int i = 0; i < contours; i++)
        count += counts[i];
    for (int i = 0; i < count && i < CANVAS_POINTS_MAX; i++)
        there[i] = (struct canvas_point){points[i].x + p->box.x, points[i].y + p->box.y};
    p->whole->ops->polygon(p->whole, there, counts, contours, color);
}

static void part_text(struct canvas *canvas, float x, float baseline, const struct canvas_style *style,
                      const char *text) {
    const struct canvas_part *p = (struct canvas_part *)canvas;
    p->whole->ops->text(p->whole, x + p->box.x, baseline + p->box.y, style, text);
}

static float part_text_width(struct canvas *canvas, const char *text, float size, enum canvas_weight weight) {
    const struct canvas_part *p = (struct canvas_part *)canvas;
    return p->whole->ops->text_width(p->whole, text, size, weight);
}

static void part_clip(struct canvas *canvas, const struct canvas_rect *r) {
    const struct canvas_part *p = (struct canvas_part *)canvas;
    struct canvas_rect box = p->box;
    if (r != NULL) {
        const struct canvas_rect wanted = moved(p, *r);
        const float right = fminf(box.x + box.w, wanted.x + wanted.w);
        const float bottom = fminf(box.y + box.h, wanted.y + wanted.h);
        box.x = fmaxf(box.x, wanted.x);
        box.y = fmaxf(box.y, wanted.y);
        box.w = fmaxf(0, right - box.x);
        box.h = fmaxf(0, bottom - box.y);
    }
    p->whole->ops->clip(p->whole, &box);
}

static void part_note(struct canvas *canvas, const char *text) {
    const struct canvas_part *p = (struct canvas_part *)canvas;
    if (p->whole->ops->note != NULL)
        p->whole->ops->note(p->whole, text);
}

static const struct canvas_ops part_ops = {.rect = part_rect,
                                           .polygon = part_polygon,
                                           .text = part_text,
                                           .text_width = part_text_width,
                                           .clip = part_clip,
                                           .note = part_note};

struct canvas *canvas_part_begin(struct canvas_part *p, struct canvas *whole, struct canvas_rect box) {
    *p = (struct canvas_part){.canvas.ops = &part_ops, .whole = whole, .box = box};
    whole->ops->clip(whole, &p->box);
    return &p->canvas;
}

void canvas_part_end(struct canvas_part *p) {
    p->whole->ops->clip(p->whole, NULL);
}
