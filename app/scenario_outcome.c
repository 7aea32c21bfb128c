/* See scenario_outcome.h. */
#include "app/scenario_outcome.h"

#include <stdio.h>

#include "app/options.h"

void outcomes_settle(struct scenario_outcomes *all, int step, bool held) {
    struct outcome *o = &all->each[step];
    o->state = held ? OUTCOME_HELD : OUTCOME_FAILED;
    if (all->settled)
        all->settled(all->self, &all->scenario->steps[step], held, o->seen);
}

void outcomes_judge(struct scenario_outcomes *all, const struct scenario_scene *scene, gms_time now) {
    for (int i = 0; i < all->scenario->step_count; i++) {
        struct outcome *o = &all->each[i];
        if (o->state != OUTCOME_WAITING)
            continue;
        const bool last = now >= o->due;
        const bool holds =
            scenario_expectation_holds(&all->scenario->steps[i], scene, last, o->seen, sizeof o->seen);
        if (holds || last)
            outcomes_settle(all, i, holds);
    }
}

bool outcomes_waiting(const struct scenario_outcomes *all) {
    for (int i = 0; i < all->scenario->step_count; i++) {
        if (all->each[i].state == OUTCOME_WAITING)
            return true;
    }
    return false;
}

void outcomes_close(struct scenario_outcomes *all, const char *why) {
    for (int i = 0; i < all->scenario->step_count; i++) {
        struct outcome *o = &all->each[i];
        const bool expectation = all->scenario->steps[i].verb == SCENARIO_EXPECT;
        if (o->state != OUTCOME_WAITING && !(o->state == OUTCOME_TO_COME && expectation))
            continue;
        o->state = OUTCOME_FAILED;
        snprintf(o->seen, sizeof o->seen, "%s", why);
    }
}

int outcomes_failed(const struct scenario_outcomes *all) {
    int failed = 0;
    for (int i = 0; i < all->scenario->step_count; i++)
        failed += all->each[i].state == OUTCOME_FAILED;
    return failed;
}

int outcomes_conclude(const struct scenario_outcomes *all, const char *command, bool json) {
    const struct scenario *s = all->scenario;
    int failed = 0;
    for (int i = 0; i < s->step_count; i++) {
        if (all->each[i].state != OUTCOME_FAILED)
            continue;
        options_error(command, "%s:%d: '%s' failed: %s", s->file, s->steps[i].line, s->steps[i].text,
                      all->each[i].seen);
        failed++;
    }
    if (failed == 0 && !json)
        printf("scenario %s: %s\n", s->name, s->expect_count > 0 ? "as expected" : "it expects nothing");
    return failed == 0 ? STATUS_FINE : STATUS_VIOLATED;
}

void outcomes_add_json(const struct scenario_outcomes *all, json_t *root) {
    json_t *expects = json_array();
    for (int i = 0; i < all->scenario->step_count; i++) {
        const struct scenario_step *step = &all->scenario->steps[i];
        const struct outcome *o = &all->each[i];
        if (step->verb == SCENARIO_EXPECT || o->state == OUTCOME_FAILED)
            json_array_append_new(expects,
                                  json_pack("{s:i, s:s, s:b, s:s}", "line", step->line, "text", step->text,
                                            "held", o->state == OUTCOME_HELD, "seen", o->seen));
    }
    json_object_set_new(root, "scenario", json_string(all->scenario->name));
    json_object_set_new(root, "expects", expects);
}
