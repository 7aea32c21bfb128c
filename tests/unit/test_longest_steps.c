/* The longest steps fit: what limits.h says about actions, and about the content that they borrow, holds for
 * the fullest views, the largest bodies and the longest lists. An assert in the core would end these tests.
 */
#include "gms/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define ME            ((gms_id)4)
#define FROM_GMS2(id) for (enum gms_rung_id id = GMS_RUNG_2; id <= GMS_RUNG_4_NACK; id++)

static struct gms g;
static struct gms_actions actions; /* large */
static gms_id everybody[GMS_MEMBERS_MAX];
static uint64_t counts[GMS_MEMBERS_MAX];
static uint8_t body[GMS_BODY_SIZE_MAX];

static enum gms_drop step(struct gms_event e) {
    return gms_step(&g, &e, &actions);
}

static uint32_t count_of(enum gms_action_type type) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < actions.count; i++)
        count += actions.list[i].type == type;
    return count;
}

static struct gms_event receive(gms_id from, struct gms_message m) {
    return (struct gms_event){.type = GMS_EVENT_RECEIVE, .from = from, .message = m};
}

static struct gms_message view_of(uint32_t number, uint64_t seq, uint32_t count) {
    return (struct gms_message){.type = GMS_VIEW,
                                .view = number,
                                .seq = seq,
                                .members = everybody,
                                .member_count = count,
                                .counts = counts};
}

static struct gms_message change_of(gms_id origin, uint64_t n, uint64_t seq) {
    return (struct gms_message){.type = GMS_MSG,
                                .view = 1,
                                .seq = seq,
                                .origin = origin,
                                .n = n,
                                .body = body,
                                .body_size = sizeof body};
}

/* ME is the fourth in a view of so many, and follows the first. */
static void follow(enum gms_rung_id rung, uint32_t members) {
    const gms_id contact = 1;
    const struct gms_config config = {.rung = rung, .me = ME, .join_timeout = 20, .resend_timeout = 1};
    for (uint32_t i = 0; i < GMS_MEMBERS_MAX; i++)
        everybody[i] = i + 1;
    gms_init(&g, &config);
    step((struct gms_event){.type = GMS_EVENT_START, .contacts = &contact, .contact_count = 1});
    step(receive(1, view_of(1, 1, members)));
    assert_int_equal(gms_phase(&g), GMS_FOLLOWING);
}

/* Own multicasts that nobody orders, as many as are allowed. */
static void want(uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        step(
            (struct gms_event){.type = GMS_EVENT_MCAST, .message = {.body = body, .body_size = sizeof body}});
}

/* All that the hold has room for comes from the next leader, in full views; then it is that one's turn. */
static void an_election_that_drains_a_full_hold_fits(void **state) {
    (void)state;
    FROM_GMS2(rung) {
        follow(rung, GMS_MEMBERS_MAX);
        want(GMS_PENDING_MAX);
        for (uint32_t i = 0; i < GMS_HOLD_MAX; i++)
            assert_int_equal(step(receive(2, view_of(2 + i, 2 + i, GMS_MEMBERS_MAX))), GMS_HELD);
        step((struct gms_event){.type = GMS_EVENT_LEAVE});
        step((struct gms_event){.type = GMS_EVENT_DOWN, .from = 1});
        assert_int_equal(count_of(GMS_DO_INSTALL), GMS_HOLD_MAX);
        assert_int_equal(gms_leader(&g), 2);
    }
}

static void an_election_won_with_a_full_view_and_a_full_list_of_own_multicasts_fits(void **state) {
    (void)state;
    FROM_GMS2(rung) {
        follow(rung, GMS_MEMBERS_MAX);
        want(GMS_PENDING_MAX);
        step(receive(1, change_of(1, 1, 2)));
        for (gms_id id = 1; id < ME; id++)
            step((struct gms_event){.type = GMS_EVENT_DOWN, .from = id});
        assert_int_equal(gms_phase(&g), GMS_LEADING);
        for (gms_time now = 1; gms_deadline(&g) != GMS_NEVER && now < 2 * GMS_PENDING_MAX; now++)
            step((struct gms_event){.type = GMS_EVENT_TIMER, .now = now});
        if (rung == GMS_RUNG_4_NACK)
            assert_int_equal(g.gms4.pending.count, 0); /* all ordered, some with each tick */
    }
}

static void followers_that_crash_one_after_the_other_leave_a_full_queue_behind(void **state) {
    (void)state;
    follow(GMS_RUNG_4_ACK, GMS_MEMBERS_MAX);
    for (gms_id id = 1; id < ME; id++)
        step((struct gms_event){.type = GMS_EVENT_DOWN, .from = id});
    want(GMS_PENDING_MAX);
    for (uint32_t i = 0; i < GMS_HOLD_MAX; i++) {
        struct gms_message request = change_of(100 + i, 1, 0);
        request.type = GMS_REQUEST;
        step(receive(100 + i, request));
    }
    for (gms_id id = GMS_MEMBERS_MAX; id > ME; id--)
        step((struct gms_event){.type = GMS_EVENT_DOWN, .from = id});
    for (gms_time now = 1; gms_deadline(&g) != GMS_NEVER && now < 2 * GMS_PENDING_MAX; now++)
        step((struct gms_event){.type = GMS_EVENT_TIMER, .now = now});
    assert_int_equal(gms_current_view(&g)->count, 1);
    assert_int_equal(g.gms4.pending.count, 0);
    assert_int_equal(g.gms1.hold.count, 0);
}

/* The first one was missing: all the others are there, and follow in steps that fit. */
static void a_gap_before_a_whole_history_of_the_largest_bodies_is_filled(void **state) {
    uint32_t delivered;
    (void)state;
    follow(GMS_RUNG_4_NACK, GMS_MEMBERS_MAX);
    want(GMS_PENDING_MAX);
    for (uint64_t seq = 3; seq < 2 + GMS_HISTORY_MAX; seq++)
        assert_int_equal(step(receive(1, change_of(1, seq - 1, seq))), GMS_HELD);
    assert_int_equal(step(receive(1, change_of(1, 2 + GMS_HISTORY_MAX, 2 + GMS_HISTORY_MAX))), GMS_DROP_GAP);
    step(receive(1, change_of(1, 1, 2)));
    for (delivered = count_of(GMS_DO_DELIVER); gms_deadline(&g) == 0; delivered += count_of(GMS_DO_DELIVER))
        step((struct gms_event){.type = GMS_EVENT_TIMER}); /* at once: there is more */
    assert_int_equal(delivered, GMS_HISTORY_MAX);
}

static void every_other_message_missing_is_asked_for_in_one_step(void **state) {
    (void)state;
    follow(GMS_RUNG_4_NACK, GMS_MEMBERS_MAX);
    for (uint64_t seq = 3; seq < 2 + GMS_HISTORY_MAX; seq += 2)
        step(receive(1, change_of(1, seq - 1, seq)));
    step((struct gms_event){.type = GMS_EVENT_TIMER, .now = 1});
    assert_int_equal(count_of(GMS_DO_SEND), GMS_HISTORY_MAX / 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_election_that_drains_a_full_hold_fits),
        cmocka_unit_test(an_election_won_with_a_full_view_and_a_full_list_of_own_multicasts_fits),
        cmocka_unit_test(followers_that_crash_one_after_the_other_leave_a_full_queue_behind),
        cmocka_unit_test(a_gap_before_a_whole_history_of_the_largest_bodies_is_filled),
        cmocka_unit_test(every_other_message_missing_is_asked_for_in_one_step),
    };
    return cmocka_run_group_tests_name("the longest steps", tests, NULL, NULL);
}
