/* A run by chance: changes, joins, leaves and faults at random moments, all drawn from one seed; then the
 * faults stop, and the group has to converge. First safety, then liveness.
 */
#ifndef APP_RANDOM_RUN_H
#define APP_RANDOM_RUN_H

#include "app/recorder.h"

enum random_fault {
    RANDOM_JOIN,          /* a newcomer, through one to three members */
    RANDOM_LEAVE,         /* of a follower */
    RANDOM_FOLLOWER,      /* a follower crashes */
    RANDOM_LEADER,        /* the leader crashes between two steps, or leaves */
    RANDOM_MID_BROADCAST, /* the leader crashes in the middle of a broadcast */
    RANDOM_ASYNC,         /* anybody crashes, and each of its links keeps some prefix */
    RANDOM_LOSS,          /* some messages of a link, or a share of all for a while */
    RANDOM_SUSPECT,       /* somebody takes the live leader for crashed */
    RANDOM_HANG,          /* a process stands still for a while */
    RANDOM_DELAY,         /* a link is slow for a while */
    RANDOM_CUT,           /* a link is cut one way for a while */
    RANDOM_PARTITION,     /* the group is cut in two for a while, members suspect across, and it heals */
    RANDOM_FAULTS
};

const char *random_fault_name(enum random_fault); /* "mid-broadcast" */

/* The faults that a rung is made for, as bits; the group must survive every mix of them. */
uint32_t random_faults_of(enum gms_rung_id);

/* "join,leave,loss", "own" (those of the rung) or "all" to bits. False: `bad` says which word is none. */
bool random_faults_parse(const char *text, enum gms_rung_id, uint32_t *faults, char *bad, size_t bad_size);

struct random_run {
    enum gms_rung_id rung;
    enum gms_delivery delivery; /* with the next one: gms5 */
    bool last_man_standing;
    int members_min, members_max; /* drawn */
    uint32_t faults;              /* bits of enum random_fault */
    uint64_t seed;
    uint64_t for_ms;  /* how long things go wrong */
    uint64_t mean_ms; /* between two changes of a worker */
    uint64_t fault_mean_ms;
    uint64_t turn_ms; /* what arrives within so long is taken in one turn; 0: each message alone */
};

#define RANDOM_BOUND_MS 10000 /* within so long after the last fault the group has converged */

/* Runs it in `sim`, which the recorder listens to, and has it judged. `sim` is reset. False: the group did
 * not even form at the beginning, when nothing goes wrong. `converged_ms`, if not NULL, is how long after the
 * last fault it had come to rest, in one view and with one state: RANDOM_BOUND_MS where it did not, 0 where
 * nobody looks (below gms4). */
bool random_run(const struct random_run *, struct sim *, struct recorder *, uint64_t *converged_ms);

#endif
