/* The worker as an application of the simulated drivers. */
#ifndef APP_WORKER_APP_H
#define APP_WORKER_APP_H

#include "net/sim/app.h"

extern const struct sim_app worker_app;

#endif
