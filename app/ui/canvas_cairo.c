/* The same font files as on screen, loaded through FreeType; texts are placed by the same table of advances,
 * so that what fits on screen fits on paper. Hinting is off: on paper a glyph has its own proportions.
 */
#include "app/ui/canvas_cairo.h"

#include <assert.h>
#include <cairo-ft.h>
#include <cairo-pdf.h>
#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#define FARTHEST        1e6 /* units from the corner of the sheet */
#define PNG_HEADER_SIZE 33  /* the signature and the chunk IHDR */

struct canvas_cairo {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    enum canvas_cairo_kind kind;
    FILE *file;
    float scale;
    struct fonts *fonts;
    cairo_surface_t *surface;
    cairo_t *cairo;
    cairo_font_face_t *faces[2];
    float dpi; /* of a PNG; 0: it does not say */
    size_t written;
};

/* -- Fonts ---------------------------------------------------------------------------------------------- */

/* cairo keeps a font face beyond the sheet, in a cache of its own; so a face owns all that it needs. */
struct loaded {
    FT_Library library;
    FT_Face face;
};

static void unload(void *data) {
    struct loaded *font = data;
    if (font->face != NULL)
        FT_Done_Face(font->face);
    if (font->library != NULL)
        FT_Done_FreeType(font->library);
    free(font);
}

static cairo_font_face_t *load(const char *path) {
    static const cairo_user_data_key_t key;
    struct loaded *font = calloc(1, sizeof *font);
    if (font == NULL)
        return NULL;
    if (FT_Init_FreeType(&font->library) != 0 || FT_New_Face(font->library, path, 0, &font->face) != 0) {
        unload(font);
        return NULL;
    }
    cairo_font_face_t *face = cairo_ft_font_face_create_for_ft_face(font->face, FT_LOAD_NO_HINTING);
    if (cairo_font_face_set_user_data(face, &key, font, unload) != CAIRO_STATUS_SUCCESS) {
        cairo_font_face_destroy(face);
        unload(font);
        return NULL;
    }
    return face;
}

/* -- The operations ------------------------------------------------------------------------------------- */

static cairo_t *inked(struct canvas *canvas, struct canvas_color c) {
    cairo_t *cairo = ((struct canvas_cairo *)canvas)->cairo;
    cairo_set_source_rgba(cairo, c.r / 255.0, c.g / 255.0, c.b / 255.0, c.a / 255.0);
    return cairo;
}

/* cairo counts in 24.8 bits, and a number that is none would spoil all of the sheet. */
static double tame(float value) {
    return isfinite(value) ? fmin(fmax((double)value, -FARTHEST), FARTHEST) : 0;
}

/* As on screen: edges of rectangles are on whole pixels, where there are pixels. */
static void trace_rect(const struct canvas_cairo *self, struct canvas_rect r) {
    double x = tame(r.x), y = tame(r.y), right = tame(r.x + r.w), bottom = tame(r.y + r.h);
    if (self->kind == CANVAS_CAIRO_PNG) {
        const double scale = (double)self->scale;
        x = round(x * scale) / scale;
        y = round(y * scale) / scale;
        right = round(right * scale) / scale;
        bottom = round(bottom * scale) / scale;
    }
    cairo_rectangle(self->cairo, x, y, right - x, bottom - y);
}

static void paper_rect(struct canvas *canvas, struct canvas_rect r, struct canvas_color color) {
    cairo_t *cairo = inked(canvas, color);
    trace_rect((struct canvas_cairo *)canvas, r);
    cairo_fill(cairo);
}

static void paper_polygon(struct canvas *canvas, const struct canvas_point *points, const int *counts,
                          int contours, struct canvas_color color) {
    cairo_t *cairo = inked(canvas, color);
    for (int k = 0; k < contours; points += counts[k], k++) {
        cairo_new_sub_path(cairo);
        for (int i = 0; i < counts[k]; i++)
            cairo_line_to(cairo, tame(points[i].x), tame(points[i].y));
        cairo_close_path(cairo);
    }
    cairo_fill(cairo);
}

static float paper_text_width(struct canvas *canvas, const char *text, float size,
                              enum canvas_weight weight) {
    return fonts_width(((struct canvas_cairo *)canvas)->fonts, text, size, weight);
}

static void paper_text(struct canvas *canvas, float x, float baseline, const struct canvas_style *style,
                       const char *text) {
    struct canvas_cairo *self = (struct canvas_cairo *)canvas;
    cairo_t *cairo = inked(canvas, style->color);
    const float wide = paper_text_width(canvas, text, style->size, style->weight);
    const float left = style->anchor == CANVAS_LEFT     ? x
                       : style->anchor == CANVAS_CENTER ? x - wide / 2
                                                        : x - wide;
    cairo_set_font_face(cairo, self->faces[style->weight]);
    cairo_set_font_size(cairo, (double)style->size);
    cairo_move_to(cairo, tame(left), tame(baseline));
    cairo_show_text(cairo, text);
    cairo_new_path(cairo);
}

static void paper_clip(struct canvas *canvas, const struct canvas_rect *r) {
    struct canvas_cairo *self = (struct canvas_cairo *)canvas;
    cairo_reset_clip(self->cairo);
    if (r != NULL) {
        trace_rect(self, *r);
        cairo_clip(self->cairo);
    }
}

static const struct canvas_ops paper_ops = {.rect = paper_rect,
                                            .polygon = paper_polygon,
                                            .text = paper_text,
                                            .text_width = paper_text_width,
                                            .clip = paper_clip,
                                            .note = NULL};

/* -- The sheet ------------------------------------------------------------------------------------------ */

static cairo_status_t write_bytes(void *arg, const unsigned char *bytes, unsigned count) {
    struct canvas_cairo *self = arg;
    const bool whole = fwrite(bytes, 1, count, self->file) == count;
    return whole ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static uint32_t crc(const unsigned char *bytes, size_t count) { /* of PNG's annex D */
    uint32_t sum = 0xffffffff;
    for (size_t i = 0; i < count; i++) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; bit++)
            sum = (sum & 1) != 0 ? 0xedb88320 ^ sum >> 1 : sum >> 1;
    }
    return ~sum;
}

static void put32(unsigned char *at, uint32_t value) {
    for (int i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* cairo writes no `pHYs`: a program that places the picture would guess how large it is. It belongs between
 * the header, which is as long in every file, and the pixels. */
static cairo_status_t write_png(void *arg, const unsigned char *bytes, unsigned count) {
    struct canvas_cairo *self = arg;
    unsigned char chunk[21] = {0, 0, 0, 9, 'p', 'H', 'Y', 's'};
    const size_t head = PNG_HEADER_SIZE;
    const unsigned before = self->written < head ? (unsigned)(head - self->written) : 0;
    const bool here = self->dpi > 0 && before > 0 && count >= before;
    self->written += count;
    if (!here)
        return write_bytes(self, bytes, count);
    const uint32_t per_metre = (uint32_t)lroundf(self->dpi / 0.0254f);
    put32(chunk + 8, per_metre);
    put32(chunk + 12, per_metre);
    chunk[16] = 1; /* the unit is a metre */
    put32(chunk + 17, crc(chunk + 4, 13));
    const cairo_status_t status = write_bytes(self, bytes, before);
    if (status != CAIRO_STATUS_SUCCESS || write_bytes(self, chunk, sizeof chunk) != CAIRO_STATUS_SUCCESS)
        return CAIRO_STATUS_WRITE_ERROR;
    return count > before ? write_bytes(self, bytes + before, count - before) : CAIRO_STATUS_SUCCESS;
}

static bool begin(struct canvas_cairo *self, double width, double height) {
    const double scale = (double)self->scale;
    if (self->kind == CANVAS_CAIRO_PDF)
        self->surface = cairo_pdf_surface_create_for_stream(write_bytes, self, width * scale, height * scale);
    else
        self->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(width * scale),
                                                   (int)ceil(height * scale));
    self->cairo = cairo_create(self->surface);
    if (cairo_status(self->cairo) != CAIRO_STATUS_SUCCESS)
        return false;
    cairo_set_source_rgb(self->cairo, 1, 1, 1);
    cairo_paint(self->cairo);
    cairo_scale(self->cairo, scale, scale);
    cairo_set_fill_rule(self->cairo, CAIRO_FILL_RULE_EVEN_ODD);
    cairo_set_antialias(self->cairo, CAIRO_ANTIALIAS_BEST);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(self->cairo, options);
    cairo_font_options_destroy(options);
    return true;
}

static void release(struct canvas_cairo *self) {
    for (int w = 0; w < 2; w++)
        cairo_font_face_destroy(self->faces[w]);
    cairo_destroy(self->cairo);
    cairo_surface_destroy(self->surface);
    free(self);
}

struct canvas_cairo *canvas_cairo_open(enum canvas_cairo_kind kind, FILE *file, float width, float height,
                                       float scale, struct fonts *fonts, char *error, size_t error_size) {
    struct canvas_cairo *self = calloc(1, sizeof *self);
    if (self == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    *self = (struct canvas_cairo){
        .canvas.ops = &paper_ops, .kind = kind, .file = file, .scale = scale, .fonts = fonts};
    for (int w = 0; w < 2; w++) {
        const char *path = fonts_path(fonts, (enum canvas_weight)w);
        self->faces[w] = load(path);
        if (self->faces[w] == NULL) {
            snprintf(error, error_size, "the font %s can't be loaded", path);
            release(self);
            return NULL;
        }
    }
    if (!(width * scale >= 1 && width * scale <= 32000 && height * scale >= 1 && height * scale <= 32000) ||
        !begin(self, (double)width, (double)height)) {
        snprintf(error, error_size, "a picture of %.0f x %.0f does not fit in memory",
                 (double)(width * scale), (double)(height * scale));
        release(self);
        return NULL;
    }
    return self;
}

void canvas_cairo_resolution(struct canvas_cairo *self, float dpi) {
    self->dpi = dpi;
}

void canvas_cairo_title(struct canvas_cairo *self, const char *title) {
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    char *end = NULL, when[32] = "";
    const long long said = epoch != NULL && epoch[0] != '\0' ? strtoll(epoch, &end, 10) : -1;
    const time_t now = said >= 0 && *end == '\0' ? (time_t)said : time(NULL);
    struct tm utc;
    if (self->kind != CANVAS_CAIRO_PDF)
        return;
    cairo_pdf_surface_set_metadata(self->surface, CAIRO_PDF_METADATA_TITLE, title);
    cairo_pdf_surface_set_metadata(self->surface, CAIRO_PDF_METADATA_CREATOR, "groupy");
    if (gmtime_r(&now, &utc) != NULL && strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &utc) > 0)
        cairo_pdf_surface_set_metadata(self->surface, CAIRO_PDF_METADATA_CREATE_DATE, when);
}

struct canvas *canvas_cairo_canvas(struct canvas_cairo *self) {
    return &self->canvas;
}

bool canvas_cairo_close(struct canvas_cairo **sheet) {
    struct canvas_cairo *self = *sheet;
    if (self == NULL)
        return true;
    errno = 0;
    cairo_status_t status = cairo_status(self->cairo);
    if (status == CAIRO_STATUS_SUCCESS && self->kind == CANVAS_CAIRO_PNG)
        status = cairo_surface_write_to_png_stream(self->surface, write_png, self);
    cairo_surface_finish(self->surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(self->surface);
    const bool written = fflush(self->file) == 0 && !ferror(self->file);
    if (status == CAIRO_STATUS_NO_MEMORY)
        errno = ENOMEM;
    release(self);
    *sheet = NULL;
    return status == CAIRO_STATUS_SUCCESS && written;
}
