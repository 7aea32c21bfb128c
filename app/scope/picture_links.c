/* The matrix of links: a row for who sends, a column for who receives. What is wrong with a direction is told
 * by a shape: a cross, a number in a dashed frame, a clock.
 */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const char *const help[] = {
    "click: cut or mend \u00b7 Shift+click: lose the next one \u00b7 right click: 200 ms late",
    "click: cut \u00b7 Shift: lose 1 \u00b7 right: delay 200 ms"};

struct picture_links_box picture_links_box(const struct picture_frame *f) {
    const struct canvas_rect *d = &f->diagram;
    const float n = (float)(f->rows > 0 ? f->rows : 1), size = floorf(fmaxf(24 * f->factor, f->legible));
    const float head = 2 * 1.5f * size, pad = f->gap, names = 6 * size;
    const float high = f->info.y - d->y - 3 * pad - head - 1.4f * size;
    float cell = floorf(fminf(high / n, (d->w - names - 4 * pad) / n));
    cell = fminf(fmaxf(cell, 6), 96 * f->factor);
    const float wide =
        fmaxf(names + n * cell + 2 * pad,
              fminf(canvas_text_width(f->c, help[1], 0.8f * size, CANVAS_REGULAR) + 4 * pad, d->w - 2 * pad));
    const float tall = head + 1.4f * size + n * cell + 2 * pad;
    const struct canvas_rect panel = {floorf(d->x + (d->w - wide) / 2),
                                      floorf(d->y + fmaxf(pad, (d->h - tall) / 3)), wide, tall};
    const float left = floorf(panel.x + (wide - names - n * cell) / 2 + names);
    return (struct picture_links_box){
        panel, {left, panel.y + pad + head + 1.4f * size, n * cell, n * cell}, cell, size};
}

static void draw_dashed_frame(struct picture_frame *f, struct canvas_rect b, float width,
                              struct canvas_color ink) {
    const float dash = fmaxf(3, 0.16f * b.w);
    for (float at = 0; at < b.w; at += 1.7f * dash) {
        const float part = fminf(dash, b.w - at);
        canvas_rect(f->c, (struct canvas_rect){b.x + at, b.y, part, width}, ink);
        canvas_rect(f->c, (struct canvas_rect){b.x + at, b.y + b.h - width, part, width}, ink);
        canvas_rect(f->c, (struct canvas_rect){b.x, b.y + at, width, part}, ink);
        canvas_rect(f->c, (struct canvas_rect){b.x + b.w - width, b.y + at, width, part}, ink);
    }
}

/* A clock, and under it, or beside it, the milliseconds. */
static void draw_delay(struct picture_frame *f, struct canvas_rect b, uint32_t ms, bool beside) {
    const struct canvas_color ink = f->paint->ink;
    const float r = beside ? fminf(0.2f * b.w, 0.4f * b.h) : 0.22f * b.h, pen = fmaxf(1.5f, 0.18f * r);
    const struct canvas_point at = {beside ? b.x + 1.3f * r : b.x + b.w / 2,
                                    beside ? b.y + b.h / 2 : b.y + 0.36f * b.h};
    char words[16];
    canvas_note(f->c, "link delays");
    canvas_ring(f->c, at, r, pen, ink);
    canvas_line(f->c, at, (struct canvas_point){at.x, at.y - 0.75f * r}, pen, ink);
    canvas_line(f->c, at, (struct canvas_point){at.x + 0.55f * r, at.y + 0.2f * r}, pen, ink);
    snprintf(words, sizeof words, beside ? "%" PRIu32 : "%" PRIu32 " ms", ms);
    const struct canvas_rect box =
        beside ? (struct canvas_rect){b.x + 2.8f * r, b.y, b.w - 2.8f * r, b.h}
               : (struct canvas_rect){b.x + 2, b.y + 0.62f * b.h, b.w - 4, 0.36f * b.h};
    const struct canvas_style style = {floorf(beside ? 0.5f * b.h : 0.26f * b.h), CANVAS_BOLD, CANVAS_CENTER,
                                       ink};
    if (style.size >= 0.6f * f->legible)
        canvas_text_in(f->c, box, &style, 0.6f * f->legible, words);
}

void picture_draw_link(struct picture_frame *f, struct canvas_rect b, const struct picture_link *link) {
    const struct canvas_color ink = f->paint->ink;
    const float line = b.w < 24 ? 1 : fmaxf(1, 1.5f * f->line), in = floorf(0.24f * b.w);
    char words[16];
    if (link == NULL)
        return;
    if (link->cut) {
        canvas_note(f->c, "link cut");
        canvas_rect(f->c, b, ink);
        sign_draw(f->c, SIGN_FAILED, (struct canvas_rect){b.x + in, b.y + in, b.w - 2 * in, b.h - 2 * in},
                  f->paint->back, ink);
        return;
    }
    if (link->lose > 0) {
        canvas_note(f->c, "link loses");
        draw_dashed_frame(f, (struct canvas_rect){b.x + line, b.y + line, b.w - 2 * line, b.h - 2 * line},
                          2 * line, ink);
        const bool both = link->delay_ms > 0;
        const struct canvas_style style = {floorf((both ? 0.34f : 0.5f) * b.h), CANVAS_BOLD, CANVAS_CENTER,
                                           ink};
        snprintf(words, sizeof words, "%" PRIu32, link->lose);
        canvas_text_in(f->c,
                       (struct canvas_rect){b.x + 4 * line, b.y + 4 * line, b.w - 8 * line,
                                            (both ? 0.42f : 1) * b.h - (both ? 4 : 8) * line},
                       &style, 6, words);
    }
    if (link->delay_ms > 0)
        draw_delay(f,
                   link->lose > 0 ? (struct canvas_rect){b.x + 4 * line, b.y + 0.44f * b.h, b.w - 8 * line,
                                                         0.56f * b.h - 4 * line}
                                  : b,
                   link->delay_ms, link->lose > 0);
}

static void draw_names(struct picture_frame *f, const struct picture_links_box *box) {
    const struct canvas_rect c = box->cells;
    const float least = fminf(0.75f * f->legible, box->size);
    const bool room = box->cell >= 1.3f * least;
    const float size = floorf(fmaxf(fminf(box->size, 0.6f * box->cell), least));
    for (int i = 0; i < f->rows && room; i++) {
        const char *name = history_row(f->history, (uint32_t)i)->name;
        const struct canvas_style to = {size, CANVAS_BOLD, CANVAS_CENTER, f->paint->ink};
        const struct canvas_style from = {size, CANVAS_BOLD, CANVAS_RIGHT, f->paint->ink};
        canvas_text_in(f->c,
                       (struct canvas_rect){c.x + (float)i * box->cell + 1, c.y - 1.4f * box->size,
                                            box->cell - 2, 1.4f * box->size},
                       &to, least, name);
        canvas_text_in(f->c,
                       (struct canvas_rect){c.x - 6 * box->size, c.y + (float)i * box->cell, 5.6f * box->size,
                                            box->cell},
                       &from, least, name);
    }
}

void picture_draw_links(struct picture_frame *f) {
    const struct picture_links_box box = picture_links_box(f);
    const struct canvas_rect p = box.panel, c = box.cells;
    canvas_note(f->c, "links");
    canvas_rect(f->c, p, f->paint->panel);
    canvas_frame(f->c, p, fmaxf(2, 2 * f->line), f->paint->ink);
    const struct canvas_style title = {box.size, CANVAS_BOLD, CANVAS_CENTER, f->paint->ink};
    const struct canvas_style small = {0.8f * box.size, CANVAS_REGULAR, CANVAS_CENTER, f->paint->ink};
    const struct canvas_rect line = {p.x + f->gap, p.y + f->gap / 2, p.w - 2 * f->gap, 1.5f * box.size};
    canvas_text_in(f->c, line, &title, f->legible, "Links: from the row to the column");
    const char *words =
        canvas_text_width(f->c, help[0], small.size, CANVAS_REGULAR) <= line.w ? help[0] : help[1];
    canvas_text_in(f->c, (struct canvas_rect){line.x, line.y + line.h, line.w, line.h}, &small,
                   0.8f * f->legible, words);
    draw_names(f, &box);
    const float gap = fmaxf(1, floorf(0.04f * box.cell));
    for (int from = 0; from < f->rows; from++)
        for (int to = 0; to < f->rows; to++) {
            const struct canvas_rect b = {c.x + (float)to * box.cell + gap,
                                          c.y + (float)from * box.cell + gap, box.cell - 2 * gap,
                                          box.cell - 2 * gap};
            if (from == to)
                continue;
            canvas_rect(f->c, b, f->paint->back);
            canvas_frame(f->c, b, 1, f->paint->quiet);
            picture_draw_link(f, b, f->look->links != NULL ? &f->look->links[from * f->rows + to] : NULL);
        }
}
