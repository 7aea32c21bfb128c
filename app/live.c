/* What the actor calls, in its thread: the member's events, and time. */
#include "app/live_state.h"

#include <czmq.h>
#include <inttypes.h>
#include <unistd.h>

#include "app/pace.h"
#include "net/zmq/clock.h"

#define DIGEST_PERIOD     (100 * CLOCK_MS)  /* at most so often, longer in large groups */
#define DIGEST_REPEAT     (1000 * CLOCK_MS) /* at least so often: newcomers want to know the others' colours */
#define LAST_WORDS_MS     20                /* for a listener that is stopped: then they are lost */
#define NOTICE_TIME       (2500 * CLOCK_MS)
#define SETTLED           (3000 * CLOCK_MS) /* a member for so long: the next exclusion is another story */
#define RETURN_FIRST_MS   500               /* long enough for people to see it */
#define RETURN_LONGEST_MS 1000

/* -- Trace ------------------------------------------------------------------------------------------ */

static void on_trace(void *arg, const struct address_book *book, const struct trace_record *record) {
    struct live *live = arg;
    if (live->end != LIVE_RUNNING)
        return; /* `exit` was the last line */
    trace_file_write(&live->trace, book, record);
    if (record->ev != TRACE_SEND && record->ev != TRACE_RECV)
        trace_file_write(&live->report, book, record);
    if (live->publisher)
        publisher_write(live->publisher, book, record);
    if (record->ev == TRACE_SUSPECT)
        live->dirty = true;
}

static void on_trace_flush(void *arg) {
    struct live *live = arg;
    trace_file_flush(&live->trace);
    trace_file_flush(&live->report);
    if (live->publisher)
        publisher_flush(live->publisher);
}

static void on_last_words(void *arg) {
    struct live *live = arg;
    publisher_destroy(&live->publisher, LAST_WORDS_MS);
}

/* -- The end ---------------------------------------------------------------------------------------- */

void live_finish(struct live *live, enum live_end end, const char *reason) {
    struct trace_record r = {.ev = TRACE_EXIT};
    if (live->end != LIVE_RUNNING && live->end != LIVE_OUT)
        return;
    if (live->end == LIVE_RUNNING) /* else that has been told */
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
    if (live->worker.view.number == 0) {
        live->member_since = clock_now();
        if (live->incarnation > 0)
            live_notice(live, "back in the group, as a newcomer");
        if (event->leading && !live->worker.has_state) /* it founded the group */
            worker_found(&live->worker);
    }
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
    if (!known || live_hear_address(live, known, event->body, event->size) ||
        !digest_get(&digest, event->body, event->size))
        return;
    known->digest = digest;
    const gms_id senior = live->worker.view.members[0];
    if (event->from == senior && digest.has_state && live->worker.has_state)
        live->differs_since = digest_compare(&live->worker, &digest, live->differs_since);
}

static void on_blocked(struct live *live, bool blocked, bool quorum) {
    if (blocked && !live->blocked)
        live->blocked_since = clock_now();
    else if (!blocked)
        live->blocked_since = GMS_NEVER;
    live->blocked = blocked;
    live->quorum = quorum;
}

/* The others go on without it, or do not let it in again yet: it will try, as another incarnation. */
static void on_out(struct live *live, const char *reason) {
    const bool settled = live->worker.view.number > 0 && clock_now() >= live->member_since + SETTLED;
    if (live->return_ms == 0 || settled)
        live->return_ms = RETURN_FIRST_MS;
    else
        live->return_ms = 2 * live->return_ms < RETURN_LONGEST_MS ? 2 * live->return_ms : RETURN_LONGEST_MS;
    live_finish(live, LIVE_OUT, reason);
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
    case MEMBER_BLOCKED: on_blocked(live, true, event->quorum); break;
    case MEMBER_UNBLOCKED: on_blocked(live, false, true); break;
    case MEMBER_LEFT: live_finish(live, LIVE_LEFT, event->reason); break;
    case MEMBER_FAILED:
        if (live->incarnation > 0)
            on_out(live, event->reason);
        else
            live_finish(live, LIVE_FAILED, event->reason);
        break;
    case MEMBER_EXCLUDED: on_out(live, event->reason); break;
    }
}

static void on_state(void *arg, struct trace_state *now) {
    const struct live *live = arg;
    *now = live->worker.state;
}

static size_t on_snapshot(void *arg, uint8_t state[GMS_BODY_SIZE_MAX]) {
    const struct live *live = arg;
    return worker_snapshot(&live->worker, state);
}

/* A state that is none is a peer's mistake: then the worker asks for one, as on the rungs below. */
static void on_adopt(void *arg, const uint8_t *state, size_t size) {
    struct live *live = arg;
    worker_adopt(&live->worker, state, size);
    live->differs_since = 0;
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
    if (now >= live->address_at) {
        live_tell_address(live);
        live->address_at = now + DIGEST_REPEAT;
    }
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
    if (live->blocked && live->blocked_since + LIVE_BLOCK_SHOWN > now)
        next = live->blocked_since + LIVE_BLOCK_SHOWN < next ? live->blocked_since + LIVE_BLOCK_SHOWN : next;
    else if (live->blocked)
        live->dirty = true;
    if (live->notice_until <= now) {
        pthread_mutex_lock(&live->lock);
        live->model.notice[0] = '\0';
        pthread_mutex_unlock(&live->lock);
        live->notice_until = GMS_NEVER;
        live->dirty = true;
    }
    return live->notice_until < next ? live->notice_until : next;
}

static void on_turn_end(void *arg) {
    struct live *live = arg;
    if (!live->dirty)
        return;
    live->dirty = false;
    pthread_mutex_lock(&live->lock);
    live_fill_model(live);
    pthread_mutex_unlock(&live->lock);
    if (live->config.changed)
        live->config.changed(live->config.changed_arg);
}

actor_app_t live_app(struct live *live) {
    return (actor_app_t){.self = live,
                         .event = on_event,
                         .state = on_state,
                         .snapshot = on_snapshot,
                         .adopt = on_adopt,
                         .change_of = on_change_of,
                         .trace = on_trace,
                         .trace_flush = on_trace_flush,
                         .last_words = on_last_words,
                         .wakes = live->publisher ? publisher_socket(live->publisher) : NULL,
                         .woken = live_meet_listeners,
                         .command = live_obey,
                         .tick = on_tick,
                         .turn_end = on_turn_end};
}
