/* groupy recorder: the process that records what a demo shows; not for people, who say `demo --record`. */
#include <stdio.h>
#include <string.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/registry.h"
#include "app/report/recording.h"
#include "app/report/video.h"

static int check_options(const struct scope_target *target, const char *path, const char *size,
                         struct recording_config *config) {
    enum video_kind kind;
    char error[4608];
    const char *bad = registry_group_error(target->group);
    if (bad)
        return options_error("recorder", "--group %s: %s", target->group, bad);
    if (!path)
        return options_error("recorder", "-o is missing: the video's name");
    if (!video_kind_of(path, &kind, error, sizeof error))
        return options_error("recorder", "-o %s", error);
    if (!video_size_of(size, &config->width, &config->height, error, sizeof error))
        return options_error("recorder", "--size %s", error);
    return STATUS_FINE;
}

int cmd_recorder(int argc, char **argv) {
    const char *paths[WORDS_MAX], *path = NULL, *size = "1280x720";
    struct scope_target target = {.paths = paths, .group = "groupy"};
    struct recording_config config = {.assets = NULL};
    int status;
    bool dark = false;
    char said[4608] = "";
    const struct option options[] = {
        {"--group", OPTION_TEXT, &target.group, 0, 0, "G", "the live group on this machine (default groupy)"},
        {"-o", OPTION_TEXT, &path, 0, 0, "FILE", "the video: .mp4, .webm or .gif"},
        {"--size", OPTION_TEXT, &size, 0, 0, "1280x720", "of the picture"},
        {"--dark", OPTION_FLAG, &dark, 0, 0, NULL, "with the dark theme"},
        {"--reduced-motion", OPTION_FLAG, &config.reduced_motion, 0, 0, NULL, "nothing moves but the run"},
        {"--managed", OPTION_FLAG, &config.managed, 0, 0, NULL, NULL},
        {.name = NULL},
    };
    const struct command command = {
        .name = "recorder",
        .summary = "Records the group on this machine, or traces, as a video: what `demo --record` starts.",
        .usage = "[PATH...] -o FILE [options]",
        .example = "groupy recorder traces -o run.mp4",
        .options = options,
        .words_max = WORDS_MAX};
    if (!options_read(&command, argc, argv, paths, &target.path_count, &status) ||
        (status = check_options(&target, path, size, &config)) != STATUS_FINE)
        return status;
    config.target = target;
    config.path = path;
    config.assets = assets_dir(program_name);
    config.theme = dark ? THEME_DARK : THEME_LIGHT;
    const bool fine = recording_run(&config, said, sizeof said);
    if (config.managed)
        printf("%s %s\n", fine ? "done" : "failed", said);
    else if (fine)
        printf("%s\n", said);
    else
        options_error("recorder", "%s", said);
    return fine ? STATUS_FINE : STATUS_CANT_RUN;
}
