/* Words that were probably meant: for error messages that help. */
#ifndef APP_NEAR_H
#define APP_NEAR_H

#include <stdbool.h>
#include <stddef.h>

/* How many letters must be added, removed, replaced or swapped with their neighbour to make one of the other
 * (V. Levenshtein 1966, F. Damerau 1964); words longer than 63 letters are as far apart as can be. */
size_t near_distance(const char *a, const char *b);

/* Whether a person who typed `word` may have meant `other`: a few slips, or a part of it. */
bool near_enough(const char *word, const char *other);

#endif
