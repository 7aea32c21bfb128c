/* Faults on demand, each recorded where it is injected. */
#include "net/node_parts.h"

#include <stdio.h>

bool node_lose(struct node *node, gms_time now, gms_id to, uint32_t count) {
    char what[64];
    if (count == 0 || !fault_lose(&node->fault, to, count))
        return false;
    snprintf(what, sizeof what, "lose %u", count);
    struct trace_record r = {.ev = TRACE_FAULT, .what = what, .peer = to};
    node_record(node, now, &r);
    return true;
}

void node_arm_crash(struct node *node, gms_time now, uint32_t after) {
    char what[64];
    node->fault.crash_armed = true;
    node->fault.crash_after = after;
    node->fault.broadcast_sends = 0;
    snprintf(what, sizeof what, "crash mid-broadcast after %u", after);
    struct trace_record r = {.ev = TRACE_FAULT, .what = what};
    node_record(node, now, &r);
}

void node_arm_async_crash(struct node *node, gms_time now, const gms_id *keeps, uint32_t count) {
    fault_arm_async(&node->fault, keeps, count);
    struct trace_record r = {.ev = TRACE_FAULT, .what = "crash async"};
    node_record(node, now, &r);
}

bool node_cut(struct node *node, gms_time now, gms_id to, bool cut) {
    if (!fault_cut(&node->fault, to, cut))
        return false;
    struct trace_record r = {.ev = TRACE_FAULT, .what = cut ? "cut" : "heal", .peer = to};
    node_record(node, now, &r);
    return true;
}
