/* Hostile traces: whatever a trace holds, reading and judging it ends, in a verdict or in one line that says
 * what is wrong. Real traces (corpus/) are broken byte by byte and line by line, and the checker is fed with
 * records that no group would make, few members and many, so that every table is filled beyond its end.
 *
 * All is seeded; what it had read last stays in the folder that it names. Every trace that was judged wrongly
 * is kept in found/, with a test here. GROUPY_DEEP=1 takes twenty times as long; FUZZ_SEED=N begins there.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/report.h"
#include "app/trace_merge.h"
#include "gms/rng.h"

#define CORPUS    "tests/fuzz/corpus"
#define FOUND     "tests/fuzz/found"
#define FILES_MAX 16
#define SIZE_MAX_ (512 * 1024)

static struct check *check;
static struct report_names names;
static struct gms_rng rng;
static uint64_t first_seed, rounds_factor = 1;

static uint64_t below(uint64_t bound) {
    return gms_rng_below(&rng, bound);
}

/* -- Judging --------------------------------------------------------------------------------------------- */

/* All that could be printed about it is made, as it would be for people and for scripts. */
static void tell_everything(void) {
    char text[512];
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        report_witness(check, &names, (enum check_property)p, text, sizeof text);
        assert_null(strchr(text, '\n'));
        report_cause(check, &names, (enum check_property)p, text, sizeof text);
        assert_null(strchr(text, '\n'));
    }
    json_t *root = report_check(check, &names);
    assert_non_null(root);
    char *json = json_dumps(root, JSON_COMPACT);
    assert_non_null(json);
    free(json);
    json_decref(root);
    check_overall(check);
    check_outcome(check);
}

static void one_line(const char *error) {
    assert_true(strlen(error) > 0);
    for (const char *c = error; *c; c++)
        assert_true(*c >= ' ' && *c != 127);
}

static bool judge(const char *path) {
    const struct trace_line *line;
    char error[4608] = "";
    enum trace_merge_next next;
    struct trace_merge *merge = trace_merge_open(&path, 1, error, sizeof error);
    if (!merge) {
        one_line(error);
        return false;
    }
    names.count = 0;
    check_init(check, &(struct check_settings){.rung = trace_merge_rung(merge), .promises = CHECK_ALL});
    while ((next = trace_merge_next(merge, &line, error, sizeof error)) == TRACE_MERGE_RECORD) {
        report_name(&names, line->record.id, line->who);
        check_feed(check, &line->record);
    }
    if (next == TRACE_MERGE_ERROR)
        one_line(error);
    check_end(check);
    names.files = trace_merge_files(merge, &names.file_count);
    tell_everything();
    names.files = NULL;
    names.file_count = 0;
    trace_merge_close(&merge);
    return next == TRACE_MERGE_END;
}

/* -- Breaking files -------------------------------------------------------------------------------------- */

struct text {
    char bytes[SIZE_MAX_];
    size_t size;
};

static struct text files[FILES_MAX], broken;
static char file_names[FILES_MAX][256];
static int file_count;

static void read_file(const char *path, struct text *text) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    text->size = fread(text->bytes, 1, sizeof text->bytes, file);
    fclose(file);
}

static void write_file(const char *dir, const char *name, const struct text *text) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text->bytes, 1, text->size, file), text->size);
    fclose(file);
}

static int is_file(const struct dirent *entry) {
    return entry->d_name[0] != '.';
}

static void load(const char *dir) {
    struct dirent **entries;
    char path[512];
    const int count = scandir(dir, &entries, is_file, alphasort);
    assert_true(count > 0 && count <= FILES_MAX);
    for (int i = 0; i < count; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        snprintf(file_names[i], sizeof file_names[i], "%s", entries[i]->d_name);
        read_file(path, &files[i]);
        free(entries[i]);
    }
    free(entries);
    file_count = count;
}

static void replace(struct text *t, size_t at, size_t size, const char *with, size_t with_size) {
    if (t->size - size + with_size > sizeof t->bytes)
        return;
    memmove(t->bytes + at + with_size, t->bytes + at + size, t->size - at - size);
    memcpy(t->bytes + at, with, with_size);
    t->size += with_size - size;
}

/* The line around a byte: where it begins, and its size with its end. */
static size_t line_at(const struct text *t, size_t at, size_t *size) {
    size_t from = at, to = at;
    while (from > 0 && t->bytes[from - 1] != '\n')
        from--;
    while (to < t->size && t->bytes[to] != '\n')
        to++;
    *size = (to < t->size ? to + 1 : to) - from;
    return from;
}

static void break_bytes(struct text *t, size_t at) {
    static const char *const pieces[] = {"\"",
                                         "{",
                                         "}",
                                         "[",
                                         "]",
                                         ",",
                                         ":",
                                         "\\",
                                         "\n",
                                         "\\u0000",
                                         "\xff\xfe",
                                         "\xc3\xa9",
                                         "18446744073709551616",
                                         "-1",
                                         "1e999",
                                         "null",
                                         "[[[[[[[[",
                                         "{\"a\":{\"b\":"};
    const char *piece = pieces[below(sizeof pieces / sizeof pieces[0])];
    switch (below(4)) {
    case 0: t->bytes[at] = (char)(t->bytes[at] ^ (1 << below(8))); break;
    case 1: t->bytes[at] = (char)below(256); break;
    case 2: replace(t, at, 0, piece, strlen(piece)); break;
    case 3: t->size = below(8) == 0 ? at : t->size; break;
    }
}

static void break_lines(struct text *t, size_t at) {
    size_t size, other_size;
    static char line[SIZE_MAX_], other[SIZE_MAX_];
    const size_t from = line_at(t, at, &size);
    const size_t other_from = line_at(t, below(t->size), &other_size);
    memcpy(line, t->bytes + from, size);
    memcpy(other, t->bytes + other_from, other_size);
    switch (below(4)) {
    case 0: replace(t, from, size, "", 0); break;
    case 1: replace(t, from, 0, line, size); break;
    case 2: replace(t, from, size, other, other_size); break;
    case 3: replace(t, from, 0, other, other_size); break;
    }
}

/* A number, or the digits of an id, become others: the line stays well formed. */
static void break_value(struct text *t, size_t at) {
    size_t size;
    const size_t from = line_at(t, at, &size);
    size_t digit = from + below(size);
    while (digit < from + size && (t->bytes[digit] < '0' || t->bytes[digit] > '9'))
        digit++;
    if (digit == from + size)
        return;
    if (below(3) > 0)
        t->bytes[digit] = (char)('0' + below(10));
    else
        replace(t, digit, 1, "999999999999", 1 + below(12));
}

static void break_text(struct text *t) {
    for (uint64_t i = 1 + below(4); i > 0 && t->size > 0; i--) {
        const size_t at = below(t->size);
        switch (below(4)) {
        case 0: break_bytes(t, at); break;
        case 1: break_lines(t, at); break;
        case 2:
        case 3: break_value(t, at); break;
        }
    }
}

static void remove_dir(const char *dir) {
    char path[512];
    for (int i = 0; i < file_count; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, file_names[i]);
        unlink(path);
    }
    rmdir(dir);
}

static void each_folder(const char *dir, void (*with)(const char *)) {
    struct dirent **entries;
    const int count = scandir(dir, &entries, is_file, alphasort);
    for (int i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        with(path);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
}

static uint64_t readable;

static void fuzz_folder(const char *path) {
    char dir[] = "/tmp/groupy-fuzz-XXXXXX";
    load(path);
    assert_non_null(mkdtemp(dir));
    for (int i = 0; i < file_count; i++)
        write_file(dir, file_names[i], &files[i]);
    assert_true(judge(dir)); /* as it is, it can be read */
    print_message("%s, from seed %d; the files are in %s\n", path, (int)first_seed, dir);
    for (uint64_t seed = first_seed; seed < first_seed + 2000 * rounds_factor; seed++) {
        gms_rng_seed(&rng, seed);
        const uint64_t which = below((uint64_t)file_count);
        broken = files[which];
        break_text(&broken);
        write_file(dir, file_names[which], &broken);
        readable += judge(dir);
        write_file(dir, file_names[which], &files[which]);
    }
    remove_dir(dir);
}

static void a_broken_file_ends_in_a_verdict_or_in_one_line(void **state) {
    (void)state;
    readable = 0;
    each_folder(CORPUS, fuzz_folder);
    assert_true(readable > 100); /* and many were broken so little that they were judged */
}

/* The director's own exit, its last record, counted as a fault: nothing had to be delivered before it. */
static void the_end_of_the_director_is_no_fault(void **state) {
    (void)state;
    assert_true(judge(FOUND "/gms1-leader-killed"));
    assert_int_equal(check_property(check, CHECK_PROGRESS), CHECK_VIOLATED);
    assert_int_equal(check_outcome(check), CHECK_HALT);
}

/* -- Breaking records ---------------------------------------------------------------------------------- */

/* How large the world is: few of all, so that records meet, or more than the tables hold. */
struct world {
    uint64_t members, views, messages, counts;
};

static struct trace_record any_record(const struct world *w, gms_id *members) {
    static const char *const types[] = {"MSG", "REQUEST", "VIEW", "?", NULL};
    struct trace_record r = {.ev = (enum trace_ev)below(TRACE_EVS),
                             .t = below(1000),
                             .id = below(w->members),
                             .peer = below(w->members),
                             .type = types[below(5)],
                             .m_origin = below(w->members),
                             .m_n = below(w->messages),
                             .n = (int)below(3),
                             .seq = below(5),
                             .view = (uint32_t)below(w->views),
                             .primary = below(4) > 0,
                             .why = below(3) > 0 ? NULL : "any",
                             .members = members,
                             .line = 1 + below(100)};
    if (below(3) > 0) /* most of a trace is this */
        r.ev = below(2) > 0 ? TRACE_DELIVER : below(2) > 0 ? TRACE_MCAST : TRACE_VIEW;
    if (r.ev == TRACE_CRASH && below(4) > 0)
        r.ev = TRACE_RECV;
    if (r.ev == TRACE_MCAST && below(4) > 0)
        r.m_origin = r.id;
    r.state.count = below(w->counts);
    r.state.hash = below(3);
    r.member_count = r.ev == TRACE_VIEW ? (uint32_t)below(7) : 0;
    for (uint32_t i = 0; i < r.member_count; i++)
        members[i] = 1 + below(w->members);
    return r;
}

static void fuzz_records(const struct world *w, int runs, int records) {
    gms_id members[8];
    for (int run = 0; run < runs; run++) {
        gms_rng_seed(&rng, first_seed + (uint64_t)run);
        names.count = 0;
        check_init(check, &(struct check_settings){
                              .rung = (enum gms_rung_id)below(GMS_RUNGS),
                              .promises = below(2) > 0 ? CHECK_ALL : 0,
                              .last_man_standing = below(2) > 0,
                          });
        for (int i = 0; i < records; i++) {
            const struct trace_record r = any_record(w, members);
            check_feed(check, &r);
        }
        check->unfinished = below(4) == 0;
        check_end(check);
        tell_everything();
    }
}

static void records_that_no_group_makes_end_in_a_verdict(void **state) {
    const int factor = (int)rounds_factor;
    (void)state;
    fuzz_records(&(struct world){4, 4, 4, 4}, 10000 * factor, 60);
    fuzz_records(&(struct world){6, 8, 30, 20}, 1000 * factor, 1000);
    fuzz_records(&(struct world){20, 100, 5000, 200000}, 15 * factor, 50000);
}

static void more_than_the_tables_hold_is_counted(void **state) {
    const int factor = (int)rounds_factor;
    (void)state;
    fuzz_records(&(struct world){3 * CHECK_MEMBERS_MAX, 4 * CHECK_VIEWS_MAX, 1000000, 1u << 20}, 2 * factor,
                 200000);
    assert_true(check->uncompared > 0);
    fuzz_records(&(struct world){8, 3, 1000000, 10}, 2 * factor, 200000);
    assert_true(check->uncompared > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_end_of_the_director_is_no_fault),
        cmocka_unit_test(a_broken_file_ends_in_a_verdict_or_in_one_line),
        cmocka_unit_test(records_that_no_group_makes_end_in_a_verdict),
        cmocka_unit_test(more_than_the_tables_hold_is_counted),
    };
    const char *deep = getenv("GROUPY_DEEP"), *seed = getenv("FUZZ_SEED");
    rounds_factor = deep && *deep ? 20 : 1;
    first_seed = seed ? strtoull(seed, NULL, 10) : 1;
    check = calloc(1, sizeof *check);
    if (!check)
        return 1;
    const int failed = cmocka_run_group_tests_name("fuzz: check", tests, NULL, NULL);
    free(check);
    return failed;
}
