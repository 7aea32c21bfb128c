/* groupy scope: the space-time window on a live group, or on recorded traces. */
#include <stdio.h>
#include <string.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/picture_file.h"
#include "app/registry.h"
#include "app/report/recording.h"
#include "app/report/video.h"
#include "app/scope/window.h"

static int check_options(const struct scope_target *target) {
    const char *bad = registry_group_error(target->group);
    if (bad)
        return options_error("scope", "--group %s: %s", target->group, bad);
    if (target->join && strncmp(target->join, "tcp://", 6) != 0 && strncmp(target->join, "ipc://", 6) != 0)
        return options_error("scope", "--join %s: tcp://ADDRESS:PORT or ipc://PATH is expected",
                             target->join);
    if (target->join && target->path_count > 0)
        return options_error("scope", "%s: either traces or --join, not both", target->paths[0]);
    return STATUS_FINE;
}

/* What is to be recorded, and where pictures go. */
static int check_record(const struct scope_target *target, struct recording_config *record, const char *size,
                        const char *out) {
    enum video_kind kind;
    char error[4608];
    if (record->path && target->path_count == 0)
        return options_error("scope", "--record is for traces; of a live group: groupy demo --record, or "
                                      "groupy ctl record");
    if (record->path && !video_kind_of(record->path, &kind, error, sizeof error))
        return options_error("scope", "--record %s", error);
    if (!video_size_of(size, &record->width, &record->height, error, sizeof error))
        return options_error("scope", "--record-size %s", error);
    if (!out || picture_file_folder(out, error, sizeof error))
        return STATUS_FINE;
    options_error("scope", "%s", error);
    return STATUS_CANT_RUN;
}

static int film(const struct scope_target *target, const struct scope_window_config *window,
                struct recording_config *record) {
    char said[4608] = "";
    record->target = *target;
    record->assets = window->assets;
    record->theme = window->theme;
    record->reduced_motion = window->reduced_motion;
    if (recording_run(record, said, sizeof said)) {
        printf("%s\n", said);
        return STATUS_FINE;
    }
    options_error("scope", "%s", said);
    return STATUS_CANT_RUN;
}

int cmd_scope(int argc, char **argv) {
    const char *paths[WORDS_MAX];
    struct scope_target target = {.paths = paths, .group = "groupy"};
    int status;
    bool text = false, dark = false;
    struct scope_window_config config = {.assets = NULL};
    struct recording_config record = {.path = NULL};
    const char *record_size = "1280x720";
    char error[4608] = "";
    const struct option options[] = {
        {"--group", OPTION_TEXT, &target.group, 0, 0, "G", "the live group on this machine (default groupy)"},
        {"--join", OPTION_TEXT, &target.join, 0, 0, "ENDPOINT",
         "the live group of the worker that publishes there (groupy ctl status --json: telemetry)"},
        {"--text", OPTION_FLAG, &text, 0, 0, NULL,
         "no window: print how the run stands whenever that changes"},
        {"--fullscreen", OPTION_FLAG, &config.fullscreen, 0, 0, NULL, "start in full screen"},
        {"--dark", OPTION_FLAG, &dark, 0, 0, NULL, "start with the dark theme"},
        {"--reduced-motion", OPTION_FLAG, &config.reduced_motion, 0, 0, NULL, "nothing moves but the run"},
        {"--record", OPTION_TEXT, &record.path, 0, 0, "FILE",
         "no window: a video of the traces, .mp4, .webm or .gif, by ffmpeg; replaced if it is there"},
        {"--record-size", OPTION_TEXT, &record_size, 0, 0, "1280x720", "of the video"},
        {"--out", OPTION_TEXT, &config.out, 0, 0, "DIR", "where S saves pictures (default: here)"},
        {"--managed", OPTION_FLAG, &config.managed, 0, 0, NULL, NULL},
        {.name = NULL},
    };
    const struct command command = {
        .name = "scope",
        .summary = "Shows who sent what to whom, and what became of it: of a live group, or of traces.\n"
                   "PATH is a trace file, or a folder of them; without one, the group on this machine.",
        .usage = "[PATH...] [options]",
        .example = "groupy scope traces",
        .options = options,
        .words_max = WORDS_MAX};
    if (!options_read(&command, argc, argv, paths, &target.path_count, &status) ||
        (status = check_options(&target)) != STATUS_FINE ||
        (status = check_record(&target, &record, record_size, config.out)) != STATUS_FINE)
        return status;
    config.assets = assets_dir(program_name);
    config.theme = dark ? THEME_DARK : THEME_LIGHT;
    if (record.path)
        return film(&target, &config, &record);
    if (text) {
        status = scope_text_run(&target, error, sizeof error);
    } else {
        config.target = target;
        status = scope_window_run(&config, error, sizeof error) ? STATUS_FINE : STATUS_CANT_RUN;
    }
    if (error[0] && config.managed)
        printf("%s\n", error); /* for its demo, whose workers say the same of the display and the font */
    else if (error[0])
        options_error("scope", "%s", error);
    return status;
}
