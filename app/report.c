/* See report.h. */
#include "app/report.h"

#include "app/trace_merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COLUMN_WIDTH 12
#define COLUMNS_MAX  10 /* beyond that a line says whose event it is */

/* -- Names --------------------------------------------------------------------------------------------- */

void report_name(struct report_names *names, gms_id id, const char *name) {
    if (names->count == REPORT_NAMES_MAX || strcmp(report_name_of(names, id), "?") != 0)
        return;
    names->id[names->count] = id;
    snprintf(names->name[names->count], NET_NAME_SIZE, "%s", name);
    names->count++;
}

struct check_settings report_live_settings(enum gms_rung_id rung, bool agreed, bool last_man_standing) {
    return (struct check_settings){.rung = rung,
                                   .agreed = agreed,
                                   .last_man_standing = last_man_standing,
                                   .settle = rung >= GMS_RUNG_4_ACK ? 500 * 1000000 : 0};
}

struct check_settings report_settings_of(const struct trace_merge *merge) {
    const struct check_settings settings = {.rung = trace_merge_rung(merge),
                                            .agreed = trace_merge_agreed(merge),
                                            .last_man_standing = trace_merge_last_man_standing(merge)};
    return trace_merge_live(merge)
               ? report_live_settings(settings.rung, settings.agreed, settings.last_man_standing)
               : settings;
}

const char *report_name_of(const struct report_names *names, gms_id id) {
    for (uint32_t i = 0; i < names->count; i++) {
        if (names->id[i] == id)
            return names->name[i];
    }
    return "?";
}

/* -- Events -------------------------------------------------------------------------------------------- */

/* What a cell says, in at most 11 characters; false if the event is not for people. */
static bool cell_of(const struct report_names *names, const struct trace_record *r, char *cell, size_t size) {
    switch (r->ev) {
    case TRACE_JOIN: snprintf(cell, size, r->why ? "asks around" : "joining"); return true;
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
    case TRACE_LOSE:
        if (r->type && strcmp(r->type, "HEARTBEAT") == 0)
            return false; /* there are too many, and few that matter */
        snprintf(cell, size, "lost>%.6s", report_name_of(names, r->peer));
        return true;
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
    case TRACE_NOTE: /* who plays the scenario prints it */
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
