/* The core is a pure function of its state: memcpy is snapshot, undo and time travel, at any address, and
 * equal states are equal bytes, which is what the exhaustive search compares. */
#include "gms/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define EACH_RUNG(rung) for (enum gms_rung_id rung = GMS_RUNG_1; rung < GMS_RUNGS; rung++)

static struct gms_actions actions; /* large */

/* -- What a step did, as comparable bytes -------------------------------------------------------------- */

struct journal {
    size_t size;
    uint8_t bytes[256 * 1024];
};

static void note(struct journal *j, const void *bytes, size_t size) {
    assert_true(j->size + size <= sizeof j->bytes);
    if (size > 0)
        memcpy(j->bytes + j->size, bytes, size);
    j->size += size;
}

static void note_number(struct journal *j, uint64_t number) {
    note(j, &number, sizeof number);
}

static void note_message(struct journal *j, const struct gms_message *m) {
    note_number(j, m->type);
    note_number(j, m->view);
    note_number(j, m->seq);
    note_number(j, m->origin);
    note_number(j, m->n);
    note_number(j, m->last);
    note(j, m->counts, m->counts ? m->member_count * sizeof(uint64_t) : 0);
    note(j, m->body, m->body_size);
    note(j, m->members, m->member_count * sizeof(gms_id));
}

static void note_step(struct journal *j, enum gms_drop result) {
    note_number(j, result);
    for (uint32_t i = 0; i < actions.count; i++) {
        const struct gms_action *a = &actions.list[i];
        note_number(j, a->type);
        note_number(j, a->why);
        note_number(j, a->whom);
        note_number(j, a->expected);
        if (a->type == GMS_DO_SEND_ALL)
            note(j, a->to, a->to_count * sizeof *a->to);
        if (a->type == GMS_DO_SEND || a->type == GMS_DO_SEND_ALL || a->type == GMS_DO_DELIVER ||
            a->type == GMS_DO_INSTALL || a->type == GMS_DO_DROP || a->type == GMS_DO_FREEZE ||
            a->type == GMS_DO_ADOPT)
            note_message(j, &a->message); /* the others have none */
    }
}

/* -- A life: joins, follows w1, holds back what w2 says, elects, leads, orders and leaves --------------- */

static const uint8_t long_body[] = "a long body that leaves something behind";
static const gms_id contacts[] = {1, 2};
static const gms_id first_view[] = {1, 2, 3, 4}, second_view[] = {2, 3, 4};

#define RECEIVE(who, ...)                                                                                    \
    {                                                                                                        \
        .type = GMS_EVENT_RECEIVE, .from = who, .message = { __VA_ARGS__ }                                   \
    }
#define CHANGE(who, v, s, o, count)                                                                          \
    RECEIVE(who, .type = GMS_MSG, .view = v, .seq = s, .origin = o, .n = count, .body = long_body,           \
            .body_size = sizeof long_body)

static const struct gms_event life[] = {
    {.type = GMS_EVENT_START, .contacts = contacts, .contact_count = 2},
    {.type = GMS_EVENT_TIMER},
    CHANGE(1, 4, 4, 1, 1), /* held back: no view yet */
    RECEIVE(1, .type = GMS_VIEW, .view = 4, .seq = 4, .members = first_view, .member_count = 4),
    CHANGE(1, 4, 5, 1, 2),
    {.type = GMS_EVENT_MCAST, .message = {.body = long_body, .body_size = 9}},
    RECEIVE(2, .type = GMS_VIEW, .view = 5, .seq = 6, .members = second_view, .member_count = 3),
    CHANGE(2, 5, 7, 2, 1),
    RECEIVE(4, .type = GMS_JOIN, .origin = 9),
    {.type = GMS_EVENT_DOWN, .from = 1},
    CHANGE(2, 5, 8, 4, 1),
    CHANGE(1, 4, 6, 1, 3), /* a stale leader */
    {.type = GMS_EVENT_DOWN, .from = 2},
    RECEIVE(4, .type = GMS_REQUEST, .origin = 4, .n = 2, .body = long_body, .body_size = 5),
    {.type = GMS_EVENT_MCAST, .message = {.body = long_body, .body_size = 3}},
    RECEIVE(4, .type = GMS_JOIN, .origin = 9),
    RECEIVE(4, .type = GMS_LEAVE, .origin = 4),
    {.type = GMS_EVENT_LEAVE},
    {.type = GMS_EVENT_TIMER},
};
enum { LIFE = sizeof life / sizeof life[0] };

/* What only gms4 can live through: repetitions; gaps, or acknowledgements and a queue. */
static const uint64_t first_counts[] = {3, 0, 0, 2};

#define FIRST_VIEW                                                                                           \
    RECEIVE(1, .type = GMS_VIEW, .view = 4, .seq = 4, .members = first_view, .member_count = 4,              \
            .counts = first_counts)
#define MULTICAST(size)                                                                                      \
    {                                                                                                        \
        .type = GMS_EVENT_MCAST, .message = {.body = long_body, .body_size = size }                          \
    }
#define ACK_OF(who, s)         RECEIVE(who, .type = GMS_ACK, .view = 4, .seq = s)
#define REQUEST_OF(who, count) RECEIVE(who, .type = GMS_REQUEST, .origin = who, .n = count, .body = long_body)

static const struct gms_event gms4_ack_life[LIFE] = {
    {.type = GMS_EVENT_START, .contacts = contacts, .contact_count = 2},
    {.type = GMS_EVENT_TIMER}, /* asks again */
    FIRST_VIEW,
    MULTICAST(9),
    FIRST_VIEW, /* re-sent */
    CHANGE(1, 4, 5, 1, 4),
    {.type = GMS_EVENT_TIMER},
    {.type = GMS_EVENT_DOWN, .from = 1},
    {.type = GMS_EVENT_DOWN, .from = 2}, /* leads w4 */
    MULTICAST(5),
    REQUEST_OF(4, 3),
    RECEIVE(4, .type = GMS_JOIN, .origin = 9),
    {.type = GMS_EVENT_TIMER},
    ACK_OF(4, 5),
    ACK_OF(4, 6),
    ACK_OF(4, 6), /* late */
    {.type = GMS_EVENT_DOWN, .from = 4},
    {.type = GMS_EVENT_LEAVE},
    {.type = GMS_EVENT_TIMER},
};

static const struct gms_event gms4_nack_life[LIFE] = {
    {.type = GMS_EVENT_START, .contacts = contacts, .contact_count = 2},
    CHANGE(1, 4, 6, 1, 5), /* held back: no view yet */
    FIRST_VIEW,
    MULTICAST(9),
    RECEIVE(1, .type = GMS_HEARTBEAT, .view = 4, .seq = 8),
    CHANGE(1, 4, 8, 3, 1),
    {.type = GMS_EVENT_TIMER},
    CHANGE(1, 4, 5, 1, 4),
    CHANGE(1, 4, 7, 4, 3),
    MULTICAST(5),
    CHANGE(1, 4, 10, 4, 4), /* early, and forgotten with w1 */
    {.type = GMS_EVENT_DOWN, .from = 1},
    {.type = GMS_EVENT_DOWN, .from = 2},
    REQUEST_OF(4, 4),
    RECEIVE(4, .type = GMS_NACK, .view = 4, .seq = 5, .last = 9),
    RECEIVE(4, .type = GMS_NACK, .view = 4, .seq = 1, .last = 2), /* too old */
    RECEIVE(4, .type = GMS_JOIN, .origin = 9),
    {.type = GMS_EVENT_DOWN, .from = 4},
    {.type = GMS_EVENT_TIMER},
};

static const struct gms_event *life_on(enum gms_rung_id rung) {
    return rung == GMS_RUNG_4_ACK ? gms4_ack_life : rung == GMS_RUNG_4_NACK ? gms4_nack_life : life;
}

static void begin(struct gms *g, enum gms_rung_id rung) {
    const struct gms_config config = {.rung = rung, .me = 3, .join_timeout = 1};
    gms_init(g, &config);
}

static void live(struct gms *g, int from, int to, struct journal *j) {
    for (int i = from; i < to; i++) {
        struct gms_event e = life_on(g->gms1.config.rung)[i];
        e.now = (gms_time)i;
        note_step(j, gms_step(g, &e, &actions));
    }
}

static void *block(size_t size, int filled_with) {
    void *bytes = malloc(size);
    assert_non_null(bytes);
    return memset(bytes, filled_with, size);
}

static void assert_same(const struct journal *a, const struct journal *b) {
    assert_int_equal(a->size, b->size);
    assert_memory_equal(a->bytes, b->bytes, a->size);
}

static void a_snapshot_restored_lives_the_same_life_again(void **state) {
    struct gms *g = block(sizeof *g, 0), *snapshot = block(sizeof *g, 0), *end = block(sizeof *g, 0);
    struct journal *once = block(sizeof *once, 0), *again = block(sizeof *again, 0);
    (void)state;
    EACH_RUNG(rung) {
        for (int middle = 0; middle <= LIFE; middle++) {
            once->size = again->size = 0;
            begin(g, rung);
            live(g, 0, middle, once);
            memcpy(snapshot, g, sizeof *g);
            once->size = 0;
            live(g, middle, LIFE, once);
            memcpy(end, g, sizeof *g);
            memcpy(g, snapshot, sizeof *g);
            live(g, middle, LIFE, again);
            assert_same(once, again);
            assert_memory_equal(g, end, sizeof *g);
        }
    }
    free(g);
    free(snapshot);
    free(end);
    free(once);
    free(again);
}

/* The original is scribbled over after each step: whatever pointed into it would be seen. */
static void a_state_holds_no_pointer_into_itself_or_into_an_event(void **state) {
    struct gms *g = block(sizeof *g, 0);
    struct journal *there = block(sizeof *there, 0), *moving = block(sizeof *moving, 0);
    (void)state;
    EACH_RUNG(rung) {
        there->size = moving->size = 0;
        begin(g, rung);
        live(g, 0, LIFE, there);
        begin(g, rung);
        for (int i = 0; i < LIFE; i++) {
            struct gms *moved = block(sizeof *moved, 0);
            live(g, i, i + 1, moving);
            memcpy(moved, g, sizeof *g);
            memset(g, 0xa5, sizeof *g);
            free(g);
            g = moved;
        }
        assert_same(there, moving);
    }
    free(g);
    free(there);
    free(moving);
}

static void what_memory_held_before_does_not_show(void **state) {
    struct gms *a = block(sizeof *a, 0), *b = block(sizeof *b, 0xff);
    struct journal *j = block(sizeof *j, 0);
    (void)state;
    EACH_RUNG(rung) {
        begin(a, rung);
        begin(b, rung);
        assert_memory_equal(a, b, sizeof *a);
        j->size = 0;
        live(a, 0, LIFE, j);
        memset(&actions, 0xff, sizeof actions);
        live(b, 0, LIFE, j);
        assert_memory_equal(a, b, sizeof *a);
    }
    free(a);
    free(b);
    free(j);
}

static void what_is_between_the_fields_of_a_config_does_not_show(void **state) {
    struct gms *a = block(sizeof *a, 0), *b = block(sizeof *b, 0);
    struct gms_config *clean = block(sizeof *clean, 0), *dirty = block(sizeof *dirty, 0xff);
    (void)state;
    clean->rung = dirty->rung = GMS_RUNG_2;
    clean->me = dirty->me = 3;
    clean->join_timeout = dirty->join_timeout = 5;
    clean->resend_timeout = dirty->resend_timeout = 2;
    clean->answer_timeout = dirty->answer_timeout = 9;
    clean->seed = dirty->seed = 7;
    clean->delivery = dirty->delivery = GMS_AGREED;
    clean->last_man_standing = dirty->last_man_standing = true;
    gms_init(a, clean);
    gms_init(b, dirty);
    assert_memory_equal(a, b, sizeof *a);
    free(a);
    free(b);
    free(clean);
    free(dirty);
}

/* w3 took everything from w1 and then from w2; whether something had to wait in between is history. */
static void a_member_that_had_to_hold_back_equals_one_that_had_not(void **state) {
    static const struct gms_event view =
        RECEIVE(1, .type = GMS_VIEW, .view = 4, .seq = 4, .members = first_view, .member_count = 4);
    static const struct gms_event next =
        RECEIVE(2, .type = GMS_VIEW, .view = 5, .seq = 5, .members = second_view, .member_count = 3);
    static const struct gms_event change = CHANGE(2, 5, 6, 2, 1);
    static const struct gms_event down = {.type = GMS_EVENT_DOWN, .from = 1};
    const struct gms_event *const at_once[] = {&view, &down, &next, &change};
    const struct gms_event *const held[] = {&view, &next, &change, &down};
    struct gms *a = block(sizeof *a, 0), *b = block(sizeof *b, 0);
    (void)state;
    for (enum gms_rung_id rung = GMS_RUNG_2; rung < GMS_RUNGS; rung++) {
        begin(a, rung);
        begin(b, rung);
        gms_step(a, &life[0], &actions);
        gms_step(b, &life[0], &actions);
        for (size_t i = 0; i < 4; i++) {
            gms_step(a, at_once[i], &actions);
            gms_step(b, held[i], &actions);
        }
        assert_int_equal(a->gms1.hold.count, b->gms1.hold.count);
        assert_memory_equal(a, b, sizeof *a);
    }
    free(a);
    free(b);
}

/* Two members at the same point took a long and a short message before: the copy of the last one is the same.
 */
static void a_long_message_leaves_nothing_behind_in_the_copy_of_a_short_one(void **state) {
    static const struct gms_event view =
        RECEIVE(1, .type = GMS_VIEW, .view = 4, .seq = 4, .members = first_view, .member_count = 4);
    const struct gms_event lengthy = CHANGE(1, 4, 5, 1, 1);
    struct gms_event brief = CHANGE(1, 4, 5, 1, 1), last = CHANGE(1, 4, 6, 1, 2);
    struct gms *a = block(sizeof *a, 0), *b = block(sizeof *b, 0);
    (void)state;
    brief.message.body_size = last.message.body_size = 2;
    begin(a, GMS_RUNG_3);
    begin(b, GMS_RUNG_3);
    gms_step(a, &life[0], &actions);
    gms_step(b, &life[0], &actions);
    gms_step(a, &view, &actions);
    gms_step(b, &view, &actions);
    gms_step(a, &lengthy, &actions);
    gms_step(b, &brief, &actions);
    gms_step(a, &last, &actions);
    gms_step(b, &last, &actions);
    assert_memory_equal(a, b, sizeof *a);
    free(a);
    free(b);
}

static void a_late_or_needless_timer_is_harmless(void **state) {
    struct gms *g = block(sizeof *g, 0), *before = block(sizeof *g, 0);
    struct journal *j = block(sizeof *j, 0);
    (void)state;
    EACH_RUNG(rung) {
        begin(g, rung);
        for (int i = 0; i < LIFE; i++) {
            j->size = 0;
            live(g, i, i + 1, j);
            const gms_time now = (gms_time)i;
            if (gms_deadline(g) <= now)
                continue;
            memcpy(before, g, sizeof *g);
            const struct gms_event timer = {.type = GMS_EVENT_TIMER, .now = now};
            gms_step(g, &timer, &actions);
            assert_int_equal(actions.count, 0);
            assert_memory_equal(g, before, sizeof *g);
        }
    }
    free(g);
    free(before);
    free(j);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_snapshot_restored_lives_the_same_life_again),
        cmocka_unit_test(a_state_holds_no_pointer_into_itself_or_into_an_event),
        cmocka_unit_test(what_memory_held_before_does_not_show),
        cmocka_unit_test(what_is_between_the_fields_of_a_config_does_not_show),
        cmocka_unit_test(a_member_that_had_to_hold_back_equals_one_that_had_not),
        cmocka_unit_test(a_long_message_leaves_nothing_behind_in_the_copy_of_a_short_one),
        cmocka_unit_test(a_late_or_needless_timer_is_harmless),
    };
    return cmocka_run_group_tests_name("purity", tests, NULL, NULL);
}
