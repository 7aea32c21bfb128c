/* Another canvas, drawn on in grey if it is to be printed so: every back end can be put behind it. */
#ifndef APP_UI_CANVAS_PAPER_H
#define APP_UI_CANVAS_PAPER_H

#include "app/ui/canvas.h"

struct canvas_paper {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    struct canvas *behind;
    bool grey;
};

/* The canvas behind is borrowed as long as this one is drawn on. */
void canvas_paper_init(struct canvas_paper *, struct canvas *behind, bool grey);

/* As bright as the colour is to the eye. */
struct canvas_color canvas_paper_grey(struct canvas_color);

#endif
