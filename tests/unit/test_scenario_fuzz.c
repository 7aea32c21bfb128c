/* Mutated scenarios: the parser refuses them in one line or takes them, and what it takes is within bounds.
 * Deterministic and bounded; SEED and ROUNDS in the environment search further. */
#include "app/scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gms/rng.h"

#define FILES_MAX 64

static char *texts[FILES_MAX];
static size_t sizes[FILES_MAX];
static uint32_t file_count;
static struct scenario s; /* large */

static void collect(void *arg, const char *name) {
    char path[256], error[512];
    (void)arg;
    if (file_count == FILES_MAX)
        return;
    snprintf(path, sizeof path, "assets/scenarios/%s.txt", name);
    texts[file_count] = scenario_read(path, &sizes[file_count], error, sizeof error);
    assert_non_null(texts[file_count]);
    file_count++;
}

/* Words of the language in new places find more than random bytes do. */
static const char *const words[] = {"at",     "1s",     "-1s",   "99999999999999999999s",
                                    "leader", "w1",     "w5",    "w99",
                                    "|",      "\"",     "#",     "keep",
                                    "from",   "to",     "after", "0",
                                    "21",     "expect", "note",  "partition",
                                    "crash",  "kill",   "async", "\r\n",
                                    "\xff",   "\t",     "%n%s",  "members",
                                    "rung",   "gms1"};

static size_t mutate(struct gms_rng *rng, char *text, size_t size, size_t capacity) {
    const size_t at = size ? gms_rng_below(rng, size) : 0;
    const char *word = words[gms_rng_below(rng, sizeof words / sizeof words[0])];
    const size_t word_size = strlen(word);
    size_t length = 1 + gms_rng_below(rng, 20);
    switch (gms_rng_below(rng, 5)) {
    case 0: /* a byte changes */
        if (size > 0)
            text[at] = (char)gms_rng_below(rng, 256);
        return size;
    case 1: /* some go missing */
        length = length > size - at ? size - at : length;
        memmove(text + at, text + at + length, size - at - length);
        return size - length;
    case 2: /* a word comes in */
        if (size + word_size + 1 > capacity)
            return size;
        memmove(text + at + word_size + 1, text + at, size - at);
        memcpy(text + at, word, word_size);
        text[at + word_size] = ' ';
        return size + word_size + 1;
    case 3: /* the end is cut off */ return at;
    default: /* a piece is doubled */
        length = length > size - at ? size - at : length;
        if (size + length > capacity)
            return size;
        memmove(text + at + length, text + at, size - at);
        return size + length;
    }
}

static void within_bounds(void) {
    assert_in_range(s.members, 1, SCENARIO_WORKERS_MAX);
    assert_in_range(s.step_count, 1, SCENARIO_STEPS_MAX);
    assert_in_range(s.rung, 0, GMS_RUNGS - 1);
    for (int i = 0; i < s.step_count; i++) {
        const struct scenario_step *step = &s.steps[i];
        assert_in_range(step->verb, 0, SCENARIO_VERBS - 1);
        assert_in_range(step->who + 1, 0, SCENARIO_WORKERS_MAX + 1);
        assert_in_range(step->whom + 1, 0, SCENARIO_WORKERS_MAX + 1);
        assert_in_range(step->name_count, 0, SCENARIO_WORKERS_MAX);
        assert_true(step->at_ms <= SCENARIO_LASTS_MAX_MS && (i == 0 || step->at_ms >= s.steps[i - 1].at_ms));
        assert_true(strlen(step->text) < SCENARIO_TEXT_SIZE);
    }
    assert_true(scenario_end_ms(&s) <= 2 * SCENARIO_LASTS_MAX_MS + SCENARIO_SETTLE_MS);
}

static void complains_in_one_line(const char *error) {
    assert_memory_equal(error, "dir/fuzz.txt:", 13);
    for (const char *c = error; *c; c++)
        assert_true(*c >= ' ' && *c <= '~');
}

static void mutated_scenarios_do_no_harm(void **state) {
    (void)state;
    const char *seed = getenv("SEED"), *rounds_text = getenv("ROUNDS");
    const long rounds = rounds_text ? atol(rounds_text) : 20000;
    struct gms_rng rng;
    char text[8192], error[512];
    long taken = 0;
    gms_rng_seed(&rng, seed ? (uint64_t)atol(seed) : 1);
    for (long round = 0; round < rounds; round++) {
        const uint64_t file = gms_rng_below(&rng, file_count);
        size_t size = sizes[file];
        assert_true(size <= sizeof text);
        memcpy(text, texts[file], size);
        for (uint64_t i = 1 + gms_rng_below(&rng, 4); i > 0; i--)
            size = mutate(&rng, text, size, sizeof text);
        char *exact = malloc(size ? size : 1); /* so that a sanitizer sees a byte too much */
        assert_non_null(exact);
        memcpy(exact, text, size);
        error[0] = '\0';
        if (scenario_parse(&s, "dir/fuzz.txt", exact, size, error, sizeof error)) {
            within_bounds();
            taken++;
        } else {
            complains_in_one_line(error);
        }
        free(exact);
    }
    assert_true(taken > rounds / 50 && taken < rounds - rounds / 50); /* it tries both sides */
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(mutated_scenarios_do_no_harm)};
    if (!scenario_list("assets/scenarios", collect, NULL))
        return 1;
    const int status = cmocka_run_group_tests(tests, NULL, NULL);
    while (file_count > 0)
        free(texts[--file_count]);
    return status;
}
