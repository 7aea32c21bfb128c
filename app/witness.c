/* See witness.h. A step of the search is a millisecond here. */
#include "app/witness.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "app/worker_app.h"

#define REST_ROUNDS 40
#define TIMEOUT     (1000 * SIM_S) /* longer than any run between two timeouts */

struct telling {
    const struct witness *witness;
    struct recorder recorder;
    struct sim *sim;
    int number;     /* of the step */
    char line[512]; /* what it did, so far */
    char sent[64];  /* the message that it sent last */
};

const char *explore_verdict_name(enum explore_verdict verdict) {
    switch (verdict) {
    case EXPLORE_SYNC: return "sync";
    case EXPLORE_HALT: return "halt";
    case EXPLORE_DESYNC: return "desync";
    }
    return "?";
}

void witness_name(char *name, size_t size, enum gms_rung_id rung, enum explore_fault fault) {
    snprintf(name, size, "%s-%s", gms_rung_name(rung), explore_fault_name(fault));
    for (char *plus = name; (plus = strchr(plus, '+'));)
        *plus = '-';
}

/* -- The story --------------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void say(struct telling *t, const char *format, ...) {
    const size_t used = strlen(t->line);
    va_list args;
    va_start(args, format);
    vsnprintf(t->line + used, sizeof t->line - used, format, args);
    va_end(args);
}

static void message_name(const struct trace_record *r, char *name, size_t size) {
    if (r->m_origin != GMS_NOBODY)
        snprintf(name, size, "%s w%" PRIu64 "#%" PRIu64, r->type, r->m_origin, r->m_n);
    else if (r->view > 0)
        snprintf(name, size, "%s %u", r->type, r->view);
    else
        snprintf(name, size, "%s", r->type);
}

static void say_message(struct telling *t, const struct trace_record *r) {
    char name[64];
    message_name(r, name, sizeof name);
    say(t, " %s", name);
}

/* "sends MSG w1#1 to w2, w3" */
static void say_send(struct telling *t, const struct trace_record *r) {
    char name[64];
    message_name(r, name, sizeof name);
    if (strcmp(name, t->sent) == 0)
        say(t, ", w%" PRIu64, r->peer);
    else
        say(t, " · sends %s to w%" PRIu64, name, r->peer);
    memcpy(t->sent, name, sizeof t->sent);
}

/* What the group does in this step, as the trace has it. */
static void on_record(void *self, const struct trace_record *r) {
    struct telling *t = self;
    if (r->ev != TRACE_SEND)
        t->sent[0] = '\0';
    switch (r->ev) {
    case TRACE_VIEW:
        say(t, " · installs view %u [", r->view);
        for (uint32_t i = 0; i < r->member_count; i++)
            say(t, "%sw%" PRIu64, i > 0 ? " " : "", r->members[i]);
        say(t, "]");
        break;
    case TRACE_LEAD: say(t, " · leads"); break;
    case TRACE_MCAST: say(t, " w%" PRIu64 "#%" PRIu64, r->m_origin, r->m_n); break;
    case TRACE_RECV: say_message(t, r); break;
    case TRACE_SEND: say_send(t, r); return;
    case TRACE_LOSE:
        say(t, " ·");
        say_message(t, r);
        say(t, " from w%" PRIu64 " to w%" PRIu64 " is lost", r->id, r->peer);
        break;
    case TRACE_DELIVER:
        say(t, " · delivers w%" PRIu64 "#%" PRIu64, r->m_origin, r->m_n);
        if (r->n > 0)
            say(t, " (change %" PRIu64 ")", r->state.count);
        break;
    case TRACE_DROP:
        say(t, " · drops");
        say_message(t, r);
        say(t, ": %s", r->why);
        break;
    case TRACE_FREEZE: say(t, " · freezes: expected %" PRIu64 ", got %" PRIu64, r->expected, r->got); break;
    case TRACE_CRASH: say(t, " · w%" PRIu64 " crashes", r->peer); break;
    case TRACE_STATE: say(t, " · adopts the state after %" PRIu64, r->state.count); break;
    case TRACE_JOIN:
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_SUSPECT:
    case TRACE_DOWN:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
    case TRACE_FAULT:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_LEAVE:
    case TRACE_EXIT:
    case TRACE_NOTE:
    case TRACE_EVS: break; /* the step itself says it */
    }
}

static void begin_line(struct telling *t, const struct explore_step *s) {
    t->line[0] = t->sent[0] = '\0';
    switch (s->act) {
    case EXPLORE_DELIVER: say(t, "w%d takes from w%d", s->b, s->a); break;
    case EXPLORE_CHANGE: say(t, "w%d multicasts", s->a); break;
    case EXPLORE_TELL_DOWN: say(t, "w%d learns that w%d crashed", s->b, s->a); break;
    case EXPLORE_SUSPECT: say(t, "w%d suspects w%d, which is alive", s->b, s->a); break;
    case EXPLORE_ADD: say(t, "w%d asks w%d to join", s->a, s->b); break;
    case EXPLORE_GO: say(t, "w%d leaves", s->a); break;
    case EXPLORE_TIMEOUT: say(t, "w%d waits no longer", s->a); break;
    case EXPLORE_CUT: say(t, "the network parts:"); break;
    case EXPLORE_HEAL: say(t, "the network heals"); break;
    case EXPLORE_HEARTBEAT: say(t, "w%d tells w%d that it is there", s->a, s->b); break;
    case EXPLORE_DIE:
    case EXPLORE_LOSE: break;
    }
}

static void end_line(struct telling *t, const struct explore_step *s) {
    if (s->act == EXPLORE_CUT) {
        for (int side = 1; side >= 0; side--) {
            for (int who = 1; who <= t->witness->members; who++) {
                if ((s->keep[0] >> (who - 1) & 1) == side)
                    say(t, " w%d", who);
            }
            say(t, "%s", side == 1 ? " |" : "");
        }
    }
    const char *line = strncmp(t->line, " · ", strlen(" · ")) == 0 ? t->line + strlen(" · ") : t->line;
    line += *line == ' ';
    if (t->witness->story)
        fprintf(t->witness->story, "  %2d  %s\n", ++t->number, line);
}

/* -- Steps ------------------------------------------------------------------------------------------- */

static void die(struct telling *t, const struct explore_step *s) {
    for (int to = 1; to <= sim_count(t->sim); to++) {
        if (s->keep[to] == EXPLORE_KEEP_ALL)
            continue;
        const int count = sim_on_the_way(t->sim, s->a, to);
        if (count > s->keep[to])
            say(t, " · of %d messages to w%d the link keeps %d", count, to, s->keep[to]);
        sim_keep(t->sim, s->a, to, s->keep[to]);
    }
    sim_crash(t->sim, s->a);
}

static void cut(struct telling *t, uint32_t side) {
    for (int a = 1; a <= sim_count(t->sim); a++) {
        for (int b = 1; b <= sim_count(t->sim); b++) {
            if ((side >> (a - 1) & 1) != (side >> (b - 1) & 1))
                sim_cut(t->sim, a, b, true);
        }
    }
}

static bool can_take(const struct sim *sim, const struct explore_step *s) {
    const bool a = s->a >= 1 && s->a <= sim_count(sim) && sim_alive(sim, s->a);
    const bool b = s->b >= 1 && s->b <= sim_count(sim) && sim_alive(sim, s->b);
    switch (s->act) {
    case EXPLORE_DELIVER: return b && sim_on_the_way(sim, s->a, s->b) > 0;
    case EXPLORE_TELL_DOWN: return b && !a && sim_on_the_way(sim, s->a, s->b) == 0;
    case EXPLORE_LOSE: return sim_on_the_way(sim, s->a, s->b) > 0;
    case EXPLORE_CHANGE:
    case EXPLORE_DIE:
    case EXPLORE_GO:
    case EXPLORE_TIMEOUT: return a;
    case EXPLORE_SUSPECT:
    case EXPLORE_HEARTBEAT: return a && b;
    case EXPLORE_ADD:
    case EXPLORE_CUT:
    case EXPLORE_HEAL: return true;
    }
    return false;
}

static uint32_t held_by(const struct sim *sim, int who) {
    return sim_node(sim, who)->gms.gms1.hold.count;
}

static void take(struct telling *t, const struct explore_step *s) {
    struct sim *sim = t->sim;
    const bool acts_on_b = s->act == EXPLORE_DELIVER || s->act == EXPLORE_TELL_DOWN;
    if (!can_take(sim, s))
        return;
    sim_run(sim, sim_now(sim) + SIM_MS);
    begin_line(t, s);
    if (s->after > 0)
        sim_die_after(sim, acts_on_b ? s->b : s->a, (uint32_t)s->after);
    const uint32_t held = s->act == EXPLORE_DELIVER ? held_by(sim, s->b) : 0;
    switch (s->act) {
    case EXPLORE_DELIVER:
        sim_deliver(sim, s->a, s->b);
        if (held_by(sim, s->b) > held)
            say(t, " · holds it back");
        break;
    case EXPLORE_CHANGE: sim_change(sim, s->a, EXPLORE_CHANGE_OF(s->a)); break;
    case EXPLORE_DIE: die(t, s); break;
    case EXPLORE_TELL_DOWN: sim_tell_down(sim, s->a, s->b); break;
    case EXPLORE_LOSE: sim_lose_one(sim, s->a, s->b); break;
    case EXPLORE_SUSPECT: sim_suspect(sim, s->a, s->b); break;
    case EXPLORE_ADD: sim_add(sim, &s->b, 1); break;
    case EXPLORE_GO: sim_leave(sim, s->a); break;
    case EXPLORE_TIMEOUT:
        sim_run(sim, sim_now(sim) + 32 * TIMEOUT); /* whatever it waits for has taken too long */
        sim_timer(sim, s->a);
        break;
    case EXPLORE_CUT: cut(t, s->keep[0]); break;
    case EXPLORE_HEAL: sim_heal(sim); break;
    case EXPLORE_HEARTBEAT: sim_heartbeat(sim, s->a, s->b); break;
    }
    end_line(t, s);
}

/* Delivers what is on its way, then reports who is gone, link by link, until nothing is left. */
static bool settle_one(struct telling *t) {
    for (int report = 0; report < 2; report++) {
        for (int a = 1; a <= sim_count(t->sim); a++) {
            for (int b = 1; b <= sim_count(t->sim); b++) {
                const struct explore_step s = {
                    .act = report ? EXPLORE_TELL_DOWN : EXPLORE_DELIVER, .a = a, .b = b};
                if (!can_take(t->sim, &s) || (report && sim_was_told(t->sim, a, b)))
                    continue;
                take(t, &s);
                return true;
            }
        }
    }
    return false;
}

/* Timers and heartbeats, each with what follows from it. */
static void rest(struct telling *t) {
    for (int round = 0; round < REST_ROUNDS && !sim_idle(t->sim); round++) {
        for (int a = 1; a <= sim_count(t->sim); a++) {
            struct explore_step s = {.act = EXPLORE_TIMEOUT, .a = a};
            if (sim_due(t->sim, a) != GMS_NEVER)
                take(t, &s);
            while (settle_one(t)) {
            }
            s.act = EXPLORE_HEARTBEAT;
            for (s.b = 1; s.b <= sim_count(t->sim); s.b++) {
                take(t, &s);
                while (settle_one(t)) {
                }
            }
        }
    }
}

/* -- The run ----------------------------------------------------------------------------------------- */

static void run(struct telling *t) {
    const struct witness *w = t->witness;
    struct witness silent = *w;
    silent.story = NULL;
    t->witness = &silent;
    for (int who = 1; who <= w->members; who++) {
        const int contact = 1;
        sim_add(t->sim, &contact, who > 1 ? 1 : 0);
        while (settle_one(t)) {
        }
    }
    t->witness = w;
    for (uint32_t i = 0; i < w->step_count; i++)
        take(t, &w->steps[i]);
    while (settle_one(t)) {
    }
    if (w->another_rung)
        rest(t);
    sim_end(t->sim);
    check_end(t->recorder.check);
}

static bool open_trace(struct telling *t, char *error, size_t error_size) {
    const struct trace_header header = {.run = explore_fault_name(t->witness->fault),
                                        .who = "explore",
                                        .rung = gms_rung_name(t->witness->rung),
                                        .source = "explore"};
    return !t->witness->trace_path ||
           recorder_trace(&t->recorder, t->witness->trace_path, &header, error, error_size);
}

bool witness_take(const struct witness *w, enum explore_verdict *verdict, char *error, size_t error_size) {
    struct telling t = {.witness = w};
    bool done = recorder_open(&t.recorder, w->rung);
    const struct sim_config config = {.rung = w->rung,
                                      .app = &worker_app,
                                      .join_timeout = TIMEOUT, /* no timer but those of the steps */
                                      .resend_timeout = TIMEOUT,
                                      .manual = true,
                                      .trace = recorder_put,
                                      .trace_self = &t.recorder};
    if (!done)
        snprintf(error, error_size, "out of memory");
    t.recorder.also = on_record;
    t.recorder.also_self = &t;
    done = done && (t.sim = sim_new(&config)) && open_trace(&t, error, error_size);
    if (done) {
        run(&t);
        if (w->overall)
            *w->overall = check_overall(t.recorder.check);
        switch (check_outcome(t.recorder.check)) {
        case CHECK_SYNC: *verdict = EXPLORE_SYNC; break;
        case CHECK_HALT: *verdict = EXPLORE_HALT; break;
        case CHECK_DESYNC: *verdict = EXPLORE_DESYNC; break;
        }
    }
    sim_free(&t.sim);
    if (!recorder_close(&t.recorder) && done) {
        snprintf(error, error_size, "the trace %s could not be written whole", w->trace_path);
        done = false;
    }
    return done;
}
