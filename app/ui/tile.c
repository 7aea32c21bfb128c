/* The layout: a stack of rows at the left edge, some from the top, some in the middle, some from the
 * bottom; the rest of the window is colour.
 *
 * Sizes are in hundredths of the window and never below a legible size. If the rows do not fit they
 * shrink a little, down to SHRINK_LEAST; then the least important row is dropped, and so on. So a small
 * window says less, but says it readably.
 */
#include "app/ui/tile.h"

#include "app/ui/sign.h"
#include "app/ui/strip.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define LEGIBLE      12.0f /* px, times the look's scale */
#define SHRINK_LEAST 0.72f
#define SHRINK_STEP  0.04f
#define REASON_LINES 3
#define NOTICE_LINES 3

enum place { TOP, MIDDLE, BOTTOM };
enum row_kind { NAME, COLOR, STATE, REASON, DIFFERS, CUT, PAUSED, RECORDED, NOTICE, SYNC, META, STRIP, ROWS };

/* What stands where, top to bottom, and what is dropped first (the highest number). */
static const struct {
    enum place place;
    int drop;
    float size; /* of the text, in hundredths of the window */
    float high; /* height of the row, in text sizes */
} rules[ROWS] = {
    [NAME] = {TOP, 0, 25, 1.0f},         [COLOR] = {TOP, 2, 9, 1.2f},
    [STATE] = {MIDDLE, 0, 11, 1.5f},     [REASON] = {MIDDLE, 6, 5, 1.3f},
    [DIFFERS] = {MIDDLE, 1, 12, 1.45f},  [CUT] = {MIDDLE, 5, 8.5f, 1.4f},
    [PAUSED] = {MIDDLE, 7, 8.5f, 1.4f},  [RECORDED] = {MIDDLE, 10, 6, 1.4f},
    [NOTICE] = {MIDDLE, 9, 6.4f, 1.25f}, [SYNC] = {BOTTOM, 3, 7.4f, 1.3f},
    [META] = {BOTTOM, 8, 4.6f, 1.6f},    [STRIP] = {BOTTOM, 4, 9, 1.0f},
};

struct row {
    bool shown;
    float size, height, y;
};

struct layout {
    struct canvas *canvas;
    const struct tile_model *model;
    const struct tile_look *look;
    struct canvas_color back, ink;
    struct canvas_rect inside; /* within the margin, which is as wide as the border of OUT OF SYNC */
    float unit, gap, legible, border;
    float badge; /* side of the leader's badge, 0 for the others */
    struct row rows[ROWS];
    struct canvas_line_text reason[REASON_LINES];
    int reason_lines;
    struct canvas_line_text notice[NOTICE_LINES];
    int notice_lines;
};

const char *tile_state_words(enum tile_state state) {
    switch (state) {
    case TILE_JOINING: return "joining\u2026";
    case TILE_ADOPTING: return "waiting for colour\u2026";
    case TILE_LEADING: return "leader";
    case TILE_FOLLOWING: return "follower";
    case TILE_FROZEN: return "FROZEN";
    case TILE_HALTED: return "HALTED";
    case TILE_BLOCKED: return "view change\u2026";
    case TILE_UNANSWERED: return "no answer\u2026";
    case TILE_NO_QUORUM: return "NO QUORUM";
    case TILE_EXCLUDED: return "EXCLUDED";
    case TILE_LEAVING: return "leaving\u2026";
    case TILE_FAILED: return "FAILED";
    case TILE_HUNG: return "hung";
    case TILE_CRASHED: return "crashed";
    }
    return "";
}

void tile_title(const struct tile_model *m, char *out, size_t out_size) {
    char view[40] = "";
    if (m->view > 0)
        snprintf(view, sizeof view, " \u00b7 view %" PRIu32 " (%" PRIu32 ")", m->view, m->member_count);
    snprintf(out, out_size, "%s%s%s%s \u00b7 %s%s%s%s", m->name, m->rung[0] != '\0' ? " \u00b7 " : "",
             m->rung, view, tile_state_words(m->state), m->differs_since > 0 ? " \u00b7 \u2260" : "",
             m->paused ? " \u00b7 paused" : "", m->is_recorded ? " \u00b7 REC" : "");
}

/* Before it is told the group's colour a worker has none, and shows none. */
static bool has_color(const struct tile_model *m) {
    return m->state != TILE_JOINING && m->state != TILE_ADOPTING && m->state != TILE_FAILED &&
           m->state != TILE_EXCLUDED && m->state != TILE_CRASHED;
}

static bool is_blocked(const struct tile_model *m) {
    return m->state == TILE_BLOCKED || m->state == TILE_UNANSWERED || m->state == TILE_NO_QUORUM;
}

/* It can't go on, by itself or at all. */
static bool is_stopped(const struct tile_model *m) {
    return m->state == TILE_FROZEN || m->state == TILE_HALTED || m->state == TILE_FAILED ||
           m->state == TILE_EXCLUDED || m->state == TILE_HUNG || m->state == TILE_CRASHED || is_blocked(m);
}

static bool is_passing(const struct tile_model *m) {
    return m->state == TILE_JOINING || m->state == TILE_ADOPTING || m->state == TILE_LEAVING;
}

static float badge_width(const struct layout *l) {
    return l->badge > 0 ? fmaxf(l->badge, 4.2f * fmaxf(l->legible, 0.27f * l->badge)) + l->gap : 0;
}

/* --- measuring --- */

static bool wanted(const struct tile_model *m, enum row_kind kind) {
    switch (kind) {
    case NAME: return true;
    case COLOR: return has_color(m);
    case STATE: return is_stopped(m) || is_passing(m);
    case REASON: return m->reason[0] != '\0' && (is_stopped(m) || is_passing(m));
    case DIFFERS: return m->differs_since > 0;
    case CUT: return m->cut_off || m->cut_links > 0;
    case PAUSED: return m->paused;
    case RECORDED: return m->is_recorded;
    case NOTICE: return m->notice[0] != '\0';
    case SYNC: return has_color(m) || m->state == TILE_CRASHED;
    case META: return m->rung[0] != '\0' || m->view > 0;
    case STRIP: return m->member_count > 0;
    case ROWS: break;
    }
    return false;
}

/* The least of the names in the strip: more in a large window, which is looked at from afar. */
static float name_size(const struct layout *l) {
    return fmaxf(l->legible, floorf(1.8f * l->unit));
}

static void measure(struct layout *l, float shrink) {
    const struct tile_model *m = l->model;
    l->badge = m->state == TILE_LEADING ? fmaxf(2.6f * l->legible, 22 * l->unit * shrink) : 0;
    for (int k = 0; k < ROWS; k++) {
        struct row *row = &l->rows[k];
        row->size = floorf(fmaxf(l->legible, rules[k].size * l->unit * shrink));
        if (k == NAME)
            row->size = canvas_fit_size(l->canvas, m->name, CANVAS_BOLD, row->size, l->legible,
                                        l->inside.w - badge_width(l));
        row->height = row->shown ? floorf(row->size * rules[k].high) : 0;
    }
    if (l->rows[STRIP].shown) {
        int most = shrink > 0.85f ? STRIP_ROWS : 1; /* rows of swatches are given up before lines of text */
        l->rows[STRIP].height = strip_height(
            l->canvas, m, l->inside.w, fmaxf(1.35f * l->legible, l->rows[STRIP].height), name_size(l), most);
    }
    if (l->rows[REASON].shown) {
        l->reason_lines = canvas_wrap(l->canvas, m->reason, l->rows[REASON].size, CANVAS_REGULAR,
                                      l->inside.w - 2 * l->gap, l->reason, REASON_LINES);
        l->rows[REASON].height =
            floorf((float)l->reason_lines * l->rows[REASON].height + 0.4f * l->rows[REASON].size);
    }
    if (l->rows[NOTICE].shown) { /* a caption: for the last row as well */
        l->notice_lines = canvas_wrap(l->canvas, m->notice, l->rows[NOTICE].size, CANVAS_REGULAR, l->inside.w,
                                      l->notice, NOTICE_LINES);
        l->rows[NOTICE].height *= (float)l->notice_lines;
    }
}

static float gap_before(const struct layout *l, int kind) {
    if (kind == REASON || kind == COLOR)
        return 0; /* one plate with the state; one block with the name */
    return kind == META ? 0 : l->gap;
}

static float height_of(const struct layout *l, enum place place) {
    float height = 0;
    for (int k = 0; k < ROWS; k++)
        if (l->rows[k].shown && rules[k].place == place)
            height += l->rows[k].height + gap_before(l, k);
    if (place == TOP && l->badge > 0)
        height = fmaxf(height, l->gap + l->badge + 1.3f * fmaxf(l->legible, 0.27f * l->badge));
    return height;
}

static bool fits(const struct layout *l) {
    float all = height_of(l, TOP) + height_of(l, MIDDLE) + height_of(l, BOTTOM);
    return all - l->gap <= l->inside.h;
}

static void drop_least(struct layout *l) {
    int least = NAME;
    for (int k = 0; k < ROWS; k++)
        if (l->rows[k].shown && rules[k].drop > rules[least].drop)
            least = k;
    if (least != NAME)
        l->rows[least].shown = false;
}

static void choose(struct layout *l) {
    for (int k = 0; k < ROWS; k++)
        l->rows[k].shown = wanted(l->model, (enum row_kind)k);
    for (int tries = 0; tries <= ROWS; tries++) {
        for (float shrink = 1; shrink >= SHRINK_LEAST; shrink -= SHRINK_STEP) {
            measure(l, shrink);
            if (fits(l))
                return;
        }
        drop_least(l);
    }
    l->badge = 0; /* only the name is left, and not even that fits */
}

static void place(struct layout *l) {
    float top = height_of(l, TOP) - l->gap, middle = height_of(l, MIDDLE), bottom = height_of(l, BOTTOM);
    float y[3];
    y[TOP] = l->inside.y - l->gap;
    y[BOTTOM] = l->inside.y + l->inside.h - bottom;
    float free = l->inside.h - top - middle - bottom;
    y[MIDDLE] = l->inside.y + top + fmaxf(0, floorf(free / 2));
    for (int k = 0; k < ROWS; k++) {
        if (!l->rows[k].shown)
            continue;
        l->rows[k].y = y[rules[k].place] + gap_before(l, k);
        y[rules[k].place] = l->rows[k].y + l->rows[k].height;
    }
}

/* --- drawing --- */

static struct canvas_rect row_box(const struct layout *l, int kind) {
    return (struct canvas_rect){l->inside.x, l->rows[kind].y, l->inside.w, l->rows[kind].height};
}

static void text_row(const struct layout *l, int kind, struct canvas_rect box, enum canvas_weight weight,
                     struct canvas_color color, const char *text) {
    struct canvas_style style = {l->rows[kind].size, weight, CANVAS_LEFT, color};
    canvas_text_in(l->canvas, box, &style, l->legible, text);
}

/* Draws the first of the texts that fits at its full size, else the last, shrunk. */
static void first_that_fits(const struct layout *l, int kind, struct canvas_rect box,
                            enum canvas_weight weight, char texts[][CANVAS_TEXT_MAX], int count) {
    int i = 0;
    while (i + 1 < count && canvas_text_width(l->canvas, texts[i], l->rows[kind].size, weight) > box.w)
        i++;
    text_row(l, kind, box, weight, l->ink, texts[i]);
}

static void draw_badge(const struct layout *l) {
    float size = floorf(fmaxf(l->legible, 0.27f * l->badge));
    float word = canvas_text_width(l->canvas, "leader", size, CANVAS_BOLD);
    float width = fmaxf(word, l->badge), right = l->inside.x + l->inside.w;
    float middle = right - width / 2;
    sign_badge(l->canvas, (struct canvas_rect){middle - l->badge / 2, l->inside.y, l->badge, l->badge},
               l->ink);
    struct canvas_style style = {size, CANVAS_BOLD, CANVAS_CENTER, l->ink};
    canvas_text(l->canvas, middle, l->inside.y + l->badge + 1.1f * size, &style, "leader");
}

static enum sign sign_of(enum tile_state state) {
    switch (state) {
    case TILE_FROZEN: return SIGN_FROZEN;
    case TILE_HALTED: return SIGN_HALTED;
    case TILE_FAILED: return SIGN_FAILED;
    case TILE_CRASHED: return SIGN_CRASHED;
    case TILE_HUNG: return SIGN_SILENT;
    case TILE_LEAVING: return SIGN_LEAVING;
    case TILE_NO_QUORUM: return SIGN_NO_QUORUM;
    case TILE_EXCLUDED: return SIGN_EXCLUDED;
    case TILE_BLOCKED: return SIGN_CHANGING;
    case TILE_UNANSWERED: return SIGN_ASKING;
    case TILE_JOINING: return SIGN_JOINING;
    case TILE_ADOPTING: return SIGN_ADOPTING;
    case TILE_LEADING:
    case TILE_FOLLOWING: break; /* these have no row of their own */
    }
    return SIGN_WAITING;
}

/* A sign and words. On a plate it is the ink turned round: it stands out of any colour. */
static void sign_row(const struct layout *l, int kind, enum sign sign, bool plate, const char *words) {
    struct canvas_rect box = row_box(l, kind);
    struct canvas_color front = plate ? theme_opposite(l->ink) : l->ink, back = plate ? l->ink : l->back;
    float indent = plate ? l->gap : 0, side = floorf(CANVAS_CAP_HEIGHT * l->rows[kind].size);
    if (plate)
        canvas_rect(l->canvas, box, back);
    struct canvas_rect icon = {box.x + indent, box.y + floorf((box.h - side) / 2), side, side};
    sign_draw(l->canvas, sign, icon, front, back);
    float left = indent + side + 0.4f * l->rows[kind].size;
    text_row(l, kind, (struct canvas_rect){box.x + left, box.y, box.w - left - indent, box.h}, CANVAS_BOLD,
             front, words);
}

static void reason_row(const struct layout *l) {
    struct canvas_rect box = row_box(l, REASON);
    bool plate = is_stopped(l->model);
    float indent = plate ? l->gap : 0, size = l->rows[REASON].size;
    if (plate)
        canvas_rect(l->canvas, (struct canvas_rect){box.x, box.y - 1, box.w, box.h + 1}, l->ink);
    for (int i = 0; i < l->reason_lines; i++) {
        struct canvas_rect line = {box.x + indent, box.y + (float)i * rules[REASON].high * size,
                                   box.w - 2 * indent, rules[REASON].high * size};
        text_row(l, REASON, line, CANVAS_REGULAR, plate ? theme_opposite(l->ink) : l->ink, l->reason[i].text);
    }
}

static void differs_row(const struct layout *l) {
    char words[64];
    snprintf(words, sizeof words, "since #%" PRIu64, l->model->differs_since);
    sign_row(l, DIFFERS, SIGN_DIFFERS, true, words); /* the font's own sign is too small to be seen */
}

static void cut_row(const struct layout *l) {
    char words[64] = "cut off";
    if (!l->model->cut_off)
        snprintf(words, sizeof words, "cut from %" PRIu32, l->model->cut_links);
    sign_row(l, CUT, SIGN_CUT, false, words);
}

/* Red, as everywhere, on a plate on which red is seen, whatever the worker's colour is. */
static void recorded_row(const struct layout *l) {
    const struct canvas_color black = {0, 0, 0, 255}, white = {255, 255, 255, 255}, red = {255, 80, 80, 255};
    const float size = l->rows[RECORDED].size, side = floorf(CANVAS_CAP_HEIGHT * size), pad = 0.5f * size;
    const float words = canvas_text_width(l->canvas, "REC", size, CANVAS_BOLD);
    struct canvas_rect box = row_box(l, RECORDED);
    box.w = 2 * pad + 1.4f * side + words;
    canvas_rect(l->canvas, box, black);
    sign_draw(l->canvas, SIGN_RECORDING,
              (struct canvas_rect){box.x + pad, box.y + floorf((box.h - side) / 2), side, side}, red, black);
    text_row(l, RECORDED, (struct canvas_rect){box.x + pad + 1.4f * side, box.y, words + 1, box.h},
             CANVAS_BOLD, white, "REC");
}

static void sync_row(const struct layout *l) {
    const struct tile_model *m = l->model;
    unsigned tail = (unsigned)(m->hash & 0xffff);
    const char *changes = m->count == 1 ? "change" : "changes";
    char texts[3][CANVAS_TEXT_MAX];
    snprintf(texts[0], sizeof texts[0], "%" PRIu64 " %s \u00b7 history %04x", m->count, changes, tail);
    snprintf(texts[1], sizeof texts[1], "%" PRIu64 " %s \u00b7 %04x", m->count, changes, tail);
    snprintf(texts[2], sizeof texts[2], "%" PRIu64 " \u00b7 %04x", m->count, tail);
    first_that_fits(l, SYNC, row_box(l, SYNC), CANVAS_BOLD, texts, 3);
}

/* View, role, rung, expected, pace: each shorter text leaves out the last of them. */
static void meta_row(const struct layout *l) {
    const struct tile_model *m = l->model;
    char parts[6][64], texts[6][CANVAS_TEXT_MAX];
    int count = 0;
    if (m->view > 0)
        snprintf(parts[count++], sizeof parts[0], "view %" PRIu32 " (%" PRIu32 ")", m->view, m->member_count);
    if (m->state == TILE_FOLLOWING)
        snprintf(parts[count++], sizeof parts[0], "%s", tile_state_words(m->state));
    if (m->rung[0] != '\0')
        snprintf(parts[count++], sizeof parts[0], "%s", m->rung);
    if (m->expected > 0 && m->view > 0)
        snprintf(parts[count++], sizeof parts[0], "expects #%" PRIu64, m->expected);
    if (m->mean_ms > 0)
        snprintf(parts[count++], sizeof parts[0], "every %g s", (double)m->mean_ms / 1000);
    if (m->group[0] != '\0')
        snprintf(parts[count++], sizeof parts[0], "group %s", m->group);
    for (int i = 0; i < count; i++) { /* texts[0] has all the parts */
        size_t used = 0;
        for (int k = 0; k < count - i && used < CANVAS_TEXT_MAX; k++)
            used += (size_t)snprintf(texts[i] + used, CANVAS_TEXT_MAX - used, "%s%s", k > 0 ? " \u00b7 " : "",
                                     parts[k]);
    }
    first_that_fits(l, META, row_box(l, META), CANVAS_REGULAR, texts, count);
}

static void notice_row(const struct layout *l) {
    struct canvas_rect box = row_box(l, NOTICE);
    box.h /= (float)l->notice_lines;
    for (int i = 0; i < l->notice_lines; i++) {
        text_row(l, NOTICE, box, CANVAS_REGULAR, l->ink, l->notice[i].text);
        box.y += box.h;
    }
}

static void draw_row(const struct layout *l, enum row_kind kind) {
    const struct tile_model *m = l->model;
    struct canvas_rect box = row_box(l, kind), beside = box;
    beside.w -= badge_width(l);
    char text[CANVAS_TEXT_MAX];
    switch (kind) {
    case NAME: text_row(l, kind, beside, CANVAS_BOLD, l->ink, m->name); break;
    case COLOR:
        snprintf(text, sizeof text, "#%02x%02x%02x", m->color[0], m->color[1], m->color[2]);
        if (canvas_text_width(l->canvas, text, l->legible, CANVAS_REGULAR) <=
            beside.w) /* a part says nothing */
            text_row(l, kind, beside, CANVAS_REGULAR, l->ink, text);
        break;
    case STATE: sign_row(l, kind, sign_of(m->state), is_stopped(m), tile_state_words(m->state)); break;
    case REASON: reason_row(l); break;
    case DIFFERS: differs_row(l); break;
    case CUT: cut_row(l); break;
    case PAUSED: sign_row(l, kind, SIGN_PAUSED, false, "paused"); break;
    case RECORDED: recorded_row(l); break;
    case NOTICE: notice_row(l); break;
    case SYNC: sync_row(l); break;
    case META: meta_row(l); break;
    case STRIP: strip_draw(l->canvas, m, box, name_size(l), l->back); break;
    case ROWS: break;
    }
}

/* Small text has no hatching behind it: what stands at the bottom is in one plain band, the rest in bands of
 * their own. */
static void draw_bands(const struct layout *l) {
    float above = 0; /* where the row before ends */
    for (int k = 0; k < ROWS; k++) {
        struct canvas_rect band = {0, l->rows[k].y, l->look->width, l->rows[k].height};
        if (!l->rows[k].shown)
            continue;
        if (rules[k].place == BOTTOM) {
            /* No sliver of hatching under the row above. */
            band.y = band.y - above < 2.5f * l->gap ? above : band.y - floorf(l->gap / 2);
            band.h = l->look->height - band.y;
            canvas_rect(l->canvas, band, l->back);
            return;
        }
        if (k == CUT || k == PAUSED || k == RECORDED || k == NOTICE)
            canvas_rect(l->canvas, band, l->back);
        above = band.y + band.h;
    }
}

void tile_draw(struct canvas *c, const struct tile_model *m, const struct tile_look *look) {
    struct layout l = {.canvas = c, .model = m, .look = look};
    struct canvas_rect all = {0, 0, look->width, look->height};
    l.back = has_color(m) ? theme_rgb(m->color) : theme_colors(look->theme)->back;
    l.ink = theme_ink(l.back);
    l.unit = fminf(look->height, 0.9f * look->width) / 100;
    l.legible = LEGIBLE * look->scale;
    l.border = floorf(fmaxf(6, 2.8f * l.unit));
    l.gap = floorf(fmaxf(4, 2.6f * l.unit));
    float margin = l.border + l.gap;
    l.inside = (struct canvas_rect){margin, margin, look->width - 2 * margin, look->height - 2 * margin};

    choose(&l);
    place(&l);
    canvas_rect(c, all, l.back);
    if (is_blocked(m)) {
        sign_hatch(c, all, fmaxf(12 * look->scale, 5 * l.unit), theme_hatch(l.back));
        draw_bands(&l);
    }
    if (look->pulse > 0)
        canvas_frame(c, all, ceilf(l.border * look->pulse), theme_alpha(l.ink, 0.6f * look->pulse));
    if (l.badge > 0)
        draw_badge(&l);
    for (int k = 0; k < ROWS; k++)
        if (l.rows[k].shown)
            draw_row(&l, (enum row_kind)k);
    if (m->differs_since > 0)
        sign_hazard(c, all, l.border);
}
