/* What a simulated run leaves behind: the verdict, a trace file, and lines for people. */
#ifndef APP_RECORDER_H
#define APP_RECORDER_H

#include "app/report.h"
#include "app/scenario_judge.h"
#include "net/sim/sim.h"

struct recorder {
    struct check *check;
    struct report_names *names;
    struct scenario_watch *watch;   /* NULL: nobody asks */
    struct trace_file trace;        /* fd -1: none */
    bool agreed, last_man_standing; /* how the group goes on at gms5; set before recorder_reset() */
    bool printing;                  /* a line per event, on stdout, with a column for each name */
    int columns;                    /* names so far */
    int met;                        /* members whose name is known */
    int column_of[SIM_MEMBERS_MAX + 1];
    void (*also)(void *self, const struct trace_record *); /* or NULL */
    void *also_self;
};

/* False: out of memory. */
bool recorder_open(struct recorder *, enum gms_rung_id);
void recorder_reset(struct recorder *, enum gms_rung_id); /* for one more run */
bool recorder_close(struct recorder *);                   /* false: the trace could not be written whole */

/* Prints the columns' heads for so many members, if events are printed. */
void recorder_print_columns(struct recorder *, int members);

/* One file for all members. `header.who` names the driver. False with one line in `error`. */
bool recorder_trace(struct recorder *, const char *path, const struct trace_header *, char *error,
                    size_t error_size);

/* A simulated group as people know it from one machine, with workers, that the recorder listens to; without
 * heartbeats. */
struct sim_config recorder_sim_config(struct recorder *, enum gms_rung_id, uint64_t seed);

/* Heartbeats and suspicion as live members have them. */
void recorder_add_heartbeats(struct sim_config *);

/* The `trace` of a sim_config. */
void recorder_put(void *recorder, const struct trace_record *, const struct address_book *);

#endif
