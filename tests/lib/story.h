/* What happened to a group, as a text that can be compared line by line: one line for each record of the
 * trace that tells something, and one for each message that arrives, with its content.
 */
#ifndef TESTS_LIB_STORY_H
#define TESTS_LIB_STORY_H

#include "gms/trace.h"

#define STORY_LINES_MAX     65536
#define STORY_LINE_SIZE_MAX 128

struct story {
    bool silent;          /* tells nothing for now */
    bool numbers_hidden;  /* those of the series */
    bool messages_hidden; /* those that were lost or dropped, too */
    int line_count;
    char line[STORY_LINES_MAX][STORY_LINE_SIZE_MAX];
};

void story_add(struct story *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void story_add_record(struct story *, const struct trace_record *);

enum gms_type story_type_of(const uint8_t *frame, size_t size);

/* "w1 -> w2  MSG w1#1 (+7) #4", where `how` is the arrow. */
void story_add_frame(struct story *, int from, const char *how, int to, const uint8_t *frame, size_t size);

/* Fails the test, and prints both, if the story is not this one, each line ended by a newline. */
void story_compare(const struct story *, const char *expected, const char *file, int line);

#endif
