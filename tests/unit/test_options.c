/* The command line: a bad word ends in one line that names it and what is allowed, and status 2. */
#include "app/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static bool headless;
static const char *name;
static struct texts joins;
static uint64_t number, mean_ms, loss;

static const struct option options[] = {
    {.name = "--headless", .kind = OPTION_FLAG, .target = &headless, .help = "no window"},
    {.name = "--name", .kind = OPTION_TEXT, .target = &name, .value = "NAME", .help = "its name"},
    {.name = "--join", .kind = OPTION_TEXTS, .target = &joins, .value = "ENDPOINT", .help = "whom to ask"},
    {.name = "-n",
     .kind = OPTION_NUMBER,
     .target = &number,
     .min = 1,
     .max = 256,
     .value = "N",
     .help = "how many"},
    {.name = "--mean",
     .kind = OPTION_DURATION,
     .target = &mean_ms,
     .min = 10,
     .max = 60000,
     .value = "TIME",
     .help = "pause"},
    {.name = "--loss", .kind = OPTION_PERCENT, .target = &loss, .value = "P%", .help = "of messages"},
    {0},
};

static const struct command command = {.name = "demo",
                                       .summary = "Starts workers.",
                                       .usage = "[options] [WHAT]",
                                       .example = "groupy demo -n 5",
                                       .options = options,
                                       .words_max = 1};

static const char *words[1];
static int word_count, status;
static char said[4096]; /* on the stream that was caught */

static int fresh(void **state) {
    (void)state;
    headless = false;
    name = NULL;
    memset(&joins, 0, sizeof joins);
    number = mean_ms = loss = 7777;
    words[0] = NULL;
    word_count = 0;
    status = -1;
    return 0;
}

/* Reads the command line `text`, split at blanks, and catches what is said on `stream`. */
static bool read_line(const char *text, FILE *stream) {
    static char copy[512];
    char *argv[64] = {"demo"};
    int argc = 1;
    FILE *caught = tmpfile();
    assert_non_null(caught);
    snprintf(copy, sizeof copy, "%s", text);
    for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    fflush(stream);
    const int saved = dup(fileno(stream));
    dup2(fileno(caught), fileno(stream));
    const bool go_on = options_read(&command, argc, argv, words, &word_count, &status);
    fflush(stream);
    dup2(saved, fileno(stream));
    close(saved);
    rewind(caught);
    said[fread(said, 1, sizeof said - 1, caught)] = '\0';
    fclose(caught);
    return go_on;
}

static void taken(const char *text) {
    if (!read_line(text, stderr))
        fail_msg("'%s' was refused: %s", text, said);
    assert_int_equal(status, STATUS_FINE);
    assert_string_equal(said, "");
}

static void refused(const char *text, const char *expected) {
    if (read_line(text, stderr))
        fail_msg("'%s' was taken", text);
    assert_int_equal(status, STATUS_USAGE);
    if (!strstr(said, expected))
        fail_msg("'%s' says: %s", text, said);
    assert_memory_equal(said, "groupy demo: ", 13);
    assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1); /* one line */
}

static void a_command_line_without_words_is_taken(void **state) {
    (void)state;
    taken("");
    assert_int_equal(number, 7777); /* defaults stay */
    assert_int_equal(word_count, 0);
}

static void every_kind_of_option_is_read(void **state) {
    (void)state;
    taken("--headless --name w1 -n 5 --mean 2s --loss 20% --join a --join b trace");
    assert_true(headless);
    assert_string_equal(name, "w1");
    assert_int_equal(number, 5);
    assert_int_equal(mean_ms, 2000);
    assert_int_equal(loss, 20);
    assert_int_equal(joins.count, 2);
    assert_string_equal(joins.item[0], "a");
    assert_string_equal(joins.item[1], "b");
    assert_int_equal(word_count, 1);
    assert_string_equal(words[0], "trace");
}

static void a_value_may_follow_an_equals_sign(void **state) {
    (void)state;
    taken("--name=w1=x --mean=300ms --loss=0");
    assert_string_equal(name, "w1=x");
    assert_int_equal(mean_ms, 300);
    assert_int_equal(loss, 0);
    refused("--name=", "--name is empty");
}

static void a_single_dash_is_a_word(void **state) {
    (void)state;
    taken("-");
    assert_string_equal(words[0], "-");
}

static void an_unknown_option_is_named(void **state) {
    (void)state;
    refused("--colour", "--colour");
    refused("--nam w1", "--nam");
    refused("--names w1", "--names");
    refused("-x", "-x");
    refused("-n=5", "-n=5");
    refused("--headless=yes", "--headless=yes");
}

static void a_missing_value_is_named(void **state) {
    (void)state;
    refused("--name", "--name NAME");
    refused("-n", "-n N");
}

static void a_bad_value_is_named_with_what_is_allowed(void **state) {
    (void)state;
    refused("-n 0", "-n 0: a number from 1 to 256");
    refused("-n 257", "257");
    refused("-n five", "five");
    refused("-n -5", "-5");
    refused("-n 5x", "5x");
    refused("--mean 9ms", "from 10ms to 60s");
    refused("--mean 61s", "61s");
    refused("--mean 5", "--mean 5");
    refused("--loss 101%", "101%");
    refused("--loss x", "from 0% to 100%");
    refused("--loss %", "--loss %");
}

static void a_percentage_ends_with_its_sign(void **state) {
    (void)state;
    taken("--loss 50");
    taken("--loss 50%");
    refused("--loss 50%x", "50%x");
    refused("--loss 50%%", "50%%");
}

static void too_many_words_or_texts_are_refused(void **state) {
    char many[512] = "";
    (void)state;
    refused("one two", "'two'");
    for (int i = 0; i <= TEXTS_MAX; i++)
        strcat(many, "--join a ");
    refused(many, "--join is given more than 16 times");
}

static void help_is_a_page_on_standard_output_and_status_0(void **state) {
    (void)state;
    assert_false(read_line("--help", stdout));
    assert_int_equal(status, STATUS_FINE);
    assert_non_null(strstr(said, "groupy demo [options] [WHAT]"));
    assert_non_null(strstr(said, "Example:  groupy demo -n 5"));
    for (const struct option *o = options; o->name; o++)
        assert_non_null(strstr(said, o->name));
    assert_false(read_line("-n 5 -h", stdout));
    assert_int_equal(status, STATUS_FINE);
}

/* -- Values -------------------------------------------------------------------------------------------- */

static void durations_take_ms_s_and_m(void **state) {
    uint64_t ms = 0;
    (void)state;
    assert_true(parse_duration("250ms", &ms) && ms == 250);
    assert_true(parse_duration("2s", &ms) && ms == 2000);
    assert_true(parse_duration("1m", &ms) && ms == 60000);
    assert_true(parse_duration("0s", &ms) && ms == 0);
    assert_true(parse_duration("1.5s", &ms) && ms == 1500);
    assert_true(parse_duration("0.25s", &ms) && ms == 250);
    assert_true(parse_duration("0.4ms", &ms) && ms == 0);
    assert_true(parse_duration("0.1m", &ms) && ms == 6000);
}

static void what_is_no_duration_is_refused(void **state) {
    static const char *const wrong[] = {"",
                                        "s",
                                        "5",
                                        "5 s",
                                        " 5s",
                                        "5h",
                                        "5sec",
                                        "5S",
                                        "-5s",
                                        "+5s",
                                        ".5s",
                                        "5ss",
                                        "1e999s",
                                        "inf",
                                        "nan",
                                        "infs",
                                        "99999999999999s",
                                        "5s "};
    uint64_t ms = 7;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (parse_duration(wrong[i], &ms))
            fail_msg("'%s' was taken", wrong[i]);
    }
    assert_int_equal(ms, 7);
}

static void a_duration_is_decimal(void **state) {
    uint64_t ms;
    (void)state;
    assert_false(parse_duration("0x10ms", &ms));
}

static void numbers_are_decimal_and_within_their_bounds(void **state) {
    static const char *const wrong[] = {"",    "-1",  "+1",  " 1",  "1 ",
                                        "0x1", "1e3", "1.0", "ten", "99999999999999999999"};
    uint64_t n = 7;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (parse_number(wrong[i], 0, UINT64_MAX, &n))
            fail_msg("'%s' was taken", wrong[i]);
    }
    assert_int_equal(n, 7);
    assert_true(parse_number("0", 0, 0, &n) && n == 0);
    assert_true(parse_number("007", 1, 7, &n) && n == 7);
    assert_false(parse_number("8", 1, 7, &n));
    assert_false(parse_number("0", 1, 7, &n));
    assert_true(parse_number("9999999999999999999", 0, UINT64_MAX, &n) && n == 9999999999999999999u);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_command_line_without_words_is_taken, fresh),
        cmocka_unit_test_setup(every_kind_of_option_is_read, fresh),
        cmocka_unit_test_setup(a_value_may_follow_an_equals_sign, fresh),
        cmocka_unit_test_setup(a_single_dash_is_a_word, fresh),
        cmocka_unit_test_setup(an_unknown_option_is_named, fresh),
        cmocka_unit_test_setup(a_missing_value_is_named, fresh),
        cmocka_unit_test_setup(a_bad_value_is_named_with_what_is_allowed, fresh),
        cmocka_unit_test_setup(a_percentage_ends_with_its_sign, fresh),
        cmocka_unit_test_setup(too_many_words_or_texts_are_refused, fresh),
        cmocka_unit_test_setup(help_is_a_page_on_standard_output_and_status_0, fresh),
        cmocka_unit_test(durations_take_ms_s_and_m),
        cmocka_unit_test(what_is_no_duration_is_refused),
        cmocka_unit_test(a_duration_is_decimal),
        cmocka_unit_test(numbers_are_decimal_and_within_their_bounds),
    };
    return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
