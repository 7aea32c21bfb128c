/* Under the diagram: the times, the silence that was folded, what is hidden, and what the signs mean.
 */
#include "app/scope/picture_parts.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* As exact as all that is visible needs. */
static void time_words(gms_time t, double visible_s, bool steps, char *out, size_t size) {
    const double seconds = (double)t / 1e9;
    int digits = visible_s >= 100 ? 0 : visible_s >= 20 ? 1 : visible_s >= 3 ? 2 : 3;
    if (steps && visible_s < 60) /* neighbours may be a millisecond apart, whatever the others are */
        digits = 3;
    if (seconds >= 120 && digits == 0)
        snprintf(out, size, "%d:%02d min", (int)seconds / 60, (int)seconds % 60);
    else
        snprintf(out, size, "%.*f s", digits, seconds);
}

/* Texts of the axis stand in order, so the last one is all that the next must keep clear of. */
static bool put(struct picture_frame *f, float x, float *taken, enum canvas_weight weight,
                const char *words) {
    const float wide = canvas_text_width(f->c, words, f->small, weight), left = x - wide / 2;
    if (left < fmaxf(*taken + f->gap, f->axis.x) || left + wide > f->axis.x + f->axis.w)
        return false;
    *taken = left + wide;
    const struct canvas_style style = {f->small, weight, CANVAS_CENTER, f->paint->ink};
    canvas_text(f->c, x, f->axis.y + (f->axis.h + CANVAS_CAP_HEIGHT * f->small) / 2, &style, words);
    canvas_rect(f->c, (struct canvas_rect){roundf(x), f->axis.y, f->line, 0.2f * f->axis.h}, f->paint->quiet);
    return true;
}

/* The first fold at the place or later. */
static uint32_t fold_from(const struct picture_frame *f, double place) {
    uint32_t low = 0, high = history_fold_count(f->history);
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if ((double)history_fold(f->history, middle)->at[f->places] < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void picture_draw_axis(struct picture_frame *f) {
    const gms_time begin = history_time_at(f->history, f->places, 0);
    const float every = fmaxf(190 * f->factor, 8 * f->small);
    const gms_time from = history_time_at(f->history, f->places, f->from);
    const gms_time to = history_time_at(f->history, f->places, f->to);
    const double visible_s = (double)(to > from ? to - from : 0) / 1e9;
    float taken = f->axis.x - f->gap;
    char words[64], said[64] = "";
    canvas_note(f->c, "axis");
    canvas_rect(f->c, (struct canvas_rect){f->axis.x, f->axis.y, f->axis.w, f->line}, f->paint->quiet);
    uint32_t fold = fold_from(f, f->left);
    const double per_tick = (double)every / f->unit;
    for (double tick = ceil(f->left / per_tick) * per_tick;; tick += per_tick) {
        for (; fold < history_fold_count(f->history); fold++) {
            const struct history_fold *k = history_fold(f->history, fold);
            if ((double)k->at[f->places] > fmin(tick, f->folds_to))
                break;
            snprintf(words, sizeof words, "\u2026 %.3g s \u2026", (double)k->silence / 1e9);
            put(f, picture_x(f, (double)k->at[f->places] - 0.5), &taken, CANVAS_BOLD, words);
        }
        const float x = picture_x(f, tick);
        if (x > f->axis.x + f->axis.w || tick > (double)history_end(f->history, f->places))
            break;
        const gms_time t = history_time_at(f->history, f->places, (uint32_t)tick);
        time_words(t > begin ? t - begin : 0, visible_s, f->places == HISTORY_STEPS, words, sizeof words);
        if (strcmp(words, said) == 0) /* many steps in a millisecond */
            continue;
        memcpy(said, words, sizeof said);
        put(f, x, &taken, CANVAS_REGULAR, words);
    }
}

/* -- What is hidden -------------------------------------------------------------------------------------- */

static void add_count(char *out, size_t size, uint64_t count, const char *one, const char *many) {
    char number[32];
    const size_t used = strlen(out);
    if (count > 0)
        snprintf(out + used, size - used, "%s%s %s", used > 0 ? ", " : "", picture_number(count, number),
                 count == 1 ? one : many);
}

static void hidden_words(const struct picture_frame *f, char *out, size_t size) {
    const uint32_t now = f->now < (double)f->to ? (uint32_t)fmax(f->now, 0) : f->to;
    out[0] = '\0';
    if (!f->look->shows_quiet && now >= f->from) {
        const struct history_hidden h = history_hidden(f->history, f->places, f->from, now + 1);
        add_count(out, size, h.heartbeats, "heartbeat", "heartbeats");
        add_count(out, size, h.acknowledgements, "acknowledgement", "acknowledgements");
        add_count(out, size, h.others, "other message", "other messages");
        if (out[0] != '\0')
            snprintf(out + strlen(out), size - strlen(out), " hidden");
    }
    char number[32];
    if (f->crowded) {
        char all[CANVAS_TEXT_MAX];
        snprintf(all, sizeof all, "%s messages: zoom in to see them%s%.100s",
                 picture_number(f->messages, number), out[0] != '\0' ? " \u00b7 " : "", out);
        snprintf(out, size, "%s", all);
    }
    const uint64_t forgotten = history_forgotten(f->history), missing = history_missing(f->history);
    if (missing > 0)
        snprintf(out + strlen(out), size - strlen(out), "%s%s records missing",
                 out[0] != '\0' ? " \u00b7 " : "", picture_number(missing, number));
    if (forgotten > 0)
        snprintf(out + strlen(out), size - strlen(out), "%s%s events forgotten",
                 out[0] != '\0' ? " \u00b7 " : "", picture_number(forgotten, number));
}

static void rows_words(const struct picture_frame *f, char *out, size_t size) {
    const int shown = f->row_to - f->row_from;
    snprintf(out, size, shown < f->rows ? "rows %d to %d of %d" : "", f->row_from + 1, f->row_to, f->rows);
}

/* -- The legend ------------------------------------------------------------------------------------------ */

static float sample(struct picture_frame *f, float x, enum picture_kind kind, const char *words) {
    const float y = f->info.y + f->info.h / 2, wide = 2.2f * f->small, size = f->small;
    const struct canvas_color color = f->paint->kind[kind];
    const float half = fmaxf(1, 1.6f * f->factor), head = 0.6f * size;
    const struct canvas_point p[7] = {
        {x, y - half}, {x + wide - head, y - half},         {x + wide - head, y - 0.25f * size},
        {x + wide, y}, {x + wide - head, y + 0.25f * size}, {x + wide - head, y + half},
        {x, y + half}};
    canvas_polygon(f->c, p, 7, color);
    picture_tail(f, (struct canvas_point){x + 0.35f * size, y}, kind, color);
    const struct canvas_style style = {size, CANVAS_REGULAR, CANVAS_LEFT, f->paint->ink};
    canvas_text(f->c, x + wide + 0.4f * size, y + CANVAS_CAP_HEIGHT * size / 2, &style, words);
    return wide + canvas_text_width(f->c, words, size, CANVAS_REGULAR) + 1.6f * size;
}

/* From the right, as many as there is room for. */
static float draw_legend(struct picture_frame *f, float left) {
    static const struct {
        enum picture_kind kind;
        const char *words;
    } samples[] = {{KIND_CHANGE, "change"},
                   {KIND_REQUEST, "request"},
                   {KIND_VIEW, "view"},
                   {KIND_REPAIR, "missing"},
                   {KIND_MEMBER, "join, leave"}};
    const int all = (int)(sizeof samples / sizeof samples[0]);
    float wide = 0;
    int count = 0;
    for (; count < all; count++) {
        const float more =
            3.8f * f->small + canvas_text_width(f->c, samples[count].words, f->small, CANVAS_REGULAR);
        if (left + wide + more > f->info.x + f->info.w - f->gap)
            break;
        wide += more;
    }
    float x = f->info.x + f->info.w - f->gap - wide;
    canvas_note(f->c, "legend");
    for (int i = 0; i < count; i++)
        x += sample(f, x, samples[i].kind, samples[i].words);
    return wide;
}

void picture_draw_info(struct picture_frame *f) {
    char words[CANVAS_TEXT_MAX], rows[64];
    canvas_note(f->c, "info");
    hidden_words(f, words, sizeof words);
    rows_words(f, rows, sizeof rows);
    if (rows[0] != '\0') {
        char both[CANVAS_TEXT_MAX];
        snprintf(both, sizeof both, "%s%s%.120s", rows, words[0] != '\0' ? " \u00b7 " : "", words);
        memcpy(words, both, sizeof words);
    }
    const struct canvas_style style = {f->small, CANVAS_BOLD, CANVAS_LEFT, f->paint->ink};
    const float left = f->diagram.x, room = f->info.x + f->info.w - left - f->gap;
    const float wide = fminf(canvas_text_width(f->c, words, f->small, CANVAS_BOLD), room);
    canvas_text_in(f->c, (struct canvas_rect){left, f->info.y, room, f->info.h}, &style, f->legible, words);
    draw_legend(f, left + wide + 2 * f->gap);
    if (f->look->title != NULL) {
        const struct canvas_style title = {f->small, CANVAS_BOLD, CANVAS_LEFT, f->paint->ink};
        canvas_text_in(
            f->c, (struct canvas_rect){f->info.x + f->gap, f->info.y, f->names.w - 2 * f->gap, f->info.h},
            &title, f->legible, f->look->title);
    }
}
