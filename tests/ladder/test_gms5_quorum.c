/* gms5, who may go on: quorums, partitions, cut links and members that hung. Who is cut off is blocked, or is
 * excluded and told so as soon as it can be reached; the group never parts.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* Between each of the ones and each of the others, both ways. */
static void between(struct cluster *c, const char *ones, const char *others,
                    void (*act)(struct cluster *, int, int)) {
    for (const char *a = ones; *a; a++) {
        for (const char *b = others; *b; b++) {
            act(c, *a - '0', *b - '0');
            act(c, *b - '0', *a - '0');
        }
    }
}

/* The links are cut, and each side takes the other for crashed. */
static void part(struct cluster *c, const char *ones, const char *others) {
    between(c, ones, others, cut);
    between(c, ones, others, suspect);
}

static struct cluster *last_man_standing_of(int members) {
    return cluster_with(&(struct cluster_settings){.rung = GMS_RUNG_5, .last_man_standing = true}, members);
}

static uint32_t view_of(const struct cluster *c, int who) {
    return gms_current_view(&node_of(c, who)->gms)->number;
}

static void assert_sound(struct cluster *c) {
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
}

/* -- Quorums -------------------------------------------------------------------------------------------- */

static void gms5_more_than_half_of_the_members_go_on(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    without_messages(c);
    part(c, "12", "345");
    cluster_skip(c);
    multicast(c, 1, 7);
    multicast(c, 4, 5);
    run_ms(c, 2000);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w4 multicasts w4#1 (+5)\n"
                     "w2 is blocked\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w3 installs view 6 [w3 w4 w5]\n"
                     "w3 goes on\n"
                     "w3 leads\n"
                     "w4 installs view 6 [w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 installs view 6 [w3 w4 w5]\n"
                     "w5 goes on\n"
                     "w3 delivers w4#1 (+5) -> #000005\n"
                     "w4 delivers w4#1 (+5) -> #000005\n"
                     "w5 delivers w4#1 (+5) -> #000005\n");
    heal(c);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "w1 is excluded\n"
                     "w2 learns that w1 is down\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w5 learns that w1 is down\n"
                     "w2 is excluded\n"
                     "w3 learns that w2 is down\n"
                     "w4 learns that w2 is down\n"
                     "w5 learns that w2 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_of_two_halves_the_one_with_the_most_senior_member_goes_on(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    part(c, "14", "23");
    cluster_skip(c);
    multicast(c, 2, 5);
    run_ms(c, 2000);
    cluster_story(c, "w2 multicasts w2#1 (+5)\n"
                     "w4 is blocked\n"
                     "w3 is blocked\n"
                     "w1 installs view 5 [w1 w4]\n"
                     "w1 goes on\n"
                     "w4 installs view 5 [w1 w4]\n"
                     "w4 goes on\n");
    assert_int_equal(view_of(c, 2), 4);
    assert_string_equal(color_of(c, 2), "#000000");
    heal(c);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "w2 is excluded\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n"
                     "w4 learns that w2 is down\n"
                     "w3 is excluded\n"
                     "w1 learns that w3 is down\n"
                     "w4 learns that w3 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_parted_into_single_members_nobody_goes_on_before_the_heal(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    without_messages(c);
    between(c, "1", "23", cut);
    part(c, "2", "3");
    between(c, "1", "23", suspect);
    cluster_skip(c);
    multicast(c, 1, 7);
    multicast(c, 2, 5);
    run_ms(c, 2000);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w2 multicasts w2#1 (+5)\n");
    heal(c);
    cluster_skip(c);
    run_ms(c, 1000);
    cluster_story(c, "w1 has a quorum again\n"
                     "w2 has a quorum again\n"
                     "w3 has a quorum again\n"
                     "w3 installs view 4 [w1 w3]\n"
                     "w3 goes on\n"
                     "w1 installs view 4 [w1 w3]\n"
                     "w1 goes on\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w2 is excluded\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w1 learns that w2 is down\n"
                     "w3 learns that w2 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_of_two_the_junior_one_waits_when_the_leader_crashes(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 2);
    (void)state;
    without_messages(c);
    crash(c, 1);
    multicast(c, 2, 5);
    run_ms(c, 2000);
    cluster_story(c, "w1 crashes\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 learns that w1 is down\n"
                     "w2 has no quorum\n"
                     "w2 is blocked\n");
    assert_false(gms_has_quorum(&node_of(c, 2)->gms));
    assert_string_equal(cluster_outcome(c), "halt");
    cluster_free(&c);
}

static void gms5_of_two_the_leader_goes_on_when_the_junior_one_crashes(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 2);
    (void)state;
    without_messages(c);
    crash(c, 2);
    multicast(c, 1, 5);
    run_ms(c, 100);
    cluster_story(c, "w2 crashes\n"
                     "w1 multicasts w1#1 (+5)\n"
                     "w1 delivers w1#1 (+5) -> #000005\n"
                     "w1 learns that w2 is down\n"
                     "w1 is blocked\n"
                     "w1 installs view 3 [w1]\n"
                     "w1 goes on\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_the_last_man_standing_goes_on_when_all_others_are_proved_crashed(void **state) {
    struct cluster *c = last_man_standing_of(3);
    (void)state;
    without_messages(c);
    multicast(c, 3, 5);
    crash(c, 1);
    crash(c, 2);
    run_ms(c, 1000);
    cluster_story(c, "w3 multicasts w3#1 (+5)\n"
                     "w1 crashes\n"
                     "w2 crashes\n"
                     "w3 learns that w1 is down\n"
                     "w3 learns that w2 is down\n"
                     "w3 is blocked\n"
                     "w3 installs view 4 [w3]\n"
                     "w3 goes on\n"
                     "w3 leads\n"
                     "w3 delivers w3#1 (+5) -> #000005\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_to_the_last_man_standing_a_suspicion_is_no_proof(void **state) {
    struct cluster *c = last_man_standing_of(2);
    (void)state;
    without_messages(c);
    hang(c, 1);
    suspect(c, 1, 2);
    multicast(c, 2, 5);
    run_ms(c, 2000);
    cluster_story(c, "w1 hangs\n"
                     "w2 suspects w1\n"
                     "w2 has no quorum\n"
                     "w2 is blocked\n"
                     "w2 multicasts w2#1 (+5)\n");
    resume(c, 1);
    run_ms(c, 1000);
    cluster_story(c, "w1 wakes up\n"
                     "w1 is blocked\n"
                     "w2 has a quorum again\n"
                     "w2 installs view 3 [w1 w2]\n"
                     "w2 goes on\n"
                     "w1 installs view 3 [w1 w2]\n"
                     "w1 goes on\n"
                     "w1 delivers w2#1 (+5) -> #000005\n"
                     "w2 delivers w2#1 (+5) -> #000005\n");
    assert_sound(c);
    cluster_free(&c);
}

/* The leader alone is half of two with the most senior member; what it delivered dies with it. */
static void gms5_the_last_man_standing_gives_up_what_only_the_dead_had_delivered(void **state) {
    struct cluster *c = last_man_standing_of(2);
    (void)state;
    without_messages(c);
    multicast(c, 1, 7);
    keep_only(c, 1, 2, 0);
    crash(c, 1);
    run_ms(c, 1000);
    multicast(c, 2, 5);
    run_ms(c, 100);
    cluster_story(c, "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 crashes\n"
                     "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w2 installs view 3 [w2]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w2 multicasts w2#1 (+5)\n"
                     "w2 delivers w2#1 (+5) -> #000005\n");
    assert_sound(c);
    cluster_free(&c);
}

/* -- Cut links ------------------------------------------------------------------------------------------ */

/* Some of the time somebody suspects whom it does not hear, all of the time everybody multicasts. */
static void live_with(struct cluster *c, int deaf, int unheard, int seconds) {
    for (int tenths = 0; tenths < 10 * seconds; tenths++) {
        for (int who = 1; who <= 3; who++) {
            if (gms_phase(&node_of(c, who)->gms) <= GMS_LEADING)
                multicast(c, who, 1 + tenths % 20);
        }
        if (deaf > 0 && tenths % 3 == 0)
            suspect(c, unheard, deaf);
        run_ms(c, 100);
        cluster_skip(c);
    }
}

static void gms5_survives_each_link_cut_one_way(void **state) {
    (void)state;
    for (int from = 1; from <= 3; from++) {
        for (int to = 1; to <= 3; to++) {
            struct cluster *c = cluster_of(GMS_RUNG_5, 3);
            if (from != to)
                cut(c, from, to);
            live_with(c, from != to ? to : 0, from, 2);
            assert_true(view_of(c, 1) <= 6); /* it does not change views for ever */
            assert_true(view_of(c, 3) <= 6);
            heal(c);
            live_with(c, 0, 0, 1);
            assert_sound(c);
            cluster_free(&c);
        }
    }
}

static void gms5_survives_a_cut_between_two_that_both_reach_the_third(void **state) {
    (void)state;
    for (int third = 1; third <= 3; third++) {
        struct cluster *c = cluster_of(GMS_RUNG_5, 3);
        static const char *const pair[] = {NULL, "23", "13", "12"};
        part(c, (const char[]){pair[third][0], '\0'}, pair[third] + 1);
        live_with(c, 0, 0, 2);
        assert_int_equal(view_of(c, third), third == 1 ? 3 : 4); /* the leader goes by its own ears alone */
        heal(c);
        live_with(c, 0, 0, 1);
        assert_sound(c);
        cluster_free(&c);
    }
}

/* -- Members that hung ---------------------------------------------------------------------------------- */

static void gms5_who_slept_through_several_views_is_excluded_and_can_join_again(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    lose_next(c, 3, 1);
    multicast(c, 3, 3);
    hang(c, 3);
    suspect(c, 3, 1);
    settle(c);
    join(c, 2);
    settle(c);
    crash(c, 4);
    settle(c);
    multicast(c, 1, 7);
    settle(c);
    cluster_story(c, "fault at w3: lose 1 to w1\n"
                     "w3 multicasts w3#1 (+3)\n"
                     "w3 hangs\n"
                     "w1 suspects w3\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w4 is blocked\n"
                     "w1 installs view 5 [w1 w2 w4]\n"
                     "w1 goes on\n"
                     "w2 installs view 5 [w1 w2 w4]\n"
                     "w2 goes on\n"
                     "w4 installs view 5 [w1 w2 w4]\n"
                     "w4 goes on\n"
                     "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w4 is blocked\n"
                     "w1 installs view 6 [w1 w2 w4 w5]\n"
                     "w1 goes on\n"
                     "w2 installs view 6 [w1 w2 w4 w5]\n"
                     "w2 goes on\n"
                     "w4 installs view 6 [w1 w2 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 adopts #000000 after 0\n"
                     "w5 installs view 6 [w1 w2 w4 w5]\n"
                     "w4 crashes\n"
                     "w1 learns that w4 is down\n"
                     "w1 is blocked\n"
                     "w2 learns that w4 is down\n"
                     "w5 learns that w4 is down\n"
                     "w2 is blocked\n"
                     "w5 is blocked\n"
                     "w1 installs view 7 [w1 w2 w5]\n"
                     "w1 goes on\n"
                     "w2 installs view 7 [w1 w2 w5]\n"
                     "w2 goes on\n"
                     "w5 installs view 7 [w1 w2 w5]\n"
                     "w5 goes on\n"
                     "w1 multicasts w1#1 (+7)\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w5 delivers w1#1 (+7) -> #000007\n");
    resume(c, 3);
    run_ms(c, 1000);
    cluster_story(c, "w3 wakes up\n"
                     "w3 is blocked\n"
                     "w3 is excluded\n"
                     "w1 learns that w3 is down\n"
                     "w2 learns that w3 is down\n"
                     "w5 learns that w3 is down\n");
    join(c, 2);
    settle(c);
    cluster_story(c, "w1 is blocked\n"
                     "w2 is blocked\n"
                     "w5 is blocked\n"
                     "w1 installs view 8 [w1 w2 w5 w6]\n"
                     "w1 goes on\n"
                     "w2 installs view 8 [w1 w2 w5 w6]\n"
                     "w2 goes on\n"
                     "w5 installs view 8 [w1 w2 w5 w6]\n"
                     "w5 goes on\n"
                     "w6 adopts #000007 after 1\n"
                     "w6 installs view 8 [w1 w2 w5 w6]\n"
                     "w6 learns that w3 is down\n"
                     "w6 learns that w4 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

/* It is the leader, and does not know that it is not any more. */
static void gms5_a_leader_that_slept_through_several_views_delivers_nothing_of_its_own(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    without_messages(c);
    hang(c, 1);
    for (int who = 2; who <= 4; who++)
        suspect(c, 1, who);
    settle(c);
    join(c, 2);
    multicast(c, 3, 7);
    settle(c);
    cluster_skip(c);
    resume(c, 1);
    multicast(c, 1, 5);
    run_ms(c, 1000);
    cluster_story(c, "w1 wakes up\n"
                     "w1 multicasts w1#1 (+5)\n"
                     "w1 is blocked\n"
                     "w1 is excluded\n"
                     "w2 learns that w1 is down\n"
                     "w3 learns that w1 is down\n"
                     "w4 learns that w1 is down\n"
                     "w5 learns that w1 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

/* Nobody asked it anything meanwhile: the others' heartbeats tell it. */
static void gms5_who_is_excluded_without_knowing_learns_it_from_a_heartbeat(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    cut(c, 1, 3);
    cut(c, 2, 3);
    suspect(c, 3, 1);
    settle(c);
    heal(c);
    cluster_skip(c);
    heartbeat(c, 3, 2);
    settle(c);
    cluster_story(c, "w3 -> w2  HEARTBEAT in 3 committed #3 #3\n"
                     "w2 drops HEARTBEAT 3 #3: not from a member\n"
                     "w2 -> w3  EXCLUDED in 4\n"
                     "w3 is excluded\n"
                     "w1 learns that w3 is down\n"
                     "w2 learns that w3 is down\n");
    assert_sound(c);
    cluster_free(&c);
}

static void gms5_who_missed_the_decision_learns_it_from_a_heartbeat(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 4);
    (void)state;
    crash(c, 4);
    tell_down(c, 4, 1);
    for (int who = 2; who <= 3; who++) {
        deliver_link(c, 1, who); /* PREPARE */
        deliver_link(c, who, 1);
    }
    deliver_link(c, 1, 2); /* ACCEPT */
    deliver_link(c, 2, 1);
    keep_only(c, 1, 3, 1); /* it accepts, and hears no more */
    deliver_link(c, 1, 3);
    keep_only(c, 3, 1, 0);
    settle(c);
    assert_int_equal(view_of(c, 3), 4);
    cluster_skip(c);
    heartbeat(c, 2, 3);
    settle(c);
    cluster_story(c, "w2 -> w3  HEARTBEAT in 5 committed #5 #5\n"
                     "w3 drops HEARTBEAT 5 #5: of a view not installed yet\n"
                     "w3 -> w2  ACK in 4 #4\n"
                     "w2 drops ACK 4 #4: of an old view\n"
                     "w2 -> w3  INSTALL in 5 [w1 w2 w3] #5\n"
                     "w3 installs view 5 [w1 w2 w3]\n"
                     "w3 goes on\n"
                     "w3 -> w1  ACK in 5 #5\n"
                     "w3 -> w2  ACK in 5 #5\n"
                     "w2 drops ACK 5 #5: not the leader\n");
    assert_sound(c);
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_more_than_half_of_the_members_go_on),
        cmocka_unit_test(gms5_of_two_halves_the_one_with_the_most_senior_member_goes_on),
        cmocka_unit_test(gms5_parted_into_single_members_nobody_goes_on_before_the_heal),
        cmocka_unit_test(gms5_of_two_the_junior_one_waits_when_the_leader_crashes),
        cmocka_unit_test(gms5_of_two_the_leader_goes_on_when_the_junior_one_crashes),
        cmocka_unit_test(gms5_the_last_man_standing_goes_on_when_all_others_are_proved_crashed),
        cmocka_unit_test(gms5_to_the_last_man_standing_a_suspicion_is_no_proof),
        cmocka_unit_test(gms5_the_last_man_standing_gives_up_what_only_the_dead_had_delivered),
        cmocka_unit_test(gms5_survives_each_link_cut_one_way),
        cmocka_unit_test(gms5_survives_a_cut_between_two_that_both_reach_the_third),
        cmocka_unit_test(gms5_who_slept_through_several_views_is_excluded_and_can_join_again),
        cmocka_unit_test(gms5_a_leader_that_slept_through_several_views_delivers_nothing_of_its_own),
        cmocka_unit_test(gms5_who_is_excluded_without_knowing_learns_it_from_a_heartbeat),
        cmocka_unit_test(gms5_who_missed_the_decision_learns_it_from_a_heartbeat),
    };
    return cmocka_run_group_tests_name("ladder: gms5, quorum", tests, NULL, NULL);
}
