/* The group is the simulator's, driven by hand, with real workers on top. Time moves by a microsecond with
 * each event, so that the checker can tell before from after.
 */
#include "tests/lib/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "app/worker_app.h"
#include "tests/lib/story.h"

#define OUTCOME_MS 5000

struct cluster {
    struct sim *sim;
    enum gms_rung_id rung;
    bool sends;            /* are told as well */
    bool no_messages;      /* are told at all */
    enum gms_type arrived; /* the last message that did */
    struct story story;
    struct check check;
};

/* -- The story --------------------------------------------------------------------------------------- */

static void on_record(void *self, const struct trace_record *r, const struct address_book *book) {
    struct cluster *c = self;
    (void)book;
    check_feed(&c->check, r);
    story_add_record(&c->story, r);
    if (r->ev == TRACE_EXIT && sim_failed(c->sim, (int)r->id))
        story_add(&c->story, "w%d fails: no reply from leader", (int)r->id);
}

static void on_frame(void *self, enum sim_sight sight, int from, int to, const uint8_t *frame, size_t size) {
    struct cluster *c = self;
    switch (sight) {
    case SIM_SENT:
        if (c->sends)
            story_add_frame(&c->story, from, "sends to", to, frame, size);
        break;
    case SIM_ARRIVES:
        c->arrived = story_type_of(frame, size);
        if (!c->no_messages)
            story_add_frame(&c->story, from, "->", to, frame, size);
        break;
    }
}

void cluster_story_(struct cluster *c, const char *expected, const char *file, int line) {
    story_compare(&c->story, expected, file, line);
    cluster_skip(c);
}

void cluster_skip(struct cluster *c) {
    c->story.line_count = 0;
}

void with_sends(struct cluster *c) {
    c->sends = true;
}

void without_messages(struct cluster *c) {
    c->no_messages = true;
    c->story.messages_hidden = true;
}

void without_numbers(struct cluster *c) {
    c->story.numbers_hidden = true;
}

/* -- The group --------------------------------------------------------------------------------------- */

static void tick(struct cluster *c) {
    sim_run(c->sim, sim_now(c->sim) + SIM_US);
}

static int start(struct cluster *c, const int *contacts, uint32_t count) {
    tick(c);
    assert_true(sim_count(c->sim) < CLUSTER_MEMBERS_MAX);
    return sim_add(c->sim, contacts, count);
}

struct cluster *cluster_of(enum gms_rung_id rung, int members) {
    const struct cluster_settings settings = {.rung = rung};
    return cluster_with(&settings, members);
}

/* The members' memory is large, and to get it costs more than what they do here: the next group uses it
 * again. */
static struct sim *spare;

static void free_spare(void) {
    sim_free(&spare);
}

static struct sim *take_sim(const struct sim_config *config) {
    static bool at_exit;
    struct sim *sim = spare;
    if (!at_exit)
        atexit(free_spare);
    at_exit = true;
    spare = NULL;
    if (!sim)
        return sim_new(config);
    sim_reset(sim, config);
    return sim;
}

struct cluster *cluster_with(const struct cluster_settings *settings, int members) {
    struct cluster *c = calloc(1, sizeof *c);
    assert_non_null(c);
    c->rung = settings->rung;
    const struct sim_config config = {.rung = settings->rung,
                                      .delivery = settings->delivery,
                                      .last_man_standing = settings->last_man_standing,
                                      .app = &worker_app,
                                      .join_timeout = CLUSTER_JOIN_TIMEOUT_MS * SIM_MS,
                                      .resend_timeout = 50 * SIM_MS,
                                      .knows_state = true,
                                      .manual = true,
                                      .trace = on_record,
                                      .trace_self = c,
                                      .watch = on_frame,
                                      .watch_self = c};
    check_init(&c->check, &(struct check_settings){.rung = settings->rung,
                                                   .agreed = settings->delivery == GMS_AGREED,
                                                   .last_man_standing = settings->last_man_standing});
    c->sim = take_sim(&config);
    assert_non_null(c->sim);
    start(c, NULL, 0);
    for (int i = 2; i <= members; i++) {
        join(c, 1);
        settle(c);
    }
    cluster_skip(c);
    return c;
}

void cluster_free(struct cluster **c_p) {
    struct cluster *c = *c_p;
    if (!c)
        return;
    sim_free(&spare);
    spare = c->sim;
    free(c);
    *c_p = NULL;
}

void with_state_transfer(struct cluster *c) {
    sim_set_knows_state(c->sim, false);
}

int join(struct cluster *c, int contact) {
    return start(c, &contact, 1);
}

int join_through(struct cluster *c, int first, int then) {
    const int contacts[2] = {first, then};
    return start(c, contacts, 2);
}

void multicast(struct cluster *c, int who, int change) {
    tick(c);
    const char *why = sim_change(c->sim, who, change);
    if (why)
        story_add(&c->story, "w%d can't multicast: %s", who, why);
}

void leave(struct cluster *c, int who) {
    tick(c);
    story_add(&c->story, "w%d wants to leave", who);
    sim_leave(c->sim, who);
}

/* -- The network ------------------------------------------------------------------------------------- */

int on_the_way(const struct cluster *c, int from, int to) {
    return sim_on_the_way(c->sim, from, to);
}

static uint32_t held_back(const struct cluster *c, int who) {
    return node_of(c, who)->gms.gms1.hold.count;
}

void deliver_one(struct cluster *c, int from, int to) {
    const uint32_t held = held_back(c, to);
    assert_true(on_the_way(c, from, to) > 0);
    tick(c);
    sim_deliver(c->sim, from, to);
    if (held_back(c, to) > held)
        story_add(&c->story, "w%d holds it back", to);
}

void inject(struct cluster *c, int from, int to, const struct gms_message *m) {
    uint8_t bytes[4096];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    wire_put_frame_header(&out, node_of(c, to)->group, (gms_id)from);
    wire_put_gms(&out, m, 0, &node_of(c, to)->book);
    tick(c);
    sim_hear(c->sim, from, to, bytes, out.size);
}

void deliver_link(struct cluster *c, int from, int to) {
    while (on_the_way(c, from, to) > 0)
        deliver_one(c, from, to);
}

void deliver_until(struct cluster *c, int from, int to, enum gms_type type) {
    do
        deliver_one(c, from, to);
    while (c->arrived != type);
}

void exchange(struct cluster *c, int who, const char *with) {
    for (; *with; with++) {
        deliver_link(c, who, *with - '0');
        deliver_link(c, *with - '0', who);
    }
}

void deliver_all(struct cluster *c) {
    bool moved = true;
    while (moved) {
        moved = false;
        for (int from = 1; from <= sim_count(c->sim); from++) {
            for (int to = 1; to <= sim_count(c->sim); to++) {
                if (on_the_way(c, from, to) == 0 || sim_hung(c->sim, to))
                    continue;
                deliver_one(c, from, to);
                moved = true;
            }
        }
    }
}

void tell_down(struct cluster *c, int whom, int to) {
    assert_false(sim_alive(c->sim, whom));
    assert_int_equal(on_the_way(c, whom, to), 0); /* the detector is perfect: after the drain */
    tick(c);
    sim_tell_down(c->sim, whom, to);
}

static bool tell_some_down(struct cluster *c) {
    bool told = false;
    for (int whom = 1; whom <= sim_count(c->sim); whom++) {
        for (int to = 1; to <= sim_count(c->sim) && !sim_alive(c->sim, whom); to++) {
            if (!sim_alive(c->sim, to) || sim_hung(c->sim, to) || sim_was_told(c->sim, whom, to) ||
                on_the_way(c, whom, to) > 0)
                continue;
            tell_down(c, whom, to);
            told = true;
        }
    }
    return told;
}

void settle(struct cluster *c) {
    do
        deliver_all(c);
    while (tell_some_down(c));
}

/* Whose timer is the next to fire; 0: nobody's. */
static int next_due(const struct cluster *c) {
    int next = 0;
    for (int who = 1; who <= sim_count(c->sim); who++) {
        if (!sim_hung(c->sim, who) && sim_due(c->sim, who) != GMS_NEVER &&
            (next == 0 || sim_due(c->sim, who) < sim_due(c->sim, next)))
            next = who;
    }
    return next;
}

static void let_pass(struct cluster *c, uint64_t ms, bool messages_too) {
    const gms_time until = sim_now(c->sim) + ms * SIM_MS;
    int next;
    if (messages_too)
        settle(c);
    while ((next = next_due(c)) > 0 && sim_due(c->sim, next) <= until) {
        sim_timer(c->sim, next);
        if (messages_too)
            settle(c);
    }
    sim_run(c->sim, until);
}

void pass_ms(struct cluster *c, uint64_t ms) {
    story_add(&c->story, "%d ms pass", (int)ms);
    let_pass(c, ms, false);
}

void run_ms(struct cluster *c, uint64_t ms) {
    let_pass(c, ms, true);
}

void heartbeat(struct cluster *c, int from, int to) {
    tick(c);
    sim_heartbeat(c->sim, from, to);
}

/* -- Faults ------------------------------------------------------------------------------------------ */

void crash(struct cluster *c, int who) {
    tick(c);
    sim_crash(c->sim, who);
}

void keep_only(struct cluster *c, int from, int to, int count) {
    sim_keep(c->sim, from, to, count);
}

void arm_crash(struct cluster *c, int who, uint32_t after) {
    tick(c);
    sim_arm_crash(c->sim, who, after);
}

void lose_next(struct cluster *c, int from, int to) {
    tick(c);
    assert_true(sim_lose(c->sim, from, to, 1));
}

void lose_links(struct cluster *c, int from, const char *to) {
    for (; *to; to++)
        keep_only(c, from, *to - '0', 0);
}

void lose_one(struct cluster *c, int from, int to) {
    assert_true(on_the_way(c, from, to) > 0);
    tick(c);
    sim_lose_one(c->sim, from, to);
}

void cut(struct cluster *c, int from, int to) {
    tick(c);
    sim_cut(c->sim, from, to, true);
}

void heal(struct cluster *c) {
    tick(c);
    sim_heal(c->sim);
}

void hang(struct cluster *c, int who) {
    tick(c);
    sim_hang(c->sim, who);
}

void resume(struct cluster *c, int who) {
    tick(c);
    sim_resume(c->sim, who);
}

void suspect(struct cluster *c, int whom, int by) {
    tick(c);
    sim_suspect(c->sim, whom, by);
}

/* -- The outcome ------------------------------------------------------------------------------------- */

static bool survives(const struct cluster *c, int who) {
    return sim_alive(c->sim, who) && node_of(c, who)->view > 0;
}

static bool correct(const struct cluster *c, int who) {
    const struct gms *gms = &node_of(c, who)->gms;
    return survives(c, who) && gms_phase(gms) != GMS_FROZEN && !gms_blocked(gms);
}

/* From gms4 on what is lost is said again in time. */
static void come_to_rest(struct cluster *c) {
    settle(c);
    if (c->rung < GMS_RUNG_4_ACK)
        return;
    for (int from = 1; from <= sim_count(c->sim); from++) {
        for (int to = 1; to <= sim_count(c->sim); to++)
            heartbeat(c, from, to);
    }
    run_ms(c, OUTCOME_MS);
}

const char *cluster_outcome(struct cluster *c) {
    uint64_t before[CLUSTER_MEMBERS_MAX + 1] = {0};
    int first = 0;
    bool parted = false, stuck = false;
    c->story.silent = true;
    come_to_rest(c);
    for (int who = 1; who <= sim_count(c->sim); who++)
        before[who] = worker_of(c, who).state.count;
    for (int who = 1; who <= sim_count(c->sim); who++) {
        if (survives(c, who))
            multicast(c, who, 1);
    }
    come_to_rest(c);
    check_end(&c->check);
    for (int who = 1; who <= sim_count(c->sim); who++) {
        const struct trace_state state = worker_of(c, who).state;
        if (correct(c, who) && first == 0)
            first = who;
        const struct trace_state model = worker_of(c, first > 0 ? first : who).state;
        parted = parted || (correct(c, who) && !trace_state_equal(&model, &state));
        stuck = stuck || (survives(c, who) && state.count == before[who]);
    }
    c->story.silent = false;
    return parted ? "desync" : stuck ? "halt" : "sync";
}

const char *cluster_verdict(const struct cluster *c) {
    switch (check_outcome(&c->check)) {
    case CHECK_SYNC: return "sync";
    case CHECK_DESYNC: return "desync";
    case CHECK_HALT: return "halt";
    }
    return "?";
}

const struct check *cluster_check(const struct cluster *c) {
    return &c->check;
}

const struct node *node_of(const struct cluster *c, int who) {
    return sim_node(c->sim, who);
}

struct sim_app_state worker_of(const struct cluster *c, int who) {
    struct sim_app_state seen;
    sim_look(c->sim, who, &seen);
    return seen;
}

const char *color_of(const struct cluster *c, int who) {
    static char text[sizeof "#rrggbb"];
    const struct sim_app_state seen = worker_of(c, who);
    snprintf(text, sizeof text, "#%02x%02x%02x", seen.state.color[0], seen.state.color[1],
             seen.state.color[2]);
    return text;
}
