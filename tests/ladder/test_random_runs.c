/* Each rung in its own model, at random: members join and leave, leaders crash where the rung survives it,
 * and messages arrive in any order that the links allow. Whatever the rung promises must hold, and the
 * checker may raise no false alarm. A failing run prints its seed; RUN_SEED=N runs that one alone.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/report.h"
#include "gms/rng.h"

#define RUNS  300
#define STEPS 60

static struct gms_rng rng;

static int below(int bound) {
    return (int)gms_rng_below(&rng, (uint64_t)bound);
}

static bool alive(const struct cluster *c, int who) {
    const struct node *node = node_of(c, who);
    return !node->crashed && gms_in_group(&node->gms);
}

static int leader_of(const struct cluster *c, int members) {
    for (int who = 1; who <= members; who++) {
        if (alive(c, who) && gms_phase(&node_of(c, who)->gms) == GMS_LEADING)
            return who;
    }
    return 0;
}

static int alive_count(const struct cluster *c, int members) {
    int count = 0;
    for (int who = 1; who <= members; who++)
        count += alive(c, who);
    return count;
}

/* Of the members, who does not want to go. */
static int staying_count(const struct cluster *c, int members) {
    int count = 0;
    for (int who = 1; who <= members; who++)
        count += alive(c, who) && !node_of(c, who)->gms.gms1.leaving;
    return count;
}

static void pass_one(struct cluster *c, int members) {
    const int start = below(members * members);
    for (int i = 0; i < members * members; i++) {
        const int from = 1 + (start + i) / members % members, to = 1 + (start + i) % members;
        if (on_the_way(c, from, to) == 0)
            continue;
        deliver_one(c, from, to);
        return;
    }
}

/* A leader may crash between broadcasts from gms2 on, in the middle of one from gms3 on. */
static void crash_leader(struct cluster *c, enum gms_rung_id rung, int members) {
    int leader = leader_of(c, members);
    if (rung == GMS_RUNG_1 || leader == 0 || alive_count(c, members) < 2)
        return;
    if (rung == GMS_RUNG_5) {
        run_ms(c, 500); /* the last change of views is through ... */
        if (staying_count(c, members) < 3)
            return; /* ... and of two, the junior is no quorum */
        leader = leader_of(c, members);
    }
    if (rung == GMS_RUNG_2 || below(2) == 0) {
        settle(c);
        crash(c, leader);
        return;
    }
    arm_crash(c, leader, (uint32_t)below(members));
    multicast(c, leader, 1 + below(20));
    crash(c, leader); /* unless it did: gms4-ack may be waiting for somebody */
}

static void step(struct cluster *c, enum gms_rung_id rung, int *members) {
    const int who = 1 + below(*members), chance = below(100);
    cluster_skip(c);
    if (chance < 60) {
        pass_one(c, *members);
    } else if (chance < 88) {
        if (alive(c, who))
            multicast(c, who, 1 + below(20));
    } else if (chance < 93) {
        if (*members < CLUSTER_MEMBERS_MAX && alive(c, who)) {
            settle(c);
            *members = join(c, who);
        }
    } else if (chance < 96) {
        settle(c);
        if (alive(c, who) && gms_phase(&node_of(c, who)->gms) == GMS_FOLLOWING)
            leave(c, who);
        settle(c); /* a leader that crashes meanwhile:
                      gms3_loses_the_last_message_when_the_one_elected_is_leaving */
    } else {
        crash_leader(c, rung, *members);
    }
}

static void tell(const struct cluster *c, int members) {
    static struct report_names names;
    char name[16];
    names.count = 0;
    for (int who = 1; who <= members; who++) {
        snprintf(name, sizeof name, "w%d", who);
        report_name(&names, (gms_id)who, name);
    }
    report_verdict(cluster_check(c), &names);
}

static void run(enum gms_rung_id rung, uint64_t seed) {
    int members = 3;
    gms_rng_seed(&rng, seed);
    struct cluster *c = cluster_of(rung, members);
    with_state_transfer(c);
    for (int i = 0; i < STEPS; i++)
        step(c, rung, &members);
    cluster_skip(c);
    settle(c);
    pass_ms(c, CLUSTER_JOIN_TIMEOUT_MS);
    cluster_skip(c);
    const char *outcome = cluster_outcome(c);
    if (check_overall(cluster_check(c)) != CHECK_HOLDS || cluster_check(c)->uncompared > 0) {
        tell(c, members);
        fail_msg("%s, %s: repeat it with RUN_SEED=%d", gms_rung_name(rung), outcome, (int)seed);
    }
    cluster_free(&c);
}

static void what_a_rung_promises_holds_in_its_own_model(void **state) {
    const char *only = getenv("RUN_SEED"), *deep = getenv("GROUPY_DEEP");
    const uint64_t first = only ? strtoull(only, NULL, 10) : 1;
    const uint64_t runs = only ? 1 : deep ? 20 * RUNS : RUNS;
    (void)state;
    for (int rung = 0; rung < GMS_RUNGS; rung++) {
        for (uint64_t seed = first; seed < first + runs; seed++)
            run((enum gms_rung_id)rung, seed);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_rung_promises_holds_in_its_own_model),
    };
    return cmocka_run_group_tests_name("ladder: random runs", tests, NULL, NULL);
}
