/* Coordinates are fractions of the sign's box, so that every sign has one size and one weight. */
#include "app/ui/sign.h"

#include <math.h>
#include <stddef.h>

#define STROKE 0.14f /* thickness of the signs' lines */

static struct canvas_point at(struct canvas_rect box, float x, float y) {
    return (struct canvas_point){box.x + x * box.w, box.y + y * box.h};
}

static void stroke(struct canvas *c, struct canvas_rect box, float x0, float y0, float x1, float y1,
                   float width, struct canvas_color ink) {
    canvas_line(c, at(box, x0, y0), at(box, x1, y1), width * box.w, ink);
}

static void snowflake(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    struct canvas_point center = at(box, 0.5f, 0.5f);
    float arm = 0.5f * box.w, width = 0.09f * box.w;
    for (int i = 0; i < 6; i++) {
        float angle = (float)i * 3.14159265f / 3 + 3.14159265f / 6;
        struct canvas_point tip = {center.x + arm * cosf(angle), center.y + arm * sinf(angle)};
        struct canvas_point fork = {center.x + 0.56f * arm * cosf(angle),
                                    center.y + 0.56f * arm * sinf(angle)};
        canvas_line(c, center, tip, width, ink);
        for (int side = -1; side <= 1; side += 2) {
            float turned = angle + (float)side * 0.9f;
            struct canvas_point barb = {fork.x + 0.4f * arm * cosf(turned),
                                        fork.y + 0.4f * arm * sinf(turned)};
            canvas_line(c, fork, barb, width, ink);
        }
    }
}

static void stop(struct canvas *c, struct canvas_rect box, struct canvas_color ink,
                 struct canvas_color back) {
    struct canvas_point points[8];
    for (int i = 0; i < 8; i++) {
        float angle = (float)(2 * i + 1) * 3.14159265f / 8;
        points[i] = at(box, 0.5f + 0.54f * cosf(angle), 0.5f + 0.54f * sinf(angle));
    }
    canvas_polygon(c, points, 8, ink);
    canvas_rect(
        c, (struct canvas_rect){box.x + 0.22f * box.w, box.y + 0.41f * box.h, 0.56f * box.w, 0.18f * box.h},
        back);
}

static void leaving(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    stroke(c, box, 0.45f, 0.07f, 0, 0.07f, STROKE, ink);
    stroke(c, box, 0.07f, 0, 0.07f, 1, STROKE, ink);
    stroke(c, box, 0, 0.93f, 0.45f, 0.93f, STROKE, ink);
    stroke(c, box, 0.3f, 0.5f, 0.75f, 0.5f, STROKE, ink);
    struct canvas_point head[3] = {at(box, 0.68f, 0.25f), at(box, 1, 0.5f), at(box, 0.68f, 0.75f)};
    canvas_polygon(c, head, 3, ink);
}

static void excluded(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    stroke(c, box, 0.55f, 0.07f, 1, 0.07f, STROKE, ink);
    stroke(c, box, 0.93f, 0, 0.93f, 1, STROKE, ink);
    stroke(c, box, 1, 0.93f, 0.55f, 0.93f, STROKE, ink);
    stroke(c, box, 0, 0.5f, 0.45f, 0.5f, STROKE, ink);
    struct canvas_point head[3] = {at(box, 0.38f, 0.25f), at(box, 0.7f, 0.5f), at(box, 0.38f, 0.75f)};
    canvas_polygon(c, head, 3, ink);
}

/* Two fifths of a disc in a ring. */
static void no_quorum(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    struct canvas_point points[20];
    canvas_ring(c, at(box, 0.5f, 0.5f), 0.45f * box.w, 0.1f * box.w, ink);
    points[0] = at(box, 0.5f, 0.5f);
    for (int i = 0; i < 19; i++) {
        float angle = 3.14159265f * (-0.5f + 0.8f * (float)i / 18);
        points[i + 1] = at(box, 0.5f + 0.36f * cosf(angle), 0.5f + 0.36f * sinf(angle));
    }
    canvas_polygon(c, points, 20, ink);
}

static void hourglass(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    struct canvas_point upper[3] = {at(box, 0.16f, 0.1f), at(box, 0.84f, 0.1f), at(box, 0.5f, 0.54f)};
    struct canvas_point lower[3] = {at(box, 0.16f, 0.9f), at(box, 0.84f, 0.9f), at(box, 0.5f, 0.46f)};
    canvas_polygon(c, upper, 3, ink);
    canvas_polygon(c, lower, 3, ink);
    stroke(c, box, 0.06f, 0.06f, 0.94f, 0.06f, 0.12f, ink);
    stroke(c, box, 0.06f, 0.94f, 0.94f, 0.94f, 0.12f, ink);
}

static void cut(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    stroke(c, box, 0, 0.5f, 0.26f, 0.5f, 0.18f, ink);
    stroke(c, box, 0.74f, 0.5f, 1, 0.5f, 0.18f, ink);
    stroke(c, box, 0.3f, 0.95f, 0.46f, 0.05f, STROKE, ink);
    stroke(c, box, 0.54f, 0.95f, 0.7f, 0.05f, STROKE, ink);
}

/* A drop: a circle, and the tangents to it from the tip. */
static void drop(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    struct canvas_point points[26];
    points[0] = at(box, 0.5f, 0);
    for (int i = 0; i <= 24; i++) {
        const float angle = 3.14159265f * (-0.16f + 1.32f * (float)i / 24);
        points[i + 1] = at(box, 0.5f + 0.34f * cosf(angle), 0.66f + 0.34f * sinf(angle));
    }
    canvas_polygon(c, points, 26, ink);
}

static void changing(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    for (int way = -1; way <= 1; way += 2) {
        const float d = (float)way, y = 0.5f - d * 0.24f;
        stroke(c, box, 0.5f - d * 0.48f, y, 0.5f + d * 0.2f, y, STROKE, ink);
        struct canvas_point head[3] = {at(box, 0.5f + d * 0.14f, y - 0.24f), at(box, 0.5f + d * 0.5f, y),
                                       at(box, 0.5f + d * 0.14f, y + 0.24f)};
        canvas_polygon(c, head, 3, ink);
    }
}

static void gravestone(struct canvas *c, struct canvas_rect box, struct canvas_color ink,
                       struct canvas_color back) {
    const float side = box.w;
    canvas_disc(c, at(box, 0.5f, 0.36f), 0.36f * side, ink);
    canvas_rect(
        c, (struct canvas_rect){box.x + 0.14f * side, box.y + 0.36f * side, 0.72f * side, 0.52f * side}, ink);
    canvas_rect(c, (struct canvas_rect){box.x, box.y + 0.88f * side, side, 0.12f * side}, ink);
    canvas_cross(c, at(box, 0.5f, 0.46f), 0.22f * side, 0.12f * side, back);
}

static void recording(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    const float width = fmaxf(1, 0.1f * box.w);
    canvas_ring(c, at(box, 0.5f, 0.5f), (box.w - width) / 2, width, ink);
    canvas_disc(c, at(box, 0.5f, 0.5f), 0.31f * box.w, ink);
}

static void bubble(struct canvas *c, struct canvas_rect box, struct canvas_color ink,
                   struct canvas_color back) {
    const struct canvas_rect body = {box.x, box.y + 0.06f * box.h, box.w, 0.66f * box.h};
    struct canvas_point tail[3] = {at(box, 0.16f, 0.7f), at(box, 0.5f, 0.7f), at(box, 0.16f, 1)};
    canvas_rounded(c, body, 0.2f * box.w, ink);
    canvas_polygon(c, tail, 3, ink);
    for (int i = 0; i < 3; i++)
        canvas_disc(c, at(box, 0.22f + 0.28f * (float)i, 0.39f), 0.09f * box.w, back);
}

void sign_draw(struct canvas *c, enum sign sign, struct canvas_rect box, struct canvas_color ink,
               struct canvas_color back) {
    switch (sign) {
    case SIGN_FROZEN:
        canvas_note(c, "sign frozen");
        snowflake(c, box, ink);
        break;
    case SIGN_HALTED:
        canvas_note(c, "sign halted");
        stop(c, box, ink, back);
        break;
    case SIGN_FAILED:
        canvas_note(c, "sign failed");
        stroke(c, box, 0.06f, 0.06f, 0.94f, 0.94f, 0.18f, ink);
        stroke(c, box, 0.06f, 0.94f, 0.94f, 0.06f, 0.18f, ink);
        break;
    case SIGN_PAUSED:
        canvas_note(c, "sign paused");
        canvas_rect(c, (struct canvas_rect){box.x + 0.12f * box.w, box.y, 0.28f * box.w, box.h}, ink);
        canvas_rect(c, (struct canvas_rect){box.x + 0.6f * box.w, box.y, 0.28f * box.w, box.h}, ink);
        break;
    case SIGN_DIFFERS:
        canvas_note(c, "sign differs");
        stroke(c, box, 0.05f, 0.33f, 0.95f, 0.33f, STROKE, ink);
        stroke(c, box, 0.05f, 0.67f, 0.95f, 0.67f, STROKE, ink);
        stroke(c, box, 0.25f, 1, 0.75f, 0, STROKE, ink);
        break;
    case SIGN_WAITING:
        canvas_note(c, "sign waiting");
        for (int i = 0; i < 3; i++)
            canvas_disc(c, at(box, 0.14f + 0.36f * (float)i, 0.5f), 0.12f * box.w, ink);
        break;
    case SIGN_LEAVING:
        canvas_note(c, "sign leaving");
        leaving(c, box, ink);
        break;
    case SIGN_NO_QUORUM:
        canvas_note(c, "sign no quorum");
        no_quorum(c, box, ink);
        break;
    case SIGN_EXCLUDED:
        canvas_note(c, "sign excluded");
        excluded(c, box, ink);
        break;
    case SIGN_SILENT:
        canvas_note(c, "sign silent");
        hourglass(c, box, ink);
        break;
    case SIGN_CUT:
        canvas_note(c, "sign cut");
        cut(c, box, ink);
        break;
    case SIGN_JOINING:
        canvas_note(c, "sign joining");
        stroke(c, box, 0, 0.5f, 1, 0.5f, 0.2f, ink);
        stroke(c, box, 0.5f, 0, 0.5f, 1, 0.2f, ink);
        break;
    case SIGN_ADOPTING:
        canvas_note(c, "sign adopting");
        drop(c, box, ink);
        break;
    case SIGN_CHANGING:
        canvas_note(c, "sign changing");
        changing(c, box, ink);
        break;
    case SIGN_ASKING:
        canvas_note(c, "sign asking");
        bubble(c, box, ink, back);
        break;
    case SIGN_CRASHED:
        canvas_note(c, "sign crashed");
        gravestone(c, box, ink, back);
        break;
    case SIGN_RECORDING:
        canvas_note(c, "sign recording");
        recording(c, box, ink);
        break;
    }
}

void sign_crown(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    static const float outline[][2] = {{0.10f, 0.80f}, {0.02f, 0.26f}, {0.28f, 0.50f}, {0.50f, 0.12f},
                                       {0.72f, 0.50f}, {0.98f, 0.26f}, {0.90f, 0.80f}};
    struct canvas_point points[7];
    canvas_note(c, "crown");
    for (int i = 0; i < 7; i++)
        points[i] = at(box, outline[i][0], outline[i][1]);
    canvas_polygon(c, points, 7, ink);
    canvas_rect(
        c, (struct canvas_rect){box.x + 0.1f * box.w, box.y + 0.86f * box.h, 0.8f * box.w, 0.12f * box.h},
        ink);
    const float tips[3][2] = {{0.04f, 0.22f}, {0.5f, 0.09f}, {0.96f, 0.22f}};
    for (int i = 0; i < 3; i++)
        canvas_disc(c, at(box, tips[i][0], tips[i][1]), 0.075f * box.w, ink);
}

void sign_badge(struct canvas *c, struct canvas_rect box, struct canvas_color ink) {
    float width = fmaxf(2, 0.075f * box.w);
    canvas_note(c, "ring");
    canvas_ring(c, at(box, 0.5f, 0.5f), (box.w - width) / 2, width, ink);
    struct canvas_rect inner = {box.x + 0.23f * box.w, box.y + 0.22f * box.h, 0.54f * box.w, 0.5f * box.h};
    sign_crown(c, inner, ink);
}

/* The part of the slanted stripes that runs through `side`: `share` of each period. All sides share one
 * phase, so that the stripes go around the corners unbroken. */
static void stripes(struct canvas *c, struct canvas_rect side, float period, float share,
                    struct canvas_color color) {
    struct canvas_point points[CANVAS_POINTS_MAX];
    int counts[CANVAS_POINTS_MAX / 4], contours = 0;
    float right = side.x + side.w, bottom = side.y + side.h;
    canvas_clip(c, &side);
    /* A stripe holds the points with x + y between k periods and k and that share of one. */
    for (float k = floorf((side.x + side.y) / period); k * period < right + bottom; k++) {
        float from = k * period, to = from + share * period;
        struct canvas_point *p = points + 4 * contours;
        /* Cut at the long edges of the side: then the rows of pixels cross few stripes. */
        if (side.w > side.h) {
            p[0] = (struct canvas_point){from - side.y, side.y};
            p[1] = (struct canvas_point){to - side.y, side.y};
            p[2] = (struct canvas_point){to - bottom, bottom};
            p[3] = (struct canvas_point){from - bottom, bottom};
        } else {
            p[0] = (struct canvas_point){side.x, from - side.x};
            p[1] = (struct canvas_point){side.x, to - side.x};
            p[2] = (struct canvas_point){right, to - right};
            p[3] = (struct canvas_point){right, from - right};
        }
        counts[contours++] = 4;
        if (contours == CANVAS_POINTS_MAX / 4) {
            canvas_contours(c, points, counts, contours, color);
            contours = 0;
        }
    }
    canvas_contours(c, points, counts, contours, color);
    canvas_clip(c, NULL);
}

void sign_hazard(struct canvas *c, struct canvas_rect o, float width) {
    const struct canvas_color white = {255, 255, 255, 255}, black = {0, 0, 0, 255};
    const struct canvas_rect sides[] = {{o.x, o.y, o.w, width},
                                        {o.x, o.y + o.h - width, o.w, width},
                                        {o.x, o.y + width, width, o.h - 2 * width},
                                        {o.x + o.w - width, o.y + width, width, o.h - 2 * width}};
    canvas_note(c, "hazard border");
    for (int i = 0; i < 4; i++) {
        canvas_rect(c, sides[i], black);
        stripes(c, sides[i], 3 * width, 0.5f, white);
    }
}

void sign_hatch(struct canvas *c, struct canvas_rect area, float period, struct canvas_color color) {
    canvas_note(c, "hatched");
    stripes(c, area, period, 0.3f, color);
}
