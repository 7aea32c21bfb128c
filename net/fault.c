/* A broadcast is the run of sends of one MSG; the leader's own delivery ends it. */
#include "net/fault.h"

#include <assert.h>
#include <string.h>

void fault_init(struct fault *f, uint64_t seed) {
    memset(f, 0, sizeof *f);
    gms_rng_seed(&f->rng, seed);
}

bool fault_is_idle(const struct fault *f) {
    return f->lose_count == 0 && f->loss_percent == 0 && f->risk == 0 && !f->crash_armed && !f->crash_async &&
           f->cut.count == 0;
}

bool fault_lose(struct fault *f, gms_id to, uint32_t count) {
    assert(count > 0);
    for (uint32_t i = 0; i < f->lose_count; i++) {
        if (f->lose[i].to == to) {
            f->lose[i].left += count;
            return true;
        }
    }
    if (f->lose_count == NET_LOSE_MAX)
        return false;
    f->lose[f->lose_count].to = to;
    f->lose[f->lose_count].left = count;
    f->lose_count++;
    return true;
}

bool fault_cut(struct fault *f, gms_id to, bool cut) {
    if (gms_ids_have(&f->cut, to) == cut)
        return false;
    if (cut)
        gms_ids_add(&f->cut, to);
    else
        gms_ids_remove(&f->cut, to);
    return true;
}

void fault_arm_async(struct fault *f, const gms_id *keeps, uint32_t count) {
    f->crash_async = true;
    f->broadcast_sends = 0;
    memset(&f->keeps, 0, sizeof f->keeps);
    memset(&f->vanished, 0, sizeof f->vanished);
    for (uint32_t i = 0; i < count; i++)
        gms_ids_add(&f->keeps, keeps[i]);
}

static bool lose_one(struct fault *f, gms_id to) {
    for (uint32_t i = 0; i < f->lose_count; i++) {
        if (f->lose[i].to != to && f->lose[i].to != GMS_NOBODY)
            continue;
        if (--f->lose[i].left == 0)
            f->lose[i] = f->lose[--f->lose_count];
        return true;
    }
    return false;
}

enum fault_verdict fault_on_send(struct fault *f, gms_id to, enum gms_type type, const char **why) {
    if (type == GMS_VIEW)
        f->broadcast_sends = 0; /* what was re-sent before it is complete */
    const bool broadcast = type == GMS_MSG || type == GMS_VIEW;
    if (broadcast && f->risk > 0 && gms_rng_below(&f->rng, f->risk) == 0)
        return FAULT_CRASH;
    if (type == GMS_MSG && f->crash_armed && f->broadcast_sends++ == f->crash_after)
        return FAULT_CRASH;
    if (type == GMS_MSG && f->crash_async) {
        f->broadcast_sends++;
        if (gms_ids_have(&f->keeps, to))
            return FAULT_PASS;
        if (gms_ids_have(&f->vanished, to))
            return FAULT_CRASH; /* it waits for an answer that can't come: who is dead sends nothing again */
        gms_ids_add(&f->vanished, to);
        return FAULT_VANISH;
    }
    if (gms_ids_have(&f->cut, to)) {
        *why = "cut link";
        return FAULT_LOSE;
    }
    if (type != GMS_HEARTBEAT && lose_one(f, to)) { /* who asks for a loss means one that matters */
        *why = "lost on demand";
        return FAULT_LOSE;
    }
    if (f->loss_percent > 0 && gms_rng_below(&f->rng, 100) < f->loss_percent) {
        *why = "lost by chance";
        return FAULT_LOSE;
    }
    return FAULT_PASS;
}

enum fault_verdict fault_on_deliver(struct fault *f) {
    const bool mid_broadcast = (f->crash_armed || f->crash_async) && f->broadcast_sends > 0;
    f->broadcast_sends = 0;
    return mid_broadcast ? FAULT_CRASH : FAULT_PASS;
}
