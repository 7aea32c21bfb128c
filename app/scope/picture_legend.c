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
    NUMBER,
    STATE,
    ASKED,
    COUNT,
    DIFFERS,
    LEADER,
    VIEW,
    CRASH,
    STOPPED,
    FROZEN,
    HUNG,
    HOLLOW,
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
                                           [NUMBER] = "message 65: w2\u2019s 15th",
                                           [STATE] = "a newcomer learns the colour",
                                           [ASKED] = "a worker asks for a change",
                                           [COUNT] = "changes so far",
                                           [DIFFERS] = "as many, but not the same ones",
                                           [LEADER] = "leads",
                                           [VIEW] = "view, and who is in it",
                                           [CRASH] = "crash",
                                           [STOPPED] = "stopped by a view change",
                                           [FROZEN] = "frozen",
                                           [HUNG] = "hangs",
                                           [HOLLOW] = "joining",
                                           [CUT] = "cut",
                                           [FOLD] = "silence, left out"};

struct legend {
    bool has[ENTRIES], is[HISTORY_CONDITIONS];
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
    const bool is_multicast = e->type == GMS_MSG && e->m_origin != HISTORY_NOBODY;
    l->has[NUMBER] = l->has[NUMBER] || (is_multicast && e->seq > 0);
    l->has[STATE] = l->has[STATE] || ((is_multicast || e->type == GMS_REQUEST) &&
                                      picture_content_of(f, a->event) != CONTENT_CHANGE);
    l->has[LOST] = l->has[LOST] || a->end == END_LOST;
    l->has[DUPLICATE] = l->has[DUPLICATE] || a->end == END_DUPLICATE;
    l->has[REFUSED] = l->has[REFUSED] || a->end == END_REFUSED;
    l->has[FLYING] = l->has[FLYING] || a->end == END_FLYING;
}

static void note_spans(struct picture_frame *f, struct legend *l) {
    for (int row = f->row_from; row < f->row_to; row++) {
        const struct history_row *r = history_row(f->history, (uint32_t)row);
        if (r->span_count == 0)
            continue;
        for (uint32_t i = picture_span_from(f, r, 0, (double)f->from); i < r->span_count; i++) {
            const struct history_span *s = &r->spans[i];
            const double end = i + 1 < r->span_count ? (double)s[1].at[f->places] : HUGE_VAL;
            if (!picture_span_shown(f, s) || s->at[f->places] > f->to)
                break;
            if (picture_span_box(f, row, s, end).w <= 0)
                continue;
            l->is[s->condition] = true;
            l->has[DIFFERS] = l->has[DIFFERS] || picture_differs(f, row, s);
        }
    }
    l->has[STOPPED] = l->is[HISTORY_BLOCKED] || l->is[HISTORY_NO_QUORUM];
    l->has[FROZEN] = l->is[HISTORY_FROZEN];
    l->has[HUNG] = l->is[HISTORY_HUNG];
    l->has[HOLLOW] = l->is[HISTORY_JOINING] || l->is[HISTORY_EXCLUDED];
}

/* Some signs have more than one meaning; those that are there are said. */
static const char *words_of(const struct legend *l, enum entry entry) {
    if (entry == STOPPED && l->is[HISTORY_NO_QUORUM])
        return l->is[HISTORY_BLOCKED] ? "stopped: view change, no quorum" : "no quorum";
    if (entry == HOLLOW && l->is[HISTORY_EXCLUDED])
        return l->is[HISTORY_JOINING] ? "joining, or excluded" : "excluded";
    return words[entry];
}

static void note_events(struct picture_frame *f, struct legend *l) {
    for (uint32_t i = f->first; i < f->last; i++) {
        const struct history_event *e = history_event(f->history, i);
        const double at = (double)e->at[f->places];
        if (at < f->left || at > (double)f->to || at > f->now || (e->flags & HISTORY_VOID) != 0)
            continue;
        l->has[ASKED] = l->has[ASKED] || (e->ev == TRACE_MCAST && e->n > 0 && !f->crowded);
        l->has[COUNT] = l->has[COUNT] || (e->ev == TRACE_DELIVER && !f->crowded);
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

static const char *text_of(enum entry entry) {
    return entry == NUMBER ? "65: w2#15" : "state";
}

static void draw_text_sample(struct picture_frame *f, const struct legend *l, enum entry entry, float y) {
    const struct canvas_style style = {l->size, CANVAS_BOLD, CANVAS_LEFT, f->paint->ink};
    canvas_text(f->c, l->x, y + CANVAS_CAP_HEIGHT * l->size / 2, &style, text_of(entry));
}

static void draw_span_sample(struct picture_frame *f, const struct legend *l, enum entry entry, float y) {
    const float high = floorf(1.3f * l->size);
    const struct canvas_rect box = {l->x, floorf(y - high / 2), l->sample, high};
    picture_draw_condition(f,
                           entry == STOPPED  ? HISTORY_BLOCKED
                           : entry == FROZEN ? HISTORY_FROZEN
                           : entry == HUNG   ? HISTORY_HUNG
                                             : HISTORY_JOINING,
                           box);
}

static void draw_count_sample(struct picture_frame *f, const struct legend *l, bool differs, float y) {
    const struct canvas_color fill = {0xc8, 0xc8, 0xc8, 255};
    const float high = (differs ? 1.45f : 1.3f) * l->size;
    const struct canvas_rect box = {l->x, floorf(y - high / 2), l->sample, floorf(high)};
    canvas_rect(f->c, box, fill);
    if (differs)
        picture_draw_differing(f, box, fill);
    canvas_rect(f->c, (struct canvas_rect){box.x, box.y, box.w, f->line}, f->paint->quiet);
    canvas_rect(f->c, (struct canvas_rect){box.x, box.y + box.h - f->line, box.w, f->line}, f->paint->quiet);
    const struct canvas_style style = {l->size, CANVAS_BOLD, CANVAS_CENTER, f->paint->ink};
    canvas_text(f->c, box.x + box.w / 2, y + (CANVAS_CAP_HEIGHT - (differs ? 0.15f : 0)) * l->size / 2,
                &style, differs ? "\u2260 3" : "3");
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
    case NUMBER:
    case STATE: draw_text_sample(f, l, entry, y); break;
    case COUNT:
    case DIFFERS: draw_count_sample(f, l, entry == DIFFERS, y); break;
    case STOPPED:
    case FROZEN:
    case HUNG:
    case HOLLOW: draw_span_sample(f, l, entry, y); break;
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

static float sample_width(struct picture_frame *f, const struct legend *l, enum entry entry) {
    if (entry == NUMBER || entry == STATE)
        return canvas_text_width(f->c, text_of(entry), l->size, CANVAS_BOLD);
    const bool is_span = entry == COUNT || entry == DIFFERS || (entry >= STOPPED && entry <= HOLLOW);
    return is_span || (int)entry < ASKED ? 2.4f * l->size : 1.2f * l->size;
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
    note_spans(f, &l);
    canvas_note(f->c, "legend");
    f->slim = 1;
    for (int i = 0; i < ENTRIES; i++) {
        if (!l.has[i])
            continue;
        const char *const text = words_of(&l, (enum entry)i);
        const float wide = canvas_text_width(f->c, text, l.size, CANVAS_REGULAR);
        l.sample = sample_width(f, &l, (enum entry)i);
        make_room(&l, l.sample + 0.45f * l.size + wide);
        draw_sample(f, &l, (enum entry)i, l.y + l.line / 2);
        l.x += l.sample + 0.45f * l.size;
        put_words(f, &l, wide, text);
    }
    if (hidden[0] != '\0') {
        const float wide = canvas_text_width(f->c, hidden, l.size, CANVAS_REGULAR);
        make_room(&l, wide);
        put_words(f, &l, wide, hidden);
    }
    return l.y + l.line - room.y;
}
