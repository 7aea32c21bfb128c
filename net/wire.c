/* Big-endian, field by field. A get past the end sets `bad` and yields zero, and one test at the end of the
 * message sees it: no path reads outside the frame, and none forgets to check. */
#include "net/wire.h"

#include <assert.h>
#include <string.h>

/* -- Putting ------------------------------------------------------------------------------------------ */

/* The compiler makes one swapped store of the fixed widths. */
static inline void store16(uint8_t *at, uint64_t value) {
    at[0] = (uint8_t)(value >> 8), at[1] = (uint8_t)value;
}

static inline void store32(uint8_t *at, uint64_t value) {
    at[0] = (uint8_t)(value >> 24), at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8), at[3] = (uint8_t)value;
}

static inline void store64(uint8_t *at, uint64_t value) {
    at[0] = (uint8_t)(value >> 56), at[1] = (uint8_t)(value >> 48);
    at[2] = (uint8_t)(value >> 40), at[3] = (uint8_t)(value >> 32);
    at[4] = (uint8_t)(value >> 24), at[5] = (uint8_t)(value >> 16);
    at[6] = (uint8_t)(value >> 8), at[7] = (uint8_t)value;
}

static inline uint8_t *room(struct wire_out *out, size_t size) {
    assert(out->size + size <= out->capacity);
    uint8_t *at = out->bytes + out->size;
    out->size += size;
    return at;
}

static void put8(struct wire_out *out, uint64_t value) {
    *room(out, 1) = (uint8_t)value;
}

static void put16(struct wire_out *out, uint64_t value) {
    store16(room(out, 2), value);
}

static void put32(struct wire_out *out, uint64_t value) {
    store32(room(out, 4), value);
}

static void put64(struct wire_out *out, uint64_t value) {
    store64(room(out, 8), value);
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
    put8(out, length);
    put_bytes(out, text, length);
}

static void put_address(struct wire_out *out, gms_id id, const struct address_book *book) {
    const struct address *known = address_book_find(book, id);
    put64(out, id);
    put_text(out, known ? known->name : "");
    put_text(out, known ? known->endpoint : "");
}

static size_t begin(struct wire_out *out, unsigned type, uint64_t x, uint64_t lc) {
    const size_t start = out->size;
    uint8_t *at = room(out, 3 + 16);
    at[0] = (uint8_t)type;
    store64(at + WIRE_X_OFFSET, x);
    store64(at + WIRE_X_OFFSET + 8, lc);
    return start;
}

static void finish(struct wire_out *out, size_t start) {
    const size_t size = out->size - start - 3;
    assert(size <= UINT16_MAX);
    store16(out->bytes + start + 1, size);
}

void wire_put_frame_header(struct wire_out *out, uint32_t group, gms_id sender) {
    put_bytes(out, "gy", 2);
    put8(out, WIRE_VERSION);
    put8(out, 0);
    put32(out, group);
    put64(out, sender);
}

/* The fields of the core's messages, in the order in which they are encoded. */
enum { VIEW = 1, SEQ = 2, ORIGIN = 4, N = 8, BALLOT = 16, ACCEPTED = 32, LAST = 64, COMMITTED = 128 };
enum { STABLE = 256, ADDRESS = 512, MEMBERS = 1024, COUNTS = 2048, BODY = 4096 };

#define PLAIN_FIELDS (VIEW | SEQ | ORIGIN | N | BODY)

static const unsigned fields_of[GMS_TYPES] = {
    [GMS_JOIN] = ADDRESS,
    [GMS_VIEW] = VIEW | SEQ | MEMBERS | COUNTS,
    [GMS_REQUEST] = ORIGIN | N | BODY,
    [GMS_MSG] = PLAIN_FIELDS | COMMITTED | STABLE,
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

/* How many bytes those of the fields take that are numbers. */
static inline size_t numbers_size(unsigned fields) {
    size_t count = 0;
    for (unsigned bit = SEQ; bit <= STABLE; bit <<= 1)
        count += (fields & bit) != 0;
    return 8 * count + (fields & VIEW ? 4 : 0);
}

static inline uint8_t *store_if(bool there, uint8_t *at, uint64_t value) {
    if (!there)
        return at;
    store64(at, value);
    return at + 8;
}

static void put_numbers(struct wire_out *out, unsigned fields, const struct gms_message *m) {
    uint8_t *at = room(out, numbers_size(fields));
    if (fields & VIEW) {
        store32(at, m->view);
        at += 4;
    }
    at = store_if(fields & SEQ, at, m->seq);
    at = store_if(fields & ORIGIN, at, m->origin);
    at = store_if(fields & N, at, m->n);
    at = store_if(fields & BALLOT, at, m->ballot);
    at = store_if(fields & ACCEPTED, at, m->accepted);
    at = store_if(fields & LAST, at, m->last);
    at = store_if(fields & COMMITTED, at, m->committed);
    store_if(fields & STABLE, at, m->stable);
}

void wire_put_gms(struct wire_out *out, const struct gms_message *m, uint64_t lc,
                  const struct address_book *book) {
    assert(m->type < GMS_TYPES);
    const bool plain = m->type == GMS_MSG && m->committed == 0 && m->stable == 0;
    const size_t start = begin(out, plain ? WIRE_PLAIN : (unsigned)m->type, m->x, lc);
    const unsigned fields = plain ? PLAIN_FIELDS : fields_of[m->type];
    put_numbers(out, fields, m);
    if (fields & ADDRESS)
        put_address(out, m->origin, book);
    if (fields & MEMBERS)
        put16(out, m->member_count);
    for (uint32_t i = 0; (fields & MEMBERS) && i < m->member_count; i++)
        put_address(out, m->members[i], book);
    if (fields & COUNTS)
        put8(out, m->counts != NULL);
    for (uint32_t i = 0; (fields & COUNTS) && m->counts && i < m->member_count; i++)
        put64(out, m->counts[i]);
    if (fields & BODY)
        put_bytes(out, m->body, m->body_size);
    finish(out, start);
}

void wire_put_hello(struct wire_out *out, unsigned rung, const struct address *self) {
    const size_t start = begin(out, WIRE_HELLO, 0, 0);
    put8(out, rung);
    put64(out, self->id);
    put_text(out, self->name);
    put_text(out, self->endpoint);
    finish(out, start);
}

void wire_put_credit(struct wire_out *out, uint64_t bytes_taken) {
    const size_t start = begin(out, WIRE_CREDIT, 0, 0);
    put64(out, bytes_taken);
    finish(out, start);
}

void wire_put_bytes(struct wire_out *out, enum wire_type type, const void *bytes, size_t size) {
    const size_t start = begin(out, type, 0, 0);
    put_bytes(out, bytes, size);
    finish(out, start);
}

void wire_patch_x(uint8_t *message, uint64_t x, uint64_t lc) {
    store64(message + WIRE_X_OFFSET, x);
    store64(message + WIRE_X_OFFSET + 8, lc);
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

static inline const uint8_t *take(struct reader *r, size_t size) {
    if (r->bad || left(r) < size) {
        r->bad = true;
        return NULL;
    }
    const uint8_t *at = r->at;
    r->at += size;
    return at;
}

static uint64_t get8(struct reader *r) {
    const uint8_t *at = take(r, 1);
    return at ? at[0] : 0;
}

static uint64_t get16(struct reader *r) {
    const uint8_t *at = take(r, 2);
    return at ? (uint64_t)at[0] << 8 | at[1] : 0;
}

static inline uint32_t load32(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static inline uint64_t load64(const uint8_t *at) {
    return (uint64_t)at[0] << 56 | (uint64_t)at[1] << 48 | (uint64_t)at[2] << 40 | (uint64_t)at[3] << 32 |
           (uint64_t)at[4] << 24 | (uint64_t)at[5] << 16 | (uint64_t)at[6] << 8 | at[7];
}

static uint64_t get32(struct reader *r) {
    const uint8_t *at = take(r, 4);
    return at ? load32(at) : 0;
}

static uint64_t get64(struct reader *r) {
    const uint8_t *at = take(r, 8);
    return at ? load64(at) : 0;
}

static void get_text(struct reader *r, char *text, size_t text_size) {
    const size_t length = (size_t)get8(r);
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
    address->id = get64(r);
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
    const uint64_t count = get16(r);
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
    const uint64_t has = get8(r);
    if (has > 1)
        r->bad = true;
    if (has != 1)
        return;
    for (uint32_t i = 0; i < m->gms.member_count; i++)
        m->counts[i] = get64(r);
    m->gms.counts = m->counts;
}

static inline const uint8_t *load_if(bool there, const uint8_t *at, uint64_t *value) {
    if (!there)
        return at;
    *value = load64(at);
    return at + 8;
}

static void get_numbers(struct reader *r, unsigned fields, struct gms_message *m) {
    const uint8_t *at = take(r, numbers_size(fields));
    if (!at)
        return;
    if (fields & VIEW) {
        m->view = load32(at);
        at += 4;
    }
    at = load_if(fields & SEQ, at, &m->seq);
    at = load_if(fields & ORIGIN, at, &m->origin);
    at = load_if(fields & N, at, &m->n);
    at = load_if(fields & BALLOT, at, &m->ballot);
    at = load_if(fields & ACCEPTED, at, &m->accepted);
    at = load_if(fields & LAST, at, &m->last);
    at = load_if(fields & COMMITTED, at, &m->committed);
    load_if(fields & STABLE, at, &m->stable);
}

static void get_gms(struct reader *r, struct wire_message *m, unsigned fields) {
    get_numbers(r, fields, &m->gms);
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
    const uint8_t *marks = take(r, 16);
    m->x = marks ? load64(marks) : 0;
    m->lc = marks ? load64(marks + 8) : 0;
    m->address_count = 0;
    m->bytes = NULL;
    m->bytes_size = 0;
    memset(&m->gms, 0, sizeof m->gms);
    const bool plain = m->type == WIRE_PLAIN;
    if (plain)
        m->type = GMS_MSG;
    if (m->type > 0 && m->type < GMS_TYPES) {
        get_gms(r, m, plain ? PLAIN_FIELDS : fields_of[m->type]);
        if (r->bad)
            return "malformed: truncated or out of range";
        return r->at == r->end ? NULL : "malformed: longer than its type";
    }
    switch (m->type) {
    case WIRE_HELLO:
        m->rung = (unsigned)get8(r);
        get_address(r, &m->addresses[0]);
        m->address_count = 1;
        break;
    case WIRE_CREDIT: m->credit = get64(r); break;
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
    if (get8(&r) != WIRE_VERSION)
        return "malformed: wrong version";
    if (get8(&r) != 0)
        return "malformed: unknown flags";
    in->group = (uint32_t)get32(&r);
    in->sender = get64(&r);
    in->at = r.at;
    in->end = r.end;
    return in->sender == GMS_NOBODY ? "malformed: no sender" : NULL;
}

bool wire_next(struct wire_in *in, struct wire_message *m, const char **error) {
    struct reader header = {in->at, in->end, false};
    *error = NULL;
    if (in->at == in->end)
        return false;
    m->type = (unsigned)get8(&header);
    const size_t size = (size_t)get16(&header);
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
    case WIRE_CREDIT: return "CREDIT";
    default: return type < GMS_TYPES ? gms_type_name((enum gms_type)type) : "?";
    }
}

uint32_t wire_group_tag(const char *group) {
    uint32_t hash = 0x811c9dc5u;
    for (; *group; group++)
        hash = (hash ^ (uint8_t)*group) * 0x01000193u;
    return hash;
}
