/* The command line: one table says what a command takes, reads it and prints its help.
 * A bad word ends in one line that names it and what is allowed, and status 2.
 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIVE_RUNG "gms5" /* what real processes run where nobody says otherwise */

enum status { STATUS_FINE = 0, STATUS_VIOLATED = 1, STATUS_USAGE = 2, STATUS_CANT_RUN = 3 };

enum option_kind {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* const char * */
    OPTION_TEXTS,    /* struct texts: may be given several times */
    OPTION_NUMBER,   /* uint64_t within min and max */
    OPTION_DURATION, /* uint64_t in milliseconds, within min and max; 250ms 2s 1m */
    OPTION_PERCENT,  /* uint64_t, 0 to 100, with or without % */
};

#define TEXTS_MAX 16
struct texts {
    size_t count;
    const char *item[TEXTS_MAX];
};

struct option {
    const char *name; /* "--mean", or "-n" */
    enum option_kind kind;
    void *target;
    uint64_t min, max;
    const char *value; /* how the help names the value */
    const char *help;  /* NULL: not for people */
};

#define WORDS_MAX 1024

struct command {
    const char *name;
    const char *summary;
    const char *usage; /* what follows the name */
    const char *example;
    const struct option *options; /* ends with a NULL name */
    int words_min, words_max;     /* arguments that are not options; WORDS_MAX at most */
};

/* Reads argv[1..]; words that are not options go to `words` (room for words_max). Returns false with *status
 * set when the program should end now: help was shown, or a word was wrong. */
bool options_read(const struct command *, int argc, char **argv, const char **words, int *word_count,
                  int *status);

void options_help(const struct command *);

/* One line on stderr, "groupy demo: ...", and STATUS_USAGE. */
int options_error(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "gms1, gms2 ... or gms5": what --rung takes; with gms2p5 where a risk can be set. */
const char *options_rungs(bool with_risk);

/* "250ms", "2s", "1m" to milliseconds; false if it is none. */
bool parse_duration(const char *text, uint64_t *ms);
bool parse_percent(const char *text, uint64_t *percent); /* 0 to 100, with or without % */
bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number);

#endif
