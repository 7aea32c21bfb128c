/* Traces: what was written is what is read, for every event, whatever its texts hold. */
#include "app/trace_file.h"
#include "gms/color.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char line[TRACE_LINE_SIZE_MAX];
static struct trace_line got; /* large */
static struct address_book book;

static const gms_id members[] = {0x1111111111111111u, 0x2222222222222222u};

static int fill_book(void **state) {
    (void)state;
    memset(&book, 0, sizeof book);
    address_book_put(&book, &(struct address){.id = members[0], .name = "w1"});
    address_book_put(&book, &(struct address){.id = members[1], .name = "w2"});
    return 0;
}

static size_t write_line(const struct trace_record *r) {
    const size_t size = trace_line(line, sizeof line, "w1", &book, r);
    assert_true(size < sizeof line);
    return size;
}

static void parse(size_t size) {
    char error[256] = "";
    if (!trace_line_parse(&got, line, size, error, sizeof error))
        fail_msg("%s\n%.*s", error, (int)size, line);
}

static void same_text(const char *a, const char *b) {
    assert_int_equal(!a, !b);
    if (a)
        assert_string_equal(a, b);
}

/* Writes, reads, and compares every field that the event has. */
static void round_trip(struct trace_record r) {
    r.t = 123456789012345;
    r.lc = 77;
    r.id = members[0];
    parse(write_line(&r));
    const struct trace_record *g = &got.record;
    assert_false(got.header);
    assert_string_equal(got.who, "w1");
    assert_int_equal(g->ev, r.ev);
    assert_int_equal(g->t, r.t);
    assert_int_equal(g->lc, r.lc);
    assert_int_equal(g->id, r.id);
    assert_int_equal(g->here, r.here);
    assert_int_equal(g->peer, r.peer);
    same_text(g->to, r.to);
    same_text(g->type, r.type);
    assert_int_equal(g->m_origin, r.m_origin);
    assert_int_equal(g->m_n, r.m_n);
    assert_int_equal(g->n, r.n);
    assert_int_equal(g->seq, r.seq);
    assert_int_equal(g->view, r.view);
    assert_int_equal(g->state.count, r.state.count);
    assert_true(g->state.hash == r.state.hash);
    assert_memory_equal(g->state.color, r.state.color, 3);
    assert_int_equal(g->expected, r.expected);
    assert_int_equal(g->got, r.got);
    assert_int_equal(g->primary, r.primary);
    assert_int_equal(g->member_count, r.member_count);
    for (uint32_t i = 0; i < r.member_count; i++)
        assert_int_equal(g->members[i], r.members[i]);
    same_text(g->what, r.what);
    same_text(g->why, r.why);
    trace_line_free(&got);
}

/* One of each event, with every field that the design's properties page gives it. */
static const struct trace_record records[] = {
    {.ev = TRACE_JOIN, .to = "tcp://127.0.0.1:5555"},
    {.ev = TRACE_VIEW, .view = 3, .seq = 4, .members = members, .member_count = 2, .primary = true},
    {.ev = TRACE_VIEW, .view = 3, .members = members, .member_count = 1},
    {.ev = TRACE_BLOCK, .view = 3},
    {.ev = TRACE_UNBLOCK, .view = 3},
    {.ev = TRACE_MCAST, .m_origin = 0xfedcba9876543210u, .m_n = 9, .n = 20},
    {.ev = TRACE_MCAST, .m_origin = 1, .m_n = 18446744073709551615u},
    {.ev = TRACE_SEND, .peer = 2, .type = "MSG", .m_origin = 3, .m_n = 4, .seq = 5, .view = 6},
    {.ev = TRACE_RECV, .peer = 2, .type = "VIEW", .seq = 5, .view = 6},
    {.ev = TRACE_LOSE, .peer = 2, .type = "REQUEST", .m_origin = 3, .m_n = 4, .why = "lost on demand"},
    {.ev = TRACE_DROP, .peer = 2, .type = "?", .why = "malformed: cut short"},
    {.ev = TRACE_DELIVER,
     .m_origin = 3,
     .m_n = 4,
     .n = 7,
     .seq = 5,
     .view = 6,
     .state = {9, 0x8899aabbccddeeffu, {1, 0, 255}}},
    {.ev = TRACE_STATE, .peer = 2, .state = {9, 1, {255, 255, 255}}},
    {.ev = TRACE_STATE, .peer = 2, .state = {0, 0xcbf29ce484222325u, {0, 0, 0}}, .why = "state lost"},
    {.ev = TRACE_SUSPECT, .peer = 2, .why = "no heartbeat"},
    {.ev = TRACE_DOWN, .peer = 0x8000000000000000u, .why = "connection refused"},
    {.ev = TRACE_LEAD, .view = 3},
    {.ev = TRACE_FREEZE, .view = 3, .expected = 4, .got = 6},
    {.ev = TRACE_EXCLUDED, .view = 3},
    {.ev = TRACE_NO_QUORUM, .view = 3},
    {.ev = TRACE_QUORUM, .view = 3},
    {.ev = TRACE_FAULT, .what = "crash mid-broadcast after 1"},
    {.ev = TRACE_FAULT, .what = "lose 2", .peer = 5},
    {.ev = TRACE_CRASH, .peer = 2},
    {.ev = TRACE_HANG, .peer = 2},
    {.ev = TRACE_RESUME, .peer = 2},
    {.ev = TRACE_LEAVE},
    {.ev = TRACE_EXIT},
    {.ev = TRACE_NOTE, .what = "w2 leads. But \"w4\" never gets it \u2013 see the hash"},
};
enum { RECORDS = sizeof records / sizeof records[0] };

static void every_event_comes_back(void **state) {
    bool seen[TRACE_EVS] = {false};
    (void)state;
    for (int i = 0; i < RECORDS; i++) {
        round_trip(records[i]);
        seen[records[i].ev] = true;
    }
    for (int ev = 0; ev < TRACE_EVS; ev++)
        assert_true(seen[ev]);
}

static void the_mark_of_a_transmission_comes_back(void **state) {
    const struct trace_record r = {
        .ev = TRACE_SEND, .id = members[0], .peer = 2, .type = "MSG", .x_sender = members[0], .x = 99};
    (void)state;
    parse(write_line(&r));
    assert_int_equal(got.record.x, 99);
    assert_int_equal(got.record.x_sender, members[0]);
    trace_line_free(&got);
}

static void members_come_with_the_names_that_people_see(void **state) {
    const struct trace_record r = {
        .ev = TRACE_VIEW, .id = members[0], .view = 1, .members = members, .member_count = 2};
    (void)state;
    parse(write_line(&r));
    assert_string_equal(got.member_names[0], "w1");
    assert_string_equal(got.member_names[1], "w2");
    assert_string_equal(json_string_value(json_object_get(got.root, "leader")), "1111111111111111");
    trace_line_free(&got);
}

static void a_line_is_what_the_properties_page_says(void **state) {
    const struct trace_record r = {.ev = TRACE_DELIVER,
                                   .t = 5,
                                   .lc = 6,
                                   .id = members[0],
                                   .m_origin = members[1],
                                   .m_n = 3,
                                   .n = 7,
                                   .seq = 4,
                                   .view = 2,
                                   .state = {1, 0xabc, {0, 0, 7}}};
    (void)state;
    const size_t size = write_line(&r);
    const char *expected =
        "{\"t\":5,\"lc\":6,\"who\":\"w1\",\"id\":\"1111111111111111\",\"ev\":\"deliver\","
        "\"m\":\"2222222222222222#3\",\"n\":7,\"seq\":4,\"view\":2,\"count\":1,\"color\":\"#000007\","
        "\"hash\":\"0000000000000abc\"}";
    assert_int_equal(size, strlen(expected));
    assert_memory_equal(line, expected, size);
}

static void the_largest_view_fits_a_line(void **state) {
    static gms_id all[GMS_MEMBERS_MAX];
    (void)state;
    for (int i = 0; i < GMS_MEMBERS_MAX; i++) {
        struct address address = {.id = UINT64_MAX - (gms_id)i};
        memset(address.name, 'n', sizeof address.name - 1);
        address_book_put(&book, &address);
        all[i] = address.id;
    }
    round_trip((struct trace_record){.ev = TRACE_VIEW,
                                     .view = UINT32_MAX,
                                     .seq = INT64_MAX,
                                     .members = all,
                                     .member_count = GMS_MEMBERS_MAX,
                                     .primary = true});
}

static void a_record_of_where_a_process_is_survives_with_its_last_multicast(void **state) {
    (void)state;
    round_trip((struct trace_record){.ev = TRACE_VIEW,
                                     .here = true,
                                     .view = 3,
                                     .members = members,
                                     .member_count = 2,
                                     .primary = true,
                                     .m_origin = members[0],
                                     .m_n = 17});
    round_trip((struct trace_record){.ev = TRACE_BLOCK, .here = true, .view = 3});
}

static void texts_are_escaped(void **state) {
    char text[128];
    (void)state;
    for (int c = 1; c < 128; c++)
        text[c - 1] = (char)c;
    text[127] = '\0';
    round_trip((struct trace_record){.ev = TRACE_DOWN, .peer = 2, .why = text});
    round_trip(
        (struct trace_record){.ev = TRACE_DOWN, .peer = 2, .why = "Gr\xc3\xbc\xc3\x9f Gott \xe2\x82\xac"});
    round_trip((struct trace_record){.ev = TRACE_DOWN, .peer = 2, .why = "\"},{\\"});
    round_trip((struct trace_record){.ev = TRACE_DOWN, .peer = 2, .why = ""});
}

static void a_line_can_be_read_whatever_bytes_its_texts_have(void **state) {
    char error[256];
    (void)state;
    for (int c = 128; c < 256; c++) {
        const char text[] = {'a', (char)c, 'b', '\0'}; /* never UTF-8 */
        const struct trace_record r = {.ev = TRACE_JOIN, .id = members[0], .to = text};
        const size_t size = write_line(&r);
        assert_true(trace_line_parse(&got, line, size, error, sizeof error));
        trace_line_free(&got);
    }
}

static void a_line_cut_short_is_refused_with_a_reason_wherever_it_is_cut(void **state) {
    (void)state;
    for (int i = 0; i < RECORDS; i++) {
        struct trace_record r = records[i];
        r.id = members[0];
        const size_t size = write_line(&r);
        for (size_t cut = 0; cut < size; cut++) {
            char error[256] = "";
            char *exact = malloc(cut > 0 ? cut : 1); /* ends where the memory ends */
            assert_non_null(exact);
            memcpy(exact, line, cut);
            assert_false(trace_line_parse(&got, exact, cut, error, sizeof error));
            assert_true(strlen(error) > 0);
            assert_null(strchr(error, '\n'));
            free(exact);
        }
    }
}

static void refuse(const char *text) {
    char error[256] = "";
    assert_false(trace_line_parse(&got, text, strlen(text), error, sizeof error));
    assert_true(strlen(error) > 0);
    assert_null(got.root);
}

static void a_malformed_line_is_refused_with_a_reason(void **state) {
    (void)state;
    refuse("null");
    refuse("[]");
    refuse("{}");
    refuse("{\"ev\":\"leave\"}");
    refuse("{\"t\":1,\"who\":\"w1\",\"id\":\"1111111111111111\",\"ev\":\"dance\"}");
    refuse("{\"t\":1,\"who\":\"w1\",\"id\":\"1111111111111111\",\"ev\":7}");
    refuse("{\"t\":1,\"who\":\"w1\",\"id\":\"111111111111111\",\"ev\":\"leave\"}");
    refuse("{\"t\":1,\"who\":\"w1\",\"id\":\"111111111111111G\",\"ev\":\"leave\"}");
    refuse("{\"t\":\"1\",\"who\":\"w1\",\"id\":\"1111111111111111\",\"ev\":\"leave\"}");
    refuse("{\"t\":1,\"id\":\"1111111111111111\",\"ev\":\"leave\"}");
    refuse("{\"t\":1,\"who\":\"w1\",\"id\":\"1111111111111111\",\"ev\":\"view\",\"members\":[{\"who\":\"w1\"}"
           "]}");
    refuse("{\"t\":1,\"who\":\"w1\",\"id\":\"1111111111111111\",\"ev\":\"view\",\"members\":[7]}");
    refuse("{\"t\":1,\"who\":\"w1\",\"id\":\"1111111111111111\",\"ev\":\"leave\"} {}");
}

static void refuse_naming(const char *fields, const char *named) {
    char text[512], error[256] = "", other[256] = "";
    snprintf(text, sizeof text, "{\"t\":1,\"lc\":1,\"who\":\"w1\",\"id\":\"1111111111111111\",%s}", fields);
    assert_false(trace_line_parse(&got, text, strlen(text), error, sizeof error));
    if (!strstr(error, named))
        fail_msg("%s: '%s' does not name %s", text, error, named);
    assert_false(trace_line_parse_json(&got, text, strlen(text), other, sizeof other));
    assert_string_equal(error, other);
}

static void a_field_of_a_wrong_type_is_an_error_that_names_it(void **state) {
    static const char deliver[] = "\"ev\":\"deliver\",\"n\":1,\"count\":1,\"color\":\"#000007\","
                                  "\"hash\":\"0000000000000abc\",\"m\":\"1111111111111111#1\"";
    static const char *const wrong[][2] = {
        {"\"seq\":-1", "`seq`"},
        {"\"view\":\"x\"", "`view`"},
        {"\"view\":4294967296", "`view`"},
        {"\"seq\":1.5", "`seq`"},
        {"\"why\":[]", "`why`"},
        {"\"type\":null", "`type`"},
        {"\"expected\":{}", "`expected`"},
        {"\"from\":\"w1\"", "`from`"},
        {"\"whom\":7", "`whom`"},
        {"\"x\":\"1111111111111111#1\"", "`x`"},
        {"\"x\":\"1111111111111111.\"", "`x`"},
        {"\"primary\":1", "`primary`"},
        {"\"leader\":\"\"", "`leader`"},
        {"\"members\":{}", "`members`"},
        {"\"do\":1", "`do`"},
        {"\"got\":true", "`got`"},
    };
    char text[512];
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        snprintf(text, sizeof text, "%s,%s", deliver, wrong[i][0]);
        refuse_naming(text, wrong[i][1]);
    }
    refuse_naming("\"ev\":\"mcast\",\"n\":1,\"m\":\"#\"", "`m`");
    refuse_naming("\"ev\":\"mcast\",\"n\":1,\"m\":\"1111111111111111#0\"", "`m`");
    refuse_naming("\"ev\":\"mcast\",\"n\":1,\"m\":\"1111111111111111#18446744073709551616\"", "`m`");
    refuse_naming("\"ev\":\"mcast\",\"n\":2147483648,\"m\":\"1111111111111111#1\"", "`n`");
    refuse_naming("\"ev\":\"state\",\"from\":\"1111111111111111\",\"count\":1,\"color\":\"#12345\","
                  "\"hash\":\"0000000000000abc\"",
                  "`color`");
    refuse_naming("\"ev\":\"state\",\"from\":\"1111111111111111\",\"count\":1,\"color\":\"#123456\","
                  "\"hash\":\"0000000000000ab\"",
                  "`hash`");
}

static void a_field_that_an_event_needs_is_an_error_that_names_it(void **state) {
    (void)state;
    refuse_naming("\"ev\":\"crash\"", "`whom`");
    refuse_naming("\"ev\":\"view\",\"view\":1", "`members`");
    refuse_naming("\"ev\":\"mcast\",\"m\":\"1111111111111111#1\"", "`n`");
    refuse_naming("\"ev\":\"send\",\"type\":\"MSG\"", "`to`");
    refuse_naming("\"ev\":\"fault\"", "`do`");
}

/* Two ways to read a line: whatever it is, they must say the same. */
static void the_scan_and_the_json_library_read_the_same(void **state) {
    static struct trace_line by_json;
    (void)state;
    for (int i = 0; i < RECORDS; i++) {
        struct trace_record r = records[i];
        r.id = members[0];
        const size_t size = write_line(&r);
        for (size_t at = 0; at <= size; at++) { /* whole, and with each byte in turn another one */
            char error[2][256] = {"", ""};
            const char kept = line[at];
            if (at < size)
                line[at] = (char)(kept ^ (1 << (at % 7)));
            const bool ok = trace_line_parse(&got, line, size, error[0], sizeof error[0]);
            assert_int_equal(ok, trace_line_parse_json(&by_json, line, size, error[1], sizeof error[1]));
            assert_string_equal(error[0], error[1]);
            line[at] = kept;
            if (!ok)
                continue;
            const struct trace_record *a = &got.record, *b = &by_json.record;
            assert_int_equal(got.header, by_json.header);
            if (!got.header) {
                assert_string_equal(got.who, by_json.who);
                assert_true(a->ev == b->ev && a->t == b->t && a->lc == b->lc && a->id == b->id &&
                            a->peer == b->peer && a->x_sender == b->x_sender && a->x == b->x &&
                            a->m_origin == b->m_origin && a->m_n == b->m_n && a->n == b->n &&
                            a->seq == b->seq && a->view == b->view && a->expected == b->expected &&
                            a->got == b->got && a->primary == b->primary &&
                            a->member_count == b->member_count && trace_state_equal(&a->state, &b->state));
                same_text(a->to, b->to);
                same_text(a->type, b->type);
                same_text(a->what, b->what);
                same_text(a->why, b->why);
            }
            trace_line_free(&got);
            trace_line_free(&by_json);
        }
    }
}

static void a_small_buffer_is_never_overrun(void **state) {
    (void)state;
    for (int i = 0; i < RECORDS; i++) {
        for (size_t size = 1; size < 300; size += 7) {
            char *exact = malloc(size);
            assert_non_null(exact);
            assert_true(trace_line(exact, size, "w1", &book, &records[i]) <= size);
            free(exact);
        }
    }
}

static void an_id_is_sixteen_hex_digits(void **state) {
    gms_id id = 0;
    (void)state;
    assert_true(trace_parse_id("00000000000000ff", &id));
    assert_int_equal(id, 255);
    assert_true(trace_parse_id("ffffffffffffffff", &id));
    assert_true(id == UINT64_MAX);
    assert_false(trace_parse_id(NULL, &id));
    assert_false(trace_parse_id("", &id));
    assert_false(trace_parse_id("ff", &id));
    assert_false(trace_parse_id("00000000000000FF", &id));
    assert_false(trace_parse_id("0x000000000000ff", &id));
    assert_false(trace_parse_id("00000000000000ff0", &id));
}

/* -- Files --------------------------------------------------------------------------------------------- */

static void a_file_begins_with_its_header_and_has_a_line_for_each_record(void **state) {
    char dir[] = "/tmp/groupy-test-XXXXXX", nested[64], path[128], error[256];
    const struct trace_header header = {
        .run = "r \"1\"", .who = "w1", .id = members[0], .rung = "gms3", .source = "live", .seed = 42};
    struct trace_file f;
    int lines = 0;
    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(nested, sizeof nested, "%s/a/b", dir);
    assert_true(trace_file_open(&f, nested, "w1", members[0], error, sizeof error));
    trace_file_header(&f, &header);
    for (int i = 0; i < RECORDS; i++) {
        struct trace_record r = records[i];
        r.id = members[0];
        trace_file_write(&f, &book, &r);
    }
    trace_file_close(&f);
    assert_int_equal(f.fd, -1);

    snprintf(path, sizeof path, "%s/w1-1111111111111111.jsonl", nested);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        const size_t size = strlen(line);
        assert_int_equal(line[size - 1], '\n');
        parse(size - 1);
        assert_int_equal(got.header, lines == 0);
        if (lines == 0) {
            assert_string_equal(json_string_value(json_object_get(got.root, "run")), "r \"1\"");
            assert_string_equal(json_string_value(json_object_get(got.root, "rung")), "gms3");
            assert_int_equal(json_integer_value(json_object_get(got.root, "seed")), 42);
            assert_null(json_object_get(got.root, "endpoint"));
        } else {
            assert_int_equal(got.record.ev, records[lines - 1].ev);
        }
        trace_line_free(&got);
        lines++;
    }
    assert_int_equal(lines, 1 + RECORDS);
    fclose(file);
    unlink(path);
    rmdir(nested);
    snprintf(path, sizeof path, "%s/a", dir);
    rmdir(path);
    rmdir(dir);
}

static void what_was_flushed_is_there_before_the_file_is_closed(void **state) {
    char dir[] = "/tmp/groupy-test-XXXXXX", path[128], error[256];
    const struct trace_record r = {.ev = TRACE_LEAVE, .id = members[0]};
    struct trace_file f;
    struct stat st;
    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_true(trace_file_open(&f, dir, "director", GMS_NOBODY, error, sizeof error));
    snprintf(path, sizeof path, "%s/director.jsonl", dir);
    trace_file_write(&f, NULL, &r);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 0);
    trace_file_flush(&f);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 0);
    trace_file_close(&f);
    unlink(path);
    rmdir(dir);
}

static void a_folder_that_can_not_be_made_is_one_line_of_error(void **state) {
    struct trace_file f;
    char error[256] = "";
    (void)state;
    assert_false(trace_file_open(&f, "/dev/null/x", "w1", 1, error, sizeof error));
    assert_non_null(strstr(error, "/dev/null/x"));
    assert_null(strchr(error, '\n'));
    trace_file_close(&f); /* harmless */
}

static void a_slow_reader_loses_whole_lines_that_are_counted(void **state) {
    const struct trace_record r = {.ev = TRACE_LEAVE, .id = members[0]};
    struct trace_file f;
    int ends[2];
    (void)state;
    assert_int_equal(pipe(ends), 0);
    trace_file_attach(&f, ends[1], "w1", 4096);
    for (int i = 0; i < 5000; i++) { /* far more than the pipe and the limit take; never waits */
        trace_file_write(&f, &book, &r);
        trace_file_flush(&f);
    }
    assert_true(f.lost > 0);
    assert_true(f.size <= 4096);
    const uint64_t whole = 5000 - f.lost;
    uint64_t lines = 0;
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    for (int round = 0; round < 100; round++) {
        char bytes[4096];
        ssize_t n;
        while ((n = read(ends[0], bytes, sizeof bytes)) > 0) {
            for (ssize_t i = 0; i < n; i++)
                lines += bytes[i] == '\n';
        }
        trace_file_flush(&f);
    }
    assert_int_equal(lines, whole);
    trace_file_close(&f);
    close(ends[0]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(every_event_comes_back, fill_book),
        cmocka_unit_test_setup(the_mark_of_a_transmission_comes_back, fill_book),
        cmocka_unit_test_setup(members_come_with_the_names_that_people_see, fill_book),
        cmocka_unit_test_setup(a_line_is_what_the_properties_page_says, fill_book),
        cmocka_unit_test_setup(the_largest_view_fits_a_line, fill_book),
        cmocka_unit_test_setup(a_record_of_where_a_process_is_survives_with_its_last_multicast, fill_book),
        cmocka_unit_test_setup(texts_are_escaped, fill_book),
        cmocka_unit_test_setup(a_line_can_be_read_whatever_bytes_its_texts_have, fill_book),
        cmocka_unit_test_setup(a_line_cut_short_is_refused_with_a_reason_wherever_it_is_cut, fill_book),
        cmocka_unit_test_setup(a_malformed_line_is_refused_with_a_reason, fill_book),
        cmocka_unit_test(a_field_of_a_wrong_type_is_an_error_that_names_it),
        cmocka_unit_test(a_field_that_an_event_needs_is_an_error_that_names_it),
        cmocka_unit_test_setup(the_scan_and_the_json_library_read_the_same, fill_book),
        cmocka_unit_test_setup(a_small_buffer_is_never_overrun, fill_book),
        cmocka_unit_test(an_id_is_sixteen_hex_digits),
        cmocka_unit_test_setup(a_file_begins_with_its_header_and_has_a_line_for_each_record, fill_book),
        cmocka_unit_test_setup(what_was_flushed_is_there_before_the_file_is_closed, fill_book),
        cmocka_unit_test(a_folder_that_can_not_be_made_is_one_line_of_error),
        cmocka_unit_test_setup(a_slow_reader_loses_whole_lines_that_are_counted, fill_book),
    };
    return cmocka_run_group_tests_name("trace file", tests, NULL, NULL);
}
