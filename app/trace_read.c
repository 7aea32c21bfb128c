/* Reading a line of a trace: what its fields mean is settled once, from a table. How they are found there are
 * two ways: jansson here, and trace_scan.c for the plain ones. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "app/trace_fields.h"

/* -- Fields ---------------------------------------------------------------------------------------------- */

const struct trace_key_name trace_keys[KEYS] = {
    [KEY_T] = {"t", 1},           [KEY_LC] = {"lc", 2},
    [KEY_WHO] = {"who", 3},       [KEY_ID] = {"id", 2},
    [KEY_EV] = {"ev", 2},         [KEY_TO] = {"to", 2},
    [KEY_FROM] = {"from", 4},     [KEY_TYPE] = {"type", 4},
    [KEY_X] = {"x", 1},           [KEY_ORIGIN] = {"origin", 6},
    [KEY_M] = {"m", 1},           [KEY_SEQ] = {"seq", 3},
    [KEY_VIEW] = {"view", 4},     [KEY_N] = {"n", 1},
    [KEY_COUNT] = {"count", 5},   [KEY_COLOR] = {"color", 5},
    [KEY_HASH] = {"hash", 4},     [KEY_WHY] = {"why", 3},
    [KEY_WHOM] = {"whom", 4},     [KEY_EXPECTED] = {"expected", 8},
    [KEY_GOT] = {"got", 3},       [KEY_DO] = {"do", 2},
    [KEY_TEXT] = {"text", 4},     [KEY_PRIMARY] = {"primary", 7},
    [KEY_LEADER] = {"leader", 6}, [KEY_MEMBERS] = {"members", 7},
    [KEY_HERE] = {"here", 4},
};

/* What an event must have, beside t, lc, who, id and ev. */
#define NEEDS(key) (1u << (key))
static const uint32_t needed[TRACE_EVS] = {
    [TRACE_JOIN] = NEEDS(KEY_TO),
    [TRACE_VIEW] = NEEDS(KEY_VIEW) | NEEDS(KEY_MEMBERS),
    [TRACE_MCAST] = NEEDS(KEY_M) | NEEDS(KEY_N),
    [TRACE_SEND] = NEEDS(KEY_TO) | NEEDS(KEY_TYPE),
    [TRACE_RECV] = NEEDS(KEY_FROM) | NEEDS(KEY_TYPE),
    [TRACE_LOSE] = NEEDS(KEY_TO) | NEEDS(KEY_TYPE),
    [TRACE_DROP] = NEEDS(KEY_FROM) | NEEDS(KEY_TYPE),
    [TRACE_DELIVER] = NEEDS(KEY_M) | NEEDS(KEY_N) | NEEDS(KEY_COUNT) | NEEDS(KEY_COLOR) | NEEDS(KEY_HASH),
    [TRACE_STATE] = NEEDS(KEY_FROM) | NEEDS(KEY_COUNT) | NEEDS(KEY_COLOR) | NEEDS(KEY_HASH),
    [TRACE_SUSPECT] = NEEDS(KEY_WHOM),
    [TRACE_DOWN] = NEEDS(KEY_WHOM),
    [TRACE_FAULT] = NEEDS(KEY_DO),
    [TRACE_CRASH] = NEEDS(KEY_WHOM),
    [TRACE_HANG] = NEEDS(KEY_WHOM),
    [TRACE_RESUME] = NEEDS(KEY_WHOM),
    [TRACE_NOTE] = NEEDS(KEY_TEXT),
};

/* -- Values ---------------------------------------------------------------------------------------------- */

static int hex_digit(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool parse_hex(const char *text, int digits, uint64_t *value) {
    *value = 0;
    for (int i = 0; i < digits; i++) {
        const int digit = hex_digit(text[i]);
        if (digit < 0)
            return false;
        *value = *value << 4 | (uint64_t)digit;
    }
    return true;
}

bool trace_parse_id(const char *text, gms_id *id) {
    uint64_t value;
    if (!text || strnlen(text, 17) != 16 || !parse_hex(text, 16, &value))
        return false;
    *id = value;
    return true;
}

static bool parse_decimal(const char *text, uint64_t *value) {
    *value = 0;
    if (!*text)
        return false;
    for (; *text; text++) {
        const unsigned digit = (unsigned)(*text - '0');
        if (digit > 9 || *value > (UINT64_MAX - digit) / 10)
            return false;
        *value = *value * 10 + digit;
    }
    return true;
}

/* "<id>#<count>", or with a dot. */
static bool parse_pair(const struct trace_field *f, char between, gms_id *id, uint64_t *count) {
    return f->size >= 18 && parse_hex(f->text, 16, id) && f->text[16] == between &&
           parse_decimal(f->text + 17, count) && *count > 0;
}

static bool is_name(const char *text) {
    return strcmp(text, "?") == 0 || !address_name_error(text);
}

/* -- From fields to a record ----------------------------------------------------------------------------- */

struct parse {
    struct trace_line *line;
    const struct trace_fields *fields;
    char *error;
    size_t error_size;
    bool bad;
};

static void complain(struct parse *p, enum trace_key key, const char *what) {
    if (!p->bad)
        snprintf(p->error, p->error_size, "`%s` %s", trace_keys[key].name, what);
    p->bad = true;
}

static const char *text_of(struct parse *p, enum trace_key key) {
    const struct trace_field *f = &p->fields->of[key];
    if (f->kind != ABSENT && f->kind != TEXT)
        complain(p, key, "is not a text");
    return f->kind == TEXT ? f->text : NULL;
}

static uint64_t number_of(struct parse *p, enum trace_key key, uint64_t max) {
    const struct trace_field *f = &p->fields->of[key];
    if (f->kind != ABSENT && f->kind != NUMBER)
        complain(p, key, "is not a whole number");
    else if (f->kind == NUMBER && f->number > max)
        complain(p, key, "is too large");
    return f->kind == NUMBER ? f->number : 0;
}

static bool flag_of(struct parse *p, enum trace_key key) {
    const struct trace_field *f = &p->fields->of[key];
    if (f->kind != ABSENT && f->kind != FLAG)
        complain(p, key, "is not true or false");
    return f->kind == FLAG && f->number;
}

static gms_id id_of(struct parse *p, enum trace_key key) {
    const char *text = text_of(p, key);
    gms_id id = GMS_NOBODY;
    if (text && !trace_parse_id(text, &id))
        complain(p, key, "is not an id of 16 hex digits");
    return id;
}

static void state_of(struct parse *p, struct trace_state *s) {
    const char *color = text_of(p, KEY_COLOR), *hash = text_of(p, KEY_HASH);
    uint64_t rgb = 0;
    s->count = number_of(p, KEY_COUNT, UINT64_MAX);
    if (hash && (strlen(hash) != 16 || !parse_hex(hash, 16, &s->hash)))
        complain(p, KEY_HASH, "is not 16 hex digits");
    if (color && (strlen(color) != 7 || color[0] != '#' || !parse_hex(color + 1, 6, &rgb)))
        complain(p, KEY_COLOR, "is not #rrggbb");
    s->color[0] = (uint8_t)(rgb >> 16);
    s->color[1] = (uint8_t)(rgb >> 8);
    s->color[2] = (uint8_t)rgb;
}

static void members_of(struct parse *p) {
    struct trace_line *line = p->line;
    const json_t *members = line->root ? json_object_get(line->root, "members") : NULL;
    if (!members)
        return;
    const size_t count = json_array_size(members);
    if (!json_is_array(members))
        complain(p, KEY_MEMBERS, "is not a list");
    else if (count > GMS_MEMBERS_MAX)
        complain(p, KEY_MEMBERS, "has too many members");
    for (size_t i = 0; i < count && !p->bad; i++) {
        const json_t *member = json_array_get(members, i);
        const char *who = json_string_value(json_object_get(member, "who"));
        const char *id = json_string_value(json_object_get(member, "id"));
        line->member_names[i] = who;
        if (!who || !is_name(who) || !trace_parse_id(id, &line->members[i]) || line->members[i] == GMS_NOBODY)
            complain(p, KEY_MEMBERS, "is not a list of who and id");
    }
    line->record.members = line->members;
    line->record.member_count = (uint32_t)count;
}

static void common_of(struct parse *p) {
    static const enum trace_key always[] = {KEY_EV, KEY_T, KEY_LC, KEY_WHO, KEY_ID};
    struct trace_record *r = &p->line->record;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        if (p->fields->of[always[i]].kind == ABSENT)
            complain(p, always[i], "is missing");
    }
    const char *ev = text_of(p, KEY_EV);
    if (ev && !trace_ev_find(ev, &r->ev))
        complain(p, KEY_EV, "is no event that is known");
    r->t = number_of(p, KEY_T, UINT64_MAX);
    r->lc = number_of(p, KEY_LC, UINT64_MAX);
    r->id = id_of(p, KEY_ID);
    p->line->who = text_of(p, KEY_WHO);
    if (p->line->who && !is_name(p->line->who))
        complain(p, KEY_WHO, "is no name");
    for (int key = 0; !p->bad && key < KEYS; key++) {
        if (needed[r->ev] & NEEDS(key) && p->fields->of[key].kind == ABSENT)
            complain(p, (enum trace_key)key, "is missing");
    }
}

/* Whom it is about: `to`, `from` or `whom`; the `to` of a JOIN is an address. */
static void peer_of(struct parse *p) {
    struct trace_record *r = &p->line->record;
    const gms_id from = id_of(p, KEY_FROM), whom = id_of(p, KEY_WHOM);
    r->to = r->ev == TRACE_JOIN ? text_of(p, KEY_TO) : NULL;
    r->peer = r->ev == TRACE_JOIN ? GMS_NOBODY : id_of(p, KEY_TO);
    r->peer = r->peer != GMS_NOBODY ? r->peer : from != GMS_NOBODY ? from : whom;
}

static bool fill_record(struct trace_line *line, const struct trace_fields *fields, char *error,
                        size_t error_size) {
    struct parse p = {line, fields, error, error_size, false};
    struct trace_record *r = &line->record;
    const struct trace_field *m = &fields->of[KEY_M], *x = &fields->of[KEY_X];
    *r = (struct trace_record){.ev = TRACE_EVS};
    common_of(&p);
    if (p.bad)
        return false;
    peer_of(&p);
    r->type = text_of(&p, KEY_TYPE);
    r->about = id_of(&p, KEY_ORIGIN);
    r->n = (int)number_of(&p, KEY_N, INT_MAX);
    r->seq = number_of(&p, KEY_SEQ, UINT64_MAX);
    r->view = (uint32_t)number_of(&p, KEY_VIEW, UINT32_MAX);
    r->expected = number_of(&p, KEY_EXPECTED, UINT64_MAX);
    r->got = number_of(&p, KEY_GOT, UINT64_MAX);
    r->what = text_of(&p, r->ev == TRACE_NOTE ? KEY_TEXT : KEY_DO);
    r->why = text_of(&p, KEY_WHY);
    id_of(&p, KEY_LEADER);
    r->primary = flag_of(&p, KEY_PRIMARY);
    r->here = flag_of(&p, KEY_HERE);
    if (text_of(&p, KEY_M) && !parse_pair(m, '#', &r->m_origin, &r->m_n))
        complain(&p, KEY_M, "is not <id>#<count>");
    if (text_of(&p, KEY_X) && !parse_pair(x, '.', &r->x_sender, &r->x))
        complain(&p, KEY_X, "is not <id>.<count>");
    state_of(&p, &r->state);
    members_of(&p);
    return !p.bad;
}

/* -- The JSON library's way ------------------------------------------------------------------------------ */

static struct trace_field field_of(const json_t *value) {
    struct trace_field f = {.kind = ABSENT};
    if (!value)
        return f;
    f.kind = OTHER;
    if (json_is_string(value)) {
        f = (struct trace_field){TEXT, json_string_value(value), json_string_length(value), 0};
    } else if (json_is_integer(value) && json_integer_value(value) >= 0) {
        f.kind = NUMBER;
        f.number = (uint64_t)json_integer_value(value);
    } else if (json_is_boolean(value)) {
        f.kind = FLAG;
        f.number = json_is_true(value);
    }
    return f;
}

bool trace_line_parse_json(struct trace_line *line, const char *text, size_t size, char *error,
                           size_t error_size) {
    struct trace_fields fields;
    json_error_t why;
    line->header = false;
    line->who = NULL;
    line->root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &why);
    if (!line->root || !json_is_object(line->root)) {
        snprintf(error, error_size, "not a JSON object: %s", line->root ? "another value" : why.text);
        for (char *c = error; *c; c++)
            *c = *c >= ' ' && *c <= '~' ? *c : '?'; /* what it quotes may be anything */
        trace_line_free(line);
        return false;
    }
    line->header = json_object_get(line->root, "groupy") != NULL;
    if (line->header) {
        line->who = json_string_value(json_object_get(line->root, "who"));
        return true;
    }
    for (int key = 0; key < KEYS; key++)
        fields.of[key] = field_of(json_object_get(line->root, trace_keys[key].name));
    if (fill_record(line, &fields, error, error_size))
        return true;
    trace_line_free(line);
    return false;
}

bool trace_line_parse(struct trace_line *line, const char *text, size_t size, char *error,
                      size_t error_size) {
    struct trace_fields fields;
    if (!trace_scan(line, &fields, text, size))
        return trace_line_parse_json(line, text, size, error, error_size);
    line->header = false;
    line->who = NULL;
    line->root = NULL;
    return fill_record(line, &fields, error, error_size);
}

void trace_line_free(struct trace_line *line) {
    json_decref(line->root);
    line->root = NULL;
}
