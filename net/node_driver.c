/* What a driver that leaves something out does there: nothing. */
#include "net/node_parts.h"

#include <string.h>

static void nothing(void *self) {
    (void)self;
}

static void no_meet(void *self, const struct address *address) {
    (void)self, (void)address;
}

static void no_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    (void)self, (void)m;
    memset(after, 0, sizeof *after);
}

static void no_install(void *self, const struct gms_message *view) {
    (void)self, (void)view;
}

static void no_freeze(void *self, uint64_t expected, uint64_t got) {
    (void)self, (void)expected, (void)got;
}

static void no_block(void *self, bool blocked, bool has_quorum) {
    (void)self, (void)blocked, (void)has_quorum;
}

static size_t no_snapshot(void *self, uint8_t state[GMS_BODY_SIZE_MAX]) {
    (void)self, (void)state;
    return 0;
}

static void no_adopt(void *self, const uint8_t *state, size_t size, struct trace_state *after) {
    (void)self, (void)state, (void)size;
    memset(after, 0, sizeof *after);
}

static void no_bytes(void *self, gms_id from, const uint8_t *bytes, size_t size) {
    (void)self, (void)from, (void)bytes, (void)size;
}

static void no_end(void *self, enum node_end how) {
    (void)self, (void)how;
}

static int no_change(void *self, const uint8_t *body, size_t size) {
    (void)self, (void)body, (void)size;
    return 0;
}

struct node_driver node_driver_whole(const struct node_driver *d) {
    return (struct node_driver){
        .self = d->self,
        .send = d->send,
        .send_all = d->send_all,
        .put_off = d->put_off,
        .flush = d->flush ? d->flush : nothing,
        .meet = d->meet ? d->meet : no_meet,
        .deliver = d->deliver ? d->deliver : no_deliver,
        .install = d->install ? d->install : no_install,
        .freeze = d->freeze ? d->freeze : no_freeze,
        .block = d->block ? d->block : no_block,
        .snapshot = d->snapshot ? d->snapshot : no_snapshot,
        .adopt = d->adopt ? d->adopt : no_adopt,
        .gossip = d->gossip ? d->gossip : no_bytes,
        .refused = d->refused ? d->refused : no_bytes,
        .end = d->end ? d->end : no_end,
        .crash = d->crash ? d->crash : nothing,
        .change_of = d->change_of ? d->change_of : no_change,
        .trace = d->trace,
    };
}
