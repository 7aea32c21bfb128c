/* The exhaustive search of net/sim/explore.h over members with workers on top: the entry of the library that
 * holds the small profile (see CMakeLists.txt). */
#ifndef APP_EXPLORE_WORKERS_H
#define APP_EXPLORE_WORKERS_H

#include "net/sim/explore.h"

/* Searches. False: more members or changes than the small capacities hold. Calls in different threads are
 * independent of each other. */
EXPLORE_API bool explore_workers(const struct explore_config *, struct explore_result *);

#endif
