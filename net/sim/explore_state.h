/* A state of the whole group, as a row of numbers:
 *
 *     the members' local states · the links' contents, from × to · who was told of whose end · budgets
 *
 * and what can happen in it.
 */
#ifndef NET_SIM_EXPLORE_STATE_H
#define NET_SIM_EXPLORE_STATE_H

#include "net/sim/explore_local.h"

#define STATE_WORDS_MAX (EXPLORE_MEMBERS_MAX + EXPLORE_MEMBERS_MAX * EXPLORE_MEMBERS_MAX + 4)

struct state {
    uint32_t word[STATE_WORDS_MAX];
};

/* What is left of the budget, four bits each, in the last word but one; the last one holds the cut. */
enum budget {
    LEFT_CHANGES,
    LEFT_CRASHES,
    LEFT_LOSSES,
    LEFT_SUSPICIONS,
    LEFT_JOINS,
    LEFT_LEAVES,
    LEFT_CUTS,
    LEFT_TIMEOUTS
};

struct search {
    const struct explore_config *config;
    struct space *space;
    int slots; /* members and newcomers */
    uint32_t words;
    bool resends; /* gms4 and up: time heals what was lost */
};

static inline uint32_t *state_local(struct state *s, int who) {
    return &s->word[who - 1];
}

static inline uint32_t *state_queue(const struct search *x, struct state *s, int from, int to) {
    return &s->word[x->slots * from + to - 1];
}

static inline uint32_t *state_told(const struct search *x, struct state *s) { /* two words: whom × to */
    return &s->word[x->words - 4];
}

static inline uint32_t *state_left(const struct search *x, struct state *s) {
    return &s->word[x->words - 2];
}

static inline uint32_t *state_cut(const struct search *x, struct state *s) { /* bits of one side, 0: whole */
    return &s->word[x->words - 1];
}

int state_budget(const struct search *, struct state *, enum budget);
bool state_was_told(const struct search *, struct state *, int whom, int to);
bool state_is_to_be_told(const struct search *, struct state *, int whom, int to); /* its link is empty */
bool state_runs(struct state *, int who);
bool state_apart(const struct search *, struct state *, int a, int b); /* on two sides of a cut */
const struct local_info *state_info(const struct search *, struct state *, int who);

/* The group at the beginning: all members joined, nothing on its way. */
void state_begin(const struct search *, struct state *);

/* Whether all members of the beginning have a view and the group's state. */
bool state_has_all(const struct search *, struct state *);

/* What a step did, so that it can be cut short. */
struct state_taken {
    uint32_t sends; /* messages that left the member; what a cut link lost did not */
    bool led;       /* it took the lead */
};

/* Takes the step; the state changes in place. */
struct state_taken state_take(const struct search *, struct state *, const struct explore_step *);

/* Nothing is on its way and nobody is still to be told of an end. */
bool state_is_quiet(const struct search *, struct state *);

/* Whether b would do anything on a's next heartbeat. */
bool state_heartbeat_matters(const struct search *, struct state *, int a, int b);

/* Spends all that is left: what happens from now on is beyond the budget. */
void state_spend_all(const struct search *, struct state *);

/* Calls `found` for every step that can be taken from here. */
typedef void found_step(void *self, const struct explore_step *);
void state_steps(const struct search *, struct state *, found_step *, void *self);

/* The steps that a closing takes, NULL if nobody wants to know. */
struct state_path {
    struct explore_step *steps;
    uint32_t *count;
};

/* What time does to a quiet state: from gms4 on timers and heartbeats, again and again, and what follows from
 * them. False: it never comes to rest. */
bool state_rest(const struct search *, struct state *, struct state_path);

/* One more change of each of these members (bits by number), and what follows. False: no rest. */
bool state_change_once_more(const struct search *, struct state *, uint32_t whose, struct state_path);

/* Judges a quiet state; the steps of the closing changes that show it are appended to `steps`. */
enum explore_verdict state_judge(const struct search *, const struct state *, struct explore_step *steps,
                                 uint32_t *step_count);

/* Goes on from a quiet state as state_judge() does: one more change of each survivor. Appends the steps. */
void state_close(const struct search *, const struct state *, struct explore_step *steps,
                 uint32_t *step_count);

#endif
