/* Open addressing, powers of two, at most half full. Out of memory ends the process: what the search may use
 * is bounded and checked elsewhere. */
#define _DEFAULT_SOURCE /* madvise() */
#include "net/sim/explore_table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK_SIZE (1u << 20)

void *large_alloc(size_t size) {
    const size_t page_size = (size_t)2 << 20;
    void *memory = NULL;
    if (size < page_size)
        return need(calloc(1, size));
    if (posix_memalign(&memory, page_size, size) != 0)
        memory = NULL;
    need(memory);
#ifdef MADV_HUGEPAGE
    madvise(memory, size, MADV_HUGEPAGE); /* if it can't, it is slower, that is all */
#endif
    memset(memory, 0, size);
    return memory;
}

uint64_t hash_bytes(const void *bytes, size_t size) {
    const uint8_t *at = bytes;
    uint64_t hash = size * 0x9e3779b97f4a7c15u;
    for (; size >= 8; size -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
        hash ^= hash >> 32;
    }
    if (size > 0) {
        uint64_t word = 0;
        memcpy(&word, at, size);
        hash = (hash ^ word) * 0xff51afd7ed558ccdu;
    }
    return mix64(hash);
}

/* -- Packing ----------------------------------------------------------------------------------------- */

#define MASKS(count) (((count) + 63) / 64)

size_t pack_size_max(size_t count) {
    return 8 * (MASKS(count) + count);
}

size_t pack_words(const uint64_t *words, size_t count, uint64_t *packed) {
    uint64_t *next = packed + MASKS(count);
    memset(packed, 0, 8 * MASKS(count));
    for (size_t i = 0; i < count; i++) {
        if (words[i] == 0)
            continue;
        packed[i / 64] |= (uint64_t)1 << (i % 64);
        *next++ = words[i];
    }
    return (size_t)(next - packed) * 8;
}

void unpack_words(const uint64_t *packed, size_t count, uint64_t *words, size_t wanted) {
    const uint64_t *next = packed + MASKS(count);
    memset(words, 0, 8 * wanted);
    for (size_t i = 0; i < MASKS(wanted); i++) {
        for (uint64_t mask = packed[i]; mask != 0; mask &= mask - 1) {
            const size_t at = 64 * i + (size_t)__builtin_ctzll(mask);
            if (at >= wanted)
                return;
            words[at] = *next++;
        }
    }
}

/* -- Byte strings ------------------------------------------------------------------------------------ */

static uint8_t *room(struct intern *t, size_t size) {
    const size_t used = (size + 15) / 16 * 16; /* whatever is kept here is aligned */
    if (!t->chunk || t->chunk_used + used > CHUNK_SIZE) {
        const size_t chunk_size = used + 16 > CHUNK_SIZE ? used + 16 : CHUNK_SIZE;
        uint8_t *chunk = need(malloc(chunk_size));
        memcpy(chunk, &t->chunk, sizeof t->chunk);
        t->chunk = chunk;
        t->chunk_used = 16;
        t->memory_size += chunk_size;
    }
    uint8_t *at = t->chunk + t->chunk_used;
    t->chunk_used += used;
    return at;
}

static void spread(struct intern *t) {
    t->slot_count = t->slot_count > 0 ? 2 * t->slot_count : 1024;
    free(t->slots);
    t->slots = need(calloc(t->slot_count, sizeof *t->slots));
    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t slot = (uint32_t)hash_bytes(t->bytes[i], t->sizes[i]) & (t->slot_count - 1);
        while (t->slots[slot] != 0)
            slot = (slot + 1) & (t->slot_count - 1);
        t->slots[slot] = i + 1;
    }
}

uint32_t intern_put(struct intern *t, const void *bytes, size_t size) {
    if (2 * (t->count + 1) > t->slot_count)
        spread(t);
    uint32_t slot = (uint32_t)hash_bytes(bytes, size) & (t->slot_count - 1);
    for (; t->slots[slot] != 0; slot = (slot + 1) & (t->slot_count - 1)) {
        const uint32_t i = t->slots[slot] - 1;
        if (t->sizes[i] == size && memcmp(t->bytes[i], bytes, size) == 0)
            return i;
    }
    if (t->count == t->capacity) {
        t->capacity = t->capacity > 0 ? 2 * t->capacity : 256;
        t->bytes = need(realloc(t->bytes, t->capacity * sizeof *t->bytes));
        t->sizes = need(realloc(t->sizes, t->capacity * sizeof *t->sizes));
    }
    t->bytes[t->count] = room(t, size);
    t->sizes[t->count] = (uint32_t)size;
    memcpy(t->bytes[t->count], bytes, size);
    t->slots[slot] = ++t->count;
    return t->count - 1;
}

void intern_free(struct intern *t) {
    while (t->chunk) {
        uint8_t *before;
        memcpy(&before, t->chunk, sizeof before);
        free(t->chunk);
        t->chunk = before;
    }
    free(t->bytes);
    free(t->sizes);
    free(t->slots);
    memset(t, 0, sizeof *t);
}

/* -- Numbers ----------------------------------------------------------------------------------------- */

static uint32_t slot_of(const struct map *m, uint64_t key) {
    uint32_t slot = (uint32_t)mix64(key) & (m->slot_count - 1);
    while (m->keys[slot] != 0 && m->keys[slot] != key)
        slot = (slot + 1) & (m->slot_count - 1);
    return slot;
}

bool map_get(const struct map *m, uint64_t key, uint32_t *value) {
    if (m->slot_count == 0)
        return false;
    const uint32_t slot = slot_of(m, key);
    *value = m->values[slot];
    return m->keys[slot] != 0;
}

void map_put(struct map *m, uint64_t key, uint32_t value) {
    if (2 * (m->count + 1) > m->slot_count) {
        const struct map before = *m;
        m->slot_count = before.slot_count > 0 ? 2 * before.slot_count : 1024;
        m->keys = need(calloc(m->slot_count, sizeof *m->keys));
        m->values = need(calloc(m->slot_count, sizeof *m->values));
        for (uint32_t i = 0; i < before.slot_count; i++) {
            if (before.keys[i] == 0)
                continue;
            const uint32_t slot = slot_of(m, before.keys[i]);
            m->keys[slot] = before.keys[i];
            m->values[slot] = before.values[i];
        }
        free(before.keys);
        free(before.values);
    }
    const uint32_t slot = slot_of(m, key);
    m->keys[slot] = key;
    m->values[slot] = value;
    m->count++;
}

void map_free(struct map *m) {
    free(m->keys);
    free(m->values);
    memset(m, 0, sizeof *m);
}
