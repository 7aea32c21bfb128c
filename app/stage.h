/* The stage: a scenario's steps, carried out at their times against real worker processes.
 *
 * The clock starts when all members are in the group with state. In windows it stands still after a note, so
 * that people can read it. A step waits for a crash that was ordered
 * before it to be over, so that the leader of the next step is who leads then. A step that can't be carried
 * out (on another rung, say, nobody may lead any more) counts like an expectation that did not hold.
 */
#ifndef APP_STAGE_H
#define APP_STAGE_H

#include <jansson.h>

#include "app/launcher_state.h"
#include "app/scenario.h"

/* NULL: out of memory. The scenario must outlive it. */
struct stage *stage_new(const struct scenario *);
void stage_destroy(struct stage **); /* takes NULL, nulls */

void stage_feed(struct stage *, const struct trace_record *); /* what the workers report */

/* Does what is due. False when the scenario is over. */
bool stage_advance(struct stage *, struct launcher *, gms_time now);
long stage_wait_ms(const struct stage *, gms_time now, long max_ms); /* until something is due */

/* The run ends: what is still expected did not come. */
void stage_close(struct stage *);

/* The scenario is over, the group is not: says how it came out, in the windows, too. */
void stage_tell_end(struct stage *, struct launcher *);

int stage_failed(const struct stage *); /* how many steps did not come out as expected */

/* Prints how the expectations came out; a status of the contract. */
int stage_conclude(const struct stage *, bool json);
void stage_add_json(const struct stage *, json_t *root); /* "scenario" and "expects" */

#endif
