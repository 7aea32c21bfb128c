/* The failure detectors, pure: the perfect one and the eventually perfect one of T. Chandra and S. Toueg,
 * "Unreliable Failure Detectors for Reliable Distributed Systems" (1996).
 *
 * The first knows who is watched and who is known to have crashed; it is perfect as long as its driver keeps
 * the promise of detect_down(): a proof only. The second knows who has not been heard for too long; it may be
 * wrong, about a process that hangs or a link that is cut, and takes a suspicion back when it hears again.
 */
#ifndef NET_DETECT_H
#define NET_DETECT_H

#include "gms/view.h"

struct detector {
    bool news; /* since the last report was asked for, something has become known or of interest */
    struct gms_ids down;
    struct gms_ids watched;
    struct gms_ids reported;
};

/* From now on a crash of `whom` matters. */
void detect_watch(struct detector *, gms_id whom);

/* The driver has proof that `whom` crashed, and all that it had sent was handed over. */
void detect_down(struct detector *, gms_id whom);

/* The next crash that is both known and of interest and was not reported yet, GMS_NOBODY: none. */
gms_id detect_report(struct detector *);

bool detect_is_down(const struct detector *, gms_id whom);

/* -- Silence ------------------------------------------------------------------------------------------- */

struct silence {
    gms_time timeout; /* 0: nobody is ever suspected */
    uint32_t count;
    uint16_t oldest, newest;             /* who has been silent for longest, and shortest; as in `slots` */
    uint16_t slots[2 * GMS_MEMBERS_MAX]; /* by id: which of them, from 1; 0: free */
    struct silent {
        gms_id id;
        gms_time since; /* when it was last heard, or last suspected: never before that of an older one */
        bool suspected;
        uint16_t older, newer;
    } of[GMS_MEMBERS_MAX];
};

/* From now on these are to be heard, and nobody else; who is new counts as heard now. */
void silence_expect(struct silence *, gms_time now, const gms_id *ids, uint32_t count);

void silence_heard(struct silence *, gms_time now, gms_id from);
void silence_forgive(struct silence *, gms_time now); /* as if all had been heard now */

gms_time silence_due(const struct silence *); /* when the next one has been silent for too long */

/* The next one that has been silent for too long, GMS_NOBODY: none. Who stays silent comes up again after one
 * more timeout. */
gms_id silence_take(struct silence *, gms_time now);

bool silence_suspects(const struct silence *, gms_id whom); /* not heard since it was taken */

#endif
