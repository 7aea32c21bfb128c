/* Order is seniority: a view is a list, never a hash, so that every member walks it alike. */
#include "gms/view.h"

#include <assert.h>
#include <string.h>

bool gms_view_has(const struct gms_view *view, gms_id id) {
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->members[i] == id)
            return true;
    }
    return false;
}

void gms_view_append(struct gms_view *view, gms_id id) {
    assert(view->count < GMS_MEMBERS_MAX);
    assert(!gms_view_has(view, id));
    view->members[view->count++] = id;
}

bool gms_view_remove(struct gms_view *view, gms_id id) {
    for (uint32_t i = 0; i < view->count; i++) {
        if (view->members[i] != id)
            continue;
        memmove(&view->members[i], &view->members[i + 1], (view->count - i - 1) * sizeof(gms_id));
        view->members[--view->count] = GMS_NOBODY; /* equal states have equal bytes */
        return true;
    }
    return false;
}

void gms_view_set(struct gms_view *view, uint32_t number, const gms_id *members, uint32_t count) {
    assert(count <= GMS_MEMBERS_MAX);
    memset(view, 0, sizeof *view);
    view->number = number;
    view->count = count;
    memcpy(view->members, members, count * sizeof(gms_id));
}

bool gms_ids_have(const struct gms_ids *ids, gms_id id) {
    for (uint32_t i = 0; i < ids->count; i++) {
        if (ids->id[i] == id)
            return true;
    }
    return false;
}

void gms_ids_add(struct gms_ids *ids, gms_id id) {
    if (gms_ids_have(ids, id))
        return;
    ids->id[ids->next] = id;
    ids->next = (ids->next + 1) % GMS_DEPARTED_MAX;
    if (ids->count < GMS_DEPARTED_MAX)
        ids->count++;
}

void gms_ids_remove(struct gms_ids *ids, gms_id id) {
    const struct gms_ids before = *ids;
    const uint32_t oldest = before.count == GMS_DEPARTED_MAX ? before.next : 0;
    memset(ids, 0, sizeof *ids);
    for (uint32_t i = 0; i < before.count; i++) {
        const gms_id other = before.id[(oldest + i) % GMS_DEPARTED_MAX];
        if (other != id)
            gms_ids_add(ids, other);
    }
}

uint64_t gms_counts_get(const struct gms_counts *counts, gms_id id) {
    for (uint32_t i = 0; i < counts->count; i++) {
        if (counts->id[i] == id)
            return counts->n[i];
    }
    return 0;
}

void gms_counts_set(struct gms_counts *counts, gms_id id, uint64_t n) {
    for (uint32_t i = 0; i < counts->count; i++) {
        if (counts->id[i] == id) {
            counts->n[i] = n;
            return;
        }
    }
    assert(counts->count < GMS_MEMBERS_MAX);
    counts->id[counts->count] = id;
    counts->n[counts->count++] = n;
}

void gms_counts_keep(struct gms_counts *counts, const struct gms_view *view) {
    struct gms_counts kept;
    memset(&kept, 0, sizeof kept);
    for (uint32_t i = 0, next = 0; i < view->count; i++) {
        const gms_id id = view->members[i];
        while (next < counts->count && counts->id[next] != id && !gms_view_has(view, counts->id[next]))
            next++; /* who stays keeps its place: as a rule, it is the next one */
        const bool there = next < counts->count && counts->id[next] == id;
        kept.id[i] = id;
        kept.n[i] = there ? counts->n[next++] : gms_counts_get(counts, id);
    }
    kept.count = view->count;
    *counts = kept;
}
