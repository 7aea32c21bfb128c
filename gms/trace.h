/* The record of what happened to one process: what every driver writes and every checker reads.
 *
 * A record is flat and borrows its strings and its member list from whoever made it; it is read before the
 * next step. The text form is JSON Lines (app/trace_file.c); the fields are those of the design's
 * properties page.
 */
#ifndef GMS_TRACE_H
#define GMS_TRACE_H

#include "gms/gms.h"

enum trace_ev {
    TRACE_JOIN,
    TRACE_VIEW,
    TRACE_BLOCK,
    TRACE_UNBLOCK,
    TRACE_MCAST,
    TRACE_SEND,
    TRACE_RECV,
    TRACE_LOSE,
    TRACE_DROP,
    TRACE_DELIVER,
    TRACE_STATE,
    TRACE_SUSPECT,
    TRACE_DOWN,
    TRACE_LEAD,
    TRACE_FREEZE,
    TRACE_EXCLUDED,
    TRACE_NO_QUORUM,
    TRACE_QUORUM,
    TRACE_FAULT,
    TRACE_CRASH,
    TRACE_HANG,
    TRACE_RESUME,
    TRACE_LEAVE,
    TRACE_EXIT,
    TRACE_NOTE, /* for those who watch: a caption. Nothing happened */
    TRACE_EVS
};

const char *trace_ev_name(enum trace_ev);
bool trace_ev_find(const char *name, enum trace_ev *found);

/* The worker's state after a delivery. `count` is the number of changes applied. */
struct trace_state {
    uint64_t count;
    uint64_t hash; /* FNV-1a 64 over "<m>=<n>\n" of every change */
    uint8_t color[3];
};

struct trace_record {
    enum trace_ev ev;
    gms_time t;
    uint64_t lc; /* Lamport clock */
    gms_id id;   /* whose record this is */
    bool here;   /* nothing happened: so it stands with this process now that somebody begins to listen; a
                    FAULT: from here on nobody does */

    gms_id peer;      /* to, from, whom */
    const char *to;   /* JOIN through an address that has no id yet, else NULL */
    const char *type; /* SEND RECV LOSE DROP: the message's type */
    gms_id x_sender;  /* with x: names one transmission */
    uint64_t x;
    gms_id about;    /* SEND RECV LOSE DROP of a JOIN or LEAVE: who wants to join or leave, else GMS_NOBODY */
    gms_id m_origin; /* with m_n: names one multicast; GMS_NOBODY if none */
    uint64_t m_n;
    int n;                    /* the change, 1 to 20; 0 for what the workers say among themselves */
    uint64_t seq;             /* 0: none */
    uint32_t view;            /* 0: none */
    struct trace_state state; /* DELIVER, STATE */
    uint64_t expected, got;   /* FREEZE */
    bool primary;             /* VIEW */
    const gms_id *members;    /* VIEW; SEND RECV LOSE DROP of one */
    uint32_t member_count;
    const char *what; /* FAULT: what it does, with its arguments; NOTE: its text */
    const char *why;

    uint32_t file; /* where it was read, for a witness; line 0: nowhere */
    uint64_t line;
};

#endif
