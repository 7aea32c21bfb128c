/* A sequence diagram for Mermaid: an arrow where a message arrives, a crossed one where it is lost, and
 * notes.
 *
 * Mermaid draws no more than 50,000 characters of text. What goes beyond is left out, and the diagram says so
 * at its end: --from and --until choose the part that matters. */
#include "app/report/export_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MERMAID_SIZE_MAX 50000
#define NOTICE_SIZE      512 /* of these; at the end */
#define ITEMS_MAX        8192
#define NO_ITEM          UINT32_MAX

struct item {
    size_t begin, size; /* in `body` */
    uint32_t from, to;  /* members */
    bool gone;          /* its message arrived after all */
};

struct flight {
    uint32_t item;
};

struct mermaid {
    struct export *x;
    struct text body, escaped;
    uint32_t count;
    struct item *items;
    bool *crashed;     /* by member */
    bool *taking_part; /* by member: its line in the head has been counted */
    struct export_transit *transit;
    size_t size; /* of all that will be written, but for the notice */
    bool full;
    gms_time full_at;
    uint64_t missing; /* records that are not in it */
};

/* -- Text ------------------------------------------------------------------------------------------------ */

/* Mermaid's own way: a # and the character's number. Its grammar gives a meaning to most signs, and to
 * words: so it is letters of a longer word only that are left alone. */
static const char *escape(struct mermaid *m, const char *utf8) {
    static const char plain[] = " .,()/_+=";
    struct text *t = &m->escaped;
    text_clear(t);
    text_add(t, "%s", "");
    for (const char *c = utf8; *c; c++) {
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (letter || (unsigned char)*c >= 0x80 || strchr(plain, *c))
            text_add(t, "%c", *c);
        else
            text_add(t, "#%d;", *c);
    }
    m->x->failed = m->x->failed || t->failed;
    return t->at ? t->at : "";
}

static void take_part(struct mermaid *m, uint32_t member) {
    if (m->taking_part[member])
        return;
    m->taking_part[member] = true;
    m->size += strlen(m->x->who.member[member].label) * 5 + 32;
}

/* The last of what was put into `body` is one. NO_ITEM: there is no more room. */
static uint32_t add_item(struct mermaid *m, size_t begin, uint32_t from, uint32_t to,
                         const struct trace_record *r) {
    take_part(m, from);
    take_part(m, to);
    const size_t size = m->body.size - begin;
    if (!m->full && (m->count == ITEMS_MAX || m->size + size > MERMAID_SIZE_MAX - NOTICE_SIZE)) {
        m->full = true;
        m->full_at = export_ns(m->x, r);
    }
    if (m->full) {
        m->body.size = begin;
        return NO_ITEM;
    }
    m->items[m->count] = (struct item){.begin = begin, .size = size, .from = from, .to = to};
    m->size += size;
    return m->count++;
}

/* -- Records --------------------------------------------------------------------------------------------- */

static uint32_t add_arrow(struct mermaid *m, const struct trace_record *r, gms_id from, gms_id to,
                          const char *arrow, const char *after) {
    const uint32_t a = export_who_of(&m->x->who, from), b = export_who_of(&m->x->who, to);
    const size_t begin = m->body.size;
    char what[256];
    if (a == EXPORT_NOBODY || b == EXPORT_NOBODY)
        return NO_ITEM;
    if (r->m_origin != GMS_NOBODY)
        snprintf(what, sizeof what, "%s %s%s", r->type ? r->type : "?", export_m(m->x, r), after);
    else
        snprintf(what, sizeof what, "%s%s", r->type ? r->type : "?", after);
    text_one_line(what);
    text_add(&m->body, "p%" PRIu32 "%sp%" PRIu32 ": %s\n", a + 1, arrow, b + 1, escape(m, what));
    return add_item(m, begin, a, b, r);
}

static void on_send(struct mermaid *m, const struct trace_record *r) {
    const uint32_t item = add_arrow(m, r, r->id, r->peer, "-x", ", never received");
    struct flight *f = item != NO_ITEM ? export_transit_put(m->transit, r) : NULL;
    if (f)
        f->item = item;
}

/* True: it was sent inside. */
static bool arrives(struct mermaid *m, const struct trace_record *r) {
    const struct flight *f = export_transit_take(m->transit, r);
    if (f && !m->items[f->item].gone) {
        m->items[f->item].gone = true;
        m->size -= m->items[f->item].size;
    }
    return f != NULL;
}

static void on_lose(struct mermaid *m, const struct trace_record *r) {
    char after[192];
    arrives(m, r);
    snprintf(after, sizeof after, ", %s", r->why && r->why[0] ? r->why : "lost");
    add_arrow(m, r, r->id, r->peer, "-x", after);
}

static void on_note(struct mermaid *m, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    const uint32_t member = export_who_of(&m->x->who, export_subject(r));
    const char *words = export_words(m->x, line);
    const size_t begin = m->body.size;
    const bool for_all = export_subject(r) == GMS_NOBODY && m->x->who.count > 2;
    const uint32_t from = for_all ? 0 : member, to = for_all ? m->x->who.count - 2 : member;
    char brief[96];
    if (r->ev == TRACE_DELIVER) { /* most of all lines */
        snprintf(brief, sizeof brief, "deliver %s, count %" PRIu64, export_m(m->x, r), r->state.count);
        words = brief;
    }
    if (r->ev == TRACE_NOTE) /* it is one already */
        words += strlen("note: ");
    text_add(&m->body, "Note over p%" PRIu32, from + 1);
    if (to > from)
        text_add(&m->body, ",p%" PRIu32, to + 1);
    text_add(&m->body, ": %s\n", escape(m, words));
    add_item(m, begin, from, to, r);
}

/* What comes of it was on its way before: a broken line, as of what was sent before --from. */
static bool is_crashed(const struct mermaid *m, gms_id id) {
    const uint32_t member = export_who_of(&m->x->who, id);
    return member != EXPORT_NOBODY && m->crashed[member];
}

static void mermaid_record(void *self, const struct trace_line *line, bool inside) {
    struct mermaid *m = self;
    const struct trace_record *r = &line->record;
    const uint32_t before = m->count;
    const bool sent_inside = r->ev == TRACE_RECV && arrives(m, r);
    if (r->ev == TRACE_CRASH)
        m->crashed[export_who_of(&m->x->who, r->peer)] = true;
    if (!inside)
        return;
    if (r->ev == TRACE_SEND)
        on_send(m, r);
    else if (r->ev == TRACE_LOSE)
        on_lose(m, r);
    else if (r->ev == TRACE_RECV)
        add_arrow(m, r, r->peer, r->id, sent_inside && !is_crashed(m, r->peer) ? "->>" : "-->>", "");
    else if (r->ev != TRACE_MCAST && r->ev != TRACE_DROP) /* their messages tell them */
        on_note(m, line);
    m->missing += m->full && m->count == before;
    m->x->failed = m->x->failed || m->body.failed;
}

/* -- The file -------------------------------------------------------------------------------------------- */

static void mermaid_close(void *self) {
    struct mermaid *m = self;
    export_transit_free(&m->transit);
    text_free(&m->body);
    text_free(&m->escaped);
    free(m->crashed);
    free(m->taking_part);
    free(m->items);
    free(m);
}

static void *mermaid_open(struct export *x) {
    struct mermaid *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->x = x;
    m->items = calloc(ITEMS_MAX, sizeof *m->items);
    m->crashed = calloc(x->who.count, sizeof *m->crashed);
    m->taking_part = calloc(x->who.count, sizeof *m->taking_part);
    m->transit = export_transit_new(sizeof(struct flight), NULL, NULL);
    m->size = 256; /* the head */
    if (m->items && m->crashed && m->taking_part && m->transit)
        return m;
    mermaid_close(m);
    return NULL;
}

static void write_head(struct mermaid *m, uint32_t *first, uint32_t *last) {
    FILE *out = m->x->out;
    *first = *last = 0;
    memset(m->taking_part, 0, m->x->who.count * sizeof *m->taking_part);
    for (uint32_t i = 0; i < m->count; i++) {
        if (!m->items[i].gone)
            m->taking_part[m->items[i].from] = m->taking_part[m->items[i].to] = true;
    }
    fprintf(out, "sequenceDiagram\n%%%% groupy export --to mermaid: a run of %s\n", m->x->rung);
    for (uint32_t i = 0; i < m->x->who.count; i++) {
        if (!m->taking_part[i])
            continue;
        *first = *first > 0 ? *first : i + 1;
        *last = i + 1;
        fprintf(out, "participant p%" PRIu32 " as %s\n", i + 1, escape(m, m->x->who.member[i].label));
    }
}

static void write_notice(struct mermaid *m, uint32_t first, uint32_t last) {
    struct text t = {.at = NULL};
    text_add(&t, "the diagram is full: ");
    export_count(&t, m->missing, "more record is", "more records are");
    text_add(&t, " not in it (--from %" PRIu64 "ms goes on from here)", m->full_at / 1000000);
    fprintf(m->x->out, "Note over p%" PRIu32 ",p%" PRIu32 ": %s\n", first, last, escape(m, t.at ? t.at : ""));
    text_add(&m->x->notice, "%s\n", t.at ? t.at : "");
    text_free(&t);
}

static void mermaid_end(void *self) {
    struct mermaid *m = self;
    uint32_t first, last, lines = 0;
    write_head(m, &first, &last);
    for (uint32_t i = 0; i < m->count; i++) {
        if (m->items[i].gone)
            continue;
        fwrite(m->body.at + m->items[i].begin, 1, m->items[i].size, m->x->out);
        lines++;
    }
    export_count(&m->x->notice, lines, "line of a diagram\n", "lines of a diagram\n");
    if (m->full)
        write_notice(m, first, last);
}

const struct export_format export_mermaid = {.name = "mermaid",
                                             .open = mermaid_open,
                                             .record = mermaid_record,
                                             .end = mermaid_end,
                                             .close = mermaid_close};
