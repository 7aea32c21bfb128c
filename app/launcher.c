/* One loop over the workers' pipes, the control socket and the clock. */
#include "app/launcher.h"

#include <czmq.h>
#include <inttypes.h>
#include <signal.h>
#include <sys/wait.h>

#include "app/options.h"
#include "app/pace.h"
#include "app/registry.h"
#include "app/report.h"
#include "app/spawn.h"
#include "net/zmq/clock.h"

#define CHILDREN_MAX   512
#define SETTLE_QUIET   (300 * CLOCK_MS) /* no delivery for so long: the last ones have arrived */
#define SETTLE_LONGEST (2000 * CLOCK_MS)
#define EXIT_LONGEST   (3000 * CLOCK_MS)

enum child_state {
    CHILD_STARTING, /* no word yet */
    CHILD_READY,    /* listens, waits to be told to go */
    CHILD_GOING,    /* told to found or to join */
    CHILD_MEMBER,   /* has a view */
    CHILD_GONE,
};

struct child {
    enum child_state state;
    struct spawned process;
    char name[NET_NAME_SIZE];
    char endpoint[NET_ENDPOINT_SIZE];
    gms_id id;
    bool exited; /* its trace has ended in good order */
    int slot;    /* its tile; -1 when it is gone */
    char *line;  /* what has been read of the next line */
    size_t line_size, line_capacity;
};

enum launcher_phase { RUNNING, SETTLING, ENDING };

struct launcher {
    const struct launcher_config *config;
    struct registry registry;
    zsock_t *control;
    struct child children[CHILDREN_MAX];
    int child_count;
    int tiles; /* the grid is for so many */
    struct check *check;
    struct report_names *names;
    struct trace_file director;
    uint64_t director_lc;
    char run[17];
    enum launcher_phase phase;
    gms_time started, phase_since, last_delivery;
    bool told_no_display, printing;
    bool paused;      /* a newcomer is told what the others were told */
    uint64_t mean_ms; /* of a newcomer */
};

static volatile sig_atomic_t interrupted;

static void on_signal(int number) {
    (void)number;
    interrupted++;
}

/* -- Talking to workers ----------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void tell(struct child *child, const char *format, ...) {
    char line[1024];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (child->state == CHILD_GONE || child->process.in < 0 || size < 0 || (size_t)size >= sizeof line - 1)
        return;
    line[size++] = '\n';
    /* A pipe takes such a short line whole or, where a worker hangs for long, not at all. */
    const ssize_t written = write(child->process.in, line, (size_t)size);
    (void)written;
}

static void tell_all(struct launcher *l, const char *text) {
    for (int i = 0; i < l->child_count; i++)
        tell(&l->children[i], "%s", text);
}

static int living(const struct launcher *l) {
    int count = 0;
    for (int i = 0; i < l->child_count; i++)
        count += l->children[i].state != CHILD_GONE;
    return count;
}

/* -- Starting --------------------------------------------------------------------------------------- */

/* The lowest free tile; when there is none the grid grows, and everybody gets a new place. */
static int take_slot(struct launcher *l) {
    bool taken[CHILDREN_MAX + 1] = {false};
    int slot = 0;
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].slot >= 0)
            taken[l->children[i].slot] = true;
    }
    while (taken[slot])
        slot++;
    if (slot < l->tiles)
        return slot;
    l->tiles = slot + 1;
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].slot >= 0)
            tell(&l->children[i], "tile %d %d", l->children[i].slot, l->tiles);
    }
    return slot;
}

static bool start_worker(struct launcher *l, char *error, size_t error_size) {
    const struct launcher_config *c = l->config;
    char mean[32], seed[32], risk[32], loss[32], tile[32], timeout[32];
    if (l->child_count == CHILDREN_MAX) {
        snprintf(error, error_size, "no more than %d workers in one run", CHILDREN_MAX);
        return false;
    }
    struct child *child = &l->children[l->child_count];
    memset(child, 0, sizeof *child);
    snprintf(child->name, sizeof child->name, "w%d", l->child_count + 1);
    child->slot = take_slot(l);
    snprintf(mean, sizeof mean, "%" PRIu64 "ms", l->mean_ms);
    snprintf(seed, sizeof seed, "%" PRIu64, c->seed * 1000 + (uint64_t)l->child_count + 1);
    snprintf(risk, sizeof risk, "%" PRIu64, c->risk);
    snprintf(loss, sizeof loss, "%" PRIu64, c->loss_percent);
    snprintf(tile, sizeof tile, "%d/%d", child->slot, l->tiles);
    snprintf(timeout, sizeof timeout, "%" PRIu64 "ms", c->join_timeout_ms);
    const char *argv[40] = {"groupy",
                            "worker",
                            "--managed",
                            "--name",
                            child->name,
                            "--group",
                            c->group,
                            "--rung",
                            gms_rung_name(c->rung),
                            "--mean",
                            mean,
                            "--seed",
                            seed,
                            "--run",
                            l->run,
                            "--risk",
                            risk,
                            "--loss",
                            loss,
                            "--tile",
                            tile,
                            "--join-timeout",
                            timeout};
    int argc = 23;
    if (c->headless)
        argv[argc++] = "--headless";
    if (c->reduced_motion)
        argv[argc++] = "--reduced-motion";
    if (c->trace_dir) {
        argv[argc++] = "--trace";
        argv[argc++] = c->trace_dir;
    }
    argv[argc] = NULL;
    if (!spawn(c->program, (char *const *)argv, &child->process, error, error_size)) {
        child->slot = -1;
        return false;
    }
    l->child_count++;
    return true;
}

/* Lets the next one go, if it is its turn: the founder first, the others through members that are there. */
static void let_go(struct launcher *l) {
    char line[1000] = "go";
    bool founded = false;
    int contacts = 0;
    for (int i = 0; i < l->child_count; i++) {
        struct child *child = &l->children[i];
        switch (child->state) {
        case CHILD_STARTING:
        case CHILD_GOING: return; /* one after the other, in the order of their names */
        case CHILD_MEMBER:
            founded = true;
            if (contacts < 3) {
                const size_t used = strlen(line);
                snprintf(line + used, sizeof line - used, " %s", child->endpoint);
                contacts++;
            }
            break;
        case CHILD_GONE: founded = founded || child->id != GMS_NOBODY; break;
        case CHILD_READY:
            if (founded && contacts == 0)
                return; /* nobody is left to join */
            tell(child, "%s", line);
            child->state = CHILD_GOING;
            return;
        }
    }
}

/* -- Listening to workers --------------------------------------------------------------------------- */

static void direct(struct launcher *l, enum trace_ev ev, gms_id whom) {
    const struct trace_record r = {.ev = ev, .t = clock_now(), .lc = ++l->director_lc, .peer = whom};
    trace_file_write(&l->director, NULL, &r);
    trace_file_flush(&l->director);
    if (whom != GMS_NOBODY)
        check_feed(l->check, &r);
}

static void show(struct launcher *l, const struct child *child, const struct trace_record *r) {
    if (!l->printing)
        return;
    const double seconds = r->t > l->started ? (double)(r->t - l->started) / 1e9 : 0;
    const int column = (int)(child - l->children);
    report_event(l->names, r, seconds, child->name, column, l->child_count);
    fflush(stdout);
}

static void print_columns(const struct launcher *l) {
    char names[CHILDREN_MAX][NET_NAME_SIZE];
    for (int i = 0; i < l->child_count; i++)
        memcpy(names[i], l->children[i].name, NET_NAME_SIZE);
    if (l->printing)
        report_columns((const char(*)[NET_NAME_SIZE])names, l->child_count);
}

static void no_display(struct launcher *l, const char *why) {
    if (l->told_no_display)
        return;
    l->told_no_display = true;
    fprintf(stderr, "groupy demo: %s; going on without windows\n", why);
    l->printing = !l->config->json;
    print_columns(l);
}

static void take_line(struct launcher *l, struct child *child, const char *text, size_t size) {
    struct trace_line line;
    char error[256];
    if (size > 13 && memcmp(text, "{\"headless\":\"", 13) == 0) {
        char why[256];
        snprintf(why, sizeof why, "%.*s", (int)(size - 15 < 255 ? size - 15 : 255), text + 13);
        no_display(l, why);
        return;
    }
    if (!trace_line_parse(&line, text, size, error, sizeof error)) {
        fprintf(stderr, "groupy demo: %s reports a line that can't be read: %s\n", child->name, error);
        return;
    }
    if (line.header) {
        const char *endpoint = json_string_value(json_object_get(line.root, "endpoint"));
        trace_parse_id(json_string_value(json_object_get(line.root, "id")), &child->id);
        snprintf(child->endpoint, sizeof child->endpoint, "%s", endpoint ? endpoint : "");
        report_name(l->names, child->id, child->name);
        child->state = CHILD_READY;
        if (l->paused)
            tell(child, "pause");
    } else {
        if (line.record.ev == TRACE_VIEW)
            child->state = CHILD_MEMBER;
        if (line.record.ev == TRACE_EXIT)
            child->exited = true;
        if (line.record.ev == TRACE_DELIVER)
            l->last_delivery = clock_now();
        check_feed(l->check, &line.record);
        show(l, child, &line.record);
    }
    trace_line_free(&line);
}

static void reap(struct launcher *l, struct child *child) {
    int status = 0;
    while (waitpid(child->process.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (child->process.in >= 0)
        close(child->process.in);
    close(child->process.out);
    free(child->line);
    child->line = NULL;
    child->state = CHILD_GONE;
    child->slot = -1;
    if (child->id != GMS_NOBODY && !child->exited) { /* killed, or it broke down: not in good order */
        const struct trace_record r = {.ev = TRACE_CRASH, .t = clock_now(), .peer = child->id};
        direct(l, TRACE_CRASH, child->id);
        show(l, child, &r);
    }
}

static void read_child(struct launcher *l, struct child *child) {
    char bytes[64 * 1024];
    for (;;) {
        const ssize_t n = read(child->process.out, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            reap(l, child); /* what it had begun to say is cut short: normal for a crash */
            return;
        }
        if (child->line_size + (size_t)n > child->line_capacity) {
            child->line_capacity = 2 * (child->line_size + (size_t)n);
            char *line = realloc(child->line, child->line_capacity);
            if (!line)
                abort();
            child->line = line;
        }
        memcpy(child->line + child->line_size, bytes, (size_t)n);
        child->line_size += (size_t)n;
        size_t begin = 0;
        for (char *end; (end = memchr(child->line + begin, '\n', child->line_size - begin));) {
            const size_t size = (size_t)(end - child->line) - begin;
            take_line(l, child, child->line + begin, size);
            begin += size + 1;
        }
        memmove(child->line, child->line + begin, child->line_size - begin);
        child->line_size -= begin;
    }
}

/* -- Phases ----------------------------------------------------------------------------------------- */

static void enter(struct launcher *l, enum launcher_phase phase) {
    if (phase <= l->phase)
        return;
    l->phase = phase;
    l->phase_since = clock_now();
    tell_all(l, phase == SETTLING ? "pause" : "quit");
}

/* All stop before the first one goes: none sees another's end as a crash. */
static void release(struct launcher *l) {
    for (int i = 0; i < l->child_count; i++) {
        const struct child *child = &l->children[i];
        if (child->state >= CHILD_READY && child->state != CHILD_GONE && !child->exited)
            return;
    }
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].state != CHILD_GONE && l->children[i].process.in >= 0) {
            close(l->children[i].process.in);
            l->children[i].process.in = -1;
        }
    }
}

static void advance(struct launcher *l) {
    const gms_time now = clock_now();
    switch (l->phase) {
    case RUNNING:
        if (interrupted > 0 || (l->config->for_ms > 0 && now >= l->started + l->config->for_ms * CLOCK_MS))
            enter(l, SETTLING);
        break;
    case SETTLING:
        if (interrupted > 1 || now >= l->phase_since + SETTLE_LONGEST ||
            (now >= l->phase_since + SETTLE_QUIET && now >= l->last_delivery + SETTLE_QUIET))
            enter(l, ENDING);
        break;
    case ENDING:
        release(l);
        for (int i = 0; i < l->child_count && now >= l->phase_since + EXIT_LONGEST; i++) {
            if (l->children[i].state != CHILD_GONE)
                kill(l->children[i].process.pid, SIGKILL); /* ours, hung or stopped */
        }
        break;
    }
}

/* What all workers are told about pause and pace holds for newcomers, too. */
static bool remember(struct launcher *l, const char *text) {
    if (strcmp(text, "pause") == 0 || strcmp(text, "resume") == 0)
        l->paused = strcmp(text, "pause") == 0;
    else if (strcmp(text, "faster") == 0 || strcmp(text, "slower") == 0)
        l->mean_ms = pace_step(l->mean_ms, strcmp(text, "faster") == 0);
    else if (strncmp(text, "pace ", 5) != 0 || !parse_number(text + 5, 1, 3600000, &l->mean_ms))
        return false;
    return true;
}

static const char *obey(struct launcher *l, const char *text) {
    char error[256] = "";
    if (strcmp(text, "join") == 0 && l->phase != RUNNING)
        return "error the run is ending";
    if (strcmp(text, "join") == 0) {
        if (start_worker(l, error, sizeof error))
            return "ok";
        fprintf(stderr, "groupy demo: %s\n", error);
        return "error no worker could be started";
    }
    if (strcmp(text, "quit") == 0) {
        enter(l, SETTLING);
        return "ok";
    }
    return remember(l, text) ? "ok" : "error not a command of a launcher";
}

static void read_control(struct launcher *l) {
    while (zsock_events(l->control) & ZMQ_POLLIN) {
        zmsg_t *msg = zmsg_recv(l->control);
        zframe_t *last = msg ? zmsg_last(msg) : NULL;
        if (last) {
            char *text = zframe_strdup(last);
            const char *reply = obey(l, text);
            freen(text);
            zframe_reset(last, reply, strlen(reply));
            zmsg_send(&msg, l->control);
        }
        zmsg_destroy(&msg);
    }
}

static void turn(struct launcher *l) {
    zmq_pollitem_t items[CHILDREN_MAX + 1];
    struct child *polled[CHILDREN_MAX];
    int count = 0;
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].state == CHILD_GONE)
            continue;
        polled[count] = &l->children[i];
        items[count++] = (zmq_pollitem_t){.fd = l->children[i].process.out, .events = ZMQ_POLLIN};
    }
    items[count] = (zmq_pollitem_t){.socket = zsock_resolve(l->control), .events = ZMQ_POLLIN};
    if (zmq_poll(items, count + 1, 50) > 0) {
        for (int i = 0; i < count; i++) {
            if (items[i].revents)
                read_child(l, polled[i]);
        }
        read_control(l);
    }
    let_go(l);
    advance(l);
}

/* -- Life ------------------------------------------------------------------------------------------- */

static int cant(const char *error) {
    options_error("demo", "%s", error);
    return STATUS_CANT_RUN;
}

/* Takes the group's place in the registry. */
static bool open_control(struct launcher *l, char *error, size_t error_size) {
    struct registry_entry others[8], self = {.role = REGISTRY_LAUNCHER, .address = {.name = "launcher"}};
    char endpoint[NET_ENDPOINT_SIZE];
    if (!registry_open(&l->registry, l->config->group, error, error_size))
        return false;
    if (registry_list(&l->registry, others, 8) > 0) {
        snprintf(
            error, error_size,
            "the group '%s' is running here already: groupy ctl quit%s%s ends it, --group starts another",
            l->config->group, strcmp(l->config->group, "groupy") ? " --group " : "",
            strcmp(l->config->group, "groupy") ? l->config->group : "");
        return false;
    }
    registry_endpoint(&l->registry, "ctl", endpoint);
    l->control = zsock_new(ZMQ_ROUTER);
    if (!l->control || zsock_bind(l->control, "%s", endpoint) < 0) {
        snprintf(error, error_size, "can't listen for commands on %s: %s", endpoint,
                 zmq_strerror(zmq_errno()));
        return false;
    }
    zsock_set_linger(l->control, 100);
    snprintf(self.control, sizeof self.control, "%s", zsock_endpoint(l->control));
    snprintf(self.rung, sizeof self.rung, "%s", gms_rung_name(l->config->rung));
    return registry_publish(&l->registry, &self, error, error_size);
}

static bool open_director(struct launcher *l, char *error, size_t error_size) {
    const struct trace_header header = {.run = l->run,
                                        .who = "director",
                                        .id = GMS_NOBODY,
                                        .rung = gms_rung_name(l->config->rung),
                                        .source = "live",
                                        .seed = l->config->seed};
    if (!l->config->trace_dir)
        return true;
    if (!trace_file_open(&l->director, l->config->trace_dir, "director", GMS_NOBODY, error, error_size))
        return false;
    trace_file_header(&l->director, &header);
    trace_file_flush(&l->director);
    return true;
}

static int conclude(struct launcher *l) {
    check_end(l->check);
    direct(l, TRACE_EXIT, GMS_NOBODY);
    if (l->config->json) {
        json_t *root =
            json_pack("{s:s, s:I, s:I, s:I, s:o}", "rung", gms_rung_name(l->config->rung), "seed",
                      (json_int_t)l->config->seed, "members", (json_int_t)l->child_count, "delivered",
                      (json_int_t)l->check->delivered, "check", report_check(l->check, l->names));
        json_dumpf(root, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(root);
    } else {
        report_verdict(l->check, l->names);
    }
    if (l->check->records == 0)
        return STATUS_CANT_RUN;
    return report_status(l->check);
}

static void welcome(const struct launcher *l) {
    if (l->printing)
        print_columns(l);
    else if (!l->config->json)
        printf("%" PRIu64
               " workers of %s, group '%s'. Press ? in a window for the keys; Ctrl+C here ends all.\n",
               l->config->members, gms_rung_name(l->config->rung), l->config->group);
    fflush(stdout);
}

int launcher_run(const struct launcher_config *config) {
    struct launcher *l = calloc(1, sizeof *l);
    char error[512] = "";
    int status = STATUS_CANT_RUN;
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    if (!l || !(l->check = malloc(sizeof *l->check)) || !(l->names = calloc(1, sizeof *l->names)))
        return cant("out of memory");
    zsys_handler_set(NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    l->config = config;
    l->director.fd = -1;
    l->started = clock_now();
    l->mean_ms = config->mean_ms;
    l->printing = config->headless && !config->json;
    l->tiles = (int)config->members;
    snprintf(l->run, sizeof l->run, "%016" PRIx64, config->seed ^ (uint64_t)l->started);
    check_init(l->check);

    bool ok = open_director(l, error, sizeof error) && open_control(l, error, sizeof error);
    for (uint64_t i = 0; ok && i < config->members; i++)
        ok = start_worker(l, error, sizeof error);
    if (!ok)
        cant(error);
    else
        welcome(l);
    if (!ok)
        enter(l, ENDING);
    while (living(l) > 0)
        turn(l);
    if (ok)
        status = conclude(l);
    if (ok)
        registry_sweep(&l->registry); /* what killed workers left */
    trace_file_close(&l->director);
    zsock_destroy(&l->control);
    registry_close(&l->registry);
    free(l->names);
    free(l->check);
    free(l);
    zsys_shutdown();
    return status;
}
