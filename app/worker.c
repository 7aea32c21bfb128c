/* The state machine of the ladder's first section. What workers say to each other:
 *
 *     'C' n u8                                              a change
 *     'Q'                                                   what is the state? (STATE_REQUEST; its name is
 * the ref) 'S' ref origin u64, n u64, colour 3 u8, count, hash   the state at the position of that question
 *     'X' ref origin u64, n u64                             nobody has it any more: start afresh (STATE LOST)
 */
#include "app/worker.h"

#include <assert.h>
#include <string.h>

enum { KIND_CHANGE = 'C', KIND_QUESTION = 'Q', KIND_STATE = 'S', KIND_LOST = 'X' };
#define STATE_BODY_SIZE (1 + 8 + 8 + 3 + 8 + 8)
#define LOST_BODY_SIZE  (1 + 8 + 8)

static void put_u64(uint8_t *at, uint64_t value) {
    for (int i = 0; i < 8; i++)
        at[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get_u64(const uint8_t *at) {
    uint64_t value = 0;
    for (int i = 0; i < 8; i++)
        value = value << 8 | at[i];
    return value;
}

/* -- Life ---------------------------------------------------------------------------------------------- */

void worker_init(struct worker *w, gms_id me, gms_time retry) {
    memset(w, 0, sizeof *w);
    w->me = me;
    w->retry = retry;
    w->ask_at = GMS_NEVER;
    trace_state_init(&w->state);
}

static void remember(struct worker *w) {
    w->history[w->state.count % WORKER_HISTORY_MAX] = w->state.hash;
    if (w->state.count >= w->history_from + WORKER_HISTORY_MAX)
        w->history_from = w->state.count - WORKER_HISTORY_MAX + 1;
}

static void adopt(struct worker *w, const struct trace_state *state) {
    w->state = *state;
    w->has_state = true;
    w->ask_at = GMS_NEVER;
    w->asked_count = 0;
    w->heard_count = 0;
    w->history_from = state->count;
    gms_ids_add(&w->holders, w->me);
    remember(w);
}

void worker_found(struct worker *w) {
    struct trace_state first;
    trace_state_init(&first);
    adopt(w, &first);
}

static void apply(struct worker *w, const struct worker_change *change) {
    trace_state_apply(&w->state, change->origin, change->m_n, change->n);
    remember(w);
}

bool worker_history(const struct worker *w, uint64_t count, uint64_t *hash) {
    if (!w->has_state || count < w->history_from || count > w->state.count)
        return false;
    *hash = w->history[count % WORKER_HISTORY_MAX];
    return true;
}

/* -- Speaking ------------------------------------------------------------------------------------------- */

static void say(struct worker *w, const uint8_t *bytes, size_t size) {
    if (w->outbox_count == WORKER_OUTBOX_MAX)
        return; /* whoever asked will ask again */
    struct worker_body *body = &w->outbox[w->outbox_count++];
    assert(size <= sizeof body->bytes);
    body->size = size;
    memcpy(body->bytes, bytes, size);
}

bool worker_take(struct worker *w, struct worker_body *body) {
    if (w->outbox_count == 0)
        return false;
    *body = w->outbox[0];
    memmove(&w->outbox[0], &w->outbox[1], --w->outbox_count * sizeof w->outbox[0]);
    return true;
}

struct worker_body worker_change_body(int n) {
    assert(n >= 1 && n <= WORKER_CHANGE_MAX);
    return (struct worker_body){.size = 2, .bytes = {KIND_CHANGE, (uint8_t)n}};
}

int worker_change_of(const uint8_t *body, size_t size) {
    if (size != 2 || body[0] != KIND_CHANGE || body[1] < 1 || body[1] > WORKER_CHANGE_MAX)
        return 0;
    return body[1];
}

/* colour 3 u8, count u64, hash u64 */
#define SNAPSHOT_SIZE (3 + 8 + 8)

static void put_state(uint8_t *at, const struct trace_state *state) {
    memcpy(at, state->color, 3);
    put_u64(at + 3, state->count);
    put_u64(at + 11, state->hash);
}

static struct trace_state get_state(const uint8_t *at) {
    struct trace_state state = {.count = get_u64(at + 3), .hash = get_u64(at + 11)};
    memcpy(state.color, at, 3);
    return state;
}

size_t worker_snapshot(const struct worker *w, uint8_t bytes[WORKER_BODY_SIZE_MAX]) {
    put_state(bytes, &w->state);
    return SNAPSHOT_SIZE;
}

bool worker_adopt(struct worker *w, const uint8_t *bytes, size_t size) {
    if (size != SNAPSHOT_SIZE)
        return false;
    const struct trace_state state = get_state(bytes);
    adopt(w, &state);
    return true;
}

static void answer(struct worker *w, gms_id origin, uint64_t m_n) {
    uint8_t bytes[STATE_BODY_SIZE] = {KIND_STATE};
    put_u64(bytes + 1, origin);
    put_u64(bytes + 9, m_n);
    put_state(bytes + 17, &w->state);
    say(w, bytes, sizeof bytes);
}

void worker_view(struct worker *w, gms_time now, uint32_t number, const gms_id *members, uint32_t count) {
    gms_view_set(&w->view, number, members, count);
    if (!w->has_state)
        w->ask_at = now; /* whoever was to answer may be gone */
}

gms_time worker_tick(struct worker *w, gms_time now) {
    static const uint8_t question[] = {KIND_QUESTION};
    if (w->ask_at <= now) {
        say(w, question, sizeof question);
        w->ask_at = now + w->retry;
    }
    return w->ask_at;
}

/* -- Listening ------------------------------------------------------------------------------------------ */

/* The most senior member of the view that is known to have state, GMS_NOBODY if there is none. */
static gms_id most_senior_holder(const struct worker *w) {
    for (uint32_t i = 0; i < w->view.count; i++) {
        if (gms_ids_have(&w->holders, w->view.members[i]))
            return w->view.members[i];
    }
    return GMS_NOBODY;
}

static void say_lost(struct worker *w, gms_id origin, uint64_t m_n) {
    uint8_t bytes[LOST_BODY_SIZE] = {KIND_LOST};
    put_u64(bytes + 1, origin);
    put_u64(bytes + 9, m_n);
    say(w, bytes, sizeof bytes);
}

static void remember_question(struct worker *w, gms_id origin, uint64_t m_n) {
    if (w->heard_count == WORKER_HEARD_MAX)
        memmove(&w->heard[0], &w->heard[1], --w->heard_count * sizeof w->heard[0]);
    w->heard[w->heard_count++] = (struct worker_ref){origin, m_n};
}

static bool has_heard(const struct worker *w, gms_id origin, uint64_t m_n) {
    for (uint32_t i = 0; i < w->heard_count; i++) {
        if (w->heard[i].origin == origin && w->heard[i].m_n == m_n)
            return true;
    }
    return false;
}

static void hear_question(struct worker *w, gms_id origin, uint64_t m_n) {
    if (!w->has_state)
        remember_question(w, origin, m_n);
    if (origin == w->me && !w->has_state) {
        if (w->asked_count == WORKER_ASKED_MAX)
            memmove(&w->asked[0], &w->asked[1], --w->asked_count * sizeof w->asked[0]);
        w->asked[w->asked_count].m_n = m_n;
        w->asked[w->asked_count].position = w->queue_count;
        w->asked_count++;
    }
    const gms_id holder = most_senior_holder(w);
    if (holder == w->me && origin != w->me)
        answer(w, origin, m_n);
    else if (holder == GMS_NOBODY && w->view.count > 0 && w->view.members[0] == w->me)
        say_lost(w, origin, m_n);
}

/* A state as of one of our questions: adopt it, and what was delivered since. */
static enum worker_effect hear_state(struct worker *w, gms_id sender, const uint8_t *body) {
    const gms_id ref_origin = get_u64(body + 1);
    const uint64_t ref_n = get_u64(body + 9);
    gms_ids_add(&w->holders, sender);
    gms_ids_add(&w->holders, ref_origin);
    if (ref_origin != w->me || w->has_state)
        return WORKER_NOTHING;
    for (uint32_t i = 0; i < w->asked_count; i++) {
        if (w->asked[i].m_n != ref_n)
            continue;
        const uint32_t position = w->asked[i].position;
        const struct trace_state state = get_state(body + 17);
        adopt(w, &state);
        for (uint32_t j = position; j < w->queue_count; j++)
            apply(w, &w->queue[j]);
        w->queue_count = 0;
        return WORKER_ADOPTED;
    }
    return WORKER_NOTHING; /* the answer to a question that was given up */
}

/* The group starts afresh at this position, unless it had done so already: the leader may have said so more
 * than once before it heard itself. Whoever came after the question can't tell, and asks: there is somebody
 * who has state now. */
static enum worker_effect hear_lost(struct worker *w, gms_id sender, const uint8_t *body) {
    const bool stale = w->has_state || most_senior_holder(w) != GMS_NOBODY;
    gms_ids_add(&w->holders, sender);
    if (stale || !has_heard(w, get_u64(body + 1), get_u64(body + 9)))
        return WORKER_NOTHING;
    for (uint32_t i = 0; i < w->view.count; i++)
        gms_ids_add(&w->holders, w->view.members[i]);
    w->queue_count = 0;
    worker_found(w);
    return WORKER_STATE_LOST;
}

static enum worker_effect hear_change(struct worker *w, const struct worker_change *change) {
    if (w->has_state) {
        apply(w, change);
        return WORKER_CHANGED;
    }
    if (w->asked_count == 0)
        return WORKER_NOTHING; /* before our question: it will be part of the answer */
    if (w->queue_count == WORKER_QUEUE_MAX) {
        w->queue_count = 0; /* too long without an answer: ask anew, from here */
        w->asked_count = 0;
        w->ask_at = 0;
        return WORKER_NOTHING;
    }
    w->queue[w->queue_count++] = *change;
    return WORKER_NOTHING;
}

enum worker_effect worker_deliver(struct worker *w, gms_id origin, uint64_t m_n, const uint8_t *body,
                                  size_t size) {
    const struct worker_change change = {origin, m_n, worker_change_of(body, size)};
    if (change.n > 0)
        return hear_change(w, &change);
    if (size == STATE_BODY_SIZE && body[0] == KIND_STATE)
        return hear_state(w, origin, body);
    if (size == LOST_BODY_SIZE && body[0] == KIND_LOST)
        return hear_lost(w, origin, body);
    if (size != 1 || body[0] != KIND_QUESTION)
        return WORKER_REFUSED;
    hear_question(w, origin, m_n);
    return WORKER_NOTHING;
}
