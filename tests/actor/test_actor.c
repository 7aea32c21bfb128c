/* The live driver inside one process, so that the sanitizers see both ends: members that agree, and a peer
 * that sends whatever it likes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <czmq.h>
#include <sys/socket.h>

#include "net/zmq/member.h"

#define MEMBERS  3
#define MESSAGES 200

static enum gms_rung_id rung = GMS_RUNG_3; /* of the members that start next */

static member_t *start_member(const char *name, const char *through) {
    char error[200];
    const member_config_t config = {
        .name = name, .group = "test", .rung = rung, .join_timeout_ms = 5000, .suspect_after_ms = 10000};
    member_t *member = member_new(&config, error, sizeof error);
    if (!member)
        fail_msg("%s", error);
    if (through)
        member_join(member, through);
    else
        member_start(member);
    return member;
}

/* The next event of a type; the others on the way are thrown away. */
static member_event_t *expect_event(member_t *member, member_event_type_t type) {
    for (;;) {
        member_event_t *event = member_recv(member, 10000);
        assert_non_null(event);
        if (event->type == type)
            return event;
        member_event_destroy(&event);
    }
}

static void expect_view(member_t *member, uint32_t members) {
    for (uint32_t count = 0; count != members;) {
        member_event_t *event = expect_event(member, MEMBER_VIEW);
        count = event->member_count;
        member_event_destroy(&event);
    }
}

static void start_group(member_t *members[MEMBERS]) {
    members[0] = start_member("a", NULL);
    expect_view(members[0], 1);
    members[1] = start_member("b", member_endpoint(members[0]));
    expect_view(members[1], 2);
    members[2] = start_member("c", member_endpoint(members[1])); /* a follower forwards the JOIN */
    for (int i = 0; i < MEMBERS; i++)
        expect_view(members[i], 3);
}

static void members_deliver_the_same_sequence(void **state) {
    (void)state;
    member_t *members[MEMBERS];
    uint64_t sequence[MEMBERS][MEMBERS * MESSAGES];
    start_group(members);
    for (uint32_t n = 0; n < MESSAGES; n++) {
        for (int i = 0; i < MEMBERS; i++)
            assert_int_equal(member_multicast(members[i], &n, sizeof n), 0);
    }
    for (int i = 0; i < MEMBERS; i++) {
        for (int j = 0; j < MEMBERS * MESSAGES; j++) {
            member_event_t *event = expect_event(members[i], MEMBER_DELIVER);
            uint32_t n;
            assert_int_equal(event->size, sizeof n);
            memcpy(&n, event->body, sizeof n);
            assert_int_equal(event->n, n + 1);
            sequence[i][j] = event->from ^ event->n;
            member_event_destroy(&event);
        }
        assert_memory_equal(sequence[i], sequence[0], sizeof sequence[0]);
    }
    for (int i = 0; i < MEMBERS; i++)
        member_destroy(&members[i]);
}

/* More than a member may have under way at once. */
static void at_gms5_they_do_too_and_none_is_left_out(void **state) {
    rung = GMS_RUNG_5;
    members_deliver_the_same_sequence(state);
    rung = GMS_RUNG_3;
}

static void who_is_faster_than_the_group_is_told_so_and_loses_nothing(void **state) {
    enum { FLOOD = 20000 };
    (void)state;
    member_t *members[MEMBERS];
    start_group(members);
    uint32_t refused = 0, taken = 0;
    for (uint32_t n = 0; n < FLOOD; n++) {
        if (member_multicast(members[2], &n, sizeof n) == 0)
            taken++;
        else
            refused += errno == EAGAIN;
    }
    assert_int_equal(taken + refused, FLOOD);
    assert_true(taken >= ACTOR_POSTED_MAX);
    for (uint64_t n = 1; n <= taken; n++) { /* in order, and none is missing */
        member_event_t *event = expect_event(members[0], MEMBER_DELIVER);
        assert_int_equal(event->n, n);
        member_event_destroy(&event);
    }
    assert_int_equal(member_multicast(members[2], "x", 1), 0); /* there is room again */
    member_event_t *event = expect_event(members[0], MEMBER_DELIVER);
    assert_int_equal(event->n, taken + 1);
    member_event_destroy(&event);
    uint8_t large[GMS_BODY_SIZE_MAX + 1] = {0};
    assert_int_equal(member_multicast(members[2], large, sizeof large), -1);
    assert_int_equal(errno, EMSGSIZE);
    for (int i = 0; i < MEMBERS; i++)
        member_destroy(&members[i]);
}

static void a_member_that_ends_is_replaced_at_once(void **state) {
    (void)state;
    member_t *members[MEMBERS];
    start_group(members);
    member_destroy(&members[0]); /* to the others a crash: the connection closes */
    const int64_t start = zclock_mono();
    for (int i = 1; i < MEMBERS; i++)
        expect_view(members[i], 2);
    assert_true(zclock_mono() - start < 2000); /* no timeout is waited for; the figure is in tests/bench */
    member_multicast(members[2], "x", 1);
    for (int i = 1; i < MEMBERS; i++) {
        member_event_t *event = expect_event(members[i], MEMBER_DELIVER);
        member_event_destroy(&event);
    }
    for (int i = 1; i < MEMBERS; i++)
        member_destroy(&members[i]);
}

static void a_follower_leaves_in_good_order(void **state) {
    (void)state;
    member_t *members[MEMBERS];
    start_group(members);
    member_leave(members[1]);
    member_event_t *event = expect_event(members[1], MEMBER_LEFT);
    member_event_destroy(&event);
    expect_view(members[0], 2);
    expect_view(members[2], 2);
    for (int i = 0; i < MEMBERS; i++)
        member_destroy(&members[i]);
}

static void an_address_without_a_listener_is_named(void **state) {
    (void)state;
    char error[200];
    const member_config_t config = {.name = "x", .join_timeout_ms = 100};
    member_t *member = member_new(&config, error, sizeof error);
    assert_non_null(member);
    member_join(member, "tcp://127.0.0.1:9");
    member_event_t *event = expect_event(member, MEMBER_FAILED);
    assert_string_equal(event->reason, "no reply from leader through tcp://127.0.0.1:9");
    member_event_destroy(&event);
    member_destroy(&member);
}

static void a_port_that_is_taken_is_named(void **state) {
    (void)state;
    char error[200];
    member_t *first = start_member("a", NULL);
    const member_config_t config = {.name = "b", .listen = member_endpoint(first)};
    assert_null(member_new(&config, error, sizeof error));
    assert_non_null(strstr(error, "the port is taken"));
    assert_non_null(strstr(error, member_endpoint(first)));
    member_destroy(&first);
}

/* -- A hostile peer -------------------------------------------------------------------------------------- */

#define REASONS_MAX 64

struct watched { /* an actor whose refusals are counted by reason */
    actor_t *actor;
    pthread_mutex_t lock;
    size_t count;
    char reasons[REASONS_MAX][64];
    size_t views;
};

static void on_trace(void *arg, const struct address_book *book, const struct trace_record *record) {
    struct watched *w = arg;
    (void)book;
    pthread_mutex_lock(&w->lock);
    if (record->ev == TRACE_DROP && w->count < REASONS_MAX)
        snprintf(w->reasons[w->count++], sizeof w->reasons[0], "%s", record->why);
    if (record->ev == TRACE_VIEW)
        w->views++;
    pthread_mutex_unlock(&w->lock);
}

static bool was_refused(struct watched *w, const char *why) {
    for (int wait = 0; wait < 500; wait++) {
        pthread_mutex_lock(&w->lock);
        bool found = false;
        for (size_t i = 0; i < w->count && !found; i++)
            found = strncmp(w->reasons[i], why, strlen(why)) == 0;
        w->count = found ? 0 : w->count;
        pthread_mutex_unlock(&w->lock);
        if (found)
            return true;
        zclock_sleep(10);
    }
    return false;
}

/* A DEALER that does as a member would, with a routing id of our choice. */
static zsock_t *connect_as(const char *endpoint, const char *identity) {
    zsock_t *sock = zsock_new(ZMQ_DEALER);
    if (identity)
        zsock_set_identity(sock, identity);
    assert_int_equal(zsock_connect(sock, "%s", endpoint), 0);
    return sock;
}

static void send_bytes(zsock_t *sock, const void *bytes, size_t size) {
    zframe_t *frame = zframe_new(bytes, size);
    zframe_send(&frame, sock, 0);
}

static void raw_bytes_to(const char *endpoint, size_t size) {
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(strrchr(endpoint, ':') + 1))};
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    for (int seed = 0; seed < 20; seed++) {
        uint8_t bytes[4096];
        struct gms_rng rng;
        gms_rng_seed(&rng, (uint64_t)seed);
        for (size_t i = 0; i < size; i++)
            bytes[i] = (uint8_t)gms_rng_next(&rng);
        const int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (connect(fd, (const struct sockaddr *)&to, sizeof to) == 0) {
            const ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);
            (void)sent;
        }
        zclock_sleep(5);
        close(fd);
    }
}

static void garbage_is_counted_and_traced_and_disturbs_nobody(void **state) {
    (void)state;
    char error[200];
    struct watched w = {.lock = PTHREAD_MUTEX_INITIALIZER};
    const actor_config_t config = {.name = "a",
                                   .group = "test",
                                   .rung = GMS_RUNG_3,
                                   .listen = "tcp://127.0.0.1:*",
                                   .control = "tcp://127.0.0.1:*",
                                   .join_timeout = 1000000000u,
                                   .app = {.self = &w, .trace = on_trace}};
    w.actor = actor_new(&config, error, sizeof error);
    assert_non_null(w.actor);
    actor_run(w.actor);
    actor_start(w.actor, NULL, 0);
    const char *endpoint = actor_endpoint(w.actor);
    member_t *other = start_member("b", endpoint);
    expect_view(other, 2);

    uint8_t bytes[512];
    struct wire_out out = {.bytes = bytes, .capacity = sizeof bytes};
    const struct address liar = {.id = 77, .name = "liar", .endpoint = "tcp://127.0.0.1:9"};
    wire_put_frame_header(&out, wire_group_tag("test"), 77);
    const size_t header_size = out.size;
    wire_put_hello(&out, GMS_RUNG_3, &liar);
    const size_t hello_size = out.size;

    zsock_t *peer = connect_as(endpoint, "Garbage");
    send_bytes(peer, "\x01\x02\x03", 3);
    assert_true(was_refused(&w, "malformed: shorter than a header"));
    send_bytes(peer, "this is no frame of groupy at all", 33);
    assert_true(was_refused(&w, "malformed: not a groupy frame"));
    bytes[2] = 9;
    send_bytes(peer, bytes, hello_size);
    assert_true(was_refused(&w, "malformed: wrong version"));
    bytes[2] = WIRE_VERSION;
    bytes[header_size] = 99;
    send_bytes(peer, bytes, hello_size);
    assert_true(was_refused(&w, "malformed: unknown type"));
    bytes[header_size] = WIRE_HELLO;
    for (size_t size = header_size; size < hello_size; size++) {
        send_bytes(peer, bytes, size); /* every truncation */
        assert_true(was_refused(&w, "malformed"));
    }
    send_bytes(peer, bytes, hello_size); /* whole, but the routing id is another's */
    assert_true(was_refused(&w, "malformed: not who it says"));
    zstr_sendx(peer, "two", "parts", NULL);
    assert_true(was_refused(&w, "malformed: more than one part"));
    uint8_t *large = calloc(1, NET_FRAME_SIZE_MAX + 1);
    send_bytes(peer, large, NET_FRAME_SIZE_MAX + 1); /* closes the connection, by ZeroMQ's own limit */
    free(large);
    zsock_destroy(&peer);

    raw_bytes_to(endpoint, 200);
    raw_bytes_to(endpoint, 4096);
    raw_bytes_to(actor_control_endpoint(w.actor), 1000);
    member_multicast(other, "still here", 10);
    member_event_t *event = expect_event(other, MEMBER_DELIVER);
    assert_int_equal(event->size, 10);
    member_event_destroy(&event);
    pthread_mutex_lock(&w.lock);
    assert_int_equal(w.views, 2); /* its own and b's: nothing else moved the group */
    pthread_mutex_unlock(&w.lock);
    member_destroy(&other);
    actor_destroy(&w.actor);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_deliver_the_same_sequence),
        cmocka_unit_test(at_gms5_they_do_too_and_none_is_left_out),
        cmocka_unit_test(who_is_faster_than_the_group_is_told_so_and_loses_nothing),
        cmocka_unit_test(a_member_that_ends_is_replaced_at_once),
        cmocka_unit_test(a_follower_leaves_in_good_order),
        cmocka_unit_test(an_address_without_a_listener_is_named),
        cmocka_unit_test(a_port_that_is_taken_is_named),
        cmocka_unit_test(garbage_is_counted_and_traced_and_disturbs_nobody),
    };
    zsys_handler_set(NULL);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    zsys_shutdown();
    return failed;
}
