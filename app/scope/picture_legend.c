/* What the signs of a diagram on paper mean: of those that are to be seen in it, in lines as long as there is
 * room.
 */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* The kinds of messages come first: KIND_CHANGE is entry 0. */
enum entry {
    AGAIN = KINDS,
    LOST,
    DUPLICATE,
    REFUSED,
    FLYING,
    ASKED,
    COUNT,
    LEADER,
    VIEW,
    CRASH,
    CUT,
    FOLD,
    ENTRIES
};

static const char *const words[ENTRIES] = {[KIND_CHANGE] = "change, from the leader",
                                           [KIND_REQUEST] = "request to the leader",
                                           [KIND_VIEW] = "view change",
                                           [KIND_MEMBER] = "join, leave",
                                           [KIND_REPAIR] = "asks for what is missing",
                                           [KIND_QUIET] = "acknowledgement",
                                           [AGAIN] = "sent again",
                                           [LOST] = "lost",
                                           [DUPLICATE] = "received twice",
                                           [REFUSED] = "refused",
                                           [FLYING] = "under way",
                                           [ASKED] = "a worker asks for a change",
                                           [COUNT] = "changes so far",
                                           [LEADER] = "leads",
                                           [VIEW] = "view, and who is in it",
                                           [CRASH] = "crash",
                                           [CUT] = "cut",
                                           [FOLD] = "silence, left out"};

struct legend {
    bool has[ENTRIES];
    struct canvas_rect room;
    float x, y, size, line, sample;
};

/* -- What is there --------------------------------------------------------------------------------------- */

static struct legend *collecting; /* picture_each_arrow() has no argument for its caller */

static void note_arrow(struct picture_frame *f, const struct picture_arrow *a) {
    const struct history_event *e = history_event(f->history, a->event);
    struct legend *l = collecting;
    if (a->is_thin && (e->flags & HISTORY_RESENT) != 0)
        l->has[AGAIN] = true;
    l->has[a->kind] = true;
    l->has[LOST] = l->has[LOST] || a->end == END_LOST;
    l->has[DUPLICATE] = l->has[DUPLICATE] || a->end == END_DUPLICATE;
    l->has[REFUSED] = l->has[REFUSED] || a->end == END_REFUSED;
    l->has[FLYING] = l->has[FLYING] || a->end == END_FLYING;
}

static void note_events(struct picture_frame *f, struct legend *l) {
    for (uint32_t i = f->first; i < f->last; i++) {
        const struct history_event *e = history_event(f->history, i);
        const double at = (double)e->at[f->places];
        if (at < f->left || at > (double)f->to || at > f->now || (e->flags & HISTORY_VOID) != 0)
            continue;
        l->has[ASKED] = l->has[ASKED] || (e->ev == TRACE_MCAST && !f->crowded);
        l->has[COUNT] = l->has[COUNT] || e->ev == TRACE_DELIVER;
        l->has[VIEW] = l->has[VIEW] || e->ev == TRACE_VIEW;
        l->has[CRASH] = l->has[CRASH] || e->ev == TRACE_CRASH;
    }
    for (int row = 0; row < f->rows; row++) {
        const struct history_row *r = history_row(f->history, (uint32_t)row);
        for (uint32_t i = 0; i < r->span_count; i++)
            l->has[LEADER] = l->has[LEADER] || (r->spans[i].leads && picture_span_shown(f, &r->spans[i]));
    }
    for (uint32_t i = 0; i < history_fold_count(f->history); i++) {
        const double at = (double)history_fold(f->history, i)->at[f->places] - 0.5;
        l->has[FOLD] = l->has[FOLD] || (at > f->left && at < fmin(fmin(f->now, (double)f->to), f->folds_to));
    }
    for (uint32_t i = 0; i < history_cut_count(f->history); i++) {
        const struct history_cut *c = history_cut(f->history, i);
        l->has[CUT] = l->has[CUT] || (c->begin[f->places] < f->to && c->end[f->places] > f->from &&
                                      (double)c->begin[f->places] < f->now);
    }
}

/* -- Samples --------------------------------------------------------------------------------------------- */

static void draw_arrow_sample(struct picture_frame *f, const struct legend *l, enum entry entry, float y) {
    struct picture_arrow a = {.from = {l->x, y}, .to = {l->x + l->sample, y}, .event = HISTORY_NONE};
    a.kind = (int)entry < KINDS ? (enum picture_kind)entry : KIND_CHANGE;
    a.is_thin = entry == AGAIN || a.kind == KIND_QUIET;
    a.end = entry == LOST        ? END_LOST
            : entry == DUPLICATE ? END_DUPLICATE
            : entry == REFUSED   ? END_REFUSED
            : entry == FLYING    ? END_FLYING
                                 : END_DELIVERED;
    if (entry == LOST)
        a.to.x -= 0.3f * l->sample;
    picture_draw_arrow(f, &a);
}

static void draw_count_sample(struct picture_frame *f, const struct legend *l, float y) {
    const float high = 1.3f * l->size;
    const struct canvas_rect box = {l->x, floorf(y - high / 2), l->sample, floorf(high)};
    canvas_rect(f->c, box, (struct canvas_color){0xc8, 0xc8, 0xc8, 255});
    canvas_rect(f->c, (struct canvas_rect){box.x, box.y, box.w, f->line}, f->paint->quiet);
    canvas_rect(f->c, (struct canvas_rect){box.x, box.y + box.h - f->line, box.w, f->line}, f->paint->quiet);
    const struct canvas_style style = {l->size, CANVAS_BOLD, CANVAS_CENTER, f->paint->ink};
    canvas_text(f->c, box.x + box.w / 2, y + CANVAS_CAP_HEIGHT * l->size / 2, &style, "3");
}

static void draw_cut_sample(struct picture_frame *f, const struct legend *l, float y) {
    const float wide = fmaxf(2, roundf(3.5f * f->factor));
    for (int i = 0; i < 3; i++)
        canvas_rect(f->c,
                    (struct canvas_rect){l->x + (float)i * 0.36f * l->sample, floorf(y - wide / 2),
                                         0.25f * l->sample, wide},
                    f->paint->ink);
}

static void draw_sample(struct picture_frame *f, const struct legend *l, enum entry entry, float y) {
    const float middle = l->x + l->sample / 2, side = 0.9f * l->size;
    if ((int)entry < KINDS) {
        draw_arrow_sample(f, l, entry, y);
        return;
    }
    switch (entry) {
    case AGAIN:
    case LOST:
    case DUPLICATE:
    case REFUSED:
    case FLYING: draw_arrow_sample(f, l, entry, y); break;
    case ASKED: {
        const float r = 0.36f * l->size;
        const struct canvas_point tip[3] = {
            {middle - r, y - 0.85f * r}, {middle + r, y - 0.85f * r}, {middle, y + 0.85f * r}};
        canvas_polygon(f->c, tip, 3, f->paint->ink);
        break;
    }
    case COUNT: draw_count_sample(f, l, y); break;
    case LEADER:
        sign_crown(f->c, (struct canvas_rect){middle - side / 2, y - side / 2, side, side}, f->paint->ink);
        break;
    case VIEW: {
        const float half = fmaxf(2, roundf(8 * f->factor));
        canvas_rect(f->c, (struct canvas_rect){middle - half, y - 0.7f * l->size, 2 * half, 1.4f * l->size},
                    f->paint->band);
        break;
    }
    case CRASH: picture_draw_crash(f, middle, y, side); break;
    case CUT: draw_cut_sample(f, l, y); break;
    case FOLD:
        for (int i = -1; i <= 1; i += 2)
            canvas_rect(f->c,
                        (struct canvas_rect){middle + (float)i * 2 * f->line, y - 0.6f * l->size, f->line,
                                             1.2f * l->size},
                        f->paint->quiet);
        break;
    case ENTRIES: break;
    }
}

/* -- Lines ----------------------------------------------------------------------------------------------- */

static float sample_width(const struct legend *l, enum entry entry) {
    return entry == COUNT || (int)entry < ASKED ? 2.4f * l->size : 1.2f * l->size;
}

/* Moves on to a place with that much room. */
static void make_room(struct legend *l, float wide) {
    if (l->x > l->room.x && l->x + wide > l->room.x + l->room.w) {
        l->x = l->room.x;
        l->y += l->line;
    }
}

static void put_words(struct picture_frame *f, struct legend *l, float wide, const char *text) {
    const struct canvas_style style = {l->size, CANVAS_REGULAR, CANVAS_LEFT, f->paint->ink};
    canvas_text_in(f->c, (struct canvas_rect){l->x, l->y, fminf(wide, l->room.x + l->room.w - l->x), l->line},
                   &style, f->legible, text);
    l->x += wide + 1.3f * l->size;
}

float picture_draw_legend(struct picture_frame *f, struct canvas_rect room, const char *hidden) {
    struct legend l = {.room = room, .x = room.x, .y = room.y, .size = f->small};
    l.line = floorf(1.5f * l.size);
    collecting = &l;
    if (!f->crowded)
        picture_each_arrow(f, false, note_arrow);
    note_events(f, &l);
    canvas_note(f->c, "legend");
    f->slim = 1;
    for (int i = 0; i < ENTRIES; i++) {
        const float wide = canvas_text_width(f->c, words[i], l.size, CANVAS_REGULAR);
        if (!l.has[i])
            continue;
        l.sample = sample_width(&l, (enum entry)i);
        make_room(&l, l.sample + 0.45f * l.size + wide);
        draw_sample(f, &l, (enum entry)i, l.y + l.line / 2);
        l.x += l.sample + 0.45f * l.size;
        put_words(f, &l, wide, words[i]);
    }
    if (hidden[0] != '\0') {
        const float wide = canvas_text_width(f->c, hidden, l.size, CANVAS_REGULAR);
        make_room(&l, wide);
        put_words(f, &l, wide, hidden);
    }
    return l.y + l.line - room.y;
}
