/* Two sets; a crash is reported once, when it is both known and of interest. */
#include "net/detect.h"

static void put(struct gms_ids *ids, gms_id whom) {
    if (!gms_ids_have(ids, whom))
        gms_ids_add(ids, whom);
}

void detect_watch(struct detector *d, gms_id whom) {
    put(&d->watched, whom);
}

void detect_down(struct detector *d, gms_id whom) {
    put(&d->down, whom);
}

gms_id detect_report(struct detector *d) {
    for (uint32_t i = 0; i < d->down.count; i++) {
        const gms_id whom = d->down.id[i];
        if (!gms_ids_have(&d->watched, whom) || gms_ids_have(&d->reported, whom))
            continue;
        gms_ids_add(&d->reported, whom);
        return whom;
    }
    return GMS_NOBODY;
}

bool detect_is_down(const struct detector *d, gms_id whom) {
    return gms_ids_have(&d->down, whom);
}
