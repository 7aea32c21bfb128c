/* Lifelines: ribbons in the colour of the worker as it changes, thicker while it leads. What stops a worker
 * is drawn into the ribbon as a pattern; the words for it come later, on top of all (picture_flags.c).
 */
#include "app/scope/picture_parts.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define SAMPLE 2 /* px, where the changes of colour are too many */

static const struct canvas_color grey = {0x80, 0x80, 0x80, 255};

bool picture_is_alive(const struct history_span *s) {
    switch ((enum history_condition)s->condition) {
    case HISTORY_JOINING:
    case HISTORY_MEMBER:
    case HISTORY_BLOCKED:
    case HISTORY_NO_QUORUM:
    case HISTORY_FROZEN:
    case HISTORY_HUNG:
    case HISTORY_EXCLUDED: return true;
    case HISTORY_ABSENT:
    case HISTORY_LEFT:
    case HISTORY_ENDED:
    case HISTORY_CRASHED:
    case HISTORY_UNHEARD:
    case HISTORY_CONDITIONS: break;
    }
    return false;
}

uint32_t picture_span_from(const struct picture_frame *f, const struct history_row *row, uint32_t low,
                           double place) {
    uint32_t high = row->span_count; /* the last one that began by then; the first one if none did */
    while (low + 1 < high) {
        const uint32_t middle = low + (high - low) / 2;
        if ((double)row->spans[middle].at[f->places] <= place)
            low = middle;
        else
            high = middle;
    }
    return low;
}

bool picture_span_shown(const struct picture_frame *f, const struct history_span *s) {
    return (double)s->at[f->places] <= f->now && (s->event == HISTORY_NONE || s->event < f->until);
}

struct canvas_rect picture_span_box(const struct picture_frame *f, int row, const struct history_span *s,
                                    double end) {
    const struct canvas_rect *d = &f->diagram;
    const float x0 = fmaxf(picture_x(f, (double)s->at[f->places]), d->x);
    const float x1 = fminf(picture_x(f, fmin(end, f->now)), d->x + d->w);
    const float top = picture_edge(f, row, s->leads, -1);
    return (struct canvas_rect){x0, top, x1 - x0, picture_edge(f, row, s->leads, 1) - top};
}

/* -- What differs ---------------------------------------------------------------------------------------- */

static const struct history_span *span_with_count(const struct picture_frame *f, const struct history_row *r,
                                                  uint64_t count) {
    uint32_t low = 0, high = r->span_count; /* counts rise; if a worker began anew, some are not found */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (r->spans[middle].count < count)
            low = middle + 1;
        else
            high = middle;
    }
    const struct history_span *s = low < r->span_count ? &r->spans[low] : NULL;
    const bool known = s != NULL && s->count == count && s->has_color && picture_span_shown(f, s);
    return known ? s : NULL;
}

bool picture_differs(const struct picture_frame *f, int row, const struct history_span *s) {
    if (!f->on_paper || !s->has_color || s->count == 0 || !picture_is_alive(s) ||
        s->condition == HISTORY_EXCLUDED)
        return false;
    for (int above = 0; above < row; above++) {
        const struct history_span *other =
            span_with_count(f, history_row(f->history, (uint32_t)above), s->count);
        if (other != NULL)
            return other->hash != s->hash;
    }
    return false;
}

/* Dashes along the lower edge. */
void picture_draw_differing(struct picture_frame *f, struct canvas_rect box, struct canvas_color fill) {
    const float high = fmaxf(2, roundf(0.14f * box.h)), dash = 2.2f * high;
    for (float x = box.x; x < box.x + box.w; x += 1.8f * dash)
        canvas_rect(f->c, (struct canvas_rect){x, box.y + box.h - high, fminf(dash, box.x + box.w - x), high},
                    theme_ink(fill));
}

/* -- One span -------------------------------------------------------------------------------------------- */

static void dotted(struct picture_frame *f, struct canvas_rect box, float y, struct canvas_color color) {
    const float dot = fmaxf(2, roundf(3 * f->factor)), period = 3 * dot;
    for (float x = ceilf(box.x / period) * period; x < box.x + box.w; x += period)
        canvas_rect(f->c, (struct canvas_rect){x, y - floorf(dot / 2), dot, dot}, color);
}

/* Slanted lines; each a polygon of its own, for four corners are filled fastest. */
static void hatch(struct picture_frame *f, struct canvas_rect box, struct canvas_color color) {
    const float period = fmaxf(9, roundf(16 * f->factor)), wide = 0.32f * period;
    canvas_clip(f->c, &box);
    for (float k = floorf((box.x - box.h) / period) * period; k < box.x + box.w; k += period) {
        struct canvas_point p[4] = {
            {k + box.h, box.y}, {k + box.h + wide, box.y}, {k + wide, box.y + box.h}, {k, box.y + box.h}};
        canvas_polygon(f->c, p, 4, color);
    }
    canvas_clip(f->c, &f->diagram);
}

static struct canvas_color fill_of(const struct picture_frame *f, const struct history_span *s) {
    if (s->condition == HISTORY_HUNG)
        return grey;
    return s->has_color && s->condition != HISTORY_EXCLUDED ? theme_rgb(s->color) : f->paint->back;
}

static void draw_span(struct picture_frame *f, int row, const struct history_span *s,
                      struct canvas_rect box) {
    const float middle = picture_row_y(f, row);
    switch ((enum history_condition)s->condition) {
    case HISTORY_JOINING:
    case HISTORY_EXCLUDED: {
        const float thin = fmaxf(f->line, 2);
        canvas_rect(f->c, box, f->paint->back);
        canvas_rect(f->c, (struct canvas_rect){box.x, box.y, box.w, thin}, f->paint->quiet);
        canvas_rect(f->c, (struct canvas_rect){box.x, box.y + box.h - thin, box.w, thin}, f->paint->quiet);
        break;
    }
    case HISTORY_MEMBER:
    case HISTORY_HUNG: canvas_rect(f->c, box, fill_of(f, s)); break;
    case HISTORY_FROZEN: { /* as in ice: between two heavy lines */
        const float wide = fmaxf(3, roundf(0.12f * box.h));
        canvas_rect(f->c, box, fill_of(f, s));
        canvas_rect(f->c, (struct canvas_rect){box.x, box.y, box.w, wide}, f->paint->ink);
        canvas_rect(f->c, (struct canvas_rect){box.x, box.y + box.h - wide, box.w, wide}, f->paint->ink);
        break;
    }
    case HISTORY_BLOCKED:
    case HISTORY_NO_QUORUM:
        canvas_rect(f->c, box, fill_of(f, s));
        hatch(f, box, theme_hatch(fill_of(f, s)));
        break;
    case HISTORY_CRASHED:
    case HISTORY_UNHEARD: dotted(f, box, middle, f->paint->quiet); break;
    case HISTORY_ABSENT:
    case HISTORY_LEFT:
    case HISTORY_ENDED:
    case HISTORY_CONDITIONS: break;
    }
}

void picture_draw_condition(struct picture_frame *f, enum history_condition condition,
                            struct canvas_rect box) {
    const struct history_span s = {
        .condition = (uint8_t)condition, .has_color = true, .color = {0xc8, 0xc8, 0xc8}};
    draw_span(f, 0, &s, box);
    canvas_clip(f->c, NULL);
}

/* A ribbon is seen on any theme by its edges. */
static void draw_edges(struct picture_frame *f, struct canvas_rect run) {
    if (run.w <= 0)
        return;
    canvas_rect(f->c, (struct canvas_rect){run.x, run.y, run.w, f->line}, f->paint->quiet);
    canvas_rect(f->c, (struct canvas_rect){run.x, run.y + run.h - f->line, run.w, f->line}, f->paint->quiet);
}

/* -- A row ----------------------------------------------------------------------------------------------- */

struct run { /* spans side by side, alive and of one thickness */
    struct canvas_rect box;
};

static bool is_filled(const struct history_span *s) {
    return picture_is_alive(s) && s->condition != HISTORY_JOINING && s->condition != HISTORY_EXCLUDED;
}

static void extend(struct picture_frame *f, struct run *run, const struct history_span *s,
                   struct canvas_rect box) {
    const bool filled = is_filled(s);
    const bool joins =
        run->box.w > 0 && filled && box.h == run->box.h && box.x <= run->box.x + run->box.w + 1;
    if (joins) {
        run->box.w = box.x + box.w - run->box.x;
        return;
    }
    draw_edges(f, run->box);
    run->box = filled ? box : (struct canvas_rect){0, 0, 0, 0};
}

/* On paper, which may be grey, colours alone tell nothing. */
static void draw_on_paper(struct picture_frame *f, int row, const struct history_span *s,
                          const struct history_span *before, struct canvas_rect box) {
    const struct canvas_color fill = fill_of(f, s);
    if (picture_differs(f, row, s))
        picture_draw_differing(f, box, fill);
    if (!f->crowded && before != NULL && is_filled(s) && is_filled(before) && box.x > f->diagram.x &&
        memcmp(before->color, s->color, sizeof s->color) != 0)
        canvas_rect(f->c, (struct canvas_rect){box.x, box.y, f->line, box.h}, theme_ink(fill));
}

static void draw_each(struct picture_frame *f, int row, const struct history_row *r, uint32_t from,
                      uint32_t to) {
    struct run run = {{0, 0, 0, 0}};
    for (uint32_t i = from; i <= to; i++) {
        const struct history_span *s = &r->spans[i];
        if (!picture_span_shown(f, s))
            break;
        const double end = i + 1 < r->span_count ? (double)r->spans[i + 1].at[f->places] : HUGE_VAL;
        const struct canvas_rect box = picture_span_box(f, row, s, end);
        if (box.w <= 0)
            continue;
        draw_span(f, row, s, box);
        if (f->on_paper)
            draw_on_paper(f, row, s, i > 0 ? s - 1 : NULL, box);
        extend(f, &run, s, box);
    }
    draw_edges(f, run.box);
}

static bool same_look(const struct history_span *a, const struct history_span *b) {
    return a->condition == b->condition && a->leads == b->leads && a->color[0] == b->color[0] &&
           a->color[1] == b->color[1] && a->color[2] == b->color[2];
}

/* What holds at each sample; crashes in between are marked all the same. */
static void draw_samples(struct picture_frame *f, int row, const struct history_row *r, uint32_t at) {
    const struct canvas_rect *d = &f->diagram;
    struct run run = {{0, 0, 0, 0}};
    const struct history_span *held = NULL;
    float begin = 0;
    for (float x = d->x; x < d->x + d->w + SAMPLE; x += SAMPLE) {
        const double place = f->left + (double)(x - d->x) / f->unit;
        const bool over = place > f->now || x >= d->x + d->w;
        at = picture_span_from(f, r, at, place);
        const struct history_span *s = &r->spans[at];
        const bool shown = !over && picture_span_shown(f, s) && (double)s->at[f->places] <= place;
        if (held != NULL && (!shown || !same_look(held, s))) {
            const float top = picture_edge(f, row, held->leads, -1);
            const struct canvas_rect box = {begin, top, x - begin,
                                            picture_edge(f, row, held->leads, 1) - top};
            draw_span(f, row, held, box);
            if (picture_differs(f, row, held))
                picture_draw_differing(f, box, fill_of(f, held));
            extend(f, &run, held, box);
            held = NULL;
        }
        if (shown && held == NULL) {
            held = s;
            begin = x;
        }
        if (over)
            break;
    }
    draw_edges(f, run.box);
}

void picture_draw_rows(struct picture_frame *f) {
    for (int row = f->row_from; row < f->row_to; row++) {
        const struct history_row *r = history_row(f->history, (uint32_t)row);
        if (r->span_count == 0)
            continue;
        canvas_note(f->c, "lifeline");
        const uint32_t from = picture_span_from(f, r, 0, (double)f->from);
        const uint32_t to = picture_span_from(f, r, from, fmin((double)f->to, f->now));
        if ((float)(to - from) > f->diagram.w / SAMPLE)
            draw_samples(f, row, r, from);
        else
            draw_each(f, row, r, from, to);
    }
}
