/* The keys, large, over the whole window. */
#ifndef APP_UI_HELP_H
#define APP_UI_HELP_H

#include "app/ui/tile.h"

/* Covers the window. Keys that do not fit at a legible size are left out, and this is said. */
void help_draw(struct canvas *, const struct tile_look *);

#endif
