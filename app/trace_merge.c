/* A heap of files, ordered by the line that each would give next. */
#include "app/trace_merge.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE (128 * 1024)
#define LINE_MAX_KB 64 /* far more than the longest that is written */
#define FILES_MAX   4096

struct file {
    char *path;
    bool in_folder; /* not named by the user: may be what a crash at the start left */
    int fd;
    dev_t device; /* with the inode: which file it is, whatever its path */
    ino_t inode;
    uint64_t lc; /* of the line before, where the file is one process's */
    char *buffer;
    size_t begin, end;
    bool at_end;
    uint64_t number; /* of the line in `line` */
    bool cut, exited, finished;
    gms_id id;
    char start[32];
    struct trace_line line;
};

struct trace_merge {
    struct file **files;
    const char **paths;
    uint32_t count;
    uint32_t *heap; /* indices; the first one comes next */
    uint32_t heap_count;
    bool taken; /* the first of the heap was given out: it must read on before the next */
    char run[64], rung[16], source[16], host[128];
    bool one_host, by_clock;
    enum gms_rung_id rung_id;
    bool agreed, last_man_standing;
    uint64_t seed;
    uint64_t cut;
    uint64_t bytes, bytes_read;
};

/* -- Lines ----------------------------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static bool complain(const struct file *f, char *error,
                                                           size_t error_size, const char *format, ...) {
    char what[256];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    for (char *c = what; *c; c++)
        *c = *c >= ' ' && *c <= '~' ? *c : '?'; /* it may quote what the file says */
    if (f->number > 0)
        snprintf(error, error_size, "%s:%" PRIu64 ": %s", f->path, f->number, what);
    else
        snprintf(error, error_size, "%s: %s", f->path, what);
    return false;
}

/* Fills the buffer behind what is left of it. */
static bool fill(struct file *f, char *error, size_t error_size) {
    memmove(f->buffer, f->buffer + f->begin, f->end - f->begin);
    f->end -= f->begin;
    f->begin = 0;
    while (f->end < BUFFER_SIZE) {
        const ssize_t n = read(f->fd, f->buffer + f->end, BUFFER_SIZE - f->end);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return complain(f, error, error_size, "can't be read: %s", strerror(errno));
        f->at_end = n == 0;
        f->end += (size_t)n;
        break;
    }
    return true;
}

/* The next line without its end; *text is NULL at the end of the file. */
static bool next_line(struct file *f, const char **text, size_t *size, char *error, size_t error_size) {
    size_t looked = 0;
    *text = NULL;
    for (;;) {
        const char *from = f->buffer + f->begin;
        const char *newline = memchr(from + looked, '\n', f->end - f->begin - looked);
        if (newline) {
            *text = from;
            *size = (size_t)(newline - from);
            f->begin += *size + 1;
            f->number++;
            return true;
        }
        looked = f->end - f->begin;
        if (looked > LINE_MAX_KB * 1024) {
            f->number++;
            return complain(f, error, error_size, "the line is longer than %d KB", LINE_MAX_KB);
        }
        if (f->at_end) {
            f->cut = looked > 0;
            return true;
        }
        if (!fill(f, error, error_size))
            return false;
    }
}

/* -- Headers --------------------------------------------------------------------------------------------- */

static const char *text_of(const json_t *root, const char *key) {
    const char *text = json_string_value(json_object_get(root, key));
    return text ? text : "";
}

/* All files must say the same; the first one says what. */
static bool agree(const struct file *f, char *ours, size_t size, const char *key, const char *theirs,
                  char *error, size_t error_size) {
    if (theirs[0] == '\0' || strlen(theirs) >= size)
        return complain(f, error, error_size, "the header has no `%s`, or one too long", key);
    if (ours[0] == '\0')
        snprintf(ours, size, "%s", theirs);
    if (strcmp(ours, theirs) == 0)
        return true;
    return complain(f, error, error_size,
                    "its `%s` is '%s', the first file's is '%s': judge one run at a time", key, theirs, ours);
}

static bool take_header(struct trace_merge *merge, struct file *f, char *error, size_t error_size) {
    const json_t *root = f->line.root;
    if (!trace_parse_id(text_of(root, "id"), &f->id))
        return complain(f, error, error_size, "the header's `id` is not an id of 16 hex digits");
    snprintf(f->start, sizeof f->start, "%s", text_of(root, "start"));
    if (!agree(f, merge->run, sizeof merge->run, "run", text_of(root, "run"), error, error_size) ||
        !agree(f, merge->rung, sizeof merge->rung, "rung", text_of(root, "rung"), error, error_size) ||
        !agree(f, merge->source, sizeof merge->source, "source", text_of(root, "source"), error, error_size))
        return false;
    if (!gms_rung_find(merge->rung, &merge->rung_id))
        return complain(f, error, error_size, "the header's `rung` is '%s', which is not known here",
                        merge->rung);
    if (strcmp(merge->source, "live") != 0 && strcmp(merge->source, "sim") != 0 &&
        strcmp(merge->source, "explore") != 0)
        return complain(f, error, error_size, "the header's `source` is '%s', not live, sim or explore",
                        merge->source);
    if (!merge->host[0])
        snprintf(merge->host, sizeof merge->host, "%s", text_of(root, "host"));
    merge->one_host = merge->one_host && merge->host[0] && strcmp(merge->host, text_of(root, "host")) == 0;
    if (merge->seed == 0)
        merge->seed = (uint64_t)json_integer_value(json_object_get(root, "seed"));
    merge->agreed = merge->agreed || strcmp(text_of(root, "delivery"), "agreed") == 0;
    merge->last_man_standing =
        merge->last_man_standing || json_is_true(json_object_get(root, "last_man_standing"));
    return true;
}

bool trace_merge_live(const struct trace_merge *merge) {
    return strcmp(merge->source, "live") == 0;
}

uint64_t trace_merge_seed(const struct trace_merge *merge) {
    return merge->seed;
}

const char *trace_merge_source(const struct trace_merge *merge) {
    return merge->source;
}

/* -- Files ----------------------------------------------------------------------------------------------- */

static bool parse(struct file *f, const char *text, size_t size, char *error, size_t error_size) {
    char why[256];
    trace_line_free(&f->line);
    if (trace_line_parse(&f->line, text, size, why, sizeof why))
        return true;
    return complain(f, error, error_size, "%s", why);
}

/* The record that a crash leaves unsaid. */
static bool conclude(const struct trace_merge *merge, struct file *f) {
    if (f->finished || f->exited || f->id == GMS_NOBODY || !trace_merge_live(merge))
        return false;
    const struct trace_record last = f->line.record;
    trace_line_free(&f->line);
    f->finished = true;
    f->line.record = (struct trace_record){
        .ev = TRACE_CRASH, .t = last.t, .lc = last.lc, .peer = f->id, .file = last.file, .line = last.line};
    f->line.who = "";
    return true;
}

/* Reads the file's next record into its `line`; *more is false when there is none. */
static bool advance(struct trace_merge *merge, uint32_t index, bool *more, char *error, size_t error_size) {
    struct file *f = merge->files[index];
    const char *text;
    size_t size;
    *more = false;
    if (f->finished)
        return true;
    if (!next_line(f, &text, &size, error, error_size))
        return false;
    merge->bytes_read += text ? size + 1 : 0;
    if (!text) {
        merge->cut += f->cut;
        *more = conclude(merge, f);
        f->finished = true;
        return true;
    }
    if (!parse(f, text, size, error, error_size))
        return false;
    if (f->line.header)
        return complain(f, error, error_size, "a second header");
    if (trace_merge_live(merge) && f->line.record.id != f->id)
        return complain(f, error, error_size, "another process's record");
    f->line.record.file = index;
    f->line.record.line = f->number;
    f->exited = f->line.record.ev == TRACE_EXIT;
    if (trace_merge_live(merge) && f->id != GMS_NOBODY && f->line.record.lc <= f->lc)
        return complain(f, error, error_size,
                        "`lc` does not rise: lines are missing, doubled or out of order");
    f->lc = f->line.record.lc;
    *more = true;
    return true;
}

/* Opens it and reads its header; *empty if it has none because a crash at the start left it so. */
static bool open_file(struct trace_merge *merge, struct file *f, bool *empty, char *error,
                      size_t error_size) {
    struct stat st;
    const char *text;
    size_t size;
    *empty = false;
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe without a writer must not hold us */
    if (f->fd < 0 || fstat(f->fd, &st) != 0)
        return complain(f, error, error_size, "%s", strerror(errno));
    if (!S_ISREG(st.st_mode))
        return complain(f, error, error_size, "is neither a file nor a folder");
    for (uint32_t i = 0; i < merge->count; i++) {
        if (merge->files[i]->device == st.st_dev && merge->files[i]->inode == st.st_ino)
            return complain(f, error, error_size, "is there twice: it is %s as well", merge->files[i]->path);
    }
    f->device = st.st_dev;
    f->inode = st.st_ino;
    merge->bytes += (uint64_t)st.st_size;
    f->buffer = malloc(BUFFER_SIZE);
    if (!f->buffer)
        return complain(f, error, error_size, "out of memory");
    if (!next_line(f, &text, &size, error, error_size))
        return false;
    if (!text && f->in_folder) {
        merge->cut++;
        *empty = true;
        return true;
    }
    if (!text)
        return complain(f, error, error_size, f->cut ? "its header is cut short" : "the file is empty");
    if (!parse(f, text, size, error, error_size))
        return false;
    if (!f->line.header)
        return complain(f, error, error_size, "the header is missing");
    return take_header(merge, f, error, error_size);
}

static void free_file(struct file *f) {
    if (f->fd >= 0)
        close(f->fd);
    trace_line_free(&f->line);
    free(f->buffer);
    free(f->path);
    free(f);
}

static bool add_file(struct trace_merge *merge, const char *path, bool in_folder, char *error,
                     size_t error_size) {
    bool empty;
    if (merge->count == FILES_MAX) {
        snprintf(error, error_size, "more than %d files", FILES_MAX);
        return false;
    }
    struct file *f = calloc(1, sizeof *f);
    if (f)
        f->fd = -1;
    if (!f || !(f->path = strdup(path))) {
        free(f);
        snprintf(error, error_size, "out of memory");
        return false;
    }
    f->in_folder = in_folder;
    if (!open_file(merge, f, &empty, error, error_size) || empty) {
        free_file(f);
        return empty;
    }
    merge->files[merge->count] = f;
    merge->paths[merge->count++] = f->path;
    return true;
}

static int is_trace(const struct dirent *entry) {
    const size_t size = strlen(entry->d_name);
    return size > 6 && strcmp(entry->d_name + size - 6, ".jsonl") == 0;
}

bool trace_folder_is_used(const char *path) {
    struct dirent **entries;
    const int count = scandir(path, &entries, is_trace, alphasort);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0)
        free(entries);
    return count > 0;
}

static bool add_path(struct trace_merge *merge, const char *path, char *error, size_t error_size) {
    struct stat st;
    struct dirent **entries;
    if (stat(path, &st) != 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(st.st_mode))
        return add_file(merge, path, false, error, error_size);
    const int count = scandir(path, &entries, is_trace, alphasort);
    if (count < 0) {
        snprintf(error, error_size, "%s: %s", path, strerror(errno));
        return false;
    }
    bool ok = true;
    const uint32_t before = merge->count;
    for (int i = 0; i < count; i++) {
        char file[4096];
        const int size = snprintf(file, sizeof file, "%s/%s", path, entries[i]->d_name);
        if (ok && size >= (int)sizeof file)
            snprintf(error, error_size, "%s: the path is too long", path);
        ok = ok && size < (int)sizeof file && add_file(merge, file, true, error, error_size);
        free(entries[i]);
    }
    free(entries);
    if (!ok || merge->count > before)
        return ok;
    snprintf(error, error_size, "%s: the folder has no traces (*.jsonl)", path);
    return false;
}

/* -- The heap -------------------------------------------------------------------------------------------- */

static bool comes_before(const struct trace_merge *merge, uint32_t a, uint32_t b) {
    const struct trace_record *ra = &merge->files[a]->line.record, *rb = &merge->files[b]->line.record;
    if (merge->by_clock && ra->t != rb->t)
        return ra->t < rb->t;
    if (ra->lc != rb->lc)
        return ra->lc < rb->lc;
    return ra->id != rb->id ? ra->id < rb->id : a < b;
}

static void sink(struct trace_merge *merge, uint32_t at) {
    for (;;) {
        uint32_t least = at;
        for (uint32_t child = 2 * at + 1; child <= 2 * at + 2 && child < merge->heap_count; child++)
            least = comes_before(merge, merge->heap[child], merge->heap[least]) ? child : least;
        if (least == at)
            return;
        const uint32_t swap = merge->heap[at];
        merge->heap[at] = merge->heap[least];
        merge->heap[least] = swap;
        at = least;
    }
}

static bool fill_heap(struct trace_merge *merge, char *error, size_t error_size) {
    for (uint32_t i = 0; i < merge->count; i++) {
        bool more;
        if (!advance(merge, i, &more, error, error_size))
            return false;
        if (more)
            merge->heap[merge->heap_count++] = i;
    }
    for (uint32_t i = merge->heap_count; i-- > 0;)
        sink(merge, i);
    return true;
}

bool trace_merge_by_clock(struct trace_merge *merge) {
    merge->by_clock = merge->one_host;
    for (uint32_t i = merge->heap_count; i-- > 0 && merge->by_clock;)
        sink(merge, i);
    return merge->by_clock;
}

/* -- Outside --------------------------------------------------------------------------------------------- */

struct trace_merge *trace_merge_open(const char *const *paths, int count, char *error, size_t error_size) {
    struct trace_merge *merge = calloc(1, sizeof *merge);
    if (merge) {
        merge->one_host = true;
        merge->files = calloc(FILES_MAX, sizeof *merge->files);
        merge->paths = calloc(FILES_MAX, sizeof *merge->paths);
        merge->heap = calloc(FILES_MAX, sizeof *merge->heap);
    }
    bool ok = merge && merge->files && merge->paths && merge->heap;
    if (!ok)
        snprintf(error, error_size, "out of memory");
    for (int i = 0; i < count && ok; i++)
        ok = add_path(merge, paths[i], error, error_size);
    if (!ok || !fill_heap(merge, error, error_size))
        trace_merge_close(&merge);
    return merge;
}

void trace_merge_close(struct trace_merge **merge_p) {
    struct trace_merge *merge = *merge_p;
    if (!merge)
        return;
    for (uint32_t i = 0; i < merge->count; i++)
        free_file(merge->files[i]);
    free(merge->files);
    free(merge->paths);
    free(merge->heap);
    free(merge);
    *merge_p = NULL;
}

enum trace_merge_next trace_merge_next(struct trace_merge *merge, const struct trace_line **line, char *error,
                                       size_t error_size) {
    bool more = true;
    if (merge->taken) {
        if (!advance(merge, merge->heap[0], &more, error, error_size))
            return TRACE_MERGE_ERROR;
        if (!more)
            merge->heap[0] = merge->heap[--merge->heap_count];
        sink(merge, 0);
    }
    merge->taken = merge->heap_count > 0;
    if (!merge->taken)
        return TRACE_MERGE_END;
    *line = &merge->files[merge->heap[0]]->line;
    return TRACE_MERGE_RECORD;
}

bool trace_merge_agreed(const struct trace_merge *merge) {
    return merge->agreed;
}

bool trace_merge_last_man_standing(const struct trace_merge *merge) {
    return merge->last_man_standing;
}

enum gms_rung_id trace_merge_rung(const struct trace_merge *merge) {
    return merge->rung_id;
}

float trace_merge_progress(const struct trace_merge *merge) {
    if (merge->heap_count == 0)
        return 1;
    return merge->bytes > merge->bytes_read ? (float)merge->bytes_read / (float)merge->bytes : 1;
}

const char *trace_merge_run(const struct trace_merge *merge) {
    return merge->run;
}

const char *trace_merge_start(const struct trace_merge *merge, uint32_t file) {
    return merge->files[file]->start;
}

uint64_t trace_merge_cut(const struct trace_merge *merge) {
    return merge->cut;
}

const char *const *trace_merge_files(const struct trace_merge *merge, uint32_t *count) {
    *count = merge->count;
    return (const char *const *)merge->paths;
}
