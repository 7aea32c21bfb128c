/* Membership: what a member installs against what the others did, view by view.
 *
 * Two views with one number and different members are two views here; that they have one number is 4. Virtual
 * synchrony (14) and uniform agreement (16) are judged by the digest of the set of messages that a member had
 * delivered when it went on, so that what is stable need not be kept.
 */
#include "gms/check_private.h"

#include <string.h>

/* -- The table ------------------------------------------------------------------------------------------- */

struct check_view *check_view_at(struct check *c, uint32_t serial) {
    struct check_view *v = &c->views[serial % CHECK_VIEWS_MAX];
    return serial > 0 && v->serial == serial ? v : NULL;
}

int check_view_place(const struct check_view *v, uint16_t member) {
    for (uint16_t i = 0; i < v->member_count; i++) {
        if (v->members[i] == member)
            return i;
    }
    return -1;
}

static uint64_t digest_of(const struct trace_record *r) {
    uint64_t digest = r->member_count;
    for (uint32_t i = 0; i < r->member_count; i++)
        digest = (digest ^ r->members[i]) * 0x9e3779b97f4a7c15u + (digest >> 29);
    return digest;
}

/* Finds the view; `other` is one of the same number with other members, if there is any. */
static struct check_view *find(struct check *c, uint32_t number, uint64_t digest, struct check_view **other) {
    struct check_view *found = NULL;
    for (uint32_t i = 0; i < CHECK_VIEWS_MAX && i < c->view_serial; i++) {
        const uint32_t slot = (c->view_serial - i) % CHECK_VIEWS_MAX;
        struct check_view *v = &c->views[slot];
        if (c->view_numbers[slot] != number)
            continue;
        if (v->members_digest == digest)
            found = v;
        else
            *other = v;
    }
    return found;
}

static void judge_link(struct check *c, struct check_view *v);

static struct check_view *add(struct check *c, const struct trace_record *r, uint64_t digest) {
    const uint32_t serial = ++c->view_serial;
    struct check_view *v = &c->views[serial % CHECK_VIEWS_MAX];
    if (serial > CHECK_VIEWS_MAX)
        judge_link(c, v);
    memset(v, 0, offsetof(struct check_view, members));
    memset(v->from, 0, sizeof v->from);
    v->serial = serial;
    v->number = r->view;
    v->members_digest = digest;
    v->primary = r->primary;
    v->first_by = v->led_by = v->left_by = 0;
    v->found = false;
    v->digest = v->digest_count = 0;
    v->group_count = 0;
    c->view_numbers[serial % CHECK_VIEWS_MAX] = r->view;
    for (uint32_t i = 0; i < r->member_count && i < GMS_MEMBERS_MAX; i++) {
        struct check_member *m = check_meet(c, r->members[i]);
        if (!m)
            continue;
        if (m->listed == 0 || r->view < m->listed)
            m->listed = r->view;
        v->members[v->member_count++] = check_index(c, m);
    }
    return v;
}

/* -- 8, 14 and 16: how members go from one view to the next -------------------------------------------- */

static struct check_witness between(const struct check *c, uint16_t a, uint16_t b, uint32_t view) {
    return (struct check_witness){.a = c->members[a].id, .b = c->members[b].id, .view = view};
}

/* `p` came to `v` from `p_from`; `q` was in that view and came from `q_from`. */
static void judge_successor(struct check *c, const struct check_view *v, uint16_t p, uint32_t p_from,
                            uint16_t q, uint32_t q_from) {
    const struct check_view *before = p_from == CAME_FIRST ? NULL : check_view_at(c, p_from);
    if (!before || q_from == CAME_FIRST || q_from == p_from || check_view_place(before, q) < 0)
        return;
    struct check_witness w = between(c, p, q, v->number);
    w.a_at = c->members[p].view_at;
    w.b_at = c->members[q].view_at;
    check_violate(c, CHECK_SUCCESSORS, &w);
}

static void judge_successors(struct check *c, const struct check_view *v, uint16_t me, uint32_t from) {
    for (uint16_t i = 0; i < v->member_count; i++) {
        const uint16_t other = v->members[i];
        if (v->from[i] == 0 || v->from[i] == from || other == me)
            continue;
        judge_successor(c, v, me, from, other, v->from[i]);
        judge_successor(c, v, other, v->from[i], me, from);
    }
}

/* The first message of a view that `has` delivered and `lacks` did not, into the witness: `a` has it. */
static bool tell_message(struct check *c, uint32_t view_serial, uint16_t has, uint16_t lacks,
                         struct check_witness *w) {
    for (struct check_message *m = check_message_first(c); m; m = check_message_next(c, m)) {
        if (m->view_serial != view_serial || !check_has(m->delivered_by, has) ||
            check_has(m->delivered_by, lacks))
            continue;
        w->a = c->members[has].id;
        w->b = c->members[lacks].id;
        w->a_origin = c->members[m->origin].id;
        w->a_n = m->n;
        w->count = m->count;
        if (has == m->first_by)
            w->a_at = m->delivered_at;
        return true;
    }
    return false;
}

static void judge_synchrony(struct check *c, struct check_view *v, const struct check_member *m,
                            const struct check_view *before) {
    const uint16_t me = check_index(c, m);
    struct check_group *group = NULL;
    if (m->found && m->found_in == before->serial)
        return; /* nobody knows all that it delivered there */
    for (uint32_t i = 0; i < v->group_count; i++)
        group = v->groups[i].from == before->serial ? &v->groups[i] : group;
    if (!group) {
        if (v->group_count == sizeof v->groups / sizeof v->groups[0])
            c->uncompared++;
        else
            v->groups[v->group_count++] =
                (struct check_group){before->serial, me, m->digest, m->digest_count, m->view_at};
        return;
    }
    const bool same = group->digest == m->digest && group->digest_count == m->digest_count;
    if (same || c->violated[CHECK_VIRTUAL_SYNCHRONY])
        return;
    struct check_witness w = between(c, group->by, me, before->number);
    w.a_at = group->at;
    w.b_at = m->view_at;
    if (!tell_message(c, before->serial, group->by, me, &w) &&
        tell_message(c, before->serial, me, group->by, &w))
        w.b_at = group->at;
    check_violate(c, CHECK_VIRTUAL_SYNCHRONY, &w);
}

/* It goes on; it must have all that anybody delivered in the view it leaves. */
static void judge_uniform(struct check *c, struct check_view *before, const struct check_member *m) {
    const uint16_t me = check_index(c, m);
    if (m->found && m->found_in == before->serial)
        return;
    before->left_by = (uint16_t)(me + 1);
    const bool same = before->digest == m->digest && before->digest_count == m->digest_count;
    if (same || c->violated[CHECK_UNIFORM_AGREEMENT])
        return;
    struct check_witness w = {.b = m->id, .view = before->number, .b_at = m->view_at};
    for (uint16_t i = 0; i < before->member_count; i++) {
        if (!tell_message(c, before->serial, before->members[i], me, &w))
            continue;
        check_violate(c, CHECK_UNIFORM_AGREEMENT, &w);
        return;
    }
}

/* -- 1, 2, 4: what one installs ------------------------------------------------------------------------ */

static void judge_list(struct check *c, const struct check_member *m, const struct trace_record *r,
                       const struct check_view *other) {
    struct check_witness w = {.a = m->id, .view = r->view, .a_at = check_at(r)};
    bool listed = false;
    for (uint32_t i = 0; i < r->member_count; i++)
        listed = listed || r->members[i] == m->id;
    if (!listed)
        check_violate(c, CHECK_SELF_INCLUSION, &w);
    if (m->viewed && r->view <= m->view)
        check_violate(c, CHECK_LOCAL_MONOTONICITY, &w);
    if (other) {
        w.b = m->id;
        w.b_at = w.a_at;
        w.a = c->members[other->first_by - 1].id;
        w.a_at = other->first_at;
        check_conflict(c, &(struct check_conflict){.property = CHECK_VIEW_AGREEMENT, .witness = w});
    }
}

/* `other`: a view of the same number, NULL if there is none. */
static void lead(struct check *c, struct check_view *v, const struct check_view *other,
                 const struct check_member *m, const struct trace_record *r) {
    const uint16_t me = (uint16_t)(check_index(c, m) + 1);
    const struct check_view *rival = v->led_by > 0 && v->led_by != me                    ? v
                                     : other && other->led_by > 0 && other->led_by != me ? other
                                                                                         : NULL;
    if (rival) {
        struct check_witness w = between(c, (uint16_t)(rival->led_by - 1), (uint16_t)(me - 1), v->number);
        w.a_at = rival->led_at;
        w.b_at = check_at(r);
        check_conflict(c, &(struct check_conflict){.property = CHECK_ONE_LEADER, .witness = w});
    }
    if (v->led_by == 0) {
        v->led_by = me;
        v->led_at = check_at(r);
    }
}

static void be_first(struct check_view *v, uint16_t me, const struct trace_record *r) {
    if (v->first_by > 0)
        return;
    v->first_by = (uint16_t)(me + 1);
    v->first_at = check_at(r);
}

static void enter(struct check_member *m, const struct check_view *v, const struct trace_record *r) {
    m->leads_next = 0;
    if (!m->viewed)
        m->first_view = r->view;
    m->viewed = true;
    m->view = r->view;
    m->view_serial = v->serial;
    m->view_members = r->member_count;
    m->leader = r->member_count > 0 ? r->members[0] : GMS_NOBODY;
    m->blocked = m->no_quorum = m->owes_view = false;
}

void check_view_installed(struct check *c, struct check_member *m, const struct trace_record *r) {
    const uint64_t digest = digest_of(r);
    const uint16_t me = check_index(c, m);
    struct check_view *other = NULL, *v = find(c, r->view, digest, &other);
    judge_list(c, m, r, other);
    if (!v)
        v = add(c, r, digest);
    be_first(v, me, r);
    struct check_view *before = m->viewed ? check_view_at(c, m->view_serial) : NULL;
    const uint32_t from = m->viewed ? m->view_serial : CAME_FIRST;
    const int place = check_view_place(v, me);
    m->view_at = check_at(r);
    if (before != v) {
        judge_successors(c, v, me, from);
        if (place >= 0 && v->from[place] == 0)
            v->from[place] = from;
        if (before) {
            judge_synchrony(c, v, m, before);
            judge_uniform(c, before, m);
        }
        m->digest = m->digest_count = 0;
    }
    if (m->leads_next == r->view || (v->member_count > 0 && v->members[0] == me))
        lead(c, v, other, m, r);
    enter(m, v, r);
}

/* It has been in this view for a while: how it came there, and what it did there before, is not known. */
void check_view_found(struct check *c, struct check_member *m, const struct trace_record *r) {
    const uint64_t digest = digest_of(r);
    const uint16_t me = check_index(c, m);
    struct check_view *other = NULL, *v = find(c, r->view, digest, &other);
    if (!v)
        v = add(c, r, digest);
    be_first(v, me, r);
    v->found = true;
    const int place = check_view_place(v, me);
    if (place >= 0 && v->from[place] == 0)
        v->from[place] = CAME_FIRST;
    if (v->member_count > 0 && v->members[0] == me)
        lead(c, v, other, m, r);
    m->digest = m->digest_count = 0;
    m->found_in = v->serial;
    m->view_at = check_at(r);
    enter(m, v, r);
}

/* Whoever takes the lead says so before it announces its view, or in it. */
void check_view_led(struct check *c, struct check_member *m, const struct trace_record *r) {
    struct check_view *v = m->viewed ? check_view_at(c, m->view_serial) : NULL;
    if (v && v->number == r->view)
        lead(c, v, NULL, m, r);
    else
        m->leads_next = r->view;
}

/* -- 5 and 7: from one primary view to the next -------------------------------------------------------- */

/* The primary view with the highest number below, as far as it is remembered. */
static struct check_view *predecessor(struct check *c, const struct check_view *v) {
    struct check_view *best = NULL;
    for (uint32_t i = 0; i < CHECK_VIEWS_MAX && i < c->view_serial; i++) {
        struct check_view *other = &c->views[(c->view_serial - i) % CHECK_VIEWS_MAX];
        if (other->primary && other->number < v->number && (!best || other->number > best->number))
            best = other;
    }
    return best;
}

static bool has_quorum(const struct check *c, const struct check_view *before, const struct check_view *v) {
    uint32_t present = 0, crashed = 0;
    bool senior = false;
    for (uint16_t i = 0; i < before->member_count; i++) {
        const struct check_member *m = &c->members[before->members[i]];
        const bool here = check_view_place(v, before->members[i]) >= 0 ||
                          (m->left && !m->crashed && m->view <= before->number) ||
                          (c->from_middle && (!m->traced || m->lost)); /* it may have left unheard */
        present += here;
        crashed += !here && m->crashed;
        senior = senior || (here && i == 0);
    }
    return 2 * present > before->member_count || (2 * present == before->member_count && senior) ||
           (c->settings.last_man_standing && present > 0 && present + crashed == before->member_count);
}

/* At gms4-ack a leader installs its view last: if it crashes before, only newcomers may have it. */
static bool may_be_broken(const struct check *c, const struct check_view *before) {
    bool dead = c->survivors_only;
    for (uint16_t i = 0; i < before->member_count; i++)
        dead = dead && (c->members[before->members[i]].crashed || c->members[before->members[i]].left);
    return dead;
}

static void judge_link(struct check *c, struct check_view *v) {
    const struct check_view *before = v->primary && !v->link_judged ? predecessor(c, v) : NULL;
    struct check_witness w = {.view = v->number, .a_at = v->first_at};
    bool linked = false;
    v->link_judged = true;
    if (!before || v->first_by == 0)
        return;
    linked = v->found;
    for (uint16_t i = 0; i < v->member_count; i++) {
        const struct check_member *m = &c->members[v->members[i]];
        if (v->from[i] == 0) /* if it did come, it may have been unheard */
            linked = linked || (c->from_middle && (m->found || !m->traced));
        if (v->from[i] == 0 || v->from[i] == CAME_FIRST)
            continue;
        const struct check_view *from = check_view_at(c, v->from[i]); /* NULL: too long ago to say */
        linked = linked || !from || from->number == before->number;
    }
    w.a = c->members[v->first_by - 1].id;
    w.b = before->first_by > 0 ? c->members[before->first_by - 1].id : GMS_NOBODY;
    w.b_at = before->first_at;
    w.count = before->number;
    if (!linked && !may_be_broken(c, before))
        check_violate(c, CHECK_ONE_CHAIN, &w);
    if (!has_quorum(c, before, v))
        check_violate(c, CHECK_QUORUM, &w);
}

void check_views_end(struct check *c) {
    const uint32_t kept = c->view_serial < CHECK_VIEWS_MAX ? c->view_serial : CHECK_VIEWS_MAX;
    for (uint32_t i = kept; i-- > 0;)
        judge_link(c, &c->views[(c->view_serial - i) % CHECK_VIEWS_MAX]);
}
