/* The layout of a member's state, for those who embed it (a node, a search). State nests by first member:
 * a gms3 member is a gms2 member is a gms1 member, as the rungs are. */
#ifndef GMS_STATE_H
#define GMS_STATE_H

#include "gms/log.h"
#include "gms/view.h"

struct gms1_state {
    struct gms_config config;
    enum gms_phase phase;
    bool leaving;
    gms_time now;
    gms_time deadline;
    uint64_t mcast_count;
    struct gms_view view;
    struct gms_ids departed; /* ids that were members and are no longer; refused for ever */
    uint32_t contact_count;
    uint32_t contact_next;
    gms_id contacts[GMS_CONTACTS_MAX];
    struct gms_hold hold;
};

struct gms2_state {
    struct gms1_state gms1;
    struct gms_ids down; /* known to have crashed */
};

struct gms3_state {
    struct gms2_state gms2;
    uint64_t expected;    /* the number of the next message: to take, or to give when leading */
    struct gms_copy last; /* the last message taken from a leader */
};

/* What gms4 and up share, besides. */
struct gms4_state {
    struct gms3_state gms3;
    struct gms_pending pending; /* asked for again until delivered */
    struct gms_counts taken;    /* of each member of the view: the last n taken */
};

struct gms4_ack_state {
    struct gms4_state gms4;
};

struct gms4_nack_state {
    struct gms4_state gms4;
    struct gms_history history;
};

struct gms5_state {
    struct gms4_state gms4;
    struct gms_history history;
};

struct gms {
    union {
        struct gms1_state gms1;
        struct gms2_state gms2;
        struct gms3_state gms3;
        struct gms4_state gms4;
        struct gms4_ack_state gms4_ack;
        struct gms4_nack_state gms4_nack;
        struct gms5_state gms5;
    };
};

#endif
