/* gms5, the change of a view by consensus: one decision whoever dies, proposals that are never blended,
 * ballots that bind, and the messages that end a view.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* From a coordinator to some members, and back: a digit each. */
static void ask(struct cluster *c, int coordinator, const char *members) {
    for (const char *m = members; *m; m++) {
        deliver_link(c, coordinator, *m - '0');
        deliver_link(c, *m - '0', coordinator);
    }
}

static void lose_all(struct cluster *c, int from, const char *to) {
    for (; *to; to++)
        keep_only(c, from, *to - '0', 0);
}

/* -- A change ------------------------------------------------------------------------------------------- */

static void gms5_asks_for_promises_then_proposes_then_installs_what_a_quorum_accepted(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    crash(c, 1);
    settle(c);
    cluster_story(c, "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  PREPARE in 3 ballot 1.1 #3\n"
                     "w3 is blocked\n"
                     "w3 -> w2  PROMISE in 3 ballot 1.1 #3\n"
                     "w2 -> w3  ACCEPT in 3 ballot 1.1 [w2 w3] to #3\n"
                     "w3 -> w2  ACCEPTED in 3 ballot 1.1\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w2 -> w3  INSTALL in 4 [w2 w3] #4\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w3 -> w2  ACK in 4 #4\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_a_crash_a_suspicion_a_leave_and_joins_at_once_make_one_change(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 6);
    (void)state;
    without_messages(c);
    hang(c, 5);
    crash(c, 6);
    leave(c, 4);
    join(c, 2);
    join(c, 1);
    suspect(c, 5, 1);
    run_ms(c, 200);
    cluster_story(c, "w5 hangs\n"
                     "w6 crashes\n"
                     "w4 wants to leave\n"
                     "w1 suspects w5\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w1 learns that w6 is down\n"
                     "w2 learns that w6 is down\n"
                     "w3 learns that w6 is down\n"
                     "w4 learns that w6 is down\n"
                     "w7 learns that w6 is down\n"
                     "w8 learns that w6 is down\n"
                     "w1 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w1 goes on\n"
                     "w2 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w2 goes on\n"
                     "w3 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w3 goes on\n"
                     "w7 adopts #000000 after 0\n"
                     "w7 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w8 adopts #000000 after 0\n"
                     "w8 installs view 7 [w1 w2 w3 w8 w7]\n"
                     "w4 has left\n"
                     "w1 learns that w4 is down\n"
                     "w2 learns that w4 is down\n"
                     "w3 learns that w4 is down\n"
                     "w7 learns that w4 is down\n"
                     "w8 learns that w4 is down\n");
    cluster_free(&c);
}

static void gms5_a_suspicion_is_forgotten_with_the_view_and_a_proof_is_not(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    suspect(c, 3, 1); /* wrongly */
    ask(c, 1, "234");
    crash(c, 4); /* after its promise: it is in the next view */
    tell_down(c, 4, 2);
    settle(c);
    cluster_story(c, "w1 suspects w3\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w4 crashes\n"
                     "w2 learns that w4 is down\n"
                     "w1 installs view 5 [w1 w2 w3 w4]\n"
                     "w1 goes on\n"
                     "w2 installs view 5 [w1 w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w3 installs view 5 [w1 w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w1 learns that w4 is down\n"
                     "w1 is blocked\n"
                     "w3 learns that w4 is down\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w1 installs view 6 [w1 w2 w3]\n"
                     "w1 goes on\n"
                     "w2 installs view 6 [w1 w2 w3]\n"
                     "w2 goes on\n"
                     "w3 installs view 6 [w1 w2 w3]\n"
                     "w3 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- One decision, whoever dies ------------------------------------------------------------------------- */

static void gms5_a_coordinator_that_dies_after_some_installs_has_decided_for_all(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    without_messages(c);
    crash(c, 1);
    for (int who = 2; who <= 5; who++)
        tell_down(c, 1, who);
    ask(c, 2, "345"); /* PREPARE */
    ask(c, 2, "34");  /* ACCEPT */
    deliver_link(c, 2, 3);
    lose_all(c, 2, "45");
    crash(c, 2);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "w3 learns that w2 is down\n"
                     "w3 is blocked\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n"
                     "w4 installs view 6 [w2 w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 installs view 6 [w2 w3 w4 w5]\n"
                     "w5 goes on\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w3 installs view 7 [w3 w4 w5]\n"
                     "w3 goes on\n"
                     "w3 leads\n"
                     "w4 installs view 7 [w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 installs view 7 [w3 w4 w5]\n"
                     "w5 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w1 and w2 have installed [w1 .. w6], and die. w7 is alive, but not in the view that was decided. */
static void gms5_a_decision_that_only_the_dead_had_installed_is_found_again(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 7);
    (void)state;
    without_messages(c);
    suspect(c, 7, 1);
    ask(c, 1, "23456"); /* PREPARE */
    ask(c, 1, "234");   /* ACCEPT */
    deliver_link(c, 1, 2);
    lose_all(c, 1, "34567");
    lose_all(c, 2, "34567");
    crash(c, 1);
    crash(c, 2);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w5 learns that w1 is down\n"
                     "w6 learns that w1 is down\n"
                     "w7 learns that w1 is down\n"
                     "w3 learns that w2 is down\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n"
                     "w6 learns that w2 is down\n"
                     "w7 learns that w2 is down\n"
                     "w7 is blocked\n"
                     "w3 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w3 goes on\n"
                     "w3 is blocked\n"
                     "w4 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w4 goes on\n"
                     "w5 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w5 goes on\n"
                     "w6 installs view 8 [w1 w2 w3 w4 w5 w6]\n"
                     "w6 goes on\n"
                     "w7 is excluded\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w6 is blocked\n"
                     "w3 installs view 9 [w3 w4 w5 w6]\n"
                     "w3 goes on\n"
                     "w3 leads\n"
                     "w4 installs view 9 [w3 w4 w5 w6]\n"
                     "w4 goes on\n"
                     "w5 installs view 9 [w3 w4 w5 w6]\n"
                     "w5 goes on\n"
                     "w6 installs view 9 [w3 w4 w5 w6]\n"
                     "w6 goes on\n"
                     "w3 learns that w7 is down\n"
                     "w4 learns that w7 is down\n"
                     "w5 learns that w7 is down\n"
                     "w6 learns that w7 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w2 accepted [w1 w2 w3 w4]; w1, who proposed it, is dead, and w5, who is not in it, promises. */
static void gms5_a_proposal_that_was_accepted_is_not_blended_with_what_is_known_since(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    suspect(c, 5, 1);
    ask(c, 1, "234");
    deliver_until(c, 1, 2, GMS_ACCEPT);
    lose_all(c, 1, "2345");
    lose_all(c, 2, "1345");
    crash(c, 1);
    cluster_skip(c);
    tell_down(c, 1, 2);
    ask(c, 2, "345");
    deliver_link(c, 2, 3);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 -> w3  PREPARE in 5 ballot 2.1 #5\n"
                     "w3 -> w2  PROMISE in 5 ballot 2.1 #5\n"
                     "w2 -> w4  PREPARE in 5 ballot 2.1 #5\n"
                     "w4 -> w2  PROMISE in 5 ballot 2.1 #5\n"
                     "w2 -> w5  PREPARE in 5 ballot 2.1 #5\n"
                     "w5 is blocked\n"
                     "w5 -> w2  PROMISE in 5 ballot 2.1 #5\n"
                     "w2 -> w3  ACCEPT in 5 ballot 2.1 [w1 w2 w3 w4] to #5\n");
    without_messages(c);
    settle(c);
    cluster_story(c, "w2 installs view 6 [w1 w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w2 is blocked\n"
                     "w3 installs view 6 [w1 w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 6 [w1 w2 w3 w4]\n"
                     "w4 goes on\n"
                     "w5 is excluded\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w2 installs view 7 [w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 7 [w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 7 [w2 w3 w4]\n"
                     "w4 goes on\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w2 learns that w5 is down\n"
                     "w3 learns that w5 is down\n"
                     "w4 learns that w5 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w2 accepted w1's [w1 w2 w3 w4], w4 accepted w3's [w3 w4 w5] with a higher ballot; both proposers are dead.
 */
static void gms5_of_two_accepted_proposals_the_one_with_the_higher_ballot_counts(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    suspect(c, 5, 1);
    ask(c, 1, "234");
    deliver_until(c, 1, 2, GMS_ACCEPT);
    lose_all(c, 1, "2345");
    lose_all(c, 2, "1345");
    crash(c, 1);
    suspect(c, 2, 3);
    tell_down(c, 1, 3);
    ask(c, 3, "45");
    deliver_until(c, 3, 4, GMS_ACCEPT);
    lose_all(c, 3, "1245");
    lose_all(c, 4, "123");
    crash(c, 3);
    for (int who = 2; who <= 5; who++) {
        if (who != 3)
            tell_down(c, 3, who);
    }
    tell_down(c, 1, 2);
    ask(c, 2, "45"); /* they have promised a higher one */
    cluster_skip(c);
    while (node_of(c, 2)->gms.gms5.coordinates == GMS5_NONE)
        pass_ms(c, 10);
    for (int who = 4; who <= 5; who++) {
        while (on_the_way(c, 2, who) > 1)
            lose_one(c, 2, who); /* "is there a later view?" */
        keep_only(c, who, 2, 0);
    }
    cluster_skip(c);
    ask(c, 2, "45");
    deliver_link(c, 2, 4);
    cluster_story(c, "w2 -> w4  PREPARE in 5 ballot 3.1 #5\n"
                     "w4 -> w2  PROMISE in 5 ballot 3.1 [w3 w4 w5] to #5 #5\n"
                     "w2 -> w5  PREPARE in 5 ballot 3.1 #5\n"
                     "w5 -> w2  PROMISE in 5 ballot 3.1 #5\n"
                     "w2 -> w4  ACCEPT in 5 ballot 3.1 [w3 w4 w5] to #5\n");
    without_messages(c);
    run_ms(c, 1000); /* w2 adopted a decision without itself: it tells it, and is out */
    cluster_story(c, "w2 is excluded\n"
                     "w4 installs view 6 [w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w4 is blocked\n"
                     "w5 installs view 6 [w3 w4 w5]\n"
                     "w5 goes on\n"
                     "w5 is blocked\n"
                     "w4 installs view 7 [w4 w5]\n"
                     "w4 goes on\n"
                     "w4 leads\n"
                     "w5 installs view 7 [w4 w5]\n"
                     "w5 goes on\n"
                     "w4 learns that w1 is down\n"
                     "w5 learns that w1 is down\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* -- Ballots -------------------------------------------------------------------------------------------- */

static void gms5_a_promise_binds_against_lower_ballots(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    suspect(c, 2, 1); /* each takes the other for crashed */
    suspect(c, 1, 2);
    deliver_link(c, 2, 3);
    deliver_link(c, 1, 3);
    deliver_link(c, 3, 1);
    cluster_story(c, "w1 suspects w2\n"
                     "w1 is blocked\n"
                     "w2 suspects w1\n"
                     "w2 is blocked\n"
                     "w2 -> w3  PREPARE in 3 ballot 1.1 #3\n"
                     "w3 is blocked\n"
                     "w1 -> w3  PREPARE in 3 ballot 1.0 #3\n"
                     "w3 drops PREPARE 3 #3: a higher ballot was promised\n"
                     "w3 -> w1  PROMISE in 3 ballot 1.1 #3\n"
                     "w1 drops PROMISE 3 #3: a higher ballot was promised\n");
    assert_int_equal(node_of(c, 1)->gms.gms5.coordinates, GMS5_NONE); /* it makes room */
    without_messages(c);
    run_ms(c, 1000);
    cluster_story(c, "w2 installs view 4 [w1 w2 w3]\n"
                     "w2 goes on\n"
                     "w3 installs view 4 [w1 w2 w3]\n"
                     "w3 goes on\n"
                     "w1 installs view 4 [w1 w2 w3]\n"
                     "w1 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* Before w3 can accept what one proposes it has promised another: four times over. */
static void gms5_ballots_that_chase_each_other_delay_and_never_contradict(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    int one = 1, other = 2;
    uint64_t ballot = 0;
    (void)state;
    without_messages(c);
    cut(c, 1, 2);
    cut(c, 2, 1);
    suspect(c, 2, 1);
    suspect(c, 1, 2);
    for (int round = 0; round < 4; round++) {
        while (node_of(c, one)->gms.gms5.coordinates == GMS5_NONE)
            pass_ms(c, 10);
        assert_true(node_of(c, one)->gms.gms5.ballot > ballot);
        ballot = node_of(c, one)->gms.gms5.ballot;
        deliver_until(c, one, 3, GMS_PREPARE);
        deliver_link(c, 3, one);
        assert_int_equal(node_of(c, one)->gms.gms5.coordinates, GMS5_PROPOSING);
        if (round > 0)
            deliver_link(c, other, 3); /* its ACCEPT, too late */
        deliver_link(c, 3, other);
        assert_int_equal(node_of(c, 3)->gms.gms5.accepted, 0);
        one = other;
        other = 3 - one;
    }
    cluster_skip(c);
    run_ms(c, 3000);
    cluster_story(c, "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w1 is excluded\n"
                     "w3 learns that w1 is down\n");
    heal(c);
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_a_ballot_belongs_to_one_member(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    const struct gms_message stolen = {.type = GMS_PREPARE, .view = 3, .seq = 3, .ballot = 1 << 8 | 0};
    (void)state;
    inject(c, 2, 3, &stolen);
    cluster_story(c, "w2 -> w3  PREPARE in 3 ballot 1.0 #3\n"
                     "w3 drops PREPARE 3 #3: malformed\n");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_asks_for_promises_then_proposes_then_installs_what_a_quorum_accepted),
        cmocka_unit_test(gms5_a_crash_a_suspicion_a_leave_and_joins_at_once_make_one_change),
        cmocka_unit_test(gms5_a_suspicion_is_forgotten_with_the_view_and_a_proof_is_not),
        cmocka_unit_test(gms5_a_coordinator_that_dies_after_some_installs_has_decided_for_all),
        cmocka_unit_test(gms5_a_decision_that_only_the_dead_had_installed_is_found_again),
        cmocka_unit_test(gms5_a_proposal_that_was_accepted_is_not_blended_with_what_is_known_since),
        cmocka_unit_test(gms5_of_two_accepted_proposals_the_one_with_the_higher_ballot_counts),
        cmocka_unit_test(gms5_a_promise_binds_against_lower_ballots),
        cmocka_unit_test(gms5_ballots_that_chase_each_other_delay_and_never_contradict),
        cmocka_unit_test(gms5_a_ballot_belongs_to_one_member),
    };
    return cmocka_run_group_tests_name("ladder: gms5, change", tests, NULL, NULL);
}
