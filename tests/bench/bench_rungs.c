/* What it costs to survive losses: rate and latency of each rung, with acknowledgements (gms4-ack) and
 * without (gms4-nack), at 3, 5 and 8 members and 0, 1 and 10% of all messages lost.
 *
 *     bench_rungs [-s SECONDS] [-r RUNG,RUNG...] [-n MEMBERS,...] [-l LOSS%,...] [-o FILE.csv]
 *
 * Every member is a process; messages go over loopback TCP. Rate: every member keeps 32 of its own under
 * way; what counts is what each member delivers in a second. Latency: one change every 20 ms in the whole
 * group, from the moment when it was due until each member has it. Every cell ends only when nothing is under
 * way any more, and fails unless all members then have the same changes in the same order.
 */
#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gms/color.h"
#include "net/zmq/actor.h"
#include "net/zmq/clock.h"

#define MEMBERS_MAX 16
#define CELLS_MAX   8
#define WINDOW      32
#define AHEAD_MAX   256             /* changes that one member may have and another not */
#define PERIOD      (20 * CLOCK_MS) /* of the whole group's changes, for latency */
#define WARM_UP     (500 * CLOCK_MS)
#define QUIET       (400 * CLOCK_MS)
#define QUIET_MAX   (10000 * CLOCK_MS)
#define BUCKETS     1024 /* of latency: each 2% wider than the one before, from 1 us on */

struct result { /* of one member */
    uint64_t delivered;
    double seconds;
    uint64_t count, hash; /* at the very end */
    uint32_t bucket[BUCKETS];
};

struct cell {
    enum gms_rung_id rung;
    int members;
    uint32_t loss_percent;
    bool latency; /* or rate */
    double seconds;
};

/* -- One member, in a process of its own ----------------------------------------------------------------- */

static _Atomic uint64_t *progress; /* of each member: changes delivered; shared by all processes */

struct body {
    uint64_t due; /* when it should have been multicast */
    uint64_t who, n;
};

struct member {
    const struct cell *cell;
    int who, to_parent, from_parent;
    actor_t *actor;
    uint32_t in_view;
    gms_time go, next, last_delivery;
    uint64_t sent, own_delivered;
    struct result result;
    struct trace_state state;
    bool ready, done;
};

static bool measuring(const struct member *m, gms_time now) {
    const gms_time from = m->go + WARM_UP;
    return m->go > 0 && now >= from && now < from + (gms_time)(m->cell->seconds * 1e9);
}

static void on_event(void *arg, actor_t *actor, const member_event_t *event) {
    struct member *m = arg;
    struct body body;
    (void)actor;
    if (event->type == MEMBER_VIEW)
        m->in_view = event->member_count;
    m->done = m->done || event->type == MEMBER_FROZEN || event->type == MEMBER_FAILED;
    if (event->type != MEMBER_DELIVER || event->size != sizeof body)
        return;
    const gms_time now = clock_now();
    memcpy(&body, event->body, sizeof body);
    trace_state_apply(&m->state, event->from, event->n, 1);
    atomic_store(&progress[m->who], m->state.count);
    m->last_delivery = now;
    m->own_delivered += body.who == (uint64_t)m->who;
    if (!measuring(m, now))
        return;
    const double us = (double)(now - body.due) / 1000;
    const int bucket = us <= 1 ? 0 : (int)(log(us) / log(1.02));
    m->result.delivered++;
    m->result.bucket[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
}

/* A leader of these rungs sends without regard to who is slow, and has its own delivered at once: the bench
 * keeps it from running away from what the others' histories hold. */
static bool all_keep_up(const struct member *m) {
    for (int i = 0; i < m->cell->members; i++) {
        if (m->state.count > atomic_load(&progress[i]) + AHEAD_MAX)
            return false;
    }
    return true;
}

static bool multicast(struct member *m, gms_time due) {
    const struct body body = {due, (uint64_t)m->who, m->sent + 1};
    if (actor_multicast(m->actor, &body, sizeof body) != GMS_USED)
        return false;
    m->sent++;
    return true;
}

static gms_time tick(void *arg, actor_t *actor, gms_time now) {
    struct member *m = arg;
    if (!m->ready && m->in_view == (uint32_t)m->cell->members) {
        m->ready = true;
        if (write(m->to_parent, "r", 1) != 1)
            _exit(3);
    }
    if (m->go == 0)
        return now + 10 * CLOCK_MS;
    const gms_time end = m->go + WARM_UP + (gms_time)(m->cell->seconds * 1e9);
    if (now >= end) {
        actor_set_loss(actor, 0); /* what is still under way arrives sooner */
        const gms_time since = m->last_delivery > end ? m->last_delivery : end;
        m->done = m->done || now > since + QUIET || now > end + QUIET_MAX;
        return now + 50 * CLOCK_MS;
    }
    if (!m->cell->latency) {
        for (int i = 0; i < WINDOW && m->sent < m->own_delivered + WINDOW && all_keep_up(m); i++) {
            if (!multicast(m, now))
                break;
        }
        return now + CLOCK_MS;
    }
    if (m->next == 0)
        m->next = m->go + (gms_time)(m->who + 1) * PERIOD;
    for (; m->next <= now; m->next += (gms_time)m->cell->members * PERIOD)
        multicast(m, m->next);
    return m->next;
}

static void command(void *arg, actor_t *actor, const char *text, char *reply, size_t reply_size) {
    struct member *m = arg;
    (void)actor;
    if (strcmp(text, "go") == 0) {
        m->go = clock_now();
        actor_set_loss(m->actor, m->cell->loss_percent);
    }
    snprintf(reply, reply_size, "ok");
}

static int run_member(const struct cell *cell, int who, int to_parent, int from_parent) {
    static struct member m;
    char error[256], line[NET_ENDPOINT_SIZE + 1] = "";
    m.cell = cell;
    m.who = who;
    m.to_parent = to_parent;
    trace_state_init(&m.state);
    zsys_handler_set(NULL);
    actor_config_t config = {.group = "bench",
                             .rung = cell->rung,
                             .listen = "tcp://127.0.0.1:*",
                             .join_timeout = 5000 * CLOCK_MS,
                             .resend_timeout = ACTOR_RESEND_TIMEOUT_MS * CLOCK_MS,
                             .heartbeat_period = ACTOR_HEARTBEAT_PERIOD_MS * CLOCK_MS,
                             .app = {.self = &m, .event = on_event, .tick = tick, .command = command}};
    snprintf(config.name, sizeof config.name, "w%d", who + 1);
    m.actor = actor_new(&config, error, sizeof error);
    if (!m.actor) {
        fprintf(stderr, "%s\n", error);
        return 3;
    }
    actor_run(m.actor);
    snprintf(line, sizeof line, "%s", actor_endpoint(m.actor));
    if (write(to_parent, line, sizeof line) != sizeof line || read(from_parent, line, sizeof line) <= 0)
        return 3;
    const char *contact = line;
    actor_start(m.actor, &contact, who > 0 ? 1 : 0);
    char go;
    if (read(from_parent, &go, 1) != 1)
        return 3;
    actor_post_command(m.actor, "go");
    while (!m.done) /* a flag of the actor's thread, looked at now and then */
        zclock_sleep(20);
    m.result.seconds = cell->seconds;
    m.result.count = m.state.count;
    m.result.hash = m.state.hash;
    const bool told = write(to_parent, &m.result, sizeof m.result) == sizeof m.result;
    if (read(from_parent, &go, 1) < 0) /* all are done before the first one goes */
        return 3;
    _exit(told ? 0 : 3);
}

/* -- One cell ---------------------------------------------------------------------------------------------
 */

struct child {
    pid_t pid;
    int to, from;
};

static void die(const char *what) {
    fprintf(stderr, "bench_rungs: %s\n", what);
    exit(3);
}

static void read_all(int from, void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        const ssize_t got = read(from, (char *)bytes + done, size - done);
        if (got <= 0)
            die("a member ended");
        done += (size_t)got;
    }
}

static struct child start(const struct cell *cell, int who) {
    int down[2], up[2];
    struct child child = {0};
    if (pipe(down) < 0 || pipe(up) < 0 || (child.pid = fork()) < 0)
        die("no process or pipe");
    if (child.pid == 0) {
        close(down[1]);
        close(up[0]);
        exit(run_member(cell, who, up[1], down[0]));
    }
    close(down[0]);
    close(up[1]);
    child.to = down[1];
    child.from = up[0];
    return child;
}

static double percentile(const uint32_t *bucket, double part) {
    uint64_t all = 0, sum = 0;
    for (int i = 0; i < BUCKETS; i++)
        all += bucket[i];
    for (int i = 0; i < BUCKETS; i++) {
        sum += bucket[i];
        if ((double)sum >= part * (double)all)
            return pow(1.02, i + 0.5);
    }
    return 0;
}

static bool run(const struct cell *cell, FILE *csv) {
    struct child child[MEMBERS_MAX];
    static struct result result[MEMBERS_MAX];
    uint32_t bucket[BUCKETS] = {0};
    char endpoint[MEMBERS_MAX][NET_ENDPOINT_SIZE + 1], byte;
    double rate = 0;
    bool same = true;
    for (int i = 0; i < cell->members; i++) {
        atomic_store(&progress[i], 0);
        child[i] = start(cell, i);
        read_all(child[i].from, endpoint[i], sizeof endpoint[i]);
    }
    for (int i = 0; i < cell->members; i++) {
        if (write(child[i].to, endpoint[0], sizeof endpoint[0]) < 0)
            die("a member ended");
    }
    for (int i = 0; i < cell->members; i++)
        read_all(child[i].from, &byte, 1);
    for (int i = 0; i < cell->members; i++)
        same = write(child[i].to, "g", 1) == 1 && same;
    for (int i = 0; i < cell->members; i++) {
        read_all(child[i].from, &result[i], sizeof result[i]);
        rate += (double)result[i].delivered / result[i].seconds / cell->members;
        same = same && result[i].count == result[0].count && result[i].hash == result[0].hash;
        for (int b = 0; b < BUCKETS; b++)
            bucket[b] += result[i].bucket[b];
    }
    for (int i = 0; i < cell->members; i++) {
        same = write(child[i].to, "x", 1) == 1 && same; /* its other end is open in those forked later */
        close(child[i].to);
        waitpid(child[i].pid, NULL, 0);
        close(child[i].from);
    }
    const double p50 = percentile(bucket, 0.5), p99 = percentile(bucket, 0.99);
    printf("%-10s %7d %5u%%  %-8s", gms_rung_name(cell->rung), cell->members, cell->loss_percent,
           cell->latency ? "latency" : "rate");
    if (cell->latency)
        printf("  p50 %9.0f us   p99 %9.0f us", p50, p99);
    else
        printf("  %9.0f a second at each member", rate);
    printf("%s\n", same ? "" : "   NOT THE SAME AT ALL MEMBERS");
    fflush(stdout);
    if (csv)
        fprintf(csv, "%s,%d,%u,%s,%.0f,%.0f,%.0f\n", gms_rung_name(cell->rung), cell->members,
                cell->loss_percent, cell->latency ? "latency" : "rate", rate, p50, p99);
    return same;
}

/* -- All of them -------------------------------------------------------------------------------------------
 */

static void *share(size_t size) {
    FILE *file = tmpfile();
    void *shared = MAP_FAILED;
    if (file && ftruncate(fileno(file), (off_t)size) == 0)
        shared = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    if (shared == MAP_FAILED)
        die("no shared memory");
    return shared;
}

static int numbers(const char *text, int max, int *list) {
    int count = 0;
    for (const char *at = text; at && *at && count < CELLS_MAX;
         at = strchr(at, ',') ? strchr(at, ',') + 1 : "") {
        const int value = atoi(at);
        if (value < 0 || value > max)
            die("a number is out of range");
        list[count++] = value;
    }
    return count;
}

int main(int argc, char **argv) {
    const char *rungs = "gms4-ack,gms4-nack", *members = "3,5,8", *losses = "0,1,10", *path = NULL;
    int member_list[CELLS_MAX], loss_list[CELLS_MAX], option;
    double seconds = 3;
    bool fine = true;
    while ((option = getopt(argc, argv, "s:r:n:l:o:")) != -1) {
        switch (option) {
        case 's': seconds = atof(optarg); break;
        case 'r': rungs = optarg; break;
        case 'n': members = optarg; break;
        case 'l': losses = optarg; break;
        case 'o': path = optarg; break;
        default: return 2;
        }
    }
    FILE *csv = path ? fopen(path, "w") : NULL;
    if (path && !csv)
        die("the file can't be written");
    if (csv)
        fprintf(csv, "rung,members,loss_percent,what,delivered_per_s,p50_us,p99_us\n");
    signal(SIGPIPE, SIG_IGN);
    progress = share(MEMBERS_MAX * sizeof *progress);
    const int member_count = numbers(members, MEMBERS_MAX, member_list),
              loss_count = numbers(losses, 99, loss_list);
    char names[256], *more;
    snprintf(names, sizeof names, "%s", rungs);
    for (char *name = strtok_r(names, ",", &more); name; name = strtok_r(NULL, ",", &more)) {
        struct cell cell = {.seconds = seconds};
        if (!gms_rung_find(name, &cell.rung))
            die("a rung is expected after -r");
        for (int i = 0; i < member_count * loss_count * 2; i++) {
            cell.members = member_list[i / 2 / loss_count];
            cell.loss_percent = (uint32_t)loss_list[i / 2 % loss_count];
            cell.latency = i % 2 == 1;
            fine = run(&cell, csv) && fine;
        }
    }
    if (csv)
        fclose(csv);
    return fine ? 0 : 1;
}
