/* The built-in scenarios as a menu: by rung, with their titles. */
#ifndef APP_SCENARIO_MENU_H
#define APP_SCENARIO_MENU_H

#include "app/ui/menu.h"

#include <stddef.h>

/* Opens it at that rung's; reads the files, for they may be the lecturer's own and new. False and one line in
 * `error`: there are none. */
bool scenario_menu_open(struct menu *, const char *assets, const char *rung, char *error, size_t error_size);

#endif
