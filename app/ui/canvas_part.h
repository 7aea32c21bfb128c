/* A part of another canvas: what is drawn on it from 0, 0 on appears in a box of that one, and nothing of it
 * outside. So that what draws a whole window can be drawn among others.
 */
#ifndef APP_UI_CANVAS_PART_H
#define APP_UI_CANVAS_PART_H

#include "app/ui/canvas.h"

struct canvas_part {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    struct canvas *whole;
    struct canvas_rect box;
};

/* `whole` is borrowed; it is clipped to `box` until canvas_part_end(). */
struct canvas *canvas_part_begin(struct canvas_part *, struct canvas *whole, struct canvas_rect box);
void canvas_part_end(struct canvas_part *);

#endif
