/* The failure detector, pure: who is watched, who is known to have crashed.
 *
 * It is perfect in the sense of T. Chandra and S. Toueg, "Unreliable Failure Detectors for Reliable
 * Distributed Systems" (1996), as long as its driver keeps the promise of detect_down(): a proof only.
 */
#ifndef NET_DETECT_H
#define NET_DETECT_H

#include "gms/view.h"

struct detector {
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

#endif
