/* The canvas as a LaTeX file: TikZ, whose texts LaTeX sets. It needs no package but tikz, compiles as it is
 * to a page of the picture's size, and is a picture in the fonts of a report that takes it in by \input. */
#ifndef APP_UI_CANVAS_TIKZ_H
#define APP_UI_CANVAS_TIKZ_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

#include <stdio.h>

#define CANVAS_TIKZ_COLORS_MAX 512 /* remembered as defined; beyond these, defined again */

struct canvas_tikz {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    FILE *file;
    struct fonts *fonts;
    float scale;
    bool is_clipped;
    uint32_t colors[CANVAS_TIKZ_COLORS_MAX];
    int color_count, outside_count; /* what is defined inside a clip is forgotten with it */
};

/* Begins a picture of `width` by `height` units, of `scale` points (of 1/72 inch) each. The file and the
 * fonts are borrowed until the end. */
void canvas_tikz_begin(struct canvas_tikz *, FILE *, float width, float height, float scale, struct fonts *);

/* False: something could not be written; errno says why. */
bool canvas_tikz_end(struct canvas_tikz *);

#endif
