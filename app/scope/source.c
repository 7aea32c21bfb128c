/* See source.h: the two kinds, and traces. */
#include "app/scope/source_private.h"

#include <stdlib.h>
#include <string.h>

#include "app/report.h"
#include "app/trace_merge.h"
#include "net/zmq/clock.h"

#define LOOK_AT_CLOCK 256  /* records; they take less than a millisecond */
#define ERROR_SIZE    4608 /* a path, and what is wrong there */

struct source {
    struct source_handler handler;
    struct trace_merge *traces; /* else it is live */
    struct source_live *live;
    bool begun, ended, failed, has_more;
    struct source_names names;
};

/* -- Records --------------------------------------------------------------------------------------------- */

void source_name(const struct source_handler *h, struct source_names *names, gms_id id, const char *name) {
    gms_id *told = &names->id[(id * 0x9e3779b97f4a7c15u) >> 54];
    if (id == GMS_NOBODY || *told == id || strcmp(name, "?") == 0)
        return;
    *told = id;
    h->name(h->self, id, name);
}

void source_tell(const struct source_handler *h, struct source_names *names, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    if (r->ev == TRACE_NOTE) {
        h->caption(h->self, r->t, r->what ? r->what : "");
        return;
    }
    for (uint32_t i = 0; r->ev == TRACE_VIEW && i < r->member_count; i++)
        source_name(h, names, r->members[i], line->member_names[i]);
    source_name(h, names, r->id, line->who);
    h->record(h->self, line->who, r);
}

/* -- Traces ---------------------------------------------------------------------------------------------- */

static void begin(struct source *s) {
    const struct source_handler *h = &s->handler;
    const struct check_settings settings = report_settings_of(s->traces);
    h->begin(h->self, &settings, false);
    trace_merge_by_clock(s->traces);
    s->begun = true;
}

static void read_traces(struct source *s, gms_time until) {
    char error[ERROR_SIZE];
    const struct trace_line *line;
    if (!s->begun)
        begin(s);
    for (uint32_t count = 1; !s->ended; count++) {
        switch (trace_merge_next(s->traces, &line, error, sizeof error)) {
        case TRACE_MERGE_RECORD: source_tell(&s->handler, &s->names, line); break;
        case TRACE_MERGE_END: s->ended = true; break;
        case TRACE_MERGE_ERROR:
            s->ended = s->failed = true;
            s->handler.trouble(s->handler.self, error);
            break;
        }
        if (count % LOOK_AT_CLOCK == 0 && clock_now() >= until)
            break;
    }
    s->has_more = !s->ended;
}

/* -- Both ------------------------------------------------------------------------------------------------ */

static struct source *make(const struct source_handler *handler, char *error, size_t error_size) {
    struct source *s = calloc(1, sizeof *s);
    if (s)
        s->handler = *handler;
    else
        snprintf(error, error_size, "out of memory");
    return s;
}

struct source *source_open_traces(const char *const *paths, int count, const struct source_handler *handler,
                                  char *error, size_t error_size) {
    struct source *s = make(handler, error, error_size);
    if (s && !(s->traces = trace_merge_open(paths, count, error, error_size)))
        source_close(&s);
    return s;
}

struct source *source_open_group(const char *group, const struct source_handler *handler, char *error,
                                 size_t error_size) {
    struct source *s = make(handler, error, error_size);
    if (s && !(s->live = source_live_group(group, &s->handler, error, error_size)))
        source_close(&s);
    return s;
}

struct source *source_open_member(const char *endpoint, const struct source_handler *handler, char *error,
                                  size_t error_size) {
    struct source *s = make(handler, error, error_size);
    if (s && !(s->live = source_live_member(endpoint, &s->handler, error, error_size)))
        source_close(&s);
    return s;
}

void source_close(struct source **self) {
    struct source *s = *self;
    if (!s)
        return;
    trace_merge_close(&s->traces);
    source_live_close(&s->live);
    free(s);
    *self = NULL;
}

bool source_read(struct source *s, int budget_ms) {
    const gms_time until = clock_now() + (gms_time)(budget_ms > 0 ? budget_ms : 0) * CLOCK_MS;
    if (s->live) {
        source_live_read(s->live, until);
        return true;
    }
    read_traces(s, until);
    return !s->ended;
}

bool source_has_more(const struct source *s) {
    return s->live ? source_live_has_more(s->live) : s->has_more;
}

float source_progress(const struct source *s) {
    return s->live ? 1 : trace_merge_progress(s->traces);
}

bool source_unfinished(const struct source *s) {
    return s->live || s->failed || (!trace_merge_live(s->traces) && trace_merge_cut(s->traces) > 0);
}

bool source_deserted(const struct source *s) {
    return s->live && source_live_deserted(s->live);
}
