/* What is where: by the same frame that is drawn.
 */
#include "app/scope/picture_parts.h"

#include <float.h>
#include <math.h>

#define NEAR 10.0f /* px at 1920x1080: so far from an arrow one still means it */

static bool inside(const struct canvas_rect *r, float x, float y) {
    return x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h;
}

static float distance(const struct picture_arrow *a, float x, float y) {
    const float dx = a->to.x - a->from.x, dy = a->to.y - a->from.y, square = dx * dx + dy * dy;
    float share = square > 0 ? ((x - a->from.x) * dx + (y - a->from.y) * dy) / square : 0;
    share = fminf(fmaxf(share, 0), 1);
    return hypotf(x - a->from.x - share * dx, y - a->from.y - share * dy);
}

/* The nearest message; or what happened on the lifeline there. */
static uint32_t event_at(const struct picture_frame *f, float x, float y) {
    const float near = fmaxf(NEAR * f->factor, 6);
    float best = near;
    uint32_t found = HISTORY_NONE;
    struct picture_arrow a;
    if (f->crowded)
        return HISTORY_NONE;
    for (uint32_t i = picture_next(f, f->first); i < f->last; i = picture_next(f, i + 1)) {
        const struct history_event *e = history_event(f->history, i);
        float away = FLT_MAX;
        if (picture_arrow(f, i, &a)) {
            away = distance(&a, x, y);
        } else if (e->ev != TRACE_SEND && e->ev != TRACE_LOSE &&
                   (e->flags & (HISTORY_VOID | HISTORY_QUIET)) == 0 && (double)e->at[f->places] <= f->now) {
            const int row = picture_row_of(f, e->line);
            if (row >= 0 && picture_row_visible(f, row) &&
                fabsf(y - picture_row_y(f, row)) <= 0.65f * f->ribbon)
                away = fabsf(x - picture_x(f, (double)e->at[f->places]));
        }
        if (away < best) {
            best = away;
            found = i;
        }
    }
    return found;
}

static bool hit_links(const struct picture_frame *f, float x, float y, struct picture_hit *hit) {
    if (!f->look->shows_links)
        return false;
    const struct picture_links_box box = picture_links_box(f);
    if (!inside(&box.panel, x, y))
        return false;
    hit->part = PICTURE_NOWHERE;
    if (inside(&box.cells, x, y)) {
        hit->row = (int)((y - box.cells.y) / box.cell);
        hit->to_row = (int)((x - box.cells.x) / box.cell);
        if (hit->row < f->rows && hit->to_row < f->rows && hit->row != hit->to_row)
            hit->part = PICTURE_LINK;
    }
    return true;
}

static int row_at(const struct picture_frame *f, float y) {
    for (int row = f->row_from; row < f->row_to; row++)
        if (fabsf(y - picture_row_y(f, row)) <= f->row_height / 2)
            return row;
    return -1;
}

static void hit_diagram(const struct picture_frame *f, float x, float y, struct picture_hit *hit) {
    hit->part = PICTURE_DIAGRAM;
    hit->row = row_at(f, y);
    hit->place = f->left + (double)(x - f->diagram.x) / f->unit;
    hit->event = event_at(f, x, y);
    if (hit->event != HISTORY_NONE)
        hit->part = PICTURE_EVENT;
}

struct picture_hit picture_hit(struct canvas *c, const struct history *h, const struct story *story,
                               const struct picture_look *look, float x, float y) {
    struct picture_hit hit = {.row = -1, .to_row = -1, .event = HISTORY_NONE, .tool = -1};
    struct picture_look indexed;
    struct picture_index *own = NULL;
    if (!picture_with_index(look, &indexed, &own))
        return hit;
    static struct picture_frame f;
    picture_frame(&f, c, h, story, &indexed, NULL);
    if (hit_links(&f, x, y, &hit)) {
    } else if (inside(&f.banner, x, y)) {
        hit.part = PICTURE_SENTENCE;
    } else if (inside(&f.names, x, y)) {
        hit.row = row_at(&f, y);
        hit.part = hit.row >= 0 ? PICTURE_ROW : PICTURE_NOWHERE;
    } else if (inside(&f.diagram, x, y)) {
        hit_diagram(&f, x, y, &hit);
    } else if (inside(&f.overview, x, y)) {
        hit.part = PICTURE_OVERVIEW;
        hit.place = picture_overview_place(&f, x);
    }
    for (int p = 1; p < CHECK_PROPERTIES && hit.part == PICTURE_NOWHERE && inside(&f.side, x, y); p++) {
        const struct canvas_rect box = picture_property_box(&f, p);
        if (inside(&box, x, y)) {
            hit.part = PICTURE_PROPERTY;
            hit.property = p;
        }
    }
    struct picture_tool_sizes sizes;
    picture_tool_sizes(&f, &sizes);
    for (int t = 0; t < PICTURE_TOOLS && hit.part == PICTURE_NOWHERE && inside(&f.tools, x, y); t++) {
        const struct canvas_rect box = picture_tool_box(&f, &sizes, t);
        if (inside(&box, x, y)) {
            hit.part = PICTURE_TOOL;
            hit.tool = t;
        }
    }
    picture_index_destroy(&own);
    return hit;
}
