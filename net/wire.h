/* The wire format: pure functions between structures and bytes.
 *
 * A frame is what travels in one ZeroMQ message: a header, then any number of messages, each with its own
 * length, so that a sender can pack what has accumulated and a receiver can skip nothing by accident.
 *
 *     frame    'g' 'y'  version u8  flags u8 (0)  group u32  sender u64  message*
 *     message  type u8  size u16 (of all that follows)  x u64  lc u64  fields of the type
 *     JOIN     address
 *     REQUEST  origin u64  n u64  body
 *     MSG      view u32  seq u64  origin u64  n u64  committed u64  stable u64  body
 *     PLAIN    a MSG of which nothing is committed or stable yet, without these two: below gms5 all are
 *     VIEW     view u32  seq u64  members  counts
 *     ...      the others likewise: which type has which fields is the table in wire.c
 *     HELLO    rung u8  address         REFUSED  text         GOSSIP  bytes         CREDIT  bytes_taken u64
 *     address  id u64  name u8+bytes  endpoint u8+bytes
 *     members  count u16  address*count      counts  u8 (0: none, 1)  u64*count
 *
 * Integers are big-endian. Every get is bounds-checked, and a message's fields must fill its size exactly.
 * A reason for refusal is a constant string; no input makes decoding fail in any other way.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include "net/address.h"

#define WIRE_VERSION           3
#define WIRE_FRAME_HEADER_SIZE 16
#define WIRE_X_OFFSET          3 /* of x in an encoded message; lc follows it */

enum wire_type {
    /* 1 to GMS_TYPES - 1 are the core's */
    WIRE_HELLO = 64, /* a member that connected says who it is */
    WIRE_REFUSED,    /* why it is not welcome */
    WIRE_GOSSIP,     /* from worker to worker, out of band */
    WIRE_PLAIN,      /* a MSG without `committed` and `stable`, which are 0 */
    WIRE_CREDIT,     /* how many bytes of frames it has taken from this link since its HELLO */
};

const char *wire_type_name(unsigned type);

struct wire_message {
    unsigned type; /* enum gms_type or enum wire_type */
    uint64_t x;
    uint64_t lc;
    struct gms_message gms; /* the core's types; body borrowed from the frame, members from `ids`, counts from
                               `counts` */
    unsigned rung;          /* HELLO */
    const uint8_t *bytes;   /* REFUSED, GOSSIP: borrowed from the frame */
    size_t bytes_size;
    uint64_t credit;        /* CREDIT */
    uint32_t address_count; /* JOIN, HELLO: 1; VIEW and the like: as many as members */
    struct address addresses[GMS_MEMBERS_MAX];
    gms_id ids[GMS_MEMBERS_MAX];
    uint64_t counts[GMS_MEMBERS_MAX];
};

/* -- Encoding: append to a caller's buffer ----------------------------------------------------------- */

struct wire_out {
    uint8_t *bytes;
    size_t size;
    size_t capacity; /* reaching it is the caller's error and asserted: sizes are known beforehand */
};

void wire_put_frame_header(struct wire_out *, uint32_t group, gms_id sender);
/* Addresses of JOIN and VIEW come from the book; whoever is not in it gets an empty name and endpoint. */
void wire_put_gms(struct wire_out *, const struct gms_message *, uint64_t lc, const struct address_book *);
void wire_put_hello(struct wire_out *, unsigned rung, const struct address *self);
void wire_put_credit(struct wire_out *, uint64_t bytes_taken);
void wire_put_bytes(struct wire_out *, enum wire_type, const void *bytes, size_t size);
void wire_patch_x(uint8_t *message, uint64_t x, uint64_t lc); /* the same message, another transmission */

/* -- Decoding ------------------------------------------------------------------------------------------ */

struct wire_in {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t group;
    gms_id sender;
};

/* NULL, or why the frame is refused. The bytes must live as long as what is read from it. */
const char *wire_open_frame(struct wire_in *, const uint8_t *bytes, size_t size);
/* True and *error NULL: a message. True and *error set: one bad message, go on. False: the end, or with
 * *error set nothing after this point can be read. */
bool wire_next(struct wire_in *, struct wire_message *, const char **error);

uint32_t wire_group_tag(const char *group); /* FNV-1a 32 of the group's name */

#endif
