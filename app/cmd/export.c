/* groupy export: the traces of a run for other tools. */
#include <signal.h>
#include <stdio.h>

#include "app/cmd/cmd.h"
#include "app/report/export.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted = 1;
}

static int run(const struct export_wish *wish) {
    struct sigaction stop = {.sa_handler = on_signal};
    char told[1024], error[4608] = "";
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    if (!export_run(wish, &interrupted, told, sizeof told, error, sizeof error)) {
        options_error("export", "%s", error);
        return STATUS_CANT_RUN;
    }
    fputs(told, stderr); /* the standard output may be what was asked for */
    return STATUS_FINE;
}

int cmd_export(int argc, char **argv) {
    const char *paths[WORDS_MAX], *format = NULL, *out = NULL;
    struct export_wish wish = {.paths = paths};
    uint64_t from_ms = 0, to_ms = UINT64_MAX;
    int status;
    const struct option options[] = {
        {"--to", OPTION_TEXT, &format, 0, 0, "FORMAT", export_names()},
        {"-o", OPTION_TEXT, &out, 0, 0, "FILE", "where it goes to; - is the standard output"},
        {"--all", OPTION_FLAG, &wish.all, 0, 0, NULL, "heartbeats and acknowledgements, too"},
        {"--from", OPTION_DURATION, &from_ms, 0, 1000000000, "TIME",
         "leave out what was before; 0 is the run's start"},
        {"--until", OPTION_DURATION, &to_ms, 0, 1000000000, "TIME", "leave out what came then and later"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "export",
        .summary =
            "Writes the traces of one run for another tool. TRACE is a trace file, or a folder of them.\n"
            "  shiviz    a log for ShiViz: hosts, vector clocks, events\n"
            "  perfetto  JSON for ui.perfetto.dev and chrome://tracing: views, messages, their flow\n"
            "  otlp      JSON lines for an OpenTelemetry collector: a span for each multicast\n"
            "  mermaid   a sequence diagram for a Markdown page\n"
            "  csv       a row for each record, with all columns",
        .usage = "TRACE... --to FORMAT -o FILE [options]",
        .example = "groupy export traces --to perfetto -o run.json",
        .options = options,
        .words_min = 1,
        .words_max = WORDS_MAX};
    if (!options_read(&command, argc, argv, paths, &wish.path_count, &status))
        return status;
    if (!format || !out)
        return options_error("export", "something is missing: groupy export %s", command.usage);
    wish.format = export_find(format);
    if (!wish.format)
        return options_error("export", "--to %s: %s is expected", format, export_names());
    wish.out = out;
    wish.from = from_ms * 1000000;
    wish.to = to_ms == UINT64_MAX ? GMS_NEVER : to_ms * 1000000;
    if (wish.from >= wish.to)
        return options_error("export", "--until is not later than --from: nothing would be left");
    return run(&wish);
}
