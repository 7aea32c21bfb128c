/* What the search keeps: byte strings by number, and numbers by number. */
#ifndef NET_SIM_EXPLORE_TABLE_H
#define NET_SIM_EXPLORE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* Equal bytes get the same index, from 0 in the order of their first appearance. They stay where they are. */
struct intern {
    uint32_t count, capacity;
    uint8_t **bytes;
    uint32_t *sizes;
    uint32_t *slots; /* index + 1, 0: free */
    uint32_t slot_count;
    uint8_t *chunk; /* where the next ones go; the chunks are linked by their first bytes */
    size_t chunk_used, memory_size;
};

uint32_t intern_put(struct intern *, const void *bytes, size_t size);
void intern_free(struct intern *);

/* Large structures that are mostly zero, in less: for each 64 words which are not zero, then those. `packed`
 * has room for pack_size_max() bytes; returns how many it takes. Equal words give equal bytes. */
size_t pack_words(const uint64_t *words, size_t count, uint64_t *packed);
size_t pack_size_max(size_t count);
/* The first `wanted` of `count` words. */
void unpack_words(const uint64_t *packed, size_t count, uint64_t *words, size_t wanted);

/* The memory, or the end of the process if there is none. */
static inline void *need(void *memory) {
    if (!memory)
        abort();
    return memory;
}

/* Zeroed memory for what is large and read at random: with large pages where the system has them, since half
 * of the time would go into finding small ones. Never NULL; free() frees it. */
void *large_alloc(size_t size);

/* From a key that is not 0 to a value. */
struct map {
    uint64_t *keys;
    uint32_t *values;
    uint32_t count, slot_count;
};

bool map_get(const struct map *, uint64_t key, uint32_t *value);
void map_put(struct map *, uint64_t key, uint32_t value); /* the key is new */
void map_free(struct map *);

static inline uint64_t mix64(uint64_t x) { /* the finalizer of SplitMix64 */
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

uint64_t hash_bytes(const void *bytes, size_t size); /* size is a multiple of 4 */

#endif
