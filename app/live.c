/* Everything here but live_snapshot(), live_end() and their like runs in the actor's thread. */
#include "app/live.h"

#include <czmq.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <unistd.h>

#include "app/digest.h"
#include "app/options.h"
#include "net/zmq/clock.h"

#define DIGEST_PERIOD (100 * CLOCK_MS)  /* at most so often, longer in large groups */
#define DIGEST_REPEAT (1000 * CLOCK_MS) /* at least so often: newcomers want to know the others' colours */
#define REPORT_LIMIT  (4 * 1024 * 1024)
#define NOTICE_TIME   (2500 * CLOCK_MS)

struct known { /* what is known of another member */
    gms_id id;
    struct digest digest;
};

struct live {
    actor_t *actor;
    struct worker worker;
    struct gms_rng rng;
    bool paused, frozen, change_due;
    uint64_t mean_ms;
    gms_time next_change;
    gms_time digest_at, digest_repeat_at, notice_until;
    bool digest_due, dirty;
    uint64_t differs_since;
    uint32_t known_count;
    struct known known[GMS_MEMBERS_MAX];
    struct trace_file trace, report;
    char group[32];
    void (*changed)(void *);
    void *changed_arg;

    pthread_mutex_t lock; /* of what follows */
    struct tile_model model;
    int tile_index, tile_of;
    enum live_end end;
    char reason[3 * NET_TEXT_SIZE];
    int end_pipe[2];
};

/* -- Trace -------------------------------------------------------------------------------------------------
 */

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

/* -- The end -----------------------------------------------------------------------------------------------
 */

static void finish(struct live *live, enum live_end end, const char *reason) {
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

/* -- What the member tells ---------------------------------------------------------------------------------
 */

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

static void notice(struct live *live, const char *text) {
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
            notice(live, "STATE LOST: the group starts afresh");
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
        live->frozen = true;
        pthread_mutex_lock(&live->lock);
        snprintf(live->reason, sizeof live->reason, "%s", event->reason);
        pthread_mutex_unlock(&live->lock);
        break;
    case MEMBER_LEFT: finish(live, LIVE_LEFT, event->reason); break;
    case MEMBER_FAILED: finish(live, LIVE_FAILED, event->reason); break;
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

/* -- Time --------------------------------------------------------------------------------------------------
 */

static bool in_group(const struct live *live) {
    return live->worker.view.number > 0 && live->end == LIVE_RUNNING;
}

/* Exponentially distributed, so that the moments of all workers together are random, too. */
static gms_time pause_before_change(struct live *live) {
    const double u = ((double)(gms_rng_next(&live->rng) >> 11) + 1.0) / 9007199254740993.0;
    const double wait_ms = -log(u) * (double)live->mean_ms;
    return (gms_time)(wait_ms * (double)CLOCK_MS);
}

static void change(struct live *live, int n) {
    if (n == 0)
        n = 1 + (int)gms_rng_below(&live->rng, WORKER_CHANGE_MAX);
    const struct worker_body body = worker_change_body(n);
    actor_multicast(live->actor, body.bytes, body.size);
}

static gms_time tick_changes(struct live *live, gms_time now) {
    if (live->mean_ms == 0 || live->paused || !in_group(live) || !live->worker.has_state) {
        live->next_change = GMS_NEVER;
        return GMS_NEVER;
    }
    if (live->next_change == GMS_NEVER)
        live->next_change = now + pause_before_change(live);
    /* As many as are due, but no flood after a pause of the whole process. */
    for (int i = 0; i < 100 && live->next_change <= now; i++) {
        change(live, 0);
        live->next_change += pause_before_change(live) + 1;
    }
    if (live->next_change <= now)
        live->next_change = now;
    return live->next_change;
}

static gms_time tick_digest(struct live *live, gms_time now) {
    uint8_t bytes[DIGEST_SIZE_MAX];
    struct digest digest;
    if (!in_group(live))
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
    gms_time next = in_group(live) ? worker_tick(&live->worker, now) : GMS_NEVER;
    while (in_group(live) && worker_take(&live->worker, &body))
        actor_multicast(live->actor, body.bytes, body.size);
    if (live->change_due) {
        live->change_due = false;
        change(live, 0);
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

/* -- The snapshot ------------------------------------------------------------------------------------------
 */

static enum tile_state tile_state_of(struct live *live, char *reason, size_t reason_size) {
    const struct node *node = actor_node(live->actor);
    const gms_id leader = gms_leader(&node->gms);
    reason[0] = '\0';
    switch (gms_phase(&node->gms)) {
    case GMS_IDLE:
    case GMS_JOINING: return TILE_JOINING;
    case GMS_FROZEN: snprintf(reason, reason_size, "%.127s", live->reason); return TILE_FROZEN;
    case GMS_FAILED: snprintf(reason, reason_size, "%.127s", live->reason); return TILE_FAILED;
    case GMS_LEFT: return TILE_LEAVING;
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
static void fill_model(struct live *live) {
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
    fill_model(live);
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

/* -- Commands ----------------------------------------------------------------------------------------------
 */

static const char *state_word(enum tile_state state) {
    switch (state) {
    case TILE_JOINING: return "joining";
    case TILE_ADOPTING: return "adopting";
    case TILE_LEADING: return "leading";
    case TILE_FOLLOWING: return "following";
    case TILE_FROZEN: return "frozen";
    case TILE_HALTED: return "halted";
    case TILE_LEAVING: return "leaving";
    case TILE_FAILED: return "failed";
    }
    return "?";
}

static void status(struct live *live, char *reply, size_t reply_size) {
    const struct node *node = actor_node(live->actor);
    const struct tile_model *m = &live->model;
    char id[17], leader[17], color[8], hash[17];
    json_t *members = json_array();
    pthread_mutex_lock(&live->lock);
    fill_model(live);
    pthread_mutex_unlock(&live->lock);
    for (uint32_t i = 0; i < live->worker.view.count; i++) {
        char member[17];
        snprintf(member, sizeof member, "%016" PRIx64, live->worker.view.members[i]);
        json_array_append_new(members, json_pack("{s:s, s:s}", "who",
                                                 address_book_name(&node->book, live->worker.view.members[i]),
                                                 "id", member));
    }
    snprintf(id, sizeof id, "%016" PRIx64, node->me);
    snprintf(leader, sizeof leader, "%016" PRIx64, gms_leader(&node->gms));
    snprintf(color, sizeof color, "#%02x%02x%02x", m->color[0], m->color[1], m->color[2]);
    snprintf(hash, sizeof hash, "%016" PRIx64, m->hash);
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:o, s:I, s:s, s:s, s:I, s:I, s:b, s:I, s:I}", "name",
        m->name, "id", id, "group", m->group, "rung", m->rung, "pid", (json_int_t)getpid(), "state",
        state_word(m->state), "reason", m->reason, "leader", leader, "view", (json_int_t)m->view, "members",
        members, "count", (json_int_t)m->count, "color", color, "hash", hash, "expected",
        (json_int_t)m->expected, "differs_since", (json_int_t)m->differs_since, "paused", (int)m->paused,
        "mean_ms", (json_int_t)m->mean_ms, "dropped", (json_int_t)node->dropped);
    const size_t size = root ? json_dumpb(root, reply, reply_size - 1, JSON_COMPACT) : 0;
    if (size == 0 || size >= reply_size)
        snprintf(reply, reply_size, "error the status is too long");
    else
        reply[size] = '\0';
    json_decref(root);
}

static void set_pace(struct live *live, uint64_t mean_ms) {
    char text[64];
    live->mean_ms = mean_ms < 1 ? 1 : mean_ms > 3600000 ? 3600000 : mean_ms;
    live->next_change = GMS_NEVER;
    snprintf(text, sizeof text, "a change every %.4g s", (double)live->mean_ms / 1000.0);
    notice(live, text);
}

static void set_paused(struct live *live, bool paused) {
    live->paused = paused;
    live->dirty = true;
}

/* Arms the crash and gives it a broadcast to happen in. */
static bool crash_mid_broadcast(struct live *live, const char *after_text) {
    const uint32_t followers = live->worker.view.count > 0 ? live->worker.view.count - 1 : 0;
    uint64_t after = followers / 2;
    if (gms_phase(&actor_node(live->actor)->gms) != GMS_LEADING)
        return false;
    if (after_text)
        parse_number(after_text, 0, GMS_MEMBERS_MAX, &after);
    actor_arm_crash(live->actor, (uint32_t)after);
    live->change_due = true; /* in the next turn: whoever asked gets an answer first */
    return true;
}

static bool lose(struct live *live, const char *count_text, const char *id_text) {
    uint64_t count;
    gms_id to = GMS_NOBODY;
    return count_text && id_text && parse_number(count_text, 1, 1000000, &count) &&
           trace_parse_id(id_text, &to) && actor_lose(live->actor, to, (uint32_t)count);
}

static void place(struct live *live, const char *index_text, const char *of_text) {
    uint64_t index, of;
    if (!index_text || !of_text || !parse_number(index_text, 0, 999, &index) ||
        !parse_number(of_text, 1, 1000, &of))
        return;
    pthread_mutex_lock(&live->lock);
    live->tile_index = (int)index;
    live->tile_of = (int)of;
    pthread_mutex_unlock(&live->lock);
    live->dirty = true;
}

static void on_command(void *arg, actor_t *actor, const char *text, char *reply, size_t reply_size) {
    struct live *live = arg;
    char line[256], *rest = line;
    uint64_t number = 0;
    snprintf(line, sizeof line, "%s", text);
    const char *verb = strtok_r(rest, " ", &rest);
    const char *first = verb ? strtok_r(NULL, " ", &rest) : NULL;
    const char *second = first ? strtok_r(NULL, " ", &rest) : NULL;
    snprintf(reply, reply_size, "ok");
    if (!verb)
        snprintf(reply, reply_size, "error an empty command");
    else if (streq(verb, "status"))
        status(live, reply, reply_size);
    else if (streq(verb, "change")) {
        if (!in_group(live))
            snprintf(reply, reply_size, "error not in a group yet");
        else
            change(live, first && parse_number(first, 1, WORKER_CHANGE_MAX, &number) ? (int)number : 0);
    } else if (streq(verb, "pause") || streq(verb, "resume"))
        set_paused(live, streq(verb, "pause"));
    else if (streq(verb, "pace") && first && parse_number(first, 1, 3600000, &number))
        set_pace(live, number);
    else if (streq(verb, "faster") || streq(verb, "slower"))
        set_pace(live, streq(verb, "faster") ? live->mean_ms * 2 / 3 : live->mean_ms * 3 / 2 + 1);
    else if (streq(verb, "crash-mid-broadcast")) {
        if (!crash_mid_broadcast(live, first))
            snprintf(reply, reply_size, "error only the leader broadcasts");
    } else if (streq(verb, "lose")) {
        if (!lose(live, first, second))
            snprintf(reply, reply_size,
                     "error a number and an id are expected, or too many orders are pending");
    } else if (streq(verb, "loss") && first && parse_number(first, 0, 100, &number))
        actor_set_loss(actor, (uint32_t)number);
    else if (streq(verb, "leave"))
        actor_leave(actor);
    else if (streq(verb, "quit"))
        finish(live, LIVE_QUIT, "told to");
    else if (streq(verb, "tile"))
        place(live, first, second);
    else if (streq(verb, "notice"))
        notice(live, strlen(text) > 7 ? text + 7 : "");
    else
        snprintf(reply, reply_size, "error '%.40s' is not a command", verb);
    live->dirty = true;
}

/* -- Life --------------------------------------------------------------------------------------------------
 */

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
                                    .command = on_command,
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
