/* A file that is there whole or not at all: written under another name beside it, and put in place at the
 * end.
 *
 * "-" is the standard output. A device or a pipe is written directly, for it must not be replaced. */
#ifndef APP_REPORT_OUT_FILE_H
#define APP_REPORT_OUT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OUT_FILE_PATH_SIZE 4096

struct out_file {
    FILE *file;                    /* NULL: closed */
    char path[OUT_FILE_PATH_SIZE]; /* where it goes to */
    char temp[OUT_FILE_PATH_SIZE]; /* where it is written; empty: directly */
};

/* False and one line in `error`. */
bool out_file_open(struct out_file *, const char *path, char *error, size_t error_size);

/* Puts it in place. False and one line in `error`: then what was there before is there still. */
bool out_file_commit(struct out_file *, char *error, size_t error_size);

void out_file_discard(struct out_file *); /* nothing is left of it; after a commit it does nothing */

#endif
