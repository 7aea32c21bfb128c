/* groupy matrix: every rung under every fault, searched; the table of the ladder, computed. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/cmd/cmd.h"
#include "app/matrix.h"
#include "app/witness.h"

static bool write_witnesses(struct matrix *m, const char *dir, char *error, size_t error_size) {
    for (int i = 0; i < MATRIX_CELLS; i++) {
        struct search_cell *cell = &m->cells[i];
        char name[64], path[512];
        if (cell->result.verdict == EXPLORE_SYNC)
            continue;
        witness_name(name, sizeof name, cell->rung, cell->fault);
        snprintf(path, sizeof path, "%s/%s.jsonl", dir, name);
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
    for (int i = 0; i < MATRIX_CELLS; i++) {
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

static int run(struct matrix *m, bool full, size_t memory_size, const char *trace_dir, bool json) {
    char error[1024];
    if (trace_dir && mkdir(trace_dir, 0777) != 0 && errno != EEXIST) {
        options_error("matrix", "can't make the folder %s: %s", trace_dir, strerror(errno));
        return STATUS_CANT_RUN;
    }
    if (!matrix_search(m, full, memory_size)) {
        options_error("matrix", "interrupted");
        return STATUS_CANT_RUN;
    }
    if (trace_dir && !write_witnesses(m, trace_dir, error, sizeof error)) {
        options_error("matrix", "%s", error);
        return STATUS_CANT_RUN;
    }
    if (json) {
        json_t *root = matrix_json(m);
        json_dumpf(root, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(root);
    } else {
        print_table(m);
    }
    return STATUS_FINE;
}

int cmd_matrix(int argc, char **argv) {
    const char *budget = "quick";
    uint64_t memory_mb = 8192;
    bool json = false;
    int status;
    const char *trace_dir = NULL;
    const struct option options[] = {
        {"--budget", OPTION_TEXT, &budget, 0, 0, "quick|full", "how far to search (default quick)"},
        {"--memory", OPTION_NUMBER, &memory_mb, 256, 1000000, "MB", "for states, at most (default 8192)"},
        {"--trace", OPTION_TEXT, &trace_dir, 0, 0, "DIR",
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
    const bool full = strcmp(budget, "full") == 0;
    if (!full && strcmp(budget, "quick") != 0)
        return options_error("matrix", "--budget %s: quick or full is expected", budget);
    struct matrix *m = calloc(1, sizeof *m);
    if (!m) {
        options_error("matrix", "out of memory");
        return STATUS_CANT_RUN;
    }
    status = run(m, full, (size_t)memory_mb << 20, trace_dir, json);
    free(m);
    return status;
}
