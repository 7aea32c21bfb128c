/* The sentence and the sign: what they say at a moment of each of the ladder's scenarios, and of runs made by
 * hand. */
#include "app/scope/story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/sim_stage.h"
#include "gms/color.h"

#define MS ((gms_time)1000000)
#define S  (1000 * MS)

static struct history *h;
static struct check check; /* large */
static struct report_names names;
static struct story story;
static gms_time until;

static int begin(void **state) {
    (void)state;
    h = history_new();
    memset(&story, 0, sizeof story);
    names.count = 0;
    check_init(&check, &(struct check_settings){.rung = GMS_RUNG_2});
    return h ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    history_destroy(&h);
    return 0;
}

static void tell(void) {
    story_tell(&story, h, &check, &names);
}

static void expect(enum story_sign sign, const char *head, const char *sentence) {
    tell();
    assert_string_equal(story.head, head);
    assert_string_equal(story.sentence, sentence);
    assert_int_equal(story.sign, sign);
}

/* Where to look. */
static void expect_event(enum trace_ev ev, const char *whose) {
    const struct history_event *e = history_event(h, story.event);
    assert_non_null(e);
    assert_string_equal(trace_ev_name((enum trace_ev)e->ev), trace_ev_name(ev));
    assert_string_equal(history_line_name(h, e->line), whose);
}

/* -- Scenarios, up to a moment ------------------------------------------------------------------------- */

static void on_record(void *self, const struct trace_record *r) {
    const struct recorder *recorder = self;
    if (check.records == 0)
        check_init(&check, &recorder->check->settings);
    if (r->t > until)
        return;
    if (r->id != GMS_NOBODY)
        report_name(&names, r->id, report_name_of(recorder->names, r->id));
    history_feed(h, report_name_of(recorder->names, r->id), r);
    check_feed(&check, r);
}

static void play(const char *name, gms_time to_ms) {
    static struct scenario scenario;
    static struct scenario_outcomes outcomes;
    struct recorder recorder;
    struct member_options member = member_options_default;
    char path[128], error[512];
    until = to_ms * MS;
    memset(&scenario, 0, sizeof scenario);
    memset(&outcomes, 0, sizeof outcomes);
    snprintf(path, sizeof path, "assets/scenarios/%s.txt", name);
    if (!scenario_load(&scenario, path, error, sizeof error))
        fail_msg("%s", error);
    scenario_rule(&scenario, &member);
    assert_true(recorder_open(&recorder, scenario.rung));
    recorder.watch = calloc(1, sizeof *recorder.watch);
    assert_non_null(recorder.watch);
    recorder.also = on_record;
    recorder.also_self = &recorder;
    const struct sim_config config = recorder_sim_config(&recorder, scenario.rung, 1);
    struct sim *sim = sim_new(&config);
    assert_non_null(sim);
    const struct sim_stage stage = {.scenario = &scenario,
                                    .member = &member,
                                    .rung = scenario.rung,
                                    .members = scenario.members,
                                    .seed = scenario.seeded ? scenario.seed : 1};
    sim_stage_run(&stage, sim, &recorder, &outcomes);
    sim_free(&sim);
    free(recorder.watch);
    recorder_close(&recorder);
    history_tick(h, until);
}

static void a_group_at_work_is_in_sync(void **state) {
    (void)state;
    play("gms2-mid-broadcast", 600);
    expect(STORY_IN_SYNC, "IN SYNC 5/5", "");
    assert_int_equal(story.event, HISTORY_NONE);
    assert_true(story.complete);
    assert_int_equal(story.property[CHECK_TOTAL_ORDER], CHECK_HOLDS);
    assert_int_equal(story.property[CHECK_QUORUM], CHECK_NOT_APPLICABLE);
}

static void a_crash_in_mid_broadcast_is_told_with_its_cause(void **state) {
    (void)state;
    play("gms2-mid-broadcast", 1200);
    expect(STORY_OUT_OF_SYNC, "OUT OF SYNC since #59",
           "w5 never delivered w1#17, because w1 crashed after sending it to w2 and w3");
    expect_event(TRACE_CRASH, "w1");
    assert_int_equal(story.since, 59);
    assert_int_equal(story.members, 4);
    assert_int_equal(story.together, 2);
    const struct history_event *e = history_event(h, story.property_event[CHECK_VIRTUAL_SYNCHRONY]);
    assert_int_equal(e->ev, TRACE_DELIVER);
    assert_int_equal(e->m_n, 17);
}

static void a_cause_once_told_is_told_on(void **state) {
    char sentence[sizeof story.sentence];
    (void)state;
    play("gms2-mid-broadcast", 1200);
    tell();
    memcpy(sentence, story.sentence, sizeof sentence);
    const struct story before = story;
    end(NULL), begin(NULL);
    story = before;
    play("gms2-mid-broadcast", 5000); /* by now more is violated, with other witnesses */
    expect(STORY_OUT_OF_SYNC, "OUT OF SYNC since #59", sentence);
    expect_event(TRACE_CRASH, "w1");
}

static void a_lost_message_is_told_where_it_was_lost(void **state) {
    (void)state;
    play("gms2-loss", 2000);
    expect(STORY_OUT_OF_SYNC, "OUT OF SYNC since #59",
           "w4 never delivered w3#14, because the network lost it on the way from w1 to w4 (lost on demand)");
    expect_event(TRACE_LOSE, "w1");
}

static void a_wrong_suspicion_is_told_where_it_began(void **state) {
    (void)state;
    play("gms2-suspicion", 2000);
    expect(STORY_OUT_OF_SYNC, "OUT OF SYNC since #59",
           "w2 never delivered w1#17, because w2 suspected w1 wrongly and drops what it says: stale leader");
    expect_event(TRACE_SUSPECT, "w2");
}

static void an_asynchronous_crash(void **state) {
    (void)state;
    play("gms3-async-crash", 2000);
    expect(STORY_OUT_OF_SYNC, "OUT OF SYNC since #59",
           "w2 never delivered w1#17, because w1 crashed, and what it had sent to w2 was lost with it");
    expect_event(TRACE_CRASH, "w1");
}

static void a_frozen_member_and_what_it_misses(void **state) {
    (void)state;
    play("gms3-loss", 2000);
    expect(STORY_FROZEN, "FROZEN",
           "w4 misses message 72 and can't ask for it, because the network lost it on the way from w1");
    expect_event(TRACE_LOSE, "w1");
}

static void a_group_whose_leader_is_gone_for_good(void **state) {
    (void)state;
    play("gms1-leader-crash", 1500);
    expect(STORY_HALTED, "HALTED", "the leader w1 is gone");
    expect_event(TRACE_CRASH, "w1");
}

static void who_waits_for_an_answer_for_long_is_halted(void **state) {
    (void)state;
    play("gms4-ack-suspicion", 1700);
    expect(STORY_HALTED, "BLOCKED", "w2 gets no answer and waits");
    history_tick(h, 5 * S);
    expect(STORY_HALTED, "HALTED", "w2 gets no answer and waits");
    expect_event(TRACE_BLOCK, "w2");
}

static void two_leaders(void **state) {
    (void)state;
    play("gms4-nack-suspicion", 1400);
    expect(STORY_OUT_OF_SYNC, "TWO LEADERS", "w2 and w1 both led view 6");
    expect_event(TRACE_LEAD, "w2");
}

static void the_part_without_a_quorum_waits(void **state) {
    (void)state;
    play("gms5-partition", 2000);
    expect(STORY_NO_QUORUM, "NO QUORUM", "w4 and w5 wait for the others; w1, w2 and w3 go on");
    expect_event(TRACE_NO_QUORUM, "w4");
}

static void after_the_heal_all_are_in_sync_again(void **state) {
    (void)state;
    play("gms5-partition", 4000);
    expect(STORY_IN_SYNC, "IN SYNC 5/5", "");
}

static void one_that_hangs_is_said_to(void **state) {
    (void)state;
    play("gms5-follower-hangs", 1000);
    expect(STORY_IN_SYNC, "IN SYNC 4/5", "w4 hangs");
}

static void an_earlier_moment_is_told_as_it_was(void **state) {
    (void)state;
    play("gms5-partition", 2000);
    tell();
    static struct check then;
    static struct story earlier, told;
    then = check; /* it stands where the history does */
    told = story;
    const uint32_t moment = history_event_count(h);
    end(NULL), begin(NULL);
    play("gms5-partition", 60000);
    story_tell_at(&earlier, h, moment, &then, &names);
    assert_string_equal(earlier.sentence, told.sentence);
    assert_string_equal(earlier.head, told.head);
    assert_int_equal(earlier.event, told.event);
}

/* -- By hand ------------------------------------------------------------------------------------------- */

static gms_time now;
static struct trace_state shown[9];

static void feed(struct trace_record r) {
    char who[16];
    snprintf(who, sizeof who, "w%d", (int)r.id);
    r.t = now += MS;
    if (r.id != GMS_NOBODY)
        report_name(&names, r.id, who);
    history_feed(h, r.id == GMS_NOBODY ? "director" : who, &r);
    check_feed(&check, &r);
}

static void of(int who, enum trace_ev ev) {
    feed((struct trace_record){.ev = ev, .id = (gms_id)who, .view = 1});
}

static void delivers(int who, uint64_t m_n, int n) {
    trace_state_apply(&shown[who], 1, m_n, n);
    feed((struct trace_record){.ev = TRACE_DELIVER,
                               .id = (gms_id)who,
                               .m_origin = 1,
                               .m_n = m_n,
                               .n = n,
                               .view = 1,
                               .state = shown[who]});
}

/* So many members of one view, all with state. */
static void group(int members) {
    static const gms_id ids[] = {1, 2, 3, 4, 5, 6, 7, 8};
    now = S;
    for (int who = 1; who <= members; who++) {
        trace_state_init(&shown[who]);
        if (who > 1)
            of(who, TRACE_JOIN);
        feed((struct trace_record){.ev = TRACE_VIEW,
                                   .id = (gms_id)who,
                                   .view = 1,
                                   .members = ids,
                                   .member_count = (uint32_t)members});
        if (who > 1)
            feed((struct trace_record){.ev = TRACE_STATE, .id = (gms_id)who, .peer = 1, .state = shown[who]});
    }
}

static void mcasts(uint64_t m_n, int n) {
    feed((struct trace_record){.ev = TRACE_MCAST, .id = 1, .m_origin = 1, .m_n = m_n, .n = n});
}

static void nobody_is_there_before_the_first_view_and_after_the_last_crash(void **state) {
    (void)state;
    expect(STORY_EMPTY, "NOBODY IS THERE YET", "");
    group(1);
    mcasts(1, 5);
    delivers(1, 1, 5);
    expect(STORY_IN_SYNC, "IN SYNC 1/1", "");
    feed((struct trace_record){.ev = TRACE_CRASH, .peer = 1});
    expect(STORY_EMPTY, "NOBODY IS LEFT", "");
}

static void deliveries_under_way_make_no_difference_for_a_second(void **state) {
    (void)state;
    group(3);
    mcasts(1, 5);
    delivers(1, 1, 5);
    delivers(2, 1, 5);
    expect(STORY_IN_SYNC, "IN SYNC 3/3", "");
    history_tick(h, now + 900 * MS);
    expect(STORY_IN_SYNC, "IN SYNC 3/3", "");
    history_tick(h, now + 1100 * MS);
    expect(STORY_CATCHING_UP, "CATCHING UP 2/3", "w3 is 1 change behind");
    expect_event(TRACE_DELIVER, "w1");
    assert_int_equal(story.since, 1);
    delivers(3, 1, 5);
    expect(STORY_IN_SYNC, "IN SYNC 3/3", "");
}

static void a_group_at_full_speed_is_never_said_to_catch_up(void **state) {
    (void)state;
    group(2);
    for (uint64_t i = 1; i <= 3000; i++) { /* always one behind, for three seconds */
        mcasts(i, 1 + (int)(i % 20));
        delivers(1, i, 1 + (int)(i % 20));
        if (i > 1)
            delivers(2, i - 1, 1 + (int)((i - 1) % 20));
        tell();
        assert_int_equal(story.sign, STORY_IN_SYNC);
    }
}

static void different_histories_at_one_count_are_out_of_sync_at_once(void **state) {
    (void)state;
    group(3);
    mcasts(1, 5);
    mcasts(2, 6);
    delivers(1, 1, 5);
    delivers(2, 1, 5);
    delivers(3, 2, 6);
    expect(STORY_OUT_OF_SYNC, "OUT OF SYNC since #1", "w1 has w1#1 there, w3 has w1#2");
}

static void a_newcomer_without_state_is_not_counted(void **state) {
    (void)state;
    group(2);
    of(3, TRACE_JOIN);
    feed((struct trace_record){
        .ev = TRACE_VIEW, .id = 3, .view = 2, .members = (gms_id[]){1, 2, 3}, .member_count = 3});
    expect(STORY_IN_SYNC, "IN SYNC 2/2", "w3 joins");
}

static void one_that_is_not_heard_of_makes_it_incomplete(void **state) {
    (void)state;
    group(3);
    tell();
    assert_true(story.complete);
    history_silent(h, "w2", now);
    expect(STORY_IN_SYNC, "IN SYNC 2/2", "w2 is not heard of any more");
    assert_false(story.complete);
    of(2, TRACE_MCAST);
    history_miss(h, "w2", 1);
    expect(STORY_IN_SYNC, "IN SYNC 3/3", "");
    assert_false(story.complete);
}

static void a_view_change_is_told_with_its_coordinator_and_whom_it_leaves_out(void **state) {
    (void)state;
    check_init(&check, &(struct check_settings){.rung = GMS_RUNG_5});
    group(3);
    feed((struct trace_record){.ev = TRACE_CRASH, .peer = 1});
    of(3, TRACE_BLOCK);
    expect(STORY_VIEW_CHANGE, "VIEW CHANGE", "w3 is blocked");
    feed((struct trace_record){.ev = TRACE_DOWN, .id = 2, .peer = 1, .why = "crashed"});
    of(2, TRACE_BLOCK);
    feed((struct trace_record){
        .ev = TRACE_SEND, .id = 2, .peer = 3, .type = "PREPARE", .view = 1, .x_sender = 2, .x = 1});
    expect(STORY_VIEW_CHANGE, "VIEW CHANGE", "w2 proposes view 2 without w1");
    expect_event(TRACE_SEND, "w2");
}

static void long_lists_are_cut(void **state) {
    (void)state;
    check_init(&check, &(struct check_settings){.rung = GMS_RUNG_5});
    group(8);
    for (int who = 1; who <= 8; who++)
        of(who, TRACE_NO_QUORUM);
    expect(STORY_NO_QUORUM, "NO QUORUM", "w1, w2, w3, w4, w5 and 3 more wait for the others");
}

static void a_violated_property_is_explained_with_its_cause(void **state) {
    char text[400];
    (void)state;
    play("gms2-mid-broadcast", 1200);
    assert_true(story_explain(&check, &names, CHECK_VIRTUAL_SYNCHRONY, text, sizeof text));
    assert_string_equal(text,
                        "w2 delivered w1#17 in view 5 and w5 did not: w5 never delivered w1#17, because "
                        "w1 crashed after sending it to w2 and w3");
    assert_true(story_explain(&check, &names, CHECK_VIRTUAL_SYNCHRONY, text, 20));
    assert_int_equal(strlen(text), 19);
    assert_false(story_explain(&check, &names, CHECK_FIFO, text, sizeof text));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_group_at_work_is_in_sync),
        TEST(a_crash_in_mid_broadcast_is_told_with_its_cause),
        TEST(a_cause_once_told_is_told_on),
        TEST(a_lost_message_is_told_where_it_was_lost),
        TEST(a_wrong_suspicion_is_told_where_it_began),
        TEST(an_asynchronous_crash),
        TEST(a_frozen_member_and_what_it_misses),
        TEST(a_group_whose_leader_is_gone_for_good),
        TEST(who_waits_for_an_answer_for_long_is_halted),
        TEST(two_leaders),
        TEST(the_part_without_a_quorum_waits),
        TEST(after_the_heal_all_are_in_sync_again),
        TEST(one_that_hangs_is_said_to),
        TEST(an_earlier_moment_is_told_as_it_was),
        TEST(nobody_is_there_before_the_first_view_and_after_the_last_crash),
        TEST(deliveries_under_way_make_no_difference_for_a_second),
        TEST(a_group_at_full_speed_is_never_said_to_catch_up),
        TEST(different_histories_at_one_count_are_out_of_sync_at_once),
        TEST(a_newcomer_without_state_is_not_counted),
        TEST(one_that_is_not_heard_of_makes_it_incomplete),
        TEST(a_view_change_is_told_with_its_coordinator_and_whom_it_leaves_out),
        TEST(long_lists_are_cut),
        TEST(a_violated_property_is_explained_with_its_cause),
    };
    return cmocka_run_group_tests_name("story", tests, NULL, NULL);
}
