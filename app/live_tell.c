/* What a member tells a listener that came in the middle of the run: where it is. Its records are those that
 * the trace would have, but marked `here`, for nothing happens now. */
#include "app/live_state.h"

#include <stdio.h>
#include <string.h>

#include "net/zmq/clock.h"

#define ADDRESS_MARK 'T' /* as the first byte; a digest begins with another one */

/* -- Where each of them publishes ----------------------------------------------------------------------- */

void live_tell_address(struct live *live) {
    uint8_t bytes[1 + NET_ENDPOINT_SIZE] = {ADDRESS_MARK};
    const char *endpoint = live_telemetry_endpoint(live);
    const size_t size = strlen(endpoint);
    memcpy(bytes + 1, endpoint, size);
    if (size > 0)
        actor_gossip(live->actor, bytes, 1 + size);
}

static bool is_endpoint(const char *text) {
    for (const char *c = text; *c; c++) {
        if (*c <= ' ' || *c > '~' || *c == '"' || *c == '\\')
            return false;
    }
    return strncmp(text, "tcp://", 6) == 0 || strncmp(text, "ipc://", 6) == 0;
}

/* -- Where this one is ----------------------------------------------------------------------------------- */

static void tell(const struct live *live, struct trace_record *r) {
    const struct node *node = actor_node(live->actor);
    r->t = clock_now();
    r->lc = node->lc;
    r->id = node->me;
    r->here = r->ev != TRACE_DOWN; /* which is so, whenever it is told */
    publisher_write(live->publisher, &node->book, r);
}

static void tell_event(const struct live *live, enum trace_ev ev) {
    struct trace_record r = {.ev = ev, .view = live->worker.view.number};
    tell(live, &r);
}

/* The view that it installed last, not the list of those who are left of it; and its own last multicast. */
static void tell_view(const struct live *live) {
    const struct node *node = actor_node(live->actor);
    const uint64_t own = gms_mcast_count(&node->gms);
    struct trace_record r = {.ev = TRACE_VIEW,
                             .view = live->worker.view.number,
                             .primary = true,
                             .members = live->worker.view.members,
                             .member_count = live->worker.view.count,
                             .m_origin = own > 0 ? node->me : GMS_NOBODY,
                             .m_n = own};
    tell(live, &r);
}

static void tell_state(const struct live *live) {
    struct trace_record r = {.ev = TRACE_STATE, .peer = live->worker.me, .state = live->worker.state};
    tell(live, &r);
}

static void refer(const struct live *live, const struct known *known) {
    if (live->publisher && known->telemetry[0] != '\0')
        publisher_refer(live->publisher, address_book_name(&actor_node(live->actor)->book, known->id),
                        known->id, known->telemetry);
}

/* Up to gms3 the dead stay in the view; it may be long ago that they died. */
static void tell_dead(const struct live *live) {
    const struct node *node = actor_node(live->actor);
    const struct gms_view *view = &live->worker.view;
    for (uint32_t i = 0; i < view->count && live->config.rung <= GMS_RUNG_3; i++) {
        struct trace_record r = {.ev = TRACE_DOWN, .peer = view->members[i], .why = "crashed before"};
        if (detect_is_down(&node->detector, view->members[i]))
            tell(live, &r);
    }
}

static void introduce(const struct live *live) {
    const struct gms *gms = &actor_node(live->actor)->gms;
    for (uint32_t i = 0; i < live->known_count; i++)
        refer(live, &live->known[i]);
    if (live->end != LIVE_RUNNING) {
        if (gms_phase(gms) != GMS_IDLE) /* else this incarnation has not begun */
            tell_event(live, TRACE_EXIT);
        return;
    }
    if (live->worker.view.number > 0)
        tell_view(live);
    else if (gms_phase(gms) != GMS_IDLE)
        tell_event(live, TRACE_JOIN);
    if (live->worker.has_state)
        tell_state(live);
    tell_dead(live);
    if (gms_phase(gms) == GMS_FROZEN) {
        struct trace_record r = {
            .ev = TRACE_FREEZE, .view = live->worker.view.number, .expected = gms_expected(gms)};
        tell(live, &r);
    }
    if (live->blocked && gms_blocked(gms))
        tell_event(live, TRACE_BLOCK);
    if (!gms_has_quorum(gms))
        tell_event(live, TRACE_NO_QUORUM);
}

bool live_hear_address(struct live *live, struct known *known, const uint8_t *body, size_t size) {
    char endpoint[NET_ENDPOINT_SIZE] = "";
    if (size < 1 || body[0] != ADDRESS_MARK)
        return false;
    if (size - 1 < sizeof endpoint)
        memcpy(endpoint, body + 1, size - 1);
    if (!is_endpoint(endpoint) || strcmp(endpoint, known->telemetry) == 0)
        return true;
    strcpy(known->telemetry, endpoint);
    refer(live, known);
    return true;
}

/* In the actor's thread, between two turns: everything before has been told, or need not be. */
void live_meet_listeners(void *arg) {
    struct live *live = arg;
    if (publisher_met_somebody(live->publisher)) {
        introduce(live);
        publisher_flush(live->publisher);
    }
    pthread_mutex_lock(&live->lock);
    live->listeners = publisher_met(live->publisher);
    pthread_mutex_unlock(&live->lock);
}
