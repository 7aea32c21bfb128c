/* How a scenario's expectations come out, and what could not be carried out: the same for live and simulated
 * runs.
 */
#ifndef APP_SCENARIO_OUTCOME_H
#define APP_SCENARIO_OUTCOME_H

#include <jansson.h>

#include "app/scenario_judge.h"

enum outcome_state {
    OUTCOME_TO_COME,
    OUTCOME_WAITING, /* an expectation: asked again and again until it is due */
    OUTCOME_HELD,
    OUTCOME_FAILED, /* or could not be carried out */
};

struct scenario_outcomes {
    const struct scenario *scenario;
    /* Called when one is settled, for people; may be NULL. */
    void (*settled)(void *self, const struct scenario_step *, bool held, const char *seen);
    void *self;
    struct outcome {
        enum outcome_state state;
        gms_time due;
        char seen[256];
    } each[SCENARIO_STEPS_MAX];
};

void outcomes_settle(struct scenario_outcomes *, int step, bool held);

/* Asks those that wait; an expectation that is due and does not hold has failed. */
void outcomes_judge(struct scenario_outcomes *, const struct scenario_scene *, gms_time now);
bool outcomes_waiting(const struct scenario_outcomes *);

/* The run ends: what is still expected did not come. */
void outcomes_close(struct scenario_outcomes *, const char *why);

int outcomes_failed(const struct scenario_outcomes *); /* how many, so far */

/* Prints what failed, one line each; a status of the contract. */
int outcomes_conclude(const struct scenario_outcomes *, const char *command, bool json);
void outcomes_add_json(const struct scenario_outcomes *, json_t *root); /* "scenario" and "expects" */

#endif
