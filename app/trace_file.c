/* Traces are buffered, and written when somebody says that a moment has come. A line is made in trace_line.c,
 * and read in trace_read.c. */
#include "app/trace_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FLUSH_SIZE (64 * 1024)

static void make_dir(const char *dir) {
    char path[4096];
    if (strlen(dir) >= sizeof path)
        return;
    strcpy(path, dir);
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    mkdir(path, 0777);
}

bool trace_file_create(struct trace_file *f, const char *path, const char *who, char *error,
                       size_t error_size) {
    memset(f, 0, sizeof *f);
    snprintf(f->who, sizeof f->who, "%s", who);
    f->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (f->fd < 0)
        snprintf(error, error_size, "can't write the trace %s: %s", path, strerror(errno));
    return f->fd >= 0;
}

bool trace_file_open(struct trace_file *f, const char *dir, const char *who, gms_id id, char *error,
                     size_t error_size) {
    char path[4096];
    if (id == GMS_NOBODY)
        snprintf(path, sizeof path, "%s/%s.jsonl", dir, who);
    else
        snprintf(path, sizeof path, "%s/%s-%016" PRIx64 ".jsonl", dir, who, id);
    make_dir(dir); /* opening the file says what is wrong */
    return trace_file_create(f, path, who, error, error_size);
}

void trace_file_attach(struct trace_file *f, int fd, const char *who, size_t limit) {
    memset(f, 0, sizeof *f);
    f->fd = fd;
    f->limit = limit;
    snprintf(f->who, sizeof f->who, "%s", who);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

static void append_line(struct trace_file *f, const char *line, size_t size) {
    if (f->limit > 0 && f->size + size + 1 > f->limit) {
        f->lost++;
        return;
    }
    if (f->size + size + 1 > f->capacity) {
        const size_t capacity = 2 * (f->size + size + 1) + FLUSH_SIZE;
        char *buffer = realloc(f->buffer, capacity);
        if (!buffer) {
            f->lost++;
            return;
        }
        f->buffer = buffer;
        f->capacity = capacity;
    }
    memcpy(f->buffer + f->size, line, size);
    f->size += size;
    f->buffer[f->size++] = '\n';
    if (f->size >= FLUSH_SIZE)
        trace_file_flush(f);
}

void trace_file_header(struct trace_file *f, const struct trace_header *h) {
    char line[TRACE_HEADER_SIZE_MAX];
    if (f->fd >= 0)
        append_line(f, line, trace_header_line(line, sizeof line, h));
}

void trace_file_write(struct trace_file *f, const struct address_book *book, const struct trace_record *r) {
    char line[TRACE_LINE_SIZE_MAX], what[96];
    if (f->fd < 0 || f->failed)
        return;
    if (f->lost > 0 && f->size < f->limit / 2) { /* there is room again: say what is missing */
        snprintf(what, sizeof what, "%" PRIu64 " lines of this report were lost: its reader was too slow",
                 f->lost);
        const struct trace_record note = {
            .ev = TRACE_FAULT, .t = r->t, .lc = r->lc, .id = r->id, .what = what};
        f->lost = 0;
        append_line(f, line, trace_line(line, sizeof line, f->who, book, &note));
    }
    append_line(f, line, trace_line(line, sizeof line, f->who, book, r));
}

void trace_file_flush(struct trace_file *f) {
    size_t written = 0;
    while (f->fd >= 0 && !f->failed && written < f->size) {
        const ssize_t n = write(f->fd, f->buffer + written, f->size - written);
        if (n > 0)
            written += (size_t)n;
        else if (errno == EAGAIN)
            break;
        else if (errno != EINTR)
            f->failed = true;
    }
    if (f->failed)
        written = f->size;
    if (written > 0)
        memmove(f->buffer, f->buffer + written, f->size - written);
    f->size -= written;
}

bool trace_file_close(struct trace_file *f) {
    trace_file_flush(f);
    if (f->fd >= 0 && close(f->fd) != 0)
        f->failed = true;
    const bool written = !f->failed && f->lost == 0;
    free(f->buffer);
    memset(f, 0, sizeof *f);
    f->fd = -1;
    return written;
}
