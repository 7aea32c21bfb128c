/* Exports: each keeps the rules of the tool that it is for, says what the trace says, and whatever goes wrong
 * is one line. */
#include "tests/lib/export_case.h"
#include "tests/lib/export_rules.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const formats[] = {"shiviz", "perfetto", "otlp", "mermaid", "csv"};
#define FORMATS (sizeof formats / sizeof formats[0])

static size_t count_of(const char *text, const char *what) {
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
        count++;
    return count;
}

/* -- A small run, by hand -------------------------------------------------------------------------------- */

#define HEADER(n)                                                                                            \
    "{\"groupy\":1,\"run\":\"r\",\"who\":\"w" #n "\",\"id\":\"000000000000000" #n                            \
    "\",\"rung\":\"gms2\",\"source\":\"live\",\"host\":\"h\",\"start\":\"2026-05-01T12:00:00Z\"}\n"
#define LINE(n, t, lc, rest)                                                                                 \
    "{\"t\":" #t "00000,\"lc\":" #lc ",\"who\":\"w" #n "\",\"id\":\"000000000000000" #n "\",\"ev\":" rest    \
    "}\n"
#define ID(n)       "\"000000000000000" #n "\""
#define MEMBER(n)   "{\"who\":\"w" #n "\",\"id\":" ID(n) "}"
#define VIEW_2      "\"view\":2,\"members\":[" MEMBER(1) "," MEMBER(2) "],\"leader\":" ID(1)
#define X(n, count) "\"x\":\"000000000000000" #n "." #count "\""
#define M(n, count) "\"m\":\"000000000000000" #n "#" #count "\""

/* w2 joins; w1 multicasts, its message to w2 is lost, and it crashes; w2's own message goes nowhere. */
static const char w1[] = HEADER(1) LINE(1, 10, 1, "\"lead\",\"view\":1")
    LINE(1, 10, 2, "\"view\",\"view\":1,\"members\":[" MEMBER(1) "],\"leader\":" ID(1) ",\"primary\":true")
        LINE(1, 30, 5, "\"recv\",\"from\":" ID(2) ",\"type\":\"JOIN\"," X(2, 1) ",\"origin\":" ID(2))
            LINE(1, 31, 6, "\"send\",\"to\":" ID(2) ",\"type\":\"VIEW\"," X(1, 1) "," VIEW_2)
                LINE(1, 31, 7, "\"view\"," VIEW_2 ",\"primary\":true")
                    LINE(1, 50, 8, "\"mcast\"," M(1, 1) ",\"n\":7")
                        LINE(1, 50, 9,
                             "\"lose\",\"to\":" ID(2) ",\"type\":\"MSG\"," X(1, 2) "," M(
                                 1, 1) ",\"view\":2,\"why\":\"cut, by \\\"hand\\\"; #1\\n\xc3\xa9 end\"")
                            LINE(1, 51, 10,
                                 "\"deliver\"," M(1, 1) ",\"n\":7,\"view\":2,\"count\":1,\"color\":"
                                                        "\"#0a0b0c\",\"hash\":\"00000000000000ff\"");
static const char w2[] = HEADER(2) LINE(2, 20, 1, "\"join\",\"to\":\"tcp://a:1\"")
    LINE(2, 20, 2, "\"send\",\"to\":" ID(9) ",\"type\":\"JOIN\"," X(2, 1) ",\"origin\":" ID(2))
        LINE(2, 40, 8, "\"recv\",\"from\":" ID(1) ",\"type\":\"VIEW\"," X(1, 1) "," VIEW_2)
            LINE(2, 40, 9, "\"view\"," VIEW_2 ",\"primary\":true")
                LINE(2, 45, 10, "\"send\",\"to\":" ID(1) ",\"type\":\"HEARTBEAT\"," X(2, 2) ",\"seq\":1")
                    LINE(2, 60, 12, "\"down\",\"whom\":" ID(1) ",\"why\":\"crashed\"")
                        LINE(2, 70, 13, "\"mcast\"," M(2, 1) ",\"n\":3") LINE(
                            2, 70, 14, "\"send\",\"to\":" ID(1) ",\"type\":\"REQUEST\"," X(2, 3) "," M(2, 1))
                            LINE(2, 80, 15, "\"exit\"");

static void write_small_run(void) {
    mkdir(export_case_path_of("small"), 0700);
    export_case_write_file("small/w1.jsonl", w1);
    export_case_write_file("small/w2.jsonl", w2);
}

static void a_shiviz_log_has_the_clocks_that_sending_makes(void **state) {
    (void)state;
    write_small_run();
    char *text = export_case_out("small", "shiviz");
    assert_string_equal(text,
                        "lead, view 1\nw1 {\"w1\":1}\n"
                        "view 1: w1\nw1 {\"w1\":2}\n"
                        "join through tcp://a:1\nw2 {\"w2\":1}\n"
                        "send JOIN to w1\nw2 {\"w2\":2}\n"
                        "recv JOIN from w2\nw1 {\"w1\":3, \"w2\":2}\n"
                        "send VIEW 2 to w2\nw1 {\"w1\":4, \"w2\":2}\n"
                        "view 2: w1 w2\nw1 {\"w1\":5, \"w2\":2}\n"
                        "recv VIEW 2 from w1\nw2 {\"w1\":4, \"w2\":3}\n"
                        "view 2: w1 w2\nw2 {\"w1\":4, \"w2\":4}\n"
                        "mcast w1#1: change 7\nw1 {\"w1\":6, \"w2\":2}\n"
                        "lose MSG w1#1 to w2: cut, by \"hand\"; #1 \xc3\xa9 end\nw1 {\"w1\":7, \"w2\":2}\n"
                        "deliver w1#1: change 7, count 1, #0a0b0c\nw1 {\"w1\":8, \"w2\":2}\n"
                        "crash\nw1 {\"w1\":9, \"w2\":2}\n"
                        "down w1: crashed\nw2 {\"w1\":4, \"w2\":5}\n"
                        "mcast w2#1: change 3\nw2 {\"w1\":4, \"w2\":6}\n"
                        "send REQUEST w2#1 to w1\nw2 {\"w1\":4, \"w2\":7}\n"
                        "exit\nw2 {\"w1\":4, \"w2\":8}\n");
    assert_non_null(strstr(export_case_said, "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})"));
    assert_non_null(strstr(export_case_said, "1 heartbeat or acknowledgement is not in it"));
    free(text);
}

static void a_mermaid_diagram_shows_what_arrived_and_what_did_not(void **state) {
    (void)state;
    write_small_run();
    char *text = export_case_out("small", "mermaid");
    assert_string_equal(text, "sequenceDiagram\n%% groupy export --to mermaid: a run of gms2\n"
                              "participant p1 as w1\nparticipant p2 as w2\n"
                              "Note over p1: lead, view 1\n"
                              "Note over p1: view 1#58; w1\n"
                              "Note over p2: join through tcp#58;//a#58;1\n"
                              "p2->>p1: JOIN\n"
                              "Note over p1: view 2#58; w1 w2\n"
                              "p1->>p2: VIEW\n"
                              "Note over p2: view 2#58; w1 w2\n"
                              "p1-xp2: MSG w1#35;1, cut, by #34;hand#34;#59; #35;1 \xc3\xa9 end\n"
                              "Note over p1: deliver w1#35;1, count 1\n"
                              "Note over p1: crash\n"
                              "Note over p2: down w1#58; crashed\n"
                              "p2-xp1: REQUEST w2#35;1, never received\n"
                              "Note over p2: exit\n");
    free(text);
}

static void a_csv_row_quotes_what_must_be_quoted(void **state) {
    (void)state;
    write_small_run();
    char *text = export_case_out("small", "csv");
    assert_non_null(strstr(text, "\r\n5000000,9,w1,0000000000000001,lose,0000000000000002,,,MSG,"
                                 "0000000000000001.2,,0000000000000001#1,,2,,,,,,,,,"
                                 "\"cut, by \"\"hand\"\"; #1\n\xc3\xa9 end\",,,,\r\n"));
    assert_null(rules_csv(text));
    free(text);
}

/* -- Perfetto and OTLP: as their readers see them -------------------------------------------------------- */

static const json_t *event_of(const json_t *root, const char *name, json_int_t pid) {
    json_t *event;
    size_t i;
    json_array_foreach(json_object_get(root, "traceEvents"), i, event) {
        if (strcmp(json_string_value(json_object_get(event, "name")), name) == 0 &&
            json_integer_value(json_object_get(event, "pid")) == pid)
            return event;
    }
    fail_msg("there is no '%s' in process %d", name, (int)pid);
    return NULL;
}

static double number_of(const json_t *event, const char *key) {
    return json_number_value(json_object_get(event, key));
}

static void a_perfetto_trace_has_views_arrows_and_instants(void **state) {
    (void)state;
    write_small_run();
    char *text = export_case_out("small", "perfetto");
    json_t *root = json_loads(text, 0, NULL);
    const json_t *view = event_of(root, "view 2 (2)", 1), *send = event_of(root, "send VIEW", 1),
                 *receipt = event_of(root, "recv VIEW", 2);
    assert_true(number_of(view, "ts") == 2100 && number_of(view, "dur") == 1999.999); /* until the crash */
    assert_true(number_of(event_of(root, "joining", 2), "dur") == 1999.999);
    assert_true(number_of(receipt, "ts") == 3000);
    assert_string_equal(json_string_value(json_object_get(send, "bind_id")),
                        json_string_value(json_object_get(receipt, "bind_id")));
    assert_true(json_is_true(json_object_get(send, "flow_out")));
    assert_true(json_is_true(json_object_get(receipt, "flow_in")));
    assert_true(number_of(event_of(root, "crash", 1), "ts") == 4100);
    assert_true(number_of(event_of(root, "down w1: crashed", 2), "ts") == 5000);
    assert_string_equal(
        json_string_value(json_object_get(
            event_of(root, "lose MSG w1#1 to w2: cut, by \"hand\"; #1 \xc3\xa9 end", 1), "ph")),
        "i");
    json_decref(root);
    free(text);
}

static void an_otlp_trace_has_a_span_for_each_multicast_with_its_own_below(void **state) {
    (void)state;
    write_small_run();
    char *text = export_case_out("small", "otlp");
    assert_null(rules_otlp(text));
    assert_int_equal(count_of(text, "\"spanId\""), 5); /* two multicasts, a loss, a delivery, a request */
    assert_int_equal(count_of(text, "\"parentSpanId\""), 3);
    assert_int_equal(count_of(text, "\"name\":\"mcast w1#1\""), 1);
    assert_int_equal(count_of(text, "\"name\":\"REQUEST to w1\""), 1);
    assert_int_equal(count_of(text, "\"message\":\"never delivered\""), 1);
    assert_int_equal(count_of(text, "\"message\":\"never received\""), 1);
    assert_int_equal(count_of(text, "\"code\":2"), 3);
    /* The first record is at the header's time of day, the multicast 4 ms later. */
    assert_non_null(strstr(text, "\"name\":\"mcast w1#1\",\"kind\":1,"
                                 "\"startTimeUnixNano\":\"1777636800004000000\","
                                 "\"endTimeUnixNano\":\"1777636800004100000\""));
    free(text);
}

/* -- Whole runs ------------------------------------------------------------------------------------------ */

static const char *const scenarios[] = {"gms2-mid-broadcast", "gms5-partition", "gms4-nack-lossy",
                                        "gms3-hang"};
#define SCENARIOS (sizeof scenarios / sizeof scenarios[0])

static void every_export_keeps_the_rules_of_its_tool(void **state) {
    (void)state;
    for (size_t s = 0; s < SCENARIOS; s++) {
        export_case_simulate(scenarios[s], "run.jsonl");
        for (size_t f = 0; f < FORMATS; f++) {
            char *text = export_case_out("run.jsonl", formats[f]);
            const char *broken = rules_of(formats[f], text);
            if (broken)
                fail_msg("%s as %s: %s", scenarios[s], formats[f], broken);
            free(text);
        }
    }
}

static void the_same_trace_gives_the_same_bytes(void **state) {
    (void)state;
    export_case_simulate("gms5-partition", "run.jsonl");
    for (size_t f = 0; f < FORMATS; f++) {
        char *once = export_case_out("run.jsonl", formats[f]),
             *again = export_case_out("run.jsonl", formats[f]);
        assert_string_equal(once, again);
        free(once);
        free(again);
    }
}

/* What tells a reader that a rule is kept must be able to tell that it is not. */
static void a_broken_export_is_noticed(void **state) {
    static const struct {
        const char *format, *from, *to;
    } breaks[] = {
        {"shiviz", "{\"w1\":3", "{\"w1\":4"},
        {"shiviz", "\"w2\":2}\n", "}\n"},
        {"shiviz", "\nw2 {", "\nw 2 {"},
        {"shiviz", "\nw2 {", "\nw2\r {"},
        {"shiviz", "\"w2\":2", "\"w7\":2"},
        {"shiviz", "view 1: w1\n", ""},
        {"perfetto", "\"dur\":", "\"duration\":"},
        {"perfetto", "\"flow_out\":true", "\"flow_out\":false"},
        {"perfetto", "\"bind_id\":\"0x", "\"bind_id\":\""},
        {"perfetto", "\"s\":\"p\"", "\"s\":\"x\""},
        {"perfetto", "process_name", "process"},
        {"perfetto", "\"flow_in\":true", "\"flow_in\":false"},
        {"perfetto", "\"tid\":11", "\"tid\":\"11\""},
        {"perfetto", "\"dur\":0.999", "\"dur\":1.999"},
        {"otlp", "\"kind\":1", "\"kind\":\"SPAN_KIND_INTERNAL\""},
        {"otlp", "\"code\":2", "\"code\":\"STATUS_CODE_ERROR\""},
        {"otlp", "\"startTimeUnixNano\":\"", "\"startTimeUnixNano\":\"-"},
        {"otlp", "\"traceId\":\"", "\"traceId\":\"x"},
        {"otlp", "\"parentSpanId\":\"", "\"parentSpanId\":\"0"},
        {"otlp", "service.name", "name"},
        {"otlp", "\"name\":\"mcast", "\"nombre\":\"mcast"},
        {"mermaid", "->>", "->"},
        {"mermaid", "#35;", "#"},
        {"mermaid", "#58;", ";"},
        {"mermaid", "participant p2", "participant p3"},
        {"mermaid", "Note over", "Note"},
        {"csv", "w2", "w2,"},
        {"csv", "\r\n", "\n"},
        {"csv", "why", "\"why"},
    };
    (void)state;
    export_case_simulate("gms2-loss", "run.jsonl");
    for (size_t i = 0; i < sizeof breaks / sizeof breaks[0]; i++) {
        char *text = export_case_out("run.jsonl", breaks[i].format);
        char *at = strstr(text, breaks[i].from);
        if (!at)
            fail_msg("%s: there is no %s", breaks[i].format, breaks[i].from);
        char *broken = calloc(1, strlen(text) + 64);
        assert_non_null(broken);
        sprintf(broken, "%.*s%s%s", (int)(at - text), text, breaks[i].to, at + strlen(breaks[i].from));
        assert_null(rules_of(breaks[i].format, text));
        if (!rules_of(breaks[i].format, broken))
            fail_msg("%s: %s instead of %s is not noticed", breaks[i].format, breaks[i].to, breaks[i].from);
        free(broken);
        free(text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_shiviz_log_has_the_clocks_that_sending_makes, export_case_begin,
                                        export_case_end),
        cmocka_unit_test_setup_teardown(a_mermaid_diagram_shows_what_arrived_and_what_did_not,
                                        export_case_begin, export_case_end),
        cmocka_unit_test_setup_teardown(a_csv_row_quotes_what_must_be_quoted, export_case_begin,
                                        export_case_end),
        cmocka_unit_test_setup_teardown(a_perfetto_trace_has_views_arrows_and_instants, export_case_begin,
                                        export_case_end),
        cmocka_unit_test_setup_teardown(an_otlp_trace_has_a_span_for_each_multicast_with_its_own_below,
                                        export_case_begin, export_case_end),
        cmocka_unit_test_setup_teardown(every_export_keeps_the_rules_of_its_tool, export_case_begin,
                                        export_case_end),
        cmocka_unit_test_setup_teardown(the_same_trace_gives_the_same_bytes, export_case_begin,
                                        export_case_end),
        cmocka_unit_test_setup_teardown(a_broken_export_is_noticed, export_case_begin, export_case_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
