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
#define LEAST_HEIGHT 1.35f                /* of a swatch with its name */
#define PADDING      0.7f                 /* of both sides of the name */
#define GAP_MAX      0.12f                /* between swatches, in heights of a row */
#define NAME_BYTES   (TILE_NAME_SIZE + 1) /* with a question mark */

struct grid {
    int columns, rows, shown; /* shown < members: the last cell holds the count of the others */
    float w, h, gap;
    bool names;
};

static int shown_members(const struct tile_model *m) {
    return m->member_count < TILE_MEMBERS_MAX ? (int)m->member_count : TILE_MEMBERS_MAX;
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

float strip_height(struct canvas *c, const struct tile_model *m, float width, float row_height,
                   float smallest, int rows_max) {
    int cells = shown_members(m) + (m->member_count > TILE_MEMBERS_MAX);
    float narrowest = longest_name(c, m, smallest) + PADDING * smallest;
    float one_of_many = floorf(fmaxf(LEAST_HEIGHT * smallest, 0.72f * row_height));
    int rows = rows_for(cells, width, GAP_MAX * row_height, narrowest, rows_max);
    return rows <= 1 ? row_height : (float)rows * (one_of_many + GAP_MAX * row_height);
}

static struct grid plan(struct canvas *c, const struct tile_model *m, struct canvas_rect box,
                        float smallest) {
    struct grid g = {.gap = fmaxf(3, floorf(GAP_MAX * fminf(box.h, 3 * smallest))), .names = true};
    int cells = shown_members(m);
    bool counted = m->member_count > (uint32_t)cells;
    float narrowest = longest_name(c, m, smallest) + PADDING * smallest;
    int rows_max = (int)fmaxf(1, floorf((box.h + g.gap) / (LEAST_HEIGHT * smallest + g.gap)));
    g.rows = rows_for(cells + counted, box.w, g.gap, narrowest, rows_max);
    if (g.rows == 0) {
        float bare = BARE_SIZE * smallest;
        rows_max = (int)fmaxf(1, floorf((box.h + g.gap) / (bare + g.gap)));
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

static void draw_name(struct canvas *c, const struct tile_member *member, struct canvas_rect r,
                      float smallest, struct canvas_color fill) {
    char name[NAME_BYTES];
    struct canvas_rect box = {r.x + 0.25f * smallest, r.y, r.w - 0.5f * smallest, r.h};
    float wanted = fmaxf(smallest, floorf(0.5f * r.h));
    float size = canvas_fit_size(c, label(member, name), CANVAS_BOLD, wanted, smallest, box.w);
    if (member->down) { /* the name stands on a plate of its own, or the cross would hide it */
        float wide = fminf(canvas_text_width(c, name, size, CANVAS_BOLD) + 0.5f * size, box.w);
        canvas_rect(c, (struct canvas_rect){r.x + (r.w - wide) / 2, r.y + (r.h - size) / 2, wide, size},
                    fill);
    }
    struct canvas_style style = {size, CANVAS_BOLD, CANVAS_CENTER, theme_ink(fill)};
    canvas_text_in(c, box, &style, smallest, name);
}

/* The sign of those that are not heard, beside the name or alone; returns what is left for the name. */
static struct canvas_rect draw_silent(struct canvas *c, struct canvas_rect r, bool beside,
                                      struct canvas_color ink) {
    float side = floorf((beside ? 0.55f : 0.75f) * fminf(r.h, r.w));
    float x = beside ? r.x + 0.2f * r.h : r.x + (r.w - side) / 2;
    sign_draw(c, SIGN_SILENT, (struct canvas_rect){x, r.y + (r.h - side) / 2, side, side}, ink, ink);
    float used = beside ? 0.2f * r.h + side : 0;
    return (struct canvas_rect){r.x + used, r.y, r.w - used, r.h};
}

static void draw_swatch(struct canvas *c, const struct tile_member *member, struct canvas_rect r,
                        const struct grid *g, float smallest, struct canvas_color on) {
    struct canvas_color ink = theme_ink(on);
    struct canvas_color fill = member->known ? theme_rgb(member->color) : on;
    if (member->suspected)
        fill = theme_mix(fill, (struct canvas_color){0x80, 0x80, 0x80, 255}, 0.75f);
    struct canvas_color text = theme_ink(fill);
    float line = fmaxf(1, roundf(r.h * 0.04f));
    if (member->self)
        line = fminf(fmaxf(3, roundf(r.h * 0.1f)), r.h / 4);
    canvas_rect(c, r, fill);
    canvas_frame(c, r, line, ink);
    if (member->self) { /* a second line inside, so that the mark is seen on a black window as well */
        struct canvas_rect inner = {r.x + line, r.y + line, r.w - 2 * line, r.h - 2 * line};
        canvas_frame(c, inner, fmaxf(1, floorf(line / 2)), theme_opposite(ink));
    }
    if (member->down) {
        canvas_note(c, "crossed out");
        canvas_clip(c, &r);
        canvas_line(c, (struct canvas_point){r.x, r.y}, (struct canvas_point){r.x + r.w, r.y + r.h},
                    fmaxf(2, 0.08f * r.h), text);
        canvas_line(c, (struct canvas_point){r.x, r.y + r.h}, (struct canvas_point){r.x + r.w, r.y},
                    fmaxf(2, 0.08f * r.h), text);
        canvas_clip(c, NULL);
    }
    if (member->suspected)
        r = draw_silent(c, r, g->names, text);
    if (g->names)
        draw_name(c, member, r, smallest, fill);
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
