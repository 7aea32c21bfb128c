/* The two drawings that every report begins with: how the group is built around its leader, and what one node
 * is made of. Words are those of the code and of the lecture.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report/figure_parts.h"
#include "app/ui/sign.h"

static const struct canvas_color panel = {0xec, 0xec, 0xe8, 255}, shown = {0x9c, 0xc9, 0xe8, 255},
                                 ordered = {0x00, 0x72, 0xb2, 255}, requested = {0xd5, 0x5e, 0x00, 255};

static void put(struct figure_page *p, float x, float y, enum canvas_anchor anchor, enum canvas_weight weight,
                struct canvas_color ink, const char *text) {
    const struct canvas_style style = {p->size, weight, anchor, ink};
    canvas_text(p->c, x, y + CANVAS_CAP_HEIGHT * p->size / 2, &style, text);
}

/* A step of the explanation below: its number in a disc. */
static void step_mark(struct figure_page *p, float x, float y, const char *number) {
    canvas_disc(p->c, (struct canvas_point){x, y}, 0.75f * p->size, figure_black);
    put(p, x, y, CANVAS_CENTER, CANVAS_BOLD, figure_white, number);
}

/* -- Architecture ---------------------------------------------------------------------------------------- */

#define FOLLOWERS 3

struct node {
    const char *name, *role;
    bool leads;
};

static void draw_node(struct figure_page *p, struct canvas_rect box, const struct node *n) {
    const float s = p->size, crown = floorf(1.5f * s), half = box.h / 2;
    const float swatch = floorf(1.3f * s), left = box.x + 0.7f * s;
    canvas_rounded(p->c, box, 0.6f * s, panel);
    canvas_rounded_frame(p->c, box, 0.6f * s, n->leads ? 3 : 1.5f, figure_black);
    put(p, left, box.y + 0.5f * half, CANVAS_LEFT, CANVAS_BOLD, figure_black, n->name);
    const float name = canvas_text_width(p->c, n->name, s, CANVAS_BOLD) + 0.6f * s;
    put(p, left + name, box.y + 0.5f * half, CANVAS_LEFT, CANVAS_REGULAR, figure_black, n->role);
    if (n->leads)
        sign_crown(p->c,
                   (struct canvas_rect){box.x + box.w - crown - 0.6f * s, box.y + 0.5f * half - crown / 2,
                                        crown, crown},
                   figure_black);
    const float y = box.y + 1.42f * half;
    canvas_rect(p->c, (struct canvas_rect){left, floorf(y - swatch / 2), swatch, swatch}, shown);
    canvas_frame(p->c, (struct canvas_rect){left, floorf(y - swatch / 2), swatch, swatch}, 1, figure_grey);
    step_mark(p, left + swatch + 1.25f * s, y, "3");
    put(p, left + swatch + 2.3f * s, y, CANVAS_LEFT, CANVAS_REGULAR, figure_black, "delivers #7");
}

static void draw_multicast(struct figure_page *p, struct canvas_rect leader, struct canvas_rect follower,
                           float from) {
    const struct canvas_pen pen = {2.4f, ordered, 0, 0};
    canvas_arrow(p->c, (struct canvas_point){from, leader.y + leader.h},
                 (struct canvas_point){follower.x + 0.5f * follower.w, follower.y}, &pen, CANVAS_HEAD_SOLID,
                 0.9f * p->size);
}

static void draw_architecture(struct figure_page *p, float room) {
    static const struct node leader = {"w1", "leader", true};
    static const struct node followers[FOLLOWERS] = {
        {"w2", "follower", false}, {"w3", "follower", false}, {"w4", "follower", false}};
    const float s = p->size, gap = 2 * s, high = 4.6f * s, top = p->y + 0.2f * s;
    const float all = fminf(p->width, 46 * s),
                left = (p->width - all) / 2; /* wider, its arrows would lie flat */
    const float wide = fminf((all - 2 * gap - 2) / FOLLOWERS, 15 * s);
    const float step = (all - wide - 2) / (FOLLOWERS - 1);
    const struct canvas_rect head = {(p->width - 1.15f * wide) / 2, top, 1.15f * wide, high};
    struct canvas_rect box[FOLLOWERS];
    for (int i = 0; i < FOLLOWERS; i++) {
        box[i] = (struct canvas_rect){left + 1 + (float)i * step, top + room - high - 2, wide, high};
        draw_multicast(p, head, box[i], head.x + head.w * (0.5f + 0.2f * (float)i - (i == 2 ? 0.05f : 0.2f)));
    }
    /* The request of the first follower, beside the multicast that comes back. */
    const struct canvas_point from = {box[0].x + 0.18f * wide, box[0].y};
    const struct canvas_point to = {head.x, head.y + 0.65f * head.h};
    const struct canvas_pen pen = {2.4f, requested, 0, 0};
    canvas_arrow(p->c, from, to, &pen, CANVAS_HEAD_SOLID, 0.9f * s);
    canvas_disc(p->c, (struct canvas_point){from.x, from.y - 2}, 3, requested);
    draw_node(p, head, &leader);
    for (int i = 0; i < FOLLOWERS; i++)
        draw_node(p, box[i], &followers[i]);
    const float x = from.x + 0.45f * (to.x - from.x), y = from.y + 0.45f * (to.y - from.y);
    step_mark(p, x - 0.2f * s, y, "1");
    put(p, x - 1.5f * s, y - 1.7f * s, CANVAS_RIGHT, CANVAS_REGULAR, figure_black, "request:");
    put(p, x - 1.5f * s, y - 0.4f * s, CANVAS_RIGHT, CANVAS_REGULAR, figure_black, "change 4");
    const float middle = (head.y + head.h + box[1].y) / 2;
    step_mark(p, head.x + 0.5f * head.w, middle, "2");
    const float right = head.x + head.w + 2.6f * s;
    put(p, right, middle - 2.4f * s, CANVAS_LEFT, CANVAS_REGULAR, figure_black, "multicast, with the");
    put(p, right, middle - 1.1f * s, CANVAS_LEFT, CANVAS_REGULAR, figure_black, "leader\u2019s number: #7");
}

void figure_architecture(const struct figure *f, struct figure_page *p) {
    static const char *const steps[] = {"Whoever wants a change sends it to the leader.",
                                        "The leader gives it the next number and sends it to all members "
                                        "of the view, one after the other.",
                                        "All deliver by the numbers, so all go through the same colours. "
                                        "The leader delivers what it sends."};
    const float high = fmaxf(14.5f * p->size, p->room > 0 ? p->room - p->y - 6.5f * p->size : 0);
    (void)f;
    if (p->draws)
        draw_architecture(p, high);
    p->y += high + p->gap;
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        figure_step(p, (int)i + 1, steps[i]);
}

/* -- Layers ---------------------------------------------------------------------------------------------- */

#define LAYERS 3

static const struct layer {
    const char *name, *what[2];
    const char *down[2], *up[2]; /* to the layer below, and from it */
} layers[LAYERS] = {
    {"Application",
     {"a worker: its window shows a colour,", "and every change computes the next one"},
     {"multicast (change)", "join, leave"},
     {"deliver (change)", "view (members)"}},
    {"Group layer",
     {"gms1 \u2026 gms5: the leader, the view, the order,", "what is sent again, who takes over"},
     {"send (message)", "to one member"},
     {"receive (message)", "down, suspect, timer"}},
    {"Network",
     {"ZeroMQ: a link to each member, in order;", "a detector of crashes; the faults that are asked for"},
     {"", ""},
     {"", ""}}};

static void draw_layer(struct figure_page *p, struct canvas_rect box, const struct layer *l,
                       struct canvas_color color) {
    const float s = p->size, left = box.x + 0.9f * s;
    const struct canvas_style head = {1.25f * s, CANVAS_BOLD, CANVAS_LEFT, figure_black};
    canvas_rounded(p->c, box, 0.5f * s, color);
    canvas_rounded_frame(p->c, box, 0.5f * s, 1.5f, figure_black);
    const float y = box.y + box.h / 2;
    canvas_text(p->c, left, y - 1.34f * s + CANVAS_CAP_HEIGHT * 0.62f * s, &head, l->name);
    for (int i = 0; i < 2; i++)
        put(p, left, y + (0.1f + 1.25f * (float)i) * s, CANVAS_LEFT, CANVAS_REGULAR, figure_black,
            l->what[i]);
}

/* Words right of each arrow, in two lines. */
static void draw_between(struct figure_page *p, struct canvas_rect gap, const struct layer *l) {
    const float s = p->size, middle = gap.y + gap.h / 2;
    const struct canvas_pen pen = {2.4f, figure_black, 0, 0};
    const float x[2] = {gap.x + 0.08f * gap.w, gap.x + 0.56f * gap.w};
    for (int i = 0; i < 2; i++) {
        const char *const *words = i == 0 ? l->down : l->up;
        const struct canvas_point upper = {x[i], gap.y + 2}, lower = {x[i], gap.y + gap.h - 2};
        canvas_arrow(p->c, i == 0 ? upper : lower, i == 0 ? lower : upper, &pen, CANVAS_HEAD_SOLID, 0.9f * s);
        for (int line = 0; line < 2; line++)
            put(p, x[i] + 0.9f * s, middle + 1.3f * s * ((float)line - 0.5f), CANVAS_LEFT, CANVAS_REGULAR,
                figure_black, words[line]);
    }
}

/* The other nodes are built in the same way. */
static void draw_others(struct figure_page *p, struct canvas_rect box, float high, float between,
                        const struct canvas_color colors[LAYERS]) {
    const float s = p->size, pad = 0.5f * s;
    const struct canvas_pen dashed = {1.5f, figure_grey, 0.5f * s, 0.35f * s};
    const struct canvas_point corners[5] = {{box.x, box.y},
                                            {box.x + box.w, box.y},
                                            {box.x + box.w, box.y + box.h},
                                            {box.x, box.y + box.h},
                                            {box.x, box.y}};
    const float x = box.x + box.w / 2, y = box.y + high + between / 2;
    canvas_polyline(p->c, corners, 5, &dashed);
    for (int i = 0; i < LAYERS; i++) {
        const struct canvas_rect layer = {box.x + pad, box.y + (float)i * (high + between) + pad,
                                          box.w - 2 * pad, high - 2 * pad};
        canvas_rounded(p->c, layer, 0.5f * s, colors[i]);
        canvas_rounded_frame(p->c, layer, 0.5f * s, 1, figure_grey);
        if (canvas_text_width(p->c, layers[i].name, s, CANVAS_REGULAR) < layer.w - pad)
            put(p, x, layer.y + layer.h / 2, CANVAS_CENTER, CANVAS_REGULAR, figure_black, layers[i].name);
    }
    put(p, x, y - 0.6f * s, CANVAS_CENTER, CANVAS_BOLD, figure_black, "other");
    put(p, x, y + 0.6f * s, CANVAS_CENTER, CANVAS_BOLD, figure_black, "nodes");
}

static void draw_layers(struct figure_page *p, float high, float between) {
    const struct canvas_color colors[LAYERS] = {theme_mix(figure_sky, figure_white, 0.6f),
                                                theme_mix(figure_green, figure_white, 0.65f),
                                                theme_mix(figure_orange, figure_white, 0.6f)};
    const float s = p->size, link = 4.6f * s, top = p->y + 1;
    const float wide = fminf(p->width - 9 * s, 42 * s), others = fminf(p->width - wide - link - 2, 14 * s);
    const float left = (p->width - wide - link - others) / 2;
    const struct canvas_pen solid = {2.4f, figure_black, 0, 0};
    float y = top;
    for (int i = 0; i < LAYERS; i++, y += high + between) {
        draw_layer(p, (struct canvas_rect){left, y, wide, high}, &layers[i], colors[i]);
        if (i + 1 < LAYERS)
            draw_between(p, (struct canvas_rect){left, y + high, wide, between}, &layers[i]);
    }
    for (int i = 0; i < 2; i++) {
        const float at = y - between - high / 2 + (i == 0 ? -0.7f : 0.7f) * s;
        const struct canvas_point a = {left + wide + 3, at}, b = {left + wide + link - 2, at};
        canvas_arrow(p->c, i == 0 ? a : b, i == 0 ? b : a, &solid, CANVAS_HEAD_SOLID, 0.9f * s);
    }
    draw_others(p, (struct canvas_rect){left + wide + link, top, others, y - between - top}, high, between,
                colors);
}

void figure_layers(const struct figure *f, struct figure_page *p) {
    float high = 4.6f * p->size, between = 3.6f * p->size;
    (void)f;
    if (p->room > 0) {
        const float more = fmaxf(0, p->room - p->y - LAYERS * high - (LAYERS - 1) * between - 2);
        high += 0.5f * more / LAYERS;
        between += 0.5f * more / (LAYERS - 1);
    }
    if (p->draws)
        draw_layers(p, high, between);
    p->y += LAYERS * high + (LAYERS - 1) * between + 2;
}
