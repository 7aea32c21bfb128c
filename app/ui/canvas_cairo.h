/* The canvas on paper, by cairo: PDF (vectors, and text as text in the embedded font) and PNG. For SVG see
 * canvas_svg.h: cairo's own draws text as outlines, which nobody can search, copy or edit. */
#ifndef APP_UI_CANVAS_CAIRO_H
#define APP_UI_CANVAS_CAIRO_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

#include <stddef.h>
#include <stdio.h>

enum canvas_cairo_kind { CANVAS_CAIRO_PDF, CANVAS_CAIRO_PNG };

struct canvas_cairo;

/* A sheet of `width` by `height` units, white; `scale` is what a unit measures: points in a PDF, pixels in a
 * PNG. The fonts and the file, open for writing, are borrowed until the sheet is closed. NULL and one line in
 * `error`: no memory, no font, or too large. */
struct canvas_cairo *canvas_cairo_open(enum canvas_cairo_kind, FILE *, float width, float height, float scale,
                                       struct fonts *, char *error, size_t error_size);

/* What a PDF says of itself. The date is now, or SOURCE_DATE_EPOCH where that is set, so that the same
 * drawing can be the same file; in other kinds of files there is none. */
void canvas_cairo_title(struct canvas_cairo *, const char *title);

/* How many pixels a PNG has to the inch, for whoever places it on paper. */
void canvas_cairo_resolution(struct canvas_cairo *, float dpi);

struct canvas *canvas_cairo_canvas(struct canvas_cairo *);

/* Writes what is drawn, and frees the sheet. False: it could not be written, errno says why. */
bool canvas_cairo_close(struct canvas_cairo **);

#endif
