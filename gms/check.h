/* The checker: judges a run from its trace alone, record by record; it knows nothing of the protocol's state.
 *
 * The numbers are those of the design's properties page. Judged so far: 20 total order (position by
 * position), 22 colour, 23 state transfer, 24 convergence, 26 progress; and whether a member halted.
 * Records of one process come in order; those of different processes may come in any, but for a group that
 * lost its state and started afresh: there a STATE must not come before the one that it was learnt from.
 */
#ifndef GMS_CHECK_H
#define GMS_CHECK_H

#include "gms/color.h"

#define CHECK_MEMBERS_MAX   1024       /* incarnations in one run */
#define CHECK_CONFLICTS_MAX 64         /* pairs that differed, until it is known who crashed */
#define CHECK_POSITIONS_MAX (1u << 17) /* how far two members may be apart and still be compared */

enum check_property {
    CHECK_TOTAL_ORDER = 20,
    CHECK_COLOR = 22,
    CHECK_STATE_TRANSFER = 23,
    CHECK_CONVERGENCE = 24,
    CHECK_PROGRESS = 26,
    CHECK_PROPERTIES
};

enum check_verdict { CHECK_HOLDS, CHECK_VIOLATED, CHECK_HALTED, CHECK_NOT_APPLICABLE };

/* Two members, and what each had at a count. `b` is GMS_NOBODY where one alone shows it. */
struct check_witness {
    gms_id a, b;
    uint64_t count;
    gms_id a_origin, b_origin; /* with a_n, b_n: the messages at that position, if they matter */
    uint64_t a_n, b_n;
};

struct check_member {
    gms_id id;
    bool joined, viewed, has_state;
    bool crashed, left, frozen;
    gms_id epoch; /* who said that the state was lost and all start afresh; GMS_NOBODY: the founder's */
    struct trace_state state;
    uint64_t mcast_n, own_delivered_n; /* its last multicast, and the last of its own that it delivered */
    gms_time mcast_t;
    gms_time end_t; /* when it crashed or left */
};

struct check_position {
    uint64_t count; /* 0: free */
    gms_id epoch;
    gms_id by;       /* who showed it first */
    gms_id m_origin; /* GMS_NOBODY: by adopting a state, so only the hash is known */
    uint64_t m_n;
    uint64_t hash;
};

struct check_conflict {
    enum check_property property;
    struct check_witness witness;
};

/* Large (some megabytes); the caller's, zeroed by check_init(). */
struct check {
    uint64_t records;
    uint32_t member_count;
    struct check_member members[CHECK_MEMBERS_MAX];
    struct check_position positions[CHECK_POSITIONS_MAX];
    uint32_t conflict_count;
    struct check_conflict conflicts[CHECK_CONFLICTS_MAX];
    bool violated[CHECK_PROPERTIES];
    struct check_witness witness[CHECK_PROPERTIES];
    gms_time disturbed_t; /* the last view, crash or fault */
    uint64_t delivered;   /* the highest count that anybody reached */
    uint64_t uncompared;  /* deliveries too far behind to be compared */
};

void check_init(struct check *);
void check_feed(struct check *, const struct trace_record *);

/* Call when the run has ended and was stable before: judges 24 and 26, and 20 among those that did not crash:
 * what only a crashed member had delivered is uniform agreement (16), which gms1 to gms3 do not promise. */
void check_end(struct check *);

enum check_verdict check_property(const struct check *, enum check_property);
enum check_verdict check_overall(const struct check *); /* VIOLATED before HALTED before HOLDS */
const char *check_property_name(enum check_property);   /* NULL: not a property judged here */

#endif
