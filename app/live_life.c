/* A live worker's beginning and end, and what is between two incarnations of it. */
#include "app/live_state.h"

#include <czmq.h>
#include <fcntl.h>
#include <unistd.h>

#include "net/zmq/clock.h"

#define REPORT_LIMIT  (4 * 1024 * 1024)
#define LAST_FRAME_MS 100 /* for a listener to take what was told last */
#define BRING_OVER_MS 150

/* -- One incarnation ------------------------------------------------------------------------------------ */

static bool make_actor(struct live *live, const char *listen, const char *control, char *error,
                       size_t error_size) {
    const struct live_config *c = &live->config;
    actor_config_t actor = {.group = c->group,
                            .rung = c->rung,
                            .listen = listen,
                            .control = control,
                            .join_timeout = c->member.join_timeout_ms * CLOCK_MS,
                            .resend_timeout = c->member.resend_ms * CLOCK_MS,
                            .heartbeat_period = c->member.heartbeat_ms * CLOCK_MS,
                            .suspect_timeout = c->member.suspect_ms * CLOCK_MS,
                            .delivery = member_options_delivery(&c->member),
                            .last_man_standing = c->member.last_man_standing,
                            .seed = c->seed + live->incarnation,
                            .risk = c->risk,
                            .loss_percent = c->loss_percent,
                            .app = live_app(live)};
    snprintf(actor.name, sizeof actor.name, "%s", c->name);
    live->actor = actor_new(&actor, error, error_size);
    return live->actor != NULL;
}

static bool make_publisher(struct live *live, const char *telemetry, char *error, size_t error_size) {
    live->publisher = telemetry ? publisher_new(telemetry, live->config.name, error, error_size) : NULL;
    return live->publisher || !telemetry;
}

static bool open_traces(struct live *live, char *error, size_t error_size) {
    const struct live_config *c = &live->config;
    const struct trace_header header = {.run = c->run,
                                        .who = c->name,
                                        .id = actor_id(live->actor),
                                        .rung = gms_rung_name(c->rung),
                                        .source = "live",
                                        .seed = c->seed + live->incarnation,
                                        .endpoint = actor_endpoint(live->actor),
                                        .telemetry =
                                            live->publisher ? publisher_endpoint(live->publisher) : NULL,
                                        .member = &c->member};
    if (c->trace_dir && !trace_file_open(&live->trace, c->trace_dir, c->name, header.id, error, error_size))
        return false;
    trace_file_header(&live->trace, &header);
    trace_file_header(&live->report, &header);
    if (live->publisher)
        publisher_header(live->publisher, &header);
    trace_file_flush(&live->trace);
    trace_file_flush(&live->report);
    return true;
}

/* Nothing of the group is known yet. */
static void be_newborn(struct live *live) {
    live->known_count = 0;
    live->differs_since = live->digest_at = live->digest_repeat_at = live->address_at = 0;
    live->digest_due = live->change_due = live->blocked = false;
    live->quorum = live->dirty = true;
    live->blocked_since = live->next_change = GMS_NEVER;
    worker_init(&live->worker, actor_id(live->actor), live->config.member.join_timeout_ms * CLOCK_MS);
}

struct live *live_new(const struct live_config *config, char *error, size_t error_size) {
    struct live *live = calloc(1, sizeof *live);
    if (!live || pipe(live->end_pipe) != 0) {
        snprintf(error, error_size, "out of memory or of file descriptors");
        free(live);
        return NULL;
    }
    fcntl(live->end_pipe[0], F_SETFD, FD_CLOEXEC);
    fcntl(live->end_pipe[1], F_SETFD, FD_CLOEXEC);
    pthread_mutex_init(&live->lock, NULL);
    live->config = *config;
    gms_rng_seed(&live->rng, config->seed);
    live->mean_ms = config->mean_ms;
    live->notice_until = GMS_NEVER;
    live->trace.fd = live->report.fd = -1;
    if (config->report_fd >= 0)
        trace_file_attach(&live->report, config->report_fd, config->name, REPORT_LIMIT);
    snprintf(live->model.name, sizeof live->model.name, "%s", config->name);
    snprintf(live->model.rung, sizeof live->model.rung, "%s", gms_rung_name(config->rung));
    snprintf(live->model.group, sizeof live->model.group, "%s", config->group);
    if (make_publisher(live, config->telemetry, error, error_size) &&
        make_actor(live, config->listen, config->control, error, error_size) &&
        open_traces(live, error, error_size)) {
        be_newborn(live);
        actor_run(live->actor);
        return live;
    }
    live_destroy(&live);
    return NULL;
}

static void close_trace(struct live *live) {
    if (!trace_file_close(&live->trace))
        fprintf(stderr, "groupy worker: the trace of %s in %s is not whole: is the disk full?\n",
                live->config.name, live->config.trace_dir);
}

/* -- The next one ---------------------------------------------------------------------------------------- */

int live_return_in_ms(const struct live *live) {
    return (int)live->return_ms;
}

static size_t add_contact(struct address *contacts, size_t count, const struct address *contact) {
    for (size_t i = 0; i < count; i++) {
        if (strcmp(contacts[i].endpoint, contact->endpoint) == 0)
            return count;
    }
    if (count < GMS_CONTACTS_MAX && contact->endpoint[0] != '\0')
        contacts[count++] = *contact;
    return count;
}

/* Whom to ask: those that are there for sure first; when there is nobody else, those that were asked before.
 */
static void choose_contacts(struct live *live, const struct address *others, size_t other_count) {
    const struct node *node = actor_node(live->actor);
    const struct gms_view *view = &live->worker.view;
    struct address contacts[GMS_CONTACTS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < other_count; i++)
        count = add_contact(contacts, count, &others[i]);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct address *member = address_book_find(&node->book, view->members[i]);
        if (member && member->id != node->me && !detect_is_down(&node->detector, member->id))
            count = add_contact(contacts, count, member);
    }
    if (count == 0)
        return;
    memcpy(live->contacts, contacts, sizeof contacts);
    live->contact_count = count;
}

/* Whoever listened to the incarnation before is told where this one is, and gets a moment to come over: its
 * return is to be seen from the beginning. */
static void bring_listeners(struct live *live, struct publisher **late) {
    const bool watched = *late && publisher_watched(*late);
    if (*late && live->publisher) {
        publisher_refer(*late, live->config.name, actor_id(live->actor), publisher_endpoint(live->publisher));
        publisher_destroy(late, LAST_FRAME_MS);
    }
    pthread_mutex_lock(&live->lock);
    live->listeners = 0;
    pthread_mutex_unlock(&live->lock);
    for (int waited_ms = 0; watched && live->publisher && waited_ms < BRING_OVER_MS; waited_ms += 5) {
        live_meet_listeners(live); /* the actor does not run yet */
        if (publisher_watched(live->publisher))
            return;
        zclock_sleep(5);
    }
}

bool live_return(struct live *live, const char *listen, const char *control, const char *telemetry,
                 const struct address *others, size_t other_count, char *error, size_t error_size) {
    char byte;
    actor_stop(live->actor);
    if (live->end != LIVE_OUT)
        return true; /* it was told to quit meanwhile */
    actor_t *late = live->actor;
    struct publisher *late_publisher = live->publisher;
    choose_contacts(live, others, other_count);
    if (live->contact_count == 0) {
        snprintf(error, error_size, "nobody is left whom it could join");
        return false;
    }
    close_trace(live);
    live->incarnation++;
    if (!make_publisher(live, telemetry, error, error_size) ||
        !make_actor(live, listen, control, error, error_size)) {
        live->actor = late;
        publisher_destroy(&late_publisher, 0);
        return false;
    }
    actor_inherit(live->actor, &late);
    const bool traced = open_traces(live, error, error_size);
    bring_listeners(live, &late_publisher);
    if (!traced)
        return false;
    be_newborn(live);
    while (read(live->end_pipe[0], &byte, 1) < 0 && errno == EINTR) { /* that the one before has ended */
    }
    pthread_mutex_lock(&live->lock);
    live->end = LIVE_RUNNING;
    live->reason[0] = '\0';
    pthread_mutex_unlock(&live->lock);
    actor_run(live->actor);
    actor_join(live->actor, live->contacts, live->contact_count);
    return true;
}

/* -- The end, and what others ask ------------------------------------------------------------------------ */

void live_destroy(struct live **live_p) {
    struct live *live = *live_p;
    if (!live)
        return;
    actor_destroy(&live->actor);
    publisher_destroy(&live->publisher, LAST_FRAME_MS);
    close_trace(live);
    trace_file_close(&live->report);
    close(live->end_pipe[0]);
    close(live->end_pipe[1]);
    pthread_mutex_destroy(&live->lock);
    free(live);
    *live_p = NULL;
}

void live_start(struct live *live, const char *const *contacts, size_t contact_count) {
    actor_start(live->actor, contacts, contact_count);
}

void live_command(struct live *live, const char *text) {
    actor_post_command(live->actor, text);
}

bool live_without_quorum(struct live *live) {
    pthread_mutex_lock(&live->lock);
    const bool without = live->model.state == TILE_NO_QUORUM && live->end == LIVE_RUNNING;
    pthread_mutex_unlock(&live->lock);
    return without;
}

void live_look_around(struct live *live, const struct address *others, size_t other_count) {
    actor_look_around(live->actor, others, other_count);
}

void live_show(struct live *live) {
    pthread_mutex_lock(&live->lock);
    live->shown = true;
    pthread_mutex_unlock(&live->lock);
}

bool live_take_press(struct live *live, char key[LIVE_KEY_SIZE]) {
    pthread_mutex_lock(&live->lock);
    memcpy(key, live->pressed, LIVE_KEY_SIZE);
    live->pressed[0] = '\0';
    pthread_mutex_unlock(&live->lock);
    return key[0] != '\0';
}

gms_id live_id(const struct live *live) {
    return actor_id(live->actor);
}

const char *live_endpoint(const struct live *live) {
    return actor_endpoint(live->actor);
}

const char *live_control_endpoint(const struct live *live) {
    return actor_control_endpoint(live->actor);
}

const char *live_telemetry_endpoint(const struct live *live) {
    return live->publisher ? publisher_endpoint(live->publisher) : "";
}

uint32_t live_listeners(struct live *live) {
    pthread_mutex_lock(&live->lock);
    const uint32_t listeners = live->listeners;
    pthread_mutex_unlock(&live->lock);
    return listeners;
}

enum live_end live_end(struct live *live) {
    pthread_mutex_lock(&live->lock);
    const enum live_end end = live->end;
    pthread_mutex_unlock(&live->lock);
    return end;
}

void live_reason(struct live *live, char *reason, size_t reason_size) {
    pthread_mutex_lock(&live->lock);
    snprintf(reason, reason_size, "%s", live->reason);
    pthread_mutex_unlock(&live->lock);
}

int live_end_fd(const struct live *live) {
    return live->end_pipe[0];
}
