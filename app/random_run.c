/* See random_run.h. */
#include "app/random_run.h"

#include "app/pace.h"
#include "app/random_play.h"

#define SMALL_MAX    32            /* members of a group that is not large */
#define JOIN_SLOWLY  (20 * SIM_MS) /* from one member to the next */
#define JOIN_QUICKLY SIM_MS        /* in a large group: several may come into one view */
#define LOOK_PERIOD  (20 * SIM_MS) /* how often somebody looks whether all has come to rest */

/* -- Chance ------------------------------------------------------------------------------------------ */

uint64_t random_draw(struct play *p, uint64_t bound) {
    return gms_rng_below(&p->rng, bound);
}

static gms_time draw_wait(struct play *p, double mean_ms) {
    return (gms_time)(pace_draw_ms(&p->rng, mean_ms) * (double)SIM_MS) + 1;
}

bool random_in_group(const struct play *p, int who) {
    return sim_alive(p->sim, who) && gms_in_group(&sim_node(p->sim, who)->gms);
}

/* One of the members that are there, but for `not`; 0 if there is none. */
int random_draw_member(struct play *p, int but_not) {
    int there[SIM_MEMBERS_MAX], count = 0;
    for (int who = 1; who <= sim_count(p->sim); who++) {
        if (who != but_not && random_in_group(p, who))
            there[count++] = who;
    }
    return count > 0 ? there[random_draw(p, (uint64_t)count)] : 0;
}

int random_living(const struct play *p) {
    int count = 0;
    for (int who = 1; who <= sim_count(p->sim); who++)
        count += random_in_group(p, who);
    return count;
}

/* -- The run ----------------------------------------------------------------------------------------- */

static bool all_in(const struct play *p, int members) {
    for (int who = 1; who <= members; who++) {
        struct sim_app_state seen;
        sim_look(p->sim, who, &seen);
        if (!random_in_group(p, who) || !seen.has_state)
            return false;
    }
    return true;
}

static bool assemble(struct play *p) {
    const struct random_run *r = p->run;
    const int members = r->members_min + (int)random_draw(p, (uint64_t)(r->members_max - r->members_min) + 1);
    const int first = 1;
    for (int i = 0; i < members; i++) {
        sim_add(p->sim, &first, i > 0 ? 1 : 0);
        sim_run(p->sim, sim_now(p->sim) + (members > SMALL_MAX ? JOIN_QUICKLY : JOIN_SLOWLY));
    }
    for (const gms_time end = sim_now(p->sim) + 2 * SIM_S; !all_in(p, members);
         /* gms4-ack takes its time */) {
        if (sim_now(p->sim) >= end)
            return false;
        sim_run(p->sim, sim_now(p->sim) + LOOK_PERIOD);
    }
    return true;
}

static void change(struct play *p) {
    const int who = random_draw_member(p, 0);
    if (who > 0)
        sim_change(p->sim, who, 1 + (int)random_draw(p, 20));
    p->next_change = sim_now(p->sim) + draw_wait(p, (double)p->run->mean_ms / (double)(1 + random_living(p)));
}

static void go_on_until(struct play *p, gms_time end) {
    for (;;) {
        gms_time next = p->next_change < p->next_fault ? p->next_change : p->next_fault;
        int ends = -1;
        for (int i = 0; i < p->again_count; i++) {
            if (p->again[i].at < next) {
                next = p->again[i].at;
                ends = i;
            }
        }
        if (next >= end)
            break;
        sim_run(p->sim, next);
        if (ends >= 0)
            random_mend(p, ends);
        else if (next == p->next_change)
            change(p);
        else {
            if (p->run->faults != 0 && p->again_count < AGAIN_MAX)
                random_go_wrong(p);
            p->next_fault = next + draw_wait(p, (double)p->run->fault_mean_ms);
        }
    }
    sim_run(p->sim, end);
}

static bool in_one_state(const struct play *p) {
    const struct node *first = NULL;
    struct sim_app_state state = {0}, seen;
    for (int who = 1; who <= sim_count(p->sim); who++) {
        const struct node *node = sim_node(p->sim, who);
        if (!sim_alive(p->sim, who))
            continue;
        sim_look(p->sim, who, &seen);
        if (!random_in_group(p, who) || !seen.has_state || gms_blocked(&node->gms))
            return false;
        if (first && (node->view != first->view || !trace_state_equal(&seen.state, &state.state)))
            return false;
        first = node;
        state = seen;
    }
    return true;
}

/* Time passes until all is said and done; heartbeats would go on for ever. Returns how long it took. */
static uint64_t come_to_rest(struct play *p) {
    const gms_time began = sim_now(p->sim), end = began + RANDOM_BOUND_MS * SIM_MS;
    const bool look = p->run->rung >= GMS_RUNG_4_ACK;
    while (sim_now(p->sim) < end && !(look && sim_idle(p->sim) && in_one_state(p)))
        sim_run(p->sim, look ? sim_now(p->sim) + LOOK_PERIOD : end);
    return look ? (sim_now(p->sim) - began) / SIM_MS : 0;
}

/* Nothing goes wrong any more; each member multicasts once more, and all must arrive. */
static uint64_t calm_down(struct play *p) {
    while (p->again_count > 0)
        random_mend(p, 0);
    const uint64_t converged_ms = come_to_rest(p);
    for (int who = 1; who <= sim_count(p->sim); who++) {
        if (random_in_group(p, who))
            sim_change(p->sim, who, 1 + (int)random_draw(p, 20));
    }
    if (p->run->turn_ms > 0)
        sim_run(p->sim,
                sim_now(p->sim) + 2 * p->run->turn_ms * SIM_MS); /* who is alone says it at the end of it */
    come_to_rest(p);
    sim_end(p->sim);
    return converged_ms;
}

#define BIT(fault) (1u << (fault))

/* Up to gms4 silence is a reason to suspect somebody only where somebody may be silent without having
 * crashed: they are not made for a detector that errs. */
static struct sim_config config_of(const struct random_run *r, struct recorder *recorder) {
    const uint32_t silence = BIT(RANDOM_HANG) | BIT(RANDOM_CUT) | BIT(RANDOM_PARTITION);
    recorder->agreed = r->delivery == GMS_AGREED;
    recorder->last_man_standing = r->last_man_standing;
    struct sim_config config = recorder_sim_config(recorder, r->rung, r->seed);
    const bool suspects = r->rung == GMS_RUNG_5 || (r->faults & silence) != 0;
    if (suspects || r->rung >= GMS_RUNG_4_ACK)
        recorder_add_heartbeats(&config);
    if (!suspects)
        config.suspect_timeout = 0;
    config.turn = r->turn_ms * SIM_MS;
    return config;
}

bool random_run(const struct random_run *r, struct sim *sim, struct recorder *recorder,
                uint64_t *converged_ms) {
    struct play p = {.run = r, .sim = sim};
    const struct sim_config config = config_of(r, recorder);
    recorder_reset(recorder, r->rung);
    sim_reset(sim, &config);
    gms_rng_seed(&p.rng, r->seed);
    const bool formed = assemble(&p);
    p.next_change = sim_now(sim) + draw_wait(&p, (double)r->mean_ms);
    p.next_fault = sim_now(sim) + draw_wait(&p, (double)r->fault_mean_ms);
    go_on_until(&p, sim_now(sim) + r->for_ms * SIM_MS);
    const uint64_t rest_ms = calm_down(&p);
    if (converged_ms)
        *converged_ms = rest_ms;
    check_end(recorder->check);
    return formed;
}
