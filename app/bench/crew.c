/* See crew.h. */
#include "app/bench/crew.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/bench/member.h"
#include "app/cmd/cmd.h"
#include "net/zmq/clock.h"

#define START_MAX_MS  60000           /* until all members are in one view */
#define ANSWER_MAX_MS 20000           /* for what a member does by itself within some seconds */
#define HEAD_START    (30 * CLOCK_MS) /* until all have heard that it goes off */
#define END_MAX_MS    2000
#define LOOK_UP_MS    200

static volatile sig_atomic_t interrupted;

int crew_interrupted(void) {
    return interrupted;
}

bool crew_fail(struct crew *c, enum bench_verdict verdict, const char *format, ...) {
    va_list args;
    if (c->verdict != BENCH_FINE)
        return false;
    if (interrupted) {
        verdict = BENCH_NOT_RUN;
        format = "interrupted";
    }
    c->verdict = verdict;
    va_start(args, format);
    vsnprintf(c->text, sizeof c->text, format, args);
    va_end(args);
    return false;
}

/* -- What members say ------------------------------------------------------------------------------------ */

static bool take_result(struct crew *c, struct crew_member *m, const struct post *post) {
    static struct bench_result result; /* large */
    if (post->size != sizeof result)
        return crew_fail(c, BENCH_NOT_RUN, "w%" PRIu32 " is another program", m->who + 1);
    memcpy(&result, post->bytes, sizeof result);
    c->order[m - c->member] = result.order;
    m->delivered = result.delivered;
    m->delivered_own = result.delivered_own;
    m->cpu_ns = result.cpu_ns;
    m->memory_kb = result.memory_kb;
    histogram_merge(&c->latency, &result.latency);
    histogram_merge(&c->lateness, &result.lateness);
    m->done = true;
    return true;
}

static bool take_sight(struct crew *c, struct crew_member *m, const struct post *post) {
    struct bench_observation seen;
    if (post->size != sizeof seen || !c->sight)
        return crew_fail(c, BENCH_NOT_RUN, "w%" PRIu32 " is another program", m->who + 1);
    memcpy(&seen, post->bytes, sizeof seen);
    return c->sight(c, m, &seen);
}

static bool take(struct crew *c, struct crew_member *m, const struct post *post) {
    switch (post->type) {
    case POST_ENDPOINT:
        if (post->size < sizeof m->endpoint)
            memcpy(m->endpoint, post->bytes, post->size);
        m->told_endpoint = true;
        return true;
    case POST_READY: m->ready = true; return true;
    case POST_STOPPED:
        if (post->size == sizeof m->sent)
            memcpy(&m->sent, post->bytes, sizeof m->sent);
        m->stopped = true;
        return true;
    case POST_RESULT: return take_result(c, m, post);
    case POST_SIGHT: return take_sight(c, m, post);
    case POST_FAILED:
        return crew_fail(c, m->ready ? BENCH_LOST : BENCH_NOT_RUN, "w%" PRIu32 " %.*s", m->who + 1,
                         (int)post->size, (const char *)post->bytes);
    }
    return crew_fail(c, BENCH_NOT_RUN, "w%" PRIu32 " is another program", m->who + 1);
}

static bool read_member(struct crew *c, struct crew_member *m) {
    struct post post;
    bool bad = false;
    const bool open = post_fill(&m->box);
    while (post_take(&m->box, &post, &bad)) {
        if (!take(c, m, &post))
            return false;
    }
    if (!open || bad)
        return crew_fail(c, BENCH_NOT_RUN, "w%" PRIu32 " ended before its time", m->who + 1);
    return true;
}

/* -- Waiting -----------------------------------------------------------------------------------------------
 */

static bool told_endpoint(const struct crew_member *m) {
    return m->told_endpoint;
}
static bool is_ready(const struct crew_member *m) {
    return m->ready;
}
static bool has_stopped(const struct crew_member *m) {
    return m->stopped;
}
static bool is_done(const struct crew_member *m) {
    return m->done;
}

static const struct crew_member *missing(const struct crew *c, crew_answer *answer) {
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->member[i].alive && !answer(&c->member[i]))
            return &c->member[i];
    }
    return NULL;
}

/* Reads what they say, for up to so long or less. */
static bool hear(struct crew *c, gms_time wait) {
    struct pollfd fds[CREW_MAX];
    if (interrupted)
        return crew_fail(c, BENCH_NOT_RUN, "interrupted");
    if (wait > LOOK_UP_MS * CLOCK_MS)
        wait = LOOK_UP_MS * CLOCK_MS;
    for (uint32_t i = 0; i < c->count; i++)
        fds[i] = (struct pollfd){.fd = c->member[i].alive ? c->member[i].box.fd : -1, .events = POLLIN};
    if (poll(fds, c->count, (int)(wait / CLOCK_MS) + 1) <= 0)
        return true;
    for (uint32_t i = 0; i < c->count; i++) {
        if (fds[i].revents && !read_member(c, &c->member[i]))
            return false;
    }
    return true;
}

bool crew_wait(struct crew *c, crew_answer *answer, uint32_t wait_ms, enum bench_verdict verdict,
               const char *what) {
    const gms_time end = clock_now() + wait_ms * CLOCK_MS;
    const struct crew_member *m;
    while ((m = missing(c, answer))) {
        const gms_time now = clock_now();
        if (now >= end)
            return crew_fail(c, verdict, "w%" PRIu32 " %s within %" PRIu32 " ms", m->who + 1, what, wait_ms);
        if (!hear(c, end - now))
            return false;
    }
    return true;
}

bool crew_pause(struct crew *c, uint32_t pause_ms) {
    const gms_time end = clock_now() + pause_ms * CLOCK_MS;
    for (gms_time now; (now = clock_now()) < end;) {
        if (!hear(c, end - now))
            return false;
    }
    return true;
}

/* -- Members ------------------------------------------------------------------------------------------------
 */

static bool spawn_member(struct crew *c, struct crew_member *m) {
    char *const args[] = {(char *)program_name, "bench", BENCH_MEMBER_WORD, NULL};
    char error[256];
    struct bench_setup setup = c->setup;
    *m = (struct crew_member){.who = c->next_who++};
    setup.who = m->who;
    if (!spawn(spawn_self(program_name), args, &m->process, error, sizeof error))
        return crew_fail(c, BENCH_NOT_RUN, "%s", error);
    m->alive = true;
    if (!post_box_open(&m->box, m->process.out))
        return crew_fail(c, BENCH_NOT_RUN, "out of memory");
    return post_send(m->process.in, POST_SETUP, &setup, sizeof setup) ||
           crew_fail(c, BENCH_NOT_RUN, "w%" PRIu32 " does not listen", m->who + 1);
}

static void on_signal(int number) {
    if (interrupted == 0)
        interrupted = number;
}

void crew_init(struct crew *c, const struct bench_setup *setup) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    const struct sigaction end = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    struct sigaction before;
    for (size_t i = 0; i < sizeof signals / sizeof *signals && !interrupted; i++) {
        sigaction(signals[i], &end, &before);
        if (signals[i] == SIGHUP && before.sa_handler == SIG_IGN) /* nohup */
            sigaction(SIGHUP, &before, NULL);
    }
    memset(c, 0, sizeof *c);
    c->setup = *setup;
    c->setup.size = sizeof *setup;
}

struct crew_member *crew_add(struct crew *c) {
    struct crew_member *m = c->member;
    while (m < c->member + c->count && m->alive)
        m++;
    if (m == c->member + CREW_MAX) {
        crew_fail(c, BENCH_NOT_RUN, "there are too many members");
        return NULL;
    }
    if (m == c->member + c->count)
        c->count++;
    const bool fine =
        spawn_member(c, m) && crew_wait(c, told_endpoint, ANSWER_MAX_MS, BENCH_NOT_RUN, "did not start");
    return fine ? m : NULL;
}

bool crew_contact(struct crew *c, struct crew_member *m, const char *endpoint) {
    return post_send(m->process.in, POST_CONTACT, endpoint, strlen(endpoint)) ||
           crew_fail(c, BENCH_NOT_RUN, "w%" PRIu32 " does not listen", m->who + 1);
}

static void forget(struct crew_member *m) {
    close(m->process.in);
    post_box_close(&m->box);
    m->alive = false;
}

void crew_kill(struct crew *c, struct crew_member *m) {
    (void)c;
    kill(m->process.pid, SIGKILL);
    waitpid(m->process.pid, NULL, 0);
    forget(m);
}

/* -- The course of a measurement ------------------------------------------------------------------------- */

bool crew_start(struct crew *c, const struct bench_setup *setup) {
    crew_init(c, setup);
    for (uint32_t i = 0; i < setup->members; i++) {
        c->count = i + 1;
        if (!spawn_member(c, &c->member[i]))
            return false;
    }
    if (!crew_wait(c, told_endpoint, ANSWER_MAX_MS, BENCH_NOT_RUN, "did not start"))
        return false;
    for (uint32_t i = 0; i < c->count; i++)
        crew_contact(c, &c->member[i], c->member[0].endpoint);
    return crew_wait(c, is_ready, START_MAX_MS, BENCH_NOT_RUN, "was not in one view with all others");
}

static void tell_all(struct crew *c, enum post_type type, const void *bytes, size_t size) {
    for (uint32_t i = 0; i < c->count; i++)
        post_send(c->member[i].process.in, type, bytes, size);
}

bool crew_measure(struct crew *c, double warm_up_s, double seconds) {
    struct bench_times times = {.begin = clock_now() + HEAD_START};
    uint64_t total = 0;
    times.from = times.begin + (gms_time)(warm_up_s * 1e9);
    times.to = times.from + (gms_time)(seconds * 1e9);
    tell_all(c, POST_GO, &times, sizeof times);
    const uint32_t all_ms = (uint32_t)((times.to - clock_now()) / CLOCK_MS) + ANSWER_MAX_MS;
    if (!crew_wait(c, has_stopped, all_ms, BENCH_NOT_RUN, "did not come to an end"))
        return false;
    for (uint32_t i = 0; i < c->count; i++)
        total += c->member[i].sent;
    tell_all(c, POST_TOTAL, &total, sizeof total);
    if (!crew_wait(c, is_done, ANSWER_MAX_MS, BENCH_NOT_RUN, "did not tell what it was delivered"))
        return false;
    if (!order_agree(c->order, c->count, total, c->text, sizeof c->text)) {
        c->verdict = BENCH_LOST;
        return false;
    }
    return true;
}

/* They end when their pipe closes; whoever does not is ended. */
void crew_end(struct crew *c) {
    const gms_time end = clock_now() + END_MAX_MS * CLOCK_MS;
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->member[i].alive)
            close(c->member[i].process.in);
    }
    for (uint32_t i = 0; i < c->count;) {
        struct crew_member *m = &c->member[i];
        const struct timespec pause = {.tv_nsec = 1000000};
        if (!m->alive || waitpid(m->process.pid, NULL, WNOHANG) != 0)
            i++;
        else if (interrupted || clock_now() >= end)
            kill(m->process.pid, SIGKILL);
        else
            nanosleep(&pause, NULL);
    }
    for (uint32_t i = 0; i < c->count; i++) {
        if (c->member[i].alive)
            post_box_close(&c->member[i].box);
    }
    c->count = 0;
}
