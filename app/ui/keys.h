/* Which key of a worker's window means what. Letters and named keys are taken when pressed; `G` and
 * `?` `+` `-` `.` are taken as the text they type: they are elsewhere on every layout, or open what takes
 * text itself. No key is in both, so none counts twice. */
#ifndef APP_UI_KEYS_H
#define APP_UI_KEYS_H

#include "app/ui/help.h"
#include "app/ui/window.h"

#include <SDL.h>

/* A window_command, or one of these, which the window deals with itself. */
enum key_action {
    KEY_NONE = WINDOW_NONE,
    KEY_HELP = 1000,
    KEY_THEME,
    KEY_FULLSCREEN,
    KEY_ESCAPE,
    KEY_RUNG, /* 1, and the four that follow */
    KEY_RUNG_LAST = KEY_RUNG + 4,
};

struct keys {
    bool repeated; /* the key whose text comes next is held down */
};

/* A window's own tables. A key held down counts once, or each time where it `repeats`. */
struct key_press {
    SDL_Keycode key;
    int action;
    bool repeats;
};
struct key_text {
    const char *text;
    int action;
    bool repeats;
};
struct key_map {
    const struct key_press *pressed;
    int pressed_count;
    const struct key_text *typed;
    int typed_count;
    int ctrl_q; /* the action of Ctrl+Q */
};

/* The action that the event asks for by that map; 0: none. */
int keys_find(const struct key_map *, struct keys *, const SDL_Event *);

/* What the event asks for in a worker's window; KEY_NONE for all that is not a known key. A key held down
 * counts once, except for pace and step. Values below KEY_HELP are of enum window_command. */
enum key_action keys_translate(struct keys *, const SDL_Event *);

/* Puts the key into the window's queue as if it were pressed there: a character, a name as SDL has it (F11,
 * Space, Right, Escape, Return ...) or ctrl+q. False: there is no such key. */
bool keys_press(uint32_t window_id, const char *key);

/* The key as a question takes it: a capital letter, a digit or another character, 27 for Escape; 0: none. */
char keys_character(const SDL_Event *);

/* All keys, for the help. */
extern const struct help_table keys_help;

#endif
