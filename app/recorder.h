/* What a simulated run leaves behind: the verdict, a trace file, and lines for people. */
#ifndef APP_RECORDER_H
#define APP_RECORDER_H

#include "app/report.h"
#include "app/scenario_judge.h"
#include "net/sim/sim.h"

struct recorder {
    struct check *check;
    struct report_names *names;
    struct scenario_watch *watch; /* NULL: nobody asks */
    struct trace_file trace;      /* fd -1: none */
    bool printing;                /* a line per event, on stdout, with a column for each member */
    int columns;                  /* members so far */
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

/* A simulated group as people know it from one machine, with workers, that the recorder listens to. */
struct sim_config recorder_sim_config(struct recorder *, enum gms_rung_id, uint64_t seed);

/* The `trace` of a sim_config. */
void recorder_put(void *recorder, const struct trace_record *, const struct address_book *);

#endif
