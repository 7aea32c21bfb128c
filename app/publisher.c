/* See publisher.h. The socket has a context of its own: to terminate that is to know that what was sent has
 * left, so that the last words of a process that is about to be killed are heard. */
#include "app/publisher.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

struct publisher {
    void *context, *socket;
    char endpoint[NET_ENDPOINT_SIZE], who[NET_NAME_SIZE];
    char header[TRACE_HEADER_SIZE_MAX];
    size_t header_size;
    uint32_t met;              /* listeners, since it began */
    bool watched, introducing; /* the frame in the making tells newcomers how it stands */
    uint64_t number;           /* of the next record, counted whether anybody listens or not */
    size_t size;               /* of the frame in the making; 0: none is */
    uint8_t frame[PUBLISHER_FRAME_SIZE_MAX];
};

static bool set(void *socket, int option, int value) {
    return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

struct publisher *publisher_new(const char *endpoint, const char *who, char *error, size_t error_size) {
    struct publisher *p = calloc(1, sizeof *p);
    size_t size = sizeof p->endpoint;
    const int64_t word_max = 1024; /* nobody has more to say to us */
    if (!p || !(p->context = zmq_ctx_new()) || !(p->socket = zmq_socket(p->context, ZMQ_XPUB)))
        goto fail;
    snprintf(p->who, sizeof p->who, "%s", who);
    /* Verbose: each newcomer must be told how it stands, not only the first one. */
    if (set(p->socket, ZMQ_XPUB_VERBOSE, 1) && set(p->socket, ZMQ_SNDHWM, PUBLISHER_QUEUE) &&
        zmq_setsockopt(p->socket, ZMQ_MAXMSGSIZE, &word_max, sizeof word_max) == 0 &&
        set(p->socket, ZMQ_LINGER, 0) && zmq_bind(p->socket, endpoint) == 0 &&
        zmq_getsockopt(p->socket, ZMQ_LAST_ENDPOINT, p->endpoint, &size) == 0)
        return p;
fail:
    snprintf(error, error_size, "can't publish what happens on %s: %s", endpoint, zmq_strerror(zmq_errno()));
    publisher_destroy(&p, 0);
    return NULL;
}

void publisher_destroy(struct publisher **self, int linger_ms) {
    struct publisher *p = *self;
    if (!p)
        return;
    if (p->socket) {
        publisher_flush(p);
        set(p->socket, ZMQ_LINGER, linger_ms);
        zmq_close(p->socket);
    }
    if (p->context)
        zmq_ctx_term(p->context);
    free(p);
    *self = NULL;
}

const char *publisher_endpoint(const struct publisher *p) {
    return p->endpoint;
}

uint32_t publisher_met(const struct publisher *p) {
    return p->met;
}

void *publisher_socket(const struct publisher *p) {
    return p->socket;
}

bool publisher_watched(const struct publisher *p) {
    return p->watched;
}

/* -- Frames ---------------------------------------------------------------------------------------------- */

uint64_t publisher_number(const uint8_t *frame) {
    uint64_t number = 0;
    for (int i = 0; i < PUBLISHER_NUMBER_SIZE; i++)
        number = number << 8 | frame[i];
    return number;
}

static void begin_frame(struct publisher *p) {
    for (int i = 0; i < PUBLISHER_NUMBER_SIZE; i++)
        p->frame[i] = (uint8_t)(p->number >> 8 * (PUBLISHER_NUMBER_SIZE - 1 - i));
    p->size = PUBLISHER_NUMBER_SIZE;
}

void publisher_flush(struct publisher *p) {
    if (p->size > 0) /* who has no room for it misses it, and knows by the next number */
        zmq_send(p->socket, p->frame, p->size, ZMQ_DONTWAIT);
    p->size = 0;
    p->introducing = false;
}

static void introduce(struct publisher *p) {
    publisher_flush(p);
    begin_frame(p);
    memcpy(p->frame + p->size, p->header, p->header_size);
    p->size += p->header_size;
    p->frame[p->size++] = '\n';
    p->introducing = true;
}

void publisher_header(struct publisher *p, const struct trace_header *header) {
    p->header_size = trace_header_line(p->header, sizeof p->header, header);
    if (!p->watched)
        return;
    introduce(p);
    publisher_flush(p);
}

/* Room for a line. */
static char *begin_line(struct publisher *p) {
    if (p->size + TRACE_LINE_SIZE_MAX + 1 > sizeof p->frame)
        publisher_flush(p);
    if (p->size == 0)
        begin_frame(p);
    return (char *)p->frame + p->size;
}

static void end_line(struct publisher *p, size_t size) {
    p->size += size;
    p->frame[p->size++] = '\n';
}

void publisher_write(struct publisher *p, const struct address_book *book, const struct trace_record *r) {
    const bool numbered = !p->introducing;
    if (p->watched) {
        char *line = begin_line(p);
        end_line(p, trace_line(line, TRACE_LINE_SIZE_MAX, p->who, book, r));
    }
    p->number += numbered;
}

void publisher_refer(struct publisher *p, const char *name, gms_id id, const char *endpoint) {
    const bool numbered = !p->introducing;
    if (p->watched) {
        char *line = begin_line(p);
        end_line(p, (size_t)snprintf(line, TRACE_LINE_SIZE_MAX,
                                     PUBLISHER_REFERS "%s\",\"id\":\"%016" PRIx64 "\",\"telemetry\":\"%s\"}",
                                     name, id, endpoint));
    }
    p->number += numbered;
}

/* -- Who listens ----------------------------------------------------------------------------------------- */

/* A reader says 1 and a prefix when it comes, and the last one 0 and that when it goes. Ours listens to
 * everything; what anybody else wants is no reason to begin. */
bool publisher_met_somebody(struct publisher *p) {
    uint8_t word[2];
    bool met = false;
    int size;
    while ((size = zmq_recv(p->socket, word, sizeof word, ZMQ_DONTWAIT)) >= 0) {
        if (size != 1 || word[0] > 1)
            continue;
        met = p->watched = word[0] == 1;
        p->met += met;
    }
    if (met)
        introduce(p);
    return met;
}
