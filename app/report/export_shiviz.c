/* A log for ShiViz (I. Beschastnikh et al., CACM 59(8), 2016): an event's text, then its host and its vector
 * clock. Clocks are as in F. Mattern, "Virtual Time and Global States of Distributed Systems" (1989), over
 * what is in the log only: each host's own clock counts its own lines, from 1. */
#include "app/report/export_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define REGEX "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})"

struct shiviz {
    struct export *x;
    uint32_t count;  /* hosts */
    uint32_t *clock; /* count of them, one after the other */
    struct export_transit *transit;
    struct text line;
    uint64_t events;
};

static void shiviz_close(void *self) {
    struct shiviz *s = self;
    export_transit_free(&s->transit);
    text_free(&s->line);
    free(s->clock);
    free(s);
}

static void *shiviz_open(struct export *x) {
    struct shiviz *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->x = x;
    s->count = x->who.count;
    s->clock = calloc((size_t)s->count * s->count, sizeof *s->clock);
    s->transit = export_transit_new(s->count * sizeof *s->clock, NULL, NULL);
    if (s->clock && s->transit)
        return s;
    shiviz_close(s);
    return NULL;
}

static void write_event(struct shiviz *s, const char *words, uint32_t host, const uint32_t *clock) {
    struct text *t = &s->line;
    const char *between = "";
    text_clear(t);
    text_add(t, "%s\n%s {", words, s->x->who.member[host].label);
    for (uint32_t i = 0; i < s->count; i++) {
        if (clock[i] == 0)
            continue;
        text_add(t, "%s\"%s\":%" PRIu32, between, s->x->who.member[i].label, clock[i]);
        between = ", ";
    }
    text_add(t, "}\n");
    fwrite(t->at, 1, t->size, s->x->out);
    s->x->failed = t->failed;
    s->events++;
}

static void shiviz_record(void *self, const struct trace_line *line, bool inside) {
    struct shiviz *s = self;
    const struct trace_record *r = &line->record;
    const uint32_t host = export_who_of(&s->x->who, export_subject(r));
    uint32_t *clock = s->clock + (size_t)host * s->count;
    if (!inside)
        return;
    const uint32_t *sent = r->ev == TRACE_RECV ? export_transit_take(s->transit, r) : NULL;
    for (uint32_t i = 0; sent && i < s->count; i++)
        clock[i] = sent[i] > clock[i] ? sent[i] : clock[i];
    clock[host]++;
    write_event(s, export_words(s->x, line), host, clock);
    uint32_t *room = r->ev == TRACE_SEND ? export_transit_put(s->transit, r) : NULL;
    if (room)
        memcpy(room, clock, s->count * sizeof *clock);
}

static void shiviz_end(void *self) {
    struct shiviz *s = self;
    uint32_t hosts = 0;
    for (uint32_t i = 0; i < s->count; i++)
        hosts += s->clock[(size_t)i * s->count + i] > 0;
    export_count(&s->x->notice, s->events, "event", "events");
    text_add(&s->x->notice, " of %" PRIu32 " hosts\n", hosts);
    text_add(&s->x->notice, "in ShiViz, the log parsing regular expression is  " REGEX "\n");
}

const struct export_format export_shiviz = {
    .name = "shiviz", .open = shiviz_open, .record = shiviz_record, .end = shiviz_end, .close = shiviz_close};
