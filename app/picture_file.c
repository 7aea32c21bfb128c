/* Both files are created before either is drawn: created and not opened, so that two windows that save in the
 * same second do not write into one another's.
 */
#include "app/picture_file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/ui/canvas_cairo.h"
#include "app/ui/canvas_svg.h"

#define SAME_SECOND_MAX 99 /* pictures of one window in one second */
#define WHAT_SIZE       64
#define STEM_SIZE       (WHAT_SIZE + 56)
#define PATH_SIZE       4096
#define TOLD_MAX        70 /* bytes of a path that a small window shows */

static const char *folder_of(const char *folder) {
    return folder != NULL && folder[0] != '\0' ? folder : ".";
}

/* One line that names the folder as the user knows it. */
static void tell_folder(const struct picture_file *p, char *said, size_t said_size) {
    char current[PATH_SIZE];
    const int reason = errno;
    const char *folder = folder_of(p->folder);
    if (strcmp(folder, ".") == 0 && getcwd(current, sizeof current) != NULL)
        folder = current;
    snprintf(said, said_size, "not saved: no file can be made in %s (%s)", folder, strerror(reason));
}

/* What a file may be called on any system: the name of a worker comes from anywhere. */
static void make_stem(const char *what, time_t now, int number, char stem[STEM_SIZE]) {
    char clean[WHAT_SIZE], when[32] = "", tail[16] = "";
    struct tm local;
    snprintf(clean, sizeof clean, "%s", what);
    for (char *c = clean; *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
            *c = '-';
    if (localtime_r(&now, &local) != NULL)
        strftime(when, sizeof when, "%Y%m%d-%H%M%S", &local);
    if (number > 1)
        snprintf(tail, sizeof tail, "-%d", number);
    snprintf(stem, STEM_SIZE, "groupy-%s-%s%s", clean, when, tail);
}

/* A new file; NULL and errno: EEXIST if there is one already. */
static FILE *create(const char *path) {
    const int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "wb");
    if (fd >= 0 && file == NULL)
        close(fd);
    return file;
}

struct output {
    char path[PATH_SIZE]; /* empty: not created by us */
    FILE *file;           /* NULL: closed */
};

static bool create_in(struct output *o, const char *folder, const char *stem, const char *ending) {
    snprintf(o->path, sizeof o->path, "%s/%s%s", folder, stem, ending);
    o->file = create(o->path);
    if (o->file == NULL)
        o->path[0] = '\0';
    return o->file != NULL;
}

/* A full disk may show only now. */
static bool close_output(struct output *o) {
    const bool ok = fclose(o->file) == 0;
    o->file = NULL;
    return ok;
}

/* Leaves errno as it is. */
static void discard(struct output *o) {
    const int reason = errno;
    if (o->file != NULL)
        close_output(o);
    if (o->path[0] != '\0')
        unlink(o->path);
    o->path[0] = '\0';
    errno = reason;
}

static bool create_both(const struct picture_file *p, time_t now, char stem[STEM_SIZE], struct output *svg,
                        struct output *png) {
    for (int number = 1; number <= SAME_SECOND_MAX; number++) {
        make_stem(p->what, now, number, stem);
        if (create_in(svg, folder_of(p->folder), stem, ".svg") &&
            create_in(png, folder_of(p->folder), stem, ".png"))
            return true;
        discard(svg);
        if (errno != EEXIST)
            return false;
    }
    return false;
}

static bool draw_svg(const struct picture_file *p, FILE *file) {
    struct canvas_svg svg;
    canvas_svg_begin(&svg, file, p->width, p->height, p->fonts);
    p->draw(&svg.canvas, p->arg);
    return canvas_svg_end(&svg);
}

static bool draw_png(const struct picture_file *p, FILE *file, char *said, size_t said_size) {
    char error[160];
    struct canvas_cairo *png = canvas_cairo_open(CANVAS_CAIRO_PNG, file, p->width, p->height, p->scale,
                                                 p->fonts, error, sizeof error);
    if (png == NULL) {
        snprintf(said, said_size, "not saved: %s", error);
        return false;
    }
    p->draw(canvas_cairo_canvas(png), p->arg);
    return canvas_cairo_close(&png);
}

/* With the folder, unless that is the current one, or so long that the rest would not be seen. */
static void tell_saved(const struct picture_file *p, const char *stem, char *said, size_t said_size) {
    const char *folder = folder_of(p->folder);
    const bool named = strcmp(folder, ".") != 0 && strlen(folder) + strlen(stem) < TOLD_MAX;
    snprintf(said, said_size, "saved %s%s%s.svg, .png", named ? folder : "", named ? "/" : "", stem);
}

bool picture_file_save(const struct picture_file *p, time_t now, char *said, size_t said_size) {
    struct output svg = {.file = NULL}, png = {.file = NULL};
    char stem[STEM_SIZE];
    said[0] = '\0';
    if (!create_both(p, now, stem, &svg, &png)) {
        tell_folder(p, said, said_size);
        return false;
    }
    errno = 0;
    if (draw_svg(p, svg.file) && close_output(&svg) && draw_png(p, png.file, said, said_size) &&
        close_output(&png)) {
        tell_saved(p, stem, said, said_size);
        return true;
    }
    if (said[0] == '\0')
        snprintf(said, said_size, "not saved: %s.svg, .png (%s)", stem,
                 errno != 0 ? strerror(errno) : "writing failed");
    discard(&svg);
    discard(&png);
    return false;
}

bool picture_file_reserve(const char *folder, const char *what, time_t now, const char *ending, char *path,
                          size_t path_size, char *error, size_t error_size) {
    char stem[STEM_SIZE];
    for (int number = 1; number <= SAME_SECOND_MAX; number++) {
        make_stem(what, now, number, stem);
        if (folder != NULL && folder[0] != '\0')
            snprintf(path, path_size, "%s/%s%s", folder, stem, ending);
        else
            snprintf(path, path_size, "%s%s", stem, ending);
        FILE *file = create(path);
        if (file != NULL)
            return fclose(file) == 0;
        if (errno != EEXIST)
            break;
    }
    snprintf(error, error_size, "%s: no such file can be made: %s", path, strerror(errno));
    return false;
}

bool picture_file_folder(const char *folder, char *error, size_t error_size) {
    struct stat about;
    const bool made = mkdir(folder, 0777) == 0, is_there = made || errno == EEXIST;
    const bool is_other = is_there && stat(folder, &about) == 0 && !S_ISDIR(about.st_mode);
    if (is_there && !is_other && access(folder, W_OK | X_OK) == 0)
        return true;
    const int reason = errno;
    if (is_other)
        snprintf(error, error_size, "no files can be made in %s: it is a file and not a folder", folder);
    else
        snprintf(error, error_size, "no files can be made in %s: %s", folder, strerror(reason));
    return false;
}
