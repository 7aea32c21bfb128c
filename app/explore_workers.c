/* See explore_workers.h. */
#include "app/explore_workers.h"

#include "app/worker_app.h"

bool explore_workers(const struct explore_config *config, struct explore_result *result) {
    return explore(config, &worker_app, result);
}
