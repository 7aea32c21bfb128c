/* The scope without its window: what it knows of the run, where it looks, and what keys, mouse and time do to
 * that. Knows no SDL, no clock and no socket: the window (window.h) feeds it and does what it asks for.
 *
 * It shows all there is, up to the end, or it holds at a cursor: then what came after is not shown, and the
 * sentence says how it stood there. Following and holding are apart: who scrolls back still sees the run go
 * on where it is in sight.
 */
#ifndef APP_SCOPE_SCOPE_H
#define APP_SCOPE_SCOPE_H

#include "app/scope/links.h"
#include "app/scope/picture.h"
#include "app/scope/records.h"
#include "app/scope/source.h"
#include "app/scope/story.h"

/* In the order of the keys' help. All keys of a worker's window mean the same here. */
enum scope_command {
    SCOPE_NONE,

    SCOPE_KILL_LEADER, /* the group */
    SCOPE_CRASH_MID_BROADCAST,
    SCOPE_LOSE, /* the next message to the selected worker */
    SCOPE_HANG_LEADER,
    SCOPE_CUT, /* the selected worker off, or heal */
    SCOPE_JOIN,
    SCOPE_LEAVE,
    SCOPE_CHANGE,
    SCOPE_GROUP_PAUSE, /* of a trace: play and stop */
    SCOPE_STEP,        /* one change; of a trace: one event on */
    SCOPE_FASTER,      /* the group; while the picture plays: that */
    SCOPE_SLOWER,
    SCOPE_RECORD,
    SCOPE_CLOSE_ALL,

    SCOPE_PAUSE, /* the picture: hold at the end, or go back to it */
    SCOPE_PLAY,
    SCOPE_BACK,
    SCOPE_FORWARD,
    SCOPE_ZOOM_IN,
    SCOPE_ZOOM_OUT,
    SCOPE_START,
    SCOPE_END,
    SCOPE_AXIS,
    SCOPE_QUIET,
    SCOPE_LINKS,
    SCOPE_SCENARIOS,
    SCOPE_THEME,
    SCOPE_SAVE,
    SCOPE_HELP,
    SCOPE_FULL_SCREEN,
    SCOPE_ESCAPE,
    SCOPE_CLOSE,
};

/* What only the window can do, in the order in which it was asked for. */
enum scope_wish {
    SCOPE_WISH_ACT, /* words for control_act() */
    SCOPE_WISH_SCENARIOS,
    SCOPE_WISH_HELP,
    SCOPE_WISH_SAVE,
    SCOPE_WISH_FULL_SCREEN,
    SCOPE_WISH_LEAVE_FULL_SCREEN,
    SCOPE_WISH_CLOSE,
};

#define SCOPE_WORDS_MAX 6
#define SCOPE_WORD_SIZE 40
#define SCOPE_ASKS_MAX  16

struct scope_ask {
    enum scope_wish wish;
    char self[NET_NAME_SIZE]; /* the selected worker; "": none */
    int word_count;
    char words[SCOPE_WORDS_MAX][SCOPE_WORD_SIZE];
};

enum scope_button { SCOPE_LEFT, SCOPE_RIGHT };

struct scope_mouse {
    float x, y;
    bool shift;
};

struct scope {
    /* What it knows. */
    struct history *history;
    struct check *check; /* fed with all that came */
    struct report_names names;
    struct records *records;
    struct links links;
    bool loading, has_ended;
    int percent; /* read of a trace */

    /* How it stands at the cursor: a checker that was told the records before it. */
    struct check_settings settings;
    struct check *check_at; /* NULL: never needed */
    uint32_t check_at_fed;  /* records */
    bool story_is_old;
    uint64_t story_ms; /* when it was told */
    struct story story;

    /* Where it looks. */
    struct picture_look look;
    uint32_t marked;            /* an event that was gone to; HISTORY_NONE */
    double units[HISTORY_AXES]; /* px of one place, at scale 1 */
    bool follows, was_touched;
    bool opens;  /* a trace that was read, and is to be shown where it matters */
    bool is_led; /* played by scope_play_to(), and has got to that time */
    gms_time led_t;
    double cursor;                         /* the place of the present while it holds */
    uint64_t now_ms, played_ms, record_ms; /* record_ms: when the last record came ... */
    gms_time record_t;                     /* ... and the latest time of one */
    uint64_t seen_ms;                      /* when the last one came that takes a place */
    uint64_t count_ms;                     /* when others are to be counted; 0: there are none */
    char selected[NET_NAME_SIZE];          /* the worker's name, for the next run has it as well */

    /* What the mouse does. */
    struct scope_mouse mouse;
    bool has_mouse, hover_is_old;
    enum picture_part held; /* what a button went down on; PICTURE_NOWHERE: none */
    bool dragged;
    float held_x, held_y;
    double held_left;

    /* What it says. */
    char notice[320], explanation[400], caption[128], name[128], title[160];
    uint64_t notice_until_ms, caption_until_ms;
    bool notice_is_answer;
    bool has_no_caption; /* the picture: whoever draws it shows the caption elsewhere */

    bool dirty; /* it must be drawn */
    uint32_t ask_count;
    struct scope_ask asks[SCOPE_ASKS_MAX];
};

struct scope *scope_new(void); /* NULL: out of memory */
void scope_destroy(struct scope **);

/* -- Feeding (scope.c) ----------------------------------------------------------------------------------- */

/* What a source is to call. `self` is the scope. */
struct source_handler scope_handler(struct scope *);
void scope_read_on(struct scope *, bool goes_on, bool unfinished, float progress); /* after each reading */
void scope_set_name(struct scope *, const char *); /* of the group, or the file */
void scope_notice(struct scope *, const char *);
void scope_answer(struct scope *, const char *); /* a notice of what will be: ends when that has been */

/* -- Time (scope.c) -------------------------------------------------------------------------------------- */

/* To be called before drawing, and whenever scope_wait_ms() is over: plays, follows, tells the story anew,
 * lets notices go. At most some 8 ms of work at a time. */
void scope_tick(struct scope *, uint64_t now_ms);
int scope_wait_ms(const struct scope *); /* until it wants to be called; -1: not before something comes */

/* The checker that says what the sentence says: of the whole run, or up to the cursor. */
const struct check *scope_check(const struct scope *);

/* "Groupy scope: OUT OF SYNC since #17" */
void scope_window_title(const struct scope *, char *text, size_t size);

/* -- Keys and mouse (scope_keys.c, scope_mouse.c) ---------------------------------------------------------
 */

void scope_do(struct scope *, enum scope_command);
void scope_restart(struct scope *, const char *rung);    /* the group, on that rung ... */
void scope_start(struct scope *, const char *scenario);  /* ... or with that scenario */
bool scope_take_ask(struct scope *, struct scope_ask *); /* false: there is none left */

void scope_select(struct scope *, int row); /* -1: none */
void scope_click_link(struct scope *, int from, int to, enum scope_button, bool shift);

void scope_mouse_move(struct scope *, struct canvas *, struct scope_mouse);
void scope_mouse_down(struct scope *, struct canvas *, struct scope_mouse, enum scope_button);
void scope_mouse_up(struct scope *, struct canvas *, struct scope_mouse);
void scope_mouse_gone(struct scope *);
void scope_wheel(struct scope *, struct canvas *, struct scope_mouse, float clicks);

/* -- Looking (scope_view.c) -------------------------------------------------------------------------------
 */

void scope_resize(struct scope *, float width, float height, float scale);
void scope_zoom(struct scope *, double factor, double place); /* which stays where it is */
void scope_scroll_to(struct scope *, double left);            /* no longer follows */
void scope_look_at(struct scope *, double place);             /* in the middle */
void scope_go_to(struct scope *, uint32_t event);             /* the same, and marks it */
void scope_look_first(struct scope *);                        /* at a trace that was just read */
void scope_rewind(struct scope *);                            /* to the beginning; a trace holds there */
void scope_follow(struct scope *);                            /* shows all, and goes to the end */
void scope_set_axis(struct scope *, enum history_axis);
void scope_set_quiet(struct scope *, bool shown);
void scope_hold(struct scope *, uint32_t until);
bool scope_step(struct scope *, bool forward); /* false: there is nothing more that way */
void scope_play(struct scope *, bool);
void scope_play_to(struct scope *, gms_time); /* not by now_ms: so far it has got, silences and all */
void scope_view_tick(struct scope *);         /* plays and follows */

void scope_draw(struct scope *, struct canvas *);
void scope_draw_still(struct scope *, struct canvas *); /* without what passes: for a file */

#endif
