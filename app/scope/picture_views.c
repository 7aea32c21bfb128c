/* What lies behind the messages: folded silence, the cuts of a partition, and the views as bands across their
 * members.
 */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>

#define NEAR_VIEWS    64   /* views whose installations may be mixed up */
#define INSTALLATIONS 512  /* that follow a view's first and may be of it */
#define CUTS_MAX      2048 /* that are looked at for one picture */

/* -- Folds ----------------------------------------------------------------------------------------------- */

static void draw_folds(struct picture_frame *f) {
    const uint32_t count = history_fold_count(f->history);
    uint32_t low = 0, high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (history_fold(f->history, middle)->at[f->places] < f->from)
            low = middle + 1;
        else
            high = middle;
    }
    float last = -1e6f;
    for (; low < count && history_fold(f->history, low)->at[f->places] <= fmin((double)f->to, f->folds_to);
         low++) {
        const float x = roundf(picture_x(f, (double)history_fold(f->history, low)->at[f->places] - 0.5));
        if (x < last + 8 || x < f->diagram.x)
            continue;
        last = x;
        canvas_note(f->c, "fold");
        for (int side = -1; side <= 1; side += 2)
            canvas_rect(
                f->c,
                (struct canvas_rect){x + (float)side * 2 * f->line, f->diagram.y, f->line, f->diagram.h},
                f->paint->faint);
    }
}

/* -- Cuts ------------------------------------------------------------------------------------------------ */

static bool overlaps(const struct picture_frame *f, const struct history_cut *a,
                     const struct history_cut *b) {
    return a->begin[f->places] <= b->end[f->places] && b->begin[f->places] <= a->end[f->places];
}

/* Some cut between neighbours says it already. */
static bool is_implied(const struct picture_frame *f, const struct history_cut *c) {
    const uint32_t count = history_cut_count(f->history);
    const int low = c->from < c->to ? c->from : c->to, high = c->from < c->to ? c->to : c->from;
    for (uint32_t i = 0; i < count && i < CUTS_MAX; i++) {
        const struct history_cut *other = history_cut(f->history, i);
        const int a = other->from < other->to ? other->from : other->to,
                  b = a == other->from ? other->to : other->from;
        if (b == a + 1 && a >= low && b <= high && overlaps(f, c, other))
            return true;
    }
    return false;
}

static bool has_twin(const struct picture_frame *f, const struct history_cut *c) {
    const uint32_t count = history_cut_count(f->history);
    for (uint32_t i = 0; i < count && i < CUTS_MAX; i++) {
        const struct history_cut *other = history_cut(f->history, i);
        if (other->from == c->to && other->to == c->from && overlaps(f, c, other))
            return true;
    }
    return false;
}

static void dashes(struct picture_frame *f, struct canvas_rect box, bool across) {
    const float dash = fmaxf(8, roundf(16 * f->factor)), period = 1.6f * dash;
    const float from = across ? box.x : box.y, end = across ? box.x + box.w : box.y + box.h;
    for (float at = from; at < end; at += period) {
        const float wide = fminf(dash, end - at);
        canvas_rect(f->c,
                    across ? (struct canvas_rect){at, box.y, wide, box.h}
                           : (struct canvas_rect){box.x, at, box.w, wide},
                    f->paint->ink);
    }
}

static void draw_cut(struct picture_frame *f, const struct history_cut *c, bool both, bool labels) {
    const struct canvas_rect *d = &f->diagram;
    const int upper = c->from < c->to ? c->from : c->to, lower = c->from < c->to ? c->to : c->from;
    const double end = c->end[f->places] == HISTORY_NONE ? f->now : fmin((double)c->end[f->places], f->now);
    const float x0 = fmaxf(picture_x(f, (double)c->begin[f->places]), d->x);
    const float x1 = fminf(picture_x(f, end), d->x + d->w), wide = fmaxf(2, roundf(3.5f * f->factor));
    const bool neighbours = lower == upper + 1;
    const float top = picture_edge(f, upper, false, 1), bottom = picture_edge(f, lower, false, -1);
    if (x1 < x0)
        return;
    if (!labels) {
        canvas_note(f->c, "cut");
        if (neighbours)
            dashes(f,
                   (struct canvas_rect){x0, picture_wall_y(f, upper) - floorf(wide / 2), fmaxf(x1 - x0, wide),
                                        wide},
                   true);
        else
            dashes(f, (struct canvas_rect){x0, top, wide, bottom - top}, false);
        return;
    }
    char words[64] = "cut";
    if (!both)
        snprintf(words, sizeof words, "cut: %s \u2192 %s", history_row(f->history, c->from)->name,
                 history_row(f->history, c->to)->name);
    else if (!neighbours)
        snprintf(words, sizeof words, "cut: %s \u2013 %s", history_row(f->history, (uint32_t)upper)->name,
                 history_row(f->history, (uint32_t)lower)->name);
    const float half = canvas_text_width(f->c, words, f->word, CANVAS_BOLD) / 2 + f->gap;
    const float y = picture_edge(f, upper, true, 1) + 0.7f * f->word;
    for (int i = 0; i < 8 && y + 0.7f * f->word < picture_edge(f, upper + 1, true, -1); i++)
        if (picture_label(f, x0 + (float)(1 + i) * half, y, f->word, CANVAS_BOLD, f->paint->ink, words))
            break; /* as soon as there is room, below the upper one of them */
    if (f->on_paper && neighbours)
        picture_reserve(f, (struct canvas_rect){x0, picture_wall_y(f, upper) - wide, x1 - x0, 2 * wide});
}

static void draw_cuts(struct picture_frame *f, bool labels) {
    const uint32_t count = history_cut_count(f->history);
    for (uint32_t i = 0; i < count && i < CUTS_MAX; i++) {
        const struct history_cut *c = history_cut(f->history, i);
        if (c->begin[f->places] > f->to || c->end[f->places] < f->from ||
            (double)c->begin[f->places] > f->now)
            continue;
        const bool both = has_twin(f, c), neighbours = c->from == c->to + 1 || c->to == c->from + 1;
        if ((both && c->from > c->to) || (!neighbours && is_implied(f, c)))
            continue;
        draw_cut(f, c, both, labels);
    }
}

/* -- Views ----------------------------------------------------------------------------------------------- */

struct band { /* a view, as it was installed row by row */
    const struct history_view *view;
    uint32_t number;
    int top, bottom; /* rows */
    bool has[HISTORY_ROWS_MAX];
    float x[HISTORY_ROWS_MAX];
};

static const struct history_view *view_of(const struct picture_frame *f, uint32_t event) {
    const uint32_t view = history_event(f->history, event)->match;
    return view < history_view_count(f->history) ? history_view(f->history, view) : NULL;
}

static void collect(const struct picture_frame *f, uint32_t notable, struct band *band) {
    const uint32_t count = picture_notable_count(f->index);
    band->top = HISTORY_ROWS_MAX;
    band->bottom = -1;
    for (int row = 0; row < f->rows; row++)
        band->has[row] = false;
    for (uint32_t i = notable; i < count && i - notable < INSTALLATIONS; i++) {
        const uint32_t event = picture_notable(f->index, i);
        const struct history_event *e = history_event(f->history, event);
        if (event >= f->last)
            break;
        if (e->ev != TRACE_VIEW || e->view != band->number || (double)e->at[f->places] > f->now ||
            view_of(f, event) != band->view)
            continue;
        const int row = picture_row_of(f, e->line);
        if (row < 0 || band->has[row])
            continue;
        band->has[row] = true;
        band->x[row] = picture_x(f, (double)e->at[f->places]);
        band->top = row < band->top ? row : band->top;
        band->bottom = row > band->bottom ? row : band->bottom;
    }
}

/* From one member to the next, but not across the lifelines of those in between, who are no members. */
static void draw_link(struct picture_frame *f, const struct band *band, int a, int b, float half) {
    const float ya = picture_edge(f, a, false, 1), yb = picture_edge(f, b, false, -1);
    const float slope = (band->x[b] - band->x[a]) / fmaxf(yb - ya, 1);
    float from = ya;
    half *= fminf(sqrtf(1 + slope * slope), 5); /* as thick where it slants */
    for (int row = a + 1; row <= b; row++) {
        const float to = row == b ? yb : picture_edge(f, row, true, -1) - 3 * f->line;
        const float x0 = band->x[a] + slope * (from - ya), x1 = band->x[a] + slope * (to - ya);
        const struct canvas_point quad[4] = {
            {x0 - half, from}, {x0 + half, from}, {x1 + half, to}, {x1 - half, to}};
        if (to > from) {
            canvas_polygon(f->c, quad, 4, f->paint->band);
            picture_keep_clear(f, quad[0], quad[3], PICTURE_BAND);
            picture_keep_clear(f, quad[1], quad[2], PICTURE_BAND);
        }
        from = row == b ? yb : picture_edge(f, row, true, 1) + 3 * f->line;
    }
}

/* What sticks out above its first member and below its last. */
static void draw_cap(struct picture_frame *f, float x, float y, float half) {
    canvas_rect(f->c, (struct canvas_rect){x - half, y, 2 * half, 2 * half}, f->paint->band);
}

static void draw_band(struct picture_frame *f, const struct band *band) {
    const float half = fmaxf(2, roundf(8 * f->factor));
    int above = -1;
    char note[48];
    snprintf(note, sizeof note, "view %" PRIu32, band->number);
    canvas_note(f->c, note);
    for (int row = band->top; row <= band->bottom; row++) {
        if (!band->has[row])
            continue;
        if (above >= 0)
            draw_link(f, band, above, row, half);
        else
            draw_cap(f, band->x[row], picture_edge(f, row, true, -1) - 2 * half, half);
        above = row;
    }
    if (above >= 0)
        draw_cap(f, band->x[above], picture_edge(f, above, false, 1), half);
}

static void label_band(struct picture_frame *f, const struct band *band) {
    char words[64];
    if (band->bottom < 0)
        return;
    int row = band->top > f->row_from ? band->top : f->row_from;
    while (row <= band->bottom && !band->has[row])
        row++;
    if (row > band->bottom)
        return;
    if (band->view != NULL)
        snprintf(words, sizeof words, "view %" PRIu32 " (%" PRIu32 ")", band->number,
                 band->view->member_count);
    else
        snprintf(words, sizeof words, "view %" PRIu32, band->number);
    const float y = picture_edge(f, row, true, -1) - 0.75f * f->word;
    const float half = canvas_text_width(f->c, words, f->word, CANVAS_BOLD) / 2 + 0.25f * f->word;
    const float below = picture_edge(f, band->bottom, true, 1) + 0.75f * f->word,
                last = band->x[band->bottom];
    const struct canvas_point at[] = {{band->x[row], y},
                                      {band->x[row] + half, y},
                                      {band->x[row] - half, y},
                                      {last + 1.3f * half, below},
                                      {last - 1.3f * half, below},
                                      {band->x[row] + 1.6f * half, y},
                                      {band->x[row] - 1.6f * half, y}};
    const size_t places = f->on_paper ? sizeof at / sizeof at[0] : 5;
    for (size_t i = f->on_paper ? 0 : places; i < 2 * places; i++) { /* on paper at first clear of arrows */
        f->keeps_clear = i < places;
        const bool done =
            picture_label(f, at[i % places].x, at[i % places].y, f->word, CANVAS_BOLD, f->paint->ink, words);
        f->keeps_clear = false;
        if (done)
            return;
    }
}

/* Each view once: at the first of its installations that may be seen. */
static void each_view(struct picture_frame *f, void (*draw)(struct picture_frame *, const struct band *)) {
    const uint32_t start = picture_notable_from(f->index, f->first), count = picture_notable_count(f->index);
    struct band band;
    const struct history_view *done[NEAR_VIEWS] = {NULL};
    uint32_t done_count = 0, unknown = 0;
    for (uint32_t i = start; i < count && picture_notable(f->index, i) < f->last; i++) {
        const uint32_t event = picture_notable(f->index, i);
        const struct history_event *e = history_event(f->history, event);
        if (e->ev != TRACE_VIEW)
            continue;
        band.view = view_of(f, event);
        band.number = e->view;
        bool again = band.view == NULL && band.number == unknown;
        unknown = band.view == NULL ? band.number : unknown;
        for (uint32_t k = 0; k < NEAR_VIEWS && !again; k++)
            again = band.view != NULL && done[k] == band.view;
        if (again)
            continue;
        done[done_count++ % NEAR_VIEWS] = band.view;
        collect(f, i, &band);
        draw(f, &band);
    }
}

void picture_draw_behind(struct picture_frame *f) {
    draw_folds(f);
    each_view(f, draw_band);
    draw_cuts(f, false);
}

void picture_draw_view_labels(struct picture_frame *f) {
    if (f->on_paper)
        draw_cuts(f, true);
    each_view(f, label_band);
    if (!f->on_paper)
        draw_cuts(f, true);
}
