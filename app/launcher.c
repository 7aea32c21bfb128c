/* One loop over the workers' pipes, the control socket and the clock. */
#include "app/launcher_state.h"

#include <inttypes.h>
#include <signal.h>

#include "app/options.h"
#include "app/stage.h"
#include "net/zmq/clock.h"

#define SETTLE_QUIET   (300 * CLOCK_MS) /* no delivery for so long: the last ones have arrived */
#define SETTLE_LONGEST (2000 * CLOCK_MS)
#define EXIT_LONGEST   (3000 * CLOCK_MS)
#define WAIT_MAX_MS    50

static volatile sig_atomic_t interrupted;

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

/* -- Listening to workers --------------------------------------------------------------------------- */

void launcher_record(struct launcher *l, enum trace_ev ev, gms_id whom) {
    const struct trace_record r = {.ev = ev, .t = clock_now(), .lc = ++l->director_lc, .peer = whom};
    trace_file_write(&l->director, NULL, &r);
    trace_file_flush(&l->director);
    if (whom == GMS_NOBODY)
        return;
    check_feed(l->check, &r);
    if (l->stage)
        stage_feed(l->stage, &r);
}

double launcher_seconds(const struct launcher *l, gms_time now) {
    return now > l->started ? (double)(now - l->started) / 1e9 : 0;
}

void launcher_show(const struct launcher *l, const struct child *child, const struct trace_record *r) {
    if (!l->printing)
        return;
    const int column = (int)(child - l->children);
    report_event(l->names, r, launcher_seconds(l, r->t), child->name, column, l->child_count);
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

/* A new one says that it listens; or one that was excluded that it comes back, under another id. */
static void take_header(struct launcher *l, struct child *child, const json_t *root) {
    const char *endpoint = json_string_value(json_object_get(root, "endpoint"));
    const bool comes_back = child->id != GMS_NOBODY;
    trace_parse_id(json_string_value(json_object_get(root, "id")), &child->id);
    snprintf(child->endpoint, sizeof child->endpoint, "%s", endpoint ? endpoint : "");
    report_name(l->names, child->id, child->name);
    child->exited = false;
    child->state = comes_back ? CHILD_RETURNING : CHILD_READY;
    if (comes_back)
        return; /* it goes by itself, as it was */
    if (l->paused)
        child_tell(child, "pause");
    if (l->delay_ms > 0)
        child_tell(child, "delay %" PRIu64, l->delay_ms);
}

static void take_line(void *arg, struct child *child, const char *text, size_t size) {
    struct launcher *l = arg;
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
        take_header(l, child, line.root);
    } else {
        if (line.record.ev == TRACE_VIEW)
            child->state = CHILD_MEMBER;
        if (line.record.ev == TRACE_EXIT)
            child->exited = true;
        if (line.record.ev == TRACE_DELIVER)
            l->last_delivery = clock_now();
        check_feed(l->check, &line.record);
        if (l->stage)
            stage_feed(l->stage, &line.record);
        launcher_show(l, child, &line.record);
    }
    trace_line_free(&line);
}

static void reap(struct launcher *l, struct child *child) {
    child_bury(child);
    if (child->id != GMS_NOBODY && !child->exited) { /* killed, or it broke down: not in good order */
        const struct trace_record r = {.ev = TRACE_CRASH, .t = clock_now(), .peer = child->id};
        launcher_record(l, TRACE_CRASH, child->id);
        launcher_show(l, child, &r);
    }
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

static void advance(struct launcher *l) {
    const gms_time now = clock_now();
    switch (l->phase) {
    case RUNNING:
        if (l->stage && !stage_advance(l->stage, l, now))
            launcher_enter(l, SETTLING);
        if (interrupted > 0 || (l->config->for_ms > 0 && now >= l->started + l->config->for_ms * CLOCK_MS))
            launcher_enter(l, SETTLING);
        break;
    case SETTLING:
        if (interrupted > 1 || now >= l->phase_since + SETTLE_LONGEST ||
            (now >= l->phase_since + SETTLE_QUIET && now >= l->last_delivery + SETTLE_QUIET))
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
    const long wait_ms = l->stage ? stage_wait_ms(l->stage, clock_now(), WAIT_MAX_MS) : WAIT_MAX_MS;
    if (zmq_poll(items, count + 1, wait_ms) > 0) {
        for (int i = 0; i < count; i++) {
            if (items[i].revents && !child_read(polled[i], take_line, l))
                reap(l, polled[i]);
        }
        launcher_read_control(l);
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
    launcher_record(l, TRACE_EXIT, GMS_NOBODY);
    if (l->config->json) {
        json_t *root =
            json_pack("{s:s, s:I, s:I, s:I, s:o}", "rung", gms_rung_name(l->config->rung), "seed",
                      (json_int_t)l->config->seed, "members", (json_int_t)l->child_count, "delivered",
                      (json_int_t)l->check->delivered, "check", report_check(l->check, l->names));
        if (l->stage)
            stage_add_json(l->stage, root);
        json_dumpf(root, stdout, JSON_COMPACT);
        putchar('\n');
        json_decref(root);
    } else {
        report_verdict(l->check, l->names);
    }
    if (l->check->records == 0)
        return STATUS_CANT_RUN;
    if (l->stage && l->config->scenario->expect_count > 0)
        return stage_conclude(l->stage, l->config->json);
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
    if (!l || !(l->check = calloc(1, sizeof *l->check)) || !(l->names = calloc(1, sizeof *l->names)))
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
    l->loss_percent = config->loss_percent;
    l->printing = config->headless && !config->json;
    l->tiles = (int)config->members;
    snprintf(l->run, sizeof l->run, "%016" PRIx64, config->seed ^ (uint64_t)l->started);
    const struct check_settings settings =
        report_live_settings(config->rung, member_options_delivery(&config->member) == GMS_AGREED,
                             config->member.last_man_standing);
    check_init(l->check, &settings);
    if (config->scenario && !(l->stage = stage_new(config->scenario)))
        return cant("out of memory");

    bool ok = open_director(l, error, sizeof error) && open_control(l, error, sizeof error);
    for (uint64_t i = 0; ok && i < config->members; i++)
        ok = launcher_start_worker(l, error, sizeof error);
    if (!ok)
        cant(error);
    else
        welcome(l);
    if (!ok)
        launcher_enter(l, ENDING);
    while (living(l) > 0)
        turn(l);
    if (ok)
        status = conclude(l);
    if (ok)
        registry_sweep(&l->registry); /* what killed workers left */
    trace_file_close(&l->director);
    zsock_destroy(&l->control);
    registry_close(&l->registry);
    stage_destroy(&l->stage);
    free(l->names);
    free(l->check);
    free(l);
    zsys_shutdown();
    return status;
}
