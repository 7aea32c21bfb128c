/* Scenarios as files: the built-in ones have names, and a name that is none gets the near ones told. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/near.h"
#include "app/scenario.h"

#define ENDING ".txt"

/* -- The folder ------------------------------------------------------------------------------------- */

static int is_scenario(const struct dirent *entry) {
    const char *ending = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && ending && strcmp(ending, ENDING) == 0 &&
           strlen(entry->d_name) < SCENARIO_NAME_SIZE;
}

bool scenario_list(const char *dir, void (*each)(void *arg, const char *name), void *arg) {
    struct dirent **entries;
    const int count = scandir(dir, &entries, is_scenario, alphasort);
    for (int i = 0; i < count; i++) {
        entries[i]->d_name[strlen(entries[i]->d_name) - strlen(ENDING)] = '\0';
        each(arg, entries[i]->d_name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    return count > 0;
}

struct meant {
    const char *word;
    size_t used;
    char names[256];
};

static void note_near(void *arg, const char *name) {
    struct meant *meant = arg;
    if (near_enough(meant->word, name) && meant->used + strlen(name) + 3 < sizeof meant->names)
        meant->used += (size_t)snprintf(meant->names + meant->used, sizeof meant->names - meant->used, "%s%s",
                                        meant->used ? ", " : "", name);
}

bool scenario_find(const char *dir, const char *name_or_file, char *path, size_t path_size, char *error,
                   size_t error_size) {
    struct meant meant = {.word = name_or_file};
    if (!strchr(name_or_file, '/')) {
        snprintf(path, path_size, "%s/%s%s", dir, name_or_file, ENDING);
        if (name_or_file[0] != '\0' && access(path, F_OK) == 0)
            return true;
    }
    snprintf(path, path_size, "%s", name_or_file);
    if (name_or_file[0] != '\0' && access(path, F_OK) == 0)
        return true;
    scenario_list(dir, note_near, &meant);
    if (meant.used > 0)
        snprintf(error, error_size, "no scenario or file '%.80s': did you mean %s?", name_or_file,
                 meant.names);
    else
        snprintf(error, error_size, "no scenario or file '%.80s' (groupy scenarios lists the built-in ones)",
                 name_or_file);
    return false;
}

/* -- The file --------------------------------------------------------------------------------------- */

char *scenario_read(const char *path, size_t *size, char *error, size_t error_size) {
    struct stat status;
    char *text = NULL;
    FILE *file = fopen(path, "rb");
    if (!file || fstat(fileno(file), &status) != 0) {
        snprintf(error, error_size, "%s: can't be read: %s", path, strerror(errno));
        goto done;
    }
    if (!S_ISREG(status.st_mode)) {
        snprintf(error, error_size, "%s: not a file", path);
        goto done;
    }
    text = malloc(SCENARIO_SIZE_MAX + 1);
    if (!text) {
        snprintf(error, error_size, "out of memory");
        goto done;
    }
    *size = fread(text, 1, SCENARIO_SIZE_MAX + 1, file);
    if (*size > SCENARIO_SIZE_MAX) {
        snprintf(error, error_size, "%s: a scenario has at most %d bytes", path, SCENARIO_SIZE_MAX);
        free(text);
        text = NULL;
    }
done:
    if (file)
        fclose(file);
    return text;
}

bool scenario_load(struct scenario *s, const char *path, char *error, size_t error_size) {
    size_t size;
    char *text = scenario_read(path, &size, error, error_size);
    const bool ok = text && scenario_parse(s, path, text, size, error, error_size);
    free(text);
    return ok;
}
