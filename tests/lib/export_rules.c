/* See export_rules.h: the formats that are lines. */
#include "tests/lib/export_rules.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/lib/export_rules_json.h"

const char *rules_broken(const char *format, ...) {
    static char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return text;
}

const char *rules_of(const char *format, const char *text) {
    static const struct {
        const char *name;
        const char *(*rules)(const char *text);
    } all[] = {{"shiviz", rules_shiviz},
               {"perfetto", rules_perfetto},
               {"otlp", rules_otlp},
               {"mermaid", rules_mermaid},
               {"csv", rules_csv}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, format) == 0)
            return all[i].rules(text);
    }
    return "no such format";
}

/* The next line in `line`; NULL at the end, or if it does not end. */
static const char *take_line(const char *at, char *line, size_t size) {
    const char *end = at ? strchr(at, '\n') : NULL;
    if (!end || (size_t)(end - at) >= size)
        return NULL;
    memcpy(line, at, (size_t)(end - at));
    line[end - at] = '\0';
    return end + 1;
}

/* -- ShiViz ---------------------------------------------------------------------------------------------- */

#define HOSTS_MAX  16
#define EVENTS_MAX 4096
#define LINE_MAX   8192

struct clocks {
    char name[HOSTS_MAX][64];
    uint32_t hosts;
    uint32_t count[HOSTS_MAX]; /* events */
    uint32_t (*clock)[EVENTS_MAX][HOSTS_MAX];
};

static int host_of(struct clocks *c, const char *name, bool add) {
    for (uint32_t i = 0; i < c->hosts; i++) {
        if (strcmp(c->name[i], name) == 0)
            return (int)i;
    }
    if (!add || c->hosts == HOSTS_MAX || strlen(name) >= sizeof c->name[0])
        return -1;
    strcpy(c->name[c->hosts], name);
    return (int)c->hosts++;
}

static const char *read_clock(struct clocks *c, json_t *json, uint32_t *clock) {
    const char *key;
    json_t *value;
    json_object_foreach(json, key, value) {
        const int host = host_of(c, key, false);
        if (host < 0)
            return rules_broken("the clock has an entry of the unrecognized host %s", key);
        if (!json_is_integer(value) || json_integer_value(value) < 1)
            return rules_broken("the clock of %s is not a number from 1", key);
        clock[host] = (uint32_t)json_integer_value(value);
    }
    return NULL;
}

/* It is what was known here, and what was known where those things happened that are new here. */
static const char *check_clock(struct clocks *c, uint32_t host, const uint32_t *clock) {
    const uint32_t n = c->count[host];
    uint32_t expected[HOSTS_MAX] = {0};
    if (clock[host] != n + 1)
        return rules_broken("the clock of host %s goes from %u to %u", c->name[host], n, clock[host]);
    if (n == EVENTS_MAX)
        return "too many events for this test";
    if (n > 0)
        memcpy(expected, c->clock[host][n - 1], sizeof expected);
    for (uint32_t other = 0; other < c->hosts; other++) {
        if (other == host || clock[other] <= expected[other])
            continue;
        if (clock[other] > c->count[other])
            return rules_broken("host %s knows event %u of %s, which was not yet", c->name[host],
                                clock[other], c->name[other]);
        const uint32_t *known = c->clock[other][clock[other] - 1];
        for (uint32_t i = 0; i < c->hosts; i++)
            expected[i] = known[i] > expected[i] ? known[i] : expected[i];
    }
    expected[host] = n + 1;
    if (memcmp(expected, clock, sizeof expected) != 0)
        return rules_broken("the clock of event %u of %s is not what it should be", n + 1, c->name[host]);
    memcpy(c->clock[host][n], clock, sizeof expected);
    c->count[host]++;
    return NULL;
}

static const char *check_event(struct clocks *c, const char *event, char *line) {
    uint32_t clock[HOSTS_MAX] = {0};
    json_error_t why;
    char *space = strchr(line, ' ');
    if (event[0] == '\0' || strpbrk(event, "\r\t"))
        return rules_broken("an event's text is '%s'", event);
    if (!space || space == line)
        return rules_broken("no host and clock: '%s'", line);
    *space = '\0';
    const int host = host_of(c, line, true);
    if (host < 0)
        return rules_broken("too many hosts: %s", line);
    json_t *json = json_loads(space + 1, JSON_REJECT_DUPLICATES, &why);
    const char *bad = json_is_object(json) ? read_clock(c, json, clock) : "the clock is no JSON object";
    json_decref(json);
    return bad ? bad : check_clock(c, (uint32_t)host, clock);
}

const char *rules_shiviz(const char *text) {
    static char event[LINE_MAX], line[LINE_MAX];
    const char *bad = text[0] ? NULL : "no event";
    struct clocks *c = calloc(1, sizeof *c);
    if (!c || !(c->clock = calloc(HOSTS_MAX, sizeof *c->clock)))
        return "out of memory";
    for (const char *at = text; !bad && *at;) {
        at = take_line(take_line(at, event, sizeof event), line, sizeof line);
        if (!at)
            bad = "a line is missing";
        else
            bad = check_event(c, event, line);
        at = at ? at : "";
    }
    free(c->clock);
    free(c);
    return bad;
}

/* -- Mermaid --------------------------------------------------------------------------------------------- */

/* Signs that mean something to Mermaid are there as #number; only. */
static bool is_plain(const char *text) {
    while (*text) {
        const unsigned char c = (unsigned char)*text++;
        if (c == '#') {
            const size_t digits = strspn(text, "0123456789");
            if (digits == 0 || text[digits] != ';')
                return false;
            text += digits + 1;
        } else if (c < ' ' || (c < 0x80 && strchr(";:%<>{}[]\"'`-\\|&$~^@!?*", c))) {
            return false;
        }
    }
    return true;
}

static const char *check_mermaid_line(const char *line, bool *there) {
    static const char *const arrows[] = {"->>", "-->>", "-x"};
    unsigned a = 0, b = 0;
    int end = 0;
    if (strncmp(line, "%% ", 3) == 0)
        return NULL;
    if (sscanf(line, "participant p%u as %n", &a, &end) == 1 && end > 0 && a < 1000) {
        if (there[a] || !line[end] || !is_plain(line + end))
            return rules_broken("a participant: '%s'", line);
        there[a] = true;
        return NULL;
    }
    end = 0;
    if (sscanf(line, "Note over p%u,p%u: %n", &a, &b, &end) != 2 || end == 0) {
        end = 0;
        b = 0;
        if (sscanf(line, "Note over p%u: %n", &a, &end) == 1 && end > 0)
            b = a;
    }
    for (size_t i = 0; end == 0 && i < sizeof arrows / sizeof arrows[0]; i++) {
        char format[32];
        snprintf(format, sizeof format, "p%%u%sp%%u: %%n", arrows[i]);
        if (sscanf(line, format, &a, &b, &end) != 2)
            end = 0;
    }
    if (end == 0 || !is_plain(line + end))
        return rules_broken("not of the grammar: '%s'", line);
    if (a >= 1000 || b >= 1000 || !there[a] || !there[b])
        return rules_broken("of nobody that takes part: '%s'", line);
    return NULL;
}

const char *rules_mermaid(const char *text) {
    static char line[LINE_MAX];
    bool there[1000] = {false};
    const char *bad = NULL;
    if (strlen(text) > 50000)
        return "Mermaid draws no more than 50000 characters";
    const char *at = take_line(text, line, sizeof line);
    if (!at || strcmp(line, "sequenceDiagram") != 0)
        return "it does not begin with sequenceDiagram";
    while (!bad && *at) {
        at = take_line(at, line, sizeof line);
        bad = at ? check_mermaid_line(line, there) : "the last line does not end";
    }
    return bad;
}

/* -- CSV ------------------------------------------------------------------------------------------------- */

bool rules_csv_field(const char **at, char *field, size_t size, bool *last) {
    const char *c = *at;
    size_t used = 0;
    const bool quoted = *c == '"';
    if (quoted)
        c++;
    for (; *c && used + 1 < size; c++) {
        if (quoted && c[0] == '"' && c[1] == '"')
            c++;
        else if (quoted ? *c == '"' : strchr(",\r\n\"", *c) != NULL)
            break;
        field[used++] = *c;
    }
    field[used] = '\0';
    if (quoted && *c++ != '"')
        return false;
    *last = c[0] == '\r' && c[1] == '\n';
    if (!*last && *c != ',')
        return false;
    *at = c + (*last ? 2 : 1);
    return true;
}

const char *rules_csv(const char *text) {
    static char field[LINE_MAX];
    unsigned header = 0, row = 0, columns = 0;
    bool last;
    for (const char *at = text; *at;) {
        if (!rules_csv_field(&at, field, sizeof field, &last))
            return rules_broken("row %u, column %u is no field of RFC 4180", row + 1, columns + 1);
        columns++;
        if (!last)
            continue;
        header = row == 0 ? columns : header;
        if (columns != header)
            return rules_broken("row %u has %u columns, the header has %u", row + 1, columns, header);
        row++;
        columns = 0;
    }
    return columns > 0 ? "the last row does not end" : row < 2 ? "there is no row" : NULL;
}
