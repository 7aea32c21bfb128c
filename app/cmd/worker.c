/* groupy worker: one worker process. It founds the group, joins the one that it finds on this machine, or
 * joins where it is told. A launcher runs it with --managed: then standard input says when to go (and its
 * end means the launcher's end), and standard output reports the trace.
 */
#include <czmq.h>

#include "app/cmd/cmd.h"
#include "app/picture_file.h"
#include "app/session.h"

const char *program_name = "groupy";

static int fail(const char *reason) {
    options_error("worker", "%s", reason);
    return STATUS_CANT_RUN;
}

/* NULL if one can listen or connect there; `*` stands for any port. */
static const char *endpoint_error(const char *endpoint, bool any_port) {
    const char *port = strrchr(endpoint, ':');
    uint64_t number;
    if (strncmp(endpoint, "ipc://", 6) == 0)
        return NULL;
    if (strncmp(endpoint, "tcp://", 6) != 0 || port < endpoint + 6)
        return "tcp://ADDRESS:PORT or ipc://PATH is expected";
    if ((any_port && strcmp(port, ":*") == 0) || parse_number(port + 1, 1, 65535, &number))
        return NULL;
    return "a port from 1 to 65535 is expected";
}

/* What can be said about the options without starting anything. */
static int check_options(struct worker_options *o, enum gms_rung_id *rung) {
    const char *bad;
    if (streq(o->rung, "gms2p5")) {
        o->rung = "gms2";
        o->risk = o->risk ? o->risk : 100;
    }
    if (!gms_rung_find(o->rung, rung))
        return options_error("worker", "--rung %s: %s is expected", o->rung, options_rungs(true));
    if ((bad = registry_group_error(o->group)))
        return options_error("worker", "--group %s: %s", o->group, bad);
    if (o->name && (bad = address_name_error(o->name)))
        return options_error("worker", "--name %s: %s", o->name, bad);
    if (o->name && streq(o->name, "leader"))
        return options_error("worker", "--name leader: groupy ctl has that word for whoever leads");
    if (o->listen && (bad = endpoint_error(o->listen, true)))
        return options_error("worker", "--listen %s: %s", o->listen, bad);
    if (o->listen && (strstr(o->listen, "//*") || strstr(o->listen, "//0.0.0.0")))
        return options_error("worker", "--listen %s: name the one address at which others reach this worker",
                             o->listen);
    if (o->listen && strncmp(o->listen, "tcp://", 6) == 0 && strncmp(o->listen, "tcp://127.", 10) != 0 &&
        strncmp(o->listen, "tcp://localhost:", 16) != 0 && !o->insecure)
        return options_error("worker", "--listen %s: others could reach it; say --insecure if you mean it",
                             o->listen);
    for (size_t i = 0; i < o->join.count; i++) {
        if ((bad = endpoint_error(o->join.item[i], false)))
            return options_error("worker", "--join %s: %s", o->join.item[i], bad);
    }
    return member_options_check(&o->member, "worker");
}

static int check_folder(const char *folder) {
    char error[4608];
    return !folder || picture_file_folder(folder, error, sizeof error) ? STATUS_FINE : fail(error);
}

int cmd_worker(int argc, char **argv) {
    struct session s = {.o = {.group = "groupy",
                              .rung = LIVE_RUNG,
                              .run = "-",
                              .mean_ms = 2000,
                              .await_count = 1,
                              .member = member_options_default,
                              .seed = 0}};
    struct worker_options *o = &s.o;
    char error[512] = "", rungs[160];
    int status;
    snprintf(rungs, sizeof rungs, "%s (default " LIVE_RUNG ")", options_rungs(true));
    const struct option options[] = {
        {"--name", OPTION_TEXT, &o->name, 0, 0, "w1", "its name (default: the first free of w1, w2, ...)"},
        {"--group", OPTION_TEXT, &o->group, 0, 0, "G", "the group (default groupy)"},
        {"--rung", OPTION_TEXT, &o->rung, 0, 0, "R", rungs},
        {"--join", OPTION_TEXTS, &o->join, 0, 0, "ENDPOINT", "join through this member; may be given again"},
        {"--listen", OPTION_TEXT, &o->listen, 0, 0, "ENDPOINT", "tcp://127.0.0.1:PORT or ipc://PATH"},
        {"--insecure", OPTION_FLAG, &o->insecure, 0, 0, NULL,
         "allow an address that other machines can reach"},
        {"--headless", OPTION_FLAG, &o->headless, 0, 0, NULL, "no window"},
        {"--mean", OPTION_DURATION, &o->mean_ms, 0, 3600000, "2s",
         "mean time between two of its changes; 0s: none"},
        MEMBER_OPTION_ROWS(&o->member),
        {"--risk", OPTION_NUMBER, &o->risk, 0, 1000000, "N", "a leader dies in one of N sends (gms2p5: 100)"},
        {"--loss", OPTION_PERCENT, &o->loss, 0, 100, "P%", "each message is lost with this chance"},
        {"--trace", OPTION_TEXT, &o->trace, 0, 0, "DIR", "write the trace there"},
        {"--seed", OPTION_NUMBER, &o->seed, 0, UINT64_MAX, "S", "of its chances (default: the time)"},
        {"--fullscreen", OPTION_FLAG, &o->fullscreen, 0, 0, NULL, "start in full screen"},
        {"--dark", OPTION_FLAG, &o->dark, 0, 0, NULL, "start with the dark theme"},
        {"--reduced-motion", OPTION_FLAG, &o->reduced_motion, 0, 0, NULL,
         "no pulse when a change is delivered"},
        {"--tile", OPTION_TEXT, &o->tile, 0, 0, "I/N", NULL},
        {"--out", OPTION_TEXT, &o->out, 0, 0, "DIR", "where S saves pictures (default: here)"},
        {"--await-scope", OPTION_DURATION, &o->await_ms, 0, 10000, "300ms", NULL},
        {"--await-count", OPTION_NUMBER, &o->await_count, 1, 8, "2", NULL},
        {"--run", OPTION_TEXT, &o->run, 0, 0, "ID", NULL},
        {"--managed", OPTION_FLAG, &o->managed, 0, 0, NULL, NULL},
        {.name = NULL},
    };
    const struct command command = {.name = "worker",
                                    .summary = "One worker: joins the group on this machine, or founds it.",
                                    .usage = "[options]",
                                    .example = "groupy worker --join tcp://127.0.0.1:5000 --headless",
                                    .options = options};
    if (!options_read(&command, argc, argv, NULL, NULL, &status) ||
        (status = check_options(o, &s.rung)) != STATUS_FINE || (status = check_folder(o->out)) != STATUS_FINE)
        return status;
    if (o->seed == 0)
        o->seed = (uint64_t)zclock_usecs();
    o->program = program_name;
    zsys_handler_set(NULL);
    session_handle_signals(o->managed);
    if (!registry_open(&s.registry, o->group, error, sizeof error))
        return fail(error);
    if (!o->headless)
        session_open_window(&s);
    status = STATUS_CANT_RUN;
    if (session_begin(&s, error, sizeof error)) {
        if (!o->managed) {
            printf("%s listens on %s\n", o->name, live_endpoint(s.live));
            fflush(stdout);
        }
        session_run(&s);
        if (o->managed && live_end(s.live) == LIVE_QUIT)
            session_wait_for_release();
        live_reason(s.live, error, sizeof error);
        status = live_end(s.live) == LIVE_FAILED ? fail(error) : STATUS_FINE;
        if (live_end(s.live) == LIVE_OUT) /* session_run() has said why it can't come back */
            status = STATUS_CANT_RUN;
    } else {
        fail(error);
    }
    live_destroy(&s.live);
    window_close(&s.window);
    registry_close(&s.registry);
    zsys_shutdown();
    return status;
}
