/* Asking live processes, and who is there; what can be done to them is in control_act.c and control_fault.c.
 */
#include "app/control_act.h"

#include <czmq.h>
#include <inttypes.h>

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

struct census *control_look(const struct registry *r) {
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
    struct census *group = control_look(r);
    json_t *list = group ? statuses(group) : json_array();
    free(group);
    return list;
}

const struct registry_entry *control_find_name(const struct census *group, const char *name) {
    for (size_t i = 0; i < group->worker_count; i++) {
        if (streq(group->workers[i].address.name, name))
            return &group->workers[i];
    }
    return NULL;
}

const struct registry_entry *control_find_leader(const struct census *group) {
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
