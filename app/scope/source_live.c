/* A live group: who publishes, and what they say, merged by time.
 *
 * Records of different processes arrive in any order. Each is held for a moment, so that what happened before
 * it elsewhere is there, and then told by the clock of this machine, which all processes on it share: a send
 * before its receipt.
 */
#include "app/scope/source_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "app/registry.h"
#include "app/report.h"
#include "app/scope/listener.h"
#include "net/zmq/clock.h"

#define LISTENERS_MAX  256
#define HOLD           (60 * CLOCK_MS)
#define LOOK_PERIOD    (200 * CLOCK_MS)
#define LOOK_EAGERLY   (20 * CLOCK_MS)  /* while nobody is there, and */
#define NEWS_FOR       (500 * CLOCK_MS) /* so long after somebody came: others may be about to */
#define GONE_FOR       (500 * CLOCK_MS) /* then nothing of it is on its way */
#define SILENT_FOR     (2000 * CLOCK_MS)
#define STOOD_STILL    (1000 * CLOCK_MS)
#define TROUBLE_PERIOD (2000 * CLOCK_MS)
#define LOOK_AT_CLOCK  128

struct source_live {
    struct source_handler handler;
    void *context;
    bool by_registry;
    struct registry registry;
    struct registry_entry *entries;
    struct listener *listeners[LISTENERS_MAX];
    uint32_t count;
    gms_time look_at, news_at, deserted_at;
    bool begun, has_more, told_full;
    bool directed;              /* a launcher tells who crashes */
    gms_time read_at;           /* last */
    struct listener_header run; /* what all those have that are listened to */
    struct source_names names;
};

static void trouble(const struct source_live *s, const char *who, const char *what) {
    char text[320];
    snprintf(text, sizeof text, "%s: %s", who, what);
    s->handler.trouble(s->handler.self, text);
}

/* -- Which run ------------------------------------------------------------------------------------------- */

/* A worker that nobody launched does not know of any. */
static bool same_run(const struct listener_header *a, const struct listener_header *b) {
    return strcmp(a->rung, b->rung) == 0 &&
           (strcmp(a->run, b->run) == 0 || strcmp(a->run, "-") == 0 || strcmp(b->run, "-") == 0);
}

static bool is_active(const struct listener *l) {
    return l->has_header && !l->exited && !l->crashed && !l->silent && l->gone_at == 0;
}

static uint32_t votes(const struct source_live *s, const struct listener_header *run) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < s->count; i++)
        count += is_active(s->listeners[i]) && same_run(&s->listeners[i]->header, run);
    return count;
}

static bool begin(struct source_live *s, const struct listener_header *run) {
    enum gms_rung_id rung;
    if (!gms_rung_find(run->rung, &rung))
        return false;
    s->run = *run;
    s->begun = true;
    s->directed = false;
    memset(&s->names, 0, sizeof s->names);
    for (uint32_t i = 0; i < s->count; i++)
        s->listeners[i]->accepted = false;
    const struct check_settings settings = report_live_settings(rung, run->agreed, run->last_man_standing);
    s->handler.begin(s->handler.self, &settings, true);
    return true;
}

/* Another run begins when more take part in it than in the one before: one stranger changes nothing. */
static bool belongs(struct source_live *s, const struct listener_header *h) {
    if (s->begun && same_run(&s->run, h))
        return true;
    return (!s->begun || votes(s, h) > votes(s, &s->run)) && begin(s, h);
}

static bool is_taken(const struct source_live *s, const struct listener *by) {
    for (uint32_t i = 0; i < s->count; i++) {
        const struct listener *l = s->listeners[i];
        if (l != by && l->accepted && is_active(l) && l->header.id == by->header.id)
            return true;
    }
    return false;
}

static void take_header(struct source_live *s, struct listener *l) {
    const struct source_handler *h = &s->handler;
    const bool again = l->accepted;
    char why[160];
    l->exited = l->crashed = l->silent = false;
    l->accepted = false;
    if (!belongs(s, &l->header)) {
        snprintf(why, sizeof why, "it runs %s in run %.40s, the others do not", l->header.rung,
                 l->header.run);
        listener_refuse(l, why);
    } else if (is_taken(s, l)) {
        listener_refuse(l, "somebody else says that he is this one");
    } else {
        l->accepted = true;
    }
    if (!l->accepted) { /* that may change: it is asked again */
        listener_forget(l);
        l->hearing = false;
        return;
    }
    if (again && l->missed > 0)
        h->missed(h->self, l->header.who, l->missed);
    source_name(h, &s->names, l->header.id, l->header.who);
    s->directed = s->directed || l->header.id == GMS_NOBODY;
}

/* -- Records --------------------------------------------------------------------------------------------- */

static struct listener *find(const struct source_live *s, gms_id id) {
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->listeners[i]->accepted && s->listeners[i]->header.id == id)
            return s->listeners[i];
    }
    return NULL;
}

static void take_record(struct source_live *s, struct listener *l) {
    const struct trace_record *r = &l->line.record;
    if (!l->accepted)
        return;
    if (r->ev == TRACE_EXIT)
        l->exited = true;
    struct listener *dead = r->ev == TRACE_CRASH && r->peer != GMS_NOBODY ? find(s, r->peer) : NULL;
    if (dead)
        dead->crashed = true;
    source_tell(&s->handler, &s->names, &l->line);
}

static void lose(const struct source_live *s, const struct listener *l) {
    const struct trace_record r = {.ev = TRACE_FAULT,
                                   .t = l->last_t,
                                   .id = l->header.id,
                                   .here = true,
                                   .what = "records missing from here on"};
    if (l->header.id != GMS_NOBODY)
        s->handler.record(s->handler.self, l->header.who, &r);
}

static void fall_silent(const struct source_live *s, struct listener *l) {
    if (l->silent)
        return;
    l->silent = true;
    lose(s, l);
    s->handler.silent(s->handler.self, l->header.who, l->last_t);
}

/* Of all heads the one that happened first; NULL: none has been held for long enough. */
static struct listener *first_of_all(const struct source_live *s, gms_time now) {
    struct listener *first = NULL;
    for (uint32_t i = 0; i < s->count; i++) {
        struct listener *l = s->listeners[i];
        if (listener_head(l) == LISTENER_NOTHING || l->key + HOLD > now)
            continue;
        if (!first || l->key < first->key ||
            (l->key == first->key && l->head == LISTENER_RECORD && first->head == LISTENER_RECORD &&
             l->line.record.lc < first->line.record.lc))
            first = l;
    }
    return first;
}

static struct listener *find_endpoint(const struct source_live *s, const char *endpoint) {
    for (uint32_t i = 0; i < s->count; i++) {
        if (strcmp(s->listeners[i]->endpoint, endpoint) == 0)
            return s->listeners[i];
    }
    return NULL;
}

static struct listener *listen_to(struct source_live *s, const char *endpoint, gms_time now) {
    struct listener *l = s->count < LISTENERS_MAX ? listener_open(s->context, endpoint, now) : NULL;
    if (l)
        s->listeners[s->count++] = l;
    return l;
}

/* Where there is a registry, that knows better, but of who comes back: it says so before it is there. */
static void follow_reference(struct source_live *s, const struct listener *l) {
    const bool same = strcmp(l->referred_name, l->header.who) == 0 && strncmp(l->referred, "ipc://", 6) == 0;
    if (l->accepted && (same || !s->by_registry) && !find_endpoint(s, l->referred))
        listen_to(s, l->referred, clock_now());
}

static bool tell(struct source_live *s, gms_time until) {
    struct listener *l;
    gms_time now = clock_now();
    for (uint32_t count = 1; (l = first_of_all(s, now)); count++) {
        if (l->head == LISTENER_HEADER)
            take_header(s, l);
        else if (l->head == LISTENER_RECORD)
            take_record(s, l);
        else if (l->head == LISTENER_REFERS)
            follow_reference(s, l);
        else if (l->accepted)
            lose(s, l);
        listener_take(l);
        if (count % LOOK_AT_CLOCK == 0 && (now = clock_now()) >= until)
            return true;
    }
    return false;
}

/* -- Who publishes --------------------------------------------------------------------------------------- */

/* What a file says may be anything. */
static const char *bad_entry(const struct registry_entry *e) {
    if (strncmp(e->telemetry, "ipc://", 6) != 0 && strncmp(e->telemetry, "tcp://", 6) != 0)
        return "it publishes nowhere";
    return e->role == REGISTRY_WORKER ? address_name_error(e->address.name) : NULL;
}

static void meet(struct source_live *s, const struct registry_entry *e, gms_time now) {
    struct listener *l = find_endpoint(s, e->telemetry);
    if (!l && !bad_entry(e) && (l = listen_to(s, e->telemetry, now))) {
        snprintf(l->name, sizeof l->name, "%s", e->role == REGISTRY_WORKER ? e->address.name : "director");
        l->expected_id = e->address.id;
        s->news_at = now;
    } else if (!l && !bad_entry(e) && !s->told_full) {
        s->told_full = true;
        trouble(s, e->address.name, "there are too many to listen to, or it can't be reached");
    }
    if (l)
        l->listed = true;
}

static void look_around(struct source_live *s, gms_time now) {
    const bool late = now > s->read_at + STOOD_STILL;
    if (!s->by_registry || now < s->look_at)
        return;
    for (uint32_t i = 0; i < s->count; i++)
        s->listeners[i]->listed = false;
    const size_t count = registry_list(&s->registry, s->entries, REGISTRY_ENTRIES_MAX);
    for (size_t i = 0; i < count; i++)
        meet(s, &s->entries[i], now);
    for (uint32_t i = 0; i < s->count; i++) {
        struct listener *l = s->listeners[i];
        if (!l->listed && l->gone_at == 0)
            l->unsure = late;
        l->gone_at = l->listed ? 0 : l->gone_at ? l->gone_at : now;
    }
    s->look_at = now + (s->count > 0 && now >= s->news_at + NEWS_FOR ? LOOK_PERIOD : LOOK_EAGERLY);
}

/* Its process is gone, and it did not say that it would go. Who directs the run has seen why, and says so. If
 * nobody does, a process whose records end has crashed at the last one; if that is the last one. */
static void conclude(const struct source_live *s, struct listener *l) {
    const struct source_handler *h = &s->handler;
    if (!l->accepted || l->exited || l->crashed || l->header.id == GMS_NOBODY)
        return;
    if (!s->by_registry || s->directed || l->unsure) {
        fall_silent(s, l);
        return;
    }
    const struct trace_record r = {.ev = TRACE_CRASH, .t = l->last_t, .peer = l->header.id};
    h->record(h->self, "", &r);
    l->crashed = true;
}

static void tell_trouble(const struct source_live *s, struct listener *l, gms_time now) {
    char text[256];
    if (l->refused == l->refused_told || (l->told_at > 0 && now < l->told_at + TROUBLE_PERIOD))
        return;
    if (l->refused == 1)
        snprintf(text, sizeof text, "refused: %s", l->why);
    else
        snprintf(text, sizeof text, "refused %" PRIu64 " times, the last time: %s", l->refused, l->why);
    trouble(s, listener_name(l), text);
    l->refused_told = l->refused;
    l->told_at = now;
}

/* Where it was sent to there is nobody who publishes; a member's own address is not the right one. */
static void tell_unheard(const struct source_live *s, struct listener *l, gms_time now) {
    if (s->by_registry || l->heard || l->told_at > 0 || l->disconnected_at == 0 ||
        now < l->disconnected_at + SILENT_FOR)
        return;
    l->told_at = now;
    trouble(s, l->endpoint,
            "nobody publishes there (groupy ctl status --json: telemetry); it is tried again");
}

static void tidy(struct source_live *s, gms_time now) {
    for (uint32_t i = s->count; i-- > 0;) {
        struct listener *l = s->listeners[i];
        const bool quiet = l->disconnected_at > 0 && now >= l->disconnected_at + SILENT_FOR;
        tell_trouble(s, l, now);
        tell_unheard(s, l, now);
        if (listener_head(l) != LISTENER_NOTHING)
            continue;
        if (quiet && l->gone_at == 0 && l->accepted && !l->exited && !l->crashed)
            fall_silent(s, l);
        if (l->gone_at == 0 || now < l->gone_at + GONE_FOR)
            continue;
        conclude(s, l);
        listener_close(&s->listeners[i]);
        s->listeners[i] = s->listeners[--s->count];
    }
}

/* -- Outside --------------------------------------------------------------------------------------------- */

void source_live_read(struct source_live *s, gms_time until) {
    const gms_time now = clock_now();
    look_around(s, now);
    s->read_at = now;
    bool more = false;
    for (uint32_t i = 0; i < s->count; i++)
        more = !listener_read(s->listeners[i], now) || more;
    s->has_more = tell(s, until) || more;
    tidy(s, now);
    uint32_t active = 0;
    for (uint32_t i = 0; i < s->count; i++)
        active += is_active(s->listeners[i]) && s->listeners[i]->accepted;
    s->deserted_at = active > 0 || !s->begun ? 0 : s->deserted_at ? s->deserted_at : now;
}

bool source_live_has_more(const struct source_live *s) {
    return s->has_more;
}

bool source_live_deserted(const struct source_live *s) {
    return s->deserted_at > 0 && clock_now() >= s->deserted_at + GONE_FOR;
}

static struct source_live *make(const struct source_handler *handler, char *error, size_t error_size) {
    struct source_live *s = calloc(1, sizeof *s);
    if (s && (s->context = zmq_ctx_new())) {
        zmq_ctx_set(s->context, ZMQ_MAX_SOCKETS, 4 * LISTENERS_MAX);
        s->handler = *handler;
        return s;
    }
    snprintf(error, error_size, "out of memory");
    free(s);
    return NULL;
}

struct source_live *source_live_group(const char *group, const struct source_handler *handler, char *error,
                                      size_t error_size) {
    struct source_live *s = make(handler, error, error_size);
    if (!s)
        return NULL;
    s->by_registry = true;
    s->entries = calloc(REGISTRY_ENTRIES_MAX, sizeof *s->entries);
    if (s->entries && registry_open(&s->registry, group, error, error_size))
        return s;
    if (!s->entries)
        snprintf(error, error_size, "out of memory");
    source_live_close(&s);
    return NULL;
}

struct source_live *source_live_member(const char *endpoint, const struct source_handler *handler,
                                       char *error, size_t error_size) {
    struct source_live *s = make(handler, error, error_size);
    if (s && listen_to(s, endpoint, clock_now()))
        return s;
    if (s)
        snprintf(error, error_size, "%s: tcp://ADDRESS:PORT or ipc://PATH is expected", endpoint);
    source_live_close(&s);
    return NULL;
}

void source_live_close(struct source_live **self) {
    struct source_live *s = *self;
    if (!s)
        return;
    while (s->count > 0)
        listener_close(&s->listeners[--s->count]);
    if (s->context)
        zmq_ctx_term(s->context);
    registry_close(&s->registry);
    free(s->entries);
    free(s);
    *self = NULL;
}
