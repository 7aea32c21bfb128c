/* Written as it is drawn, one line a call, in points from the upper left corner, so that it can be edited by
 * hand. LaTeX sets the texts in a font that we have not measured: each is as large as ours is, stands at the
 * same end of its box, and is made narrower only where it would not fit into it. So nothing that did not
 * overlap does, whatever the font.
 */
#include "app/ui/canvas_tikz.h"

#include "app/ui/canvas_number.h"
#include "app/ui/tex_text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define FARTHEST    10000.0f /* points: TeX knows no length beyond 16383 */
#define POINTS_LINE 8        /* points of a path on one line */
#define BIGGER      1.08f    /* the capitals of LaTeX's own sans serif are that much lower than ours */

static struct canvas_tikz *own(struct canvas *canvas) {
    return (struct canvas_tikz *)canvas;
}

static void number(FILE *file, const char *before, float value, const char *after) {
    canvas_write_number(file, before, value, FARTHEST, after);
}

static void place(const struct canvas_tikz *self, float x, float y) {
    number(self->file, "(", x * self->scale, "");
    number(self->file, ",", y * self->scale, ")");
}

static void place_rect(const struct canvas_tikz *self, struct canvas_rect r) {
    place(self, r.x, r.y);
    fputs(" rectangle ", self->file);
    place(self, r.x + r.w, r.y + r.h);
}

/* -- Colours: each has a name, which is its value ------------------------------------------------------ */

static uint32_t rgb(struct canvas_color c) {
    return (uint32_t)c.r << 16 | (uint32_t)c.g << 8 | c.b;
}

static void define(struct canvas_tikz *self, struct canvas_color color) {
    for (int i = 0; i < self->color_count; i++)
        if (self->colors[i] == rgb(color))
            return;
    if (self->color_count < CANVAS_TIKZ_COLORS_MAX)
        self->colors[self->color_count++] = rgb(color);
    fprintf(self->file, "\\definecolor{g%06X}{HTML}{%06X}\n", rgb(color), rgb(color));
}

static void fill(struct canvas_tikz *self, struct canvas_color color) {
    define(self, color);
    fprintf(self->file, "\\fill[g%06X", rgb(color));
    if (color.a != 255)
        number(self->file, ",fill opacity=", (float)color.a / 255, "");
    fputs("] ", self->file);
}

/* -- The operations ------------------------------------------------------------------------------------ */

static void tikz_rect(struct canvas *canvas, struct canvas_rect r, struct canvas_color color) {
    struct canvas_tikz *self = own(canvas);
    fill(self, color);
    place_rect(self, r);
    fputs(";\n", self->file);
}

static void tikz_polygon(struct canvas *canvas, const struct canvas_point *points, const int *counts,
                         int contours, struct canvas_color color) {
    struct canvas_tikz *self = own(canvas);
    fill(self, color);
    for (int k = 0; k < contours; points += counts[k], k++) {
        for (int i = 0; i < counts[k]; i++) {
            fputs(i == 0 ? "" : i % POINTS_LINE == 0 ? "\n  --" : "--", self->file);
            place(self, points[i].x, points[i].y);
        }
        fputs(k + 1 < contours ? "--cycle\n  " : "--cycle;\n", self->file);
    }
}

static float tikz_text_width(struct canvas *canvas, const char *text, float size, enum canvas_weight weight) {
    return fonts_width(own(canvas)->fonts, text, size, weight);
}

static void tikz_text(struct canvas *canvas, float x, float baseline, const struct canvas_style *style,
                      const char *text) {
    struct canvas_tikz *self = own(canvas);
    static const char *const anchors[] = {"base west", "base", "base east"};
    const float wide = tikz_text_width(canvas, text, style->size, style->weight);
    define(self, style->color);
    fprintf(self->file, "\\groupytext{%s,text=g%06X", anchors[style->anchor], rgb(style->color));
    if (style->color.a != 255)
        number(self->file, ",text opacity=", (float)style->color.a / 255, "");
    fputs("}{", self->file);
    place(self, x, baseline);
    number(self->file, "}{", BIGGER * style->size * self->scale, "}");
    number(self->file, "{", wide * self->scale, "}{");
    fputs(style->weight == CANVAS_BOLD ? "\\bfseries " : "", self->file);
    tex_text_write(self->file, text);
    fputs("}\n", self->file);
}

static void tikz_clip(struct canvas *canvas, const struct canvas_rect *r) {
    struct canvas_tikz *self = own(canvas);
    if (self->is_clipped) {
        fputs("\\end{scope}\n", self->file);
        self->color_count = self->outside_count;
    }
    self->is_clipped = r != NULL;
    if (r == NULL)
        return;
    self->outside_count = self->color_count;
    fputs("\\begin{scope}\n\\clip ", self->file);
    place_rect(self, (struct canvas_rect){r->x, r->y, fmaxf(0, r->w), fmaxf(0, r->h)});
    fputs(";\n", self->file);
}

/* As a comment: it helps to find one's way. */
static void tikz_note(struct canvas *canvas, const char *what) {
    FILE *file = own(canvas)->file;
    fputs("% ", file);
    for (; *what != '\0'; what++)
        fputc(*what >= ' ' && *what < 127 ? *what : '?', file);
    fputc('\n', file);
}

static const struct canvas_ops tikz_ops = {.rect = tikz_rect,
                                           .polygon = tikz_polygon,
                                           .text = tikz_text,
                                           .text_width = tikz_text_width,
                                           .clip = tikz_clip,
                                           .note = tikz_note};

/* -- The file ------------------------------------------------------------------------------------------ */

/* In a report \documentclass is behind us; LaTeX then makes it the same as the command that complains of a
 * second one. The library is for languages in which a semicolon is a command. */
static void begin_document(const struct canvas_tikz *self, float width, float height) {
    fputs(
        "% A picture of Groupy. pdflatex makes a page of it, and a report with \\usepackage{tikz} in its\n"
        "% preamble takes it in by \\input{this file}: then its texts are in the report's sans serif font.\n"
        "% Where that is LaTeX's own, \\usepackage{fix-cm} has it in all sizes.\n"
        "\\expandafter\\ifx\\csname @twoclasseserror\\endcsname\\documentclass\n"
        "  \\ifdefined\\tikzpicture\\else\\errmessage{This picture needs "
        "\\string\\usepackage{tikz} in the preamble}\\fi\n"
        "  \\let\\groupyend\\relax\n"
        "\\else\n"
        "  \\documentclass{article}\n"
        "  \\usepackage{fix-cm}\n"
        "  \\usepackage{tikz}\n"
        "  \\pagestyle{empty}\n",
        self->file);
    number(self->file, "  \\setlength\\paperwidth{", width * self->scale, "bp}\n");
    number(self->file, "  \\setlength\\paperheight{", height * self->scale, "bp}\n");
    fputs("  \\ifdefined\\pagewidth\\pagewidth\\paperwidth\\pageheight\\paperheight\n"
          "  \\else\\pdfpagewidth\\paperwidth\\pdfpageheight\\paperheight\\fi\n"
          "  \\hoffset=-1in \\voffset=-1in \\oddsidemargin=0pt \\topmargin=0pt \\headheight=0pt\n"
          "  \\headsep=0pt \\topskip=0pt \\parindent=0pt \\textwidth\\paperwidth \\textheight\\paperheight\n"
          "  \\def\\groupyend{\\end{document}}\n"
          "  \\begin{document}\n"
          "\\fi\n",
          self->file);
}

void canvas_tikz_begin(struct canvas_tikz *self, FILE *file, float width, float height, float scale,
                       struct fonts *fonts) {
    *self = (struct canvas_tikz){.canvas.ops = &tikz_ops, .file = file, .fonts = fonts, .scale = scale};
    begin_document(self, width, height);
    fputs("\\begin{tikzpicture}[x=1bp,y=-1bp,even odd rule]\n"
          "% \\groupytext{options}{place}{size}{widest}{text}: no wider than that\n"
          "\\def\\groupytext#1#2#3#4#5{\\node[inner sep=0pt,outer sep=0pt,anchor=#1] at #2 {%\n"
          "  \\sbox0{\\sffamily\\frenchspacing\\fontsize{#3bp}{#3bp}\\selectfont #5}%\n"
          "  \\ifdim\\wd0>#4bp \\resizebox{#4bp}{\\height}{\\usebox0}\\else\\usebox0\\fi};}\n"
          "\\clip ",
          file);
    place_rect(self, (struct canvas_rect){0, 0, width, height});
    fputs(";\n", file);
}

bool canvas_tikz_end(struct canvas_tikz *self) {
    tikz_clip(&self->canvas, NULL);
    errno = 0;
    fputs("\\end{tikzpicture}%\n\\groupyend\n", self->file);
    return fflush(self->file) == 0 && !ferror(self->file);
}
