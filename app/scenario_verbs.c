/* The verbs of a step: each reads its own words. One table names them all, with the form that a complaint
 * shows. */
#include "app/scenario_reader.h"

#include <stdio.h>
#include <string.h>

#include "app/near.h"
#include "app/options.h"

#define CHANGE_MAX 20 /* a change is a number from 1 to 20 */

/* -- Parts ------------------------------------------------------------------------------------------ */

static bool name_of(const char *word, int *who) {
    uint64_t number;
    if (strcmp(word, "leader") == 0) {
        *who = SCENARIO_LEADER;
        return true;
    }
    if (word[0] != 'w' || word[1] == '0' || !parse_number(word + 1, 1, SCENARIO_WORKERS_MAX, &number))
        return false;
    *who = (int)number;
    return true;
}

static bool read_name(struct reader *r, int *who) {
    const char *word = reader_word(r, "leader or a name as w2");
    return word && (name_of(word, who) || reader_complain(r, word, "leader or a name as w2 is expected"));
}

static bool read_word(struct reader *r, const char *expected) {
    const char *word = reader_word(r, expected);
    return word && (strcmp(word, expected) == 0 || reader_complain(r, word, "%s is expected", expected));
}

static bool read_count(struct reader *r, const char *what, uint64_t min, uint64_t max,
                       struct scenario_step *step) {
    uint64_t number;
    if (!reader_number(r, what, min, max, &number))
        return false;
    step->number = (uint32_t)number;
    return true;
}

static bool add_name(struct reader *r, struct scenario_step *step, int side) {
    int who;
    if (!read_name(r, &who))
        return false;
    for (int i = 0; i < step->name_count; i++) {
        if (step->names[i].who == who)
            return reader_complain(r, r->words[r->next - 1], "it is named twice");
    }
    if (step->name_count == SCENARIO_NAMES_MAX)
        return reader_complain(r, r->words[r->next - 1], "at most %d names", SCENARIO_NAMES_MAX);
    step->names[step->name_count].who = who;
    step->names[step->name_count++].side = side;
    return true;
}

/* [from A] [to B] */
static bool read_link(struct reader *r, struct scenario_step *step) {
    if (reader_skip(r, "from") && !read_name(r, &step->who))
        return false;
    return !reader_skip(r, "to") || read_name(r, &step->whom);
}

/* -- The verbs -------------------------------------------------------------------------------------- */

static bool read_change(struct reader *r, struct scenario_step *step) {
    step->who = SCENARIO_LEADER;
    return read_count(r, "a change", 1, CHANGE_MAX, step) &&
           (!reader_skip(r, "from") || read_name(r, &step->who));
}

static bool read_join(struct reader *r, struct scenario_step *step) {
    (void)r, (void)step;
    return true;
}

static bool read_who(struct reader *r, struct scenario_step *step) {
    return read_name(r, &step->who);
}

static bool read_crash(struct reader *r, struct scenario_step *step) {
    if (!read_name(r, &step->who))
        return false;
    const char *how = reader_word(r, "mid-broadcast or async");
    if (!how)
        return false;
    if (strcmp(how, "mid-broadcast") == 0) {
        r->form = "crash leader mid-broadcast after 2";
        step->verb = SCENARIO_CRASH_MID_BROADCAST;
        return read_word(r, "after") &&
               read_count(r, "a number of followers", 0, SCENARIO_WORKERS_MAX - 1, step);
    }
    if (strcmp(how, "async") != 0)
        return reader_complain(r, how, "mid-broadcast or async is expected");
    r->form = "crash leader async keep w3 w4";
    step->verb = SCENARIO_CRASH_ASYNC;
    if (!reader_skip(r, "keep"))
        return true;
    do {
        if (!add_name(r, step, 0))
            return false;
    } while (reader_peek(r));
    return true;
}

static bool read_hang(struct reader *r, struct scenario_step *step) {
    return read_name(r, &step->who) && read_word(r, "for") &&
           reader_duration(r, "a time", 1, SCENARIO_LASTS_MAX_MS, &step->duration_ms);
}

static bool read_suspect(struct reader *r, struct scenario_step *step) {
    return read_name(r, &step->who) && read_word(r, "by") && read_name(r, &step->whom);
}

static bool read_lose(struct reader *r, struct scenario_step *step) {
    step->who = SCENARIO_LEADER;
    return read_count(r, "a number of messages", 1, 1000000, step) && read_link(r, step);
}

static bool read_loss(struct reader *r, struct scenario_step *step) {
    uint64_t percent;
    const char *word = reader_word(r, "a percentage");
    if (!word)
        return false;
    if (!parse_percent(word, &percent))
        return reader_complain(r, word, "a percentage from 0%% to 100%% is expected");
    step->number = (uint32_t)percent;
    return true;
}

static bool read_delay(struct reader *r, struct scenario_step *step) {
    return reader_duration(r, "a time", 0, 10000, &step->duration_ms) && read_link(r, step);
}

static bool read_cut(struct reader *r, struct scenario_step *step) {
    if (!read_name(r, &step->who) || !read_name(r, &step->whom))
        return false;
    step->one_way = reader_skip(r, "one-way");
    return true;
}

static bool read_partition(struct reader *r, struct scenario_step *step) {
    int side = 0;
    for (;;) {
        do {
            if (!add_name(r, step, side))
                return false;
        } while (reader_peek(r) && strcmp(reader_peek(r), "|") != 0);
        if (!reader_skip(r, "|"))
            return side > 0 || read_word(r, "|");
        side++;
    }
}

static bool read_pace(struct reader *r, struct scenario_step *step) {
    return reader_skip(r, "off") ||
           reader_duration(r, "off or a mean time between two changes", 1, 3600000, &step->duration_ms);
}

static bool read_note(struct reader *r, struct scenario_step *step) {
    const char *text = reader_word(r, "a text in quotes");
    if (!text)
        return false;
    if (!r->quoted[r->next - 1])
        return reader_complain(r, text, "a text in quotes is expected");
    if (text[0] == '\0')
        return reader_complain(r, text, "a text in quotes is expected, and this one is empty");
    if (strlen(text) > SCENARIO_NOTE_SIZE_MAX)
        return reader_complain(r, text, "a note has at most %d bytes, this one has %zu",
                               SCENARIO_NOTE_SIZE_MAX, strlen(text));
    snprintf(step->text, sizeof step->text, "%s", text);
    return true;
}

static bool read_expect(struct reader *r, struct scenario_step *step) {
    static const char all[] = "sync, desync, halt, blocked, leader, members or view";
    const char *word = reader_word(r, all);
    bool ok = true;
    if (!word)
        return false;
    if (strcmp(word, "sync") == 0) {
        step->outcome = SCENARIO_SYNC;
    } else if (strcmp(word, "desync") == 0) {
        step->outcome = SCENARIO_DESYNC;
    } else if (strcmp(word, "halt") == 0) {
        step->outcome = SCENARIO_HALT;
    } else if (strcmp(word, "blocked") == 0) {
        r->form = "expect blocked w4 w5 within 2s";
        step->outcome = SCENARIO_BLOCKED;
        if (r->scenario->rung < GMS_RUNG_5)
            return reader_complain(r, word, "nobody ever blocks at %s", gms_rung_name(r->scenario->rung));
        while (ok && reader_peek(r) && strcmp(reader_peek(r), "within") != 0)
            ok = add_name(r, step, 0);
    } else if (strcmp(word, "leader") == 0) {
        r->form = "expect leader w2 within 2s";
        step->outcome = SCENARIO_LED_BY;
        ok = read_name(r, &step->who) &&
             (step->who != SCENARIO_LEADER ||
              reader_complain(r, "leader", "the name of who should lead is expected"));
    } else if (strcmp(word, "members") == 0) {
        r->form = "expect members 4 within 2s";
        step->outcome = SCENARIO_MEMBERS_ARE;
        ok = read_count(r, "a number of members", 0, SCENARIO_WORKERS_MAX, step);
    } else if (strcmp(word, "view") == 0) {
        r->form = "expect view 4 within 2s";
        step->outcome = SCENARIO_VIEWS_HAVE;
        ok = read_count(r, "a number of members", 1, SCENARIO_WORKERS_MAX, step);
    } else {
        return reader_complain(r, word, "%s is expected", all);
    }
    step->duration_ms = SCENARIO_WITHIN_MS;
    return ok && (!reader_skip(r, "within") ||
                  reader_duration(r, "a time", 1, SCENARIO_LASTS_MAX_MS, &step->duration_ms));
}

/* -- Which ------------------------------------------------------------------------------------------ */

static const struct {
    const char *word, *form;
    enum scenario_verb verb;
    bool (*read)(struct reader *, struct scenario_step *);
} verbs[] = {
    {"change", "change 7 from w2", SCENARIO_CHANGE, read_change},
    {"join", "join", SCENARIO_JOIN, read_join},
    {"leave", "leave w2", SCENARIO_LEAVE, read_who},
    {"kill", "kill leader", SCENARIO_KILL, read_who},
    {"crash", "crash leader mid-broadcast after 2, crash leader async", SCENARIO_CRASH_ASYNC, read_crash},
    {"hang", "hang leader for 3s", SCENARIO_HANG, read_hang},
    {"suspect", "suspect w1 by w2", SCENARIO_SUSPECT, read_suspect},
    {"lose", "lose 1 from leader to w3", SCENARIO_LOSE, read_lose},
    {"loss", "loss 20%", SCENARIO_LOSS, read_loss},
    {"delay", "delay 200ms from leader to w3", SCENARIO_DELAY, read_delay},
    {"cut", "cut w1 w3 one-way", SCENARIO_CUT, read_cut},
    {"partition", "partition w1 w2 | w3 w4 w5", SCENARIO_PARTITION, read_partition},
    {"heal", "heal", SCENARIO_HEAL, read_join},
    {"pace", "pace 300ms, pace off", SCENARIO_PACE, read_pace},
    {"note", "note \"what to look at\"", SCENARIO_NOTE, read_note},
    {"expect", "expect sync within 2s", SCENARIO_EXPECT, read_expect},
};
#define VERBS (sizeof verbs / sizeof verbs[0])

static void keep_words(const struct reader *r, struct scenario_step *step) {
    size_t used = 0;
    for (int i = 2; i < r->count; i++) /* after "at 1s"; never longer than the line was */
        used += (size_t)snprintf(step->text + used, sizeof step->text - used, "%s%s", used ? " " : "",
                                 r->words[i]);
}

bool scenario_read_step(struct reader *r, struct scenario_step *step) {
    char all[256] = "";
    const char *near = NULL, *word = reader_word(r, "a verb");
    if (!word)
        return false;
    for (size_t i = 0; i < VERBS; i++) {
        if (strcmp(word, verbs[i].word) == 0) {
            r->form = verbs[i].form;
            step->verb = verbs[i].verb;
            keep_words(r, step);
            return verbs[i].read(r, step);
        }
        if (!near && near_enough(word, verbs[i].word))
            near = verbs[i].word;
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", verbs[i].word);
    }
    r->form = NULL;
    if (near)
        return reader_complain(r, word, "not a verb; did you mean %s? The verbs are %s", near, all);
    return reader_complain(r, word, "not a verb: %s are", all);
}
