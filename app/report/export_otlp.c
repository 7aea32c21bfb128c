/* OTLP JSON, a request a line, as the file receiver of an OpenTelemetry collector reads it: a trace for each
 * multicast, whose root span lasts from the multicast to its last delivery; under it every transmission from
 * send to receipt, and every delivery, each in the resource of the worker where it happened.
 *
 * Trace and span ids follow from the message's, so that nothing must be kept to find a parent, and the same
 * trace gives the same ids. JSON differs from protobuf's own mapping in what the specification says: ids are
 * hexadecimal, enums numbers, and 64-bit numbers texts. */
#include "app/report/export_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SPANS_A_LINE 256

enum kind { KIND_INTERNAL = 1, KIND_PRODUCER = 4 };
enum status { STATUS_UNSET = 0, STATUS_ERROR = 2 };

struct span {
    gms_id origin; /* with n: the multicast */
    uint64_t n;
    uint64_t id, parent; /* parent 0: none */
    enum kind kind;
    enum status status;
    gms_time begin, end;
    uint32_t member; /* where it happened */
};

/* A transmission on its way. */
struct flight {
    struct span span;
    gms_id to;
    char type[16];
};

struct otlp {
    struct export *x;
    uint64_t salt;      /* ids of other runs are others */
    struct text *spans; /* by member: those of the next line */
    struct text resource;
    uint32_t waiting; /* spans for the next line */
    struct export_transit *transit, *open;
    uint64_t traces, count, lines;
};

/* -- Ids ------------------------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t z = a ^ (b + 0x9e3779b97f4a7c15u);
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) | (z == 0); /* no id is 0 */
}

static uint64_t salt_of(const struct export *x) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (const char *c = x->run; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    for (const char *c = x->rung; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 0x100000001b3u;
    return hash;
}

static uint64_t root_id(const struct otlp *o, gms_id origin, uint64_t n) {
    return mix(mix(o->salt, origin), n);
}

static uint64_t child_id(uint64_t root, uint64_t a, uint64_t b) {
    return mix(mix(root, a), b);
}

/* -- Lines ----------------------------------------------------------------------------------------------- */

static void add_attribute(struct text *t, bool first, const char *key, const char *text) {
    text_add(t, "%s{\"key\":\"%s\",\"value\":{\"stringValue\":", first ? "" : ",", key);
    text_add_json(t, text);
    text_add(t, "}}");
}

static void add_number(struct text *t, const char *key, uint64_t number) {
    if (number > 0 && number <= INT64_MAX)
        text_add(t, ",{\"key\":\"%s\",\"value\":{\"intValue\":\"%" PRIu64 "\"}}", key, number);
}

static void add_resource(struct otlp *o, uint32_t member) {
    const struct export_member *m = &o->x->who.member[member];
    char id[17];
    struct text *t = &o->resource;
    snprintf(id, sizeof id, "%016" PRIx64, m->id);
    text_clear(t);
    text_add(t, "{\"resource\":{\"attributes\":[");
    add_attribute(t, true, "service.name", m->label);
    add_attribute(t, false, "service.namespace", "groupy");
    add_attribute(t, false, "service.instance.id", id);
    add_attribute(t, false, "groupy.run", o->x->run);
    add_attribute(t, false, "groupy.rung", o->x->rung);
    text_add(t, "]},\"scopeSpans\":[{\"scope\":{\"name\":\"groupy\"},\"spans\":[");
}

static void write_line(struct otlp *o) {
    FILE *out = o->x->out;
    const char *between = "{\"resourceSpans\":[";
    if (o->waiting == 0)
        return;
    for (uint32_t i = 0; i < o->x->who.count; i++) {
        struct text *t = &o->spans[i];
        if (t->size == 0)
            continue;
        add_resource(o, i);
        fprintf(out, "%s%s", between, o->resource.at ? o->resource.at : "");
        fwrite(t->at, 1, t->size, out);
        fputs("]}]}", out);
        between = ",";
        o->x->failed = o->x->failed || t->failed || o->resource.failed;
        text_clear(t);
    }
    fputs("]}\n", out);
    o->waiting = 0;
    o->lines++;
}

/* The text in which it goes on: its attributes, the first of them written. */
static struct text *begin_span(struct otlp *o, const struct span *s, const char *name) {
    struct text *t = &o->spans[s->member];
    const uint64_t root = root_id(o, s->origin, s->n);
    char m[EXPORT_LABEL_SIZE + 24];
    snprintf(m, sizeof m, "%s#%" PRIu64, export_label(o->x, s->origin), s->n);
    text_add(t, "%s{\"traceId\":\"%016" PRIx64 "%016" PRIx64 "\",\"spanId\":\"%016" PRIx64 "\",",
             t->size > 0 ? "," : "", mix(root, 1), mix(root, 2), s->id);
    if (s->parent > 0)
        text_add(t, "\"parentSpanId\":\"%016" PRIx64 "\",", s->parent);
    text_add(t, "\"name\":");
    text_add_json(t, name);
    text_add(t, ",\"kind\":%d,\"startTimeUnixNano\":\"%" PRIu64 "\",\"endTimeUnixNano\":\"%" PRIu64 "\",",
             (int)s->kind, s->begin, s->end);
    text_add(t, "\"attributes\":[");
    add_attribute(t, true, "groupy.m", m);
    return t;
}

static void end_span(struct otlp *o, struct text *t, enum status status, const char *message) {
    text_add(t, "]");
    if (status == STATUS_ERROR) {
        text_add(t, ",\"status\":{\"code\":%d,\"message\":", (int)status);
        text_add_json(t, message);
        text_add(t, "}");
    }
    text_add(t, "}");
    o->count++;
    if (++o->waiting == SPANS_A_LINE)
        write_line(o);
}

/* -- Multicasts ------------------------------------------------------------------------------------------ */

/* A multicast and its deliveries so far. */
struct multicast {
    struct span span;
    uint64_t change, deliveries;
};

static struct trace_record key_of(const struct trace_record *r) {
    return (struct trace_record){.x_sender = r->m_origin, .x = r->m_n};
}

/* All is known of it, or it is one of too many that are open. */
static void conclude(void *self, void *payload) {
    struct otlp *o = self;
    struct multicast *m = payload;
    char name[EXPORT_LABEL_SIZE + 32];
    snprintf(name, sizeof name, "mcast %s#%" PRIu64, export_label(o->x, m->span.origin), m->span.n);
    struct text *t = begin_span(o, &m->span, name);
    add_number(t, "groupy.change", m->change);
    add_number(t, "groupy.deliveries", m->deliveries);
    end_span(o, t, m->deliveries > 0 ? STATUS_UNSET : STATUS_ERROR, "never delivered");
}

static struct span span_of(const struct otlp *o, const struct trace_record *r, uint32_t member) {
    const gms_time now = export_unix_ns(o->x, r);
    return (struct span){.origin = r->m_origin,
                         .n = r->m_n,
                         .parent = root_id(o, r->m_origin, r->m_n),
                         .kind = KIND_INTERNAL,
                         .begin = now,
                         .end = now,
                         .member = member};
}

static void on_mcast(struct otlp *o, const struct trace_record *r, uint32_t member) {
    const struct trace_record key = key_of(r);
    struct multicast *m = export_transit_put(o->open, &key);
    if (!m)
        return;
    m->span = span_of(o, r, member);
    m->span.id = m->span.parent;
    m->span.parent = 0;
    m->change = (uint64_t)r->n;
    o->traces++;
}

static void on_deliver(struct otlp *o, const struct trace_record *r, uint32_t member) {
    const struct trace_record key = key_of(r);
    struct span s = span_of(o, r, member);
    struct multicast *m = export_transit_find(o->open, &key);
    if (m) {
        m->span.end = s.end > m->span.end ? s.end : m->span.end;
        m->deliveries++;
    }
    s.id = child_id(s.parent, r->id, 0);
    struct text *t = begin_span(o, &s, "deliver");
    add_number(t, "groupy.view", r->view);
    add_number(t, "groupy.seq", r->seq);
    add_number(t, "groupy.count", r->state.count);
    end_span(o, t, STATUS_UNSET, NULL);
}

/* -- Transmissions --------------------------------------------------------------------------------------- */

static void end_flight(struct otlp *o, const struct flight *f, enum status status, const char *message) {
    char name[64];
    snprintf(name, sizeof name, "%s to %s", f->type, export_label(o->x, f->to));
    struct text *t = begin_span(o, &f->span, name);
    add_attribute(t, false, "groupy.to", export_label(o->x, f->to));
    end_span(o, t, status, message);
}

static void never_came(void *self, void *payload) {
    end_flight(self, payload, STATUS_ERROR, "never received");
}

static void fill_flight(const struct otlp *o, struct flight *f, const struct trace_record *r,
                        uint32_t member) {
    f->span = span_of(o, r, member);
    f->span.kind = KIND_PRODUCER;
    f->span.id = child_id(f->span.parent, r->x_sender, r->x > 0 ? r->x : r->lc);
    f->to = r->peer;
    snprintf(f->type, sizeof f->type, "%s", r->type ? r->type : "?");
}

static void on_send(struct otlp *o, const struct trace_record *r, uint32_t member) {
    struct flight *f = export_transit_put(o->transit, r), unnamed;
    fill_flight(o, f ? f : &unnamed, r, member);
    if (!f)
        never_came(o, &unnamed);
}

static void on_receive(struct otlp *o, const struct trace_record *r) {
    const gms_time now = export_unix_ns(o->x, r);
    struct flight *f = export_transit_take(o->transit, r);
    if (!f)
        return;
    f->span.end = now > f->span.end ? now : f->span.end;
    f->to = r->id;
    end_flight(o, f, STATUS_UNSET, NULL);
}

static void on_lose(struct otlp *o, const struct trace_record *r, uint32_t member) {
    struct flight *f = export_transit_take(o->transit, r), lost;
    if (!f) {
        fill_flight(o, &lost, r, member);
        f = &lost;
    }
    end_flight(o, f, STATUS_ERROR, r->why && r->why[0] ? r->why : "lost");
}

/* -- The format ------------------------------------------------------------------------------------------ */

static void otlp_record(void *self, const struct trace_line *line, bool inside) {
    struct otlp *o = self;
    const struct trace_record *r = &line->record;
    const uint32_t member = export_who_of(&o->x->who, r->id);
    if (r->m_origin == GMS_NOBODY)
        return;
    if (r->ev == TRACE_RECV)
        on_receive(o, r); /* of what was sent inside */
    if (!inside)
        return;
    if (r->ev == TRACE_MCAST)
        on_mcast(o, r, member);
    else if (r->ev == TRACE_DELIVER)
        on_deliver(o, r, member);
    else if (r->ev == TRACE_SEND)
        on_send(o, r, member);
    else if (r->ev == TRACE_LOSE)
        on_lose(o, r, member);
}

static void otlp_close(void *self) {
    struct otlp *o = self;
    for (uint32_t i = 0; o->spans && i < o->x->who.count; i++)
        text_free(&o->spans[i]);
    export_transit_free(&o->transit);
    export_transit_free(&o->open);
    text_free(&o->resource);
    free(o->spans);
    free(o);
}

static void *otlp_open(struct export *x) {
    struct otlp *o = calloc(1, sizeof *o);
    if (!o)
        return NULL;
    o->x = x;
    o->salt = salt_of(x);
    o->spans = calloc(x->who.count, sizeof *o->spans);
    o->transit = export_transit_new(sizeof(struct flight), never_came, o);
    o->open = export_transit_new(sizeof(struct multicast), conclude, o);
    if (o->spans && o->transit && o->open)
        return o;
    otlp_close(o);
    return NULL;
}

static void otlp_end(void *self) {
    struct otlp *o = self;
    export_transit_give_up_all(o->transit);
    export_transit_give_up_all(o->open);
    write_line(o);
    export_count(&o->x->notice, o->traces, "multicast, ", "multicasts, ");
    export_count(&o->x->notice, o->count, "span, ", "spans, ");
    export_count(&o->x->notice, o->lines, "request\n", "requests\n");
}

const struct export_format export_otlp = {
    .name = "otlp", .open = otlp_open, .record = otlp_record, .end = otlp_end, .close = otlp_close};
