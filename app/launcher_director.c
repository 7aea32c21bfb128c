/* The director's records: what the launcher does to its workers and sees of them, written and published. */
#include "app/launcher_state.h"
#include "app/stage.h"
#include "net/zmq/clock.h"

bool launcher_open_director(struct launcher *l, char *error, size_t error_size) {
    char endpoint[NET_ENDPOINT_SIZE];
    registry_endpoint(&l->registry, "tel", endpoint);
    l->publisher = publisher_new(endpoint, "director", error, error_size);
    return l->publisher != NULL;
}

bool launcher_begin_trace(struct launcher *l, char *error, size_t error_size) {
    const struct trace_header header = {.run = l->run,
                                        .who = "director",
                                        .id = GMS_NOBODY,
                                        .rung = gms_rung_name(l->config->rung),
                                        .source = "live",
                                        .seed = l->config->seed,
                                        .telemetry = publisher_endpoint(l->publisher),
                                        .member = &l->config->member};
    publisher_header(l->publisher, &header);
    if (!l->config->trace_dir)
        return true;
    if (!trace_file_open(&l->director, l->config->trace_dir, "director", GMS_NOBODY, error, error_size))
        return false;
    trace_file_header(&l->director, &header);
    trace_file_flush(&l->director);
    return true;
}

/* A newcomer is told who stands still just now. */
void launcher_meet_listeners(struct launcher *l) {
    if (!publisher_met_somebody(l->publisher))
        return;
    for (int i = 0; i < l->child_count; i++) {
        const struct trace_record r = {.ev = TRACE_HANG,
                                       .t = clock_now(),
                                       .lc = l->director_lc,
                                       .peer = l->children[i].id,
                                       .here = true};
        if (l->children[i].hung_until > 0)
            publisher_write(l->publisher, NULL, &r);
    }
    publisher_flush(l->publisher);
}

static void tell(struct launcher *l, const struct trace_record *r) {
    trace_file_write(&l->director, NULL, r);
    trace_file_flush(&l->director);
    publisher_write(l->publisher, NULL, r);
    publisher_flush(l->publisher);
}

void launcher_record(struct launcher *l, enum trace_ev ev, gms_id whom) {
    const struct trace_record r = {.ev = ev, .t = clock_now(), .lc = ++l->director_lc, .peer = whom};
    tell(l, &r);
    if (whom == GMS_NOBODY)
        return;
    check_feed(l->check, &r);
    if (l->stage)
        stage_feed(l->stage, &r);
}

void launcher_note(struct launcher *l, const char *text) {
    const struct trace_record r = {.ev = TRACE_NOTE, .t = clock_now(), .lc = ++l->director_lc, .what = text};
    tell(l, &r);
}
