/* The inside of a history, for its own files:
 *   history.c        records become events; what there is, for readers
 *   history_who.c    names, lines and rows, texts
 *   history_transit.c  which receipt belongs to which send
 *   history_span.c   what a lifeline looks like, views, cuts, notes
 *   history_place.c  where an event stands, and what stands where
 */
#ifndef APP_SCOPE_HISTORY_STATE_H
#define APP_SCOPE_HISTORY_STATE_H

#include "app/scope/history.h"

#define CHUNK_EVENTS 16384u /* 1 MB; the oldest quarter is a whole number of them */
#define CHUNKS_MAX   ((HISTORY_EVENTS_MAX + CHUNK_EVENTS - 1) / CHUNK_EVENTS)
#define BLOCK_EVENTS 256u
#define CHUNK_BLOCKS (CHUNK_EVENTS / BLOCK_EVENTS)

/* Neighbours in the order of coming, and what place they take, with their arrows. */
struct block {
    uint32_t lo[HISTORY_AXES], hi[HISTORY_AXES];
    uint16_t open; /* sends whose receipt may still come: they reach to the end */
    uint16_t heartbeats, acknowledgements, others;
};

struct chunk {
    struct history_event events[CHUNK_EVENTS];
    struct block blocks[CHUNK_BLOCKS];
};

/* What is known of a lifeline's process. */
struct life {
    bool named, speaks; /* has records of its own */
    bool joining, viewed, blocked, no_quorum, frozen, hung, excluded, left, ended, crashed, unheard;
    uint32_t crash; /* the event */
};

/* A time in which things happened, without a second of silence, and the silence before it. */
struct active {
    gms_time begin, end;
    struct history_fold fold; /* where it begins; on the axis of steps HISTORY_NONE: not known yet */
};
#define ACTIVE_MAX 65536

/* How far the steps had got lately, in eighths of a second. */
#define RECENT_SLOTS 64u
#define RECENT_SLOT  ((gms_time)125000000)
#define RECENT_LAG   4u

struct recent {
    uint64_t newest;
    uint32_t step[RECENT_SLOTS];
};

/* Transmissions of which one end is known, the oldest first. */
#define TRANSIT_MAX     65536u
#define TRANSIT_BUCKETS 65536u
#define TRANSIT_TIME    ((gms_time)30000000000) /* then nobody will tell any more */

struct transit {
    gms_id sender;
    uint64_t x;
    gms_time t;
    uint32_t event, next; /* in the bucket: number + 1 */
    bool used, receipt;
};

#define SAID_SLOTS 65536u /* fingerprints of what went to whom, the latest of each slot */
#define LINE_SLOTS (4 * HISTORY_LINES_MAX)
#define TEXT_SLOTS (4 * HISTORY_TEXTS_MAX)
#define TEXT_SIZE  128

struct history {
    struct chunk *chunks[CHUNKS_MAX + 1];
    uint32_t chunk_first; /* number of the first one that is there */
    uint32_t count, forgotten;
    uint64_t refused; /* records that had no room */
    gms_time now;
    bool shows_quiet;

    uint32_t line_count, row_count, text_count;
    struct history_line lines[HISTORY_LINES_MAX];
    struct life lives[HISTORY_LINES_MAX];
    uint16_t line_slots[LINE_SLOTS]; /* index + 1 */
    struct history_row rows[HISTORY_ROWS_MAX];
    uint32_t row_last[HISTORY_ROWS_MAX]; /* its last event */
    char *texts[HISTORY_TEXTS_MAX];
    uint16_t text_slots[TEXT_SLOTS];

    uint32_t view_count, view_capacity, cut_count, cut_capacity, note_count;
    struct history_view *views;
    struct history_cut *cuts;
    struct cut_events {
        uint32_t begin, end;
    } * cut_events;
    struct history_note notes[HISTORY_NOTES_MAX];

    uint32_t end[HISTORY_AXES];
    uint32_t layout;
    uint64_t mended;
    bool all_move;      /* all places are to be given anew */
    uint32_t move;      /* ... or those from here on; HISTORY_NONE: none */
    uint32_t places_of; /* spans, cuts and notes follow their events from here on; HISTORY_NONE: they do */
    uint32_t active_count, active_capacity;
    struct active *active;
    struct recent recent;

    uint32_t transit_first, transit_end; /* numbers; modulo TRANSIT_MAX in the ring */
    struct transit transit[TRANSIT_MAX];
    uint32_t transit_buckets[TRANSIT_BUCKETS];
    uint64_t said[SAID_SLOTS];
};

/* -- Events (history.c) ---------------------------------------------------------------------------------- */

static inline struct history_event *history_at(const struct history *h, uint32_t index) {
    return &h->chunks[index / CHUNK_EVENTS - h->chunk_first]->events[index % CHUNK_EVENTS];
}

static inline struct block *history_block(const struct history *h, uint32_t index) {
    return &h->chunks[index / CHUNK_EVENTS - h->chunk_first]->blocks[index % CHUNK_EVENTS / BLOCK_EVENTS];
}

static inline bool history_has(const struct history *h, uint32_t index) {
    return index >= h->forgotten && index < h->count; /* HISTORY_NONE is beyond */
}

/* Every look at places comes through here: those that are known better by now are given anew. */
void history_settle(struct history *);
static inline void history_settled(const struct history *h) {
    if (h->all_move || h->move != HISTORY_NONE || h->places_of != HISTORY_NONE)
        history_settle((struct history *)h); /* they are what a reader would have computed */
}

/* -- Who (history_who.c) --------------------------------------------------------------------------------- */

/* HISTORY_NOBODY: no room, or nobody. */
uint16_t history_meet(struct history *, gms_id);
uint16_t history_who(struct history *, const char *name); /* the latest of that name */
void history_name_line(struct history *, uint16_t line, const char *name);
uint32_t history_intern(struct history *, const char *text);

/* -- Both ends (history_transit.c) ----------------------------------------------------------------------- */

void history_match(struct history *, uint32_t index, const struct trace_record *); /* SEND, RECV */
void history_match_loss(struct history *, uint32_t index, const struct trace_record *);
void history_match_drop(struct history *, uint32_t index, const struct trace_record *);
void history_match_down(struct history *, uint32_t index);
void history_match_crash(struct history *, uint32_t index); /* with what was heard of it before */
/* SEND, LOSE, RECV: whether the same went to the same before; takes note of it. */
bool history_said_before(struct history *, const struct trace_record *, uint8_t type);
/* What is on its way to that line will not arrive; from one line only unless HISTORY_NOBODY. */
void history_vanish(struct history *, uint16_t from, uint16_t to);
void history_transit_forget(struct history *);

/* -- Looks (history_span.c) ------------------------------------------------------------------------------ */

void history_live(struct history *, uint32_t index, const struct trace_record *); /* what it changes */
void history_unbury(struct history *, uint16_t line); /* its crash is taken back: more is heard of it */
void history_span_forget(struct history *);
void history_span_move(struct history *, uint32_t from); /* with their events from that one on */
uint32_t history_view_of(struct history *, uint32_t index, const struct trace_record *);

/* -- Places (history_place.c) ---------------------------------------------------------------------------- */

void history_place(struct history *, uint32_t index);
void history_place_news(struct history *, uint32_t index); /* its cause, in `match`, is known by now */
void history_place_note(const struct history *, struct history_note *);

#endif
