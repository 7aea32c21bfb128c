/* The space-time diagram: the scope's whole window, drawn on a canvas, and what is where in it.
 *
 * A lifeline per worker from left to right, coloured as the worker is; messages as arrows between them; on
 * top the sentence; at the right the properties; at the bottom the tools, and the whole run as a strip to
 * scrub in. Nothing here knows a back end, a window or a clock. The figures use the diagram alone.
 */
#ifndef APP_SCOPE_PICTURE_H
#define APP_SCOPE_PICTURE_H

#include "app/scope/history.h"
#include "app/scope/story.h"
#include "app/ui/canvas.h"
#include "app/ui/theme.h"

enum picture_tool {                /* in the order of the strip */
                    PICTURE_PAUSE, /* the picture, not the group */
                    PICTURE_BACK,  /* one step */
                    PICTURE_PLAY,  /* in slow motion: 1, 1/4, 1/16 of a step's time */
                    PICTURE_FORWARD,
                    PICTURE_ZOOM_OUT,
                    PICTURE_ZOOM_IN,
                    PICTURE_AXIS,  /* steps or time */
                    PICTURE_QUIET, /* heartbeats and acknowledgements */
                    PICTURE_LINKS, /* the matrix of links */
                    PICTURE_SCENARIOS,
                    PICTURE_THEME,
                    PICTURE_SAVE,
                    PICTURE_HELP,
                    PICTURE_TOOLS
};

struct picture_link { /* a direction, as the matrix shows it; of the faults that hold */
    bool cut;
    uint32_t lose;     /* so many more will be lost */
    uint32_t delay_ms; /* 0: none */
};

/* What a picture of a large run needs to know of it besides what is visible: kept from one drawing to the
 * next, it costs each drawing only what was added since. One for each history. */
struct picture_index;
struct picture_index *picture_index_new(void); /* NULL: out of memory */
void picture_index_destroy(struct picture_index **);

struct picture_look {
    float width, height; /* px */
    float scale;         /* px per unit of legible text */
    enum theme theme;
    enum history_axis axis;
    double left;    /* the place at the left edge of the diagram */
    double unit;    /* px of one place */
    uint32_t until; /* events from this one on are not shown yet; HISTORY_NONE: all are */
    float now;      /* place of the present on the axis: what is in flight has got so far; < 0: at the end */
    float row_offset;     /* rows scrolled away, where there are too many */
    uint32_t row_limit;   /* only the first rows; 0: all */
    int selected_row;     /* faults go to it; -1: none */
    uint32_t hovered;     /* an event: its message is marked wherever it is; HISTORY_NONE */
    int hovered_property; /* 0: none */
    int hovered_tool;     /* -1: none */
    bool is_live, is_paused, is_playing, shows_quiet, shows_links, reduced_motion;
    bool has_no_tools;                /* for a film: nobody can click */
    bool is_recorded;                 /* somebody is filming: that is said */
    float speed;                      /* of playing: 1, 0.25 ... */
    const char *caption;              /* of a scenario, large; NULL: none */
    const char *notice;               /* what a key just did; NULL: none */
    const char *title;                /* the group and rung, or the file */
    const char *explanation;          /* of the hovered property or event; NULL: none */
    const struct picture_link *links; /* rows * rows, from * rows + to; NULL: not known */
    struct picture_index *index;      /* NULL: one is made for this picture alone */
};

enum picture_part {
    PICTURE_NOWHERE,
    PICTURE_SENTENCE, /* a click scrolls to the cause */
    PICTURE_ROW,      /* a name at the left: a click selects */
    PICTURE_EVENT,    /* or the arrow that begins or ends there */
    PICTURE_DIAGRAM,
    PICTURE_PROPERTY,
    PICTURE_TOOL,
    PICTURE_OVERVIEW, /* the whole run: a click goes there */
    PICTURE_LINK,     /* a cell of the matrix */
};

struct picture_hit {
    enum picture_part part;
    int row, to_row; /* of the link, from row to to_row */
    uint32_t event;
    int property, tool;
    double place; /* on the axis: in the diagram, and in the overview */
};

void picture_draw(struct canvas *, const struct history *, const struct story *, const struct picture_look *);

struct picture_hit picture_hit(struct canvas *, const struct history *, const struct story *,
                               const struct picture_look *, float x, float y);

/* The diagram alone, in a box: lifelines with names, views, messages, and the times. What the figures print.
 */
void picture_diagram(struct canvas *, struct canvas_rect, const struct history *,
                     const struct picture_look *);

/* For such a box: how much of its width is the diagram's, and how high it is for so many rows. */
float picture_diagram_width_in(const struct picture_look *, float width);
float picture_diagram_height_for(const struct picture_look *, uint32_t rows, float row_height);

/* What the signs in the diagram of that box mean, of those that are there, and how much is hidden: in lines
 * from the upper left corner of `room`. Returns how high that is. */
float picture_legend(struct canvas *, struct canvas_rect room, struct canvas_rect diagram,
                     const struct history *, const struct picture_look *, const char *hidden);

/* The sign of a sentence, black on the ground that it has in the scope, or on another one. */
struct canvas_color picture_story_ground(enum story_sign);
void picture_story_sign(struct canvas *, enum story_sign, struct canvas_rect, struct canvas_color ground);

/* How wide the diagram is in this look, px: for following the end; and how many rows there is room for. */
float picture_diagram_width(const struct picture_look *);
int picture_rows_that_fit(const struct picture_look *, int rows);

/* What the strip writes on a tool, and the key that does the same. */
const char *picture_tool_words(enum picture_tool, const struct picture_look *);
const char *picture_tool_key(enum picture_tool);

#endif
