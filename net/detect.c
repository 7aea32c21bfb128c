/* Two sets; a crash is reported once, when it is both known and of interest. */
#include "net/detect.h"

bool detect_watch(struct detector *d, gms_id whom) {
    if (gms_ids_have(&d->watched, whom))
        return false;
    gms_ids_add(&d->watched, whom);
    return gms_ids_have(&d->down, whom);
}

bool detect_down(struct detector *d, gms_id whom) {
    if (gms_ids_have(&d->down, whom))
        return false;
    gms_ids_add(&d->down, whom);
    return gms_ids_have(&d->watched, whom);
}

bool detect_is_down(const struct detector *d, gms_id whom) {
    return gms_ids_have(&d->down, whom);
}
