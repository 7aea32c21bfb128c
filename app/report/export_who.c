/* Who takes part in a run that is exported: labels that no two share, in the order that people count in. */
#include "app/report/export_parts.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static uint16_t *slot_of(const struct export_who *w, gms_id id) {
    uint32_t slot = (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) % EXPORT_SLOTS;
    while (w->slots[slot] > 0 && w->member[w->slots[slot] - 1].id != id)
        slot = (slot + 1) % EXPORT_SLOTS;
    return (uint16_t *)&w->slots[slot];
}

uint32_t export_who_of(const struct export_who *w, gms_id id) {
    const uint16_t slot = *slot_of(w, id);
    return slot > 0 ? slot - 1u : EXPORT_NOBODY;
}

bool export_who_meet(struct export_who *w, gms_id id, const char *name, bool acts) {
    uint16_t *slot = slot_of(w, id);
    if (*slot == 0) {
        if (w->count == EXPORT_MEMBERS_MAX)
            return false;
        w->member[w->count] = (struct export_member){.id = id, .met = w->count};
        *slot = (uint16_t)++w->count;
    }
    struct export_member *m = &w->member[*slot - 1];
    m->acts = m->acts || acts;
    if (m->name[0] == '\0' && name && address_name_error(name) == NULL)
        strcpy(m->name, name);
    return true;
}

/* Those whose name nobody told come behind, and who watches from outside last. */
static int compare(const void *a, const void *b) {
    const struct export_member *ma = a, *mb = b;
    const int rank_a = ma->id == GMS_NOBODY ? 2 : ma->name[0] == '\0',
              rank_b = mb->id == GMS_NOBODY ? 2 : mb->name[0] == '\0';
    const int names = address_name_compare(ma->name, mb->name);
    if (rank_a != rank_b)
        return rank_a - rank_b;
    return names != 0 ? names : ma->met < mb->met ? -1 : 1;
}

static void label(struct export_member *m, uint32_t same) {
    char text[EXPORT_LABEL_SIZE];
    if (m->name[0] == '\0')
        snprintf(text, sizeof text, "%016" PRIx64, m->id);
    else if (same > 1) /* ~ is in no name */
        snprintf(text, sizeof text, "%s~%" PRIu32, m->name, same);
    else
        snprintf(text, sizeof text, "%s", m->name);
    memcpy(m->label, text, sizeof m->label);
}

void export_who_settle(struct export_who *w) {
    uint32_t same = 1;
    qsort(w->member, w->count, sizeof w->member[0], compare);
    memset(w->slots, 0, sizeof w->slots);
    for (uint32_t i = 0; i < w->count; i++) {
        *slot_of(w, w->member[i].id) = (uint16_t)(i + 1);
        same = i > 0 && strcmp(w->member[i - 1].name, w->member[i].name) == 0 ? same + 1 : 1;
        label(&w->member[i], same);
    }
    for (uint32_t i = 0; i < w->count; i++) {
        struct export_member *m = &w->member[i];
        const uint32_t real = m->name[0] == '\0' && !m->acts ? export_who_of(w, m->same_as) : EXPORT_NOBODY;
        if (m->same_as != GMS_NOBODY && real != EXPORT_NOBODY)
            memcpy(m->label, w->member[real].label, sizeof m->label);
    }
}
