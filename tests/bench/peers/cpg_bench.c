/* One member of a Corosync closed process group (CPG) under the load of `groupy bench`.
 *
 *     cpg_bench throughput MEMBERS SECONDS PACK WINDOW   every member keeps WINDOW bodies of its own under
 * way, PACK of them in each CPG message cpg_bench latency    MEMBERS SECONDS RATE          the whole group
 * multicasts RATE bodies a second cpg_bench watch      MEMBERS                       tells of every change of
 * the membership, until it ends
 *
 * Totem's total order is "agreed": a member delivers what it has received in the order of the ring. Every
 * body of 64 bytes carries its number and when it was due. A member goes when it has delivered READY from
 * all, and ends when it has delivered END from all: then all members have the same bodies, which a hash
 * chained over them shows. One line of JSON for each result goes to stdout; times are CLOCK_MONOTONIC, in ns.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <corosync/cpg.h>

#define MEMBERS_MAX 64
#define PACK_MAX    1000
#define SAMPLES_MAX 200000
#define MS          UINT64_C(1000000)
#define WARM_UP     (500 * MS)
#define PATIENCE    (20000 * MS) /* that all members come, and that all of them end */

enum kind { READY = 1, DATA, END, AFTER };

struct body {
    uint32_t kind, origin;
    uint64_t n, due;
    uint8_t filler[40];
};
_Static_assert(sizeof(struct body) == 64, "the load is bodies of 64 bytes");

enum task { THROUGHPUT, LATENCY, WATCH };

struct member {
    enum task task;
    uint32_t members, me, pack, window;
    double seconds, rate;
    cpg_handle_t cpg;
    int fd;
    bool blocked; /* the daemon said: try again */
    uint32_t in_group, ready, ended;
    uint64_t began, go, next_due; /* 0: not yet */
    uint64_t sent, own, last[MEMBERS_MAX + 1];
    uint64_t total, hash, counted;
    uint64_t sample_count;
    uint64_t *samples;
    bool ready_sent, end_sent;
    uint64_t changed; /* when a member was reported as gone; 0 when nothing is awaited after it */
    uint64_t answered;
    struct body out[PACK_MAX];
};

static uint64_t now_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec;
}

static void end(const char *why, cs_error_t error) {
    fprintf(stderr, "cpg_bench: %s (%d)\n", why, (int)error);
    exit(1);
}

static bool send_bodies(struct member *m, uint32_t count) {
    const struct iovec bytes = {m->out, count * sizeof m->out[0]};
    const cs_error_t error = cpg_mcast_joined(m->cpg, CPG_TYPE_AGREED, &bytes, 1);
    m->blocked = error == CS_ERR_TRY_AGAIN;
    if (error != CS_OK && !m->blocked)
        end("cpg_mcast_joined", error);
    return error == CS_OK;
}

static bool send_one(struct member *m, enum kind kind, uint64_t n, uint64_t due) {
    m->out[0] = (struct body){.kind = (uint32_t)kind, .origin = m->me, .n = n, .due = due};
    return send_bodies(m, 1);
}

/* -- What the group delivers ------------------------------------------------------------------------------
 */

static uint64_t window_from(const struct member *m) {
    return m->go + WARM_UP;
}

static uint64_t window_to(const struct member *m) {
    return window_from(m) + (uint64_t)(m->seconds * 1e9);
}

static void take_data(struct member *m, const struct body *body, uint64_t now) {
    if (body->n != m->last[body->origin] + 1) {
        fprintf(stderr, "cpg_bench: %" PRIu32 " delivered %" PRIu64 " after %" PRIu64 " of %" PRIu32 "\n",
                m->me, body->n, m->last[body->origin], body->origin);
        exit(1);
    }
    m->last[body->origin] = body->n;
    m->total++;
    m->own += body->origin == m->me;
    m->hash = (m->hash ^ ((uint64_t)body->origin << 48) ^ body->n) * UINT64_C(1099511628211);
    if (now < window_from(m) || now >= window_to(m))
        return;
    m->counted++;
    if (m->task == LATENCY && m->sample_count < SAMPLES_MAX)
        m->samples[m->sample_count++] = now - body->due;
}

static void take(struct member *m, const struct body *body, uint64_t now) {
    switch ((enum kind)body->kind) {
    case READY:
        if (++m->ready == m->members) {
            m->go = now;
            /* each member's bodies fall due at a time of its own */
            m->next_due = now + (uint64_t)(1e9 / (m->rate > 0 ? m->rate : 1) * m->me);
        }
        break;
    case DATA: take_data(m, body, now); break;
    case END:
        if (body->n != m->last[body->origin])
            end("the last bodies of a member were lost", CS_OK);
        m->ended++;
        break;
    case AFTER:
        if (m->changed > 0) {
            printf("{\"event\":\"resumed\",\"t\":%" PRIu64 "}\n", now);
            m->changed = 0;
        }
        break;
    }
}

static void on_deliver(cpg_handle_t cpg, const struct cpg_name *group, uint32_t node, uint32_t pid,
                       void *bytes, size_t size) {
    struct member *m;
    void *context;
    (void)group, (void)pid;
    if (cpg_context_get(cpg, &context) != CS_OK || size % sizeof(struct body) != 0)
        end("a message that is not of this bench", CS_OK);
    m = context;
    const uint64_t now = now_ns();
    for (const struct body *body = bytes; (const char *)body < (const char *)bytes + size; body++) {
        if (body->origin != node || node > MEMBERS_MAX)
            end("a body whose origin is not its sender", CS_OK);
        take(m, body, now);
    }
}

static void on_change(cpg_handle_t cpg, const struct cpg_name *group, const struct cpg_address *members,
                      size_t member_count, const struct cpg_address *left, size_t left_count,
                      const struct cpg_address *joined, size_t joined_count) {
    void *context;
    (void)group, (void)members, (void)left, (void)joined, (void)joined_count;
    if (cpg_context_get(cpg, &context) != CS_OK)
        end("cpg_context_get", CS_OK);
    struct member *m = context;
    m->in_group = (uint32_t)member_count;
    if (m->task != WATCH)
        return;
    const uint64_t now = now_ns();
    printf("{\"event\":\"%s\",\"members\":%zu,\"t\":%" PRIu64 "}\n", left_count > 0 ? "left" : "joined",
           member_count, now);
    if (left_count > 0)
        m->changed = now;
}

/* -- The loads ----------------------------------------------------------------------------------------------
 */

/* Fills the window. A pack goes only when it is full, so that PACK says what a message holds. */
static void send_throughput(struct member *m, uint64_t now) {
    if (now >= window_to(m)) {
        if (!m->end_sent && m->own == m->sent)
            m->end_sent = send_one(m, END, m->sent, now);
        return;
    }
    while (m->sent + m->pack <= m->own + m->window) {
        for (uint32_t i = 0; i < m->pack; i++)
            m->out[i] = (struct body){.kind = DATA, .origin = m->me, .n = m->sent + 1 + i, .due = now};
        if (!send_bodies(m, m->pack))
            return;
        m->sent += m->pack;
    }
}

static void send_latency(struct member *m, uint64_t now) {
    const uint64_t step = (uint64_t)(1e9 / m->rate * m->members);
    while (m->next_due <= now && m->next_due < window_to(m)) {
        if (!send_one(m, DATA, m->sent + 1, m->next_due))
            return;
        m->sent++;
        m->next_due += step;
    }
    if (now >= window_to(m) && !m->end_sent && m->own == m->sent)
        m->end_sent = send_one(m, END, m->sent, now);
}

/* A body that is multicast after the change: who delivers one can go on. */
static void send_watch(struct member *m) {
    if (m->changed > m->answered && send_one(m, AFTER, 0, m->changed))
        m->answered = m->changed;
}

static void send_due(struct member *m, uint64_t now) {
    if (m->task == WATCH) {
        send_watch(m);
    } else if (!m->ready_sent) {
        if (m->in_group == m->members)
            m->ready_sent = send_one(m, READY, 0, now);
    } else if (m->go > 0 && m->task == THROUGHPUT) {
        send_throughput(m, now);
    } else if (m->go > 0) {
        send_latency(m, now);
    }
}

/* Until something arrives, or until the next body is due. */
static void wait_for_more(const struct member *m, uint64_t now) {
    uint64_t wait = m->blocked ? MS / 5 : 20 * MS;
    if (m->task == LATENCY && m->go > 0 && !m->blocked && m->next_due < now + wait)
        wait = m->next_due > now ? m->next_due - now : 0;
    const struct timespec time = {0, (long)wait};
    struct pollfd poll_fd = {.fd = m->fd, .events = POLLIN};
    if (ppoll(&poll_fd, 1, &time, NULL) < 0 && errno != EINTR)
        end("ppoll", CS_OK);
}

static void loop(struct member *m) {
    while (m->ended < m->members) {
        const uint64_t now = now_ns();
        if (m->task != WATCH && now > (m->go > 0 ? window_to(m) : m->began) + PATIENCE)
            end(m->go > 0 ? "not all members ended" : "not all members came", CS_OK);
        send_due(m, now);
        fflush(stdout);
        wait_for_more(m, now);
        const cs_error_t error = cpg_dispatch(m->cpg, CS_DISPATCH_ALL);
        if (error != CS_OK && error != CS_ERR_TRY_AGAIN)
            end("the daemon is gone", error);
    }
}

static void print_result(const struct member *m) {
    printf("{\"event\":\"result\",\"delivered_per_s\":%.0f,\"delivered\":%" PRIu64 ",\"hash\":\"%016" PRIx64
           "\"",
           (double)m->counted / m->seconds, m->total, m->hash);
    if (m->task == LATENCY) {
        printf(",\"latency_ns\":[");
        for (uint64_t i = 0; i < m->sample_count; i++)
            printf("%s%" PRIu64, i > 0 ? "," : "", m->samples[i]);
        printf("]");
    }
    printf("}\n");
}

static void join(struct member *m) {
    cpg_callbacks_t callbacks = {on_deliver, on_change};
    const struct cpg_name group = {6, "groupy"};
    cs_error_t error = CS_ERR_TRY_AGAIN;
    for (int i = 0; i < 500 && (error = cpg_initialize(&m->cpg, &callbacks)) != CS_OK; i++)
        usleep(10000);
    if (error != CS_OK)
        end("no daemon answers", error);
    if ((error = cpg_context_set(m->cpg, m)) != CS_OK || (error = cpg_local_get(m->cpg, &m->me)) != CS_OK ||
        (error = cpg_fd_get(m->cpg, &m->fd)) != CS_OK)
        end("cpg_initialize", error);
    for (int i = 0; i < 500 && (error = cpg_join(m->cpg, &group)) == CS_ERR_TRY_AGAIN; i++)
        usleep(10000);
    if (error != CS_OK || m->me == 0 || m->me > MEMBERS_MAX)
        end("cpg_join", error);
}

int main(int argc, char **argv) {
    static struct member m = {.pack = 1, .window = 1000};
    const bool throughput = argc == 6 && strcmp(argv[1], "throughput") == 0;
    const bool latency = argc == 5 && strcmp(argv[1], "latency") == 0;
    if (!throughput && !latency && !(argc == 3 && strcmp(argv[1], "watch") == 0)) {
        fputs("usage: cpg_bench throughput MEMBERS SECONDS PACK WINDOW | latency MEMBERS SECONDS RATE | "
              "watch MEMBERS\n",
              stderr);
        return 2;
    }
    m.task = throughput ? THROUGHPUT : latency ? LATENCY : WATCH;
    m.members = (uint32_t)strtoul(argv[2], NULL, 10);
    m.seconds = argc > 3 ? strtod(argv[3], NULL) : 0;
    m.rate = latency ? strtod(argv[4], NULL) : 0;
    if (throughput) {
        m.pack = (uint32_t)strtoul(argv[4], NULL, 10);
        m.window = (uint32_t)strtoul(argv[5], NULL, 10);
    }
    if (m.members < 1 || m.members > MEMBERS_MAX || m.pack < 1 || m.pack > PACK_MAX || m.window < m.pack ||
        (latency && m.rate <= 0)) {
        fputs("cpg_bench: 1 to 64 members, packs of 1 to 1000, a window of at least a pack, a rate above 0\n",
              stderr);
        return 2;
    }
    m.samples = calloc(SAMPLES_MAX, sizeof *m.samples);
    if (!m.samples)
        end("no memory", CS_OK);
    prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL); /* a body is due to the microsecond */
    m.began = now_ns();
    join(&m);
    loop(&m);
    print_result(&m);
    cpg_finalize(m.cpg);
    free(m.samples);
    return 0;
}
