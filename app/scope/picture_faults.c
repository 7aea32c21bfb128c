/* What will be lost or late: links that are faulty now, as arrows that nothing passes yet, behind the last of
 * what happened. Cuts are seen in the picture anyway.
 */
#include "app/scope/picture_parts.h"

#include <math.h>

#define FAULTS_MAX 8 /* more are in the matrix */

struct fault {
    int from, to;
    const struct picture_link *link;
};

static int find(const struct picture_frame *f, struct fault *faults) {
    const struct picture_link *links = f->look->links;
    int count = 0;
    for (int from = 0; from < f->rows && links != NULL; from++)
        for (int to = 0; to < f->rows && count < FAULTS_MAX; to++) {
            const struct picture_link *link = &links[from * f->rows + to];
            if (from != to && (link->lose > 0 || link->delay_ms > 0) && !link->cut &&
                picture_row_visible(f, from) && picture_row_visible(f, to))
                faults[count++] = (struct fault){from, to, link};
        }
    return count;
}

void picture_draw_faults(struct picture_frame *f) {
    struct fault faults[FAULTS_MAX];
    const int count = find(f, faults);
    const float gap = f->row_height - f->ribbon, side = floorf(fminf(2 * f->word, 0.7f * gap)),
                step = 1.2f * side;
    const float right = f->diagram.x + f->diagram.w, now = picture_x(f, f->now);
    const struct canvas_pen pen = {fmaxf(2, 2 * f->factor), f->paint->quiet, 0.3f * side, 0.2f * side};
    float x = fminf(now + step, right - ((float)count - 0.5f) * step);
    if (side < 1.2f * f->legible || now > right + f->diagram.w / 4 || now < f->diagram.x)
        return;
    for (int i = 0; i < count; i++, x += step) {
        const int down = faults[i].to > faults[i].from ? 1 : -1;
        const struct canvas_point from = {x, picture_edge(f, faults[i].from, true, down)};
        const struct canvas_point to = {x, picture_edge(f, faults[i].to, true, -down)};
        const float y = from.y + (float)down * 0.5f * (gap - 0.3f * f->ribbon);
        const struct canvas_rect box = {floorf(x - side / 2), floorf(y - side / 2), side, side};
        canvas_note(f->c, "faulty link");
        canvas_arrow(f->c, from, to, &pen, CANVAS_HEAD_OPEN, 0.4f * side);
        canvas_rect(f->c, box, f->paint->back);
        canvas_frame(f->c, box, 1, f->paint->quiet);
        picture_draw_link(f, box, faults[i].link);
        picture_reserve(f, box);
    }
}
