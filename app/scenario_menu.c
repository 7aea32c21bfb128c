/* See scenario_menu.h. */
#include "app/scenario_menu.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/scenario.h"

struct filling {
    const char *dir;
    struct menu *menu;
    struct scenario *scenario; /* large */
};

/* One that can't be read is left out; `groupy scenarios` says why. */
static void add(void *arg, const char *name) {
    struct filling *f = arg;
    char path[4096 + 64], error[512];
    snprintf(path, sizeof path, "%s/%s.txt", f->dir, name);
    if (scenario_load(f->scenario, path, error, sizeof error))
        menu_add(f->menu, gms_rung_name(f->scenario->rung), name, f->scenario->title);
}

bool scenario_menu_open(struct menu *menu, const char *assets, const char *rung, char *error,
                        size_t error_size) {
    char dir[4096];
    struct filling f = {.dir = dir, .menu = menu, .scenario = malloc(sizeof *f.scenario)};
    snprintf(dir, sizeof dir, "%s/scenarios", assets);
    menu_clear(menu, "Scenarios");
    if (f.scenario)
        scenario_list(dir, add, &f);
    free(f.scenario);
    if (menu->item_count == 0) {
        snprintf(error, error_size, "no scenarios in %s", dir);
        return false;
    }
    menu_open(menu, rung);
    return true;
}
