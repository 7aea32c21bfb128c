/* The workers' state: each follows from the one before (22), an adopted one is the group's (23), and at one
 * count all have the same history (20, position by position).
 *
 * A group that lost its state starts afresh and counts from nothing again: that is another epoch, named after
 * who said so. A ring of positions is what members are compared by. */
#include "gms/check_private.h"

/* A colour that does not follow is 22; where a state was adopted it must be the whole one. */
static bool same_answer(const struct check_answer *a, const struct check_answer *b) {
    if (a->m_origin == GMS_NOBODY || b->m_origin == GMS_NOBODY)
        return trace_state_equal(&a->state, &b->state);
    return a->state.hash == b->state.hash && a->m_origin == b->m_origin && a->m_n == b->m_n;
}

/* Two members differ; that counts unless one turns out to have crashed, so all pairs are told. */
static void differ(struct check *c, const struct check_answer *a, const struct check_answer *b,
                   uint64_t count) {
    const bool found = a->found || b->found;
    const bool adopted = (a->m_origin == GMS_NOBODY || b->m_origin == GMS_NOBODY) && !found;
    if (adopted && a->m_origin != GMS_NOBODY) { /* who adopted comes first */
        const struct check_answer *swap = a;
        a = b;
        b = swap;
    }
    const struct check_conflict conflict = {.property = adopted ? CHECK_STATE_TRANSFER : CHECK_TOTAL_ORDER,
                                            .witness = {.a = a->by,
                                                        .b = b->by,
                                                        .count = count,
                                                        .a_origin = found ? GMS_NOBODY : a->m_origin,
                                                        .b_origin = found ? GMS_NOBODY : b->m_origin,
                                                        .a_n = found ? 0 : a->m_n,
                                                        .b_n = found ? 0 : b->m_n,
                                                        .a_at = a->at,
                                                        .b_at = b->at}};
    check_conflict(c, &conflict);
}

/* The same count of one epoch must mean the same change and the same history for everybody. */
static void compare(struct check *c, const struct check_member *m, const struct trace_record *r,
                    gms_id origin) {
    const uint64_t count = r->state.count;
    struct check_position *p = &c->positions[(count + m->epoch * 0x9e3779b97f4a7c15u) % CHECK_POSITIONS_MAX];
    const struct check_answer answer = {.by = m->id,
                                        .also = m->id,
                                        .m_origin = origin,
                                        .m_n = r->m_n,
                                        .found = r->here,
                                        .state = r->state,
                                        .at = check_at(r)};
    if (count == 0)
        return;
    if (count > c->delivered)
        c->delivered = count;
    const bool taken = p->stamp == c->stamp;
    if (taken && (p->count > count || (p->count == count && p->epoch != m->epoch))) {
        c->uncompared++;
        return;
    }
    if (!taken || p->count < count) {
        *p = (struct check_position){c->stamp, 1, count, m->epoch, {answer}};
        return;
    }
    bool known = false;
    for (uint32_t i = 0; i < p->answer_count; i++) {
        struct check_answer *other = &p->answers[i], last = *other;
        last.by = other->also;
        if (same_answer(other, &answer)) {
            known = true;
            other->also = m->id;
            if (other->m_origin == GMS_NOBODY)
                *other = answer;
            continue;
        }
        differ(c, other, &answer, count);
        if (other->also != other->by)
            differ(c, &last, &answer, count);
    }
    if (!known && p->answer_count < sizeof p->answers / sizeof p->answers[0])
        p->answers[p->answer_count++] = answer;
}

void check_state_founded(struct check_member *m) {
    m->has_state = true;
}

void check_state_delivered(struct check *c, struct check_member *m, const struct trace_record *r) {
    m->state_at = check_at(r);
    if (m->has_state && r->n > 0)
        trace_state_apply(&m->state, r->m_origin, r->m_n, r->n);
    if (!trace_state_equal(&m->state, &r->state)) {
        const struct check_witness w = {.a = m->id,
                                        .view = m->view,
                                        .count = r->state.count,
                                        .a_origin = r->m_origin,
                                        .a_n = r->m_n,
                                        .a_at = check_at(r)};
        check_violate(c, CHECK_COLOR, &w);
        m->state = r->state; /* go on from what it says, so that one slip is told once */
    }
    if (m->has_state && r->n > 0)
        compare(c, m, r, r->m_origin);
}

void check_state_adopted(struct check *c, struct check_member *m, const struct trace_record *r) {
    struct trace_state first;
    trace_state_init(&first);
    const struct check_member *from = r->peer == m->id ? m : check_member_of(c, r->peer);
    m->has_state = true;
    m->state = r->state;
    m->state_at = check_at(r);
    m->adopted = true;
    m->adopted_count = r->state.count;
    if (r->why) /* nobody had it any more: a new epoch, named after who said so */
        m->epoch = r->peer;
    else if (from && r->peer != GMS_NOBODY)
        m->epoch = from->epoch;
    compare(c, m, r, GMS_NOBODY);
    if (r->state.count == 0 && !trace_state_equal(&r->state, &first)) {
        const struct check_witness w = {.a = m->id, .b = r->peer, .view = m->view, .a_at = check_at(r)};
        check_violate(c, CHECK_STATE_TRANSFER, &w);
    }
}

/* What it shows now; when it began to differ from others, if it does, is not known. */
void check_state_found(struct check *c, struct check_member *m, const struct trace_record *r) {
    m->has_state = m->adopted = true;
    m->state = r->state;
    m->state_at = check_at(r);
    m->adopted_count = r->state.count;
    compare(c, m, r, GMS_NOBODY);
}
