/* The step: one event in, actions out. Dispatch to the rung's table, refuse with a reason what has no
 * meaning in the member's phase, and check after every step what must always hold. */
#include "gms/gms.h"

#include <assert.h>
#include <string.h>

#include "gms/message.h"
#include "gms/rung.h"

static const struct gms_rung *const rungs[GMS_RUNGS] = {
    [GMS_RUNG_1] = &gms1,         [GMS_RUNG_2] = &gms2,           [GMS_RUNG_3] = &gms3,
    [GMS_RUNG_4_ACK] = &gms4_ack, [GMS_RUNG_4_NACK] = &gms4_nack, [GMS_RUNG_5] = &gms5,
};

const struct gms_rung *gms_rung_of(const struct gms *g) {
    return rungs[g->gms1.config.rung];
}

static void configure(struct gms *g, const struct gms_config *config) {
    assert(config->rung < GMS_RUNGS);
    assert(config->me != GMS_NOBODY);
    g->gms1.config.rung = config->rung; /* field by field: padding would make equal states differ */
    g->gms1.config.me = config->me;
    g->gms1.config.join_timeout = config->join_timeout;
    g->gms1.config.resend_timeout =
        config->resend_timeout > 0 ? config->resend_timeout : config->join_timeout;
    g->gms1.config.answer_timeout = config->answer_timeout;
    g->gms1.config.seed = config->seed;
    g->gms1.config.delivery = config->delivery;
    g->gms1.config.last_man_standing = config->last_man_standing;
    g->gms1.deadline = GMS_NEVER;
}

void gms_init(struct gms *g, const struct gms_config *config) {
    memset(g, 0, sizeof *g);
    configure(g, config);
}

static size_t state_size(enum gms_rung_id rung) {
    switch (rung) {
    case GMS_RUNG_1: return sizeof(struct gms1_state);
    case GMS_RUNG_2: return sizeof(struct gms2_state);
    case GMS_RUNG_3: return sizeof(struct gms3_state);
    case GMS_RUNG_4_ACK: return sizeof(struct gms4_ack_state);
    case GMS_RUNG_4_NACK: return sizeof(struct gms4_nack_state);
    case GMS_RUNG_5: return sizeof(struct gms5_state);
    case GMS_RUNGS: break;
    }
    return sizeof(struct gms);
}

#define ROOMS_MAX 3

struct room {
    size_t from, to;
};

#define ROOM(member)                                                                                         \
    (struct room) {                                                                                          \
        offsetof(struct gms, member), offsetof(struct gms, member) + sizeof g->member                        \
    }

/* Room for messages is zero where it is not used: what is there is forgotten, and the rest not touched. */
static size_t clear_rooms(struct gms *g, struct room rooms[ROOMS_MAX]) {
    const enum gms_rung_id rung = g->gms1.config.rung;
    size_t count = 0;
    gms_hold_clear(&g->gms1.hold);
    rooms[count++] = ROOM(gms1.hold.copy);
    if (rung >= GMS_RUNG_4_ACK) {
        gms_pending_clear(&g->gms4.pending);
        rooms[count++] = ROOM(gms4.pending);
    }
    if (rung == GMS_RUNG_4_NACK) {
        gms_history_clear(&g->gms4_nack.history);
        rooms[count++] = ROOM(gms4_nack.history);
    }
    if (rung == GMS_RUNG_5) {
        gms_history_clear(&g->gms5.history);
        rooms[count++] = ROOM(gms5.history);
    }
    return count;
}

void gms_reset(struct gms *g, const struct gms_config *config) {
    struct room rooms[ROOMS_MAX];
    const size_t size = state_size(g->gms1.config.rung), count = clear_rooms(g, rooms);
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        memset((uint8_t *)g + from, 0, rooms[i].from - from);
        from = rooms[i].to;
    }
    memset((uint8_t *)g + from, 0, size - from);
    configure(g, config);
}

/* Why a member in this phase can't use anything that arrives, or GMS_USED if it can. */
static enum gms_drop deaf(enum gms_phase phase) {
    switch (phase) {
    case GMS_IDLE: return GMS_DROP_NOT_JOINED;
    case GMS_JOINING:
    case GMS_FOLLOWING:
    case GMS_LEADING: return GMS_USED;
    case GMS_FROZEN: return GMS_DROP_FROZEN;
    case GMS_LEFT: return GMS_DROP_LEFT;
    case GMS_FAILED: return GMS_DROP_FAILED;
    case GMS_OUT: return GMS_DROP_EXCLUDED;
    }
    return GMS_DROP_OUT_OF_PLACE;
}

static enum gms_drop receive(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_rung *rung = gms_rung_of(g);
    const enum gms_drop bad = gms_message_check(&e->message);
    if (bad != GMS_USED)
        return bad;
    if (e->message.type == GMS_VIEW && e->message.members[0] == g->gms1.config.me)
        return GMS_DROP_MALFORMED; /* a view that we lead comes from us alone */
    switch (e->message.type) {
    case GMS_JOIN: return rung->on_join_message(g, e, out);
    case GMS_REQUEST: return rung->on_request_message(g, e, out);
    case GMS_LEAVE: return rung->on_leave_message(g, e, out);
    case GMS_VIEW:
    case GMS_MSG: return rung->on_ordered_message(g, e, out);
    case GMS_ACK:
    case GMS_NACK:
    case GMS_TOO_OLD:
    case GMS_HEARTBEAT:
    case GMS_COMMIT:
    case GMS_SUSPECT:
    case GMS_PREPARE:
    case GMS_PROMISE:
    case GMS_ACCEPT:
    case GMS_ACCEPTED:
    case GMS_INSTALL:
    case GMS_EXCLUDED: return rung->on_upper_message(g, e, out);
    case GMS_TYPES: break;
    }
    return GMS_DROP_MALFORMED;
}

static enum gms_drop dispatch(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_rung *rung = gms_rung_of(g);
    if (e->type == GMS_EVENT_START)
        return rung->on_start(g, e, out);
    const enum gms_drop no = deaf(g->gms1.phase);
    if (e->type == GMS_EVENT_LEAVE && no == GMS_DROP_FROZEN)
        return rung->on_leave(g, e, out); /* the frozen may still go */
    if (no != GMS_USED)
        return no;
    switch (e->type) {
    case GMS_EVENT_START: break;
    case GMS_EVENT_RECEIVE: return receive(g, e, out);
    case GMS_EVENT_DOWN: return rung->on_down(g, e, out);
    case GMS_EVENT_SUSPECT: return rung->on_suspect(g, e, out);
    case GMS_EVENT_SNAPSHOT: return rung->on_snapshot(g, e, out);
    case GMS_EVENT_TIMER: return rung->on_timer(g, e, out);
    case GMS_EVENT_MCAST:
        return e->message.body_size > GMS_BODY_SIZE_MAX ? GMS_DROP_TOO_LARGE : rung->on_mcast(g, e, out);
    case GMS_EVENT_LEAVE: return rung->on_leave(g, e, out);
    }
    return GMS_DROP_OUT_OF_PLACE;
}

/* What holds between any two steps, on every rung. */
static void check_invariants(const struct gms *g) {
    const struct gms1_state *s = &g->gms1;
    const gms_id first = s->view.count > 0 ? s->view.members[0] : GMS_NOBODY;
    switch (s->phase) {
    case GMS_IDLE:
    case GMS_JOINING: assert(s->view.count == 0); break;
    case GMS_FOLLOWING: assert(first != GMS_NOBODY && first != s->config.me); break;
    case GMS_LEADING: assert(first == s->config.me); break;
    case GMS_FROZEN: assert(s->deadline == GMS_NEVER); break;
    case GMS_LEFT:
    case GMS_OUT:
    case GMS_FAILED: assert(s->deadline == GMS_NEVER); break;
    }
}

enum gms_drop gms_step(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    out->count = 0;
    out->arena_used_bytes = 0;
    out->to = NULL;
    out->to_count = 0;
    g->gms1.now = e->now;
    g->gms1.more = e->more;
    const enum gms_drop result = dispatch(g, e, out);
    if (gms_rung_of(g)->end_step)
        gms_rung_of(g)->end_step(g, out);
    check_invariants(g);
    return result;
}

gms_time gms_deadline(const struct gms *g) {
    return g->gms1.deadline;
}

enum gms_phase gms_phase(const struct gms *g) {
    return g->gms1.phase;
}

gms_id gms_leader(const struct gms *g) {
    return g->gms1.view.count > 0 ? g->gms1.view.members[0] : GMS_NOBODY;
}

bool gms_in_group(const struct gms *g) {
    return g->gms1.phase == GMS_FOLLOWING || g->gms1.phase == GMS_LEADING;
}

bool gms_may_mcast(const struct gms *g) {
    const struct gms1_state *s = &g->gms1;
    const bool keeps = s->config.rung >= GMS_RUNG_4_ACK;
    return gms_in_group(g) && !s->leaving && !(keeps && g->gms4.pending.count == GMS_PENDING_MAX);
}

uint64_t gms_mcast_count(const struct gms *g) {
    return g->gms1.mcast_count;
}

uint64_t gms_expected(const struct gms *g) {
    switch (g->gms1.config.rung) {
    case GMS_RUNG_1:
    case GMS_RUNG_2: return 0;
    case GMS_RUNG_3:
    case GMS_RUNG_4_ACK:
    case GMS_RUNG_4_NACK:
    case GMS_RUNG_5: return g->gms3.expected;
    case GMS_RUNGS: break;
    }
    return 0;
}

uint64_t gms_lag(const struct gms *g) {
    const struct gms_rung *rung = gms_rung_of(g);
    return rung->lag ? rung->lag(g) : 0;
}

enum gms_beacons gms_beacons(const struct gms *g) {
    return gms_rung_of(g)->beacons;
}

bool gms_blocked(const struct gms *g) {
    const struct gms_rung *rung = gms_rung_of(g);
    return rung->blocked && rung->blocked(g);
}

bool gms_tells_suspicion(const struct gms *g) {
    return gms_rung_of(g)->on_suspect != gms_rung_of(g)->on_down;
}

bool gms_has_quorum(const struct gms *g) {
    const struct gms_rung *rung = gms_rung_of(g);
    return !rung->has_quorum || rung->has_quorum(g);
}

bool gms_heartbeat(const struct gms *g, struct gms_message *m) {
    if (!gms_in_group(g))
        return false;
    const uint64_t next = gms_expected(g);
    *m = (struct gms_message){
        .type = GMS_HEARTBEAT, .view = g->gms1.view.number, .seq = next > 0 ? next - 1 : 0};
    if (gms_rung_of(g)->fill_heartbeat)
        gms_rung_of(g)->fill_heartbeat(g, m);
    return true;
}

const struct gms_view *gms_current_view(const struct gms *g) {
    return &g->gms1.view;
}

const char *gms_rung_name(enum gms_rung_id id) {
    return id < GMS_RUNGS ? rungs[id]->name : "?";
}

const char *gms_rung_adds(enum gms_rung_id id) {
    return id < GMS_RUNGS ? rungs[id]->adds : "?";
}

const char *gms_rung_breaks(enum gms_rung_id id) {
    return id < GMS_RUNGS ? rungs[id]->breaks : "?";
}

bool gms_rung_find(const char *name, enum gms_rung_id *found) {
    for (int id = 0; id < GMS_RUNGS; id++) {
        if (strcmp(rungs[id]->name, name) == 0) {
            *found = (enum gms_rung_id)id;
            return true;
        }
    }
    return false;
}
