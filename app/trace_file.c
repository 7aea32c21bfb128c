/* Writing is by hand, because it is on the path of every message. Reading is trace_read.c. */
#include "app/trace_file.h"

#include "app/member_options.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FLUSH_SIZE (64 * 1024)

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

static void add_string(struct text *t, const char *key, const char *value) {
    add(t, ",\"%s\":\"", key);
    for (; *value; value++) {
        const unsigned char c = (unsigned char)*value;
        if (c == '"' || c == '\\')
            add(t, "\\%c", c);
        else if (c < ' ')
            add(t, "\\u%04x", c);
        else if (c >= 0x80 && utf8_size(value) == 0)
            add(t, "?");
        else if (c >= 0x80) {
            const size_t size = utf8_size(value);
            add(t, "%.*s", (int)size, value);
            value += size - 1;
        } else
            add(t, "%c", c);
    }
    add(t, "\"");
}

static void add_id(struct text *t, const char *key, gms_id id) {
    add(t, ",\"%s\":\"%016" PRIx64 "\"", key, id);
}

static void add_why(struct text *t, const struct trace_record *r) {
    if (r->why)
        add_string(t, "why", r->why);
}

static void add_m(struct text *t, const struct trace_record *r) {
    if (r->m_origin != GMS_NOBODY)
        add(t, ",\"m\":\"%016" PRIx64 "#%" PRIu64 "\"", r->m_origin, r->m_n);
}

static void add_state(struct text *t, const struct trace_state *s) {
    add(t, ",\"count\":%" PRIu64 ",\"color\":\"#%02x%02x%02x\",\"hash\":\"%016" PRIx64 "\"", s->count,
        s->color[0], s->color[1], s->color[2], s->hash);
}

static void add_numbers(struct text *t, const struct trace_record *r) {
    if (r->seq > 0)
        add(t, ",\"seq\":%" PRIu64, r->seq);
    if (r->view > 0)
        add(t, ",\"view\":%u", r->view);
}

static void add_members(struct text *t, const struct trace_record *r, const struct address_book *book) {
    add(t, ",\"members\":[");
    for (uint32_t i = 0; i < r->member_count; i++)
        add(t, "%s{\"who\":\"%s\",\"id\":\"%016" PRIx64 "\"}", i > 0 ? "," : "",
            book ? address_book_name(book, r->members[i]) : "?", r->members[i]);
    add(t, "]");
}

/* With all that the core reads of it, so that a trace can be played again. */
static void add_message(struct text *t, const struct trace_record *r, const char *peer_key,
                        const struct address_book *book) {
    add_id(t, peer_key, r->peer);
    add_string(t, "type", r->type ? r->type : "?");
    if (r->x > 0)
        add(t, ",\"x\":\"%016" PRIx64 ".%" PRIu64 "\"", r->x_sender, r->x);
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
        add(t, ",\"n\":%d", r->n);
        break;
    case TRACE_SEND:
    case TRACE_LOSE: add_message(t, r, "to", book); break;
    case TRACE_RECV:
    case TRACE_DROP: add_message(t, r, "from", book); break;
    case TRACE_DELIVER:
        add_m(t, r);
        add(t, ",\"n\":%d", r->n);
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
    add(&t, "{\"t\":%" PRIu64 ",\"lc\":%" PRIu64 ",\"who\":\"%s\",\"id\":\"%016" PRIx64 "\",\"ev\":\"%s\"",
        r->t, r->lc, who, r->id, trace_ev_name(r->ev));
    add_fields(&t, r, book);
    if (r->here)
        add(&t, ",\"here\":true");
    add(&t, "}");
    return t.used;
}

/* -- Files ------------------------------------------------------------------------------------------ */

static void make_dir(const char *dir) {
    char path[4096];
    if (strlen(dir) >= sizeof path)
        return;
    strcpy(path, dir);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    mkdir(path, 0777);
}

bool trace_file_create(struct trace_file *f, const char *path, const char *who, char *error,
                       size_t error_size) {
    memset(f, 0, sizeof *f);
    snprintf(f->who, sizeof f->who, "%s", who);
    f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (f->fd < 0)
        snprintf(error, error_size, "can't write the trace %s: %s", path, strerror(errno));
    return f->fd >= 0;
}

bool trace_file_open(struct trace_file *f, const char *dir, const char *who, gms_id id, char *error,
                     size_t error_size) {
    char path[4096];
    if (id == GMS_NOBODY)
        snprintf(path, sizeof path, "%s/%s.jsonl", dir, who);
    else
        snprintf(path, sizeof path, "%s/%s-%016" PRIx64 ".jsonl", dir, who, id);
    make_dir(dir); /* opening the file says what is wrong */
    return trace_file_create(f, path, who, error, error_size);
}

void trace_file_attach(struct trace_file *f, int fd, const char *who, size_t limit) {
    memset(f, 0, sizeof *f);
    f->fd = fd;
    f->limit = limit;
    snprintf(f->who, sizeof f->who, "%s", who);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void append_line(struct trace_file *f, const char *line, size_t size) {
    if (f->limit > 0 && f->size + size + 1 > f->limit) {
        f->lost++;
        return;
    }
    if (f->size + size + 1 > f->capacity) {
        const size_t capacity = 2 * (f->size + size + 1) + FLUSH_SIZE;
        char *buffer = realloc(f->buffer, capacity);
        if (!buffer) {
            f->lost++;
            return;
        }
        f->buffer = buffer;
        f->capacity = capacity;
    }
    memcpy(f->buffer + f->size, line, size);
    f->size += size;
    f->buffer[f->size++] = '\n';
    if (f->size >= FLUSH_SIZE)
        trace_file_flush(f);
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

void trace_file_header(struct trace_file *f, const struct trace_header *h) {
    char line[TRACE_HEADER_SIZE_MAX];
    if (f->fd >= 0)
        append_line(f, line, trace_header_line(line, sizeof line, h));
}

void trace_file_write(struct trace_file *f, const struct address_book *book, const struct trace_record *r) {
    char line[TRACE_LINE_SIZE_MAX], what[96];
    if (f->fd < 0 || f->failed)
        return;
    if (f->lost > 0 && f->size < f->limit / 2) { /* there is room again: say what is missing */
        snprintf(what, sizeof what, "%" PRIu64 " lines of this report were lost: its reader was too slow",
                 f->lost);
        const struct trace_record note = {
            .ev = TRACE_FAULT, .t = r->t, .lc = r->lc, .id = r->id, .what = what};
        f->lost = 0;
        append_line(f, line, trace_line(line, sizeof line, f->who, book, &note));
    }
    append_line(f, line, trace_line(line, sizeof line, f->who, book, r));
}

void trace_file_flush(struct trace_file *f) {
    size_t written = 0;
    while (f->fd >= 0 && !f->failed && written < f->size) {
        const ssize_t n = write(f->fd, f->buffer + written, f->size - written);
        if (n > 0)
            written += (size_t)n;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            f->failed = true;
    }
    if (f->failed)
        written = f->size;
    if (written > 0)
        memmove(f->buffer, f->buffer + written, f->size - written);
    f->size -= written;
}

bool trace_file_close(struct trace_file *f) {
    trace_file_flush(f);
    if (f->fd >= 0 && close(f->fd) != 0)
        f->failed = true;
    const bool written = !f->failed && f->lost == 0;
    free(f->buffer);
    memset(f, 0, sizeof *f);
    f->fd = -1;
    return written;
}
