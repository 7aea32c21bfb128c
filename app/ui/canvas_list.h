/* The canvas as a list: each call becomes one line of text, so that a test compares or searches what is
 * drawn without a display. Text is measured with the real font.
 *
 *     note WHAT                                    names what follows
 *     rect X Y W H #RRGGBBAA
 *     polygon #RRGGBBAA X,Y X,Y ... ; X,Y ...      contours end in a semicolon
 *     text LEFT BASELINE WIDTH SIZE regular|bold #RRGGBBAA TEXT
 *     clip X Y W H    or    clip none
 */
#ifndef APP_UI_CANVAS_LIST_H
#define APP_UI_CANVAS_LIST_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

#include <stddef.h>

struct canvas_list {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    struct fonts *fonts;
    char *text; /* the lines; owned; never NULL */
    size_t size_bytes, capacity_bytes;
};

/* The fonts are borrowed and must outlive the list. Out of memory aborts: this is for tests. */
void canvas_list_init(struct canvas_list *, struct fonts *);
void canvas_list_clear(struct canvas_list *);
void canvas_list_free(struct canvas_list *);

#endif
