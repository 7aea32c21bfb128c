/* Sentences from tables and from the history alone. */
#include "app/scope/explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define US ((gms_time)1000)
#define MS (1000 * US)
#define S  (1000 * MS)

/* A sentence that grows, and is cut where it does not fit. */
struct phrase {
    char *text;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void say(const struct phrase *p, const char *format, ...) {
    const size_t used = strlen(p->text);
    va_list args;
    va_start(args, format);
    vsnprintf(p->text + used, p->size - used, format, args);
    va_end(args);
}

/* -- Times ----------------------------------------------------------------------------------------------- */

void explain_time(const struct history *h, gms_time t, char *text, size_t size) {
    const struct history_event *e = history_event(h, history_forgotten(h));
    const gms_time first = e != NULL ? e->t : 0;
    const gms_time since = t > first ? t - first : 0;
    const uint64_t ms = since / MS;
    snprintf(text, size, "%" PRIu64 ":%02" PRIu64 ".%03" PRIu64, ms / 60000, ms / 1000 % 60, ms % 1000);
}

static void say_duration(const struct phrase *p, gms_time t) {
    if (t < MS)
        say(p, "%" PRIu64 " \u00b5s", t / US);
    else if (t < 10 * MS)
        say(p, "%.1f ms", (double)t / (double)MS);
    else if (t < S)
        say(p, "%" PRIu64 " ms", t / MS);
    else
        say(p, "%.2f s", (double)t / (double)S);
}

static void say_when(const struct phrase *p, const struct history *h, gms_time t) {
    char when[32];
    explain_time(h, t, when, sizeof when);
    say(p, "%s", when);
}

/* -- Events ---------------------------------------------------------------------------------------------- */

static void say_multicast(const struct phrase *p, const struct history *h, const struct history_event *e) {
    if (e->m_origin == HISTORY_NOBODY)
        return;
    say(p, "%s#%" PRIu32 ": ", history_line_name(h, e->m_origin), e->m_n);
    if (e->n > 0)
        say(p, "change %u of %s. ", e->n, history_line_name(h, e->m_origin));
}

/* From the send on: what became of it. */
static void say_message(const struct phrase *p, const struct history *h, const struct history_event *e) {
    const bool outgoing = e->ev == TRACE_SEND || e->ev == TRACE_LOSE;
    const struct history_event *send = outgoing ? e : NULL, *arrival = outgoing ? NULL : e;
    if (e->match != HISTORY_NONE && outgoing)
        arrival = history_event(h, e->match);
    else if (e->match != HISTORY_NONE)
        send = history_event(h, e->match);
    say_multicast(p, h, e);
    say(p, "%s from %s to %s", e->type < GMS_TYPES ? gms_type_name(e->type) : "a message",
        history_line_name(h, outgoing ? e->line : e->peer),
        history_line_name(h, outgoing ? e->peer : e->line));
    if (e->seq > 0)
        say(p, ", number %" PRIu32, e->seq);
    else if (e->view > 0)
        say(p, ", view %" PRIu32, e->view);
    say(p, ": ");
    if (send != NULL) {
        say(p, "%s ", (send->flags & HISTORY_RESENT) != 0 ? "sent again at" : "sent at");
        say_when(p, h, send->t);
    }
    if (e->ev == TRACE_LOSE) {
        say(p, "; lost%s%s", e->text != 0 ? ": " : "", history_text(h, e->text));
    } else if (arrival != NULL) {
        say(p, send != NULL ? ", arrived " : "arrived at ");
        if (send == NULL)
            say_when(p, h, arrival->t);
        else
            say_duration(p, arrival->t > send->t ? arrival->t - send->t : 0);
        say(p, send != NULL ? " later" : "");
        if ((arrival->flags & HISTORY_DUPLICATE) != 0)
            say(p, "; dropped as a duplicate");
        else if ((arrival->flags & HISTORY_REFUSED) != 0)
            say(p, "; refused");
    } else if (send != NULL) {
        say(p, (send->flags & HISTORY_VANISHED) != 0 ? "; it never arrived" : "; under way");
    }
}

static void say_view(const struct phrase *p, const struct history *h, const struct history_event *e) {
    const struct history_view *view = e->match != HISTORY_NONE ? history_view(h, e->match) : NULL;
    say(p, "%s installs view %" PRIu32, history_line_name(h, e->line), e->view);
    for (uint32_t i = 0; view != NULL && i < view->member_count; i++)
        say(p, "%s%s", i > 0 ? ", " : ": ", history_line_name(h, view->members[i]));
}

/* "crash mid-broadcast after 1 (w4)" */
static void say_text(const struct phrase *p, const struct history *h, const struct history_event *e) {
    if (e->text != 0)
        say(p, ": %s", history_text(h, e->text));
}

static void say_event(const struct phrase *p, const struct history *h, const struct history_event *e) {
    const char *me = history_line_name(h, e->line), *other = history_line_name(h, e->peer);
    switch ((enum trace_ev)e->ev) {
    case TRACE_JOIN:
        say(p, "%s asks to join through %s", me, e->peer == HISTORY_NOBODY ? "a contact" : other);
        break;
    case TRACE_VIEW: say_view(p, h, e); break;
    case TRACE_BLOCK: say(p, "%s is blocked: a view change takes its promise", me); break;
    case TRACE_UNBLOCK: say(p, "%s goes on", me); break;
    case TRACE_MCAST:
        say_multicast(p, h, e);
        say(p, "%s multicasts it", me);
        break;
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_LOSE: say_message(p, h, e); break;
    case TRACE_DROP:
        say_multicast(p, h, e);
        say(p, "%s drops what %s sent", me, other);
        say_text(p, h, e);
        break;
    case TRACE_DELIVER:
        say_multicast(p, h, e);
        say(p, "%s delivers it as its change #%" PRIu32 ", and is #%02x%02x%02x", me, e->count, e->color[0],
            e->color[1], e->color[2]);
        break;
    case TRACE_STATE:
        say(p, "%s takes over the state of %s, at change #%" PRIu32, me, other, e->count);
        break;
    case TRACE_SUSPECT:
        say(p, "%s suspects %s", me, other);
        say_text(p, h, e);
        break;
    case TRACE_DOWN:
        say(p, "%s knows that %s has crashed", me, other);
        say_text(p, h, e);
        break;
    case TRACE_LEAD: say(p, "%s leads view %" PRIu32, me, e->view); break;
    case TRACE_FREEZE: say(p, "%s misses a message, can't ask for it, and delivers no more", me); break;
    case TRACE_EXCLUDED: say(p, "%s is told that it is no longer a member", me); break;
    case TRACE_NO_QUORUM: say(p, "%s can't reach a quorum of view %" PRIu32, me, e->view); break;
    case TRACE_QUORUM: say(p, "%s has a quorum again", me); break;
    case TRACE_FAULT:
        say(p, "a fault at %s", me);
        say_text(p, h, e);
        if (e->peer != HISTORY_NOBODY)
            say(p, " (%s)", other);
        break;
    case TRACE_CRASH: say(p, "%s crashes", e->peer == HISTORY_NOBODY ? me : other); break;
    case TRACE_HANG: say(p, "%s hangs", e->peer == HISTORY_NOBODY ? me : other); break;
    case TRACE_RESUME: say(p, "%s wakes up", e->peer == HISTORY_NOBODY ? me : other); break;
    case TRACE_LEAVE: say(p, "%s asks to leave", me); break;
    case TRACE_EXIT: say(p, "%s has ended in good order", me); break;
    case TRACE_NOTE:
    case TRACE_EVS: break;
    }
}

void explain_event(const struct history *h, uint32_t event, char *text, size_t size) {
    const struct phrase p = {text, size};
    text[0] = '\0';
    const struct history_event *e = history_event(h, event);
    if (e == NULL)
        return;
    say_event(&p, h, e);
    if (e->ev != TRACE_SEND && e->ev != TRACE_RECV) {
        say(&p, ", at ");
        say_when(&p, h, e->t);
    }
}

/* -- Properties, tools, links --------------------------------------------------------------------------- */

static const char *const demands[CHECK_PROPERTIES] = {
    [CHECK_SELF_INCLUSION] = "who installs a view is in it",
    [CHECK_LOCAL_MONOTONICITY] = "the views that a member installs rise",
    [CHECK_INITIAL_VIEW] = "nobody multicasts or delivers before its first view",
    [CHECK_VIEW_AGREEMENT] = "the same view has the same members in the same order everywhere",
    [CHECK_ONE_CHAIN] = "the primary views follow one another in one chain",
    [CHECK_ONE_LEADER] = "no two members lead the same view",
    [CHECK_QUORUM] = "each primary view holds a quorum of the one before",
    [CHECK_SUCCESSORS] = "members that enter a view together came from the same view",
    [CHECK_INTEGRITY] = "what is delivered was multicast, by the one that it names",
    [CHECK_NO_DUPLICATION] = "nobody delivers a multicast twice",
    [CHECK_SENDER_MEMBERSHIP] = "only what a member multicast is delivered",
    [CHECK_SELF_DELIVERY] = "members deliver what they multicast themselves",
    [CHECK_SAME_VIEW_DELIVERY] = "all deliver a multicast in the same view",
    [CHECK_VIRTUAL_SYNCHRONY] = "members that go from one view to the next together delivered the same in it",
    [CHECK_AGREEMENT] = "what one correct member delivers, all correct ones deliver",
    [CHECK_UNIFORM_AGREEMENT] = "what anybody delivered, even one that crashed, the survivors deliver",
    [CHECK_BLOCKED] = "a blocked member delivers nothing until it installs the next view",
    [CHECK_FIFO] = "a member's multicasts are delivered in the order in which it made them",
    [CHECK_CAUSAL] = "nothing is delivered before what caused it",
    [CHECK_TOTAL_ORDER] = "all deliver in one order",
    [CHECK_GAP_FREE] = "the sequence numbers have no gap",
    [CHECK_COLOR] = "every colour follows from the one before by the change",
    [CHECK_STATE_TRANSFER] = "newcomers take over the state of the group",
    [CHECK_CONVERGENCE] = "in the end all have the same colour, count and history",
    [CHECK_MEMBERSHIP_PRECISION] = "in the end the view has all who are connected, and nobody else",
    [CHECK_PROGRESS] = "a change is delivered everywhere once the faults are over",
};

void explain_property(int property, enum check_verdict verdict, char *text, size_t size) {
    static const char *const how[] = {[CHECK_HOLDS] = "holds so far",
                                      [CHECK_VIOLATED] = "violated",
                                      [CHECK_HALTED] = "somebody halted",
                                      [CHECK_NOT_APPLICABLE] = "not promised here, or not judged yet"};
    text[0] = '\0';
    if (property <= 0 || property >= CHECK_PROPERTIES)
        return;
    snprintf(text, size, "%d %s: %s (%s)", property, check_property_name((enum check_property)property),
             demands[property], how[verdict]);
}

void explain_tool(enum picture_tool tool, char *text, size_t size) {
    static const char *const does[PICTURE_TOOLS] = {
        [PICTURE_PAUSE] = "hold the picture (not the group), or go back to the end",
        [PICTURE_BACK] = "one event back",
        [PICTURE_PLAY] = "play from here, or stop; + and \u2212 change the speed",
        [PICTURE_FORWARD] = "one event on",
        [PICTURE_ZOOM_OUT] = "see more of the run (or turn the wheel)",
        [PICTURE_ZOOM_IN] = "see more of the details (or turn the wheel)",
        [PICTURE_AXIS] = "axis of steps or of time",
        [PICTURE_QUIET] = "show heartbeats and acknowledgements, or hide them",
        [PICTURE_LINKS] = "the links: to cut, lose and delay",
        [PICTURE_SCENARIOS] = "scenarios",
        [PICTURE_THEME] = "light or dark",
        [PICTURE_SAVE] = "save this picture",
        [PICTURE_HELP] = "all keys",
    };
    text[0] = '\0';
    if (tool < PICTURE_TOOLS)
        snprintf(text, size, "%s: %s", picture_tool_key(tool), does[tool]);
}

void explain_link(const char *from, const char *to, const struct picture_link *link, bool is_live, char *text,
                  size_t size) {
    const struct phrase p = {text, size};
    text[0] = '\0';
    say(&p, "%s \u2192 %s: ", from, to);
    if (link->cut)
        say(&p, "cut");
    else if (link->lose == 0 && link->delay_ms == 0)
        say(&p, "works");
    if (!link->cut && link->lose > 0)
        say(&p, "loses the next %" PRIu32, link->lose);
    if (!link->cut && link->delay_ms > 0)
        say(&p, "%s%" PRIu32 " ms slower", link->lose > 0 ? ", " : "", link->delay_ms);
    if (is_live)
        say(&p, ". Click: %s. Shift+click: lose one. Right click: %s", link->cut ? "mend" : "cut",
            link->delay_ms > 0 ? "no delay" : "200 ms slower");
}
