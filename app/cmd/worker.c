/* groupy worker: one worker process. It founds the group, joins the one that it finds on this machine, or
 * joins where it is told. A launcher runs it with --managed: then standard input says when to go (and its
 * end means the launcher's end), and standard output reports the trace.
 */
#include <czmq.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>

#include "app/assets.h"
#include "app/cmd/cmd.h"
#include "app/control.h"
#include "app/live.h"
#include "app/ui/window.h"

const char *program_name = "groupy";

struct worker_options {
    const char *name, *group, *listen, *rung, *run, *trace, *tile;
    struct texts join;
    uint64_t mean_ms, join_timeout_ms, seed, risk, loss;
    bool headless, insecure, managed, fullscreen, reduced_motion;
};

struct session {
    struct worker_options o;
    struct registry registry;
    struct live *live;
    struct window *window;
    char input[4096]; /* of a managed one: the line in the making */
    size_t input_size;
    int tile_index, tile_of;
    bool closing;
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted++;
}

/* A managed worker leaves Ctrl+C to its launcher, which gets it too. */
static void handle_signals(bool managed) {
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, managed ? &ignore : &stop, NULL);
    sigaction(SIGINT, managed ? &ignore : &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

static int fail(const char *reason) {
    options_error("worker", "%s", reason);
    return STATUS_CANT_RUN;
}

/* -- Keys
 * ---------------------------------------------------------------------------------------------------- */

static void act(struct session *s, int count, const char *const *words) {
    char message[256] = "", text[300];
    control_act(&s->registry, s->o.name, count, words, message, sizeof message);
    snprintf(text, sizeof text, "notice %s", message);
    live_command(s->live, text);
}

static void handle_key(struct session *s, enum window_command key) {
    struct tile_model model;
    int index, of;
    live_snapshot(s->live, &model, &index, &of);
    switch (key) {
    case WINDOW_NONE:
    case WINDOW_REFRESH: break;
    case WINDOW_KILL_LEADER: act(s, 2, (const char *[]){"kill", "leader"}); break;
    case WINDOW_CRASH_MID_BROADCAST: act(s, 1, (const char *[]){"crash-mid-broadcast"}); break;
    case WINDOW_LOSE: act(s, 4, (const char *[]){"lose", "1", "--to", s->o.name}); break;
    case WINDOW_JOIN: act(s, 1, (const char *[]){"join"}); break;
    case WINDOW_CHANGE: live_command(s->live, "change"); break;
    case WINDOW_PAUSE: act(s, 1, (const char *[]){model.paused ? "resume" : "pause"}); break;
    case WINDOW_STEP:
        if (!model.paused)
            act(s, 1, (const char *[]){"pause"});
        live_command(s->live, "change");
        break;
    case WINDOW_FASTER: act(s, 2, (const char *[]){"pace", "faster"}); break;
    case WINDOW_SLOWER: act(s, 2, (const char *[]){"pace", "slower"}); break;
    case WINDOW_LEAVE:
    case WINDOW_CLOSE:
        if (s->closing)
            live_command(s->live, "quit"); /* asked twice: do not wait for anybody */
        s->closing = true;
        live_command(s->live, "leave");
        break;
    case WINDOW_CLOSE_ALL: act(s, 1, (const char *[]){"quit"}); break;
    }
}

/* -- The launcher's words
 * ------------------------------------------------------------------------------------ */

static void obey(struct session *s, char *line) {
    const char *contacts[TEXTS_MAX];
    size_t count = 0;
    char *rest = line;
    if (strncmp(line, "go", 2) != 0) {
        live_command(s->live, line);
        return;
    }
    strtok_r(line, " ", &rest);
    for (char *word; count < TEXTS_MAX && (word = strtok_r(NULL, " ", &rest));)
        contacts[count++] = word;
    live_start(s->live, contacts, count);
}

/* False at the end of the input: the launcher is gone. */
static bool read_launcher(struct session *s) {
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    while (poll(&in, 1, 0) > 0) {
        const ssize_t n = read(STDIN_FILENO, s->input + s->input_size, sizeof s->input - 1 - s->input_size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        s->input_size += (size_t)n;
        s->input[s->input_size] = '\0';
        for (char *end; (end = strchr(s->input, '\n'));) {
            *end = '\0';
            obey(s, s->input);
            s->input_size -= (size_t)(end + 1 - s->input);
            memmove(s->input, end + 1, s->input_size + 1);
        }
        if (s->input_size == sizeof s->input - 1)
            s->input_size = 0; /* no line of the launcher is so long */
    }
    return true;
}

/* -- The loop
 * ------------------------------------------------------------------------------------------------ */

static void show(struct session *s) {
    struct tile_model model;
    int index, of;
    live_snapshot(s->live, &model, &index, &of);
    if (of > 0 && (index != s->tile_index || of != s->tile_of)) {
        s->tile_index = index;
        s->tile_of = of;
        window_retile(s->window, index, of);
    }
    window_show(s->window, &model);
}

/* Without a window: until something is to be read, or it ended. */
static void wait_headless(const struct session *s) {
    struct pollfd fds[2] = {{.fd = live_end_fd(s->live), .events = POLLIN},
                            {.fd = STDIN_FILENO, .events = POLLIN}};
    poll(fds, s->o.managed ? 2 : 1, 500);
}

static void run(struct session *s) {
    int stops = 0;
    while (live_end(s->live) == LIVE_RUNNING) {
        if (s->window) {
            const enum window_command key = window_wait(s->window, 50);
            if (key != WINDOW_NONE && key != WINDOW_REFRESH)
                handle_key(s, key);
            show(s);
        } else {
            wait_headless(s);
        }
        if (s->o.managed && !read_launcher(s))
            live_command(s->live, "quit");
        while (stops < interrupted)
            live_command(s->live, stops++ == 0 && !s->o.managed ? "leave" : "quit");
    }
}

/* A managed worker that was told to quit has stopped; it stays until its launcher lets it go, so that no
 * other takes its end for a crash. */
static void wait_for_release(void) {
    char bytes[256];
    for (int waited_ms = 0; waited_ms < 3000; waited_ms += 100) {
        struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
        if (poll(&in, 1, 100) > 0 && read(STDIN_FILENO, bytes, sizeof bytes) <= 0)
            return;
    }
}

static void ring(void *window_slot) {
    struct window **window = window_slot;
    if (*window)
        window_ring(*window);
}

static void open_window(struct session *s) {
    char error[256] = "", icon[4096], fonts[4096];
    const char *assets = assets_dir(program_name);
    snprintf(icon, sizeof icon, "%s/icon.bmp", assets);
    snprintf(fonts, sizeof fonts, "%s/fonts", assets);
    if (s->o.tile)
        sscanf(s->o.tile, "%d/%d", &s->tile_index, &s->tile_of);
    const struct window_config config = {.font_dir = fonts,
                                         .icon = icon,
                                         .tile_index = s->tile_index,
                                         .tile_of = s->tile_of,
                                         .fullscreen = s->o.fullscreen,
                                         .reduced_motion = s->o.reduced_motion};
    s->window = window_open(&config, error, sizeof error);
    if (s->window)
        return;
    if (s->o.managed)
        printf("{\"headless\":\"%s\"}\n", error), fflush(stdout);
    else
        fprintf(stderr, "groupy worker: %s; going on without a window\n", error);
}

/* -- Start
 * --------------------------------------------------------------------------------------------------- */

/* A name that no live worker of the group has: w1, w2, ... */
static const char *free_name(const struct registry_entry *entries, size_t count) {
    static char name[NET_NAME_SIZE];
    for (int number = 1;; number++) {
        bool taken = false;
        snprintf(name, sizeof name, "w%d", number);
        for (size_t i = 0; i < count && !taken; i++)
            taken = streq(entries[i].address.name, name);
        if (!taken)
            return name;
    }
}

static bool make_live(struct session *s, enum gms_rung_id rung, char *error, size_t error_size) {
    char protocol[NET_ENDPOINT_SIZE], control[NET_ENDPOINT_SIZE];
    registry_endpoint(&s->registry, "gms", protocol);
    registry_endpoint(&s->registry, "ctl", control);
    const struct live_config config = {.name = s->o.name,
                                       .group = s->o.group,
                                       .rung = rung,
                                       .listen = s->o.listen ? s->o.listen : protocol,
                                       .control = control,
                                       .join_timeout_ms = s->o.join_timeout_ms,
                                       .mean_ms = s->o.mean_ms,
                                       .seed = s->o.seed,
                                       .risk = (uint32_t)s->o.risk,
                                       .loss_percent = (uint32_t)s->o.loss,
                                       .run = s->o.run,
                                       .trace_dir = s->o.trace,
                                       .report_fd = s->o.managed ? STDOUT_FILENO : -1,
                                       .changed = ring,
                                       .changed_arg = &s->window};
    s->live = live_new(&config, error, error_size);
    if (!s->live)
        return false;
    struct registry_entry entry = {.role = REGISTRY_WORKER, .address = {.id = live_id(s->live)}};
    snprintf(entry.address.name, sizeof entry.address.name, "%s", s->o.name);
    snprintf(entry.address.endpoint, sizeof entry.address.endpoint, "%s", live_endpoint(s->live));
    snprintf(entry.control, sizeof entry.control, "%s", live_control_endpoint(s->live));
    snprintf(entry.rung, sizeof entry.rung, "%s", gms_rung_name(rung));
    return registry_publish(&s->registry, &entry, error, error_size);
}

/* Finds the group, or founds it; between two workers that start together a lock decides. */
static bool begin(struct session *s, enum gms_rung_id rung, char *error, size_t error_size) {
    struct registry_entry *others = calloc(REGISTRY_ENTRIES_MAX, sizeof *others);
    const char *contacts[TEXTS_MAX];
    size_t contact_count = 0;
    bool ok = false;
    const int lock = registry_lock(&s->registry, 5000);
    if (!others || lock < 0) {
        snprintf(error, error_size, "the registry %s is locked by another process", s->registry.dir);
        free(others);
        return false;
    }
    const size_t count = registry_list(&s->registry, others, REGISTRY_ENTRIES_MAX);
    for (size_t i = 0; i < count && contact_count < GMS_CONTACTS_MAX; i++) {
        if (others[i].role != REGISTRY_WORKER || s->o.join.count > 0)
            continue;
        contacts[contact_count++] = others[i].address.endpoint;
        if (!streq(others[i].rung, gms_rung_name(rung)) && !s->o.managed) {
            snprintf(error, error_size, "the group '%s' runs %s: use --rung %s, or --group for another",
                     s->o.group, others[i].rung, others[i].rung);
            goto done;
        }
    }
    for (size_t i = 0; i < count && s->o.name; i++) {
        if (streq(others[i].address.name, s->o.name)) {
            snprintf(error, error_size,
                     "the group '%s' has a worker '%s' here already: choose another --name", s->o.group,
                     s->o.name);
            goto done;
        }
    }
    if (!s->o.name)
        s->o.name = free_name(others, count);
    for (size_t i = 0; i < s->o.join.count; i++)
        contacts[contact_count++] = s->o.join.item[i];
    ok = make_live(s, rung, error, error_size);
    if (ok && !s->o.managed)
        live_start(s->live, contacts, contact_count);
done:
    registry_unlock(lock);
    free(others);
    return ok;
}

/* What can be said about the options without starting anything. */
static int check_options(struct worker_options *o, enum gms_rung_id *rung) {
    const char *bad;
    if (streq(o->rung, "gms2p5")) {
        o->rung = "gms2";
        o->risk = o->risk ? o->risk : 100;
    }
    if (!gms_rung_find(o->rung, rung))
        return options_error("worker", "--rung %s: gms1, gms2, gms2p5 or gms3 is expected", o->rung);
    if ((bad = registry_group_error(o->group)))
        return options_error("worker", "--group %s: %s", o->group, bad);
    if (o->name && (bad = address_name_error(o->name)))
        return options_error("worker", "--name %s: %s", o->name, bad);
    if (o->name && streq(o->name, "leader"))
        return options_error("worker", "--name leader: groupy ctl has that word for whoever leads");
    if (o->listen && strncmp(o->listen, "tcp://", 6) != 0 && strncmp(o->listen, "ipc://", 6) != 0)
        return options_error("worker", "--listen %s: tcp://ADDRESS:PORT or ipc://PATH is expected",
                             o->listen);
    if (o->listen && (strstr(o->listen, "//*") || strstr(o->listen, "//0.0.0.0")))
        return options_error("worker", "--listen %s: name the one address at which others reach this worker",
                             o->listen);
    if (o->listen && strncmp(o->listen, "tcp://", 6) == 0 && strncmp(o->listen, "tcp://127.", 10) != 0 &&
        strncmp(o->listen, "tcp://localhost:", 16) != 0 && !o->insecure)
        return options_error("worker", "--listen %s: others could reach it; say --insecure if you mean it",
                             o->listen);
    for (size_t i = 0; i < o->join.count; i++) {
        if (strncmp(o->join.item[i], "tcp://", 6) != 0 && strncmp(o->join.item[i], "ipc://", 6) != 0)
            return options_error("worker", "--join %s: tcp://ADDRESS:PORT or ipc://PATH is expected",
                                 o->join.item[i]);
    }
    return STATUS_FINE;
}

int cmd_worker(int argc, char **argv) {
    struct session s = {.o = {.group = "groupy",
                              .rung = "gms3",
                              .run = "-",
                              .mean_ms = 2000,
                              .join_timeout_ms = 1000,
                              .seed = 0}};
    struct worker_options *o = &s.o;
    enum gms_rung_id rung;
    char error[512] = "";
    int status;
    const struct option options[] = {
        {"--name", OPTION_TEXT, &o->name, 0, 0, "w1", "its name (default: the first free of w1, w2, ...)"},
        {"--group", OPTION_TEXT, &o->group, 0, 0, "G", "the group (default groupy)"},
        {"--rung", OPTION_TEXT, &o->rung, 0, 0, "R", "gms1, gms2, gms2p5 or gms3 (default gms3)"},
        {"--join", OPTION_TEXTS, &o->join, 0, 0, "ENDPOINT", "join through this member; may be given again"},
        {"--listen", OPTION_TEXT, &o->listen, 0, 0, "ENDPOINT", "tcp://127.0.0.1:PORT or ipc://PATH"},
        {"--insecure", OPTION_FLAG, &o->insecure, 0, 0, NULL,
         "allow an address that other machines can reach"},
        {"--headless", OPTION_FLAG, &o->headless, 0, 0, NULL, "no window"},
        {"--mean", OPTION_DURATION, &o->mean_ms, 0, 3600000, "2s",
         "mean time between two of its changes; 0s: none"},
        {"--join-timeout", OPTION_DURATION, &o->join_timeout_ms, 10, 600000, "1s",
         "how long to wait for each contact"},
        {"--risk", OPTION_NUMBER, &o->risk, 0, 1000000, "N", "a leader dies in one of N sends (gms2p5: 100)"},
        {"--loss", OPTION_PERCENT, &o->loss, 0, 100, "P%", "each message is lost with this chance"},
        {"--trace", OPTION_TEXT, &o->trace, 0, 0, "DIR", "write the trace there"},
        {"--seed", OPTION_NUMBER, &o->seed, 0, UINT64_MAX, "S", "of its chances (default: the time)"},
        {"--fullscreen", OPTION_FLAG, &o->fullscreen, 0, 0, NULL, "start in full screen"},
        {"--reduced-motion", OPTION_FLAG, &o->reduced_motion, 0, 0, NULL,
         "no pulse when a change is delivered"},
        {"--tile", OPTION_TEXT, &o->tile, 0, 0, "I/N", NULL},
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
        (status = check_options(o, &rung)) != STATUS_FINE)
        return status;
    if (o->seed == 0)
        o->seed = (uint64_t)zclock_usecs();
    zsys_handler_set(NULL);
    handle_signals(o->managed);
    if (!registry_open(&s.registry, o->group, error, sizeof error))
        return fail(error);
    if (!o->headless)
        open_window(&s);
    status = STATUS_CANT_RUN;
    if (begin(&s, rung, error, sizeof error)) {
        if (!o->managed) {
            printf("%s listens on %s\n", o->name, live_endpoint(s.live));
            fflush(stdout);
        }
        run(&s);
        if (o->managed && live_end(s.live) == LIVE_QUIT)
            wait_for_release();
        live_reason(s.live, error, sizeof error);
        status = live_end(s.live) == LIVE_FAILED ? fail(error) : STATUS_FINE;
    } else {
        fail(error);
    }
    live_destroy(&s.live);
    window_close(&s.window);
    registry_close(&s.registry);
    zsys_shutdown();
    return status;
}
