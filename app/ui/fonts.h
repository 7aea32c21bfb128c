/* The typeface at the sizes in use: opened, measured and rendered through SDL_ttf.
 *
 * Widths come from a table of advances per weight, not from rendering, so that a layout may measure
 * freely; they are proportional to the size and never less than what is rendered. Fonts and rendered
 * strings are kept in two small caches: between two frames of a pulse no glyph is rendered. */
#ifndef APP_UI_FONTS_H
#define APP_UI_FONTS_H

#include "app/ui/canvas.h"

#include <stddef.h>

struct fonts;
struct SDL_Surface;

/* Reads B612-Regular.otf and B612-Bold.otf from `dir`. NULL and one line in `error` if that fails. */
struct fonts *fonts_open(const char *dir, char *error, size_t error_size);
void fonts_close(struct fonts **);

const char *fonts_path(const struct fonts *, enum canvas_weight); /* of the file */

float fonts_width(struct fonts *, const char *text, float size, enum canvas_weight);

/* The text in `color` on nothing, its baseline *ascent pixels below the top. Owned by the cache and good
 * until the next call. NULL if it can't be rendered. */
struct SDL_Surface *fonts_render(struct fonts *, const char *text, float size, enum canvas_weight,
                                 struct canvas_color color, int *ascent);

#endif
