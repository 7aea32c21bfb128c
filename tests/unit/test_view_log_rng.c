/* The core's small parts: the ordered member set, the memory of the gone, kept messages, the generator. Holds
 * at both profiles of the limits. */
#include "gms/log.h"
#include "gms/rng.h"
#include "gms/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* -- View ---------------------------------------------------------------------------------------------- */

static void a_view_keeps_the_order_of_seniority(void **state) {
    struct gms_view view = {0};
    (void)state;
    gms_view_append(&view, 30);
    gms_view_append(&view, 10);
    gms_view_append(&view, 20);
    assert_true(gms_view_remove(&view, 10));
    assert_false(gms_view_remove(&view, 10));
    gms_view_append(&view, 10);
    assert_int_equal(view.count, 3);
    assert_int_equal(view.members[0], 30);
    assert_int_equal(view.members[1], 20);
    assert_int_equal(view.members[2], 10);
    assert_true(gms_view_has(&view, 20));
    assert_false(gms_view_has(&view, 40));
}

static void equal_views_have_equal_bytes(void **state) {
    struct gms_view a = {0}, b;
    const gms_id members[] = {1, 3};
    (void)state;
    memset(&b, 0xa5, sizeof b);
    a.number = 7;
    gms_view_append(&a, 1);
    gms_view_append(&a, 2);
    gms_view_append(&a, 3);
    gms_view_remove(&a, 2);
    gms_view_set(&b, 7, members, 2);
    assert_memory_equal(&a, &b, sizeof a);
}

static void a_view_can_be_full_and_empty(void **state) {
    struct gms_view view = {0};
    (void)state;
    for (gms_id id = 1; id <= GMS_MEMBERS_MAX; id++)
        gms_view_append(&view, id);
    assert_int_equal(view.count, GMS_MEMBERS_MAX);
    for (gms_id id = 1; id <= GMS_MEMBERS_MAX; id++)
        assert_true(gms_view_remove(&view, id));
    const struct gms_view empty = {0};
    assert_memory_equal(&view, &empty, sizeof view);
}

static void the_memory_of_the_gone_forgets_the_oldest(void **state) {
    struct gms_ids ids = {0};
    (void)state;
    assert_false(gms_ids_have(&ids, 1));
    for (gms_id id = 1; id <= GMS_DEPARTED_MAX; id++)
        gms_ids_add(&ids, id);
    gms_ids_add(&ids, 1); /* known: changes nothing */
    assert_int_equal(ids.count, GMS_DEPARTED_MAX);
    assert_true(gms_ids_have(&ids, 1));
    gms_ids_add(&ids, 1000000);
    assert_int_equal(ids.count, GMS_DEPARTED_MAX);
    assert_false(gms_ids_have(&ids, 1));
    assert_true(gms_ids_have(&ids, 2));
    assert_true(gms_ids_have(&ids, 1000000));
}

static void nobody_is_never_known_to_be_gone(void **state) {
    struct gms_ids ids = {0};
    (void)state;
    gms_ids_add(&ids, 5);
    assert_false(gms_ids_have(&ids, GMS_NOBODY));
}

static void who_comes_back_is_taken_out_and_the_rest_keeps_its_order(void **state) {
    struct gms_ids ids = {0};
    (void)state;
    for (gms_id id = 1; id <= GMS_DEPARTED_MAX + 2; id++) /* 1 and 2 are forgotten */
        gms_ids_add(&ids, id);
    gms_ids_remove(&ids, 5);
    gms_ids_remove(&ids, 1);
    assert_int_equal(ids.count, GMS_DEPARTED_MAX - 1);
    assert_false(gms_ids_have(&ids, 5));
    gms_ids_add(&ids, 1000000); /* fills the room */
    assert_true(gms_ids_have(&ids, 3));
    gms_ids_add(&ids, 1000001);
    assert_false(gms_ids_have(&ids, 3)); /* the oldest */
    assert_true(gms_ids_have(&ids, 4));
}

/* -- Kept messages ------------------------------------------------------------------------------------- */

static struct gms_message msg(uint64_t n, const uint8_t *body, uint32_t size) {
    return (struct gms_message){
        .type = GMS_MSG, .origin = 9, .n = n, .seq = n, .body = body, .body_size = size};
}

static void a_copy_lives_on_when_the_original_is_gone(void **state) {
    struct gms_copy copy;
    uint8_t body[] = {1, 2, 3};
    gms_id members[] = {4, 5};
    (void)state;
    memset(&copy, 0xa5, sizeof copy);
    const struct gms_message change = msg(1, body, 3);
    gms_keep(&copy, &change);
    memset(body, 0, sizeof body);
    struct gms_message kept = gms_kept(&copy);
    assert_int_equal(kept.body_size, 3);
    assert_memory_equal(kept.body, ((const uint8_t[]){1, 2, 3}), 3);
    assert_null(copy.message.body); /* no pointer in the state */

    const struct gms_message view = {.type = GMS_VIEW, .view = 3, .members = members, .member_count = 2};
    gms_keep(&copy, &view);
    members[0] = 0;
    kept = gms_kept(&copy);
    assert_int_equal(kept.member_count, 2);
    assert_int_equal(kept.members[0], 4);
    assert_int_equal(kept.members[1], 5);
    assert_null(copy.message.members);
}

static void the_largest_message_can_be_kept(void **state) {
    static struct gms_copy copy;
    static uint8_t body[GMS_BODY_SIZE_MAX];
    static gms_id members[GMS_MEMBERS_MAX];
    (void)state;
    memset(body, 7, sizeof body);
    const struct gms_message change = msg(1, body, sizeof body);
    gms_keep(&copy, &change);
    assert_memory_equal(gms_kept(&copy).body, body, sizeof body);
    const struct gms_message view = {
        .type = GMS_VIEW, .view = 1, .members = members, .member_count = GMS_MEMBERS_MAX};
    gms_keep(&copy, &view);
    assert_memory_equal(gms_kept(&copy).members, members, sizeof members);
}

static void what_is_held_back_comes_out_in_order_for_each_sender(void **state) {
    static struct gms_hold hold;
    struct gms_copy taken;
    const uint8_t body[] = {0, 1, 2, 3, 4};
    (void)state;
    for (uint64_t n = 1; n <= 4; n++) {
        const struct gms_message m = msg(n, body + n, 1);
        assert_true(gms_hold_put(&hold, n % 2 ? 10 : 20, &m));
    }
    assert_false(gms_hold_take(&hold, 30, &taken));
    for (uint64_t n = 1; n <= 3; n += 2) {
        assert_true(gms_hold_take(&hold, 10, &taken));
        assert_int_equal(taken.message.n, n);
        assert_int_equal(gms_kept(&taken).body[0], n);
    }
    assert_false(gms_hold_take(&hold, 10, &taken));
    assert_int_equal(hold.count, 2);
    for (uint64_t n = 2; n <= 4; n += 2) {
        assert_true(gms_hold_take(&hold, 20, &taken));
        assert_int_equal(taken.message.n, n);
        assert_int_equal(gms_kept(&taken).body[0], n);
    }
    assert_int_equal(hold.count, 0);
}

static void a_full_hold_refuses_and_loses_nothing(void **state) {
    static struct gms_hold hold;
    struct gms_copy taken;
    (void)state;
    for (uint64_t n = 1; n <= GMS_HOLD_MAX; n++) {
        const struct gms_message m = msg(n, NULL, 0);
        assert_true(gms_hold_put(&hold, 1, &m));
    }
    const struct gms_message late = msg(99, NULL, 0);
    assert_false(gms_hold_put(&hold, 1, &late));
    for (uint64_t n = 1; n <= GMS_HOLD_MAX; n++) {
        assert_true(gms_hold_take(&hold, 1, &taken));
        assert_int_equal(taken.message.n, n);
    }
    assert_false(gms_hold_take(&hold, 1, &taken));
}

static void own_multicasts_are_kept_until_they_are_delivered(void **state) {
    static struct gms_pending pending, empty;
    const uint8_t body[] = {0, 1, 2, 3, 4, 5};
    (void)state;
    for (uint64_t n = 1; n <= GMS_PENDING_MAX; n++) {
        struct gms_message m = msg(n, body + n % 6, 1);
        m.type = GMS_REQUEST;
        assert_true(gms_pending_put(&pending, &m));
    }
    const struct gms_message late = msg(99, NULL, 0);
    assert_false(gms_pending_put(&pending, &late));
    gms_pending_done(&pending, 0);
    assert_int_equal(pending.count, GMS_PENDING_MAX);
    gms_pending_done(&pending, 2);
    assert_int_equal(pending.count, GMS_PENDING_MAX - 2);
    assert_int_equal(gms_pending_at(&pending, 0).n, 3);
    assert_int_equal(gms_pending_at(&pending, 0).body[0], 3);
    gms_pending_done(&pending, 2); /* again */
    assert_int_equal(pending.count, GMS_PENDING_MAX - 2);
    gms_pending_done(&pending, GMS_PENDING_MAX);
    assert_memory_equal(&pending, &empty, sizeof pending); /* nothing of them is left */
}

static void a_history_finds_each_message_by_its_number_gaps_allowed(void **state) {
    static struct gms_history history;
    struct gms_message found;
    const uint8_t body[] = {7, 9};
    (void)state;
    struct gms_message five = msg(5, body, 1);
    const struct gms_message seven = msg(7, body + 1, 1);
    five.x = 4711;
    gms_history_put(&history, &five);
    gms_history_put(&history, &seven);
    assert_true(gms_history_get(&history, 5, &found));
    assert_int_equal(found.body[0], 7);
    assert_int_equal(found.x, 0); /* the mark was that of one transmission */
    assert_true(gms_history_get(&history, 7, &found));
    assert_int_equal(found.body[0], 9);
    assert_false(gms_history_get(&history, 6, &found));
    assert_false(gms_history_get(&history, 0, &found));
    gms_history_forget_after(&history, 7);
    assert_true(gms_history_get(&history, 7, &found));
    gms_history_forget_after(&history, 5);
    assert_false(gms_history_get(&history, 7, &found));
    assert_true(gms_history_get(&history, 5, &found));
}

static void a_history_forgets_what_is_a_whole_history_old(void **state) {
    static struct gms_history history, empty;
    struct gms_message found;
    const uint64_t last = 2 * GMS_HISTORY_MAX + 3;
    (void)state;
    for (uint64_t seq = 1; seq <= last; seq++) {
        const struct gms_message m = msg(seq, NULL, 0);
        gms_history_put(&history, &m);
    }
    for (uint64_t seq = 1; seq <= last; seq++)
        assert_int_equal(gms_history_get(&history, seq, &found), seq > last - GMS_HISTORY_MAX);
    gms_history_forget_after(&history, last - 1);
    assert_false(gms_history_get(&history, last, &found));
    assert_true(gms_history_get(&history, last - 1, &found));
    gms_history_forget_after(&history, 0);
    assert_memory_equal(&history, &empty, sizeof history);
}

static void a_view_is_kept_with_its_counts_or_without(void **state) {
    static struct gms_copy copy, clean;
    const gms_id members[] = {4, 5};
    const uint64_t counts[] = {17, 0};
    struct gms_message view = {
        .type = GMS_VIEW, .view = 3, .seq = 9, .members = members, .member_count = 2, .counts = counts};
    (void)state;
    gms_keep(&copy, &view);
    assert_int_equal(gms_kept(&copy).counts[0], 17);
    assert_int_equal(gms_kept(&copy).counts[1], 0);
    gms_forget(&copy);
    assert_memory_equal(&copy, &clean, sizeof copy);
    view.counts = NULL;
    gms_keep(&copy, &view);
    assert_null(gms_kept(&copy).counts);
    assert_int_equal(gms_kept(&copy).members[1], 5);
}

/* -- Counts -------------------------------------------------------------------------------------------- */

static void counts_are_those_of_a_view_in_its_order(void **state) {
    struct gms_counts counts = {0}, same;
    const gms_id old[] = {1, 2, 3}, new[] = {2, 4, 1};
    struct gms_view view;
    (void)state;
    gms_view_set(&view, 1, old, 3);
    gms_counts_keep(&counts, &view);
    gms_counts_set(&counts, 3, 30);
    gms_counts_set(&counts, 1, 10);
    gms_counts_set(&counts, 1, 11);
    assert_int_equal(gms_counts_get(&counts, 1), 11);
    assert_int_equal(gms_counts_get(&counts, 2), 0);
    assert_int_equal(gms_counts_get(&counts, 9), 0); /* nobody told it of this one */
    gms_view_set(&view, 2, new, 3);
    gms_counts_keep(&counts, &view);
    assert_int_equal(counts.count, 3);
    assert_int_equal(counts.id[0], 2);
    assert_int_equal(gms_counts_get(&counts, 4), 0);
    assert_int_equal(gms_counts_get(&counts, 1), 11);
    assert_int_equal(gms_counts_get(&counts, 3), 0); /* it has left */

    memset(&same, 0, sizeof same); /* another way to the same */
    gms_counts_keep(&same, &view);
    gms_counts_set(&same, 1, 11);
    assert_memory_equal(&counts, &same, sizeof counts);
}

static void counts_have_room_for_a_full_view(void **state) {
    struct gms_counts counts = {0};
    (void)state;
    for (gms_id id = 1; id <= GMS_MEMBERS_MAX; id++)
        gms_counts_set(&counts, id, 2 * id);
    for (gms_id id = 1; id <= GMS_MEMBERS_MAX; id++)
        assert_int_equal(gms_counts_get(&counts, id), 2 * id);
}

/* -- Generator ----------------------------------------------------------------------------------------- */

static void the_generator_is_splitmix64(void **state) {
    struct gms_rng rng;
    (void)state;
    gms_rng_seed(&rng, 0);
    assert_true(gms_rng_next(&rng) == 0xe220a8397b1dcdafu);
    assert_true(gms_rng_next(&rng) == 0x6e789e6aa1b965f4u);
    assert_true(gms_rng_next(&rng) == 0x06c45d188009454fu);
    gms_rng_seed(&rng, 1234567);
    assert_true(gms_rng_next(&rng) == 6457827717110365317u);
    assert_true(gms_rng_next(&rng) == 3203168211198807973u);
}

static void what_is_drawn_below_a_bound_is_below_it_and_takes_every_value(void **state) {
    struct gms_rng rng;
    bool seen[20] = {false};
    (void)state;
    gms_rng_seed(&rng, 42);
    for (int i = 0; i < 1000; i++) {
        const uint64_t x = gms_rng_below(&rng, 20);
        assert_true(x < 20);
        seen[x] = true;
    }
    for (int i = 0; i < 20; i++)
        assert_true(seen[i]);
    assert_int_equal(gms_rng_below(&rng, 1), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_view_keeps_the_order_of_seniority),
        cmocka_unit_test(equal_views_have_equal_bytes),
        cmocka_unit_test(a_view_can_be_full_and_empty),
        cmocka_unit_test(the_memory_of_the_gone_forgets_the_oldest),
        cmocka_unit_test(nobody_is_never_known_to_be_gone),
        cmocka_unit_test(who_comes_back_is_taken_out_and_the_rest_keeps_its_order),
        cmocka_unit_test(a_copy_lives_on_when_the_original_is_gone),
        cmocka_unit_test(the_largest_message_can_be_kept),
        cmocka_unit_test(what_is_held_back_comes_out_in_order_for_each_sender),
        cmocka_unit_test(a_full_hold_refuses_and_loses_nothing),
        cmocka_unit_test(own_multicasts_are_kept_until_they_are_delivered),
        cmocka_unit_test(a_history_finds_each_message_by_its_number_gaps_allowed),
        cmocka_unit_test(a_history_forgets_what_is_a_whole_history_old),
        cmocka_unit_test(a_view_is_kept_with_its_counts_or_without),
        cmocka_unit_test(counts_are_those_of_a_view_in_its_order),
        cmocka_unit_test(counts_have_room_for_a_full_view),
        cmocka_unit_test(the_generator_is_splitmix64),
        cmocka_unit_test(what_is_drawn_below_a_bound_is_below_it_and_takes_every_value),
    };
    return cmocka_run_group_tests_name("view, log, rng", tests, NULL, NULL);
}
