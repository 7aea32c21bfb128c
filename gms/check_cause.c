/* Why somebody lacks a message, as far as the trace tells: what was lost or dropped on the way, and who
 * crashed when it had sent it to some only. Kept for messages that are not stable, and for those of a
 * witness. */
#include "gms/check_private.h"

#include <string.h>

/* -- What is noted --------------------------------------------------------------------------------------- */

/* Reasons are few texts that come again and again; one too many is told as the last one. */
static uint16_t reason(struct check *c, const char *why) {
    char text[CHECK_REASON_SIZE] = "";
    for (size_t i = 0; why && why[i] && i + 1 < sizeof text; i++)
        text[i] = why[i] >= ' ' && why[i] <= '~' ? why[i] : '?';
    for (uint32_t i = 0; i < c->reason_count; i++) {
        if (strcmp(c->reasons[i], text) == 0)
            return (uint16_t)i;
    }
    if (c->reason_count == CHECK_REASONS_MAX)
        return CHECK_REASONS_MAX - 1;
    memcpy(c->reasons[c->reason_count], text, sizeof text);
    return (uint16_t)c->reason_count++;
}

static void note(struct check *c, struct check_message *m, const struct trace_record *r, uint16_t me,
                 uint16_t peer, bool request) {
    if (c->note_free == 0 && c->note_fresh == CHECK_NOTES_MAX)
        return; /* the cause of one more can't be told */
    const uint32_t slot = c->note_free > 0 ? c->note_free - 1 : c->note_fresh++;
    struct check_note *n = &c->notes[slot];
    if (c->note_free > 0)
        c->note_free = n->next;
    const bool lost = r->ev == TRACE_LOSE;
    *n = (struct check_note){m->notes, lost, request, lost ? me : peer, lost ? peer : me, reason(c, r->why)};
    m->notes = slot + 1;
}

void check_notes_forget(struct check *c, struct check_message *m) {
    while (m->notes > 0) {
        struct check_note *n = &c->notes[m->notes - 1];
        const uint32_t next = n->next;
        n->next = c->note_free;
        c->note_free = m->notes;
        m->notes = next;
    }
}

void check_note_message(struct check *c, const struct trace_record *r) {
    const struct check_member *me = check_member_of(c, r->id), *peer = check_member_of(c, r->peer);
    const struct check_member *origin = r->m_origin != GMS_NOBODY ? check_member_of(c, r->m_origin) : NULL;
    struct check_message *m = origin ? check_message_find(c, check_index(c, origin), r->m_n) : NULL;
    const bool request = r->type && strcmp(r->type, "REQUEST") == 0;
    if (!m || !me || !peer)
        return;
    if (r->ev == TRACE_LOSE || r->ev == TRACE_DROP)
        note(c, m, r, check_index(c, me), check_index(c, peer), request);
    if (request) {
        m->asked = r->ev == TRACE_SEND ? (uint16_t)(check_index(c, peer) + 1) : m->asked;
        return;
    }
    if (r->ev == TRACE_SEND) {
        check_put(m->sent_to, check_index(c, peer));
        m->sender = (uint16_t)(check_index(c, me) + 1);
    } else if (r->ev == TRACE_RECV) {
        check_put(m->received_by, check_index(c, me));
    }
}

/* -- What follows from it -------------------------------------------------------------------------------- */

static struct check_message *find(struct check *c, gms_id origin, uint64_t n) {
    const struct check_member *member = origin != GMS_NOBODY ? check_member_of(c, origin) : NULL;
    return member ? check_message_find(c, check_index(c, member), n) : NULL;
}

/* The first note about the message's way to `to`, or about its request; NULL if there is none. */
static const struct check_note *first_note(const struct check *c, const struct check_message *m, bool request,
                                           int to) {
    const struct check_note *found = NULL;
    for (uint32_t slot = m->notes; slot > 0; slot = c->notes[slot - 1].next) {
        const struct check_note *n = &c->notes[slot - 1];
        if (n->request == request && (to < 0 || n->to == to))
            found = n; /* the newest comes first in the list */
    }
    return found;
}

static bool wrongly_suspects(const struct check *c, uint16_t by, uint16_t whom) {
    const struct check_member *m = &c->members[by];
    bool suspects = false;
    for (uint16_t i = 0; i < m->suspect_count; i++)
        suspects = suspects || m->suspects[i] == whom;
    return suspects && !c->members[whom].crashed && !c->members[whom].left;
}

static void by_note(const struct check *c, const struct check_note *n, struct check_cause *cause) {
    cause->by = c->members[n->from].id;
    cause->to = c->members[n->to].id;
    cause->why = c->reasons[n->why];
    if (n->request)
        cause->kind = n->lost ? CHECK_CAUSE_REQUEST_LOST : CHECK_CAUSE_REQUEST_DROPPED;
    else if (n->lost)
        cause->kind = CHECK_CAUSE_LOST;
    else
        cause->kind = wrongly_suspects(c, n->to, n->from) ? CHECK_CAUSE_SUSPECTED : CHECK_CAUSE_DROPPED;
}

static void tell_sent(const struct check *c, uint16_t to, const uint64_t *sent, uint16_t sender,
                      struct check_cause *cause) {
    if (!check_has(sent, to) || to == sender)
        return;
    if (cause->sent_count < sizeof cause->sent_to / sizeof cause->sent_to[0])
        cause->sent_to[cause->sent_count] = c->members[to].id;
    cause->sent_count++;
}

/* Whoever sent it crashed. Where the trace has no sends, those who have it must have been sent it. */
static void by_crash(const struct check *c, const struct check_message *m, uint16_t lacks,
                     struct check_cause *cause) {
    const struct check_view *v = &c->views[m->view_serial % CHECK_VIEWS_MAX];
    const bool known = m->sender > 0;
    if (!known && (v->serial != m->view_serial || v->member_count == 0))
        return;
    const uint16_t sender = known ? (uint16_t)(m->sender - 1) : v->members[0];
    if (!c->members[sender].crashed || sender == lacks)
        return;
    const uint64_t *sent = known ? m->sent_to : m->delivered_by;
    cause->by = c->members[sender].id;
    cause->kind = CHECK_CAUSE_CRASHED;
    if (known && check_has(sent, lacks)) {
        cause->kind = check_has(m->received_by, lacks) ? CHECK_CAUSE_UNKNOWN : CHECK_CAUSE_CRASHED_LOST;
        return;
    }
    const bool in_order =
        v->serial == m->view_serial; /* of the view; newcomers that it does not list, last */
    for (uint16_t i = 0; in_order && i < v->member_count; i++)
        tell_sent(c, v->members[i], sent, sender, cause);
    for (uint16_t i = 0; i < c->member_count; i++) {
        if (!in_order || check_view_place(v, i) < 0)
            tell_sent(c, i, sent, sender, cause);
    }
}

static void explain(const struct check *c, const struct check_message *m, const struct check_member *lacks,
                    struct check_cause *cause) {
    cause->origin = c->members[m->origin].id;
    cause->n = m->n;
    cause->whom = lacks ? lacks->id : GMS_NOBODY;
    const int to = lacks ? check_index(c, lacks) : -1;
    const struct check_note *n = lacks ? first_note(c, m, false, to) : NULL;
    if (!m->delivered)
        n = first_note(c, m, true, -1);
    if (n && (n->lost || !lacks || !lacks->frozen)) {
        by_note(c, n, cause);
        return;
    }
    if (lacks && lacks->frozen) {
        cause->kind = CHECK_CAUSE_FROZE;
        return;
    }
    if (m->delivered && lacks) {
        by_crash(c, m, (uint16_t)to, cause);
    } else if (!m->delivered && m->asked > 0) {
        const struct check_member *asked = &c->members[m->asked - 1];
        cause->by = asked->id;
        cause->kind = asked->crashed || asked->left ? CHECK_CAUSE_LEADER_GONE : CHECK_CAUSE_UNKNOWN;
    }
}

/* Which message who lacks, by the witness. */
static const struct check_message *lacking(struct check *c, const struct check_witness *w,
                                           const struct check_member **lacks) {
    const struct check_member *a = check_member_of(c, w->a);
    const struct check_member *b = w->b != GMS_NOBODY ? check_member_of(c, w->b) : NULL;
    const struct check_message *m = find(c, w->a_origin, w->a_n);
    *lacks = b;
    if (m && (!b || !check_has(m->delivered_by, check_index(c, b))))
        return m;
    m = find(c, w->b_origin, w->b_n);
    *lacks = a;
    return m && a && !check_has(m->delivered_by, check_index(c, a)) ? m : NULL;
}

bool check_cause(const struct check *checked, enum check_property property, struct check_cause *cause) {
    struct check *c = (struct check *)checked; /* looking up changes nothing */
    const struct check_member *lacks = NULL;
    const struct check_witness *witness = check_witness_of(c, property);
    const struct check_message *m = NULL;
    *cause = (struct check_cause){.kind = CHECK_CAUSE_UNKNOWN};
    if (property == CHECK_SELF_DELIVERY || property == CHECK_VIRTUAL_SYNCHRONY ||
        property == CHECK_AGREEMENT || property == CHECK_UNIFORM_AGREEMENT || property == CHECK_TOTAL_ORDER ||
        property == CHECK_CONVERGENCE || property == CHECK_PROGRESS)
        m = witness && (property != CHECK_TOTAL_ORDER || witness->b != GMS_NOBODY)
                ? lacking(c, witness, &lacks)
                : NULL;
    if (m)
        explain(c, m, lacks, cause);
    return cause->kind != CHECK_CAUSE_UNKNOWN;
}
