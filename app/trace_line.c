/* A record, and a file's header, as one line. By hand, because it is on the path of every message. */
#include "app/trace_file.h"

#include "app/member_options.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* -- Text ------------------------------------------------------------------------------------------- */

struct text {
    char *at;
    size_t size;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *t, const char *format, ...) {
    va_list args;
    if (t->used >= t->size)
        return;
    va_start(args, format);
    const int n = vsnprintf(t->at + t->used, t->size - t->used, format, args);
    va_end(args);
    if (n > 0)
        t->used += (size_t)n;
    if (t->used > t->size)
        t->used = t->size;
}

/* The rest is what a line is made of, a thousand times as often as anything that needs a format. */

static void put(struct text *t, const char *bytes, size_t size) {
    const size_t room = t->size - t->used;
    size = size < room ? size : room;
    memcpy(t->at + t->used, bytes, size);
    t->used += size;
}

static void put_text(struct text *t, const char *text) {
    put(t, text, strlen(text));
}

static void put_number(struct text *t, uint64_t number) {
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    put(t, digits + at, sizeof digits - at);
}

static void put_hex(struct text *t, uint64_t number, size_t width) {
    char digits[16];
    for (size_t i = 0; i < width; i++)
        digits[i] = "0123456789abcdef"[number >> (4 * (width - 1 - i)) & 15];
    put(t, digits, width);
}

/* ,"KEY": */
static void put_key(struct text *t, const char *key) {
    put(t, ",\"", 2);
    put_text(t, key);
    put(t, "\":", 2);
}

static void add_number(struct text *t, const char *key, uint64_t number) {
    put_key(t, key);
    put_number(t, number);
}

/* How many bytes of UTF-8 begin here, 0 if they are none; an argument or a peer's text may be anything. */
static size_t utf8_size(const char *text) {
    const unsigned char *at = (const unsigned char *)text;
    const size_t size = at[0] >= 0xc2 && at[0] <= 0xdf   ? 2
                        : (at[0] & 0xf0) == 0xe0         ? 3
                        : at[0] >= 0xf0 && at[0] <= 0xf4 ? 4
                                                         : 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    const bool bad = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
                     (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f);
    return bad ? 0 : size;
}

static bool is_plain(unsigned char c) {
    return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

static void add_string(struct text *t, const char *key, const char *value) {
    put_key(t, key);
    put(t, "\"", 1);
    while (*value) {
        size_t plain = 0;
        while (is_plain((unsigned char)value[plain]))
            plain++;
        put(t, value, plain);
        value += plain;
        const unsigned char c = (unsigned char)*value;
        const size_t size = c >= 0x80 ? utf8_size(value) : 1;
        if (c == '\0')
            break;
        if (c == '"' || c == '\\')
            add(t, "\\%c", c);
        else if (c < ' ')
            add(t, "\\u%04x", c);
        else
            put(t, size > 0 ? value : "?", size > 0 ? size : 1);
        value += size > 0 ? size : 1;
    }
    put(t, "\"", 1);
}

static void add_id(struct text *t, const char *key, gms_id id) {
    put_key(t, key);
    put(t, "\"", 1);
    put_hex(t, id, 16);
    put(t, "\"", 1);
}

/* ,"KEY":"ID<mark>N" */
static void add_mark(struct text *t, const char *key, gms_id id, char mark, uint64_t n) {
    put_key(t, key);
    put(t, "\"", 1);
    put_hex(t, id, 16);
    put(t, &mark, 1);
    put_number(t, n);
    put(t, "\"", 1);
}

static void add_why(struct text *t, const struct trace_record *r) {
    if (r->why)
        add_string(t, "why", r->why);
}

static void add_m(struct text *t, const struct trace_record *r) {
    if (r->m_origin != GMS_NOBODY)
        add_mark(t, "m", r->m_origin, '#', r->m_n);
}

static void add_n(struct text *t, int n) {
    if (n >= 0)
        add_number(t, "n", (uint64_t)n);
    else
        add(t, ",\"n\":%d", n);
}

static void add_state(struct text *t, const struct trace_state *s) {
    add_number(t, "count", s->count);
    put_text(t, ",\"color\":\"#");
    for (int i = 0; i < 3; i++)
        put_hex(t, s->color[i], 2);
    put(t, "\"", 1);
    add_id(t, "hash", s->hash);
}

static void add_numbers(struct text *t, const struct trace_record *r) {
    if (r->seq > 0)
        add_number(t, "seq", r->seq);
    if (r->view > 0)
        add_number(t, "view", r->view);
}

static void add_members(struct text *t, const struct trace_record *r, const struct address_book *book) {
    put_text(t, ",\"members\":[");
    for (uint32_t i = 0; i < r->member_count; i++) {
        put_text(t, i > 0 ? ",{\"who\":\"" : "{\"who\":\"");
        put_text(t, book ? address_book_name(book, r->members[i]) : "?");
        put(t, "\"", 1);
        add_id(t, "id", r->members[i]);
        put(t, "}", 1);
    }
    put(t, "]", 1);
}

/* With all that the core reads of it, so that a trace can be played again. */
static void add_message(struct text *t, const struct trace_record *r, const char *peer_key,
                        const struct address_book *book) {
    add_id(t, peer_key, r->peer);
    add_string(t, "type", r->type ? r->type : "?");
    if (r->x > 0)
        add_mark(t, "x", r->x_sender, '.', r->x);
    if (r->about != GMS_NOBODY)
        add_id(t, "origin", r->about);
    add_m(t, r);
    add_numbers(t, r);
    if (r->member_count > 0)
        add_members(t, r, book);
    add_why(t, r);
}

static void add_view(struct text *t, const struct trace_record *r, const struct address_book *book) {
    add_numbers(t, r);
    add_members(t, r, book);
    add_id(t, "leader", r->member_count > 0 ? r->members[0] : GMS_NOBODY);
    add(t, ",\"primary\":%s", r->primary ? "true" : "false");
    if (r->here)
        add_m(t, r);
}

static void add_fields(struct text *t, const struct trace_record *r, const struct address_book *book) {
    switch (r->ev) {
    case TRACE_JOIN:
        add_string(t, "to", r->to ? r->to : "");
        add_why(t, r);
        break;
    case TRACE_VIEW: add_view(t, r, book); break;
    case TRACE_MCAST:
        add_m(t, r);
        add_n(t, r->n);
        break;
    case TRACE_SEND:
    case TRACE_LOSE: add_message(t, r, "to", book); break;
    case TRACE_RECV:
    case TRACE_DROP: add_message(t, r, "from", book); break;
    case TRACE_DELIVER:
        add_m(t, r);
        add_n(t, r->n);
        add_numbers(t, r);
        add_state(t, &r->state);
        break;
    case TRACE_STATE:
        add_id(t, "from", r->peer);
        add_state(t, &r->state);
        add_why(t, r);
        break;
    case TRACE_SUSPECT:
    case TRACE_DOWN:
        add_id(t, "whom", r->peer);
        add_string(t, "why", r->why ? r->why : "");
        break;
    case TRACE_FREEZE:
        add_numbers(t, r);
        add(t, ",\"expected\":%" PRIu64 ",\"got\":%" PRIu64, r->expected, r->got);
        break;
    case TRACE_FAULT:
        add_string(t, "do", r->what ? r->what : "");
        if (r->peer != GMS_NOBODY)
            add_id(t, "to", r->peer);
        break;
    case TRACE_CRASH:
    case TRACE_HANG: add_id(t, "whom", r->peer); break;
    case TRACE_RESUME:
        add_id(t, "whom", r->peer);
        add_why(t, r);
        break;
    case TRACE_EXCLUDED:
        add_numbers(t, r);
        add_why(t, r);
        break;
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_LEAD:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM: add_numbers(t, r); break;
    case TRACE_NOTE: add_string(t, "text", r->what ? r->what : ""); break;
    case TRACE_LEAVE:
    case TRACE_EXIT:
    case TRACE_EVS: break;
    }
}

size_t trace_line(char *line, size_t line_size, const char *who, const struct address_book *book,
                  const struct trace_record *r) {
    struct text t = {line, line_size, 0};
    put_text(&t, "{\"t\":");
    put_number(&t, r->t);
    add_number(&t, "lc", r->lc);
    put_text(&t, ",\"who\":\"");
    put_text(&t, who);
    put(&t, "\"", 1);
    add_id(&t, "id", r->id);
    put_text(&t, ",\"ev\":\"");
    put_text(&t, trace_ev_name(r->ev));
    put(&t, "\"", 1);
    add_fields(&t, r, book);
    if (r->here)
        add(&t, ",\"here\":true");
    put(&t, "}", 1);
    return t.used;
}

size_t trace_header_line(char *line, size_t line_size, const struct trace_header *h) {
    char host[128] = "?", start[32];
    struct text t = {line, line_size, 0};
    struct timespec now;
    struct tm utc;
    gethostname(host, sizeof host - 1);
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(start, sizeof start, "%Y-%m-%dT%H:%M:%SZ", &utc);
    add(&t, "{\"groupy\":1");
    add_string(&t, "run", h->run);
    add_string(&t, "who", h->who);
    add_id(&t, "id", h->id);
    add_string(&t, "rung", h->rung);
    add_string(&t, "source", h->source);
    add_string(&t, "host", host);
    add(&t, ",\"pid\":%ld,\"seed\":%" PRIu64 ",\"start\":\"%s\"", (long)getpid(), h->seed, start);
    if (h->endpoint)
        add_string(&t, "endpoint", h->endpoint);
    if (h->telemetry)
        add_string(&t, "telemetry", h->telemetry);
    if (h->member) {
        add(&t, ",\"heartbeat_ms\":%" PRIu64 ",\"suspect_ms\":%" PRIu64 ",\"resend_ms\":%" PRIu64,
            h->member->heartbeat_ms, h->member->suspect_ms, h->member->resend_ms);
        add(&t, ",\"join_ms\":%" PRIu64 ",\"last_man_standing\":%s", h->member->join_timeout_ms,
            h->member->last_man_standing ? "true" : "false");
        add_string(&t, "delivery", h->member->delivery);
    }
    add(&t, "}");
    return t.used;
}
