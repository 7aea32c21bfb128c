/* See options.h. */
#include "app/options.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gms/gms.h"

int options_error(const char *command, const char *format, ...) {
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    /* In one piece: several processes may share the terminal. */
    fprintf(stderr, "groupy%s%s: %s\n", command[0] ? " " : "", command, text);
    return STATUS_USAGE;
}

const char *options_rungs(bool with_risk) {
    static char texts[2][128]; /* the same whoever writes it */
    char text[sizeof texts[0]] = "";
    for (int rung = 0; rung < GMS_RUNGS; rung++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s%s",
                 rung == 0               ? ""
                 : rung == GMS_RUNGS - 1 ? " or "
                                         : ", ",
                 gms_rung_name((enum gms_rung_id)rung), with_risk && rung == GMS_RUNG_2 ? ", gms2p5" : "");
    memcpy(texts[with_risk], text, sizeof text);
    return texts[with_risk];
}

bool parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *number) {
    char *end;
    if (text[0] < '0' || text[0] > '9' || strlen(text) > 19)
        return false;
    const uint64_t value = strtoull(text, &end, 10);
    if (*end != '\0' || value < min || value > max)
        return false;
    *number = value;
    return true;
}

bool parse_duration(const char *text, uint64_t *ms) {
    static const struct {
        const char *unit;
        double ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    char *end;
    if (text[0] < '0' || text[0] > '9' || strpbrk(text, "eExXpP"))
        return false;
    const double value = strtod(text, &end);
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(end, units[i].unit) == 0 && value * units[i].ms <= 1e12) {
            *ms = (uint64_t)(value * units[i].ms + 0.5);
            return true;
        }
    }
    return false;
}

bool parse_percent(const char *text, uint64_t *percent) {
    char digits[8];
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '%')
        length--;
    if (length == 0 || length > 3)
        return false;
    memcpy(digits, text, length);
    digits[length] = '\0';
    return parse_number(digits, 0, 100, percent);
}

static const struct option *find(const struct command *command, const char *name, size_t length) {
    for (const struct option *o = command->options; o->name; o++) {
        if (strlen(o->name) == length && memcmp(o->name, name, length) == 0)
            return o;
    }
    return NULL;
}

static bool put(const struct command *command, const struct option *o, const char *value) {
    struct texts *texts;
    uint64_t *number = o->target;
    switch (o->kind) {
    case OPTION_FLAG: *(bool *)o->target = true; return true;
    case OPTION_TEXT:
        if (value[0] == '\0') {
            options_error(command->name, "%s is empty: %s %s is expected", o->name, o->name, o->value);
            return false;
        }
        *(const char **)o->target = value;
        return true;
    case OPTION_TEXTS:
        texts = o->target;
        if (texts->count == TEXTS_MAX) {
            options_error(command->name, "%s is given more than %d times", o->name, TEXTS_MAX);
            return false;
        }
        texts->item[texts->count++] = value;
        return true;
    case OPTION_NUMBER:
        if (parse_number(value, o->min, o->max, number))
            return true;
        options_error(command->name, "%s %s: a number from %" PRIu64 " to %" PRIu64 " is expected", o->name,
                      value, o->min, o->max);
        return false;
    case OPTION_DURATION:
        if (parse_duration(value, number) && *number >= o->min && *number <= o->max)
            return true;
        options_error(command->name,
                      "%s %s: a duration from %" PRIu64 "ms to %" PRIu64 "s is expected, as 300ms, 2s, 1m",
                      o->name, value, o->min, o->max / 1000);
        return false;
    case OPTION_PERCENT:
        if (parse_percent(value, number))
            return true;
        options_error(command->name, "%s %s: a percentage from 0%% to 100%% is expected", o->name, value);
        return false;
    }
    return false;
}

static bool wrong_words(const struct command *command, const char **words, int count) {
    if (count < command->words_min) {
        options_error(command->name, "something is missing: groupy %s %s", command->name, command->usage);
        return true;
    }
    if (count > command->words_max) {
        options_error(command->name, "'%s' is not expected here: groupy %s %s", words[command->words_max],
                      command->name, command->usage);
        return true;
    }
    return false;
}

bool options_read(const struct command *command, int argc, char **argv, const char **words, int *word_count,
                  int *status) {
    const char *extra[WORDS_MAX + 1] = {NULL};
    int count = 0;
    *status = STATUS_USAGE;
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            options_help(command);
            *status = STATUS_FINE;
            return false;
        }
        if (word[0] != '-' || word[1] == '\0') {
            if (count <= WORDS_MAX)
                extra[count++] = word;
            continue;
        }
        const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
        const struct option *o = find(command, word, equals ? (size_t)(equals - word) : strlen(word));
        if (!o || (equals && o->kind == OPTION_FLAG)) {
            options_error(command->name, "unknown option %s (groupy %s --help lists them)", word,
                          command->name);
            return false;
        }
        const char *value = equals ? equals + 1 : NULL;
        if (!value && o->kind != OPTION_FLAG && i + 1 < argc)
            value = argv[++i];
        if (!value && o->kind != OPTION_FLAG) {
            options_error(command->name, "%s needs a value: %s %s", o->name, o->name, o->value);
            return false;
        }
        if (!put(command, o, value))
            return false;
    }
    if (wrong_words(command, extra, count))
        return false;
    for (int i = 0; i < count; i++)
        words[i] = extra[i];
    if (word_count)
        *word_count = count;
    *status = STATUS_FINE;
    return true;
}

void options_help(const struct command *command) {
    printf("groupy %s %s\n%s\n\n", command->name, command->usage, command->summary);
    for (const struct option *o = command->options; o->name; o++) {
        char left[64];
        if (!o->help)
            continue;
        snprintf(left, sizeof left, "%s %s", o->name, o->value ? o->value : "");
        printf("  %-24s %s\n", left, o->help);
    }
    printf("  %-24s %s\n\nExample:  %s\n", "--help", "this page", command->example);
}
