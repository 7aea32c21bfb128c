/* The checker's verdict for people and for scripts: each violated property as a sentence with its witness,
 * and the cause where the trace tells it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/options.h"
#include "app/report.h"

#define SENTENCE_SIZE 512

static const char *verdict_word(enum check_verdict verdict) {
    switch (verdict) {
    case CHECK_HOLDS: return "holds";
    case CHECK_VIOLATED: return "violated";
    case CHECK_HALTED: return "halted";
    case CHECK_NOT_APPLICABLE: return "not applicable";
    }
    return "?";
}

/* -- Sentences ------------------------------------------------------------------------------------------- */

struct words {
    char a[NET_NAME_SIZE], b[NET_NAME_SIZE];
    char a_m[48], b_m[48];
};

static void tell_message(const struct report_names *names, gms_id origin, uint64_t n, char *text,
                         size_t size) {
    snprintf(text, size, "%s#%" PRIu64, report_name_of(names, origin), n);
}

static struct words words_of(const struct report_names *names, const struct check_witness *w) {
    struct words words;
    snprintf(words.a, sizeof words.a, "%s", report_name_of(names, w->a));
    snprintf(words.b, sizeof words.b, "%s", report_name_of(names, w->b));
    tell_message(names, w->a_origin, w->a_n, words.a_m, sizeof words.a_m);
    tell_message(names, w->b_origin, w->b_n, words.b_m, sizeof words.b_m);
    return words;
}

static void tell_membership(const struct check_witness *w, const struct words *s,
                            enum check_property property, char *text, size_t size) {
    const uint32_t view = w->view;
    if (property == CHECK_SELF_INCLUSION)
        snprintf(text, size, "%s installed view %u and is not in it", s->a, view);
    else if (property == CHECK_LOCAL_MONOTONICITY)
        snprintf(text, size, "%s installed view %u after one that is not older", s->a, view);
    else if (property == CHECK_VIEW_AGREEMENT)
        snprintf(text, size, "%s and %s installed view %u with different members", s->a, s->b, view);
    else if (property == CHECK_ONE_CHAIN)
        snprintf(text, size, "nobody that installed view %u came from view %" PRIu64, view, w->count);
    else if (property == CHECK_ONE_LEADER)
        snprintf(text, size, "%s and %s both led view %u", s->a, s->b, view);
    else if (property == CHECK_QUORUM)
        snprintf(text, size, "view %u holds no quorum of view %" PRIu64, view, w->count);
    else if (property == CHECK_SUCCESSORS)
        snprintf(text, size, "%s came to view %u by a view that %s was in and passed by", s->a, view, s->b);
    else if (w->view > 0)
        snprintf(text, size, "at the end %s does not belong to view %u, or it is not the last for it", s->a,
                 view);
}

static void tell_order(const struct check_witness *w, const struct words *s, enum check_property property,
                       char *text, size_t size) {
    if (property == CHECK_FIFO)
        snprintf(text, size, "%s delivered %s after %s", s->a, s->a_m, s->b_m);
    else if (property == CHECK_CAUSAL)
        snprintf(text, size, "%s delivered %s after a message that was multicast because of it", s->a,
                 s->a_m);
    else if (property == CHECK_GAP_FREE)
        snprintf(text, size, "%s took number %" PRIu64 " after number %" PRIu64, s->a, w->b_n, w->count);
    else if (w->count == 0 && w->b == GMS_NOBODY)
        snprintf(
            text, size,
            "%s delivered %s before %s, which comes first by what others delivered, each a part of the way",
            s->a, s->a_m, s->b_m);
    else if (w->count == 0)
        snprintf(text, size, "%s delivered %s before %s, and %s the other way round", s->a, s->a_m, s->b_m,
                 s->b);
    else if (w->a_origin == w->b_origin && w->a_n == w->b_n)
        snprintf(text, size, "since #%" PRIu64 " %s and %s have different histories", w->count, s->a, s->b);
    else
        snprintf(text, size, "since #%" PRIu64 ": %s has %s there, %s has %s", w->count, s->a, s->a_m, s->b,
                 s->b_m);
}

/* One has a message that another lacks. */
static void tell_lack(const struct check_witness *w, const struct words *s, enum check_property property,
                      char *text, size_t size) {
    const bool whose = w->a_origin != GMS_NOBODY;
    if (property == CHECK_PROGRESS && w->b == GMS_NOBODY)
        snprintf(text, size, "%s multicast %s and nobody delivered it, though nothing failed any more", s->a,
                 s->a_m);
    else if (property == CHECK_SELF_DELIVERY)
        snprintf(text, size, "%s never delivered its own %s", s->a, s->a_m);
    else if (property == CHECK_PROGRESS)
        snprintf(text, size, "%s never delivered %s, though nothing failed any more", s->b, s->a_m);
    else if (property == CHECK_CONVERGENCE && whose)
        snprintf(text, size, "at the end %s and %s do not show the same: %s has %s", s->a, s->b, s->a,
                 s->a_m);
    else if (property == CHECK_CONVERGENCE)
        snprintf(text, size, "at the end %s and %s do not show the same", s->a, s->b);
    else if (whose)
        snprintf(text, size, "%s delivered %s in view %u and %s did not", s->a, s->a_m, w->view, s->b);
    else
        snprintf(text, size, "%s and %s left view %u with different messages", s->a, s->b, w->view);
}

static void tell_delivery(const struct check_witness *w, const struct words *s, enum check_property property,
                          char *text, size_t size) {
    if (property == CHECK_INITIAL_VIEW)
        snprintf(text, size, "%s multicast or delivered %s before its first view", s->a, s->a_m);
    else if (property == CHECK_INTEGRITY && w->b != GMS_NOBODY)
        snprintf(text, size, "%s delivered %s with another content than %s multicast", s->a, s->a_m, s->b);
    else if (property == CHECK_INTEGRITY)
        snprintf(text, size, "%s delivered %s, which was never multicast", s->a, s->a_m);
    else if (property == CHECK_NO_DUPLICATION)
        snprintf(text, size, "%s delivered %s twice", s->a, s->a_m);
    else if (property == CHECK_SENDER_MEMBERSHIP)
        snprintf(text, size, "%s delivered %s in view %u, whose sender had not been a member", s->a, s->a_m,
                 w->view);
    else if (property == CHECK_SAME_VIEW_DELIVERY)
        snprintf(text, size, "%s delivered %s in another view than %s, which did in view %u", s->a, s->a_m,
                 s->b, w->view);
    else if (property == CHECK_BLOCKED)
        snprintf(text, size, "%s delivered %s while it was blocked in view %u", s->a, s->a_m, w->view);
    else if (property == CHECK_COLOR)
        snprintf(text, size, "%s shows a colour at #%" PRIu64 " that does not follow from %s", s->a, w->count,
                 s->a_m);
    else
        snprintf(text, size, "%s adopted a state at #%" PRIu64 " that is not the group's", s->a, w->count);
}

void report_witness(const struct check *c, const struct report_names *names, enum check_property property,
                    char *text, size_t size) {
    const struct check_witness *w = check_witness_of(c, property);
    text[0] = '\0';
    if (!w)
        return;
    const struct words s = words_of(names, w);
    switch (property) {
    case CHECK_SELF_INCLUSION:
    case CHECK_LOCAL_MONOTONICITY:
    case CHECK_VIEW_AGREEMENT:
    case CHECK_ONE_CHAIN:
    case CHECK_ONE_LEADER:
    case CHECK_QUORUM:
    case CHECK_SUCCESSORS:
    case CHECK_MEMBERSHIP_PRECISION: tell_membership(w, &s, property, text, size); return;
    case CHECK_INITIAL_VIEW:
    case CHECK_INTEGRITY:
    case CHECK_NO_DUPLICATION:
    case CHECK_SENDER_MEMBERSHIP:
    case CHECK_SAME_VIEW_DELIVERY:
    case CHECK_BLOCKED:
    case CHECK_COLOR:
    case CHECK_STATE_TRANSFER: tell_delivery(w, &s, property, text, size); return;
    case CHECK_SELF_DELIVERY:
    case CHECK_VIRTUAL_SYNCHRONY:
    case CHECK_AGREEMENT:
    case CHECK_UNIFORM_AGREEMENT:
    case CHECK_CONVERGENCE:
    case CHECK_PROGRESS: tell_lack(w, &s, property, text, size); return;
    case CHECK_FIFO:
    case CHECK_CAUSAL:
    case CHECK_TOTAL_ORDER:
    case CHECK_GAP_FREE: tell_order(w, &s, property, text, size); return;
    case CHECK_PROPERTIES: break;
    }
}

/* -- Causes ---------------------------------------------------------------------------------------------- */

static void tell_sent(const struct report_names *names, const struct check_cause *cause, char *text,
                      size_t size) {
    const uint32_t named = cause->sent_count < 8 ? cause->sent_count : 8;
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < named && used < size; i++) {
        const char *link = i == 0 ? "" : i + 1 == named && named == cause->sent_count ? " and " : ", ";
        const int n =
            snprintf(text + used, size - used, "%s%s", link, report_name_of(names, cause->sent_to[i]));
        used += n > 0 ? (size_t)n : 0;
    }
    if (named < cause->sent_count && used < size)
        snprintf(text + used, size - used, " and %u more", cause->sent_count - named);
}

bool report_cause(const struct check *c, const struct report_names *names, enum check_property property,
                  char *text, size_t size) {
    struct check_cause cause;
    char by[NET_NAME_SIZE], to[NET_NAME_SIZE], whom[NET_NAME_SIZE], sent[8 * NET_NAME_SIZE + 64];
    text[0] = '\0';
    if (!check_cause(c, property, &cause))
        return false;
    snprintf(by, sizeof by, "%s", report_name_of(names, cause.by));
    snprintf(to, sizeof to, "%s", report_name_of(names, cause.to));
    snprintf(whom, sizeof whom, "%s", report_name_of(names, cause.whom));
    tell_sent(names, &cause, sent, sizeof sent);
    const char *who = cause.whom == GMS_NOBODY ? "nobody" : whom;
    const char *never = cause.whom == GMS_NOBODY ? "" : "never ";
    size_t used = (size_t)snprintf(text, size, "%s %sdelivered %s#%" PRIu64 ", because ", who, never,
                                   report_name_of(names, cause.origin), cause.n);
    char *rest = text + (used < size ? used : size - 1);
    const size_t room = used < size ? size - used : 1;
    switch (cause.kind) {
    case CHECK_CAUSE_DROPPED: snprintf(rest, room, "%s dropped it: %s", whom, cause.why); break;
    case CHECK_CAUSE_SUSPECTED:
        snprintf(rest, room, "%s suspected %s wrongly and drops what it says: %s", whom, by, cause.why);
        break;
    case CHECK_CAUSE_LOST:
        snprintf(rest, room, "the network lost it on the way from %s to %s (%s)", by, to, cause.why);
        break;
    case CHECK_CAUSE_CRASHED:
        if (cause.sent_count > 0)
            snprintf(rest, room, "%s crashed after sending it to %s", by, sent);
        else
            snprintf(rest, room, "%s crashed before sending it to anybody", by);
        break;
    case CHECK_CAUSE_CRASHED_LOST:
        snprintf(rest, room, "%s crashed, and what it had sent to %s was lost with it", by, whom);
        break;
    case CHECK_CAUSE_FROZE: snprintf(rest, room, "%s froze before", whom); break;
    case CHECK_CAUSE_REQUEST_LOST:
        snprintf(rest, room, "the network lost the request on the way from %s to %s (%s)", by, to, cause.why);
        break;
    case CHECK_CAUSE_REQUEST_DROPPED:
        snprintf(rest, room, "%s dropped the request: %s", to, cause.why);
        break;
    case CHECK_CAUSE_LEADER_GONE:
        snprintf(rest, room, "%s, whom it was to be ordered by, is gone", by);
        break;
    case CHECK_CAUSE_UNKNOWN: break;
    }
    return true;
}

/* -- For people ------------------------------------------------------------------------------------------ */

static uint32_t members_at_end(const struct check *c) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        count += m->viewed && !m->crashed && !m->left && !m->excluded;
    }
    return count;
}

void report_overall(const struct check *c, char *text, size_t size) {
    const enum check_verdict overall = check_overall(c);
    if (members_at_end(c) == 0 && overall == CHECK_HOLDS)
        snprintf(text, size, "nobody is left to be out of sync, after %" PRIu64 " changes", c->delivered);
    else
        snprintf(text, size, "%s: %u members at the end, %" PRIu64 " changes",
                 overall == CHECK_HOLDS    ? "in sync"
                 : overall == CHECK_HALTED ? "HALTED"
                                           : "OUT OF SYNC",
                 members_at_end(c), c->delivered);
}

static void print_overall(const struct check *c) {
    char text[128];
    report_overall(c, text, sizeof text);
    printf("verdict: %s\n", text);
}

static void print_where(const struct report_names *names, struct check_where at) {
    if (at.line > 0 && at.file < names->file_count)
        printf(" (%s:%" PRIu64 ")", names->files[at.file], at.line);
}

/* `told` is the cause that was told last: what breaks several properties is told once. */
static void print_violated(const struct check *c, const struct report_names *names,
                           enum check_property property, char told[SENTENCE_SIZE]) {
    const struct check_witness *w = check_witness_of(c, property);
    char text[SENTENCE_SIZE];
    report_witness(c, names, property, text, sizeof text);
    printf("  %d %s is violated: %s", (int)property, check_property_name(property), text);
    print_where(names, w->a_at);
    if (w->b_at.line > 0 && (w->b_at.line != w->a_at.line || w->b_at.file != w->a_at.file))
        print_where(names, w->b_at);
    putchar('\n');
    if (!report_cause(c, names, property, text, sizeof text) || strcmp(text, told) == 0)
        return;
    printf("     %s\n", text);
    memcpy(told, text, sizeof text);
}

static void print_halted(const struct check *c, const struct report_names *names) {
    for (uint32_t i = 0; i < c->member_count; i++) {
        const struct check_member *m = &c->members[i];
        const char *name = report_name_of(names, m->id);
        if (!check_halted(m))
            continue;
        if (m->frozen && m->expected > 0)
            printf("  %s is frozen: message %" PRIu64 " never came, and it can't ask for it\n", name,
                   m->expected);
        else if (m->frozen)
            printf("  %s is frozen: it misses a message and can't ask for it\n", name);
        else
            printf("  %s is halted: %s\n", name,
                   m->no_quorum  ? "it has no quorum"
                   : m->excluded ? "it was excluded"
                                 : "it is blocked, and no view came");
    }
    if (c->uncompared > 0)
        printf("  %" PRIu64
               " records could not be compared: what they belong to is too far away, or not there\n",
               c->uncompared);
}

void report_verdict(const struct check *c, const struct report_names *names) {
    int holds = 0, not_applicable = 0;
    char told[SENTENCE_SIZE] = "";
    print_overall(c);
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const enum check_verdict verdict = check_property(c, (enum check_property)p);
        holds += verdict == CHECK_HOLDS;
        not_applicable += verdict == CHECK_NOT_APPLICABLE;
        if (verdict == CHECK_VIOLATED)
            print_violated(c, names, (enum check_property)p, told);
    }
    print_halted(c, names);
    printf("  %d of the %d properties that %s promises hold\n", holds, CHECK_PROPERTIES - 1 - not_applicable,
           gms_rung_name(c->settings.rung));
}

void report_properties(const struct check *c, const struct report_names *names) {
    char told[SENTENCE_SIZE] = "";
    print_overall(c);
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const enum check_verdict verdict = check_property(c, (enum check_property)p);
        const char *name = check_property_name((enum check_property)p);
        if (verdict == CHECK_VIOLATED)
            print_violated(c, names, (enum check_property)p, told);
        else if (verdict == CHECK_NOT_APPLICABLE)
            printf("  %d %s is not applicable: %s does not promise it\n", p, name,
                   gms_rung_name(c->settings.rung));
        else
            printf("  %d %s holds\n", p, name);
    }
    print_halted(c, names);
}

/* -- For scripts ----------------------------------------------------------------------------------------- */

static json_t *message_of(const struct report_names *names, gms_id origin, uint64_t n) {
    char text[48];
    tell_message(names, origin, n, text, sizeof text);
    return json_string(text);
}

static json_t *witness_of(const struct check *c, const struct report_names *names,
                          enum check_property property) {
    const struct check_witness *w = check_witness_of(c, property);
    const struct check_where at = w->a_at.line > 0 ? w->a_at : w->b_at;
    char text[SENTENCE_SIZE];
    report_witness(c, names, property, text, sizeof text);
    json_t *messages = json_array();
    json_t *root = json_pack("{s:s, s:s}", "text", text, "a", report_name_of(names, w->a));
    if (report_cause(c, names, property, text, sizeof text))
        json_object_set_new(root, "cause", json_string(text));
    if (w->b != GMS_NOBODY)
        json_object_set_new(root, "b", json_string(report_name_of(names, w->b)));
    if (w->view > 0)
        json_object_set_new(root, "view", json_integer((json_int_t)w->view));
    if (w->a_origin != GMS_NOBODY)
        json_array_append_new(messages, message_of(names, w->a_origin, w->a_n));
    if (w->b_origin != GMS_NOBODY)
        json_array_append_new(messages, message_of(names, w->b_origin, w->b_n));
    json_object_set_new(root, "messages", messages);
    json_object_set_new(root, "count", json_integer((json_int_t)w->count));
    if (at.line > 0 && at.file < names->file_count) {
        json_object_set_new(root, "file", json_string(names->files[at.file]));
        json_object_set_new(root, "line", json_integer((json_int_t)at.line));
    }
    return root;
}

json_t *report_check(const struct check *c, const struct report_names *names) {
    json_t *properties = json_array();
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        const enum check_property property = (enum check_property)p;
        const enum check_verdict verdict = check_property(c, property);
        json_array_append_new(
            properties, json_pack("{s:i, s:s, s:s, s:o}", "id", p, "name", check_property_name(property),
                                  "verdict", verdict_word(verdict), "witness",
                                  verdict == CHECK_VIOLATED ? witness_of(c, names, property) : json_null()));
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
