/* One loop over the source, the window's events, the answers of the group and the standard input.
 *
 * It draws when something has changed, some 30 times a second at most, and less often where a picture is
 * costly: nobody's processor is to be busy with looking. Whoever uses keys or mouse sees each frame at once.
 */
#include "app/scope/window.h"

#include <czmq.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/scope/window_keys.h"
#include "app/scope/window_parts.h"

#define FRAME_MS       33  /* between two frames of what goes on by itself ... */
#define HAND_FRAME_MS  14  /* ... and of what a hand does, which for ... */
#define HAND_MS        400 /* ... so long after an event is still busy */
#define LOADING_MS     120 /* between two frames while a trace is read, and nobody does anything */
#define SHARE          6   /* drawing by itself takes at most one part in so many of the time */
#define BUDGET_MS      8   /* of a turn, for reading ... */
#define LOADING_BUDGET 40  /* ... while nobody waits for the picture */
#define IDLE_MS        500

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

/* A managed one leaves Ctrl+C to its launcher, which gets it too. */
static void handle_signals(bool managed) {
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    struct sigaction alone = {.sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT}; /* who hangs others for it */
    zsys_handler_set(NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, managed ? &ignore : &stop, NULL);
    sigaction(SIGINT, managed ? &ignore : &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGCHLD, &alone, NULL);
}

static bool hand_is_busy(const struct scope_window *w) {
    return window_now_ms() < w->hand_ms + HAND_MS;
}

/* -- Opening and closing ----------------------------------------------------------------------------------
 */

static void answered(void *arg) {
    struct screen *screen = arg;
    screen_ring(screen);
}

static void say_what_it_shows(struct scope_window *w) {
    const struct scope_target *c = &w->config->target;
    const char *slash = c->path_count > 0 ? strrchr(c->paths[0], '/') : NULL;
    char text[128];
    if (c->path_count == 1)
        snprintf(text, sizeof text, "%s", slash != NULL && slash[1] != '\0' ? slash + 1 : c->paths[0]);
    else if (c->path_count > 1)
        snprintf(text, sizeof text, "%d traces", c->path_count);
    else
        snprintf(text, sizeof text, "%s", c->join != NULL ? c->join : c->group);
    scope_set_name(w->scope, text);
}

static bool open_screen(struct scope_window *w, char *error, size_t error_size) {
    char icon[4096 + 16], fonts[4096 + 16];
    snprintf(icon, sizeof icon, "%s/icon.bmp", w->config->assets);
    snprintf(fonts, sizeof fonts, "%s/fonts", w->config->assets);
    const struct screen_config screen = {.font_dir = fonts,
                                         .icon = icon,
                                         .title = "Groupy scope",
                                         .instead = "use --text",
                                         .smallest = PLACING_SMALLEST,
                                         .fullscreen = w->config->fullscreen};
    if (!screen_open(&w->screen, &screen, error, error_size))
        return false;
    w->placing.sdl = w->screen.sdl;
    if (w->config->managed)
        placing_move(&w->placing, (struct place){PLACING_LOWER, 0, 1});
    return true;
}

static bool open_all(struct scope_window *w, char *error, size_t error_size) {
    w->scope = scope_new();
    if (w->scope == NULL) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    w->scope->look.is_live = w->scope->follows = w->config->target.path_count == 0;
    w->scope->look.theme = w->config->theme;
    w->scope->look.reduced_motion = w->config->reduced_motion;
    w->over.keys = &window_keys_help;
    menu_clear(&w->over.menu, "Scenarios");
    const struct scope_target *target = &w->config->target;
    const struct source_handler handler = scope_handler(w->scope);
    if (!open_screen(w, error, error_size) ||
        (w->source = scope_open(target, &handler, error, error_size)) == NULL)
        return false;
    if (target->path_count == 0 && target->join == NULL) {
        w->queue = control_queue_new(target->group, answered, &w->screen, error, error_size);
        if (w->queue == NULL)
            return false;
    }
    say_what_it_shows(w);
    w->goes_on = w->dirty = true;
    return true;
}

static void close_all(struct scope_window *w) {
    control_queue_destroy(&w->queue);
    source_close(&w->source);
    screen_close(&w->screen);
    scope_destroy(&w->scope);
    zsys_shutdown();
}

/* -- Drawing ----------------------------------------------------------------------------------------------
 */

static void draw(struct scope_window *w) {
    char title[sizeof w->title];
    struct canvas *canvas = screen_begin(&w->screen, &w->size);
    if (canvas == NULL)
        return;
    const uint64_t start = window_now_ms();
    scope_resize(w->scope, w->size.width, w->size.height, w->size.scale);
    scope_tick(w->scope, start);
    if (!overlays_cover(&w->over))
        scope_draw(w->scope, canvas);
    overlays_draw(&w->over, canvas, &w->size, w->scope->look.theme);
    screen_end(&w->screen);
    w->drawn_ms = window_now_ms();
    w->cost_ms = w->drawn_ms - start;
    w->has_drawn = true;
    w->dirty = w->scope->dirty = false;
    scope_window_title(w->scope, title, sizeof title);
    if (strcmp(title, w->title) != 0) {
        memcpy(w->title, title, sizeof title);
        SDL_SetWindowTitle(w->screen.sdl, title);
    }
}

/* Milliseconds until the next frame may be drawn. */
static int next_frame(const struct scope_window *w) {
    uint64_t interval = SDL_max(FRAME_MS, SHARE * w->cost_ms);
    if (hand_is_busy(w) || w->scope->look.is_playing)
        interval = HAND_FRAME_MS;
    else if (w->scope->loading)
        interval = SDL_max(LOADING_MS, interval);
    const uint64_t then = w->drawn_ms + interval, now = window_now_ms();
    return w->has_drawn && then > now ? (int)(then - now) : 0;
}

/* -- Events ------------------------------------------------------------------------------------------------
 */

static void keep_keyboard(const struct scope_window *w, const SDL_Event *event) {
    if (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_FOCUS_LOST &&
        window_now_ms() < w->keep_until_ms)
        SDL_RaiseWindow(w->screen.sdl);
}

static struct scope_mouse mouse_at(const struct scope_window *w, int x, int y) {
    return (struct scope_mouse){w->size.scale * (float)x, w->size.scale * (float)y,
                                (SDL_GetModState() & KMOD_SHIFT) != 0};
}

static void turn_wheel(struct scope_window *w, const SDL_MouseWheelEvent *event) {
    int x, y;
    const float sign = event->direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1;
    SDL_GetMouseState(&x, &y);
    struct scope_mouse mouse = mouse_at(w, x, y);
    if (event->preciseY != 0)
        scope_wheel(w->scope, &w->screen.canvas.canvas, mouse, sign * event->preciseY);
    mouse.shift = true; /* sideways: it scrolls */
    if (event->preciseX != 0)
        scope_wheel(w->scope, &w->screen.canvas.canvas, mouse, -sign * event->preciseX);
}

static void do_action(struct scope_window *w, int action) {
    if (action > SCOPE_KEY_RUNG)
        overlays_ask(&w->over, action - SCOPE_KEY_RUNG);
    else
        scope_do(w->scope, (enum scope_command)action);
}

/* True: it was for what is open over the picture. */
static bool handle_over(struct scope_window *w, const SDL_Event *event) {
    const char *choice = NULL;
    int action = 0;
    switch (overlays_handle(&w->over, &w->screen.canvas.canvas, &w->size, event, &choice, &action)) {
    case OVERLAYS_PASS: return false;
    case OVERLAYS_TAKEN: break;
    case OVERLAYS_RESTART: scope_restart(w->scope, choice); break;
    case OVERLAYS_PLAY: scope_start(w->scope, choice); break;
    case OVERLAYS_ACTION:
        if (action != SCOPE_HELP)
            do_action(w, action);
        break;
    }
    return w->dirty = true;
}

static void press(struct scope_window *w, const SDL_Event *event) {
    const enum scope_command command = window_keys_command(&w->keys, event);
    if (command == SCOPE_ESCAPE && overlays_close_help(&w->over))
        w->dirty = true;
    else
        scope_do(w->scope, command);
}

/* A mouse moves more often than anybody looks: where it is counts before anything else happens, or is drawn.
 */
static void follow_mouse(struct scope_window *w) {
    if (w->has_moved)
        scope_mouse_move(w->scope, &w->screen.canvas.canvas, w->mouse);
    w->has_moved = false;
}

static void handle(struct scope_window *w, const SDL_Event *event) {
    struct canvas *canvas = &w->screen.canvas.canvas;
    if (screen_heard(&w->screen, event))
        return; /* grant_all() looks for the answer in every turn */
    if (screen_is_closed(event))
        w->ends = true;
    w->dirty |= screen_is_exposed(event);
    keep_keyboard(w, event);
    if (!w->has_drawn)
        return; /* nobody has seen what is where */
    if (event->type != SDL_WINDOWEVENT)
        w->hand_ms = window_now_ms();
    if (handle_over(w, event))
        return;
    if (event->type == SDL_MOUSEMOTION) {
        w->mouse = mouse_at(w, event->motion.x, event->motion.y);
        w->has_moved = true;
        return;
    }
    follow_mouse(w);
    if (event->type == SDL_MOUSEWHEEL)
        turn_wheel(w, &event->wheel);
    else if (event->type == SDL_MOUSEBUTTONDOWN && event->button.button != SDL_BUTTON_MIDDLE)
        scope_mouse_down(w->scope, canvas, mouse_at(w, event->button.x, event->button.y),
                         event->button.button == SDL_BUTTON_RIGHT ? SCOPE_RIGHT : SCOPE_LEFT);
    else if (event->type == SDL_MOUSEBUTTONUP)
        scope_mouse_up(w->scope, canvas, mouse_at(w, event->button.x, event->button.y));
    else if (event->type == SDL_WINDOWEVENT && event->window.event == SDL_WINDOWEVENT_LEAVE)
        scope_mouse_gone(w->scope);
    else
        press(w, event);
}

/* -- The loop ----------------------------------------------------------------------------------------------
 */

static void obey_demo(struct scope_window *w, const char *line) {
    if (strncmp(line, "notice ", 7) == 0)
        scope_notice(w->scope, line + 7);
    else if (strncmp(line, "recorded ", 9) == 0)
        w->scope->look.is_recorded = strcmp(line + 9, "on") == 0;
    w->dirty = true;
}

/* A demo that ends, or dies, closes the standard input of its scope. */
static bool demo_is_gone(struct scope_window *w) {
    char bytes[256];
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&in, 1, 0) <= 0)
        return false;
    const ssize_t size = read(STDIN_FILENO, bytes, sizeof bytes);
    for (ssize_t i = 0; i < size; i++) {
        if (bytes[i] != '\n' && w->told_size < sizeof w->told - 1) {
            w->told[w->told_size++] = bytes[i];
        } else if (bytes[i] == '\n') {
            w->told[w->told_size] = '\0';
            w->told_size = 0;
            obey_demo(w, w->told);
        }
    }
    return size <= 0;
}

static void read_source(struct scope_window *w) {
    if (!w->goes_on)
        return;
    w->goes_on = source_read(w->source, w->scope->loading && !hand_is_busy(w) ? LOADING_BUDGET : BUDGET_MS);
    scope_read_on(w->scope, w->goes_on, source_unfinished(w->source), source_progress(w->source));
    const bool is_deserted = source_deserted(w->source);
    if (is_deserted && !w->was_deserted)
        scope_notice(w->scope, "the group has ended");
    w->was_deserted = is_deserted;
}

static int until_next_turn(struct scope_window *w) {
    int wait = w->scope->look.is_live && w->goes_on ? FRAME_MS : IDLE_MS;
    const int wants = scope_wait_ms(w->scope), frame = next_frame(w);
    if (wants >= 0)
        wait = SDL_min(wait, SDL_max(wants, frame));
    if (w->dirty || w->scope->dirty)
        wait = SDL_min(wait, frame);
    if (w->goes_on && source_has_more(w->source))
        wait = 0;
    return overlays_wait_ms(&w->over, wait);
}

static void turn(struct scope_window *w) {
    SDL_Event event;
    read_source(w);
    scope_tick(w->scope, window_now_ms());
    w->dirty |= placing_settle(&w->placing) | overlays_tick(&w->over);
    if ((w->dirty || w->scope->dirty) && next_frame(w) == 0)
        draw(w);
    while (!w->ends && SDL_PollEvent(&event)) {
        handle(w, &event);
        window_grant_wishes(w);
    }
    follow_mouse(w);
    window_grant_wishes(w);
    w->ends |= interrupted || (w->config->managed && demo_is_gone(w));
    const int wait = w->ends ? 0 : until_next_turn(w);
    if (wait > 0)
        SDL_WaitEventTimeout(NULL, wait); /* NULL: only wait, the event stays in the queue */
}

bool scope_window_run(const struct scope_window_config *config, char *error, size_t error_size) {
    struct scope_window *w = calloc(1, sizeof *w);
    if (w == NULL) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    w->config = config;
    handle_signals(config->managed);
    const bool is_open = open_all(w, error, error_size);
    while (is_open && !w->ends)
        turn(w);
    close_all(w);
    free(w);
    return is_open;
}
