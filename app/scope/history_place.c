/* Where an event stands: on the axis of steps after what caused it, on the axis of time by the clock. Given
 * as events come; what turns out later to have come in another order is mended before anybody looks. */
#include "app/scope/history_state.h"

#include <stdlib.h>
#include <string.h>

#define SILENCE  ((gms_time)1000000000)
#define TICK     (SILENCE / HISTORY_TICKS)
#define LATEST   (UINT32_MAX - 2 * HISTORY_TICKS) /* the time axis ends there */
#define MENDINGS 64                               /* passes, if a trace contradicts itself */

/* -- The axis of time ------------------------------------------------------------------------------------ */

static uint32_t ticks_after(uint32_t at, gms_time span) {
    return span / TICK < LATEST - at ? at + (uint32_t)(span / TICK) : LATEST;
}

static uint32_t end_of(const struct active *a) {
    return ticks_after(a->fold.at[HISTORY_TIME], a->end - a->begin);
}

/* The last active time that begins at or before t; ACTIVE_MAX: none. */
static uint32_t active_at(const struct history *h, gms_time t) {
    uint32_t low = 0, high = h->active_count;
    if (high > 0 && h->active[high - 1].begin <= t)
        return high - 1;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (h->active[middle].begin <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? low - 1 : ACTIVE_MAX;
}

static uint32_t place_in_time(const struct history *h, gms_time t) {
    const uint32_t i = active_at(h, t);
    if (i == ACTIVE_MAX)
        return 0;
    const struct active *a = &h->active[i];
    const uint32_t at = ticks_after(a->fold.at[HISTORY_TIME], t - a->begin);
    const uint32_t most = end_of(a) + HISTORY_TICKS; /* the silence after it */
    return at < most ? at : most;
}

static void number_actives(struct history *h, uint32_t from) {
    for (uint32_t i = from; i < h->active_count; i++) {
        struct history_fold *fold = &h->active[i].fold;
        const struct active *before = i > 0 ? &h->active[i - 1] : NULL;
        const uint32_t at = before ? end_of(before) : 0;
        fold->at[HISTORY_TIME] = before && at < LATEST ? at + HISTORY_TICKS : at;
        fold->silence = before ? h->active[i].begin - before->end : 0;
    }
}

static void insert_active(struct history *h, uint32_t at, gms_time t) {
    if (h->active_count == h->active_capacity && h->active_count < ACTIVE_MAX) {
        const uint32_t capacity = h->active_capacity > 0 ? 2 * h->active_capacity : 64;
        struct active *active = realloc(h->active, capacity * sizeof *active);
        h->active = active ? active : h->active;
        h->active_capacity = active ? capacity : h->active_capacity;
    }
    if (h->active_count == h->active_capacity) {
        if (at > 0 && t > h->active[at - 1].end) /* then this silence is not folded */
            h->active[at - 1].end = t;
        return;
    }
    memmove(h->active + at + 1, h->active + at, (h->active_count - at) * sizeof *h->active);
    h->active[at] = (struct active){.begin = t, .end = t, .fold = {.at = {HISTORY_NONE, 0}}};
    h->active_count++;
}

/* Something happened in what seemed to be silence, or before everything. */
static void break_silence(struct history *h, uint32_t before, gms_time t) {
    struct active *a = before != ACTIVE_MAX ? &h->active[before] : NULL;
    const uint32_t next = a ? before + 1 : 0;
    struct active *b = next < h->active_count ? &h->active[next] : NULL;
    h->all_move = h->all_move || b != NULL;
    if (a && t - a->end <= SILENCE && b && b->begin - t <= SILENCE) {
        a->end = b->end;
        h->active_count--;
        memmove(b, b + 1, (h->active_count - next) * sizeof *b);
    } else if (a && t - a->end <= SILENCE) {
        a->end = t;
    } else if (b && b->begin - t <= SILENCE) {
        b->begin = t;
    } else {
        insert_active(h, next, t);
    }
    number_actives(h, next > 0 ? next - 1 : 0);
}

static void be_active(struct history *h, gms_time t) {
    const uint32_t i = active_at(h, t);
    if (i == ACTIVE_MAX || t > h->active[i].end)
        break_silence(h, i, t);
}

/* -- The axis of steps ----------------------------------------------------------------------------------- */

/* How far all had got so many eighths of a second before. */
static uint32_t step_before(const struct history *h, gms_time t, uint32_t lag) {
    const struct recent *r = &h->recent;
    uint64_t slot = t / RECENT_SLOT;
    if (slot < lag)
        return 0;
    slot = slot - lag < r->newest ? slot - lag : r->newest;
    return r->newest - slot < RECENT_SLOTS ? r->step[slot % RECENT_SLOTS] : 0;
}

static void note_step(struct history *h, gms_time t, uint32_t step) {
    struct recent *r = &h->recent;
    const uint64_t slot = t / RECENT_SLOT;
    const uint32_t so_far = r->step[r->newest % RECENT_SLOTS];
    const uint64_t passed = slot > r->newest ? slot - r->newest : 0;
    for (uint64_t i = 1; i <= passed && i <= RECENT_SLOTS; i++)
        r->step[(r->newest + i) % RECENT_SLOTS] = so_far;
    if (passed > RECENT_SLOTS)
        r->step[slot % RECENT_SLOTS] = so_far;
    r->newest += passed;
    for (uint64_t i = slot; i <= r->newest && r->newest - slot < RECENT_SLOTS; i++)
        r->step[i % RECENT_SLOTS] = step > r->step[i % RECENT_SLOTS] ? step : r->step[i % RECENT_SLOTS];
}

static bool is_hidden(const struct history *h, const struct history_event *e) {
    return (e->flags & HISTORY_VOID) || ((e->flags & HISTORY_QUIET) && !h->shows_quiet);
}

/* Or it belongs to what was before it. */
static bool takes_a_step(const struct history *h, const struct history_event *e) {
    return !is_hidden(h, e) && e->ev != TRACE_FAULT && (e->ev != TRACE_DROP || e->match == HISTORY_NONE);
}

/* -- Blocks ---------------------------------------------------------------------------------------------- */

static void cover_place(const struct history *h, uint32_t block_of, const uint32_t at[HISTORY_AXES]) {
    struct block *b = history_block(h, block_of);
    for (int axis = 0; axis < HISTORY_AXES; axis++) {
        b->lo[axis] = at[axis] < b->lo[axis] ? at[axis] : b->lo[axis];
        b->hi[axis] = at[axis] > b->hi[axis] ? at[axis] : b->hi[axis];
    }
}

/* With its arrow, if the other end is one of those below `known`, which have their places. */
static void cover(struct history *h, uint32_t index, const struct history_event *e, uint32_t known) {
    cover_place(h, index, e->at);
    for (int axis = 0; axis < HISTORY_AXES && !is_hidden(h, e); axis++)
        h->end[axis] = e->at[axis] > h->end[axis] ? e->at[axis] : h->end[axis];
    if (e->ev == TRACE_VIEW || !history_has(h, e->match) || e->match >= known)
        return;
    const struct history_event *match = history_at(h, e->match);
    cover_place(h, index, match->at);
    cover_place(h, e->match, e->at);
}

/* -- Giving places --------------------------------------------------------------------------------------- */

static void move_from(struct history *h, uint32_t index) {
    h->move = index < h->move ? index : h->move;
}

/* What another event must stand before: a receipt the send, the news of a crash the crash. */
static bool has_cause(const struct history *h, const struct history_event *e) {
    return (e->ev == TRACE_RECV || e->ev == TRACE_DOWN) && history_has(h, e->match);
}

/* The receipt of it that came before it must not stand before it. */
static void push_receipt(struct history *h, uint32_t index, const struct history_event *e) {
    if (e->ev == TRACE_SEND && history_has(h, e->match) && e->match < index &&
        history_at(h, e->match)->at[HISTORY_STEPS] <= e->at[HISTORY_STEPS] && !is_hidden(h, e))
        move_from(h, e->match);
}

void history_place_news(struct history *h, uint32_t index) {
    if (history_at(h, history_at(h, index)->match)->at[HISTORY_STEPS] >=
        history_at(h, index)->at[HISTORY_STEPS])
        move_from(h, index);
}

/* Whether somebody of that name was there before: the event is of another one. Places may be given anew, so
 * it must not matter what came since. */
static bool had_looks(const struct history_row *row, uint32_t index) {
    return row->span_count > 0 && (row->spans[0].event == HISTORY_NONE || row->spans[0].event < index);
}

void history_place(struct history *h, uint32_t index) {
    struct history_event *e = history_at(h, index);
    const struct history_event *before = history_has(h, e->before) ? history_at(h, e->before) : NULL;
    const uint16_t row = h->lines[e->line].row;
    const bool returns = !before && row != HISTORY_NOBODY && had_looks(&h->rows[row], index);
    uint32_t step = before ? before->at[HISTORY_STEPS] : 0;
    if (!is_hidden(h, e))
        be_active(h, e->t);
    e->at[HISTORY_TIME] = place_in_time(h, e->t);
    if (before && before->at[HISTORY_TIME] > e->at[HISTORY_TIME])
        e->at[HISTORY_TIME] = before->at[HISTORY_TIME];
    if (takes_a_step(h, e)) {
        const uint32_t others = step_before(h, e->t, returns ? 0 : RECENT_LAG);
        step = (step > others ? step : others) + 1;
        if (has_cause(h, e) && e->match < index && history_at(h, e->match)->at[HISTORY_STEPS] >= step)
            step = history_at(h, e->match)->at[HISTORY_STEPS] + 1;
        note_step(h, e->t, step);
        const uint32_t i = active_at(h, e->t);
        if (i != ACTIVE_MAX && h->active[i].fold.at[HISTORY_STEPS] > step)
            h->active[i].fold.at[HISTORY_STEPS] = step;
    }
    if (!takes_a_step(h, e) && has_cause(h, e) && e->match < index &&
        history_at(h, e->match)->at[HISTORY_STEPS] > step)
        step = history_at(h, e->match)
                   ->at[HISTORY_STEPS]; /* what follows from a quiet message stands after it */
    if (e->ev == TRACE_FAULT && !is_hidden(h, e) && step_before(h, e->t, 0) > step)
        step = step_before(h, e->t, 0); /* what comes after a cut stands after it, whoever's it is */
    e->at[HISTORY_STEPS] = step;
    cover(h, index, e, index);
    push_receipt(h, index, e);
}

static void place_all(struct history *h) {
    h->active_count = 0;
    h->recent = (struct recent){0};
    h->end[HISTORY_STEPS] = h->end[HISTORY_TIME] = 0;
    h->move = HISTORY_NONE;
    for (uint32_t i = h->forgotten; i < h->count; i++) {
        const struct history_event *e = history_at(h, i);
        if (!is_hidden(h, e))
            be_active(h, e->t);
        if (i % BLOCK_EVENTS == 0) {
            struct block *b = history_block(h, i);
            memset(b->lo, 0xff, sizeof b->lo);
            memset(b->hi, 0, sizeof b->hi);
        }
    }
    for (uint32_t i = h->forgotten; i < h->count; i++)
        history_place(h, i);
    h->places_of = h->forgotten;
    h->layout++;
}

/* Steps from there on, after what is known by now; they only grow. */
static void mend(struct history *h) {
    const uint32_t from = h->move;
    h->move = HISTORY_NONE;
    h->places_of = from < h->places_of ? from : h->places_of;
    for (uint32_t i = from; i < h->count; i++) {
        struct history_event *e = history_at(h, i);
        const bool takes = takes_a_step(h, e);
        uint32_t step = e->at[HISTORY_STEPS];
        if (history_has(h, e->before) && history_at(h, e->before)->at[HISTORY_STEPS] + takes > step)
            step = history_at(h, e->before)->at[HISTORY_STEPS] + takes;
        if (has_cause(h, e) && history_at(h, e->match)->at[HISTORY_STEPS] + takes > step)
            step = history_at(h, e->match)->at[HISTORY_STEPS] + takes;
        if (step == e->at[HISTORY_STEPS])
            continue;
        e->at[HISTORY_STEPS] = step;
        h->mended++;
        if (takes)
            note_step(h, e->t, step);
        cover(h, i, e, h->count);
        push_receipt(h, i, e);
    }
}

void history_settle(struct history *h) {
    if (h->all_move)
        place_all(h);
    h->all_move = false; /* nothing in it can make it so again */
    for (int i = 0; i < MENDINGS && h->move != HISTORY_NONE; i++)
        mend(h);
    h->move = HISTORY_NONE;
    if (h->places_of != HISTORY_NONE)
        history_span_move(h, h->places_of);
    h->places_of = HISTORY_NONE;
}

/* -- What stands where ----------------------------------------------------------------------------------- */

uint32_t history_end(const struct history *h, enum history_axis axis) {
    history_settled(h);
    return h->end[axis];
}

static bool shows(const struct block *b, enum history_axis axis, uint32_t from, uint32_t to) {
    return b->lo[axis] <= to && (b->hi[axis] >= from || b->open > 0);
}

static uint32_t block_after(uint32_t index) {
    return index - index % BLOCK_EVENTS + BLOCK_EVENTS;
}

uint32_t history_next(const struct history *h, enum history_axis axis, uint32_t from, uint32_t to,
                      uint32_t index, uint32_t last) {
    history_settled(h);
    index = index > h->forgotten ? index : h->forgotten;
    last = last < h->count ? last : h->count;
    while (index < last && !shows(history_block(h, index), axis, from, to))
        index = block_after(index);
    return index < last ? index : last;
}

void history_between(const struct history *h, enum history_axis axis, uint32_t from, uint32_t to,
                     uint32_t *first, uint32_t *last) {
    *first = history_next(h, axis, from, to, h->forgotten, h->count);
    *last = h->count;
    while (*last > *first && !shows(history_block(h, *last - 1), axis, from, to))
        *last = (*last - 1) - (*last - 1) % BLOCK_EVENTS;
    *last = *last > *first ? *last : *first;
}

const struct history_span *history_span_at(const struct history *h, uint32_t row, enum history_axis axis,
                                           uint32_t at) {
    history_settled(h);
    const struct history_row *r = row < h->row_count ? &h->rows[row] : NULL;
    uint32_t low = 0, high = r ? r->span_count : 0;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (r->spans[middle].at[axis] <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &r->spans[low - 1] : NULL;
}

/* -- From one axis to the other -------------------------------------------------------------------------- */

/* When the first event at that step or after it was. */
static gms_time time_of_step(const struct history *h, uint32_t step) {
    for (uint32_t i = h->forgotten; i < h->count; i = block_after(i)) {
        const uint32_t end = block_after(i) < h->count ? block_after(i) : h->count;
        const struct history_event *found = NULL;
        if (history_block(h, i)->hi[HISTORY_STEPS] < step)
            continue;
        for (uint32_t j = i; j < end; j++) {
            const struct history_event *e = history_at(h, j);
            if (!is_hidden(h, e) && e->at[HISTORY_STEPS] >= step &&
                (!found || e->at[HISTORY_STEPS] < found->at[HISTORY_STEPS]))
                found = e;
        }
        if (found)
            return found->t;
    }
    return h->now;
}

/* The last step up to that place in time. */
static uint32_t step_at_time(const struct history *h, uint32_t at) {
    for (uint32_t end = h->count; end > h->forgotten;) {
        const uint32_t begin = (end - 1) - (end - 1) % BLOCK_EVENTS;
        uint32_t step = 0;
        for (uint32_t j = begin; j < end && history_block(h, begin)->lo[HISTORY_TIME] <= at; j++) {
            const struct history_event *e = history_at(h, j);
            if (e->at[HISTORY_TIME] <= at && e->at[HISTORY_STEPS] > step)
                step = e->at[HISTORY_STEPS];
        }
        if (step > 0)
            return step;
        end = begin;
    }
    return 0;
}

gms_time history_time_at(const struct history *h, enum history_axis axis, uint32_t at) {
    history_settled(h);
    if (axis == HISTORY_STEPS)
        return time_of_step(h, at);
    uint32_t i = h->active_count;
    while (i > 1 && h->active[i - 1].fold.at[HISTORY_TIME] > at)
        i--;
    if (i == 0)
        return 0;
    const struct active *a = &h->active[i - 1];
    const gms_time t = a->begin + (gms_time)(at - a->fold.at[HISTORY_TIME]) * TICK;
    return i < h->active_count && t > h->active[i].begin ? h->active[i].begin : t;
}

uint32_t history_place_of(const struct history *h, enum history_axis axis, gms_time t) {
    history_settled(h);
    const uint32_t at = place_in_time(h, t);
    return axis == HISTORY_TIME ? at : step_at_time(h, at);
}

void history_place_note(const struct history *h, struct history_note *note) {
    note->at[HISTORY_TIME] = place_in_time(h, note->t);
    note->at[HISTORY_STEPS] = step_at_time(h, note->at[HISTORY_TIME]);
}

/* -- What is not shown ----------------------------------------------------------------------------------- */

uint32_t history_fold_count(const struct history *h) {
    history_settled(h);
    return h->active_count > 0 ? h->active_count - 1 : 0;
}

const struct history_fold *history_fold(const struct history *h, uint32_t index) {
    history_settled(h);
    return index + 1 < h->active_count ? &h->active[index + 1].fold : NULL;
}

static void add_event(struct history_hidden *hidden, const struct history_event *e) {
    if (!(e->flags & HISTORY_QUIET) || (e->flags & HISTORY_VOID) || e->ev == TRACE_RECV ||
        e->ev == TRACE_DROP)
        return;
    hidden->heartbeats += e->type == GMS_HEARTBEAT;
    hidden->acknowledgements += e->type == GMS_ACK;
    hidden->others += e->type != GMS_HEARTBEAT && e->type != GMS_ACK;
}

struct history_hidden history_hidden(const struct history *h, enum history_axis axis, uint32_t from,
                                     uint32_t to) {
    struct history_hidden hidden = {0};
    history_settled(h);
    for (uint32_t i = h->forgotten; i < h->count && !h->shows_quiet; i = block_after(i)) {
        const struct block *b = history_block(h, i);
        const uint32_t end = block_after(i) < h->count ? block_after(i) : h->count;
        if (b->lo[axis] >= from && b->hi[axis] < to) {
            hidden.heartbeats += b->heartbeats;
            hidden.acknowledgements += b->acknowledgements;
            hidden.others += b->others;
            continue;
        }
        for (uint32_t j = i; j < end && b->lo[axis] < to && b->hi[axis] >= from; j++) {
            const struct history_event *e = history_at(h, j);
            if (e->at[axis] >= from && e->at[axis] < to)
                add_event(&hidden, e);
        }
    }
    return hidden;
}
