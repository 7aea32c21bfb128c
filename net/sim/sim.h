/* The simulated driver: a whole group in one process and in virtual time.
 *
 * Members are real nodes with the real codec; only time, the links and the processes are simulated. A run is
 * a function of its configuration and of what is called here: the same calls give the same bytes of trace.
 * One event heap, ties broken by insertion; nothing is left to the machine.
 *
 * Members are 1, 2, 3 ... in the order in which they were added, which is their id as well, and w1, w2, w3
 * ... by name. One that was excluded comes back by itself, as a new member of the same name. Each link is
 * first in, first out. A process that crashed sends no more; what its links keep of what it had sent still
 * arrives, and only then is its crash reported (a perfect detector).
 */
#ifndef NET_SIM_SIM_H
#define NET_SIM_SIM_H

#include "net/node.h"
#include "net/sim/app.h"

#define SIM_MEMBERS_MAX (2 * GMS_MEMBERS_MAX) /* in one run, those that are gone included */
#define SIM_US          ((gms_time)1000)
#define SIM_MS          ((gms_time)1000000)
#define SIM_S           ((gms_time)1000000000)

/* Sees every frame that is put on a link, and those that a member is about to receive: a trace has no
 * contents. */
enum sim_sight { SIM_SENT, SIM_ARRIVES };
typedef void sim_watch(void *self, enum sim_sight, int from, int to, const uint8_t *frame, size_t size);

struct sim_config {
    enum gms_rung_id rung;
    const struct sim_app *app;
    uint64_t seed;
    gms_time join_timeout;
    gms_time resend_timeout; /* see gms.h, as for the next three */
    gms_time answer_timeout;
    enum gms_delivery delivery;
    bool last_man_standing;
    gms_time heartbeat_period;     /* 0: no heartbeats */
    gms_time suspect_timeout;      /* 0: silence is no reason to suspect anybody */
    gms_time delay_min, delay_max; /* of a message on its way, drawn for each; order is kept */
    gms_time turn; /* what arrives within so long is taken in one turn, see net/node.h; 0: each alone */
    gms_time detect_delay; /* from a crash to its report, at least */
    uint32_t loss_percent;
    uint32_t risk;    /* see net/fault.h */
    bool knows_state; /* a newcomer has the first state; no state transfer */
    bool manual;      /* nothing happens by itself: messages and reports wait for sim_deliver() etc. */
    void (*trace)(void *self, const struct trace_record *, const struct address_book *); /* or NULL */
    void *trace_self;
    sim_watch *watch; /* or NULL */
    void *watch_self;
};

struct sim;

struct sim *sim_new(const struct sim_config *);          /* NULL: out of memory */
void sim_reset(struct sim *, const struct sim_config *); /* a new run in the same memory */
void sim_free(struct sim **);
void sim_set_knows_state(struct sim *, bool); /* of those who come from now on */

gms_time sim_now(const struct sim *);
uint64_t sim_messages(const struct sim *); /* protocol messages that arrived so far */

/* -- The application and the people ------------------------------------------------------------------ */

/* A new process: founds the group (no contacts) or joins it. Returns who it is, 0 if there is no room. */
int sim_add(struct sim *, const int *contacts, uint32_t count);
const char *sim_change(struct sim *, int who, int n); /* multicasts a change; NULL, or why it can't now */
void sim_leave(struct sim *, int who);

/* -- Time ---------------------------------------------------------------------------------------------- */

/* Runs all that happens until then. */
void sim_run(struct sim *, gms_time until);

/* -- Faults -------------------------------------------------------------------------------------------- */

void sim_crash(struct sim *, int who);                     /* the links keep all that it had sent */
void sim_crash_async(struct sim *, int who);               /* ... or each some prefix of its own, drawn */
void sim_keep(struct sim *, int from, int to, int count);  /* before a crash: this link keeps a prefix */
void sim_arm_crash(struct sim *, int who, uint32_t after); /* in its next broadcast, after so many sends */
void sim_arm_async_crash(struct sim *, int who, const int *keeps, uint32_t count);
void sim_die_after(struct sim *, int who, uint32_t sends);     /* within its next step, after so many sends */
bool sim_lose(struct sim *, int from, int to, uint32_t count); /* the next messages of this link */
void sim_lose_one(struct sim *, int from, int to);             /* the oldest one that is on its way */
void sim_set_loss(struct sim *, uint32_t percent);
void sim_set_delay(struct sim *, int from, int to, gms_time extra); /* 0, 0: all links */
void sim_cut(struct sim *, int from, int to, bool cut);             /* one way; hides crashes, too */
void sim_heal(struct sim *);                                        /* all cuts and delays */
void sim_suspect(struct sim *, int whom, int by);                   /* the detector is wrong */
void sim_hang(struct sim *, int who);                               /* takes no step until it is resumed */
void sim_resume(struct sim *, int who);

/* -- By hand ------------------------------------------------------------------------------------------- */

int sim_on_the_way(const struct sim *, int from, int to);
void sim_deliver(struct sim *, int from, int to); /* the oldest message of that link */
void sim_tell_down(struct sim *, int whom, int to);
bool sim_was_told(const struct sim *, int whom, int to);
gms_time sim_due(const struct sim *, int who); /* when its timer fires, GMS_NEVER: not at all */
void sim_timer(struct sim *, int who);         /* time passes until its timer is due */
void sim_heartbeat(struct sim *, int from, int to);
void sim_hear(struct sim *, int from, int to, const uint8_t *frame, size_t size); /* even if nobody sent it */

/* -- Looking ------------------------------------------------------------------------------------------- */

int sim_count(const struct sim *); /* members so far, the gone included */
const struct node *sim_node(const struct sim *, int who);
bool sim_alive(const struct sim *, int who); /* a process that runs or hangs */
bool sim_hung(const struct sim *, int who);
bool sim_failed(const struct sim *, int who); /* ended, because it could not join */
void sim_look(const struct sim *, int who, struct sim_app_state *);
int sim_leader(const struct sim *); /* whom most living members follow, 0: nobody */
const char *sim_name(const struct sim *, int who);
int sim_names(const struct sim *);             /* how many names there are, from w1 */
int sim_named(const struct sim *, int number); /* the last member of that name */

/* Nothing is going on: nothing is on its way, nobody is to learn of a crash or to come back, no member waits
 * for anything. */
bool sim_idle(const struct sim *);

/* Ends the run: everybody who is there exits in good order, as far as the trace is concerned. */
void sim_end(struct sim *);

#endif
