/* See figure_run.h. Heartbeats say nothing about what a figure shows; where acknowledgements have places of
 * their own, they would have, too, and so they are left out.
 */
#include "app/report/figure_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/scenario.h"
#include "app/sim_stage.h"
#include "app/trace_merge.h"

/* -- Reading --------------------------------------------------------------------------------------------- */

void figure_learn_names(struct report_names *names, struct history *history, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    if (r->ev != TRACE_CRASH && r->id != GMS_NOBODY) {
        report_name(names, r->id, line->who);
        history_name(history, r->id, line->who);
    }
    for (uint32_t i = 0; i < r->member_count; i++)
        if (line->member_names[i] != NULL && line->member_names[i][0] != '?') {
            report_name(names, r->members[i], line->member_names[i]);
            history_name(history, r->members[i], line->member_names[i]);
        }
}

static bool is_heartbeat(const struct trace_record *r) {
    const bool is_message =
        r->ev == TRACE_SEND || r->ev == TRACE_RECV || r->ev == TRACE_LOSE || r->ev == TRACE_DROP;
    return is_message && r->type != NULL && strcmp(r->type, gms_type_name(GMS_HEARTBEAT)) == 0;
}

static void take(struct figure_run *run, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    if (run->began == 0 || r->t < run->began)
        run->began = r->t;
    run->ended = r->t > run->ended ? r->t : run->ended;
    run->seen++;
    const uint32_t events = history_event_count(run->history);
    figure_learn_names(&run->names, run->history, line);
    records_add(run->records, history_event_count(run->history), r);
    if (run->has_acknowledgements && is_heartbeat(r))
        run->heartbeats += r->ev == TRACE_SEND;
    else if (r->ev == TRACE_NOTE)
        history_caption(run->history, r->t, r->what != NULL ? r->what : "");
    else
        history_feed(run->history, line->who, r);
    if (history_event_count(run->history) > events && r->ev != TRACE_EXIT)
        run->judged = run->seen;
}

/* What happens before the first change or fault is how the group came to be; what happens after the last
 * event that is no end, how the run was ended. */
static bool is_of_interest(const struct history_event *e) {
    return (e->ev == TRACE_MCAST && e->n > 0) || e->ev == TRACE_FAULT || e->ev == TRACE_CRASH ||
           e->ev == TRACE_HANG || e->ev == TRACE_LEAVE || e->ev == TRACE_SUSPECT;
}

static bool is_quiet(const struct figure_run *run, const struct history_event *e) {
    return (e->flags & (HISTORY_VOID | (run->has_acknowledgements ? 0 : HISTORY_QUIET))) != 0;
}

static void look_for_ends(struct figure_run *run) {
    const uint32_t count = history_event_count(run->history), first = history_forgotten(run->history);
    run->until = count;
    while (run->until > first && history_event(run->history, run->until - 1)->ev == TRACE_EXIT)
        run->until--;
    run->last = run->until;
    while (run->last > first + 1 && is_quiet(run, history_event(run->history, run->last - 1)))
        run->last--;
    run->from = first;
    while (run->from < run->until && !is_of_interest(history_event(run->history, run->from)))
        run->from++;
    for (uint32_t i = first; i < run->until; i++) {
        const struct history_event *e = history_event(run->history, i);
        if (e->ev == TRACE_VIEW && e->count > run->members)
            run->members = e->count;
    }
    if (run->from == run->until)
        run->from = first;
}

static bool read_all(struct figure_run *run, struct trace_merge *merge, char *error, size_t error_size) {
    const struct trace_line *line;
    enum trace_merge_next next;
    run->settings = report_settings_of(merge);
    run->seed = strcmp(trace_merge_source(merge), "sim") == 0 ? trace_merge_seed(merge) : 0;
    trace_merge_by_clock(merge);
    while ((next = trace_merge_next(merge, &line, error, error_size)) == TRACE_MERGE_RECORD)
        take(run, line);
    if (next == TRACE_MERGE_END && history_event_count(run->history) == 0)
        snprintf(error, error_size, "nothing happens in these traces");
    return next == TRACE_MERGE_END && history_event_count(run->history) > 0;
}

/* A run that is too long to be kept is read once more, for its verdict alone. */
static bool judge_whole(struct figure_run *run, const char *const *paths, int count, char *error,
                        size_t error_size) {
    const struct trace_line *line;
    struct trace_merge *merge = trace_merge_open(paths, count, error, error_size);
    if (merge == NULL)
        return false;
    run->whole = calloc(1, sizeof *run->whole);
    if (run->whole != NULL) {
        check_init(run->whole, &run->settings);
        trace_merge_by_clock(merge);
        for (uint64_t i = 0;
             i < run->judged && trace_merge_next(merge, &line, error, error_size) == TRACE_MERGE_RECORD; i++)
            if (line->record.ev != TRACE_NOTE)
                check_feed(run->whole, &line->record);
    }
    trace_merge_close(&merge);
    return run->whole != NULL;
}

struct figure_run *figure_run_read(const char *const *paths, int count, bool acknowledgements, char *error,
                                   size_t error_size) {
    struct figure_run *run = calloc(1, sizeof *run);
    struct trace_merge *merge = NULL;
    snprintf(error, error_size, "out of memory");
    if (run == NULL || (run->history = history_new()) == NULL || (run->records = records_new()) == NULL)
        goto fail;
    run->has_acknowledgements = acknowledgements;
    history_show_quiet(run->history, acknowledgements);
    if ((merge = trace_merge_open(paths, count, error, error_size)) == NULL ||
        !read_all(run, merge, error, error_size))
        goto fail;
    history_place_anew(run->history);
    look_for_ends(run);
    trace_merge_close(&merge);
    if (!records_complete(run->records) && !judge_whole(run, paths, count, error, error_size))
        goto fail;
    return run;
fail:
    trace_merge_close(&merge);
    figure_run_destroy(&run);
    return NULL;
}

void figure_run_destroy(struct figure_run **self) {
    struct figure_run *run = *self;
    if (run == NULL)
        return;
    records_destroy(&run->records);
    history_destroy(&run->history);
    free(run->whole);
    free(run);
    *self = NULL;
}

/* -- Moments --------------------------------------------------------------------------------------------- */

static void tell_whole(const struct figure_run *run, uint32_t until, struct story *story) {
    char words[sizeof story->sentence];
    story_tell_at(story, run->history, run->until, run->whole, &run->names);
    if (until >= run->until)
        return;
    snprintf(words, sizeof words, "%s", story->sentence);
    snprintf(story->sentence, sizeof story->sentence,
             "at the end of the run, which is too long to be judged earlier%s%.300s",
             words[0] != '\0' ? ": " : "", words);
}

bool figure_run_story(const struct figure_run *run, uint32_t until, struct story *story) {
    if (run->whole != NULL) {
        memset(story, 0, sizeof *story);
        tell_whole(run, until, story);
        return true;
    }
    struct check *check = calloc(1, sizeof *check);
    if (check == NULL)
        return false;
    memset(story, 0, sizeof *story);
    check_init(check, &run->settings);
    for (uint32_t i = 0; i < records_count(run->records) && records_mark(run->records, i) < until; i++) {
        struct trace_record r;
        records_get(run->records, i, &r);
        if (r.ev != TRACE_NOTE)
            check_feed(check, &r);
    }
    story_tell_at(story, run->history, until, check, &run->names);
    free(check);
    return true;
}

uint32_t figure_run_until(const struct figure_run *run, gms_time moment) {
    uint32_t event = history_forgotten(run->history);
    while (event < run->until && history_event(run->history, event)->t <= run->began + moment)
        event++;
    return event;
}

/* -- Simulating ------------------------------------------------------------------------------------------ */

static void tell_failed(const struct scenario_outcomes *outcomes, char *failed, size_t failed_size) {
    const struct scenario *s = outcomes->scenario;
    failed[0] = '\0';
    for (int i = 0; i < s->step_count && failed[0] == '\0'; i++)
        if (outcomes->each[i].state == OUTCOME_FAILED)
            snprintf(failed, failed_size, "%s:%d: '%s' failed: %s", s->file, s->steps[i].line,
                     s->steps[i].text, outcomes->each[i].seen);
}

static bool play(const struct figure_play *p, struct recorder *recorder, const char *path, char *failed,
                 size_t failed_size, char *error, size_t error_size) {
    struct member_options member = member_options_default;
    struct scenario_outcomes *outcomes = calloc(1, sizeof *outcomes);
    struct sim *sim = NULL;
    char run[32];
    bool ok = false;
    snprintf(run, sizeof run, "sim-%" PRIu64, p->seed);
    scenario_rule(p->scenario, &member);
    const struct sim_config config = recorder_sim_config(recorder, p->rung, p->seed);
    recorder->watch = calloc(1, sizeof *recorder->watch);
    snprintf(error, error_size, "out of memory");
    if (outcomes == NULL || recorder->watch == NULL || (sim = sim_new(&config)) == NULL)
        goto end;
    const struct trace_header header = {.run = run,
                                        .who = "sim",
                                        .rung = gms_rung_name(p->rung),
                                        .source = "sim",
                                        .seed = p->seed,
                                        .member = &member};
    if (!recorder_trace(recorder, path, &header, error, error_size))
        goto end;
    const struct sim_stage stage = {
        .scenario = p->scenario, .rung = p->rung, .members = p->members, .seed = p->seed, .member = &member};
    sim_stage_run(&stage, sim, recorder, outcomes);
    tell_failed(outcomes, failed, failed_size);
    ok = true;
end:
    sim_free(&sim);
    free(outcomes);
    free(recorder->watch);
    recorder->watch = NULL;
    return ok;
}

bool figure_play(const struct figure_play *p, const char *path, char *failed, size_t failed_size, char *error,
                 size_t error_size) {
    struct recorder recorder;
    if (!recorder_open(&recorder, p->rung)) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    const bool played = play(p, &recorder, path, failed, failed_size, error, error_size);
    if (recorder_close(&recorder) && played)
        return true;
    if (played)
        snprintf(error, error_size, "the trace %s could not be written whole", path);
    return false;
}
