/* All that is written in any window can be read, on a grid of colours and in both themes, judged by the
 * pixels behind it.
 */
#include "app/ui/keys.h"
#include "app/ui/menu.h"
#include "app/ui/question.h"
#include "tests/lib/looks.h"
#include "tests/lib/picture_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define STEPS  17 /* of each channel */
#define COLORS (STEPS * STEPS * STEPS)

static void grid(int n, uint8_t rgb[3]) {
    rgb[0] = (uint8_t)(n % STEPS * 255 / (STEPS - 1));
    rgb[1] = (uint8_t)(n / STEPS % STEPS * 255 / (STEPS - 1));
    rgb[2] = (uint8_t)(n / STEPS / STEPS * 255 / (STEPS - 1));
}

static void judged(bool is_overlaid, const char *where) {
    assert_true(looks_judge(is_overlaid, where) > 0);
}

/* -- The worker's window -------------------------------------------------------------------------------- */

static void in_a_workers_window_on_every_colour(void **state) {
    (void)state;
    static const enum tile_state states[] = {TILE_LEADING, TILE_NO_QUORUM, TILE_FROZEN, TILE_LEAVING};
    for (int n = 0; n < COLORS; n++) {
        struct tile_model m = {.name = "w1",
                               .rung = "gms5",
                               .group = "demo",
                               .state = states[n % 4],
                               .reason = "too few of view 7 answer; it goes on when they are back",
                               .view = 7,
                               .count = 128,
                               .hash = 0x9f3a,
                               .member_count = 5,
                               .differs_since = n % 3 == 0 ? 17 : 0,
                               .paused = n % 5 == 0,
                               .cut_off = n % 7 == 0};
        const struct tile_look look = {.width = 360, .height = 300, .scale = 1};
        char where[32];
        grid(n, m.color);
        for (unsigned i = 0; i < 5; i++) {
            snprintf(m.members[i].name, sizeof m.members[i].name, "w%u", i + 1);
            grid((n * 7 + 911 * (int)i) % COLORS, m.members[i].color);
            m.members[i].known = i != 3;
            m.members[i].self = i == 0;
            m.members[i].suspected = i == 1;
            m.members[i].down = i == 4;
        }
        snprintf(where, sizeof where, "#%02x%02x%02x", m.color[0], m.color[1], m.color[2]);
        tile_draw(looks_begin(360, 300, case_list.fonts), &m, &look);
        judged(false, where);
    }
}

static void in_the_help_and_the_menu_in_both_themes_and_in_a_question_on_every_colour(void **state) {
    (void)state;
    static struct menu menu;
    menu_clear(&menu, "Scenarios");
    for (int i = 0; i < 12; i++)
        menu_add(&menu, i < 8 ? "gms2" : "gms3", "gms2-mid-broadcast",
                 "the leader crashes in the middle of a broadcast");
    menu_open(&menu, NULL);
    for (int theme = 0; theme < 2; theme++) {
        const struct help_look help = {640, 540, 1, (enum theme)theme, 0};
        help_draw(looks_begin(640, 540, case_list.fonts), &keys_help, &help);
        judged(false, "help");
        menu_draw(looks_begin(640, 540, case_list.fonts), &menu,
                  &(struct menu_look){640, 540, 1, (enum theme)theme});
        judged(false, "menu");
        for (int n = 0; n < COLORS; n += 7) {
            struct question question = {0};
            struct canvas_color back = {0, 0, 0, 255};
            uint8_t rgb[3];
            bool taken;
            grid(n, rgb);
            back.r = rgb[0], back.g = rgb[1], back.b = rgb[2];
            struct canvas *c = looks_begin(320, 270, case_list.fonts);
            canvas_rect(c, (struct canvas_rect){0, 0, 320, 270}, back);
            question_press(&question, n % 2 == 0 ? '4' : '2', 0, &taken);
            question_draw(c, &question, 320, 270, 1, (enum theme)theme);
            judged(false, "question");
        }
    }
}

/* -- The scope ------------------------------------------------------------------------------------------ */

static void draw_scope(const char *where) {
    struct canvas *c = looks_begin((int)case_look.width, (int)case_look.height, case_list.fonts);
    picture_draw(c, case_history, &case_story, &case_look);
    judged(case_look.caption != NULL || case_look.notice != NULL || case_look.explanation != NULL, where);
}

static void in_the_scope_on_every_colour_of_a_lifeline(void **state) {
    (void)state;
    enum { AT_ONCE = 40 };
    for (int n = 0; n < COLORS; n += AT_ONCE) {
        case_begin(3);
        for (int i = 0; i < AT_ONCE; i++)
            for (unsigned who = 1; who <= 3; who++) {
                struct trace_record r = {
                    .ev = TRACE_DELIVER, .m_origin = 1, .m_n = (uint64_t)i + 1, .n = 7, .view = 1};
                r.state = (struct trace_state){(uint64_t)i + 1, (uint64_t)i * 0x9e3779b97f4a7c15u, {0, 0, 0}};
                grid((n + i) % COLORS, r.state.color);
                case_feed(who, r);
                case_now += CASE_MS;
            }
        case_look.width = 1280;
        case_look.height = 720;
        case_look.unit = 9;
        case_look.theme = n % 2 == 0 ? THEME_LIGHT : THEME_DARK;
        draw_scope("lifelines");
    }
}

/* Messages of all kinds, each in a colour of its own. */
static void send_of_each_kind(unsigned members) {
    static const char *const types[] = {"REQ",  "MSG",    "VIEW", "PREPARE",  "JOIN",
                                        "NACK", "RESEND", "ACK",  "HEARTBEAT"};
    for (size_t i = 0; members > 1 && i < sizeof types / sizeof types[0]; i++)
        case_receive(2, 1, types[i], (unsigned)i, case_send(2, 1, types[i], (unsigned)i));
}

static void in_the_scope_whatever_happens(void **state) {
    (void)state;
    static const unsigned members[] = {1, 3, 5, 8, 32};
    for (size_t m = 0; m < sizeof members / sizeof members[0]; m++)
        for (int sign = 0; sign < STORY_SIGNS; sign++)
            for (int zoom = 0; zoom < 3; zoom++) {
                char where[64];
                case_busy(members[m]);
                send_of_each_kind(members[m]);
                case_story.sign = (enum story_sign)sign;
                case_look.width = zoom == 0 ? 1280 : 1920;
                case_look.height = zoom == 0 ? 720 : 1080;
                case_look.unit = zoom == 0 ? 7 : 13 * zoom;
                case_look.theme = sign % 2 == 0 ? THEME_DARK : THEME_LIGHT;
                case_look.caption = zoom == 1 ? "The leader crashes in the middle of a broadcast" : NULL;
                case_look.notice = zoom == 2 ? "saved groupy-scope-20261121-170301.svg, .png" : NULL;
                case_look.shows_quiet = zoom == 1;
                case_look.hovered = sign == 2 ? 20 : HISTORY_NONE;
                case_look.explanation = sign == 2 ? "w1 sent change 9 to w3" : NULL;
                case_look.selected_row = sign % 3 - 1;
                case_look.is_live = zoom == 1;
                case_look.is_paused = sign == 4;
                snprintf(where, sizeof where, "%u members, sign %d, zoom %d", members[m], sign, zoom);
                draw_scope(where);
            }
}

static int run(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_a_workers_window_on_every_colour),
        cmocka_unit_test(in_the_help_and_the_menu_in_both_themes_and_in_a_question_on_every_colour),
        cmocka_unit_test(in_the_scope_on_every_colour_of_a_lifeline),
        cmocka_unit_test(in_the_scope_whatever_happens),
    };
    const int failed = cmocka_run_group_tests_name("what is written can be read", tests, NULL, NULL);
    looks_free();
    return failed;
}

int main(void) {
    return case_run(run);
}
