/* Large groups, in the simulator: as many members as a view can have come together, and stay in sync whatever
 * their rung is made for goes wrong.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/random_run.h"

/* With sanitizers all takes ten times as long. */
static int members_max(void) {
    return getenv("GROUPY_SANITIZED") ? 48 : GMS_MEMBERS_MAX;
}

static void play(enum gms_rung_id rung, int members, uint32_t faults) {
    struct recorder recorder;
    const struct random_run run = {.rung = rung,
                                   .members_min = members,
                                   .members_max = members,
                                   .faults = faults,
                                   .seed = 1,
                                   .for_ms = 300,
                                   .mean_ms = 10 * (uint64_t)members,
                                   .fault_mean_ms = 100};
    assert_true(recorder_open(&recorder, rung));
    const struct sim_config config = recorder_sim_config(&recorder, rung, run.seed);
    struct sim *sim = sim_new(&config);
    assert_non_null(sim);
    assert_true(random_run(&run, sim, &recorder, NULL));
    assert_int_equal(check_overall(recorder.check), CHECK_HOLDS);
    assert_int_equal(check_outcome(recorder.check), CHECK_SYNC);
    assert_int_equal(recorder.check->uncompared, 0);
    assert_true(recorder.check->delivered >= (uint64_t)members);
    if (faults == 0)
        assert_int_equal(gms_current_view(&sim_node(sim, members)->gms)->count, members);
    sim_free(&sim);
    recorder_close(&recorder);
}

static void as_many_as_a_view_can_have_come_together_and_stay_in_sync_at_gms3(void **state) {
    (void)state;
    play(GMS_RUNG_3, members_max(), 0);
}

static void as_many_as_a_view_can_have_come_together_and_stay_in_sync_at_gms5(void **state) {
    (void)state;
    play(GMS_RUNG_5, members_max(), 0);
}

static void a_large_group_survives_what_its_rung_is_made_for(void **state) {
    (void)state;
    play(GMS_RUNG_3, members_max() / 2, random_faults_of(GMS_RUNG_3));
    play(GMS_RUNG_4_NACK, members_max() / 4, random_faults_of(GMS_RUNG_4_NACK));
    play(GMS_RUNG_5, members_max() / 4, random_faults_of(GMS_RUNG_5));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_as_a_view_can_have_come_together_and_stay_in_sync_at_gms3),
        cmocka_unit_test(as_many_as_a_view_can_have_come_together_and_stay_in_sync_at_gms5),
        cmocka_unit_test(a_large_group_survives_what_its_rung_is_made_for),
    };
    return cmocka_run_group_tests_name("large", tests, NULL, NULL);
}
