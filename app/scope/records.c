/* Records in chunks that grow with the run; what they borrow is kept once, however often it comes. */
#include "app/scope/records.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK        4096 /* records */
#define CHUNKS       ((RECORDS_MAX + CHUNK - 1) / CHUNK)
#define MEMBERS_MANY (1u << 20) /* ids in the lists of all records together */
#define BUCKETS      (2 * RECORDS_TEXTS_MAX)

struct kept {
    struct trace_record record; /* its `members` are an offset */
    uint32_t mark, members_at;
};

struct records {
    uint32_t count;
    bool overflown;
    struct kept *chunks[CHUNKS];
    gms_id *members;
    uint32_t member_count, member_capacity;
    uint32_t text_count;
    char *texts[BUCKETS];
};

struct records *records_new(void) {
    return calloc(1, sizeof(struct records));
}

void records_clear(struct records *r) {
    for (size_t i = 0; i < CHUNKS; i++)
        free(r->chunks[i]);
    for (size_t i = 0; i < BUCKETS; i++)
        free(r->texts[i]);
    free(r->members);
    memset(r, 0, sizeof *r);
}

void records_destroy(struct records **self) {
    if (*self == NULL)
        return;
    records_clear(*self);
    free(*self);
    *self = NULL;
}

/* -- What a record borrows ------------------------------------------------------------------------------ */

static uint32_t hash(const char *text) {
    uint32_t h = 2166136261u;
    for (; *text != '\0'; text++)
        h = (h ^ (uint8_t)*text) * 16777619u;
    return h;
}

static const char *keep_text(struct records *r, const char *text) {
    if (text == NULL)
        return NULL;
    uint32_t at = hash(text) % BUCKETS;
    for (; r->texts[at] != NULL; at = (at + 1) % BUCKETS)
        if (strcmp(r->texts[at], text) == 0)
            return r->texts[at];
    char *copy = r->text_count < RECORDS_TEXTS_MAX ? strdup(text) : NULL;
    if (copy == NULL)
        return "";
    r->text_count++;
    return r->texts[at] = copy;
}

/* Views repeat the one before: the very list that was kept last serves for all that are equal to it. */
static bool keep_members(struct records *r, const struct trace_record *record, uint32_t *at) {
    const uint32_t count = record->member_count;
    const size_t bytes = count * sizeof *r->members;
    *at = r->member_count >= count ? r->member_count - count : 0;
    if (count == 0 || (r->member_count >= count && memcmp(r->members + *at, record->members, bytes) == 0))
        return true;
    if (count > MEMBERS_MANY - r->member_count)
        return false;
    if (r->member_count + count > r->member_capacity) {
        const uint32_t capacity = 2 * (r->member_count + count);
        gms_id *grown = realloc(r->members, capacity * sizeof *grown);
        if (grown == NULL)
            return false;
        r->members = grown;
        r->member_capacity = capacity;
    }
    memcpy(r->members + r->member_count, record->members, bytes);
    *at = r->member_count;
    r->member_count += count;
    return true;
}

/* -- In and out ------------------------------------------------------------------------------------------ */

void records_add(struct records *r, uint32_t mark, const struct trace_record *record) {
    struct kept kept = {.record = *record, .mark = mark};
    struct kept **chunk = &r->chunks[r->count / CHUNK];
    if (r->overflown)
        return;
    if (r->count == RECORDS_MAX || !keep_members(r, record, &kept.members_at) ||
        (*chunk == NULL && (*chunk = malloc(CHUNK * sizeof **chunk)) == NULL)) {
        r->overflown = true;
        return;
    }
    kept.record.type = keep_text(r, record->type);
    kept.record.to = keep_text(r, record->to);
    kept.record.what = keep_text(r, record->what);
    kept.record.why = keep_text(r, record->why);
    (*chunk)[r->count++ % CHUNK] = kept;
}

bool records_complete(const struct records *r) {
    return !r->overflown;
}

uint32_t records_count(const struct records *r) {
    return r->count;
}

static const struct kept *at(const struct records *r, uint32_t index) {
    return &r->chunks[index / CHUNK][index % CHUNK];
}

uint32_t records_mark(const struct records *r, uint32_t index) {
    return at(r, index)->mark;
}

void records_get(const struct records *r, uint32_t index, struct trace_record *record) {
    const struct kept *kept = at(r, index);
    *record = kept->record;
    record->members = kept->record.member_count > 0 ? r->members + kept->members_at : NULL;
}
