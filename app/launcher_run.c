/* One run: a group from its first worker to its verdict. A demo that is told to restart on another rung has
 * several, one after the other, each with names, traces and a checker of its own.
 */
#include "app/launcher_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/control.h"
#include "app/options.h"
#include "app/stage.h"
#include "net/zmq/clock.h"

/* -- The beginning ----------------------------------------------------------------------------------- */

/* Nothing of the run before is left: neither a pause nor a fault. */
static void forget_run(struct launcher *l) {
    memset(l->children, 0, sizeof l->children);
    l->child_count = 0;
    l->names->count = 0;
    l->phase = RUNNING;
    l->phase_since = l->last_delivery = 0;
    l->paused = l->played = false;
    l->delay_ms = 0;
    l->mean_ms = l->config->mean_ms;
    l->loss_percent = l->config->loss_percent;
    l->tiles = (int)l->config->members;
    stage_destroy(&l->stage);
}

/* "run 2, gms3" or "run 2, gms3, scenario gms3-mid-broadcast" */
static void tell_title(const struct launcher *l, char *text, size_t size) {
    const struct scenario *s = l->config->scenario;
    snprintf(text, size, "run %d, %s%s%s", l->run_count, gms_rung_name(l->config->rung),
             s ? ", scenario " : "", s ? s->name : "");
}

static void welcome(const struct launcher *l) {
    char title[96];
    if (l->config->json)
        return;
    tell_title(l, title, sizeof title);
    if (l->run_count > 1)
        printf("%s\n", title);
    if (l->printing)
        launcher_print_columns(l);
    else if (l->run_count == 1)
        printf("%" PRIu64
               " workers of %s, group '%s'. Press ? in a window for the keys; Ctrl+C here ends all.\n",
               l->config->members, gms_rung_name(l->config->rung), l->config->group);
    fflush(stdout);
}

bool launcher_begin_run(struct launcher *l, char *error, size_t error_size) {
    const struct launcher_config *c = l->config;
    const struct check_settings settings = report_live_settings(
        c->rung, member_options_delivery(&c->member) == GMS_AGREED, c->member.last_man_standing);
    forget_run(l);
    l->run_count++;
    l->started = clock_now();
    snprintf(l->run, sizeof l->run, "%016" PRIx64, c->seed ^ (uint64_t)l->started);
    check_init(l->check, &settings);
    if (c->scenario && !(l->stage = stage_new(c->scenario))) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    if (!launcher_begin_trace(l, error, error_size) || !launcher_register(l, error, error_size))
        return false;
    for (uint64_t i = 0; i < c->members; i++) {
        if (!launcher_start_worker(l, error, error_size))
            return false;
    }
    welcome(l);
    return true;
}

/* -- The verdict ------------------------------------------------------------------------------------- */

static void print_json(const struct launcher *l) {
    json_t *root = json_pack("{s:s, s:I, s:I, s:I, s:o}", "rung", gms_rung_name(l->config->rung), "seed",
                             (json_int_t)l->config->seed, "members", (json_int_t)l->child_count, "delivered",
                             (json_int_t)l->check->delivered, "check", report_check(l->check, l->names));
    if (l->stage)
        stage_add_json(l->stage, root);
    json_dumpf(root, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(root);
}

/* Of a run that another one follows: one line, for what counts at the end is the last. */
static int tell_in_passing(const struct launcher *l) {
    const char *outcome = !l->stage ? "" : stage_failed(l->stage) > 0 ? "; NOT as expected" : "; as expected";
    char title[96], verdict[128];
    tell_title(l, title, sizeof title);
    report_overall(l->check, verdict, sizeof verdict);
    if (!l->config->json)
        printf("%s: %s%s\n", title, verdict, l->played ? outcome : "");
    fflush(stdout);
    return STATUS_FINE;
}

int launcher_end_run(struct launcher *l) {
    check_end(l->check);
    launcher_record(l, TRACE_EXIT, GMS_NOBODY);
    trace_file_close(&l->director);
    registry_sweep(&l->registry); /* what killed workers left */
    if (l->again)
        return tell_in_passing(l);
    if (l->config->json)
        print_json(l);
    else
        report_verdict(l->check, l->names);
    if (l->check->records == 0)
        return STATUS_CANT_RUN;
    if (l->stage && l->config->scenario->expect_count > 0)
        return stage_conclude(l->stage, l->config->json);
    return report_status(l->check);
}

/* -- The next one ------------------------------------------------------------------------------------ */

static bool want(struct launcher *l, const struct launcher_config *next, struct scenario *scenario,
                 char *error, size_t error_size) {
    if (l->phase != RUNNING && !l->again) {
        snprintf(error, error_size, "the demo is ending");
        free(scenario);
        return false;
    }
    free(l->next_scenario);
    l->next_scenario = scenario;
    l->next = *next;
    l->next.scenario = scenario;
    l->again = true;
    launcher_enter(l, SETTLING);
    return true;
}

bool launcher_want_rung(struct launcher *l, const char *rung, char *error, size_t error_size) {
    struct launcher_config next = *l->plain;
    next.members = l->config->members;
    if (strcmp(rung, "gms2p5") == 0) {
        rung = "gms2";
        next.risk = next.risk ? next.risk : 100;
    }
    if (!gms_rung_find(rung, &next.rung)) {
        snprintf(error, error_size, "%s is expected", options_rungs(true));
        return false;
    }
    return want(l, &next, NULL, error, error_size);
}

bool launcher_want_scenario(struct launcher *l, const char *path, char *error, size_t error_size) {
    struct launcher_config next = *l->plain;
    struct scenario *scenario = malloc(sizeof *scenario);
    if (!scenario) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    if (!scenario_load(scenario, path, error, error_size)) {
        free(scenario);
        return false;
    }
    if (scenario->members > LAUNCHER_MEMBERS_MAX) {
        snprintf(error, error_size, "it has %d members, and a demo at most %d", scenario->members,
                 LAUNCHER_MEMBERS_MAX);
        free(scenario);
        return false;
    }
    next.rung = scenario->rung;
    next.members = (uint64_t)scenario->members;
    next.mean_ms = scenario->pace_ms;
    next.seed = scenario->seeded ? scenario->seed : next.seed;
    scenario_rule(scenario, &next.member);
    return want(l, &next, scenario, error, error_size);
}

/* The first run's traces are in the folder itself, those of the others in DIR/2, DIR/3 ...; what another demo
 * has left there is not mixed with them. */
static void name_folder(struct launcher *l) {
    for (int number = l->run_count + 1; number < 100000; number++) {
        snprintf(l->trace_dir, sizeof l->trace_dir, "%s/%d", l->plain->trace_dir, number);
        if (access(l->trace_dir, F_OK) != 0)
            return;
    }
}

/* Workers that somebody else has started are of the group that ends, too. */
static void end_strangers(const struct launcher *l) {
    struct registry_entry *entries = calloc(REGISTRY_ENTRIES_MAX, sizeof *entries);
    char *replies[REGISTRY_ENTRIES_MAX];
    size_t count = 0;
    const size_t all = entries ? registry_list(&l->registry, entries, REGISTRY_ENTRIES_MAX) : 0;
    for (size_t i = 0; i < all; i++) {
        if (entries[i].role == REGISTRY_WORKER)
            entries[count++] = entries[i];
    }
    control_ask_all(entries, count, "quit", replies);
    for (size_t i = 0; i < count; i++)
        freen(replies[i]);
    free(entries);
}

void launcher_turn_to_next(struct launcher *l) {
    end_strangers(l);
    free(l->scenario);
    l->scenario = l->next_scenario;
    l->next_scenario = NULL;
    l->now = l->next;
    l->again = false;
    if (l->plain->trace_dir) {
        name_folder(l);
        l->now.trace_dir = l->trace_dir;
    }
}
