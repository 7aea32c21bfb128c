/* One frame for each message; time moves by a microsecond with each event, so that the checker can tell
 * before from after. */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS          ((gms_time)1000000)
#define US          ((gms_time)1000)
#define LINKS       (CLUSTER_MEMBERS_MAX + 1) /* members count from 1 */
#define FRAMES_MAX  256
#define STORY_LINES 1024
#define LINE_SIZE   128

struct frame {
    uint8_t *bytes;
    size_t size;
};

struct link {
    int count;
    struct frame frame[FRAMES_MAX];
};

struct member {
    struct cluster *cluster;
    struct node node;
    struct worker worker;
    bool gone;        /* its process has ended */
    bool told[LINKS]; /* whose end it knows of */
};

struct cluster {
    enum gms_rung_id rung;
    bool state_transfer, sends, numbers_hidden;
    bool silent;
    gms_time now;
    int count;
    struct member *member[LINKS];
    struct link link[LINKS][LINKS];
    int line_count;
    char line[STORY_LINES][LINE_SIZE];
    struct check check;
};

/* -- The story --------------------------------------------------------------------------------------- */

struct text {
    char at[LINE_SIZE];
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(t->at + t->used, sizeof t->at - t->used, format, args);
    va_end(args);
    assert_true(n >= 0 && t->used + (size_t)n < sizeof t->at);
    t->used += (size_t)n;
}

static void tell(struct cluster *c, const struct text *t) {
    if (c->silent)
        return;
    assert_true(c->line_count < STORY_LINES);
    memcpy(c->line[c->line_count++], t->at, t->used + 1);
}

#define TELL(c, ...)                                                                                         \
    do {                                                                                                     \
        struct text told_ = {{0}, 0};                                                                        \
        add(&told_, __VA_ARGS__);                                                                            \
        tell(c, &told_);                                                                                     \
    } while (0)

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
        add(t, " (%s)", body[0] == 'Q' ? "what is the state?" : "the state is lost");
    else if (size > 17 && body[0] == 'S')
        add(t, " (the state at w%d#%d)", body[8], body[16]);
}

static void add_number(const struct cluster *c, struct text *t, uint64_t seq) {
    if (seq > 0 && !c->numbers_hidden)
        add(t, " #%d", (int)seq);
}

static void add_message(const struct cluster *c, struct text *t, const struct gms_message *m) {
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
    case GMS_TYPES: break;
    }
    add_number(c, t, m->seq);
}

static void add_color(struct text *t, const uint8_t color[3]) {
    add(t, "#%02x%02x%02x", color[0], color[1], color[2]);
}

static void add_record(const struct cluster *c, struct text *t, const struct trace_record *r) {
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
        if (r->ev == TRACE_LOSE)
            add(t, "w%d -> w%d  lost: %s", who, (int)r->peer, r->type);
        else
            add(t, "w%d drops %s", who, r->type);
        if (r->m_n > 0)
            add(t, " w%d#%d", (int)r->m_origin, (int)r->m_n);
        else if (r->view > 0)
            add(t, " %u", r->view);
        add_number(c, t, r->seq);
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
        add(t, "w%d %s ", who, r->why ? "starts afresh from" : "adopts");
        add_color(t, r->state.color);
        add(t, " after %d", (int)r->state.count);
        break;
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
    case TRACE_JOIN:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_SUSPECT:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_EXIT:
    case TRACE_EVS: break; /* told elsewhere, or not of these rungs */
    }
}

static void record(struct cluster *c, const struct trace_record *r) {
    struct text t = {{0}, 0};
    check_feed(&c->check, r);
    add_record(c, &t, r);
    if (t.used > 0)
        tell(c, &t);
}

static void print_story(const char *title, const char *story, int different) {
    print_error("%s\n", title);
    for (int line = 0; *story; line++) {
        const int length = (int)strcspn(story, "\n");
        print_error("%s %.*s\n", line == different ? "  >>" : "    ", length, story);
        story += length + (story[length] == '\n');
    }
}

void cluster_story_(struct cluster *c, const char *expected, const char *file, int line) {
    static char told[STORY_LINES * LINE_SIZE];
    size_t used = 0;
    told[0] = '\0';
    for (int i = 0; i < c->line_count; i++)
        used += (size_t)snprintf(told + used, sizeof told - used, "%s\n", c->line[i]);
    if (strcmp(expected, told) != 0) {
        int different = 0;
        for (size_t i = 0; expected[i] != '\0' && expected[i] == told[i]; i++)
            different += expected[i] == '\n';
        print_story("the story should be", expected, different);
        print_story("but it is", told, different);
        _fail(file, line);
    }
    c->line_count = 0;
}

void cluster_skip(struct cluster *c) {
    c->line_count = 0;
}

/* -- What a node asks of its driver ------------------------------------------------------------------ */

static struct member *at(const struct cluster *c, int who) {
    assert_true(who >= 1 && who <= c->count);
    return c->member[who];
}

static void tell_frame(struct cluster *c, int from, const char *how, int to, const struct frame *frame) {
    static struct wire_message message; /* large */
    struct wire_in in;
    const char *error;
    struct text t = {{0}, 0};
    assert_null(wire_open_frame(&in, frame->bytes, frame->size));
    assert_true(wire_next(&in, &message, &error) && !error);
    add(&t, "w%d %s w%d  ", from, how, to);
    add_message(c, &t, &message.gms);
    tell(c, &t);
}

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    struct member *m = self;
    struct cluster *c = m->cluster;
    assert_true(to >= 1 && to <= CLUSTER_MEMBERS_MAX);
    if (!c->member[to] || c->member[to]->gone)
        return;
    struct link *link = &c->link[m->node.me][to];
    assert_true(link->count < FRAMES_MAX);
    struct wire_out out = {.bytes = malloc(WIRE_FRAME_HEADER_SIZE + size),
                           .capacity = WIRE_FRAME_HEADER_SIZE + size};
    assert_non_null(out.bytes);
    wire_put_frame_header(&out, m->node.group, m->node.me);
    memcpy(out.bytes + out.size, message, size);
    struct frame *frame = &link->frame[link->count++];
    *frame = (struct frame){out.bytes, out.capacity};
    if (c->sends)
        tell_frame(c, (int)m->node.me, "sends to", (int)to, frame);
}

static void on_flush(void *self) {
    (void)self;
}

static void on_meet(void *self, const struct address *address) {
    (void)self, (void)address; /* everybody is connected */
}

static void on_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    struct member *member = self;
    struct worker *w = &member->worker;
    const enum worker_effect effect = worker_deliver(w, m->origin, m->n, m->body, m->body_size);
    *after = w->state;
    if (effect != WORKER_ADOPTED && effect != WORKER_STATE_LOST)
        return;
    const struct trace_record r = {.ev = TRACE_STATE,
                                   .t = member->cluster->now,
                                   .id = member->node.me,
                                   .peer = m->origin,
                                   .state = w->state,
                                   .why = effect == WORKER_STATE_LOST ? "state lost" : NULL};
    record(member->cluster, &r);
}

/* As if a state transfer had been done already. */
static void begin_with_first_state(struct member *m) {
    worker_found(&m->worker);
    const struct trace_record r = {
        .ev = TRACE_STATE, .t = m->cluster->now, .id = m->node.me, .state = m->worker.state};
    check_feed(&m->cluster->check, &r);
}

static void on_install(void *self, const struct gms_message *view) {
    struct member *m = self;
    const bool first = m->worker.view.number == 0;
    if (first && view->member_count == 1)
        worker_found(&m->worker);
    else if (first && !m->cluster->state_transfer)
        begin_with_first_state(m);
    worker_view(&m->worker, m->cluster->now, view->view, view->members, view->member_count);
}

static void on_freeze(void *self, uint64_t expected, uint64_t got) {
    (void)self, (void)expected, (void)got;
}

static void on_bytes(void *self, gms_id from, const uint8_t *bytes, size_t size) {
    (void)self, (void)from, (void)bytes, (void)size;
    fail_msg("no member sends this");
}

static void on_end(void *self, enum node_end how) {
    struct member *m = self;
    m->gone = true;
    if (how == NODE_FAILED)
        TELL(m->cluster, "w%d fails: no reply from leader", (int)m->node.me);
}

static void die(struct member *m) {
    struct cluster *c = m->cluster;
    const struct trace_record r = {.ev = TRACE_CRASH, .t = c->now, .peer = m->node.me};
    m->gone = true;
    m->node.crashed = true;
    record(c, &r);
}

static void on_crash(void *self) {
    die(self);
}

static int on_change_of(void *self, const uint8_t *body, size_t size) {
    (void)self;
    return worker_change_of(body, size);
}

static void on_trace(void *self, const struct trace_record *r) {
    struct member *m = self;
    record(m->cluster, r);
}

/* -- Events ------------------------------------------------------------------------------------------ */

/* Lets the worker say what it has to say; call it after every event of its member. */
static void pump(struct member *m) {
    struct worker_body body;
    while (!m->gone && m->worker.view.number > 0) {
        worker_tick(&m->worker, m->cluster->now);
        if (!worker_take(&m->worker, &body))
            return;
        node_mcast(&m->node, m->cluster->now, body.bytes, body.size);
    }
}

static gms_time tick(struct cluster *c) {
    return c->now += US;
}

static struct member *add_member(struct cluster *c) {
    assert_true(c->count < CLUSTER_MEMBERS_MAX);
    struct member *m = calloc(1, sizeof *m);
    assert_non_null(m);
    const gms_id me = (gms_id)++c->count;
    c->member[me] = m;
    m->cluster = c;
    struct node_config config = {
        .gms = {.rung = c->rung, .me = me, .join_timeout = CLUSTER_JOIN_TIMEOUT_MS * MS},
        .self = {.id = me},
        .group = 1,
        .seed = me};
    snprintf(config.self.name, sizeof config.self.name, "w%d", c->count);
    snprintf(config.self.endpoint, sizeof config.self.endpoint, "test://w%d", c->count);
    const struct node_driver driver = {.self = m,
                                       .send = on_send,
                                       .flush = on_flush,
                                       .meet = on_meet,
                                       .deliver = on_deliver,
                                       .install = on_install,
                                       .freeze = on_freeze,
                                       .gossip = on_bytes,
                                       .refused = on_bytes,
                                       .end = on_end,
                                       .crash = on_crash,
                                       .change_of = on_change_of,
                                       .trace = on_trace};
    node_init(&m->node, &config, &driver);
    worker_init(&m->worker, me, CLUSTER_JOIN_TIMEOUT_MS * MS);
    return m;
}

static int start(struct cluster *c, const gms_id *contacts, uint32_t count) {
    struct member *m = add_member(c);
    node_start(&m->node, tick(c), contacts, count, "test://");
    pump(m);
    return (int)m->node.me;
}

struct cluster *cluster_of(enum gms_rung_id rung, int members) {
    struct cluster *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->rung = rung;
    check_init(&c->check);
    c->now = MS;
    start(c, NULL, 0);
    for (int i = 2; i <= members; i++) {
        join(c, 1);
        settle(c);
    }
    c->line_count = 0;
    return c;
}

void cluster_free(struct cluster **c_p) {
    struct cluster *c = *c_p;
    if (!c)
        return;
    for (int from = 1; from <= c->count; from++) {
        for (int to = 1; to <= CLUSTER_MEMBERS_MAX; to++)
            keep_only(c, from, to, 0);
        free(c->member[from]);
    }
    free(c);
    *c_p = NULL;
}

void with_state_transfer(struct cluster *c) {
    c->state_transfer = true;
}

void with_sends(struct cluster *c) {
    c->sends = true;
}

void without_numbers(struct cluster *c) {
    c->numbers_hidden = true;
}

int join(struct cluster *c, int contact) {
    const gms_id id = (gms_id)contact;
    return start(c, &id, 1);
}

int join_through(struct cluster *c, int first, int then) {
    const gms_id ids[2] = {(gms_id)first, (gms_id)then};
    return start(c, ids, 2);
}

void multicast(struct cluster *c, int who, int change) {
    const struct worker_body body = worker_change_body(change);
    struct member *m = at(c, who);
    const enum gms_drop why = node_mcast(&m->node, tick(c), body.bytes, body.size);
    if (why != GMS_USED)
        TELL(c, "w%d can't multicast: %s", who, gms_drop_text(why));
    pump(m);
}

void leave(struct cluster *c, int who) {
    TELL(c, "w%d wants to leave", who);
    node_leave(&at(c, who)->node, tick(c));
}

/* -- The network ------------------------------------------------------------------------------------- */

int on_the_way(const struct cluster *c, int from, int to) {
    return c->link[from][to].count;
}

static void arrive(struct cluster *c, int from, int to, const struct frame *frame) {
    struct member *m = at(c, to);
    const uint32_t held = m->node.gms.gms1.hold.count;
    tell_frame(c, from, "->", to, frame);
    node_receive(&m->node, tick(c), (gms_id)from, frame->bytes, frame->size);
    if (m->node.gms.gms1.hold.count > held)
        TELL(c, "w%d holds it back", to);
    pump(m);
}

void deliver_one(struct cluster *c, int from, int to) {
    struct link *link = &c->link[from][to];
    assert_true(link->count > 0);
    const struct frame frame = link->frame[0];
    memmove(&link->frame[0], &link->frame[1], (size_t)--link->count * sizeof frame);
    if (!at(c, to)->gone)
        arrive(c, from, to, &frame);
    free(frame.bytes);
}

void deliver_link(struct cluster *c, int from, int to) {
    while (on_the_way(c, from, to) > 0)
        deliver_one(c, from, to);
}

void deliver_all(struct cluster *c) {
    bool moved = true;
    while (moved) {
        moved = false;
        for (int from = 1; from <= c->count; from++) {
            for (int to = 1; to <= c->count; to++) {
                if (on_the_way(c, from, to) == 0)
                    continue;
                deliver_one(c, from, to);
                moved = true;
            }
        }
    }
}

void tell_down(struct cluster *c, int whom, int to) {
    struct member *m = at(c, to);
    assert_true(at(c, whom)->gone);
    assert_int_equal(on_the_way(c, whom, to), 0); /* the detector is perfect: after the drain */
    m->told[whom] = true;
    node_down(&m->node, tick(c), (gms_id)whom, "crashed");
    pump(m);
}

void suspect(struct cluster *c, int whom, int by) {
    struct member *m = at(c, by);
    m->told[whom] = true;
    node_down(&m->node, tick(c), (gms_id)whom, "suspected");
    pump(m);
}

static bool tell_some_down(struct cluster *c) {
    bool told = false;
    for (int whom = 1; whom <= c->count; whom++) {
        for (int to = 1; to <= c->count && at(c, whom)->gone; to++) {
            if (at(c, to)->gone || at(c, to)->told[whom] || on_the_way(c, whom, to) > 0)
                continue;
            tell_down(c, whom, to);
            told = true;
        }
    }
    return told;
}

void settle(struct cluster *c) {
    do
        deliver_all(c);
    while (tell_some_down(c));
}

static gms_time due(const struct member *m) {
    const gms_time core = gms_deadline(&m->node.gms);
    const gms_time worker = m->worker.view.number > 0 ? m->worker.ask_at : GMS_NEVER;
    return m->gone ? GMS_NEVER : core < worker ? core : worker;
}

void pass_ms(struct cluster *c, uint64_t ms) {
    const gms_time until = c->now + ms * MS;
    TELL(c, "%d ms pass", (int)ms);
    for (;;) {
        struct member *next = c->member[1];
        for (int who = 2; who <= c->count; who++)
            next = due(c->member[who]) < due(next) ? c->member[who] : next;
        if (due(next) > until)
            break;
        c->now = due(next) > c->now ? due(next) : c->now;
        node_timer(&next->node, c->now);
        pump(next);
    }
    c->now = until;
}

/* -- Faults ------------------------------------------------------------------------------------------ */

void crash(struct cluster *c, int who) {
    tick(c);
    die(at(c, who));
}

void keep_only(struct cluster *c, int from, int to, int count) {
    struct link *link = &c->link[from][to];
    while (link->count > count)
        free(link->frame[--link->count].bytes);
}

void arm_crash(struct cluster *c, int who, uint32_t after) {
    node_arm_crash(&at(c, who)->node, tick(c), after);
}

void lose_next(struct cluster *c, int from, int to) {
    assert_true(node_lose(&at(c, from)->node, tick(c), (gms_id)to, 1));
}

void inject(struct cluster *c, int from, int to, const struct gms_message *m) {
    uint8_t bytes[4096];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    wire_put_frame_header(&out, 1, (gms_id)from);
    wire_put_gms(&out, m, 0, &at(c, to)->node.book);
    arrive(c, from, to, &(struct frame){bytes, out.size});
}

/* -- The outcome ------------------------------------------------------------------------------------- */

static bool survives(const struct member *m) {
    return !m->gone && m->worker.view.number > 0;
}

static bool correct(const struct member *m) {
    return survives(m) && gms_phase(&m->node.gms) != GMS_FROZEN;
}

const char *cluster_outcome(struct cluster *c) {
    uint64_t before[LINKS] = {0};
    const struct member *first = NULL;
    bool parted = false, stuck = false;
    c->silent = true;
    settle(c);
    for (int who = 1; who <= c->count; who++)
        before[who] = at(c, who)->worker.state.count;
    for (int who = 1; who <= c->count; who++) {
        if (survives(at(c, who)))
            multicast(c, who, 1);
    }
    settle(c);
    check_end(&c->check);
    for (int who = 1; who <= c->count; who++) {
        const struct member *m = at(c, who);
        if (correct(m) && !first)
            first = m;
        parted = parted || (correct(m) && !trace_state_equal(&first->worker.state, &m->worker.state));
        stuck = stuck || (survives(m) && m->worker.state.count == before[who]);
    }
    c->silent = false;
    return parted ? "desync" : stuck ? "halt" : "sync";
}

const char *cluster_verdict(const struct cluster *c) {
    switch (check_overall(&c->check)) {
    case CHECK_HOLDS: return "sync";
    case CHECK_VIOLATED: return "desync";
    case CHECK_HALTED: return "halt";
    case CHECK_NOT_APPLICABLE: break;
    }
    return "?";
}

const struct node *node_of(const struct cluster *c, int who) {
    return &at(c, who)->node;
}

const struct worker *worker_of(const struct cluster *c, int who) {
    return &at(c, who)->worker;
}

const char *color_of(const struct cluster *c, int who) {
    static struct text t;
    t = (struct text){{0}, 0};
    add_color(&t, at(c, who)->worker.state.color);
    return t.at;
}
