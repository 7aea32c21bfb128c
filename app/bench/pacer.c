/* The timer of a socket loop counts in milliseconds, and what is measured here in microseconds: so a thread
 * that sleeps until something is due wakes the loop through a pair of sockets. See load.h. */
#include "app/bench/load.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <zmq.h>

#include "net/zmq/clock.h"

#define ENDPOINT "inproc://bench-pacer"

struct pacer {
    const struct load_orders *orders;
    gms_time period;
    uint32_t who, members;
    void *bell;
};

static void sleep_until(gms_time when) {
#ifdef __APPLE__
    const gms_time now = clock_now();
    const gms_time wait = when > now ? when - now : 0;
    const struct timespec left = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
    nanosleep(&left, NULL);
#else
    const struct timespec at = {(time_t)(when / 1000000000u), (long)(when % 1000000000u)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) != 0) {
    }
#endif
}

static void *pace(void *arg) {
    struct pacer *p = arg;
#ifdef __linux__
    prctl(PR_SET_TIMERSLACK, 1UL); /* of this thread: else the kernel may be 50 us late */
#endif
    uint64_t begin;
    while ((begin = atomic_load(&p->orders->begin)) == 0)
        sleep_until(clock_now() + CLOCK_MS);
    for (gms_time due = begin + p->period * p->who / p->members; due < p->orders->times.to;
         due += p->period) {
        sleep_until(due);
        zmq_send(p->bell, "", 0, ZMQ_DONTWAIT); /* full: it is awake */
    }
    zmq_close(p->bell);
    free(p);
    return NULL;
}

void *load_start_pacer(const struct load *l, void *context) {
    pthread_t thread;
    const int no_wait = 0;
    if (l->period == 0)
        return NULL;
    struct pacer *p = malloc(sizeof *p);
    void *ear = zmq_socket(context, ZMQ_PAIR), *bell = zmq_socket(context, ZMQ_PAIR);
    if (!p || !ear || !bell)
        abort(); /* nothing is measured without */
    zmq_setsockopt(bell, ZMQ_LINGER, &no_wait, sizeof no_wait);
    if (zmq_bind(ear, ENDPOINT) != 0 || zmq_connect(bell, ENDPOINT) != 0)
        abort();
    *p = (struct pacer){l->orders, l->period, l->setup.who, l->setup.members, bell};
    if (pthread_create(&thread, NULL, pace, p) != 0)
        abort();
    pthread_detach(thread);
    return ear;
}
