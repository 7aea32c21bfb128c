/* A process that registers in a live group like a worker, and publishes what no worker would: garbage, or
 * lines without end, for some seconds; and then it is gone without a word.
 *
 *     hostile GROUP garbage|flood SECONDS
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <zmq.h>

#include "app/registry.h"
#include "net/zmq/clock.h"

#define FRAME_SIZE 60000

static const char header[] =
    "{\"groupy\":1,\"run\":\"-\",\"who\":\"w66\",\"id\":\"0000000000000042\",\"rung\":\"%s\","
    "\"source\":\"live\",\"host\":\"elsewhere\"}\n";

/* A frame: a number, which rises or not, and text. */
static size_t garbage(char *frame, unsigned round) {
    srand(round);
    for (size_t i = 0; i < FRAME_SIZE; i++)
        frame[i] = round % 2 ? (char)rand() : "{}\":,\n0we"[rand() % 9];
    return (size_t)rand() % FRAME_SIZE;
}

static size_t flood(char *frame, unsigned round, const char *rung) {
    size_t size = 8;
    memset(frame, 0, 8);
    if (round == 0)
        size += (size_t)snprintf(frame + size, FRAME_SIZE - size, header, rung);
    while (size < FRAME_SIZE - 300)
        size += (size_t)snprintf(frame + size, FRAME_SIZE - size,
                                 "{\"t\":%u,\"lc\":1,\"who\":\"w66\",\"id\":\"0000000000000042\","
                                 "\"ev\":\"send\",\"to\":\"0000000000000001\",\"type\":\"HEARTBEAT\"}\n",
                                 round);
    return size;
}

int main(int argc, char **argv) {
    struct registry registry;
    struct registry_entry others[8], self = {.role = REGISTRY_WORKER, .address = {.id = 66, .name = "w66"}};
    char endpoint[NET_ENDPOINT_SIZE], error[256] = "";
    static char frame[FRAME_SIZE];
    if (argc != 4 || !registry_open(&registry, argv[1], error, sizeof error) ||
        registry_list(&registry, others, 8) == 0)
        return 2;
    registry_endpoint(&registry, "tel", endpoint);
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PUB);
    if (!socket || zmq_bind(socket, endpoint) != 0)
        return 3;
    strcpy(self.telemetry, endpoint);
    strcpy(self.control, endpoint);
    strcpy(self.rung, others[0].rung);
    if (!registry_publish(&registry, &self, error, sizeof error))
        return 3;
    const gms_time end = clock_now() + (gms_time)atoi(argv[3]) * 1000 * CLOCK_MS;
    for (unsigned round = 0; clock_now() < end; round++) {
        const size_t size =
            strcmp(argv[2], "flood") == 0 ? flood(frame, round % 100, self.rung) : garbage(frame, round);
        zmq_send(socket, frame, size, ZMQ_DONTWAIT);
        if (round % 20 == 0)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    }
    _Exit(0);
}
