/* Fills polygons with smooth edges into a 32-bit pixel buffer, on the processor.
 *
 * SDL's own renderer would do this on the graphics card, at the price of an OpenGL context in every
 * worker: a hundred megabytes to draw a crown. */
#ifndef APP_UI_RASTER_H
#define APP_UI_RASTER_H

#include "app/ui/canvas.h"

#include <stdint.h>

struct raster_target {
    uint32_t *pixels;             /* four channels of eight bits in any order; not owned */
    int stride;                   /* from one row to the next, in pixels */
    int left, top, right, bottom; /* may be written: right and bottom are the first that may not */
};

/* `pixel` is the colour in the buffer's own order, `alpha` how much of it covers (255: all). At most
 * CANVAS_POINTS_MAX points; even-odd rule; what lies outside the target is skipped. */
void raster_polygon(const struct raster_target *, const struct canvas_point *, const int *counts,
                    int contours, uint32_t pixel, uint8_t alpha);
void raster_rect(const struct raster_target *, int left, int top, int right, int bottom, uint32_t pixel,
                 uint8_t alpha);

#endif
