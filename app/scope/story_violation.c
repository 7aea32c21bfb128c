/* What is violated, as the checker found it, and where in the history it and its cause are. Found once. */
#include "app/scope/story_private.h"

#include <inttypes.h>
#include <string.h>

/* -- What is violated ------------------------------------------------------------------------------------ */

/* In this order told of; those from ONE_LEADER on alone do not make it out of sync. PROGRESS is a halt. */
static const enum check_property told[] = {CHECK_TOTAL_ORDER,
                                           CHECK_VIRTUAL_SYNCHRONY,
                                           CHECK_AGREEMENT,
                                           CHECK_UNIFORM_AGREEMENT,
                                           CHECK_CONVERGENCE,
                                           CHECK_STATE_TRANSFER,
                                           CHECK_COLOR,
                                           CHECK_SAME_VIEW_DELIVERY,
                                           CHECK_NO_DUPLICATION,
                                           CHECK_INTEGRITY,
                                           CHECK_FIFO,
                                           CHECK_CAUSAL,
                                           CHECK_GAP_FREE,
                                           CHECK_SELF_DELIVERY,
                                           CHECK_BLOCKED,
                                           CHECK_INITIAL_VIEW,
                                           CHECK_SENDER_MEMBERSHIP,
                                           CHECK_ONE_LEADER,
                                           CHECK_VIEW_AGREEMENT,
                                           CHECK_ONE_CHAIN,
                                           CHECK_QUORUM,
                                           CHECK_SUCCESSORS,
                                           CHECK_SELF_INCLUSION,
                                           CHECK_LOCAL_MONOTONICITY,
                                           CHECK_MEMBERSHIP_PRECISION};
#define TOLD (sizeof told / sizeof told[0])

static bool same_witness(const struct check_witness *a, const struct check_witness *b) {
    return a->a == b->a && a->b == b->b && a->view == b->view && a->count == b->count &&
           a->a_origin == b->a_origin && a->a_n == b->a_n;
}

/* Whether what was found when there were so many events can't be anything else now. */
static bool is_known(const struct story_telling *t, uint32_t event, uint32_t count) {
    if (event == HISTORY_NONE)
        return count > 0 && count == t->past.until;
    return count > 0 && event >= history_forgotten(t->h) && event < t->past.until;
}

void story_judge(struct story_telling *t) {
    const uint32_t count = t->past.until;
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const enum check_property property = (enum check_property)p;
        struct story_found *found = &t->s->found[p];
        const struct check_witness *w = check_witness_of(t->c, property);
        t->s->property[p] = check_property(t->c, property);
        t->s->property_event[p] = HISTORY_NONE;
        if (!w)
            continue;
        if (!same_witness(&found->witness, w) || !is_known(t, found->event, found->known))
            found->event = story_find_witness(&t->past, property, w);
        found->witness = *w;
        found->known = count > 0 ? count : 1;
        t->s->property_event[p] = found->event;
    }
}

uint32_t story_cause_event(struct story_telling *t, const struct check_cause *cause) {
    struct story *s = t->s;
    const uint32_t end = t->past.until;
    const bool known = s->cause.kind == cause->kind && s->cause.whom == cause->whom &&
                       s->cause.origin == cause->origin && s->cause.n == cause->n &&
                       s->cause.by == cause->by && is_known(t, s->cause_event, s->cause_known);
    if (!known)
        s->cause_event = story_find_cause(&t->past, cause);
    s->cause = *cause;
    s->cause_known = end > 0 ? end : 1;
    return s->cause_event;
}

/* From which change on, as far as anything tells: 0 if nothing does. */
static uint64_t since(const struct story_telling *t, enum check_property property) {
    const struct check_witness *order = check_witness_of(t->c, CHECK_TOTAL_ORDER);
    const struct history_event *e = history_event(t->h, t->s->property_event[property]);
    uint64_t count = order ? order->count : 0;
    if (e && e->ev == TRACE_DELIVER && e->count > 0 && (count == 0 || e->count < count))
        count = e->count;
    return count;
}

static bool tell_cause(struct story_telling *t, enum check_property property) {
    struct check_cause cause;
    if (!check_cause(t->c, property, &cause) ||
        !report_cause(t->c, t->names, property, t->s->sentence, sizeof t->s->sentence))
        return false;
    t->s->event = story_cause_event(t, &cause);
    return true;
}

/* Without "since #17: ", which the head says. */
static void tell_witness(struct story_telling *t, enum check_property property) {
    char text[sizeof t->s->sentence];
    report_witness(t->c, t->names, property, text, sizeof text);
    const char *rest = strncmp(text, "since #", 7) == 0 ? strstr(text, ": ") : NULL;
    story_say(t->s, "%s", rest ? rest + 2 : text);
    t->s->event = t->s->property_event[property];
}

static bool is_out_of_sync(enum check_property property) {
    for (size_t i = 0; i < TOLD && told[i] != CHECK_ONE_LEADER; i++) {
        if (told[i] == property)
            return true;
    }
    return false;
}

bool story_tell_property(struct story_telling *t, enum check_property property) {
    if (!tell_cause(t, property))
        tell_witness(t, property);
    return true;
}

/* Once told, a cause is not changed for another one that is as true. */
static enum check_property tell_first(struct story_telling *t) {
    const enum check_property before = t->s->told;
    if (is_out_of_sync(before) && t->s->property[before] == CHECK_VIOLATED && tell_cause(t, before))
        return before;
    for (size_t i = 0; i < TOLD; i++) {
        if (t->s->property[told[i]] == CHECK_VIOLATED && tell_cause(t, told[i]))
            return told[i];
    }
    for (size_t i = 0; i < TOLD; i++) {
        if (t->s->property[told[i]] != CHECK_VIOLATED)
            continue;
        tell_witness(t, told[i]);
        return told[i];
    }
    return CHECK_PROPERTIES;
}

bool story_tell_violation(struct story_telling *t) {
    const enum check_property property = tell_first(t);
    t->s->told = property;
    if (property == CHECK_PROPERTIES)
        return false;
    if (!is_out_of_sync(property) && !t->differs) {
        story_head(t->s, STORY_OUT_OF_SYNC, property == CHECK_ONE_LEADER ? "TWO LEADERS" : "VIOLATED: %s",
                   check_property_name(property));
        return true;
    }
    if (!is_out_of_sync(property))
        return false; /* there is worse to tell */
    t->s->since = since(t, property);
    story_count_alike(t);
    story_head(t->s, STORY_OUT_OF_SYNC, "OUT OF SYNC");
    if (t->s->since > 0)
        story_head(t->s, STORY_OUT_OF_SYNC, "OUT OF SYNC since #%" PRIu64, t->s->since);
    return true;
}

/* Seen by their hashes before any property tells. */
bool story_tell_difference(struct story_telling *t) {
    const struct check_member *m = t->differs, *senior = t->senior;
    if (!m)
        return false;
    const uint64_t count = m->state.count < senior->state.count ? m->state.count : senior->state.count;
    t->s->since = count;
    t->s->sentence[0] = '\0';
    t->s->event = story_find_last(&t->past, TRACE_DELIVER, m->id);
    story_head(t->s, STORY_OUT_OF_SYNC, "OUT OF SYNC since #%" PRIu64, count);
    story_say(t->s, "%s and %s have different histories", story_name(t, senior->id), story_name(t, m->id));
    return true;
}
