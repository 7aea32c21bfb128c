/* A menu over a whole window: names with a sentence each, in groups. Made for the scenarios of the rungs.
 *
 * One group is shown at a time, the others are a key or a click away; the chosen line is kept from group to
 * group where the same sentence is in both, for it is the same story on another rung. Typing a few letters
 * leaves what has all these words in its name or sentence.
 */
#ifndef APP_UI_MENU_H
#define APP_UI_MENU_H

#include "app/ui/canvas.h"
#include "app/ui/theme.h"

#include <stdbool.h>

#define MENU_ITEMS_MAX  256
#define MENU_GROUPS_MAX 8
#define MENU_FILTER_MAX 24 /* bytes, with the end */

struct menu_item {
    char name[48];
    char sentence[128];
    int group;
};

struct menu {
    bool is_open;
    char title[32];
    int item_count, group_count;
    struct menu_item items[MENU_ITEMS_MAX];
    char groups[MENU_GROUPS_MAX][16];
    char filter[MENU_FILTER_MAX];
    int group, chosen; /* the item; -1: none is there */
    int top;           /* the first line shown, of those that are left */

    /* As drawn last, for the mouse and for pages. */
    int rows;
    struct canvas_rect list, tabs[MENU_GROUPS_MAX];
    float row_height;
};

enum menu_result {
    MENU_STAYS,  /* open, or it was not open at all */
    MENU_CHOSEN, /* closed: `chosen` is what the user wants */
    MENU_CLOSED, /* closed without */
};

enum menu_key {
    MENU_UP,
    MENU_DOWN,
    MENU_PAGE_UP,
    MENU_PAGE_DOWN,
    MENU_FIRST,
    MENU_LAST,
    MENU_GROUP_BEFORE,
    MENU_GROUP_AFTER,
    MENU_ERASE, /* the last letter typed */
    MENU_ENTER,
    MENU_ESCAPE,
};

struct menu_look {
    float width, height; /* px */
    float scale;         /* px per unit of legible text */
    enum theme theme;
};

void menu_clear(struct menu *, const char *title); /* empty, and closed */

/* Groups are in the order in which they come first. What is too much is left out. */
void menu_add(struct menu *, const char *group, const char *name, const char *sentence);

void menu_open(struct menu *, const char *group); /* NULL or unknown: the first */
void menu_close(struct menu *);

enum menu_result menu_press(struct menu *, enum menu_key);
void menu_type(struct menu *, const char *text); /* UTF-8 */
enum menu_result menu_click(struct menu *, float x, float y);
void menu_point(struct menu *, float x, float y);
void menu_scroll(struct menu *, int rows); /* the wheel; > 0: down */

/* Covers the window (menu_draw.c). */
void menu_draw(struct canvas *, struct menu *, const struct menu_look *);

/* -- Between the two halves: menu.c and menu_draw.c ------------------------------------------------------ */

int menu_left(const struct menu *, int group); /* how many of a group have what was typed */
int menu_item(const struct menu *, int row);   /* on that line of those shown; -1: there are not so many */
void menu_follow(struct menu *);               /* the line that is chosen is one that is seen */

#endif
