/* One thread, one queue in, the latest answer out. */
#include "app/scope/control_queue.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/control.h"

struct order {
    char self[NET_NAME_SIZE];
    int count;
    char words[CONTROL_QUEUE_WORDS_MAX][CONTROL_QUEUE_WORD_SIZE];
};

struct control_queue {
    struct registry registry;
    void (*answered)(void *);
    void *arg;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ends, has_answer;
    char answer[CONTROL_QUEUE_ANSWER_MAX];
    size_t count;
    struct order orders[CONTROL_QUEUE_MAX];
};

/* A window does not know whether the group is paused; the group does. */
static bool is_paused(const struct registry *registry) {
    json_t *list = control_status(registry), *status;
    bool paused = false;
    size_t i;
    json_array_foreach(list, i, status) paused |= json_is_true(json_object_get(status, "paused"));
    json_decref(list);
    return paused;
}

static void obey(struct control_queue *q, const struct order *order, char *answer, size_t size) {
    const char *words[CONTROL_QUEUE_WORDS_MAX];
    for (int i = 0; i < order->count; i++)
        words[i] = order->words[i];
    if (strcmp(words[0], "pause-or-resume") == 0)
        words[0] = is_paused(&q->registry) ? "resume" : "pause";
    /* Without a launcher a hang is timed by whoever asks for it: with a name, by a process of its own. */
    const char *self = order->self[0] != '\0' ? order->self : strcmp(words[0], "hang") == 0 ? "scope" : NULL;
    answer[0] = '\0';
    control_act(&q->registry, self, order->count, words, answer, size);
}

static void *work(void *arg) {
    struct control_queue *q = arg;
    char answer[CONTROL_QUEUE_ANSWER_MAX];
    pthread_mutex_lock(&q->lock);
    for (;;) {
        while (q->count == 0 && !q->ends)
            pthread_cond_wait(&q->changed, &q->lock);
        if (q->count == 0)
            break; /* it ends */
        const struct order order = q->orders[0];
        memmove(q->orders, q->orders + 1, --q->count * sizeof q->orders[0]);
        pthread_mutex_unlock(&q->lock);
        obey(q, &order, answer, sizeof answer);
        pthread_mutex_lock(&q->lock);
        memcpy(q->answer, answer, sizeof answer);
        q->has_answer = true;
        q->answered(q->arg);
    }
    pthread_mutex_unlock(&q->lock);
    return NULL;
}

struct control_queue *control_queue_new(const char *group, void (*answered)(void *), void *arg, char *error,
                                        size_t error_size) {
    struct control_queue *q = calloc(1, sizeof *q);
    if (q == NULL) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    if (!registry_open(&q->registry, group, error, error_size)) {
        free(q);
        return NULL;
    }
    q->answered = answered;
    q->arg = arg;
    pthread_mutex_init(&q->lock, NULL);
    pthread_cond_init(&q->changed, NULL);
    if (pthread_create(&q->thread, NULL, work, q) == 0)
        return q;
    snprintf(error, error_size, "no thread could be started");
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    registry_close(&q->registry);
    free(q);
    return NULL;
}

void control_queue_destroy(struct control_queue **self) {
    struct control_queue *q = *self;
    if (q == NULL)
        return;
    pthread_mutex_lock(&q->lock);
    q->ends = true;
    pthread_cond_signal(&q->changed);
    pthread_mutex_unlock(&q->lock);
    pthread_join(q->thread, NULL);
    pthread_cond_destroy(&q->changed);
    pthread_mutex_destroy(&q->lock);
    registry_close(&q->registry);
    free(q);
    *self = NULL;
}

bool control_queue_put(struct control_queue *q, const char *self, int count, const char *const *words) {
    pthread_mutex_lock(&q->lock);
    const bool has_room = q->count < CONTROL_QUEUE_MAX && count > 0 && count <= CONTROL_QUEUE_WORDS_MAX;
    if (has_room) {
        struct order *order = &q->orders[q->count++];
        order->count = count;
        snprintf(order->self, sizeof order->self, "%s", self);
        for (int i = 0; i < count; i++)
            snprintf(order->words[i], sizeof order->words[i], "%s", words[i]);
        pthread_cond_signal(&q->changed);
    }
    pthread_mutex_unlock(&q->lock);
    return has_room;
}

bool control_queue_take(struct control_queue *q, char text[CONTROL_QUEUE_ANSWER_MAX]) {
    pthread_mutex_lock(&q->lock);
    const bool is_new = q->has_answer;
    if (is_new)
        memcpy(text, q->answer, sizeof q->answer);
    q->has_answer = false;
    pthread_mutex_unlock(&q->lock);
    return is_new;
}
