/* See child.h. */
#include "app/child.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void child_tell(struct child *child, const char *format, ...) {
    char line[2048]; /* a pipe takes so much whole or, where a worker hangs for long, not at all */
    va_list args;
    va_start(args, format);
    int size = vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    if (child->state == CHILD_GONE || child->process.in < 0 || size < 0 || (size_t)size >= sizeof line - 1)
        return;
    line[size++] = '\n';
    const ssize_t written = write(child->process.in, line, (size_t)size);
    (void)written;
}

static void keep(struct child *child, const char *bytes, size_t size) {
    if (child->line_size + size > child->line_capacity) {
        child->line_capacity = 2 * (child->line_size + size);
        char *line = realloc(child->line, child->line_capacity);
        if (!line)
            abort();
        child->line = line;
    }
    memcpy(child->line + child->line_size, bytes, size);
    child->line_size += size;
}

bool child_read(struct child *child, void (*take)(void *arg, struct child *, const char *line, size_t size),
                void *arg) {
    char bytes[64 * 1024];
    for (;;) {
        const ssize_t n = read(child->process.out, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return true;
        if (n <= 0)
            return false;
        keep(child, bytes, (size_t)n);
        size_t begin = 0;
        for (char *end; (end = memchr(child->line + begin, '\n', child->line_size - begin));) {
            const size_t size = (size_t)(end - child->line) - begin;
            take(arg, child, child->line + begin, size);
            begin += size + 1;
        }
        memmove(child->line, child->line + begin, child->line_size - begin);
        child->line_size -= begin;
    }
}

void child_hush(struct child *child) {
    if (child->process.in >= 0)
        close(child->process.in);
    child->process.in = -1;
}

void child_bury(struct child *child) {
    int status = 0;
    while (waitpid(child->process.pid, &status, 0) < 0 && errno == EINTR) {
    }
    child_hush(child);
    close(child->process.out);
    free(child->line);
    child->line = NULL;
    child->state = CHILD_GONE;
    child->slot = -1;
}
