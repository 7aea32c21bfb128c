#include "tests/lib/vision.h"

#include <math.h>
#include <string.h>

static const char *const names[VISIONS] = {"full", "protan", "deutan", "grey"};

static const float seen[VISIONS][3][3] = {
    [VISION_FULL] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    [VISION_PROTAN] = {{0.152286f, 1.052583f, -0.204868f},
                       {0.114503f, 0.786281f, 0.099216f},
                       {-0.003882f, -0.048116f, 1.051998f}},
    [VISION_DEUTAN] = {{0.367322f, 0.860646f, -0.227968f},
                       {0.280085f, 0.672501f, 0.047413f},
                       {-0.011820f, 0.042940f, 0.968881f}},
    [VISION_GREY] = {{0.2126f, 0.7152f, 0.0722f}, {0.2126f, 0.7152f, 0.0722f}, {0.2126f, 0.7152f, 0.0722f}},
};

const char *vision_name(enum vision vision) {
    return names[vision];
}

enum vision vision_named(const char *name) {
    for (int v = 0; v < VISIONS; v++)
        if (strcmp(name, names[v]) == 0)
            return (enum vision)v;
    return VISION_FULL;
}

static float linear(uint8_t channel) {
    float s = (float)channel / 255;
    return s <= 0.04045f ? s / 12.92f : powf((s + 0.055f) / 1.055f, 2.4f);
}

static uint8_t encoded(float light) {
    light = fminf(fmaxf(light, 0), 1);
    float s = light <= 0.0031308f ? 12.92f * light : 1.055f * powf(light, 1 / 2.4f) - 0.055f;
    return (uint8_t)lroundf(255 * s);
}

struct canvas_color vision_seen(struct canvas_color c, enum vision vision) {
    const float in[3] = {linear(c.r), linear(c.g), linear(c.b)};
    float light[3];
    for (int i = 0; i < 3; i++)
        light[i] = seen[vision][i][0] * in[0] + seen[vision][i][1] * in[1] + seen[vision][i][2] * in[2];
    return (struct canvas_color){encoded(light[0]), encoded(light[1]), encoded(light[2]), c.a};
}
