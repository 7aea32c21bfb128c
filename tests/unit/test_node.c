/* The node around the core: what it refuses before the core sees it, what it records, and how it dies. */
#include "net/node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define GROUP 1
#define ME    3

static struct node node; /* large */
static struct trace_record last_delivery, last_drop;
static char last_why[64], last_pause[64];
static int sends, deliveries, drops, installs, crashes, suspicions, pauses;
static gms_id last_suspected;
static char beats[64]; /* whom heartbeats went to, as "1 2 4 " */
static bool flushed_last;

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    (void)self, (void)size;
    sends++;
    flushed_last = false;
    if (message[0] == GMS_HEARTBEAT)
        snprintf(beats + strlen(beats), sizeof beats - strlen(beats), "%d ", (int)to);
}

static void on_flush(void *self) {
    (void)self;
    flushed_last = true;
}

static void on_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    (void)self, (void)m, (void)after;
    deliveries++;
}

static void on_install(void *self, const struct gms_message *view) {
    (void)self, (void)view;
    installs++;
}

static void on_crash(void *self) {
    (void)self;
    crashes++;
}

static int on_change_of(void *self, const uint8_t *body, size_t size) {
    (void)self, (void)body;
    return (int)size;
}

static void on_trace(void *self, const struct trace_record *r) {
    (void)self;
    if (r->ev == TRACE_DELIVER)
        last_delivery = *r;
    if (r->ev == TRACE_SUSPECT) {
        suspicions++;
        last_suspected = r->peer;
    }
    if (r->ev == TRACE_RESUME && r->peer == ME) {
        pauses++;
        snprintf(last_pause, sizeof last_pause, "%s", r->why);
    }
    if (r->ev != TRACE_DROP)
        return;
    drops++;
    last_drop = *r;
    snprintf(last_why, sizeof last_why, "%s", r->why);
}

static gms_time period, timeout; /* of the member that begins next */

/* A newcomer w3 that has installed view 3 [w1 w2 w3 w4]. */
static void begin(enum gms_rung_id rung);

static int member(void **state) {
    (void)state;
    begin(GMS_RUNG_2);
    return 0;
}

static size_t frame(uint8_t *bytes, size_t capacity, uint32_t group, gms_id sender,
                    const struct gms_message *m) {
    struct wire_out out = {.bytes = bytes, .capacity = capacity};
    wire_put_frame_header(&out, group, sender);
    if (m)
        wire_put_gms(&out, m, 50, &node.book);
    return out.size;
}

static void receive(gms_id from, const struct gms_message m) {
    uint8_t bytes[1024];
    node_receive(&node, 1, from, bytes, frame(bytes, sizeof bytes, GROUP, from, &m));
}

static void receive_view(gms_id from, uint32_t number, const gms_id *members, uint32_t count) {
    receive(from,
            (struct gms_message){
                .type = GMS_VIEW, .view = number, .seq = number, .members = members, .member_count = count});
}

static const gms_id all[] = {1, 2, 3, 4};

static void begin(enum gms_rung_id rung) {
    const struct node_config config = {.gms = {.rung = rung, .me = ME, .join_timeout = 1000},
                                       .self = {.id = ME, .name = "w3", .endpoint = "test://w3"},
                                       .group = GROUP,
                                       .heartbeat_period = period,
                                       .suspect_timeout = timeout};
    const struct node_driver driver = {.send = on_send,
                                       .flush = on_flush,
                                       .deliver = on_deliver,
                                       .install = on_install,
                                       .crash = on_crash,
                                       .change_of = on_change_of,
                                       .trace = on_trace};
    const gms_id contact = 1;
    node_init(&node, &config, &driver);
    node_start(&node, 0, &contact, 1, "w1");
    receive_view(1, 3, all, 4);
    sends = deliveries = drops = installs = crashes = suspicions = pauses = 0;
    beats[0] = '\0';
    assert_int_equal(gms_phase(&node.gms), GMS_FOLLOWING);
}

static void expect_drop(const char *why) {
    assert_int_equal(drops, 1);
    assert_string_equal(last_why, why);
    assert_int_equal(node.dropped, 1);
    assert_int_equal(deliveries, 0);
}

static const struct gms_message change = {
    .type = GMS_MSG, .view = 3, .seq = 4, .origin = 1, .n = 1, .body = (const uint8_t *)"x", .body_size = 1};

static void a_frame_of_another_group_is_refused(void **state) {
    uint8_t bytes[256];
    (void)state;
    node_receive(&node, 1, 1, bytes, frame(bytes, sizeof bytes, GROUP + 1, 1, &change));
    expect_drop("malformed: another group");
}

static void a_frame_in_the_name_of_another_is_refused(void **state) {
    uint8_t bytes[256];
    (void)state;
    node_receive(&node, 1, 2, bytes, frame(bytes, sizeof bytes, GROUP, 1, &change));
    expect_drop("malformed: not from the member of this link");
}

static void where_the_link_says_nothing_the_frame_says_who_sent_it(void **state) {
    uint8_t bytes[256];
    (void)state;
    node_receive(&node, 1, GMS_NOBODY, bytes, frame(bytes, sizeof bytes, GROUP, 1, &change));
    assert_int_equal(deliveries, 1);
}

static void a_hello_on_the_way_of_the_protocol_is_refused(void **state) {
    uint8_t bytes[256];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    (void)state;
    wire_put_frame_header(&out, GROUP, 1);
    wire_put_hello(&out, 1, &(struct address){.id = 1, .name = "w1"});
    node_receive(&node, 1, 1, bytes, out.size);
    expect_drop("malformed: not on this link");
}

static void garbage_is_counted_and_recorded(void **state) {
    (void)state;
    node_receive(&node, 1, 1, (const uint8_t *)"garbage", 7);
    expect_drop("malformed: shorter than a header");
    assert_int_equal(last_drop.peer, 1);
}

static void the_clock_is_lamports(void **state) {
    (void)state;
    const uint64_t before = node.lc;
    receive(1, change); /* its lc is 50 */
    assert_true(node.lc > 50 && node.lc > before);
}

static void a_multicast_that_the_core_will_not_take_is_not_recorded_as_one(void **state) {
    static uint8_t large[GMS_BODY_SIZE_MAX + 1];
    (void)state;
    const uint64_t lc = node.lc;
    assert_int_equal(node_mcast(&node, 1, large, sizeof large), GMS_DROP_TOO_LARGE);
    assert_int_equal(node.lc, lc);
    assert_int_equal(node_mcast(&node, 1, large, GMS_BODY_SIZE_MAX), GMS_USED);
    assert_int_equal(sends, 1);
    assert_true(flushed_last);
    node_leave(&node, 1);
    assert_int_equal(node_mcast(&node, 1, large, 1), GMS_DROP_LEAVING);
}

/* w2 led for a while before w3 heard of the crash of w1: a change between two views, all set free at once. */
static void a_delivery_is_recorded_in_the_view_it_was_made_in(void **state) {
    const gms_id of_w2[] = {2, 3, 4}, with_w5[] = {2, 3, 4, 5};
    struct gms_message by_w2 = change;
    (void)state;
    by_w2.view = 4;
    by_w2.origin = 2;
    receive_view(2, 4, of_w2, 3);
    receive(2, by_w2);
    receive_view(2, 5, with_w5, 4);
    assert_int_equal(installs + deliveries, 0);
    node_down(&node, 1, 1, "crashed");
    assert_int_equal(installs, 2);
    assert_int_equal(deliveries, 1);
    assert_int_equal(last_delivery.view, 4);
}

static void watching_a_member_that_is_known_to_be_down_elects_at_once(void **state) {
    (void)state;
    node_down(&node, 1, 2, "crashed"); /* nobody watches w2 */
    assert_int_equal(gms_leader(&node.gms), 1);
    node_down(&node, 1, 1, "crashed");
    assert_int_equal(gms_phase(&node.gms), GMS_LEADING);
}

static void a_crash_mid_broadcast_stops_everything(void **state) {
    (void)state;
    node_down(&node, 1, 1, "crashed");
    node_down(&node, 1, 2, "crashed");
    assert_int_equal(gms_phase(&node.gms), GMS_LEADING);
    sends = 0;
    node_arm_crash(&node, 1, 0);
    node_mcast(&node, 1, (const uint8_t *)"x", 1);
    assert_int_equal(crashes, 1);
    assert_int_equal(sends, 0);
    assert_int_equal(deliveries, 0);
    const uint64_t lc = node.lc;
    node_mcast(&node, 2, (const uint8_t *)"x", 1);
    node_timer(&node, 2);
    node_leave(&node, 2);
    node_down(&node, 2, 4, "crashed");
    receive(4, (struct gms_message){.type = GMS_JOIN, .origin = 9});
    assert_int_equal(node.lc, lc); /* the dead do and say nothing */
    assert_int_equal(crashes, 1);
}

/* gms3 re-sends a change in the election; that is no broadcast of a change, and must not be counted as one.
 */
static void the_resend_of_an_election_does_not_count_for_the_next_broadcast(void **state) {
    (void)state;
    begin(GMS_RUNG_3);
    receive(1, change);
    node_arm_crash(&node, 1, 3);
    node_down(&node, 1, 2, "crashed");
    node_down(&node, 1, 1, "crashed"); /* re-sends #4 to w4: one */
    receive(4, (struct gms_message){.type = GMS_JOIN, .origin = 5});
    receive(4, (struct gms_message){.type = GMS_JOIN, .origin = 6});
    receive(4, (struct gms_message){.type = GMS_JOIN, .origin = 7});
    assert_int_equal(crashes, 0);
    sends = 0;
    node_mcast(&node, 1, (const uint8_t *)"x", 1); /* to w4 w5 w6 w7 */
    assert_int_equal(crashes, 1);
    assert_int_equal(sends, 3);
}

#define MS ((gms_time)1000000)

/* The same, which beats every 100 ms and suspects after 400; its view came at 1 ns. */
static void begin_listening(enum gms_rung_id rung) {
    period = 100 * MS;
    timeout = 400 * MS;
    begin(rung);
    period = timeout = 0;
}

static void receive_at(gms_time now, gms_id from, const struct gms_message m) {
    uint8_t bytes[1024];
    node_receive(&node, now, from, bytes, frame(bytes, sizeof bytes, GROUP, from, &m));
}

/* Time passes without anything from outside. */
static void wait_until(gms_time now) {
    while (node_deadline(&node) <= now)
        node_timer(&node, node_deadline(&node));
}

static void without_periods_there_are_neither_heartbeats_nor_suspicions(void **state) {
    (void)state;
    assert_int_equal(node_deadline(&node), GMS_NEVER);
    wait_until(1000000 * MS);
    assert_int_equal(sends + suspicions, 0);
}

static void up_to_gms3_only_the_leader_beats(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_2);
    wait_until(350 * MS);
    assert_string_equal(beats, "");
    node_down(&node, 350 * MS, 2, "crashed");
    node_down(&node, 350 * MS, 1, "crashed");
    assert_int_equal(gms_phase(&node.gms), GMS_LEADING);
    wait_until(750 * MS);
    assert_string_equal(beats, "4 4 4 4 ");
    wait_until(10000 * MS);
    assert_int_equal(suspicions, 0); /* a leader need not hear its followers there */
}

static void at_gms1_nobody_beats(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_1);
    wait_until(10000 * MS);
    assert_int_equal(sends + suspicions, 0);
}

static void a_leader_that_is_silent_is_suspected_and_that_is_as_good_as_a_crash(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_2);
    wait_until(399 * MS);
    assert_int_equal(suspicions, 0);
    wait_until(401 * MS);
    assert_int_equal(suspicions, 1);
    assert_int_equal(last_suspected, 1);
    assert_int_equal(gms_leader(&node.gms), 2);
    wait_until(900 * MS); /* now w2 is to be heard, and is not */
    assert_int_equal(suspicions, 2);
    assert_int_equal(last_suspected, 2);
    assert_int_equal(gms_phase(&node.gms), GMS_LEADING);
}

static void whatever_it_sends_shows_that_a_leader_lives(void **state) {
    struct gms_message later = change;
    (void)state;
    begin_listening(GMS_RUNG_2);
    for (gms_time now = 300 * MS; now < 3000 * MS; now += 300 * MS) {
        wait_until(now);
        later.seq++;
        later.n++;
        receive_at(now, 1, later);
    }
    assert_int_equal(suspicions, 0);
}

static void gossip_does_not_show_that_a_leader_lives(void **state) {
    uint8_t bytes[64];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    (void)state;
    begin_listening(GMS_RUNG_2);
    wire_put_frame_header(&out, GROUP, 1);
    wire_put_bytes(&out, WIRE_GOSSIP, "colour", 6);
    node_receive(&node, 300 * MS, 1, bytes, out.size);
    wait_until(401 * MS);
    assert_int_equal(suspicions, 1);
}

/* The timer is late: whatever was to be heard meanwhile may be on its way still. */
static void who_stood_still_itself_suspects_nobody(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_2);
    node_timer(&node, 3000 * MS);
    assert_int_equal(pauses, 1);
    assert_string_equal(last_pause, "stood still for 2599 ms itself");
    assert_int_equal(suspicions, 0);
    wait_until(3399 * MS);
    assert_int_equal(suspicions, 0);
    wait_until(3400 * MS);
    assert_int_equal(suspicions, 1);
    assert_int_equal(pauses, 1);
}

static void a_timer_that_is_a_little_late_is_no_pause(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_2);
    node_timer(&node, 600 * MS);
    assert_int_equal(pauses, 0);
    assert_int_equal(suspicions, 1);
}

static void heartbeats_keep_to_the_clock_and_are_not_made_up_for(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_2);
    node_down(&node, 2, 2, "crashed");
    node_down(&node, 2, 1, "crashed");
    const gms_time first = node_deadline(&node);
    node_timer(&node, first + 30 * MS);
    assert_int_equal(node_deadline(&node), first + 100 * MS);
    node_timer(&node, first + 1000 * MS);
    assert_int_equal(node_deadline(&node), first + 1100 * MS);
    assert_string_equal(beats, "4 4 ");
    assert_true(flushed_last);
}

static void nobody_beats_to_the_dead_or_listens_for_them(void **state) {
    const gms_id pair[] = {3, 4};
    (void)state;
    begin_listening(GMS_RUNG_2);
    node_down(&node, 1, 2, "crashed");
    node_down(&node, 1, 1, "crashed");
    assert_int_equal(gms_phase(&node.gms), GMS_LEADING);
    assert_memory_equal(gms_current_view(&node.gms)->members, pair, sizeof pair);
    node_down(&node, 1, 4, "crashed"); /* it stays in the view */
    wait_until(1000 * MS);
    assert_string_equal(beats, "");
}

static void who_is_in_no_group_beats_for_nobody(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_2);
    node_leave(&node, 1);
    receive(1, (struct gms_message){
                   .type = GMS_VIEW, .view = 4, .seq = 4, .members = (gms_id[]){1, 2, 4}, .member_count = 3});
    assert_int_equal(gms_phase(&node.gms), GMS_LEFT);
    assert_int_equal(node_deadline(&node), GMS_NEVER);
}

static void a_loss_on_demand_is_no_loss_of_a_heartbeat(void **state) {
    (void)state;
    begin_listening(GMS_RUNG_2);
    node_down(&node, 1, 2, "crashed");
    node_down(&node, 1, 1, "crashed");
    node_lose(&node, 1, GMS_NOBODY, 1);
    wait_until(150 * MS);
    assert_string_equal(beats, "4 ");
    sends = 0;
    node_mcast(&node, 150 * MS, (const uint8_t *)"x", 1);
    assert_int_equal(sends, 0);
}

static struct address named(gms_id id, const char *name) {
    struct address a = {.id = id};
    snprintf(a.name, sizeof a.name, "%s", name);
    snprintf(a.endpoint, sizeof a.endpoint, "test://%d", (int)id);
    return a;
}

static bool is_cut(gms_id id) {
    return gms_ids_have(&node.fault.cut, id);
}

static void who_comes_back_under_another_id_stays_cut_off(void **state) {
    const struct address w1 = named(1, "w1"), again = named(7, "w1"), other = named(8, "w8");
    (void)state;
    node_know(&node, 1, &w1);
    node_cut(&node, 1, 1, true);
    node_know(&node, 2, &other);
    assert_false(is_cut(8));
    node_know(&node, 2, &again);
    assert_true(is_cut(7));
    node_cut(&node, 3, 1, false);
    node_cut(&node, 3, 7, false);
    const struct address once_more = named(9, "w1");
    node_know(&node, 4, &once_more);
    assert_false(is_cut(9));
}

static void a_cut_is_kept_for_those_that_a_message_names(void **state) {
    const struct address w1 = named(1, "w1"), again = named(7, "w1");
    uint8_t bytes[1024];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    static struct address_book theirs;
    (void)state;
    node_know(&node, 1, &w1);
    node_cut(&node, 1, 1, true);
    address_book_put(&theirs, &again);
    wire_put_frame_header(&out, GROUP, 2);
    wire_put_gms(&out, &(struct gms_message){.type = GMS_JOIN, .origin = 7}, 50, &theirs);
    node_receive(&node, 2, 2, bytes, out.size);
    assert_true(is_cut(7));
}

/* The faults belong to the process, not to its incarnation. */
static void the_next_incarnation_of_a_process_has_its_faults(void **state) {
    static struct node late;
    const struct address w1 = named(1, "w1"), again = named(7, "w1");
    (void)state;
    node_know(&node, 1, &w1);
    node_cut(&node, 1, 1, true);
    node_set_loss(&node, 1, 30);
    node.fault.risk = 9;
    late = node;
    begin(GMS_RUNG_2);
    assert_false(is_cut(1));
    node_inherit(&node, 2, &late);
    assert_true(is_cut(1));
    assert_int_equal(node.fault.loss_percent, 30);
    assert_int_equal(node.fault.risk, 9);
    node_know(&node, 3, &again);
    assert_true(is_cut(7));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_frame_of_another_group_is_refused, member),
        cmocka_unit_test_setup(a_frame_in_the_name_of_another_is_refused, member),
        cmocka_unit_test_setup(where_the_link_says_nothing_the_frame_says_who_sent_it, member),
        cmocka_unit_test_setup(a_hello_on_the_way_of_the_protocol_is_refused, member),
        cmocka_unit_test_setup(garbage_is_counted_and_recorded, member),
        cmocka_unit_test_setup(the_clock_is_lamports, member),
        cmocka_unit_test_setup(a_multicast_that_the_core_will_not_take_is_not_recorded_as_one, member),
        cmocka_unit_test_setup(a_delivery_is_recorded_in_the_view_it_was_made_in, member),
        cmocka_unit_test_setup(watching_a_member_that_is_known_to_be_down_elects_at_once, member),
        cmocka_unit_test_setup(a_crash_mid_broadcast_stops_everything, member),
        cmocka_unit_test(the_resend_of_an_election_does_not_count_for_the_next_broadcast),
        cmocka_unit_test_setup(without_periods_there_are_neither_heartbeats_nor_suspicions, member),
        cmocka_unit_test(up_to_gms3_only_the_leader_beats),
        cmocka_unit_test(at_gms1_nobody_beats),
        cmocka_unit_test(a_leader_that_is_silent_is_suspected_and_that_is_as_good_as_a_crash),
        cmocka_unit_test(whatever_it_sends_shows_that_a_leader_lives),
        cmocka_unit_test(gossip_does_not_show_that_a_leader_lives),
        cmocka_unit_test(who_stood_still_itself_suspects_nobody),
        cmocka_unit_test(a_timer_that_is_a_little_late_is_no_pause),
        cmocka_unit_test(heartbeats_keep_to_the_clock_and_are_not_made_up_for),
        cmocka_unit_test(nobody_beats_to_the_dead_or_listens_for_them),
        cmocka_unit_test(who_is_in_no_group_beats_for_nobody),
        cmocka_unit_test(a_loss_on_demand_is_no_loss_of_a_heartbeat),
        cmocka_unit_test_setup(who_comes_back_under_another_id_stays_cut_off, member),
        cmocka_unit_test_setup(a_cut_is_kept_for_those_that_a_message_names, member),
        cmocka_unit_test_setup(the_next_incarnation_of_a_process_has_its_faults, member),
    };
    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
