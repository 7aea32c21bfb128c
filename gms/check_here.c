/* A run that is heard from its middle on: each member says where it is when somebody begins to listen to it,
 * and again when some of its records were lost. From there on it is judged like any other.
 *
 * Members are not found all at once, so there is no cut through the run. What is left out is told message by
 * message: whoever may have delivered it before it was found does not owe it.
 */
#include "gms/check_private.h"

/* As well as clocks of different machines are known to agree. */
#define MARGIN ((gms_time)20 * 1000000)

bool check_early(const struct check *c, const struct check_message *m) {
    const struct check_member *origin = &c->members[m->origin];
    return origin->lost || (origin->found && m->n <= origin->found_n);
}

bool check_may_have(const struct check *c, const struct check_member *member, const struct check_message *m) {
    if (!member->traced && c->from_middle)
        return true; /* gone before anybody listened, or not found yet */
    if (!member->found)
        return false;
    return member->lost || !m->mcast_known || check_early(c, m) || m->mcast_t <= member->found_t + MARGIN;
}

static void found_in_view(struct check *c, struct check_member *m, const struct trace_record *r) {
    c->from_middle = m->found = true;
    m->lost = false;
    m->found_t = r->t;
    if (r->m_origin == m->id && r->m_n > m->mcast_n)
        m->mcast_n = r->m_n;
    m->found_n = m->mcast_n;
    m->seq = m->previous_serial = 0;
    m->frozen = m->excluded = m->left = false;
    check_view_found(c, m, r);
}

void check_found(struct check *c, struct check_member *m, const struct trace_record *r) {
    if (r->ev == TRACE_VIEW)
        found_in_view(c, m, r);
    else if (r->ev == TRACE_STATE)
        check_state_found(c, m, r);
    else if (r->ev == TRACE_EXIT || r->ev == TRACE_FAULT)
        check_lose(c, m->id); /* what it did before, or does from now on, is not known */
    check_messages_settle(c); /* some may have been waited for in vain */
}

void check_lose(struct check *c, gms_id id) {
    struct check_member *m = check_meet(c, id);
    if (!m)
        return;
    c->from_middle = m->found = m->lost = true;
    m->found_in = m->view_serial;
    m->owes_view = false;
    check_messages_settle(c);
}
