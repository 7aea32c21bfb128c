/* Where in a history something is that the checker speaks of. */
#ifndef APP_SCOPE_STORY_FIND_H
#define APP_SCOPE_STORY_FIND_H

#include "app/scope/history.h"
#include "gms/check.h"

/* A history up to a moment. */
struct story_past {
    const struct history *h;
    uint32_t until; /* events from this one on have not happened yet */
    gms_time now;
};

struct story_past story_past(const struct history *, uint32_t until);

/* The member's last event, and its line; HISTORY_NONE: none. */
uint32_t story_last_event(const struct story_past *, gms_id, uint16_t *line);

/* What an event must be; GMS_NOBODY, 0: it does not matter. */
struct story_wanted {
    enum trace_ev ev;
    gms_id by, peer, m_origin;
    uint64_t m_n;
    uint64_t seq;
    uint32_t view;
    enum gms_type type;
    bool first; /* of all such; else the last */
};

uint32_t story_find(const struct story_past *, const struct story_wanted *); /* HISTORY_NONE: not there */

uint32_t story_find_last(const struct story_past *, enum trace_ev, gms_id by);

uint32_t story_find_witness(const struct story_past *, enum check_property, const struct check_witness *);
uint32_t story_find_cause(const struct story_past *, const struct check_cause *);

/* Who runs the view change that stops that member: its last PREPARE or ACCEPT. HISTORY_NONE: not known. */
uint32_t story_find_proposal(const struct story_past *, gms_id);

/* The last time that the member showed that count; NULL: not known. And the first with a higher one. */
const struct history_span *story_last_span(const struct story_past *, gms_id); /* NULL: none, or another's */
const struct history_span *story_span_of_count(const struct story_past *, gms_id, uint64_t count);
const struct history_span *story_span_beyond(const struct story_past *, gms_id, uint64_t count);

#endif
