/* The members of a simulated group: what their nodes ask of their driver, and the steps that they take. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/sim/sim_state.h"

#define GROUP 1

struct sim_member *sim_at(const struct sim *s, int who) {
    assert(who >= 1 && who <= s->count);
    return s->member[who];
}

static void watch(const struct sim *s, enum sim_sight sight, int from, int to, const uint8_t *frame,
                  size_t size) {
    if (s->config.watch)
        s->config.watch(s->config.watch_self, sight, from, to, frame, size);
}

/* -- What a node asks of its driver ------------------------------------------------------------------ */

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    struct sim_member *m = self;
    struct sim *s = m->sim;
    const bool there = to >= 1 && to <= (gms_id)s->count && !s->member[to]->gone;
    if (there) {
        struct wire_out out = {.bytes = malloc(WIRE_FRAME_HEADER_SIZE + size),
                               .capacity = WIRE_FRAME_HEADER_SIZE + size};
        if (!out.bytes)
            abort();
        wire_put_frame_header(&out, m->node.group, m->node.me);
        memcpy(out.bytes + out.size, message, size);
        sim_link_put(s, (int)m->node.me, (int)to, out.bytes, out.capacity);
        watch(s, SIM_SENT, (int)m->node.me, (int)to, out.bytes, out.capacity);
    }
    if (m->die_after != UINT32_MAX && --m->die_after == 0)
        sim_die(m);
}

static void on_deliver(void *self, const struct gms_message *message, struct trace_state *after) {
    struct sim_member *m = self;
    const struct sim_app *app = m->sim->config.app;
    struct sim_app_state seen;
    const char *why = NULL;
    const bool adopted = app->deliver(m->app, message, &why);
    app->look(m->app, &seen);
    *after = seen.state;
    if (!adopted)
        return;
    struct trace_record r = {.ev = TRACE_STATE, .peer = message->origin, .state = seen.state, .why = why};
    node_record(&m->node, m->sim->now, &r);
}

static void on_install(void *self, const struct gms_message *view) {
    struct sim_member *m = self;
    const struct sim_app *app = m->sim->config.app;
    struct sim_app_state seen;
    app->look(m->app, &seen);
    if (view->view == 1) /* the first of all: it founds the group */
        app->found(m->app);
    else if (!seen.has_state && m->sim->config.knows_state) {
        app->found(m->app);
        app->look(m->app, &seen);
        struct trace_record r = {.ev = TRACE_STATE, .peer = m->node.me, .state = seen.state};
        node_record(&m->node, m->sim->now, &r);
    }
    app->install(m->app, m->sim->now, view);
}

#define LOOK_PERIOD (500 * SIM_MS) /* how often a member without a quorum looks who is there */

static void on_block(void *self, bool blocked, bool has_quorum) {
    struct sim_member *m = self;
    (void)blocked;
    if (has_quorum || m->looks_around)
        return;
    m->looks_around = true;
    sim_push(m->sim, m->sim->now + LOOK_PERIOD, SIM_LOOK_AROUND, (int)m->node.me, (int)m->node.me);
}

static size_t on_snapshot(void *self, uint8_t state[GMS_BODY_SIZE_MAX]) {
    const struct sim_member *m = self;
    return m->sim->config.app->snapshot(m->app, state);
}

static void on_adopt(void *self, const uint8_t *state, size_t size, struct trace_state *after) {
    struct sim_member *m = self;
    struct sim_app_state seen;
    m->sim->config.app->adopt(m->app, state, size);
    m->sim->config.app->look(m->app, &seen);
    *after = seen.state;
}

static void on_end(void *self, enum node_end how) {
    struct sim_member *m = self;
    m->gone = true;
    m->left = true;
    m->failed = how == NODE_FAILED;
    m->excluded = how == NODE_EXCLUDED;
}

static void on_crash(void *self) {
    sim_die(self);
}

static int on_change_of(void *self, const uint8_t *body, size_t size) {
    const struct sim_member *m = self;
    return m->sim->config.app->change_of(body, size);
}

static void on_trace(void *self, const struct trace_record *r) {
    const struct sim_member *m = self;
    m->sim->config.trace(m->sim->config.trace_self, r, &m->node.book);
}

/* -- Steps ------------------------------------------------------------------------------------------- */

void sim_note(struct sim *s, enum trace_ev ev, int whom, const char *what) {
    const struct trace_record r = {
        .ev = ev, .t = s->now, .lc = ++sim_at(s, whom)->node.lc, .peer = (gms_id)whom, .what = what};
    if (s->config.trace)
        s->config.trace(s->config.trace_self, &r, NULL);
}

void sim_die(struct sim_member *m) {
    if (m->gone)
        return;
    m->gone = true;
    m->node.crashed = true;
    sim_note(m->sim, TRACE_CRASH, (int)m->node.me, NULL);
    sim_expect_down(m->sim, (int)m->node.me);
}

gms_time sim_due(const struct sim *s, int who) {
    const struct sim_member *m = sim_at(s, who);
    const gms_time node = node_deadline(&m->node);
    const gms_time app = s->config.app->deadline(m->app);
    return m->gone ? GMS_NEVER : node < app ? node : app;
}

void sim_go_on(struct sim_member *m) {
    uint8_t body[SIM_BODY_SIZE_MAX];
    size_t size;
    struct sim *s = m->sim;
    while (!m->gone && (size = s->config.app->take(m->app, s->now, body)) > 0)
        node_mcast(&m->node, s->now, body, size);
    if (m->left) {
        struct trace_record r = {.ev = TRACE_EXIT};
        m->left = false;
        node_record(&m->node, s->now, &r);
        sim_expect_down(s, (int)m->node.me);
        if (!s->config.manual && (m->excluded || (m->failed && m->back))) {
            s->coming_back++;
            sim_push(s, s->now + (m->failed ? s->config.join_timeout : SIM_MS), SIM_COME_BACK,
                     (int)m->node.me, (int)m->node.me);
        }
    }
    const gms_time due = sim_due(s, (int)m->node.me), next = due > s->now ? due : s->now;
    if (due != GMS_NEVER && next < m->timer_at) {
        m->timer_at = next;
        sim_push(s, next, SIM_TIMER, (int)m->node.me, (int)m->node.me);
    }
    if (m->node.owes && !m->in_turn && !m->gone) {
        m->in_turn = true;
        sim_push(s, s->now + s->config.turn, SIM_TURN_END, (int)m->node.me, (int)m->node.me);
    }
}

static void start_node(struct sim *s, struct sim_member *m, gms_id me) {
    struct node_config config = {.gms = {.rung = s->config.rung,
                                         .me = me,
                                         .join_timeout = s->config.join_timeout,
                                         .resend_timeout = s->config.resend_timeout,
                                         .answer_timeout = s->config.answer_timeout,
                                         .delivery = s->config.delivery,
                                         .last_man_standing = s->config.last_man_standing,
                                         .seed = s->config.seed},
                                 .self = {.id = me},
                                 .group = GROUP,
                                 .seed = s->config.seed * SLOTS + me,
                                 .heartbeat_period = s->config.heartbeat_period,
                                 .suspect_timeout = s->config.suspect_timeout,
                                 .turns = s->config.turn > 0};
    snprintf(config.self.name, sizeof config.self.name, "w%d", m->name);
    snprintf(config.self.endpoint, sizeof config.self.endpoint, "sim://w%d", m->name);
    const struct node_driver driver = {.self = m,
                                       .send = on_send,
                                       .deliver = on_deliver,
                                       .install = on_install,
                                       .block = on_block,
                                       .snapshot = on_snapshot,
                                       .adopt = on_adopt,
                                       .end = on_end,
                                       .crash = on_crash,
                                       .change_of = on_change_of,
                                       .trace = s->config.trace ? on_trace : NULL};
    node_reset(&m->node, &config, &driver);
    m->node.fault.loss_percent = s->config.loss_percent;
    m->node.fault.risk = s->config.risk;
}

/* Links to and from all who were there before are as slow as those who ordered it wanted all links to be. */
static void slow_down(struct sim *s, int newcomer) {
    for (int other = 0; other < newcomer; other++) {
        s->link[other][newcomer].extra_delay = s->link[other][0].extra_delay;
        s->link[newcomer][other].extra_delay = s->link[0][other].extra_delay;
    }
}

/* NULL: no more room. */
static struct sim_member *new_member(struct sim *s, int name) {
    if (s->count == SIM_MEMBERS_MAX)
        return NULL;
    const int who = ++s->count;
    if (!s->member[who]) {
        s->member[who] = calloc(1, sizeof *s->member[who]);
        void *app = malloc(s->config.app->size);
        if (!s->member[who] || !app)
            abort();
        s->member[who]->app = app;
    }
    struct sim_member *m = s->member[who];
    m->sim = s;
    m->gone = m->left = m->failed = m->excluded = m->back = m->hung = m->looks_around = m->in_turn = false;
    m->die_after = UINT32_MAX;
    m->timer_at = GMS_NEVER;
    m->name = name;
    s->named[name] = who;
    slow_down(s, who);
    memset(m->told, 0, sizeof m->told);
    start_node(s, m, (gms_id)who);
    s->config.app->init(m->app, (gms_id)who, s->config.join_timeout);
    return m;
}

static int start(struct sim *s, struct sim_member *m, const gms_id *contacts, uint32_t count) {
    char to[NET_ENDPOINT_SIZE] = "";
    const int who = (int)m->node.me;
    if (count > 0)
        snprintf(to, sizeof to, "sim://%s", sim_name(s, (int)contacts[0]));
    node_start(&m->node, s->now, contacts, count, to);
    sim_go_on(m);
    for (int other = 1; other < who; other++) { /* watching a process that is dead already reports it, too */
        if (s->member[other]->gone)
            sim_push(s, s->now + s->config.detect_delay, SIM_DOWN, other, who);
    }
    return who;
}

int sim_add(struct sim *s, const int *contacts, uint32_t count) {
    gms_id ids[GMS_CONTACTS_MAX];
    struct sim_member *m = count > GMS_CONTACTS_MAX ? NULL : new_member(s, s->name_count + 1);
    if (!m)
        return 0;
    s->name_count++;
    for (uint32_t i = 0; i < count; i++)
        ids[i] = (gms_id)contacts[i];
    return start(s, m, ids, count);
}

/* Who is there, as the registry of a machine would say. */
static uint32_t registered(const struct sim *s, int but_not, gms_id ids[GMS_CONTACTS_MAX]) {
    uint32_t count = 0;
    for (int who = 1; who <= s->count && count < GMS_CONTACTS_MAX; who++) {
        if (who != but_not && !s->member[who]->gone)
            ids[count++] = (gms_id)who;
    }
    return count;
}

void sim_look_around(struct sim *s, int who) {
    struct sim_member *m = sim_at(s, who);
    gms_id ids[GMS_CONTACTS_MAX];
    m->looks_around = !m->gone && !gms_has_quorum(&m->node.gms);
    if (!m->looks_around)
        return;
    if (!m->hung)
        node_contacts(&m->node, s->now, ids, registered(s, who, ids), NULL);
    sim_push(s, s->now + LOOK_PERIOD, SIM_LOOK_AROUND, who, who);
    sim_go_on(m);
}

/* As another incarnation, through whoever is there; the network treats it as it did the one before. */
void sim_come_back(struct sim *s, int who) {
    const int name = sim_at(s, who)->name;
    gms_id ids[GMS_CONTACTS_MAX];
    struct sim_member *m = new_member(s, name);
    s->coming_back--;
    if (!m)
        return;
    m->back = true;
    for (int other = 1; other < s->count; other++) {
        if (s->link[who][other].cut)
            sim_cut(s, s->count, other, true);
        if (s->link[other][who].cut)
            sim_cut(s, other, s->count, true);
    }
    const uint32_t count = registered(s, s->count, ids);
    if (count > 0)
        start(s, m, ids, count);
    else
        m->gone = true; /* nobody is there: it would found another group */
}

const char *sim_change(struct sim *s, int who, int n) {
    uint8_t body[SIM_BODY_SIZE_MAX];
    struct sim_member *m = sim_at(s, who);
    if (m->gone || m->hung)
        return m->gone ? "gone" : "hung";
    const size_t size = s->config.app->change(n, body);
    const enum gms_drop why = node_mcast(&m->node, s->now, body, size);
    sim_go_on(m);
    return why == GMS_USED ? NULL : gms_drop_text(why);
}

void sim_leave(struct sim *s, int who) {
    struct sim_member *m = sim_at(s, who);
    if (m->gone || m->hung)
        return;
    node_leave(&m->node, s->now);
    sim_go_on(m);
}

void sim_hear(struct sim *s, int from, int to, const uint8_t *frame, size_t size) {
    struct sim_member *m = sim_at(s, to);
    if (m->gone)
        return;
    s->messages++;
    watch(s, SIM_ARRIVES, from, to, frame, size);
    node_receive(&m->node, s->now, (gms_id)from, frame, size);
    sim_go_on(m);
}

void sim_deliver(struct sim *s, int from, int to) {
    struct sim_frame frame;
    if (!sim_link_take(&s->link[from][to], &frame))
        return;
    sim_hear(s, from, to, frame.bytes, frame.size);
    free(frame.bytes);
}

void sim_tell_down(struct sim *s, int whom, int to) {
    struct sim_member *m = sim_at(s, to);
    if (m->gone || m->told[whom])
        return;
    m->told[whom] = true;
    node_down(&m->node, s->now, (gms_id)whom, "crashed");
    sim_go_on(m);
}

void sim_heartbeat(struct sim *s, int from, int to) {
    struct sim_member *m = sim_at(s, from);
    if (!m->gone && !m->hung)
        node_heartbeat(&m->node, s->now, (gms_id)to);
}

void sim_timer(struct sim *s, int who) {
    struct sim_member *m = sim_at(s, who);
    const gms_time at = sim_due(s, who);
    if (m->gone || at == GMS_NEVER)
        return;
    s->now = at > s->now ? at : s->now;
    m->timer_at = GMS_NEVER;
    node_timer(&m->node, s->now);
    sim_go_on(m);
}
