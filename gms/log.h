/* Messages that a member keeps: one copy, and the hold-back queue. */
#ifndef GMS_LOG_H
#define GMS_LOG_H

#include "gms/gms.h"

/* A message with its content beside it. `message`'s pointers are not kept: use gms_kept(). */
struct gms_copy {
    struct gms_message message;
    union {
        uint8_t body[GMS_BODY_SIZE_MAX];
        gms_id members[GMS_MEMBERS_MAX];
    } content;
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

#endif
