/* The inside of the simulator, for the files sim*.c alone. */
#ifndef NET_SIM_SIM_STATE_H
#define NET_SIM_SIM_STATE_H

#include "net/sim/sim.h"

#define SLOTS (SIM_MEMBERS_MAX + 1) /* members count from 1 */

struct sim_frame {
    uint8_t *bytes;
    size_t size;
    gms_time arrival;
};

struct sim_link {
    uint32_t count, head, capacity; /* a ring */
    struct sim_frame *ring;
    gms_time last_arrival;
    gms_time extra_delay;
    bool cut;
};

struct sim_member {
    struct sim *sim;
    struct node node;
    void *app;
    bool gone;     /* its process has ended */
    bool left;     /* ... in good order, which its trace still has to say */
    bool failed;   /* ... because it could not join */
    bool excluded; /* ... because the others went on without it */
    bool back;     /* it is one that came back */
    bool hung;
    bool looks_around; /* it has no quorum; an event is in the heap for it */
    int name;
    uint32_t die_after; /* sends of the next step; UINT32_MAX: no such order */
    gms_time timer_at;  /* of the event that is in the heap for it */
    bool in_turn;       /* its SIM_TURN_END is in the heap */
    bool told[SLOTS];   /* whose end it knows of */
};

enum sim_event_kind { SIM_ARRIVE, SIM_DOWN, SIM_TIMER, SIM_TURN_END, SIM_LOOK_AROUND, SIM_COME_BACK };

struct sim_event {
    gms_time time;
    uint64_t order; /* of insertion: who came first goes first */
    enum sim_event_kind kind;
    int from, to;
};

struct sim {
    struct sim_config config;
    struct gms_rng rng;
    gms_time now;
    int count;
    struct sim_member *member[SLOTS];
    int name_count;
    int named[SLOTS];                   /* the last member of each name */
    int coming_back;                    /* so many are about to */
    struct sim_link link[SLOTS][SLOTS]; /* that of nobody has the delay for those who are yet to come */
    struct sim_event *heap;
    uint32_t heap_count, heap_capacity;
    uint64_t order;
    uint64_t messages;
};

struct sim_member *sim_at(const struct sim *, int who); /* asserts that there is one */
void sim_push(struct sim *, gms_time, enum sim_event_kind, int from, int to);
bool sim_pop(struct sim *, gms_time until, struct sim_event *);

void sim_link_put(struct sim *, int from, int to, uint8_t *bytes, size_t size); /* takes the bytes */
bool sim_link_take(struct sim_link *, struct sim_frame *);                      /* the caller frees them */
void sim_link_cut(struct sim_link *, uint32_t keep);                            /* to the oldest `keep` */

void sim_die(struct sim_member *); /* its process ends without a word */
void sim_come_back(struct sim *, int who);
void sim_look_around(struct sim *, int who);
void sim_go_on(
    struct sim_member *); /* after every step of its node: the application speaks, timers are set */
void sim_expect_down(struct sim *, int whom);
void sim_note(struct sim *, enum trace_ev, int whom, const char *what); /* the simulator's own record */

#endif
