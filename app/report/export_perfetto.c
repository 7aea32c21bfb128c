/* Trace events as JSON, the older format that ui.perfetto.dev and chrome://tracing both read: a process for
 * each worker, with a thread for its views, one for what it does, and one for what holds it up; arrows from
 * send to receipt; losses, crashes and suspicions as instants.
 *
 * What a worker does takes no time in a trace. So that it can be seen and arrows have something to begin at,
 * it lasts until the next thing that the worker does, but not longer than SLICE_MAX. */
#include "app/report/export_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_MAX_NS 20000
#define STEP_NS                                                                                              \
    1000 /* virtual time does not pass while a worker works: what it does then stands apart so               \
          */

enum lane { LANE_VIEWS, LANE_WORK, LANE_HALTS, LANES };
static const char *const lane_names[LANES] = {"views", "messages", "held up"};

struct slice {
    bool open;
    gms_time begin;   /* ns of the run */
    gms_time free;    /* the next one can't begin before */
    struct text text; /* its event, but for its duration */
};

struct worker {
    struct slice lane[LANES];
    gms_time next; /* of its messages: the earliest that the next one can begin at */
};

struct perfetto {
    struct export *x;
    struct worker *worker; /* by member */
    struct export_transit *transit;
    struct text event;
    bool any;
    uint64_t slices, arrows, instants;
};

struct flight {
    gms_time begin;
};

/* -- Events ---------------------------------------------------------------------------------------------- */

static void perfetto_close(void *self) {
    struct perfetto *p = self;
    for (uint32_t i = 0; p->worker && i < p->x->who.count; i++) {
        for (int lane = 0; lane < LANES; lane++)
            text_free(&p->worker[i].lane[lane].text);
    }
    export_transit_free(&p->transit);
    text_free(&p->event);
    free(p->worker);
    free(p);
}

static void write_event(struct perfetto *p, struct text *t) {
    fputs(p->any ? ",\n" : "\n", p->x->out);
    if (t->size > 0)
        fwrite(t->at, 1, t->size, p->x->out);
    p->x->failed = p->x->failed || t->failed;
    p->any = true;
}

static uint32_t pid_of(uint32_t member) {
    return member + 1; /* 0 is the kernel's idle process */
}

static uint32_t tid_of(uint32_t member, enum lane lane) {
    return pid_of(member) * 10 + (uint32_t)lane; /* of no other process, too */
}

static void add_us(struct text *t, const char *key, gms_time ns) {
    text_add(t, ",\"%s\":%" PRIu64 ".%03u", key, ns / 1000, (unsigned)(ns % 1000));
}

static void begin_event(struct text *t, const char *phase, const char *category, const char *name,
                        uint32_t member, enum lane lane, gms_time ns) {
    text_clear(t);
    text_add(t, "{\"ph\":\"%s\",\"cat\":\"%s\",\"name\":", phase, category);
    text_add_json(t, name);
    text_add(t, ",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32, pid_of(member), tid_of(member, lane));
    add_us(t, "ts", ns);
}

/* -- Slices ---------------------------------------------------------------------------------------------- */

static void close_slice(struct perfetto *p, struct slice *s, gms_time end) {
    if (!s->open)
        return;
    /* Readers count in floating microseconds: a nanosecond between two keeps the one out of the other. One
     * that takes no time is to be seen, too. */
    const gms_time duration = end > s->begin + 1 ? end - s->begin - 1 : 1;
    s->free = s->begin + duration + 1;
    add_us(&s->text, "dur", duration);
    text_add(&s->text, "}");
    write_event(p, &s->text);
    p->slices++;
    s->open = false;
}

static struct slice *open_slice(struct perfetto *p, uint32_t member, enum lane lane, const char *category,
                                const char *name, gms_time ns) {
    struct slice *s = &p->worker[member].lane[lane];
    ns = ns > s->free ? ns : s->free;
    begin_event(&s->text, "X", category, name, member, lane, ns);
    s->open = true;
    s->begin = ns;
    return s;
}

static void close_lane(struct perfetto *p, uint32_t member, enum lane lane, gms_time ns) {
    struct slice *s = &p->worker[member].lane[lane];
    const bool short_one = lane == LANE_WORK && ns > s->begin + SLICE_MAX_NS;
    close_slice(p, s, short_one ? s->begin + SLICE_MAX_NS : ns);
}

static void add_args(struct perfetto *p, struct text *t, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    text_add(t, ",\"args\":{\"what\":");
    text_add_json(t, export_words(p->x, line));
    text_add(t, ",\"lc\":%" PRIu64, r->lc);
    if (r->m_origin != GMS_NOBODY) {
        text_add(t, ",\"m\":");
        text_add_json(t, export_m(p->x, r));
    }
    if (r->seq > 0)
        text_add(t, ",\"seq\":%" PRIu64, r->seq);
    if (r->view > 0)
        text_add(t, ",\"view\":%" PRIu32, r->view);
    if (r->ev == TRACE_DELIVER || r->ev == TRACE_STATE)
        text_add(t, ",\"count\":%" PRIu64 ",\"hash\":\"%016" PRIx64 "\"", r->state.count, r->state.hash);
    text_add(t, "}");
}

/* "MSG w2#7 to w3", "deliver w2#7": equal things have equal names, so that they can be searched and counted.
 */
static void name_work(const struct perfetto *p, const struct trace_record *r, char *name, size_t size) {
    const bool message =
        r->ev == TRACE_SEND || r->ev == TRACE_RECV || r->ev == TRACE_LOSE || r->ev == TRACE_DROP;
    snprintf(name, size, "%s%s%s%s%s", trace_ev_name(r->ev), message ? " " : "",
             message && r->type ? r->type : "", r->m_origin != GMS_NOBODY ? " " : "",
             r->m_origin != GMS_NOBODY ? export_m(p->x, r) : "");
}

static uint64_t flow_of(const struct trace_record *r) {
    const uint64_t mixed = (r->x_sender ^ r->x * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    return mixed ^ mixed >> 31;
}

static void add_work(struct perfetto *p, uint32_t member, const struct trace_line *line, gms_time ns) {
    const struct trace_record *r = &line->record;
    struct worker *w = &p->worker[member];
    struct flight *flight = r->ev == TRACE_RECV ? export_transit_take(p->transit, r) : NULL;
    char name[256];
    ns = ns > w->next ? ns : w->next;
    ns = flight && ns <= flight->begin ? flight->begin + 1 : ns;
    close_lane(p, member, LANE_WORK, ns);
    name_work(p, r, name, sizeof name);
    struct slice *s = open_slice(p, member, LANE_WORK, trace_ev_name(r->ev), name, ns);
    add_args(p, &s->text, line);
    w->next = ns + (p->x->live ? 2 : STEP_NS);
    if (flight)
        text_add(&s->text, ",\"bind_id\":\"0x%" PRIx64 "\",\"flow_in\":true", flow_of(r));
    p->arrows += flight != NULL;
    flight = r->ev == TRACE_SEND ? export_transit_put(p->transit, r) : NULL;
    if (flight) {
        flight->begin = ns;
        text_add(&s->text, ",\"bind_id\":\"0x%" PRIx64 "\",\"flow_out\":true", flow_of(r));
    }
}

static void add_instant(struct perfetto *p, uint32_t member, const struct trace_line *line, gms_time ns) {
    const struct trace_record *r = &line->record;
    begin_event(&p->event, "i", trace_ev_name(r->ev), export_words(p->x, line), member, LANE_WORK, ns);
    text_add(&p->event, ",\"s\":\"%s\"", r->ev == TRACE_NOTE ? "g" : "p");
    add_args(p, &p->event, line);
    text_add(&p->event, "}");
    write_event(p, &p->event);
    p->instants++;
}

/* -- Records --------------------------------------------------------------------------------------------- */

static void begin_view(struct perfetto *p, uint32_t member, const struct trace_line *line, gms_time ns) {
    const struct trace_record *r = &line->record;
    char name[64];
    snprintf(name, sizeof name, "view %" PRIu32 " (%" PRIu32 ")%s", r->view, r->member_count,
             r->primary ? "" : ", not primary");
    close_lane(p, member, LANE_VIEWS, ns);
    struct slice *s = open_slice(p, member, LANE_VIEWS, "view", name, ns);
    add_args(p, &s->text, line);
}

static void begin_halt(struct perfetto *p, uint32_t member, const char *name, gms_time ns) {
    close_lane(p, member, LANE_HALTS, ns);
    open_slice(p, member, LANE_HALTS, "held up", name, ns);
}

/* What becomes of its view, and of what holds it up. */
static void follow(struct perfetto *p, uint32_t member, const struct trace_line *line, gms_time ns) {
    const struct trace_record *r = &line->record;
    switch (r->ev) {
    case TRACE_JOIN: begin_halt(p, member, "joining", ns); break;
    case TRACE_VIEW:
        close_lane(p, member, LANE_HALTS, ns);
        begin_view(p, member, line, ns);
        break;
    case TRACE_BLOCK: begin_halt(p, member, "blocked", ns); break;
    case TRACE_NO_QUORUM: begin_halt(p, member, "no quorum", ns); break;
    case TRACE_FREEZE: begin_halt(p, member, "frozen", ns); break;
    case TRACE_HANG: begin_halt(p, member, "hung", ns); break;
    case TRACE_UNBLOCK:
    case TRACE_QUORUM:
    case TRACE_RESUME: close_lane(p, member, LANE_HALTS, ns); break;
    case TRACE_EXCLUDED:
    case TRACE_CRASH:
    case TRACE_EXIT:
        close_lane(p, member, LANE_HALTS, ns);
        close_lane(p, member, LANE_VIEWS, ns);
        break;
    case TRACE_MCAST:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_LOSE:
    case TRACE_DROP:
    case TRACE_DELIVER:
    case TRACE_STATE:
    case TRACE_SUSPECT:
    case TRACE_DOWN:
    case TRACE_LEAD:
    case TRACE_FAULT:
    case TRACE_LEAVE:
    case TRACE_NOTE:
    case TRACE_EVS: break;
    }
}

static bool is_instant(enum trace_ev ev) {
    return ev == TRACE_LOSE || ev == TRACE_CRASH || ev == TRACE_SUSPECT || ev == TRACE_DOWN ||
           ev == TRACE_EXCLUDED || ev == TRACE_FAULT || ev == TRACE_NOTE || ev == TRACE_FREEZE;
}

static bool is_span(enum trace_ev ev) {
    return ev == TRACE_VIEW || ev == TRACE_BLOCK || ev == TRACE_UNBLOCK || ev == TRACE_NO_QUORUM ||
           ev == TRACE_QUORUM || ev == TRACE_HANG || ev == TRACE_RESUME;
}

static void perfetto_record(void *self, const struct trace_line *line, bool inside) {
    struct perfetto *p = self;
    const struct trace_record *r = &line->record;
    const struct export_wish *wish = p->x->wish;
    const uint32_t member = export_who_of(&p->x->who, export_subject(r));
    const gms_time ns = export_ns(p->x, r);
    if (ns >= wish->to)
        return;
    follow(p, member, line, ns > wish->from ? ns : wish->from); /* a view may have begun before */
    if (inside && is_instant(r->ev))
        add_instant(p, member, line, ns);
    else if (inside && !is_span(r->ev))
        add_work(p, member, line, ns);
}

/* -- The file -------------------------------------------------------------------------------------------- */

static void add_metadata(struct perfetto *p, const char *what, uint32_t member, enum lane lane,
                         const char *key, const char *text, uint32_t number) {
    struct text *t = &p->event;
    text_clear(t);
    text_add(t,
             "{\"ph\":\"M\",\"name\":\"%s\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"args\":{\"%s\":", what,
             pid_of(member), tid_of(member, lane), key);
    if (text)
        text_add_json(t, text);
    else
        text_add(t, "%" PRIu32, number);
    text_add(t, "}}");
    write_event(p, t);
}

static void *perfetto_open(struct export *x) {
    struct perfetto *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->x = x;
    p->worker = calloc(x->who.count, sizeof *p->worker);
    p->transit = export_transit_new(sizeof(struct flight), NULL, NULL);
    if (!p->worker || !p->transit) {
        perfetto_close(p);
        return NULL;
    }
    fprintf(x->out, "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"run\":");
    text_add_json(&p->event, x->run);
    fprintf(x->out, "%s,\"rung\":\"%s\"},\"traceEvents\":[", p->event.at ? p->event.at : "\"\"", x->rung);
    for (uint32_t i = 0; i < x->who.count; i++) {
        if (!x->who.member[i].acts)
            continue;
        add_metadata(p, "process_name", i, LANE_VIEWS, "name", x->who.member[i].label, 0);
        add_metadata(p, "process_sort_index", i, LANE_VIEWS, "sort_index", NULL, i);
        for (int lane = 0; lane < LANES; lane++)
            add_metadata(p, "thread_name", i, (enum lane)lane, "name", lane_names[lane], 0);
    }
    return p;
}

static void perfetto_end(void *self) {
    struct perfetto *p = self;
    const gms_time run = p->x->end - p->x->begin, end = p->x->wish->to < run ? p->x->wish->to : run;
    for (uint32_t i = 0; i < p->x->who.count; i++) {
        for (int lane = 0; lane < LANES; lane++)
            close_lane(p, i, (enum lane)lane, lane == LANE_WORK ? GMS_NEVER : end);
    }
    fputs("\n]}\n", p->x->out);
    export_count(&p->x->notice, p->slices, "slice, ", "slices, ");
    export_count(&p->x->notice, p->arrows, "arrow and ", "arrows and ");
    export_count(&p->x->notice, p->instants, "instant\n", "instants\n");
}

const struct export_format export_perfetto = {.name = "perfetto",
                                              .open = perfetto_open,
                                              .record = perfetto_record,
                                              .end = perfetto_end,
                                              .close = perfetto_close};
