/* How long `groupy check` takes for a million records, and how much memory: eight members at gms3 that
 * multicast in turn, each with a file of its own, as a live run leaves them.
 *
 *     bench_check PROGRAM [RECORDS]
 *
 * Exits 1 if it takes 5 s or more, or 500 MB or more, or if the verdict is not that all holds.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/trace_file.h"
#include "gms/color.h"

#define MEMBERS    8
#define TIME_MAX_S 5.0
#define MEMORY_MAX 500 /* MB */
#define RECORDS    1000000

struct generator {
    char dir[64];
    struct trace_file file[MEMBERS];
    gms_id id[MEMBERS];
    struct address_book book;
    struct trace_state state[MEMBERS];
    uint64_t mcast_n[MEMBERS];
    uint64_t lc, t, x, seq, records;
};

static void put(struct generator *g, int who, struct trace_record r) {
    r.t = g->t += 1000;
    r.lc = ++g->lc;
    r.id = g->id[who];
    trace_file_write(&g->file[who], &g->book, &r);
    g->records++;
}

static void pass(struct generator *g, int from, int to, struct trace_record r) {
    r.x_sender = g->id[from];
    r.x = ++g->x;
    r.ev = TRACE_SEND;
    r.peer = g->id[to];
    put(g, from, r);
    r.ev = TRACE_RECV;
    r.peer = g->id[from];
    put(g, to, r);
}

static void begin(struct generator *g) {
    char error[256], who[NET_NAME_SIZE];
    for (int i = 0; i < MEMBERS; i++) {
        g->id[i] = 0x1111111111111111u * (gms_id)(i + 1);
        struct address address = {.id = g->id[i]};
        snprintf(address.name, sizeof address.name, "w%d", i + 1);
        address_book_put(&g->book, &address);
        trace_state_init(&g->state[i]);
    }
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(who, sizeof who, "w%d", i + 1);
        if (!trace_file_open(&g->file[i], g->dir, who, g->id[i], error, sizeof error)) {
            fprintf(stderr, "%s\n", error);
            exit(1);
        }
        trace_file_header(
            &g->file[i],
            &(struct trace_header){
                .run = "bench", .who = who, .id = g->id[i], .rung = "gms3", .source = "live", .seed = 1});
        if (i > 0)
            put(g, i, (struct trace_record){.ev = TRACE_JOIN, .to = "ipc://w1"});
        g->seq++;
        for (int who_installs = 0; who_installs <= i; who_installs++)
            put(g, who_installs,
                (struct trace_record){.ev = TRACE_VIEW,
                                      .view = (uint32_t)i + 1,
                                      .seq = g->seq,
                                      .members = g->id,
                                      .member_count = (uint32_t)i + 1,
                                      .primary = true});
        if (i > 0)
            put(g, i, (struct trace_record){.ev = TRACE_STATE, .peer = g->id[0], .state = g->state[i]});
    }
}

static void change(struct generator *g, int origin, int n) {
    struct trace_record r = {.m_origin = g->id[origin], .m_n = ++g->mcast_n[origin], .n = n};
    r.ev = TRACE_MCAST;
    put(g, origin, r);
    r.type = "REQUEST";
    if (origin > 0)
        pass(g, origin, 0, r);
    r.type = "MSG";
    r.view = MEMBERS;
    r.seq = ++g->seq;
    for (int to = 1; to <= MEMBERS; to++) { /* the leader delivers last */
        const int who = to % MEMBERS;
        if (who > 0)
            pass(g, 0, who, r);
        trace_state_apply(&g->state[who], r.m_origin, r.m_n, n);
        struct trace_record delivered = r;
        delivered.ev = TRACE_DELIVER;
        delivered.state = g->state[who];
        put(g, who, delivered);
    }
}

static int judge(const char *program, const char *dir, double *seconds, double *megabytes) {
    struct timespec from, to;
    struct rusage usage;
    int status;
    clock_gettime(CLOCK_MONOTONIC, &from);
    const pid_t pid = fork();
    if (pid == 0) {
        execl(program, "groupy", "check", dir, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &to);
    getrusage(RUSAGE_CHILDREN, &usage);
    *seconds = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    *megabytes = (double)usage.ru_maxrss / 1024;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void remove_files(struct generator *g) {
    char path[256];
    for (int i = 0; i < MEMBERS; i++) {
        snprintf(path, sizeof path, "%s/w%d-%016" PRIx64 ".jsonl", g->dir, i + 1, g->id[i]);
        unlink(path);
    }
    rmdir(g->dir);
}

int main(int argc, char **argv) {
    static struct generator g = {.dir = "/tmp/groupy-bench-XXXXXX"};
    const uint64_t records = argc > 2 ? strtoull(argv[2], NULL, 10) : RECORDS;
    double seconds = 0, megabytes = 0;
    if (argc < 2 || !mkdtemp(g.dir)) {
        fprintf(stderr, "usage: bench_check PROGRAM [RECORDS]\n");
        return 2;
    }
    begin(&g);
    for (int i = 0; g.records + MEMBERS < records; i++)
        change(&g, i % MEMBERS, 1 + i % 20);
    for (int i = 0; i < MEMBERS; i++) {
        put(&g, i, (struct trace_record){.ev = TRACE_EXIT});
        trace_file_close(&g.file[i]);
    }
    const int status = judge(argv[1], g.dir, &seconds, &megabytes);
    printf("%" PRIu64 " records of %d members: %.2f s, %.0f MB, status %d\n", g.records, MEMBERS, seconds,
           megabytes, status);
    remove_files(&g);
    return status == 0 && seconds < TIME_MAX_S && megabytes < MEMORY_MAX ? 0 : 1;
}
