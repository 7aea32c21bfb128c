/* groupy sim: a run in the simulator: a scenario, one run by chance, or many of them. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/many_runs.h"
#include "app/member_options.h"
#include "app/search.h"
#include "app/sim_stage.h"

#define NOT_SAID UINT64_MAX

struct asked {
    const char *rung, *faults, *scenario, *seeds, *members, *trace, *delivery;
    uint64_t seed, for_ms, mean_ms, fault_mean_ms, turn_ms;
    bool last_man_standing, json;
};

static int cant(const char *error) {
    options_error("sim", "%s", error);
    return STATUS_CANT_RUN;
}

/* "5" or "3..7". */
static bool parse_range(const char *text, uint64_t min, uint64_t max, uint64_t *from, uint64_t *to) {
    char first[32];
    const char *dots = strstr(text, "..");
    if (!dots)
        return parse_number(text, min, max, from) && (*to = *from, true);
    if ((size_t)(dots - text) >= sizeof first)
        return false;
    snprintf(first, sizeof first, "%.*s", (int)(dots - text), text);
    return parse_number(first, min, max, from) && parse_number(dots + 2, *from, max, to);
}

/* -- One run ----------------------------------------------------------------------------------------- */

static json_t *json_of(const struct recorder *r, enum gms_rung_id rung, uint64_t seed, int members) {
    return json_pack("{s:s, s:I, s:i, s:I, s:o}", "rung", gms_rung_name(rung), "seed", (json_int_t)seed,
                     "members", members, "delivered", (json_int_t)r->check->delivered, "check",
                     report_check(r->check, r->names));
}

static void print_json(json_t *root) {
    json_dumpf(root, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(root);
}

static struct member_options members_asked(const struct asked *a) {
    struct member_options member = member_options_default;
    member.last_man_standing = a->last_man_standing;
    member.delivery = a->delivery ? a->delivery : member.delivery;
    return member;
}

static bool open_recorder(struct recorder *r, const struct asked *a, enum gms_rung_id rung, uint64_t seed,
                          const struct member_options *member, char *error, size_t error_size) {
    char run[32];
    snprintf(run, sizeof run, "sim-%" PRIu64, seed);
    const struct trace_header header = {.run = run,
                                        .who = "sim",
                                        .rung = gms_rung_name(rung),
                                        .source = "sim",
                                        .seed = seed,
                                        .member = member};
    if (!recorder_open(r, rung)) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    r->printing = !a->json;
    if (!a->trace || recorder_trace(r, a->trace, &header, error, error_size))
        return true;
    recorder_close(r);
    return false;
}

/* The run's status, unless its trace is not whole. */
static int close_recorder(struct recorder *r, const struct asked *a, int status) {
    char error[512];
    if (recorder_close(r))
        return status;
    snprintf(error, sizeof error, "the trace %s could not be written whole", a->trace);
    return cant(error);
}

static int run_one(const struct asked *a, const struct random_run *run) {
    struct recorder recorder;
    char error[512];
    const struct member_options member = members_asked(a);
    if (!open_recorder(&recorder, a, run->rung, run->seed, &member, error, sizeof error))
        return cant(error);
    const struct sim_config config = recorder_sim_config(&recorder, run->rung, run->seed);
    struct sim *sim = sim_new(&config);
    if (!sim)
        return cant("out of memory");
    recorder_print_columns(&recorder, run->members_min);
    const bool formed = random_run(run, sim, &recorder, NULL);
    if (!formed)
        options_error("sim", "the group did not even form");
    if (a->json)
        print_json(json_of(&recorder, run->rung, run->seed, sim_count(sim)));
    else
        report_verdict(recorder.check, recorder.names);
    const int status = formed ? report_status(recorder.check) : STATUS_VIOLATED;
    sim_free(&sim);
    return close_recorder(&recorder, a, status);
}

/* -- Many runs --------------------------------------------------------------------------------------- */

static void command_of(const struct asked *a, uint64_t seed, char *text, size_t size) {
    snprintf(text, size,
             "groupy sim --rung %s --faults %s --members %s --for %" PRIu64 "ms --mean %" PRIu64
             "ms --fault-mean %" PRIu64 "ms --turn %" PRIu64 "ms%s%s%s --seed %" PRIu64,
             a->rung, a->faults, a->members, a->for_ms, a->mean_ms, a->fault_mean_ms, a->turn_ms,
             a->delivery ? " --delivery " : "", a->delivery ? a->delivery : "",
             a->last_man_standing ? " --last-man-standing" : "", seed);
}

static void print_many(const struct many_runs *m, const struct asked *a) {
    char command[4096];
    const uint64_t shown = m->failed_count < MANY_FAILED_MAX ? m->failed_count : MANY_FAILED_MAX;
    for (uint64_t i = 0; i < shown; i++) {
        command_of(a, m->failed[i].seed, command, sizeof command);
        printf("seed %" PRIu64 " %s: %s\n", m->failed[i].seed, m->failed[i].how, command);
    }
    if (m->failed_count > shown)
        printf("... and %" PRIu64 " more\n", m->failed_count - shown);
    printf("%s, seeds %" PRIu64 "..%" PRIu64 ": %" PRIu64 " runs, %" PRIu64 " failed; %" PRIu64
           " messages, %.0f a second\n",
           gms_rung_name(m->run.rung), m->from, m->to, m->runs, m->failed_count, m->messages,
           (double)m->messages / m->seconds);
    if (m->slowest_seed > 0)
        printf("in sync again at most %" PRIu64 " ms after the last fault (seed %" PRIu64 ")\n",
               m->slowest_ms, m->slowest_seed);
}

static void print_many_json(const struct many_runs *m, const struct asked *a) {
    json_t *failed = json_array();
    char command[4096];
    for (uint64_t i = 0; i < m->failed_count && i < MANY_FAILED_MAX; i++) {
        command_of(a, m->failed[i].seed, command, sizeof command);
        json_array_append_new(failed, json_pack("{s:I, s:s, s:s}", "seed", (json_int_t)m->failed[i].seed,
                                                "verdict", m->failed[i].how, "command", command));
    }
    print_json(json_pack("{s:s, s:[I, I], s:I, s:I, s:o, s:I, s:I, s:I, s:f}", "rung",
                         gms_rung_name(m->run.rung), "seeds", (json_int_t)m->from, (json_int_t)m->to, "runs",
                         (json_int_t)m->runs, "failed_count", (json_int_t)m->failed_count, "failed", failed,
                         "messages", (json_int_t)m->messages, "delivered", (json_int_t)m->delivered,
                         "slowest_ms", (json_int_t)m->slowest_ms, "seconds", m->seconds));
}

static int run_many(const struct asked *a, const struct random_run *run, uint64_t from, uint64_t to) {
    struct many_runs m = {.run = *run, .from = from, .to = to};
    search_catch_interrupt();
    const bool done = many_runs(&m);
    search_clear_progress();
    if (!done)
        return cant("out of memory");
    if (a->json)
        print_many_json(&m, a);
    else
        print_many(&m, a);
    if (m.runs < to - from + 1)
        return cant("interrupted");
    return m.failed_count > 0 ? STATUS_VIOLATED : STATUS_FINE;
}

/* -- A scenario -------------------------------------------------------------------------------------- */

static int run_scenario(const struct asked *a, const struct scenario *scenario, bool rung_given,
                        enum gms_rung_id rung, uint64_t members) {
    struct member_options member = members_asked(a);
    scenario_rule(scenario, &member);
    const struct sim_stage stage = {.scenario = scenario,
                                    .member = &member,
                                    .rung = rung_given ? rung : scenario->rung,
                                    .members = members > 0 ? (int)members : scenario->members,
                                    .seed = a->seed            ? a->seed
                                            : scenario->seeded ? scenario->seed
                                                               : 1,
                                    .printing = !a->json};
    struct scenario_outcomes *outcomes = calloc(1, sizeof *outcomes);
    struct recorder recorder;
    char error[512];
    if (!outcomes)
        return cant("out of memory");
    if (!open_recorder(&recorder, a, stage.rung, stage.seed, &member, error, sizeof error)) {
        free(outcomes);
        return cant(error);
    }
    recorder.watch = calloc(1, sizeof *recorder.watch);
    const struct sim_config config = recorder_sim_config(&recorder, stage.rung, stage.seed);
    struct sim *sim = recorder.watch ? sim_new(&config) : NULL;
    if (!sim)
        return cant("out of memory");
    recorder_print_columns(&recorder, stage.members);
    sim_stage_run(&stage, sim, &recorder, outcomes);
    if (a->json) {
        json_t *root = json_of(&recorder, stage.rung, stage.seed, sim_count(sim));
        outcomes_add_json(outcomes, root);
        print_json(root);
    } else {
        report_verdict(recorder.check, recorder.names);
    }
    const int status = outcomes_conclude(outcomes, "sim", a->json);
    const int verdict = scenario->expect_count == 0 ? report_status(recorder.check) : STATUS_FINE;
    sim_free(&sim);
    free(recorder.watch);
    free(outcomes);
    return close_recorder(&recorder, a, status != STATUS_FINE ? status : verdict);
}

static int load_and_run(const struct asked *a, bool rung_given, enum gms_rung_id rung, uint64_t members) {
    char dir[4096 + 16], path[4096 + 64], error[512];
    struct scenario *scenario = malloc(sizeof *scenario);
    int status;
    snprintf(dir, sizeof dir, "%s/scenarios", assets_dir(program_name));
    if (!scenario)
        return cant("out of memory");
    if (scenario_find(dir, a->scenario, path, sizeof path, error, sizeof error) &&
        scenario_load(scenario, path, error, sizeof error))
        status = run_scenario(a, scenario, rung_given, rung, members);
    else
        status = options_error("sim", "%s", error);
    free(scenario);
    return status;
}

/* -- The command ------------------------------------------------------------------------------------- */

static void settle_defaults(struct asked *a) {
    a->rung = a->rung ? a->rung : "gms3";
    a->members = a->members ? a->members : "5";
    a->faults = a->faults ? a->faults : "own";
    a->seed = a->seed != NOT_SAID ? a->seed : 1;
    a->for_ms = a->for_ms != NOT_SAID ? a->for_ms : 3000;
    a->mean_ms = a->mean_ms != NOT_SAID ? a->mean_ms : 100;
    a->fault_mean_ms = a->fault_mean_ms != NOT_SAID ? a->fault_mean_ms : 300;
    a->turn_ms = a->turn_ms != NOT_SAID ? a->turn_ms : 0;
}

/* NULL, or which options exclude each other. */
static const char *excluded(const struct asked *a) {
    const bool chance = a->faults || a->for_ms != NOT_SAID || a->mean_ms != NOT_SAID ||
                        a->fault_mean_ms != NOT_SAID || a->turn_ms != NOT_SAID;
    if (a->seeds && a->trace)
        return "--trace is for one run: give --seed with it";
    if (a->seeds && a->seed != NOT_SAID)
        return "--seed and --seeds exclude each other";
    if (a->scenario && a->seeds)
        return "--scenario and --seeds exclude each other: a scenario is one run";
    if (a->scenario && chance)
        return "a --scenario says itself what goes wrong and how long: no --faults, --for, --mean, "
               "--fault-mean, --turn";
    if (a->scenario && a->members && strstr(a->members, ".."))
        return "--members A..B is for runs by chance: one number with --scenario";
    return NULL;
}

static int run(struct asked *a) {
    const bool rung_given = a->rung != NULL, members_given = a->members != NULL,
               seed_given = a->seed != NOT_SAID;
    uint64_t min, max, from, to;
    char bad[64];
    settle_defaults(a);
    struct random_run r = {.seed = a->seed,
                           .for_ms = a->for_ms,
                           .mean_ms = a->mean_ms,
                           .fault_mean_ms = a->fault_mean_ms,
                           .turn_ms = a->turn_ms,
                           .last_man_standing = a->last_man_standing};
    if (a->delivery && strcmp(a->delivery, "agreed") == 0)
        r.delivery = GMS_AGREED;
    else if (a->delivery && strcmp(a->delivery, "safe") != 0)
        return options_error("sim", "--delivery %s: safe or agreed is expected", a->delivery);
    if (!gms_rung_find(a->rung, &r.rung))
        return options_error("sim", "--rung %s: %s is expected", a->rung, options_rungs(false));
    if (!parse_range(a->members, 1, GMS_MEMBERS_MAX, &min, &max))
        return options_error("sim", "--members %s: a number from 1 to %d is expected, or two as in 3..7",
                             a->members, GMS_MEMBERS_MAX);
    r.members_min = (int)min;
    r.members_max = (int)max;
    if (!random_faults_parse(a->faults, r.rung, &r.faults, bad, sizeof bad))
        return options_error("sim", "--faults: '%s' is none of own, all, none or the names in --help", bad);
    if (a->scenario) {
        a->seed = seed_given ? a->seed : 0; /* 0: the scenario's own */
        return load_and_run(a, rung_given, r.rung, members_given ? min : 0);
    }
    if (!a->seeds)
        return run_one(a, &r);
    if (!parse_range(a->seeds, 1, 1000000000000, &from, &to))
        return options_error("sim", "--seeds %s: two numbers from 1 are expected, as in 1..1000", a->seeds);
    return run_many(a, &r, from, to);
}

int cmd_sim(int argc, char **argv) {
    struct asked a = {.seed = NOT_SAID,
                      .for_ms = NOT_SAID,
                      .mean_ms = NOT_SAID,
                      .fault_mean_ms = NOT_SAID,
                      .turn_ms = NOT_SAID};
    int status;
    char rungs[160];
    snprintf(rungs, sizeof rungs, "%s (default gms3, or the scenario's)", options_rungs(false));
    const struct option options[] = {
        {"--rung", OPTION_TEXT, &a.rung, 0, 0, "R", rungs},
        {"--members", OPTION_TEXT, &a.members, 0, 0, "N|A..B",
         "at the beginning, up to 256 (default 5, or the scenario's)"},
        {"--scenario", OPTION_TEXT, &a.scenario, 0, 0, "NAME|FILE",
         "what happens (groupy scenarios lists them)"},
        {"--seed", OPTION_NUMBER, &a.seed, 1, 1000000000000, "S", "of one run by chance (default 1)"},
        {"--seeds", OPTION_TEXT, &a.seeds, 0, 0, "A..B", "many runs; those that fail are listed"},
        {"--faults", OPTION_TEXT, &a.faults, 0, 0, "F,F...", "which, by chance (default own)"},
        {"--for", OPTION_DURATION, &a.for_ms, 1, 3600000, "3s",
         "how long things go wrong, in simulated time"},
        {"--mean", OPTION_DURATION, &a.mean_ms, 1, 3600000, "100ms",
         "mean time between two changes of a member"},
        {"--fault-mean", OPTION_DURATION, &a.fault_mean_ms, 1, 3600000, "300ms",
         "mean time between two faults"},
        {"--turn", OPTION_DURATION, &a.turn_ms, 0, 60000, "0ms",
         "what arrives within so long is taken in one turn, as under load"},
        {"--delivery", OPTION_TEXT, &a.delivery, 0, 0, "safe|agreed",
         "gms5: what a quorum has, or on receipt (default safe)"},
        {"--last-man-standing", OPTION_FLAG, &a.last_man_standing, 0, 0, NULL,
         "gms5: whoever knows that all others crashed goes on"},
        {"--trace", OPTION_TEXT, &a.trace, 0, 0, "FILE", "write the run as a trace"},
        {"--json", OPTION_FLAG, &a.json, 0, 0, NULL, "print the result only, as one JSON document"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "sim",
        .summary =
            "A run in the simulator, with the code of the windows, in virtual time: a scenario, or a run\n"
            "by chance. First things go wrong; then they stop, and the group has to converge within 10 s. "
            "Faults:\n"
            "  own (what the rung is made for), all, none, join leave follower-crash leader-crash\n"
            "  mid-broadcast async-crash loss suspicion hang delay cut partition",
        .usage = "[options]",
        .example = "groupy sim --rung gms3 --seeds 1..1000",
        .options = options};
    if (!options_read(&command, argc, argv, NULL, NULL, &status))
        return status;
    const char *no = excluded(&a);
    return no ? options_error("sim", "%s", no) : run(&a);
}
