/* How long after the SIGKILL of the leader do the survivors have the next one?
 *
 *     bench_recovery PROGRAM [KILLS] [MEMBERS] [RUNG]
 *
 * Starts a headless demo, kills its leader again and again with a newcomer in between, and reads from the
 * traces (one clock for all processes of a machine) when the new leader took the lead, when the last survivor
 * had installed its view, and when all of them had delivered a first change in it. Prints the median, p90 and
 * the longest of each, in milliseconds.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <czmq.h>

#include "app/control.h"
#include "app/spawn.h"
#include "app/trace_file.h"
#include "net/zmq/clock.h"

#define KILLS_MAX 500

static size_t members_in_sync(const struct registry *registry, json_t **leader) {
    json_t *list = control_status(registry), *w;
    size_t i, count = 0;
    *leader = NULL;
    json_array_foreach(list, i, w) {
        const char *state = json_string_value(json_object_get(w, "state"));
        if (strcmp(state, "leading") == 0)
            *leader = json_incref(w);
        count += strcmp(state, "leading") == 0 || strcmp(state, "following") == 0;
    }
    json_decref(list);
    return count;
}

static pid_t wait_for_group(const struct registry *registry, size_t members) {
    for (int i = 0; i < 500; i++) {
        json_t *leader;
        const size_t count = members_in_sync(registry, &leader);
        const pid_t pid = leader ? (pid_t)json_integer_value(json_object_get(leader, "pid")) : 0;
        json_decref(leader);
        if (count == members && pid > 0)
            return pid;
        zclock_sleep(20);
    }
    fprintf(stderr, "no group of %zu\n", members);
    exit(3);
}

struct recovery { /* in ms from the kill */
    double lead, all, change;
};

/* One file's part in it: a survivor's first view after the kill and its first delivery in that or a later
 * view. */
static void look_at(FILE *in, gms_time from, gms_time to, struct recovery *r) {
    char *text = NULL, error[100];
    size_t capacity = 0;
    ssize_t size;
    bool viewed = false, delivered = false;
    while (!delivered && (size = getline(&text, &capacity, in)) > 0) {
        struct trace_line line;
        if (!strstr(text, "\"ev\":\"lead\"") && !strstr(text, "\"ev\":\"view\"") &&
            !strstr(text, "\"ev\":\"deliver\""))
            continue;
        if (!trace_line_parse(&line, text, (size_t)size, error, sizeof error))
            continue;
        const struct trace_record *record = &line.record;
        if (!line.header && record->t > from && record->t < to) {
            const double ms = (double)(record->t - from) / 1e6;
            if (record->ev == TRACE_LEAD && r->lead == 0)
                r->lead = ms;
            if (record->ev == TRACE_VIEW && !viewed)
                r->all = ms > r->all ? ms : r->all;
            viewed = viewed || record->ev == TRACE_VIEW;
            delivered = viewed && record->ev == TRACE_DELIVER;
            if (delivered)
                r->change = ms > r->change ? ms : r->change;
        }
        trace_line_free(&line);
    }
    free(text);
}

static void look(const char *dir, gms_time from, gms_time to, struct recovery *r) {
    zdir_t *files = zdir_new(dir, "-");
    zlist_t *list = zdir_list(files);
    for (zfile_t *file = zlist_first(list); file; file = zlist_next(list)) {
        FILE *in = fopen(zfile_filename(file, NULL), "r");
        if (!in)
            continue;
        look_at(in, from, to, r);
        fclose(in);
    }
    zlist_destroy(&list);
    zdir_destroy(&files);
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print(const char *what, double *ms, size_t count) {
    qsort(ms, count, sizeof *ms, by_value);
    printf("%-36s median %6.2f ms   p90 %6.2f ms   max %6.2f ms\n", what, ms[count / 2], ms[count * 9 / 10],
           ms[count - 1]);
}

int main(int argc, char **argv) {
    const size_t kills = argc > 2 ? (size_t)atoi(argv[2]) : 50;
    const char *members = argc > 3 ? argv[3] : "5";
    static gms_time from[KILLS_MAX], to[KILLS_MAX];
    const char *rung = argc > 4 ? argv[4] : "gms5";
    static struct recovery recovery[KILLS_MAX];
    static double ms[KILLS_MAX];
    char group[32], dir[64], error[256], message[256];
    struct registry registry;
    struct spawned demo;
    if (argc < 2 || kills < 1 || kills > KILLS_MAX) {
        fprintf(stderr, "usage: bench_recovery PROGRAM [KILLS up to %d] [MEMBERS] [RUNG]\n", KILLS_MAX);
        return 2;
    }
    zsys_handler_set(NULL);
    snprintf(group, sizeof group, "bench%ld", (long)getpid());
    snprintf(dir, sizeof dir, "/tmp/groupy-%s", group);
    char *const args[] = {"groupy", "demo", "--headless",    "--json", "--group",
                          group,    "-n",   (char *)members, "--rung", (char *)rung,
                          "--mean", "20ms", "--trace",       dir,      NULL};
    if (!registry_open(&registry, group, error, sizeof error) ||
        !spawn(argv[1], args, &demo, error, sizeof error)) {
        fprintf(stderr, "%s\n", error);
        return 3;
    }
    for (size_t i = 0; i < kills; i++) {
        const pid_t leader = wait_for_group(&registry, (size_t)atoi(members));
        zclock_sleep(100);
        from[i] = clock_now();
        kill(leader, SIGKILL);
        zclock_sleep(250);
        to[i] = clock_now();
        control_act(&registry, NULL, 1, (const char *[]){"join"}, message, sizeof message);
    }
    control_act(&registry, NULL, 1, (const char *[]){"quit"}, message, sizeof message);
    waitpid(demo.pid, NULL, 0);
    for (size_t i = 0; i < kills; i++)
        look(dir, from[i], to[i], &recovery[i]);
    printf("%s, %zu kills of the leader, %s members, SIGKILL to\n", rung, kills, members);
    for (size_t i = 0; i < kills; i++)
        ms[i] = recovery[i].lead;
    print("  the new leader leads", ms, kills);
    for (size_t i = 0; i < kills; i++)
        ms[i] = recovery[i].all;
    print("  the last survivor has its view", ms, kills);
    for (size_t i = 0; i < kills; i++)
        ms[i] = recovery[i].change;
    print("  all have a first change in it", ms, kills);
    zdir_t *files = zdir_new(dir, "-");
    zdir_remove(files, true);
    zdir_destroy(&files);
    registry_close(&registry);
    zsys_shutdown();
    return 0;
}
