/* What the files of gms5 share. */
#ifndef GMS_GMS5_H
#define GMS_GMS5_H

#include "gms/rung.h"

#define GMS5_ANSWER_TICKS_MIN 3
#define GMS5_ANSWER_TICKS_MAX 120

/* In so many ticks, of a resend timeout each, whoever is not suspected should have answered. */
uint32_t gms5_answer_ticks(const struct gms *);

/* -- In a view (gms5_order.c) ---------------------------------------------------------------------------- */

#define GMS5_NO_RANK UINT32_MAX

uint32_t gms5_rank(const struct gms *, gms_id); /* its place in the view, GMS5_NO_RANK: not a member */
uint32_t gms5_my_rank(const struct gms *);
struct gms5_peer *gms5_peer(struct gms *, gms_id);
bool gms5_is_down(const struct gms *, gms_id);

static inline bool gms5_leads(const struct gms *g) {
    return g->gms1.phase == GMS_LEADING;
}

static inline uint64_t gms5_received(const struct gms *g) { /* it has all up to this number */
    return g->gms3.expected - 1;
}

/* Delivers all that is there up to this number. */
void gms5_deliver(struct gms *, uint64_t last, struct gms_actions *);

/* Sends those of its history from `first` to `last` that there is room for among the actions. */
void gms5_send_again(struct gms *, gms_id to, uint64_t first, uint64_t last, struct gms_actions *);

void gms5_tell(struct gms *, gms_id to, enum gms_type, struct gms_actions *); /* ACK, HEARTBEAT, COMMIT ... */
void gms5_ask_for_missing(struct gms *, gms_id from, uint64_t last, struct gms_actions *);

/* Own multicasts that wait: the leader gives them numbers, a follower asks for one; `again`: it
 * may have been in vain. */
void gms5_order_own(struct gms *, struct gms_actions *);
void gms5_ask_to_order(struct gms *, bool again, struct gms_actions *);

/* What the turn owes, at its end: one acknowledgement for all that came, one commit for all that was said. */
void gms5_settle(struct gms *, struct gms_actions *);

/* Messages of this view, from a member of it. */
gms_handler gms5_on_request, gms5_on_msg, gms5_on_leaders_word, gms5_on_nack;

void gms5_order_tick(struct gms *, struct gms_actions *);

/* -- Coming and going (gms5.c) --------------------------------------------------------------------------- */

/* The view is installed and the state for its newcomers is there: order, or ask for, what is pending. */
void gms5_go_on(struct gms *, struct gms_actions *);

/* -- The change of views (gms5_change.c) ----------------------------------------------------------------- */

/* Whether those for whom `counts` says yes are a quorum of the view. */
typedef bool gms5_counts(const struct gms *, uint32_t rank);
bool gms5_quorum(const struct gms *, gms5_counts *counts);

/* Any two sets of members that are enough have one in common. `with_first`: the most senior one is in it. */
bool gms5_enough(const struct gms *, uint32_t members, bool with_first);
void gms5_announce_quorum(struct gms *, struct gms_actions *);

void gms5_become_blocked(struct gms *, struct gms_actions *);

/* Somebody is suspected, wants to join or to leave: is a change due, and is it ours to coordinate? */
void gms5_consider(struct gms *, struct gms_actions *);
void gms5_change_tick(struct gms *, struct gms_actions *);

/* A follower that suspects somebody, but is not the one to act, asks who is: perhaps it was done long ago. */
void gms5_ask_coordinator(struct gms *, struct gms_actions *);

gms_handler gms5_change_message; /* PREPARE, PROMISE, ACCEPT, ACCEPTED */

/* -- From one view to the next (gms5_install.c) ---------------------------------------------------------- */

bool gms5_proposes(const struct gms5_proposal *, gms_id);

/* Can these be the members of the next view, and this the last message of ours? Those who stay come first, in
 * the order of their seniority; and nobody takes back what it has delivered. */
bool gms5_may_follow(const struct gms *, const struct gms_message *with_members, uint64_t last);
void gms5_take_proposal(struct gms5_proposal *, const struct gms_message *, uint64_t last);

/* All up to its last message is here. `tell`: the members of the old view are told by us. */
void gms5_install(struct gms *, const struct gms5_proposal *decided, bool tell, struct gms_actions *);

/* Sends the decision that made this view to somebody who has not installed it. */
void gms5_send_install(struct gms *, gms_id to, struct gms_actions *);
void gms5_send_installs(struct gms *, gms5_counts *to_whom, struct gms_actions *);

gms_handler gms5_install_message, gms5_snapshot;

/* Out by a decision that others may not know yet: until they do, it is spread. */
void gms5_be_going(struct gms *, const struct gms5_proposal *decided, struct gms_actions *);
void gms5_going_tick(struct gms *, struct gms_actions *);
void gms5_installed_by(struct gms *, gms_id whom, struct gms_actions *);
void gms5_be_out(struct gms *, struct gms_actions *);

#endif
