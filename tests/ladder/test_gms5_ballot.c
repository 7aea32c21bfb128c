/* gms5, ballots: a promise binds, the highest accepted proposal counts, and coordinators can delay each other
 * but never contradict each other.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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
                     "w2 learns that w1 is down\n"
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

/* w2 accepted w1's [w1 w2 w3 w4], w4 accepted w3's [w3 w4 w5] with a higher ballot; both proposers are dead.
 */
static struct cluster *with_two_accepted_proposals(void) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    suspect(c, 5, 1);
    exchange(c, 1, "234");
    deliver_until(c, 1, 2, GMS_ACCEPT);
    lose_links(c, 1, "2345");
    lose_links(c, 2, "1345");
    crash(c, 1);
    suspect(c, 2, 3);
    tell_down(c, 1, 3);
    exchange(c, 3, "45");
    deliver_until(c, 3, 4, GMS_ACCEPT);
    lose_links(c, 3, "1245");
    lose_links(c, 4, "123");
    crash(c, 3);
    return c;
}

/* Until it takes over, with nothing else on the way. */
static void wait_for_coordinator(struct cluster *c, int who) {
    while (node_of(c, who)->gms.gms5.coordinates == GMS5_NONE)
        pass_ms(c, 10);
    for (int other = 2; other <= 5; other++) {
        while (on_the_way(c, who, other) > 1)
            lose_one(c, who, other); /* "is there a later view?" */
        keep_only(c, other, who, 0);
    }
    cluster_skip(c);
}

static void gms5_of_two_accepted_proposals_the_one_with_the_higher_ballot_counts(void **state) {
    struct cluster *c = with_two_accepted_proposals();
    (void)state;
    tell_down(c, 3, 5);
    suspect(c, 2, 5);
    suspect(c, 4, 5);
    tell_down(c, 1, 5); /* it is the first that it trusts */
    cluster_skip(c);
    exchange(c, 5, "42"); /* which tells the one with the lower ballot last */
    deliver_link(c, 5, 4);
    cluster_story(c, "w5 -> w4  PREPARE in 5 ballot 3.4 #5\n"
                     "w4 -> w5  PROMISE in 5 ballot 3.4 [w3 w4 w5] to #5 #5\n"
                     "w5 -> w2  PREPARE in 5 ballot 3.4 #5\n"
                     "w2 -> w5  PROMISE in 5 ballot 3.4 [w1 w2 w3 w4] to #5 #5\n"
                     "w5 has a quorum again\n"
                     "w5 -> w4  ACCEPT in 5 ballot 3.4 [w3 w4 w5] to #5\n");
    without_messages(c);
    run_ms(c, 1000);
    cluster_story(c, "w5 installs view 6 [w3 w4 w5]\n"
                     "w5 goes on\n"
                     "w2 is excluded\n"
                     "w4 installs view 6 [w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w4 learns that w1 is down\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n"
                     "w4 learns that w3 is down\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w4 installs view 7 [w4 w5]\n"
                     "w4 goes on\n"
                     "w4 leads\n"
                     "w5 installs view 7 [w4 w5]\n"
                     "w5 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_who_adopts_a_decision_without_itself_tells_it_and_is_out(void **state) {
    struct cluster *c = with_two_accepted_proposals();
    (void)state;
    for (int who = 2; who <= 5; who++) {
        if (who != 3)
            tell_down(c, 3, who);
    }
    tell_down(c, 1, 2);
    exchange(c, 2, "45"); /* they have promised a higher one */
    wait_for_coordinator(c, 2);
    exchange(c, 2, "45");
    deliver_link(c, 2, 4);
    cluster_story(c, "w2 -> w4  PREPARE in 5 ballot 3.1 #5\n"
                     "w4 -> w2  PROMISE in 5 ballot 3.1 [w3 w4 w5] to #5 #5\n"
                     "w2 -> w5  PREPARE in 5 ballot 3.1 #5\n"
                     "w5 -> w2  PROMISE in 5 ballot 3.1 #5\n"
                     "w2 -> w4  ACCEPT in 5 ballot 3.1 [w3 w4 w5] to #5\n");
    without_messages(c);
    run_ms(c, 1000);
    cluster_story(c, "w4 installs view 6 [w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w4 is blocked\n"
                     "w5 installs view 6 [w3 w4 w5]\n"
                     "w5 goes on\n"
                     "w2 is excluded\n"
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_a_promise_binds_against_lower_ballots),
        cmocka_unit_test(gms5_ballots_that_chase_each_other_delay_and_never_contradict),
        cmocka_unit_test(gms5_a_ballot_belongs_to_one_member),
        cmocka_unit_test(gms5_of_two_accepted_proposals_the_one_with_the_higher_ballot_counts),
        cmocka_unit_test(gms5_who_adopts_a_decision_without_itself_tells_it_and_is_out),
    };
    return cmocka_run_group_tests_name("ladder: gms5, ballots", tests, NULL, NULL);
}
