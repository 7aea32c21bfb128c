/* See flow.h. */
#include "net/zmq/flow.h"

#include "net/zmq/clock.h"

#define GIVEN_UP_AFTER (10000 * CLOCK_MS) /* below gms4 nobody says that a multicast was lost */

static bool leads(const struct node *node) {
    return gms_phase(&node->gms) == GMS_LEADING;
}

/* A leader of this rung delivers its own at once. */
static bool delivers_at_once(const struct node *node) {
    const enum gms_rung_id rung = node->gms.gms1.config.rung;
    return rung <= GMS_RUNG_3 || rung == GMS_RUNG_4_NACK;
}

bool flow_blocks(flow_t *self, const struct node *node, gms_time now) {
    const uint64_t n = gms_mcast_count(&node->gms);
    if (self->held)
        return true;
    if (leads(node))
        return delivers_at_once(node) && self->under_way + (n - self->ordered) >= FLOW_WINDOW;
    if (node->gms.gms1.config.rung > GMS_RUNG_3 || n - self->delivered < FLOW_WINDOW)
        return false;
    if (now - self->since < GIVEN_UP_AFTER)
        return true;
    flow_delivered(self, n, now);
    return false;
}

void flow_delivered(flow_t *self, uint64_t n, gms_time now) {
    self->delivered = n;
    self->since = now;
}

static void forget_turns(flow_t *self, uint64_t who) {
    self->who = who;
    self->first = self->count = 0;
    self->under_way = 0;
}

/* Those of this turn are under way until all bytes sent so far have been taken. */
static void note_turn(flow_t *self, const struct node *node, uint64_t sent) {
    const uint64_t n = gms_mcast_count(&node->gms), own = n - self->ordered;
    self->ordered = n;
    if (own == 0)
        return;
    if (self->count == FLOW_TURNS_MAX) { /* many small turns: the last one stands for this one, too */
        const uint32_t last = (self->first + self->count - 1) % FLOW_TURNS_MAX;
        self->turn[last].sent = sent;
        self->turn[last].own += own;
    } else {
        const uint32_t next = (self->first + self->count++) % FLOW_TURNS_MAX;
        self->turn[next].sent = sent;
        self->turn[next].own = own;
    }
    self->under_way += own;
}

void flow_turn_end(flow_t *self, const struct node *node, const peers_t *peers) {
    const struct gms_view *view = gms_current_view(&node->gms);
    const peers_progress_t p = peers_progress(peers, view->members, view->count);
    const uint64_t lag = gms_lag(&node->gms);
    self->held = self->held ? p.lag > PEERS_LAG_MAX / 2 || lag > GMS_HISTORY_MAX / 2
                            : p.lag > PEERS_LAG_MAX || lag > GMS_HISTORY_MAX / 4 * 3;
    if (self->who != p.who || !leads(node))
        forget_turns(self, p.who); /* others count now: somebody came, crashed, or connected anew */
    note_turn(self, node, p.sent);
    for (; self->count > 0 && self->turn[self->first].sent <= p.taken; self->count--) {
        self->under_way -= self->turn[self->first].own;
        self->first = (self->first + 1) % FLOW_TURNS_MAX;
    }
}
