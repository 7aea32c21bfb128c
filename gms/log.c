/* Bounded copies. Only the used part of a content is touched: a slot costs what its message weighs. */
#include "gms/log.h"

#include <assert.h>
#include <string.h>

void gms_keep(struct gms_copy *copy, const struct gms_message *m) {
    copy->message = *m;
    copy->message.body = NULL;
    copy->message.members = NULL;
    copy->message.counts = NULL;
    copy->has_counts = m->type == GMS_VIEW && m->counts;
    if (m->type == GMS_VIEW) {
        assert(m->member_count <= GMS_MEMBERS_MAX);
        memcpy(copy->content.view.members, m->members, m->member_count * sizeof(gms_id));
        if (m->counts)
            memcpy(copy->content.view.counts, m->counts, m->member_count * sizeof(uint64_t));
    } else if (m->body_size > 0) {
        assert(m->body_size <= GMS_BODY_SIZE_MAX);
        memcpy(copy->content.body, m->body, m->body_size);
    }
}

struct gms_message gms_kept(const struct gms_copy *copy) {
    struct gms_message m = copy->message;
    if (m.type == GMS_VIEW)
        m.members = copy->content.view.members;
    else
        m.body = copy->content.body;
    if (copy->has_counts)
        m.counts = copy->content.view.counts;
    return m;
}

void gms_forget(struct gms_copy *copy) {
    const struct gms_message *m = &copy->message;
    if (m->type == GMS_VIEW) {
        memset(copy->content.view.members, 0, m->member_count * sizeof(gms_id));
        memset(copy->content.view.counts, 0, m->member_count * sizeof(uint64_t));
    } else {
        memset(copy->content.body, 0, m->body_size);
    }
    copy->has_counts = false;
    memset(&copy->message, 0, sizeof copy->message);
}

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

bool gms_pending_put(struct gms_pending *pending, const struct gms_message *request) {
    if (pending->count == GMS_PENDING_MAX)
        return false;
    gms_keep(&pending->copy[pending->count++], request);
    return true;
}

void gms_pending_done(struct gms_pending *pending, uint64_t n) {
    uint32_t done = 0;
    while (done < pending->count && pending->copy[done].message.n <= n)
        done++;
    if (done == 0)
        return;
    for (uint32_t i = done; i < pending->count; i++) {
        gms_forget(&pending->copy[i - done]);
        copy_over(&pending->copy[i - done], &pending->copy[i]);
    }
    for (uint32_t i = pending->count - done; i < pending->count; i++)
        gms_forget(&pending->copy[i]);
    pending->count -= done;
}

void gms_history_put(struct gms_history *history, const struct gms_message *m) {
    assert(m->seq > 0);
    struct gms_copy *copy = &history->copy[m->seq % GMS_HISTORY_MAX];
    gms_forget(copy);
    gms_keep(copy, m);
    copy->message.x = 0; /* the mark was that of one transmission */
}

bool gms_history_get(const struct gms_history *history, uint64_t seq, struct gms_message *m) {
    const struct gms_copy *copy = &history->copy[seq % GMS_HISTORY_MAX];
    if (seq == 0 || copy->message.seq != seq)
        return false;
    *m = gms_kept(copy);
    return true;
}

void gms_history_forget(struct gms_history *history, uint64_t seq) {
    struct gms_copy *copy = &history->copy[seq % GMS_HISTORY_MAX];
    if (seq != 0 && copy->message.seq == seq)
        gms_forget(copy);
}
