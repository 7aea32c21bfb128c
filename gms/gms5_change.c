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
#include <assert.h>
#include <string.h>

#include "gms/gms5.h"

#define SHORT_WAIT   3 /* ticks for those who are not suspected and still silent */
#define PATIENCE_MIN 4 /* ticks before a blocked member takes over from a coordinator that stalls */
#define GOING_TICKS  10

static uint32_t my_rank(const struct gms *g) {
    return gms5_rank(g, g->gms1.config.me);
}

static uint64_t received(const struct gms *g) {
    return g->gms3.expected - 1;
}

/* -- Quorums ----------------------------------------------------------------------------------------------
 */

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
    if (2 * have > view->count || (2 * have == view->count && counts(g, 0)))
        return true; /* any two of these have a member in common */
    return g->gms1.config.last_man_standing && have > 0 && others_crashed;
}

static bool is_answered(const struct gms *g, uint32_t rank) {
    return g->gms5.peer[rank].answered;
}

static bool is_trusted(const struct gms *g, uint32_t rank) {
    return !g->gms5.peer[rank].suspected;
}

static bool is_staying(const struct gms *g, uint32_t rank) {
    return g->gms5.peer[rank].answered && !g->gms5.peer[rank].leaving;
}

static bool all_answered(const struct gms *g, bool the_suspected_too) {
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const struct gms5_peer *peer = &g->gms5.peer[i];
        if (!peer->answered && (the_suspected_too || !peer->suspected))
            return false;
    }
    return true;
}

/* -- Being blocked ----------------------------------------------------------------------------------------
 */

static void become_blocked(struct gms *g, struct gms_actions *out) {
    if (!g->gms5.blocked)
        gms_do_member(out, GMS_DO_BLOCK, GMS_NOBODY);
    g->gms5.blocked = true;
}

static void announce_quorum(struct gms *g, struct gms_actions *out) {
    const bool lost = !gms5_quorum(g, is_trusted);
    if (lost == g->gms5.no_quorum)
        return;
    g->gms5.no_quorum = lost;
    gms_do_member(out, lost ? GMS_DO_NO_QUORUM : GMS_DO_QUORUM, GMS_NOBODY);
}

void gms5_be_out(struct gms *g, struct gms_actions *out) {
    if (g->gms1.leaving)
        become_left(g, out);
    else
        become_out(g, GMS_DROP_EXCLUDED, out);
}

/* -- The decision -------------------------------------------------------------------------------------------
 */

static bool proposes(const struct gms5_proposal *p, gms_id id) {
    for (uint32_t i = 0; i < p->count; i++) {
        if (p->members[i] == id)
            return true;
    }
    return false;
}

static void take_proposal(struct gms5_proposal *p, const struct gms_message *m, uint64_t last) {
    memset(p, 0, sizeof *p);
    p->last = last;
    p->count = m->member_count;
    memcpy(p->members, m->members, m->member_count * sizeof(gms_id));
}

/* The view as whoever has to install it must be told; lent, so that one copy serves all of them. */
static struct gms_message install_message(struct gms *g, bool with_state, struct gms_actions *out) {
    const struct gms5_state *s = &g->gms5;
    const struct gms_message m = {.type = GMS_INSTALL,
                                  .view = g->gms1.view.number,
                                  .seq = s->cut,
                                  .members = g->gms1.view.members,
                                  .member_count = g->gms1.view.count,
                                  .counts = s->cut_taken.n,
                                  .body = with_state ? s->snapshot : NULL,
                                  .body_size = with_state ? s->snapshot_size : 0};
    return gms_lend(out, &m);
}

void gms5_send_install(struct gms *g, gms_id to, struct gms_actions *out) {
    const uint32_t rank = gms5_rank(g, to);
    const bool newcomer = rank != GMS5_NO_RANK && g->gms5.peer[rank].newcomer;
    if (newcomer && !g->gms5.has_snapshot)
        return; /* a newcomer itself can't bring up another one */
    const struct gms_message m = install_message(g, newcomer, out);
    gms_do_send(out, to, &m);
}

void gms5_send_installs(struct gms *g, gms5_counts *to_whom, struct gms_actions *out) {
    struct gms_message m[2] = {{.type = GMS_TYPES}, {.type = GMS_TYPES}}; /* without and with the state */
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const bool newcomer = g->gms5.peer[i].newcomer;
        if (i == my_rank(g) || !to_whom(g, i) || (newcomer && !g->gms5.has_snapshot))
            continue;
        if (m[newcomer].type == GMS_TYPES)
            m[newcomer] = install_message(g, newcomer, out);
        gms_do_send(out, g->gms1.view.members[i], &m[newcomer]);
    }
}

/* Everything of the view that is over: what the change was about, and messages that came too late for it. */
static void forget_view(struct gms *g, uint64_t last) {
    struct gms5_state *s = &g->gms5;
    for (uint64_t seq = last + 1; seq <= last + GMS_HISTORY_MAX; seq++)
        gms_history_forget(&s->history, seq);
    memset(s->peer, 0, sizeof s->peer);
    memset(&s->proposal, 0, sizeof s->proposal);
    memset(&s->best, 0, sizeof s->best);
    memset(&s->ordered, 0, sizeof s->ordered);
    memset(s->snapshot, 0, sizeof s->snapshot);
    s->snapshot_size = 0;
    s->promised = s->accepted = s->ballot = s->ballot_seen = s->best_ballot = 0;
    s->coordinates = GMS5_NONE;
    s->patience = 0;
    s->blocked = s->has_snapshot = false;
}

static void enter_view(struct gms *g, const struct gms_view *next, uint64_t cut, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const struct gms_view before = g->gms1.view;
    for (uint32_t i = 0; i < before.count; i++) {
        if (!gms_view_has(next, before.members[i]))
            gms_ids_add(&g->gms1.departed, before.members[i]);
    }
    g->gms1.view = *next;
    g->gms3.expected = cut + 1;
    s->cut = s->delivered = s->committed = cut;
    gms_counts_keep(&g->gms4.taken, next);
    s->cut_taken = g->gms4.taken;
    for (uint32_t i = 0; i < next->count; i++) {
        const gms_id id = next->members[i];
        s->peer[i].newcomer = before.count > 0 && !gms_view_has(&before, id);
        s->peer[i].suspected = gms5_is_down(g, id);
        s->snapshot_wanted = s->snapshot_wanted || s->peer[i].newcomer;
        gms_view_remove(&s->joining, id);
    }
    const struct gms_message view = {.type = GMS_VIEW,
                                     .view = next->number,
                                     .seq = cut,
                                     .members = next->members,
                                     .member_count = next->count};
    const struct gms_message lent = gms_lend(out, &view);
    gms_do_install(out, &lent);
    for (uint32_t i = 0; i < next->count; i++) {
        if (next->members[i] != g->gms1.config.me)
            gms_do_watch(out, next->members[i]);
    }
}

/* All up to its last message is here. `tell`: the members of the old view are told by us. */
static void install(struct gms *g, const struct gms5_proposal *decided, bool tell, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const struct gms_view before = g->gms1.view;
    const bool was_blocked = s->blocked;
    struct gms_view next;
    gms_view_set(&next, before.number + 1, decided->members, decided->count);
    const uint64_t last = decided->last; /* before it is forgotten */
    gms5_deliver(g, last, out);
    forget_view(g, last);
    enter_view(g, &next, last + 1, out);
    if (was_blocked)
        gms_do_member(out, GMS_DO_UNBLOCK, GMS_NOBODY);
    announce_quorum(g, out);
    if (gms_leader(g) == g->gms1.config.me && g->gms1.phase != GMS_LEADING)
        become_leading(g, out);
    if (tell) {
        const struct gms_message m = install_message(g, false, out);
        for (uint32_t i = 0; i < before.count; i++) {
            if (before.members[i] != g->gms1.config.me && !gms5_is_down(g, before.members[i]))
                gms_do_send(out, before.members[i], &m);
        }
    }
    if (s->snapshot_wanted)
        gms_do_member(out, GMS_DO_SNAPSHOT, GMS_NOBODY);
    else
        gms5_go_on(g, out);
}

enum gms_drop gms5_snapshot(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (!s->snapshot_wanted || e->message.body_size > GMS_BODY_SIZE_MAX)
        return GMS_DROP_OUT_OF_PLACE;
    s->snapshot_wanted = false;
    s->has_snapshot = true;
    s->snapshot_size = e->message.body_size;
    memcpy(s->snapshot, e->message.body, e->message.body_size);
    gms5_go_on(g, out);
    gms5_end_step(g, out);
    return GMS_USED;
}

/* Out by a decision that others may not know yet: whoever leaves stays until they do, for it may take them
 * a quorum to find out. */
static void spread(struct gms *g, struct gms_actions *out) {
    static const uint64_t no_counts[GMS_MEMBERS_MAX]; /* old members have their own */
    const struct gms5_proposal *p = &g->gms5.proposal;
    const struct gms_message own = {.type = GMS_INSTALL,
                                    .view = g->gms1.view.number + 1,
                                    .seq = p->last + 1,
                                    .members = p->members,
                                    .member_count = p->count,
                                    .counts = no_counts};
    const struct gms_message m = gms_lend(out, &own);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const gms_id id = g->gms1.view.members[i];
        if (proposes(p, id) && !g->gms5.peer[i].answered && !gms5_is_down(g, id))
            gms_do_send(out, id, &m);
    }
}

static void be_going(struct gms *g, const struct gms5_proposal *decided, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    s->proposal = *decided;
    s->coordinates = GMS5_NONE;
    s->going = true;
    s->patience = 0;
    for (uint32_t i = 0; i < g->gms1.view.count; i++)
        s->peer[i].answered = false;
    become_blocked(g, out);
}

void gms5_installed_by(struct gms *g, gms_id whom, struct gms_actions *out) {
    struct gms5_peer *peer = gms5_peer(g, whom);
    if (peer)
        peer->answered = true;
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        const gms_id id = g->gms1.view.members[i];
        if (proposes(&g->gms5.proposal, id) && !g->gms5.peer[i].answered && !gms5_is_down(g, id))
            return;
    }
    gms5_be_out(g, out);
}

/* -- The coordinator ----------------------------------------------------------------------------------------
 */

static void ask(struct gms *g, struct gms_actions *out) {
    const struct gms5_state *s = &g->gms5;
    const bool preparing = s->coordinates == GMS5_PREPARING;
    const struct gms_message own = {.type = preparing ? GMS_PREPARE : GMS_ACCEPT,
                                    .view = g->gms1.view.number,
                                    .seq = preparing ? received(g) : 0,
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
        g->gms5.peer[i].answered = i == my_rank(g);
}

static void decide(struct gms *g, struct gms_actions *out) {
    const struct gms5_proposal decided = g->gms5.proposal;
    if (proposes(&decided, g->gms1.config.me)) {
        install(g, &decided, true, out);
        return;
    }
    be_going(g, &decided, out); /* ours to spread, not to install */
    spread(g, out);
    if (!g->gms1.leaving)
        gms5_be_out(g, out);
}

/* Who leaves may go if those who stay can go on by themselves, or if all are here to see it through. */
static bool may_go(const struct gms *g) {
    return gms5_quorum(g, is_staying) || all_answered(g, true);
}

static void build(const struct gms *g, struct gms5_proposal *p) {
    const struct gms_view *view = &g->gms1.view, *joining = &g->gms5.joining;
    const bool leave = may_go(g);
    memset(p, 0, sizeof *p);
    p->last = received(g);
    for (uint32_t i = 0; i < view->count; i++) {
        if (g->gms5.peer[i].answered && !(leave && g->gms5.peer[i].leaving))
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
        if (i != my_rank(g) && s->peer[i].answered)
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
    const bool patient = leaver || g->gms5.patience < SHORT_WAIT;
    if (gms5_quorum(g, is_answered) && (all_answered(g, false) || !patient))
        propose(g, out);
}

static void coordinate(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const uint64_t highest = s->promised > s->ballot_seen ? s->promised : s->ballot_seen;
    s->ballot = ((highest >> 8) + 1) << 8 | my_rank(g);
    s->promised = s->ballot;
    s->best_ballot = s->accepted;
    s->best = s->proposal;
    begin_phase(g, GMS5_PREPARING);
    become_blocked(g, out);
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
    if (m->seq > received(g)) { /* what it sent along was lost: it is asked once more with the question */
        gms5_ask_for_missing(g, e->from, m->seq, out);
        return GMS_DROP_GAP;
    }
    if (m->last > received(g))
        return GMS_DROP_MALFORMED;
    peer->answered = true;
    peer->received = m->seq;
    if (m->accepted > s->best_ballot) {
        s->best_ballot = m->accepted;
        take_proposal(&s->best, m, m->last);
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

/* -- The acceptor
 * --------------------------------------------------------------------------------------------- */

/* How far we are, and what we have accepted; with a ballot that is not the asker's it is a refusal. */
static void send_promise(struct gms *g, gms_id to, struct gms_actions *out) {
    const struct gms5_state *s = &g->gms5;
    const bool any = s->accepted > 0;
    const struct gms_message m = {.type = GMS_PROMISE,
                                  .view = g->gms1.view.number,
                                  .seq = received(g),
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
    become_blocked(g, out);
}

static enum gms_drop on_prepare(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    if (m->ballot < g->gms5.promised) {
        send_promise(g, e->from, out);
        return GMS_DROP_BALLOT;
    }
    promise(g, m->ballot, out);
    gms5_send_again(g, e->from, m->seq + 1, received(g), out);
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
    if (m->last < s->delivered)
        return GMS_DROP_MALFORMED;
    promise(g, m->ballot, out);
    if (m->last > received(g)) {
        gms5_ask_for_missing(g, e->from, m->last, out);
        return GMS_DROP_GAP;
    }
    s->accepted = m->ballot;
    take_proposal(&s->proposal, m, m->last);
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

/* -- Learning
 * ------------------------------------------------------------------------------------------------- */

static enum gms_drop be_admitted(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const struct gms_message *m = &e->message;
    struct gms_view view;
    gms_view_set(&view, m->view, m->members, m->member_count);
    if (!gms_view_has(&view, g->gms1.config.me))
        return GMS_DROP_NOT_JOINED;
    if (view.members[0] == g->gms1.config.me)
        return GMS_DROP_MALFORMED; /* nobody leads the first view that it sees, but for founders */
    for (uint32_t i = 0; i < m->member_count; i++)
        gms_counts_set(&g->gms4.taken, m->members[i], m->counts[i]);
    struct gms_message state = *m;
    state.origin = e->from;
    if (m->body_size > 0)
        gms_do_adopt(out, &state);
    g->gms5.stable = m->seq;
    become_following(g);
    g->gms1.deadline = GMS_NEVER;
    enter_view(g, &view, m->seq, out);
    gms5_tell(g, gms_leader(g), GMS_ACK, out);
    return GMS_USED;
}

/* The decision about our view: install it, once all that ends this one is here, or be out. */
static enum gms_drop hear_decision(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    struct gms5_proposal decided;
    take_proposal(&decided, &e->message, e->message.seq - 1);
    if (!proposes(&decided, g->gms1.config.me)) {
        if (!g->gms1.leaving)
            gms5_be_out(g, out);
        else if (!g->gms5.going)
            be_going(g, &decided, out);
        return GMS_USED;
    }
    if (decided.last < g->gms5.delivered || g->gms5.going)
        return GMS_DROP_MALFORMED;
    if (decided.last > received(g)) {
        gms5_ask_for_missing(g, e->from, decided.last, out);
        return GMS_DROP_GAP;
    }
    install(g, &decided, false, out);
    return GMS_USED;
}

enum gms_drop gms5_install_message(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    const uint32_t mine = g->gms1.view.number;
    enum gms_drop result = GMS_DROP_DUPLICATE;
    if (g->gms1.phase == GMS_JOINING)
        result = be_admitted(g, e, out);
    else if (e->message.view < mine)
        return GMS_DROP_OLD_VIEW;
    else if (e->message.view == mine + 1)
        result = hear_decision(g, e, out);
    else if (e->message.view > mine)
        return GMS_DROP_LATER_VIEW;
    /* Whoever tells it wants to know that it is installed. */
    if (g->gms1.view.number == e->message.view && e->from != gms_leader(g))
        gms5_tell(g, e->from, GMS_ACK, out);
    else if (result == GMS_DROP_DUPLICATE && e->from == gms_leader(g))
        gms5_tell(g, e->from, GMS_ACK, out);
    return result;
}

/* -- When, and who
 * ---------------------------------------------------------------------------------------------- */

void gms5_consider(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    const uint32_t promised_to = (uint32_t)(s->promised & 255);
    uint32_t coordinator = GMS5_NO_RANK;
    bool change = s->joining.count > 0;
    announce_quorum(g, out);
    for (uint32_t i = 0; i < g->gms1.view.count; i++) {
        change = change || s->peer[i].suspected || s->peer[i].leaving;
        if (coordinator == GMS5_NO_RANK && !s->peer[i].suspected)
            coordinator = i;
    }
    if (!change || s->going || coordinator != my_rank(g))
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

/* How long a blocked member waits for its coordinator: not all alike, and not each time the same. */
static uint32_t patience_of(const struct gms *g) {
    uint64_t draw = (g->gms1.config.seed ^ g->gms1.config.me) * 0x9e3779b97f4a7c15u;
    draw = (draw ^ (g->gms5.promised >> 8)) * 0xbf58476d1ce4e5b9u;
    return PATIENCE_MIN + 2 * my_rank(g) + (uint32_t)((draw >> 32) % 4);
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
    return g->gms5.peer[rank].newcomer && !g->gms5.peer[rank].answered;
}

void gms5_change_tick(struct gms *g, struct gms_actions *out) {
    struct gms5_state *s = &g->gms5;
    if (s->patience < UINT8_MAX)
        s->patience++;
    if (s->going) {
        if (s->patience > GOING_TICKS)
            gms5_be_out(g, out);
        else
            spread(g, out);
        return;
    }
    if (s->coordinates != GMS5_NONE) {
        if (s->patience > SHORT_WAIT) {
            s->patience = SHORT_WAIT; /* it does not matter how much longer */
            ask_around(g, out);
        }
        gms5_send_installs(g, is_silent_newcomer, out); /* it can't answer before it is in the view */
        ask(g, out);
        if (s->coordinates == GMS5_PREPARING)
            propose_if_ready(g, out);
    } else if (s->patience >= patience_of(g)) {
        coordinate(g, out); /* anybody may; it is only a matter of patience */
    } else if (s->patience > SHORT_WAIT) {
        ask_around(g, out);
    }
}
