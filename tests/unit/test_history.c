/* A history: where events stand, what belongs together, and how a lifeline looks, in whatever order records
 * come. */
#include "app/scope/history.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gms/color.h"
#include "gms/rng.h"

#define MS   ((gms_time)1000000)
#define S    (1000 * MS)
#define NONE HISTORY_NONE

static struct history *h;
static gms_time now;
static uint64_t x;
static struct trace_state shown[16];

static int begin(void **state) {
    (void)state;
    h = history_new();
    now = S;
    x = 0;
    for (int i = 0; i < 16; i++)
        trace_state_init(&shown[i]);
    return h ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    history_destroy(&h);
    assert_null(h);
    return 0;
}

/* -- Short words --------------------------------------------------------------------------------------- */

static void feed(struct trace_record r) {
    char who[16];
    snprintf(who, sizeof who, "w%d", (int)r.id);
    if (r.t == 0)
        r.t = now += MS;
    history_feed(h, r.id == GMS_NOBODY ? "director" : who, &r);
}

static void does(int who, enum trace_ev ev) {
    feed((struct trace_record){.ev = ev, .id = (gms_id)who});
}

static void to(int who, enum trace_ev ev, int whom) {
    feed((struct trace_record){.ev = ev, .id = (gms_id)who, .peer = (gms_id)whom});
}

static struct trace_record message(enum trace_ev ev, int from, int to_whom, const char *type, uint64_t m_n) {
    const bool sends = ev == TRACE_SEND || ev == TRACE_LOSE;
    return (struct trace_record){.ev = ev,
                                 .id = (gms_id)(sends ? from : to_whom),
                                 .peer = (gms_id)(sends ? to_whom : from),
                                 .type = type,
                                 .x_sender = (gms_id)from,
                                 .x = x,
                                 .m_origin = m_n > 0 ? 1 : GMS_NOBODY,
                                 .m_n = m_n};
}

static uint32_t last(void) {
    return history_event_count(h) - 1;
}

static uint32_t sends(int from, int to_whom, const char *type, uint64_t m_n) {
    x++;
    feed(message(TRACE_SEND, from, to_whom, type, m_n));
    return last();
}

static uint32_t receives(int from, int to_whom, const char *type, uint64_t m_n) {
    feed(message(TRACE_RECV, from, to_whom, type, m_n));
    return last();
}

static void installs(const char *by, uint32_t view, const char *members) {
    gms_id ids[16];
    uint32_t count = 0;
    for (; members[count]; count++)
        ids[count] = (gms_id)(members[count] - '0');
    for (; *by; by++)
        feed((struct trace_record){.ev = TRACE_VIEW,
                                   .id = (gms_id)(*by - '0'),
                                   .view = view,
                                   .members = ids,
                                   .member_count = count});
}

static void delivers(int who, int origin, uint64_t m_n, int n) {
    trace_state_apply(&shown[who], (gms_id)origin, m_n, n);
    feed((struct trace_record){.ev = TRACE_DELIVER,
                               .id = (gms_id)who,
                               .m_origin = (gms_id)origin,
                               .m_n = m_n,
                               .n = n,
                               .state = shown[who]});
}

static uint32_t step(uint32_t event) {
    return history_event(h, event)->at[HISTORY_STEPS];
}

static uint32_t tick(uint32_t event) {
    return history_event(h, event)->at[HISTORY_TIME];
}

static const struct history_span *looks(int row) {
    const struct history_row *r = history_row(h, (uint32_t)row);
    return &r->spans[r->span_count - 1];
}

static uint8_t flags(uint32_t event) {
    return history_event(h, event)->flags;
}

/* -- Places -------------------------------------------------------------------------------------------- */

static void a_step_follows_its_own_lifeline_and_what_it_received(void **state) {
    (void)state;
    const uint32_t a = sends(1, 2, "MSG", 1);
    const uint32_t b = sends(1, 3, "MSG", 1);
    const uint32_t c = receives(1, 3, "MSG", 1);
    assert_int_equal(step(a), 1);
    assert_int_equal(step(b), 2);
    assert_int_equal(step(c), 3);
    delivers(3, 1, 1, 5);
    assert_int_equal(step(last()), 4);
    assert_int_equal(history_end(h, HISTORY_STEPS), 4);
    assert_int_equal(tick(b) - tick(a), HISTORY_TICKS / 1000);
    assert_int_equal(history_event(h, b)->before, a);
    assert_int_equal(history_event(h, c)->before, NONE);
}

static void a_receipt_that_is_known_before_its_send_stands_after_it_all_the_same(void **state) {
    (void)state;
    const uint32_t r = (x++, receives(1, 2, "MSG", 1));
    delivers(2, 1, 1, 5);
    const uint32_t d = last();
    x++;
    const uint32_t s2 = sends(2, 3, "NACK", 0), x2 = (uint32_t)x;
    const uint32_t r2 = receives(2, 3, "NACK", 0);
    for (int i = 0; i < 5; i++)
        does(1, TRACE_MCAST);
    x = 1;
    const uint32_t s = (feed(message(TRACE_SEND, 1, 2, "MSG", 1)), last());
    (void)x2;
    assert_int_equal(history_event(h, r)->match, s);
    assert_int_equal(history_event(h, s)->match, r);
    assert_int_equal(step(s), 6);
    assert_int_equal(step(r), 7);
    assert_int_equal(step(d), 8);
    assert_int_equal(step(s2), 9);
    assert_int_equal(step(r2), 10);
    assert_int_equal(looks(1)->at[HISTORY_STEPS], 8); /* w2, who delivered */
    assert_int_equal(history_end(h, HISTORY_STEPS), 10);
}

static void the_news_of_a_crash_stand_after_it(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++)
        does(1, TRACE_MCAST);
    to(2, TRACE_DOWN, 1);
    const uint32_t early = last();
    to(0, TRACE_CRASH, 1); /* whoever tells it is late */
    const uint32_t crash = last();
    to(3, TRACE_DOWN, 1);
    assert_int_equal(step(crash), 6);
    assert_int_equal(step(early), 7);
    assert_int_equal(step(last()), 7);
    assert_int_equal(history_event(h, early)->match, crash);
}

static void lifelines_stay_abreast(void **state) {
    (void)state;
    for (int i = 0; i < 20; i++)
        does(1, TRACE_MCAST);
    does(2, TRACE_MCAST); /* at nearly the same time */
    assert_int_equal(step(last()), 1);
    now += 600 * MS;
    does(2, TRACE_MCAST);
    assert_int_equal(step(last()), 21);
}

static void silence_is_folded_and_lifelines_start_side_by_side_after_it(void **state) {
    (void)state;
    does(1, TRACE_MCAST);
    does(1, TRACE_MCAST);
    const uint32_t before = last();
    now += 3600 * S;
    does(2, TRACE_MCAST);
    assert_int_equal(step(last()), 3);
    assert_int_equal(tick(last()) - tick(before), HISTORY_TICKS);
    assert_int_equal(history_fold_count(h), 1);
    assert_int_equal(history_fold(h, 0)->at[HISTORY_TIME], tick(last()));
    assert_int_equal(history_fold(h, 0)->at[HISTORY_STEPS], 3);
    assert_true(history_fold(h, 0)->silence == 3600 * S + MS);
    const gms_time t = history_event(h, last())->t;
    assert_true(history_time_at(h, HISTORY_TIME, tick(last())) == t);
    assert_true(history_time_at(h, HISTORY_STEPS, 3) == t);
    assert_int_equal(history_place_of(h, HISTORY_STEPS, t), 3);
    assert_int_equal(history_place_of(h, HISTORY_TIME, t), tick(last()));
}

static void half_a_second_is_no_silence(void **state) {
    (void)state;
    does(1, TRACE_MCAST);
    now += 500 * MS;
    does(1, TRACE_MCAST);
    assert_int_equal(history_fold_count(h), 0);
    assert_int_equal(tick(1) - tick(0), 5010);
}

static void what_is_known_late_breaks_a_silence(void **state) {
    (void)state;
    does(1, TRACE_MCAST);
    now += 4 * S - MS;
    does(1, TRACE_MCAST);
    const uint32_t late = last();
    assert_int_equal(tick(late), HISTORY_TICKS);
    feed((struct trace_record){.ev = TRACE_MCAST, .id = 2, .t = history_event(h, 0)->t + 500 * MS});
    assert_int_equal(history_fold_count(h), 1);
    assert_int_equal(tick(last()), 5000);
    assert_int_equal(tick(late), HISTORY_TICKS + 5000);
    for (gms_time t = 1; t < 4; t++)
        feed((struct trace_record){.ev = TRACE_MCAST, .id = 2, .t = history_event(h, 0)->t + t * S});
    assert_int_equal(history_fold_count(h), 0);
    assert_int_equal(tick(late), 4 * HISTORY_TICKS);
    feed((struct trace_record){.ev = TRACE_MCAST, .id = 3, .t = MS}); /* before everything */
    assert_int_equal(tick(last()), 0);
    assert_int_equal(tick(0), HISTORY_TICKS);
}

static void a_drop_and_a_fault_stand_where_the_event_before_stands(void **state) {
    (void)state;
    sends(1, 2, "MSG", 1);
    const uint32_t r = receives(1, 2, "MSG", 1);
    struct trace_record drop = message(TRACE_DROP, 1, 2, "MSG", 1);
    drop.why = "stale leader";
    feed(drop);
    assert_int_equal(step(last()), step(r));
    feed((struct trace_record){.ev = TRACE_FAULT, .id = 2, .what = "loss 5%"});
    assert_int_equal(step(last()), step(r));
    does(2, TRACE_MCAST);
    assert_int_equal(step(last()), step(r) + 1);
}

/* -- Quiet events -------------------------------------------------------------------------------------- */

static void quiet_messages_take_no_place_until_they_are_asked_for(void **state) {
    (void)state;
    does(1, TRACE_MCAST);
    const char *const types[] = {"HEARTBEAT", "ACK", "COMMIT"};
    for (int i = 0; i < 3; i++) {
        sends(1, 2, types[i], 0);
        receives(1, 2, types[i], 0);
    }
    sends(1, 2, "NACK", 0);
    assert_int_equal(step(last()), 2);
    assert_int_equal(flags(1), HISTORY_QUIET);
    const struct history_hidden hidden = history_hidden(h, HISTORY_STEPS, 0, NONE);
    assert_int_equal(hidden.heartbeats, 1);
    assert_int_equal(hidden.acknowledgements, 1);
    assert_int_equal(hidden.others, 1);
    const uint32_t layout = history_layout(h);
    history_show_quiet(h, true);
    assert_int_equal(history_layout(h), layout + 1);
    assert_int_equal(step(last()), 5);
    assert_int_equal(step(6), 5); /* the receipt of the COMMIT */
    assert_int_equal(history_hidden(h, HISTORY_STEPS, 0, NONE).heartbeats, 0);
    history_show_quiet(h, false);
    assert_int_equal(step(last()), 2);
    assert_int_equal(history_end(h, HISTORY_STEPS), 2);
}

static void what_follows_from_a_quiet_message_stands_after_what_it_tells_of(void **state) {
    (void)state;
    for (int i = 0; i < 5; i++)
        does(1, TRACE_MCAST);
    const uint32_t told = last();
    sends(1, 2, "HEARTBEAT", 0);
    receives(1, 2, "HEARTBEAT", 0);
    assert_true(step(sends(2, 1, "NACK", 0)) > step(told));
}

static void a_question_that_is_repeated_in_vain_is_quiet(void **state) {
    struct trace_record r;
    (void)state;
    for (int i = 0; i < 3; i++) {
        for (int from = 4; from <= 5; from++) {
            x++;
            r = message(TRACE_SEND, from, 9 - from, "SUSPECT", 0);
            r.about = 1;
            feed(r);
            assert_int_equal(flags(last()), i > 0 ? HISTORY_RESENT | HISTORY_QUIET : 0);
            r = message(TRACE_RECV, from, 9 - from, "SUSPECT", 0);
            r.about = 1;
            feed(r);
            assert_int_equal(flags(last()), i > 0 ? HISTORY_QUIET : 0);
        }
        x++;
        feed(message(TRACE_LOSE, 4, 1, "PREPARE", 0));
        assert_int_equal(flags(last()), i > 0 ? HISTORY_RESENT | HISTORY_QUIET : 0);
    }
    r = message(TRACE_LOSE, 4, 1, "PREPARE", 0);
    r.view = 1; /* in another view it is another question */
    feed(r);
    assert_int_equal(flags(last()), 0);
}

static void heartbeats_alone_are_silence(void **state) {
    (void)state;
    does(1, TRACE_MCAST);
    for (int i = 0; i < 100; i++) {
        now += 100 * MS;
        sends(1, 2, "HEARTBEAT", 0);
    }
    does(1, TRACE_MCAST);
    assert_int_equal(history_fold_count(h), 1);
    history_show_quiet(h, true);
    assert_int_equal(history_fold_count(h), 0);
}

/* -- What belongs together ----------------------------------------------------------------------------- */

static void a_send_and_its_receipt_know_one_another(void **state) {
    (void)state;
    const uint32_t s = sends(1, 2, "MSG", 1);
    assert_int_equal(history_event(h, s)->match, NONE);
    assert_int_equal(flags(s), 0);
    const uint32_t r = receives(1, 2, "MSG", 1);
    assert_int_equal(history_event(h, s)->match, r);
    assert_int_equal(history_event(h, r)->match, s);
    assert_int_equal(history_event(h, r)->type, GMS_MSG);
}

static void what_was_sent_to_an_address_turns_out_to_be_for_whoever_receives_it(void **state) {
    (void)state;
    const uint32_t s = sends(2, 77, "JOIN", 0);
    assert_int_equal(history_line(h, history_event(h, s)->peer)->row, HISTORY_NOBODY);
    x = 1;
    struct trace_record r = message(TRACE_RECV, 2, 1, "JOIN", 0);
    feed(r);
    assert_string_equal(history_line_name(h, history_event(h, s)->peer), "w1");
    assert_int_equal(history_row_count(h), 2);
}

static void the_same_message_to_the_same_member_is_sent_again(void **state) {
    (void)state;
    assert_int_equal(flags(sends(1, 2, "MSG", 1)), 0);
    assert_int_equal(flags(sends(1, 3, "MSG", 1)), 0);
    assert_int_equal(flags(sends(1, 2, "MSG", 2)), 0);
    assert_int_equal(flags(sends(3, 2, "MSG", 1)), HISTORY_RESENT); /* by another leader */
    x++;
    feed(message(TRACE_LOSE, 1, 3, "MSG", 2));
    assert_int_equal(flags(last()), 0);
    assert_int_equal(flags(sends(1, 3, "MSG", 2)), HISTORY_RESENT);
    assert_int_equal(flags(sends(1, 2, "PREPARE", 0)), 0);
    assert_int_equal(flags(sends(1, 2, "PREPARE", 0)), 0); /* it may have another ballot */
}

static void a_dropped_message_is_marked_where_it_arrived(void **state) {
    (void)state;
    sends(1, 2, "MSG", 1);
    const uint32_t first = receives(1, 2, "MSG", 1);
    sends(1, 2, "MSG", 1);
    const uint32_t again = receives(1, 2, "MSG", 1);
    struct trace_record drop = message(TRACE_DROP, 1, 2, "MSG", 1);
    drop.why = "duplicate";
    feed(drop);
    assert_int_equal(flags(again), HISTORY_DUPLICATE);
    assert_int_equal(flags(first), 0);
    assert_int_equal(history_event(h, last())->match, again);
    sends(1, 2, "MSG", 2);
    const uint32_t stale = receives(1, 2, "MSG", 2);
    drop = message(TRACE_DROP, 1, 2, "MSG", 2);
    drop.why = "stale leader";
    feed(drop);
    assert_int_equal(flags(stale), HISTORY_REFUSED);
    assert_string_equal(history_text(h, history_event(h, last())->text), "stale leader");
}

static void what_is_lost_on_its_way_is_one_arrow(void **state) {
    (void)state;
    const uint32_t s = sends(1, 2, "MSG", 1);
    does(1, TRACE_MCAST);
    struct trace_record loss = message(TRACE_LOSE, 1, 2, "MSG", 1);
    loss.why = "lost on its way";
    feed(loss);
    assert_int_equal(flags(s), HISTORY_VANISHED);
    assert_string_equal(history_text(h, history_event(h, s)->text), "lost on its way");
    assert_true(flags(last()) & HISTORY_VOID);
    assert_int_equal(history_event(h, last())->match, s);
    x++;
    feed(message(TRACE_LOSE, 1, 2, "MSG", 2)); /* before it left */
    assert_int_equal(flags(last()), 0);
}

static void what_is_on_its_way_to_the_dead_vanishes(void **state) {
    (void)state;
    does(2, TRACE_JOIN);
    const uint32_t s = sends(1, 2, "MSG", 1);
    to(0, TRACE_CRASH, 2);
    assert_int_equal(flags(s), HISTORY_VANISHED);
    assert_int_equal(flags(sends(1, 2, "MSG", 2)), HISTORY_VANISHED);
    x = 1;
    receives(1, 2, "MSG", 1); /* it was there in time, and is known late */
    assert_int_equal(flags(s), 0);
}

static void what_a_dead_one_had_sent_vanishes_when_its_crash_is_known(void **state) {
    (void)state;
    const uint32_t to2 = sends(1, 2, "MSG", 1), to3 = sends(1, 3, "MSG", 1);
    to(0, TRACE_CRASH, 1);
    assert_int_equal(flags(to2), 0);
    to(2, TRACE_DOWN, 1); /* after all that it had received from it */
    assert_int_equal(flags(to2), HISTORY_VANISHED);
    assert_int_equal(flags(to3), 0);
    const uint32_t untold = sends(2, 3, "MSG", 8);
    now += 31 * S;
    sends(2, 3, "MSG", 9);
    assert_int_equal(flags(to3), HISTORY_VANISHED); /* too late for it to come */
    assert_int_equal(flags(untold), 0);             /* whoever receives it may not be heard */
}

/* -- Lifelines ----------------------------------------------------------------------------------------- */

static void conditions_follow_from_the_records(void **state) {
    (void)state;
    does(2, TRACE_JOIN);
    assert_int_equal(looks(0)->condition, HISTORY_JOINING);
    installs("2", 3, "12");
    assert_int_equal(looks(0)->condition, HISTORY_MEMBER);
    assert_int_equal(looks(0)->view, 3);
    assert_false(looks(0)->leads);
    does(2, TRACE_BLOCK);
    assert_int_equal(looks(0)->condition, HISTORY_BLOCKED);
    does(2, TRACE_NO_QUORUM);
    assert_int_equal(looks(0)->condition, HISTORY_NO_QUORUM);
    does(2, TRACE_QUORUM);
    does(2, TRACE_UNBLOCK);
    assert_int_equal(looks(0)->condition, HISTORY_MEMBER);
    to(0, TRACE_HANG, 2);
    assert_int_equal(looks(0)->condition, HISTORY_HUNG);
    to(0, TRACE_RESUME, 2);
    assert_int_equal(looks(0)->condition, HISTORY_MEMBER);
    does(2, TRACE_LEAD);
    assert_true(looks(0)->leads);
    does(2, TRACE_FREEZE);
    assert_int_equal(looks(0)->condition, HISTORY_FROZEN);
    to(0, TRACE_CRASH, 2);
    assert_int_equal(looks(0)->condition, HISTORY_CRASHED);
    assert_false(looks(0)->leads);
    const uint32_t count = history_event_count(h);
    to(0, TRACE_CRASH, 2); /* whoever else saw it */
    assert_int_equal(history_event_count(h), count);
}

static void incarnations_of_one_name_share_a_row(void **state) {
    (void)state;
    history_name(h, 1, "w1");
    installs("1", 1, "1");
    does(1, TRACE_EXCLUDED);
    does(1, TRACE_EXIT);
    assert_int_equal(looks(0)->condition, HISTORY_EXCLUDED);
    const struct trace_record r = {.ev = TRACE_JOIN, .id = 8, .t = now += MS};
    history_feed(h, "w1", &r);
    assert_int_equal(history_row_count(h), 1);
    assert_int_equal(looks(0)->condition, HISTORY_JOINING);
    assert_int_equal(looks(0)->line, history_line_of(h, 8));
    assert_int_equal(looks(0)->view, 0);
    assert_int_equal(history_row(h, 0)->line, history_line_of(h, 8));
    assert_int_equal(step(last()), 4);
}

static void an_earlier_incarnation_that_is_heard_of_late_does_not_come_back(void **state) {
    (void)state;
    history_feed(h, "w1", &(struct trace_record){.ev = TRACE_JOIN, .id = 8, .t = 9 * S});
    history_feed(h, "w1", &(struct trace_record){.ev = TRACE_JOIN, .id = 1, .t = 2 * S});
    history_feed(h, "w1", &(struct trace_record){.ev = TRACE_EXCLUDED, .id = 1, .t = 8 * S});
    assert_int_equal(looks(0)->line, history_line_of(h, 8));
    assert_int_equal(looks(0)->condition, HISTORY_JOINING);
}

static void rows_are_in_the_order_of_the_names(void **state) {
    const char *const names[] = {"w10", "w2", "w1", "a"};
    (void)state;
    does(12, TRACE_MCAST);
    feed((struct trace_record){
        .ev = TRACE_FAULT, .id = 12, .peer = 11, .what = "cut"}); /* it has no name yet */
    for (gms_id i = 0; i < 4; i++)
        history_name(h, i + 1, names[i]);
    feed((struct trace_record){.ev = TRACE_FAULT, .id = 12, .peer = 1, .what = "cut"});
    history_name(h, 9, "b");
    const char *const order[] = {"a", "b", "w1", "w2", "w10", "w12"};
    for (uint32_t i = 0; i < 6; i++)
        assert_string_equal(history_row(h, i)->name, order[i]);
    assert_string_equal(history_line_name(h, history_line_of(h, 1)), "w10");
    assert_int_equal(history_cut_count(h), 1);
    assert_int_equal(history_cut(h, 0)->from, 5);
    assert_int_equal(history_cut(h, 0)->to, 4);
    assert_int_equal(looks(5)->line, history_line_of(h, 12));
}

static void a_lifeline_shows_what_was_delivered(void **state) {
    (void)state;
    installs("1", 1, "1");
    assert_true(looks(0)->has_color); /* it founds the group */
    does(2, TRACE_JOIN);
    installs("12", 2, "12");
    assert_false(looks(1)->has_color);
    feed((struct trace_record){.ev = TRACE_STATE, .id = 2, .peer = 1, .state = shown[1]});
    assert_true(looks(1)->has_color);
    const uint32_t before = history_end(h, HISTORY_STEPS);
    delivers(1, 1, 1, 7);
    delivers(1, 1, 2, 7);
    assert_int_equal(looks(0)->count, 2);
    assert_true(looks(0)->hash == shown[1].hash);
    assert_memory_equal(looks(0)->color, shown[1].color, 3);
    assert_int_equal(history_span_at(h, 0, HISTORY_STEPS, before + 9)->count, 2);
    assert_int_equal(history_span_at(h, 0, HISTORY_STEPS, step(last()) - 1)->count, 1);
    assert_int_equal(history_span_at(h, 0, HISTORY_TIME, tick(last()))->count, 2);
    assert_null(history_span_at(h, 1, HISTORY_STEPS, 0));
    assert_null(history_span_at(h, 7, HISTORY_STEPS, 9));
}

static void news_of_the_dead_stand_before_their_death(void **state) {
    (void)state;
    installs("1", 1, "1");
    to(0, TRACE_CRASH, 1);
    const gms_time died = now;
    feed((struct trace_record){.ev = TRACE_MCAST, .id = 1, .t = died - 1});
    const uint32_t crash = last();
    assert_int_equal(history_event(h, crash)->ev, TRACE_CRASH);
    assert_true(history_event(h, crash)->t == died);
    assert_int_equal(step(crash), step(crash - 1) + 1);
    assert_int_equal(looks(0)->condition, HISTORY_CRASHED);
    assert_int_equal(looks(0)->event, crash);
    assert_int_equal(flags(crash - 2), HISTORY_VOID);
    does(1, TRACE_EXIT); /* it had ended in good order */
    assert_int_equal(looks(0)->condition, HISTORY_ENDED);
}

static void one_that_is_not_heard_of_any_more_may_be_heard_of_again(void **state) {
    (void)state;
    installs("1", 1, "1");
    history_silent(h, "w1", now += S);
    history_silent(h, "nobody", now);
    assert_int_equal(looks(0)->condition, HISTORY_UNHEARD);
    does(1, TRACE_MCAST);
    assert_int_equal(looks(0)->condition, HISTORY_MEMBER);
    history_miss(h, "w1", 7);
    assert_int_equal(history_line(h, 0)->missing, 7);
    assert_int_equal(history_missing(h), 7);
}

static void where_a_run_stood_when_it_was_first_heard_of_is_no_event(void **state) {
    const gms_id ids[] = {2, 1};
    (void)state;
    feed((struct trace_record){
        .ev = TRACE_VIEW, .id = 1, .view = 4, .here = true, .members = ids, .member_count = 2});
    trace_state_apply(&shown[1], 1, 1, 3);
    feed((struct trace_record){.ev = TRACE_STATE, .id = 1, .here = true, .state = shown[1]});
    assert_int_equal(looks(0)->view, 4);
    assert_int_equal(looks(0)->count, 1);
    assert_int_equal(looks(0)->condition, HISTORY_MEMBER);
    assert_int_equal(history_end(h, HISTORY_STEPS), 0);
    assert_int_equal(flags(last()), HISTORY_VOID);
    assert_int_equal(history_view_count(h), 1);
    assert_int_equal(history_view(h, 0)->member_count, 2);
    assert_int_equal(history_event(h, 0)->match, NONE);
}

/* -- Views, cuts, notes -------------------------------------------------------------------------------- */

static void a_view_is_known_by_its_number_and_its_members(void **state) {
    (void)state;
    installs("12", 2, "12");
    installs("3", 2, "34"); /* the group has parted */
    assert_int_equal(history_view_count(h), 2);
    assert_int_equal(history_event(h, 1)->match, 0);
    assert_int_equal(history_event(h, 2)->match, 1);
    assert_int_equal(history_view(h, 0)->member_count, 2);
    assert_int_equal(history_view(h, 0)->members[0], history_line_of(h, 1));
    assert_int_equal(history_view(h, 0)->event, 0);
}

static void a_cut_lasts_until_it_is_healed_and_outlives_an_incarnation(void **state) {
    (void)state;
    does(1, TRACE_MCAST);
    does(2, TRACE_MCAST);
    feed((struct trace_record){.ev = TRACE_FAULT, .id = 1, .peer = 2, .what = "cut"});
    assert_int_equal(history_cut_count(h), 1);
    assert_int_equal(history_cut(h, 0)->from, 0);
    assert_int_equal(history_cut(h, 0)->to, 1);
    assert_int_equal(history_cut(h, 0)->begin[HISTORY_STEPS], 1);
    assert_int_equal(history_cut(h, 0)->end[HISTORY_STEPS], NONE);
    history_name(h, 9, "w2");
    feed((struct trace_record){.ev = TRACE_FAULT, .id = 1, .peer = 9, .what = "cut"});
    assert_int_equal(history_cut_count(h), 1);
    does(1, TRACE_MCAST);
    feed((struct trace_record){.ev = TRACE_FAULT, .id = 1, .peer = 9, .what = "heal"});
    assert_int_equal(history_cut(h, 0)->end[HISTORY_STEPS], 2);
    feed((struct trace_record){.ev = TRACE_FAULT, .id = 2, .peer = 1, .what = "cut"});
    to(0, TRACE_CRASH, 2);
    assert_int_equal(history_cut(h, 1)->end[HISTORY_STEPS], 3);
}

static void a_note_stands_where_its_time_is(void **state) {
    (void)state;
    does(1, TRACE_MCAST);
    does(1, TRACE_MCAST);
    feed((struct trace_record){.ev = TRACE_NOTE, .what = "Look here."});
    history_caption(h, now, "Look here.");
    assert_int_equal(history_note_count(h), 1);
    assert_string_equal(history_note_at(h, 0)->text, "Look here.");
    assert_int_equal(history_note_at(h, 0)->at[HISTORY_STEPS], 2);
}

/* -- Limits -------------------------------------------------------------------------------------------- */

static void names_and_lines_beyond_their_limits_are_left_out_and_counted(void **state) {
    char who[32];
    (void)state;
    for (int i = 1; i <= HISTORY_LINES_MAX + 5; i++) {
        snprintf(who, sizeof who, "w%d", i);
        const struct trace_record r = {.ev = TRACE_MCAST, .id = (gms_id)i, .t = (gms_time)i};
        history_feed(h, who, &r);
    }
    assert_int_equal(history_line_count(h), HISTORY_LINES_MAX);
    assert_int_equal(history_row_count(h), HISTORY_ROWS_MAX);
    assert_int_equal(history_missing(h), 5);
    assert_int_equal(history_line(h, HISTORY_ROWS_MAX)->row, HISTORY_NOBODY);
    for (uint32_t row = 0; row < HISTORY_ROWS_MAX; row++) {
        snprintf(who, sizeof who, "w%u", row + 1);
        assert_string_equal(history_row(h, row)->name, who);
    }
}

static void what_is_no_name_makes_no_row(void **state) {
    const struct trace_record r = {.ev = TRACE_MCAST, .id = 1, .t = 1};
    (void)state;
    history_feed(h, "a name that is far too long", &r);
    history_feed(h, "\x1b[2J", &r);
    history_feed(h, NULL, &r);
    assert_int_equal(history_row_count(h), 0);
    history_feed(h, "w1", &r);
    assert_int_equal(history_row_count(h), 1);
}

static void texts_beyond_the_limit_are_told_as_the_last_one(void **state) {
    char what[64];
    (void)state;
    for (int i = 0; i < HISTORY_TEXTS_MAX + 5; i++) {
        snprintf(what, sizeof what, "lose\t%d", i);
        feed((struct trace_record){.ev = TRACE_FAULT, .id = 1, .what = what});
    }
    assert_string_equal(history_text(h, history_event(h, 0)->text), "lose?0");
    assert_string_equal(history_text(h, history_event(h, last())->text), "lose?4095");
    assert_string_equal(history_text(h, 0), "");
    assert_string_equal(history_text(h, NONE), "");
}

/* As in a trace of an hour: what is seen at once is found at once. */
static void a_million_records_are_looked_at_a_screen_at_a_time(void **state) {
    uint32_t first, end_of, looked = 0, seen = 0;
    (void)state;
    for (uint64_t i = 1; i <= 100000; i++) {
        sends(1, 2, "MSG", i);
        receives(1, 2, "MSG", i);
        delivers(2, 1, i, 1 + (int)(i % 20));
        for (int beat = 0; beat < 3; beat++)
            sends(2, 1, "HEARTBEAT", 0), receives(2, 1, "HEARTBEAT", 0);
        feed((struct trace_record){.ev = TRACE_MCAST, .id = 1, .m_origin = 1, .m_n = i + 1});
    }
    assert_int_equal(history_event_count(h), 1000000);
    const uint32_t middle = history_end(h, HISTORY_STEPS) / 2;
    history_between(h, HISTORY_STEPS, middle, middle + 100, &first, &end_of);
    for (uint32_t i = history_next(h, HISTORY_STEPS, middle, middle + 100, first, end_of); i < end_of;
         i = history_next(h, HISTORY_STEPS, middle, middle + 100, i + 1, end_of), looked++) {
        const uint32_t at = step(i);
        seen += at >= middle && at <= middle + 100 && !(flags(i) & HISTORY_QUIET);
    }
    assert_true(looked < 1500);
    assert_in_range(seen, 100, 210);
    assert_true(end_of - first < 1500);
    assert_int_equal(history_hidden(h, HISTORY_STEPS, 0, NONE).heartbeats, 300000);
    assert_int_equal(history_span_at(h, 1, HISTORY_STEPS, history_end(h, HISTORY_STEPS))->count, 100000);
}

static void the_oldest_quarter_is_forgotten_and_indices_stay(void **state) {
    (void)state;
    const uint32_t one = sends(1, 2, "MSG", 1); /* its receipt comes when it is forgotten */
    while (history_forgotten(h) == 0) {
        does(1, TRACE_MCAST);
        assert_true(history_event_count(h) <= HISTORY_EVENTS_MAX + 20000);
    }
    const uint32_t gone = history_forgotten(h);
    assert_in_range(gone, HISTORY_EVENTS_MAX / 4 - 20000, HISTORY_EVENTS_MAX / 4 + 20000);
    assert_null(history_event(h, one));
    assert_null(history_event(h, gone - 1));
    assert_non_null(history_event(h, gone));
    assert_int_equal(history_event(h, gone)->before, NONE);
    assert_int_equal(step(last()), history_event_count(h));
    const uint32_t r = receives(1, 2, "MSG", 1);
    assert_int_equal(history_event(h, r)->match, NONE);
    assert_non_null(history_span_at(h, 0, HISTORY_STEPS, 5)); /* it looked so then, too */
    history_show_quiet(h, true);
    assert_int_equal(step(gone), 1);
    uint32_t first, end_of;
    history_between(h, HISTORY_TIME, 0, NONE, &first, &end_of);
    assert_int_equal(first, gone);
    assert_int_equal(end_of, history_event_count(h));
}

/* Records of any kind, of anybody, of any time, in any order. */
static struct trace_record any_record(struct gms_rng *rng, const gms_id *members) {
    static const char *const types[] = {"MSG", "ACK", "VIEW", "REQUEST", "PREPARE", "", NULL};
    static const char *const texts[] = {"cut", "heal", "duplicate", "lose 3", NULL};
    const uint64_t kind = gms_rng_below(rng, 100);
    struct trace_record r = {.ev = (enum trace_ev)gms_rng_below(rng, TRACE_EVS + 1),
                             .t = now += gms_rng_below(rng, 2000) * MS / 100,
                             .id = gms_rng_below(rng, 20),
                             .peer = gms_rng_below(rng, 20),
                             .type = types[gms_rng_below(rng, 7)],
                             .x = gms_rng_below(rng, 5000),
                             .x_sender = gms_rng_below(rng, 20),
                             .m_origin = gms_rng_below(rng, 20),
                             .m_n = gms_rng_below(rng, 50),
                             .n = (int)gms_rng_below(rng, 30) - 5,
                             .view = (uint32_t)gms_rng_below(rng, 9),
                             .here = gms_rng_below(rng, 20) == 0,
                             .members = members,
                             .member_count = (uint32_t)gms_rng_below(rng, 8),
                             .what = texts[gms_rng_below(rng, 5)],
                             .why = texts[gms_rng_below(rng, 5)]};
    if (kind < 60)
        r.ev = kind < 30 ? TRACE_SEND : TRACE_RECV;
    if (kind == 99)
        r.t = gms_rng_next(rng) >> gms_rng_below(rng, 64);
    else if (kind > 90)
        r.t = now > 5 * S ? now - gms_rng_below(rng, 5 * S) : now;
    return r;
}

static void expect_order(void) {
    for (uint32_t i = 0; i < history_event_count(h); i++) {
        const struct history_event *e = history_event(h, i);
        const struct history_event *before = history_event(h, e->before);
        if (before)
            assert_true(before->at[HISTORY_STEPS] <= e->at[HISTORY_STEPS] &&
                        before->at[HISTORY_TIME] <= e->at[HISTORY_TIME]);
    }
    for (uint32_t row = 0; row < history_row_count(h); row++) {
        const struct history_row *r = history_row(h, row);
        for (uint32_t j = 1; j < r->span_count; j++)
            assert_true(r->spans[j - 1].at[HISTORY_STEPS] <= r->spans[j].at[HISTORY_STEPS] &&
                        r->spans[j - 1].at[HISTORY_TIME] <= r->spans[j].at[HISTORY_TIME]);
    }
}

static void whatever_comes_the_places_of_a_lifeline_rise(void **state) {
    struct gms_rng rng;
    gms_id members[8];
    uint32_t first, end_of;
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        gms_rng_seed(&rng, seed);
        history_clear(h);
        now = S;
        for (int i = 0; i < 8; i++)
            members[i] = gms_rng_below(&rng, 20);
        for (int i = 0; i < 4000; i++) {
            const struct trace_record r = any_record(&rng, members);
            char who[16];
            snprintf(who, sizeof who, "w%d", (int)(r.id % 12));
            history_feed(h, r.id == GMS_NOBODY ? "director" : who, &r);
            if (i % 500 == 0) {
                history_between(h, HISTORY_STEPS, 0, NONE, &first, &end_of);
                history_show_quiet(h, gms_rng_below(&rng, 2) == 0);
                history_silent(h, "w3", now);
                expect_order();
            }
        }
        expect_order();
    }
}

static void a_cleared_history_is_as_new(void **state) {
    (void)state;
    installs("12", 1, "12");
    sends(1, 2, "MSG", 1);
    history_clear(h);
    assert_int_equal(history_event_count(h), 0);
    assert_int_equal(history_row_count(h), 0);
    assert_int_equal(history_view_count(h), 0);
    assert_int_equal(history_end(h, HISTORY_TIME), 0);
    assert_int_equal(history_fold_count(h), 0);
    x = 1;
    receives(1, 2, "MSG", 1);
    assert_int_equal(history_event(h, 0)->match, NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_step_follows_its_own_lifeline_and_what_it_received),
        TEST(a_receipt_that_is_known_before_its_send_stands_after_it_all_the_same),
        TEST(the_news_of_a_crash_stand_after_it),
        TEST(lifelines_stay_abreast),
        TEST(silence_is_folded_and_lifelines_start_side_by_side_after_it),
        TEST(half_a_second_is_no_silence),
        TEST(what_is_known_late_breaks_a_silence),
        TEST(a_drop_and_a_fault_stand_where_the_event_before_stands),
        TEST(quiet_messages_take_no_place_until_they_are_asked_for),
        TEST(what_follows_from_a_quiet_message_stands_after_what_it_tells_of),
        TEST(a_question_that_is_repeated_in_vain_is_quiet),
        TEST(heartbeats_alone_are_silence),
        TEST(a_send_and_its_receipt_know_one_another),
        TEST(what_was_sent_to_an_address_turns_out_to_be_for_whoever_receives_it),
        TEST(the_same_message_to_the_same_member_is_sent_again),
        TEST(a_dropped_message_is_marked_where_it_arrived),
        TEST(what_is_lost_on_its_way_is_one_arrow),
        TEST(what_is_on_its_way_to_the_dead_vanishes),
        TEST(what_a_dead_one_had_sent_vanishes_when_its_crash_is_known),
        TEST(conditions_follow_from_the_records),
        TEST(incarnations_of_one_name_share_a_row),
        TEST(an_earlier_incarnation_that_is_heard_of_late_does_not_come_back),
        TEST(rows_are_in_the_order_of_the_names),
        TEST(a_lifeline_shows_what_was_delivered),
        TEST(news_of_the_dead_stand_before_their_death),
        TEST(one_that_is_not_heard_of_any_more_may_be_heard_of_again),
        TEST(where_a_run_stood_when_it_was_first_heard_of_is_no_event),
        TEST(a_view_is_known_by_its_number_and_its_members),
        TEST(a_cut_lasts_until_it_is_healed_and_outlives_an_incarnation),
        TEST(a_note_stands_where_its_time_is),
        TEST(names_and_lines_beyond_their_limits_are_left_out_and_counted),
        TEST(what_is_no_name_makes_no_row),
        TEST(texts_beyond_the_limit_are_told_as_the_last_one),
        TEST(a_million_records_are_looked_at_a_screen_at_a_time),
        TEST(the_oldest_quarter_is_forgotten_and_indices_stay),
        TEST(whatever_comes_the_places_of_a_lifeline_rise),
        TEST(a_cleared_history_is_as_new),
    };
    return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
