/* The members of one measurement, as processes, and the parent's part in it: start them, say go, wait,
 * compare what they were delivered. Every wait has an end; whoever has not answered by then is ended and
 * named. */
#ifndef APP_BENCH_CREW_H
#define APP_BENCH_CREW_H

#include "app/bench/post.h"
#include "app/bench/setup.h"
#include "app/spawn.h"
#include "net/limits.h"

#define CREW_MAX (GMS_MEMBERS_MAX + 1) /* a newcomer may be one too many for a while */

enum bench_verdict {
    BENCH_FINE,
    BENCH_LOST,    /* something was lost, or differs, or a member was thrown out: status 1 */
    BENCH_NOT_RUN, /* could not be measured: status 3 */
};

struct crew_member {
    struct spawned process;
    struct post_box box;
    uint32_t who;
    bool alive, told_endpoint, ready, stopped, done;
    char endpoint[NET_ENDPOINT_SIZE];
    uint64_t sent;
    uint64_t delivered, delivered_own, cpu_ns, memory_kb;
    uint32_t seen; /* the watcher's: which of what it waits for has come */
};

struct crew {
    struct bench_setup setup;
    uint32_t count; /* in the list; those who are not alive count too */
    uint32_t next_who;
    struct crew_member member[CREW_MAX];
    struct order_sum order[CREW_MAX];
    struct histogram latency, lateness; /* of all members */
    enum bench_verdict verdict;
    char text[512]; /* why not fine */
    /* What a watched member saw; false: it is a violation, and told. */
    bool (*sight)(struct crew *, struct crew_member *, const struct bench_observation *);
};

/* `setup->who` does not count. Until crew_end() the caller must call that. */
bool crew_start(struct crew *, const struct bench_setup *setup);

/* Warms up, measures for `seconds`, drains, and compares. */
bool crew_measure(struct crew *, double warm_up_s, double seconds);

void crew_end(struct crew *);

/* -- For those who watch: step by step --------------------------------------------------------------- */

void crew_init(struct crew *, const struct bench_setup *setup);

/* Starts one more and waits until it listens; it joins when it is told whom to contact. NULL: it failed. */
struct crew_member *crew_add(struct crew *);
bool crew_contact(struct crew *, struct crew_member *, const char *endpoint);
void crew_kill(struct crew *, struct crew_member *); /* SIGKILL, and it is forgotten */

/* Until all that are alive have given that answer; else the run fails with `what` they did not do. */
typedef bool crew_answer(const struct crew_member *);
bool crew_wait(struct crew *, crew_answer *answer, uint32_t wait_ms, enum bench_verdict verdict,
               const char *what);
bool crew_pause(struct crew *, uint32_t pause_ms); /* lets time pass, and hears what they say */

/* The first SIGINT, SIGTERM or SIGHUP ends the run in good order: its number, else 0. */
int crew_interrupted(void);

/* The run is over: why. Returns false. */
bool crew_fail(struct crew *, enum bench_verdict, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
