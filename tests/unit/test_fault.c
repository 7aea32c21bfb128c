/* Faults on demand: exactly so many losses, a crash at exactly that send, and the same chance from a seed. */
#include "net/fault.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum fault_verdict on_send(struct fault *f, gms_id to, enum gms_type type) {
    const char *why = NULL;
    const enum fault_verdict verdict = fault_on_send(f, to, type, &why);
    if (verdict == FAULT_LOSE)
        assert_non_null(why);
    return verdict;
}

static void without_a_fault_everything_passes(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    for (int i = 0; i < 1000; i++) {
        assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_PASS);
        assert_int_equal(on_send(&f, 2, GMS_VIEW), FAULT_PASS);
        assert_int_equal(fault_on_deliver(&f), FAULT_PASS);
    }
}

static void the_next_so_many_messages_of_a_link_are_lost_and_no_other(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    assert_true(fault_lose(&f, 2, 2));
    assert_int_equal(on_send(&f, 3, GMS_MSG), FAULT_PASS);
    assert_int_equal(on_send(&f, 2, GMS_REQUEST), FAULT_LOSE);
    assert_int_equal(on_send(&f, 2, GMS_VIEW), FAULT_LOSE);
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_PASS);
}

static void orders_for_one_link_add_up(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    assert_true(fault_lose(&f, 2, 1));
    assert_true(fault_lose(&f, 3, 1));
    assert_true(fault_lose(&f, 2, 1));
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_LOSE);
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_LOSE);
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_PASS);
    assert_int_equal(on_send(&f, 3, GMS_MSG), FAULT_LOSE);
    assert_int_equal(on_send(&f, 3, GMS_MSG), FAULT_PASS);
}

static void a_loss_to_whoever_it_is_takes_the_next_message(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    assert_true(fault_lose(&f, GMS_NOBODY, 1));
    assert_int_equal(on_send(&f, 7, GMS_MSG), FAULT_LOSE);
    assert_int_equal(on_send(&f, 7, GMS_MSG), FAULT_PASS);
}

static void a_cut_link_loses_everything_until_it_heals(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    assert_true(fault_cut(&f, 2, true));
    assert_false(fault_cut(&f, 2, true));
    assert_int_equal(on_send(&f, 2, GMS_JOIN), FAULT_LOSE);
    assert_int_equal(on_send(&f, 3, GMS_MSG), FAULT_PASS);
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_LOSE);
    assert_true(fault_cut(&f, 2, false));
    assert_false(fault_cut(&f, 2, false));
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_PASS);
}

static void an_asynchronous_crash_keeps_the_broadcast_on_some_links_only(void **state) {
    struct fault f;
    const gms_id keeps[] = {3};
    (void)state;
    fault_init(&f, 1);
    fault_arm_async(&f, keeps, 1);
    assert_int_equal(on_send(&f, 2, GMS_VIEW), FAULT_PASS); /* it waits for a change */
    assert_int_equal(fault_on_deliver(&f), FAULT_PASS);
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_VANISH);
    assert_int_equal(on_send(&f, 3, GMS_MSG), FAULT_PASS);
    assert_int_equal(fault_on_deliver(&f), FAULT_CRASH);
}

static void an_asynchronous_crash_happens_even_if_the_broadcast_waits_for_an_answer(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    fault_arm_async(&f, NULL, 0);
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_VANISH);
    assert_int_equal(on_send(&f, 3, GMS_MSG), FAULT_VANISH);
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_CRASH); /* gms4-ack sends it again, and waits for ever */
}

static void too_many_pending_orders_are_refused(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    for (gms_id to = 1; to <= NET_LOSE_MAX; to++)
        assert_true(fault_lose(&f, to, 1));
    assert_false(fault_lose(&f, 99, 1));
    assert_true(fault_lose(&f, 1, 1)); /* a link that is in the list already */
    assert_int_equal(on_send(&f, 5, GMS_MSG), FAULT_LOSE);
    assert_true(fault_lose(&f, 99, 1)); /* there is room again */
}

static void a_crash_comes_after_exactly_so_many_sends_of_a_broadcast(void **state) {
    (void)state;
    for (uint32_t after = 0; after < 4; after++) {
        struct fault f;
        fault_init(&f, 1);
        f.crash_armed = true;
        f.crash_after = after;
        for (uint32_t i = 0; i < after; i++)
            assert_int_equal(on_send(&f, i + 2, GMS_MSG), FAULT_PASS);
        assert_int_equal(on_send(&f, after + 2, GMS_MSG), FAULT_CRASH);
    }
}

static void a_crash_after_more_sends_than_there_are_followers_comes_before_the_own_delivery(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    f.crash_armed = true;
    f.crash_after = 9;
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_PASS);
    assert_int_equal(on_send(&f, 3, GMS_MSG), FAULT_PASS);
    assert_int_equal(fault_on_deliver(&f), FAULT_CRASH);
}

static void an_armed_follower_delivers_and_asks_on(void **state) {
    struct fault f;
    (void)state;
    fault_init(&f, 1);
    f.crash_armed = true;
    f.crash_after = 0;
    assert_int_equal(fault_on_deliver(&f), FAULT_PASS);
    assert_int_equal(on_send(&f, 1, GMS_REQUEST), FAULT_PASS);
    assert_int_equal(on_send(&f, 1, GMS_JOIN), FAULT_PASS);
    assert_int_equal(on_send(&f, 1, GMS_VIEW), FAULT_PASS); /* a view is no change */
    assert_int_equal(on_send(&f, 1, GMS_MSG), FAULT_CRASH);
}

static void loss_by_chance_has_its_rate(void **state) {
    struct fault f;
    int lost = 0;
    (void)state;
    fault_init(&f, 5);
    f.loss_percent = 20;
    for (int i = 0; i < 10000; i++)
        lost += on_send(&f, 2, GMS_MSG) == FAULT_LOSE;
    assert_in_range(lost, 1800, 2200);
    f.loss_percent = 100;
    assert_int_equal(on_send(&f, 2, GMS_MSG), FAULT_LOSE);
}

static void the_risk_is_of_a_leaders_sends_only(void **state) {
    struct fault f;
    int crashes = 0;
    (void)state;
    fault_init(&f, 5);
    f.risk = 100; /* gms2p5 */
    for (int i = 0; i < 10000; i++) {
        crashes += on_send(&f, 2, i % 2 ? GMS_MSG : GMS_VIEW) == FAULT_CRASH;
        assert_int_equal(on_send(&f, 2, GMS_REQUEST), FAULT_PASS);
    }
    assert_in_range(crashes, 60, 150);
}

static void the_same_seed_gives_the_same_faults(void **state) {
    struct fault a, b;
    (void)state;
    fault_init(&a, 77);
    fault_init(&b, 77);
    a.loss_percent = b.loss_percent = 50;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(on_send(&a, 2, GMS_MSG), on_send(&b, 2, GMS_MSG));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_fault_everything_passes),
        cmocka_unit_test(the_next_so_many_messages_of_a_link_are_lost_and_no_other),
        cmocka_unit_test(orders_for_one_link_add_up),
        cmocka_unit_test(a_loss_to_whoever_it_is_takes_the_next_message),
        cmocka_unit_test(too_many_pending_orders_are_refused),
        cmocka_unit_test(a_crash_comes_after_exactly_so_many_sends_of_a_broadcast),
        cmocka_unit_test(a_crash_after_more_sends_than_there_are_followers_comes_before_the_own_delivery),
        cmocka_unit_test(an_armed_follower_delivers_and_asks_on),
        cmocka_unit_test(loss_by_chance_has_its_rate),
        cmocka_unit_test(the_risk_is_of_a_leaders_sends_only),
        cmocka_unit_test(the_same_seed_gives_the_same_faults),
        cmocka_unit_test(a_cut_link_loses_everything_until_it_heals),
        cmocka_unit_test(an_asynchronous_crash_keeps_the_broadcast_on_some_links_only),
        cmocka_unit_test(an_asynchronous_crash_happens_even_if_the_broadcast_waits_for_an_answer),
    };
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
