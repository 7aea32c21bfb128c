/* Where the scope looks: zoom, scroll, follow, hold, step, play. */
#include "app/scope/scope.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define STEPS_PER_S    4.0  /* played at full speed */
#define ANIMATED_MS    1000 /* after the last record a silence is folded */
#define FOLLOW_AT      0.93 /* of the width: where the end is while it follows */
#define LEAST_UNIT     1e-5
#define FIRST_UNIT_MAX 64.0 /* a short run is not blown up beyond that */

static const double default_unit[HISTORY_AXES] = {[HISTORY_STEPS] = 26, [HISTORY_TIME] = 0.025};
static const double greatest_unit[HISTORY_AXES] = {[HISTORY_STEPS] = 240, [HISTORY_TIME] = 40};

/* -- Measures -------------------------------------------------------------------------------------------- */

static double width_of(const struct scope *s) { /* in places */
    return picture_diagram_width(&s->look) / s->look.unit;
}

static double end_of(const struct scope *s) {
    return history_end(s->history, s->look.axis);
}

/* The present, which on the axis of time goes on when nothing happens. */
static double present(const struct scope *s) {
    const uint64_t silence = s->now_ms - s->seen_ms;
    if (!s->look.is_live || s->look.axis != HISTORY_TIME || s->look.reduced_motion ||
        history_event_count(s->history) == 0)
        return end_of(s);
    return end_of(s) + (double)(silence < ANIMATED_MS ? silence : ANIMATED_MS) * (HISTORY_TICKS / 1000.0);
}

static void set_left(struct scope *s, double left) {
    const double wide = width_of(s), least = -0.02 * wide, most = end_of(s) - 0.4 * wide;
    left = fmax(least, fmin(left, fmax(most, least)));
    if (left == s->look.left)
        return;
    s->look.left = left;
    s->dirty = s->hover_is_old = true;
}

static void set_unit(struct scope *s, double unit) {
    const double scale = s->look.scale;
    const double most = greatest_unit[s->look.axis];
    const double fits = end_of(s) > 0 ? 0.9 * picture_diagram_width(&s->look) / end_of(s) / scale : most;
    unit = fmin(fmax(unit, fmax(LEAST_UNIT, fmin(fits, default_unit[s->look.axis]))), most);
    s->units[s->look.axis] = unit;
    s->look.unit = unit * scale;
    s->dirty = s->hover_is_old = true;
}

void scope_resize(struct scope *s, float width, float height, float scale) {
    struct picture_look *look = &s->look;
    if (width == look->width && height == look->height && scale == look->scale && look->unit > 0)
        return;
    const bool is_first = look->unit <= 0;
    const double middle = is_first ? 0 : look->left + 0.5 * width_of(s);
    for (int axis = 0; axis < HISTORY_AXES; axis++)
        if (s->units[axis] <= 0)
            s->units[axis] = default_unit[axis];
    look->width = width;
    look->height = height;
    look->scale = scale;
    look->unit = s->units[look->axis] * scale;
    if (!is_first && !s->follows && look->left > 0) /* what was in the middle stays there */
        set_left(s, middle - 0.5 * width_of(s));
    s->dirty = s->hover_is_old = true;
}

/* -- Going there ----------------------------------------------------------------------------------------- */

void scope_scroll_to(struct scope *s, double left) {
    s->follows = false;
    s->was_touched = true;
    set_left(s, left);
}

void scope_zoom(struct scope *s, double factor, double place) {
    const double share = (place - s->look.left) * s->look.unit;
    s->was_touched = true;
    set_unit(s, s->units[s->look.axis] * factor);
    if (!s->follows)
        set_left(s, place - share / s->look.unit);
}

void scope_look_at(struct scope *s, double place) {
    scope_scroll_to(s, place - 0.5 * width_of(s));
}

/* One that is not shown, for it is quiet, has the place of those around it. */
void scope_go_to(struct scope *s, uint32_t event) {
    const struct history_event *e = history_event(s->history, event);
    if (e == NULL)
        return;
    if (event >= s->look.until) /* what is to be seen must not be hidden */
        scope_hold(s, event + 1);
    scope_look_at(s, e->at[s->look.axis]);
    /* A message is marked wherever it is; what is none would only make all others pale. */
    s->look.hovered = s->marked = e->m_origin != HISTORY_NOBODY ? event : HISTORY_NONE;
    s->dirty = true;
}

void scope_look_first(struct scope *s) {
    const double wide = picture_diagram_width(&s->look) / s->look.scale, end = end_of(s);
    s->units[s->look.axis] = default_unit[s->look.axis];
    if (end > 0 && end * default_unit[s->look.axis] <= 0.95 * wide)
        set_unit(s,
                 s->look.axis == HISTORY_STEPS ? fmin(0.9 * wide / end, FIRST_UNIT_MAX) : 0.9 * wide / end);
    else
        set_unit(s, default_unit[s->look.axis]);
    const struct history_event *cause = history_event(s->history, s->story.event);
    if (cause != NULL)
        set_left(s, cause->at[s->look.axis] - 0.5 * width_of(s));
    else
        set_left(s, -INFINITY);
}

void scope_follow(struct scope *s) {
    s->look.until = HISTORY_NONE;
    s->look.is_paused = s->look.is_playing = false;
    s->look.now = -1;
    s->follows = s->look.is_live;
    s->was_touched = true;
    set_left(s, present(s) - FOLLOW_AT * width_of(s));
    s->story_is_old = s->dirty = true;
}

static double place_of(const struct scope *s, uint32_t event) {
    const struct history_event *e = history_event(s->history, event);
    return e != NULL ? e->at[s->look.axis] : 0;
}

/* After the last event that is shown; what is under way there has got a little way. */
static void show_cursor(struct scope *s) {
    s->cursor = s->look.until > 0 ? place_of(s, s->look.until - 1) : 0;
    s->look.now = (float)(s->cursor + (s->look.axis == HISTORY_STEPS ? 0.6 : 0));
}

/* The place on another axis of what stands at this one. */
static double place_on(const struct scope *s, enum history_axis to, double place) {
    const uint32_t at = (uint32_t)fmax(0, fmin(place, end_of(s)));
    return history_place_of(s->history, to, history_time_at(s->history, s->look.axis, at));
}

/* What was seen is seen: from the same moment to the same moment, as far as the zoom goes. */
void scope_set_axis(struct scope *s, enum history_axis axis) {
    if (axis == s->look.axis)
        return;
    const bool at_start = s->look.left <= 0;
    const double from = place_on(s, axis, s->look.left);
    const double to = place_on(s, axis, s->look.left + width_of(s));
    const double wide = picture_diagram_width(&s->look) / s->look.scale;
    s->look.axis = axis;
    set_unit(s, to > from ? wide / (to - from) : default_unit[axis]);
    if (s->look.until != HISTORY_NONE)
        show_cursor(s);
    if (!s->follows)
        set_left(s, at_start ? -INFINITY : 0.5 * (from + to) - 0.5 * width_of(s));
    s->dirty = true;
}

void scope_set_quiet(struct scope *s, bool shown) {
    const enum history_axis axis = s->look.axis;
    const bool at_start = s->look.left <= 0;
    const double middle = fmax(0, fmin(s->look.left + 0.5 * width_of(s), end_of(s)));
    const gms_time t = history_time_at(s->history, axis, (uint32_t)middle);
    s->look.shows_quiet = shown;
    history_show_quiet(s->history, shown);
    if (!s->follows)
        set_left(s, at_start ? -INFINITY : history_place_of(s->history, axis, t) - 0.5 * width_of(s));
    if (s->look.until != HISTORY_NONE)
        show_cursor(s);
    s->dirty = s->hover_is_old = true;
}

/* -- Holding, stepping, playing -------------------------------------------------------------------------- */

static bool is_shown(const struct scope *s, uint32_t event) {
    const struct history_event *e = history_event(s->history, event);
    const unsigned hidden = HISTORY_VOID | (s->look.shows_quiet ? 0u : HISTORY_QUIET);
    return e != NULL && (e->flags & hidden) == 0;
}

/* What is shown ends before event `until`. */
static void put_cursor(struct scope *s, uint32_t until) {
    const uint32_t count = history_event_count(s->history), first = history_forgotten(s->history);
    s->look.until = until < first ? first : until < count ? until : count;
    s->look.is_paused = true;
    show_cursor(s);
    s->look.hovered = s->marked = HISTORY_NONE;
    s->follows = false;
    s->was_touched = s->story_is_old = s->dirty = true;
}

static void keep_cursor_in_sight(struct scope *s) {
    const double wide = width_of(s), at = s->cursor - s->look.left;
    if (s->look.is_playing && at > 0.8 * wide)
        set_left(s, s->cursor - 0.8 * wide);
    else if (at < 0.04 * wide || at > 0.92 * wide)
        set_left(s, s->cursor - 0.5 * wide);
}

void scope_hold(struct scope *s, uint32_t until) {
    s->look.is_playing = false;
    put_cursor(s, until);
}

bool scope_step(struct scope *s, bool forward) {
    const uint32_t count = history_event_count(s->history), first = history_forgotten(s->history);
    uint32_t until = s->look.until < count ? s->look.until : count;
    s->look.is_playing = false;
    if (forward ? until == count : until <= first)
        return false;
    if (forward) {
        while (until < count && !is_shown(s, until))
            until++;
        until += until < count;
    } else {
        do
            until--;
        while (until > first && !is_shown(s, until - 1));
    }
    put_cursor(s, until);
    keep_cursor_in_sight(s);
    return true;
}

/* A live run is only looked at there, and goes on; a trace is at its first event, and can be told from it. */
void scope_rewind(struct scope *s) {
    uint32_t first = history_forgotten(s->history);
    const uint32_t count = history_event_count(s->history);
    scope_scroll_to(s, -INFINITY);
    if (s->look.is_live)
        return;
    while (first < count && !is_shown(s, first))
        first++;
    scope_hold(s, first + (first < count));
}

/* The first event that stands at that place or after it. */
static uint32_t event_from(const struct scope *s, double place) {
    uint32_t first, last;
    const uint32_t at = (uint32_t)fmax(0, fmin(place, end_of(s)));
    history_between(s->history, s->look.axis, at, at, &first, &last);
    while (first < history_event_count(s->history) && place_of(s, first) < at)
        first++;
    return first;
}

void scope_play(struct scope *s, bool on) {
    const uint32_t count = history_event_count(s->history);
    if (on && s->look.until >= count) {
        const uint32_t from = event_from(s, s->look.left);
        scope_hold(s, from < count ? from : 0);
    }
    s->look.is_playing = on && count > 0;
    s->look.is_paused = !s->look.is_playing && s->look.until != HISTORY_NONE;
    s->played_ms = s->now_ms;
    s->was_touched = s->dirty = true;
}

/* Up to that place, and no further than to that time. */
static void play_to(struct scope *s, double place, gms_time t) {
    const uint32_t count = history_event_count(s->history), before = s->look.until;
    const double cursor = s->cursor;
    s->cursor = fmax(cursor, place);
    while (s->look.until < count &&
           ((place_of(s, s->look.until) <= s->cursor && history_event(s->history, s->look.until)->t <= t) ||
            !is_shown(s, s->look.until)))
        s->look.until++;
    s->look.now = (float)s->cursor;
    if (s->look.until == before && s->cursor <= cursor)
        return;
    s->story_is_old |= s->look.until != before;
    s->dirty = s->hover_is_old = true;
    keep_cursor_in_sight(s);
}

static bool is_played(const struct scope *s) {
    return s->look.until >= history_event_count(s->history) && s->cursor >= end_of(s);
}

static void end_play(struct scope *s) {
    s->look.is_playing = s->look.is_paused = false;
    s->look.until = HISTORY_NONE;
    s->look.now = -1;
    s->follows = s->look.is_live;
    s->story_is_old = s->dirty = true;
}

static void play_on(struct scope *s) {
    const double per_ms = (s->look.axis == HISTORY_STEPS ? STEPS_PER_S : HISTORY_TICKS) / 1000.0;
    const double passed = (double)(s->now_ms - s->played_ms) * per_ms * (double)s->look.speed;
    s->played_ms = s->now_ms;
    play_to(s, s->cursor + passed, UINT64_MAX);
    if (is_played(s))
        end_play(s);
}

void scope_play_to(struct scope *s, gms_time t) {
    if (!s->look.is_playing)
        return;
    s->is_led = true;
    s->led_t = t;
    play_to(s, history_place_of(s->history, s->look.axis, t), t);
    if (t >= history_now(s->history) && is_played(s))
        end_play(s);
}

void scope_view_tick(struct scope *s) {
    if (s->look.unit <= 0)
        return;
    if (s->opens && !s->was_touched)
        scope_look_first(s);
    s->opens = false;
    if (s->look.is_playing && !s->is_led)
        play_on(s);
    if (!s->follows)
        return;
    const double now = present(s);
    set_left(s, now - FOLLOW_AT * width_of(s));
    s->look.now = s->look.axis == HISTORY_TIME ? (float)now : -1;
}

/* -- Drawing --------------------------------------------------------------------------------------------- */

/* What a key did, and else how far the trace was read. */
static void say_now(const struct scope *s, char *text, size_t size) {
    if (s->notice[0] != '\0' || !s->loading)
        snprintf(text, size, "%s", s->notice);
    else
        snprintf(text, size, "Reading the trace: %d %%", s->percent);
}

static void draw(struct scope *s, struct canvas *canvas) {
    s->look.caption = s->caption[0] != '\0' && !s->has_no_caption ? s->caption : NULL;
    s->look.title = s->title;
    s->look.links = s->links.rows == history_row_count(s->history) ? s->links.link : NULL;
    picture_draw(canvas, s->history, &s->story, &s->look);
    s->look.notice = s->look.explanation = NULL;
}

void scope_draw(struct scope *s, struct canvas *canvas) {
    char text[sizeof s->notice];
    if (s->look.shows_links || s->look.is_live)
        links_read(&s->links, s->history, s->look.until);
    if (s->hover_is_old && s->has_mouse)
        scope_mouse_move(s, canvas, s->mouse);
    say_now(s, text, sizeof text);
    s->look.notice = text[0] != '\0' ? text : NULL;
    s->look.explanation = s->explanation[0] != '\0' ? s->explanation : NULL;
    draw(s, canvas);
    s->dirty = false;
}

void scope_draw_still(struct scope *s, struct canvas *canvas) {
    const struct picture_look look = s->look;
    s->look.hovered = s->marked;
    s->look.hovered_property = 0;
    s->look.hovered_tool = -1;
    s->look.is_recorded = false;
    draw(s, canvas);
    s->look = look;
}
