/* The one drawing interface: everything that is drawn (a worker's window, later the scope and the
 * figures) calls this and knows no back end.
 *
 * A back end supplies five operations: rectangle, polygon, text, the width of a text, clip. All else
 * is built from them in canvas.c, so that a screen, a sheet of paper and a list of calls in a test
 * show the same picture. Lengths are pixels, y grows downwards, a text's y is its baseline.
 *
 * The typeface is part of the interface (B612, assets/fonts), so its proportions are constants here.
 */
#ifndef APP_UI_CANVAS_H
#define APP_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CANVAS_POINTS_MAX 512   /* in one polygon, all contours together */
#define CANVAS_TEXT_MAX   192   /* bytes of one text with its end */
#define CANVAS_CAP_HEIGHT 0.76f /* of a capital or a digit, in sizes */
#define CANVAS_ASCENT     0.97f /* above the baseline, accents included */
#define CANVAS_DESCENT    0.25f /* below it */

struct canvas_color {
    uint8_t r, g, b, a; /* a: 255 is opaque */
};

struct canvas_point {
    float x, y;
};

struct canvas_rect {
    float x, y, w, h;
};

enum canvas_weight { CANVAS_REGULAR, CANVAS_BOLD };
enum canvas_anchor { CANVAS_LEFT, CANVAS_CENTER, CANVAS_RIGHT };

struct canvas_style {
    float size; /* of the em, px */
    enum canvas_weight weight;
    enum canvas_anchor anchor; /* which end of the text is at x */
    struct canvas_color color;
};

struct canvas; /* a back end's struct starts with a `struct canvas` */

struct canvas_ops {
    void (*rect)(struct canvas *, struct canvas_rect, struct canvas_color);
    /* `counts` has the points of each contour; inside is decided by the even-odd rule. */
    void (*polygon)(struct canvas *, const struct canvas_point *, const int *counts, int contours,
                    struct canvas_color);
    void (*text)(struct canvas *, float x, float baseline, const struct canvas_style *, const char *);
    float (*text_width)(struct canvas *, const char *, float size, enum canvas_weight);
    void (*clip)(struct canvas *, const struct canvas_rect *); /* NULL: everything again */
    void (*note)(struct canvas *, const char *); /* names what follows, for draw lists; may be NULL */
};

struct canvas {
    const struct canvas_ops *ops;
};

/* The operations themselves. Polygons have at most CANVAS_POINTS_MAX points. Text is UTF-8;
 * a byte that is not, or can't be printed, shows as a question mark. */
void canvas_rect(struct canvas *, struct canvas_rect, struct canvas_color);
void canvas_polygon(struct canvas *, const struct canvas_point *, int count, struct canvas_color);
void canvas_contours(struct canvas *, const struct canvas_point *, const int *counts, int contours,
                     struct canvas_color);
void canvas_text(struct canvas *, float x, float baseline, const struct canvas_style *, const char *);
float canvas_text_width(struct canvas *, const char *, float size, enum canvas_weight);
void canvas_clip(struct canvas *, const struct canvas_rect *);
void canvas_note(struct canvas *, const char *);

/* Shapes built from polygons. `width` is the whole thickness of the stroke. Each takes as few points as a
 * tenth of a pixel allows. */
void canvas_line(struct canvas *, struct canvas_point from, struct canvas_point to, float width,
                 struct canvas_color);
void canvas_disc(struct canvas *, struct canvas_point center, float radius, struct canvas_color);
void canvas_ring(struct canvas *, struct canvas_point center, float radius, float width, struct canvas_color);
void canvas_frame(struct canvas *, struct canvas_rect outer, float width, struct canvas_color);
void canvas_rounded(struct canvas *, struct canvas_rect, float radius, struct canvas_color);
void canvas_rounded_frame(struct canvas *, struct canvas_rect outer, float radius, float width,
                          struct canvas_color);
void canvas_cross(struct canvas *, struct canvas_point center, float radius, float width,
                  struct canvas_color); /* the sign x; it fits a circle of that radius */

/* -- canvas_stroke.c: along a path ------------------------------------------------------------------ */

/* How a path is drawn. Dashes begin at its first point. */
struct canvas_pen {
    float width;
    struct canvas_color color;
    float dash, gap; /* px along the path; gap 0: solid; dash 0: round dots, `gap` from one to the next */
};

/* Any number of points; where one repeats the last it makes no difference. The ends are cut straight. */
void canvas_polyline(struct canvas *, const struct canvas_point *, int count, const struct canvas_pen *);

/* Bezier curves: ends and control points in their order. */
void canvas_quadratic(struct canvas *, const struct canvas_point points[3], const struct canvas_pen *);
void canvas_cubic(struct canvas *, const struct canvas_point points[4], const struct canvas_pen *);

enum canvas_head {
    CANVAS_HEAD_NONE,
    CANVAS_HEAD_SOLID,
    CANVAS_HEAD_HOLLOW, /* its outline: what is behind shows through */
    CANVAS_HEAD_OPEN,   /* two strokes */
};

/* A line from `from` with the tip of its head at `to`. The head is `size` px long, less where the arrow is
 * shorter than that, and never dashed. */
void canvas_arrow(struct canvas *, struct canvas_point from, struct canvas_point to,
                  const struct canvas_pen *, enum canvas_head, float size);

/* The head alone, for the end of a curve: its tip at `tip`, coming from the direction of `behind`. Returns
 * where the path should end, so that it does not show through the head. */
struct canvas_point canvas_head_at(struct canvas *, struct canvas_point tip, struct canvas_point behind,
                                   enum canvas_head, float size, float width, struct canvas_color);

/* -- canvas.c: text ---------------------------------------------------------------------------------- */

/* The largest size in [smallest, size] at which the text is no wider than `width`; `smallest` if none. */
float canvas_fit_size(struct canvas *, const char *, enum canvas_weight, float size, float smallest,
                      float width);

/* Draws the text on its own line in `box`, capitals centred in the height: shrunk down to `smallest` if
 * it is too wide, and if that does not suffice, cut with an ellipsis. */
void canvas_text_in(struct canvas *, struct canvas_rect box, const struct canvas_style *, float smallest,
                    const char *);

/* Shortens `text`, of `size_bytes`, in its middle so that it is no wider than `width`: names often differ in
 * their ends. */
void canvas_shorten(struct canvas *, char *text, size_t size_bytes, float size, enum canvas_weight,
                    float width);

/* Breaks the text at spaces, and a word that is too long inside, into lines no wider than `width`, writes at
 * most `max` of them to `lines` (the last one ends in an ellipsis if there was more) and returns how many. */
struct canvas_line_text {
    char text[CANVAS_TEXT_MAX];
};
int canvas_wrap(struct canvas *, const char *, float size, enum canvas_weight, float width,
                struct canvas_line_text *lines, int max);

#endif
