/* A scenario's steps, carried out at their times in the simulator: what app/stage.h does with real processes.
 */
#ifndef APP_SIM_STAGE_H
#define APP_SIM_STAGE_H

#include "app/recorder.h"
#include "app/scenario_outcome.h"

struct sim_stage {
    const struct scenario *scenario;
    enum gms_rung_id rung;
    int members;
    uint64_t seed;
    const struct member_options *member;
    bool printing; /* the steps and what is expected, on stdout */
};

/* Runs it in `sim`, which is reset; the recorder listens, and must have a watch. */
void sim_stage_run(const struct sim_stage *, struct sim *, struct recorder *, struct scenario_outcomes *);

#endif
