/* One table of the keys, laid out in as many columns as make the text largest.
 */
#include "app/ui/help.h"

#include <math.h>

struct key {
    const char *key, *does;
    const char *brief; /* for a window that is too small for the whole sentence; NULL: the same */
};

/* In the order of a lecture: the faults first, for they are what is forgotten. */
static const struct key keys[] = {
    {"K", "kill the leader", NULL},
    {"M", "crash the leader mid-broadcast", "crash mid-broadcast"},
    {"L", "lose the next message to this worker", "lose next message"},
    {"H", "hang the leader for 3 s", "hang the leader"},
    {"P", "cut this worker off, or heal", "cut off, heal"},
    {"N", "a new worker joins", NULL},
    {"X", "this worker leaves", NULL},
    {"C", "change colour now (or click)", "change colour"},
    {"Space", "pause, go on (or .)", NULL},
    {"\u2192", "one change", NULL},
    {"+ \u2212", "pace", NULL},
    {"Q", "close this worker", NULL},
    {"Ctrl+Q", "close all", NULL},
    {"F11", "full screen", NULL},
    {"T", "light, dark", NULL},
    {"?", "this help", NULL},
};
#define KEYS ((int)(sizeof keys / sizeof keys[0]))

#define CAP_WIDTH  3.9f /* of a key cap, in text sizes */
#define ROW_HEIGHT 1.35f
#define HEAD       2.0f /* of the title with the space below it */

static float widest_text(struct canvas *c) {
    float widest = 0; /* of a text of size 1 */
    for (int i = 0; i < KEYS; i++)
        widest = fmaxf(widest, canvas_text_width(c, keys[i].does, 100, CANVAS_REGULAR) / 100);
    return widest;
}

/* The text size with which all keys fit in `columns` columns. */
static float size_for(struct canvas *c, const struct tile_look *look, int columns, float margin) {
    int rows = (KEYS + columns - 1) / columns;
    float height = look->height - 2 * margin, width = (look->width - 2 * margin) / (float)columns;
    float by_height = height / ((float)rows * ROW_HEIGHT + HEAD);
    float by_width = width / (CAP_WIDTH + 0.6f + widest_text(c) + (columns > 1 ? 1.0f : 0));
    return floorf(fminf(by_height, by_width));
}

static void draw_key(struct canvas *c, const struct key *key, struct canvas_rect row, float size,
                     const struct theme_colors *colors) {
    struct canvas_rect cap = {row.x, row.y + 0.1f * size, CAP_WIDTH * size, row.h - 0.2f * size};
    struct canvas_style bold = {size, CANVAS_BOLD, CANVAS_CENTER, colors->ink};
    struct canvas_style plain = {size, CANVAS_REGULAR, CANVAS_LEFT, colors->ink};
    canvas_frame(c, cap, fmaxf(1, roundf(0.06f * size)), colors->quiet);
    canvas_text_in(c, (struct canvas_rect){cap.x + 2, cap.y, cap.w - 4, cap.h}, &bold, 0.7f * size, key->key);
    float left = (CAP_WIDTH + 0.6f) * size;
    struct canvas_rect rest = {row.x + left, row.y, row.w - left, row.h};
    bool is_brief = key->brief != NULL && canvas_text_width(c, key->does, size, CANVAS_REGULAR) > rest.w;
    canvas_text_in(c, rest, &plain, size, is_brief ? key->brief : key->does);
}

void help_draw(struct canvas *c, const struct tile_look *look) {
    const struct theme_colors *colors = theme_colors(look->theme);
    float margin = fmaxf(5, 0.03f * fminf(look->width, look->height));
    float smallest = 12 * look->scale, one = size_for(c, look, 1, margin), two = size_for(c, look, 2, margin);
    int columns = two > one ? 2 : 1;
    float size = fminf(fmaxf(fmaxf(one, two), smallest), 48 * look->scale);
    float row_height = ROW_HEIGHT * size, head = HEAD * size;
    int rows = (int)((look->height - 2 * margin - head) / row_height);
    int all_rows = (KEYS + columns - 1) / columns;
    rows = rows < all_rows ? rows : all_rows;

    canvas_note(c, "help");
    canvas_rect(c, (struct canvas_rect){0, 0, look->width, look->height}, colors->back);
    struct canvas_style title = {1.3f * size, CANVAS_BOLD, CANVAS_LEFT, colors->ink};
    struct canvas_rect top = {margin, margin, look->width - 2 * margin, 1.5f * size};
    canvas_text_in(c, top, &title, smallest, rows < all_rows ? "Keys (enlarge to see all)" : "Keys");
    float column_width = (look->width - 2 * margin) / (float)columns;
    for (int i = 0; i < KEYS && i / all_rows < columns; i++) {
        if (i % all_rows >= rows)
            continue;
        struct canvas_rect row = {margin + (float)(i / all_rows) * column_width,
                                  margin + head + (float)(i % all_rows) * row_height,
                                  column_width - (columns > 1 ? size : 0), row_height};
        draw_key(c, &keys[i], row, size, colors);
    }
}
