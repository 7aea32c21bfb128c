/* What arrives within a while is taken in one turn, as a live member does under load: one acknowledgement for
 * all, one commit, one look at who is suspected. No run may come out worse for it, whatever goes wrong
 * meanwhile.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "app/random_run.h"

#define RUNS 150

static void survive(enum gms_rung_id rung, enum gms_delivery delivery, uint32_t faults, uint64_t turn_ms) {
    struct recorder recorder = {0};
    assert_true(recorder_open(&recorder, rung));
    const struct sim_config config = recorder_sim_config(&recorder, rung, 1);
    struct sim *sim = sim_new(&config);
    assert_non_null(sim);
    for (uint64_t seed = 1; seed <= RUNS; seed++) {
        const struct random_run run = {.rung = rung,
                                       .delivery = delivery,
                                       .members_min = 3,
                                       .members_max = 6,
                                       .faults = faults,
                                       .seed = seed,
                                       .for_ms = 2000,
                                       .mean_ms = 10,
                                       .fault_mean_ms = 400,
                                       .turn_ms = turn_ms};
        uint64_t converged_ms = 0;
        assert_true(random_run(&run, sim, &recorder, &converged_ms));
        if (check_overall(recorder.check) != CHECK_HOLDS || converged_ms >= RANDOM_BOUND_MS)
            fail_msg("%s, turns of %" PRIu64 " ms, seed %" PRIu64 ": %s", gms_rung_name(rung), turn_ms, seed,
                     check_overall(recorder.check) != CHECK_HOLDS ? "not in sync"
                                                                  : "it did not come to rest");
    }
    sim_free(&sim);
    recorder_close(&recorder);
}

static void gms4_nack_survives_its_faults_in_turns(void **state) {
    (void)state;
    survive(GMS_RUNG_4_NACK, GMS_SAFE, random_faults_of(GMS_RUNG_4_NACK), 3);
    survive(GMS_RUNG_4_NACK, GMS_SAFE, random_faults_of(GMS_RUNG_4_NACK), 20);
}

static void gms5_survives_every_fault_in_turns(void **state) {
    (void)state;
    survive(GMS_RUNG_5, GMS_SAFE, random_faults_of(GMS_RUNG_5), 3);
    survive(GMS_RUNG_5, GMS_SAFE, random_faults_of(GMS_RUNG_5), 20);
}

static void gms5_delivers_alike_in_turns_when_it_does_not_wait_for_a_quorum(void **state) {
    (void)state;
    survive(GMS_RUNG_5, GMS_AGREED, random_faults_of(GMS_RUNG_5), 3);
    survive(GMS_RUNG_5, GMS_AGREED, random_faults_of(GMS_RUNG_5), 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms4_nack_survives_its_faults_in_turns),
        cmocka_unit_test(gms5_survives_every_fault_in_turns),
        cmocka_unit_test(gms5_delivers_alike_in_turns_when_it_does_not_wait_for_a_quorum),
    };
    return cmocka_run_group_tests_name("ladder: turns", tests, NULL, NULL);
}
