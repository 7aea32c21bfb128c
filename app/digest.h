/* Digests: what workers tell each other, out of band, about the state they are in, so that a window can
 * know that it is out of sync. Pure. The protocol never depends on them.
 */
#ifndef APP_DIGEST_H
#define APP_DIGEST_H

#include "app/worker.h"

#define DIGEST_TAIL_MAX 16 /* hashes of the last positions, so that the first difference can be named */
#define DIGEST_SIZE_MAX (1 + 3 + 8 + 1 + 8 * DIGEST_TAIL_MAX)

struct digest {
    bool has_state;
    uint8_t color[3];
    uint64_t count;
    uint8_t tail_count; /* of `tail`, which ends with the hash at `count` */
    uint64_t tail[DIGEST_TAIL_MAX];
};

void digest_of(struct digest *, const struct worker *);
size_t digest_put(const struct digest *, uint8_t bytes[DIGEST_SIZE_MAX]); /* returns the size */
bool digest_get(struct digest *, const uint8_t *bytes, size_t size);      /* false: not a digest */

/* Compares this worker's history with the digest of the most senior member. `since` is the first count known
 * to differ so far, 0 if none; returns it brought up to date. */
uint64_t digest_compare(const struct worker *, const struct digest *senior, uint64_t since);

#endif
