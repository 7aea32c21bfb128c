/* Exhaustive search: every order in which messages can arrive, every point at which a member can crash, every
 * message that can be lost, within stated bounds, over the very code of the live members.
 *
 * The search runs in a library of its own, which holds the same source with small capacities (gms/limits.h);
 * only plain numbers pass this interface, and no structure whose size depends on that. A state of the group
 * is a few numbers: the members' local states and the links' contents are told apart once and then called by
 * their index (the COLLAPSE of G. Holzmann's SPIN), and since a member is a pure function, what it does on an
 * event is computed once for each local state and looked up from then on.
 *
 * Bounds. Members 1 to M are in the group at the beginning; at most so many changes, crashes, losses and so
 * on happen, at any moment and in any order with everything else. A timeout fires, and a heartbeat goes out,
 * only when nothing else can happen (they are long, compared with a message). A run is judged whenever
 * nothing is on its way: from gms4 on, all timers and heartbeats take their turns until nothing changes any
 * more (that is what time would do, and costs no budget); then every survivor multicasts one more change, and
 * these arrive in one order, with timers and heartbeats again. Who has left by then is not judged, and where
 * no majority is alive nobody is asked to make progress (so the ladder has it); at gms5, where those who live
 * are no quorum of the last view. Nobody joins while the network is parted. Crashes are those of leaders, at
 * gms5 also of whoever coordinates a view change, with EXPLORE_FOLLOWER_CRASH those of followers.
 */
#ifndef NET_SIM_EXPLORE_H
#define NET_SIM_EXPLORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the library shows; the rest, which has the names of the live members' code, is its own affair. */
#define EXPLORE_API __attribute__((visibility("default")))

#define EXPLORE_MEMBERS_MAX 6
#define EXPLORE_CHANGES_MAX 10 /* those of the budget, and one of each member at the end */
#define EXPLORE_STEPS_MAX   1024
#define EXPLORE_SAMPLES_MAX 6

/* The n of every change of this member. */
#define EXPLORE_CHANGE_OF(who) (1 + 3 * (who))
#define EXPLORE_KEEP_ALL       255 /* of a link, in explore_step */

enum explore_fault {
    EXPLORE_NONE,
    EXPLORE_JOIN,           /* two newcomers, at any moment, through any member */
    EXPLORE_LEAVE,          /* a follower leaves */
    EXPLORE_FOLLOWER_CRASH, /* between two of its steps; the links keep what was sent, as in the next ones */
    EXPLORE_LEADER_CRASH,   /* or it leaves */
    EXPLORE_MID_BROADCAST,  /* the leader crashes between any two sends */
    EXPLORE_CASCADE,        /* two such crashes */
    EXPLORE_ASYNC_CRASH,    /* of the leader; each link keeps some prefix of what is on its way */
    EXPLORE_LOSS,           /* any message */
    EXPLORE_LOSS_CRASH,     /* ... and the leader crashes */
    EXPLORE_SUSPICION,      /* a follower takes the live leader for crashed; at gms5 anybody anybody */
    EXPLORE_PARTITION,      /* one cut in two, members suspect across it, and it heals */
    EXPLORE_FAULTS
};

EXPLORE_API const char *explore_fault_name(enum explore_fault); /* "mid-broadcast" */
EXPLORE_API const char *explore_fault_text(enum explore_fault); /* a line for people */
EXPLORE_API bool explore_fault_find(const char *name, enum explore_fault *found);
/* How many members it needs to show: 3; two crashes 4, and 5 at gms5, whose quorum must survive them. */
EXPLORE_API int explore_fault_members(int rung, enum explore_fault);

/* How often what may happen. */
struct explore_budget {
    int changes;
    int crashes, losses, suspicions, joins, leaves, cuts;
    int timeouts; /* from gms4 on, or heartbeats; besides two a join and one a leave */
};

EXPLORE_API struct explore_budget explore_budget_of(int rung, enum explore_fault, int changes);

enum explore_act {
    EXPLORE_DELIVER,   /* the oldest message from a to b */
    EXPLORE_CHANGE,    /* a multicasts one */
    EXPLORE_DIE,       /* a crashes; keep[b] is what its link to b keeps */
    EXPLORE_TELL_DOWN, /* b learns that a crashed */
    EXPLORE_LOSE,      /* the oldest message from a to b is lost */
    EXPLORE_SUSPECT,   /* b suspects a */
    EXPLORE_ADD,       /* a starts and asks b */
    EXPLORE_GO,        /* a leaves */
    EXPLORE_TIMEOUT,   /* a's timer */
    EXPLORE_CUT,       /* members in the bits of `keep[0]` from the others */
    EXPLORE_HEAL,
    EXPLORE_HEARTBEAT, /* a's, to b */
};

struct explore_step {
    enum explore_act act;
    int a, b;  /* members, from 1 */
    int after; /* the member that acts dies after so many sends of this step; 0: it does not */
    uint8_t keep[EXPLORE_MEMBERS_MAX + 1];
};

enum explore_verdict { EXPLORE_SYNC, EXPLORE_HALT, EXPLORE_DESYNC }; /* from good to bad */

struct explore_progress {
    uint64_t generated, distinct;
    int depth;
    double seconds;
    enum explore_verdict worst; /* so far */
};

struct explore_config {
    int rung; /* enum gms_rung_id */
    enum explore_fault fault;
    int members;
    struct explore_budget budget;
    size_t memory_size_max; /* bytes of states and what belongs to them */
    bool stop_at_first;     /* a desync is the worst that can be: do not search on */
    double seconds_max;     /* 0: no bound */
    bool (*progress)(void *self, const struct explore_progress *); /* now and then; false: stop. Or NULL */
    void *progress_self;
};

struct explore_run {
    uint32_t step_count;
    struct explore_step steps[EXPLORE_STEPS_MAX];
};

struct explore_result {
    enum explore_verdict verdict;    /* the worst that can happen */
    bool complete;                   /* everything within the bounds was searched */
    const char *incomplete;          /* why not, NULL if complete */
    uint64_t generated, distinct;    /* states */
    uint64_t locals, steps_computed; /* local states of members, and steps that the core really took */
    int depth;                       /* longest shortest path */
    double seconds;
    size_t memory_size;
    uint32_t step_count; /* the shortest run that shows the verdict, 0 if it is sync */
    struct explore_step steps[EXPLORE_STEPS_MAX];
    /* Some of the runs that end in sync, from short to long, closing changes included: to be taken again and
     * judged by others. */
    uint32_t sample_count;
    struct explore_run samples[EXPLORE_SAMPLES_MAX];
};

struct sim_app;

/* Searches. False: more members or changes than the small capacities hold. Calls in different threads are
 * independent of each other. */
bool explore(const struct explore_config *, const struct sim_app *, struct explore_result *);

#endif
