/* See canvas_number.h. */
#include "app/ui/canvas_number.h"

#include <math.h>
#include <string.h>

void canvas_write_number(FILE *file, const char *before, float value, float farthest, const char *after) {
    char digits[32];
    value = isfinite(value) ? fminf(fmaxf(value, -farthest), farthest) : 0;
    snprintf(digits, sizeof digits, "%.2f", (double)value);
    char *end = digits + strlen(digits) - 1;
    while (*end == '0')
        *end-- = '\0';
    if (*end == '.')
        *end = '\0';
    fprintf(file, "%s%s%s", before, strcmp(digits, "-0") == 0 ? "0" : digits, after);
}
