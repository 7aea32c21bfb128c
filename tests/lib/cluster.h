/* A group in one process, for tests that teach: the simulator (net/sim/sim.h) with workers on top and links
 * that deliver when the test says so. Nothing is left to chance, so what happened is a text that can be
 * compared line by line (the model is the test cluster of cowsql/raft).
 *
 * Members are 1, 2, 3 ... and appear as w1, w2, w3 ... in the story. Each link is first in, first out. A
 * member that crashed or left sends no more; what it had sent still arrives, and only then, link by link,
 * is its end reported.
 */
#ifndef TESTS_LIB_CLUSTER_H
#define TESTS_LIB_CLUSTER_H

#include "gms/check.h"
#include "net/sim/sim.h"

#define CLUSTER_MEMBERS_MAX     8
#define CLUSTER_JOIN_TIMEOUT_MS 1000

struct cluster;

/* A group of `members` that joined one after the other through w1; the story begins after that. */
struct cluster *cluster_of(enum gms_rung_id, int members);
void cluster_free(struct cluster **);

/* The same with what gms5 can be told. */
struct cluster_settings {
    enum gms_rung_id rung;
    enum gms_delivery delivery;
    bool last_man_standing;
};

struct cluster *cluster_with(const struct cluster_settings *, int members);

/* Newcomers ask the group for its state, as they really do. Without, every worker begins with the first
 * state, and the story is about the group layer alone. */
void with_state_transfer(struct cluster *);

/* Tells each send as well as each arrival, where the order of the sends is the point. */
void with_sends(struct cluster *);

/* Tells what happens at the members, and not what they say to each other. */
void without_messages(struct cluster *);

/* Leaves the numbers of the series out, where the story is the same on every rung. */
void without_numbers(struct cluster *);

/* -- What the application and the people do --------------------------------------------------------- */

int join(struct cluster *, int contact);                 /* a new member asks `contact`; returns who it is */
int join_through(struct cluster *, int first, int then); /* ... asks `then` when `first` does not answer */
void multicast(struct cluster *, int who, int change);
void leave(struct cluster *, int who);

/* -- What the network does -------------------------------------------------------------------------- */

int on_the_way(const struct cluster *, int from, int to);
void deliver_one(struct cluster *, int from, int to); /* asserts that something is on the way */
void deliver_link(struct cluster *, int from, int to);
void deliver_until(struct cluster *, int from, int to, enum gms_type); /* the first of this type, included */
void exchange(struct cluster *, int who, const char *with); /* "23": with w2 and back, then with w3 */
void deliver_all(struct cluster *);                         /* round-robin; reports nobody's end */
void tell_down(struct cluster *, int whom, int to); /* after the drain of that link, which is asserted */
void settle(struct cluster *);                      /* messages first, then ends, until nothing is left */
void pass_ms(struct cluster *, uint64_t ms);        /* timers fire; messages stay where they are */
void run_ms(struct cluster *, uint64_t ms);         /* timers fire, and whatever is said arrives at once */
void heartbeat(struct cluster *, int from, int to); /* if its rung has one for `to` */

/* -- What goes wrong -------------------------------------------------------------------------------- */

void crash(struct cluster *, int who);                         /* the links keep all that it had sent */
void keep_only(struct cluster *, int from, int to, int count); /* before a crash: this link keeps a prefix */
void arm_crash(struct cluster *, int who, uint32_t after);   /* in its next broadcast, after so many sends */
void lose_next(struct cluster *, int from, int to);          /* the next message of this link is lost */
void lose_links(struct cluster *, int from, const char *to); /* all that is on the way to these */
void lose_one(struct cluster *, int from, int to);           /* the oldest one that is on its way */
void cut(struct cluster *, int from, int to);                /* one way: what is sent from now on is lost */
void heal(struct cluster *);                                 /* all cuts */
void hang(struct cluster *, int who);                        /* takes no step until it is resumed */
void resume(struct cluster *, int who);
void suspect(struct cluster *, int whom, int by); /* the detector is wrong: `whom` is alive */
void inject(struct cluster *, int from, int to, const struct gms_message *); /* `to` hears what nobody said */

/* -- What came of it -------------------------------------------------------------------------------- */

/* Compares the story so far, each line ended by a newline, and begins a new one. */
#define cluster_story(c, expected) cluster_story_(c, expected, __FILE__, __LINE__)
void cluster_story_(struct cluster *, const char *expected, const char *file, int line);
void cluster_skip(struct cluster *); /* forgets the story so far */

/* "sync", "desync" or "halt", as the design's ladder defines them for the members that are correct, after one
 * more change from every survivor. Ends the story. */
const char *cluster_outcome(struct cluster *);
const char *cluster_verdict(const struct cluster *); /* the checker's, in the same words, after the outcome */

const struct check *cluster_check(const struct cluster *); /* what it judged of the trace so far */

const struct node *node_of(const struct cluster *, int who);
struct sim_app_state worker_of(const struct cluster *, int who); /* what its worker knows of itself */
const char *color_of(const struct cluster *, int who);           /* "#000007"; good until the next call */

#endif
