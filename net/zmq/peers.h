/* A member's links to the others: one ROUTER that it binds, one DEALER to each member it must hear from.
 *
 * What p's ROUTER sends to me arrives on my DEALER for p, so p's end is seen on the very socket that carries
 * p's messages: drain it, then believe it. Nothing travels the other way on that DEALER but HELLO, by which
 * p learns that it can route to me, and CREDIT; until then what is sent to me waits here in order.
 *
 * The sockets have a context of their own: to terminate it is to know that all that was sent has left.
 * No high-water mark (see the design's measured facts): a mark would lose messages in silence. Instead a
 * member tells each other one how much it has taken from it (CREDIT), and who is too far ahead stops: see
 * peers_progress().
 */
#ifndef NET_ZMQ_PEERS_H
#define NET_ZMQ_PEERS_H

#include <zmq.h>

#include "net/wire.h"

typedef struct peers_t peers_t;

/* Called from peers_read() and peers_tend(), in the caller's thread. */
typedef struct {
    void *self;
    void (*frame)(void *self, gms_id from, const uint8_t *bytes, size_t size);
    void (*down)(void *self, gms_id whom, const char *why); /* after the last frame of `whom` */
    void (*refuse)(void *self, gms_id from, const char *type, const char *why);
} peers_handler_t;

typedef struct {
    const char *listen;  /* "tcp://127.0.0.1:*", "tcp://A.B.C.D:PORT", "ipc://PATH" */
    struct address self; /* its endpoint is filled in: see peers_endpoint() */
    unsigned rung;
    uint32_t group;
    peers_handler_t handler;
} peers_config_t;

/* Binds. NULL with one line in `error` if it can't: the address is taken, or is none. */
peers_t *peers_new(const peers_config_t *config, char *error, size_t error_size);

/* Closes every socket; what was sent gets up to `linger_ms` to leave. Takes NULL, nulls the pointer. */
void peers_destroy(peers_t **self_p, int linger_ms);

const char *peers_endpoint(const peers_t *self); /* where it listens; owned by peers */

/* Connects to a member; does nothing if it is known, or known to be gone. */
void peers_meet(peers_t *self, const struct address *address);

/* Connects to whoever listens there. Returns an id to send to until the real one is known. */
gms_id peers_contact(peers_t *self, const char *endpoint);
gms_id peers_contact_id(const char *endpoint); /* that id */
gms_id peers_alias(const peers_t *self,
                   gms_id id); /* as which contact that member is known, else GMS_NOBODY */

/* Appends one encoded message to what goes to `to` with the next flush; to nobody known: it is lost, as
 * anything sent to a dead process. */
void peers_send(peers_t *self, gms_id to, const uint8_t *message, size_t size);
/* The same to several; it is copied once for all of them. */
void peers_send_each(peers_t *self, const gms_id *to, uint32_t to_count, const uint8_t *message, size_t size);
void peers_send_all(peers_t *self, const uint8_t *message, size_t size); /* to whoever can be reached */
void peers_flush(peers_t *self);

/* What went to some members and what they have taken of it: the rest waits in our memory, in the network, or
 * in theirs. They say so now and then, so it may be less. Those who can't be reached don't count. */
typedef struct {
    uint64_t sent, taken; /* bytes, of all of them together, since each one connected */
    uint64_t lag;         /* of the slowest */
    uint64_t who;         /* differs when others are counted, or one of them connected anew */
} peers_progress_t;
peers_progress_t peers_progress(const peers_t *self, const gms_id *ids, uint32_t count);

/* Who lags so many bytes behind is waited for: no memory grows without a bound. */
#define PEERS_LAG_MAX (8 * 1024 * 1024)

/* From now on what `from` sends (GMS_NOBODY: what anybody sends, those who come later too) is looked at so
 * much later; 0: at once, in order behind what waits already. False: nobody of that id is known. */
bool peers_delay(peers_t *self, gms_id from, gms_time delay);

/* Waits for a socket or one of the caller's items, up to timeout_ms; then peers_read() handles its own. */
void peers_poll(peers_t *self, zmq_pollitem_t *items, size_t item_count, long timeout_ms);
void peers_read(peers_t *self);

/* Repeats proofs that were not conclusive, and takes what was delayed; call it every turn. Returns when it
 * wants to be called again. */
gms_time peers_tend(peers_t *self, gms_time now);

#endif
