/* The scope beside the workers' windows: a process of its own, that may end or break down as it likes.
 *
 * It has the lower part of the screen, the workers share the rest; when it is gone they have it all.
 */
#include "app/launcher_state.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/ui/placing.h"
#include "net/zmq/clock.h"

#define END_LONGEST (2000 * CLOCK_MS) /* after it was told to end */

/* Whether windows can be expected at all: a worker that can't open one says why, the scope need not. */
static bool has_screen(void) {
#ifdef __APPLE__
    return true;
#else
    static const char *const named[] = {"DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"};
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        const char *value = getenv(named[i]);
        if (value && value[0])
            return true;
    }
    return false;
#endif
}

void launcher_open_scope(struct launcher *l) {
    const struct launcher_config *c = l->plain;
    char error[256];
    const char *argv[] = {"groupy", "scope", "--managed", "--group", c->group, NULL, NULL, NULL, NULL, NULL};
    int argc = 5;
    if (c->no_scope || c->headless || !has_screen())
        return;
    if (c->dark)
        argv[argc++] = "--dark";
    if (c->reduced_motion)
        argv[argc++] = "--reduced-motion";
    if (c->out) {
        argv[argc++] = "--out";
        argv[argc++] = c->out;
    }
    l->has_scope = spawn(c->program, (char *const *)argv, &l->scope, error, sizeof error);
    if (!l->has_scope)
        fprintf(stderr, "groupy demo: %s; going on without the scope\n", error);
    else if (l->video.runs)
        launcher_tell_scope(l, "recorded on");
}

/* False: it has ended. What it says is not for us. */
static bool is_there(const struct launcher *l) {
    char bytes[512];
    for (;;) {
        const ssize_t n = read(l->scope.out, bytes, sizeof bytes);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return false;
        if (n < 0 && errno == EAGAIN)
            return true;
    }
}

static void bury(struct launcher *l) {
    int status;
    if (l->scope.in >= 0)
        close(l->scope.in);
    close(l->scope.out);
    while (waitpid(l->scope.pid, &status, 0) < 0 && errno == EINTR) {
    }
    l->has_scope = false;
}

void launcher_tell_scope(struct launcher *l, const char *text) {
    char line[512];
    const int size = snprintf(line, sizeof line, "%s\n", text);
    if (!l->has_scope || l->scope.in < 0 || size < 0 || (size_t)size >= sizeof line)
        return;
    const ssize_t written = write(l->scope.in, line, (size_t)size); /* one that hangs misses it */
    (void)written;
}

void launcher_watch_scope(struct launcher *l) {
    if (!l->has_scope || is_there(l))
        return;
    bury(l);
    launcher_place_all(l);
    if (l->played && l->run_count == 1)
        launcher_quit(l); /* it was what a scenario's end stayed for */
}

void launcher_close_scope(struct launcher *l) {
    if (!l->has_scope)
        return;
    close(l->scope.in); /* that tells it */
    l->scope.in = -1;
    for (const gms_time until = clock_now() + END_LONGEST; is_there(l) && clock_now() < until;) {
        zmq_pollitem_t end = {.fd = l->scope.out, .events = ZMQ_POLLIN};
        zmq_poll(&end, 1, 50);
    }
    if (is_there(l))
        kill(l->scope.pid, SIGKILL);
    bury(l);
}
