/* One member of a measurement: the same program again, told over its standard input what to be. */
#ifndef APP_BENCH_MEMBER_H
#define APP_BENCH_MEMBER_H

#include "app/bench/load.h"
#include "net/limits.h"

#define BENCH_MEMBER_WORD "member" /* groupy bench member: not for people */

int bench_member(void); /* a status of the contract */

/* What carries the load. Both start their thread and return their endpoint, "" with a line in `error` if they
 * can't; they begin when they are given the first member's. They live as long as the process. */
struct bench_carrier {
    bool (*open)(struct load *, char endpoint[NET_ENDPOINT_SIZE], char *error, size_t error_size);
    void (*start)(const char *contact);
    void (*leave)(void);
};

extern const struct bench_carrier bench_live;    /* live.c: a member of a group */
extern const struct bench_carrier bench_ceiling; /* ceiling.c: bare libzmq */

/* Tells the parent why it can't go on. */
void bench_tell_failure(int to_parent, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
