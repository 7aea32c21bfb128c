/* The worker's window: its tile on a screen, what lies over it, and which keys are commands. */
#include "app/ui/window.h"

#include "app/ui/keys.h"
#include "app/ui/overlays.h"
#include "app/ui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PULSE_MS       150
#define FRAME_MS       25 /* between two frames of a pulse */
#define BUSY_FRAME_MS  15 /* between two changes shown, however many come */
#define UNTILED_WIDTH  640
#define UNTILED_HEIGHT 540

struct window {
    struct screen screen;
    struct placing placing;
    struct overlays over;
    struct keys keys;
    struct tile_model model;
    enum theme theme;
    bool reduced_motion, dirty, has_model;
    bool pulsing;
    uint32_t pulse_start; /* SDL ticks */
    uint32_t drawn;       /* when it was drawn last */
    char choice[sizeof((struct menu_item *)NULL)->name];
};

void window_move(struct window *w, struct place place) {
    placing_move(&w->placing, place);
    w->dirty = true;
}

struct menu *window_menu(struct window *w) {
    w->dirty = true;
    return &w->over.menu;
}

const char *window_choice(const struct window *w) {
    return w->choice;
}

/* --- opening --- */

struct window *window_open(const struct window_config *config, char *error, size_t error_size) {
    struct window *w = calloc(1, sizeof *w);
    if (w == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    const struct screen_config screen = {.font_dir = config->font_dir,
                                         .icon = config->icon,
                                         .title = "Groupy",
                                         .instead = "use --headless",
                                         .width = UNTILED_WIDTH,
                                         .height = UNTILED_HEIGHT,
                                         .smallest = PLACING_SMALLEST,
                                         .fullscreen = config->fullscreen};
    if (!screen_open(&w->screen, &screen, error, error_size)) {
        window_close(&w);
        return NULL;
    }
    w->over.keys = &keys_help;
    w->theme = config->theme;
    w->reduced_motion = config->reduced_motion;
    w->dirty = true;
    w->placing.sdl = w->screen.sdl;
    window_move(w, config->place);
    return w;
}

void window_close(struct window **self) {
    struct window *w = *self;
    if (w == NULL)
        return;
    screen_close(&w->screen);
    free(w);
    *self = NULL;
}

/* --- drawing --- */

static float pulse_left(const struct window *w) {
    uint32_t age = SDL_GetTicks() - w->pulse_start;
    return w->pulsing && age < PULSE_MS ? 1 - (float)age / PULSE_MS : 0;
}

static void draw_all(struct window *w, struct canvas *c, const struct screen_size *size) {
    const struct tile_look look = {.width = size->width,
                                   .height = size->height,
                                   .scale = size->scale,
                                   .theme = w->theme,
                                   .pulse = pulse_left(w)};
    w->pulsing = look.pulse > 0;
    if (!overlays_cover(&w->over))
        tile_draw(c, &w->model, &look);
    overlays_draw(&w->over, c, size, w->theme);
}

static void draw(struct window *w) {
    struct screen_size size;
    struct canvas *canvas = screen_begin(&w->screen, &size);
    if (canvas == NULL)
        return;
    w->dirty = false;
    w->drawn = SDL_GetTicks();
    draw_all(w, canvas, &size);
    screen_end(&w->screen);
}

struct window_size window_size(const struct window *w) {
    const struct screen_size size = screen_size_of(&w->screen);
    return (struct window_size){size.width, size.height};
}

void window_draw(struct window *w, struct canvas *c) {
    const struct screen_size size = screen_size_of(&w->screen);
    const struct tile_model shown = w->model;
    w->model.notice[0] = '\0';
    w->model.is_recorded = false;
    w->pulsing = false;
    draw_all(w, c, &size);
    w->model = shown;
}

struct fonts *window_fonts(const struct window *w) {
    return w->screen.fonts;
}

void window_show(struct window *w, const struct tile_model *model) {
    if (w->has_model && memcmp(&w->model, model, sizeof *model) == 0)
        return;
    if (w->has_model && model->count > w->model.count && !w->reduced_motion && !overlays_cover(&w->over)) {
        w->pulsing = true;
        w->pulse_start = SDL_GetTicks();
    }
    char title[160], shown[160];
    tile_title(model, title, sizeof title);
    tile_title(&w->model, shown, sizeof shown);
    if (!w->has_model || strcmp(title, shown) != 0)
        SDL_SetWindowTitle(w->screen.sdl, title);
    w->model = *model;
    w->has_model = w->dirty = true;
}

/* --- events --- */

void window_ring(struct window *w) {
    screen_ring(&w->screen);
}

bool window_press(struct window *w, const char *key) {
    return keys_press(SDL_GetWindowID(w->screen.sdl), key);
}

/* Does what concerns only the window; passes on what the worker must do. */
static enum window_command act(struct window *w, enum key_action action, struct canvas *canvas,
                               const struct screen_size *size) {
    w->dirty |= action >= KEY_HELP;
    if (action == KEY_HELP)
        overlays_turn_help(&w->over, canvas, size);
    else if (action == KEY_THEME)
        w->theme = w->theme == THEME_LIGHT ? THEME_DARK : THEME_LIGHT;
    else if (action == KEY_FULLSCREEN)
        screen_toggle_full(&w->screen);
    else if (action == KEY_ESCAPE) {
        if (!overlays_close_help(&w->over) && screen_is_full(&w->screen))
            screen_toggle_full(&w->screen);
    } else if (action >= KEY_RUNG && action <= KEY_RUNG_LAST) /* a click on it; keys go to the question */
        overlays_ask(&w->over, 1 + (int)action - KEY_RUNG);
    else
        return (enum window_command)action;
    return WINDOW_NONE;
}

static enum window_command choose(struct window *w, enum window_command command, const char *what) {
    snprintf(w->choice, sizeof w->choice, "%s", what);
    return command;
}

/* What is open over the tile comes first; on the tile a click is a change. */
static enum window_command use(struct window *w, const SDL_Event *event) {
    const char *choice = NULL;
    int action = 0;
    struct screen_size size;
    struct canvas *canvas = screen_begin(&w->screen, &size); /* only to measure */
    if (canvas == NULL)
        return WINDOW_NONE;
    const enum overlays_result result = overlays_handle(&w->over, canvas, &size, event, &choice, &action);
    w->dirty |= result != OVERLAYS_PASS;
    switch (result) {
    case OVERLAYS_TAKEN: return WINDOW_NONE;
    case OVERLAYS_RESTART: return choose(w, WINDOW_RESTART, choice);
    case OVERLAYS_PLAY: return choose(w, WINDOW_PLAY, choice);
    case OVERLAYS_ACTION:
        return action == KEY_HELP ? WINDOW_NONE : act(w, (enum key_action)action, canvas, &size);
    case OVERLAYS_PASS: break;
    }
    if (event->type == SDL_MOUSEBUTTONDOWN && event->button.button == SDL_BUTTON_LEFT)
        return WINDOW_CHANGE;
    return act(w, keys_translate(&w->keys, event), canvas, &size);
}

static enum window_command handle(struct window *w, const SDL_Event *event) {
    if (screen_heard(&w->screen, event))
        return WINDOW_REFRESH;
    if (screen_is_closed(event))
        return WINDOW_CLOSE;
    w->dirty |= screen_is_exposed(event);
    return event->type == SDL_WINDOWEVENT ? WINDOW_NONE : use(w, event);
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
        w->dirty |= placing_settle(&w->placing);
        w->dirty |= overlays_tick(&w->over);
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
