/* What the scope asks its window for: the group, the menu, files. */
#include "app/scope/window_parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/picture_file.h"
#include "app/scenario_menu.h"

#define KEEP_MS 2000 /* it takes so long at most until the windows that were asked for are there */

uint64_t window_now_ms(void) {
    return SDL_GetTicks64();
}

/* New windows take the keyboard. Who asked for them here goes on here. */
static bool opens_windows(const char *verb) {
    return strcmp(verb, "rung") == 0 || strcmp(verb, "scenario") == 0 || strcmp(verb, "join") == 0;
}

static void act(struct scope_window *w, const struct scope_ask *ask) {
    const char *words[SCOPE_WORDS_MAX];
    if (opens_windows(ask->words[0]))
        w->keep_until_ms = window_now_ms() + KEEP_MS;
    for (int i = 0; i < ask->word_count; i++)
        words[i] = ask->words[i];
    if (w->queue == NULL)
        scope_notice(w->scope, "this group is not on this machine: nothing can be done to it from here");
    else if (!control_queue_put(w->queue, ask->self, ask->word_count, words))
        scope_notice(w->scope, "the group is slow to answer: wait");
}

static void open_menu(struct scope_window *w) {
    char error[256];
    const char *rung = gms_rung_name(w->scope->settings.rung);
    if (!w->scope->look.is_live)
        scope_notice(w->scope, "this is a recorded run: scenarios need a live group");
    else if (!scenario_menu_open(&w->over.menu, w->config->assets, rung, error, sizeof error))
        scope_notice(w->scope, error);
}

static void draw_for_file(struct canvas *canvas, void *arg) {
    struct scope_window *w = arg;
    scope_draw_still(w->scope, canvas);
}

static void save(struct scope_window *w) {
    char what[32], said[256];
    snprintf(what, sizeof what, "%s-scope", gms_rung_name(w->scope->settings.rung));
    const struct picture_file picture = {.folder = w->config->out,
                                         .what = what,
                                         .width = w->size.width,
                                         .height = w->size.height,
                                         .scale = 1,
                                         .fonts = w->screen.fonts,
                                         .draw = draw_for_file,
                                         .arg = w};
    picture_file_save(&picture, time(NULL), said, sizeof said);
    scope_notice(w->scope, said);
}

static void grant(struct scope_window *w, const struct scope_ask *ask) {
    switch (ask->wish) {
    case SCOPE_WISH_ACT: act(w, ask); break;
    case SCOPE_WISH_SCENARIOS: open_menu(w); break;
    case SCOPE_WISH_HELP: overlays_turn_help(&w->over, &w->screen.canvas.canvas, &w->size); break;
    case SCOPE_WISH_SAVE: save(w); break;
    case SCOPE_WISH_FULL_SCREEN: screen_toggle_full(&w->screen); break;
    case SCOPE_WISH_LEAVE_FULL_SCREEN:
        if (screen_is_full(&w->screen))
            screen_toggle_full(&w->screen);
        break;
    case SCOPE_WISH_CLOSE: w->ends = true; break;
    }
    w->dirty = true;
}

void window_grant_wishes(struct scope_window *w) {
    struct scope_ask ask;
    char answer[CONTROL_QUEUE_ANSWER_MAX];
    while (scope_take_ask(w->scope, &ask))
        grant(w, &ask);
    if (w->queue != NULL && control_queue_take(w->queue, answer))
        scope_answer(w->scope, answer);
}
