/* Group membership and totally ordered multicast for any C program, over ZeroMQ.
 *
 * A member runs in a thread of its own. You tell it what to do and read one stream of events; the order of
 * views and deliveries in that stream is the same at every member, which is what the group is for.
 *
 * An example (tests/unit/test_member_example.c compiles this very text):
 *
 * ```c
 * #include <stdio.h>
 * #include <string.h>
 *
 * #include "net/zmq/member.h"
 *
 * int main(int argc, char **argv) {
 *     char error[200];
 *     member_config_t config = {.name = "hello", .group = "example", .rung = GMS_RUNG_3};
 *     member_t *member = member_new(&config, error, sizeof error);
 *     if (!member) {
 *         fprintf(stderr, "%s\n", error);
 *         return 1;
 *     }
 *     if (argc > 1)
 *         member_join(member, argv[1]); // the endpoint that another one printed
 *     else
 *         member_start(member); // found the group
 *     printf("listening on %s\n", member_endpoint(member));
 *
 *     bool said = false, done = false;
 *     while (!done) {
 *         member_event_t *event = member_recv(member, 5000);
 *         if (!event)
 *             break; // five quiet seconds
 *         if (event->type == MEMBER_VIEW) {
 *             printf("view %u of %u members, led by %s\n", event->view, event->member_count,
 *                    event->members[0].name);
 *             if (!said)
 *                 member_multicast(member, "hello", strlen("hello"));
 *             said = true;
 *         } else if (event->type == MEMBER_DELIVER) {
 *             printf("message %llu: %.*s\n", (unsigned long long)event->seq, (int)event->size,
 *                    (const char *)event->body);
 *         } else if (event->type == MEMBER_FAILED || event->type == MEMBER_LEFT) {
 *             printf("%s\n", event->reason);
 *             done = true;
 *         }
 *         member_event_destroy(&event);
 *     }
 *     member_destroy(&member);
 *     return 0;
 * }
 * ```
 */
#ifndef NET_ZMQ_MEMBER_H
#define NET_ZMQ_MEMBER_H

#include "net/zmq/actor.h"

typedef struct member_t member_t;

typedef struct {
    const char *name;      /* 1 to 16 of A-Z a-z 0-9 . _ - */
    const char *group;     /* members of another group are refused; NULL: "groupy" */
    enum gms_rung_id rung; /* all members of a group run the same */
    const char *listen;    /* NULL: "tcp://127.0.0.1:*" */
    int join_timeout_ms;   /* for each contact; 0: 1000 */
    int suspect_after_ms;  /* silence after which another member is suspected; 0: 400 */
} member_config_t;

/* Opens the sockets and starts the thread; nothing is sent yet. The strings are copied. NULL and one line in
 * `error` if the address is taken, the name can't be used, or memory is out. */
member_t *member_new(const member_config_t *config, char *error, size_t error_size);

/* Ends the thread. The others take it for a crash unless member_leave() came first. Takes NULL, nulls. */
void member_destroy(member_t **self_p);

const char *member_endpoint(const member_t *self); /* for the others' member_join(); owned by the member */

void member_start(member_t *self); /* found the group */
void member_join(member_t *self,
                 const char *endpoint); /* of any member; MEMBER_VIEW or MEMBER_FAILED follows */
void member_leave(member_t *self);      /* in good order; MEMBER_LEFT follows */

/* To all, this member included. Silently nothing before the first view and after member_leave(); at gms1 to
 * gms3 it may be lost when the leader crashes. `body` is copied. 0; or -1 and errno: EMSGSIZE, it has more
 * than GMS_BODY_SIZE_MAX bytes; EAGAIN, the group is slower than the caller, or can't go on, and
 * ACTOR_POSTED_MAX wait for it already: try again after the next event. What was taken is not lost for being
 * too much. */
int member_multicast(member_t *self, const void *body, size_t size);

/* The next event, or NULL after timeout_ms. The caller owns it. An application that does not read for
 * 65,536 events is told so by MEMBER_FAILED and misses the rest: memory has a bound. */
member_event_t *member_recv(member_t *self, int timeout_ms);
void member_event_destroy(member_event_t **self_p);

#endif
