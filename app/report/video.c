/* The queue of pictures, the thread that empties it, and the end of ffmpeg. */
#include "app/report/video.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/report/last_line.h"
#include "app/report/tool.h"
#include "app/spawn.h"
#include "net/zmq/clock.h"

#define QUEUE_MAX   16 /* pictures; each is shown for as many frames as it takes */
#define QUEUE_LEAST 4
#define QUEUE_BYTES ((size_t)32 << 20) /* fewer of them where they are large */
#define PIPE_BYTES  (1 << 20)          /* as much of it as the system gives */
#define LOOK_MS     50                 /* whether somebody gave up meanwhile */
#define STALL       (5000 * CLOCK_MS)  /* at the end: so long without a byte taken, and it is given up */
#define DRAIN       (60000 * CLOCK_MS) /* at the end: so long in all */
#define FINISH      (10000 * CLOCK_MS) /* after the last byte, for the end of the file */
#define TERM        (2000 * CLOCK_MS)  /* after SIGTERM */
#define WHOLE_MS    20000              /* for making the file whole */
#define READS_MAX   64                 /* of what it says, at once */
#define WORDS_SIZE  200

struct picture {
    uint8_t *bytes;
    uint64_t frames, written; /* to be shown for; of these in the pipe */
};

struct video {
    char path[VIDEO_PATH_MAX];
    enum video_kind kind;
    int frame_ms;
    size_t size;
    struct spawned ffmpeg;
    pthread_t thread;

    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    struct picture queue[QUEUE_MAX];
    int room, first, count;
    uint64_t left_out; /* pictures that ffmpeg was too slow for */
    gms_time ended_at; /* when no more was to come */
    bool ends, broken; /* no more comes; ffmpeg takes no more */

    /* The thread's own, and after its end everybody's. */
    gms_time progress_at;
    uint64_t written; /* frames */
    bool stalled;
    struct last_line line; /* of ffmpeg */
};

/* -- What ffmpeg says ------------------------------------------------------------------------------------ */

/* False: it has closed its end, so it is gone or about to be. */
static bool listen_to(struct video *v) {
    char bytes[1024];
    for (int i = 0; i < READS_MAX; i++) { /* one that never stops talking gets its pictures, too */
        const ssize_t n = read(v->ffmpeg.out, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0) {
            last_line_keep(&v->line, "\n", 1);
            return false;
        }
        last_line_keep(&v->line, bytes, (size_t)n);
    }
    return true;
}

/* -- The thread ------------------------------------------------------------------------------------------ */

static bool gives_up(struct video *v) {
    const gms_time now = clock_now();
    pthread_mutex_lock(&v->lock);
    const gms_time since = v->progress_at > v->ended_at ? v->progress_at : v->ended_at;
    v->stalled = v->ends && (now >= since + STALL || now >= v->ended_at + DRAIN);
    pthread_mutex_unlock(&v->lock);
    return v->stalled;
}

/* False: ffmpeg is gone, or too slow for its own end. */
static bool push(struct video *v, const uint8_t *bytes) {
    for (size_t at = 0; at < v->size;) {
        struct pollfd fds[2] = {{.fd = v->ffmpeg.in, .events = POLLOUT},
                                {.fd = v->ffmpeg.out, .events = POLLIN}};
        const int ready = poll(fds, 2, LOOK_MS);
        if (ready > 0 && fds[1].revents != 0 && !listen_to(v))
            return false;
        if (ready > 0 && (fds[0].revents & POLLERR) != 0)
            return false;
        const ssize_t n =
            ready > 0 && fds[0].revents != 0 ? write(v->ffmpeg.in, bytes + at, v->size - at) : 0;
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (n > 0) {
            at += (size_t)n;
            v->progress_at = clock_now();
        } else if (gives_up(v)) {
            return false;
        }
    }
    return true;
}

/* The picture of the next frame; NULL: there is none left, and none will come. */
static const uint8_t *next_frame(struct video *v) {
    const uint8_t *bytes = NULL;
    pthread_mutex_lock(&v->lock);
    for (;;) {
        struct picture *p = &v->queue[v->first];
        if (v->count > 0 && p->written < p->frames) {
            p->written++;
            bytes = p->bytes;
            break;
        }
        if (v->count > 1) { /* the last one may be shown for longer */
            v->first = (v->first + 1) % v->room;
            v->count--;
            pthread_cond_broadcast(&v->changed);
        } else if (v->ends) {
            break;
        } else {
            pthread_cond_wait(&v->changed, &v->lock);
            v->progress_at = clock_now();
        }
    }
    pthread_mutex_unlock(&v->lock);
    return bytes;
}

static void *run(void *arg) {
    struct video *v = arg;
    const uint8_t *bytes;
    bool goes_on = true;
    while (goes_on && (bytes = next_frame(v)) != NULL) {
        goes_on = push(v, bytes);
        v->written += goes_on;
    }
    pthread_mutex_lock(&v->lock);
    v->broken = !goes_on;
    pthread_cond_broadcast(&v->changed);
    pthread_mutex_unlock(&v->lock);
    return NULL;
}

/* -- Outside --------------------------------------------------------------------------------------------- */

static void release(struct video *v) {
    for (int i = 0; i < QUEUE_MAX; i++)
        free(v->queue[i].bytes);
    pthread_cond_destroy(&v->changed);
    pthread_mutex_destroy(&v->lock);
    free(v);
}

static struct video *make(const char *path, enum video_kind kind, int width, int height) {
    struct video *v = calloc(1, sizeof *v);
    if (v == NULL)
        return NULL;
    pthread_mutex_init(&v->lock, NULL);
    pthread_cond_init(&v->changed, NULL);
    snprintf(v->path, sizeof v->path, "%s", path);
    v->kind = kind;
    v->frame_ms = video_frame_ms(kind);
    v->size = video_frame_size(kind, width, height);
    const size_t room = QUEUE_BYTES / v->size;
    v->room = room > QUEUE_MAX ? QUEUE_MAX : room < QUEUE_LEAST ? QUEUE_LEAST : (int)room;
    for (int i = 0; i < v->room; i++) {
        if ((v->queue[i].bytes = malloc(v->size)) == NULL) {
            release(v);
            return NULL;
        }
    }
    return v;
}

/* A large pipe: then both sides are woken less often. */
static void widen(int fd) {
#ifdef F_SETPIPE_SZ
    fcntl(fd, F_SETPIPE_SZ, PIPE_BYTES);
#else
    (void)fd;
#endif
}

struct video *video_open(const char *path, enum video_kind kind, int width, int height, char *error,
                         size_t error_size) {
    static struct video_words words;
    struct video *v = make(path, kind, width, height);
    if (v == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    video_command(&words, kind, width, height, path);
    if (!spawn_apart("ffmpeg", (char *const *)words.argv, &v->ffmpeg, error, error_size)) {
        release(v);
        return NULL;
    }
    widen(v->ffmpeg.in);
    v->progress_at = clock_now();
    if (pthread_create(&v->thread, NULL, run, v) == 0)
        return v;
    snprintf(error, error_size, "no thread can be started");
    kill(v->ffmpeg.pid, SIGKILL);
    waitpid(v->ffmpeg.pid, NULL, 0);
    close(v->ffmpeg.in);
    close(v->ffmpeg.out);
    release(v);
    return NULL;
}

static void append(struct video *v, const uint8_t *frame, uint32_t count) {
    struct picture *p = &v->queue[(v->first + v->count) % v->room];
    memcpy(p->bytes, frame, v->size);
    p->frames = count;
    p->written = 0;
    v->count++;
}

bool video_show(struct video *v, const uint8_t *frame, uint32_t count, bool waits) {
    bool taken = true;
    pthread_mutex_lock(&v->lock);
    while (frame != NULL && waits && v->count == v->room && !v->broken)
        pthread_cond_wait(&v->changed, &v->lock);
    if (frame != NULL && v->count < v->room) {
        append(v, frame, count);
    } else {
        taken = frame == NULL;
        v->left_out += frame != NULL;
        if (v->count > 0)
            v->queue[(v->first + v->count - 1) % v->room].frames += count;
    }
    pthread_cond_broadcast(&v->changed);
    pthread_mutex_unlock(&v->lock);
    return taken;
}

bool video_failed(struct video *v) {
    pthread_mutex_lock(&v->lock);
    const bool broken = v->broken;
    pthread_mutex_unlock(&v->lock);
    return broken;
}

/* -- The end --------------------------------------------------------------------------------------------- */

/* True: it has ended within that time, and its status is in `status`. */
static bool await_end(struct video *v, gms_time longest, int *status) {
    const gms_time until = clock_now() + longest;
    for (;;) {
        struct pollfd out = {.fd = v->ffmpeg.out, .events = POLLIN};
        const pid_t ended = waitpid(v->ffmpeg.pid, status, WNOHANG);
        if (ended != 0) {
            listen_to(v);
            last_line_keep(&v->line, "\n", 1);
            return true;
        }
        if (clock_now() >= until)
            return false;
        if (poll(&out, 1, LOOK_MS / 5) > 0 && !listen_to(v))
            poll(NULL, 0, LOOK_MS / 5);
    }
}

/* Its pipe is closed: that is how it knows that there is no more. False: it had to be killed. */
static bool finish(struct video *v, int *status) {
    close(v->ffmpeg.in);
    const bool ended = await_end(v, v->stalled ? 0 : FINISH, status);
    if (!ended) {
        kill(v->ffmpeg.pid, SIGTERM);
        if (!await_end(v, TERM, status)) {
            kill(v->ffmpeg.pid, SIGKILL);
            waitpid(v->ffmpeg.pid, status, 0);
        }
    }
    close(v->ffmpeg.out);
    return ended;
}

static void say_failure(const struct video *v, int status, bool ended, char *said, size_t said_size) {
    const double seconds = (double)v->written * v->frame_ms / 1000;
    if (!ended)
        snprintf(said, said_size, "recording to %s failed after %.1f s: ffmpeg stood still and was ended",
                 v->path, seconds);
    else if (v->line.text[0] != '\0')
        snprintf(said, said_size, "recording to %s failed after %.1f s: ffmpeg: %s", v->path, seconds,
                 v->line.text);
    else if (WIFSIGNALED(status))
        snprintf(said, said_size, "recording to %s failed after %.1f s: signal %d ended ffmpeg", v->path,
                 seconds, WTERMSIG(status));
    else
        snprintf(said, said_size,
                 "recording to %s failed after %.1f s: ffmpeg ended with status %d and no word", v->path,
                 seconds, WEXITSTATUS(status));
}

static void say_success(const struct video *v, char *said, size_t said_size) {
    const double seconds = (double)v->written * v->frame_ms / 1000;
    const int used = snprintf(said, said_size, "recorded %s: %.1f s", v->path, seconds);
    if (v->left_out > 0 && used > 0 && (size_t)used < said_size)
        snprintf(said + used, said_size - (size_t)used,
                 "; ffmpeg was too slow for %llu pictures, the one before was repeated",
                 (unsigned long long)v->left_out);
}

/* An MP4 in fragments plays nearly everywhere, one that is whole everywhere: now that the end is known it is
 * written anew, without encoding anything again. If that fails it stays as it is. */
static void make_whole(const char *path) {
    char whole[VIDEO_PATH_MAX + 16], from[VIDEO_PATH_MAX + 8], to[VIDEO_PATH_MAX + 32], said[WORDS_SIZE];
    struct stat before, after;
    snprintf(from, sizeof from, "file:%s", path);
    snprintf(whole, sizeof whole, "%s.whole", path);
    snprintf(to, sizeof to, "file:%s", whole);
    const char *const argv[] = {"ffmpeg", "-nostdin",  "-loglevel",  "error", "-y",  "-i", from, "-c",
                                "copy",   "-movflags", "+faststart", "-f",    "mp4", to,   NULL};
    if (stat(path, &before) != 0 || access(whole, F_OK) == 0)
        return;
    if (tool_run((char *const *)argv, WHOLE_MS, said, sizeof said) == TOOL_DONE && stat(whole, &after) == 0 &&
        after.st_size > before.st_size / 2 && rename(whole, path) == 0)
        return;
    unlink(whole);
}

/* An empty file is nobody's recording. */
static void remove_empty(const char *path) {
    struct stat about;
    if (stat(path, &about) == 0 && S_ISREG(about.st_mode) && about.st_size == 0)
        unlink(path);
}

bool video_close(struct video **self, char *said, size_t said_size) {
    struct video *v = *self;
    int status = 0;
    said[0] = '\0';
    if (v == NULL)
        return true;
    pthread_mutex_lock(&v->lock);
    v->ends = true;
    v->ended_at = clock_now();
    pthread_cond_broadcast(&v->changed);
    pthread_mutex_unlock(&v->lock);
    pthread_join(v->thread, NULL);
    const bool ended = finish(v, &status);
    const bool fine = ended && !v->broken && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (fine && v->kind == VIDEO_MP4)
        make_whole(v->path);
    if (fine)
        say_success(v, said, said_size);
    else
        say_failure(v, status, ended, said, said_size);
    remove_empty(v->path);
    release(v);
    *self = NULL;
    return fine;
}
