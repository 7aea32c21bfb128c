/* The fast way to read a line: one pass over what trace_line() writes, but for views. It takes nothing that
 * it is not sure of, and is ten times as fast as the JSON library: a million records are judged in less than
 * a second (tests/bench/bench_check.c). That both read the same is tested byte by byte. */
#include <string.h>

#include "app/trace_fields.h"

static bool plain(char c) {
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

static int key_of(const char *text, size_t size) {
    for (int key = 0; key < KEYS; key++) {
        if (trace_keys[key].size == size && trace_keys[key].name[0] == text[0] &&
            memcmp(trace_keys[key].name, text, size) == 0)
            return key;
    }
    return -1;
}

struct scan {
    const char *at, *end;
    char *room; /* where texts go */
    size_t room_size;
};

/* At the opening quote: copies what it encloses. */
static bool scan_text(struct scan *s, const char **text, size_t *size) {
    const char *from = ++s->at;
    while (s->at < s->end && plain(*s->at))
        s->at++;
    *size = (size_t)(s->at - from);
    if (s->at == s->end || *s->at != '"' || *size >= s->room_size)
        return false;
    memcpy(s->room, from, *size);
    s->room[*size] = '\0';
    *text = s->room;
    s->room += *size + 1;
    s->room_size -= *size + 1;
    s->at++;
    return true;
}

static bool scan_number(struct scan *s, uint64_t *number) {
    const char *from = s->at;
    *number = 0;
    while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
        *number = *number * 10 + (uint64_t)(*s->at++ - '0');
    const size_t digits = (size_t)(s->at - from);
    return digits > 0 && digits <= 18 && (digits == 1 || *from != '0');
}

static bool scan_value(struct scan *s, struct trace_field *f) {
    const size_t left = (size_t)(s->end - s->at);
    if (left > 0 && *s->at == '"') {
        f->kind = TEXT;
        return scan_text(s, &f->text, &f->size);
    }
    if (left > 4 && memcmp(s->at, "true", 4) == 0) {
        *f = (struct trace_field){.kind = FLAG, .number = 1};
        s->at += 4;
        return true;
    }
    if (left > 5 && memcmp(s->at, "false", 5) == 0) {
        *f = (struct trace_field){.kind = FLAG};
        s->at += 5;
        return true;
    }
    f->kind = NUMBER;
    return scan_number(s, &f->number);
}

bool trace_scan(struct trace_line *line, struct trace_fields *fields, const char *text, size_t size) {
    struct scan s = {text, text + size, line->text, sizeof line->text};
    for (int key = 0; key < KEYS; key++)
        fields->of[key].kind = ABSENT;
    if (size < 2 || *s.at++ != '{')
        return false;
    for (;;) {
        const char *name = ++s.at;
        if (s.at >= s.end || name[-1] != '"')
            return false;
        while (s.at < s.end && *s.at >= 'a' && *s.at <= 'z')
            s.at++;
        const int key = key_of(name, (size_t)(s.at - name));
        if (key < 0 || s.end - s.at < 3 || s.at[0] != '"' || s.at[1] != ':' || fields->of[key].kind != ABSENT)
            return false;
        s.at += 2;
        if (!scan_value(&s, &fields->of[key]) || s.at == s.end)
            return false;
        if (*s.at == '}')
            return s.at + 1 == s.end;
        if (*s.at++ != ',' || s.at == s.end)
            return false;
    }
}
