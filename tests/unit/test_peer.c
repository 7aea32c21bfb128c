/* A peer can never abort us: whatever well-formed messages arrive, from whomever, in whatever phase, a step
 * ends with its invariants in force, and what a member shows stays consistent in itself: its views rise, the
 * numbers of what it delivers have no gaps, and while it is blocked it delivers nothing but what ends its
 * view.
 *
 * Half of the runs draw blindly; the others draw close to what the member expects, for only such lies get
 * far. Each rung's runs are a process of their own, for an assert, or a loop without end, would end this one.
 * The same source runs with both profiles: the limits of the small one are within reach.
 */
#include "gms/message.h"
#include "gms/rng.h"
#include "gms/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ME        3
#define IDS       5
#define STRANGERS 200 /* more than a view has room for */
#define STEPS     150
#define SEED_S    10 /* longer, and a seed runs without end */
#ifdef GMS_PROFILE_SMALL
#define RUNS 10000
#else
#define RUNS 3000
#endif

static struct gms member;
static struct gms_actions actions; /* large */

/* -- What a peer may say -------------------------------------------------------------------------------- */

struct lie {
    struct gms_rng rng;
    bool close; /* to what the member expects */
    gms_id members[GMS_MEMBERS_MAX];
    uint64_t counts[GMS_MEMBERS_MAX];
    uint8_t body[GMS_BODY_SIZE_MAX];
};

static uint64_t draw(struct lie *lie, uint64_t below) {
    return gms_rng_below(&lie->rng, below);
}

static bool one_in(struct lie *lie, uint64_t n) {
    return draw(lie, n) == 0;
}

static gms_id some_id(struct lie *lie) {
    return one_in(lie, 40) ? 1 + draw(lie, STRANGERS) : 1 + draw(lie, IDS);
}

/* Somewhere around it; now and then what nobody would believe. */
static uint64_t around(struct lie *lie, uint64_t expected) {
    if (one_in(lie, 40))
        return UINT64_MAX - draw(lie, 3);
    if (one_in(lie, 40))
        return ((uint64_t)1 << draw(lie, 64)) / 3 * 2;
    if (!lie->close || one_in(lie, 8))
        return draw(lie, 8);
    const uint64_t at = expected + draw(lie, 5);
    return at < 2 ? 0 : at - 2;
}

static uint64_t some_ballot(struct lie *lie, gms_id from) {
    const struct gms5_state *s = &member.gms5;
    const uint64_t highest = s->promised > s->ballot ? s->promised : s->ballot;
    uint64_t rank = draw(lie, IDS);
    if (member.gms1.config.rung != GMS_RUNG_5 || one_in(lie, 10))
        return around(lie, 256);
    if (one_in(lie, 3))
        return highest;
    for (uint32_t i = 0; i < member.gms1.view.count; i++)
        rank = member.gms1.view.members[i] == from ? i : rank;
    return ((highest >> 8) + draw(lie, 3)) << 8 | rank;
}

/* Mostly the present view, without some, and with newcomers at the end. */
static uint32_t some_members(struct lie *lie) {
    const struct gms_view *view = &member.gms1.view;
    const uint64_t first = draw(lie, IDS);
    uint32_t count = 0;
    if (!lie->close || one_in(lie, 4)) {
        for (uint64_t i = 0; i < IDS; i++)
            lie->members[count++] = one_in(lie, 40) ? some_id(lie) : 1 + (first + i) % IDS;
        return 1 + (uint32_t)draw(lie, IDS);
    }
    for (uint32_t i = 0; i < view->count; i++) {
        if (!one_in(lie, 5))
            lie->members[count++] = view->members[i];
    }
    while (count < GMS_MEMBERS_MAX && one_in(lie, 3))
        lie->members[count++] = some_id(lie);
    return count;
}

/* All fields that the codec carries for a type are drawn; those that it does not are zero. */
static struct gms_message any_message(struct lie *lie, gms_id from) {
    const struct gms_view *view = &member.gms1.view;
    struct gms_message m = {.type = (enum gms_type)(GMS_JOIN + draw(lie, GMS_TYPES - GMS_JOIN)),
                            .view = (uint32_t)around(lie, view->number),
                            .seq = around(lie, gms_expected(&member)),
                            .origin = one_in(lie, 2) ? from : some_id(lie),
                            .n = around(lie, 2),
                            .last = around(lie, gms_expected(&member)),
                            .committed = around(lie, gms_expected(&member)),
                            .stable = around(lie, gms_expected(&member))};
    if (lie->close && !one_in(lie, 4))
        m.view = view->number + (m.type == GMS_INSTALL || m.type == GMS_VIEW);
    if (m.type == GMS_REQUEST || m.type == GMS_MSG || m.type == GMS_INSTALL) {
        m.body = lie->body;
        m.body_size = one_in(lie, 20) ? (uint32_t)draw(lie, GMS_BODY_SIZE_MAX + 1) : 2;
    }
    if (m.type == GMS_VIEW || m.type == GMS_PROMISE || m.type == GMS_ACCEPT || m.type == GMS_INSTALL) {
        m.members = lie->members;
        m.member_count = some_members(lie);
    }
    if (m.type == GMS_INSTALL || (m.type == GMS_VIEW && one_in(lie, 2))) {
        m.counts = lie->counts;
        for (uint32_t i = 0; i < GMS_MEMBERS_MAX; i++)
            lie->counts[i] = around(lie, 2);
    }
    if (m.type >= GMS_PREPARE && m.type <= GMS_ACCEPTED)
        m.ballot = some_ballot(lie, from);
    if (m.type == GMS_PROMISE && one_in(lie, 2)) {
        m.accepted = one_in(lie, 2) ? m.ballot : some_ballot(lie, from);
    } else if (m.type == GMS_PROMISE) {
        m.member_count = 0;
        m.last = 0;
    }
    return m;
}

static struct gms_event any_event(struct lie *lie, gms_time now) {
    struct gms_event e = {.type = GMS_EVENT_RECEIVE, .now = now, .from = some_id(lie)};
    switch (draw(lie, 40)) {
    case 0:
    case 1: e.type = GMS_EVENT_MCAST; break;
    case 2: e.type = GMS_EVENT_DOWN; break;
    case 3: e.type = GMS_EVENT_SUSPECT; break;
    case 4:
    case 5:
    case 6: e.type = GMS_EVENT_TIMER; break;
    case 7: e.type = one_in(lie, 10) ? GMS_EVENT_LEAVE : GMS_EVENT_MCAST; break;
    default: break;
    }
    e.more = e.type != GMS_EVENT_TIMER && one_in(lie, 3);
    if (e.from == ME)
        e.from = 1; /* a link knows its two ends */
    e.message = any_message(lie, e.from);
    if (e.type == GMS_EVENT_MCAST)
        e.message = (struct gms_message){.body = lie->body, .body_size = 2};
    return e;
}

/* -- What the member shows ------------------------------------------------------------------------------ */

struct seen {
    uint32_t view;
    uint64_t seq; /* of the last delivery or view, 0: none */
    bool blocked, ended;
};

static void must(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "not true: %s; the step's actions:\n", what);
    for (uint32_t i = 0; i < actions.count; i++)
        fprintf(stderr, "  %d %s\n", actions.list[i].type, gms_type_name(actions.list[i].message.type));
    _exit(3);
}

static bool lists_me(const struct gms_message *view) {
    for (uint32_t i = 0; i < view->member_count; i++) {
        if (view->members[i] == ME)
            return true;
    }
    return false;
}

static void judge_action(struct seen *seen, const struct gms_action *a, bool owes_view) {
    const bool numbered = member.gms1.config.rung >= GMS_RUNG_3;
    const struct gms_message *m = &a->message;
    must(!seen->ended || a->type == GMS_DO_DROP || a->type == GMS_DO_SEND || a->type == GMS_DO_SEND_ALL,
         "who is out only says so");
    switch (a->type) {
    case GMS_DO_SEND:
        must(a->whom != GMS_NOBODY, "it sends to somebody");
        must(gms_message_check(m) == GMS_USED, "what it sends is well-formed");
        break;
    case GMS_DO_SEND_ALL:
        must(a->to_count > 0, "it sends to somebody");
        for (uint32_t i = 0; i < a->to_count; i++)
            must(a->to[i] != GMS_NOBODY && a->to[i] != ME, "and not to itself");
        must(gms_message_check(m) == GMS_USED, "what it sends is well-formed");
        break;
    case GMS_DO_DELIVER:
        must(seen->view > 0, "deliveries come after a view");
        must(!numbered || m->seq == seen->seq + 1, "deliveries have no gap");
        must(!seen->blocked || owes_view, "who is blocked delivers nothing");
        seen->seq = m->seq;
        break;
    case GMS_DO_INSTALL:
        must(lists_me(m), "it is in its views");
        must(member.gms1.config.rung < GMS_RUNG_5 || m->view > seen->view, "views rise");
        must(!numbered || seen->view == 0 || m->seq == seen->seq + 1, "views have no gap");
        seen->seq = m->seq;
        seen->view = m->view;
        break;
    case GMS_DO_BLOCK:
    case GMS_DO_UNBLOCK: seen->blocked = a->type == GMS_DO_BLOCK; break;
    case GMS_DO_LEFT:
    case GMS_DO_FAILED:
    case GMS_DO_EXCLUDED: seen->ended = true; break;
    case GMS_DO_LEAD:
    case GMS_DO_WATCH:
    case GMS_DO_DROP:
    case GMS_DO_FREEZE:
    case GMS_DO_NO_QUORUM:
    case GMS_DO_QUORUM:
    case GMS_DO_SUSPECT:
    case GMS_DO_SNAPSHOT:
    case GMS_DO_ADOPT: break;
    }
}

/* True: the application is asked for its state. */
static bool judge(struct seen *seen) {
    uint32_t last_install = 0;
    bool snapshot = false;
    for (uint32_t i = 0; i < actions.count; i++) {
        if (actions.list[i].type == GMS_DO_INSTALL)
            last_install = i;
    }
    for (uint32_t i = 0; i < actions.count; i++) {
        judge_action(seen, &actions.list[i], i < last_install);
        snapshot = snapshot || actions.list[i].type == GMS_DO_SNAPSHOT;
    }
    return snapshot;
}

static void step(struct seen *seen, struct gms_event *e, struct lie *lie) {
    const bool ended = seen->ended;
    gms_step(&member, e, &actions);
    must(!ended || actions.count == 0, "who is out does nothing any more");
    if (!judge(seen))
        return;
    const struct gms_event state = {
        .type = GMS_EVENT_SNAPSHOT, .now = e->now, .message = {.body = lie->body, .body_size = 20}};
    gms_step(&member, &state, &actions);
    judge(seen);
}

/* -- Runs ----------------------------------------------------------------------------------------------- */

static void run(enum gms_rung_id rung, uint64_t seed) {
    static struct lie lie;
    struct seen seen = {0};
    const gms_id contacts[] = {1, 2};
    gms_rng_seed(&lie.rng, seed);
    lie.close = seed % 2 == 0;
    const struct gms_config config = {.rung = rung,
                                      .me = ME,
                                      .join_timeout = 20,
                                      .resend_timeout = 3,
                                      .seed = seed,
                                      .delivery = one_in(&lie, 4) ? GMS_AGREED : GMS_SAFE,
                                      .last_man_standing = one_in(&lie, 4)};
    gms_init(&member, &config);
    struct gms_event e = {
        .type = GMS_EVENT_START, .contacts = contacts, .contact_count = (uint32_t)draw(&lie, 3)};
    step(&seen, &e, &lie);
    for (gms_time now = 1; now <= STEPS; now++) {
        e = any_event(&lie, now);
        step(&seen, &e, &lie);
    }
}

/* Runs every seed of a rung in a child; reports the seed that ended it. */
static void survive(enum gms_rung_id rung) {
    int seeds[2], status;
    uint64_t seed = 0;
    const char *only = getenv("GROUPY_SEED");
    assert_int_equal(pipe(seeds), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(seeds[0]);
        for (seed = 1; seed <= RUNS; seed++) {
            if (only && seed != strtoull(only, NULL, 10))
                continue;
            if (write(seeds[1], &seed, sizeof seed) != sizeof seed)
                _exit(2);
            alarm(SEED_S);
            run(rung, seed);
        }
        _exit(0);
    }
    close(seeds[1]);
    while (read(seeds[0], &seed, sizeof seed) == sizeof seed)
        continue;
    close(seeds[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("%s: a message from a peer ended the process; GROUPY_SEED=%u repeats it",
                 gms_rung_name(rung), (unsigned)seed);
}

static void no_message_from_a_peer_aborts_a_member_at_gms1(void **state) {
    (void)state;
    survive(GMS_RUNG_1);
}

static void no_message_from_a_peer_aborts_a_member_at_gms2(void **state) {
    (void)state;
    survive(GMS_RUNG_2);
}

static void no_message_from_a_peer_aborts_a_member_at_gms3(void **state) {
    (void)state;
    survive(GMS_RUNG_3);
}

static void no_message_from_a_peer_aborts_a_member_at_gms4_ack(void **state) {
    (void)state;
    survive(GMS_RUNG_4_ACK);
}

static void no_message_from_a_peer_aborts_a_member_at_gms4_nack(void **state) {
    (void)state;
    survive(GMS_RUNG_4_NACK);
}

static void no_message_from_a_peer_aborts_a_member_at_gms5(void **state) {
    (void)state;
    survive(GMS_RUNG_5);
}

/* Limits: full of what can be held back, then an election that sets it all free at once. */
static void the_longest_step_fits_its_actions(void **state) {
    const struct gms_config config = {.rung = GMS_RUNG_3, .me = ME};
    const gms_id contact = 1;
    gms_id members[GMS_MEMBERS_MAX] = {1, 2, ME};
    (void)state;
    for (gms_id i = 3; i < GMS_MEMBERS_MAX; i++)
        members[i] = i + 1;
    gms_init(&member, &config);
    const struct gms_event start = {.type = GMS_EVENT_START, .contacts = &contact, .contact_count = 1};
    gms_step(&member, &start, &actions);
    struct gms_event view = {
        .type = GMS_EVENT_RECEIVE,
        .from = 1,
        .message = {
            .type = GMS_VIEW, .view = 1, .seq = 1, .members = members, .member_count = GMS_MEMBERS_MAX}};
    assert_int_equal(gms_step(&member, &view, &actions), GMS_USED);
    const struct gms_event leave = {.type = GMS_EVENT_LEAVE}; /* then each view installed repeats the LEAVE */
    assert_int_equal(gms_step(&member, &leave, &actions), GMS_USED);
    view.from = 2;
    view.message.members = members + 1;
    view.message.member_count = GMS_MEMBERS_MAX - 1;
    for (uint32_t i = 0; i < GMS_HOLD_MAX; i++) {
        view.message.view = 2 + i;
        view.message.seq = 2 + i;
        assert_int_equal(gms_step(&member, &view, &actions), GMS_HELD);
    }
    assert_int_equal(gms_step(&member, &view, &actions), GMS_DROP_HOLD_FULL);
    const struct gms_event down = {.type = GMS_EVENT_DOWN, .from = 1};
    assert_int_equal(gms_step(&member, &down, &actions), GMS_USED);
    assert_int_equal(gms_current_view(&member)->number, 1 + GMS_HOLD_MAX);
    assert_int_equal(gms_leader(&member), 2);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms1),
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms2),
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms3),
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms4_ack),
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms4_nack),
        cmocka_unit_test(no_message_from_a_peer_aborts_a_member_at_gms5),
        cmocka_unit_test(the_longest_step_fits_its_actions),
    };
    return cmocka_run_group_tests_name("peer", tests, NULL, NULL);
}
