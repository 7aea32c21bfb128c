/* The small pictures of the windows, drawn as polygons. A role or a state is told by a shape and a word,
 * never by colour alone. */
#ifndef APP_UI_SIGN_H
#define APP_UI_SIGN_H

#include "app/ui/canvas.h"

enum sign {
    SIGN_FROZEN,    /* a snowflake */
    SIGN_HALTED,    /* a stop sign */
    SIGN_FAILED,    /* a cross */
    SIGN_PAUSED,    /* two bars */
    SIGN_DIFFERS,   /* the sign "not equal" */
    SIGN_WAITING,   /* three dots */
    SIGN_LEAVING,   /* an arrow out of a frame */
    SIGN_NO_QUORUM, /* a disc of which the lesser part is left */
    SIGN_EXCLUDED,  /* an arrow into a frame: it wants in again */
    SIGN_SILENT,    /* an hourglass: nothing is heard of it */
    SIGN_CUT,       /* a line with a gap */
    SIGN_JOINING,   /* a plus: one more */
    SIGN_ADOPTING,  /* a drop: of colour */
    SIGN_CHANGING,  /* two arrows past each other: one view for another */
    SIGN_ASKING,    /* a speech bubble with three dots */
    SIGN_CRASHED,   /* a gravestone */
    SIGN_RECORDING, /* a disc in a ring */
};

/* Draws the sign inside the square `box` in `ink`; where it needs a second colour, in `back`. */
void sign_draw(struct canvas *, enum sign, struct canvas_rect box, struct canvas_color ink,
               struct canvas_color back);

/* The leader's badge: a crown in a ring, filling the square `box`. */
void sign_badge(struct canvas *, struct canvas_rect box, struct canvas_color ink);
void sign_crown(struct canvas *, struct canvas_rect box, struct canvas_color ink);

/* A frame `width` thick just inside `outer`, striped black and white: it is seen on any colour. */
void sign_hazard(struct canvas *, struct canvas_rect outer, float width);

/* Slanted lines all over `area`, `period` apart. */
void sign_hatch(struct canvas *, struct canvas_rect area, float period, struct canvas_color);

#endif
