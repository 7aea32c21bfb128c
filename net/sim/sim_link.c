/* Links, and the heap of what will happen. */
#include <assert.h>
#include <stdlib.h>

#include "net/sim/sim_state.h"

/* -- Links ------------------------------------------------------------------------------------------- */

static void grow(struct sim_link *link) {
    const uint32_t capacity = link->capacity > 0 ? 2 * link->capacity : 8;
    struct sim_frame *ring = malloc(capacity * sizeof *ring);
    if (!ring)
        abort();
    for (uint32_t i = 0; i < link->count; i++)
        ring[i] = link->ring[(link->head + i) % link->capacity];
    free(link->ring);
    link->ring = ring;
    link->head = 0;
    link->capacity = capacity;
}

static gms_time draw_delay(struct sim *s) {
    const gms_time spread = s->config.delay_max - s->config.delay_min;
    return s->config.delay_min + (spread > 0 ? gms_rng_below(&s->rng, spread) : 0);
}

void sim_link_put(struct sim *s, int from, int to, uint8_t *bytes, size_t size) {
    struct sim_link *link = &s->link[from][to];
    gms_time arrival = s->now + draw_delay(s) + link->extra_delay;
    if (arrival < link->last_arrival)
        arrival = link->last_arrival; /* first in, first out */
    if (link->count == link->capacity)
        grow(link);
    link->ring[(link->head + link->count++) % link->capacity] = (struct sim_frame){bytes, size, arrival};
    link->last_arrival = arrival;
    sim_push(s, arrival, SIM_ARRIVE, from, to);
}

bool sim_link_take(struct sim_link *link, struct sim_frame *frame) {
    if (link->count == 0)
        return false;
    *frame = link->ring[link->head];
    link->head = (link->head + 1) % link->capacity;
    link->count--;
    return true;
}

void sim_link_cut(struct sim_link *link, uint32_t keep) {
    while (link->count > keep)
        free(link->ring[(link->head + --link->count) % link->capacity].bytes);
}

/* -- Events ------------------------------------------------------------------------------------------ */

static bool earlier(const struct sim_event *a, const struct sim_event *b) {
    return a->time != b->time ? a->time < b->time : a->order < b->order;
}

void sim_push(struct sim *s, gms_time time, enum sim_event_kind kind, int from, int to) {
    if (s->config.manual)
        return;
    if (s->heap_count == s->heap_capacity) {
        s->heap_capacity = s->heap_capacity > 0 ? 2 * s->heap_capacity : 256;
        s->heap = realloc(s->heap, s->heap_capacity * sizeof *s->heap);
        if (!s->heap)
            abort();
    }
    const struct sim_event e = {time, s->order++, kind, from, to};
    uint32_t i = s->heap_count++;
    for (; i > 0 && earlier(&e, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = e;
}

bool sim_pop(struct sim *s, gms_time until, struct sim_event *first) {
    if (s->heap_count == 0 || s->heap[0].time > until)
        return false;
    *first = s->heap[0];
    const struct sim_event last = s->heap[--s->heap_count];
    uint32_t i = 0;
    for (;;) {
        uint32_t child = 2 * i + 1;
        if (child >= s->heap_count)
            break;
        if (child + 1 < s->heap_count && earlier(&s->heap[child + 1], &s->heap[child]))
            child++;
        if (!earlier(&s->heap[child], &last))
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    if (s->heap_count > 0)
        s->heap[i] = last;
    return true;
}
