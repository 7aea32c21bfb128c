/* What the workers tell through their pipes: it is judged, shown, and says how far each of them has come. */
#include "app/launcher_state.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/stage.h"
#include "net/zmq/clock.h"

double launcher_seconds(const struct launcher *l, gms_time now) {
    return now > l->started ? (double)(now - l->started) / 1e9 : 0;
}

void launcher_show(const struct launcher *l, const struct child *child, const struct trace_record *r) {
    if (!l->printing)
        return;
    const int column = (int)(child - l->children);
    report_event(l->names, r, launcher_seconds(l, r->t), child->name, column, l->child_count);
    fflush(stdout);
}

void launcher_print_columns(const struct launcher *l) {
    char names[CHILDREN_MAX][NET_NAME_SIZE];
    for (int i = 0; i < l->child_count; i++)
        memcpy(names[i], l->children[i].name, NET_NAME_SIZE);
    if (l->printing)
        report_columns((const char(*)[NET_NAME_SIZE])names, l->child_count);
}

static void no_display(struct launcher *l, const char *why) {
    if (l->told_no_display)
        return;
    l->told_no_display = true;
    fprintf(stderr, "groupy demo: %s; going on without windows\n", why);
    l->printing = !l->config->json;
    launcher_print_columns(l);
}

/* A new one says that it listens; or one that was excluded that it comes back, under another id. */
static void take_header(struct launcher *l, struct child *child, const json_t *root) {
    const char *endpoint = json_string_value(json_object_get(root, "endpoint"));
    const bool comes_back = child->id != GMS_NOBODY;
    trace_parse_id(json_string_value(json_object_get(root, "id")), &child->id);
    snprintf(child->endpoint, sizeof child->endpoint, "%s", endpoint ? endpoint : "");
    report_name(l->names, child->id, child->name);
    child->exited = false;
    child->state = comes_back ? CHILD_RETURNING : CHILD_READY;
    if (comes_back)
        return; /* it goes by itself, as it was */
    if (l->paused)
        child_tell(child, "pause");
    if (l->video.runs && !l->video.ends)
        child_tell(child, "recorded on");
    if (l->delay_ms > 0)
        child_tell(child, "delay %" PRIu64, l->delay_ms);
}

void launcher_take_line(void *arg, struct child *child, const char *text, size_t size) {
    struct launcher *l = arg;
    struct trace_line line;
    char error[256];
    if (size > 13 && memcmp(text, "{\"headless\":\"", 13) == 0) {
        char why[256];
        snprintf(why, sizeof why, "%.*s", (int)(size - 15 < 255 ? size - 15 : 255), text + 13);
        no_display(l, why);
        return;
    }
    if (!trace_line_parse(&line, text, size, error, sizeof error)) {
        fprintf(stderr, "groupy demo: %s reports a line that can't be read: %s\n", child->name, error);
        return;
    }
    if (line.header) {
        take_header(l, child, line.root);
    } else {
        if (line.record.ev == TRACE_VIEW)
            child->state = CHILD_MEMBER;
        if (line.record.ev == TRACE_EXIT)
            child->exited = true;
        if (line.record.ev == TRACE_DELIVER)
            l->last_delivery = clock_now();
        check_feed(l->check, &line.record);
        if (l->stage)
            stage_feed(l->stage, &line.record);
        launcher_show(l, child, &line.record);
    }
    trace_line_free(&line);
}

void launcher_reap(struct launcher *l, struct child *child) {
    child_bury(child);
    if (child->id != GMS_NOBODY && !child->exited) { /* killed, or it broke down: not in good order */
        const struct trace_record r = {.ev = TRACE_CRASH, .t = clock_now(), .peer = child->id};
        launcher_record(l, TRACE_CRASH, child->id);
        launcher_show(l, child, &r);
    }
}
