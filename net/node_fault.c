/* Faults on demand, each recorded where it is injected. */
#include "net/node_parts.h"

#include <stdio.h>
#include <string.h>

bool node_lose(struct node *node, gms_time now, gms_id to, uint32_t count) {
    char what[64];
    if (count == 0 || !fault_lose(&node->fault, to, count))
        return false;
    snprintf(what, sizeof what, "lose %u", count);
    struct trace_record r = {.ev = TRACE_FAULT, .what = what, .peer = to};
    node_record(node, now, &r);
    return true;
}

void node_set_loss(struct node *node, gms_time now, uint32_t percent) {
    char what[64];
    if (node->fault.loss_percent == percent)
        return;
    node->fault.loss_percent = percent;
    snprintf(what, sizeof what, "loss %u%%", percent);
    struct trace_record r = {.ev = TRACE_FAULT, .what = what};
    node_record(node, now, &r);
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

void node_keep_cut(struct node *node, const struct address *address) {
    for (uint32_t i = 0; i < node->fault.cut.count; i++) {
        const struct address *cut = address_book_find(&node->book, node->fault.cut.id[i]);
        if (cut && cut->id != address->id && strcmp(cut->name, address->name) == 0) {
            node_cut(node, node->now, address->id, true);
            return;
        }
    }
}

void node_inherit(struct node *node, gms_time now, const struct node *late) {
    node->now = now;
    node_set_loss(node, now, late->fault.loss_percent);
    node->fault.risk = late->fault.risk;
    for (uint32_t i = 0; i < late->fault.cut.count; i++) {
        const struct address *cut = address_book_find(&late->book, late->fault.cut.id[i]);
        if (cut)
            address_book_put(&node->book, cut);
        node_cut(node, now, late->fault.cut.id[i], true);
    }
}
