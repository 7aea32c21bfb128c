/* The words of the golden stories. A trace says which message it was; what is in it is read from the frame,
 * with the codec that the members use.
 */
#include "tests/lib/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/worker.h"
#include "net/wire.h"

struct text {
    char at[STORY_LINE_SIZE_MAX];
    size_t used;
};

__attribute__((format(printf, 2, 0))) static void add_list(struct text *t, const char *format, va_list args) {
    const int n = vsnprintf(t->at + t->used, sizeof t->at - t->used, format, args);
    assert_true(n >= 0 && t->used + (size_t)n < sizeof t->at);
    t->used += (size_t)n;
}

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    add_list(t, format, args);
    va_end(args);
}

static void tell(struct story *s, const struct text *t) {
    if (s->silent || t->used == 0)
        return;
    assert_true(s->line_count < STORY_LINES_MAX);
    memcpy(s->line[s->line_count++], t->at, t->used + 1);
}

void story_add(struct story *s, const char *format, ...) {
    struct text t = {{0}, 0};
    va_list args;
    va_start(args, format);
    add_list(&t, format, args);
    va_end(args);
    tell(s, &t);
}

/* -- Messages ------------------------------------------------------------------------------------------ */

static void add_members(struct text *t, const gms_id *members, uint32_t count) {
    add(t, "[");
    for (uint32_t i = 0; i < count; i++)
        add(t, "%sw%d", i > 0 ? " " : "", (int)members[i]);
    add(t, "]");
}

/* The bodies that app/worker.c makes. */
static void add_body(struct text *t, const uint8_t *body, uint32_t size) {
    const int change = worker_change_of(body, size);
    if (change > 0)
        add(t, " (+%d)", change);
    else if (size == 1)
        add(t, " (what is the state?)");
    else if (size == 17 && body[0] == 'X')
        add(t, " (the state is lost)");
    else if (size > 17 && body[0] == 'S')
        add(t, " (the state at w%d#%d)", body[8], body[16]);
}

static void add_number(struct text *t, const struct story *s, uint64_t seq) {
    if (seq > 0 && !s->numbers_hidden)
        add(t, " #%d", (int)seq);
}

static void add_upper(struct text *t, const struct gms_message *m) {
    add(t, " in %u", m->view);
    if (m->origin != GMS_NOBODY)
        add(t, " w%d", (int)m->origin);
    if (m->ballot > 0)
        add(t, " ballot %d.%d", (int)(m->ballot >> 8), (int)(m->ballot & 255));
    if (m->member_count > 0) {
        add(t, " ");
        add_members(t, m->members, m->member_count);
    }
    if (m->last > 0)
        add(t, " to #%d", (int)m->last);
    if (m->committed > 0)
        add(t, " committed #%d", (int)m->committed);
}

static void add_message(struct text *t, const struct story *s, const struct gms_message *m) {
    add(t, "%s", gms_type_name(m->type));
    switch (m->type) {
    case GMS_JOIN:
    case GMS_LEAVE: add(t, " w%d", (int)m->origin); break;
    case GMS_VIEW:
        add(t, " %u ", m->view);
        add_members(t, m->members, m->member_count);
        break;
    case GMS_REQUEST:
    case GMS_MSG:
        add(t, " w%d#%d", (int)m->origin, (int)m->n);
        add_body(t, m->body, m->body_size);
        break;
    case GMS_NACK: add(t, " #%d to #%d", (int)m->seq, (int)m->last); return;
    case GMS_ACK:
    case GMS_TOO_OLD:
    case GMS_HEARTBEAT:
    case GMS_COMMIT:
    case GMS_SUSPECT:
    case GMS_PREPARE:
    case GMS_PROMISE:
    case GMS_ACCEPT:
    case GMS_ACCEPTED:
    case GMS_INSTALL:
    case GMS_EXCLUDED: add_upper(t, m); break;
    case GMS_TYPES: break;
    }
    add_number(t, s, m->seq);
}

static const struct gms_message *open_frame(const uint8_t *frame, size_t size) {
    static struct wire_message message; /* large */
    struct wire_in in;
    const char *error;
    assert_null(wire_open_frame(&in, frame, size));
    assert_true(wire_next(&in, &message, &error) && !error);
    return &message.gms;
}

enum gms_type story_type_of(const uint8_t *frame, size_t size) {
    return open_frame(frame, size)->type;
}

void story_add_frame(struct story *s, int from, const char *how, int to, const uint8_t *frame, size_t size) {
    struct text t = {{0}, 0};
    add(&t, "w%d %s w%d  ", from, how, to);
    add_message(&t, s, open_frame(frame, size));
    tell(s, &t);
}

/* -- Records ------------------------------------------------------------------------------------------- */

static void add_color(struct text *t, const uint8_t color[3]) {
    add(t, "#%02x%02x%02x", color[0], color[1], color[2]);
}

static void add_record(struct text *t, const struct story *s, const struct trace_record *r) {
    const int who = (int)r->id;
    switch (r->ev) {
    case TRACE_VIEW:
        add(t, "w%d installs view %u ", who, r->view);
        add_members(t, r->members, r->member_count);
        break;
    case TRACE_MCAST:
        add(t, "w%d multicasts w%d#%d", who, (int)r->m_origin, (int)r->m_n);
        if (r->n > 0)
            add(t, " (+%d)", r->n);
        break;
    case TRACE_LOSE:
    case TRACE_DROP:
        if (s->messages_hidden)
            break;
        if (r->ev == TRACE_LOSE)
            add(t, "w%d -> w%d  lost: %s", who, (int)r->peer, r->type);
        else
            add(t, "w%d drops %s", who, r->type);
        if (r->m_n > 0)
            add(t, " w%d#%d", (int)r->m_origin, (int)r->m_n);
        else if (r->view > 0)
            add(t, " %u", r->view);
        add_number(t, s, r->seq);
        if (r->ev == TRACE_DROP)
            add(t, ": %s", r->why);
        break;
    case TRACE_DELIVER:
        add(t, "w%d delivers w%d#%d", who, (int)r->m_origin, (int)r->m_n);
        if (r->n > 0) {
            add(t, " (+%d) -> ", r->n);
            add_color(t, r->state.color);
        }
        break;
    case TRACE_STATE:
        if (r->peer == r->id && !r->why)
            break; /* nobody told it: it begins with the first state */
        add(t, "w%d %s ", who, r->why ? "starts afresh from" : "adopts");
        add_color(t, r->state.color);
        add(t, " after %d", (int)r->state.count);
        break;
    case TRACE_SUSPECT: add(t, "w%d suspects w%d", who, (int)r->peer); break;
    case TRACE_DOWN: add(t, "w%d learns that w%d is down", who, (int)r->peer); break;
    case TRACE_LEAD: add(t, "w%d leads", who); break;
    case TRACE_FREEZE: add(t, "w%d freezes: expected %d, got %d", who, (int)r->expected, (int)r->got); break;
    case TRACE_FAULT:
        add(t, "fault at w%d: %s", who, r->what);
        if (r->peer != GMS_NOBODY)
            add(t, " to w%d", (int)r->peer);
        break;
    case TRACE_CRASH: add(t, "w%d crashes", (int)r->peer); break;
    case TRACE_LEAVE: add(t, "w%d has left", who); break;
    case TRACE_BLOCK: add(t, "w%d is blocked", who); break;
    case TRACE_UNBLOCK: add(t, "w%d goes on", who); break;
    case TRACE_EXCLUDED:
        add(t, "w%d is excluded", who);
        if (strcmp(r->why, "excluded") != 0)
            add(t, ": %s", r->why);
        break;
    case TRACE_NO_QUORUM: add(t, "w%d has no quorum", who); break;
    case TRACE_QUORUM: add(t, "w%d has a quorum again", who); break;
    case TRACE_HANG: add(t, "w%d hangs", (int)r->peer); break;
    case TRACE_RESUME: add(t, "w%d wakes up", (int)r->peer); break;
    case TRACE_JOIN:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_EXIT:
    case TRACE_NOTE:
    case TRACE_EVS: break; /* told elsewhere, or not of these rungs */
    }
}

void story_add_record(struct story *s, const struct trace_record *r) {
    struct text t = {{0}, 0};
    add_record(&t, s, r);
    tell(s, &t);
}

/* -- Comparing ----------------------------------------------------------------------------------------- */

static void print_story(const char *title, const char *story, int different) {
    print_error("%s\n", title);
    for (int line = 0; *story; line++) {
        const int length = (int)strcspn(story, "\n");
        print_error("%s %.*s\n", line == different ? "  >>" : "    ", length, story);
        story += length + (story[length] == '\n');
    }
}

void story_compare(const struct story *s, const char *expected, const char *file, int line) {
    static char told[STORY_LINES_MAX * STORY_LINE_SIZE_MAX];
    size_t used = 0;
    told[0] = '\0';
    for (int i = 0; i < s->line_count; i++)
        used += (size_t)snprintf(told + used, sizeof told - used, "%s\n", s->line[i]);
    if (strcmp(expected, told) != 0) {
        int different = 0;
        for (size_t i = 0; expected[i] != '\0' && expected[i] == told[i]; i++)
            different += expected[i] == '\n';
        print_story("the story should be", expected, different);
        print_story("but it is", told, different);
        _fail(file, line);
    }
}
