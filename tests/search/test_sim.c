/* The simulator: a run is a function of its inputs, faults do what they are called, and seeds that once
 * failed pass.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/random_run.h"
#include "app/worker_app.h"
#include "net/sim/sim.h"

/* -- Runs by chance ---------------------------------------------------------------------------------- */

struct text {
    char *at;
    size_t size, capacity;
};

static void on_record(void *self, const struct trace_record *r) {
    struct text *text = self;
    char line[TRACE_LINE_SIZE_MAX];
    const size_t size = trace_line(line, sizeof line, "w", NULL, r);
    if (text->size + size > text->capacity) {
        text->capacity = 2 * (text->size + size);
        text->at = realloc(text->at, text->capacity);
        assert_non_null(text->at);
    }
    memcpy(text->at + text->size, line, size);
    text->size += size;
}

static struct random_run run_of(enum gms_rung_id rung, uint32_t faults, uint64_t seed) {
    return (struct random_run){.rung = rung,
                               .members_min = 3,
                               .members_max = 7,
                               .faults = faults,
                               .seed = seed,
                               .for_ms = 3000,
                               .mean_ms = 100,
                               .fault_mean_ms = 300};
}

static void play(const struct random_run *run, struct sim **sim, struct recorder *recorder) {
    const struct sim_config config = recorder_sim_config(recorder, run->rung, run->seed);
    if (!*sim)
        *sim = sim_new(&config);
    assert_non_null(*sim);
    assert_true(random_run(run, *sim, recorder, NULL));
}

static void the_same_seed_gives_the_same_bytes_of_trace(void **state) {
    struct text texts[2] = {{0}, {0}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct recorder recorder;
        struct sim *sim = NULL;
        assert_true(recorder_open(&recorder, GMS_RUNG_3));
        if (i == 1) { /* the second time in memory that has seen another run */
            const struct random_run other = run_of(GMS_RUNG_3, random_faults_of(GMS_RUNG_3), 7);
            play(&other, &sim, &recorder);
        }
        const struct random_run run = run_of(GMS_RUNG_3, (1u << RANDOM_FAULTS) - 1, 5);
        recorder.also = on_record;
        recorder.also_self = &texts[i];
        play(&run, &sim, &recorder);
        sim_free(&sim);
        recorder_close(&recorder);
    }
    assert_true(texts[0].size > 10000);
    assert_int_equal(texts[0].size, texts[1].size);
    assert_memory_equal(texts[0].at, texts[1].at, texts[0].size);
    free(texts[0].at);
    free(texts[1].at);
}

static void every_rung_survives_its_own_model(void **state) {
    const uint64_t seeds = getenv("GROUPY_DEEP") ? 100000 : getenv("GROUPY_SANITIZED") ? 200 : 2000;
    (void)state;
    for (int rung = 0; rung < GMS_RUNGS; rung++) {
        struct recorder recorder;
        struct sim *sim = NULL;
        assert_true(recorder_open(&recorder, (enum gms_rung_id)rung));
        for (uint64_t seed = 1; seed <= seeds; seed++) {
            const struct random_run run =
                run_of((enum gms_rung_id)rung, random_faults_of((enum gms_rung_id)rung), seed);
            play(&run, &sim, &recorder);
            if (check_overall(recorder.check) != CHECK_HOLDS)
                print_error("groupy sim --rung %s --members 3..7 --seed %d\n",
                            gms_rung_name((enum gms_rung_id)rung), (int)seed);
            assert_int_equal(check_overall(recorder.check), CHECK_HOLDS);
        }
        sim_free(&sim);
        recorder_close(&recorder);
    }
}

/* A member that wanted to leave was elected, and left without passing on the last message, which it alone had
 * taken: three of the first 100,000 seeds. */
static void seeds_that_once_failed_pass(void **state) {
    const uint64_t seeds[] = {32374, 46261, 53619};
    struct recorder recorder;
    struct sim *sim = NULL;
    (void)state;
    assert_true(recorder_open(&recorder, GMS_RUNG_3));
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        const struct random_run run = run_of(GMS_RUNG_3, random_faults_of(GMS_RUNG_3), seeds[i]);
        play(&run, &sim, &recorder);
        assert_int_equal(check_overall(recorder.check), CHECK_HOLDS);
    }
    sim_free(&sim);
    recorder_close(&recorder);
}

/* A coordinator that had to decide a view without itself went before anybody had heard of it, and those left
 * were no quorum. The last member left while all others, out for having hung or been parted, were about to
 * come back. One each of the first 1,000,000 seeds. */
static void seeds_of_gms5_that_once_halted_pass(void **state) {
    static const uint64_t seeds[] = {758000, 185636};
    struct recorder recorder;
    struct sim *sim = NULL;
    (void)state;
    assert_true(recorder_open(&recorder, GMS_RUNG_5));
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        struct random_run run = run_of(GMS_RUNG_5, random_faults_of(GMS_RUNG_5), seeds[i]);
        run.for_ms = 1000;
        play(&run, &sim, &recorder);
        assert_int_equal(check_overall(recorder.check), CHECK_HOLDS);
    }
    sim_free(&sim);
    recorder_close(&recorder);
}

/* The leader was cut off, delivered alone, and crashed: long circles by its order were taken for the
 * survivors'. One of the first 50,000 seeds, and a false alarm of the checker. */
static void a_seed_of_gms5_agreed_that_once_alarmed_passes(void **state) {
    struct recorder recorder;
    struct sim *sim = NULL;
    (void)state;
    assert_true(recorder_open(&recorder, GMS_RUNG_5));
    struct random_run run = run_of(GMS_RUNG_5, random_faults_of(GMS_RUNG_5), 43691);
    run.delivery = GMS_AGREED;
    run.for_ms = 1000;
    run.mean_ms = 10;
    play(&run, &sim, &recorder);
    assert_true(recorder.agreed);
    assert_int_equal(check_overall(recorder.check), CHECK_HOLDS);
    sim_free(&sim);
    recorder_close(&recorder);
}

/* What a rung is not made for breaks it, by chance as well; so these faults do something. */
static void faults_beyond_its_model_break_gms3(void **state) {
    const enum random_fault faults[] = {RANDOM_ASYNC, RANDOM_LOSS, RANDOM_SUSPECT, RANDOM_CUT,
                                        RANDOM_PARTITION};
    struct recorder recorder;
    struct sim *sim = NULL;
    (void)state;
    assert_true(recorder_open(&recorder, GMS_RUNG_3));
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        int broken = 0;
        for (uint64_t seed = 1; seed <= 20; seed++) {
            const struct random_run run = run_of(GMS_RUNG_3, 1u << faults[i], seed);
            play(&run, &sim, &recorder);
            broken += check_overall(recorder.check) != CHECK_HOLDS;
        }
        if (broken == 0)
            print_error("%s breaks nothing\n", random_fault_name(faults[i]));
        assert_true(broken > 0);
    }
    sim_free(&sim);
    recorder_close(&recorder);
}

/* -- Faults, one by one ------------------------------------------------------------------------------ */

static int records[TRACE_EVS];

static void count_record(void *self, const struct trace_record *r, const struct address_book *book) {
    (void)self, (void)book;
    records[r->ev]++;
}

static struct sim *group(int members) {
    const struct sim_config config = {.rung = GMS_RUNG_3,
                                      .app = &worker_app,
                                      .seed = 1,
                                      .join_timeout = SIM_S,
                                      .resend_timeout = 50 * SIM_MS,
                                      .delay_min = 100 * SIM_US,
                                      .delay_max = 200 * SIM_US,
                                      .detect_delay = SIM_MS,
                                      .trace = count_record};
    struct sim *s = sim_new(&config);
    const int first = 1;
    assert_non_null(s);
    for (int i = 0; i < members; i++) {
        assert_int_equal(sim_add(s, &first, i > 0 ? 1 : 0), i + 1);
        sim_run(s, sim_now(s) + 20 * SIM_MS);
    }
    memset(records, 0, sizeof records);
    return s;
}

static uint64_t count_of(const struct sim *s, int who) {
    struct sim_app_state seen;
    sim_look(s, who, &seen);
    return seen.state.count;
}

static void pass(struct sim *s, gms_time time) {
    sim_run(s, sim_now(s) + time);
}

static void a_group_forms_and_delivers(void **state) {
    struct sim *s = group(5);
    (void)state;
    assert_null(sim_change(s, 3, 7));
    pass(s, 10 * SIM_MS);
    for (int who = 1; who <= 5; who++)
        assert_int_equal(count_of(s, who), 1);
    assert_int_equal(sim_leader(s), 1);
    const uint64_t messages = sim_messages(s);
    pass(s, 10 * SIM_S);
    assert_int_equal(sim_messages(s), messages); /* nothing is left to do */
    sim_free(&s);
}

static void a_crash_is_reported_after_all_that_was_sent(void **state) {
    struct sim *s = group(3);
    (void)state;
    sim_change(s, 1, 7);
    sim_crash(s, 1);
    pass(s, 20 * SIM_MS);
    assert_int_equal(records[TRACE_CRASH], 1);
    assert_int_equal(records[TRACE_DOWN], 2);
    assert_int_equal(count_of(s, 2), 1);
    assert_int_equal(count_of(s, 3), 1);
    assert_int_equal(sim_leader(s), 2);
    sim_free(&s);
}

static void a_newcomer_learns_of_those_who_died_before(void **state) {
    struct sim *s = group(4);
    const int leader = 1;
    (void)state;
    sim_crash(s, 2); /* it stays in the view, second in line */
    pass(s, 20 * SIM_MS);
    const int newcomer = sim_add(s, &leader, 1);
    pass(s, 20 * SIM_MS);
    sim_crash(s, 1);
    pass(s, 20 * SIM_MS);
    assert_int_equal(gms_leader(&sim_node(s, newcomer)->gms), 3);
    sim_free(&s);
}

static void an_asynchronous_crash_leaves_a_prefix_on_each_link(void **state) {
    int differing = 0;
    (void)state;
    for (int i = 0; i < 20 && differing == 0; i++) {
        struct sim *s = group(3);
        for (int n = 1; n <= 4 + i; n++)
            sim_change(s, 1, n);
        sim_crash_async(s, 1);
        const int to_2 = sim_on_the_way(s, 1, 2), to_3 = sim_on_the_way(s, 1, 3);
        assert_true(to_2 <= 4 + i && to_3 <= 4 + i);
        differing += to_2 != to_3;
        sim_free(&s);
    }
    assert_true(differing > 0);
}

static void a_hung_process_takes_nothing_until_it_goes_on(void **state) {
    struct sim *s = group(3);
    (void)state;
    sim_hang(s, 3);
    sim_change(s, 1, 7);
    sim_change(s, 2, 3);
    pass(s, SIM_S);
    assert_int_equal(count_of(s, 2), 2);
    assert_int_equal(count_of(s, 3), 0);
    assert_string_equal(sim_change(s, 3, 1), "hung");
    sim_resume(s, 3);
    pass(s, SIM_MS);
    assert_int_equal(count_of(s, 3), 2);
    assert_int_equal(records[TRACE_HANG], 1);
    assert_int_equal(records[TRACE_RESUME], 1);
    sim_free(&s);
}

static void a_process_that_hangs_while_the_leader_dies_learns_it_later(void **state) {
    struct sim *s = group(3);
    (void)state;
    sim_hang(s, 3);
    sim_crash(s, 1);
    pass(s, 100 * SIM_MS);
    sim_change(s, 2, 5);
    pass(s, 100 * SIM_MS);
    sim_resume(s, 3);
    pass(s, 100 * SIM_MS);
    assert_int_equal(gms_leader(&sim_node(s, 3)->gms), 2);
    assert_int_equal(count_of(s, 3), 1);
    sim_free(&s);
}

static void a_cut_is_one_way_and_heals(void **state) {
    struct sim *s = group(3);
    (void)state;
    sim_cut(s, 3, 1, true); /* requests get lost, deliveries do not */
    sim_change(s, 3, 7);
    sim_change(s, 1, 2);
    pass(s, 10 * SIM_MS);
    assert_int_equal(count_of(s, 3), 1);
    assert_int_equal(records[TRACE_LOSE], 1);
    sim_heal(s);
    sim_change(s, 3, 7);
    pass(s, 10 * SIM_MS);
    assert_int_equal(count_of(s, 3), 2);
    sim_free(&s);
}

static void a_delay_keeps_the_order_of_its_link(void **state) {
    struct sim *s = group(3);
    (void)state;
    sim_set_delay(s, 1, 3, 50 * SIM_MS);
    sim_change(s, 1, 1);
    sim_set_delay(s, 1, 3, 0);
    sim_change(s, 1, 2);
    pass(s, 10 * SIM_MS);
    assert_int_equal(count_of(s, 2), 2);
    assert_int_equal(count_of(s, 3), 0);
    pass(s, 50 * SIM_MS);
    assert_int_equal(count_of(s, 3), 2);
    sim_free(&s);
}

static void a_newcomer_without_an_answer_says_that_it_failed(void **state) {
    struct sim *s = group(2);
    const int contacts[] = {2, 1};
    (void)state;
    sim_crash(s, 2);
    sim_crash(s, 1);
    const int newcomer = sim_add(s, contacts, 2);
    pass(s, 3 * SIM_S);
    assert_true(sim_failed(s, newcomer));
    assert_false(sim_alive(s, newcomer));
    sim_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_bytes_of_trace),
        cmocka_unit_test(every_rung_survives_its_own_model),
        cmocka_unit_test(seeds_that_once_failed_pass),
        cmocka_unit_test(seeds_of_gms5_that_once_halted_pass),
        cmocka_unit_test(a_seed_of_gms5_agreed_that_once_alarmed_passes),
        cmocka_unit_test(faults_beyond_its_model_break_gms3),
        cmocka_unit_test(a_group_forms_and_delivers),
        cmocka_unit_test(a_crash_is_reported_after_all_that_was_sent),
        cmocka_unit_test(a_newcomer_learns_of_those_who_died_before),
        cmocka_unit_test(an_asynchronous_crash_leaves_a_prefix_on_each_link),
        cmocka_unit_test(a_hung_process_takes_nothing_until_it_goes_on),
        cmocka_unit_test(a_process_that_hangs_while_the_leader_dies_learns_it_later),
        cmocka_unit_test(a_cut_is_one_way_and_heals),
        cmocka_unit_test(a_delay_keeps_the_order_of_its_link),
        cmocka_unit_test(a_newcomer_without_an_answer_says_that_it_failed),
    };
    return cmocka_run_group_tests_name("search: the simulator", tests, NULL, NULL);
}
