/* The load of one member, whatever carries it: when to multicast what, what was delivered, and the phases of
 * a measurement (begin, warm, stop, drain, tell). The carriers are live.c and ceiling.c; each calls
 * load_turn() at least every LOAD_TURN_MS from one thread.
 */
#ifndef APP_BENCH_LOAD_H
#define APP_BENCH_LOAD_H

#include <stdatomic.h>

#include "app/bench/setup.h"

#define LOAD_TURN_MS 5

struct load_body { /* the first bytes of every body */
    uint64_t due;
    uint32_t who;
    uint32_t n;
};

#define LOAD_SIZE_MIN ((uint32_t)sizeof(struct load_body))

/* What the parent said, as the thread that reads it has it for the other one. */
struct load_orders {
    _Atomic uint64_t begin; /* 0: not yet; `times` is set before */
    struct bench_times times;
    _Atomic uint64_t total; /* UINT64_MAX: not yet */
};

enum load_phase {
    LOAD_WAITS,
    LOAD_RUNS,
    LOAD_STOPPED, /* multicasts no more; what is under way arrives */
    LOAD_DONE,    /* has told its result */
};

struct load {
    struct bench_setup setup;
    struct load_orders *orders;
    int to_parent;
    enum load_phase phase;
    struct bench_times times;
    gms_time now; /* as of lately */
    uint64_t sent, delivered_own;
    gms_time next_due;
    gms_time period;        /* of its own multicasts, 0: as many as possible */
    gms_time last_delivery; /* or since when it waits for one */
    uint64_t cpu_at_from;
    bool warm, measured;
    struct order order;
    struct bench_result result;
    uint8_t body[GMS_BODY_SIZE_MAX];
};

void load_init(struct load *, const struct bench_setup *, struct load_orders *, int to_parent);

/* Looks at the clock and goes from phase to phase. Returns when it wants to be called again. */
gms_time load_turn(struct load *);

/* Whether one is to be multicast now; its body then is load_body() until load_sent() says that it is away. */
bool load_wants(const struct load *);
const uint8_t *load_body(struct load *);
void load_sent(struct load *);

/* Delivered here, in order. */
void load_deliver(struct load *, const uint8_t *body, size_t size);

/* -- For a fixed rate: a thread that wakes the carrier when something is due ----------------------------- */

/* Returns the end of a pair of `zmq_context` that becomes readable then, NULL if the load has no rate. */
void *load_start_pacer(const struct load *, void *zmq_context);

#endif
