/* What a window asks of the group, done one after the other in a thread of its own: a worker that hangs is
 * waited for, and the window must not. */
#ifndef APP_SCOPE_CONTROL_QUEUE_H
#define APP_SCOPE_CONTROL_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

#define CONTROL_QUEUE_MAX        16
#define CONTROL_QUEUE_WORDS_MAX  8
#define CONTROL_QUEUE_WORD_SIZE  64
#define CONTROL_QUEUE_ANSWER_MAX 256

struct control_queue;

/* `answered` is called from the thread when there is something to take. NULL and one line in `error`. */
struct control_queue *control_queue_new(const char *group, void (*answered)(void *), void *arg, char *error,
                                        size_t error_size);
void control_queue_destroy(struct control_queue **); /* does first what it was asked for */

/* The words of control_act(), or {"pause-or-resume"}; `self`: the worker that a word without a name is for,
 * "": none. False: too many are waiting. */
bool control_queue_put(struct control_queue *, const char *self, int count, const char *const *words);

/* What came of it: one line. False: nothing is new. */
bool control_queue_take(struct control_queue *, char text[CONTROL_QUEUE_ANSWER_MAX]);

#endif
