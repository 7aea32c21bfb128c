/* One node per member is the scratch in which steps are taken. */
#include "net/sim/explore_local.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GROUP 1

/* A local state as bytes: this, then the application's. */
struct local {
    struct gms gms;
    struct detector detector;
    uint64_t me;
    uint64_t view;
};

#define APP_AT ((sizeof(struct local) + 15) / 16 * 16)

/* -- Links ------------------------------------------------------------------------------------------- */

uint32_t space_push(struct space *s, uint32_t queue, uint32_t message) {
    const uint64_t key = (uint64_t)(queue + 1) << 32 | message;
    uint32_t found;
    if (map_get(&s->pushed, key, &found))
        return found;
    struct queue q = {message, 0, 1};
    if (queue != 0) { /* the same head, and the rest with this message at its end */
        q.head = s->queues[queue].head;
        q.length = s->queues[queue].length + 1;
        q.rest = space_push(s, s->queues[queue].rest, message);
    }
    if (s->queue_count == s->queue_capacity) {
        s->queue_capacity *= 2;
        s->queues = need(realloc(s->queues, s->queue_capacity * sizeof *s->queues));
    }
    s->queues[s->queue_count] = q;
    map_put(&s->pushed, key, s->queue_count);
    return s->queue_count++;
}

uint32_t space_prefix(struct space *s, uint32_t queue, uint32_t length) {
    uint32_t prefix = 0;
    for (; length > 0; length--, queue = s->queues[queue].rest)
        prefix = space_push(s, prefix, s->queues[queue].head);
    return prefix;
}

/* -- What a node asks of its driver ------------------------------------------------------------------ */

static void *app_of(const struct space *s) {
    return s->bytes + APP_AT;
}

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    struct space *s = self;
    uint8_t bytes[NET_MESSAGE_SIZE_MAX];
    memcpy(bytes, message, size);
    wire_patch_x(bytes, 0, 0); /* two transmissions of one message are the same */
    if (s->send_count == s->send_capacity) {
        s->send_capacity *= 2;
        s->sends = need(realloc(s->sends, s->send_capacity * sizeof *s->sends));
    }
    const uint32_t index = intern_put(&s->messages, bytes, size);
    assert(index <= 0xffffff); /* an event holds its number in 24 bits */
    s->sends[s->send_count++] = (struct local_send){(uint8_t)to, index};
}

static void on_flush(void *self) {
    (void)self;
}

static void on_meet(void *self, const struct address *address) {
    (void)self, (void)address;
}

static void on_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    const struct space *s = self;
    const char *why = NULL;
    memset(after, 0, sizeof *after); /* nobody traces */
    s->app->deliver(app_of(s), m, &why);
}

static void on_install(void *self, const struct gms_message *view) {
    const struct space *s = self;
    if (view->view == 1) /* the first of all: it founds the group */
        s->app->found(app_of(s));
    s->app->install(app_of(s), 0, view);
}

static void on_freeze(void *self, uint64_t expected, uint64_t got) {
    (void)self, (void)expected, (void)got;
}

static void on_block(void *self, bool blocked, bool has_quorum) {
    (void)self, (void)blocked, (void)has_quorum;
}

static size_t on_snapshot(void *self, uint8_t state[GMS_BODY_SIZE_MAX]) {
    const struct space *s = self;
    return s->app->snapshot(app_of(s), state);
}

static void on_adopt(void *self, const uint8_t *state, size_t size, struct trace_state *after) {
    const struct space *s = self;
    memset(after, 0, sizeof *after);
    s->app->adopt(app_of(s), state, size);
}

static void on_bytes(void *self, gms_id from, const uint8_t *bytes, size_t size) {
    (void)self, (void)from, (void)bytes, (void)size;
}

static void on_end(void *self, enum node_end how) {
    struct space *s = self;
    s->ended = true;
    s->end = how;
}

static void on_crash(void *self) {
    (void)self; /* no fault is set in the node: the search crashes it from outside */
}

static int on_change_of(void *self, const uint8_t *body, size_t size) {
    const struct space *s = self;
    return s->app->change_of(body, size);
}

static void on_trace(void *self, const struct trace_record *r) {
    struct space *s = self;
    s->led = s->led || r->ev == TRACE_LEAD;
}

static struct node *make_node(struct space *s, int who) {
    struct node_config config = {.gms = {.rung = s->rung, .me = (gms_id)who, .join_timeout = 1},
                                 .self = {.id = (gms_id)who},
                                 .group = GROUP};
    const struct node_driver driver = {.self = s,
                                       .send = on_send,
                                       .flush = on_flush,
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
                                       .crash = on_crash,
                                       .change_of = on_change_of,
                                       .trace = on_trace};
    struct node *node = need(calloc(1, sizeof *node));
    node_init(node, &config, &driver);
    snprintf(node->book.entry[0].name, NET_NAME_SIZE, "w%d", who);
    for (int other = 1; other <= s->slots; other++) { /* all know all names */
        struct address address = {.id = (gms_id)other};
        snprintf(address.name, sizeof address.name, "w%d", other);
        if (other != who)
            address_book_put(&node->book, &address);
    }
    return node;
}

/* -- Local states ------------------------------------------------------------------------------------ */

/* A set's order says nothing: one order for all. */
static void sort_ids(struct gms_ids *ids) {
    if (ids->count == GMS_DEPARTED_MAX)
        return; /* full: its order says who is forgotten next */
    for (uint32_t i = 1; i < ids->count; i++) {
        const gms_id id = ids->id[i];
        uint32_t j = i;
        for (; j > 0 && ids->id[j - 1] > id; j--)
            ids->id[j] = ids->id[j - 1];
        ids->id[j] = id;
    }
}

/* Equal states get equal bytes: no clock, only whether a timer runs. */
static void canonical(struct space *s, struct local *local) {
    struct gms *g = &local->gms;
    g->gms1.now = 0;
    if (g->gms1.deadline != GMS_NEVER)
        g->gms1.deadline = 1;
    sort_ids(&g->gms1.departed);
    if (s->rung != GMS_RUNG_1)
        sort_ids(&g->gms2.down);
    sort_ids(&local->detector.down);
    sort_ids(&local->detector.watched);
    sort_ids(&local->detector.reported);
    s->app->canonical(app_of(s));
}

static struct local_info info_of(const struct space *s, const struct local *local) {
    struct sim_app_state seen;
    s->app->look(app_of(s), &seen);
    return (struct local_info){.phase = (uint8_t)gms_phase(&local->gms),
                               .leader = (uint8_t)gms_leader(&local->gms),
                               .viewed = local->view > 0,
                               .has_state = seen.has_state,
                               .leaving = local->gms.gms1.leaving,
                               .timer = gms_deadline(&local->gms) != GMS_NEVER ||
                                        s->app->deadline(app_of(s)) != GMS_NEVER,
                               .count = (uint8_t)seen.state.count};
}

static uint32_t keep_local(struct space *s) {
    struct local *local = (struct local *)(void *)s->bytes;
    canonical(s, local);
    const uint32_t before = s->locals.count;
    const uint32_t index = intern_put(&s->locals, s->bytes, s->bytes_size);
    if (index == before) {
        if (index == s->info_capacity) {
            s->info_capacity *= 2;
            s->info = need(realloc(s->info, s->info_capacity * sizeof *s->info));
        }
        s->info[index] = info_of(s, local);
    }
    return index + LOCAL_FIRST;
}

const struct local_info *space_info(const struct space *s, uint32_t local) {
    static const struct local_info nobody;
    return local_runs(local) ? &s->info[local - LOCAL_FIRST] : &nobody;
}

const void *space_app_state(const struct space *s, uint32_t local) {
    assert(local_runs(local));
    return s->locals.bytes[local - LOCAL_FIRST] + APP_AT;
}

/* -- Steps ------------------------------------------------------------------------------------------- */

static void load(struct space *s, struct node *node, uint32_t who, uint32_t state) {
    struct local *local = (struct local *)(void *)s->bytes;
    if (state == LOCAL_UNBORN) {
        const struct gms_config config = node->gms.gms1.config;
        memset(s->bytes, 0, s->bytes_size);
        gms_init(&local->gms, &config);
        local->me = who;
        s->app->init(app_of(s), who, 1);
    } else {
        memcpy(s->bytes, s->locals.bytes[state - LOCAL_FIRST], s->bytes_size);
    }
    node->gms = local->gms;
    node->detector = local->detector;
    node->view = (uint32_t)local->view;
    node->lc = node->x = 0;
    s->ended = s->led = false;
}

static void happen(struct space *s, struct node *node, enum local_event event, uint32_t arg) {
    const gms_id contact = arg;
    uint8_t bytes[WIRE_FRAME_HEADER_SIZE + NET_MESSAGE_SIZE_MAX];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    const uint32_t message = arg & 0xffffff, from = arg >> 24;
    switch (event) {
    case LOCAL_START: node_start(node, 0, &contact, arg > 0 ? 1 : 0, ""); break;
    case LOCAL_MESSAGE:
        wire_put_frame_header(&out, GROUP, from);
        memcpy(bytes + out.size, s->messages.bytes[message], s->messages.sizes[message]);
        node_receive(node, 0, from, bytes, out.size + s->messages.sizes[message]);
        break;
    case LOCAL_DOWN: node_down(node, 0, arg, ""); break;
    case LOCAL_CHANGE:
        node_mcast(node, 0, bytes, s->app->change(EXPLORE_CHANGE_OF((int)node->me), bytes));
        break;
    case LOCAL_LEAVE: node_leave(node, 0); break;
    case LOCAL_TIMER: node_timer(node, 1); break;
    }
    const gms_time now = event == LOCAL_TIMER ? 1 : 0;
    size_t size;
    while (!s->ended && (size = s->app->take(app_of(s), now, bytes)) > 0)
        node_mcast(node, now, bytes, size);
}

static uint32_t compute(struct space *s, int who, uint32_t state, enum local_event event, uint32_t arg) {
    struct node *node = s->node[who];
    struct local *local = (struct local *)(void *)s->bytes;
    const uint32_t sends_at = s->send_count;
    load(s, node, (uint32_t)who, state);
    happen(s, node, event, arg);
    local->gms = node->gms;
    local->detector = node->detector;
    local->view = node->view;
    if (s->outcome_count == s->outcome_capacity) {
        s->outcome_capacity *= 2;
        s->outcomes = need(realloc(s->outcomes, s->outcome_capacity * sizeof *s->outcomes));
    }
    s->outcomes[s->outcome_count] = (struct local_outcome){
        .next = s->ended ? s->end == NODE_LEFT ? LOCAL_LEFT : LOCAL_FAILED : keep_local(s),
        .sends_at = sends_at,
        .send_count = s->send_count - sends_at,
        .led = s->led};
    return s->outcome_count++;
}

const struct local_outcome *space_step(struct space *s, int who, uint32_t local, enum local_event event,
                                       uint32_t arg) {
    /* A running local state says whose it is; before, the member is part of the key. */
    const uint64_t state = local == LOCAL_UNBORN ? (uint64_t)who << 24 : local;
    const uint64_t key = (uint64_t)event << 60 | state << 32 | (local == LOCAL_UNBORN ? 1u << 31 : 0) | arg;
    uint32_t index;
    if (!map_get(&s->outcome_of, key, &index)) {
        index = compute(s, who, local, event, arg);
        map_put(&s->outcome_of, key, index);
    }
    return &s->outcomes[index];
}

/* -- Life -------------------------------------------------------------------------------------------- */

struct space *space_new(const struct sim_app *app, enum gms_rung_id rung, int slots) {
    struct space *s = need(calloc(1, sizeof *s));
    assert(slots <= EXPLORE_MEMBERS_MAX);
    s->app = app;
    s->rung = rung;
    s->slots = slots;
    s->bytes_size = (APP_AT + app->size + 3) / 4 * 4;
    s->bytes = need(calloc(1, s->bytes_size));
    s->info_capacity = s->outcome_capacity = s->send_capacity = s->queue_capacity = 1024;
    s->info = need(calloc(s->info_capacity, sizeof *s->info));
    s->outcomes = need(calloc(s->outcome_capacity, sizeof *s->outcomes));
    s->sends = need(calloc(s->send_capacity, sizeof *s->sends));
    s->queues = need(calloc(s->queue_capacity, sizeof *s->queues));
    s->queue_count = 1; /* the empty one */
    for (int who = 1; who <= slots; who++)
        s->node[who] = make_node(s, who);
    return s;
}

void space_free(struct space **s_p) {
    struct space *s = *s_p;
    if (!s)
        return;
    for (int who = 1; who <= s->slots; who++)
        free(s->node[who]);
    intern_free(&s->messages);
    intern_free(&s->locals);
    map_free(&s->outcome_of);
    map_free(&s->pushed);
    free(s->info);
    free(s->outcomes);
    free(s->sends);
    free(s->queues);
    free(s->bytes);
    free(s);
    *s_p = NULL;
}

size_t space_memory(const struct space *s) {
    return s->locals.memory_size + s->messages.memory_size + s->outcome_capacity * sizeof *s->outcomes +
           s->queue_capacity * sizeof *s->queues +
           (s->outcome_of.slot_count + s->pushed.slot_count) * (size_t)12;
}
