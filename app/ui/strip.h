/* The members of the view as a strip of swatches, in view order, each with its last known colour and its
 * name; the worker's own is marked, one that is down is crossed out. */
#ifndef APP_UI_STRIP_H
#define APP_UI_STRIP_H

#include "app/ui/tile.h"

#define STRIP_ROWS 3 /* of names; bare swatches may have more */

/* The height it wants in a box `width` wide if a single row is `row_height` high: more for the rows, at most
 * `rows_max`, that it takes to show every name at `smallest` px. */
float strip_height(struct canvas *, const struct tile_model *, float width, float row_height, float smallest,
                   int rows_max);

/* Draws the strip, filling `box`. Names are dropped if they do not fit at `smallest` px, then
 * swatches at the end are counted ("+7"). `on` is the colour behind it. */
void strip_draw(struct canvas *, const struct tile_model *, struct canvas_rect box, float smallest,
                struct canvas_color on);

#endif
