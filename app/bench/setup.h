/* What one member of a measurement is told, and what it tells at its end. */
#ifndef APP_BENCH_SETUP_H
#define APP_BENCH_SETUP_H

#include "app/bench/histogram.h"
#include "app/bench/order.h"
#include "gms/gms.h"

/* How the ceiling packs messages into frames. */
enum bench_batching {
    BENCH_BATCHING_NONE,   /* one frame a message */
    BENCH_BATCHING_LEADER, /* the leader sends what is pending in one frame to each */
    BENCH_BATCHING_BOTH,   /* and the senders what they have accumulated */
    BENCH_BATCHINGS
};

/* What is measured: a rung of the ladder, or bare libzmq. */
struct bench_subject {
    bool ceiling;
    enum gms_rung_id rung;
    enum gms_delivery delivery; /* gms5 */
    enum bench_batching batching;
};

/* What happens to the group again and again while it is watched. */
enum bench_event_kind {
    BENCH_NOTHING,
    BENCH_KILL, /* SIGKILL of the leader */
    BENCH_HANG, /* SIGSTOP of the leader */
    BENCH_JOIN, /* a newcomer */
};

struct bench_setup {
    uint32_t size; /* of this structure: whoever runs the member by hand has none */
    uint32_t who;  /* 0 leads */
    uint32_t members;
    struct bench_subject subject;
    uint32_t size_bytes;
    uint32_t window; /* own multicasts under way, at most */
    uint32_t rate;   /* multicasts a second of the whole group at fixed times; 0: as many as possible */
    uint32_t loss_percent;
    uint32_t heartbeat_ms, suspect_ms;
    bool watched; /* reports what it sees of the group (watch.c), instead of a load that is measured */
};

/* On CLOCK_MONOTONIC, which is one for all processes of a machine. */
struct bench_times {
    uint64_t begin; /* multicasts begin */
    uint64_t from;  /* warm: the measured time begins */
    uint64_t to;    /* it ends, and so do the multicasts */
};

struct bench_result {
    struct order_sum order;
    uint64_t delivered;        /* in the measured time */
    uint64_t delivered_own;    /* of them its own */
    uint64_t cpu_ns;           /* in the measured time, all threads */
    uint64_t memory_kb;        /* the most that it ever had */
    struct histogram latency;  /* ns, from when it was due until it is delivered here */
    struct histogram lateness; /* ns, from when its own were due until they were multicast */
};

/* -- A watched member ------------------------------------------------------------------------------------ */

enum bench_sight {
    BENCH_SEES_DOWN,  /* somebody crashed, or a view change has begun */
    BENCH_SEES_GO_ON, /* it is through */
    BENCH_SEES_VIEW,
    BENCH_SEES_CHANGE, /* the first one delivered here that was multicast in this view */
};

struct bench_observation {
    enum bench_sight sight;
    uint64_t time;
    uint32_t view;
    uint32_t adopted_bytes;             /* VIEW: of the state that came with it */
    uint32_t view_before;               /* VIEW: 0: it is new here ... */
    uint64_t count_before, hash_before; /* ... else what it was delivered in that one */
    uint32_t member_count;
    uint32_t members[GMS_MEMBERS_MAX]; /* VIEW: who, the leader first */
};

#endif
