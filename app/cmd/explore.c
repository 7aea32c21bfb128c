/* groupy explore: exhaustive search of one fault on one rung, and the shortest run that shows what it found.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/cmd/cmd.h"
#include "app/search.h"
#include "app/witness.h"

#define OF_THE_FAULT 99 /* a budget that was not given */

struct asked {
    const char *rung, *fault, *trace;
    uint64_t members, changes, memory_mb, for_ms;
    uint64_t crashes, losses, suspicions, joins, leaves, cuts, timeouts;
    bool first, json;
};

static bool on_progress(void *self, const struct explore_progress *progress) {
    search_show_progress(self, progress);
    return !search_interrupted();
}

static void spend(int *budget, uint64_t asked) {
    if (asked != OF_THE_FAULT)
        *budget = (int)asked;
}

static void bound(struct explore_config *config, const struct asked *asked) {
    struct explore_budget *b = &config->budget;
    *b = explore_budget_of(config->rung, config->fault, (int)asked->changes);
    spend(&b->crashes, asked->crashes);
    spend(&b->losses, asked->losses);
    spend(&b->suspicions, asked->suspicions);
    spend(&b->joins, asked->joins);
    spend(&b->leaves, asked->leaves);
    spend(&b->cuts, asked->cuts);
    spend(&b->timeouts, asked->timeouts);
}

static const char *sentence(const struct explore_result *r) {
    switch (r->verdict) {
    case EXPLORE_SYNC: return r->complete ? "every run ends in sync" : "nothing found so far";
    case EXPLORE_HALT: return "HALT: a member can't go on";
    case EXPLORE_DESYNC: return "DESYNC: the colours part";
    }
    return "?";
}

/* A search that was not complete and found nothing says nothing. */
static int status_of(const struct explore_result *r) {
    if (r->verdict != EXPLORE_SYNC)
        return STATUS_VIOLATED;
    return r->complete ? STATUS_FINE : STATUS_CANT_RUN;
}

/* The same run one rung up: what breaks here may be survived there. */
static void tell_next_rung(const struct witness *witness) {
    struct witness next = *witness;
    enum explore_verdict verdict;
    char error[256];
    next.trace_path = NULL;
    next.story = NULL;
    next.rung = (enum gms_rung_id)(witness->rung + 1);
    next.another_rung = true;
    if (next.rung < GMS_RUNGS && witness_take(&next, &verdict, error, sizeof error))
        printf("The same run at %s: %s\n", gms_rung_name(next.rung), explore_verdict_name(verdict));
}

static int print(struct search_cell *cell, const char *trace) {
    const struct explore_result *r = &cell->result;
    char error[512];
    printf("%s, %s: %s\n", gms_rung_name(cell->rung), explore_fault_text(cell->fault), sentence(r));
    printf("  %s: %" PRIu64 " states generated, %" PRIu64
           " distinct, depth %d, %d members, %d changes, %.2f s\n",
           r->complete ? "complete" : "not complete", r->generated, r->distinct, r->depth, cell->members,
           cell->changes, r->seconds);
    if (!r->complete)
        printf("  not complete: %s\n", r->incomplete);
    if (r->verdict == EXPLORE_SYNC) {
        if (trace)
            printf("  no trace: nothing broke\n");
        return status_of(r);
    }
    struct witness witness = {.rung = cell->rung,
                              .fault = cell->fault,
                              .members = search_members(cell->fault, cell->members),
                              .trace_path = trace,
                              .story = stdout,
                              .step_count = r->step_count,
                              .steps = r->steps};
    enum explore_verdict verdict;
    printf("The shortest run that shows it:\n");
    if (!witness_take(&witness, &verdict, error, sizeof error)) {
        options_error("explore", "%s", error);
        return STATUS_CANT_RUN;
    }
    if (verdict != r->verdict) {
        options_error("explore", "the checker says %s of this run: please report this",
                      explore_verdict_name(verdict));
        return STATUS_CANT_RUN;
    }
    tell_next_rung(&witness);
    if (trace)
        printf("Its trace: %s\n", trace);
    return STATUS_VIOLATED;
}

static int print_json(struct search_cell *cell, const char *trace) {
    char error[512];
    if (trace && cell->result.verdict != EXPLORE_SYNC &&
        !search_write_witness(cell, trace, error, sizeof error)) {
        options_error("explore", "%s", error);
        return STATUS_CANT_RUN;
    }
    json_t *object = search_json(cell);
    json_dumpf(object, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(object);
    return status_of(&cell->result);
}

static int search(const struct asked *asked, struct search_cell *cell) {
    struct explore_config config = {.rung = (int)cell->rung,
                                    .fault = cell->fault,
                                    .members = search_members(cell->fault, cell->members),
                                    .memory_size_max = (size_t)asked->memory_mb << 20,
                                    .seconds_max = (double)asked->for_ms / 1000,
                                    .stop_at_first = asked->first,
                                    .progress = on_progress};
    char what[64];
    snprintf(what, sizeof what, "%s %s", asked->rung, asked->fault);
    config.progress_self = what;
    bound(&config, asked);
    search_catch_interrupt();
    if (!explore_workers(&config, &cell->result))
        return options_error("explore",
                             "too many: the search holds %d members, newcomers included, and %d changes, one "
                             "more of each member included",
                             EXPLORE_MEMBERS_MAX, EXPLORE_CHANGES_MAX);
    search_clear_progress();
    return asked->json ? print_json(cell, asked->trace) : print(cell, asked->trace);
}

static int unknown_fault(const char *fault) {
    char names[256] = "";
    for (int i = 0; i < EXPLORE_FAULTS; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s", i > 0 ? " " : "",
                 explore_fault_name((enum explore_fault)i));
    return options_error("explore", "--fault %s: one of %s is expected", fault, names);
}

int cmd_explore(int argc, char **argv) {
    static struct search_cell cell; /* large */
    struct asked a = {.rung = "gms3", .fault = "mid-broadcast", .changes = 2, .memory_mb = 8192};
    a.crashes = a.losses = a.suspicions = a.joins = a.leaves = a.cuts = a.timeouts = OF_THE_FAULT;
    int status;
    char rungs[160];
    snprintf(rungs, sizeof rungs, "%s (default gms3)", options_rungs(false));
    const struct option options[] = {
        {"--rung", OPTION_TEXT, &a.rung, 0, 0, "R", rungs},
        {"--fault", OPTION_TEXT, &a.fault, 0, 0, "F", "one of those below (default mid-broadcast)"},
        {"--members", OPTION_NUMBER, &a.members, 1, EXPLORE_MEMBERS_MAX, "3",
         "of the group; a group that is joined by two begins with one less (default 3, cascade 4)"},
        {"--changes", OPTION_NUMBER, &a.changes, 0, EXPLORE_CHANGES_MAX, "2",
         "multicast at any moment, by any member (default 2)"},
        {"--crashes", OPTION_NUMBER, &a.crashes, 0, 5, "N",
         "of leaders (follower-crash: of followers), at most"},
        {"--losses", OPTION_NUMBER, &a.losses, 0, 9, "N", "of messages, at most"},
        {"--suspicions", OPTION_NUMBER, &a.suspicions, 0, 9, "N", "of live leaders, at most"},
        {"--joins", OPTION_NUMBER, &a.joins, 0, 5, "N", "of newcomers"},
        {"--leaves", OPTION_NUMBER, &a.leaves, 0, 5, "N", "of followers, at most"},
        {"--cuts", OPTION_NUMBER, &a.cuts, 0, 3, "N", "of the network in two, at most"},
        {"--timeouts", OPTION_NUMBER, &a.timeouts, 0, 9, "N",
         "from gms4 on, or heartbeats, at most (these seven: by default what the fault says)"},
        {"--memory", OPTION_NUMBER, &a.memory_mb, 64, 1000000, "MB", "for states, at most (default 8192)"},
        {"--for", OPTION_DURATION, &a.for_ms, 1, 86400000, "10m", "end then, even if not complete"},
        {"--first", OPTION_FLAG, &a.first, 0, 0, NULL, "end at the first desync; do not search on"},
        {"--trace", OPTION_TEXT, &a.trace, 0, 0, "FILE", "write the shortest run that shows it as a trace"},
        {"--json", OPTION_FLAG, &a.json, 0, 0, NULL, "print the result only, as one JSON document"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "explore",
        .summary =
            "Searches every run within the bounds, on the very code of the windows: all orders in which\n"
            "messages arrive, all moments of the fault. Ctrl+C ends it with what was found so far. Faults:\n"
            "  none join leave follower-crash leader-crash mid-broadcast cascade async-crash loss\n"
            "  loss+crash suspicion partition",
        .usage = "[options]",
        .example = "groupy explore --rung gms2 --fault mid-broadcast --trace w.jsonl",
        .options = options};
    if (!options_read(&command, argc, argv, NULL, NULL, &status))
        return status;
    if (!gms_rung_find(a.rung, &cell.rung))
        return options_error("explore", "--rung %s: %s is expected", a.rung, options_rungs(false));
    if (!explore_fault_find(a.fault, &cell.fault))
        return unknown_fault(a.fault);
    cell.members = a.members > 0 ? (int)a.members : explore_fault_members((int)cell.rung, cell.fault);
    cell.changes = (int)a.changes;
    if (search_members(cell.fault, cell.members) < 1)
        return options_error("explore",
                             "--members %d: a group that two join begins with one less, so 2 or more",
                             cell.members);
    return search(&a, &cell);
}
