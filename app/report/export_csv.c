/* CSV as in RFC 4180: a header, then one row a record with all its fields, under the names that they have in
 * the traces. What a record does not have is empty. */
#include "app/report/export_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct csv {
    struct export *x;
    struct text row;
    uint64_t rows;
};

static const char header[] = "t,lc,who,id,ev,to,from,whom,type,x,origin,m,seq,view,n,count,color,hash,"
                             "expected,got,do,text,why,primary,"
                             "leader,members,here\r\n";

/* What an event has beyond what can be seen not to be there. */
enum has { HAS_N = 1, HAS_STATE = 2, HAS_FREEZE = 4, HAS_PRIMARY = 8, TO = 16, FROM = 32, WHOM = 64 };
static const uint8_t has[TRACE_EVS] = {
    [TRACE_MCAST] = HAS_N,
    [TRACE_DELIVER] = HAS_N | HAS_STATE,
    [TRACE_STATE] = HAS_STATE | FROM,
    [TRACE_FREEZE] = HAS_FREEZE,
    [TRACE_VIEW] = HAS_PRIMARY,
    [TRACE_SEND] = TO,
    [TRACE_LOSE] = TO,
    [TRACE_FAULT] = TO,
    [TRACE_RECV] = FROM,
    [TRACE_DROP] = FROM,
    [TRACE_SUSPECT] = WHOM,
    [TRACE_DOWN] = WHOM,
    [TRACE_CRASH] = WHOM,
    [TRACE_HANG] = WHOM,
    [TRACE_RESUME] = WHOM,
};

/* -- Fields ---------------------------------------------------------------------------------------------- */

static void put_text(struct text *row, const char *text) {
    if (!text || !text[strcspn(text, ",\"\r\n")]) {
        text_add(row, ",%s", text ? text : "");
        return;
    }
    text_add(row, ",\"");
    for (; *text; text++)
        text_add(row, *text == '"' ? "\"\"" : "%c", *text);
    text_add(row, "\"");
}

static void put_number(struct text *row, uint64_t number, bool there) {
    if (there)
        text_add(row, ",%" PRIu64, number);
    else
        text_add(row, ",");
}

static void put_id(struct text *row, gms_id id, bool there) {
    if (there && id != GMS_NOBODY)
        text_add(row, ",%016" PRIx64, id);
    else
        text_add(row, ",");
}

static void put_pair(struct text *row, gms_id id, char between, uint64_t count) {
    if (id != GMS_NOBODY)
        text_add(row, ",%016" PRIx64 "%c%" PRIu64, id, between, count);
    else
        text_add(row, ",");
}

static void put_state(struct text *row, const struct trace_state *s, bool there) {
    if (there)
        text_add(row, ",%" PRIu64 ",#%02x%02x%02x,%016" PRIx64, s->count, s->color[0], s->color[1],
                 s->color[2], s->hash);
    else
        text_add(row, ",,,");
}

static void put_members(struct text *row, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    text_add(row, ",");
    for (uint32_t i = 0; i < r->member_count; i++)
        text_add(row, "%s%s:%016" PRIx64, i > 0 ? " " : "", line->member_names[i], r->members[i]);
}

/* -- The format ------------------------------------------------------------------------------------------ */

static void *csv_open(struct export *x) {
    struct csv *c = calloc(1, sizeof *c);
    if (c) {
        c->x = x;
        fputs(header, x->out);
    }
    return c;
}

static void csv_record(void *self, const struct trace_line *line, bool inside) {
    struct csv *c = self;
    const struct trace_record *r = &line->record;
    const uint8_t with = has[r->ev];
    struct text *row = &c->row;
    if (!inside)
        return;
    text_clear(row);
    text_add(row, "%" PRIu64 ",%" PRIu64, r->t, r->lc);
    put_text(row, line->who);
    text_add(row, ",%016" PRIx64, r->id);
    put_text(row, trace_ev_name(r->ev));
    if (r->to)
        put_text(row, r->to);
    else
        put_id(row, r->peer, with & TO);
    put_id(row, r->peer, with & FROM);
    put_id(row, r->peer, with & WHOM);
    put_text(row, r->type);
    put_pair(row, r->x_sender, '.', r->x);
    put_id(row, r->about, true);
    put_pair(row, r->m_origin, '#', r->m_n);
    put_number(row, r->seq, r->seq > 0);
    put_number(row, r->view, r->view > 0);
    put_number(row, (uint64_t)r->n, with & HAS_N);
    put_state(row, &r->state, with & HAS_STATE);
    put_number(row, r->expected, with & HAS_FREEZE);
    put_number(row, r->got, with & HAS_FREEZE);
    put_text(row, r->ev == TRACE_FAULT ? r->what : NULL);
    put_text(row, r->ev == TRACE_NOTE ? r->what : NULL);
    put_text(row, r->why);
    put_text(row, with & HAS_PRIMARY ? r->primary ? "true" : "false" : NULL);
    put_id(row, r->member_count > 0 ? r->members[0] : GMS_NOBODY, with & HAS_PRIMARY);
    put_members(row, line);
    put_text(row, r->here ? "true" : NULL);
    text_add(row, "\r\n");
    fwrite(row->at, 1, row->size, c->x->out);
    c->x->failed = row->failed;
    c->rows++;
}

static void csv_end(void *self) {
    struct csv *c = self;
    export_count(&c->x->notice, c->rows, "record", "records");
    text_add(&c->x->notice, "\n");
}

static void csv_close(void *self) {
    struct csv *c = self;
    text_free(&c->row);
    free(c);
}

const struct export_format export_csv = {.name = "csv",
                                         .takes_all = true,
                                         .open = csv_open,
                                         .record = csv_record,
                                         .end = csv_end,
                                         .close = csv_close};
