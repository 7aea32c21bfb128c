/* Why somebody lacks a change, told from the trace: one sentence for each way in which the ladder's faults
 * take it.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "app/report.h"

static void expect_cause(struct cluster *c, enum check_property property, const char *expected) {
    static struct report_names names;
    char text[512], name[16];
    names.count = 0;
    for (int who = 1; who <= CLUSTER_MEMBERS_MAX; who++) {
        snprintf(name, sizeof name, "w%d", who);
        report_name(&names, (gms_id)who, name);
    }
    cluster_outcome(c);
    assert_int_equal(check_property(cluster_check(c), property), CHECK_VIOLATED);
    const bool told = report_cause(cluster_check(c), &names, property, text, sizeof text);
    assert_int_equal(told, expected[0] != '\0');
    assert_string_equal(text, expected);
    cluster_free(&c);
}

static void a_crash_in_mid_broadcast(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 5);
    (void)state;
    arm_crash(c, 1, 2);
    multicast(c, 2, 7);
    settle(c);
    expect_cause(c, CHECK_VIRTUAL_SYNCHRONY,
                 "w4 never delivered w2#1, because w1 crashed after sending it to w2 and w3");
}

static void an_asynchronous_crash(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    multicast(c, 1, 7);
    keep_only(c, 1, 2, 0);
    crash(c, 1);
    expect_cause(c, CHECK_AGREEMENT,
                 "w2 never delivered w1#1, because w1 crashed, and what it had sent to w2 was lost with it");
}

static void a_lost_message(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    expect_cause(
        c, CHECK_TOTAL_ORDER,
        "w2 never delivered w1#1, because the network lost it on the way from w1 to w2 (lost on demand)");
}

/* Lost once, and then a number that w2 takes for another message. */
static void a_lost_message_and_a_number_used_twice(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    settle(c);
    crash(c, 1);
    expect_cause(
        c, CHECK_AGREEMENT,
        "w2 never delivered w1#1, because the network lost it on the way from w1 to w2 (lost on demand)");
}

static void a_false_suspicion(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 3);
    (void)state;
    suspect(c, 1, 2);
    multicast(c, 1, 7);
    expect_cause(
        c, CHECK_AGREEMENT,
        "w2 never delivered w1#1, because w2 suspected w1 wrongly and drops what it says: stale leader");
}

static void a_leader_that_is_gone_for_good(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_1, 3);
    (void)state;
    crash(c, 1);
    settle(c);
    expect_cause(c, CHECK_PROGRESS,
                 "nobody delivered w2#1, because w1, whom it was to be ordered by, is gone");
}

/* What is not in the trace is not made up: here the frames just vanish, and w1 lives. */
static void what_the_trace_does_not_tell_is_not_told(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_2, 3);
    (void)state;
    multicast(c, 1, 7);
    keep_only(c, 1, 2, 0);
    expect_cause(c, CHECK_AGREEMENT, "");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_crash_in_mid_broadcast),
        cmocka_unit_test(an_asynchronous_crash),
        cmocka_unit_test(a_lost_message),
        cmocka_unit_test(a_lost_message_and_a_number_used_twice),
        cmocka_unit_test(a_false_suspicion),
        cmocka_unit_test(a_leader_that_is_gone_for_good),
        cmocka_unit_test(what_the_trace_does_not_tell_is_not_told),
    };
    return cmocka_run_group_tests_name("ladder: causes", tests, NULL, NULL);
}
