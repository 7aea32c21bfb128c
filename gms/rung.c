/* What every rung uses: the actions it can ask for, and the changes of phase. */
#include "gms/rung.h"

#include <assert.h>
#include <string.h>

static struct gms_action *add(struct gms_actions *out, enum gms_action_type type) {
    assert(out->count < GMS_ACTIONS_MAX); /* limits.h says why it can't be reached */
    struct gms_action *a = &out->list[out->count++];
    a->type = type;
    a->why = GMS_USED;
    a->whom = GMS_NOBODY;
    a->expected = 0;
    return a;
}

void gms_do_send(struct gms_actions *out, gms_id to, const struct gms_message *m) {
    struct gms_action *a = add(out, GMS_DO_SEND);
    a->whom = to;
    a->message = *m;
}

void gms_do_deliver(struct gms_actions *out, const struct gms_message *m) {
    add(out, GMS_DO_DELIVER)->message = *m;
}

void gms_do_install(struct gms_actions *out, const struct gms_message *view) {
    add(out, GMS_DO_INSTALL)->message = *view;
}

void gms_do_watch(struct gms_actions *out, gms_id whom) {
    add(out, GMS_DO_WATCH)->whom = whom;
}

void gms_do_drop(struct gms_actions *out, gms_id from, const struct gms_message *m, enum gms_drop why) {
    struct gms_action *a = add(out, GMS_DO_DROP);
    a->whom = from;
    a->why = why;
    a->message = *m;
}

static void *lend_bytes(struct gms_actions *out, const void *bytes, size_t size) {
    const size_t room = (size + 7) / 8 * 8;
    assert(out->arena_used_bytes + room <= sizeof out->arena);
    void *copy = &out->arena[out->arena_used_bytes / 8];
    if (size > 0)
        memcpy(copy, bytes, size);
    out->arena_used_bytes += (uint32_t)room;
    return copy;
}

/* One list of receivers serves a whole step, as a rule. */
static void lend_receivers(struct gms_actions *out, const gms_id *to, uint32_t to_count) {
    const size_t size = to_count * sizeof *to;
    if (out->to_count == to_count && memcmp(out->to, to, size) == 0)
        return;
    out->to = lend_bytes(out, to, size);
    out->to_count = to_count;
}

void gms_do_send_all(struct gms_actions *out, const gms_id *to, uint32_t to_count,
                     const struct gms_message *m) {
    if (to_count == 0)
        return;
    lend_receivers(out, to, to_count);
    struct gms_action *a = add(out, GMS_DO_SEND_ALL);
    a->to = out->to;
    a->to_count = to_count;
    a->message = *m;
}

struct gms_message gms_lend(struct gms_actions *out, const struct gms_message *m) {
    struct gms_message lent = *m;
    if (m->members)
        lent.members = lend_bytes(out, m->members, m->member_count * sizeof(gms_id));
    if (m->counts)
        lent.counts = lend_bytes(out, m->counts, m->member_count * sizeof(uint64_t));
    if (m->body)
        lent.body = lend_bytes(out, m->body, m->body_size);
    return lent;
}

void gms_do_member(struct gms_actions *out, enum gms_action_type type, gms_id whom) {
    add(out, type)->whom = whom;
}

void gms_do_adopt(struct gms_actions *out, const struct gms_message *with_state) {
    add(out, GMS_DO_ADOPT)->message = *with_state;
}

bool gms_actions_room(const struct gms_actions *out, uint32_t count) {
    return out->count + count <= GMS_ACTIONS_MAX;
}

void become_joining(struct gms *g) {
    assert(g->gms1.phase == GMS_IDLE);
    g->gms1.phase = GMS_JOINING;
}

void become_following(struct gms *g) {
    assert(g->gms1.phase == GMS_JOINING || g->gms1.phase == GMS_FOLLOWING);
    g->gms1.phase = GMS_FOLLOWING;
}

void become_leading(struct gms *g, uint32_t view, struct gms_actions *out) {
    assert(g->gms1.phase == GMS_IDLE || g->gms1.phase == GMS_JOINING || g->gms1.phase == GMS_FOLLOWING);
    assert(gms_leader(g) == g->gms1.config.me);
    g->gms1.phase = GMS_LEADING;
    add(out, GMS_DO_LEAD)->message = (struct gms_message){.type = GMS_VIEW, .view = view};
}

void become_frozen(struct gms *g, const struct gms_message *got, uint64_t expected, struct gms_actions *out) {
    assert(g->gms1.phase == GMS_FOLLOWING);
    g->gms1.phase = GMS_FROZEN;
    g->gms1.deadline = GMS_NEVER;
    struct gms_action *a = add(out, GMS_DO_FREEZE);
    a->expected = expected;
    a->message = *got;
}

void become_left(struct gms *g, struct gms_actions *out) {
    g->gms1.phase = GMS_LEFT;
    g->gms1.deadline = GMS_NEVER;
    add(out, GMS_DO_LEFT);
}

void become_failed(struct gms *g, struct gms_actions *out) {
    assert(g->gms1.phase == GMS_JOINING);
    g->gms1.phase = GMS_FAILED;
    g->gms1.deadline = GMS_NEVER;
    add(out, GMS_DO_FAILED);
}

void become_out(struct gms *g, enum gms_drop why, struct gms_actions *out) {
    g->gms1.phase = GMS_OUT;
    g->gms1.deadline = GMS_NEVER;
    add(out, GMS_DO_EXCLUDED)->why = why;
}

const char *gms_phase_name(enum gms_phase phase) {
    switch (phase) {
    case GMS_IDLE: return "idle";
    case GMS_JOINING: return "joining";
    case GMS_FOLLOWING: return "following";
    case GMS_LEADING: return "leading";
    case GMS_FROZEN: return "frozen";
    case GMS_LEFT: return "left";
    case GMS_FAILED: return "failed";
    case GMS_OUT: return "excluded";
    }
    return "?";
}

enum gms_drop gms_no_upper_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    (void)g, (void)out;
    return e->message.type == GMS_HEARTBEAT ? GMS_USED : GMS_DROP_OUT_OF_PLACE;
}

enum gms_drop gms_no_snapshot(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    (void)g, (void)e, (void)out;
    return GMS_DROP_OUT_OF_PLACE;
}
