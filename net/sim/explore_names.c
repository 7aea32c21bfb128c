/* The faults by name, and what each may spend. */
#include <string.h>

#include "gms/gms.h"
#include "net/sim/explore.h"

static const struct {
    const char *name;
    const char *text;
    int members;
    struct explore_budget budget; /* but for the changes; timeouts from gms4 on only */
} faults[EXPLORE_FAULTS] = {
    [EXPLORE_NONE] = {"none", "nothing goes wrong", 3, {0}},
    [EXPLORE_JOIN] = {"join", "two newcomers join at once", 3, {.joins = 2}},
    [EXPLORE_LEAVE] = {"leave", "a follower leaves", 3, {.leaves = 1}},
    [EXPLORE_FOLLOWER_CRASH] = {"follower-crash", "a follower crashes", 3, {.crashes = 1}},
    [EXPLORE_LEADER_CRASH] = {"leader-crash",
                              "the leader crashes between broadcasts, or leaves",
                              3,
                              {.crashes = 1}},
    [EXPLORE_MID_BROADCAST] = {"mid-broadcast", "the leader crashes mid-broadcast", 3, {.crashes = 1}},
    [EXPLORE_CASCADE] = {"cascade", "two crashes, the second in the election", 4, {.crashes = 2}},
    [EXPLORE_ASYNC_CRASH] = {"async-crash", "asynchronous crash of the leader", 3, {.crashes = 1}},
    [EXPLORE_LOSS] = {"loss", "a lost message", 3, {.losses = 1, .timeouts = 2}},
    [EXPLORE_LOSS_CRASH] = {"loss+crash",
                            "a lost message and a leader crash",
                            3,
                            {.losses = 1, .crashes = 1, .timeouts = 2}},
    [EXPLORE_SUSPICION] = {"suspicion",
                           "a live leader is suspected by a follower",
                           3,
                           {.suspicions = 1, .timeouts = 2}},
    [EXPLORE_PARTITION] = {"partition", "partition, then heal", 3, {.cuts = 1, .timeouts = 2}},
};

const char *explore_fault_name(enum explore_fault fault) {
    return fault < EXPLORE_FAULTS ? faults[fault].name : "?";
}

const char *explore_fault_text(enum explore_fault fault) {
    return fault < EXPLORE_FAULTS ? faults[fault].text : "?";
}

bool explore_fault_find(const char *name, enum explore_fault *found) {
    for (int i = 0; i < EXPLORE_FAULTS; i++) {
        if (strcmp(faults[i].name, name) == 0) {
            *found = (enum explore_fault)i;
            return true;
        }
    }
    return false;
}

int explore_fault_members(int rung, enum explore_fault fault) {
    return faults[fault].members + (fault == EXPLORE_CASCADE && rung == GMS_RUNG_5);
}

struct explore_budget explore_budget_of(int rung, enum explore_fault fault, int changes) {
    struct explore_budget budget = faults[fault].budget;
    budget.changes = changes;
    if (rung < GMS_RUNG_4_ACK)
        budget.timeouts = 0; /* nothing is sent again there */
    return budget;
}
