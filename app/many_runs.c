/* See many_runs.h. Each thread has a simulator and a checker of its own, and takes some seeds at a time. */
#include "app/many_runs.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "app/search.h"

#define THREADS_MAX 16
#define BATCH       64 /* seeds that a thread takes at once */

struct crew {
    struct many_runs *all;
    pthread_mutex_t lock; /* of `all` and of what follows */
    uint64_t next;
    bool broken; /* out of memory */
};

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void note_failed(struct many_runs *m, uint64_t seed, const char *how) {
    uint64_t i = m->failed_count < MANY_FAILED_MAX ? m->failed_count : MANY_FAILED_MAX;
    m->failed_count++;
    if (i == MANY_FAILED_MAX && seed > m->failed[i - 1].seed)
        return;
    i -= i == MANY_FAILED_MAX;
    for (; i > 0 && m->failed[i - 1].seed > seed; i--)
        m->failed[i] = m->failed[i - 1];
    m->failed[i] = (struct many_failed){seed, how};
}

/* NULL: it did not. */
static const char *how_it_failed(const struct check *c) {
    if (check_overall(c) == CHECK_HOLDS)
        return NULL;
    switch (check_outcome(c)) {
    case CHECK_DESYNC: return "desync";
    case CHECK_HALT: return "halted";
    case CHECK_SYNC: break;
    }
    return "violated"; /* in sync at the end, but on the way a property was not kept */
}

static void note_run(struct crew *crew, uint64_t seed, const struct sim *sim, const struct check *check,
                     uint64_t converged_ms, const char *how) {
    struct many_runs *m = crew->all;
    pthread_mutex_lock(&crew->lock);
    m->runs++;
    m->messages += sim_messages(sim);
    m->delivered += check->delivered;
    if (!how && converged_ms > 0 && converged_ms >= m->slowest_ms &&
        (converged_ms > m->slowest_ms || seed < m->slowest_seed)) {
        m->slowest_ms = converged_ms;
        m->slowest_seed = seed;
    }
    if (how)
        note_failed(m, seed, how);
    if (isatty(STDERR_FILENO) && m->runs % 16 == 0)
        fprintf(stderr, "\r\033[K%" PRIu64 " of %" PRIu64 " runs, %" PRIu64 " failed", m->runs,
                m->to - m->from + 1, m->failed_count);
    pthread_mutex_unlock(&crew->lock);
}

/* The first seed of those that nobody took yet. */
static uint64_t take_batch(struct crew *crew) {
    pthread_mutex_lock(&crew->lock);
    const uint64_t from = crew->next;
    crew->next += BATCH;
    pthread_mutex_unlock(&crew->lock);
    return from;
}

static void run_seeds(struct crew *crew, struct sim *sim, struct recorder *recorder) {
    const struct many_runs *m = crew->all;
    for (uint64_t from = take_batch(crew); from <= m->to; from = take_batch(crew)) {
        for (uint64_t seed = from; seed < from + BATCH && seed <= m->to && !search_interrupted(); seed++) {
            struct random_run run = m->run;
            run.seed = seed;
            uint64_t converged_ms;
            const bool formed = random_run(&run, sim, recorder, &converged_ms);
            note_run(crew, seed, sim, recorder->check, converged_ms,
                     formed ? how_it_failed(recorder->check) : "halted");
        }
    }
}

static void *work(void *arg) {
    struct crew *crew = arg;
    struct recorder recorder;
    const bool open = recorder_open(&recorder, crew->all->run.rung);
    const struct sim_config config = recorder_sim_config(&recorder, crew->all->run.rung, crew->all->from);
    struct sim *sim = open ? sim_new(&config) : NULL;
    if (sim)
        run_seeds(crew, sim, &recorder);
    pthread_mutex_lock(&crew->lock);
    crew->broken = crew->broken || !sim;
    pthread_mutex_unlock(&crew->lock);
    sim_free(&sim);
    if (open)
        recorder_close(&recorder);
    return NULL;
}

bool many_runs(struct many_runs *m) {
    struct crew crew = {.all = m, .next = m->from};
    pthread_t threads[THREADS_MAX];
    long started = 0;
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    const double begin = now_s();
    pthread_mutex_init(&crew.lock, NULL);
    while (started < cores && started < THREADS_MAX &&
           pthread_create(&threads[started], NULL, work, &crew) == 0)
        started++;
    if (started == 0)
        work(&crew);
    while (started > 0)
        pthread_join(threads[--started], NULL);
    pthread_mutex_destroy(&crew.lock);
    m->seconds = now_s() - begin;
    return !crew.broken;
}
