/* Messages on their way: a ring in the order of their sending, and a hash from x to the place in it. */
#include "app/report/export_parts.h"

#include <stdlib.h>
#include <string.h>

#define IN_TRANSIT_MAX  65536              /* so many messages */
#define TRANSIT_MEMORY  (64 * 1024 * 1024) /* or so many bytes */
#define TRANSIT_BUCKETS 65536

struct flight {
    gms_id sender;
    uint64_t x;
    uint64_t next; /* of the same bucket: its number + 1; 0 or one that is gone: none */
    bool used;
};

struct export_transit {
    size_t payload;
    uint64_t capacity, first, end; /* numbers; the place is the number modulo the capacity */
    struct flight *flight;
    unsigned char *payloads;
    uint64_t buckets[TRANSIT_BUCKETS];
    void (*give_up)(void *arg, void *payload);
    void *arg;
};

struct export_transit *export_transit_new(size_t payload, void (*give_up)(void *arg, void *payload),
                                          void *arg) {
    struct export_transit *t = calloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->payload = (payload + 15) / 16 * 16;
    t->capacity = TRANSIT_MEMORY / t->payload < IN_TRANSIT_MAX ? TRANSIT_MEMORY / t->payload : IN_TRANSIT_MAX;
    t->flight = calloc(t->capacity, sizeof *t->flight);
    t->payloads = malloc(t->capacity * t->payload);
    t->give_up = give_up;
    t->arg = arg;
    if (!t->flight || !t->payloads)
        export_transit_free(&t);
    return t;
}

void export_transit_free(struct export_transit **self) {
    struct export_transit *t = *self;
    if (!t)
        return;
    free(t->flight);
    free(t->payloads);
    free(t);
    *self = NULL;
}

static uint64_t *bucket_of(struct export_transit *t, gms_id sender, uint64_t x) {
    uint64_t hash = (sender ^ x * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    return &t->buckets[(hash ^ hash >> 32) % TRANSIT_BUCKETS];
}

static struct flight *flight_at(struct export_transit *t, uint64_t link) {
    return link > t->first && link <= t->end ? &t->flight[(link - 1) % t->capacity] : NULL;
}

static void *payload_of(struct export_transit *t, const struct flight *f) {
    return t->payloads + (size_t)(f - t->flight) * t->payload;
}

/* Chains lead from the younger to the older: what is gone is behind all that is there. */
static void drop_first(struct export_transit *t) {
    struct flight *f = &t->flight[t->first % t->capacity];
    t->first++;
    if (f->used && t->give_up)
        t->give_up(t->arg, payload_of(t, f));
    f->used = false;
}

void *export_transit_put(struct export_transit *t, const struct trace_record *r) {
    if (r->x == 0)
        return NULL;
    while (t->first < t->end && (!t->flight[t->first % t->capacity].used || t->end - t->first == t->capacity))
        drop_first(t);
    uint64_t *bucket = bucket_of(t, r->x_sender, r->x);
    struct flight *f = &t->flight[t->end % t->capacity];
    *f = (struct flight){.sender = r->x_sender, .x = r->x, .next = *bucket, .used = true};
    *bucket = ++t->end;
    return memset(payload_of(t, f), 0, t->payload);
}

static struct flight *find(struct export_transit *t, const struct trace_record *r) {
    struct flight *f = NULL;
    if (r->x == 0)
        return NULL;
    for (uint64_t link = *bucket_of(t, r->x_sender, r->x); (f = flight_at(t, link)); link = f->next) {
        if (f->used && f->sender == r->x_sender && f->x == r->x)
            break;
    }
    return f;
}

void *export_transit_find(struct export_transit *t, const struct trace_record *r) {
    const struct flight *f = find(t, r);
    return f ? payload_of(t, f) : NULL;
}

void *export_transit_take(struct export_transit *t, const struct trace_record *r) {
    struct flight *f = find(t, r);
    if (!f)
        return NULL;
    f->used = false;
    return payload_of(t, f);
}

void export_transit_give_up_all(struct export_transit *t) {
    while (t->first < t->end)
        drop_first(t);
}
