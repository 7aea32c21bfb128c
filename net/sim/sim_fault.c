/* What goes wrong: crashes of all kinds, links that lose, a detector that errs, processes that hang. */
#include <assert.h>
#include <stdlib.h>

#include "net/sim/sim_state.h"

/* -- Crashes ----------------------------------------------------------------------------------------- */

void sim_expect_down(struct sim *s, int whom) {
    for (int to = 1; to <= s->count; to++) {
        const struct sim_link *link = &s->link[whom][to];
        gms_time at = s->now + s->config.detect_delay;
        if (link->count > 0 && link->last_arrival > at)
            at = link->last_arrival;
        if (to != whom && !s->member[to]->gone)
            sim_push(s, at, SIM_DOWN, whom, to);
    }
}

void sim_crash(struct sim *s, int who) {
    sim_die(sim_at(s, who));
}

void sim_crash_async(struct sim *s, int who) {
    for (int to = 1; to <= s->count && !sim_at(s, who)->gone; to++)
        sim_link_cut(&s->link[who][to], (uint32_t)gms_rng_below(&s->rng, s->link[who][to].count + 1));
    sim_crash(s, who);
}

void sim_keep(struct sim *s, int from, int to, int count) {
    sim_link_cut(&s->link[from][to], (uint32_t)count);
}

void sim_arm_crash(struct sim *s, int who, uint32_t after) {
    if (!sim_at(s, who)->gone)
        node_arm_crash(&sim_at(s, who)->node, s->now, after);
}

void sim_arm_async_crash(struct sim *s, int who, const int *keeps, uint32_t count) {
    gms_id ids[SIM_MEMBERS_MAX];
    assert(count <= SIM_MEMBERS_MAX);
    for (uint32_t i = 0; i < count; i++)
        ids[i] = (gms_id)keeps[i];
    if (!sim_at(s, who)->gone)
        node_arm_async_crash(&sim_at(s, who)->node, s->now, ids, count);
}

void sim_die_after(struct sim *s, int who, uint32_t sends) {
    assert(sends > 0);
    sim_at(s, who)->die_after = sends;
}

/* -- Links ------------------------------------------------------------------------------------------- */

bool sim_lose(struct sim *s, int from, int to, uint32_t count) {
    struct sim_member *m = sim_at(s, from);
    return !m->gone && node_lose(&m->node, s->now, (gms_id)to, count);
}

void sim_lose_one(struct sim *s, int from, int to) {
    struct sim_frame frame;
    struct wire_in in;
    const char *error;
    struct sim_member *m = sim_at(s, from);
    if (!sim_link_take(&s->link[from][to], &frame))
        return;
    struct wire_message *message = &m->node.incoming; /* between two steps it is free */
    if (!wire_open_frame(&in, frame.bytes, frame.size) && wire_next(&in, message, &error) && !error)
        node_record_lost(&m->node, s->now, (gms_id)to, &message->gms, "lost on its way");
    free(frame.bytes);
}

void sim_set_loss(struct sim *s, uint32_t percent) {
    s->config.loss_percent = percent;
    for (int who = 1; who <= s->count; who++)
        sim_at(s, who)->node.fault.loss_percent = percent;
}

void sim_set_delay(struct sim *s, int from, int to, gms_time extra) {
    for (int a = 0; a <= s->count; a++) {
        for (int b = 0; b <= s->count; b++) {
            if ((from == 0 || from == a) && (to == 0 || to == b))
                s->link[a][b].extra_delay = extra;
        }
    }
}

void sim_cut(struct sim *s, int from, int to, bool cut) {
    struct sim_member *m = sim_at(s, from);
    s->link[from][to].cut = cut && from != to;
    if (!m->gone && from != to)
        node_cut(&m->node, s->now, (gms_id)to, cut);
}

void sim_heal(struct sim *s) {
    for (int from = 1; from <= s->count; from++) {
        for (int to = 1; to <= s->count; to++)
            sim_cut(s, from, to, false);
    }
    sim_set_delay(s, 0, 0, 0);
}

/* -- The detector, and processes that hang ------------------------------------------------------------ */

void sim_suspect(struct sim *s, int whom, int by) {
    struct sim_member *m = sim_at(s, by);
    if (m->gone || m->hung || m->told[whom])
        return;
    m->told[whom] = !gms_tells_suspicion(&m->node.gms); /* else nothing can be told of it after that */
    node_suspect(&m->node, s->now, (gms_id)whom, "suspected");
    sim_go_on(m);
}

void sim_hang(struct sim *s, int who) {
    struct sim_member *m = sim_at(s, who);
    if (m->gone || m->hung)
        return;
    m->hung = true;
    sim_note(s, TRACE_HANG, who, NULL);
}

void sim_resume(struct sim *s, int who) {
    struct sim_member *m = sim_at(s, who);
    if (m->gone || !m->hung)
        return;
    m->hung = false;
    sim_note(s, TRACE_RESUME, who, NULL);
    for (int from = 1; from <= s->count; from++) {
        for (uint32_t i = 0; i < s->link[from][who].count; i++) {
            const struct sim_link *link = &s->link[from][who];
            const gms_time arrival = link->ring[(link->head + i) % link->capacity].arrival;
            sim_push(s, arrival > s->now ? arrival : s->now, SIM_ARRIVE, from, who);
        }
        if (s->member[from]->gone && !m->told[from])
            sim_push(s, s->now + s->config.detect_delay, SIM_DOWN, from, who);
    }
    m->timer_at = GMS_NEVER;
    sim_go_on(m);
}
