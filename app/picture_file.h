/* The picture in front of you as files: an SVG to print and to edit, and a PNG to paste.
 *
 * For every window: what is saved is whatever its own drawing draws. */
#ifndef APP_PICTURE_FILE_H
#define APP_PICTURE_FILE_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

struct picture_file {
    const char *folder; /* NULL: the current one */
    const char *what;   /* rung and worker, gms5-w3: what stands in the name besides the time */
    float width, height;
    float scale; /* pixels of the PNG in a unit of width and height */
    struct fonts *fonts;
    void (*draw)(struct canvas *, void *arg); /* called once for each file */
    void *arg;
};

/* Writes groupy-WHAT-YYYYMMDD-HHMMSS.svg and .png, with -2, -3 ... at the end where there is such a file
 * already; none is ever written over. One line in `said`: "saved groupy-....svg, .png", or, and false, what
 * went wrong; then neither file is left. */
bool picture_file_save(const struct picture_file *, time_t now, char *said, size_t said_size);

/* The name that such a picture would have, for a file of another kind, as ".mp4": created, empty, so that
 * nobody else takes it. False and one line in `error`. */
bool picture_file_reserve(const char *folder, const char *what, time_t now, const char *ending, char *path,
                          size_t path_size, char *error, size_t error_size);

/* Whether files can be made in the folder, which is made if it is not there. False and one line in `error`.
 */
bool picture_file_folder(const char *folder, char *error, size_t error_size);

#endif
