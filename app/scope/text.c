/* See text.h. */
#include "app/scope/text.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/options.h"
#include "app/report.h"
#include "app/scope/story.h"

#define BUDGET_MS   20
#define PAUSE_MS    20
#define TELL_PERIOD (50 * (gms_time)1000000)

struct text {
    struct check check; /* large */
    struct report_names names;
    struct history *history;
    struct story story;
    bool begun, troubled;
    gms_time began, told; /* of the run's clock; 0: not yet */
    char said[512];
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

struct source *scope_open(const struct scope_target *target, const struct source_handler *handler,
                          char *error, size_t error_size) {
    if (target->path_count > 0)
        return source_open_traces(target->paths, target->path_count, handler, error, error_size);
    if (target->join)
        return source_open_member(target->join, handler, error, error_size);
    return source_open_group(target->group, handler, error, error_size);
}

/* -- What is said ---------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void say(const struct text *s, const char *format, ...) {
    va_list args;
    const gms_time now = s->check.last_t;
    printf("%8.3f  ", s->began > 0 && now > s->began ? (double)(now - s->began) / 1e9 : 0);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    fflush(stdout);
}

static void tell(struct text *s) {
    char text[sizeof s->said];
    s->told = s->check.last_t;
    story_tell(&s->story, s->history, &s->check, &s->names);
    snprintf(text, sizeof text, "%s%s%s", s->story.head, s->story.sentence[0] ? ": " : "", s->story.sentence);
    if (strcmp(text, s->said) == 0)
        return;
    strcpy(s->said, text);
    say(s, "%s", text);
}

/* -- What is heard --------------------------------------------------------------------------------------- */

static void on_begin(void *self, const struct check_settings *settings, bool live) {
    struct text *s = self;
    if (s->begun)
        say(s, "-- another run begins");
    (void)live;
    s->begun = true;
    s->began = s->told = 0;
    s->said[0] = '\0';
    s->names.count = 0;
    memset(&s->story, 0, sizeof s->story);
    history_clear(s->history);
    check_init(&s->check, settings);
}

static void on_name(void *self, gms_id id, const char *name) {
    struct text *s = self;
    report_name(&s->names, id, name);
    history_name(s->history, id, name);
}

/* What may change how it stands at once; all else is looked at from time to time. */
static bool matters(enum trace_ev ev) {
    return ev != TRACE_SEND && ev != TRACE_RECV && ev != TRACE_MCAST && ev != TRACE_DELIVER &&
           ev != TRACE_LOSE && ev != TRACE_DROP && ev != TRACE_NOTE;
}

static void on_record(void *self, const char *who, const struct trace_record *r) {
    struct text *s = self;
    if (s->began == 0)
        s->began = r->t;
    check_feed(&s->check, r);
    history_feed(s->history, who, r);
    if (matters(r->ev) || r->t >= s->told + TELL_PERIOD)
        tell(s);
}

static void on_caption(void *self, gms_time t, const char *text) {
    struct text *s = self;
    (void)t;
    say(s, "-- \"%s\"", text);
}

static void on_missed(void *self, const char *who, uint64_t records) {
    struct text *s = self;
    history_miss(s->history, who, records);
    say(s, "-- %" PRIu64 " records of %s were missed", records, who);
}

static void on_silent(void *self, const char *who, gms_time t) {
    struct text *s = self;
    history_silent(s->history, who, t);
    tell(s);
}

static void on_trouble(void *self, const char *text) {
    struct text *s = self;
    s->troubled = true;
    options_error("scope", "%s", text);
}

/* -- The run --------------------------------------------------------------------------------------------- */

static int conclude(struct text *s, const struct source *source, bool ended) {
    if (!s->begun || s->check.records == 0) {
        options_error("scope", "nothing was heard");
        return STATUS_CANT_RUN;
    }
    if (ended) { /* else what is on its way would seem to be missing */
        s->check.unfinished = source_unfinished(source) && !source_deserted(source);
        check_end(&s->check);
    }
    tell(s);
    if (!s->story.complete)
        printf("not everything of this run was heard\n");
    if (!ended) { /* the run is not over: how it stands is all that can be said */
        printf("so far: %s\n", s->said);
        return s->story.sign >= STORY_FROZEN ? STATUS_VIOLATED : STATUS_FINE;
    }
    report_verdict(&s->check, &s->names);
    return report_status(&s->check);
}

/* False: somebody wants to see no more. */
static bool watch(struct text *s, struct source *source) {
    const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
    while (!interrupted && source_read(source, BUDGET_MS)) {
        if (s->begun)
            tell(s);
        if (source_deserted(source))
            break;
        if (!source_has_more(source))
            nanosleep(&pause, NULL);
    }
    return !interrupted;
}

int scope_text_run(const struct scope_target *target, char *error, size_t error_size) {
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    struct text *s = calloc(1, sizeof *s);
    const struct source_handler handler = {.self = s,
                                           .begin = on_begin,
                                           .name = on_name,
                                           .record = on_record,
                                           .caption = on_caption,
                                           .missed = on_missed,
                                           .silent = on_silent,
                                           .trouble = on_trouble};
    int status = STATUS_CANT_RUN;
    if (!s || !(s->history = history_new())) {
        snprintf(error, error_size, "out of memory");
        free(s);
        return status;
    }
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    struct source *source = scope_open(target, &handler, error, error_size);
    if (source) {
        const bool ended = watch(s, source);
        status = conclude(s, source, ended);
        if (target->path_count > 0 && s->troubled) /* they could not be read to their end */
            status = STATUS_CANT_RUN;
    }
    source_close(&source);
    history_destroy(&s->history);
    free(s);
    return status;
}
