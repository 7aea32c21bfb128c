/* See history.h. Records become events here; what follows from them is in the other files. */
#include "app/scope/history_state.h"

#include <stdlib.h>
#include <string.h>

/* -- The whole ------------------------------------------------------------------------------------------- */

static void begin(struct history *h) {
    h->move = h->places_of = HISTORY_NONE;
}

struct history *history_new(void) {
    struct history *h = calloc(1, sizeof *h);
    if (h)
        begin(h);
    return h;
}

static void empty(struct history *h) {
    for (uint32_t i = 0; i < CHUNKS_MAX; i++)
        free(h->chunks[i]);
    for (uint32_t i = 0; i < h->row_count; i++)
        free(h->rows[i].spans);
    for (uint32_t i = 0; i < h->text_count; i++)
        free(h->texts[i]);
    free(h->views);
    free(h->cuts);
    free(h->cut_events);
    free(h->active);
}

void history_destroy(struct history **h_p) {
    if (*h_p)
        empty(*h_p);
    free(*h_p);
    *h_p = NULL;
}

void history_clear(struct history *h) {
    const uint32_t layout = h->layout;
    const bool shows_quiet = h->shows_quiet;
    empty(h);
    memset(h, 0, sizeof *h);
    begin(h);
    h->layout = layout + 1;
    h->shows_quiet = shows_quiet;
}

/* -- Room ------------------------------------------------------------------------------------------------ */

static void forget_oldest(struct history *h) {
    const uint32_t chunks = CHUNKS_MAX / 4;
    for (uint32_t i = 0; i < chunks; i++)
        free(h->chunks[i]);
    memmove(h->chunks, h->chunks + chunks, (CHUNKS_MAX - chunks) * sizeof h->chunks[0]);
    memset(h->chunks + CHUNKS_MAX - chunks, 0, chunks * sizeof h->chunks[0]);
    h->chunk_first += chunks;
    h->forgotten += chunks * CHUNK_EVENTS;
    history_transit_forget(h);
    for (uint32_t i = h->forgotten; i < h->count; i++) {
        struct history_event *e = history_at(h, i);
        e->before = history_has(h, e->before) ? e->before : HISTORY_NONE;
        if (e->ev != TRACE_VIEW)
            e->match = history_has(h, e->match) ? e->match : HISTORY_NONE;
    }
    for (uint32_t i = 0; i < h->line_count; i++) {
        struct history_line *line = &h->lines[i];
        line->last = history_has(h, line->last) ? line->last : HISTORY_NONE;
        if (line->last == HISTORY_NONE || line->first < h->forgotten)
            line->first = line->last == HISTORY_NONE ? HISTORY_NONE : h->forgotten;
    }
    for (uint32_t i = 0; i < h->row_count; i++)
        h->row_last[i] = history_has(h, h->row_last[i]) ? h->row_last[i] : HISTORY_NONE;
    h->move = h->move < h->forgotten ? h->forgotten : h->move;
    h->places_of = h->places_of < h->forgotten ? h->forgotten : h->places_of;
    history_span_forget(h);
}

/* The chunk of the next event. False: there is no room, not even for the latest. */
static bool make_room(struct history *h) {
    if (h->count >= HISTORY_NONE - CHUNK_EVENTS)
        return false;
    if (h->count / CHUNK_EVENTS - h->chunk_first == CHUNKS_MAX)
        forget_oldest(h);
    struct chunk **chunk = &h->chunks[h->count / CHUNK_EVENTS - h->chunk_first];
    if (*chunk)
        return true;
    *chunk = malloc(sizeof **chunk);
    for (uint32_t i = 0; *chunk && i < CHUNK_BLOCKS; i++)
        (*chunk)->blocks[i] = (struct block){.lo = {HISTORY_NONE, HISTORY_NONE}};
    return *chunk != NULL;
}

/* -- Events ---------------------------------------------------------------------------------------------- */

static uint8_t type_of(const char *name) {
    for (int type = 1; type < GMS_TYPES && name; type++) {
        if (strcmp(gms_type_name((enum gms_type)type), name) == 0)
            return (uint8_t)type;
    }
    return GMS_TYPES;
}

static bool is_message(enum trace_ev ev) {
    return ev == TRACE_SEND || ev == TRACE_RECV || ev == TRACE_LOSE || ev == TRACE_DROP;
}

/* What says nothing new is quiet: that one lives, and that the same is still so. */
static void fill_message(struct history *h, struct history_event *e, const struct trace_record *r) {
    e->type = type_of(r->type);
    const bool again = r->ev != TRACE_DROP && history_said_before(h, r, e->type);
    if (e->type == GMS_HEARTBEAT || e->type == GMS_ACK || e->type == GMS_COMMIT ||
        (again && (e->type == GMS_SUSPECT || e->type == GMS_PREPARE)))
        e->flags |= HISTORY_QUIET;
    if (again && (r->ev == TRACE_SEND || r->ev == TRACE_LOSE))
        e->flags |= HISTORY_RESENT;
}

static void fill(struct history *h, struct history_event *e, uint16_t line, const struct trace_record *r) {
    const bool acts_on_line = r->ev == TRACE_CRASH || r->ev == TRACE_HANG || r->ev == TRACE_RESUME;
    const char *text = r->why ? r->why : r->what;
    *e = (struct history_event){.t = r->t,
                                .match = HISTORY_NONE,
                                .before = HISTORY_NONE,
                                .view = r->view,
                                .m_n = (uint32_t)r->m_n,
                                .count = (uint32_t)r->state.count,
                                .seq = (uint32_t)r->seq,
                                .text = text ? history_intern(h, text) : 0,
                                .line = line,
                                .peer = acts_on_line ? HISTORY_NOBODY : history_meet(h, r->peer),
                                .m_origin = history_meet(h, r->m_origin),
                                .ev = (uint8_t)r->ev,
                                .n = r->n > 0 && r->n <= UINT8_MAX ? (uint8_t)r->n : 0,
                                .color = {r->state.color[0], r->state.color[1], r->state.color[2]}};
    if (r->here) /* so it stands; nothing happened */
        e->flags |= HISTORY_VOID;
    if (is_message(r->ev))
        fill_message(h, e, r);
    if (r->ev == TRACE_FREEZE) {
        e->seq = (uint32_t)r->expected;
        e->count = (uint32_t)r->got;
    } else if (r->ev == TRACE_VIEW) {
        e->count = r->member_count;
    }
}

/* A message counts once: where it was sent. */
static void count_quiet(struct block *b, const struct history_event *e) {
    if (e->ev == TRACE_RECV || e->ev == TRACE_DROP)
        return;
    if (e->type == GMS_HEARTBEAT)
        b->heartbeats++;
    else if (e->type == GMS_ACK)
        b->acknowledgements++;
    else
        b->others++;
}

/* Chains it to its lifeline; its index, HISTORY_NONE if there is no room. */
static uint32_t put(struct history *h, struct history_event *e) {
    if (!make_room(h)) {
        h->refused++;
        return HISTORY_NONE;
    }
    const uint32_t index = h->count++;
    struct history_line *line = &h->lines[e->line];
    uint32_t *last = line->row != HISTORY_NOBODY ? &h->row_last[line->row] : &line->last;
    e->before = *last;
    *last = line->last = index;
    if (line->first == HISTORY_NONE)
        line->first = index;
    *history_at(h, index) = *e;
    if ((e->flags & HISTORY_QUIET) && !(e->flags & HISTORY_VOID))
        count_quiet(history_block(h, index), e);
    return index;
}

/* One that stood already is known from then on, and no event is its installation. */
static void install(struct history *h, uint32_t index, const struct trace_record *r) {
    const uint32_t view = history_view_of(h, index, r);
    if (!r->here)
        history_at(h, index)->match = view;
}

/* An event, what belongs to it, its place, and what it changes. */
static uint32_t append(struct history *h, struct history_event *e, const struct trace_record *r) {
    const uint32_t index = put(h, e);
    if (index == HISTORY_NONE)
        return index;
    if (r->ev == TRACE_SEND || r->ev == TRACE_RECV)
        history_match(h, index, r);
    else if (r->ev == TRACE_LOSE)
        history_match_loss(h, index, r);
    else if (r->ev == TRACE_DROP)
        history_match_drop(h, index, r);
    else if (r->ev == TRACE_DOWN)
        history_match_down(h, index);
    else if (r->ev == TRACE_VIEW)
        install(h, index, r);
    history_place(h, index);
    history_live(h, index, r);
    return index;
}

static void crash(struct history *h, uint16_t line, const struct trace_record *r) {
    struct life *life = &h->lives[line];
    struct history_event e;
    if (life->crashed || life->left)
        return; /* it was told before */
    fill(h, &e, line, r);
    life->crash = append(h, &e, r);
    if (life->crash != HISTORY_NONE)
        history_match_crash(h, life->crash);
}

/* -- Records --------------------------------------------------------------------------------------------- */

/* Whose lifeline it is about. */
static uint16_t line_of(struct history *h, const struct trace_record *r) {
    if (r->ev == TRACE_CRASH || r->ev == TRACE_HANG || r->ev == TRACE_RESUME)
        return history_meet(h, r->peer);
    return history_meet(h, r->id);
}

static void own_record(struct history *h, uint16_t line, const struct trace_record *r) {
    struct life *life = &h->lives[line];
    struct history_event e;
    const bool again = life->crashed && history_has(h, life->crash);
    const gms_time died = again ? history_at(h, life->crash)->t : 0;
    if (again) /* late news of somebody who is known to be dead */
        history_unbury(h, line);
    fill(h, &e, line, r);
    append(h, &e, r);
    if (again)
        crash(h, line,
              &(struct trace_record){
                  .ev = TRACE_CRASH, .t = died > r->t ? died : r->t, .peer = h->lines[line].id});
}

/* Another incarnation of that name; if it is not an earlier one that is heard of late. */
static void take_over(struct history *h, uint16_t line, gms_time t) {
    struct history_row *row = &h->rows[h->lines[line].row];
    const struct history_event *first =
        history_has(h, h->lines[row->line].first) ? history_at(h, h->lines[row->line].first) : NULL;
    if (!first || first->t <= t)
        row->line = line;
}

void history_feed(struct history *h, const char *who, const struct trace_record *r) {
    if (r->t > h->now)
        h->now = r->t;
    if (r->ev == TRACE_NOTE) {
        history_caption(h, r->t, r->what ? r->what : "");
        return;
    }
    if (r->ev >= TRACE_EVS || (r->id == GMS_NOBODY && r->peer == GMS_NOBODY))
        return; /* the director's own */
    const uint16_t line = line_of(h, r);
    if (line == HISTORY_NOBODY) {
        h->refused += r->id != GMS_NOBODY;
        return;
    }
    if (r->id == h->lines[line].id && r->ev != TRACE_CRASH) {
        if (h->lines[line].row == HISTORY_NOBODY)
            history_name_line(h, line, who);
        if (!h->lives[line].speaks && h->lines[line].row != HISTORY_NOBODY)
            take_over(h, line, r->t);
        h->lives[line].speaks = true;
    }
    if (r->ev == TRACE_CRASH)
        crash(h, line, r);
    else
        own_record(h, line, r);
}

void history_caption(struct history *h, gms_time t, const char *text) {
    struct history_note note = {.t = t};
    const struct history_note *last = h->note_count > 0 ? &h->notes[h->note_count - 1] : NULL;
    strncpy(note.text, text, sizeof note.text - 1);
    if (h->note_count == HISTORY_NOTES_MAX || (last && last->t == t && strcmp(last->text, note.text) == 0))
        return;
    history_place_note(h, &note);
    h->notes[h->note_count++] = note;
}

void history_miss(struct history *h, const char *who, uint64_t records) {
    const uint16_t line = history_who(h, who);
    if (line != HISTORY_NOBODY)
        h->lines[line].missing += records;
    else
        h->refused += records;
}

void history_silent(struct history *h, const char *who, gms_time t) {
    const uint16_t line = history_who(h, who);
    struct life *life = line != HISTORY_NOBODY ? &h->lives[line] : NULL;
    if (!life || life->crashed || life->left || life->unheard)
        return;
    struct history_event e;
    const struct trace_record nothing = {.ev = TRACE_EVS, .t = t, .id = h->lines[line].id};
    life->unheard = true;
    fill(h, &e, line, &nothing);
    e.flags = HISTORY_VOID;
    append(h, &e, &nothing);
}

void history_tick(struct history *h, gms_time now) {
    if (now > h->now)
        h->now = now;
}

void history_show_quiet(struct history *h, bool shows) {
    h->all_move = h->all_move || h->shows_quiet != shows;
    h->shows_quiet = shows;
}

void history_place_anew(struct history *h) {
    h->all_move = true;
}

/* -- What there is --------------------------------------------------------------------------------------- */

uint32_t history_event_count(const struct history *h) {
    return h->count;
}

const struct history_event *history_event(const struct history *h, uint32_t index) {
    history_settled(h);
    return history_has(h, index) ? history_at(h, index) : NULL;
}

const char *history_text(const struct history *h, uint32_t text) {
    return text > 0 && text <= h->text_count ? h->texts[text - 1] : "";
}

uint32_t history_row_count(const struct history *h) {
    return h->row_count;
}

const struct history_row *history_row(const struct history *h, uint32_t row) {
    history_settled(h);
    return row < h->row_count ? &h->rows[row] : NULL;
}

uint32_t history_line_count(const struct history *h) {
    return h->line_count;
}

const struct history_line *history_line(const struct history *h, uint32_t line) {
    return line < h->line_count ? &h->lines[line] : NULL;
}

uint32_t history_view_count(const struct history *h) {
    return h->view_count;
}

const struct history_view *history_view(const struct history *h, uint32_t index) {
    return index < h->view_count ? &h->views[index] : NULL;
}

uint32_t history_cut_count(const struct history *h) {
    return h->cut_count;
}

const struct history_cut *history_cut(const struct history *h, uint32_t index) {
    history_settled(h);
    return index < h->cut_count ? &h->cuts[index] : NULL;
}

uint32_t history_note_count(const struct history *h) {
    return h->note_count;
}

const struct history_note *history_note_at(const struct history *h, uint32_t index) {
    history_settled(h);
    return index < h->note_count ? &h->notes[index] : NULL;
}

uint32_t history_forgotten(const struct history *h) {
    return h->forgotten;
}

uint64_t history_missing(const struct history *h) {
    uint64_t missing = h->refused;
    for (uint32_t i = 0; i < h->line_count; i++)
        missing += h->lines[i].missing;
    return missing;
}

gms_time history_now(const struct history *h) {
    return h->now;
}

uint32_t history_layout(const struct history *h) {
    history_settled(h);
    return h->layout;
}

uint64_t history_mended(const struct history *h) {
    history_settled(h);
    return h->mended;
}
