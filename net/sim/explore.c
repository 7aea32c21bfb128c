/* Breadth first: states are kept in the order in which they were found, so the queue of those still to be
 * expanded is the end of that list, and the first bad one has a shortest path. */
#include "net/sim/explore.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "net/sim/explore_state.h"

#define CHUNK_STATES (1u << 17) /* states are kept in chunks, so that growing copies nothing */
#define LOOK_EVERY   (1u << 14) /* expanded states between two looks at the clock */
#define NO_STATE     UINT32_MAX

struct origin { /* how a state was reached first */
    uint32_t parent;
    uint64_t step;
};

struct run {
    struct search search;
    struct explore_result *result;
    uint32_t **words;
    struct origin **origins;
    uint32_t chunk_count, state_count;
    uint64_t *slots; /* high: the hash's upper half; low: index + 1, 0: free */
    uint64_t slot_count;
    struct state *found; /* successors of the state being expanded */
    uint64_t *found_step, *found_hash;
    uint32_t found_count, found_capacity;
    struct state from;
    double started;
    uint32_t worst_state;
    uint64_t quiet_count; /* states that were judged */
    uint32_t sample_count, samples[EXPLORE_SAMPLES_MAX];
};

/* -- Steps in 64 bits -------------------------------------------------------------------------------- */

static uint64_t pack(const struct explore_step *step) {
    uint64_t packed =
        (uint64_t)step->act | (uint64_t)step->a << 4 | (uint64_t)step->b << 8 | (uint64_t)step->after << 12;
    for (int i = 0; i <= EXPLORE_MEMBERS_MAX; i++) {
        const uint64_t keep =
            step->keep[i] == EXPLORE_KEEP_ALL ? 63 : step->keep[i]; /* and no link holds so many */
        packed |= keep << (20 + 6 * i);
    }
    return packed;
}

static struct explore_step unpack(uint64_t packed) {
    struct explore_step step = {.act = (enum explore_act)(packed & 15),
                                .a = (int)(packed >> 4 & 15),
                                .b = (int)(packed >> 8 & 15),
                                .after = (int)(packed >> 12 & 255)};
    for (int i = 0; i <= EXPLORE_MEMBERS_MAX; i++) {
        const uint8_t keep = packed >> (20 + 6 * i) & 63;
        step.keep[i] = keep == 63 ? EXPLORE_KEEP_ALL : keep;
    }
    return step;
}

/* -- Visited states ---------------------------------------------------------------------------------- */

static uint32_t *words_of(const struct run *r, uint32_t state) {
    return r->words[state / CHUNK_STATES] + (size_t)(state % CHUNK_STATES) * r->search.words;
}

static struct origin *origin_of(const struct run *r, uint32_t state) {
    return &r->origins[state / CHUNK_STATES][state % CHUNK_STATES];
}

static size_t memory_of(const struct run *r) {
    return (size_t)r->chunk_count * CHUNK_STATES * (r->search.words * 4 + sizeof(struct origin)) +
           r->slot_count * sizeof *r->slots + space_memory(r->search.space);
}

static void spread(struct run *r) {
    const uint64_t count = r->slot_count > 0 ? 2 * r->slot_count : 1u << 16;
    uint64_t *slots = large_alloc(count * sizeof *slots);
    for (uint64_t i = 0; i < r->slot_count; i++) {
        if (r->slots[i] == 0)
            continue;
        uint64_t slot = (r->slots[i] >> 32) & (count - 1);
        while (slots[slot] != 0)
            slot = (slot + 1) & (count - 1);
        slots[slot] = r->slots[i];
    }
    free(r->slots);
    r->slots = slots;
    r->slot_count = count;
}

static uint32_t add_state(struct run *r, const struct state *s, uint32_t parent, uint64_t step) {
    if (r->state_count == r->chunk_count * CHUNK_STATES) {
        const uint32_t chunks = r->chunk_count + 1;
        r->words = need(realloc(r->words, chunks * sizeof *r->words));
        r->origins = need(realloc(r->origins, chunks * sizeof *r->origins));
        r->words[r->chunk_count] = large_alloc((size_t)CHUNK_STATES * r->search.words * 4);
        r->origins[r->chunk_count] = large_alloc(CHUNK_STATES * sizeof **r->origins);
        r->chunk_count = chunks;
    }
    const uint32_t index = r->state_count++;
    memcpy(words_of(r, index), s->word, r->search.words * 4);
    *origin_of(r, index) = (struct origin){parent, step};
    return index;
}

/* NO_STATE if it was known. */
static uint32_t visit(struct run *r, const struct state *s, uint64_t hash, uint32_t parent, uint64_t step) {
    uint64_t slot = (hash >> 32) & (r->slot_count - 1);
    for (; r->slots[slot] != 0; slot = (slot + 1) & (r->slot_count - 1)) {
        if (r->slots[slot] >> 32 == hash >> 32 &&
            memcmp(words_of(r, (uint32_t)r->slots[slot] - 1), s->word, r->search.words * 4) == 0)
            return NO_STATE;
    }
    const uint32_t index = add_state(r, s, parent, step);
    r->slots[slot] = (hash >> 32) << 32 | (index + 1);
    if (2 * (uint64_t)r->state_count > r->slot_count)
        spread(r);
    return index;
}

/* -- Expanding --------------------------------------------------------------------------------------- */

/* An asynchronous crash can leave very many prefixes. */
static void grow_found(struct run *r) {
    r->found_capacity = r->found_capacity > 0 ? 2 * r->found_capacity : 256;
    r->found = need(realloc(r->found, r->found_capacity * sizeof *r->found));
    r->found_step = need(realloc(r->found_step, r->found_capacity * sizeof *r->found_step));
    r->found_hash = need(realloc(r->found_hash, r->found_capacity * sizeof *r->found_hash));
}

static void on_found(void *self, const struct explore_step *step) {
    struct run *r = self;
    if (r->found_count == r->found_capacity)
        grow_found(r);
    struct state *next = &r->found[r->found_count];
    memcpy(next->word, r->from.word, r->search.words * 4);
    state_take(&r->search, next, step);
    const uint64_t hash = hash_bytes(next->word, r->search.words * 4);
    __builtin_prefetch(&r->slots[(hash >> 32) & (r->slot_count - 1)]);
    r->found_hash[r->found_count] = hash;
    r->found_step[r->found_count++] = pack(step);
}

static void judge(struct run *r, uint32_t index) {
    struct explore_result *result = r->result;
    if (result->verdict == EXPLORE_DESYNC || !state_is_quiet(&r->search, &r->from))
        return; /* it can't get worse, and the first one found has the shortest path */
    const enum explore_verdict verdict = state_judge(&r->search, &r->from, NULL, NULL);
    if (verdict > result->verdict) {
        result->verdict = verdict;
        r->worst_state = index;
    }
    const uint64_t next_sample = (uint64_t)1 << (3 * r->sample_count); /* the 1st, 8th, 64th ... */
    if (verdict == EXPLORE_SYNC && ++r->quiet_count == next_sample && r->sample_count < EXPLORE_SAMPLES_MAX)
        r->samples[r->sample_count++] = index;
}

static void expand(struct run *r, uint32_t index) {
    memcpy(r->from.word, words_of(r, index), r->search.words * 4);
    judge(r, index);
    r->found_count = 0;
    state_steps(&r->search, &r->from, on_found, r);
    r->result->generated += r->found_count;
    for (uint32_t i = 0; i < r->found_count; i++) { /* fetch them all before the first is looked at */
        const uint64_t slot = r->slots[(r->found_hash[i] >> 32) & (r->slot_count - 1)];
        if (slot >> 32 == r->found_hash[i] >> 32)
            __builtin_prefetch(words_of(r, (uint32_t)slot - 1));
    }
    for (uint32_t i = 0; i < r->found_count; i++)
        visit(r, &r->found[i], r->found_hash[i], index, r->found_step[i]);
}

static double now_s(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* NULL: go on. Otherwise why the search ends here. */
static const char *look(struct run *r) {
    const struct explore_config *c = r->search.config;
    struct explore_result *result = r->result;
    result->distinct = r->state_count;
    result->seconds = now_s() - r->started;
    const struct explore_progress progress = {result->generated, result->distinct, result->depth,
                                              result->seconds, result->verdict};
    if (c->progress && !c->progress(c->progress_self, &progress))
        return "interrupted";
    if (memory_of(r) > c->memory_size_max)
        return "the memory that it may use is full";
    if (c->seconds_max > 0 && result->seconds > c->seconds_max)
        return "the time that it may take is over";
    if (r->state_count > UINT32_MAX / 2 + UINT32_MAX / 4)
        return "more states than can be numbered";
    return NULL;
}

static void search(struct run *r) {
    struct explore_result *result = r->result;
    uint32_t level_end = 1;
    const char *stop = NULL;
    for (uint32_t i = 0; i < r->state_count && !stop; i++) {
        if (i == level_end) {
            result->depth++;
            level_end = r->state_count;
        }
        expand(r, i);
        if (i % LOOK_EVERY == LOOK_EVERY - 1)
            stop = look(r);
        if (result->verdict == EXPLORE_DESYNC && r->search.config->stop_at_first)
            stop = "it was to stop at the first desync";
    }
    look(r);
    result->complete = !stop;
    result->incomplete = stop;
}

/* How a state was reached first. Returns the number of steps. */
static uint32_t collect_path(const struct run *r, uint32_t state, struct explore_step *steps) {
    uint32_t length = 0; /* 0: it is the very first one */
    for (uint32_t i = state; i != 0; i = origin_of(r, i)->parent)
        length++;
    assert(length <= EXPLORE_STEPS_MAX);
    const uint32_t count = length;
    for (uint32_t i = state; i != 0; i = origin_of(r, i)->parent)
        steps[--length] = unpack(origin_of(r, i)->step);
    return count;
}

static void collect_witness(struct run *r) {
    struct explore_result *result = r->result;
    struct state quiet;
    result->step_count = collect_path(r, r->worst_state, result->steps);
    memcpy(quiet.word, words_of(r, r->worst_state), r->search.words * 4);
    state_judge(&r->search, &quiet, result->steps, &result->step_count);
}

static void collect_samples(struct run *r) {
    for (uint32_t i = 0; i < r->sample_count; i++) {
        struct explore_run *sample = &r->result->samples[i];
        struct state quiet;
        sample->step_count = collect_path(r, r->samples[i], sample->steps);
        memcpy(quiet.word, words_of(r, r->samples[i]), r->search.words * 4);
        state_close(&r->search, &quiet, sample->steps, &sample->step_count);
    }
    r->result->sample_count = r->sample_count;
}

/* -- Life -------------------------------------------------------------------------------------------- */

static void run_free(struct run *r) {
    for (uint32_t i = 0; i < r->chunk_count; i++) {
        free(r->words[i]);
        free(r->origins[i]);
    }
    free(r->words);
    free(r->origins);
    free(r->slots);
    free(r->found);
    free(r->found_step);
    free(r->found_hash);
    space_free(&r->search.space);
}

bool explore(const struct explore_config *config, const struct sim_app *app, struct explore_result *result) {
    const int slots = config->members + config->budget.joins;
    struct run r = {.search = {.config = config, .slots = slots}, .result = result};
    memset(result, 0, sizeof *result);
    if (slots > EXPLORE_MEMBERS_MAX || config->members < 1 ||
        config->budget.changes + slots > EXPLORE_CHANGES_MAX)
        return false;
    r.started = now_s();
    r.search.words = (uint32_t)(slots + slots * slots + 4);
    r.search.space = space_new(app, (enum gms_rung_id)config->rung, slots);
    r.search.resends = config->rung >= GMS_RUNG_4_ACK;
    spread(&r);
    state_begin(&r.search, &r.from);
    visit(&r, &r.from, hash_bytes(r.from.word, r.search.words * 4), NO_STATE, 0);
    if (state_has_all(&r.search, &r.from)) {
        search(&r);
    } else {
        result->verdict = EXPLORE_HALT;
        result->incomplete = "the group does not even form";
    }
    if (result->verdict != EXPLORE_SYNC)
        collect_witness(&r);
    collect_samples(&r);
    result->locals = r.search.space->locals.count;
    result->steps_computed = r.search.space->outcome_count;
    result->memory_size = memory_of(&r);
    run_free(&r);
    return true;
}
