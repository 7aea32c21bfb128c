/* What only the end of a run that was stable can tell: who has everything, and who is there. */
#include "gms/check_private.h"

/* The view with the highest number that a running member is in. */
static const struct check_view *last_view(struct check *c) {
    const struct check_member *last = NULL;
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        if (check_running(m) && (!last || m->view > last->view))
            last = m;
    }
    return last ? check_view_at(c, last->view_serial) : NULL;
}

/* -- 12, 15, 26: who has delivered what ------------------------------------------------------------------ */

static struct check_witness lacking(const struct check *c, const struct check_message *m,
                                    const struct check_member *b) {
    return (struct check_witness){.a = c->members[m->origin].id,
                                  .b = b ? b->id : GMS_NOBODY,
                                  .a_origin = c->members[m->origin].id,
                                  .a_n = m->n,
                                  .view = m->view,
                                  .count = m->count,
                                  .a_at = m->mcast_at};
}

static void judge_message(struct check *c, struct check_message *m) {
    const struct check_member *origin = &c->members[m->origin];
    check_agreement(c, m, true);
    if (!m->mcast_known || !check_running(origin))
        return;
    if (!check_has(m->delivered_by, m->origin) && !check_may_have(c, origin, m)) {
        const struct check_witness w = lacking(c, m, m->delivered ? origin : NULL);
        check_violate(c, CHECK_SELF_DELIVERY, &w);
    }
    for (uint32_t i = 0; m->mcast_t > c->disturbed_t && i < c->member_count; i++) {
        const struct check_member *member = &c->members[i];
        if (!check_running(member) || check_has(m->delivered_by, (uint16_t)i) || check_may_have(c, member, m))
            continue;
        const struct check_witness w = lacking(c, m, m->delivered ? member : NULL);
        check_violate(c, CHECK_PROGRESS, &w);
        return;
    }
}

/* -- 24: convergence ------------------------------------------------------------------------------------- */

/* The first message that one of them has and the other lacks; `a` becomes the one that has it. */
static void tell_difference(struct check *c, struct check_witness *w) {
    const uint16_t a = check_index(c, check_member_of(c, w->a)), b = check_index(c, check_member_of(c, w->b));
    for (struct check_message *m = check_message_first(c); m; m = check_message_next(c, m)) {
        if (!m->delivered || check_has(m->delivered_by, a) == check_has(m->delivered_by, b))
            continue;
        if (check_has(m->delivered_by, b)) {
            const struct check_where at = w->a_at;
            w->a = c->members[b].id;
            w->b = c->members[a].id;
            w->a_at = w->b_at;
            w->b_at = at;
        }
        w->a_origin = c->members[m->origin].id;
        w->a_n = m->n;
        return;
    }
}

static void judge_convergence(struct check *c, const struct check_view *last) {
    const struct check_member *first = NULL;
    /* Below gms5 a group that has parted has a last view on each side. */
    const bool precise = !c->survivors_only && (c->promises & CHECK_BIT(CHECK_MEMBERSHIP_PRECISION));
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        if (!check_running(m) || (precise && last && check_view_place(last, (uint16_t)i) < 0))
            continue;
        if (!first) {
            first = m;
        } else if (!trace_state_equal(&first->state, &m->state)) {
            struct check_witness w = {.a = first->id,
                                      .b = m->id,
                                      .view = m->view,
                                      .count = first->state.count,
                                      .a_at = first->state_at,
                                      .b_at = m->state_at};
            tell_difference(c, &w);
            check_violate(c, CHECK_CONVERGENCE, &w);
            return;
        }
    }
}

/* -- 25: membership precision ---------------------------------------------------------------------------- */

static void judge_precision(struct check *c, const struct check_view *last) {
    for (uint32_t i = 0; last && i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        const bool listed = check_view_place(last, (uint16_t)i) >= 0;
        const struct check_witness w = {.a = m->id, .view = last->number, .a_at = m->view_at};
        if (m->lost || (listed && !m->traced && !m->crashed))
            c->uncompared++; /* a member whose trace is not here */
        else if (check_running(m) ? m->view_serial != last->serial : listed && !check_halted(m))
            check_violate(c, CHECK_MEMBERSHIP_PRECISION, &w);
    }
}

void check_end_of_run(struct check *c) {
    const struct check_view *last = last_view(c);
    for (struct check_message *m = check_message_first(c); m; m = check_message_next(c, m))
        judge_message(c, m);
    judge_convergence(c, last);
    judge_precision(c, last);
}
