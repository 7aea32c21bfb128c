/* groupy matrix: every rung under every fault, searched; the table of the ladder, computed. */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cmd/cmd.h"
#include "app/search.h"
#include "app/witness.h"

#define WORKERS_MAX 16
#define CELLS       ((int)GMS_RUNGS * (int)EXPLORE_FAULTS)

struct matrix {
    struct search_cell *cells; /* fault by fault, rung by rung */
    const char *trace_dir;
    bool full;
    size_t memory_size, memory_size_each;
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

static void search_one(struct matrix *m, int index) {
    struct search_cell *cell = &m->cells[index];
    struct explore_config config = {.rung = (int)cell->rung,
                                    .fault = cell->fault,
                                    .members = search_members(cell->fault, cell->members),
                                    .budget = explore_budget_of((int)cell->rung, cell->fault, cell->changes),
                                    .memory_size_max = m->memory_size_each,
                                    .progress = on_progress};
    explore_workers(&config, &cell->result);
}

static void *work(void *arg) {
    struct matrix *m = arg;
    for (;;) {
        pthread_mutex_lock(&m->lock);
        const int index = m->next < CELLS && !search_interrupted() ? m->next++ : -1;
        if (index >= 0 && isatty(STDERR_FILENO))
            fprintf(stderr, "\r\033[K%d of %d: %s %s", index + 1, CELLS, gms_rung_name(m->cells[index].rung),
                    explore_fault_name(m->cells[index].fault));
        pthread_mutex_unlock(&m->lock);
        if (index < 0)
            return NULL;
        search_one(m, index);
    }
}

static void search_all(struct matrix *m, int workers) {
    pthread_t threads[WORKERS_MAX];
    int started = 0;
    pthread_mutex_init(&m->lock, NULL);
    for (; started < workers; started++) {
        if (pthread_create(&threads[started], NULL, work, m) != 0)
            break;
    }
    if (started == 0)
        work(m);
    while (started > 0)
        pthread_join(threads[--started], NULL);
    pthread_mutex_destroy(&m->lock);
    search_clear_progress();
}

static bool write_witnesses(struct matrix *m, char *error, size_t error_size) {
    for (int i = 0; i < CELLS; i++) {
        struct search_cell *cell = &m->cells[i];
        char name[64], path[512];
        if (cell->result.verdict == EXPLORE_SYNC)
            continue;
        witness_name(name, sizeof name, cell->rung, cell->fault);
        snprintf(path, sizeof path, "%s/%s.jsonl", m->trace_dir, name);
        if (!search_write_witness(cell, path, error, error_size))
            return false;
    }
    return true;
}

/* "sync 1,234": with a mark where the search was not complete. */
static void text_of(const struct search_cell *cell, char *text, size_t size) {
    const struct explore_result *r = &cell->result;
    char number[32];
    int used = 0;
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, r->distinct);
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            number[used++] = ',';
        number[used++] = digits[i];
    }
    number[used] = '\0';
    snprintf(text, size, "%-6s %s%s", explore_verdict_name(r->verdict), number, r->complete ? "" : "+");
}

static void print_table(const struct matrix *m) {
    bool incomplete = false;
    printf("%-52s", "fault");
    for (int rung = 0; rung < GMS_RUNGS; rung++)
        printf("  %-18s", gms_rung_name((enum gms_rung_id)rung));
    printf("\n");
    for (int i = 0; i < CELLS; i++) {
        const struct search_cell *cell = &m->cells[i];
        char text[64];
        text_of(cell, text, sizeof text);
        incomplete = incomplete || !cell->result.complete;
        if (i % (int)GMS_RUNGS == 0)
            printf("%-52s", explore_fault_text(cell->fault));
        printf("  %-18s", text);
        if (i % (int)GMS_RUNGS == (int)GMS_RUNGS - 1)
            printf("\n");
    }
    printf("The worst of all runs within the bounds (%d members, %d for two crashes; 2 changes at any "
           "moment; two\n"
           "join a group of %d; at gms5 3 members, 5 for two crashes, %d change%s), and how many distinct "
           "states were searched.%s\n",
           3 + m->full, 4 + m->full, 2 + m->full, 1 + m->full, m->full ? "s" : "",
           incomplete ? "\n+: not complete, the memory was not enough." : "");
}

static void print_json(const struct matrix *m) {
    json_t *cells = json_array();
    for (int i = 0; i < CELLS; i++)
        json_array_append_new(cells, search_json(&m->cells[i]));
    json_t *root = json_pack("{s:o}", "cells", cells);
    json_dumpf(root, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(root);
}

static int run(struct matrix *m, bool json) {
    char error[1024];
    for (int i = 0; i < CELLS; i++) {
        m->cells[i].fault = (enum explore_fault)(i / (int)GMS_RUNGS);
        m->cells[i].rung = (enum gms_rung_id)(i % (int)GMS_RUNGS);
        bound(m, &m->cells[i]);
    }
    if (m->trace_dir && mkdir(m->trace_dir, 0777) != 0 && errno != EEXIST) {
        options_error("matrix", "can't make the folder %s: %s", m->trace_dir, strerror(errno));
        return STATUS_CANT_RUN;
    }
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const int workers = cores < 1 ? 1 : cores > WORKERS_MAX ? WORKERS_MAX : (int)cores;
    m->memory_size_each = m->memory_size / (size_t)workers;
    search_catch_interrupt();
    search_all(m, workers);
    if (search_interrupted()) {
        options_error("matrix", "interrupted");
        return STATUS_CANT_RUN;
    }
    if (m->trace_dir && !write_witnesses(m, error, sizeof error)) {
        options_error("matrix", "%s", error);
        return STATUS_CANT_RUN;
    }
    if (json)
        print_json(m);
    else
        print_table(m);
    return STATUS_FINE;
}

int cmd_matrix(int argc, char **argv) {
    const char *budget = "quick";
    uint64_t memory_mb = 8192;
    bool json = false;
    int status;
    struct matrix m = {0};
    const struct option options[] = {
        {"--budget", OPTION_TEXT, &budget, 0, 0, "quick|full", "how far to search (default quick)"},
        {"--memory", OPTION_NUMBER, &memory_mb, 256, 1000000, "MB", "for states, at most (default 8192)"},
        {"--trace", OPTION_TEXT, &m.trace_dir, 0, 0, "DIR",
         "write the shortest run of each cell that breaks there"},
        {"--json", OPTION_FLAG, &json, 0, 0, NULL, "print one JSON document instead of the table"},
        {.name = NULL},
    };
    const struct command command = {.name = "matrix",
                                    .summary = "Searches every rung under every fault: who survives what.",
                                    .usage = "[options]",
                                    .example = "groupy matrix --budget quick",
                                    .options = options};
    if (!options_read(&command, argc, argv, NULL, NULL, &status))
        return status;
    m.full = strcmp(budget, "full") == 0;
    if (!m.full && strcmp(budget, "quick") != 0)
        return options_error("matrix", "--budget %s: quick or full is expected", budget);
    m.memory_size = (size_t)memory_mb << 20;
    m.cells = calloc((size_t)CELLS, sizeof *m.cells);
    if (!m.cells) {
        options_error("matrix", "out of memory");
        return STATUS_CANT_RUN;
    }
    status = run(&m, json);
    free(m.cells);
    return status;
}
