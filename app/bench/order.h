/* Whether all members were delivered the same: every origin's 1 to n without gap or repeat, and all of them
 * in one order. Each member keeps a count and a hash over its whole sequence; at the end they are compared.
 */
#ifndef APP_BENCH_ORDER_H
#define APP_BENCH_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gms/limits.h"

enum order_flaw {
    ORDER_NONE,
    ORDER_GAP,     /* something of this origin is missing: lost, or out of its place */
    ORDER_REPEAT,  /* it was delivered before */
    ORDER_UNKNOWN, /* nobody multicast that */
};

struct order_sum { /* what a member tells of its sequence */
    uint64_t count;
    uint64_t hash;
    enum order_flaw flaw; /* the first one */
    uint32_t origin;
    uint64_t expected, got;
};

struct order {
    struct order_sum sum;
    uint32_t origins;
    uint64_t last[GMS_MEMBERS_MAX]; /* of each origin */
};

void order_init(struct order *, uint32_t origins);

/* The `n`-th of `origin` was delivered. After a gap it goes on behind it. */
void order_take(struct order *, uint32_t origin, uint64_t n);

/* Whether all have the same `total` in one order; if not, one line in `text` on the first flaw. */
bool order_agree(const struct order_sum *sums, uint32_t count, uint64_t total, char *text, size_t size);

#endif
