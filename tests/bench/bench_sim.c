/* What a simulated second costs: a group of N members that multicast 1,000 changes a second in all, for some
 * simulated seconds; nothing goes wrong. Without the trace, with it and the checker that judges it, and with
 * a trace file besides. Coming together is not counted. gms4-ack can't do so many, and says how many it does.
 *
 *   bench_sim [MEMBERS...]      (default 8)
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "app/random_run.h"

#define SECONDS    4
#define CHANGES_MS 1 /* between two changes of anybody */
#define REPEATS    5

enum kind { ALONE, CHECKED, WRITTEN, KINDS };

static double now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void cant(const char *what) {
    fprintf(stderr, "bench_sim: %s\n", what);
    exit(3);
}

/* Milliseconds for one simulated second, once they have come together; and so many changes were delivered in
 * it. */
static double measure(enum gms_rung_id rung, int members, enum kind kind, const char *path,
                      uint64_t *delivered) {
    struct recorder recorder;
    struct gms_rng rng;
    char error[512];
    const int first = 1;
    if (!recorder_open(&recorder, rung))
        cant("out of memory");
    struct sim_config config = recorder_sim_config(&recorder, rung, 1);
    recorder_add_heartbeats(&config);
    config.trace = kind == ALONE ? NULL : config.trace;
    const struct trace_header header = {.run = "bench",
                                        .who = "sim",
                                        .rung = gms_rung_name(rung),
                                        .source = "sim",
                                        .member = &member_options_default};
    if (kind == WRITTEN && !recorder_trace(&recorder, path, &header, error, sizeof error))
        cant(error);
    struct sim *sim = sim_new(&config);
    if (!sim)
        cant("out of memory");
    for (int i = 0; i < members; i++) {
        sim_add(sim, &first, i > 0 ? 1 : 0);
        sim_run(sim, sim_now(sim) + 20 * SIM_MS);
    }
    sim_run(sim, sim_now(sim) + SIM_S);
    gms_rng_seed(&rng, 1);
    const double began = now_ms();
    const gms_time end = sim_now(sim) + SECONDS * SIM_S;
    while (sim_now(sim) < end) {
        const int who = 1 + (int)gms_rng_below(&rng, (uint64_t)members);
        sim_change(sim, who, 1 + (int)gms_rng_below(&rng, 20));
        sim_run(sim, sim_now(sim) + CHANGES_MS * SIM_MS);
    }
    const double took = now_ms() - began;
    struct sim_app_state seen;
    sim_look(sim, members, &seen);
    *delivered = seen.state.count / SECONDS;
    if (kind != ALONE && check_overall(recorder.check) != CHECK_HOLDS)
        cant("the run does not hold what its rung promises");
    sim_free(&sim);
    recorder_close(&recorder);
    return took / SECONDS;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    char path[] = "/tmp/groupy-bench-XXXXXX";
    const int fd = mkstemp(path);
    if (fd < 0)
        cant("no room for a trace");
    close(fd);
    printf("%-10s %7s %9s   milliseconds a simulated second: %8s %8s %8s\n", "rung", "members", "changes/s",
           "alone", "judged", "written");
    for (int i = argc > 1 ? 1 : 0; i < argc; i++) {
        const int members = argc > 1 ? atoi(argv[i]) : 8;
        if (members < 1 || members > GMS_MEMBERS_MAX)
            cant("from 1 to 256 members");
        for (int rung = 0; rung < GMS_RUNGS; rung++) {
            uint64_t delivered = 0;
            double median[KINDS];
            for (int kind = 0; kind < KINDS; kind++) {
                double ms[REPEATS];
                for (int k = 0; k < REPEATS; k++)
                    ms[k] = measure((enum gms_rung_id)rung, members, (enum kind)kind, path, &delivered);
                qsort(ms, REPEATS, sizeof ms[0], by_value);
                median[kind] = ms[REPEATS / 2];
            }
            printf("%-10s %7d %9" PRIu64 " %43.2f %8.2f %8.2f\n", gms_rung_name((enum gms_rung_id)rung),
                   members, delivered, median[ALONE], median[CHECKED], median[WRITTEN]);
            fflush(stdout);
        }
    }
    unlink(path);
    return 0;
}
