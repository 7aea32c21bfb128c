/* Messages: from the edge of one lifeline to the edge of another, behind those in between.
 *
 * What happened to a message is told by its shape: it arrived (a full head), it is on its way (it grows, a
 * dot at its tip), it was lost (dashed, a cross short of its target), it was there already (a hollow head).
 * What it is for is told by its colour and by the mark at its tail.
 */
#include "app/scope/picture_parts.h"

#include <math.h>

#define DASHES_MAX 100

enum picture_kind picture_kind_of(unsigned type) {
    if (type >= GMS_TYPES)
        return KIND_QUIET;
    switch ((enum gms_type)type) {
    case GMS_MSG: return KIND_CHANGE;
    case GMS_REQUEST: return KIND_REQUEST;
    case GMS_VIEW:
    case GMS_SUSPECT:
    case GMS_PREPARE:
    case GMS_PROMISE:
    case GMS_ACCEPT:
    case GMS_ACCEPTED:
    case GMS_INSTALL: return KIND_VIEW;
    case GMS_JOIN:
    case GMS_LEAVE:
    case GMS_EXCLUDED: return KIND_MEMBER;
    case GMS_NACK:
    case GMS_TOO_OLD: return KIND_REPAIR;
    case GMS_ACK:
    case GMS_HEARTBEAT:
    case GMS_COMMIT:
    case GMS_TYPES: break;
    }
    return KIND_QUIET;
}

/* -- Where they are -------------------------------------------------------------------------------------- */

bool picture_leads_at(const struct picture_frame *f, int row, double place) {
    const struct history_row *r = history_row(f->history, (uint32_t)row);
    return r->span_count > 0 && r->spans[picture_span_from(f, r, 0, place)].leads;
}

static void set_ends(const struct picture_frame *f, struct picture_arrow *a, int row, int to_row, double from,
                     double to) {
    const int side = to_row > row ? 1 : -1;
    a->from =
        (struct canvas_point){picture_x(f, from), picture_edge(f, row, picture_leads_at(f, row, from), side)};
    a->to = (struct canvas_point){picture_x(f, to),
                                  picture_edge(f, to_row, picture_leads_at(f, to_row, to), -side)};
}

static void shorten(struct picture_arrow *a, float share) {
    a->to.x = a->from.x + (a->to.x - a->from.x) * share;
    a->to.y = a->from.y + (a->to.y - a->from.y) * share;
}

/* About as far to the right as messages go. */
static double usual_reach(const struct picture_frame *f) {
    return fmax(1, (double)(34 * f->factor) / f->unit);
}

/* The cut that it could not pass, the first on its way: the row above it; -1: none. */
static int wall_between(const struct picture_frame *f, int row, int to_row, uint32_t at) {
    const int step = to_row > row ? 1 : -1;
    for (int r = row; r != to_row; r += step)
        for (int i = 0; i < f->wall_count; i++) {
            const struct history_cut *c = history_cut(f->history, f->walls[i]);
            if (c->from == r && c->to == r + step && at >= c->begin[f->places] && at <= c->end[f->places])
                return step > 0 ? r : r - 1;
        }
    return -1;
}

static void set_sent(const struct picture_frame *f, struct picture_arrow *a, const struct history_event *e,
                     int row, int to_row) {
    const double at = (double)e->at[f->places], reach = usual_reach(f);
    const struct history_event *r =
        e->match != HISTORY_NONE && e->match < f->until ? history_event(f->history, e->match) : NULL;
    if (r != NULL) {
        const double came = fmax((double)r->at[f->places], at);
        set_ends(f, a, row, to_row, at, came);
        a->end = (r->flags & HISTORY_DUPLICATE) != 0 ? END_DUPLICATE
                 : (r->flags & HISTORY_REFUSED) != 0 ? END_REFUSED
                                                     : END_DELIVERED;
        if (came > f->now && came > at) {
            a->end = END_FLYING;
            shorten(a, (float)((f->now - at) / (came - at)));
        }
        return;
    }
    set_ends(f, a, row, to_row, at, at + reach);
    if (e->ev == TRACE_LOSE || (e->flags & HISTORY_VANISHED) != 0) {
        const float room = f->row_height - f->ribbon, high = fmaxf(fabsf(a->to.y - a->from.y), room);
        const int wall = e->ev == TRACE_LOSE ? wall_between(f, row, to_row, e->at[f->places]) : -1;
        a->end = END_LOST;
        shorten(a, wall >= 0 ? fabsf(picture_wall_y(f, wall) - a->from.y) / high
                             : 1 - 0.45f * room / high); /* its cross is seen before the last lifeline */
    } else { /* it grows, and slower and slower: nobody knows when it arrives */
        const double waited = (f->now - at) / reach;
        a->end = END_FLYING;
        shorten(a, 0.9f - 0.75f / (float)(1 + waited));
    }
}

/* The end alone: the record of who sent it never came. */
static void set_headless(const struct picture_frame *f, struct picture_arrow *a,
                         const struct history_event *e, int row, int from_row) {
    const double at = (double)e->at[f->places];
    set_ends(f, a, from_row, row, at - usual_reach(f), at);
    a->from.x = a->to.x + 0.35f * (a->from.x - a->to.x);
    a->from.y = a->to.y + 0.35f * (a->from.y - a->to.y);
    a->is_headless = true;
    a->end = (e->flags & HISTORY_DUPLICATE) != 0 ? END_DUPLICATE
             : (e->flags & HISTORY_REFUSED) != 0 ? END_REFUSED
                                                 : END_DELIVERED;
}

static bool is_seen(const struct picture_frame *f, const struct picture_arrow *a, int row, int to_row) {
    const struct canvas_rect *d = &f->diagram;
    const float left = fminf(a->from.x, a->to.x), right = fmaxf(a->from.x, a->to.x);
    return right >= d->x && left <= d->x + d->w && (row >= f->row_from || to_row >= f->row_from) &&
           (row < f->row_to || to_row < f->row_to);
}

bool picture_arrow(const struct picture_frame *f, uint32_t event, struct picture_arrow *a) {
    const struct history_event *e = history_event(f->history, event);
    const bool sent = e->ev == TRACE_SEND || e->ev == TRACE_LOSE;
    if (!sent && (e->ev != TRACE_RECV || e->match != HISTORY_NONE))
        return false;
    if ((e->flags & HISTORY_VOID) != 0 || ((e->flags & HISTORY_QUIET) != 0 && !f->look->shows_quiet) ||
        (double)e->at[f->places] > f->now)
        return false;
    const int row = picture_row_of(f, e->line), peer = picture_row_of(f, e->peer);
    if (row < 0 || peer < 0 || row == peer)
        return false;
    *a = (struct picture_arrow){.event = event,
                                .kind = picture_kind_of(e->type),
                                .is_thin = (e->flags & (HISTORY_RESENT | HISTORY_QUIET)) != 0};
    if (sent)
        set_sent(f, a, e, row, peer);
    else
        set_headless(f, a, e, row, peer);
    return is_seen(f, a, row, peer);
}

/* -- Shapes ---------------------------------------------------------------------------------------------- */

struct stroke { /* along the arrow */
    struct canvas_point tip;
    float dx, dy; /* of length 1 */
    float length, half;
};

static struct canvas_point on(const struct stroke *s, float back, float aside) { /* from the tip */
    return (struct canvas_point){s->tip.x - s->dx * back - s->dy * aside,
                                 s->tip.y - s->dy * back + s->dx * aside};
}

static float head_length(const struct picture_frame *f, const struct stroke *s) {
    const float gap = f->row_height - f->ribbon;
    return fminf(fminf(fmaxf(15 * f->factor, 7) * sqrtf(f->slim), 0.6f * gap), 0.8f * s->length);
}

static void draw_solid(struct picture_frame *f, const struct stroke *s, bool headed,
                       struct canvas_color color) {
    const float head = headed ? head_length(f, s) : 0, wide = fmaxf(0.42f * head, s->half + 1.5f);
    const struct canvas_point p[7] = {
        on(s, s->length, s->half), on(s, head, s->half),  on(s, head, wide),         on(s, 0, 0),
        on(s, head, -wide),        on(s, head, -s->half), on(s, s->length, -s->half)};
    if (headed) {
        canvas_polygon(f->c, p, 7, color);
        return;
    }
    const struct canvas_point q[4] = {on(s, s->length, s->half), on(s, 0, s->half), on(s, 0, -s->half),
                                      on(s, s->length, -s->half)};
    canvas_polygon(f->c, q, 4, color);
}

static void draw_hollow(struct picture_frame *f, const struct stroke *s, bool barred,
                        struct canvas_color color) {
    const float head = 1.25f * head_length(f, s), wide = 0.5f * head, rim = fmaxf(1.4f, 0.13f * head);
    const struct canvas_point shaft[4] = {on(s, s->length, s->half), on(s, head, s->half),
                                          on(s, head, -s->half), on(s, s->length, -s->half)};
    const struct canvas_point outer[3] = {on(s, 0, 0), on(s, head, wide), on(s, head, -wide)};
    const struct canvas_point inner[3] = {on(s, 2.4f * rim, 0), on(s, head - rim, wide - 1.7f * rim),
                                          on(s, head - rim, -wide + 1.7f * rim)};
    canvas_note(f->c, barred ? "refused" : "duplicate");
    canvas_polygon(f->c, shaft, 4, color);
    canvas_polygon(f->c, outer, 3, color);
    canvas_polygon(f->c, inner, 3, f->paint->back);
    if (barred) {
        const struct canvas_point bar[4] = {on(s, 1.5f * head, wide), on(s, 1.5f * head + 2 * rim, wide),
                                            on(s, 1.5f * head + 2 * rim, -wide), on(s, 1.5f * head, -wide)};
        canvas_polygon(f->c, bar, 4, color);
    }
}

/* Where many are lost, as at a cut, they would be a black bar. */
static void draw_cross(struct picture_frame *f, struct canvas_point at, float arm, struct canvas_color ink) {
    if (fabsf(at.x - f->last_cross.x) < 1.3f * arm && fabsf(at.y - f->last_cross.y) < arm)
        return;
    f->last_cross = at;
    const float wide = fmaxf(2, 4.5f * f->factor);
    canvas_line(f->c, (struct canvas_point){at.x - arm, at.y - arm},
                (struct canvas_point){at.x + arm, at.y + arm}, wide, ink);
    canvas_line(f->c, (struct canvas_point){at.x - arm, at.y + arm},
                (struct canvas_point){at.x + arm, at.y - arm}, wide, ink);
}

static void draw_lost(struct picture_frame *f, const struct stroke *s, bool marked, bool thin,
                      struct canvas_color color) {
    const float dash = fmaxf(6, 11 * f->factor), period = 1.75f * dash;
    struct canvas_point points[4 * DASHES_MAX];
    int counts[DASHES_MAX], n = 0;
    canvas_note(f->c, "lost");
    for (float at = s->length; at > 0 && n < DASHES_MAX; at -= period) {
        const float end = fmaxf(at - dash, 0);
        points[4 * n] = on(s, at, s->half);
        points[4 * n + 1] = on(s, end, s->half);
        points[4 * n + 2] = on(s, end, -s->half);
        points[4 * n + 3] = on(s, at, -s->half);
        counts[n++] = 4;
    }
    canvas_contours(f->c, points, counts, n, color);
    draw_cross(f, s->tip, fminf(fmaxf((thin ? 7.5f : 11) * f->factor, 5), 0.3f * (f->row_height - f->ribbon)),
               marked ? f->paint->ink : picture_pale(f, f->paint->ink));
}

static void draw_flying(struct picture_frame *f, const struct stroke *s, struct canvas_color color) {
    const float r = fmaxf(2.5f, 5.5f * f->factor);
    const struct canvas_point tip[8] = {on(s, r, 0.4f * r),  on(s, 0.4f * r, r),   on(s, -0.4f * r, r),
                                        on(s, -r, 0.4f * r), on(s, -r, -0.4f * r), on(s, -0.4f * r, -r),
                                        on(s, 0.4f * r, -r), on(s, r, -0.4f * r)};
    canvas_note(f->c, "in flight");
    draw_solid(f, s, false, color);
    canvas_polygon(f->c, tip, 8, color);
}

void picture_tail(struct picture_frame *f, struct canvas_point at, enum picture_kind kind,
                  struct canvas_color color) {
    const float r = fmaxf(2.5f, 4.5f * f->factor), x = at.x, y = at.y;
    switch (kind) {
    case KIND_REQUEST: {
        const struct canvas_point disc[8] = {
            {x + r, y - 0.4f * r}, {x + r, y + 0.4f * r}, {x + 0.4f * r, y + r}, {x - 0.4f * r, y + r},
            {x - r, y + 0.4f * r}, {x - r, y - 0.4f * r}, {x - 0.4f * r, y - r}, {x + 0.4f * r, y - r}};
        canvas_polygon(f->c, disc, 8, color);
        break;
    }
    case KIND_VIEW: canvas_rect(f->c, (struct canvas_rect){x - r, y - r, 2 * r, 2 * r}, color); break;
    case KIND_MEMBER: {
        const struct canvas_point diamond[4] = {
            {x, y - 1.4f * r}, {x + 1.4f * r, y}, {x, y + 1.4f * r}, {x - 1.4f * r, y}};
        canvas_polygon(f->c, diamond, 4, color);
        break;
    }
    case KIND_REPAIR:
        canvas_rect(f->c, (struct canvas_rect){x - 1.8f * r, y - 0.5f * r, 3.6f * r, r}, color);
        break;
    case KIND_CHANGE:
    case KIND_QUIET:
    case KINDS: break;
    }
}

/* Far outside only the direction matters. */
static void clip_ends(const struct picture_frame *f, struct canvas_point *from, struct canvas_point *to) {
    const float low = f->diagram.x - 200, high = f->diagram.x + f->diagram.w + 200;
    struct canvas_point *left = from->x < to->x ? from : to, *right = from->x < to->x ? to : from;
    const float slope = (right->y - left->y) / fmaxf(right->x - left->x, 1e-3f);
    if (left->x < low && right->x > low) {
        left->y += slope * (low - left->x);
        left->x = low;
    }
    if (right->x > high && left->x < high) {
        right->y -= slope * (right->x - high);
        right->x = high;
    }
}

void picture_draw_arrow(struct picture_frame *f, const struct picture_arrow *a) {
    struct canvas_point from = a->from, to = a->to;
    const bool marked = picture_in_focus(f, a->event);
    struct canvas_color color = f->paint->kind[a->kind];
    color = marked ? color : picture_pale(f, color);
    clip_ends(f, &from, &to);
    struct stroke s = {.tip = to, .dx = to.x - from.x, .dy = to.y - from.y};
    s.length = sqrtf(s.dx * s.dx + s.dy * s.dy);
    if (s.length < 1)
        return;
    s.dx /= s.length;
    s.dy /= s.length;
    s.half =
        (a->is_thin ? fmaxf(0.6f, 0.8f * f->factor) : fmaxf(1, 1.8f * f->factor)) * (marked ? 1.8f : f->slim);
    switch (a->end) {
    case END_DELIVERED: draw_solid(f, &s, true, color); break;
    case END_DUPLICATE: draw_hollow(f, &s, false, color); break;
    case END_REFUSED: draw_hollow(f, &s, true, color); break;
    case END_FLYING: draw_flying(f, &s, color); break;
    case END_LOST: draw_lost(f, &s, marked, a->is_thin, color); break;
    }
    picture_keep_clear(f, from, to, a->event);
    const float near = fmaxf(6, 9 * f->factor) * (f->on_paper && a->end == END_LOST ? 1.6f : 1);
    const float above = a->end == END_LOST ? near : to.y > from.y ? 2 * near : 0;
    picture_reserve(f, (struct canvas_rect){to.x - near, to.y - above, 2 * near, 2 * near});
    if (!a->is_headless)
        picture_tail(f, on(&s, s.length - fmaxf(2.5f, 4.5f * f->factor), 0), a->kind, color);
}

void picture_each_arrow(struct picture_frame *f, bool focus,
                        void (*draw)(struct picture_frame *, const struct picture_arrow *)) {
    struct picture_arrow a;
    for (uint32_t i = picture_next(f, f->first); i < f->last; i = picture_next(f, i + 1))
        if (picture_in_focus(f, i) == focus && picture_arrow(f, i, &a))
            draw(f, &a);
}

void picture_draw_arrows(struct picture_frame *f) {
    canvas_note(f->c, "messages");
    picture_each_arrow(f, false, picture_draw_arrow);
    if (f->has_focus)
        picture_each_arrow(f, true, picture_draw_arrow);
}
