/* Scan conversion with area coverage: each row of pixels is cut into SUBROWS lines; along a line the
 * crossings with the polygon's edges are sorted, and from each crossing on the coverage to the right
 * is switched on or off (that is the even-odd rule). The start of a run is weighted by the part of the
 * pixel it covers, so that vertical edges are exact and horizontal ones have SUBROWS shades.
 */
#include "app/ui/raster.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define SUBROWS   8
#define ROW_WIDTH 8192 /* widest window; the rest is left alone */

struct edge {
    float top, bottom; /* y range, top < bottom */
    float x, slope;    /* x at y = 0 would be badly conditioned: x is the one at `top` */
};

struct scan {
    struct edge edges[CANVAS_POINTS_MAX]; /* sorted by top */
    int count, next;
    int active[CANVAS_POINTS_MAX]; /* edges that reach the current row */
    int active_count;
    float crossings[CANVAS_POINTS_MAX];
    float cover[ROW_WIDTH + 2]; /* change of coverage at each pixel of the row */
    int first, last;            /* touched part of `cover` */
};

/* One at a time is drawn, by one thread; 40 KB are too much for a small stack. */
static struct scan scan;

static uint32_t blend(uint32_t under, uint32_t over, uint32_t part) { /* part: 0..256 */
    uint32_t rest = 256 - part;
    uint32_t even = ((under & 0x00ff00ffu) * rest + (over & 0x00ff00ffu) * part) >> 8;
    uint32_t odd = ((under >> 8) & 0x00ff00ffu) * rest + ((over >> 8) & 0x00ff00ffu) * part;
    return (even & 0x00ff00ffu) | (odd & 0xff00ff00u);
}

static int compare_edges(const void *a, const void *b) {
    float ya = ((const struct edge *)a)->top, yb = ((const struct edge *)b)->top;
    return (ya > yb) - (ya < yb);
}

static void collect_edges(const struct canvas_point *points, const int *counts, int contours) {
    scan.count = 0;
    for (int k = 0; k < contours; points += counts[k], k++) {
        for (int i = 0; i < counts[k]; i++) {
            struct canvas_point a = points[i], b = points[(i + 1) % counts[k]];
            if (a.y > b.y) {
                struct canvas_point swap = a;
                a = b;
                b = swap;
            }
            if (b.y - a.y > 1e-6f && scan.count < CANVAS_POINTS_MAX)
                scan.edges[scan.count++] =
                    (struct edge){.top = a.y, .bottom = b.y, .x = a.x, .slope = (b.x - a.x) / (b.y - a.y)};
        }
    }
    qsort(scan.edges, (size_t)scan.count, sizeof scan.edges[0], compare_edges);
    scan.next = scan.active_count = 0;
}

static void activate(float row_top, float row_bottom) {
    int kept = 0;
    for (int i = 0; i < scan.active_count; i++)
        if (scan.edges[scan.active[i]].bottom > row_top)
            scan.active[kept++] = scan.active[i];
    while (scan.next < scan.count && scan.edges[scan.next].top < row_bottom) {
        if (scan.edges[scan.next].bottom > row_top)
            scan.active[kept++] = scan.next;
        scan.next++;
    }
    scan.active_count = kept;
}

/* Coverage grows by `amount` from x on to the right. */
static void add_cover(float x, float amount, int left, int right) {
    x = fminf(fmaxf(x, (float)left), (float)right);
    int pixel = (int)x;
    float part = x - (float)pixel;
    int at = pixel - left;
    scan.cover[at] += amount * (1 - part);
    scan.cover[at + 1] += amount * part;
    if (at < scan.first)
        scan.first = at;
    if (at + 1 > scan.last)
        scan.last = at + 1;
}

static void scan_line(float y, int left, int right) {
    int count = 0;
    for (int i = 0; i < scan.active_count; i++) {
        const struct edge *e = &scan.edges[scan.active[i]];
        if (y < e->top || y >= e->bottom)
            continue;
        float x = e->x + (y - e->top) * e->slope;
        int at = count++;
        for (; at > 0 && scan.crossings[at - 1] > x; at--)
            scan.crossings[at] = scan.crossings[at - 1];
        scan.crossings[at] = x;
    }
    for (int i = 0; i + 1 < count; i += 2) {
        add_cover(scan.crossings[i], 1.0f / SUBROWS, left, right);
        add_cover(scan.crossings[i + 1], -1.0f / SUBROWS, left, right);
    }
}

static void paint_row(uint32_t *row, int width, uint32_t pixel, uint8_t alpha) {
    float covered = 0;
    for (int i = scan.first; i <= scan.last; i++) {
        covered += scan.cover[i];
        scan.cover[i] = 0;
        uint32_t part = (uint32_t)(fminf(fabsf(covered), 1) * (float)alpha * (256.0f / 255.0f) + 0.5f);
        if (part > 0 && i < width)
            row[i] = part >= 256 ? pixel : blend(row[i], pixel, part);
    }
}

void raster_polygon(const struct raster_target *t, const struct canvas_point *points, const int *counts,
                    int contours, uint32_t pixel, uint8_t alpha) {
    int right = t->right - t->left > ROW_WIDTH ? t->left + ROW_WIDTH : t->right;
    if (right <= t->left || t->bottom <= t->top)
        return;
    collect_edges(points, counts, contours);
    float lowest = 0;
    for (int i = 0; i < scan.count; i++)
        lowest = fmaxf(lowest, scan.edges[i].bottom);
    int top = scan.count == 0 ? t->bottom : (int)floorf(fmaxf(scan.edges[0].top, (float)t->top));
    int bottom = (int)fminf(ceilf(lowest), (float)t->bottom);
    for (int y = top; y < bottom; y++) {
        activate((float)y, (float)(y + 1));
        scan.first = ROW_WIDTH;
        scan.last = -1;
        for (int k = 0; k < SUBROWS; k++)
            scan_line((float)y + ((float)k + 0.5f) / SUBROWS, t->left, right);
        paint_row(t->pixels + (ptrdiff_t)y * t->stride + t->left, right - t->left, pixel, alpha);
    }
}

void raster_rect(const struct raster_target *t, int left, int top, int right, int bottom, uint32_t pixel,
                 uint8_t alpha) {
    left = left > t->left ? left : t->left;
    top = top > t->top ? top : t->top;
    right = right < t->right ? right : t->right;
    bottom = bottom < t->bottom ? bottom : t->bottom;
    uint32_t part = alpha == 255 ? 256 : alpha;
    for (int y = top; y < bottom; y++) {
        uint32_t *row = t->pixels + (ptrdiff_t)y * t->stride;
        for (int x = left; x < right; x++)
            row[x] = part == 256 ? pixel : blend(row[x], pixel, part);
    }
}
