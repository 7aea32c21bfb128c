/* One sentence and one sign on how the run stands, and the properties: what the checker says, in words for a
 * class.
 *
 *     IN SYNC 5/5
 *     OUT OF SYNC since #17: w4 never delivered w2#9, because w1 crashed after sending it to w2 and w3
 *     VIEW CHANGE: w3 proposes view 8 without w1        NO QUORUM: w4 and w5 wait for the others
 *     FROZEN: w3 misses message 9 and can't ask for it  HALTED: the leader w1 is gone
 *
 * Deliveries that are under way make no difference for a second of the run's clock; so the sign does not
 * flicker.
 */
#ifndef APP_SCOPE_STORY_H
#define APP_SCOPE_STORY_H

#include "app/report.h"
#include "app/scope/history.h"

enum story_sign {
    STORY_EMPTY, /* nobody is there yet */
    STORY_IN_SYNC,
    STORY_CATCHING_UP, /* some are behind for long, and nothing is violated */
    STORY_VIEW_CHANGE,
    STORY_NO_QUORUM,
    STORY_FROZEN,
    STORY_HALTED,
    STORY_OUT_OF_SYNC, /* or another property is violated: the head says which */
    STORY_SIGNS
};

struct story {
    enum story_sign sign;
    char head[48];      /* IN SYNC 5/5 */
    char sentence[400]; /* the rest, without its end; "" where the head says it all */
    uint32_t event;     /* where to look: the cause; HISTORY_NONE: nowhere */
    uint64_t since;     /* the count from which on it is so; 0: does not matter */
    enum check_verdict property[CHECK_PROPERTIES];
    uint32_t property_event[CHECK_PROPERTIES]; /* of a violated one: where it shows */
    uint32_t members, together; /* correct members; those that show what the most senior one does, or will */
    bool complete;              /* everything of the run was heard: a tick means what it says */

    /* The rest is the teller's own: what it found before, and where. */
    struct story_found {
        struct check_witness witness;
        uint32_t event, known;
    } found[CHECK_PROPERTIES];
    enum check_property told;
    struct check_cause cause;
    uint32_t cause_event, cause_known;
};

/* How it stands now, by the checker that was fed with the very records of the history. All zero before its
 * first telling of a run, and kept from then on. */
void story_tell(struct story *, const struct history *, const struct check *, const struct report_names *);

/* How it stood before the event `until`, by a checker that was fed up to there. */
void story_tell_at(struct story *, const struct history *, uint32_t until, const struct check *,
                   const struct report_names *);

/* The witness of a violated property and its cause, for when it is pointed at. False: it is not violated. */
bool story_explain(const struct check *, const struct report_names *, enum check_property, char *text,
                   size_t size);

#endif
