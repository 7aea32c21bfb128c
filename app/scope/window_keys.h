/* The scope's keys: those of a worker's window, which mean the same, and its own. */
#ifndef APP_SCOPE_WINDOW_KEYS_H
#define APP_SCOPE_WINDOW_KEYS_H

#include "app/scope/scope.h"
#include "app/ui/help.h"
#include "app/ui/keys.h"

#define SCOPE_KEY_RUNG 1000 /* and the number of the rung: an action of the help that asks */

/* An enum scope_command; SCOPE_NONE for all that is no key of the scope's. */
enum scope_command window_keys_command(struct keys *, const SDL_Event *);

extern const struct help_table window_keys_help;

#endif
