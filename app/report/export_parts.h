/* What the exports share: who takes part, what time it is, words, and messages on their way. */
#ifndef APP_REPORT_EXPORT_PARTS_H
#define APP_REPORT_EXPORT_PARTS_H

#include <stdio.h>

#include "app/report/export.h"
#include "app/report/text.h"
#include "gms/check.h"

/* -- Who (export_who.c) ---------------------------------------------------------------------------------- */

#define EXPORT_MEMBERS_MAX (CHECK_MEMBERS_MAX + 1) /* incarnations, and whoever watches from outside */
#define EXPORT_SLOTS       (4 * CHECK_MEMBERS_MAX)
#define EXPORT_LABEL_SIZE  (NET_NAME_SIZE + 8)
#define EXPORT_NOBODY      UINT32_MAX

struct export_member {
    gms_id id; /* GMS_NOBODY: the launcher, the simulator, the search */
    char name[NET_NAME_SIZE];
    char label[EXPORT_LABEL_SIZE]; /* unlike any other's: w2~2 is the second incarnation of the name w2 */
    gms_id same_as;                /* it was but an address: this one's; GMS_NOBODY: it is not */
    uint32_t met;                  /* the how-manieth that was heard of */
    bool acts;                     /* something happens to it that is told */
};

struct export_who {
    uint32_t count;
    struct export_member member[EXPORT_MEMBERS_MAX]; /* from export_who_settle() on as people count */
    uint16_t slots[EXPORT_SLOTS];
};

/* False: there are too many. `name` NULL: only its id is known. */
bool export_who_meet(struct export_who *, gms_id, const char *name, bool acts);
void export_who_settle(struct export_who *);
uint32_t export_who_of(const struct export_who *, gms_id); /* EXPORT_NOBODY: not heard of */

/* -- The run --------------------------------------------------------------------------------------------- */

struct export {
    const struct export_wish *wish;
    struct export_who who;
    char run[64];
    const char *rung;
    bool live;
    char **files;
    uint32_t file_count;
    uint64_t *base;      /* by file: what makes its clock the time since 1970, in ns */
    gms_time begin, end; /* of the run, since 1970 */
    uint64_t left_out;   /* heartbeats and acknowledgements */
    uint64_t cut;        /* last lines that a crash cut short */
    FILE *out;
    struct text notice; /* what its reader must know, lines with their ends */
    bool failed;        /* out of memory */
};

/* What crashed before it said anything did so at no known time: at the beginning. */
static inline gms_time export_unix_ns(const struct export *x, const struct trace_record *r) {
    return x->live && r->t == 0 ? x->begin : x->base[r->file] + r->t;
}

/* Since the run's first record. */
static inline gms_time export_ns(const struct export *x, const struct trace_record *r) {
    return export_unix_ns(x, r) - x->begin;
}

/* Whom it happens to: a crash does to the crashed. */
gms_id export_subject(const struct trace_record *);

const char *export_label(const struct export *, gms_id);
const char *export_m(const struct export *, const struct trace_record *); /* "w2#7"; static */

/* "deliver w2#7: change 5, count 17, #a0b0c0": what happened to the subject, in one line; static. */
const char *export_words(const struct export *, const struct trace_line *);

/* The writing of a number of things: "1,204 events". */
void export_count(struct text *, uint64_t count, const char *one, const char *many);

/* -- Formats --------------------------------------------------------------------------------------------- */

struct export_format {
    const char *name;
    bool takes_all; /* heartbeats and acknowledgements without being asked */
    void *(*open)(struct export *);
    /* `inside`: between --from and --until; the others are told for what they do to those. */
    void (*record)(void *self, const struct trace_line *, bool inside);
    void (*end)(void *self);
    void (*close)(void *self);
};

extern const struct export_format export_shiviz, export_perfetto, export_otlp, export_mermaid, export_csv;

/* -- Messages on their way (export_transit.c) ------------------------------------------------------------ */

/* By x_sender and x, with `payload` bytes each; bounded: of too many the oldest is given up. */
struct export_transit;

struct export_transit *export_transit_new(size_t payload, void (*give_up)(void *arg, void *payload),
                                          void *arg);
void export_transit_free(struct export_transit **);

/* Room for what is to be known of the sent one. NULL: it has no x, so that nobody could ask for it. */
void *export_transit_put(struct export_transit *, const struct trace_record *);

/* What is known of the one that is received or lost; it lives until the next call. NULL: nothing. */
void *export_transit_find(struct export_transit *, const struct trace_record *);
void *export_transit_take(struct export_transit *, const struct trace_record *);
void export_transit_give_up_all(struct export_transit *); /* in the order that they were sent in */

#endif
