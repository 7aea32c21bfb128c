/* The table of the ladder: one fault a test, what comes of it on each rung. What breaks a rung is a claim as
 * much as what it survives; the next rung that survives it stands beside it.
 *
 * One witness a cell shows "desync" and "halt"; that "sync" is always so is for the exhaustive search to say.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef void fault_script(struct cluster *);

static void expect_outcomes(fault_script *script, int members, const char *const outcomes[GMS_RUNGS]) {
    for (int rung = 0; rung < GMS_RUNGS; rung++) {
        if (!outcomes[rung])
            continue; /* not said */
        struct cluster *c = cluster_of((enum gms_rung_id)rung, members);
        script(c);
        assert_string_equal(cluster_outcome(c), outcomes[rung]);
        assert_string_equal(cluster_verdict(c), outcomes[rung]); /* and the checker sees it in the trace */
        cluster_free(&c);
    }
}

#define OUTCOMES(gms1, gms2, gms3, gms4_ack, gms4_nack, gms5)                                                \
    ((const char *const[GMS_RUNGS]){gms1, gms2, gms3, gms4_ack, gms4_nack, gms5})

static void nothing(struct cluster *c) {
    multicast(c, 1, 7);
    multicast(c, 2, 5);
    multicast(c, 3, 3);
}

static void none_is_survived_by_all(void **state) {
    (void)state;
    expect_outcomes(nothing, 3, OUTCOMES("sync", "sync", "sync", "sync", "sync", "sync"));
}

static void two_join_and_one_leaves(struct cluster *c) {
    with_state_transfer(c);
    join(c, 1);
    join(c, 2);
    leave(c, 3);
    multicast(c, 2, 5);
}

static void joins_and_a_leave_are_survived_by_all(void **state) {
    (void)state;
    expect_outcomes(two_join_and_one_leaves, 3, OUTCOMES("sync", "sync", "sync", "sync", "sync", "sync"));
}

static void follower_crash(struct cluster *c) {
    multicast(c, 2, 5);
    crash(c, 2);
    settle(c);
    multicast(c, 1, 7);
}

static void crash_of_a_follower_is_survived_by_all(void **state) {
    (void)state;
    expect_outcomes(follower_crash, 3, OUTCOMES("sync", "sync", "sync", "sync", "sync", "sync"));
}

static void leader_crash(struct cluster *c) {
    multicast(c, 1, 7);
    settle(c);
    crash(c, 1);
}

static void crash_of_the_leader_halts_gms1_and_gms2_survives_it(void **state) {
    (void)state;
    expect_outcomes(leader_crash, 3, OUTCOMES("halt", "sync", "sync", "sync", "sync", "sync"));
}

static void leader_leaves(struct cluster *c) {
    multicast(c, 1, 7);
    leave(c, 1);
}

static void leave_of_the_leader_halts_gms1_and_gms2_survives_it(void **state) {
    (void)state;
    expect_outcomes(leader_leaves, 3, OUTCOMES("halt", "sync", "sync", "sync", "sync", "sync"));
}

static void mid_broadcast(struct cluster *c) {
    arm_crash(c, 1, 1);
    multicast(c, 1, 7);
}

static void crash_mid_broadcast_parts_gms2_and_gms3_survives_it(void **state) {
    (void)state;
    expect_outcomes(mid_broadcast, 3, OUTCOMES("desync", "desync", "sync", "sync", "sync", "sync"));
}

/* Of four members two are left, who are no quorum at gms5: that rung is asked elsewhere, with five.
 *
 * w1 tells w2 and w3 and dies; w2 gets as far as one word to w3 in the election. w4 has heard nothing. */
static void cascade(struct cluster *c) {
    arm_crash(c, 1, 2);
    multicast(c, 1, 7);
    crash(c, 1); /* gms4-ack: it waits for w2 before it tells w3 */
    deliver_link(c, 1, 2);
    tell_down(c, 1, 2);
    keep_only(c, 2, 3, 1);
    keep_only(c, 2, 4, 0);
    crash(c, 2);
}

static void two_crashes_the_second_in_the_election_part_gms2_and_gms3_survives_them(void **state) {
    (void)state;
    expect_outcomes(cascade, 4, OUTCOMES("desync", "desync", "sync", "sync", "sync", NULL));
}

static void async_crash(struct cluster *c) {
    multicast(c, 1, 7);
    keep_only(c, 1, 2, 0);
    crash(c, 1);
}

static void
asynchronous_crash_of_the_leader_parts_gms3_and_gms4_nack_and_gms4_ack_and_gms5_survive_it(void **state) {
    (void)state;
    expect_outcomes(async_crash, 3, OUTCOMES("desync", "desync", "desync", "sync", "desync", "sync"));
}

static void loss(struct cluster *c) {
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    multicast(c, 1, 5);
}

static void lost_message_parts_gms2_and_halts_gms3_and_gms4_survives_it(void **state) {
    (void)state;
    expect_outcomes(loss, 3, OUTCOMES("desync", "desync", "halt", "sync", "sync", "sync"));
}

static void loss_and_crash(struct cluster *c) {
    lose_next(c, 1, 2);
    multicast(c, 1, 7);
    settle(c);
    crash(c, 1);
}

static void lost_message_and_leader_crash_part_gms4_nack_and_gms4_ack_and_gms5_survive_them(void **state) {
    (void)state;
    expect_outcomes(loss_and_crash, 3, OUTCOMES("desync", "desync", "desync", "sync", "desync", "sync"));
}

static void suspicion(struct cluster *c) {
    suspect(c, 1, 2);
    multicast(c, 1, 7);
    settle(c);
    multicast(c, 2, 5);
}

static void suspicion_of_a_live_leader_halts_gms4_ack_parts_the_others_and_gms5_survives_it(void **state) {
    (void)state;
    expect_outcomes(suspicion, 3, OUTCOMES("sync", "desync", "desync", "halt", "desync", "sync"));
}

/* w3 alone on one side. What crosses the cut is lost, and each side suspects the other; then it heals. */
static void partition(struct cluster *c) {
    suspect(c, 1, 3);
    suspect(c, 2, 3);
    suspect(c, 3, 1);
    suspect(c, 3, 2);
    multicast(c, 1, 7);
    multicast(c, 3, 3);
    for (int here = 1; here <= 2; here++) {
        keep_only(c, here, 3, 0);
        keep_only(c, 3, here, 0);
    }
}

static void partition_parts_all_but_gms5(void **state) {
    (void)state;
    expect_outcomes(partition, 3, OUTCOMES("desync", "desync", "desync", "desync", "desync", "sync"));
}

/* w2 shows the change, and dies before it can re-send it. The survivors agree, although w2 showed more: gms3
 * promises agreement among the correct, not uniform agreement, and the checker judges just that. */
static void before_the_resend(struct cluster *c) {
    arm_crash(c, 1, 1);
    multicast(c, 1, 7);
    deliver_link(c, 1, 2);
    crash(c, 2);
}

static void gms3_does_not_promise_uniform_agreement(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_3, 4);
    (void)state;
    before_the_resend(c);
    assert_string_equal(color_of(c, 2), "#000007");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_is_survived_by_all),
        cmocka_unit_test(joins_and_a_leave_are_survived_by_all),
        cmocka_unit_test(crash_of_a_follower_is_survived_by_all),
        cmocka_unit_test(crash_of_the_leader_halts_gms1_and_gms2_survives_it),
        cmocka_unit_test(leave_of_the_leader_halts_gms1_and_gms2_survives_it),
        cmocka_unit_test(crash_mid_broadcast_parts_gms2_and_gms3_survives_it),
        cmocka_unit_test(two_crashes_the_second_in_the_election_part_gms2_and_gms3_survives_them),
        cmocka_unit_test(
            asynchronous_crash_of_the_leader_parts_gms3_and_gms4_nack_and_gms4_ack_and_gms5_survive_it),
        cmocka_unit_test(lost_message_parts_gms2_and_halts_gms3_and_gms4_survives_it),
        cmocka_unit_test(lost_message_and_leader_crash_part_gms4_nack_and_gms4_ack_and_gms5_survive_them),
        cmocka_unit_test(suspicion_of_a_live_leader_halts_gms4_ack_parts_the_others_and_gms5_survives_it),
        cmocka_unit_test(partition_parts_all_but_gms5),
        cmocka_unit_test(gms3_does_not_promise_uniform_agreement),
    };
    return cmocka_run_group_tests_name("ladder: faults", tests, NULL, NULL);
}
