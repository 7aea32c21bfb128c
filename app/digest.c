/* Histories are chains: once two differ at a count they differ at all later ones, so the newest common count
 * decides, and the oldest difference in sight is where they parted. */
#include "app/digest.h"

#include <string.h>

void digest_of(struct digest *d, const struct worker *w) {
    memset(d, 0, sizeof *d);
    d->has_state = w->has_state;
    d->count = w->state.count;
    memcpy(d->color, w->state.color, 3);
    uint64_t first = d->count >= DIGEST_TAIL_MAX ? d->count - DIGEST_TAIL_MAX + 1 : 0;
    if (first < w->history_from)
        first = w->history_from;
    for (uint64_t count = first; w->has_state && count <= d->count; count++)
        worker_history(w, count, &d->tail[d->tail_count++]);
}

static size_t put(uint8_t *bytes, size_t at, uint64_t value, size_t width) {
    for (size_t i = 0; i < width; i++)
        bytes[at + i] = (uint8_t)(value >> (8 * (width - 1 - i)));
    return at + width;
}

static uint64_t get(const uint8_t *bytes, size_t width) {
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | bytes[i];
    return value;
}

size_t digest_put(const struct digest *d, uint8_t bytes[DIGEST_SIZE_MAX]) {
    size_t size = put(bytes, 0, d->has_state, 1);
    for (int i = 0; i < 3; i++)
        size = put(bytes, size, d->color[i], 1);
    size = put(bytes, size, d->count, 8);
    size = put(bytes, size, d->tail_count, 1);
    for (uint8_t i = 0; i < d->tail_count; i++)
        size = put(bytes, size, d->tail[i], 8);
    return size;
}

bool digest_get(struct digest *d, const uint8_t *bytes, size_t size) {
    memset(d, 0, sizeof *d);
    if (size < 13 || bytes[0] > 1 || bytes[12] > DIGEST_TAIL_MAX || size != 13 + 8 * (size_t)bytes[12])
        return false;
    d->has_state = bytes[0] == 1;
    memcpy(d->color, bytes + 1, 3);
    d->count = get(bytes + 4, 8);
    d->tail_count = bytes[12];
    for (uint8_t i = 0; i < d->tail_count; i++)
        d->tail[i] = get(bytes + 13 + 8 * i, 8);
    return d->tail_count <= d->count + 1;
}

uint64_t digest_compare(const struct worker *w, const struct digest *senior, uint64_t since) {
    bool newest = true;
    for (uint8_t i = 0; i < senior->tail_count; i++) {
        const uint64_t count = senior->count - i;
        uint64_t mine;
        if (!worker_history(w, count, &mine))
            continue;
        const bool differs = mine != senior->tail[senior->tail_count - 1 - i];
        if (newest && !differs)
            return 0;
        newest = false;
        if (!differs)
            break;
        if (since == 0 || count < since)
            since = count;
    }
    return since;
}
