/* Strokes: paths turned into polygons, so that every back end draws them alike.
 *
 * A stroke goes along the path on one side and back on the other, at half its width. At a corner both sides
 * meet on the bisector (a mitre): then the outline does not cross itself, and the even-odd rule leaves no
 * holes. Where a corner is too sharp for that the path is drawn in two. Dashes are contours of one polygon,
 * as many as fit.
 */
#include "app/ui/canvas.h"

#include <math.h>
#include <stdbool.h>

#define PI           3.14159265f
#define SHARP        0.35f /* cosine of half the turn: a mitre is at most so many times longer */
#define OVERLAP      4     /* points that two pieces of a long path share, where it is opaque */
#define DASHES_MAX   2000  /* of one path: more, and they get longer */
#define DASH_POINTS  32    /* of one dash along a curve */
#define CURVE_POINTS 65
#define CURVE_ERROR  0.1f  /* px between the curve and its chords */
#define HEAD_SHARP   0.42f /* half the width of a head, in its lengths */

static bool same(struct canvas_point a, struct canvas_point b) {
    return fabsf(a.x - b.x) + fabsf(a.y - b.y) < 1e-3f;
}

static float distance(struct canvas_point a, struct canvas_point b) {
    return hypotf(b.x - a.x, b.y - a.y);
}

static struct canvas_point between(struct canvas_point a, struct canvas_point b, float share) {
    return (struct canvas_point){a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share};
}

static struct canvas_point direction(struct canvas_point from, struct canvas_point to) {
    float length = distance(from, to);
    return length > 0 ? (struct canvas_point){(to.x - from.x) / length, (to.y - from.y) / length}
                      : (struct canvas_point){0, 0};
}

/* -- A polygon in the making ------------------------------------------------------------------------ */

struct batch {
    struct canvas *canvas;
    struct canvas_color color;
    struct canvas_point points[CANVAS_POINTS_MAX];
    int counts[CANVAS_POINTS_MAX / 3];
    int used, contours;
};

static void flush(struct batch *b) {
    canvas_contours(b->canvas, b->points, b->counts, b->contours, b->color);
    b->used = b->contours = 0;
}

/* Room for one more contour of `count` points. */
static struct canvas_point *contour(struct batch *b, int count) {
    if (b->used + count > CANVAS_POINTS_MAX || b->contours == CANVAS_POINTS_MAX / 3)
        flush(b);
    struct canvas_point *points = b->points + b->used;
    b->counts[b->contours++] = count;
    b->used += count;
    return points;
}

/* -- Solid ---------------------------------------------------------------------------------------------- */

/* A corner: towards its left side, along the bisector. */
struct corner {
    struct canvas_point side;
    float cosine; /* of half the angle by which the path turns */
};

static struct corner corner_at(const struct canvas_point *p, int count, int i) {
    int before = i, after = i;
    while (before > 0 && same(p[before], p[i]))
        before--;
    while (after < count - 1 && same(p[after], p[i]))
        after++;
    struct canvas_point in = direction(p[before], p[i]), out = direction(p[i], p[after]);
    if (same(p[before], p[i]))
        in = out;
    if (same(p[after], p[i]))
        out = in;
    struct corner corner;
    corner.side = direction((struct canvas_point){0, 0}, (struct canvas_point){-in.y - out.y, in.x + out.x});
    corner.cosine = in.x * corner.side.y - in.y * corner.side.x;
    return corner;
}

/* The outline of the path's points `first` to `last`. */
static void outline(struct batch *b, const struct canvas_point *p, int count, int first, int last,
                    float half) {
    int all = 2 * (last - first + 1);
    struct canvas_point *points = contour(b, all);
    for (int i = first; i <= last; i++) {
        const struct corner corner = corner_at(p, count, i);
        const float length = half / fmaxf(corner.cosine, SHARP);
        const float x = corner.side.x * length, y = corner.side.y * length;
        points[i - first] = (struct canvas_point){p[i].x + x, p[i].y + y};
        points[all - 1 - (i - first)] = (struct canvas_point){p[i].x - x, p[i].y - y};
    }
}

static void smooth(struct batch *b, const struct canvas_point *p, int count, float half) {
    const int most = CANVAS_POINTS_MAX / 2, step = most - (b->color.a == 255 ? OVERLAP : 1);
    for (int first = 0;; first += step) {
        const int last = first + most < count ? first + most - 1 : count - 1;
        outline(b, p, count, first, last, half);
        flush(b); /* pieces may overlap, which within one polygon would leave a hole */
        if (last == count - 1)
            return;
    }
}

static void solid(struct batch *b, const struct canvas_point *p, int count, float half) {
    int first = 0;
    for (int i = 1; i < count - 1; i++)
        if (corner_at(p, count, i).cosine < SHARP && !same(p[i], p[i + 1])) {
            smooth(b, p + first, i - first + 1, half);
            first = i;
        }
    smooth(b, p + first, count - first, half);
}

/* -- Dashed --------------------------------------------------------------------------------------------- */

struct dashes {
    struct batch *batch;
    float half, dash, gap;
    float left; /* of the current dash or gap */
    bool is_gap;
    struct canvas_point path[DASH_POINTS]; /* of the dash in the making */
    int count;
};

static void end_dash(struct dashes *d) {
    if (d->count > 1)
        outline(d->batch, d->path, d->count, 0, d->count - 1, d->half);
    d->count = 0;
}

static void add_point(struct dashes *d, struct canvas_point p) {
    if (d->count == DASH_POINTS) { /* goes on where it stopped */
        end_dash(d);
        d->path[d->count++] = d->path[DASH_POINTS - 1];
    }
    d->path[d->count++] = p;
}

static void dot(struct dashes *d, struct canvas_point center) {
    const int sides = d->half < 2 ? 8 : 12;
    struct canvas_point *points = contour(d->batch, sides);
    for (int i = 0; i < sides; i++) {
        float angle = 2 * PI * ((float)i + 0.5f) / (float)sides;
        points[i] = (struct canvas_point){center.x + d->half * cosf(angle), center.y + d->half * sinf(angle)};
    }
}

static void begin_dash(struct dashes *d, struct canvas_point p) {
    d->is_gap = d->dash <= 0;
    d->left = d->is_gap ? d->gap : d->dash;
    if (d->is_gap)
        dot(d, p);
    else
        add_point(d, p);
}

static void along(struct dashes *d, struct canvas_point from, struct canvas_point to) {
    float length = distance(from, to), gone = 0;
    while (length - gone > d->left) {
        gone += d->left;
        struct canvas_point p = between(from, to, gone / length);
        if (d->is_gap) {
            begin_dash(d, p);
        } else {
            add_point(d, p);
            end_dash(d);
            d->is_gap = true;
            d->left = d->gap;
        }
    }
    d->left -= length - gone;
    if (!d->is_gap)
        add_point(d, to);
}

static void dashed(struct batch *b, const struct canvas_point *p, int count, const struct canvas_pen *pen) {
    float length = 0;
    for (int i = 0; i + 1 < count; i++)
        length += distance(p[i], p[i + 1]);
    if (!(length < 1e9f))
        return;
    float period = fmaxf(0, pen->dash) + pen->gap;
    float stretch = fmaxf(1, length / period / DASHES_MAX);
    struct dashes d = {.batch = b, .half = pen->width / 2};
    d.dash = fmaxf(0, pen->dash) * stretch;
    d.gap = pen->gap * stretch;
    begin_dash(&d, p[0]);
    for (int i = 0; i + 1 < count; i++)
        along(&d, p[i], p[i + 1]);
    end_dash(&d);
}

void canvas_polyline(struct canvas *c, const struct canvas_point *points, int count,
                     const struct canvas_pen *pen) {
    struct batch b;
    b.canvas = c;
    b.color = pen->color;
    b.used = b.contours = 0;
    if (count < 2 || !(pen->width > 0))
        return;
    if (pen->gap > 0)
        dashed(&b, points, count, pen);
    else
        solid(&b, points, count, pen->width / 2);
    flush(&b);
}

/* -- Curves --------------------------------------------------------------------------------------------- */

void canvas_cubic(struct canvas *c, const struct canvas_point p[4], const struct canvas_pen *pen) {
    struct canvas_point points[CURVE_POINTS];
    /* The chords' error is at most the second derivative's maximum over eight squared steps. */
    float bend = fmaxf(hypotf(p[0].x - 2 * p[1].x + p[2].x, p[0].y - 2 * p[1].y + p[2].y),
                       hypotf(p[1].x - 2 * p[2].x + p[3].x, p[1].y - 2 * p[2].y + p[3].y));
    float wanted = ceilf(sqrtf(6 * bend / (8 * CURVE_ERROR)));
    int steps = wanted < CURVE_POINTS - 1 ? (wanted > 1 ? (int)wanted : 1) : CURVE_POINTS - 1;
    for (int i = 0; i <= steps; i++) {
        float t = (float)i / (float)steps, u = 1 - t;
        float w0 = u * u * u, w1 = 3 * u * u * t, w2 = 3 * u * t * t, w3 = t * t * t;
        points[i].x = w0 * p[0].x + w1 * p[1].x + w2 * p[2].x + w3 * p[3].x;
        points[i].y = w0 * p[0].y + w1 * p[1].y + w2 * p[2].y + w3 * p[3].y;
    }
    canvas_polyline(c, points, steps + 1, pen);
}

void canvas_quadratic(struct canvas *c, const struct canvas_point p[3], const struct canvas_pen *pen) {
    const struct canvas_point cubic[4] = {p[0], between(p[0], p[1], 2.0f / 3), between(p[2], p[1], 2.0f / 3),
                                          p[2]};
    canvas_cubic(c, cubic, pen);
}

/* -- Arrows --------------------------------------------------------------------------------------------- */

/* A head's triangle: tip, and the two ends of its base. */
static void triangle(struct canvas_point out[3], struct canvas_point tip, struct canvas_point along,
                     float size) {
    struct canvas_point base = {tip.x - along.x * size, tip.y - along.y * size};
    float half = HEAD_SHARP * size;
    out[0] = tip;
    out[1] = (struct canvas_point){base.x - along.y * half, base.y + along.x * half};
    out[2] = (struct canvas_point){base.x + along.y * half, base.y - along.x * half};
}

/* The outline of a triangle, `width` thick inside it; filled where that leaves no room. */
static void hollow(struct batch *b, struct canvas_point tip, struct canvas_point along, float size,
                   float width) {
    const float slant = sqrtf(1 + HEAD_SHARP * HEAD_SHARP) / HEAD_SHARP; /* of the tip's inset, in widths */
    float inner = size - width * (1 + slant);
    triangle(contour(b, 3), tip, along, size);
    if (inner > 0)
        triangle(contour(b, 3),
                 (struct canvas_point){tip.x - along.x * slant * width, tip.y - along.y * slant * width},
                 along, inner);
}

static void open(struct batch *b, struct canvas_point tip, struct canvas_point along, float size,
                 float width) {
    struct canvas_point t[3];
    triangle(t, tip, along, size);
    const struct canvas_point path[3] = {t[1], tip, t[2]};
    outline(b, path, 3, 0, 2, width / 2);
}

struct canvas_point canvas_head_at(struct canvas *c, struct canvas_point tip, struct canvas_point behind,
                                   enum canvas_head head, float size, float width,
                                   struct canvas_color color) {
    struct canvas_point along = direction(behind, tip);
    struct batch b;
    b.canvas = c;
    b.color = color;
    b.used = b.contours = 0;
    float covered = size;
    switch (head) {
    case CANVAS_HEAD_NONE: covered = 0; break;
    case CANVAS_HEAD_SOLID: triangle(contour(&b, 3), tip, along, size); break;
    case CANVAS_HEAD_HOLLOW: hollow(&b, tip, along, size, width); break;
    case CANVAS_HEAD_OPEN:
        open(&b, tip, along, size, width);
        covered = 0;
        break;
    }
    flush(&b);
    return (struct canvas_point){tip.x - along.x * covered, tip.y - along.y * covered};
}

void canvas_arrow(struct canvas *c, struct canvas_point from, struct canvas_point to,
                  const struct canvas_pen *pen, enum canvas_head head, float size) {
    float length = distance(from, to);
    if (!(length > 0))
        return;
    size = fminf(size, length);
    if (head == CANVAS_HEAD_SOLID && pen->gap <= 0) { /* the one of which there are many: a single polygon */
        struct canvas_point along = direction(from, to), t[3];
        struct canvas_point base = {to.x - along.x * size, to.y - along.y * size};
        struct canvas_point side = {-along.y * pen->width / 2, along.x * pen->width / 2};
        triangle(t, to, along, size);
        const struct canvas_point points[7] = {
            {from.x + side.x, from.y + side.y}, {base.x + side.x, base.y + side.y}, t[1], t[0], t[2],
            {base.x - side.x, base.y - side.y}, {from.x - side.x, from.y - side.y}};
        canvas_polygon(c, points, 7, pen->color);
        return;
    }
    struct canvas_point path[2] = {from, canvas_head_at(c, to, from, head, size, pen->width, pen->color)};
    canvas_polyline(c, path, 2, pen);
}
