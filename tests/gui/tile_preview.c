/* Shows a worker's window in a state chosen by arguments, or writes it to a picture, so that people can look
 * at every state without a group.
 *
 *     tile_preview --font-dir assets/fonts --state frozen --members 8 [--out tile.bmp --size 640x540]
 *
 * Without --out it opens a window, prints the commands of the keys pressed, and closes on Q. --changes MS
 * changes the colour by itself and measures.
 */
#include "app/scenario_menu.h"
#include "app/ui/canvas_sdl.h"
#include "app/ui/keys.h"
#include "app/ui/question.h"
#include "app/ui/window.h"

#include <SDL.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct options {
    const char *font_dir, *icon, *out, *state;
    int width, height, members, down, silent, index, of, changes_ms, for_ms;
    bool fullscreen, calm, help, dark;
    const char *menu, *typed, *question; /* a rung; what is typed then; a digit */
    const char *where;                   /* a key of the help, or a scenario of the menu */
    float pulse;
};

static const char *const state_names[] = {"joining", "adopting", "leader",     "follower",  "frozen",
                                          "halted",  "blocked",  "unanswered", "no-quorum", "excluded",
                                          "leaving", "failed",   "hung",       "crashed"};
#define STATES (sizeof state_names / sizeof state_names[0])
static const char *const command_names[] = {"none",     "refresh",     "kill-leader", "crash-mid-broadcast",
                                            "lose",     "hang-leader", "cut",         "join",
                                            "leave",    "change",      "pause",       "step",
                                            "faster",   "slower",      "restart",     "scenarios",
                                            "play",     "save",        "record",      "close",
                                            "close-all"};

static void parse_color(const char *text, uint8_t color[3]) {
    unsigned long rgb = strtoul(text[0] == '#' ? text + 1 : text, NULL, 16);
    color[0] = (uint8_t)(rgb >> 16);
    color[1] = (uint8_t)(rgb >> 8);
    color[2] = (uint8_t)rgb;
}

static void set_state(struct tile_model *m, const char *name) {
    for (size_t i = 0; i < STATES; i++)
        if (strcmp(name, state_names[i]) == 0)
            m->state = (enum tile_state)i;
    const char *reason = "";
    if (m->state == TILE_FROZEN)
        reason = "message #128 never arrived, and gms3 has no way to ask for it again";
    if (m->state == TILE_HALTED)
        reason = "the leader w1 is gone, and gms1 has nobody to take its place";
    if (m->state == TILE_UNANSWERED)
        reason = "w1 does not answer; it is asked again and again";
    if (m->state == TILE_NO_QUORUM)
        reason = "too few of view 7 answer; it goes on when they are back";
    if (m->state == TILE_EXCLUDED)
        reason = "the others went on; it joins again\u2026";
    if (m->state == TILE_FAILED)
        reason = "no member answered at tcp://127.0.0.1:5670 within 3 s";
    snprintf(m->reason, sizeof m->reason, "%s", reason);
}

static void fill_members(struct tile_model *m, const struct options *o) {
    m->member_count = (uint32_t)o->members;
    for (int i = 0; i < o->members && i < TILE_MEMBERS_MAX; i++) {
        struct tile_member *member = &m->members[i];
        snprintf(member->name, sizeof member->name, "w%d", i + 1);
        memcpy(member->color, m->color, 3);
        member->known = i != 6;
        member->self = i == (m->state == TILE_LEADING ? 0 : 2);
        member->down = i == o->down - 1;
        member->suspected = i == o->silent - 1;
        if (member->self)
            memcpy(member->name, m->name, sizeof m->name);
        else if (m->differs_since > 0)
            member->color[0] = (uint8_t)~member->color[0];
    }
}

enum {
    OPT_FIRST = 256,
    OPT_FONT,
    OPT_ICON,
    OPT_OUT,
    OPT_STATE,
    OPT_SIZE,
    OPT_MEMBERS,
    OPT_DOWN,
    OPT_SILENT,
    OPT_CUT,
    OPT_TILE,
    OPT_CHANGES,
    OPT_FOR,
    OPT_FULL,
    OPT_CALM,
    OPT_HELP,
    OPT_DARK,
    OPT_PULSE,
    OPT_NAME,
    OPT_COLOR,
    OPT_DIFFERS,
    OPT_PAUSED,
    OPT_RECORDED,
    OPT_NOTICE,
    OPT_EXPECTED,
    OPT_MENU,
    OPT_TYPED,
    OPT_QUESTION,
    OPT_WHERE
};

static const struct option long_options[] = {{"font-dir", 1, NULL, OPT_FONT},
                                             {"icon", 1, NULL, OPT_ICON},
                                             {"out", 1, NULL, OPT_OUT},
                                             {"state", 1, NULL, OPT_STATE},
                                             {"size", 1, NULL, OPT_SIZE},
                                             {"members", 1, NULL, OPT_MEMBERS},
                                             {"down", 1, NULL, OPT_DOWN},
                                             {"silent", 1, NULL, OPT_SILENT},
                                             {"cut", 1, NULL, OPT_CUT},
                                             {"tile", 1, NULL, OPT_TILE},
                                             {"changes", 1, NULL, OPT_CHANGES},
                                             {"for", 1, NULL, OPT_FOR},
                                             {"fullscreen", 0, NULL, OPT_FULL},
                                             {"calm", 0, NULL, OPT_CALM},
                                             {"help", 0, NULL, OPT_HELP},
                                             {"dark", 0, NULL, OPT_DARK},
                                             {"pulse", 1, NULL, OPT_PULSE},
                                             {"name", 1, NULL, OPT_NAME},
                                             {"color", 1, NULL, OPT_COLOR},
                                             {"differs", 1, NULL, OPT_DIFFERS},
                                             {"recorded", 0, NULL, OPT_RECORDED},
                                             {"paused", 0, NULL, OPT_PAUSED},
                                             {"notice", 1, NULL, OPT_NOTICE},
                                             {"expected", 1, NULL, OPT_EXPECTED},
                                             {"menu", 1, NULL, OPT_MENU},
                                             {"typed", 1, NULL, OPT_TYPED},
                                             {"where", 1, NULL, OPT_WHERE},
                                             {"question", 1, NULL, OPT_QUESTION},
                                             {NULL, 0, NULL, 0}};

static bool take(int option, struct options *o, struct tile_model *m) {
    switch (option) {
    case OPT_FONT: o->font_dir = optarg; return true;
    case OPT_ICON: o->icon = optarg; return true;
    case OPT_OUT: o->out = optarg; return true;
    case OPT_STATE: o->state = optarg; return true;
    case OPT_SIZE: return sscanf(optarg, "%dx%d", &o->width, &o->height) == 2;
    case OPT_MEMBERS: o->members = atoi(optarg); return true;
    case OPT_DOWN: o->down = atoi(optarg); return true;
    case OPT_SILENT: o->silent = atoi(optarg); return true;
    case OPT_CUT:
        m->cut_links = (uint32_t)atoi(optarg);
        m->cut_off = m->cut_links == 0;
        return true;
    case OPT_TILE: return sscanf(optarg, "%d/%d", &o->index, &o->of) == 2;
    case OPT_CHANGES: o->changes_ms = atoi(optarg); return true;
    case OPT_FOR: o->for_ms = atoi(optarg); return true;
    case OPT_FULL: o->fullscreen = true; return true;
    case OPT_CALM: o->calm = true; return true;
    case OPT_HELP: o->help = true; return true;
    case OPT_DARK: o->dark = true; return true;
    case OPT_PULSE: o->pulse = strtof(optarg, NULL); return true;
    case OPT_NAME: snprintf(m->name, sizeof m->name, "%s", optarg); return true;
    case OPT_COLOR: parse_color(optarg, m->color); return true;
    case OPT_DIFFERS: m->differs_since = strtoull(optarg, NULL, 10); return true;
    case OPT_PAUSED: m->paused = true; return true;
    case OPT_RECORDED: m->is_recorded = true; return true;
    case OPT_NOTICE: snprintf(m->notice, sizeof m->notice, "%s", optarg); return true;
    case OPT_MENU: o->menu = optarg; return true;
    case OPT_TYPED: o->typed = optarg; return true;
    case OPT_WHERE: o->where = optarg; return true;
    case OPT_QUESTION: o->question = optarg; return true;
    case OPT_EXPECTED: m->expected = strtoull(optarg, NULL, 10); return true;
    }
    return false;
}

static void draw_picture(struct canvas *c, const struct options *o, const struct tile_model *m,
                         const struct tile_look *look) {
    static struct menu menu;
    struct question question = {0};
    char error[256];
    bool taken;
    if (o->menu != NULL && scenario_menu_open(&menu, "assets", o->menu, error, sizeof error)) {
        if (o->typed != NULL)
            menu_type(&menu, o->typed);
        menu_draw(c, &menu, &(struct menu_look){look->width, look->height, look->scale, look->theme});
        menu_press(&menu, MENU_PAGE_DOWN);
        menu_draw(c, &menu, &(struct menu_look){look->width, look->height, look->scale, look->theme});
    } else if (o->help) {
        help_draw(c, &keys_help, &(struct help_look){look->width, look->height, look->scale, look->theme, 0});
    } else {
        tile_draw(c, m, look);
    }
    if (o->question == NULL)
        return;
    question_press(&question, *o->question, 0, &taken);
    question_draw(c, &question, look->width, look->height, look->scale, look->theme);
}

/* Prints where a click does what a key of the help does, or starts a scenario of the menu. */
static int print_where(const struct options *o) {
    static struct menu menu;
    char error[256];
    struct canvas_sdl canvas;
    struct fonts *fonts = fonts_open(o->font_dir, error, sizeof error);
    const float width = (float)o->width, height = (float)o->height;
    int action = 0, bad = 1;
    for (int row = 0; row < keys_help.count; row++)
        for (int cap = 0; cap < HELP_CAPS_MAX && keys_help.rows[row].cap[cap].key != NULL; cap++)
            if (strcmp(keys_help.rows[row].cap[cap].key, o->where) == 0)
                action = keys_help.rows[row].cap[cap].action;
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, o->width, o->height, 32, SDL_PIXELFORMAT_RGB888);
    canvas_sdl_init(&canvas, surface, fonts);
    if (o->menu != NULL && scenario_menu_open(&menu, "assets", o->menu, error, sizeof error))
        menu_draw(&canvas.canvas, &menu, &(struct menu_look){width, height, 1, THEME_LIGHT});
    for (float y = 0; y < height && bad; y += 2)
        for (float x = 0; x < width && bad; x += 2) {
            if (menu.is_open)
                menu_point(&menu, x, y);
            bad = menu.is_open
                      ? y < menu.list.y || x < menu.list.x ||
                            strcmp(menu.items[menu.chosen].name, o->where) != 0
                      : help_hit(&canvas.canvas, &keys_help,
                                 &(struct help_look){width, height, 1, THEME_LIGHT, 0}, x, y) != action;
            if (!bad)
                printf("%d %d\n", (int)x + 4, (int)y + 4);
        }
    SDL_FreeSurface(surface);
    fonts_close(&fonts);
    return bad;
}

static int write_picture(const struct options *o, const struct tile_model *m) {
    char error[256];
    struct fonts *fonts = fonts_open(o->font_dir, error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "tile_preview: %s\n", error);
        return 3;
    }
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, o->width, o->height, 32, SDL_PIXELFORMAT_RGB888);
    struct canvas_sdl canvas;
    canvas_sdl_init(&canvas, surface, fonts);
    struct tile_look look = {(float)o->width, (float)o->height, 1, o->dark ? THEME_DARK : THEME_LIGHT,
                             o->pulse};
    draw_picture(&canvas.canvas, o, m, &look);
    if (o->for_ms > 0) { /* how long a drawing takes */
        uint64_t start = SDL_GetPerformanceCounter();
        for (int i = 0; i < o->for_ms; i++)
            tile_draw(&canvas.canvas, m, &look);
        uint64_t ticks = SDL_GetPerformanceCounter() - start;
        printf("%.3f ms a drawing\n",
               1e3 * (double)ticks / (double)SDL_GetPerformanceFrequency() / o->for_ms);
    }
    int bad = SDL_SaveBMP(surface, o->out);
    SDL_FreeSurface(surface);
    fonts_close(&fonts);
    return bad != 0 ? 3 : 0;
}

static void change(struct tile_model *m) {
    for (int i = 0; i < 3; i++)
        m->color[i] = (uint8_t)rand();
    m->count++;
    m->hash = m->hash * 6364136223846793005u + 1442695040888963407u;
    for (uint32_t i = 0; i < m->member_count; i++)
        memcpy(m->members[i].color, m->color, 3);
}

static void print_cost(void) {
    struct timespec cpu;
    char line[128];
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    printf("cpu %.3f s\n", (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
    FILE *status = fopen("/proc/self/status", "r");
    while (status != NULL && fgets(line, sizeof line, status) != NULL)
        if (strncmp(line, "VmRSS", 5) == 0 || strncmp(line, "Rss", 3) == 0)
            fputs(line, stdout);
    if (status != NULL)
        fclose(status);
}

static int run_window(const struct options *o, struct tile_model *m) {
    char error[256];
    struct window_config config = {.font_dir = o->font_dir,
                                   .icon = o->icon,
                                   .place = {PLACING_WHOLE, o->index, o->of},
                                   .fullscreen = o->fullscreen,
                                   .reduced_motion = o->calm,
                                   .theme = o->dark ? THEME_DARK : THEME_LIGHT};
    struct window *window = window_open(&config, error, sizeof error);
    if (window == NULL) {
        fprintf(stderr, "tile_preview: %s\n", error);
        return 3;
    }
    uint32_t start = SDL_GetTicks(), changed = start;
    enum window_command command = WINDOW_NONE;
    while (command != WINDOW_CLOSE && command != WINDOW_CLOSE_ALL &&
           (o->for_ms == 0 || SDL_GetTicks() - start < (uint32_t)o->for_ms)) {
        bool is_due = o->changes_ms > 0 && SDL_GetTicks() - changed >= (uint32_t)o->changes_ms;
        if (is_due || command == WINDOW_CHANGE) {
            change(m);
            changed = SDL_GetTicks();
        }
        m->paused ^= command == WINDOW_PAUSE;
        window_show(window, m);
        command = window_wait(window, 50);
        if (command != WINDOW_NONE) {
            printf("%s\n", command_names[command]);
            fflush(stdout);
        }
    }
    print_cost();
    window_close(&window);
    return 0;
}

int main(int argc, char **argv) {
    struct options o = {
        .font_dir = "assets/fonts", .state = "follower", .width = 640, .height = 540, .members = 5};
    struct tile_model m = {.name = "w3",
                           .rung = "gms3",
                           .group = "demo",
                           .color = {0x3f, 0xa2, 0xc8},
                           .count = 128,
                           .hash = 0x9f3a,
                           .view = 7,
                           .mean_ms = 2000};
    int option;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (!take(option, &o, &m)) {
            fprintf(stderr, "tile_preview: see the head of tests/gui/tile_preview.c for the options\n");
            return 2;
        }
    if (o.where != NULL)
        return print_where(&o);
    set_state(&m, o.state);
    if (m.state == TILE_JOINING || m.state == TILE_FAILED)
        m.view = 0, m.count = 0, o.members = 0;
    fill_members(&m, &o);
    return o.out != NULL ? write_picture(&o, &m) : run_window(&o, &m);
}
