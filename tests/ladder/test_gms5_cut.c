/* gms5, the end of a view: whoever has promised delivers and acknowledges nothing any more, and all who go on
 * have the same messages before they install the next view.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

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
    cluster_story(c, "w3 -> w1  ACK in 5 #6\n"
                     "w1 drops ACK 5 #6: blocked by a view change\n"
                     "w4 -> w1  ACK in 5 #6\n"
                     "w1 drops ACK 5 #6: blocked by a view change\n"
                     "w5 -> w1  ACK in 5 #6\n"
                     "w1 drops ACK 5 #6: blocked by a view change\n");
    without_messages(c);
    settle(c); /* what all of them have ends the view */
    cluster_story(c, "w3 is blocked\n"
                     "w4 is blocked\n"
                     "w5 is blocked\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 installs view 6 [w1 w2 w3 w4 w5]\n"
                     "w2 goes on\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w1 installs view 6 [w1 w2 w3 w4 w5]\n"
                     "w1 goes on\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 installs view 6 [w1 w2 w3 w4 w5]\n"
                     "w3 goes on\n"
                     "w4 delivers w1#1 (+7) -> #000007\n"
                     "w4 installs view 6 [w1 w2 w3 w4 w5]\n"
                     "w4 goes on\n"
                     "w5 delivers w1#1 (+7) -> #000007\n"
                     "w5 installs view 6 [w1 w2 w3 w4 w5]\n"
                     "w5 goes on\n");
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
    cluster_story(c, "w1 -> w3  MSG w1#1 (+7) #4\n");
    assert_int_equal(on_the_way(c, 3, 1), 0);
    heartbeat(c, 3, 1); /* nor does its heartbeat say that it has it */
    deliver_link(c, 3, 1);
    cluster_story(c, "w3 -> w1  HEARTBEAT in 3 committed #3 #3\n");
    assert_string_equal(color_of(c, 1), "#000000");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

static void gms5_a_blocked_member_delivers_nothing_on_a_late_commit(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    multicast(c, 1, 7);
    for (int who = 3; who <= 5; who++) {
        deliver_link(c, 1, who);
        deliver_link(c, who, 1);
    }
    suspect(c, 1, 2);
    deliver_link(c, 2, 3);
    cluster_skip(c);
    deliver_link(c, 1, 3);
    cluster_story(c, "w1 -> w3  COMMIT in 5 committed #6 #6\n"
                     "w3 drops COMMIT 5 #6: blocked by a view change\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
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
    cluster_story(c, "w2 installs view 4 [w1 w2 w3]\n"
                     "w2 goes on\n"
                     "w1 installs view 4 [w1 w2 w3]\n"
                     "w1 goes on\n"
                     "w3 installs view 4 [w1 w2 w3]\n"
                     "w3 goes on\n"
                     "w1 delivers w1#1 (+1) -> #000001\n"
                     "w1 delivers w3#1 (+3) -> #000103\n"
                     "w3 delivers w1#1 (+1) -> #000001\n"
                     "w1 delivers w2#1 (+2) -> #010302\n"
                     "w3 delivers w3#1 (+3) -> #000103\n"
                     "w1 delivers w3#2 (+4) -> #030205\n"
                     "w2 delivers w1#1 (+1) -> #000001\n"
                     "w3 delivers w2#1 (+2) -> #010302\n"
                     "w2 delivers w3#1 (+3) -> #000103\n"
                     "w3 delivers w3#2 (+4) -> #030205\n"
                     "w2 delivers w2#1 (+2) -> #010302\n"
                     "w2 delivers w3#2 (+4) -> #030205\n");
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
    cluster_story(c, "w2 learns that w1 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w1 is down\n"
                     "w2 -> w3  PREPARE in 3 ballot 1.1 #3\n"
                     "w3 is blocked\n"
                     "w3 -> w2  MSG w1#1 (+7) #4\n"
                     "w3 -> w2  PROMISE in 3 ballot 1.1 #4\n"
                     "w2 -> w3  ACCEPT in 3 ballot 1.1 [w2 w3] to #4\n"
                     "w3 -> w2  ACCEPTED in 3 ballot 1.1\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w2 -> w3  INSTALL in 4 [w2 w3] #5\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n"
                     "w3 -> w2  ACK in 4 #5\n");
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
    cluster_story(c, "fault at w3: lose 1 to w2\n"
                     "w2 -> w3  PREPARE in 3 ballot 1.1 #3\n"
                     "w3 is blocked\n"
                     "w3 -> w2  lost: MSG w1#1 #4\n"
                     "w3 -> w2  PROMISE in 3 ballot 1.1 #4\n"
                     "w2 drops PROMISE 3 #4: gap before it\n"
                     "w2 -> w3  NACK #4 to #4\n"
                     "w3 -> w2  MSG w1#1 (+7) #4\n"
                     "w3 learns that w1 is down\n");
    without_messages(c);
    run_ms(c, 50); /* the question is asked again */
    cluster_story(c, "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n");
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
    cluster_story(c, "w3 -> w2  PROMISE in 3 ballot 1.1 #3\n"
                     "w2 -> w3  lost: MSG w1#1 #4\n"
                     "w2 -> w3  ACCEPT in 3 ballot 1.1 [w2 w3] to #4\n"
                     "w3 drops ACCEPT 3: gap before it\n"
                     "w3 -> w2  NACK #4 to #4\n"
                     "w2 -> w3  MSG w1#1 (+7) #4\n"
                     "w3 learns that w1 is down\n");
    without_messages(c);
    run_ms(c, 200);
    cluster_story(c, "w2 delivers w1#1 (+7) -> #000007\n"
                     "w2 installs view 4 [w2 w3]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 installs view 4 [w2 w3]\n"
                     "w3 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

/* w5 hears of the decision first of all. */
static void gms5_nobody_installs_before_it_has_all_messages_of_the_view(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 5);
    (void)state;
    multicast(c, 1, 7);
    deliver_link(c, 1, 2);
    keep_only(c, 1, 5, 0);
    crash(c, 1);
    tell_down(c, 1, 2);
    exchange(c, 2, "534"); /* PREPARE */
    lose_links(c, 2, "5"); /* what w5 lacks, and ACCEPT */
    exchange(c, 2, "34");
    cluster_skip(c);
    deliver_link(c, 2, 5);
    deliver_link(c, 5, 2);
    deliver_link(c, 2, 5);
    cluster_story(c, "w2 -> w5  INSTALL in 6 [w2 w3 w4 w5] #7\n"
                     "w5 drops INSTALL 6 #7: gap before it\n"
                     "w5 -> w2  NACK #6 to #6\n"
                     "w2 drops NACK 5 #6: of an old view\n"
                     "w2 -> w5  MSG w1#1 (+7) #6\n"
                     "w2 -> w5  INSTALL in 6 [w2 w3 w4 w5] #7\n"
                     "w5 delivers w1#1 (+7) -> #000007\n"
                     "w5 installs view 6 [w2 w3 w4 w5]\n"
                     "w5 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
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
    lose_links(c, 1, "234");
    crash(c, 1);
    tell_down(c, 1, 2);
    suspect(c, 5, 2);
    exchange(c, 2, "34"); /* PREPARE; then they propose [w2 w3 w4] */
    lose_links(c, 2, "4");
    crash(c, 4);
    cluster_skip(c);
    settle(c);
    run_ms(c, 1000);
    cluster_story(c, "w5 is blocked\n"
                     "w2 installs view 6 [w2 w3 w4]\n"
                     "w2 goes on\n"
                     "w2 leads\n"
                     "w3 installs view 6 [w2 w3 w4]\n"
                     "w3 goes on\n"
                     "w5 is excluded\n"
                     "w3 learns that w1 is down\n"
                     "w2 learns that w4 is down\n"
                     "w2 is blocked\n"
                     "w3 learns that w4 is down\n"
                     "w2 learns that w5 is down\n"
                     "w3 learns that w5 is down\n"
                     "w3 is blocked\n"
                     "w2 installs view 7 [w2 w3]\n"
                     "w2 goes on\n"
                     "w3 installs view 7 [w2 w3]\n"
                     "w3 goes on\n");
    assert_string_equal(cluster_outcome(c), "sync");
    assert_string_equal(cluster_verdict(c), "sync");
    cluster_free(&c);
}

static void gms5_a_message_of_a_view_not_installed_yet_is_dropped_and_asked_for_later(void **state) {
    struct cluster *c = cluster_of(GMS_RUNG_5, 3);
    (void)state;
    suspect(c, 2, 1); /* wrongly: to have a change */
    exchange(c, 1, "23");
    exchange(c, 1, "2");
    deliver_until(c, 1, 3, GMS_ACCEPT);
    lose_one(c, 1, 3); /* the INSTALL */
    multicast(c, 1, 7);
    cluster_skip(c);
    settle(c);
    cluster_story(c, "w1 -> w2  INSTALL in 4 [w1 w2 w3] #4\n"
                     "w2 installs view 4 [w1 w2 w3]\n"
                     "w2 goes on\n"
                     "w1 -> w3  MSG w1#1 (+7) #5\n"
                     "w3 drops MSG w1#1 #5: of a view not installed yet\n"
                     "w2 -> w1  ACK in 4 #4\n"
                     "w3 -> w1  ACCEPTED in 3 ballot 1.0\n"
                     "w1 drops ACCEPTED 3: of an old view\n"
                     "w1 -> w2  MSG w1#1 (+7) #5\n"
                     "w1 -> w3  INSTALL in 4 [w1 w2 w3] #4\n"
                     "w3 installs view 4 [w1 w2 w3]\n"
                     "w3 goes on\n"
                     "w2 -> w1  ACK in 4 #5\n"
                     "w1 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 4 #4\n"
                     "w1 -> w2  COMMIT in 4 committed #5 #5\n"
                     "w2 delivers w1#1 (+7) -> #000007\n"
                     "w1 -> w3  COMMIT in 4 committed #5 #5\n");
    run_ms(c, 50);
    cluster_story(c, "w1 -> w3  HEARTBEAT in 4 committed #5 #5\n"
                     "w3 -> w1  NACK #5 to #5\n"
                     "w1 -> w3  MSG w1#1 (+7) #5\n"
                     "w3 delivers w1#1 (+7) -> #000007\n"
                     "w3 -> w1  ACK in 4 #4\n"
                     "w3 -> w1  ACK in 4 #5\n");
    assert_string_equal(cluster_outcome(c), "sync");
    cluster_free(&c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gms5_a_blocked_leader_delivers_nothing_on_late_acks),
        cmocka_unit_test(gms5_a_blocked_member_acknowledges_nothing),
        cmocka_unit_test(gms5_a_blocked_member_delivers_nothing_on_a_late_commit),
        cmocka_unit_test(gms5_a_blocked_member_keeps_its_multicasts_for_the_next_view),
        cmocka_unit_test(gms5_the_coordinator_gets_what_it_lacks_with_the_promise),
        cmocka_unit_test(gms5_what_a_promise_speaks_of_and_was_lost_is_asked_for),
        cmocka_unit_test(gms5_nobody_accepts_before_it_has_all_messages_of_the_view),
        cmocka_unit_test(gms5_nobody_installs_before_it_has_all_messages_of_the_view),
        cmocka_unit_test(gms5_who_delivered_more_than_the_proposal_ends_with_accepts_it_and_is_out),
        cmocka_unit_test(gms5_a_message_of_a_view_not_installed_yet_is_dropped_and_asked_for_later),
    };
    return cmocka_run_group_tests_name("ladder: gms5, cut", tests, NULL, NULL);
}
