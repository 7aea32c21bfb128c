/* One node per member is the scratch in which steps are taken. */
#include "net/sim/explore_local.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A local state as bytes: the application's, then this. */
struct local {
    struct gms gms;
    struct detector detector;
    uint64_t me;
    uint64_t view;
};

static size_t local_at(const struct space *s) {
    return (s->app->size + 15) / 16 * 16;
}

static struct local *local_of(const struct space *s) {
    return (struct local *)(void *)(s->bytes + local_at(s));
}

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
    s->app->canonical(s->bytes);
}

/* What it has delivered, as others may compare it. */
static uint32_t legacy_of(struct space *s) {
    struct sim_app_state seen;
    if (s->rung != GMS_RUNG_5)
        return 0; /* below, what only the dead had delivered was not promised */
    s->app->look(s->bytes, &seen);
    const uint64_t legacy[] = {seen.state.count, seen.state.hash};
    return seen.has_state ? 1 + intern_put(&s->legacies, legacy, sizeof legacy) : 0;
}

static struct local_info info_of(struct space *s, const struct local *local) {
    struct sim_app_state seen;
    const struct gms *g = &local->gms;
    const bool coordinates = s->rung == GMS_RUNG_5 && g->gms5.coordinates != GMS5_NONE;
    uint32_t members = 0;
    s->app->look(s->bytes, &seen);
    for (uint32_t i = 0; i < g->gms1.view.count; i++)
        members |= 1u << g->gms1.view.members[i];
    return (struct local_info){.phase = (uint8_t)gms_phase(g),
                               .leader = (uint8_t)gms_leader(g),
                               .contact = (uint8_t)g->gms1.contacts[0],
                               .viewed = local->view > 0,
                               .has_state = seen.has_state,
                               .leaving = g->gms1.leaving,
                               .heads = gms_phase(g) == GMS_LEADING || coordinates,
                               .blocked = gms_blocked(g) || !gms_has_quorum(g),
                               .members = (uint8_t)members,
                               .timer =
                                   gms_deadline(g) != GMS_NEVER || s->app->deadline(s->bytes) != GMS_NEVER,
                               .count = (uint8_t)seen.state.count,
                               .view = (uint32_t)local->view,
                               .legacy = legacy_of(s)};
}

static uint32_t keep_local(struct space *s) {
    struct local *local = local_of(s);
    canonical(s, local);
    const size_t size = pack_words((const uint64_t *)(const void *)s->bytes, s->bytes_size / 8, s->packed);
    const uint32_t before = s->locals.count;
    const uint32_t index = intern_put(&s->locals, s->packed, size);
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

static void unpack(const struct space *s, uint32_t local, size_t wanted_size) {
    const uint64_t *packed = (const uint64_t *)(const void *)s->locals.bytes[local - LOCAL_FIRST];
    unpack_words(packed, s->bytes_size / 8, (uint64_t *)(void *)s->bytes, wanted_size / 8);
}

/* NULL: none. */
static const uint64_t *legacy_at(const struct space *s, uint32_t local) {
    const uint32_t legacy = local & 0xfffffff;
    return (local & LOCAL_ENDED) && legacy > 0 ? (const uint64_t *)(const void *)s->legacies.bytes[legacy - 1]
                                               : NULL;
}

uint64_t space_count(const struct space *s, uint32_t local) {
    const uint64_t *legacy = legacy_at(s, local);
    return legacy ? legacy[0] : space_info(s, local)->count;
}

bool space_history(const struct space *s, uint32_t local, uint64_t count, uint64_t *hash) {
    const uint64_t *legacy = legacy_at(s, local);
    if (!local_runs(local)) {
        *hash = legacy ? legacy[1] : 0;
        return legacy && legacy[0] == count;
    }
    unpack(s, local, local_at(s));
    return s->app->history(s->bytes, count, hash);
}

/* -- Steps ------------------------------------------------------------------------------------------- */

static void load(struct space *s, struct node *node, uint32_t who, uint32_t state) {
    struct local *local = local_of(s);
    if (state == LOCAL_UNBORN) {
        const struct gms_config config = node->gms.gms1.config;
        memset(s->bytes, 0, s->bytes_size);
        gms_init(&local->gms, &config);
        local->me = who;
        s->app->init(s->bytes, who, 1);
    } else {
        unpack(s, state, s->bytes_size);
    }
    node->gms = local->gms;
    node->detector = local->detector;
    node->view = (uint32_t)local->view;
    node->lc = node->x = 0;
    s->ended = s->led = false;
}

void space_note_send(struct space *s, int to, const uint8_t *message, size_t size) {
    if (s->send_count == s->send_capacity) {
        s->send_capacity *= 2;
        s->sends = need(realloc(s->sends, s->send_capacity * sizeof *s->sends));
    }
    const uint32_t index = intern_put(&s->messages, message, size);
    assert(index <= 0xffffff); /* an event holds its number in 24 bits */
    s->led = s->led || message[0] == GMS_PREPARE || message[0] == GMS_ACCEPT || message[0] == GMS_INSTALL;
    s->sends[s->send_count++] = (struct local_send){(uint8_t)to, index, legacy_of(s)};
}

static void happen(struct space *s, struct node *node, enum local_event event, uint32_t arg) {
    const gms_id contact = arg;
    uint8_t bytes[WIRE_FRAME_HEADER_SIZE + NET_MESSAGE_SIZE_MAX];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    const uint32_t message = arg & 0xffffff, from = arg >> 24;
    switch (event) {
    case LOCAL_START: node_start(node, 0, &contact, arg > 0 ? 1 : 0, ""); break;
    case LOCAL_MESSAGE:
        wire_put_frame_header(&out, SPACE_GROUP, from);
        memcpy(bytes + out.size, s->messages.bytes[message], s->messages.sizes[message]);
        node_receive(node, 0, from, bytes, out.size + s->messages.sizes[message]);
        break;
    case LOCAL_DOWN: node_down(node, 0, arg, ""); break;
    case LOCAL_SUSPECT: node_suspect(node, 0, arg, ""); break;
    case LOCAL_CHANGE:
        node_mcast(node, 0, bytes, s->app->change(EXPLORE_CHANGE_OF((int)node->me), bytes));
        break;
    case LOCAL_LEAVE: node_leave(node, 0); break;
    case LOCAL_TIMER: node_timer(node, 1); break;
    case LOCAL_HEARTBEAT:
        for (int to = 1; to <= s->slots; to++)
            node_heartbeat(node, 0, (gms_id)to);
        return;
    }
    const gms_time now = event == LOCAL_TIMER ? 1 : 0;
    size_t size;
    while (!s->ended && (size = s->app->take(s->bytes, now, bytes)) > 0)
        node_mcast(node, now, bytes, size);
}

static enum local_end end_of(const struct space *s) {
    switch (s->end) {
    case NODE_LEFT: return LOCAL_LEFT;
    case NODE_FAILED: return LOCAL_FAILED;
    case NODE_EXCLUDED: return LOCAL_EXCLUDED;
    }
    return LOCAL_FAILED;
}

static uint32_t compute(struct space *s, int who, uint32_t state, enum local_event event, uint32_t arg) {
    struct node *node = s->node[who];
    struct local *local = local_of(s);
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
    s->outcomes[s->outcome_count] =
        (struct local_outcome){.next = s->ended ? local_end(end_of(s), legacy_of(s)) : keep_local(s),
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
    s->bytes_size = (local_at(s) + sizeof(struct local) + 7) / 8 * 8;
    s->bytes = need(calloc(1, s->bytes_size));
    s->packed = need(malloc(pack_size_max(s->bytes_size / 8)));
    s->info_capacity = s->outcome_capacity = s->send_capacity = s->queue_capacity = 1024;
    s->info = need(calloc(s->info_capacity, sizeof *s->info));
    s->outcomes = need(calloc(s->outcome_capacity, sizeof *s->outcomes));
    s->sends = need(calloc(s->send_capacity, sizeof *s->sends));
    s->queues = need(calloc(s->queue_capacity, sizeof *s->queues));
    s->queue_count = 1; /* the empty one */
    for (int who = 1; who <= slots; who++)
        s->node[who] = space_make_node(s, who);
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
    intern_free(&s->legacies);
    map_free(&s->outcome_of);
    map_free(&s->pushed);
    free(s->info);
    free(s->outcomes);
    free(s->sends);
    free(s->queues);
    free(s->bytes);
    free(s->packed);
    free(s);
    *s_p = NULL;
}

size_t space_memory(const struct space *s) {
    return s->locals.memory_size + s->messages.memory_size + s->outcome_capacity * sizeof *s->outcomes +
           s->queue_capacity * sizeof *s->queues +
           (s->outcome_of.slot_count + s->pushed.slot_count) * (size_t)12;
}
