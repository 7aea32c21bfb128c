/* Of the two sets: a crash is reported once, when it is both known and of interest. */
#include "net/detect.h"

#include <assert.h>

static void put(struct gms_ids *ids, gms_id whom) {
    if (!gms_ids_have(ids, whom))
        gms_ids_add(ids, whom);
}

void detect_watch(struct detector *d, gms_id whom) {
    put(&d->watched, whom);
}

void detect_down(struct detector *d, gms_id whom) {
    put(&d->down, whom);
}

gms_id detect_report(struct detector *d) {
    for (uint32_t i = 0; i < d->down.count; i++) {
        const gms_id whom = d->down.id[i];
        if (!gms_ids_have(&d->watched, whom) || gms_ids_have(&d->reported, whom))
            continue;
        gms_ids_add(&d->reported, whom);
        return whom;
    }
    return GMS_NOBODY;
}

bool detect_is_down(const struct detector *d, gms_id whom) {
    return gms_ids_have(&d->down, whom);
}

/* -- Silence ------------------------------------------------------------------------------------------- */

void silence_expect(struct silence *s, gms_time now, const gms_id *ids, uint32_t count) {
    const struct silence before = *s;
    assert(count <= GMS_MEMBERS_MAX);
    for (uint32_t i = 0; i < count; i++) {
        s->of[i].id = ids[i];
        s->of[i].since = now;
        s->of[i].suspected = false;
        for (uint32_t j = 0; j < before.count; j++) {
            if (before.of[j].id == ids[i])
                s->of[i] = before.of[j];
        }
    }
    s->count = count;
}

void silence_heard(struct silence *s, gms_time now, gms_id from) {
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->of[i].id != from)
            continue;
        s->of[i].since = now;
        s->of[i].suspected = false;
        return;
    }
}

void silence_forgive(struct silence *s, gms_time now) {
    for (uint32_t i = 0; i < s->count; i++) {
        s->of[i].since = now;
        s->of[i].suspected = false;
    }
}

gms_time silence_due(const struct silence *s) {
    gms_time due = GMS_NEVER;
    for (uint32_t i = 0; s->timeout > 0 && i < s->count; i++) {
        if (s->of[i].since + s->timeout < due)
            due = s->of[i].since + s->timeout;
    }
    return due;
}

gms_id silence_take(struct silence *s, gms_time now) {
    for (uint32_t i = 0; s->timeout > 0 && i < s->count; i++) {
        if (s->of[i].since + s->timeout > now)
            continue;
        s->of[i].since = now;
        s->of[i].suspected = true;
        return s->of[i].id;
    }
    return GMS_NOBODY;
}

bool silence_suspects(const struct silence *s, gms_id whom) {
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->of[i].id == whom)
            return s->of[i].suspected;
    }
    return false;
}
