/* See question.h. */
#include "app/ui/question.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ESCAPE 27

static const struct rung {
    char digit, key; /* key: how it is answered */
    const char *name, *does;
} rungs[] = {
    {'1', '1', "gms1", NULL},
    {'2', '2', "gms2", NULL},
    {'3', '3', "gms3", NULL},
    {'4', 'A', "gms4-ack", "waits for each ACK"},
    {'4', 'N', "gms4-nack", "asks for what it misses"},
    {'5', '5', "gms5", NULL},
};
#define RUNGS ((int)(sizeof rungs / sizeof rungs[0]))

/* The answers of a digit, at most two. */
static int answers_of(char digit, const struct rung *answers[2]) {
    int count = 0;
    for (int i = 0; i < RUNGS; i++) {
        if (rungs[i].digit == digit && count < 2)
            answers[count++] = &rungs[i];
    }
    return count;
}

bool question_is_rung(char key) {
    return key >= '1' && key <= '5';
}

const char *question_press(struct question *q, char key, uint32_t now_ms, bool *taken) {
    const struct rung *answers[2];
    const int count = q->digit ? answers_of(q->digit, answers) : 0;
    for (int i = 0; i < count; i++) {
        if (answers[i]->key == key) {
            q->digit = 0;
            *taken = true;
            return answers[i]->name;
        }
    }
    *taken = question_is_rung(key) || (q->digit && key == ESCAPE);
    q->digit = question_is_rung(key) && key != q->digit ? key : 0;
    q->asked_ms = now_ms;
    return NULL;
}

const char *question_click(struct question *q, float x, float y) {
    const struct rung *answers[2];
    const int count = q->digit ? answers_of(q->digit, answers) : 0;
    q->digit = 0;
    for (int i = 0; i < count; i++) {
        const struct canvas_rect r = q->answers[i];
        if (x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h)
            return answers[i]->name;
    }
    return NULL;
}

uint32_t question_left_ms(struct question *q, uint32_t now_ms) {
    const uint32_t age = now_ms - q->asked_ms;
    if (q->digit && age < QUESTION_TIME_MS)
        return QUESTION_TIME_MS - age;
    q->digit = 0;
    return 0;
}

/* -- Drawing -----------------------------------------------------------------------------------------------
 */

static void draw_answer(struct canvas *c, const struct rung *answer, struct canvas_rect box, float size,
                        float smallest, const struct theme_colors *colors) {
    const struct canvas_style big = {size, CANVAS_BOLD, CANVAS_LEFT, colors->back};
    const float pad = 0.5f * size;
    char text[64];
    canvas_rect(c, box, colors->ink);
    if (answer->does)
        snprintf(text, sizeof text, "%c: %s", answer->key, answer->name);
    else
        snprintf(text, sizeof text, "Press %c again: %s", answer->key, answer->name);
    struct canvas_rect line = {box.x + pad, box.y, box.w - 2 * pad, box.h};
    if (!answer->does) {
        canvas_text_in(c, line, &big, smallest, text);
        return;
    }
    const struct canvas_style small = {fmaxf(smallest, 0.7f * size), CANVAS_REGULAR, CANVAS_LEFT,
                                       colors->back};
    line.h = 0.58f * box.h;
    canvas_text_in(c, line, &big, smallest, text);
    line.y += 0.5f * box.h;
    line.h = 0.46f * box.h;
    canvas_text_in(c, line, &small, smallest, answer->does);
}

void question_draw(struct canvas *c, struct question *q, float width, float height, float scale,
                   enum theme theme) {
    const struct theme_colors *colors = theme_colors(theme);
    const struct rung *answers[2];
    const int count = answers_of(q->digit, answers);
    if (count == 0)
        return;
    const float smallest = 12 * scale;
    const float size = floorf(fmaxf(smallest, fminf(fminf(height / 11, width / 13), 44 * scale)));
    const float edge = fmaxf(2, roundf(0.12f * size)), pad = 0.7f * size;
    const float answer_height = (answers[0]->does ? 2.5f : 1.9f) * size;
    const float inner = (float)count * (answer_height + 0.4f * size) + 3.6f * size;
    const struct canvas_rect card = {0, 0, fminf(width, 15 * size), fminf(height, inner + 2 * pad)};
    const struct canvas_rect box = {floorf((width - card.w) / 2), floorf((height - card.h) / 2), card.w,
                                    card.h};
    canvas_note(c, "question");
    canvas_rect(c, box, colors->back);
    canvas_frame(c, box, edge, colors->ink);
    const struct canvas_style plain = {size, CANVAS_REGULAR, CANVAS_LEFT, colors->ink};
    const struct canvas_style small = {fmaxf(smallest, 0.8f * size), CANVAS_REGULAR, CANVAS_LEFT,
                                       colors->ink};
    struct canvas_rect row = {box.x + pad, box.y + pad, box.w - 2 * pad, 1.7f * size};
    canvas_text_in(c, row, &plain, smallest,
                   count > 1 ? "The group restarts. On which?" : "The group restarts?");
    row.y += row.h + 0.3f * size;
    for (int i = 0; i < count; i++) {
        q->answers[i] = (struct canvas_rect){row.x, row.y, row.w, answer_height};
        draw_answer(c, answers[i], q->answers[i], size, smallest, colors);
        row.y += answer_height + 0.4f * size;
    }
    row.h = 1.2f * size;
    canvas_text_in(c, row, &small, smallest, "Esc: no");
}
