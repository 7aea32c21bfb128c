/* One loop by the clock: hear what there is, draw what has changed, hand over the frames that are due. */
#include "app/report/recording.h"

#include <czmq.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/report/recording_frame.h"

#define BUDGET_MS      8    /* of a frame, for reading */
#define LAST_WORDS_MS  250  /* after the group's end: what is still on its way is to be seen */
#define STILL_MS       2000 /* the end of traces, so that it can be read */
#define TRACES_MOST_MS 3600000
#define POLITE         5
#define LOADING_MS     200
#define READ_MS        1000 /* a note is read in that time ... */
#define READ_LETTER_MS 50   /* ... and so much for each letter */
#define MS             ((gms_time)1000000)

struct recording {
    const struct recording_config *config;
    enum video_kind kind;
    struct scope *scope;
    struct source *source;
    struct recording_frame *frame;
    struct video *video;
    bool dirty; /* drawn, and not taken yet */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

/* A managed one leaves Ctrl+C to its demo, which ends it. */
static void handle_signals(bool managed) {
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    zsys_handler_set(NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, managed ? &ignore : &stop, NULL);
    sigaction(SIGINT, managed ? &ignore : &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

/* -- Opening and closing ----------------------------------------------------------------------------------
 */

static bool open_all(struct recording *r, char *error, size_t error_size) {
    const struct recording_config *c = r->config;
    if (!video_kind_of(c->path, &r->kind, error, error_size) || !video_has_ffmpeg(error, error_size) ||
        !video_can_write(c->path, error, error_size))
        return false;
    r->scope = scope_new();
    if (r->scope == NULL) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    r->scope->look.is_live = r->scope->follows = c->target.path_count == 0;
    r->scope->look.theme = c->theme;
    r->scope->look.reduced_motion = c->reduced_motion;
    scope_set_name(r->scope, c->target.path_count > 0 ? c->target.paths[0] : c->target.group);
    const struct source_handler handler = scope_handler(r->scope);
    r->frame = recording_frame_new(c->assets, r->kind, c->width, c->height, error, error_size);
    if (r->frame == NULL || !(r->source = scope_open(&c->target, &handler, error, error_size)))
        return false;
    recording_frame_fit(r->frame, r->scope);
    r->video = video_open(c->path, r->kind, c->width, c->height, error, error_size);
    return r->video != NULL;
}

static void close_all(struct recording *r) {
    source_close(&r->source);
    recording_frame_destroy(&r->frame);
    scope_destroy(&r->scope);
    zsys_shutdown();
}

/* The picture as it is, for that many frames. */
static void show(struct recording *r, uint64_t now_ms, uint32_t frames, bool waits) {
    scope_tick(r->scope, now_ms);
    r->dirty |= recording_frame_draw(r->frame, r->scope, now_ms);
    if (video_show(r->video, r->dirty ? recording_frame_bytes(r->frame) : NULL, frames, waits))
        r->dirty = false;
}

/* -- A live group ------------------------------------------------------------------------------------------
 */

/* Sleeps so long at most. True: the demo, or somebody, says that it is enough. */
static bool rest(const struct recording *r, int64_t ms) {
    char bytes[64];
    struct pollfd in = {.fd = r->config->managed ? STDIN_FILENO : -1, .events = POLLIN};
    if (poll(&in, 1, ms > 0 ? (int)ms : 0) > 0 && read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
        return true;
    return interrupted;
}

static void record_live(struct recording *r) {
    const int64_t begin = zclock_mono(), frame_ms = video_frame_ms(r->kind);
    int64_t shown = 0, until = INT64_MAX;
    for (int64_t now = begin; now < until && !video_failed(r->video); now = zclock_mono()) {
        const int64_t due = (now - begin) / frame_ms + 1 - shown;
        if (due > 0) {
            source_read(r->source, BUDGET_MS);
            scope_read_on(r->scope, true, true, 1);
            show(r, (uint64_t)(now - begin), (uint32_t)due, false);
            shown += due;
        }
        const int64_t next = begin + shown * frame_ms - zclock_mono();
        if (until != INT64_MAX)
            zclock_sleep(next > 0 ? (int)next : 0);
        else if (rest(r, next))
            until = zclock_mono() + (interrupted ? 0 : LAST_WORDS_MS);
    }
}

/* -- Traces -------------------------------------------------------------------------------------------------
 */

static gms_time begin_of(const struct history *h) {
    const struct history_event *first = history_event(h, history_forgotten(h));
    const struct history_note *note = history_note_at(h, 0);
    if (first == NULL)
        return 0;
    return note != NULL && note->t < first->t ? note->t : first->t;
}

/* How long the run has to wait at `now` so that the note that stands there can be read. */
static uint64_t reading_ms(const struct history *h, gms_time now) {
    const uint32_t count = history_note_count(h);
    uint32_t i = 0;
    while (i + 1 < count && history_note_at(h, i + 1)->t <= now)
        i++;
    const struct history_note *note = history_note_at(h, i), *next = history_note_at(h, i + 1);
    if (note == NULL)
        return 0;
    const gms_time gone = next != NULL ? next->t : history_now(h) + STILL_MS * MS;
    const uint64_t needed = READ_MS + READ_LETTER_MS * strlen(note->text);
    const uint64_t stands = gone > now ? (gone - now) / MS : 0;
    return needed > stands ? needed - stands : 0;
}

static void load_traces(struct recording *r) {
    struct scope *s = r->scope;
    while (!interrupted && source_read(r->source, LOADING_MS)) {
    }
    scope_tick(s, 0);
    scope_read_on(s, false, source_unfinished(r->source), 1);
    recording_frame_fit(r->frame, s);
    scope_tick(s, 0);
    scope_set_axis(s, HISTORY_TIME);
    scope_do(s, SCOPE_START);
    scope_play(s, true);
}

/* By the clock of the run, silences and all; but a note stays until it can have been read. */
static void record_traces(struct recording *r) {
    struct scope *s = r->scope;
    const uint64_t frame_ms = (uint64_t)video_frame_ms(r->kind);
    char caption[sizeof s->caption] = "";
    uint64_t wait = 0, still = 0;
    load_traces(r);
    gms_time t = begin_of(s->history);
    for (uint64_t now = 0;
         !interrupted && !video_failed(r->video) && still < STILL_MS && now < TRACES_MOST_MS;
         now += frame_ms) {
        scope_play_to(s, t);
        show(r, now, 1, true);
        if (strcmp(caption, s->caption) != 0 && s->caption[0] != '\0')
            wait = reading_ms(s->history, t);
        memcpy(caption, s->caption, sizeof caption);
        still += s->look.is_playing ? 0 : frame_ms;
        t += wait > 0 ? 0 : frame_ms * MS;
        wait -= wait < frame_ms ? wait : frame_ms;
    }
}

/* What the group does comes first; ffmpeg, which is the hungry one, inherits that. */
static void be_polite(void) {
    const int ignored = nice(POLITE);
    (void)ignored;
}

bool recording_run(const struct recording_config *config, char *said, size_t said_size) {
    struct recording r = {.config = config};
    bool fine = false;
    handle_signals(config->managed);
    if (config->target.path_count == 0)
        be_polite();
    if (open_all(&r, said, said_size)) {
        if (config->target.path_count > 0)
            record_traces(&r);
        else
            record_live(&r);
        fine = video_close(&r.video, said, said_size);
    }
    close_all(&r);
    return fine;
}
