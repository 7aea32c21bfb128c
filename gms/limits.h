/* Every capacity of the core, in one place.
 *
 * Two profiles of the same source: `live` for real groups, `small` for the exhaustive search, where a
 * whole group must fit a few kilobytes. Reaching a limit is an event with a reason, never a crash.
 */
#ifndef GMS_LIMITS_H
#define GMS_LIMITS_H

#ifdef GMS_PROFILE_SMALL
#define GMS_MEMBERS_MAX    6  /* members of a view */
#define GMS_BODY_SIZE_MAX  48 /* bytes of one multicast */
#define GMS_HOLD_MAX       8  /* messages held back */
#define GMS_DEPARTED_MAX   8  /* ids remembered as gone */
#define GMS_CONTACTS_MAX   3  /* whom a newcomer asks, one after the other */
#define GMS_PENDING_MAX    5  /* own multicasts that are not delivered yet */
#define GMS_HISTORY_MAX    16 /* messages that can be sent again */
#define GMS_WINDOW_MAX     8  /* gms5: messages under way that are not stable */
#define GMS_SHORT_SIZE_MAX 8  /* bytes of a body for which a small place does */
#else
#define GMS_MEMBERS_MAX    256
#define GMS_BODY_SIZE_MAX  2048
#define GMS_HOLD_MAX       64
#define GMS_DEPARTED_MAX   512
#define GMS_CONTACTS_MAX   16
#define GMS_PENDING_MAX    1024
#define GMS_HISTORY_MAX    16384
#define GMS_WINDOW_MAX     4096
#define GMS_SHORT_SIZE_MAX 71
#endif

/* gms4: what was asked for so often, with no sign of life, may be asked for in vain: the member says so. */
#define GMS_TRIES_MAX 10

/* No group gets that far; numbers beyond are refused, so that adding to one never wraps around. */
#define GMS_NUMBER_MAX ((uint64_t)1 << 62)
#define GMS_VIEW_MAX   ((uint32_t)1 << 30)

/* gms5: twice as many as may be under way have room in the history, so that whoever lags behind, in this view
 * or at its cut, finds there what it misses. gms4-nack: more than eight members at full speed have asked for
 * (GMS_PENDING_MAX each), so that the leader does not wait for who is a little behind. */
_Static_assert(GMS_HISTORY_MAX >= 2 * GMS_WINDOW_MAX, "gms5");

/* gms4-nack: after so many messages a follower says how far it is, so that the leader does not run away from
 * what it keeps. */
#define GMS_PROGRESS_STEP (GMS_HISTORY_MAX / 8 > 64 ? GMS_HISTORY_MAX / 8 : 64)

/* The longest step is an election: it drains all that was held back (each a delivery, or a view with a watch
 * and a LEAVE repeated), then re-sends the last message and multicasts the view, whose members it watches. */
#define GMS_ELECTION_ACTIONS_MAX (3 * GMS_MEMBERS_MAX + 4 * GMS_HOLD_MAX + 8)
#define GMS_ACTIONS_MAX          (GMS_ELECTION_ACTIONS_MAX + GMS_UPPER_ACTIONS_MAX)

/* From gms4 on: a whole history re-sent, own multicasts sent again, and the phases of a view change. */
#define GMS_UPPER_ACTIONS_MAX (3 * GMS_HISTORY_MAX + 4 * GMS_MEMBERS_MAX + GMS_PENDING_MAX)

/* What that step lends to its actions: each message held back at most twice, the leader's own two, and whom
 * they go to. */
#define GMS_CONTENT_SIZE_MAX                                                                                 \
    (GMS_BODY_SIZE_MAX > 16 * GMS_MEMBERS_MAX ? GMS_BODY_SIZE_MAX : 16 * GMS_MEMBERS_MAX)
#define GMS_ELECTION_ARENA_SIZE_MAX ((2 * GMS_HOLD_MAX + 8) * GMS_CONTENT_SIZE_MAX)

/* From gms4 on a step may go on with one thing after the other, while there is room for another election. */
#define GMS_ARENA_SIZE_MAX (GMS_ELECTION_ARENA_SIZE_MAX + 16 * GMS_CONTENT_SIZE_MAX)

#endif
