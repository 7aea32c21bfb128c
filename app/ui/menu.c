/* The menu's model: what is left of it, and what is chosen. menu_draw.c draws it. */
#include "app/ui/menu.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* -- What is left ------------------------------------------------------------------------------------------
 */

static bool has(const char *text, const char *word, size_t size) {
    for (; *text; text++) {
        size_t same = 0;
        while (same < size && tolower((unsigned char)text[same]) == tolower((unsigned char)word[same]))
            same++;
        if (same == size)
            return true;
    }
    return false;
}

/* All words that were typed are in its name or its sentence. */
static bool is_left(const struct menu *m, int i) {
    const struct menu_item *item = &m->items[i];
    for (const char *word = m->filter; *word;) {
        const size_t size = strcspn(word, " ");
        if (size > 0 && !has(item->name, word, size) && !has(item->sentence, word, size))
            return false;
        word += size + strspn(word + size, " ");
    }
    return true;
}

static bool is_shown(const struct menu *m, int i) {
    return m->items[i].group == m->group && is_left(m, i);
}

int menu_left(const struct menu *m, int group) {
    int count = 0;
    for (int i = 0; i < m->item_count; i++)
        count += m->items[i].group == group && is_left(m, i);
    return count;
}

int menu_item(const struct menu *m, int row) {
    for (int i = 0; i < m->item_count; i++) {
        if (is_shown(m, i) && row-- == 0)
            return i;
    }
    return -1;
}

static int row_of(const struct menu *m, int item) {
    int row = 0;
    for (int i = 0; i < item; i++)
        row += is_shown(m, i);
    return row;
}

/* -- Moving ------------------------------------------------------------------------------------------------
 */

void menu_follow(struct menu *m) {
    const int rows = m->rows > 0 ? m->rows : 1, count = menu_left(m, m->group);
    const int row = m->chosen < 0 ? 0 : row_of(m, m->chosen);
    if (row < m->top)
        m->top = row;
    if (row >= m->top + rows)
        m->top = row - rows + 1;
    if (m->top > count - rows)
        m->top = count - rows;
    if (m->top < 0)
        m->top = 0;
}

static void choose_row(struct menu *m, int row) {
    const int count = menu_left(m, m->group);
    m->chosen = count == 0 ? -1 : menu_item(m, row < 0 ? 0 : row >= count ? count - 1 : row);
    menu_follow(m);
}

static void enter_group(struct menu *m, int group) {
    const struct menu_item *before = m->chosen < 0 ? NULL : &m->items[m->chosen];
    m->group = group;
    m->top = 0;
    for (int i = 0; before && i < m->item_count; i++) {
        if (is_shown(m, i) && strcmp(m->items[i].sentence, before->sentence) == 0) {
            m->chosen = i;
            menu_follow(m);
            return;
        }
    }
    choose_row(m, before ? row_of(m, m->chosen) : 0);
}

static void step_group(struct menu *m, int step) {
    for (int group = m->group + step; group >= 0 && group < m->group_count; group += step) {
        if (menu_left(m, group) > 0) {
            enter_group(m, group);
            return;
        }
    }
}

/* After typing: where something is left. */
static void filtered(struct menu *m) {
    for (int i = 0; i < m->group_count && menu_left(m, m->group) == 0; i++) {
        if (menu_left(m, i) > 0)
            enter_group(m, i);
    }
    if (m->chosen < 0 || !is_shown(m, m->chosen))
        choose_row(m, 0);
    menu_follow(m);
}

/* -- The interface -----------------------------------------------------------------------------------------
 */

void menu_clear(struct menu *m, const char *title) {
    memset(m, 0, sizeof *m);
    snprintf(m->title, sizeof m->title, "%s", title);
    m->chosen = -1;
}

void menu_add(struct menu *m, const char *group, const char *name, const char *sentence) {
    int g = 0;
    while (g < m->group_count && strcmp(m->groups[g], group) != 0)
        g++;
    if (g == MENU_GROUPS_MAX || m->item_count == MENU_ITEMS_MAX)
        return;
    if (g == m->group_count)
        snprintf(m->groups[m->group_count++], sizeof m->groups[0], "%s", group);
    struct menu_item *item = &m->items[m->item_count++];
    snprintf(item->name, sizeof item->name, "%s", name);
    snprintf(item->sentence, sizeof item->sentence, "%s", sentence);
    item->group = g;
}

void menu_open(struct menu *m, const char *group) {
    m->is_open = true;
    m->filter[0] = '\0';
    m->group = 0;
    for (int g = 0; group && g < m->group_count; g++)
        m->group = strcmp(m->groups[g], group) == 0 ? g : m->group;
    m->top = 0;
    choose_row(m, 0);
}

void menu_close(struct menu *m) {
    m->is_open = false;
}

static enum menu_result settle(struct menu *m, enum menu_result result) {
    m->is_open = false;
    return result;
}

enum menu_result menu_press(struct menu *m, enum menu_key key) {
    const int row = m->chosen < 0 ? 0 : row_of(m, m->chosen), page = m->rows > 1 ? m->rows - 1 : 1;
    if (!m->is_open)
        return MENU_STAYS;
    switch (key) {
    case MENU_UP: choose_row(m, row - 1); break;
    case MENU_DOWN: choose_row(m, row + 1); break;
    case MENU_PAGE_UP: choose_row(m, row - page); break;
    case MENU_PAGE_DOWN: choose_row(m, row + page); break;
    case MENU_FIRST: choose_row(m, 0); break;
    case MENU_LAST: choose_row(m, MENU_ITEMS_MAX); break;
    case MENU_GROUP_BEFORE: step_group(m, -1); break;
    case MENU_GROUP_AFTER: step_group(m, 1); break;
    case MENU_ERASE: {
        size_t size = strlen(m->filter);
        while (size > 0 && ((unsigned char)m->filter[size - 1] & 0xc0) == 0x80)
            size--;
        m->filter[size > 0 ? size - 1 : 0] = '\0';
        filtered(m);
        break;
    }
    case MENU_ENTER: return m->chosen < 0 ? MENU_STAYS : settle(m, MENU_CHOSEN);
    case MENU_ESCAPE: return settle(m, MENU_CLOSED);
    }
    return MENU_STAYS;
}

void menu_type(struct menu *m, const char *text) {
    const size_t used = strlen(m->filter), size = strlen(text);
    if (!m->is_open || used + size >= sizeof m->filter || (used == 0 && *text == ' '))
        return;
    memcpy(m->filter + used, text, size + 1);
    filtered(m);
}

static bool within(struct canvas_rect r, float x, float y) {
    return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static int item_at(const struct menu *m, float x, float y) {
    if (m->row_height <= 0 || !within(m->list, x, y))
        return -1;
    return menu_item(m, m->top + (int)((y - m->list.y) / m->row_height));
}

enum menu_result menu_click(struct menu *m, float x, float y) {
    const int item = item_at(m, x, y);
    if (!m->is_open)
        return MENU_STAYS;
    if (item >= 0) {
        m->chosen = item;
        return settle(m, MENU_CHOSEN);
    }
    for (int g = 0; g < m->group_count; g++) {
        if (within(m->tabs[g], x, y))
            enter_group(m, g);
    }
    return MENU_STAYS;
}

void menu_point(struct menu *m, float x, float y) {
    const int item = item_at(m, x, y);
    if (m->is_open && item >= 0)
        m->chosen = item;
}

void menu_scroll(struct menu *m, int rows) {
    const int row = m->chosen < 0 ? 0 : row_of(m, m->chosen);
    choose_row(m, row + rows);
}
