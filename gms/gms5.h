/* What the two halves of gms5 share: the life in a view (gms5.c) and the change of views (gms5_change.c). */
#ifndef GMS_GMS5_H
#define GMS_GMS5_H

#include "gms/rung.h"

/* -- In a view (gms5.c) ------------------------------------------------------------------------------- */

#define GMS5_NO_RANK UINT32_MAX

uint32_t gms5_rank(const struct gms *, gms_id); /* its place in the view, GMS5_NO_RANK: not a member */
struct gms5_peer *gms5_peer(struct gms *, gms_id);
bool gms5_is_down(const struct gms *, gms_id);

/* Puts a message into the history; GMS_DROP_DUPLICATE if it is there, GMS_DROP_WINDOW_FULL too far ahead. */
enum gms_drop gms5_store(struct gms *, const struct gms_message *);

/* Delivers all that is there up to this number. */
void gms5_deliver(struct gms *, uint64_t last, struct gms_actions *);

/* Sends those of its history from `first` to `last` that there is room for among the actions. */
void gms5_send_again(struct gms *, gms_id to, uint64_t first, uint64_t last, struct gms_actions *);

void gms5_tell(struct gms *, gms_id to, enum gms_type, struct gms_actions *); /* ACK, HEARTBEAT, COMMIT ... */
void gms5_ask_for_missing(struct gms *, gms_id from, uint64_t last, struct gms_actions *);

/* The view is installed and the state for its newcomers is there: order, or ask for, what is pending. */
void gms5_go_on(struct gms *, struct gms_actions *);

/* At the end of every step: is a change due, must something be asked for again? */
void gms5_end_step(struct gms *, struct gms_actions *);

/* -- The change of views (gms5_change.c) ---------------------------------------------------------------- */

/* Whether those for whom `counts` says yes are a quorum of the view. */
typedef bool gms5_counts(const struct gms *, uint32_t rank);
bool gms5_quorum(const struct gms *, gms5_counts *);

/* Somebody is suspected, wants to join or to leave: is a change due, and is it ours to coordinate? */
void gms5_consider(struct gms *, struct gms_actions *);
void gms5_change_tick(struct gms *, struct gms_actions *);

/* A follower that suspects somebody, but is not the one to act, asks who is: perhaps it was done long ago. */
void gms5_ask_coordinator(struct gms *, struct gms_actions *);

enum gms_drop gms5_install_message(struct gms *, const struct gms_event *, struct gms_actions *);
enum gms_drop gms5_change_message(struct gms *, const struct gms_event *, struct gms_actions *);
gms_handler gms5_snapshot;

/* Sends the decision that made this view to somebody who has not installed it. */
void gms5_send_install(struct gms *, gms_id to, struct gms_actions *);
void gms5_send_installs(struct gms *, gms5_counts *to_whom, struct gms_actions *);
void gms5_be_out(struct gms *, struct gms_actions *);

/* We are on our way out, and `whom` has installed the view without us. */
void gms5_installed_by(struct gms *, gms_id whom, struct gms_actions *);

#endif
