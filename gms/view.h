/* The ordered member set, and the bounded memory of ids that are gone. */
#ifndef GMS_VIEW_H
#define GMS_VIEW_H

#include "gms/gms.h"

bool gms_view_has(const struct gms_view *, gms_id);
void gms_view_append(struct gms_view *, gms_id); /* asserts room, and that the id is new */
bool gms_view_remove(struct gms_view *, gms_id); /* keeps the order; false if it was not there */
void gms_view_set(struct gms_view *, uint32_t number, const gms_id *members, uint32_t count);

/* A bounded set that forgets the oldest: whom we know to be gone. */
struct gms_ids {
    uint32_t count;
    uint32_t next;
    gms_id id[GMS_DEPARTED_MAX];
};

bool gms_ids_have(const struct gms_ids *, gms_id);
void gms_ids_add(struct gms_ids *, gms_id);
void gms_ids_remove(struct gms_ids *, gms_id); /* the others keep their order */

/* How far each member has got: a number for each id that it was told of. */
struct gms_counts {
    uint32_t count;
    gms_id id[GMS_MEMBERS_MAX];
    uint64_t n[GMS_MEMBERS_MAX];
};

uint64_t gms_counts_get(const struct gms_counts *, gms_id); /* 0: not told of */
void gms_counts_set(struct gms_counts *, gms_id, uint64_t n);

/* The numbers of a view's members, in its order, and of nobody else from then on. */
void gms_counts_keep(struct gms_counts *, const struct gms_view *);

#endif
