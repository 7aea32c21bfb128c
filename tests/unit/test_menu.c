/* The menu of scenarios, the question before a restart and the help: what they do with keys and clicks, and
 * what they draw, judged on the list of drawing calls.
 */
#include "app/scenario_menu.h"
#include "app/ui/canvas_list.h"
#include "app/ui/keys.h"
#include "app/ui/menu_keys.h"
#include "app/ui/question.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#ifndef GROUPY_ASSETS_SOURCE
#define GROUPY_ASSETS_SOURCE "assets"
#endif

static struct canvas_list list;
static struct menu menu;

static const float sizes[][2] = {{200, 200}, {320, 200},  {200, 600},   {384, 460},
                                 {640, 540}, {1280, 720}, {1920, 1080}, {1920, 200}};
#define SIZES (sizeof sizes / sizeof sizes[0])

static const char *draw_menu(float width, float height) {
    canvas_list_clear(&list);
    menu_draw(&list.canvas, &menu, &(struct menu_look){width, height, 1, THEME_DARK});
    return list.text;
}

static void open_real_menu(const char *rung) {
    char error[256];
    assert_true(scenario_menu_open(&menu, GROUPY_ASSETS_SOURCE, rung, error, sizeof error));
}

static void open_small_menu(void) {
    menu_clear(&menu, "Scenarios");
    menu_add(&menu, "gms1", "gms1-crash", "The leader crashes");
    menu_add(&menu, "gms1", "gms1-loss", "One message is lost");
    menu_add(&menu, "gms2", "gms2-crash", "The leader crashes");
    menu_add(&menu, "gms2", "gms2-loss", "One message is lost");
    menu_add(&menu, "gms2", "gms2-rolling", "Members die and join");
    menu_open(&menu, "gms2");
}

static const char *chosen(void) {
    return menu.chosen < 0 ? "none" : menu.items[menu.chosen].name;
}

/* Fails if a text leaves the window, or two overlap. */
static void assert_tidy(const char *drawn, float width, float height) {
    static struct {
        float left, top, right, bottom;
        char words[CANVAS_TEXT_MAX];
    } t[256];
    int count = 0;
    for (const char *line = drawn; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
        float baseline, wide, size;
        if (sscanf(line, "text %f %f %f %f %*s %*s %191[^\n]", &t[count].left, &baseline, &wide, &size,
                   t[count].words) != 5)
            continue;
        t[count].right = t[count].left + wide;
        t[count].top = baseline - CANVAS_CAP_HEIGHT * size;
        t[count].bottom = baseline;
        if (t[count].left < 0 || t[count].right > width + 0.5f || t[count].top < 0 ||
            t[count].bottom > height)
            fail_msg("outside %gx%g: %s", (double)width, (double)height, t[count].words);
        if (size < 12)
            fail_msg("too small at %gx%g: %s", (double)width, (double)height, t[count].words);
        for (int i = 0; i < count; i++)
            if (t[i].left < t[count].right && t[count].left < t[i].right && t[i].top < t[count].bottom &&
                t[count].top < t[i].bottom)
                fail_msg("at %gx%g '%s' overlaps '%s'", (double)width, (double)height, t[i].words,
                         t[count].words);
        count++;
        assert_in_range(count, 0, 255);
    }
    assert_true(count > 0);
}

/* --- the menu --- */

static void it_opens_at_the_groups_own_rung_with_the_first_one_chosen(void **state) {
    (void)state;
    open_small_menu();
    assert_string_equal(chosen(), "gms2-crash");
    assert_non_null(strstr(draw_menu(640, 540), "Members die and join"));
    menu_open(&menu, "gms9");
    assert_string_equal(chosen(), "gms1-crash");
}

static void arrows_choose_and_stop_at_the_ends(void **state) {
    (void)state;
    open_small_menu();
    menu_press(&menu, MENU_UP);
    assert_string_equal(chosen(), "gms2-crash");
    menu_press(&menu, MENU_DOWN);
    assert_string_equal(chosen(), "gms2-loss");
    menu_press(&menu, MENU_LAST);
    menu_press(&menu, MENU_DOWN);
    assert_string_equal(chosen(), "gms2-rolling");
}

static void the_same_story_stays_chosen_on_another_rung(void **state) {
    (void)state;
    open_small_menu();
    menu_press(&menu, MENU_DOWN);
    menu_press(&menu, MENU_GROUP_BEFORE);
    assert_string_equal(chosen(), "gms1-loss");
    menu_press(&menu, MENU_GROUP_BEFORE);
    assert_string_equal(chosen(), "gms1-loss");
    menu_press(&menu, MENU_GROUP_AFTER);
    menu_press(&menu, MENU_LAST);
    menu_press(&menu, MENU_GROUP_BEFORE); /* has no such story */
    assert_int_equal(menu.items[menu.chosen].group, 0);
}

static void a_few_letters_leave_what_has_them(void **state) {
    (void)state;
    open_small_menu();
    menu_type(&menu, "L");
    menu_type(&menu, "os");
    assert_string_equal(chosen(), "gms2-loss");
    assert_null(strstr(draw_menu(640, 540), "The leader crashes"));
    menu_press(&menu, MENU_ERASE);
    menu_press(&menu, MENU_ERASE);
    menu_press(&menu, MENU_ERASE);
    menu_press(&menu, MENU_ERASE);
    assert_non_null(strstr(draw_menu(640, 540), "The leader crashes"));
    menu_type(&menu, "gms1 crash");
    assert_string_equal(chosen(), "gms1-crash"); /* another rung: there it is */
}

static void what_nothing_has_is_said_and_can_not_be_chosen(void **state) {
    (void)state;
    open_small_menu();
    menu_type(&menu, "xyz");
    assert_non_null(strstr(draw_menu(640, 540), "nothing has"));
    assert_int_equal(menu_press(&menu, MENU_ENTER), MENU_STAYS);
    assert_int_equal(menu_press(&menu, MENU_DOWN), MENU_STAYS);
    assert_int_equal(menu_press(&menu, MENU_ESCAPE), MENU_CLOSED);
    assert_false(menu.is_open);
}

static void enter_and_a_click_choose(void **state) {
    (void)state;
    open_small_menu();
    assert_int_equal(menu_press(&menu, MENU_ENTER), MENU_CHOSEN);
    assert_false(menu.is_open);
    open_small_menu();
    draw_menu(640, 540);
    menu_point(&menu, menu.list.x + 5, menu.list.y + 1.5f * menu.row_height);
    assert_string_equal(chosen(), "gms2-loss");
    assert_int_equal(menu_click(&menu, menu.list.x + 5, menu.list.y + 2.5f * menu.row_height), MENU_CHOSEN);
    assert_string_equal(chosen(), "gms2-rolling");
    open_small_menu();
    draw_menu(640, 540);
    assert_int_equal(menu_click(&menu, menu.tabs[0].x + 2, menu.tabs[0].y + 2), MENU_STAYS);
    assert_string_equal(chosen(), "gms1-crash");
}

static bool handle(SDL_Event event, enum menu_result *result) {
    return menu_handle(&menu, &event, 2, result); /* a display of twice the density */
}

static SDL_Event key_event(SDL_Keycode key, uint16_t mod) {
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = key;
    event.key.keysym.mod = mod;
    return event;
}

static void keys_wheel_and_mouse_reach_the_menu_while_it_is_open(void **state) {
    static const struct {
        SDL_Keycode key;
        const char *then;
    } presses[] = {{SDLK_DOWN, "gms2-loss"},  {SDLK_UP, "gms2-crash"},         {SDLK_END, "gms2-rolling"},
                   {SDLK_HOME, "gms2-crash"}, {SDLK_PAGEDOWN, "gms2-rolling"}, {SDLK_PAGEUP, "gms2-crash"},
                   {SDLK_LEFT, "gms1-crash"}, {SDLK_RIGHT, "gms2-crash"},      {SDLK_k, "gms2-crash"}};
    enum menu_result result;
    (void)state;
    open_small_menu();
    draw_menu(640, 540);
    for (size_t i = 0; i < sizeof presses / sizeof presses[0]; i++) {
        assert_true(handle(key_event(presses[i].key, 0), &result));
        assert_string_equal(chosen(), presses[i].then);
    }
    assert_true(handle((SDL_Event){.wheel = {.type = SDL_MOUSEWHEEL, .y = -1}}, &result));
    assert_string_equal(chosen(), "gms2-rolling");
    const int32_t x = (int32_t)(menu.list.x + 8) / 2, y = (int32_t)(menu.list.y + 1.5f * menu.row_height) / 2;
    assert_true(handle((SDL_Event){.motion = {.type = SDL_MOUSEMOTION, .x = x, .y = y}}, &result));
    assert_string_equal(chosen(), "gms2-loss");
    assert_false(handle(key_event(SDLK_q, KMOD_LCTRL), &result)); /* closes all, always */
    assert_false(handle(key_event(SDLK_F11, 0), &result));
    assert_true(handle(
        (SDL_Event){.button = {.type = SDL_MOUSEBUTTONDOWN, .button = SDL_BUTTON_LEFT, .x = x, .y = y}},
        &result));
    assert_int_equal(result, MENU_CHOSEN);
    assert_false(handle(key_event(SDLK_DOWN, 0), &result)); /* it is closed */
    open_small_menu();
    assert_true(handle(key_event(SDLK_ESCAPE, 0), &result));
    assert_int_equal(result, MENU_CLOSED);
}

static void every_built_in_scenario_can_be_reached(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        int reached = 0;
        open_real_menu("gms1");
        assert_true(menu.item_count > 90);
        for (int g = 0; g < menu.group_count; g++) {
            menu_press(&menu, MENU_FIRST);
            for (int before = -1; menu.chosen != before; reached++) {
                draw_menu(sizes[i][0], sizes[i][1]);
                assert_non_null(strstr(list.text, "note chosen\n")); /* it is seen, too */
                before = menu.chosen;
                menu_press(&menu, MENU_DOWN);
            }
            menu_press(&menu, MENU_GROUP_AFTER);
        }
        assert_int_equal(reached, menu.item_count);
    }
}

static void nothing_of_the_menu_overlaps_or_leaves_the_window(void **state) {
    (void)state;
    static const char *const typed[] = {"", "loss", "mid", "nothing has this at all"};
    for (size_t i = 0; i < SIZES; i++)
        for (size_t j = 0; j < sizeof typed / sizeof typed[0]; j++) {
            open_real_menu("gms4-nack");
            menu_type(&menu, typed[j]);
            assert_tidy(draw_menu(sizes[i][0], sizes[i][1]), sizes[i][0], sizes[i][1]);
            menu_press(&menu, MENU_LAST);
            assert_tidy(draw_menu(sizes[i][0], sizes[i][1]), sizes[i][0], sizes[i][1]);
        }
}

static void too_many_items_and_too_long_words_do_no_harm(void **state) {
    (void)state;
    char word[300];
    memset(word, 'w', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    menu_clear(&menu, word);
    for (int i = 0; i < 2 * MENU_ITEMS_MAX; i++) {
        word[i % 40] = (char)('a' + i % 26);
        menu_add(&menu, word + i % 20, word, word);
    }
    menu_open(&menu, word);
    for (int i = 0; i < 40; i++)
        menu_type(&menu, "w");
    draw_menu(200, 200);
    assert_in_range(menu.item_count, 1, MENU_ITEMS_MAX);
}

/* --- the question --- */

static const char *press(struct question *q, char key, uint32_t now, bool *taken) {
    return question_press(q, key, now, taken);
}

static void a_digit_asks_and_the_same_digit_answers(void **state) {
    (void)state;
    struct question q = {0};
    bool taken;
    assert_null(press(&q, '3', 0, &taken));
    assert_true(taken && question_left_ms(&q, 100) > 0);
    assert_string_equal(press(&q, '3', 200, &taken), "gms3");
    assert_int_equal(q.digit, 0);
}

static void four_asks_ack_or_nack(void **state) {
    (void)state;
    struct question q = {0};
    bool taken;
    press(&q, '4', 0, &taken);
    assert_string_equal(press(&q, 'A', 0, &taken), "gms4-ack");
    press(&q, '4', 0, &taken);
    assert_string_equal(press(&q, 'N', 0, &taken), "gms4-nack");
    press(&q, '4', 0, &taken);
    assert_null(press(&q, '4', 0, &taken)); /* that is no answer */
    assert_int_equal(q.digit, 0);
}

static void escape_another_key_and_four_seconds_mean_no(void **state) {
    (void)state;
    struct question q = {0};
    bool taken;
    press(&q, '2', 0, &taken);
    assert_null(press(&q, 27, 0, &taken));
    assert_true(taken && q.digit == 0);
    press(&q, '2', 0, &taken);
    assert_null(press(&q, 'K', 0, &taken));
    assert_false(taken); /* it means what it always means */
    assert_int_equal(q.digit, 0);
    press(&q, '2', 1000, &taken);
    assert_true(question_left_ms(&q, 1000 + QUESTION_TIME_MS - 1) > 0);
    assert_int_equal(question_left_ms(&q, 1000 + QUESTION_TIME_MS), 0);
    assert_null(press(&q, '2', 9000, &taken)); /* asks again */
    press(&q, '5', 9000, &taken);
    assert_string_equal(press(&q, '5', 9000, &taken), "gms5"); /* another digit: another question */
}

static void an_answer_is_a_click_and_anything_else_means_no(void **state) {
    (void)state;
    struct question q = {0};
    bool taken;
    for (size_t i = 0; i < SIZES; i++) {
        press(&q, '4', 0, &taken);
        canvas_list_clear(&list);
        question_draw(&list.canvas, &q, sizes[i][0], sizes[i][1], 1, THEME_LIGHT);
        assert_tidy(list.text, sizes[i][0], sizes[i][1]);
        assert_non_null(strstr(list.text, "gms4-nack"));
        assert_string_equal(question_click(&q, q.answers[1].x + 3, q.answers[1].y + 3), "gms4-nack");
        press(&q, '1', 0, &taken);
        canvas_list_clear(&list);
        question_draw(&list.canvas, &q, sizes[i][0], sizes[i][1], 1, THEME_DARK);
        assert_tidy(list.text, sizes[i][0], sizes[i][1]);
        assert_null(question_click(&q, -1, -1));
        assert_int_equal(q.digit, 0);
    }
}

/* --- the help --- */

static void every_key_of_the_help_is_on_some_page_and_is_hit_by_a_click(void **state) {
    (void)state;
    for (size_t i = 0; i < SIZES; i++) {
        struct help_look look = {sizes[i][0], sizes[i][1], 1, THEME_LIGHT, 0};
        bool hit[2000] = {false};
        const int pages = help_pages(&list.canvas, &keys_help, &look);
        for (look.page = 0; look.page < pages; look.page++) {
            canvas_list_clear(&list);
            help_draw(&list.canvas, &keys_help, &look);
            assert_tidy(list.text, look.width, look.height);
            for (float y = 1; y < look.height; y += 3)
                for (float x = 1; x < look.width; x += 3)
                    hit[help_hit(&list.canvas, &keys_help, &look, x, y)] = true;
        }
        for (int row = 0; row < keys_help.count; row++)
            for (int cap = 0; cap < HELP_CAPS_MAX && keys_help.rows[row].cap[cap].key; cap++)
                if (!hit[keys_help.rows[row].cap[cap].action])
                    fail_msg("%s is not on %gx%g", keys_help.rows[row].cap[cap].key, (double)look.width,
                             (double)look.height);
    }
}

static enum key_action typed(const char *text) {
    struct keys keys = {0};
    SDL_Event event = {.type = SDL_TEXTINPUT};
    snprintf(event.text.text, sizeof event.text.text, "%s", text);
    return keys_translate(&keys, &event);
}

static enum key_action pressed(SDL_Keycode key) {
    struct keys keys = {0};
    SDL_Event event = {.type = SDL_KEYDOWN};
    event.key.keysym.sym = key;
    return keys_translate(&keys, &event);
}

static void no_key_counts_twice(void **state) {
    (void)state;
    for (char c = ' '; c < 127; c++) {
        const char text[2] = {c, '\0'};
        const SDL_Keycode key = c >= 'A' && c <= 'Z' ? (SDL_Keycode)(c - 'A' + 'a') : (SDL_Keycode)c;
        if (c != '.' && pressed(key) != KEY_NONE && typed(text) != KEY_NONE)
            fail_msg("'%c' is taken when pressed and as text", c);
    }
    assert_int_equal(typed("g"), WINDOW_SCENARIOS);
    assert_int_equal(typed("G"), WINDOW_SCENARIOS);
}

static void a_digit_reaches_the_question_as_text_and_a_letter_as_a_key(void **state) {
    (void)state;
    SDL_Event text = {.type = SDL_TEXTINPUT}, key = {.type = SDL_KEYDOWN};
    snprintf(text.text.text, sizeof text.text.text, "4");
    assert_int_equal(keys_character(&text), '4');
    key.key.keysym.sym = SDLK_4;
    assert_int_equal(keys_character(&key), 0);
    key.key.keysym.sym = SDLK_n;
    assert_int_equal(keys_character(&key), 'N');
    snprintf(text.text.text, sizeof text.text.text, "n");
    assert_int_equal(keys_character(&text), 0);
    key.key.keysym.mod = KMOD_CTRL;
    assert_int_equal(keys_character(&key), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_opens_at_the_groups_own_rung_with_the_first_one_chosen),
        cmocka_unit_test(arrows_choose_and_stop_at_the_ends),
        cmocka_unit_test(the_same_story_stays_chosen_on_another_rung),
        cmocka_unit_test(a_few_letters_leave_what_has_them),
        cmocka_unit_test(what_nothing_has_is_said_and_can_not_be_chosen),
        cmocka_unit_test(enter_and_a_click_choose),
        cmocka_unit_test(keys_wheel_and_mouse_reach_the_menu_while_it_is_open),
        cmocka_unit_test(every_built_in_scenario_can_be_reached),
        cmocka_unit_test(nothing_of_the_menu_overlaps_or_leaves_the_window),
        cmocka_unit_test(too_many_items_and_too_long_words_do_no_harm),
        cmocka_unit_test(a_digit_asks_and_the_same_digit_answers),
        cmocka_unit_test(four_asks_ack_or_nack),
        cmocka_unit_test(escape_another_key_and_four_seconds_mean_no),
        cmocka_unit_test(an_answer_is_a_click_and_anything_else_means_no),
        cmocka_unit_test(every_key_of_the_help_is_on_some_page_and_is_hit_by_a_click),
        cmocka_unit_test(no_key_counts_twice),
        cmocka_unit_test(a_digit_reaches_the_question_as_text_and_a_letter_as_a_key),
    };
    char error[256];
    struct fonts *fonts = fonts_open(GROUPY_ASSETS_SOURCE "/fonts", error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    canvas_list_init(&list, fonts);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    canvas_list_free(&list);
    fonts_close(&fonts);
    return failed;
}
