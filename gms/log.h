/* Messages that a member keeps: one copy, and the hold-back queue. */
#ifndef GMS_LOG_H
#define GMS_LOG_H

#include "gms/gms.h"

union gms_content {
    uint8_t body[GMS_BODY_SIZE_MAX];
    struct {
        gms_id members[GMS_MEMBERS_MAX];
        uint64_t counts[GMS_MEMBERS_MAX]; /* zero where the message has none */
    } view;
};

/* A message with its content beside it. `message`'s pointers are not kept: use gms_kept(). */
struct gms_copy {
    struct gms_message message;
    union gms_content content;
    bool has_counts;
};

/* The same for one of many: what is short lies close together, and only a long one's content, on a shelf of
 * its own, takes the room that the longest may. */
struct gms_slot {
    struct gms_message message;
    uint8_t body[GMS_SHORT_SIZE_MAX];
    bool has_counts;
};

void gms_keep(struct gms_copy *,
              const struct gms_message *); /* asserts that it fits; see gms_message_check */
void gms_forget(
    struct gms_copy *); /* so that equal states have equal bytes; only of one that was kept, or zeroed */
struct gms_message gms_kept(const struct gms_copy *); /* borrows the copy's content */

/* What came from a member whose turn has not come yet. First in, first out for each sender. */
struct gms_hold {
    uint32_t count;
    gms_id from[GMS_HOLD_MAX];
    struct gms_copy copy[GMS_HOLD_MAX];
};

bool gms_hold_put(struct gms_hold *, gms_id from, const struct gms_message *); /* false: full */

/* Takes the oldest entry that `from` sent into `taken`; false if there is none. */
bool gms_hold_take(struct gms_hold *, gms_id from, struct gms_copy *taken);

/* A member's own multicasts, as REQUESTs, from when it made them until it has them delivered. Their n follow
 * one another; each is in the slot of its n modulo the size. */
struct gms_pending {
    uint32_t count;
    uint64_t first; /* the n of the oldest, 0: there is none */
    struct gms_slot slot[GMS_PENDING_MAX];
    union gms_content shelf[GMS_PENDING_MAX];
};

bool gms_pending_put(struct gms_pending *, const struct gms_message *request); /* false: full */
void gms_pending_done(struct gms_pending *, uint64_t n);                       /* delivered up to n */
struct gms_message gms_pending_at(const struct gms_pending *, uint32_t i);     /* the i-th oldest; borrows */

/* Messages by their sequence number, each in the slot of its number modulo the size: what comes a whole
 * history later takes the place. Gaps are allowed. */
struct gms_history {
    uint64_t top; /* nothing after this number is there */
    struct gms_slot slot[GMS_HISTORY_MAX];
    union gms_content shelf[GMS_HISTORY_MAX];
};

/* All that are there are forgotten, at the cost of what they weigh. */
void gms_hold_clear(struct gms_hold *);
void gms_pending_clear(struct gms_pending *);
void gms_history_clear(struct gms_history *);

void gms_history_put(struct gms_history *, const struct gms_message *); /* under its seq, never 0 */
bool gms_history_have(const struct gms_history *, uint64_t seq);
bool gms_history_get(const struct gms_history *, uint64_t seq, struct gms_message *); /* borrows */
void gms_history_forget_after(struct gms_history *, uint64_t seq);

#endif
