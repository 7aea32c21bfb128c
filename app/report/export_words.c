/* What a record says, in the words of the properties page. */
#include "app/report/export_parts.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#define WORDS_SIZE (1024 + GMS_MEMBERS_MAX * (EXPORT_LABEL_SIZE + 1))

gms_id export_subject(const struct trace_record *r) {
    return r->ev == TRACE_CRASH || r->ev == TRACE_HANG || r->ev == TRACE_RESUME ? r->peer : r->id;
}

const char *export_label(const struct export *x, gms_id id) {
    const uint32_t i = export_who_of(&x->who, id);
    return i != EXPORT_NOBODY ? x->who.member[i].label : "?";
}

const char *export_m(const struct export *x, const struct trace_record *r) {
    static char text[EXPORT_LABEL_SIZE + 24];
    snprintf(text, sizeof text, "%s#%" PRIu64, export_label(x, r->m_origin), r->m_n);
    return text;
}

struct words {
    char text[WORDS_SIZE];
    size_t size;
};

__attribute__((format(printf, 2, 3))) static void say(struct words *w, const char *format, ...) {
    va_list args;
    va_start(args, format);
    const int size = vsnprintf(w->text + w->size, sizeof w->text - w->size, format, args);
    va_end(args);
    w->size += size > 0 ? (size_t)size : 0;
    if (w->size >= sizeof w->text)
        w->size = sizeof w->text - 1;
}

static void say_why(struct words *w, const char *why) {
    if (why && why[0])
        say(w, ": %s", why);
}

static void say_message(struct words *w, const struct export *x, const struct trace_record *r,
                        const char *direction) {
    say(w, "%s %s ", trace_ev_name(r->ev), r->type ? r->type : "?");
    if (r->m_origin != GMS_NOBODY)
        say(w, "%s ", export_m(x, r));
    else if (r->view > 0 && r->member_count > 0)
        say(w, "%" PRIu32 " ", r->view);
    say(w, "%s %s", direction, export_label(x, r->peer));
    say_why(w, r->why);
}

static void say_state(struct words *w, const struct trace_state *s) {
    say(w, "count %" PRIu64 ", #%02x%02x%02x", s->count, s->color[0], s->color[1], s->color[2]);
}

static void say_upper(struct words *w, const struct export *x, const struct trace_record *r) {
    switch (r->ev) {
    case TRACE_MCAST: say(w, "mcast %s: change %d", export_m(x, r), r->n); break;
    case TRACE_DELIVER:
        say(w, "deliver %s: change %d, ", export_m(x, r), r->n);
        say_state(w, &r->state);
        break;
    case TRACE_STATE:
        say(w, "state from %s: ", export_label(x, r->peer));
        say_state(w, &r->state);
        break;
    case TRACE_VIEW:
        say(w, "view %" PRIu32 ":", r->view);
        for (uint32_t i = 0; i < r->member_count; i++)
            say(w, " %s", export_label(x, r->members[i]));
        break;
    case TRACE_FREEZE: say(w, "freeze: %" PRIu64 " is missing, %" PRIu64 " came", r->expected, r->got); break;
    case TRACE_JOIN:
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_SEND:
    case TRACE_RECV:
    case TRACE_LOSE:
    case TRACE_DROP:
    case TRACE_SUSPECT:
    case TRACE_DOWN:
    case TRACE_LEAD:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
    case TRACE_FAULT:
    case TRACE_CRASH:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_LEAVE:
    case TRACE_EXIT:
    case TRACE_NOTE:
    case TRACE_EVS: break;
    }
}

static void say_rest(struct words *w, const struct export *x, const struct trace_record *r) {
    const char *name = trace_ev_name(r->ev);
    switch (r->ev) {
    case TRACE_SEND:
    case TRACE_LOSE: say_message(w, x, r, "to"); break;
    case TRACE_RECV:
    case TRACE_DROP: say_message(w, x, r, "from"); break;
    case TRACE_JOIN: say(w, "join through %s", r->to ? r->to : "?"); break;
    case TRACE_SUSPECT:
    case TRACE_DOWN:
        say(w, "%s %s", name, export_label(x, r->peer));
        say_why(w, r->why);
        break;
    case TRACE_BLOCK:
    case TRACE_UNBLOCK:
    case TRACE_LEAD:
    case TRACE_EXCLUDED:
    case TRACE_NO_QUORUM:
    case TRACE_QUORUM:
        say(w, r->view > 0 ? "%s, view %" PRIu32 : "%s", name, r->view);
        say_why(w, r->why);
        break;
    case TRACE_FAULT:
        say(w, "fault: %s", r->what ? r->what : "");
        if (r->peer != GMS_NOBODY)
            say(w, " (%s)", export_label(x, r->peer));
        break;
    case TRACE_NOTE: say(w, "note: %s", r->what ? r->what : ""); break;
    case TRACE_CRASH:
    case TRACE_HANG:
    case TRACE_RESUME:
    case TRACE_LEAVE:
    case TRACE_EXIT:
        say(w, "%s", name);
        say_why(w, r->why);
        break;
    case TRACE_MCAST:
    case TRACE_DELIVER:
    case TRACE_STATE:
    case TRACE_VIEW:
    case TRACE_FREEZE: say_upper(w, x, r); break;
    case TRACE_EVS: break;
    }
}

const char *export_words(const struct export *x, const struct trace_line *line) {
    static struct words words; /* large */
    words.size = 0;
    words.text[0] = '\0';
    say_rest(&words, x, &line->record);
    text_one_line(words.text);
    return words.text;
}

void export_count(struct text *t, uint64_t count, const char *one, const char *many) {
    char digits[24];
    const int size = snprintf(digits, sizeof digits, "%" PRIu64, count);
    for (int i = 0; i < size; i++)
        text_add(t, i > 0 && (size - i) % 3 == 0 ? ",%c" : "%c", digits[i]);
    text_add(t, " %s", count == 1 ? one : many);
}
