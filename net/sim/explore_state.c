/* The parts of a state, and what a step makes of it; which steps can be taken is in explore_moves.c. */
#include "net/sim/explore_state.h"

#include <assert.h>
#include <string.h>

/* -- Parts of a state -------------------------------------------------------------------------------- */

int state_budget(const struct search *x, struct state *s, enum budget which) {
    return (int)(*state_left(x, s) >> (4 * which) & 15);
}

static void put_budget(const struct search *x, struct state *s, enum budget which, int count) {
    const uint32_t limited = count > 15 ? 15 : (uint32_t)count;
    *state_left(x, s) = (*state_left(x, s) & ~(15u << (4 * which))) | limited << (4 * which);
}

void state_spend_all(const struct search *x, struct state *s) {
    *state_left(x, s) = 0;
}

static void spend(const struct search *x, struct state *s, enum budget which) {
    const int left = state_budget(x, s, which);
    assert(left > 0);
    put_budget(x, s, which, left - 1);
}

static uint32_t told_bit(int whom, int to, uint32_t *word) {
    const int bit = (whom - 1) * EXPLORE_MEMBERS_MAX + to - 1;
    *word = (uint32_t)bit / 32;
    return 1u << (bit % 32);
}

bool state_was_told(const struct search *x, struct state *s, int whom, int to) {
    uint32_t word;
    const uint32_t bit = told_bit(whom, to, &word);
    return (state_told(x, s)[word] & bit) != 0;
}

static void set_told(const struct search *x, struct state *s, int whom, int to, bool told) {
    uint32_t word;
    const uint32_t bit = told_bit(whom, to, &word);
    if (told)
        state_told(x, s)[word] |= bit;
    else
        state_told(x, s)[word] &= ~bit;
}

bool state_runs(struct state *s, int who) {
    return local_runs(*state_local(s, who));
}

bool state_apart(const struct search *x, struct state *s, int a, int b) {
    const uint32_t cut = *state_cut(x, s);
    return (cut >> (a - 1) & 1) != (cut >> (b - 1) & 1) && cut != 0;
}

const struct local_info *state_info(const struct search *x, struct state *s, int who) {
    return space_info(x->space, *state_local(s, who));
}

/* -- Taking a step ----------------------------------------------------------------------------------- */

/* A process has ended: what goes to it goes nowhere, and nobody tells it anything. */
static void end(const struct search *x, struct state *s, int who, uint32_t how) {
    *state_local(s, who) = how;
    for (int other = 1; other <= x->slots; other++) {
        *state_queue(x, s, other, who) = 0;
        set_told(x, s, other, who, false);
    }
}

static struct state_taken step_member(const struct search *x, struct state *s, int who,
                                      enum local_event event, uint32_t arg, int after) {
    const struct local_outcome *o = space_step(x->space, who, *state_local(s, who), event, arg);
    struct state_taken taken = {.led = o->led};
    uint32_t legacy = 0;
    for (uint32_t i = 0; i < o->send_count && (after == 0 || taken.sends < (uint32_t)after); i++) {
        const struct local_send *send = &x->space->sends[o->sends_at + i];
        if (send->to > x->slots || state_apart(x, s, who, send->to))
            continue;
        taken.sends++;
        legacy = send->legacy;
        uint32_t *queue = state_queue(x, s, who, send->to);
        if (state_runs(s, send->to))
            *queue = space_push(x->space, *queue, send->message);
    }
    if (after > 0) {
        end(x, s, who, local_end(LOCAL_CRASHED, legacy));
        spend(x, s, LEFT_CRASHES);
    } else if (local_runs(o->next)) {
        *state_local(s, who) = o->next;
    } else {
        end(x, s, who, o->next);
    }
    return taken;
}

static uint32_t pop(const struct search *x, struct state *s, int from, int to) {
    uint32_t *queue = state_queue(x, s, from, to);
    const struct queue *q = &x->space->queues[*queue];
    assert(*queue != 0);
    *queue = q->rest;
    return q->head;
}

static void crash(const struct search *x, struct state *s, const struct explore_step *step) {
    for (int to = 1; to <= x->slots; to++) {
        uint32_t *queue = state_queue(x, s, step->a, to);
        if (step->keep[to] != EXPLORE_KEEP_ALL)
            *queue = space_prefix(x->space, *queue, step->keep[to]);
    }
    end(x, s, step->a, local_end(LOCAL_CRASHED, state_info(x, s, step->a)->legacy));
    spend(x, s, LEFT_CRASHES);
}

/* What a would say to b; false: nothing. */
static bool heartbeat(const struct search *x, struct state *s, int a, int b, uint32_t *message) {
    const struct local_outcome *o = space_step(x->space, a, *state_local(s, a), LOCAL_HEARTBEAT, 0);
    for (uint32_t i = 0; i < o->send_count; i++) {
        const struct local_send *send = &x->space->sends[o->sends_at + i];
        *message = send->message;
        if (send->to == b)
            return true;
    }
    return false;
}

bool state_heartbeat_matters(const struct search *x, struct state *s, int a, int b) {
    uint32_t message;
    if (a == b || !state_runs(s, a) || !state_runs(s, b) || state_apart(x, s, a, b) ||
        !heartbeat(x, s, a, b, &message))
        return false;
    const uint32_t local = *state_local(s, b);
    const struct local_outcome *o =
        space_step(x->space, b, local, LOCAL_MESSAGE, (uint32_t)a << 24 | message);
    return o->next != local || o->send_count > 0;
}

static void send_heartbeat(const struct search *x, struct state *s, int a, int b) {
    uint32_t message, *queue = state_queue(x, s, a, b);
    if (heartbeat(x, s, a, b, &message))
        *queue = space_push(x->space, *queue, message);
}

/* Beyond the budget there are the steps of the closing. */
static void spend_if_left(const struct search *x, struct state *s, enum budget which) {
    if (state_budget(x, s, which) > 0)
        spend(x, s, which);
}

/* From gms5 on a suspicion is not for ever, and may be of anybody. */
static void suspect(const struct search *x, struct state *s, int whom, int by) {
    if (*state_cut(x, s) == 0)
        spend(x, s, LEFT_SUSPICIONS);
    if (*state_cut(x, s) != 0 || x->space->rung != GMS_RUNG_5)
        set_told(x, s, whom, by, true);
}

/* Those who suspected each other across the cut hear of each other again. */
static void heal(const struct search *x, struct state *s) {
    for (int a = 1; a <= x->slots && x->space->rung == GMS_RUNG_5; a++) {
        for (int b = 1; b <= x->slots; b++) {
            if (state_apart(x, s, a, b))
                set_told(x, s, a, b, false);
        }
    }
    *state_cut(x, s) = 0;
}

struct state_taken state_take(const struct search *x, struct state *s, const struct explore_step *step) {
    const struct state_taken nothing = {0, false};
    const int a = step->a, b = step->b;
    switch (step->act) {
    case EXPLORE_DELIVER: {
        const uint32_t message = pop(x, s, a, b);
        return step_member(x, s, b, LOCAL_MESSAGE, (uint32_t)a << 24 | message, step->after);
    }
    case EXPLORE_CHANGE:
        spend_if_left(x, s, LEFT_CHANGES);
        return step_member(x, s, a, LOCAL_CHANGE, 0, step->after);
    case EXPLORE_DIE: crash(x, s, step); return nothing;
    case EXPLORE_TELL_DOWN:
        set_told(x, s, a, b, true);
        return step_member(x, s, b, LOCAL_DOWN, (uint32_t)a, step->after);
    case EXPLORE_LOSE:
        spend(x, s, LEFT_LOSSES);
        pop(x, s, a, b);
        return nothing;
    case EXPLORE_SUSPECT:
        suspect(x, s, a, b);
        return step_member(x, s, b, LOCAL_SUSPECT, (uint32_t)a, step->after);
    case EXPLORE_ADD:
        spend(x, s, LEFT_JOINS);
        return step_member(x, s, a, LOCAL_START, (uint32_t)b, step->after);
    case EXPLORE_GO:
        spend(x, s, state_info(x, s, a)->phase == GMS_LEADING ? LEFT_CRASHES : LEFT_LEAVES);
        return step_member(x, s, a, LOCAL_LEAVE, 0, step->after);
    case EXPLORE_TIMEOUT:
        spend_if_left(x, s, LEFT_TIMEOUTS);
        return step_member(x, s, a, LOCAL_TIMER, 0, step->after);
    case EXPLORE_CUT:
        spend(x, s, LEFT_CUTS);
        *state_cut(x, s) = step->keep[0];
        return nothing;
    case EXPLORE_HEAL: heal(x, s); return nothing;
    case EXPLORE_HEARTBEAT:
        spend_if_left(x, s, LEFT_TIMEOUTS);
        send_heartbeat(x, s, a, b);
        return nothing;
    }
    return nothing;
}

/* -- The beginning ----------------------------------------------------------------------------------- */

static bool deliver_any(const struct search *x, struct state *s) {
    for (int from = 1; from <= x->slots; from++) {
        for (int to = 1; to <= x->slots; to++) {
            if (*state_queue(x, s, from, to) == 0)
                continue;
            const struct explore_step step = {.act = EXPLORE_DELIVER, .a = from, .b = to};
            state_take(x, s, &step);
            return true;
        }
    }
    return false;
}

void state_begin(const struct search *x, struct state *s) {
    const struct explore_budget *b = &x->config->budget;
    memset(s, 0, sizeof *s);
    for (int who = 1; who <= x->config->members; who++) {
        put_budget(x, s, LEFT_JOINS, 1);
        const struct explore_step step = {.act = EXPLORE_ADD, .a = who, .b = who > 1 ? 1 : 0};
        state_take(x, s, &step);
        while (deliver_any(x, s)) {
        }
    }
    put_budget(x, s, LEFT_CHANGES, b->changes);
    put_budget(x, s, LEFT_CRASHES, b->crashes);
    put_budget(x, s, LEFT_LOSSES, b->losses);
    put_budget(x, s, LEFT_SUSPICIONS, b->suspicions);
    put_budget(x, s, LEFT_JOINS, b->joins);
    put_budget(x, s, LEFT_LEAVES, b->leaves);
    put_budget(x, s, LEFT_CUTS, b->cuts);
    put_budget(x, s, LEFT_TIMEOUTS, 2 * b->joins + b->leaves + b->timeouts);
}

bool state_has_all(const struct search *x, struct state *s) {
    for (int who = 1; who <= x->config->members; who++) {
        if (!state_runs(s, who) || !state_info(x, s, who)->viewed || !state_info(x, s, who)->has_state)
            return false;
    }
    return true;
}

bool state_is_to_be_told(const struct search *x, struct state *s, int whom, int to) {
    const uint32_t local = *state_local(s, whom);
    return local != LOCAL_UNBORN && !local_runs(local) && state_runs(s, to) &&
           *state_queue(x, s, whom, to) == 0 && !state_was_told(x, s, whom, to);
}

bool state_is_quiet(const struct search *x, struct state *s) {
    if (*state_cut(x, s) != 0)
        return false;
    for (int a = 1; a <= x->slots; a++) {
        for (int b = 1; b <= x->slots; b++) {
            if (*state_queue(x, s, a, b) != 0 || state_is_to_be_told(x, s, a, b))
                return false;
        }
    }
    return true;
}
