/* What a node does by itself as time passes: it says that it lives, listens for who does not, and gives the
 * core its timer. Whom to beat for and whom to hear are the two ends of one relation, which the rung chooses.
 */
#include "net/node_parts.h"

#include <stdio.h>

/* Whom this member beats for, or (`hears`) whom it must hear: the two ends of the same relation. */
static uint32_t partners(const struct node *node, bool hears, gms_id ids[GMS_MEMBERS_MAX]) {
    const struct gms_view *view = gms_current_view(&node->gms);
    const gms_id leader = gms_leader(&node->gms);
    const bool leads = leader == node->me;
    const enum gms_beacons beacons = gms_beacons(&node->gms);
    uint32_t count = 0;
    struct gms_message m;
    if (beacons == GMS_BEACONS_NONE || !gms_heartbeat(&node->gms, &m))
        return 0;
    for (uint32_t i = 0; i < view->count; i++) {
        const gms_id other = view->members[i];
        const bool with_leader = leads || other == leader;
        const bool paired = beacons == GMS_BEACONS_ALL ||
                            (beacons == GMS_BEACONS_WITH_LEADER && with_leader) ||
                            (beacons == GMS_BEACONS_FROM_LEADER && with_leader && leads != hears);
        if (paired && other != node->me && !detect_is_down(&node->detector, other))
            ids[count++] = other;
    }
    return count;
}

/* Where everybody beats for everybody, that many heartbeats would leave a large group no time for anything
 * else: there each one comes more rarely, and silence lasts longer before somebody is suspected for it. A
 * crash is told by its connections as soon as ever. */
#define CROWD 16

static gms_time rarer(const struct node *node) {
    const uint32_t count = gms_current_view(&node->gms)->count;
    return gms_beacons(&node->gms) == GMS_BEACONS_ALL && count > CROWD ? (count + CROWD - 1) / CROWD : 1;
}

void node_heed(struct node *node) {
    gms_id ids[GMS_MEMBERS_MAX];
    const struct gms_view *view = gms_current_view(&node->gms);
    if (node->beat_period == 0 && node->silence.timeout == 0)
        return;
    if (node->heeded.phase == gms_phase(&node->gms) && node->heeded.leader == gms_leader(&node->gms) &&
        node->heeded.number == view->number && node->heeded.count == view->count &&
        node->heeded.down_count == node->detector.down.count)
        return;
    node->silence.timeout = rarer(node) * node->suspect_timeout;
    node->heeded.phase = gms_phase(&node->gms);
    node->heeded.leader = gms_leader(&node->gms);
    node->heeded.number = view->number;
    node->heeded.count = view->count;
    node->heeded.down_count = node->detector.down.count;
    if (node->beat_period == 0 || partners(node, false, ids) == 0)
        node->beat_at = GMS_NEVER;
    else if (node->beat_at == GMS_NEVER)
        node->beat_at = node->now + rarer(node) * node->beat_period;
    const uint32_t count = partners(node, true, ids);
    silence_expect(&node->silence, node->now, ids, count);
}

/* A process that stood still, or got no processor for long, must not take its own silence for the others'. */
static void forgive(struct node *node, gms_time slept) {
    char why[64];
    snprintf(why, sizeof why, "stood still for %u ms itself", (unsigned)(slept / 1000000));
    struct trace_record r = {.ev = TRACE_RESUME, .peer = node->me, .why = why};
    node_record(node, node->now, &r);
    silence_forgive(&node->silence, node->now);
}

static void beat(struct node *node) {
    struct gms_message m, encoded = {0};
    gms_id ids[GMS_MEMBERS_MAX];
    size_t encoded_size = 0;
    if (node->beat_at > node->now)
        return;
    const gms_time period = rarer(node) * node->beat_period;
    node->beat_at += period; /* by the clock, however late this one is; but none twice */
    if (node->beat_at <= node->now)
        node->beat_at = node->now + period;
    const uint32_t count = partners(node, false, ids);
    if (count == 0 || !gms_heartbeat(&node->gms, &m))
        return;
    for (uint32_t i = 0; i < count && !node->crashed; i++) {
        node_send(node, ids[i], &m, &encoded, &encoded_size);
        encoded = m;
    }
}

bool node_heartbeat(struct node *node, gms_time now, gms_id to) {
    struct gms_message m;
    const struct gms_message nothing = {0};
    gms_id ids[GMS_MEMBERS_MAX];
    size_t size = 0;
    node->now = now;
    const uint32_t count = node->crashed ? 0 : partners(node, false, ids);
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i] != to || !gms_heartbeat(&node->gms, &m))
            continue;
        node_send(node, to, &m, &nothing, &size);
        return true;
    }
    return false;
}

static void suspect_the_silent(struct node *node) {
    char why[64];
    gms_id whom;
    snprintf(why, sizeof why, "silent for %u ms", (unsigned)(node->silence.timeout / 1000000));
    while (!node->crashed && (whom = silence_take(&node->silence, node->now)) != GMS_NOBODY)
        node_report(node, node->now, TRACE_SUSPECT, whom, why);
}

static gms_time own_deadline(const struct node *node) {
    const gms_time due = silence_due(&node->silence);
    return node->beat_at < due ? node->beat_at : due;
}

gms_time node_deadline(const struct node *node) {
    const gms_time own = own_deadline(node), core = gms_deadline(&node->gms);
    return own < core ? own : core;
}

bool node_slept(const struct node *node, gms_time now) {
    const gms_time due = own_deadline(node);
    return node->silence.timeout > 0 && due < now && now - due > node->silence.timeout / 2;
}

void node_timer(struct node *node, gms_time now) {
    if (node->crashed)
        return;
    const gms_time due = own_deadline(node);
    node->now = now;
    if (due <= now) {
        if (node_slept(node, now))
            forgive(node, now - due);
        beat(node);
        suspect_the_silent(node);
    }
    const struct gms_event e = {.type = GMS_EVENT_TIMER, .now = now};
    if (!node->crashed && gms_deadline(&node->gms) <= now)
        node_step(node, &e);
    else if (!node->crashed && due <= now)
        node->driver.flush(node->driver.self);
}

bool node_suspects(const struct node *node, gms_id whom) {
    return silence_suspects(&node->silence, whom);
}
