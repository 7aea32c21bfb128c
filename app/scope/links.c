/* The words of a fault are those of its record: net/node_fault.c, net/zmq/actor_calls.c, net/sim. */
#include "app/scope/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void links_clear(struct links *l) {
    memset(l, 0, sizeof *l);
}

const struct picture_link *links_of(const struct links *l, int from, int to) {
    static const struct picture_link none = {.cut = false};
    const bool known = from >= 0 && to >= 0 && (uint32_t)from < l->rows && (uint32_t)to < l->rows;
    return known ? &l->link[(uint32_t)from * l->rows + (uint32_t)to] : &none;
}

bool links_cut_off(const struct links *l, int row) {
    for (uint32_t i = 0; i < l->rows; i++)
        if (links_of(l, row, (int)i)->cut || links_of(l, (int)i, row)->cut)
            return true;
    return false;
}

static uint32_t row_of(const struct history *h, uint16_t line) {
    const uint16_t row = line == HISTORY_NOBODY ? HISTORY_NOBODY : history_line(h, line)->row;
    return row == HISTORY_NOBODY ? HISTORY_NONE : row;
}

/* The links from `from` to `to`, either of which may be everybody. */
struct part {
    uint32_t from, to;
};

static void set(struct links *l, struct part part, const struct picture_link *value, bool cut, bool lose,
                bool delay) {
    for (uint32_t from = 0; from < l->rows; from++) {
        for (uint32_t to = 0; to < l->rows; to++) {
            struct picture_link *link = &l->link[from * l->rows + to];
            if (from == to || (part.from != HISTORY_NONE && part.from != from) ||
                (part.to != HISTORY_NONE && part.to != to))
                continue;
            if (cut)
                link->cut = value->cut;
            if (lose)
                link->lose += value->lose;
            if (delay)
                link->delay_ms = value->delay_ms;
        }
    }
}

static void take_fault(struct links *l, const struct history *h, const struct history_event *e) {
    const char *what = history_text(h, e->text);
    const uint32_t me = row_of(h, e->line), peer = row_of(h, e->peer);
    unsigned number = 0;
    struct picture_link value = {.cut = false};
    if (strcmp(what, "cut") == 0) {
        value.cut = true;
        set(l, (struct part){me, peer}, &value, true, false, false);
    } else if (strcmp(what, "heal") == 0) {
        set(l, (struct part){me, peer}, &value, true, false, false);
        if (peer == HISTORY_NONE)
            set(l, (struct part){HISTORY_NONE, me}, &value, false, false, true);
    } else if (sscanf(what, "lose %u", &number) == 1 && peer != HISTORY_NONE) {
        value.lose = number;
        set(l, (struct part){me, peer}, &value, false, true, false);
    } else if (sscanf(what, "delay %ums", &number) == 1) { /* recorded where it arrives */
        value.delay_ms = number;
        set(l, (struct part){peer, me}, &value, false, false, true);
    }
}

static void take(struct links *l, const struct history *h, const struct history_event *e) {
    const uint32_t me = row_of(h, e->line), peer = row_of(h, e->peer);
    if (e->ev == TRACE_FAULT && me != HISTORY_NONE) {
        take_fault(l, h, e);
    } else if (e->ev == TRACE_LOSE && me != HISTORY_NONE && peer != HISTORY_NONE &&
               strcmp(history_text(h, e->text), "lost on demand") == 0) {
        struct picture_link *link = &l->link[me * l->rows + peer];
        link->lose -= link->lose > 0;
    } else if (e->ev == TRACE_CRASH || e->ev == TRACE_EXIT) { /* its orders are gone with it */
        const uint32_t gone = e->ev == TRACE_CRASH && peer != HISTORY_NONE ? peer : me;
        for (uint32_t to = 0; gone != HISTORY_NONE && to < l->rows; to++)
            l->link[gone * l->rows + to] = (struct picture_link){0};
    }
}

void links_read(struct links *l, const struct history *h, uint32_t until) {
    const uint32_t count = history_event_count(h);
    until = until < count ? until : count;
    if (until < l->read || history_row_count(h) != l->rows) /* a new name moves others down */
        links_clear(l);
    l->rows = history_row_count(h);
    for (l->read = l->read < history_forgotten(h) ? history_forgotten(h) : l->read; l->read < until;
         l->read++)
        take(l, h, history_event(h, l->read));
}
