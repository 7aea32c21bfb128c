/* FNV-1a 64 (G. Fowler, L. Noll, P. Vo), over text, so that any script can check a trace. */
#include "gms/color.h"

static uint64_t hash_byte(uint64_t hash, char byte) {
    return (hash ^ (uint8_t)byte) * 0x100000001b3u;
}

static uint64_t hash_decimal(uint64_t hash, uint64_t value) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (count > 0)
        hash = hash_byte(hash, digits[--count]);
    return hash;
}

void trace_state_init(struct trace_state *s) {
    s->count = 0;
    s->hash = 0xcbf29ce484222325u;
    s->color[0] = s->color[1] = s->color[2] = 0;
}

void trace_state_apply(struct trace_state *s, gms_id origin, uint64_t m_n, int n) {
    const uint8_t red = s->color[0];
    s->color[0] = s->color[1];
    s->color[1] = s->color[2];
    s->color[2] = (uint8_t)(red + n);
    s->count++;
    for (int shift = 60; shift >= 0; shift -= 4)
        s->hash = hash_byte(s->hash, "0123456789abcdef"[origin >> shift & 15]);
    s->hash = hash_byte(s->hash, '#');
    s->hash = hash_decimal(s->hash, m_n);
    s->hash = hash_byte(s->hash, '=');
    s->hash = hash_decimal(s->hash, (uint64_t)n);
    s->hash = hash_byte(s->hash, '\n');
}

bool trace_state_equal(const struct trace_state *a, const struct trace_state *b) {
    return a->count == b->count && a->hash == b->hash && a->color[0] == b->color[0] &&
           a->color[1] == b->color[1] && a->color[2] == b->color[2];
}
