/* See placing.h. */
#include "app/ui/placing.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define UPPER_SHARE 0.45 /* of the screen's height */
#define SETTLE_MS   2000 /* in this time after a move the window manager's frame may still appear */
#define TILES_MAX   1000

/* How much of a window of the smallest size such a tile lacks: much in one direction is worse than a little
 * in both. Height counts twice: a low window has no room for its rows. */
static double lack(int least_width, int least_height, int width, int height) {
    double w = fmax(0, least_width - width) / least_width, h = fmax(0, least_height - height) / least_height;
    return w * w + 2 * h * h;
}

int placing_columns(int of, int width, int height, int least_width, int least_height) {
    int best = 1;
    double best_error = HUGE_VAL;
    for (int columns = 1; columns <= of; columns++) {
        int rows = (of + columns - 1) / columns;
        double aspect = ((double)width / columns) / ((double)height / rows);
        double lacks = lack(least_width, least_height, width / columns, height / rows);
        double error =
            fabs(log(aspect / 1.6)) + 1.15 * (columns * rows - of) / of + (lacks > 0 ? 100 + 100 * lacks : 0);
        if (error < best_error) {
            best_error = error;
            best = columns;
        }
    }
    return best;
}

static SDL_Rect part_of(SDL_Rect screen, enum placing_area area) {
    const int upper = (int)(UPPER_SHARE * screen.h);
    switch (area) {
    case PLACING_WHOLE: break;
    case PLACING_UPPER: screen.h = upper; break;
    case PLACING_LOWER:
        screen.y += upper;
        screen.h -= upper;
        break;
    }
    return screen;
}

static void borders_of(SDL_Window *window, int borders[4]) {
    if (SDL_GetWindowBordersSize(window, &borders[0], &borders[1], &borders[2], &borders[3]) != 0)
        memset(borders, 0, 4 * sizeof borders[0]);
}

/* Where the tiles are smaller than the smallest window, windows follow them: covered they would say less. */
static void resize(SDL_Window *window, int width, int height) {
    width = SDL_max(PLACING_LEAST, width);
    height = SDL_max(PLACING_LEAST, height);
    SDL_SetWindowMinimumSize(window, SDL_min(PLACING_SMALLEST, width), SDL_min(PLACING_SMALLEST, height));
    SDL_SetWindowSize(window, width, height);
}

static void place(struct placing *p) {
    SDL_Rect screen;
    int display = SDL_GetWindowDisplayIndex(p->sdl);
    if (p->place.of < 1 || SDL_GetDisplayUsableBounds(display < 0 ? 0 : display, &screen) != 0)
        return;
    screen = part_of(screen, p->place.area);
    const int *b = p->borders;
    borders_of(p->sdl, p->borders);
    int columns = placing_columns(p->place.of, screen.w, screen.h, PLACING_SMALLEST + b[1] + b[3],
                                  PLACING_SMALLEST + b[0] + b[2]);
    int rows = (p->place.of + columns - 1) / columns;
    int column = p->place.index % columns, row = p->place.index / columns % rows;
    int left = screen.x + screen.w * column / columns, right = screen.x + screen.w * (column + 1) / columns;
    int top = screen.y + screen.h * row / rows, bottom = screen.y + screen.h * (row + 1) / rows;
    resize(p->sdl, right - left - b[1] - b[3], bottom - top - b[0] - b[2]);
    SDL_SetWindowPosition(p->sdl, left + b[1], top + b[0]);
}

static bool is_full(SDL_Window *window) {
    return (SDL_GetWindowFlags(window) & SDL_WINDOW_FULLSCREEN_DESKTOP) != 0;
}

void placing_move(struct placing *p, struct place where) {
    p->place = where;
    p->settle_until = SDL_GetTicks() + SETTLE_MS;
    p->waits = is_full(p->sdl);
    if (!p->waits)
        place(p);
}

bool placing_settle(struct placing *p) {
    int now[4];
    if (p->place.of < 1 || is_full(p->sdl) ||
        (!p->waits && SDL_TICKS_PASSED(SDL_GetTicks(), p->settle_until)))
        return false;
    borders_of(p->sdl, now);
    if (!p->waits && memcmp(now, p->borders, sizeof now) == 0)
        return false;
    p->waits = false;
    place(p);
    return true;
}

/* -- As words -------------------------------------------------------------------------------------------- */

static const char *const words[] = {
    [PLACING_WHOLE] = "", [PLACING_UPPER] = "upper", [PLACING_LOWER] = "lower"};

bool place_parse(const char *text, struct place *where) {
    char word[8] = "";
    struct place p;
    if (sscanf(text, "%d/%d/%7s", &p.index, &p.of, word) < 2)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        p.area = (enum placing_area)i;
        if (strcmp(words[i], word) == 0 && p.of >= 1 && p.of <= TILES_MAX && p.index >= 0 && p.index < p.of) {
            *where = p;
            return true;
        }
    }
    return false;
}

void place_spell(const struct place *where, char text[PLACE_TEXT_SIZE]) {
    const char *area = words[where->area];
    snprintf(text, PLACE_TEXT_SIZE, "%d/%d%s%s", where->index % (TILES_MAX + 1), where->of % (TILES_MAX + 1),
             *area ? "/" : "", area);
}

bool place_same(const struct place *a, const struct place *b) {
    return a->area == b->area && a->index == b->index && a->of == b->of;
}
