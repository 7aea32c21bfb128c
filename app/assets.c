/* An installed program looks beside itself first, so that a moved prefix still works. */
#include "app/assets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/spawn.h"

const char *assets_dir(const char *argv0) {
    static char found[4096 + 64];
    char program[4096];
    const char *chosen = getenv("GROUPY_ASSETS");
    if (chosen && chosen[0])
        return chosen;
    snprintf(program, sizeof program, "%s", spawn_self(argv0));
    char *slash = strrchr(program, '/');
    if (slash) {
        *slash = '\0';
        snprintf(found, sizeof found, "%s/%s", program, GROUPY_ASSETS_RELATIVE);
        if (access(found, R_OK) == 0)
            return found;
    }
    return GROUPY_ASSETS_SOURCE;
}
