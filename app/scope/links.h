/* What is wrong with the links, as far as faults on demand go: what the matrix shows. Learnt from the records
 * of the faults alone, so it is known of a trace as well, and of what others do to the group. */
#ifndef APP_SCOPE_LINKS_H
#define APP_SCOPE_LINKS_H

#include "app/scope/history.h"
#include "app/scope/picture.h"

struct links {
    uint32_t read; /* events taken so far */
    uint32_t rows;
    struct picture_link link[HISTORY_ROWS_MAX * HISTORY_ROWS_MAX]; /* from * rows + to */
};

void links_clear(struct links *);

/* Takes the events up to `until` (HISTORY_NONE: all); before what it has taken already, it begins anew. */
void links_read(struct links *, const struct history *, uint32_t until);

const struct picture_link *links_of(const struct links *, int from, int to);

/* Whether any link from or to that row is cut. */
bool links_cut_off(const struct links *, int row);

#endif
