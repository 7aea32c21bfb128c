/* How a worker gets into a group: alone, by the registry, where it is told, and back after an exclusion. */
#include "app/session.h"

#include <czmq.h>

#include "app/assets.h"

#define LOOK_PERIOD_MS 500

void session_open_window(struct session *s) {
    char error[256] = "", icon[4096], fonts[4096];
    const char *assets = assets_dir(s->o.program);
    snprintf(icon, sizeof icon, "%s/icon.bmp", assets);
    snprintf(fonts, sizeof fonts, "%s/fonts", assets);
    if (s->o.tile)
        place_parse(s->o.tile, &s->place);
    const struct window_config config = {.font_dir = fonts,
                                         .icon = icon,
                                         .place = s->place,
                                         .fullscreen = s->o.fullscreen,
                                         .reduced_motion = s->o.reduced_motion,
                                         .theme = s->o.dark ? THEME_DARK : THEME_LIGHT};
    s->window = window_open(&config, error, sizeof error);
    if (s->window)
        return;
    if (s->o.managed)
        printf("{\"headless\":\"%s\"}\n", error), fflush(stdout);
    else
        fprintf(stderr, "groupy worker: %s; going on without a window\n", error);
}

static void ring(void *window_slot) {
    struct window **window = window_slot;
    if (*window)
        window_ring(*window);
}

/* A name that no live worker of the group has: w1, w2, ... */
static const char *free_name(const struct registry_entry *entries, size_t count) {
    static char name[NET_NAME_SIZE];
    for (int number = 1;; number++) {
        bool taken = false;
        snprintf(name, sizeof name, "w%d", number);
        for (size_t i = 0; i < count && !taken; i++)
            taken = streq(entries[i].address.name, name);
        if (!taken)
            return name;
    }
}

static bool publish(struct session *s, char *error, size_t error_size) {
    struct registry_entry entry = {.role = REGISTRY_WORKER, .address = {.id = live_id(s->live)}};
    snprintf(entry.address.name, sizeof entry.address.name, "%s", s->o.name);
    snprintf(entry.address.endpoint, sizeof entry.address.endpoint, "%s", live_endpoint(s->live));
    snprintf(entry.control, sizeof entry.control, "%s", live_control_endpoint(s->live));
    snprintf(entry.telemetry, sizeof entry.telemetry, "%s", live_telemetry_endpoint(s->live));
    snprintf(entry.rung, sizeof entry.rung, "%s", gms_rung_name(s->rung));
    return registry_publish(&s->registry, &entry, error, error_size);
}

/* Who can reach the member can reach what it tells: the same address, any port. */
static void telemetry_endpoint(const struct session *s, char endpoint[NET_ENDPOINT_SIZE]) {
    const char *port = s->o.listen ? strrchr(s->o.listen, ':') : NULL;
    if (port && strncmp(s->o.listen, "tcp://", 6) == 0 && strlen(s->o.listen) < NET_ENDPOINT_SIZE - 2)
        snprintf(endpoint, NET_ENDPOINT_SIZE, "%.*s:*", (int)(port - s->o.listen), s->o.listen);
    else
        registry_endpoint(&s->registry, "tel", endpoint);
}

/* For a launcher that starts a scope, or records: they are to see the run from its beginning, but nobody
 * waits for long. */
static void await_listener(struct session *s) {
    for (uint64_t waited_ms = 0; waited_ms < s->o.await_ms && live_listeners(s->live) < s->o.await_count;
         waited_ms += 5)
        zclock_sleep(5);
}

static bool make_live(struct session *s, char *error, size_t error_size) {
    char protocol[NET_ENDPOINT_SIZE], control[NET_ENDPOINT_SIZE], telemetry[NET_ENDPOINT_SIZE];
    registry_endpoint(&s->registry, "gms", protocol);
    registry_endpoint(&s->registry, "ctl", control);
    telemetry_endpoint(s, telemetry);
    const struct live_config config = {.name = s->o.name,
                                       .group = s->o.group,
                                       .rung = s->rung,
                                       .listen = s->o.listen ? s->o.listen : protocol,
                                       .control = control,
                                       .telemetry = telemetry,
                                       .member = s->o.member,
                                       .mean_ms = s->o.mean_ms,
                                       .seed = s->o.seed,
                                       .risk = (uint32_t)s->o.risk,
                                       .loss_percent = (uint32_t)s->o.loss,
                                       .run = s->o.run,
                                       .trace_dir = s->o.trace,
                                       .report_fd = s->o.managed ? STDOUT_FILENO : -1,
                                       .changed = ring,
                                       .changed_arg = &s->window};
    s->live = live_new(&config, error, error_size);
    if (s->live && s->window)
        live_show(s->live);
    return s->live && publish(s, error, error_size);
}

/* Those of the registry, and those that it was told to join; where an id is not known it is 0. */
static size_t find_others(const struct session *s, struct address others[GMS_CONTACTS_MAX]) {
    struct registry_entry *entries = calloc(REGISTRY_ENTRIES_MAX, sizeof *entries);
    const size_t count = entries ? registry_list(&s->registry, entries, REGISTRY_ENTRIES_MAX) : 0;
    size_t other_count = 0;
    memset(others, 0, GMS_CONTACTS_MAX * sizeof *others);
    for (size_t i = 0; i < count && other_count < GMS_CONTACTS_MAX; i++) {
        if (entries[i].role == REGISTRY_WORKER && entries[i].pid != getpid())
            others[other_count++] = entries[i].address;
    }
    for (size_t i = 0; i < s->o.join.count && other_count < GMS_CONTACTS_MAX; i++)
        snprintf(others[other_count++].endpoint, sizeof others[0].endpoint, "%s", s->o.join.item[i]);
    free(entries);
    return other_count;
}

void session_look_around(struct session *s) {
    struct address others[GMS_CONTACTS_MAX];
    const int64_t now = zclock_mono();
    if (now < s->look_at || !live_without_quorum(s->live))
        return;
    s->look_at = now + LOOK_PERIOD_MS;
    live_look_around(s->live, others, find_others(s, others));
}

bool session_come_back(struct session *s, char *error, size_t error_size) {
    struct address others[GMS_CONTACTS_MAX];
    char protocol[NET_ENDPOINT_SIZE], control[NET_ENDPOINT_SIZE], telemetry[NET_ENDPOINT_SIZE];
    const size_t other_count = find_others(s, others);
    registry_renew(&s->registry);
    registry_endpoint(&s->registry, "gms", protocol);
    registry_endpoint(&s->registry, "ctl", control);
    telemetry_endpoint(s, telemetry);
    return live_return(s->live, s->o.listen ? s->o.listen : protocol, control, telemetry, others, other_count,
                       error, error_size) &&
           publish(s, error, error_size);
}

/* Its launcher says whom it joins, and when, and has seen to it that its name is free. */
static bool begin_managed(struct session *s, char *error, size_t error_size) {
    const bool ok = make_live(s, error, error_size);
    if (ok)
        await_listener(s);
    return ok;
}

bool session_begin(struct session *s, char *error, size_t error_size) {
    if (s->o.managed && s->o.name)
        return begin_managed(s, error, error_size);
    struct registry_entry *others = calloc(REGISTRY_ENTRIES_MAX, sizeof *others);
    const char *contacts[TEXTS_MAX];
    size_t contact_count = 0;
    bool ok = false;
    const int lock = registry_lock(&s->registry, 5000);
    if (!others || lock < 0) {
        snprintf(error, error_size, "the registry %s is locked by another process", s->registry.dir);
        free(others);
        return false;
    }
    const size_t count = registry_list(&s->registry, others, REGISTRY_ENTRIES_MAX);
    for (size_t i = 0; i < count && contact_count < GMS_CONTACTS_MAX; i++) {
        if (others[i].role != REGISTRY_WORKER || s->o.join.count > 0)
            continue;
        contacts[contact_count++] = others[i].address.endpoint;
        if (!streq(others[i].rung, gms_rung_name(s->rung))) {
            snprintf(error, error_size, "the group '%s' runs %s: use --rung %s, or --group for another",
                     s->o.group, others[i].rung, others[i].rung);
            goto done;
        }
    }
    for (size_t i = 0; i < count && s->o.name; i++) {
        if (streq(others[i].address.name, s->o.name)) {
            snprintf(error, error_size,
                     "the group '%s' has a worker '%s' here already: choose another --name", s->o.group,
                     s->o.name);
            goto done;
        }
    }
    if (!s->o.name)
        s->o.name = free_name(others, count);
    for (size_t i = 0; i < s->o.join.count; i++)
        contacts[contact_count++] = s->o.join.item[i];
    ok = make_live(s, error, error_size);
    if (ok) {
        await_listener(s);
        live_start(s->live, contacts, contact_count);
    }
done:
    registry_unlock(lock);
    free(others);
    return ok;
}
