/* The inside of the scenario parser, for the files scenario*.c alone. */
#ifndef APP_SCENARIO_READER_H
#define APP_SCENARIO_READER_H

#include "app/scenario.h"

#define SCENARIO_WORDS_MAX (SCENARIO_NAMES_MAX + 16)

/* One line at a time, cut into words; a text in quotes is one word. */
struct reader {
    const char *file;
    struct scenario *scenario;
    int line;
    const char *form; /* how the line at hand should look, NULL: not known yet */
    int count, next;
    char *words[SCENARIO_WORDS_MAX];
    bool quoted[SCENARIO_WORDS_MAX];
    char bytes[SCENARIO_LINE_SIZE_MAX + 1];
    char *error;
    size_t error_size;
};

/* Writes "FILE:LINE: 'WORD': ..." and returns false. */
bool reader_complain(struct reader *, const char *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The next word; NULL with a complaint that `what` is expected if the line ends here. */
const char *reader_word(struct reader *, const char *what);
const char *reader_peek(const struct reader *);      /* NULL at the end of the line */
bool reader_skip(struct reader *, const char *word); /* takes it if it comes next */
bool reader_end(struct reader *);                    /* complains if there is more */

bool reader_number(struct reader *, const char *what, uint64_t min, uint64_t max, uint64_t *number);
bool reader_duration(struct reader *, const char *what, uint64_t min_ms, uint64_t max_ms, uint64_t *ms);

/* The rest of a step's line, from the verb on. */
bool scenario_read_step(struct reader *, struct scenario_step *);

/* Whether the steps, in the order of their times, make sense one after the other: who can be there, who can
 * lead, what the rung can do. */
bool scenario_check_steps(struct reader *);

#endif
