/* The whole run in one strip: how many messages, who crashed, what was lost, where views changed, where a
 * property is violated, and the part that the diagram shows.
 */
#include "app/scope/picture_parts.h"

#include <math.h>
#include <stdio.h>

double picture_overview_place(const struct picture_frame *f, float x) {
    const double all = fmax((double)history_end(f->history, f->places), 1);
    return (double)((x - f->overview.x) / f->overview.w) * all;
}

static float x_of(const struct picture_frame *f, double place) {
    const double all = fmax((double)history_end(f->history, f->places), 1);
    return f->overview.x + (float)(fmin(fmax(place / all, 0), 1) * (double)f->overview.w);
}

static void draw_bars(struct picture_frame *f, const struct picture_summary *s) {
    const struct canvas_rect b = f->overview;
    for (int i = 0; i < s->count; i++) {
        if (s->buckets[i].messages == 0)
            continue;
        const float x0 = x_of(f, i * s->places), x1 = x_of(f, (i + 1) * s->places);
        const float high = b.h * (0.15f + 0.6f * sqrtf((float)s->buckets[i].messages / (float)s->most));
        canvas_rect(f->c, (struct canvas_rect){x0, b.y + b.h - high, fmaxf(x1 - x0, 1), high},
                    f->paint->kind[KIND_CHANGE]);
    }
}

static void draw_marks(struct picture_frame *f, const struct picture_summary *s) {
    const struct canvas_rect b = f->overview;
    const float side = floorf(0.3f * b.h);
    float last_crash = -1e6f;
    for (int i = 0; i < s->count; i++) {
        const struct picture_bucket *k = &s->buckets[i];
        const float x = x_of(f, (i + 0.5) * s->places);
        if (k->viewed)
            canvas_rect(f->c, (struct canvas_rect){x, b.y, fmaxf(1, f->line), b.h},
                        f->paint->kind[KIND_VIEW]);
        if (k->lost)
            canvas_rect(f->c, (struct canvas_rect){x - 1, b.y + 0.86f * b.h, 3, 0.14f * b.h}, f->paint->ink);
        if (k->crashed && x - last_crash > side) {
            last_crash = x;
            sign_draw(f->c, SIGN_FAILED, (struct canvas_rect){x - side / 2, b.y + 2, side, side},
                      f->paint->ink, f->paint->back);
        }
    }
}

/* A triangle with its tip where a violation shows. */
static void draw_violations(struct picture_frame *f) {
    const struct canvas_rect b = f->overview;
    const float side = 0.42f * b.h;
    float last = -1e6f;
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const uint32_t event = f->story->property_event[p];
        if (f->story->property[p] != CHECK_VIOLATED || event >= history_event_count(f->history))
            continue;
        const float x = x_of(f, (double)history_event(f->history, event)->at[f->places]);
        if (fabsf(x - last) < side)
            continue;
        last = x;
        const struct canvas_point rim[3] = {
            {x - 0.75f * side, b.y}, {x + 0.75f * side, b.y}, {x, b.y + 1.35f * side}};
        const struct canvas_point tip[3] = {
            {x - 0.5f * side, b.y + 2}, {x + 0.5f * side, b.y + 2}, {x, b.y + side}};
        canvas_note(f->c, "violation");
        canvas_polygon(f->c, rim, 3, f->paint->ink);
        canvas_polygon(f->c, tip, 3, (struct canvas_color){0xf2, 0x8b, 0x4b, 255});
    }
}

static void draw_window(struct picture_frame *f) {
    const struct canvas_rect b = f->overview;
    const float wide = fmaxf(2, 2 * f->line), x0 = x_of(f, f->left);
    const float x1 = x_of(f, f->left + (double)f->diagram.w / f->unit);
    const struct canvas_rect window = {x0 - wide, b.y - wide, fmaxf(x1 - x0, 4) + 2 * wide, b.h + 2 * wide};
    canvas_note(f->c, "window");
    canvas_frame(f->c, window, wide, f->paint->ink);
}

/* How long the run is, under the names. */
static void draw_length(struct picture_frame *f) {
    char words[64];
    const gms_time from = history_time_at(f->history, f->places, 0);
    const gms_time to = history_time_at(f->history, f->places, history_end(f->history, f->places));
    const double seconds = (double)(to > from ? to - from : 0) / 1e9;
    if (seconds >= 120)
        snprintf(words, sizeof words, "whole run: %d:%02d min", (int)seconds / 60, (int)seconds % 60);
    else if (seconds >= 1)
        snprintf(words, sizeof words, "whole run: %.1f s", seconds);
    else
        snprintf(words, sizeof words, "whole run: %.0f ms", 1e3 * seconds);
    const struct canvas_style style = {f->small, CANVAS_REGULAR, CANVAS_LEFT, f->paint->ink};
    canvas_text_in(f->c,
                   (struct canvas_rect){f->gap, f->overview.y, f->overview.x - 2 * f->gap, f->overview.h},
                   &style, f->legible, words);
}

void picture_draw_overview(struct picture_frame *f) {
    const struct picture_summary s = picture_summary(f->index, f->places);
    canvas_note(f->c, "overview");
    canvas_rect(f->c, f->overview, f->paint->panel);
    draw_bars(f, &s);
    draw_marks(f, &s);
    draw_violations(f);
    draw_window(f);
    draw_length(f);
}
