/* Multicasts and deliveries, one by one: is it what was multicast, once, by a member, in one view, by all? */
#include "gms/check_private.h"

static struct check_witness of_message(const struct check *c, const struct check_message *m,
                                       const struct check_member *a) {
    return (struct check_witness){
        .a = a->id, .a_origin = c->members[m->origin].id, .a_n = m->n, .view = m->view, .count = m->count};
}

static struct check_witness of_record(const struct check_member *a, const struct trace_record *r) {
    return (struct check_witness){.a = a->id,
                                  .a_origin = r->m_origin,
                                  .a_n = r->m_n,
                                  .view = r->view ? r->view : a->view,
                                  .count = r->state.count,
                                  .a_at = check_at(r)};
}

/* -- 9: integrity ---------------------------------------------------------------------------------------- */

static void judge_content(struct check *c, const struct check_message *m, const struct check_member *by,
                          int change, struct check_where at) {
    if (!m->mcast_known || m->mcast_change == change)
        return;
    struct check_witness w = of_message(c, m, by);
    w.b = c->members[m->origin].id;
    w.a_at = at;
    w.b_at = m->mcast_at;
    check_violate(c, CHECK_INTEGRITY, &w);
}

void check_multicast(struct check *c, struct check_member *member, const struct trace_record *r) {
    const uint16_t me = check_index(c, member);
    if (!member->viewed) {
        const struct check_witness w = of_record(member, r);
        check_violate(c, CHECK_INITIAL_VIEW, &w);
    }
    if (r->m_n > member->mcast_n) {
        member->mcast_n = r->m_n;
        member->mcast_t = r->t;
    }
    struct check_message *m = check_message_find(c, me, r->m_n);
    if (r->m_origin != member->id || (!m && r->m_n <= member->forgotten_n) || (m && m->mcast_known))
        return;
    if (!m && !(m = check_message_new(c, me, r->m_n)))
        return;
    m->mcast_known = true;
    m->mcast_change = r->n;
    m->mcast_t = r->t;
    m->mcast_at = check_at(r);
    m->causes_from = member->log_at_mcast;
    m->causes_to = member->log_at_mcast = member->log_count;
    if (m->delivered) { /* by somebody whose records came first */
        judge_content(c, m, &c->members[m->first_by], m->change, m->delivered_at);
        check_causes_late(c, m);
        check_message_settle(c, m);
    }
}

/* -- 11, 13, 16, 17: where it is delivered --------------------------------------------------------------- */

/* A digest of the set of what was delivered in a view, whatever its order. */
static uint64_t digest_of(gms_id origin, uint64_t n) {
    uint64_t x = origin ^ (n * 0x9e3779b97f4a7c15u);
    x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 29) * 0x94d049bb133111ebu;
    return x ^ x >> 32;
}

static void delivered_in_view(struct check *c, struct check_member *member, struct check_message *m,
                              const struct trace_record *r) {
    struct check_view *v = check_view_at(c, member->view_serial);
    const uint32_t view = r->view ? r->view : member->view;
    const uint64_t digest = digest_of(r->m_origin, r->m_n);
    struct check_witness w = of_record(member, r);
    if (view == 0)
        return;
    w.view = view;
    const bool first = m && m->view_serial == 0;
    if (m && !first && m->view != view) {
        m->views_differ = true;
        w.b = w.a;
        w.b_at = w.a_at;
        w.a = c->members[m->first_by].id;
        w.a_at = m->delivered_at;
        check_conflict(c, &(struct check_conflict){.property = CHECK_SAME_VIEW_DELIVERY, .witness = w});
        return;
    }
    if (m && !first && m->view_serial != member->view_serial)
        return; /* another view with the same number */
    member->digest += digest;
    member->digest_count++;
    if (!first)
        return;
    m->view = view;
    m->view_serial = member->view_serial;
    if (!v)
        return;
    v->digest += digest;
    v->digest_count++;
    if (v->left_by > 0) { /* somebody went on to the next view already, without this */
        w.b = c->members[v->left_by - 1].id;
        w.b_at = c->members[v->left_by - 1].view_at;
        check_violate(c, CHECK_UNIFORM_AGREEMENT, &w);
    }
}

static void note_origin_view(struct check_member *origin, const struct check_member *by,
                             const struct trace_record *r) {
    const uint32_t view = r->view ? r->view : by->view;
    if (origin->delivered_view > 0 && origin->delivered_view <= view)
        return;
    origin->delivered_view = view;
    origin->delivered_witness = of_record(by, r);
}

static void delivered_while_blocked(struct check_member *member, const struct trace_record *r) {
    if (!member->blocked || member->owes_view)
        return;
    member->owes_view = true; /* unless it is one of those that end the view: then the view comes next */
    member->blocked_witness = of_record(member, r);
}

/* A record that begins another step: what a blocked member delivered before it did not end the view. */
void check_stepped(struct check *c, struct check_member *member, enum trace_ev ev) {
    if (!member->owes_view ||
        (ev != TRACE_RECV && ev != TRACE_MCAST && ev != TRACE_BLOCK && ev != TRACE_SUSPECT &&
         ev != TRACE_DOWN && ev != TRACE_LEAVE && ev != TRACE_EXIT))
        return;
    member->owes_view = false;
    check_violate(c, CHECK_BLOCKED, &member->blocked_witness);
}

/* -- A delivery ------------------------------------------------------------------------------------------ */

static void judge_own(struct check *c, struct check_member *member, struct check_message *m,
                      const struct trace_record *r) {
    if (r->m_n > member->own_delivered_n)
        member->own_delivered_n = r->m_n;
    if (r->m_n <= member->mcast_n)
        return;
    const struct check_witness w = of_record(member, r);
    check_violate(c, CHECK_INTEGRITY, &w); /* its own, before it multicast it */
    if (m) {
        m->mcast_known = true;
        m->mcast_change = r->n;
    }
}

static void first_or_next(struct check *c, struct check_member *member, struct check_message *m,
                          const struct trace_record *r) {
    const uint16_t me = check_index(c, member);
    judge_content(c, m, member, r->n, check_at(r));
    check_follows(c, member, m, r);
    check_causes(c, member, m, r);
    if (!m->delivered) {
        m->delivered = true;
        m->first_by = me;
        m->change = r->n;
        m->delivered_at = check_at(r);
    }
    check_put(m->delivered_by, me);
    m->delivered_count++;
    if (m->count == 0 && member->has_state && r->n > 0)
        m->count = r->state.count;
}

void check_delivered(struct check *c, struct check_member *member, const struct trace_record *r) {
    const uint16_t me = check_index(c, member);
    struct check_member *origin = check_meet(c, r->m_origin);
    if (!member->viewed) {
        const struct check_witness w = of_record(member, r);
        check_violate(c, CHECK_INITIAL_VIEW, &w);
    }
    delivered_while_blocked(member, r);
    check_seq(c, member, r);
    struct check_message *m = NULL;
    if (!origin) {
        c->uncompared++;
    } else if (check_fifo(c, member, check_index(c, origin), r)) {
        const uint16_t from = check_index(c, origin);
        m = check_message_find(c, from, r->m_n);
        if (!m && r->m_n > origin->forgotten_n)
            m = check_message_new(c, from, r->m_n);
        if (origin == member)
            judge_own(c, member, m, r);
        note_origin_view(origin, member, r);
        delivered_in_view(c, member, m, r);
        if (m)
            first_or_next(c, member, m, r);
        else
            member->previous_serial = 0;
        check_log_delivery(c, me, from, r->m_n);
    }
    check_state_delivered(c, member, r);
    if (m)
        check_message_settle(c, m);
}

/* -- 15: agreement --------------------------------------------------------------------------------------- */

/* Whether a member was correct in the message's view; before the end only whoever went on from it is known.
 */
static bool correct_in(const struct check *c, const struct check_member *member,
                       const struct check_message *m, bool end) {
    return member->view > m->view ||
           (end && member->viewed && !member->crashed && !member->excluded && !member->no_quorum &&
            !check_forgets(c, member) && !check_halted(member));
}

/* It was there from that view on, and neither left before it could have it nor got it with a state. */
static bool owes(const struct check *c, const struct check_member *member, const struct check_message *m,
                 bool end) {
    const bool adopted = member->adopted && m->count > 0 && member->adopted_count >= m->count;
    return member->viewed && member->first_view <= m->view && !adopted && correct_in(c, member, m, end) &&
           !check_may_have(c, member, m) && (member->view > m->view || !member->left);
}

void check_agreement(struct check *c, struct check_message *m, bool end) {
    const struct check_view *v = check_view_at(c, m->view_serial);
    if (m->views_differ && c->survivors_only)
        return; /* 13 says so; and nothing, if only the crashed had delivered it in the first of them */
    const struct check_member *has = NULL, *lacks = NULL;
    for (uint16_t i = 0; v && i < v->member_count; i++) {
        const struct check_member *member = &c->members[v->members[i]];
        if (check_has(m->delivered_by, v->members[i]))
            has = !has && correct_in(c, member, m, end) ? member : has;
        else
            lacks = !lacks && owes(c, member, m, end) ? member : lacks;
    }
    if (!has || !lacks)
        return;
    struct check_witness w = of_message(c, m, has);
    w.b = lacks->id;
    if (check_index(c, has) == m->first_by)
        w.a_at = m->delivered_at;
    check_violate(c, CHECK_AGREEMENT, &w);
}

/* -- The end --------------------------------------------------------------------------------------------- */

void check_multicasts_end(struct check *c) {
    for (struct check_message *m = check_message_first(c); m; m = check_message_next(c, m)) {
        const struct check_member *origin = &c->members[m->origin];
        if (!m->delivered || m->mcast_known || check_early(c, m))
            continue;
        if (!origin->traced && (origin->listed > 0 || c->from_middle)) {
            c->uncompared++; /* a member whose trace is not here */
            continue;
        }
        struct check_witness w = of_message(c, m, &c->members[m->first_by]);
        w.a_at = m->delivered_at;
        check_violate(c, CHECK_INTEGRITY, &w);
    }
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *member = &c->members[i];
        const bool unlisted =
            member->listed == 0 && !c->from_middle; /* else in a view before all that were heard of */
        if (member->delivered_view > 0 && (unlisted || member->listed > member->delivered_view))
            check_violate(c, CHECK_SENDER_MEMBERSHIP, &member->delivered_witness);
        if (member->owes_view && !member->crashed)
            check_violate(c, CHECK_BLOCKED, &member->blocked_witness);
    }
}
