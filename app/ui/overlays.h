/* What may lie over a window's picture, the same in every window: the help, the menu of scenarios, the
 * question before a restart. Whatever is open gets the keys and the mouse first. */
#ifndef APP_UI_OVERLAYS_H
#define APP_UI_OVERLAYS_H

#include "app/ui/help.h"
#include "app/ui/menu.h"
#include "app/ui/question.h"
#include "app/ui/screen.h"

struct overlays {
    const struct help_table *keys; /* of this window */
    struct menu menu;
    struct question question;
    bool shows_help;
    int help_page;
};

enum overlays_result {
    OVERLAYS_PASS,    /* the event is for what lies below */
    OVERLAYS_TAKEN,   /* it was for what is open, or opened it */
    OVERLAYS_RESTART, /* on the rung `choice` */
    OVERLAYS_PLAY,    /* the scenario `choice` */
    OVERLAYS_ACTION,  /* a click on a key of the help: its `action` */
};

/* The canvas only measures. `choice` is good until the next call. */
enum overlays_result overlays_handle(struct overlays *, struct canvas *, const struct screen_size *,
                                     const SDL_Event *, const char **choice, int *action);

/* The help, its next page, or nothing again. */
void overlays_turn_help(struct overlays *, struct canvas *, const struct screen_size *);
bool overlays_close_help(struct overlays *);    /* false: it is not open */
void overlays_ask(struct overlays *, int rung); /* 1 to 5: as the key does */

/* A question that nobody answers goes away: true, then. And when that will be, ms; or `otherwise`. */
bool overlays_tick(struct overlays *);
int overlays_wait_ms(struct overlays *, int otherwise);

/* Whether nothing is seen of the picture below, which need not be drawn then. */
bool overlays_cover(const struct overlays *);
void overlays_draw(struct overlays *, struct canvas *, const struct screen_size *, enum theme);

#endif
