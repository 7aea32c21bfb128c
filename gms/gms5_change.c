/* gms5, how views change: instance k of a small Paxos, among the members of view k, decides once what view
 * k + 1 is and which message is the last of view k.
 *
 * A coordinator asks for promises (PREPARE). Whoever promises takes no part in view k any more: it is
 * blocked, acknowledges and delivers nothing, and sends along what the coordinator lacks. With a quorum of
 * promises the coordinator knows all that can ever have been committed. It proposes those who answered as the
 * next view, and the last message that any of them has as the end of this one (ACCEPT) - or, if one of them
 * had accepted a proposal before, that very one, never a blend of two. Nobody accepts before it has all
 * messages up to the last. Accepted by a quorum, it is decided (INSTALL): deliver what is missing in view k,
 * then install k + 1.
 *
 * A number binds to one message within a view, for only one member ever leads it: so a proposal names the
 * last number and need not carry the messages.
 *
 * Anybody may coordinate at any time without harm; that the most senior member does, and the others wait, is
 * for progress alone. Sources: see gms5.c.
 */
#include <string.h>

#include "gms/gms5.h"

/* -- Quorums --------------------------------------------------------------------------------------------- */

bool gms5_enough(const struct gms *g, uint32_t members, bool with_first) {
    const uint32_t count = g->gms1.view.count;
    return 2 * members > count || (2 * members == count && with_first);
}

bool gms5_quorum(const struct gms *g, gms5_counts *counts) {
    const struct gms_view *view = &g->gms1.view;
    uint32_t have = 0;
    bool others_crashed = true;
    for (uint32_t i = 0; i < view->count; i++) {
        if (counts(g, i))
            have++;
        else if (!gms5_is_down(g, view->members[i]))
            others_crashed = false;
    }
    if (gms5_enough(g, have, counts(g, 0)))
        return true;
    return g->gms1.config.last_man_standing && have > 0 && others_crashed;
}

static bool is_answered(const struct gms *g, uint32_t rank) {
    return g->gms5.peer[rank].answered;
}

/* A promise of somebody who crashed since counts for what it said, not for the quorum that is to go on. */
static bool is_present(const struct gms *g, uint32_t rank) {
    return g->gms5.peer[rank].answered && !gms5_is_down(g, g->gms1.view.members[rank]);
}

static bool is_trusted(const struct gms *g, uint32_t rank) {
    return !g->gms5.peer[rank].suspected;
}

static bool is_staying(const struct gms *g, uint32_t rank) {
    return is_present(g, rank) && !g->gms5.peer[rank].leaving;
}

static bool all_present(const struct gms *g) {
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        if (!is_present(g, i))
            return false;
    }
    return true;
}

static bool all_trusted_answered(const struct gms *g) {
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        if (is_trusted(g, i) && !is_answered(g, i))
            return false;
    }
    return true;
}

/* -- Being blocked --------------------------------------------------------------------------------------- */

void gms5_become_blocked(struct gms *g, struct gms_actions *out) {
    if (g->gms5.blocked)
        return;
    g->gms5.blocked = true;
    g->gms5.blocked_at = gms5_received(g);
    gms_do_member(out, GMS_DO_BLOCK, GMS_NOBODY);
}

void gms5_announce_quorum(struct gms *g, struct gms_actions *out) {
    const bool lost = !gms5_quorum(g, is_trusted);
    if (lost == g->gms5.no_quorum)
        return;
    g->gms5.no_quorum = lost;
    gms_do_member(out, lost ? GMS_DO_NO_QUORUM : GMS_DO_QUORUM, GMS_NOBODY);
}

/* -- The coordinator ------------------------------------------------------------------------------------- */

static void ask(struct gms *g, struct gms_actions *out) {
    const struct gms5_state *s = &g->gms5;
    const bool preparing = s->coordinates == GMS5_PREPARING;
    const struct gms_message own = {.type = preparing ? GMS_PREPARE : GMS_ACCEPT,
                                    .view = g->gms1.view.number,
                                    .seq = preparing ? gms5_received(g) : 0,
                                    .ballot = s->ballot,
                                    .last = preparing ? 0 : s->proposal.last,
                                    .members = preparing ? NULL : s->proposal.members,
                                    .member_count = preparing ? 0 : s->proposal.count};
    const struct gms_message m = gms_lend(out, &own);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const gms_id id = g->gms1.view.members[i];
        if (id != g->gms1.config.me && !s->peer[i].answered && !gms5_is_down(g, id))
            gms_do_send(out, id, &m);
    }
}

static void begin_phase(struct gms *g, enum gms5_phase phase) {
    g->gms5.coordinates = phase;
    g->gms5.patience = 0;
    for (uint32_t i = 0; i < g->gms1.view.count; i++)
        g->gms5.peer[i].answered = g->gms1.view.members[i] == g->gms1.config.me;
}

static void decide(struct gms *g, struct gms_actions *out) {
    const struct gms5_proposal decided = g->gms5.proposal;
    if (gms5_proposes(&decided, g->gms1.config.me)) {
        gms5_install(g, &decided, true, out);
        return;
    }
    gms5_be_going(g, &decided, out); /* ours to spread, not to install */
    gms5_going_tick(g, out);
}

/* Who leaves may go if those who stay can go on by themselves, or if all are here to see it through. */
static bool may_go(const struct gms *g) {
    return gms5_quorum(g, is_staying) || all_present(g);
}

static void build(const struct gms *g, struct gms5_proposal *p) {
    const struct gms_view *view = &g->gms1.view, *joining = &g->gms5.joining;
    const bool leave = may_go(g);
    memset(p, 0, sizeof *p);
    p->last = gms5_received(g);
    for (uint32_t i = 0; i < view->count; i++) {
        if (is_present(g, i) && !(leave && g->gms5.peer[i].leaving))
            p->members[p->count++] = view->members[i];
    }
    const uint32_t staying = p->count;
    for (uint32_t i = 0; i < joining->count && i < staying && p->count < GMS_MEMBERS_MAX; i++)
        p->members[p->count++] = joining->members[i];
}

static void propose(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (s->best_ballot > 0)
        s->proposal = s->best; /* it may have been decided: that one or none */
    else
        build(g, &s->proposal);
    if (s->proposal.count == 0) { /* all of them leave */
        s->proposal.count = 1;
        s->proposal.members[0] = g->gms1.config.me;
    }
    s->accepted = s->ballot;
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        if (g->gms1.view.members[i] != g->gms1.config.me && is_present(g, i))
            gms5_send_again(g, g->gms1.view.members[i], s->peer[i].received + 1, s->proposal.last, out);
    }
    begin_phase(g, GMS5_PROPOSING);
    ask(g, out);
    if (gms5_quorum(g, is_answered))
        decide(g, out);
}

static void propose_if_ready(struct gms *g, struct gms_actions *out) {
    bool leaver = false;
    for (uint32_t i = 0; i < g->gms1.view.count; i++)
        leaver = leaver || g->gms5.peer[i].leaving;
    const bool patient = leaver || g->gms5.patience < gms5_answer_ticks(g); /* with those who are
 not suspected and still silent */
    if (gms5_quorum(g, is_present) && (all_trusted_answered(g) || !patient))
        propose(g, out);
}

static void coordinate(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const uint64_t highest = s->promised > s->ballot_seen ? s->promised : s->ballot_seen;
    s->ballot = ((highest >> 8) + 1) << 8 | gms5_my_rank(g);
    s->promised = s->ballot;
    s->best_ballot = s->accepted;
    s->best = s->proposal;
    begin_phase(g, GMS5_PREPARING);
    gms5_become_blocked(g, out);
    ask(g, out);
    propose_if_ready(g, out);
}

static enum gms_drop on_promise(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const struct gms_message *m = &e->message;
    struct gms5_peer *peer = gms5_peer(g, e->from);
    if (m->ballot > s->ballot_seen)
        s->ballot_seen = m->ballot;
    if (s->coordinates != GMS5_NONE && m->ballot > s->ballot) {
        s->coordinates = GMS5_NONE; /* it promised somebody else: our ballot is of no use any more */
        s->patience = 0;
        return GMS_DROP_BALLOT;
    }
    if (s->coordinates != GMS5_PREPARING || m->ballot != s->ballot)
        return GMS_DROP_BALLOT;
    if (m->seq >
        gms5_received(g)) { /* what it sent along was lost: it is asked once more with the question */
        gms5_ask_for_missing(g, e->from, m->seq, out);
        return GMS_DROP_GAP;
    }
    if (m->last > gms5_received(g) || !gms5_may_follow(g, m, m->last))
        return GMS_DROP_MALFORMED;
    peer->answered = true;
    peer->received = m->seq;
    if (m->accepted > s->best_ballot) {
        s->best_ballot = m->accepted;
        gms5_take_proposal(&s->best, m, m->last);
    }
    propose_if_ready(g, out);
    return GMS_USED;
}

static enum gms_drop on_accepted(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (s->coordinates != GMS5_PROPOSING || e->message.ballot != s->ballot)
        return GMS_DROP_BALLOT;
    gms5_peer(g, e->from)->answered = true;
    if (gms5_quorum(g, is_answered))
        decide(g, out);
    return GMS_USED;
}

/* -- The acceptor ---------------------------------------------------------------------------------------- */

/* How far we are, and what we have accepted; with a ballot that is not the asker's it is a refusal. */
static void send_promise(struct gms *g, gms_id to, struct gms_actions *out) {
    const struct gms5_state *s = &g->gms5;
    const bool any = s->accepted > 0;
    const struct gms_message m = {.type = GMS_PROMISE,
                                  .view = g->gms1.view.number,
                                  .seq = gms5_received(g),
                                  .ballot = s->promised,
                                  .accepted = s->accepted,
                                  .last = any ? s->proposal.last : 0,
                                  .members = any ? s->proposal.members : NULL,
                                  .member_count = any ? s->proposal.count : 0};
    const struct gms_message lent = gms_lend(out, &m);
    gms_do_send(out, to, &lent);
}

static void promise(struct gms *g, uint64_t ballot, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (ballot > s->promised)
        s->coordinates = GMS5_NONE; /* our own is of no use any more */
    s->promised = ballot;
    s->patience = 0;
    gms5_become_blocked(g, out);
}

static enum gms_drop on_prepare(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    if (m->ballot < g->gms5.promised) {
        send_promise(g, e->from, out);
        return GMS_DROP_BALLOT;
    }
    promise(g, m->ballot, out);
    gms5_send_again(g, e->from, m->seq + 1, gms5_received(g), out);
    send_promise(g, e->from, out);
    return GMS_USED;
}

static enum gms_drop on_accept(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const struct gms_message *m = &e->message;
    if (m->ballot < s->promised) {
        send_promise(g, e->from, out);
        return GMS_DROP_BALLOT;
    }
    if (!gms5_may_follow(g, m, m->last))
        return GMS_DROP_MALFORMED;
    promise(g, m->ballot, out);
    if (m->last > gms5_received(g)) {
        gms5_ask_for_missing(g, e->from, m->last, out);
        return GMS_DROP_GAP;
    }
    s->accepted = m->ballot;
    gms5_take_proposal(&s->proposal, m, m->last);
    const struct gms_message accepted = {
        .type = GMS_ACCEPTED, .view = g->gms1.view.number, .ballot = m->ballot};
    gms_do_send(out, e->from, &accepted);
    return GMS_USED;
}

enum gms_drop gms5_change_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    const bool question = m->type == GMS_PREPARE || m->type == GMS_ACCEPT;
    if (g->gms5.going)
        return GMS_DROP_LEAVING;
    if (question && (m->ballot & 255) != gms5_rank(g, e->from))
        return GMS_DROP_MALFORMED; /* a ballot belongs to one member */
    if (m->type == GMS_PREPARE)
        return on_prepare(g, e, out);
    if (m->type == GMS_ACCEPT)
        return on_accept(g, e, out);
    return m->type == GMS_PROMISE ? on_promise(g, e, out) : on_accepted(g, e, out);
}

/* -- When, and who --------------------------------------------------------------------------------------- */

void gms5_consider(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const uint32_t promised_to = (uint32_t)(s->promised & 255);
    uint32_t coordinator = GMS5_NO_RANK;
    bool change = s->joining.count > 0;
    gms5_announce_quorum(g, out);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        change = change || s->peer[i].suspected || s->peer[i].leaving;
        if (coordinator == GMS5_NO_RANK && !s->peer[i].suspected)
            coordinator = i;
    }
    if (!change || s->going || coordinator != gms5_my_rank(g))
        return;
    if (s->coordinates == GMS5_PREPARING)
        propose_if_ready(g, out); /* one answer less to wait for, perhaps */
    else if (s->coordinates == GMS5_NONE && (!s->blocked || s->peer[promised_to].suspected))
        coordinate(g, out);
}

static struct gms_message suspicion(const struct gms *g, gms_id whom) {
    return (struct gms_message){.type = GMS_SUSPECT, .view = g->gms1.view.number, .origin = whom};
}

void gms5_ask_coordinator(struct gms *g, struct gms_actions *out) {
    gms_id coordinator = GMS_NOBODY, suspect = GMS_NOBODY;
    for (uint32_t i = g->gms1.view.count; i-- > 0;) {
        if (g->gms5.peer[i].suspected)
            suspect = g->gms1.view.members[i];
        else
            coordinator = g->gms1.view.members[i];
    }
    const struct gms_message m = suspicion(g, suspect);
    if (suspect != GMS_NOBODY && coordinator != g->gms1.config.me)
        gms_do_send(out, coordinator, &m);
}

/* How long a blocked member waits before it takes over from a coordinator that stalls: not all alike, and not
 * each time the same. */
static uint32_t patience_of(const struct gms *g) {
    uint64_t draw = (g->gms1.config.seed ^ g->gms1.config.me) * 0x9e3779b97f4a7c15u;
    draw = (draw ^ (g->gms5.promised >> 8)) * 0xbf58476d1ce4e5b9u;
    const uint32_t ticks = gms5_answer_ticks(g) + 1 + 2 * gms5_my_rank(g) + (uint32_t)((draw >> 32) % 4);
    return ticks < UINT8_MAX ? ticks : UINT8_MAX;
}

/* "Is there a later view?" To the members, and, since all of these may be gone, to whom else we ever knew. */
static void ask_around(struct gms *g, struct gms_actions *out) {
    const struct gms5_state *s = &g->gms5;
    const gms_id me = g->gms1.config.me;
    const struct gms_message m = suspicion(g, g->gms1.view.members[(s->promised & 255) % g->gms1.view.count]);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        if (g->gms1.view.members[i] != me && !gms5_is_down(g, g->gms1.view.members[i]))
            gms_do_send(out, g->gms1.view.members[i], &m);
    }
    for (uint32_t i = 0; i < s->proposal.count; i++) {
        if (gms5_rank(g, s->proposal.members[i]) == GMS5_NO_RANK)
            gms_do_send(out, s->proposal.members[i], &m);
    }
    for (uint32_t i = 0; i < g->gms1.contact_count; i++) {
        if (gms5_rank(g, g->gms1.contacts[i]) == GMS5_NO_RANK && g->gms1.contacts[i] != me)
            gms_do_send(out, g->gms1.contacts[i], &m);
    }
}

static bool is_silent_newcomer(const struct gms *g, uint32_t rank) {
    return g->gms5.peer[rank].newcomer && !g->gms5.peer[rank].answered && g->gms5.peer[rank].received == 0;
}

void gms5_change_tick(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const uint32_t wait = gms5_answer_ticks(g);
    if (s->patience < UINT8_MAX)
        s->patience++;
    if (s->going) {
        gms5_going_tick(g, out);
        return;
    }
    if (s->coordinates != GMS5_NONE) {
        if (s->patience > wait) {
            s->patience = (uint8_t)wait; /* it does not matter how much longer */
            ask_around(g, out);
        }
        gms5_send_installs(g, is_silent_newcomer, out); /* it can't answer before it is in the view */
        ask(g, out);
        if (s->coordinates == GMS5_PREPARING)
            propose_if_ready(g, out);
    } else if (s->patience >= patience_of(g)) {
        coordinate(g, out); /* anybody may; it is only a matter of patience */
    } else if (s->patience > wait) {
        ask_around(g, out);
    }
}
