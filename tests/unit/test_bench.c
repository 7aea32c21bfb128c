/* What a measurement relies on: the histogram's error is bounded, and the check on what was delivered notices
 * whatever is lost, doubled or swapped. */
#include "app/bench/histogram.h"
#include "app/bench/order.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ERROR_MAX 0.01

static struct histogram histogram, other;

static int clear(void **state) {
    (void)state;
    memset(&histogram, 0, sizeof histogram);
    memset(&other, 0, sizeof other);
    return 0;
}

/* -- The histogram --------------------------------------------------------------------------------------- */

static void what_is_read_is_within_one_percent_of_what_was_put(void **state) {
    (void)state;
    for (uint64_t value = 0; value < (uint64_t)1 << 37; value += value / 97 + 1) {
        clear(NULL);
        histogram_put(&histogram, value);
        histogram_put(&histogram, value * 2); /* so that the largest does not hide it */
        const double read = histogram_quantile(&histogram, 0.5);
        assert_true(fabs(read - (double)value) <= ERROR_MAX * (double)value);
    }
}

static int by_value(const void *a, const void *b) {
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void quantiles_are_within_one_percent_of_those_of_a_sorted_list(void **state) {
    enum { COUNT = 20000 };
    static uint64_t values[COUNT];
    static const double parts[] = {0.01, 0.5, 0.9, 0.99, 0.999, 1};
    uint64_t seed = 88172645463325252u;
    (void)state;
    for (int i = 0; i < COUNT; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        values[i] = 1000 + (seed >> 34) / (1 + seed % 1000);
        histogram_put(i % 2 ? &histogram : &other, values[i]);
    }
    histogram_merge(&histogram, &other);
    qsort(values, COUNT, sizeof values[0], by_value);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const double exact = (double)values[(size_t)ceil(parts[i] * COUNT) - 1];
        assert_true(fabs(histogram_quantile(&histogram, parts[i]) - exact) <= ERROR_MAX * exact);
    }
    assert_int_equal(histogram.max, values[COUNT - 1]);
    assert_int_equal(histogram.count, COUNT);
}

static void an_empty_histogram_and_a_value_without_bound_do_no_harm(void **state) {
    (void)state;
    assert_true(histogram_quantile(&histogram, 0.5) == 0);
    histogram_put(&histogram, UINT64_MAX);
    assert_int_equal(histogram.max, UINT64_MAX);
    assert_true(histogram_quantile(&histogram, 1) > 200e9);
}

/* -- What all were delivered ----------------------------------------------------------------------------- */

struct delivery {
    uint32_t origin;
    uint64_t n;
};

static const struct delivery right[] = {{0, 1}, {1, 1}, {0, 2}, {2, 1}, {1, 2}, {0, 3}};
#define TOTAL (sizeof right / sizeof right[0])

static struct order_sum sum_of(const struct delivery *list, size_t count) {
    static struct order order;
    order_init(&order, 3);
    for (size_t i = 0; i < count; i++)
        order_take(&order, list[i].origin, list[i].n);
    return order.sum;
}

/* Whether the check holds for two members, one of which was delivered `list`; else what it says. */
static const char *judge(const struct delivery *list, size_t count) {
    static char text[200];
    const struct order_sum sums[] = {sum_of(right, TOTAL), sum_of(list, count)};
    return order_agree(sums, 2, TOTAL, text, sizeof text) ? NULL : text;
}

static void the_same_in_one_order_is_fine(void **state) {
    (void)state;
    assert_null(judge(right, TOTAL));
}

static void a_lost_delivery_is_noticed_and_named(void **state) {
    struct delivery list[TOTAL - 1];
    (void)state;
    for (size_t lost = 0; lost < TOTAL; lost++) {
        size_t count = 0;
        for (size_t i = 0; i < TOTAL; i++) {
            if (i != lost)
                list[count++] = right[i];
        }
        assert_non_null(judge(list, count));
    }
    assert_string_equal(judge(right, TOTAL - 1), "w2 was delivered 5 of 6 messages");
    const struct delivery gap[] = {{0, 1}, {0, 3}};
    assert_string_equal(judge(gap, 2), "w2 was delivered number 3 of w1 instead, where 2 was due");
}

static void a_doubled_delivery_is_noticed_and_named(void **state) {
    struct delivery list[TOTAL + 1];
    (void)state;
    for (size_t twice = 0; twice < TOTAL; twice++) {
        size_t count = 0;
        for (size_t i = 0; i < TOTAL; i++) {
            list[count++] = right[i];
            if (i == twice)
                list[count++] = right[i];
        }
        const char *text = judge(list, count);
        assert_non_null(text);
        assert_non_null(strstr(text, "again"));
    }
}

static void any_two_swapped_deliveries_are_noticed(void **state) {
    struct delivery list[TOTAL];
    (void)state;
    for (size_t a = 0; a < TOTAL; a++) {
        for (size_t b = a + 1; b < TOTAL; b++) {
            memcpy(list, right, sizeof list);
            list[a] = right[b];
            list[b] = right[a];
            assert_non_null(judge(list, TOTAL));
        }
    }
    memcpy(list, right, sizeof list);
    list[0] = right[1];
    list[1] = right[0]; /* each origin's own are in order: only the whole differs */
    assert_string_equal(judge(list, TOTAL), "w2 was delivered the same as w1 in another order");
}

static void what_nobody_multicast_is_noticed(void **state) {
    struct delivery list[TOTAL];
    (void)state;
    memcpy(list, right, sizeof list);
    list[2].origin = 3;
    assert_non_null(judge(list, TOTAL));
    list[2].origin = UINT32_MAX;
    assert_non_null(strstr(judge(list, TOTAL), "nobody multicast"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_read_is_within_one_percent_of_what_was_put, clear),
        cmocka_unit_test_setup(quantiles_are_within_one_percent_of_those_of_a_sorted_list, clear),
        cmocka_unit_test_setup(an_empty_histogram_and_a_value_without_bound_do_no_harm, clear),
        cmocka_unit_test(the_same_in_one_order_is_fine),
        cmocka_unit_test(a_lost_delivery_is_noticed_and_named),
        cmocka_unit_test(a_doubled_delivery_is_noticed_and_named),
        cmocka_unit_test(any_two_swapped_deliveries_are_noticed),
        cmocka_unit_test(what_nobody_multicast_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
