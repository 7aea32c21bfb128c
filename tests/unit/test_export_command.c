/* groupy export: what is wrong is said in one line, a file is there whole or not at all, and what is not in
 * it is told. */
#include "app/report/export.h"
#include "tests/lib/export_case.h"
#include "tests/lib/export_rules.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define HEADER(n, host, start)                                                                               \
    "{\"groupy\":1,\"run\":\"r\",\"who\":\"w" #n "\",\"id\":\"000000000000000" #n                            \
    "\",\"rung\":\"gms3\",\"source\":\"live\",\"host\":\"" host "\",\"start\":\"" start "\"}\n"
#define LINE(n, t, lc, rest)                                                                                 \
    "{\"t\":" #t ",\"lc\":" #lc ",\"who\":\"w" #n "\",\"id\":\"000000000000000" #n "\",\"ev\":" rest "}\n"
#define NOON "2026-05-01T12:00:00Z"

/* Two seconds of one worker, by half seconds. */
static const char run[] = HEADER(1, "h", NOON) LINE(1, 1000000000, 1, "\"lead\",\"view\":1")
    LINE(1, 1500000000, 2, "\"block\",\"view\":1") LINE(1, 2000000000, 3, "\"unblock\",\"view\":1")
        LINE(1, 2500000000, 4, "\"leave\"") LINE(1, 3000000000, 5, "\"exit\"");

static void write_run(void) {
    export_case_write_file("run.jsonl", run);
}

static int files_there(void) {
    struct dirent **entries;
    const int count = scandir(export_case_path_of("."), &entries, NULL, NULL);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
    return count - 2;
}

/* -- What is wrong --------------------------------------------------------------------------------------- */

static void refused(int status, const char *why) {
    const char *newline = strchr(export_case_said, '\n');
    if (!strstr(export_case_said, why) || !newline || newline[1] != '\0')
        fail_msg("not one line that says '%s': %s", why, export_case_said);
    if (status == STATUS_FINE)
        fail_msg("the status is 0: %s", export_case_said);
}

static void a_bad_command_line_is_told_with_what_is_allowed(void **state) {
    (void)state;
    write_run();
    const char *trace = export_case_path_of("run.jsonl");
    const struct {
        const char *words[6], *why;
    } bad[] = {
        {{trace, "--to", "xml", "-o", "x", NULL},
         "--to xml: shiviz, perfetto, otlp, mermaid or csv is expected"},
        {{trace, "--to", "csv", NULL}, "something is missing"},
        {{trace, "-o", "x", NULL}, "something is missing"},
        {{"--to", "csv", "-o", "x", NULL}, "something is missing"},
        {{trace, "--from", "1s", "--until", "1s", NULL}, "something is missing"},
        {{trace, "--to=csv", "-o", "x", "--from=soon", NULL}, "--from soon"},
        {{trace, "--to=csv", "-o", "x", "--until=0s", NULL}, "nothing would be left"},
        {{trace, "--to=csv", "-o", "x", "--what", NULL}, "unknown option --what"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *const *w = bad[i].words;
        assert_int_equal(export_case(w[0], w[1], w[2], w[3], w[4], w[5]), STATUS_USAGE);
        refused(STATUS_USAGE, bad[i].why);
    }
}

static void a_trace_that_cant_be_read_is_told_and_leaves_no_file(void **state) {
    (void)state;
    static const struct {
        const char *trace, *why;
    } bad[] = {
        {NULL, "No such file or directory"},
        {"", "is empty"},
        {"{\"groupy\":1,\"run\":\"r\",\"who\":\"sim\",\"id\":\"0000000000000000\",\"rung\":\"gms3\","
         "\"source\":\"sim\"}\n",
         "no record"},
        {HEADER(1, "h", NOON) LINE(1, 1, 1, "\"lead\",\"view\":1") "{\"t\":2}\n", "run.jsonl:3"},
        {"what\n", "run.jsonl:1"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (bad[i].trace)
            export_case_write_file("run.jsonl", bad[i].trace);
        const char *out = export_case_path_of("out");
        refused(export_case(export_case_path_of("run.jsonl"), "--to", "csv", "-o", out, NULL), bad[i].why);
        assert_int_equal(files_there(), 1 + (bad[i].trace != NULL)); /* and "said" */
    }
}

static void a_file_that_cant_be_written_is_told(void **state) {
    char trace[256], out[300];
    struct stat st;
    (void)state;
    write_run();
    snprintf(trace, sizeof trace, "%s", export_case_path_of("run.jsonl"));
    refused(export_case(trace, "--to", "csv", "-o", export_case_path_of("no/out"), NULL), "no/out: No such");
    refused(export_case(trace, "--to", "csv", "-o", export_case_path_of("."), NULL), "Is a directory");
    refused(export_case(trace, "--to", "csv", "-o", trace, NULL), "is one of the traces");
    char *text = export_case_read_file(trace);
    assert_string_equal(text, run);
    free(text);
    if (stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode)) { /* a device: written, not replaced */
        refused(export_case(trace, "--to", "csv", "-o", "/dev/full", NULL), "No space left");
        assert_true(stat("/dev/full", &st) == 0 && S_ISCHR(st.st_mode));
    }
    memset(out, 'x', sizeof out - 1);
    out[sizeof out - 1] = '\0';
    refused(export_case(trace, "--to", "csv", "-o", out, NULL), "File name too long");
}

/* -- Whole or not at all --------------------------------------------------------------------------------- */

static void what_was_there_stays_until_all_is_written(void **state) {
    static volatile sig_atomic_t stop = 1;
    char told[256], error[4608], out[256];
    (void)state;
    write_run();
    export_case_write_file("out", "old");
    snprintf(out, sizeof out, "%s", export_case_path_of("out"));
    const char *const paths[] = {export_case_path_of("run.jsonl")};
    const struct export_wish wish = {
        .paths = paths, .path_count = 1, .format = export_find("csv"), .out = out, .to = GMS_NEVER};
    assert_false(export_run(&wish, &stop, told, sizeof told, error, sizeof error));
    assert_string_equal(error, "interrupted");
    char *text = export_case_read_file(out);
    assert_string_equal(text, "old");
    free(text);
    assert_int_equal(files_there(), 2);
    stop = 0;
    assert_true(export_run(&wish, &stop, told, sizeof told, error, sizeof error));
    text = export_case_read_file(out);
    assert_null(rules_csv(text));
    free(text);
    assert_int_equal(files_there(), 2);
}

static void a_link_stays_a_link_and_a_file_keeps_its_mode(void **state) {
    char link[256], file[256];
    struct stat st;
    (void)state;
    write_run();
    export_case_write_file("file", "old");
    snprintf(file, sizeof file, "%s", export_case_path_of("file"));
    snprintf(link, sizeof link, "%s", export_case_path_of("link"));
    assert_int_equal(symlink("file", link), 0);
    assert_int_equal(chmod(file, 0640), 0);
    assert_int_equal(export_case(export_case_path_of("run.jsonl"), "--to", "csv", "-o", link, NULL), 0);
    assert_true(lstat(link, &st) == 0 && S_ISLNK(st.st_mode));
    assert_true(lstat(file, &st) == 0 && (st.st_mode & 0777) == 0640);
    char *text = export_case_read_file(file);
    assert_null(rules_csv(text));
    free(text);
}

/* -- What is in it --------------------------------------------------------------------------------------- */

/* "1,204" */
static unsigned number_at(const char *text) {
    unsigned number = 0;
    for (; (*text >= '0' && *text <= '9') || *text == ','; text++)
        number = *text == ',' ? number : number * 10 + (unsigned)(*text - '0');
    return number;
}

static int lines_of(const char *text) {
    int lines = 0;
    for (; (text = strchr(text, '\n')); text++)
        lines++;
    return lines;
}

static int rows_of(const char *from, const char *until) {
    const char *out = export_case_path_of("part");
    const int status =
        export_case(export_case_path_of("run.jsonl"), "--to", "csv", "-o", out, from, until, NULL);
    if (status != STATUS_FINE)
        return -1;
    char *text = export_case_read_file(out);
    const int rows = lines_of(text) - 1;
    free(text);
    return rows;
}

static void a_part_of_a_run_can_be_chosen(void **state) {
    (void)state;
    write_run();
    assert_int_equal(rows_of("--from=0s", "--until=1h"), -1); /* hours are no unit */
    assert_int_equal(rows_of("--from=0s", "--until=60s"), 5);
    assert_int_equal(rows_of("--from=500ms", "--until=60s"), 4);
    assert_int_equal(rows_of("--from=500ms", "--until=1s"), 1);
    assert_int_equal(rows_of("--from=501ms", "--until=2s"), 2);
    assert_int_equal(rows_of("--from=3s", "--until=60s"), -1);
    refused(STATUS_CANT_RUN, "nothing happened between --from and --until");
}

static void what_is_quiet_is_left_out_and_counted(void **state) {
    char out[256];
    (void)state;
    export_case_simulate("gms4-ack-loss", "run.jsonl");
    char *text = export_case_out("run.jsonl", "shiviz");
    const char *told = strstr(export_case_said, "regular expression"),
               *line = told ? strchr(told, '\n') : NULL;
    assert_true(line && strstr(line, " heartbeats and acknowledgements are not in it"));
    const unsigned count = number_at(line + 1);
    assert_true(count > 0);
    assert_null(strstr(text, "HEARTBEAT"));
    assert_null(strstr(text, "send ACK "));
    snprintf(out, sizeof out, "%s", export_case_path_of("all"));
    assert_int_equal(
        export_case(export_case_path_of("run.jsonl"), "--to", "shiviz", "--all", "-o", out, NULL),
        STATUS_FINE);
    char *all = export_case_read_file(out);
    assert_null(rules_shiviz(all));
    assert_int_equal(lines_of(all), lines_of(text) + 2 * (int)count);
    assert_null(strstr(export_case_said, "not in it"));
    free(all);
    free(text);
}

static void each_incarnation_of_a_name_has_a_label_of_its_own(void **state) {
    (void)state;
    export_case_write_file("run.jsonl",
                           "{\"groupy\":1,\"run\":\"r\",\"who\":\"sim\",\"id\":\"0000000000000000\",\"rung\":"
                           "\"gms3\",\"source\":\"sim\",\"host\":\"h\"}\n"
                           "{\"t\":1,\"lc\":1,\"who\":\"w10\",\"id\":\"0000000000000004\",\"ev\":\"leave\"}\n"
                           "{\"t\":2,\"lc\":1,\"who\":\"w2\",\"id\":\"0000000000000003\",\"ev\":\"leave\"}\n"
                           "{\"t\":3,\"lc\":1,\"who\":\"w2\",\"id\":\"0000000000000002\",\"ev\":\"leave\"}\n"
                           "{\"t\":4,\"lc\":1,\"who\":\"w2\",\"id\":\"0000000000000002\",\"ev\":\"suspect\","
                           "\"whom\":\"00000000000000aa\",\"why\":\"\"}\n"
                           "{\"t\":5,\"lc\":0,\"who\":\"sim\",\"id\":\"0000000000000000\",\"ev\":\"note\","
                           "\"text\":\"end\"}\n");
    char *text = export_case_out("run.jsonl", "mermaid");
    assert_string_equal(text, "sequenceDiagram\n%% groupy export --to mermaid: a run of gms3\n"
                              "participant p1 as w2\nparticipant p2 as w2#126;2\nparticipant p3 as w10\n"
                              "participant p4 as 00000000000000aa\n"
                              "Note over p3: leave\nNote over p1: leave\nNote over p2: leave\n"
                              "Note over p2: suspect 00000000000000aa\n"
                              "Note over p1,p4: end\n");
    free(text);
}

static void machines_with_clocks_of_their_own_share_the_time_of_day(void **state) {
    (void)state;
    mkdir(export_case_path_of("two"), 0700);
    export_case_write_file("two/w1.jsonl",
                           HEADER(1, "h", NOON) LINE(1, 1000, 1, "\"leave\"") LINE(1, 2000, 2, "\"exit\""));
    export_case_write_file("two/w2.jsonl",
                           HEADER(2, "k", "2026-05-01T12:00:03Z") LINE(2, 777000000000, 3, "\"leave\"")
                               LINE(2, 777000001000, 4, "\"exit\""));
    char *text = export_case_out("two", "perfetto");
    assert_null(rules_perfetto(text));
    assert_non_null(strstr(text, "\"name\":\"leave\",\"pid\":1,\"tid\":11,\"ts\":0.000,"));
    assert_non_null(strstr(text, "\"name\":\"leave\",\"pid\":2,\"tid\":21,\"ts\":3000000.000,"));
    free(text);
}

static void a_process_that_never_said_anything_crashed_at_the_beginning(void **state) {
    (void)state;
    mkdir(export_case_path_of("two"), 0700);
    export_case_write_file("two/w1.jsonl", run);
    export_case_write_file("two/w2.jsonl", HEADER(2, "h", NOON));
    export_case_write_file("two/w3.jsonl", "{\"groupy\"");
    char *text = export_case_out("two", "perfetto");
    assert_non_null(strstr(export_case_said, "1 last line was cut short and skipped"));
    assert_null(rules_perfetto(text));
    assert_non_null(strstr(text, "\"name\":\"crash\",\"pid\":2,\"tid\":21,\"ts\":0.000,"));
    assert_non_null(strstr(text, "\"name\":\"lead\",\"pid\":1,\"tid\":11,\"ts\":0.000,"));
    free(text);
}

static void a_diagram_says_what_it_has_no_room_for(void **state) {
    (void)state;
    FILE *file = fopen(export_case_path_of("run.jsonl"), "wb");
    assert_non_null(file);
    fputs(HEADER(1, "h", NOON), file);
    for (int i = 0; i < 5000; i++)
        fprintf(file,
                "{\"t\":%d000000,\"lc\":%d,\"who\":\"w1\",\"id\":\"0000000000000001\",\"ev\":\"block\","
                "\"view\":1}\n",
                i + 1, i + 1);
    fclose(file);
    char *text = export_case_out("run.jsonl", "mermaid");
    assert_null(rules_mermaid(text));
    const char *notice = strstr(text, "the diagram is full");
    assert_non_null(notice);
    const char *missing = strstr(export_case_said, "full: "), *from = strstr(export_case_said, "--from ");
    assert_true(missing && from);
    assert_int_equal(number_at(missing + 6) + number_at(from + 7), 5000 + 1); /* and the crash at its end */
    free(text);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, export_case_begin, export_case_end)
    const struct CMUnitTest tests[] = {
        TEST(a_bad_command_line_is_told_with_what_is_allowed),
        TEST(a_trace_that_cant_be_read_is_told_and_leaves_no_file),
        TEST(a_file_that_cant_be_written_is_told),
        TEST(what_was_there_stays_until_all_is_written),
        TEST(a_link_stays_a_link_and_a_file_keeps_its_mode),
        TEST(a_part_of_a_run_can_be_chosen),
        TEST(what_is_quiet_is_left_out_and_counted),
        TEST(each_incarnation_of_a_name_has_a_label_of_its_own),
        TEST(machines_with_clocks_of_their_own_share_the_time_of_day),
        TEST(a_process_that_never_said_anything_crashed_at_the_beginning),
        TEST(a_diagram_says_what_it_has_no_room_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
