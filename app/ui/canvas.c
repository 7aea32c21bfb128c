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
#define BREAKS       "-/," /* after these a word may be broken */
#define CIRCLE_SIDES 96    /* at most: a disc of 200 px then errs by less than a tenth of a pixel */

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

/* How many bytes the character at `s` has; 0: it is no UTF-8, or nothing that can be printed. */
static int character_bytes(const unsigned char *s) {
    static const uint32_t least[] = {0x20, 0xa0, 0x800, 0x10000};
    const int more = s[0] < 0x7f                   ? 0
                     : s[0] >= 0xc2 && s[0] < 0xe0 ? 1
                     : s[0] >= 0xe0 && s[0] < 0xf0 ? 2
                     : s[0] >= 0xf0 && s[0] < 0xf5 ? 3
                                                   : -1;
    if (more < 0)
        return 0;
    uint32_t ch = more == 0 ? s[0] : s[0] & (0x3fu >> more);
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        ch = ch << 6 | (s[i] & 0x3fu);
    }
    const bool is_character =
        ch >= least[more] && (ch < 0xd800 || ch >= 0xe000) && ch <= 0x10ffff && (ch & 0xfffe) != 0xfffe;
    return is_character ? more + 1 : 0;
}

/* The text, or in `space` a copy with a question mark for every byte that makes no sense: names come from the
 * network, and what a back end makes of such bytes differs. */
static const char *clean(const char *text, char space[CANVAS_TEXT_MAX]) {
    size_t good = 0, used;
    int bytes;
    while ((bytes = character_bytes((const unsigned char *)text + good)) > 0)
        good += (size_t)bytes;
    if (text[good] == '\0')
        return text;
    used = good < CANVAS_TEXT_MAX - 1 ? good : 0;
    memcpy(space, text, used);
    for (const char *s = text + used; *s != '\0'; s += bytes > 0 ? bytes : 1) {
        bytes = character_bytes((const unsigned char *)s);
        const size_t wanted = bytes > 0 ? (size_t)bytes : 1;
        if (used + wanted >= CANVAS_TEXT_MAX)
            break;
        memcpy(space + used, bytes > 0 ? s : "?", wanted);
        used += wanted;
    }
    space[used] = '\0';
    return space;
}

void canvas_text(struct canvas *c, float x, float baseline, const struct canvas_style *style,
                 const char *text) {
    char space[CANVAS_TEXT_MAX];
    if (text[0] != '\0')
        c->ops->text(c, x, baseline, style, clean(text, space));
}

float canvas_text_width(struct canvas *c, const char *text, float size, enum canvas_weight weight) {
    char space[CANVAS_TEXT_MAX];
    return text[0] == '\0' ? 0 : c->ops->text_width(c, clean(text, space), size, weight);
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

/* How many sides a circle takes to err by less than a tenth of a pixel: a multiple of four. */
static int circle_sides(float radius) {
    int sides = 4 * (int)ceilf(1.76f * sqrtf(fmaxf(radius, 0)));
    return sides < 8 ? 8 : sides > CIRCLE_SIDES ? CIRCLE_SIDES : sides;
}

static void circle(struct canvas_point *points, int sides, struct canvas_point center, float radius) {
    for (int i = 0; i < sides; i++) {
        float angle = 2 * PI * (float)i / (float)sides;
        points[i].x = center.x + radius * cosf(angle);
        points[i].y = center.y + radius * sinf(angle);
    }
}

void canvas_disc(struct canvas *c, struct canvas_point center, float radius, struct canvas_color color) {
    struct canvas_point points[CIRCLE_SIDES];
    int sides = circle_sides(radius);
    circle(points, sides, center, radius);
    canvas_polygon(c, points, sides, color);
}

void canvas_ring(struct canvas *c, struct canvas_point center, float radius, float width,
                 struct canvas_color color) {
    struct canvas_point points[2 * CIRCLE_SIDES];
    int sides = circle_sides(radius + width / 2);
    const int counts[2] = {sides, sides};
    circle(points, sides, center, radius + width / 2);
    circle(points + sides, sides, center, fmaxf(0, radius - width / 2));
    canvas_contours(c, points, counts, 2, color);
}

/* The outline of a rectangle with round corners; returns the number of points. */
static int rounded(struct canvas_point *points, struct canvas_rect r, float radius) {
    radius = fmaxf(0, fminf(radius, fminf(r.w, r.h) / 2));
    int quarter = circle_sides(radius) / 4, count = 0;
    for (int corner = 0; corner < 4; corner++) {
        float x = corner == 0 || corner == 3 ? r.x + r.w - radius : r.x + radius;
        float y = corner < 2 ? r.y + r.h - radius : r.y + radius;
        for (int i = 0; i <= quarter; i++, count++) {
            float angle = PI / 2 * ((float)corner + (float)i / (float)quarter);
            points[count] = (struct canvas_point){x + radius * cosf(angle), y + radius * sinf(angle)};
        }
    }
    return count;
}

void canvas_rounded(struct canvas *c, struct canvas_rect rect, float radius, struct canvas_color color) {
    struct canvas_point points[CIRCLE_SIDES + 4];
    if (rect.w > 0 && rect.h > 0)
        canvas_polygon(c, points, rounded(points, rect, radius), color);
}

void canvas_rounded_frame(struct canvas *c, struct canvas_rect o, float radius, float width,
                          struct canvas_color color) {
    struct canvas_point points[2 * (CIRCLE_SIDES + 4)];
    const struct canvas_rect inner = {o.x + width, o.y + width, o.w - 2 * width, o.h - 2 * width};
    if (inner.w <= 0 || inner.h <= 0) {
        canvas_rounded(c, o, radius, color);
        return;
    }
    int outside = rounded(points, o, radius);
    int inside = rounded(points + outside, inner, radius - width);
    canvas_contours(c, points, (const int[2]){outside, inside}, 2, color);
}

/* One outline, so that where the strokes cross is covered once. */
void canvas_cross(struct canvas *c, struct canvas_point center, float radius, float width,
                  struct canvas_color color) {
    static const float arms[4][2] = {{0.70710678f, 0.70710678f},
                                     {-0.70710678f, 0.70710678f},
                                     {-0.70710678f, -0.70710678f},
                                     {0.70710678f, -0.70710678f}};
    struct canvas_point points[12];
    float half = width / 2, reach = fmaxf(half, sqrtf(fmaxf(0, radius * radius - half * half)));
    for (int i = 0; i < 4; i++) {
        const float *along = arms[i], *across = arms[(i + 1) % 4];
        for (int k = 0; k < 3; k++) {
            float a = k == 2 ? half : reach, b = k == 0 ? -half : half;
            points[3 * i + k] = (struct canvas_point){center.x + a * along[0] + b * across[0],
                                                      center.y + a * along[1] + b * across[1]};
        }
    }
    canvas_polygon(c, points, 12, color);
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

static bool is_inside(const char *text, size_t at) { /* of a UTF-8 character */
    return ((unsigned char)text[at] & 0xc0) == 0x80;
}

/* Ends `text` (of `size_bytes`) in an ellipsis so that it is no wider than `width`. */
static void cut(struct canvas *c, char *text, size_t size_bytes, float size, enum canvas_weight weight,
                float width) {
    size_t length = strlen(text);
    if (length + sizeof ELLIPSIS > size_bytes)
        length = size_bytes - sizeof ELLIPSIS;
    for (;;) {
        while (length > 0 && is_inside(text, length))
            length--; /* never inside a UTF-8 character */
        memcpy(text + length, ELLIPSIS, sizeof ELLIPSIS);
        if (length == 0 || canvas_text_width(c, text, size, weight) <= width)
            return;
        length--;
    }
}

void canvas_shorten(struct canvas *c, char *text, size_t size_bytes, float size, enum canvas_weight weight,
                    float width) {
    char shown[CANVAS_TEXT_MAX];
    const size_t length = strlen(text);
    size_t head = length / 2; /* kept: what is before it, ... */
    if (canvas_text_width(c, text, size, weight) <= width)
        return;
    while (is_inside(text, head))
        head++;
    size_t tail = head; /* ... and from here on */
    do {
        if (head >= length - tail)
            do
                head--;
            while (is_inside(text, head));
        else
            do
                tail++;
            while (is_inside(text, tail));
        snprintf(shown, sizeof shown, "%.*s" ELLIPSIS "%s", (int)head, text, text + tail);
    } while (head > 0 && canvas_text_width(c, shown, size, weight) > width);
    snprintf(text, size_bytes, "%s", shown);
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

static bool fits(struct canvas *c, const char *text, size_t bytes, float size, enum canvas_weight weight,
                 float width) {
    char line[CANVAS_TEXT_MAX];
    snprintf(line, sizeof line, "%.*s", (int)bytes, text);
    return canvas_text_width(c, line, size, weight) <= width;
}

/* Of a word that is too long for a line: up to a hyphen, a slash or a comma, or as much as fits. */
static size_t word_bytes(struct canvas *c, const char *word, size_t bytes, float size,
                         enum canvas_weight weight, float width) {
    size_t most = bytes;
    while (most > 1 && (is_inside(word, most) || !fits(c, word, most, size, weight, width)))
        most--;
    while (is_inside(word, most))
        most++; /* all of the first character */
    for (size_t nice = most; nice > most / 2; nice--)
        if (strchr(BREAKS, word[nice - 1]) != NULL)
            return nice;
    return most;
}

/* How many bytes of `text` fit on a line of `width`: up to a space if possible, at least one character. A
 * word that must be broken anyway begins on this line. */
static size_t line_bytes(struct canvas *c, const char *text, float size, enum canvas_weight weight,
                         float width) {
    size_t good = 0;
    for (size_t end = 0;;) {
        const size_t word = end + strspn(text + end, " ");
        end = word + strcspn(text + word, " ");
        if (fits(c, text, end, size, weight, width)) {
            good = end;
            if (text[end] == '\0')
                return good;
            continue;
        }
        if (good > 0 && fits(c, text + word, end - word, size, weight, width))
            return good;
        const size_t part = word_bytes(c, text, end, size, weight, width);
        return good == 0 || (part > word + 1 && strchr(BREAKS, text[part - 1]) != NULL) ? part : good;
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
