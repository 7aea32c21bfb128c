/* The scope without its window: what keys, mouse and time do to what it shows. A run is told to it record by
 * record, as a source does; what is where is asked of the picture. Each test's name is the claim.
 */
#include "app/scope/explain.h"
#include "app/scope/scope.h"
#include "app/ui/canvas_list.h"
#include "gms/color.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef GROUPY_ASSETS_SOURCE
#define GROUPY_ASSETS_SOURCE "assets"
#endif

#define MS     1000000u
#define WIDTH  1280
#define HEIGHT 720

static struct canvas_list list;

/* -- A run ------------------------------------------------------------------------------------------------
 */

static const char *const names[] = {"", "w1", "w2", "w3"};
static const gms_id all[] = {1, 2, 3};

struct run {
    struct scope *scope;
    struct source_handler to;
    gms_time t;
    uint64_t x, lc;
    struct trace_state state[4]; /* by id */
    struct {
        gms_id from;
        uint64_t x;
    } sent; /* the last one */
};

static void tell(struct run *r, gms_id id, struct trace_record record) {
    record.id = id;
    record.t = r->t += MS;
    record.lc = ++r->lc;
    r->to.record(r->to.self, names[id], &record);
}

static void begin(struct run *r, enum gms_rung_id rung, bool live) {
    const struct check_settings settings = {.rung = rung};
    r->to.begin(r->to.self, &settings, live);
    for (gms_id id = 1; id <= 3; id++) {
        r->to.name(r->to.self, id, names[id]);
        trace_state_init(&r->state[id]);
    }
}

static void install(struct run *r, uint32_t view, const gms_id *members, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        tell(r, members[i],
             (struct trace_record){
                 .ev = TRACE_VIEW, .view = view, .members = members, .member_count = count, .primary = true});
}

static void send(struct run *r, gms_id from, gms_id to, gms_id origin, uint64_t m_n, int n) {
    r->sent.from = from;
    r->sent.x = ++r->x;
    tell(r, from,
         (struct trace_record){.ev = TRACE_SEND,
                               .peer = to,
                               .type = "MSG",
                               .x_sender = from,
                               .x = r->x,
                               .m_origin = origin,
                               .m_n = m_n,
                               .n = n,
                               .view = 1});
}

static void receive(struct run *r, gms_id to, gms_id origin, uint64_t m_n, int n) {
    tell(r, to,
         (struct trace_record){.ev = TRACE_RECV,
                               .peer = r->sent.from,
                               .type = "MSG",
                               .x_sender = r->sent.from,
                               .x = r->sent.x,
                               .m_origin = origin,
                               .m_n = m_n,
                               .n = n,
                               .view = 1});
}

static void deliver(struct run *r, gms_id at, gms_id origin, uint64_t m_n, int n, uint32_t view) {
    trace_state_apply(&r->state[at], origin, m_n, n);
    tell(r, at,
         (struct trace_record){.ev = TRACE_DELIVER,
                               .m_origin = origin,
                               .m_n = m_n,
                               .n = n,
                               .view = view,
                               .state = r->state[at]});
}

/* A change of the leader, w1, to all. */
static void change(struct run *r, uint64_t m_n, int n) {
    tell(r, 1, (struct trace_record){.ev = TRACE_MCAST, .m_origin = 1, .m_n = m_n, .n = n});
    for (gms_id to = 2; to <= 3; to++) {
        send(r, 1, to, 1, m_n, n);
        receive(r, to, 1, m_n, n);
        deliver(r, to, 1, m_n, n, 1);
    }
    deliver(r, 1, 1, m_n, n, 1);
}

/* w1 crashes when it has sent its change to w2 only; w2 and w3 go on, and are apart. */
static void break_apart(struct run *r, uint64_t m_n) {
    const gms_id left[] = {2, 3};
    tell(r, 1, (struct trace_record){.ev = TRACE_MCAST, .m_origin = 1, .m_n = m_n, .n = 7});
    send(r, 1, 2, 1, m_n, 7);
    tell(r, 1, (struct trace_record){.ev = TRACE_CRASH, .peer = 1});
    receive(r, 2, 1, m_n, 7);
    deliver(r, 2, 1, m_n, 7, 1);
    for (gms_id id = 2; id <= 3; id++)
        tell(r, id, (struct trace_record){.ev = TRACE_DOWN, .peer = 1, .why = "disconnected"});
    install(r, 2, left, 2);
    tell(r, 2, (struct trace_record){.ev = TRACE_MCAST, .m_origin = 2, .m_n = 1, .n = 3});
    send(r, 2, 3, 2, 1, 3);
    receive(r, 3, 2, 1, 3);
    deliver(r, 3, 2, 1, 3, 2);
    deliver(r, 2, 2, 1, 3, 2);
}

static struct run start(bool live) {
    struct run r = {.scope = scope_new()};
    assert_non_null(r.scope);
    r.to = scope_handler(r.scope);
    begin(&r, GMS_RUNG_2, live);
    install(&r, 1, all, 3);
    scope_resize(r.scope, WIDTH, HEIGHT, 1);
    return r;
}

static struct run start_with(bool live, uint64_t changes) {
    struct run r = start(live);
    for (uint64_t i = 1; i <= changes; i++)
        change(&r, i, (int)(i % 20 + 1));
    if (!live)
        scope_read_on(r.scope, false, false, 1);
    return r;
}

static uint64_t now = 1000;

/* Some time passes, and everything that wants to be done is. */
static void wait_ms(struct run *r, uint64_t ms) {
    for (uint64_t end = now + ms; now < end; now += 20)
        scope_tick(r->scope, now);
    scope_tick(r->scope, now);
    for (int i = 0; i < 100 && r->scope->story_is_old; i++)
        scope_tick(r->scope, now += 50);
}

static void stop(struct run *r) {
    scope_destroy(&r->scope);
}

static double width(const struct scope *s) {
    return picture_diagram_width(&s->look) / s->look.unit;
}

static bool sees(const struct scope *s, double place) {
    return place >= s->look.left && place <= s->look.left + width(s);
}

static double end_of(const struct scope *s) {
    return history_end(s->history, s->look.axis);
}

/* -- Where something is -----------------------------------------------------------------------------------
 */

static struct picture_hit at(const struct scope *s, float x, float y) {
    return picture_hit(&list.canvas, s->history, &s->story, &s->look, x, y);
}

static bool find(const struct scope *s, enum picture_part part, int what, struct scope_mouse *mouse) {
    for (float y = 1; y < HEIGHT; y += 5) {
        for (float x = 1; x < WIDTH; x += 5) {
            const struct picture_hit hit = at(s, x, y);
            const int is = part == PICTURE_TOOL       ? hit.tool
                           : part == PICTURE_PROPERTY ? hit.property
                           : part == PICTURE_EVENT    ? (int)hit.event
                                                      : hit.row;
            if (hit.part == part && (what < 0 || is == what)) {
                *mouse = (struct scope_mouse){.x = x, .y = y};
                return true;
            }
        }
    }
    return false;
}

static void click(struct run *r, struct scope_mouse mouse) {
    scope_mouse_down(r->scope, &list.canvas, mouse, SCOPE_LEFT);
    scope_mouse_up(r->scope, &list.canvas, mouse);
    wait_ms(r, 100);
}

/* -- Following --------------------------------------------------------------------------------------------
 */

static void a_live_run_is_followed(void **state) {
    (void)state;
    struct run r = start_with(true, 5);
    wait_ms(&r, 100);
    for (uint64_t i = 6; i < 200; i++)
        change(&r, i, 5);
    wait_ms(&r, 100);
    assert_true(r.scope->look.left > 0);
    assert_true(sees(r.scope, end_of(r.scope)));
    stop(&r);
}

static void scrolling_stops_following_and_end_goes_back_to_it(void **state) {
    (void)state;
    struct run r = start_with(true, 200);
    wait_ms(&r, 100);
    const double before = r.scope->look.left;
    scope_wheel(r.scope, &list.canvas, (struct scope_mouse){.x = WIDTH / 2, .y = HEIGHT / 2, .shift = true},
                3);
    assert_true(r.scope->look.left < before);
    const double there = r.scope->look.left;
    for (uint64_t i = 201; i < 300; i++)
        change(&r, i, 5);
    wait_ms(&r, 200);
    assert_true(r.scope->look.left == there);
    scope_do(r.scope, SCOPE_END);
    wait_ms(&r, 50);
    assert_true(sees(r.scope, end_of(r.scope)));
    change(&r, 300, 5);
    wait_ms(&r, 100);
    assert_true(sees(r.scope, end_of(r.scope)));
    stop(&r);
}

static void a_drag_moves_the_picture_with_the_mouse(void **state) {
    (void)state;
    struct run r = start_with(true, 200);
    struct scope_mouse from;
    wait_ms(&r, 100);
    assert_true(find(r.scope, PICTURE_DIAGRAM, -1, &from));
    const double before = r.scope->look.left, place = at(r.scope, from.x, from.y).place;
    scope_mouse_down(r.scope, &list.canvas, from, SCOPE_LEFT);
    const struct scope_mouse to = {.x = from.x + 150, .y = from.y};
    scope_mouse_move(r.scope, &list.canvas, to);
    assert_true(r.scope->look.left < before);
    assert_true(at(r.scope, to.x, to.y).place - place < 0.01);
    assert_true(at(r.scope, to.x, to.y).place - place > -0.01);
    scope_mouse_up(r.scope, &list.canvas, to);
    scope_mouse_move(r.scope, &list.canvas, from);
    assert_true(at(r.scope, to.x, to.y).place - place < 0.01); /* the button is up */
    stop(&r);
}

static void the_wheel_zooms_about_the_place_below_the_mouse(void **state) {
    (void)state;
    struct run r = start_with(true, 200);
    struct scope_mouse mouse;
    wait_ms(&r, 100);
    scope_scroll_to(r.scope, 100);
    assert_true(find(r.scope, PICTURE_DIAGRAM, -1, &mouse));
    mouse.x += 200;
    const double before = at(r.scope, mouse.x, mouse.y).place, unit = r.scope->look.unit;
    scope_wheel(r.scope, &list.canvas, mouse, 2);
    assert_true(r.scope->look.unit > 1.4 * unit);
    const double after = at(r.scope, mouse.x, mouse.y).place;
    assert_true(after - before < 0.01 && before - after < 0.01);
    scope_wheel(r.scope, &list.canvas, mouse, -2);
    assert_true(r.scope->look.unit < 1.01 * unit);
    stop(&r);
}

static void zoom_ends_where_the_whole_run_is_seen(void **state) {
    (void)state;
    struct run r = start_with(false, 300);
    wait_ms(&r, 100);
    for (int i = 0; i < 40; i++)
        scope_do(r.scope, SCOPE_ZOOM_OUT);
    scope_do(r.scope, SCOPE_START);
    assert_true(sees(r.scope, 0) && sees(r.scope, end_of(r.scope)));
    assert_true(end_of(r.scope) * r.scope->look.unit > 0.8 * (double)picture_diagram_width(&r.scope->look));
    for (int i = 0; i < 40; i++)
        scope_do(r.scope, SCOPE_ZOOM_IN);
    assert_true(r.scope->look.unit < 1000);
    stop(&r);
}

static void what_is_in_the_middle_stays_there_in_another_size(void **state) {
    (void)state;
    struct run r = start_with(true, 300);
    wait_ms(&r, 100);
    scope_look_at(r.scope, 500);
    scope_resize(r.scope, WIDTH / 2, HEIGHT / 2, 1);
    assert_true(sees(r.scope, 495) && sees(r.scope, 505));
    scope_resize(r.scope, WIDTH, HEIGHT, 2);
    assert_true(sees(r.scope, 495) && sees(r.scope, 505));
    stop(&r);
}

static void a_click_on_the_strip_goes_there_and_a_drag_scrubs(void **state) {
    (void)state;
    struct run r = start_with(true, 300);
    struct scope_mouse mouse;
    wait_ms(&r, 100);
    assert_true(find(r.scope, PICTURE_OVERVIEW, -1, &mouse));
    mouse.x += 200;
    const double wanted = at(r.scope, mouse.x, mouse.y).place;
    scope_mouse_down(r.scope, &list.canvas, mouse, SCOPE_LEFT);
    assert_true(sees(r.scope, wanted));
    const double first = r.scope->look.left;
    mouse.x += 300;
    scope_mouse_move(r.scope, &list.canvas, mouse);
    assert_true(r.scope->look.left > first);
    assert_false(r.scope->follows);
    scope_mouse_up(r.scope, &list.canvas, mouse);
    stop(&r);
}

static void the_other_axis_shows_the_same_moment(void **state) {
    (void)state;
    struct run r = start_with(true, 300);
    wait_ms(&r, 100);
    scope_scroll_to(r.scope, 200);
    const double middle = r.scope->look.left + 0.5 * width(r.scope);
    const gms_time t = history_time_at(r.scope->history, HISTORY_STEPS, (uint32_t)middle);
    scope_do(r.scope, SCOPE_AXIS);
    assert_int_equal(r.scope->look.axis, HISTORY_TIME);
    assert_true(sees(r.scope, history_place_of(r.scope->history, HISTORY_TIME, t)));
    scope_do(r.scope, SCOPE_AXIS);
    assert_int_equal(r.scope->look.axis, HISTORY_STEPS);
    assert_true(sees(r.scope, middle));
    stop(&r);
}

/* -- Holding, stepping, playing ----------------------------------------------------------------------------
 */

static void holding_hides_what_comes_after_and_the_group_goes_on(void **state) {
    (void)state;
    struct run r = start_with(true, 10);
    wait_ms(&r, 100);
    const uint32_t count = history_event_count(r.scope->history);
    scope_do(r.scope, SCOPE_PAUSE);
    assert_true(r.scope->look.is_paused);
    change(&r, 11, 5);
    wait_ms(&r, 100);
    assert_int_equal(r.scope->look.until, count);
    assert_true(history_event_count(r.scope->history) > count);
    scope_do(r.scope, SCOPE_PAUSE);
    wait_ms(&r, 100);
    assert_int_equal(r.scope->look.until, HISTORY_NONE);
    assert_true(r.scope->follows && !r.scope->look.is_paused);
    stop(&r);
}

static void steps_go_back_and_on_event_by_event(void **state) {
    (void)state;
    struct run r = start_with(false, 3);
    wait_ms(&r, 100);
    const uint32_t count = history_event_count(r.scope->history);
    scope_do(r.scope, SCOPE_BACK);
    assert_true(r.scope->look.until < count);
    const uint32_t last = r.scope->look.until;
    scope_do(r.scope, SCOPE_BACK);
    assert_true(r.scope->look.until < last);
    scope_do(r.scope, SCOPE_STEP); /* of a trace: one on */
    assert_int_equal(r.scope->look.until, last);
    for (uint32_t i = 0; i < count; i++)
        scope_do(r.scope, SCOPE_BACK);
    assert_int_equal(r.scope->look.until, 0);
    assert_string_equal(r.scope->notice, "this is the beginning");
    stop(&r);
}

static void the_sentence_is_that_of_the_cursor(void **state) {
    (void)state;
    struct run r = start(false);
    for (uint64_t i = 1; i <= 4; i++)
        change(&r, i, 5);
    const uint32_t before = history_event_count(r.scope->history);
    break_apart(&r, 5);
    scope_read_on(r.scope, false, false, 1);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->story.sign, STORY_OUT_OF_SYNC);
    scope_hold(r.scope, before);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->story.sign, STORY_IN_SYNC);
    scope_do(r.scope, SCOPE_END);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->story.sign, STORY_OUT_OF_SYNC);
    stop(&r);
}

static void home_of_a_trace_is_its_first_event_and_end_shows_all_again(void **state) {
    (void)state;
    struct scope_mouse mouse;
    struct run r = start(false);
    for (uint64_t i = 1; i <= 100; i++)
        change(&r, i, 5);
    break_apart(&r, 101);
    scope_read_on(r.scope, false, false, 1);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->story.sign, STORY_OUT_OF_SYNC);
    scope_do(r.scope, SCOPE_START);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->look.until, 1);
    assert_true(sees(r.scope, 0) && r.scope->look.is_paused);
    assert_int_not_equal(r.scope->story.sign, STORY_OUT_OF_SYNC);
    scope_do(r.scope, SCOPE_FORWARD);
    assert_int_equal(r.scope->look.until, 2);
    assert_string_equal(r.scope->notice, "");
    assert_true(find(r.scope, PICTURE_OVERVIEW, -1, &mouse));
    mouse.x += 400;
    click(&r, mouse);
    assert_false(sees(r.scope, 0));
    assert_int_equal(r.scope->look.until, 2);
    scope_do(r.scope, SCOPE_END);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->look.until, HISTORY_NONE);
    assert_int_equal(r.scope->story.sign, STORY_OUT_OF_SYNC);
    stop(&r);
}

static void home_of_a_live_run_hides_nothing(void **state) {
    (void)state;
    struct run r = start_with(true, 200);
    wait_ms(&r, 100);
    scope_do(r.scope, SCOPE_START);
    wait_ms(&r, 100);
    assert_true(sees(r.scope, 0) && !r.scope->follows);
    assert_int_equal(r.scope->look.until, HISTORY_NONE);
    stop(&r);
}

static void the_title_tells_the_head_of_the_sentence(void **state) {
    (void)state;
    char title[160];
    struct run r = start(false);
    change(&r, 1, 5);
    break_apart(&r, 2);
    scope_read_on(r.scope, false, false, 1);
    wait_ms(&r, 200);
    scope_window_title(r.scope, title, sizeof title);
    assert_ptr_equal(strstr(title, "Groupy scope: OUT OF SYNC"), title);
    stop(&r);
}

static void playing_takes_its_time_and_slow_motion_more(void **state) {
    (void)state;
    struct run r = start_with(false, 6);
    wait_ms(&r, 100);
    scope_do(r.scope, SCOPE_START);
    scope_do(r.scope, SCOPE_GROUP_PAUSE); /* of a trace: play */
    assert_true(r.scope->look.is_playing);
    const uint32_t first = r.scope->look.until;
    wait_ms(&r, 1000);
    const uint32_t fast = r.scope->look.until - first;
    assert_true(fast > 0 && r.scope->look.is_playing);
    assert_true(scope_wait_ms(r.scope) <= 40);
    scope_do(r.scope, SCOPE_GROUP_PAUSE);
    assert_false(r.scope->look.is_playing);
    const uint32_t held = r.scope->look.until;
    wait_ms(&r, 1000);
    assert_int_equal(r.scope->look.until, held);

    scope_hold(r.scope, first);
    scope_do(r.scope, SCOPE_SLOWER);
    scope_do(r.scope, SCOPE_SLOWER);
    assert_true(r.scope->look.speed == 0.0625f);
    scope_do(r.scope, SCOPE_PLAY);
    wait_ms(&r, 1000);
    assert_true(r.scope->look.until - first < fast);
    for (int i = 0; i < 3; i++)
        scope_do(r.scope, SCOPE_FASTER);
    assert_true(r.scope->look.speed == 1.0f);
    wait_ms(&r, 60000);
    assert_false(r.scope->look.is_playing); /* the end */
    assert_int_equal(r.scope->look.until, HISTORY_NONE);
    stop(&r);
}

static void led_by_the_clock_of_the_run_it_waits_as_long_as_nothing_happened(void **state) {
    (void)state;
    struct run r = start_with(false, 6);
    const uint32_t before = history_event_count(r.scope->history);
    const gms_time silence = r.t;
    r.t += 5000u * MS;
    tell(&r, 1, (struct trace_record){.ev = TRACE_LEAVE});
    scope_read_on(r.scope, false, false, 1);
    wait_ms(&r, 100);
    scope_set_axis(r.scope, HISTORY_TIME);
    scope_do(r.scope, SCOPE_START);
    scope_play(r.scope, true);
    scope_play_to(r.scope, silence + 4900u * MS);
    wait_ms(&r, 60000); /* another clock */
    assert_true(r.scope->look.is_playing);
    assert_int_equal(r.scope->look.until, before);
    scope_play_to(r.scope, r.t);
    assert_false(r.scope->look.is_playing);
    assert_int_equal(r.scope->look.until, HISTORY_NONE);
    stop(&r);
}

/* -- Runs --------------------------------------------------------------------------------------------------
 */

static void another_run_is_shown_from_its_beginning_and_the_selected_worker_stays(void **state) {
    (void)state;
    struct run r = start_with(true, 100);
    wait_ms(&r, 100);
    scope_select(r.scope, 1);
    scope_do(r.scope, SCOPE_BACK);
    begin(&r, GMS_RUNG_3, true);
    install(&r, 1, all, 3);
    wait_ms(&r, 100);
    assert_int_equal(r.scope->settings.rung, GMS_RUNG_3);
    assert_int_equal(r.scope->look.until, HISTORY_NONE);
    assert_true(r.scope->follows && sees(r.scope, 0));
    assert_string_equal(history_row(r.scope->history, (uint32_t)r.scope->look.selected_row)->name, "w2");
    stop(&r);
}

static void a_short_trace_is_seen_whole(void **state) {
    (void)state;
    struct run r = start_with(false, 3);
    wait_ms(&r, 100);
    assert_true(sees(r.scope, 0) && sees(r.scope, end_of(r.scope)));
    stop(&r);
}

static void a_long_broken_trace_opens_at_the_cause(void **state) {
    (void)state;
    struct run r = start(false);
    r.scope->look.unit = 0; /* it is read before the window has a size */
    for (uint64_t i = 1; i <= 300; i++)
        change(&r, i, 5);
    break_apart(&r, 301);
    scope_read_on(r.scope, false, false, 1);
    scope_resize(r.scope, WIDTH, HEIGHT, 1);
    wait_ms(&r, 100);
    assert_int_not_equal(r.scope->story.event, HISTORY_NONE);
    assert_true(sees(r.scope, history_event(r.scope->history, r.scope->story.event)->at[HISTORY_STEPS]));
    stop(&r);
}

static void nothing_is_wanted_while_nothing_happens(void **state) {
    (void)state;
    struct run r = start_with(true, 5);
    wait_ms(&r, 5000);
    scope_draw(r.scope, &list.canvas);
    wait_ms(&r, 5000);
    assert_int_equal(scope_wait_ms(r.scope), -1);
    assert_false(r.scope->dirty);
    stop(&r);
}

/* -- Acting ------------------------------------------------------------------------------------------------
 */

static void expect_words(struct run *r, const char *words) {
    struct scope_ask ask;
    char text[256] = "";
    assert_true(scope_take_ask(r->scope, &ask));
    assert_int_equal(ask.wish, SCOPE_WISH_ACT);
    for (int i = 0; i < ask.word_count; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i > 0 ? " " : "", ask.words[i]);
    assert_string_equal(text, words);
}

static void keys_ask_for_what_ctl_does(void **state) {
    (void)state;
    static const struct {
        enum scope_command command;
        const char *words;
    } cases[] = {
        {SCOPE_KILL_LEADER, "kill leader"},
        {SCOPE_CRASH_MID_BROADCAST, "crash-mid-broadcast"},
        {SCOPE_HANG_LEADER, "hang leader --for 3s"},
        {SCOPE_LOSE, "lose 1 --to w2"},
        {SCOPE_CUT, "cut w2"},
        {SCOPE_JOIN, "join"},
        {SCOPE_LEAVE, "leave w2"},
        {SCOPE_CHANGE, "change"},
        {SCOPE_GROUP_PAUSE, "pause-or-resume"},
        {SCOPE_FASTER, "pace faster"},
        {SCOPE_SLOWER, "pace slower"},
        {SCOPE_RECORD, "record"},
    };
    struct scope_ask ask;
    struct run r = start_with(true, 2);
    wait_ms(&r, 100);
    scope_select(r.scope, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        scope_do(r.scope, cases[i].command);
        expect_words(&r, cases[i].words);
    }
    scope_do(r.scope, SCOPE_STEP);
    expect_words(&r, "pause");
    assert_true(scope_take_ask(r.scope, &ask));
    assert_string_equal(ask.words[0], "change");
    assert_string_equal(ask.self, "w2");
    scope_restart(r.scope, "gms4-nack");
    expect_words(&r, "rung gms4-nack");
    scope_start(r.scope, "gms3-loss");
    expect_words(&r, "scenario gms3-loss");
    assert_false(scope_take_ask(r.scope, &ask));
    stop(&r);
}

static void a_fault_for_nobody_asks_for_a_worker(void **state) {
    (void)state;
    static const enum scope_command commands[] = {SCOPE_LOSE, SCOPE_CUT, SCOPE_LEAVE};
    struct scope_ask ask;
    struct run r = start_with(true, 2);
    wait_ms(&r, 100);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        r.scope->notice[0] = '\0';
        scope_do(r.scope, commands[i]);
        assert_string_equal(r.scope->notice, "click on a worker first");
        assert_false(scope_take_ask(r.scope, &ask));
    }
    stop(&r);
}

static void nothing_is_done_to_a_recorded_run(void **state) {
    (void)state;
    struct scope_ask ask;
    struct run r = start_with(false, 2);
    wait_ms(&r, 100);
    scope_do(r.scope, SCOPE_KILL_LEADER);
    assert_false(scope_take_ask(r.scope, &ask));
    assert_non_null(strstr(r.scope->notice, "recorded"));
    scope_do(r.scope, SCOPE_LOSE);
    assert_non_null(strstr(r.scope->notice, "recorded"));
    stop(&r);
}

static void more_keys_than_can_be_asked_are_forgotten(void **state) {
    (void)state;
    struct scope_ask ask;
    struct run r = start_with(true, 2);
    for (int i = 0; i < 10 * SCOPE_ASKS_MAX; i++)
        scope_do(r.scope, SCOPE_JOIN);
    for (int i = 0; i < SCOPE_ASKS_MAX; i++)
        assert_true(scope_take_ask(r.scope, &ask));
    assert_false(scope_take_ask(r.scope, &ask));
    stop(&r);
}

static void a_notice_goes_after_a_while(void **state) {
    (void)state;
    struct run r = start_with(true, 2);
    wait_ms(&r, 100);
    scope_notice(r.scope, "w2 leaves");
    wait_ms(&r, 1000);
    assert_string_equal(r.scope->notice, "w2 leaves");
    wait_ms(&r, 6000);
    assert_string_equal(r.scope->notice, "");
    stop(&r);
}

static void an_answer_ends_when_the_sign_changes(void **state) {
    (void)state;
    struct run r = start_with(true, 1);
    wait_ms(&r, 100);
    scope_answer(r.scope, "w1 crashes in the middle of its next broadcast");
    change(&r, 2, 5);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->story.sign, STORY_IN_SYNC);
    assert_string_not_equal(r.scope->notice, "");
    break_apart(&r, 3);
    wait_ms(&r, 200);
    assert_int_equal(r.scope->story.sign, STORY_OUT_OF_SYNC);
    assert_string_equal(r.scope->notice, "");
    stop(&r);
}

static void an_answer_on_what_will_be_lost_ends_when_it_was(void **state) {
    (void)state;
    struct trace_record lost = {
        .ev = TRACE_LOSE, .peer = 2, .type = "MSG", .x_sender = 1, .x = 99, .why = "loss 10%"};
    struct run r = start_with(true, 1);
    wait_ms(&r, 100);
    scope_answer(r.scope, "the next message from w1 to w2 will be lost");
    tell(&r, 1, lost);
    wait_ms(&r, 40);
    assert_string_not_equal(r.scope->notice, "");
    lost.why = "lost on demand";
    tell(&r, 1, lost);
    wait_ms(&r, 40);
    assert_string_equal(r.scope->notice, "");
    scope_notice(r.scope, "saved");
    tell(&r, 1, lost);
    wait_ms(&r, 40);
    assert_string_equal(r.scope->notice, "saved");
    stop(&r);
}

static void a_note_of_the_scenario_is_shown_for_a_while_and_again_at_its_place(void **state) {
    (void)state;
    struct run r = start_with(true, 2);
    wait_ms(&r, 100);
    r.to.caption(r.to.self, r.t, "now the leader crashes");
    wait_ms(&r, 1000);
    assert_string_equal(r.scope->caption, "now the leader crashes");
    const uint32_t there = history_event_count(r.scope->history);
    change(&r, 3, 5);
    r.t += 60000ull * MS;
    change(&r, 4, 5);
    wait_ms(&r, 20000);
    assert_string_equal(r.scope->caption, "");
    scope_hold(r.scope, there + 2);
    wait_ms(&r, 100);
    assert_string_equal(r.scope->caption, "now the leader crashes");
    scope_hold(r.scope, there - 2);
    wait_ms(&r, 100);
    assert_string_equal(r.scope->caption, "");
    stop(&r);
}

/* -- Mouse --------------------------------------------------------------------------------------------------
 */

static void a_click_on_a_name_selects_the_worker(void **state) {
    (void)state;
    struct scope_mouse mouse;
    struct run r = start_with(true, 5);
    wait_ms(&r, 100);
    assert_true(find(r.scope, PICTURE_ROW, 2, &mouse));
    click(&r, mouse);
    assert_int_equal(r.scope->look.selected_row, 2);
    scope_do(r.scope, SCOPE_LEAVE);
    expect_words(&r, "leave w3");
    click(&r, mouse);
    assert_int_equal(r.scope->look.selected_row, -1);
    stop(&r);
}

static void a_click_on_the_sentence_goes_to_the_cause(void **state) {
    (void)state;
    struct scope_mouse mouse;
    struct run r = start(false);
    for (uint64_t i = 1; i <= 300; i++)
        change(&r, i, 5);
    break_apart(&r, 301);
    scope_read_on(r.scope, false, false, 1);
    wait_ms(&r, 100);
    scope_scroll_to(r.scope, 0);
    assert_false(sees(r.scope, history_event(r.scope->history, r.scope->story.event)->at[HISTORY_STEPS]));
    assert_true(find(r.scope, PICTURE_SENTENCE, -1, &mouse));
    click(&r, mouse);
    assert_true(sees(r.scope, history_event(r.scope->history, r.scope->story.event)->at[HISTORY_STEPS]));
    stop(&r);
}

static void pointing_at_a_message_explains_it(void **state) {
    (void)state;
    struct scope_mouse mouse;
    struct run r = start_with(false, 2);
    wait_ms(&r, 100);
    assert_true(find(r.scope, PICTURE_EVENT, -1, &mouse));
    scope_mouse_move(r.scope, &list.canvas, mouse);
    assert_int_not_equal(r.scope->look.hovered, HISTORY_NONE);
    assert_true(r.scope->explanation[0] != '\0');
    scope_mouse_gone(r.scope);
    assert_int_equal(r.scope->look.hovered, HISTORY_NONE);
    assert_string_equal(r.scope->explanation, "");
    stop(&r);
}

static void pointing_at_a_violated_property_shows_its_witness(void **state) {
    (void)state;
    struct scope_mouse mouse;
    char plain[400];
    struct run r = start(false);
    change(&r, 1, 5);
    break_apart(&r, 2);
    scope_read_on(r.scope, false, false, 1);
    wait_ms(&r, 100);
    int broken = 1;
    while (broken < CHECK_PROPERTIES && r.scope->story.property[broken] != CHECK_VIOLATED)
        broken++;
    assert_true(find(r.scope, PICTURE_PROPERTY, broken, &mouse));
    scope_mouse_move(r.scope, &list.canvas, mouse);
    explain_property(broken, CHECK_VIOLATED, plain, sizeof plain);
    assert_string_not_equal(r.scope->explanation, "");
    assert_string_not_equal(r.scope->explanation, plain);
    assert_int_equal(r.scope->look.hovered_property, broken);
    stop(&r);
}

static void the_wheel_on_the_names_scrolls_them_as_far_as_there_are_some(void **state) {
    (void)state;
    gms_id many[GMS_MEMBERS_MAX];
    char name[16];
    struct scope_mouse mouse;
    struct run r = start(true);
    for (gms_id id = 1; id <= 100; id++) {
        snprintf(name, sizeof name, "w%d", (int)id);
        many[id - 1] = id;
        r.to.name(r.to.self, id, name);
    }
    tell(&r, 1,
         (struct trace_record){
             .ev = TRACE_VIEW, .view = 2, .members = many, .member_count = 100, .primary = true});
    wait_ms(&r, 100);
    assert_true(find(r.scope, PICTURE_ROW, 0, &mouse));
    scope_wheel(r.scope, &list.canvas, mouse, -1);
    assert_true(r.scope->look.row_offset > 0);
    scope_wheel(r.scope, &list.canvas, mouse, -1000);
    assert_true(find(r.scope, PICTURE_ROW, 99, &mouse)); /* and no further */
    scope_wheel(r.scope, &list.canvas, mouse, 1000);
    assert_true(r.scope->look.row_offset == 0.0f);
    stop(&r);
}

static void every_tool_does_what_its_key_does(void **state) {
    (void)state;
    struct scope_ask ask;
    struct scope_mouse mouse;
    struct run r = start_with(true, 100);
    wait_ms(&r, 100);
    for (int tool = 0; tool < PICTURE_TOOLS; tool++)
        assert_true(find(r.scope, PICTURE_TOOL, tool, &mouse));
    assert_true(find(r.scope, PICTURE_TOOL, PICTURE_PAUSE, &mouse));
    click(&r, mouse);
    assert_true(r.scope->look.is_paused);
    assert_true(find(r.scope, PICTURE_TOOL, PICTURE_BACK, &mouse));
    const uint32_t until = r.scope->look.until;
    click(&r, mouse);
    assert_true(r.scope->look.until < until);
    assert_true(find(r.scope, PICTURE_TOOL, PICTURE_LINKS, &mouse));
    click(&r, mouse);
    assert_true(r.scope->look.shows_links);
    click(&r, mouse);
    assert_true(find(r.scope, PICTURE_TOOL, PICTURE_THEME, &mouse));
    click(&r, mouse);
    assert_int_equal(r.scope->look.theme, THEME_DARK);
    assert_true(find(r.scope, PICTURE_TOOL, PICTURE_SAVE, &mouse));
    click(&r, mouse);
    assert_true(scope_take_ask(r.scope, &ask));
    assert_int_equal(ask.wish, SCOPE_WISH_SAVE);
    stop(&r);
}

/* -- Links --------------------------------------------------------------------------------------------------
 */

static void fault(struct run *r, gms_id at_whom, const char *what, gms_id peer) {
    tell(r, at_whom, (struct trace_record){.ev = TRACE_FAULT, .what = what, .peer = peer});
}

static const struct picture_link *link_of(struct run *r, int from, int to) {
    links_read(&r->scope->links, r->scope->history, r->scope->look.until);
    return links_of(&r->scope->links, from, to);
}

static void the_faults_of_links_are_learnt_from_the_records(void **state) {
    (void)state;
    struct run r = start_with(true, 2);
    fault(&r, 1, "cut", 3);
    assert_true(link_of(&r, 0, 2)->cut);
    assert_false(link_of(&r, 2, 0)->cut);
    const uint32_t healthy_until = history_event_count(r.scope->history) - 1;
    fault(&r, 1, "lose 2", 2);
    assert_int_equal(link_of(&r, 0, 1)->lose, 2);
    tell(&r, 1,
         (struct trace_record){
             .ev = TRACE_LOSE, .peer = 2, .type = "MSG", .x_sender = 1, .x = 99, .why = "lost on demand"});
    assert_int_equal(link_of(&r, 0, 1)->lose, 1);
    fault(&r, 2, "delay 200ms", 1);
    assert_int_equal(link_of(&r, 0, 1)->delay_ms, 200);
    fault(&r, 2, "heal", GMS_NOBODY);
    assert_int_equal(link_of(&r, 0, 1)->delay_ms, 0);
    assert_true(link_of(&r, 0, 2)->cut);
    fault(&r, 1, "heal", 3);
    assert_false(link_of(&r, 0, 2)->cut);
    scope_hold(r.scope, healthy_until);
    assert_int_equal(link_of(&r, 0, 1)->lose, 0);
    stop(&r);
}

static void clicks_in_the_matrix_cut_lose_delay_and_mend_one_direction(void **state) {
    (void)state;
    struct run r = start_with(true, 2);
    scope_click_link(r.scope, 0, 2, SCOPE_LEFT, false);
    expect_words(&r, "cut w1 w3 --one-way");
    scope_click_link(r.scope, 0, 2, SCOPE_LEFT, true);
    expect_words(&r, "lose 1 --from w1 --to w3");
    scope_click_link(r.scope, 0, 2, SCOPE_RIGHT, false);
    expect_words(&r, "delay 200ms --from w1 --to w3");
    fault(&r, 1, "cut", 3);
    fault(&r, 3, "delay 200ms", 1);
    scope_click_link(r.scope, 0, 2, SCOPE_LEFT, false);
    expect_words(&r, "heal w1 w3 --one-way");
    scope_click_link(r.scope, 0, 2, SCOPE_RIGHT, false);
    expect_words(&r, "delay 0ms --from w1 --to w3");
    scope_select(r.scope, 2);
    scope_do(r.scope, SCOPE_CUT);
    expect_words(&r, "heal");
    stop(&r);
}

/* -- Words --------------------------------------------------------------------------------------------------
 */

static uint32_t nth(const struct run *r, enum trace_ev ev, int n) {
    for (uint32_t i = 0; i < history_event_count(r->scope->history); i++)
        if (history_event(r->scope->history, i)->ev == (uint8_t)ev && n-- == 0)
            return i;
    fail_msg("no such event");
    return 0;
}

static void a_message_is_explained_from_both_ends(void **state) {
    (void)state;
    char text[400];
    struct run r = start(true);
    tell(&r, 1, (struct trace_record){.ev = TRACE_MCAST, .m_origin = 1, .m_n = 9, .n = 7});
    send(&r, 1, 3, 1, 9, 7);
    explain_event(r.scope->history, nth(&r, TRACE_SEND, 0), text, sizeof text);
    assert_non_null(strstr(text, "w1#9: change 7 of w1. MSG from w1 to w3"));
    assert_non_null(strstr(text, "under way"));
    receive(&r, 3, 1, 9, 7);
    explain_event(r.scope->history, nth(&r, TRACE_SEND, 0), text, sizeof text);
    assert_non_null(strstr(text, "arrived 1.0 ms later"));
    explain_event(r.scope->history, nth(&r, TRACE_RECV, 0), text, sizeof text);
    assert_non_null(strstr(text, "MSG from w1 to w3"));
    assert_non_null(strstr(text, "arrived 1.0 ms later"));
    tell(&r, 1,
         (struct trace_record){
             .ev = TRACE_LOSE, .peer = 2, .type = "MSG", .x_sender = 1, .x = 77, .why = "loss 10%"});
    explain_event(r.scope->history, nth(&r, TRACE_LOSE, 0), text, sizeof text);
    assert_non_null(strstr(text, "lost: loss 10%"));
    stop(&r);
}

static void every_event_property_and_tool_has_words(void **state) {
    (void)state;
    char text[400];
    struct run r = start_with(true, 1);
    for (int ev = 0; ev < TRACE_EVS; ev++)
        tell(&r, 2,
             (struct trace_record){.ev = (enum trace_ev)ev,
                                   .peer = 3,
                                   .type = "MSG",
                                   .what = "cut",
                                   .why = "because",
                                   .view = 1,
                                   .members = all,
                                   .member_count = 3});
    for (uint32_t i = 0; i < history_event_count(r.scope->history); i++) {
        explain_event(r.scope->history, i, text, sizeof text);
        assert_true(strlen(text) > 5);
        explain_event(r.scope->history, i, text, 8); /* cut, and no more */
        assert_true(strlen(text) < 8);
    }
    for (int i = 1; i < CHECK_PROPERTIES; i++) {
        explain_property(i, CHECK_HOLDS, text, sizeof text);
        assert_null(strstr(text, "(null)"));
        assert_true(strlen(text) > 20);
    }
    for (int i = 0; i < PICTURE_TOOLS; i++) {
        explain_tool((enum picture_tool)i, text, sizeof text);
        assert_true(strlen(text) > 5);
    }
    stop(&r);
}

/* -- Records
 * ------------------------------------------------------------------------------------------------- */

static void records_come_back_as_they_were_and_too_many_are_said(void **state) {
    (void)state;
    struct records *records = records_new();
    struct trace_record back;
    char why[32];
    assert_non_null(records);
    for (uint32_t i = 0; i < RECORDS_MAX; i++) {
        snprintf(why, sizeof why, "reason %u", i % 7);
        const struct trace_record r = {
            .ev = TRACE_DROP, .t = i, .why = why, .members = all, .member_count = i % 4};
        records_add(records, 2 * i, &r);
    }
    assert_true(records_complete(records));
    assert_int_equal(records_count(records), RECORDS_MAX);
    records_get(records, 12345, &back);
    assert_int_equal(back.t, 12345);
    assert_string_equal(back.why, "reason 4");
    assert_int_equal(back.member_count, 1);
    assert_int_equal(back.members[0], 1);
    assert_int_equal(records_mark(records, 12345), 24690);
    records_add(records, UINT32_MAX, &back);
    assert_false(records_complete(records));
    records_clear(records);
    assert_true(records_complete(records) && records_count(records) == 0);
    records_destroy(&records);
}

static int set_up(void **state) {
    (void)state;
    char error[256];
    struct fonts *fonts = fonts_open(GROUPY_ASSETS_SOURCE "/fonts", error, sizeof error);
    if (fonts == NULL)
        fprintf(stderr, "%s\n", error);
    canvas_list_init(&list, fonts);
    return fonts == NULL;
}

static int tear_down(void **state) {
    (void)state;
    struct fonts *fonts = list.fonts;
    canvas_list_free(&list);
    fonts_close(&fonts);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_live_run_is_followed),
        cmocka_unit_test(scrolling_stops_following_and_end_goes_back_to_it),
        cmocka_unit_test(a_drag_moves_the_picture_with_the_mouse),
        cmocka_unit_test(the_wheel_zooms_about_the_place_below_the_mouse),
        cmocka_unit_test(zoom_ends_where_the_whole_run_is_seen),
        cmocka_unit_test(what_is_in_the_middle_stays_there_in_another_size),
        cmocka_unit_test(a_click_on_the_strip_goes_there_and_a_drag_scrubs),
        cmocka_unit_test(the_other_axis_shows_the_same_moment),
        cmocka_unit_test(holding_hides_what_comes_after_and_the_group_goes_on),
        cmocka_unit_test(steps_go_back_and_on_event_by_event),
        cmocka_unit_test(the_sentence_is_that_of_the_cursor),
        cmocka_unit_test(home_of_a_trace_is_its_first_event_and_end_shows_all_again),
        cmocka_unit_test(home_of_a_live_run_hides_nothing),
        cmocka_unit_test(the_title_tells_the_head_of_the_sentence),
        cmocka_unit_test(playing_takes_its_time_and_slow_motion_more),
        cmocka_unit_test(led_by_the_clock_of_the_run_it_waits_as_long_as_nothing_happened),
        cmocka_unit_test(another_run_is_shown_from_its_beginning_and_the_selected_worker_stays),
        cmocka_unit_test(a_short_trace_is_seen_whole),
        cmocka_unit_test(a_long_broken_trace_opens_at_the_cause),
        cmocka_unit_test(nothing_is_wanted_while_nothing_happens),
        cmocka_unit_test(keys_ask_for_what_ctl_does),
        cmocka_unit_test(a_fault_for_nobody_asks_for_a_worker),
        cmocka_unit_test(nothing_is_done_to_a_recorded_run),
        cmocka_unit_test(more_keys_than_can_be_asked_are_forgotten),
        cmocka_unit_test(a_notice_goes_after_a_while),
        cmocka_unit_test(an_answer_ends_when_the_sign_changes),
        cmocka_unit_test(an_answer_on_what_will_be_lost_ends_when_it_was),
        cmocka_unit_test(a_note_of_the_scenario_is_shown_for_a_while_and_again_at_its_place),
        cmocka_unit_test(a_click_on_a_name_selects_the_worker),
        cmocka_unit_test(a_click_on_the_sentence_goes_to_the_cause),
        cmocka_unit_test(pointing_at_a_message_explains_it),
        cmocka_unit_test(pointing_at_a_violated_property_shows_its_witness),
        cmocka_unit_test(the_wheel_on_the_names_scrolls_them_as_far_as_there_are_some),
        cmocka_unit_test(every_tool_does_what_its_key_does),
        cmocka_unit_test(the_faults_of_links_are_learnt_from_the_records),
        cmocka_unit_test(clicks_in_the_matrix_cut_lose_delay_and_mend_one_direction),
        cmocka_unit_test(a_message_is_explained_from_both_ends),
        cmocka_unit_test(every_event_property_and_tool_has_words),
        cmocka_unit_test(records_come_back_as_they_were_and_too_many_are_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
