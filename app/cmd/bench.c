/* groupy bench: measures, with real processes on this machine. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/bench/bench.h"
#include "app/bench/member.h"
#include "app/bench/sample.h"
#include "app/cmd/cmd.h"
#include "app/report/plot_bench.h"
#include "net/zmq/actor.h"

#define RUNGS             "gms3,gms4-nack,gms5"
#define MEMBERS_MIN       2
#define REPEATS           5
#define WINDOW            1000
#define RATE              1000
#define FOR_MS            2000
#define EVENTS            50 /* kills, hangs or joins */
#define HANG_HEARTBEAT_MS 10
#define HANG_SUSPECT_MS   30

struct words { /* as they stand on the command line */
    const char *rungs, *deliveries, *members, *sizes, *losses, *batchings, *csv, *plot;
    uint64_t window, rate, repeats, for_ms, suspect_ms; /* 0: not given */
    bool with_ceiling, latency, hang, join, full_load, json;
    char again[1024]; /* the whole line */
};

/* -- Lists: "3,5,8" -------------------------------------------------------------------------------------- */

/* Calls `take` for each word between commas; false as soon as that is, or when there are too many. */
static bool split(const char *option, const char *list, bool (*take)(struct bench_plan *, const char *word),
                  struct bench_plan *plan) {
    char words[512], *more;
    uint32_t count = 0;
    if (strlen(list) >= sizeof words || list[0] == ',' || strstr(list, ",,") ||
        list[strlen(list) - 1] == ',') {
        options_error("bench", "%s %s: a list is expected, as in the help", option, list);
        return false;
    }
    memcpy(words, list, strlen(list) + 1);
    for (char *word = strtok_r(words, ",", &more); word; word = strtok_r(NULL, ",", &more)) {
        if (++count > BENCH_LIST_MAX) {
            options_error("bench", "%s %s: up to %d values are expected", option, list, BENCH_LIST_MAX);
            return false;
        }
        if (!take(plan, word))
            return false;
    }
    return true;
}

static bool put_number(const char *option, const char *word, uint32_t min, uint32_t max,
                       struct bench_list *list) {
    uint64_t number;
    if (!parse_number(word, min, max, &number)) {
        options_error("bench", "%s %s: a number from %" PRIu32 " to %" PRIu32 " is expected", option, word,
                      min, max);
        return false;
    }
    list->value[list->count++] = (uint32_t)number;
    return true;
}

static bool take_members(struct bench_plan *plan, const char *word) {
    return put_number("--members", word, MEMBERS_MIN, GMS_MEMBERS_MAX, &plan->members);
}

static bool take_size(struct bench_plan *plan, const char *word) {
    return put_number("--size", word, LOAD_SIZE_MIN, GMS_BODY_SIZE_MAX, &plan->size_bytes);
}

static bool take_loss(struct bench_plan *plan, const char *word) {
    uint64_t percent;
    if (!parse_percent(word, &percent) || percent > 90) {
        options_error("bench", "--loss %s: a percentage from 0%% to 90%% is expected", word);
        return false;
    }
    plan->loss_percent.value[plan->loss_percent.count++] = (uint32_t)percent;
    return true;
}

static bool add_subject(struct bench_plan *plan, const struct bench_subject *subject) {
    if (plan->subject_count == BENCH_LIST_MAX) {
        options_error("bench", "up to %d rungs are expected", BENCH_LIST_MAX);
        return false;
    }
    plan->subject[plan->subject_count++] = *subject;
    return true;
}

static bool take_batching(struct bench_plan *plan, const char *word) {
    struct bench_subject subject = {.ceiling = true};
    for (int i = 0; i < BENCH_BATCHINGS; i++) {
        if (strcmp(word, bench_batching_name((enum bench_batching)i)) != 0)
            continue;
        plan->batching = subject.batching = (enum bench_batching)i;
        return plan->kind != BENCH_CEILING || add_subject(plan, &subject);
    }
    options_error("bench", "--batching %s: none, leader or both is expected", word);
    return false;
}

static const char *deliveries; /* of gms5, while rungs are read */

static bool take_delivery(struct bench_plan *plan, const char *word) {
    struct bench_subject subject = {.rung = GMS_RUNG_5, .delivery = GMS_SAFE};
    if (strcmp(word, "agreed") == 0)
        subject.delivery = GMS_AGREED;
    else if (strcmp(word, "safe") != 0) {
        options_error("bench", "--delivery %s: safe or agreed is expected", word);
        return false;
    }
    return add_subject(plan, &subject);
}

static bool take_rung(struct bench_plan *plan, const char *word) {
    struct bench_subject subject = {.ceiling = false};
    if (!gms_rung_find(word, &subject.rung)) {
        options_error("bench", "--rung %s: %s is expected", word, options_rungs(false));
        return false;
    }
    if (subject.rung == GMS_RUNG_5)
        return split("--delivery", deliveries, take_delivery, plan);
    return add_subject(plan, &subject);
}

/* -- What would be ignored is not taken ------------------------------------------------------------------ */

#define FOR(kind) (1u << (kind))
#define ALL       (FOR(BENCH_KINDS) - 1)

static bool misplaced(const char *option, unsigned kinds, enum bench_kind kind) {
    char list[100] = "";
    const char *between = "";
    if (kinds & FOR(kind))
        return false;
    for (int i = 0; i < BENCH_KINDS; i++) {
        if (!(kinds & FOR(i)))
            continue;
        kinds &= ~FOR(i);
        strcat(strcat(list, between), bench_kind_name((enum bench_kind)i));
        between = (kinds & (kinds - 1)) != 0 ? ", " : " and ";
    }
    options_error("bench", "%s is for %s, not for %s", option, list, bench_kind_name(kind));
    return true;
}

static bool clash(const char *option, bool given, const char *other, bool other_given) {
    if (given && other_given)
        options_error("bench", "%s does nothing with %s", option, other);
    return given && other_given;
}

static bool lacks(const char *option, bool given, const char *other, bool other_given) {
    if (given && !other_given)
        options_error("bench", "%s does nothing without %s", option, other);
    return given && !other_given;
}

static bool fits(const struct words *w, enum bench_kind kind) {
    const bool recovery = kind == BENCH_RECOVERY, ceiling = kind == BENCH_CEILING;
    const struct {
        const char *option;
        bool given;
        unsigned kinds;
    } options[] = {
        {"--rung", w->rungs, ALL & ~FOR(BENCH_CEILING)},
        {"--delivery", w->deliveries, ALL & ~FOR(BENCH_CEILING)},
        {"--suspect-after", w->suspect_ms, ALL & ~FOR(BENCH_CEILING)},
        {"--loss", w->losses, FOR(BENCH_THROUGHPUT) | FOR(BENCH_LATENCY)},
        {"--for", w->for_ms, ALL & ~FOR(BENCH_RECOVERY)},
        {"--window", w->window, ALL & ~FOR(BENCH_LATENCY)},
        {"--rate", w->rate, ALL & ~FOR(BENCH_THROUGHPUT)},
        {"--with-ceiling", w->with_ceiling, FOR(BENCH_THROUGHPUT) | FOR(BENCH_LATENCY)},
        {"--batching", w->batchings, FOR(BENCH_THROUGHPUT) | FOR(BENCH_LATENCY) | FOR(BENCH_CEILING)},
        {"--latency", w->latency, FOR(BENCH_CEILING)},
        {"--hang", w->hang, FOR(BENCH_RECOVERY)},
        {"--join", w->join, FOR(BENCH_RECOVERY)},
        {"--full-load", w->full_load, FOR(BENCH_RECOVERY)},
    };
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        if (options[i].given && misplaced(options[i].option, options[i].kinds, kind))
            return false;
    }
    return !clash("--hang", w->hang, "--join", w->join) &&
           !clash("--rate", w->rate, "--full-load", w->full_load) &&
           !clash("--window", w->window, "--latency", w->latency) &&
           !lacks("--window", recovery && w->window, "--full-load", w->full_load) &&
           !lacks("--rate", ceiling && w->rate, "--latency", w->latency) &&
           !clash("a list for --batching", !ceiling && w->batchings && strchr(w->batchings, ','),
                  "--with-ceiling", true) &&
           !lacks("--batching", !ceiling && w->batchings, "--with-ceiling", w->with_ceiling);
}

static bool has_gms5(const struct bench_plan *plan) {
    for (uint32_t i = 0; i < plan->subject_count; i++) {
        if (!plan->subject[i].ceiling && plan->subject[i].rung == GMS_RUNG_5)
            return true;
    }
    return false;
}

static bool make_plan(const struct words *w, struct bench_plan *plan) {
    deliveries = w->deliveries ? w->deliveries : "safe";
    plan->window = w->window > 0 ? (uint32_t)w->window : WINDOW;
    plan->rate = w->rate > 0 ? (uint32_t)w->rate : RATE;
    const bool events = plan->kind == BENCH_RECOVERY;
    plan->repeats = w->repeats > 0 ? (uint32_t)w->repeats : events ? EVENTS : REPEATS;
    plan->event = !events ? BENCH_NOTHING : w->hang ? BENCH_HANG : w->join ? BENCH_JOIN : BENCH_KILL;
    plan->full_load = w->full_load;
    plan->with_ceiling = w->with_ceiling;
    plan->latency = w->latency;
    plan->seconds = (double)(w->for_ms > 0 ? w->for_ms : FOR_MS) / 1000;
    plan->heartbeat_ms = w->hang ? HANG_HEARTBEAT_MS : ACTOR_HEARTBEAT_PERIOD_MS;
    plan->suspect_ms = w->suspect_ms > 0 ? (uint32_t)w->suspect_ms
                       : w->hang         ? HANG_SUSPECT_MS
                                         : ACTOR_SUSPECT_TIMEOUT_MS;
    if (!fits(w, plan->kind) ||
        (plan->kind != BENCH_CEILING && !split("--rung", w->rungs ? w->rungs : RUNGS, take_rung, plan)) ||
        lacks("--delivery", w->deliveries != NULL, "gms5", has_gms5(plan)))
        return false;
    return split("--batching", w->batchings ? w->batchings : "both", take_batching, plan) &&
           split("--members", w->members, take_members, plan) && split("--size", w->sizes, take_size, plan) &&
           split("--loss", w->losses ? w->losses : "0", take_loss, plan);
}

/* -- Run, and tell --------------------------------------------------------------------------------------- */

static void tell_failures(const struct bench_report *report) {
    for (size_t i = 0; i < report->count; i++) {
        const struct bench_cell *cell = &report->cell[i];
        char subject[64];
        bench_subject_text(&cell->subject, subject, sizeof subject);
        if (cell->verdict != BENCH_FINE)
            options_error("bench", "%s of %s, %" PRIu32 " members: %s", bench_kind_name(cell->kind), subject,
                          cell->members, cell->text);
    }
}

static int draw(const struct words *w, const struct bench_report *report) {
    return w->plot == NULL || plot_bench(report, w->plot, w->again, stderr) ? STATUS_FINE : STATUS_CANT_RUN;
}

static int run(const struct words *w, const struct bench_plan *plan) {
    struct bench_report report;
    char error[512];
    if (w->plot && !plot_bench_folder(w->plot, error, sizeof error)) {
        options_error("bench", "--plot: %s", error);
        return STATUS_CANT_RUN;
    }
    FILE *csv = w->csv ? fopen(w->csv, "w") : NULL;
    if (w->csv && !csv) {
        options_error("bench", "can't write %s: %s", w->csv, strerror(errno));
        return STATUS_CANT_RUN;
    }
    signal(SIGPIPE, SIG_IGN);
    if (!bench_run(plan, &report)) {
        options_error("bench", "out of memory");
        return STATUS_CANT_RUN;
    }
    if (csv)
        bench_print_csv(&report, csv);
    const bool csv_fine = !csv || (fflush(csv) == 0 && !ferror(csv));
    const int csv_errno = errno;
    if (csv)
        fclose(csv);
    if (w->json)
        bench_print_json(&report, stdout);
    else
        bench_print_table(&report, stdout);
    tell_failures(&report);
    const int drawn = draw(w, &report), measured = bench_status(&report);
    const int status = measured != STATUS_FINE ? measured : drawn;
    bench_report_free(&report);
    if (!csv_fine)
        options_error("bench", "can't write %s: %s", w->csv, strerror(csv_errno));
    if (crew_interrupted()) { /* all is told: its status is that of who was interrupted */
        fflush(NULL);
        signal(crew_interrupted(), SIG_DFL);
        raise(crew_interrupted());
    }
    return csv_fine ? status : STATUS_CANT_RUN;
}

static void join(int argc, char **argv, char *line, size_t size) {
    size_t used = (size_t)snprintf(line, size, "groupy bench");
    for (int i = 1; i < argc && used < size; i++)
        used += (size_t)snprintf(line + used, size - used, " %s", argv[i]);
}

int cmd_bench(int argc, char **argv) {
    struct words w = {.members = "5", .sizes = "64"};
    const char *kind[1] = {NULL};
    int status;
    struct bench_plan plan = {.kind = BENCH_THROUGHPUT};
    const struct option options[] = {
        {"--rung", OPTION_TEXT, &w.rungs, 0, 0, "R[,R...]", "(default " RUNGS ")"},
        {"--delivery", OPTION_TEXT, &w.deliveries, 0, 0, "safe|agreed", "when gms5 delivers (default safe)"},
        {"--members", OPTION_TEXT, &w.members, 0, 0, "N[,N...]", "processes in the group (default 5)"},
        {"--size", OPTION_TEXT, &w.sizes, 0, 0, "BYTES[,...]", "of a body (default 64)"},
        {"--loss", OPTION_TEXT, &w.losses, 0, 0, "P%[,P%...]", "of all messages are lost (default 0)"},
        {"--for", OPTION_DURATION, &w.for_ms, 100, 600000, "TIME",
         "measured time of a repetition (default 2s)"},
        {"--repeat", OPTION_NUMBER, &w.repeats, 1, BENCH_REPEATS_MAX, "N",
         "repetitions (default 5, recovery 50)"},
        {"--window", OPTION_NUMBER, &w.window, 1, 100000, "W",
         "own multicasts under way, at full load (default 1000)"},
        {"--rate", OPTION_NUMBER, &w.rate, 1, 1000000, "N",
         "multicasts a second in the whole group, else (default 1000)"},
        {"--with-ceiling", OPTION_FLAG, &w.with_ceiling, 0, 0, NULL,
         "bare libzmq beside each, in turn, and the ratio"},
        {"--batching", OPTION_TEXT, &w.batchings, 0, 0, "none|leader|both",
         "of the ceiling: who packs messages into frames (default both)"},
        {"--latency", OPTION_FLAG, &w.latency, 0, 0, NULL, "ceiling: at a fixed rate"},
        {"--suspect-after", OPTION_DURATION, &w.suspect_ms, 20, 60000, "TIME",
         "silence that counts as a crash (default 400ms, with --hang 30ms)"},
        {"--hang", OPTION_FLAG, &w.hang, 0, 0, NULL,
         "recovery: the leader stands still; heartbeats every 10 ms"},
        {"--join", OPTION_FLAG, &w.join, 0, 0, NULL, "recovery: a newcomer joins"},
        {"--full-load", OPTION_FLAG, &w.full_load, 0, 0, NULL,
         "recovery: all multicast as much as they can (default: at the rate)"},
        {"--json", OPTION_FLAG, &w.json, 0, 0, NULL, "print one JSON document instead of the table"},
        {"--csv", OPTION_TEXT, &w.csv, 0, 0, "FILE", "write all figures to a file, too"},
        {"--plot", OPTION_TEXT, &w.plot, 0, 0, "DIR",
         "draw the figures with gnuplot; tables and scripts beside them"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "bench",
        .summary =
            "Measures, with real processes on this machine; checks that nothing is lost or differs.\n"
            "  throughput   what each member is delivered when all multicast as much as they can\n"
            "  latency      from when a message is due until each member has it, at a fixed rate\n"
            "  recovery     from SIGKILL of the leader until all go on; or it hangs, or somebody joins\n"
            "  scale        all of these against the number of members\n"
            "  ceiling      throughput or latency of bare libzmq: what there is to be had",
        .usage = "throughput|latency|recovery|scale|ceiling [options]",
        .example = "groupy bench throughput --rung gms3,gms5 --members 3,5,8 --with-ceiling",
        .options = options,
        .words_min = 1,
        .words_max = 1};
    if (argc == 2 && strcmp(argv[1], BENCH_MEMBER_WORD) == 0)
        return bench_member();
    join(argc, argv, w.again, sizeof w.again);
    if (!options_read(&command, argc, argv, kind, NULL, &status))
        return status;
    if (!bench_kind_find(kind[0], &plan.kind))
        return options_error(
            "bench", "'%s' is not a measurement: throughput, latency, recovery, scale and ceiling are",
            kind[0]);
    return make_plan(&w, &plan) ? run(&w, &plan) : STATUS_USAGE;
}
