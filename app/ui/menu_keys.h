/* A menu's keys and clicks, the same in every window. */
#ifndef APP_UI_MENU_KEYS_H
#define APP_UI_MENU_KEYS_H

#include "app/ui/menu.h"

#include <SDL.h>

/* True if the event is one for an open menu, which then must be drawn anew; `result` says what came of it.
 * `scale` is px per unit of the mouse's coordinates. Other events (of the window, of Ctrl+Q) are not the
 * menu's. */
bool menu_handle(struct menu *, const SDL_Event *, float scale, enum menu_result *result);

#endif
