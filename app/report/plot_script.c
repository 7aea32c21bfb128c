/* The scripts, as people write them: first what one may want to change, then how the numbers are found by the
 * names of their columns, then the same picture on three kinds of paper. gnuplot 5.2 suffices.
 *
 * Colours by Okabe and Ito. As a second cue every series has its own marker and dashes, and every part of a
 * bar its own pattern, so that a copy in grey can be read.
 */
#include "app/report/plot.h"

#include <string.h>

#define COLUMN_CM   8.4 /* of a page with two */
#define PAGE_CM     17.4
#define HEIGHT_CM   6.4
#define LETTERS     7.5 /* points */
#define BARS_COLUMN 8   /* so many fit on the width of a column, */
#define BARS_PAGE   20  /* and so many on that of the page */

struct look {
    const char *name; /* of a subject */
    const char *color, *dash;
    int marker; /* gnuplot's are the same on all paper: 4 6 8 10 12 are hollow, one more is filled */
};

static const struct look looks[] = {
    {"gms1", "#56b4e9", "1", 4},
    {"gms2", "#e69f00", "(12,4)", 6},
    {"gms3", "#0072b2", "1", 7},
    {"gms4-ack", "#d55e00", "(3,3)", 8},
    {"gms4-nack", "#009e73", "(12,4,3,4)", 9},
    {"gms5 safe", "#a8507f", "1", 5},
    {"gms5 agreed", "#cc79a7", "(12,4)", 12},
    {"ceiling both", "#000000", "(2,4)", 2},
    {NULL, "#5e5e5e", "(6,4)", 13},
    {NULL, "#8a7a00", "(8,3,2,3,2,3)", 11},
    {NULL, "#003f63", "(2,2)", 10},
    {NULL, "#7a3600", "1", 1},
};
#define LOOKS ((int)(sizeof looks / sizeof looks[0]))

static const struct look *look_of(const char *series) {
    const char *more = strstr(series, " (");
    const size_t length = more != NULL ? (size_t)(more - series) : strlen(series);
    for (int i = 0; i < LOOKS; i++)
        if (looks[i].name != NULL && strlen(looks[i].name) == length &&
            strncmp(looks[i].name, series, length) == 0)
            return &looks[i];
    return NULL;
}

/* What belongs to a subject in all pictures; a series that is not its first, or whose subject we do not know,
 * gets what is left. */
static void choose_looks(const struct plot *p, const struct look *chosen[PLOT_SERIES_MAX]) {
    bool taken[LOOKS] = {false};
    for (int i = 0; i < PLOT_SERIES_MAX && p->series[i] != NULL; i++) {
        chosen[i] = look_of(p->series[i]);
        if (chosen[i] != NULL && taken[chosen[i] - looks])
            chosen[i] = NULL;
        if (chosen[i] != NULL)
            taken[chosen[i] - looks] = true;
    }
    for (int i = 0; i < PLOT_SERIES_MAX && p->series[i] != NULL; i++)
        for (int k = LOOKS - 1; k >= 0 && chosen[i] == NULL; k--)
            if (!taken[k]) {
                chosen[i] = &looks[k];
                taken[k] = true;
            }
}

struct fill {
    const char *color;
    const char *style;
};

/* Neighbours differ in lightness, and those that are alike in it in their pattern. */
static const struct fill fills[PLOT_PARTS_MAX] = {{"#0072b2", "solid 1"},   {"#f0e442", "solid 1"},
                                                  {"#d55e00", "pattern 5"}, {"#56b4e9", "solid 1"},
                                                  {"#009e73", "pattern 4"}, {"#000000", "solid 1"}};

/* -- Writing ------------------------------------------------------------------------------------------- */

/* A string of gnuplot's, of so many bytes of the text. */
static void quoted_part(FILE *file, const char *text, size_t bytes) {
    fputc('"', file);
    for (const char *end = text + bytes; text < end; text++)
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else
            fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
    fputc('"', file);
}

static void quoted(FILE *file, const char *text) {
    quoted_part(file, text, strlen(text));
}

static void setting(FILE *file, const char *before, const char *text) {
    fputs(before, file);
    quoted(file, text);
    fputc('\n', file);
}

static void list(FILE *file, const char *name, const char *const *texts, int max) {
    int count = 0;
    while (count < max && texts[count] != NULL)
        count++;
    fprintf(file, "array %s[%d] = [", name, count);
    for (int i = 0; i < count; i++) {
        fputs(i == 0 ? "" : ", ", file);
        quoted(file, texts[i]);
    }
    fputs("]\n", file);
}

/* Each line is a label of its own: how far apart lines are differs from paper to paper. */
static void title(FILE *file, const char *text) {
    double y = 0.965;
    for (const char *next = text; next != NULL && y > 0; y -= 0.055) {
        const size_t bytes = strcspn(next, "\n");
        fputs("set label ", file);
        quoted_part(file, next, bytes);
        fprintf(file, " at screen 0.5, screen %g center\n", y);
        next = next[bytes] == '\n' ? next + bytes + 1 : NULL;
    }
}

static void head(FILE *file, const struct plot *p) {
    const bool is_wide = p->shape == PLOT_BARS && p->bars > BARS_COLUMN;
    const double width = !is_wide               ? COLUMN_CM
                         : p->bars <= BARS_PAGE ? PAGE_CM
                                                : PAGE_CM * p->bars / BARS_PAGE;
    fprintf(file, "# %.*s\n# Measured by:  %s\n", (int)strcspn(p->title, "\n"), p->title, p->again);
    fprintf(file,
            "# Change here what you like, then draw %s.csv again:  gnuplot %s.gnuplot\n\nreset session\n",
            p->stem, p->stem);
    fprintf(file, "width = %g    # cm: %g for a column of a page with two, %g for the page\nheight = %g\n",
            width, COLUMN_CM, PAGE_CM, HEIGHT_CM);
    fprintf(file, "letters = %g  # points\nleft = %g\n", LETTERS, is_wide ? 0.075 : 0.17);
    title(file, p->title);
    fputs("set label ", file);
    quoted(file, p->y_label);
    fprintf(file, " at screen %g, graph 0.5 center rotate\n", is_wide ? 0.014 : 0.028);
    fputs("set border 3 linewidth 0.75\nset tics nomirror out scale 0.6\n"
          "set grid ytics linetype -1 linecolor rgb '#d0d0d0' linewidth 0.5\n"
          "set key at screen 0.5, screen 0.015 bottom center horizontal Left reverse samplen 2.5 maxrows 2\n"
          "set lmargin at screen left\nset rmargin at screen 0.95\n"
          "set tmargin at screen 0.86\nset bmargin at screen 0.31\n"
          "set pointsize 0.55\n\n"
          "set encoding utf8\nset datafile separator ','\nset datafile columnheaders\n"
          "set datafile missing NaN\nset micro\n",
          file);
}

/* -- The same on all paper --------------------------------------------------------------------------------
 */

/* Lengths are pixels of 1/96 inch in the first, whose lines of text are far apart, and of 1/300 in the last.
 */
static void paper(FILE *file, const char *stem, int narrower) {
    fprintf(file,
            "\nset terminal svg size width / 2.54 * 96, height / 2.54 * 96 noenhanced background '#ffffff' "
            "font sprintf('Helvetica,%%g', letters * 96 / 72)\n"
            "# it leaves more room around letters than the others do\n"
            "set key spacing 0.7 samplen 2 width %d\n"
            "set xlabel offset 0, 0.9\nset xtics offset 0, 0.3\n"
            "set output '%s.svg'\n@draw\n"
            "set key spacing 1 samplen 2.5 width 0\n"
            "set xlabel offset 0, 0\nset xtics offset 0, 0\n",
            -narrower, stem);
    fprintf(file,
            "set terminal pdfcairo size width cm, height cm noenhanced "
            "font sprintf('Helvetica,%%g', letters) fontscale 0.75\n"
            "set output '%s.pdf'\n@draw\n",
            stem);
    fprintf(file,
            "set terminal pngcairo size width / 2.54 * 300, height / 2.54 * 300 noenhanced "
            "font sprintf('Helvetica,%%g', letters) fontscale 300. / 96 linewidth 3 pointscale 3\n"
            "set output '%s.png'\n@draw\nset output\n",
            stem);
}

/* -- What is drawn ----------------------------------------------------------------------------------------
 */

static void series(FILE *file, const struct plot *p, int every) {
    const struct look *chosen[PLOT_SERIES_MAX] = {NULL};
    choose_looks(p, chosen);
    fputc('\n', file);
    for (int i = 0; i < PLOT_SERIES_MAX && chosen[i] != NULL; i++)
        fprintf(
            file,
            "set linetype %d linecolor rgb '%s' dashtype %s pointtype %d pointinterval %d linewidth 1.3\n",
            i + 1, chosen[i]->color, chosen[i]->dash, chosen[i]->marker, every);
    list(file, "Series", p->series, PLOT_SERIES_MAX);
    fputs("of(i, value) = strcol('series') eq Series[i] ? value : NaN\n", file);
}

static void vertical(FILE *file, const struct plot *p) {
    setting(file, "set format y ", p->y_format);
    if (p->y_log)
        fputs("set logscale y\n", file);
    else
        fputs("set yrange [0:*]\n", file);
}

static void lines(FILE *file, const struct plot *p) {
    series(file, p, 1);
    vertical(file, p);
    setting(file, "set xlabel ", p->x_label);
    fputs("set xtics (", file);
    for (int i = 0; i < p->tic_count; i++)
        fprintf(file, "%s%u", i == 0 ? "" : ", ", p->tics[i]);
    fputs(")\n", file);
    if (p->x_log)
        fprintf(file, "set logscale x\nset xrange [%g:%g]\n", p->tics[0] * 0.9,
                p->tics[p->tic_count - 1] * 1.1);
    else
        fputs("set autoscale xfix\nset offsets graph 0.03, graph 0.03, 0, 0\n", file);
    fputs("draw = \"plot ", file);
    if (p->y_low != NULL) /* below the markers */
        fprintf(file,
                "for [i=1:|Series|] '%s.csv' using (of(i, column('%s'))):(column('%s') * %g):(0):"
                "((column('%s') - column('%s')) * %g) with vectors heads size graph 0.008,90 linetype i "
                "dashtype 1 linewidth 0.7 notitle, \\\n  ",
                p->stem, p->x, p->y_low, p->y_unit, p->y_high, p->y_low, p->y_unit);
    fprintf(file,
            "for [i=1:|Series|] '%s.csv' using (of(i, column('%s'))):(column('%s') * %g) "
            "with linespoints linetype i title Series[i]\"\n",
            p->stem, p->x, p->y, p->y_unit);
}

/* Each nine is as wide as the one before it: the axis is the logarithm of how rare it is. */
static void percentiles(FILE *file, const struct plot *p) {
    series(file, p, 2);
    vertical(file, p);
    fputs("set xlabel 'percentile'\nset logscale x\nset xrange [1:*]\n"
          "set xtics ('0' 1, '50' 2, '90' 10, '99' 100, '99.9' 1000, '99.99' 10000, '99.999' 100000)\n"
          "rare(percent) = percent < 100 ? 1 / (1 - percent / 100) : NaN\n",
          file);
    fprintf(file,
            "draw = \"plot for [i=1:|Series|] '%s.csv' using (of(i, rare(column('percent')))):"
            "(column('%s') * %g) with linespoints linetype i title Series[i]\"\n",
            p->stem, p->y, p->y_unit);
}

/* Each column of a bar says how high its part ends. */
static void bars(FILE *file, const struct plot *p) {
    const bool is_plain = p->parts[1] == NULL; /* of one part: no legend */
    fputc('\n', file);
    list(file, "Part", p->parts, PLOT_PARTS_MAX);
    vertical(file, p);
    fprintf(file,
            "x(row) = row%s\nupto(k) = k > 0 ? column(Part[k]) * %g : 0\n"
            "name(k) = Part[k][1:strstrt(Part[k], '_') - 1]\nnone(k) = ''\nlines(a, b) = a.\"\\n\".b\n"
            "set xtics scale 0 ()\nset offsets 0.2, 0.2, %s, 0\n%s",
            p->pairs ? " + 0.5 * floor(row / 2) # pairs" : "", p->y_unit, p->pairs ? "graph 0.08" : "0",
            is_plain ? "set bmargin at screen 0.2\nset xtics rotate by 20 right\n" : "");
    fputs("draw = \"plot ", file);
    for (int k = 1; k <= PLOT_PARTS_MAX && p->parts[k - 1] != NULL; k++)
        fprintf(file,
                "'%s.csv' using (x($0)):(upto(%d)):(x($0) - 0.4):(x($0) + 0.4):(upto(%d)):(upto(%d)) "
                "with boxxyerror fillcolor rgb '%s' fillstyle %s border linecolor 'black' linewidth 0.5 "
                "title %s(%d), \\\n  ",
                p->stem, k, k - 1, k, fills[k - 1].color, fills[k - 1].style, is_plain ? "none" : "name", k);
    if (p->y_low != NULL)
        fprintf(file,
                "'%s.csv' using (x($0)):(column('%s') * %g):(0):((column('%s') - column('%s')) * %g) "
                "with vectors heads size graph 0.01,90 linecolor 'black' linewidth 0.7 notitle, \\\n  ",
                p->stem, p->y_low, p->y_unit, p->y_high, p->y_low, p->y_unit);
    if (p->pairs)
        fprintf(file,
                "'%s.csv' using (x(2 * $0) + 0.5):(0):(lines(strcol('group'), strcol('below'))) every 2 "
                "with labels offset 0, graph -0.17 notitle, \\\n  "
                "'%s.csv' using (x($0) - 0.5):(upto(|Part|)):(strcol('note')) with labels offset 0, 0.6 "
                "notitle, \\\n  ",
                p->stem, p->stem);
    fprintf(file,
            "'%s.csv' using (x($0)):(0):xtic(strcol('bar')) with points pointtype 0 pointsize 0 notitle\"\n",
            p->stem);
}

void plot_script(FILE *file, const struct plot *p) {
    head(file, p);
    switch (p->shape) {
    case PLOT_LINES: lines(file, p); break;
    case PLOT_PERCENTILES: percentiles(file, p); break;
    case PLOT_BARS: bars(file, p); break;
    }
    paper(file, p->stem, p->shape == PLOT_BARS ? 0 : 3);
}
