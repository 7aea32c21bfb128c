/* Every key has a `ctl` twin because both are this. */
#include "app/control.h"

#include <czmq.h>
#include <inttypes.h>
#include <signal.h>

#include "app/options.h"

static zsock_t *connect_to(const struct registry_entry *entry) {
    zsock_t *sock = zsock_new(ZMQ_DEALER);
    if (!sock)
        return NULL;
    zsock_set_linger(sock, 200);
    if (zsock_connect(sock, "%s", entry->control) != 0)
        zsock_destroy(&sock);
    return sock;
}

void control_ask_all(const struct registry_entry *entries, size_t count, const char *text, char **replies) {
    zsock_t *socks[REGISTRY_ENTRIES_MAX];
    const int64_t deadline = zclock_mono() + CONTROL_TIMEOUT_MS;
    for (size_t i = 0; i < count; i++) {
        replies[i] = NULL;
        socks[i] = connect_to(&entries[i]);
        if (socks[i])
            zstr_send(socks[i], text);
    }
    for (size_t i = 0; i < count; i++) {
        const int64_t left = deadline - zclock_mono();
        if (!socks[i])
            continue;
        zsock_set_rcvtimeo(socks[i], left > 1 ? (int)left : 1);
        replies[i] = zstr_recv(socks[i]);
        zsock_destroy(&socks[i]);
    }
}

bool control_ask(const struct registry_entry *entry, const char *text, char *reply, size_t reply_size) {
    char *answer = NULL;
    control_ask_all(entry, 1, text, &answer);
    if (!answer)
        return false;
    snprintf(reply, reply_size, "%s", answer);
    freen(answer);
    return true;
}

/* -- Who is there ----------------------------------------------------------------------------------- */

struct census {
    struct registry_entry workers[REGISTRY_ENTRIES_MAX];
    size_t worker_count;
    struct registry_entry launcher;
    bool has_launcher;
};

static struct census *look(const struct registry *r) {
    struct census *group = calloc(1, sizeof *group);
    struct registry_entry *all = calloc(REGISTRY_ENTRIES_MAX, sizeof *all);
    const size_t count = group && all ? registry_list(r, all, REGISTRY_ENTRIES_MAX) : 0;
    for (size_t i = 0; i < count; i++) {
        if (all[i].role == REGISTRY_LAUNCHER) {
            group->launcher = all[i];
            group->has_launcher = true;
        } else {
            group->workers[group->worker_count++] = all[i];
        }
    }
    free(all);
    return group;
}

static json_t *statuses(const struct census *group) {
    json_t *list = json_array();
    char **replies = calloc(REGISTRY_ENTRIES_MAX, sizeof *replies);
    if (replies)
        control_ask_all(group->workers, group->worker_count, "status", replies);
    for (size_t i = 0; replies && i < group->worker_count; i++) {
        json_t *status = replies[i] ? json_loads(replies[i], 0, NULL) : NULL;
        if (!status)
            status = json_pack("{s:s, s:s, s:I}", "name", group->workers[i].address.name, "state",
                               "no answer", "pid", (json_int_t)group->workers[i].pid);
        json_array_append_new(list, status);
        freen(replies[i]);
    }
    free(replies);
    return list;
}

json_t *control_status(const struct registry *r) {
    struct census *group = look(r);
    json_t *list = group ? statuses(group) : json_array();
    free(group);
    return list;
}

static const struct registry_entry *find_name(const struct census *group, const char *name) {
    for (size_t i = 0; i < group->worker_count; i++) {
        if (streq(group->workers[i].address.name, name))
            return &group->workers[i];
    }
    return NULL;
}

/* Who leads, as most members say; a member may be hung, frozen, or have parted. */
static const struct registry_entry *find_leader(const struct census *group) {
    json_t *list = statuses(group);
    size_t best_votes = 0;
    const struct registry_entry *best = NULL;
    for (size_t i = 0; i < group->worker_count; i++) {
        char id[17];
        size_t votes = 0;
        snprintf(id, sizeof id, "%016" PRIx64, group->workers[i].address.id);
        for (size_t j = 0; j < json_array_size(list); j++) {
            const char *leader = json_string_value(json_object_get(json_array_get(list, j), "leader"));
            votes += leader && streq(leader, id);
        }
        if (votes > best_votes) {
            best_votes = votes;
            best = &group->workers[i];
        }
    }
    json_decref(list);
    return best;
}

/* -- The actions
 * --------------------------------------------------------------------------------------------- */

struct act {
    const struct registry *registry;
    struct census *group;
    const char *self;
    int word_count; /* after the verb */
    const char *const *words;
    char *message;
    size_t message_size;
};

__attribute__((format(printf, 3, 4))) static int say(struct act *a, int status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(a->message, a->message_size, format, args);
    va_end(args);
    return status;
}

/* "leader" or a name; NULL with the message set if there is no such worker. */
static const struct registry_entry *whom(struct act *a, const char *name) {
    const struct registry_entry *entry =
        streq(name, "leader") ? find_leader(a->group) : find_name(a->group, name);
    if (!entry && streq(name, "leader"))
        say(a, 0, "no leader is known on this machine");
    else if (!entry)
        say(a, 0, "no worker '%s' here (groupy ctl status lists them)", name);
    return entry;
}

static int ask(struct act *a, const struct registry_entry *entry, const char *text, const char *done) {
    char reply[1024];
    if (!control_ask(entry, text, reply, sizeof reply))
        return say(a, STATUS_CANT_RUN, "%s does not answer", entry->address.name);
    if (strncmp(reply, "error ", 6) == 0)
        return say(a, STATUS_CANT_RUN, "%s: %s", entry->address.name, reply + 6);
    return say(a, STATUS_FINE, "%s", done);
}

static int ask_everybody(struct act *a, const char *text, const char *done) {
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
        return say(a, STATUS_CANT_RUN, "no worker answers");
    if (answered < a->group->worker_count)
        return say(a, STATUS_FINE, "%s (%zu of %zu workers answered)", done, answered,
                   a->group->worker_count);
    return say(a, STATUS_FINE, "%s", done);
}

static int act_kill(struct act *a) {
    const struct registry_entry *entry = whom(a, a->words[0]);
    if (!entry)
        return STATUS_CANT_RUN;
    if (kill(entry->pid, SIGKILL) != 0)
        return say(a, STATUS_CANT_RUN, "can't kill %s: %s", entry->address.name, strerror(errno));
    return say(a, STATUS_FINE, "killed %s", entry->address.name);
}

/* "--after K" or "--to NAME" among the words; NULL if it is not there. `rest` counts the other words. */
static const char *named(const struct act *a, const char *option) {
    for (int i = 0; i + 1 < a->word_count; i++) {
        if (streq(a->words[i], option))
            return a->words[i + 1];
    }
    return NULL;
}

static int act_crash(struct act *a) {
    char text[64], done[128];
    const char *after_text = named(a, "--after");
    uint64_t after = 0;
    if ((a->word_count != 0 && !(a->word_count == 2 && after_text)) ||
        (after_text && !parse_number(after_text, 0, GMS_MEMBERS_MAX, &after)))
        return say(a, STATUS_USAGE, "crash-mid-broadcast takes --after K, a number of followers");
    const struct registry_entry *leader = whom(a, "leader");
    if (!leader)
        return STATUS_CANT_RUN;
    if (!after_text)
        snprintf(text, sizeof text, "crash-mid-broadcast");
    else
        snprintf(text, sizeof text, "crash-mid-broadcast %" PRIu64, after);
    snprintf(done, sizeof done, "%s crashes in the middle of its next broadcast", leader->address.name);
    return ask(a, leader, text, done);
}

static int act_lose(struct act *a) {
    char text[64], done[128];
    uint64_t count = 1;
    const char *to = named(a, "--to");
    const bool counted = a->word_count % 2 == 1;
    if (a->word_count > 3 || (a->word_count >= 2 && !to) ||
        (counted && !parse_number(a->words[0], 1, 1000000, &count)))
        return say(a, STATUS_USAGE, "lose takes a number of messages from 1 to 1000000 and --to NAME");
    const struct registry_entry *target = to ? whom(a, to) : NULL;
    if (to && !target)
        return STATUS_CANT_RUN;
    const struct registry_entry *leader = whom(a, "leader");
    if (!leader)
        return STATUS_CANT_RUN;
    if (target == leader)
        return say(a, STATUS_CANT_RUN, "%s leads: no message of the leader goes to itself",
                   leader->address.name);
    snprintf(text, sizeof text, "lose %" PRIu64 " %016" PRIx64, count,
             target ? target->address.id : GMS_NOBODY);
    snprintf(done, sizeof done, "the next %" PRIu64 " from %s to %s will be lost", count,
             leader->address.name, target ? target->address.name : "anybody");
    return ask(a, leader, text, done);
}

static int act_change(struct act *a) {
    char text[32], done[64];
    uint64_t n = 0;
    const char *name = a->word_count > 1 ? a->words[1] : a->self;
    if (a->word_count > 0 && !parse_number(a->words[0], 1, 20, &n))
        return say(a, STATUS_USAGE, "change %s: a number from 1 to 20 is expected", a->words[0]);
    const struct registry_entry *entry = name ? whom(a, name) : find_leader(a->group);
    if (!entry && !name && a->group->worker_count > 0)
        entry = &a->group->workers[0];
    if (!entry)
        return STATUS_CANT_RUN;
    snprintf(text, sizeof text, "change %" PRIu64, n);
    snprintf(done, sizeof done, "%s changes colour", entry->address.name);
    return ask(a, entry, text, done);
}

static int act_pause(struct act *a) {
    (void)a;
    return ask_everybody(a, "pause", "paused");
}

static int act_resume(struct act *a) {
    return ask_everybody(a, "resume", "going on");
}

static int act_pace(struct act *a) {
    char text[32], done[64];
    uint64_t ms;
    if (streq(a->words[0], "faster") || streq(a->words[0], "slower"))
        return ask_everybody(a, a->words[0], a->words[0]);
    if (!parse_duration(a->words[0], &ms) || ms < 1 || ms > 3600000)
        return say(a, STATUS_USAGE, "pace %s: faster, slower or a duration from 1ms to 60m is expected",
                   a->words[0]);
    snprintf(text, sizeof text, "pace %" PRIu64, ms);
    snprintf(done, sizeof done, "a change every %s of each worker", a->words[0]);
    return ask_everybody(a, text, done);
}

static int act_loss(struct act *a) {
    char text[32], done[64];
    uint64_t percent;
    if (!parse_percent(a->words[0], &percent))
        return say(a, STATUS_USAGE, "loss %s: a percentage from 0%% to 100%% is expected", a->words[0]);
    snprintf(text, sizeof text, "loss %" PRIu64, percent);
    snprintf(done, sizeof done, "%" PRIu64 "%% of the messages are lost", percent);
    return ask_everybody(a, text, done);
}

static int act_join(struct act *a) {
    if (!a->group->has_launcher)
        return say(a, STATUS_CANT_RUN, "no launcher here: start one more with groupy worker");
    return ask(a, &a->group->launcher, "join", "a new worker joins");
}

static int act_leave(struct act *a) {
    char done[64];
    const char *name = a->word_count > 0 ? a->words[0] : a->self;
    const struct registry_entry *entry = name ? whom(a, name) : NULL;
    if (!name)
        return say(a, STATUS_USAGE, "leave needs the name of a worker");
    if (!entry)
        return STATUS_CANT_RUN;
    snprintf(done, sizeof done, "%s leaves", entry->address.name);
    return ask(a, entry, "leave", done);
}

static int act_quit(struct act *a) {
    if (a->group->has_launcher)
        return ask(a, &a->group->launcher, "quit", "the group ends");
    return ask_everybody(a, "quit", "the group ends");
}

int control_act(const struct registry *r, const char *self, int word_count, const char *const *words,
                char *message, size_t message_size) {
    static const struct {
        const char *verb;
        int words_min, words_max;
        int (*act)(struct act *);
    } acts[] = {
        {"kill", 1, 1, act_kill},     {"crash-mid-broadcast", 0, 2, act_crash},
        {"lose", 0, 3, act_lose},     {"loss", 1, 1, act_loss},
        {"change", 0, 2, act_change}, {"pause", 0, 0, act_pause},
        {"resume", 0, 0, act_resume}, {"pace", 1, 1, act_pace},
        {"join", 0, 0, act_join},     {"leave", 0, 1, act_leave},
        {"quit", 0, 0, act_quit},
    };
    struct act a = {.registry = r,
                    .self = self,
                    .word_count = word_count - 1,
                    .words = words + 1,
                    .message = message,
                    .message_size = message_size};
    for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++) {
        if (!streq(acts[i].verb, words[0]))
            continue;
        if (a.word_count < acts[i].words_min || a.word_count > acts[i].words_max)
            return say(&a, STATUS_USAGE, "%s: wrong number of words (groupy ctl --help)", words[0]);
        a.group = look(r);
        int status = STATUS_CANT_RUN;
        if (!a.group)
            say(&a, 0, "out of memory");
        else if (a.group->worker_count == 0 && !a.group->has_launcher)
            say(&a, 0, "no live group here (groupy demo starts one; --group names another)");
        else
            status = acts[i].act(&a);
        free(a.group);
        return status;
    }
    return say(&a, STATUS_USAGE,
               "'%s' is not an action: status kill crash-mid-broadcast lose loss change pause resume pace "
               "join leave "
               "quit are",
               words[0]);
}
