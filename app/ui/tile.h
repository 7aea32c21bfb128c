/* A worker's window: what it shows, and how that is drawn.
 *
 * The model is a snapshot: the actor fills it, the window's thread draws it, nothing points into
 * anything. The picture is the state: the worker's colour from edge to edge, and over it the few
 * words and shapes that a class needs to read from the last row.
 */
#ifndef APP_UI_TILE_H
#define APP_UI_TILE_H

#include "app/ui/canvas.h"
#include "app/ui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TILE_NAME_SIZE   17 /* 16 characters and the end */
#define TILE_MEMBERS_MAX 64 /* swatches that the strip can show; the rest are counted */

enum tile_state {
    TILE_JOINING,  /* asked to join, no view yet */
    TILE_ADOPTING, /* in a view, waits for the group's colour (state transfer) */
    TILE_LEADING,
    TILE_FOLLOWING,
    TILE_FROZEN,     /* misses a message and can't ask: `reason` says which */
    TILE_HALTED,     /* the group can't go on: `reason` says why (gms1 without its leader) */
    TILE_BLOCKED,    /* a view change is under way: nothing is delivered until it is through */
    TILE_UNANSWERED, /* it asks again and again, and nobody answers: `reason` says whom it asks */
    TILE_NO_QUORUM,  /* too few can be reached: `reason` says how it goes on */
    TILE_EXCLUDED,   /* out of the group, on the way back into it: `reason` */
    TILE_LEAVING,
    TILE_FAILED, /* could not join: `reason` says why */

    /* What no window shows of itself, but a picture of all windows does. */
    TILE_HUNG,    /* it stands still */
    TILE_CRASHED, /* its window is gone: what it showed last */
};

struct tile_member {
    char name[TILE_NAME_SIZE];
    uint8_t color[3];
    bool known; /* its colour has been heard of */
    bool self;
    bool down;      /* known to have crashed, still listed (the lecture's simplification) */
    bool suspected; /* silent for too long: hung, cut off, or crashed */
};

struct tile_model {
    char name[TILE_NAME_SIZE];
    char rung[16];
    char group[32];
    enum tile_state state;
    char reason[128];
    uint8_t color[3];
    uint64_t count; /* changes applied */
    uint64_t hash;  /* of the history of changes */
    uint32_t view;  /* 0: none yet */
    uint32_t member_count;
    struct tile_member members[TILE_MEMBERS_MAX]; /* in view order, the leader first */
    uint64_t expected;                            /* next sequence number, 0 where the rung has none */
    uint64_t differs_since; /* 0: in sync; else the first count at which this window differs */
    bool paused;
    bool is_recorded;
    uint32_t cut_links; /* from this worker to the others, by a fault that was asked for ... */
    bool cut_off;       /* ... and these are all */
    uint32_t mean_ms;   /* between two changes of this worker */
    char notice[96];    /* a line shown for a moment (what a key just did); empty: none */
};

/* How the model is shown, which is the window's business and not the worker's. */
struct tile_look {
    float width, height; /* px */
    float scale;         /* px per unit of legible text: 1, and 2 on a display of twice the density */
    enum theme theme;
    float pulse; /* 1: a change was delivered now, fades to 0 */
};

/* Draws the whole window, from edge to edge. Lines that do not fit at a legible size are left out, the
 * least important first. */
void tile_draw(struct canvas *, const struct tile_model *, const struct tile_look *);

/* The window's title, as `w3 · gms3 · view 7 (5) · leader`, into `out`. */
void tile_title(const struct tile_model *, char *out, size_t out_size);

/* One word or two for the worker's role or state. */
const char *tile_state_words(enum tile_state);

#endif
