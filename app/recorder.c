/* See recorder.h. Members of a simulated run are w1, w2, w3 ... and their ids are 1, 2, 3 ...; one that comes
 * back has its old name and another id. */
#include "app/recorder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/worker_app.h"

bool recorder_open(struct recorder *r, enum gms_rung_id rung) {
    memset(r, 0, sizeof *r);
    r->trace.fd = -1;
    r->check = calloc(1, sizeof *r->check);
    r->names = calloc(1, sizeof *r->names);
    if (!r->check || !r->names) {
        recorder_close(r);
        return false;
    }
    recorder_reset(r, rung);
    return true;
}

void recorder_reset(struct recorder *r, enum gms_rung_id rung) {
    check_init(r->check, &(struct check_settings){
                             .rung = rung, .agreed = r->agreed, .last_man_standing = r->last_man_standing});
    r->names->count = 0;
    r->met = 0;
    if (r->watch)
        memset(r->watch, 0, sizeof *r->watch);
}

bool recorder_close(struct recorder *r) {
    const bool written = trace_file_close(&r->trace);
    free(r->check);
    free(r->names);
    r->check = NULL;
    r->names = NULL;
    return written;
}

void recorder_print_columns(struct recorder *r, int members) {
    r->columns = members;
    char names[SIM_MEMBERS_MAX][NET_NAME_SIZE];
    for (int i = 0; i < members; i++)
        snprintf(names[i], sizeof names[i], "w%d", i + 1);
    if (r->printing)
        report_columns((const char(*)[NET_NAME_SIZE])names, members);
}

bool recorder_trace(struct recorder *r, const char *path, const struct trace_header *header, char *error,
                    size_t error_size) {
    if (!trace_file_create(&r->trace, path, header->who, error, error_size))
        return false;
    trace_file_header(&r->trace, header);
    return true;
}

struct sim_config recorder_sim_config(struct recorder *r, enum gms_rung_id rung, uint64_t seed) {
    return (struct sim_config){.rung = rung,
                               .app = &worker_app,
                               .seed = seed,
                               .join_timeout = SIM_S,
                               .resend_timeout = 50 * SIM_MS,
                               .answer_timeout = 1200 * SIM_MS,
                               .delay_min = 50 * SIM_US,
                               .delay_max = 1000 * SIM_US,
                               .detect_delay = 400 * SIM_US,
                               .delivery = r->agreed ? GMS_AGREED : GMS_SAFE,
                               .last_man_standing = r->last_man_standing,
                               .trace = recorder_put,
                               .trace_self = r};
}

void recorder_add_heartbeats(struct sim_config *config) {
    config->heartbeat_period = 100 * SIM_MS;
    config->suspect_timeout = 400 * SIM_MS;
}

/* The first record of a member: who it is. */
static void meet(struct recorder *r, gms_id id, const char *name) {
    r->met = (int)id;
    r->column_of[id] = (int)strtol(name + 1, NULL, 10) - 1;
    report_name(r->names, id, name);
}

void recorder_put(void *self, const struct trace_record *record, const struct address_book *book) {
    struct recorder *r = self;
    const bool member = record->id != GMS_NOBODY;
    if (member && record->id > (gms_id)r->met)
        meet(r, record->id, book->entry[0].name);
    check_feed(r->check, record);
    if (r->watch)
        scenario_watch_feed(r->watch, record);
    if (r->trace.fd >= 0) {
        snprintf(r->trace.who, sizeof r->trace.who, "%s",
                 member ? report_name_of(r->names, record->id) : "sim");
        trace_file_write(&r->trace, book, record);
    }
    if (r->printing) {
        const gms_id whose = member ? record->id : record->peer;
        const int column = r->column_of[whose];
        r->columns = column >= r->columns ? column + 1 : r->columns;
        report_event(r->names, record, (double)record->t / 1e9, report_name_of(r->names, whose), column,
                     r->columns);
    }
    if (r->also)
        r->also(r->also_self, record);
}
