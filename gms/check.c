/* One pass, constant memory: a ring of positions is what members are compared by. */
#include "gms/check.h"

#include <string.h>

void check_init(struct check *c) {
    memset(c, 0, sizeof *c);
}

static void violate(struct check *c, enum check_property property, const struct check_witness *witness) {
    if (c->violated[property])
        return; /* the first witness is the smallest prefix that shows it */
    c->violated[property] = true;
    c->witness[property] = *witness;
}

static struct check_member *member(struct check *c, gms_id id) {
    for (uint32_t i = c->member_count; i-- > 0;) {
        if (c->members[i].id == id)
            return &c->members[i];
    }
    if (c->member_count == CHECK_MEMBERS_MAX || id == GMS_NOBODY)
        return NULL;
    struct check_member *m = &c->members[c->member_count++];
    memset(m, 0, sizeof *m);
    m->id = id;
    trace_state_init(&m->state);
    return m;
}

/* Two members differ; that counts unless the one that is compared with turns out to have crashed. */
static void conflict(struct check *c, enum check_property property, const struct check_witness *witness) {
    if (c->conflict_count < CHECK_CONFLICTS_MAX)
        c->conflicts[c->conflict_count++] = (struct check_conflict){property, *witness};
}

static bool crashed(const struct check *c, gms_id id) {
    for (uint32_t i = c->member_count; i-- > 0;) {
        if (c->members[i].id == id)
            return c->members[i].crashed;
    }
    return false;
}

/* The first conflict that is not about what only a crashed member had delivered, NULL if there is none. Who
 * adopted a wrong state (always `a`) did so even if it crashed. */
static const struct check_conflict *find_conflict(const struct check *c, enum check_property property) {
    for (uint32_t i = 0; i < c->conflict_count; i++) {
        const struct check_conflict *f = &c->conflicts[i];
        if (f->property == property && !crashed(c, f->witness.b) &&
            (property == CHECK_STATE_TRANSFER || !crashed(c, f->witness.a)))
            return f;
    }
    return NULL;
}

/* The same count of one epoch must mean the same change and the same history for everybody. */
static void compare(struct check *c, const struct check_member *m, const struct trace_record *r,
                    gms_id origin) {
    const uint64_t count = r->state.count;
    struct check_position *p = &c->positions[(count + m->epoch * 0x9e3779b97f4a7c15u) % CHECK_POSITIONS_MAX];
    if (count == 0)
        return;
    if (count > c->delivered)
        c->delivered = count;
    if (p->count > count || (p->count == count && p->epoch != m->epoch)) {
        c->uncompared++;
        return;
    }
    if (p->count < count) {
        *p = (struct check_position){count, m->epoch, m->id, origin, r->m_n, r->state.hash};
        return;
    }
    const bool adopted = origin == GMS_NOBODY || p->m_origin == GMS_NOBODY;
    if (p->hash != r->state.hash || (!adopted && (p->m_origin != origin || p->m_n != r->m_n))) {
        struct check_witness w = {p->by, m->id, count, p->m_origin, origin, p->m_n, r->m_n};
        if (adopted && origin == GMS_NOBODY) { /* who adopted comes first */
            w.a = m->id;
            w.b = p->by;
        }
        if (crashed(c, p->by))
            *p = (struct check_position){count, m->epoch, m->id, origin, r->m_n, r->state.hash};
        else
            conflict(c, adopted ? CHECK_STATE_TRANSFER : CHECK_TOTAL_ORDER, &w);
    } else if (p->m_origin == GMS_NOBODY) {
        p->m_origin = origin;
        p->m_n = r->m_n;
    }
}

static void deliver(struct check *c, struct check_member *m, const struct trace_record *r) {
    if (r->m_origin == m->id)
        m->own_delivered_n = r->m_n;
    if (m->has_state && r->n > 0)
        trace_state_apply(&m->state, r->m_origin, r->m_n, r->n);
    if (!trace_state_equal(&m->state, &r->state)) {
        const struct check_witness w = {m->id, GMS_NOBODY, r->state.count, r->m_origin, 0, r->m_n, 0};
        violate(c, CHECK_COLOR, &w);
        m->state = r->state; /* go on from what it says, so that one slip is told once */
    }
    if (m->has_state && r->n > 0)
        compare(c, m, r, r->m_origin);
}

static void adopt(struct check *c, struct check_member *m, const struct trace_record *r) {
    const struct check_member *from = r->peer == m->id ? m : member(c, r->peer);
    m->has_state = true;
    m->state = r->state;
    if (r->why) /* nobody had it any more: a new epoch, named after who said so */
        m->epoch = r->peer;
    else if (from)
        m->epoch = from->epoch;
    compare(c, m, r, GMS_NOBODY);
}

static void view(struct check_member *m) {
    if (!m->viewed && !m->joined)
        m->has_state = true; /* the founder */
    m->viewed = true;
}

static void disturb(struct check *c, const struct trace_record *r) {
    if (r->t > c->disturbed_t)
        c->disturbed_t = r->t;
}

void check_feed(struct check *c, const struct trace_record *r) {
    c->records++;
    struct check_member *m = member(c, r->ev == TRACE_CRASH ? r->peer : r->id);
    if (!m)
        return;
    switch (r->ev) {
    case TRACE_JOIN: m->joined = true; break;
    case TRACE_VIEW:
        disturb(c, r);
        view(m);
        break;
    case TRACE_MCAST:
        m->mcast_n = r->m_n;
        m->mcast_t = r->t;
        break;
    case TRACE_DELIVER: deliver(c, m, r); break;
    case TRACE_STATE: adopt(c, m, r); break;
    case TRACE_FREEZE: m->frozen = true; break;
    case TRACE_CRASH:
        m->crashed = true;
        disturb(c, r);
        break;
    case TRACE_LEAVE: m->left = true; break;
    case TRACE_DOWN:
    case TRACE_FAULT:
    case TRACE_LOSE:
    case TRACE_SUSPECT:
    case TRACE_HANG:
    case TRACE_RESUME: disturb(c, r); break;
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_DROP:
    case TRACE_LEAD:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
    case TRACE_EXIT:
    case TRACE_EVS: break;
    }
}

static bool counts_at_end(const struct check_member *m) {
    return m->viewed && !m->crashed && !m->left && !m->frozen;
}

void check_end(struct check *c) {
    for (int p = 0; p < CHECK_PROPERTIES; p++) {
        const struct check_conflict *found = find_conflict(c, (enum check_property)p);
        if (found)
            violate(c, (enum check_property)p, &found->witness);
    }
    const struct check_member *first = NULL;
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        if (!counts_at_end(m))
            continue;
        if (!first)
            first = m;
        else if (!trace_state_equal(&first->state, &m->state)) {
            const struct check_witness w = {first->id, m->id, first->state.count, 0, 0, 0, 0};
            violate(c, CHECK_CONVERGENCE, &w);
        }
        if (m->mcast_t > c->disturbed_t && m->own_delivered_n < m->mcast_n) {
            const struct check_witness w = {m->id, GMS_NOBODY, m->state.count, m->id, 0, m->mcast_n, 0};
            violate(c, CHECK_PROGRESS, &w);
        }
    }
}

enum check_verdict check_property(const struct check *c, enum check_property property) {
    return c->violated[property] || find_conflict(c, property) ? CHECK_VIOLATED : CHECK_HOLDS;
}

enum check_verdict check_overall(const struct check *c) {
    for (int p = 0; p < CHECK_PROPERTIES; p++) {
        if (p != CHECK_PROGRESS && check_property(c, (enum check_property)p) == CHECK_VIOLATED)
            return CHECK_VIOLATED;
    }
    bool halted = c->violated[CHECK_PROGRESS];
    for (uint32_t i = 0; i < c->member_count; i++)
        halted = halted || (c->members[i].frozen && !c->members[i].crashed);
    return halted ? CHECK_HALTED : CHECK_HOLDS;
}

const char *check_property_name(enum check_property property) {
    switch (property) {
    case CHECK_TOTAL_ORDER: return "total order";
    case CHECK_COLOR: return "colour";
    case CHECK_STATE_TRANSFER: return "state transfer";
    case CHECK_CONVERGENCE: return "convergence";
    case CHECK_PROGRESS: return "progress";
    case CHECK_PROPERTIES: break;
    }
    return NULL;
}
