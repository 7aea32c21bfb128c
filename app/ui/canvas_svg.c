/* Written as it is drawn, one element a call; the fonts in use come last. Every text has the length that it
 * was measured with, so that the picture holds together where the embedded font is not taken (many editors
 * use the fonts that are installed).
 */
#include "app/ui/canvas_svg.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "app/ui/canvas_number.h"

#define FARTHEST 100000.0f /* px: what lies beyond is not seen, and renderers count in 16.16 bits */
#define THIN     4.0f      /* px */

static FILE *out(const struct canvas *canvas) {
    return ((const struct canvas_svg *)canvas)->file;
}

static void number(FILE *file, const char *before, float value, const char *after) {
    canvas_write_number(file, before, value, FARTHEST, after);
}

static void fill(FILE *file, struct canvas_color c) {
    fprintf(file, " fill=\"#%02x%02x%02x\"", c.r, c.g, c.b);
    if (c.a != 255)
        number(file, " fill-opacity=\"", (float)c.a / 255, "\"");
}

static void place(FILE *file, struct canvas_rect r) {
    number(file, "<rect x=\"", r.x, "\"");
    number(file, " y=\"", r.y, "\"");
    number(file, " width=\"", r.w, "\"");
    number(file, " height=\"", r.h, "\"");
}

/* Edges on whole pixels: nothing shows between two that adjoin. One that is thinner than a pixel, as it may
 * be in print, would be lost there. */
static void svg_rect(struct canvas *canvas, struct canvas_rect r, struct canvas_color color) {
    FILE *file = out(canvas);
    const bool thin = ((const struct canvas_svg *)canvas)->is_print && fminf(r.w, r.h) < THIN;
    place(file, r);
    fill(file, color);
    fputs(thin ? "/>\n" : " shape-rendering=\"crispEdges\"/>\n", file);
}

static void svg_polygon(struct canvas *canvas, const struct canvas_point *points, const int *counts,
                        int contours, struct canvas_color color) {
    FILE *file = out(canvas);
    fputs("<path", file);
    fill(file, color);
    fputs(" d=\"", file);
    for (int k = 0; k < contours; points += counts[k], k++) {
        for (int i = 0; i < counts[k]; i++) {
            number(file, i == 0 ? "M" : i == 1 ? "L" : " ", points[i].x, " ");
            number(file, "", points[i].y, "");
        }
        fputs("Z", file);
    }
    fputs("\"/>\n", file);
}

static void escaped(FILE *file, const char *text) {
    for (; *text != '\0'; text++)
        if (*text == '&' || *text == '<' || *text == '>')
            fprintf(file, "&#%d;", *text);
        else
            fputc(*text, file);
}

static float svg_text_width(struct canvas *canvas, const char *text, float size, enum canvas_weight weight) {
    return fonts_width(((struct canvas_svg *)canvas)->fonts, text, size, weight);
}

static void svg_text(struct canvas *canvas, float x, float baseline, const struct canvas_style *style,
                     const char *text) {
    struct canvas_svg *self = (struct canvas_svg *)canvas;
    const float wide = svg_text_width(canvas, text, style->size, style->weight);
    static const char *const anchors[] = {"", " text-anchor=\"middle\"", " text-anchor=\"end\""};
    self->used[style->weight] = true;
    number(self->file, "<text x=\"", x, "\"");
    number(self->file, " y=\"", baseline, "\"");
    number(self->file, " font-size=\"", style->size, "\"");
    number(self->file, " textLength=\"", wide, "\" lengthAdjust=\"spacingAndGlyphs\"");
    fill(self->file, style->color);
    fputs(anchors[style->anchor], self->file);
    fputs(style->weight == CANVAS_BOLD ? " font-weight=\"700\">" : ">", self->file);
    escaped(self->file, text);
    fputs("</text>\n", self->file);
}

static void svg_clip(struct canvas *canvas, const struct canvas_rect *r) {
    struct canvas_svg *self = (struct canvas_svg *)canvas;
    if (self->is_clipped)
        fputs("</g>\n", self->file);
    self->is_clipped = r != NULL;
    if (r == NULL)
        return;
    fprintf(self->file, "<clipPath id=\"c%d\">", ++self->clips);
    place(self->file, (struct canvas_rect){r->x, r->y, fmaxf(0, r->w), fmaxf(0, r->h)});
    fprintf(self->file, "/></clipPath>\n<g clip-path=\"url(#c%d)\">\n", self->clips);
}

static const struct canvas_ops svg_ops = {.rect = svg_rect,
                                          .polygon = svg_polygon,
                                          .text = svg_text,
                                          .text_width = svg_text_width,
                                          .clip = svg_clip,
                                          .note = NULL};

static void begin(struct canvas_svg *self, float width, float height, float width_mm) {
    const float mm = width_mm / fmaxf(width, 1); /* of a unit; 0: pixels */
    fputs("<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" fill-rule=\"evenodd\" "
          "font-family=\"B612, Arial, Helvetica, 'Liberation Sans', sans-serif\"",
          self->file);
    number(self->file, " width=\"", mm > 0 ? width_mm : width, mm > 0 ? "mm\"" : "\"");
    number(self->file, " height=\"", mm > 0 ? mm * height : height, mm > 0 ? "mm\"" : "\"");
    number(self->file, " viewBox=\"0 0 ", width, "");
    number(self->file, " ", height, "\">\n");
}

void canvas_svg_begin(struct canvas_svg *self, FILE *file, float width, float height, struct fonts *fonts) {
    *self = (struct canvas_svg){.canvas.ops = &svg_ops, .file = file, .fonts = fonts};
    begin(self, width, height, 0);
}

void canvas_svg_begin_print(struct canvas_svg *self, FILE *file, float width, float height, float width_mm,
                            struct fonts *fonts) {
    *self = (struct canvas_svg){.canvas.ops = &svg_ops, .file = file, .fonts = fonts, .is_print = true};
    begin(self, width, height, width_mm);
}

static bool embed(FILE *file, const char *path) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    FILE *font = fopen(path, "rb");
    if (font == NULL)
        return false;
    unsigned char in[3];
    size_t count;
    while ((count = fread(in, 1, 3, font)) > 0) {
        const unsigned bits = (unsigned)in[0] << 16 | (count > 1 ? (unsigned)in[1] << 8 : 0) |
                              (count > 2 ? (unsigned)in[2] : 0);
        const char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                              count > 1 ? digits[bits >> 6 & 63] : '=', count > 2 ? digits[bits & 63] : '='};
        fwrite(four, 1, 4, file);
    }
    const bool whole = !ferror(font);
    fclose(font);
    return whole;
}

bool canvas_svg_end(struct canvas_svg *self) {
    bool ok = true;
    svg_clip(&self->canvas, NULL);
    errno = 0;
    fputs("<style>\n", self->file);
    for (int w = 0; w < 2 && ok; w++)
        if (self->used[w]) {
            fprintf(self->file, "@font-face{font-family:B612;font-weight:%d;src:url(data:font/otf;base64,",
                    w == CANVAS_BOLD ? 700 : 400);
            ok = embed(self->file, fonts_path(self->fonts, (enum canvas_weight)w));
            fputs(")}\n", self->file);
        }
    fputs("</style>\n</svg>\n", self->file);
    return fflush(self->file) == 0 && !ferror(self->file) && ok;
}
