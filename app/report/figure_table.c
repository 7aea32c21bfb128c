/* The ladder as a table, computed: every rung under every fault, by the worst of all runs within the bounds.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report/figure_parts.h"
#include "app/ui/sign.h"

#define ROW_SIZES  1.9f /* in sizes of text */
#define WORD_SIZES 5.6f /* a cell that is as wide says in words what its sign means */
#define CELL_LEAST 3.2f

struct table {
    const struct matrix *m;
    struct figure_page *p;
    float faults, cell, row; /* widths of columns; height of a row */
    bool has_words;
};

/* The worse the darker, so that it is seen in grey as well. */
static const struct {
    const char *words;
    enum story_sign sign;
    struct canvas_color ground;
} verdicts[] = {[EXPLORE_SYNC] = {"in sync", STORY_IN_SYNC, {0xc9, 0xea, 0xdf, 255}},
                [EXPLORE_HALT] = {"halts", STORY_HALTED, {0xdc, 0xa6, 0xc4, 255}},
                [EXPLORE_DESYNC] = {"parts", STORY_OUT_OF_SYNC, {0xe6, 0x7a, 0x2e, 255}}};

static void measure(struct table *t) {
    struct figure_page *p = t->p;
    for (int i = 0; i < (int)EXPLORE_FAULTS; i++)
        t->faults = fmaxf(t->faults, canvas_text_width(p->c, explore_fault_text((enum explore_fault)i),
                                                       p->size, CANVAS_REGULAR));
    t->faults += 0.8f * p->size;
    const float room = (p->width - t->faults) / (float)GMS_RUNGS;
    t->cell = fmaxf(room, CELL_LEAST * p->size);
    t->faults = p->width - t->cell * (float)GMS_RUNGS; /* the texts of the faults are broken, if need be */
    t->has_words = t->cell >= WORD_SIZES * p->size;
    t->row = ROW_SIZES * p->size;
}

/* "gms4-" above "ack", where there is no room for both. */
static void draw_head(const struct table *t, int rung, struct canvas_rect box) {
    struct figure_page *p = t->p;
    const char *name = gms_rung_name((enum gms_rung_id)rung), *dash = strchr(name, '-');
    const struct canvas_style style = {p->size, CANVAS_BOLD, CANVAS_CENTER, figure_black};
    if (dash == NULL || canvas_text_width(p->c, name, p->size, CANVAS_BOLD) < box.w - 4) {
        canvas_text(p->c, box.x + box.w / 2, box.y + box.h - 0.5f * p->size, &style, name);
        return;
    }
    char first[16];
    snprintf(first, sizeof first, "%.*s", (int)(dash - name), name);
    canvas_text(p->c, box.x + box.w / 2, box.y + box.h - 1.7f * p->size, &style, first);
    canvas_text(p->c, box.x + box.w / 2, box.y + box.h - 0.5f * p->size, &style, dash + 1);
}

static void draw_verdict(const struct table *t, enum explore_verdict verdict, bool complete,
                         struct canvas_rect box, bool has_words) {
    struct figure_page *p = t->p;
    const float side = floorf(0.85f * p->size);
    const struct canvas_rect ground = {box.x + 1, box.y + 1, box.w - 2, box.h - 2};
    const float wide = has_words
                           ? side + 0.4f * p->size +
                                 canvas_text_width(p->c, verdicts[verdict].words, p->size, CANVAS_REGULAR)
                           : side;
    struct canvas_rect sign = {floorf(box.x + (box.w - wide) / 2), floorf(box.y + (box.h - side) / 2), side,
                               side};
    canvas_rect(p->c, ground, verdicts[verdict].ground);
    picture_story_sign(p->c, verdicts[verdict].sign, sign, verdicts[verdict].ground);
    const struct canvas_style style = {p->size, CANVAS_REGULAR, CANVAS_LEFT, figure_black};
    if (has_words)
        canvas_text(p->c, sign.x + side + 0.4f * p->size, box.y + (box.h + CANVAS_CAP_HEIGHT * p->size) / 2,
                    &style, verdicts[verdict].words);
    if (!complete)
        canvas_text(p->c, sign.x + wide + 0.1f * p->size, box.y + (box.h + CANVAS_CAP_HEIGHT * p->size) / 2,
                    &style, "+");
}

static void draw_fault(const struct table *t, int fault, float y, float high) {
    struct figure_page *p = t->p;
    struct canvas_line_text lines[3];
    const int count = canvas_wrap(p->c, explore_fault_text((enum explore_fault)fault), p->size,
                                  CANVAS_REGULAR, t->faults - 0.6f * p->size, lines, 3);
    const struct canvas_style style = {p->size, CANVAS_REGULAR, CANVAS_LEFT, figure_black};
    y += (high - (float)count * 1.25f * p->size) / 2;
    for (int i = 0; i < count; i++, y += 1.25f * p->size)
        canvas_text_in(p->c, (struct canvas_rect){0, y, t->faults, 1.25f * p->size}, &style, SHEET_LEGIBLE,
                       lines[i].text);
}

static float row_height(const struct table *t, int fault) {
    struct canvas_line_text lines[3];
    const int count = canvas_wrap(t->p->c, explore_fault_text((enum explore_fault)fault), t->p->size,
                                  CANVAS_REGULAR, t->faults - 0.6f * t->p->size, lines, 3);
    return fmaxf(t->row, (float)count * 1.25f * t->p->size + 0.5f * t->p->size);
}

static void draw_legend(const struct table *t) {
    static const char *const words[] = {[EXPLORE_SYNC] = "all correct members stay in sync",
                                        [EXPLORE_HALT] = "the group halts",
                                        [EXPLORE_DESYNC] = "the colours part"};
    static const enum explore_verdict order[] = {EXPLORE_SYNC, EXPLORE_HALT, EXPLORE_DESYNC};
    struct figure_page *p = t->p;
    const float line = 1.6f * p->size, sample = 1.5f * line;
    float x = 0;
    for (int i = 0; i < 3; i++) {
        const float wide =
            sample + 0.4f * p->size + canvas_text_width(p->c, words[order[i]], p->size, CANVAS_REGULAR);
        if (x > 0 && x + wide > p->width) {
            x = 0;
            p->y += line;
        }
        const struct canvas_style style = {p->size, CANVAS_REGULAR, CANVAS_LEFT, figure_black};
        if (p->draws) {
            draw_verdict(t, order[i], true, (struct canvas_rect){x, p->y, sample, line}, false);
            canvas_text_in(p->c, (struct canvas_rect){x + sample + 0.4f * p->size, p->y, wide, line}, &style,
                           SHEET_LEGIBLE, words[order[i]]);
        }
        x += wide + 1.3f * p->size;
    }
    p->y += line;
}

void figure_table(const struct figure *f, struct figure_page *p) {
    struct table t = {.m = f->matrix, .p = p};
    bool complete = true;
    measure(&t);
    const bool is_broken = canvas_text_width(p->c, "gms4-nack", p->size, CANVAS_BOLD) >= t.cell - 4;
    const float head = (is_broken ? 3.2f : 2.0f) * p->size;
    for (int rung = 0; rung < (int)GMS_RUNGS && p->draws; rung++)
        draw_head(&t, rung, (struct canvas_rect){t.faults + (float)rung * t.cell, p->y, t.cell, head});
    p->y += head;
    if (p->draws)
        canvas_rect(p->c, (struct canvas_rect){0, p->y, p->width, 1.5f}, figure_black);
    p->y += 2;
    for (int fault = 0; fault < (int)EXPLORE_FAULTS; fault++) {
        const float high = row_height(&t, fault);
        for (int rung = 0; rung < (int)GMS_RUNGS && p->draws; rung++) {
            const struct search_cell *cell =
                matrix_cell(t.m, (enum gms_rung_id)rung, (enum explore_fault)fault);
            complete = complete && cell->result.complete;
            draw_verdict(&t, cell->result.verdict, cell->result.complete,
                         (struct canvas_rect){t.faults + (float)rung * t.cell, p->y, t.cell, high},
                         t.has_words);
        }
        if (p->draws)
            draw_fault(&t, fault, p->y, high);
        p->y += high;
    }
    p->y += p->gap;
    draw_legend(&t);
    const struct search_cell *any = matrix_cell(t.m, GMS_RUNG_1, EXPLORE_NONE),
                             *cascade = matrix_cell(t.m, GMS_RUNG_1, EXPLORE_CASCADE),
                             *gms5 = matrix_cell(t.m, GMS_RUNG_5, EXPLORE_NONE),
                             *gms5_cascade = matrix_cell(t.m, GMS_RUNG_5, EXPLORE_CASCADE);
    char words[256];
    snprintf(words, sizeof words,
             "The worst of all runs of %d members (two crashes: %d) and %d changes; gms5: %d members (two "
             "crashes: %d), "
             "%d change%s. Exhaustive search%s.",
             any->members, cascade->members, any->changes, gms5->members, gms5_cascade->members,
             gms5->changes, gms5->changes == 1 ? "" : "s", complete ? "" : "; +: not complete");
    figure_text(p, CANVAS_REGULAR, figure_black, words);
}
