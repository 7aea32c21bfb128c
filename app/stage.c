/* See stage.h. */
#include "app/stage.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/options.h"
#include "app/scenario_outcome.h"
#include "net/zmq/clock.h"

#define ALL_IN_LONGEST (30000 * CLOCK_MS) /* for the members to get into the group */
#define CRASH_LONGEST  (2000 * CLOCK_MS)  /* for an ordered crash to happen */
#define NOTE_MS        1000               /* to read a note: so long, */
#define NOTE_BYTE_MS   15                 /* and so long for each byte of it */
#define POLL_MS        5
#define CURTAIN        (SCENARIO_SETTLE_MS * CLOCK_MS)
#define CURTAIN_SEEN   (3000 * CLOCK_MS) /* when there is something to look at */

struct stage {
    const struct scenario *scenario;
    struct scenario_watch watch;
    gms_time opened, began; /* 0: not yet */
    gms_time idle_since;    /* nothing more to do or to wait for; 0: there is */
    int next;               /* step */
    struct child *doomed;   /* its crash was ordered */
    gms_time doomed_until;
    const struct launcher *launcher; /* set while it is told how something came out */
    struct scenario_outcomes outcomes;
};

/* -- Telling ---------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void say(const struct launcher *l, const char *format, ...) {
    va_list args;
    if (l->config->json)
        return;
    va_start(args, format);
    printf("%8.3f  -- ", launcher_seconds(l, clock_now()));
    vprintf(format, args);
    putchar('\n');
    fflush(stdout);
    va_end(args);
}

static void on_settled(void *self, const struct scenario_step *step, bool held, const char *seen) {
    const struct stage *stage = self;
    if (stage->launcher)
        say(stage->launcher, "%s: %s%s%s", step->text, held ? "holds" : "FAILED", held ? "" : ": ",
            held ? "" : seen);
}

/* -- Who is meant ----------------------------------------------------------------------------------- */

static struct scenario_scene scene_of(const struct stage *stage, const struct launcher *l, gms_id *ids) {
    const int count = l->child_count < SCENARIO_WATCHED_MAX ? l->child_count : SCENARIO_WATCHED_MAX;
    for (int i = 0; i < count; i++)
        ids[i] = l->children[i].id;
    return (struct scenario_scene){
        .check = l->check, .watch = &stage->watch, .ids = ids, .id_count = count, .rung = l->config->rung};
}

/* NULL with the reason in `why`. */
static struct child *find(struct stage *stage, struct launcher *l, int who, char *why, size_t why_size) {
    gms_id ids[SCENARIO_WATCHED_MAX];
    struct child *child = NULL;
    if (who == SCENARIO_LEADER) {
        const struct scenario_scene scene = scene_of(stage, l, ids);
        const gms_id leader = scenario_leader(&scene);
        for (int i = 0; i < l->child_count && leader != GMS_NOBODY; i++)
            child = l->children[i].id == leader ? &l->children[i] : child;
        if (!child)
            snprintf(why, why_size, "nobody leads");
        return child;
    }
    if (who > l->child_count || l->children[who - 1].id == GMS_NOBODY)
        snprintf(why, why_size, "there is no w%d", who);
    else if (l->children[who - 1].state == CHILD_GONE)
        snprintf(why, why_size, "w%d is gone", who);
    else
        child = &l->children[who - 1];
    return child;
}

/* -- The verbs -------------------------------------------------------------------------------------- */

static void doom(struct stage *stage, struct child *child) {
    stage->doomed = child;
    stage->doomed_until = clock_now() + CRASH_LONGEST;
}

static void crash_async(struct stage *stage, struct launcher *l, const struct scenario_step *step,
                        struct child *leader, char *why, size_t why_size) {
    char keeps[SCENARIO_NAMES_MAX * 17 + 1] = "";
    for (int i = 0; i < step->name_count; i++) {
        const struct child *kept = find(stage, l, step->names[i].who, why, why_size);
        if (!kept)
            return;
        snprintf(keeps + strlen(keeps), sizeof keeps - strlen(keeps), " %016" PRIx64, kept->id);
    }
    child_tell(leader, "crash-async%s", keeps);
    doom(stage, leader);
}

static void partition(struct stage *stage, struct launcher *l, const struct scenario_step *step, char *why,
                      size_t why_size) {
    struct child *named[SCENARIO_NAMES_MAX];
    for (int i = 0; i < step->name_count; i++) {
        named[i] = find(stage, l, step->names[i].who, why, why_size);
        if (!named[i])
            return;
    }
    for (int i = 0; i < step->name_count; i++) {
        for (int j = 0; j < step->name_count; j++) {
            if (step->names[i].side != step->names[j].side)
                child_tell(named[i], "cut %016" PRIx64, named[j]->id);
        }
    }
}

/* The receiver holds back what it is sent. */
static void delay(struct launcher *l, const struct scenario_step *step, const struct child *from,
                  struct child *to) {
    const gms_id id = from ? from->id : GMS_NOBODY;
    if (!from && !to)
        l->delay_ms = step->duration_ms;
    for (int i = 0; i < l->child_count; i++) {
        if ((!to || to == &l->children[i]) && from != &l->children[i])
            child_tell(&l->children[i], "delay %" PRIu64 " %016" PRIx64, step->duration_ms, id);
    }
}

static void set_pace(struct launcher *l, uint64_t mean_ms) {
    char text[32];
    l->mean_ms = mean_ms;
    snprintf(text, sizeof text, "pace %" PRIu64, mean_ms);
    launcher_tell_all(l, text);
}

static void set_loss(struct launcher *l, uint64_t percent) {
    char text[32];
    l->loss_percent = percent;
    snprintf(text, sizeof text, "loss %" PRIu64, percent);
    launcher_tell_all(l, text);
}

static bool is_watched(const struct launcher *l) { /* or will be */
    return (!l->config->headless && !l->told_no_display) || l->video.runs;
}

/* It stays in the windows, or in the film, for as long as it takes to read; the script waits. */
static void note(struct stage *stage, struct launcher *l, const char *text) {
    char line[SCENARIO_TEXT_SIZE + 8];
    snprintf(line, sizeof line, "notice %s", text);
    launcher_tell_all(l, line);
    launcher_note(l, text);
    if (is_watched(l))
        stage->began += (NOTE_MS + NOTE_BYTE_MS * strlen(text)) * CLOCK_MS;
}

/* Carries it out; what keeps it from being so goes to `why`, which is empty. */
static void act(struct stage *stage, struct launcher *l, const struct scenario_step *step, char *why,
                size_t why_size) {
    struct child *who = NULL, *whom = NULL;
    if (step->who != SCENARIO_ANYBODY && !(who = find(stage, l, step->who, why, why_size)))
        return;
    if (step->whom != SCENARIO_ANYBODY && !(whom = find(stage, l, step->whom, why, why_size)))
        return;
    switch (step->verb) {
    case SCENARIO_CHANGE: child_tell(who, "change %u", step->number); break;
    case SCENARIO_JOIN: launcher_start_worker(l, why, why_size); break;
    case SCENARIO_LEAVE: child_tell(who, "leave"); break;
    case SCENARIO_KILL:
        kill(who->process.pid, SIGKILL);
        doom(stage, who);
        break;
    case SCENARIO_CRASH_MID_BROADCAST:
        child_tell(who, "crash-mid-broadcast %u", step->number);
        doom(stage, who);
        break;
    case SCENARIO_CRASH_ASYNC: crash_async(stage, l, step, who, why, why_size); break;
    case SCENARIO_HANG: launcher_hang(l, who, step->duration_ms); break;
    case SCENARIO_SUSPECT: child_tell(whom, "suspect %016" PRIx64, who->id); break;
    case SCENARIO_LOSE:
        child_tell(who, "lose %u %016" PRIx64, step->number, whom ? whom->id : GMS_NOBODY);
        break;
    case SCENARIO_LOSS: set_loss(l, step->number); break;
    case SCENARIO_DELAY: delay(l, step, who, whom); break;
    case SCENARIO_CUT:
        child_tell(who, "cut %016" PRIx64, whom->id);
        if (!step->one_way)
            child_tell(whom, "cut %016" PRIx64, who->id);
        break;
    case SCENARIO_PARTITION: partition(stage, l, step, why, why_size); break;
    case SCENARIO_HEAL:
        l->delay_ms = 0;
        launcher_tell_all(l, "heal");
        break;
    case SCENARIO_PACE: set_pace(l, step->duration_ms); break;
    case SCENARIO_NOTE: note(stage, l, step->text); break;
    case SCENARIO_EXPECT:
    case SCENARIO_VERBS: break;
    }
}

static void perform(struct stage *stage, struct launcher *l, int i) {
    const struct scenario_step *step = &stage->scenario->steps[i];
    struct outcome *outcome = &stage->outcomes.each[i];
    if (step->verb == SCENARIO_EXPECT) {
        outcome->state = OUTCOME_WAITING;
        outcome->due = clock_now() + step->duration_ms * CLOCK_MS;
        return;
    }
    say(l, "%s", step->text);
    act(stage, l, step, outcome->seen, sizeof outcome->seen);
    if (outcome->seen[0])
        outcomes_settle(&stage->outcomes, i, false);
}

/* -- Time ------------------------------------------------------------------------------------------- */

static void judge(struct stage *stage, const struct launcher *l, gms_time now) {
    gms_id ids[SCENARIO_WATCHED_MAX];
    const struct scenario_scene scene = scene_of(stage, l, ids);
    outcomes_judge(&stage->outcomes, &scene, now);
}

/* Whether an ordered crash is still to be waited for. */
static bool crash_pending(struct stage *stage, gms_time now) {
    if (!stage->doomed)
        return false;
    if (stage->doomed->state != CHILD_GONE && now < stage->doomed_until)
        return true;
    if (stage->doomed->state != CHILD_GONE) {
        struct outcome *o = &stage->outcomes.each[stage->next - 1];
        snprintf(o->seen, sizeof o->seen, "%s did not crash", stage->doomed->name);
        outcomes_settle(&stage->outcomes, stage->next - 1, false);
    }
    stage->doomed = NULL;
    return false;
}

static bool begin(struct stage *stage, const struct launcher *l, gms_time now) {
    gms_id ids[SCENARIO_WATCHED_MAX];
    const struct scenario_scene scene = scene_of(stage, l, ids);
    if (stage->opened == 0)
        stage->opened = now;
    if (scenario_all_in(&scene, (int)l->config->members)) {
        stage->began = now;
        say(l, "%s", stage->scenario->title);
        return true;
    }
    return now < stage->opened + ALL_IN_LONGEST;
}

static bool busy(const struct stage *stage, const struct launcher *l) {
    bool waiting =
        stage->next < stage->scenario->step_count || stage->doomed || outcomes_waiting(&stage->outcomes);
    for (int i = 0; i < l->child_count; i++)
        waiting = waiting || l->children[i].hung_until > 0;
    return waiting;
}

static gms_time due(const struct stage *stage) {
    if (stage->next == stage->scenario->step_count)
        return GMS_NEVER;
    return stage->began + stage->scenario->steps[stage->next].at_ms * CLOCK_MS;
}

bool stage_advance(struct stage *stage, struct launcher *l, gms_time now) {
    stage->launcher = l;
    if (stage->began == 0)
        return begin(stage, l, now);
    while (!crash_pending(stage, now) && due(stage) <= now)
        perform(stage, l, stage->next++);
    judge(stage, l, now);
    if (busy(stage, l))
        return true;
    if (stage->idle_since == 0)
        stage->idle_since = now;
    return now < stage->idle_since + (is_watched(l) ? CURTAIN_SEEN : CURTAIN);
}

long stage_wait_ms(const struct stage *stage, gms_time now, long max_ms) {
    if (stage->doomed || outcomes_waiting(&stage->outcomes))
        return POLL_MS;
    const gms_time next = stage->began ? due(stage) : GMS_NEVER;
    if (next <= now)
        return 0;
    const gms_time ms = (next - now + CLOCK_MS - 1) / CLOCK_MS;
    return next != GMS_NEVER && ms < (gms_time)max_ms ? (long)ms : max_ms;
}

/* -- Life ------------------------------------------------------------------------------------------- */

struct stage *stage_new(const struct scenario *scenario) {
    struct stage *stage = calloc(1, sizeof *stage);
    if (!stage)
        return NULL;
    stage->scenario = scenario;
    stage->outcomes.scenario = scenario;
    stage->outcomes.settled = on_settled;
    stage->outcomes.self = stage;
    return stage;
}

void stage_destroy(struct stage **stage_p) {
    free(*stage_p);
    *stage_p = NULL;
}

void stage_feed(struct stage *stage, const struct trace_record *r) {
    scenario_watch_feed(&stage->watch, r);
}

void stage_close(struct stage *stage) {
    outcomes_close(&stage->outcomes, stage->began ? "the run ended before" : "not all members got in");
}

int stage_failed(const struct stage *stage) {
    return outcomes_failed(&stage->outcomes);
}

void stage_tell_end(struct stage *stage, struct launcher *l) {
    char text[SCENARIO_TEXT_SIZE], line[SCENARIO_TEXT_SIZE + 8];
    stage_close(stage);
    const int failed = outcomes_failed(&stage->outcomes);
    if (failed > 0)
        snprintf(text, sizeof text, "The scenario is over: %d of its steps did not come out as expected.",
                 failed);
    else
        snprintf(text, sizeof text, "The scenario is over, as expected.");
    say(l, "%s", text);
    snprintf(line, sizeof line, "notice %s", text);
    launcher_tell_all(l, line);
    launcher_note(l, text);
}

int stage_conclude(const struct stage *stage, bool json) {
    return outcomes_conclude(&stage->outcomes, "demo", json);
}

void stage_add_json(const struct stage *stage, json_t *root) {
    outcomes_add_json(&stage->outcomes, root);
}
