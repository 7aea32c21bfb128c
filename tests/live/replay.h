/* The members of a live run, as their traces tell of them: for replay*.c alone. */
#ifndef TESTS_LIVE_REPLAY_H
#define TESTS_LIVE_REPLAY_H

#include "app/trace_file.h"
#include "net/node.h"

#define FILES_MAX 256
#define GROUP     1

struct sent { /* the bytes of a message, by its mark */
    uint8_t *bytes;
    size_t size;
};

struct member {
    const char *path;
    gms_id id;
    struct node_config config;
    size_t count, capacity;
    struct trace_line **lines;
    struct node *node;
    size_t at; /* how far it is played */
    size_t sent_count;
    struct sent *sent;
    bool different;
};

extern struct member members[FILES_MAX];
extern int member_count;

/* -- replay_read.c ----------------------------------------------------------------------------------- */

void *replay_need(void *memory); /* there must be some */

/* Adds the member of a file; the launcher's own has none. False: it can't be read. */
bool replay_read(const char *path);
void replay_forget(struct member *);

#endif
