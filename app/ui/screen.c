/* The SDL side that the worker's window and the scope's have in common. */
#include "app/ui/screen.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* -- Opening -------------------------------------------------------------------------------------------- */

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

bool screen_open(struct screen *s, const struct screen_config *config, char *error, size_t error_size) {
    set_hints();
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        snprintf(error, error_size, "no display (%s): set DISPLAY, or %s", SDL_GetError(), config->instead);
        return false;
    }
    s->fonts = fonts_open(config->font_dir, error, error_size);
    if (s->fonts == NULL)
        return false;
    s->bell_event = SDL_RegisterEvents(1);
    SDL_Rect area = {0, 0, 1280, 720};
    SDL_GetDisplayUsableBounds(0, &area);
    const int width = config->width > 0 ? config->width : area.w * 4 / 5;
    const int height = config->width > 0 ? config->height : area.h * 4 / 5;
    uint32_t flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    if (config->fullscreen)
        flags |= SDL_WINDOW_FULLSCREEN_DESKTOP;
    s->sdl = SDL_CreateWindow(config->title, SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, width, height,
                              flags);
    if (s->sdl == NULL || SDL_GetWindowSurface(s->sdl) == NULL) {
        snprintf(error, error_size, "no window (%s): check the display, or %s", SDL_GetError(),
                 config->instead);
        return false;
    }
    SDL_SetWindowMinimumSize(s->sdl, config->smallest, config->smallest);
    set_icon(s->sdl, config->icon);
    SDL_StartTextInput();
    return true;
}

void screen_close(struct screen *s) {
    SDL_FreeSurface(s->shadow);
    if (s->sdl != NULL)
        SDL_DestroyWindow(s->sdl);
    fonts_close(&s->fonts);
    SDL_Quit();
    s->shadow = NULL;
    s->sdl = NULL;
}

/* -- Drawing -------------------------------------------------------------------------------------------- */

/* The surface to draw on: the window's own, or a copy in 32 bits that screen_end() converts. */
static SDL_Surface *drawable(struct screen *s, SDL_Surface *own) {
    if (own->format->BytesPerPixel == 4)
        return own;
    if (s->shadow == NULL || s->shadow->w != own->w || s->shadow->h != own->h) {
        SDL_FreeSurface(s->shadow);
        s->shadow = SDL_CreateRGBSurfaceWithFormat(0, own->w, own->h, 32, SDL_PIXELFORMAT_RGB888);
    }
    return s->shadow;
}

struct screen_size screen_size_of(const struct screen *s) {
    const SDL_Surface *own = SDL_GetWindowSurface(s->sdl);
    int width = 1, height = 1;
    SDL_GetWindowSize(s->sdl, &width, &height);
    if (own == NULL)
        return (struct screen_size){(float)width, (float)height, 1};
    return (struct screen_size){(float)own->w, (float)own->h,
                                fmaxf(1, (float)own->w / (float)SDL_max(1, width))};
}

struct canvas *screen_begin(struct screen *s, struct screen_size *size) {
    SDL_Surface *own = SDL_GetWindowSurface(s->sdl);
    SDL_Surface *surface = own == NULL ? NULL : drawable(s, own);
    if (surface == NULL)
        return NULL;
    *size = screen_size_of(s);
    canvas_sdl_init(&s->canvas, surface, s->fonts);
    return &s->canvas.canvas;
}

void screen_end(struct screen *s) {
    SDL_Surface *own = SDL_GetWindowSurface(s->sdl);
    if (own != NULL && own != s->canvas.surface)
        SDL_BlitSurface(s->canvas.surface, NULL, own, NULL);
    SDL_UpdateWindowSurface(s->sdl);
}

bool screen_is_full(const struct screen *s) {
    return (SDL_GetWindowFlags(s->sdl) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
}

void screen_toggle_full(struct screen *s) {
    SDL_SetWindowFullscreen(s->sdl, screen_is_full(s) ? 0 : SDL_WINDOW_FULLSCREEN_DESKTOP);
}

/* -- The doorbell ---------------------------------------------------------------------------------------- */

void screen_ring(struct screen *s) {
    if (!atomic_exchange(&s->bell_rung, true)) {
        SDL_Event event = {.type = s->bell_event};
        SDL_PushEvent(&event);
    }
}

bool screen_heard(struct screen *s, const SDL_Event *event) {
    if (event->type != s->bell_event)
        return false;
    atomic_store(&s->bell_rung, false);
    return true;
}

bool screen_is_exposed(const SDL_Event *event) {
    return event->type == SDL_WINDOWEVENT && (event->window.event == SDL_WINDOWEVENT_EXPOSED ||
                                              event->window.event == SDL_WINDOWEVENT_SIZE_CHANGED);
}

bool screen_is_closed(const SDL_Event *event) {
    return event->type == SDL_QUIT ||
           (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_CLOSE);
}
