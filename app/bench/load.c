/* See load.h. Times are from when a message was due: whoever is held up is measured as late, so a stall
 * counts for every message that it kept waiting (no coordinated omission). */
#include "app/bench/load.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/bench/post.h"
#include "net/zmq/clock.h"

#define CLOCK_EVERY  32                /* deliveries between two looks at the clock, at full load */
#define SAMPLE_EVERY 64                /* multicasts of which one is timed, at full load */
#define DRAIN_MAX    (8000 * CLOCK_MS) /* nothing arrived for so long: it never will */

void load_init(struct load *l, const struct bench_setup *setup, struct load_orders *orders, int to_parent) {
    memset(l, 0, sizeof *l);
    l->setup = *setup;
    l->orders = orders;
    l->to_parent = to_parent;
    order_init(&l->order, setup->members);
    if (setup->rate > 0)
        l->period = (gms_time)1000 * CLOCK_MS * setup->members / setup->rate;
    atomic_store(&orders->begin, 0);
    atomic_store(&orders->total, UINT64_MAX);
    memset(l->body, (int)(setup->who + 1), sizeof l->body);
}

static uint64_t cpu_ns(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * 1000000000u +
           ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000u;
}

static uint64_t memory_kb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
#ifdef __APPLE__
    return (uint64_t)usage.ru_maxrss / 1024;
#else
    return (uint64_t)usage.ru_maxrss;
#endif
}

/* -- Phases ---------------------------------------------------------------------------------------------- */

static void begin(struct load *l) {
    const uint64_t at = atomic_load(&l->orders->begin);
    if (at == 0 || l->now < at)
        return;
    l->phase = LOAD_RUNS;
    l->times = l->orders->times;
    l->next_due = at + l->period * l->setup.who / l->setup.members; /* one after the other */
}

static void look_at_clock(struct load *l) {
    l->now = clock_now();
    if (l->phase == LOAD_WAITS)
        begin(l);
    if (l->phase == LOAD_WAITS)
        return;
    if (!l->warm && l->now >= l->times.from) {
        l->warm = true;
        l->cpu_at_from = cpu_ns();
    }
    if (!l->measured && l->now >= l->times.to) {
        l->measured = true;
        l->result.cpu_ns = cpu_ns() - l->cpu_at_from;
    }
}

static void tell_result(struct load *l) {
    l->phase = LOAD_DONE;
    l->result.order = l->order.sum;
    l->result.memory_kb = memory_kb();
    post_send(l->to_parent, POST_RESULT, &l->result, sizeof l->result);
}

gms_time load_turn(struct load *l) {
    look_at_clock(l);
    const bool all_due_sent = l->period == 0 || l->next_due >= l->times.to;
    const bool too_late = l->phase == LOAD_RUNS && l->now >= l->times.to + DRAIN_MAX;
    if (l->phase == LOAD_RUNS && l->measured && (all_due_sent || too_late)) {
        l->phase = LOAD_STOPPED;
        l->last_delivery = l->now;
        post_send(l->to_parent, POST_STOPPED, &l->sent, sizeof l->sent);
    }
    if (l->phase == LOAD_STOPPED) {
        const uint64_t total = atomic_load(&l->orders->total);
        if (total == UINT64_MAX) /* others still have to be heard */
            l->last_delivery = l->now;
        else if (l->order.sum.count >= total || l->now > l->last_delivery + DRAIN_MAX)
            tell_result(l);
    }
    const gms_time soon = l->now + LOAD_TURN_MS * CLOCK_MS;
    return l->phase == LOAD_RUNS && l->period > 0 && l->next_due > l->now && l->next_due < soon ? l->next_due
                                                                                                : soon;
}

/* -- Multicasts ------------------------------------------------------------------------------------------ */

bool load_wants(const struct load *l) {
    if (l->phase != LOAD_RUNS)
        return false;
    if (l->period > 0)
        return l->next_due <= l->now && l->next_due < l->times.to;
    return !l->measured && l->sent - l->delivered_own < l->setup.window;
}

const uint8_t *load_body(struct load *l) {
    const uint32_t n = (uint32_t)l->sent + 1;
    struct load_body body = {.who = l->setup.who, .n = n};
    if (l->period > 0)
        body.due = l->next_due;
    else if (n % SAMPLE_EVERY == 0)
        body.due = clock_now();
    memcpy(l->body, &body, sizeof body);
    return l->body;
}

void load_sent(struct load *l) {
    l->sent++;
    if (l->period == 0)
        return;
    if (l->next_due >= l->times.from)
        histogram_put(&l->result.lateness, clock_now() - l->next_due);
    l->next_due += l->period;
}

/* -- Deliveries ------------------------------------------------------------------------------------------ */

static bool intact(const struct load *l, const struct load_body *body, const uint8_t *bytes, size_t size) {
    return size == l->setup.size_bytes &&
           (size == sizeof *body || bytes[size - 1] == (uint8_t)(body->who + 1));
}

/* At a fixed rate those count that were due in the measured time, whenever they arrive; else those that
 * arrive in it. */
void load_deliver(struct load *l, const uint8_t *bytes, size_t size) {
    struct load_body body = {.who = UINT32_MAX};
    if (size >= sizeof body)
        memcpy(&body, bytes, sizeof body);
    order_take(&l->order, intact(l, &body, bytes, size) ? body.who : UINT32_MAX, body.n);
    if (l->period > 0 || l->order.sum.count % CLOCK_EVERY == 0 || l->phase == LOAD_STOPPED)
        look_at_clock(l);
    l->last_delivery = l->now;
    l->delivered_own += body.who == l->setup.who;
    const bool counts =
        l->period > 0 ? body.due >= l->times.from && body.due < l->times.to : l->warm && !l->measured;
    if (!counts)
        return;
    l->result.delivered++;
    l->result.delivered_own += body.who == l->setup.who;
    if (l->period > 0)
        histogram_put(&l->result.latency, l->now - body.due);
    else if (body.due > 0)
        histogram_put(&l->result.latency, clock_now() - body.due);
}
