/* The live driver's clock: nanoseconds of CLOCK_MONOTONIC, one origin for all processes of a machine. */
#ifndef NET_ZMQ_CLOCK_H
#define NET_ZMQ_CLOCK_H

#include <time.h>

#include "gms/gms.h"

static inline gms_time clock_now(void) {
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (gms_time)ts.tv_sec * 1000000000u + (gms_time)ts.tv_nsec;
}

#define CLOCK_MS ((gms_time)1000000)

#endif
