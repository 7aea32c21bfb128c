/* A run that figures are made of: simulated for them, or read from traces.
 */
#ifndef APP_REPORT_FIGURE_RUN_H
#define APP_REPORT_FIGURE_RUN_H

#include "app/scope/history.h"
#include "app/scope/records.h"
#include "app/scope/story.h"

struct scenario;

struct figure_run {
    struct history *history;
    struct records *records;
    struct report_names names;
    struct check_settings settings;
    uint64_t seed;             /* 0: of no simulated run */
    bool has_acknowledgements; /* they have places of their own, and heartbeats are not there at all */
    uint64_t heartbeats;       /* that were left out so */
    uint32_t members;      /* at the beginning of what is of interest: in the largest of the first views */
    uint32_t from, last;   /* events: the first that is of interest, and the first behind the last one */
    uint32_t until;        /* the first of those that end the run */
    gms_time began, ended; /* of the first record, and of the last */
    uint64_t seen, judged; /* records; those up to the last event before the end */
    struct check *whole;   /* at the end, where there are more records than are kept; NULL: they are kept */
};

/* Reads it. `acknowledgements`: they are to be seen. NULL and one line in `error`. */
struct figure_run *figure_run_read(const char *const *paths, int count, bool acknowledgements, char *error,
                                   size_t error_size);
void figure_run_destroy(struct figure_run **);

/* The names that this line of a trace tells. */
void figure_learn_names(struct report_names *, struct history *, const struct trace_line *);

/* How it stood before the event `until`; of a run that is too long for that, how it stood at its end, and
 * that it is so. False: out of memory. */
bool figure_run_story(const struct figure_run *, uint32_t until, struct story *);

/* The events before that moment of the run, counted from its beginning: the first one that came later. */
uint32_t figure_run_until(const struct figure_run *, gms_time);

struct figure_play {
    const struct scenario *scenario;
    enum gms_rung_id rung;
    int members;
    uint64_t seed;
};

/* Simulates it, and writes it as a trace to `path`. What it expects and what does not hold goes to `failed`,
 * which is empty else. False with one line in `error`: it could not be done. */
bool figure_play(const struct figure_play *, const char *path, char *failed, size_t failed_size, char *error,
                 size_t error_size);

#endif
