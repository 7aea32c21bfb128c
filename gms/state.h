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
    bool more; /* as the event of this step said */
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
    uint32_t asked;             /* so many of `pending`, the oldest, have been asked for */
    gms_id leader;              /* of the last view that was taken */
    uint32_t tries;             /* to be heard: by this contact; or since something happened, at most
                                   GMS_TRIES_MAX */
};

struct gms4_ack_state {
    struct gms4_state gms4;
    gms_id awaited; /* whose ACK the leader waits for; GMS_NOBODY: nothing is on its way */
};

struct gms4_nack_state {
    struct gms4_state gms4;
    struct gms_counts progress; /* the leader's: how many steps each follower said it has got */
    uint64_t nacked;            /* all missing up to this number has been asked for; 0: nothing is missing */
    struct gms_history history;
};

/* What the next view is to be, and which message is the last of this one. */
struct gms5_proposal {
    uint64_t last;
    uint32_t count;
    gms_id members[GMS_MEMBERS_MAX];
};

/* What a member knows of another one of its view, by rank. */
struct gms5_peer {
    uint64_t received; /* how far it said it received in this view; 0: nothing heard since it was installed */
    bool newcomer;     /* came in with this view */
    bool suspected;
    bool leaving;
    bool answered;   /* the coordinator's question of this phase */
    uint8_t strikes; /* how often a leader asked in vain */
};

/* A coordinator's phases; everybody else is in none. */
enum gms5_phase { GMS5_NONE, GMS5_PREPARING, GMS5_PROPOSING };

/* `gms3.expected` is the next number to take, or to give when leading; all before it are in the history. */
struct gms5_state {
    struct gms4_state gms4;
    uint64_t delivered; /* up to this number; the others, as far as this member knows: */
    uint64_t committed; /* ... a quorum has all up to this one */
    uint64_t stable;    /* ... every member has */
    struct gms_history history;
    struct gms5_peer peer[GMS_MEMBERS_MAX];
    struct gms_counts ordered; /* the leader's: the last n of each member that has got a number */
    bool owes_ack;             /* what has come in this turn is not acknowledged yet */
    bool owes_commit;      /* the leader's: acknowledgements and orders of this turn may commit something */
    uint32_t own_unstable; /* of its own, those that it delivered and does not know to be stable */

    bool blocked;        /* has promised: delivers nothing in this view any more */
    uint64_t blocked_at; /* how far it had received then: more is never acknowledged in this view */
    bool no_quorum;      /* and told its worker so */
    uint64_t promised;   /* no ballot below this one ... */
    uint64_t accepted;   /* the ballot of `proposal`, 0: none accepted */
    struct gms5_proposal proposal;
    enum gms5_phase coordinates;
    uint64_t ballot;           /* its own, when it coordinates */
    uint64_t ballot_seen;      /* the highest it was told of */
    uint64_t best_ballot;      /* the highest accepted one among the promises ... */
    struct gms5_proposal best; /* ... and what it stands for */
    uint8_t patience;          /* ticks since something happened */
    struct gms_view joining;   /* who wants to become a member */

    /* How this view began, for those who still have to install it. */
    bool snapshot_wanted;
    uint64_t cut;                /* the number of the view itself */
    struct gms_counts cut_taken; /* of its members */
    bool has_snapshot;           /* of the application's state, for newcomers */
    uint32_t snapshot_size;
    uint8_t snapshot[GMS_BODY_SIZE_MAX];
    uint8_t leave_ticks;
    bool some_may_return; /* this view left out some that neither crashed nor left */
    bool going;           /* it is out, by a decision that it must see installed by the others: `proposal` */
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
