/* What the files of the picture share: where everything is, what is visible, in which colours. Private to
 * app/scope/picture*.c.
 *
 * A frame is made anew for each drawing and each question what is where; both see the same picture.
 */
#ifndef APP_SCOPE_PICTURE_PARTS_H
#define APP_SCOPE_PICTURE_PARTS_H

#include "app/scope/picture.h"
#include "app/ui/sign.h"

#define PICTURE_TEXTS_MAX  2048 /* texts, and heads of arrows, that no text may stand on */
#define PICTURE_WALLS_MAX  64
#define PICTURE_BUCKETS    1024 /* of the overview */
#define PICTURE_ARROWS_MAX 600  /* in one diagram; beyond, they are counted */

/* What a message is for: its colour, and the mark at its tail. */
enum picture_kind {
    KIND_CHANGE,  /* MSG: a multicast under way; no mark */
    KIND_REQUEST, /* to the leader; a disc */
    KIND_VIEW,    /* the view, and the phases of its change; a square */
    KIND_MEMBER,  /* JOIN, LEAVE, EXCLUDED; a diamond */
    KIND_REPAIR,  /* NACK: what is missing is asked for; a bar */
    KIND_QUIET,   /* acknowledgements, heartbeats; a thin line */
    KINDS
};

struct picture_paint {
    struct canvas_color back, ink, quiet; /* the theme's */
    struct canvas_color faint;            /* grids, stripes, seen against the back and no more */
    struct canvas_color panel;            /* behind names, properties and tools */
    struct canvas_color band;             /* of a view */
    struct canvas_color kind[KINDS];
};

struct picture_frame {
    struct canvas *c;
    const struct history *history;
    const struct story *story; /* NULL: the diagram alone */
    const struct picture_look *look;
    struct picture_index *index;
    const struct picture_paint *paint;

    float factor;               /* 1 at 1920x1080 */
    float legible, small, word; /* text sizes: the least, of side matters, of labels */
    float gap, line;            /* between parts; of thin lines */
    struct canvas_rect banner, names, diagram, axis, info, side, overview, tools;
    bool side_marks_only;
    bool on_paper; /* the diagram alone: nothing moves, so there is time to place texts well */

    int rows, row_from, row_to; /* there are; visible: up to row_to - 1 */
    float row_height, ribbon;   /* ribbon: height of a lifeline that does not lead */
    float row_offset;

    enum history_axis places;
    double left, unit, now;      /* places; px; place */
    uint32_t from, to;           /* visible places */
    uint32_t until, first, last; /* events */
    uint64_t messages;           /* in the visible part */
    float slim;                  /* how thick arrows are: 1, less where they stand close */
    bool crowded;                /* too many to draw */

    int wall_count; /* cuts between neighbours */
    uint32_t walls[PICTURE_WALLS_MAX];

    bool has_focus; /* an event is pointed at; the rest is pale */
    uint32_t focus, focus_match;
    uint16_t focus_origin; /* its message; HISTORY_NOBODY: none */
    uint32_t focus_n;

    struct canvas_point last_cross; /* of a lost message */
    int stroke_count;               /* arrows; texts keep clear of them, if they can */
    bool keeps_clear;
    uint32_t crossed_by; /* an event: its own arrow may go through its text; HISTORY_NONE */
    double folds_to;     /* place: silence behind it is not to be seen */
    int text_count;
    struct canvas_rect texts[PICTURE_TEXTS_MAX]; /* taken */
    struct picture_stroke {
        struct canvas_point from, to;
        uint32_t event;
        bool has_label;
    } strokes[PICTURE_ARROWS_MAX];
};

/* -- picture_layout.c ------------------------------------------------------------------------------------ */

void picture_frame(struct picture_frame *, struct canvas *, const struct history *, const struct story *,
                   const struct picture_look *, const struct canvas_rect *diagram_alone);
float picture_x(const struct picture_frame *, double place);
float picture_row_y(const struct picture_frame *, int row);  /* the middle of its lifeline */
float picture_wall_y(const struct picture_frame *, int row); /* between it and the next */
float picture_edge(const struct picture_frame *, int row, bool leads, int side); /* side: -1 upper, 1 lower */
uint32_t picture_next(const struct picture_frame *, uint32_t event); /* that may be seen, from there on */
bool picture_leads_at(const struct picture_frame *, int row, double place);
bool picture_row_visible(const struct picture_frame *, int row);
int picture_row_of(const struct picture_frame *, uint16_t line); /* -1: none */
const char *picture_name_of(const struct picture_frame *, uint16_t line);
bool picture_is_message(const struct picture_frame *, const struct history_event *);
bool picture_in_focus(const struct picture_frame *, uint32_t event);
struct canvas_color picture_pale(const struct picture_frame *,
                                 struct canvas_color); /* if others are pointed at */

/* -- picture_texts.c ------------------------------------------------------------------------------------- */

/* No text will stand there. */
void picture_reserve(struct picture_frame *, struct canvas_rect);

/* Takes the room of a text; false: another one stands there, or it is outside the diagram. */
bool picture_claim(struct picture_frame *, struct canvas_rect);

/* On paper texts keep clear of it, if they can; `event`: of an arrow, or PICTURE_BAND. */
#define PICTURE_BAND (HISTORY_NONE - 1)
void picture_keep_clear(struct picture_frame *, struct canvas_point from, struct canvas_point to,
                        uint32_t event);

/* Whether such a line goes through it. */
bool picture_is_crossed(const struct picture_frame *, struct canvas_rect);

/* One line of text on a plate, in the middle of which is x, y; false: there is no room. */
bool picture_label(struct picture_frame *, float x, float y, float size, enum canvas_weight,
                   struct canvas_color, const char *);

/* 1204 as "1,204". */
const char *picture_number(uint64_t, char out[32]);

/* -- picture_index.c ------------------------------------------------------------------------------------- */

struct picture_bucket {
    uint32_t messages;
    bool lost, crashed, viewed;
};

struct picture_summary { /* the whole run */
    const struct picture_bucket *buckets;
    int count;
    double places; /* of a bucket */
    uint32_t most; /* messages in one */
};

/* The same look with an index: its own, or one for this once, `*own`, which the caller destroys. False: out
 * of memory. */
bool picture_with_index(const struct picture_look *, struct picture_look *indexed,
                        struct picture_index **own);

void picture_index_update(struct picture_index *, const struct history *, bool shows_quiet);
struct picture_summary picture_summary(const struct picture_index *, enum history_axis);
/* Messages from event `first` to `last` - 1. */
uint64_t picture_messages(const struct picture_index *, const struct history *, uint32_t first,
                          uint32_t last);
/* Those of the events that are seen at any zoom, losses, crashes and views: the first one not before `event`.
 */
uint32_t picture_notable_from(const struct picture_index *, uint32_t event);
uint32_t picture_notable_count(const struct picture_index *);
uint32_t picture_notable(const struct picture_index *, uint32_t index); /* an event */

/* The messages of the block that holds the event, and the first event behind it. */
uint32_t picture_block(const struct picture_index *, uint32_t event, uint32_t *end);

/* -- The parts ------------------------------------------------------------------------------------------- */

void picture_draw_rows(struct picture_frame *);   /* picture_rows.c: stripes, lifelines */
void picture_draw_names(struct picture_frame *);  /* picture_names.c: at the left */
void picture_draw_behind(struct picture_frame *); /* picture_views.c: folds, cuts, bands of the views */
void picture_draw_flags(struct picture_frame *);  /* picture_flags.c: what happened to a lifeline */
void picture_draw_view_labels(struct picture_frame *);
void picture_draw_arrows(struct picture_frame *);  /* picture_arrows.c */
void picture_draw_labels(struct picture_frame *);  /* picture_labels.c: of arrows */
void picture_draw_density(struct picture_frame *); /* instead, where there are too many */
void picture_draw_axis(struct picture_frame *);    /* picture_axis.c: times; what is hidden; the legend */
void picture_draw_info(struct picture_frame *);
float picture_draw_legend(struct picture_frame *, struct canvas_rect room,
                          const char *hidden);    /* picture_legend.c */
void picture_draw_banner(struct picture_frame *); /* picture_banner.c */
void picture_draw_captions(struct picture_frame *);
void picture_draw_side(struct picture_frame *);     /* picture_side.c */
void picture_draw_overview(struct picture_frame *); /* picture_overview.c */
void picture_draw_tools(struct picture_frame *);    /* picture_tools.c */
void picture_draw_links(struct picture_frame *);    /* picture_links.c */
void picture_draw_link(struct picture_frame *, struct canvas_rect cell, const struct picture_link *);
void picture_draw_faults(struct picture_frame *); /* picture_faults.c */

void picture_check_mark(struct canvas *, struct canvas_rect, struct canvas_color ink);
/* How wide the content of each tool is, as far as there is room. */
struct picture_tool_sizes {
    float side; /* of icons */
    bool has_words, has_keys;
    float words[PICTURE_TOOLS], keys[PICTURE_TOOLS];
    float left[PICTURE_TOOLS + 1]; /* of each, from the left edge */
};
void picture_tool_sizes(const struct picture_frame *, struct picture_tool_sizes *);
double picture_overview_place(const struct picture_frame *, float x);
struct canvas_rect picture_tool_box(const struct picture_frame *, const struct picture_tool_sizes *,
                                    int tool);
struct canvas_rect picture_property_box(const struct picture_frame *, int property);

struct picture_links_box {
    struct canvas_rect panel, cells;
    float cell, size; /* of a cell; of the text of names */
};
struct picture_links_box picture_links_box(const struct picture_frame *);

/* -- Lifelines ------------------------------------------------------------------------------------------- */

bool picture_is_alive(const struct history_span *);
bool picture_span_shown(const struct picture_frame *, const struct history_span *);
/* The span of the row that holds at the place, looked for from `low` on; the first if none does. */
uint32_t picture_span_from(const struct picture_frame *, const struct history_row *, uint32_t low,
                           double place);
/* The visible part of it up to the place `end`; no width: there is none. */
struct canvas_rect picture_span_box(const struct picture_frame *, int row, const struct history_span *,
                                    double end);
/* On paper: it has had other changes than a row above that has had as many. */
bool picture_differs(const struct picture_frame *, int row, const struct history_span *);
void picture_draw_differing(struct picture_frame *, struct canvas_rect, struct canvas_color fill);
/* A lifeline of no colour in particular that is so. */
void picture_draw_condition(struct picture_frame *, enum history_condition, struct canvas_rect);
const char *picture_condition_words(enum history_condition, bool leads); /* picture_names.c */
bool picture_condition_sign(enum history_condition, enum sign *);

/* -- Arrows ---------------------------------------------------------------------------------------------- */

enum picture_end {
    END_DELIVERED,
    END_DUPLICATE, /* came, and was dropped as one that is there already */
    END_REFUSED,   /* came, and was dropped for another reason */
    END_FLYING,
    END_LOST,
};

struct picture_arrow {
    struct canvas_point from, to; /* `to`: as far as it got */
    enum picture_end end;
    enum picture_kind kind;
    bool is_thin;     /* sent again, or quiet */
    bool is_headless; /* its sender's record is missing: only the end is drawn */
    uint32_t event;   /* SEND or LOSE; RECV where there is none */
};

/* False: the event is no message, or nothing of it is to be seen. */
bool picture_arrow(const struct picture_frame *, uint32_t event, struct picture_arrow *);

void picture_each_arrow(struct picture_frame *, bool focus,
                        void (*draw)(struct picture_frame *, const struct picture_arrow *));

void picture_draw_arrow(struct picture_frame *, const struct picture_arrow *);
void picture_draw_crash(struct picture_frame *, float x, float y, float side); /* picture_flags.c */
enum picture_kind picture_kind_of(unsigned type);
/* The mark of the kind, which an arrow has at its tail. */
void picture_tail(struct picture_frame *, struct canvas_point, enum picture_kind, struct canvas_color);
enum picture_content { CONTENT_CHANGE, CONTENT_STATE_ASKED, CONTENT_STATE };
/* What an MCAST, or the message that came of it, is about; looked for only so far back. */
enum picture_content picture_content_of(const struct picture_frame *, uint32_t event);
void picture_message_words(const struct picture_frame *, const struct history_event *, char *out,
                           size_t size);

#endif
