/* The workers' windows side by side: what everybody would else take as a screenshot in which they overlap. A
 * row for each moment; a worker keeps its place.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report/figure_parts.h"
#include "app/report/montage.h"
#include "app/ui/canvas_part.h"

#define WIDE_LEAST 9.0f  /* of a window, in sizes of text; with less there are two rows of them */
#define AROUND     3.7f  /* words of a state: the sign, and the margins */
#define WIDE_MOST  24.0f /* of one alone */
#define FLAT       0.86f /* height of a window, of its width, without its title bar */

struct grid {
    uint32_t count, columns, rows;
    float wide, high, bar, gap;
};

static struct grid grid_of(const struct figure_page *p, uint32_t count, float wide_least) {
    struct grid g = {.count = count, .columns = count, .rows = 1, .gap = 0.7f * p->size};
    for (;; g.rows++) {
        g.columns = (count + g.rows - 1) / g.rows;
        g.wide = floorf((p->width - (float)(g.columns - 1) * g.gap) / (float)g.columns);
        if (g.wide >= wide_least || g.columns == 1)
            break;
    }
    g.wide = fminf(g.wide, WIDE_MOST * p->size);
    g.bar = floorf(1.5f * p->size);
    g.high = floorf(FLAT * g.wide) + g.bar;
    return g;
}

/* As much of the title as there is room for. */
static void draw_title(struct canvas *c, const struct tile_model *m, struct canvas_rect bar, float size) {
    char words[3][96];
    const float pad = 0.4f * size;
    int i = 0;
    tile_title(m, words[0], sizeof words[0]);
    snprintf(words[1], sizeof words[1], "%.16s \u00b7 %s", m->name, tile_state_words(m->state));
    snprintf(words[2], sizeof words[2], "%.16s", m->name);
    while (i < 2 && canvas_text_width(c, words[i], size, CANVAS_REGULAR) > bar.w - 2 * pad)
        i++;
    const struct canvas_style style = {size, CANVAS_REGULAR, CANVAS_LEFT, figure_black};
    canvas_rect(c, bar, (struct canvas_color){0xe2, 0xe2, 0xde, 255});
    canvas_text_in(c, (struct canvas_rect){bar.x + pad, bar.y, bar.w - 2 * pad, bar.h}, &style, SHEET_LEGIBLE,
                   words[i]);
}

static void draw_dashed(struct canvas *c, struct canvas_rect r, float size) {
    const struct canvas_pen pen = {1.5f, figure_grey, 0.4f * size, 0.3f * size};
    const struct canvas_point corners[5] = {
        {r.x, r.y}, {r.x + r.w, r.y}, {r.x + r.w, r.y + r.h}, {r.x, r.y + r.h}, {r.x, r.y}};
    canvas_polyline(c, corners, 5, &pen);
}

/* Of one that has crashed there is no window any more: where it was, and what it showed last. */
static void draw_window(struct canvas *c, const struct tile_model *m, struct canvas_rect box, float bar,
                        float size) {
    const bool is_gone = m->state == TILE_CRASHED;
    struct canvas_rect in = box;
    struct canvas_part part;
    if (!is_gone) {
        draw_title(c, m, (struct canvas_rect){box.x, box.y, box.w, bar}, size);
        in.y += bar;
        in.h -= bar;
    }
    const struct tile_look look = {
        .width = in.w, .height = in.h, .scale = size / SHEET_LEGIBLE, .theme = THEME_LIGHT};
    tile_draw(canvas_part_begin(&part, c, in), m, &look);
    canvas_part_end(&part);
    if (is_gone)
        draw_dashed(c, box, size);
    else
        canvas_frame(c, box, 1, figure_grey);
}

/* The time, and how it stood. */
static void draw_head(const struct figure *f, struct figure_page *p, uint32_t moment, uint32_t until) {
    char words[64], time[32];
    struct story story;
    if (!figure_run_story(f->run, until, &story))
        return;
    if (f->moment_count > 1)
        story.sentence[0] = '\0';
    if (f->moment_count > 0) {
        figure_time_words(f->run, f->run->began + f->moments[moment], time, sizeof time);
        snprintf(words, sizeof words, "%s", story.head);
        snprintf(story.head, sizeof story.head, "%.12s  %.32s", time, words);
    }
    figure_sentence(p, &story);
}

/* Who has a window at any of the moments has a place at all of them. */
struct places {
    uint32_t count;
    float wide_least; /* of a window, so that what stops a worker is read */
    const char *names[HISTORY_ROWS_MAX];
};

static struct montage *windows_at(const struct figure *f, uint32_t until) {
    static struct montage montage; /* large; one is drawn at a time */
    const struct montage_moment moment = {.rung = f->run->settings.rung, .until = until};
    montage_read(&montage, f->run->history, &moment);
    return &montage;
}

static uint32_t until_of(const struct figure *f, uint32_t moment) {
    return f->moment_count > 0 ? figure_run_until(f->run, f->moments[moment]) : figure_until(f);
}

static void find_places(const struct figure *f, const struct figure_page *p, struct places *places) {
    bool has[HISTORY_ROWS_MAX] = {false};
    places->wide_least = WIDE_LEAST * p->size;
    const uint32_t rows = history_row_count(f->run->history);
    for (uint32_t moment = 0; moment == 0 || moment < f->moment_count; moment++) {
        const struct montage *montage = windows_at(f, until_of(f, moment));
        for (uint32_t i = 0; i < montage->count; i++) {
            const struct tile_model *m = &montage->tiles[i].model;
            const float words = canvas_text_width(p->c, tile_state_words(m->state), p->size, CANVAS_BOLD);
            if (m->state != TILE_LEADING && m->state != TILE_FOLLOWING)
                places->wide_least = fmaxf(places->wide_least, words + AROUND * p->size);
            for (uint32_t row = 0; row < rows; row++)
                has[row] = has[row] || strcmp(history_row(f->run->history, row)->name, m->name) == 0;
        }
    }
    places->count = 0;
    for (uint32_t row = 0; row < rows; row++)
        if (has[row])
            places->names[places->count++] = history_row(f->run->history, row)->name;
}

static void draw_windows(const struct figure *f, struct figure_page *p, const struct places *places,
                         uint32_t until) {
    if (places->count == 0)
        return;
    const struct grid g = grid_of(p, places->count, places->wide_least);
    const struct montage *montage = p->draws ? windows_at(f, until) : NULL;
    for (uint32_t i = 0, place = 0; montage != NULL && i < montage->count; i++, place++) {
        const struct tile_model *m = &montage->tiles[i].model;
        while (place + 1 < places->count && strcmp(places->names[place], m->name) != 0)
            place++;
        canvas_note(p->c, m->name);
        draw_window(p->c, m,
                    (struct canvas_rect){(float)(place % g.columns) * (g.wide + g.gap),
                                         p->y + (float)(place / g.columns) * (g.high + g.gap), g.wide,
                                         g.high},
                    g.bar, p->size);
    }
    p->y += (float)g.rows * (g.high + g.gap) - g.gap;
}

void figure_montage(const struct figure *f, struct figure_page *p) {
    struct places places;
    find_places(f, p, &places);
    for (uint32_t i = 0; i == 0 || i < f->moment_count; i++) {
        p->y += i > 0 ? 1.5f * p->gap : 0;
        draw_head(f, p, i, until_of(f, i));
        draw_windows(f, p, &places, until_of(f, i));
    }
}

void figure_story(const struct figure *f, struct figure_page *p) {
    struct places places;
    figure_timeline(f, p);
    find_places(f, p, &places);
    p->y += p->gap;
    draw_windows(f, p, &places, figure_until(f));
}
