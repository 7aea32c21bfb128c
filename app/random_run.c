/* See random_run.h. Everything is drawn from one generator, in the order in which it happens. */
#include "app/random_run.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/pace.h"

#define KEEP_LIVING 2 /* so many members are left alone */

static const char *const names[RANDOM_FAULTS] = {
    [RANDOM_JOIN] = "join",
    [RANDOM_LEAVE] = "leave",
    [RANDOM_FOLLOWER] = "follower-crash",
    [RANDOM_LEADER] = "leader-crash",
    [RANDOM_MID_BROADCAST] = "mid-broadcast",
    [RANDOM_ASYNC] = "async-crash",
    [RANDOM_LOSS] = "loss",
    [RANDOM_SUSPECT] = "suspicion",
    [RANDOM_HANG] = "hang",
    [RANDOM_DELAY] = "delay",
    [RANDOM_CUT] = "cut",
    [RANDOM_PARTITION] = "partition",
};

const char *random_fault_name(enum random_fault fault) {
    return fault < RANDOM_FAULTS ? names[fault] : "?";
}

#define BIT(fault) (1u << (fault))

uint32_t random_faults_of(enum gms_rung_id rung) {
    const uint32_t first = BIT(RANDOM_JOIN) | BIT(RANDOM_LEAVE) | BIT(RANDOM_FOLLOWER);
    switch (rung) {
    case GMS_RUNG_1: return first;
    case GMS_RUNG_2: return first | BIT(RANDOM_LEADER);
    case GMS_RUNG_3: return first | BIT(RANDOM_LEADER) | BIT(RANDOM_MID_BROADCAST);
    case GMS_RUNG_4_ACK:
        return first | BIT(RANDOM_LEADER) | BIT(RANDOM_MID_BROADCAST) | BIT(RANDOM_ASYNC) | BIT(RANDOM_LOSS);
    case GMS_RUNG_4_NACK: return first | BIT(RANDOM_LOSS);
    case GMS_RUNG_5: return BIT(RANDOM_FAULTS) - 1;
    case GMS_RUNGS: break;
    }
    return 0;
}

static bool find_fault(const char *word, size_t length, uint32_t *bit) {
    for (int i = 0; i < RANDOM_FAULTS; i++) {
        if (strlen(names[i]) == length && memcmp(names[i], word, length) == 0) {
            *bit = BIT(i);
            return true;
        }
    }
    return false;
}

bool random_faults_parse(const char *text, enum gms_rung_id rung, uint32_t *faults, char *bad,
                         size_t bad_size) {
    *faults = 0;
    for (bool more = true; more;) {
        const size_t length = strcspn(text, ",");
        uint32_t bit;
        more = text[length] == ',';
        if (length == 3 && memcmp(text, "own", 3) == 0)
            bit = random_faults_of(rung);
        else if (length == 3 && memcmp(text, "all", 3) == 0)
            bit = BIT(RANDOM_FAULTS) - 1;
        else if (length == 4 && memcmp(text, "none", 4) == 0)
            bit = 0;
        else if (!find_fault(text, length, &bit)) {
            snprintf(bad, bad_size, "%.*s", (int)length, text);
            return false;
        }
        *faults |= bit;
        text += length + more;
    }
    return true;
}

/* -- Chance ------------------------------------------------------------------------------------------ */

#define AGAIN_MAX 16

struct play {
    const struct random_run *run;
    struct sim *sim;
    struct gms_rng rng;
    gms_time next_change, next_fault;
    struct { /* what ends by itself */
        gms_time at;
        int hung; /* who is resumed; 0: links are mended */
    } again[AGAIN_MAX];
    int again_count;
};

static uint64_t draw(struct play *p, uint64_t bound) {
    return gms_rng_below(&p->rng, bound);
}

static gms_time draw_wait(struct play *p, double mean_ms) {
    return (gms_time)(pace_draw_ms(&p->rng, mean_ms) * (double)SIM_MS) + 1;
}

static bool in_group(const struct play *p, int who) {
    const enum gms_phase phase = gms_phase(&sim_node(p->sim, who)->gms);
    return sim_alive(p->sim, who) && (phase == GMS_FOLLOWING || phase == GMS_LEADING);
}

/* One of the members that are there, but for `not`; 0 if there is none. */
static int draw_member(struct play *p, int not ) {
    int there[SIM_MEMBERS_MAX], count = 0;
    for (int who = 1; who <= sim_count(p->sim); who++) {
        if (who != not &&in_group(p, who))
            there[count++] = who;
    }
    return count > 0 ? there[draw(p, (uint64_t)count)] : 0;
}

static int living(const struct play *p) {
    int count = 0;
    for (int who = 1; who <= sim_count(p->sim); who++)
        count += in_group(p, who);
    return count;
}

static void end_later(struct play *p, int hung) {
    assert(p->again_count < AGAIN_MAX);
    p->again[p->again_count].at = sim_now(p->sim) + (200 + draw(p, 1300)) * SIM_MS;
    p->again[p->again_count++].hung = hung;
}

/* -- What goes wrong --------------------------------------------------------------------------------- */

static void join(struct play *p) {
    int contacts[3];
    uint32_t count = 0;
    for (const uint64_t wanted = 1 + draw(p, 3); count < wanted; count++) {
        if ((contacts[count] = draw_member(p, 0)) == 0)
            break;
    }
    if (count > 0)
        sim_add(p->sim, contacts, count);
}

static void crash_mid_broadcast(struct play *p, int leader) {
    sim_arm_crash(p->sim, leader, (uint32_t)draw(p, (uint64_t)living(p)));
    sim_change(p->sim, leader, 1 + (int)draw(p, 20));
}

/* With something on its way, that is. */
static void crash_async(struct play *p, int who) {
    for (uint64_t changes = 1 + draw(p, 3); changes > 0; changes--)
        sim_change(p->sim, who, 1 + (int)draw(p, 20));
    sim_crash_async(p->sim, who);
}

static void lose(struct play *p) {
    const int from = draw_member(p, 0), to = draw_member(p, from);
    if (draw(p, 2) == 0 && to > 0) {
        sim_lose(p->sim, from, to, 1 + (uint32_t)draw(p, 3));
    } else {
        sim_set_loss(p->sim, 1 + (uint32_t)draw(p, 20));
        end_later(p, 0);
    }
}

static void part(struct play *p, bool one_way) {
    const uint64_t sides = gms_rng_next(&p->rng);
    const int from = draw_member(p, 0), to = draw_member(p, from);
    for (int a = 1; a <= sim_count(p->sim); a++) {
        for (int b = 1; b <= sim_count(p->sim); b++) {
            if (one_way ? a == from && b == to : (sides >> (a % 64) & 1) != (sides >> (b % 64) & 1))
                sim_cut(p->sim, a, b, true);
        }
    }
    for (int by = 1; by <= sim_count(p->sim) && !one_way;
         by++) { /* some notice that they hear nothing more */
        for (int whom = 1; whom <= sim_count(p->sim); whom++) {
            if ((sides >> (by % 64) & 1) != (sides >> (whom % 64) & 1) && in_group(p, by) && draw(p, 2) == 0)
                sim_suspect(p->sim, whom, by);
        }
    }
    end_later(p, 0);
}

static void go_wrong(struct play *p, enum random_fault fault) {
    const int leader = sim_leader(p->sim), any = draw_member(p, 0), follower = draw_member(p, leader);
    const bool may_go = living(p) > KEEP_LIVING && follower > 0;
    switch (fault) {
    case RANDOM_JOIN: join(p); break;
    case RANDOM_LEAVE:
        if (may_go)
            sim_leave(p->sim, follower);
        break;
    case RANDOM_FOLLOWER:
        if (may_go)
            sim_crash(p->sim, follower);
        break;
    case RANDOM_LEADER:
        if (may_go && leader > 0 && draw(p, 4) == 0)
            sim_leave(p->sim, leader);
        else if (may_go && leader > 0)
            sim_crash(p->sim, leader);
        break;
    case RANDOM_MID_BROADCAST:
        if (may_go && leader > 0 && in_group(p, leader) && !sim_hung(p->sim, leader))
            crash_mid_broadcast(p, leader);
        break;
    case RANDOM_ASYNC:
        if (may_go)
            crash_async(p, draw(p, 3) > 0 && leader > 0 ? leader : any);
        break;
    case RANDOM_LOSS: lose(p); break;
    case RANDOM_SUSPECT:
        if (may_go && leader > 0)
            sim_suspect(p->sim, leader, follower);
        break;
    case RANDOM_HANG:
        if (any > 0) {
            sim_hang(p->sim, any);
            end_later(p, any);
        }
        break;
    case RANDOM_DELAY:
        if (any > 0 && follower > 0 && any != follower) {
            sim_set_delay(p->sim, any, follower, (1 + draw(p, 100)) * SIM_MS);
            end_later(p, 0);
        }
        break;
    case RANDOM_CUT: part(p, true); break;
    case RANDOM_PARTITION: part(p, false); break;
    case RANDOM_FAULTS: break;
    }
}

static enum random_fault draw_fault(struct play *p) {
    for (;;) {
        const enum random_fault fault = (enum random_fault)draw(p, RANDOM_FAULTS);
        if (p->run->faults & BIT(fault))
            return fault;
    }
}

static void mend(struct play *p, int i) {
    const int hung = p->again[i].hung;
    p->again[i] = p->again[--p->again_count];
    if (hung > 0) {
        sim_resume(p->sim, hung);
    } else {
        sim_heal(p->sim);
        sim_set_loss(p->sim, 0);
    }
}

/* -- The run ----------------------------------------------------------------------------------------- */

static bool assemble(struct play *p) {
    const struct random_run *r = p->run;
    const int members = r->members_min + (int)draw(p, (uint64_t)(r->members_max - r->members_min) + 1);
    const int first = 1;
    for (int i = 0; i < members; i++) {
        sim_add(p->sim, &first, i > 0 ? 1 : 0);
        sim_run(p->sim, sim_now(p->sim) + 20 * SIM_MS);
    }
    for (int who = 1; who <= members; who++) {
        struct sim_app_state seen;
        sim_look(p->sim, who, &seen);
        if (!in_group(p, who) || !seen.has_state)
            return false;
    }
    return true;
}

static void change(struct play *p) {
    const int who = draw_member(p, 0);
    if (who > 0)
        sim_change(p->sim, who, 1 + (int)draw(p, 20));
    p->next_change = sim_now(p->sim) + draw_wait(p, (double)p->run->mean_ms / (double)(1 + living(p)));
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
            mend(p, ends);
        else if (next == p->next_change)
            change(p);
        else {
            if (p->run->faults != 0 && p->again_count < AGAIN_MAX)
                go_wrong(p, draw_fault(p));
            p->next_fault = next + draw_wait(p, (double)p->run->fault_mean_ms);
        }
    }
    sim_run(p->sim, end);
}

/* Nothing goes wrong any more; each member multicasts once more, and all must arrive. */
static void calm_down(struct play *p) {
    while (p->again_count > 0)
        mend(p, 0);
    sim_run(p->sim, sim_now(p->sim) + RANDOM_BOUND_MS * SIM_MS);
    for (int who = 1; who <= sim_count(p->sim); who++) {
        if (in_group(p, who))
            sim_change(p->sim, who, 1 + (int)draw(p, 20));
    }
    sim_run(p->sim, sim_now(p->sim) + RANDOM_BOUND_MS * SIM_MS);
    sim_end(p->sim);
}

bool random_run(const struct random_run *r, struct sim *sim, struct recorder *recorder) {
    struct play p = {.run = r, .sim = sim};
    const struct sim_config config = recorder_sim_config(recorder, r->rung, r->seed);
    recorder_reset(recorder, r->rung);
    sim_reset(sim, &config);
    gms_rng_seed(&p.rng, r->seed);
    const bool formed = assemble(&p);
    p.next_change = sim_now(sim) + draw_wait(&p, (double)r->mean_ms);
    p.next_fault = sim_now(sim) + draw_wait(&p, (double)r->fault_mean_ms);
    go_on_until(&p, sim_now(sim) + r->for_ms * SIM_MS);
    calm_down(&p);
    check_end(recorder->check);
    return formed;
}
