/* The strip of tools: an icon, a word and the key for each, as far as there is room: first the words go, then
 * the keys.
 */
#include "app/scope/picture_parts.h"

#include <math.h>
#include <stdio.h>

static const struct {
    const char *words, *key;
} tools[PICTURE_TOOLS] = {[PICTURE_PAUSE] = {"pause", "F"},       [PICTURE_BACK] = {"back", ","},
                          [PICTURE_PLAY] = {"play", "Enter"},     [PICTURE_FORWARD] = {"step", ";"},
                          [PICTURE_ZOOM_OUT] = {"out", "\u2193"}, [PICTURE_ZOOM_IN] = {"in", "\u2191"},
                          [PICTURE_AXIS] = {"by time", "A"},      [PICTURE_QUIET] = {"all", "B"},
                          [PICTURE_LINKS] = {"links", "I"},       [PICTURE_SCENARIOS] = {"scenarios", "G"},
                          [PICTURE_THEME] = {"dark", "T"},        [PICTURE_SAVE] = {"save", "S"},
                          [PICTURE_HELP] = {"help", "?"}};

const char *picture_tool_key(enum picture_tool tool) {
    return tools[tool].key;
}

const char *picture_tool_words(enum picture_tool tool, const struct picture_look *look) {
    switch (tool) {
    case PICTURE_PAUSE: return look->is_paused ? "go on" : tools[tool].words;
    case PICTURE_PLAY:
        if (!look->is_playing)
            return tools[tool].words;
        return look->speed <= 0.1f ? "1/16" : look->speed <= 0.5f ? "1/4" : "1:1";
    case PICTURE_AXIS: return look->axis == HISTORY_TIME ? "by step" : tools[tool].words;
    case PICTURE_THEME: return look->theme == THEME_DARK ? "light" : tools[tool].words;
    case PICTURE_BACK:
    case PICTURE_FORWARD:
    case PICTURE_ZOOM_OUT:
    case PICTURE_ZOOM_IN:
    case PICTURE_QUIET:
    case PICTURE_LINKS:
    case PICTURE_SCENARIOS:
    case PICTURE_SAVE:
    case PICTURE_HELP:
    case PICTURE_TOOLS: break;
    }
    return tools[tool].words;
}

static bool is_on(enum picture_tool tool, const struct picture_look *look) {
    return (tool == PICTURE_PAUSE && look->is_paused) || (tool == PICTURE_PLAY && look->is_playing) ||
           (tool == PICTURE_QUIET && look->shows_quiet) || (tool == PICTURE_LINKS && look->shows_links);
}

static float key_size(const struct picture_frame *f) {
    return fmaxf(0.85f * f->small, f->legible);
}

/* Icons, words and keys; without words; icons alone. What room is left is shared by all. */
void picture_tool_sizes(const struct picture_frame *f, struct picture_tool_sizes *s) {
    const float size = f->small, room = f->tools.w - f->gap / 2;
    s->side = floorf(fminf(0.5f * f->tools.h, 1.3f * f->word));
    for (int try = 0; try < 3; try++) {
        float all = 0;
        s->has_words = try == 0;
        s->has_keys = try < 2;
        for (int t = 0; t < PICTURE_TOOLS; t++) {
            const char *words = picture_tool_words((enum picture_tool)t, f->look);
            const float key =
                canvas_text_width(f->c, tools[t].key, key_size(f), CANVAS_REGULAR) + 0.7f * size;
            s->words[t] = s->has_words ? canvas_text_width(f->c, words, size, CANVAS_BOLD) : 0;
            s->keys[t] = s->has_keys ? fmaxf(1.4f * size, key) : 0;
            s->left[t] = all;
            all += s->side + (s->has_words ? s->words[t] + 0.4f * size : 0) +
                   (s->has_keys ? s->keys[t] + 0.4f * size : 0) + f->gap + 0.6f * size;
        }
        s->left[PICTURE_TOOLS] = all;
        if (all <= room)
            break;
    }
    const float share = (room - s->left[PICTURE_TOOLS]) / PICTURE_TOOLS;
    for (int t = 0; t <= PICTURE_TOOLS; t++)
        s->left[t] = floorf(f->tools.x + f->gap / 2 + s->left[t] + (float)t * share);
}

struct canvas_rect picture_tool_box(const struct picture_frame *f, const struct picture_tool_sizes *s,
                                    int tool) {
    const float gap = floorf(f->gap / 2);
    return (struct canvas_rect){s->left[tool], f->tools.y + gap, s->left[tool + 1] - s->left[tool] - gap,
                                f->tools.h - 2 * gap};
}

/* -- Icons, in a box of 1 by 1 --------------------------------------------------------------------------- */

static void part(struct canvas *c, struct canvas_rect b, float x, float y, float w, float h,
                 struct canvas_color ink) {
    canvas_rect(c, (struct canvas_rect){b.x + x * b.w, b.y + y * b.h, w * b.w, h * b.h}, ink);
}

static void triangle(struct canvas *c, struct canvas_rect b, const float p[6], struct canvas_color ink) {
    const struct canvas_point points[3] = {{b.x + p[0] * b.w, b.y + p[1] * b.h},
                                           {b.x + p[2] * b.w, b.y + p[3] * b.h},
                                           {b.x + p[4] * b.w, b.y + p[5] * b.h}};
    canvas_polygon(c, points, 3, ink);
}

static void stroke(struct canvas *c, struct canvas_rect b, float x0, float y0, float x1, float y1,
                   struct canvas_color ink) {
    canvas_line(c, (struct canvas_point){b.x + x0 * b.w, b.y + y0 * b.h},
                (struct canvas_point){b.x + x1 * b.w, b.y + y1 * b.h}, fmaxf(1.5f, 0.12f * b.w), ink);
}

static void lens(struct canvas *c, struct canvas_rect b, bool in, struct canvas_color ink) {
    canvas_ring(c, (struct canvas_point){b.x + 0.4f * b.w, b.y + 0.4f * b.h}, 0.34f * b.w, 0.11f * b.w, ink);
    stroke(c, b, 0.64f, 0.64f, 0.98f, 0.98f, ink);
    part(c, b, 0.22f, 0.35f, 0.36f, 0.1f, ink);
    if (in)
        part(c, b, 0.35f, 0.22f, 0.1f, 0.36f, ink);
}

static void clock_face(struct canvas *c, struct canvas_rect b, struct canvas_color ink) {
    canvas_ring(c, (struct canvas_point){b.x + 0.5f * b.w, b.y + 0.5f * b.h}, 0.43f * b.w, 0.11f * b.w, ink);
    stroke(c, b, 0.5f, 0.5f, 0.5f, 0.2f, ink);
    stroke(c, b, 0.5f, 0.5f, 0.72f, 0.6f, ink);
}

static void heart_beat(struct canvas *c, struct canvas_rect b, struct canvas_color ink) {
    static const float y[] = {0.6f, 0.6f, 0.1f, 0.9f, 0.6f, 0.6f}, x[] = {0, 0.25f, 0.42f, 0.6f, 0.75f, 1};
    for (int i = 0; i < 5; i++)
        stroke(c, b, x[i], y[i], x[i + 1], y[i + 1], ink);
}

static void draw_icon(struct canvas *c, enum picture_tool tool, const struct picture_look *look,
                      struct canvas_rect b, struct canvas_color ink, struct canvas_color back) {
    static const float right[6] = {0.12f, 0, 0.95f, 0.5f, 0.12f, 1},
                       left[6] = {0.62f, 0.1f, 0, 0.5f, 0.62f, 0.9f},
                       step[6] = {0.38f, 0.1f, 1, 0.5f, 0.38f, 0.9f},
                       down[6] = {0.15f, 0.4f, 0.85f, 0.4f, 0.5f, 0.8f};
    switch (tool) {
    case PICTURE_PAUSE:
        if (look->is_paused)
            triangle(c, b, right, ink);
        else
            sign_draw(c, SIGN_PAUSED, b, ink, back);
        break;
    case PICTURE_BACK:
        triangle(c, b, left, ink);
        part(c, b, 0.76f, 0.1f, 0.2f, 0.8f, ink);
        break;
    case PICTURE_PLAY: triangle(c, b, right, ink); break;
    case PICTURE_FORWARD:
        triangle(c, b, step, ink);
        part(c, b, 0.04f, 0.1f, 0.2f, 0.8f, ink);
        break;
    case PICTURE_ZOOM_OUT: lens(c, b, false, ink); break;
    case PICTURE_ZOOM_IN: lens(c, b, true, ink); break;
    case PICTURE_AXIS:
        if (look->axis == HISTORY_STEPS)
            clock_face(c, b, ink);
        else
            for (int i = 0; i < 3; i++) /* stairs */
                part(c, b, 0.02f + 0.33f * (float)i, 0.66f - 0.3f * (float)i, 0.3f, 0.3f + 0.3f * (float)i,
                     ink);
        break;
    case PICTURE_QUIET: heart_beat(c, b, ink); break;
    case PICTURE_LINKS:
        for (int i = 0; i < 9; i++)
            part(c, b, 0.02f + 0.35f * (float)(i % 3), 0.02f + 0.35f * (float)(i / 3), 0.26f, 0.26f, ink);
        break;
    case PICTURE_SCENARIOS:
        for (int i = 0; i < 3; i++) {
            part(c, b, 0, 0.08f + 0.34f * (float)i, 0.18f, 0.16f, ink);
            part(c, b, 0.3f, 0.08f + 0.34f * (float)i, 0.7f, 0.16f, ink);
        }
        break;
    case PICTURE_THEME: /* half a disc */
        canvas_ring(c, (struct canvas_point){b.x + 0.5f * b.w, b.y + 0.5f * b.h}, 0.43f * b.w, 0.11f * b.w,
                    ink);
        for (int i = 0; i < 8; i++) {
            const float y = 0.1f + 0.1f * (float)i, wide = sqrtf(0.16f - (y - 0.45f) * (y - 0.45f));
            part(c, b, 0.5f, y, wide, 0.11f, ink);
        }
        break;
    case PICTURE_SAVE:
        part(c, b, 0.4f, 0, 0.2f, 0.5f, ink);
        triangle(c, b, down, ink);
        part(c, b, 0.05f, 0.86f, 0.9f, 0.13f, ink);
        break;
    case PICTURE_HELP: {
        const struct canvas_style style = {1.35f * b.h, CANVAS_BOLD, CANVAS_CENTER, ink};
        canvas_text(c, b.x + b.w / 2, b.y + b.h, &style, "?");
        break;
    }
    case PICTURE_TOOLS: break;
    }
}

static void draw_key(struct picture_frame *f, struct canvas_rect cap, float size, struct canvas_color ink,
                     const char *key) {
    canvas_frame(f->c, cap, fmaxf(1, f->line), ink);
    const struct canvas_style style = {size, CANVAS_REGULAR, CANVAS_CENTER, ink};
    canvas_text_in(f->c, (struct canvas_rect){cap.x + 2, cap.y, cap.w - 4, cap.h}, &style, size, key);
}

static void draw_tool(struct picture_frame *f, enum picture_tool tool, const struct picture_tool_sizes *s) {
    const struct canvas_rect b = picture_tool_box(f, s, (int)tool);
    const bool on = is_on(tool, f->look), pointed = f->look->hovered_tool == (int)tool;
    const struct canvas_color ground = on ? f->paint->ink : f->paint->panel,
                              ink = on ? f->paint->back : f->paint->ink;
    const float size = f->small, between = 0.4f * size, words = s->words[tool], key = s->keys[tool];
    const float all = s->side + (s->has_words ? words + between : 0) + (s->has_keys ? key + between : 0);
    canvas_rect(f->c, b, ground);
    if (pointed)
        canvas_frame(f->c, b, fmaxf(2, 2 * f->line), ink);
    float x = floorf(b.x + (b.w - all) / 2);
    draw_icon(f->c, tool, f->look,
              (struct canvas_rect){x, b.y + floorf((b.h - s->side) / 2), s->side, s->side}, ink, ground);
    x += s->side + between;
    if (s->has_words) {
        const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_LEFT, ink};
        canvas_text(f->c, x, b.y + (b.h + CANVAS_CAP_HEIGHT * size) / 2, &style,
                    picture_tool_words(tool, f->look));
        x += words + between;
    }
    if (s->has_keys)
        draw_key(f, (struct canvas_rect){x, b.y + floorf((b.h - 1.4f * size) / 2), key, floorf(1.4f * size)},
                 key_size(f), ink, tools[tool].key);
}

void picture_draw_tools(struct picture_frame *f) {
    struct picture_tool_sizes sizes;
    canvas_note(f->c, "tools");
    picture_tool_sizes(f, &sizes);
    for (int t = 0; t < PICTURE_TOOLS; t++)
        draw_tool(f, (enum picture_tool)t, &sizes);
}
