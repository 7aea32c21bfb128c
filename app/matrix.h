/* Every rung under every fault: searched, or read from what `groupy matrix --json` has written. */
#ifndef APP_MATRIX_H
#define APP_MATRIX_H

#include <jansson.h>

#include "app/search.h"

#define MATRIX_CELLS ((int)GMS_RUNGS * (int)EXPLORE_FAULTS)

struct matrix {
    struct search_cell cells[(int)GMS_RUNGS * (int)EXPLORE_FAULTS]; /* fault by fault, rung by rung */
    bool full;
};

const struct search_cell *matrix_cell(const struct matrix *, enum gms_rung_id, enum explore_fault);

/* Searches with so much memory for states in all, on all cores; says on a terminal's stderr how far it is.
 * False: interrupted. */
bool matrix_search(struct matrix *, bool full, size_t memory_size);

/* Rung, fault, members, verdict and whether it is complete; nothing else is filled in. NULL and one line in
 * `error`; the caller frees it. */
struct matrix *matrix_read(const char *path, char *error, size_t error_size);

json_t *matrix_json(const struct matrix *); /* the caller owns it */

#endif
