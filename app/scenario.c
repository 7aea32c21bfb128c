/* Lines and words, the head of a scenario, and the order of its steps; the verbs are in scenario_verbs.c, and
 * what makes sense one after the other is in scenario_cast.c. */
#include "app/scenario_reader.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/near.h"
#include "app/options.h"

/* -- Complaints ------------------------------------------------------------------------------------- */

/* A word as it can be shown: short, and without what a terminal would obey. */
static void show_word(char *shown, size_t size, const char *word) {
    size_t used = 0;
    for (const char *c = word; *c && used + 4 < size; c++)
        shown[used++] = *c >= ' ' && *c <= '~' ? *c : '?';
    shown[used] = '\0';
    if (strlen(word) > used)
        memcpy(shown + used, "...", 4);
}

bool reader_complain(struct reader *r, const char *word, const char *format, ...) {
    char shown[40], what[400];
    va_list args;
    show_word(shown, sizeof shown, word);
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    if (r->form)
        snprintf(r->error, r->error_size, "%s:%d: '%s': %s (%s)", r->file, r->line, shown, what, r->form);
    else
        snprintf(r->error, r->error_size, "%s:%d: '%s': %s", r->file, r->line, shown, what);
    return false;
}

/* -- Words ------------------------------------------------------------------------------------------ */

const char *reader_peek(const struct reader *r) {
    return r->next < r->count ? r->words[r->next] : NULL;
}

const char *reader_word(struct reader *r, const char *what) {
    if (r->next < r->count)
        return r->words[r->next++];
    reader_complain(r, r->words[r->count - 1], "%s is expected after it", what);
    return NULL;
}

bool reader_skip(struct reader *r, const char *word) {
    const bool there = r->next < r->count && !r->quoted[r->next] && strcmp(r->words[r->next], word) == 0;
    r->next += there;
    return there;
}

bool reader_end(struct reader *r) {
    return r->next == r->count || reader_complain(r, r->words[r->next], "nothing more is expected here");
}

bool reader_number(struct reader *r, const char *what, uint64_t min, uint64_t max, uint64_t *number) {
    const char *word = reader_word(r, what);
    if (!word)
        return false;
    return parse_number(word, min, max, number) ||
           reader_complain(r, word, "%s from %" PRIu64 " to %" PRIu64 " is expected", what, min, max);
}

bool reader_duration(struct reader *r, const char *what, uint64_t min_ms, uint64_t max_ms, uint64_t *ms) {
    const char *word = reader_word(r, what);
    if (!word)
        return false;
    if (parse_duration(word, ms) && *ms >= min_ms && *ms <= max_ms)
        return true;
    return reader_complain(r, word, "%s from %" PRIu64 "ms to %" PRIu64 "s is expected, as 300ms, 1.5s, 1m",
                           what, min_ms, max_ms / 1000);
}

/* Cuts the line, which is in r->bytes, into words. */
static bool cut_words(struct reader *r) {
    char *c = r->bytes;
    r->count = r->next = 0;
    for (;;) {
        while (*c == ' ' || *c == '\t')
            *c++ = '\0';
        if (*c == '\0' || *c == '#')
            return true;
        if (r->count == SCENARIO_WORDS_MAX)
            return reader_complain(r, c, "a line has at most %d words", SCENARIO_WORDS_MAX);
        r->quoted[r->count] = *c == '"';
        if (*c != '"') {
            r->words[r->count++] = c;
            c += strcspn(c, " \t");
            continue;
        }
        r->words[r->count] = ++c;
        c = strchr(c, '"');
        if (!c)
            return reader_complain(r, r->words[r->count], "the closing \" is missing");
        *c++ = '\0';
        r->count++;
        if (*c != '\0' && *c != ' ' && *c != '\t')
            return reader_complain(r, c, "a blank is expected after the closing \"");
    }
}

/* -- The head --------------------------------------------------------------------------------------- */

static bool read_title(struct reader *r) {
    /* Verbatim to the end of the line; it was cut into words, so it is put together again. */
    char *title = r->scenario->title;
    size_t used = 0;
    if (!reader_peek(r))
        return reader_complain(r, "title", "a text is expected after it");
    for (const char *word; (word = reader_peek(r)); r->next++)
        used += (size_t)snprintf(title + used, SCENARIO_TEXT_SIZE - used, "%s%s", used ? " " : "", word);
    return true;
}

static bool read_rung(struct reader *r) {
    const char *built = options_rungs(false);
    const char *word = reader_word(r, "a rung");
    if (!word || gms_rung_find(word, &r->scenario->rung))
        return word != NULL;
    if (strcmp(word, "gms6") == 0)
        return reader_complain(r, word, "this rung is not built yet; %s is expected", built);
    if (strcmp(word, "gms2p5") == 0)
        return reader_complain(r, word, "a risk is for demo --risk, not for scenarios; %s is expected",
                               built);
    return reader_complain(r, word, "%s is expected", built);
}

static bool read_members(struct reader *r) {
    uint64_t members;
    if (!reader_number(r, "a number of members", 1, SCENARIO_WORKERS_MAX, &members))
        return false;
    r->scenario->members = (int)members;
    return true;
}

static bool read_seed(struct reader *r) {
    r->scenario->seeded = true;
    return reader_number(r, "a seed", 1, 1000000000000, &r->scenario->seed);
}

static bool read_pace(struct reader *r) {
    if (reader_skip(r, "off"))
        return true;
    return reader_duration(r, "off or a mean time between two changes", 1, 3600000, &r->scenario->pace_ms);
}

static bool read_suspect_after(struct reader *r) {
    r->scenario->says_suspect_after = true;
    return reader_skip(r, "never") ||
           reader_duration(r, "never or a time", SCENARIO_SUSPECT_MIN_MS, 600000, &r->scenario->suspect_ms);
}

static bool read_delivery(struct reader *r) {
    const char *word = reader_word(r, "safe or agreed");
    if (!word)
        return false;
    r->scenario->agreed = strcmp(word, "agreed") == 0;
    return r->scenario->agreed || strcmp(word, "safe") == 0 ||
           reader_complain(r, word, "safe or agreed is expected");
}

static bool read_quorum(struct reader *r) {
    const char *word = reader_word(r, "majority or last-man-standing");
    if (!word)
        return false;
    r->scenario->last_man_standing = strcmp(word, "last-man-standing") == 0;
    return r->scenario->last_man_standing || strcmp(word, "majority") == 0 ||
           reader_complain(r, word, "majority or last-man-standing is expected");
}

static const struct {
    const char *word, *form;
    bool (*read)(struct reader *);
    bool required;
} heads[] = {
    {"title", "title TEXT", read_title, true},
    {"rung", "rung gms2", read_rung, true},
    {"members", "members 5", read_members, true},
    {"seed", "seed 7", read_seed, false},
    {"pace", "pace 300ms", read_pace, false},
    {"suspect-after", "suspect-after 400ms", read_suspect_after, false},
    {"delivery", "delivery agreed", read_delivery, false},
    {"quorum", "quorum last-man-standing", read_quorum, false},
};
#define HEADS (sizeof heads / sizeof heads[0])

/* -- Lines ------------------------------------------------------------------------------------------ */

static bool read_step(struct reader *r) {
    struct scenario *s = r->scenario;
    struct scenario_step *step = &s->steps[s->step_count];
    if (s->step_count == SCENARIO_STEPS_MAX)
        return reader_complain(r, "at", "a scenario has at most %d steps", SCENARIO_STEPS_MAX);
    memset(step, 0, sizeof *step);
    step->line = r->line;
    step->who = step->whom = SCENARIO_ANYBODY;
    r->form = "at 1.5s VERB ...";
    if (!reader_duration(r, "a time", 0, SCENARIO_LASTS_MAX_MS, &step->at_ms) ||
        !scenario_read_step(r, step) || !reader_end(r))
        return false;
    s->step_count++;
    s->expect_count += step->verb == SCENARIO_EXPECT;
    return true;
}

static bool read_head(struct reader *r, int lines_of[HEADS]) {
    const char *word = r->words[0];
    for (size_t i = 0; i < HEADS; i++) {
        if (strcmp(word, heads[i].word) != 0)
            continue;
        r->form = heads[i].form;
        if (lines_of[i] > 0)
            return reader_complain(r, word, "it was said in line %d already", lines_of[i]);
        if (r->scenario->step_count > 0)
            return reader_complain(r, word, "it belongs before the first step");
        lines_of[i] = r->line;
        return heads[i].read(r) && reader_end(r);
    }
    char all[128] = "";
    for (size_t i = 0; i < HEADS; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i > 0 ? ", " : "", heads[i].word);
    for (size_t i = 0; i < HEADS; i++) {
        if (near_enough(word, heads[i].word))
            return reader_complain(r, word, "did you mean %s? %s or at is expected", heads[i].word, all);
    }
    return reader_complain(r, word, "%s or at is expected at the start of a line", all);
}

/* Copies the line from `text` into r->bytes if it is one. */
static bool take_line(struct reader *r, const char *text, size_t size) {
    char start[24];
    if (size > 0 && text[size - 1] == '\r')
        size--;
    snprintf(start, sizeof start, "%.*s", (int)(size < 20 ? size : 20), text);
    if (size > SCENARIO_LINE_SIZE_MAX)
        return reader_complain(r, start, "a line has at most %d bytes, this one has %zu",
                               SCENARIO_LINE_SIZE_MAX, size);
    for (size_t i = 0; i < size; i++) {
        if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 127)
            return reader_complain(r, start, "byte %zu is not text", i + 1);
    }
    json_t *utf8 = json_stringn(text, size);
    if (!utf8)
        return reader_complain(r, start, "text in UTF-8 is expected");
    json_decref(utf8);
    memcpy(r->bytes, text, size);
    r->bytes[size] = '\0';
    return true;
}

/* A title may hold any character, so it is not cut at a quote or a hash. */
static bool cut_line(struct reader *r) {
    char *c = r->bytes + strspn(r->bytes, " \t");
    if (strncmp(c, "title", 5) != 0 || (c[5] != ' ' && c[5] != '\t'))
        return cut_words(r);
    c[5] = '\0';
    r->words[0] = c;
    c += 6 + strspn(c + 6, " \t");
    for (size_t end = strlen(c); end > 0 && (c[end - 1] == ' ' || c[end - 1] == '\t'); end--)
        c[end - 1] = '\0';
    r->words[1] = c;
    r->quoted[0] = r->quoted[1] = false;
    r->count = *c ? 2 : 1;
    r->next = 0;
    return true;
}

static bool read_lines(struct reader *r, const char *text, size_t size) {
    int lines_of[HEADS] = {0};
    for (size_t begin = 0; begin < size;) {
        const char *end = memchr(text + begin, '\n', size - begin);
        const size_t line_size = end ? (size_t)(end - text) - begin : size - begin;
        r->line++;
        r->form = NULL;
        if (!take_line(r, text + begin, line_size) || !cut_line(r))
            return false;
        begin += line_size + 1;
        if (r->count == 0)
            continue;
        r->next = 1;
        if (strcmp(r->words[0], "at") == 0 ? !read_step(r) : !read_head(r, lines_of))
            return false;
    }
    r->form = NULL;
    r->line += r->line == 0; /* an empty file */
    for (size_t i = 0; i < HEADS; i++) {
        if (heads[i].required && lines_of[i] == 0)
            return reader_complain(r, heads[i].word, "such a line is missing, as: %s", heads[i].form);
    }
    return r->scenario->step_count > 0 || reader_complain(r, "at", "not one step: at 1s change 7 from w2");
}

/* -- The whole -------------------------------------------------------------------------------------- */

static int by_time(const void *a_step, const void *b_step) {
    const struct scenario_step *a = a_step, *b = b_step;
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? -1 : 1;
    return (a->line > b->line) - (a->line < b->line);
}

static void name_after(struct scenario *s, const char *file) {
    const char *slash = strrchr(file, '/');
    snprintf(s->file, sizeof s->file, "%s", file);
    snprintf(s->name, sizeof s->name, "%s", slash ? slash + 1 : file);
    char *ending = strrchr(s->name, '.');
    if (ending)
        *ending = '\0';
}

bool scenario_parse(struct scenario *s, const char *file, const char *text, size_t size, char *error,
                    size_t error_size) {
    struct reader r = {.file = file, .scenario = s, .error = error, .error_size = error_size};
    memset(s, 0, sizeof *s);
    name_after(s, file);
    if (size > SCENARIO_SIZE_MAX) {
        snprintf(error, error_size, "%s: a scenario has at most %d bytes", file, SCENARIO_SIZE_MAX);
        return false;
    }
    if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { /* how some editors mark UTF-8 */
        text += 3;
        size -= 3;
    }
    if (!read_lines(&r, text, size))
        return false;
    qsort(s->steps, (size_t)s->step_count, sizeof s->steps[0], by_time);
    return scenario_check_steps(&r);
}

void scenario_rule(const struct scenario *s, struct member_options *member) {
    if (s->says_suspect_after)
        member->suspect_ms = s->suspect_ms;
    if (s->agreed)
        member->delivery = "agreed";
    if (s->last_man_standing)
        member->last_man_standing = true;
}

uint64_t scenario_longest_delay_ms(const struct scenario *s) {
    uint64_t longest = 0;
    for (int i = 0; i < s->step_count; i++) {
        if (s->steps[i].verb == SCENARIO_DELAY && s->steps[i].duration_ms > longest)
            longest = s->steps[i].duration_ms;
    }
    return longest;
}

uint64_t scenario_end_ms(const struct scenario *s) {
    uint64_t end = 0;
    for (int i = 0; i < s->step_count; i++) {
        const struct scenario_step *step = &s->steps[i];
        const bool lasts = step->verb == SCENARIO_EXPECT || step->verb == SCENARIO_HANG;
        const uint64_t over = step->at_ms + (lasts ? step->duration_ms : 0);
        end = over > end ? over : end;
    }
    return end + SCENARIO_SETTLE_MS;
}
