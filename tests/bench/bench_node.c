/* What a message costs in the core, the codec and the node, without a socket or another process.
 *
 *     bench_node [RUNG] [MEMBERS] [SIZE] [agreed]
 *
 * The nodes of a group in one process hand their frames to one another in batches, as the links do. Prints
 * the nanoseconds that one delivered message takes: at the leader, at a follower, and at whoever asks for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/node.h"
#include "net/zmq/clock.h"

#define MEMBERS_MAX  16
#define BATCH        128
#define ROUNDS       2000
#define BYTES_MAX    (1 << 20)
#define GROUP        7
#define EVERYBODY(i) (gms_id)((uint64_t)(i) + 1)

struct box {
    size_t size;
    uint8_t bytes[BYTES_MAX];
};

static struct member {
    struct node node;
    struct box to[MEMBERS_MAX];
    struct box to_all;
    uint32_t all; /* the members after the first that it is for */
    uint64_t delivered;
    gms_time spent;
} member[MEMBERS_MAX];

static int count = 5;
static gms_time now = 1;

static void append(struct member *m, struct box *box, const uint8_t *message, size_t size) {
    struct wire_out out = {box->bytes, box->size, sizeof box->bytes};
    if (out.size == 0)
        wire_put_frame_header(&out, GROUP, m->node.me);
    memcpy(out.bytes + out.size, message, size);
    box->size = out.size + size;
}

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    struct member *m = self;
    append(m, &m->to[to - 1], message, size);
}

static void on_send_all(void *self, const gms_id *to, uint32_t to_count, const uint8_t *message,
                        size_t size) {
    struct member *m = self;
    (void)to;
    m->all = to_count;
    append(m, &m->to_all, message, size);
}

static void on_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    struct member *self_member = self;
    (void)m, (void)after;
    self_member->delivered++;
}

static void hand_over(int from, int to, const struct box *box) {
    const gms_time start = clock_now();
    node_receive(&member[to].node, now++, EVERYBODY(from), box->bytes, box->size);
    node_turn_end(&member[to].node, now++);
    member[to].spent += clock_now() - start;
}

static bool pass_on(void) {
    static struct box box;
    bool any = false;
    for (int from = 0; from < count; from++) {
        struct member *m = &member[from];
        memcpy(box.bytes, m->to_all.bytes, box.size = m->to_all.size);
        m->to_all.size = 0;
        for (int to = 1; to <= (int)m->all && box.size > 0; to++)
            hand_over(from, to, &box);
        any = any || box.size > 0;
        for (int to = 0; to < count; to++) {
            memcpy(box.bytes, m->to[to].bytes, box.size = m->to[to].size);
            m->to[to].size = 0;
            any = any || box.size > 0;
            if (box.size > 0)
                hand_over(from, to, &box);
        }
    }
    return any;
}

int main(int argc, char **argv) {
    enum gms_rung_id rung = GMS_RUNG_3;
    uint8_t body[GMS_BODY_SIZE_MAX] = {0};
    const size_t size = argc > 3 ? (size_t)atoi(argv[3]) : 64;
    if ((argc > 1 && !gms_rung_find(argv[1], &rung)) || (argc > 2 && (count = atoi(argv[2])) > MEMBERS_MAX) ||
        count < 2 || size > sizeof body) {
        fprintf(stderr, "usage: bench_node [RUNG] [MEMBERS 2..%d] [SIZE] [agreed]\n", MEMBERS_MAX);
        return 2;
    }
    for (int i = 0; i < count; i++) {
        struct node_config config = {.gms = {.rung = rung,
                                             .me = EVERYBODY(i),
                                             .join_timeout = 1000000,
                                             .resend_timeout = 1000000,
                                             .delivery = argc > 4 ? GMS_AGREED : GMS_SAFE},
                                     .self = {.id = EVERYBODY(i)},
                                     .group = GROUP,
                                     .turns = true};
        const struct node_driver driver = {
            .self = &member[i], .send = on_send, .send_all = on_send_all, .deliver = on_deliver};
        snprintf(config.self.name, sizeof config.self.name, "w%d", i + 1);
        node_init(&member[i].node, &config, &driver);
        node_start(&member[i].node, now++, (const gms_id[]){EVERYBODY(0)}, i > 0, "w1");
        while (pass_on()) {
        }
    }
    for (int i = 0; i < count; i++)
        member[i].spent = 0;
    gms_time asking = 0;
    uint64_t asked = 0;
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 1; i < count; i++) {
            const gms_time start = clock_now();
            for (int k = 0; k < BATCH / (count - 1); k++)
                asked += node_mcast(&member[i].node, now++, body, size) == GMS_USED;
            node_turn_end(&member[i].node, now++);
            asking += clock_now() - start;
        }
        while (pass_on()) {
        }
    }
    const uint64_t delivered = member[0].delivered;
    gms_time following = 0;
    for (int i = 1; i < count; i++)
        following += member[i].spent;
    for (int i = 1; i < count; i++) {
        if (member[i].delivered != asked || delivered != asked) {
            fprintf(stderr, "bench_node: %llu were multicast, %llu delivered\n", (unsigned long long)asked,
                    (unsigned long long)member[i].delivered);
            return 1;
        }
    }
    const double n = (double)delivered, asking_ns = (double)asking / n,
                 leader_ns = (double)member[0].spent / n, follower_ns = (double)following / n / (count - 1);
    printf("%-9s %2d members %4zu bytes: asking %4.0f ns, leader %4.0f ns, follower %4.0f ns, all %5.0f ns\n",
           gms_rung_name(rung), count, size, asking_ns, leader_ns, follower_ns,
           asking_ns + leader_ns + follower_ns * (count - 1));
    return 0;
}
