/* See tool.h. */
#include "app/report/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/report/last_line.h"

extern char **environ;

static int start(char *const *argv, int output, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    const int rc = posix_spawnp(pid, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return rc;
}

static long long now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Reads until the program closes its output or `end` has come. */
static void listen(int output, long long end, struct last_line *line) {
    for (long long left; (left = end - now_ms()) > 0;) {
        char bytes[4096];
        struct pollfd fd = {.fd = output, .events = POLLIN};
        if (poll(&fd, 1, (int)left) <= 0)
            continue;
        const ssize_t count = read(output, bytes, sizeof bytes);
        if (count == 0)
            break;
        if (count > 0)
            last_line_keep(line, bytes, (size_t)count);
    }
    last_line_keep(line, "\n", 1);
}

/* False: it did not end in time, and was killed. */
static bool wait_for(pid_t pid, long long end, int *status) {
    const struct timespec nap = {.tv_nsec = 5000000};
    pid_t ended;
    while ((ended = waitpid(pid, status, WNOHANG)) <= 0 && now_ms() < end)
        nanosleep(&nap, NULL);
    if (ended > 0)
        return true;
    kill(pid, SIGKILL);
    while (waitpid(pid, status, 0) < 0 && errno == EINTR) {
    }
    return false;
}

enum tool_end tool_run(char *const *argv, int timeout_ms, char *said, size_t said_size) {
    const long long end = now_ms() + timeout_ms;
    struct last_line line = {.size = 0};
    int ends[2], status = 0;
    pid_t pid;
    if (pipe(ends) != 0) {
        snprintf(said, said_size, "can't open a pipe: %s", strerror(errno));
        return TOOL_FAILED;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    const int rc = start(argv, ends[1], &pid);
    close(ends[1]);
    if (rc != 0) {
        close(ends[0]);
        snprintf(said, said_size, "can't start %s: %s", argv[0], strerror(rc));
        return rc == ENOENT ? TOOL_ABSENT : TOOL_FAILED;
    }
    listen(ends[0], end, &line);
    close(ends[0]);
    const bool ended = wait_for(pid, end, &status);
    const int code = ended && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (!ended)
        snprintf(said, said_size, "%s did not end within %d s", argv[0], timeout_ms / 1000);
    else
        snprintf(said, said_size, "%s", line.text[0] != '\0' ? line.text : "it did not say why");
    return code == 0     ? TOOL_DONE
           : code == 127 ? TOOL_ABSENT
                         : TOOL_FAILED; /* 127: a spawn that finds out late */
}
