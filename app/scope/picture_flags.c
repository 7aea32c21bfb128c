/* What happened to a lifeline, in signs and words on top of it: as many as there is room for, the gravest
 * first.
 */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* -- Spans ----------------------------------------------------------------------------------------------- */

void picture_draw_crash(struct picture_frame *f, float x, float y, float side) {
    const float half = side / 2, wide = fmaxf(3, 0.22f * side);
    canvas_note(f->c, "crash");
    picture_reserve(f, (struct canvas_rect){x - half, y - half, side, side});
    for (int pass = 0; pass < 2; pass++) { /* on a rim, so that it is seen on the lifeline too */
        const struct canvas_color color = pass == 0 ? f->paint->back : f->paint->ink;
        const float stroke = pass == 0 ? wide + 4 * f->line : wide, reach = pass == 0 ? half + f->line : half;
        canvas_line(f->c, (struct canvas_point){x - reach, y - reach},
                    (struct canvas_point){x + reach, y + reach}, stroke, color);
        canvas_line(f->c, (struct canvas_point){x - reach, y + reach},
                    (struct canvas_point){x + reach, y - reach}, stroke, color);
    }
}

/* A sign and words on a plate: inside the lifeline, or where that is too short, above or below it. */
static void draw_plate(struct picture_frame *f, int row, const struct history_span *s,
                       struct canvas_rect box) {
    enum sign sign;
    const enum history_condition condition = (enum history_condition)s->condition;
    const char *words = picture_condition_words(condition, s->leads);
    if (!picture_condition_sign(condition, &sign))
        return;
    const int places = condition == HISTORY_BLOCKED || condition == HISTORY_JOINING ? 1 : 3; /* those pass */
    const float inside = floorf(fminf(f->word, 0.7f * box.h)), right = f->diagram.x + f->diagram.w;
    for (int place = 0; place < places; place++) {
        const float size = place == 0 ? inside : f->small, side = floorf(CANVAS_CAP_HEIGHT * size);
        const float wide = side + 1.5f * size + canvas_text_width(f->c, words, size, CANVAS_BOLD);
        const float high = floorf(1.3f * size), edge = picture_edge(f, row, true, place == 1 ? -1 : 1);
        const float y = place == 0   ? picture_row_y(f, row)
                        : place == 1 ? edge - 0.7f * high
                                     : edge + 0.7f * high;
        const float x = place == 0 ? box.x + 0.3f * size : fminf(box.x, right - wide);
        const struct canvas_rect plate = {x, y - floorf(high / 2), wide, high};
        if (place == 0 ? size < f->legible || box.w < wide + 0.6f * size
                       : picture_x(f, (double)s->at[f->places]) < f->diagram.x)
            continue;
        if (!picture_claim(f, plate))
            continue;
        canvas_rect(f->c, plate, f->paint->ink);
        sign_draw(f->c, sign, (struct canvas_rect){x + 0.4f * size, y - side / 2, side, side}, f->paint->back,
                  f->paint->ink);
        const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_LEFT, f->paint->back};
        canvas_text(f->c, x + 0.8f * size + side, y + side / 2, &style, words);
        return;
    }
}

static void draw_crown(struct picture_frame *f, int row, const struct history_span *s) {
    const float side = floorf(fminf(0.5f * f->ribbon, 1.4f * f->word)),
                x = picture_x(f, (double)s->at[f->places]);
    const float y = picture_edge(f, row, true, -1) - side - f->line;
    for (int i = 0; i < 8 && side >= 8; i++) { /* at its beginning, or soon after */
        const struct canvas_rect box = {x + (float)i * side, y, side, side};
        if (picture_claim(f, box)) {
            sign_crown(f->c, box, f->paint->ink);
            return;
        }
    }
}

/* The number of changes, inside the ribbon. */
static void draw_count(struct picture_frame *f, int row, const struct history_span *s,
                       struct canvas_rect box) {
    char words[24];
    const float size = floorf(fminf(f->small, 0.6f * box.h));
    const bool differs = picture_differs(f, row, s);
    snprintf(words, sizeof words, "%s%" PRIu64, differs ? "\u2260 " : "", s->count);
    float wide = canvas_text_width(f->c, words, size, CANVAS_BOLD);
    if (differs && box.w < wide + 0.6f * size) {
        snprintf(words, sizeof words, "\u2260");
        wide = canvas_text_width(f->c, words, size, CANVAS_BOLD);
    }
    if (size < f->legible || box.w < wide + 0.6f * size)
        return;
    const float y = picture_row_y(f, row);
    if (!picture_claim(f, (struct canvas_rect){box.x + 0.2f * size, y - size / 2, wide + 0.2f * size, size}))
        return;
    const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_LEFT, theme_ink(theme_rgb(s->color))};
    canvas_text(f->c, box.x + 0.3f * size, y + CANVAS_CAP_HEIGHT * size / 2, &style, words);
}

/* Gravest first: `pass` 0 has what stops a worker, 1 who leads, 2 the counts. */
static void draw_span(struct picture_frame *f, int row, const struct history_span *s,
                      const struct history_span *before, struct canvas_rect box, int pass) {
    const bool begins = before == NULL || before->condition != s->condition || before->line != s->line;
    const float x = picture_x(f, (double)s->at[f->places]);
    if (pass == 0 && begins && s->condition == HISTORY_CRASHED && x >= f->diagram.x)
        picture_draw_crash(f, x, picture_row_y(f, row), fminf(f->ribbon, 46 * f->factor));
    else if (pass == 0 && begins && box.w > 0)
        draw_plate(f, row, s, box);
    if (pass == 1 && s->leads && x >= f->diagram.x &&
        (before == NULL || !before->leads || before->line != s->line))
        draw_crown(f, row, s);
    if (pass == 2 && s->has_color && box.w > 0 && s->condition == HISTORY_MEMBER &&
        (before == NULL || before->count != s->count || box.x == f->diagram.x))
        draw_count(f, row, s, box);
}

static void draw_spans(struct picture_frame *f, int pass) {
    for (int row = f->row_from; row < f->row_to; row++) {
        const struct history_row *r = history_row(f->history, (uint32_t)row);
        if (r->span_count == 0)
            continue;
        const uint32_t from = picture_span_from(f, r, 0, (double)f->from);
        const uint32_t to = picture_span_from(f, r, from, fmin((double)f->to, f->now));
        if ((float)(to - from) > f->diagram.w)
            continue; /* picture_rows.c has sampled them */
        for (uint32_t i = from; i <= to; i++) {
            const struct history_span *s = &r->spans[i];
            if (!picture_span_shown(f, s))
                break;
            const double end = i + 1 < r->span_count ? (double)r->spans[i + 1].at[f->places] : HUGE_VAL;
            draw_span(f, row, s, i > 0 ? s - 1 : NULL, picture_span_box(f, row, s, end), pass);
        }
    }
}

/* Words for an injected fault; those that are seen anyway need none. */
static bool fault_words(const char *text, char *out, size_t size) {
    if (text == NULL || strncmp(text, "cut", 3) == 0 || strcmp(text, "crash mid-broadcast") == 0)
        return false;
    snprintf(out, size, "%.40s", text);
    return text[0] != '\0';
}

/* -- Events ---------------------------------------------------------------------------------------------- */

static bool words_of(const struct picture_frame *f, uint32_t event, char *out, size_t size) {
    const struct history_event *e = history_event(f->history, event);
    const char *text = history_text(f->history, e->text);
    switch ((enum trace_ev)e->ev) {
    case TRACE_MCAST:
        if (e->n > 0)
            snprintf(out, size, "%s#%" PRIu32 " +%u", picture_name_of(f, e->m_origin), e->m_n, e->n);
        else
            snprintf(out, size, "%s#%" PRIu32 "%s", picture_name_of(f, e->m_origin), e->m_n,
                     !f->on_paper                                          ? ""
                     : picture_content_of(f, event) == CONTENT_STATE_ASKED ? " state?"
                                                                           : " state");
        return e->m_origin != HISTORY_NOBODY;
    case TRACE_SUSPECT: snprintf(out, size, "suspects %s", picture_name_of(f, e->peer)); return true;
    case TRACE_DOWN: snprintf(out, size, "%s is down", picture_name_of(f, e->peer)); return true;
    case TRACE_FAULT: return fault_words(text, out, size);
    case TRACE_STATE: snprintf(out, size, "state of %s", picture_name_of(f, e->peer)); return true;
    case TRACE_QUORUM: snprintf(out, size, "quorum"); return true;
    case TRACE_JOIN:
    case TRACE_VIEW:
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_LOSE:
    case TRACE_DROP:
    case TRACE_DELIVER:
    case TRACE_LEAD:
    case TRACE_FREEZE:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_CRASH:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_LEAVE:
    case TRACE_EXIT:
    case TRACE_NOTE:
    case TRACE_EVS: break;
    }
    return false;
}

static void mark(struct picture_frame *f, const struct history_event *e, uint32_t event, int row, float x) {
    const float y = picture_row_y(f, row), radius = fmaxf(3, fminf(0.14f * f->ribbon, 8 * f->factor));
    const bool leads = picture_leads_at(f, row, (double)e->at[f->places]);
    const float top = picture_edge(f, row, leads, -1), bottom = picture_edge(f, row, leads, 1);
    if (e->ev == TRACE_MCAST) { /* a change comes in from the worker */
        const struct canvas_point tip[3] = {{x - radius, top}, {x + radius, top}, {x, top + 1.7f * radius}};
        const struct canvas_point rim[3] = {
            {x - 1.6f * radius, top}, {x + 1.6f * radius, top}, {x, top + 2.7f * radius}};
        canvas_polygon(f->c, rim, 3, f->paint->back);
        canvas_polygon(f->c, tip, 3, f->paint->ink);
    }
    if (e->ev == TRACE_VIEW) { /* installed */
        canvas_rect(f->c, (struct canvas_rect){x - 2 * f->line, top, 5 * f->line, bottom - top},
                    f->paint->back);
        canvas_rect(f->c, (struct canvas_rect){x - f->line, top, 3 * f->line, bottom - top}, f->paint->ink);
    }
    if (picture_in_focus(f, event)) {
        canvas_note(f->c, "focus");
        picture_reserve(f, (struct canvas_rect){x - 3 * radius, y - 3 * radius, 6 * radius, 6 * radius});
        canvas_ring(f->c, (struct canvas_point){x, y}, 1.8f * radius, 2 * f->line, f->paint->back);
        canvas_ring(f->c, (struct canvas_point){x, y}, 1.8f * radius + 2 * f->line, 2 * f->line,
                    f->paint->ink);
    }
}

/* Above the lifeline, or else below it; in the middle of where it was, or else beside. */
static void put_words(struct picture_frame *f, int row, float x, enum canvas_weight weight,
                      const char *text) {
    static const float shifts[] = {0, 1, -1, 1.4f, -1.4f, 1.8f, -1.8f, 2.3f, -2.3f};
    const float aside = canvas_text_width(f->c, text, f->small, weight) / 2 + 0.6f * f->small;
    for (int round = f->on_paper ? 0 : 1; round < 2; round++) { /* on paper at first clear of arrows */
        const int places = round == 0 && weight == CANVAS_BOLD ? 9 : 3; /* a change is found by its name */
        for (int i = 0; i < 2 * places; i++) {
            const int side = i < places ? -1 : 1;
            const float y = picture_edge(f, row, true, side) + (float)side * 0.7f * f->small;
            f->keeps_clear = round == 0;
            const bool done =
                picture_label(f, x + shifts[i % places] * aside, y, f->small, weight, f->paint->ink, text);
            f->keeps_clear = false;
            if (done)
                return;
        }
    }
}

/* On paper once is enough. */
static bool is_said(const struct picture_frame *f, uint32_t event) {
    const struct history_event *e = history_event(f->history, event);
    if (!f->on_paper || (e->ev != TRACE_SUSPECT && e->ev != TRACE_DOWN))
        return false;
    for (uint32_t i = f->first; i < event; i++) {
        const struct history_event *o = history_event(f->history, i);
        if (o->ev == e->ev && o->line == e->line && o->peer == e->peer && (o->flags & HISTORY_QUIET) == 0)
            return true;
    }
    return false;
}

static void draw_events(struct picture_frame *f, bool words) {
    char text[64];
    for (uint32_t i = picture_next(f, f->first); i < f->last; i = picture_next(f, i + 1)) {
        const struct history_event *e = history_event(f->history, i);
        const int row = picture_row_of(f, e->line);
        const double at = (double)e->at[f->places];
        if (row < 0 || !picture_row_visible(f, row) || at < f->left || at > (double)f->to || at > f->now ||
            e->ev == TRACE_SEND || e->ev == TRACE_RECV || (e->flags & (HISTORY_QUIET | HISTORY_VOID)) != 0)
            continue;
        const float x = picture_x(f, at);
        if (!words)
            mark(f, e, i, row, x);
        else if (!is_said(f, i) && words_of(f, i, text, sizeof text))
            put_words(f, row, x, e->ev == TRACE_MCAST ? CANVAS_BOLD : CANVAS_REGULAR, text);
    }
}

/* Where colours are sampled, crashes are not. */
static void draw_crashes(struct picture_frame *f) {
    const uint32_t notables = picture_notable_count(f->index);
    for (uint32_t i = picture_notable_from(f->index, f->first); i < notables; i++) {
        const uint32_t event = picture_notable(f->index, i);
        if (event >= f->last)
            break;
        const struct history_event *e = history_event(f->history, event);
        const int row = picture_row_of(f, e->line);
        const float x = picture_x(f, (double)e->at[f->places]);
        if (e->ev == TRACE_CRASH && row >= 0 && picture_row_visible(f, row) && x >= f->diagram.x &&
            (double)e->at[f->places] <= f->now)
            picture_draw_crash(f, x, picture_row_y(f, row), fminf(f->ribbon, 46 * f->factor));
    }
}

void picture_draw_flags(struct picture_frame *f) {
    canvas_note(f->c, "flags");
    if (!f->crowded)
        draw_events(f, false);
    draw_spans(f, 0);
    draw_spans(f, 1);
    if (f->crowded) {
        draw_crashes(f);
        return;
    }
    draw_events(f, true);
    draw_spans(f, 2);
}
