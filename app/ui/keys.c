/* The table of keys. Shift and Caps Lock make no difference to letters; Alt and the system key belong to the
 * window manager.
 */
#include "app/ui/keys.h"

#include <string.h>

static const struct {
    SDL_Keycode key;
    int action;
    bool repeats;
} pressed[] = {
    {SDLK_k, WINDOW_KILL_LEADER, false}, {SDLK_m, WINDOW_CRASH_MID_BROADCAST, false},
    {SDLK_l, WINDOW_LOSE, false},        {SDLK_h, WINDOW_HANG_LEADER, false},
    {SDLK_p, WINDOW_CUT, false},         {SDLK_n, WINDOW_JOIN, false},
    {SDLK_x, WINDOW_LEAVE, false},       {SDLK_c, WINDOW_CHANGE, false},
    {SDLK_SPACE, WINDOW_PAUSE, false},   {SDLK_RIGHT, WINDOW_STEP, true},
    {SDLK_PAGEDOWN, WINDOW_STEP, true}, /* a presenter's clicker: next */
    {SDLK_q, WINDOW_CLOSE, false},       {SDLK_t, KEY_THEME, false},
    {SDLK_F1, KEY_HELP, false},          {SDLK_F11, KEY_FULLSCREEN, false},
    {SDLK_ESCAPE, KEY_ESCAPE, false},
};

static const struct {
    const char *text;
    int action;
    bool repeats;
} typed[] = {
    {"?", KEY_HELP, false},     {".", WINDOW_PAUSE, false}, {"+", WINDOW_FASTER, true},
    {"=", WINDOW_FASTER, true}, {"-", WINDOW_SLOWER, true}, {"_", WINDOW_SLOWER, true},
};

static enum key_action from_press(const SDL_KeyboardEvent *event) {
    uint16_t mod = event->keysym.mod;
    if ((mod & (KMOD_ALT | KMOD_GUI)) != 0)
        return KEY_NONE;
    if ((mod & KMOD_CTRL) != 0)
        return event->keysym.sym == SDLK_q && event->repeat == 0 ? (enum key_action)WINDOW_CLOSE_ALL
                                                                 : KEY_NONE;
    for (size_t i = 0; i < sizeof pressed / sizeof pressed[0]; i++)
        if (event->keysym.sym == pressed[i].key && (event->repeat == 0 || pressed[i].repeats))
            return (enum key_action)pressed[i].action;
    return KEY_NONE;
}

enum key_action keys_translate(struct keys *keys, const SDL_Event *event) {
    if (event->type == SDL_KEYDOWN) {
        keys->repeated = event->key.repeat != 0;
        return from_press(&event->key);
    }
    if (event->type == SDL_TEXTINPUT)
        for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
            if (strcmp(event->text.text, typed[i].text) == 0 && (!keys->repeated || typed[i].repeats))
                return (enum key_action)typed[i].action;
    return KEY_NONE;
}
