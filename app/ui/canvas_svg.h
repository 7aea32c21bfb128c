/* The canvas as an SVG file: vectors, and text that stays text, in the font that is embedded in the file. */
#ifndef APP_UI_CANVAS_SVG_H
#define APP_UI_CANVAS_SVG_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

#include <stdio.h>

struct canvas_svg {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    FILE *file;
    struct fonts *fonts;
    bool used[2]; /* the weights that are embedded */
    bool is_clipped;
    bool is_print; /* no pixels are known: thin rectangles keep their width */
    int clips;
};

/* Begins a picture of `width` by `height` px. The file and the fonts are borrowed until the end. */
void canvas_svg_begin(struct canvas_svg *, FILE *, float width, float height, struct fonts *);

/* The same on a sheet that is `width_mm` wide. */
void canvas_svg_begin_print(struct canvas_svg *, FILE *, float width, float height, float width_mm,
                            struct fonts *);

/* False: something could not be written, or a font not be read; errno says why. */
bool canvas_svg_end(struct canvas_svg *);

#endif
