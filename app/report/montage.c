/* What a window shows, from the spans of its lifeline. */
#include "app/report/montage.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/ui/canvas_part.h"
#include "app/ui/placing.h"

#define TOMBS_TO      12                   /* tiles; with more, those of the crashed are left out */
#define BLOCK_SHOWN   ((gms_time)50000000) /* a view change that is through before is not shown */
#define LOOK_BACK_MAX 4096                 /* changes, for the first that differs */

struct reading {
    const struct history *history;
    const struct montage_moment *moment;
    uint32_t until;
    gms_time now;
};

/* -- Spans ----------------------------------------------------------------------------------------------- */

/* The span of the row that holds before event `until`; -1: it is not there yet. */
static int span_before(const struct history_row *row, uint32_t until) {
    uint32_t low = 0, high = row->span_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const uint32_t event = row->spans[middle].event;
        if (event == HISTORY_NONE || event < until)
            low = middle + 1;
        else
            high = middle;
    }
    return (int)low - 1;
}

/* The end of a run is no sign: it stays as it was. */
static int before_the_end(const struct history_row *row, int at) {
    int i = at;
    while (i > 0 && row->spans[i].condition == HISTORY_ENDED && row->spans[i - 1].line == row->spans[at].line)
        i--;
    return row->spans[i].condition == HISTORY_ENDED ? at : i;
}

/* The first of the row's spans, up to `at`, that shows that count of its incarnation, or more. */
static int span_of_count(const struct history_row *row, int at, uint64_t count) {
    int low = 0, high = at;
    while (low < high) {
        const int middle = low + (high - low) / 2;
        const struct history_span *s = &row->spans[middle];
        if (s->line == row->spans[at].line && s->has_color && s->count >= count)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static gms_time changed_at(const struct history_row *row, int at) {
    const struct history_span *s = &row->spans[at];
    const int first = span_of_count(row, at, s->count);
    return s->count > 0 && s->has_color ? row->spans[first].t : 0;
}

/* -- Who differs ----------------------------------------------------------------------------------------- */

/* The first count at which they are known to differ; 0: none. Histories are chains: once two differ they
 * differ at all later counts, so the newest that both have decides. */
static uint64_t differs_since(const struct history_row *a, int at, const struct history_row *b, int bt) {
    uint64_t since = 0;
    const uint16_t a_line = a->spans[at].line, b_line = b->spans[bt].line;
    int i = at, j = bt;
    for (int steps = 0; i >= 0 && j >= 0 && steps < LOOK_BACK_MAX; steps++) {
        const struct history_span *s = &a->spans[i], *t = &b->spans[j];
        if (s->line != a_line || t->line != b_line || !s->has_color || !t->has_color)
            break;
        if (s->count == t->count) {
            if (s->hash == t->hash)
                break;
            since = s->count;
        }
        const bool down = s->count >= t->count;
        j -= t->count >= s->count;
        i -= down;
    }
    return since;
}

/* -- Views ----------------------------------------------------------------------------------------------- */

static bool has_member(const struct history_view *v, uint16_t line) {
    for (uint32_t i = 0; i < v->member_count; i++) {
        if (v->members[i] == line)
            return true;
    }
    return false;
}

/* The view that it is in: who leads one that nobody has installed yet is in the one before. Two views may
 * bear one number where the group has parted: it is the one that has the line. */
static const struct history_view *view_of(const struct reading *r, const struct history_span *s) {
    const struct history_view *found = NULL;
    for (uint32_t i = history_view_count(r->history); s->view > 0 && i-- > 0;) {
        const struct history_view *v = history_view(r->history, i);
        if ((v->event != HISTORY_NONE && v->event >= r->until) || v->number > s->view ||
            !has_member(v, s->line))
            continue;
        if (v->number == s->view)
            return v;
        if (found == NULL || v->number > found->number)
            found = v;
    }
    return found;
}

static const struct history_row *row_of(const struct reading *r, uint16_t line, int *at) {
    const struct history_line *l = history_line(r->history, line);
    const struct history_row *row =
        l != NULL && l->row != HISTORY_NOBODY ? history_row(r->history, l->row) : NULL;
    *at = row != NULL ? span_before(row, r->until) : -1;
    while (*at >= 0 && row->spans[*at].line != line)
        (*at)--;
    return *at >= 0 ? row : NULL;
}

static void fill_members(const struct reading *r, struct tile_model *m, const struct history_view *v,
                         uint16_t self) {
    m->member_count = v->member_count;
    for (uint32_t i = 0; i < v->member_count && i < TILE_MEMBERS_MAX; i++) {
        struct tile_member *t = &m->members[i];
        int at;
        const struct history_row *row = row_of(r, v->members[i], &at);
        snprintf(t->name, sizeof t->name, "%s", history_line_name(r->history, v->members[i]));
        t->self = v->members[i] == self;
        if (row == NULL)
            continue;
        const struct history_span *s = &row->spans[at];
        t->known = s->has_color;
        memcpy(t->color, s->color, sizeof t->color);
        t->down = s->condition == HISTORY_CRASHED;
        t->suspected = s->condition == HISTORY_HUNG || s->condition == HISTORY_UNHEARD;
    }
}

/* From the most senior member that lives. */
static uint64_t differs_from_senior(const struct reading *r, const struct history_row *row, int at,
                                    const struct history_view *v) {
    for (uint32_t i = 0; i < v->member_count && v->members[i] != row->spans[at].line; i++) {
        int senior_at;
        const struct history_row *senior = row_of(r, v->members[i], &senior_at);
        if (senior == NULL || senior == row || senior->spans[senior_at].condition == HISTORY_CRASHED ||
            senior->spans[senior_at].condition == HISTORY_LEFT)
            continue;
        return differs_since(row, at, senior, senior_at);
    }
    return 0;
}

/* -- States ---------------------------------------------------------------------------------------------- */

static void say_frozen(const struct reading *r, const struct history_span *s, struct tile_model *m) {
    const struct history_event *e = history_event(r->history, s->event);
    const char *why = e != NULL && e->text != 0 ? history_text(r->history, e->text) : "";
    if (why[0] != '\0')
        snprintf(m->reason, sizeof m->reason, "%s", why);
    else if (e != NULL && e->ev == TRACE_FREEZE)
        snprintf(m->reason, sizeof m->reason, "message #%u never arrived, and it can't ask for it", e->seq);
}

static enum tile_state blocked(const struct reading *r, const struct history_span *s,
                               const struct history_view *v, struct tile_model *m) {
    if (r->now < s->t + BLOCK_SHOWN)
        return s->leads ? TILE_LEADING : TILE_FOLLOWING;
    if (r->moment->rung >= GMS_RUNG_5)
        return TILE_BLOCKED;
    const char *whom = s->leads || v == NULL ? "a follower" : history_line_name(r->history, v->members[0]);
    snprintf(m->reason, sizeof m->reason, "%s does not answer; it is asked again and again", whom);
    return TILE_UNANSWERED;
}

/* At gms1 nobody takes over. */
static bool is_halted(const struct reading *r, const struct history_span *s, const struct history_view *v,
                      struct tile_model *m) {
    int at = -1;
    const struct history_row *leader =
        r->moment->rung == GMS_RUNG_1 && v != NULL && !s->leads ? row_of(r, v->members[0], &at) : NULL;
    if (leader == NULL ||
        (leader->spans[at].condition != HISTORY_CRASHED && leader->spans[at].condition != HISTORY_LEFT))
        return false;
    snprintf(m->reason, sizeof m->reason, "the leader %s is gone, and gms1 has nobody to take over",
             leader->name);
    return true;
}

static enum tile_state member_state(const struct reading *r, const struct history_span *s,
                                    const struct history_view *v, struct tile_model *m) {
    if (is_halted(r, s, v, m))
        return TILE_HALTED;
    if (!s->has_color)
        return TILE_ADOPTING;
    return s->leads ? TILE_LEADING : TILE_FOLLOWING;
}

static enum tile_state state_of(const struct reading *r, const struct history_span *s,
                                const struct history_view *v, struct tile_model *m) {
    switch ((enum history_condition)s->condition) {
    case HISTORY_JOINING: return TILE_JOINING;
    case HISTORY_BLOCKED: return blocked(r, s, v, m);
    case HISTORY_NO_QUORUM:
        snprintf(m->reason, sizeof m->reason, "too few of view %u answer; it goes on when they are back",
                 s->view);
        return TILE_NO_QUORUM;
    case HISTORY_FROZEN: say_frozen(r, s, m); return TILE_FROZEN;
    case HISTORY_HUNG: return TILE_HUNG;
    case HISTORY_UNHEARD: snprintf(m->reason, sizeof m->reason, "nothing is heard of it"); return TILE_HUNG;
    case HISTORY_EXCLUDED:
        snprintf(m->reason, sizeof m->reason, "the others went on; it joins again\u2026");
        return TILE_EXCLUDED;
    case HISTORY_CRASHED: return TILE_CRASHED;
    case HISTORY_LEFT: return TILE_LEAVING;
    case HISTORY_MEMBER:
    case HISTORY_ENDED:
    case HISTORY_ABSENT:
    case HISTORY_CONDITIONS: break;
    }
    return member_state(r, s, v, m);
}

/* To members of its view: that it does not hear the others is no wonder. */
static bool is_to_member(const struct reading *r, const struct history_view *v, uint16_t row) {
    for (uint32_t i = 0; i < v->member_count; i++) {
        const struct history_line *line = history_line(r->history, v->members[i]);
        if (line != NULL && line->row == row)
            return true;
    }
    return false;
}

static void fill_cuts(const struct reading *r, uint32_t row, const struct history_view *v,
                      struct tile_model *m) {
    for (uint32_t i = 0; i < history_cut_count(r->history); i++) {
        const struct history_cut *cut = history_cut(r->history, i);
        if (cut->from != row || !is_to_member(r, v, cut->to))
            continue;
        const gms_time from = history_time_at(r->history, HISTORY_TIME, cut->begin[HISTORY_TIME]);
        const bool lasts = cut->end[HISTORY_TIME] == HISTORY_NONE ||
                           history_time_at(r->history, HISTORY_TIME, cut->end[HISTORY_TIME]) > r->now;
        m->cut_links += from <= r->now && lasts;
    }
    m->cut_off = m->cut_links > 0 && m->cut_links + 1 >= m->member_count;
}

/* -- Tiles ----------------------------------------------------------------------------------------------- */

static bool is_shown(const struct history_span *s) {
    return s->condition != HISTORY_LEFT && s->condition != HISTORY_ABSENT;
}

/* Of one that is gone: what it showed last. */
static void bury(const struct history_span *s, struct tile_model *m) {
    m->view = 0;
    m->member_count = s->has_color;
    m->members[0] = (struct tile_member){.known = true, .down = true};
    memcpy(m->members[0].name, m->name, sizeof m->name);
    memcpy(m->members[0].color, s->color, sizeof s->color);
}

static void fill(const struct reading *r, uint32_t index, struct montage_tile *tile) {
    const struct history_row *row = history_row(r->history, index);
    struct tile_model *m = &tile->model;
    const int at = before_the_end(row, span_before(row, r->until));
    const struct history_span *s = &row->spans[at];
    memset(tile, 0, sizeof *tile);
    const struct history_view *v = view_of(r, s);
    snprintf(m->name, sizeof m->name, "%s", row->name);
    snprintf(m->rung, sizeof m->rung, "%s", gms_rung_name(r->moment->rung));
    snprintf(m->group, sizeof m->group, "%s", r->moment->group != NULL ? r->moment->group : "");
    m->state = state_of(r, s, v, m);
    memcpy(m->color, s->color, sizeof m->color);
    m->count = s->count;
    m->hash = s->hash;
    m->view = v != NULL ? v->number : s->view;
    tile->changed = changed_at(row, at);
    if (m->state == TILE_CRASHED) {
        bury(s, m);
    } else if (v != NULL) {
        fill_members(r, m, v, s->line);
        m->differs_since = differs_from_senior(r, row, at, v);
        fill_cuts(r, index, v, m);
    }
}

void montage_read(struct montage *montage, const struct history *h, const struct montage_moment *moment) {
    const uint32_t events = history_event_count(h), rows = history_row_count(h);
    struct reading r = {.history = h, .moment = moment, .now = moment->now};
    r.until = moment->until < events ? moment->until : events;
    const struct history_event *last = r.until > 0 ? history_event(h, r.until - 1) : NULL;
    if (r.now == 0)
        r.now = last != NULL ? last->t : history_now(h);
    const bool tombs = rows <= TOMBS_TO;
    montage->count = 0;
    for (uint32_t i = 0; i < rows && montage->count < MONTAGE_TILES_MAX; i++) {
        const struct history_row *row = history_row(h, i);
        const int at = span_before(row, r.until);
        if (at < 0 || !is_shown(&row->spans[at]) || (!tombs && row->spans[at].condition == HISTORY_CRASHED))
            continue;
        struct montage_tile *tile = &montage->tiles[montage->count++];
        fill(&r, i, tile);
    }
}

/* -- Drawing --------------------------------------------------------------------------------------------- */

static float pulse_of(const struct montage_tile *tile, gms_time now) {
    if (now == 0 || tile->changed == 0 || now < tile->changed || now >= tile->changed + MONTAGE_PULSE)
        return 0;
    return 1 - (float)(now - tile->changed) / (float)MONTAGE_PULSE;
}

void montage_draw(struct canvas *c, struct canvas_rect box, const struct montage *montage,
                  const struct montage_look *look) {
    const float gap = floorf(fmaxf(2, 6 * look->scale));
    canvas_rect(c, box, theme_colors(look->theme)->back);
    if (montage->count == 0)
        return;
    const int least = (int)(PLACING_SMALLEST * look->scale), count = (int)montage->count;
    const int columns = placing_columns(count, (int)box.w, (int)box.h, least, least);
    const int rows = (count + columns - 1) / columns;
    const float wide = (box.w - gap) / (float)columns, high = (box.h - gap) / (float)rows;
    for (int i = 0; i < count; i++) {
        const float left = floorf(box.x + gap + (float)(i % columns) * wide);
        const float top = floorf(box.y + gap + (float)(i / columns) * high);
        const struct canvas_rect place = {left, top, floorf(wide - gap), floorf(high - gap)};
        struct canvas_part part;
        struct canvas *inside = canvas_part_begin(&part, c, place);
        const struct tile_look tile = {.width = place.w,
                                       .height = place.h,
                                       .scale = look->scale,
                                       .theme = look->theme,
                                       .pulse = pulse_of(&montage->tiles[i], look->now)};
        tile_draw(inside, &montage->tiles[i].model, &tile);
        if (montage->tiles[i].model.state == TILE_CRASHED) /* a window's edge where there is no colour */
            canvas_frame(inside, (struct canvas_rect){0, 0, place.w, place.h}, fmaxf(1, gap / 4),
                         theme_colors(look->theme)->quiet);
        canvas_part_end(&part);
    }
}
