/* A run: its time, its beginning and its end. Members are in sim_member.c, links and the heap of events in
 * sim_link.c, faults in sim_fault.c.
 */
#include "net/sim/sim.h"

#include <assert.h>
#include <stdlib.h>

#include "net/sim/sim_state.h"

/* -- Time -------------------------------------------------------------------------------------------- */

#define PROBE_PERIOD (50 * SIM_MS) /* how often somebody looks whether one beyond a cut is dead */

/* A report waits for what the dead one's link still holds, for a receiver that hangs, and for a cut to heal.
 */
static void report_down(struct sim *s, int whom, int to) {
    const struct sim_link *link = &s->link[whom][to];
    if (link->cut || s->link[to][whom].cut)
        sim_push(s, s->now + PROBE_PERIOD, SIM_DOWN, whom, to);
    else if (link->count > 0)
        sim_push(s, link->last_arrival > s->now ? link->last_arrival : s->now + 1, SIM_DOWN, whom, to);
    else
        sim_tell_down(s, whom, to);
}

static void happen(struct sim *s, const struct sim_event *e) {
    struct sim_member *m = sim_at(s, e->to);
    const struct sim_link *link = &s->link[e->from][e->to];
    if (m->hung && e->kind == SIM_TURN_END)
        m->in_turn = false;
    if (m->hung && e->kind != SIM_LOOK_AROUND)
        return; /* sim_resume() does it then */
    switch (e->kind) {
    case SIM_ARRIVE:
        if (link->count > 0 && link->ring[link->head].arrival <= s->now)
            sim_deliver(s, e->from, e->to);
        break;
    case SIM_DOWN: report_down(s, e->from, e->to); break;
    case SIM_TIMER:
        if (m->timer_at != e->time)
            break;
        m->timer_at = GMS_NEVER;
        if (sim_due(s, e->to) <= s->now)
            sim_timer(s, e->to);
        else
            sim_go_on(m); /* it was put off, or is not wanted any more */
        break;
    case SIM_TURN_END:
        m->in_turn = false;
        node_turn_end(&m->node, s->now);
        sim_go_on(m);
        break;
    case SIM_LOOK_AROUND: sim_look_around(s, e->to); break;
    case SIM_COME_BACK: sim_come_back(s, e->to); break;
    }
}

void sim_run(struct sim *s, gms_time until) {
    struct sim_event e;
    while (sim_pop(s, until, &e)) {
        s->now = e.time > s->now ? e.time : s->now;
        happen(s, &e);
    }
    if (until != GMS_NEVER && until > s->now)
        s->now = until;
}

/* -- Life and looks ---------------------------------------------------------------------------------- */

struct sim *sim_new(const struct sim_config *config) {
    struct sim *s = calloc(1, sizeof *s);
    if (s)
        sim_reset(s, config);
    return s;
}

void sim_reset(struct sim *s, const struct sim_config *config) {
    assert(!s->config.app || s->config.app == config->app);
    for (int from = 0; from <= s->count; from++) {
        for (int to = 0; to <= s->count; to++) {
            sim_link_cut(&s->link[from][to], 0);
            s->link[from][to].last_arrival = s->link[from][to].extra_delay = 0;
            s->link[from][to].cut = false;
        }
    }
    s->config = *config;
    s->now = SIM_MS;
    s->count = s->name_count = s->coming_back = 0;
    s->heap_count = 0;
    s->order = s->messages = 0;
    gms_rng_seed(&s->rng, config->seed);
}

void sim_free(struct sim **s_p) {
    struct sim *s = *s_p;
    if (!s)
        return;
    sim_reset(s, &s->config);
    for (int who = 1; who < SLOTS && s->member[who]; who++) {
        for (int to = 1; to < SLOTS && s->member[to]; to++)
            free(s->link[who][to].ring);
    }
    for (int who = 1; who < SLOTS && s->member[who]; who++) {
        free(s->member[who]->app);
        free(s->member[who]);
    }
    free(s->heap);
    free(s);
    *s_p = NULL;
}

void sim_set_knows_state(struct sim *s, bool knows) {
    s->config.knows_state = knows;
}

void sim_end(struct sim *s) {
    for (int who = 1; who <= s->count; who++) {
        struct sim_member *m = sim_at(s, who);
        struct trace_record r = {.ev = TRACE_EXIT};
        if (!m->gone)
            node_record(&m->node, s->now, &r);
    }
}

gms_time sim_now(const struct sim *s) {
    return s->now;
}

uint64_t sim_messages(const struct sim *s) {
    return s->messages;
}

int sim_on_the_way(const struct sim *s, int from, int to) {
    return (int)s->link[from][to].count;
}

bool sim_was_told(const struct sim *s, int whom, int to) {
    return sim_at(s, to)->told[whom];
}

int sim_count(const struct sim *s) {
    return s->count;
}

const struct node *sim_node(const struct sim *s, int who) {
    return &sim_at(s, who)->node;
}

bool sim_alive(const struct sim *s, int who) {
    return !sim_at(s, who)->gone;
}

bool sim_hung(const struct sim *s, int who) {
    return sim_at(s, who)->hung;
}

bool sim_failed(const struct sim *s, int who) {
    return sim_at(s, who)->failed;
}

void sim_look(const struct sim *s, int who, struct sim_app_state *seen) {
    s->config.app->look(sim_at(s, who)->app, seen);
}

const char *sim_name(const struct sim *s, int who) {
    return s->member[who]->node.book.entry[0].name;
}

int sim_names(const struct sim *s) {
    return s->name_count;
}

int sim_named(const struct sim *s, int number) {
    assert(number >= 1 && number <= s->name_count);
    return s->named[number];
}

bool sim_idle(const struct sim *s) {
    for (int who = 1; who <= s->count; who++) {
        const struct sim_member *m = s->member[who];
        if (m->gone)
            continue;
        if (m->hung || gms_deadline(&m->node.gms) != GMS_NEVER ||
            s->config.app->deadline(m->app) != GMS_NEVER)
            return false;
        for (int other = 1; other <= s->count; other++) {
            if (s->link[other][who].count > 0 || (s->member[other]->gone && !m->told[other]))
                return false;
        }
    }
    return s->coming_back == 0;
}

int sim_leader(const struct sim *s) {
    int best = 0, best_votes = 0;
    for (int who = 1; who <= s->count; who++) {
        int votes = 0;
        for (int by = 1; by <= s->count; by++)
            votes += sim_alive(s, by) && gms_leader(&s->member[by]->node.gms) == (gms_id)who;
        if (votes > best_votes) {
            best = who;
            best_votes = votes;
        }
    }
    return best;
}
