/* What every window of Groupy is made of: SDL without renderer, OpenGL, signal handlers or sound; a piece of
 * shared memory that is drawn into when something changed.
 *
 * All functions are for the thread that opened it, screen_ring alone is for any. It must be opened on the
 * main thread, after czmq was told to leave signals alone (zsys_handler_set (NULL)) and before any actor is
 * started: SDL's events are registered then.
 */
#ifndef APP_UI_SCREEN_H
#define APP_UI_SCREEN_H

#include "app/ui/canvas_sdl.h"

#include <SDL.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct screen_config {
    const char *font_dir; /* has B612-Regular.otf and B612-Bold.otf */
    const char *icon;     /* a BMP file; NULL or unreadable: the window has none */
    const char *title;
    const char *instead; /* what helps where there is no display: "use --headless" */
    int width, height;   /* where the window manager places it; 0: most of the screen */
    int smallest;        /* px in both directions */
    bool fullscreen;
};

struct screen {
    SDL_Window *sdl;
    SDL_Surface *shadow; /* where the screen has not 32 bits a pixel; else NULL */
    struct fonts *fonts;
    struct canvas_sdl canvas;
    uint32_t bell_event;
    atomic_bool bell_rung;
};

/* False if there is no display or no font, with one line in `error` that says which and what helps. The
 * screen is all zero before; screen_close() is to be called in either case. One a process. */
bool screen_open(struct screen *, const struct screen_config *, char *error, size_t error_size);
void screen_close(struct screen *);

/* -- Drawing -------------------------------------------------------------------------------------------- */

struct screen_size {
    float width, height; /* px */
    float scale;         /* px per unit of legible text: 1, and 2 on a display of twice the density */
};

struct screen_size screen_size_of(const struct screen *);

/* A canvas of the window's size; what is drawn on it is shown by screen_end(). NULL: between two sizes, an
 * expose event follows. */
struct canvas *screen_begin(struct screen *, struct screen_size *);
void screen_end(struct screen *);

bool screen_is_full(const struct screen *);
void screen_toggle_full(struct screen *);

/* -- The doorbell ---------------------------------------------------------------------------------------- */

/* A registered SDL event wakes the loop, an atomic flag keeps it to one event in the queue. screen_heard()
 * is for each event that came: true if it was the bell. The flag is cleared then, before the caller drains
 * its news; the other way round, a ring between draining and clearing would be lost. */
void screen_ring(struct screen *);
bool screen_heard(struct screen *, const SDL_Event *);

/* The window must be drawn anew: another size, or it was covered. */
bool screen_is_exposed(const SDL_Event *);
bool screen_is_closed(const SDL_Event *);

#endif
