/* How a menu is drawn; what was drawn where is kept for the mouse. */
#include "app/ui/menu.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SMALLEST    12    /* of legible text, in scales */
#define LARGEST     34    /* beyond it lines are far apart, and no easier to read */
#define COMFORTABLE 18    /* smaller only where the width forces it; then rather scroll */
#define ROW         1.55f /* height of a line, in text sizes */

struct layout {
    const struct theme_colors *colors;
    float smallest, size, margin;
    struct canvas_rect head, tabs, foot;
    bool names; /* there is room for a column of them */
    bool cuts;  /* there is not even room for all sentences: below, the chosen one is told whole */
    float name_left, name_width; /* from the left end of a row */
};

static float widest(struct canvas *c, const struct menu *m, bool names) {
    float width = 1; /* of a text of size 1 */
    for (int i = 0; i < m->item_count; i++) {
        const char *text = names ? m->items[i].name : m->items[i].sentence;
        width = fmaxf(width, canvas_text_width(c, text, 100, CANVAS_REGULAR) / 100);
    }
    return width;
}

static int longest_group(const struct menu *m) {
    int most = 1;
    for (int g = 0; g < m->group_count; g++) {
        int count = 0;
        for (int i = 0; i < m->item_count; i++)
            count += m->items[i].group == g;
        most = count > most ? count : most;
    }
    return most;
}

static struct layout lay_out(struct canvas *c, struct menu *m, const struct menu_look *look) {
    struct layout l = {.colors = theme_colors(look->theme), .smallest = SMALLEST * look->scale};
    const float lines = (float)longest_group(m) + 4.2f; /* with what is above and below them */
    l.margin = fmaxf(4 * look->scale, 0.02f * fminf(look->width, look->height));
    const float width = look->width - 2 * l.margin, height = look->height - 2 * l.margin;
    const float by_height = fmaxf(height / (lines * ROW), COMFORTABLE * look->scale);
    const float by_width = (width - 2 * l.margin) / (widest(c, m, false) + 0.8f);
    l.size = floorf(fmaxf(l.smallest, fminf(fminf(by_height, by_width), LARGEST * look->scale)));
    const float row = floorf(ROW * l.size);
    l.cuts = by_width < l.size;
    const float below = l.cuts ? 1.9f * row : height >= 14 * row ? 1.2f * row : 0;
    l.head = (struct canvas_rect){l.margin, l.margin, width, 1.2f * row};
    l.tabs = (struct canvas_rect){l.margin, l.head.y + l.head.h, width, 1.15f * row};
    l.foot = (struct canvas_rect){l.margin, l.margin + height - below, width, below};
    const float top = l.tabs.y + l.tabs.h + 0.35f * row;
    m->row_height = row;
    m->rows = (int)fmaxf(1, floorf((l.foot.y - top) / row));
    m->list = (struct canvas_rect){l.margin, top, width, (float)m->rows * row};
    l.name_left = (widest(c, m, false) + 2) * l.size;
    l.name_width = (widest(c, m, true) + 1) * l.size;
    l.names = l.name_left + l.name_width < width;
    return l;
}

static void draw_head(struct canvas *c, const struct menu *m, const struct layout *l) {
    const bool typed = m->filter[0] != '\0';
    struct canvas_style bold = {1.25f * l->size, CANVAS_BOLD, CANVAS_LEFT, l->colors->ink};
    struct canvas_style plain = {l->size, CANVAS_REGULAR, CANVAS_RIGHT, l->colors->ink};
    const float title = canvas_text_width(c, m->title, bold.size, CANVAS_BOLD) + l->size;
    char text[MENU_FILTER_MAX + 16];
    snprintf(text, sizeof text, "\u201c%s\u201d", m->filter);
    struct canvas_rect right = {l->head.x + title, l->head.y, l->head.w - title, l->head.h};
    if (typed && right.w < 5 * l->size) { /* what one types is what one looks at */
        right = l->head;
        plain.anchor = CANVAS_LEFT;
    } else {
        canvas_text_in(c, l->head, &bold, l->smallest, m->title);
    }
    if (typed)
        canvas_text_in(c, right, &plain, l->smallest, text);
    else if (canvas_text_width(c, "type to search", l->smallest, CANVAS_REGULAR) <= right.w)
        canvas_text_in(c, right, &plain, l->smallest, "type to search");
}

static void draw_tab(struct canvas *c, const struct menu *m, const struct layout *l, int group,
                     struct canvas_rect box) {
    const bool here = group == m->group;
    struct canvas_style style = {l->size, here ? CANVAS_BOLD : CANVAS_REGULAR, CANVAS_CENTER, l->colors->ink};
    const float line = fmaxf(1, roundf(0.06f * l->size));
    if (here)
        canvas_rect(c, (struct canvas_rect){box.x, box.y + box.h - 3 * line, box.w, 3 * line},
                    l->colors->ink);
    if (menu_left(m, group) == 0) { /* crossed out: nothing of it has what was typed */
        const float middle = box.y + box.h / 2;
        const float half = canvas_text_width(c, m->groups[group], l->size, style.weight) / 2;
        canvas_rect(c, (struct canvas_rect){box.x + box.w / 2 - half, middle - line, 2 * half, line},
                    l->colors->ink);
    }
    canvas_text_in(c, box, &style, l->smallest, m->groups[group]);
}

/* Side by side; where there is no room for all, the present one with an arrow to its neighbours. */
static void draw_tabs(struct canvas *c, struct menu *m, const struct layout *l) {
    float widest_tab = 1;
    memset(m->tabs, 0, sizeof m->tabs);
    if (m->group_count < 2)
        return;
    for (int g = 0; g < m->group_count; g++)
        widest_tab = fmaxf(widest_tab, canvas_text_width(c, m->groups[g], l->size, CANVAS_BOLD) + l->size);
    const float line = fmaxf(1, roundf(0.06f * l->size));
    canvas_rect(c, (struct canvas_rect){l->tabs.x, l->tabs.y + l->tabs.h - line, l->tabs.w, line},
                l->colors->quiet);
    if (widest_tab * (float)m->group_count <= l->tabs.w) {
        const float width = fminf(l->tabs.w / (float)m->group_count, 1.6f * widest_tab);
        for (int g = 0; g < m->group_count; g++) {
            m->tabs[g] = (struct canvas_rect){l->tabs.x + (float)g * width, l->tabs.y, width, l->tabs.h};
            draw_tab(c, m, l, g, m->tabs[g]);
        }
        return;
    }
    const float arrow = 1.6f * l->size;
    const struct canvas_style style = {l->size, CANVAS_BOLD, CANVAS_CENTER, l->colors->ink};
    const struct canvas_rect left = {l->tabs.x, l->tabs.y, arrow, l->tabs.h};
    const struct canvas_rect right = {l->tabs.x + l->tabs.w - arrow, l->tabs.y, arrow, l->tabs.h};
    draw_tab(c, m, l, m->group,
             (struct canvas_rect){left.x + arrow, l->tabs.y, l->tabs.w - 2 * arrow, l->tabs.h});
    if (m->group > 0) {
        m->tabs[m->group - 1] = left;
        canvas_text_in(c, left, &style, l->smallest, "\u2190");
    }
    if (m->group + 1 < m->group_count) {
        m->tabs[m->group + 1] = right;
        canvas_text_in(c, right, &style, l->smallest, "\u2192");
    }
}

static void draw_row(struct canvas *c, const struct menu *m, const struct layout *l, int item,
                     struct canvas_rect row) {
    const bool chosen = item == m->chosen;
    const struct canvas_color ink = chosen ? l->colors->back : l->colors->ink;
    const struct canvas_style style = {l->size, CANVAS_REGULAR, CANVAS_LEFT, ink};
    const float pad = 0.4f * l->size;
    if (chosen) {
        canvas_note(c, "chosen");
        canvas_rect(c, row, l->colors->ink);
    }
    struct canvas_rect text = {row.x + pad, row.y, l->names ? l->name_left : row.w - 2 * pad, row.h};
    canvas_text_in(c, text, &style, l->smallest, m->items[item].sentence);
    if (l->names) {
        text.x += l->name_left;
        text.w = l->name_width;
        canvas_text_in(c, text, &style, l->smallest, m->items[item].name);
    }
}

static void draw_list(struct canvas *c, struct menu *m, const struct layout *l) {
    const int count = menu_left(m, m->group);
    const bool scrolls = count > m->rows;
    const float bar = scrolls ? fmaxf(4, roundf(0.3f * l->size)) : 0;
    if (count == 0) {
        char text[MENU_FILTER_MAX + 32];
        const struct canvas_style style = {l->size, CANVAS_REGULAR, CANVAS_LEFT, l->colors->ink};
        snprintf(text, sizeof text, m->filter[0] ? "nothing has \u201c%s\u201d" : "nothing here%s",
                 m->filter);
        canvas_text_in(c, (struct canvas_rect){m->list.x, m->list.y, m->list.w, m->row_height}, &style,
                       l->smallest, text);
    }
    for (int i = 0; i < m->rows && m->top + i < count; i++) {
        const struct canvas_rect row = {m->list.x, m->list.y + (float)i * m->row_height,
                                        m->list.w - (scrolls ? 2 * bar : 0), m->row_height};
        draw_row(c, m, l, menu_item(m, m->top + i), row);
    }
    if (!scrolls)
        return;
    const float part = m->list.h / (float)count;
    canvas_note(c, "scroll");
    canvas_rect(c, (struct canvas_rect){m->list.x + m->list.w - bar, m->list.y, bar, m->list.h},
                theme_mix(l->colors->back, l->colors->quiet, 0.35f));
    canvas_rect(c,
                (struct canvas_rect){m->list.x + m->list.w - bar, m->list.y + (float)m->top * part, bar,
                                     (float)m->rows * part},
                l->colors->ink);
}

static void draw_foot(struct canvas *c, const struct menu *m, const struct layout *l) {
    static const char *const hints[] = {"\u2191\u2193 choose   \u2190\u2192 rung   Enter start   Esc back",
                                        "\u2191\u2193 \u2190\u2192 choose   Enter start",
                                        "Enter start   Esc back"};
    const struct canvas_style style = {l->size, CANVAS_REGULAR, CANVAS_LEFT, l->colors->ink};
    struct canvas_line_text lines[2];
    struct canvas_rect line = l->foot;
    if (l->cuts && m->chosen >= 0 &&
        canvas_text_width(c, m->items[m->chosen].sentence, l->size, CANVAS_REGULAR) >
            l->foot.w - 2 * l->size) {
        const int count =
            canvas_wrap(c, m->items[m->chosen].sentence, l->size, CANVAS_REGULAR, l->foot.w, lines, 2);
        line.h = l->foot.h / 2;
        for (int i = 0; i < count; i++, line.y += line.h)
            canvas_text_in(c, line, &style, l->smallest, lines[i].text);
        return;
    }
    size_t i = 0;
    while (i + 1 < sizeof hints / sizeof hints[0] &&
           canvas_text_width(c, hints[i], l->size, CANVAS_REGULAR) > l->foot.w)
        i++;
    if (l->foot.h > 0)
        canvas_text_in(c, l->foot, &style, l->smallest, hints[i]);
}

void menu_draw(struct canvas *c, struct menu *m, const struct menu_look *look) {
    const struct layout l = lay_out(c, m, look);
    menu_follow(m);
    canvas_note(c, "menu");
    canvas_rect(c, (struct canvas_rect){0, 0, look->width, look->height}, l.colors->back);
    draw_head(c, m, &l);
    draw_tabs(c, m, &l);
    draw_list(c, m, &l);
    draw_foot(c, m, &l);
}
