/* What a lifeline looks like from one event to the next: the conditions of its process, and what it shows.
 * Views, and cuts of links. */
#include "app/scope/history_state.h"

#include <stdlib.h>
#include <string.h>

#include "gms/color.h"

/* -- Conditions ------------------------------------------------------------------------------------------ */

static enum history_condition condition_of(const struct life *life) {
    if (life->crashed)
        return HISTORY_CRASHED;
    if (life->excluded)
        return HISTORY_EXCLUDED; /* until it is back as another one */
    if (life->left)
        return life->ended ? HISTORY_ENDED : HISTORY_LEFT;
    if (life->unheard)
        return HISTORY_UNHEARD;
    if (life->hung)
        return HISTORY_HUNG;
    if (life->frozen)
        return HISTORY_FROZEN;
    if (life->no_quorum)
        return HISTORY_NO_QUORUM;
    if (life->blocked)
        return HISTORY_BLOCKED;
    if (life->joining)
        return HISTORY_JOINING;
    return life->speaks ? HISTORY_MEMBER : HISTORY_ABSENT;
}

/* Whether the record may change how its lifeline looks. */
static bool changes(struct life *life, const struct trace_record *r) {
    switch (r->ev) {
    case TRACE_JOIN: life->joining = life->joining || (!r->why && !life->viewed); return true;
    case TRACE_VIEW:
        life->viewed = true;
        life->joining = life->blocked = life->no_quorum = false;
        return true;
    case TRACE_BLOCK: life->blocked = true; return true;
    case TRACE_UNBLOCK: life->blocked = false; return true;
    case TRACE_NO_QUORUM: life->no_quorum = true; return true;
    case TRACE_QUORUM: life->no_quorum = false; return true;
    case TRACE_FREEZE: life->frozen = true; return true;
    case TRACE_EXCLUDED: life->excluded = true; return true;
    case TRACE_LEAVE: life->left = true; return true;
    case TRACE_EXIT:
        life->ended = life->ended || !life->left; /* nobody asked it to leave */
        life->left = true;
        return true;
    case TRACE_CRASH: life->crashed = true; return true;
    case TRACE_HANG: life->hung = true; return true;
    case TRACE_RESUME: life->hung = false; return true;
    case TRACE_DELIVER:
    case TRACE_STATE:
    case TRACE_LEAD:
    case TRACE_EVS: return true;
    case TRACE_MCAST:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_LOSE:
    case TRACE_DROP:
    case TRACE_SUSPECT:
    case TRACE_DOWN:
    case TRACE_FAULT:
    case TRACE_NOTE: break;
    }
    return false;
}

/* -- Spans ----------------------------------------------------------------------------------------------- */

static struct history_span *last_span(const struct history_row *row) {
    return row->span_count > 0 ? &row->spans[row->span_count - 1] : NULL;
}

static void show_state(struct history_span *s, const struct trace_state *state) {
    s->count = state->count;
    s->hash = state->hash;
    memcpy(s->color, state->color, sizeof s->color);
    s->has_color = true;
}

static void show(struct history_span *s, const struct history_line *line, const struct trace_record *r) {
    if (r->ev == TRACE_VIEW) {
        s->view = r->view;
        s->leads = r->member_count > 0 && r->members[0] == line->id;
        if (r->member_count == 1 && !s->has_color && r->view <= 1) { /* it founds the group */
            struct trace_state first;
            trace_state_init(&first);
            show_state(s, &first);
        }
    } else if (r->ev == TRACE_LEAD) {
        s->leads = true;
        s->view = r->view > s->view ? r->view : s->view;
    } else if (r->ev == TRACE_STATE || (r->ev == TRACE_DELIVER && (s->has_color || r->state.count > 0))) {
        show_state(s, &r->state);
    }
    if (s->condition == HISTORY_CRASHED || s->condition == HISTORY_LEFT || s->condition == HISTORY_ENDED ||
        s->condition == HISTORY_EXCLUDED)
        s->leads = false;
}

static bool looks_alike(const struct history_span *a, const struct history_span *b) {
    return a->line == b->line && a->view == b->view && a->count == b->count && a->hash == b->hash &&
           a->condition == b->condition && a->has_color == b->has_color && a->leads == b->leads &&
           memcmp(a->color, b->color, sizeof a->color) == 0;
}

static void append_span(struct history_row *row, const struct history_span *s) {
    if (row->span_count == row->span_capacity) {
        const uint32_t capacity = row->span_capacity > 0 ? 2 * row->span_capacity : 16;
        struct history_span *spans = realloc(row->spans, capacity * sizeof *spans);
        if (!spans)
            return; /* it goes on to look as before */
        row->spans = spans;
        row->span_capacity = capacity;
    }
    row->spans[row->span_count++] = *s;
}

static void look(struct history *h, uint32_t index, const struct trace_record *r) {
    const struct history_event *e = history_at(h, index);
    const struct history_line *line = &h->lines[e->line];
    struct history_row *row = line->row != HISTORY_NOBODY ? &h->rows[line->row] : NULL;
    if (!row || row->line != e->line)
        return; /* late news of one whose name another bears by now */
    const struct history_span *last = last_span(row);
    struct history_span s = last && last->line == e->line ? *last : (struct history_span){.line = e->line};
    s.at[HISTORY_STEPS] = e->at[HISTORY_STEPS];
    s.at[HISTORY_TIME] = e->at[HISTORY_TIME];
    s.t = e->t;
    s.event = index;
    s.condition = (uint8_t)condition_of(&h->lives[e->line]);
    show(&s, line, r);
    if (!last || !looks_alike(last, &s))
        append_span(row, &s);
}

void history_unbury(struct history *h, uint16_t line) {
    struct life *life = &h->lives[line];
    struct history_event *crash = history_at(h, life->crash);
    struct history_row *row = h->lines[line].row != HISTORY_NOBODY ? &h->rows[h->lines[line].row] : NULL;
    if (row && last_span(row) && last_span(row)->event == life->crash)
        row->span_count--;
    crash->flags = HISTORY_VOID;
    life->crashed = false;
    life->crash = HISTORY_NONE;
}

void history_span_forget(struct history *h) {
    for (uint32_t i = 0; i < h->row_count; i++) {
        struct history_row *row = &h->rows[i];
        uint32_t gone = 0;
        while (gone < row->span_count && !history_has(h, row->spans[gone].event))
            gone++;
        if (gone == 0)
            continue;
        gone--; /* that one still holds */
        row->spans[gone].event = HISTORY_NONE;
        row->span_count -= gone;
        memmove(row->spans, row->spans + gone, row->span_count * sizeof *row->spans);
    }
}

/* -- Views ----------------------------------------------------------------------------------------------- */

#define VIEW_SEARCH_MAX 64

uint32_t history_view_of(struct history *h, uint32_t index, const struct trace_record *r) {
    struct history_view view = {.number = r->view, .event = index};
    view.member_count = r->member_count < GMS_MEMBERS_MAX ? r->member_count : GMS_MEMBERS_MAX;
    for (uint32_t i = 0; i < view.member_count; i++)
        view.members[i] = history_meet(h, r->members[i]);
    const uint32_t from = h->view_count > VIEW_SEARCH_MAX ? h->view_count - VIEW_SEARCH_MAX : 0;
    for (uint32_t i = h->view_count; i-- > from;) {
        const struct history_view *known = &h->views[i];
        if (known->number == view.number && known->member_count == view.member_count &&
            memcmp(known->members, view.members, view.member_count * sizeof view.members[0]) == 0)
            return i;
    }
    if (h->view_count == h->view_capacity && h->view_count < HISTORY_VIEWS_MAX) {
        const uint32_t capacity = h->view_capacity > 0 ? 2 * h->view_capacity : 64;
        struct history_view *views = realloc(h->views, capacity * sizeof *views);
        h->views = views ? views : h->views;
        h->view_capacity = views ? capacity : h->view_capacity;
    }
    if (h->view_count == h->view_capacity)
        return HISTORY_NONE;
    h->views[h->view_count] = view;
    return h->view_count++;
}

/* -- Cuts ------------------------------------------------------------------------------------------------ */

static void end_cut(struct history *h, uint32_t cut, uint32_t index) {
    const struct history_event *e = history_at(h, index);
    h->cuts[cut].end[HISTORY_STEPS] = e->at[HISTORY_STEPS];
    h->cuts[cut].end[HISTORY_TIME] = e->at[HISTORY_TIME];
    h->cut_events[cut].end = index;
}

static bool grow_cuts(struct history *h) {
    if (h->cut_count < h->cut_capacity)
        return true;
    const uint32_t capacity = h->cut_capacity > 0 ? 2 * h->cut_capacity : 64;
    struct history_cut *cuts =
        capacity <= HISTORY_CUTS_MAX ? realloc(h->cuts, capacity * sizeof *cuts) : NULL;
    h->cuts = cuts ? cuts : h->cuts;
    struct cut_events *events = cuts ? realloc(h->cut_events, capacity * sizeof *events) : NULL;
    h->cut_events = events ? events : h->cut_events;
    h->cut_capacity = events ? capacity : h->cut_capacity;
    return events != NULL;
}

static void begin_cut(struct history *h, uint16_t from, uint16_t to, uint32_t index) {
    const struct history_event *e = history_at(h, index);
    if (!grow_cuts(h))
        return;
    h->cuts[h->cut_count] = (struct history_cut){.from = from,
                                                 .to = to,
                                                 .begin = {e->at[HISTORY_STEPS], e->at[HISTORY_TIME]},
                                                 .end = {HISTORY_NONE, HISTORY_NONE}};
    h->cut_events[h->cut_count++] = (struct cut_events){index, HISTORY_NONE};
}

static bool is_open(const struct history *h, uint32_t cut) {
    return h->cuts[cut].end[HISTORY_STEPS] == HISTORY_NONE;
}

static void cut_or_heal(struct history *h, uint32_t index, bool cut) {
    const struct history_event *e = history_at(h, index);
    const uint16_t from = h->lines[e->line].row;
    const uint16_t to = e->peer != HISTORY_NOBODY ? h->lines[e->peer].row : HISTORY_NOBODY;
    for (uint32_t i = h->cut_count; i-- > 0 && from != HISTORY_NOBODY;) {
        if (h->cuts[i].from != from || (to != HISTORY_NOBODY && h->cuts[i].to != to) || !is_open(h, i))
            continue;
        if (cut)
            return; /* to another incarnation of the same name */
        end_cut(h, i, index);
    }
    if (cut && from != HISTORY_NOBODY && to != HISTORY_NOBODY)
        begin_cut(h, from, to, index);
}

/* There is no link to and from one that is gone. */
static void end_cuts(struct history *h, uint32_t index) {
    const uint16_t row = h->lines[history_at(h, index)->line].row;
    for (uint32_t i = 0; i < h->cut_count; i++) {
        if ((h->cuts[i].from == row || h->cuts[i].to == row) && is_open(h, i))
            end_cut(h, i, index);
    }
}

/* -- All that follows from an event ---------------------------------------------------------------------- */

void history_live(struct history *h, uint32_t index, const struct trace_record *r) {
    const struct history_event *e = history_at(h, index);
    struct life *life = &h->lives[e->line];
    const struct history_row *row =
        h->lines[e->line].row != HISTORY_NOBODY ? &h->rows[h->lines[e->line].row] : NULL;
    bool other = row && (row->span_count == 0 || last_span(row)->line != e->line);
    if (r->ev != TRACE_EVS && r->ev != TRACE_CRASH && life->unheard) {
        life->unheard = false;
        other = true;
    }
    if (changes(life, r) || other)
        look(h, index, r);
    if (r->ev == TRACE_CRASH || r->ev == TRACE_EXIT)
        end_cuts(h, index);
    if (r->ev == TRACE_CRASH || r->ev == TRACE_EXIT || r->ev == TRACE_LEAVE)
        history_vanish(h, HISTORY_NOBODY, e->line);
    else if (r->ev == TRACE_DOWN && e->peer != HISTORY_NOBODY)
        history_vanish(h, e->peer, e->line);
    else if (r->ev == TRACE_FAULT && r->what && strcmp(r->what, "cut") == 0)
        cut_or_heal(h, index, true);
    else if (r->ev == TRACE_FAULT && r->what && strcmp(r->what, "heal") == 0)
        cut_or_heal(h, index, false);
}

/* -- Places ---------------------------------------------------------------------------------------------- */

/* The place of an event that may be forgotten: then it is before all others. */
static void follow(const struct history *h, uint32_t event, uint32_t from, uint32_t at[HISTORY_AXES]) {
    if (event == HISTORY_NONE || event < from || at[HISTORY_STEPS] == HISTORY_NONE)
        return;
    at[HISTORY_STEPS] = history_at(h, event)->at[HISTORY_STEPS];
    at[HISTORY_TIME] = history_at(h, event)->at[HISTORY_TIME];
}

static void follow_forgotten(const struct history *h, uint32_t event, uint32_t at[HISTORY_AXES]) {
    if ((event == HISTORY_NONE || event < h->forgotten) && at[HISTORY_STEPS] != HISTORY_NONE)
        at[HISTORY_STEPS] = at[HISTORY_TIME] = 0;
}

void history_span_move(struct history *h, uint32_t from) {
    const bool all = from <= h->forgotten;
    for (uint32_t i = 0; i < h->row_count; i++) {
        const struct history_row *row = &h->rows[i];
        for (uint32_t j = row->span_count; j-- > 0 && row->spans[j].event >= from;) {
            if (row->spans[j].event != HISTORY_NONE)
                follow(h, row->spans[j].event, from, row->spans[j].at);
            else
                follow_forgotten(h, HISTORY_NONE, row->spans[j].at);
        }
    }
    for (uint32_t i = 0; i < h->cut_count; i++) {
        struct history_cut *cut = &h->cuts[i];
        if (all)
            follow_forgotten(h, h->cut_events[i].begin, cut->begin);
        if (all)
            follow_forgotten(h, h->cut_events[i].end, cut->end);
        follow(h, h->cut_events[i].begin, from, cut->begin);
        follow(h, h->cut_events[i].end, from, cut->end);
    }
    const gms_time since = all || from >= h->count ? 0 : history_at(h, from)->t;
    for (uint32_t i = h->note_count; i-- > 0 && h->notes[i].t >= since;)
        history_place_note(h, &h->notes[i]);
}
