/* The moves: which steps can be taken in a state, within the bounds of the search. */
#include <string.h>

#include "net/sim/explore_state.h"

struct finder {
    const struct search *search;
    struct state *state;
    found_step *found;
    void *self;
};

static bool leads(const struct finder *f, int who) {
    return state_info(f->search, f->state, who)->phase == GMS_LEADING;
}

static bool heads(const struct finder *f, int who) {
    return state_info(f->search, f->state, who)->heads;
}

static bool in_group(const struct finder *f, int who) {
    const struct local_info *i = state_info(f->search, f->state, who);
    return i->phase == GMS_LEADING || i->phase == GMS_FOLLOWING;
}

/* The step, and the same one cut short by a crash after each of its sends but the last. */
static void find_step(const struct finder *f, struct explore_step step, int who) {
    const enum explore_fault fault = f->search->config->fault;
    f->found(f->self, &step);
    if ((fault != EXPLORE_MID_BROADCAST && fault != EXPLORE_CASCADE) ||
        state_budget(f->search, f->state, LEFT_CRASHES) == 0)
        return;
    struct state next = *f->state;
    const bool led = heads(f, who);
    const struct state_taken taken = state_take(f->search, &next, &step);
    if (!led && !taken.led)
        return;
    for (uint32_t after = 1; after < taken.sends; after++) {
        step.after = (int)after;
        f->found(f->self, &step);
    }
}

/* Newcomers whose word has not reached anybody are alike: the first one goes first. */
static bool has_twin_before(const struct finder *f, int from, int to) {
    const struct search *x = f->search;
    if (from <= x->config->members + 1)
        return false;
    const int twin = from - 1;
    if (!state_runs(f->state, twin) || state_info(x, f->state, from)->phase != GMS_JOINING ||
        state_info(x, f->state, twin)->phase != GMS_JOINING)
        return false;
    for (int other = 1; other <= x->slots; other++) {
        if (state_was_told(x, f->state, other, from) != state_was_told(x, f->state, other, twin) ||
            (*state_queue(x, f->state, from, other) != 0) != (other == to) ||
            (*state_queue(x, f->state, twin, other) != 0) != (other == to) ||
            *state_queue(x, f->state, other, from) != 0 || *state_queue(x, f->state, other, twin) != 0)
            return false;
    }
    return true;
}

static bool find_deliveries(const struct finder *f) {
    const struct search *x = f->search;
    bool any = false;
    for (int from = 1; from <= x->slots; from++) {
        for (int to = 1; to <= x->slots; to++) {
            if (*state_queue(x, f->state, from, to) == 0)
                continue;
            any = true;
            if (has_twin_before(f, from, to))
                continue;
            find_step(f, (struct explore_step){.act = EXPLORE_DELIVER, .a = from, .b = to}, to);
            if (state_budget(x, f->state, LEFT_LOSSES) > 0) {
                const struct explore_step lose = {.act = EXPLORE_LOSE, .a = from, .b = to};
                f->found(f->self, &lose);
            }
        }
    }
    return any;
}

static bool find_reports(const struct finder *f) {
    bool any = false;
    for (int whom = 1; whom <= f->search->slots; whom++) {
        for (int to = 1; to <= f->search->slots; to++) {
            if (!state_is_to_be_told(f->search, f->state, whom, to))
                continue;
            any = true;
            find_step(f, (struct explore_step){.act = EXPLORE_TELL_DOWN, .a = whom, .b = to}, to);
        }
    }
    return any;
}

static void find_changes(const struct finder *f) {
    for (int who = 1; who <= f->search->slots; who++) {
        if (in_group(f, who) && state_budget(f->search, f->state, LEFT_CHANGES) > 0)
            find_step(f, (struct explore_step){.act = EXPLORE_CHANGE, .a = who}, who);
    }
}

/* Every choice of what each of its links keeps of what is on its way. */
static void find_prefixes(const struct finder *f, struct explore_step *step, int to) {
    const struct search *x = f->search;
    if (to > x->slots) {
        f->found(f->self, step);
        return;
    }
    const uint32_t queue = *state_queue(x, f->state, step->a, to);
    for (uint32_t keep = 0; keep <= x->space->queues[queue].length; keep++) {
        step->keep[to] = (uint8_t)keep;
        find_prefixes(f, step, to + 1);
    }
}

static void find_crashes(const struct finder *f) {
    const enum explore_fault fault = f->search->config->fault;
    for (int who = 1; who <= f->search->slots; who++) {
        struct explore_step step = {.act = EXPLORE_DIE, .a = who};
        if (!in_group(f, who) || (fault == EXPLORE_FOLLOWER_CRASH ? leads(f, who) : !heads(f, who)))
            continue;
        memset(step.keep, EXPLORE_KEEP_ALL, sizeof step.keep);
        if (fault == EXPLORE_ASYNC_CRASH)
            find_prefixes(f, &step, 1);
        else
            f->found(f->self, &step);
    }
}

/* A leader that leaves is taken for a crash, and counts as one. */
static void find_leaves(const struct finder *f) {
    const struct search *x = f->search;
    const bool leader_may =
        x->config->fault == EXPLORE_LEADER_CRASH && state_budget(x, f->state, LEFT_CRASHES) > 0;
    const bool follower_may = state_budget(x, f->state, LEFT_LEAVES) > 0;
    for (int who = 1; who <= x->slots; who++) {
        const struct explore_step step = {.act = EXPLORE_GO, .a = who};
        if (in_group(f, who) && !state_info(x, f->state, who)->leaving &&
            (leads(f, who) ? leader_may : follower_may))
            f->found(f->self, &step);
    }
}

/* The lowest of those that were not yet born: they are alike. */
static void find_joins(const struct finder *f) {
    int newcomer = f->search->config->members + 1;
    while (newcomer <= f->search->slots && *state_local(f->state, newcomer) != LOCAL_UNBORN)
        newcomer++;
    for (int contact = 1; contact <= f->search->slots && newcomer <= f->search->slots; contact++) {
        if (in_group(f, contact))
            find_step(f, (struct explore_step){.act = EXPLORE_ADD, .a = newcomer, .b = contact}, newcomer);
    }
}

static void find_suspicions(const struct finder *f) {
    const struct search *x = f->search;
    const bool cut = *state_cut(x, f->state) != 0, anybody = x->space->rung == GMS_RUNG_5;
    for (int by = 1; by <= x->slots; by++) {
        for (int whom = 1; whom <= x->slots; whom++) {
            const bool may = cut ? state_apart(x, f->state, whom, by)
                                 : state_budget(x, f->state, LEFT_SUSPICIONS) > 0 &&
                                       (anybody || state_info(x, f->state, by)->leader == whom);
            if (!may || whom == by || !in_group(f, by) || !state_runs(f->state, whom) ||
                state_was_told(x, f->state, whom, by))
                continue;
            const struct explore_step step = {.act = EXPLORE_SUSPECT, .a = whom, .b = by};
            f->found(f->self, &step);
        }
    }
}

static void find_cuts(const struct finder *f) {
    const struct search *x = f->search;
    struct explore_step step = {.act = EXPLORE_HEAL};
    if (*state_cut(x, f->state) != 0) {
        f->found(f->self, &step);
        return;
    }
    step.act = EXPLORE_CUT;
    uint32_t all = 0;
    for (int who = 1; who <= x->slots; who++)
        all |= state_runs(f->state, who) ? 1u << (who - 1) : 0;
    for (uint32_t side = (all - 1) & all; side > 0; side = (side - 1) & all) { /* every part of them ... */
        step.keep[0] = (uint8_t)side;
        if ((side & (all & -all)) != 0) /* ... that has the first one: the other part is the other side */
            f->found(f->self, &step);
    }
}

static void find_timeouts(const struct finder *f) {
    for (int who = 1; who <= f->search->slots; who++) {
        if (state_runs(f->state, who) && state_info(f->search, f->state, who)->timer)
            find_step(f, (struct explore_step){.act = EXPLORE_TIMEOUT, .a = who}, who);
    }
}

/* Only those that matter: the others would leave everything as it is. */
static void find_heartbeats(const struct finder *f) {
    for (int a = 1; a <= f->search->slots; a++) {
        for (int b = 1; b <= f->search->slots; b++) {
            const struct explore_step step = {.act = EXPLORE_HEARTBEAT, .a = a, .b = b};
            if (state_heartbeat_matters(f->search, f->state, a, b))
                f->found(f->self, &step);
        }
    }
}

void state_steps(const struct search *x, struct state *s, found_step *found, void *self) {
    const struct finder f = {x, s, found, self};
    const bool deliveries = find_deliveries(&f), reports = find_reports(&f);
    find_changes(&f);
    if (state_budget(x, s, LEFT_CRASHES) > 0)
        find_crashes(&f);
    find_leaves(&f);
    if (state_budget(x, s, LEFT_JOINS) > 0 && *state_cut(x, s) == 0) /* nobody joins a parted group */
        find_joins(&f);
    find_suspicions(&f);
    if (state_budget(x, s, LEFT_CUTS) > 0 || *state_cut(x, s) != 0)
        find_cuts(&f);
    if (deliveries || reports || state_budget(x, s, LEFT_TIMEOUTS) == 0)
        return;
    find_timeouts(&f);
    if (x->resends)
        find_heartbeats(&f);
}
