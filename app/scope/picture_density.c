/* Where there are too many messages to draw them: how many there are, as a tint behind the lifelines, and
 * where some were lost.
 */
#include "app/scope/picture_parts.h"

#include <math.h>
#include <string.h>

#define EXACT       60000 /* events that are looked at one by one; beyond, whole blocks are */
#define COLUMN      4     /* px */
#define COLUMNS_MAX 2048

/* Over the columns from one place to another; both may be outside. */
static void spread(uint32_t *counts, int columns, double from, double to, uint32_t messages) {
    const int a = from < 0 ? 0 : (int)from, b = to >= columns ? columns - 1 : (int)to;
    for (int i = a; i <= b; i++) {
        const uint32_t parts = (uint32_t)(b - a + 1);
        counts[i] += messages / parts + ((uint32_t)(i - a) < messages % parts);
    }
}

/* How many messages stand in each of the equal parts of the visible places. */
static void count(const struct picture_frame *f, uint32_t *counts, int columns) {
    const double scale = (double)columns / ((double)f->to - (double)f->from + 1);
    memset(counts, 0, (size_t)columns * sizeof *counts);
    if (f->last - f->first <= EXACT) {
        for (uint32_t i = f->first; i < f->last; i++) {
            const struct history_event *e = history_event(f->history, i);
            const double at = ((double)e->at[f->places] - (double)f->from) * scale;
            if (at >= 0 && at < columns && picture_is_message(f, e))
                counts[(int)at]++;
        }
        return;
    }
    for (uint32_t i = f->first, end; i < f->last; i = end) {
        const uint32_t messages = picture_block(f->index, i, &end);
        const struct history_event *e = history_event(f->history, i);
        const struct history_event *next = history_event(f->history, end < f->last ? end : f->last - 1);
        const double from = ((double)e->at[f->places] - (double)f->from) * scale;
        const double to = ((double)next->at[f->places] - (double)f->from) * scale;
        if (to >= 0 && from < columns && to >= from)
            spread(counts, columns, from, to, messages);
    }
}

static void draw_losses(struct picture_frame *f) {
    const uint32_t notables = picture_notable_count(f->index);
    const float side = fmaxf(1, roundf(2 * f->factor)), right = f->diagram.x + f->diagram.w;
    float marked[HISTORY_ROWS_MAX] = {0};
    for (uint32_t i = picture_notable_from(f->index, f->first); i < notables; i++) {
        const uint32_t event = picture_notable(f->index, i);
        const struct history_event *e = history_event(f->history, event);
        if (event >= f->last)
            break;
        const int row = picture_row_of(f, e->line);
        const float x = picture_x(f, (double)e->at[f->places]);
        if (e->ev != TRACE_LOSE || row < 0 || !picture_row_visible(f, row) || x < f->diagram.x || x > right ||
            fabsf(x - marked[row]) < side)
            continue;
        marked[row] = x;
        canvas_rect(f->c,
                    (struct canvas_rect){x - side / 2, picture_edge(f, row, true, 1) + side, side, 4 * side},
                    f->paint->ink);
    }
}

void picture_draw_density(struct picture_frame *f) {
    uint32_t counts[COLUMNS_MAX], most = 1;
    int columns = (int)(f->diagram.w / COLUMN);
    columns = columns < 1 ? 1 : columns > COLUMNS_MAX ? COLUMNS_MAX : columns;
    count(f, counts, columns);
    for (int i = 0; i < columns; i++)
        most = counts[i] > most ? counts[i] : most;
    canvas_note(f->c, "density");
    const double places = ((double)f->to - (double)f->from + 1) / columns;
    for (int i = 0; i < columns; i++) {
        const float x0 = picture_x(f, (double)f->from + i * places);
        const float x1 = picture_x(f, (double)f->from + (i + 1) * places);
        const float share = 0.06f + 0.3f * sqrtf((float)counts[i] / (float)most);
        if (counts[i] > 0)
            canvas_rect(f->c, (struct canvas_rect){x0, f->diagram.y, x1 - x0, f->diagram.h},
                        theme_mix(f->paint->back, f->paint->kind[KIND_CHANGE], share));
    }
    draw_losses(f);
}
