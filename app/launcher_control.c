/* What a launcher can be told by `groupy ctl` or a key, and workers that stand still for a while. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "app/launcher_state.h"
#include "app/options.h"
#include "app/pace.h"
#include "net/zmq/clock.h"

/* -- Hanging ---------------------------------------------------------------------------------------- */

void launcher_hang(struct launcher *l, struct child *child, uint64_t ms) {
    const struct trace_record r = {.ev = TRACE_HANG, .t = clock_now(), .peer = child->id};
    if (kill(child->process.pid, SIGSTOP) != 0)
        return;
    launcher_record(l, TRACE_HANG, child->id);
    launcher_show(l, child, &r);
    child->hung_until = clock_now() + ms * CLOCK_MS;
}

void launcher_wake(struct launcher *l, gms_time now) {
    for (int i = 0; i < l->child_count; i++) {
        struct child *child = &l->children[i];
        const struct trace_record r = {.ev = TRACE_RESUME, .t = clock_now(), .peer = child->id};
        if (child->hung_until == 0 || child->hung_until > now)
            continue;
        child->hung_until = 0;
        if (child->state == CHILD_GONE)
            continue;
        kill(child->process.pid, SIGCONT);
        launcher_record(l, TRACE_RESUME, child->id);
        launcher_show(l, child, &r);
    }
}

/* -- Commands --------------------------------------------------------------------------------------- */

/* Through their pipes, too: one that hangs, or is between two incarnations, misses what it is asked. */
static void heal(struct launcher *l) {
    l->delay_ms = 0;
    launcher_tell_all(l, "heal");
}

/* What all workers are told about pause, pace and links holds for newcomers, too. */
static bool remember(struct launcher *l, const char *text) {
    uint64_t number;
    if (strncmp(text, "loss ", 5) == 0 && parse_percent(text + 5, &number))
        l->loss_percent = number;
    else if (sscanf(text, "delay %" SCNu64 " 0000000000000000", &number) == 1 && number <= 10000)
        l->delay_ms = number;
    else if (strcmp(text, "heal") == 0)
        heal(l);
    else if (strcmp(text, "pause") == 0 || strcmp(text, "resume") == 0)
        l->paused = strcmp(text, "pause") == 0;
    else if (strcmp(text, "faster") == 0 || strcmp(text, "slower") == 0)
        l->mean_ms = pace_step(l->mean_ms, strcmp(text, "faster") == 0);
    else if (strncmp(text, "pace ", 5) != 0 || !parse_number(text + 5, 0, 3600000, &l->mean_ms))
        return false;
    return true;
}

static const char *hang(struct launcher *l, const char *text) {
    gms_id id;
    uint64_t ms;
    if (sscanf(text, "hang %" SCNx64 " %" SCNu64, &id, &ms) != 2 || ms < 1 || ms > 600000)
        return "error an id and milliseconds are expected";
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].id == id && l->children[i].state != CHILD_GONE) {
            launcher_hang(l, &l->children[i], ms);
            return "ok";
        }
    }
    return "error no worker of this launcher";
}

static const char *restart(struct launcher *l, const char *text) {
    static char reply[600];
    char error[512] = "";
    const bool ok = text[0] == 'r' ? launcher_want_rung(l, text + 5, error, sizeof error)
                                   : launcher_want_scenario(l, text + 9, error, sizeof error);
    snprintf(reply, sizeof reply, "error %s", error);
    return ok ? "ok" : reply;
}

static const char *record(struct launcher *l, const char *text) {
    static char reply[600];
    launcher_toggle_video(l, text[6] == ' ' ? text + 7 : "", reply, sizeof reply);
    return reply;
}

static const char *obey(struct launcher *l, const char *text) {
    char error[256] = "";
    if (strcmp(text, "join") == 0 && l->phase != RUNNING)
        return "error the run is ending";
    if (strcmp(text, "join") == 0) {
        if (launcher_start_worker(l, error, sizeof error))
            return "ok";
        fprintf(stderr, "groupy demo: %s\n", error);
        return "error no worker could be started";
    }
    if (strncmp(text, "hang ", 5) == 0)
        return hang(l, text);
    if (strcmp(text, "quit") == 0) {
        launcher_quit(l);
        return "ok";
    }
    if (strncmp(text, "rung ", 5) == 0 || strncmp(text, "scenario ", 9) == 0)
        return restart(l, text);
    if (strcmp(text, "record") == 0 || strncmp(text, "record ", 7) == 0)
        return record(l, text);
    return remember(l, text) ? "ok" : "error not a command of a launcher";
}

void launcher_read_control(struct launcher *l) {
    while (zsock_events(l->control) & ZMQ_POLLIN) {
        zmsg_t *msg = zmsg_recv(l->control);
        zframe_t *last = msg ? zmsg_last(msg) : NULL;
        if (last) {
            char *text = zframe_strdup(last);
            const char *reply = obey(l, text);
            freen(text);
            zframe_reset(last, reply, strlen(reply));
            zmsg_send(&msg, l->control);
        }
        zmsg_destroy(&msg);
    }
}
