/* Other people's programs that we use when they are installed: run once, without input, and never waited for
 * without end. */
#ifndef APP_REPORT_TOOL_H
#define APP_REPORT_TOOL_H

#include <stddef.h>

enum tool_end {
    TOOL_DONE,
    TOOL_ABSENT, /* it is not installed */
    TOOL_FAILED, /* `said` has why, in one line */
};

/* Runs argv[0], found along PATH, for at most `timeout_ms`; then it is killed. `argv` ends with NULL. What it
 * prints is not shown. */
enum tool_end tool_run(char *const *argv, int timeout_ms, char *said, size_t said_size);

#endif
