/* A line of a trace as fields, before it is settled what they mean: what the two ways to read one agree on.
 */
#ifndef APP_TRACE_FIELDS_H
#define APP_TRACE_FIELDS_H

#include "app/trace_file.h"

enum trace_key {
    KEY_T,
    KEY_LC,
    KEY_WHO,
    KEY_ID,
    KEY_EV,
    KEY_TO,
    KEY_FROM,
    KEY_TYPE,
    KEY_X,
    KEY_ORIGIN,
    KEY_M,
    KEY_SEQ,
    KEY_VIEW,
    KEY_N,
    KEY_COUNT,
    KEY_COLOR,
    KEY_HASH,
    KEY_WHY,
    KEY_WHOM,
    KEY_EXPECTED,
    KEY_GOT,
    KEY_DO,
    KEY_TEXT,
    KEY_PRIMARY,
    KEY_LEADER,
    KEY_MEMBERS,
    KEY_HERE,
    KEYS
};

/* By enum trace_key. */
struct trace_key_name {
    const char *name;
    size_t size;
};
extern const struct trace_key_name trace_keys[KEYS];

enum trace_field_kind { ABSENT, TEXT, NUMBER, FLAG, OTHER };

struct trace_field {
    enum trace_field_kind kind;
    const char *text; /* ended by a NUL */
    size_t size;
    uint64_t number; /* FLAG: 0 or 1 */
};

struct trace_fields {
    struct trace_field of[KEYS];
};

/* Reads a flat object of plain texts and whole numbers, without a space: nearly every line. The texts go to
 * the line's own `text`. False if it is not sure of anything; then the JSON library must say. */
bool trace_scan(struct trace_line *, struct trace_fields *, const char *text, size_t size);

#endif
