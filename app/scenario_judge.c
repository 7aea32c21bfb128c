/* See scenario_judge.h. Every question is one walk over the checker's members. */
#include "app/scenario_judge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gms/view.h"

/* -- Watching --------------------------------------------------------------------------------------- */

/* The slot that holds its index + 1, or the free one where it would go. */
static uint32_t slot_of(const struct scenario_watch *w, gms_id id) {
    const uint32_t slots = sizeof w->slots / sizeof w->slots[0];
    uint32_t slot = (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) % slots;
    while (w->slots[slot] != 0 && w->members[w->slots[slot] - 1].id != id)
        slot = (slot + 1) % slots;
    return slot;
}

static const struct scenario_watched *find(const struct scenario_watch *w, gms_id id) {
    const uint16_t index = w->slots[slot_of(w, id)];
    return index > 0 ? &w->members[index - 1] : NULL;
}

/* NULL: there is no more room. */
static struct scenario_watched *watched(struct scenario_watch *w, gms_id id) {
    uint16_t *slot = &w->slots[slot_of(w, id)];
    if (*slot > 0)
        return &w->members[*slot - 1];
    if (id == GMS_NOBODY || w->count == SCENARIO_WATCHED_MAX)
        return NULL;
    struct scenario_watched *m = &w->members[w->count];
    memset(m, 0, sizeof *m);
    m->id = id;
    *slot = (uint16_t)++w->count;
    return m;
}

void scenario_watch_feed(struct scenario_watch *w, const struct trace_record *r) {
    const bool seen_from_outside = r->id == GMS_NOBODY && (r->ev == TRACE_HANG || r->ev == TRACE_RESUME);
    const bool news = r->ev == TRACE_VIEW || r->ev == TRACE_BLOCK || r->ev == TRACE_UNBLOCK ||
                      r->ev == TRACE_NO_QUORUM || r->ev == TRACE_QUORUM || r->ev == TRACE_EXCLUDED;
    struct scenario_watched *m = seen_from_outside || news ? watched(w, news ? r->id : r->peer) : NULL;
    if (!m)
        return;
    if (r->ev == TRACE_VIEW && r->member_count <= GMS_MEMBERS_MAX)
        gms_view_set(&m->view, r->view, r->members, r->member_count);
    if (r->ev == TRACE_BLOCK || r->ev == TRACE_UNBLOCK || r->ev == TRACE_VIEW)
        m->blocked = r->ev == TRACE_BLOCK;
    if (r->ev == TRACE_NO_QUORUM || r->ev == TRACE_QUORUM || r->ev == TRACE_VIEW)
        m->no_quorum = r->ev == TRACE_NO_QUORUM;
    if (seen_from_outside)
        m->hung = r->ev == TRACE_HANG;
    m->excluded = m->excluded || r->ev == TRACE_EXCLUDED;
}

/* -- Who is there ----------------------------------------------------------------------------------- */

static const struct check_member *member(const struct scenario_scene *scene, gms_id id) {
    return id != GMS_NOBODY ? check_member_of(scene->check, id) : NULL;
}

static bool there(const struct scenario_scene *scene, const struct check_member *m) {
    const struct scenario_watched *w = m ? find(scene->watch, m->id) : NULL;
    return w && m->viewed && !m->crashed && !m->left && !w->excluded;
}

/* Whom `m` follows, or will follow as soon as it notices: at gms1 the first of its view, whatever happened.
 */
static gms_id followed(const struct scenario_scene *scene, const struct check_member *m) {
    const struct gms_view *view = &find(scene->watch, m->id)->view;
    for (uint32_t i = 0; i < view->count; i++) {
        if (there(scene, member(scene, view->members[i])))
            return view->members[i];
        if (scene->rung == GMS_RUNG_1)
            break;
    }
    return GMS_NOBODY;
}

static bool is_blocked(const struct scenario_scene *scene, const struct check_member *m) {
    const struct scenario_watched *w = find(scene->watch, m->id);
    return w->blocked || w->no_quorum;
}

/* It delivers nothing more, or not for the time being. */
static bool stopped(const struct scenario_scene *scene, const struct check_member *m) {
    return m->frozen || is_blocked(scene, m) || find(scene->watch, m->id)->hung;
}

static bool halted(const struct scenario_scene *scene, const struct check_member *m) {
    const struct scenario_watched *w = find(scene->watch, m->id);
    return stopped(scene, m) || w->view.count == 0 || !there(scene, member(scene, w->view.members[0]));
}

static int name_of(const struct scenario_scene *scene, gms_id id) {
    for (int i = 0; i < scene->id_count; i++) {
        if (scene->ids[i] == id)
            return i + 1;
    }
    return 0;
}

gms_id scenario_leader(const struct scenario_scene *scene) {
    const struct check *c = scene->check;
    uint16_t votes[CHECK_MEMBERS_MAX] = {0};
    uint32_t best = 0;
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        const struct check_member *leader =
            there(scene, m) && !m->frozen ? member(scene, followed(scene, m)) : NULL;
        if (there(scene, leader))
            votes[leader - c->members]++;
    }
    for (uint32_t i = 1; i < c->member_count; i++)
        best = votes[i] > votes[best] ? i : best;
    return votes[best] > 0 ? c->members[best].id : GMS_NOBODY;
}

bool scenario_all_in(const struct scenario_scene *scene, int count) {
    for (int i = 0; i < count; i++) {
        const struct check_member *m = i < scene->id_count ? member(scene, scene->ids[i]) : NULL;
        if (!there(scene, m) || !m->has_state)
            return false;
    }
    return true;
}

/* -- What is seen ----------------------------------------------------------------------------------- */

__attribute__((format(printf, 4, 5))) static void add(char *seen, size_t size, size_t *used,
                                                      const char *format, ...) {
    va_list args;
    va_start(args, format);
    const int more = *used < size ? vsnprintf(seen + *used, size - *used, format, args) : 0;
    va_end(args);
    *used += more > 0 ? (size_t)more : 0;
}

/* "w2 #7 3af0, w3 #7 3af0, w4 frozen at #6": whoever is there, with the last digits of its hash. */
static void describe(const struct scenario_scene *scene, char *seen, size_t size) {
    size_t used = 0;
    seen[0] = '\0';
    for (uint32_t i = 0; i < scene->check->member_count; i++) {
        const struct check_member *m = &scene->check->members[i];
        if (!there(scene, m))
            continue;
        const struct scenario_watched *w = find(scene->watch, m->id);
        add(seen, size, &used, "%sw%d", used ? ", " : "", name_of(scene, m->id));
        if (m->frozen)
            add(seen, size, &used, " frozen at #%" PRIu64, m->state.count);
        else if (w->hung)
            add(seen, size, &used, " hung at #%" PRIu64, m->state.count);
        else if (is_blocked(scene, m))
            add(seen, size, &used, " %s at #%" PRIu64, w->no_quorum ? "without quorum" : "blocked",
                m->state.count);
        else if (!m->has_state)
            add(seen, size, &used, " without state");
        else
            add(seen, size, &used, "%s #%" PRIu64 " %04x", halted(scene, m) ? " without leader" : "",
                m->state.count, (unsigned)(m->state.hash & 0xffff));
    }
    if (used == 0)
        snprintf(seen, size, "nobody is left");
}

/* Whom each follows, in a view of how many. */
static void describe_views(const struct scenario_scene *scene, char *seen, size_t size) {
    size_t used = 0;
    seen[0] = '\0';
    for (uint32_t i = 0; i < scene->check->member_count; i++) {
        const struct check_member *m = &scene->check->members[i];
        if (!there(scene, m))
            continue;
        const struct gms_view *view = &find(scene->watch, m->id)->view;
        add(seen, size, &used, "%sw%d%s follows w%d of %u", used ? ", " : "", name_of(scene, m->id),
            halted(scene, m) ? " (halted)" : "", name_of(scene, view->members[0]), view->count);
    }
    if (used == 0)
        snprintf(seen, size, "nobody is left");
}

/* -- The words -------------------------------------------------------------------------------------- */

struct facts {
    uint32_t there, halted, frozen, blocked;
    bool all_have_state;
    bool differ;          /* two that did not stop show different states */
    bool differ_for_ever; /* at the same count */
};

static void compare(struct facts *f, const struct check_member *a, const struct check_member *b) {
    if (!a->has_state || !b->has_state)
        return;
    const bool same = a->state.count == b->state.count && a->state.hash == b->state.hash;
    f->differ = f->differ || !same;
    f->differ_for_ever = f->differ_for_ever || (!same && a->state.count == b->state.count);
}

static struct facts facts_of(const struct scenario_scene *scene) {
    struct facts f = {.all_have_state = true};
    const struct check_member *going[CHECK_MEMBERS_MAX];
    uint32_t going_count = 0;
    for (uint32_t i = 0; i < scene->check->member_count; i++) {
        const struct check_member *m = &scene->check->members[i];
        if (!there(scene, m))
            continue;
        f.there++;
        f.halted += halted(scene, m);
        f.frozen += m->frozen;
        f.blocked += is_blocked(scene, m);
        f.all_have_state = f.all_have_state && m->has_state;
        if (!stopped(scene, m))
            going[going_count++] = m;
    }
    for (uint32_t i = 0; i < going_count; i++) {
        for (uint32_t j = 0; j < i; j++)
            compare(&f, going[i], going[j]);
    }
    return f;
}

static bool all_follow(const struct scenario_scene *scene, gms_id leader) {
    if (!there(scene, member(scene, leader)) || halted(scene, member(scene, leader)))
        return false;
    for (uint32_t i = 0; i < scene->check->member_count; i++) {
        const struct check_member *m = &scene->check->members[i];
        if (there(scene, m) && !halted(scene, m) && find(scene->watch, m->id)->view.members[0] != leader)
            return false;
    }
    return true;
}

static bool all_blocked(const struct scenario_step *step, const struct scenario_scene *scene) {
    for (int i = 0; i < step->name_count; i++) {
        const int who = step->names[i].who;
        const gms_id id = who == SCENARIO_LEADER   ? scenario_leader(scene)
                          : who <= scene->id_count ? scene->ids[who - 1]
                                                   : GMS_NOBODY;
        const struct check_member *m = member(scene, id);
        if (!there(scene, m) || !is_blocked(scene, m))
            return false;
    }
    return true;
}

static bool all_views_have(const struct scenario_scene *scene, uint32_t count) {
    bool any = false;
    for (uint32_t i = 0; i < scene->check->member_count; i++) {
        const struct check_member *m = &scene->check->members[i];
        if (!there(scene, m) || halted(scene, m))
            continue;
        any = true;
        if (find(scene->watch, m->id)->view.count != count)
            return false;
    }
    return any;
}

bool scenario_expectation_holds(const struct scenario_step *step, const struct scenario_scene *scene,
                                bool last, char *seen, size_t seen_size) {
    const struct facts f = facts_of(scene);
    const bool desync = f.differ_for_ever || (f.differ && last);
    describe(scene, seen, seen_size);
    switch (step->outcome) {
    case SCENARIO_SYNC: return f.there > 0 && f.halted == 0 && f.all_have_state && !f.differ;
    case SCENARIO_DESYNC: return desync;
    case SCENARIO_HALT: return !desync && (f.frozen > 0 || (f.halted > 0 && last));
    case SCENARIO_BLOCKED: return f.blocked > 0 && all_blocked(step, scene);
    case SCENARIO_LED_BY:
        describe_views(scene, seen, seen_size);
        return step->who > 0 && step->who <= scene->id_count && all_follow(scene, scene->ids[step->who - 1]);
    case SCENARIO_MEMBERS_ARE:
        snprintf(seen, seen_size, "%u members", f.there);
        return f.there == step->number;
    case SCENARIO_VIEWS_HAVE:
        describe_views(scene, seen, seen_size);
        return all_views_have(scene, step->number);
    }
    return false;
}
