/* See sim_stage.h. */
#include "app/sim_stage.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/pace.h"

#define ALL_IN_LONGEST (30 * SIM_S)
#define CRASH_LONGEST  (2 * SIM_S) /* for an ordered crash to happen */
#define POLL           (5 * SIM_MS)

struct play {
    const struct sim_stage *stage;
    struct sim *sim;
    struct recorder *recorder;
    struct scenario_outcomes *outcomes;
    struct gms_rng rng;
    gms_time began;
    int next; /* step */
    uint64_t pace_ms;
    gms_time next_change;
    gms_time hung_until[SIM_MEMBERS_MAX + 1]; /* of each member, 0: does not hang */
    int doomed;                               /* member whose crash was ordered, 0: none */
    gms_time doomed_until;
};

__attribute__((format(printf, 2, 3))) static void say(const struct play *p, const char *format, ...) {
    va_list args;
    if (!p->stage->printing)
        return;
    va_start(args, format);
    printf("%8.3f  -- ", (double)sim_now(p->sim) / 1e9);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
}

static void on_settled(void *self, const struct scenario_step *step, bool held, const char *seen) {
    const struct play *p = self;
    say(p, "%s: %s%s%s", step->text, held ? "holds" : "FAILED", held ? "" : ": ", held ? "" : seen);
}

/* -- Who is meant ------------------------------------------------------------------------------------
 * A worker is a name, whose member is another one each time that it comes back into the group. */

static struct scenario_scene scene_of(const struct play *p, gms_id *ids) {
    for (int i = 0; i < sim_names(p->sim); i++)
        ids[i] = (gms_id)sim_named(p->sim, i + 1);
    return (struct scenario_scene){.check = p->recorder->check,
                                   .watch = p->recorder->watch,
                                   .ids = ids,
                                   .id_count = sim_names(p->sim),
                                   .rung = p->stage->rung};
}

/* Its member; 0 with the reason in `why`. */
static int find(const struct play *p, int who, char *why, size_t why_size) {
    gms_id ids[SIM_MEMBERS_MAX];
    const struct scenario_scene scene = scene_of(p, ids);
    if (who == SCENARIO_LEADER) {
        who = (int)scenario_leader(&scene);
        if (who == 0)
            snprintf(why, why_size, "nobody leads");
        return who;
    }
    if (who > sim_names(p->sim))
        snprintf(why, why_size, "there is no w%d", who);
    else if (!sim_alive(p->sim, sim_named(p->sim, who)))
        snprintf(why, why_size, "w%d is gone", who);
    else
        return sim_named(p->sim, who);
    return 0;
}

/* -- The verbs --------------------------------------------------------------------------------------- */

static void join(struct play *p, char *why, size_t why_size) {
    int contacts[3];
    uint32_t count = 0;
    for (int who = 1; who <= sim_count(p->sim) && count < 3; who++) {
        if (sim_alive(p->sim, who))
            contacts[count++] = who;
    }
    if (count == 0)
        snprintf(why, why_size, "nobody is there to join");
    else if (sim_add(p->sim, contacts, count) == 0)
        snprintf(why, why_size, "no more than %d workers in one run", SIM_MEMBERS_MAX);
}

static void doom(struct play *p, int member) {
    p->doomed = member;
    p->doomed_until = sim_now(p->sim) + CRASH_LONGEST;
}

/* Those that the broadcast is sent to, in order. */
static uint32_t living_followers(const struct play *p, int leader, int followers[SIM_MEMBERS_MAX]) {
    const struct gms_view *view = gms_current_view(&sim_node(p->sim, leader)->gms);
    uint32_t count = 0;
    for (uint32_t i = 0; i < view->count; i++) {
        const int who = (int)view->members[i];
        if (who != leader && who <= sim_count(p->sim) && sim_alive(p->sim, who))
            followers[count++] = who;
    }
    return count;
}

static void crash_in_broadcast(struct play *p, const struct scenario_step *step, int leader, char *why,
                               size_t why_size) {
    int followers[SIM_MEMBERS_MAX], keeps[SCENARIO_NAMES_MAX];
    const uint32_t count = living_followers(p, leader, followers);
    if (gms_phase(&sim_node(p->sim, leader)->gms) != GMS_LEADING || count == 0) {
        snprintf(why, why_size, count == 0 ? "nobody follows %s" : "%s does not lead",
                 sim_name(p->sim, leader));
        return;
    }
    for (int i = 0; i < step->name_count && !why[0]; i++)
        keeps[i] = find(p, step->names[i].who, why, why_size);
    if (why[0])
        return;
    if (step->verb == SCENARIO_CRASH_MID_BROADCAST)
        sim_arm_crash(p->sim, leader, step->number);
    else if (step->name_count > 0)
        sim_arm_async_crash(p->sim, leader, keeps, (uint32_t)step->name_count);
    else
        sim_arm_async_crash(p->sim, leader, followers + 1, count - 1);
    doom(p, leader);
    sim_change(p->sim, leader, 1 + (int)gms_rng_below(&p->rng, 20));
}

static void partition(struct play *p, const struct scenario_step *step, char *why, size_t why_size) {
    int named[SCENARIO_NAMES_MAX];
    for (int i = 0; i < step->name_count; i++) {
        named[i] = find(p, step->names[i].who, why, why_size);
        if (named[i] == 0)
            return;
    }
    for (int i = 0; i < step->name_count; i++) {
        for (int j = 0; j < step->name_count; j++) {
            if (step->names[i].side != step->names[j].side)
                sim_cut(p->sim, named[i], named[j], true);
        }
    }
}

static void set_pace(struct play *p, uint64_t mean_ms) {
    p->pace_ms = mean_ms;
    p->next_change = mean_ms > 0 ? sim_now(p->sim) : GMS_NEVER;
}

/* For whoever reads the trace, or watches it again; it has been printed. */
static void note(struct play *p, const char *text) {
    const struct trace_record r = {.ev = TRACE_NOTE, .t = sim_now(p->sim), .what = text};
    recorder_put(p->recorder, &r, NULL);
}

/* Carries it out; what keeps it from being so goes to `why`, which is empty. */
static void act(struct play *p, const struct scenario_step *step, char *why, size_t why_size) {
    struct sim *sim = p->sim;
    const int who = step->who == SCENARIO_ANYBODY ? 0 : find(p, step->who, why, why_size);
    const int whom = step->whom == SCENARIO_ANYBODY ? 0 : find(p, step->whom, why, why_size);
    if (why[0])
        return;
    switch (step->verb) {
    case SCENARIO_CHANGE:
        if (sim_change(sim, who, (int)step->number) != NULL)
            snprintf(why, why_size, "%s can't multicast", sim_name(sim, who));
        break;
    case SCENARIO_JOIN: join(p, why, why_size); break;
    case SCENARIO_LEAVE: sim_leave(sim, who); break;
    case SCENARIO_KILL: sim_crash(sim, who); break;
    case SCENARIO_CRASH_MID_BROADCAST:
    case SCENARIO_CRASH_ASYNC: crash_in_broadcast(p, step, who, why, why_size); break;
    case SCENARIO_HANG:
        sim_hang(sim, who);
        p->hung_until[who] = sim_now(sim) + step->duration_ms * SIM_MS;
        break;
    case SCENARIO_SUSPECT: sim_suspect(sim, who, whom); break;
    case SCENARIO_LOSE: sim_lose(sim, who, whom, step->number); break;
    case SCENARIO_LOSS: sim_set_loss(sim, step->number); break;
    case SCENARIO_DELAY: sim_set_delay(sim, who, whom, step->duration_ms * SIM_MS); break;
    case SCENARIO_CUT:
        sim_cut(sim, who, whom, true);
        if (!step->one_way)
            sim_cut(sim, whom, who, true);
        break;
    case SCENARIO_PARTITION: partition(p, step, why, why_size); break;
    case SCENARIO_HEAL: sim_heal(sim); break;
    case SCENARIO_PACE: set_pace(p, step->duration_ms); break;
    case SCENARIO_NOTE: note(p, step->text); break;
    case SCENARIO_EXPECT:
    case SCENARIO_VERBS: break;
    }
}

static void perform(struct play *p, int i) {
    const struct scenario_step *step = &p->stage->scenario->steps[i];
    struct outcome *outcome = &p->outcomes->each[i];
    if (step->verb == SCENARIO_EXPECT) {
        outcome->state = OUTCOME_WAITING;
        outcome->due = sim_now(p->sim) + step->duration_ms * SIM_MS;
        return;
    }
    say(p, "%s", step->text);
    act(p, step, outcome->seen, sizeof outcome->seen);
    if (outcome->seen[0])
        outcomes_settle(p->outcomes, i, false);
}

/* -- Time -------------------------------------------------------------------------------------------- */

static void change_at_random(struct play *p) {
    const int workers = sim_names(p->sim);
    const int who = sim_named(p->sim, 1 + (int)gms_rng_below(&p->rng, (uint64_t)workers));
    const double mean_ms = (double)p->pace_ms / (double)workers;
    const double wait_ms = pace_draw_ms(&p->rng, mean_ms);
    if (sim_alive(p->sim, who))
        sim_change(p->sim, who, 1 + (int)gms_rng_below(&p->rng, 20));
    p->next_change = sim_now(p->sim) + (gms_time)(wait_ms * (double)SIM_MS) + 1;
}

static void wake(struct play *p, gms_time now) {
    for (int who = 1; who <= sim_count(p->sim); who++) {
        if (p->hung_until[who] == 0 || p->hung_until[who] > now)
            continue;
        p->hung_until[who] = 0;
        sim_resume(p->sim, who);
    }
}

static gms_time due(const struct play *p) {
    const struct scenario *s = p->stage->scenario;
    return p->next == s->step_count ? GMS_NEVER : p->began + s->steps[p->next].at_ms * SIM_MS;
}

/* Whether an ordered crash is still to be waited for. */
static bool crash_pending(struct play *p, gms_time now) {
    if (p->doomed > 0 && sim_alive(p->sim, p->doomed)) {
        if (now < p->doomed_until)
            return true;
        struct outcome *o = &p->outcomes->each[p->next - 1];
        snprintf(o->seen, sizeof o->seen, "%s did not crash", sim_name(p->sim, p->doomed));
        outcomes_settle(p->outcomes, p->next - 1, false);
    }
    p->doomed = 0;
    return false;
}

static gms_time next_moment(const struct play *p, gms_time end) {
    gms_time next = due(p) < end && p->doomed == 0 ? due(p) : end;
    const gms_time poll = sim_now(p->sim) + POLL;
    if (p->next_change < next)
        next = p->next_change;
    for (int who = 1; who <= sim_count(p->sim); who++) {
        if (p->hung_until[who] > 0 && p->hung_until[who] < next)
            next = p->hung_until[who];
    }
    return (outcomes_waiting(p->outcomes) || p->doomed > 0) && poll < next ? poll : next;
}

static void play_on(struct play *p) {
    gms_id ids[SIM_MEMBERS_MAX];
    const gms_time end = p->began + scenario_end_ms(p->stage->scenario) * SIM_MS;
    while (sim_now(p->sim) < end) {
        sim_run(p->sim, next_moment(p, end));
        const gms_time now = sim_now(p->sim);
        wake(p, now);
        while (!crash_pending(p, now) && due(p) <= now)
            perform(p, p->next++);
        if (p->next_change <= now)
            change_at_random(p);
        const struct scenario_scene scene = scene_of(p, ids);
        outcomes_judge(p->outcomes, &scene, now);
    }
    /* What is under way arrives before the run is judged: asked for, ordered, acknowledged, committed. */
    sim_run(p->sim, end + 6 * scenario_longest_delay_ms(p->stage->scenario) * SIM_MS);
}

static bool assemble(struct play *p) {
    gms_id ids[SIM_MEMBERS_MAX];
    const int first = 1;
    for (int i = 0; i < p->stage->members; i++) {
        sim_add(p->sim, &first, i > 0 ? 1 : 0);
        sim_run(p->sim, sim_now(p->sim) + 10 * SIM_MS);
    }
    for (const gms_time until = sim_now(p->sim) + ALL_IN_LONGEST; sim_now(p->sim) < until;) {
        const struct scenario_scene scene = scene_of(p, ids);
        if (scenario_all_in(&scene, p->stage->members))
            return true;
        sim_run(p->sim, sim_now(p->sim) + POLL);
    }
    return false;
}

void sim_stage_run(const struct sim_stage *stage, struct sim *sim, struct recorder *recorder,
                   struct scenario_outcomes *outcomes) {
    struct play p = {.stage = stage, .sim = sim, .recorder = recorder, .outcomes = outcomes};
    recorder->agreed = member_options_delivery(stage->member) == GMS_AGREED;
    recorder->last_man_standing = stage->member->last_man_standing;
    struct sim_config config = recorder_sim_config(recorder, stage->rung, stage->seed);
    recorder_add_heartbeats(&config);
    config.suspect_timeout = stage->member->suspect_ms * SIM_MS;
    recorder_reset(recorder, stage->rung);
    sim_reset(sim, &config);
    gms_rng_seed(&p.rng, stage->seed);
    outcomes->scenario = stage->scenario;
    outcomes->settled = on_settled;
    outcomes->self = &p;
    p.next_change = GMS_NEVER;
    if (assemble(&p)) {
        p.began = sim_now(sim);
        say(&p, "%s", stage->scenario->title);
        set_pace(&p, stage->scenario->pace_ms);
        play_on(&p);
    }
    outcomes_close(outcomes, p.began > 0 ? "the run ended before" : "not all members got in");
    sim_end(sim);
    check_end(recorder->check);
}
