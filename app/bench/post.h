/* What the parent of a measurement and its members say to each other, over the pipes of spawn(). Both are the
 * same program, so a post is a header and the bytes of a structure.
 */
#ifndef APP_BENCH_POST_H
#define APP_BENCH_POST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum post_type {
    /* to a member */
    POST_SETUP = 1, /* struct bench_setup */
    POST_CONTACT,   /* the endpoint of the first member: begin */
    POST_GO,        /* struct bench_times */
    POST_LEAVE,     /* leave the group in good order */
    POST_TOTAL,     /* u64: so many will have been delivered when nothing is under way any more */
    /* from a member */
    POST_ENDPOINT,
    POST_READY,   /* all members are there */
    POST_STOPPED, /* u64: multicasts of its own */
    POST_RESULT,  /* struct bench_result */
    POST_SIGHT,   /* struct bench_observation */
    POST_FAILED,  /* text: why it can't go on */
    POST_TYPES
};

#define POST_SIZE_MAX (128 * 1024)

struct post {
    uint32_t type;
    uint32_t size;
    const uint8_t *bytes;
};

/* What arrived of the posts of one pipe. */
struct post_box {
    int fd;
    uint8_t *bytes; /* POST_SIZE_MAX and a header */
    size_t used, taken;
};

bool post_box_open(struct post_box *, int fd); /* false: out of memory */
void post_box_close(struct post_box *);        /* the descriptor, too */

/* Reads what is there. False: the other end is closed. */
bool post_fill(struct post_box *);

/* The next one that is complete; its bytes live until post_fill(). *bad: it can't be one. */
bool post_take(struct post_box *, struct post *, bool *bad);

/* Waits for the next one: for a pipe that blocks. False: there are no more. */
bool post_wait(struct post_box *, struct post *);

/* Writes all of it, waiting for up to a second where the pipe is full. False: the other end does not read. */
bool post_send(int fd, enum post_type type, const void *bytes, size_t size);

#endif
