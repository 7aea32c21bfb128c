/* A worker's window: the SDL side of it. It shows a tile_model, turns keys and clicks into commands, and
 * sleeps otherwise.
 *
 * All functions are for the thread that opened the window, window_ring alone is for any. The window must
 * be opened on the main thread, after czmq was told to leave signals alone (zsys_handler_set (NULL)) and
 * before any actor is started: SDL's events are registered then.
 */
#ifndef APP_UI_WINDOW_H
#define APP_UI_WINDOW_H

#include "app/ui/menu.h"
#include "app/ui/placing.h"
#include "app/ui/tile.h"

#include <stdbool.h>
#include <stddef.h>

struct window_config {
    const char *font_dir; /* has B612-Regular.otf and B612-Bold.otf */
    const char *icon;     /* a BMP file; NULL or unreadable: the window has none */
    struct place place;   /* in the grid of windows */
    bool fullscreen;
    bool reduced_motion; /* no pulse */
    enum theme theme;
};

/* What the user asks for. Help, theme, full screen and asking again are dealt with inside. */
enum window_command {
    WINDOW_NONE,    /* the time is over, or nothing to do */
    WINDOW_REFRESH, /* window_ring was called since: fetch the news */
    WINDOW_KILL_LEADER,
    WINDOW_CRASH_MID_BROADCAST,
    WINDOW_LOSE,
    WINDOW_HANG_LEADER,
    WINDOW_CUT, /* this worker off, or heal */
    WINDOW_JOIN,
    WINDOW_LEAVE,
    WINDOW_CHANGE,
    WINDOW_PAUSE, /* pause or go on */
    WINDOW_STEP,
    WINDOW_FASTER,
    WINDOW_SLOWER,
    WINDOW_RESTART,   /* the group, on the rung window_choice() */
    WINDOW_SCENARIOS, /* which are there: fill and open window_menu() */
    WINDOW_PLAY,      /* the scenario window_choice() */
    WINDOW_SAVE,      /* this picture, as files */
    WINDOW_RECORD,    /* a video of all windows: begin or end */
    WINDOW_CLOSE,     /* this worker: Q, or the window manager */
    WINDOW_CLOSE_ALL, /* the whole group: Ctrl+Q */
};

struct window;

/* NULL if there is no display or no font, with one line in `error` that says which and what helps. The
 * configuration is not kept. One window a process. */
struct window *window_open(const struct window_config *, char *error, size_t error_size);
void window_close(struct window **);

/* Wakes window_wait with WINDOW_REFRESH. From any thread while the window is open; rings that were not
 * answered yet count as one. */
void window_ring(struct window *);

/* Handles what came, redraws what must be, and returns the first command, or WINDOW_NONE after at most
 * `timeout_ms`. On WINDOW_REFRESH the bell is already cleared, so news that come while the caller fetches
 * ring again. */
enum window_command window_wait(struct window *, int timeout_ms);

/* As if the key were pressed in the window; see keys_press(). */
bool window_press(struct window *, const char *key);

/* Shows a copy of the model, if it differs from the one shown; pulses when its count has grown. The caller
 * fills the model over zeros (they are compared as bytes). */
void window_show(struct window *, const struct tile_model *);

void window_move(struct window *, struct place);

/* For WINDOW_SAVE: what the window shows, on another canvas, but without what passes (a pulse, a notice, that
 * it is recorded). */
struct window_size {
    float width, height; /* px */
};
struct window_size window_size(const struct window *);
void window_draw(struct window *, struct canvas *);
struct fonts *window_fonts(const struct window *);

/* The menu over this window, which shows it as soon as it is open. */
struct menu *window_menu(struct window *);

/* After WINDOW_RESTART and WINDOW_PLAY: which; good until the next call of window_wait(). */
const char *window_choice(const struct window *);

#endif
