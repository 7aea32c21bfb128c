/* gms5, coming: newcomers get the state of exactly the cut with their first view. */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_sound(struct cluster *c) {
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
}

static void gms5_a_newcomer_gets_the_state_of_the_cut_with_its_first_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 2);
    (void)state;
    multicast(c, 2, 7);
    settle(c);
    multicast(c, 1, 5);
    cluster_skip(c);
    join(c, 2); /* which passes it on */
    settle(c);
    cluster_story(c, "w1 -> w2  MSG w1#1 (+5) #4\n"
                     "w2 -> w1  ACK in 2 #4\n"
                     "w3 -> w2  JOIN w3\n"
                     "w1 -> w2  COMMIT in 2 committed #4 #4\n"
                     "w2 delivers w1#1 (+5) -> #000705\n"
                     "w2 -> w1  JOIN w3\n"
                     "w1 is blocked\n"
                     "w1 -> w2  PREPARE in 2 ballot 1.0 #4\n"
                     "w2 is blocked\n"
                     "w2 -> w1  PROMISE in 2 ballot 1.0 #4\n"
                     "w1 installs view 3 [w1 w2 w3]\n"
                     "w1 goes on\n"
                     "w1 -> w2  ACCEPT in 2 ballot 1.0 [w1 w2 w3] to #4\n"
                     "w1 -> w3  INSTALL in 3 [w1 w2 w3] #5\n"
                     "w3 adopts #000705 after 2\n"
                     "w3 installs view 3 [w1 w2 w3]\n"
                     "w2 -> w1  ACCEPTED in 2 ballot 1.0\n"
                     "w1 drops ACCEPTED 2: of an old view\n"
                     "w3 -> w1  ACK in 3 #5\n"
                     "w1 -> w2  INSTALL in 3 [w1 w2 w3] #5\n"
                     "w2 installs view 3 [w1 w2 w3]\n"
                     "w2 goes on\n"
                     "w2 -> w1  ACK in 3 #5\n"
                     "w1 -> w2  INSTALL in 3 [w1 w2 w3] #5\n"
                     "w2 drops INSTALL 3 #5: duplicate\n"
                     "w2 -> w1  ACK in 3 #5\n");
    assert_int_equal(gms_counts_get(&node_of(c, 3)->gms.gms4.taken, 2), 1); /* and who has got how far */
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_many_joins_at_once_make_one_change(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    suspect(c, 4, 1); /* a change is under way when they come */
    for (int i = 0; i < 3; i++)
        join(c, 1);
    for (int who = 5; who <= 7; who++)
        deliver_link(c, who, 1);
    settle(c);
    cluster_story(c, "w1 suspects w4\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w1 installs view 5 [w1 w2 w3 w5 w6 w7]\n"
                     "w1 goes on\n"
                     "w2 installs view 5 [w1 w2 w3 w5 w6 w7]\n"
                     "w2 goes on\n"
                     "w3 installs view 5 [w1 w2 w3 w5 w6 w7]\n"
                     "w3 goes on\n"
                     "w4 is excluded\n"
                     "w5 adopts #000000 after 0\n"
                     "w5 installs view 5 [w1 w2 w3 w5 w6 w7]\n"
                     "w6 adopts #000000 after 0\n"
                     "w6 installs view 5 [w1 w2 w3 w5 w6 w7]\n"
                     "w7 adopts #000000 after 0\n"
                     "w7 installs view 5 [w1 w2 w3 w5 w6 w7]\n"
                     "w1 learns that w4 is down\n"
                     "w2 learns that w4 is down\n"
                     "w3 learns that w4 is down\n"
                     "w5 learns that w4 is down\n"
                     "w6 learns that w4 is down\n"
                     "w7 learns that w4 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

/* Else they could hold a quorum of a view that none of them has installed. */
static void gms5_no_more_newcomers_come_at_once_than_members_stay(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 2);
    (void)state;
    without_messages(c);
    hang(c, 2);
    join(c, 1);
    deliver_link(c, 3, 1); /* from now on the leader asks for promises, and w2 hangs */
    for (int i = 0; i < 4; i++)
        join(c, 1);
    for (int who = 4; who <= 7; who++)
        deliver_link(c, who, 1);
    cluster_skip(c);
    resume(c, 2);
    run_ms(c, 200);
    cluster_story(c, "w2 wakes up\n"
                     "w2 is blocked\n"
                     "w1 installs view 3 [w1 w2 w3 w4]\n"
                     "w1 goes on\n"
                     "w1 is blocked\n"
                     "w3 adopts #000000 after 0\n"
                     "w3 installs view 3 [w1 w2 w3 w4]\n"
                     "w4 adopts #000000 after 0\n"
                     "w4 installs view 3 [w1 w2 w3 w4]\n"
                     "w2 installs view 3 [w1 w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w2 is blocked\n"
                     "w1 installs view 4 [w1 w2 w3 w4 w5 w6 w7]\n"
                     "w1 goes on\n"
                     "w3 installs view 4 [w1 w2 w3 w4 w5 w6 w7]\n"
                     "w3 goes on\n"
                     "w4 installs view 4 [w1 w2 w3 w4 w5 w6 w7]\n"
                     "w4 goes on\n"
                     "w5 adopts #000000 after 0\n"
                     "w5 installs view 4 [w1 w2 w3 w4 w5 w6 w7]\n"
                     "w6 adopts #000000 after 0\n"
                     "w6 installs view 4 [w1 w2 w3 w4 w5 w6 w7]\n"
                     "w7 adopts #000000 after 0\n"
                     "w7 installs view 4 [w1 w2 w3 w4 w5 w6 w7]\n"
                     "w2 installs view 4 [w1 w2 w3 w4 w5 w6 w7]\n"
                     "w2 goes on\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_who_joins_during_a_view_change_is_in_it_if_it_comes_before_the_proposal(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    crash(c, 3);
    tell_down(c, 3, 1); /* PREPARE is on its way */
    join(c, 1);
    deliver_link(c, 4, 1);
    deliver_link(c, 1, 2);
    deliver_link(c, 2, 1); /* now the proposal is */
    join(c, 1);
    deliver_link(c, 5, 1);
    settle(c);
    cluster_story(c, "w3 crashes\n"
                     "w1 learns that w3 is down\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w1 installs view 4 [w1 w2 w4]\n"
                     "w1 goes on\n"
                     "w1 is blocked\n"
                     "w2 installs view 4 [w1 w2 w4]\n"
                     "w2 goes on\n"
                     "w4 adopts #000000 after 0\n"
                     "w4 installs view 4 [w1 w2 w4]\n"
                     "w2 is blocked\n"
                     "w4 is blocked\n"
                     "w1 installs view 5 [w1 w2 w4 w5]\n"
                     "w1 goes on\n"
                     "w2 installs view 5 [w1 w2 w4 w5]\n"
                     "w2 goes on\n"
                     "w4 installs view 5 [w1 w2 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 adopts #000000 after 0\n"
                     "w5 installs view 5 [w1 w2 w4 w5]\n"
                     "w2 learns that w3 is down\n"
                     "w4 learns that w3 is down\n"
                     "w5 learns that w3 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

/* The leader that took the JOIN dies; who comes after it knows nothing of w4, who asks again. */
static void gms5_who_joins_while_the_leader_dies_asks_again(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    join_through(c, 1, 2);
    deliver_link(c, 4, 1);
    crash(c, 1);
    run_ms(c, 500);
    cluster_story(c, "w1 is blocked\n"
                     "w1 crashes\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w2 learns that w1 is down\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w2 is blocked\n"
                     "w3 is blocked\n"
                     "w2 installs view 5 [w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w4 adopts #000000 after 0\n"
                     "w4 installs view 5 [w2 w3 w4]\n"
                     "w3 installs view 5 [w2 w3 w4]\n"
                     "w3 goes on\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_a_newcomer_that_is_in_the_view_when_its_leader_dies_is_told_by_another(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    join(c, 1);
    deliver_link(c, 4, 1);
    for (int phases = 0; phases < 3; phases++) {
        deliver_link(c, 1, 2);
        deliver_link(c, 2, 1);
        deliver_link(c, 1, 3);
        deliver_link(c, 3, 1);
    }
    keep_only(c, 1, 4, 0); /* its INSTALL */
    crash(c, 1);
    cluster_skip(c);
    without_messages(c);
    run_ms(c, 1000);
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w3 is blocked\n"
                     "w4 adopts #000000 after 0\n"
                     "w4 installs view 4 [w1 w2 w3 w4]\n"
                     "w4 is blocked\n"
                     "w2 installs view 5 [w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 5 [w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w4 installs view 5 [w2 w3 w4]\n"
                     "w4 goes on\n");
    assert_sound(c);
    cluster_free(&c);
}

/* w4's INSTALL is lost, the group goes on by one change, and then w4 gets it again. */
static void gms5_an_install_sent_again_carries_the_state_of_the_cut_and_no_newer_one(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    multicast(c, 1, 7);
    settle(c);
    join(c, 1);
    deliver_link(c, 4, 1);
    for (int phases = 0; phases < 3; phases++) {
        deliver_link(c, 1, 2);
        deliver_link(c, 2, 1);
        deliver_link(c, 1, 3);
        deliver_link(c, 3, 1);
    }
    lose_one(c, 1, 4);
    multicast(c, 2, 5);
    settle(c);
    assert_string_equal(color_of(c, 1), "#000705");
    cluster_skip(c);
    run_ms(c, 50);
    cluster_story(c, "w1 -> w4  INSTALL in 4 [w1 w2 w3 w4] #5\n"
                     "w4 adopts #000007 after 1\n"
                     "w4 installs view 4 [w1 w2 w3 w4]\n"
                     "w4 -> w1  ACK in 4 #5\n");
    assert_sound(c);
    cluster_free(&c);
}

/* The same after its own JOIN came twice. */
static void gms5_join_of_a_listed_newcomer_gets_the_same_view_again(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    join(c, 1);
    settle(c);
    multicast(c, 1, 7);
    settle(c);
    const struct gms_message again = {.type = GMS_JOIN, .origin = 4};
    cluster_skip(c);
    inject(c, 4, 1, &again);
    settle(c);
    cluster_story(c, "w4 -> w1  JOIN w4\n"
                     "w1 -> w4  INSTALL in 4 [w1 w2 w3 w4] #4\n"
                     "w4 drops INSTALL 4 #4: duplicate\n"
                     "w4 -> w1  ACK in 4 #5\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_a_newcomer_that_died_before_its_first_view_leaves_with_the_next(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 2);
    (void)state;
    without_messages(c);
    join(c, 1);
    deliver_link(c, 3, 1);
    deliver_link(c, 1, 2);
    deliver_link(c, 2, 1); /* proposed */
    crash(c, 3);
    run_ms(c, 100);
    cluster_story(c, "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w1 installs view 3 [w1 w2 w3]\n"
                     "w1 goes on\n"
                     "w3 crashes\n"
                     "w2 installs view 3 [w1 w2 w3]\n"
                     "w2 goes on\n"
                     "w1 learns that w3 is down\n"
                     "w1 is blocked\n"
                     "w2 learns that w3 is down\n"
                     "w2 is blocked\n"
                     "w1 installs view 4 [w1 w2]\n"
                     "w1 goes on\n"
                     "w2 installs view 4 [w1 w2]\n"
                     "w2 goes on\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_an_id_that_was_a_member_and_is_out_is_refused_for_ever(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    const struct gms_message again = {.type = GMS_JOIN, .origin = 3};
    (void)state;
    leave(c, 3);
    run_ms(c, 500);
    cluster_skip(c);
    inject(c, 3, 1, &again);
    inject(c, 3, 2, &again);
    settle(c);
    cluster_story(c, "w3 -> w1  JOIN w3\n"
                     "w1 drops JOIN: this id has left before\n"
                     "w3 -> w2  JOIN w3\n"
                     "w2 drops JOIN: this id has left before\n");
    assert_sound(c);
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_a_newcomer_gets_the_state_of_the_cut_with_its_first_view),
        cmocka_unit_test(gms5_many_joins_at_once_make_one_change),
        cmocka_unit_test(gms5_no_more_newcomers_come_at_once_than_members_stay),
        cmocka_unit_test(gms5_who_joins_during_a_view_change_is_in_it_if_it_comes_before_the_proposal),
        cmocka_unit_test(gms5_who_joins_while_the_leader_dies_asks_again),
        cmocka_unit_test(gms5_a_newcomer_that_is_in_the_view_when_its_leader_dies_is_told_by_another),
        cmocka_unit_test(gms5_an_install_sent_again_carries_the_state_of_the_cut_and_no_newer_one),
        cmocka_unit_test(gms5_join_of_a_listed_newcomer_gets_the_same_view_again),
        cmocka_unit_test(gms5_a_newcomer_that_died_before_its_first_view_leaves_with_the_next),
        cmocka_unit_test(gms5_an_id_that_was_a_member_and_is_out_is_refused_for_ever),
    };
    return cmocka_run_group_tests_name("ladder: gms5, join", tests, NULL, NULL);
}
