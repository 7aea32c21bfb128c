/* groupy figure: one figure for a report, from traces or from a scenario. */
#include <stdio.h>
#include <string.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/report/figure_file.h"
#include "app/report/sheet.h"
#include "app/search.h"

#define NOT_SAID UINT64_MAX
#define TIME_MAX 86400000

struct words {
    const char *kind, *out, *axis, *at;
};

/* "1s,2s,4s" */
static bool read_moments(const char *text, struct figure_asked *a) {
    char one[32];
    for (;;) {
        const size_t size = strcspn(text, ",");
        if (size == 0 || size >= sizeof one || a->at_count == FIGURE_MOMENTS_MAX)
            return false;
        memcpy(one, text, size);
        one[size] = '\0';
        if (!parse_duration(one, &a->at_ms[a->at_count++]))
            return false;
        if (text[size] == '\0')
            return true;
        text += size + 1;
    }
}

static int check_words(const struct words *w, struct figure_asked *a) {
    enum sheet_kind sheet;
    if (!figure_kind_find(w->kind, &a->kind))
        return options_error(
            "figure", "--kind %s: timeline, montage, story, views, table, architecture or layers is expected",
            w->kind);
    if (w->out == NULL)
        return options_error("figure", "where to? -o FILE, whose name ends in %s, is missing",
                             sheet_endings());
    if (!sheet_kind_of(w->out, &sheet))
        return options_error("figure", "-o %s: a name that ends in %s is expected", w->out, sheet_endings());
    if (w->axis != NULL && strcmp(w->axis, "steps") != 0 && strcmp(w->axis, "time") != 0)
        return options_error("figure", "--axis %s: steps or time is expected", w->axis);
    a->axis = w->axis == NULL ? FIGURE_AXIS_USUAL : w->axis[0] == 's' ? FIGURE_AXIS_STEPS : FIGURE_AXIS_TIME;
    if (w->at != NULL && !read_moments(w->at, a))
        return options_error("figure", "--at %s: a time, or up to %d of them, is expected, as 2s or 1s,2s,4s",
                             w->at, FIGURE_MOMENTS_MAX);
    return STATUS_FINE;
}

static int check(const struct words *w, struct figure_asked *a) {
    const bool of_a_run = figure_needs_run(a->kind);
    if (of_a_run && a->path_count == 0 && a->scenario == NULL)
        return options_error("figure", "of what? a trace is missing (or --scenario, which is simulated)");
    if (a->path_count > 0 && (!of_a_run || a->scenario != NULL))
        return options_error("figure", "%s: %s %s is not made of traces", a->paths[0],
                             !of_a_run && w->kind[0] == 'a' ? "an" : "a", of_a_run ? "--scenario" : w->kind);
    if (a->scenario != NULL && !of_a_run)
        return options_error("figure", "--scenario %s: a figure of kind %s is not made of a run", a->scenario,
                             w->kind);
    if (a->scenario == NULL && (a->rung != NULL || a->members > 0 || a->seed > 0))
        return options_error("figure", "--rung, --members and --seed are for a --scenario");
    if (a->matrix != NULL && a->kind != FIGURE_TABLE)
        return options_error("figure", "--matrix is for --kind table");
    if (a->at_count > 0 && a->kind != FIGURE_MONTAGE)
        return options_error("figure", "--at is for --kind montage; others have --from and --to");
    if (a->has_from && a->has_to && a->from_ms >= a->to_ms)
        return options_error("figure", "--from must be before --to");
    return STATUS_FINE;
}

static int make(const struct figure_asked *a, const char *out) {
    char dir[4096 + 16], error[1024] = "";
    static struct figure_made made;
    int status = STATUS_CANT_RUN;
    search_catch_interrupts(); /* a file is whole or not there at all */
    snprintf(dir, sizeof dir, "%s/fonts", assets_dir(program_name));
    struct fonts *fonts = fonts_open(dir, error, sizeof error);
    if (fonts != NULL) {
        enum figure_outcome outcome =
            figure_make(&made, a, assets_dir(program_name), fonts, error, sizeof error);
        if (outcome == FIGURE_MADE && search_interrupted()) {
            snprintf(error, sizeof error, "interrupted");
            outcome = FIGURE_CANT;
            figure_unmake(&made);
        } else if (outcome == FIGURE_MADE) {
            outcome = figure_save(&made, out, error, sizeof error);
            figure_unmake(&made);
        }
        status = outcome == FIGURE_MADE          ? STATUS_FINE
                 : outcome == FIGURE_BAD_REQUEST ? STATUS_USAGE
                                                 : STATUS_CANT_RUN;
    }
    fonts_close(&fonts);
    if (status != STATUS_FINE) {
        options_error("figure", "%s", error);
    } else if (made.failed[0] != '\0') {
        options_error("figure", "%s", made.failed);
        return STATUS_VIOLATED;
    }
    return status;
}

int cmd_figure(int argc, char **argv) {
    const char *paths[WORDS_MAX];
    struct words w = {.kind = "timeline"};
    struct figure_asked a = {
        .paths = paths, .width_mm = FIGURE_TWO_COLUMNS_MM, .from_ms = NOT_SAID, .to_ms = NOT_SAID};
    int status;
    const struct option options[] = {
        {"-o", OPTION_TEXT, &w.out, 0, 0, "FILE", "F.svg, F.pdf, F.png (300 dpi) or F.tex (TikZ)"},
        {"--kind", OPTION_TEXT, &w.kind, 0, 0, "K",
         "timeline (default), montage, story (both), views, table, architecture, layers"},
        {"--scenario", OPTION_TEXT, &a.scenario, 0, 0, "NAME|FILE", "simulated, instead of a trace"},
        {"--rung", OPTION_TEXT, &a.rung, 0, 0, "R", "to simulate it on (default the scenario's)"},
        {"--members", OPTION_NUMBER, &a.members, 1, 32, "N", "at the beginning (default the scenario's)"},
        {"--seed", OPTION_NUMBER, &a.seed, 1, 1000000000000, "S", "default the scenario's, or 1"},
        {"--from", OPTION_DURATION, &a.from_ms, 0, TIME_MAX, "1s",
         "of the run's clock (default where something first happens)"},
        {"--to", OPTION_DURATION, &a.to_ms, 1, TIME_MAX, "2s", "default the end"},
        {"--at", OPTION_TEXT, &w.at, 0, 0, "2s|1s,2s,4s",
         "montage: the moment, or several (default the end)"},
        {"--axis", OPTION_TEXT, &w.axis, 0, 0, "steps|time",
         "default steps, one event after the other; for views time"},
        {"--acks", OPTION_FLAG, &a.acknowledgements, 0, 0, NULL, "acknowledgements as well"},
        {"--width", OPTION_NUMBER, &a.width_mm, 60, 400, "MM", "85 for one column; default 175, for two"},
        {"--height", OPTION_NUMBER, &a.height_mm, 20, 400, "MM", "default as much as it needs"},
        {"--grey", OPTION_FLAG, &a.grey, 0, 0, NULL, "for black-and-white print"},
        {"--caption", OPTION_TEXT, &a.caption, 0, 0, "none|TEXT", "below it (default how it was made)"},
        {"--matrix", OPTION_TEXT, &a.matrix, 0, 0, "FILE",
         "table: what groupy matrix --json printed (default: searched now)"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "figure",
        .summary = "Draws one figure for a report. TRACE is a trace file, or a folder of them.",
        .usage = "[TRACE...] -o FILE [options]",
        .example = "groupy figure traces --kind timeline --from 1s --to 2s --width 85 -o crash.pdf",
        .options = options,
        .words_max = WORDS_MAX};
    if (!options_read(&command, argc, argv, paths, &a.path_count, &status))
        return status;
    a.has_from = a.from_ms != NOT_SAID;
    a.has_to = a.to_ms != NOT_SAID;
    if ((status = check_words(&w, &a)) != STATUS_FINE || (status = check(&w, &a)) != STATUS_FINE)
        return status;
    return make(&a, w.out);
}
