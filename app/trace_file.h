/* Traces as JSON Lines: one object a line, in and out. The format is the design's properties page. */
#ifndef APP_TRACE_FILE_H
#define APP_TRACE_FILE_H

#include <jansson.h>

#include "gms/trace.h"
#include "net/address.h"

#define TRACE_LINE_SIZE_MAX (512 + GMS_MEMBERS_MAX * 64)

/* -- Writing --------------------------------------------------------------------------------------------- */

/* Collects lines and writes them in one piece; what was flushed survives a SIGKILL of this process. */
struct trace_file {
    int fd; /* -1: none */
    char who[NET_NAME_SIZE];
    char *buffer;
    size_t size;
    size_t capacity;
    size_t limit;  /* bytes kept for a reader that is slow; 0: wait for it */
    uint64_t lost; /* lines that it was too slow for */
    bool failed;   /* writing failed: disk full, reader gone */
};

struct member_options; /* app/member_options.h */

struct trace_header {
    const char *run;
    const char *who;
    gms_id id;
    const char *rung;
    const char *source; /* live, sim, explore */
    uint64_t seed;
    const char *endpoint;  /* where it listens, for whoever reads the report of a running process; or NULL */
    const char *telemetry; /* where it publishes its records while it runs; or NULL */
    const struct member_options *member; /* how its protocol behaves, or NULL */
};

/* DIR/WHO-ID.jsonl, or DIR/WHO.jsonl where id is GMS_NOBODY. Makes DIR. False and one line in `error`. */
bool trace_file_open(struct trace_file *, const char *dir, const char *who, gms_id id, char *error,
                     size_t error_size);
/* The file of that path. False and one line in `error`. */
bool trace_file_create(struct trace_file *, const char *path, const char *who, char *error,
                       size_t error_size);
/* Onto an open pipe, without ever waiting: lines beyond `limit` bytes are lost, and counted in the trace. */
void trace_file_attach(struct trace_file *, int fd, const char *who, size_t limit);
void trace_file_header(struct trace_file *, const struct trace_header *);
void trace_file_write(struct trace_file *, const struct address_book *, const struct trace_record *);
void trace_file_flush(struct trace_file *);
bool trace_file_close(struct trace_file *); /* false: not everything could be written */

#define TRACE_HEADER_SIZE_MAX 1280

/* The header, or one record, as a line without its end; returns its length. `book` may be NULL. */
size_t trace_header_line(char *line, size_t line_size, const struct trace_header *);
size_t trace_line(char *line, size_t line_size, const char *who, const struct address_book *book,
                  const struct trace_record *);

/* -- Reading (trace_read.c) ------------------------------------------------------------------------------ */

#define TRACE_TEXT_SIZE 512

/* A parsed line. What the record borrows lives until trace_line_free(). */
struct trace_line {
    bool header; /* the first line: `record` is not set, `root` is */
    struct trace_record record;
    const char *who;
    json_t *root; /* NULL: a flat line that needed no tree */
    char text[TRACE_TEXT_SIZE];
    gms_id members[GMS_MEMBERS_MAX];
    const char *member_names[GMS_MEMBERS_MAX];
};

/* False and one line in `error` (without file and line) if it is malformed: the field and what is wrong. */
bool trace_line_parse(struct trace_line *, const char *text, size_t size, char *error, size_t error_size);
void trace_line_free(struct trace_line *);

/* The same by the JSON library alone, slower: what the other one must agree with. */
bool trace_line_parse_json(struct trace_line *, const char *text, size_t size, char *error,
                           size_t error_size);

bool trace_parse_id(const char *text, gms_id *); /* 16 hex digits */

#endif
