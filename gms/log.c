/* Bounded copies. Only the used part of a content is touched: a slot costs what its message weighs. */
#include "gms/log.h"

#include <assert.h>
#include <string.h>

void gms_keep(struct gms_copy *copy, const struct gms_message *m) {
    copy->message = *m;
    copy->message.body = NULL;
    copy->message.members = NULL;
    if (m->type == GMS_VIEW) {
        assert(m->member_count <= GMS_MEMBERS_MAX);
        memcpy(copy->content.members, m->members, m->member_count * sizeof(gms_id));
    } else if (m->body_size > 0) {
        assert(m->body_size <= GMS_BODY_SIZE_MAX);
        memcpy(copy->content.body, m->body, m->body_size);
    }
}

struct gms_message gms_kept(const struct gms_copy *copy) {
    struct gms_message m = copy->message;
    if (m.type == GMS_VIEW)
        m.members = copy->content.members;
    else
        m.body = copy->content.body;
    return m;
}

void gms_forget(struct gms_copy *copy) {
    const struct gms_message *m = &copy->message;
    memset(&copy->content, 0, m->type == GMS_VIEW ? m->member_count * sizeof(gms_id) : m->body_size);
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
