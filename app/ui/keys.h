/* Which key means what. Letters and named keys are taken when pressed; `?` `+` `-` `.` are taken as the text
 * they type, for they are elsewhere on every layout. No key is in both, so none counts twice. */
#ifndef APP_UI_KEYS_H
#define APP_UI_KEYS_H

#include "app/ui/window.h"

#include <SDL.h>

/* A window_command, or one of these, which the window deals with itself. */
enum key_action {
    KEY_NONE = WINDOW_NONE,
    KEY_HELP = 1000,
    KEY_THEME,
    KEY_FULLSCREEN,
    KEY_ESCAPE,
};

struct keys {
    bool repeated; /* the key whose text comes next is held down */
};

/* What the event asks for; KEY_NONE for all that is not a known key. A key held down counts once, except
 * for pace and step. Values below KEY_HELP are of enum window_command. */
enum key_action keys_translate(struct keys *, const SDL_Event *);

#endif
