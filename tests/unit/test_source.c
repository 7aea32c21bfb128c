/* Where a scope's records come from: traces, and publishers of any kind of manners. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zmq.h>

#include "app/publisher.h"
#include "app/registry.h"
#include "app/scope/source.h"
#include "net/zmq/clock.h"

#define GROUP "test"

static char folder[64];

/* -- Who listens ----------------------------------------------------------------------------------------- */

struct heard {
    int begun, records, silent, captions, troubles;
    enum gms_rung_id rung;
    bool live;
    uint64_t missed;
    int of[TRACE_EVS], here[TRACE_EVS];
    gms_time last_t;
    bool in_order;
    uint64_t last_n;
    gms_id crashed;
    char names[256], trouble[512], silent_who[NET_NAME_SIZE], caption[64];
};

static void on_begin(void *self, const struct check_settings *settings, bool live) {
    struct heard *h = self;
    h->begun++;
    h->rung = settings->rung;
    h->live = live;
}

static void on_name(void *self, gms_id id, const char *name) {
    struct heard *h = self;
    const size_t used = strlen(h->names);
    snprintf(h->names + used, sizeof h->names - used, "%" PRIu64 "=%s ", id, name);
}

static void on_record(void *self, const char *who, const struct trace_record *r) {
    struct heard *h = self;
    assert_non_null(who);
    h->records++;
    h->of[r->ev]++;
    h->here[r->ev] += r->here;
    h->in_order = h->in_order && r->t >= h->last_t;
    h->last_t = r->t;
    if (r->ev == TRACE_MCAST)
        h->last_n = r->m_n;
    if (r->ev == TRACE_CRASH)
        h->crashed = r->peer;
}

static void on_caption(void *self, gms_time t, const char *text) {
    struct heard *h = self;
    (void)t;
    h->captions++;
    snprintf(h->caption, sizeof h->caption, "%s", text);
}

static void on_missed(void *self, const char *who, uint64_t records) {
    struct heard *h = self;
    (void)who;
    h->missed += records;
}

static void on_silent(void *self, const char *who, gms_time t) {
    struct heard *h = self;
    (void)t;
    h->silent++;
    snprintf(h->silent_who, sizeof h->silent_who, "%s", who);
}

static void on_trouble(void *self, const char *text) {
    struct heard *h = self;
    h->troubles++;
    snprintf(h->trouble, sizeof h->trouble, "%s", text);
}

static struct source_handler handler_of(struct heard *h) {
    memset(h, 0, sizeof *h);
    h->in_order = true;
    return (struct source_handler){.self = h,
                                   .begin = on_begin,
                                   .name = on_name,
                                   .record = on_record,
                                   .caption = on_caption,
                                   .missed = on_missed,
                                   .silent = on_silent,
                                   .trouble = on_trouble};
}

static void pause_us(long us) {
    const struct timespec pause = {.tv_nsec = us * 1000};
    nanosleep(&pause, NULL);
}

/* -- Who publishes --------------------------------------------------------------------------------------- */

struct talker {
    struct registry registry;
    struct publisher *publisher;
    gms_id id;
    char name[NET_NAME_SIZE];
    uint64_t n; /* of its last multicast */
    bool quiet; /* it does not say where it is */
};

static void sign_up(struct talker *t, const char *endpoint, const char *rung) {
    struct registry_entry entry = {.role = t->id == GMS_NOBODY ? REGISTRY_LAUNCHER : REGISTRY_WORKER,
                                   .address = {.id = t->id}};
    char error[256] = "";
    snprintf(entry.address.name, sizeof entry.address.name, "%s", t->name);
    snprintf(entry.telemetry, sizeof entry.telemetry, "%s", endpoint);
    snprintf(entry.rung, sizeof entry.rung, "%s", rung);
    assert_true(registry_publish(&t->registry, &entry, error, sizeof error));
}

static void say_who(struct talker *t, const char *run, const char *rung) {
    const struct trace_header header = {
        .run = run, .who = t->name, .id = t->id, .rung = rung, .source = "live"};
    publisher_header(t->publisher, &header);
}

static void open_registry(struct talker *t, gms_id id, const char *name, char *endpoint) {
    char error[256] = "";
    memset(t, 0, sizeof *t);
    t->id = id;
    snprintf(t->name, sizeof t->name, "%s", name);
    assert_true(registry_open(&t->registry, GROUP, error, sizeof error));
    pause_us(10); /* several in one process: each another ticket */
    registry_endpoint(&t->registry, "tel", endpoint);
}

static void come(struct talker *t, gms_id id, const char *name, const char *run, const char *rung) {
    char endpoint[NET_ENDPOINT_SIZE], error[256] = "";
    open_registry(t, id, name, endpoint);
    t->publisher = publisher_new(endpoint, name, error, sizeof error);
    assert_non_null(t->publisher);
    say_who(t, run, rung);
    sign_up(t, endpoint, rung);
}

static void go(struct talker *t) {
    publisher_destroy(&t->publisher, 100);
    registry_close(&t->registry);
}

static void say(struct talker *t, enum trace_ev ev, const char *what) {
    const struct trace_record r = {.ev = ev, .t = clock_now(), .lc = 1, .id = t->id, .what = what};
    publisher_write(t->publisher, NULL, &r);
    publisher_flush(t->publisher);
}

static void multicast(struct talker *t) {
    const struct trace_record r = {
        .ev = TRACE_MCAST, .t = clock_now(), .lc = 1, .id = t->id, .m_origin = t->id, .m_n = ++t->n, .n = 1};
    publisher_write(t->publisher, NULL, &r);
    publisher_flush(t->publisher);
}

static void introduce(struct talker *t) {
    struct trace_record r = {.ev = TRACE_VIEW,
                             .t = clock_now(),
                             .id = t->id,
                             .here = true,
                             .view = 1,
                             .members = &t->id,
                             .member_count = 1,
                             .primary = true};
    if (!t->quiet && t->id != GMS_NOBODY)
        publisher_write(t->publisher, NULL, &r);
    publisher_flush(t->publisher);
}

static void run_for(struct source *s, int ms, struct talker *talkers, int count) {
    const gms_time until = clock_now() + (gms_time)ms * CLOCK_MS;
    while (clock_now() < until) {
        for (int i = 0; i < count; i++) {
            if (talkers[i].publisher && publisher_met_somebody(talkers[i].publisher))
                introduce(&talkers[i]);
        }
        assert_true(source_read(s, 5));
        pause_us(2000);
    }
}

static struct source *listen_to_group(struct heard *h) {
    const struct source_handler handler = handler_of(h);
    char error[256] = "";
    struct source *s = source_open_group(GROUP, &handler, error, sizeof error);
    assert_non_null(s);
    return s;
}

/* -- A live group ---------------------------------------------------------------------------------------- */

static void a_group_is_heard_from_the_middle_on(void **unused) {
    struct talker t[2];
    struct heard h;
    (void)unused;
    come(&t[0], 1, "w1", "run", "gms3");
    come(&t[1], 2, "w2", "run", "gms3");
    multicast(&t[0]); /* nobody listens */
    struct source *s = listen_to_group(&h);
    run_for(s, 150, t, 2);
    assert_int_equal(h.begun, 1);
    assert_true(h.live);
    assert_int_equal(h.rung, GMS_RUNG_3);
    assert_int_equal(h.here[TRACE_VIEW], 2);
    assert_int_equal(h.of[TRACE_MCAST], 0);
    for (int i = 0; i < 100; i++)
        multicast(&t[i % 2]);
    run_for(s, 150, t, 2);
    assert_int_equal(h.of[TRACE_MCAST], 100);
    assert_true(h.in_order); /* of two, merged */
    assert_int_equal(h.missed, 0);
    assert_int_equal(h.troubles, 0);
    assert_non_null(strstr(h.names, "1=w1"));
    assert_non_null(strstr(h.names, "2=w2"));
    source_close(&s);
    go(&t[0]);
    go(&t[1]);
}

static void a_second_scope_is_told_and_the_first_one_hears_nothing_twice(void **unused) {
    struct talker t[1];
    struct heard first, second;
    (void)unused;
    come(&t[0], 1, "w1", "run", "gms3");
    struct source *a = listen_to_group(&first);
    run_for(a, 150, t, 1);
    struct source *b = listen_to_group(&second);
    run_for(b, 150, t, 1);
    multicast(&t[0]);
    run_for(a, 100, t, 1);
    run_for(b, 100, t, 1);
    assert_int_equal(first.here[TRACE_VIEW], 1);
    assert_int_equal(second.here[TRACE_VIEW], 1);
    assert_int_equal(first.of[TRACE_MCAST] + second.of[TRACE_MCAST], 2);
    source_close(&a);
    source_close(&b);
    go(&t[0]);
}

static void what_a_slow_scope_misses_is_counted_and_it_is_told_again_where_all_are(void **unused) {
    struct talker t[1];
    struct heard h;
    (void)unused;
    come(&t[0], 1, "w1", "run", "gms3");
    struct source *s = listen_to_group(&h);
    run_for(s, 150, t, 1);
    for (int i = 0; i < 20000; i++) /* the scope stands still */
        multicast(&t[0]);
    for (int i = 0; h.here[TRACE_VIEW] != 2 && i < 50; i++) {
        multicast(&t[0]); /* only what comes after a gap shows that there is one, and is missed with it */
        run_for(s, 100, t, 1);
    }
    multicast(&t[0]);
    for (int i = 0; h.last_n != t[0].n && i < 50; i++)
        run_for(s, 100, t, 1);
    assert_true(h.missed > 1000);
    assert_int_equal(h.last_n, t[0].n);
    assert_int_equal(h.missed + (uint64_t)h.of[TRACE_MCAST], t[0].n);
    assert_int_equal(h.here[TRACE_FAULT], 1); /* from where on they are missing */
    assert_int_equal(h.here[TRACE_VIEW], 2);
    source_close(&s);
    go(&t[0]);
}

static void nothing_is_written_while_nobody_listens(void **unused) {
    struct talker t[1];
    struct heard h;
    (void)unused;
    come(&t[0], 1, "w1", "run", "gms3");
    assert_false(publisher_met_somebody(t[0].publisher));
    const gms_time begin = clock_now();
    for (int i = 0; i < 1000000; i++) {
        const struct trace_record r = {.ev = TRACE_EXIT, .id = 1};
        publisher_write(t[0].publisher, NULL, &r);
        publisher_flush(t[0].publisher);
    }
    assert_true(clock_now() - begin < 500 * CLOCK_MS); /* a line alone takes longer than that */
    struct source *s = listen_to_group(&h);
    run_for(s, 100, t, 1);
    assert_true(publisher_watched(t[0].publisher));
    source_close(&s);
    for (int i = 0; i < 100 && publisher_watched(t[0].publisher); i++) {
        pause_us(5000);
        publisher_met_somebody(t[0].publisher);
    }
    assert_false(publisher_watched(t[0].publisher));
    go(&t[0]);
}

static void who_ends_in_good_order_is_no_news(void **unused) {
    struct talker t[1];
    struct heard h;
    (void)unused;
    come(&t[0], 1, "w1", "run", "gms3");
    struct source *s = listen_to_group(&h);
    run_for(s, 150, t, 1);
    say(&t[0], TRACE_EXIT, NULL);
    go(&t[0]);
    run_for(s, 1200, t, 1);
    assert_int_equal(h.of[TRACE_EXIT], 1);
    assert_int_equal(h.of[TRACE_CRASH], 0);
    assert_int_equal(h.silent, 0);
    assert_true(source_deserted(s));
    source_close(&s);
}

static void whose_process_is_gone_has_crashed(void **unused) {
    struct talker t[1];
    struct heard h;
    (void)unused;
    come(&t[0], 1, "w1", "run", "gms3");
    struct source *s = listen_to_group(&h);
    run_for(s, 150, t, 1);
    go(&t[0]);
    run_for(s, 1000, t, 1);
    assert_int_equal(h.crashed, 1);
    assert_int_equal(h.silent, 0);
    source_close(&s);
}

/* A launcher tells who crashed. Where it does not, nobody knows. */
static void who_vanishes_under_a_director_falls_silent(void **unused) {
    struct talker t[2];
    struct heard h;
    (void)unused;
    come(&t[0], GMS_NOBODY, "director", "run", "gms3");
    come(&t[1], 1, "w1", "run", "gms3");
    struct source *s = listen_to_group(&h);
    run_for(s, 150, t, 2);
    say(&t[0], TRACE_NOTE, "look here");
    go(&t[1]);
    run_for(s, 1200, t, 1);
    assert_int_equal(h.captions, 1);
    assert_string_equal(h.caption, "look here");
    assert_int_equal(h.silent, 1);
    assert_string_equal(h.silent_who, "w1");
    assert_int_equal(h.crashed, 0);
    source_close(&s);
    go(&t[0]);
}

static void another_run_of_the_launcher_begins_anew(void **unused) {
    struct talker t[2];
    struct heard h;
    (void)unused;
    come(&t[0], GMS_NOBODY, "director", "run-1", "gms3");
    come(&t[1], 1, "w1", "run-1", "gms3");
    struct source *s = listen_to_group(&h);
    run_for(s, 150, t, 2);
    say(&t[1], TRACE_EXIT, NULL);
    go(&t[1]);
    run_for(s, 150, t, 1);
    say_who(&t[0], "run-2", "gms5");
    come(&t[1], 7, "w1", "run-2", "gms5");
    run_for(s, 500, t, 2);
    assert_int_equal(h.begun, 2);
    assert_int_equal(h.rung, GMS_RUNG_5);
    assert_int_equal(h.here[TRACE_VIEW], 2);
    source_close(&s);
    go(&t[0]);
    go(&t[1]);
}

/* -- Strangers ------------------------------------------------------------------------------------------- */

/* Registers like a worker, and says what it likes. */
struct stranger {
    struct talker talker;
    void *context, *socket;
};

static void sneak_in(struct stranger *x) {
    char endpoint[NET_ENDPOINT_SIZE];
    memset(x, 0, sizeof *x);
    open_registry(&x->talker, 66, "w66", endpoint);
    x->context = zmq_ctx_new();
    x->socket = zmq_socket(x->context, ZMQ_PUB);
    assert_int_equal(zmq_bind(x->socket, endpoint), 0);
    sign_up(&x->talker, endpoint, "gms3");
}

static void leave(struct stranger *x) {
    const int none = 0;
    zmq_setsockopt(x->socket, ZMQ_LINGER, &none, sizeof none);
    zmq_close(x->socket);
    zmq_ctx_term(x->context);
    registry_close(&x->talker.registry);
}

static void shout(struct stranger *x, const void *text, size_t size) {
    uint8_t *frame = calloc(1, size + 8);
    memcpy(frame + 8, text, size);
    zmq_send(x->socket, frame, size + 8, ZMQ_DONTWAIT);
    free(frame);
}

static void shout_text(struct stranger *x, const char *text) {
    shout(x, text, strlen(text));
}

#define STRANGER                                                                                             \
    "{\"groupy\":1,\"run\":\"run\",\"who\":\"w66\",\"id\":\"0000000000000042\",\"rung\":\"gms3\","           \
    "\"source\":\"live\",\"host\":\"?\"}\n"

/* Among them a good worker, that must be heard to the end. */
static void endure(void (*misbehave)(struct stranger *), const char *trouble) {
    struct talker t[2];
    struct stranger x;
    struct heard h;
    come(&t[0], 1, "w1", "run", "gms3");
    come(&t[1], 2, "w2", "run", "gms3");
    sneak_in(&x);
    struct source *s = listen_to_group(&h);
    run_for(s, 300, t, 2);
    misbehave(&x);
    for (int i = 0; i < 50; i++) {
        multicast(&t[0]);
        run_for(s, 10, t, 2);
    }
    run_for(s, 200, t, 2);
    if (trouble && !strstr(h.trouble, trouble))
        fail_msg("'%s' is not told: '%s'", trouble, h.trouble);
    assert_int_equal(h.rung, GMS_RUNG_3);
    assert_int_equal(h.last_n, 50);
    assert_true(h.troubles < 10); /* told, but not each */
    source_close(&s);
    leave(&x);
    go(&t[0]);
    go(&t[1]);
}

static void talk_garbage(struct stranger *x) {
    uint8_t noise[5000];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (uint8_t)(i * 7919 >> 3);
    shout_text(x, STRANGER);
    for (int i = 0; i < 200; i++)
        shout(x, noise, (size_t)(1 + i * 20));
    shout_text(x, STRANGER "{\"t\":1}\n\n{}\nnull\n{\"ev\":\"view\"\n");
    zmq_send(x->socket, "x", 1, 0);
    zmq_send(x->socket, "", 0, 0);
}

static void talk_without_end(struct stranger *x) {
    const size_t size = 200 * 1024;
    char *text = malloc(size);
    memset(text, 'x', size);
    memcpy(text, STRANGER, strlen(STRANGER));
    for (int i = 0; i < 20; i++)
        shout(x, text, size);
    free(text);
}

static void flood(struct stranger *x) {
    char text[16000] = STRANGER;
    size_t size = strlen(text);
    while (size < sizeof text - 200)
        size += (size_t)snprintf(text + size, sizeof text - size,
                                 "{\"t\":18446744073709551615,\"lc\":1,\"who\":\"w66\",\"id\":"
                                 "\"0000000000000042\",\"ev\":\"leave\"}\n");
    for (int i = 0; i < 5000; i++)
        shout(x, text, size);
}

static void be_somebody_else(struct stranger *x) {
    shout_text(x,
               "{\"groupy\":1,\"run\":\"run\",\"who\":\"w1\",\"id\":\"0000000000000001\",\"rung\":\"gms3\","
               "\"source\":\"live\"}\n");
}

static void speak_for_others(struct stranger *x) {
    shout_text(x, STRANGER "{\"t\":1,\"lc\":1,\"who\":\"w1\",\"id\":\"0000000000000001\",\"ev\":\"exit\"}\n");
}

static void play_director(struct stranger *x) {
    shout_text(x, STRANGER "{\"t\":1,\"lc\":1,\"who\":\"w66\",\"id\":\"0000000000000042\",\"ev\":\"crash\","
                           "\"whom\":\"0000000000000001\"}\n");
}

static void run_another_rung(struct stranger *x) {
    shout_text(x,
               "{\"groupy\":1,\"run\":\"run\",\"who\":\"w66\",\"id\":\"0000000000000042\",\"rung\":\"gms1\","
               "\"source\":\"live\"}\n");
}

static void say_nothing(struct stranger *x) {
    (void)x;
}

static void garbage_is_refused_and_told(void **unused) {
    (void)unused;
    endure(talk_garbage, "w66: refused");
}

static void frames_without_end_are_refused(void **unused) {
    (void)unused;
    endure(talk_without_end, "w66: refused");
}

static void a_flood_drowns_nobody(void **unused) {
    (void)unused;
    endure(flood, NULL);
}

static void nobody_can_be_somebody_else(void **unused) {
    (void)unused;
    endure(be_somebody_else, "another id");
}

static void nobody_can_speak_for_others(void **unused) {
    (void)unused;
    endure(speak_for_others, "another process's");
}

static void no_worker_can_play_the_director(void **unused) {
    (void)unused;
    endure(play_director, "not its to make");
}

static void who_runs_another_rung_is_left_out(void **unused) {
    (void)unused;
    endure(run_another_rung, "it runs gms1");
}

static void who_says_nothing_does_no_harm(void **unused) {
    (void)unused;
    endure(say_nothing, NULL);
}

/* -- Traces ---------------------------------------------------------------------------------------------- */

static void write_trace(const char *path, int records, const char *end) {
    char error[256];
    struct trace_file f;
    const struct trace_header header = {.run = "run", .who = "w1", .id = 1, .rung = "gms2", .source = "live"};
    assert_true(trace_file_create(&f, path, "w1", error, sizeof error));
    trace_file_header(&f, &header);
    for (int i = 1; i <= records; i++) {
        const struct trace_record r = {.ev = i < records ? TRACE_LEAVE : TRACE_EXIT,
                                       .t = (gms_time)i * 1000000,
                                       .lc = (uint64_t)i,
                                       .id = 1};
        trace_file_write(&f, NULL, &r);
    }
    trace_file_flush(&f);
    assert_int_equal(write(f.fd, end, strlen(end)), strlen(end));
    trace_file_close(&f);
}

static struct source *read_trace(const char *path, struct heard *h) {
    const struct source_handler handler = handler_of(h);
    char error[256] = "";
    struct source *s = source_open_traces(&path, 1, &handler, error, sizeof error);
    assert_non_null(s);
    return s;
}

static void a_trace_is_read_a_part_at_a_time_to_its_end(void **unused) {
    char path[128];
    struct heard h;
    int reads = 1;
    (void)unused;
    snprintf(path, sizeof path, "%s/w1.jsonl", folder);
    write_trace(path, 20000, "");
    struct source *s = read_trace(path, &h);
    while (source_read(s, 0)) {
        assert_true(source_has_more(s));
        assert_true(source_progress(s) < 1);
        reads++;
    }
    assert_true(reads > 10);
    assert_int_equal(h.begun, 1);
    assert_false(h.live);
    assert_int_equal(h.records, 20000);
    assert_true(source_progress(s) >= 1);
    assert_false(source_unfinished(s));
    assert_string_equal(h.names, "1=w1 ");
    source_close(&s);
}

static void a_trace_that_breaks_off_in_garbage_is_told(void **unused) {
    char path[128];
    struct heard h;
    (void)unused;
    snprintf(path, sizeof path, "%s/w1.jsonl", folder);
    write_trace(path, 100, "what is this\n");
    struct source *s = read_trace(path, &h);
    while (source_read(s, 5)) {
    }
    assert_int_equal(h.records, 100);
    assert_int_equal(h.troubles, 1);
    assert_non_null(strstr(h.trouble, "w1.jsonl:102"));
    assert_true(source_unfinished(s));
    source_close(&s);
}

static void what_is_no_trace_is_refused_in_one_line(void **unused) {
    char error[256] = "";
    const char *path = "/nowhere/at/all";
    struct heard h;
    const struct source_handler handler = handler_of(&h);
    (void)unused;
    assert_null(source_open_traces(&path, 1, &handler, error, sizeof error));
    assert_non_null(strstr(error, "/nowhere/at/all"));
    assert_null(source_open_member("nonsense", &handler, error, sizeof error));
    assert_non_null(strstr(error, "nonsense"));
}

static int setup(void **unused) {
    (void)unused;
    strcpy(folder, "/tmp/groupy-test-XXXXXX");
    return mkdtemp(folder) && setenv("XDG_RUNTIME_DIR", folder, 1) == 0 ? 0 : -1;
}

static int teardown(void **unused) {
    char command[128];
    (void)unused;
    snprintf(command, sizeof command, "rm -r '%s'", folder);
    return system(command);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_heard_from_the_middle_on),
        cmocka_unit_test(a_second_scope_is_told_and_the_first_one_hears_nothing_twice),
        cmocka_unit_test(what_a_slow_scope_misses_is_counted_and_it_is_told_again_where_all_are),
        cmocka_unit_test(nothing_is_written_while_nobody_listens),
        cmocka_unit_test(who_ends_in_good_order_is_no_news),
        cmocka_unit_test(whose_process_is_gone_has_crashed),
        cmocka_unit_test(who_vanishes_under_a_director_falls_silent),
        cmocka_unit_test(another_run_of_the_launcher_begins_anew),
        cmocka_unit_test(garbage_is_refused_and_told),
        cmocka_unit_test(frames_without_end_are_refused),
        cmocka_unit_test(a_flood_drowns_nobody),
        cmocka_unit_test(nobody_can_be_somebody_else),
        cmocka_unit_test(nobody_can_speak_for_others),
        cmocka_unit_test(no_worker_can_play_the_director),
        cmocka_unit_test(who_runs_another_rung_is_left_out),
        cmocka_unit_test(who_says_nothing_does_no_harm),
        cmocka_unit_test(a_trace_is_read_a_part_at_a_time_to_its_end),
        cmocka_unit_test(a_trace_that_breaks_off_in_garbage_is_told),
        cmocka_unit_test(what_is_no_trace_is_refused_in_one_line),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
