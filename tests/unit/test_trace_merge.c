/* The files of a run become one sequence; and whatever else a path may be ends in one line that says so. */
#include "app/trace_merge.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static char error[4608];
static bool by_clock, was_by_clock;

#define ID(n) "000000000000000" #n

#define HEADER_OF(n, run, rung, source)                                                                      \
    "{\"groupy\":1,\"run\":\"" run "\",\"who\":\"w" #n                                                       \
    "\",\"id\":\"" ID(n) "\",\"rung\":\"" rung "\",\"source\":\"" source "\"}\n"
#define HEADER(n) HEADER_OF(n, "r", "gms3", "live")
#define LINE(n, lc, rest)                                                                                    \
    "{\"t\":" #lc ",\"lc\":" #lc ",\"who\":\"w" #n "\",\"id\":\"" ID(n) "\",\"ev\":" rest "}\n"

static int begin(void **state) {
    (void)state;
    by_clock = false;
    strcpy(dir, "/tmp/groupy-test-XXXXXX");
    error[0] = '\0';
    return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state) {
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

static const char *path_of(const char *name) {
    static char path[4][256];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", dir, name);
    return path[next];
}

static const char *write_bytes(const char *name, const char *bytes, size_t size) {
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    return path;
}

static const char *write_text(const char *name, const char *text) {
    return write_bytes(name, text, strlen(text));
}

/* Reads to the end; who said what as "w1 lead, w2 leave, "; "+crash" for one that is the reader's own. */
static const char *read_all(const char *const *paths, int count, uint64_t *cut) {
    static char told[1024];
    size_t used = 0;
    const struct trace_line *line;
    enum trace_merge_next next;
    struct trace_merge *merge = trace_merge_open(paths, count, error, sizeof error);
    told[0] = '\0';
    if (!merge)
        return NULL;
    was_by_clock = by_clock && trace_merge_by_clock(merge);
    while ((next = trace_merge_next(merge, &line, error, sizeof error)) == TRACE_MERGE_RECORD) {
        const struct trace_record *r = &line->record;
        used += (size_t)snprintf(told + used, sizeof told - used, "%s%" PRIu64 ":%" PRIu64 " %s, ",
                                 r->ev == TRACE_CRASH && r->id == GMS_NOBODY ? "+" : "",
                                 r->ev == TRACE_CRASH ? r->peer : r->id, r->line, trace_ev_name(r->ev));
        assert_true(used < sizeof told);
    }
    if (cut)
        *cut = trace_merge_cut(merge);
    trace_merge_close(&merge);
    assert_null(merge);
    return next == TRACE_MERGE_END ? told : NULL;
}

static void refuse(const char *path, const char *what) {
    if (read_all(&path, 1, NULL))
        fail_msg("%s is read, though %s", path, what);
    if (!strstr(error, what) || !strstr(error, path) || strchr(error, '\n'))
        fail_msg("'%s' does not say of %s that %s", error, path, what);
}

/* -- What is right ------------------------------------------------------------------------------------- */

static void lines_come_by_their_lamport_clocks_and_ties_by_their_ids(void **state) {
    const char *paths[2];
    (void)state;
    paths[0] = write_text("w2.jsonl",
                          HEADER(2) LINE(2, 1, "\"lead\"") LINE(2, 4, "\"leave\"") LINE(2, 5, "\"exit\""));
    paths[1] = write_text("w1.jsonl",
                          HEADER(1) LINE(1, 1, "\"lead\"") LINE(1, 2, "\"lead\"") LINE(1, 5, "\"exit\""));
    assert_string_equal(read_all(paths, 2, NULL),
                        "1:2 lead, 2:2 lead, 1:3 lead, 2:3 leave, 1:4 exit, 2:4 exit, ");
}

#define AT(n, t, lc, host)                                                                                   \
    "{\"groupy\":1,\"run\":\"r\",\"who\":\"w" #n                                                             \
    "\",\"id\":\"" ID(n) "\",\"rung\":\"gms3\",\"source\":\"live\",\"host\":\"" host "\"}\n{\"t\":" #t       \
                         ",\"lc\":" #lc ",\"who\":\"w" #n "\",\"id\":\"" ID(n) "\",\"ev\":\"exit\"}\n"

static void on_one_machine_lines_can_come_by_its_clock(void **state) {
    const char *paths[2];
    (void)state;
    by_clock = true;
    paths[0] = write_text("w1.jsonl", AT(1, 5, 9, "a"));
    paths[1] = write_text("w2.jsonl", AT(2, 7, 1, "a"));
    assert_string_equal(read_all(paths, 2, NULL), "1:2 exit, 2:2 exit, ");
    assert_true(was_by_clock);
    paths[1] = write_text("w2.jsonl", AT(2, 7, 1, "b"));
    assert_string_equal(read_all(paths, 2, NULL), "2:2 exit, 1:2 exit, ");
    assert_false(was_by_clock);
}

static void a_folder_is_all_its_traces_and_nothing_else(void **state) {
    const char *path = dir;
    (void)state;
    write_text("w1.jsonl", HEADER(1) LINE(1, 2, "\"exit\""));
    write_text("w2.jsonl", HEADER(2) LINE(2, 1, "\"exit\""));
    write_text("notes.txt", "no trace");
    assert_string_equal(read_all(&path, 1, NULL), "2:2 exit, 1:2 exit, ");
}

static void a_live_process_whose_trace_does_not_end_in_exit_crashed_at_its_last_line(void **state) {
    uint64_t cut;
    const char *path = write_text("w1.jsonl", HEADER(1) LINE(1, 1, "\"lead\"") "{\"t\":2,\"lc\":2,\"wh");
    (void)state;
    assert_string_equal(read_all(&path, 1, &cut), "1:2 lead, +1:2 crash, ");
    assert_int_equal(cut, 1);
    path = write_text("w2.jsonl", HEADER(2)); /* not even a line */
    assert_string_equal(read_all(&path, 1, &cut), "+2:0 crash, ");
    assert_int_equal(cut, 0);
}

static void who_has_no_exit_in_a_simulated_run_still_runs(void **state) {
    const char *path = write_text("sim.jsonl", HEADER_OF(1, "r", "gms2", "sim") LINE(1, 1, "\"lead\"")
                                                   LINE(2, 3, "\"lead\"") LINE(1, 2, "\"leave\""));
    (void)state;
    assert_string_equal(read_all(&path, 1, NULL), "1:2 lead, 2:3 lead, 1:4 leave, ");
}

static void what_a_crash_at_the_start_left_in_a_folder_is_skipped_and_counted(void **state) {
    const char *path = dir;
    uint64_t cut;
    (void)state;
    write_text("w1.jsonl", HEADER(1) LINE(1, 2, "\"exit\""));
    write_text("w2.jsonl", "");
    write_text("w3.jsonl", "{\"groupy\":1,\"ru");
    assert_string_equal(read_all(&path, 1, &cut), "1:2 exit, ");
    assert_int_equal(cut, 2);
}

/* -- What is wrong ------------------------------------------------------------------------------------- */

static void a_path_that_is_no_trace_is_one_line(void **state) {
    (void)state;
    refuse(path_of("nothing"), "No such file or directory");
    refuse(dir, "the folder has no traces");
    refuse("/dev/null", "is neither a file nor a folder");
    refuse(write_text("empty", ""), "the file is empty");
    refuse(write_text("cut", "{\"groupy\":1"), "its header is cut short");
    assert_int_equal(mkfifo(path_of("pipe"), 0600), 0);
    refuse(path_of("pipe"), "is neither a file nor a folder");
    refuse(write_bytes("binary",
                       "\x7f"
                       "ELF\0\0\0\1\2\3\n\0\n",
                       13),
           ":1: not a JSON object");
    if (getuid() != 0) {
        chmod(write_text("closed", HEADER(1)), 0);
        refuse(path_of("closed"), "Permission denied");
    }
}

static void headers_that_do_not_fit_are_one_line(void **state) {
    const char *paths[2] = {write_text("w1.jsonl", HEADER(1)), NULL};
    static const char *const others[][2] = {
        {HEADER_OF(2, "q", "gms3", "live"), "its `run` is 'q', the first file's is 'r'"},
        {HEADER_OF(2, "r", "gms2", "live"), "its `rung` is 'gms2', the first file's is 'gms3'"},
        {HEADER_OF(2, "r", "gms3", "sim"), "its `source` is 'sim', the first file's is 'live'"},
    };
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        paths[1] = write_text("w2.jsonl", others[i][0]);
        assert_null(read_all(paths, 2, NULL));
        assert_non_null(strstr(error, others[i][1]));
    }
    refuse(write_text("a", HEADER_OF(1, "r", "gms9", "live")), "which is not known here");
    refuse(write_text("b", HEADER_OF(1, "r", "gms3", "film")), "not live, sim or explore");
    refuse(write_text("c", HEADER_OF(1, "", "gms3", "live")), "no `run`");
    refuse(write_text("d", "{\"groupy\":1,\"id\":7}\n"), "`id` is not an id");
    refuse(write_text("e", LINE(1, 1, "\"lead\"")), ":1: the header is missing");
    refuse(write_text("f", HEADER(1) LINE(1, 1, "\"lead\"") HEADER(1)), ":3: a second header");
}

static void a_malformed_line_is_named_with_its_file_and_number(void **state) {
    char nested[5000];
    (void)state;
    refuse(write_text("a", HEADER(1) LINE(1, 1, "\"lead\"") "\n"), ":3: not a JSON object");
    refuse(write_text("b", HEADER(1) "{\"t\":1\n" LINE(1, 1, "\"lead\"")), ":2: not a JSON object");
    refuse(write_text("c", HEADER(1) LINE(1, 1, "\"dance\"")), ":2: `ev` is no event that is known");
    refuse(write_text("d", HEADER(1) LINE(2, 1, "\"lead\"")), ":2: another process's record");
    refuse(write_text("e", HEADER(1) LINE(1, 1, "\"lead\",\"view\":\"one\"")),
           ":2: `view` is not a whole number");
    refuse(write_bytes("f", HEADER(1) "{\"t\":1,\0}\n", sizeof HEADER(1) - 1 + 10), ":2: not a JSON object");
    refuse(write_text("g", HEADER(1) LINE(1, 1, "\"down\",\"whom\":\"" ID(2) "\",\"why\":\"\xff\xfe\"")),
           ":2: not a JSON object");
    memset(nested, '[', sizeof nested - 1);
    nested[sizeof nested - 2] = '\n';
    nested[sizeof nested - 1] = '\0';
    char text[sizeof nested + 256];
    snprintf(text, sizeof text, "%s%s", HEADER(1), nested);
    refuse(write_text("h", text), ":2: not a JSON object");
}

static void a_line_without_an_end_costs_no_memory(void **state) {
    static const size_t size = 100 * 1000 * 1000;
    const char *path = write_text("long", HEADER(1) "{\"t\":");
    (void)state;
    assert_int_equal(truncate(path, (off_t)size), 0); /* a hundred million NUL bytes, no newline */
    refuse(path, ":2: the line is longer than 64 KB");
}

static void more_files_than_can_be_open_are_one_line(void **state) {
    char name[32];
    const char *path = dir;
    (void)state;
    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "%d.jsonl", i);
        write_text(name, HEADER(1));
    }
    assert_null(read_all(&path, 1, NULL));
    assert_true(strstr(error, "Too many open files") || strstr(error, "more than"));
    assert_null(strchr(error, '\n'));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_come_by_their_lamport_clocks_and_ties_by_their_ids, begin, end),
        cmocka_unit_test_setup_teardown(on_one_machine_lines_can_come_by_its_clock, begin, end),
        cmocka_unit_test_setup_teardown(a_folder_is_all_its_traces_and_nothing_else, begin, end),
        cmocka_unit_test_setup_teardown(
            a_live_process_whose_trace_does_not_end_in_exit_crashed_at_its_last_line, begin, end),
        cmocka_unit_test_setup_teardown(who_has_no_exit_in_a_simulated_run_still_runs, begin, end),
        cmocka_unit_test_setup_teardown(what_a_crash_at_the_start_left_in_a_folder_is_skipped_and_counted,
                                        begin, end),
        cmocka_unit_test_setup_teardown(a_path_that_is_no_trace_is_one_line, begin, end),
        cmocka_unit_test_setup_teardown(headers_that_do_not_fit_are_one_line, begin, end),
        cmocka_unit_test_setup_teardown(a_malformed_line_is_named_with_its_file_and_number, begin, end),
        cmocka_unit_test_setup_teardown(a_line_without_an_end_costs_no_memory, begin, end),
        cmocka_unit_test_setup_teardown(more_files_than_can_be_open_are_one_line, begin, end),
    };
    return cmocka_run_group_tests_name("trace merge", tests, NULL, NULL);
}
