/* The names of messages, on plates beside their arrows, as far as there is room.
 */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

void picture_message_words(const struct picture_frame *f, const struct history_event *e, char *out,
                           size_t size) {
    const char *type = e->type < GMS_TYPES ? gms_type_name((enum gms_type)e->type) : "?";
    char message[64] = "", number[16] = "";
    if (e->m_origin != HISTORY_NOBODY)
        snprintf(message, sizeof message, "%s#%" PRIu32, picture_name_of(f, e->m_origin), e->m_n);
    if (e->seq > 0)
        snprintf(number, sizeof number, "%" PRIu32 ": ", e->seq);
    if (e->type == GMS_MSG && message[0] != '\0')
        snprintf(out, size, "%s%s", number, message);
    else if (e->type == GMS_REQUEST && message[0] != '\0')
        snprintf(out, size, "%s?", message);
    else if ((e->type == GMS_VIEW || e->type == GMS_INSTALL) && e->view > 0)
        snprintf(out, size, "%s%s %" PRIu32, number, type, e->view);
    else if ((e->type == GMS_NACK || e->type == GMS_ACK) && e->seq > 0)
        snprintf(out, size, "%s %" PRIu32, type, e->seq);
    else
        snprintf(out, size, "%s", type);
}

#define BACK_MOST 4096 /* events */

enum picture_content picture_content_of(const struct picture_frame *f, uint32_t event) {
    const struct history_event *e = history_event(f->history, event);
    const uint32_t begin = history_forgotten(f->history);
    if (e->m_origin == HISTORY_NOBODY)
        return CONTENT_CHANGE;
    for (uint32_t i = event + 1, back = 0; i > begin && back < BACK_MOST; i--, back++) {
        const struct history_event *o = history_event(f->history, i - 1);
        if (o->ev != TRACE_MCAST || o->m_origin != e->m_origin || o->m_n != e->m_n)
            continue;
        const int row = picture_row_of(f, o->line);
        const struct history_span *s =
            row < 0 ? NULL : history_span_at(f->history, (uint32_t)row, f->places, o->at[f->places]);
        return o->n > 0 ? CONTENT_CHANGE : s != NULL && s->has_color ? CONTENT_STATE : CONTENT_STATE_ASKED;
    }
    return CONTENT_CHANGE;
}

/* On paper the state of a newcomer is told from the changes. */
static void add_content(const struct picture_frame *f, uint32_t event, char *words, size_t size) {
    const enum picture_content content = f->on_paper ? picture_content_of(f, event) : CONTENT_CHANGE;
    size_t used = strlen(words);
    if (content == CONTENT_CHANGE)
        return;
    if (used > 0 && words[used - 1] == '?')
        used--;
    snprintf(words + used, size - used, "%s", content == CONTENT_STATE ? " state" : " state?");
}

/* The colour of the arrow, or as near to it as can be read. */
static struct canvas_color readable(const struct picture_frame *f, struct canvas_color color) {
    struct canvas_color ink = color;
    for (float share = 0.1f; share < 1 && theme_contrast(ink, f->paint->back) < 4.5f; share += 0.1f)
        ink = theme_mix(color, f->paint->ink, share);
    return ink;
}

/* On paper there is time to look: beside the arrow, where no other one is, or on it, if it is its own alone.
 */
static bool label_clear(struct picture_frame *f, const struct picture_arrow *a, float y, int side, float size,
                        struct canvas_color ink, const char *words) {
    const float dx = a->to.x - a->from.x, dy = a->to.y - a->from.y, high = 0.56f * size;
    const float middle = a->from.x + (y - a->from.y) / dy * dx;
    const float away =
        fabsf(high / dy * dx) + 0.45f * size + canvas_text_width(f->c, words, size, CANVAS_REGULAR) / 2;
    f->keeps_clear = true;
    f->crossed_by = side == 0 ? a->event : HISTORY_NONE;
    const bool done = picture_label(f, middle + (float)side * away, y, size, CANVAS_REGULAR, ink, words);
    f->keeps_clear = false;
    for (int i = 0; i < f->stroke_count && done; i++)
        f->strokes[i].has_label = f->strokes[i].has_label || f->strokes[i].event == a->event;
    return done;
}

static bool has_label(const struct picture_frame *f, uint32_t event) {
    for (int i = 0; i < f->stroke_count; i++)
        if (f->strokes[i].event == event)
            return f->strokes[i].has_label;
    return false;
}

/* Between two lifelines, nearest to the sender first: there is nothing else but arrows. */
static void label_arrow(struct picture_frame *f, const struct picture_arrow *a) {
    char words[96];
    const struct history_event *e = history_event(f->history, a->event);
    const float size = f->small, room = f->row_height - 1.3f * f->ribbon, dy = a->to.y - a->from.y;
    if (room < 1.3f * size || fabsf(dy) < 1.3f * size)
        return;
    picture_message_words(f, e, words, sizeof words);
    add_content(f, a->event, words, sizeof words);
    const bool marked = picture_in_focus(f, a->event);
    const struct canvas_color ink = marked ? f->paint->ink : readable(f, f->paint->kind[a->kind]);
    static const float along[] = {0.5f, 0.3f, 0.7f};
    const float gap = copysignf(room, dy), step = copysignf(f->row_height, dy);
    int crossed = (int)((fabsf(dy) + f->row_height - room) / f->row_height + 0.5f);
    crossed = crossed < 1 ? 1 : crossed > 3 ? 3 : crossed;
    const int rounds = fabsf(dy) > 4.5f * size ? 3 : 2; /* on one that is short it would hide it */
    for (int round = 0; round < rounds && f->on_paper; round++) {
        static const int sides[] = {-1, 1, 0};
        for (int i = 0; i < 3 * crossed; i++)
            if (label_clear(f, a, a->from.y + (float)(i / 3) * step + along[i % 3] * gap, sides[round], size,
                            ink, words))
                return;
    }
    if (f->on_paper)
        return;
    for (int k = 0; k < crossed; k++)
        for (int i = 0; i < 3; i++) {
            const float y = a->from.y + (float)k * step + along[i] * gap, share = (y - a->from.y) / dy;
            if (share > 0.05f && share < 0.95f &&
                picture_label(f, a->from.x + share * (a->to.x - a->from.x), y, size,
                              marked ? CANVAS_BOLD : CANVAS_REGULAR, ink, words))
                return;
        }
}

/* One message to several: its name stands on the first of them, and on the others in a second round, if there
 * is still room. */
static bool is_repeated(const struct picture_frame *f, uint32_t event, uint32_t *first) {
    const struct history_event *e = history_event(f->history, event);
    for (uint32_t i = event, back = 0; i > f->first && back < 40; i--, back++) {
        const struct history_event *o = history_event(f->history, i - 1);
        *first = i - 1;
        if (o->line == e->line && (o->ev == TRACE_SEND || o->ev == TRACE_LOSE) && o->type == e->type)
            return o->m_origin == e->m_origin && o->m_n == e->m_n && o->seq == e->seq && o->view == e->view &&
                   o->peer != e->peer && e->ev == o->ev;
    }
    return false;
}

static void label_first(struct picture_frame *f, const struct picture_arrow *a) {
    uint32_t first;
    if (!is_repeated(f, a->event, &first))
        label_arrow(f, a);
}

static void label_repeated(struct picture_frame *f, const struct picture_arrow *a) {
    uint32_t first;
    if (is_repeated(f, a->event, &first))
        label_arrow(f, a);
}

/* Once is enough: on one of the others only where the first had no room. */
static void label_instead(struct picture_frame *f, const struct picture_arrow *a) {
    uint32_t at = a->event;
    if (!is_repeated(f, at, &at))
        return;
    bool labelled = has_label(f, at);
    for (int back = 0; back < 40 && !labelled && is_repeated(f, at, &at); back++)
        labelled = has_label(f, at);
    if (!labelled)
        label_arrow(f, a);
}

void picture_draw_labels(struct picture_frame *f) {
    canvas_note(f->c, "labels");
    if (f->has_focus) { /* the others are too pale to be read */
        picture_each_arrow(f, true, label_first);
        return;
    }
    picture_each_arrow(f, false, label_first);
    if (f->on_paper)
        picture_each_arrow(f, false, label_instead);
    else if (f->unit * (f->places == HISTORY_STEPS ? 1 : 200) > 60 * (double)f->factor)
        picture_each_arrow(f, false, label_repeated);
}
