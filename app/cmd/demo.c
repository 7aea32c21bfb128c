/* groupy demo: a group of worker processes with windows, tiled over the screen. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/cmd/cmd.h"
#include "app/launcher.h"
#include "app/registry.h"
#include "app/spawn.h"

int cmd_demo(int argc, char **argv) {
    const char *rung = "gms3";
    int status;
    struct launcher_config config = {
        .group = "groupy", .members = 5, .mean_ms = 2000, .join_timeout_ms = 1000};
    const struct option options[] = {
        {"-n", OPTION_NUMBER, &config.members, 1, 64, "5", "how many workers to start with, 1 to 64"},
        {"--rung", OPTION_TEXT, &rung, 0, 0, "R", "gms1, gms2, gms2p5 or gms3 (default gms3)"},
        {"--mean", OPTION_DURATION, &config.mean_ms, 0, 3600000, "2s",
         "mean time between two changes of a worker"},
        {"--for", OPTION_DURATION, &config.for_ms, 1, 86400000, "10s", "end after this time"},
        {"--headless", OPTION_FLAG, &config.headless, 0, 0, NULL, "no windows: print the events"},
        {"--json", OPTION_FLAG, &config.json, 0, 0, NULL, "print the verdict only, as one JSON document"},
        {"--trace", OPTION_TEXT, &config.trace_dir, 0, 0, "DIR",
         "write a trace file for every process there"},
        {"--seed", OPTION_NUMBER, &config.seed, 0, 1000000000000, "S",
         "of the workers' chances (default: the time)"},
        {"--group", OPTION_TEXT, &config.group, 0, 0, "G",
         "the group's name on this machine (default groupy)"},
        {"--risk", OPTION_NUMBER, &config.risk, 0, 1000000, "N",
         "a leader dies in one of N sends (gms2p5: 100)"},
        {"--loss", OPTION_PERCENT, &config.loss_percent, 0, 100, "P%",
         "each message is lost with this chance"},
        {"--join-timeout", OPTION_DURATION, &config.join_timeout_ms, 10, 600000, "1s",
         "how long a newcomer waits for each contact"},
        {"--reduced-motion", OPTION_FLAG, &config.reduced_motion, 0, 0, NULL,
         "no pulse when a change is delivered"},
        {.name = NULL},
    };
    const struct command command = {.name = "demo",
                                    .summary =
                                        "Starts a group of workers, each a process with a window, tiled.\n"
                                        "Press ? in a window for the keys; Ctrl+C here ends everything.",
                                    .usage = "[options]",
                                    .example = "groupy demo -n 5 --rung gms2",
                                    .options = options};
    if (!options_read(&command, argc, argv, NULL, NULL, &status))
        return status;
    if (strcmp(rung, "gms2p5") == 0) {
        rung = "gms2";
        config.risk = config.risk ? config.risk : 100;
    }
    if (!gms_rung_find(rung, &config.rung))
        return options_error("demo", "--rung %s: gms1, gms2, gms2p5 or gms3 is expected", rung);
    const char *bad_group = registry_group_error(config.group);
    if (bad_group)
        return options_error("demo", "--group %s: %s", config.group, bad_group);
    if (config.seed == 0)
        config.seed = (uint64_t)time(NULL);
    config.program = spawn_self(program_name);
    return launcher_run(&config);
}
