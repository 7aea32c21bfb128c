/* The recording: a process of its own, which listens as a scope does and feeds ffmpeg
 * (app/report/recording.h).
 *
 * It ends with its standard input, whatever ended the launcher, and the file plays. Here it is started and
 * stopped, and what came of it is told in every window.
 */
#include "app/launcher_state.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/picture_file.h"
#include "app/report/video.h"
#include "net/zmq/clock.h"

#define END_LONGEST (80000 * CLOCK_MS) /* longer than the recorder gives ffmpeg to finish the file */
#define END_TOLD    (1000 * CLOCK_MS)  /* after so long it is said what is waited for */
#define SAID_SIZE   (VIDEO_PATH_MAX + 400)

/* -- What it tells ------------------------------------------------------------------------------------------
 */

static void tell_windows(struct launcher *l, const char *text) {
    launcher_tell_all(l, text);
    launcher_tell_scope(l, text);
}

/* In the terminal with the whole path, in the windows with the file's name alone. */
static void tell(struct launcher *l, const char *text) {
    char line[SAID_SIZE];
    const char *path = strstr(text, l->video.path), *name = strrchr(l->video.path, '/');
    fprintf(stderr, "groupy demo: %s\n", text);
    if (path && name)
        snprintf(line, sizeof line, "notice %.*s%s", (int)(path - text), text,
                 path + (name + 1 - l->video.path));
    else
        snprintf(line, sizeof line, "notice %s", text);
    tell_windows(l, line);
}

/* Its last line: "done ..." or "failed ...". */
static void take_end(struct launcher *l) {
    struct launcher_video *v = &l->video;
    char text[SAID_SIZE];
    v->said[strcspn(v->said, "\n")] = '\0';
    const bool fine = strncmp(v->said, "done ", 5) == 0;
    v->failed = v->failed || !fine;
    if (fine || strncmp(v->said, "failed ", 7) == 0)
        tell(l, v->said + (fine ? 5 : 7));
    else if (snprintf(text, sizeof text, "recording to %s broke off; what was recorded is there", v->path) >
             0)
        tell(l, text);
}

static void bury(struct launcher *l) {
    struct launcher_video *v = &l->video;
    int status;
    if (v->process.in >= 0)
        close(v->process.in);
    close(v->process.out);
    while (waitpid(v->process.pid, &status, 0) < 0 && errno == EINTR) {
    }
    v->runs = false;
    if (!v->ends)
        tell_windows(l, "recorded off");
    take_end(l);
}

/* False: it has ended. */
static bool is_there(struct launcher_video *v) {
    char bytes[512];
    for (;;) {
        const ssize_t n = read(v->process.out, bytes, sizeof bytes);
        if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN))
            return false;
        if (n < 0 && errno == EAGAIN)
            return true;
        for (ssize_t i = 0; i < n && v->said_size < sizeof v->said - 1; i++)
            v->said[v->said_size++] = bytes[i];
    }
}

void launcher_watch_video(struct launcher *l) {
    if (l->video.runs && !is_there(&l->video))
        bury(l);
}

/* -- Start and stop
 * ------------------------------------------------------------------------------------------ */

/* groupy-gms2-20261121-200133.mp4, and none that is there already is written over. */
static bool name_file(struct launcher *l, char path[VIDEO_PATH_MAX], char *error, size_t error_size) {
    return picture_file_reserve(l->plain->out, gms_rung_name(l->config->rung), time(NULL), ".mp4", path,
                                VIDEO_PATH_MAX, error, error_size);
}

bool launcher_start_video(struct launcher *l, const char *path, char *error, size_t error_size) {
    const struct launcher_config *c = l->plain;
    struct launcher_video *v = &l->video;
    enum video_kind kind;
    char size[32];
    if (!video_has_ffmpeg(error, error_size))
        return false;
    memset(v->said, 0, sizeof v->said);
    v->said_size = 0;
    if (path[0] != '\0')
        snprintf(v->path, sizeof v->path, "%s", path);
    else if (!name_file(l, v->path, error, error_size))
        return false;
    if (!video_kind_of(v->path, &kind, error, error_size) || !video_can_write(v->path, error, error_size))
        return false;
    snprintf(size, sizeof size, "%dx%d", c->record_width, c->record_height);
    const char *argv[] = {"groupy", "recorder", "--managed", "--group", c->group, "-o",
                          v->path,  "--size",   size,        NULL,      NULL,     NULL};
    int argc = 9;
    if (c->dark)
        argv[argc++] = "--dark";
    if (c->reduced_motion)
        argv[argc++] = "--reduced-motion";
    if (!spawn(c->program, (char *const *)argv, &v->process, error, error_size))
        return false;
    v->runs = true;
    v->ends = false;
    tell_windows(l, "recorded on");
    return true;
}

/* Closes its input: that tells it. */
static void end(struct launcher *l) {
    struct launcher_video *v = &l->video;
    if (v->ends)
        return;
    close(v->process.in);
    v->process.in = -1;
    v->ends = true;
    tell_windows(l, "recorded off");
}

bool launcher_toggle_video(struct launcher *l, const char *path, char *said, size_t said_size) {
    struct launcher_video *v = &l->video;
    char error[512];
    if (v->runs && v->ends) {
        snprintf(said, said_size, "error the recording before is being finished: wait a moment");
    } else if (v->runs && path[0] != '\0') {
        snprintf(said, said_size, "error it is recorded already, to %.300s: groupy ctl record ends that",
                 v->path);
    } else if (v->runs) {
        end(l);
        snprintf(said, said_size, "ok the recording ends: %.400s", v->path);
    } else if (l->phase != RUNNING) {
        snprintf(said, said_size, "error the run is ending");
    } else if (!launcher_start_video(l, path, error, sizeof error)) {
        snprintf(said, said_size, "error %s", error);
        return false;
    } else {
        snprintf(said, said_size, "ok recording to %.400s (R ends it)", v->path);
    }
    return said[0] == 'o';
}

void launcher_close_video(struct launcher *l, bool (*hurries)(void)) {
    struct launcher_video *v = &l->video;
    if (!v->runs)
        return;
    end(l);
    const gms_time begin = clock_now();
    bool told = false;
    while (is_there(v) && clock_now() < begin + END_LONGEST && !hurries()) {
        zmq_pollitem_t out = {.fd = v->process.out, .events = ZMQ_POLLIN};
        zmq_poll(&out, 1, 50);
        if (!told && clock_now() >= begin + END_TOLD) {
            fprintf(stderr, "groupy demo: ffmpeg finishes %s; Ctrl+C does not wait for it\n", v->path);
            told = true;
        }
    }
    if (is_there(v))
        kill(v->process.pid, SIGKILL); /* ours; ffmpeg then finishes by itself what it has */
    bury(l);
}
