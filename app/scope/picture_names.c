/* Who the lifelines are: always in sight at the left, as they are at the present. */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *picture_condition_words(enum history_condition condition, bool leads) {
    switch (condition) {
    case HISTORY_ABSENT: return "not there";
    case HISTORY_JOINING: return "joining\u2026";
    case HISTORY_MEMBER: return leads ? "leader" : "";
    case HISTORY_BLOCKED: return "view change\u2026";
    case HISTORY_NO_QUORUM: return "NO QUORUM";
    case HISTORY_FROZEN: return "FROZEN";
    case HISTORY_HUNG: return "hung";
    case HISTORY_EXCLUDED: return "EXCLUDED";
    case HISTORY_LEFT: return "left";
    case HISTORY_ENDED: return "ended";
    case HISTORY_CRASHED: return "crashed";
    case HISTORY_UNHEARD: return "not heard";
    case HISTORY_CONDITIONS: break;
    }
    return "";
}

bool picture_condition_sign(enum history_condition condition, enum sign *sign) {
    switch (condition) {
    case HISTORY_JOINING:
    case HISTORY_BLOCKED: *sign = SIGN_CHANGING; return true;
    case HISTORY_NO_QUORUM: *sign = SIGN_NO_QUORUM; return true;
    case HISTORY_FROZEN: *sign = SIGN_FROZEN; return true;
    case HISTORY_HUNG: *sign = SIGN_PAUSED; return true;
    case HISTORY_EXCLUDED: *sign = SIGN_EXCLUDED; return true;
    case HISTORY_LEFT: *sign = SIGN_LEAVING; return true;
    case HISTORY_CRASHED: *sign = SIGN_FAILED; return true;
    case HISTORY_UNHEARD: *sign = SIGN_SILENT; return true;
    case HISTORY_ABSENT:
    case HISTORY_MEMBER:
    case HISTORY_ENDED:
    case HISTORY_CONDITIONS: break;
    }
    return false;
}

static void draw_swatch(struct picture_frame *f, const struct history_span *s, struct canvas_rect box) {
    const bool colored = s != NULL && s->has_color && s->condition != HISTORY_EXCLUDED;
    canvas_rect(f->c, box, colored ? theme_rgb(s->color) : f->paint->back);
    canvas_frame(f->c, box, f->line, f->paint->quiet);
    if (s != NULL && s->condition == HISTORY_CRASHED) {
        const struct canvas_color ink = theme_ink(colored ? theme_rgb(s->color) : f->paint->back);
        const float in = 0.18f * box.w;
        sign_draw(f->c, SIGN_FAILED,
                  (struct canvas_rect){box.x + in, box.y + in, box.w - 2 * in, box.h - 2 * in}, ink, ink);
    }
}

/* "17 \u00b7 9f3a": in sync can be checked without colours. */
static void state_words(const struct history_span *s, char *out, size_t size) {
    out[0] = '\0';
    if (s->has_color)
        snprintf(out, size, "%" PRIu64 " \u00b7 %04x", s->count, (unsigned)(s->hash & 0xffff));
}

static void draw_line(struct picture_frame *f, struct canvas_rect box, float size, bool has_sign,
                      enum sign sign, enum canvas_weight weight, const char *words) {
    const float side = floorf(CANVAS_CAP_HEIGHT * size);
    if (has_sign) {
        sign_draw(f->c, sign, (struct canvas_rect){box.x, box.y + floorf((box.h - side) / 2), side, side},
                  f->paint->ink, f->paint->panel);
        box.x += side + 0.35f * size;
        box.w -= side + 0.35f * size;
    }
    const struct canvas_style style = {size, weight, CANVAS_LEFT, f->paint->ink};
    canvas_text_in(f->c, box, &style, f->legible, words);
}

/* Below the name: one line or two, as there is room. */
static void draw_lines(struct picture_frame *f, const struct history_span *s, struct canvas_rect box,
                       float size, int lines) {
    char state[64], words[96];
    enum sign sign = SIGN_WAITING;
    const enum history_condition condition = (enum history_condition)s->condition;
    const bool has_sign = picture_condition_sign(condition, &sign);
    const char *role = picture_condition_words(condition, s->leads);
    state_words(s, state, sizeof state);
    box.h = 1.25f * size;
    if (lines == 1 || role[0] == '\0') { /* the state is left out rather than cut */
        snprintf(words, sizeof words, "%s%s%s", role, role[0] != '\0' && state[0] != '\0' ? " \u00b7 " : "",
                 state);
        const float room = box.w - (has_sign ? 1.2f * size : 0);
        const bool said_elsewhere = /* by the crown, or a plate on the lifeline */
            f->on_paper &&
            (condition == HISTORY_MEMBER || canvas_text_width(f->c, role, f->legible, CANVAS_REGULAR) > room);
        if (role[0] != '\0' && canvas_text_width(f->c, words, f->legible, CANVAS_REGULAR) > room)
            snprintf(words, sizeof words, "%s", said_elsewhere ? state : role);
        draw_line(f, box, size, has_sign && strcmp(words, state) != 0, sign, CANVAS_REGULAR, words);
        return;
    }
    draw_line(f, box, size, has_sign, sign, CANVAS_BOLD, role);
    box.y += box.h;
    draw_line(f, box, size, false, sign, CANVAS_REGULAR, state);
}

/* How the row is at the present; NULL: it is not there yet. */
static const struct history_span *present(const struct picture_frame *f, int row) {
    const struct history_row *r = history_row(f->history, (uint32_t)row);
    if (r->span_count == 0)
        return NULL;
    uint32_t at = picture_span_from(f, r, 0, f->now);
    while (at > 0 && !picture_span_shown(f, &r->spans[at])) /* it stands there by now, and came later */
        at--;
    return picture_span_shown(f, &r->spans[at]) ? &r->spans[at] : NULL;
}

/* One that hangs does not learn that another one leads by now. */
static bool is_crowned(const struct picture_frame *f, const struct history_span *s) {
    if (s == NULL || !s->leads || !picture_is_alive(s))
        return false;
    for (int row = 0; row < f->rows && s->condition == HISTORY_HUNG; row++) {
        const struct history_span *other = present(f, row);
        if (other != NULL && other->leads && picture_is_alive(other) && other->view > s->view)
            return false;
    }
    return true;
}

static void draw_name(struct picture_frame *f, const char *name, const struct history_span *s,
                      struct canvas_rect box) {
    static const float name_parts[] = {0.62f, 0.46f, 0.36f}, state_parts[] = {0, 0.22f, 0.16f}; /* by lines */
    const int room = f->row_height < 3.4f * f->legible ? 0 : f->row_height < 8 * f->legible ? 1 : 2;
    const int lines = s == NULL ? 0 : room;
    float size =
        floorf(fminf(fmaxf(name_parts[room] * f->row_height, f->legible), fmaxf(54 * f->factor, f->legible)));
    const bool crowned = is_crowned(f, s);
    size = canvas_fit_size(f->c, name, CANVAS_BOLD, size, f->legible, box.w);
    if (crowned)
        size = canvas_fit_size(f->c, name, CANVAS_BOLD, size, f->legible, box.w - 1.3f * floorf(0.8f * size));
    float state = floorf(fminf(fmaxf(state_parts[room] * f->row_height, f->legible), 1.3f * f->word));
    state = fminf(state, size); /* the name is what is looked for */
    const float high = 1.1f * size + (float)lines * 1.25f * state;
    const float top = box.y + floorf((box.h - high) / 2);
    const struct canvas_style style = {size, CANVAS_BOLD, CANVAS_LEFT, f->paint->ink};
    const float crown = crowned ? floorf(0.8f * size) : 0;
    struct canvas_rect first = {box.x, top, box.w - crown * 1.3f, 1.1f * size};
    enum sign sign;
    if (lines == 0 && s != NULL && picture_condition_sign((enum history_condition)s->condition, &sign))
        draw_line(f, first, size, true, sign, CANVAS_BOLD, name);
    else
        canvas_text_in(f->c, first, &style, f->legible, name);
    if (crowned)
        sign_crown(f->c, (struct canvas_rect){box.x + box.w - crown, top + 0.1f * size, crown, crown},
                   f->paint->ink);
    if (lines > 0)
        draw_lines(f, s, (struct canvas_rect){box.x, top + 1.1f * size, box.w, 0}, state, lines);
}

static void draw_selected(struct picture_frame *f, struct canvas_rect box) {
    const float side = fmaxf(5, roundf(6 * f->factor));
    canvas_note(f->c, "selected");
    canvas_frame(f->c, (struct canvas_rect){box.x, box.y, box.w, box.h}, fmaxf(2, 2 * f->line),
                 f->paint->ink);
    const float y = box.y + box.h / 2;
    const struct canvas_point tip[3] = {{box.x, y - 2 * side}, {box.x + 2 * side, y}, {box.x, y + 2 * side}};
    canvas_polygon(f->c, tip, 3, f->paint->ink);
}

void picture_draw_names(struct picture_frame *f) {
    canvas_note(f->c, "names");
    canvas_rect(f->c, f->names, f->paint->panel);
    canvas_clip(f->c, &f->names);
    for (int row = f->row_from; row < f->row_to; row++) {
        const struct history_row *r = history_row(f->history, (uint32_t)row);
        const struct history_span *s = present(f, row);
        const float top = roundf(picture_row_y(f, row) - f->row_height / 2);
        const float side = fminf(f->ribbon, floorf(0.22f * f->names.w));
        const struct canvas_rect box = {f->names.x, top, f->names.w, f->row_height};
        const float indent = 2 * f->gap, left = indent + side + f->gap;
        draw_swatch(
            f, s, (struct canvas_rect){box.x + indent, picture_row_y(f, row) - floorf(side / 2), side, side});
        draw_name(f, r->name, s, (struct canvas_rect){box.x + left, top, box.w - left - f->gap, box.h});
        if (row == f->look->selected_row)
            draw_selected(f, box);
    }
    canvas_clip(f->c, NULL);
}
