/* Names that can be used, and a bounded book that never forgets whose it is. */
#include "net/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct address_book book; /* large */

static bool put(gms_id id, const char *name) {
    struct address address = {.id = id};
    snprintf(address.name, sizeof address.name, "%s", name);
    snprintf(address.endpoint, sizeof address.endpoint, "tcp://127.0.0.1:%u", (unsigned)id);
    return address_book_put(&book, &address);
}

static int clear(void **state) {
    (void)state;
    memset(&book, 0, sizeof book);
    return 0;
}

static void names_of_one_to_sixteen_plain_characters_can_be_used(void **state) {
    (void)state;
    assert_null(address_name_error("w"));
    assert_null(address_name_error("A.b_c-9"));
    assert_null(address_name_error("1234567890123456"));
    assert_non_null(address_name_error(""));
    assert_non_null(address_name_error("12345678901234567"));
    for (const char *c = " /\\\"'\n\x7f:#$"; *c; c++) {
        const char name[] = {'w', *c, '\0'};
        assert_non_null(address_name_error(name));
    }
    assert_non_null(address_name_error("w\xc3\xa9"));
}

static void what_was_put_is_found(void **state) {
    (void)state;
    assert_null(address_book_find(&book, 1));
    assert_string_equal(address_book_name(&book, 1), "?");
    assert_true(put(1, "me"));
    assert_true(put(2, "w2"));
    assert_string_equal(address_book_name(&book, 2), "w2");
    assert_string_equal(address_book_find(&book, 2)->endpoint, "tcp://127.0.0.1:2");
    assert_false(put(2, "new"));
    assert_string_equal(address_book_name(&book, 2), "new");
    assert_int_equal(book.count, 2);
}

static void a_full_book_forgets_the_least_recently_heard_of(void **state) {
    (void)state;
    put(1, "me");
    for (gms_id id = 2; id <= NET_ADDRESSES_MAX; id++)
        assert_true(put(id, "w"));
    put(2, "again"); /* now 3 is the oldest */
    assert_true(put(1000000, "new"));
    assert_int_equal(book.count, NET_ADDRESSES_MAX);
    assert_null(address_book_find(&book, 3));
    assert_string_equal(address_book_name(&book, 2), "again");
    assert_string_equal(address_book_name(&book, 1000000), "new");
}

static void a_full_book_never_forgets_its_owner(void **state) {
    (void)state;
    put(1, "me");
    for (gms_id id = 2; id <= 5 * NET_ADDRESSES_MAX; id++) {
        put(id, "w");
        assert_string_equal(address_book_name(&book, 1), "me");
        assert_non_null(address_book_find(&book, id));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(names_of_one_to_sixteen_plain_characters_can_be_used, clear),
        cmocka_unit_test_setup(what_was_put_is_found, clear),
        cmocka_unit_test_setup(a_full_book_forgets_the_least_recently_heard_of, clear),
        cmocka_unit_test_setup(a_full_book_never_forgets_its_owner, clear),
    };
    return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
