/* What a rung is, and what rungs share.
 *
 * A rung is a table of handlers. It names every one, its own and those it takes over from the rung below,
 * so that the table reads like the lecture's slide: what is different is what is new.
 */
#ifndef GMS_RUNG_H
#define GMS_RUNG_H

#include "gms/state.h"

typedef enum gms_drop gms_handler(struct gms *, const struct gms_event *, struct gms_actions *);

struct gms_rung {
    const char *name;
    const char *adds;
    const char *breaks;
    const struct gms_rung *below;

    gms_handler *on_start;
    gms_handler *on_timer;
    gms_handler *on_down;
    gms_handler *on_mcast;
    gms_handler *on_leave;

    gms_handler *on_join_message;
    gms_handler *on_request_message;
    gms_handler *on_leave_message;
    gms_handler *on_ordered_message; /* MSG and VIEW: is it this sender's turn? */
    gms_handler *on_upper_message;   /* what only gms4 and up say: ACK, NACK, PREPARE ... */
    gms_handler *on_suspect;         /* on_down, where it is as good as a proof */
    gms_handler *on_snapshot;        /* gms5 alone asks for one */

    enum gms_beacons beacons;
    void (*fill_heartbeat)(const struct gms *, struct gms_message *); /* or NULL: seq says it all */
    bool (*blocked)(const struct gms *);                              /* or NULL: never */
    bool (*has_quorum)(const struct gms *);                           /* or NULL: always */
    uint64_t (*lag)(const struct gms *);                              /* or NULL: see gms_lag() */

    /* A message from whom we follow: deliver or install it. */
    enum gms_drop (*take)(struct gms *, const struct gms_message *, struct gms_actions *);
    /* As the leader: to all others in view order, then to `also` if it is somebody, then to ourselves. */
    void (*broadcast)(struct gms *, struct gms_message *, gms_id also, struct gms_actions *);
    /* The list of members changed: whom do we follow now? */
    void (*elect)(struct gms *, struct gms_actions *);
    /* We are the most senior one left: take the lead. */
    void (*lead)(struct gms *, struct gms_actions *);
    /* What every step ends with, whatever it was about; or NULL. */
    void (*end_step)(struct gms *, struct gms_actions *);
};

extern const struct gms_rung gms1, gms2, gms3, gms4_ack, gms4_nack, gms5;

const struct gms_rung *gms_rung_of(const struct gms *);

/* -- Actions, for the rungs ------------------------------------------------------------------------ */

void gms_do_send(struct gms_actions *, gms_id to, const struct gms_message *);
void gms_do_send_all(struct gms_actions *, const gms_id *to, uint32_t to_count, const struct gms_message *);
void gms_do_deliver(struct gms_actions *, const struct gms_message *);
void gms_do_install(struct gms_actions *, const struct gms_message *view);
void gms_do_watch(struct gms_actions *, gms_id whom);
void gms_do_drop(struct gms_actions *, gms_id from, const struct gms_message *, enum gms_drop why);

void gms_do_member(struct gms_actions *, enum gms_action_type, gms_id whom); /* those that say only whom */
void gms_do_adopt(struct gms_actions *, const struct gms_message *with_state);
bool gms_actions_room(const struct gms_actions *, uint32_t count); /* for so many more */

/* The same message with its content copied into the actions' arena: for what the state overwrites or
 * forgets before the driver gets to it. */
struct gms_message gms_lend(struct gms_actions *, const struct gms_message *);

/* -- Changes of phase: the only places that set it -------------------------------------------------- */

void become_joining(struct gms *);
void become_following(struct gms *);
void become_leading(struct gms *, uint32_t view,
                    struct gms_actions *); /* the view that it leads or announces */
void become_frozen(struct gms *, const struct gms_message *got, uint64_t expected, struct gms_actions *);
void become_left(struct gms *, struct gms_actions *);
void become_failed(struct gms *, struct gms_actions *);
void become_out(struct gms *, enum gms_drop why, struct gms_actions *);

/* For `on_upper_message` on the rungs that say no such thing; a heartbeat needs no answer there. */
gms_handler gms_no_upper_message, gms_no_snapshot;

/* -- gms1: a leader orders, nobody fails ------------------------------------------------------------ */

gms_handler gms1_start, gms1_timer, gms1_down, gms1_mcast, gms1_leave;
gms_handler gms1_join_message, gms1_request_message, gms1_leave_message, gms1_ordered_message;
enum gms_drop gms1_take(struct gms *, const struct gms_message *, struct gms_actions *);
void gms1_broadcast(struct gms *, struct gms_message *, gms_id also, struct gms_actions *);
void gms1_elect(struct gms *, struct gms_actions *);
void gms1_lead(struct gms *, struct gms_actions *);

/* Gives the view the next number and multicasts it, as the leader. */
void gms1_announce(struct gms *, gms_id also, struct gms_actions *);

/* Whom to ask, instead of those that were there before. */
void gms1_take_contacts(struct gms *, const struct gms_event *start);

void gms1_send_join(const struct gms *, gms_id contact, struct gms_actions *);
void gms1_send_leave(const struct gms *, struct gms_actions *); /* to the leader */

/* A newcomer's first word from the group: its first view, or something to hold back until then. */
enum gms_drop gms1_newcomer(struct gms *, const struct gms_event *, struct gms_actions *);

/* Takes, in order, what was held back from whom we follow now. */
void gms1_release(struct gms *, struct gms_actions *);

/* -- gms2: followers watch the leader --------------------------------------------------------------- */

gms_handler gms2_down, gms2_ordered_message;
void gms2_elect(struct gms *, struct gms_actions *);
void gms2_lead(struct gms *, struct gms_actions *);

/* -- gms3: number the messages, re-send the last one ------------------------------------------------ */

enum gms_drop gms3_take(struct gms *, const struct gms_message *, struct gms_actions *);
void gms3_broadcast(struct gms *, struct gms_message *, gms_id also, struct gms_actions *);
void gms3_lead(struct gms *, struct gms_actions *);
gms_handler gms3_start;

/* -- gms4: what is lost is sent again ---------------------------------------------------------------- */

gms_handler gms4_start, gms4_timer, gms4_mcast, gms4_leave, gms4_request_message, gms4_ordered_message;
enum gms_drop gms4_take(struct gms *, const struct gms_message *, struct gms_actions *);

/* A message of the leader is taken, or by the leader itself: how far its origin has got, or who leads. */
void gms4_note(struct gms *, const struct gms_message *, struct gms_actions *);

/* Its own multicasts have been delivered up to n: they need not be asked for any more. False: nothing new. */
bool gms4_own_delivered(struct gms *, uint64_t n);

/* Something happened: what it asked for was not in vain. */
void gms4_go_on(struct gms *, struct gms_actions *);
bool gms4_blocked(const struct gms *);

void gms4_watch(const struct gms *, struct gms_actions *); /* as the leader: the followers */

/* As the leader, before it sends: counts a MSG; gives a VIEW its counts, and watches those that it lists. */
void gms4_count(struct gms *, struct gms_message *, struct gms_actions *);

/* Asks the leader, which may be oneself, for own multicasts that it was not asked for yet; so many of them
 * may be under way. */
void gms4_ask(struct gms *, uint32_t at_a_time, struct gms_actions *);

/* At the end of a step: the timer runs while own multicasts, or whatever else it is, are waited for. */
void gms4_set_timer(struct gms *, bool waits);

/* Whether a step that does one thing after the other may do the next one. */
bool gms4_room(const struct gms_actions *);

/* -- gms5: views decided by consensus ---------------------------------------------------------------- */

bool gms5_blocked(const struct gms *);
bool gms5_has_quorum(const struct gms *);
void gms5_heartbeat(const struct gms *, struct gms_message *);

#endif
