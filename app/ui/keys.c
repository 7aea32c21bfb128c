/* The tables of keys. Shift and Caps Lock make no difference to letters; Alt and the system key belong to the
 * window manager.
 */
#include "app/ui/keys.h"

#include <string.h>

static const struct key_press pressed[] = {
    {SDLK_k, WINDOW_KILL_LEADER, false}, {SDLK_m, WINDOW_CRASH_MID_BROADCAST, false},
    {SDLK_l, WINDOW_LOSE, false},        {SDLK_h, WINDOW_HANG_LEADER, false},
    {SDLK_p, WINDOW_CUT, false},         {SDLK_n, WINDOW_JOIN, false},
    {SDLK_x, WINDOW_LEAVE, false},       {SDLK_c, WINDOW_CHANGE, false},
    {SDLK_SPACE, WINDOW_PAUSE, false},   {SDLK_RIGHT, WINDOW_STEP, true},
    {SDLK_PAGEDOWN, WINDOW_STEP, true}, /* a presenter's clicker: next */
    {SDLK_q, WINDOW_CLOSE, false},       {SDLK_s, WINDOW_SAVE, false},
    {SDLK_r, WINDOW_RECORD, false},      {SDLK_t, KEY_THEME, false},
    {SDLK_F1, KEY_HELP, false},          {SDLK_F11, KEY_FULLSCREEN, false},
    {SDLK_ESCAPE, KEY_ESCAPE, false},
};

static const struct key_text typed[] = {
    {"?", KEY_HELP, false},         {".", WINDOW_PAUSE, false},     {"+", WINDOW_FASTER, true},
    {"=", WINDOW_FASTER, true},     {"-", WINDOW_SLOWER, true},     {"_", WINDOW_SLOWER, true},
    {"g", WINDOW_SCENARIOS, false}, {"G", WINDOW_SCENARIOS, false},
};

/* In the order of a lecture: the faults first, for they are what is forgotten. */
static const struct help_row rows[] = {
    {{{"K", WINDOW_KILL_LEADER}}, "kill the leader", NULL},
    {{{"M", WINDOW_CRASH_MID_BROADCAST}}, "crash the leader mid-broadcast", "crash mid-broadcast"},
    {{{"L", WINDOW_LOSE}}, "lose the next message to this worker", "lose next message"},
    {{{"H", WINDOW_HANG_LEADER}}, "hang the leader for 3 s", "hang the leader"},
    {{{"P", WINDOW_CUT}}, "cut this worker off, or heal", "cut off, heal"},
    {{{"N", WINDOW_JOIN}}, "a new worker joins", NULL},
    {{{"X", WINDOW_LEAVE}}, "this worker leaves", NULL},
    {{{"C", WINDOW_CHANGE}}, "change colour now (or click)", "change colour"},
    {{{"Space", WINDOW_PAUSE}}, "pause, go on (or .)", "pause, go on"},
    {{{"\u2192", WINDOW_STEP}}, "one change", NULL},
    {{{"+", WINDOW_FASTER}, {"\u2212", WINDOW_SLOWER}}, "pace", NULL},
    {{{"1", KEY_RUNG}, {"2", KEY_RUNG + 1}, {"3", KEY_RUNG + 2}, {"4", KEY_RUNG + 3}, {"5", KEY_RUNG_LAST}},
     "restart on gms1 to gms5",
     "restart on a rung"},
    {{{"G", WINDOW_SCENARIOS}}, "play a scenario", NULL},
    {{{"S", WINDOW_SAVE}, {"R", WINDOW_RECORD}}, "save this picture; record all", "save; record"},
    {{{"Q", WINDOW_CLOSE}}, "close this worker", NULL},
    {{{"Ctrl+Q", WINDOW_CLOSE_ALL}}, "close all", NULL},
    {{{"F11", KEY_FULLSCREEN}, {"T", KEY_THEME}}, "full screen; light, dark", "full screen; theme"},
    {{{"?", KEY_HELP}}, "this help", NULL},
};
const struct help_table keys_help = {rows, (int)(sizeof rows / sizeof rows[0])};

static const struct key_map map = {.pressed = pressed,
                                   .pressed_count = (int)(sizeof pressed / sizeof pressed[0]),
                                   .typed = typed,
                                   .typed_count = (int)(sizeof typed / sizeof typed[0]),
                                   .ctrl_q = WINDOW_CLOSE_ALL};

static int from_press(const struct key_map *m, const SDL_KeyboardEvent *event) {
    uint16_t mod = event->keysym.mod;
    if ((mod & (KMOD_ALT | KMOD_GUI)) != 0)
        return 0;
    if ((mod & KMOD_CTRL) != 0)
        return event->keysym.sym == SDLK_q && event->repeat == 0 ? m->ctrl_q : 0;
    for (int i = 0; i < m->pressed_count; i++)
        if (event->keysym.sym == m->pressed[i].key && (event->repeat == 0 || m->pressed[i].repeats))
            return m->pressed[i].action;
    return 0;
}

int keys_find(const struct key_map *m, struct keys *keys, const SDL_Event *event) {
    if (event->type == SDL_KEYDOWN) {
        keys->repeated = event->key.repeat != 0;
        return from_press(m, &event->key);
    }
    if (event->type == SDL_TEXTINPUT)
        for (int i = 0; i < m->typed_count; i++)
            if (strcmp(event->text.text, m->typed[i].text) == 0 && (!keys->repeated || m->typed[i].repeats))
                return m->typed[i].action;
    return 0;
}

enum key_action keys_translate(struct keys *keys, const SDL_Event *event) {
    return (enum key_action)keys_find(&map, keys, event);
}

char keys_character(const SDL_Event *event) {
    if (event->type == SDL_KEYDOWN && event->key.repeat == 0 &&
        (event->key.keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI)) == 0) {
        const SDL_Keycode key = event->key.keysym.sym;
        return key >= SDLK_a && key <= SDLK_z ? (char)('A' + (key - SDLK_a)) : key == SDLK_ESCAPE ? 27 : 0;
    }
    if (event->type == SDL_TEXTINPUT && event->text.text[1] == '\0') {
        const char c = event->text.text[0];
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? 0 : c; /* those came when pressed */
    }
    return 0;
}

static void push_text(uint32_t window_id, const char *text) {
    SDL_Event event = {.text = {.type = SDL_TEXTINPUT, .windowID = window_id}};
    SDL_strlcpy(event.text.text, text, sizeof event.text.text);
    SDL_PushEvent(&event);
}

bool keys_press(uint32_t window_id, const char *key) {
    const bool ctrl = SDL_strncasecmp(key, "ctrl+", 5) == 0;
    const char *name = ctrl ? key + 5 : key;
    const bool is_text = !ctrl && name[0] > ' ' && name[1] == '\0';
    const SDL_Keycode code = SDL_GetKeyFromName(name);
    if (code == SDLK_UNKNOWN && !is_text)
        return false;
    SDL_Event event = {.key = {.type = SDL_KEYDOWN, .windowID = window_id}};
    event.key.keysym.sym = code;
    event.key.keysym.mod = ctrl ? KMOD_CTRL : KMOD_NONE;
    SDL_PushEvent(&event);
    if (is_text)
        push_text(window_id, name);
    return true;
}
