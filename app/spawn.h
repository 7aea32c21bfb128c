/* Starting worker processes: the same program, with pipes for what it is told and what it reports. */
#ifndef APP_SPAWN_H
#define APP_SPAWN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct spawned {
    pid_t pid;
    int in;  /* writes to its standard input; it ends when this closes */
    int out; /* reads its standard output */
};

/* The path of this very program, for starting it again; argv0 is the fallback where the system won't tell. */
const char *spawn_self(const char *argv0);

/* `argv` ends with NULL. False and one line in `error` if it can't be started. */
bool spawn(const char *program, char *const *argv, struct spawned *, char *error, size_t error_size);

/* The same for a program that is not ours: `out` reads its diagnostics as well, and what the terminal sends
 * to this process and its children, a Ctrl+C, does not reach it. */
bool spawn_apart(const char *program, char *const *argv, struct spawned *, char *error, size_t error_size);

#endif
