/* The last line that another program prints before it fails says why: this is all that is kept. */
#ifndef APP_REPORT_LAST_LINE_H
#define APP_REPORT_LAST_LINE_H

#include <stddef.h>

#define LAST_LINE_SIZE 256

struct last_line {
    char text[LAST_LINE_SIZE]; /* the last one that was not empty */
    char next[LAST_LINE_SIZE]; /* as far as it has come */
    size_t size;
};

/* Over zeros; a line that is too long is cut, what can't be printed is a space. "\n" ends the last one. */
void last_line_keep(struct last_line *, const char *bytes, size_t count);

#endif
