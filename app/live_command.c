/* What a live worker can be told, by `groupy ctl`, by a key or by its launcher: one line of words each. */
#include <czmq.h>
#include <inttypes.h>
#include <jansson.h>

#include "app/live_state.h"
#include "app/options.h"
#include "app/pace.h"
#include "net/zmq/clock.h"

static const char *state_word(enum tile_state state) {
    switch (state) {
    case TILE_JOINING: return "joining";
    case TILE_ADOPTING: return "adopting";
    case TILE_LEADING: return "leading";
    case TILE_FOLLOWING: return "following";
    case TILE_FROZEN: return "frozen";
    case TILE_HALTED: return "halted";
    case TILE_BLOCKED: return "blocked";
    case TILE_UNANSWERED: return "unanswered";
    case TILE_NO_QUORUM: return "no-quorum";
    case TILE_EXCLUDED: return "excluded";
    case TILE_LEAVING: return "leaving";
    case TILE_FAILED: return "failed";
    case TILE_HUNG: /* nobody can say that of itself */
    case TILE_CRASHED: break;
    }
    return "?";
}

static void status(struct live *live, char *reply, size_t reply_size) {
    const struct node *node = actor_node(live->actor);
    const struct tile_model *m = &live->model;
    char id[17], leader[17], color[8], hash[17];
    json_t *members = json_array();
    pthread_mutex_lock(&live->lock);
    live_fill_model(live);
    pthread_mutex_unlock(&live->lock);
    for (uint32_t i = 0; i < live->worker.view.count; i++) {
        char member[17];
        snprintf(member, sizeof member, "%016" PRIx64, live->worker.view.members[i]);
        json_t *entry = json_pack("{s:s, s:s}", "who",
                                  address_book_name(&node->book, live->worker.view.members[i]), "id", member);
        if (node_suspects(node, live->worker.view.members[i]))
            json_object_set_new(entry, "suspected", json_true());
        json_array_append_new(members, entry);
    }
    snprintf(id, sizeof id, "%016" PRIx64, node->me);
    snprintf(leader, sizeof leader, "%016" PRIx64, gms_leader(&node->gms));
    snprintf(color, sizeof color, "#%02x%02x%02x", m->color[0], m->color[1], m->color[2]);
    snprintf(hash, sizeof hash, "%016" PRIx64, m->hash);
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:o, s:I, s:s, s:s, s:I, s:I, s:b, s:I, s:I, s:b, "
        "s:I, s:s}",
        "name", m->name, "id", id, "group", m->group, "rung", m->rung, "pid", (json_int_t)getpid(), "state",
        state_word(m->state), "reason", m->reason, "leader", leader, "view", (json_int_t)m->view, "members",
        members, "count", (json_int_t)m->count, "color", color, "hash", hash, "expected",
        (json_int_t)m->expected, "differs_since", (json_int_t)m->differs_since, "paused", (int)m->paused,
        "mean_ms", (json_int_t)m->mean_ms, "cut_links", (json_int_t)m->cut_links, "cut_off", (int)m->cut_off,
        "dropped", (json_int_t)node->dropped, "telemetry", live_telemetry_endpoint(live));
    const size_t size = root ? json_dumpb(root, reply, reply_size - 1, JSON_COMPACT) : 0;
    if (size == 0 || size >= reply_size)
        snprintf(reply, reply_size, "error the status is too long");
    else
        reply[size] = '\0';
    json_decref(root);
}

static void set_pace(struct live *live, uint64_t mean_ms) {
    char text[64];
    live->mean_ms = mean_ms > PACE_LONGEST_MS ? PACE_LONGEST_MS : mean_ms;
    live->next_change = GMS_NEVER;
    if (live->mean_ms == 0)
        snprintf(text, sizeof text, "no random changes");
    else
        snprintf(text, sizeof text, "a change every %.4g s", (double)live->mean_ms / 1000.0);
    live_notice(live, text);
}

static void set_paused(struct live *live, bool paused) {
    live->paused = paused;
    live->dirty = true;
}

/* -- Orders ------------------------------------------------------------------------------------------ */

#define ORDER_WORDS_MAX (GMS_MEMBERS_MAX / 2)

/* One line, cut into its words; what is wrong with it goes into the reply. */
struct order {
    const char *text; /* after the verb, as it came */
    int count;        /* of words after the verb */
    const char *word[ORDER_WORDS_MAX];
    char *reply;
    size_t reply_size;
};

static void refuse(struct order *o, const char *why) {
    snprintf(o->reply, o->reply_size, "error %s", why);
}

/* Living followers of this member in view order; the dead stay listed at gms2 and gms3. */
static uint32_t living_followers(const struct live *live, gms_id *ids) {
    const struct node *node = actor_node(live->actor);
    uint32_t count = 0;
    for (uint32_t i = 0; i < live->worker.view.count; i++) {
        const gms_id id = live->worker.view.members[i];
        if (id != node->me && !detect_is_down(&node->detector, id))
            ids[count++] = id;
    }
    return count;
}

/* Only in its own broadcast can a member crash, and only a leader that has followers broadcasts. */
static const char *cant_crash(const struct live *live, uint32_t followers) {
    if (gms_phase(&actor_node(live->actor)->gms) != GMS_LEADING)
        return "only the leader broadcasts";
    return followers == 0 ? "a leader without followers broadcasts to nobody" : NULL;
}

/* Arms the crash and gives it a broadcast to happen in. */
static void crash_mid_broadcast(struct live *live, struct order *o) {
    gms_id followers[GMS_MEMBERS_MAX];
    const uint32_t count = living_followers(live, followers);
    const char *no = cant_crash(live, count);
    uint64_t after = count / 2;
    if (!no && o->count > 0 && !parse_number(o->word[0], 0, GMS_MEMBERS_MAX, &after))
        no = "a number of followers is expected";
    if (no) {
        refuse(o, no);
        return;
    }
    actor_arm_crash(live->actor, (uint32_t)after);
    live->change_due = true; /* in the next turn: whoever asked gets an answer first */
}

/* The words are whose links keep what they are sent; none: all but the first follower's. */
static void crash_async(struct live *live, struct order *o) {
    gms_id followers[GMS_MEMBERS_MAX], keeps[ORDER_WORDS_MAX];
    const uint32_t count = living_followers(live, followers);
    const char *no = cant_crash(live, count);
    for (int i = 0; i < o->count && !no; i++)
        no = trace_parse_id(o->word[i], &keeps[i]) ? NULL : "ids are expected";
    if (no) {
        refuse(o, no);
        return;
    }
    if (o->count > 0)
        actor_arm_async_crash(live->actor, keeps, (uint32_t)o->count);
    else
        actor_arm_async_crash(live->actor, followers + 1, count - 1);
    live->change_due = true;
}

static void change(struct live *live, struct order *o) {
    uint64_t n = 0;
    if (!live_in_group(live))
        refuse(o, "not in a group yet");
    else if (o->count > 0 && !parse_number(o->word[0], 1, WORKER_CHANGE_MAX, &n))
        refuse(o, "a change from 1 to 20 is expected");
    else
        live_change(live, (int)n);
}

static void lose(struct live *live, struct order *o) {
    uint64_t count;
    gms_id to = GMS_NOBODY;
    if (!parse_number(o->word[0], 1, 1000000, &count) || !trace_parse_id(o->word[1], &to) ||
        !actor_lose(live->actor, to, (uint32_t)count))
        refuse(o, "a number and an id are expected, or too many orders are pending");
}

static void loss(struct live *live, struct order *o) {
    uint64_t percent;
    if (parse_number(o->word[0], 0, 100, &percent))
        actor_set_loss(live->actor, (uint32_t)percent);
    else
        refuse(o, "a percentage is expected");
}

static void delay(struct live *live, struct order *o) {
    uint64_t ms;
    gms_id from = GMS_NOBODY;
    if (!parse_number(o->word[0], 0, 10000, &ms) || (o->count > 1 && !trace_parse_id(o->word[1], &from)))
        refuse(o, "milliseconds up to 10000, and an id, are expected");
    else if (!actor_delay(live->actor, from, ms * CLOCK_MS))
        refuse(o, "no link to that member");
}

static void cut(struct live *live, struct order *o) {
    gms_id to;
    if (!trace_parse_id(o->word[0], &to))
        refuse(o, "an id is expected");
    else
        actor_cut(live->actor, to);
}

/* All links, or that to one. */
static void heal(struct live *live, struct order *o) {
    gms_id to;
    if (o->count == 0)
        actor_heal(live->actor);
    else if (!trace_parse_id(o->word[0], &to))
        refuse(o, "an id is expected");
    else
        actor_mend(live->actor, to);
}

static void suspect(struct live *live, struct order *o) {
    gms_id whom;
    if (!trace_parse_id(o->word[0], &whom) || whom == actor_node(live->actor)->me)
        refuse(o, "the id of another member is expected");
    else
        actor_suspect(live->actor, whom);
}

static void pause_changes(struct live *live, struct order *o) {
    (void)o;
    set_paused(live, true);
}

static void resume_changes(struct live *live, struct order *o) {
    (void)o;
    set_paused(live, false);
}

static void pace(struct live *live, struct order *o) {
    uint64_t ms;
    if (parse_number(o->word[0], 0, PACE_LONGEST_MS, &ms))
        set_pace(live, ms);
    else
        refuse(o, "milliseconds are expected");
}

static void faster(struct live *live, struct order *o) {
    (void)o;
    set_pace(live, pace_step(live->mean_ms, true));
}

static void slower(struct live *live, struct order *o) {
    (void)o;
    set_pace(live, pace_step(live->mean_ms, false));
}

static void leave(struct live *live, struct order *o) {
    (void)o;
    if (live->end == LIVE_OUT) /* it need not come back */
        live_finish(live, LIVE_LEFT, "left while it was out of the group");
    else
        actor_leave(live->actor);
}

static void quit(struct live *live, struct order *o) {
    (void)o;
    live_finish(live, LIVE_QUIT, "told to");
}

static void tile(struct live *live, struct order *o) {
    struct place place;
    if (!place_parse(o->word[0], &place)) {
        refuse(o, "a place as in 2/5 is expected");
        return;
    }
    pthread_mutex_lock(&live->lock);
    live->place = place;
    pthread_mutex_unlock(&live->lock);
}

static void recorded(struct live *live, struct order *o) {
    pthread_mutex_lock(&live->lock);
    live->recorded = streq(o->word[0], "on");
    pthread_mutex_unlock(&live->lock);
}

static void notice(struct live *live, struct order *o) {
    live_notice(live, o->text);
}

static void press(struct live *live, struct order *o) {
    pthread_mutex_lock(&live->lock);
    const char *no = !live->shown                          ? "no window: nothing can be pressed in it"
                     : strlen(o->word[0]) >= LIVE_KEY_SIZE ? "no such key"
                     : live->pressed[0] != '\0'            ? "the key before was not taken yet"
                                                           : NULL;
    if (!no)
        snprintf(live->pressed, sizeof live->pressed, "%s", o->word[0]);
    pthread_mutex_unlock(&live->lock);
    if (no)
        refuse(o, no);
}

static void tell_status(struct live *live, struct order *o) {
    status(live, o->reply, o->reply_size);
}

static const struct {
    const char *verb;
    int words_min;
    void (*act)(struct live *, struct order *);
} orders[] = {
    {"status", 0, tell_status},
    {"change", 0, change},
    {"pause", 0, pause_changes},
    {"resume", 0, resume_changes},
    {"pace", 1, pace},
    {"faster", 0, faster},
    {"slower", 0, slower},
    {"crash-mid-broadcast", 0, crash_mid_broadcast},
    {"crash-async", 0, crash_async},
    {"lose", 2, lose},
    {"loss", 1, loss},
    {"delay", 1, delay},
    {"cut", 1, cut},
    {"heal", 0, heal},
    {"suspect", 1, suspect},
    {"leave", 0, leave},
    {"quit", 0, quit},
    {"tile", 1, tile},
    {"notice", 0, notice},
    {"recorded", 1, recorded},
    {"press", 1, press},
};

void live_obey(void *arg, actor_t *actor, const char *text, char *reply, size_t reply_size) {
    struct live *live = arg;
    struct order o = {.reply = reply, .reply_size = reply_size};
    char line[2048], *rest = line;
    (void)actor;
    snprintf(line, sizeof line, "%s", text);
    snprintf(reply, reply_size, "ok");
    live->dirty = true;
    const char *verb = strtok_r(rest, " ", &rest);
    if (!verb) {
        refuse(&o, "an empty command");
        return;
    }
    o.text = text + (verb - line) + strlen(verb);
    o.text += strspn(o.text, " ");
    for (const char *word; o.count < ORDER_WORDS_MAX && (word = strtok_r(NULL, " ", &rest));)
        o.word[o.count++] = word;
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        if (!streq(orders[i].verb, verb))
            continue;
        if (o.count < orders[i].words_min)
            refuse(&o, "more words are expected");
        else
            orders[i].act(live, &o);
        return;
    }
    snprintf(reply, reply_size, "error '%.40s' is not a command", verb);
}
