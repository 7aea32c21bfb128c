/* A video is handed to ffmpeg without anybody waiting for it, and what goes wrong there is told. The ffmpeg
 * of these tests is a shell script. Each test's name is the claim.
 */
#include "app/report/video.h"
#include "net/zmq/clock.h"

#include <setjmp.h>
#include <signal.h>
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

#define WIDTH  160
#define HEIGHT 120
#define SIZE   (WIDTH * HEIGHT * 3 / 2)

static char folder[] = "/tmp/groupy-video-XXXXXX", output[64], path_before[4096];
static uint8_t frame[SIZE];
static char said[600];

/* The last word of ffmpeg's command line is the file, as file:PATH. */
static void make_ffmpeg(const char *script) {
    char path[128];
    snprintf(path, sizeof path, "%s/ffmpeg", folder);
    unlink(path);
    unlink(output);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\nfor out; do :; done; out=${out#file:}\n%s\n", script);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

static struct video *open_video(void) {
    struct video *v = video_open(output, VIDEO_MP4, WIDTH, HEIGHT, said, sizeof said);
    assert_non_null(v);
    return v;
}

static void draw(uint8_t value) {
    memset(frame, value, sizeof frame);
}

static long size_of_output(void) {
    struct stat about;
    return stat(output, &about) == 0 ? (long)about.st_size : -1;
}

static void sleep_ms(long ms) {
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void until_it_fails(struct video *v) {
    for (int i = 0; i < 500 && !video_failed(v); i++) {
        video_show(v, frame, 1, false);
        sleep_ms(10);
    }
    assert_true(video_failed(v));
}

/* -- What arrives ---------------------------------------------------------------------------------------- */

static void every_frame_arrives_and_a_picture_as_often_as_it_is_shown(void **state) {
    (void)state;
    make_ffmpeg("cat >\"$out\"");
    struct video *v = open_video();
    draw(7);
    assert_true(video_show(v, frame, 1, false));
    assert_true(video_show(v, NULL, 3, false));
    draw(9);
    assert_true(video_show(v, frame, 2, false));
    assert_true(video_close(&v, said, sizeof said));
    assert_null(v);
    assert_int_equal(size_of_output(), 6 * SIZE);
    FILE *file = fopen(output, "rb");
    for (int i = 0; i < 6; i++) {
        uint8_t got[SIZE];
        assert_int_equal(fread(got, 1, SIZE, file), SIZE);
        assert_int_equal(got[0], i < 4 ? 7 : 9);
        assert_int_equal(got[SIZE - 1], i < 4 ? 7 : 9);
    }
    fclose(file);
    assert_non_null(strstr(said, ": 0.2 s"));
}

static void who_shows_never_waits_for_a_slow_ffmpeg_and_time_stays_true(void **state) {
    (void)state;
    make_ffmpeg("sleep 0.5; cat >\"$out\"");
    struct video *v = open_video();
    int refused = 0;
    const gms_time begin = clock_now();
    for (int i = 0; i < 200; i++) {
        draw((uint8_t)i);
        refused += !video_show(v, frame, 1, false);
    }
    assert_true(clock_now() - begin < 400 * CLOCK_MS);
    assert_true(refused > 0);
    assert_true(video_close(&v, said, sizeof said));
    assert_int_equal(size_of_output(), 200L * SIZE);
    assert_non_null(strstr(said, "8.0 s; ffmpeg was too slow for"));
}

static void who_has_time_waits_and_nothing_is_left_out(void **state) {
    (void)state;
    make_ffmpeg("sleep 0.2; cat >\"$out\"");
    struct video *v = open_video();
    for (int i = 0; i < 200; i++) {
        draw((uint8_t)i);
        assert_true(video_show(v, frame, 1, true));
    }
    assert_true(video_close(&v, said, sizeof said));
    assert_int_equal(size_of_output(), 200L * SIZE);
    assert_null(strstr(said, "slow"));
}

static void a_video_without_a_frame_is_no_crash(void **state) {
    (void)state;
    make_ffmpeg("cat >\"$out\"");
    struct video *v = open_video();
    assert_true(video_show(v, NULL, 5, false));
    video_close(&v, said, sizeof said);
    assert_int_equal(size_of_output(), -1); /* an empty file is nobody's recording */
    assert_true(video_close(&v, said, sizeof said));
}

/* -- What goes wrong ------------------------------------------------------------------------------------- */

static void one_that_ends_at_once_is_told_by_its_last_line(void **state) {
    (void)state;
    make_ffmpeg("echo 'some warning' >&2; echo \"Unknown encoder 'libx264'\" >&2; exit 1");
    struct video *v = open_video();
    until_it_fails(v);
    assert_false(video_close(&v, said, sizeof said));
    assert_non_null(strstr(said, "ffmpeg: Unknown encoder 'libx264'"));
    assert_null(strchr(said, '\n'));
    assert_int_equal(size_of_output(), -1);
}

static void one_that_dies_midway_is_told_with_how_far_it_came(void **state) {
    (void)state;
    make_ffmpeg("head -c 288000 >\"$out\"; kill -9 $$"); /* ten frames */
    struct video *v = open_video();
    until_it_fails(v);
    assert_false(video_close(&v, said, sizeof said));
    assert_non_null(strstr(said, "signal 9 ended ffmpeg"));
    assert_int_equal(size_of_output(), 288000);
}

static void one_that_fails_at_the_end_is_told(void **state) {
    (void)state;
    make_ffmpeg("cat >\"$out\"; echo 'No space left on device' >&2; exit 1");
    struct video *v = open_video();
    assert_true(video_show(v, frame, 1, false));
    assert_false(video_close(&v, said, sizeof said));
    assert_non_null(strstr(said, "No space left on device"));
}

static void one_that_ends_without_a_word_is_told_by_its_status(void **state) {
    (void)state;
    make_ffmpeg("exit 7");
    struct video *v = open_video();
    until_it_fails(v);
    assert_false(video_close(&v, said, sizeof said));
    assert_non_null(strstr(said, "status 7"));
}

static void one_that_takes_nothing_and_talks_without_end_is_ended_with_the_recording(void **state) {
    (void)state;
    make_ffmpeg("exec yes >&2");
    struct video *v = open_video();
    for (int i = 0; i < 100; i++) {
        draw((uint8_t)i);
        video_show(v, frame, 1, false);
    }
    const gms_time begin = clock_now();
    assert_false(video_close(&v, said, sizeof said));
    assert_true(clock_now() - begin < 12000 * CLOCK_MS);
    assert_non_null(strstr(said, "stood still"));
}

static void lines_without_end_and_bytes_that_are_none_do_no_harm(void **state) {
    (void)state;
    make_ffmpeg(
        "head -c 100000 /dev/zero | tr '\\0' '\\377' >&2; printf '\\n\\033[31mbad\\n\\n' >&2; exit 1");
    struct video *v = open_video();
    until_it_fails(v);
    assert_false(video_close(&v, said, sizeof said));
    assert_non_null(strstr(said, "[31mbad"));
    assert_null(strchr(said, 27));
}

/* -- Before it begins ------------------------------------------------------------------------------------ */

static void the_ending_of_the_name_says_which_kind(void **state) {
    (void)state;
    enum video_kind kind;
    assert_true(video_kind_of("a.mp4", &kind, said, sizeof said));
    assert_int_equal(kind, VIDEO_MP4);
    assert_true(video_kind_of("b/a.WebM", &kind, said, sizeof said));
    assert_int_equal(kind, VIDEO_WEBM);
    assert_true(video_kind_of("a.b.gif", &kind, said, sizeof said));
    assert_int_equal(kind, VIDEO_GIF);
    static const char *const bad[] = {"a.avi", "mp4", ".mp4", "b/.gif", "a.mp4.txt", "", "a.mp4/"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(video_kind_of(bad[i], &kind, said, sizeof said));
        assert_non_null(strstr(said, ".mp4, .webm or .gif"));
    }
}

static void a_size_is_two_even_numbers(void **state) {
    (void)state;
    int width, height;
    assert_true(video_size_of("1280x720", &width, &height, said, sizeof said));
    assert_int_equal(width, 1280);
    assert_int_equal(height, 720);
    static const char *const bad[] = {"1280",   "1281x720", "1280x721", "0x0",        "-2x-2",
                                      "100x50", "x",        "9998x720", "1280x720p",  "1280x720x2",
                                      "",       "1280 720", "a",        "99999x99998"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (video_size_of(bad[i], &width, &height, said, sizeof said))
            fail_msg("'%s' is taken for a size", bad[i]);
        assert_non_null(strstr(said, "even"));
    }
}

static void without_ffmpeg_the_remedy_is_told(void **state) {
    (void)state;
    make_ffmpeg("exit 0");
    assert_true(video_has_ffmpeg(said, sizeof said));
    char path[128];
    snprintf(path, sizeof path, "%s/ffmpeg", folder);
    chmod(path, 0644);
    setenv("PATH", folder, 1);
    assert_false(video_has_ffmpeg(said, sizeof said));
    assert_non_null(strstr(said, "apt-get install ffmpeg"));
    setenv("PATH", "", 1);
    assert_false(video_has_ffmpeg(said, sizeof said));
    setenv("PATH", path_before, 1);
}

static void a_file_that_can_not_be_written_is_named_and_none_is_left_behind(void **state) {
    (void)state;
    unlink(output);
    assert_true(video_can_write(output, said, sizeof said));
    assert_int_equal(size_of_output(), -1);
    assert_false(video_can_write("/nowhere/at/all.mp4", said, sizeof said));
    assert_string_equal(said, "can't record to /nowhere/at/all.mp4: No such file or directory");
    assert_false(video_can_write(folder, said, sizeof said));
}

/* -- Pixels ---------------------------------------------------------------------------------------------- */

static void colours_become_what_players_take_for_them(void **state) {
    (void)state;
    static const struct {
        uint32_t rgb;
        int y, u, v; /* BT.709, in the range of television */
    } known[] = {{0x000000, 16, 128, 128}, {0xffffff, 235, 128, 128}, {0xff0000, 63, 102, 240},
                 {0x00ff00, 173, 42, 26},  {0x0000ff, 32, 240, 118},  {0x808080, 126, 128, 128}};
    static uint32_t pixels[WIDTH * HEIGHT];
    for (size_t k = 0; k < sizeof known / sizeof known[0]; k++) {
        for (int i = 0; i < WIDTH * HEIGHT; i++)
            pixels[i] = known[k].rgb;
        video_convert(VIDEO_MP4, frame, pixels, WIDTH, WIDTH, HEIGHT, 0, HEIGHT);
        const int y = frame[SIZE / 3], u = frame[WIDTH * HEIGHT], v = frame[SIZE - 1];
        assert_in_range(y, known[k].y - 1, known[k].y + 1);
        assert_in_range(u, known[k].u - 1, known[k].u + 1);
        assert_in_range(v, known[k].v - 1, known[k].v + 1);
    }
}

static void a_part_that_is_converted_leaves_the_rest_as_it_was(void **state) {
    (void)state;
    static uint32_t pixels[WIDTH * HEIGHT];
    memset(pixels, 0, sizeof pixels);
    draw(77);
    video_convert(VIDEO_MP4, frame, pixels, WIDTH, WIDTH, HEIGHT, 40, 60);
    assert_int_equal(frame[40 * WIDTH - 1], 77);
    assert_int_equal(frame[40 * WIDTH], 16);
    assert_int_equal(frame[60 * WIDTH - 1], 16);
    assert_int_equal(frame[60 * WIDTH], 77);
    const uint8_t *u = frame + WIDTH * HEIGHT;
    assert_int_equal(u[20 * WIDTH / 2 - 1], 77);
    assert_int_equal(u[20 * WIDTH / 2], 128);
    assert_int_equal(u[30 * WIDTH / 2 - 1], 128);
    assert_int_equal(u[30 * WIDTH / 2], 77);
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(output, sizeof output, "%s/out.mp4", folder);
    snprintf(path_before, sizeof path_before, "%s:%s", folder, getenv("PATH"));
    setenv("PATH", path_before, 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_frame_arrives_and_a_picture_as_often_as_it_is_shown),
        cmocka_unit_test(who_shows_never_waits_for_a_slow_ffmpeg_and_time_stays_true),
        cmocka_unit_test(who_has_time_waits_and_nothing_is_left_out),
        cmocka_unit_test(a_video_without_a_frame_is_no_crash),
        cmocka_unit_test(one_that_ends_at_once_is_told_by_its_last_line),
        cmocka_unit_test(one_that_dies_midway_is_told_with_how_far_it_came),
        cmocka_unit_test(one_that_fails_at_the_end_is_told),
        cmocka_unit_test(one_that_ends_without_a_word_is_told_by_its_status),
        cmocka_unit_test(one_that_takes_nothing_and_talks_without_end_is_ended_with_the_recording),
        cmocka_unit_test(lines_without_end_and_bytes_that_are_none_do_no_harm),
        cmocka_unit_test(the_ending_of_the_name_says_which_kind),
        cmocka_unit_test(a_size_is_two_even_numbers),
        cmocka_unit_test(without_ffmpeg_the_remedy_is_told),
        cmocka_unit_test(a_file_that_can_not_be_written_is_named_and_none_is_left_behind),
        cmocka_unit_test(colours_become_what_players_take_for_them),
        cmocka_unit_test(a_part_that_is_converted_leaves_the_rest_as_it_was),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char path[128];
    snprintf(path, sizeof path, "%s/ffmpeg", folder);
    unlink(path);
    unlink(output);
    rmdir(folder);
    return failed;
}
