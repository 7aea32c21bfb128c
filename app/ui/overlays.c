/* See overlays.h. */
#include "app/ui/overlays.h"

#include "app/ui/keys.h"
#include "app/ui/menu_keys.h"

static struct help_look help_look(const struct overlays *o, const struct screen_size *size,
                                  enum theme theme) {
    return (struct help_look){size->width, size->height, size->scale, theme, o->help_page};
}

void overlays_turn_help(struct overlays *o, struct canvas *c, const struct screen_size *size) {
    const struct help_look look = help_look(o, size, THEME_LIGHT);
    o->help_page = o->shows_help ? o->help_page + 1 : 0;
    o->shows_help = o->help_page == 0 || o->help_page < help_pages(c, o->keys, &look);
}

bool overlays_close_help(struct overlays *o) {
    const bool was_open = o->shows_help;
    o->shows_help = false;
    return was_open;
}

void overlays_ask(struct overlays *o, int rung) {
    bool taken;
    question_press(&o->question, (char)('0' + rung), SDL_GetTicks(), &taken);
}

/* -- Events ---------------------------------------------------------------------------------------------- */

static enum overlays_result restart(const char *rung, const char **choice) {
    *choice = rung;
    return rung != NULL ? OVERLAYS_RESTART : OVERLAYS_TAKEN;
}

static enum overlays_result click(struct overlays *o, struct canvas *c, const struct screen_size *size,
                                  const SDL_MouseButtonEvent *event, const char **choice, int *action) {
    const float x = size->scale * (float)event->x, y = size->scale * (float)event->y;
    if (o->question.digit != 0)
        return restart(question_click(&o->question, x, y), choice);
    if (!o->shows_help)
        return OVERLAYS_PASS;
    const struct help_look look = help_look(o, size, THEME_LIGHT);
    *action = help_hit(c, o->keys, &look, x, y);
    o->shows_help = false;
    return *action != 0 ? OVERLAYS_ACTION : OVERLAYS_TAKEN;
}

enum overlays_result overlays_handle(struct overlays *o, struct canvas *c, const struct screen_size *size,
                                     const SDL_Event *event, const char **choice, int *action) {
    enum menu_result result;
    bool taken = false;
    if (menu_handle(&o->menu, event, size->scale, &result)) {
        if (result == MENU_CHOSEN)
            *choice = o->menu.items[o->menu.chosen].name;
        return result == MENU_CHOSEN ? OVERLAYS_PLAY : OVERLAYS_TAKEN;
    }
    const char key = keys_character(event);
    if (key != 0 && (o->question.digit != 0 || question_is_rung(key))) {
        const char *rung = question_press(&o->question, key, SDL_GetTicks(), &taken);
        return taken ? restart(rung, choice) : OVERLAYS_PASS;
    }
    if (event->type == SDL_MOUSEBUTTONDOWN && event->button.button == SDL_BUTTON_LEFT)
        return click(o, c, size, &event->button, choice, action);
    const bool covered = o->shows_help && (event->type == SDL_MOUSEMOTION || event->type == SDL_MOUSEWHEEL ||
                                           event->type == SDL_MOUSEBUTTONDOWN);
    return covered ? OVERLAYS_TAKEN : OVERLAYS_PASS;
}

bool overlays_tick(struct overlays *o) {
    return o->question.digit != 0 && question_left_ms(&o->question, SDL_GetTicks()) == 0;
}

int overlays_wait_ms(struct overlays *o, int otherwise) {
    if (o->question.digit == 0)
        return otherwise;
    const int left = (int)question_left_ms(&o->question, SDL_GetTicks());
    return left < otherwise || otherwise < 0 ? left : otherwise;
}

/* -- Drawing --------------------------------------------------------------------------------------------- */

bool overlays_cover(const struct overlays *o) {
    return o->menu.is_open || o->shows_help;
}

void overlays_draw(struct overlays *o, struct canvas *c, const struct screen_size *size, enum theme theme) {
    const struct help_look look = help_look(o, size, theme);
    if (o->menu.is_open)
        menu_draw(c, &o->menu, &(struct menu_look){size->width, size->height, size->scale, theme});
    else if (o->shows_help)
        help_draw(c, o->keys, &look);
    if (o->question.digit != 0)
        question_draw(c, &o->question, size->width, size->height, size->scale, theme);
}
