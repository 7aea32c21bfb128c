/* What a window shows of a live worker: filled in the actor's thread, read in the window's. */
#include "app/live_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "net/zmq/clock.h"

static enum tile_state out_of_group(const struct live *live, const char *doing, char *reason,
                                    size_t reason_size) {
    if (live->incarnation == 0 && live->end != LIVE_OUT)
        return TILE_JOINING;
    snprintf(reason, reason_size, "%s", doing);
    return TILE_EXCLUDED;
}

static enum tile_state blocked(const struct live *live, char *reason, size_t reason_size) {
    const struct node *node = actor_node(live->actor);
    if (live->config.rung < GMS_RUNG_5) { /* views change without a stop there */
        if (gms_phase(&node->gms) == GMS_LEADING)
            snprintf(reason, reason_size, "a follower does not answer; it is asked again and again");
        else
            snprintf(reason, reason_size, "%s does not answer; it is asked again and again",
                     address_book_name(&node->book, gms_leader(&node->gms)));
        return TILE_UNANSWERED;
    }
    if (live->quorum)
        return TILE_BLOCKED;
    snprintf(reason, reason_size, "too few of view %u answer; it goes on when they are back",
             live->worker.view.number);
    return TILE_NO_QUORUM;
}

static enum tile_state tile_state_of(struct live *live, char *reason, size_t reason_size) {
    const struct node *node = actor_node(live->actor);
    const gms_id leader = gms_leader(&node->gms);
    reason[0] = '\0';
    switch (gms_phase(&node->gms)) {
    case GMS_IDLE:
    case GMS_JOINING: return out_of_group(live, "joins again as a newcomer\u2026", reason, reason_size);
    case GMS_FROZEN: snprintf(reason, reason_size, "%.127s", live->reason); return TILE_FROZEN;
    case GMS_FAILED:
        if (live->end == LIVE_OUT)
            return out_of_group(live, "nobody lets it in; it asks again\u2026", reason, reason_size);
        snprintf(reason, reason_size, "%.127s", live->reason);
        return TILE_FAILED;
    case GMS_OUT: return out_of_group(live, "the others went on; it joins again\u2026", reason, reason_size);
    case GMS_LEFT: return TILE_LEAVING;
    case GMS_LEADING:
    case GMS_FOLLOWING: break;
    }
    if (node->gms.gms1.leaving)
        return TILE_LEAVING;
    if (gms_beacons(&node->gms) == GMS_BEACONS_NONE && detect_is_down(&node->detector, leader)) {
        snprintf(reason, reason_size, "the leader %s is gone, and %s has nobody to take over",
                 address_book_name(&node->book, leader), gms_rung_name(node->gms.gms1.config.rung));
        return TILE_HALTED;
    }
    if (live->blocked && (!live->quorum || clock_now() >= live->blocked_since + LIVE_BLOCK_SHOWN))
        return blocked(live, reason, reason_size);
    if (!live->worker.has_state)
        return TILE_ADOPTING;
    return gms_phase(&node->gms) == GMS_LEADING ? TILE_LEADING : TILE_FOLLOWING;
}

static void fill_members(struct live *live, struct tile_model *m) {
    const struct node *node = actor_node(live->actor);
    const struct gms_view *view = &live->worker.view;
    m->member_count = view->count;
    for (uint32_t i = 0; i < view->count && i < TILE_MEMBERS_MAX; i++) {
        struct tile_member *t = &m->members[i];
        const struct known *known = NULL;
        for (uint32_t j = 0; j < live->known_count && !known; j++)
            known = live->known[j].id == view->members[i] ? &live->known[j] : NULL;
        memset(t, 0, sizeof *t);
        snprintf(t->name, sizeof t->name, "%s", address_book_name(&node->book, view->members[i]));
        t->self = view->members[i] == node->me;
        t->known = t->self ? live->worker.has_state : known && known->digest.has_state;
        if (t->known)
            memcpy(t->color, t->self ? live->worker.state.color : known->digest.color, 3);
        t->down = detect_is_down(&node->detector, view->members[i]);
        t->suspected = !t->down && node_suspects(node, view->members[i]);
    }
}

/* Under the lock. */
void live_fill_model(struct live *live) {
    const struct node *node = actor_node(live->actor);
    struct tile_model *m = &live->model;
    m->state = tile_state_of(live, m->reason, sizeof m->reason);
    memcpy(m->color, live->worker.state.color, 3);
    m->count = live->worker.state.count;
    m->hash = live->worker.state.hash;
    m->view = live->worker.view.number;
    fill_members(live, m);
    m->expected = gms_expected(&node->gms);
    m->differs_since = m->state == TILE_LEADING ? 0 : live->differs_since;
    m->paused = live->paused;
    m->is_recorded = live->recorded;
    m->cut_links = 0;
    for (uint32_t i = 0; i < live->worker.view.count; i++)
        m->cut_links += gms_ids_have(&node->fault.cut, live->worker.view.members[i]);
    m->cut_off = node->fault.cut.count > 0 && m->cut_links + 1 >= live->worker.view.count;
    m->mean_ms = (uint32_t)live->mean_ms;
}

void live_snapshot(struct live *live, struct tile_model *model, struct place *place) {
    pthread_mutex_lock(&live->lock);
    *model = live->model;
    *place = live->place;
    pthread_mutex_unlock(&live->lock);
}
