/* What a window asks of the group, without a group: answers come by themselves, and nobody waits for them. */
#include "app/scope/control_queue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <czmq.h>

static atomic_int rung;

static void ring(void *arg) {
    (void)arg;
    atomic_fetch_add(&rung, 1);
}

static struct control_queue *start(void) {
    char error[256] = "";
    rung = 0;
    struct control_queue *q = control_queue_new("nobody", ring, NULL, error, sizeof error);
    assert_non_null(q);
    return q;
}

static bool wait_for_answer(struct control_queue *q, char text[CONTROL_QUEUE_ANSWER_MAX]) {
    const struct timespec moment = {.tv_nsec = 10000000};
    for (int i = 0; i < 500; i++) {
        if (control_queue_take(q, text))
            return true;
        nanosleep(&moment, NULL);
    }
    return false;
}

static void what_came_of_it_is_told_once(void **state) {
    (void)state;
    char text[CONTROL_QUEUE_ANSWER_MAX] = "";
    struct control_queue *q = start();
    assert_false(control_queue_take(q, text));
    assert_true(control_queue_put(q, "", 2, (const char *[]){"kill", "leader"}));
    assert_true(wait_for_answer(q, text));
    assert_non_null(strstr(text, "no live group here"));
    assert_int_equal(rung, 1);
    assert_false(control_queue_take(q, text));
    control_queue_destroy(&q);
    assert_null(q);
}

static void a_word_that_is_none_is_refused_in_one_line(void **state) {
    (void)state;
    char text[CONTROL_QUEUE_ANSWER_MAX] = "";
    struct control_queue *q = start();
    assert_true(control_queue_put(q, "w1", 1, (const char *[]){"explode"}));
    assert_true(wait_for_answer(q, text));
    assert_non_null(strstr(text, "'explode' is not an action"));
    assert_true(control_queue_put(q, "w1", 1, (const char *[]){"pause-or-resume"}));
    assert_true(wait_for_answer(q, text));
    assert_non_null(strstr(text, "no live group here"));
    control_queue_destroy(&q);
}

static void too_many_are_refused_and_the_rest_is_done_before_the_end(void **state) {
    (void)state;
    struct control_queue *q = start();
    const char *words[CONTROL_QUEUE_WORDS_MAX + 1] = {"join"};
    int taken = 0, asked = 0;
    assert_false(control_queue_put(q, "", 0, words));
    assert_false(control_queue_put(q, "", CONTROL_QUEUE_WORDS_MAX + 1, words));
    while (control_queue_put(q, "", 1, words) && asked < 100000)
        asked++, taken++;
    control_queue_destroy(&q);
    assert_int_equal(rung, taken);
}

int main(void) {
    char folder[] = "/tmp/groupy-test-XXXXXX", command[64];
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_came_of_it_is_told_once),
        cmocka_unit_test(a_word_that_is_none_is_refused_in_one_line),
        cmocka_unit_test(too_many_are_refused_and_the_rest_is_done_before_the_end),
    };
    zsys_handler_set(NULL);
    if (mkdtemp(folder) == NULL)
        return 1;
    setenv("XDG_RUNTIME_DIR", folder, 1);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command) != 0 ? 1 : failed;
}
