/* The properties, judged while the run goes on: a check where one holds, a cross on a plate where it is
 * violated, a stop sign where the group halted, a dash where the rung does not promise it.
 */
#include "app/scope/picture_parts.h"

#include <math.h>
#include <stdio.h>

#define PROPERTIES (CHECK_PROPERTIES - 1)

/* Where they begin, below the heading, and how many columns they take. */
static void grid(const struct picture_frame *f, struct canvas_rect *box, int *columns, float *row) {
    const struct canvas_rect s = f->side;
    const float heading = f->side_marks_only ? 0 : floorf(2 * s.h / (PROPERTIES + 2));
    *box = (struct canvas_rect){s.x + f->gap / 2, s.y + heading, s.w - f->gap, s.h - heading};
    *columns = 1;
    if (f->side_marks_only) {
        const int per_column = (int)fmaxf(1, s.h / (1.45f * f->small) - 1);
        *columns = (PROPERTIES + per_column - 1) / per_column;
    }
    const int rows = (PROPERTIES + *columns - 1) / *columns;
    *row = floorf(fminf(box->h / (float)rows, 2.2f * f->word));
}

struct canvas_rect picture_property_box(const struct picture_frame *f, int property) {
    struct canvas_rect box;
    int columns;
    float row;
    grid(f, &box, &columns, &row);
    const int rows = (PROPERTIES + columns - 1) / columns, i = property - 1;
    const float wide = box.w / (float)columns;
    return (struct canvas_rect){box.x + floorf((float)(i / rows) * wide), box.y + (float)(i % rows) * row,
                                wide, row};
}

static void draw_mark(struct picture_frame *f, enum check_verdict verdict, struct canvas_rect b,
                      struct canvas_color ink, struct canvas_color back) {
    switch (verdict) {
    case CHECK_HOLDS: picture_check_mark(f->c, b, ink); return;
    case CHECK_VIOLATED: sign_draw(f->c, SIGN_FAILED, b, ink, back); return;
    case CHECK_HALTED: sign_draw(f->c, SIGN_HALTED, b, ink, back); return;
    case CHECK_NOT_APPLICABLE: {
        const float high = fmaxf(2, 0.14f * b.h);
        canvas_rect(f->c, (struct canvas_rect){b.x + 0.15f * b.w, b.y + (b.h - high) / 2, 0.7f * b.w, high},
                    ink);
        return;
    }
    }
}

static void draw_property(struct picture_frame *f, int p) {
    const struct canvas_rect b = picture_property_box(f, p);
    const enum check_verdict verdict = f->story->property[p];
    const bool bad = verdict == CHECK_VIOLATED || verdict == CHECK_HALTED;
    const bool pointed = f->look->hovered_property == p;
    const struct canvas_color ground = bad ? f->paint->ink : f->paint->panel;
    const struct canvas_color ink = bad                               ? f->paint->back
                                    : verdict == CHECK_NOT_APPLICABLE ? f->paint->quiet
                                                                      : f->paint->ink;
    const float size = floorf(fmaxf(fminf(0.62f * b.h, f->word), f->legible)), side = floorf(0.85f * size);
    const float number_wide = canvas_text_width(f->c, "26", size, CANVAS_BOLD), pad = f->gap / 2;
    char number[12];
    snprintf(number, sizeof number, "%d", p);
    const struct canvas_rect plate = {b.x, b.y + 1, b.w - (f->side_marks_only ? pad : 0), b.h - 2};
    if (bad)
        canvas_rect(f->c, plate, ground);
    if (pointed)
        canvas_frame(f->c, plate, fmaxf(2, f->line), bad ? f->paint->back : f->paint->ink);
    const struct canvas_style right = {size, CANVAS_BOLD, CANVAS_RIGHT, ink};
    const struct canvas_style left = {size, bad ? CANVAS_BOLD : CANVAS_REGULAR, CANVAS_LEFT, ink};
    const float baseline = b.y + (b.h + CANVAS_CAP_HEIGHT * size) / 2;
    canvas_text(f->c, b.x + pad + number_wide, baseline, &right, number);
    const float mark = f->side_marks_only ? b.x + pad + number_wide + 0.35f * size : b.x + b.w - pad - side;
    draw_mark(f, verdict, (struct canvas_rect){mark, b.y + floorf((b.h - side) / 2), side, side}, ink,
              ground);
    if (f->side_marks_only)
        return;
    const float x = b.x + pad + number_wide + 0.5f * size;
    canvas_text_in(f->c, (struct canvas_rect){x, b.y, mark - x - 0.4f * size, b.h}, &left, f->legible,
                   check_property_name((enum check_property)p));
}

void picture_draw_side(struct picture_frame *f) {
    if (f->side.w <= 0)
        return;
    canvas_note(f->c, "properties");
    canvas_rect(f->c, f->side, f->paint->panel);
    if (!f->side_marks_only) {
        const struct canvas_rect box = {f->side.x + f->gap, f->side.y, f->side.w - 2 * f->gap,
                                        2 * f->side.h / (PROPERTIES + 2)};
        const struct canvas_style style = {1.1f * f->word, CANVAS_BOLD, CANVAS_LEFT, f->paint->ink};
        canvas_text_in(f->c, box, &style, f->legible,
                       f->story->complete ? "Properties" : "Properties, as far as heard");
    }
    for (int p = 1; p < CHECK_PROPERTIES; p++)
        draw_property(f, p);
}
