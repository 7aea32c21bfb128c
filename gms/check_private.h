/* What the checker's files share: who judges what, and the tables. */
#ifndef GMS_CHECK_PRIVATE_H
#define GMS_CHECK_PRIVATE_H

#include "gms/check.h"

#define CAME_FIRST UINT32_MAX /* in check_view.from: its first view; 0: has not installed it */

/* check.c */
void check_violate(struct check *, enum check_property, const struct check_witness *);
void check_conflict(struct check *, const struct check_conflict *); /* counts unless one of them crashed */
struct check_member *check_meet(struct check *, gms_id);            /* NULL: no more room, or nobody */
uint16_t check_index(const struct check *, const struct check_member *);
bool check_gone(const struct check_member *);    /* will deliver no more, and owes nothing */
bool check_running(const struct check_member *); /* at the end, correct */
struct check_where check_at(const struct trace_record *);

/* Under agreed delivery who is excluded, or goes before it learns how its view ended, has to forget, like the
 * dead, what it alone had delivered. */
bool check_forgets(const struct check *, const struct check_member *);

/* check_here.c */
void check_found(struct check *, struct check_member *, const struct trace_record *);
bool check_early(const struct check *, const struct check_message *); /* before its origin was found */
/* It was under way when the member was found, which may have delivered it before. */
bool check_may_have(const struct check *, const struct check_member *, const struct check_message *);

/* check_promise.c */
bool check_survivors_only(enum gms_rung_id);

/* check_view.c: 1, 2, 4 to 8, and 14 and 16 where a member goes on to the next view */
void check_view_installed(struct check *, struct check_member *, const struct trace_record *);
void check_view_found(struct check *, struct check_member *, const struct trace_record *);
void check_view_led(struct check *, struct check_member *, const struct trace_record *);
void check_views_end(struct check *);
struct check_view *check_view_at(struct check *, uint32_t serial); /* NULL: forgotten */
int check_view_place(const struct check_view *, uint16_t member);  /* -1: not in it */

/* check_message.c: the table of what is not stable */
struct check_message *check_message_find(struct check *, uint16_t origin, uint64_t n);
struct check_message *check_message_new(struct check *, uint16_t origin, uint64_t n);
void check_message_settle(struct check *, struct check_message *); /* forgets it if it is stable */
void check_messages_settle(struct check *);                        /* somebody is gone: look at all */
uint32_t check_message_slot(const struct check *, const struct check_message *);
struct check_message *check_message_first(struct check *); /* the oldest, then the next newer one; NULL */
struct check_message *check_message_next(struct check *, const struct check_message *);
void check_pin(struct check *, const struct check_witness *); /* its messages are kept for the cause */
bool check_has(const uint64_t *set, uint16_t member);
void check_put(uint64_t *set, uint16_t member);

/* check_multicast.c: 3, 9 to 13, 15 to 17 */
void check_multicast(struct check *, struct check_member *, const struct trace_record *);
void check_delivered(struct check *, struct check_member *, const struct trace_record *);
void check_stepped(struct check *, struct check_member *, enum trace_ev);
void check_agreement(struct check *, struct check_message *, bool end);
void check_multicasts_end(struct check *);

/* check_order.c: 18, 19, 21;  check_graph.c: 20 without counts */
void check_seq(struct check *, struct check_member *, const struct trace_record *);
bool check_fifo(struct check *, struct check_member *, uint16_t origin, const struct trace_record *);
void check_causes(struct check *, struct check_member *, struct check_message *, const struct trace_record *);
void check_causes_late(struct check *, struct check_message *);
void check_log_delivery(struct check *, uint16_t by, uint16_t origin, uint64_t n);
void check_follows(struct check *, struct check_member *, struct check_message *,
                   const struct trace_record *);
void check_graph_forget(struct check *, struct check_message *);

/* check_state.c: 20 by counts, 22, 23 */
void check_state_founded(struct check_member *);
void check_state_delivered(struct check *, struct check_member *, const struct trace_record *);
void check_state_adopted(struct check *, struct check_member *, const struct trace_record *);
void check_state_found(struct check *, struct check_member *, const struct trace_record *);

/* check_end.c: 12, 15, 24, 25, 26 */
void check_end_of_run(struct check *);

/* check_cause.c */
void check_note_message(struct check *, const struct trace_record *);
void check_notes_forget(struct check *, struct check_message *);

#endif
