/* See matrix.h. */
#include "app/matrix.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/witness.h"

#define WORKERS_MAX 16

struct work {
    struct matrix *matrix;
    size_t memory_size_each;
    int next;
    pthread_mutex_t lock; /* of `next`, and of the terminal */
};

static bool on_progress(void *self, const struct explore_progress *progress) {
    (void)self, (void)progress;
    return !search_interrupted();
}

/* Three members and two changes; two crashes need a member more, at gms5 two more. `full` takes one member
 * more, at gms5, where a member has far more to say, one change more. */
static void bound(const struct matrix *m, struct search_cell *cell) {
    const bool gms5 = cell->rung == GMS_RUNG_5;
    cell->members = explore_fault_members((int)cell->rung, cell->fault) + (m->full && !gms5);
    cell->changes = search_changes(cell->rung) + (m->full && gms5);
}

static void search_one(struct work *w, int index) {
    struct search_cell *cell = &w->matrix->cells[index];
    struct explore_config config = {.rung = (int)cell->rung,
                                    .fault = cell->fault,
                                    .members = search_members(cell->fault, cell->members),
                                    .budget = explore_budget_of((int)cell->rung, cell->fault, cell->changes),
                                    .memory_size_max = w->memory_size_each,
                                    .progress = on_progress};
    explore_workers(&config, &cell->result);
}

static void *work(void *arg) {
    struct work *w = arg;
    for (;;) {
        pthread_mutex_lock(&w->lock);
        const int index = w->next < MATRIX_CELLS && !search_interrupted() ? w->next++ : -1;
        if (index >= 0 && isatty(STDERR_FILENO))
            fprintf(stderr, "\r\033[K%d of %d: %s %s", index + 1, MATRIX_CELLS,
                    gms_rung_name(w->matrix->cells[index].rung),
                    explore_fault_name(w->matrix->cells[index].fault));
        pthread_mutex_unlock(&w->lock);
        if (index < 0)
            return NULL;
        search_one(w, index);
    }
}

static void search_all(struct work *w, int workers) {
    pthread_t threads[WORKERS_MAX];
    int started = 0;
    pthread_mutex_init(&w->lock, NULL);
    for (; started < workers; started++) {
        if (pthread_create(&threads[started], NULL, work, w) != 0)
            break;
    }
    if (started == 0)
        work(w);
    while (started > 0)
        pthread_join(threads[--started], NULL);
    pthread_mutex_destroy(&w->lock);
    search_clear_progress();
}

bool matrix_search(struct matrix *m, bool full, size_t memory_size) {
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const int workers = cores < 1 ? 1 : cores > WORKERS_MAX ? WORKERS_MAX : (int)cores;
    struct work w = {.matrix = m, .memory_size_each = memory_size / (size_t)workers};
    memset(m, 0, sizeof *m);
    m->full = full;
    for (int i = 0; i < MATRIX_CELLS; i++) {
        m->cells[i].fault = (enum explore_fault)(i / (int)GMS_RUNGS);
        m->cells[i].rung = (enum gms_rung_id)(i % (int)GMS_RUNGS);
        bound(m, &m->cells[i]);
    }
    search_catch_interrupt();
    search_all(&w, workers);
    return !search_interrupted();
}

const struct search_cell *matrix_cell(const struct matrix *m, enum gms_rung_id rung,
                                      enum explore_fault fault) {
    return &m->cells[(int)fault * (int)GMS_RUNGS + (int)rung];
}

/* -- JSON ------------------------------------------------------------------------------------------------ */

json_t *matrix_json(const struct matrix *m) {
    json_t *cells = json_array();
    for (int i = 0; i < MATRIX_CELLS; i++)
        json_array_append_new(cells, search_json(&m->cells[i]));
    return json_pack("{s:o}", "cells", cells);
}

static bool find_verdict(const char *name, enum explore_verdict *found) {
    static const enum explore_verdict all[] = {EXPLORE_SYNC, EXPLORE_HALT, EXPLORE_DESYNC};
    for (size_t i = 0; name && i < sizeof all / sizeof all[0]; i++) {
        *found = all[i];
        if (strcmp(explore_verdict_name(all[i]), name) == 0)
            return true;
    }
    return false;
}

/* False: it is no such cell. */
static bool take_cell(struct matrix *m, const json_t *cell, bool seen[]) {
    const char *rung_name = json_string_value(json_object_get(cell, "rung"));
    const char *fault_name = json_string_value(json_object_get(cell, "fault"));
    enum gms_rung_id rung;
    enum explore_fault fault;
    enum explore_verdict verdict;
    if (!rung_name || !gms_rung_find(rung_name, &rung) || (int)rung >= GMS_RUNGS || !fault_name ||
        !explore_fault_find(fault_name, &fault) ||
        !find_verdict(json_string_value(json_object_get(cell, "verdict")), &verdict))
        return false;
    const int index = (int)fault * (int)GMS_RUNGS + (int)rung;
    seen[index] = true;
    m->cells[index] = (struct search_cell){
        .rung = rung,
        .fault = fault,
        .members = (int)json_integer_value(json_object_get(cell, "members")),
        .changes = (int)json_integer_value(json_object_get(cell, "changes")),
        .result.verdict = verdict,
        .result.complete = json_is_true(json_object_get(cell, "complete")),
        .result.distinct = (uint64_t)json_integer_value(json_object_get(cell, "distinct"))};
    return true;
}

struct matrix *matrix_read(const char *path, char *error, size_t error_size) {
    json_error_t why;
    bool seen[MATRIX_CELLS] = {false}, whole = true;
    json_t *root = json_load_file(path, 0, &why);
    struct matrix *m = calloc(1, sizeof *m);
    if (!root || !m) {
        snprintf(error, error_size, "%s: %s", path, root ? "out of memory" : why.text);
        free(m);
        json_decref(root);
        return NULL;
    }
    const json_t *cells = json_object_get(root, "cells");
    for (size_t i = 0; i < json_array_size(cells); i++)
        whole = take_cell(m, json_array_get(cells, i), seen) && whole;
    for (int i = 0; i < MATRIX_CELLS; i++)
        whole = whole && seen[i];
    json_decref(root);
    if (whole)
        return m;
    snprintf(error, error_size, "%s: not what `groupy matrix --json` writes: a cell for every rung and fault",
             path);
    free(m);
    return NULL;
}
