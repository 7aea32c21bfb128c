/* A question before the group restarts on another rung, for that ends what the class is looking at.
 *
 * A digit asks; the same digit again is the answer. 4 has two answers: gms4 recovers by acknowledgements or
 * by asking. Any other key, and four seconds, mean no. Each answer is a click, too.
 */
#ifndef APP_UI_QUESTION_H
#define APP_UI_QUESTION_H

#include "app/ui/canvas.h"
#include "app/ui/theme.h"

#include <stdbool.h>
#include <stdint.h>

#define QUESTION_TIME_MS 4000

struct question {
    char digit; /* '1' to '5'; 0: nothing is asked */
    uint32_t asked_ms;
    struct canvas_rect answers[2]; /* as drawn last */
};

/* Is that a digit of a rung? */
bool question_is_rung(char key);

/* What was pressed, as a capital letter, a digit, or 27 for Escape. Returns the rung that the group is to
 * restart on, NULL: none (yet). `*taken`: the key meant nothing else. */
const char *question_press(struct question *, char key, uint32_t now_ms, bool *taken);

/* Anywhere else than on an answer it means no. It never means anything else. */
const char *question_click(struct question *, float x, float y);

/* When it is open: how long still, ms; 0: it was too late, and is closed now. */
uint32_t question_left_ms(struct question *, uint32_t now_ms);

/* Over the middle of the window. */
void question_draw(struct canvas *, struct question *, float width, float height, float scale, enum theme);

#endif
