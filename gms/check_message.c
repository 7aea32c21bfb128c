/* The table of multicasts that are not stable: known of, and not yet delivered by everybody in the view of
 * their first delivery that is alive. What is stable leaves the table, but only after what was delivered
 * before it: then no later record can contradict the orders in which it was delivered. */
#include "gms/check_private.h"

#include <string.h>

#define BUCKETS (2 * CHECK_MESSAGES_MAX)

bool check_has(const uint64_t *set, uint16_t member) {
    return set[member / 64] >> member % 64 & 1;
}

void check_put(uint64_t *set, uint16_t member) {
    set[member / 64] |= (uint64_t)1 << member % 64;
}

uint32_t check_message_slot(const struct check *c, const struct check_message *m) {
    return (uint32_t)(m - c->messages);
}

static uint32_t bucket_of(uint16_t origin, uint64_t n) {
    return (uint32_t)(((n * CHECK_MEMBERS_MAX + origin) * 0x9e3779b97f4a7c15u) >> 32) % BUCKETS;
}

struct check_message *check_message_find(struct check *c, uint16_t origin, uint64_t n) {
    const uint32_t bucket = bucket_of(origin, n);
    uint32_t next = c->buckets[bucket].stamp == c->stamp ? c->buckets[bucket].head : 0;
    while (next > 0) {
        struct check_message *m = &c->messages[next - 1];
        if (m->origin == origin && m->n == n)
            return m;
        next = m->bucket_next;
    }
    return NULL;
}

struct check_message *check_message_first(struct check *c) {
    return c->message_oldest > 0 ? &c->messages[c->message_oldest - 1] : NULL;
}

struct check_message *check_message_next(struct check *c, const struct check_message *m) {
    return m->newer > 0 ? &c->messages[m->newer - 1] : NULL;
}

/* -- Forgetting ------------------------------------------------------------------------------------------ */

static void leave_bucket(struct check *c, const struct check_message *m) {
    uint32_t *link = &c->buckets[bucket_of(m->origin, m->n)].head;
    while (&c->messages[*link - 1] != m)
        link = &c->messages[*link - 1].bucket_next;
    *link = m->bucket_next;
}

static void leave_ages(struct check *c, const struct check_message *m) {
    uint32_t *before = m->older > 0 ? &c->messages[m->older - 1].newer : &c->message_oldest;
    uint32_t *after = m->newer > 0 ? &c->messages[m->newer - 1].older : &c->message_newest;
    *before = m->newer;
    *after = m->older;
}

static void forget(struct check *c, struct check_message *m) {
    struct check_member *origin = &c->members[m->origin];
    if (m->n > origin->forgotten_n)
        origin->forgotten_n = m->n;
    check_graph_forget(c, m);
    check_notes_forget(c, m);
    leave_bucket(c, m);
    leave_ages(c, m);
    m->serial = 0;
    m->bucket_next = c->message_free;
    c->message_free = check_message_slot(c, m) + 1;
}

/* The table is full: the oldest goes, whether it is stable or not. */
static bool make_room(struct check *c) {
    struct check_message *m = check_message_first(c);
    while (m && m->pinned)
        m = check_message_next(c, m);
    c->uncompared += !m || !m->stable;
    if (!m)
        return false;
    forget(c, m);
    return true;
}

static bool stable(struct check *c, struct check_message *m) {
    if (m->stable)
        return true;
    const struct check_view *v = check_view_at(c, m->view_serial);
    if (!(m->mcast_known || check_early(c, m)) || !m->delivered || !v)
        return false;
    for (uint16_t i = 0; i < v->member_count; i++) { /* from whom it waited for, so that it waits for one */
        const uint16_t place = (uint16_t)((m->lacking + i) % v->member_count);
        const struct check_member *member = &c->members[v->members[place]];
        if (!check_has(m->delivered_by, v->members[place]) && !check_gone(member) &&
            !check_may_have(c, member, m)) {
            m->lacking = place;
            return false;
        }
    }
    check_agreement(c, m, false);
    return m->stable = true;
}

void check_message_settle(struct check *c, struct check_message *m) {
    uint32_t waiting = check_message_slot(c, m) + 1; /* linked by `parent`, which only a search uses */
    m->parent = 0;
    while (waiting > 0) {
        struct check_message *next = &c->messages[waiting - 1];
        waiting = next->parent;
        if (next->in > 0 || next->settled || !stable(c, next))
            continue;
        for (uint32_t e = next->out; e > 0;
             e = c->edges[e - 1].next_out) { /* it was all that they waited for */
            struct check_message *after = &c->messages[c->edges[e - 1].to];
            if (c->edges[after->in - 1].next_in > 0)
                continue;
            after->parent = waiting;
            waiting = check_message_slot(c, after) + 1;
        }
        next->settled = true;
        if (next->pinned)
            check_graph_forget(c, next); /* stays for the cause only */
        else
            forget(c, next);
    }
}

void check_messages_settle(struct check *c) {
    struct check_message *m = check_message_first(c);
    while (m) {
        const uint32_t newer = m->newer;
        const uint64_t serial = newer > 0 ? c->messages[newer - 1].serial : 0;
        check_message_settle(c, m);
        m = newer > 0 && c->messages[newer - 1].serial == serial ? &c->messages[newer - 1]
            : newer > 0                                          ? check_message_first(c)
                                                                 : NULL;
    }
}

/* -- Remembering ----------------------------------------------------------------------------------------- */

struct check_message *check_message_new(struct check *c, uint16_t origin, uint64_t n) {
    if (c->message_free == 0 && c->message_fresh == CHECK_MESSAGES_MAX && !make_room(c))
        return NULL;
    uint32_t slot = c->message_free > 0 ? c->message_free - 1 : c->message_fresh++;
    struct check_message *m = &c->messages[slot];
    if (c->message_free > 0)
        c->message_free = m->bucket_next;
    const uint32_t bucket = bucket_of(origin, n);
    if (c->buckets[bucket].stamp != c->stamp) {
        c->buckets[bucket].stamp = c->stamp;
        c->buckets[bucket].head = 0;
    }
    memset(m, 0, sizeof *m);
    m->serial = ++c->message_serial;
    m->origin = origin;
    m->n = n;
    m->bucket_next = c->buckets[bucket].head;
    c->buckets[bucket].head = slot + 1;
    m->older = c->message_newest;
    if (m->older > 0)
        c->messages[m->older - 1].newer = slot + 1;
    else
        c->message_oldest = slot + 1;
    c->message_newest = slot + 1;
    return m;
}

static void pin(struct check *c, gms_id origin, uint64_t n) {
    const struct check_member *member = origin != GMS_NOBODY ? check_member_of(c, origin) : NULL;
    struct check_message *m = member ? check_message_find(c, check_index(c, member), n) : NULL;
    if (m)
        m->pinned = true;
}

void check_pin(struct check *c, const struct check_witness *w) {
    pin(c, w->a_origin, w->a_n);
    pin(c, w->b_origin, w->b_n);
}
