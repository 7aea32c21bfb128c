/* Bounded copies. Only the used part of a content is touched: a slot costs what its message weighs. */
#include "gms/log.h"

#include <assert.h>
#include <string.h>

/* -- Contents -------------------------------------------------------------------------------------------- */

static void fill(union gms_content *content, const struct gms_message *m) {
    if (m->type == GMS_VIEW) {
        assert(m->member_count <= GMS_MEMBERS_MAX);
        memcpy(content->view.members, m->members, m->member_count * sizeof(gms_id));
        if (m->counts)
            memcpy(content->view.counts, m->counts, m->member_count * sizeof(uint64_t));
    } else if (m->body_size > 0) {
        assert(m->body_size <= GMS_BODY_SIZE_MAX);
        memcpy(content->body, m->body, m->body_size);
    }
}

static void empty(union gms_content *content, const struct gms_message *m) {
    if (m->type == GMS_VIEW) {
        memset(content->view.members, 0, m->member_count * sizeof(gms_id));
        memset(content->view.counts, 0, m->member_count * sizeof(uint64_t));
    } else {
        memset(content->body, 0, m->body_size);
    }
}

/* A message keeps no pointers. */
static void put_by(struct gms_message *kept, bool *has_counts, const struct gms_message *m) {
    *kept = *m;
    kept->body = NULL;
    kept->members = NULL;
    kept->counts = NULL;
    *has_counts = m->type == GMS_VIEW && m->counts;
}

static void borrow(struct gms_message *m, const union gms_content *content, bool has_counts) {
    if (m->type == GMS_VIEW)
        m->members = content->view.members;
    else
        m->body = content->body;
    if (has_counts)
        m->counts = content->view.counts;
}

/* -- One copy -------------------------------------------------------------------------------------------- */

void gms_keep(struct gms_copy *copy, const struct gms_message *m) {
    put_by(&copy->message, &copy->has_counts, m);
    fill(&copy->content, m);
}

struct gms_message gms_kept(const struct gms_copy *copy) {
    struct gms_message m = copy->message;
    borrow(&m, &copy->content, copy->has_counts);
    return m;
}

void gms_forget(struct gms_copy *copy) {
    empty(&copy->content, &copy->message);
    copy->has_counts = false;
    memset(&copy->message, 0, sizeof copy->message);
}

/* -- One of many ----------------------------------------------------------------------------------------- */

static bool is_short(const struct gms_message *m) {
    return m->type != GMS_VIEW && m->body_size <= GMS_SHORT_SIZE_MAX;
}

static void slot_keep(struct gms_slot *slot, union gms_content *shelf, const struct gms_message *m) {
    put_by(&slot->message, &slot->has_counts, m);
    if (!is_short(m))
        fill(shelf, m);
    else if (m->body_size > 0)
        memcpy(slot->body, m->body, m->body_size);
}

static void slot_get(const struct gms_slot *slot, const union gms_content *shelf, struct gms_message *m) {
    *m = slot->message;
    if (is_short(m))
        m->body = slot->body;
    else
        borrow(m, shelf, slot->has_counts);
}

static void slot_forget(struct gms_slot *slot, union gms_content *shelf) {
    if (!is_short(&slot->message))
        empty(shelf, &slot->message);
    memset(slot, 0, sizeof *slot);
}

/* -- Hold-back ------------------------------------------------------------------------------------------- */

static void copy_over(struct gms_copy *to, const struct gms_copy *from) {
    const struct gms_message m = gms_kept(from);
    gms_keep(to, &m);
}

bool gms_hold_put(struct gms_hold *hold, gms_id from, const struct gms_message *m) {
    if (hold->count == GMS_HOLD_MAX)
        return false;
    hold->from[hold->count] = from;
    gms_keep(&hold->copy[hold->count], m);
    hold->count++;
    return true;
}

bool gms_hold_take(struct gms_hold *hold, gms_id from, struct gms_copy *taken) {
    for (uint32_t i = 0; i < hold->count; i++) {
        if (hold->from[i] != from)
            continue;
        copy_over(taken, &hold->copy[i]);
        for (uint32_t j = i + 1; j < hold->count; j++) {
            hold->from[j - 1] = hold->from[j];
            gms_forget(&hold->copy[j - 1]);
            copy_over(&hold->copy[j - 1], &hold->copy[j]);
        }
        hold->count--;
        hold->from[hold->count] = GMS_NOBODY;
        gms_forget(&hold->copy[hold->count]);
        return true;
    }
    return false;
}

void gms_hold_clear(struct gms_hold *hold) {
    for (uint32_t i = 0; i < GMS_HOLD_MAX; i++) {
        if (hold->copy[i].message.type != 0)
            gms_forget(&hold->copy[i]);
    }
}

/* -- A member's own -------------------------------------------------------------------------------------- */

bool gms_pending_put(struct gms_pending *pending, const struct gms_message *request) {
    const uint64_t at = request->n % GMS_PENDING_MAX;
    if (pending->count == GMS_PENDING_MAX)
        return false;
    assert(pending->count == 0 || request->n == pending->first + pending->count);
    if (pending->count++ == 0)
        pending->first = request->n;
    slot_keep(&pending->slot[at], &pending->shelf[at], request);
    return true;
}

void gms_pending_done(struct gms_pending *pending, uint64_t n) {
    for (; pending->count > 0 && pending->first <= n; pending->count--) {
        const uint64_t at = pending->first++ % GMS_PENDING_MAX;
        slot_forget(&pending->slot[at], &pending->shelf[at]);
    }
    if (pending->count == 0)
        pending->first = 0;
}

struct gms_message gms_pending_at(const struct gms_pending *pending, uint32_t i) {
    const uint64_t at = (pending->first + i) % GMS_PENDING_MAX;
    struct gms_message m;
    assert(i < pending->count);
    slot_get(&pending->slot[at], &pending->shelf[at], &m);
    return m;
}

void gms_pending_clear(struct gms_pending *pending) {
    gms_pending_done(pending, UINT64_MAX);
}

/* -- The group's history --------------------------------------------------------------------------------- */

void gms_history_put(struct gms_history *history, const struct gms_message *m) {
    const uint64_t at = m->seq % GMS_HISTORY_MAX;
    struct gms_slot *slot = &history->slot[at];
    assert(m->seq > 0);
    if (slot->message.type != 0)
        slot_forget(slot, &history->shelf[at]);
    slot_keep(slot, &history->shelf[at], m);
    slot->message.x = 0; /* the mark was that of one transmission */
    history->top = m->seq > history->top ? m->seq : history->top;
}

bool gms_history_have(const struct gms_history *history, uint64_t seq) {
    return seq != 0 && history->slot[seq % GMS_HISTORY_MAX].message.seq == seq;
}

bool gms_history_get(const struct gms_history *history, uint64_t seq, struct gms_message *m) {
    const uint64_t at = seq % GMS_HISTORY_MAX;
    if (!gms_history_have(history, seq))
        return false;
    slot_get(&history->slot[at], &history->shelf[at], m);
    return true;
}

void gms_history_forget_after(struct gms_history *history, uint64_t seq) {
    for (uint64_t gone = history->top; gone > seq && gone + GMS_HISTORY_MAX > history->top; gone--) {
        const uint64_t at = gone % GMS_HISTORY_MAX;
        if (gms_history_have(history, gone))
            slot_forget(&history->slot[at], &history->shelf[at]);
    }
    history->top = seq < history->top ? seq : history->top;
}

void gms_history_clear(struct gms_history *history) {
    gms_history_forget_after(history, 0);
}
