/* The sentence, read from the last row: a sign, a few capitals, and the cause. The ground is a colour of
 * Okabe and Ito that black is read on; shape and words say the same without it.
 */
#include "app/scope/picture_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct canvas_color black = {0, 0, 0, 255};

static const struct canvas_color grounds[STORY_SIGNS] = {
    [STORY_EMPTY] = {0xd0, 0xd0, 0xd0, 255},       [STORY_IN_SYNC] = {0x3c, 0xbf, 0x95, 255},
    [STORY_CATCHING_UP] = {0xb9, 0xdf, 0xd1, 255}, [STORY_VIEW_CHANGE] = {0xf0, 0xe4, 0x42, 255},
    [STORY_NO_QUORUM] = {0xe6, 0x9f, 0x00, 255},   [STORY_FROZEN] = {0x7c, 0xc4, 0xee, 255},
    [STORY_HALTED] = {0xd9, 0x9a, 0xbd, 255},      [STORY_OUT_OF_SYNC] = {0xf2, 0x8b, 0x4b, 255}};

void picture_check_mark(struct canvas *c, struct canvas_rect b, struct canvas_color ink) {
    const struct canvas_point p[6] = {{b.x, b.y + 0.55f * b.h},
                                      {b.x + 0.14f * b.w, b.y + 0.41f * b.h},
                                      {b.x + 0.36f * b.w, b.y + 0.63f * b.h},
                                      {b.x + 0.86f * b.w, b.y + 0.08f * b.h},
                                      {b.x + b.w, b.y + 0.22f * b.h},
                                      {b.x + 0.36f * b.w, b.y + 0.92f * b.h}};
    canvas_note(c, "check mark");
    canvas_polygon(c, p, 6, ink);
}

struct canvas_color picture_story_ground(enum story_sign sign) {
    return grounds[sign];
}

void picture_story_sign(struct canvas *c, enum story_sign sign, struct canvas_rect box,
                        struct canvas_color back) {
    switch (sign) {
    case STORY_IN_SYNC: picture_check_mark(c, box, black); return;
    case STORY_EMPTY:
    case STORY_CATCHING_UP: sign_draw(c, SIGN_WAITING, box, black, back); return;
    case STORY_VIEW_CHANGE: sign_draw(c, SIGN_CHANGING, box, black, back); return;
    case STORY_NO_QUORUM: sign_draw(c, SIGN_NO_QUORUM, box, black, back); return;
    case STORY_FROZEN: sign_draw(c, SIGN_FROZEN, box, black, back); return;
    case STORY_HALTED: sign_draw(c, SIGN_HALTED, box, black, back); return;
    case STORY_OUT_OF_SYNC: sign_draw(c, SIGN_DIFFERS, box, black, back); return;
    case STORY_SIGNS: break;
    }
}

enum mode_sign { MODE_PLAIN, MODE_PAUSED, MODE_LIVE, MODE_FILMED };

/* White on black, whatever the ground is; at the right end of the box. Returns its width. */
static float draw_word(struct picture_frame *f, struct canvas_rect box, enum mode_sign sign,
                       const char *words) {
    const float size = f->word, side = floorf(CANVAS_CAP_HEIGHT * size), pad = 0.5f * size;
    const float wide =
        canvas_text_width(f->c, words, size, CANVAS_BOLD) + 2 * pad + (sign != MODE_PLAIN ? 1.4f * side : 0);
    const struct canvas_rect plate = {box.x + box.w - wide, box.y, wide, floorf(1.6f * size)};
    canvas_rect(f->c, plate, black);
    const struct canvas_color ink = {255, 255, 255, 255}, red = {0xff, 0x50, 0x50, 255};
    const struct canvas_rect icon = {plate.x + pad, plate.y + floorf((plate.h - side) / 2), side, side};
    if (sign == MODE_PAUSED)
        sign_draw(f->c, SIGN_PAUSED, icon, ink, black);
    else if (sign == MODE_FILMED)
        sign_draw(f->c, SIGN_RECORDING, icon, red, black);
    else if (sign == MODE_LIVE)
        canvas_disc(f->c, (struct canvas_point){icon.x + side / 2, icon.y + side / 2}, side / 2, ink);
    const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_RIGHT, ink};
    canvas_text(f->c, plate.x + plate.w - pad, plate.y + (plate.h + CANVAS_CAP_HEIGHT * size) / 2, &style,
                words);
    return wide;
}

/* Live or recorded, whether the picture stands still, and whether it is filmed. Returns the width of it all.
 */
static float draw_mode(struct picture_frame *f, struct canvas_rect box) {
    const struct picture_look *look = f->look;
    const char *words = look->is_paused    ? "paused"
                        : look->is_playing ? "playing"
                        : look->is_live    ? "live"
                                           : "recorded";
    const enum mode_sign sign = look->is_paused                      ? MODE_PAUSED
                                : look->is_live && !look->is_playing ? MODE_LIVE
                                                                     : MODE_PLAIN;
    float wide = draw_word(f, box, sign, words);
    if (look->is_recorded) {
        box.w -= wide + f->gap;
        wide += f->gap + draw_word(f, box, MODE_FILMED, "REC");
    }
    return wide;
}

/* The head beside the sentence where both fit on a line, else above it; the sentence in two lines at most. */
static void draw_words(struct picture_frame *f, struct canvas_rect box) {
    const struct story *s = f->story;
    const float least = 1.15f * f->legible;
    float head = floorf(fminf(0.5f * box.h, fmaxf(56 * f->factor, 1.5f * f->legible)));
    head = canvas_fit_size(f->c, s->head, CANVAS_BOLD, head, least, box.w);
    const struct canvas_style bold = {head, CANVAS_BOLD, CANVAS_LEFT, black};
    if (s->sentence[0] == '\0') {
        canvas_text_in(f->c, box, &bold, least, s->head);
        return;
    }
    const float wanted = floorf(fmaxf(44 * f->factor, least));
    const float head_wide = canvas_text_width(f->c, s->head, head, CANVAS_BOLD) + 0.6f * head;
    struct canvas_line_text lines[2];
    int count = 0;
    float size = wanted;
    const bool beside = head_wide < 0.45f * box.w;
    struct canvas_rect rest =
        beside ? (struct canvas_rect){box.x + head_wide, box.y, box.w - head_wide, box.h}
               : (struct canvas_rect){box.x, box.y + 1.2f * head, box.w, box.h - 1.2f * head};
    const int most = rest.h >= 2.3f * least ? 2 : 1;
    for (;; size = floorf(0.94f * size)) { /* smaller rather than cut */
        struct canvas_line_text all[4];
        count = canvas_wrap(f->c, s->sentence, size, CANVAS_REGULAR, rest.w, all, 4);
        if ((count <= most && (float)count * 1.2f * size <= rest.h) ||
            0.94f * size < fmaxf(0.72f * wanted, least))
            break;
    }
    count = canvas_wrap(f->c, s->sentence, size, CANVAS_REGULAR, rest.w, lines, most);
    const float high = 1.2f * size;
    float y = rest.y + (rest.h - (float)count * high) / 2;
    if (beside) /* on the first line of the sentence */
        canvas_text_in(f->c, (struct canvas_rect){box.x, y, head_wide, high}, &bold, least, s->head);
    else
        canvas_text_in(f->c, (struct canvas_rect){box.x, box.y, box.w, 1.2f * head}, &bold, least, s->head);
    const struct canvas_style plain = {size, CANVAS_REGULAR, CANVAS_LEFT, black};
    for (int i = 0; i < count; i++, y += high)
        canvas_text_in(f->c, (struct canvas_rect){rest.x, y, rest.w, high}, &plain, least, lines[i].text);
}

void picture_draw_banner(struct picture_frame *f) {
    const struct story *s = f->story;
    struct canvas_rect b = f->banner;
    const float border = s->sign == STORY_OUT_OF_SYNC ? floorf(fmaxf(12 * f->factor, 6)) : 0;
    const float pad = border + f->gap;
    canvas_note(f->c, "sentence");
    canvas_rect(f->c, b, grounds[s->sign]);
    if (border > 0)
        sign_hazard(f->c, b, border);
    const float mode = draw_mode(f, (struct canvas_rect){b.x, b.y + pad, b.w - pad, b.h - 2 * pad});
    const float side = floorf(fminf(0.62f * b.h, b.h - 2 * pad));
    const float left = pad + f->gap;
    picture_story_sign(f->c, s->sign, (struct canvas_rect){left, b.y + floorf((b.h - side) / 2), side, side},
                       grounds[s->sign]);
    const float text = left + side + 2.5f * f->gap;
    draw_words(f, (struct canvas_rect){text, b.y + 0.6f * pad, b.w - text - mode - pad - 2 * f->gap,
                                       b.h - 1.2f * pad});
}

/* -- Over the diagram ------------------------------------------------------------------------------------ */

#define PLATE_LINES_MAX 4

/* Lines of about the same length, as many as are needed. */
static int wrap_evenly(struct picture_frame *f, const char *text, float size, float room, int most,
                       struct canvas_line_text lines[PLATE_LINES_MAX]) {
    struct canvas_line_text narrower[PLATE_LINES_MAX + 1];
    const int count = canvas_wrap(f->c, text, size, CANVAS_BOLD, room, narrower, most + 1);
    canvas_wrap(f->c, text, size, CANVAS_BOLD, room, lines, most);
    if (count > most)
        return most;
    for (float wide = 0.97f * room; count > 1 && wide > 0.4f * room; wide -= 0.03f * room) {
        if (canvas_wrap(f->c, text, size, CANVAS_BOLD, wide, narrower, most + 1) > count)
            break;
        memcpy(lines, narrower, (size_t)count * sizeof lines[0]);
    }
    return count;
}

static float plate_room(const struct picture_frame *f, float size) {
    return 0.9f * f->diagram.w - size;
}

/* A plate with up to `most` lines, its lower edge at `bottom`; returns its upper edge. */
static float draw_plate(struct picture_frame *f, float bottom, float size, int most, bool inverted,
                        const char *text) {
    const struct canvas_rect *d = &f->diagram;
    const struct canvas_color ground = inverted ? f->paint->ink : f->paint->panel;
    const struct canvas_color ink = inverted ? f->paint->back : f->paint->ink;
    struct canvas_line_text lines[PLATE_LINES_MAX];
    const float pad = 0.5f * size;
    const int count = wrap_evenly(f, text, size, plate_room(f, size), most, lines);
    float wide = 0;
    for (int i = 0; i < count; i++)
        wide = fmaxf(wide, canvas_text_width(f->c, lines[i].text, size, CANVAS_BOLD));
    const float high = (float)count * 1.25f * size + pad;
    const struct canvas_rect plate = {floorf(d->x + (d->w - wide) / 2 - pad), floorf(bottom - high),
                                      wide + 2 * pad, high};
    if (count == 0 || plate.y < d->y)
        return bottom;
    canvas_rect(f->c, plate, ground);
    canvas_frame(f->c, plate, fmaxf(2, 1.5f * f->line), ink);
    const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_CENTER, ink};
    for (int i = 0; i < count; i++)
        canvas_text(f->c, plate.x + plate.w / 2,
                    plate.y + pad / 2 + ((float)i + 0.5f) * 1.25f * size + CANVAS_CAP_HEIGHT * size / 2,
                    &style, lines[i].text);
    return plate.y - f->gap;
}

static int lines_of(struct picture_frame *f, const char *text, float size) {
    struct canvas_line_text lines[PLATE_LINES_MAX];
    return canvas_wrap(f->c, text, size, CANVAS_BOLD, plate_room(f, size), lines, PLATE_LINES_MAX);
}

/* Rather smaller than in one line more: the times and the last lifeline are there. */
static float draw_caption(struct picture_frame *f, float bottom, const char *text) {
    float size = floorf(fmaxf(46 * f->factor, 1.4f * f->legible));
    const float least = floorf(fmaxf(0.7f * size, f->legible));
    const int lines = lines_of(f, text, least);
    while (size > least && lines_of(f, text, size) > lines)
        size = fmaxf(size - 1, least);
    canvas_note(f->c, "caption");
    return draw_plate(f, bottom, size, 3, true, text);
}

void picture_draw_captions(struct picture_frame *f) {
    const struct picture_look *look = f->look;
    float bottom = f->tools.y - f->gap; /* over the times and the strip: lifelines stay in sight */
    if (look->caption != NULL && look->caption[0] != '\0')
        bottom = draw_caption(f, bottom, look->caption);
    if (look->explanation != NULL && look->explanation[0] != '\0') {
        canvas_note(f->c, "explanation");
        bottom =
            draw_plate(f, bottom, floorf(fmaxf(30 * f->factor, f->legible)), 4, false, look->explanation);
    }
    if (look->notice != NULL && look->notice[0] != '\0') {
        canvas_note(f->c, "notice");
        draw_plate(f, bottom, floorf(fmaxf(34 * f->factor, f->legible)), 2, true, look->notice);
    }
}
