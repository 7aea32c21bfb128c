/* See listener.h. */
#include "app/scope/listener.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "app/publisher.h"
#include "net/zmq/clock.h"
#include "net/zmq/link.h"

#define FRAMES_WAITING 128          /* in the socket */
#define FRAME_HUGE     (256 * 1024) /* ZeroMQ itself ends a connection that brings more in one piece */
#define ASK_PERIOD     (200 * CLOCK_MS)
#define CLOCKS_APART   (3600 * 1000 * CLOCK_MS) /* further than any frame is late */

struct listener_frame {
    struct listener_frame *next;
    gms_time arrived;
    uint64_t missed;
    bool introduces, lost;
    size_t size, at;
    char text[]; /* lines */
};

/* -- Life ------------------------------------------------------------------------------------------------ */

struct listener *listener_open(void *context, const char *endpoint, gms_time now) {
    const int64_t huge = FRAME_HUGE;
    struct listener *l = strlen(endpoint) < NET_ENDPOINT_SIZE ? calloc(1, sizeof *l) : NULL;
    if (!l)
        return NULL;
    snprintf(l->endpoint, sizeof l->endpoint, "%s", endpoint);
    l->tokens = LISTENER_BURST_MAX;
    l->tokens_at = l->asked_at = l->disconnected_at = now;
    l->socket = zmq_socket(context, ZMQ_SUB);
    if (!l->socket)
        goto fail;
    link_set_int(l->socket, ZMQ_LINGER, 0);
    link_set_int(l->socket, ZMQ_RCVHWM, FRAMES_WAITING);
    link_set_int(l->socket, ZMQ_RECONNECT_IVL, 100);
    zmq_setsockopt(l->socket, ZMQ_MAXMSGSIZE, &huge, sizeof huge);
    zmq_setsockopt(l->socket, ZMQ_SUBSCRIBE, "", 0);
    l->monitor = link_monitor(context, l->socket, ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED);
    if (l->monitor && zmq_connect(l->socket, endpoint) == 0)
        return l;
fail:
    listener_close(&l);
    return NULL;
}

void listener_close(struct listener **self) {
    struct listener *l = *self;
    if (!l)
        return;
    listener_forget(l);
    if (l->socket) {
        zmq_socket_monitor(l->socket, NULL, 0);
        zmq_close(l->socket);
    }
    if (l->monitor)
        zmq_close(l->monitor);
    free(l);
    *self = NULL;
}

const char *listener_name(const struct listener *l) {
    return l->has_header ? l->header.who : l->name[0] ? l->name : l->endpoint;
}

void listener_refuse(struct listener *l, const char *why) {
    l->refused++;
    snprintf(l->why, sizeof l->why, "%s", why);
}

/* -- As it comes ----------------------------------------------------------------------------------------- */

void listener_ask(struct listener *l, gms_time now) {
    if (now < l->asked_at + ASK_PERIOD)
        return;
    l->asked_at = now;
    zmq_setsockopt(l->socket, ZMQ_UNSUBSCRIBE, "", 0);
    zmq_setsockopt(l->socket, ZMQ_SUBSCRIBE, "", 0);
}

static uint64_t count_lines(const char *text, size_t size) {
    uint64_t count = 0;
    for (const char *at = text, *end = text + size; (at = memchr(at, '\n', (size_t)(end - at))); at++)
        count++;
    return count;
}

static uint64_t hash_line(const char *text, size_t size) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size && text[i] != '\n'; i++)
        hash = (hash ^ (uint8_t)text[i]) * 0x100000001b3u;
    return hash;
}

static bool push(struct listener *l, gms_time now, const char *text, size_t size, uint64_t missed,
                 bool introduces) {
    struct listener_frame *f = l->queued + size <= LISTENER_QUEUE_MAX ? malloc(sizeof *f + size) : NULL;
    if (!f)
        return false;
    *f = (struct listener_frame){.arrived = now, .missed = missed, .introduces = introduces, .size = size};
    memcpy(f->text, text, size);
    if (l->last)
        l->last->next = f;
    else
        l->first = f;
    l->last = f;
    l->queued += sizeof *f + size;
    return true;
}

static bool afford(struct listener *l, gms_time now, uint64_t lines) {
    const uint64_t more = (now - l->tokens_at) / (1000 * CLOCK_MS / LISTENER_RATE_MAX);
    if (more > 0) {
        l->tokens = l->tokens + more < LISTENER_BURST_MAX ? l->tokens + more : LISTENER_BURST_MAX;
        l->tokens_at = now;
    }
    if (lines > l->tokens)
        return false;
    l->tokens -= lines;
    return true;
}

/* How it stands with the publisher. To whoever hears it already that is no news. */
static void take_introduction(struct listener *l, gms_time now, uint64_t number, const char *text,
                              size_t size) {
    const uint64_t hash = hash_line(text, size),
                   missed = l->heard && number > l->number ? number - l->number : 0;
    if (l->hearing && hash == l->header_hash && number == l->number)
        return;
    if (!afford(l, now, count_lines(text, size)) ||
        !push(l, now, text, size, hash == l->header_hash ? missed : 0, true))
        return;
    l->hearing = l->heard = true;
    l->header_hash = hash;
    l->number = number;
}

/* From now on all is missed, until it says again how it stands. */
static void lose(struct listener *l, gms_time now) {
    const size_t queued = l->queued;
    l->hearing = false;
    l->queued = 0; /* for this there is room */
    if (push(l, now, "", 0, 0, false))
        l->last->lost = true;
    l->queued += queued;
}

static void take_frame(struct listener *l, gms_time now, const uint8_t *bytes, size_t size) {
    const char *text = (const char *)bytes + PUBLISHER_NUMBER_SIZE;
    if (size < PUBLISHER_NUMBER_SIZE + 2 || size > PUBLISHER_FRAME_SIZE_MAX) {
        listener_refuse(l, "a frame is too long or too short");
        return;
    }
    const uint64_t number = publisher_number(bytes);
    size -= PUBLISHER_NUMBER_SIZE;
    if (size > 10 && memcmp(text, "{\"groupy\":", 10) == 0) {
        take_introduction(l, now, number, text, size);
        return;
    }
    if (!l->hearing)
        return;
    const uint64_t lines = count_lines(text, size);
    if (number == l->number && afford(l, now, lines) && push(l, now, text, size, 0, false)) {
        l->number += lines;
        return;
    }
    if (number < l->number)
        listener_refuse(l, "its frames are not in order");
    lose(l, now);
}

static void watch_connection(struct listener *l, gms_time now) {
    int event;
    while ((event = link_monitor_event(l->monitor)) != 0) {
        if (event != ZMQ_EVENT_DISCONNECTED) /* once more: it says again how it stands */
            l->hearing = false;
        l->disconnected_at = event == ZMQ_EVENT_DISCONNECTED ? now : 0;
    }
}

bool listener_read(struct listener *l, gms_time now) {
    zmq_msg_t msg;
    int frames = 0;
    zmq_msg_init(&msg);
    watch_connection(l, now);
    while (frames < LISTENER_FRAMES_MAX && zmq_msg_recv(&msg, l->socket, ZMQ_DONTWAIT) >= 0) {
        frames++;
        take_frame(l, now, zmq_msg_data(&msg), zmq_msg_size(&msg));
    }
    zmq_msg_close(&msg);
    if (!l->hearing && l->disconnected_at == 0 && l->queued < LISTENER_QUEUE_MAX / 2 &&
        l->tokens + (now - l->tokens_at) / (1000 * CLOCK_MS / LISTENER_RATE_MAX) >= LISTENER_BURST_MAX / 4)
        listener_ask(l, now);
    return frames < LISTENER_FRAMES_MAX;
}

/* -- As it is told --------------------------------------------------------------------------------------- */

static void pop(struct listener *l) {
    struct listener_frame *f = l->first;
    l->first = f->next;
    if (!l->first)
        l->last = NULL;
    l->queued -= sizeof *f + f->size;
    free(f);
}

void listener_take(struct listener *l) {
    if (l->head == LISTENER_RECORD)
        trace_line_free(&l->line);
    l->head = LISTENER_NOTHING;
}

void listener_forget(struct listener *l) {
    listener_take(l);
    while (l->first)
        pop(l);
}

static const char *text_of(const json_t *root, const char *key) {
    const char *text = json_string_value(json_object_get(root, key));
    return text ? text : "";
}

static bool copy(char *to, size_t size, const char *from) {
    if (from[0] == '\0' || strlen(from) >= size)
        return false;
    memcpy(to, from, strlen(from) + 1);
    return true;
}

/* What is wrong with it, NULL: nothing. */
static const char *read_header(struct listener *l, const json_t *root) {
    char host[128] = "?";
    struct listener_header h = {0};
    if (!copy(h.who, sizeof h.who, text_of(root, "who")) || address_name_error(h.who))
        return "its header has no name";
    if (!copy(h.run, sizeof h.run, text_of(root, "run")) ||
        !copy(h.rung, sizeof h.rung, text_of(root, "rung")) || strcmp(text_of(root, "source"), "live") != 0)
        return "its header does not tell of a live run";
    if (!trace_parse_id(text_of(root, "id"), &h.id) ||
        (l->expected_id != GMS_NOBODY && h.id != l->expected_id))
        return "its header has another id";
    gethostname(host, sizeof host - 1);
    h.agreed = strcmp(text_of(root, "delivery"), "agreed") == 0;
    h.last_man_standing = json_is_true(json_object_get(root, "last_man_standing"));
    h.elsewhere = strcmp(text_of(root, "host"), host) != 0;
    l->header = h;
    l->has_header = true;
    l->offset = INT64_MAX;
    return NULL;
}

/* Those of one machine have one clock. Of another's is known only that nothing arrives before it is sent. */
static gms_time here_and_now(struct listener *l, gms_time t, gms_time arrived) {
    if (l->header.elsewhere) {
        const int64_t late = (int64_t)(arrived - t);
        l->offset = late < l->offset ? late : l->offset;
        t += (uint64_t)l->offset;
    }
    if (t > arrived || t + CLOCKS_APART < arrived)
        t = arrived;
    if (t < l->last_t)
        t = l->last_t;
    return l->last_t = t;
}

static bool is_directors(enum trace_ev ev) {
    return ev == TRACE_CRASH || ev == TRACE_HANG || ev == TRACE_RESUME || ev == TRACE_NOTE;
}

/* What is wrong with it, NULL: nothing. */
static const char *judge_record(const struct listener *l) {
    const struct trace_record *r = &l->line.record;
    const bool directs = l->header.id == GMS_NOBODY;
    if (l->line.header)
        return "a header is in the middle";
    if (r->id != l->header.id || strcmp(l->line.who, l->header.who) != 0)
        return "a record is another process's";
    if (r->ev == TRACE_RESUME && !directs && r->peer == r->id)
        return NULL; /* it noticed that it had stood still */
    if (is_directors(r->ev) ? !directs : directs && r->ev != TRACE_EXIT && r->ev != TRACE_FAULT)
        return "a record is not its to make";
    return NULL;
}

/* A header that can't be used: nothing of what follows can. */
static void load_header(struct listener *l, const struct listener_frame *f) {
    l->key = f->arrived;
    l->missed = f->missed;
    const char *why = l->line.header ? read_header(l, l->line.root) : "its header is none";
    trace_line_free(&l->line);
    if (!why) {
        l->head = LISTENER_HEADER;
        return;
    }
    listener_refuse(l, why);
    listener_forget(l);
    l->has_header = l->accepted = l->hearing = false;
}

static void load_reference(struct listener *l, const struct listener_frame *f, const char *text,
                           size_t size) {
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, NULL);
    const char *endpoint = text_of(root, "telemetry");
    l->key = f->arrived;
    if (l->has_header && copy(l->referred, sizeof l->referred, endpoint) &&
        copy(l->referred_name, sizeof l->referred_name, text_of(root, "refer")))
        l->head = LISTENER_REFERS;
    else
        listener_refuse(l, "it refers to nobody");
    json_decref(root);
}

static void load_line(struct listener *l, const struct listener_frame *f, const char *text, size_t size,
                      bool first) {
    char why[128];
    const size_t refers = strlen(PUBLISHER_REFERS);
    if (size > refers && memcmp(text, PUBLISHER_REFERS, refers) == 0) {
        load_reference(l, f, text, size);
        return;
    }
    if (!trace_line_parse(&l->line, text, size, why, sizeof why)) {
        listener_refuse(l, why);
        return;
    }
    if (first && f->introduces) {
        load_header(l, f);
        return;
    }
    const char *bad = l->has_header ? judge_record(l) : "it did not say who it is";
    if (bad) {
        listener_refuse(l, bad);
        trace_line_free(&l->line);
        return;
    }
    l->line.record.t = l->key = here_and_now(l, l->line.record.t, f->arrived);
    l->head = LISTENER_RECORD;
}

enum listener_head listener_head(struct listener *l) {
    while (l->head == LISTENER_NOTHING && l->first) {
        struct listener_frame *f = l->first;
        if (f->lost) {
            l->head = LISTENER_LOST;
            l->key = f->arrived;
            pop(l);
            break;
        }
        if (f->at >= f->size) {
            pop(l);
            continue;
        }
        const char *from = f->text + f->at, *end = memchr(from, '\n', f->size - f->at);
        const bool first = f->at == 0;
        const size_t size = end ? (size_t)(end - from) : f->size - f->at;
        f->at += size + 1;
        load_line(l, f, from, size, first);
    }
    return l->head;
}
