/* posix_spawn, and every other descriptor closes on exec: a worker inherits nothing by accident. */
#include "app/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

const char *spawn_self(const char *argv0) {
    static char path[4096];
    const ssize_t size = readlink("/proc/self/exe", path, sizeof path - 1); /* Linux */
    if (size > 0) {
        path[size] = '\0';
        return path;
    }
    if (strchr(argv0, '/') && realpath(argv0, path))
        return path;
    return argv0; /* found along PATH, as this one was */
}

static bool start(const char *program, char *const *argv, bool apart, struct spawned *child, char *error,
                  size_t error_size) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int in[2] = {-1, -1}, out[2] = {-1, -1};
    if (pipe(in) != 0 || pipe(out) != 0) {
        snprintf(error, error_size, "can't open pipes: %s", strerror(errno));
        if (in[0] >= 0) {
            close(in[0]);
            close(in[1]);
        }
        return false;
    }
    const int ends[] = {in[0], in[1], out[0], out[1]};
    for (size_t i = 0; i < 4; i++)
        fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    if (apart)
        posix_spawn_file_actions_adddup2(&actions, out[1], STDERR_FILENO);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none); /* whatever the thread that asks for it blocks */
    posix_spawnattr_setflags(&attributes,
                             (short)(POSIX_SPAWN_SETSIGMASK | (apart ? POSIX_SPAWN_SETPGROUP : 0)));
    const int rc = posix_spawnp(&child->pid, program, &actions, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    if (rc != 0) {
        snprintf(error, error_size, "can't start %s: %s", program, strerror(rc));
        close(in[1]);
        close(out[0]);
        return false;
    }
    child->in = in[1];
    child->out = out[0];
    fcntl(child->in, F_SETFL, O_NONBLOCK);
    fcntl(child->out, F_SETFL, O_NONBLOCK);
    return true;
}

bool spawn(const char *program, char *const *argv, struct spawned *child, char *error, size_t error_size) {
    return start(program, argv, false, child, error, error_size);
}

bool spawn_apart(const char *program, char *const *argv, struct spawned *child, char *error,
                 size_t error_size) {
    return start(program, argv, true, child, error, error_size);
}
