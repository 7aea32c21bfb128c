/* Group membership with atomic multicast: the whole interface of the core.
 *
 * The core is a pure function: it takes one event and returns an ordered list of actions. It knows no
 * socket, clock, thread, file or random device; a driver feeds it (net/zmq with real processes, net/sim
 * with virtual time). The order between installs and deliveries in that list IS view synchrony, which is
 * why there is one list and not a set of flags.
 *
 * The words are those of K. Birman and T. Joseph, "Exploiting Virtual Synchrony in Distributed Systems"
 * (1987), and of the Groupy assignment (J. Montelius, KTH), whose rungs gms1 to gms3 are.
 */
#ifndef GMS_GMS_H
#define GMS_GMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gms/limits.h"

typedef uint64_t gms_id;   /* one incarnation of a member; never reused */
typedef uint64_t gms_time; /* nanoseconds on the driver's clock */

#define GMS_NOBODY ((gms_id)0)
#define GMS_NEVER  UINT64_MAX

/* An ordered list of members, the most senior first. The first one leads. */
struct gms_view {
    uint32_t number;
    uint32_t count;
    gms_id members[GMS_MEMBERS_MAX];
};

/* -- Messages ------------------------------------------------------------------------------------ */

enum gms_type {
    GMS_JOIN = 1, /* origin asks to become a member */
    GMS_VIEW,     /* the leader: this is the group now */
    GMS_REQUEST,  /* origin asks the leader to multicast its n-th body */
    GMS_MSG,      /* the leader: deliver origin's n-th body */
    GMS_LEAVE,    /* origin asks to be taken out */

    GMS_ACK,       /* has everything up to `seq` */
    GMS_NACK,      /* misses `seq` to `last`: send them again */
    GMS_TOO_OLD,   /* what was asked for has left the history: `seq` is the oldest that is there */
    GMS_HEARTBEAT, /* is alive, and has got as far as `seq`; what is committed and stable */
    GMS_COMMIT,    /* the leader: this much is committed and stable by now */

    GMS_SUSPECT,  /* takes `origin` for crashed; and: is there a later view? */
    GMS_PREPARE,  /* the coordinator of a view change: promise me this ballot */
    GMS_PROMISE,  /* promised; what was accepted before, and how far it received */
    GMS_ACCEPT,   /* accept this as the next view and the last message of this one */
    GMS_ACCEPTED, /* accepted */
    GMS_INSTALL,  /* decided: the next view; for newcomers with the state as of its beginning */
    GMS_EXCLUDED, /* you are not a member any more */
    GMS_TYPES
};

/* `body` and `members` are borrowed: they belong to whoever made the message. In an event they must live
 * until its actions are done with; in an action they live until the next step or the next use of the list. */
struct gms_message {
    enum gms_type type;
    uint32_t view;         /* VIEW, INSTALL: its number; others: the view that it was sent in */
    uint64_t seq;          /* VIEW, INSTALL, MSG: the sequence number, 0 on rungs without; else see above */
    gms_id origin;         /* JOIN, LEAVE, SUSPECT: whom it is about; REQUEST, MSG: who multicast it */
    uint64_t n;            /* REQUEST, MSG: which one of the origin's, from 1 */
    uint64_t ballot;       /* PREPARE, PROMISE, ACCEPT, ACCEPTED */
    uint64_t accepted;     /* PROMISE: the ballot of the proposal that it carries, 0: none */
    uint64_t last;         /* NACK: the end of the gap; PROMISE, ACCEPT: the last message of this view */
    uint64_t committed;    /* MSG, HEARTBEAT, COMMIT: a quorum has everything up to here ... */
    uint64_t stable;       /* ... and all members everything up to here */
    uint64_t x;            /* the driver's mark of this very transmission; carried along, never read */
    uint32_t body_size;    /* REQUEST, MSG: bytes; INSTALL: of a newcomer's state */
    uint32_t member_count; /* VIEW, PROMISE, ACCEPT, INSTALL */
    const uint8_t *body;
    const gms_id *members;
    const uint64_t *counts; /* VIEW, INSTALL: the last n taken of each member; NULL on rungs without */
};

/* Why a message or a call came to nothing. Silence can't be debugged. */
enum gms_drop {
    GMS_USED = 0, /* not dropped: it did its work */
    GMS_HELD,     /* not dropped: kept until its turn comes */
    GMS_DROP_NOT_JOINED,
    GMS_DROP_NOT_LEADER,
    GMS_DROP_NOT_MEMBER,
    GMS_DROP_NOT_ORIGIN,
    GMS_DROP_STALE_LEADER,
    GMS_DROP_DUPLICATE,
    GMS_DROP_GAP,
    GMS_DROP_FROZEN,
    GMS_DROP_LEAVING,
    GMS_DROP_LEFT,
    GMS_DROP_FAILED,
    GMS_DROP_DEPARTED,
    GMS_DROP_GROUP_FULL,
    GMS_DROP_HOLD_FULL,
    GMS_DROP_TOO_LARGE,
    GMS_DROP_MALFORMED,
    GMS_DROP_OUT_OF_PLACE,
    GMS_DROP_WOULD_BLOCK,
    GMS_DROP_BLOCKED,
    GMS_DROP_WINDOW_FULL,
    GMS_DROP_OLD_VIEW,
    GMS_DROP_LATER_VIEW,
    GMS_DROP_BALLOT,
    GMS_DROP_EXCLUDED,
    GMS_DROP_TOO_OLD,
    GMS_DROPS
};

/* -- Events: what happens to a member ------------------------------------------------------------ */

enum gms_event_type {
    GMS_EVENT_START,    /* found the group (no contacts) or join it through one of them; gms5, for a member
                           without a quorum: these can be asked as well */
    GMS_EVENT_RECEIVE,  /* `message` arrived from `from` */
    GMS_EVENT_DOWN,     /* `from` crashed: proved, and all that it had sent has been received */
    GMS_EVENT_SUSPECT,  /* `from` may have crashed: nothing was heard from it for too long */
    GMS_EVENT_TIMER,    /* the time of gms_deadline() has come; a late or needless one is harmless */
    GMS_EVENT_MCAST,    /* the application multicasts `body` */
    GMS_EVENT_LEAVE,    /* the application wants to leave in good order */
    GMS_EVENT_SNAPSHOT, /* the answer to GMS_DO_SNAPSHOT: `body` is the application's state */
};

struct gms_event {
    enum gms_event_type type;
    gms_time now;
    gms_id from;
    struct gms_message message; /* RECEIVE; MCAST and SNAPSHOT use its body and body_size */
    bool more; /* another event follows at once: what can be said once for both may wait for that */
    const gms_id *contacts; /* START */
    uint32_t contact_count;
};

/* -- Actions: what the driver must do, in this order --------------------------------------------- */

enum gms_action_type {
    GMS_DO_SEND,     /* `message` to `whom` */
    GMS_DO_SEND_ALL, /* `message` to each of `to`, in that order */
    GMS_DO_DELIVER,  /* `message` to the application */
    GMS_DO_INSTALL,  /* `message` is the VIEW now installed */
    GMS_DO_LEAD,     /* this member leads from now on: `message.view`, which it may still have to announce */
    GMS_DO_WATCH,    /* report DOWN of `whom`; at once if it is already dead */
    GMS_DO_DROP,     /* `message` of `whom`, held back earlier, came to nothing: `why` */
    GMS_DO_FREEZE,   /* misses a message and can't ask: `expected` its number, `message` what came instead */
    GMS_DO_LEFT,     /* out of the group in good order */
    GMS_DO_FAILED,   /* could not join: no reply from the leader */

    GMS_DO_BLOCK,     /* nothing is delivered until UNBLOCK: a view change has begun; gms4: nobody answers */
    GMS_DO_UNBLOCK,   /* it is through; gms4: somebody did */
    GMS_DO_NO_QUORUM, /* those whom it does not suspect are too few to go on */
    GMS_DO_QUORUM,    /* they are enough again */
    GMS_DO_SUSPECT,   /* it gives up `whom`, who does not answer: for the trace */
    GMS_DO_SNAPSHOT,  /* feed GMS_EVENT_SNAPSHOT next, with the state as of the deliveries so far */
    GMS_DO_ADOPT,     /* the application's state is `message`'s body from now on; always before an INSTALL */
    GMS_DO_EXCLUDED,  /* not a member any more: join again as another incarnation; `why` */
};

struct gms_action {
    enum gms_action_type type;
    enum gms_drop why;
    gms_id whom;
    uint64_t expected;
    const gms_id *to; /* borrowed from the list of actions */
    uint32_t to_count;
    struct gms_message message;
};

/* One step's actions. Owned by the driver, used again for every step; too large for a small stack. */
struct gms_actions {
    uint32_t count;
    uint32_t arena_used_bytes;
    const gms_id *to; /* in the arena: whom the last SEND_ALL was for */
    uint32_t to_count;
    struct gms_action list[GMS_ACTIONS_MAX];
    uint64_t arena[GMS_ARENA_SIZE_MAX / 8]; /* what an action needs and the state is about to overwrite */
};

/* -- The member ---------------------------------------------------------------------------------- */

enum gms_rung_id {
    GMS_RUNG_1,
    GMS_RUNG_2,
    GMS_RUNG_3,
    GMS_RUNG_4_ACK,
    GMS_RUNG_4_NACK,
    GMS_RUNG_5,
    GMS_RUNGS
};

enum gms_phase {
    GMS_IDLE,      /* before START */
    GMS_JOINING,   /* asked, no view yet */
    GMS_FOLLOWING, /* in a view that another member leads */
    GMS_LEADING,   /* in a view, its first member */
    GMS_FROZEN,    /* misses a message and can't ask; delivers no more */
    GMS_LEFT,
    GMS_FAILED,
    GMS_OUT, /* excluded: this incarnation is no member any more */
};

/* When gms5 delivers. */
enum gms_delivery {
    GMS_SAFE,   /* once a quorum has it: nothing that anybody ever delivered is lost */
    GMS_AGREED, /* on receipt, in order: two hops less, and agreement among survivors only */
};

/* Between whom heartbeats go, so that silence means something. */
enum gms_beacons {
    GMS_BEACONS_NONE,
    GMS_BEACONS_FROM_LEADER, /* to the followers */
    GMS_BEACONS_WITH_LEADER, /* ... and from them */
    GMS_BEACONS_ALL,         /* from everybody to everybody */
};

struct gms_config {
    enum gms_rung_id rung;
    gms_id me;             /* not GMS_NOBODY */
    gms_time join_timeout; /* how long a newcomer waits for one contact's answer, and a leaver for its view */
    gms_time resend_timeout; /* gms4 and up: until a message counts as lost; 0: as long as join_timeout */
    gms_time
        answer_timeout; /* gms5: so long is somebody waited for who is not suspected; 0: 3 resend timeouts */
    uint64_t seed;      /* gms5: of its randomised back-off */
    enum gms_delivery delivery; /* gms5 */
    bool last_man_standing; /* gms5: a set is a quorum, too, if all others of the view are proved crashed */
};

/* The state: fixed capacity, no pointer into anything, so memcpy is snapshot, undo and time travel.
 * Its layout is in gms/state.h for whoever must embed it; read it through the functions below. */
struct gms;

void gms_init(struct gms *, const struct gms_config *);

/* The same for one that is all zero or has been initialised before, at the cost of what it holds: most of it
 * is room for messages. */
void gms_reset(struct gms *, const struct gms_config *);

/* Feeds one event; `out` is emptied first and then holds what to do. Returns what became of the event:
 * GMS_USED, GMS_HELD, or why it was dropped. Never fails and never allocates. */
enum gms_drop gms_step(struct gms *, const struct gms_event *, struct gms_actions *out);

gms_time gms_deadline(const struct gms *); /* when TIMER is due, GMS_NEVER if not at all */
enum gms_phase gms_phase(const struct gms *);
gms_id gms_leader(const struct gms *);  /* whom it follows, itself when it leads, GMS_NOBODY before a view */
bool gms_in_group(const struct gms *);  /* it follows or leads */
bool gms_may_mcast(const struct gms *); /* whether it would take a multicast now */
uint64_t gms_mcast_count(const struct gms *); /* its own multicasts so far: the n of the last one */
uint64_t gms_expected(const struct gms *);    /* the next sequence number, 0 on rungs without */

/* gms4-nack, as the leader: so many messages the slowest follower is behind, as far as it said; elsewhere 0.
 * What is GMS_HISTORY_MAX behind can't be made good. */
uint64_t gms_lag(const struct gms *);

enum gms_beacons gms_beacons(const struct gms *);
bool gms_blocked(const struct gms *);         /* a view change stops it; gms4: nobody answers it */
bool gms_tells_suspicion(const struct gms *); /* ... from a proof that somebody crashed */
bool gms_has_quorum(const struct gms *);      /* false: it can't go on before others are back */

/* What a heartbeat of this member says now; the driver sends it when it is time. False: it has no view. */
bool gms_heartbeat(const struct gms *, struct gms_message *);

/* The current list; members that the rung dropped since the installation are missing from it. */
const struct gms_view *gms_current_view(const struct gms *);

/* -- Names --------------------------------------------------------------------------------------- */

const char *gms_rung_name(enum gms_rung_id);   /* "gms1" */
const char *gms_rung_adds(enum gms_rung_id);   /* one sentence: its idea */
const char *gms_rung_breaks(enum gms_rung_id); /* one sentence: what it does not survive */
bool gms_rung_find(const char *name, enum gms_rung_id *found);
const char *gms_type_name(enum gms_type); /* "VIEW" */
const char *gms_phase_name(enum gms_phase);
const char *gms_drop_text(enum gms_drop); /* "stale leader" */

#endif
