/* Talking to the live processes of a group on this machine, out of band: what `groupy ctl` and the keys do.
 */
#ifndef APP_CONTROL_H
#define APP_CONTROL_H

#include <jansson.h>

#include "app/registry.h"

#define CONTROL_TIMEOUT_MS 400

/* Sends one line to a process. True and its answer in `reply` if it came within the timeout; a hung one
 * does not answer. */
bool control_ask(const struct registry_entry *, const char *text, char *reply, size_t reply_size);

/* Sends the same line to all, then collects the answers; `replies[i]` is NULL where none came. The caller
 * frees them. */
void control_ask_all(const struct registry_entry *, size_t count, const char *text, char **replies);

/* One action on the group: the words of `groupy ctl`, as in {"lose", "2", "--to", "w3"}. `self` names the
 * worker in whose window a key was pressed, NULL for a terminal. What happened, or why not, goes into
 * `message`. Returns a status of the contract. */
int control_act(const struct registry *, const char *self, int word_count, const char *const *words,
                char *message, size_t message_size);

/* The status of all workers, as an array in order of age; whoever does not answer has "state":"no answer". */
json_t *control_status(const struct registry *);

#endif
