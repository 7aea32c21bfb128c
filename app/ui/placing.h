/* Where a window goes on the screen: a tile of the grid of workers' windows, or the scope below it.
 *
 * All windows of a demo share one screen and know nothing of one another but how many there are, and
 * whether there is a scope.
 */
#ifndef APP_UI_PLACING_H
#define APP_UI_PLACING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACING_SMALLEST 200 /* px, where the screen has room for all; a user can make none smaller */
#define PLACING_LEAST    75  /* px, where it has not */

enum placing_area {
    PLACING_WHOLE, /* of the screen's usable part */
    PLACING_UPPER, /* what the scope leaves: the workers */
    PLACING_LOWER, /* the scope */
};

struct place { /* in a grid that fills the area */
    enum placing_area area;
    int index, of; /* of == 0: the window manager places it */
};

struct SDL_Window;

struct placing {
    struct SDL_Window *sdl; /* borrowed */
    struct place place;
    int borders[4]; /* as used the last time: top, left, bottom, right */
    uint32_t settle_until;
    bool waits; /* until it is no longer full screen */
};

/* Moves the window there, unless it is full screen; then it takes its place when it no longer is. */
void placing_move(struct placing *, struct place);

/* To be called now and then: a window manager decorates a window some time after it is shown, and only then
 * says by how much. True: the window was moved. */
bool placing_settle(struct placing *);

/* The grid for `of` windows in an area: the columns (and so rows) whose tiles are nearest to 16:10, with few
 * places left empty, of those where a tile has room for the least window with its frame; if there is none,
 * the one that lacks the least. */
int placing_columns(int of, int width, int height, int least_width, int least_height);

/* "2/5" or "2/5/upper": as it is told to another process. False: it is none. */
#define PLACE_TEXT_SIZE 24
bool place_parse(const char *text, struct place *);
void place_spell(const struct place *, char text[PLACE_TEXT_SIZE]);
bool place_same(const struct place *, const struct place *);

#endif
