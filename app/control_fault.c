/* Faults on demand in a live group. Each is traced where it happens: by the worker, or by the launcher. */
#include <czmq.h>
#include <inttypes.h>
#include <signal.h>

#include "app/control_act.h"
#include "app/spawn.h"

#define HANG_LONGEST_MS 60000

int act_kill(struct act *a) {
    const struct registry_entry *entry = act_whom(a, a->words[0]);
    if (!entry)
        return STATUS_CANT_RUN;
    if (kill(entry->pid, SIGKILL) != 0)
        return act_say(a, STATUS_CANT_RUN, "can't kill %s: %s", entry->address.name, strerror(errno));
    return act_say(a, STATUS_FINE, "killed %s", entry->address.name);
}

int act_crash_mid_broadcast(struct act *a) {
    char text[64], done[128];
    const char *after_text = act_option(a, "--after");
    uint64_t after = 0;
    if (after_text && !parse_number(after_text, 0, GMS_MEMBERS_MAX, &after))
        return act_say(a, STATUS_USAGE, "crash-mid-broadcast takes --after K, a number of followers");
    const struct registry_entry *leader = act_whom(a, "leader");
    if (!leader)
        return STATUS_CANT_RUN;
    if (!after_text)
        snprintf(text, sizeof text, "crash-mid-broadcast");
    else
        snprintf(text, sizeof text, "crash-mid-broadcast %" PRIu64, after);
    snprintf(done, sizeof done, "%s crashes in the middle of its next broadcast", leader->address.name);
    return act_ask(a, leader, text, done);
}

/* --keep NAME, several times: whose links keep what they are sent. */
int act_crash_async(struct act *a) {
    char text[32 + ACT_VALUES_MAX * 17] = "crash-async", done[128];
    for (int i = 0; i < a->value_count; i++) {
        const struct registry_entry *kept = act_whom(a, a->values[i].value);
        if (!kept)
            return STATUS_CANT_RUN;
        snprintf(text + strlen(text), sizeof text - strlen(text), " %016" PRIx64, kept->address.id);
    }
    const struct registry_entry *leader = act_whom(a, "leader");
    if (!leader)
        return STATUS_CANT_RUN;
    snprintf(done, sizeof done, "%s crashes at its next broadcast, which %s", leader->address.name,
             a->value_count ? "reaches those named only" : "does not reach the first follower");
    return act_ask(a, leader, text, done);
}

/* Without a launcher that wakes it later this waits, and can't be interrupted meanwhile. */
static int hang_here(struct act *a, const struct registry_entry *entry, uint64_t ms, const char *done) {
    sigset_t stops, before;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGHUP);
    sigprocmask(SIG_BLOCK, &stops, &before);
    const bool stopped = kill(entry->pid, SIGSTOP) == 0;
    if (stopped)
        zclock_sleep((int)ms);
    if (stopped)
        kill(entry->pid, SIGCONT);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!stopped)
        return act_say(a, STATUS_CANT_RUN, "can't stop %s: %s", entry->address.name, strerror(errno));
    return act_say(a, STATUS_FINE, "%s", done);
}

/* From a window: a process of its own does it, for this one must go on, or may be the one that hangs. */
static int hang_by_twin(struct act *a, const struct registry_entry *entry, uint64_t ms, const char *done) {
    char time[32], error[256];
    struct spawned twin;
    snprintf(time, sizeof time, "%" PRIu64 "ms", ms);
    const char *argv[] = {"groupy",           "ctl", "hang", entry->address.name, "--for", time, "--group",
                          a->registry->group, NULL};
    if (!spawn(spawn_self("groupy"), (char *const *)argv, &twin, error, sizeof error))
        return act_say(a, STATUS_CANT_RUN, "%s", error);
    close(twin.in);
    close(twin.out);
    return act_say(a, STATUS_FINE, "%s", done);
}

int act_hang(struct act *a) {
    char text[64], done[64];
    uint64_t ms = 3000;
    const char *time = act_option(a, "--for");
    if (time && (!parse_duration(time, &ms) || ms < 1 || ms > HANG_LONGEST_MS))
        return act_say(a, STATUS_USAGE, "hang --for %s: a duration from 1ms to 60s is expected", time);
    const struct registry_entry *entry = act_whom(a, a->words[0]);
    if (!entry)
        return STATUS_CANT_RUN;
    snprintf(done, sizeof done, "%s hangs for %.4g s", entry->address.name, (double)ms / 1000.0);
    if (!a->group->has_launcher)
        return a->self ? hang_by_twin(a, entry, ms, done) : hang_here(a, entry, ms, done);
    snprintf(text, sizeof text, "hang %016" PRIx64 " %" PRIu64, entry->address.id, ms);
    return act_ask(a, &a->group->launcher, text, done);
}

int act_suspect(struct act *a) {
    char text[64], done[96];
    const char *by = act_option(a, "--by");
    if (!by)
        return act_say(a, STATUS_USAGE, "suspect %s: --by NAME is missing: who suspects it", a->words[0]);
    const struct registry_entry *whom = act_whom(a, a->words[0]);
    const struct registry_entry *who = whom ? act_whom(a, by) : NULL;
    if (!who)
        return STATUS_CANT_RUN;
    snprintf(text, sizeof text, "suspect %016" PRIx64, whom->address.id);
    snprintf(done, sizeof done, "%s takes %s for crashed", who->address.name, whom->address.name);
    return act_ask(a, who, text, done);
}

int act_lose(struct act *a) {
    char text[64], done[128];
    uint64_t count = 1;
    const char *from_text = act_option(a, "--from"), *to_text = act_option(a, "--to");
    if (a->word_count > 0 && !parse_number(a->words[0], 1, 1000000, &count))
        return act_say(a, STATUS_USAGE, "lose %s: a number of messages from 1 to 1000000 is expected",
                       a->words[0]);
    const struct registry_entry *to = to_text ? act_whom(a, to_text) : NULL;
    if (to_text && !to)
        return STATUS_CANT_RUN;
    const struct registry_entry *from = act_whom(a, from_text ? from_text : "leader");
    if (!from)
        return STATUS_CANT_RUN;
    if (from == to && !from_text)
        return act_say(a, STATUS_CANT_RUN, "%s leads: no message of the leader goes to itself",
                       from->address.name);
    if (from == to)
        return act_say(a, STATUS_CANT_RUN, "no message of %s goes to itself", from->address.name);
    snprintf(text, sizeof text, "lose %" PRIu64 " %016" PRIx64, count, to ? to->address.id : GMS_NOBODY);
    char what[48] = "message";
    if (count > 1)
        snprintf(what, sizeof what, "%" PRIu64 " messages", count);
    snprintf(done, sizeof done, "the next %s from %s to %s will be lost", what, from->address.name,
             to ? to->address.name : "anybody");
    return act_ask(a, from, text, done);
}

int act_loss(struct act *a) {
    char text[32], done[64];
    uint64_t percent;
    if (!parse_percent(a->words[0], &percent))
        return act_say(a, STATUS_USAGE, "loss %s: a percentage from 0%% to 100%% is expected", a->words[0]);
    snprintf(text, sizeof text, "loss %" PRIu64, percent);
    snprintf(done, sizeof done, "%" PRIu64 "%% of the messages are lost", percent);
    return act_ask_everybody(a, text, done);
}

/* The receiver's end of a link holds back what arrives. */
int act_delay(struct act *a) {
    char text[64], done[128];
    uint64_t ms;
    const char *from_text = act_option(a, "--from"), *to_text = act_option(a, "--to");
    if (!parse_duration(a->words[0], &ms) || ms > 10000)
        return act_say(a, STATUS_USAGE, "delay %s: a duration from 0ms to 10s is expected", a->words[0]);
    const struct registry_entry *from = from_text ? act_whom(a, from_text) : NULL;
    const struct registry_entry *to = to_text && (from || !from_text) ? act_whom(a, to_text) : NULL;
    if ((from_text && !from) || (to_text && !to))
        return STATUS_CANT_RUN;
    if (from && from == to)
        return act_say(a, STATUS_CANT_RUN, "no message of %s goes to itself", from->address.name);
    snprintf(text, sizeof text, "delay %" PRIu64 " %016" PRIx64, ms, from ? from->address.id : GMS_NOBODY);
    snprintf(done, sizeof done, "what %s sends to %s takes %" PRIu64 " ms longer",
             from ? from->address.name : "anybody", to ? to->address.name : "anybody", ms);
    if (to)
        return act_ask(a, to, text, done);
    if (!from)
        return act_ask_everybody(a, text, done);
    int status = act_say(a, STATUS_CANT_RUN, "%s is alone", from->address.name);
    for (size_t i = 0; i < a->group->worker_count; i++) {
        if (&a->group->workers[i] != from)
            status = act_ask(a, &a->group->workers[i], text, done);
    }
    return status;
}

static int cut_link(struct act *a, const struct registry_entry *from, const struct registry_entry *to,
                    const char *done) {
    char text[32];
    snprintf(text, sizeof text, "cut %016" PRIx64, to->address.id);
    return act_ask(a, from, text, done);
}

/* Two names: the link between them. One: its links to all others. */
int act_cut(struct act *a) {
    char done[128];
    const bool one_way = act_option(a, "--one-way") != NULL;
    const struct registry_entry *from = act_whom(a, a->words[0]);
    const struct registry_entry *to = from && a->word_count > 1 ? act_whom(a, a->words[1]) : NULL;
    if (!from || (a->word_count > 1 && !to))
        return STATUS_CANT_RUN;
    if (from == to)
        return act_say(a, STATUS_USAGE, "cut: two different workers are expected");
    snprintf(done, sizeof done, "nothing passes from %s to %s%s", from->address.name,
             to ? to->address.name : "anybody", one_way ? "" : ", nor back");
    int status = act_say(a, STATUS_CANT_RUN, "%s is alone", from->address.name);
    char failed[sizeof done] = "";
    for (size_t i = 0; i < a->group->worker_count; i++) { /* as many as can be cut, even if one hangs */
        const struct registry_entry *other = &a->group->workers[i];
        if (other == from || (to && other != to))
            continue;
        status = cut_link(a, from, other, done);
        if (status != STATUS_FINE)
            return status; /* it would be the same with the next one */
        if (!one_way && cut_link(a, other, from, done) != STATUS_FINE)
            snprintf(failed, sizeof failed, "%s", a->message);
    }
    return failed[0] ? act_say(a, STATUS_FINE, "%s (but %s)", done, failed) : status;
}

static bool is_named(const struct act *a, const char *name) {
    for (int i = 0; i < a->word_count; i++) {
        if (streq(a->words[i], name))
            return true;
    }
    return false;
}

/* Those that are named on one side, all others on the other. */
int act_partition(struct act *a) {
    size_t named = 0;
    char failed[128] = "";
    for (int i = 0; i < a->word_count; i++) {
        if (!act_whom(a, a->words[i]))
            return STATUS_CANT_RUN;
    }
    for (size_t i = 0; i < a->group->worker_count; i++) {
        const struct registry_entry *here = &a->group->workers[i];
        named += is_named(a, here->address.name);
        for (size_t j = 0; j < a->group->worker_count; j++) {
            const struct registry_entry *there = &a->group->workers[j];
            if (is_named(a, here->address.name) == is_named(a, there->address.name))
                continue;
            if (cut_link(a, here, there, "") != STATUS_FINE)
                snprintf(failed, sizeof failed, " (but %.100s)", a->message);
        }
    }
    return act_say(a, STATUS_FINE, "nothing passes between %zu workers and the other %zu%s", named,
                   a->group->worker_count - named, failed);
}

static int mend_link(struct act *a, const struct registry_entry *from, const struct registry_entry *to,
                     const char *done) {
    char text[32];
    snprintf(text, sizeof text, "heal %016" PRIx64, to->address.id);
    return act_ask(a, from, text, done);
}

/* No name: all links of all. Two: the link between them. */
int act_heal(struct act *a) {
    char done[128];
    const bool one_way = act_option(a, "--one-way") != NULL;
    if (a->word_count == 0)
        return act_ask_everybody(a, "heal", "all links work again");
    if (a->word_count == 1)
        return act_say(a, STATUS_USAGE, "heal: no worker (all links), or two (the link between them)");
    const struct registry_entry *from = act_whom(a, a->words[0]);
    const struct registry_entry *to = from ? act_whom(a, a->words[1]) : NULL;
    if (!to)
        return STATUS_CANT_RUN;
    if (from == to)
        return act_say(a, STATUS_USAGE, "heal: two different workers are expected");
    snprintf(done, sizeof done, "the link from %s to %s works again%s", from->address.name, to->address.name,
             one_way ? "" : ", and back");
    const int status = mend_link(a, from, to, done);
    return one_way || status != STATUS_FINE ? status : mend_link(a, to, from, done);
}
