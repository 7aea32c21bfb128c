/* Which receipt belongs to which send, and which news to which crash, in whichever order they become known;
 * what was sent before; and what will never arrive. The ring is bounded: nobody tells any more of what is
 * older than it. */
#include "app/scope/history_state.h"

#include <string.h>

static uint64_t mix(uint64_t a, uint64_t b) {
    uint64_t x = a ^ (b * 0x9e3779b97f4a7c15u);
    x = (x ^ x >> 31) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 29) * 0x94d049bb133111ebu;
    return x ^ x >> 32;
}

/* -- The ring -------------------------------------------------------------------------------------------- */

static struct transit *at(struct history *h, uint32_t number) {
    return &h->transit[number % TRANSIT_MAX];
}

static uint32_t *bucket_of(struct history *h, gms_id sender, uint64_t x) {
    return &h->transit_buckets[mix(sender, x) % TRANSIT_BUCKETS];
}

static bool is_there(const struct history *h, uint32_t link) {
    return link > 0 && link - 1 - h->transit_first < h->transit_end - h->transit_first;
}

/* Where the link to it stands, and it; NULL if there is none. */
static struct transit *find(struct history *h, const struct trace_record *r, bool receipt, uint32_t **link) {
    for (*link = bucket_of(h, r->x_sender, r->x); is_there(h, **link); *link = &at(h, **link - 1)->next) {
        struct transit *t = at(h, **link - 1);
        if (t->sender == r->x_sender && t->x == r->x && t->receipt == receipt)
            return t;
    }
    return NULL;
}

static void vanish(struct history *h, uint32_t index) {
    struct history_event *e = history_has(h, index) ? history_at(h, index) : NULL;
    if (!e || (e->flags & HISTORY_VANISHED))
        return;
    e->flags |= HISTORY_VANISHED;
    history_block(h, index)->open--;
}

/* Nobody has told for long what became of it: who knows, if its sender is there. */
static void give_up(struct history *h, uint32_t index) {
    const struct history_event *e = history_has(h, index) ? history_at(h, index) : NULL;
    if (e && (h->lives[e->line].crashed || h->lives[e->line].left))
        vanish(h, index);
    else if (e && !(e->flags & HISTORY_VANISHED))
        history_block(h, index)->open--;
}

static void take_oldest(struct history *h) {
    struct transit *t = at(h, h->transit_first);
    if (t->used) {
        uint32_t *link = bucket_of(h, t->sender, t->x);
        while (is_there(h, *link) && at(h, *link - 1) != t)
            link = &at(h, *link - 1)->next;
        if (is_there(h, *link))
            *link = t->next;
        if (!t->receipt)
            give_up(h, t->event);
        t->used = false;
    }
    h->transit_first++;
}

static void keep(struct history *h, uint32_t index, const struct trace_record *r) {
    while (h->transit_end != h->transit_first) {
        const struct transit *oldest = at(h, h->transit_first);
        const bool old = oldest->t + TRANSIT_TIME < h->now;
        if (oldest->used && !old && h->transit_end - h->transit_first < TRANSIT_MAX)
            break;
        take_oldest(h);
    }
    uint32_t *bucket = bucket_of(h, r->x_sender, r->x);
    *at(h, h->transit_end) = (struct transit){.sender = r->x_sender,
                                              .x = r->x,
                                              .t = r->t,
                                              .event = index,
                                              .next = *bucket,
                                              .used = true,
                                              .receipt = r->ev == TRACE_RECV};
    *bucket = ++h->transit_end;
}

void history_transit_forget(struct history *h) {
    while (h->transit_end != h->transit_first && at(h, h->transit_first)->event < h->forgotten)
        take_oldest(h);
}

/* -- Both ends ------------------------------------------------------------------------------------------- */

static bool is_gone(const struct history *h, uint16_t line) {
    return line == HISTORY_NOBODY || h->lives[line].crashed || h->lives[line].left;
}

static void pair(struct history *h, uint32_t send, uint32_t receipt) {
    struct history_event *s = history_at(h, send), *r = history_at(h, receipt);
    s->match = receipt;
    r->match = send;
    s->peer = r->line; /* to an address, at first: now it is known whose it was */
    s->flags &= (uint8_t)~HISTORY_VANISHED;
}

void history_match(struct history *h, uint32_t index, const struct trace_record *r) {
    struct history_event *e = history_at(h, index);
    uint32_t *link;
    struct transit *other = r->x > 0 ? find(h, r, r->ev == TRACE_SEND, &link) : NULL;
    if (other) {
        const uint32_t send = other->receipt ? index : other->event;
        if (!other->receipt && !(history_at(h, send)->flags & HISTORY_VANISHED))
            history_block(h, send)->open--;
        pair(h, send, other->receipt ? other->event : index);
        *link = other->next;
        other->used = false;
        return;
    }
    if (r->ev == TRACE_SEND && (r->x == 0 || is_gone(h, e->peer)))
        e->flags |= HISTORY_VANISHED;
    else if (r->ev == TRACE_SEND)
        history_block(h, index)->open++;
    if (r->x > 0)
        keep(h, index, r);
}

/* Of one that is on its way already: then that arrow ends so, and there is no other one. */
void history_match_loss(struct history *h, uint32_t index, const struct trace_record *r) {
    struct history_event *loss = history_at(h, index);
    uint32_t *link;
    struct transit *sent = r->x > 0 ? find(h, r, false, &link) : NULL;
    if (!sent || !history_has(h, sent->event))
        return;
    vanish(h, sent->event);
    history_at(h, sent->event)->text = loss->text;
    loss->match = sent->event;
    loss->flags |= HISTORY_VOID;
    *link = sent->next;
    sent->used = false;
}

#define DROP_SEARCH_MAX 512

void history_match_drop(struct history *h, uint32_t index, const struct trace_record *r) {
    struct history_event *drop = history_at(h, index);
    const bool duplicate = r->why && strcmp(r->why, gms_drop_text(GMS_DROP_DUPLICATE)) == 0;
    uint32_t i = drop->before;
    for (int steps = 0; steps < DROP_SEARCH_MAX && history_has(h, i); steps++) {
        struct history_event *e = history_at(h, i);
        if (e->ev == TRACE_RECV && e->line == drop->line && e->peer == drop->peer && e->type == drop->type &&
            e->m_origin == drop->m_origin && e->m_n == drop->m_n && e->seq == drop->seq &&
            e->view == drop->view && !(e->flags & (HISTORY_DUPLICATE | HISTORY_REFUSED))) {
            e->flags |= duplicate ? HISTORY_DUPLICATE : HISTORY_REFUSED;
            drop->match = i;
            return;
        }
        i = e->before;
    }
}

void history_match_down(struct history *h, uint32_t index) {
    struct history_event *e = history_at(h, index);
    const uint32_t crash = e->peer != HISTORY_NOBODY ? h->lives[e->peer].crash : HISTORY_NONE;
    if (history_has(h, crash))
        e->match = crash;
}

#define NEWS_SEARCH_MAX 4096 /* events: whoever tells of the crash may be later than those who noticed it */

void history_match_crash(struct history *h, uint32_t index) {
    const uint16_t line = history_at(h, index)->line;
    const uint32_t from = index > NEWS_SEARCH_MAX ? index - NEWS_SEARCH_MAX : 0;
    for (uint32_t i = index; i-- > from && history_has(h, i);) {
        struct history_event *e = history_at(h, i);
        if (e->ev != TRACE_DOWN || e->peer != line)
            continue;
        e->match = index;
        history_place_news(h, i);
    }
}

void history_vanish(struct history *h, uint16_t from, uint16_t to) {
    for (uint32_t number = h->transit_first; number != h->transit_end; number++) {
        const struct transit *t = at(h, number);
        if (!t->used || t->receipt || !history_has(h, t->event))
            continue;
        const struct history_event *e = history_at(h, t->event);
        if (e->peer == to && (from == HISTORY_NOBODY || e->line == from))
            vanish(h, t->event);
    }
}

/* -- What was said before -------------------------------------------------------------------------------- */

/* Whom it matters to: a message is the same whoever sends it, a question is its asker's. */
static uint64_t print_of(const struct trace_record *r, uint8_t type) {
    if (r->ev == TRACE_RECV)
        return mix(mix(r->id, r->peer), type) + 1;
    return type == GMS_SUSPECT || type == GMS_PREPARE ? mix(mix(r->peer, r->id), type) : mix(r->peer, type);
}

bool history_said_before(struct history *h, const struct trace_record *r, uint8_t type) {
    const bool multicast = r->m_origin != GMS_NOBODY, wish = r->about != GMS_NOBODY;
    const bool lost =
        type == GMS_PREPARE && r->ev == TRACE_LOSE; /* one that is sent may have another ballot */
    if ((!multicast && !wish && !lost && type != GMS_VIEW && type != GMS_INSTALL && type != GMS_NACK) ||
        (r->ev == TRACE_RECV && type != GMS_SUSPECT))
        return false;
    uint64_t print = print_of(r, type);
    if (multicast)
        print = mix(mix(print, r->m_origin), r->m_n);
    else
        print = mix(mix(mix(print, r->about), lost ? 0 : r->seq), r->view);
    uint64_t *slot = &h->said[print % SAID_SLOTS];
    const bool before = *slot == print;
    *slot = print;
    return before;
}
