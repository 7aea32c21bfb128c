/* Everything here but live_snapshot(), live_end() and their like runs in the actor's thread. */
#include "app/live_state.h"

#include <czmq.h>
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "app/pace.h"
#include "net/zmq/clock.h"

#define DIGEST_PERIOD (100 * CLOCK_MS)  /* at most so often, longer in large groups */
#define DIGEST_REPEAT (1000 * CLOCK_MS) /* at least so often: newcomers want to know the others' colours */
#define REPORT_LIMIT  (4 * 1024 * 1024)
#define NOTICE_TIME   (2500 * CLOCK_MS)

/* -- Trace ------------------------------------------------------------------------------------------ */

static void on_trace(void *arg, const struct address_book *book, const struct trace_record *record) {
    struct live *live = arg;
    if (live->end != LIVE_RUNNING)
        return; /* `exit` was the last line */
    trace_file_write(&live->trace, book, record);
    if (record->ev != TRACE_SEND && record->ev != TRACE_RECV)
        trace_file_write(&live->report, book, record);
}

static void on_trace_flush(void *arg) {
    struct live *live = arg;
    trace_file_flush(&live->trace);
    trace_file_flush(&live->report);
}

/* -- The end ---------------------------------------------------------------------------------------- */

void live_finish(struct live *live, enum live_end end, const char *reason) {
    struct trace_record r = {.ev = TRACE_EXIT};
    if (live->end != LIVE_RUNNING)
        return;
    actor_record(live->actor, &r);
    on_trace_flush(live);
    pthread_mutex_lock(&live->lock);
    live->end = end;
    snprintf(live->reason, sizeof live->reason, "%s", reason);
    pthread_mutex_unlock(&live->lock);
    while (write(live->end_pipe[1], "x", 1) < 0 && errno == EINTR) {
    }
    live->dirty = true;
}

/* -- What the member tells -------------------------------------------------------------------------- */

static struct known *know(struct live *live, gms_id id) {
    for (uint32_t i = 0; i < live->known_count; i++) {
        if (live->known[i].id == id)
            return &live->known[i];
    }
    if (live->known_count == GMS_MEMBERS_MAX)
        return NULL;
    struct known *known = &live->known[live->known_count++];
    memset(known, 0, sizeof *known);
    known->id = id;
    return known;
}

static void forget_others(struct live *live) {
    for (uint32_t i = live->known_count; i-- > 0;) {
        if (!gms_view_has(&live->worker.view, live->known[i].id))
            live->known[i] = live->known[--live->known_count];
    }
}

void live_notice(struct live *live, const char *text) {
    pthread_mutex_lock(&live->lock);
    snprintf(live->model.notice, sizeof live->model.notice, "%s", text);
    pthread_mutex_unlock(&live->lock);
    live->notice_until = clock_now() + NOTICE_TIME;
    live->dirty = true;
}

static void on_view(struct live *live, const member_event_t *event) {
    gms_id ids[GMS_MEMBERS_MAX];
    for (uint32_t i = 0; i < event->member_count; i++)
        ids[i] = event->members[i].id;
    if (live->worker.view.number == 0 &&
        event->leading) /* its first view, and it leads: it founded the group */
        worker_found(&live->worker);
    worker_view(&live->worker, clock_now(), event->view, ids, event->member_count);
    forget_others(live);
    live->digest_due = true;
}

static void on_deliver(struct live *live, const member_event_t *event) {
    const enum worker_effect effect =
        worker_deliver(&live->worker, event->from, event->n, event->body, event->size);
    if (effect == WORKER_ADOPTED || effect == WORKER_STATE_LOST) {
        struct trace_record r = {.ev = TRACE_STATE, .peer = event->from, .state = live->worker.state};
        if (effect == WORKER_STATE_LOST) {
            r.why = "state lost: nobody has it any more";
            live_notice(live, "STATE LOST: the group starts afresh");
        }
        actor_record(live->actor, &r);
        live->differs_since = 0;
    }
    live->digest_due = true;
}

static void on_gossip(struct live *live, const member_event_t *event) {
    struct digest digest;
    struct known *known = gms_view_has(&live->worker.view, event->from) ? know(live, event->from) : NULL;
    if (!known || !digest_get(&digest, event->body, event->size))
        return;
    known->digest = digest;
    const gms_id senior = live->worker.view.members[0];
    if (event->from == senior && digest.has_state && live->worker.has_state)
        live->differs_since = digest_compare(&live->worker, &digest, live->differs_since);
}

static void on_event(void *arg, actor_t *actor, const member_event_t *event) {
    struct live *live = arg;
    (void)actor;
    live->dirty = true;
    switch (event->type) {
    case MEMBER_VIEW: on_view(live, event); break;
    case MEMBER_DELIVER: on_deliver(live, event); break;
    case MEMBER_GOSSIP: on_gossip(live, event); break;
    case MEMBER_DOWN: break;
    case MEMBER_FROZEN:
        pthread_mutex_lock(&live->lock);
        snprintf(live->reason, sizeof live->reason, "%s", event->reason);
        pthread_mutex_unlock(&live->lock);
        break;
    case MEMBER_LEFT: live_finish(live, LIVE_LEFT, event->reason); break;
    case MEMBER_FAILED: live_finish(live, LIVE_FAILED, event->reason); break;
    }
}

static void on_state(void *arg, struct trace_state *now) {
    const struct live *live = arg;
    *now = live->worker.state;
}

static int on_change_of(void *arg, const uint8_t *body, size_t size) {
    (void)arg;
    return worker_change_of(body, size);
}

/* -- Time ------------------------------------------------------------------------------------------- */

bool live_in_group(const struct live *live) {
    return live->worker.view.number > 0 && live->end == LIVE_RUNNING;
}

static gms_time pause_before_change(struct live *live) {
    return (gms_time)(pace_draw_ms(&live->rng, (double)live->mean_ms) * (double)CLOCK_MS);
}

void live_change(struct live *live, int n) {
    if (n == 0)
        n = 1 + (int)gms_rng_below(&live->rng, WORKER_CHANGE_MAX);
    const struct worker_body body = worker_change_body(n);
    actor_multicast(live->actor, body.bytes, body.size);
}

static gms_time tick_changes(struct live *live, gms_time now) {
    if (live->mean_ms == 0 || live->paused || !live_in_group(live) || !live->worker.has_state) {
        live->next_change = GMS_NEVER;
        return GMS_NEVER;
    }
    if (live->next_change == GMS_NEVER)
        live->next_change = now + pause_before_change(live);
    /* As many as are due, but no flood after a pause of the whole process. */
    for (int i = 0; i < 100 && live->next_change <= now; i++) {
        live_change(live, 0);
        live->next_change += pause_before_change(live) + 1;
    }
    if (live->next_change <= now)
        live->next_change = now;
    return live->next_change;
}

static gms_time tick_digest(struct live *live, gms_time now) {
    uint8_t bytes[DIGEST_SIZE_MAX];
    struct digest digest;
    if (!live_in_group(live))
        return GMS_NEVER;
    const gms_time due = live->digest_due ? live->digest_at : live->digest_repeat_at;
    if (now < due)
        return due;
    digest_of(&digest, &live->worker);
    actor_gossip(live->actor, bytes, digest_put(&digest, bytes));
    const gms_time large = live->worker.view.count * 10 * CLOCK_MS;
    live->digest_due = false;
    live->digest_at = now + (large > DIGEST_PERIOD ? large : DIGEST_PERIOD);
    live->digest_repeat_at = now + 10 * (large > DIGEST_REPEAT / 10 ? large : DIGEST_REPEAT / 10);
    return live->digest_repeat_at;
}

static gms_time on_tick(void *arg, actor_t *actor, gms_time now) {
    struct live *live = arg;
    struct worker_body body;
    (void)actor;
    gms_time next = live_in_group(live) ? worker_tick(&live->worker, now) : GMS_NEVER;
    while (live_in_group(live) && worker_take(&live->worker, &body))
        actor_multicast(live->actor, body.bytes, body.size);
    if (live->change_due) {
        live->change_due = false;
        live_change(live, 0);
    }
    const gms_time changes = tick_changes(live, now);
    const gms_time digest = tick_digest(live, now);
    next = changes < next ? changes : next;
    next = digest < next ? digest : next;
    if (live->notice_until <= now) {
        pthread_mutex_lock(&live->lock);
        live->model.notice[0] = '\0';
        pthread_mutex_unlock(&live->lock);
        live->notice_until = GMS_NEVER;
        live->dirty = true;
    }
    return live->notice_until < next ? live->notice_until : next;
}

/* -- The snapshot ----------------------------------------------------------------------------------- */

static enum tile_state tile_state_of(struct live *live, char *reason, size_t reason_size) {
    const struct node *node = actor_node(live->actor);
    const gms_id leader = gms_leader(&node->gms);
    reason[0] = '\0';
    switch (gms_phase(&node->gms)) {
    case GMS_IDLE:
    case GMS_JOINING: return TILE_JOINING;
    case GMS_FROZEN: snprintf(reason, reason_size, "%.127s", live->reason); return TILE_FROZEN;
    case GMS_FAILED: snprintf(reason, reason_size, "%.127s", live->reason); return TILE_FAILED;
    case GMS_LEFT:
    case GMS_OUT: return TILE_LEAVING;
    case GMS_LEADING:
    case GMS_FOLLOWING: break;
    }
    if (node->gms.gms1.leaving)
        return TILE_LEAVING;
    if (gms_phase(&node->gms) == GMS_FOLLOWING && detect_is_down(&node->detector, leader)) {
        snprintf(reason, reason_size, "the leader %s is gone, and %s has nobody to take over",
                 address_book_name(&node->book, leader), gms_rung_name(node->gms.gms1.config.rung));
        return TILE_HALTED;
    }
    if (!live->worker.has_state)
        return TILE_ADOPTING;
    return gms_phase(&node->gms) == GMS_LEADING ? TILE_LEADING : TILE_FOLLOWING;
}

static void fill_members(struct live *live, struct tile_model *m) {
    const struct node *node = actor_node(live->actor);
    const struct gms_view *view = &live->worker.view;
    m->member_count = view->count;
    for (uint32_t i = 0; i < view->count && i < TILE_MEMBERS_MAX; i++) {
        struct tile_member *t = &m->members[i];
        const struct known *known = NULL;
        for (uint32_t j = 0; j < live->known_count && !known; j++)
            known = live->known[j].id == view->members[i] ? &live->known[j] : NULL;
        memset(t, 0, sizeof *t);
        snprintf(t->name, sizeof t->name, "%s", address_book_name(&node->book, view->members[i]));
        t->self = view->members[i] == node->me;
        t->known = t->self ? live->worker.has_state : known && known->digest.has_state;
        if (t->known)
            memcpy(t->color, t->self ? live->worker.state.color : known->digest.color, 3);
        t->down = detect_is_down(&node->detector, view->members[i]);
    }
}

/* Under the lock. */
void live_fill_model(struct live *live) {
    const struct node *node = actor_node(live->actor);
    struct tile_model *m = &live->model;
    m->state = tile_state_of(live, m->reason, sizeof m->reason);
    memcpy(m->color, live->worker.state.color, 3);
    m->count = live->worker.state.count;
    m->hash = live->worker.state.hash;
    m->view = live->worker.view.number;
    fill_members(live, m);
    m->expected = gms_expected(&node->gms);
    m->differs_since = m->state == TILE_LEADING ? 0 : live->differs_since;
    m->paused = live->paused;
    m->mean_ms = (uint32_t)live->mean_ms;
}

static void on_turn_end(void *arg) {
    struct live *live = arg;
    if (!live->dirty)
        return;
    live->dirty = false;
    pthread_mutex_lock(&live->lock);
    live_fill_model(live);
    pthread_mutex_unlock(&live->lock);
    if (live->changed)
        live->changed(live->changed_arg);
}

void live_snapshot(struct live *live, struct tile_model *model, int *tile_index, int *tile_of) {
    pthread_mutex_lock(&live->lock);
    *model = live->model;
    *tile_index = live->tile_index;
    *tile_of = live->tile_of;
    pthread_mutex_unlock(&live->lock);
}

/* -- Life ------------------------------------------------------------------------------------------- */

static bool open_traces(struct live *live, const struct live_config *config, char *error, size_t error_size) {
    const struct trace_header header = {.run = config->run,
                                        .who = config->name,
                                        .id = actor_id(live->actor),
                                        .rung = gms_rung_name(config->rung),
                                        .source = "live",
                                        .seed = config->seed,
                                        .endpoint = actor_endpoint(live->actor)};
    if (config->trace_dir &&
        !trace_file_open(&live->trace, config->trace_dir, config->name, header.id, error, error_size))
        return false;
    if (config->report_fd >= 0)
        trace_file_attach(&live->report, config->report_fd, config->name, REPORT_LIMIT);
    trace_file_header(&live->trace, &header);
    trace_file_header(&live->report, &header);
    on_trace_flush(live);
    return true;
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
    gms_rng_seed(&live->rng, config->seed);
    live->mean_ms = config->mean_ms;
    live->next_change = live->notice_until = GMS_NEVER;
    live->trace.fd = live->report.fd = -1;
    live->changed = config->changed;
    live->changed_arg = config->changed_arg;
    snprintf(live->model.name, sizeof live->model.name, "%s", config->name);
    snprintf(live->model.rung, sizeof live->model.rung, "%s", gms_rung_name(config->rung));
    snprintf(live->model.group, sizeof live->model.group, "%s", config->group);

    actor_config_t actor = {.group = config->group,
                            .rung = config->rung,
                            .listen = config->listen,
                            .control = config->control,
                            .join_timeout = config->join_timeout_ms * CLOCK_MS,
                            .seed = config->seed,
                            .risk = config->risk,
                            .loss_percent = config->loss_percent,
                            .app = {.self = live,
                                    .event = on_event,
                                    .state = on_state,
                                    .change_of = on_change_of,
                                    .trace = on_trace,
                                    .trace_flush = on_trace_flush,
                                    .command = live_obey,
                                    .tick = on_tick,
                                    .turn_end = on_turn_end}};
    snprintf(actor.name, sizeof actor.name, "%s", config->name);
    live->actor = actor_new(&actor, error, error_size);
    if (live->actor && open_traces(live, config, error, error_size)) {
        worker_init(&live->worker, actor_id(live->actor), config->join_timeout_ms * CLOCK_MS);
        actor_run(live->actor);
        return live;
    }
    live_destroy(&live);
    return NULL;
}

void live_destroy(struct live **live_p) {
    struct live *live = *live_p;
    if (!live)
        return;
    actor_destroy(&live->actor);
    trace_file_close(&live->trace);
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

gms_id live_id(const struct live *live) {
    return actor_id(live->actor);
}

const char *live_endpoint(const struct live *live) {
    return actor_endpoint(live->actor);
}

const char *live_control_endpoint(const struct live *live) {
    return actor_control_endpoint(live->actor);
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
