/* groupy COMMAND [options]: one table of commands, and the help that follows from it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "gms/gms.h"

static const struct {
    const char *name;
    const char *does; /* NULL: not for people */
    int (*run)(int argc, char **argv);
} commands[] = {
    {"demo", "starts a group of worker processes with windows, tiled, and the scope", cmd_demo},
    {"worker", "one worker: founds the group, or joins it", cmd_worker},
    {"recorder", NULL, cmd_recorder},
    {"scope", "the space-time window on a live group, or on traces", cmd_scope},
    {"ctl", "acts on a live group from a terminal", cmd_ctl},
    {"sim", "a run in the simulator, or many", cmd_sim},
    {"explore", "searches every run of one fault on one rung", cmd_explore},
    {"matrix", "searches every rung under every fault", cmd_matrix},
    {"scenarios", "lists the built-in scenarios, or prints one", cmd_scenarios},
    {"check", "judges the traces of a run", cmd_check},
    {"figure", "one figure for a report, from traces or a scenario", cmd_figure},
    {"figures", "all figures for a report, without a display", cmd_figures},
    {"export", "writes the traces of a run for ShiViz, Perfetto, OpenTelemetry, Mermaid, spreadsheets",
     cmd_export},
    {"bench", "measures throughput, latency, recovery and scale", cmd_bench},
};

static void help(void) {
    printf("groupy COMMAND [options]\n"
           "Group membership with atomic multicast, live: every process shows a colour, and you may kill "
           "it.\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (commands[i].does)
            printf("  %-9s %s\n", commands[i].name, commands[i].does);
    printf("\nRungs:\n");
    for (int rung = 0; rung < GMS_RUNGS; rung++)
        printf("  %-8s %s; breaks: %s\n", gms_rung_name((enum gms_rung_id)rung),
               gms_rung_adds((enum gms_rung_id)rung), gms_rung_breaks((enum gms_rung_id)rung));
    printf("\n  --version, --assets: which program this is, and where it looks for its font and icon.\n");
    printf("Each command has --help.   Example:  groupy demo -n 5 --rung gms3\n");
}

static int unknown(const char *word) {
    char all[256] = "";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].does)
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", commands[i].name);
    }
    return options_error("", "'%s' is not a command: %s are (groupy --help)", word, all);
}

/* A verdict that nobody could read is none. Whoever closes a pipe early, though, wanted no more. */
static int written(int status) {
    errno = 0;
    if ((fflush(stdout) == 0 && !ferror(stdout)) || errno == EPIPE || errno == EBADF)
        return status;
    options_error("", "can't write the output: %s", strerror(errno));
    return STATUS_CANT_RUN;
}

#define FILES_WANTED 4096

/* A member of a group of N needs some 6 N descriptors, a launcher two for each worker; many systems give
 * 1,024 until one asks. If it can't be, what needs more says so when it comes to it. */
static void raise_open_files(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY ||
        files.rlim_cur >= FILES_WANTED)
        return;
    const bool enough = files.rlim_max == RLIM_INFINITY || files.rlim_max >= FILES_WANTED;
    files.rlim_cur = enough ? FILES_WANTED : files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
}

/* A standard descriptor that was closed must not be taken by a file that prints would then go to. */
static void fill_descriptors(void) {
    int fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO)
        close(fd);
}

int main(int argc, char **argv) {
    fill_descriptors();
    raise_open_files();
    program_name = argv[0];
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        help();
        return argc < 2 ? STATUS_USAGE : STATUS_FINE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "--assets") == 0) {
        printf("%s\n", argv[1][2] == 'v' ? "groupy " GROUPY_VERSION : assets_dir(argv[0]));
        return STATUS_FINE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return written(commands[i].run(argc - 1, argv + 1));
    }
    return unknown(argv[1]);
}
