/* The names of the trace's events, one table for writers and readers. */
#include "gms/trace.h"

#include <string.h>

static const char *const names[TRACE_EVS] = {
    [TRACE_JOIN] = "join",         [TRACE_VIEW] = "view",           [TRACE_BLOCK] = "block",
    [TRACE_UNBLOCK] = "unblock",   [TRACE_MCAST] = "mcast",         [TRACE_SEND] = "send",
    [TRACE_RECV] = "recv",         [TRACE_LOSE] = "lose",           [TRACE_DROP] = "drop",
    [TRACE_DELIVER] = "deliver",   [TRACE_STATE] = "state",         [TRACE_SUSPECT] = "suspect",
    [TRACE_DOWN] = "down",         [TRACE_LEAD] = "lead",           [TRACE_FREEZE] = "freeze",
    [TRACE_EXCLUDED] = "excluded", [TRACE_NO_QUORUM] = "no-quorum", [TRACE_QUORUM] = "quorum",
    [TRACE_FAULT] = "fault",       [TRACE_CRASH] = "crash",         [TRACE_HANG] = "hang",
    [TRACE_RESUME] = "resume",     [TRACE_LEAVE] = "leave",         [TRACE_EXIT] = "exit",
    [TRACE_NOTE] = "note",
};

const char *trace_ev_name(enum trace_ev ev) {
    return ev < TRACE_EVS ? names[ev] : "?";
}

bool trace_ev_find(const char *name, enum trace_ev *found) {
    for (int ev = 0; ev < TRACE_EVS; ev++) {
        if (strcmp(names[ev], name) == 0) {
            *found = (enum trace_ev)ev;
            return true;
        }
    }
    return false;
}
