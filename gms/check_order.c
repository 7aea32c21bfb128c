/* Order at one member: one origin's messages, causes before effects, and numbers without a gap. */
#include "gms/check_private.h"

/* 21. A view without a number begins the series anew; a member that showed none yet may begin anywhere. */
void check_seq(struct check *c, struct check_member *member, const struct trace_record *r) {
    const bool numbered = r->seq > 0 || (r->ev == TRACE_DELIVER && member->seq > 0);
    if (numbered && member->seq > 0 && r->seq != member->seq + 1) {
        const struct check_witness w = {.a = member->id,
                                        .view = r->view ? r->view : member->view,
                                        .count = member->seq, /* the number before */
                                        .a_origin = r->m_origin,
                                        .a_n = r->m_n,
                                        .b_n = r->seq,
                                        .a_at = check_at(r)};
        check_violate(c, CHECK_GAP_FREE, &w);
    }
    if (r->seq > 0 || r->ev == TRACE_VIEW)
        member->seq = r->seq;
}

/* 10 and 18. False if the message does not count: delivered before, or after a later one of its origin. */
bool check_fifo(struct check *c, struct check_member *member, uint16_t origin, const struct trace_record *r) {
    const uint16_t me = check_index(c, member);
    uint64_t *last = &c->last_n[me][origin];
    if (r->m_n > *last) {
        *last = r->m_n;
        return true;
    }
    const struct check_message *m = check_message_find(c, origin, r->m_n);
    const bool late = m ? !check_has(m->delivered_by, me) : r->m_n > c->members[origin].forgotten_n;
    const struct check_witness w = {.a = member->id,
                                    .view = r->view ? r->view : member->view,
                                    .count = r->state.count,
                                    .a_origin = r->m_origin,
                                    .a_n = r->m_n,
                                    .b_origin = late ? r->m_origin : GMS_NOBODY,
                                    .b_n = late ? *last : 0,
                                    .a_at = check_at(r)};
    check_violate(c, late ? CHECK_FIFO : CHECK_NO_DUPLICATION, &w);
    return late;
}

/* -- 19: causes come first ------------------------------------------------------------------------------- */

void check_log_delivery(struct check *c, uint16_t by, uint16_t origin, uint64_t n) {
    struct check_member *member = &c->members[by];
    c->log[by][member->log_count % CHECK_LOG_MAX] = (struct check_log){origin, n};
    member->log_count++;
}

static void too_late(struct check *c, uint16_t by, const struct check_log *cause, struct check_where at) {
    const struct check_witness w = {.a = c->members[by].id,
                                    .view = c->members[by].view,
                                    .a_origin = c->members[cause->origin].id,
                                    .a_n = cause->n,
                                    .a_at = at};
    check_violate(c, CHECK_CAUSAL, &w);
}

/* What the origin had delivered between its last multicast and this one; what is before that is a cause of
 * its last multicast already. */
static uint64_t first_cause(const struct check *c, const struct check_message *m) {
    const uint64_t count = c->members[m->origin].log_count;
    const uint64_t kept = count > CHECK_LOG_MAX ? count - CHECK_LOG_MAX : 0;
    return m->causes_from > kept ? m->causes_from : kept;
}

void check_causes(struct check *c, struct check_member *member, struct check_message *m,
                  const struct trace_record *r) {
    const uint16_t me = check_index(c, member);
    const struct check_log this = {m->origin, m->n};
    if (m->n <= c->cause_n[me][m->origin])
        too_late(c, me, &this, check_at(r));
    if (!m->mcast_known || me == m->origin)
        return;
    for (uint64_t i = first_cause(c, m); i < m->causes_to; i++) {
        const struct check_log *cause = &c->log[m->origin][i % CHECK_LOG_MAX];
        if (cause->n > c->cause_n[me][cause->origin])
            c->cause_n[me][cause->origin] = cause->n;
    }
}

/* When a member delivered it, counted in its deliveries; UINT64_MAX if it did not, or too long ago to say. */
static uint64_t when(const struct check *c, uint16_t by, uint16_t origin, uint64_t n) {
    const uint64_t count = c->members[by].log_count;
    for (uint64_t i = count; i-- > 0 && count - i <= CHECK_LOG_MAX;) {
        const struct check_log *entry = &c->log[by][i % CHECK_LOG_MAX];
        if (entry->origin == origin && entry->n == n)
            return i;
    }
    return UINT64_MAX;
}

/* Its origin's records came after those of some that delivered it: look back at what these had done. */
void check_causes_late(struct check *c, struct check_message *m) {
    for (uint32_t by = 0; by < c->member_count; by++) {
        if (!check_has(m->delivered_by, (uint16_t)by) || by == m->origin)
            continue;
        const uint64_t at = when(c, (uint16_t)by, m->origin, m->n);
        for (uint64_t i = first_cause(c, m); i < m->causes_to; i++) {
            const struct check_log *cause = &c->log[m->origin][i % CHECK_LOG_MAX];
            if (c->last_n[by][cause->origin] < cause->n) {
                if (cause->n > c->cause_n[by][cause->origin])
                    c->cause_n[by][cause->origin] = cause->n;
                continue;
            }
            const uint64_t cause_at = when(c, (uint16_t)by, cause->origin, cause->n);
            if (cause_at != UINT64_MAX && at != UINT64_MAX && cause_at > at)
                too_late(c, (uint16_t)by, cause, (struct check_where){0, 0});
        }
    }
}
