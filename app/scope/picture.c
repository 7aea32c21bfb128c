/* What is drawn after what: later parts lie on top. Words stand on all.
 */
#include "app/scope/picture_parts.h"

/* One at a time is drawn, by one thread; with the room of its texts it is too much for a small stack. */
static struct picture_frame frame;

static void draw_diagram(struct picture_frame *f) {
    canvas_note(f->c, "diagram");
    canvas_rect(f->c, f->diagram, f->paint->back);
    picture_draw_names(f);
    canvas_clip(f->c, &f->diagram);
    if (f->crowded)
        picture_draw_density(f);
    picture_draw_behind(f);
    /* Behind the lifelines; but where these are many, that would look like dashes. */
    const bool behind = f->row_height >= 60 * f->factor;
    if (!f->crowded && behind)
        picture_draw_arrows(f);
    picture_draw_rows(f);
    if (!f->crowded && !behind)
        picture_draw_arrows(f);
    picture_draw_faults(f);
    picture_draw_view_labels(f);
    picture_draw_flags(f);
    if (!f->crowded)
        picture_draw_labels(f);
    canvas_clip(f->c, NULL);
    picture_draw_axis(f);
}

void picture_draw(struct canvas *c, const struct history *h, const struct story *story,
                  const struct picture_look *look) {
    struct picture_look indexed;
    struct picture_index *own = NULL;
    if (!picture_with_index(look, &indexed, &own))
        return;
    struct picture_frame *f = &frame;
    picture_frame(f, c, h, story, &indexed, NULL);
    canvas_rect(c, (struct canvas_rect){0, f->axis.y, look->width, look->height - f->axis.y}, f->paint->back);
    draw_diagram(f);
    picture_draw_info(f);
    picture_draw_side(f);
    picture_draw_overview(f);
    if (!look->has_no_tools)
        picture_draw_tools(f);
    picture_draw_banner(f);
    if (look->shows_links)
        picture_draw_links(f);
    picture_draw_captions(f);
    picture_index_destroy(&own);
}

void picture_diagram(struct canvas *c, struct canvas_rect box, const struct history *h,
                     const struct picture_look *look) {
    struct picture_look indexed;
    struct picture_index *own = NULL;
    if (!picture_with_index(look, &indexed, &own))
        return;
    picture_frame(&frame, c, h, NULL, &indexed, &box);
    canvas_rect(c, box, frame.paint->back);
    draw_diagram(&frame);
    picture_index_destroy(&own);
}

float picture_legend(struct canvas *c, struct canvas_rect room, struct canvas_rect diagram,
                     const struct history *h, const struct picture_look *look, const char *hidden) {
    struct picture_look indexed;
    struct picture_index *own = NULL;
    if (!picture_with_index(look, &indexed, &own))
        return 0;
    picture_frame(&frame, c, h, NULL, &indexed, &diagram);
    const float high = picture_draw_legend(&frame, room, hidden);
    picture_index_destroy(&own);
    return high;
}
