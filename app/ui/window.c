/* SDL without renderer, OpenGL, signal handlers or sound: the window is a piece of shared memory that is
 * drawn into when something changed.
 *
 * The doorbell: a registered SDL event wakes the loop, an atomic flag keeps it to one event in the queue.
 * The flag is cleared before the caller drains its news; the other way round, a ring between draining and
 * clearing would be lost.
 */
#include "app/ui/window.h"

#include "app/ui/canvas_sdl.h"
#include "app/ui/keys.h"

#include <SDL.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST       200 /* px */
#define PULSE_MS       150
#define FRAME_MS       25   /* between two frames of a pulse */
#define BUSY_FRAME_MS  15   /* between two changes shown, however many come */
#define SETTLE_MS      2000 /* in this time after a move the window manager's frame may still appear */
#define UNTILED_WIDTH  640
#define UNTILED_HEIGHT 540

struct window {
    SDL_Window *sdl;
    SDL_Surface *shadow; /* where the screen has not 32 bits a pixel; else NULL */
    struct fonts *fonts;
    struct tile_model model;
    enum theme theme;
    bool reduced_motion, shows_help, dirty, has_model;
    bool pulsing;
    uint32_t pulse_start; /* SDL ticks */
    uint32_t drawn;       /* when it was drawn last */
    int tile_index, tile_of;
    int borders[4]; /* as used for the last placing: top, left, bottom, right */
    uint32_t settle_until;
    struct keys keys;
    uint32_t bell_event;
    atomic_bool bell_rung;
};

/* --- placing --- */

int window_columns(int of, int screen_width, int screen_height) {
    int best = 1;
    double best_error = HUGE_VAL;
    for (int columns = 1; columns <= of; columns++) {
        int rows = (of + columns - 1) / columns;
        double aspect = ((double)screen_width / columns) / ((double)screen_height / rows);
        double error = fabs(log(aspect / 1.6));
        if (error < best_error) {
            best_error = error;
            best = columns;
        }
    }
    return best;
}

static void borders_of(SDL_Window *window, int borders[4]) {
    if (SDL_GetWindowBordersSize(window, &borders[0], &borders[1], &borders[2], &borders[3]) != 0)
        memset(borders, 0, 4 * sizeof borders[0]);
}

static void place(struct window *w) {
    SDL_Rect screen;
    int display = SDL_GetWindowDisplayIndex(w->sdl);
    if (w->tile_of < 1 || SDL_GetDisplayUsableBounds(display < 0 ? 0 : display, &screen) != 0)
        return;
    int columns = window_columns(w->tile_of, screen.w, screen.h);
    int rows = (w->tile_of + columns - 1) / columns;
    int column = w->tile_index % columns, row = w->tile_index / columns % rows;
    int left = screen.x + screen.w * column / columns, right = screen.x + screen.w * (column + 1) / columns;
    int top = screen.y + screen.h * row / rows, bottom = screen.y + screen.h * (row + 1) / rows;
    const int *b = w->borders;
    borders_of(w->sdl, w->borders);
    SDL_SetWindowSize(w->sdl, SDL_max(SMALLEST, right - left - b[1] - b[3]),
                      SDL_max(SMALLEST, bottom - top - b[0] - b[2]));
    SDL_SetWindowPosition(w->sdl, left + b[1], top + b[0]);
    w->dirty = true;
}

/* The window manager decorates a window some time after it is shown, and only then says by how much. */
static void settle(struct window *w) {
    int now[4];
    if (w->tile_of < 1 || SDL_TICKS_PASSED(SDL_GetTicks(), w->settle_until))
        return;
    borders_of(w->sdl, now);
    if (memcmp(now, w->borders, sizeof now) != 0)
        place(w);
}

void window_retile(struct window *w, int index, int of) {
    w->tile_index = index;
    w->tile_of = of;
    w->settle_until = SDL_GetTicks() + SETTLE_MS;
    if ((SDL_GetWindowFlags(w->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP) == 0)
        place(w);
}

/* --- opening --- */

static void set_hints(void) {
    setenv("SDL_VIDEO_X11_WMCLASS", "groupy", 0);
    SDL_SetHint(SDL_HINT_APP_NAME, "Groupy");
#ifdef __linux__
    /* Not whatever else SDL finds: without a display it would draw off-screen or take the console. The
     * variable SDL_VIDEODRIVER still wins. Wayland is not tried where it can't be, for it complains aloud. */
    SDL_SetHint(SDL_HINT_VIDEODRIVER, getenv("XDG_RUNTIME_DIR") != NULL ? "x11,wayland" : "x11");
#endif
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_MOUSE_FOCUS_CLICKTHROUGH, "1"); /* the click that focuses is a click, too */
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
}

static void set_icon(SDL_Window *window, const char *path) {
    SDL_Surface *icon = path == NULL ? NULL : SDL_LoadBMP(path);
    if (icon != NULL)
        SDL_SetWindowIcon(window, icon);
    SDL_FreeSurface(icon);
}

struct window *window_open(const struct window_config *config, char *error, size_t error_size) {
    struct window *w = calloc(1, sizeof *w);
    if (w == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    set_hints();
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        snprintf(error, error_size, "no display (%s): set DISPLAY, or use --headless", SDL_GetError());
        free(w);
        return NULL;
    }
    w->fonts = fonts_open(config->font_dir, error, error_size);
    if (w->fonts == NULL)
        goto fail;
    w->bell_event = SDL_RegisterEvents(1);
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (config->fullscreen)
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    w->sdl = SDL_CreateWindow("Groupy", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, UNTILED_WIDTH,
                              UNTILED_HEIGHT, flags);
    if (w->sdl == NULL || SDL_GetWindowSurface(w->sdl) == NULL) {
        snprintf(error, error_size, "no window (%s): check the display, or use --headless", SDL_GetError());
        goto fail;
    }
    SDL_SetWindowMinimumSize(w->sdl, SMALLEST, SMALLEST);
    set_icon(w->sdl, config->icon);
    SDL_StartTextInput();
    w->theme = config->theme;
    w->reduced_motion = config->reduced_motion;
    w->dirty = true;
    w->tile_index = config->tile_index;
    w->tile_of = config->tile_of;
    if (!config->fullscreen)
        window_retile(w, config->tile_index, config->tile_of);
    return w;
fail:
    window_close(&w);
    return NULL;
}

void window_close(struct window **self) {
    struct window *w = *self;
    if (w == NULL)
        return;
    SDL_FreeSurface(w->shadow);
    if (w->sdl != NULL)
        SDL_DestroyWindow(w->sdl);
    fonts_close(&w->fonts);
    SDL_Quit();
    free(w);
    *self = NULL;
}

/* --- drawing --- */

/* The surface to draw on: the window's own, or a copy in 32 bits that draw() converts. */
static SDL_Surface *drawable(struct window *w, SDL_Surface *screen) {
    if (screen->format->BytesPerPixel == 4)
        return screen;
    if (w->shadow == NULL || w->shadow->w != screen->w || w->shadow->h != screen->h) {
        SDL_FreeSurface(w->shadow);
        w->shadow = SDL_CreateRGBSurfaceWithFormat(0, screen->w, screen->h, 32, SDL_PIXELFORMAT_RGB888);
    }
    return w->shadow;
}

static float pulse_left(const struct window *w) {
    uint32_t age = SDL_GetTicks() - w->pulse_start;
    return w->pulsing && age < PULSE_MS ? 1 - (float)age / PULSE_MS : 0;
}

static void draw(struct window *w) {
    SDL_Surface *screen = SDL_GetWindowSurface(w->sdl);
    SDL_Surface *surface = screen == NULL ? NULL : drawable(w, screen);
    if (surface == NULL)
        return; /* between two sizes; an expose event follows */
    int width = 1, height = 1;
    SDL_GetWindowSize(w->sdl, &width, &height);
    struct tile_look look = {.width = (float)surface->w,
                             .height = (float)surface->h,
                             .scale = fmaxf(1, (float)surface->w / (float)SDL_max(1, width)),
                             .theme = w->theme,
                             .pulse = pulse_left(w),
                             .show_help = w->shows_help};
    w->pulsing = look.pulse > 0;
    w->dirty = false;
    w->drawn = SDL_GetTicks();
    struct canvas_sdl canvas;
    canvas_sdl_init(&canvas, surface, w->fonts);
    tile_draw(&canvas.canvas, &w->model, &look);
    if (surface != screen)
        SDL_BlitSurface(surface, NULL, screen, NULL);
    SDL_UpdateWindowSurface(w->sdl);
}

void window_show(struct window *w, const struct tile_model *model) {
    if (w->has_model && memcmp(&w->model, model, sizeof *model) == 0)
        return;
    if (w->has_model && model->count > w->model.count && !w->reduced_motion && !w->shows_help) {
        w->pulsing = true;
        w->pulse_start = SDL_GetTicks();
    }
    char title[160], shown[160];
    tile_title(model, title, sizeof title);
    tile_title(&w->model, shown, sizeof shown);
    if (!w->has_model || strcmp(title, shown) != 0)
        SDL_SetWindowTitle(w->sdl, title);
    w->model = *model;
    w->has_model = w->dirty = true;
}

/* --- events --- */

void window_ring(struct window *w) {
    if (!atomic_exchange(&w->bell_rung, true)) {
        SDL_Event event = {.type = w->bell_event};
        SDL_PushEvent(&event);
    }
}

static void toggle_fullscreen(struct window *w) {
    bool is_full = (SDL_GetWindowFlags(w->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
    SDL_SetWindowFullscreen(w->sdl, is_full ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
}

/* Does what concerns only the window; passes on what the worker must do. */
static enum window_command act(struct window *w, enum key_action action) {
    if (w->shows_help && action == KEY_ESCAPE)
        action = KEY_HELP;
    w->dirty |= action == KEY_HELP || action == KEY_THEME || action == KEY_FULLSCREEN;
    if (action == KEY_HELP)
        w->shows_help = !w->shows_help;
    else if (action == KEY_THEME)
        w->theme = w->theme == THEME_LIGHT ? THEME_DARK : THEME_LIGHT;
    else if (action == KEY_FULLSCREEN)
        toggle_fullscreen(w);
    else if (action == KEY_ESCAPE) {
        if ((SDL_GetWindowFlags(w->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0)
            toggle_fullscreen(w);
    } else
        return (enum window_command)action;
    return WINDOW_NONE;
}

static enum window_command handle(struct window *w, const SDL_Event *event) {
    if (event->type == w->bell_event) {
        atomic_store(&w->bell_rung, false);
        return WINDOW_REFRESH;
    }
    if (event->type == SDL_QUIT)
        return WINDOW_CLOSE;
    if (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_CLOSE)
        return WINDOW_CLOSE;
    if (event->type == SDL_WINDOWEVENT && (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
                                           event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED))
        w->dirty = true;
    if (event->type == SDL_MOUSEBUTTONDOWN && event->button.button == SDL_BUTTON_LEFT)
        return w->shows_help ? act(w, KEY_HELP) : WINDOW_CHANGE;
    return act(w, keys_translate(&w->keys, event));
}

/* Milliseconds until the next frame, 0 if it is due, or `otherwise` if nothing is to be drawn. */
static int next_frame(const struct window *w, int otherwise) {
    if (!w->dirty && !w->pulsing)
        return otherwise;
    uint32_t age = SDL_GetTicks() - w->drawn, interval = w->dirty ? BUSY_FRAME_MS : FRAME_MS;
    return age >= interval ? 0 : SDL_min(otherwise, (int)(interval - age));
}

enum window_command window_wait(struct window *w, int timeout_ms) {
    uint32_t end = SDL_GetTicks() + (uint32_t)SDL_max(0, timeout_ms);
    for (;;) {
        /* Drawn before the events are read: a bell that never stops must not keep the picture back. */
        settle(w);
        if (next_frame(w, 1) == 0)
            draw(w);
        SDL_Event event;
        while (SDL_PollEvent(&event)) {
            enum window_command command = handle(w, &event);
            if (command != WINDOW_NONE)
                return command;
        }
        int left = (int)(end - SDL_GetTicks());
        if (left <= 0)
            return WINDOW_NONE;
        int wait = next_frame(w, left);
        if (wait > 0)
            SDL_WaitEventTimeout(NULL, wait); /* NULL: only wait, the event stays in the queue */
    }
}
