/* groupy check: judges the traces of a run by the 26 properties. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/cmd/cmd.h"
#include "app/report.h"
#include "app/trace_merge.h"

struct judged {
    struct check check; /* large */
    struct report_names names;
};

static void learn_names(struct judged *j, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    const struct check_member *known = check_member_of(&j->check, r->id);
    if (r->ev != TRACE_CRASH && (!known || !known->traced))
        report_name(&j->names, r->id, line->who);
    for (uint32_t i = 0; i < r->member_count; i++) {
        if (!check_member_of(&j->check, r->members[i]) && line->member_names[i][0] != '?')
            report_name(&j->names, r->members[i], line->member_names[i]);
    }
}

/* False and one line in `error` if they can't be read to the end. */
static bool judge(struct judged *j, struct trace_merge *merge, char *error, size_t error_size) {
    const struct trace_line *line;
    enum trace_merge_next next;
    const struct check_settings settings = report_settings_of(merge);
    check_init(&j->check, &settings);
    while ((next = trace_merge_next(merge, &line, error, error_size)) == TRACE_MERGE_RECORD) {
        learn_names(j, line);
        check_feed(&j->check, &line->record);
    }
    if (next == TRACE_MERGE_ERROR)
        return false;
    /* A simulated run that is cut off did not end there; a live process crashed. */
    j->check.unfinished = !trace_merge_live(merge) && trace_merge_cut(merge) > 0;
    check_end(&j->check);
    j->names.files = trace_merge_files(merge, &j->names.file_count);
    return true;
}

static void print(const struct judged *j, const struct trace_merge *merge, bool json) {
    const uint64_t cut = trace_merge_cut(merge);
    if (json) {
        json_t *root = report_check(&j->check, &j->names);
        json_dumpf(root, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(root);
        return;
    }
    report_properties(&j->check, &j->names);
    if (cut > 0)
        printf("  %" PRIu64 " %s cut short and skipped\n", cut,
               cut == 1 ? "last line was" : "last lines were");
}

static int cant(const char *error) {
    options_error("check", "%s", error);
    return STATUS_CANT_RUN;
}

int cmd_check(int argc, char **argv) {
    const char *paths[WORDS_MAX];
    int count = 0, status;
    bool json = false;
    char error[4608] = "";
    const struct option options[] = {
        {"--json", OPTION_FLAG, &json, 0, 0, NULL, "print the verdict as one JSON document"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "check",
        .summary =
            "Judges the traces of one run: PATH is a trace file, or a folder of them (demo --trace DIR).",
        .usage = "PATH... [--json]",
        .example = "groupy check traces",
        .options = options,
        .words_min = 1,
        .words_max = WORDS_MAX};
    if (!options_read(&command, argc, argv, paths, &count, &status))
        return status;
    struct judged *j = calloc(1, sizeof *j);
    if (!j)
        return cant("out of memory");
    struct trace_merge *merge = trace_merge_open(paths, count, error, sizeof error);
    if (merge && judge(j, merge, error, sizeof error)) {
        print(j, merge, json);
        status = report_status(&j->check);
    } else {
        status = cant(error);
    }
    trace_merge_close(&merge);
    free(j);
    return status;
}
