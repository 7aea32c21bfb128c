/* The inside of a story's telling, for its own files:
 *   story.c            the order of what is told, and words
 *   story_members.c    who is there, and who shows what
 *   story_violation.c  what is violated, and its cause
 *   story_halt.c       who can't go on
 *   story_find.c       where in the history that is
 */
#ifndef APP_SCOPE_STORY_PRIVATE_H
#define APP_SCOPE_STORY_PRIVATE_H

#include "app/scope/story.h"
#include "app/scope/story_find.h"

#define STORY_NAMED 6 /* of a list; the others are counted */

/* How a member stands. */
enum story_standing {
    STORY_GONE,
    STORY_UNHEARD,
    STORY_NEWCOMER,
    STORY_IS_FROZEN,
    STORY_LACKS_QUORUM,
    STORY_BLOCKED,
    STORY_HUNG,
    STORY_RUNS,
    STORY_STANDINGS
};

struct story_telling {
    struct story *s;
    const struct history *h;
    struct story_past past; /* of it */
    const struct check *c;
    const struct report_names *names;
    uint8_t standing[CHECK_MEMBERS_MAX];
    uint32_t count[STORY_STANDINGS];
    const struct check_member *senior; /* what the others are compared with; NULL: nobody is there */
    const struct check_member *behind; /* the first that is so for long */
    const struct check_member *differs;
};

/* -- Words (story.c) ------------------------------------------------------------------------------------- */

void story_say(struct story *, const char *format, ...) __attribute__((format(printf, 2, 3)));
void story_head(struct story *, enum story_sign, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void story_say_names(const struct story_telling *, enum story_standing); /* "w1, w2 and w3" */
const char *story_name(const struct story_telling *, gms_id);

/* -- Members (story_members.c) --------------------------------------------------------------------------- */

void story_look_around(struct story_telling *);
void story_compare(struct story_telling *);
void story_count_alike(struct story_telling *); /* without patience for what is under way */
const struct check_member *story_first(const struct story_telling *, enum story_standing);
bool story_tell_behind(struct story_telling *);

/* -- Violations (story_violation.c) ---------------------------------------------------------------------- */

void story_judge(struct story_telling *);
bool story_tell_violation(struct story_telling *);
bool story_tell_difference(struct story_telling *);
bool story_tell_property(struct story_telling *, enum check_property); /* its cause, or its witness */
uint32_t story_cause_event(struct story_telling *, const struct check_cause *);

/* -- Halts (story_halt.c) -------------------------------------------------------------------------------- */

bool story_tell_frozen(struct story_telling *);
bool story_tell_no_quorum(struct story_telling *);
bool story_tell_halt(struct story_telling *);
bool story_tell_view_change(struct story_telling *);

#endif
