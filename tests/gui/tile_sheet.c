/* All states of a worker's window on one sheet, to be looked at: at any size, density and theme, and as
 * others see it.
 *
 *     tile_sheet OUT.bmp WIDTHxHEIGHT SCALE light|dark NAME MEMBERS COLUMNS [protan|deutan|grey] [#RRGGBB]
 */
#include "app/ui/canvas_sdl.h"
#include "app/ui/tile.h"
#include "tests/lib/vision.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sheet {
    int width, height, members, columns;
    float scale;
    enum theme theme;
    const char *name;
    uint8_t color[3];
};

static const struct {
    enum tile_state state;
    const char *rung, *reason;
} states[] = {
    {TILE_JOINING, "gms5", ""},
    {TILE_ADOPTING, "gms5", ""},
    {TILE_LEADING, "gms5", ""},
    {TILE_FOLLOWING, "gms5", ""},
    {TILE_BLOCKED, "gms5", ""},
    {TILE_UNANSWERED, "gms4-nack", "w1 does not answer; it is asked again and again"},
    {TILE_NO_QUORUM, "gms5", "too few of view 7 answer; it goes on when they are back"},
    {TILE_EXCLUDED, "gms5", "the others went on; it joins again\u2026"},
    {TILE_FROZEN, "gms3", "message #129 never arrived, and gms3 has no way to ask for it again"},
    {TILE_HALTED, "gms1", "the leader w1 is gone, and gms1 has nobody to take its place"},
    {TILE_LEAVING, "gms5", ""},
    {TILE_FAILED, "gms5", "no member answered at tcp://127.0.0.1:5670 within 3 s"},
    {TILE_FOLLOWING, "gms3", "silent"}, /* and then what is no state of its own */
    {TILE_FOLLOWING, "gms2", "differs"},
    {TILE_FOLLOWING, "gms5", "cut"},
    {TILE_FOLLOWING, "gms5", "paused"},
    {TILE_FOLLOWING, "gms5", "notice"},
    {TILE_NO_QUORUM, "gms5", "all"},
};
#define STATES ((int)(sizeof states / sizeof states[0]))

static void decorate(struct tile_model *m, const char *what) {
    const bool all = strcmp(what, "all") == 0;
    if (all || strcmp(what, "silent") == 0)
        m->members[1].suspected = m->members[4].down = true;
    if (all || strcmp(what, "differs") == 0)
        m->differs_since = 117;
    if (all || strcmp(what, "cut") == 0)
        m->cut_off = true;
    if (all || strcmp(what, "paused") == 0)
        m->paused = true;
    if (all || strcmp(what, "notice") == 0)
        snprintf(m->notice, sizeof m->notice, "saved groupy-gms5-%s-20261121-170301.svg, .png", m->name);
}

static struct tile_model model_of(const struct sheet *s, int i) {
    struct tile_model m = {
        .group = "demo", .state = states[i].state, .count = 128, .hash = 0x9f3a, .view = 7, .mean_ms = 2000};
    const bool has_view = m.state != TILE_JOINING && m.state != TILE_FAILED;
    snprintf(m.name, sizeof m.name, "%s", s->name);
    snprintf(m.rung, sizeof m.rung, "%s", states[i].rung);
    if (m.state == TILE_LEADING && strcmp(m.name, "w3") == 0)
        snprintf(m.name, sizeof m.name, "w1"); /* the leader is the first of the view */
    m.expected = has_view && m.rung[3] >= '3' ? 129 : 0;
    memcpy(m.color, s->color, 3);
    m.member_count = has_view ? (uint32_t)s->members : 0;
    m.view = has_view ? 7 : 0;
    for (uint32_t k = 0; k < m.member_count && k < TILE_MEMBERS_MAX; k++) {
        struct tile_member *member = &m.members[k];
        if (strlen(s->name) > 3)
            snprintf(member->name, sizeof member->name, "%s", s->name);
        else
            snprintf(member->name, sizeof member->name, "w%u", k + 1);
        memcpy(member->color, s->color, 3);
        member->known = k != 6;
        member->self = k == (m.state == TILE_LEADING ? 0 : 2);
    }
    snprintf(m.reason, sizeof m.reason, "%s", states[i].reason);
    decorate(&m, states[i].reason);
    if (i >= STATES - 6)
        m.reason[0] = '\0';
    if (strcmp(states[i].reason, "all") == 0)
        snprintf(m.reason, sizeof m.reason, "too few of view 7 answer; it goes on when they are back");
    return m;
}

static void draw_one(SDL_Surface *whole, struct fonts *fonts, const struct sheet *s, int i) {
    const SDL_Rect at = {i % s->columns * (s->width + 4), i / s->columns * (s->height + 4), s->width,
                         s->height};
    SDL_Surface *part =
        SDL_CreateRGBSurfaceWithFormatFrom((uint32_t *)whole->pixels + at.y * whole->pitch / 4 + at.x, at.w,
                                           at.h, 32, whole->pitch, SDL_PIXELFORMAT_RGB888);
    struct canvas_sdl canvas;
    const struct tile_model m = model_of(s, i);
    const struct tile_look look = {
        .width = (float)s->width, .height = (float)s->height, .scale = s->scale, .theme = s->theme};
    canvas_sdl_init(&canvas, part, fonts);
    tile_draw(&canvas.canvas, &m, &look);
    SDL_FreeSurface(part);
}

static void see_as(SDL_Surface *s, enum vision vision) {
    for (int y = 0; y < s->h; y++)
        for (int x = 0; x < s->w; x++) {
            uint32_t *p = (uint32_t *)s->pixels + y * s->pitch / 4 + x;
            struct canvas_color c = {(uint8_t)(*p >> 16), (uint8_t)(*p >> 8), (uint8_t)*p, 255};
            c = vision_seen(c, vision);
            *p = (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
        }
}

int main(int argc, char **argv) {
    char error[256];
    struct sheet s = {.color = {0x3f, 0xa2, 0xc8}};
    if (argc < 8 || sscanf(argv[2], "%dx%d", &s.width, &s.height) != 2) {
        fprintf(stderr, "tile_sheet: see the head of tests/gui/tile_sheet.c for the arguments\n");
        return 2;
    }
    s.scale = strtof(argv[3], NULL);
    s.theme = strcmp(argv[4], "dark") == 0 ? THEME_DARK : THEME_LIGHT;
    s.name = argv[5];
    s.members = atoi(argv[6]);
    s.columns = atoi(argv[7]);
    enum vision vision = VISION_FULL;
    for (int i = 8; i < argc; i++)
        if (argv[i][0] == '#') {
            const unsigned long rgb = strtoul(argv[i] + 1, NULL, 16);
            s.color[0] = (uint8_t)(rgb >> 16), s.color[1] = (uint8_t)(rgb >> 8), s.color[2] = (uint8_t)rgb;
        } else {
            vision = vision_named(argv[i]);
        }
    struct fonts *fonts = fonts_open("assets/fonts", error, sizeof error);
    const int rows = (STATES + s.columns - 1) / s.columns;
    SDL_Surface *whole = SDL_CreateRGBSurfaceWithFormat(
        0, s.columns * (s.width + 4) - 4, rows * (s.height + 4) - 4, 32, SDL_PIXELFORMAT_RGB888);
    if (fonts == NULL || whole == NULL) {
        fprintf(stderr, "tile_sheet: %s\n", fonts == NULL ? error : SDL_GetError());
        return 3;
    }
    SDL_FillRect(whole, NULL, 0x808080);
    for (int i = 0; i < STATES; i++)
        draw_one(whole, fonts, &s, i);
    see_as(whole, vision);
    const int bad = SDL_SaveBMP(whole, argv[1]);
    SDL_FreeSurface(whole);
    fonts_close(&fonts);
    return bad != 0 ? 3 : 0;
}
