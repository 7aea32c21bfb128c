/* Total order without counts: the delivery orders of all members together must be acyclic.
 *
 * Each delivery adds an edge from the one before it at that member. The graph is kept in a topological order
 * that is repaired when an edge contradicts it, or can't be, which is the violation: D. Pearce and P. Kelly,
 * "A Dynamic Topological Sort Algorithm for Directed Acyclic Graphs" (2006). In a sound run no edge
 * contradicts it but where members are far apart.
 */
#include "gms/check_private.h"

#include <string.h>

/* -- Edges ----------------------------------------------------------------------------------------------- */

static struct check_edge *find_edge(struct check *c, const struct check_message *from, uint32_t to) {
    for (uint32_t e = from->out; e > 0; e = c->edges[e - 1].next_out) {
        if (c->edges[e - 1].to == to)
            return &c->edges[e - 1];
    }
    return NULL;
}

static void add_edge(struct check *c, struct check_message *from, struct check_message *to, uint16_t by) {
    if (c->edge_free == 0 && c->edge_fresh == CHECK_EDGES_MAX) {
        c->uncompared++;
        return;
    }
    const uint32_t e = c->edge_free > 0 ? c->edge_free - 1 : c->edge_fresh++;
    struct check_edge *edge = &c->edges[e];
    if (c->edge_free > 0)
        c->edge_free = edge->next_out;
    *edge = (struct check_edge){
        check_message_slot(c, from), check_message_slot(c, to), by, by, from->out, to->in};
    from->out = e + 1;
    to->in = e + 1;
}

static void unlink_out(struct check *c, uint32_t e) {
    uint32_t *link = &c->messages[c->edges[e - 1].from].out;
    while (*link != e)
        link = &c->edges[*link - 1].next_out;
    *link = c->edges[e - 1].next_out;
}

static void unlink_in(struct check *c, uint32_t e) {
    uint32_t *link = &c->messages[c->edges[e - 1].to].in;
    while (*link != e)
        link = &c->edges[*link - 1].next_in;
    *link = c->edges[e - 1].next_in;
}

static void free_edge(struct check *c, uint32_t e) {
    unlink_out(c, e);
    unlink_in(c, e);
    c->edges[e - 1].next_out = c->edge_free;
    c->edge_free = e;
}

void check_graph_forget(struct check *c, struct check_message *m) {
    while (m->out > 0)
        free_edge(c, m->out);
    while (m->in > 0)
        free_edge(c, m->in);
}

/* -- The topological order ------------------------------------------------------------------------------- */

/* Everything that can be reached from `start` and does not lie beyond `limit` in the order, into `found`.
 * Returns how many, or 0 if there are too many to look at. */
static uint32_t search(struct check *c, struct check_message *start, bool forward, uint64_t limit,
                       uint32_t *found) {
    uint32_t count = 1;
    c->search_mark++;
    start->seen = c->search_mark;
    found[0] = check_message_slot(c, start);
    for (uint32_t i = 0; i < count; i++) {
        const struct check_message *m = &c->messages[found[i]];
        uint32_t e = forward ? m->out : m->in;
        while (e > 0) {
            const struct check_edge *edge = &c->edges[e - 1];
            const uint32_t slot = forward ? edge->to : edge->from;
            struct check_message *next = &c->messages[slot];
            e = forward ? edge->next_out : edge->next_in;
            if (next->seen == c->search_mark || (forward ? next->order > limit : next->order < limit))
                continue;
            if (count == CHECK_SEARCH_MAX)
                return 0;
            next->seen = c->search_mark;
            next->parent = found[i];
            found[count++] = slot;
        }
    }
    return count;
}

static void sort(const struct check *c, uint32_t *slots, uint32_t count) {
    for (uint32_t i = 1; i < count; i++) { /* nearly sorted: by insertion */
        const uint32_t slot = slots[i];
        uint32_t at = i;
        while (at > 0 && c->messages[slots[at - 1]].order > c->messages[slot].order) {
            slots[at] = slots[at - 1];
            at--;
        }
        slots[at] = slot;
    }
}

/* Those before the new edge keep their order among themselves, and so do those after it; together they use
 * the places that they had. */
static void reorder(struct check *c, uint32_t before_count, uint32_t after_count) {
    uint32_t *before = c->found[0], *after = c->found[1];
    uint64_t places[2 * CHECK_SEARCH_MAX];
    uint32_t b = 0, a = 0, count = before_count + after_count;
    sort(c, before, before_count);
    sort(c, after, after_count);
    for (uint32_t i = 0; i < count; i++) {
        const bool take_before = a == after_count || (b < before_count && c->messages[before[b]].order <
                                                                              c->messages[after[a]].order);
        places[i] = c->messages[take_before ? before[b++] : after[a++]].order;
    }
    for (uint32_t i = 0; i < before_count; i++)
        c->messages[before[i]].order = places[i];
    for (uint32_t i = 0; i < after_count; i++)
        c->messages[after[i]].order = places[before_count + i];
}

/* Who of the two that an edge names did both deliveries that it is of, as far as is known. */
static uint16_t witness_of(const struct check *c, const struct check_edge *edge) {
    return c->members[edge->by].crashed ? edge->also_by : edge->by;
}

static bool names(const struct check_edge *edge, uint16_t member) {
    return edge->by == member || edge->also_by == member;
}

/* `by` delivered `from` before `to`, and by the edges on the way others delivered them the other way round:
 * one of them, or several of which each delivered a part of the way (then `b` is nobody). It counts unless
 * one of these turns out to have crashed. */
static void cycle(struct check *c, struct check_message *from, struct check_message *to, uint16_t by,
                  const struct trace_record *r) {
    struct check_conflict conflict = {.property = CHECK_TOTAL_ORDER};
    uint16_t all_the_way[2] = {by, by};
    bool is_first = true, alone[2] = {true, true};
    uint32_t slot = check_message_slot(c, from);
    while (slot != check_message_slot(c, to)) {
        const struct check_edge *edge = find_edge(c, &c->messages[c->messages[slot].parent], slot);
        slot = c->messages[slot].parent;
        if (!edge)
            continue;
        if (is_first) {
            all_the_way[0] = witness_of(c, edge);
            all_the_way[1] = all_the_way[0] == edge->by ? edge->also_by : edge->by;
            is_first = false;
        }
        for (int i = 0; i < 2; i++)
            alone[i] = alone[i] && names(edge, all_the_way[i]);
        check_put(conflict.others, witness_of(c, edge));
    }
    conflict.witness = (struct check_witness){.a = c->members[by].id,
                                              .view = c->members[by].view,
                                              .a_origin = c->members[from->origin].id,
                                              .b_origin = c->members[to->origin].id,
                                              .a_n = from->n,
                                              .b_n = to->n,
                                              .a_at = check_at(r)};
    alone[1] = alone[1] && !c->members[all_the_way[1]].crashed;
    if (alone[0] || alone[1]) {
        conflict.witness.b = c->members[all_the_way[alone[0] ? 0 : 1]].id;
        memset(conflict.others, 0, sizeof conflict.others);
    }
    check_conflict(c, &conflict);
}

static void follow(struct check *c, struct check_message *from, struct check_message *to, uint16_t by,
                   const struct trace_record *r) {
    struct check_edge *known = find_edge(c, from, check_message_slot(c, to));
    if (known) {
        known->also_by = by;
        return;
    }
    if (from->order > to->order) {
        const uint32_t after = search(c, to, true, from->order, c->found[1]);
        if (after > 0 && from->seen == c->search_mark) {
            cycle(c, from, to, by, r);
            return;
        }
        const uint32_t before = after > 0 ? search(c, from, false, to->order, c->found[0]) : 0;
        if (before == 0) {
            c->uncompared++;
            return;
        }
        reorder(c, before, after);
    }
    add_edge(c, from, to, by);
}

void check_follows(struct check *c, struct check_member *member, struct check_message *m,
                   const struct trace_record *r) {
    struct check_message *previous = &c->messages[member->previous];
    const uint64_t previous_serial = member->previous_serial;
    if (!m->delivered)
        m->order = ++c->next_order;
    member->previous = check_message_slot(c, m);
    member->previous_serial = m->serial;
    if (previous_serial > 0 && previous->serial == previous_serial && previous != m && !previous->settled &&
        !m->settled)
        follow(c, previous, m, check_index(c, member), r);
}
