/* See menu_keys.h. */
#include "app/ui/menu_keys.h"

static const struct {
    SDL_Keycode key;
    enum menu_key means;
} keys[] = {
    {SDLK_UP, MENU_UP},
    {SDLK_DOWN, MENU_DOWN},
    {SDLK_PAGEUP, MENU_PAGE_UP},
    {SDLK_PAGEDOWN, MENU_PAGE_DOWN},
    {SDLK_HOME, MENU_FIRST},
    {SDLK_END, MENU_LAST},
    {SDLK_LEFT, MENU_GROUP_BEFORE},
    {SDLK_RIGHT, MENU_GROUP_AFTER},
    {SDLK_TAB, MENU_GROUP_AFTER},
    {SDLK_BACKSPACE, MENU_ERASE},
    {SDLK_RETURN, MENU_ENTER},
    {SDLK_KP_ENTER, MENU_ENTER},
    {SDLK_ESCAPE, MENU_ESCAPE},
};

static bool press(struct menu *m, const SDL_KeyboardEvent *event, enum menu_result *result) {
    if ((event->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI)) != 0 || event->keysym.sym == SDLK_F11)
        return false;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (event->keysym.sym == keys[i].key)
            *result = menu_press(m, keys[i].means);
    }
    return true; /* letters come as text: no key means anything else meanwhile */
}

bool menu_handle(struct menu *m, const SDL_Event *event, float scale, enum menu_result *result) {
    *result = MENU_STAYS;
    if (!m->is_open)
        return false;
    switch (event->type) {
    case SDL_KEYDOWN: return press(m, &event->key, result);
    case SDL_TEXTINPUT: menu_type(m, event->text.text); return true;
    case SDL_MOUSEMOTION:
        menu_point(m, scale * (float)event->motion.x, scale * (float)event->motion.y);
        return true;
    case SDL_MOUSEWHEEL: menu_scroll(m, -3 * event->wheel.y); return true;
    case SDL_MOUSEBUTTONDOWN:
        if (event->button.button == SDL_BUTTON_RIGHT)
            *result = menu_press(m, MENU_ESCAPE);
        else if (event->button.button == SDL_BUTTON_LEFT)
            *result = menu_click(m, scale * (float)event->button.x, scale * (float)event->button.y);
        return true;
    default: return false;
    }
}
