/* See out_file.h. */
#include "app/report/out_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(const char *path, char *error, size_t error_size) {
    snprintf(error, error_size, "can't write %s: %s", strcmp(path, "-") == 0 ? "the standard output" : path,
             strerror(errno));
    return false;
}

/* Through links, so that they stay links; and whether it may be replaced by a file of the same mode. */
static bool settle(struct out_file *o, const char *path, bool *direct, mode_t *mode) {
    struct stat st;
    char *real = realpath(path, NULL);
    if (strlen(real ? real : path) >= sizeof o->path - 16) {
        free(real);
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(o->path, real ? real : path);
    free(real);
    *direct = false;
    *mode = umask(0);
    umask(*mode);
    *mode = 0666 & ~*mode;
    if (stat(o->path, &st) != 0)
        return true;
    if (S_ISDIR(st.st_mode)) {
        errno = EISDIR;
        return false;
    }
    *direct = !S_ISREG(st.st_mode);
    *mode = st.st_mode & 0777;
    return access(o->path, W_OK) == 0;
}

static FILE *open_temp(struct out_file *o, mode_t mode) {
    strcpy(o->temp, o->path); /* settle() left room */
    strcat(o->temp, ".XXXXXX");
    const int fd = mkstemp(o->temp);
    if (fd < 0) {
        o->temp[0] = '\0';
        return NULL;
    }
    fcntl(fd, F_SETFD, FD_CLOEXEC);
    fchmod(fd, mode);
    FILE *file = fdopen(fd, "wb");
    if (!file)
        close(fd);
    return file;
}

bool out_file_open(struct out_file *o, const char *path, char *error, size_t error_size) {
    bool direct;
    mode_t mode;
    *o = (struct out_file){.file = NULL};
    if (strcmp(path, "-") == 0) {
        strcpy(o->path, path);
        const int fd = dup(STDOUT_FILENO); /* its own, so that its failure is told once */
        fflush(stdout);
        o->file = fd < 0 ? NULL : fdopen(fd, "wb");
        return o->file || fail(path, error, error_size);
    }
    if (!settle(o, path, &direct, &mode))
        return fail(path, error, error_size);
    o->file = direct ? fopen(o->path, "wb") : open_temp(o, mode);
    if (!o->file) {
        fail(path, error, error_size);
        out_file_discard(o);
        return false;
    }
    return true;
}

bool out_file_commit(struct out_file *o, char *error, size_t error_size) {
    errno = EIO; /* where nobody says better */
    bool ok = !ferror(o->file) && fflush(o->file) == 0;
    const int reason = errno;
    if (fclose(o->file) != 0)
        ok = false;
    else
        errno = reason;
    o->file = NULL;
    if (ok && o->temp[0])
        ok = rename(o->temp, o->path) == 0;
    if (ok)
        o->temp[0] = '\0';
    else
        fail(o->path, error, error_size);
    out_file_discard(o);
    return ok;
}

void out_file_discard(struct out_file *o) {
    if (o->file)
        fclose(o->file);
    if (o->temp[0])
        unlink(o->temp);
    o->file = NULL;
    o->temp[0] = '\0';
}
