/* flock() and not fcntl(): a process that reads its own entry must not lose its lock by closing it. */
#define _DEFAULT_SOURCE /* flock, on Linux; elsewhere it is there */
#include "app/registry.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/trace_file.h"

const char *registry_group_error(const char *group) {
    if (strlen(group) == 0 || strlen(group) >= REGISTRY_GROUP_SIZE)
        return "it must have 1 to 24 characters";
    if (group[0] == '.' ||
        strspn(group, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") != strlen(group))
        return "only A-Z a-z 0-9 . _ - are allowed, and no dot in front";
    return NULL;
}

/* A folder of this user, closed to others; false if it is anybody else's. */
static bool private_dir(const char *path) {
    struct stat st;
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return false;
    if (lstat(path, &st) != 0)
        return false;
    errno = EPERM;
    return S_ISDIR(st.st_mode) && st.st_uid == getuid() && (st.st_mode & 022) == 0;
}

static void make_ticket(struct registry *r) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(r->ticket, sizeof r->ticket, "%lx-%lx", (long)getpid(), (long)(now.tv_nsec / 1000));
}

bool registry_open(struct registry *r, const char *group, char *error, size_t error_size) {
    char base[REGISTRY_PATH_SIZE - 64];
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    memset(r, 0, sizeof *r);
    r->own_fd = r->late_fd = -1;
    if (runtime && runtime[0] == '/' && access(runtime, W_OK) == 0 && strlen(runtime) < sizeof base - 8)
        snprintf(base, sizeof base, "%.*s/groupy", (int)sizeof base - 9, runtime);
    else
        snprintf(base, sizeof base, "/tmp/groupy-%ld", (long)getuid());
    snprintf(r->group, sizeof r->group, "%s", group);
    snprintf(r->dir, sizeof r->dir, "%s/%s", base, group);
    make_ticket(r);
    if (private_dir(base) && private_dir(r->dir))
        return true;
    snprintf(error, error_size, "can't use %s: %s (set XDG_RUNTIME_DIR to a folder of yours)", r->dir,
             strerror(errno));
    return false;
}

void registry_endpoint(const struct registry *r, const char *use, char endpoint[NET_ENDPOINT_SIZE]) {
    char text[2 * REGISTRY_PATH_SIZE];
    const int n = snprintf(text, sizeof text, "ipc://%s/%s.%s", r->dir, r->ticket, use);
    if (n - 6 < 100) /* the shortest limit among systems for the path of a socket is 104 */
        memcpy(endpoint, text, (size_t)n + 1);
    else
        strcpy(endpoint, "tcp://127.0.0.1:*");
}

static void path_of(const struct registry *r, char path[2 * REGISTRY_PATH_SIZE], const char *ticket,
                    const char *end) {
    snprintf(path, 2 * REGISTRY_PATH_SIZE, "%s/%.64s.%s", r->dir, ticket, end);
}

static void remove_files(const struct registry *r, const char *ticket) {
    static const char *const ends[] = {"gms", "ctl", "tel", "json"};
    char path[2 * REGISTRY_PATH_SIZE];
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        path_of(r, path, ticket, ends[i]);
        unlink(path);
    }
}

static void remove_late(struct registry *r) {
    if (r->late_ticket[0] != '\0')
        remove_files(r, r->late_ticket);
    if (r->late_fd >= 0)
        close(r->late_fd);
    r->late_ticket[0] = '\0';
    r->late_fd = -1;
}

void registry_renew(struct registry *r) {
    remove_late(r);
    strcpy(r->late_ticket, r->ticket);
    r->late_fd = r->own_fd;
    r->own_fd = -1;
    while (strcmp(r->late_ticket, r->ticket) == 0)
        make_ticket(r);
}

void registry_close(struct registry *r) {
    if (r->dir[0] == '\0')
        return;
    remove_files(r, r->ticket);
    if (r->own_fd >= 0)
        close(r->own_fd);
    r->own_fd = -1;
    remove_late(r);
    r->dir[0] = '\0';
}

/* -- Locks ----------------------------------------------------------------------------------------------- */

int registry_lock(const struct registry *r, int timeout_ms) {
    char path[2 * REGISTRY_PATH_SIZE];
    snprintf(path, sizeof path, "%s/lock", r->dir);
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    for (int waited_ms = 0; fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0; waited_ms += 5) {
        const struct timespec pause = {.tv_nsec = 5000000};
        if (waited_ms >= timeout_ms) {
            close(fd);
            return -1;
        }
        nanosleep(&pause, NULL);
    }
    return fd;
}

void registry_unlock(int lock) {
    if (lock >= 0)
        close(lock);
}

/* -- Entries --------------------------------------------------------------------------------------------- */

bool registry_publish(struct registry *r, const struct registry_entry *entry, char *error,
                      size_t error_size) {
    char path[2 * REGISTRY_PATH_SIZE], fresh[2 * REGISTRY_PATH_SIZE], id[17];
    struct timespec now;
    path_of(r, path, r->ticket, "json");
    path_of(r, fresh, r->ticket, "new");
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(id, sizeof id, "%016" PRIx64, entry->address.id);
    json_t *root = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:I, s:f}", "role",
        entry->role == REGISTRY_WORKER ? "worker" : "launcher", "name", entry->address.name, "id", id,
        "endpoint", entry->address.endpoint, "control", entry->control, "telemetry", entry->telemetry, "rung",
        entry->rung, "pid", (json_int_t)getpid(), "started", (double)now.tv_sec + (double)now.tv_nsec * 1e-9);
    const int fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    /* Locked before it has its name: nobody ever sees it unlocked while we live. */
    const bool ok = root && fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 &&
                    json_dumpfd(root, fd, JSON_COMPACT) == 0 && rename(fresh, path) == 0;
    json_decref(root);
    if (!ok) {
        snprintf(error, error_size, "can't register in %s: %s", r->dir, strerror(errno));
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (r->own_fd >= 0)
        close(r->own_fd); /* of the entry that this one has replaced */
    r->own_fd = fd;
    remove_late(r);
    return true;
}

static bool read_entry(int fd, struct registry_entry *entry) {
    const char *role, *name, *id, *endpoint, *control, *telemetry = "", *rung;
    json_int_t pid;
    json_t *root = json_loadfd(fd, 0, NULL);
    memset(entry, 0, sizeof *entry);
    const bool ok = root &&
                    json_unpack(root, "{s:s, s:s, s:s, s:s, s:s, s?s, s:s, s:I, s:F}", "role", &role, "name",
                                &name, "id", &id, "endpoint", &endpoint, "control", &control, "telemetry",
                                &telemetry, "rung", &rung, "pid", &pid, "started", &entry->started) == 0 &&
                    strlen(name) < sizeof entry->address.name &&
                    strlen(endpoint) < sizeof entry->address.endpoint &&
                    strlen(control) < sizeof entry->control && strlen(telemetry) < sizeof entry->telemetry &&
                    strlen(rung) < sizeof entry->rung && pid > 1;
    if (ok) {
        entry->role = strcmp(role, "launcher") == 0 ? REGISTRY_LAUNCHER : REGISTRY_WORKER;
        strcpy(entry->address.name, name);
        strcpy(entry->address.endpoint, endpoint);
        strcpy(entry->control, control);
        strcpy(entry->telemetry, telemetry);
        strcpy(entry->rung, rung);
        entry->pid = (pid_t)pid;
        trace_parse_id(id, &entry->address.id);
    }
    json_decref(root);
    return ok;
}

/* Oldest first; those of one launcher start in the same second, so then the name decides: w2 before w10. */
static int by_start(const void *a, const void *b) {
    const struct registry_entry *x = a, *y = b;
    const int64_t x_second = (int64_t)x->started, y_second = (int64_t)y->started;
    if (x_second != y_second)
        return x_second < y_second ? -1 : 1;
    const size_t x_length = strlen(x->address.name), y_length = strlen(y->address.name);
    if (x_length != y_length)
        return x_length < y_length ? -1 : 1;
    return strcmp(x->address.name, y->address.name);
}

/* Reads one file; removes it if its process is gone. True: a live process. */
static bool consider(const struct registry *r, const char *ticket, struct registry_entry *entry) {
    char path[2 * REGISTRY_PATH_SIZE];
    path_of(r, path, ticket, "json");
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    const bool dead = flock(fd, LOCK_SH | LOCK_NB) == 0;
    if (dead)
        remove_files(r, ticket);
    const bool live = !dead && read_entry(fd, entry);
    close(fd);
    return live;
}

/* Looks at every entry; with `entries` collects the live ones, up to entries_max. */
static size_t look_at_all(const struct registry *r, struct registry_entry *entries, size_t entries_max) {
    size_t count = 0;
    DIR *dir = opendir(r->dir);
    for (struct dirent *file; dir && (file = readdir(dir));) {
        char ticket[64];
        struct registry_entry entry;
        const char *end = strstr(file->d_name, ".json");
        if (!end || end[5] != '\0' || (size_t)(end - file->d_name) >= sizeof ticket)
            continue;
        memcpy(ticket, file->d_name, (size_t)(end - file->d_name));
        ticket[end - file->d_name] = '\0';
        if (consider(r, ticket, &entry) && count < entries_max)
            entries[count++] = entry;
    }
    if (dir)
        closedir(dir);
    return count;
}

size_t registry_list(const struct registry *r, struct registry_entry *entries, size_t entries_max) {
    const size_t count = look_at_all(r, entries, entries_max);
    qsort(entries, count, sizeof *entries, by_start);
    return count;
}

void registry_sweep(const struct registry *r) {
    look_at_all(r, NULL, 0);
}
