/* The swatches share one width, and rows are filled evenly: with 32 members it is two rows of 16, not
 * one of 20 and one of 12. A swatch's outline is the window's ink, for in sync its colour is the same
 * as the window's.
 */
#include "app/ui/strip.h"

#include "app/ui/sign.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* In sizes of the smallest text: */
#define BARE_SIZE    0.9f                 /* least width and height of a swatch without a name */
#define BARE_HEIGHT  1.25f                /* of one, where there is room */
#define LEAST_HEIGHT 1.35f                /* of a swatch with its name */
#define PADDING      0.7f                 /* of both sides of the name */
#define SHORT_NAME   4.0f                 /* width of a name that is shortened as far as makes sense */
#define GAP          0.3f                 /* between swatches */
#define NAME_SHARE   0.5f                 /* of a swatch's height: the size of its name */
#define SIGN_SHARE   0.6f                 /* ... of a sign beside it */
#define NAME_BYTES   (TILE_NAME_SIZE + 4) /* with a question mark, or an ellipsis */

struct grid {
    int columns, rows, shown; /* shown < members: the last cell holds the count of the others */
    float w, h, gap;
    bool names;
};

static int shown_members(const struct tile_model *m) {
    return m->member_count < TILE_MEMBERS_MAX ? (int)m->member_count : TILE_MEMBERS_MAX;
}

static float gap_of(float smallest) {
    return fmaxf(3, floorf(GAP * smallest));
}

/* The name, with a question mark where the colour is only a guess. */
static const char *label(const struct tile_member *member, char out[NAME_BYTES]) {
    snprintf(out, NAME_BYTES, "%s%s", member->name, member->known ? "" : "?");
    return out;
}

/* Of the others: the worker's own name stands large above, in the strip it may be cut. */
static float longest_name(struct canvas *c, const struct tile_model *m, float size) {
    float longest = 2 * size;
    char name[NAME_BYTES];
    for (int i = 0; i < shown_members(m); i++)
        if (!m->members[i].self)
            longest = fmaxf(longest, canvas_text_width(c, label(&m->members[i], name), size, CANVAS_BOLD));
    return longest;
}

/* Fewest rows in which `cells` of at least `narrowest` fit; 0 if they need more than `rows_max`. */
static int rows_for(int cells, float width, float gap, float narrowest, int rows_max) {
    int per_row = (int)((width + gap) / (narrowest + gap));
    if (per_row < 1)
        return 0;
    int rows = (cells + per_row - 1) / per_row;
    return rows <= rows_max ? rows : 0;
}

/* The width that the names take at the smallest size: whole, if the rows suffice for that. */
static float name_width(struct canvas *c, const struct tile_model *m, int cells, float width, float gap,
                        float smallest, int rows_max) {
    const float whole = longest_name(c, m, smallest) + PADDING * smallest;
    const float shortened = (SHORT_NAME + PADDING) * smallest;
    return whole <= shortened || rows_for(cells, width, gap, whole, rows_max) > 0 ? whole : shortened;
}

/* How large the names are that fit into swatches of that size. */
static float name_size(float w, float h, float narrowest, float smallest) {
    return fminf(NAME_SHARE * h, smallest * w / narrowest);
}

/* The rows, from `rows` to `rows_max`, with which the names are largest, if all of them are `height` high. */
static int best_rows(int cells, int rows, int rows_max, float width, float height, float gap, float narrowest,
                     float smallest) {
    int best = rows;
    float best_size = 0;
    for (; rows <= rows_max; rows++) {
        const int columns = (cells + rows - 1) / rows;
        const float w = (width - (float)(columns - 1) * gap) / (float)columns;
        const float h = (height - (float)(rows - 1) * gap) / (float)rows;
        const float size = name_size(w, h, narrowest, smallest);
        if (size > 1.05f * best_size) {
            best = rows;
            best_size = size;
        }
    }
    return best;
}

float strip_height(struct canvas *c, const struct tile_model *m, float width, float row_height,
                   float smallest, int rows_max) {
    const int cells = shown_members(m) + (m->member_count > TILE_MEMBERS_MAX);
    const float gap = gap_of(smallest);
    const float narrowest = name_width(c, m, cells, width, gap, smallest, rows_max);
    const float one_of_many = ceilf(fmaxf(LEAST_HEIGHT * smallest, 0.72f * row_height));
    int rows = rows_for(cells, width, gap, narrowest, rows_max);
    if (rows == 0) { /* no names */
        rows = rows_for(cells, width, gap, BARE_SIZE * smallest, rows_max);
        rows = rows == 0 ? rows_max : rows;
        return fmaxf(row_height, (float)rows * (ceilf(BARE_HEIGHT * smallest) + gap) - gap);
    }
    /* More rows than it takes, if the names are small in one. */
    for (; rows < rows_max; rows++) {
        const int columns = (cells + rows - 1) / rows;
        const float w = (width - (float)(columns - 1) * gap) / (float)columns;
        if (name_size(w, row_height, narrowest, smallest) >= 0.7f * NAME_SHARE * one_of_many)
            break;
    }
    return rows == 1 ? row_height : (float)rows * (one_of_many + gap) - gap;
}

static int rows_in(float height, float least, float gap) {
    return (int)fmaxf(1, floorf((height + gap) / (least + gap)));
}

static struct grid plan(struct canvas *c, const struct tile_model *m, struct canvas_rect box,
                        float smallest) {
    struct grid g = {.gap = gap_of(smallest), .names = true};
    int cells = shown_members(m);
    int rows_max = (int)fminf(STRIP_ROWS, (float)rows_in(box.h, LEAST_HEIGHT * smallest, g.gap));
    bool counted = m->member_count > (uint32_t)cells;
    const float narrowest = name_width(c, m, cells + counted, box.w, g.gap, smallest, rows_max);
    g.rows = rows_for(cells + counted, box.w, g.gap, narrowest, rows_max);
    if (g.rows > 0) {
        g.rows = best_rows(cells + counted, g.rows, rows_max, box.w, box.h, g.gap, narrowest, smallest);
    } else {
        const float bare = BARE_SIZE * smallest;
        rows_max = rows_in(box.h, bare, g.gap);
        g.names = false;
        g.rows = rows_for(cells + counted, box.w, g.gap, bare, rows_max);
        if (g.rows == 0) { /* not even bare: two cells at the end for the count */
            int per_row = (int)((box.w + g.gap) / (bare + g.gap));
            g.rows = rows_max;
            cells = per_row * rows_max - 3;
            cells = cells < 1 ? 1 : cells;
            counted = true;
        }
    }
    g.shown = cells;
    int all = cells + (counted ? g.names ? 1 : 3 : 0);
    g.columns = (all + g.rows - 1) / g.rows;
    g.h = (box.h - (float)(g.rows - 1) * g.gap) / (float)g.rows;
    g.w = floorf((box.w - (float)(g.columns - 1) * g.gap) / (float)g.columns);
    g.w = fminf(g.w, g.names ? fmaxf(4.2f * g.h, longest_name(c, m, 0.5f * g.h) + 0.5f * g.h) : 2 * g.h);
    return g;
}

static void draw_name(struct canvas *c, const struct tile_member *member, struct canvas_rect r, float border,
                      float smallest, struct canvas_color ink) {
    char name[NAME_BYTES];
    const float aside = border + 0.05f * smallest;
    const struct canvas_rect box = {r.x + aside, r.y, r.w - 2 * aside, r.h};
    const float wanted = fmaxf(smallest, floorf(NAME_SHARE * r.h));
    const float size = canvas_fit_size(c, label(member, name), CANVAS_BOLD, wanted, smallest, box.w);
    const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_CENTER, ink};
    canvas_shorten(c, name, sizeof name, size, CANVAS_BOLD, box.w);
    canvas_text_in(c, box, &style, smallest, name);
}

/* The sign of a member that is down or not heard, beside its name or alone; returns what is left for the
 * name. */
static struct canvas_rect draw_sign(struct canvas *c, enum sign sign, struct canvas_rect r, bool beside,
                                    struct canvas_color ink) {
    const float side = floorf((beside ? SIGN_SHARE : 0.75f) * fminf(r.h, r.w));
    const float indent = fmaxf(2, floorf(0.12f * fminf(r.h, r.w)));
    const float x = beside ? r.x + indent : r.x + (r.w - side) / 2;
    sign_draw(c, sign, (struct canvas_rect){x, r.y + (r.h - side) / 2, side, side}, ink, ink);
    const float used = beside ? indent + side : 0;
    return (struct canvas_rect){r.x + used, r.y, r.w - used, r.h};
}

/* A member's last known colour; grey where that tells nothing any more, and the colour behind it where none
 * was ever heard of. */
static struct canvas_color fill_of(const struct tile_member *member, struct canvas_color on) {
    const struct canvas_color fill = member->known ? theme_rgb(member->color) : on;
    return member->suspected || member->down
               ? theme_mix(fill, (struct canvas_color){0x80, 0x80, 0x80, 255}, 0.75f)
               : fill;
}

static void draw_swatch(struct canvas *c, const struct tile_member *member, struct canvas_rect r,
                        const struct grid *g, float smallest, struct canvas_color on) {
    const struct canvas_color ink = theme_ink(on), fill = fill_of(member, on), text = theme_ink(fill);
    float line = fmaxf(1, roundf(r.h * 0.04f));
    if (member->self)
        line = fmaxf(2, roundf(r.h * 0.09f)); /* and still apart from the name */
    const float border = member->self ? line + fmaxf(1, floorf(line / 2)) : line;
    canvas_rect(c, r, fill);
    canvas_frame(c, r, line, ink);
    if (member->self) { /* a second line inside, so that the mark is seen on a black window as well */
        struct canvas_rect inner = {r.x + line, r.y + line, r.w - 2 * line, r.h - 2 * line};
        canvas_frame(c, inner, border - line, theme_opposite(ink));
    }
    if (member->down)
        r = draw_sign(c, SIGN_FAILED, r, g->names, text);
    else if (member->suspected)
        r = draw_sign(c, SIGN_SILENT, r, g->names, text);
    if (g->names)
        draw_name(c, member, r, border, smallest, text);
}

void strip_draw(struct canvas *c, const struct tile_model *m, struct canvas_rect box, float smallest,
                struct canvas_color on) {
    if (m->member_count == 0)
        return;
    canvas_note(c, "strip");
    struct grid g = plan(c, m, box, smallest);
    for (int i = 0; i < g.shown; i++) {
        struct canvas_rect r = {box.x + (float)(i % g.columns) * (g.w + g.gap),
                                box.y + (float)(i / g.columns) * (g.h + g.gap), g.w, g.h};
        draw_swatch(c, &m->members[i], r, &g, smallest, on);
    }
    if ((uint32_t)g.shown < m->member_count) {
        char more[16];
        snprintf(more, sizeof more, "+%" PRIu32, m->member_count - (uint32_t)g.shown);
        struct canvas_style style = {smallest, CANVAS_BOLD, CANVAS_LEFT, theme_ink(on)};
        float x = box.x + (float)(g.shown % g.columns) * (g.w + g.gap);
        canvas_text_in(
            c, (struct canvas_rect){x, box.y + (float)(g.rows - 1) * (g.h + g.gap), box.x + box.w - x, g.h},
            &style, smallest, more);
    }
}
