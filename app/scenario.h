/* Scenarios: a script that reads like English, one step a line, run alike by `demo`, `demo --headless` and
 * `sim`.
 *
 *     title    The leader crashes in the middle of a broadcast
 *     rung     gms2
 *     members  5
 *     at 1s    change 7 from w2
 *     at 2s    crash leader mid-broadcast after 2
 *     at 4s    expect desync within 1s
 *
 * Here are the language and its limits: pure text to steps, whose times count from the moment when all
 * `members` are in the group. Who runs a scenario gives each verb the meaning written beside it below.
 */
#ifndef APP_SCENARIO_H
#define APP_SCENARIO_H

#include "app/member_options.h"

#define SCENARIO_WORKERS_MAX    256 /* members at the start and all that join later */
#define SCENARIO_NAMES_MAX      64  /* in one step */
#define SCENARIO_STEPS_MAX      200
#define SCENARIO_SIZE_MAX       (64 * 1024) /* bytes of a file */
#define SCENARIO_LINE_SIZE_MAX  240
#define SCENARIO_TEXT_SIZE      (SCENARIO_LINE_SIZE_MAX + 1)
#define SCENARIO_NOTE_SIZE_MAX  95 /* bytes of a note; a window shows no more */
#define SCENARIO_NAME_SIZE      48 /* of the scenario itself */
#define SCENARIO_LASTS_MAX_MS   600000
#define SCENARIO_SUSPECT_MIN_MS 200  /* twice a heartbeat's period */
#define SCENARIO_WITHIN_MS      2000 /* of an expectation that does not say */
#define SCENARIO_SETTLE_MS      500  /* after the last step, for what is under way */

/* A worker is its number, 1 for w1; besides that: */
#define SCENARIO_LEADER  0    /* whoever leads when the step is carried out */
#define SCENARIO_ANYBODY (-1) /* nobody in particular */

enum scenario_verb {
    SCENARIO_CHANGE,              /* `who` multicasts change `number` */
    SCENARIO_JOIN,                /* one more worker, with the next free number */
    SCENARIO_LEAVE,               /* `who` leaves in good order */
    SCENARIO_KILL,                /* `who` crashes now */
    SCENARIO_CRASH_MID_BROADCAST, /* the leader `who` multicasts a change of its own at once, and crashes in
                                     that broadcast when `number` followers have been sent it */
    SCENARIO_CRASH_ASYNC,         /* the same, crashing at its end; of what it sent in that broadcast only the
                                     links to `names` keep it (none are named: all but the first follower) */
    SCENARIO_HANG,                /* `who` stands still for duration_ms */
    SCENARIO_SUSPECT,             /* `whom` takes `who` for crashed; it need not be */
    SCENARIO_LOSE,                /* the next `number` messages of `who` to `whom` (or to anybody) are lost */
    SCENARIO_LOSS,                /* from now on `number` percent of all messages are lost */
    SCENARIO_DELAY,     /* messages of `who` (or anybody) to `whom` (or anybody) take that much longer */
    SCENARIO_CUT,       /* nothing passes from `who` to `whom`, nor back unless one_way */
    SCENARIO_PARTITION, /* nothing passes between two `names` of different sides; who is not named
                           reaches all */
    SCENARIO_HEAL,      /* all links work again as at the start: no cut, no partition, no delay */
    SCENARIO_PACE,      /* random changes of every worker at this mean; 0: none */
    SCENARIO_NOTE,      /* a caption: `text` */
    SCENARIO_EXPECT,    /* see scenario_judge.h; must hold within duration_ms */
    SCENARIO_VERBS
};

enum scenario_outcome {
    SCENARIO_SYNC,
    SCENARIO_DESYNC,
    SCENARIO_HALT,
    SCENARIO_BLOCKED,     /* all `names`, or anybody */
    SCENARIO_LED_BY,      /* `who` */
    SCENARIO_MEMBERS_ARE, /* `number` */
    SCENARIO_VIEWS_HAVE,  /* `number` */
};

struct scenario_step {
    int line;
    uint64_t at_ms;
    enum scenario_verb verb;
    int who, whom;
    uint32_t number;
    uint64_t duration_ms;
    enum scenario_outcome outcome;
    bool one_way;
    int name_count;
    struct {
        int who, side;
    } names[SCENARIO_NAMES_MAX];
    char text[SCENARIO_TEXT_SIZE]; /* of a note; of any other step its words, for reports */
};

struct scenario {
    char name[SCENARIO_NAME_SIZE]; /* of the file, without folder and ending */
    char file[256];                /* for messages */
    char title[SCENARIO_TEXT_SIZE];
    enum gms_rung_id rung;
    int members;
    bool seeded; /* it names its seed */
    uint64_t seed;
    uint64_t pace_ms; /* the mean of random changes; 0: none, only what is scripted */
    bool says_suspect_after;
    uint64_t suspect_ms;    /* if it says so: silence after which a member is suspected; 0: never */
    bool agreed;            /* gms5: delivery on receipt */
    bool last_man_standing; /* gms5: who is left goes on when all others crashed */
    int step_count;
    int expect_count;
    struct scenario_step steps[SCENARIO_STEPS_MAX]; /* in order of their times, then of their lines */
};

/* False with one line in `error`: "FILE:LINE: 'WORD': what is expected". `file` is for that line only, and
 * for the scenario's name. Any bytes do no harm. */
bool scenario_parse(struct scenario *, const char *file, const char *text, size_t size, char *error,
                    size_t error_size);

/* How the members behave: what it says about that holds, whatever else was asked for. */
void scenario_rule(const struct scenario *, struct member_options *);

uint64_t scenario_longest_delay_ms(const struct scenario *); /* 0: none is ordered */

/* When the last step is over with all that it lasts, settling included. */
uint64_t scenario_end_ms(const struct scenario *);

/* -- Files: those of assets/scenarios have names (scenario_file.c) ------------------------------------ */

/* The file of a built-in scenario in `dir`, by its name, or the file of that path. False with one line in
 * `error`, which names what may have been meant. */
bool scenario_find(const char *dir, const char *name_or_file, char *path, size_t path_size, char *error,
                   size_t error_size);

/* The file's text with its size; the caller frees it. NULL with one line in `error`. */
char *scenario_read(const char *path, size_t *size, char *error, size_t error_size);

/* Both: read and parse. */
bool scenario_load(struct scenario *, const char *path, char *error, size_t error_size);

/* Calls `each` for every name in `dir`, in alphabetical order. False if there is none. */
bool scenario_list(const char *dir, void (*each)(void *arg, const char *name), void *arg);

#endif
