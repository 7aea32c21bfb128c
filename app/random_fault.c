/* See random_run.h: what goes wrong. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "app/random_play.h"

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
        return first | BIT(RANDOM_LEADER) | BIT(RANDOM_MID_BROADCAST) | BIT(RANDOM_ASYNC) | BIT(RANDOM_LOSS) |
               BIT(RANDOM_DELAY);
    case GMS_RUNG_4_NACK: return first | BIT(RANDOM_LOSS) | BIT(RANDOM_DELAY);
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

static void end_later(struct play *p, int hung) {
    assert(p->again_count < AGAIN_MAX);
    p->again[p->again_count].at = sim_now(p->sim) + (200 + random_draw(p, 1300)) * SIM_MS;
    p->again[p->again_count++].hung = hung;
}

/* -- What goes wrong --------------------------------------------------------------------------------- */

static void join(struct play *p) {
    int contacts[3];
    uint32_t count = 0;
    for (const uint64_t wanted = 1 + random_draw(p, 3); count < wanted; count++) {
        if ((contacts[count] = random_draw_member(p, 0)) == 0)
            break;
    }
    if (count > 0)
        sim_add(p->sim, contacts, count);
}

/* A leader that has to wait before it can send dies waiting. */
static void crash_mid_broadcast(struct play *p, int leader) {
    sim_arm_crash(p->sim, leader, (uint32_t)random_draw(p, (uint64_t)random_living(p)));
    sim_change(p->sim, leader, 1 + (int)random_draw(p, 20));
    sim_crash(p->sim, leader);
}

/* With something on its way, that is. */
static void crash_async(struct play *p, int who) {
    for (uint64_t changes = 1 + random_draw(p, 3); changes > 0; changes--)
        sim_change(p->sim, who, 1 + (int)random_draw(p, 20));
    sim_crash_async(p->sim, who);
}

static void lose(struct play *p) {
    const int from = random_draw_member(p, 0), to = random_draw_member(p, from);
    if (random_draw(p, 2) == 0 && to > 0) {
        sim_lose(p->sim, from, to, 1 + (uint32_t)random_draw(p, 3));
    } else {
        sim_set_loss(p->sim, 1 + (uint32_t)random_draw(p, 20));
        end_later(p, 0);
    }
}

static void part(struct play *p, bool one_way) {
    const uint64_t sides = gms_rng_next(&p->rng);
    const int from = random_draw_member(p, 0), to = random_draw_member(p, from);
    for (int a = 1; a <= sim_count(p->sim); a++) {
        for (int b = 1; b <= sim_count(p->sim); b++) {
            if (one_way ? a == from && b == to : (sides >> (a % 64) & 1) != (sides >> (b % 64) & 1))
                sim_cut(p->sim, a, b, true);
        }
    }
    for (int by = 1; by <= sim_count(p->sim) && !one_way;
         by++) { /* some notice that they hear nothing more */
        for (int whom = 1; whom <= sim_count(p->sim); whom++) {
            if ((sides >> (by % 64) & 1) != (sides >> (whom % 64) & 1) && random_in_group(p, by) &&
                random_draw(p, 2) == 0)
                sim_suspect(p->sim, whom, by);
        }
    }
    end_later(p, 0);
}

/* Somebody may go for ever: enough are left. */
static bool may_go(const struct play *p, int who) {
    return who > 0 && random_living(p) > KEEP_LIVING &&
           (p->run->rung != GMS_RUNG_5 || random_can_spare(p, who));
}

static void do_wrong(struct play *p, enum random_fault fault) {
    const int leader = sim_leader(p->sim), any = random_draw_member(p, 0),
              follower = random_draw_member(p, leader);
    const bool of_all = p->run->rung == GMS_RUNG_5; /* anybody may suspect anybody */
    int who;
    switch (fault) {
    case RANDOM_JOIN: join(p); break;
    case RANDOM_LEAVE:
        if (may_go(p, follower))
            sim_leave(p->sim, follower);
        break;
    case RANDOM_FOLLOWER:
        if (may_go(p, follower))
            sim_crash(p->sim, follower);
        break;
    case RANDOM_LEADER:
        if (follower == 0 || !may_go(p, leader))
            break;
        if (random_draw(p, 4) == 0)
            sim_leave(p->sim, leader);
        else
            sim_crash(p->sim, leader);
        break;
    case RANDOM_MID_BROADCAST:
        if (follower > 0 && may_go(p, leader) && random_in_group(p, leader) && !sim_hung(p->sim, leader))
            crash_mid_broadcast(p, leader);
        break;
    case RANDOM_ASYNC:
        if (follower == 0 || random_living(p) <= KEEP_LIVING)
            break;
        who = random_draw(p, 3) > 0 && leader > 0 ? leader : any;
        if (may_go(p, who))
            crash_async(p, who);
        break;
    case RANDOM_LOSS: lose(p); break;
    case RANDOM_SUSPECT:
        if (follower == 0 || leader == 0 || random_living(p) <= KEEP_LIVING)
            break;
        sim_suspect(p->sim, of_all ? any : leader, of_all ? random_draw_member(p, any) : follower);
        break;
    case RANDOM_HANG:
        if (any > 0) {
            sim_hang(p->sim, any);
            end_later(p, any);
        }
        break;
    case RANDOM_DELAY:
        if (any > 0 && follower > 0 && any != follower) {
            sim_set_delay(p->sim, any, follower, (1 + random_draw(p, 100)) * SIM_MS);
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
        const enum random_fault fault = (enum random_fault)random_draw(p, RANDOM_FAULTS);
        if (p->run->faults & BIT(fault))
            return fault;
    }
}

void random_go_wrong(struct play *p) {
    do_wrong(p, draw_fault(p));
}

void random_mend(struct play *p, int i) {
    const int hung = p->again[i].hung;
    p->again[i] = p->again[--p->again_count];
    if (hung > 0) {
        sim_resume(p->sim, hung);
    } else {
        sim_heal(p->sim);
        sim_set_loss(p->sim, 0);
    }
}
