/* A search as the commands `explore` and `matrix` do it: options to bounds, progress on a terminal, Ctrl+C,
 * and what was found as JSON.
 */
#ifndef APP_SEARCH_H
#define APP_SEARCH_H

#include <jansson.h>

#include "app/explore_workers.h"
#include "gms/gms.h"

struct search_cell {
    enum gms_rung_id rung;
    enum explore_fault fault;
    int members, changes;
    struct explore_result result;
    char witness[512]; /* the file that it was written to, "" if none */
};

/* How many changes a quick search has: two, at gms5 one. */
int search_changes(enum gms_rung_id);

/* How many members there are when the search begins: a search of joins begins with one less, for two come. */
int search_members(enum explore_fault, int members);

/* The object of the contract for one search; the caller owns it. */
json_t *search_json(const struct search_cell *);

/* Ctrl+C ends a search with what it has found so far; from now on. */
void search_catch_interrupt(void);
void search_catch_interrupts(void); /* each of them: a file that is being written must not stay half */
bool search_interrupted(void);

/* One line on a terminal's stderr, written over the one before; nothing where stderr is no terminal. */
void search_show_progress(const char *what, const struct explore_progress *);
void search_clear_progress(void);

/* Writes the witness of a cell that has one as a trace to `path`, and notes it in the cell. */
bool search_write_witness(struct search_cell *, const char *path, char *error, size_t error_size);

#endif
