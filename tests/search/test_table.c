/* The table of the ladder, computed: for each rung and fault the worst of all runs within the bounds. Every
 * cell is searched to its end, and what breaks has a witness whose trace the checker judges the same way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/search.h"
#include "app/witness.h"

static struct explore_result result; /* large */

static enum check_verdict overall; /* of the run that was taken last */

static int members_of(enum gms_rung_id rung, enum explore_fault fault) {
    return search_members(fault, explore_fault_members((int)rung, fault));
}

static enum explore_verdict take_steps(enum gms_rung_id rung, enum gms_rung_id searched,
                                       enum explore_fault fault, uint32_t count,
                                       const struct explore_step *steps) {
    enum explore_verdict verdict;
    char error[256];
    const struct witness witness = {.rung = rung,
                                    .another_rung = rung != searched,
                                    .fault = fault,
                                    .members = members_of(searched, fault),
                                    .step_count = count,
                                    .steps = steps,
                                    .overall = &overall};
    assert_true(witness_take(&witness, &verdict, error, sizeof error));
    return verdict;
}

static void search(enum gms_rung_id rung, enum explore_fault fault) {
    const struct explore_config config = {.rung = (int)rung,
                                          .fault = fault,
                                          .members = members_of(rung, fault),
                                          .budget = explore_budget_of((int)rung, fault, search_changes(rung)),
                                          .memory_size_max = (size_t)2 << 30};
    assert_true(explore_workers(&config, &result));
    if (!result.complete)
        print_error("%s\n", result.incomplete);
    assert_true(result.complete);
    assert_true(result.distinct > 0 && result.generated >= result.distinct - 1);
}

static enum explore_verdict take_on(enum gms_rung_id rung, enum gms_rung_id searched,
                                    enum explore_fault fault) {
    return take_steps(rung, searched, fault, result.step_count, result.steps);
}

/* Runs that the search takes for good are good for the checker as well, on their traces; at gms5 in
 * everything that it promises. Where two of four crash no majority is left, and the search asks for no
 * progress. */
static void judge_samples(enum gms_rung_id rung, enum explore_fault fault) {
    assert_true(result.sample_count > 0);
    for (uint32_t i = 0; i < result.sample_count; i++) {
        const struct explore_run *sample = &result.samples[i];
        const enum explore_verdict verdict = take_steps(rung, rung, fault, sample->step_count, sample->steps);
        if (fault == EXPLORE_CASCADE && rung != GMS_RUNG_5)
            assert_int_not_equal(verdict, EXPLORE_DESYNC);
        else
            assert_int_equal(verdict, EXPLORE_SYNC);
        if (rung == GMS_RUNG_5)
            assert_int_equal(overall, CHECK_HOLDS);
    }
}

#define S EXPLORE_SYNC
#define H EXPLORE_HALT
#define D EXPLORE_DESYNC

/* As the design has it, from a model that is independent of this code. */
static const enum explore_verdict expected[EXPLORE_FAULTS][GMS_RUNGS] = {
    [EXPLORE_NONE] = {S, S, S, S, S, S},         [EXPLORE_JOIN] = {S, S, S, S, S, S},
    [EXPLORE_LEAVE] = {S, S, S, S, S, S},        [EXPLORE_FOLLOWER_CRASH] = {S, S, S, S, S, S},
    [EXPLORE_LEADER_CRASH] = {H, S, S, S, S, S}, [EXPLORE_MID_BROADCAST] = {D, D, S, S, S, S},
    [EXPLORE_CASCADE] = {D, D, S, S, S, S},      [EXPLORE_ASYNC_CRASH] = {D, D, D, S, D, S},
    [EXPLORE_LOSS] = {D, D, H, S, S, S},         [EXPLORE_LOSS_CRASH] = {D, D, D, S, D, S},
    [EXPLORE_SUSPICION] = {S, D, D, H, D, S},    [EXPLORE_PARTITION] = {D, D, D, D, D, S},
};

/* The two large ones are for builds without sanitizers, and for deep runs. */
static bool too_large(int fault) {
    return getenv("GROUPY_SANITIZED") && !getenv("GROUPY_DEEP") &&
           (fault == EXPLORE_JOIN || fault == EXPLORE_CASCADE);
}

static void every_cell_is_as_the_ladder_says(void **state) {
    (void)state;
    for (int fault = 0; fault < EXPLORE_FAULTS; fault++) {
        if (too_large(fault))
            continue;
        for (int rung = 0; rung < GMS_RUNGS; rung++) {
            search((enum gms_rung_id)rung, (enum explore_fault)fault);
            if (result.verdict != expected[fault][rung])
                print_error("%s under %s\n", gms_rung_name((enum gms_rung_id)rung),
                            explore_fault_name((enum explore_fault)fault));
            assert_int_equal(result.verdict, expected[fault][rung]);
            judge_samples((enum gms_rung_id)rung, (enum explore_fault)fault);
            if (result.verdict == EXPLORE_SYNC)
                assert_int_equal(result.step_count, 0);
            else
                assert_int_equal(
                    take_on((enum gms_rung_id)rung, (enum gms_rung_id)rung, (enum explore_fault)fault),
                    result.verdict);
        }
    }
}

/* What the lecture tells: A1 to B, A crashes, B multicasts B1: B has A1 B1, C has B1. Seven steps, for the
 * view and the two reports of the crash are steps as well. */
static void the_witness_of_gms2_is_the_lectures_story(void **state) {
    const enum explore_act acts[] = {EXPLORE_CHANGE,    EXPLORE_DELIVER, EXPLORE_TELL_DOWN, EXPLORE_DELIVER,
                                     EXPLORE_TELL_DOWN, EXPLORE_CHANGE,  EXPLORE_DELIVER};
    (void)state;
    search(GMS_RUNG_2, EXPLORE_MID_BROADCAST);
    assert_int_equal(result.step_count, 7);
    for (uint32_t i = 0; i < 7; i++)
        assert_int_equal(result.steps[i].act, acts[i]);
    assert_int_equal(result.steps[0].a, 1); /* the leader dies when one of two followers has been sent it */
    assert_int_equal(result.steps[0].after, 1);
    assert_int_equal(result.steps[5].a, 2); /* and the next leader goes on */
}

static void the_same_runs_pass_on_the_rung_that_survives_them(void **state) {
    (void)state;
    for (int fault = 0; fault < EXPLORE_FAULTS; fault++) {
        for (int rung = 0; rung + 1 < GMS_RUNGS && !too_large(fault); rung++) {
            if (expected[fault][rung] == EXPLORE_SYNC || expected[fault][rung + 1] != EXPLORE_SYNC)
                continue;
            search((enum gms_rung_id)rung, (enum explore_fault)fault);
            assert_int_equal(
                take_on((enum gms_rung_id)(rung + 1), (enum gms_rung_id)rung, (enum explore_fault)fault),
                EXPLORE_SYNC);
        }
    }
}

static void gms3_survives_leaves_and_crashes_together(void **state) {
    struct explore_config config = {.rung = GMS_RUNG_3, .members = 3, .memory_size_max = (size_t)2 << 30};
    const enum explore_fault faults[] = {EXPLORE_MID_BROADCAST, EXPLORE_LEADER_CRASH, EXPLORE_FOLLOWER_CRASH};
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        config.fault = faults[i];
        config.budget = explore_budget_of(config.rung, config.fault, 2);
        config.budget.leaves = 2;
        assert_true(explore_workers(&config, &result));
        assert_true(result.complete);
        assert_int_equal(result.verdict, EXPLORE_SYNC);
    }
}

/* -- Bounds ------------------------------------------------------------------------------------------ */

static void a_search_ends_where_it_may_use_no_more_memory(void **state) {
    struct explore_config config = {.rung = GMS_RUNG_3,
                                    .fault = EXPLORE_PARTITION,
                                    .members = 4,
                                    .budget = explore_budget_of(GMS_RUNG_3, EXPLORE_PARTITION, 2),
                                    .memory_size_max = (size_t)32 << 20};
    (void)state;
    assert_true(explore_workers(&config, &result));
    assert_false(result.complete);
    assert_string_equal(result.incomplete, "the memory that it may use is full");
    assert_true(result.memory_size < (size_t)64 << 20);
}

static void what_the_small_profile_can_not_hold_is_refused(void **state) {
    struct explore_config config = {.rung = GMS_RUNG_3, .members = 3, .memory_size_max = (size_t)1 << 30};
    (void)state;
    config.budget = explore_budget_of(GMS_RUNG_3, EXPLORE_NONE, EXPLORE_CHANGES_MAX);
    assert_false(explore_workers(&config, &result));
    config.budget = explore_budget_of(GMS_RUNG_3, EXPLORE_JOIN, 1);
    config.members = EXPLORE_MEMBERS_MAX;
    assert_false(explore_workers(&config, &result));
    config.members = 0;
    assert_false(explore_workers(&config, &result));
}

static void the_same_search_finds_the_same(void **state) {
    struct explore_result first;
    (void)state;
    search(GMS_RUNG_2, EXPLORE_CASCADE);
    first = result;
    search(GMS_RUNG_2, EXPLORE_CASCADE);
    assert_int_equal(first.distinct, result.distinct);
    assert_int_equal(first.generated, result.generated);
    assert_int_equal(first.step_count, result.step_count);
    assert_memory_equal(first.steps, result.steps, first.step_count * sizeof first.steps[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_cell_is_as_the_ladder_says),
        cmocka_unit_test(the_witness_of_gms2_is_the_lectures_story),
        cmocka_unit_test(the_same_runs_pass_on_the_rung_that_survives_them),
        cmocka_unit_test(gms3_survives_leaves_and_crashes_together),
        cmocka_unit_test(a_search_ends_where_it_may_use_no_more_memory),
        cmocka_unit_test(what_the_small_profile_can_not_hold_is_refused),
        cmocka_unit_test(the_same_search_finds_the_same),
    };
    return cmocka_run_group_tests_name("search: the table", tests, NULL, NULL);
}
