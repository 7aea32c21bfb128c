/* Of the two sets: a crash is reported once, when it is both known and of interest. */
#include "net/detect.h"

#include <assert.h>
#include <string.h>

void detect_watch(struct detector *d, gms_id whom) {
    d->news = d->news || gms_ids_have(&d->down, whom);
    gms_ids_add(&d->watched, whom);
}

void detect_down(struct detector *d, gms_id whom) {
    d->news = true;
    gms_ids_add(&d->down, whom);
}

gms_id detect_report(struct detector *d) {
    for (uint32_t i = 0; d->news && i < d->down.count; i++) {
        const gms_id whom = d->down.id[i];
        if (!gms_ids_have(&d->watched, whom) || gms_ids_have(&d->reported, whom))
            continue;
        gms_ids_add(&d->reported, whom);
        return whom;
    }
    d->news = false;
    return GMS_NOBODY;
}

bool detect_is_down(const struct detector *d, gms_id whom) {
    return gms_ids_have(&d->down, whom);
}

/* -- Silence -------------------------------------------------------------------------------------------
 * Whoever is heard goes to the end of a list, so that its head has been silent for longest: a leader of many
 * hears of them all the time. */

#define SLOTS (2 * GMS_MEMBERS_MAX)

/* The slot that holds it, or the free one where it would go. */
static uint32_t slot_of(const struct silence *s, gms_id id) {
    uint32_t slot = (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) % SLOTS;
    while (s->slots[slot] != 0 && s->of[s->slots[slot] - 1].id != id)
        slot = (slot + 1) % SLOTS;
    return slot;
}

/* NULL: it need not be heard. */
static const struct silent *find(const struct silence *s, gms_id id) {
    const uint16_t which = s->slots[slot_of(s, id)];
    return which > 0 ? &s->of[which - 1] : NULL;
}

static void append(struct silence *s, uint16_t which) {
    s->of[which - 1].older = s->newest;
    s->of[which - 1].newer = 0;
    if (s->newest > 0)
        s->of[s->newest - 1].newer = which;
    else
        s->oldest = which;
    s->newest = which;
}

static void begin_again(struct silence *s, uint16_t which, gms_time now) {
    struct silent *m = &s->of[which - 1];
    m->since = now;
    if (s->newest == which)
        return;
    if (m->older > 0)
        s->of[m->older - 1].newer = m->newer;
    else
        s->oldest = m->newer;
    s->of[m->newer - 1].older = m->older;
    append(s, which);
}

void silence_expect(struct silence *s, gms_time now, const gms_id *ids, uint32_t count) {
    const struct silence before = *s;
    assert(count <= GMS_MEMBERS_MAX);
    s->oldest = s->newest = 0;
    s->count = count;
    memset(s->slots, 0, sizeof s->slots);
    for (uint32_t i = 0; i < count; i++) {
        s->of[i] = (struct silent){.id = ids[i], .since = now};
        s->slots[slot_of(s, ids[i])] = (uint16_t)(i + 1);
    }
    for (uint16_t old = before.oldest; old > 0; old = before.of[old - 1].newer) {
        const struct silent *m = &before.of[old - 1];
        const uint16_t which = s->slots[slot_of(s, m->id)];
        if (which == 0)
            continue;
        s->of[which - 1].since = m->since;
        s->of[which - 1].suspected = m->suspected;
        append(s, which);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!find(&before, ids[i]))
            append(s, (uint16_t)(i + 1));
    }
}

void silence_heard(struct silence *s, gms_time now, gms_id from) {
    const uint16_t which = s->timeout > 0 ? s->slots[slot_of(s, from)] : 0;
    if (which == 0)
        return;
    s->of[which - 1].suspected = false;
    begin_again(s, which, now);
}

void silence_forgive(struct silence *s, gms_time now) {
    for (uint32_t i = 0; i < s->count; i++) {
        s->of[i].since = now;
        s->of[i].suspected = false;
    }
}

gms_time silence_due(const struct silence *s) {
    return s->timeout > 0 && s->oldest > 0 ? s->of[s->oldest - 1].since + s->timeout : GMS_NEVER;
}

gms_id silence_take(struct silence *s, gms_time now) {
    for (uint32_t i = 0; silence_due(s) <= now && i < s->count; i++) {
        if (s->of[i].since + s->timeout > now)
            continue;
        s->of[i].suspected = true;
        begin_again(s, (uint16_t)(i + 1), now);
        return s->of[i].id;
    }
    return GMS_NOBODY;
}

bool silence_suspects(const struct silence *s, gms_id whom) {
    const struct silent *m = find(s, whom);
    return m && m->suspected;
}
