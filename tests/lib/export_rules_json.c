/* See export_rules.h: the formats that are JSON. */
#include "tests/lib/export_rules_json.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/export_rules.h"

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* -- Perfetto -------------------------------------------------------------------------------------------- */

struct slice {
    json_int_t tid;
    double begin, end;
};

struct end { /* of an arrow */
    const char *id;
    bool in;
    double at;
};

struct events {
    size_t slice_count, end_count;
    struct slice *slice;
    struct end *end;
    json_t *named; /* processes */
};

static const char *check_slice(struct events *e, const json_t *event, json_int_t tid, double ts) {
    const json_t *dur = json_object_get(event, "dur"), *id = json_object_get(event, "bind_id");
    const bool in = json_is_true(json_object_get(event, "flow_in")),
               out = json_is_true(json_object_get(event, "flow_out"));
    if (!json_is_number(dur) || json_number_value(dur) <= 0)
        return "a slice has no duration";
    e->slice[e->slice_count++] = (struct slice){tid, ts, ts + json_number_value(dur)};
    if (!id)
        return in || out ? "an arrow has no bind_id" : NULL;
    const char *text = json_string_value(id);
    if (!text || strncmp(text, "0x", 2) != 0 || strlen(text) < 3 || strlen(text) > 18 ||
        text[2 + strspn(text + 2, "0123456789abcdef")])
        return "a bind_id is no hexadecimal number in a text";
    if (in == out)
        return "an arrow neither goes out nor comes in, or both";
    e->end[e->end_count++] = (struct end){text, in, ts};
    return NULL;
}

static const char *check_metadata(struct events *e, const json_t *event, json_int_t pid) {
    static const char *const names[] = {"process_name", "thread_name"};
    const json_t *args = json_object_get(event, "args");
    char key[32];
    snprintf(key, sizeof key, "%" JSON_INTEGER_FORMAT, pid);
    if (strcmp(text_of(event, "name"), "process_sort_index") == 0)
        return json_is_integer(json_object_get(args, "sort_index")) ? NULL : "no sort_index";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(text_of(event, "name"), names[i]) != 0)
            continue;
        if (i == 0)
            json_object_set_new(e->named, key, json_true());
        return text_of(args, "name")[0] ? NULL : "a name is missing";
    }
    return "unknown metadata";
}

static const char *check_trace_event(struct events *e, const json_t *event) {
    const char *phase = text_of(event, "ph"), *scope = text_of(event, "s");
    const json_t *pid = json_object_get(event, "pid"), *tid = json_object_get(event, "tid"),
                 *ts = json_object_get(event, "ts");
    char key[32];
    if (!json_is_integer(pid) || !json_is_integer(tid) || json_integer_value(pid) < 1 ||
        json_integer_value(tid) < 1)
        return "an event has no pid or tid";
    if (!text_of(event, "name")[0])
        return "an event has no name";
    if (strcmp(phase, "M") == 0)
        return check_metadata(e, event, json_integer_value(pid));
    snprintf(key, sizeof key, "%" JSON_INTEGER_FORMAT, json_integer_value(pid));
    if (!json_object_get(e->named, key))
        return rules_broken("process %s has no name", key);
    if (!json_is_number(ts) || json_number_value(ts) < 0)
        return "an event has no ts";
    if (strcmp(phase, "i") == 0)
        return strlen(scope) == 1 && strchr("gpt", scope[0]) ? NULL : "an instant has no scope";
    if (strcmp(phase, "X") != 0)
        return rules_broken("a phase '%s'", phase);
    return check_slice(e, event, json_integer_value(tid), json_number_value(ts));
}

static int by_thread(const void *a, const void *b) {
    const struct slice *sa = a, *sb = b;
    if (sa->tid != sb->tid)
        return sa->tid < sb->tid ? -1 : 1;
    return sa->begin < sb->begin ? -1 : sa->begin > sb->begin;
}

static int by_arrow(const void *a, const void *b) {
    const struct end *ea = a, *eb = b;
    const int ids = strcmp(ea->id, eb->id);
    return ids != 0 ? ids : (int)ea->in - (int)eb->in;
}

static const char *check_together(struct events *e) {
    qsort(e->slice, e->slice_count, sizeof e->slice[0], by_thread);
    qsort(e->end, e->end_count, sizeof e->end[0], by_arrow);
    for (size_t i = 1; i < e->slice_count; i++) {
        const struct slice *s = &e->slice[i];
        if (s[-1].tid == s->tid && s[-1].end > s->begin)
            return rules_broken("slices of thread %d overlap at %f us", (int)s->tid, s->begin);
    }
    for (size_t i = 0; i < e->end_count; i++) {
        const struct end *end = &e->end[i];
        const bool of_before = i > 0 && strcmp(end[-1].id, end->id) == 0;
        if (!end->in && of_before)
            return rules_broken("two arrows are %s", end->id);
        if (end->in && (!of_before || end[-1].in || end[-1].at >= end->at))
            return rules_broken("the arrow %s ends before it begins", end->id);
    }
    return e->slice_count == 0 ? "there is no slice" : NULL;
}

const char *rules_perfetto(const char *text) {
    json_error_t why;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &why), *event;
    const json_t *all = json_object_get(root, "traceEvents");
    const size_t count = json_array_size(all);
    struct events e = {.slice = calloc(count + 1, sizeof *e.slice),
                       .end = calloc(count + 1, sizeof *e.end),
                       .named = json_object()};
    const char *bad = json_is_array(all) ? NULL : rules_broken("no JSON, or no traceEvents: %s", why.text);
    size_t i;
    json_array_foreach(all, i, event) {
        bad = bad ? bad : check_trace_event(&e, event);
    }
    bad = bad ? bad : check_together(&e);
    free(e.slice);
    free(e.end);
    json_decref(e.named);
    json_decref(root);
    return bad;
}

/* -- OTLP ------------------------------------------------------------------------------------------------ */

#define SPANS_MAX 20000
#define KEY_SIZE  64

struct spans {
    size_t count, parent_count;
    char *own[SPANS_MAX], *parent[SPANS_MAX]; /* trace and span */
};

static bool is_hex(const char *text, size_t digits) {
    return strlen(text) == digits && strspn(text, "0123456789abcdef") == digits && text[strspn(text, "0")];
}

static bool is_number(const char *text) {
    return text[0] && strspn(text, "0123456789") == strlen(text);
}

static const char *check_attributes(const json_t *all) {
    json_t *one;
    size_t i;
    json_array_foreach(all, i, one) {
        const json_t *value = json_object_get(one, "value");
        const bool text = json_is_string(json_object_get(value, "stringValue"));
        if (!text_of(one, "key")[0] || json_object_size(value) != 1 ||
            (!text && !is_number(text_of(value, "intValue"))))
            return "an attribute has no key, or no value of a kind that is known";
    }
    return json_array_size(all) > 0 ? NULL : "there is no attribute";
}

static char *key_of(const char *trace, const char *span) {
    char *key = malloc(KEY_SIZE);
    if (key)
        snprintf(key, KEY_SIZE, "%s %s", trace, span);
    return key;
}

static const char *check_span(struct spans *s, const json_t *span) {
    const char *trace = text_of(span, "traceId"), *id = text_of(span, "spanId"),
               *parent = text_of(span, "parentSpanId"), *begin = text_of(span, "startTimeUnixNano"),
               *end = text_of(span, "endTimeUnixNano");
    const json_t *kind = json_object_get(span, "kind"), *status = json_object_get(span, "status"),
                 *code = json_object_get(status, "code");
    if (!is_hex(trace, 32) || !is_hex(id, 16) || (parent[0] && !is_hex(parent, 16)))
        return "an id is not 32 or 16 hexadecimal digits";
    if (!text_of(span, "name")[0])
        return "a span has no name";
    if (!json_is_integer(kind) || json_integer_value(kind) < 1 || json_integer_value(kind) > 5)
        return "a kind is not a number from 1 to 5";
    if (!is_number(begin) || !is_number(end) || strtoull(begin, NULL, 10) > strtoull(end, NULL, 10))
        return "a span has no times, or ends before it begins";
    if (status && (!json_is_integer(code) || json_integer_value(code) < 0 || json_integer_value(code) > 2))
        return "a status is not a number from 0 to 2";
    if (s->count == SPANS_MAX)
        return "too many spans for this test";
    s->own[s->count++] = key_of(trace, id);
    if (parent[0])
        s->parent[s->parent_count++] = key_of(trace, parent);
    return check_attributes(json_object_get(span, "attributes"));
}

static const char *check_request(struct spans *s, const json_t *request) {
    const json_t *resources = json_object_get(request, "resourceSpans");
    json_t *resource, *scope, *span;
    size_t i, j, k;
    const char *bad = json_array_size(resources) > 0 ? NULL : "no resourceSpans";
    json_array_foreach(resources, i, resource) {
        const json_t *own = json_object_get(json_object_get(resource, "resource"), "attributes");
        bad = bad ? bad : check_attributes(own);
        if (!bad && strcmp(text_of(json_array_get(own, 0), "key"), "service.name") != 0)
            bad = "a resource has no service.name";
        json_array_foreach(json_object_get(resource, "scopeSpans"), j, scope) {
            json_array_foreach(json_object_get(scope, "spans"), k, span) {
                bad = bad ? bad : check_span(s, span);
            }
        }
    }
    return bad;
}

static const char *check_family(struct spans *s) {
    qsort(s->own, s->count, sizeof s->own[0], by_text);
    for (size_t i = 1; i < s->count; i++) {
        if (strcmp(s->own[i - 1], s->own[i]) == 0)
            return rules_broken("two spans are %s", s->own[i]);
    }
    for (size_t i = 0; i < s->parent_count; i++) {
        if (!bsearch(&s->parent[i], s->own, s->count, sizeof s->own[0], by_text))
            return rules_broken("the parent %s is not there", s->parent[i]);
    }
    return s->parent_count == 0 ? "no span has a parent" : NULL;
}

const char *rules_otlp(const char *text) {
    struct spans *s = calloc(1, sizeof *s);
    const char *bad = s ? NULL : "out of memory";
    for (const char *at = text; !bad && *at;) {
        const char *end = strchr(at, '\n');
        json_error_t why;
        json_t *request = end ? json_loadb(at, (size_t)(end - at), JSON_REJECT_DUPLICATES, &why) : NULL;
        bad = request ? check_request(s, request) : "a line is no JSON";
        json_decref(request);
        at = end ? end + 1 : "";
    }
    bad = bad ? bad : check_family(s);
    for (size_t i = 0; s && i < s->count; i++)
        free(s->own[i]);
    for (size_t i = 0; s && i < s->parent_count; i++)
        free(s->parent[i]);
    free(s);
    return bad;
}
