/* See text.h. */
#include "app/report/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct text *t, size_t more) {
    if (t->failed)
        return false;
    if (t->size + more + 1 <= t->capacity)
        return true;
    const size_t capacity = 2 * t->capacity + more + 256;
    char *at = realloc(t->at, capacity);
    t->failed = !at;
    if (!at)
        return false;
    t->at = at;
    t->capacity = capacity;
    return true;
}

void text_add(struct text *t, const char *format, ...) {
    va_list args, again;
    const size_t room = t->failed ? 0 : t->capacity - t->size;
    va_start(args, format);
    va_copy(again, args);
    const int size = vsnprintf(room > 0 ? t->at + t->size : NULL, room, format, args);
    if (size >= 0 && (size_t)size < room) {
        t->size += (size_t)size;
    } else if (size >= 0 && reserve(t, (size_t)size)) {
        vsnprintf(t->at + t->size, (size_t)size + 1, format, again);
        t->size += (size_t)size;
    }
    va_end(again);
    va_end(args);
}

void text_add_json(struct text *t, const char *utf8) {
    text_add(t, "\"");
    while (*utf8) {
        const size_t plain =
            strcspn(utf8, "\"\\\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017"
                          "\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037");
        text_add(t, "%.*s", (int)plain, utf8);
        utf8 += plain;
        if (*utf8 == '"' || *utf8 == '\\')
            text_add(t, "\\%c", *utf8++);
        else if (*utf8)
            text_add(t, "\\u%04x", (unsigned)*utf8++);
    }
    text_add(t, "\"");
}

void text_clear(struct text *t) {
    t->size = 0;
    if (t->at)
        t->at[0] = '\0';
}

void text_free(struct text *t) {
    free(t->at);
    *t = (struct text){.at = NULL};
}

void text_one_line(char *utf8) {
    for (char *c = utf8; *c; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
        else if (strncmp(c, "\u2028", 3) == 0 || strncmp(c, "\u2029", 3) == 0) /* ends of lines, too */
            memset(c, ' ', 3);
    }
}
