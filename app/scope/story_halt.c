/* Who can't go on: for want of a message, of a quorum, of a view, or of a leader. */
#include "app/scope/story_private.h"

#include <inttypes.h>
#include <string.h>

#define STORY_LONG ((gms_time)2000000000) /* to wait */

/* -- Who can't go on ------------------------------------------------------------------------------------- */

/* Of the message that it misses; it may have been taken from any of them. */
static uint32_t find_loss(const struct story_telling *t, const struct check_member *m) {
    uint32_t found = HISTORY_NONE;
    for (uint32_t i = 0; i < t->c->member_count && found == HISTORY_NONE && m->expected > 0; i++)
        found = story_find(
            &t->past, &(struct story_wanted){
                          .ev = TRACE_LOSE, .by = t->c->members[i].id, .peer = m->id, .seq = m->expected});
    return found;
}

bool story_tell_frozen(struct story_telling *t) {
    const struct check_member *m = story_first(t, STORY_IS_FROZEN);
    if (!m)
        return false;
    const uint32_t loss = find_loss(t, m);
    const struct history_event *e = history_event(t->h, loss);
    const bool several = t->count[STORY_IS_FROZEN] > 1;
    story_head(t->s, STORY_FROZEN, "FROZEN");
    t->s->event = e ? loss : story_find_last(&t->past, TRACE_FREEZE, m->id);
    story_say_names(t, STORY_IS_FROZEN);
    if (several || m->expected == 0)
        story_say(t->s, " %s a message and can't ask for it", several ? "miss" : "misses");
    else
        story_say(t->s, " misses message %" PRIu64 " and can't ask for it", m->expected);
    if (e && !several)
        story_say(t->s, ", because the network lost it on the way from %s", history_line_name(t->h, e->line));
    return true;
}

bool story_tell_no_quorum(struct story_telling *t) {
    const struct check_member *m = story_first(t, STORY_LACKS_QUORUM);
    if (!m)
        return false;
    story_head(t->s, STORY_NO_QUORUM, "NO QUORUM");
    t->s->event = story_find_last(&t->past, TRACE_NO_QUORUM, m->id);
    story_say_names(t, STORY_LACKS_QUORUM);
    story_say(t->s, t->count[STORY_LACKS_QUORUM] > 1 ? " wait for the others" : " waits for the others");
    if (t->count[STORY_RUNS] == 0)
        return true;
    story_say(t->s, "; ");
    story_say_names(t, STORY_RUNS);
    story_say(t->s, t->count[STORY_RUNS] > 1 ? " go on" : " goes on");
    return true;
}

/* Whom the member suspects or knows to be down since its last view: those whom its proposal leaves out. */
static void say_without(const struct story_telling *t, gms_id coordinator) {
    const struct history_event *e;
    uint16_t line, said[STORY_NAMED];
    uint32_t count = 0;
    for (uint32_t i = story_last_event(&t->past, coordinator, &line);
         i != HISTORY_NONE && (e = history_event(t->h, i)); i = e->before) {
        bool again = false;
        if (e->line != line || e->ev == TRACE_VIEW)
            break;
        for (uint32_t j = 0; j < count; j++)
            again = again || said[j] == e->peer;
        if ((e->ev != TRACE_SUSPECT && e->ev != TRACE_DOWN) || again || count == STORY_NAMED)
            continue;
        said[count++] = e->peer;
        story_say(t->s, "%s%s", count == 1 ? " without " : ", ", history_line_name(t->h, e->peer));
    }
}

static bool waits_for_long(const struct story_telling *t, const struct check_member *m) {
    const struct history_event *e = history_event(t->h, story_find_last(&t->past, TRACE_BLOCK, m->id));
    return e && e->t + STORY_LONG < t->past.now;
}

bool story_tell_view_change(struct story_telling *t) {
    const struct history_event *proposal = NULL;
    const struct check_member *blocked = story_first(t, STORY_BLOCKED);
    if (!blocked)
        return false;
    for (uint32_t i = 0; i < t->c->member_count; i++) {
        const uint32_t event = t->standing[i] == STORY_BLOCKED
                                   ? story_find_proposal(&t->past, t->c->members[i].id)
                                   : HISTORY_NONE;
        const struct history_event *e = history_event(t->h, event);
        if (!e || (proposal && proposal->t >= e->t))
            continue;
        proposal = e;
        t->s->event = event;
    }
    if (t->c->settings.rung < GMS_RUNG_5) { /* there nobody proposes: it waits for an answer */
        story_head(t->s, STORY_HALTED, waits_for_long(t, blocked) ? "HALTED" : "BLOCKED");
        story_say_names(t, STORY_BLOCKED);
        story_say(t->s,
                  t->count[STORY_BLOCKED] > 1 ? " get no answer and wait" : " gets no answer and waits");
        t->s->event = story_find_last(&t->past, TRACE_BLOCK, blocked->id);
        return true;
    }
    story_head(t->s, STORY_VIEW_CHANGE, "VIEW CHANGE");
    if (!proposal) {
        story_say_names(t, STORY_BLOCKED);
        story_say(t->s, t->count[STORY_BLOCKED] > 1 ? " are blocked" : " is blocked");
        t->s->event = story_find_last(&t->past, TRACE_BLOCK, blocked->id);
        return true;
    }
    const uint16_t by = proposal->ev == TRACE_SEND ? proposal->line : proposal->peer;
    const struct history_line *line = history_line(t->h, by);
    story_say(t->s, "%s proposes view %u", history_line_name(t->h, by), proposal->view + 1);
    say_without(t, line ? line->id : GMS_NOBODY);
    return true;
}

static bool knows_dead(const struct check *c, const struct check_member *m, const struct check_member *whom) {
    for (uint32_t i = 0; i < m->suspect_count && i < CHECK_SUSPECTS_MAX; i++) {
        if (&c->members[m->suspects[i]] == whom)
            return true;
    }
    return false;
}

/* At gms1 nobody takes over. */
bool story_tell_halt(struct story_telling *t) {
    const struct check_member *m = story_first(t, STORY_RUNS);
    const struct check_member *leader = m ? check_member_of(t->c, m->leader) : NULL;
    if (t->c->settings.rung == GMS_RUNG_1 && leader &&
        (leader->crashed || leader->left || knows_dead(t->c, m, leader))) {
        story_head(t->s, STORY_HALTED, "HALTED");
        story_say(t->s, "the leader %s is gone", story_name(t, leader->id));
        if (t->behind)
            story_say(t->s, ", and %s lacks what others have", story_name(t, t->behind->id));
        t->s->event = story_find_last(&t->past, leader->crashed ? TRACE_CRASH : TRACE_LEAVE, leader->id);
        return true;
    }
    if (t->s->property[CHECK_PROGRESS] != CHECK_VIOLATED)
        return false;
    story_head(t->s, STORY_HALTED, "HALTED");
    return story_tell_property(t, CHECK_PROGRESS);
}
