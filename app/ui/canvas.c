/* What every back end of the canvas shares: shapes made of polygons, and text made to fit.
 *
 * A text that must not leave its box is first shrunk, then cut with an ellipsis: a name that is cut
 * is still a name, a name over its neighbour's is nothing.
 */
#include "app/ui/canvas.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PI           3.14159265f
#define ELLIPSIS     "\u2026"
#define CIRCLE_SIDES 96 /* a disc of 200 px then errs by less than a tenth of a pixel */

void canvas_rect(struct canvas *c, struct canvas_rect rect, struct canvas_color color) {
    if (rect.w > 0 && rect.h > 0)
        c->ops->rect(c, rect, color);
}

void canvas_contours(struct canvas *c, const struct canvas_point *points, const int *counts, int contours,
                     struct canvas_color color) {
    int total = 0;
    for (int i = 0; i < contours; i++)
        total += counts[i];
    assert(total <= CANVAS_POINTS_MAX);
    if (total > 0)
        c->ops->polygon(c, points, counts, contours, color);
}

void canvas_polygon(struct canvas *c, const struct canvas_point *points, int count,
                    struct canvas_color color) {
    canvas_contours(c, points, &count, 1, color);
}

void canvas_text(struct canvas *c, float x, float baseline, const struct canvas_style *style,
                 const char *text) {
    if (text[0] != '\0')
        c->ops->text(c, x, baseline, style, text);
}

float canvas_text_width(struct canvas *c, const char *text, float size, enum canvas_weight weight) {
    return text[0] == '\0' ? 0 : c->ops->text_width(c, text, size, weight);
}

void canvas_clip(struct canvas *c, const struct canvas_rect *rect) {
    c->ops->clip(c, rect);
}

void canvas_note(struct canvas *c, const char *what) {
    if (c->ops->note != NULL)
        c->ops->note(c, what);
}

void canvas_line(struct canvas *c, struct canvas_point from, struct canvas_point to, float width,
                 struct canvas_color color) {
    float dx = to.x - from.x, dy = to.y - from.y;
    float length = sqrtf(dx * dx + dy * dy);
    if (length <= 0)
        return;
    float nx = -dy / length * width / 2, ny = dx / length * width / 2;
    struct canvas_point quad[4] = {{from.x + nx, from.y + ny},
                                   {to.x + nx, to.y + ny},
                                   {to.x - nx, to.y - ny},
                                   {from.x - nx, from.y - ny}};
    canvas_polygon(c, quad, 4, color);
}

static void circle(struct canvas_point *points, struct canvas_point center, float radius) {
    for (int i = 0; i < CIRCLE_SIDES; i++) {
        float angle = 2 * PI * (float)i / CIRCLE_SIDES;
        points[i].x = center.x + radius * cosf(angle);
        points[i].y = center.y + radius * sinf(angle);
    }
}

void canvas_disc(struct canvas *c, struct canvas_point center, float radius, struct canvas_color color) {
    struct canvas_point points[CIRCLE_SIDES];
    circle(points, center, radius);
    canvas_polygon(c, points, CIRCLE_SIDES, color);
}

void canvas_ring(struct canvas *c, struct canvas_point center, float radius, float width,
                 struct canvas_color color) {
    struct canvas_point points[2 * CIRCLE_SIDES];
    const int counts[2] = {CIRCLE_SIDES, CIRCLE_SIDES};
    circle(points, center, radius + width / 2);
    circle(points + CIRCLE_SIDES, center, radius - width / 2);
    canvas_contours(c, points, counts, 2, color);
}

void canvas_frame(struct canvas *c, struct canvas_rect o, float width, struct canvas_color color) {
    canvas_rect(c, (struct canvas_rect){o.x, o.y, o.w, width}, color);
    canvas_rect(c, (struct canvas_rect){o.x, o.y + o.h - width, o.w, width}, color);
    canvas_rect(c, (struct canvas_rect){o.x, o.y + width, width, o.h - 2 * width}, color);
    canvas_rect(c, (struct canvas_rect){o.x + o.w - width, o.y + width, width, o.h - 2 * width}, color);
}

float canvas_fit_size(struct canvas *c, const char *text, enum canvas_weight weight, float size,
                      float smallest, float width) {
    while (size > smallest) {
        float wide = canvas_text_width(c, text, size, weight);
        if (wide <= width)
            return size;
        /* Widths are all but proportional to the size, so this lands within a step or two. */
        float next = floorf(size * width / wide);
        size = next < size ? next : size - 1;
    }
    return smallest;
}

/* Ends `text` (of `size_bytes`) in an ellipsis so that it is no wider than `width`. */
static void cut(struct canvas *c, char *text, size_t size_bytes, float size, enum canvas_weight weight,
                float width) {
    size_t length = strlen(text);
    if (length + sizeof ELLIPSIS > size_bytes)
        length = size_bytes - sizeof ELLIPSIS;
    for (;;) {
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--; /* never inside a UTF-8 character */
        memcpy(text + length, ELLIPSIS, sizeof ELLIPSIS);
        if (length == 0 || canvas_text_width(c, text, size, weight) <= width)
            return;
        length--;
    }
}

void canvas_text_in(struct canvas *c, struct canvas_rect box, const struct canvas_style *style,
                    float smallest, const char *text) {
    struct canvas_style fitted = *style;
    char shown[CANVAS_TEXT_MAX];
    snprintf(shown, sizeof shown, "%s", text);
    fitted.size = canvas_fit_size(c, shown, style->weight, style->size, fminf(smallest, style->size), box.w);
    if (canvas_text_width(c, shown, fitted.size, style->weight) > box.w)
        cut(c, shown, sizeof shown, fitted.size, style->weight, box.w);
    float x = style->anchor == CANVAS_LEFT     ? box.x
              : style->anchor == CANVAS_CENTER ? box.x + box.w / 2
                                               : box.x + box.w;
    canvas_text(c, x, box.y + (box.h + CANVAS_CAP_HEIGHT * fitted.size) / 2, &fitted, shown);
}

/* How many bytes of `text` fit on a line of `width`: up to a space if possible, at least one word. */
static size_t line_bytes(struct canvas *c, const char *text, float size, enum canvas_weight weight,
                         float width) {
    size_t good = 0;
    for (size_t end = 0;;) {
        end += strspn(text + end, " ");
        end += strcspn(text + end, " ");
        char line[CANVAS_TEXT_MAX];
        snprintf(line, sizeof line, "%.*s", (int)end, text);
        if (good > 0 && canvas_text_width(c, line, size, weight) > width)
            return good;
        good = end;
        if (text[end] == '\0')
            return good;
    }
}

int canvas_wrap(struct canvas *c, const char *text, float size, enum canvas_weight weight, float width,
                struct canvas_line_text *lines, int max) {
    int count = 0;
    text += strspn(text, " ");
    while (*text != '\0' && count < max) {
        size_t bytes = line_bytes(c, text, size, weight, width);
        char *line = lines[count++].text;
        bool more = text[bytes + strspn(text + bytes, " ")] != '\0';
        if (more && count == max)
            snprintf(line, CANVAS_TEXT_MAX, "%s", text);
        else
            snprintf(line, CANVAS_TEXT_MAX, "%.*s", (int)bytes, text);
        if (canvas_text_width(c, line, size, weight) > width)
            cut(c, line, CANVAS_TEXT_MAX, size, weight, width);
        text += bytes;
        text += strspn(text, " ");
    }
    return count;
}
