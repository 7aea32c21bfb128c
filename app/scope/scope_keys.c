/* What each command does: to the picture at once, to the group by asking the window, for that takes sockets
 * and time. */
#include "app/scope/scope.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ZOOM         1.5
#define SPEED_LOWEST 0.0625f

/* -- Asking ---------------------------------------------------------------------------------------------- */

/* NULL: too many are waiting, which only happens when nobody takes them. */
static struct scope_ask *add_ask(struct scope *s, enum scope_wish wish) {
    if (s->ask_count == SCOPE_ASKS_MAX)
        return NULL;
    struct scope_ask *ask = &s->asks[s->ask_count++];
    *ask = (struct scope_ask){.wish = wish};
    snprintf(ask->self, sizeof ask->self, "%s", s->selected);
    return ask;
}

bool scope_take_ask(struct scope *s, struct scope_ask *ask) {
    if (s->ask_count == 0)
        return false;
    *ask = s->asks[0];
    memmove(s->asks, s->asks + 1, --s->ask_count * sizeof s->asks[0]);
    return true;
}

/* Words for control_act(), up to NULL. */
static void act(struct scope *s, ...) {
    struct scope_ask *ask;
    if (!s->look.is_live) {
        scope_notice(s, "this is a recorded run: nothing can be done to it");
        return;
    }
    if ((ask = add_ask(s, SCOPE_WISH_ACT)) == NULL)
        return;
    va_list words;
    va_start(words, s);
    for (const char *word; ask->word_count < SCOPE_WORDS_MAX && (word = va_arg(words, const char *)) != NULL;)
        snprintf(ask->words[ask->word_count++], SCOPE_WORD_SIZE, "%s", word);
    va_end(words);
}

void scope_restart(struct scope *s, const char *rung) {
    act(s, "rung", rung, NULL);
}

void scope_start(struct scope *s, const char *scenario) {
    act(s, "scenario", scenario, NULL);
}

/* The worker that a fault is for; "": none is selected, and that is said. */
static const char *selected(struct scope *s) {
    if (s->selected[0] == '\0' && s->look.is_live)
        scope_notice(s, "click on a worker first");
    return s->selected;
}

/* -- The group ------------------------------------------------------------------------------------------- */

static void cut(struct scope *s) {
    const char *name = selected(s);
    if (name[0] == '\0' && s->look.is_live)
        return;
    links_read(&s->links, s->history, HISTORY_NONE);
    if (links_cut_off(&s->links, s->look.selected_row))
        act(s, "heal", NULL);
    else
        act(s, "cut", name, NULL);
}

static void do_to_group(struct scope *s, enum scope_command command) {
    const char *name = "";
    if (command == SCOPE_LOSE || command == SCOPE_LEAVE) {
        name = selected(s);
        if (name[0] == '\0' && s->look.is_live)
            return;
    }
    if (command == SCOPE_KILL_LEADER)
        act(s, "kill", "leader", NULL);
    else if (command == SCOPE_CRASH_MID_BROADCAST)
        act(s, "crash-mid-broadcast", NULL);
    else if (command == SCOPE_LOSE)
        act(s, "lose", "1", "--to", name, NULL);
    else if (command == SCOPE_HANG_LEADER)
        act(s, "hang", "leader", "--for", "3s", NULL);
    else if (command == SCOPE_CUT)
        cut(s);
    else if (command == SCOPE_JOIN)
        act(s, "join", NULL);
    else if (command == SCOPE_LEAVE)
        act(s, "leave", name, NULL);
    else if (command == SCOPE_CHANGE)
        act(s, "change", NULL);
    else if (command == SCOPE_CLOSE_ALL) {
        if (s->look.is_live)
            act(s, "quit", NULL);
        add_ask(s, SCOPE_WISH_CLOSE);
    }
}

static void change_speed(struct scope *s, bool faster) {
    char text[64];
    const float speed = s->look.speed * (faster ? 4.0f : 0.25f);
    s->look.speed = fminf(1, fmaxf(SPEED_LOWEST, speed));
    if (s->look.speed >= 1)
        snprintf(text, sizeof text, "plays at full speed");
    else
        snprintf(text, sizeof text, "plays at 1/%d of the speed", (int)lroundf(1 / s->look.speed));
    scope_notice(s, text);
}

/* Where there is no group, what would pause and pace it does so to the picture. */
static void do_pace(struct scope *s, enum scope_command command) {
    const bool picture = !s->look.is_live || s->look.is_playing;
    if (command == SCOPE_FASTER || command == SCOPE_SLOWER) {
        if (picture)
            change_speed(s, command == SCOPE_FASTER);
        else
            act(s, "pace", command == SCOPE_FASTER ? "faster" : "slower", NULL);
    } else if (command == SCOPE_GROUP_PAUSE) {
        if (s->look.is_live)
            act(s, "pause-or-resume", NULL);
        else
            scope_play(s, !s->look.is_playing);
    } else if (s->look.is_live) { /* SCOPE_STEP */
        act(s, "pause", NULL);
        act(s, "change", NULL);
    } else {
        scope_do(s, SCOPE_FORWARD);
    }
}

/* -- The picture ----------------------------------------------------------------------------------------- */

static void pause(struct scope *s) {
    if (s->look.is_playing)
        scope_play(s, false);
    else if (s->look.until == HISTORY_NONE)
        scope_hold(s, history_event_count(s->history));
    else
        scope_follow(s);
}

/* About the cursor, the end that is followed, or the middle. */
static void zoom(struct scope *s, double factor) {
    const double wide = picture_diagram_width(&s->look) / s->look.unit;
    double place = s->look.left + 0.5 * wide;
    if (s->look.until != HISTORY_NONE && s->cursor > s->look.left && s->cursor < s->look.left + wide)
        place = s->cursor;
    scope_zoom(s, factor, place);
}

static void step(struct scope *s, bool forward) {
    if (!scope_step(s, forward))
        scope_notice(s, forward ? "this is the end" : "this is the beginning");
}

static void do_to_picture(struct scope *s, enum scope_command command) {
    if (command == SCOPE_PAUSE)
        pause(s);
    else if (command == SCOPE_PLAY)
        scope_play(s, !s->look.is_playing);
    else if (command == SCOPE_BACK || command == SCOPE_FORWARD)
        step(s, command == SCOPE_FORWARD);
    else if (command == SCOPE_ZOOM_IN)
        zoom(s, ZOOM);
    else if (command == SCOPE_ZOOM_OUT)
        zoom(s, 1 / ZOOM);
    else if (command == SCOPE_START)
        scope_rewind(s);
    else if (command == SCOPE_END)
        scope_follow(s);
    else if (command == SCOPE_AXIS)
        scope_set_axis(s, s->look.axis == HISTORY_STEPS ? HISTORY_TIME : HISTORY_STEPS);
    else if (command == SCOPE_QUIET)
        scope_set_quiet(s, !s->look.shows_quiet);
    else if (command == SCOPE_LINKS)
        s->look.shows_links = !s->look.shows_links;
    else if (command == SCOPE_THEME)
        s->look.theme = s->look.theme == THEME_LIGHT ? THEME_DARK : THEME_LIGHT;
    s->dirty = s->hover_is_old = true;
}

static void escape(struct scope *s) {
    if (s->look.shows_links)
        s->look.shows_links = false;
    else if (s->selected[0] != '\0')
        scope_select(s, -1);
    else
        add_ask(s, SCOPE_WISH_LEAVE_FULL_SCREEN);
    s->dirty = true;
}

/* All of it is recorded, windows too, by the demo. */
static void record(struct scope *s) {
    if (s->look.is_live)
        act(s, "record", NULL);
    else
        scope_notice(s, "of a recorded run: groupy scope TRACES --record FILE.mp4");
}

void scope_do(struct scope *s, enum scope_command command) {
    switch (command) {
    case SCOPE_NONE: break;
    case SCOPE_KILL_LEADER:
    case SCOPE_CRASH_MID_BROADCAST:
    case SCOPE_LOSE:
    case SCOPE_HANG_LEADER:
    case SCOPE_CUT:
    case SCOPE_JOIN:
    case SCOPE_LEAVE:
    case SCOPE_CHANGE:
    case SCOPE_CLOSE_ALL: do_to_group(s, command); break;
    case SCOPE_GROUP_PAUSE:
    case SCOPE_STEP:
    case SCOPE_FASTER:
    case SCOPE_SLOWER: do_pace(s, command); break;
    case SCOPE_PAUSE:
    case SCOPE_PLAY:
    case SCOPE_BACK:
    case SCOPE_FORWARD:
    case SCOPE_ZOOM_IN:
    case SCOPE_ZOOM_OUT:
    case SCOPE_START:
    case SCOPE_END:
    case SCOPE_AXIS:
    case SCOPE_QUIET:
    case SCOPE_LINKS:
    case SCOPE_THEME: do_to_picture(s, command); break;
    case SCOPE_SCENARIOS: add_ask(s, SCOPE_WISH_SCENARIOS); break;
    case SCOPE_SAVE: add_ask(s, SCOPE_WISH_SAVE); break;
    case SCOPE_HELP: add_ask(s, SCOPE_WISH_HELP); break;
    case SCOPE_FULL_SCREEN: add_ask(s, SCOPE_WISH_FULL_SCREEN); break;
    case SCOPE_ESCAPE: escape(s); break;
    case SCOPE_RECORD: record(s); break;
    case SCOPE_CLOSE: add_ask(s, SCOPE_WISH_CLOSE); break;
    }
}

/* -- Links: clicks in the matrix --------------------------------------------------------------------------
 */

void scope_click_link(struct scope *s, int from, int to, enum scope_button button, bool shift) {
    const int rows = (int)history_row_count(s->history);
    if (from < 0 || to < 0 || from >= rows || to >= rows || from == to)
        return;
    const char *sender = history_row(s->history, (uint32_t)from)->name;
    const char *receiver = history_row(s->history, (uint32_t)to)->name;
    links_read(&s->links, s->history, HISTORY_NONE);
    const struct picture_link *link = links_of(&s->links, from, to);
    if (button == SCOPE_RIGHT)
        act(s, "delay", link->delay_ms > 0 ? "0ms" : "200ms", "--from", sender, "--to", receiver, NULL);
    else if (shift)
        act(s, "lose", "1", "--from", sender, "--to", receiver, NULL);
    else
        act(s, link->cut ? "heal" : "cut", sender, receiver, "--one-way", NULL);
}
