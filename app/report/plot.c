/* The script is written before gnuplot is asked: whoever has no gnuplot here takes both files elsewhere.
 */
#include "app/report/plot.h"

#include "app/report/tool.h"

#include <errno.h>
#include <string.h>

#define PATH_SIZE  4096
#define GNUPLOT_MS 30000

/* `cd 'DIR'`: in gnuplot's quotes only the quote itself is special. */
static bool make_cd(const char *dir, char *text, size_t size) {
    size_t used = (size_t)snprintf(text, size, "cd '");
    for (; *dir != '\0' && used + 4 < size; dir++) {
        text[used++] = *dir;
        if (*dir == '\'')
            text[used++] = '\'';
    }
    snprintf(text + used, size - used, "'");
    return *dir == '\0';
}

static bool write_script(const char *path, const struct plot *p) {
    FILE *file = fopen(path, "w");
    if (file == NULL)
        return false;
    errno = 0;
    plot_script(file, p);
    const bool ok = fflush(file) == 0 && !ferror(file);
    return fclose(file) == 0 && ok;
}

enum plot_end plot_draw(const char *dir, const struct plot *p, char *said, size_t said_size) {
    char path[PATH_SIZE], script[256], cd[PATH_SIZE], why[300];
    snprintf(path, sizeof path, "%s/%s.gnuplot", dir, p->stem);
    snprintf(script, sizeof script, "%s.gnuplot", p->stem);
    if (!make_cd(dir, cd, sizeof cd)) {
        snprintf(said, said_size, "no plot: the name of the folder is too long");
        return PLOT_FAILED;
    }
    if (!write_script(path, p)) {
        snprintf(said, said_size, "no plot: %s can't be written (%s)", path, strerror(errno));
        return PLOT_FAILED;
    }
    /* -d: not in the style of whoever is logged in */
    char *const argv[] = {"gnuplot", "-d", "-e", cd, script, NULL};
    switch (tool_run(argv, GNUPLOT_MS, why, sizeof why)) {
    case TOOL_DONE: snprintf(said, said_size, "%s/%s.svg, .pdf, .png", dir, p->stem); return PLOT_DRAWN;
    case TOOL_ABSENT:
        snprintf(said, said_size,
                 "not drawn, for there is no gnuplot: install it (apt-get install gnuplot-nox), then  "
                 "cd '%s' && gnuplot *.gnuplot",
                 dir);
        return PLOT_NO_GNUPLOT;
    case TOOL_FAILED:
        snprintf(said, said_size, "not drawn: gnuplot can't do %s: %s", path, why);
        return PLOT_FAILED;
    }
    return PLOT_FAILED;
}
