/* Reads a trace whole: what a member was configured with, and its records. */
#include "net/zmq/actor.h"
#include "tests/live/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MS 1000000

void *replay_need(void *memory) {
    if (!memory)
        abort();
    return memory;
}

void replay_forget(struct member *m) {
    for (size_t i = 0; i < m->count; i++) {
        trace_line_free(m->lines[i]);
        free(m->lines[i]);
    }
    free(m->lines);
    for (size_t x = 0; x < m->sent_count; x++)
        free(m->sent[x].bytes);
    free(m->sent);
    free(m->node);
}

static gms_time time_of(const struct trace_line *header, const char *key) {
    return (gms_time)json_integer_value(json_object_get(header->root, key)) * MS;
}

static const char *text_of(const struct trace_line *header, const char *key) {
    const char *text = json_string_value(json_object_get(header->root, key));
    return text ? text : "";
}

static bool read_header(struct member *m, const struct trace_line *line) {
    struct node_config *c = &m->config;
    if (!trace_parse_id(text_of(line, "id"), &m->id) || !gms_rung_find(text_of(line, "rung"), &c->gms.rung))
        return false;
    c->gms.me = c->gms.seed = c->self.id = m->id;
    c->gms.join_timeout = time_of(line, "join_ms");
    c->gms.resend_timeout = time_of(line, "resend_ms");
    c->gms.answer_timeout = ACTOR_ANSWER_TIMEOUT_MS * MS;
    c->gms.delivery = strcmp(text_of(line, "delivery"), "agreed") == 0 ? GMS_AGREED : GMS_SAFE;
    c->gms.last_man_standing = json_is_true(json_object_get(line->root, "last_man_standing"));
    c->heartbeat_period = time_of(line, "heartbeat_ms");
    c->suspect_timeout = time_of(line, "suspect_ms");
    c->group = GROUP;
    c->turns = true;
    c->seed = (uint64_t)json_integer_value(json_object_get(line->root, "seed"));
    snprintf(c->self.name, sizeof c->self.name, "%s", text_of(line, "who"));
    snprintf(c->self.endpoint, sizeof c->self.endpoint, "%s", text_of(line, "endpoint"));
    return true;
}

bool replay_read(const char *path) {
    struct member *m = &members[member_count];
    FILE *file = fopen(path, "r");
    char *text = NULL, error[256];
    size_t capacity = 0;
    ssize_t size;
    bool ok = file != NULL;
    *m = (struct member){.path = path};
    while (ok && (size = getline(&text, &capacity, file)) > 0 && text[size - 1] == '\n') {
        struct trace_line *line = replay_need(malloc(sizeof *line));
        ok = trace_line_parse(line, text, (size_t)size - 1, error, sizeof error);
        if (!ok)
            fprintf(stderr, "%s: %s\n", path, error);
        else if (line->header)
            ok = read_header(m, line);
        if (m->count == m->capacity) {
            m->capacity = m->capacity > 0 ? 2 * m->capacity : 1024;
            m->lines = replay_need(realloc(m->lines, m->capacity * sizeof *m->lines));
        }
        if (ok && !line->header) {
            m->lines[m->count++] = line;
            continue;
        }
        trace_line_free(line);
        free(line);
    }
    free(text);
    if (file)
        fclose(file);
    if (ok && m->id != GMS_NOBODY) /* the launcher's own has no id */
        member_count++;
    else
        replay_forget(m);
    return ok;
}
