/* A run that is heard from its middle on, as a scope hears a group that has been there for a while: each
 * member from another moment on, and with a gap. What the checker says of the whole it must say of that: no
 * false alarm; and what goes wrong later, it must find.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/random_run.h"
#include "gms/rng.h"

#define MEMBERS_MAX 64 /* more than these runs start, those that come back included */
#define RECORDS_MAX 200000

/* -- A run, kept ----------------------------------------------------------------------------------------- */

struct kept {
    struct trace_record record;
    char type[16], why[80], what[80];
    gms_id members[16];
};

static struct kept *run;
static uint32_t run_count, first_fault;

static const char *keep_text(char *to, size_t size, const char *text) {
    if (text)
        snprintf(to, size, "%s", text);
    return text ? to : NULL;
}

static void keep(void *self, const struct trace_record *r) {
    (void)self;
    if (run_count == RECORDS_MAX)
        return;
    struct kept *k = &run[run_count++];
    k->record = *r;
    k->record.type = keep_text(k->type, sizeof k->type, r->type);
    k->record.why = keep_text(k->why, sizeof k->why, r->why);
    k->record.what = keep_text(k->what, sizeof k->what, r->what);
    assert_true(r->member_count <= 16);
    if (r->members)
        memcpy(k->members, r->members, r->member_count * sizeof *r->members);
    k->record.members = r->members ? k->members : NULL;
    const bool fault = r->ev == TRACE_CRASH || r->ev == TRACE_FAULT || r->ev == TRACE_SUSPECT ||
                       r->ev == TRACE_DOWN || r->ev == TRACE_LOSE || r->ev == TRACE_HANG;
    if (fault && first_fault == UINT32_MAX)
        first_fault = run_count - 1;
}

/* -- Where a member is ----------------------------------------------------------------------------------- */

struct place {
    const struct trace_record *view;
    struct trace_state state;
    uint64_t own;
    bool joined, has_state, blocked, no_quorum, frozen, exited, crashed;
};

static void follow(struct place *p, const struct trace_record *r) {
    switch (r->ev) {
    case TRACE_JOIN: p->joined = true; break;
    case TRACE_VIEW:
        if (!p->view && !p->joined) {
            p->has_state = true;
            trace_state_init(&p->state);
        }
        p->view = r;
        p->blocked = p->no_quorum = false;
        break;
    case TRACE_STATE:
        p->has_state = true;
        p->state = r->state;
        break;
    case TRACE_DELIVER: p->state = r->state; break;
    case TRACE_MCAST: p->own = r->m_n; break;
    case TRACE_BLOCK: p->blocked = true; break;
    case TRACE_UNBLOCK: p->blocked = false; break;
    case TRACE_NO_QUORUM: p->no_quorum = true; break;
    case TRACE_QUORUM: p->no_quorum = false; break;
    case TRACE_FREEZE: p->frozen = true; break;
    case TRACE_EXCLUDED:
    case TRACE_LEAVE:
    case TRACE_EXIT: p->exited = true; break;
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_LOSE:
    case TRACE_DROP:
    case TRACE_SUSPECT:
    case TRACE_DOWN:
    case TRACE_LEAD:
    case TRACE_FAULT:
    case TRACE_CRASH:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_NOTE:
    case TRACE_EVS: break;
    }
}

static void say_here(struct check *c, gms_id id, const struct place *p, gms_time t) {
    struct trace_record r = {.t = t, .id = id, .here = true};
    if (p->exited) {
        r.ev = TRACE_EXIT;
        check_feed(c, &r);
        return;
    }
    if (!p->view) {
        r.ev = TRACE_JOIN;
        if (p->joined)
            check_feed(c, &r);
        if (!p->joined)
            return;
    } else {
        r = *p->view;
        r.here = true;
        r.t = t;
        r.seq = 0;
        r.m_origin = p->own > 0 ? id : GMS_NOBODY;
        r.m_n = p->own;
        check_feed(c, &r);
    }
    if (p->has_state) {
        r = (struct trace_record){
            .ev = TRACE_STATE, .t = t, .id = id, .peer = id, .here = true, .state = p->state};
        check_feed(c, &r);
    }
    r = (struct trace_record){.t = t, .id = id, .here = true};
    const struct {
        bool is;
        enum trace_ev ev;
    } conditions[] = {{p->frozen, TRACE_FREEZE}, {p->blocked, TRACE_BLOCK}, {p->no_quorum, TRACE_NO_QUORUM}};
    for (size_t i = 0; i < 3; i++) {
        r.ev = conditions[i].ev;
        if (conditions[i].is)
            check_feed(c, &r);
    }
}

/* -- Heard from the middle on ---------------------------------------------------------------------------- */

/* From `from` on somebody listens to everybody, a bit later to one than to the other; `gap` records, again
 * not the same ones, are missed by each later on. */
static void hear(struct check *c, const struct check_settings *settings, uint32_t from, uint32_t skew,
                 uint32_t gap_at, uint32_t gap, struct gms_rng *rng) {
    struct place places[MEMBERS_MAX] = {0};
    bool listening[MEMBERS_MAX] = {false};
    uint32_t starts[MEMBERS_MAX], gaps[MEMBERS_MAX];
    for (int i = 0; i < MEMBERS_MAX; i++) {
        starts[i] = from + (uint32_t)gms_rng_below(rng, skew);
        gaps[i] = gap > 0 ? gap_at + (uint32_t)gms_rng_below(rng, skew) : UINT32_MAX;
    }
    check_init(c, settings);
    for (uint32_t at = 0; at < run_count; at++) {
        const struct trace_record *r = &run[at].record;
        const gms_id id = r->id;
        assert_true(id < MEMBERS_MAX);
        for (gms_id i = 1; i < MEMBERS_MAX; i++) {
            struct place *p = &places[i];
            const bool hears = at >= starts[i] && !(at >= gaps[i] && at < gaps[i] + gap);
            if (!hears && listening[i])
                check_lose(c, i);
            if (hears && !listening[i] && (p->view || p->joined) && !p->crashed)
                say_here(c, i, p, r->t);
            listening[i] = hears && !p->crashed;
        }
        if (id == GMS_NOBODY ? at >= from : listening[id])
            check_feed(c, r);
        if (r->ev == TRACE_CRASH)
            places[r->peer].crashed = true;
        else if (id != GMS_NOBODY)
            follow(&places[id], r);
    }
    check_end(c);
}

/* -- Runs ------------------------------------------------------------------------------------------------ */

static struct recorder recorder;
static struct check *heard;

static void play(struct sim **sim, enum gms_rung_id rung, uint32_t faults, uint64_t seed) {
    const struct random_run random = {.rung = rung,
                                      .members_min = 3,
                                      .members_max = 6,
                                      .faults = faults,
                                      .seed = seed,
                                      .for_ms = 3000,
                                      .mean_ms = 40,
                                      .fault_mean_ms = 700};
    run_count = 0;
    first_fault = UINT32_MAX;
    recorder.also = keep;
    recorder_reset(&recorder, rung);
    const struct sim_config config = recorder_sim_config(&recorder, rung, seed);
    if (!*sim)
        *sim = sim_new(&config);
    assert_non_null(*sim);
    random_run(&random, *sim, &recorder, NULL);
}

static void alarm_is_false(enum gms_rung_id rung, uint64_t seed, uint32_t from) {
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const struct check_witness *w = check_witness_of(heard, (enum check_property)p);
        if (w && check_property(recorder.check, (enum check_property)p) != CHECK_VIOLATED)
            fail_msg("%s, seed %" PRIu64 ", heard from record %u of %u on: %s: %" PRIu64 " and %" PRIu64
                     ", %" PRIu64 "#%" PRIu64 ", view %u, count %" PRIu64,
                     gms_rung_name(rung), seed, from, run_count, check_property_name((enum check_property)p),
                     w->a, w->b, w->a_origin, w->a_n, w->view, w->count);
    }
}

static void hear_many(enum gms_rung_id rung, uint32_t faults, uint64_t seeds) {
    struct sim *sim = NULL;
    struct gms_rng rng;
    gms_rng_seed(&rng, 7);
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        play(&sim, rung, faults, seed);
        for (int i = 0; i < 6; i++) {
            const uint32_t from = (uint32_t)gms_rng_below(&rng, run_count);
            const uint32_t gap = i % 2 ? 1 + (uint32_t)gms_rng_below(&rng, 300) : 0;
            hear(heard, &recorder.check->settings, from, 1 + (uint32_t)gms_rng_below(&rng, 200),
                 from + (uint32_t)gms_rng_below(&rng, run_count - from + 1), gap, &rng);
            alarm_is_false(rung, seed, from);
        }
    }
    sim_free(&sim);
}

static void no_false_alarm_at_any_rung_in_its_own_model(void **unused) {
    (void)unused;
    for (int rung = 0; rung < GMS_RUNGS; rung++)
        hear_many((enum gms_rung_id)rung, random_faults_of((enum gms_rung_id)rung), 100);
}

static void no_false_alarm_at_gms3_and_gms5_without_a_fault(void **unused) {
    (void)unused;
    hear_many(GMS_RUNG_3, 0, 40);
    hear_many(GMS_RUNG_5, 0, 40);
}

/* gms2 with a leader that crashes mid-broadcast: some runs part, and those are found. */
static void members_that_part_later_are_found(void **unused) {
    struct sim *sim = NULL;
    struct gms_rng rng;
    int parted = 0;
    (void)unused;
    gms_rng_seed(&rng, 7);
    for (uint64_t seed = 1; seed <= 150; seed++) {
        play(&sim, GMS_RUNG_2, 1u << RANDOM_MID_BROADCAST, seed);
        if (check_outcome(recorder.check) != CHECK_DESYNC || first_fault == UINT32_MAX || first_fault < 300)
            continue;
        parted++;
        hear(heard, &recorder.check->settings, (uint32_t)gms_rng_below(&rng, first_fault - 250), 50, 0, 0,
             &rng);
        if (check_outcome(heard) != CHECK_DESYNC)
            fail_msg("seed %" PRIu64 ": the colours part, and nobody says so", seed);
    }
    sim_free(&sim);
    assert_true(parted >= 20);
}

/* Those who listen only when it has happened are told so, too: by the histories, as they are. */
static void members_that_have_parted_before_are_found(void **unused) {
    struct sim *sim = NULL;
    struct gms_rng rng;
    int parted = 0;
    (void)unused;
    gms_rng_seed(&rng, 7);
    for (uint64_t seed = 1; seed <= 150; seed++) {
        play(&sim, GMS_RUNG_2, 1u << RANDOM_MID_BROADCAST, seed);
        if (check_outcome(recorder.check) != CHECK_DESYNC)
            continue;
        parted++;
        hear(heard, &recorder.check->settings, run_count - 40, 5, 0, 0, &rng);
        if (check_outcome(heard) != CHECK_DESYNC)
            fail_msg("seed %" PRIu64 ": the colours have parted, and nobody says so", seed);
    }
    sim_free(&sim);
    assert_true(parted >= 20);
}

static int setup(void **unused) {
    (void)unused;
    run = calloc(RECORDS_MAX, sizeof *run);
    heard = calloc(1, sizeof *heard);
    return run && heard && recorder_open(&recorder, GMS_RUNG_3) ? 0 : -1;
}

static int teardown(void **unused) {
    (void)unused;
    recorder_close(&recorder);
    free(heard);
    free(run);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_false_alarm_at_gms3_and_gms5_without_a_fault),
        cmocka_unit_test(no_false_alarm_at_any_rung_in_its_own_model),
        cmocka_unit_test(members_that_part_later_are_found),
        cmocka_unit_test(members_that_have_parted_before_are_found),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
