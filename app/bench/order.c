/* See order.h. */
#include "app/bench/order.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void order_init(struct order *o, uint32_t origins) {
    memset(o, 0, sizeof *o);
    o->origins = origins;
    o->sum.hash = 0xcbf29ce484222325u;
}

static void note(struct order *o, enum order_flaw flaw, uint32_t origin, uint64_t n) {
    if (o->sum.flaw != ORDER_NONE)
        return;
    o->sum.flaw = flaw;
    o->sum.origin = origin;
    o->sum.expected = origin < o->origins ? o->last[origin] + 1 : 0;
    o->sum.got = n;
}

void order_take(struct order *o, uint32_t origin, uint64_t n) {
    const uint64_t mark = (uint64_t)origin << 48 ^ n;
    o->sum.count++;
    o->sum.hash = ((o->sum.hash << 7 | o->sum.hash >> 57) ^ mark) * 0x9e3779b97f4a7c15u;
    if (origin >= o->origins) {
        note(o, ORDER_UNKNOWN, origin, n);
        return;
    }
    if (n != o->last[origin] + 1)
        note(o, n > o->last[origin] ? ORDER_GAP : ORDER_REPEAT, origin, n);
    if (n > o->last[origin])
        o->last[origin] = n;
}

static void tell_flaw(const struct order_sum *s, uint32_t who, char *text, size_t size) {
    const char *what = "";
    switch (s->flaw) {
    case ORDER_NONE: break;
    case ORDER_GAP: what = "instead"; break;
    case ORDER_REPEAT: what = "again"; break;
    case ORDER_UNKNOWN: what = "which nobody multicast"; break;
    }
    snprintf(text, size,
             "w%" PRIu32 " was delivered number %" PRIu64 " of w%" PRIu32 " %s, where %" PRIu64 " was due",
             who + 1, s->got, s->origin + 1, what, s->expected);
}

bool order_agree(const struct order_sum *sums, uint32_t count, uint64_t total, char *text, size_t size) {
    for (uint32_t i = 0; i < count; i++) {
        if (sums[i].flaw != ORDER_NONE) {
            tell_flaw(&sums[i], i, text, size);
            return false;
        }
        if (sums[i].count != total) {
            snprintf(text, size, "w%" PRIu32 " was delivered %" PRIu64 " of %" PRIu64 " messages", i + 1,
                     sums[i].count, total);
            return false;
        }
        if (sums[i].hash != sums[0].hash) {
            snprintf(text, size, "w%" PRIu32 " was delivered the same as w1 in another order", i + 1);
            return false;
        }
    }
    return true;
}
