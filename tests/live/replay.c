/* Plays the traces of a live run again: replay FILE...
 *
 * What happened to each member (it started, received, learnt of a crash, multicast, was told to fail, its
 * time was over) is fed to a fresh node in the recorded order. Everything else in the trace must come out of
 * it again, record by record: each send with its receiver, number and mark, each delivery, view, drop, and
 * every Lamport clock. So the core is a function of its events, and a trace tells them all.
 *
 * What a member receives are the very bytes that its sender's node puts out again, so all members are played
 * side by side: one waits when it is to receive what was not yet sent. A trace does not say when a timer ran
 * that did nothing; such a one is run when it is due.
 *
 * A process that was killed may have taken its last step only in part: then its trace ends early. Exits 0 if
 * all came out the same, 1 and the first difference if not, 3 if a file can't be read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/worker.h"
#include "net/zmq/peers.h"
#include "tests/live/replay.h"

struct member members[FILES_MAX];
int member_count;
static struct member *playing;
static struct node *before; /* for taking a step back */
static bool trying;         /* nothing of it counts */
static bool other_came_out; /* when trying: not what is recorded */

static const struct trace_record *record_at(const struct member *m, size_t i) {
    return i < m->count ? &m->lines[i]->record : NULL;
}

/* -- What comes out ---------------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b) {
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same(const struct trace_record *a, const struct trace_record *b) {
    if (a->ev != b->ev || a->lc != b->lc || a->id != b->id || a->peer != b->peer || a->seq != b->seq ||
        a->view != b->view || a->x != b->x || a->m_origin != b->m_origin || a->m_n != b->m_n ||
        a->n != b->n || a->about != b->about || a->expected != b->expected || a->got != b->got ||
        a->member_count != b->member_count || !same_text(a->type, b->type) || !same_text(a->why, b->why) ||
        !same_text(a->what, b->what))
        return false;
    for (uint32_t i = 0; i < a->member_count; i++) {
        if (a->members[i] != b->members[i])
            return false;
    }
    return true;
}

static void print(const char *what, const struct trace_record *r) {
    char line[TRACE_LINE_SIZE_MAX];
    fprintf(stderr, "  %s %.*s\n", what, r ? (int)trace_line(line, sizeof line, "", NULL, r) : 7,
            r ? line : "nothing");
}

static void on_trace(void *self, const struct trace_record *r) {
    const struct trace_record *recorded = record_at(playing, playing->at);
    (void)self;
    if (trying) {
        other_came_out = other_came_out || !recorded || !same(r, recorded);
        playing->at++;
        return;
    }
    if (playing->different || !recorded)
        return; /* it was killed in the middle of this step */
    if (!same(r, recorded)) {
        playing->different = true;
        fprintf(stderr, "%s:%zu: another record comes out\n", playing->path, playing->at + 2);
        print("recorded:", recorded);
        print("replayed:", r);
    }
    playing->at++;
}

/* The worker is not played: what it said is in the trace. */
static void on_deliver(void *self, const struct gms_message *m, struct trace_state *after) {
    const struct trace_record *r = record_at(playing, playing->at);
    (void)self, (void)m;
    if (r && r->ev == TRACE_STATE) { /* the worker's own record, made while it is delivered to */
        struct trace_record state = *r;
        node_record(playing->node, playing->node->now, &state);
        r = record_at(playing, playing->at);
    }
    if (r)
        *after = r->state;
}

static void on_adopt(void *self, const uint8_t *state, size_t size, struct trace_state *after) {
    const struct trace_record *r = record_at(playing, playing->at);
    (void)self, (void)state, (void)size;
    if (r)
        *after = r->state;
}

static void on_send(void *self, gms_id to, const uint8_t *message, size_t size) {
    uint64_t x = 0;
    (void)self, (void)to;
    for (int i = 0; i < 8; i++)
        x = x << 8 | message[3 + i]; /* behind its type and its size */
    if (trying || playing->different)
        return;
    if (x >= playing->sent_count) {
        const size_t count = 2 * (size_t)x + 16;
        playing->sent = replay_need(realloc(playing->sent, count * sizeof *playing->sent));
        memset(playing->sent + playing->sent_count, 0, (count - playing->sent_count) * sizeof *playing->sent);
        playing->sent_count = count;
    }
    playing->sent[x].bytes = replay_need(malloc(size));
    playing->sent[x].size = size;
    memcpy(playing->sent[x].bytes, message, size);
}

static size_t on_snapshot(void *self, uint8_t state[GMS_BODY_SIZE_MAX]) {
    (void)self;
    state[0] = '?'; /* the core reads no state */
    return 1;
}

/* The worker's last word, within the step. */
static void on_end(void *self, enum node_end how) {
    const struct trace_record *r = record_at(playing, playing->at);
    (void)self, (void)how;
    if (r && r->ev == TRACE_EXIT) {
        struct trace_record exit = *r;
        node_record(playing->node, playing->node->now, &exit);
    }
}

static int on_change_of(void *self, const uint8_t *body, size_t size) {
    (void)self;
    return worker_change_of(body, size);
}

/* -- What goes in ------------------------------------------------------------------------------------ */

static size_t put_body(int change, uint8_t body[WORKER_BODY_SIZE_MAX]) {
    if (change == 0) {
        body[0] = '?'; /* the core reads no body */
        return 1;
    }
    const struct worker_body made = worker_change_body(change);
    memcpy(body, made.bytes, made.size);
    return made.size;
}

/* False: its sender has not come so far. */
static bool receive(struct node *node, const struct trace_record *r) {
    static uint8_t frame[WIRE_FRAME_HEADER_SIZE + NET_MESSAGE_SIZE_MAX];
    struct wire_out out = {.bytes = frame, .capacity = sizeof frame};
    const struct sent *sent = NULL;
    for (int i = 0; i < member_count; i++) {
        if (members[i].id == r->x_sender && r->x < members[i].sent_count && members[i].sent[r->x].bytes)
            sent = &members[i].sent[r->x];
    }
    if (!sent)
        return false;
    wire_put_frame_header(&out, GROUP, r->peer);
    memcpy(frame + out.size, sent->bytes, sent->size);
    node_receive(node, r->t, r->peer, frame, out.size + sent->size);
    return true;
}

static bool has_asked(const struct member *m, gms_id contact) {
    for (size_t i = 0; i < m->count; i++) {
        const struct trace_record *r = record_at(m, i);
        if ((r->ev == TRACE_SEND || r->ev == TRACE_LOSE) && r->peer == contact &&
            strcmp(r->type, "JOIN") == 0 && r->about == m->id)
            return true;
    }
    return false;
}

static gms_id listens_at(const char *endpoint) {
    for (int i = 0; i < member_count; i++) {
        if (strcmp(members[i].config.self.endpoint, endpoint) == 0)
            return members[i].id;
    }
    return GMS_NOBODY;
}

/* A member that comes back, or looks around, knows its contacts by their ids; a new one does not. */
static uint32_t contacts_of(const struct member *m, const char *to, bool knows,
                            gms_id contacts[GMS_CONTACTS_MAX]) {
    char text[TRACE_TEXT_SIZE], *rest = text;
    uint32_t count = 0;
    bool known = knows;
    snprintf(text, sizeof text, "%s", to ? to : "");
    for (char *word; count < GMS_CONTACTS_MAX && (word = strtok_r(rest, ", ", &rest));) {
        if (count == 0 && !knows)
            known = !has_asked(m, peers_contact_id(word));
        contacts[count++] = known ? listens_at(word) : peers_contact_id(word);
    }
    return count;
}

static void be_told_to_fail(struct node *node, const struct trace_record *r) {
    unsigned count;
    if (sscanf(r->what, "lose %u", &count) == 1)
        node_lose(node, r->t, r->peer, count);
    else if (sscanf(r->what, "loss %u", &count) == 1)
        node_set_loss(node, r->t, count);
    else if (sscanf(r->what, "crash mid-broadcast after %u", &count) == 1)
        node_arm_crash(node, r->t, count);
    else if (strcmp(r->what, "cut") == 0 || (strcmp(r->what, "heal") == 0 && r->peer != GMS_NOBODY))
        node_cut(node, r->t, r->peer, r->what[0] == 'c');
    else {
        struct trace_record note = *r; /* the driver's own, of no effect on the node */
        node_record(node, r->t, &note);
    }
}

static void multicast(struct node *node, const struct trace_record *r) {
    uint8_t body[WORKER_BODY_SIZE_MAX];
    node_mcast(node, r->t, body, put_body(r->n, body));
}

/* -- Time: a trace does not say that a timer ran ------------------------------------------------------- */

/* All that a timer can change: not what long messages say, and not what is written anew in each step. */
static void copy_state(struct node *to, const struct node *from) {
    const bool nack = from->gms.gms1.config.rung == GMS_RUNG_4_NACK;
    const size_t shelf = nack ? offsetof(struct node, gms.gms4_nack.history.shelf)
                              : offsetof(struct node, gms.gms5.history.shelf);
    const size_t rest = shelf + sizeof from->gms.gms5.history.shelf, end = offsetof(struct node, actions);
    memcpy(to, from, shelf);
    memcpy((uint8_t *)to + rest, (const uint8_t *)from + rest, end - rest);
}

/* A timer or the wish to leave, tried out. True: what comes out is what is recorded, and it stays done. */
static bool try(struct member *m, gms_time now, bool leave) {
    const size_t at = m->at;
    copy_state(before, m->node);
    trying = true;
    other_came_out = false;
    if (leave)
        node_leave(m->node, now);
    else
        node_timer(m->node, now);
    const bool fits = !other_came_out || m->at > m->count; /* it may have been killed in this step */
    const bool silent = m->at == at;
    copy_state(m->node, before);
    m->at = at;
    trying = false;
    if (!fits || silent)
        return false;
    if (leave)
        node_leave(m->node, now);
    else
        node_timer(m->node, now);
    return true;
}

static bool may_come_in_a_turn(const struct trace_record *r) {
    const bool suspected = r->ev == TRACE_SUSPECT && strcmp(r->why, "suspected on demand") == 0;
    return r->ev == TRACE_RECV || r->ev == TRACE_MCAST || r->ev == TRACE_DOWN || r->ev == TRACE_FAULT ||
           r->ev == TRACE_JOIN || suspected;
}

/* What was due before this record and left none. A timer is served when a turn ends, and a member that has
 * nothing to do wakes for it within a millisecond. */
static void run_silent_timers(struct member *m, const struct trace_record *r) {
    const gms_time now = r->t, turn = m->node->now;
    if (m->node->owes)
        return;
    for (gms_time due; (due = node_deadline(m->node)) < now;) {
        const size_t at = m->at;
        if (due > turn && due + 1000000 > now && may_come_in_a_turn(r))
            return;
        copy_state(before, m->node);
        trying = true;
        node_timer(m->node, due);
        trying = false;
        if (m->at == at)
            continue;
        copy_state(m->node, before); /* it ran later, and will be in the trace */
        m->at = at;
        return;
    }
}

static void run_timer_or_leave(struct member *m, const struct trace_record *r) {
    if (node_deadline(m->node) <= r->t && try(m, r->t, false))
        return;
    try(m, r->t, true);
}

/* -- Turns: in the times of their records, the last bit changes from one to the next ------------------- */

/* The turn of the last event ended before this record came. */
static bool turn_is_over(const struct member *m, const struct trace_record *r) {
    const bool of_another = ((r->t ^ m->node->now) & 1) != 0;
    return m->node->owes && (of_another || !may_come_in_a_turn(r));
}

/* -- One member after the other -------------------------------------------------------------------------- */

/* The next record is not what followed from the last event: so it is an event itself, or follows from one
 * that leaves no record of its own. False: it must wait. */
static bool feed(struct member *m, const struct trace_record *r) {
    struct trace_record own = *r;
    gms_id contacts[GMS_CONTACTS_MAX];
    switch (r->ev) {
    case TRACE_RECV: return receive(m->node, r);
    case TRACE_DOWN: node_down(m->node, r->t, r->peer, r->why); return true;
    case TRACE_MCAST: multicast(m->node, r); return true;
    case TRACE_FAULT: be_told_to_fail(m->node, r); return true;
    case TRACE_EXIT: node_record(m->node, r->t, &own); return true;
    case TRACE_SUSPECT:
        if (strcmp(r->why, "suspected on demand") == 0)
            node_suspect(m->node, r->t, r->peer, r->why);
        else
            run_timer_or_leave(m, r);
        return true;
    case TRACE_SEND: /* its time is over, or its worker wants to leave */
    case TRACE_LOSE:
    case TRACE_LEAVE:
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
    case TRACE_EXCLUDED:
    case TRACE_RESUME: run_timer_or_leave(m, r); return true;
    case TRACE_JOIN:
        if (r->why)
            node_contacts(m->node, r->t, contacts, contacts_of(m, r->to, true, contacts), r->to);
        return true;
    case TRACE_VIEW:
    case TRACE_DROP:
    case TRACE_DELIVER:
    case TRACE_STATE:
    case TRACE_LEAD:
    case TRACE_FREEZE:
    case TRACE_CRASH:
    case TRACE_HANG:
    case TRACE_NOTE:
    case TRACE_EVS: return true; /* follows from an event, always */
    }
    return true;
}

static void begin(struct member *m) {
    gms_id contacts[GMS_CONTACTS_MAX];
    const struct trace_record *first;
    const struct node_driver driver = {.send = on_send,
                                       .deliver = on_deliver,
                                       .snapshot = on_snapshot,
                                       .adopt = on_adopt,
                                       .end = on_end,
                                       .change_of = on_change_of,
                                       .trace = on_trace};
    playing = m;
    m->node = replay_need(malloc(sizeof *m->node));
    node_init(m->node, &m->config, &driver);
    while ((first = record_at(m, m->at)) && first->ev == TRACE_FAULT)
        be_told_to_fail(m->node, first); /* what it was told to start with */
    if (first)                           /* else it ended before it was told to go */
        node_start(m->node, first->t, contacts, contacts_of(m, first->to, false, contacts), first->to);
}

/* As far as it goes. True: that was some way. */
static bool play(struct member *m) {
    const size_t began_at = m->at;
    playing = m;
    while (m->at < m->count && !m->different) {
        const struct trace_record *r = record_at(m, m->at);
        const size_t at = m->at;
        if (turn_is_over(m, r)) {
            node_turn_end(m->node, m->node->now);
            continue;
        }
        run_silent_timers(m, r);
        if (!feed(m, r))
            break;
        if (m->at > at)
            continue;
        m->different = true;
        fprintf(stderr, "%s:%zu: this does not come out\n", m->path, m->at + 2);
        print("recorded:", r);
    }
    return m->at > began_at;
}

static int play_all(void) {
    int failed = 0;
    bool moved = true;
    before = replay_need(malloc(sizeof *before));
    for (int i = 0; i < member_count; i++)
        begin(&members[i]);
    while (moved) {
        moved = false;
        for (int i = 0; i < member_count; i++)
            moved = play(&members[i]) || moved;
    }
    for (int i = 0; i < member_count; i++) {
        const struct member *m = &members[i];
        failed += m->different || m->at < m->count;
        if (m->at < m->count && !m->different) {
            fprintf(stderr, "%s:%zu: this was never sent\n", m->path, m->at + 2);
            print("recorded:", record_at(m, m->at));
        }
    }
    free(before);
    return failed;
}

int main(int argc, char **argv) {
    size_t records = 0;
    for (int i = 1; i < argc; i++) {
        if (member_count == FILES_MAX || !replay_read(argv[i])) {
            fprintf(stderr, "%s can't be read\n", argv[i]);
            return 3;
        }
    }
    const int failed = play_all();
    for (int i = 0; i < member_count; i++)
        records += members[i].count;
    printf("%d members, %zu records: %d came out otherwise\n", member_count, records, failed);
    for (int i = 0; i < member_count; i++)
        replay_forget(&members[i]);
    return failed > 0;
}
