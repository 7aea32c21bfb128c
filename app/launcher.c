/* One loop over the workers' pipes, the control socket and the clock. */
#include "app/launcher_state.h"

#include <inttypes.h>
#include <signal.h>

#include "app/options.h"
#include "app/stage.h"
#include "net/zmq/clock.h"

#define SETTLE_QUIET   (300 * CLOCK_MS) /* no delivery for so long: the last ones have arrived */
#define SETTLE_SHORT   (150 * CLOCK_MS) /* the same, where people wait for the next run */
#define SETTLE_LONGEST (2000 * CLOCK_MS)
#define EXIT_LONGEST   (3000 * CLOCK_MS)
#define WAIT_MAX_MS    50

static volatile sig_atomic_t interrupted;
static sig_atomic_t interrupted_before; /* the end of the last run */

static void on_signal(int number) {
    (void)number;
    interrupted++;
}

void launcher_tell_all(struct launcher *l, const char *text) {
    for (int i = 0; i < l->child_count; i++)
        child_tell(&l->children[i], "%s", text);
}

static int living(const struct launcher *l) {
    int count = 0;
    for (int i = 0; i < l->child_count; i++)
        count += l->children[i].state != CHILD_GONE;
    return count;
}

/* -- Phases ----------------------------------------------------------------------------------------- */

void launcher_enter(struct launcher *l, enum launcher_phase phase) {
    if (phase <= l->phase)
        return;
    if (l->stage)
        stage_close(l->stage);
    launcher_wake(l, GMS_NEVER - 1); /* so that all can end in good order */
    l->phase = phase;
    l->phase_since = clock_now();
    launcher_tell_all(l, phase == SETTLING ? "pause" : "quit");
}

/* All stop before the first one goes: none sees another's end as a crash. */
static void release(struct launcher *l) {
    for (int i = 0; i < l->child_count; i++) {
        const struct child *child = &l->children[i];
        if (child->state >= CHILD_READY && child->state != CHILD_GONE && !child->exited)
            return;
    }
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].state != CHILD_GONE)
            child_hush(&l->children[i]);
    }
}

void launcher_quit(struct launcher *l) {
    l->again = false;
    launcher_enter(l, SETTLING);
}

/* A scenario that was asked for while the group ran, or that a scope shows, leaves its end on the screen
 * until somebody asks for something else. */
static void played(struct launcher *l) {
    l->played = true;
    if (l->run_count > 1 || (l->has_scope && !l->config->json))
        stage_tell_end(l->stage, l);
    else
        launcher_enter(l, SETTLING);
}

static void advance(struct launcher *l) {
    const gms_time now = clock_now(), delay = l->again ? 0 : l->delay_ms * CLOCK_MS; /* a restart is no end */
    const gms_time quiet =
        (l->again ? SETTLE_SHORT : SETTLE_QUIET) + 4 * delay; /* asked for, ordered, agreed on */
    if (interrupted > 0 || (l->plain->for_ms > 0 && now >= l->opened + l->plain->for_ms * CLOCK_MS))
        launcher_quit(l);
    switch (l->phase) {
    case RUNNING:
        if (l->stage && !l->played && !stage_advance(l->stage, l, now))
            played(l);
        break;
    case SETTLING:
        if (interrupted > 1 || now >= l->phase_since + SETTLE_LONGEST + 12 * delay ||
            (now >= l->phase_since + quiet && now >= l->last_delivery + quiet))
            launcher_enter(l, ENDING);
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

static void turn(struct launcher *l) {
    zmq_pollitem_t items[CHILDREN_MAX + 4];
    struct child *polled[CHILDREN_MAX];
    int count = 0;
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].state == CHILD_GONE)
            continue;
        polled[count] = &l->children[i];
        items[count++] = (zmq_pollitem_t){.fd = l->children[i].process.out, .events = ZMQ_POLLIN};
    }
    items[count] = (zmq_pollitem_t){.socket = zsock_resolve(l->control), .events = ZMQ_POLLIN};
    items[count + 1] = (zmq_pollitem_t){.socket = publisher_socket(l->publisher), .events = ZMQ_POLLIN};
    int all = count + 2;
    if (l->has_scope)
        items[all++] = (zmq_pollitem_t){.fd = l->scope.out, .events = ZMQ_POLLIN};
    if (l->video.runs)
        items[all++] = (zmq_pollitem_t){.fd = l->video.process.out, .events = ZMQ_POLLIN};
    const long wait_ms = l->stage ? stage_wait_ms(l->stage, clock_now(), WAIT_MAX_MS) : WAIT_MAX_MS;
    if (zmq_poll(items, all, wait_ms) > 0) {
        for (int i = 0; i < count; i++) {
            if (items[i].revents && !child_read(polled[i], launcher_take_line, l))
                launcher_reap(l, polled[i]);
        }
        launcher_read_control(l);
        launcher_meet_listeners(l);
        launcher_watch_scope(l);
        launcher_watch_video(l);
    }
    launcher_let_go(l);
    launcher_wake(l, clock_now());
    advance(l);
}

/* -- Life ------------------------------------------------------------------------------------------- */

static int cant(const char *error) {
    options_error("demo", "%s", error);
    return STATUS_CANT_RUN;
}

static bool open_control(struct launcher *l, char *error, size_t error_size) {
    struct registry_entry others[8];
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
    return launcher_open_director(l, error, error_size);
}

/* Takes the group's place in the registry, or says there that it runs another rung now. */
bool launcher_register(struct launcher *l, char *error, size_t error_size) {
    struct registry_entry self = {.role = REGISTRY_LAUNCHER, .address = {.name = "launcher"}};
    snprintf(self.control, sizeof self.control, "%s", zsock_endpoint(l->control));
    snprintf(self.telemetry, sizeof self.telemetry, "%s", publisher_endpoint(l->publisher));
    snprintf(self.rung, sizeof self.rung, "%s", gms_rung_name(l->config->rung));
    return registry_publish(&l->registry, &self, error, error_size);
}

static void handle_signals(void) {
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    zsys_handler_set(NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
}

/* Who interrupts once more does not want to wait. */
static bool hurries(void) {
    return interrupted > interrupted_before;
}

/* One run after the other, until nobody wants another. */
static int run_all(struct launcher *l) {
    char error[512] = "";
    for (;;) {
        const bool ok = launcher_begin_run(l, error, sizeof error);
        if (!ok) {
            cant(error);
            l->again = false;
            launcher_enter(l, ENDING);
        }
        while (living(l) > 0)
            turn(l);
        const int status = ok ? launcher_end_run(l) : STATUS_CANT_RUN;
        if (!ok || !l->again)
            return status;
        launcher_turn_to_next(l);
    }
}

int launcher_run(const struct launcher_config *first, const struct launcher_config *plain) {
    struct launcher *l = calloc(1, sizeof *l);
    char error[512] = "";
    if (!l || !(l->check = calloc(1, sizeof *l->check)) || !(l->names = calloc(1, sizeof *l->names)))
        return cant("out of memory");
    handle_signals();
    l->plain = plain;
    l->now = *first;
    l->config = &l->now;
    l->director.fd = -1;
    l->opened = clock_now();
    l->printing = first->headless && !first->json;
    int status;
    if (!open_control(l, error, sizeof error) ||
        (plain->record && !launcher_start_video(l, plain->record, error, sizeof error))) {
        status = cant(error);
    } else {
        launcher_open_scope(l);
        status = run_all(l);
        launcher_close_scope(l);
        interrupted_before = interrupted;
        launcher_close_video(l, hurries);
        if (plain->record && l->video.failed && status == STATUS_FINE)
            status = STATUS_CANT_RUN; /* what was asked for is not there */
    }
    trace_file_close(&l->director);
    publisher_destroy(&l->publisher, 100);
    zsock_destroy(&l->control);
    registry_close(&l->registry);
    stage_destroy(&l->stage);
    free(l->scenario);
    free(l->next_scenario);
    free(l->names);
    free(l->check);
    free(l);
    zsys_shutdown();
    return status;
}
