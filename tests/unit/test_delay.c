/* A slow link: what waits comes out in order, when its time has come, and nothing is lost. */
#include "net/zmq/delay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static delay_t queue;

static int empty(void **state) {
    (void)state;
    delay_clear(&queue);
    queue = (delay_t){0};
    return 0;
}

static void put(gms_time now, uint8_t byte) {
    assert_true(delay_wanted(&queue));
    assert_true(delay_put(&queue, now, &byte, 1));
}

static uint8_t take(void) {
    size_t size;
    delay_frame_t *frame = delay_take(&queue);
    const uint8_t byte = delay_bytes(frame, &size)[0];
    assert_int_equal(size, 1);
    delay_free(frame);
    return byte;
}

static void frames_wait_for_their_time_in_order(void **state) {
    (void)state;
    queue.each = 100;
    assert_true(delay_due(&queue) == GMS_NEVER);
    put(1000, 1);
    put(1030, 2);
    assert_int_equal(delay_due(&queue), 1100);
    assert_int_equal(take(), 1);
    assert_int_equal(delay_due(&queue), 1130);
    assert_int_equal(take(), 2);
    assert_true(delay_due(&queue) == GMS_NEVER);
    assert_int_equal(queue.bytes, 0);
}

static void what_comes_after_the_delay_ended_stays_behind_what_waits(void **state) {
    (void)state;
    queue.each = 100;
    put(1000, 1);
    queue.each = 0;
    put(1010, 2);
    assert_int_equal(delay_due(&queue), 1100);
    assert_int_equal(take(), 1);
    assert_true(delay_due(&queue) <= 1010);
    assert_int_equal(take(), 2);
    assert_false(delay_wanted(&queue)); /* and the next one need not wait */
}

static void beyond_its_bound_the_oldest_go_early_and_none_is_lost(void **state) {
    (void)state;
    const size_t size = NET_FRAME_SIZE_MAX, frames = NET_OUTBOX_SIZE_MAX / NET_FRAME_SIZE_MAX + 2;
    uint8_t *bytes = calloc(1, size);
    size_t out = 0;
    assert_non_null(bytes);
    queue.each = 100;
    for (size_t i = 0; i < frames; i++) {
        bytes[0] = (uint8_t)i;
        assert_true(delay_put(&queue, 1000, bytes, size));
        for (; delay_due(&queue) <= 1000; out++) {
            size_t taken_size;
            delay_frame_t *frame = delay_take(&queue);
            assert_int_equal(delay_bytes(frame, &taken_size)[0], (uint8_t)out);
            delay_free(frame);
        }
        assert_true(queue.bytes <= NET_OUTBOX_SIZE_MAX);
    }
    assert_true(out > 0);
    for (; delay_due(&queue) <= 1100; out++)
        delay_free(delay_take(&queue));
    assert_int_equal(out, frames);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(frames_wait_for_their_time_in_order, empty),
        cmocka_unit_test_setup(what_comes_after_the_delay_ended_stays_behind_what_waits, empty),
        cmocka_unit_test_setup(beyond_its_bound_the_oldest_go_early_and_none_is_lost, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
