/* See net/sim/app.h for what each function means. */
#include "app/worker_app.h"

#include <string.h>

#include "app/worker.h"

_Static_assert(WORKER_BODY_SIZE_MAX <= SIM_BODY_SIZE_MAX, "a worker's body fits");

static void init(void *state, gms_id me, gms_time retry) {
    worker_init(state, me, retry);
}

static void found(void *state) {
    worker_found(state);
}

static void install(void *state, gms_time now, const struct gms_message *view) {
    worker_view(state, now, view->view, view->members, view->member_count);
}

static bool deliver(void *state, const struct gms_message *m, const char **why) {
    const enum worker_effect effect = worker_deliver(state, m->origin, m->n, m->body, m->body_size);
    if (effect == WORKER_STATE_LOST)
        *why = "state lost: nobody has it any more";
    return effect == WORKER_ADOPTED || effect == WORKER_STATE_LOST;
}

static size_t snapshot(const void *state, uint8_t *bytes) {
    return worker_snapshot(state, bytes);
}

static void adopt(void *state, const uint8_t *bytes, size_t size) {
    worker_adopt(state, bytes, size);
}

static size_t take(void *state, gms_time now, uint8_t body[SIM_BODY_SIZE_MAX]) {
    struct worker *w = state;
    struct worker_body next;
    if (w->view.number == 0)
        return 0;
    worker_tick(w, now);
    if (!worker_take(w, &next))
        return 0;
    memcpy(body, next.bytes, next.size);
    return next.size;
}

static gms_time deadline(const void *state) {
    const struct worker *w = state;
    return w->view.number > 0 ? w->ask_at : GMS_NEVER;
}

static void look(const void *state, struct sim_app_state *seen) {
    const struct worker *w = state;
    seen->has_state = w->has_state;
    seen->state = w->state;
}

static bool history(const void *state, uint64_t count, uint64_t *hash) {
    return worker_history(state, count, hash);
}

static size_t change(int n, uint8_t body[SIM_BODY_SIZE_MAX]) {
    const struct worker_body next = worker_change_body(n);
    memcpy(body, next.bytes, next.size);
    return next.size;
}

static void canonical(void *state) {
    struct worker *w = state;
    if (w->ask_at != GMS_NEVER)
        w->ask_at = 1;
    memset(&w->asked[w->asked_count], 0, (WORKER_ASKED_MAX - w->asked_count) * sizeof w->asked[0]);
    memset(&w->heard[w->heard_count], 0, (WORKER_HEARD_MAX - w->heard_count) * sizeof w->heard[0]);
    memset(&w->queue[w->queue_count], 0, (WORKER_QUEUE_MAX - w->queue_count) * sizeof w->queue[0]);
    memset(&w->outbox[w->outbox_count], 0, (WORKER_OUTBOX_MAX - w->outbox_count) * sizeof w->outbox[0]);
}

const struct sim_app worker_app = {
    .size = sizeof(struct worker),
    .init = init,
    .found = found,
    .install = install,
    .deliver = deliver,
    .snapshot = snapshot,
    .adopt = adopt,
    .take = take,
    .deadline = deadline,
    .look = look,
    .history = history,
    .change_of = worker_change_of,
    .change = change,
    .canonical = canonical,
};
