/* What happens when the leader dies, hangs, or somebody joins; see bench.h for the figures. */
#ifndef APP_BENCH_RECOVERY_H
#define APP_BENCH_RECOVERY_H

#include "app/bench/sample.h"

/* One group, to which it happens again and again. Samples are added; false: see the crew's verdict. */
bool recovery_run(struct crew *, const struct bench_setup *, enum bench_event_kind, uint32_t times,
                  struct bench_samples *);

#endif
