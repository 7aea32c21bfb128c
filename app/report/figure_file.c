/* See figure_file.h. A simulated run is written as a trace and read again: so a figure shows what a trace
 * has, and nothing else.
 */
#include "app/report/figure_file.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/options.h"
#include "app/report/sheet.h"
#include "app/scenario.h"

#define MATRIX_MEMORY_SIZE ((size_t)8192 << 20)
#define PATH_SIZE          4096

/* -- The caption ----------------------------------------------------------------------------------------- */

__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *format, ...) {
    const size_t used = strlen(text);
    va_list args;
    va_start(args, format);
    vsnprintf(text + used, size - used, format, args);
    va_end(args);
}

static void add_time(char *text, size_t size, const char *before, uint64_t ms) {
    if (ms % 1000 == 0)
        add(text, size, "%s%" PRIu64 "s", before, ms / 1000);
    else
        add(text, size, "%s%" PRIu64 "ms", before, ms);
}

/* A word of a command, quoted where a shell would not leave it alone. */
static void add_word(char *text, size_t size, const char *before, const char *word) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./,:+@%=";
    if (word[0] != '\0' && word[strspn(word, plain)] == '\0') {
        add(text, size, "%s%s", before, word);
        return;
    }
    add(text, size, "%s'", before);
    for (; *word != '\0'; word++)
        if (*word == '\'')
            add(text, size, "'\\''");
        else
            add(text, size, "%c", *word);
    add(text, size, "'");
}

/* The command that makes the same figure again, as far as that is not said by the options' defaults. */
static void add_command(char *text, size_t size, const struct figure_asked *a) {
    add(text, size, "groupy figure");
    for (int i = 0; i < a->path_count; i++)
        add_word(text, size, " ", a->paths[i]);
    if (a->scenario != NULL)
        add_word(text, size, " --scenario ", a->scenario);
    if (a->rung != NULL)
        add_word(text, size, " --rung ", a->rung);
    if (a->members > 0)
        add(text, size, " --members %" PRIu64, a->members);
    if (a->seed > 0)
        add(text, size, " --seed %" PRIu64, a->seed);
    if (a->matrix != NULL)
        add_word(text, size, " --matrix ", a->matrix);
    add(text, size, " --kind %s", figure_kind_name(a->kind));
    if (a->axis != FIGURE_AXIS_USUAL)
        add(text, size, " --axis %s", a->axis == FIGURE_AXIS_TIME ? "time" : "steps");
    if (a->acknowledgements)
        add(text, size, " --acks");
    if (a->has_from)
        add_time(text, size, " --from ", a->from_ms);
    if (a->has_to)
        add_time(text, size, " --to ", a->to_ms);
    for (uint32_t i = 0; i < a->at_count; i++)
        add_time(text, size, i == 0 ? " --at " : ",", a->at_ms[i]);
    if (a->width_mm != FIGURE_TWO_COLUMNS_MM)
        add(text, size, " --width %" PRIu64, a->width_mm);
    if (a->height_mm > 0)
        add(text, size, " --height %" PRIu64, a->height_mm);
    add(text, size, "%s -o F.pdf", a->grey ? " --grey" : "");
}

static void write_caption(struct figure_made *made, const struct figure_asked *a) {
    char *text = made->figure.caption;
    const size_t size = sizeof made->figure.caption;
    text[0] = '\0';
    if (a->caption != NULL) {
        add(text, size, "%s", strcmp(a->caption, "none") == 0 ? "" : a->caption);
        return;
    }
    if (made->run != NULL) {
        add(text, size, "%s, %u workers", gms_rung_name(made->run->settings.rung), made->run->members);
        if (made->run->seed > 0)
            add(text, size, ", seed %" PRIu64, made->run->seed);
        add(text, size, " \u00b7 ");
    }
    add_command(text, size, a);
}

/* -- The run --------------------------------------------------------------------------------------------- */

static bool load(struct scenario *scenario, const char *assets, const char *name, char *error,
                 size_t error_size) {
    char dir[PATH_SIZE], path[PATH_SIZE];
    snprintf(dir, sizeof dir, "%s/figures", assets);
    if (strchr(name, '/') != NULL ||
        snprintf(path, sizeof path, "%s/%s.txt", dir, name) >= (int)sizeof path || access(path, F_OK) != 0) {
        snprintf(dir, sizeof dir, "%s/scenarios", assets);
        if (!scenario_find(dir, name, path, sizeof path, error, error_size))
            return false;
    }
    return scenario_load(scenario, path, error, error_size);
}

static enum figure_outcome play(struct figure_made *made, const struct figure_asked *a,
                                const struct scenario *scenario, const char *trace, char *error,
                                size_t error_size) {
    struct figure_play p = {.scenario = scenario,
                            .rung = scenario->rung,
                            .members = a->members > 0 ? (int)a->members : scenario->members,
                            .seed = a->seed > 0        ? a->seed
                                    : scenario->seeded ? scenario->seed
                                                       : 1};
    if (a->rung != NULL && !gms_rung_find(a->rung, &p.rung)) {
        snprintf(error, error_size, "--rung %s: %s is expected", a->rung, options_rungs(false));
        return FIGURE_BAD_REQUEST;
    }
    snprintf(made->title, sizeof made->title, "%.150s", scenario->title);
    if (!figure_play(&p, trace, made->failed, sizeof made->failed, error, error_size))
        return FIGURE_CANT;
    made->run = figure_run_read(&trace, 1, a->acknowledgements, error, error_size);
    return made->run != NULL ? FIGURE_MADE : FIGURE_CANT;
}

static enum figure_outcome simulate(struct figure_made *made, const struct figure_asked *a,
                                    const char *assets, char *error, size_t error_size) {
    const char *folder = getenv("TMPDIR");
    char trace[PATH_SIZE];
    struct scenario *scenario = malloc(sizeof *scenario);
    enum figure_outcome outcome = FIGURE_CANT;
    snprintf(trace, sizeof trace, "%s/groupy-figure-XXXXXX",
             folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    if (scenario == NULL) {
        snprintf(error, error_size, "out of memory");
    } else if (!load(scenario, assets, a->scenario, error, error_size)) {
        outcome = FIGURE_BAD_REQUEST;
    } else {
        const int fd = mkstemp(trace);
        if (fd < 0) {
            snprintf(error, error_size, "no file can be made in %s: %s", folder != NULL ? folder : "/tmp",
                     strerror(errno));
        } else {
            close(fd);
            outcome = play(made, a, scenario, trace, error, error_size);
            unlink(trace);
        }
    }
    free(scenario);
    return outcome;
}

static enum figure_outcome find_run(struct figure_made *made, const struct figure_asked *a,
                                    const char *assets, char *error, size_t error_size) {
    if (a->scenario != NULL)
        return simulate(made, a, assets, error, error_size);
    made->run = figure_run_read(a->paths, a->path_count, a->acknowledgements, error, error_size);
    return made->run != NULL ? FIGURE_MADE : FIGURE_CANT;
}

static enum figure_outcome find_matrix(struct figure_made *made, const struct figure_asked *a, char *error,
                                       size_t error_size) {
    if (a->matrix != NULL) {
        made->matrix = matrix_read(a->matrix, error, error_size);
        return made->matrix != NULL ? FIGURE_MADE : FIGURE_CANT;
    }
    made->matrix = malloc(sizeof *made->matrix);
    if (made->matrix == NULL) {
        snprintf(error, error_size, "out of memory");
        return FIGURE_CANT;
    }
    if (matrix_search(made->matrix, false, MATRIX_MEMORY_SIZE))
        return FIGURE_MADE;
    snprintf(error, error_size, "interrupted");
    return FIGURE_CANT;
}

/* -- Outside --------------------------------------------------------------------------------------------- */

static enum history_axis axis_of(const struct figure_asked *a) {
    if (a->axis == FIGURE_AXIS_USUAL)
        return a->kind == FIGURE_VIEWS ? HISTORY_TIME : HISTORY_STEPS;
    return a->axis == FIGURE_AXIS_TIME ? HISTORY_TIME : HISTORY_STEPS;
}

/* False: of such a figure nothing would be seen but how it stands. */
static bool has_something(const struct figure *f, char *error, size_t error_size) {
    const double ran = (double)(f->run->ended - f->run->began) / 1e9;
    for (uint32_t i = 0; i < f->moment_count; i++)
        if (f->run->began + f->moments[i] > f->run->ended) {
            snprintf(error, error_size, "--at: the run ended after %.3f s", ran);
            return false;
        }
    if (f->kind == FIGURE_MONTAGE || (!f->has_from && !f->has_to) || figure_has_events(f))
        return true;
    snprintf(error, error_size, "nothing happened %s; the run ended after %.3f s",
             f->has_from && f->has_to ? "between --from and --to"
             : f->has_from            ? "after --from"
                                      : "before --to",
             ran);
    return false;
}

enum figure_outcome figure_make(struct figure_made *made, const struct figure_asked *a, const char *assets,
                                struct fonts *fonts, char *error, size_t error_size) {
    enum figure_outcome outcome = FIGURE_MADE;
    memset(made, 0, sizeof *made);
    snprintf(made->title, sizeof made->title, "%s", figure_kind_name(a->kind));
    if (figure_needs_run(a->kind))
        outcome = find_run(made, a, assets, error, error_size);
    else if (a->kind == FIGURE_TABLE)
        outcome = find_matrix(made, a, error, error_size);
    if (outcome != FIGURE_MADE) {
        figure_unmake(made);
        return outcome;
    }
    struct figure *f = &made->figure;
    *f = (struct figure){.kind = a->kind,
                         .run = made->run,
                         .matrix = made->matrix,
                         .fonts = fonts,
                         .width_mm = (float)a->width_mm,
                         .height_mm = (float)a->height_mm,
                         .axis = axis_of(a),
                         .has_from = a->has_from,
                         .has_to = a->has_to,
                         .from = a->from_ms * 1000000,
                         .to = a->to_ms * 1000000,
                         .moment_count = a->at_count};
    for (uint32_t i = 0; i < a->at_count; i++)
        f->moments[i] = a->at_ms[i] * 1000000;
    made->grey = a->grey;
    if (made->run != NULL && !has_something(f, error, error_size)) {
        figure_unmake(made);
        return FIGURE_CANT;
    }
    write_caption(made, a);
    return FIGURE_MADE;
}

void figure_unmake(struct figure_made *made) {
    figure_run_destroy(&made->run);
    free(made->matrix);
    made->matrix = NULL;
}

struct drawing {
    const struct figure *figure;
    float width, height;
};

static void draw(struct canvas *c, void *arg) {
    const struct drawing *d = arg;
    figure_draw(c, d->figure, d->width, d->height);
}

enum figure_outcome figure_save(const struct figure_made *made, const char *path, char *error,
                                size_t error_size) {
    struct drawing d = {.figure = &made->figure};
    if (!figure_measure(&made->figure, &d.width, &d.height, error, error_size))
        return FIGURE_BAD_REQUEST;
    const struct sheet sheet = {.width = d.width,
                                .height = d.height,
                                .grey = made->grey,
                                .title = made->title,
                                .fonts = made->figure.fonts,
                                .draw = draw,
                                .arg = &d};
    return sheet_save(&sheet, path, error, error_size) ? FIGURE_MADE : FIGURE_CANT;
}
