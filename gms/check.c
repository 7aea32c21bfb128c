/* One pass over the records: which file judges what, the members, and the verdict. */
#include "gms/check_private.h"

#include <assert.h>
#include <string.h>

#define MEMBER_SLOTS (2 * CHECK_MEMBERS_MAX)

/* Large tables are not cleared: each entry that counts carries the stamp of this run, or is reached only
 * through what was cleared here. A hundred thousand simulated runs begin with this. */
void check_init(struct check *c, const struct check_settings *settings) {
    c->settings = *settings;
    c->promises = settings->promises ? settings->promises : check_promises(settings->rung);
    if (settings->agreed || settings->last_man_standing)
        c->promises &= ~CHECK_BIT(CHECK_UNIFORM_AGREEMENT);
    c->survivors_only = !(c->promises & CHECK_BIT(CHECK_UNIFORM_AGREEMENT)) ||
                        (!settings->promises && check_survivors_only(settings->rung));
    c->records = c->delivered = c->uncompared = 0;
    c->disturbed_t = c->last_t = 0;
    c->unfinished = c->from_middle = false;
    c->member_count = c->conflict_count = c->reason_count = 0;
    memset(c->violated, 0, sizeof c->violated);
    memset(c->member_slots, 0, sizeof c->member_slots);
    memset(c->view_numbers, 0, sizeof c->view_numbers);
    c->view_serial = 0;
    c->message_fresh = c->message_free = c->message_oldest = c->message_newest = 0;
    c->edge_fresh = c->edge_free = c->note_fresh = c->note_free = 0;
    c->message_serial = c->next_order = 0;
    if (++c->stamp == 0) { /* after four thousand million runs */
        memset(c->positions, 0, sizeof c->positions);
        memset(c->buckets, 0, sizeof c->buckets);
        c->stamp = 1;
    }
}

/* -- Verdicts -------------------------------------------------------------------------------------------- */

void check_violate(struct check *c, enum check_property property, const struct check_witness *witness) {
    if (c->violated[property])
        return; /* the first witness is the smallest prefix that shows it */
    c->violated[property] = true;
    c->witness[property] = *witness;
    check_pin(c, witness);
}

bool check_forgets(const struct check *c, const struct check_member *m) {
    return c->settings.agreed && (m->excluded || (m->left && (m->blocked || m->no_quorum)));
}

static bool crashed(const struct check *c, gms_id id) {
    const struct check_member *m = check_member_of(c, id);
    return m && (m->crashed || check_forgets(c, m));
}

static bool about_the_dead(const struct check *c, const struct check_conflict *f) {
    return crashed(c, f->witness.b) || (f->property != CHECK_STATE_TRANSFER && crashed(c, f->witness.a));
}

void check_conflict(struct check *c, const struct check_conflict *conflict) {
    struct check_conflict *place = NULL;
    uint32_t same = 0;
    for (uint32_t i = 0; i < c->conflict_count; i++) {
        struct check_conflict *f = &c->conflicts[i];
        same += f->property == conflict->property;
        if (!place && f->property == conflict->property && c->survivors_only && about_the_dead(c, f))
            place = f; /* will not count */
    }
    if (same < CHECK_CONFLICTS_MAX) {
        assert(c->conflict_count < sizeof c->conflicts / sizeof c->conflicts[0]); /* 4, 6, 13, 20 and 23 */
        place = &c->conflicts[c->conflict_count++];
    }
    if (!place)
        return;
    *place = *conflict;
    check_pin(c, &conflict->witness);
}

/* The first conflict that is not about what only a crashed member had delivered, NULL if there is none. Who
 * adopted a wrong state (always `a`) did so even if it crashed. */
static const struct check_conflict *find_conflict(const struct check *c, enum check_property property) {
    for (uint32_t i = 0; i < c->conflict_count; i++) {
        const struct check_conflict *f = &c->conflicts[i];
        bool counts = f->property == property && !(c->survivors_only && about_the_dead(c, f));
        for (uint32_t j = 0; counts && c->survivors_only && j < c->member_count; j++)
            counts = !check_has(f->others, (uint16_t)j) || !crashed(c, c->members[j].id);
        if (counts)
            return f;
    }
    return NULL;
}

enum check_verdict check_property(const struct check *c, enum check_property property) {
    if (property >= CHECK_PROPERTIES || !(c->promises & CHECK_BIT(property)))
        return CHECK_NOT_APPLICABLE;
    return c->violated[property] || find_conflict(c, property) ? CHECK_VIOLATED : CHECK_HOLDS;
}

const struct check_witness *check_witness_of(const struct check *c, enum check_property property) {
    if (check_property(c, property) != CHECK_VIOLATED)
        return NULL;
    return c->violated[property] ? &c->witness[property] : &find_conflict(c, property)->witness;
}

static bool somebody_halted(const struct check *c) {
    bool halted = check_property(c, CHECK_PROGRESS) == CHECK_VIOLATED;
    for (uint32_t i = 0; i < c->member_count; i++)
        halted = halted || check_halted(&c->members[i]);
    return halted;
}

enum check_verdict check_overall(const struct check *c) {
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        if (p != CHECK_PROGRESS && check_property(c, (enum check_property)p) == CHECK_VIOLATED)
            return CHECK_VIOLATED;
    }
    return somebody_halted(c) ? CHECK_HALTED : CHECK_HOLDS;
}

enum check_outcome check_outcome(const struct check *c) {
    static const enum check_property desync[] = {CHECK_TOTAL_ORDER, CHECK_COLOR, CHECK_STATE_TRANSFER,
                                                 CHECK_CONVERGENCE};
    for (size_t i = 0; i < sizeof desync / sizeof desync[0]; i++) {
        if (check_property(c, desync[i]) == CHECK_VIOLATED)
            return CHECK_DESYNC;
    }
    return somebody_halted(c) ? CHECK_HALT : CHECK_SYNC;
}

/* -- Members --------------------------------------------------------------------------------------------- */

/* The slot that holds its index + 1, or the free one where it would go. */
static uint16_t *slot_of(const struct check *c, gms_id id) {
    uint32_t slot = (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) % MEMBER_SLOTS;
    while (c->member_slots[slot] != 0 && c->members[c->member_slots[slot] - 1].id != id)
        slot = (slot + 1) % MEMBER_SLOTS;
    return (uint16_t *)&c->member_slots[slot];
}

const struct check_member *check_member_of(const struct check *c, gms_id id) {
    const uint16_t slot = *slot_of(c, id);
    return slot > 0 ? &c->members[slot - 1] : NULL;
}

struct check_member *check_meet(struct check *c, gms_id id) {
    uint16_t *slot = slot_of(c, id);
    if (*slot > 0)
        return &c->members[*slot - 1];
    if (c->member_count == CHECK_MEMBERS_MAX || id == GMS_NOBODY)
        return NULL;
    const uint32_t index = c->member_count++;
    struct check_member *m = &c->members[index];
    memset(m, 0, sizeof *m);
    m->id = id;
    trace_state_init(&m->state);
    for (uint32_t i = 0; i <= index; i++) {
        c->last_n[index][i] = c->last_n[i][index] = 0;
        c->cause_n[index][i] = c->cause_n[i][index] = 0;
    }
    *slot = (uint16_t)(index + 1);
    return m;
}

uint16_t check_index(const struct check *c, const struct check_member *m) {
    return (uint16_t)(m - c->members);
}

bool check_gone(const struct check_member *m) {
    return m->crashed || m->left || m->frozen || m->excluded || (m->exited && !m->viewed);
}

bool check_halted(const struct check_member *m) {
    if (m->crashed)
        return false;
    if (m->excluded) /* it has got out of that when it ended: the next incarnation is another member */
        return !m->exited && !m->left;
    return m->frozen || ((m->blocked || m->no_quorum) && !m->left);
}

bool check_running(const struct check_member *m) {
    return m->viewed && !m->crashed && !m->left && !check_halted(m) && !m->excluded && !m->lost;
}

struct check_where check_at(const struct trace_record *r) {
    return (struct check_where){r->file, r->line};
}

/* -- Records --------------------------------------------------------------------------------------------- */

static void disturb(struct check *c, const struct trace_record *r) {
    if (r->t > c->disturbed_t)
        c->disturbed_t = r->t;
}

static void suspected(struct check *c, struct check_member *m, gms_id whom) {
    const struct check_member *other = check_member_of(c, whom);
    if (other && m->suspect_count < CHECK_SUSPECTS_MAX)
        m->suspects[m->suspect_count++] = check_index(c, other);
}

static void gone(struct check *c, bool *flag) {
    if (*flag)
        return;
    *flag = true;
    check_messages_settle(c); /* nobody waits for it any more */
}

static void crash(struct check *c, const struct trace_record *r) {
    struct check_member *m = check_meet(c, r->peer);
    disturb(c, r);
    if (m)
        gone(c, &m->crashed);
}

/* What a member says of itself, but for its multicasts and deliveries. */
static void feed_status(struct check *c, struct check_member *m, const struct trace_record *r) {
    switch (r->ev) {
    case TRACE_JOIN: m->joined = true; break;
    case TRACE_LEAVE: gone(c, &m->left); break;
    case TRACE_EXIT: gone(c, &m->exited); break;
    case TRACE_FREEZE:
        m->expected = r->expected;
        m->got = r->got;
        gone(c, &m->frozen);
        break;
    case TRACE_EXCLUDED:
        m->owes_view = m->blocked = m->no_quorum = false; /* that is settled */
        gone(c, &m->excluded);
        break;
    case TRACE_BLOCK: m->blocked = true; break;
    case TRACE_UNBLOCK: m->blocked = false; break;
    case TRACE_NO_QUORUM: m->no_quorum = true; break;
    case TRACE_QUORUM: m->no_quorum = false; break;
    case TRACE_SUSPECT:
    case TRACE_DOWN:
        suspected(c, m, r->peer);
        disturb(c, r);
        break;
    case TRACE_FAULT:
    case TRACE_HANG:
    case TRACE_RESUME: disturb(c, r); break;
    case TRACE_VIEW:
    case TRACE_LEAD:
    case TRACE_MCAST:
    case TRACE_DELIVER:
    case TRACE_STATE:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_LOSE:
    case TRACE_DROP:
    case TRACE_CRASH:
    case TRACE_NOTE:
    case TRACE_EVS: break;
    }
}

static void feed_own(struct check *c, struct check_member *m, const struct trace_record *r) {
    switch (r->ev) {
    case TRACE_VIEW:
        disturb(c, r);
        if (!m->viewed && !m->joined)
            check_state_founded(m);
        check_seq(c, m, r);
        check_view_installed(c, m, r);
        return;
    case TRACE_LEAD: check_view_led(c, m, r); return;
    case TRACE_MCAST: check_multicast(c, m, r); return;
    case TRACE_DELIVER: check_delivered(c, m, r); return;
    case TRACE_STATE: check_state_adopted(c, m, r); return;
    case TRACE_LOSE:
        disturb(c, r);
        check_note_message(c, r);
        return;
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_DROP: check_note_message(c, r); return;
    case TRACE_JOIN:
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_SUSPECT:
    case TRACE_DOWN:
    case TRACE_FREEZE:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
    case TRACE_FAULT:
    case TRACE_CRASH:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_LEAVE:
    case TRACE_EXIT:
    case TRACE_NOTE:
    case TRACE_EVS: feed_status(c, m, r); return;
    }
}

void check_feed(struct check *c, const struct trace_record *r) {
    if (r->ev == TRACE_NOTE) /* it is for people */
        return;
    c->records++;
    if (r->t > c->last_t)
        c->last_t = r->t;
    if (r->ev == TRACE_CRASH) {
        crash(c, r);
        return;
    }
    struct check_member *m = check_meet(c, r->id);
    if (!m) {
        const bool fault = r->ev == TRACE_FAULT || r->ev == TRACE_HANG || r->ev == TRACE_RESUME;
        if (fault) /* the director's */
            disturb(c, r);
        c->uncompared += r->id != GMS_NOBODY;
        return;
    }
    m->traced = true;
    if (r->here) {
        disturb(c, r);
        check_found(c, m, r);
        if (r->ev != TRACE_VIEW && r->ev != TRACE_STATE)
            feed_status(c, m, r);
        return;
    }
    check_stepped(c, m, r->ev);
    feed_own(c, m, r);
}

void check_end(struct check *c) {
    check_views_end(c);
    check_multicasts_end(c);
    if (!c->unfinished && c->last_t >= c->disturbed_t + c->settings.settle)
        check_end_of_run(c);
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const struct check_conflict *found = find_conflict(c, (enum check_property)p);
        if (found)
            check_violate(c, (enum check_property)p, &found->witness);
    }
}
