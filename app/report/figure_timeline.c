/* The space-time diagram on paper: the scope's own, as much of it as can be read on that width.
 */
#include "app/report/figure_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROW_SIZES   4.4f /* height of a row, in sizes of text, where nothing else says how high */
#define ROW_LEAST   2.2f
#define HIGH_MOST   90.0f /* of all rows, unless that would make them illegible */
#define PLACE_LEAST 1.5f  /* width of a step: fewer, and names of messages are left out */
#define PLACE_MOST  4.5f
#define BEFORE      1.0 /* places that are shown before the first event, and behind the last */
#define BEHIND      1.5
#define TICKS_LEAST (0.02 * HISTORY_TICKS) /* on the axis of time */

struct range {
    double left, right; /* places */
};

static double place_of(const struct figure *f, uint32_t event) {
    return (double)history_event(f->run->history, event)->at[f->axis];
}

static struct range whole_range(const struct figure *f) {
    const uint32_t first = figure_first(f), last = figure_last(f);
    struct range r = {1e300, 0};
    for (uint32_t i = first; i < last; i++) {
        const struct history_event *e = history_event(f->run->history, i);
        if ((e->flags & (HISTORY_VOID | (f->run->has_acknowledgements ? 0 : HISTORY_QUIET))) != 0 ||
            e->ev == TRACE_FAULT) /* it has the place of what came before */
            continue;
        r.left = fmin(r.left, place_of(f, i));
        r.right = fmax(r.right, place_of(f, i));
    }
    if (r.left > r.right)
        r.left = r.right;
    const double unit = f->axis == HISTORY_STEPS ? 1 : fmax(TICKS_LEAST, (r.right - r.left) / 40);
    r.left -= BEFORE * unit;
    r.right += BEHIND * unit;
    return r;
}

/* If there is more than can be read: around what the sentence tells of, or else the end. */
static struct range range_of(const struct figure *f, const struct story *story, float width, float size) {
    struct range r = whole_range(f);
    const double most = (double)(width / (PLACE_LEAST * size));
    if (f->axis != HISTORY_STEPS || f->has_from || f->has_to || r.right - r.left <= most)
        return r;
    const struct history_event *cause = history_event(f->run->history, story->event);
    const double middle = cause != NULL ? (double)cause->at[f->axis] : r.right;
    r.left = fmin(fmax(r.left, middle - 0.4 * most), fmax(r.left, r.right - most));
    r.right = r.left + most;
    return r;
}

static void set_look(struct picture_look *look, const struct figure *f, float size) {
    *look = (struct picture_look){.theme = THEME_LIGHT,
                                  .axis = f->axis,
                                  .until = figure_last(f),
                                  .hovered = HISTORY_NONE,
                                  .selected_row = -1,
                                  .hovered_tool = -1,
                                  .shows_quiet = f->run->has_acknowledgements};
    look->scale = size / SHEET_LEGIBLE;
    look->width = 1920 * size / 18; /* where the picture's own sizes of text are these */
    look->height = 1080 * size / 18;
}

static void add(char *out, size_t size, uint64_t count, const char *one, const char *many) {
    const size_t used = strlen(out);
    if (count > 0)
        snprintf(out + used, size - used, "%s%" PRIu64 " %s", used > 0 ? ", " : "not shown: ", count,
                 count == 1 ? one : many);
}

static void hidden_words(const struct figure *f, struct range r, char *out, size_t size) {
    const double end = (double)history_end(f->run->history, f->axis);
    const uint32_t from = (uint32_t)fmax(r.left, 0), to = (uint32_t)fmin(fmax(r.right, 0), end);
    out[0] = '\0';
    if (f->run->has_acknowledgements)
        return;
    const struct history_hidden h = history_hidden(f->run->history, f->axis, from, to + 1);
    add(out, size, h.heartbeats, "heartbeat", "heartbeats");
    add(out, size, h.acknowledgements, "acknowledgement", "acknowledgements");
    add(out, size, h.others, "other message", "other messages");
}

/* Those who come later have no row yet. */
static uint32_t rows_of(const struct figure *f, uint32_t until) {
    uint32_t count = 1;
    for (uint32_t row = 0; row < history_row_count(f->run->history); row++) {
        const struct history_row *r = history_row(f->run->history, row);
        if (r->span_count > 0 && (r->spans[0].event == HISTORY_NONE || r->spans[0].event < until))
            count = row + 1;
    }
    return count;
}

void figure_timeline(const struct figure *f, struct figure_page *p) {
    struct picture_look look;
    struct story story;
    char hidden[160];
    const uint32_t rows = rows_of(f, figure_last(f));
    set_look(&look, f, p->size);
    look.row_limit = rows;
    if (figure_run_story(f->run, figure_until(f), &story))
        figure_sentence(p, &story);
    const float wide = picture_diagram_width_in(&look, p->width);
    struct range r = range_of(f, &story, wide, p->size);
    look.left = r.left;
    look.unit = fmin((double)wide / (r.right - r.left),
                     f->axis == HISTORY_STEPS ? (double)(PLACE_MOST * p->size) : 1e9);
    look.now = (float)fmin(r.right, (double)history_end(f->run->history, f->axis));
    hidden_words(f, r, hidden, sizeof hidden);

    struct sheet_ruler ruler;
    sheet_ruler_init(&ruler, f->fonts);
    const float row =
        fminf(ROW_SIZES * p->size, fmaxf(HIGH_MOST * p->size / (float)rows, ROW_LEAST * p->size));
    struct canvas_rect box = {0, p->y, p->width, picture_diagram_height_for(&look, rows, row)};
    struct canvas_rect room = {p->gap, 0, p->width - 2 * p->gap, 0};
    const float legend = picture_legend(&ruler.canvas, room, box, f->run->history, &look, hidden);
    if (p->room > 0)
        box.h = fmaxf(p->room - p->y - legend - p->gap,
                      picture_diagram_height_for(&look, rows, ROW_LEAST * p->size));
    room.y = box.y + box.h + p->gap;
    p->y = room.y + legend;
    if (!p->draws)
        return;
    picture_diagram(p->c, box, f->run->history, &look);
    picture_legend(p->c, room, box, f->run->history, &look, hidden);
}
