/* The inside of the ceiling, for its two roles. What travels:
 *
 *     request, to the leader      delivered u64, record*     `delivered` is the credit given back
 *     batch, to every follower    first u64, record*         the number of the first one
 *     record                      size u32, who u32, n u64, body
 */
#ifndef APP_BENCH_CEILING_H
#define APP_BENCH_CEILING_H

#include <zmq.h>

#include "app/bench/member.h"

struct ceiling_record {
    uint32_t size, who;
    uint64_t n;
};

#define CEILING_HEADER_SIZE        sizeof(uint64_t)
#define CEILING_RECORD_HEADER_SIZE sizeof(struct ceiling_record)
#define CEILING_FRAME_SIZE_MAX     (128 * 1024)
#define CEILING_FRAMES_PER_TURN    256
#define CEILING_IDENTITY_SIZE      3
#define CEILING_IDENTITY(who)                                                                                \
    { 'c', (uint8_t)((who) >> 8), (uint8_t)((who)&255) }

struct ceiling {
    struct load *load;
    void *context, *socket, *bell;
    size_t record_size; /* all bodies have one size */
};

void ceiling_lead(struct ceiling *);
void ceiling_follow(struct ceiling *);

void ceiling_wait(const struct ceiling *, gms_time until); /* for something to read, or to multicast */
void ceiling_ready(const struct ceiling *);
size_t ceiling_put_own(struct ceiling *, uint8_t *at); /* its next own record; its size */
uint32_t ceiling_deliver(struct ceiling *, const uint8_t *records, size_t size);

#endif
