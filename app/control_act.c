/* What `groupy ctl` and the keys do: every key has a `ctl` twin because both are this. */
#include "app/control_act.h"

#include <czmq.h>
#include <inttypes.h>
#include <limits.h>

#include "app/assets.h"
#include "app/scenario.h"

/* -- What all actions do ---------------------------------------------------------------------------- */

int act_say(struct act *a, int status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(a->message, a->message_size, format, args);
    va_end(args);
    return status;
}

const struct registry_entry *act_whom(struct act *a, const char *name) {
    const struct registry_entry *entry =
        streq(name, "leader") ? control_find_leader(a->group) : control_find_name(a->group, name);
    if (!entry && streq(name, "leader"))
        act_say(a, 0, "no leader is known on this machine");
    else if (!entry)
        act_say(a, 0, "no worker '%s' here (groupy ctl status lists them)", name);
    return entry;
}

int act_ask(struct act *a, const struct registry_entry *entry, const char *text, const char *done) {
    char reply[1024];
    if (!control_ask(entry, text, reply, sizeof reply))
        return act_say(a, STATUS_CANT_RUN, "%s does not answer", entry->address.name);
    if (strncmp(reply, "error ", 6) == 0)
        return act_say(a, STATUS_CANT_RUN, "%s: %s", entry->address.name, reply + 6);
    return act_say(a, STATUS_FINE, "%s", done ? done : reply + (strncmp(reply, "ok ", 3) == 0 ? 3 : 0));
}

int act_ask_everybody(struct act *a, const char *text, const char *done) {
    char *replies[REGISTRY_ENTRIES_MAX];
    size_t answered = 0;
    control_ask_all(a->group->workers, a->group->worker_count, text, replies);
    for (size_t i = 0; i < a->group->worker_count; i++) {
        answered += replies[i] != NULL;
        freen(replies[i]);
    }
    if (a->group->has_launcher && strcmp(text, "quit") != 0) { /* for those that join later */
        char reply[64];
        control_ask(&a->group->launcher, text, reply, sizeof reply);
    }
    if (answered == 0)
        return act_say(a, STATUS_CANT_RUN, "no worker answers");
    if (answered < a->group->worker_count)
        return act_say(a, STATUS_FINE, "%s (%zu of %zu workers answered)", done, answered,
                       a->group->worker_count);
    return act_say(a, STATUS_FINE, "%s", done);
}

const char *act_option(const struct act *a, const char *name) {
    for (int i = 0; i < a->value_count; i++) {
        if (streq(a->values[i].name, name))
            return a->values[i].value;
    }
    return NULL;
}

/* -- The actions that are no faults ----------------------------------------------------------------- */

static int act_change(struct act *a) {
    char text[32], done[64];
    uint64_t n = 0;
    const char *name = a->word_count > 1 ? a->words[1] : a->self;
    if (a->word_count > 0 && !parse_number(a->words[0], 1, 20, &n))
        return act_say(a, STATUS_USAGE, "change %s: a number from 1 to 20 is expected", a->words[0]);
    const struct registry_entry *entry = name ? act_whom(a, name) : control_find_leader(a->group);
    if (!entry && !name && a->group->worker_count > 0)
        entry = &a->group->workers[0];
    if (!entry)
        return STATUS_CANT_RUN;
    if (n > 0)
        snprintf(text, sizeof text, "change %" PRIu64, n);
    else /* whichever it likes */
        snprintf(text, sizeof text, "change");
    snprintf(done, sizeof done, "%s changes colour", entry->address.name);
    return act_ask(a, entry, text, done);
}

static int act_press(struct act *a) {
    char text[64], done[96];
    const char *name = a->word_count > 1 ? a->words[1] : a->self;
    const struct registry_entry *entry = name ? act_whom(a, name) : NULL;
    if (!name)
        return act_say(a, STATUS_USAGE, "press %s: in whose window? groupy ctl press %s w1", a->words[0],
                       a->words[0]);
    if (!entry)
        return STATUS_CANT_RUN;
    snprintf(text, sizeof text, "press %.40s", a->words[0]);
    snprintf(done, sizeof done, "%.40s is pressed in the window of %s", a->words[0], entry->address.name);
    return act_ask(a, entry, text, done);
}

static int act_pause(struct act *a) {
    (void)a;
    return act_ask_everybody(a, "pause", "paused");
}

static int act_resume(struct act *a) {
    return act_ask_everybody(a, "resume", "going on");
}

static int act_pace(struct act *a) {
    char text[32], done[64];
    uint64_t ms;
    if (streq(a->words[0], "faster") || streq(a->words[0], "slower"))
        return act_ask_everybody(a, a->words[0], a->words[0]);
    if (!parse_duration(a->words[0], &ms) || ms < 1 || ms > 3600000)
        return act_say(a, STATUS_USAGE, "pace %s: faster, slower or a duration from 1ms to 60m is expected",
                       a->words[0]);
    snprintf(text, sizeof text, "pace %" PRIu64, ms);
    snprintf(done, sizeof done, "a change every %s of each worker", a->words[0]);
    return act_ask_everybody(a, text, done);
}

static int act_join(struct act *a) {
    if (!a->group->has_launcher)
        return act_say(a, STATUS_CANT_RUN, "no launcher here: start one more with groupy worker");
    return act_ask(a, &a->group->launcher, "join", "a new worker joins");
}

static int act_leave(struct act *a) {
    char done[64];
    const char *name = a->word_count > 0 ? a->words[0] : a->self;
    const struct registry_entry *entry = name ? act_whom(a, name) : NULL;
    if (!name)
        return act_say(a, STATUS_USAGE, "leave needs the name of a worker");
    if (!entry)
        return STATUS_CANT_RUN;
    snprintf(done, sizeof done, "%s leaves", entry->address.name);
    return act_ask(a, entry, "leave", done);
}

static int act_rung(struct act *a) {
    char text[32], done[64];
    enum gms_rung_id rung;
    if (!streq(a->words[0], "gms2p5") && !gms_rung_find(a->words[0], &rung))
        return act_say(a, STATUS_USAGE, "rung %s: %s is expected", a->words[0], options_rungs(true));
    if (!a->group->has_launcher)
        return act_say(a, STATUS_CANT_RUN,
                       "no launcher here that could restart the group: groupy demo --rung %s", a->words[0]);
    snprintf(text, sizeof text, "rung %s", a->words[0]);
    snprintf(done, sizeof done, "the group restarts on %s", a->words[0]);
    return act_ask(a, &a->group->launcher, text, done);
}

/* The launcher may be in another folder: it is told the whole path. */
static int act_scenario(struct act *a) {
    char dir[4096], path[4096 + 64], whole[PATH_MAX], text[PATH_MAX + 16], done[128];
    snprintf(dir, sizeof dir, "%s/scenarios", assets_dir("groupy"));
    if (!scenario_find(dir, a->words[0], path, sizeof path, text, sizeof text))
        return act_say(a, STATUS_USAGE, "%s", text);
    if (!a->group->has_launcher)
        return act_say(a, STATUS_CANT_RUN,
                       "no launcher here that could restart the group: groupy demo --scenario %s",
                       a->words[0]);
    if (!realpath(path, whole))
        return act_say(a, STATUS_CANT_RUN, "%s: %s", path, strerror(errno));
    snprintf(text, sizeof text, "scenario %s", whole);
    snprintf(done, sizeof done, "the group restarts with the scenario %.64s", a->words[0]);
    return act_ask(a, &a->group->launcher, text, done);
}

/* The launcher may be in another folder: it is told the whole path. */
static int act_record(struct act *a) {
    char folder[PATH_MAX] = "", text[2 * PATH_MAX];
    const char *path = a->word_count > 0 ? a->words[0] : "";
    if (!a->group->has_launcher)
        return act_say(a, STATUS_CANT_RUN, "no launcher here that could record: groupy demo --record FILE");
    if (path[0] != '\0' && path[0] != '/' && !getcwd(folder, sizeof folder))
        return act_say(a, STATUS_CANT_RUN, "%s: %s", path, strerror(errno));
    snprintf(text, sizeof text, "record%s%s%s%s", path[0] != '\0' ? " " : "", folder,
             folder[0] != '\0' ? "/" : "", path);
    return act_ask(a, &a->group->launcher, text, NULL);
}

static int act_quit(struct act *a) {
    if (a->group->has_launcher)
        return act_ask(a, &a->group->launcher, "quit", "the group ends");
    return act_ask_everybody(a, "quit", "the group ends");
}

/* -- Which ------------------------------------------------------------------------------------------ */

static const struct {
    const char *verb;
    int words_min, words_max;
    int (*act)(struct act *);
    const char *options[ACT_OPTIONS_MAX + 1];
} acts[] = {
    {"kill", 1, 1, act_kill, {NULL}},
    {"crash-mid-broadcast", 0, 0, act_crash_mid_broadcast, {"--after"}},
    {"crash-async", 0, 0, act_crash_async, {"--keep"}},
    {"hang", 1, 1, act_hang, {"--for"}},
    {"suspect", 1, 1, act_suspect, {"--by"}},
    {"lose", 0, 1, act_lose, {"--from", "--to"}},
    {"loss", 1, 1, act_loss, {NULL}},
    {"delay", 1, 1, act_delay, {"--from", "--to"}},
    {"cut", 1, 2, act_cut, {"--one-way!"}},
    {"partition", 1, ACT_VALUES_MAX, act_partition, {NULL}},
    {"heal", 0, 2, act_heal, {"--one-way!"}},
    {"change", 0, 2, act_change, {NULL}},
    {"press", 1, 2, act_press, {NULL}},
    {"pause", 0, 0, act_pause, {NULL}},
    {"resume", 0, 0, act_resume, {NULL}},
    {"pace", 1, 1, act_pace, {NULL}},
    {"join", 0, 0, act_join, {NULL}},
    {"leave", 0, 1, act_leave, {NULL}},
    {"rung", 1, 1, act_rung, {NULL}},
    {"scenario", 1, 1, act_scenario, {NULL}},
    {"record", 0, 1, act_record, {NULL}},
    {"quit", 0, 0, act_quit, {NULL}},
};

/* Sorts the words into those of the action and its options with their values. */
static bool take_words(struct act *a, const char *verb, int count, const char *const *words) {
    for (int i = 0; i < count; i++) {
        const char *const *option = a->option_names;
        const size_t size = strlen(words[i]);
        if (words[i][0] != '-') {
            if (a->word_count < ACT_VALUES_MAX)
                a->words[a->word_count++] = words[i];
            continue;
        }
        while (*option &&
               (strncmp(*option, words[i], size) != 0 || ((*option)[size] && (*option)[size] != '!')))
            option++;
        if (!*option || a->value_count == ACT_VALUES_MAX) {
            act_say(a, STATUS_USAGE, "%s: unknown option %s (groupy ctl --help)", verb, words[i]);
            return false;
        }
        const bool flag = (*option)[size] == '!';
        if (!flag && i + 1 == count) {
            act_say(a, STATUS_USAGE, "%s: %s needs a value", verb, words[i]);
            return false;
        }
        a->values[a->value_count].name = words[i];
        a->values[a->value_count++].value = flag ? "" : words[++i];
    }
    return true;
}

static int unknown(struct act *a, const char *verb) {
    char all[256] = "status";
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), " %s", acts[i].verb);
    return act_say(a, STATUS_USAGE, "'%s' is not an action: %s are", verb, all);
}

int control_act(const struct registry *r, const char *self, int word_count, const char *const *words,
                char *message, size_t message_size) {
    struct act a = {.registry = r, .self = self, .message = message, .message_size = message_size};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (!streq(acts[i].verb, words[0]))
            continue;
        a.option_names = acts[i].options;
        if (!take_words(&a, words[0], word_count - 1, words + 1))
            return STATUS_USAGE;
        if (a.word_count < acts[i].words_min || a.word_count > acts[i].words_max)
            return act_say(&a, STATUS_USAGE, "%s: wrong number of words (groupy ctl --help)", words[0]);
        a.group = control_look(r);
        int status = STATUS_CANT_RUN;
        if (!a.group)
            act_say(&a, 0, "out of memory");
        else if (a.group->worker_count == 0 && !a.group->has_launcher)
            act_say(&a, 0, "no live group here (groupy demo starts one; --group names another)");
        else
            status = acts[i].act(&a);
        free(a.group);
        return status;
    }
    return unknown(&a, words[0]);
}
