/* The tables: what is typed, what is pressed, and how the help lists it. */
#include "app/scope/window_keys.h"

static const struct key_press pressed[] = {
    {SDLK_k, SCOPE_KILL_LEADER, false},
    {SDLK_m, SCOPE_CRASH_MID_BROADCAST, false},
    {SDLK_l, SCOPE_LOSE, false},
    {SDLK_h, SCOPE_HANG_LEADER, false},
    {SDLK_p, SCOPE_CUT, false},
    {SDLK_n, SCOPE_JOIN, false},
    {SDLK_x, SCOPE_LEAVE, false},
    {SDLK_c, SCOPE_CHANGE, false},
    {SDLK_SPACE, SCOPE_GROUP_PAUSE, false},
    {SDLK_RIGHT, SCOPE_STEP, true},
    {SDLK_PAGEDOWN, SCOPE_STEP, true}, /* a presenter's clicker: next ... */
    {SDLK_LEFT, SCOPE_BACK, true},
    {SDLK_PAGEUP, SCOPE_BACK, true}, /* ... and back */
    {SDLK_UP, SCOPE_ZOOM_IN, true},
    {SDLK_DOWN, SCOPE_ZOOM_OUT, true},
    {SDLK_HOME, SCOPE_START, false},
    {SDLK_END, SCOPE_END, false},
    {SDLK_RETURN, SCOPE_PLAY, false},
    {SDLK_KP_ENTER, SCOPE_PLAY, false},
    {SDLK_f, SCOPE_PAUSE, false},
    {SDLK_a, SCOPE_AXIS, false},
    {SDLK_b, SCOPE_QUIET, false},
    {SDLK_i, SCOPE_LINKS, false},
    {SDLK_s, SCOPE_SAVE, false},
    {SDLK_r, SCOPE_RECORD, false},
    {SDLK_t, SCOPE_THEME, false},
    {SDLK_F1, SCOPE_HELP, false},
    {SDLK_F11, SCOPE_FULL_SCREEN, false},
    {SDLK_ESCAPE, SCOPE_ESCAPE, false},
    {SDLK_q, SCOPE_CLOSE, false},
};

static const struct key_text typed[] = {
    {"?", SCOPE_HELP, false},      {".", SCOPE_GROUP_PAUSE, false}, {"+", SCOPE_FASTER, true},
    {"=", SCOPE_FASTER, true},     {"-", SCOPE_SLOWER, true},       {"_", SCOPE_SLOWER, true},
    {"g", SCOPE_SCENARIOS, false}, {"G", SCOPE_SCENARIOS, false},   {",", SCOPE_BACK, true},
    {"<", SCOPE_BACK, true},       {";", SCOPE_FORWARD, true},      {">", SCOPE_FORWARD, true},
};

static const struct key_map map = {.pressed = pressed,
                                   .pressed_count = (int)(sizeof pressed / sizeof pressed[0]),
                                   .typed = typed,
                                   .typed_count = (int)(sizeof typed / sizeof typed[0]),
                                   .ctrl_q = SCOPE_CLOSE_ALL};

static const struct help_row rows[] = {
    {{{"K", SCOPE_KILL_LEADER}}, "kill the leader", NULL},
    {{{"M", SCOPE_CRASH_MID_BROADCAST}}, "crash the leader mid-broadcast", "crash mid-broadcast"},
    {{{"H", SCOPE_HANG_LEADER}}, "hang the leader for 3 s", "hang the leader"},
    {{{"L", SCOPE_LOSE}}, "lose the next message to the selected worker", "lose next message"},
    {{{"P", SCOPE_CUT}}, "cut the selected worker off, or heal", "cut off, heal"},
    {{{"X", SCOPE_LEAVE}}, "the selected worker leaves", NULL},
    {{{"N", SCOPE_JOIN}}, "a new worker joins", NULL},
    {{{"C", SCOPE_CHANGE}}, "change colour now", NULL},
    {{{"Space", SCOPE_GROUP_PAUSE}}, "pause the group, go on (a trace: play)", "pause the group"},
    {{{"\u2192", SCOPE_STEP}}, "one change (a trace: one event on)", "one change"},
    {{{"+", SCOPE_FASTER}, {"\u2212", SCOPE_SLOWER}}, "pace; of playing: 1, 1/4, 1/16", "pace"},
    {{{"1", SCOPE_KEY_RUNG + 1},
      {"2", SCOPE_KEY_RUNG + 2},
      {"3", SCOPE_KEY_RUNG + 3},
      {"4", SCOPE_KEY_RUNG + 4},
      {"5", SCOPE_KEY_RUNG + 5}},
     "restart on gms1 to gms5",
     "restart on a rung"},
    {{{"G", SCOPE_SCENARIOS}}, "play a scenario", NULL},
    {{{"F", SCOPE_PAUSE}}, "hold the picture, or back to the end", "hold the picture"},
    {{{"Enter", SCOPE_PLAY}}, "play the picture from here, stop", "play, stop"},
    {{{",", SCOPE_BACK}, {";", SCOPE_FORWARD}}, "one event back, one on", NULL},
    {{{"Home", SCOPE_START}}, "to the beginning (a trace: its first event)", "to the beginning"},
    {{{"End", SCOPE_END}}, "to the end, and follow it", NULL},
    {{{"\u2191", SCOPE_ZOOM_IN}, {"\u2193", SCOPE_ZOOM_OUT}}, "zoom (or the wheel)", NULL},
    {{{"A", SCOPE_AXIS}}, "axis of steps, or of time", NULL},
    {{{"B", SCOPE_QUIET}}, "heartbeats and acknowledgements", NULL},
    {{{"I", SCOPE_LINKS}}, "links: click cuts, Shift loses, right delays", "links"},
    {{{"S", SCOPE_SAVE}}, "save this picture", NULL},
    {{{"R", SCOPE_RECORD}}, "record all as a video, stop", "record, stop"},
    {{{"T", SCOPE_THEME}}, "light, dark", NULL},
    {{{"F11", SCOPE_FULL_SCREEN}}, "full screen", NULL},
    {{{"Q", SCOPE_CLOSE}}, "close the scope", NULL},
    {{{"Ctrl+Q", SCOPE_CLOSE_ALL}}, "close all", NULL},
    {{{"?", SCOPE_HELP}}, "this help", NULL},
};
const struct help_table window_keys_help = {rows, (int)(sizeof rows / sizeof rows[0])};

enum scope_command window_keys_command(struct keys *keys, const SDL_Event *event) {
    return (enum scope_command)keys_find(&map, keys, event);
}
