/* groupy demo: a group of worker processes with windows, tiled over the screen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/launcher.h"
#include "app/picture_file.h"
#include "app/registry.h"
#include "app/report/video.h"
#include "app/spawn.h"
#include "app/trace_merge.h"

#define NOT_SAID UINT64_MAX

/* What a scenario says is the default for what the command line does not say. */
static int cast(struct launcher_config *config, const char **rung, const char *name,
                struct scenario *scenario) {
    char dir[4096 + 16], path[4096 + 64], error[512];
    snprintf(dir, sizeof dir, "%s/scenarios", assets_dir(program_name));
    if (!scenario_find(dir, name, path, sizeof path, error, sizeof error) ||
        !scenario_load(scenario, path, error, sizeof error))
        return options_error("demo", "%s", error);
    if (scenario->members > LAUNCHER_MEMBERS_MAX && config->members == NOT_SAID)
        return options_error("demo",
                             "--scenario %s: it has %d members, and a demo at most %d: say how many with -n, "
                             "or try groupy sim --scenario %s",
                             name, scenario->members, LAUNCHER_MEMBERS_MAX, name);
    config->scenario = scenario;
    if (!*rung)
        *rung = gms_rung_name(scenario->rung);
    if (config->members == NOT_SAID)
        config->members = (uint64_t)scenario->members;
    if (config->mean_ms == NOT_SAID)
        config->mean_ms = scenario->pace_ms;
    if (config->seed == 0 && scenario->seeded)
        config->seed = scenario->seed;
    scenario_rule(scenario, &config->member);
    return STATUS_FINE;
}

/* What neither the command line nor a scenario says. */
static int settle(struct launcher_config *config, const char *rung) {
    if (!rung)
        rung = LIVE_RUNG;
    if (config->members == NOT_SAID)
        config->members = 5;
    if (config->mean_ms == NOT_SAID)
        config->mean_ms = 2000;
    if (strcmp(rung, "gms2p5") == 0) {
        rung = "gms2";
        config->risk = config->risk ? config->risk : 100;
    }
    if (!gms_rung_find(rung, &config->rung))
        return options_error("demo", "--rung %s: %s is expected", rung, options_rungs(true));
    if (config->seed == 0)
        config->seed = (uint64_t)time(NULL);
    config->program = spawn_self(program_name);
    return STATUS_FINE;
}

/* A video that can't be made is told before anything starts. */
static int check_record(struct launcher_config *config, const char *size) {
    char error[4608];
    enum video_kind kind;
    if (!video_size_of(size, &config->record_width, &config->record_height, error, sizeof error))
        return options_error("demo", "--record-size %s", error);
    if (config->record && !video_kind_of(config->record, &kind, error, sizeof error))
        return options_error("demo", "--record %s", error);
    if ((config->out && !picture_file_folder(config->out, error, sizeof error)) ||
        (config->record &&
         (!video_has_ffmpeg(error, sizeof error) || !video_can_write(config->record, error, sizeof error)))) {
        options_error("demo", "%s", error);
        return STATUS_CANT_RUN;
    }
    return STATUS_FINE;
}

/* `config` is what the command line says. */
static int run(const struct launcher_config *config, const char *rung, const char *name,
               struct scenario *scenario) {
    struct launcher_config plain = *config, first = *config;
    const char *bad_group = registry_group_error(config->group);
    if (bad_group)
        return options_error("demo", "--group %s: %s", config->group, bad_group);
    if (config->trace_dir && trace_folder_is_used(config->trace_dir))
        return options_error("demo", "--trace %s: it has the traces of another run: name another folder",
                             config->trace_dir);
    int status = settle(&plain, NULL);
    if (status == STATUS_FINE && name)
        status = cast(&first, &rung, name, scenario);
    if (status == STATUS_FINE)
        status = settle(&first, rung);
    return status == STATUS_FINE ? launcher_run(&first, &plain) : status;
}

int cmd_demo(int argc, char **argv) {
    const char *rung = NULL, *name = NULL, *record_size = "1280x720";
    char rungs[160];
    int status;
    struct launcher_config config = {
        .group = "groupy", .members = NOT_SAID, .mean_ms = NOT_SAID, .member = member_options_default};
    snprintf(rungs, sizeof rungs, "%s (default " LIVE_RUNG ", or the scenario's)", options_rungs(true));
    const struct option options[] = {
        {"-n", OPTION_NUMBER, &config.members, 1, LAUNCHER_MEMBERS_MAX, "5",
         "how many workers to start with, 1 to 64"},
        {"--rung", OPTION_TEXT, &rung, 0, 0, "R", rungs},
        {"--mean", OPTION_DURATION, &config.mean_ms, 0, 3600000, "2s",
         "mean time between two changes of a worker"},
        {"--scenario", OPTION_TEXT, &name, 0, 0, "NAME|FILE",
         "run it, and end, or with a scope leave its end on the screen (groupy scenarios lists them)"},
        {"--for", OPTION_DURATION, &config.for_ms, 1, 86400000, "10s", "end after this time"},
        {"--headless", OPTION_FLAG, &config.headless, 0, 0, NULL, "no windows: print the events"},
        {"--no-scope", OPTION_FLAG, &config.no_scope, 0, 0, NULL,
         "no picture of the group beside the workers' windows"},
        {"--json", OPTION_FLAG, &config.json, 0, 0, NULL, "print the verdict only, as one JSON document"},
        {"--trace", OPTION_TEXT, &config.trace_dir, 0, 0, "DIR",
         "write a trace file for every process there"},
        {"--record", OPTION_TEXT, &config.record, 0, 0, "FILE",
         "a video of the windows and the scope: .mp4, .webm or .gif, by ffmpeg; replaced if it is there"},
        {"--record-size", OPTION_TEXT, &record_size, 0, 0, "1280x720", "of that, and of what R records"},
        {"--out", OPTION_TEXT, &config.out, 0, 0, "DIR", "where S and R save (default: here)"},
        {"--seed", OPTION_NUMBER, &config.seed, 0, 1000000000000, "S",
         "of the workers' chances (default: the time)"},
        {"--group", OPTION_TEXT, &config.group, 0, 0, "G",
         "the group's name on this machine (default groupy)"},
        {"--risk", OPTION_NUMBER, &config.risk, 0, 1000000, "N",
         "a leader dies in one of N sends (gms2p5: 100)"},
        {"--loss", OPTION_PERCENT, &config.loss_percent, 0, 100, "P%",
         "each message is lost with this chance"},
        MEMBER_OPTION_ROWS(&config.member),
        {"--dark", OPTION_FLAG, &config.dark, 0, 0, NULL, "start with the dark theme"},
        {"--reduced-motion", OPTION_FLAG, &config.reduced_motion, 0, 0, NULL,
         "no pulse when a change is delivered"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "demo",
        .summary = "Starts a group of workers, each a process with a window, tiled, and the scope.\n"
                   "Press ? in a window for the keys; Ctrl+C here ends everything.",
        .usage = "[options]",
        .example = "groupy demo -n 5 --rung gms2",
        .options = options};
    if (!options_read(&command, argc, argv, NULL, NULL, &status) ||
        (status = member_options_check(&config.member, "demo")) != STATUS_FINE ||
        (status = check_record(&config, record_size)) != STATUS_FINE)
        return status;
    struct scenario *scenario = name ? malloc(sizeof *scenario) : NULL;
    if (name && !scenario) {
        options_error("demo", "out of memory");
        return STATUS_CANT_RUN;
    }
    status = run(&config, rung, name, scenario);
    free(scenario);
    return status;
}
