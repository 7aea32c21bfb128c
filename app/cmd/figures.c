/* groupy figures: all figures of a report, simulated, in one go. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/report/figure_set.h"
#include "app/report/sheet.h"
#include "app/search.h"

struct batch {
    const char *dir, *matrix, *caption;
    struct texts only;
    uint64_t width_mm;
    bool grey;
    struct fonts *fonts;
};

static bool is_wanted(const struct batch *b, const char *name) {
    for (size_t i = 0; i < b->only.count; i++)
        if (strcmp(b->only.item[i], name) == 0)
            return true;
    return b->only.count == 0;
}

static int check_only(const struct batch *b) {
    char all[1024] = "";
    for (size_t k = 0; k < figure_set_count(); k++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", k > 0 ? ", " : "",
                 figure_set_at(k)->name);
    for (size_t i = 0; i < b->only.count; i++) {
        bool known = false;
        for (size_t k = 0; k < figure_set_count(); k++)
            known = known || strcmp(figure_set_at(k)->name, b->only.item[i]) == 0;
        if (!known)
            return options_error("figures", "--only %s: none of %s", b->only.item[i], all);
    }
    return STATUS_FINE;
}

static struct figure_asked asked(const struct batch *b, const struct figure_recipe *r) {
    struct figure_asked a = figure_set_asked(r);
    a.matrix = r->kind == FIGURE_TABLE ? b->matrix : NULL;
    a.width_mm = b->width_mm;
    a.grey = b->grey;
    a.caption = b->caption;
    return a;
}

static int make(const struct batch *b, const struct figure_recipe *r) {
    static struct figure_made made;
    const struct figure_asked a = asked(b, r);
    char path[4096], error[1024], failed[sizeof made.failed];
    if (figure_make(&made, &a, assets_dir(program_name), b->fonts, error, sizeof error) != FIGURE_MADE) {
        options_error("figures", "%s: %s", r->name, error);
        return STATUS_CANT_RUN;
    }
    bool saved = true;
    for (int kind = 0; kind < SHEET_KINDS && saved && !search_interrupted(); kind++) {
        snprintf(path, sizeof path, "%s/%s%s", b->dir, r->name, sheet_ending((enum sheet_kind)kind));
        saved = figure_save(&made, path, error, sizeof error) == FIGURE_MADE;
    }
    snprintf(failed, sizeof failed, "%s", made.failed);
    figure_unmake(&made);
    if (!saved) {
        options_error("figures", "%s", error);
        return STATUS_CANT_RUN;
    }
    if (search_interrupted()) {
        options_error("figures", "interrupted");
        return STATUS_CANT_RUN;
    }
    if (failed[0] != '\0') {
        options_error("figures", "%s does not show what it should: %s", r->name, failed);
        return STATUS_VIOLATED;
    }
    printf("%s/%s .svg .pdf .png .tex\n", b->dir, r->name);
    fflush(stdout);
    return STATUS_FINE;
}

/* With those above it. */
static bool make_folder(const char *dir) {
    char path[4096];
    struct stat st;
    errno = ENAMETOOLONG;
    if (strlen(dir) >= sizeof path)
        return false;
    strcpy(path, dir);
    for (char *slash = path + 1; path[0] != '\0' && (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
        *slash = '\0';
        mkdir(path, 0777);
    }
    if (mkdir(path, 0777) == 0)
        return true;
    if (errno == EEXIST && stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        errno = ENOTDIR;
    return errno == EEXIST;
}

static int make_all(struct batch *b) {
    char dir[4096 + 16], error[512];
    int status = STATUS_FINE;
    if (!make_folder(b->dir)) {
        options_error("figures", "-o %s: can't make this folder: %s", b->dir,
                      errno == ENOTDIR ? "there is a file of that name" : strerror(errno));
        return STATUS_CANT_RUN;
    }
    search_catch_interrupts();
    snprintf(dir, sizeof dir, "%s/fonts", assets_dir(program_name));
    b->fonts = fonts_open(dir, error, sizeof error);
    if (b->fonts == NULL) {
        options_error("figures", "%s", error);
        return STATUS_CANT_RUN;
    }
    for (size_t i = 0; i < figure_set_count() && status != STATUS_CANT_RUN; i++) {
        const int one = is_wanted(b, figure_set_at(i)->name) ? make(b, figure_set_at(i)) : STATUS_FINE;
        status = one != STATUS_FINE ? one : status;
    }
    fonts_close(&b->fonts);
    return status;
}

int cmd_figures(int argc, char **argv) {
    struct batch b = {.width_mm = FIGURE_TWO_COLUMNS_MM};
    int status;
    const struct option options[] = {
        {"-o", OPTION_TEXT, &b.dir, 0, 0, "DIR", "where to; it is made if it is not there"},
        {"--width", OPTION_NUMBER, &b.width_mm, FIGURE_DRAWING_LEAST_MM, 400, "MM",
         "85 for one column; default 175, for two"},
        {"--grey", OPTION_FLAG, &b.grey, 0, 0, NULL, "for black-and-white print"},
        {"--caption", OPTION_TEXT, &b.caption, 0, 0, "none|TEXT", "below each (default how it was made)"},
        {"--only", OPTION_TEXTS, &b.only, 0, 0, "NAME", "this one; may be given several times"},
        {"--matrix", OPTION_TEXT, &b.matrix, 0, 0, "FILE",
         "what groupy matrix --json printed, for the table of rungs and faults (default: searched now)"},
        {.name = NULL},
    };
    const struct command command = {
        .name = "figures",
        .summary = "Draws all figures of a report, from simulated runs: each as SVG, PDF, PNG and TikZ.",
        .usage = "-o DIR [options]",
        .example = "groupy figures -o out --width 85",
        .options = options};
    if (!options_read(&command, argc, argv, NULL, NULL, &status))
        return status;
    if (b.dir == NULL)
        return options_error("figures", "where to? -o DIR is missing");
    status = check_only(&b);
    return status == STATUS_FINE ? make_all(&b) : status;
}
