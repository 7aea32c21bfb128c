/* The codec: what was put is what is got, and nothing else is ever got. Each input ends where its memory
 * ends, so that a sanitizer sees the first byte read too many. */
#include "net/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gms/rng.h"

#define GROUP  0x01020304u
#define SENDER ((gms_id)0x1122334455667788u)

static struct wire_message got; /* large */

/* -- Frames of every type ------------------------------------------------------------------------------ */

static const uint8_t body[] = {0, 1, 0xff, 'C', 7};
static const gms_id members[] = {SENDER, 2, 0xfedcba9876543210u};
static const uint64_t counts[] = {0, 0x0123456789abcdefu, UINT64_MAX};

static const struct gms_message messages[] = {
    {.type = GMS_JOIN, .origin = SENDER, .x = 9},
    {.type = GMS_LEAVE, .origin = SENDER, .x = UINT64_MAX},
    {.type = GMS_VIEW,
     .view = 0xfffefdfcu,
     .seq = 0x0102030405060708u,
     .x = 1,
     .members = members,
     .member_count = 3},
    {.type = GMS_VIEW, .view = 1, .member_count = 1, .members = members},
    {.type = GMS_REQUEST, .origin = SENDER, .n = 0x1020304050607080u, .body = body, .body_size = sizeof body},
    {.type = GMS_REQUEST, .origin = SENDER, .n = 1, .body = body},
    {.type = GMS_MSG,
     .view = 7,
     .seq = 8,
     .origin = 2,
     .n = 9,
     .x = 10,
     .body = body,
     .body_size = sizeof body},
    {.type = GMS_MSG, .view = 7, .seq = UINT64_MAX, .origin = 2, .n = 9, .body = body},
    {.type = GMS_MSG,
     .view = 7,
     .seq = 8,
     .origin = 2,
     .n = 9,
     .committed = 0x1112131415161718u,
     .stable = 0x2122232425262728u,
     .body = body,
     .body_size = 1},
    {.type = GMS_VIEW, .view = 9, .seq = 12, .members = members, .member_count = 3, .counts = counts},
    {.type = GMS_ACK, .view = 3, .seq = 0x0102030405060708u, .x = 11},
    {.type = GMS_NACK, .view = 3, .seq = 5, .last = 0x0807060504030201u},
    {.type = GMS_TOO_OLD, .view = 3, .seq = 0x1000000000000001u},
    {.type = GMS_HEARTBEAT, .view = 3, .seq = 8, .committed = 7, .stable = 6},
    {.type = GMS_COMMIT, .view = 3, .seq = 8, .committed = 0x7000000000000007u, .stable = 6},
    {.type = GMS_SUSPECT, .view = 3, .origin = 2},
    {.type = GMS_PREPARE, .view = 3, .seq = 8, .ballot = 0x0000010203040506u},
    {.type = GMS_PROMISE, .view = 3, .seq = 8, .ballot = 0x102, .members = members},
    {.type = GMS_PROMISE,
     .view = 3,
     .seq = 8,
     .ballot = 0x203,
     .accepted = 0x102,
     .last = 0x0a0b0c0d0e0f1011u,
     .members = members,
     .member_count = 2},
    {.type = GMS_ACCEPT, .view = 3, .ballot = 0x102, .last = 8, .members = members, .member_count = 3},
    {.type = GMS_ACCEPTED, .view = 3, .ballot = 0x102},
    {.type = GMS_INSTALL,
     .view = 4,
     .seq = 9,
     .members = members,
     .member_count = 3,
     .counts = counts,
     .body = body,
     .body_size = sizeof body},
    {.type = GMS_INSTALL, .view = 4, .seq = 9, .members = members, .member_count = 1, .body = body},
    {.type = GMS_EXCLUDED, .view = 0xf0f1f2f3u},
};
enum { MESSAGES = sizeof messages / sizeof messages[0], FRAMES = MESSAGES + 3 };

static const struct address self = {SENDER, "w1", "tcp://127.0.0.1:5555"};
static const struct address other = {2, "A.b_c-16letters.", "ipc:///run/groupy/w2"};

static void put_any(struct wire_out *out, int which) {
    static struct address_book book; /* the third member of the views is in no book */
    address_book_put(&book, &self);
    address_book_put(&book, &other);
    if (which < MESSAGES)
        wire_put_gms(out, &messages[which], 0x0a0b0c0d0e0f1011u, &book);
    else if (which == MESSAGES)
        wire_put_hello(out, 2, &self);
    else if (which == MESSAGES + 1)
        wire_put_bytes(out, WIRE_REFUSED, "another group", 13);
    else
        wire_put_bytes(out, WIRE_GOSSIP, body, sizeof body);
}

static size_t frame_of(uint8_t *bytes, size_t capacity, int which) {
    struct wire_out out = {.bytes = bytes, .capacity = capacity};
    wire_put_frame_header(&out, GROUP, SENDER);
    put_any(&out, which);
    return out.size;
}

/* Opens and reads a copy that ends at the end of its block. Returns how many messages were good; `*why` is
 * the last reason for refusal, or NULL. */
static int read_all(const uint8_t *bytes, size_t size, const char **why) {
    uint8_t *copy = malloc(size > 0 ? size : 1);
    struct wire_in in;
    const char *error;
    int good = 0;
    assert_non_null(copy);
    memcpy(copy, bytes, size);
    *why = wire_open_frame(&in, copy, size);
    if (!*why) {
        while (wire_next(&in, &got, &error)) {
            good += !error;
            *why = error ? error : *why;
            assert_true(in.at <= copy + size);
            assert_true(got.address_count <= GMS_MEMBERS_MAX && got.gms.member_count <= GMS_MEMBERS_MAX);
            if (!error && got.gms.body_size > 0)
                assert_true(got.gms.body > copy && got.gms.body + got.gms.body_size <= copy + size);
        }
        *why = error ? error : *why;
    }
    free(copy);
    return good;
}

static void assert_reason(const char *why) {
    assert_non_null(why);
    assert_memory_equal(why, "malformed: ", 11);
}

/* -- Round trips --------------------------------------------------------------------------------------- */

static void get_back(uint8_t *bytes, size_t size) {
    struct wire_in in;
    const char *error;
    memset(&got, 0xa5, sizeof got); /* whatever was there before must not show */
    assert_null(wire_open_frame(&in, bytes, size));
    assert_int_equal(in.group, GROUP);
    assert_int_equal(in.sender, SENDER);
    assert_true(wire_next(&in, &got, &error));
    assert_null(error);
    assert_ptr_equal(in.at, in.end);
}

static void every_field_of_every_message_comes_back(void **state) {
    uint8_t bytes[1024];
    (void)state;
    for (int i = 0; i < MESSAGES; i++) {
        const struct gms_message *put = &messages[i];
        get_back(bytes, frame_of(bytes, sizeof bytes, i));
        assert_int_equal(got.type, put->type);
        assert_int_equal(got.gms.type, put->type);
        assert_int_equal(got.x, put->x);
        assert_int_equal(got.gms.x, put->x);
        assert_int_equal(got.lc, 0x0a0b0c0d0e0f1011u);
        assert_int_equal(got.gms.view, put->view);
        assert_int_equal(got.gms.seq, put->seq);
        assert_int_equal(got.gms.origin, put->origin);
        assert_int_equal(got.gms.n, put->n);
        assert_int_equal(got.gms.ballot, put->ballot);
        assert_int_equal(got.gms.accepted, put->accepted);
        assert_int_equal(got.gms.last, put->last);
        assert_int_equal(got.gms.committed, put->committed);
        assert_int_equal(got.gms.stable, put->stable);
        assert_int_equal(got.gms.counts != NULL, put->counts != NULL);
        assert_int_equal(got.gms.body_size, put->body_size);
        assert_memory_equal(got.gms.body_size ? got.gms.body : body, body, put->body_size);
        assert_int_equal(got.gms.member_count, put->member_count);
        for (uint32_t j = 0; j < put->member_count; j++)
            assert_int_equal(got.gms.members[j], put->members[j]);
        for (uint32_t j = 0; put->counts && j < put->member_count; j++)
            assert_int_equal(got.gms.counts[j], put->counts[j]);
    }
}

static void every_type_is_tried(void **state) {
    bool tried[GMS_TYPES] = {false};
    (void)state;
    for (int i = 0; i < MESSAGES; i++)
        tried[messages[i].type] = true;
    for (int type = GMS_JOIN; type < GMS_TYPES; type++)
        assert_true(tried[type]);
}

static void a_join_brings_the_address_of_whom_it_is_about(void **state) {
    uint8_t bytes[1024];
    (void)state;
    get_back(bytes, frame_of(bytes, sizeof bytes, 0));
    assert_int_equal(got.address_count, 1);
    assert_int_equal(got.addresses[0].id, SENDER);
    assert_string_equal(got.addresses[0].name, self.name);
    assert_string_equal(got.addresses[0].endpoint, self.endpoint);
}

static void a_view_brings_the_addresses_that_are_known_and_empty_ones_for_the_rest(void **state) {
    uint8_t bytes[1024];
    (void)state;
    get_back(bytes, frame_of(bytes, sizeof bytes, 2));
    assert_int_equal(got.address_count, 3);
    assert_string_equal(got.addresses[0].name, "w1");
    assert_string_equal(got.addresses[1].name, other.name);
    assert_string_equal(got.addresses[1].endpoint, other.endpoint);
    assert_int_equal(got.addresses[2].id, members[2]);
    assert_string_equal(got.addresses[2].name, "");
    assert_string_equal(got.addresses[2].endpoint, "");
}

static void hello_refused_and_gossip_come_back(void **state) {
    uint8_t bytes[1024];
    (void)state;
    get_back(bytes, frame_of(bytes, sizeof bytes, MESSAGES));
    assert_int_equal(got.type, WIRE_HELLO);
    assert_int_equal(got.rung, 2);
    assert_int_equal(got.addresses[0].id, SENDER);
    assert_string_equal(got.addresses[0].endpoint, self.endpoint);
    get_back(bytes, frame_of(bytes, sizeof bytes, MESSAGES + 1));
    assert_int_equal(got.type, WIRE_REFUSED);
    assert_int_equal(got.bytes_size, 13);
    assert_memory_equal(got.bytes, "another group", 13);
    get_back(bytes, frame_of(bytes, sizeof bytes, MESSAGES + 2));
    assert_int_equal(got.type, WIRE_GOSSIP);
    assert_int_equal(got.bytes_size, sizeof body);
    assert_memory_equal(got.bytes, body, sizeof body);
}

static void the_largest_view_fits(void **state) {
    static uint8_t bytes[WIRE_FRAME_HEADER_SIZE + NET_MESSAGE_SIZE_MAX];
    static struct address_book book;
    gms_id all[GMS_MEMBERS_MAX];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    (void)state;
    for (int i = 0; i < GMS_MEMBERS_MAX; i++) {
        struct address address = {.id = (gms_id)(i + 1)};
        memset(address.name, 'n', NET_NAME_SIZE - 1);
        memset(address.endpoint, 'e', NET_ENDPOINT_SIZE - 1);
        address_book_put(&book, &address);
        all[i] = address.id;
    }
    const struct gms_message view = {
        .type = GMS_VIEW, .view = 1, .members = all, .member_count = GMS_MEMBERS_MAX};
    wire_put_frame_header(&out, GROUP, SENDER);
    wire_put_gms(&out, &view, 1, &book);
    get_back(bytes, out.size);
    assert_int_equal(got.gms.member_count, GMS_MEMBERS_MAX);
    assert_int_equal(strlen(got.addresses[GMS_MEMBERS_MAX - 1].endpoint), NET_ENDPOINT_SIZE - 1);
}

static void a_new_mark_changes_nothing_else(void **state) {
    uint8_t bytes[1024];
    (void)state;
    const size_t size = frame_of(bytes, sizeof bytes, 6);
    wire_patch_x(bytes + WIRE_FRAME_HEADER_SIZE, 0x99, 0x77);
    get_back(bytes, size);
    assert_int_equal(got.x, 0x99);
    assert_int_equal(got.lc, 0x77);
    assert_int_equal(got.gms.view, 7);
    assert_int_equal(got.gms.n, 9);
    assert_memory_equal(got.gms.body, body, sizeof body);
}

static void a_frame_carries_any_number_of_messages(void **state) {
    uint8_t bytes[4096];
    const char *why;
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    (void)state;
    wire_put_frame_header(&out, GROUP, SENDER);
    assert_int_equal(read_all(bytes, out.size, &why), 0);
    assert_null(why);
    for (int i = 0; i < FRAMES; i++)
        put_any(&out, i);
    assert_int_equal(read_all(bytes, out.size, &why), FRAMES);
    assert_null(why);
}

static void integers_are_big_endian(void **state) {
    uint8_t bytes[64];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    const uint8_t expected[] = {'g',  'y',  WIRE_VERSION, 0,    1,    2,    3,    4,
                                0x11, 0x22, 0x33,         0x44, 0x55, 0x66, 0x77, 0x88};
    (void)state;
    wire_put_frame_header(&out, GROUP, SENDER);
    assert_int_equal(out.size, sizeof expected);
    assert_memory_equal(bytes, expected, sizeof expected);
}

/* -- Refusals ------------------------------------------------------------------------------------------ */

static void every_truncation_is_refused_with_a_reason(void **state) {
    uint8_t bytes[1024];
    const char *why;
    (void)state;
    for (int i = 0; i < FRAMES; i++) {
        const size_t size = frame_of(bytes, sizeof bytes, i);
        for (size_t cut = 0; cut < size; cut++) {
            const int good = read_all(bytes, cut, &why);
            assert_int_equal(good, 0);
            if (cut != WIRE_FRAME_HEADER_SIZE) /* a frame without messages is one */
                assert_reason(why);
        }
    }
}

/* The message's own size says the truth about a message that is too short or too long for its type. */
static void every_wrong_size_of_a_message_is_refused_with_a_reason(void **state) {
    uint8_t bytes[1024];
    const char *why;
    (void)state;
    for (int i = 0; i < FRAMES; i++) {
        const size_t size = frame_of(bytes, sizeof bytes - 1, i) - WIRE_FRAME_HEADER_SIZE - 3;
        const unsigned type = bytes[WIRE_FRAME_HEADER_SIZE];
        const bool open_ended = type == GMS_MSG || type == WIRE_PLAIN || type == GMS_REQUEST ||
                                type == GMS_INSTALL || type == WIRE_REFUSED || type == WIRE_GOSSIP;
        const size_t fixed = i < MESSAGES ? size - messages[i].body_size : open_ended ? 16 : size;
        bytes[WIRE_FRAME_HEADER_SIZE + 3 + size] = 0;
        for (size_t wrong = 0; wrong <= size + 1; wrong++) {
            if (wrong == size || (open_ended && wrong >= fixed))
                continue;
            bytes[WIRE_FRAME_HEADER_SIZE + 1] = (uint8_t)(wrong >> 8);
            bytes[WIRE_FRAME_HEADER_SIZE + 2] = (uint8_t)wrong;
            assert_int_equal(read_all(bytes, WIRE_FRAME_HEADER_SIZE + 3 + wrong, &why), 0);
            assert_reason(why);
        }
    }
}

static void expect_refusal(int which, size_t at, uint8_t value, const char *reason) {
    uint8_t bytes[1024];
    const char *why;
    const size_t size = frame_of(bytes, sizeof bytes, which);
    bytes[at] = value;
    assert_int_equal(read_all(bytes, size, &why), 0);
    assert_string_equal(why, reason);
}

static void a_foreign_frame_is_refused_with_its_reason(void **state) {
    uint8_t bytes[1024];
    const char *why;
    (void)state;
    expect_refusal(0, 0, 'G', "malformed: not a groupy frame");
    expect_refusal(0, 1, 'Y', "malformed: not a groupy frame");
    expect_refusal(0, 2, WIRE_VERSION + 1, "malformed: wrong version");
    expect_refusal(0, 2, 0, "malformed: wrong version");
    expect_refusal(0, 3, 1, "malformed: unknown flags");
    expect_refusal(0, WIRE_FRAME_HEADER_SIZE, 0, "malformed: unknown type");
    expect_refusal(0, WIRE_FRAME_HEADER_SIZE, GMS_TYPES, "malformed: unknown type");
    expect_refusal(0, WIRE_FRAME_HEADER_SIZE, 63, "malformed: unknown type");
    expect_refusal(0, WIRE_FRAME_HEADER_SIZE, 255, "malformed: unknown type");
    const size_t size = frame_of(bytes, sizeof bytes, 0);
    memset(bytes + 8, 0, 8);
    read_all(bytes, size, &why);
    assert_string_equal(why, "malformed: no sender");
}

static void an_oversized_frame_is_refused(void **state) {
    uint8_t *bytes = calloc(1, NET_FRAME_SIZE_MAX + 1);
    const char *why;
    (void)state;
    assert_non_null(bytes);
    frame_of(bytes, NET_FRAME_SIZE_MAX, 0);
    assert_int_equal(read_all(bytes, NET_FRAME_SIZE_MAX + 1, &why), 0);
    assert_string_equal(why, "malformed: oversized");
    free(bytes);
}

static void one_bad_message_does_not_spoil_those_behind_it(void **state) {
    uint8_t bytes[1024];
    const char *why;
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    (void)state;
    wire_put_frame_header(&out, GROUP, SENDER);
    wire_put_bytes(&out, (enum wire_type)200, "?", 1);
    put_any(&out, 6);
    assert_int_equal(read_all(bytes, out.size, &why), 1);
    assert_string_equal(why, "malformed: unknown type");
    assert_int_equal(got.gms.n, 9);
}

static void a_view_of_too_many_members_is_refused(void **state) {
    const size_t count_at = WIRE_FRAME_HEADER_SIZE + 3 + 16 + 12;
    (void)state;
    expect_refusal(2, count_at, 0xff, "malformed: truncated or out of range");
    expect_refusal(2, count_at + 1, 4, "malformed: truncated or out of range");
    expect_refusal(2, count_at + 1, 2, "malformed: truncated or out of range"); /* no flag is 0xfe */
}

static void a_name_or_endpoint_that_is_no_clean_text_is_refused(void **state) {
    const size_t name_at = WIRE_FRAME_HEADER_SIZE + 3 + 16 + 8; /* of JOIN: length, "w1", length, endpoint */
    (void)state;
    expect_refusal(0, name_at + 1, ' ', "malformed: truncated or out of range");
    expect_refusal(0, name_at + 1, '\n', "malformed: truncated or out of range");
    expect_refusal(0, name_at + 1, 0, "malformed: truncated or out of range");
    expect_refusal(0, name_at + 1, '"', "malformed: truncated or out of range");
    expect_refusal(0, name_at + 1, 0xc3, "malformed: truncated or out of range");
    expect_refusal(0, name_at, NET_NAME_SIZE, "malformed: truncated or out of range");
    expect_refusal(0, name_at + 4, 0x1b, "malformed: truncated or out of range");
    expect_refusal(0, name_at + 3, 255, "malformed: truncated or out of range");
}

/* -- Chance -------------------------------------------------------------------------------------------- */

static void no_random_frame_is_read_beyond_its_end(void **state) {
    struct gms_rng rng;
    uint8_t bytes[256];
    const char *why;
    (void)state;
    gms_rng_seed(&rng, 1);
    for (int i = 0; i < 50000; i++) {
        const size_t size = (size_t)gms_rng_below(&rng, sizeof bytes);
        for (size_t at = 0; at < size; at++)
            bytes[at] = (uint8_t)gms_rng_next(&rng);
        if (size >= WIRE_FRAME_HEADER_SIZE + 3 && i % 8 > 0) { /* else few would get past the header */
            memcpy(bytes, "gy\1\0", 4);
            bytes[WIRE_FRAME_HEADER_SIZE] = (uint8_t)(i % 9 == 8 ? 64 + i % 3 : i % 9);
            bytes[WIRE_FRAME_HEADER_SIZE + 1] = 0;
        }
        read_all(bytes, size, &why);
    }
}

static void no_mutated_frame_is_read_beyond_its_end(void **state) {
    struct gms_rng rng;
    uint8_t bytes[4096];
    const char *why;
    (void)state;
    gms_rng_seed(&rng, 2);
    for (int i = 0; i < 50000; i++) {
        struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
        wire_put_frame_header(&out, GROUP, SENDER);
        for (uint64_t j = gms_rng_below(&rng, 4); j < 4; j++)
            put_any(&out, (int)gms_rng_below(&rng, FRAMES));
        for (uint64_t j = gms_rng_below(&rng, 4); j < 4; j++)
            bytes[4 + gms_rng_below(&rng, out.size - 4)] = (uint8_t)gms_rng_next(&rng);
        const size_t cut = gms_rng_below(&rng, 4) == 0 ? (size_t)gms_rng_below(&rng, out.size) : 0;
        read_all(bytes, out.size - cut, &why);
    }
}

static void the_tag_of_a_group_is_fnv1a_32(void **state) {
    (void)state;
    assert_int_equal(wire_group_tag(""), 0x811c9dc5u);
    assert_int_equal(wire_group_tag("a"), 0xe40c292cu);
    assert_int_equal(wire_group_tag("foobar"), 0xbf9cf968u);
}

static void every_type_has_a_name(void **state) {
    (void)state;
    assert_string_equal(wire_type_name(GMS_VIEW), "VIEW");
    assert_string_equal(wire_type_name(WIRE_HELLO), "HELLO");
    assert_string_equal(wire_type_name(WIRE_REFUSED), "REFUSED");
    assert_string_equal(wire_type_name(WIRE_GOSSIP), "GOSSIP");
    assert_string_equal(wire_type_name(0), "?");
    assert_string_equal(wire_type_name(GMS_TYPES), "?");
    assert_string_equal(wire_type_name(255), "?");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_of_every_message_comes_back),
        cmocka_unit_test(every_type_is_tried),
        cmocka_unit_test(a_join_brings_the_address_of_whom_it_is_about),
        cmocka_unit_test(a_view_brings_the_addresses_that_are_known_and_empty_ones_for_the_rest),
        cmocka_unit_test(hello_refused_and_gossip_come_back),
        cmocka_unit_test(the_largest_view_fits),
        cmocka_unit_test(a_new_mark_changes_nothing_else),
        cmocka_unit_test(a_frame_carries_any_number_of_messages),
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(every_truncation_is_refused_with_a_reason),
        cmocka_unit_test(every_wrong_size_of_a_message_is_refused_with_a_reason),
        cmocka_unit_test(a_foreign_frame_is_refused_with_its_reason),
        cmocka_unit_test(an_oversized_frame_is_refused),
        cmocka_unit_test(one_bad_message_does_not_spoil_those_behind_it),
        cmocka_unit_test(a_view_of_too_many_members_is_refused),
        cmocka_unit_test(a_name_or_endpoint_that_is_no_clean_text_is_refused),
        cmocka_unit_test(no_random_frame_is_read_beyond_its_end),
        cmocka_unit_test(no_mutated_frame_is_read_beyond_its_end),
        cmocka_unit_test(the_tag_of_a_group_is_fnv1a_32),
        cmocka_unit_test(every_type_has_a_name),
    };
    return cmocka_run_group_tests_name("wire", tests, NULL, NULL);
}
