/* One event in, the core's actions carried out in their order.
 *
 * A message is encoded once for a whole broadcast: only its mark `x` and the Lamport clock differ from one
 * receiver to the next (L. Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System").
 */
#include "net/node_parts.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static void configure(struct node *node, const struct node_config *config, const struct node_driver *driver) {
    node->silence.timeout = node->suspect_timeout = config->suspect_timeout;
    node->beat_period = config->heartbeat_period;
    node->beat_at = GMS_NEVER;
    fault_init(&node->fault, config->seed);
    address_book_put(&node->book, &config->self);
    node->driver = node_driver_whole(driver);
    node->me = config->gms.me;
    node->group = config->group;
    node->turns = config->turns;
}

void node_init(struct node *node, const struct node_config *config, const struct node_driver *driver) {
    memset(node, 0, sizeof *node);
    gms_init(&node->gms, &config->gms);
    configure(node, config, driver);
}

void node_reset(struct node *node, const struct node_config *config, const struct node_driver *driver) {
    const size_t from = offsetof(struct node, detector), book = offsetof(struct node, book),
                 rest = offsetof(struct node, driver), to = offsetof(struct node, actions);
    gms_reset(&node->gms, &config->gms);
    memset((uint8_t *)node + from, 0, book - from);
    address_book_clear(&node->book);
    memset((uint8_t *)node + rest, 0,
           to - rest); /* the buffers after that are written before they are read */
    configure(node, config, driver);
}

/* -- Trace --------------------------------------------------------------------------------------------- */

void node_record(struct node *node, gms_time now, struct trace_record *record) {
    node->lc++;
    if (!node->driver.trace)
        return;
    record->t = now;
    record->lc = node->lc;
    record->id = node->me;
    node->driver.trace(node->driver.self, record);
}

static void record_whole_message(struct node *node, enum trace_ev ev, gms_id peer, gms_id sender,
                                 const struct gms_message *m, const char *why) {
    const bool multicast = m->type == GMS_MSG || m->type == GMS_REQUEST;
    const bool wish = m->type == GMS_JOIN || m->type == GMS_LEAVE || m->type == GMS_SUSPECT;
    const bool view = m->type == GMS_VIEW || m->type == GMS_INSTALL || m->type == GMS_ACCEPT;
    struct trace_record r = {.ev = ev,
                             .peer = peer,
                             .type = gms_type_name(m->type),
                             .x_sender = sender,
                             .x = m->x,
                             .about = wish ? m->origin : GMS_NOBODY,
                             .members = view ? m->members : NULL,
                             .member_count = view ? m->member_count : 0,
                             .m_origin = multicast ? m->origin : GMS_NOBODY,
                             .m_n = multicast ? m->n : 0,
                             .seq = m->seq,
                             .view = m->view,
                             .why = why};
    node_record(node, node->now, &r);
}

static inline void record_message(struct node *node, enum trace_ev ev, gms_id peer, gms_id sender,
                                  const struct gms_message *m, const char *why) {
    if (node->driver.trace)
        record_whole_message(node, ev, peer, sender, m, why);
    else
        node->lc++; /* a trace that is off costs nothing */
}

void node_record_lost(struct node *node, gms_time now, gms_id to, const struct gms_message *m,
                      const char *why) {
    node->now = now;
    record_message(node, TRACE_LOSE, to, node->me, m, why);
}

static void refuse(struct node *node, gms_id from, const struct gms_message *m, const char *why) {
    node->dropped++;
    record_message(node, TRACE_DROP, from, from, m, why);
}

void node_refuse(struct node *node, gms_time now, gms_id from, const char *type, const char *why) {
    node->dropped++;
    struct trace_record r = {.ev = TRACE_DROP, .peer = from, .type = type, .why = why};
    node_record(node, now, &r);
}

/* -- Actions ------------------------------------------------------------------------------------------- */

static void crash(struct node *node, const char *what) {
    struct trace_record r = {.ev = TRACE_FAULT, .what = what};
    node_record(node, node->now, &r);
    node->crashed = true;
    node->driver.crash(node->driver.self);
}

/* The same content as the last one sent? Then the bytes are there and need a new mark only. */
static bool same_content(const struct gms_message *a, const struct gms_message *b) {
    return a->type == b->type && a->view == b->view && a->seq == b->seq && a->origin == b->origin &&
           a->n == b->n && a->ballot == b->ballot && a->accepted == b->accepted && a->last == b->last &&
           a->committed == b->committed && a->stable == b->stable && a->body == b->body &&
           a->members == b->members && a->counts == b->counts;
}

void node_send(struct node *node, gms_id to, struct gms_message *m, const struct gms_message *encoded,
               size_t *size) {
    const char *why = NULL;
    const bool dead = detect_is_down(&node->detector, to); /* what goes to it is no part of a broadcast */
    const enum fault_verdict verdict = dead ? FAULT_PASS : fault_on_send(&node->fault, to, m->type, &why);
    if (verdict == FAULT_CRASH) {
        crash(node, node->fault.crash_async ? "crash async" : "crash mid-broadcast");
        return;
    }
    m->x = ++node->x;
    record_message(node, verdict == FAULT_LOSE ? TRACE_LOSE : TRACE_SEND, to, node->me, m, why);
    if (verdict == FAULT_LOSE || verdict == FAULT_VANISH)
        return;
    if (*size > 0 && same_content(m, encoded)) {
        wire_patch_x(node->outgoing, m->x, node->lc);
    } else {
        struct wire_out out = {.bytes = node->outgoing, .capacity = sizeof node->outgoing};
        wire_put_gms(&out, m, node->lc, &node->book);
        *size = out.size;
    }
    node->driver.send(node->driver.self, to, node->outgoing, *size);
}

/* Nobody looks on and no fault waits for its moment: which copy of a broadcast is whose does not matter. */
static bool is_undisturbed(const struct node *node) {
    return node->driver.send_all && !node->driver.trace && fault_is_idle(&node->fault);
}

static void send_all(struct node *node, const struct gms_action *a) {
    struct gms_message m = a->message, encoded = {0};
    size_t size = 0;
    if (is_undisturbed(node)) {
        struct wire_out out = {.bytes = node->outgoing, .capacity = sizeof node->outgoing};
        m.x = node->x + 1;
        node->x += a->to_count;
        node->lc += a->to_count;
        wire_put_gms(&out, &m, node->lc, &node->book);
        node->driver.send_all(node->driver.self, a->to, a->to_count, node->outgoing, out.size);
        return;
    }
    for (uint32_t i = 0; i < a->to_count && !node->crashed; i++) {
        node_send(node, a->to[i], &m, &encoded, &size);
        encoded = m;
    }
}

static void deliver(struct node *node, const struct gms_message *m) {
    if (fault_on_deliver(&node->fault) == FAULT_CRASH) {
        crash(node, node->fault.crash_async ? "crash async" : "crash mid-broadcast");
        return;
    }
    if (!node->driver.trace) {
        struct trace_state untold;
        node->driver.deliver(node->driver.self, m, &untold);
        node->lc++;
        return;
    }
    struct trace_record r = {.ev = TRACE_DELIVER,
                             .m_origin = m->origin,
                             .m_n = m->n,
                             .n = node->driver.change_of(node->driver.self, m->body, m->body_size),
                             .seq = m->seq,
                             .view = node->view};
    node->driver.deliver(node->driver.self, m, &r.state);
    node_record(node, node->now, &r);
}

static void install(struct node *node, const struct gms_message *view) {
    node->view = view->view;
    struct trace_record r = {.ev = TRACE_VIEW,
                             .view = view->view,
                             .seq = view->seq,
                             .primary = true, /* before gms5 there is one chain of views by assumption */
                             .members = view->members,
                             .member_count = view->member_count};
    node_record(node, node->now, &r);
    for (uint32_t i = 0; i < view->member_count; i++) {
        const struct address *address = address_book_find(&node->book, view->members[i]);
        if (address && address->id != node->me)
            node->driver.meet(node->driver.self, address);
    }
    node->driver.install(node->driver.self, view);
}

static void end(struct node *node, enum node_end how) {
    struct trace_record r = {.ev = TRACE_LEAVE};
    if (how == NODE_LEFT)
        node_record(node, node->now, &r);
    node->driver.end(node->driver.self, how);
}

static void freeze(struct node *node, const struct gms_action *a) {
    struct trace_record r = {.ev = TRACE_FREEZE,
                             .view = gms_current_view(&node->gms)->number,
                             .expected = a->expected,
                             .got = a->message.seq};
    node_record(node, node->now, &r);
    node->driver.freeze(node->driver.self, a->expected, a->message.seq);
}

/* What a view change does to this member. */
static void block(struct node *node, enum trace_ev ev) {
    struct trace_record r = {.ev = ev, .view = gms_current_view(&node->gms)->number};
    node_record(node, node->now, &r);
    node->driver.block(node->driver.self, gms_blocked(&node->gms), gms_has_quorum(&node->gms));
}

static void adopt(struct node *node, const struct gms_message *m) {
    struct trace_record r = {.ev = TRACE_STATE, .peer = m->origin};
    node->driver.adopt(node->driver.self, m->body, m->body_size, &r.state);
    node_record(node, node->now, &r);
}

static void exclude(struct node *node, const struct gms_action *a) {
    struct trace_record r = {.ev = TRACE_EXCLUDED, .view = node->view, .why = gms_drop_text(a->why)};
    node_record(node, node->now, &r);
    node->driver.end(node->driver.self, NODE_EXCLUDED);
}

static void suspect(struct node *node, gms_id whom) {
    struct trace_record r = {.ev = TRACE_SUSPECT, .peer = whom, .why = "no answer"};
    node_record(node, node->now, &r);
}

/* Carries out the list. True: the core waits for the application's state. */
static bool carry_out(struct node *node) {
    struct gms_message encoded = {0};
    size_t encoded_size = 0;
    bool snapshot = false;
    for (uint32_t i = 0; i < node->actions.count && !node->crashed; i++) {
        struct gms_action *a = &node->actions.list[i];
        switch (a->type) {
        case GMS_DO_SEND:
            node_send(node, a->whom, &a->message, &encoded, &encoded_size);
            encoded = a->message;
            break;
        case GMS_DO_SEND_ALL: send_all(node, a); break;
        case GMS_DO_DELIVER: deliver(node, &a->message); break;
        case GMS_DO_INSTALL: install(node, &a->message); break;
        case GMS_DO_LEAD: {
            struct trace_record r = {.ev = TRACE_LEAD, .view = a->message.view};
            node_record(node, node->now, &r);
            break;
        }
        case GMS_DO_WATCH: detect_watch(&node->detector, a->whom); break;
        case GMS_DO_DROP: refuse(node, a->whom, &a->message, gms_drop_text(a->why)); break;
        case GMS_DO_FREEZE: freeze(node, a); break;
        case GMS_DO_LEFT: end(node, NODE_LEFT); break;
        case GMS_DO_FAILED: end(node, NODE_FAILED); break;
        case GMS_DO_BLOCK: block(node, TRACE_BLOCK); break;
        case GMS_DO_UNBLOCK: block(node, TRACE_UNBLOCK); break;
        case GMS_DO_NO_QUORUM: block(node, TRACE_NO_QUORUM); break;
        case GMS_DO_QUORUM: block(node, TRACE_QUORUM); break;
        case GMS_DO_SUSPECT: suspect(node, a->whom); break;
        case GMS_DO_SNAPSHOT: snapshot = true; break;
        case GMS_DO_ADOPT: adopt(node, &a->message); break;
        case GMS_DO_EXCLUDED: exclude(node, a); break;
        }
    }
    return snapshot;
}

/* What follows from a step: the state that the core asked for, and crashes that are known and of interest. */
static bool give_snapshot(struct node *node) {
    uint8_t state[GMS_BODY_SIZE_MAX];
    const size_t size = node->driver.snapshot(node->driver.self, state);
    const struct gms_event e = {.type = GMS_EVENT_SNAPSHOT,
                                .now = node->now,
                                .message = {.body = state, .body_size = (uint32_t)size}};
    gms_step(&node->gms, &e, &node->actions);
    return carry_out(node);
}

static bool report(struct node *node, gms_id whom) {
    const struct gms_event e = {.type = GMS_EVENT_DOWN, .now = node->now, .from = whom};
    gms_step(&node->gms, &e, &node->actions);
    return carry_out(node);
}

static void settle(struct node *node, bool snapshot) {
    gms_id whom = GMS_NOBODY;
    while (!node->crashed && (snapshot || (whom = detect_report(&node->detector)) != GMS_NOBODY))
        snapshot = snapshot ? give_snapshot(node) : report(node, whom);
    if (node->crashed || node->owes)
        return; /* the rest at the end of the turn */
    node_heed(node);
    node->driver.flush(node->driver.self);
}

enum gms_drop node_step(struct node *node, const struct gms_event *event) {
    const enum gms_drop result = gms_step(&node->gms, event, &node->actions);
    settle(node, carry_out(node));
    return result;
}

/* -- Events -------------------------------------------------------------------------------------------- */

void node_start(struct node *node, gms_time now, const gms_id *contacts, uint32_t count, const char *to) {
    node->now = now;
    if (count > 0) {
        struct trace_record r = {.ev = TRACE_JOIN, .to = to};
        node_record(node, now, &r);
    }
    const struct gms_event e = {
        .type = GMS_EVENT_START, .now = now, .contacts = contacts, .contact_count = count};
    node_step(node, &e);
}

static bool names_another(const struct node *node, const struct address *address) {
    return address->id != GMS_NOBODY && address->id != node->me && address->name[0] != '\0';
}

void node_contacts(struct node *node, gms_time now, const gms_id *contacts, uint32_t count, const char *to) {
    const struct gms1_state *s = &node->gms.gms1;
    const struct gms_event e = {
        .type = GMS_EVENT_START, .now = now, .contacts = contacts, .contact_count = count};
    if (node->crashed || gms_has_quorum(&node->gms) ||
        (count == s->contact_count && memcmp(contacts, s->contacts, count * sizeof *contacts) == 0))
        return;
    node->now = now;
    struct trace_record r = {.ev = TRACE_JOIN, .to = to, .why = NODE_LOOKS_AROUND};
    node_record(node, now, &r);
    node_step(node, &e);
}

static void remember(struct node *node, const struct wire_message *m) {
    for (uint32_t i = 0; i < m->address_count; i++) {
        const struct address *address = &m->addresses[i];
        if (!names_another(node, address))
            continue;
        address_book_put(&node->book, address);
        if (m->type == GMS_JOIN)
            node->driver.meet(node->driver.self, address);
    }
}

void node_know(struct node *node, gms_time now, const struct address *address) {
    if (!names_another(node, address))
        return;
    node->now = now;
    address_book_put(&node->book, address);
    node_keep_cut(node, address);
}

static void receive_gms(struct node *node, gms_id from, struct wire_message *m) {
    if (m->lc > node->lc)
        node->lc = m->lc;
    remember(node, m);
    record_message(node, TRACE_RECV, from, from, &m->gms, NULL);
    for (uint32_t i = 0; node->fault.cut.count > 0 && i < m->address_count; i++)
        node_keep_cut(node, &m->addresses[i]);
    struct gms_event e; /* as large as it is, each field is set once */
    e.type = GMS_EVENT_RECEIVE;
    e.now = node->now;
    e.from = from;
    e.message = m->gms;
    e.more = node->owes = node->turns;
    e.contacts = NULL;
    e.contact_count = 0;
    const enum gms_drop result = node_step(node, &e);
    if (result != GMS_USED && result != GMS_HELD)
        refuse(node, from, &m->gms, gms_drop_text(result));
}

/* Whoever leaves has its last multicasts ordered first. */
static bool is_to_be_ordered(const struct node *node, const struct wire_message *m) {
    return (m->type == GMS_REQUEST || m->type == GMS_LEAVE) && gms_phase(&node->gms) == GMS_LEADING;
}

void node_receive(struct node *node, gms_time now, gms_id from, const uint8_t *frame, size_t size) {
    struct wire_in in;
    node->now = now;
    const char *error = wire_open_frame(&in, frame, size);
    if (!error && in.group != node->group)
        error = "malformed: another group";
    if (!error && from != GMS_NOBODY && in.sender != from)
        error = "malformed: not from the member of this link";
    if (error) {
        node_refuse(node, now, from, "?", error);
        return;
    }
    bool heard = false;
    for (const uint8_t *at = in.at; !node->crashed && wire_next(&in, &node->incoming, &error); at = in.at) {
        struct wire_message *m = &node->incoming;
        if (!error && m->type < GMS_TYPES && !heard && from != GMS_NOBODY)
            silence_heard(&node->silence, now, in.sender);
        heard = heard || (!error && m->type < GMS_TYPES);
        if (error)
            node_refuse(node, now, in.sender, wire_type_name(m->type), error);
        else if (node->puts_off && from != GMS_NOBODY && is_to_be_ordered(node, m))
            node->driver.put_off(node->driver.self, in.sender, at, (size_t)(in.at - at));
        else if (m->type < GMS_TYPES)
            receive_gms(node, in.sender, m);
        else if (m->type == WIRE_GOSSIP)
            node->driver.gossip(node->driver.self, in.sender, m->bytes, m->bytes_size);
        else if (m->type == WIRE_REFUSED)
            node->driver.refused(node->driver.self, in.sender, m->bytes, m->bytes_size);
        else
            node_refuse(node, now, in.sender, wire_type_name(m->type), "malformed: not on this link");
    }
    if (error)
        node_refuse(node, now, in.sender, "?", error);
}

void node_report(struct node *node, gms_time now, enum trace_ev ev, gms_id whom, const char *why) {
    if (node->crashed || detect_is_down(&node->detector, whom))
        return;
    node->now = now;
    struct trace_record r = {.ev = ev, .peer = whom, .why = why};
    node_record(node, now, &r);
    if (ev == TRACE_SUSPECT && gms_tells_suspicion(&node->gms)) {
        const struct gms_event e = {.type = GMS_EVENT_SUSPECT, .now = now, .from = whom};
        node_step(node, &e);
        return;
    }
    detect_down(&node->detector, whom);
    settle(node, false);
}

void node_down(struct node *node, gms_time now, gms_id whom, const char *why) {
    node_report(node, now, TRACE_DOWN, whom, why);
}

void node_suspect(struct node *node, gms_time now, gms_id whom, const char *why) {
    node_report(node, now, TRACE_SUSPECT, whom, why);
}

void node_turn_end(struct node *node, gms_time now) {
    if (node->crashed || !node->owes)
        return;
    node->now = now;
    node->owes = false;
    const struct gms_event e = {.type = GMS_EVENT_TIMER, .now = now}; /* a needless one is harmless */
    node_step(node, &e);
}

void node_leave(struct node *node, gms_time now) {
    node_turn_end(node, now); /* what it has multicast comes first */
    if (node->crashed)
        return;
    node->now = now;
    const struct gms_event e = {.type = GMS_EVENT_LEAVE, .now = now};
    node_step(node, &e);
}

enum gms_drop node_mcast(struct node *node, gms_time now, const uint8_t *body, size_t size) {
    if (node->crashed)
        return GMS_DROP_LEFT;
    node->now = now;
    if (node->driver.trace && size <= GMS_BODY_SIZE_MAX &&
        gms_may_mcast(&node->gms)) { /* traced before it is handed over */
        struct trace_record r = {.ev = TRACE_MCAST,
                                 .m_origin = node->me,
                                 .m_n = gms_mcast_count(&node->gms) + 1,
                                 .n = node->driver.change_of(node->driver.self, body, size)};
        node_record(node, now, &r);
    }
    const struct gms_event e = {
        .type = GMS_EVENT_MCAST,
        .now = now,
        .message = {.body = body, .body_size = size > UINT32_MAX ? UINT32_MAX : (uint32_t)size},
        .more = node->owes = node->turns};
    return node_step(node, &e);
}
