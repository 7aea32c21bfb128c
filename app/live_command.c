/* What a live worker can be told, by `groupy ctl`, by a key or by its launcher: one line of words each. */
#include <czmq.h>
#include <inttypes.h>
#include <jansson.h>

#include "app/live_state.h"
#include "app/options.h"
#include "app/pace.h"

static const char *state_word(enum tile_state state) {
    switch (state) {
    case TILE_JOINING: return "joining";
    case TILE_ADOPTING: return "adopting";
    case TILE_LEADING: return "leading";
    case TILE_FOLLOWING: return "following";
    case TILE_FROZEN: return "frozen";
    case TILE_HALTED: return "halted";
    case TILE_LEAVING: return "leaving";
    case TILE_FAILED: return "failed";
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
        json_array_append_new(members, json_pack("{s:s, s:s}", "who",
                                                 address_book_name(&node->book, live->worker.view.members[i]),
                                                 "id", member));
    }
    snprintf(id, sizeof id, "%016" PRIx64, node->me);
    snprintf(leader, sizeof leader, "%016" PRIx64, gms_leader(&node->gms));
    snprintf(color, sizeof color, "#%02x%02x%02x", m->color[0], m->color[1], m->color[2]);
    snprintf(hash, sizeof hash, "%016" PRIx64, m->hash);
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:I, s:s, s:s, s:s, s:I, s:o, s:I, s:s, s:s, s:I, s:I, s:b, s:I, s:I}", "name",
        m->name, "id", id, "group", m->group, "rung", m->rung, "pid", (json_int_t)getpid(), "state",
        state_word(m->state), "reason", m->reason, "leader", leader, "view", (json_int_t)m->view, "members",
        members, "count", (json_int_t)m->count, "color", color, "hash", hash, "expected",
        (json_int_t)m->expected, "differs_since", (json_int_t)m->differs_since, "paused", (int)m->paused,
        "mean_ms", (json_int_t)m->mean_ms, "dropped", (json_int_t)node->dropped);
    const size_t size = root ? json_dumpb(root, reply, reply_size - 1, JSON_COMPACT) : 0;
    if (size == 0 || size >= reply_size)
        snprintf(reply, reply_size, "error the status is too long");
    else
        reply[size] = '\0';
    json_decref(root);
}

static void set_pace(struct live *live, uint64_t mean_ms) {
    char text[64];
    live->mean_ms = mean_ms < 1 ? 1 : mean_ms > 3600000 ? 3600000 : mean_ms;
    live->next_change = GMS_NEVER;
    snprintf(text, sizeof text, "a change every %.4g s", (double)live->mean_ms / 1000.0);
    live_notice(live, text);
}

static void set_paused(struct live *live, bool paused) {
    live->paused = paused;
    live->dirty = true;
}

/* Arms the crash and gives it a broadcast to happen in. NULL, or why it can't. */
static const char *crash_mid_broadcast(struct live *live, const char *after_text) {
    const struct node *node = actor_node(live->actor);
    uint32_t followers = 0; /* that live: the dead stay listed at gms2 and gms3 */
    for (uint32_t i = 0; i < live->worker.view.count; i++) {
        const gms_id id = live->worker.view.members[i];
        followers += id != node->me && !detect_is_down(&node->detector, id);
    }
    uint64_t after = followers / 2;
    if (gms_phase(&actor_node(live->actor)->gms) != GMS_LEADING)
        return "error only the leader broadcasts";
    if (followers == 0)
        return "error a leader without followers broadcasts to nobody";
    if (after_text)
        parse_number(after_text, 0, GMS_MEMBERS_MAX, &after);
    actor_arm_crash(live->actor, (uint32_t)after);
    live->change_due = true; /* in the next turn: whoever asked gets an answer first */
    return NULL;
}

static bool lose(struct live *live, const char *count_text, const char *id_text) {
    uint64_t count;
    gms_id to = GMS_NOBODY;
    return count_text && id_text && parse_number(count_text, 1, 1000000, &count) &&
           trace_parse_id(id_text, &to) && actor_lose(live->actor, to, (uint32_t)count);
}

static void place(struct live *live, const char *index_text, const char *of_text) {
    uint64_t index, of;
    if (!index_text || !of_text || !parse_number(index_text, 0, 999, &index) ||
        !parse_number(of_text, 1, 1000, &of))
        return;
    pthread_mutex_lock(&live->lock);
    live->tile_index = (int)index;
    live->tile_of = (int)of;
    pthread_mutex_unlock(&live->lock);
    live->dirty = true;
}

void live_obey(void *arg, actor_t *actor, const char *text, char *reply, size_t reply_size) {
    struct live *live = arg;
    char line[256], *rest = line;
    uint64_t number = 0;
    snprintf(line, sizeof line, "%s", text);
    const char *verb = strtok_r(rest, " ", &rest);
    const char *first = verb ? strtok_r(NULL, " ", &rest) : NULL;
    const char *second = first ? strtok_r(NULL, " ", &rest) : NULL;
    snprintf(reply, reply_size, "ok");
    if (!verb)
        snprintf(reply, reply_size, "error an empty command");
    else if (streq(verb, "status"))
        status(live, reply, reply_size);
    else if (streq(verb, "change")) {
        if (!live_in_group(live))
            snprintf(reply, reply_size, "error not in a group yet");
        else
            live_change(live, first && parse_number(first, 1, WORKER_CHANGE_MAX, &number) ? (int)number : 0);
    } else if (streq(verb, "pause") || streq(verb, "resume"))
        set_paused(live, streq(verb, "pause"));
    else if (streq(verb, "pace") && first && parse_number(first, 1, 3600000, &number))
        set_pace(live, number);
    else if (streq(verb, "faster") || streq(verb, "slower"))
        set_pace(live, pace_step(live->mean_ms, streq(verb, "faster")));
    else if (streq(verb, "crash-mid-broadcast")) {
        const char *no = crash_mid_broadcast(live, first);
        if (no)
            snprintf(reply, reply_size, "%s", no);
    } else if (streq(verb, "lose")) {
        if (!lose(live, first, second))
            snprintf(reply, reply_size,
                     "error a number and an id are expected, or too many orders are pending");
    } else if (streq(verb, "loss") && first && parse_number(first, 0, 100, &number))
        actor_set_loss(actor, (uint32_t)number);
    else if (streq(verb, "leave"))
        actor_leave(actor);
    else if (streq(verb, "quit"))
        live_finish(live, LIVE_QUIT, "told to");
    else if (streq(verb, "tile"))
        place(live, first, second);
    else if (streq(verb, "notice"))
        live_notice(live, strlen(text) > 7 ? text + 7 : "");
    else
        snprintf(reply, reply_size, "error '%.40s' is not a command", verb);
    live->dirty = true;
}
