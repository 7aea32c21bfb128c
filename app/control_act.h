/* The inside of control_act(), for control*.c alone: who is there, and one action with its words.
 */
#ifndef APP_CONTROL_ACT_H
#define APP_CONTROL_ACT_H

#include "app/control.h"
#include "app/options.h"

/* -- control.c: who is there ------------------------------------------------------------------------- */

struct census {
    struct registry_entry workers[REGISTRY_ENTRIES_MAX];
    size_t worker_count;
    struct registry_entry launcher;
    bool has_launcher;
};

struct census *control_look(const struct registry *); /* the caller frees it; NULL: out of memory */
const struct registry_entry *control_find_name(const struct census *, const char *name);

/* Who leads, as most members say; a member may be hung, frozen, or have parted. */
const struct registry_entry *control_find_leader(const struct census *);

/* -- control_act.c: an action, and what all actions do ----------------------------------------------- */

#define ACT_OPTIONS_MAX 2
#define ACT_VALUES_MAX  16

struct act {
    const struct registry *registry;
    struct census *group;
    const char *self;
    int word_count; /* after the verb, without options */
    const char *words[ACT_VALUES_MAX];
    const char *const *option_names; /* of this action, as "--to"; one without a value ends with '!' */
    int value_count;
    struct {
        const char *name, *value;
    } values[ACT_VALUES_MAX];
    char *message;
    size_t message_size;
};

/* Sets the message and returns the status. */
int act_say(struct act *, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

const char *act_option(const struct act *, const char *name); /* its value, NULL if it was not given */

/* "leader" or a name; NULL with the message set if there is no such worker. */
const struct registry_entry *act_whom(struct act *, const char *name);

/* Sends one line. `done` becomes the message when it was obeyed; NULL: what was answered. */
int act_ask(struct act *, const struct registry_entry *, const char *text, const char *done);
int act_ask_everybody(struct act *, const char *text, const char *done);

/* -- control_fault.c --------------------------------------------------------------------------------- */

int act_kill(struct act *);
int act_crash_mid_broadcast(struct act *);
int act_crash_async(struct act *);
int act_hang(struct act *);
int act_suspect(struct act *);
int act_lose(struct act *);
int act_loss(struct act *);
int act_delay(struct act *);
int act_cut(struct act *);
int act_partition(struct act *);
int act_heal(struct act *);

#endif
