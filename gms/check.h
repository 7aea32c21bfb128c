/* The checker: judges a run from its trace alone, record by record; it knows nothing of the protocol's state.
 *
 * The numbers are those of the design's properties page. Which rung promises which property is the table in
 * check_promise.c; all are judged on any rung, and those that it does not promise are not applicable.
 *
 * Records of one process come in its own order; those of different processes may come in any, but for a group
 * that lost its state and started afresh: there a STATE must not come before the one that it was learnt from.
 * What a record alone can't tell is judged when the other one is there, or at the end.
 *
 * A run may be heard from its middle on, member by member (records marked `here`, check_here.c): what was
 * multicast before somebody was heard of, it may have delivered, and nobody knows; so that is not judged.
 *
 * Memory is fixed. A message is kept until everybody in its view that is alive has delivered it; what a limit
 * below keeps from being compared is counted in `uncompared`.
 */
#ifndef GMS_CHECK_H
#define GMS_CHECK_H

#include "gms/color.h"

#ifdef GMS_PROFILE_SMALL
#define CHECK_MEMBERS_MAX   64
#define CHECK_VIEWS_MAX     64
#define CHECK_MESSAGES_MAX  512
#define CHECK_POSITIONS_MAX 512
#define CHECK_LOG_MAX       64
#define CHECK_NOTES_MAX     512
#else
#define CHECK_MEMBERS_MAX   1024       /* incarnations in one run */
#define CHECK_VIEWS_MAX     1024       /* views remembered */
#define CHECK_MESSAGES_MAX  16384      /* multicasts that are not stable */
#define CHECK_POSITIONS_MAX (1u << 16) /* how far two members may be apart and still be compared */
#define CHECK_LOG_MAX       512        /* deliveries before a multicast that can be its causes */
#define CHECK_NOTES_MAX     8192       /* losses and drops of messages that are not stable */
#endif
#define CHECK_CONFLICTS_MAX 32 /* of one property: members that differed, until it is known who crashed */
#define CHECK_EDGES_MAX     (4 * CHECK_MESSAGES_MAX)
#define CHECK_SEARCH_MAX    256 /* messages looked at for one cycle of orders */
#define CHECK_REASONS_MAX   64
#define CHECK_REASON_SIZE   64
#define CHECK_SUSPECTS_MAX  4

enum check_property {
    CHECK_SELF_INCLUSION = 1,
    CHECK_LOCAL_MONOTONICITY,
    CHECK_INITIAL_VIEW,
    CHECK_VIEW_AGREEMENT,
    CHECK_ONE_CHAIN,
    CHECK_ONE_LEADER,
    CHECK_QUORUM,
    CHECK_SUCCESSORS,
    CHECK_INTEGRITY,
    CHECK_NO_DUPLICATION,
    CHECK_SENDER_MEMBERSHIP,
    CHECK_SELF_DELIVERY,
    CHECK_SAME_VIEW_DELIVERY,
    CHECK_VIRTUAL_SYNCHRONY,
    CHECK_AGREEMENT,
    CHECK_UNIFORM_AGREEMENT,
    CHECK_BLOCKED,
    CHECK_FIFO,
    CHECK_CAUSAL,
    CHECK_TOTAL_ORDER,
    CHECK_GAP_FREE,
    CHECK_COLOR,
    CHECK_STATE_TRANSFER,
    CHECK_CONVERGENCE,
    CHECK_MEMBERSHIP_PRECISION,
    CHECK_PROGRESS,
    CHECK_PROPERTIES
};

#define CHECK_BIT(property) (1u << (property))
#define CHECK_ALL           (CHECK_BIT(CHECK_PROPERTIES) - CHECK_BIT(CHECK_SELF_INCLUSION))

enum check_verdict { CHECK_HOLDS, CHECK_VIOLATED, CHECK_HALTED, CHECK_NOT_APPLICABLE };

/* Which file and line of the trace; line 0: not known, as in a run that goes on. */
struct check_where {
    uint32_t file;
    uint64_t line;
};

/* Two members, and what each had at a count or in a view. `b` is GMS_NOBODY where one alone shows it; a
 * message is GMS_NOBODY's where it does not matter. `a` has what `b` lacks. */
struct check_witness {
    gms_id a, b;
    uint32_t view; /* 0: does not matter */
    uint64_t count;
    gms_id a_origin, b_origin; /* with a_n, b_n: the messages */
    uint64_t a_n, b_n;
    struct check_where a_at, b_at;
};

struct check_settings {
    enum gms_rung_id rung;
    uint32_t promises;      /* CHECK_BIT()s to judge by instead of the rung's own; 0: the rung's */
    bool agreed;            /* delivery `agreed`: no uniform agreement, order among survivors only */
    bool last_man_standing; /* a set is a quorum if all others of the view are proved crashed; the same */
    gms_time settle; /* the run's stated bound: less than this after the last fault nothing is judged */
};

struct check_member {
    gms_id id;
    bool joined, viewed, has_state;
    bool crashed, left, exited;
    bool frozen, blocked, no_quorum, excluded; /* announced, and not got out of */
    gms_id epoch; /* who said that the state was lost and all start afresh; GMS_NOBODY: the founder's */
    struct trace_state state;
    uint64_t mcast_n, own_delivered_n; /* its last multicast, and the last of its own that it delivered */
    gms_time mcast_t;
    uint32_t view, view_members; /* the view that it installed last: number, how many, who leads */
    gms_id leader;
    uint64_t expected, got; /* of its freeze */
    bool found;             /* heard of from the middle on, or lost sight of for a while */
    bool lost;              /* ... and not found again */

    /* The rest is the checker's own. */
    bool traced;    /* has records of its own */
    bool owes_view; /* delivered while blocked: its next view must come at once */
    bool adopted;   /* has a state from others, at `adopted_count` or more */
    uint16_t suspect_count;
    uint16_t suspects[CHECK_SUSPECTS_MAX]; /* whom it suspected or learnt to be down */
    gms_time found_t;                      /* if it was found: when that was last, */
    uint64_t found_n;                      /* its last multicast then, */
    uint32_t found_in;                     /* and the serial of its view */
    uint32_t first_view, view_serial, leads_next;
    uint32_t listed;         /* the lowest view that lists it, 0: none */
    uint32_t delivered_view; /* the lowest view in which something of its was delivered, 0: none */
    struct check_witness delivered_witness, blocked_witness;
    uint64_t digest, digest_count; /* the set of what it delivered in this view */
    uint64_t seq;                  /* of its last delivery or view, 0: none */
    uint32_t previous;             /* the message that it delivered last, with that one's serial */
    uint64_t previous_serial;
    uint64_t log_count, log_at_mcast; /* deliveries; up to its last multicast */
    uint64_t forgotten_n;             /* the highest of its multicasts that is no longer in the table */
    uint64_t adopted_count;
    struct check_where view_at, state_at;
};

struct check_view {
    uint32_t serial; /* in the order in which the checker met them, from 1; 0: free */
    uint32_t number;
    bool primary, link_judged;
    bool found; /* somebody was found in it */
    uint16_t member_count;
    uint16_t members[GMS_MEMBERS_MAX];
    uint32_t from[GMS_MEMBERS_MAX]; /* the serial of the view that each came from */
    uint64_t members_digest;
    uint16_t first_by, led_by, left_by; /* by index + 1; 0: nobody */
    struct check_where first_at, led_at;
    uint64_t digest, digest_count; /* the set of what anybody delivered in it */
    uint32_t group_count;          /* those who came from the same view, by what they had delivered there */
    struct check_group {
        uint32_t from;
        uint16_t by;
        uint64_t digest, digest_count;
        struct check_where at;
    } groups[4];
};

#define CHECK_SET_WORDS (CHECK_MEMBERS_MAX / 64)

struct check_message {
    uint64_t serial; /* 0: free */
    uint64_t n;
    uint16_t origin, first_by;
    uint16_t sender, asked; /* who sent it, who was requested to, by index + 1 */
    bool mcast_known, delivered, stable;
    bool pinned, settled; /* kept for the cause; and otherwise done with */
    bool views_differ;    /* delivered in one view here, in another there */
    int mcast_change, change;
    uint16_t delivered_count;
    uint16_t lacking; /* the place in its view of one that had not delivered it when that was last asked */
    uint32_t view, view_serial; /* of its first delivery */
    uint64_t count;             /* its position, once a member with state delivered it */
    gms_time mcast_t;
    uint64_t causes_from, causes_to; /* of its origin's deliveries, those before it */
    struct check_where mcast_at, delivered_at;
    uint32_t bucket_next, older, newer; /* slots + 1 */
    uint32_t out, in, notes;            /* edges and notes + 1 */
    uint64_t order;                     /* a topological order of all delivery orders */
    uint32_t seen, parent;
    uint64_t delivered_by[CHECK_SET_WORDS];
    uint64_t sent_to[CHECK_SET_WORDS], received_by[CHECK_SET_WORDS];
};

/* Somebody delivered `from` and next `to`. */
struct check_edge {
    uint32_t from, to;
    uint16_t by, also_by;
    uint32_t next_out, next_in;
};

struct check_note {
    uint32_t next;
    bool lost, request; /* lost, else dropped; a request, else the message itself */
    uint16_t from, to;
    uint16_t why;
};

/* What members had at one count. Two answers are kept, for the first may be a crashed member's. */
struct check_position {
    uint32_t stamp;
    uint32_t answer_count;
    uint64_t count;
    gms_id epoch;
    struct check_answer {
        gms_id by, also; /* the first and the last that gave it */
        gms_id m_origin; /* GMS_NOBODY: by adopting a state, so only the state is known */
        bool found;      /* it was found with that state */
        uint64_t m_n;
        struct trace_state state;
        struct check_where at;
    } answers[2];
};

struct check_conflict {
    enum check_property property;
    struct check_witness witness;
    uint64_t others[CHECK_SET_WORDS]; /* who else must not have crashed for it to count */
};

/* Some 40 MB, most of it never touched. The caller's; all zero before its first check_init(). */
struct check {
    struct check_settings settings;
    uint32_t promises;
    bool survivors_only;

    uint64_t records;
    uint32_t member_count;
    struct check_member members[CHECK_MEMBERS_MAX];
    gms_time disturbed_t; /* the last view, crash or fault */
    gms_time last_t;
    uint64_t delivered;  /* the highest count that anybody reached */
    uint64_t uncompared; /* what came too far behind, or beyond a limit, to be compared */
    bool from_middle;    /* somebody was found there */
    bool unfinished;     /* set it before check_end() if the run was cut off: its end is not judged */

    uint32_t conflict_count;
    struct check_conflict conflicts[5 * CHECK_CONFLICTS_MAX];
    bool violated[CHECK_PROPERTIES];
    struct check_witness witness[CHECK_PROPERTIES];

    /* The rest is the checker's own. */
    uint32_t stamp; /* of this run: what has another one is empty */
    uint16_t member_slots[2 * CHECK_MEMBERS_MAX];
    uint32_t view_serial;
    uint32_t view_numbers[CHECK_VIEWS_MAX];
    struct check_view views[CHECK_VIEWS_MAX];
    struct check_position positions[CHECK_POSITIONS_MAX];

    uint64_t message_serial, next_order;
    uint32_t message_fresh, message_free, message_oldest, message_newest;
    struct check_message messages[CHECK_MESSAGES_MAX];
    struct {
        uint32_t stamp, head;
    } buckets[2 * CHECK_MESSAGES_MAX];
    uint32_t edge_fresh, edge_free, note_fresh, note_free;
    struct check_edge edges[CHECK_EDGES_MAX];
    struct check_note notes[CHECK_NOTES_MAX];
    uint32_t search_mark, found[2][CHECK_SEARCH_MAX];
    uint32_t reason_count;
    char reasons[CHECK_REASONS_MAX][CHECK_REASON_SIZE];

    uint64_t last_n[CHECK_MEMBERS_MAX][CHECK_MEMBERS_MAX];  /* [by][origin]: the last that it delivered */
    uint64_t cause_n[CHECK_MEMBERS_MAX][CHECK_MEMBERS_MAX]; /* ... that caused what it delivered */
    struct check_log {
        uint16_t origin;
        uint64_t n;
    } log[CHECK_MEMBERS_MAX][CHECK_LOG_MAX];
};

/* Begins a run; takes some microseconds. */
void check_init(struct check *, const struct check_settings *);
void check_feed(struct check *, const struct trace_record *);

/* From now on records of this member are missing, until it says where it is. What it does meanwhile, and what
 * becomes of it if it never says so, is not judged. */
void check_lose(struct check *, gms_id);

/* Call once, when the run has ended and was stable before: judges what only the end can tell, among those
 * that did not crash: what only a crashed member had delivered is uniform agreement (16), which gms1 to gms3
 * do not promise. */
void check_end(struct check *);

enum check_verdict check_property(const struct check *, enum check_property);
enum check_verdict check_overall(const struct check *); /* VIOLATED before HALTED before HOLDS */
const char *check_property_name(enum check_property);   /* NULL: no property */

/* Of a property that is violated, the first one found; NULL if it is not. Lives until the next record. */
const struct check_witness *check_witness_of(const struct check *, enum check_property);

/* What the ladder calls it, whatever else is violated: `desync` if two correct members have different
 * messages at a position that both have, or do not show the same in the end (20, 22 to 24); else `halt` if
 * somebody halted or made no progress. After check_end(). */
enum check_outcome { CHECK_SYNC, CHECK_DESYNC, CHECK_HALT };
enum check_outcome check_outcome(const struct check *);

const struct check_member *check_member_of(const struct check *, gms_id); /* NULL: never heard of */
bool check_halted(const struct check_member *); /* announced that it can't go on, and did not get out of it */

/* Which properties a rung promises, as CHECK_BIT()s. */
uint32_t check_promises(enum gms_rung_id);

/* -- Why, as far as the trace tells ---------------------------------------------------------------------- */

enum check_cause_kind {
    CHECK_CAUSE_UNKNOWN,
    CHECK_CAUSE_DROPPED,      /* `whom` dropped it, coming from `by`: `why` */
    CHECK_CAUSE_SUSPECTED,    /* ... because it suspects `by`, which is alive */
    CHECK_CAUSE_LOST,         /* the network lost it on the way from `by` to `whom`: `why` */
    CHECK_CAUSE_CRASHED,      /* `by` crashed when it had sent it to `sent_to` only */
    CHECK_CAUSE_CRASHED_LOST, /* `by` had sent it to `whom` too, and crashed before it was there */
    CHECK_CAUSE_FROZE,        /* `whom` froze before */
    CHECK_CAUSE_REQUEST_LOST, /* the request for it was lost on the way from `by` to `to`: `why` */
    CHECK_CAUSE_REQUEST_DROPPED,
    CHECK_CAUSE_LEADER_GONE, /* the leader `by` is gone and nobody took over */
};

struct check_cause {
    enum check_cause_kind kind;
    gms_id whom; /* never delivered `origin`#`n`; GMS_NOBODY: nobody did */
    gms_id origin;
    uint64_t n;
    gms_id by, to;
    uint32_t sent_count;
    gms_id sent_to[8]; /* the first of them */
    const char *why;   /* lives as long as the checker */
};

/* False if the property is not violated, or the trace does not tell. */
bool check_cause(const struct check *, enum check_property, struct check_cause *);

#endif
