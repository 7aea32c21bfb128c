/* See story_find.h. One walk back along a lifeline, of which the caller keeps the result. */
#include "app/scope/story_find.h"

#include <stddef.h>

struct story_past story_past(const struct history *h, uint32_t until) {
    const uint32_t count = history_event_count(h);
    const struct history_event *last =
        until < count && until > 0 ? history_event(h, until - 1) : NULL; /* else there is all of it */
    return (struct story_past){h, until < count ? until : count, last ? last->t : history_now(h)};
}

static const struct history_line *line_of(const struct story_past *p, gms_id id, uint16_t *index) {
    *index = history_line_of(p->h, id);
    return history_line(p->h, *index);
}

uint32_t story_last_event(const struct story_past *p, gms_id id, uint16_t *index) {
    const struct history_line *line = line_of(p, id, index);
    uint32_t i = line ? line->last : HISTORY_NONE;
    const struct history_event *e;
    while (i != HISTORY_NONE && i >= p->until && (e = history_event(p->h, i)))
        i = e->before;
    return history_event(p->h, i) ? i : HISTORY_NONE;
}

/* -- Events ---------------------------------------------------------------------------------------------- */

static bool is_wanted(const struct story_past *p, const struct history_event *e,
                      const struct story_wanted *w) {
    return e->ev == w->ev && (!(e->flags & HISTORY_VOID) || e->ev == TRACE_LOSE) &&
           (w->peer == GMS_NOBODY || e->peer == history_line_of(p->h, w->peer)) &&
           (w->m_origin == GMS_NOBODY ||
            (e->m_origin == history_line_of(p->h, w->m_origin) && e->m_n == (uint32_t)w->m_n)) &&
           (w->seq == 0 || e->seq == (uint32_t)w->seq) && (w->view == 0 || e->view == w->view) &&
           ((int)w->type == 0 || e->type == w->type);
}

uint32_t story_find(const struct story_past *p, const struct story_wanted *wanted) {
    uint16_t index;
    uint32_t found = HISTORY_NONE;
    const struct history_event *e;
    for (uint32_t i = story_last_event(p, wanted->by, &index);
         i != HISTORY_NONE && (e = history_event(p->h, i)); i = e->before) {
        if (e->line != index || !is_wanted(p, e, wanted))
            continue;
        found = e->ev == TRACE_LOSE && e->match != HISTORY_NONE ? e->match : i; /* lost on its way */
        if (!wanted->first)
            break;
    }
    return found;
}

uint32_t story_find_last(const struct story_past *p, enum trace_ev ev, gms_id by) {
    return story_find(p, &(struct story_wanted){.ev = ev, .by = by});
}

/* -- What the checker says ------------------------------------------------------------------------------- */

static uint32_t first_of(uint32_t a, uint32_t b) {
    return a != HISTORY_NONE ? a : b;
}

static uint32_t find_message(const struct story_past *p, gms_id by, gms_id origin, uint64_t n) {
    struct story_wanted w = {.ev = TRACE_DELIVER, .by = by, .m_origin = origin, .m_n = n};
    const uint32_t delivered = story_find(p, &w);
    w.ev = TRACE_MCAST;
    return first_of(delivered, story_find(p, &w));
}

static uint32_t find_first(const struct story_past *p, enum trace_ev ev, gms_id by, uint32_t view) {
    return view > 0 ? story_find(p, &(struct story_wanted){.ev = ev, .by = by, .view = view, .first = true})
                    : HISTORY_NONE;
}

uint32_t story_find_witness(const struct story_past *p, enum check_property property,
                            const struct check_witness *w) {
    uint32_t found = HISTORY_NONE;
    if (w->a_origin != GMS_NOBODY)
        found = find_message(p, w->a, w->a_origin, w->a_n);
    else if (property == CHECK_STATE_TRANSFER)
        found = story_find_last(p, TRACE_STATE, w->a);
    else if (property == CHECK_ONE_LEADER)
        found = first_of(find_first(p, TRACE_LEAD, w->a, w->view), find_first(p, TRACE_LEAD, w->b, w->view));
    found = first_of(found, find_first(p, TRACE_VIEW, w->a, w->view));
    uint16_t line;
    return first_of(found, story_last_event(p, w->a, &line));
}

static uint32_t find_lost(const struct story_past *p, const struct check_cause *cause, enum gms_type type,
                          gms_id to) {
    const struct story_wanted lost = {.ev = TRACE_LOSE,
                                      .by = cause->by,
                                      .peer = to,
                                      .m_origin = cause->origin,
                                      .m_n = cause->n,
                                      .type = type,
                                      .first = true};
    return story_find(p, &lost);
}

static uint32_t find_dropped(const struct story_past *p, const struct check_cause *cause, enum gms_type type,
                             gms_id at) {
    const struct story_wanted dropped = {.ev = TRACE_DROP,
                                         .by = at,
                                         .peer = cause->by,
                                         .m_origin = cause->origin,
                                         .m_n = cause->n,
                                         .type = type,
                                         .first = true};
    return story_find(p, &dropped);
}

uint32_t story_find_cause(const struct story_past *p, const struct check_cause *cause) {
    switch (cause->kind) {
    case CHECK_CAUSE_UNKNOWN: return HISTORY_NONE;
    case CHECK_CAUSE_DROPPED: return find_dropped(p, cause, GMS_MSG, cause->whom);
    case CHECK_CAUSE_SUSPECTED:
        return first_of(story_find(p, &(struct story_wanted){.ev = TRACE_SUSPECT,
                                                             .by = cause->whom,
                                                             .peer = cause->by,
                                                             .first = true}),
                        find_dropped(p, cause, GMS_MSG, cause->whom));
    case CHECK_CAUSE_LOST: return find_lost(p, cause, GMS_MSG, cause->whom);
    case CHECK_CAUSE_CRASHED:
    case CHECK_CAUSE_CRASHED_LOST:
    case CHECK_CAUSE_LEADER_GONE:
        return first_of(story_find(p, &(struct story_wanted){.ev = TRACE_CRASH, .by = cause->by}),
                        story_find(p, &(struct story_wanted){.ev = TRACE_LEAVE, .by = cause->by}));
    case CHECK_CAUSE_FROZE:
        return story_find(p, &(struct story_wanted){.ev = TRACE_FREEZE, .by = cause->whom});
    case CHECK_CAUSE_REQUEST_LOST: return find_lost(p, cause, GMS_REQUEST, cause->to);
    case CHECK_CAUSE_REQUEST_DROPPED: return find_dropped(p, cause, GMS_REQUEST, cause->to);
    }
    return HISTORY_NONE;
}

/* -- A view change --------------------------------------------------------------------------------------- */

#define PROPOSAL_SEARCH_MAX 256

uint32_t story_find_proposal(const struct story_past *p, gms_id id) {
    uint16_t index;
    uint32_t i = story_last_event(p, id, &index);
    const struct history_event *e;
    for (int steps = 0; steps < PROPOSAL_SEARCH_MAX && i != HISTORY_NONE && (e = history_event(p->h, i));
         steps++, i = e->before) {
        if (e->line != index || e->ev == TRACE_VIEW)
            break; /* that change is over */
        if ((e->ev == TRACE_SEND || e->ev == TRACE_RECV) && (e->type == GMS_PREPARE || e->type == GMS_ACCEPT))
            return i;
    }
    return HISTORY_NONE;
}

/* -- What it showed -------------------------------------------------------------------------------------- */

/* How many spans there are so far. */
static uint32_t span_count(const struct story_past *p, const struct history_row *row) {
    uint32_t low = 0, high = row->span_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2, event = row->spans[middle].event;
        if (event == HISTORY_NONE || event < p->until)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The row, and the first of its spans that is this incarnation's with a count beyond, and their end. */
static const struct history_row *spans_of(const struct story_past *p, gms_id id, uint64_t count,
                                          uint32_t *first, uint32_t *end) {
    uint16_t index;
    const struct history_line *line = line_of(p, id, &index);
    const struct history_row *row = line ? history_row(p->h, line->row) : NULL;
    uint32_t low = 0, high = row ? span_count(p, row) : 0;
    while (high > 0 && row->spans[high - 1].line != index)
        high--; /* a later incarnation's */
    *end = high;
    while (low < high) { /* those of an earlier one count as less */
        const uint32_t middle = low + (high - low) / 2;
        if (row->spans[middle].line == index && row->spans[middle].count > count)
            high = middle;
        else
            low = middle + 1;
    }
    *first = low;
    return row;
}

const struct history_span *story_last_span(const struct story_past *p, gms_id id) {
    uint16_t index;
    const struct history_line *line = line_of(p, id, &index);
    const struct history_row *row = line ? history_row(p->h, line->row) : NULL;
    const uint32_t count = row ? span_count(p, row) : 0;
    return count > 0 && row->spans[count - 1].line == index ? &row->spans[count - 1] : NULL;
}

const struct history_span *story_span_of_count(const struct story_past *p, gms_id id, uint64_t count) {
    uint32_t first, end;
    const struct history_row *row = spans_of(p, id, count, &first, &end);
    const struct history_span *span = row && first > 0 ? &row->spans[first - 1] : NULL;
    return span && span->line == history_line_of(p->h, id) && span->count == count && span->has_color ? span
                                                                                                      : NULL;
}

const struct history_span *story_span_beyond(const struct story_past *p, gms_id id, uint64_t count) {
    uint32_t first, end;
    const struct history_row *row = spans_of(p, id, count, &first, &end);
    return row && first < end && row->spans[first].line == history_line_of(p->h, id) ? &row->spans[first]
                                                                                     : NULL;
}
