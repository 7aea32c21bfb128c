/* Faults together at gms5, each set searched to its end: one change at any moment.
 * What was found on the way is told where it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/search.h"

static struct explore_result result; /* large */

static const struct {
    const char *text;
    enum explore_fault fault;
    int members;
    struct explore_budget budget;
} sets[] = {
    {"two messages are lost", EXPLORE_LOSS, 3, {.losses = 2, .timeouts = 2}},
    {"a suspicion and a lost message", EXPLORE_SUSPICION, 3, {.suspicions = 1, .losses = 1, .timeouts = 2}},
    {"a suspicion and a crash of who leads or coordinates",
     EXPLORE_SUSPICION,
     3,
     {.suspicions = 1, .crashes = 1, .timeouts = 2}},
    {"a suspicion, a lost message and an asynchronous crash",
     EXPLORE_ASYNC_CRASH,
     3,
     {.suspicions = 1, .losses = 1, .crashes = 1}},
    {"a suspicion, a lost message and a crash",
     EXPLORE_LOSS_CRASH,
     3,
     {.suspicions = 1, .losses = 1, .crashes = 1, .timeouts = 2}},
    {"a leave and a suspicion", EXPLORE_LEAVE, 3, {.leaves = 1, .suspicions = 1}},
    {"two leave, one crashes, a message is lost", EXPLORE_LEAVE, 3, {.leaves = 2, .crashes = 1, .losses = 1}},
    {"one joins, a message is lost", EXPLORE_JOIN, 2, {.joins = 1, .losses = 1}},
    {"one joins, a crash", EXPLORE_JOIN, 2, {.joins = 1, .crashes = 1}},
    {"one joins, a suspicion", EXPLORE_JOIN, 2, {.joins = 1, .suspicions = 1}},
    {"a partition of two", EXPLORE_PARTITION, 2, {.cuts = 1, .timeouts = 2}},
    {"two of four crash mid-broadcast", EXPLORE_MID_BROADCAST, 4, {.crashes = 2}},
};

/* Sanitizers take their time: without a change then, unless the run is a deep one. */
static bool sanitized(void) {
    return getenv("GROUPY_SANITIZED") && !getenv("GROUPY_DEEP");
}

static void gms5_survives_faults_together(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        struct explore_config config = {.rung = GMS_RUNG_5,
                                        .fault = sets[i].fault,
                                        .members = sets[i].members,
                                        .budget = sets[i].budget,
                                        .memory_size_max = (size_t)4 << 30};
        config.budget.changes = sanitized() ? 0 : 1;
        assert_true(explore_workers(&config, &result));
        if (!result.complete || result.verdict != EXPLORE_SYNC)
            print_error("%s\n", sets[i].text);
        assert_true(result.complete);
        assert_int_equal(result.verdict, EXPLORE_SYNC);
    }
}

/* A member that had promised took one more message, and acknowledged it with its next word: the leader
 * counted it for committed, and the next view began without it. */
static void what_a_blocked_member_takes_is_not_committed(void **state) {
    struct explore_config config = {
        .rung = GMS_RUNG_5, .fault = EXPLORE_SUSPICION, .members = 3, .memory_size_max = (size_t)4 << 30};
    (void)state;
    if (sanitized())
        skip();
    config.budget = (struct explore_budget){.changes = 1, .suspicions = 2};
    assert_true(explore_workers(&config, &result));
    assert_true(result.complete);
    assert_int_equal(result.verdict, EXPLORE_SYNC);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_survives_faults_together),
        cmocka_unit_test(what_a_blocked_member_takes_is_not_committed),
    };
    return cmocka_run_group_tests_name("search: faults together", tests, NULL, NULL);
}
