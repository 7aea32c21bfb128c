/* The inside of a live member: what live.c and watch.c share. */
#ifndef APP_BENCH_LIVE_H
#define APP_BENCH_LIVE_H

#include "app/bench/member.h"
#include "net/zmq/actor.h"

#define LIVE_JOIN_TIMEOUT_MS 25000 /* many at once may have to wait for one another */

/* Adds what a watched member does to the configuration of its actor. */
void watch_init(const struct bench_setup *, int to_parent, actor_config_t *config);

#endif
