/* What a scenario expects, judged alike for real processes and for simulated ones: from the trace alone.
 *
 * The words, over the members that have a view and have neither crashed, left nor been excluded ("there"):
 *   halted      a member that can't go on: it froze, it is blocked or has no quorum, it hangs, or whom it
 *               follows (the first of its last view) is not there any more and nobody took over
 *   sync        nobody is halted, and all have state and show the same count and hash
 *   desync      two that did not stop (frozen, blocked, without quorum, hung) show different histories. The
 *               same count with different hashes stays so for ever; different counts may be on their way, so
 *               these count at the end of `within` only
 *   halt        no desync, and somebody is halted. Frozen is for ever; the rest counts at the end of `within`
 *   blocked X   X is there and blocked or without quorum; no name: somebody is
 *   leader X    X is there, leads its own last view, and is the first in the last view of everybody there
 *               that is not halted
 *   members N   there are N
 *   view N      everybody there that is not halted has a last view of N members
 *
 * Whoever runs the scenario asks again and again until an expectation holds or its time is over.
 */
#ifndef APP_SCENARIO_JUDGE_H
#define APP_SCENARIO_JUDGE_H

#include "app/scenario.h"
#include "gms/check.h"

#define SCENARIO_WATCHED_MAX 512 /* incarnations */

/* What the checker does not keep: who is in whose view. Feed it with the records that check_feed() gets. */
struct scenario_watch {
    uint32_t count;
    uint16_t slots[2 * SCENARIO_WATCHED_MAX]; /* by id: index + 1, 0: free */
    struct scenario_watched {
        gms_id id;
        bool blocked, no_quorum, hung, excluded;
        struct gms_view view; /* the last one it installed */
    } members[SCENARIO_WATCHED_MAX];
};

void scenario_watch_feed(struct scenario_watch *, const struct trace_record *);

/* A moment of a run. */
struct scenario_scene {
    const struct check *check;
    const struct scenario_watch *watch;
    const gms_id *ids; /* of w1, w2, ...; GMS_NOBODY while it is not known */
    int id_count;
    enum gms_rung_id rung; /* that the group runs: at gms1 nobody takes over */
};

/* Whether the expectation holds now; `last` says that its time is over. `seen` is what there is instead, or
 * what made it hold, for people. */
bool scenario_expectation_holds(const struct scenario_step *, const struct scenario_scene *, bool last,
                                char *seen, size_t seen_size);

/* Who leads, or is about to: for most members there that can go on, the first of their last view that is
 * there. GMS_NOBODY if nobody does. */
gms_id scenario_leader(const struct scenario_scene *);

/* All of the first `count` workers are in the group and have state. */
bool scenario_all_in(const struct scenario_scene *, int count);

#endif
