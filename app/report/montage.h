/* The workers' windows side by side, as they stood at one moment of a run: for figures and recordings.
 *
 * Read from the history that the scope draws, so both tell the same. Pure: no window, no clock. What only a
 * worker itself knows (its pace, whether it is paused) is not there.
 */
#ifndef APP_REPORT_MONTAGE_H
#define APP_REPORT_MONTAGE_H

#include "app/scope/history.h"
#include "app/ui/tile.h"

#define MONTAGE_TILES_MAX TILE_MEMBERS_MAX
#define MONTAGE_PULSE     ((gms_time)150000000) /* a change that was delivered is seen for so long */

struct montage_tile {
    struct tile_model model;
    gms_time changed; /* when its count rose last; 0: never */
};

struct montage {
    uint32_t count;
    struct montage_tile tiles[MONTAGE_TILES_MAX]; /* in the order of the names */
};

struct montage_moment {
    enum gms_rung_id rung;
    const char *group; /* shown as the windows do; "": it is not */
    uint32_t until;    /* events from this one on have not happened; HISTORY_NONE: all have */
    gms_time now;      /* what is over within 50 ms is not shown before; 0: the time of the last event */
};

/* Who has crashed keeps its tile, TILE_CRASHED, as long as there are few; who has left has none. */
void montage_read(struct montage *, const struct history *, const struct montage_moment *);

struct montage_look {
    float scale; /* px per unit of legible text */
    enum theme theme;
    gms_time now; /* for pulses; 0: there are none */
};

/* In a grid that fills the box. A group without anybody is an empty box. */
void montage_draw(struct canvas *, struct canvas_rect box, const struct montage *,
                  const struct montage_look *);

#endif
