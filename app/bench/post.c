/* See post.h. */
#include "app/bench/post.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER_SIZE    (2 * sizeof(uint32_t))
#define BOX_SIZE       (HEADER_SIZE + POST_SIZE_MAX)
#define SHORT_SIZE_MAX 2048

bool post_box_open(struct post_box *box, int fd) {
    *box = (struct post_box){.fd = fd, .bytes = malloc(BOX_SIZE)};
    return box->bytes != NULL;
}

void post_box_close(struct post_box *box) {
    if (box->bytes)
        close(box->fd);
    free(box->bytes);
    box->bytes = NULL;
}

bool post_fill(struct post_box *box) {
    memmove(box->bytes, box->bytes + box->taken, box->used - box->taken);
    box->used -= box->taken;
    box->taken = 0;
    const ssize_t got = read(box->fd, box->bytes + box->used, BOX_SIZE - box->used);
    if (got > 0)
        box->used += (size_t)got;
    return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

bool post_take(struct post_box *box, struct post *post, bool *bad) {
    uint32_t header[2];
    *bad = false;
    if (box->used - box->taken < HEADER_SIZE)
        return false;
    memcpy(header, box->bytes + box->taken, HEADER_SIZE);
    *bad = header[0] == 0 || header[0] >= POST_TYPES || header[1] > POST_SIZE_MAX;
    if (*bad || box->used - box->taken < HEADER_SIZE + header[1])
        return false;
    *post = (struct post){header[0], header[1], box->bytes + box->taken + HEADER_SIZE};
    box->taken += HEADER_SIZE + header[1];
    return true;
}

bool post_wait(struct post_box *box, struct post *post) {
    bool bad;
    while (!post_take(box, post, &bad)) {
        if (bad || !post_fill(box))
            return false;
    }
    return true;
}

static bool write_all(int fd, const uint8_t *at, size_t left) {
    while (left > 0) {
        const ssize_t put = write(fd, at, left);
        if (put > 0) {
            at += put;
            left -= (size_t)put;
        } else if (errno == EAGAIN) {
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            if (poll(&room, 1, 1000) <= 0)
                return false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

/* Short ones go in one piece: a member's threads never mix theirs. */
bool post_send(int fd, enum post_type type, const void *bytes, size_t size) {
    const uint32_t header[2] = {type, (uint32_t)size};
    uint8_t whole[HEADER_SIZE + SHORT_SIZE_MAX];
    memcpy(whole, header, HEADER_SIZE);
    if (size > SHORT_SIZE_MAX)
        return write_all(fd, whole, HEADER_SIZE) && write_all(fd, bytes, size);
    if (size > 0)
        memcpy(whole + HEADER_SIZE, bytes, size);
    return write_all(fd, whole, HEADER_SIZE + size);
}
