/* See near.h. */
#include "app/near.h"

#include <string.h>

#define LETTERS_MAX 63

static size_t least(size_t a, size_t b, size_t c) {
    const size_t two = a < b ? a : b;
    return two < c ? two : c;
}

size_t near_distance(const char *a, const char *b) {
    size_t rows[3][LETTERS_MAX + 1];
    size_t *before = rows[0], *last = rows[1], *now = rows[2];
    const size_t a_size = strlen(a), b_size = strlen(b);
    if (a_size > LETTERS_MAX || b_size > LETTERS_MAX)
        return LETTERS_MAX;
    for (size_t j = 0; j <= b_size; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        now[0] = i;
        for (size_t j = 1; j <= b_size; j++) {
            const size_t replaced = last[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(last[j] + 1, now[j - 1] + 1, replaced);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
                now[j] = before[j - 2] + 1;
        }
        size_t *free_row = before;
        before = last;
        last = now;
        now = free_row;
    }
    return last[b_size];
}

bool near_enough(const char *word, const char *other) {
    const size_t size = strlen(word);
    if (size >= 3 && strstr(other, word))
        return true;
    return near_distance(word, other) <= (size < 4 ? 1 : size < 9 ? 2 : 3);
}
