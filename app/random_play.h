/* What a run by chance is made of, for the files random_*.c alone. Everything is drawn from one generator, in
 * the order in which it happens.
 */
#ifndef APP_RANDOM_PLAY_H
#define APP_RANDOM_PLAY_H

#include "app/random_run.h"

#define AGAIN_MAX 16

struct play {
    const struct random_run *run;
    struct sim *sim;
    struct gms_rng rng;
    gms_time next_change, next_fault;
    struct { /* what ends by itself */
        gms_time at;
        int hung; /* who is resumed; 0: links are mended */
    } again[AGAIN_MAX];
    int again_count;
};

/* -- random_run.c -------------------------------------------------------------------------------------- */

uint64_t random_draw(struct play *, uint64_t bound);
bool random_in_group(const struct play *, int who);
int random_living(const struct play *);             /* so many are in the group */
int random_draw_member(struct play *, int but_not); /* one of them, 0 if there is none */

/* -- random_fault.c ------------------------------------------------------------------------------------ */

void random_go_wrong(struct play *);    /* one fault of those that the run is about */
void random_mend(struct play *, int i); /* ends what `again[i]` says */

/* -- random_quorum.c ----------------------------------------------------------------------------------- */

/* gms5: if this member were gone for ever, the others could still go on: in the last view that anybody
 * installed, and in whatever view may come of a change that has begun. */
bool random_can_spare(const struct play *, int who);

#endif
