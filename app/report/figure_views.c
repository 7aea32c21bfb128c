/* Who was in which view, and when: a bar for each worker and view. Views differ by their number and by their
 * colour; a crown is where a worker leads one, hatched is where it has to wait.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report/figure_parts.h"
#include "app/ui/sign.h"

#define ROW_SIZES  2.7f /* in sizes of text */
#define BAR_SIZES  1.9f
#define NAME_SIZES 3.2f
#define TICK_SIZES 8.0f  /* room for a time */
#define HIGH_MOST  90.0f /* of all rows, unless that would make them illegible */
#define TINTS      6

struct chart {
    const struct figure *f;
    struct figure_page *p;
    const struct history *h;
    uint32_t rows, until;
    float x0, x1, y0, row, bar;
    double left, right; /* places */
};

static float x_of(const struct chart *k, double place) {
    const double share = (place - k->left) / (k->right - k->left);
    return k->x0 + (float)(fmin(fmax(share, 0), 1) * (double)(k->x1 - k->x0));
}

static struct canvas_rect bar_box(const struct chart *k, uint32_t row, double from, double to) {
    const float y = k->y0 + ((float)row + 0.5f) * k->row - k->bar / 2, x = x_of(k, from);
    return (struct canvas_rect){x, floorf(y), x_of(k, to) - x, floorf(k->bar)};
}

/* Neighbours differ in grey as well. */
static struct canvas_color tint(uint32_t view) {
    static const float pale[TINTS] = {0.7f, 0.3f, 0.75f, 0.2f, 0.6f, 0.6f};
    const struct canvas_color all[TINTS] = {figure_sky,    figure_orange, figure_green,
                                            figure_purple, figure_yellow, figure_blue};
    return theme_mix(all[view % TINTS], figure_white, pale[view % TINTS]);
}

static bool waits(enum history_condition condition) {
    return condition == HISTORY_BLOCKED || condition == HISTORY_NO_QUORUM || condition == HISTORY_FROZEN ||
           condition == HISTORY_HUNG;
}

/* -- Bars ------------------------------------------------------------------------------------------------ */

/* Where the line is no member any more; `end` if it is one up to there. */
static double end_of_line(const struct chart *k, const struct history_row *r, uint16_t line, double from,
                          double end) {
    for (uint32_t i = 0; i < r->span_count; i++) {
        const struct history_span *s = &r->spans[i];
        const double at = (double)s->at[k->f->axis];
        const bool is_out = s->line != line || s->condition == HISTORY_CRASHED ||
                            s->condition == HISTORY_LEFT || s->condition == HISTORY_ENDED ||
                            s->condition == HISTORY_EXCLUDED || s->condition == HISTORY_UNHEARD;
        if (is_out && at >= from && at < end && (s->event == HISTORY_NONE || s->event < k->until))
            return at;
    }
    return end;
}

/* Where the line first has to wait in that time: no text is read there. */
static double until_it_waits(const struct chart *k, uint32_t row, uint16_t line, double from, double to) {
    const struct history_row *r = history_row(k->h, row);
    for (uint32_t i = 0; i < r->span_count; i++) {
        const struct history_span *s = &r->spans[i];
        const double at = (double)s->at[k->f->axis];
        const double end = i + 1 < r->span_count ? (double)r->spans[i + 1].at[k->f->axis] : k->right;
        if (s->line == line && waits((enum history_condition)s->condition) && end > from && at < to)
            return fmax(at, from);
    }
    return to;
}

static void draw_bar(const struct chart *k, uint32_t row, const struct history_event *e, double from,
                     double to) {
    struct canvas *c = k->p->c;
    const float size = k->p->size;
    const struct history_view *view =
        e->match < history_view_count(k->h) ? history_view(k->h, e->match) : NULL;
    const struct canvas_rect box = bar_box(k, row, from, to);
    const bool leads = view != NULL && view->member_count > 0 && view->members[0] == e->line;
    const float crown = leads ? floorf(0.95f * size) : 0, pad = 0.3f * size;
    char words[2][48];
    if (box.w <= 0)
        return;
    canvas_rect(c, box, tint(e->match));
    canvas_frame(c, box, 1, figure_grey);
    snprintf(words[0], sizeof words[0], "view %" PRIu32 " (%" PRIu32 ")", e->view, e->count);
    snprintf(words[1], sizeof words[1], "%" PRIu32, e->view);
    float x = box.x + pad;
    const struct canvas_rect free = bar_box(k, row, from, until_it_waits(k, row, e->line, from, to));
    const float right = free.x + free.w - pad;
    for (int i = 0; i < 2; i++) {
        const float wide = canvas_text_width(c, words[i], size, CANVAS_BOLD);
        const bool crowned = crown > 0 && x + crown + pad + wide <= right;
        if (x + wide > right)
            continue;
        if (crowned) {
            sign_crown(c, (struct canvas_rect){x, box.y + (box.h - crown) / 2, crown, crown}, figure_black);
            x += crown + pad;
        }
        const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_LEFT, figure_black};
        canvas_text(c, x, box.y + (box.h + CANVAS_CAP_HEIGHT * size) / 2, &style, words[i]);
        return;
    }
    if (crown > 0 && crown + 2 <= free.w)
        sign_crown(
            c, (struct canvas_rect){free.x + (free.w - crown) / 2, box.y + (box.h - crown) / 2, crown, crown},
            figure_black);
}

static void draw_bars(const struct chart *k, uint32_t row) {
    const struct history_row *r = history_row(k->h, row);
    for (uint32_t i = history_forgotten(k->h); i < k->until; i++) {
        const struct history_event *e = history_event(k->h, i);
        if (e->ev != TRACE_VIEW || e->line == HISTORY_NOBODY || history_line(k->h, e->line)->row != row)
            continue;
        double end = k->right;
        for (uint32_t j = i + 1; j < k->until; j++) {
            const struct history_event *next = history_event(k->h, j);
            if (next->ev == TRACE_VIEW && next->line == e->line) {
                end = (double)next->at[k->f->axis];
                break;
            }
        }
        const double from = (double)e->at[k->f->axis];
        draw_bar(k, row, e, from, end_of_line(k, r, e->line, from, end));
    }
}

/* -- What stops a worker --------------------------------------------------------------------------------- */

static const char *words_of(enum history_condition condition) {
    switch (condition) {
    case HISTORY_JOINING: return "joins";
    case HISTORY_BLOCKED: return "blocked";
    case HISTORY_NO_QUORUM: return "no quorum";
    case HISTORY_FROZEN: return "frozen";
    case HISTORY_HUNG: return "hangs";
    case HISTORY_EXCLUDED: return "excluded";
    case HISTORY_LEFT: return "left";
    case HISTORY_CRASHED: return "crashed";
    case HISTORY_UNHEARD: return "not heard";
    case HISTORY_ABSENT:
    case HISTORY_MEMBER:
    case HISTORY_ENDED:
    case HISTORY_CONDITIONS: break;
    }
    return "";
}

static void put_plate(const struct chart *k, struct canvas_rect box, struct canvas_color back,
                      const char *words) {
    const float size = k->p->size, wide = canvas_text_width(k->p->c, words, size, CANVAS_REGULAR);
    if (box.w < wide + 0.6f * size)
        return;
    const struct canvas_rect plate = {box.x + (box.w - wide) / 2 - 0.2f * size, box.y + 0.15f * box.h,
                                      wide + 0.4f * size, 0.7f * box.h};
    const struct canvas_style style = {size, CANVAS_REGULAR, CANVAS_CENTER, figure_black};
    canvas_rect(k->p->c, plate, back);
    canvas_text(k->p->c, box.x + box.w / 2, box.y + (box.h + CANVAS_CAP_HEIGHT * size) / 2, &style, words);
}

static void draw_hatched(struct figure_page *p, struct canvas_rect box) {
    canvas_clip(p->c, &box);
    sign_hatch(p->c, box, 0.6f * p->size, figure_grey);
    canvas_clip(p->c, NULL);
    canvas_frame(p->c, box, 1, figure_grey);
}

static void draw_condition(const struct chart *k, struct canvas_rect box, enum history_condition condition) {
    struct canvas *c = k->p->c;
    const float size = k->p->size, side = 0.95f * size;
    switch (condition) {
    case HISTORY_BLOCKED:
    case HISTORY_NO_QUORUM:
    case HISTORY_FROZEN:
    case HISTORY_HUNG:
        if (box.w <= 0)
            return;
        draw_hatched(k->p, box);
        put_plate(k, box, figure_white, words_of(condition));
        return;
    case HISTORY_CRASHED:
    case HISTORY_LEFT:
        if (box.x > k->x0)
            sign_draw(c, condition == HISTORY_CRASHED ? SIGN_FAILED : SIGN_LEAVING,
                      (struct canvas_rect){box.x + 0.3f * size, box.y + (box.h - side) / 2, side, side},
                      figure_black, figure_white);
        return;
    case HISTORY_JOINING:
    case HISTORY_EXCLUDED:
    case HISTORY_UNHEARD: put_plate(k, box, figure_white, words_of(condition)); return;
    case HISTORY_ABSENT:
    case HISTORY_MEMBER:
    case HISTORY_ENDED:
    case HISTORY_CONDITIONS: break;
    }
}

static void draw_conditions(const struct chart *k, uint32_t row) {
    const struct history_row *r = history_row(k->h, row);
    for (uint32_t i = 0; i < r->span_count; i++) {
        const struct history_span *s = &r->spans[i];
        const double at = (double)s->at[k->f->axis];
        const double end = i + 1 < r->span_count ? (double)r->spans[i + 1].at[k->f->axis] : k->right;
        if (end <= k->left || at >= k->right || (s->event != HISTORY_NONE && s->event >= k->until))
            continue;
        draw_condition(k, bar_box(k, row, at, end), (enum history_condition)s->condition);
    }
}

/* -- Around them ----------------------------------------------------------------------------------------- */

static void draw_rows(const struct chart *k) {
    const float size = k->p->size;
    for (uint32_t row = 0; row < k->rows; row++) {
        const float middle = k->y0 + ((float)row + 0.5f) * k->row;
        const struct canvas_style style = {1.25f * size, CANVAS_BOLD, CANVAS_LEFT, figure_black};
        canvas_rect(k->p->c, (struct canvas_rect){k->x0, floorf(middle), k->x1 - k->x0, 1}, figure_line);
        canvas_text_in(k->p->c, (struct canvas_rect){0, middle - k->row / 2, k->x0 - 0.5f * size, k->row},
                       &style, SHEET_LEGIBLE, history_row(k->h, row)->name);
        draw_bars(k, row);
        draw_conditions(k, row);
    }
}

/* The next of 1, 2, 5, 10 ... of a unit. */
static double nice(double least) {
    const double ten = pow(10, floor(log10(least)));
    const double share = least / ten;
    return ten * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

static void draw_axis(const struct chart *k) {
    struct figure_page *p = k->p;
    const gms_time begin = k->f->run->began;
    const gms_time from = history_time_at(k->h, k->f->axis, (uint32_t)fmax(k->left, 0)) - begin;
    const gms_time to = history_time_at(k->h, k->f->axis, (uint32_t)k->right) - begin;
    const float y = k->y0 + (float)k->rows * k->row, room = TICK_SIZES * p->size;
    const double ticks = fmax(1, (double)((k->x1 - k->x0) / room));
    const double step = nice(fmax((double)(to > from ? to - from : 1) / 1e9 / ticks, 1e-4));
    float taken = k->x0 - 1e3f;
    char words[32];
    canvas_rect(p->c, (struct canvas_rect){k->x0, y, k->x1 - k->x0, 1}, figure_grey);
    for (double t = ceil((double)from / 1e9 / step) * step; t <= (double)to / 1e9 + 1e-9; t += step) {
        const double place = (double)history_place_of(k->h, k->f->axis, begin + (gms_time)(t * 1e9));
        const float x = x_of(k, place), half = 0.5f * (room - p->size);
        if (place < k->left || x < taken + room || x - 0.4f * half < k->x0 || x + half > p->width)
            continue;
        taken = x;
        snprintf(words, sizeof words, "%.*f s", step >= 1 ? 0 : step >= 0.1 ? 1 : step >= 0.01 ? 2 : 3, t);
        const struct canvas_style style = {p->size, CANVAS_REGULAR, CANVAS_CENTER, figure_black};
        canvas_rect(p->c, (struct canvas_rect){x, y, 1, 0.35f * p->size}, figure_grey);
        canvas_text(p->c, x, y + 1.35f * p->size, &style, words);
    }
}

static bool is_seen(const struct chart *k, uint32_t fold) {
    const double at = (double)history_fold(k->h, fold)->at[k->f->axis] - 0.5;
    return at > k->left && at < k->right;
}

/* Silence that was folded: a gap in all lines. */
static void draw_folds(const struct chart *k) {
    for (uint32_t i = 0; i < history_fold_count(k->h); i++) {
        const double at = (double)history_fold(k->h, i)->at[k->f->axis] - 0.5;
        const float x = x_of(k, at), wide = 0.25f * k->p->size;
        if (!is_seen(k, i))
            continue;
        canvas_rect(k->p->c, (struct canvas_rect){x - wide, k->y0, 2 * wide, (float)k->rows * k->row},
                    figure_white);
        for (int side = -1; side <= 1; side += 2)
            canvas_rect(k->p->c,
                        (struct canvas_rect){x + (float)side * wide, k->y0, 1, (float)k->rows * k->row},
                        figure_line);
    }
}

/* -- The legend ------------------------------------------------------------------------------------------ */

enum entry { VIEW, LEADS, WAITS, CRASHED, LEFT, SILENCE, ENTRIES };

static const char *const entry_words[ENTRIES] = {
    "view and its members", "leads it", "waits", "crashed", "left", "silence, left out"};

static enum entry entry_of(enum history_condition condition) {
    return waits(condition)               ? WAITS
           : condition == HISTORY_CRASHED ? CRASHED
           : condition == HISTORY_LEFT    ? LEFT
                                          : VIEW;
}

static void find_entries(const struct chart *k, bool has[ENTRIES]) {
    has[VIEW] = has[LEADS] = true;
    for (uint32_t i = 0; i < history_fold_count(k->h); i++)
        has[SILENCE] = has[SILENCE] || is_seen(k, i);
    for (uint32_t row = 0; row < k->rows; row++) {
        const struct history_row *r = history_row(k->h, row);
        for (uint32_t i = 0; i < r->span_count; i++) {
            const struct history_span *s = &r->spans[i];
            if ((s->event == HISTORY_NONE || s->event < k->until) && (double)s->at[k->f->axis] > k->left)
                has[entry_of((enum history_condition)s->condition)] = true;
        }
    }
}

static void draw_sample(struct figure_page *p, enum entry entry, struct canvas_rect box) {
    const float side = 0.95f * p->size;
    const struct canvas_rect sign = {box.x, box.y + (box.h - side) / 2, side, side};
    const struct canvas_style bold = {p->size, CANVAS_BOLD, CANVAS_CENTER, figure_black};
    switch (entry) {
    case VIEW:
        canvas_rect(p->c, box, tint(0));
        canvas_frame(p->c, box, 1, figure_grey);
        canvas_text_in(p->c, box, &bold, SHEET_LEGIBLE, "view 3 (5)");
        break;
    case LEADS: sign_crown(p->c, sign, figure_black); break;
    case WAITS: draw_hatched(p, box); break;
    case CRASHED: sign_draw(p->c, SIGN_FAILED, sign, figure_black, figure_white); break;
    case LEFT: sign_draw(p->c, SIGN_LEAVING, sign, figure_black, figure_white); break;
    case SILENCE:
        canvas_rect(p->c, (struct canvas_rect){box.x + 0.25f * p->size, box.y, 1, box.h}, figure_grey);
        canvas_rect(p->c, (struct canvas_rect){box.x + 0.75f * p->size, box.y, 1, box.h}, figure_grey);
        break;
    case ENTRIES: break;
    }
}

static void draw_legend(const struct chart *k) {
    struct figure_page *p = k->p;
    const float size = p->size, line = 1.5f * size;
    bool has[ENTRIES] = {false};
    float x = 0;
    find_entries(k, has);
    for (int i = 0; i < ENTRIES; i++) {
        const float sample = (i == VIEW ? 6.4f : i == WAITS ? 2 : 0.95f) * size;
        const float wide =
            sample + 0.4f * size + canvas_text_width(p->c, entry_words[i], size, CANVAS_REGULAR);
        if (!has[i])
            continue;
        if (x > 0 && x + wide > p->width) {
            x = 0;
            p->y += line;
        }
        const struct canvas_style plain = {size, CANVAS_REGULAR, CANVAS_LEFT, figure_black};
        if (p->draws) {
            draw_sample(p, (enum entry)i, (struct canvas_rect){x, p->y + 0.1f * line, sample, 0.8f * line});
            canvas_text_in(p->c, (struct canvas_rect){x + sample + 0.4f * size, p->y, wide, line}, &plain,
                           SHEET_LEGIBLE, entry_words[i]);
        }
        x += wide + 1.3f * size;
    }
    p->y += line;
}

void figure_views(const struct figure *f, struct figure_page *p) {
    struct chart k = {.f = f, .p = p, .h = f->run->history, .until = figure_last(f)};
    struct story story;
    if (figure_run_story(f->run, figure_until(f), &story))
        figure_sentence(p, &story);
    const uint32_t first = figure_first(f);
    k.rows = history_row_count(k.h);
    k.left = first < k.until ? (double)history_event(k.h, first)->at[f->axis] : 0;
    k.right = k.left;
    for (uint32_t i = first; i < k.until; i++)
        if ((history_event(k.h, i)->flags & HISTORY_VOID) == 0)
            k.right = fmax(k.right, (double)history_event(k.h, i)->at[f->axis]);
    const double margin = fmax(0.02 * (k.right - k.left), 1);
    k.left -= margin;
    k.right += 2 * margin;
    k.row = fminf(ROW_SIZES * p->size, fmaxf(HIGH_MOST * p->size / (float)k.rows, 1.6f * p->size));
    if (p->room > 0)
        k.row = fmaxf((p->room - p->y - 4 * p->size) / (float)k.rows, 1.6f * p->size);
    k.bar = fminf(BAR_SIZES * p->size, 0.8f * k.row);
    k.x0 = NAME_SIZES * p->size;
    k.x1 = p->width;
    k.y0 = p->y;
    if (p->draws) {
        canvas_note(p->c, "views");
        draw_rows(&k);
        draw_folds(&k);
        draw_axis(&k);
    }
    p->y += (float)k.rows * k.row + 2.1f * p->size;
    draw_legend(&k);
}
