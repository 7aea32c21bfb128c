/* Plays the traces of a live run again: replay FILE...
 *
 * What happened to each member (it started, received, learnt of a crash, multicast, was told to fail) is fed
 * to a fresh node in the recorded order. Everything else in the trace must come out of it again, record by
 * record: each send with its receiver, number and mark, each delivery, view, drop, and every Lamport clock.
 * So the core is a function of its events, and a trace tells them all.
 *
 * A process that was killed may have taken its last step only in part: then its trace ends early. Exits 0 if
 * all came out the same, 1 and the first difference if not, 3 if a file can't be read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/trace_file.h"
#include "app/worker.h"
#include "net/node.h"

#define FILES_MAX 256
#define US        1000

struct member {
    const char *path;
    gms_id id;
    enum gms_rung_id rung;
    uint64_t seed;
    size_t count, capacity;
    struct trace_line **lines;
};

static struct member members[FILES_MAX];
static int member_count;

/* The member that is played, and how far. */
static struct member *now_playing;
static struct node *node;
static size_t at;
static bool different;

static void *need(void *memory) {
    if (!memory)
        abort();
    return memory;
}

static const struct trace_record *record_at(const struct member *m, size_t i) {
    return i < m->count ? &m->lines[i]->record : NULL;
}

/* -- Reading ----------------------------------------------------------------------------------------- */

static void forget(struct member *m) {
    for (size_t i = 0; i < m->count; i++) {
        trace_line_free(m->lines[i]);
        free(m->lines[i]);
    }
    free(m->lines);
}

static bool read_header(struct member *m, const struct trace_line *line) {
    m->seed = (uint64_t)json_integer_value(json_object_get(line->root, "seed"));
    const char *rung = json_string_value(json_object_get(line->root, "rung"));
    return rung && gms_rung_find(rung, &m->rung) &&
           trace_parse_id(json_string_value(json_object_get(line->root, "id")), &m->id);
}

static bool read_file(const char *path) {
    struct member *m = &members[member_count];
    FILE *file = fopen(path, "r");
    char *text = NULL, error[256];
    size_t capacity = 0;
    ssize_t size;
    bool ok = file != NULL;
    *m = (struct member){.path = path};
    while (ok && (size = getline(&text, &capacity, file)) > 0 && text[size - 1] == '\n') {
        struct trace_line *line = need(malloc(sizeof *line));
        ok = trace_line_parse(line, text, (size_t)size - 1, error, sizeof error);
        if (!ok)
            fprintf(stderr, "%s: %s\n", path, error);
        else if (line->header)
            ok = read_header(m, line);
        if (m->count == m->capacity) {
            m->capacity = m->capacity > 0 ? 2 * m->capacity : 1024;
            m->lines = need(realloc(m->lines, m->capacity * sizeof *m->lines));
        }
        if (ok && !line->header) {
            m->lines[m->count++] = line;
            continue;
        }
        trace_line_free(line);
        free(line);
    }
    free(text);
    if (file)
        fclose(file);
    if (ok && m->id != GMS_NOBODY) /* the launcher's own has no id */
        member_count++;
    else
        forget(m);
    return ok;
}

/* The Lamport clock that went along with a transmission; its sender's record says. */
static uint64_t clock_of(const struct trace_record *recv) {
    for (int i = 0; i < member_count; i++) {
        for (size_t j = 0; members[i].id == recv->x_sender && j < members[i].count; j++) {
            const struct trace_record *r = record_at(&members[i], j);
            if (r->ev == TRACE_SEND && r->x == recv->x)
                return r->lc;
        }
    }
    return recv->lc - 1; /* its sender's trace is not here */
}

/* The change that a multicast carries, 0 for what workers say among themselves. */
static int change_of(gms_id origin, uint64_t n) {
    for (int i = 0; i < member_count; i++) {
        for (size_t j = 0; members[i].id == origin && j < members[i].count; j++) {
            const struct trace_record *r = record_at(&members[i], j);
            if (r->ev == TRACE_MCAST && r->m_n == n)
                return r->n;
        }
    }
    return 0;
}

/* -- What comes out ---------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same(const struct trace_record *a, const struct trace_record *b) {
    if (a->ev != b->ev || a->lc != b->lc || a->id != b->id || a->peer != b->peer || a->seq != b->seq ||
        a->view != b->view || a->x != b->x || a->m_origin != b->m_origin || a->m_n != b->m_n ||
        a->n != b->n || a->about != b->about || a->expected != b->expected || a->got != b->got ||
        a->member_count != b->member_count || !same_text(a->type, b->type) || !same_text(a->why, b->why) ||
        !same_text(a->what, b->what))
        return false;
    for (uint32_t i = 0; i < a->member_count; i++) {
        if (a->members[i] != b->members[i])
            return false;
    }
    return true;
}

static void print(const char *what, const struct trace_record *r) {
    char line[TRACE_LINE_SIZE_MAX];
    fprintf(stderr, "  %s %.*s\n", what, r ? (int)trace_line(line, sizeof line, "", NULL, r) : 7,
            r ? line : "nothing");
}

static void on_trace(void *self, const struct trace_record *r) {
    const struct trace_record *recorded = record_at(now_playing, at);
    (void)self;
    if (different || !recorded)
        return; /* it was killed in the middle of this step */
    if (!same(r, recorded)) {
        different = true;
        fprintf(stderr, "%s:%zu: another record comes out\n", now_playing->path, at + 2);
        print("recorded:", recorded);
        print("replayed:", r);
    }
    at++;
}

static void on_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    const struct trace_record *r = record_at(now_playing, at);
    (void)self, (void)m;
    if (r && r->ev == TRACE_STATE) { /* the worker's own record, made while it is delivered to */
        struct trace_record state = *r;
        node_record(node, node->now, &state);
        r = record_at(now_playing, at);
    }
    if (r)
        *after = r->state; /* the worker is not played */
}

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    (void)self, (void)to, (void)message, (void)size;
}

static void on_nothing(void *self) {
    (void)self;
}

static void on_meet(void *self, const struct address *address) {
    (void)self, (void)address;
}

static void on_install(void *self, const struct gms_message *view) {
    (void)self, (void)view;
}

static void on_block(void *self, bool blocked, bool has_quorum) {
    (void)self, (void)blocked, (void)has_quorum;
}

static size_t on_snapshot(void *self, uint8_t state[GMS_BODY_SIZE_MAX]) {
    (void)self, (void)state;
    return 0;
}

static void on_adopt(void *self, const uint8_t *state, size_t size, struct trace_state *after) {
    (void)self, (void)state, (void)size, (void)after;
}

static void on_freeze(void *self, uint64_t expected, uint64_t got) {
    (void)self, (void)expected, (void)got;
}

static void on_bytes(void *self, gms_id from, const uint8_t *bytes, size_t size) {
    (void)self, (void)from, (void)bytes, (void)size;
}

static void on_end(void *self, enum node_end how) {
    (void)self, (void)how;
}

static int on_change_of(void *self, const uint8_t *body, size_t size) {
    (void)self;
    return worker_change_of(body, size);
}

/* -- What goes in ------------------------------------------------------------------------------------ */

static size_t put_body(int change, uint8_t body[WORKER_BODY_SIZE_MAX]) {
    if (change == 0) {
        body[0] = '?'; /* the core reads no body */
        return 1;
    }
    const struct worker_body made = worker_change_body(change);
    memcpy(body, made.bytes, made.size);
    return made.size;
}

static enum gms_type type_of(const char *name) {
    for (int type = 1; type < GMS_TYPES; type++) {
        if (strcmp(gms_type_name((enum gms_type)type), name) == 0)
            return (enum gms_type)type;
    }
    return GMS_TYPES;
}

static void receive(const struct trace_record *r) {
    static uint8_t frame[WIRE_FRAME_HEADER_SIZE + NET_MESSAGE_SIZE_MAX];
    uint8_t body[WORKER_BODY_SIZE_MAX];
    struct gms_message m = {.type = type_of(r->type),
                            .view = r->view,
                            .seq = r->seq,
                            .origin = r->about != GMS_NOBODY ? r->about : r->m_origin,
                            .n = r->m_n,
                            .x = r->x,
                            .members = r->members,
                            .member_count = r->member_count,
                            .body = body};
    m.body_size = (uint32_t)put_body(change_of(r->m_origin, r->m_n), body);
    struct wire_out out = {.bytes = frame, .capacity = sizeof frame};
    wire_put_frame_header(&out, node->group, r->peer);
    wire_put_gms(&out, &m, clock_of(r), &node->book);
    node_receive(node, r->t, r->peer, frame, out.size);
}

/* Whom it asked: the first of its own JOINs each. */
static uint32_t contacts_of(const struct member *m, gms_id contacts[GMS_CONTACTS_MAX]) {
    uint32_t count = 0;
    for (size_t i = 0; i < m->count && count < GMS_CONTACTS_MAX; i++) {
        const struct trace_record *r = record_at(m, i);
        if (r->ev == TRACE_SEND && strcmp(r->type, "JOIN") == 0 && r->about == m->id)
            contacts[count++] = r->peer;
    }
    return count;
}

static void be_told_to_fail(const struct trace_record *r) {
    unsigned count;
    if (sscanf(r->what, "lose %u", &count) == 1)
        node_lose(node, r->t, r->peer, count);
    else if (sscanf(r->what, "crash mid-broadcast after %u", &count) == 1)
        node_arm_crash(node, r->t, count);
    else if (strcmp(r->what, "cut") == 0 || (strcmp(r->what, "heal") == 0 && r->peer != GMS_NOBODY))
        node_cut(node, r->t, r->peer, r->what[0] == 'c');
    else {
        struct trace_record note = *r; /* the driver's own, of no effect on the node */
        node_record(node, r->t, &note);
    }
}

static void multicast(const struct trace_record *r) {
    uint8_t body[WORKER_BODY_SIZE_MAX];
    node_mcast(node, r->t, body, put_body(r->n, body));
}

/* The next record is not what followed from the last event: so it is an event itself, or follows from one
 * that leaves no record of its own. */
static void feed(const struct trace_record *r) {
    switch (r->ev) {
    case TRACE_RECV: receive(r); return;
    case TRACE_DOWN: node_down(node, r->t, r->peer, r->why); return;
    case TRACE_SUSPECT: node_suspect(node, r->t, r->peer, r->why); return;
    case TRACE_MCAST: multicast(r); return;
    case TRACE_FAULT: be_told_to_fail(r); return;
    case TRACE_SEND: /* its time is over, or its worker wants to leave */
    case TRACE_LEAVE:
        if (gms_deadline(&node->gms) <= r->t + US)
            node_timer(node, gms_deadline(&node->gms));
        else
            node_leave(node, r->t);
        return;
    case TRACE_EXIT: {
        struct trace_record exit = *r;
        node_record(node, r->t, &exit);
        return;
    }
    case TRACE_JOIN:
    case TRACE_VIEW:
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_LOSE:
    case TRACE_DROP:
    case TRACE_DELIVER:
    case TRACE_STATE:
    case TRACE_LEAD:
    case TRACE_FREEZE:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
    case TRACE_CRASH:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_EVS: return; /* follows from an event, always */
    }
}

static bool play(struct member *m) {
    gms_id contacts[GMS_CONTACTS_MAX];
    const uint32_t contact_count = contacts_of(m, contacts);
    const struct trace_record *first = record_at(m, 0);
    if (!first)
        return true; /* it ended before it was told to go */
    const struct node_config config = {.gms = {.rung = m->rung, .me = m->id, .join_timeout = 1000000000},
                                       .self = {.id = m->id},
                                       .group = 1,
                                       .seed = m->seed};
    const struct node_driver driver = {.send = on_send,
                                       .flush = on_nothing,
                                       .meet = on_meet,
                                       .deliver = on_deliver,
                                       .install = on_install,
                                       .freeze = on_freeze,
                                       .block = on_block,
                                       .snapshot = on_snapshot,
                                       .adopt = on_adopt,
                                       .gossip = on_bytes,
                                       .refused = on_bytes,
                                       .end = on_end,
                                       .crash = on_nothing,
                                       .change_of = on_change_of,
                                       .trace = on_trace};
    now_playing = m;
    at = 0;
    different = false;
    node_init(node, &config, &driver);
    node_start(node, first->t, contacts, contact_count, first->to);
    while (at < m->count && !different) {
        const size_t before = at;
        feed(record_at(m, at));
        if (at == before) {
            fprintf(stderr, "%s:%zu: this does not come out\n", m->path, at + 2);
            print("recorded:", record_at(m, at));
            return false;
        }
    }
    return !different;
}

int main(int argc, char **argv) {
    int failed = 0;
    size_t records = 0;
    node = need(malloc(sizeof *node));
    for (int i = 1; i < argc; i++) {
        if (member_count == FILES_MAX || !read_file(argv[i])) {
            fprintf(stderr, "%s can't be read\n", argv[i]);
            return 3;
        }
    }
    for (int i = 0; i < member_count; i++) {
        failed += !play(&members[i]);
        records += members[i].count;
    }
    printf("%d members, %zu records: %d came out otherwise\n", member_count, records, failed);
    for (int i = 0; i < member_count; i++)
        forget(&members[i]);
    free(node);
    return failed > 0;
}
