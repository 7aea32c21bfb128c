/* The keys, large, over the whole window; a click on one does what the key does. Each kind of window has a
 * table of its own.
 */
#ifndef APP_UI_HELP_H
#define APP_UI_HELP_H

#include "app/ui/canvas.h"
#include "app/ui/theme.h"

#define HELP_CAPS_MAX 5

struct help_row {
    struct {
        const char *key; /* NULL: there are no more on this row */
        int action;      /* not 0 */
    } cap[HELP_CAPS_MAX];
    const char *does;
    const char *brief; /* for a window that is too small for the whole sentence; NULL: the same */
};

struct help_table {
    const struct help_row *rows;
    int count;
};

struct help_look {
    float width, height; /* px */
    float scale;         /* px per unit of legible text */
    enum theme theme;
    int page; /* from 0: where not all fit at a legible size */
};

/* Covers the window. */
void help_draw(struct canvas *, const struct help_table *, const struct help_look *);
int help_pages(struct canvas *, const struct help_table *, const struct help_look *);

/* The action of what is drawn there; 0: none. */
int help_hit(struct canvas *, const struct help_table *, const struct help_look *, float x, float y);

#endif
