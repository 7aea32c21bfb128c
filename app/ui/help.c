/* Laid out in as many columns as make the text largest, on as many pages as it takes to keep it legible.
 */
#include "app/ui/help.h"

#include <math.h>
#include <stdio.h>

#define CAP_WIDTH  4.4f /* of a key cap, in text sizes */
#define ROW_HEIGHT 1.3f
#define HEAD       1.8f /* of the title with the space below it */
#define SMALLEST   12   /* of legible text, in scales */
#define LARGEST    48

struct layout {
    float margin, smallest, size, row_height, head, column_width, gap;
    int columns, rows, pages; /* rows of a column */
};

/* Of a text of size 1. */
static float widest_text(struct canvas *c, const struct help_table *t) {
    float widest = 0;
    for (int i = 0; i < t->count; i++)
        widest = fmaxf(widest, canvas_text_width(c, t->rows[i].does, 100, CANVAS_REGULAR) / 100);
    return widest;
}

/* The text size with which all keys fit in `columns` columns. */
static float size_for(struct canvas *c, const struct help_table *t, const struct help_look *look, int columns,
                      float margin) {
    int rows = (t->count + columns - 1) / columns;
    float height = look->height - 2 * margin, width = (look->width - 2 * margin) / (float)columns;
    float by_height = height / ((float)rows * ROW_HEIGHT + HEAD);
    float by_width = width / (CAP_WIDTH + 0.6f + widest_text(c, t) + (columns > 1 ? 1.0f : 0));
    return floorf(fminf(by_height, by_width));
}

static struct layout lay_out(struct canvas *c, const struct help_table *t, const struct help_look *look) {
    struct layout l = {.margin = fmaxf(5, 0.03f * fminf(look->width, look->height))};
    l.smallest = SMALLEST * look->scale;
    float one = size_for(c, t, look, 1, l.margin), two = size_for(c, t, look, 2, l.margin);
    l.columns = two > one ? 2 : 1;
    l.size = fminf(fmaxf(fmaxf(one, two), l.smallest), LARGEST * look->scale);
    l.row_height = ROW_HEIGHT * l.size;
    l.head = HEAD * l.size;
    l.gap = l.columns > 1 ? l.size : 0;
    l.column_width = (look->width - 2 * l.margin) / (float)l.columns;
    int all = (t->count + l.columns - 1) / l.columns;
    l.rows = (int)((look->height - 2 * l.margin - l.head) / l.row_height);
    l.rows = l.rows < 1 ? 1 : l.rows < all ? l.rows : all;
    l.pages = (t->count + l.rows * l.columns - 1) / (l.rows * l.columns);
    return l;
}

/* Where row `i` of the table is; width 0: on another page. */
static struct canvas_rect place_of(const struct layout *l, int page, int i) {
    int on_page = l->rows * l->columns, at = i - page * on_page;
    if (at < 0 || at >= on_page)
        return (struct canvas_rect){0, 0, 0, 0};
    return (struct canvas_rect){l->margin + (float)(at / l->rows) * l->column_width,
                                l->margin + l->head + (float)(at % l->rows) * l->row_height,
                                l->column_width - l->gap, l->row_height};
}

static int caps_of(const struct help_row *row) {
    int count = 0;
    while (count < HELP_CAPS_MAX && row->cap[count].key != NULL)
        count++;
    return count;
}

static struct canvas_rect cap_of(const struct layout *l, struct canvas_rect row, int cap, int caps) {
    float gap = caps > 1 ? 0.12f * l->size : 0;
    float width = (CAP_WIDTH * l->size - gap * (float)(caps - 1)) / (float)caps;
    return (struct canvas_rect){row.x + (float)cap * (width + gap), row.y + 0.1f * l->size, width,
                                row.h - 0.2f * l->size};
}

static void draw_row(struct canvas *c, const struct help_row *key, const struct layout *l,
                     struct canvas_rect row, const struct theme_colors *colors) {
    struct canvas_style bold = {l->size, CANVAS_BOLD, CANVAS_CENTER, colors->ink};
    struct canvas_style plain = {l->size, CANVAS_REGULAR, CANVAS_LEFT, colors->ink};
    int caps = caps_of(key);
    for (int i = 0; i < caps; i++) {
        struct canvas_rect cap = cap_of(l, row, i, caps);
        canvas_frame(c, cap, fmaxf(1, roundf(0.06f * l->size)), colors->quiet);
        canvas_text_in(c, cap, &bold, l->smallest, key->cap[i].key);
    }
    float left = (CAP_WIDTH + 0.6f) * l->size;
    struct canvas_rect rest = {row.x + left, row.y, row.w - left, row.h};
    bool is_brief = key->brief != NULL && canvas_text_width(c, key->does, l->size, CANVAS_REGULAR) > rest.w;
    canvas_text_in(c, rest, &plain, l->size, is_brief ? key->brief : key->does);
}

void help_draw(struct canvas *c, const struct help_table *t, const struct help_look *look) {
    const struct theme_colors *colors = theme_colors(look->theme);
    const struct layout l = lay_out(c, t, look);
    const int page = look->page % l.pages;
    char head[64] = "Keys";
    if (l.pages > 1)
        snprintf(head, sizeof head, "Keys %d/%d (?: more)", page + 1, l.pages);
    canvas_note(c, "help");
    canvas_rect(c, (struct canvas_rect){0, 0, look->width, look->height}, colors->back);
    struct canvas_style title = {1.3f * l.size, CANVAS_BOLD, CANVAS_LEFT, colors->ink};
    struct canvas_rect top = {l.margin, l.margin, look->width - 2 * l.margin, 1.5f * l.size};
    canvas_text_in(c, top, &title, l.smallest, head);
    for (int i = 0; i < t->count; i++) {
        struct canvas_rect row = place_of(&l, page, i);
        if (row.w > 0)
            draw_row(c, &t->rows[i], &l, row, colors);
    }
}

int help_pages(struct canvas *c, const struct help_table *t, const struct help_look *look) {
    return lay_out(c, t, look).pages;
}

static bool within(struct canvas_rect r, float x, float y) {
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

int help_hit(struct canvas *c, const struct help_table *t, const struct help_look *look, float x, float y) {
    const struct layout l = lay_out(c, t, look);
    for (int i = 0; i < t->count; i++) {
        struct canvas_rect row = place_of(&l, look->page % l.pages, i);
        int caps = caps_of(&t->rows[i]);
        if (!within(row, x, y))
            continue;
        for (int cap = 0; cap < caps; cap++) {
            if (within(cap_of(&l, row, cap, caps), x, y))
                return t->rows[i].cap[cap].action;
        }
        return caps == 1 ? t->rows[i].cap[0].action : 0; /* else it must be said which */
    }
    return 0;
}
