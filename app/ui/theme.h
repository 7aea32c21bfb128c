/* Colours: what is readable on what.
 *
 * A worker's colour is random, so text on it is black or white, whichever contrasts more. By WCAG 2.1
 * (relative luminance, 1.4.3) the better of the two is never below 4.58:1, so the AA limit of 4.5:1
 * always holds; nothing that must be read is ever drawn half transparent. */
#ifndef APP_UI_THEME_H
#define APP_UI_THEME_H

#include "app/ui/canvas.h"

/* The parts that are not a worker's colour: help, and a window that has no colour yet. */
enum theme { THEME_LIGHT, THEME_DARK };

struct theme_colors {
    struct canvas_color back;  /* of the help, and of a worker without a colour */
    struct canvas_color ink;   /* text on it */
    struct canvas_color quiet; /* frames on it; at least 3:1 */
};

const struct theme_colors *theme_colors(enum theme);

struct canvas_color theme_rgb(const uint8_t rgb[3]);
struct canvas_color theme_ink(struct canvas_color on);       /* black or white, the better one */
struct canvas_color theme_opposite(struct canvas_color ink); /* white for black, black for white */
struct canvas_color theme_mix(struct canvas_color, struct canvas_color with, float share); /* 0..1; opaque */

/* For lines on `back` that are seen, and over which text in its ink keeps a contrast of 4.5. */
struct canvas_color theme_hatch(struct canvas_color back);
struct canvas_color theme_alpha(struct canvas_color, float alpha); /* 0..1 */

/* WCAG contrast of two opaque colours: 1 to 21. */
float theme_contrast(struct canvas_color, struct canvas_color);

#endif
