/* gms5, the change of a view by consensus: one decision whoever dies, proposals that are never blended, ballots
 * that bind, and the messages that end a view.
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
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_a_crash_a_suspicion_a_leave_and_joins_at_once_make_one_change(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    without_messages(c);
    crash(c, 5);
    hang(c, 4);
    leave(c, 3);
    join(c, 2);
    join(c, 1);
    tell_down(c, 5, 1);
    suspect(c, 4, 1);
    run_ms(c, 200);
    cluster_story(c, "?");
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
    cluster_story(c, "?");
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
    ask(c, 2, "345"); /* ACCEPT */
    deliver_until(c, 2, 3, GMS_INSTALL);
    lose_all(c, 2, "45");
    crash(c, 2);
    settle(c);
    cluster_story(c, "?");
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
    ask(c, 1, "23456");
    ask(c, 1, "23456");
    deliver_until(c, 1, 2, GMS_INSTALL);
    lose_all(c, 1, "34567");
    lose_all(c, 2, "34567");
    crash(c, 1);
    crash(c, 2);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "?");
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
    cluster_story(c, "?");
    without_messages(c);
    settle(c);
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

/* w2 accepted w1's [w1 w2 w3 w4], w4 accepted w3's [w3 w4 w5] with a higher ballot; both proposers are dead. */
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
    cluster_skip(c);
    tell_down(c, 1, 2);
    deliver_link(c, 2, 4);
    deliver_link(c, 4, 2);
    deliver_link(c, 2, 5);
    deliver_link(c, 5, 2);
    deliver_link(c, 2, 4);
    deliver_link(c, 2, 5);
    cluster_story(c, "?");
    without_messages(c);
    settle(c); /* w2 adopted a decision without itself: it tells it, and is out */
    run_ms(c, 1000);
    cluster_story(c, "?");
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
    cluster_story(c, "?");
    assert_int_equal(node_of(c, 1)->gms.gms5.coordinates, GMS5_NONE); /* it makes room */
    without_messages(c);
    run_ms(c, 1000);
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* Each is overtaken by the other before anybody accepts, three times over; then they are left alone. */
static void gms5_ballots_that_chase_each_other_delay_and_never_contradict(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    suspect(c, 2, 1);
    suspect(c, 1, 2);
    cut(c, 1, 2);
    cut(c, 2, 1);
    for (int round = 0; round < 3; round++) {
        for (int who = 1; who <= 2; who++) {
            while (on_the_way(c, who, 3) == 0)
                pass_ms(c, 50);
            deliver_link(c, who, 3);
            deliver_link(c, 3, who);
            deliver_link(c, 3, 3 - who);
        }
    }
    assert_int_equal(gms_current_view(&node_of(c, 1)->gms)->number, 3);
    assert_int_equal(gms_current_view(&node_of(c, 2)->gms)->number, 3);
    cluster_skip(c);
    run_ms(c, 3000);
    cluster_story(c, "?");
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
    cluster_story(c, "?");
    cluster_free(&c);
}

/* -- Blocked -------------------------------------------------------------------------------------------- */

static void gms5_a_blocked_leader_delivers_nothing_on_late_acks(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    multicast(c, 1, 7);
    for (int who = 3; who <= 5; who++)
        deliver_link(c, 1, who);
    suspect(c, 1, 2);
    deliver_link(c, 2, 1);
    cluster_skip(c);
    for (int who = 3; who <= 5; who++)
        deliver_link(c, who, 1);
    cluster_story(c, "?");
    without_messages(c);
    settle(c); /* what all of them have ends the view */
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* Else its ACK could commit what the change, which has asked it already, knows nothing of. */
static void gms5_a_blocked_member_acknowledges_nothing(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 1, 7);
    suspect(c, 1, 2);
    deliver_link(c, 2, 3);
    cluster_skip(c);
    deliver_link(c, 1, 3);
    cluster_story(c, "?");
    assert_int_equal(on_the_way(c, 3, 1), 0);
    beat(c, 3, 1); /* nor does its heartbeat say that it has it */
    deliver_link(c, 3, 1);
    cluster_story(c, "?");
    assert_string_equal(color_of(c, 1), "#000000");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_a_blocked_member_keeps_its_multicasts_for_the_next_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    suspect(c, 1, 2);
    deliver_link(c, 2, 3);
    deliver_link(c, 2, 1);
    multicast(c, 1, 1);
    multicast(c, 2, 2);
    multicast(c, 3, 3);
    multicast(c, 3, 4);
    without_messages(c);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* -- The messages that end a view ----------------------------------------------------------------------- */

static void gms5_the_coordinator_gets_what_it_lacks_with_the_promise(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 1, 7);
    deliver_link(c, 1, 3);
    keep_only(c, 1, 2, 0);
    crash(c, 1);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "?");
    cluster_free(&c);
}

static void gms5_what_a_promise_speaks_of_and_was_lost_is_asked_for(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 1, 7);
    deliver_link(c, 1, 3);
    keep_only(c, 1, 2, 0);
    crash(c, 1);
    tell_down(c, 1, 2);
    cluster_skip(c);
    lose_next(c, 3, 2);
    settle(c);
    cluster_story(c, "?");
    without_messages(c);
    run_ms(c, 50); /* the question is asked again */
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_nobody_accepts_before_it_has_all_messages_of_the_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 1, 7);
    deliver_link(c, 1, 2);
    keep_only(c, 1, 3, 0);
    crash(c, 1);
    tell_down(c, 1, 2);
    deliver_link(c, 2, 3);
    lose_next(c, 2, 3); /* what w3 lacks */
    cluster_skip(c);
    settle(c);
    cluster_story(c, "?");
    without_messages(c);
    run_ms(c, 200);
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* It was not among those who promised, it is out in any case, and its vote is needed. */
static void gms5_who_delivered_more_than_the_proposal_ends_with_accepts_it_and_is_out(void **state) {
    struct cluster *c =
        cluster_with(&(struct cluster_settings){.rung = GMS_RUNG_5, .delivery = GMS_AGREED}, 5);
    (void)state;
    without_messages(c);
    multicast(c, 1, 7);
    deliver_link(c, 1, 5); /* who alone delivers it, besides w1 */
    lose_all(c, 1, "234");
    crash(c, 1);
    tell_down(c, 1, 2);
    suspect(c, 5, 2);
    ask(c, 2, "34"); /* PREPARE; then they propose [w2 w3 w4] */
    lose_all(c, 2, "4");
    crash(c, 4);
    cluster_skip(c);
    settle(c);
    run_ms(c, 1000);
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_a_message_of_a_view_not_installed_yet_is_dropped_and_asked_for_later(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    suspect(c, 2, 1); /* wrongly: to have a change */
    ask(c, 1, "23");
    ask(c, 1, "23");
    deliver_link(c, 1, 2);
    lose_one(c, 1, 3); /* the INSTALL */
    while (on_the_way(c, 1, 3) > 0)
        lose_one(c, 1, 3);
    multicast(c, 1, 7);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "?");
    run_ms(c, 100);
    cluster_story(c, "?");
    assert_string_equal(cluster_outcome(c), "sync");
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
        cmocka_unit_test(gms5_a_blocked_leader_delivers_nothing_on_late_acks),
        cmocka_unit_test(gms5_a_blocked_member_acknowledges_nothing),
        cmocka_unit_test(gms5_a_blocked_member_keeps_its_multicasts_for_the_next_view),
        cmocka_unit_test(gms5_the_coordinator_gets_what_it_lacks_with_the_promise),
        cmocka_unit_test(gms5_what_a_promise_speaks_of_and_was_lost_is_asked_for),
        cmocka_unit_test(gms5_nobody_accepts_before_it_has_all_messages_of_the_view),
        cmocka_unit_test(gms5_who_delivered_more_than_the_proposal_ends_with_accepts_it_and_is_out),
        cmocka_unit_test(gms5_a_message_of_a_view_not_installed_yet_is_dropped_and_asked_for_later),
    };
    return cmocka_run_group_tests_name("ladder: gms5, change", tests, NULL, NULL);
}
