/* Scan conversion with exact area coverage, as font rasterisers do it: each edge adds, in every pixel that it
 * passes, how much of that pixel lies to its right (signed by its direction); summed up along a row that is
 * how often a pixel is wound around, and folded at every second turn it is the even-odd rule. The cost is
 * that of the pixels along the edges; what lies between them is filled in one go.
 *
 * Only where edges cross inside a pixel is that pixel's shade not exact.
 */
#include "app/ui/raster.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define ROW_WIDTH 8192                    /* widest window; the rest is left alone */
#define PIECES    (3 * CANVAS_POINTS_MAX) /* an edge is cut at the left and at the right of the target */

struct edge {
    float top, bottom; /* y range, top < bottom */
    float x, slope;    /* x at `top`, from the target's left, and what it grows by in a row */
    float sign;        /* 1: the outline goes down here; -1: up */
};

struct scan {
    struct edge edges[PIECES]; /* sorted by top */
    int count, next;
    int active[PIECES]; /* edges that reach the current row */
    int active_count;
    float lowest;
    float cover[ROW_WIDTH + 2]; /* change of the winding at each pixel of the row */
    int first, last;            /* touched part of `cover` */
};

/* One at a time is drawn, by one thread; 70 KB are too much for a small stack. */
static struct scan scan;

static uint32_t blend(uint32_t under, uint32_t over, uint32_t part) { /* part: 0..256 */
    uint32_t rest = 256 - part;
    uint32_t even = ((under & 0x00ff00ffu) * rest + (over & 0x00ff00ffu) * part) >> 8;
    uint32_t odd = ((under >> 8) & 0x00ff00ffu) * rest + ((over >> 8) & 0x00ff00ffu) * part;
    return (even & 0x00ff00ffu) | (odd & 0xff00ff00u);
}

/* -- Edges, cut to the target ------------------------------------------------------------------------ */

/* Left of the target an edge still turns the winding of the whole row, so it is moved to the border; right of
 * the target it is moved to the other border, where it does no harm. */
static void add_edge(double x0, double y0, double x1, double y1, double width, float sign) {
    if (y1 - y0 < 1e-6)
        return;
    x0 = fmin(fmax(x0, 0), width);
    x1 = fmin(fmax(x1, 0), width);
    scan.edges[scan.count++] = (struct edge){.top = (float)y0,
                                             .bottom = (float)y1,
                                             .x = (float)x0,
                                             .slope = (float)((x1 - x0) / (y1 - y0)),
                                             .sign = sign};
    scan.lowest = fmaxf(scan.lowest, (float)y1);
}

static void cut_edge(struct canvas_point a, struct canvas_point b, const struct raster_target *t,
                     double width) {
    const float sign = a.y < b.y ? 1 : -1;
    const struct canvas_point upper = a.y < b.y ? a : b, lower = a.y < b.y ? b : a;
    double x = (double)upper.x - t->left, y = (double)upper.y;
    double end_x = (double)lower.x - t->left, end_y = (double)lower.y;
    if (!isfinite(x) || !isfinite(y) || !isfinite(end_x) || !isfinite(end_y) || !(y < end_y) ||
        y >= t->bottom || end_y <= t->top)
        return;
    const double slope = (end_x - x) / (end_y - y);
    if (end_y > t->bottom) {
        end_x = x + slope * (t->bottom - y);
        end_y = t->bottom;
    }
    if (y < t->top) {
        x += slope * (t->top - y);
        y = t->top;
    }
    const double borders[2] = {slope < 0 ? width : 0, slope < 0 ? 0 : width};
    for (int i = 0; i < 2; i++) {
        if ((x < borders[i]) == (end_x < borders[i]))
            continue;
        const double at = fmin(fmax(y + (borders[i] - x) / slope, y), end_y);
        add_edge(x, y, borders[i], at, width, sign);
        x = borders[i];
        y = at;
    }
    add_edge(x, y, end_x, end_y, width, sign);
}

static int compare_edges(const void *a, const void *b) {
    float ya = ((const struct edge *)a)->top, yb = ((const struct edge *)b)->top;
    return (ya > yb) - (ya < yb);
}

static void collect_edges(const struct raster_target *t, int width, const struct canvas_point *points,
                          const int *counts, int contours) {
    scan.count = scan.next = scan.active_count = 0;
    scan.lowest = (float)t->top;
    for (int k = 0; k < contours; points += counts[k], k++)
        for (int i = 0; i < counts[k] && scan.count + 3 <= PIECES; i++)
            cut_edge(points[i], points[i + 1 < counts[k] ? i + 1 : 0], t, width);
    if (scan.count > 1)
        qsort(scan.edges, (size_t)scan.count, sizeof scan.edges[0], compare_edges);
}

/* -- A row ---------------------------------------------------------------------------------------------- */

static void activate(float row_top, float row_bottom) {
    int kept = 0;
    for (int i = 0; i < scan.active_count; i++)
        if (scan.edges[scan.active[i]].bottom > row_top)
            scan.active[kept++] = scan.active[i];
    while (scan.next < scan.count && scan.edges[scan.next].top < row_bottom)
        scan.active[kept++] = scan.next++;
    scan.active_count = kept;
}

/* An edge from x0 on the left to x1, within one row, of which it takes `height`. The part to its right is a
 * triangle in the first pixel, grows evenly from pixel to pixel, and lacks a triangle in the last. */
static void add_cover(float x0, float x1, float height) {
    const int from = (int)x0, steps = (int)x1 - from;
    float *cover = scan.cover + from; /* takes the differences from one pixel to the next */
    if (from < scan.first)
        scan.first = from;
    if (from + steps + 1 > scan.last)
        scan.last = from + steps + 1;
    x0 -= (float)from;
    x1 -= (float)(from + steps);
    if (steps == 0) {
        const float rest = height * (x0 + x1) / 2;
        cover[0] += height - rest;
        cover[1] += rest;
        return;
    }
    const float grow = height / ((float)steps + x1 - x0);
    const float lacking = grow * x1 * x1 / 2;
    float share = grow * (1 - x0) * (1 - x0) / 2;
    cover[0] += share;
    for (int i = 1; i < steps; i++) {
        const float now = grow * ((float)i + 0.5f - x0);
        cover[i] += now - share;
        share = now;
    }
    cover[steps] += height - lacking - share;
    cover[steps + 1] += lacking;
}

static void cover_row(float y, float width) {
    scan.first = ROW_WIDTH + 1;
    scan.last = -1;
    for (int i = 0; i < scan.active_count; i++) {
        const struct edge *e = &scan.edges[scan.active[i]];
        const float top = e->top > y ? e->top : y, bottom = e->bottom < y + 1 ? e->bottom : y + 1;
        float a = e->x + (top - e->top) * e->slope, b = e->x + (bottom - e->top) * e->slope;
        a = a < 0 ? 0 : a > width ? width : a;
        b = b < 0 ? 0 : b > width ? width : b;
        add_cover(a < b ? a : b, a < b ? b : a, (bottom - top) * e->sign);
    }
}

static uint32_t covered(float winding, float alpha) {
    float share = fabsf(winding);
    if (share > 1) {
        share = fmodf(share, 2);
        share = share > 1 ? 2 - share : share;
    }
    return (uint32_t)(share * alpha * (256.0f / 255.0f) + 0.5f);
}

static void paint_row(uint32_t *row, int width, uint32_t pixel, uint8_t alpha) {
    float winding = 0;
    uint32_t part = 0;
    for (int i = scan.first; i <= scan.last; i++) {
        if (scan.cover[i] != 0) {
            winding += scan.cover[i];
            scan.cover[i] = 0;
            part = covered(winding, alpha);
        }
        if (part > 0 && i < width)
            row[i] = part >= 256 ? pixel : blend(row[i], pixel, part);
    }
}

void raster_polygon(const struct raster_target *t, const struct canvas_point *points, const int *counts,
                    int contours, uint32_t pixel, uint8_t alpha) {
    const int width = t->right - t->left > ROW_WIDTH ? ROW_WIDTH : t->right - t->left;
    if (width <= 0 || t->bottom <= t->top)
        return;
    collect_edges(t, width, points, counts, contours);
    const int top = scan.count == 0 ? t->bottom : (int)scan.edges[0].top;
    const int bottom = (int)ceilf(scan.lowest);
    for (int y = top; y < bottom; y++) {
        activate((float)y, (float)(y + 1));
        cover_row((float)y, (float)width);
        paint_row(t->pixels + (ptrdiff_t)y * t->stride + t->left, width, pixel, alpha);
    }
}

void raster_rect(const struct raster_target *t, int left, int top, int right, int bottom, uint32_t pixel,
                 uint8_t alpha) {
    left = left > t->left ? left : t->left;
    top = top > t->top ? top : t->top;
    right = right < t->right ? right : t->right;
    bottom = bottom < t->bottom ? bottom : t->bottom;
    if (left >= right || top >= bottom)
        return;
    uint32_t *first = t->pixels + (ptrdiff_t)top * t->stride + left;
    const size_t width = (size_t)(right - left);
    for (int y = top; y < bottom; y++) {
        uint32_t *row = first + (ptrdiff_t)(y - top) * t->stride;
        if (alpha == 255 && y > top)
            memcpy(row, first, width * sizeof *row); /* the fastest fill there is */
        else
            for (size_t x = 0; x < width; x++)
                row[x] = alpha == 255 ? pixel : blend(row[x], pixel, alpha);
    }
}
