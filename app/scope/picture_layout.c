/* Sizes are for a lecture hall: in proportion to the window, and never below a legible size. The boxes
 * depend on the look alone, so nothing jumps while a run goes on.
 */
#include "app/scope/picture_parts.h"

#include <math.h>
#include <string.h>

#define LEGIBLE     12.0f /* px, times the look's scale */
#define ROW_LEAST   22.0f /* the same; with less, rows are scrolled */
#define ROW_MOST    300.0f
#define RIBBON_PART 0.4f /* of a row; a leader's is LEADING times as thick */
#define LEADING     1.3f
#define LEAST_EACH  2.6f /* px for a message, on average */
#define SLIM_EACH   9.0f /* px, times the factor: with less, arrows are thinner */
#define LOOKS_MAX   50000
#define PROPERTIES  (CHECK_PROPERTIES - 1)

/* By Okabe and Ito; darker on light where a colour of theirs would not be seen. */
static const struct picture_paint paints[] = {
    [THEME_LIGHT] = {.back = {0xfb, 0xfb, 0xf9, 255},
                     .ink = {0, 0, 0, 255},
                     .quiet = {0x5e, 0x5e, 0x5e, 255},
                     .faint = {0xd8, 0xd8, 0xd4, 255},
                     .panel = {0xec, 0xec, 0xe8, 255},
                     .band = {0x8f, 0xcb, 0xb6, 255},
                     .kind = {[KIND_CHANGE] = {0x00, 0x72, 0xb2, 255},
                              [KIND_REQUEST] = {0xd5, 0x5e, 0x00, 255},
                              [KIND_VIEW] = {0x00, 0x8a, 0x64, 255},
                              [KIND_MEMBER] = {0xa8, 0x4f, 0x82, 255},
                              [KIND_REPAIR] = {0x00, 0x00, 0x00, 255},
                              [KIND_QUIET] = {0x80, 0x80, 0x80, 255}}},
    [THEME_DARK] = {.back = {0x16, 0x17, 0x1a, 255},
                    .ink = {255, 255, 255, 255},
                    .quiet = {0xa8, 0xa8, 0xa8, 255},
                    .faint = {0x38, 0x3a, 0x40, 255},
                    .panel = {0x24, 0x25, 0x2a, 255},
                    .band = {0x1b, 0x66, 0x52, 255},
                    .kind = {[KIND_CHANGE] = {0x56, 0xb4, 0xe9, 255},
                             [KIND_REQUEST] = {0xe6, 0x9f, 0x00, 255},
                             [KIND_VIEW] = {0x00, 0xb8, 0x88, 255},
                             [KIND_MEMBER] = {0xcc, 0x79, 0xa7, 255},
                             [KIND_REPAIR] = {0xf0, 0xe4, 0x42, 255},
                             [KIND_QUIET] = {0x90, 0x90, 0x90, 255}}},
};

static void set_sizes(struct picture_frame *f) {
    const struct picture_look *look = f->look;
    const float scale = look->scale > 0 ? look->scale : 1;
    f->factor = fminf(fmaxf(sqrtf(look->width / 1920 * look->height / 1080), 0.4f), 4);
    f->legible = LEGIBLE * scale;
    f->small = floorf(fmaxf(18 * f->factor, f->legible));
    f->word = floorf(fmaxf(21 * f->factor, f->legible));
    f->gap = floorf(fmaxf(10 * f->factor, 4 * scale));
    f->line = fmaxf(1, roundf(1.5f * f->factor));
}

static float names_width(const struct picture_frame *f, float all) {
    return floorf(fminf(fmaxf(fmaxf(0.145f * all, 13 * f->legible), 11 * f->small), 0.4f * all));
}

/* The names of the properties need height as well as width; else their numbers and marks must do. */
static float side_width(struct picture_frame *f, float height) {
    const float row = height / (PROPERTIES + 2);
    f->side_marks_only = row < 1.3f * f->legible || f->look->width < 85 * f->legible;
    if (!f->side_marks_only)
        return floorf(0.155f * f->look->width);
    if (f->look->width < 45 * f->legible)
        return 0;
    const int per_column = (int)fmaxf(1, height / (1.45f * f->small) - 1);
    const int columns = (PROPERTIES + per_column - 1) / per_column;
    return floorf((float)columns * 3.2f * f->word + f->gap);
}

/* From the bottom: tools, overview, words, times; the rest is the diagram's. */
static void set_boxes(struct picture_frame *f) {
    const float w = f->look->width, h = f->look->height, gap = f->gap;
    const float tools = f->look->has_no_tools ? 0 : floorf(fmaxf(50 * f->factor, 2.6f * f->legible));
    const float overview = floorf(fmaxf(48 * f->factor, 2.2f * f->legible));
    const float words = floorf(1.5f * f->small);
    float banner = floorf(fmaxf(128 * f->factor, 4.6f * f->legible));
    if (banner > 0.22f * h)
        banner = floorf(0.22f * h);
    f->banner = (struct canvas_rect){0, 0, w, banner};
    f->tools = (struct canvas_rect){0, h - tools, w, tools};
    f->overview = (struct canvas_rect){0, f->tools.y - overview - gap, w, overview};
    const float top = banner, below = f->overview.y - floorf(gap / 2);
    const float side = side_width(f, below - top);
    const float names = names_width(f, w), middle = w - names - side;
    f->side = (struct canvas_rect){w - side, top, side, below - top};
    f->info = (struct canvas_rect){0, below - words, w - side, words};
    f->axis = (struct canvas_rect){names, f->info.y - words, middle, words};
    f->names = (struct canvas_rect){0, top, names, f->axis.y - top};
    f->diagram = (struct canvas_rect){names, top, middle, f->axis.y - top};
    f->overview.x = names;
    f->overview.w = w - names - gap;
}

/* On paper there is less room, and names are short. */
static float names_width_alone(const struct picture_frame *f, float all) {
    return floorf(fminf(fmaxf(0.12f * all, 9.3f * f->legible), 0.3f * all));
}

static void set_boxes_alone(struct picture_frame *f, struct canvas_rect box) {
    const float words = floorf(1.5f * f->small), names = names_width_alone(f, box.w);
    f->axis = (struct canvas_rect){box.x + names, box.y + box.h - words, box.w - names, words};
    f->names = (struct canvas_rect){box.x, box.y, names, f->axis.y - box.y};
    f->diagram = (struct canvas_rect){box.x + names, box.y, box.w - names, f->axis.y - box.y};
}

/* Above the first row there is room for the label of a view. */
static float head(const struct picture_frame *f) {
    return floorf(0.6f * f->word);
}

/* On paper there is some below the last one, too. */
static float foot(const struct picture_frame *f) {
    return f->on_paper ? floorf(0.5f * f->word) : 0;
}

static float row_height(const struct picture_frame *f, int rows) {
    const float scale = f->legible / LEGIBLE, room = f->diagram.h - head(f) - foot(f);
    const float height = floorf(room / (float)(rows > 0 ? rows : 1));
    return fminf(fmaxf(height, ROW_LEAST * scale), fmaxf(ROW_MOST * f->factor, ROW_LEAST * scale));
}

static void set_rows(struct picture_frame *f) {
    f->rows = (int)history_row_count(f->history);
    if (f->look->row_limit > 0 && (int)f->look->row_limit < f->rows)
        f->rows = (int)f->look->row_limit;
    f->row_height = row_height(f, f->rows);
    f->ribbon = fmaxf(4, floorf(RIBBON_PART * f->row_height));
    const float room = (f->diagram.h - head(f) - foot(f)) / f->row_height;
    f->row_offset = fminf(fmaxf(f->look->row_offset, 0), fmaxf(0, (float)f->rows - floorf(room)));
    f->row_from = (int)ceilf(f->row_offset);
    f->row_to = (int)floorf(f->row_offset + room + 0.01f);
    f->row_to = f->row_to < f->rows ? f->row_to : f->rows;
}

static uint32_t place_of(double place) {
    return place <= 0 ? 0 : place >= (double)(HISTORY_NONE - 1) ? HISTORY_NONE - 1 : (uint32_t)place;
}

static void set_places(struct picture_frame *f) {
    const struct history *h = f->history;
    const uint32_t events = history_event_count(h);
    f->places = f->look->axis;
    f->left = f->look->left;
    f->unit = f->look->unit > 0 ? f->look->unit : 1;
    f->until = f->look->until < events ? f->look->until : events;
    f->now = f->look->now;
    if (f->now < 0 && f->until == events)
        f->now = (double)history_end(h, f->places);
    else if (f->now < 0) /* where the last one is that is shown */
        f->now = f->until <= history_forgotten(h) ? 0 : (double)history_event(h, f->until - 1)->at[f->places];
    f->from = place_of(floor(f->left));
    f->to = place_of(ceil(f->left + (double)f->diagram.w / f->unit));
    history_between(h, f->places, f->from, f->to, &f->first, &f->last);
    f->last = f->last < f->until ? f->last : f->until;
    f->first = f->first < f->last ? f->first : f->last;
}

/* Between which places the events of a block stand: those beside it count, for neighbours may have come the
 * other way round. */
static void block_places(const struct picture_frame *f, uint32_t first, uint32_t end, uint32_t *low,
                         uint32_t *high) {
    const uint32_t begin = history_forgotten(f->history), count = history_event_count(f->history);
    const uint32_t size = end - first;
    const uint32_t at[4] = {first - begin > size ? first - size : begin, first, end < count ? end : count - 1,
                            count - first > 2 * size ? first + 2 * size : count - 1};
    *low = HISTORY_NONE;
    *high = 0;
    for (int i = 0; i < 4; i++) {
        const uint32_t place = history_event(f->history, at[i])->at[f->places];
        *low = place < *low ? place : *low;
        *high = place > *high ? place : *high;
    }
}

static uint64_t count_seen(const struct picture_frame *f, uint32_t first, uint32_t end) {
    uint64_t count = 0;
    for (uint32_t i = first; i < end; i++) {
        const struct history_event *e = history_event(f->history, i);
        count += e->at[f->places] >= f->from && e->at[f->places] <= f->to && picture_is_message(f, e);
    }
    return count;
}

/* Those that begin in sight. A long arrow makes the range of events wide though few of them are to be seen;
 * only blocks at the edges are looked through, and not too many of them. */
static uint64_t messages_in_sight(const struct picture_frame *f) {
    uint64_t count = 0;
    uint32_t looked = 0, end;
    for (uint32_t i = picture_next(f, f->first); i < f->last; i = picture_next(f, end)) {
        uint32_t low, high;
        const uint32_t messages = picture_block(f->index, i, &end);
        const bool whole = end <= f->last;
        end = whole ? end : f->last;
        block_places(f, i, end, &low, &high);
        if (high < f->from || low > f->to)
            continue;
        if ((whole && low >= f->from && high <= f->to) || looked > LOOKS_MAX) {
            count += messages;
            continue;
        }
        count += count_seen(f, i, end);
        looked += end - i;
    }
    return count;
}

static void count_messages(struct picture_frame *f) {
    f->messages = picture_messages(f->index, f->history, f->first, f->last);
    if ((float)f->messages * SLIM_EACH * f->factor > f->diagram.w)
        f->messages = messages_in_sight(f);
    const float each = f->diagram.w / (float)(f->messages > 0 ? f->messages : 1); /* px */
    f->crowded = f->messages > PICTURE_ARROWS_MAX || (each < LEAST_EACH && f->messages > 60);
    f->slim = fminf(fmaxf(each / (SLIM_EACH * f->factor), 0.45f), 1);
}

/* Cuts between neighbours: messages are seen to end there. */
static void set_walls(struct picture_frame *f) {
    const uint32_t count = history_cut_count(f->history);
    for (uint32_t i = 0; i < count && f->wall_count < PICTURE_WALLS_MAX; i++) {
        const struct history_cut *c = history_cut(f->history, i);
        if ((c->from == c->to + 1 || c->to == c->from + 1) && c->begin[f->places] <= f->to &&
            c->end[f->places] >= f->from)
            f->walls[f->wall_count++] = i;
    }
}

static void set_focus(struct picture_frame *f) {
    f->focus_match = HISTORY_NONE;
    f->focus_origin = HISTORY_NOBODY;
    f->focus = f->look->hovered;
    f->has_focus = f->focus < f->until && f->focus >= history_forgotten(f->history);
    if (!f->has_focus)
        return;
    const struct history_event *e = history_event(f->history, f->focus);
    f->focus_match = e->match;
    f->focus_origin = e->m_origin;
    f->focus_n = e->m_n;
}

void picture_frame(struct picture_frame *f, struct canvas *c, const struct history *h,
                   const struct story *story, const struct picture_look *look,
                   const struct canvas_rect *alone) {
    memset(f, 0, offsetof(struct picture_frame, texts));
    f->c = c;
    f->history = h;
    f->story = story;
    f->look = look;
    f->index = look->index;
    f->paint = &paints[look->theme];
    f->on_paper = alone != NULL;
    f->crossed_by = HISTORY_NONE;
    f->folds_to = HUGE_VAL;
    set_sizes(f);
    if (alone != NULL)
        set_boxes_alone(f, *alone);
    else
        set_boxes(f);
    if (h == NULL)
        return;
    picture_index_update(f->index, h, look->shows_quiet);
    set_rows(f);
    set_places(f);
    count_messages(f);
    set_walls(f);
    set_focus(f);
    if (alone != NULL && f->until < history_event_count(h) && f->until > history_forgotten(h))
        f->folds_to = (double)history_event(h, f->until - 1)->at[f->places];
}

float picture_diagram_width(const struct picture_look *look) {
    struct picture_frame f = {.look = look};
    set_sizes(&f);
    set_boxes(&f);
    return f.diagram.w;
}

float picture_diagram_width_in(const struct picture_look *look, float width) {
    struct picture_frame f = {.look = look};
    set_sizes(&f);
    return width - names_width_alone(&f, width);
}

float picture_diagram_height_for(const struct picture_look *look, uint32_t rows, float row) {
    struct picture_frame f = {.look = look, .on_paper = true};
    set_sizes(&f);
    return head(&f) + foot(&f) + (float)rows * ceilf(row) + floorf(1.5f * f.small);
}

int picture_rows_that_fit(const struct picture_look *look, int rows) {
    struct picture_frame f = {.look = look};
    set_sizes(&f);
    set_boxes(&f);
    return (int)((f.diagram.h - head(&f)) / row_height(&f, rows));
}

/* -- Where things are ------------------------------------------------------------------------------------ */

float picture_x(const struct picture_frame *f, double place) {
    const double x = (double)f->diagram.x + (place - f->left) * f->unit;
    return (float)fmin(fmax(x, -1e5), 1e5); /* far outside is outside, and a float stays exact */
}

float picture_row_y(const struct picture_frame *f, int row) {
    return floorf(f->diagram.y + head(f) + ((float)row - f->row_offset + 0.5f) * f->row_height);
}

float picture_wall_y(const struct picture_frame *f, int row) {
    return floorf((picture_row_y(f, row) + picture_row_y(f, row + 1)) / 2);
}

float picture_edge(const struct picture_frame *f, int row, bool leads, int side) {
    const float high = leads ? floorf(LEADING * f->ribbon) : f->ribbon;
    const float top = picture_row_y(f, row) - floorf(high / 2);
    return side < 0 ? top : top + high;
}

uint32_t picture_next(const struct picture_frame *f, uint32_t event) {
    return event < f->last ? history_next(f->history, f->places, f->from, f->to, event, f->last) : f->last;
}

bool picture_row_visible(const struct picture_frame *f, int row) {
    return row >= f->row_from && row < f->row_to;
}

int picture_row_of(const struct picture_frame *f, uint16_t line) {
    const uint16_t row = line == HISTORY_NOBODY ? HISTORY_NOBODY : history_line(f->history, line)->row;
    return row == HISTORY_NOBODY ? -1 : row;
}

const char *picture_name_of(const struct picture_frame *f, uint16_t line) {
    return line == HISTORY_NOBODY ? "?" : history_line_name(f->history, line);
}

bool picture_is_message(const struct picture_frame *f, const struct history_event *e) {
    return (e->ev == TRACE_SEND || e->ev == TRACE_LOSE) && (e->flags & HISTORY_VOID) == 0 &&
           ((e->flags & HISTORY_QUIET) == 0 || f->look->shows_quiet);
}

bool picture_in_focus(const struct picture_frame *f, uint32_t event) {
    if (!f->has_focus || event == f->focus || event == f->focus_match)
        return f->has_focus;
    const struct history_event *e = history_event(f->history, event);
    return f->focus_origin != HISTORY_NOBODY && e->m_origin == f->focus_origin && e->m_n == f->focus_n;
}

struct canvas_color picture_pale(const struct picture_frame *f, struct canvas_color color) {
    return f->has_focus ? theme_mix(color, f->paint->back, 0.72f) : color;
}
