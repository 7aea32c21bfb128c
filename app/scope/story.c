/* See story.h. First what is violated, then who can't go on, then who is behind. */
#include "app/scope/story_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* -- Words ----------------------------------------------------------------------------------------------- */

void story_say(struct story *s, const char *format, ...) {
    const size_t used = strlen(s->sentence);
    va_list args;
    va_start(args, format);
    vsnprintf(s->sentence + used, sizeof s->sentence - used, format, args);
    va_end(args);
}

void story_head(struct story *s, enum story_sign sign, const char *format, ...) {
    va_list args;
    s->sign = sign;
    va_start(args, format);
    vsnprintf(s->head, sizeof s->head, format, args);
    va_end(args);
}

const char *story_name(const struct story_telling *t, gms_id id) {
    return report_name_of(t->names, id);
}

/* "w1, w2 and w3", of those who stand so. */
void story_say_names(const struct story_telling *t, enum story_standing standing) {
    const uint32_t count = t->count[standing], named = count > STORY_NAMED ? STORY_NAMED - 1 : count;
    uint32_t said = 0;
    for (uint32_t i = 0; i < t->c->member_count && said < named; i++) {
        if (t->standing[i] != standing)
            continue;
        const char *link = said == 0 ? "" : said + 1 == count ? " and " : ", ";
        story_say(t->s, "%s%s", link, story_name(t, t->c->members[i].id));
        said++;
    }
    if (said < count)
        story_say(t->s, " and %u more", count - said);
}

/* -- When nothing is wrong ------------------------------------------------------------------------------- */

static void say_who(struct story_telling *t, enum story_standing standing, const char *one,
                    const char *more) {
    if (t->count[standing] == 0)
        return;
    story_say(t->s, "%s", t->s->sentence[0] ? "; " : "");
    story_say_names(t, standing);
    story_say(t->s, " %s", t->count[standing] > 1 ? more : one);
}

static void tell_rest(struct story_telling *t) {
    if (t->s->members == 0) {
        const bool before = t->count[STORY_GONE] > 0 && t->c->delivered > 0;
        story_head(t->s, STORY_EMPTY, before ? "NOBODY IS LEFT" : "NOBODY IS THERE YET");
    } else if (!story_tell_behind(t)) {
        story_head(t->s, STORY_IN_SYNC, "IN SYNC %u/%u", t->s->together, t->s->members);
    }
    say_who(t, STORY_HUNG, "hangs", "hang");
    say_who(t, STORY_NEWCOMER, "joins", "join");
    say_who(t, STORY_UNHEARD, "is not heard of any more", "are not heard of any more");
}

/* -- Outside --------------------------------------------------------------------------------------------- */

void story_tell(struct story *s, const struct history *h, const struct check *c,
                const struct report_names *names) {
    story_tell_at(s, h, HISTORY_NONE, c, names);
}

void story_tell_at(struct story *s, const struct history *h, uint32_t until, const struct check *c,
                   const struct report_names *names) {
    struct story_telling t = {.s = s, .h = h, .past = story_past(h, until), .c = c, .names = names};
    s->head[0] = s->sentence[0] = '\0';
    s->event = HISTORY_NONE;
    s->since = 0;
    s->members = s->together = 0;
    story_look_around(&t);
    story_compare(&t);
    story_judge(&t);
    s->complete =
        !c->from_middle && c->uncompared == 0 && history_missing(h) == 0 && t.count[STORY_UNHEARD] == 0;
    if (story_tell_violation(&t) || story_tell_difference(&t) || story_tell_frozen(&t) ||
        story_tell_no_quorum(&t) || story_tell_halt(&t) || story_tell_view_change(&t))
        return;
    tell_rest(&t);
}

bool story_explain(const struct check *c, const struct report_names *names, enum check_property property,
                   char *text, size_t size) {
    char why[256];
    report_witness(c, names, property, text, size);
    if (check_property(c, property) != CHECK_VIOLATED)
        return false;
    const size_t used = strlen(text);
    if (report_cause(c, names, property, why, sizeof why))
        snprintf(text + used, size - used, "%s%s", used > 0 ? ": " : "", why);
    return true;
}
