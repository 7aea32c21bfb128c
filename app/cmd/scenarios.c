/* groupy scenarios: the built-in ones, listed; or one of them, printed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/scenario.h"

struct listing {
    const char *dir;
    struct scenario *scenario; /* large */
    bool ok;
};

static void print_one(void *arg, const char *name) {
    struct listing *listing = arg;
    char path[4096 + 64], error[512];
    snprintf(path, sizeof path, "%s/%s.txt", listing->dir, name);
    if (scenario_load(listing->scenario, path, error, sizeof error)) {
        printf("%-26s  %-9s  %s\n", name, gms_rung_name(listing->scenario->rung), listing->scenario->title);
        return;
    }
    options_error("scenarios", "%s", error);
    listing->ok = false;
}

static int list(const char *dir) {
    struct listing listing = {.dir = dir, .scenario = malloc(sizeof *listing.scenario), .ok = true};
    if (!listing.scenario || !scenario_list(dir, print_one, &listing)) {
        options_error("scenarios", "no scenarios in %s (--assets shows where they are looked for)", dir);
        listing.ok = false;
    }
    free(listing.scenario);
    return listing.ok ? STATUS_FINE : STATUS_CANT_RUN;
}

static int print(const char *dir, const char *name) {
    char path[4096 + 64], error[512];
    size_t size;
    if (!scenario_find(dir, name, path, sizeof path, error, sizeof error))
        return options_error("scenarios", "%s", error);
    char *text = scenario_read(path, &size, error, sizeof error);
    if (!text) {
        options_error("scenarios", "%s", error);
        return STATUS_CANT_RUN;
    }
    fwrite(text, 1, size, stdout);
    free(text);
    return STATUS_FINE;
}

int cmd_scenarios(int argc, char **argv) {
    const char *name = NULL;
    char dir[4096 + 16];
    int count, status;
    const struct option options[] = {{.name = NULL}};
    const struct command command = {.name = "scenarios",
                                    .summary =
                                        "Lists the built-in scenarios (name, rung, title), or prints one.",
                                    .usage = "[NAME]",
                                    .example = "groupy demo --scenario gms2-mid-broadcast",
                                    .options = options,
                                    .words_max = 1};
    if (!options_read(&command, argc, argv, &name, &count, &status))
        return status;
    snprintf(dir, sizeof dir, "%s/scenarios", assets_dir(program_name));
    return count == 0 ? list(dir) : print(dir, name);
}
