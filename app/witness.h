/* A witness: the shortest run that shows what the search found, taken again step by step by the simulated
 * driver, with the live capacities and the codec, and told as a story and a trace.
 */
#ifndef APP_WITNESS_H
#define APP_WITNESS_H

#include <stdio.h>

#include "app/recorder.h"
#include "net/sim/explore.h"

struct witness {
    enum gms_rung_id rung; /* to take the run on; another one than the search's shows what that makes of it */
    bool another_rung;     /* it is another one */
    enum explore_fault fault;
    int members;            /* at the beginning */
    const char *trace_path; /* NULL: none */
    FILE *story;            /* NULL: none */
    uint32_t step_count;
    const struct explore_step *steps;
    enum check_verdict *overall; /* what the checker says of all properties goes here; or NULL */
};

/* Takes the run. What the checker says of its trace, in the words of the search, goes to `verdict`. False and
 * one line in `error` if the trace can't be written.
 *
 * On another rung than the search's other messages are sent: a step that has nothing to take is left out, at
 * the end everything that is still on its way arrives, and time passes until nothing changes. */
bool witness_take(const struct witness *, enum explore_verdict *verdict, char *error, size_t error_size);

/* "gms2-mid-broadcast" */
void witness_name(char *name, size_t size, enum gms_rung_id, enum explore_fault);

const char *explore_verdict_name(enum explore_verdict); /* sync, halt, desync */

#endif
