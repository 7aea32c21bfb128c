/* The inside of a node, for node*.c alone. */
#ifndef NET_NODE_PARTS_H
#define NET_NODE_PARTS_H

#include "net/node.h"

/* -- node.c ------------------------------------------------------------------------------------------ */

/* Sends `m` through the faults. `encoded` is what the outgoing buffer holds, `*size` bytes of it (0:
 * nothing), so that a broadcast is encoded once. */
void node_send(struct node *, gms_id to, struct gms_message *m, const struct gms_message *encoded,
               size_t *size);

/* One event for the core, and all that follows from it. */
enum gms_drop node_step(struct node *, const struct gms_event *);

/* `ev` says what is known: that it crashed, or only that somebody thinks so. */
void node_report(struct node *, gms_time now, enum trace_ev ev, gms_id whom, const char *why);

/* -- node_driver.c ----------------------------------------------------------------------------------- */

/* With something that does nothing in place of what is left out. */
struct node_driver node_driver_whole(const struct node_driver *);

/* -- node_fault.c ------------------------------------------------------------------------------------ */

/* If it has the name of somebody who is cut off, it is cut off, too. */
void node_keep_cut(struct node *, const struct address *);

/* -- node_time.c ------------------------------------------------------------------------------------- */

/* After a step: whom to beat for and whom to hear may have changed. */
void node_heed(struct node *);

#endif
