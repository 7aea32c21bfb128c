/* A text that grows, for what is written by hand: JSON and the like. */
#ifndef APP_REPORT_TEXT_H
#define APP_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *at; /* ends with a NUL; NULL: nothing yet */
    size_t size, capacity;
    bool failed; /* out of memory: what was added since is missing */
};

void text_add(struct text *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_add_json(struct text *, const char *utf8); /* in quotes */
void text_clear(struct text *);                      /* keeps its room */
void text_free(struct text *);

/* Replaces whatever would end a line or move a cursor. */
void text_one_line(char *utf8);

#endif
