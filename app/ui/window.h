/* A worker's window: the SDL side of it. It shows a tile_model, turns keys and clicks into commands, and
 * sleeps otherwise.
 *
 * All functions are for the thread that opened the window, window_ring alone is for any. The window must
 * be opened on the main thread, after czmq was told to leave signals alone (zsys_handler_set (NULL)) and
 * before any actor is started: SDL's events are registered then.
 */
#ifndef APP_UI_WINDOW_H
#define APP_UI_WINDOW_H

#include "app/ui/tile.h"

#include <stdbool.h>
#include <stddef.h>

struct window_config {
    const char *font_dir; /* has B612-Regular.otf and B612-Bold.otf */
    const char *icon;     /* a BMP file; NULL or unreadable: the window has none */
    int tile_index;       /* place in the grid of windows, from 0 */
    int tile_of;          /* windows in the grid; 0: the window manager places it */
    bool fullscreen;
    bool reduced_motion; /* no pulse */
    enum theme theme;
};

/* What the user asks for. Help, theme and full screen are dealt with inside. */
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

/* Shows a copy of the model, if it differs from the one shown; pulses when its count has grown. The caller
 * fills the model over zeros (they are compared as bytes). */
void window_show(struct window *, const struct tile_model *);

/* Moves the window to its place in a grid of `of` windows that fills the screen. */
void window_retile(struct window *, int index, int of);

/* The grid for `of` windows on a screen: the columns (and so rows) whose tiles are nearest to 16:10. */
int window_columns(int of, int screen_width, int screen_height);

#endif
