/* What a node asks of its driver, where a step is taken only to see what comes of it: its messages are noted,
 * its application is the one in the scratch, and nothing else leaves it.
 */
#include <stdio.h>
#include <string.h>

#include "net/sim/explore_local.h"

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    struct space *s = self;
    uint8_t bytes[NET_MESSAGE_SIZE_MAX];
    memcpy(bytes, message, size);
    wire_patch_x(bytes, 0, 0); /* two transmissions of one message are the same */
    space_note_send(s, (int)to, bytes, size);
}

static void on_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    const struct space *s = self;
    const char *why = NULL;
    memset(after, 0, sizeof *after); /* nobody traces */
    s->app->deliver(s->bytes, m, &why);
}

static void on_install(void *self, const struct gms_message *view) {
    const struct space *s = self;
    if (view->view == 1) /* the first of all: it founds the group */
        s->app->found(s->bytes);
    s->app->install(s->bytes, 0, view);
}

static size_t on_snapshot(void *self, uint8_t state[GMS_BODY_SIZE_MAX]) {
    const struct space *s = self;
    return s->app->snapshot(s->bytes, state);
}

static void on_adopt(void *self, const uint8_t *state, size_t size, struct trace_state *after) {
    const struct space *s = self;
    memset(after, 0, sizeof *after);
    s->app->adopt(s->bytes, state, size);
}

static void on_end(void *self, enum node_end how) {
    struct space *s = self;
    s->ended = true;
    s->end = how;
}

static int on_change_of(void *self, const uint8_t *body, size_t size) {
    const struct space *s = self;
    return s->app->change_of(body, size);
}

static void on_trace(void *self, const struct trace_record *r) {
    struct space *s = self;
    s->led = s->led || r->ev == TRACE_LEAD;
}

struct node *space_make_node(struct space *s, int who) {
    struct node_config config = {
        .gms = {.rung = s->rung, .me = (gms_id)who, .join_timeout = 1, .resend_timeout = 1},
        .self = {.id = (gms_id)who},
        .group = SPACE_GROUP};
    const struct node_driver driver = {.self = s,
                                       .send = on_send,
                                       .deliver = on_deliver,
                                       .install = on_install,
                                       .snapshot = on_snapshot,
                                       .adopt = on_adopt,
                                       .end = on_end,
                                       .change_of = on_change_of,
                                       .trace = on_trace};
    struct node *node = need(calloc(1, sizeof *node));
    node_init(node, &config, &driver);
    snprintf(node->book.entry[0].name, NET_NAME_SIZE, "w%d", who);
    for (int other = 1; other <= s->slots; other++) { /* all know all names */
        struct address address = {.id = (gms_id)other};
        snprintf(address.name, sizeof address.name, "w%d", other);
        if (other != who)
            address_book_put(&node->book, &address);
    }
    return node;
}
