/* Big-endian, field by field. A get past the end sets `bad` and yields zero, and one test at the end of the
 * message sees it: no path reads outside the frame, and none forgets to check. */
#include "net/wire.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

/* -- Putting ------------------------------------------------------------------------------------------ */

static void put(struct wire_out *out, uint64_t value, size_t width) {
    assert(out->size + width <= out->capacity);
    for (size_t i = 0; i < width; i++)
        out->bytes[out->size + i] = (uint8_t)(value >> (8 * (width - 1 - i)));
    out->size += width;
}

static void put_bytes(struct wire_out *out, const void *bytes, size_t size) {
    assert(out->size + size <= out->capacity);
    if (size > 0)
        memcpy(out->bytes + out->size, bytes, size);
    out->size += size;
}

static void put_text(struct wire_out *out, const char *text) {
    const size_t length = strlen(text);
    assert(length <= UINT8_MAX);
    put(out, length, 1);
    put_bytes(out, text, length);
}

static void put_address(struct wire_out *out, gms_id id, const struct address_book *book) {
    const struct address *known = address_book_find(book, id);
    put(out, id, 8);
    put_text(out, known ? known->name : "");
    put_text(out, known ? known->endpoint : "");
}

static size_t begin(struct wire_out *out, unsigned type, uint64_t x, uint64_t lc) {
    const size_t start = out->size;
    put(out, type, 1);
    put(out, 0, 2);
    put(out, x, 8);
    put(out, lc, 8);
    return start;
}

static void finish(struct wire_out *out, size_t start) {
    const size_t size = out->size - start - 3;
    assert(size <= UINT16_MAX);
    out->bytes[start + 1] = (uint8_t)(size >> 8);
    out->bytes[start + 2] = (uint8_t)size;
}

void wire_put_frame_header(struct wire_out *out, uint32_t group, gms_id sender) {
    put_bytes(out, "gy", 2);
    put(out, WIRE_VERSION, 1);
    put(out, 0, 1);
    put(out, group, 4);
    put(out, sender, 8);
}

/* The fields of the core's messages, in the order in which they are encoded. */
enum { VIEW = 1, SEQ = 2, ORIGIN = 4, N = 8, BALLOT = 16, ACCEPTED = 32, LAST = 64, COMMITTED = 128 };
enum { STABLE = 256, ADDRESS = 512, MEMBERS = 1024, COUNTS = 2048, BODY = 4096 };

static const unsigned fields_of[GMS_TYPES] = {
    [GMS_JOIN] = ADDRESS,
    [GMS_VIEW] = VIEW | SEQ | MEMBERS | COUNTS,
    [GMS_REQUEST] = ORIGIN | N | BODY,
    [GMS_MSG] = VIEW | SEQ | ORIGIN | N | COMMITTED | STABLE | BODY,
    [GMS_LEAVE] = ORIGIN,
    [GMS_ACK] = VIEW | SEQ,
    [GMS_NACK] = VIEW | SEQ | LAST,
    [GMS_TOO_OLD] = VIEW | SEQ,
    [GMS_HEARTBEAT] = VIEW | SEQ | COMMITTED | STABLE,
    [GMS_COMMIT] = VIEW | SEQ | COMMITTED | STABLE,
    [GMS_SUSPECT] = VIEW | ORIGIN,
    [GMS_PREPARE] = VIEW | SEQ | BALLOT,
    [GMS_PROMISE] = VIEW | SEQ | BALLOT | ACCEPTED | LAST | MEMBERS,
    [GMS_ACCEPT] = VIEW | BALLOT | LAST | MEMBERS,
    [GMS_ACCEPTED] = VIEW | BALLOT,
    [GMS_INSTALL] = VIEW | SEQ | MEMBERS | COUNTS | BODY,
    [GMS_EXCLUDED] = VIEW,
};

static const struct {
    unsigned bit;
    size_t offset;
} numbers[] = {
    {SEQ, offsetof(struct gms_message, seq)},
    {ORIGIN, offsetof(struct gms_message, origin)},
    {N, offsetof(struct gms_message, n)},
    {BALLOT, offsetof(struct gms_message, ballot)},
    {ACCEPTED, offsetof(struct gms_message, accepted)},
    {LAST, offsetof(struct gms_message, last)},
    {COMMITTED, offsetof(struct gms_message, committed)},
    {STABLE, offsetof(struct gms_message, stable)},
};
#define NUMBERS (sizeof numbers / sizeof numbers[0])

static uint64_t *number_in(struct gms_message *m, size_t i) {
    return (uint64_t *)(void *)((char *)m + numbers[i].offset);
}

void wire_put_gms(struct wire_out *out, const struct gms_message *m, uint64_t lc,
                  const struct address_book *book) {
    assert(m->type < GMS_TYPES);
    const size_t start = begin(out, m->type, m->x, lc);
    const unsigned fields = fields_of[m->type];
    struct gms_message numbered = *m;
    if (fields & VIEW)
        put(out, m->view, 4);
    for (size_t i = 0; i < NUMBERS; i++) {
        if (fields & numbers[i].bit)
            put(out, *number_in(&numbered, i), 8);
    }
    if (fields & ADDRESS)
        put_address(out, m->origin, book);
    if (fields & MEMBERS)
        put(out, m->member_count, 2);
    for (uint32_t i = 0; (fields & MEMBERS) && i < m->member_count; i++)
        put_address(out, m->members[i], book);
    if (fields & COUNTS)
        put(out, m->counts != NULL, 1);
    for (uint32_t i = 0; (fields & COUNTS) && m->counts && i < m->member_count; i++)
        put(out, m->counts[i], 8);
    if (fields & BODY)
        put_bytes(out, m->body, m->body_size);
    finish(out, start);
}

void wire_put_hello(struct wire_out *out, unsigned rung, const struct address *self) {
    const size_t start = begin(out, WIRE_HELLO, 0, 0);
    put(out, rung, 1);
    put(out, self->id, 8);
    put_text(out, self->name);
    put_text(out, self->endpoint);
    finish(out, start);
}

void wire_put_bytes(struct wire_out *out, enum wire_type type, const void *bytes, size_t size) {
    const size_t start = begin(out, type, 0, 0);
    put_bytes(out, bytes, size);
    finish(out, start);
}

void wire_patch_x(uint8_t *message, uint64_t x, uint64_t lc) {
    struct wire_out out = {.bytes = message + WIRE_X_OFFSET, .capacity = 16};
    put(&out, x, 8);
    put(&out, lc, 8);
}

/* -- Getting ------------------------------------------------------------------------------------------ */

struct reader {
    const uint8_t *at;
    const uint8_t *end;
    bool bad;
};

static size_t left(const struct reader *r) {
    return (size_t)(r->end - r->at);
}

static uint64_t get(struct reader *r, size_t width) {
    if (r->bad || left(r) < width) {
        r->bad = true;
        return 0;
    }
    uint64_t value = 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | r->at[i];
    r->at += width;
    return value;
}

static void get_text(struct reader *r, char *text, size_t text_size) {
    const size_t length = (size_t)get(r, 1);
    text[0] = '\0';
    if (r->bad || length >= text_size || left(r) < length) {
        r->bad = true;
        return;
    }
    for (size_t i = 0; i < length; i++) {
        if (r->at[i] <= ' ' || r->at[i] > '~')
            r->bad = true;
    }
    memcpy(text, r->at, length);
    text[length] = '\0';
    r->at += length;
}

static void get_address(struct reader *r, struct address *address) {
    memset(address, 0, sizeof *address);
    address->id = get(r, 8);
    get_text(r, address->name, sizeof address->name);
    get_text(r, address->endpoint, sizeof address->endpoint);
    if (address->name[0] != '\0' && address_name_error(address->name))
        r->bad = true;
}

static void get_body(struct reader *r, struct gms_message *m) {
    m->body = r->at;
    m->body_size = (uint32_t)left(r);
    r->at = r->end;
}

static void get_members(struct reader *r, struct wire_message *m) {
    const uint64_t count = get(r, 2);
    if (count > GMS_MEMBERS_MAX) {
        r->bad = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        get_address(r, &m->addresses[i]);
        m->ids[i] = m->addresses[i].id;
    }
    m->address_count = m->gms.member_count = (uint32_t)count;
    m->gms.members = m->ids;
}

static void get_counts(struct reader *r, struct wire_message *m) {
    const uint64_t has = get(r, 1);
    if (has > 1)
        r->bad = true;
    if (has != 1)
        return;
    for (uint32_t i = 0; i < m->gms.member_count; i++)
        m->counts[i] = get(r, 8);
    m->gms.counts = m->counts;
}

static void get_gms(struct reader *r, struct wire_message *m) {
    const unsigned fields = fields_of[m->type];
    if (fields & VIEW)
        m->gms.view = (uint32_t)get(r, 4);
    for (size_t i = 0; i < NUMBERS; i++) {
        if (fields & numbers[i].bit)
            *number_in(&m->gms, i) = get(r, 8);
    }
    if (fields & ADDRESS) {
        get_address(r, &m->addresses[0]);
        m->address_count = 1;
        m->gms.origin = m->addresses[0].id;
    }
    if (fields & MEMBERS)
        get_members(r, m);
    if (fields & COUNTS)
        get_counts(r, m);
    if (fields & BODY)
        get_body(r, &m->gms);
    m->gms.type = (enum gms_type)m->type;
    m->gms.x = m->x;
}

/* NULL, or why this message can't be read. */
static const char *get_message(struct reader *r, struct wire_message *m) {
    m->x = get(r, 8);
    m->lc = get(r, 8);
    m->address_count = 0;
    m->bytes = NULL;
    m->bytes_size = 0;
    memset(&m->gms, 0, sizeof m->gms);
    if (m->type > 0 && m->type < GMS_TYPES) {
        get_gms(r, m);
        if (r->bad)
            return "malformed: truncated or out of range";
        return r->at == r->end ? NULL : "malformed: longer than its type";
    }
    switch (m->type) {
    case WIRE_HELLO:
        m->rung = (unsigned)get(r, 1);
        get_address(r, &m->addresses[0]);
        m->address_count = 1;
        break;
    case WIRE_REFUSED:
    case WIRE_GOSSIP:
        m->bytes = r->at;
        m->bytes_size = left(r);
        r->at = r->end;
        break;
    default: return "malformed: unknown type";
    }
    if (r->bad)
        return "malformed: truncated or out of range";
    return r->at == r->end ? NULL : "malformed: longer than its type";
}

const char *wire_open_frame(struct wire_in *in, const uint8_t *bytes, size_t size) {
    struct reader r = {bytes, bytes + size, false};
    if (size > NET_FRAME_SIZE_MAX)
        return "malformed: oversized";
    if (size < WIRE_FRAME_HEADER_SIZE)
        return "malformed: shorter than a header";
    if (memcmp(bytes, "gy", 2) != 0)
        return "malformed: not a groupy frame";
    r.at += 2;
    if (get(&r, 1) != WIRE_VERSION)
        return "malformed: wrong version";
    if (get(&r, 1) != 0)
        return "malformed: unknown flags";
    in->group = (uint32_t)get(&r, 4);
    in->sender = get(&r, 8);
    in->at = r.at;
    in->end = r.end;
    return in->sender == GMS_NOBODY ? "malformed: no sender" : NULL;
}

bool wire_next(struct wire_in *in, struct wire_message *m, const char **error) {
    struct reader header = {in->at, in->end, false};
    *error = NULL;
    if (in->at == in->end)
        return false;
    m->type = (unsigned)get(&header, 1);
    const size_t size = (size_t)get(&header, 2);
    if (header.bad || left(&header) < size) {
        in->at = in->end;
        *error = "malformed: cut short";
        return false;
    }
    struct reader fields = {header.at, header.at + size, false};
    in->at = header.at + size;
    *error = get_message(&fields, m);
    return true;
}

const char *wire_type_name(unsigned type) {
    switch (type) {
    case WIRE_HELLO: return "HELLO";
    case WIRE_REFUSED: return "REFUSED";
    case WIRE_GOSSIP: return "GOSSIP";
    default: return type < GMS_TYPES ? gms_type_name((enum gms_type)type) : "?";
    }
}

uint32_t wire_group_tag(const char *group) {
    uint32_t hash = 0x811c9dc5u;
    for (; *group; group++)
        hash = (hash ^ (uint8_t)*group) * 0x01000193u;
    return hash;
}
