/* What comes in, what time does, and what is said: see scope.h. */
#include "app/scope/scope.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS ((gms_time)1000000)

#define STORY_PERIOD_MS 50    /* between two tellings, however much comes */
#define COUNT_PERIOD_MS 500   /* heartbeats alone are counted on the screen so often */
#define JUDGED_AT_ONCE  10000 /* records told to the cursor's checker in one turn: some milliseconds */
#define TROUBLE_MS      15000
#define NOTICE_MS       4000
#define CAPTION_MS      7000
#define CAPTION_NS      (CAPTION_MS * MS)
#define ANIMATED_MS     1000 /* after the last record: a silence is folded to this */

struct scope *scope_new(void) {
    struct scope *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->history = history_new();
    s->check = calloc(1, sizeof *s->check);
    s->records = records_new();
    s->look.index = picture_index_new();
    if (s->history == NULL || s->check == NULL || s->records == NULL || s->look.index == NULL) {
        scope_destroy(&s);
        return NULL;
    }
    check_init(s->check, &s->settings);
    s->look.until = s->look.hovered = s->marked = s->story.event = HISTORY_NONE;
    s->look.now = -1;
    s->look.selected_row = s->look.hovered_tool = -1;
    s->look.scale = s->look.speed = 1;
    s->look.title = s->title;
    s->story_is_old = s->dirty = true;
    return s;
}

void scope_destroy(struct scope **self) {
    struct scope *s = *self;
    if (s == NULL)
        return;
    picture_index_destroy(&s->look.index);
    history_destroy(&s->history);
    records_destroy(&s->records);
    free(s->check);
    free(s->check_at);
    free(s);
    *self = NULL;
}

void scope_set_name(struct scope *s, const char *text) {
    snprintf(s->name, sizeof s->name, "%s", text);
    snprintf(s->title, sizeof s->title, "%s", text);
    s->dirty = true;
}

void scope_notice(struct scope *s, const char *text) {
    snprintf(s->notice, sizeof s->notice, "%s", text);
    s->notice_until_ms = s->now_ms + NOTICE_MS;
    s->notice_is_answer = false;
    s->dirty = true;
}

void scope_answer(struct scope *s, const char *text) {
    scope_notice(s, text);
    s->notice_is_answer = true;
}

/* "will be lost", "crashes at its next broadcast": not below a sign that says what came of it. */
static void end_answer(struct scope *s) {
    if (s->notice_is_answer)
        s->notice_until_ms = s->now_ms;
}

/* -- Feeding -------------------------------------------------------------------------------------------- */

static void forget_cursor_checker(struct scope *s) {
    s->check_at_fed = 0;
    if (s->check_at != NULL)
        check_init(s->check_at, &s->settings);
}

static void begin(void *self, const struct check_settings *settings, bool live) {
    struct scope *s = self;
    history_clear(s->history);
    records_clear(s->records);
    links_clear(&s->links);
    s->settings = *settings;
    check_init(s->check, settings);
    forget_cursor_checker(s);
    snprintf(s->title, sizeof s->title, "%s · %s", s->name, gms_rung_name(settings->rung));
    memset(&s->names, 0, sizeof s->names);
    memset(&s->story, 0, sizeof s->story);
    s->story.event = HISTORY_NONE;
    s->story_is_old = s->dirty = true;
    s->has_ended = s->was_touched = s->opens = false;
    s->record_t = 0;
    s->caption[0] = '\0';
    s->look.is_live = live;
    s->look.until = s->look.hovered = s->marked = HISTORY_NONE;
    s->look.hovered_property = 0;
    s->look.selected_row = -1;
    s->look.left = s->look.row_offset = 0;
    s->look.is_paused = s->look.is_playing = false;
    s->follows = live;
    s->held = PICTURE_NOWHERE;
    s->hover_is_old = true;
}

static void name(void *self, gms_id id, const char *text) {
    struct scope *s = self;
    history_name(s->history, id, text);
    report_name(&s->names, id, text);
    s->dirty = true;
}

/* Whether what came last is seen, or only counted. */
static bool is_seen(const struct scope *s, uint32_t count_before) {
    const uint32_t count = history_event_count(s->history);
    const struct history_event *e = count > count_before ? history_event(s->history, count - 1) : NULL;
    return e == NULL || s->look.shows_quiet || (e->flags & HISTORY_QUIET) == 0;
}

static void record(void *self, const char *who, const struct trace_record *r) {
    struct scope *s = self;
    const uint32_t count_before = history_event_count(s->history);
    records_add(s->records, count_before, r);
    history_feed(s->history, who, r);
    if (!s->has_ended)
        check_feed(s->check, r);
    if (s->look.is_live && r->ev == TRACE_LOSE && r->why != NULL && strcmp(r->why, "lost on demand") == 0)
        end_answer(s);
    s->record_ms = s->now_ms;
    s->record_t = r->t > s->record_t ? r->t : s->record_t;
    if (!s->look.is_live || is_seen(s, count_before)) {
        s->seen_ms = s->now_ms;
        s->dirty = true;
    } else if (s->count_ms == 0) {
        s->count_ms = s->now_ms + COUNT_PERIOD_MS;
    }
    s->story_is_old |= s->look.until == HISTORY_NONE || !records_complete(s->records);
}

static void caption(void *self, gms_time t, const char *text) {
    struct scope *s = self;
    history_caption(s->history, t, text);
    if (s->look.is_live) {
        snprintf(s->caption, sizeof s->caption, "%s", text);
        s->caption_until_ms = s->now_ms + CAPTION_MS;
    }
    s->dirty = true;
}

static void missed(void *self, const char *who, uint64_t records) {
    struct scope *s = self;
    history_miss(s->history, who, records);
    s->story_is_old = s->dirty = true;
}

static void silent(void *self, const char *who, gms_time t) {
    struct scope *s = self;
    history_silent(s->history, who, t);
    s->story_is_old = s->dirty = true;
}

static void trouble(void *self, const char *text) {
    struct scope *s = self;
    scope_notice(s, text);
    s->notice_until_ms = s->now_ms + TROUBLE_MS;
}

struct source_handler scope_handler(struct scope *s) {
    return (struct source_handler){.self = s,
                                   .begin = begin,
                                   .name = name,
                                   .record = record,
                                   .caption = caption,
                                   .missed = missed,
                                   .silent = silent,
                                   .trouble = trouble};
}

/* The end of a trace: what only the end can tell is judged, and who has not looked around yet is shown where
 * it matters. */
static void end(struct scope *s, bool unfinished) {
    s->has_ended = true;
    s->check->unfinished = unfinished;
    check_end(s->check);
    history_place_anew(s->history);
    story_tell(&s->story, s->history, s->check, &s->names);
    s->opens = !s->was_touched;
    s->story_is_old = s->dirty = true;
}

void scope_read_on(struct scope *s, bool goes_on, bool unfinished, float progress) {
    const bool loading = goes_on && !s->look.is_live;
    const int percent = (int)(100 * progress);
    if (loading && percent != s->percent)
        s->dirty = true;
    s->percent = percent;
    if (loading != s->loading)
        s->dirty = true;
    s->loading = loading;
    if (!goes_on && !s->look.is_live && !s->has_ended && history_event_count(s->history) > 0)
        end(s, unfinished);
}

/* -- The sentence ---------------------------------------------------------------------------------------- */

/* Tells the cursor's checker what it was not told yet; false: there is more, in the next turn. */
static bool judge_up_to_cursor(struct scope *s) {
    struct trace_record r;
    const uint32_t fed = s->check_at_fed;
    if (fed > 0 && records_mark(s->records, fed - 1) >= s->look.until)
        forget_cursor_checker(s);
    for (int i = 0; i < JUDGED_AT_ONCE; i++) {
        if (s->check_at_fed == records_count(s->records) ||
            records_mark(s->records, s->check_at_fed) >= s->look.until)
            return true;
        records_get(s->records, s->check_at_fed++, &r);
        check_feed(s->check_at, &r);
    }
    return false;
}

static bool can_judge_at_cursor(struct scope *s) {
    if (s->look.until >= history_event_count(s->history) || !records_complete(s->records))
        return false;
    if (s->check_at == NULL && (s->check_at = calloc(1, sizeof *s->check_at)) != NULL)
        forget_cursor_checker(s);
    return s->check_at != NULL;
}

static void tell_story(struct scope *s) {
    const struct story before = s->story;
    const bool held = s->look.until < history_event_count(s->history);
    if (can_judge_at_cursor(s)) {
        if (!judge_up_to_cursor(s))
            return; /* the old one stays until then */
        story_tell(&s->story, s->history, s->check_at, &s->names);
    } else {
        story_tell(&s->story, s->history, s->check, &s->names);
        const size_t used = strlen(s->story.sentence);
        if (held)
            snprintf(s->story.sentence + used, sizeof s->story.sentence - used, "%s(of the whole run)",
                     used > 0 ? " " : "");
    }
    s->story_is_old = false;
    s->story_ms = s->now_ms;
    if (before.sign != s->story.sign)
        end_answer(s);
    if (memcmp(&before, &s->story, sizeof before) != 0)
        s->dirty = s->hover_is_old = true;
}

const struct check *scope_check(const struct scope *s) {
    const bool held = s->look.until < history_event_count(s->history);
    return held && s->check_at != NULL && records_complete(s->records) ? s->check_at : s->check;
}

void scope_window_title(const struct scope *s, char *text, size_t size) {
    if (s->story.head[0] != '\0')
        snprintf(text, size, "Groupy scope: %s", s->story.head);
    else
        snprintf(text, size, "Groupy scope");
}

/* -- Time ------------------------------------------------------------------------------------------------ */

static void let_go(struct scope *s) {
    if (s->notice[0] != '\0' && s->now_ms >= s->notice_until_ms) {
        s->notice[0] = '\0';
        s->dirty = true;
    }
}

/* A scenario's note is shown for a while after it came; at a cursor, for a while of the run's own time. */
static void choose_caption(struct scope *s) {
    char text[sizeof s->caption] = "";
    const uint32_t count = history_event_count(s->history);
    const struct history_event *last =
        s->look.until < count && s->look.until > 0 ? history_event(s->history, s->look.until - 1) : NULL;
    if (last != NULL || s->is_led) {
        const gms_time now = s->is_led ? s->led_t : last->t;
        for (uint32_t i = history_note_count(s->history); i-- > 0;) {
            const struct history_note *note = history_note_at(s->history, i);
            if (note->t > now)
                continue;
            if (now - note->t < CAPTION_NS)
                snprintf(text, sizeof text, "%s", note->text);
            break;
        }
    } else if (s->now_ms < s->caption_until_ms && s->look.is_live) {
        return;
    }
    if (strcmp(text, s->caption) != 0)
        s->dirty = true;
    memcpy(s->caption, text, sizeof text);
}

/* The worker that is selected is so by its name: in the next run as well, and when a new row moves it down.
 */
static void find_selected(struct scope *s) {
    int row = (int)history_row_count(s->history) - 1;
    while (row >= 0 && strcmp(history_row(s->history, (uint32_t)row)->name, s->selected) != 0)
        row--;
    s->dirty |= row != s->look.selected_row;
    s->look.selected_row = row;
}

void scope_tick(struct scope *s, uint64_t now_ms) {
    s->now_ms = now_ms;
    if (s->look.is_live && history_event_count(s->history) > 0)
        history_tick(s->history, s->record_t + (now_ms - s->record_ms) * MS);
    if (s->selected[0] != '\0')
        find_selected(s);
    if (s->count_ms != 0 && now_ms >= s->count_ms) {
        s->count_ms = 0;
        s->dirty = true;
    }
    scope_view_tick(s);
    let_go(s);
    choose_caption(s);
    if (s->story_is_old && (now_ms >= s->story_ms + STORY_PERIOD_MS || s->look.until != HISTORY_NONE))
        tell_story(s);
    if (s->hover_is_old && s->has_mouse)
        s->dirty = true; /* scope_draw() looks what is below the mouse now */
}

static void sooner(int *wait, uint64_t now, uint64_t then) {
    const int left = then > now ? (int)(then - now) : 0;
    if (*wait < 0 || left < *wait)
        *wait = left;
}

int scope_wait_ms(const struct scope *s) {
    int wait = -1;
    if (s->look.is_playing)
        sooner(&wait, s->now_ms, s->now_ms + 33);
    if (s->story_is_old)
        sooner(&wait, s->now_ms, s->look.until != HISTORY_NONE ? s->now_ms : s->story_ms + STORY_PERIOD_MS);
    if (s->notice[0] != '\0')
        sooner(&wait, s->now_ms, s->notice_until_ms);
    if (s->count_ms != 0)
        sooner(&wait, s->now_ms, s->count_ms);
    if (s->caption[0] != '\0' && s->look.is_live && s->look.until == HISTORY_NONE)
        sooner(&wait, s->now_ms, s->caption_until_ms);
    if (s->look.is_live && s->follows && s->look.axis == HISTORY_TIME && s->now_ms < s->seen_ms + ANIMATED_MS)
        sooner(&wait, s->now_ms, s->now_ms + 33);
    return wait;
}
