/* groupy ctl: acts on a live group from a terminal. Every key of a window has its twin here. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <czmq.h>

#include "app/cmd/cmd.h"
#include "app/control.h"

static const char *text_of(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

static long long number_of(const json_t *object, const char *key) {
    return json_integer_value(json_object_get(object, key));
}

static void print_table(const json_t *workers) {
    size_t i;
    json_t *w;
    printf("%-16s  %-10s  %-6s  %-10s  %6s  %-7s  %-4s  %s\n", "worker", "state", "rung", "view", "count",
           "colour", "hash", "");
    json_array_foreach(workers, i, w) {
        char view[32] = "", note[192] = "";
        const char *hash = text_of(w, "hash");
        const size_t members = json_array_size(json_object_get(w, "members"));
        if (number_of(w, "view") > 0)
            snprintf(view, sizeof view, "%lld (%zu)", number_of(w, "view"), members);
        if (number_of(w, "differs_since") > 0)
            snprintf(note, sizeof note, "differs since #%lld", number_of(w, "differs_since"));
        else if (text_of(w, "reason")[0])
            snprintf(note, sizeof note, "%s", text_of(w, "reason"));
        else if (json_is_true(json_object_get(w, "paused")))
            snprintf(note, sizeof note, "paused");
        printf("%-16s  %-10s  %-6s  %-10s  %6lld  %-7s  %-4s  %s\n", text_of(w, "name"), text_of(w, "state"),
               text_of(w, "rung"), view, number_of(w, "count"), text_of(w, "color"),
               strlen(hash) == 16 ? hash + 12 : "", note);
    }
}

static int status(const struct registry *registry, const char *group, bool json) {
    json_t *workers = control_status(registry);
    const size_t count = json_array_size(workers);
    if (json) {
        json_t *root = json_pack("{s:s, s:O}", "group", group, "workers", workers);
        json_dumpf(root, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(root);
    } else if (count > 0) {
        print_table(workers);
    }
    json_decref(workers);
    if (count > 0)
        return STATUS_FINE;
    options_error("ctl", "no live group '%s' on this machine (groupy demo starts one)", group);
    return STATUS_CANT_RUN;
}

/* Options of an action, like --to, belong to the action: only --group and --json are ours. */
static int split(int argc, char **argv, const char **group, bool *json, const char **words, int words_max) {
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--group") == 0 && i + 1 < argc)
            *group = argv[++i];
        else if (strncmp(argv[i], "--group=", 8) == 0)
            *group = argv[i] + 8;
        else if (strcmp(argv[i], "--json") == 0)
            *json = true;
        else if (count < words_max)
            words[count++] = argv[i];
    }
    return count;
}

int cmd_ctl(int argc, char **argv) {
    const char *group = "groupy", *words[16];
    bool json = false;
    struct registry registry;
    char message[256] = "";
    const struct option options[] = {
        {"--group", OPTION_TEXT, &group, 0, 0, "G", "the group on this machine (default groupy)"},
        {"--json", OPTION_FLAG, &json, 0, 0, NULL, "the status as one JSON document"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "ctl",
        .summary =
            "Acts on a live group from a terminal. ACTION is one of\n"
            "  status                            who is there, in which view, with which colour\n"
            "  kill leader|NAME                  SIGKILL\n"
            "  crash-mid-broadcast [--after K]   the leader dies when K followers have been sent a change\n"
            "  crash-async [--keep NAME ...]     the leader dies; its broadcast reaches only those links\n"
            "  hang leader|NAME [--for 3s]       it stands still, and goes on by itself\n"
            "  suspect NAME --by NAME            a false suspicion: the one takes the other for crashed\n"
            "  lose [N] [--from NAME] [--to NAME]  the leader's (or NAME's) next N messages are lost\n"
            "  delay TIME [--from NAME] [--to NAME]  messages take so much longer; 0s: no longer\n"
            "  cut NAME [NAME] [--one-way]       nothing passes on that link, or on all of NAME's\n"
            "  partition NAME...                 nothing passes between these and all others\n"
            "  heal [NAME NAME] [--one-way]      all links work again, or the one between these\n"
            "  loss P%                           every message is lost with this chance\n"
            "  change [N] [NAME]                 one colour change now\n"
            "  press KEY NAME                    as if that key were pressed in that worker's window\n"
            "  pause, resume                     the changes of all workers\n"
            "  pace faster|slower|DURATION       the mean time between two changes of a worker\n"
            "  join                              a new worker joins\n"
            "  leave NAME                        a worker leaves in good order\n"
            "  rung R                            the group ends, and starts again on that rung\n"
            "  scenario NAME|FILE                the group ends, and another one plays this\n"
            "  record [FILE]                     begins a video of it all (.mp4, .webm, .gif), or ends it;\n"
            "                                    a FILE that is there is replaced\n"
            "  quit                              the whole group ends",
        .usage = "ACTION [--group G]",
        .example = "groupy ctl crash-mid-broadcast --after 2",
        .options = options,
        .words_min = 1,
        .words_max = 16};
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        options_help(&command);
        return argc < 2 ? STATUS_USAGE : STATUS_FINE;
    }
    const int count = split(argc, argv, &group, &json, words, 16);
    const char *bad_group = registry_group_error(group);
    if (bad_group)
        return options_error("ctl", "--group %s: %s", group, bad_group);
    if (count == 0)
        return options_error("ctl", "an action is missing (groupy ctl --help lists them)");
    if (!registry_open(&registry, group, message, sizeof message)) {
        options_error("ctl", "%s", message);
        return STATUS_CANT_RUN;
    }
    zsys_handler_set(NULL);
    int result;
    if (strcmp(words[0], "status") == 0) {
        result = count == 1 ? status(&registry, group, json)
                            : options_error("ctl", "status takes no '%s'", words[1]);
    } else {
        result = control_act(&registry, NULL, count, words, message, sizeof message);
        if (result == STATUS_FINE)
            printf("%s\n", message);
        else
            options_error("ctl", "%s", message);
    }
    registry_close(&registry);
    zsys_shutdown();
    return result;
}
