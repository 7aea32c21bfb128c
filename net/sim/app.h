/* The application above a simulated member, as functions: net knows no worker, and the search copies its
 * state as bytes. app/worker_app.c is the one that everybody uses.
 */
#ifndef NET_SIM_APP_H
#define NET_SIM_APP_H

#include "gms/trace.h"

#define SIM_BODY_SIZE_MAX 64 /* of what an application multicasts */

/* What an application knows of itself. */
struct sim_app_state {
    bool has_state; /* false: a newcomer that has not been told yet */
    struct trace_state state;
};

struct sim_app {
    size_t size; /* bytes of one state; it holds no pointer, so a copy of the bytes is a copy of it */
    void (*init)(void *state, gms_id me, gms_time retry);
    /* The state that a founder has; a test may give it to a newcomer, as if it had been told already. */
    void (*found)(void *state);
    void (*install)(void *state, gms_time now, const struct gms_message *view);
    /* True: it adopted the group's state by this; `*why` is set if that is because nobody had it any more. */
    bool (*deliver)(void *state, const struct gms_message *, const char **why);
    /* gms5: the state as bytes, at most GMS_BODY_SIZE_MAX of them; and a newcomer's, who takes it over. */
    size_t (*snapshot)(const void *state, uint8_t *bytes);
    void (*adopt)(void *state, const uint8_t *bytes, size_t size);
    /* The next body to multicast; returns its size, 0 if there is none. */
    size_t (*take)(void *state, gms_time now, uint8_t body[SIM_BODY_SIZE_MAX]);
    gms_time (*deadline)(const void *state); /* when take() has something to say again */
    void (*look)(const void *state, struct sim_app_state *);
    bool (*history)(const void *state, uint64_t count, uint64_t *hash); /* false: not remembered */
    int (*change_of)(const uint8_t *body, size_t size);                 /* its n, 0: not a change */
    size_t (*change)(int n, uint8_t body[SIM_BODY_SIZE_MAX]);           /* the body of a change */
    void (*canonical)(void *state); /* equal states get equal bytes; time is "never" or 1: for the search */
};

#endif
