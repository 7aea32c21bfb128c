/* WCAG 2.1 relative luminance and contrast, and two sets of plain colours. */
#include "app/ui/theme.h"

#include <math.h>

static const struct canvas_color black = {0, 0, 0, 255};
static const struct canvas_color white = {255, 255, 255, 255};

static const struct theme_colors themes[] = {
    [THEME_LIGHT] = {{0xf2, 0xf2, 0xef, 255}, {0, 0, 0, 255}, {0x70, 0x70, 0x70, 255}},
    [THEME_DARK] = {{0x1c, 0x1d, 0x20, 255}, {255, 255, 255, 255}, {0x90, 0x90, 0x90, 255}},
};

const struct theme_colors *theme_colors(enum theme theme) {
    return &themes[theme];
}

struct canvas_color theme_rgb(const uint8_t rgb[3]) {
    return (struct canvas_color){rgb[0], rgb[1], rgb[2], 255};
}

static float linear(uint8_t channel) {
    float s = (float)channel / 255;
    return s <= 0.03928f ? s / 12.92f : powf((s + 0.055f) / 1.055f, 2.4f);
}

static float luminance(struct canvas_color c) {
    return 0.2126f * linear(c.r) + 0.7152f * linear(c.g) + 0.0722f * linear(c.b);
}

float theme_contrast(struct canvas_color a, struct canvas_color b) {
    float la = luminance(a), lb = luminance(b);
    return (fmaxf(la, lb) + 0.05f) / (fminf(la, lb) + 0.05f);
}

struct canvas_color theme_ink(struct canvas_color on) {
    return theme_contrast(on, black) >= theme_contrast(on, white) ? black : white;
}

struct canvas_color theme_opposite(struct canvas_color ink) {
    return ink.r == 0 ? white : black;
}

struct canvas_color theme_alpha(struct canvas_color color, float alpha) {
    color.a = (uint8_t)lroundf(255 * fminf(fmaxf(alpha, 0), 1));
    return color;
}

static uint8_t mix(uint8_t a, uint8_t b, float share) {
    return (uint8_t)lroundf((float)a + ((float)b - (float)a) * share);
}

struct canvas_color theme_mix(struct canvas_color color, struct canvas_color with, float share) {
    return (struct canvas_color){mix(color.r, with.r, share), mix(color.g, with.g, share),
                                 mix(color.b, with.b, share), 255};
}

/* Towards the ink where there is contrast to give away, else away from it. */
struct canvas_color theme_hatch(struct canvas_color back) {
    const struct canvas_color ink = theme_ink(back);
    for (float share = 0.3f; share >= 0.2f; share -= 0.02f) {
        const struct canvas_color line = theme_mix(back, ink, share);
        if (theme_contrast(line, ink) >= 4.5f)
            return line;
    }
    return theme_mix(back, theme_opposite(ink), 0.4f);
}
