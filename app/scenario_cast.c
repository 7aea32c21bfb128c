/* Who is on stage: the steps in the order of their times, as far as they can be told from the text alone.
 *
 * It finds what can't be meant: a worker that never starts or is gone already, a crash in the broadcast of a
 * member that does not lead, more followers than there are. Who leads after a suspicion, or after what may
 * lead to one, only the run will tell; nothing is said about that any more.
 */
#include "app/scenario_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct cast {
    struct reader *reader;
    const struct scenario_step *step;
    int started;                             /* w1 to this one */
    int gone_line[SCENARIO_WORKERS_MAX + 1]; /* 0: still there */
    bool crashed[SCENARIO_WORKERS_MAX + 1];  /* or left in good order */
    bool doubtful;                           /* who leads */
};

static int first_there(const struct cast *c) {
    for (int who = 1; who <= c->started; who++) {
        if (c->gone_line[who] == 0)
            return who;
    }
    return 0;
}

static int leader(const struct cast *c) {
    if (c->reader->scenario->rung == GMS_RUNG_1 && c->gone_line[1] > 0)
        return 0; /* nobody takes over */
    return first_there(c);
}

__attribute__((format(printf, 3, 4))) static bool complain(struct cast *c, int who, const char *format, ...) {
    char word[16], text[160];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(word, sizeof word, who == SCENARIO_LEADER ? "leader" : "w%d", who);
    return reader_complain(c->reader, word, "%s", text);
}

/* Whether `who` can be meant at this moment; *number is set to its number, 0 where only the run will tell. */
static bool on_stage(struct cast *c, int who, int *number) {
    *number = who;
    if (who == SCENARIO_ANYBODY)
        return true;
    if (who == SCENARIO_LEADER) {
        *number = c->doubtful ? 0 : leader(c);
        if (first_there(c) == 0)
            return complain(c, who, "nobody is left at that time");
        if (*number == 0 && !c->doubtful)
            return complain(c, who, "nobody leads at gms1 after its leader went in line %d", c->gone_line[1]);
        return true;
    }
    if (who > c->started)
        return complain(c, who, "at that time there is no such worker: the last one is w%d", c->started);
    if (c->gone_line[who] > 0)
        return complain(c, who, "it %s in line %d", c->crashed[who] ? "crashed" : "left", c->gone_line[who]);
    return true;
}

static void goes(struct cast *c, int who, bool crashed) {
    if (who == 0)
        c->doubtful = true;
    c->gone_line[who] = who ? c->step->line : 0;
    c->crashed[who] = crashed;
}

/* Only the leader broadcasts, and to followers that are there. */
static bool check_crash(struct cast *c, int who) {
    int there = 0;
    if (!c->doubtful && who != leader(c))
        return leader(c)
                   ? complain(c, who, "only the leader broadcasts, and at that time w%d leads", leader(c))
                   : complain(c, who, "only the leader broadcasts, and at that time nobody leads");
    for (int i = 1; i <= c->started; i++)
        there += c->gone_line[i] == 0;
    if (there < 2)
        return complain(c, c->step->who, "no follower is left for it to broadcast to");
    if (c->step->verb == SCENARIO_CRASH_MID_BROADCAST && (int)c->step->number > there - 1)
        return complain(c, c->step->who, "it has only %d followers at that time", there - 1);
    for (int i = 0; i < c->step->name_count; i++) {
        if (who != 0 && (c->step->names[i].who == who || c->step->names[i].who == SCENARIO_LEADER))
            return complain(c, c->step->names[i].who, "it is the one that crashes");
    }
    return true;
}

static bool check_names(struct cast *c, int *who, int *whom) {
    int number;
    if (!on_stage(c, c->step->who, who) || !on_stage(c, c->step->whom, whom))
        return false;
    for (int i = 0; i < c->step->name_count; i++) {
        if (!on_stage(c, c->step->names[i].who, &number))
            return false;
    }
    return true;
}

static bool check_step(struct cast *c) {
    const struct scenario_step *step = c->step;
    int who = 0, whom = 0;
    if (!check_names(c, &who, &whom))
        return false;
    if (step->whom != SCENARIO_ANYBODY && who > 0 && who == whom)
        return complain(c, step->whom, "two different workers are expected");
    switch (step->verb) {
    case SCENARIO_JOIN:
        if (c->started == SCENARIO_WORKERS_MAX)
            return reader_complain(c->reader, "join", "a scenario has at most %d workers",
                                   SCENARIO_WORKERS_MAX);
        if (first_there(c) == 0)
            return reader_complain(c->reader, "join", "nobody is left to join at that time");
        c->started++;
        break;
    case SCENARIO_LEAVE: goes(c, who, false); break;
    case SCENARIO_KILL: goes(c, who, true); break;
    case SCENARIO_CRASH_MID_BROADCAST:
    case SCENARIO_CRASH_ASYNC:
        if (!check_crash(c, who))
            return false;
        goes(c, who, true);
        break;
    case SCENARIO_EXPECT:
        if ((step->outcome == SCENARIO_MEMBERS_ARE || step->outcome == SCENARIO_VIEWS_HAVE) &&
            (int)step->number > c->started) {
            char word[16];
            snprintf(word, sizeof word, "%u", step->number);
            return reader_complain(c->reader, word, "there are at most %d members at that time", c->started);
        }
        break;
    case SCENARIO_SUSPECT:
    case SCENARIO_HANG:
    case SCENARIO_CUT:
    case SCENARIO_PARTITION: c->doubtful = true; break;
    case SCENARIO_CHANGE:
    case SCENARIO_LOSE:
    case SCENARIO_LOSS:
    case SCENARIO_DELAY:
    case SCENARIO_HEAL:
    case SCENARIO_PACE:
    case SCENARIO_NOTE:
    case SCENARIO_VERBS: break;
    }
    return true;
}

bool scenario_check_steps(struct reader *r) {
    struct cast cast = {.reader = r, .started = r->scenario->members};
    r->form = NULL;
    for (int i = 0; i < r->scenario->step_count; i++) {
        cast.step = &r->scenario->steps[i];
        r->line = cast.step->line;
        if (!check_step(&cast))
            return false;
    }
    return true;
}
