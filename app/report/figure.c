/* See figure.h. What all kinds have in common is here; each kind has a file of its own. */
#include "app/report/figure_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TWO_COLUMNS_SIZE 14.0f /* units of text: 7 pt; one column has 6 */
#define LINES_MAX        6
#define HEIGHT_MAX_MM    400

const struct canvas_color figure_black = {0, 0, 0, 255}, figure_white = {255, 255, 255, 255},
                          figure_grey = {0x5e, 0x5e, 0x5e, 255}, figure_line = {0xb4, 0xb4, 0xb0, 255},
                          figure_orange = {0xe6, 0x9f, 0x00, 255}, figure_sky = {0x56, 0xb4, 0xe9, 255},
                          figure_green = {0x00, 0x9e, 0x73, 255}, figure_yellow = {0xf0, 0xe4, 0x42, 255},
                          figure_blue = {0x00, 0x72, 0xb2, 255}, figure_red = {0xd5, 0x5e, 0x00, 255},
                          figure_purple = {0xcc, 0x79, 0xa7, 255};

static const struct {
    const char *name;
    bool of_a_run;
    void (*body)(const struct figure *, struct figure_page *);
    float least_mm; /* of its width, where the words of a drawing are longer than that */
} kinds[FIGURE_KINDS] = {
    [FIGURE_TIMELINE] = {"timeline", true, figure_timeline, 0},
    [FIGURE_MONTAGE] = {"montage", true, figure_montage, 0},
    [FIGURE_STORY] = {"story", true, figure_story, 0},
    [FIGURE_VIEWS] = {"views", true, figure_views, 0},
    [FIGURE_TABLE] = {"table", false, figure_table, 0},
    [FIGURE_ARCHITECTURE] = {"architecture", false, figure_architecture, FIGURE_DRAWING_LEAST_MM},
    [FIGURE_LAYERS] = {"layers", false, figure_layers, FIGURE_DRAWING_LEAST_MM}};

const char *figure_kind_name(enum figure_kind kind) {
    return kinds[kind].name;
}

bool figure_kind_find(const char *name, enum figure_kind *found) {
    for (int k = 0; k < FIGURE_KINDS; k++)
        if (strcmp(kinds[k].name, name) == 0) {
            *found = (enum figure_kind)k;
            return true;
        }
    return false;
}

bool figure_needs_run(enum figure_kind kind) {
    return kinds[kind].of_a_run;
}

/* -- The range ------------------------------------------------------------------------------------------- */

uint32_t figure_first(const struct figure *f) {
    const struct figure_run *run = f->run;
    uint32_t first = history_forgotten(run->history);
    if (!f->has_from)
        return run->from < figure_last(f) ? run->from : first;
    while (first < run->until && history_event(run->history, first)->t < run->began + f->from)
        first++;
    return first;
}

uint32_t figure_last(const struct figure *f) {
    return f->has_to ? figure_run_until(f->run, f->to) : f->run->last;
}

uint32_t figure_until(const struct figure *f) {
    return f->has_to ? figure_run_until(f->run, f->to) : f->run->until;
}

bool figure_has_events(const struct figure *f) {
    const unsigned hidden =
        HISTORY_VOID | (f->run->has_acknowledgements || f->kind == FIGURE_VIEWS ? 0 : HISTORY_QUIET);
    const uint32_t last = figure_last(f);
    for (uint32_t i = figure_first(f); i < last; i++) {
        const struct history_event *e = history_event(f->run->history, i);
        if ((e->flags & hidden) == 0 && e->ev != TRACE_FAULT)
            return true;
    }
    return false;
}

void figure_time_words(const struct figure_run *run, gms_time t, char *out, size_t size) {
    snprintf(out, size, "%.3f s", (double)(t > run->began ? t - run->began : 0) / 1e9);
}

/* -- The page -------------------------------------------------------------------------------------------- */

struct figure_page figure_page(struct canvas *c, float width, bool draws) {
    const float one = sheet_units(FIGURE_ONE_COLUMN_MM), two = sheet_units(FIGURE_TWO_COLUMNS_MM);
    const float share = fminf(fmaxf((width - one) / (two - one), 0), 1);
    struct figure_page p = {.c = c, .width = width, .draws = draws};
    p.size = floorf(SHEET_LEGIBLE + share * (TWO_COLUMNS_SIZE - SHEET_LEGIBLE));
    p.gap = 0.5f * p.size;
    return p;
}

static void draw_lines(struct figure_page *p, float x, float room, enum canvas_weight weight,
                       struct canvas_color ink, const char *text) {
    struct canvas_line_text lines[LINES_MAX];
    const int count = canvas_wrap(p->c, text, p->size, weight, room, lines, LINES_MAX);
    const float high = 1.3f * p->size;
    const struct canvas_style style = {p->size, weight, CANVAS_LEFT, ink};
    for (int i = 0; i < count; i++, p->y += high)
        if (p->draws)
            canvas_text(p->c, x, p->y + (high + CANVAS_CAP_HEIGHT * p->size) / 2, &style, lines[i].text);
}

void figure_text(struct figure_page *p, enum canvas_weight weight, struct canvas_color ink,
                 const char *text) {
    draw_lines(p, 0, p->width, weight, ink, text);
}

void figure_step(struct figure_page *p, int number, const char *text) {
    char words[16];
    const float indent = 1.5f * p->size;
    const struct canvas_style style = {p->size, CANVAS_BOLD, CANVAS_LEFT, figure_black};
    snprintf(words, sizeof words, "%d", number);
    if (p->draws)
        canvas_text(p->c, 0, p->y + (1.3f * p->size + CANVAS_CAP_HEIGHT * p->size) / 2, &style, words);
    draw_lines(p, indent, p->width - indent, CANVAS_REGULAR, figure_black, text);
}

/* The head on the ground of its sign; what follows beside it, and below. */
void figure_sentence(struct figure_page *p, const struct story *s) {
    const float side = floorf(1.7f * p->size), high = 1.3f * p->size;
    const float head = side + 0.5f * p->size + canvas_text_width(p->c, s->head, p->size, CANVAS_BOLD);
    const struct canvas_style bold = {p->size, CANVAS_BOLD, CANVAS_LEFT, figure_black};
    const float top = p->y, room = p->width - head - p->size;
    const bool beside =
        canvas_text_width(p->c, s->sentence, p->size, CANVAS_REGULAR) < room || room > 0.6f * p->width;
    if (s->head[0] == '\0')
        return;
    if (p->draws) {
        canvas_note(p->c, "sentence");
        const struct canvas_color ground = picture_story_ground(s->sign);
        const float in = floorf(0.2f * side);
        canvas_rect(p->c, (struct canvas_rect){0, top, side, side}, ground);
        picture_story_sign(p->c, s->sign, (struct canvas_rect){in, top + in, side - 2 * in, side - 2 * in},
                           ground);
        canvas_text(p->c, side + 0.5f * p->size, top + (side + CANVAS_CAP_HEIGHT * p->size) / 2, &bold,
                    s->head);
    }
    p->y = top + (side - high) / 2;
    if (beside)
        draw_lines(p, head + 0.7f * p->size, room, CANVAS_REGULAR, figure_black, s->sentence);
    p->y = fmaxf(p->y, top + side);
    if (!beside)
        draw_lines(p, 0, p->width, CANVAS_REGULAR, figure_black, s->sentence);
    p->y += p->gap;
}

/* -- The sheet ------------------------------------------------------------------------------------------- */

static float caption_height(struct figure_page *p, const char *caption) {
    struct canvas_line_text lines[LINES_MAX];
    if (caption[0] == '\0')
        return 0;
    return p->gap +
           1.3f * p->size *
               (float)canvas_wrap(p->c, caption, p->size, CANVAS_REGULAR, p->width, lines, LINES_MAX);
}

static float lay_out(struct canvas *c, const struct figure *f, float width, float height, bool draws) {
    struct figure_page p = figure_page(c, width, draws);
    const float caption = caption_height(&p, f->caption);
    p.room = height > 0 ? height - caption : 0;
    kinds[f->kind].body(f, &p);
    if (caption > 0) {
        p.y = height > 0 ? fmaxf(p.y, height - caption) : p.y;
        p.y += p.gap;
        canvas_note(c, "caption");
        figure_text(&p, CANVAS_REGULAR, figure_grey, f->caption);
    }
    return ceilf(p.y);
}

bool figure_measure(const struct figure *f, float *width, float *height, char *error, size_t error_size) {
    struct sheet_ruler ruler;
    if (f->width_mm < kinds[f->kind].least_mm) {
        snprintf(error, error_size, "--width %.0f: this figure needs %.0f mm", (double)f->width_mm,
                 (double)kinds[f->kind].least_mm);
        return false;
    }
    sheet_ruler_init(&ruler, f->fonts);
    *width = sheet_units(f->width_mm);
    *height = sheet_units(f->height_mm);
    const float needed = lay_out(&ruler.canvas, f, *width, *height, false);
    if (f->height_mm > 0 && needed > *height + 1) {
        snprintf(error, error_size, "--height %.0f: this figure needs %.0f mm", (double)f->height_mm,
                 (double)ceilf(sheet_mm(needed)));
        return false;
    }
    *height = f->height_mm > 0 ? *height : needed;
    if (sheet_mm(*height) > HEIGHT_MAX_MM) {
        snprintf(
            error, error_size,
            "the figure would be %.0f mm high, and %d are the most: there are too many workers, or moments",
            (double)sheet_mm(*height), HEIGHT_MAX_MM);
        return false;
    }
    return true;
}

void figure_draw(struct canvas *c, const struct figure *f, float width, float height) {
    canvas_rect(c, (struct canvas_rect){0, 0, width, height}, figure_white);
    lay_out(c, f, width, f->height_mm > 0 ? height : 0, true);
}
