/* See sheet.h. */
#include "app/report/sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/report/out_file.h"
#include "app/ui/canvas_cairo.h"
#include "app/ui/canvas_paper.h"
#include "app/ui/canvas_svg.h"
#include "app/ui/canvas_tikz.h"

#define UNITS_PER_PT 2.0f
#define PT_PER_INCH  72.0f
#define MM_PER_INCH  25.4f

static const char *const endings[SHEET_KINDS] = {".svg", ".pdf", ".png", ".tex"};

float sheet_units(float mm) {
    return mm / MM_PER_INCH * PT_PER_INCH * UNITS_PER_PT;
}

float sheet_mm(float units) {
    return units / UNITS_PER_PT / PT_PER_INCH * MM_PER_INCH;
}

const char *sheet_ending(enum sheet_kind kind) {
    return endings[kind];
}

const char *sheet_endings(void) {
    return ".svg, .pdf, .png or .tex";
}

bool sheet_kind_of(const char *path, enum sheet_kind *kind) {
    const size_t length = strlen(path);
    for (int k = 0; k < SHEET_KINDS; k++) {
        const size_t size = strlen(endings[k]);
        if (length > size && path[length - size - 1] != '/' &&
            strcmp(path + length - size, endings[k]) == 0) {
            *kind = (enum sheet_kind)k;
            return true;
        }
    }
    return false;
}

/* -- Kinds of files -------------------------------------------------------------------------------------- */

static void draw(const struct sheet *s, struct canvas *behind) {
    struct canvas_paper paper;
    canvas_paper_init(&paper, behind, s->grey);
    s->draw(&paper.canvas, s->arg);
}

static bool write_svg(const struct sheet *s, FILE *file) {
    struct canvas_svg svg;
    canvas_svg_begin_print(&svg, file, s->width, s->height, sheet_mm(s->width), s->fonts);
    canvas_rect(&svg.canvas, (struct canvas_rect){0, 0, s->width, s->height},
                (struct canvas_color){255, 255, 255, 255});
    draw(s, &svg.canvas);
    return canvas_svg_end(&svg);
}

static bool write_cairo(const struct sheet *s, enum canvas_cairo_kind kind, FILE *file, char *error,
                        size_t error_size) {
    const float scale = kind == CANVAS_CAIRO_PDF ? 1 / UNITS_PER_PT : SHEET_DPI / PT_PER_INCH / UNITS_PER_PT;
    struct canvas_cairo *cairo =
        canvas_cairo_open(kind, file, s->width, s->height, scale, s->fonts, error, error_size);
    if (cairo == NULL)
        return false;
    canvas_cairo_title(cairo, s->title);
    canvas_cairo_resolution(cairo, SHEET_DPI);
    draw(s, canvas_cairo_canvas(cairo));
    return canvas_cairo_close(&cairo);
}

static bool write_tikz(const struct sheet *s, FILE *file) {
    struct canvas_tikz *tikz = malloc(sizeof *tikz); /* large */
    if (tikz == NULL)
        return false;
    canvas_tikz_begin(tikz, file, s->width, s->height, 1 / UNITS_PER_PT, s->fonts);
    draw(s, &tikz->canvas);
    const bool ok = canvas_tikz_end(tikz);
    free(tikz);
    return ok;
}

static bool write_kind(const struct sheet *s, enum sheet_kind kind, FILE *file, char *error,
                       size_t error_size) {
    switch (kind) {
    case SHEET_SVG: return write_svg(s, file);
    case SHEET_PDF: return write_cairo(s, CANVAS_CAIRO_PDF, file, error, error_size);
    case SHEET_PNG: return write_cairo(s, CANVAS_CAIRO_PNG, file, error, error_size);
    case SHEET_TEX: return write_tikz(s, file);
    case SHEET_KINDS: break;
    }
    return false;
}

bool sheet_save(const struct sheet *s, const char *path, char *error, size_t error_size) {
    enum sheet_kind kind;
    struct out_file out;
    char why[256] = "";
    if (!sheet_kind_of(path, &kind)) {
        snprintf(error, error_size, "%s: a name that ends in %s is expected", path, sheet_endings());
        return false;
    }
    if (!out_file_open(&out, path, error, error_size))
        return false;
    errno = 0;
    const bool written = write_kind(s, kind, out.file, why, sizeof why);
    if (!written && why[0] == '\0')
        snprintf(why, sizeof why, "%s", errno != 0 ? strerror(errno) : "writing failed");
    if (!written)
        snprintf(error, error_size, "can't write %s: %s", path, why);
    const bool saved = written && out_file_commit(&out, error, error_size);
    out_file_discard(&out);
    return saved;
}

/* -- The ruler ------------------------------------------------------------------------------------------- */

static void no_rect(struct canvas *c, struct canvas_rect r, struct canvas_color color) {
    (void)c, (void)r, (void)color;
}

static void no_polygon(struct canvas *c, const struct canvas_point *points, const int *counts, int contours,
                       struct canvas_color color) {
    (void)c, (void)points, (void)counts, (void)contours, (void)color;
}

static void no_text(struct canvas *c, float x, float baseline, const struct canvas_style *style,
                    const char *text) {
    (void)c, (void)x, (void)baseline, (void)style, (void)text;
}

static float width_of(struct canvas *c, const char *text, float size, enum canvas_weight weight) {
    return fonts_width(((struct sheet_ruler *)c)->fonts, text, size, weight);
}

static void no_clip(struct canvas *c, const struct canvas_rect *r) {
    (void)c, (void)r;
}

void sheet_ruler_init(struct sheet_ruler *self, struct fonts *fonts) {
    static const struct canvas_ops ops = {.rect = no_rect,
                                          .polygon = no_polygon,
                                          .text = no_text,
                                          .text_width = width_of,
                                          .clip = no_clip,
                                          .note = NULL};
    *self = (struct sheet_ruler){.canvas.ops = &ops, .fonts = fonts};
}
