/* Where texts may stand: none on another, and on paper none across an arrow as long as there is another
 * place.
 */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

void picture_reserve(struct picture_frame *f, struct canvas_rect r) {
    if (f->text_count < PICTURE_TEXTS_MAX)
        f->texts[f->text_count++] = r;
}

bool picture_claim(struct picture_frame *f, struct canvas_rect r) {
    const struct canvas_rect *d = &f->diagram;
    if (r.x < d->x || r.y < d->y || r.x + r.w > d->x + d->w || r.y + r.h > d->y + d->h ||
        f->text_count == PICTURE_TEXTS_MAX || (f->keeps_clear && picture_is_crossed(f, r)))
        return false;
    for (int i = 0; i < f->text_count; i++) {
        const struct canvas_rect *t = &f->texts[i];
        if (r.x < t->x + t->w && t->x < r.x + r.w && r.y < t->y + t->h && t->y < r.y + r.h)
            return false;
    }
    f->texts[f->text_count++] = r;
    return true;
}

void picture_keep_clear(struct picture_frame *f, struct canvas_point from, struct canvas_point to,
                        uint32_t event) {
    if (f->on_paper && f->stroke_count < PICTURE_ARROWS_MAX)
        f->strokes[f->stroke_count++] = (struct picture_stroke){from, to, event, false};
}

bool picture_is_crossed(const struct picture_frame *f, struct canvas_rect r) {
    for (int i = 0; i < f->stroke_count; i++) {
        const struct canvas_point a = f->strokes[i].from, b = f->strokes[i].to;
        float from = 0, to = 1; /* the part of it that is inside, so far (Liang and Barsky) */
        const float delta[4] = {a.x - b.x, b.x - a.x, a.y - b.y, b.y - a.y};
        const float room[4] = {a.x - r.x, r.x + r.w - a.x, a.y - r.y, r.y + r.h - a.y};
        for (int side = 0; side < 4; side++) {
            const float share = delta[side] != 0 ? room[side] / delta[side] : 0;
            if (delta[side] < 0)
                from = fmaxf(from, share);
            else if (delta[side] > 0)
                to = fminf(to, share);
            else if (room[side] < 0)
                to = -1;
        }
        if (from < to && f->strokes[i].event != f->crossed_by)
            return true;
    }
    return false;
}

bool picture_label(struct picture_frame *f, float x, float y, float size, enum canvas_weight weight,
                   struct canvas_color ink, const char *text) {
    const float wide = canvas_text_width(f->c, text, size, weight), pad = 0.2f * size, high = 1.12f * size;
    const struct canvas_rect plate = {x - wide / 2 - pad, y - high / 2, wide + 2 * pad, high};
    if (!picture_claim(f, plate))
        return false;
    canvas_rect(f->c, plate, f->paint->back);
    const struct canvas_style style = {size, weight, CANVAS_CENTER, ink};
    canvas_text(f->c, x, y + CANVAS_CAP_HEIGHT * size / 2, &style, text);
    return true;
}

const char *picture_number(uint64_t number, char out[32]) {
    char digits[24];
    const int length = snprintf(digits, sizeof digits, "%" PRIu64, number);
    int used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = '\0';
    return out;
}
