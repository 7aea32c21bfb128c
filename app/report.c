/* See report.h. */
#include "app/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/options.h"

#define COLUMN_WIDTH 12
#define COLUMNS_MAX  10 /* beyond that a line says whose event it is */

/* -- Names
 * --------------------------------------------------------------------------------------------------- */

void report_name(struct report_names *names, gms_id id, const char *name) {
    if (names->count == REPORT_NAMES_MAX || strcmp(report_name_of(names, id), "?") != 0)
        return;
    names->id[names->count] = id;
    snprintf(names->name[names->count], NET_NAME_SIZE, "%s", name);
    names->count++;
}

const char *report_name_of(const struct report_names *names, gms_id id) {
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->id[i] == id)
            return names->name[i];
    }
    return "?";
}

/* -- Events
 * -------------------------------------------------------------------------------------------------- */

/* What a cell says, in at most 11 characters; false if the event is not for people. */
static bool cell_of(const struct report_names *names, const struct trace_record *r, char *cell, size_t size) {
    switch (r->ev) {
    case TRACE_JOIN: snprintf(cell, size, "joining"); return true;
    case TRACE_VIEW: snprintf(cell, size, "view %u (%u)", r->view, r->member_count); return true;
    case TRACE_LEAD: snprintf(cell, size, "LEADS"); return true;
    case TRACE_DELIVER:
        if (r->n == 0 || r->state.count == 0)
            return false;
        snprintf(cell, size, "%02x%02x%02x #%" PRIu64, r->state.color[0], r->state.color[1],
                 r->state.color[2], r->state.count);
        return true;
    case TRACE_STATE:
        snprintf(cell, size, r->why ? "STATE LOST" : "state #%" PRIu64, r->state.count);
        return true;
    case TRACE_DOWN: snprintf(cell, size, "down %.6s", report_name_of(names, r->peer)); return true;
    case TRACE_SUSPECT: snprintf(cell, size, "susp %.6s", report_name_of(names, r->peer)); return true;
    case TRACE_FREEZE: snprintf(cell, size, "FROZEN"); return true;
    case TRACE_LOSE: snprintf(cell, size, "lost>%.6s", report_name_of(names, r->peer)); return true;
    case TRACE_CRASH: snprintf(cell, size, "CRASHED"); return true;
    case TRACE_LEAVE: snprintf(cell, size, "leaves"); return true;
    case TRACE_EXIT: snprintf(cell, size, "exit"); return true;
    case TRACE_FAULT: snprintf(cell, size, "fault!"); return true;
    case TRACE_HANG: snprintf(cell, size, "hung"); return true;
    case TRACE_RESUME: snprintf(cell, size, "resumed"); return true;
    case TRACE_BLOCK: snprintf(cell, size, "blocked"); return true;
    case TRACE_UNBLOCK: snprintf(cell, size, "goes on"); return true;
    case TRACE_EXCLUDED: snprintf(cell, size, "EXCLUDED"); return true;
    case TRACE_NO_QUORUM: snprintf(cell, size, "NO QUORUM"); return true;
    case TRACE_QUORUM: snprintf(cell, size, "quorum"); return true;
    case TRACE_MCAST:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_DROP:
    case TRACE_EVS: break;
    }
    return false;
}

void report_columns(const char (*names)[NET_NAME_SIZE], int columns) {
    if (columns > COLUMNS_MAX)
        return;
    printf("%8s ", "s");
    for (int i = 0; i < columns; i++)
        printf(" %-*.*s", COLUMN_WIDTH - 1, COLUMN_WIDTH - 1, names[i]);
    putchar('\n');
}

void report_event(const struct report_names *names, const struct trace_record *r, double seconds,
                  const char *who, int column, int columns) {
    char cell[32];
    if (!cell_of(names, r, cell, sizeof cell))
        return;
    if (columns > COLUMNS_MAX)
        printf("%8.3f  %-16s %s\n", seconds, who, cell);
    else
        printf("%8.3f  %*s%s\n", seconds, column * COLUMN_WIDTH, "", cell);
}

/* -- Verdict
 * ------------------------------------------------------------------------------------------------- */

static const char *verdict_word(enum check_verdict verdict) {
    switch (verdict) {
    case CHECK_HOLDS: return "holds";
    case CHECK_VIOLATED: return "violated";
    case CHECK_HALTED: return "halted";
    case CHECK_NOT_APPLICABLE: return "not applicable";
    }
    return "?";
}

static void tell_message(const struct report_names *names, gms_id origin, uint64_t n, char *text,
                         size_t size) {
    snprintf(text, size, "%s#%" PRIu64, report_name_of(names, origin), n);
}

/* The witness as a sentence. */
static void sentence(const struct check *c, const struct report_names *names, enum check_property property,
                     char *text, size_t size) {
    const struct check_witness *w = &c->witness[property];
    const char *a = report_name_of(names, w->a), *b = report_name_of(names, w->b);
    char a_m[48], b_m[48];
    tell_message(names, w->a_origin, w->a_n, a_m, sizeof a_m);
    tell_message(names, w->b_origin, w->b_n, b_m, sizeof b_m);
    switch (property) {
    case CHECK_TOTAL_ORDER:
        if (w->a_origin == w->b_origin && w->a_n == w->b_n)
            snprintf(text, size, "since #%" PRIu64 " %s and %s have different histories", w->count, a, b);
        else
            snprintf(text, size, "since #%" PRIu64 ": %s has %s there, %s has %s", w->count, a, a_m, b, b_m);
        return;
    case CHECK_COLOR:
        snprintf(text, size, "%s shows a colour at #%" PRIu64 " that does not follow from %s", a, w->count,
                 a_m);
        return;
    case CHECK_STATE_TRANSFER:
        snprintf(text, size, "%s adopted a state at #%" PRIu64 " that is not the group's", a, w->count);
        return;
    case CHECK_CONVERGENCE: snprintf(text, size, "at the end %s and %s do not show the same", a, b); return;
    case CHECK_PROGRESS:
        snprintf(text, size, "%s multicast %s and nobody delivered it, though nothing failed any more", a,
                 a_m);
        return;
    case CHECK_PROPERTIES: break;
    }
    text[0] = '\0';
}

static uint32_t members_at_end(const struct check *c) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        count += m->viewed && !m->crashed && !m->left;
    }
    return count;
}

void report_verdict(const struct check *c, const struct report_names *names) {
    const enum check_verdict overall = check_overall(c);
    char text[256];
    if (members_at_end(c) == 0 && overall == CHECK_HOLDS)
        printf("verdict: nobody is left to be out of sync, after %" PRIu64 " changes\n", c->delivered);
    else
        printf("verdict: %s: %u members at the end, %" PRIu64 " changes\n",
               overall == CHECK_HOLDS    ? "in sync"
               : overall == CHECK_HALTED ? "HALTED"
                                         : "OUT OF SYNC",
               members_at_end(c), c->delivered);
    for (int p = 0; p < CHECK_PROPERTIES; p++) {
        if (!check_property_name((enum check_property)p) || !c->violated[p])
            continue;
        sentence(c, names, (enum check_property)p, text, sizeof text);
        printf("  %d %s is violated: %s\n", p, check_property_name((enum check_property)p), text);
    }
    for (uint32_t i = 0; i < c->member_count; i++) {
        if (c->members[i].frozen && !c->members[i].crashed)
            printf("  %s is frozen: it misses a message and can't ask for it\n",
                   report_name_of(names, c->members[i].id));
    }
    if (c->uncompared > 0)
        printf("  %" PRIu64 " deliveries came too late to be compared\n", c->uncompared);
}

json_t *report_check(const struct check *c, const struct report_names *names) {
    json_t *properties = json_array();
    for (int p = 0; p < CHECK_PROPERTIES; p++) {
        const char *name = check_property_name((enum check_property)p);
        char text[256];
        if (!name)
            continue;
        json_t *witness = json_null();
        if (c->violated[p]) {
            sentence(c, names, (enum check_property)p, text, sizeof text);
            witness = json_pack(
                "{s:s, s:s, s:s, s:I}", "text", text, "a", report_name_of(names, c->witness[p].a), "b",
                report_name_of(names, c->witness[p].b), "count", (json_int_t)c->witness[p].count);
        }
        json_array_append_new(properties, json_pack("{s:i, s:s, s:s, s:o}", "id", p, "name", name, "verdict",
                                                    verdict_word(check_property(c, (enum check_property)p)),
                                                    "witness", witness));
    }
    return json_pack("{s:s, s:I, s:I, s:o}", "verdict", verdict_word(check_overall(c)), "records",
                     (json_int_t)c->records, "members", (json_int_t)c->member_count, "properties",
                     properties);
}

/* Not one left in good order or at the end: then nobody can say that the group went on. */
static bool all_crashed(const struct check *c) {
    for (uint32_t i = 0; i < c->member_count; i++) {
        if (c->members[i].viewed && !c->members[i].crashed)
            return false;
    }
    return c->member_count > 0;
}

int report_status(const struct check *c) {
    if (all_crashed(c))
        return STATUS_VIOLATED;
    return check_overall(c) == CHECK_HOLDS ? STATUS_FINE : STATUS_VIOLATED;
}
