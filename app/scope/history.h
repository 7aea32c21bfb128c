/* What a scope knows of a run: every record, where it stands in the picture, and what it is connected with.
 *
 * Fed record by record, as the checker is, and as pure: no clock, no file, no drawing. Records of one process
 * come in its own order; the two ends of a message may come in any, and one of them may never come.
 *
 * Every event has a place on two axes. Steps: one more than the last shown event of its own lifeline and, for
 * a receipt, than the send, or for the news of a crash, than the crash: L. Lamport's logical clock (1978),
 * counted over what is shown only; and more than all that happened half a second earlier, so that lifelines
 * stay abreast and start side by side after a silence. Time: the clock's, with every silence folded to at
 * most a second.
 *
 * Acknowledgements, heartbeats and the like are quiet: they are kept, and take no place until asked for. What
 * belongs to the event before (a drop to the receipt, an injected fault) shares its place.
 *
 * Indices of events stay what they are: when the oldest are forgotten, those below history_forgotten() are
 * gone. Places may move when the other end of a message, or a record of a moment that seemed silent, becomes
 * known late: they are right whenever they are looked at.
 */
#ifndef APP_SCOPE_HISTORY_H
#define APP_SCOPE_HISTORY_H

#include "gms/trace.h"
#include "net/address.h"

#define HISTORY_ROWS_MAX   128     /* names; the incarnations of one name share a row */
#define HISTORY_LINES_MAX  1024    /* incarnations */
#define HISTORY_EVENTS_MAX 4000000 /* then the oldest quarter is forgotten, and counted */
#define HISTORY_NONE       UINT32_MAX
#define HISTORY_NOBODY     UINT16_MAX
#define HISTORY_TICKS      10000 /* of the time axis in a second */
#define HISTORY_VIEWS_MAX  65536 /* views, cuts and notes beyond their limit are not shown */
#define HISTORY_CUTS_MAX   16384
#define HISTORY_NOTES_MAX  4096
#define HISTORY_TEXTS_MAX  4096 /* different reasons; one too many is told as the last one */

enum history_axis { HISTORY_STEPS, HISTORY_TIME, HISTORY_AXES };

enum history_flag {
    HISTORY_QUIET = 1,     /* a heartbeat, an acknowledgement, a SUSPECT or a lost PREPARE that is repeated in
                              vain: shown when asked for */
    HISTORY_RESENT = 2,    /* SEND, LOSE: the same message went to the same member before */
    HISTORY_DUPLICATE = 4, /* RECV: it was dropped as one that is there already */
    HISTORY_REFUSED = 8,   /* RECV: dropped for another reason, see `text` of the DROP that follows */
    HISTORY_VANISHED = 16, /* SEND: it never arrived, for an end of it crashed, or it was lost on its way */
    HISTORY_VOID = 32,     /* nothing: not to be shown, whatever else it is */
};

struct history_event {
    gms_time t;
    uint32_t at[HISTORY_AXES];
    uint32_t match;            /* SEND: its RECV, and the other way round; DROP: the RECV; LOSE: the SEND, if
                                  there was one; DOWN: the CRASH; VIEW: which of the views;
                                  HISTORY_NONE: not there (yet) */
    uint32_t before;           /* the event before of the same row; HISTORY_NONE: none */
    uint32_t view, m_n, count; /* FREEZE: `seq` was expected, and `count` came; VIEW: `count` members */
    uint32_t seq;
    uint32_t text;           /* of `why` or `what`, see history_text(); 0: none */
    uint16_t line;           /* whose event: an index of `lines` */
    uint16_t peer, m_origin; /* lines; HISTORY_NOBODY: none */
    uint8_t ev;              /* enum trace_ev */
    uint8_t type;            /* SEND, RECV, LOSE, DROP: enum gms_type; GMS_TYPES: another one */
    uint8_t flags;
    uint8_t n; /* the change */
    uint8_t color[3];
};

/* What a lifeline looks like from here on. */
enum history_condition {
    HISTORY_ABSENT, /* not there yet, or between two incarnations */
    HISTORY_JOINING,
    HISTORY_MEMBER,
    HISTORY_BLOCKED, /* a view change stops it */
    HISTORY_NO_QUORUM,
    HISTORY_FROZEN,
    HISTORY_HUNG,
    HISTORY_EXCLUDED,
    HISTORY_LEFT,
    HISTORY_ENDED, /* with the run */
    HISTORY_CRASHED,
    HISTORY_UNHEARD, /* its telemetry stopped, and nobody knows why */
    HISTORY_CONDITIONS
};

struct history_span {
    uint32_t at[HISTORY_AXES]; /* up to the next span of the row */
    gms_time t;
    uint32_t event; /* that began it; HISTORY_NONE: none */
    uint32_t view;  /* 0: none */
    uint64_t count, hash;
    uint16_t line;
    uint8_t condition;
    uint8_t color[3];
    bool has_color, leads;
};

struct history_row { /* one name, top to bottom in the order of the names, w2 before w10 */
    char name[NET_NAME_SIZE];
    uint32_t span_count, span_capacity;
    struct history_span *spans;
    uint16_t line; /* the latest incarnation */
};

struct history_line {
    gms_id id;
    uint16_t row;         /* HISTORY_NOBODY: as long as its name is not known */
    uint32_t first, last; /* its events; HISTORY_NONE: it was only heard of */
    uint64_t missing;     /* records of it that never came */
};

struct history_view { /* a view, once a member has installed it, or is heard of that has it */
    uint32_t number, member_count;
    uint32_t event;                    /* what it is known by first; it may be forgotten */
    uint16_t members[GMS_MEMBERS_MAX]; /* lines, the leader first */
};

struct history_cut { /* messages from one row to the other do not pass */
    uint16_t from, to;
    uint32_t begin[HISTORY_AXES], end[HISTORY_AXES]; /* end HISTORY_NONE: it lasts */
};

struct history_note { /* what the lecturer wants to be read */
    uint32_t at[HISTORY_AXES];
    gms_time t;
    char text[128];
};

struct history;

struct history *history_new(void); /* NULL: out of memory */
void history_destroy(struct history **);
void history_clear(struct history *); /* another run begins */

/* `who` names the process of the record; the director has no lifeline. NOTE is a caption. */
void history_feed(struct history *, const char *who, const struct trace_record *);
void history_name(struct history *, gms_id, const char *name); /* known from a header or a view */
void history_caption(struct history *, gms_time, const char *text);
void history_miss(struct history *, const char *who, uint64_t records); /* telemetry that was lost */
void history_silent(struct history *, const char *who, gms_time);       /* nothing more is heard of it */
void history_tick(struct history *, gms_time now); /* so late it is, though nothing may have happened */

/* Whether quiet events have a place. Places are given anew, in one pass over all events. */
void history_show_quiet(struct history *, bool);

/* All places, as if everything had come at once: of a run that is complete they then depend on nothing else.
 */
void history_place_anew(struct history *);

/* -- What there is -------------------------------------------------------------------------------------- */

uint32_t history_event_count(const struct history *); /* the forgotten included */
const struct history_event *history_event(const struct history *, uint32_t index); /* NULL: forgotten */
const char *history_text(const struct history *, uint32_t text);
uint32_t history_row_count(const struct history *);
const struct history_row *history_row(const struct history *, uint32_t row);
const struct history_line *history_line(const struct history *, uint32_t line);
uint32_t history_view_count(const struct history *);
const struct history_view *history_view(const struct history *, uint32_t index);
uint32_t history_cut_count(const struct history *);
const struct history_cut *history_cut(const struct history *, uint32_t index);
uint32_t history_note_count(const struct history *);
const struct history_note *history_note_at(const struct history *, uint32_t index);
uint32_t history_line_count(const struct history *);
uint32_t history_forgotten(const struct history *); /* the first events, beyond HISTORY_EVENTS_MAX */
uint64_t history_missing(const struct history *); /* records that never came, or had no room, of all lines */
gms_time history_now(const struct history *);     /* the latest time of a record, or history_tick()'s */
const char *history_line_name(const struct history *, uint16_t line); /* "?": not known */
uint16_t history_line_of(const struct history *, gms_id);             /* HISTORY_NOBODY: never heard of */

/* Rises when all places are given anew, as by history_show_quiet(), and when a new row moves others down. */
uint32_t history_layout(const struct history *);
uint64_t history_mended(const struct history *); /* rises with every single place that moved since */

/* The end of what there is, and the events from `first` to `last` - 1 hold all that may be seen between the
 * two places: those that stand there, and those whose arrow passes. One message that was under way for long
 * makes that many; history_next() leaves out what can't be seen: the next event to look at from `index` on,
 * `last` at the end. */
uint32_t history_end(const struct history *, enum history_axis);
void history_between(const struct history *, enum history_axis, uint32_t from, uint32_t to, uint32_t *first,
                     uint32_t *last);
uint32_t history_next(const struct history *, enum history_axis, uint32_t from, uint32_t to, uint32_t index,
                      uint32_t last);

/* The span that holds at a place; NULL: the row is not there yet. */
const struct history_span *history_span_at(const struct history *, uint32_t row, enum history_axis,
                                           uint32_t at);

/* When that was, on the clock of the run. */
gms_time history_time_at(const struct history *, enum history_axis, uint32_t at);
uint32_t history_place_of(const struct history *, enum history_axis, gms_time); /* the nearest */

/* How much silence was folded just before that place, 0: none. Places that have some, by rising order. */
struct history_fold {
    uint32_t at[HISTORY_AXES];
    gms_time silence;
};
uint32_t history_fold_count(const struct history *);
const struct history_fold *history_fold(const struct history *, uint32_t index);

/* How many quiet messages were sent between two places, while they are not shown: "1,204 heartbeats". */
struct history_hidden {
    uint64_t heartbeats, acknowledgements, others;
};
struct history_hidden history_hidden(const struct history *, enum history_axis, uint32_t from, uint32_t to);

#endif
