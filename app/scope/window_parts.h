/* What the two halves of the scope's window share; for app/scope/window*.c alone. */
#ifndef APP_SCOPE_WINDOW_PARTS_H
#define APP_SCOPE_WINDOW_PARTS_H

#include "app/scope/control_queue.h"
#include "app/scope/scope.h"
#include "app/scope/window.h"
#include "app/ui/keys.h"
#include "app/ui/overlays.h"
#include "app/ui/placing.h"

struct scope_window {
    const struct scope_window_config *config;
    struct screen screen;
    struct screen_size size;
    struct placing placing;
    struct overlays over;
    struct keys keys;
    struct scope *scope;
    struct source *source;
    struct control_queue *queue; /* NULL: nothing can be done to a group */
    char title[160];
    struct scope_mouse mouse;
    bool has_moved; /* the mouse, and the scope was not told yet */
    bool has_drawn, goes_on, was_deserted, dirty, ends;
    uint64_t drawn_ms, cost_ms, hand_ms;
    uint64_t keep_until_ms; /* the keyboard */
    char told[512];         /* by the demo: the line in the making */
    size_t told_size;
};

uint64_t window_now_ms(void);

/* Does all that the scope has asked for, and shows what became of it (window_wishes.c). */
void window_grant_wishes(struct scope_window *);

#endif
