/* The pictures of a measurement: table and script are there whatever becomes of gnuplot, and what becomes of
 * it is said in one line. gnuplot itself is a script of ours here; the deep run has the real one.
 *
 *     test_plot DIR      draws the report below, for that run
 */
#include "app/report/plot.h"
#include "app/report/plot_bench.h"
#include "app/report/tool.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define CELLS_MAX 128
#define SIZE      (1 << 16)

static char folder[] = "/tmp/groupy-plot-XXXXXX";

/* -- A report ----------------------------------------------------------------------------------------------
 */

static struct bench_cell cells[CELLS_MAX];
static struct bench_report report = {.cell = cells, .capacity = CELLS_MAX};

static const struct bench_subject subjects[] = {{.rung = GMS_RUNG_2},
                                                {.rung = GMS_RUNG_3},
                                                {.rung = GMS_RUNG_4_ACK},
                                                {.rung = GMS_RUNG_4_NACK},
                                                {.rung = GMS_RUNG_5, .delivery = GMS_SAFE},
                                                {.ceiling = true, .batching = BENCH_BATCHING_BOTH}};
#define SUBJECTS ((int)(sizeof subjects / sizeof subjects[0]))

static struct bench_figure figure(double median) {
    return (struct bench_figure){.known = true, .median = median, .min = median * 0.8, .max = median * 1.15};
}

static struct bench_cell *add(enum bench_kind kind, int subject, uint32_t members, uint32_t loss_percent) {
    struct bench_cell *c = &cells[report.count++];
    assert_true(report.count <= CELLS_MAX);
    *c = (struct bench_cell){.kind = kind,
                             .subject = subjects[subject],
                             .members = members,
                             .size_bytes = 64,
                             .rate = kind == BENCH_LATENCY ? 1000 : 0,
                             .loss_percent = loss_percent,
                             .seconds = 2,
                             .repeats = 5};
    return c;
}

static void add_throughput(int subject, uint32_t members, uint32_t loss_percent, double scale) {
    const double slow = subjects[subject].rung == GMS_RUNG_4_ACK ? 100 : 1;
    struct bench_cell *c = add(BENCH_THROUGHPUT, subject, members, loss_percent);
    c->figure[BENCH_DELIVERED_PER_S] = figure(scale * 9e6 * (1 + subject) / members / slow);
    c->figure[BENCH_CPU_US] = figure(0.2 * members * slow / scale);
}

static void add_latency(int subject, uint32_t members) {
    static const enum bench_metric metrics[] = {BENCH_P10_US, BENCH_P25_US,  BENCH_P50_US,
                                                BENCH_P75_US, BENCH_P90_US,  BENCH_P95_US,
                                                BENCH_P99_US, BENCH_P999_US, BENCH_P9999_US};
    struct bench_cell *c = add(BENCH_LATENCY, subject, members, 0);
    double us = 80 + 15.0 * members + 20 * subject;
    for (size_t i = 0; i < sizeof metrics / sizeof metrics[0]; i++, us *= 1.1 + 0.02 * (double)i)
        c->figure[metrics[i]] = figure(us);
}

/* Where a part ends, in half of all and in 99% of them. */
static void put_ms(struct bench_cell *c, enum bench_metric metric, double ms) {
    c->figure[metric] = figure(ms);
    c->figure[metric + 1] = figure(2.5 * ms);
}

static void add_recovery(enum bench_event_kind event, int subject, uint32_t members) {
    struct bench_cell *c = add(BENCH_RECOVERY, subject, members, 0);
    c->event = event;
    c->repeats = 50;
    c->rate = 1000;
    if (event == BENCH_JOIN) {
        put_ms(c, BENCH_JOIN_MS, 0.5 * members);
        put_ms(c, BENCH_BLOCKED_MS, 0.2 * members);
        return;
    }
    const double detect = event == BENCH_HANG ? 40 : 0.5;
    put_ms(c, BENCH_DETECT_MS, detect);
    put_ms(c, BENCH_AGREE_MS, detect + 0.1 * members * subject);
    put_ms(c, BENCH_FLUSH_MS, detect + 0.2 * members * subject);
    put_ms(c, BENCH_RESUME_MS, detect + 0.25 * members * subject);
}

static void add_scale(int subject, uint32_t members) {
    add_throughput(subject, members, 0, 1);
    struct bench_cell *c = &cells[report.count - 1];
    c->kind = BENCH_SCALE;
    c->rate = 1000;
    c->figure[BENCH_MEMORY_MB] = figure(10 + members);
    c->figure[BENCH_P50_US] = figure(90 + members);
    c->figure[BENCH_P99_US] = figure(190 + members);
    put_ms(c, BENCH_RESUME_MS, 1 + 0.1 * members);
    put_ms(c, BENCH_JOIN_MS, 2 + 0.1 * members);
}

static int begin(void **state) {
    (void)state;
    report.count = 0;
    return 0;
}

/* -- gnuplots ----------------------------------------------------------------------------------------------
 */

/* The only program on the PATH: a gnuplot that does this. NULL: there is none. */
static void install(const char *does) {
    char path[256];
    snprintf(path, sizeof path, "%s/bin", folder);
    mkdir(path, 0777);
    setenv("PATH", path, 1);
    strcat(path, "/gnuplot");
    unlink(path);
    if (does == NULL)
        return;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", does);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
}

static const char *contents(const char *name) {
    static char text[SIZE];
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r");
    text[file != NULL ? fread(text, 1, SIZE - 1, file) : 0] = '\0';
    if (file != NULL)
        fclose(file);
    return text;
}

static const char *told; /* what was said */

static bool draw(const char *dir) {
    static char text[SIZE];
    FILE *file = tmpfile();
    const bool ok = plot_bench(&report, dir, "groupy bench throughput --plot DIR", file);
    rewind(file);
    text[fread(text, 1, SIZE - 1, file)] = '\0';
    fclose(file);
    told = text;
    if (getenv("DBG"))
        puts(told);
    return ok;
}

static int lines_of(const char *text) {
    int lines = 0;
    for (; *text != '\0'; text++)
        lines += *text == '\n';
    return lines;
}

/* -- The claims --------------------------------------------------------------------------------------------
 */

static void without_gnuplot_table_and_script_are_there_and_one_line_says_what_to_do(void **state) {
    (void)state;
    char expected[512];
    install(NULL);
    add_throughput(1, 3, 0, 1);
    add_throughput(1, 5, 0, 1);
    assert_false(draw(folder));
    snprintf(
        expected, sizeof expected,
        "groupy bench: not drawn, for there is no gnuplot: install it (apt-get install gnuplot-nox), then  "
        "cd '%s' && gnuplot *.gnuplot\n",
        folder);
    assert_string_equal(told, expected);
    assert_non_null(strstr(contents("throughput-members.csv"),
                           "\ngms3,gms3,5,64,0,gms3,3600000.000,2880000.000,4140000.000\n"));
    assert_non_null(strstr(contents("throughput-members.gnuplot"), "array Series[1] = [\"gms3\"]"));
    assert_non_null(strstr(contents("throughput-members.gnuplot"), "groupy bench throughput --plot DIR"));
    assert_true(contents("cost-members.gnuplot")[0] != '\0');
}

static void a_gnuplot_that_fails_is_quoted(void **state) {
    (void)state;
    install("printf '\\nplot x\\n     ^\\n\"a\" line 3: undefined variable: x\\n\\n' >&2\nexit 1");
    add_latency(1, 5);
    assert_false(draw(folder));
    assert_int_equal(lines_of(told), 1);
    assert_non_null(strstr(told, "/latency.gnuplot: \"a\" line 3: undefined variable: x\n"));
    assert_true(contents("latency.csv")[0] != '\0');
}

static void gnuplot_is_run_in_the_folder_and_without_the_style_of_whoever_is_there(void **state) {
    (void)state;
    char expected[256];
    install("printf '%s|' \"$@\" > $GROUPY_ARGUMENTS");
    snprintf(expected, sizeof expected, "%s/arguments", folder);
    setenv("GROUPY_ARGUMENTS", expected, 1);
    add_latency(1, 5);
    assert_true(draw(folder));
    snprintf(expected, sizeof expected, "-d|-e|cd '%s'|latency.gnuplot|", folder);
    assert_string_equal(contents("arguments"), expected);
    snprintf(expected, sizeof expected, "%s/latency.svg, .pdf, .png\n", folder);
    assert_string_equal(told, expected);
}

static void a_program_that_does_not_end_is_not_waited_for(void **state) {
    (void)state;
    char said[256];
    struct timespec from, to;
    install("exec >/dev/null 2>&1\nwhile :; do :; done");
    char *const argv[] = {"gnuplot", NULL};
    clock_gettime(CLOCK_MONOTONIC, &from);
    assert_int_equal(tool_run(argv, 1000, said, sizeof said), TOOL_FAILED);
    clock_gettime(CLOCK_MONOTONIC, &to);
    assert_string_equal(said, "gnuplot did not end within 1 s");
    assert_true(to.tv_sec - from.tv_sec <= 10);
}

static void a_folder_that_can_not_be_written_to_is_told_before_anything_is_measured(void **state) {
    (void)state;
    char error[512], path[256];
    assert_false(plot_bench_folder("/proc/nowhere", error, sizeof error));
    assert_int_equal(strncmp(error, "the folder /proc/nowhere can't be made (", 40), 0);
    snprintf(path, sizeof path, "%s/file", folder);
    fclose(fopen(path, "w"));
    assert_false(plot_bench_folder(path, error, sizeof error));
    assert_non_null(strstr(error, "name another folder"));
    snprintf(path, sizeof path, "%s/new", folder);
    assert_true(plot_bench_folder(path, error, sizeof error));
    assert_int_equal(rmdir(path), 0); /* nothing is left in it */
}

static void a_table_that_can_not_be_written_is_told(void **state) {
    (void)state;
    install("exit 0");
    add_latency(1, 5);
    assert_false(draw("/proc/nowhere"));
    assert_string_equal(
        told,
        "groupy bench: no plot: /proc/nowhere/latency.csv can't be written (No such file or directory)\n");
}

static void what_failed_is_left_out(void **state) {
    (void)state;
    install("exit 0");
    add_throughput(0, 3, 0, 1);
    add_throughput(1, 3, 0, 1);
    cells[0].verdict = BENCH_NOT_RUN;
    assert_true(draw(folder));
    assert_null(strstr(contents("throughput.csv"), "gms2"));
    assert_non_null(strstr(contents("throughput.csv"), "gms3"));
}

static void of_the_ceilings_beside_the_rungs_the_middle_one_is_drawn(void **state) {
    (void)state;
    install("exit 0");
    for (int i = 0; i < 3; i++)
        add_throughput(5, 3, 0, i == 1 ? 1 : 2 * i + 0.5);
    assert_true(draw(folder));
    assert_int_equal(lines_of(contents("throughput.csv")), 2);
    assert_non_null(strstr(contents("throughput.csv"), ",18000000.000,"));
}

static void what_varies_is_the_axis_and_what_varies_besides_is_in_the_legend(void **state) {
    (void)state;
    install("exit 0");
    for (uint32_t members = 3; members <= 5; members += 2)
        for (uint32_t loss = 0; loss <= 10; loss += 5)
            add_throughput(3, members, loss, 1);
    assert_true(draw(folder));
    const char *script = contents("throughput-loss.gnuplot");
    assert_non_null(strstr(script, "[\"gms4-nack (3 members)\", \"gms4-nack (5 members)\"]"));
    assert_non_null(strstr(script, "set xtics (0, 5, 10)"));
    assert_non_null(strstr(script, "set label \"Delivered at each member, all sending\" at"));
}

static void parts_of_a_recovery_end_where_the_next_begins(void **state) {
    (void)state;
    install("exit 0");
    add_recovery(BENCH_KILL, 1, 5);
    cells[0].figure[BENCH_AGREE_MS].known = false; /* it took no time of its own */
    assert_true(draw(folder));
    assert_string_equal(
        contents("recovery.csv"),
        "series,subject,members,size_bytes,loss_percent,bar,group,below,note,detect_ms,agree_ms,"
        "flush_ms,resume_ms\n"
        "gms3,gms3,5,64,0,p50,gms3,,,0.500,0.500,1.500,1.750\n"
        "gms3,gms3,5,64,0,p99,gms3,,,1.250,2.500,3.750,4.375\n");
    assert_non_null(strstr(contents("recovery.gnuplot"),
                           "\"64-byte bodies, 5 members, 1000 messages/s; p50 and p99 of 50"));
}

static void where_a_rung_did_not_survive_every_crash_the_bars_say_so(void **state) {
    (void)state;
    install("exit 0");
    add_recovery(BENCH_KILL, 0, 5);
    cells[0].verdict = BENCH_LOST;
    cells[0].figure[BENCH_BROKEN] = figure(3);
    assert_true(draw(folder));
    assert_non_null(strstr(contents("recovery.csv"), ",p99,gms2,,3 of 50 failed,"));
}

static void the_rate_is_not_said_of_what_was_measured_at_full_load(void **state) {
    (void)state;
    install("exit 0");
    add_scale(1, 8);
    add_scale(1, 16);
    assert_true(draw(folder));
    assert_null(strstr(contents("throughput-members.gnuplot"), "messages/s;"));
    assert_non_null(strstr(contents("latency-members.gnuplot"), "1000 messages/s;"));
}

static void no_two_series_look_alike(void **state) {
    (void)state;
    const struct plot p = {.stem = "x",
                           .title = "t",
                           .again = "a",
                           .shape = PLOT_PERCENTILES,
                           .series = {"gms3", "gms3 (a)", "gms3 (b)", "new \"one\"", "gms5 safe",
                                      "ceiling both", "c", "d", "e", "f", "g", "h"},
                           .y = "y",
                           .y_label = "y",
                           .y_unit = 1,
                           .y_format = "%g"};
    FILE *file = tmpfile();
    char line[512], seen[PLOT_SERIES_MAX][512];
    int count = 0, number;
    plot_script(file, &p);
    rewind(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "set linetype %d", &number) == 1)
            snprintf(seen[count++], sizeof seen[0], "%s", strstr(line, "linecolor"));
    fclose(file);
    assert_int_equal(count, PLOT_SERIES_MAX);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++)
            assert_string_not_equal(seen[i], seen[k]);
}

/* -- For the deep run --------------------------------------------------------------------------------------
 */

static bool draw_all(const char *dir) {
    bool ok = true;
    for (int s = 0; s < SUBJECTS; s++)
        for (uint32_t members = 2; members <= 8; members += members < 3 ? 1 : members < 5 ? 2 : 3)
            add_throughput(s, members, 0, 1);
    for (int s = 0; s < SUBJECTS; s++)
        add_latency(s, 5);
    ok &= plot_bench(&report, dir, "test", stdout);
    report.count = 0;
    for (int s = 2; s < 4; s++)
        for (uint32_t loss = 0; loss <= 10; loss += loss == 0 ? 1 : loss == 1 ? 4 : 5)
            add_throughput(s, 3, loss, 1.0 / (1 + loss));
    for (int s = 0; s < SUBJECTS; s++)
        for (uint32_t members = 2; members <= 64; members *= 2)
            add_latency(s, members);
    ok &= plot_bench(&report, dir, "test", stdout);
    report.count = 0;
    for (int s = 0; s < SUBJECTS; s++)
        add_throughput(s, 3, 0, 1);
    ok &= plot_bench(&report, dir, "test", stdout);
    report.count = 0;
    for (int s = 0; s < 5; s++)
        add_recovery(BENCH_KILL, s, 5);
    cells[0].verdict = BENCH_LOST;
    cells[0].figure[BENCH_BROKEN] = figure(3);
    for (int s = 1; s < 5; s += 2)
        for (uint32_t members = 3; members <= 8; members += members < 5 ? 2 : 3) {
            add_recovery(BENCH_HANG, s, members);
            add_recovery(BENCH_JOIN, s, members);
        }
    return ok & plot_bench(&report, dir, "test", stdout);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_gnuplot_table_and_script_are_there_and_one_line_says_what_to_do,
                               begin),
        cmocka_unit_test_setup(a_gnuplot_that_fails_is_quoted, begin),
        cmocka_unit_test_setup(gnuplot_is_run_in_the_folder_and_without_the_style_of_whoever_is_there, begin),
        cmocka_unit_test_setup(a_program_that_does_not_end_is_not_waited_for, begin),
        cmocka_unit_test_setup(a_folder_that_can_not_be_written_to_is_told_before_anything_is_measured,
                               begin),
        cmocka_unit_test_setup(a_table_that_can_not_be_written_is_told, begin),
        cmocka_unit_test_setup(what_failed_is_left_out, begin),
        cmocka_unit_test_setup(of_the_ceilings_beside_the_rungs_the_middle_one_is_drawn, begin),
        cmocka_unit_test_setup(what_varies_is_the_axis_and_what_varies_besides_is_in_the_legend, begin),
        cmocka_unit_test_setup(parts_of_a_recovery_end_where_the_next_begins, begin),
        cmocka_unit_test_setup(where_a_rung_did_not_survive_every_crash_the_bars_say_so, begin),
        cmocka_unit_test_setup(the_rate_is_not_said_of_what_was_measured_at_full_load, begin),
        cmocka_unit_test_setup(no_two_series_look_alike, begin),
    };
    if (argc > 1)
        return draw_all(argv[1]) ? 0 : 3;
    if (mkdtemp(folder) == NULL)
        return 3;
    const char *path = getenv("PATH");
    char *kept = path != NULL ? strdup(path) : NULL, remove[64];
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (kept != NULL)
        setenv("PATH", kept, 1);
    free(kept);
    snprintf(remove, sizeof remove, "rm -rf %s", folder);
    return system(remove) == 0 ? failed : 3;
}
