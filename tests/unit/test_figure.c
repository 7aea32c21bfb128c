/* Figures for a report: every one of the set, on the paper of one column and of two. */
#include "app/report/figure_set.h"
#include "app/report/sheet.h"
#include "app/ui/canvas_list.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PLACED_MAX 1024

static struct fonts *fonts;
static char folder[] = "/tmp/groupy-figure-XXXXXX";
static char matrix_path[384];

/* -- Making them ----------------------------------------------------------------------------------------- */

static void make(struct figure_made *made, const struct figure_asked *asked) {
    char error[1024] = "";
    if (figure_make(made, asked, "assets", fonts, error, sizeof error) != FIGURE_MADE)
        fail_msg("%s", error);
}

static struct figure_asked asked_for(const char *name, uint64_t width_mm) {
    for (size_t i = 0; i < figure_set_count(); i++)
        if (strcmp(figure_set_at(i)->name, name) == 0) {
            struct figure_asked a = figure_set_asked(figure_set_at(i));
            a.width_mm = width_mm;
            a.matrix = a.kind == FIGURE_TABLE ? matrix_path : NULL;
            return a;
        }
    fail_msg("the set has no %s", name);
    abort();
}

/* All that is drawn, as a list; the caller frees it. */
static void list(struct canvas_list *l, const struct figure_asked *asked, float *width, float *height) {
    struct figure_made made;
    char error[256];
    make(&made, asked);
    if (!figure_measure(&made.figure, width, height, error, sizeof error))
        fail_msg("%s", error);
    canvas_list_init(l, fonts);
    figure_draw(&l->canvas, &made.figure, *width, *height);
    figure_unmake(&made);
}

static const char *path_of(const char *name) {
    static char path[384];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    char *bytes = calloc(1, 1 << 21);
    assert_non_null(file);
    assert_non_null(bytes);
    *size = fread(bytes, 1, (1 << 21) - 1, file);
    fclose(file);
    return bytes;
}

static char *saved(const struct figure_asked *asked, const char *name, size_t *size) {
    struct figure_made made;
    char error[1024];
    make(&made, asked);
    if (figure_save(&made, path_of(name), error, sizeof error) != FIGURE_MADE)
        fail_msg("%s", error);
    figure_unmake(&made);
    return read_file(path_of(name), size);
}

static void svg_has(const struct figure_asked *asked, const char *text, bool expected) {
    size_t size;
    char *svg = saved(asked, "has.svg", &size);
    if ((strstr(svg, text) != NULL) != expected)
        fail_msg("%s: '%s' is %sthere", figure_kind_name(asked->kind), text, expected ? "not " : "");
    free(svg);
}

/* -- What is read ---------------------------------------------------------------------------------------- */

struct placed {
    float left, baseline, width, size;
    char words[CANVAS_TEXT_MAX];
};

static int read_texts(const char *lines, struct placed *texts) {
    int count = 0;
    for (const char *line = lines; line != NULL && *line != '\0'; line = strchr(line, '\n') + 1) {
        struct placed *t = &texts[count];
        char weight[16], color[16];
        int used = 0;
        if (sscanf(line, "text %f %f %f %f %15s %15s %n", &t->left, &t->baseline, &t->width, &t->size, weight,
                   color, &used) < 6)
            continue;
        assert_true(count < PLACED_MAX);
        snprintf(t->words, sizeof t->words, "%.*s", (int)strcspn(line + used, "\n"), line + used);
        count += t->words[0] != '\0';
    }
    return count;
}

/* By capitals; what only touches does not count. */
static bool overlap(const struct placed *a, const struct placed *b) {
    const float top_a = a->baseline - CANVAS_CAP_HEIGHT * a->size,
                top_b = b->baseline - CANVAS_CAP_HEIGHT * b->size;
    return a->left < b->left + b->width - 1 && b->left < a->left + a->width - 1 && top_a < b->baseline - 1 &&
           top_b < a->baseline - 1;
}

static void check_texts(const char *name, uint64_t width_mm) {
    static struct placed texts[PLACED_MAX];
    const struct figure_asked asked = asked_for(name, width_mm);
    struct canvas_list l;
    float width, height;
    list(&l, &asked, &width, &height);
    const int count = read_texts(l.text, texts);
    assert_true(count > 4);
    for (int i = 0; i < count; i++) {
        const struct placed *t = &texts[i];
        if (t->size < SHEET_LEGIBLE)
            fail_msg("%s at %d mm: '%s' has %.1f units", name, (int)width_mm, t->words, (double)t->size);
        if (t->left < -0.5f || t->left + t->width > width + 0.5f || t->baseline > height ||
            t->baseline - CANVAS_CAP_HEIGHT * t->size < 0)
            fail_msg("%s at %d mm: '%s' is cut off", name, (int)width_mm, t->words);
        if (strstr(t->words, "\u2026") != NULL && strstr(t->words, "view change") == NULL &&
            strstr(t->words, "joining") == NULL && strstr(t->words, "gms1 ") == NULL && t->words[0] != '\xe2')
            fail_msg("%s at %d mm: '%s' is shortened", name, (int)width_mm, t->words);
        for (int k = i + 1; k < count; k++)
            if (overlap(t, &texts[k]))
                fail_msg("%s at %d mm: '%s' lies on '%s'", name, (int)width_mm, t->words, texts[k].words);
    }
    canvas_list_free(&l);
}

static void all_texts_are_legible_whole_and_apart(void **state) {
    (void)state;
    for (size_t i = 0; i < figure_set_count(); i++) {
        check_texts(figure_set_at(i)->name, FIGURE_ONE_COLUMN_MM);
        check_texts(figure_set_at(i)->name, 110);
        check_texts(figure_set_at(i)->name, FIGURE_TWO_COLUMNS_MM);
    }
}

static void counts_are_in_the_lifelines_at_any_width(void **state) {
    (void)state;
    for (uint64_t width_mm = FIGURE_ONE_COLUMN_MM; width_mm <= FIGURE_TWO_COLUMNS_MM; width_mm += 15) {
        const struct figure_asked asked = asked_for("gms2-crash", width_mm);
        const char *const heading = "font-weight=\"700\">";
        size_t size;
        char *svg = saved(&asked, "counts.svg", &size);
        int counts = 0;
        for (const char *at = svg; (at = strstr(at, heading)) != NULL; at++)
            counts += (at[strlen(heading)] >= '1' && at[strlen(heading)] <= '9') ||
                      strncmp(at + strlen(heading), "\u2260", strlen("\u2260")) == 0;
        if (counts < 8) /* three or two of each worker, and the legend's */
            fail_msg("%d counts at %d mm", counts, (int)width_mm);
        free(svg);
    }
}

/* -- What they show -------------------------------------------------------------------------------------- */

static void each_scenario_comes_out_as_its_figure_says(void **state) {
    (void)state;
    for (size_t i = 0; i < figure_set_count(); i++) {
        const struct figure_asked asked = asked_for(figure_set_at(i)->name, FIGURE_TWO_COLUMNS_MM);
        struct figure_made made;
        make(&made, &asked);
        if (made.failed[0] != '\0')
            fail_msg("%s: %s", figure_set_at(i)->name, made.failed);
        figure_unmake(&made);
    }
}

static void the_sentence_is_the_checkers(void **state) {
    (void)state;
    static const struct {
        const char *name, *words;
    } said[] = {{"gms1-in-sync", ">IN SYNC 4/4<"},
                {"gms2-crash", ">OUT OF SYNC since #"},
                {"gms2-crash", "because w1 crashed after sending it to w2"},
                {"gms3-crash", ">IN SYNC 3/3<"},
                {"gms3-loss", ">FROZEN<"},
                {"gms4-ack-loss", ">IN SYNC 4/4<"},
                {"gms4-nack-loss", ">IN SYNC 4/4<"},
                {"gms3-suspicion", ">OUT OF SYNC since"},
                {"gms5-suspicion", ">IN SYNC 3/3<"},
                {"gms3-partition", ">OUT OF SYNC since"},
                {"gms5-partition", ">NO QUORUM<"},
                {"gms5-partition-views", ">IN SYNC 5/5<"}};
    for (size_t i = 0; i < sizeof said / sizeof said[0]; i++) {
        const struct figure_asked asked = asked_for(said[i].name, FIGURE_TWO_COLUMNS_MM);
        svg_has(&asked, said[i].words, true);
    }
}

static void a_timeline_names_workers_messages_and_views(void **state) {
    (void)state;
    const struct figure_asked asked = asked_for("gms2-crash", FIGURE_ONE_COLUMN_MM);
    static const char *const words[] = {">w1<",     ">w4<",         ">crash mid-broadcast after 1<",
                                        ">VIEW 5<", ">view 5 (3)<", ">change, from the leader<",
                                        ">crash<"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        svg_has(&asked, words[i], true);
    svg_has(&asked, "received twice", false); /* the legend has what is there, and no more */
}

static void acknowledgements_are_shown_when_they_matter(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms4-ack-loss", FIGURE_TWO_COLUMNS_MM);
    svg_has(&asked, ">acknowledgement<", true);
    asked.acknowledgements = false;
    svg_has(&asked, ">acknowledgement<", false);
    svg_has(&asked, "acknowledgements", true); /* then it says how many are not shown */
}

static void a_range_leaves_out_what_is_not_in_it(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms1-in-sync", FIGURE_TWO_COLUMNS_MM);
    asked.has_to = true;
    asked.to_ms = 1150;
    svg_has(&asked, " +4<", true);
    svg_has(&asked, " +2<", false);
    asked.from_ms = 1150;
    asked.has_to = false;
    svg_has(&asked, " +4<", false);
    svg_has(&asked, " +2<", true);
}

static void a_newcomer_has_no_row_before_it_comes(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms3-join", FIGURE_TWO_COLUMNS_MM);
    svg_has(&asked, ">w4<", true);
    asked.has_to = true;
    asked.from_ms = 200;
    asked.to_ms = 400;
    svg_has(&asked, ">w3<", true);
    svg_has(&asked, ">w4<", false);
}

static void a_montage_shows_the_windows_of_its_moment(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms2-crash-windows", FIGURE_TWO_COLUMNS_MM);
    asked.at_count = 1;
    svg_has(&asked, "1.000 s  IN SYNC 4/4", true);
    svg_has(&asked, ">crashed<", false);
    asked.at_ms[0] = 1500;
    svg_has(&asked, "1.500 s  OUT OF SYNC since #", true);
    svg_has(&asked, ">since #", true);
    svg_has(&asked, ">crashed<", true);
    svg_has(&asked, " changes \u00b7 history ", true);
}

static void views_have_their_members_and_who_waits(void **state) {
    (void)state;
    const struct figure_asked asked = asked_for("gms5-partition-views", FIGURE_TWO_COLUMNS_MM);
    svg_has(&asked, ">view 6 (3)<", true);
    svg_has(&asked, ">no quorum<", true);
}

static void the_table_has_a_row_for_each_fault(void **state) {
    (void)state;
    const struct figure_asked asked = asked_for("rungs-and-faults", FIGURE_TWO_COLUMNS_MM);
    for (int i = 0; i < (int)EXPLORE_FAULTS; i++)
        svg_has(&asked, explore_fault_text((enum explore_fault)i), true);
    svg_has(&asked, ">gms4-nack<", true);
    svg_has(&asked, ">halts<", true);
}

static void the_caption_makes_it_again_or_is_what_was_asked_for(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms2-crash", FIGURE_TWO_COLUMNS_MM);
    svg_has(
        &asked,
        "gms2, 4 workers, seed 29 \u00b7 groupy figure --scenario figure-gms2-crash --kind timeline --from "
        "900ms -o F.pdf",
        true);
    asked.caption = "none";
    svg_has(&asked, "groupy figure", false);
    asked.caption = "My own";
    svg_has(&asked, ">My own<", true);
}

/* -- Files ----------------------------------------------------------------------------------------------- */

static void a_file_is_as_wide_as_was_asked_for(void **state) {
    (void)state;
    const struct figure_asked asked = asked_for("gms2-crash", FIGURE_ONE_COLUMN_MM);
    size_t size;
    char *svg = saved(&asked, "wide.svg", &size);
    assert_non_null(strstr(svg, " width=\"85mm\""));
    free(svg);
    unsigned char *png = (unsigned char *)saved(&asked, "wide.png", &size);
    assert_int_equal(png[18] * 256 + png[19], 1004); /* 85 mm at 300 dpi, up to a whole pixel */
    assert_memory_equal(png + 37, "pHYs", 4);
    assert_int_equal(png[43] * 256 + png[44], 11811); /* pixels to the metre */
    free(png);
}

static void the_same_seed_gives_the_same_bytes(void **state) {
    (void)state;
    setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    for (int kind = 0; kind < SHEET_KINDS; kind++) {
        const struct figure_asked asked = asked_for("gms2-crash-story", FIGURE_TWO_COLUMNS_MM);
        char name[32];
        size_t one_size, two_size;
        snprintf(name, sizeof name, "same%s", sheet_ending((enum sheet_kind)kind));
        char *one = saved(&asked, name, &one_size), *two = saved(&asked, name, &two_size);
        assert_int_equal(one_size, two_size);
        assert_memory_equal(one, two, one_size);
        free(one);
        free(two);
    }
}

static void grey_is_grey_everywhere(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms2-crash-story", FIGURE_TWO_COLUMNS_MM);
    asked.grey = true;
    size_t size;
    char *svg = saved(&asked, "grey.svg", &size);
    for (const char *at = svg; (at = strstr(at, "fill=\"#")) != NULL; at += 7)
        if (strncmp(at + 7, at + 9, 2) != 0 || strncmp(at + 7, at + 11, 2) != 0)
            fail_msg("%.16s", at);
    free(svg);
}

static void nothing_is_told_by_colour_alone(void **state) {
    (void)state;
    for (uint64_t width_mm = FIGURE_ONE_COLUMN_MM; width_mm <= FIGURE_TWO_COLUMNS_MM; width_mm += 90) {
        struct figure_asked asked = asked_for("gms3-suspicion", width_mm);
        asked.grey = true;
        svg_has(&asked, width_mm == FIGURE_ONE_COLUMN_MM ? ">\u2260<" : ">\u2260 67<", true);
        svg_has(&asked, ">as many, but not the same ones<", true);
        asked = asked_for("gms3-loss", width_mm);
        svg_has(&asked, ">as many, but not the same ones<", false);
    }
}

static void what_has_no_word_in_a_lifeline_has_one_in_the_legend(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms3-loss", FIGURE_ONE_COLUMN_MM);
    svg_has(&asked, ">frozen<", true);
    svg_has(&asked, ">message 65: w2\u2019s 15th<", true);
    svg_has(&asked, ">a newcomer learns the colour<", false);
    asked = asked_for("gms5-partition", FIGURE_ONE_COLUMN_MM);
    svg_has(&asked, ">stopped: view change, no quorum<", true);
    asked = asked_for("gms3-join", FIGURE_ONE_COLUMN_MM);
    svg_has(&asked, ">joining<", true);
    svg_has(&asked, ">a newcomer learns the colour<", true);
    svg_has(&asked, ">w4#1 state?<", true);
    svg_has(&asked, ">w1#26 state<", true);
    asked.to_ms = 1300; /* before the first change that w4 asks for */
    asked.has_to = true;
    svg_has(&asked, ">a worker asks for a change<", false);
}

static void a_height_that_is_too_small_is_refused(void **state) {
    (void)state;
    struct figure_asked asked = asked_for("gms2-crash", FIGURE_ONE_COLUMN_MM);
    struct figure_made made;
    char error[256];
    asked.height_mm = 30;
    make(&made, &asked);
    assert_int_equal(figure_save(&made, path_of("low.svg"), error, sizeof error), FIGURE_BAD_REQUEST);
    assert_non_null(strstr(error, "--height 30: this figure needs"));
    figure_unmake(&made);
    asked.height_mm = 90;
    svg_has(&asked, " height=\"90mm\"", true);
}

static void what_can_not_be_made_is_told_in_one_line(void **state) {
    (void)state;
    struct figure_asked asked = {.kind = FIGURE_TIMELINE, .width_mm = 85, .scenario = "figure-gms2-crahs"};
    struct figure_made made;
    char error[1024] = "";
    assert_int_equal(figure_make(&made, &asked, "assets", fonts, error, sizeof error), FIGURE_BAD_REQUEST);
    assert_non_null(strstr(error, "figure-gms2-crahs"));
    const char *const missing[] = {"/nonexistent/trace.jsonl"};
    asked = (struct figure_asked){.kind = FIGURE_TIMELINE, .width_mm = 85, .paths = missing, .path_count = 1};
    assert_int_equal(figure_make(&made, &asked, "assets", fonts, error, sizeof error), FIGURE_CANT);
    assert_non_null(strstr(error, "/nonexistent/trace.jsonl"));
    asked = (struct figure_asked){.kind = FIGURE_TABLE, .width_mm = 85, .matrix = "assets/fonts/OFL.txt"};
    assert_int_equal(figure_make(&made, &asked, "assets", fonts, error, sizeof error), FIGURE_CANT);
    assert_non_null(strstr(error, "OFL.txt"));
}

/* -- Around them ----------------------------------------------------------------------------------------- */

/* A table as `groupy matrix --json` prints it: the searches themselves take too long here. */
static void write_matrix(void) {
    static const char *const verdicts[] = {"sync", "halt", "desync"};
    snprintf(matrix_path, sizeof matrix_path, "%s", path_of("matrix.json"));
    FILE *file = fopen(matrix_path, "w");
    assert_non_null(file);
    fputs("{\"cells\":[", file);
    for (int i = 0; i < MATRIX_CELLS; i++)
        fprintf(file,
                "%s{\"rung\":\"%s\",\"fault\":\"%s\",\"members\":3,\"changes\":2,\"verdict\":\"%s\","
                "\"complete\":true}",
                i > 0 ? "," : "", gms_rung_name((enum gms_rung_id)(i % (int)GMS_RUNGS)),
                explore_fault_name((enum explore_fault)(i / (int)GMS_RUNGS)), verdicts[i % 3]);
    fputs("]}\n", file);
    fclose(file);
}

static int begin(void **state) {
    (void)state;
    char error[256];
    fonts = fonts_open("assets/fonts", error, sizeof error);
    if (fonts == NULL || mkdtemp(folder) == NULL)
        return -1;
    write_matrix();
    return 0;
}

static int end(void **state) {
    (void)state;
    struct dirent **entries;
    const int count = scandir(folder, &entries, NULL, NULL);
    for (int i = 0; i < count; i++) {
        unlink(path_of(entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    rmdir(folder);
    fonts_close(&fonts);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_texts_are_legible_whole_and_apart),
        cmocka_unit_test(counts_are_in_the_lifelines_at_any_width),
        cmocka_unit_test(each_scenario_comes_out_as_its_figure_says),
        cmocka_unit_test(the_sentence_is_the_checkers),
        cmocka_unit_test(a_timeline_names_workers_messages_and_views),
        cmocka_unit_test(acknowledgements_are_shown_when_they_matter),
        cmocka_unit_test(a_range_leaves_out_what_is_not_in_it),
        cmocka_unit_test(a_newcomer_has_no_row_before_it_comes),
        cmocka_unit_test(a_montage_shows_the_windows_of_its_moment),
        cmocka_unit_test(views_have_their_members_and_who_waits),
        cmocka_unit_test(the_table_has_a_row_for_each_fault),
        cmocka_unit_test(the_caption_makes_it_again_or_is_what_was_asked_for),
        cmocka_unit_test(a_file_is_as_wide_as_was_asked_for),
        cmocka_unit_test(the_same_seed_gives_the_same_bytes),
        cmocka_unit_test(grey_is_grey_everywhere),
        cmocka_unit_test(nothing_is_told_by_colour_alone),
        cmocka_unit_test(what_has_no_word_in_a_lifeline_has_one_in_the_legend),
        cmocka_unit_test(a_height_that_is_too_small_is_refused),
        cmocka_unit_test(what_can_not_be_made_is_told_in_one_line),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
